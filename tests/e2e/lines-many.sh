#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 12 --pci-serial-4x
# vm: --bank "--fast all --machine 201:echo --machine 202:echo --machine 203:echo --machine 204:echo --machine 205:echo --machine 206:echo --machine 207:echo --machine 208:echo --machine 209:echo --machine 210:echo --machine 211:echo --machine 212:echo"
# Twelve phones at once, on three cards of four ports.
. /lib/guest.sh

# The lines of card N: its ports are where the kernel put them.
ports() {
	for dev in /sys/class/tty/ttyS*; do
		case $(readlink -f "$dev/device") in
		*/0000:00:*) basename "$dev" ;;
		esac
	done | sed 's/ttyS//' | sort -n | sed 's,^,/dev/ttyS,'
}

check "the modules load" load_modules tty
same "three cards have twelve ports" 12 "$(ports | wc -l)"
# shellcheck disable=SC2046 # as many words as lines
tap lines-many $(ports)
check "the modules unload" unload_modules tty
