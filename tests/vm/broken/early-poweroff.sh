#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: no verdict
# A guest that ends in good order, but before its verdict.
. /lib/guest.sh

pass "a result before the end"
poweroff -f
