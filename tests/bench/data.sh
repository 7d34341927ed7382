#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --smp 1 --modems 1
# vm: --bank "--fast all --machine 201:sink --machine 202:source:1048576"
# A data call through the phone and through the plain tty.
. /lib/guest.sh

check "the modules load" load_modules tty
check "the calls are measured" sh -c "bench-data /dev/ttyS1 101 >>/run/figures"
check "the figures reach the host" figures_done
check "the modules unload" unload_modules tty
