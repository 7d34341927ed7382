#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --limit 240 --bank "--speed 8 --machine 201:sink --machine 202:sink --machine 203:sink"
# The demonstration: a dialled call with text both ways, a close with requests outstanding, and the
# stalled close on the plain kernel beside ours. Saves phone.txt, what a person reads, and reports.
. /lib/guest.sh

text=/run/phone.txt
bytes=2048
requests=9

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }
versus() { printf '  %-22s %-26s %s\n' "$1" "$2" "$3" >>"$text"; }

now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f s", ms / 1000 }'; }
cts_is_low() { ! sed -n "s/^$1: .* rx:[0-9]* //p" /proc/tty/driver/serial | grep -q CTS; }
in_file() { grep -q "$1" "$2"; }
accepted() { [ "$(cleardown -j show phone0 | jsonget accepted)" = "$1" ]; }
tty_opens() { sh -c 'exec 9<>/dev/ttyS1'; }

# ---- a call ----

# call NUMBER: `cleardown phone talk`, with fd 8 as its input.
call() {
	rm -f /tmp/in
	mkfifo /tmp/in
	cleardown phone talk phone0 "$1" </tmp/in >/tmp/out 2>/tmp/err &
	talk=$!
	exec 8>/tmp/in
	cleardown wait phone0 online --timeout 60
}

hang_up() {
	exec 8>&-
	wait "$talk"
}

far_has_heard() { hostctl bank captured 201 | grep -q "$1"; }

talk_both_ways() {
	begin=$(now_ms)
	check "a dialled call to a V.22bis modem" call 201
	took=$(($(now_ms) - begin))
	row "a dialled call to a V.22bis modem" "connected after $(seconds "$took"), $(
		cleardown -j show phone0 | jsonget phone.rate) bit/s"
	echo "Good morning from here." >&8
	check "text from here to there" wait_for 20 far_has_heard "Good morning from here"
	row "text from here to there" "Good morning from here."
	hostctl bank send 201 'Good evening from there.\r\n'
	check "text from there to here" wait_for 20 in_file "Good evening from there" /tmp/out
	row "text from there to here" "$(tr -d '\r' </tmp/out | tail -n 1)"
	check "the end of the input ends the call" hang_up
}

# ---- closes ----

# close_phone NAME ARGS...: ends it whoever has it, and keeps the report in both forms.
close_phone() {
	name=$1
	shift
	cleardown -j close phone0 "$@" >"/run/$name.json"
	tty_opens && free="at once, at the first try" || free=no
	same "$name: another program opens the tty at once" "at once, at the first try" "$free"
	cleardown reports phone0 --last 1 --verbose >"/run/$name.txt"
	hostctl save "$name.json" <"/run/$name.json"
	hostctl save "$name.txt" <"/run/$name.txt"
	took=$(($(jsonget duration_ns <"/run/$name.json") / 1000000))
}

close_with_requests() {
	hostctl bank deaf 101 on
	outstanding phone0 "$requests" >/tmp/outstanding &
	pid=$!
	wait_for 20 in_file submitted /tmp/outstanding
	close_phone close-with-requests
	check "each request was completed, before the close was told" wait "$pid"
	hostctl bank deaf 101 off
	row "close with $requests requests outstanding, the modem deaf" "$(seconds "$took"), $(
		jsonget ops.completed <"/run/$name.json") of $requests completed"
	row "another program opens the tty" "$free"
}

# The modem takes no more bytes: it holds CTS low.
stalled_close() {
	wait_for 10 cleardown wait phone0 idle --timeout 1
	check "a call to be stalled" call 202
	hostctl bank set 101 cts 0
	wait_for 10 cts_is_low 1
	head -c "$bytes" /dev/zero >&8
	check "its bytes are queued" wait_for 10 accepted "$bytes"
	close_phone close-stalled --deadline 2000
	hostctl bank set 101 cts auto
	hang_up
	ours=$took
}

compare() {
	lost=$(jsonget data.discarded <"/run/close-stalled.json")
	doubt=$(jsonget data.in_doubt <"/run/close-stalled.json")
	read -r plain_ms plain_ret plain_lost </run/plain
	check "the plain kernel's close of a stalled line takes its 30 s" [ "$plain_ms" -gt 25000 ]
	check "ours does not" [ $((ours * 4)) -lt "$plain_ms" ]
	check "and it tells what was lost" [ $((lost + doubt)) -ge "$plain_lost" ]
	say ""
	say "The same event twice: the modem holds CTS low, $bytes bytes are queued, close."
	versus "" "plain tty, close(2)" "cleardown close --deadline 2000"
	versus "time" "$(seconds "$plain_ms")" "$(seconds "$ours"), the hang-up included"
	versus "bytes lost" "$plain_lost" "$lost, $doubt in doubt"
	versus "what one is told" "close() returns $plain_ret" "the report: $(
		sed -n 's/^ *bytes: \(.*\);.*/\1/p' /run/close-stalled.txt)"
}

stall --plain /dev/ttyS2 102 203 | sed 's/[a-z_]*=//g' | { read -r ms ret _ lost && echo "$ms $ret $lost"; } \
	>/run/plain &
plain=$!
say "A call is cleared down. Stock kernel $(uname -r), 16550 UARTs, modems of spandsp."
check "the modules load" load_modules tty
check "the modem becomes phone0" cleardown bind phone tty:/dev/ttyS1
talk_both_ways
close_with_requests
stalled_close
wait "$plain"
compare
say ""
say "The report of the close with requests outstanding:"
cat /run/close-with-requests.txt >>"$text"
hostctl save phone.txt <"$text"
check "phone0 is unbound" cleardown unbind phone0
check "the modules unload" unload_modules tty
