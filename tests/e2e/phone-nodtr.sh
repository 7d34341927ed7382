#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--fast all --machine 200:echo"
# Phones whose DTR hangs nothing up.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-nodtr /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
