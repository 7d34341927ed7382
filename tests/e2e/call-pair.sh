#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --bank "--speed 4 --fast all"
# A call between two of our own phones.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-pair /dev/ttyS1 101 /dev/ttyS2 102
check "P-11e the modules unload" unload_modules tty
