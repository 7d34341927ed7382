#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 150
# vm: --printer "--pages-by ff --page-ms 1" --limit 900
# modules: lp ppdev
# rig: tcpprinter bankctl
# Very many rounds of open, print and end of a port, on the scripted link and on each kind of
# hardware; then lp has the parallel port, although ours is still bound.
. /lib/guest.sh

sim="--rounds 100000 --threads 8 --kills 200"
few="--rounds 800 --kills 40"
case $(uname -r) in
*debug) sim="--rounds 10000 --threads 8 --kills 100" few="--rounds 200 --kills 10" ;;
esac

printed_by_lp() { [ "$(wc -c </sys/kernel/debug/parsim/0/data)" = 1000 ]; }
links_used() { cat /sys/module/cleardown_*/refcnt /sys/module/parsim/refcnt | tr '\n' ' '; }

check "parport loads" modprobe parport
check "the parallel printer is there" insmod /modules/parsim.ko
check "ppdev loads" modprobe ppdev
tcpprinter --address 127.0.0.1 --control /run/printer --rcvbuf 32768 >/run/printer.log &
check "the network printer listens" wait_for 20 test -S /run/printer
check "the modules load" load_modules tty net parport sim
unused=$(links_used)
# shellcheck disable=SC2086
tap rounds --port sim --args deaf=1 $sim
# shellcheck disable=SC2086
tap rounds --port parport $few
# shellcheck disable=SC2086
tap rounds --port tcp --args "host=127.0.0.1 port=9100" --control /run/printer $few
# shellcheck disable=SC2086
tap rounds --port tty --tty /dev/ttyS1 $few
same "M-10 no link and no port's driver is in use" "$unused" "$(links_used)"
check "ppdev unloads" rmmod ppdev
check "a port is bound again" cleardown bind port parport:0 --as last
check "and prints" sh -c 'head -c 1000 /dev/zero >/dev/cleardown/last'
check "lp loads behind it" modprobe lp
check "M-10 lp has the port" test -c /dev/lp0
echo >/sys/kernel/debug/parsim/0/data
check "lp prints" sh -c 'head -c 1000 /dev/zero >/dev/lp0'
check "M-10 all of it" printed_by_lp
check "lp unloads" rmmod lp
check "the port is unbound" cleardown unbind last
check "M-10 the modules unload" unload_modules sim parport net tty
check "M-10 the port's driver unloads" rmmod parsim
kill %1
