#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1
# What bind refuses and accepts of a machine's terminal lines.
. /lib/guest.sh

check "the modules load" load_modules tty
tap tty-bind /dev/ttyS1 101
check "the modules unload" unload_modules tty
