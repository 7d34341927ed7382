#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# takes: 150
# vm: --limit 300
# The KUnit suites. Loading their module runs them; allocations fail for the tasks that they mark.
. /lib/guest.sh

check "the modules load" load_modules sim
always_fail failslab fail_page_alloc
check "the suites run" insmod /modules/cleardown_kunit.ko
for suite in /sys/kernel/debug/kunit/cleardown_*; do
	kunit_results "$suite"
done
check "the modules unload" rmmod cleardown_kunit
check "with what they stood on" unload_modules sim
