#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# cleardown selftest on kernels that do not keep what they promise: the stand-in has one file for all
# and forgets nothing. That it passes where promises are kept is for tests/e2e/selftest.

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

@test "each broken promise is a failed check, and exit code 2" {
	local check

	run --separate-stderr fake -j selftest phone0
	is 2
	for check in exclusive all-before exactly-once stale owner-killed; do
		[ "$(result $check)" = fail ]
	done
	for check in open bounded accounted reported; do
		[ "$(result $check)" = pass ]
	done
	[ "$(result call)" = skip ]
	[ "$(json 'd["passed"] + d["failed"] + d["skipped"] == len(d["checks"])')" = True ]
	run --separate-stderr fake -j selftest port0
	is 2
	[ "$(result owner-killed)" = fail ]
	run --separate-stderr fake -j selftest vc0
	is 2
	[ "$(result stale)" = fail ]
	[ "$(result call)" = pass ]
	run fake selftest phone0
	is 2 "fail exactly-once  PR-1  4 of 4 requests accepted: completions are missing" \
		"skip call          PR-5  no --number" "plain there is no plain device behind sim:"
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
