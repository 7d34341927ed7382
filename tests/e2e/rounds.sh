#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 140
# vm: --modems 1 --limit 900
# Very many rounds of open, ask and end: on the scripted link, and on a 16550 with a modem.
. /lib/guest.sh

sim="--rounds 100000 --threads 8 --kills 500"
tty="--rounds 1000"
case $(uname -r) in
*debug) sim="--rounds 10000 --threads 8 --kills 100" tty="--rounds 200" ;;
esac

check "the modules load" load_modules tty sim
# shellcheck disable=SC2086
tap rounds $sim
# shellcheck disable=SC2086
tap rounds $tty --tty /dev/ttyS1
check "the modules unload" unload_modules sim tty
