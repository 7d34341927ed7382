#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 60
# vm: --modems 1 --bank "--speed 4 --fast all --machine 200:echo --machine 300:echo"
# CLOSE in every state of a call.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-states /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
