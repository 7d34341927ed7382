#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --printer
# Flow control of a serial port by XON and XOFF, and none.
. /lib/guest.sh

check "the modules load" load_modules tty
check "a port with XON and XOFF is bound" cleardown bind port tty:/dev/ttyS1 --flow xonxoff --as slow
check "its settings say so" json 0 settings.flow xonxoff show slow
tap port-flow xonxoff slow /dev/ttyS1
check "it is unbound" cleardown unbind slow
check "a port without flow control is bound" cleardown bind port tty:/dev/ttyS1 --flow none --as free
check "its settings say so" json 0 settings.flow none show free
tap port-flow none free /dev/ttyS1
check "it is unbound" cleardown unbind free
check "the modules unload" unload_modules tty
