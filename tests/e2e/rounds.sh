#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --limit 900
# Very many rounds of open, ask and end: on the scripted link, and on a 16550 with a modem.
. /lib/guest.sh

check "the modules load" load_modules tty sim
tap rounds --rounds 100000 --threads 8 --kills 500
tap rounds --rounds 1000 --tty /dev/ttyS1
check "the modules unload" unload_modules sim tty
