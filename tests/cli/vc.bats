#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's virtual circuits over a stand-in for the kernel: calls that are made and taken, what
# becomes of their frames, how they end. What the module does is tested in VMs.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

ADDRESS=47000580ffe1000000f21a00000020481a2b3c05
PEER=39393939393939393939393939.393939393939.39

setup_file() { build_tool; }

setup() { export FAKE_DEVICES=vc0 FAKE_NO_REPORT=1; }

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# Whether the tool has said this on its standard error, or output, in the background.
told() { grep -q -- "$1" "$BATS_TEST_TMPDIR/err" "$BATS_TEST_TMPDIR/out"; }

not_logged() { ! grep -q -- "$1" "$BATS_TEST_TMPDIR/log"; }

made() { [ "$(grep -c ^make "$BATS_TEST_TMPDIR/log")" -eq "$1" ]; }

# The JSON line of type $1 number $2 of $output becomes $output.
json_line() {
	output=$(grep "\"type\":\"$1\"" <<<"$output" | sed -n "${2:-1}p")
	[ -n "$output" ]
}

# ---- the command line ----

@test "help of vc and its verbs is complete" {
	local verb

	run plain vc --help
	is 0 listen make pipe accept reject send recv close show cdr stats pcap \
		"lives with its process" "one link"
	for verb in listen make pipe accept reject send recv close show cdr stats pcap; do
		run plain vc "$verb" --help
		is 0 "Usage: cleardown vc $verb"
	done
	run plain vc listen --help
	is 0 --sap --family --count --accept --reject --echo --recv --data --mode --deadline --timeout
	run plain vc make --help
	is 0 --sap --family --hold --send --data --mode --deadline --timeout "Exit codes" \
		"40 hexadecimal digits"
	run plain vc pipe --help
	is 0 --sap --hold --stay --data --mode --deadline --timeout "Exit"
	run plain bind --help
	is 0 "bind vc eth:INTERFACE" t308
	run plain --help
	is 0 "virtual circuits"
}

@test "wrong options and operands are usage errors" {
	local words

	run plain vc make
	is 1 "make takes an address"
	run plain vc make a b c
	is 1 "make takes an address"
	run plain vc pipe
	is 1 "pipe takes an address"
	run plain vc listen vc0 vc1
	is 1 "listen takes one object"
	run plain vc show vc0 vc1
	is 1 "show takes one object"
	for words in "--sap 256" "--sap -1" "--sap some"; do
		# shellcheck disable=SC2086
		run plain vc listen $words
		is 1 "0 to 255"
	done
	for words in 0 x -1 0x100000000; do
		run plain vc make @peer --family "$words"
		is 1 "nor q2931 or l2tp"
	done
	for words in 0 128 nonsense -1; do
		run plain vc listen --reject "$words"
		is 1 "not a cause of Q.850"
	done
	for words in 0 x; do
		run plain vc listen --count "$words"
		is 1 "not a number above 0"
	done
	for words in -1 x inf; do
		run plain vc make @peer --hold "$words"
		is 1 "not a number of seconds"
	done
	run plain vc listen --accept --reject 17
	is 1 "exclude each other"
	for words in "--echo --recv" "--echo --reject 17" "--recv --reject 17"; do
		# shellcheck disable=SC2086
		run plain vc listen $words
		is 1 "exclude each other"
	done
	run plain vc make @peer --sap any
	is 1 "one selector"
	run plain vc make @peer --mode fast
	is 1 "drain, orderly or abort"
	run plain vc lisen
	is 1 "did you mean listen?"
	run plain vc
	is 1 "Usage: cleardown vc"
}

@test "an address has 40 digits, with dots between them" {
	local word

	for word in @per "" 47 "${ADDRESS}0" "${ADDRESS%?}" "${ADDRESS%?}g" ".$ADDRESS" "$ADDRESS."; do
		run plain vc make "$word"
		is 1 "40 hexadecimal digits"
	done
	run fake vc make 47.0005.80.FFE100.0000.F21A.0000.0020481A2B3C.05
	is 0
	logged "make $ADDRESS"
	run fake vc make "$ADDRESS" --sap 255
	is 0
	logged "make ${ADDRESS%05}ff"
}

@test "without the module the verbs end with 3" {
	local verb

	[ ! -e /dev/cleardown/ctl ] || skip "needs hardware without the module"
	for verb in show listen "make @peer" "pipe @peer"; do
		# shellcheck disable=SC2086
		run plain vc $verb </dev/null
		is 3 "the cleardown module is not loaded"
	done
}

@test "which link: the only one, one by name or number, never a phone" {
	FAKE_DEVICES="phone0 vc0" run fake vc show
	is 0 "vc0 (vc)"
	FAKE_DEVICES="vc0 vc1" run fake vc make @peer
	is 1 "there are 2 (vc0 vc1)"
	FAKE_DEVICES="vc0 vc1" run fake vc show 1
	is 0 "vc1 (vc)"
	FAKE_DEVICES=phone0 run fake vc listen
	is 3 "no vc is bound" "bind vc eth:INTERFACE"
	FAKE_DEVICES="phone0 vc0" run fake vc make @peer phone0
	is 1 "phone0 is not a vc"
}

# ---- binding, and the other commands ----

