#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --bank "--fast all --voice --speed 8 --machine 201:echo --machine 202:sink"
# The tool as a person uses it, and as a script does: every output with --json is one document, or
# one in each line.
. /lib/guest.sh

# The same for an error: its document is what is left to say on standard output.
json_error() {
	_code=$1 _word=$2
	shift 2
	json "$_code" error.exit "$_word" "$@"
}

says() { grep -q -- "$1" /tmp/out; }
complains() { grep -q -- "$1" /tmp/err; }
ran() { run "$@"; }
tty_free() { sh -c "exec 9<>$1" 2>/dev/null; }

# ---- nothing is loaded, nothing is bound ----

check "without the module list ends with 3" run 3 list
check "and says what to do" complains modprobe
check "and as JSON" json_error 3 not-found list
check "the modules load" load_modules tty
check "an unknown verb is a usage error" run 1 lst
check "and the nearest word is offered" complains 'list'
check "as JSON" json_error 1 usage lst
check "--help explains" run 0 --help
check "scan lists the modems" run 0 scan
check "ttyS1 is among them" says ttyS1
check "scan -j is a document" json 0 type scan scan
check "list of nothing" run 0 list
check "list -j of nothing" json 0 'objects.#' 0 list

# ---- bind, list, show ----

check "bind gives the first free name" run 0 bind phone tty:/dev/ttyS1
check "and says it" says phone0
check "bind -j names the object" json 0 object far bind phone tty:/dev/ttyS2 --as far
check "list has both" json 0 'objects.#' 2 list
check "list is a table" run 0 list
check "with the line" says 'phone0.*tty:ttyS1.*idle'
check "show tells the state" run 0 show phone0
check "show -j" json 0 state idle show phone0
check "a wrong name ends with 3" run 3 show phnoe0
check "and the right one is offered" complains phone0
check "as JSON" json_error 3 not-found show phnoe0
check "two phones: one must be named" run 1 phone at I0
check "unbind" json 0 object far unbind far
check "one phone need not be named" run 0 phone at I0

# ---- small requests ----

check "phone at shows what the modem says" says 'modem bank'
check "phone at -j" json 0 object phone0 phone at I0
check "an AT command that the modem refuses" run 2 phone at +NONSENSE
check "as JSON" json_error 2 device phone at +NONSENSE
check "volume is set" run 0 phone volume 50%
check "volume -j" json 0 object phone0 phone volume 100%
check "volume beyond is refused" run 1 phone volume 101%
check "gain is set" run 0 phone gain 50%
check "gain -j" json 0 object phone0 phone gain 100%
check "DTMF on-hook: the modem refuses, exit code 2" run 2 phone dtmf 123
check "hook off for a moment" run 0 phone hook off --hold 0
check "hook -j" json 0 object phone0 phone hook on
check "the line is free behind it" tty_free /dev/ttyS1

# ---- calls ----

check "dial, and leave at connect" run 0 phone dial 202 --wait connect
check "dial says the rate" says 'bit/s'
check "dial -j" json 0 connected true phone dial 202 --wait connect
hostctl bank busy 202 on
check "a busy number: exit code 10" run 10 phone dial 202
check "as JSON" json_error 10 remote-busy phone dial 202
hostctl bank busy 202 off
check "no such number: exit code 12" run 12 phone dial 999
hostctl bank noanswer 202 on
check "nobody answers: exit code 11" run 11 phone dial 202
hostctl bank noanswer 202 off
check "a dial that takes too long: exit code 6" sh -c 'hostctl bank noanswer 202 on &&
	{ cleardown phone dial 202 --timeout 2; [ $? = 6 ]; }'
hostctl bank noanswer 202 off

# talk_to NUMBER: a call with fd 8 as its input, in the background.
talk_to() {
	rm -f /tmp/in
	mkfifo /tmp/in
	cleardown -j phone talk "$@" </tmp/in >/tmp/heard 2>/tmp/talk.json &
	talk=$!
	exec 8>/tmp/in
	cleardown wait phone0 online --timeout 60
}

