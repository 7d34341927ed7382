#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif
# Jobs for which no fax daemon came in time. Other modules stand for another start of the machine, where
# what a start empties is removed, too.
. /lib/guest.sh

export SPEED=1

anew() {
	check "the modules unload" unload_modules tty
	check "and load again" load_modules tty
}

# left STATE TEXT: what becomes of a job that was left; before, what happened meanwhile.
left() {
	tap fax-absent /dev/ttyS1 101 leave
	[ "$2" = same ] || rm -f /tmp/faxd.sock.seen
	: >/var/log/wtmp
	[ -z "$3" ] || check "shut down after $3 s" fax-absent down "$3"
	anew
	tap fax-absent /dev/ttyS1 101 find "$1"
}

mkdir -p /var/log
check "the modules load" load_modules tty
tap fax-absent /dev/ttyS1 101 same
left failed same
left failed start 3600
left pending start 20
left pending start
check "the modules unload again" unload_modules tty
