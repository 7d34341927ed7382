# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Helpers of the rig's bats files: start a bank, talk to it, end it.

BIN=${RIG_BIN:-$BATS_TEST_DIRNAME/../../build/rig}
W=$BATS_TEST_TMPDIR

# bank OPTION...: two modems on ptys, 101 and 102, and what the options add.
bank() {
	mkdir -p "$W/tiocm"
	TIOCM_DIR=${SHIM:+$W/tiocm} "$BIN/modembank" --control "$W/control" --log "$W/log" \
		--line "101:pty:$W/101" --line "102:pty:$W/102" "$@" 3>&- &
	echo $! >"$W/pid"
	wait_until 5 "$BIN/bankctl" "$W/control" status
}

# wait_until SECONDS COMMAND...: until it succeeds.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

end_bank() {
	[[ -e $W/pid ]] || return 0
	kill "$(cat "$W/pid")" 2>/dev/null || true
	wait "$(cat "$W/pid")" 2>/dev/null || true
	rm -f "$W/pid"
}

ctl() {
	"$BIN/bankctl" "$W/control" "$@"
}

# play [OPTION...]: the script on standard input, terminals A = 101 and B = 102.
play() {
	"$BIN/dialogue" --control "$W/control" "$@" - "A=$W/101" "B=$W/102"
}

# The same with control signals.
play_with_signals() {
	LD_PRELOAD=$BIN/lineshim.so TIOCM_DIR=$W/tiocm play "$@"
}

# Two iaxmodem call each other without an Asterisk between them, in a network and mount namespace
# of their own, in which a script sources $W/iax first: the configuration directory is only seen there.
iax_config() {
	mkdir -p "$W/etc" "$W/log"
	for i in 0 1; do
		cat >"$W/etc/m$i" <<-END
			device $W/m$i
			owner root:root
			mode 660
			port $((4570 + i))
			refresh 0
			server 127.0.0.1:$((4571 - i))
			peername m$i
			secret none
			cidname m$i
			cidnumber 10$((i + 1))
			codec slinear
		END
	done
	cat >"$W/iax" <<-END
		ip link set lo up
		mount --bind "$W/etc" /etc/iaxmodem
		mount --bind "$W/log" /var/log/iaxmodem
		iaxmodem m0 >"$W/m0.log" 2>&1 &
		iaxmodem m1 >"$W/m1.log" 2>&1 &
		trap 'kill \$(jobs -p); wait' EXIT
		for ((i = 0; i < 100; i++)); do
			[[ -e $W/m0 && -e $W/m1 ]] && break
			sleep 0.1
		done
	END
}
