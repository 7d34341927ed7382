#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vm2-bench.sh starts it)
# vm: --bare
. /lib/guest.sh

modprobe e1000
ip addr add 10.0.0.2/24 dev eth0
ip link set eth0 up
same "the two meet and tell each other" "ok one" "$(hostctl --timeout 90 meet ready 60000 two words)"
check "and reach each other" wait_for 30 ping -c 1 -W 2 10.0.0.1
check "and part" hostctl --timeout 90 meet over 60000
