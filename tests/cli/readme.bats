#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What the README tells a stranger to type before modules are loaded, as it stands there, on this
# machine: packages are only looked for, and what is installed goes below a directory. The rest is
# tests/e2e/stranger.sh.

bats_require_minimum_version 1.5.0

load cli.bash
load readme.bash

setup_file() { build_tool; }

# The stand-ins expand what is theirs:
# shellcheck disable=SC2016

# Commands that the README names and that must not do here what they do there: a machine with the stock
# kernel 6.12, on which apt-get looks and sudo changes nothing.
stand_ins() {
	local settings KVER KDIR

	settings=$("$TOP/scripts/kernel-get" 6.12)
	eval "$settings"
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cd "$BATS_TEST_TMPDIR/bin" || return
	printf '#!/bin/sh\nexec "$@"\n' >sudo
	printf '#!/bin/sh\nexec /usr/bin/apt-get -s -q "$@"\n' >apt-get
	printf '#!/bin/sh\n[ "$1" = -r ] && echo %s || exec /bin/uname "$@"\n' "$KVER" >./uname
	printf '#!/bin/sh\nexec /usr/bin/make KDIR=%s "$@"\n' "$KDIR" >./make
	chmod +x ./*
	PATH=$PWD:$PATH
	cd "$TOP" || return
}

command_number() { ten_commands "$TOP/README.md" | sed -n "$1p"; }

@test "there are ten commands, and the first names every package that building takes" {
	local package

	[ "$(ten_commands "$TOP/README.md" | wc -l)" -eq 10 ]
	stand_ins
	run bash -c "$(command_number 1)"
	is 0
	while read -r package; do
		# these come with the headers, or are there already
		[[ ! "$package" =~ ^(gcc-12|git|kmod|libelf1|pahole)$ ]] || continue
		[[ " $(command_number 1) " == *" $package "* ]]
	done < <(sed -n '/# building/,/#.*faxes/p' "$TOP/scripts/deps" | grep -v '#' | xargs -n 1)
}

@test "make, and make install below a directory" {
	local link

	stand_ins
	bash -c "$(command_number 2)" >&2
	export DESTDIR=$BATS_TEST_TMPDIR/root
	bash -c "$(command_number 3)" >&2
	[ -x "$DESTDIR/usr/local/bin/cleardown" ]
	[ -e "$DESTDIR/lib/modules/$(uname -r)/updates/cleardown/cleardown_tty.ko" ]
	[ -e "$DESTDIR/lib/udev/rules.d/60-cleardown.rules" ]
	# what bind says is to be loaded is there, for each link
	cd "$DESTDIR/lib/modules/$(uname -r)/updates/cleardown"
	for link in tty parport sim tcp eth atmtcp; do
		[ -e "cleardown_$link.ko" ] ||
			/sbin/modinfo -F alias cleardown_net.ko | grep -qx "cleardown_$link"
	done
	LD_LIBRARY_PATH=$DESTDIR/usr/local/lib "$DESTDIR/usr/local/bin/cleardown" --version
}
