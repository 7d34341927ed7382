#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# libcleardown without the module: its own test program, its symbols, its header.

TOP=$(dirname "$(dirname "$BATS_TEST_DIRNAME")")
BUILD=${BUILD:-$TOP/build}

setup_file() {
	make -s -C "$TOP/tests/lib" B="$BUILD/lib-test" >&2
	make -s -C "$TOP/userspace" B="$BUILD/tools" >&2
}

@test "conversions, names and the queue, under the address and undefined behaviour sanitizers" {
	timeout 60 "$BUILD/lib-test/test_lib"
}

@test "the library exports cleardown_* and nothing else" {
	local symbols

	symbols=$(nm -D --defined-only "$BUILD/tools/libcleardown.so.0" | awk '$2 == "T" { print $3 }')
	[ -n "$symbols" ]
	[ "$(grep -vc '^cleardown_.*@@LIBCLEARDOWN_0.1$' <<<"$symbols")" -eq 0 ]
	nm -D --defined-only "$BUILD/tools/libcleardown.so.0" | awk '$2 !~ /[TA]/ { exit 1 }'
}

@test "every function of the header is in the library, and the other way round" {
	diff <(grep -oE '\bcleardown_[a-z_]+\(' "$TOP/userspace/lib/cleardown.h" | tr -d '(' | sort -u) \
		<(nm -D --defined-only "$BUILD/tools/libcleardown.so.0" | awk '$2 == "T" { print $3 }' |
			sed 's/@.*//' | sort)
}

@test "the header is clean in C and C++, alone and beside the kernel's" {
	local flags=(-Wall -Wextra -Werror -fsyntax-only -I"$TOP/userspace/lib" -isystem "$TOP/uapi")
	local both='#include <linux/cleardown.h>'

	gcc -std=c99 -Wpedantic "${flags[@]}" -x c - <<<'#include <cleardown.h>'
	g++ -std=c++11 -Wpedantic "${flags[@]}" -x c++ - <<<'#include <cleardown.h>'
	gcc -std=c99 "${flags[@]}" -x c - <<<"$both"$'\n''#include <cleardown.h>'
	g++ -std=c++11 "${flags[@]}" -x c++ - <<<"$both"$'\n''#include <cleardown.h>'
}

@test "tool and backend install below DESTDIR, and the tool runs from there" {
	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$BATS_TEST_TMPDIR/d" PREFIX=/usr install
	[ -e "$BATS_TEST_TMPDIR/d/usr/include/cleardown.h" ]
	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/d/usr/lib "$BATS_TEST_TMPDIR/d/usr/bin/cleardown" --version
	[ -e "$BATS_TEST_TMPDIR/d/lib/udev/rules.d/60-cleardown.rules" ]
	# cupsd runs a backend as root only where nobody else may run it
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/d/usr/lib/cups/backend/cleardown")" = 700 ]
}
