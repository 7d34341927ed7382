#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --parallel null
# modules: parport_pc
# A real parallel port's driver is unbound through sysfs in mid-job: the job ends and says so, the
# driver's module can be unloaded, and loaded again the port prints.
. /lib/guest.sh

# The device that parport_pc has the port from, and its bus: pnp, or platform for io=.
driver_of() {
	for _dev in /sys/bus/pnp/drivers/parport_pc/*/ /sys/bus/platform/drivers/parport_pc/*/; do
		[ -d "$_dev" ] && [ "$(basename "$_dev")" != module ] && echo "$_dev" && return
	done
}

unbind_driver() { basename "$1" >"$(dirname "$1")/unbind"; }
moving() { [ "$(cleardown -j port status port0 | jsonget ports.0.port.document.confirmed)" -gt 10000 ]; }
state_is() { cleardown list | grep -q "port0.*$1"; }

check "the port's driver loads" modprobe parport_pc
check "the modules load" load_modules parport
check "the port is bound" cleardown bind port parport:0
head -c 16777216 /dev/zero >/tmp/job
cleardown port print /tmp/job >/tmp/out 2>&1 &
print=$!
check "a job is under way" wait_for 30 moving
check "its driver is unbound" unbind_driver "$(driver_of)"
refuses "RM-4 the job fails" wait "$print"
cleardown reports port0 --last 1 -v
same "RM-4 PR-8 the report says why" unplug \
	"$(cleardown -j reports port0 --last 1 | jsonget reports.0.cause)"
check "the port is shown as gone" state_is gone
check "M-10 RM-4 the port's driver unloads" rmmod parport_pc
check "and loads again" modprobe parport_pc
check "the port is found again" cleardown rebind port0 parport:0
head -c 100000 /tmp/job >/tmp/short
check "and prints" cleardown port print /tmp/short
check "the modules unload" unload_modules parport
check "and the port's driver" rmmod parport_pc
