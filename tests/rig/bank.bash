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
