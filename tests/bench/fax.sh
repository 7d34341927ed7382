#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --limit 1800 --bank "--machine 200:fax:rx={files}/rx.tif,noecm,mh,id=200"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/page.tif
# debs: efax/usr/bin/efax
# A page at 14400 bit/s, MH, without error correction, beside efax: what one more page takes, so that the
# dialling and the program's start do not count; and the time from an abort in mid-page until the modem
# answers whoever opens its line. The bank has real time: a second here is one on the line.
. /lib/guest.sh

page=/tests/page.tif
rounds=3

now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
per_page() { awk -v one="$1" -v two="$2" 'BEGIN { printf "%.2f", (two - one) / 1000 }'; }
as_seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'; }

ours() { cleardown fax send 200 "$@" --no-ecm --once >/tmp/ours.log 2>&1; }
anchor() { efax -v ewin -d /dev/ttyS1 -o1 -h ' ' -l 101 -t 200 "$@" >/tmp/efax.log 2>&1; }

# timed PROGRAM FILES...: sets took.
timed() {
	_from=$(now_ms)
	"$@" || { cat /tmp/ours.log /tmp/efax.log; return 1; }
	took=$(($(now_ms) - _from))
}

# A call of one page and one of two.
a_page() {
	timed "$1" "$page" || return 1
	_one=$took
	timed "$1" "$page" "$page" || return 1
	figure "fax: one more page, 14400, MH, no ECM" "$1" s "$(per_page "$_one" "$took")"
}

receiving() { hostctl bank status 200 >/run/said && grep -q 'state up' /run/said; }

# abort PROGRAM: in mid-page; 12 s after the answer the page is on its way for some seconds.
abort() {
	"$1" "$page" "$page" &
	_pid=$!
	wait_for 60 receiving || return 1
	sleep 14
	_from=$(now_ms)
	if [ "$1" = ours ]; then
		cleardown -q fax abort fax0 >/tmp/abort.log 2>&1
	else
		kill -TERM "$(pidof efax)"
	fi
	wait "$_pid"
	wait_for 60 modem_answers /dev/ttyS1 AT OK || return 1
	figure "fax: from an abort in mid-page to a modem that answers" "$1" s \
		"$(as_seconds $(($(now_ms) - _from)))"
}

start_daemon() {
	mkdir -p /var/spool/cleardown/fax /run/cleardown
	cleardown-faxd --line fax0 2>/tmp/faxd.log &
	daemon=$!
	wait_for 30 there
}
there() { [ "$(cleardown -j fax status | jsonget lines.0.status)" = available ]; }
line_free() { sh -c 'exec 9<>/dev/ttyS1' 2>/dev/null; }

take_turns() {
	_round=0
	while [ $((_round += 1)) -le "$rounds" ]; do
		for program in anchor ours; do
			a_page "$program" && wait_for 30 line_free && abort "$program" &&
				wait_for 30 line_free || return 1
		done
	done
}

check "the modules load" load_modules tty
check "a fax line" cleardown bind fax tty:/dev/ttyS1
check "its provider" start_daemon
check "faxes are measured" take_turns
check "the figures reach the host" figures_done
kill "$daemon"
wait "$daemon"
check "unbind" cleardown unbind fax0
check "the modules unload" unload_modules tty
