#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --usb-serial --bank "--fast all --machine 5551234:echo" --limit 240
# modules: parport
# files: ../../README.md ../../Makefile ../../scripts/load ../../userspace/udev/60-cleardown.rules ../cli/readme.bash
# debs: make/usr/bin/make bash/bin/bash kmod/bin/kmod udev/bin/udevadm udev/lib/udev/rules.d/50-udev-default.rules udev/lib/udev/rules.d/80-drivers.rules
# built: tools/cleardown=/usr/local/bin/
# A stranger with a USB modem, who has nothing but the README: its ten commands are taken from it and
# run as they stand, by a user in dialout, and by root where they say sudo. What they do before modules
# are loaded (packages, make, make install) is for tests/cli/readme.bats; its result is here.
. /lib/guest.sh
. /tests/readme.bash

src=/home/stranger/cleardown

# What Debian and make install have put there.
installed() {
	mkdir -p "$src/scripts" "$src/build" /lib/systemd /lib/udev/rules.d
	mv /tests/README.md /tests/Makefile "$src" && mv /tests/load "$src/scripts/" &&
		chmod +x "$src/scripts/load" && ln -s /modules "$src/build/$(uname -r)" &&
		mv /tests/60-cleardown.rules /lib/udev/rules.d/ && rm /usr/bin/cleardown &&
		rm -f /sbin/insmod /sbin/modprobe && ln -s /bin/kmod /sbin/insmod &&
		ln -s /bin/kmod /sbin/modprobe && ln -s /bin/udevadm /lib/systemd/systemd-udevd
}
settled() { udevadm settle --timeout=30; }
has_modem() { settled && [ -c /dev/ttyUSB0 ]; }

# type_in LINE: as it stands in the README; what it prints is in /tmp/out.
type_in() {
	case "$1" in
	"sudo "*) (cd "$src" && PATH=/usr/local/bin:$PATH bash -c "${1#sudo }") >/tmp/out 2>&1 ;;
	*) su dialer -c "cd $src && PATH=/usr/local/bin:\$PATH bash -c '$1'" >/tmp/out 2>&1 ;;
	esac
	_code=$?
	sed 's/^/# /' /tmp/out
	return "$_code"
}

# says N TEXT: the command N said so.
says() { grep -q -- "$2" "/tmp/said.$1"; }

check "a machine with Debian's udev and kmod" installed
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add
check "a modem on USB, for which udev loads the driver" wait_for 30 has_modem
ten_commands "$src/README.md" >/tmp/ten
same "the README has ten commands" 10 "$(wc -l </tmp/ten)"
same "of which three come before the modules" "sudo make load" \
	"$(sed -n '4s/ *#.*//p' /tmp/ten)"

n=3
while read -r line; do
	n=$((n + 1))
	check "command $n: ${line%%  *}" type_in "$line"
	cp /tmp/out "/tmp/said.$n"
	settled
done <<END
$(sed 1,3d /tmp/ten)
END

check "load says what it loads" says 4 '^Loading into the kernel of this machine: cleardown'
check "scan has the modem" says 5 ttyUSB0
check "bind makes phone0" says 6 phone0
same "udev's rule has given it to dialout" "660 dialout" "$(stat -c '%a %G' /dev/cleardown/phone0)"
check "close shows that it was ended by an administrator" says 9 'cause admin'
check "and that the line is free" says 9 'verified, /dev/ttyUSB0 can be opened'
check "the report has the owner" says 10 'owner: .*uid 1000'
check "its steps" says 10 'release .* ok'
check "and its bytes" says 10 'bytes: 0 accepted = 0 confirmed'
check "the bank saw the call end" hostctl bank waitfor 5551234 idle 5000
check "any program can have the line" sh -c "exec 9<>/dev/ttyUSB0"
check "the phone goes" /usr/local/bin/cleardown unbind phone0
udevadm control --exit
check "the modules unload" unload_modules sim net parport tty
