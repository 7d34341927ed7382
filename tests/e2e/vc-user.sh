#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# A call manager in userspace on both ends of a cable inside the machine.
. /lib/guest.sh

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
tap vc-user veth0 veth1
check "the modules unload" unload_modules net
