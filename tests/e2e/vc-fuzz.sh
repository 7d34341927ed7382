#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --limit 300
# modules: veth
# Random calls to circuits, parties and call managers beside a call that must not notice.
. /lib/guest.sh

check "veth loads" modprobe veth
for i in 0 2; do
	check "a cable" ip link add type veth
	check "one end" ip link set veth$i up
	check "the other" ip link set veth$((i + 1)) up
done
check "the modules load" load_modules net
count=200000
case $(uname -r) in
*debug) count=40000 ;;
esac

tap vcfuzz --count $count veth0 veth1 veth2 veth3
check "the modules unload" unload_modules net
