#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 110
# vm: --modems 1 --icount --smp 1 --bank "--fast all --speed 8 --machine 102:sink"
# The same with the bound as promised, deadline + 50 ms, measured in guest time.
. /lib/guest.sh

check "the modules load" exact_modules tty
tap stall --guest /dev/ttyS1
check "the modules unload" unload_modules tty
