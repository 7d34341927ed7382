#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --smp 1
# vm2: vc-far.sh
# modules: tipc
# debs: iproute2/sbin/tipc
# Calls and frames between two machines, beside TIPC and raw frames on the same wire. The other one
# does the same: vc-far.sh.
. /lib/guest.sh

figures() {
	bench-vc "${end:-near}" eth0 vc0 >/run/said || return 1
	grep "$(printf '\t')" /run/said >>/run/figures || [ "${end:-near}" = far ]
}

check "the NIC's driver loads" modprobe e1000
check "TIPC loads" modprobe tipc
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "TIPC takes it" /sbin/tipc bearer enable media eth device eth0
check "the modules load" load_modules net
check "the interface becomes vc0" cleardown bind vc eth:eth0
check "calls and frames are measured" figures
[ "${end:-near}" = far ] || check "the figures reach the host" figures_done
check "vc0 is unbound" cleardown unbind vc0
check "the modules unload" unload_modules net
