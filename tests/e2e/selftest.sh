#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--fast all --machine 201:echo" --limit 240
# modules: parport veth
# cleardown selftest on a modem, a printer, a circuit, the fax server and the scripted link; and on a
# modem that is deaf, which it must notice.
. /lib/guest.sh

pid= # of the tool in the background

# outcome CHECK: of the last document: its result.
outcome() { sed 's/{"check"/\n&/g' /tmp/out | sed -n "s/^{\"check\":\"$1\",.*\"result\":\"\([a-z]*\)\".*/\1/p"; }
# outcomes WANTED CHECK...: all of these.
outcomes() {
	_wanted=$1
	shift
	for _check; do
		_got=$(outcome "$_check")
		[ "$_got" = "$_wanted" ] || { echo "# $_check is '$_got', not '$_wanted'"; return 1; }
	done
}
value() { jsonget "$@" </tmp/out | tr '\n' ' ' | sed 's/ $//'; }
says() { grep -q -- "$1" /tmp/out; }

check "parallel ports" modprobe parport
check "a printer" insmod /modules/parsim.ko
check "veth loads" modprobe veth
check "the modules load" load_modules tty parport net sim
check "no object: exit code 3" run 3 selftest phone0

# ---- phone ----

check "a phone" run 0 bind phone tty:/dev/ttyS1
check "a modem passes" json 0 failed 0 selftest phone0 --number 201
check "PR-1 PR-2 PR-3 PR-4 PR-5 PR-7 PR-8 PR-9 on a modem" outcomes pass open exclusive exactly-once \
	all-before silent free bounded accounted owner-killed stale reported call
same "the plain tty waits for thirty seconds, by its own setting" "/dev/ttyS1 30000000000 false" \
	"$(value plain.device plain.closing_wait_ns plain.waits_for_ever)"
check "its close was measured" test "$(value plain.close_ns)" -gt 0
check "for people: a line each" run 0 selftest phone0
check "with the promise" says '^pass all-before *PR-2'
check "no number: the call is skipped" says '^skip call '
check "what is plain" says '^plain /dev/ttyS1: its close waits up to 30'
cleardown phone at phone0 I0 --timeout 20 >/dev/null
exec 9<>/dev/cleardown/phone0
check "in use: exit code 5" run 5 selftest phone0
exec 9>&-
check "a number that does not answer is no fault" json 0 failed 0 selftest phone0 --number 999
same "but a skip" skip "$(outcome call)"

# ---- port ----

check "a port" run 0 bind port parport:0
check "a printer passes" json 0 failed 0 selftest port0
check "PR-1 PR-2 PR-3 PR-5 PR-7 PR-8 PR-9 on a printer" outcomes pass open exclusive exactly-once \
	all-before silent free bounded accounted owner-killed stale reported
same "nothing was printed" 0 "$(wc -c </sys/kernel/debug/parsim/0/data)"

# ---- vc ----

is_up() { run 0 vc show "$1" && says "signalling established"; }
ip link add type veth
ip link set veth0 up
ip link set veth1 up
check "a link" run 0 bind vc eth:veth0
check "alone: what needs its other end is skipped" json 0 skipped 1 selftest vc0
check "its other end" run 0 bind vc eth:veth1
check "it is up" wait_for 20 is_up vc0
check "a link passes where nobody takes calls" json 0 failed 0 selftest vc0 --sap 9
same "which is told" skip "$(outcome call)"
background accept vc accept vc1 --sap 9
accept=$pid
check "somebody does" wait_for 20 grep -q listening /tmp/accept.err
check "it passes" json 0 failed 0 selftest vc0 --sap 9
check "PR-1 PR-2 PR-4 PR-5 PR-8 PR-9 on a link" outcomes pass open exactly-once all-before bounded \
	cleared owner-killed stale
kill "$accept" 2>/dev/null
wait "$accept"

# ---- fax ----

check "a fax line" run 0 bind fax tty:/dev/ttyS1
check "the fax server passes" json 0 failed 0 selftest fax0
check "PR-3 PR-5 PR-8 PR-9 on the fax server" outcomes pass open bounded stale events-go-on owner-killed
same "nobody speaks T.30" skip "$(outcome provider)"

# ---- it notices ----

check "the scripted link" run 0 bind phone sim: --as small
check "passes" json 0 failed 0 selftest small
same "has no plain device" "null" "$(value plain.device)"
deaf=/sys/kernel/debug/cleardown_sim/0/control
check "its modem does not answer any more" sh -c "echo 'failopen 5' >$deaf"
check "which is noticed: exit code 2" run 2 -j selftest small
same "by the check that meets it" fail "$(outcome open)"

for object in phone0 port0 vc0 vc1 fax0 small; do
	check "$object goes" run 0 unbind "$object"
done
check "the modules unload" unload_modules sim net parport tty
check "and the printer" rmmod parsim
