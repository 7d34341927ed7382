#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The CUPS backend over the stand-in for the kernel, run as cupsd runs it.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() {
	export FAKE_DEVICES=port0 FAKE_PAPER=$BATS_TEST_TMPDIR/paper FAKE_LOG=$BATS_TEST_TMPDIR/log
	export DEVICE_URI=cleardown:/port0
	seq 40000 >"$BATS_TEST_TMPDIR/in"
}

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# bats keeps a pipe at 3, which would be taken for the back channel.
backend() {
	LD_PRELOAD=$BUILD/cli/fakekernel.so timeout 30 "$BUILD/tools/cups/cleardown" "$@" 3>&- 4>&-
}

backend_in_background() {
	LD_PRELOAD=$BUILD/cli/fakekernel.so "$BUILD/tools/cups/cleardown" "$@" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- &
	PID=$!
}

job() { backend 7 user title "${COPIES:-1}" "" "$@"; }

side() {
	LD_PRELOAD='' timeout 40 python3 "$BATS_TEST_DIRNAME/sidechannel.py" "$BATS_TEST_TMPDIR/in" \
		"$1" env LD_PRELOAD="$BUILD/cli/fakekernel.so" "$BUILD/tools/cups/cleardown" \
		7 user title 1 "" 3>&-
}

@test "discovery gives a line for each port, with its Device ID" {
	local id='MFG:HP;MDL:LaserJet "4";CMD:PCL,PJL;'

	FAKE_DEVICES="phone0 port0 port1" FAKE_ID=$id run backend
	is 0
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = 'direct cleardown:/port0 "HP LaserJet \"4\"" "HP LaserJet \"4\" on port0 (sim:)" "MFG:HP;MDL:LaserJet \"4\";CMD:PCL,PJL;" ""' ]
	logged "submit 0x203"
	FAKE_ID=$'MANUFACTURER:HP;\nMODEL:HP DeskJet;' run backend
	is 0 '"HP DeskJet" "HP DeskJet on port0 (sim:)"'
	[ "${#lines[@]}" -eq 1 ]
	run backend
	is 0 'direct cleardown:/port0 "Unknown" "Printer on port0 (sim:)" "" ""'
	FAKE_ID=$id FAKE_OPEN=16 run backend
	is 0 'direct cleardown:/port0 "Unknown" "Printer on port0 (sim:)" "" ""'
	FAKE_DEVICES="" run backend
	is 0
	[ -z "$output" ]
}

@test "discovery without the module finds nothing and is no error" {
	[ ! -e /dev/cleardown/ctl ] || skip "needs hardware without the module"
	run timeout 10 "$BUILD/tools/cups/cleardown" 3>&- 4>&-
	is 0
	[ -z "$output" ]
}

@test "wrong arguments and URIs" {
	run backend 7 user
	is 1 "Usage:"
	DEVICE_URI=cleardown:/ run job </dev/null
	is 4 "not of the form"
	DEVICE_URI='cleardown:/port0?wait=later' run job </dev/null
	is 4
	DEVICE_URI=cleardown:/port0/x run job </dev/null
	is 4
	DEVICE_URI=socket://port0 run job </dev/null
	is 4
	run job "$BATS_TEST_TMPDIR/none"
	is 1 "Unable to open print file"
}

@test "a job from the filters is printed, whole, as a document of its title" {
	run backend 7 user "the title" 3 "" <"$BATS_TEST_TMPDIR/in"
	is 0 "INFO: Sending data to printer." "INFO: Waiting for printer to finish." \
		"STATE: +connecting-to-device" "STATE: -connecting-to-device"
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	logged "start-doc the title"
	logged "end-doc 0"
	logged "close 2 -1"
}

@test "a file is printed as often as was asked" {
	COPIES=3 run job "$BATS_TEST_TMPDIR/in"
	is 0
	cmp <(cat "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/in") "$FAKE_PAPER"
	[ "$(grep -c start-doc "$FAKE_LOG")" -eq 1 ]
}

