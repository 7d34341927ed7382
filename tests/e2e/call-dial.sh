#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--speed 4 --fast all --machine 200:echo --machine 201:sink --machine 300:echo"
# How calls begin, fail and are broken off.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-call dial /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
