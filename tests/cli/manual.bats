#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages: that they are whole, and what they repeat is what the programs say. Their form is
# checked by `make check`.

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() { MAN=$BUILD/tools/man; }

# What a reader sees of a page, on lines that are never broken.
page() { man --warnings -l "$MAN/$1" | col -bx; }

names() { plain __complete "$@" ""; }

@test "each command and verb is in its page, with all its options" {
	local group verb option

	for group in "" phone port vc fax; do
		MANWIDTH=1000 page "cleardown${group:+-$group}.1" >"$BATS_TEST_TMPDIR/page"
		# shellcheck disable=SC2086
		for verb in $(names $group); do
			# groups have pages of their own
			[ -n "$group" ] || [[ ! "$verb" =~ ^(phone|port|vc|fax)$ ]] || continue
			grep -qE "^ +cleardown ${group:+$group }$verb( |$)" "$BATS_TEST_TMPDIR/page"
			for option in $(plain $group "$verb" --help | sed '/^Common/,$d' |
				grep -oE '^ +--[a-z-]+' | tr -d ' '); do
				grep -qE "^ +$option" "$BATS_TEST_TMPDIR/page"
			done
		done
	done
}

@test "cleardown(1) has every exit code and every common option" {
	local code option

	page cleardown.1 >"$BATS_TEST_TMPDIR/page"
	for code in $(plain help exit-codes | grep -oE '^ +[0-9]+'); do
		grep -qE "^ +$code +\\(" "$BATS_TEST_TMPDIR/page"
	done
	for option in $(names list - | grep -- --); do
		grep -qE "(^|[ ,])$option( |$)" "$BATS_TEST_TMPDIR/page"
	done
}

# has_all PAGE: every word of standard input is there; and there was one.
has_all() {
	local word n=0

	MANWIDTH=1000 page "$1" >"$BATS_TEST_TMPDIR/page"
	while read -r word; do
		n=$((n + 1))
		grep -qE "(^|[^A-Za-z_])$word([^A-Za-z_]|$)" "$BATS_TEST_TMPDIR/page" ||
			{ echo "$word" && return 1; }
	done
	[ "$n" -gt 0 ]
}

@test "cleardown(4) has every ioctl, opcode, record, errno and parameter" {
	local header=$TOP/uapi/linux/cleardown.h

	grep -oE '^#define CLEARDOWN_IOC_[A-Z_]+' "$header" | grep -v _MAGIC | cut -d' ' -f2 |
		has_all cleardown.4
	grep -oE '^	CLEARDOWN_EV_[A-Z_]+' "$header" | tr -d '\t' | has_all cleardown.4
	grep -oE '^	CLEARDOWN_OP_[A-Z_]+' "$header" | tr -d '\t' | has_all cleardown.4
	sed -n '/DOC: errno/,/\*\//p' "$header" | grep -oE '^ \* E[A-Z0-9]+' | cut -c4- |
		has_all cleardown.4
	grep -rhoE 'module_param(_named)?\([a-z_]+' "$TOP/kernel" | sed 's/.*(//' |
		has_all cleardown.4
}

@test "cleardown.conf(5) has every kind of line that bind takes" {
	plain bind --help | sed -n '/^Usage/,/^$/p' | grep -oE '\b[a-z]+:' | tr -d : | sort -u |
		has_all cleardown.conf.5
}

@test "libcleardown(3) has every function that the library gives away, and says what it does" {
	nm -D --defined-only "$BUILD/tools/libcleardown.so" | grep -oE 'cleardown_[a-z0-9_]+' |
		has_all libcleardown.3
	# a declaration has a comment in front of it, or follows one that has
	run awk '/^[a-z].*\(/ && before == "" { print } { before = $0 }' \
		"$TOP/userspace/lib/cleardown.h"
	[ -z "$output" ]
}

@test "the examples of cleardown(1), cleardown.conf(5) and libcleardown(3) work" {
	local file=$BATS_TEST_TMPDIR/conf source=$BATS_TEST_TMPDIR/example.c

	page cleardown.conf.5 | sed -n '/\[defaults phone\]/,/monitor = pjl/p' >"$file"
	sed -i 's/^ *//; s,tty:.*,sim:,; s,tcp:.*,sim:,' "$file"
	FAKE_DEVICES="" run fake apply "$file" --dry-run
	is 0 "phone0: would be bound to" "office: would be bound to"
	{
		printf '#include <cleardown.h>\nint main(void)\n{\n'
		page libcleardown.3 | sed -n '/struct cleardown_close_wish wish = {/,/queue_free/p'
		echo '}'
	} >"$source"
	gcc -Wall -Wextra -Werror -I "$TOP/userspace/lib" -o "$BATS_TEST_TMPDIR/example" "$source" \
		-L "$BUILD/tools" -lcleardown
	page cleardown.1 | grep -qF "cleardown -j monitor phone0 | jq -r"
	run --separate-stderr fake -j monitor phone0 --count 1
	[ "$(json 'd["event"], d["caller"]')" = "('ring', '5551234')" ]
}

@test "make install puts each page into its section" {
	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$BATS_TEST_TMPDIR" install >&2
	cd "$BATS_TEST_TMPDIR/usr/local/share/man"
	[ -s man1/cleardown.1 ] && [ -s man1/cleardown-fax.1 ] && [ -s man3/libcleardown.3 ]
	[ -s man4/cleardown.4 ] && [ -s man5/cleardown.conf.5 ] && [ -s man7/cleardown-close.7 ]
	[ -s man8/cleardown-faxd.8 ]
	run grep -r '\\" @' .
	is 1
}
