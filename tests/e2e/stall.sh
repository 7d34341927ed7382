#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 65
# vm: --modems 1 --bank "--fast all --speed 8 --machine 102:sink"
# A modem that takes no more bytes: CLOSE keeps its bound and accounts for every byte.
. /lib/guest.sh

check "the modules load" load_modules tty
tap stall /dev/ttyS1
check "the modules unload" unload_modules tty
