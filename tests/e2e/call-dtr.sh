#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--fast all --machine 200:echo --machine 201:sink --machine 300:echo"
# What becomes of DTR when a phone with a call up is closed.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-call dtr /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
