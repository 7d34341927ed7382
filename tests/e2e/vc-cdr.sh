#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# What is kept and counted of calls, over a cable inside the machine.
. /lib/guest.sh

load_with_few_records() {
	insmod /modules/cleardown.ko vc_records=16 && insmod /modules/cleardown_net.ko
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_with_few_records
tap vc-cdr veth0 veth1
check "the modules unload" unload_modules net
