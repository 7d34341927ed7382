#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's printer ports over a stand-in for the kernel: what is printed, how it ends, what it
# asks for. What the module does is tested in VMs.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() {
	export FAKE_DEVICES=port0 FAKE_PAPER=$BATS_TEST_TMPDIR/paper
	seq 40000 >"$BATS_TEST_TMPDIR/in"
}

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# ---- the command line ----

@test "help of port and its verbs is complete" {
	local verb

	run plain port --help
	is 0 print write status id reset drain cancel add delete configure
	for verb in print write status id reset drain cancel add delete configure; do
		run plain port "$verb" --help
		is 0 "Usage: cleardown port $verb"
	done
	run plain port print --help
	is 0 --port --job --wait --device --reset --timeout "Exit codes"
	run plain bind --help
	is 0 parport:N tcp:HOST --monitor xonxoff
}

@test "wrong options and operands are usage errors" {
	run plain port print
	is 1 "print takes files"
	run plain port print x --wait later
	is 1 "sent or printed"
	run plain port cancel --document 0
	is 1 "not a number above 0"
	run plain port prnit x
	is 1 "did you mean print?"
	run plain port configure port0
	is 1 "monitor=pjl"
	run fake port configure port0 nonsense
	is 1 "KEY=VALUE"
	run plain port add
	is 1 "add parport:0"
	run fake bind port phoneline:
	is 1 "parport:0, tty:/dev/ttyS1, tcp:HOST[:PORT] or sim:"
	run fake bind phone parport:0
	is 1 "expected tty:/dev/ttyS1 or sim:"
	run fake bind fax parport:0
	is 1 "expected tty:/dev/ttyS1 or sim:"
}

@test "without the module the verbs end with 3" {
	local verb

	[ ! -e /dev/cleardown/ctl ] || skip "needs hardware without the module"
	for verb in "print /dev/null" write status id reset drain cancel "add sim:" "delete port0" \
		"configure port0 monitor=pjl"; do
		# shellcheck disable=SC2086
		run plain port $verb </dev/null
		is 3 "the cleardown module is not loaded"
	done
}

# ---- binding ----

@test "bind port names the link and what it needs" {
	run fake bind port parport:0
	is 0 "port0: bound to"
	logged 'bind-port parport 0 \[\]'
	run fake bind port parport:parport2 --monitor pjl
	logged 'bind-port parport 0x2 \[monitor=pjl\]'
	run fake port add tty:/dev/null --flow xonxoff --speed 9600 --as lp --args reset=1
	is 0
	logged 'bind-port tty 0x103 \[reset=1\]'
	logged 'bind tty lp 9600 2 \[reset=1\]'
	run fake bind port sim: --args refuse
	is 2 "the line has no UART" ERROR_ALREADY_EXISTS
	run fake bind phone sim: --flow xonxoff
	is 1 "for ports"
	run fake bind phone sim: --monitor pjl
	is 1 "for ports"
	run fake bind port sim: --init ATZ
	is 1 "for phones"
	run fake bind port parport:first
	is 1 "parport:0"
}

