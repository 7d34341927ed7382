#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's own behaviour over a stand-in for the kernel: what it prints, how it ends, what it asks
# for. What the module does is tested in VMs.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# ---- objects ----

@test "list shows the objects, as a table and as JSON" {
	FAKE_DEVICES="phone0 phone1" FAKE_OWNER="812 minicom" run fake list
	is 0 "phone0 phone sim:" open "812 (minicom)" "phone1 phone sim:" idle
	FAKE_OWNER="812 minicom" run fake -j list
	is 0
	[ "$(json 'd["objects"][0]["owner"]["pid"], d["objects"][0]["state"]')" = "(812, 'open')" ]
	[ "$(json 'd["objects"][0]["lines"]["cts"], d["objects"][0]["lines"]["dtr"]')" = \
		"(True, False)" ]
	FAKE_DEVICES="" run fake list
	is 0 "nothing is bound"
}

@test "show has all of one object" {
	run fake show
	is 0 "phone0 (phone)" "FAKE MODEM" "can do" "2400 bit/s"
	run fake -j show 0
	is 0
	[ "$(json 'd["object"], d["phone"]["volume"], d["capabilities"]["operations"]')" = \
		"('phone0', 32768, ['dial', 'answer'])" ]
}

@test "an object may be left out, numbered, or named; mistakes are explained" {
	run fake show
	is 0 phone0
	FAKE_DEVICES="phone0 phone1" run fake show
	is 1 "there are 2 (phone0 phone1)" "say which one"
	FAKE_DEVICES="phone0 phone1" run fake show 1
	is 0 "phone1 (phone)"
	run fake show phon0
	is 3 "no object of that name" "did you mean phone0?"
	run fake show 7
	is 3 "phone7"
	FAKE_DEVICES="" run fake phone at I3
	is 3 "no phone is bound" "cleardown scan"
}

@test "bind passes its options on and shows the kernel's own words" {
	run fake bind phone sim: --as x --speed 9600 --flow none --args dtr=none --init 's0=0 &c1'
	is 0 "phone0: bound to sim:"
	logged 'bind sim x 9600 1 \[dtr=none init=ATs0=0&c1\]'
	run fake bind phone sim: --init ATZ
	is 0
	logged 'bind sim  0 0 \[init=ATZ\]'
	run fake bind phone sim: --args refuse
	is 2 "cannot bind: the line has no UART"
	run fake bind phone /dev/ttyS0
	is 1 "say tty:/dev/ttyS0"
	run fake bind phone tty:/dev/ttyNONE0
	is 3 "no such line"
}

@test "where the kernel refuses a setting, bind guesses which one was meant" {
	run fake bind phone tty:/dev/null --args 'refuse=1 panle=ask'
	is 2 "the line has no UART"
	[[ $output != *"did you mean"* ]]
	run fake bind phone tty:/dev/null --args 'panle=refuse init=AT'
	is 2 "cannot bind: the line has no UART" "did you mean panel?"
	run fake bind port tcp:192.0.2.1 --args 'monitr=refuse'
	is 2 "did you mean monitor?"
	# what the scripted link does is for tests
	run fake bind phone sim: --args 'panle=refuse'
	is 2
	[[ $output != *"did you mean"* ]]
	# all that the help names is known
	run fake bind vc atmtcp:192.0.2.1 --args "$(plain bind --help |
		sed -n '/Of a vc:$/,/^$/p' | grep -oE '\b(t3[0-9]+|uni|role|nsap|max_sdu|peer|close_data|cc|poll|keepalive|noresponse|idle)\b' |
		sort -u | sed 's/$/=1/' | xargs) max_sduu=refuse"
	is 2 "did you mean max_sdu?"
}

@test "rebind finds the object that lost the line" {
	run fake rebind phone0 tty:/dev/null
	is 0 "phone0: bound to sim:"
	logged "rebind phone0 0x103"
	run fake rebind tty:null
	is 3 "no object lost this line"
	FAKE_GONE=tty:null run fake rebind tty:null
	is 0 phone0
	run fake -q rebind tty:null
	is 3
	[ -z "$output" ]
}

@test "rebind knows a line by its hardware, whatever it is called now" {
	cd "$BATS_TEST_TMPDIR"
	mkdir by-id
	ln -s /dev/null by-id/usb-Modem_7-if00
	export CLEARDOWN_BY_ID=$PWD/by-id
	FAKE_DEVICES="phone0 fax0" FAKE_GONE=tty:ttyUSB9 FAKE_IDENT=usb-Modem_7-if00 run fake rebind tty:null
	is 0 "phone0: bound to" "fax0: bound to"
	logged "rebind phone0 0x103 usb-Modem_7-if00"
	logged "rebind fax0 0x103 usb-Modem_7-if00"
	# another modem with the name of the one that went is not it
	FAKE_GONE=tty:null FAKE_IDENT=usb-Modem_8-if00 run fake rebind tty:null
	is 3 "no object lost this line"
	# what bind did not know is known by its name, and is told what it is
	FAKE_DEVICES="phone0 fax0" FAKE_GONE=tty:null run fake -j rebind tty:null
	is 0 '"object":"phone0"' '"object":"fax0"'
	run fake bind phone "tty:$PWD/by-id/usb-Modem_7-if00"
	is 0
	logged 'ident usb-Modem_7-if00'
}

