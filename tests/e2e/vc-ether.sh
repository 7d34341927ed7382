#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 95
# vm: --limit 300
# modules: veth bridge
# debs: iproute2/sbin/ip
# What becomes of a link when something happens to its interface.
. /lib/guest.sh

check "veth loads" modprobe veth
check "bridge loads" modprobe bridge
check "a cable" ip link add type veth
check "one end, with an address" sh -c "ip addr add 10.9.0.2/24 dev veth0 && ip link set veth0 up"
check "the other" ip link set veth1 up
check "a bridge" /sbin/ip link add br0 type bridge
check "another namespace" /sbin/ip netns add far
check "the modules load" load_modules net
tap vc-ether
check "the modules unload" unload_modules net
