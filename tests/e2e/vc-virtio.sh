#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm: --nic virtio-net-pci --limit 300
# vm2: vc-two-far.sh
# modules: sch_netem
# debs: iproute2/sbin/tc
# The same as vc-two, over another driver.
. /tests/vc-two.sh
