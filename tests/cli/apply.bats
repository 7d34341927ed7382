#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# cleardown apply: what becomes of a file, again and again, and what is wrong with one.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir bound
	export FAKE_BOUND=$PWD/bound CLEARDOWN_APPLIED=$PWD/applied
	cat >conf <<-'END'
		# two objects
		[defaults]
		speed = 57600
		[defaults phone]
		flow = none
		init = ATZ
		[dialect courier]
		init = ATS0=0

		[phone0]
		line = tty:/dev/null
		dialect = courier
		; settings may go on
		args = dtr=none
		args = panel=ask
		[office]
		class = port
		line = tcp:127.0.0.1:9101
		monitor = pjl
	END
}

binds() { grep -c '^bind ' log || :; }

# wrong LINE TEXT: the file in standard input has an error there.
wrong() {
	cat >bad
	run fake apply bad
	is 1 "bad:$1: $2"
	[ ! -e log ]
}

@test "a file becomes objects, with defaults and dialects; again there is nothing to do" {
	run fake apply conf
	is 0 "phone0: bound to tty:/dev/null" "office: bound to tcp:127.0.0.1:9101"
	logged 'bind tty phone0 57600 1 \[dtr=none panel=ask init=ATS0=0\]'
	logged 'bind tcp office 57600 0 \[host=127.0.0.1 port=9101 monitor=pjl\]'
	run fake apply conf
	is 0 "nothing to do: 2 objects are as conf wants"
	[ "$(binds)" = 2 ]
	run fake -v apply conf
	is 0 "phone0: is as it is wanted"
}

@test "what is wanted otherwise now is bound anew, the rest is left alone" {
	fake apply conf
	sed -i 's/57600/9600/; s/^line = tcp.*/&2/; /^monitor/d' conf
	run fake apply conf
	is 0 "phone0: bound anew" "office: bound anew"
	logged 'unbind phone0 0'
	logged 'bind tty phone0 9600 1 .*'
	[ "$(binds)" = 4 ]
	sed -i '/^\[office\]/,$d' conf
	run fake apply conf
	is 0 "nothing to do: 1 object is"
	[ -e bound/office ]
}

@test "an object that is open is not taken away" {
	fake apply conf
	sed -i 's/57600/9600/' conf
	FAKE_OWNER="812 minicom" run fake apply conf
	is 5 "held by pid 812 (minicom)" "cleardown close phone0" \
		"conf:10: phone0 is not as it is wanted" "conf:16: office"
	[ "$(binds)" = 2 ]
}

@test "the others are bound where one cannot be" {
	sed -i 's,/dev/null,/dev/ttyNONE0,' conf
	run fake apply conf
	is 3 "no such line" "conf:10: phone0 is not" "office: bound to"
	[ -e bound/office ]
	run fake apply conf
	is 3
	[ "$(binds)" = 1 ]
}

@test "an object that was bound by hand stays; on another line it is bound anew" {
	fake bind phone tty:/dev/null --as phone0
	run fake apply conf
	is 0 "phone0: is bound to tty:/dev/null with other settings, but not by apply" "office: bound to"
	fake unbind phone0
	fake bind phone tty:/dev/null --as phone0 --speed 57600 --flow none --init ATS0=0 --args 'panel=ask dtr=none'
	run fake -v apply conf
	is 0 "phone0: is as it is wanted" "nothing to do"
	run fake -j apply conf
	is 0 '"settings_known":true,"as_wanted":true'
	fake unbind office
	fake bind port tty:/dev/zero --as office
	run fake apply conf
	is 0 "office: bound anew"
	# of the module that is loaded now, not of one before
	fake unbind phone0
	fake bind phone tty:/dev/zero --as phone0
	run fake apply conf
	is 0 "phone0: bound anew"
}

@test "--dry-run only says it" {
	run fake apply conf --dry-run
	is 0 "phone0: would be bound to tty:/dev/null" "office: would be bound to"
	[ ! -e log ]
	fake apply conf
	sed -i 's/57600/9600/' conf
	run fake apply conf --dry-run
	is 0 "phone0: would be bound anew"
	[ "$(binds)" = 2 ]
}

@test "as JSON: what was to be done and what was done" {
	run --separate-stderr fake -j apply conf
	is 0
	[ "$(json 'd["changes"], [(o["object"], o["action"], o["done"]) for o in d["objects"]]')" = \
		"(2, [('phone0', 'bind', True), ('office', 'bind', True)])" ]
	run --separate-stderr fake -j apply conf
	is 0
	[ "$(json 'd["changes"], d["objects"][0]["action"]')" = "(0, 'none')" ]
	sed -i 's/57600/9600/' conf
	FAKE_OWNER="812 minicom" run --separate-stderr fake -j apply conf
	is 5
	[ "$(json 'd["objects"][1]["error"]["exit"], d["objects"][1]["line_number"]')" = "('busy', 16)" ]
	run --separate-stderr fake -j apply conf --dry-run
	is 0
	[ "$(json 'd["dry_run"], d["objects"][0]["done"]')" = "(True, False)" ]
	echo x >>conf
	run --separate-stderr fake -j apply conf
	is 1
	[ "$(json 'd["error"]["object"]')" = conf:20 ]
}

