#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# vm: --limit 300
# Faults: the n-th one of each call on faxes.
. /lib/guest.sh

check "the modules load" load_modules sim
always_fail failslab fail_page_alloc
quiet_fault fail_usercopy
tap faxfault
check "the modules unload" unload_modules sim
