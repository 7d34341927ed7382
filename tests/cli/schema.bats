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

@test "a member that is not in the schema is refused, wherever it is" {
	local words

	for words in list show "bind phone sim:" "close --verify" "close --all" "reports" \
		"phone dial hello" "phone at I3" "phone dial 7" "show nosuch" "wait phone0 idle"; do
		# shellcheck disable=SC2086
		fake -j $words || :
	done
	FAKE_DEVICES=port0 fake -j port status
	FAKE_DEVICES=port0 fake -j port print "$BATS_TEST_FILENAME"
	FAKE_DEVICES=vc0 fake -j show
	FAKE_DEVICES=vc0 fake -j vc show --states
	FAKE_DEVICES=vc0 fake -j vc stats
	FAKE_DEVICES=vc0 fake -j vc cdr
	plain -j version
	plain -j scan --all
	run schema --strict "$JSON"
	is 0
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
