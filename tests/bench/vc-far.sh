#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc.sh starts it)
# vm: --smp 1 --limit 1800
# modules: tipc
# debs: iproute2/sbin/tipc
# shellcheck disable=SC2034
end=far # which vc.sh looks at
. /tests/vc.sh
