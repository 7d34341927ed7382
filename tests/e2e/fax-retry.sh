#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 8 --wait 5000 --machine 200:fax:rx={files}/rx.tif --machine 201:voice"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif
# Calls of the fax daemon that fail, and when they are made again.
. /lib/guest.sh

export SPEED=8

check "the modules load" load_modules tty
tap fax-retry /dev/ttyS1 101
check "the modules unload" unload_modules tty
