#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc-apart.sh starts it)
# vm: --limit 300
# shellcheck disable=SC2034
end=far # which vc-apart.sh looks at
. /tests/vc-apart.sh
