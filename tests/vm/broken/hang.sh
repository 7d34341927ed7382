#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 15
# fails-with: no end within 15 s
# A test that never ends.
. /lib/guest.sh

pass "a result before the hang"
while :; do :; done
