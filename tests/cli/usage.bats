#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool on a machine without the module: help, usage errors, errors as JSON.

# bats sets stderr:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

@test "without a command it explains itself and fails as a usage error" {
	run plain
	is 1 Usage: scan phone
}

@test "help is on every level and a success" {
	local command

	run plain --help
	is 0 Usage: "help exit-codes"
	for command in scan bind rebind unbind apply list show holders doctor phone fax close wait monitor reports; do
		run plain "$command" --help
		is 0 "Usage: cleardown $command"
		run plain help "$command"
		is 0 "Usage: cleardown $command"
	done
	for command in dial answer talk hangup hook volume gain dtmf at; do
		run plain phone "$command" -h
		is 0 "Usage: cleardown phone $command"
		run plain phone help "$command"
		is 0 "Usage: cleardown phone $command"
	done
}

# Each command and each verb, a line each.
all_commands() {
	local group verb

	for group in "" phone port vc fax; do
		# shellcheck disable=SC2086
		for verb in $(plain __complete $group ""); do
			echo "$group $verb"
		done
	done
}

@test "help fits a screen of 90 columns, and leads from a group to its verbs" {
	local command

	while read -r command; do
		# shellcheck disable=SC2086
		run plain help $command
		is 0 "Usage: cleardown $command"
		run grep -nE '.{91}| $' <<<"$output"
		is 1
	done < <(all_commands)
	run plain help phone
	is 0 "cleardown help phone VERB\` explains each."
	run plain --help
	is 0 "cleardown help COMMAND\` explains each"
}

@test "help names every option of a command" {
	run plain help close
	is 0 --all --mode --deadline --dtr --verify --wait --async --json --timeout
}

@test "help exit-codes has the whole table" {
	local code

	run plain help exit-codes
	is 0
	for code in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 21 22 30 77 130; do
		grep -qE "^ +$code  [a-z-]+ +[a-zA-Z]" <<<"$output"
	done
}

@test "--version answers without the module" {
	run plain --version
	is 0 "cleardown 0." "module not loaded"
	run plain -j --version
	is 0
	[ "$(json 'd["module"]')" = None ]
}

@test "a mistyped command is a usage error that guesses what was meant" {
	run plain lsit
	is 1 'no command "lsit"' "did you mean list?"
	run plain phone dail 5
	is 1 "did you mean dial?"
	run plain xyzzy
	is 1 "cleardown --help"
	[[ "$output" != *"did you mean"* ]]
}

@test "wrong options and values are usage errors" {
	run plain close --mdoe abort
	is 1 "no option --mdoe" "did you mean --mode?"
	run plain close --dedline=5
	is 1 "did you mean --deadline?"
	run plain list --jsno
	is 1 "did you mean --json?"
	run plain close --verify=1
	is 1 "takes no value" "cleardown close --help"
	run plain list -x
	is 1 "no option -x"
	run plain close --mode
	is 1 "needs a value"
	run plain close --mode emergency
	is 1 "drain, orderly or abort"
	run plain close --deadline soon
	is 1 "not a number of ms"
	run plain close --dtr pulse:0
	is 1 "1 to 5000"
	run plain close --dtr pulse:5001
	is 1 "1 to 5000"
	run plain --timeout 0 list
	is 1 "not a number of seconds"
	run plain phone answer --rings 0
	is 1 "1 to 1000"
	run plain rebind ttyUSB0
	is 1 "expected tty:DEVICE"
	run plain bind phone sim: --flow xon
	is 1 "rtscts or none"
}

@test "wrong operands are usage errors" {
	run plain list phone0
	is 1 "takes no operands"
	run plain bind phone
	is 1 "bind phone tty:"
	run plain bind modem sim:
	is 1 "no class of objects"
	run plain phone dial
	is 1 "dial takes a number"
	run plain phone dtmf 12x
	is 1 "0-9 A-D"
	run plain phone volume 101%
	is 1 "0% to 100%"
	run plain phone ring often
	is 1 "a mode is a number"
	run plain phone ring 1 101%
	is 1 "0% to 100%"
	run plain phone panel phone0 1
	is 1 "one object"
	run plain phone lamp 1
	is 1 "a number and a mode"
	run plain phone lamp 1 glow
	is 1 "broken-flutter"
	run plain phone lamp one off
	is 1 "from 0 on"
	run plain phone display
	is 1 "a text for each row"
	run plain phone button
	is 1 "button takes a key"
	run plain phone button x
	is 1 "no key"
	run plain phone button 1 11111111112222222222333333333344444444445
	is 1 "too long"
	run plain phone data
	is 1 "data takes the number"
	run plain phone data first
	is 1 "from 0 on"
	run plain phone hook sideways
	is 1 "on or off"
	run plain wait phone0 opne
	is 1 '"opne" is no state' "did you mean open?"
	run plain wait phone0 ringin
	is 1 "did you mean ringing?"
	run plain close phone0 --all
	is 1 "one object, or --all"
	run plain close --verify --async
	is 1 "--verify needs --wait"
}

@test "without the module everything that needs it ends with 3 and says so" {
	local command

	[ ! -e /dev/cleardown/ctl ] || skip "needs hardware without the module"
	for command in list show unbind close "wait idle" monitor reports "phone dial 5" \
		"phone answer" "phone at I3" "phone hangup" "bind phone sim:"; do
		# shellcheck disable=SC2086
		run plain $command
		is 3 "the cleardown module is not loaded" modprobe
	done
}

@test "scan needs no module" {
	run plain scan
	is 0
	run plain -j scan --all
	is 0
	[ "$(json 'd["type"]')" = scan ]
	[ "$(json 'isinstance(d["lines"], list)')" = True ]
}

@test "errors are JSON with --json, wherever it stands" {
	run --separate-stderr plain -j list
	is 3
	[ "$(json 'd["v"], d["type"], d["error"]["exit"], d["error"]["errno"]')" = \
		"(1, 'error', 'not-found', 'ENOENT')" ]
	[[ "$stderr" == *"not loaded"* ]]
	run --separate-stderr plain list --json
	is 3
	[ "$(json 'd["error"]["exit_code"]')" = 3 ]
	run --separate-stderr plain close --mode x --json
	is 1
	[ "$(json 'd["error"]["exit"]')" = usage ]
	run --separate-stderr plain -j phone
	is 1
	[ "$(json 'd["error"]["exit"]')" = usage ]
}

@test "every JSON document is one line, or indented with --pretty" {
	run --separate-stderr plain -j list
	[ "${#lines[@]}" -eq 1 ]
	run --separate-stderr plain -j -p scan
	[ "${#lines[@]}" -gt 1 ]
	python3 -m json.tool <<<"$output"
}