@test "bind vc takes an interface, by its index" {
	local index

	index=$(printf %#x "$(</sys/class/net/lo/ifindex)")
	run fake bind vc eth:lo
	is 0 "vc0: bound to"
	logged "bind-vc eth $index \[\]"
	run fake bind vc eth:lo --as wan --args "t308=2000 close_data=none"
	is 0
	logged "bind-vc eth $index \[t308=2000 close_data=none\]"
	logged 'bind eth wan 0 0 \[t308=2000 close_data=none\]'
	run fake bind vc eth:lo --args refuse
	is 2 "the line has no UART"
	run --separate-stderr fake -j bind vc eth:lo
	is 0
	[ "$(json 'd["type"], d["object"], d["class"]')" = "('bound', 'vc0', 'vc')" ]
}

@test "bind vc takes a host, or listens" {
	run fake bind vc atmtcp:127.0.0.1
	is 0 "vc0: bound to"
	logged "bind-vc atmtcp 0 \[host=127.0.0.1 port=2812\]"
	run fake bind vc atmtcp:localhost:3813 --args role=network
	is 0
	logged "bind-vc atmtcp 0 \[host=.* port=3813 role=network\]"
	run fake bind vc "atmtcp:[::1]:3813"
	is 0
	logged "bind-vc atmtcp 0 \[host=::1 port=3813\]"
	run fake bind vc atmtcp:listen
	is 0
	logged "bind-vc atmtcp 0 \[listen=2812\]"
	run fake bind vc atmtcp:listen:3814 --args host=10.0.0.2
	is 0
	logged "bind-vc atmtcp 0 \[listen=3814 host=10.0.0.2\]"
	run fake bind vc atmtcp:listen:0
	is 1 "atmtcp:listen:PORT"
	run fake bind vc atmtcp:listen:65536
	is 1 "atmtcp:listen:PORT"
	run fake bind vc atmtcp:::1
	is 1 "write the address as"
	run fake bind vc atmtcp:
	is 1 "atmtcp:HOST"
	run fake bind port atmtcp:127.0.0.1
	is 1 "parport:0"
}

@test "bind vc refuses what is no interface" {
	run fake bind vc eth:nosuchif0
	is 3 "no network interface of that name"
	run fake bind vc eth:l0
	is 3 "did you mean eth:lo?"
	run fake bind vc eth:
	is 1 "expected eth:INTERFACE"
	run fake bind vc tty:/dev/null
	is 1 "expected eth:INTERFACE"
	run fake bind port eth:lo
	is 1 "parport:0"
	run fake bind vc eth:lo --init ATZ
	is 1 "for phones"
	run fake bind vc eth:lo --monitor pjl
	is 1 "for ports"
	run fake bind circuit eth:lo
	is 1 "phone, port, vc and fax are"
}

@test "show has a link in full" {
	run fake show vc0
	is 0 "vc0 (vc)" "up, signalling established, network side, multipoint" \
		"4747.474747474747.47" "$PEER" "circuits      3" "27 octets at most"
	run fake vc show
	is 0 "vc0 (vc)"
	FAKE_VC_LINK=down run fake vc show
	is 0 "down, no signalling, user side" "not known"
	FAKE_VC_LINK=nodata run fake vc show
	is 0 "close data    none"
	FAKE_VC_LINK=closed run fake vc show
	is 0 "no more to be seen: no permission"
}

@test "show as JSON" {
	run --separate-stderr fake -j vc show
	is 0
	[ "$(json 'd["type"], d["object"], d["class"], d["vc"]["side"], d["vc"]["vcs"]')" = \
		"('show', 'vc0', 'vc', 'network', 3)" ]
	[ "$(json 'd["vc"]["flags"], d["vc"]["close_data"]')" = \
		"(['up', 'signalling', 'network-side', 'multipoint'], 27)" ]
	[ "$(json 'd["vc"]["nsap"] == 20 * "47" and d["vc"]["peer"] == 20 * "39"')" = True ]
	FAKE_VC_LINK=peerless run --separate-stderr fake -j show vc0
	is 0
	[ "$(json 'd["vc"]["flags"], d["vc"]["peer"], d["vc"]["side"]')" = "(['up'], None, 'user')" ]
	FAKE_VC_LINK=closed run --separate-stderr fake -j vc show
	is 0
	[ "$(json 'd["vc"]')" = None ]
}

@test "show --states has the circuits of a link, --stuck those that wait" {
	run fake show vc0 --states
	is 0 "vc0 (vc)" "active" "5.000 s" "0.32" "812 (pppd)" "closing" "60.000 s" \
		"release-request" "in"
	run fake vc show --stuck
	is 0 "closing"
	[[ $output != *"active"* ]]
	run --separate-stderr fake -j show --states
	is 0
	[ "$(json '[(c["vc"] & 0xff, c["state"], c["call_state"], c["direction"], c["stuck"])
		for c in d["vc"]["circuits"]]')" = "[(2, 'active', 'active', 'outgoing', False), \
(3, 'closing', 'release-request', 'incoming', True)]" ]
	[ "$(json 'd["vc"]["circuits"][0]["owner"], d["vc"]["circuits"][0]["frames_sent"]')" = \
		"({'pid': 812, 'comm': 'pppd', 'uid': 33}, 6)" ]
	run --separate-stderr fake -j vc show --stuck
	[ "$(json '[c["state"] for c in d["vc"]["circuits"]]')" = "['closing']" ]
	run --separate-stderr fake -j vc show
	[ "$(json '"circuits" in d["vc"]')" = False ]
	FAKE_DEVICES=phone0 run fake show phone0 --states
	is 1 "for vcs"
	FAKE_CDR=5 run fake vc show --states
	is 2 "cannot list its circuits"
	FAKE_VC_LINK=closed run fake vc show --states
	is 0 "no more to be seen"
}

@test "cdr has the records of calls, those that are gone counted" {
	run fake -v vc cdr
	is 0 "call 3, outgoing, 2026-01-02T03:04:05.678Z" "after 20 ms, on 0.32" "after 4.000 s" \
		"ended by      peer, cause 16 (normal-clearing)" "5 octets came" \
		"1500 octets in 3 frames, 9 in doubt" "81 octets in 2 frames, 1 more lost" \
		"812, user 33" "call 4, incoming" "never" "not confirmed by the far end" \
		"timer, cause 102" "2 older records were overwritten"
	run fake vc cdr
	is 0 "SENT/RECV" "1500/81" "forced 102" "2026-01-02T03:04:05Z"
	[ "$(wc -l <<<"$output")" -eq 3 ]
	run fake vc cdr vc0 --last 1
	[ "$(wc -l <<<"$output")" -eq 2 ]
	is 0 "forced 102"
	run fake vc cdr --last 0
	is 0 "no records"
	run --separate-stderr fake -j vc cdr
	is 0
	[ "$(json 'd["type"], d["object"], d["lost"]')" = "('call_records', 'vc0', 2)" ]
	[ "$(json '[(r["number"], r["direction"], r["connected"], r["why"], r["forced"])
		for r in d["records"]]')" = "[(3, 'outgoing', True, 'peer', False), \
(4, 'incoming', False, 'timer', True)]" ]
	[ "$(json '{k: d["records"][0][k] for k in ("cause_text", "sent", "received", "in_doubt",
		"lost_frames", "vci", "setup_ns", "close_data")}')" = "{'cause_text': \
'normal-clearing', 'sent': 1500, 'received': 81, 'in_doubt': 9, 'lost_frames': 1, 'vci': 32, \
'setup_ns': 20000000, 'close_data': 5}" ]
	FAKE_CDR=5 run fake vc cdr
	is 2 "cannot read its records"
	FAKE_VC_LINK=closed run fake vc cdr
	is 4 "cannot open it"
	run plain vc cdr a b
	is 1 "cdr takes one object"
	run plain vc cdr --last x
	is 1 "not a number"
}

