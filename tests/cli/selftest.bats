#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# cleardown selftest on a stand-in that keeps each promise but those that it is told to break (fakebreak.c):
# each check fails for its own reason, and no other does. The real hardware is tests/e2e/selftest's.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export FAKE_DEVICES="phone0 port0 vc0"
}

# result CHECK: of the last document.
result() { json "[c['result'] for c in d['checks'] if c['check'] == '$1'][0]"; }

# failing WORD OBJECT [OPTION...]: the checks that fail when WORD is broken.
failing() {
	local word=$1

	shift
	FAKE_BREAK=$word run --separate-stderr fake -j selftest "$@"
	json "' '.join(c['check'] for c in d['checks'] if c['result'] == 'fail') + ' ' + str($status)"
}

@test "kept promises pass" {
	run --separate-stderr fake -j selftest phone0 --number 55
	is 0
	[ "$(json 'd["failed"], d["skipped"], d["passed"] == len(d["checks"])')" = "(0, 0, True)" ]
	run --separate-stderr fake -j selftest port0
	is 0
	[ "$(json 'd["failed"], d["skipped"]')" = "(0, 0)" ]
	run --separate-stderr fake -j selftest vc0
	is 0
	[ "$(json 'd["failed"], d["skipped"]')" = "(0, 0)" ]
	FAKE_DEVICES=fax0 run --separate-stderr fake -j selftest fax0
	is 0
	[ "$(json 'd["failed"], d["skipped"]')" = "(0, 0)" ]
	run fake selftest phone0
	is 0 "pass exactly-once  PR-1  4 of 4 requests accepted: each has one completion, the others none" \
		"skip call          PR-5  no --number" "plain there is no plain device behind sim:"
}

@test "each promise that a phone or a port breaks is a failed check of its own" {
	local check

	for check in exclusive all-before exactly-once silent accounted stale reported owner-killed; do
		[ "$(failing $check phone0)" = "$check 2" ]
	done
	for check in exclusive silent accounted stale reported owner-killed; do
		[ "$(failing $check port0)" = "$check 2" ]
	done
	[ "$(failing owner-lives phone0)" = "owner-killed 2" ]
	[ "$(failing call phone0 --number 55)" = "call 2" ]
	[ "$(FAKE_OPEN=13 failing "" phone0)" = "open 2" ]
	FAKE_BREAK=all-before run fake selftest phone0
	is 2 "fail all-before    PR-2" "not all were completed when it returned" "10 passed, 1 failed" \
		"pass exactly-once"
	# a line that is nobody's: any program may have it
	FAKE_BACKEND=tty:null run fake selftest phone0
	is 2 "fail exclusive     PR-4  another program can open the line of an open object"
}

@test "each promise that a link breaks" {
	local check

	for check in exactly-once stale call bounded all-before cleared owner-killed; do
		[ "$(FAKE_HASTE=1 failing $check vc0)" = "$check 2" ]
	done
	[ "$(FAKE_VC_LINK=closed failing "" vc0)" = "open 2" ]
	FAKE_VC=refuse:17 run --separate-stderr fake -j selftest vc0
	is 0
	[ "$(result call)" = skip ]
}

@test "each promise that the fax server breaks" {
	local check

	for check in bounded stale events-go-on owner-killed; do
		[ "$(FAKE_HASTE=1 FAKE_DEVICES=fax0 failing $check fax0)" = "$check 2" ]
	done
	FAKE_DEVICES=fax0 FAKE_BREAK=provider run --separate-stderr fake -j selftest fax0
	is 0
	[ "$(result provider)" = skip ]
}

@test "a close that does not come back does not keep the test" {
	FAKE_CLOSE=slow run --separate-stderr fake -j selftest phone0
	is 2
	[ "$(result bounded)" = fail ]
	[ "$(json 'd["checks"][-1]["text"]')" = "a close within 2 s: it hangs" ]
}

@test "a line that the close does not give back" {
	FAKE_CLOSE=stuck run --separate-stderr fake -j selftest phone0
	is 2
	[ "$(result bounded)" = fail ]
	[ "$(result free)" = fail ]
}

@test "who has it is not disturbed; operands and options" {
	FAKE_OWNER="812 minicom" run fake selftest phone0
	is 5 "held by pid 812 (minicom)"
	run fake selftest
	is 1 "selftest takes one object"
	run fake selftest phone7
	is 3
	run fake selftest vc0 --sap 256
	is 1 "not a selector"
	run plain selftest phone0
	is 3
}
