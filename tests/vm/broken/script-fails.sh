#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: scan script BAD: ended with status 3
# A script that gives up in the middle.
. /lib/guest.sh

pass "a good result"
exit 3
