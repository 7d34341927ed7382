#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 4 --voice --fast all --machine 200:voice --machine 201:echo"
# Voice class: hook switches, volumes, keys, patterns of rings, and the way out of it.
. /lib/guest.sh

check "the modules load" load_modules tty sim
tap phone-voice /dev/ttyS1 101
check "P-11e the modules unload" unload_modules tty sim
