#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc-pair.sh starts it)
# vm: --limit 240
# Saves vc-pair-far.txt: how the three leaves saw their call.
. /lib/guest.sh

text=/run/vc-pair-far.txt

is_up() { cleardown vc show vc0 | grep -q 'signalling established'; }

# leaf SAP: takes a call, and writes what comes to /tmp/leafSAP; sets pid.
leaf() {
	background "recv$1" vc recv "/tmp/leaf$1" vc0 --sap "$1" --data "I must go"
	check "a leaf listens, SAP $1" wait_for 30 grep -q listening "/tmp/recv$1.err"
}

# One of them leaves when it has the first frame; the others stay until the call ends.
three_leaves() {
	leaf 7
	first=$pid
	leaf 8
	second=$pid
	leaf 9
	third=$pid
	check "the other one may call them" hostctl --timeout 90 meet leaves 60000
	check "the second has the first frame" wait_for 60 grep -q three /tmp/leaf8
	kill -INT "$second"
	check "and leaves" ended 130 "$second" recv8
	check "which the other one is told" hostctl --timeout 90 meet left 60000
	check "the first was dropped, in order" ended 0 "$first" recv7
	check "the third was there to the end" ended 0 "$third" recv9
	same "who stayed has both frames" "to all three to both to all three to both" \
		"$(cat /tmp/leaf7 /tmp/leaf9 | xargs)"
	same "who left has one" "to all three" "$(cat /tmp/leaf8)"
	{
		echo "On the other machine, the ends of the three leaves, in the order in which they came:"
		{ cleardown reports vc0 --last 3 && cleardown vc cdr vc0; } | sed 's/^/  /'
	} >"$text"
	hostctl save vc-pair-far.txt <"$text"
}

check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
check "the interface becomes vc0" cleardown bind vc eth:eth0
check "the two have found each other" wait_for 60 is_up
cleardown vc listen vc0 --sap 7 --recv --count 1 >/tmp/document 2>/tmp/told &
pid=$!
check "it listens" wait_for 30 grep -q listening /tmp/told
check "the other one may call" hostctl --timeout 90 meet listens 60000
check "a call came and went" wait "$pid"
cat /tmp/told
bye=$(sed -n 's/.*"\(that was the letter\)".*/\1/p' /tmp/told)
sum=$(sha256sum /tmp/document | cut -d' ' -f1)
check "and is told" hostctl --timeout 90 meet told 60000 "$sum" "$bye"
three_leaves
check "vc0 is unbound" cleardown unbind vc0
check "both are done" hostctl --timeout 90 meet over 60000
check "the modules unload" unload_modules net
