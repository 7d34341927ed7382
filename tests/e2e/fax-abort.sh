#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 4 --wait 5000 --machine 200:fax:rx={files}/rx.tif"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/fax3.tif
# FaxAbort in each phase of a call.
. /lib/guest.sh

export SPEED=4

check "the modules load" load_modules tty
tap fax-abort /dev/ttyS1 101
check "the modules unload" unload_modules tty
