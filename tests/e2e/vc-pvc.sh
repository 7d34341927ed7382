#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# built: tools/examples/pvcd=/usr/bin/
# The example of a call manager, for permanent circuits, on both ends of a cable: with the tool
# alone, then by the interface.
. /lib/guest.sh

# manager LINK: in the background, registered; sets pid.
manager() {
	pvcd --circuit 7=0.100 --verbose "$1" >"/tmp/$1.out" 2>&1 &
	pid=$!
	wait_for 20 grep -q managed "/tmp/$1.out"
}

ends() {
	_wanted=$1
	shift
	"$@"
	[ $? = "$_wanted" ]
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
check "one link" run 0 bind vc eth:veth0
check "another" run 0 bind vc eth:veth1
check "its call manager" manager vc0
first=$pid
check "the other's" manager vc1
second=$pid
check "it says what is wrong" ends 2 pvcd --circuit 7=0.31 vc0
check "a second one is refused" ends 1 pvcd vc0

# ---- the tool alone ----

family=0x80000001
is_up() { run 0 vc show "$1" && grep -q "signalling established" /tmp/out; }

check "the one is up" wait_for 20 is_up vc0
check "and the other" wait_for 20 is_up vc1
check "nobody manages family 3" run 12 vc make @peer vc0 --family 3
check "a circuit that is not there" run 12 vc make @peer vc0 --sap 8 --family $family
echo "good morning" >/tmp/letter
background far vc make @peer vc1 --sap 7 --family $family --hold 600
far=$pid
check "the far end has its circuit" wait_for 20 grep -q connected /tmp/far.out
check "make has the other" json 0 frames.sent 1 vc make @peer vc0 --sap 7 --family $family \
	--send /tmp/letter
check "and its family" grep -q '"family":2147483649' /tmp/out
kill -INT "$far"
check "it ends" ended 130 "$far" far
check "with the frame" grep -q "0 frames sent, 1 received" /tmp/far.out
check "no calls come by it" run 2 vc listen vc0 --family $family

tap vc-pvc vc0 vc1 "$first" "$second"
check "one link goes" run 0 unbind vc0
check "and the other" run 0 unbind vc1
check "the modules unload" unload_modules net