# talk_ends: its exit code in $code.
talk_ends() {
	wait "$talk"
	code=$?
}

heard() { grep -q "$1" /tmp/heard; }

# talk_json PATH VALUE: what the last call's document says.
talk_json() { [ "$(tail -n 1 /tmp/talk.json | jsonget "$1")" = "$2" ]; }

check "talk: a call is up" talk_to 201
check "show during a call" json 0 phone.call_state online show phone0
check "another command gets exit code 5" run 5 phone at I0
check "and the holder is named" complains "pid $talk (cleardown)"
echo "good morning" >&8
check "talk: what was said comes back" wait_for 20 heard "good morning"
exec 8>&-
talk_ends
same "talk: the end of the input ends the call" 0 "$code"
check "talk -j: its document" talk_json ended_by end-of-input
check "talk -j: bytes sent" talk_json sent 13

check "a call that another process ends" talk_to 201
check "hangup -j" json 0 object phone0 phone hangup
talk_ends
same "talk ends when the call is hung up" 0 "$code"
exec 8>&-
check "hangup without a call ends with 3" run 3 phone hangup
check "as JSON" json_error 3 not-found phone hangup

# A call from one of our phones to the other.
cleardown bind phone tty:/dev/ttyS2 --as far >/tmp/out
cleardown -j phone answer far --timeout 60 >/tmp/answer.json 2>/tmp/err &
answer=$!
check "answer waits" wait_for 20 cleardown wait far open --timeout 0.1
check "a call between two of our phones" run 0 phone dial phone0 102 --wait connect
wait "$answer"
same "answer ends when the caller hangs up" 0 "$?"
same "answer -j: its document" "in true peer" \
	"$(jsonget direction connected ended_by </tmp/answer.json | tr '\n' ' ' | sed 's/ $//')"
check "unbind" run 0 unbind far

# ---- apply, doctor ----

printf '[far]\nclass = phone\nline = tty:/dev/ttyS2\nspeed = 115200\n' >/etc/cleardown.conf
check "apply binds what is wanted" json 0 changes 1 apply
check "again: nothing to do" json 0 changes 0 apply
sed -i s/115200/57600/ /etc/cleardown.conf
check "other settings: bound anew" json 0 objects.0.action rebind apply
check "unbind" run 0 unbind far
check "and bound again by hand" run 0 bind phone tty:/dev/ttyS2 --as far
check "apply sees that its settings are others" json 0 objects.0.as_wanted false apply
check "and leaves it" json 0 changes 0 apply
check "unbind" run 0 unbind far
check "bound by hand as it is wanted" run 0 bind phone tty:/dev/ttyS2 --as far --speed 57600
check "apply sees that, too" json 0 objects.0.as_wanted true apply
check "unbind" run 0 unbind far
cleardown -j doctor >/tmp/out
same "doctor: the module is of the tool's version" "module ok" \
	"$(jsonget findings.1.check findings.1.level </tmp/out | tr '\n' ' ' | sed 's/ $//')"

installed=/lib/modules/$(uname -r)/updates/cleardown
mkdir -p "$installed"
cp /modules/cleardown.ko "$installed"
cleardown doctor >/tmp/out
refuses "doctor: the installed module is the loaded one" says 'is not the one that is installed'
printf 'srcversion=0123456789ABCDEF\0' >"$installed/cleardown.ko"
cleardown doctor >/tmp/out
check "doctor: another one is installed" says '^note *module: the one that is loaded is not the one that is installed'
rm -r "$installed"

# ---- monitor, wait ----

