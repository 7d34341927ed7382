#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc-party.sh starts it)
# vm: --limit 300
# modules: sch_netem
# debs: iproute2/sbin/tc
# shellcheck disable=SC2034
end=far # which vc-party.sh looks at
. /tests/vc-party.sh
