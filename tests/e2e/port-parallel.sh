#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 105
# vm: --limit 300
# modules: lp ppdev
# A port on a simulated parallel printer that goes off line, hangs, answers and vanishes; lp before
# us and after us.
. /lib/guest.sh

modprobe parport
check "the printer is there" insmod /modules/parsim.ko
check "lp loads and has the port" modprobe lp
check "the modules load" load_modules parport
refuses "a setting that nobody takes is refused" cleardown bind port parport:0 --args host=192.0.2.1
check "a port that lp has can be bound" cleardown bind port parport:0 --as held
refuses "and not opened" sh -c ': >/dev/cleardown/held'
check "lp unloads" rmmod lp
check "now it can be opened" sh -c ': >/dev/cleardown/held'
exec 4>/dev/cleardown/held
check "lp loads behind us" modprobe lp
refuses "and gets nothing" test -e /dev/lp0
exec 4>&-
check "lp unloads again" rmmod lp
check "the port is unbound" cleardown unbind held
check "ppdev loads" modprobe ppdev
tap port-parallel
check "ppdev unloads" rmmod ppdev
check "the port's driver unloads, whatever it went through" rmmod parsim
check "the modules unload" unload_modules parport
