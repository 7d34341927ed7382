#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --limit 900
# Random calls to phones, ports and faxes beside two phones that must not notice.
. /lib/guest.sh

check "the modules load" load_modules sim
count=1000000
case $(uname -r) in
*debug) count=100000 ;;
esac

tap fuzz --count $count
tap fuzz --count $count --user
check "the modules unload" unload_modules sim
