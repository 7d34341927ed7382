#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 65
# vm: --modems 1 --icount --smp 1 --limit 300
# modules: parport
# rig: tcpprinter bankctl
# The bound of a close of a port in guest time, with printers that take nothing: a parallel one that
# is off line or busy for ever, a network printer that reads nothing, a serial line without CTS.
. /lib/guest.sh

tcpprinter --address 127.0.0.1 --control /run/printer --rcvbuf 32768 >/run/printer.log &
check "the network printer listens" wait_for 20 test -S /run/printer
check "parport loads" modprobe parport
check "the parallel printer is there" insmod /modules/parsim.ko
check "the modules load" exact_modules tty net parport
tap port-bound parport offline
tap port-bound parport hang
# Throwing away a full connection takes the instrumented kernel a quarter of a second.
case $(uname -r) in
*debug) ;;
*) tap port-bound tcp /run/printer 9100 ;;
esac
check "the modem lowers CTS" hostctl bank stall 101 on
tap port-bound tty /dev/ttyS1
check "the modules unload" unload_modules parport net tty
check "the port's driver unloads" rmmod parsim
kill %1
