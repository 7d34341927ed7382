#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --pci-serial --bank "--fast all --speed 4 --machine 102:echo"
# The modem's card is pulled in the middle of things, and comes back.
. /lib/guest.sh

check "the modules load" load_modules tty
tap unplug
check "the modules unload" unload_modules tty
