#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--machine 300:echo"
# Closes that meet requests, other closes and the death of the closer.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-race /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
