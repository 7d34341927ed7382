#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# takes: 80
# vm: --uni --nic e1000 --limit 300
# modules: e1000
# Calls with a real UNI peer: stock atmsigd on the network's side, both directions.
. /lib/guest.sh

check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
check "the modules load" load_modules net
tap vc-uni eth0 user
check "the modules unload" unload_modules net
