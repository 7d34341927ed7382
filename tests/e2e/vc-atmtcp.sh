#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 80
# vm: --limit 300
# modules: veth
# debs: atm-tools/usr/sbin/atmtcp
# VCs over TCP: links of this machine with stock atmtcp between them, and without; a cable beside them.
. /lib/guest.sh

# atmtcp does not reuse a port whose last connection is remembered: with a relay that dies before its
# links end it would be, for a minute.
check "connections are forgotten" sh -c "echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets"
check "the loopback interface" ip link set lo up
check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
tap vc-atmtcp
check "the modules unload" unload_modules net
