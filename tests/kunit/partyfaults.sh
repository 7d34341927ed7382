#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# vm: --limit 300
# modules: veth
# Faults: the n-th one of each call of a call to many, at its root and at a party.
. /lib/guest.sh

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
quiet_fault failslab fail_page_alloc fail_usercopy
tap partyfault veth0 veth1
check "the modules unload" unload_modules net
