#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# Call managers in userspace: what they must not do, or do not do, and every death.
. /lib/guest.sh

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
tap vc-manager veth0 veth1
check "the modules unload" unload_modules net
