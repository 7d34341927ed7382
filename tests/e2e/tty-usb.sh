#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 120
# vm: --modems 1 --usb-serial --bank "--fast all --machine 102:echo"
# A phone on a USB serial adapter, pulled in a call.
. /lib/guest.sh

modprobe xhci_pci
modprobe ftdi_sio
check "the modules load" load_modules tty
tap tty-usb
check "the modules unload" unload_modules tty
