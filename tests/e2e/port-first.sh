#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --parallel
# modules: parport_pc ppdev
# The narrowest path of a port: documents on a parallel port, an orderly end, the port for ppdev.
. /lib/guest.sh

check "the port's driver loads" modprobe parport_pc
check "ppdev loads" modprobe ppdev
check "the modules load" load_modules parport
tap port-first 100000
check "the modules unload" unload_modules parport
check "and the port's driver" rmmod ppdev parport_pc
