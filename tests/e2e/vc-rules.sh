#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# What the contract says of a VC's life and end, on a cable inside the machine: the far end is ours.
. /lib/guest.sh

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
tap vc-rules veth0 veth1
check "V-37 PR-8 nothing of ours is left: the modules unload" unload_modules net
