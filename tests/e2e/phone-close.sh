#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--voice --machine 200:echo"
# What TSPI_phoneClose promises, on a modem behind a 16550.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-close /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
