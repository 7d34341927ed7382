#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --uni --nic e1000 --limit 300
# modules: e1000
# A call to many of ours, with stock atmsigd as its leaf.
. /lib/guest.sh

check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
check "the modules load" load_modules net
tap vc-unimulti eth0 root
check "the modules unload" unload_modules net
