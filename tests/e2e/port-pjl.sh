#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --printer "--pages-by ff --page-ms 50"
# A PJL printer on a serial line: sent and printed, pages, paper out in mid-job, the line between
# documents.
. /lib/guest.sh

check "the modules load" load_modules tty
check "the port is bound" cleardown bind port tty:/dev/ttyS1 --monitor pjl
tap port-pjl /dev/ttyS1
check "the modules unload" unload_modules tty
