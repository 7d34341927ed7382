#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# built: tools/examples/pvcd=/usr/bin/
# The example of a call manager, for permanent circuits, on both ends of a cable.
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
check "it says what is wrong" ends 2 pvcd --circuit 7=0.31 vc0
check "a second one is refused" ends 1 pvcd vc0
tap vc-pvc vc0 vc1 "$first" "$pid"
check "one link goes" run 0 unbind vc0
check "and the other" run 0 unbind vc1
check "the modules unload" unload_modules net
