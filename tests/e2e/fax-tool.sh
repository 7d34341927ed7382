#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--speed 6 --wait 5000 --machine 200:fax:rx={files}/rx.tif,id=200 --machine 201:fax:tx={files}/tx.tif,id=201 --machine 204:fax:rx={files}/slow.tif,id=204,v27ter --machine 203:fax:rx={files}/left.tif,leave=2" --limit 400
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/fax3.tif
# The tool's faxes with the daemon: sent by a user of the group fax, followed, looked at, changed, aborted
# in mid-page, received, polled. What becomes of documents of other kinds is for tests/cli/fax.bats.
. /lib/guest.sh

says() { grep -q -- "$1" /tmp/out; }
complains() { grep -q -- "$1" /tmp/err; }
tty_free() { sh -c "exec 9<>/dev/ttyS1" 2>/dev/null; }
same_fax() { hostctl samefax "$1" "$2" >/tmp/said || { cat /tmp/said; return 1; }; }

# value PATH...: of the last document.
value() { jsonget "$@" </tmp/out | tr '\n' ' ' | sed 's/ $//'; }

# user WANTED ARGS...: as run, by the user dialer.
user() {
	_wanted=$1
	shift
	su dialer -c "cleardown $*" >/tmp/out 2>/tmp/err
	_code=$?
	[ "$_code" = "$_wanted" ] && return 0
	echo "# cleardown $* by a user: exit code $_code, not $_wanted"
	cat /tmp/out /tmp/err
	return 1
}

# background NAME ARGS...: the tool of that user, in /tmp/NAME.out and .err; sets pid.
background() {
	_name=$1
	shift
	su dialer -c "exec cleardown $*" >"/tmp/$_name.out" 2>"/tmp/$_name.err" &
	pid=$!
}

lives() { grep -q 'State:.[^Z]' "/proc/$pid/status" 2>/dev/null; }
is_over() { ! lives; }

# ended WANTED NAME: the exit code of the one in the background.
ended() {
	wait "$pid"
	_code=$?
	[ "$_code" = "$1" ] && return 0
	echo "# $2 ended with $_code, not $1"
	cat "/tmp/$2.out" "/tmp/$2.err"
	return 1
}

start_daemon() {
	su faxd -c "exec cleardown-faxd --line fax0 --line-speed 6" 2>/tmp/faxd.log &
	faxd=$!
	soon 200 line_is available true || { sed 's/^/# /' /tmp/faxd.log; return 1; }
}

# line_is STATUS DAEMON
line_is() { run 0 -j fax status && [ "$(value lines.0.status daemon)" = "$1 $2" ]; }
in_page() { run 0 -j fax status && [ "$(value lines.0.phase)" = page ]; }
no_jobs() {
	run 0 -j fax queue && [ "$(value 'jobs.#')" = 0 ]
}

# ---- without a line, without a daemon ----

sed -i 's/^fax:x:21:/&dialer/' /etc/group
echo 'faxd:x:120:21:the fax provider:/tmp:/bin/sh' >>/etc/passwd
mkdir -p /var/spool/cleardown/fax /run/cleardown
chown faxd:fax /var/spool/cleardown/fax /run/cleardown
chmod 750 /var/spool/cleardown/fax
hostctl save tx.tif </tests/fax1.tif >/run/said

check "the modules load" load_modules tty
chgrp fax /dev/cleardown/fax
check "a fax without a line: exit code 3" user 3 fax send 200 /tests/fax1.tif
check "a fax line" run 0 bind fax tty:/dev/ttyS1 --args provider=120
chgrp fax /dev/cleardown/fax0
check "a fax without a daemon: exit code 2" user 2 fax send 200 /tests/fax1.tif
check "and what to do" complains cleardown-faxd
check "status says offline" json 0 lines.0.status offline fax status
check "the queue says that nobody answers" user 0 fax queue
check "to whoever asks" complains "does not answer"
check "the daemon is there" start_daemon

# ---- a fax of two files ----

# to a slow machine, so that it is being sent still at each look
background sent -v fax send 204 /tests/fax1.tif /tests/fax1.tif --no-ecm
check "it is being sent" soon 200 in_page
shown() { [ "$(value lines.0.number)" = 204 ] && [ "$(value lines.0.page)" -ge 1 ]; }
check "status has the number and the page" shown
check "the queue has the job" json 0 jobs.0.state in-progress fax queue
same "of this user" 1000 "$(value jobs.0.uid)"
job=$(value jobs.0.job)
check "show has it, by its short number too" json 0 job "$job" fax show "$((job & 0xffffffff))"
check "it went through" ended 0 sent
check "every page was told" grep -q "2 of 2 pages, [0-9]* bit/s, 204" /tmp/sent.err
check "and the end" grep -q "fax0: fax to 204, 2 of 2 pages confirmed, [0-9]* bit/s, by 204" /tmp/sent.out
check "the line is free behind it" soon 200 tty_free
check "the queue has it for who asks for all" json 0 jobs.0.state "done" fax queue --all
check "the log has the call" user 0 -j fax log --last 1
same "and what came of it" "ok 2 204" "$(value outcome confirmed far_id)"

# ---- what it costs ----

