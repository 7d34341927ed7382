#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --limit 400
# modules: veth
# Ten thousand calls at once, over a cable inside the machine, each with a file at both ends.
. /lib/guest.sh

load_for_many() {
	insmod /modules/cleardown.ko late_ms=200 max_handles=32768 reports=32768 vc_records=16384 &&
		insmod /modules/cleardown_net.ko
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_for_many
tap vc-scale veth0 veth1 1000 10000
check "the modules unload" unload_modules net
