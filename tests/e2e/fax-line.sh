#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 2
# A fax line and its provider: the transparent channel, the phone on the same line, and that the modem
# is on-hook and the line free whatever becomes of the provider.
. /lib/guest.sh

check "the modules load" load_modules tty
tap fax-line /dev/ttyS1 101 /dev/ttyS2 102
check "the modules unload" unload_modules tty
