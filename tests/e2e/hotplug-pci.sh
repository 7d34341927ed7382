#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --modems 1 --pci-serial
# The bench's hot unplug on the plain kernel: a PCI modem goes away and comes back, the bank stays.
. /lib/guest.sh

# The ttySN of the PCI card; the kernel gives a card that comes back another N.
port() { sed -n 's/^\([4-9]\): uart:16550A.*/ttyS\1/p' /proc/tty/driver/serial; }
present() { [ -n "$(port)" ]; }
absent() { ! present; }

check "the PCI modem answers" modem_answers "/dev/$(port)" AT OK
check "device_del is accepted" hostctl qmp device_del u1
check "the guest lets the device go" hostctl wait-deleted u1 10000
check "its port is gone" wait_for 5 absent
refuses "a device that is not there cannot be removed" hostctl qmp device_del u1
check "it is plugged in again" hostctl qmp device_add pci-serial,chardev=m1,id=u1
check "its port is back" wait_for 10 present
check "the modem answers again" modem_answers "/dev/$(port)" AT OK