@test "rebind --away tells what a pulled line was bound to" {
	FAKE_DEVICES="phone0 fax0" FAKE_BACKEND=tty:ttyUSB9 run fake rebind --away tty:ttyUSB9
	is 0
	logged "away phone0"
	logged "away fax0"
	rm "$BATS_TEST_TMPDIR/log"
	FAKE_BACKEND=tty:ttyUSB8 run fake rebind --away tty:/dev/ttyUSB9
	is 0
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
	run fake rebind --away phone0 tty:ttyUSB9
	is 1
}

@test "show and list tell how an object was bound" {
	FAKE_BACKEND=tty:null FAKE_ARGS=init=ATZ FAKE_IDENT=usb-Modem_7-if00 run fake show phone0
	is 0 "settings      9600 bit/s, flow none, init=ATZ" "hardware      usb-Modem_7-if00"
	FAKE_BACKEND=tty:null run fake -j list
	is 0 '"settings":{"speed":9600,"flow":"none","args":"","ident":null}'
	run fake -j list
	is 0 '"settings":{"args":"","ident":null}'
}

@test "unbind of an open object names the holder" {
	run fake unbind
	is 0 "phone0: unbound"
	FAKE_OWNER="812 minicom" run fake unbind phone0
	is 5 "held by pid 812 (minicom)" "cleardown close phone0" --force
	FAKE_OWNER="812 minicom" run fake unbind phone0 --force
	logged "unbind phone0 1"
}

# ---- calls ----

@test "the ends of a dialled call have their exit codes" {
	run fake phone dial 7
	is 10 "cannot dial: the far end is busy"
	run fake phone dial 8
	is 11 "does not answer"
	run fake phone dial 6
	is 12 "no dial tone"
	run fake phone dial 3
	is 12 "no carrier"
	run fake phone dial 4
	is 2 ERROR
	run fake phone dial hello
	is 0 "call to hello, 2400 bit/s" "ended by peer" "6 received"
	run fake phone dial unplug
	is 20 "cause unplug"
	run fake phone dial admin
	is 9 "cause admin"
}

@test "a call as JSON is one document with its close report" {
	run --separate-stderr fake -j phone dial hello
	is 0
	[ "$(json 'd["type"], d["connected"], d["rate"], d["ended_by"], d["received"]')" = \
		"('call', True, 2400, 'peer', 6)" ]
	[ "$(json 'd["report"]["result"], d["report"]["steps"][0]["skipped"]')" = "('clean', True)" ]
	run --separate-stderr fake -j phone dial 7
	is 10
	[ "$(json 'd["error"]["exit"], d["result"], d["connected"]')" = "('remote-busy', 'busy', False)" ]
}

@test "dial closes orderly, with the options it was given" {
	run fake phone dial hello
	logged "close 2 -1"
	run fake phone dial 0 hello --mode abort --deadline 250 --dtr pulse:300
	is 0
	logged "close 3 250000000"
	logged "dtr 2 300"
}

@test "the report is shown with --verbose" {
	run fake -v phone dial hello
	is 0 "closed, clean" "100 accepted = 90 confirmed + 0 discarded + 10 in doubt" drain-ops
}

@test "how the close ended is the exit code where nothing else went wrong" {
	FAKE_CLOSE=discarded run fake phone dial hello
	is 7 "data was discarded"
	FAKE_CLOSE=forced run fake phone dial hello
	is 8 "forced close"
	FAKE_CLOSE=stuck run fake phone dial hello
	is 30 "needs a person"
	FAKE_CLOSE=forced run fake phone dial 7
	is 10
}

@test "talk joins standard input and output; the end of input drains" {
	run --separate-stderr fake phone talk hello </dev/null
	is 0
	[ "$output" = hello ]
	logged "close 1 -1" || logged "close 2 -1"
	: >"$BATS_TEST_TMPDIR/log"
	run --separate-stderr fake phone talk 55 <<<"some text"
	is 0
	logged "close 1 -1"
}

@test "talk carries a megabyte both ways and stays with --stay" {
	head -c 1048576 /dev/urandom | tr -d b >"$BATS_TEST_TMPDIR/in"
	# the far end echoes until it reads "bye"
	(cat "$BATS_TEST_TMPDIR/in" && eventually enough && echo bye) |
		fake phone talk --stay 55 >"$BATS_TEST_TMPDIR/echo"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/echo"
}

