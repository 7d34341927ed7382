#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# cleardown holders, and cleardown doctor on machines that are made up: another /sys, /dev and list of
# tty drivers, in a namespace of its own.

# bats sets stderr, and runs each test in a process of its own:
# shellcheck disable=SC2154,SC2030,SC2031

bats_require_minimum_version 1.5.0

load cli.bash

setup_file() { build_tool; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset FAKE_DEVICES FAKE_OWNER
	export HOLD OWNER
}

teardown() {
	[ -z "${HOLDER:-}" ] || kill -KILL "$HOLDER" 2>/dev/null || :
}

# A sound machine: the modules are loaded, one serial line, which is /dev/full's number (1:7).
machine() {
	unshare -rmpf --mount-proc true 2>/dev/null || skip "needs user namespaces"
	mkdir -p sys/{module/{cleardown,cleardown_tty,cleardown_parport,cleardown_net},class/tty/ttyS9} \
		sys/{module/module/parameters,kernel/security,firmware/efi/efivars} dev/cleardown
	echo 1:7 >sys/class/tty/ttyS9/dev
	echo 4 >sys/class/tty/ttyS9/type
	echo '[none] integrity confidentiality' >sys/kernel/security/lockdown
	echo 'serial /dev/ttyS 1 7 serial' >drivers
	touch dev/{null,full,ttyS9} dev/cleardown/{ctl,events,fax,phone0}
	chmod 644 dev/cleardown/ctl
	chmod 666 dev/cleardown/events
	chmod 660 dev/cleardown/{fax,phone0}
	printf '%s:x:0:\n' root dialout lp netdev fax >group
}

# doctor ARGS...: on that machine, where the program HOLD has the line; with OWNER the kernel knows.
doctor() {
	# shellcheck disable=SC2016
	KEEP_JSON=$JSON unshare -rmpf --mount-proc bash -c '
		if [ -n "$HOLD" ]; then
			cp /bin/sleep "./$HOLD"
			"./$HOLD" 30 9>/dev/full 3>&- >&- 2>&- &
			holder=$!
			[ -z "$OWNER" ] || export FAKE_OWNER="$holder $HOLD"
			until [ "$(cat /proc/$holder/comm)" = "$HOLD" ]; do :; done
		fi
		[ ! -d spool ] || mount --bind spool /var/spool || exit 99
		[ ! -e passwd ] || mount --bind passwd /etc/passwd || exit 99
		mount --bind /dev/null dev/null && mount --bind sys /sys &&
			mount --bind drivers /proc/tty/drivers && mount --bind group /etc/group &&
			mount --rbind dev /dev || exit 99
		LD_PRELOAD=$1 "${@:2}"
		code=$?
		[ -z "$holder" ] || kill -KILL "$holder"
		exit $code' bash "${WITH:-$PRELOAD}" timeout 20 "$BUILD/tools/cleardown" "$@" |
		sed -E "s/(pid|kill) [0-9]+/\\1 N/"
	return "${PIPESTATUS[0]}"
}

# Of the findings of a check, as JSON: level, text, remedy.
found() { json "[(f['level'], f['text'], f['remedy']) for f in d['findings'] if f['check'] == '$1']"; }

# ---- holders ----

@test "holders has the owner, and who has the line behind our back" {
	export FAKE_DEVICES="phone0 phone1" FAKE_OWNER="812 minicom"
	run fake holders
	is 0 "phone0 owner 812 (minicom)"
	run fake holders phone1
	is 0 "nobody has it"
	FAKE_OWNER='' run fake holders
	is 0 "nobody has any of them"
	run --separate-stderr fake -j holders
	is 0
	[ "$(json '[(h["object"], h["role"], h["pid"], h["comm"]) for h in d["holders"]]')" = \
		"[('phone0', 'owner', 812, 'minicom')]" ]
	unset FAKE_OWNER FAKE_DEVICES
	mkdir bound
	export FAKE_BOUND=$PWD/bound
	fake bind phone tty:/dev/full --as phone3
	cp /bin/sleep gripper
	./gripper 60 9>/dev/full 3>&- &
	HOLDER=$!
	eventually grep -qx gripper /proc/$HOLDER/comm
	run fake holders phone3
	is 0 "phone3 line $HOLDER (gripper)"
	run fake holders nosuch
	is 3 "no object of that name"
	run fake holders a b
	is 1 "holders takes one object"
}

