#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# debs: atm-tools/usr/sbin/atmtcp
# VCs over TCP: two links of this machine with stock atmtcp between them, and without.
. /lib/guest.sh

check "the loopback interface" ip link set lo up
check "the modules load" load_modules net
tap vc-atmtcp
check "the modules unload" unload_modules net
