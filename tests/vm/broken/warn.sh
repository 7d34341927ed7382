#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: scan log BAD: WARNING: CPU: 0 PID: 1 at nowhere
# A warning in the kernel log.
. /lib/guest.sh

pass "a good result"
echo "WARNING: CPU: 0 PID: 1 at nowhere" >/dev/kmsg
