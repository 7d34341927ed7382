#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# takes: 80
# vm: --modems 1 --limit 300 --bank "--fast all --speed 8 --machine 102:sink"
# Faults: the n-th one of each call, and a close with every allocation failing.
. /lib/guest.sh

check "the modules load" load_modules sim tty
always_fail failslab fail_page_alloc
quiet_fault fail_usercopy
tap failnth
tap nomem /dev/ttyS1
check "the modules unload" unload_modules tty sim