@test "errors of the file have their line, all of them, and nothing is done" {
	wrong 2 'there is no setting "lien"; did you mean line?' <<<$'[phone0]\nlien = sim:'
	wrong 3 "[phone0] is in line 1 already" <<<$'[phone0]\nline = sim:\n[phone0]\nline = sim:'
	wrong 3 "line is in line 2 already" <<<$'[phone0]\nline = sim:\nline = sim:'
	wrong 1 "[phone0] has no line" <<<$'[phone0]\n[phone1]\nline = sim:'
	wrong 2 "line = /dev/ttyS0: expected tty:" <<<$'[phone0]\nline = /dev/ttyS0'
	wrong 3 "line = parport:0: expected tty:/dev/ttyS1 or sim:" <<<$'\n[phone0]\nline = parport:0'
	wrong 2 "line = sim:: expected eth:" <<<$'[vc0]\nline = sim:'
	wrong 1 "[desk]: class = phone, port, vc or fax is missing" <<<$'[desk]\nline = sim:'
	wrong 2 "class = fone: phone, port, vc or fax" <<<$'[desk]\nclass = fone\nline = sim:'
	wrong 3 "there is no [dialect x]" <<<$'[phone0]\nline = sim:\ndialect = x'
	wrong 5 "there is no [dialect couier]; did you mean courier?" \
		<<<$'[dialect courier]\ninit = ATZ\n[phone0]\nline = sim:\ndialect = couier'
	wrong 1 "[dialect]: it has no name, as [dialect courier] has" <<<$'[dialect]\ninit = ATZ'
	wrong 3 "speed = fast: not a number" <<<$'[phone0]\nline = sim:\nspeed = fast'
	wrong 3 "flow = x: rtscts or none" <<<$'[phone0]\nline = sim:\nflow = x'
	wrong 3 "flow = xonxoff is for ports" <<<$'[phone0]\nline = sim:\nflow = xonxoff'
	wrong 3 "a phone has no monitor" <<<$'[phone0]\nline = sim:\nmonitor = pjl'
	wrong 2 "line is for objects, not for [defaults]" <<<$'[defaults]\nline = sim:'
	wrong 1 "[defaults fone]: there are defaults of" <<<$'[defaults fone]\nspeed = 9600'
	wrong 1 '"line" stands before any section' <<<$'line = sim:'
	wrong 2 "neither [SECTION] nor" <<<$'[phone0]\nline'
	wrong 1 "neither [SECTION] nor" <<<$'[phone0\nline = sim:'
	wrong 1 "[a name that is long]: no name for an object" <<<$'[a name that is long]\nline = sim:'
	wrong 1 "[dialect $(printf 'x%.0s' {1..50})]: the name is too long" \
		<<<"[dialect $(printf 'x%.0s' {1..50})]"
	wrong 2 "init has no value" <<<$'[phone0]\ninit =\nline = sim:'
	wrong 2 "the line is longer than" <<<$'[phone0]\n'"args = $(printf 'x%.0s' {1..300})"$'\nline = sim:'
	printf '[phone0]\nlien = sim:\nspeed = x\n' >bad
	run fake apply bad
	is 1
	[ "$(grep -oE 'bad:[0-9]+' <<<"$output" | xargs)" = "bad:1 bad:2 bad:3" ]
	run --separate-stderr fake -j apply bad
	is 1
	[ "$(json 'd["error"]["object"], d["error"]["cause"]')" = "('bad:1', '[phone0] has no line')" ]
}

@test "at boot, and when a line comes, the unit and the rule apply it" {
	make -s -C "$TOP/userspace" B="$BUILD/tools" DESTDIR="$PWD/root" install >&2
	grep -qx 'ExecStart=/usr/local/bin/cleardown apply' root/lib/systemd/system/cleardown.service
	grep -q 'cleardown --quiet apply"' root/lib/udev/rules.d/60-cleardown.rules
	command -v systemd-analyze >/dev/null || return 0
	run systemd-analyze verify root/lib/systemd/system/cleardown.service
	# its programs and pages are not installed here
	run -1 bash -c 'grep . | grep -v ": Command "' <<<"$output"
}

@test "no file, and wrong words on the command line" {
	run fake apply nosuch
	is 3 "nosuch: cannot read it"
	run fake apply a b
	is 1 "apply takes one file"
	run plain apply conf
	is 3 "module is not loaded"
}
