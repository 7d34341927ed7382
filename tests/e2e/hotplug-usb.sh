#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --modems 1 --usb-serial
# The bench's USB modem on the plain kernel: it answers, goes away and comes back.
. /lib/guest.sh

present() { [ -c /dev/ttyUSB0 ]; }
absent() { ! present; }

modprobe xhci_pci
modprobe ftdi_sio
check "the port appears" wait_for 10 present
check "the USB modem answers" modem_answers /dev/ttyUSB0 AT OK
check "device_del is accepted" hostctl qmp device_del u1
check "QEMU lets the device go" hostctl wait-deleted u1 10000
check "its port is gone" wait_for 5 absent
check "it is plugged in again" hostctl qmp device_add usb-serial,chardev=m1,id=u1,always-plugged=on
check "its port is back" wait_for 10 present
check "the modem answers again" modem_answers /dev/ttyUSB0 AT OK
