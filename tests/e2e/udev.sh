#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 3 --usb-serial --bank "--fast all --machine 201:echo"
# files: ../../userspace/udev/60-cleardown.rules
# debs: udev/bin/udevadm udev/lib/udev/rules.d/60-serial.rules
# debs: udev/lib/udev/rules.d/50-udev-default.rules
# USB modems under a real udev and the rule that is installed: pulled in a call, plugged in again,
# under other names, and what becomes of their objects. Modem N is line 100 + N of the bank.
. /lib/guest.sh

pid= # background sets it

known() { echo "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_M$1-if00-port0"; }
there() { [ -c "$(known "$1")" ]; }
value() { cleardown -j show "$1" | jsonget "$2"; }
is_now() { [ "$(value "$1" "$2")" = "$3" ]; }
says() { grep -q -- "$1" /tmp/out; }
not_there() { ! there "$1"; }
pull() { hostctl qmp device_del "u$1" && wait_for 10 not_there "$1"; }
# plug N SERIAL: the wire of modem N, at an adapter of that number. QEMU may take its time to have done
# with the one before.
add() { hostctl qmp "device_add usb-serial,chardev=m$1,id=u$1,serial=$2,always-plugged=on"; }
plug() { wait_for 20 add "$@"; }
plugged() { plug "$1" "M$1" && wait_for 10 there "$1" && udevadm settle; }
property() { udevadm info -q property -n "/dev/$1" | grep -qx "$2"; }
unproperty() { ! property "$@"; }

# What a machine with udev has: the program as env, rules, and the database.
ln -s /bin/busybox /usr/bin/env
mkdir -p /lib/systemd
ln -s /bin/udevadm /lib/systemd/systemd-udevd
cp /tests/60-cleardown.rules /lib/udev/rules.d/
modprobe xhci_pci
modprobe ftdi_sio
check "the modules load" load_modules tty
check "udev starts" /lib/systemd/systemd-udevd --daemon
check "and looks at what is there" udevadm trigger --action=add --sysname-match='ttyUSB*'
for n in 1 2 3; do
	check "modem $n has its name" wait_for 20 there "$n"
done
udevadm settle

# ---- bound ----

check "modem 1 is bound by the name of its hardware" cleardown bind phone "tty:$(known 1)" --as first
check "modem 2 by that of its line" cleardown bind phone "tty:$(readlink -f "$(known 2)")" --as second \
	--speed 57600 --flow none --init ATS0=0
check "modem 1 is a fax, too" cleardown bind fax "tty:$(known 1)" --as paper
same "the binding knows the hardware" usb-QEMU_QEMU_USB_SERIAL_M2-if00-port0 \
	"$(value second settings.ident)"
same "its speed" 57600 "$(value second settings.speed)"
same "its flow control" none "$(value second settings.flow)"
same "and its other settings" init=ATS0=0 "$(value second settings.args)"
check "show tells them" run 0 show second
check "for people, too" says '57600 bit/s, flow none, init=ATS0=0'
udevadm settle
for n in 1 2; do
	line=$(basename "$(readlink -f "$(known $n)")")
	check "ModemManager is told to leave modem $n" property "$line" ID_MM_DEVICE_IGNORE=1
done
line=$(basename "$(readlink -f "$(known 3)")")
check "but not the one that is not bound" unproperty "$line" ID_MM_DEVICE_IGNORE=1

# ---- pulled while they are idle, and plugged in the other way round ----

for n in 1 2; do
	check "modem $n is pulled" pull $n
done
for name in first paper second; do
	check "P-11d $name is gone, though nobody used it" wait_for 10 is_now $name state gone
done
check "modem 2 is plugged in again" plugged 2
check "P-11d its object has it under the other one's name" wait_for 10 is_now second backend tty:ttyUSB0
same "P-11d and its settings" "57600 none init=ATS0=0" \
	"$(value second settings.speed) $(value second settings.flow) $(value second settings.args)"
check "P-11d the other objects wait" is_now first state gone
check "modem 1 is plugged in again" plugged 1
for name in first paper; do
	check "P-11d $name has its line back" wait_for 10 is_now $name backend tty:ttyUSB1
	check "P-11d and can be opened" is_now $name state idle
done
check "the modem answers at its object" run 0 phone at first I0
check "so does the other" run 0 phone at second I0

# ---- pulled in a call ----

mkfifo /tmp/typed
exec 8<>/tmp/typed
background call phone dial first 201 <&8
check "a call is up on modem 1" wait_for 20 is_now first phone.call_state online
check "its modem is pulled" pull 1
check "P-11d the call ends" wait_for 10 is_now first state gone
check "and who had it is told" ended 20 "$pid" call
check "modem 1 is plugged in again" plugged 1
check "P-11d the phone is back under its name" wait_for 10 is_now first state idle
hostctl bank drop 101
background call phone dial first 201 <&8
check "and dials again" wait_for 20 is_now first phone.call_state online
check "until it is closed" run 0 close first
check "which its caller is told" ended 9 "$pid" call

# ---- another modem under the name ----

check "modem 1 is pulled" pull 1
check "first is gone" wait_for 10 is_now first state gone
check "another modem gets the name of its line" plug 1 OTHER
check "and is there" wait_for 10 test -c /dev/ttyUSB1
udevadm settle
check "P-11d it is not taken for the one that was pulled" is_now first state gone
check "it is pulled" hostctl qmp device_del u1
check "and gone" wait_for 10 test ! -c /dev/ttyUSB1
check "modem 1 is plugged in again" plugged 1
check "P-11d and is first again" wait_for 10 is_now first state idle

# ---- a modem that comes late, and what the configuration wants of it ----

check "modem 3 is pulled" pull 3
printf '[late]\nclass = phone\nline = tty:%s\nspeed = 38400\n' "$(known 3)" >/etc/cleardown.conf
check "modem 3 is plugged in" plugged 3
check "the object that the configuration wants is there" wait_for 10 is_now late state idle
same "bound as it says" 38400 "$(value late settings.speed)"
check "its modem answers" run 0 phone at late I0
udevadm settle
late=$(basename "$(readlink -f "$(known 3)")")
check "ModemManager is told to leave it" wait_for 10 property "$late" ID_MM_DEVICE_IGNORE=1
check "it is unbound" run 0 unbind late
udevadm settle
check "ModemManager may have it again" wait_for 10 unproperty "$late" ID_MM_DEVICE_IGNORE=1

for name in first paper second; do
	check "unbind $name" run 0 unbind $name
done
check "the modules unload" unload_modules tty
