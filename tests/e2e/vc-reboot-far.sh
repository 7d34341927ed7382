#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc-reboot.sh starts it)
# vm: --limit 300
# expects-reboot: yes
# shellcheck disable=SC2034
end=far # which vc-reboot.sh looks at
. /tests/vc-reboot.sh
