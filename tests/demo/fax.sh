#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --limit 300 --bank "--speed 2 --machine 200:fax:rx={files}/received.tif,id=200 --machine 201:fax:rx={files}/.cut.tif,id=201"
# built: tools/cleardown-faxd=/usr/bin/
# The demonstration: a PDF's pages are faxed to a fax machine, a second fax is aborted in mid-page, and
# what is told of both. Saves fax.txt, what a person reads, the log of calls, and what was received.
. /lib/guest.sh

text=/run/fax.txt
document=/tests/fax.tif
spool=/var/spool/cleardown/fax

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }

now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f s", ms / 1000 }'; }
field() { jsonget "$2" <"/run/$1.json"; }

line_has() { [ "$(cleardown -j fax status | jsonget "lines.0.$1")" = "$2" ]; }
tty_opens() { sh -c 'exec 9<>/dev/ttyS1'; }

start_daemon() {
	mkdir -p "$spool" /run/cleardown
	cleardown-faxd --line fax0 --line-speed 2 2>/run/faxd.log &
	daemon=$!
	renice -n -15 -p "$daemon"
	soon 100 line_has status available
}

# told NAME: what the log of calls has of the last one.
told() {
	cleardown -j fax log --last 1 >"/run/$1.json"
	hostctl save "$1.json" <"/run/$1.json"
}

send_whole() {
	check "the document is faxed" cleardown -v fax send 200 "$document"
	told fax-sent
	same "and every page confirmed" "3 ok" "$(field fax-sent confirmed) $(field fax-sent outcome)"
	row "a PDF's three pages, to a fax machine by spandsp" "$(field fax-sent confirmed) confirmed, $(
		field fax-sent rate) bit/s, $(field fax-sent coding)"
}

abort_in_a_page() {
	cleardown fax send 201 "$document" >/run/aborted.txt 2>&1 &
	pid=$!
	check "a second one: a page is on its way" soon 100 line_has phase page
	begin=$(now_ms)
	check "it is aborted from elsewhere" cleardown fax abort fax0
	took=$(($(now_ms) - begin))
	wait "$pid"
	same "its command says by its exit code that a call was up" 20 "$?"
	row "a second one, aborted in mid-page: over after" "$(seconds "$took")"
	begin=$(now_ms)
	check "the line is free" wait_for 30 tty_opens
	row "the serial line is free for anybody after" "$(seconds $(($(now_ms) - begin)))"
	row "the modem, asked by anybody" "$(modem_answers /dev/ttyS1 ATH0 OK && echo OK)"
	told fax-aborted
}

check "the modules load" load_modules tty
check "a modem becomes a fax line" cleardown bind fax tty:/dev/ttyS1
check "its provider is there" start_daemon
say "A fax line on the serial port:"
send_whole
abort_in_a_page
kill "$daemon"
wait "$daemon"
same "the provider ends in order" 0 "$?"
{
	echo
	cleardown fax log
	cat /run/aborted.txt
	echo
	cleardown reports fax0 --last 1 --verbose
} >>"$text"
hostctl save fax.txt <"$text"
check "the line is unbound" cleardown unbind fax0
check "the modules unload" unload_modules tty