cleardown -j monitor phone0 --count 2 --timeout 30 >/tmp/monitor.json 2>/tmp/monitor.err &
monitor=$!
check "monitor is there" wait_for 10 grep -q monitoring /tmp/monitor.err
check "holders sees who watches" json 0 holders.0.role observer holders phone0
cleardown phone dial 202 --wait connect >/dev/null 2>&1
wait "$monitor"
same "monitor ends after the events asked for" 0 "$?"
check "monitor -j: a document in each line" jsonget --lines event object </tmp/monitor.json
check "monitor that sees nothing: exit code 6" run 6 monitor phone0 --count 1 --timeout 1
check "wait for what is" run 0 wait phone0 idle --timeout 5
check "wait -j" json 0 state idle wait phone0 idle --timeout 5
check "wait for what does not come: exit code 6" run 6 wait phone0 online --timeout 1

# ---- close, reports ----

check "close of what is not open" run 0 close phone0
check "a call to be closed from outside" talk_to 201
check "close --verify" run 0 close phone0 --verify
check "the report is printed" says 'cause admin'
talk_ends
same "the owner's tool ends with 9" 9 "$code"
exec 8>&-
check "and once more" talk_to 201
check "close -j" json 0 cause admin close phone0
same "its members" "true true aborted" "$(jsonget released had_call result </tmp/out |
	tr '\n' ' ' | sed "s/ $//; s/clean/aborted/")"
talk_ends
exec 8>&-
check "close --all -j" json 0 'reports.#' 1 close --all
check "close --async returns at once" run 0 close phone0 --async
cleardown -j -v reports --follow --timeout 5 >/tmp/follow.json 2>/tmp/err &
follow=$!
check "reports --follow waits" wait_for 10 grep -q waiting /tmp/err
cleardown phone at phone0 I0 >/tmp/out
wait "$follow"
same "and ends when its time is over" 0 "$?"
check "reports --follow -j: a document in each line" jsonget --lines object cause </tmp/follow.json
check "close takes a mode" run 1 close phone0 --mode hastily
check "reports is a table" run 0 reports
check "reports -j" json 0 reports.0.cause local-user reports phone0 --last 1
check "reports --last 2" json 0 'reports.#' 2 reports phone0 --last 2

# ---- Ctrl-C ----

check "a call for Ctrl-C" talk_to 201
kill -INT "$talk"
talk_ends
same "P-15 Ctrl-C: exit code 130" 130 "$code"
check "the line is free behind it" tty_free /dev/ttyS1
check "it closed in order" json 0 reports.0.mode orderly reports phone0 --last 1
same "by its own user" local-user "$(jsonget reports.0.cause </tmp/out)"
exec 8>&-

# The modem takes nothing more: an orderly close would take its 5 s. The second Ctrl-C does not.
cts_is_low() { ! sed -n 's/^1: .* rx:[0-9]* //p' /proc/tty/driver/serial | grep -q CTS; }
accepted() { [ "$(cleardown -j show phone0 | jsonget accepted)" = "$1" ]; }
check "a call for two Ctrl-Cs" talk_to 201
hostctl bank set 101 cts 0
check "CTS is low" wait_for 10 cts_is_low
head -c 2048 /dev/zero >&8
check "its bytes are queued" wait_for 10 accepted 2048
kill -INT "$talk"
check "the close has begun" wait_for 10 cleardown wait phone0 closing --timeout 0.1
kill -INT "$talk"
talk_ends
hostctl bank set 101 cts auto
same "P-15 two Ctrl-Cs: exit code 130" 130 "$code"
check "it was aborted" json 0 reports.0.mode abort reports phone0 --last 1
same "what was lost is told" 2048 "$(jsonget reports.0.data.discarded </tmp/out)"
exec 8>&-

# ---- rights, force ----

as_user() { su dialer -c "cleardown $*" >/tmp/out 2>/tmp/err || { _code=$?; cat /tmp/err; return $_code; }; }
as_user unbind phone0
same "a user may not unbind: exit code 4" 4 "$?"
check "a call to be unbound" talk_to 201
check "unbind of an open phone: exit code 5" run 5 unbind phone0
check "unbind --force" run 0 unbind phone0 --force
talk_ends
same "the owner's tool ends with 9" 9 "$code"
exec 8>&-
check "list is empty again" json 0 'objects.#' 0 list
check "the modules unload" unload_modules tty