hostctl bank busy 200 on
check "busy: exit code 10" user 10 fax send 200 /tests/fax1.tif --once
check "no call was answered" complains "no call was answered"
check "busy without --once is tried again" user 6 fax send 200 /tests/fax1.tif --timeout 8
hostctl bank busy 200 off
told_busy() { run 0 -j fax queue && [ "$(value jobs.0.outcome jobs.0.state)" = "busy retrying" ]; }
check "the queue says so" soon 100 told_busy
job=$(value jobs.0.job)
same "and that it will be" retrying "$(value jobs.0.state)"
check "it is altered: now" user 0 fax alter "$job" --at +0s
check "so it goes through" soon 200 no_jobs
check "pixel for pixel" same_fax fax1.tif rx.tif
check "show has it after its end" json 0 outcome ok fax show "$job"
check "with more than one call" test "$(value calls)" -ge 2
check "of which not all were answered" test "$(value paid)" -lt "$(value calls)"
check "no such number: exit code 12" user 12 fax send 999 /tests/fax1.tif --once
check "a machine that leaves in page 2: exit code 21" user 21 -j fax send 203 /tests/fax3.tif --once
same "one page was confirmed, for money" "partial 1 true" "$(value result confirmed answered)"
check "a file that is no fax: exit code 14" user 14 fax send 200 /bin/busybox

# ---- later, removed ----

check "a fax for later" user 0 -j fax send 200 /tests/fax1.tif --at +2h --kill-after 3h --no-wait
job=$(value job)
waits() { run 0 -j fax show "$job" && [ "$(value state)" = pending ]; }
check "waits" soon 100 waits
check "it is paused" user 0 fax pause "$job"
check "the queue says so" json 0 jobs.0.state paused fax queue
check "paused again: exit code 5" user 5 fax pause "$job"
check "because it is" complains "paused already"
check "it is resumed" user 0 fax resume "$job"
check "and waits" soon 100 waits
check "resumed again: exit code 5" user 5 fax resume "$job"
check "because it is not" complains "not paused"
check "rm removes it" user 0 fax rm "$job"
check "a job that is not there: exit code 3" user 3 fax show "$job"
check "one of root" run 0 -j fax send 200 /tests/fax1.tif --at +2h --no-wait
job=$(value job)
check "is not a user's to remove" user 3 fax rm "$job"
check "rm --all of a user leaves it" user 0 fax rm --all
check "it is there" soon 100 waits
check "rm --all of root does not" run 0 fax rm --all
check "it is gone" run 3 fax show "$job"

# ---- aborted in mid-page ----

background aborted -v fax send 200 /tests/fax3.tif
check "a page is on its way" soon 200 in_page
check "a job whose call is up is not altered: exit code 5" user 5 fax alter "$(value lines.0.job)" --number 202
check "abort by the line" user 0 fax abort fax0
# 21 when a page was confirmed before we came
says_so() {
	if grep -q "ended by somebody; [12] of 3 pages were confirmed" /tmp/aborted.err; then
		ended 21 aborted
	else
		grep -q "ended by somebody" /tmp/aborted.err && ended 20 aborted
	fi
}
check "its command is over" wait_for 30 is_over
check "it says so: exit code 20, or 21 with pages" says_so
check "the line is free" soon 200 tty_free
background interrupted -v fax send 200 /tests/fax3.tif
check "a page of another one" soon 200 in_page
kill -INT "$pid"
check "Ctrl-C: exit code 130" ended 130 interrupted
check "and what it was" grep -q "aborted by Ctrl-C; [012] of 3 pages" /tmp/interrupted.err
check "the modem has hung up" hostctl bank waitfor 101 onhook 10000
check "the line is free again" soon 200 tty_free

# ---- received ----

check "a line takes calls when root says so" json 0 fax.receive true fax set fax0 --receive on --rings 1 --id 101
check "a user may not" user 4 fax set fax0 --rings 9
mkdir /tmp/got
cleardown -v fax receive --count 1 --dir /tmp/got --timeout 200 >/tmp/receive.out 2>/tmp/receive.err &
pid=$!
tty_taken() { ! tty_free; }
check "receive waits" wait_for 30 grep -q waiting /tmp/receive.err
check "the line listens" soon 200 tty_taken
calls_us() {
	hostctl bank dial 201 101 && hostctl bank waitfor 201 idle 40000 && wait_for 10 is_over
}
check "a fax comes" calls_us
check "and is received" ended 0 receive
check "receive says from whom" grep -q "fax0: 1 page from 201" /tmp/receive.out
mv /tmp/got/*.tif /tmp/got.tif
hostctl save got.tif </tmp/got.tif >/run/said
check "pixel for pixel" same_fax fax1.tif got.tif
check "receive lists it" json 0 'faxes.#' 1 fax receive
check "not for a user" user 0 -j fax receive
same "who has polled none" 0 "$(value 'faxes.#')"
check "the line takes no more calls" run 0 fax set fax0 --receive off
cleardown fax poll-remote 201 --dir /tmp/got >/tmp/poll.out 2>/tmp/poll.err &
pid=$!
check "poll-remote fetches what a machine has" ended 0 poll
check "and says what" grep -q "fax0: 1 page from 201" /tmp/poll.out
mv /tmp/got/*.tif /tmp/polled.tif
hostctl save polled.tif </tmp/polled.tif >/run/said
check "pixel for pixel as well" same_fax fax1.tif polled.tif

# ---- the end ----

kill "$faxd"
wait "$faxd"
same "the daemon ends in order" 0 "$?"
check "the line goes" run 0 unbind fax0
check "the modules unload" unload_modules tty
! grep -q '^not ok' /run/results || sed 's/^/# /' /tmp/faxd.log
