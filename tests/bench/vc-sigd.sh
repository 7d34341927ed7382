#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --smp 1
# modules: veth
# built: rig/atmshim.so=/usr/lib/
# debs: atm-tools/usr/sbin/atmsigd
# Calls within one machine, ours over veth beside those of a pair of stock atmsigd. They know unix
# sockets (tests/rig/README.md), so that it is not the same medium.
. /lib/guest.sh

# demon NAME OTHER ADDRESS ROLE: its PVC leads to the other one's.
demon() {
	mkdir -p "/run/$1"
	ATMSHIM_DIR=/run/$1 ATMSHIM_PEER=/run/$2 ATMSHIM_ADDR=$3 LD_PRELOAD=/usr/lib/atmshim.so \
		/usr/sbin/atmsigd -c /run/empty -n -l "/run/$1.log" -m "$4" -u uni31 0.0.5 \
		"/run/sig-$1" &
}

demons() {
	: >/run/empty
	demon caller called 4700000000000000000000000000000000000100 user
	_caller=$!
	demon called caller 4700000000000000000000000000000000000200 network
	_called=$!
	wait_for 20 test -S /run/sig-caller && wait_for 20 test -S /run/sig-called
}

figures() {
	bench-sigd veth0 veth1 /run/sig-caller /run/sig-called >/run/said || return 1
	grep "$(printf '\t')" /run/said >>/run/figures
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
# as many messages as there are calls, or each waits for the other one to read
check "room on unix sockets" sh -c "echo 512 >/proc/sys/net/unix/max_dgram_qlen"
check "two atmsigd" demons
check "the modules load" load_modules net
check "calls are measured" figures
check "the figures reach the host" figures_done
check "the modules unload" unload_modules net
kill "$_caller" "$_called"
