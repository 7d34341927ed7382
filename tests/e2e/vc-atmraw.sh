#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --limit 300
# What a peer over TCP can do to a link.
. /lib/guest.sh

check "the loopback interface" ip link set lo up
check "the modules load" load_modules net
tap vc-atmraw
check "the modules unload" unload_modules net