enough() {
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/echo")" -ge "$(stat -c %s "$BATS_TEST_TMPDIR/in")" ]
}

@test "talk without a number answers the call that rings" {
	run --separate-stderr fake -v phone talk --stay <<<bye
	is 0
	logged "submit 0x111"
	[[ "$stderr" == *"answering, caller 5551234"* ]]
}

@test "talk ends in order when its reader has gone" {
	fake phone talk 55 --stay < <(while echo text; do :; done) | head -n 1
	logged "close 2 -1"
}

@test "with --json talk keeps stdout for the data" {
	run --separate-stderr fake -j phone talk hello </dev/null
	is 0
	[ "$output" = hello ]
	python3 -m json.tool <<<"$stderr"
}

@test "answer waits for the ring it was told" {
	run fake phone answer --wait connect
	is 0 "call from 5551234"
	logged "submit 0x111"
	: >"$BATS_TEST_TMPDIR/log"
	run fake phone answer --rings 3 --timeout 0.3
	is 6 "nobody has called"
	run logged "submit 0x111"
	[ "$status" -ne 0 ]
}

@test "at prints the modem's lines and no control characters" {
	run --separate-stderr fake phone at I3
	is 0
	[ "${lines[0]}" = "FAKE MODEM" ]
	[ "${lines[1]}" = '\x1b[31mred\xe9' ]
	run fake phone at ATI3
	is 0 "FAKE MODEM"
	run fake phone at I3 NONSENSE I3
	is 2 "cannot run ATNONSENSE: the modem says ERROR"
	run --separate-stderr fake -j phone at I3
	[ "$(json 'd["answers"][0]["result"], d["answers"][0]["lines"][0]')" = "('ok', 'FAKE MODEM')" ]
}

@test "an object's name is not taken for a number, a level or a command" {
	export FAKE_DEVICES=phone1
	run fake phone at phone0 I3
	is 3 "phone0: there is no object of that name; did you mean phone1?"
	run fake phone at phone1
	is 1 "at takes commands, and before them an object"
	run fake phone dial phone0
	is 1 "dial takes a number, and before it an object"
	run fake phone dial 5551234 phone1
	is 1 "dial takes a number, and before it an object"
	run fake phone volume phone0
	is 3 "no object of that name"
	run fake phone talk phone0
	is 3 "no object of that name"
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
}

@test "what the device cannot do is said with the contract's word" {
	run fake phone gain 5
	is 2 "the device cannot do that" PHONEERR_OPERATIONUNAVAIL
	run fake phone ring 2 50%
	is 2 "the device cannot do that" PHONEERR_OPERATIONUNAVAIL
	run fake phone ring
	is 0 "phone0: does not ring"
	run fake phone volume 50%
	is 0
	run fake phone volume
	is 0 32768
}

@test "a telephone's front and memory are shown and set" {
	run fake phone panel
	is 0 "bell: 2 of 3" "lamp 0: wink" "row 0: busy" "row 1: call"
	run --separate-stderr fake -j phone panel
	[ "$(json 'd["lamps"], d["display"]')" = \
		"([{'mode': 'wink', 'modes': ['off', 'wink']}], ['busy', 'call'])" ]
	run fake phone lamp 0 wink --hold 0
	is 0
	logged 'submit 0x106'
	run fake phone display busy "call 200" --hold 0
	is 0
	[ "$(grep -c "submit 0x107" "$BATS_TEST_TMPDIR/log")" = 2 ]
	run fake phone button 5 +431 Alice
	is 0
	logged 'submit 0x108'
	run fake phone data 2 "0123 Bob"
	is 0
	logged 'submit 0x109'
	run fake phone data 2
	is 0 '0123 Bo\xe9'
}

@test "hangup of a call that is over says so" {
	run fake phone hangup
	is 3 "no call is up"
	FAKE_OWNER="812 minicom" run fake phone hangup
	is 3 "no call is up"
	logged "cancel 4"
}

@test "why an open failed, and what to do" {
	FAKE_OPEN=16 FAKE_OWNER="812 minicom" run fake phone dial 1
	is 5 "phone0: cannot open: held by pid 812 (minicom)" "cleardown close phone0"
	FAKE_OPEN=13 run fake phone dial 1
	is 4 dialout
	FAKE_OPEN=19 run fake phone dial 1
	is 3 "hardware is gone"
	FAKE_OPEN=110 run fake phone dial 1
	is 6 "does not answer"
}

# ---- signals ----