@test "a network printer is bound by its address" {
	run fake bind port tcp:127.0.0.1
	is 0
	logged 'bind-port tcp 0 \[host=127.0.0.1 port=9100\]'
	run fake bind port tcp:localhost:9101 --monitor pjl
	is 0
	grep -qE 'bind-port tcp 0 \[host=(127.0.0.1|::1) port=9101 monitor=pjl\]' \
		"$BATS_TEST_TMPDIR/log"
	run fake bind port tcp:::1
	is 1 "[::1]"
	run fake bind port tcp:[127.0.0.1:9
	is 1 "tcp:[ADDRESS]:PORT"
	run fake bind port tcp::9100
	is 1 "tcp:HOST"
	run fake bind port tcp:127.0.0.1:raw-nonsense
	[ "$status" -ne 0 ]
}

@test "delete and configure go through ctl" {
	run fake port configure port0 monitor=pjl reset=1
	is 0 "monitor=pjl reset=1"
	logged 'configure port0 \[monitor=pjl reset=1\]'
	run fake port delete port0
	is 0 "port0: unbound"
	FAKE_OWNER="812 cat" run fake port delete 0
	is 5 "held by pid 812 (cat)" "aborts its document"
	FAKE_DEVICES="phone0 port0" run fake port delete phone0
	is 1 "phone0 is not a port"
}

# ---- printing ----

@test "print sends the file, the whole file, as a document of its name" {
	run fake port print "$BATS_TEST_TMPDIR/in"
	is 0 "port0: in: sent, 228894 bytes"
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	logged "start-doc in"
	logged "end-doc 0"
	logged "close 2 -1"
}

@test "print reads standard input, and several files as documents of their own" {
	run fake port print - "$BATS_TEST_TMPDIR/in" --job 'my job' --port port0 <<<"first"
	is 0 "port0: my job: sent, 6 bytes" "sent, 228894 bytes"
	[ "$(grep -c "start-doc my job" "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	cmp <(echo first && cat "$BATS_TEST_TMPDIR/in") "$FAKE_PAPER"
}

@test "print as JSON is one document with each result and the close report" {
	run --separate-stderr fake -j port print "$BATS_TEST_TMPDIR/in"
	is 0
	[ "$(json 'd["type"], d["documents"][0]["state"], d["documents"][0]["confirmed"]')" = \
		"('print', 'sent', 228894)" ]
	[ "$(json 'd["documents"][0]["result"], d["report"]["class"], d["report"]["had_document"]')" = \
		"('ok', 'port', False)" ]
}

@test "printed is more than sent, and needs a monitor" {
	run fake port print "$BATS_TEST_TMPDIR/in" --wait printed
	is 2 "nothing on this port says what has been printed" "--monitor pjl"
	run logged "submit 0x201"
	[ "$status" -ne 0 ]
	FAKE_MONITOR=1 run fake port print "$BATS_TEST_TMPDIR/in" --wait printed
	is 0 "printed, 228894 bytes, 2 pages"
	logged "end-doc 2"
}

@test "a printer that takes nothing ends with 30, and the bytes are counted" {
	FAKE_PRINTER=paper run fake port print "$BATS_TEST_TMPDIR/in" --timeout 0.5
	is 30 "cannot print in: the printer takes nothing (paper-out)" \
		"the printer has taken 0" "were thrown away"
	logged "cancel 1"
	FAKE_PRINTER=deaf run --separate-stderr fake -j port print "$BATS_TEST_TMPDIR/in" --timeout 0.5
	is 30
	[ "$(json 'd["error"]["exit"], d["documents"][0]["state"], d["documents"][0]["confirmed"]')" = \
		"('operator', 'cancelled', 0)" ]
	[ "$(json 'd["documents"][0]["discarded"] > 0')" = True ]
}

@test "a document that somebody cancels ends with 9" {
	FAKE_PRINTER=cancels run fake port print "$BATS_TEST_TMPDIR/in"
	is 9 "somebody cancelled it"
	[ ! -s "$FAKE_PAPER" ]
}

@test "a network printer that is not there ends with 12" {
	FAKE_PRINTER=refuses run fake port print "$BATS_TEST_TMPDIR/in"
	is 12 "refuses the connection"
}

@test "a port that is pulled out ends with the cause" {
	FAKE_PRINTER=unplug run fake port print "$BATS_TEST_TMPDIR/in"
	is 2 "cannot print in: the port was closed, cause unplug"
}

@test "why an open failed, and what to do" {
	FAKE_OPEN=16 FAKE_OWNER="812 cat" run fake port print "$BATS_TEST_TMPDIR/in"
	is 5 "held by pid 812 (cat)" ERROR_DEVICE_IN_USE
	FAKE_OPEN=13 run fake port print "$BATS_TEST_TMPDIR/in"
	is 4 "group lp"
	run fake port print "$BATS_TEST_TMPDIR/none"
	is 3 "cannot read it"
	run fake port print "$BATS_TEST_TMPDIR"
	is 3 "Is a directory"
	FAKE_DEVICES="port0 port1" run fake port print "$BATS_TEST_TMPDIR/in"
	is 1 "there are 2"
}

@test "Ctrl-C cancels the document and tells what the printer had" {
	FAKE_PRINTER=deaf fake_in_background port print "$BATS_TEST_TMPDIR/in"
	eventually logged "submit 0x201"
	kill -INT "$PID"
	ends_with 130
	logged "cancel 1"
	logged "end-doc 0"
	grep -q "cannot print in: cancelled; of [0-9]* bytes the printer has taken 0" \
		"$BATS_TEST_TMPDIR/err"
	[ ! -s "$FAKE_PAPER" ]
}

@test "SIGTERM before there is anything to print begins no document" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	sleep 20 >"$BATS_TEST_TMPDIR/fifo" 3>&- &
	local sleeper=$!

	fake_in_background port print "$BATS_TEST_TMPDIR/fifo"
	eventually opened "$PID" "$BATS_TEST_TMPDIR/fifo"
	kill -TERM "$PID"
	ends_with 130
	kill "$sleeper"
	run logged "submit 0x201"
	[ "$status" -ne 0 ]
}

# Whether process $1 has file $2 open.
opened() { find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q .; }

@test "--reset asks for the printer's reset on a cancel" {
	run fake port print "$BATS_TEST_TMPDIR/in" --reset
	is 0
	logged "reset 1"
}

@test "write sends standard input without a document of its own, and drains" {
	run fake port write <"$BATS_TEST_TMPDIR/in"
	is 0 "port0: 228894 bytes sent"
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	run logged "submit 0x201"
	[ "$status" -ne 0 ]
	logged "close 1 -1"
	FAKE_PRINTER=paper run fake port write --timeout 0.5 <"$BATS_TEST_TMPDIR/in"
	is 30 "the printer takes nothing (paper-out)"
	logged "close 3 -1"
}

@test "on a terminal a line shows how far it is, and is wiped" {
	command -v script >/dev/null || skip "no script(1)"
	FAKE_LOG=$BATS_TEST_TMPDIR/log LD_PRELOAD=$BUILD/cli/fakekernel.so FAKE_PRINTER=paper \
		timeout 20 script -qec "$BUILD/tools/cleardown port print $BATS_TEST_TMPDIR/in \
		--timeout 1" /dev/null >"$BATS_TEST_TMPDIR/screen" </dev/null || :
	grep -q 'port0: in \[-*\]   0% 0 bytes, paper-out' "$BATS_TEST_TMPDIR/screen"
	run fake port print "$BATS_TEST_TMPDIR/in"
	[[ "$output" != *"[--"* ]]
}

# ---- ghostscript ----

postscript() {
	printf '%%!PS\n/Helvetica findfont 20 scalefont setfont 72 72 moveto (%s) show showpage\n' "$1"
}

@test "PostScript and PDF are converted for the device, other files are not" {
	command -v gs >/dev/null || skip "no ghostscript"
	postscript "hello" >"$BATS_TEST_TMPDIR/doc.ps"
	run fake port print "$BATS_TEST_TMPDIR/doc.ps" --device ljet4
	is 0 "port0: doc.ps: sent"
	[ "$(head -c 2 "$FAKE_PAPER" | od -An -tx1)" = " 1b 45" ] || head -c 9 "$FAKE_PAPER" |
		grep -q '%-12345X'
	rm "$FAKE_PAPER"
	run fake port print - --device ljet4 <"$BATS_TEST_TMPDIR/doc.ps"
	is 0 "standard input: sent"
	[ -s "$FAKE_PAPER" ]
	rm "$FAKE_PAPER"
	gs -dSAFER -q -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile="$BATS_TEST_TMPDIR/doc.pdf" \
		"$BATS_TEST_TMPDIR/doc.ps"
	run fake port print "$BATS_TEST_TMPDIR/doc.pdf" --device ljet4
	is 0 "doc.pdf: sent"
	rm "$FAKE_PAPER"
	run fake port print "$BATS_TEST_TMPDIR/in" --device ljet4
	is 0
	cmp "$BATS_TEST_TMPDIR/in" "$FAKE_PAPER"
	rm "$FAKE_PAPER"
	run fake port print "$BATS_TEST_TMPDIR/doc.ps"
	is 0
	cmp "$BATS_TEST_TMPDIR/doc.ps" "$FAKE_PAPER"
}

@test "what PostScript prints by itself and what it may not do stays out of the print" {
	command -v gs >/dev/null || skip "no ghostscript"
	postscript "hello" >"$BATS_TEST_TMPDIR/doc.ps"
	echo '(SAID BY POSTSCRIPT) print flush' >>"$BATS_TEST_TMPDIR/doc.ps"
	run fake port print "$BATS_TEST_TMPDIR/doc.ps" --device ljet4
	is 0
	run grep -c "SAID BY" "$FAKE_PAPER"
	[ "$status" -ne 0 ]
	printf '%%!PS\n(/etc/passwd) (r) file pop showpage\n' >"$BATS_TEST_TMPDIR/evil.ps"
	run fake port print "$BATS_TEST_TMPDIR/evil.ps" --device ljet4
	is 22 "ghostscript failed"
}

@test "a conversion that fails midway cancels the document" {
	command -v gs >/dev/null || skip "no ghostscript"
	postscript "hello" >"$BATS_TEST_TMPDIR/half.ps"
	echo 'this is no PostScript' >>"$BATS_TEST_TMPDIR/half.ps"
	run fake port print "$BATS_TEST_TMPDIR/half.ps" --device ljet4
	is 22 "ghostscript failed with code" "its bytes ended before their time"
	run fake port print "$BATS_TEST_TMPDIR/half.ps" --device nosuchdevice
	is 22 "ghostscript failed"
	PATH=/nonexistent run "$(command -v bash)" -c "exec $(command -v env) \
		FAKE_LOG=$BATS_TEST_TMPDIR/log LD_PRELOAD=$BUILD/cli/fakekernel.so \
		$BUILD/tools/cleardown port print $BATS_TEST_TMPDIR/half.ps --device ljet4"
	is 22 "gs is not installed"
}

# ---- the smaller verbs ----

@test "status shows all ports, without power over the terminal" {
	FAKE_DEVICES="port0 port1 phone0" FAKE_PRINTER=paper run fake port status
	is 0 port0 port1 paper-out 'LOAD PAPER\x1b[2J'
	[[ "$output" != *phone0* ]]
	FAKE_PRINTER=paper run fake -j port status port0
	is 0
	[ "$(json 'd["ports"][0]["port"]["flags"], d["ports"][0]["port"]["code"]')" = \
		"(['held', 'paper-out'], 41002)" ]
	[ "$(json 'd["ports"][0]["port"]["lines"]["perror"]')" = True ]
	FAKE_DEVICES=phone0 run fake port status --watch
	is 3 "no port is bound"
}

@test "status --watch begins with what is" {
	FAKE_PRINTER=paper run fake port status --watch --count 1
	is 0 "port0 paper-out"
	run --separate-stderr fake -j port status --watch --count 1
	is 0
	[ "$(json 'd["type"], d["object"]')" = "('port_status', 'port0')" ]
	run fake port status --watch --timeout 0.3
	is 0
}

@test "show has a port in full" {
	FAKE_PRINTER=paper run fake show port0
	is 0 "port0 (port)" "paper-out" "+perror" 'display       41002 LOAD PAPER\x1b[2J'
	run fake -j show port0
	is 0
	[ "$(json 'd["class"], d["port"]["document"]')" = "('port', None)" ]
}

@test "id tells the Device ID, as text and in its fields" {
	FAKE_ID='MFG:HP;MDL:LaserJet 4;CMD:PCL,PJL;' run fake port id
	is 0 "MFG:HP;MDL:LaserJet 4"
	FAKE_ID='MFG:HP;MDL:LaserJet 4;CMD:PCL,PJL;' run fake -j port id
	is 0
	[ "$(json 'd["fields"]["MDL"], d["fields"]["CMD"]')" = "('LaserJet 4', 'PCL,PJL')" ]
	logged "submit 0x203"
	run fake port id
	is 2 "the device cannot do that"
	FAKE_ID='MFG:HP;' FAKE_OPEN=16 run fake port id
	is 5
}

@test "id that is known already disturbs nobody, whatever its length" {
	local long
	long="MFG:HP;MDL:LaserJet 4;COMMENT:$(printf 'x%.0s' {1..300}),end;"

	FAKE_ID_KNOWN=1 FAKE_ID=$long run fake port id
	is 0 "$long"
	run ! logged "submit 0x203"
}

@test "reset opens the port, resets, and closes it" {
	run fake port reset
	is 0 "port0: the printer was reset"
	logged "submit 0x204"
	logged "close 2 -1"
}

@test "cancel and drain without a document say so" {
	run fake port cancel
	is 3 "no document is open"
	run fake port cancel --document 5
	is 3 "that document is over"
	logged "cancel 5"
	run fake port drain
	is 0 "0 bytes, all sent"
}

@test "monitor shows documents and the printer's words" {
	run --separate-stderr fake monitor --count 2
	is 0 "port0 printer code 41002 LOAD PAPER" "port0 document 12 printed, 3 pages"
	run --separate-stderr fake -j monitor port0 --count 2
	is 0
	output=${lines[1]}
	[ "$(json 'd["event"], d["doc_state"], d["pages"], d["document"]')" = \
		"('document', 'printed', 3, 12)" ]
}

@test "close and wait know ports" {
	run fake close port0 --dtr keep
	is 1 "--dtr is for phones"
	run fake wait port0 idle
	is 0
	run fake wait port0 online
	is 1 "port0 is not a phone"
}
