#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --bank "--fast all --machine 200:echo"
# modules: dummy_hcd usb_f_acm cdc_acm
# files: ../../userspace/udev/60-cleardown.rules
# debs: udev/bin/udevadm udev/lib/udev/rules.d/60-serial.rules
# debs: udev/lib/udev/rules.d/50-udev-default.rules
# debs: dbus-daemon/usr/bin/dbus-daemon dbus-system-bus-common/usr/share/dbus-1/system.conf
# debs: modemmanager/usr/sbin/ModemManager modemmanager/lib/udev/rules.d/80-mm-candidate.rules
# debs: modemmanager/usr/lib/x86_64-linux-gnu/ModemManager/libmm-plugin-generic.so
# debs: modemmanager/etc/dbus-1/system.d/org.freedesktop.ModemManager1.conf
# debs: libmm-glib0/usr/lib/x86_64-linux-gnu/libmm-glib.so.0
# debs: libqmi-glib5/usr/lib/x86_64-linux-gnu/libqmi-glib.so.5
# debs: libmbim-glib4/usr/lib/x86_64-linux-gnu/libmbim-glib.so.4
# debs: libqrtr-glib0/usr/lib/x86_64-linux-gnu/libqrtr-glib.so.0
# debs: libgudev-1.0-0/usr/lib/x86_64-linux-gnu/libgudev-1.0.so.0
# USB modems of the communication class (ttyACM) under a real udev, and beside a real ModemManager. Modem
# N is a gadget behind a host controller that exists in the kernel only; what comes to it goes to line
# 100 + N of the bank. That its DTR falls never gets through to there.
. /lib/guest.sh

pid= # background sets it
gadgets=/sys/kernel/config/usb_gadget

known() { echo "/dev/serial/by-id/usb-cleardown_bench_A$1-if00"; }
there() { [ -c "$(known "$1")" ]; }
not_there() { ! there "$1"; }
value() { cleardown -j show "$1" | jsonget "$2"; }
is_now() { [ "$(value "$1" "$2")" = "$3" ]; }
property() { udevadm info -q property -n "/dev/$1" | grep -qx "$2"; }
unproperty() { ! property "$@"; }
line_of() { basename "$(readlink -f "$(known "$1")")"; }

# A modem: the gadget, and the wire from its end of the terminal to the bank, anew whenever it is
# plugged in. Who holds the bank's line is there as long as the gadget is.
make_gadget() {
	mkdir -p "$gadgets/a$1/strings/0x409" "$gadgets/a$1/configs/c.1" "$gadgets/a$1/functions/acm.$1"
	cd "$gadgets/a$1" || return
	echo 0x1d6b >idVendor
	echo 0x0104 >idProduct
	echo cleardown >strings/0x409/manufacturer
	echo bench >strings/0x409/product
	echo "A$1" >strings/0x409/serialnumber
	ln -s "functions/acm.$1" configs/c.1
	cd / || return
}
configured() { grep -qx configured "/sys/class/udc/dummy_udc.$(($1 - 1))/state"; }
wire() {
	_near=/dev/ttyGS$(($1 - 1)) _far=/dev/ttyS$1
	while wait_for 600 configured "$1"; do
		stty -F "$_far" 115200 raw -echo crtscts clocal
		stty -F "$_near" raw -echo
		cat "$_far" >"$_near" &
		cat "$_near" >"$_far"
		kill $!
		wait $!
	done
}
plug() { echo "dummy_udc.$(($1 - 1))" >"$gadgets/a$1/UDC"; }
plugged() { plug "$1" && wait_for 10 there "$1" && udevadm settle; }
pull() { echo >"$gadgets/a$1/UDC" && wait_for 10 not_there "$1"; }

ln -s /bin/busybox /usr/bin/env
mkdir -p /lib/systemd
ln -s /bin/udevadm /lib/systemd/systemd-udevd
cp /tests/60-cleardown.rules /lib/udev/rules.d/
# By its own rules ModemManager leaves a terminal alone that looks like this; here it is to ask all.
echo 'SUBSYSTEM=="tty", KERNEL=="ttyACM*", ENV{ID_MM_DEVICE_PROCESS}="1"' \
	>/lib/udev/rules.d/59-bench.rules
modprobe dummy_hcd num=2
modprobe usb_f_acm
modprobe cdc_acm
mount -t configfs none /sys/kernel/config
check "the modules load" load_modules tty
check "udev starts" /lib/systemd/systemd-udevd --daemon
for n in 1 2; do
	check "a gadget is made" make_gadget $n
	wire $n &
	wires="$wires $!"
	check "modem $n has its name" plugged $n
done

# ---- ttyACM: bound, called, pulled and plugged in again ----

check "modem 1 is bound by the name of its hardware" cleardown bind phone "tty:$(known 1)" --as first \
	--args dtr=none
same "its line is a ttyACM" "tty:$(line_of 1)" "$(value first backend)"
check "its modem answers" run 0 phone at first I0
mkfifo /tmp/typed
exec 8<>/tmp/typed
background call phone dial first 200 <&8
check "a call is up on modem 1" wait_for 20 is_now first phone.call_state online
check "until it is closed" run 0 close first
check "which its caller is told" ended 9 "$pid" call
check "P-11e the modem is on hook" hostctl bank waitfor 101 onhook 3000
background call phone dial first 200 <&8
check "a call is up again" wait_for 20 is_now first phone.call_state online
check "the modem is pulled" pull 1
check "P-11d the call ends" wait_for 10 is_now first state gone
check "and who had it is told" ended 20 "$pid" call
# It has no power any more.
check "its line falls" hostctl bank drop 101
check "modem 2 is pulled" pull 2
check "modem 2 is plugged in first" plugged 2
check "modem 1 is plugged in again" plugged 1
check "P-11d the phone is back under its name" wait_for 10 is_now first state idle
same "on the line that modem 2 had" "tty:$(line_of 1) tty:ttyACM1" "$(value first backend) tty:$(line_of 1)"
check "P-11d its modem answers" run 0 phone at first I0

# ---- ModemManager ----

untouched() { [ "$(hostctl bank captured 101)" = ok ]; }
asked() { hostctl bank waitfor "10$1" captured:3 20000; }

hostctl bank capture 101 on
hostctl bank capture 102 on
echo messagebus:x:100:100::/:/bin/false >>/etc/passwd
echo messagebus:x:100: >>/etc/group
mkdir -p /run/dbus /var
ln -s /run /var/run
check "the bus starts" dbus-daemon --system
/usr/sbin/ModemManager --log-level=DEBUG --log-file=/tmp/mm.log &
mm=$!
check "ModemManager asks the modem that is not bound" asked 2
check "P-11d and leaves the one that is bound alone" untouched
check "which is free for its object" run 0 phone at first I0
hostctl bank capture 101 off
hostctl bank capture 101 on
check "modem 1 is pulled" pull 1
check "modem 2 is pulled" pull 2
hostctl bank capture 102 off
hostctl bank capture 102 on
check "modem 1 is plugged in again" plugged 1
check "P-11d its object has it back" wait_for 10 is_now first state idle
check "modem 2 is plugged in again" plugged 2
check "ModemManager asks the one" asked 2
check "P-11d and not the other" untouched
check "P-11d it was told to" grep -q 'ttyACM0): port filtered: device is blocklisted' /tmp/mm.log
check "the phone is unbound" run 0 unbind first
check "ModemManager gets its modem" asked 1
kill $mm
# shellcheck disable=SC2086 # process ids
kill $wires
check "the modules unload" unload_modules tty
