#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --smp 1
# modules: veth
# Calls within one machine, over veth: made and cleared with others standing, and the frames of a call
# to many beside multicast UDP.
. /lib/guest.sh

load_for_many() {
	insmod /modules/cleardown.ko late_ms=200 max_handles=32768 &&
		insmod /modules/cleardown_net.ko
}

figures() {
	bench-scale veth0 veth1 >/run/said || return 1
	grep "$(printf '\t')" /run/said >>/run/figures
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "loopback" ip link set lo up
check "the modules load" load_for_many
check "calls and frames are measured" figures
check "the figures reach the host" figures_done
check "the modules unload" unload_modules net