@test "cdr --follow goes on with those to come, one line each" {
	run --separate-stderr fake -j vc cdr --follow --last 1 --timeout 0.3
	is 0
	[ "$(json 'd["type"], d["object"], d["number"]')" = "('call_record', 'vc0', 4)" ]
	run fake vc cdr --follow --timeout 0.2
	is 0
	[[ $output != *"call 3"* ]]
}

@test "stats has what a link counted" {
	run fake vc stats
	is 0 "calls-made           42"
	[[ $output != *refused* ]]
	run fake -v vc stats
	is 0 "calls-refused        0"
	run --separate-stderr fake -j vc stats
	is 0
	[ "$(json 'd["type"], d["object"], d["counters"]')" = \
		"('stats', 'vc0', {'calls-made': 42, 'calls-refused': 0})" ]
	FAKE_CDR=5 run fake vc stats
	is 2 "cannot read its counters"
	run plain vc stats a b
	is 1 "stats takes one object"
}

@test "close ends the calls of a link, whoever has them" {
	FAKE_CALLS=2 run fake close vc0
	is 0 "vc0: 2 calls closed" "cause admin" "net-release"
	logged "ctl-close vc0 2 -1 0"
	run fake close vc0 --mode abort --deadline 700
	is 0 "vc0: nobody has a call"
	logged "ctl-close vc0 3 700000000 0"
	FAKE_DEVICES="phone0 vc0" FAKE_CALLS=1 run fake close --all
	is 0 "phone0: nobody has it open" "vc0: 1 call closed"
	FAKE_CALLS=2 run --separate-stderr fake -j close vc0
	is 0
	[ "$(json 'd["type"], d["object"], d["result"], d["closed"], d["calls"][0]["cause"]')" = \
		"('close_report', 'vc0', 'closed', 2, 'admin')" ]
	run --separate-stderr fake -j close --all
	is 0
	[ "$(json 'd["reports"][0]')" = \
		"{'object': 'vc0', 'result': 'no-calls', 'closed': 0, 'calls': []}" ]
	FAKE_CALLS=1 run fake close vc0 --async
	is 0 "vc0: closing"
	logged "ctl-close vc0 2 -1 1"
	FAKE_CALLS=1 FAKE_CLOSE=forced run fake close vc0
	is 8 "1 call closed"
	FAKE_CALLS=1 FAKE_CLOSE=pending run fake close vc0
	is 6 "not all far ends have confirmed it"
	run fake monitor vc0
	is 1 "has no events of its own"
}

@test "vc close ends one call, by its number" {
	run fake vc close 2
	is 0 "vc0: 1 call closed" "cause admin"
	run --separate-stderr fake -j vc close 38654705666 vc0 --mode abort
	is 0
	[ "$(json 'd["closed"], d["calls"][0]["object"]')" = "(1, 'vc0')" ]
	logged "ctl-close vc0 3 -1 0"
	run fake vc close 3
	is 3 "has no call"
	run fake vc close 77
	is 3 "there is no such call"
	for number in 0 x 1x ""; do
		run fake vc close "$number"
		is 1 "not the number of a call"
	done
	run fake vc close
	is 1 "close takes the number of a call"
	run fake vc close 2 vc0 more
	is 1 "close takes the number of a call"
}

@test "Ctrl-C twice aborts the calls that are being closed" {
	FAKE_CALLS=1 FAKE_CLOSE=slow fake_in_background -v close vc0
	eventually logged "ctl-close vc0 2 -1 0"
	kill -INT "$PID"
	eventually told "Ctrl-C again aborts"
	kill -INT "$PID"
	ends_with 0
	logged "ctl-close vc0 3 1000000000 1"
}

# ---- calls that are made ----

@test "make connects, closes, and shows the report" {
	run fake vc make @peer vc0 --sap 7
	is 0 "vc0: call 2 connected on 0.32" "call 2 ended by us, cause 16 (normal-clearing)" \
		"0 frames sent" "vc0: closed, clean" "cause local-user: normal-clearing" \
		"net-release" "with 3 octets of close data" "channel: free"
	logged "make 3939393939393939393939393939393939393907"
	logged "deadline -1"
	logged "vc-close 2 -1 \[\]"
	logged delete
	logged af-close
	run fake vc make "$ADDRESS"
	is 0
	logged "make $ADDRESS"
	run fake -q vc make @peer
	is 0
	[ -z "$output" ]
}

