#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 8 --wait 5000 --machine 200:fax:rx={files}/rx.tif,tx={letter}/fax2.tif --machine 201:fax:tx={letter}/fax3.tif,v27ter"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/fax2.tif
# debs: libtiff-tools/usr/bin/tiff2pdf
# files: fax-hook
# The fax daemon answers calls, and shares its line with a phone.
. /lib/guest.sh

export SPEED=8

check "the modules load" load_modules tty
tap fax-receive /dev/ttyS1 101
check "the modules unload" unload_modules tty
