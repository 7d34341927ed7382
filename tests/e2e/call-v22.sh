#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--speed 64 --machine 200:echo --machine 201:sink --machine 300:echo"
# 64 KiB each way through V.22bis, with the bank's clock 64 times as fast.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-call v22 /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
