#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: no verdict
# Pid 1 dies: its text is wiped, so it faults when it comes back from waiting for this script.
. /lib/guest.sh

pass "a good result"
grep ' r-xp .*/init$' /proc/1/maps | tr - ' ' | while read -r start end _; do
	start=$((0x$start / 4096)) end=$((0x$end / 4096))
	dd if=/dev/zero of=/proc/1/mem bs=4096 seek=$start count=$((end - start)) conv=notrunc
done