@test "Ctrl-C closes in order, twice aborts" {
	FAKE_CLOSE=slow fake_in_background -v phone dial 0
	eventually logged "submit 0x110"
	kill -INT "$PID"
	eventually logged "close 2 -1"
	kill -0 "$PID"
	kill -INT "$PID"
	eventually logged "close 3 1000000000"
	ends_with 130
	grep -q "Ctrl-C again aborts" "$BATS_TEST_TMPDIR/err"
}

@test "SIGTERM closes a call that is up" {
	fake_in_background phone dial 55
	eventually logged "submit 0x110"
	kill -TERM "$PID"
	ends_with 130
	logged "close 2 -1"
}

# ---- close, wait, monitor, reports ----

@test "close passes mode and deadline on and judges the report" {
	FAKE_OWNER="812 minicom" run fake close phone0 --mode drain --deadline 1500
	is 0 "closed, drained" "cause admin"
	logged "ctl-close phone0 1 1500000000 0"
	run fake close
	is 0 "nobody has it open"
	FAKE_OWNER="812 minicom" FAKE_CLOSE=stuck run fake close
	is 30 "needs a person" "NOT FREE"
	FAKE_OWNER="812 minicom" run fake close --async
	is 0 "phone0: closing"
	logged "ctl-close phone0 2 -1 1"
	FAKE_OWNER="812 minicom" run fake -j close
	is 0
	[ "$(json 'd["type"], d["result"], d["cause"], d["verified"]')" = \
		"('close_report', 'clean', 'admin', None)" ]
}

@test "close --all closes each" {
	FAKE_DEVICES="phone0 phone1" FAKE_OWNER="812 minicom" run fake -j close --all
	is 0
	[ "$(json 'len(d["reports"])')" = 2 ]
	logged "ctl-close phone0 2 -1 0"
	logged "ctl-close phone1 2 -1 0"
}

@test "close --dtr opens the phone for it, or says who has it" {
	run fake close --dtr keep
	is 0 "closed, clean"
	logged "dtr 1 0"
	FAKE_OPEN=16 FAKE_OWNER="812 minicom" run fake close --dtr keep
	is 5 "held by pid 812"
}

@test "Ctrl-C twice hurries a close" {
	FAKE_OWNER="812 minicom" FAKE_CLOSE=slow fake_in_background close
	eventually logged "ctl-close phone0 2 -1 0"
	kill -INT "$PID"
	eventually sends_hurry
	ends_with 0
}

# The second signal may not come before the first was taken: it is sent until it shows.
sends_hurry() {
	kill -INT "$PID" 2>/dev/null
	logged "ctl-close phone0 3 1000000000 1"
}

@test "wait ends when the state is reached, or in time" {
	run fake wait idle
	is 0
	run fake wait phone0 open --timeout 0.2
	is 6 "cannot see it open: time ran out, it is idle"
	run fake -j wait call-idle
	is 0
	[ "$(json 'd["state"]')" = call-idle ]
}

@test "monitor prints events as lines, as JSON Lines with --json" {
	local line

	run --separate-stderr fake monitor --count 2
	is 0 "phone0 ring 1 5551234" "phone0 ring 2 5551234"
	[ "$stderr" = monitoring ]
	run --separate-stderr fake -j monitor phone0 --count 2
	is 0
	[ "${#lines[@]}" -eq 2 ]
	for line in "${lines[@]}"; do
		python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert d["event"] == "ring"' \
			"$line"
	done
	run --separate-stderr fake monitor --count 3 --timeout 0.3
	is 6
}

@test "monitor --relative counts from the start" {
	run --separate-stderr fake monitor --count 2 --relative
	is 0
	[[ "${lines[0]}" =~ ^\+[0-4]\.[0-9]{3}\ phone0\ ring ]]
	run --separate-stderr fake -j monitor --count 1 --relative
	is 0
	[ "$(json '0 <= d["relative_ns"] < 5e9 and d["time"][10]')" = T ]
	run --separate-stderr fake -j monitor --count 1
	[ "$(json '"relative_ns" in d')" = False ]
}

@test "monitor ends when all that it watched has been unbound" {
	FAKE_UNBOUND=1 run fake monitor
	is 3 "phone-close cause admin" "has been unbound"
}

@test "reports come as a table, in full, as JSON" {
	run fake reports
	is 0 "owner-died" "812 (minicom)" "0+10"
	run fake reports -v
	is 0 "killed by SIGKILL" "hangup"
	run fake reports -j --last 1
	is 0
	[ "$(json 'd["reports"][0]["closer"]["signal"], d["reports"][0]["cause_text"]')" = \
		"('KILL', 'KILL')" ]
	[ "$(json 'd["reports"][0]["started"]')" = "2026-01-02T03:04:05.678Z" ]
	run fake reports -j --last 0
	[ "$(json 'd["reports"]')" = "[]" ]
	run fake reports phone5
	is 0 "no reports"
	run fake reports phone5 -j
	[ "$(json 'd["reports"]')" = "[]" ]
}
