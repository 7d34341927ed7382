#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1
# The narrowest path through everything: one AT command to a modem on a 16550, and an orderly end.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-first /dev/ttyS1
check "the modules unload" unload_modules tty