# ---- doctor ----

@test "a sound machine: nothing is wrong, and what is in order is left out with --quiet" {
	machine
	FAKE_VERSION=0.1 run doctor doctor
	is 0 "module: version 0.1" "group dialout: " "node phone0: mode 660, group dialout" \
		"node fax: mode 660, group fax" \
		"line /dev/ttyS9: 16550A, free" "object phone0: sim:, idle" "nothing is wrong"
	FAKE_VERSION=0.1 run --separate-stderr doctor -j doctor
	is 0
	[ "$(json 'd["wrong"]')" = 0 ]
	[ "$(found object)" = "[('ok', 'sim:, idle', None)]" ]
	FAKE_VERSION=0.1 run doctor -q doctor
	is 0
	[[ "$output" != *"ok "* ]]
	run doctor doctor now
	is 1 "doctor takes no operands"
}

@test "no module, and a kernel that wants signed ones" {
	machine
	rm -r sys/module/cleardown* dev/cleardown
	WITH=$BUILD/cli/keepjson.so run doctor doctor
	is 3 "WRONG  module: neither loaded nor installed for kernel" "make install"
	[[ "$output" != *signed* ]]
	echo 'none [integrity] confidentiality' >sys/kernel/security/lockdown
	WITH=$BUILD/cli/keepjson.so run doctor doctor
	is 3 "loads only signed modules (lockdown)" mokutil
	echo '[none] integrity confidentiality' >sys/kernel/security/lockdown
	echo Y >sys/module/module/parameters/sig_enforce
	WITH=$BUILD/cli/keepjson.so run doctor doctor
	is 3 "(module.sig_enforce)"
	echo N >sys/module/module/parameters/sig_enforce
	printf '\6\0\0\0\1' >sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
	WITH=$BUILD/cli/keepjson.so run doctor doctor
	is 3 "(Secure Boot)"
	printf '\6\0\0\0\0' >sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
	WITH=$BUILD/cli/keepjson.so run --separate-stderr doctor -j doctor
	is 3
	[[ "$output" != *signed* ]]
	[ "$(json 'd["wrong"]')" = 1 ]
}

@test "a module of another version, a link that is not loaded" {
	machine
	FAKE_VERSION=0.0 run doctor doctor
	is 2 "WRONG  module: version 0.0, the tool's is 0.1" "make unload"
	rm -r sys/module/cleardown_tty
	FAKE_VERSION=0.1 run doctor doctor
	is 0 "note   link cleardown_tty: not loaded: no serial line" "modprobe cleardown_tty"
}

@test "nodes and groups that are not as udev's rule has them" {
	machine
	export FAKE_VERSION=0.1
	chmod 600 dev/cleardown/phone0
	run doctor doctor
	is 4 "WRONG  node phone0: mode 600, group 0, where udev's rule has 660 and dialout" udevadm
	chmod 660 dev/cleardown/phone0
	sed -i /netdev/d group
	run doctor doctor
	is 4 "WRONG  group netdev: there is no such group" "groupadd --system netdev"
	sed -i s/dialout:x:0/dialout:x:20/ group
	run doctor doctor
	is 4 "node phone0: mode 660, group 0, where"
}

