#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# rig: tcpprinter bankctl
# A port on TCP and a printer that listens, stops reading, resets.
. /lib/guest.sh

ip link set lo up
tcpprinter --address 127.0.0.1 --control /run/printer --rcvbuf 32768 >/run/printer.log &
check "the printer listens" wait_for 20 test -S /run/printer
check "the modules load" load_modules net
tap port-tcp /run/printer 9100
check "the modules unload" unload_modules net
kill %1
