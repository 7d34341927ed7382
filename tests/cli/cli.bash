# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the tool share. BUILD names the directory of the built tool.
#
# bats sets output, status and stderr, and the tests use PID:
# shellcheck disable=SC2034,SC2154

TOP=$(dirname "$(dirname "$BATS_TEST_DIRNAME")")
BUILD=${BUILD:-$TOP/build}
PRELOAD=$BUILD/cli/fakekernel.so:$BUILD/cli/keepjson.so
# All documents of a file's tests, see teardown_file.
JSON=${BATS_FILE_TMPDIR:-}/documents

build_tool() {
	make -s -C "$TOP/userspace" B="$BUILD/tools" >&2
	make -s -C "$TOP/tests/cli" B="$BUILD/cli" >&2
}

# The tool by itself: this machine has no module.
plain() { KEEP_JSON=$JSON LD_PRELOAD=$BUILD/cli/keepjson.so timeout 20 "$BUILD/tools/cleardown" "$@"; }

# The tool with the stand-in for the kernel, and its log.
fake() {
	FAKE_LOG=$BATS_TEST_TMPDIR/log KEEP_JSON=$JSON LD_PRELOAD=$PRELOAD \
		timeout 20 "$BUILD/tools/cleardown" "$@"
}

# The same in the background, with nothing in between that a signal would meet: sets PID.
fake_in_background() {
	FAKE_LOG=$BATS_TEST_TMPDIR/log KEEP_JSON=$JSON LD_PRELOAD=$PRELOAD \
		"$BUILD/tools/cleardown" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	PID=$!
}

# What fake_in_background started ends with this exit code. wait(1) works in the parent only: no run.
ends_with() {
	local code=0

	wait "$PID" || code=$?
	PID=
	[ "$code" -eq "$1" ] || { echo "exit code $code, not $1" >&2 && return 1; }
}

logged() { grep -qx -- "$1" "$BATS_TEST_TMPDIR/log"; }

# Waits until a command succeeds, ten seconds at most.
eventually() {
	local end=$((SECONDS + 10))

	until "$@"; do
		((SECONDS < end)) || return 1
		read -rt 0.05 <> <(:) || :
	done
}

# json EXPRESSION: evaluates it in Python on the document (d) in $output; prints the value.
json() {
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' \
		"$output" "$1"
}

# is CODE [TEXT...]: the exit code, and texts that the output must contain.
is() {
	local text

	if [ "$status" -ne "$1" ]; then
		echo "exit code $status, not $1: $output" >&2
		return 1
	fi
	shift
	for text in "$@"; do
		if [[ "$output" != *"$text"* ]]; then
			echo "no \"$text\" in: $output" >&2
			return 1
		fi
	done
}

# What the tests of a file printed with --json is as the schema says.
teardown_file() {
	[ ! -e "$JSON" ] || python3 "$TOP/tests/cli/schema.py" "$JSON" >&2
}
