#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The schema of what the tool prints with --json: it knows every document and nothing else. The
# documents of all other tests here are held against it when their file has ended.

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

schema() { python3 "$TOP/tests/cli/schema.py" "$@"; }

# The words with which the sources make documents.
types() {
	grep -ohE 'doc_(open|new)\([^()]*\)|print_line\("[^"]*"|own\(&[^;]*\);' -r \
		"$TOP/userspace/cli" | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u
}

@test "the schema has every type of document, and says of every member what it is" {
	# shellcheck disable=SC2046
	run schema --schema $(types)
	is 0
}

# all COMMAND...: each with --json, whatever it comes to.
all() {
	local words

	for words; do
		# shellcheck disable=SC2086
		fake -j $words </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 || :
	done
}

@test "a member that is not in the schema is refused, wherever it is, in each type of document" {
	local owner="812 minicom"

	cd "$BATS_TEST_TMPDIR" || return
	{ plain -j version && plain -j scan --all; } >out
	printf '[phone0]\nline = sim:\n' >conf
	all list show "bind phone sim:" unbind "close --verify" "close --all" "close --dtr keep" reports \
		"phone dial hello" "phone at I3" "phone dial 7" "phone hook off --hold 0" "phone dtmf 1" \
		"phone volume 50%" "phone gain 9" "phone ring" "phone ring 1" "phone panel" "phone lamp 0 wink --hold 0" \
		"phone display busy --hold 0" "phone button 5 1 Alice" "phone data 2" "show nosuch" "wait phone0 idle" \
		"monitor --count 2" "apply conf --dry-run" holders doctor "selftest phone0" "fax send 1"
	FAKE_OWNER=$owner all "phone hangup" "close --async" holders
	export FAKE_DEVICES=port0 FAKE_PAPER=$BATS_TEST_TMPDIR/paper FAKE_ID="MFG:HP;MDL:4;"
	all show "port print conf" "port write" "port drain" "port id" "port reset" "port status" \
		"port status --watch --count 1" "port configure port0 monitor=pjl" "monitor --count 2"
	export FAKE_DEVICES=vc0
	all show "vc show --states" "vc stats" "vc cdr" "vc cdr --follow --last 1 --timeout 0.3" \
		"vc make @peer --sap 7" "vc close 5" "close --all"
	run schema --strict "$JSON"
	is 0
	# what needs more around it: a capture and faxes (vc.bats, fax.bats), a call, a call to many and a
	# document of another process (the VMs)
	run comm -23 <(types) <(grep -oE '"type":"[a-z_]+"' "$JSON" | cut -d'"' -f4 | sort -u)
	run -1 grep -vE '^(fax.*|capture|cancelled|hangup|part(y|ies))$' <<<"$output"
}

@test "a member of the wrong kind, a missing one and an unknown type are refused" {
	local file=$BATS_TEST_TMPDIR/wrong

	echo '{"v":1,"type":"unbound","object":7}' >"$file"
	run schema "$file"
	is 1 "unbound: object: 7 is not of type 'string'"
	echo '{"v":1,"type":"version","tool":"0.1"}' >"$file"
	run schema "$file"
	is 1 "version: the document"
	echo '{"v":1,"type":"nosuch"}' >"$file"
	run schema "$file"
	is 1 "'nosuch' is not one of"
	echo '{"v":2,"type":"unbound","object":"phone0"}' >"$file"
	run schema "$file"
	is 1 "1 was expected"
}
