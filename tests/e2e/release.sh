#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 100
# vm: --modems 2 --bank "--fast all --speed 4 --machine 201:sink --machine 202:sink"
# Every row of the release table on a 16550, with a data call up, a modem that takes no more bytes,
# or one that does not answer.
. /lib/guest.sh

check "the modules load" load_modules tty
tap release /dev/ttyS1 /dev/ttyS2
check "P-11 the modules unload" unload_modules tty
