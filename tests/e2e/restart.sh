#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --modems 2 --bank "--machine 103:echo --machine 104:fax"
# expects-reboot: yes
# expects-on-hook: 101 102
# The machine restarts with a data call and a fax call up.
. /lib/guest.sh

check "the modules load" load_modules tty
tap restart /dev/ttyS1 /dev/ttyS2
