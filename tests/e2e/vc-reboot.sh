#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm2: vc-reboot-far.sh
# vm: --limit 300
# A machine reboots while its calls are up: vc-reboot-far.sh. The other one is told.
. /lib/guest.sh

driver() { modprobe e1000 || { modprobe virtio_pci && modprobe virtio_net; }; }

check "the NIC's driver loads" driver
check "the interface" ip link set eth0 up
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
tap vc-reboot "${end:-near}" eth0
check "the modules unload" unload_modules net
