#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --bare
# modules: lp ppdev
# The bench's simulated parallel port and printer, with nothing of ours on it: the kernel's own Device
# ID probe, ppdev, libieee1284 and lp find a printer, and what lp writes arrives.
. /lib/guest.sh

sim=/sys/kernel/debug/parsim/0
proc=/proc/sys/dev/parport/parport0
job=/tmp/job

count() { sed -n "s/^$1 //p" "$sim/counts"; }
there() { [ -e "$proc" ]; }
gone() { ! there; }

arrived() { cmp -s "$job" "$sim/data"; }

modprobe parport
check "the module loads" insmod /modules/parsim.ko
check "the port is there" there
check "the kernel's probe reads the Device ID" grep -q "^MODEL:Parsim 1284;" "$proc/autoprobe"
check "and takes it for a printer" grep -q "^CLASS:PRINTER;" "$proc/autoprobe"

check "ppdev loads" modprobe ppdev
check "ppdev has the port" wait_for 5 test -c /dev/parport0
tap parsim-host 0
tap parsim-library 0
echo 1 >"$sim/tristate"
echo 0 >"$sim/present"
echo 1 >"$sim/present"
check "the port is back, its data lines can be turned round now" wait_for 5 test -c /dev/parport0
tap parsim-host 0 tristate
tap parsim-library 0 tristate
echo 0 >"$sim/tristate"
check "ppdev unloads" rmmod ppdev

check "lp loads" modprobe lp
check "lp has the port" wait_for 5 test -c /dev/lp0
head -c 262144 /dev/urandom >"$job"
echo >"$sim/data"
check "lp writes a file" sh -c "cat $job >/dev/lp0"
check "every byte of it arrives" arrived
same "none more" 262144 "$(count bytes)"
same "none while the printer was busy" 0 "$(count overruns)"
same "none too fast" 0 "$(count short_strobes)"

refuses "the module stays while somebody has the port" rmmod parsim
echo 0 >"$sim/present"
check "the port vanishes" wait_for 5 gone
refuses "and lp has none" test -e /dev/lp0
echo 1 >"$sim/present"
check "the port is back" wait_for 5 there
check "and lp has it" wait_for 5 test -c /dev/lp0
check "lp unloads" rmmod lp
check "the module unloads" rmmod parsim
