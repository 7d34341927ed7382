#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--fast all --speed 4 --machine 102:echo"
# Suspend with a call up and with a close running.
. /lib/guest.sh

check "the modules load" load_modules tty
tap suspend /dev/ttyS1
check "the modules unload" unload_modules tty
