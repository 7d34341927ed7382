#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --limit 240
# vm2: vc-pair-far.sh
# The demonstration: two machines with an Ethernet in common. One takes calls, the other makes one with
# a document, and close data, and then one to three leaves, of which each side drops one. Saves
# vc-pair.txt, what a person reads.
. /lib/guest.sh

text=/run/vc-pair.txt
job=/tests/letter-print.ps
bye="that was the letter"

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }
is_up() { cleardown vc show vc0 | grep -q 'signalling established'; }
multi_has() { [ "$(grep -c "$1" /tmp/multi.out)" = "$2" ]; }

# The second leaf leaves by itself, the first is dropped by us, and the call ends by the third.
three_leaves() {
	mkfifo /tmp/in
	cleardown vc multi @peer:7,@peer:8,@peer:9 vc0 --send - --data "good night" \
		</tmp/in >/tmp/multi.out &
	pid=$!
	exec 8>/tmp/in
	check "a call to three leaves" wait_for 60 multi_has ', joined' 3
	echo "to all three" >&8
	check "one leaves, over there" hostctl --timeout 90 meet left 60000
	check "which is told here" wait_for 20 multi_has ', left' 1
	echo "to both" >&8
	exec 8>&-
	check "the end of the input ends the call" wait "$pid"
	check "one was dropped from here" multi_has ', over' 1
	sed 's/^/  /' /tmp/multi.out >>"$text"
}

say "Two machines, an Ethernet between them, \`cleardown bind vc eth:eth0\` on both and nothing else:"
check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
check "the interface becomes vc0" cleardown bind vc eth:eth0
check "the two have found each other" wait_for 60 is_up
check "the other one listens" hostctl --timeout 90 meet listens 60000
check "a call, a document, close data" \
	cleardown vc make @peer vc0 --sap 7 --send "$job" --data "$bye"
there=$(hostctl --timeout 90 meet told 60000)
same "the other one has every byte of it, and the close data" \
	"ok $(sha256sum "$job" | cut -d' ' -f1) $bye" "$there"
row "a call, $(wc -c <"$job") bytes in frames" "the same SHA-256 at both ends"
row "close data at the other end" "${there#ok * }"
say ""
cleardown vc cdr vc0 --verbose >>"$text"
say ""
say "One call to three leaves: a frame to all, the second leaves, a frame to the others, the end:"
check "three leaves listen there" hostctl --timeout 90 meet leaves 60000
three_leaves
hostctl save vc-pair.txt <"$text"
check "vc0 is unbound" cleardown unbind vc0
check "and the other one is done" hostctl --timeout 90 meet over 60000
check "the modules unload" unload_modules net
