#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --smp 1 --parallel null --limit 600
# modules: parport_pc lp
# A job on QEMU's parallel port beside lp, with its interrupt and without. The two take turns; each
# has the port for itself.
. /lib/guest.sh

take_turns() {
	for _run in 1 2 3 4 5; do
		modprobe lp && bench-port lp "$1" >>/run/figures && rmmod lp || return 1
		bench-port ours "$1" >>/run/figures || return 1
	done
}

check "the port's driver loads" modprobe parport_pc
check "the modules load" load_modules parport
check "the jobs are measured" take_turns "lp with its interrupt"
check "without an interrupt" rmmod parport_pc
check "the port's driver loads again" modprobe parport_pc io=0x378 irq=none
check "the jobs are measured" take_turns "lp without one"
check "the figures reach the host" figures_done
check "the modules unload" unload_modules parport
