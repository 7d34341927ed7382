#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 2 --bank "--fast all --speed 4"
# What can be bound and what is refused, with a sentence that says why; and who keeps the modules.
. /lib/guest.sh

said=/tmp/said

# refused TEXT SENTENCE LINE: bind fails and says so.
refused() {
	if cleardown bind phone "tty:$3" >"$said" 2>&1; then
		fail "$1: it was bound"
	elif grep -q "$2" "$said"; then
		pass "$1"
	else
		fail "$1: wanted '$2', it said: $(cat "$said")"
	fi
}

loaded() { grep -q "^$1 " /proc/modules; }
users() { sed -n "s/^$1 [0-9]* \([0-9]*\) .*/\1/p" /proc/modules; }
bound() { find /sys/class/cleardown/ -mindepth 1 ! -name ctl ! -name events ! -name fax; }
held() { ! sh -c "exec 9<>$1" 2>/dev/null; }

check "the modules load" load_modules tty

exec 7<>/dev/ptmx
refused "the console is refused" "ttyS0 is the system console" /dev/ttyS0
check "a pty is there" wait_for 5 test -c /dev/pts/0
refused "a pty is refused" "pts/0 is a pseudo-terminal" /dev/pts/0
exec 7>&-
refused "a virtual console is refused" "virtual console" /dev/tty1
refused "a port without a UART is refused" "ttyS9 has no UART behind it" /dev/ttyS9
refused "what only stands for a terminal is refused" "stands for another terminal" /dev/tty
refused "what is no terminal is refused" "is no terminal line of this machine" /dev/null
refused "what is not there is refused" "there is no such line" /dev/ttyS77
# unknown CLASS SETTING OTHERS: bind refuses what nobody takes, and names it.
unknown() {
	cleardown bind "$1" tty:/dev/ttyS1 --args "$3 $2" >"$said" 2>&1
	same "a $1 with $2: exit code 2" 2 "$?"
	check "and the kernel names it" grep -q "$2: no setting of class $1 or link tty" "$said"
}
unknown phone speeed=9600 init=ATZ
unknown phone panle=ask dtr=none
check "the tool guesses what was meant" grep -q "did you mean panel?" "$said"
unknown port dtr=none monitor=pjl
unknown fax rings=2 provider=0
same "nothing was bound by all that" "" "$(bound)"

# A busy line binds all the same; open says who has it, or at least that somebody does.
exec 6<>/dev/ttyS1
check "a busy line can be bound" cleardown bind phone tty:/dev/ttyS1
cleardown phone at phone0 I0 >"$said" 2>&1
same "P-14 opening a phone whose line is busy: exit code 5" 5 "$?"
exec 6>&-
check "P-14 when the line is free it opens" cleardown phone at phone0 I0
refused "a line is bound once" "ttyS1 is bound already, as phone0" /dev/ttyS1

check "binding does not take the line" sh -c "exec 9<>/dev/ttyS1"
same "a bound idle device pins nothing" 0 "$(users cleardown_tty)"
exec 6<>/dev/cleardown/phone0
check "an open phone has its line" held /dev/ttyS1
refuses "P-11e rmmod of the link is refused while a phone is open" rmmod cleardown_tty
refuses "P-11e rmmod of the core is refused while a phone is open" rmmod cleardown
cleardown unbind phone0 >"$said" 2>&1
same "unbind of an open phone: exit code 5" 5 "$?"
check "unbind names the holder" grep -q "held by pid $$ (" "$said"
exec 6>&-
check "P-14 close(2) gives the line back" sh -c "exec 9<>/dev/ttyS1"

check "a second phone is bound" cleardown bind phone tty:/dev/ttyS2 --as modem2
exec 6</dev/cleardown/modem2
check "P-11e bound idle devices go with the link's module" rmmod cleardown_tty
same "P-11e and leave nothing" "" "$(bound)"
refuses "P-11e an observer's file keeps the core" rmmod cleardown
exec 6<&-
check "P-11e the core goes too" rmmod cleardown
refuses "P-11e nothing is left of it" loaded cleardown
check "P-11e both load again" load_modules tty
check "P-11e and work" cleardown bind phone tty:/dev/ttyS1
check "P-11e and the modem answers" cleardown phone at phone0 I0
check "the modules unload" unload_modules tty
