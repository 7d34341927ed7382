#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What the shell offers: the completion is loaded and asked as readline would, on lines that end where
# the cursor is. What it may offer comes from the tool.

# bats sets stderr, and runs each test in a process of its own:
# shellcheck disable=SC2154,SC2030,SC2031

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() {
	build_tool
	cat >"$BATS_FILE_TMPDIR/ask" <<-'END'
		. /usr/share/bash-completion/bash_completion
		. "$TOP/userspace/completion/cleardown"
		compopt() { echo "compopt $*" >&2; }
		COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMP_LINE=$1 COMP_POINT=${#1}
		mapfile -t COMP_WORDS < <(grep -oE '[:=]+|[^ :=]+' <<<"$1")
		[[ $1 != *' ' ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_cleardown cleardown "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
		printf '%s\n' "${COMPREPLY[@]}"
	END
}

setup() {
	export TOP PATH=$BUILD/tools:$PATH FAKE_DEVICES="phone0 phone1 port0 vc0"
	cd "$BATS_TEST_TMPDIR" || return
}

# offers LINE WORD...: all that is offered, in any order.
offers() {
	local line=$1

	shift
	run --separate-stderr env LD_PRELOAD="$BUILD/cli/fakekernel.so" bash "$BATS_FILE_TMPDIR/ask" "$line"
	diff <(printf '%s\n' "$@" | sort) <(sort <<<"$output")
}

@test "commands and verbs" {
	offers "cleardown re" rebind reports
	offers "cleardown phone d" dial data display dtmf
	offers "cleardown -j --timeout 5 vc p" pipe pcap parties
	offers "cleardown help ph" phone
	offers "cleardown help phone h" hangup hook
	offers "cleardown help ex" exit-codes
	offers "cleardown nosuch " scan bind rebind unbind apply list show holders doctor selftest phone port vc fax close \
		wait monitor reports help version
}

@test "options, a command's own and those of all" {
	offers "cleardown close --d" --deadline --dtr
	offers "cleardown close phone0 --ver" --verify --verbose --version
	offers "cleardown scan --a" --all
	offers "cleardown list --a" ""
}

@test "values of options are the words that the tool takes" {
	local word

	offers "cleardown close --mode " drain orderly abort
	offers "cleardown close --mode=a" abort
	offers "cleardown phone dial --wait " end connect
	offers "cleardown port print --wait " sent printed
	offers "cleardown bind --flow x" xonxoff
	offers "cleardown vc listen --reject user" user-busy
	offers "cleardown vc make @peer --family " q2931 l2tp
	offers "cleardown fax send --res f" fine
	for word in $(cleardown __complete close --mode ""); do
		run fake close phone0 --mode "$word"
		is 0
	done
	for word in $(cleardown __complete phone hook --device ""); do
		run fake phone hook off --hold 0 --device "$word"
		[ "$status" -ne 1 ] || [[ "$output" != *handset,* ]]
	done
	for word in $(cleardown __complete bind --flow ""); do
		run plain bind port tty:/dev/null --flow "$word"
		[[ "$output" != *--flow* ]]
	done
	for word in $(cleardown __complete wait phone0 ""); do
		run fake --timeout 0.01 wait phone0 "$word"
		[ "$status" -ne 1 ]
	done
	for word in $(cleardown __complete vc listen --reject ""); do
		run fake vc listen --reject "$word" nosuch
		[[ "$output" != *Q.850* ]]
	done
}

@test "objects, of the class that the command is about" {
	offers "cleardown show p" phone0 phone1 port0
	offers "cleardown phone hangup " phone0 phone1
	offers "cleardown port print --port " port0
	offers "cleardown vc show " vc0
	offers "cleardown monitor phone0 v" vc0
	offers "cleardown phone hangup phone0 " ""
	FAKE_DEVICES="" offers "cleardown show " ""
	PATH=/usr/bin:/bin offers "cleardown show " ""
}

@test "other operands" {
	offers "cleardown bind " phone port vc fax
	offers "cleardown bind phone si" sim:
	[ "$stderr" = "compopt -o nospace" ]
	offers "cleardown bind vc eth:l" lo
	offers "cleardown phone hook " phone0 phone1 on off
	offers "cleardown phone hook phone0 o" on off
	offers "cleardown wait phone0 st" stuck
	offers "cleardown vc make @" @peer
	offers "cleardown phone dial phone0 " ""
}

@test "files are the shell's" {
	touch letter.ps list
	mkdir lower
	offers "cleardown port print l" letter.ps list lower
	offers "cleardown port print list le" letter.ps
	offers "cleardown fax receive --dir l" lower
}

@test "make install puts it where bash looks" {
	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$BATS_TEST_TMPDIR" install >&2
	cmp "$TOP/userspace/completion/cleardown" \
		usr/local/share/bash-completion/completions/cleardown
}
