#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: scan taint BAD: mask 0x200
# A taint flag that is not ours: W, which a real warning sets.
. /lib/guest.sh

pass "a good result"
echo 512 >/proc/sys/kernel/tainted
