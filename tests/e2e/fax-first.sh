#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 2
# FaxClose of server handles and ports, the life of the service, jobs; on a modem behind a 16550.
. /lib/guest.sh

check "the modules load" load_modules tty
tap fax-first /dev/ttyS1
check "the modules unload" unload_modules tty
