#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 2
# Suspend with a fax call up, with a line that listens, and with a provider's close running.
. /lib/guest.sh

check "the modules load" load_modules tty
tap fax-suspend /dev/ttyS1 101 /dev/ttyS2 102
check "the modules unload" unload_modules tty