@test "who has a line, and how to make him let go; wrong where the line is bound" {
	machine
	export FAKE_VERSION=0.1
	HOLD=agetty run doctor doctor
	is 0 "note   line /dev/ttyS9: pid N (agetty) has it open" \
		"systemctl disable --now serial-getty@ttyS9"
	mkdir bound
	export FAKE_BOUND=$PWD/bound
	fake bind phone tty:/dev/full --as phone0
	HOLD=agetty run doctor doctor
	is 5 "WRONG  line /dev/ttyS9: pid N (agetty) has it open: phone0 cannot be opened"
	HOLD=agetty run --separate-stderr doctor -j doctor
	is 5
	[ "$(found line)" = "[('wrong', 'pid N (agetty) has it open: phone0 cannot be opened', \
'systemctl disable --now serial-getty@ttyS9')]" ]
	HOLD=agetty OWNER=1 run doctor doctor
	is 0 "ok     line /dev/ttyS9: pid N (agetty) has it open as phone0"
	HOLD=ModemManager run doctor doctor
	is 5 "note   program ModemManager: runs (pid N)" "systemctl stop ModemManager"
	HOLD=other run doctor doctor
	is 5 "end it: kill N"
	run doctor doctor
	is 0 "line /dev/ttyS9: 16550A, bound as phone0"
	# a line may be a phone and a fax
	fake bind fax tty:/dev/full --as fax0
	run doctor doctor
	[[ "$output" == *"line /dev/ttyS9: 16550A, bound as phone0 and fax0"* ]]
	HOLD=agetty run doctor doctor
	[[ "$output" == *"pid N (agetty) has it open: phone0 and fax0 cannot be opened"* ]]
	run --separate-stderr doctor -j scan
	[ "$(json 'd["lines"][0]["object"], d["lines"][0]["objects"]')" = "('phone0', ['phone0', 'fax0'])" ]
}

@test "objects whose line is gone" {
	machine
	FAKE_VERSION=0.1 FAKE_GONE=tty:ttyUSB0 run doctor doctor
	is 30 "WRONG  object phone0: its line tty:ttyUSB0 is gone" "cleardown rebind phone0 tty:"
}

# ---- the fax daemon ----

# A fax line, a spool and a user for it, which in the namespace are root's.
fax_machine() {
	machine
	export FAKE_VERSION=0.1 FAKE_DEVICES=fax0 CLEARDOWN_FAXD_SOCKET=$PWD/sock
	mkdir -p spool/cleardown/fax
	chmod 750 spool/cleardown/fax
	printf 'root:x:0:0::/:/bin/sh\ncleardown-fax:x:0:0::/:/bin/sh\n' >passwd
	touch dev/cleardown/fax0
	chmod 660 dev/cleardown/fax0
}

answering() {
	echo '{"status": {"ok": true, "lines": [], "pending": 0}}' >answers
	python3 "$TOP/tests/cli/fakefaxd.py" "$CLEARDOWN_FAXD_SOCKET" answers asked 3>&- &
	HOLDER=$!
	eventually test -S "$CLEARDOWN_FAXD_SOCKET"
}

@test "no fax line: nothing about the daemon; one, and the daemon answers" {
	fax_machine
	FAKE_DEVICES=phone0 run doctor doctor
	is 0
	[[ "$output" != *faxd* ]]
	answering
	run doctor doctor
	is 0 "ok     fax cleardown-faxd: answers" "ok     fax /var/spool/cleardown/fax: mode 750, user 0" \
		"ok     fax fax0: user 0 may open it"
}

@test "a daemon that does not run, does not answer, or has no line" {
	fax_machine
	run doctor doctor
	is 3 "WRONG  fax cleardown-faxd: does not run" "systemctl enable --now cleardown-faxd"
	rm passwd
	printf 'root:x:0:0::/:/bin/sh\n' >passwd
	run doctor doctor
	is 3 "its user cleardown-fax is not there" "make install"
	HOLD=cleardown-faxd run doctor doctor
	is 2 "WRONG  fax cleardown-faxd: runs, pid N, and does not answer" "systemctl restart"
	answering
	HOLD=cleardown-faxd run doctor doctor
	is 4 "WRONG  fax fax0: cleardown-faxd runs, but does not have it" "provider=0"
}

@test "a spool or a line that the daemon's user cannot have" {
	fax_machine
	answering
	chmod 755 spool/cleardown/fax
	run doctor doctor
	is 0 "note   fax /var/spool/cleardown/fax: mode 755: everybody may look" "chmod o-rwx"
	rmdir spool/cleardown/fax
	run doctor doctor
	is 4 "the spool cannot be found" "install -d -o 0 -g fax"
	mkdir -m 750 spool/cleardown/fax
	printf 'root:x:0:0::/:/bin/sh\ncleardown-fax:x:120:21::/:/bin/sh\n' >passwd
	run --separate-stderr doctor -j doctor
	is 4
	[ "$(json "[f['level'] for f in d['findings'] if f['check'] == 'fax']")" = \
		"['ok', 'wrong', 'wrong']" ]
}
