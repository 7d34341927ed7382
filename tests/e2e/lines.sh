#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --modems 3
# The bench's modem lines: the plain kernel drives them, the bank sees it, and the other way round.
# Two are ISA ports, the third is a PCI card.
. /lib/guest.sh

# The modem lines that the kernel shows for ttySN, like "RTS|DTR|CTS|DSR".
shown() { sed -n "s/^$1: .* rx:[0-9]* \([A-Z|]*\).*/\1/p" /proc/tty/driver/serial; }
shows() { shown "$1" | tr '|' '\n' | grep -qx "$2"; }
shows_not() { ! shows "$1" "$2"; }

# The host's poll of the lines is 10 ms, and the shim's file has no event: hence the waiting.
drives() { hostctl line "$1" | grep -qx "ok$2"; }

for pair in 1:101 2:102 4:103; do
	port=${pair%:*} number=${pair#*:}
	check "the modem on ttyS$port answers AT" modem_answers "/dev/ttyS$port" AT OK
	check "ttyS$port is closed: no line is driven" wait_for 5 drives "$number" ""
	exec 6<>"/dev/ttyS$port"
	check "ttyS$port is open: DTR and RTS reach the bank" wait_for 5 drives "$number" " DTR RTS"
	check "ttyS$port shows CTS and DSR" wait_for 5 shows "$port" CTS
	hostctl bank set "$number" cd 1
	check "carrier shows on ttyS$port" wait_for 5 shows "$port" CD
	hostctl bank set "$number" cd 0
	check "carrier loss shows on ttyS$port" wait_for 5 shows_not "$port" CD
	hostctl bank set "$number" ri 1
	check "RI shows on ttyS$port" wait_for 5 shows "$port" RI
	hostctl bank set "$number" ri 0
	exec 6>&-
done

refuses "a line that does not exist is refused" hostctl line 104
refuses "the bank's errors come back" hostctl bank drop 999
