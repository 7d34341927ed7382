#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: a-tap-program: planned 3, gave 1 results
# A TAP program that dies before its plan is fulfilled.
. /lib/guest.sh

pass "a good result"
printf '#!/bin/sh\necho 1..3\necho ok 1 one\n' >/tmp/a-tap-program
chmod +x /tmp/a-tap-program
tap /tmp/a-tap-program
