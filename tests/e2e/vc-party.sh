#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm2: vc-party-far.sh
# vm: --limit 300
# modules: sch_netem
# debs: iproute2/sbin/tc
# A call to many parties on another machine.
. /lib/guest.sh

driver() { modprobe e1000 || { modprobe virtio_pci && modprobe virtio_net; }; }

check "the NIC's driver loads" driver
check "netem loads" modprobe sch_netem
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
tap vc-party "${end:-near}" eth0
check "the modules unload" unload_modules net
