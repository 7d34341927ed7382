#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --limit 240 --bank "--speed 8 --machine 201:echo"
# The demonstration: a dialled call with text both ways, closes with something outstanding, and the
# same stalled close on the plain kernel beside it. Saves phone.txt, the table, and the reports.
. /lib/guest.sh

table=/run/phone.txt
row() { printf '%-54s| %-20s| %s\n' "$1" "$2" "$3" >>"$table"; }
row "what" "time" "what one learns"
row "---" "---" "---"

now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }

# took_ms COMMAND...: runs it and leaves the time in $took.
took_ms() {
	_begin=$(now_ms)
	"$@"
	_status=$?
	took=$(($(now_ms) - _begin))
	return "$_status"
}

cts_is_low() { ! sed -n "s/^$1: .* rx:[0-9]* //p" /proc/tty/driver/serial | grep -q CTS; }

# stall NUMBER PORT: the far end reads no more and says so by CTS.
stall() {
	hostctl bank stall "$1" on
	wait_for 10 cts_is_low "$2"
}

some_bytes() { head -c "$1" /dev/zero | tr '\0' x; }

# What the plain kernel does: 2048 bytes queued on a stalled line, then close().
plain_close() {
	stty -F /dev/ttyS2 115200 raw -echo crtscts clocal
	exec 7<>/dev/ttyS2
	hostctl bank capture 102 on
	stall 102 2
	some_bytes 2048 >&7
	took_ms exec_close_7
	hostctl bank stall 102 off
	arrived=$(hostctl bank captured 102 | tr -cd x | wc -c)
	echo "$took $arrived" >/run/plain
}
exec_close_7() { exec 7>&-; }

# A call to a V.22bis modem that echoes; ends up online with fd 8 as its input.
call() {
	rm -f /tmp/in
	mkfifo /tmp/in
	cleardown phone talk phone0 201 </tmp/in >/tmp/out 2>/tmp/err &
	exec 8>/tmp/in
	took_ms cleardown wait phone0 online --timeout 60
}

heard() { grep -q "$1" /tmp/out; }

talk_both_ways() {
	check "a call to a V.22bis modem connects" call
	row "call to a V.22bis modem" "$took ms" "connected, phone0 is online"
	echo "Good morning from the near end" >&8
	check "text goes out and comes back" wait_for 20 heard "Good morning from the near end"
	row "a line of text to the far end and back" "" "$(tail -n 1 /tmp/out)"
}

# close_and_save NAME ARGS...: closes phone0, saves the report, tries the tty at once.
close_and_save() {
	_name=$1
	shift
	took_ms cleardown close phone0 --json "$@" >"/run/$_name.json"
	free=no
	(exec 9<>/dev/ttyS1) && free=yes
	same "$_name: another program opens the tty at once" yes "$free"
	hostctl save "$_name.json" <"/run/$_name.json"
	cleardown reports phone0 --last 1 --verbose >"/run/$_name.txt"
	hostctl save "$_name.txt" <"/run/$_name.txt"
	cat "/run/$_name.txt"
}

stalled_close() {
	stall 101 1
	some_bytes 2048 >&8
	close_and_save close-stalled-call --mode drain --deadline 2000
	exec 8>&-
	row "phone0, far end stalled, 2048 bytes queued: close" "$took ms, line free" \
		"$(sed -n 's/^ *bytes: //p' /run/close-stalled-call.txt)"
	check "our close of a stalled line keeps its 2 s" [ "$took" -lt 2500 ]
	row "another program opens the tty at once" "" "$free"
	hostctl bank stall 101 off
}

# The modem answers nothing; a request waits for it when the close comes.
close_with_request() {
	hostctl bank deaf 101 on
	cleardown phone at phone0 I0 >/tmp/at 2>&1 &
	_pid=$!
	wait_for 10 sh -c 'cleardown show phone0 --json | grep -q "\"state\": *\"open\""'
	close_and_save close-deaf-modem --deadline 3000
	wait "$_pid"
	row "phone0, modem deaf, a request waiting: close" "$took ms, line free" \
		"$(sed -n 's/^ *requests: //p' /run/close-deaf-modem.txt)"
	hostctl bank deaf 101 off
}

plain_close &
plain=$!
check "the modules load" load_modules tty
check "the modem becomes phone0" cleardown bind phone tty:/dev/ttyS1 --as phone0
talk_both_ways
stalled_close
close_with_request
wait "$plain"
read -r took arrived </run/plain
row "plain tty, far end stalled, 2048 bytes queued: close" "$took ms, returns 0" \
	"nothing; $arrived of 2048 bytes arrived"
check "the plain kernel's close of a stalled line takes its 30 s" [ "$took" -gt 25000 ]
{ printf '\nThe report of the stalled close:\n'; cat /run/close-stalled-call.txt; } >>"$table"
hostctl save phone.txt <"$table"
check "phone0 is unbound" cleardown unbind phone0
check "the modules unload" unload_modules tty
