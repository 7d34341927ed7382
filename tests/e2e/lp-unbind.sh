#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.12
# vm: --parallel null --append slub_debug=P
# modules: parport_pc lp
# expects-oops: lp
# The driver of a parallel port is unbound in mid-job, first under ours, then under stock lp: ours
# ends the job and gives the port back (all of it: port-unbind.sh), lp takes the kernel with it: it
# goes on with what was freed under it. Freed memory is poisoned here, for it may else look alive,
# and nobody kills the writer, for a signal may take it out of lp before it reads that memory.
. /lib/guest.sh

driver_of() {
	for _dev in /sys/bus/pnp/drivers/parport_pc/*/ /sys/bus/platform/drivers/parport_pc/*/; do
		[ -d "$_dev" ] && [ "$(basename "$_dev")" != module ] && echo "$_dev" && return
	done
}

unbind_driver() { basename "$1" >"$(dirname "$1")/unbind"; }
ours_moves() { [ "$(cleardown -j port status port0 | jsonget ports.0.port.document.confirmed)" -gt 10000 ]; }
lp_moves() { [ "$(sed -n 's/^wchar: //p' "/proc/$1/io")" -gt 10000 ]; }

head -c 16777216 /dev/zero >/tmp/job
check "the port's driver loads" modprobe parport_pc
check "the modules load" load_modules parport
check "the port is bound" cleardown bind port parport:0
cleardown port print /tmp/job >/tmp/out 2>&1 &
print=$!
check "ours: a job is under way" wait_for 30 ours_moves
check "ours: the driver is unbound" unbind_driver "$(driver_of)"
refuses "RM-4 ours: the job fails" wait "$print"
check "ours: the modules unload" unload_modules parport
check "ours: the port's driver unloads" rmmod parport_pc

check "the port's driver loads again" modprobe parport_pc
check "lp loads" modprobe lp
cat /tmp/job >/dev/lp0 &
print=$!
check "lp: a job is under way" wait_for 30 lp_moves "$print"
unbind_driver "$(driver_of)"
wait "$print"
fail "lp: the driver is unbound, and nothing happens"
