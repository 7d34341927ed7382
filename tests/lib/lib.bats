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

@test "the library exports cleardown_* of version CLEARDOWN_1 and nothing else" {
	local symbols

	symbols=$(nm -D --defined-only "$BUILD/tools/libcleardown.so.1" | awk '$2 == "T" { print $3 }')
	[ -n "$symbols" ]
	[ "$(grep -vc '^cleardown_.*@@CLEARDOWN_1$' <<<"$symbols")" -eq 0 ]
	nm -D --defined-only "$BUILD/tools/libcleardown.so.1" | awk '$2 !~ /[TA]/ { exit 1 }'
	objdump -p "$BUILD/tools/libcleardown.so.1" | grep -q 'SONAME *libcleardown.so.1$'
}

# What is in the library and not in libcleardown1.symbols, or the other way round: a symbol that is new
# has to be said there, with the release; one that went away is another library.
symbols_differ() {
	diff <(grep -o '^ [^ ]*@CLEARDOWN[^ ]*' "$TOP/userspace/lib/libcleardown1.symbols" | tr -d ' ' |
		sort) <(nm -D --defined-only "$1" | awk '{ print $3 }' |
		sed 's/@@/@/; s/^\(CLEARDOWN[^@]*\)$/\1@\1/' | sort)
}

@test "Debian's list of symbols is what the library has; one more, and one less, is noticed" {
	local lib="$TOP/userspace/lib" dir=$BATS_TEST_TMPDIR

	symbols_differ "$BUILD/tools/libcleardown.so.1"
	sed 's/cleardown_ctl_fd;/&\n\tcleardown_new;/' "$lib/libcleardown.map" >"$dir/more"
	sed '/cleardown_ctl_fd;/d' "$lib/libcleardown.map" >"$dir/less"
	echo '__attribute__((visibility("default"))) void cleardown_new(void) {}' >"$dir/new.c"
	for map in more less; do
		gcc -shared -fPIC -o "$dir/$map.so" -Wl,--version-script,"$dir/$map" "$dir/new.c" \
			"$BUILD"/tools/lib/*.o
		run symbols_differ "$dir/$map.so"
		[ "$status" -eq 1 ]
		[ "$(grep -c '^[<>]' <<<"$output")" -eq 1 ]
	done
	! command -v dpkg-gensymbols >/dev/null || {
		mkdir -p "$dir/debian" && printf 'Source: cleardown\n\nPackage: libcleardown1\n%s\n' \
			'Architecture: any' >"$dir/debian/control"
		cd "$dir" && dpkg-gensymbols -plibcleardown1 -v0.1 -I"$lib/libcleardown1.symbols" \
			-e"$BUILD/tools/libcleardown.so.1" -O/dev/null -c4
	}
}

@test "of what a function returns the header says who owns it" {
	python3 "$TOP/tests/lib/owners.py" "$TOP/userspace/lib/cleardown.h"
	sed '/free it with cleardown_vc_free/d' "$TOP/userspace/lib/cleardown.h" >"$BATS_TEST_TMPDIR/h"
	run python3 "$TOP/tests/lib/owners.py" "$BATS_TEST_TMPDIR/h"
	[ "$status" -eq 1 ]
	[[ "$output" == *cleardown_vc_new* ]]
}

@test "every function of the header is in the library, and the other way round" {
	diff <(grep -oE '\bcleardown_[a-z0-9_]+\(' "$TOP/userspace/lib/cleardown.h" | tr -d '(' | sort -u) \
		<(nm -D --defined-only "$BUILD/tools/libcleardown.so.1" | awk '$2 == "T" { print $3 }' |
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
	for file in lib/udev/rules.d/60-cleardown.rules etc/cleardown.conf \
		lib/systemd/system/cleardown{,-faxd}.service usr/sbin/cleardown-faxd \
		usr/include/linux/cleardown{,_status}.h usr/share/man/man3/libcleardown.3 \
		usr/share/man/man7/cleardown-close.7 usr/share/cleardown/cleardown.schema.json \
		usr/share/bash-completion/completions/cleardown; do
		[ -s "$BATS_TEST_TMPDIR/d/$file" ]
	done
	for link in so.1 so; do
		[ "$(readlink "$BATS_TEST_TMPDIR/d/usr/lib/libcleardown.$link")" = libcleardown.so.1.0 ]
	done
	# what a machine's owner wrote stays
	echo '[phone7]' >"$BATS_TEST_TMPDIR/d/etc/cleardown.conf"
	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$BATS_TEST_TMPDIR/d" PREFIX=/usr install
	grep -qx '\[phone7\]' "$BATS_TEST_TMPDIR/d/etc/cleardown.conf"
	# cupsd runs a backend as root only where nobody else may run it
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/d/usr/lib/cups/backend/cleardown")" = 700 ]
}

@test "each example is built by pkg-config alone from what was installed" {
	local dir=$BATS_TEST_TMPDIR/d example flags

	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$dir" PREFIX=/usr install
	export PKG_CONFIG_PATH=$dir/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dir
	export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
	[ "$(pkg-config --modversion libcleardown)" = 0.1 ]
	for example in "$TOP"/userspace/examples/*.c; do
		# as a user has it, who sees nothing of the sources; the words are meant to be split
		cp "$example" "$dir/program.c"
		flags=$(pkg-config --cflags --libs libcleardown)
		# shellcheck disable=SC2086
		(cd "$dir" && gcc -Wall -Wextra -Werror -D_GNU_SOURCE -o program program.c $flags)
		LD_LIBRARY_PATH=$dir/usr/lib "$dir/program" --help 2>&1 | grep -qi usage
		[ "$(objdump -p "$dir/program" | grep -c 'NEEDED *libcleardown.so.1')" -eq 1 ]
	done
}
