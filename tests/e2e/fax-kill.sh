#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 100
# vm: --modems 1 --limit 600 --bank "--speed 8 --wait 5000 --machine 200:fax:rx={files}/rx.tif --machine 201:fax:noecm,rx={files}/rx1.tif"
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax2.tif
# The fax daemon and its clients are killed at each point of a call. fax.kill=POINTS,SEED on the kernel's
# command line (scripts/vm --append): each of them at each point, then at so many random moments.
. /lib/guest.sh

export SPEED=8
random=$(sed -n 's/.*fax\.kill=\([0-9]*\),\([0-9]*\).*/\1 \2/p' /proc/cmdline)

check "the modules load" load_modules tty
# shellcheck disable=SC2086 # two words
tap fax-kill /dev/ttyS1 101 $random
check "the modules unload" unload_modules tty
