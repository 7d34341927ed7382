#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --uni="--isp='--sdu 9188'" --nic e1000 --limit 240
# modules: e1000
# The demonstration: a call to stock atmsigd with a frame and close data, and one that is closed, with
# data, while it is still being made. Saves vc.txt, what a person reads; the captures are the host's.
. /lib/guest.sh

text=/run/vc.txt
peer=47000580ffe1000000f21a26d80020ea000ee100
ours=47000580ffe1000000f21a2b0c0020ea000ee100
word="Good morning from here."
bye="that is all"
never="never mind"

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }
is_up() { cleardown vc show vc0 | grep -q 'signalling established'; }
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
# The octets as the peer's own trace shows them.
diag() { printf '%s' "$1" | od -An -v -tx1 | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }
peer_has() { hostctl uni trace "user_diag = $(diag "$1")"; }

# The network chooses the first circuit that is free, so the reader comes when it is chosen.
call() {
	hostctl uni isp listen "$peer"
	hostctl uni isp answer accept
	mkfifo /tmp/in
	cleardown vc make "$peer" vc0 --send - --data "$bye" </tmp/in &
	pid=$!
	exec 8>/tmp/in
	check "a call to atmsigd" hostctl uni isp waitfor active:1 10000
	check "which reads its circuit" hostctl uni open 0.32
	echo "$word" >&8
	same "a frame, as it has read it" "ok $(hex "$word")0a" "$(hostctl uni read 0.32 1 10000)"
	exec 8>&-
	check "the end of the input ends the call" wait "$pid"
	check "close data, in the peer's own trace" peer_has "$bye"
	row "a call to atmsigd on VPI/VCI 0.32, a frame" "$word"
	row "close data, as its trace has it" "$bye"
}

pending() { jsonget "reports.0.ops.$1" </run/vc-pending.json; }

# The peer does not answer: MAKE_CALL is outstanding when CLOSE comes.
close_while_calling() {
	hostctl uni isp answer hold
	cleardown vc make "$peer" vc0 --data "$never" >/tmp/out 2>&1 &
	pid=$!
	check "the peer is called again, and does not answer" hostctl uni isp waitfor incoming:1 10000
	kill -INT "$pid"
	wait "$pid"
	same "the call is given up, in order" 130 "$?"
	check "the peer has that close data too" peer_has "$never"
	cleardown -j reports vc0 --last 1 >/run/vc-pending.json
	same "the request that was pending has been completed" "1 1" \
		"$(pending issued) $(pending completed)"
	hostctl save vc-pending.json </run/vc-pending.json
	row "closed with data while MAKE_CALL was pending" "$never"
}

say "A virtual circuit, signalled as UNI 3.1 does, against Debian's unmodified atmsigd:"
check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
check "the modules load" load_modules net
check "the interface becomes vc0" \
	cleardown bind vc eth:eth0 --args "peer=02:00:00:00:00:aa role=user nsap=$ours"
check "signalling is there" wait_for 30 is_up
call
close_while_calling
say ""
cleardown vc cdr vc0 >>"$text"
cleardown reports vc0 --last 1 --verbose >>"$text"
hostctl save vc.txt <"$text"
check "vc0 is unbound" cleardown unbind vc0
check "the modules unload" unload_modules net
