#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --icount --smp 1
# The bound of a close in guest time, with a modem that is deaf from the beginning.
. /lib/guest.sh

check "the modules load" exact_modules tty
check "the modem is deaf" hostctl bank deaf 101 all
tap phone-bound /dev/ttyS1
check "the modules unload" unload_modules tty
