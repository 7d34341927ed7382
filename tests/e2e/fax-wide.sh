#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# takes: 250
# vm: --modems 1 --limit 900 --bank "--speed 5 --wait 5000 --machine 200:fax:rx={files}/rx.tif,tx={letter}/five.tif --machine 201:fax:rx={files}/rx.tif,tx={letter}/five.tif,mh --machine 202:fax:rx={files}/rx.tif,tx={letter}/five.tif,mh,mr --machine 211:fax:tx={letter}/five.tif,mh,noecm --machine 212:fax:tx={letter}/five.tif,mh,mr,noecm --machine 221:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,refuse=1,hush=1 --machine 222:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,refuse=2,hush=2 --machine 224:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,refuse=4,hush=4 --machine 230:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,v29 --machine 231:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,v29,refuse=1,hush=1 --machine 240:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,v27ter --machine 241:fax:rx={files}/rx.tif,tx={letter}/fax1.tif,v27ter,refuse=1,hush=1"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/five.tif
# Five pages in each coding, with and without error correction, and a page at each other speed, both ways.
# fax.wide=all on the kernel's command line (scripts/vm --append): all of the codings.
. /lib/guest.sh

export SPEED=5
all=$(grep -o 'fax\.wide=all' /proc/cmdline)

check "the modules load" load_modules tty
# shellcheck disable=SC2086 # a word or none
tap fax-wide /dev/ttyS1 101 $all
check "the modules unload" unload_modules tty
