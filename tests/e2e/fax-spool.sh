#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 8 --wait 5000 --machine 200:fax:rx={files}/rx.tif --machine 201:fax:rx={files}/rx1.tif"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/fax3.tif
# The fax daemon is killed, told to end, and the modules are loaded anew, each with the clock set back: its
# jobs go on.
. /lib/guest.sh

export SPEED=8

check "the modules load" load_modules tty
tap fax-spool /dev/ttyS1 101
check "the modules unload" unload_modules tty
check "and load again" load_modules tty
rm -f /tmp/faxd.sock.seen # as a start of the machine does
check "by its clock a year earlier" date -s "@$(($(date +%s) - 31536000))"
tap fax-spool /dev/ttyS1 101 again
check "the modules unload again" unload_modules tty
