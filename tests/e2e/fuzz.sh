#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --limit 900
# Random calls beside two phones that must not notice.
. /lib/guest.sh

check "the modules load" load_modules sim
tap fuzz
tap fuzz --user
check "the modules unload" unload_modules sim
