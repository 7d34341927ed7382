#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare
# vm2: vm2-far.sh
# The wire between two VMs of the bench.
. /lib/guest.sh

modprobe e1000
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
same "the two meet and tell each other" "ok two words" "$(hostctl --timeout 90 meet ready 60000 one)"
check "and reach each other" wait_for 30 ping -c 1 -W 2 10.0.0.2
check "one stops the other" hostctl far stop
refuses "which does not answer" ping -c 1 -W 1 10.0.0.2
check "and lets it go on" hostctl far cont
check "which answers again" wait_for 30 ping -c 1 -W 2 10.0.0.2
refuses "a command that QEMU does not know is an error" hostctl far nosuchcommand
check "and part" hostctl --timeout 90 meet over 60000
