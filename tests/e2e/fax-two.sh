#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# takes: 110
# vm: --modems 2 --bank "--speed 4 --wait 5000 --machine 200:fax:rx={files}/rx.tif,id=200 --machine 201:fax:rx={files}/rx1.tif,id=201" --limit 700
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif tests/letter/fax3.tif
# Two lines of one daemon: both send at the same time, on lines that were named and on lines that were
# not, and what happens to one is nothing to the other.
. /lib/guest.sh

value() { jsonget "$@" </tmp/out | tr '\n' ' ' | sed 's/ $//'; }
same_fax() { hostctl samefax "$1" "$2" >/tmp/said || { cat /tmp/said; return 1; }; }
tty_free() { sh -c "exec 9<>$1" 2>/dev/null; }

# line_is N NAME VALUE
line_is() { run 0 -j fax status && [ "$(value "lines.$1.$2")" = "$3" ]; }
# both STATUS: of the lines.
both() { run 0 -j fax status && [ "$(value lines.0.status lines.1.status)" = "$1 $1" ]; }
in_pages() { run 0 -j fax status && [ "$(value lines.0.phase lines.1.phase)" = "page page" ]; }

no_jobs() { run 0 -j fax queue && [ "$(value 'jobs.#')" = 0 ]; }

# send NAME ARGS...: hands a fax in; its number is in the file NAME.
send() {
	_name=$1
	shift
	run 0 -j fax send "$@" --no-wait && jsonget job </tmp/out >"/tmp/$_name"
}

# of NAME PATH...: what is known of it.
of() {
	_name=$1
	shift
	run 0 -j fax show "$(cat "/tmp/$_name")" && value "$@"
}

# through NAME...: they are over, and went through.
through() {
	soon 250 no_jobs || return
	for _n in "$@"; do
		[ "$(of "$_n" outcome)" = ok ] || return
	done
}

# together ARGS: two faxes of three pages, until both lines have a page under way.
together() {
	# shellcheck disable=SC2086
	send one 200 /tests/fax3.tif $1 && send two 201 /tests/fax3.tif $2 && soon 200 in_pages
}

start_daemon() {
	su faxd -c "exec cleardown-faxd --line-speed 4" 2>/tmp/faxd.log &
	faxd=$!
	soon 200 both available || { sed 's/^/# /' /tmp/faxd.log; return 1; }
}

sed -i 's/^fax:x:21:/&faxd/' /etc/group
echo 'faxd:x:120:21:the fax provider:/tmp:/bin/sh' >>/etc/passwd
mkdir -p /var/spool/cleardown/fax /run/cleardown
chown faxd:fax /var/spool/cleardown/fax /run/cleardown

check "the modules load" load_modules tty
check "a fax line" json 0 object fax0 bind fax tty:/dev/ttyS1 --args provider=120
check "and another one" json 0 object fax1 bind fax tty:/dev/ttyS2 --args provider=120
chgrp fax /dev/cleardown/fax /dev/cleardown/fax0 /dev/cleardown/fax1
check "one daemon has both" start_daemon

check "two faxes on lines that are named, at once" together "--line fax1" "--line fax0"
same "each on its line" "201 200" "$(value lines.0.number lines.1.number)"
check "both go through" through one two
check "one pixel for pixel" same_fax fax3.tif rx.tif
check "the other one as well" same_fax fax3.tif rx1.tif

check "two faxes on any line, at once" together "" ""
same "on one line each" "200 201" "$(value lines.0.number lines.1.number)"
check "both go through" through one two

# ---- one of them fails ----

check "two at once again" together "" ""
check "one is aborted in a page" run 0 fax abort fax0
# it may be at the end of a page by now, or of the last one
goes_on() {
	run 0 -j fax status || return
	case "$(value lines.1.phase)" in
	page | page-end | leaving | hangup) ;;
	*) [ "$(of two outcome)" = ok ] ;;
	esac
}
check "the other one's page goes on" goes_on
check "its modem has hung up" hostctl bank waitfor 101 onhook 10000
check "the other one goes through" through two
same "in one call" 1 "$(of two calls)"
check "both lines are free" soon 60 tty_free /dev/ttyS1
check "the second one too" soon 60 tty_free /dev/ttyS2

went() { [ "$(of "$1" outcome)" = ok ]; }
check "a fax for any line, later" send three 201 /tests/fax1.tif --at +2h
same "is the first line's" fax0 "$(of three line)"
check "one line is taken by a phone" run 0 bind phone tty:/dev/ttyS1
exec 8<>/dev/cleardown/phone0
check "it is unavailable" soon 60 line_is 0 status unavailable
check "that fax is to go now" run 0 fax alter "$(cat /tmp/three)" --at +0s
check "it moves to the line that is free, and goes through" soon 200 went three
same "there" "fax1 201" "$(cleardown -j fax log --last 1 | jsonget line number | tr '\n' ' ' | sed 's/ $//')"
check "the other line is free again" soon 60 tty_free /dev/ttyS2
check "a fax for it" send one 200 /tests/fax1.tif --line fax0
check "and one for any line" send two 201 /tests/fax1.tif
check "that one goes through" soon 200 went two
same "on the other line" fax1 "$(cleardown -j fax log --last 1 | jsonget line)"
same "the first one waits for its line" no-line "$(of one state)"
exec 8>&-
check "and goes when the phone has gone" through one two

check "one line goes while the other one sends" send two 201 /tests/fax3.tif --line fax1
check "it sends" soon 200 line_is 1 phase page
check "unbind of the other" run 0 unbind fax0 --force
check "which does not matter" through two

kill "$faxd"
wait "$faxd"
same "the daemon ends in order" 0 "$?"
check "the last line goes" run 0 unbind fax1
check "and the phone" run 0 unbind phone0
check "the modules unload" unload_modules tty
! grep -q '^not ok' /run/results || sed 's/^/# /' /tmp/faxd.log
