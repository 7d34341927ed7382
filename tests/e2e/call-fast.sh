#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# takes: 80
# vm: --modems 1 --limit 500 --bank "--fast all --machine 200:echo --machine 201:sink --machine 300:echo"
# 1 MiB each way over the unmodulated call.
. /lib/guest.sh

check "the modules load" load_modules tty
tap phone-call fast /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty
