#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --modems 1 --bank "--speed 8 --wait 5000 --machine 203:fax:rx={files}/rx3.tif,mute --machine 204:fax:rx={files}/rx4.tif,leave=2 --machine 205:fax:rx={files}/rx5.tif,spoil=1 --machine 206:fax:rx={files}/rx6.tif,spoil=1 --machine 207:fax:rx={files}/rx7.tif,tx={letter}/fax3.tif,v27ter"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax3.tif
# Lines that are hit or cut in a page, far ends that fall silent or leave: what is told of each.
. /lib/guest.sh

export SPEED=8

check "the modules load" load_modules tty
tap fax-faults /dev/ttyS1 101
check "the modules unload" unload_modules tty
