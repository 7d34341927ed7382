#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: no verdict
# A guest that panics after it had results.
. /lib/guest.sh

pass "a result before the panic"
echo c >/proc/sysrq-trigger