@test "a job without a byte begins no document" {
	run job </dev/null
	is 0
	run logged "submit 0x201"
	[ "$status" -ne 0 ]
}

@test "it is printed where the port can tell, unless the URI says sent" {
	FAKE_MONITOR=1 run job "$BATS_TEST_TMPDIR/in"
	is 0
	logged "end-doc 2"
	rm "$FAKE_LOG"
	DEVICE_URI='cleardown:/port0?wait=sent' FAKE_MONITOR=1 run job "$BATS_TEST_TMPDIR/in"
	is 0
	logged "end-doc 0"
	DEVICE_URI='cleardown:/port0?wait=printed&reset=yes' FAKE_MONITOR=1 \
		run job "$BATS_TEST_TMPDIR/in"
	is 0
	logged "reset 1"
	DEVICE_URI='cleardown:/port0?wait=printed' run job "$BATS_TEST_TMPDIR/in"
	is 4 "monitor=pjl"
}

@test "a busy port is tried again later, a missing one stops the queue" {
	FAKE_OPEN=16 run job "$BATS_TEST_TMPDIR/in"
	is 6 "is busy"
	FAKE_OPEN=19 run job "$BATS_TEST_TMPDIR/in"
	is 6 "STATE: +offline-report"
	FAKE_OPEN=2 run job "$BATS_TEST_TMPDIR/in"
	is 4 "Unable to open"
}

@test "SIGTERM cancels the document: nothing of it leaves after that" {
	FAKE_PRINTER=paper backend_in_background 7 user title 1 "" "$BATS_TEST_TMPDIR/in"
	eventually grep -q "STATE: +media-empty-error" "$BATS_TEST_TMPDIR/err"
	eventually logged "start-doc title"
	kill -TERM "$PID"
	ends_with 0
	logged "cancel 1"
	logged "close 3 -1"
	grep -q "Document 1 cancelled: of [0-9]* bytes the printer has taken 0" \
		"$BATS_TEST_TMPDIR/err"
	[ ! -s "$FAKE_PAPER" ]
}

@test "a printer that is not there is waited for, and SIGTERM ends that at once" {
	FAKE_PRINTER=refuses backend_in_background 7 user title 1 "" "$BATS_TEST_TMPDIR/in"
	eventually grep -q "STATE: +offline-report" "$BATS_TEST_TMPDIR/err"
	grep -q "STATE: +connecting-to-device" "$BATS_TEST_TMPDIR/err"
	[ "$(grep -c "STATE: .offline-report" "$BATS_TEST_TMPDIR/err")" -eq 1 ]
	kill -TERM "$PID"
	ends_with 0
	CLASS=all FAKE_PRINTER=refuses run job "$BATS_TEST_TMPDIR/in"
	is 1 "Another printer of the class is tried"
}

@test "a document that somebody cancels cancels the job" {
	FAKE_PRINTER=cancels run job "$BATS_TEST_TMPDIR/in"
	is 5
	[ ! -s "$FAKE_PAPER" ]
}

@test "a port that is pulled out is tried again" {
	FAKE_PRINTER=unplug run job "$BATS_TEST_TMPDIR/in"
	is 6 "cause unplug"
}

@test "the side channel answers while a job is printed" {
	FAKE_ID='MFG:HP;MDL:X;' run side state,bidi,connected,id,reset,snmp,drain
	is 0 "state 1 " "bidi 1 0" "connected 1 0" "id 1 MFG:HP;MDL:X;" "reset 1" "snmp 7" \
		"drain 1" "exit 0"
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	run side id
	is 0 "id 7" "exit 0"
}

@test "a drain is answered when the printer has what was sent before" {
	run side drain
	is 0 "drain 1" "exit 0"
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	# online, paper out, and busy or not; what nobody takes must go into the pipe
	seq 1000 >"$BATS_TEST_TMPDIR/in"
	FAKE_PRINTER=paper run side state,term
	[[ "$output" == *"state 1 33"* || "$output" == *"state 1 35"* ]] || { echo "$output" && false; }
	is 0 "exit 0"
}