@test "make as JSON is one document with the call and its report" {
	echo hello >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr fake -j vc make @peer --send "$BATS_TEST_TMPDIR/in"
	is 0
	[ "$(json 'd["v"], d["type"], d["object"], d["result"], d["direction"]')" = \
		"(1, 'call', 'vc0', 'ok', 'outgoing')" ]
	[ "$(json 'd["called"][-2:], d["sap"], d["vpi"], d["vci"], d["connected"], d["ended_by"]')" = \
		"('07', 7, 0, 32, True, 'us')" ]
	[ "$(json 'd["fwd_rate"], d["bwd_rate"], d["fwd_sdu"], d["bwd_sdu"]')" = \
		"(1000, 2000, 1000, 9188)" ]
	[ "$(json 'd["cause"], d["cause_text"], d["close_data"]')" = "(16, 'normal-clearing', None)" ]
	[ "$(json 'd["frames"]["sent"], d["frames"]["sent_bytes"], d["frames"]["lost"]')" = \
		"(1, 6, 0)" ]
	[ "$(json 'd["report"]["class"], d["report"]["steps"][1]["close_data"]')" = "('vc', 3)" ]
	[ "$(json 'd["report"]["cause_text"]')" = normal-clearing ]
}

@test "make --send cuts a file into frames, and a line of standard input is one" {
	head -c 2500 /dev/zero >"$BATS_TEST_TMPDIR/in"
	FAKE_VC=sink run fake vc make @peer --send "$BATS_TEST_TMPDIR/in"
	is 0 "3 frames sent" "2 lost"
	[ "$(grep -c "^frame 1000$" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	logged "frame 500"
	printf 'one\n\nthree and no end' >"$BATS_TEST_TMPDIR/in"
	FAKE_VC=sink run fake vc make @peer --send - <"$BATS_TEST_TMPDIR/in"
	is 0 "3 frames sent"
	logged "frame 4"
	logged "frame 1"
	logged "frame 16"
	: >"$BATS_TEST_TMPDIR/log"
	(printf on && sleep 0.5 && echo e) | FAKE_VC=sink fake vc make @peer --send -
	[ "$(grep ^frame "$BATS_TEST_TMPDIR/log")" = "frame 4" ]
	head -c 1001 /dev/zero | FAKE_VC=sink run fake vc make @peer --send -
	logged "frame 1000"
	run fake vc make @peer --send "$BATS_TEST_TMPDIR/none"
	is 3 "cannot read it"
	[ "$(grep -c "^make" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
}

@test "make --hold keeps the call, and what comes is counted" {
	local begin=$EPOCHREALTIME

	echo hello >"$BATS_TEST_TMPDIR/in"
	run fake vc make @peer --send "$BATS_TEST_TMPDIR/in" --hold 0.4
	is 0 "1 frames sent"
	python3 -c 'import sys; sys.exit(float(sys.argv[2]) - float(sys.argv[1]) < 0.4)' \
		"$begin" "$EPOCHREALTIME"
	FAKE_VC=reply:6 run fake vc make @peer --send "$BATS_TEST_TMPDIR/in" --hold 15
	is 0 "1 frames sent, 1 received"
}

@test "make --data goes with the close, and no more than the link carries" {
	run fake vc make @peer --data "that is all" --deadline 700 --mode drain
	is 0
	logged "vc-close 1 700000000 \[that is all\]"
	run fake vc make @peer --data "twenty-eight octets, one over"
	is 1 "27 octets of close data, not 29"
	FAKE_VC_LINK=nodata run fake vc make @peer --data x
	is 1 "0 octets of close data, not 1"
	[ "$(grep -c "^make" "$BATS_TEST_TMPDIR/log")" -eq 1 ]
}

@test "make --family takes another call manager, whose calls need no signalling" {
	FAKE_VC_LINK=peerless run --separate-stderr fake -j vc make "$ADDRESS" --family 0x80000001
	is 0
	[ "$(json 'd["object"], d["family"], d["result"]')" = "('vc0', $((0x80000001)), 'ok')" ]
	logged "open-af 0x80000001"
	logged "make $ADDRESS"
	FAKE_VC_LINK=down run fake vc make "$ADDRESS" --family l2tp --timeout 0.1
	is 12 "the link is down"
	logged "open-af 0x3"
	FAKE_VC_LINK=peerless run fake vc make "$ADDRESS" --family q2931 --timeout 0.1
	is 12 "does not answer the signalling"
	FAKE_AF=107 run fake vc make @peer --family 3
	is 12 "cannot use address family 0x3" "no program manages it"
	FAKE_AF=5 run fake vc make @peer --family 3
	is 2 "cannot use address family 0x3"
	made 1
}

@test "Ctrl-C while another call manager thinks" {
	FAKE_AF=late fake_in_background vc make @peer --family 3
	eventually logged "open-af 0x3"
	kill -INT "$PID"
	ends_with 130
	logged af-close
}

@test "listen --family takes calls of another call manager, even before he has said so" {
	FAKE_VC_CALLS=hello run --separate-stderr fake vc recv "$BATS_TEST_TMPDIR/copy" --sap 7 --family 3
	is 0
	logged "open-af 0x3"
	logged "sap 7 0"
	logged "sap 7 2"
	[ "$(<"$BATS_TEST_TMPDIR/copy")" = $'hello\nworld' ]
	FAKE_VC_CALLS="hello hello" run fake vc listen --count 2 --family 3
	is 0
	logged "sap 0 1"
	FAKE_SAP=22 run fake vc listen --sap 7 --family 3
	is 5 "cannot take calls for 7" "another program takes them"
	FAKE_SAP=5 run fake vc listen --family 3
	is 2 "cannot take all other calls"
}

@test "send makes a call with a file" {
	echo hello >"$BATS_TEST_TMPDIR/in"
	FAKE_VC=sink run fake vc send @peer "$BATS_TEST_TMPDIR/in" vc0 --sap 7 --data bye
	is 0 "1 frames sent"
	logged "make 3939393939393939393939393939393939393907"
	logged "frame 6"
	logged "vc-close 2 -1 \[bye\]"
	run fake vc send @peer "$BATS_TEST_TMPDIR/none"
	is 3 "cannot read it"
	run fake vc send @peer
	is 1 "send takes an address and a file"
}

@test "a call that an administrator ends" {
	FAKE_VC="admin" run fake vc make @peer --hold 5
	is 9 "an administrator has ended it" "call 2 ended by an administrator, cause 16"
	FAKE_VC="admin" run --separate-stderr fake -j vc make @peer --hold 5
	is 9
	[ "$(json 'd["ended_by"], d["result"]')" = "('admin', 'cancelled')" ]
	FAKE_VC_CALLS="admin" run fake vc accept
	is 9 "an administrator has ended it"
	FAKE_VC_CALLS="admin" run fake vc listen --count 1
	is 0 "ended by an administrator"
}

@test "why there is no call, by the Q.850 cause" {
	local pair

	for pair in 17:10 18:11 19:11 20:11 102:11 21:12 1:12 99:12 111:12 57:13 58:13 65:13 79:13 \
		88:13; do
		FAKE_VC=refuse:${pair%:*} run fake vc make @peer
		is "${pair#*:}" "cannot call" "Q.850 cause ${pair%:*}" NDIS_STATUS_FAILURE
	done
	FAKE_VC=refuse:21 run fake vc make @peer
	is 12 "call-rejected" 'call 2 not connected, cause 21 (call-rejected), close data "not now"'
	not_logged vc-close
	FAKE_VC=refuse:0 run fake vc make @peer
	is 12 "the far end refuses"
	FAKE_VC=late run fake vc make @peer
	is 6 "cannot call: time ran out"
	FAKE_VC=full run fake vc make @peer
	is 2 "cannot call" NDIS_STATUS_FAILURE
	FAKE_VC=refuse:17 run --separate-stderr fake -j vc make @peer
	is 10
	[ "$(json 'd["error"]["exit"], d["connected"], d["ended_by"], d["cause_text"]')" = \
		"('remote-busy', False, 'failure', 'user-busy')" ]
	[ "$(json 'd["close_data"], d["report"], d["error"]["status"]')" = \
		"('not now', None, 'NDIS_STATUS_FAILURE')" ]
}

@test "a link without its peer ends with 12, in time" {
	FAKE_VC_LINK=down run fake vc make @peer --timeout 0.2
	is 12 "the link is down" "are both interfaces up"
	FAKE_VC_LINK=peerless run fake vc make @peer --timeout 0.2
	is 12 "does not answer the signalling"
	not_logged make
	FAKE_VC_LINK=closed run fake vc make @peer
	is 4 "no permission"
}

@test "--timeout is the request's, and the tool does not outlive it" {
	FAKE_VC=silent run fake vc make @peer --timeout 0.3
	is 6 "time ran out"
	logged "deadline 300000000"
	logged "vc-close 2 -1 \[\]"
}

@test "the far end's end: in order it is a success, else 20" {
	FAKE_VC=hello run fake vc make @peer --hold 5
	is 0 "ended by the far end, cause 16 (normal-clearing)" 'close data "bye\x1b"' "2 received"
	logged "vc-close 2 -1 \[\]"
	FAKE_VC=close:41 run fake vc make @peer --hold 5 --data bye
	is 20 "cannot keep the call: temporary-failure (Q.850 cause 41)"
	not_logged '\[bye\]'
	FAKE_VC=close:21 run fake vc make @peer --hold 5
	is 20 "cannot keep the call: call-rejected"
	FAKE_VC=farewell run fake vc make @peer --hold 5
	is 0 'cause 21 (call-rejected), close data "farewell"'
	FAKE_VC=close:31 run fake vc make @peer --hold 5
	is 0 "cause 31 (normal-unspecified)"
	FAKE_VC=hello run --separate-stderr fake -j vc make @peer --hold 5
	is 0
	[ "$(json 'd["ended_by"], d["close_data"], d["frames"]["received_bytes"]')" = \
		"('far-end', 'bye\\x1b', 12)" ]
}

@test "what could not be sent any more ends with 20" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	(echo one && exec sleep 20) >"$BATS_TEST_TMPDIR/fifo" 3>&- &
	FAKE_VC=once run fake vc make @peer --send "$BATS_TEST_TMPDIR/fifo"
	kill $!
	is 20 "cannot send all of it: normal-clearing" "1 frames sent"
}

@test "a close that is not clean has its exit code" {
	FAKE_CLOSE=forced run fake vc make @peer
	is 8 "cannot close it cleanly"
	FAKE_CLOSE=discarded run fake vc make @peer
	is 7
	FAKE_CLOSE=stuck run fake vc make @peer
	is 2 "cannot close the call"
	FAKE_CLOSE=pending run fake vc make @peer --deadline 100
	is 6 "the network has not confirmed it" NDIS_STATUS_PENDING
	FAKE_CLOSE=refused run fake vc make @peer
	is 2 "cannot close the call" "cleared as its file goes"
	FAKE_CLOSE=pending run --separate-stderr fake -j vc make @peer
	is 6
	[ "$(json 'd["result"], d["error"]["errno"], d["report"]')" = \
		"('timeout', 'ETIMEDOUT', None)" ]
}

@test "a link that is taken away ends with 9" {
	FAKE_VC=unbind run fake vc make @peer --hold 5
	is 9 "the link was taken away, cause admin" "lost with its link"
	not_logged vc-close
	FAKE_CLOSE=gone run --separate-stderr fake -j vc make @peer
	is 0
	[ "$(json 'd["ended_by"]')" = link ]
}

@test "Ctrl-C ends the call in order, while it is up and before" {
	fake_in_background vc make @peer --hold 20 --data bye
	eventually told connected
	kill -INT "$PID"
	ends_with 130
	logged "vc-close 2 -1 \[bye\]"
	logged delete
	told "ended by us"
	FAKE_VC=silent fake_in_background vc make @peer
	eventually logged "make 3.*"
	eventually made 2
	kill -TERM "$PID"
	ends_with 130
	[ "$(grep -c ^vc-close "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	told "given up"
	FAKE_VC_LINK=down fake_in_background vc make @peer -v
	eventually told "waiting for the peer"
	kill -INT "$PID"
	ends_with 130
}

@test "a second Ctrl-C aborts the close" {
	FAKE_CLOSE=slow fake_in_background -v vc make @peer --hold 20
	eventually told connected
	kill -INT "$PID"
	eventually logged "vc-close 2 -1 \[\]"
	kill -INT "$PID"
	ends_with 130
	logged "vc-close 3 1000000000 \[\]"
	told "aborting"
}

# ---- pipe ----

@test "pipe joins a call to standard input and output" {
	FAKE_VC=reply:15 run --separate-stderr fake vc pipe @peer --hold 15 <<<"there and back"
	is 0
	[ "$output" = "there and back" ]
	[ "$(json '1' 2>/dev/null || echo no)" = no ]
	logged "frame 15"
	logged "vc-close 2 -1 \[\]"
	FAKE_VC=hello run --separate-stderr fake vc pipe @peer --stay --data x </dev/null
	is 0
	[ "$output" = hello$'\n'world ]
	logged "vc-close 2 -1 \[\]"
	not_logged '\[x\]'
	FAKE_VC=close:41 run --separate-stderr fake vc pipe @peer --stay </dev/null
	is 20
	[ -z "$output" ]
}

@test "pipe sends frames no larger than the call allows, and keeps large ones whole" {
	head -c 200000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	FAKE_VC=reply:200000 fake vc pipe @peer --hold 15 <"$BATS_TEST_TMPDIR/in" \
		>"$BATS_TEST_TMPDIR/back"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/back"
	[ "$(sed -n 's/^frame //p' "$BATS_TEST_TMPDIR/log" | sort -n | tail -n 1)" -le 1000 ]
}

@test "a link that is slow gets every frame all the same" {
	head -c 1000000 /dev/zero >"$BATS_TEST_TMPDIR/in"
	FAKE_VC=slow run fake vc make @peer --send "$BATS_TEST_TMPDIR/in"
	is 0 "1000 frames sent"
	[ "$(grep -c "^frame 1000$" "$BATS_TEST_TMPDIR/log")" -eq 1000 ]
}

@test "pipe has its JSON and its report on standard error" {
	FAKE_VC=reply:6 run --separate-stderr fake -j vc pipe @peer --hold 15 <<<hello
	is 0
	[ "$output" = hello ]
	output=$stderr
	[ "$(json 'd["type"], d["frames"]["sent"], d["frames"]["received"]')" = "('call', 1, 1)" ]
	FAKE_VC=reply:6 run --separate-stderr fake -v vc pipe @peer --hold 15 <<<hello
	[ "$output" = hello ]
	[[ "$stderr" == *"ended by the far end"*"closed, clean"* ]]
	run --separate-stderr fake -v vc pipe @peer <<<hello
	[[ "$stderr" == *"ended by us"*"closed, clean"* ]]
}

@test "a reader that goes away ends the pipe in order" {
	yes | fake vc pipe @peer --stay | head -n 3 >/dev/null
	[ "${PIPESTATUS[1]}" -eq 0 ]
	logged "vc-close 2 -1 \[\]"
	logged delete
	FAKE_VC_CALLS="hello unread" fake -j vc listen | head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" -eq 0 ]
	logged af-close
}

# ---- calls that come ----

@test "listen tells each call, and acknowledges its end" {
	FAKE_VC_CALLS="hello stay" run --separate-stderr fake vc listen --sap 7 --count 1
	is 0 "vc0: call 2 from bbbbbbbbbbbbbbbbbbbbbbbbbb.bbbbbbbbbbbb.bb for aaaa" \
		"vc0: call 2 connected on 0.32" "vc0: call 3 connected on 0.33" \
		'call 2 ended by the far end, cause 16 (normal-clearing), close data "bye\x1b"' \
		"0 frames sent, 2 received" "call 3 ended by us"
	[[ "$stderr" == *listening* ]]
	logged "sap 7 0"
	logged accept
	[ "$(grep -c "^vc-close 2 -1" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	logged af-close
	not_logged delete
	FAKE_VC_CALLS=hello run fake vc listen --count 1 -v --accept --sap any
	is 0 "vc0: closed, clean"
	logged "sap 0 1"
	FAKE_VC_CALLS=hello run --separate-stderr fake -q vc listen --count 1
	is 0
	[ -z "$output$stderr" ]
}

@test "listen as JSON: a line for each event, and one for each call" {
	FAKE_VC_CALLS=hello run --separate-stderr fake -j vc listen --count 1
	is 0
	local all=$output

	json_line event 1
	[ "$(json 'd["event"], d["object"], d["vci"], d["calling"] == 20 * "bb"')" = \
		"('incoming-call', 'vc0', 32, True)" ]
	output=$all
	json_line event 2
	[ "$(json 'd["event"], d["errno"], d["fwd_sdu"], d["req_id"]')" = \
		"('completion', None, 1000, 1)" ]
	output=$all
	json_line event 3
	[ "$(json 'd["event"], d["cause"], d["cause_text"], d["close_data"]')" = \
		"('incoming-close', 16, 'normal-clearing', 'bye\\x1b')" ]
	output=$all
	json_line call
	[ "$(json 'd["direction"], d["result"], d["ended_by"], d["frames"]["received"]')" = \
		"('incoming', 'ok', 'far-end', 2)" ]
	[ "$(json 'd["vc"] == 0x900000002 and d["report"]["class"]')" = vc ]
}

@test "listen --echo sends back, --recv writes out, neither drops" {
	FAKE_VC_CALLS="echo" run --separate-stderr fake vc listen --count 1 --echo
	is 0 "1 frames sent, 1 received" 'close data "pong"'
	logged "answer ping"
	FAKE_VC_CALLS="hello hello" run --separate-stderr fake vc listen --count 2 --recv
	is 0
	[ "$(sort <<<"$output")" = "hello"$'\n'"hello"$'\n'"world"$'\n'"world" ]
	[[ "$stderr" == *"call 2 ended by the far end"* ]]
	FAKE_VC_CALLS=hello run --separate-stderr fake -j vc listen --count 1 --recv
	is 0
	[ "$output" = "hello"$'\n'"world" ]
	output=$stderr
	json_line call
	[ "$(json 'd["frames"]["received_bytes"]')" = 12 ]
}

@test "listen --reject refuses with the cause, by number or word" {
	FAKE_VC_CALLS="stay stay" run fake vc listen --reject user-busy --count 2
	is 0 "call 2 rejected, cause 17 (user-busy)" "call 3 rejected"
	[ "$(grep -c "^reject 17$" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	not_logged vc-close
	FAKE_VC_CALLS=stay run --separate-stderr fake -j vc listen --reject 21 --count 1
	is 0
	logged "reject 21"
	json_line call
	[ "$(json 'd["ended_by"], d["connected"], d["cause"], d["report"]')" = \
		"('rejection', False, 21, None)" ]
}

@test "calls that go before they are answered, and answers that fail" {
	FAKE_VC_CALLS="lost fail garbage hello" run fake vc listen --count 3
	is 0 "call 2 withdrawn by the far end, cause 41 (temporary-failure)" \
		"call 3 not connected" "call 5 ended by the far end"
	[ "$(grep -c "^vc-close" "$BATS_TEST_TMPDIR/log")" -eq 3 ]
	FAKE_VC_CALLS=lost run fake vc listen --count 1 --reject 17
	is 0 "withdrawn by the far end"
	FAKE_VC_CALLS=overtaken run fake vc listen --count 1
	is 0 'withdrawn by the far end, cause 41 (temporary-failure), close data "too late"'
}

@test "more calls than there is place for are turned away" {
	FAKE_VC_CALLS=$(printf 'stay %.0s' {1..66}) run fake -v vc listen --timeout 1.5
	is 0 "2 are up" || is 0 "a call was turned away, 64 are up"
	[ "$(grep -c "^accept" "$BATS_TEST_TMPDIR/log")" -eq 64 ]
	[ "$(grep -c "^reject 17" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	[ "$(grep -c "^vc-close" "$BATS_TEST_TMPDIR/log")" -eq 64 ]
}

@test "a selector that another program has, and a link that cannot" {
	FAKE_SAP=22 run fake vc listen --sap 9
	is 5 "cannot take calls for 9: another program takes them" NDIS_STATUS_INVALID_DATA
	FAKE_SAP=22 run fake vc listen
	is 5 "cannot take all other calls"
	FAKE_SAP=77 run fake vc listen
	is 2 "the handle is closed"
	FAKE_VC_LINK=nodata run fake vc listen --data x
	is 1 "0 octets of close data"
	FAKE_VC_LINK=down run fake -v vc listen --timeout 0.2
	is 0 "the link is down at the moment"
}

@test "listen ends by --timeout, Ctrl-C, and the end of the link" {
	run fake vc listen --timeout 0.2
	is 0
	run fake vc listen --timeout 0.2 --count 1
	is 6
	FAKE_VC_CALLS=unbind run fake vc listen
	is 9 "the link was taken away, cause admin" "lost with its link"
	FAKE_VC_CALLS="stay stay" fake_in_background vc listen --data bye
	eventually told "call 3 connected"
	kill -INT "$PID"
	ends_with 130
	[ "$(grep -c "^vc-close 2 -1 \[bye\]" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	told "call 2 ended by us"
	told "call 3 ended by us"
}

@test "a second Ctrl-C aborts all of listen's calls" {
	FAKE_CLOSE=slow FAKE_VC_CALLS="stay stay" fake_in_background -v vc listen
	eventually told "call 3 connected"
	kill -INT "$PID"
	eventually logged "vc-close 2.*"
	eventually told "closing in order"
	kill -INT "$PID"
	ends_with 130
	[ "$(grep -c "^vc-close 3 1000000000" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
}

@test "a call that did not end cleanly is listen's exit code" {
	FAKE_CLOSE=forced FAKE_VC_CALLS=hello run fake vc listen --count 1
	is 8 "cannot close it cleanly"
	FAKE_CLOSE=forced FAKE_VC_CALLS=hello run --separate-stderr fake -j vc listen --count 1
	is 8
	json_line call
	[ "$(json 'd["result"], d["report"]["forced"]')" = "('forced', True)" ]
}

# ---- one call: accept, reject, recv ----

@test "accept takes one call and judges it" {
	FAKE_VC_CALLS="hello echo" run fake vc accept --sap 9
	is 0 "connected" "ended by the far end" "2 received"
	logged "sap 9 0"
	logged "sap 9 2"
	logged "reject 17"
	[ "$(grep -c ^accept "$BATS_TEST_TMPDIR/log")" -eq 1 ]
	FAKE_VC_CALLS="echo" run fake vc accept --echo
	is 0
	logged "answer ping"
	FAKE_VC_CALLS="close:41" run fake vc accept
	is 20 "temporary-failure"
	FAKE_VC_CALLS=lost run fake vc accept
	is 20 "cannot take the call: temporary-failure"
	run fake vc accept --timeout 0.2
	is 6
	run fake vc accept a b
	is 1 "takes one object"
}

@test "reject refuses one call, with a cause" {
	FAKE_VC_CALLS=hello run fake vc reject
	is 0 "rejected"
	logged "reject 21"
	FAKE_VC_CALLS=hello run fake vc reject vc0 --cause user-busy --sap any
	is 0 "cause 17"
	logged "reject 17"
	run fake vc reject --cause 0
	is 1 "not a cause of Q.850"
	run fake vc reject --timeout 0.2
	is 6
}

@test "recv writes what comes into a file" {
	local file=$BATS_TEST_TMPDIR/file

	echo "what was there before, and is longer" >"$file"
	FAKE_VC_CALLS=hello run fake vc recv "$file" --sap 9
	is 0 "2 received"
	[ "$(<"$file")" = $'hello\nworld' ]
	logged "sap 9 0"
	FAKE_VC_CALLS=hello run --separate-stderr fake vc recv -
	is 0
	[ "$output" = $'hello\nworld' ]
	FAKE_VC_CALLS=close:41 run fake vc recv "$file"
	is 20 "temporary-failure"
	[ ! -s "$file" ]
	FAKE_VC_CALLS=hello run fake vc recv /dev/full
	is 2 "cannot write what came"
	run fake vc recv "$BATS_TEST_TMPDIR"
	is 2 "cannot write it"
	run fake vc recv
	is 1 "recv takes a file"
}

# ---- pcap ----

# A capture into $1, with these options, of what cells.py sends, in a network of its own.
capture() {
	local file=$1

	shift
	# shellcheck disable=SC2016
	unshare -rn bash -c '
		ip link add veth0 type veth peer name veth1 && ip link set veth0 up &&
			ip link set veth1 up || exit 99
		FAKE_LOG=$1/log FAKE_BACKEND=eth:veth0 LD_PRELOAD=$2/cli/fakekernel.so \
			timeout 30 "$2/tools/cleardown" -v "${@:4}" >"$1/out" 2>"$1/err" &
		for _ in $(seq 200); do grep -q "Ctrl-C ends" "$1/err" && break; sleep 0.05; done
		python3 "$3/tests/cli/cells.py" veth1 veth0 && wait $!
	' bash "$BATS_TEST_TMPDIR" "$BUILD" "$TOP" vc pcap "$file" "$@"
}

@test "pcap writes whole PDUs of both directions, which tshark decodes" {
	local file=$BATS_TEST_TMPDIR/all.pcap

	unshare -rn true 2>/dev/null || skip "needs user namespaces"
	command -v tshark >/dev/null || skip "tshark is not installed"
	capture "$file" --count 5 --timeout 20
	grep -q "vc0: 5 PDUs written, 1 damaged" "$BATS_TEST_TMPDIR/err"
	run tshark -r "$file"
	is 0 "SSCOP" "Begin" "RELEASE COMPLETE"
	run --separate-stderr tshark -r "$file" -T fields -e atm.vpi -e atm.vci -e frame.len \
		-E separator=.
	is 0
	[ "$output" = $'0.5.8\n0.5.20\n1.40.500\n0.32.1000\n0.32.1' ]
	[ -z "$(tshark -r "$file" -Y _ws.malformed 2>/dev/null)" ]
	# of the first octets of the records the bit of the direction
	python3 - "$file" <<-'END'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		assert struct.unpack("<IHHIIII", data[:24]) == (0xa1b23c4d, 2, 4, 0, 0, 65572, 123)
		at, heads, bodies = 24, [], []
		while at < len(data):
		    length = struct.unpack("<I", data[at + 8:at + 12])[0]
		    heads.append(data[at + 16])
		    bodies.append(data[at + 20:at + 16 + length])
		    at += 16 + length
		assert heads == [6, 0x86, 0, 0, 0], heads
		pattern = bytes(i * 7 & 0xff for i in range(1000))
		assert bodies[2:] == [pattern[:500], pattern, pattern[:1]]
	END
}

@test "pcap of signalling alone, of another label, to standard output" {
	unshare -rn true 2>/dev/null || skip "needs user namespaces"
	capture - --signalling --count 2 --timeout 20
	grep -q "vc0: 2 PDUs written" "$BATS_TEST_TMPDIR/err"
	[ "$(wc -c <"$BATS_TEST_TMPDIR/out")" -eq $((24 + 16 + 12 + 16 + 24)) ]
	capture "$BATS_TEST_TMPDIR/other" --label 101 --count 1 --timeout 20
	[ "$(wc -c <"$BATS_TEST_TMPDIR/other")" -eq $((24 + 16 + 1004)) ]
}

@test "pcap refuses what it cannot hear or write" {
	run plain vc pcap
	is 1 "pcap takes a file"
	run plain vc pcap a b c
	is 1 "pcap takes a file"
	for words in "--label 1048576" "--label x" "--count 0"; do
		# shellcheck disable=SC2086
		run plain vc pcap - $words
		is 1 "${words% *}"
	done
	FAKE_BACKEND=atmtcp:127.0.0.1:2812 run fake vc pcap "$BATS_TEST_TMPDIR/file"
	is 2 "not on Ethernet" "tcp port 2812"
	FAKE_BACKEND=eth:nosuch run fake vc pcap "$BATS_TEST_TMPDIR/file"
	is 3 "cannot find its interface here"
	unshare -rn true 2>/dev/null || skip "needs user namespaces"
	FAKE_BACKEND=eth:lo run unshare -rn env LD_PRELOAD="$BUILD/cli/fakekernel.so" \
		FAKE_DEVICES=vc0 "$BUILD/tools/cleardown" vc pcap "$BATS_TEST_TMPDIR"
	is 2 "cannot write it"
}
