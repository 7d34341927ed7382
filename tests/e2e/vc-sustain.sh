#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# modules: veth
# Calls made and ended at the highest rate, over a cable inside the machine: the kernel's memory stays
# what it is. vc.sustain=SECONDS on the kernel's command line (scripts/vm --append): for so long.
. /lib/guest.sh

seconds=$(sed -n 's/.*vc\.sustain=\([0-9]*\).*/\1/p' /proc/cmdline)

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
tap vc-sustain veth0 veth1 "${seconds:-10}"
check "the modules unload" unload_modules net
