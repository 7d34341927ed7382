# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Helpers of the fax tests: a bank whose time the engine goes in step with, documents, calls.
#
# bats sets output, and the tests use LINES:
# shellcheck disable=SC2034,SC2154

FAX=${FAX_BIN:-$BATS_TEST_DIRNAME/../../build/fax}

load ../rig/bank.bash

# Made once for a file of tests: D has five.tif (text, halftone, a blank page, text, a long page),
# one.tif, mixed.tif (fine, standard, superfine), two.tif (standard) and short.tif.
make_documents() {
	make -s -C "$BATS_TEST_DIRNAME" >&2
	D=$BATS_FILE_TMPDIR
	export D
	local gs=(gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffg4)
	"${gs[@]}" -r204x196 -o "$D/five.tif" "$BATS_TEST_DIRNAME/five.ps"
	"${gs[@]}" -r204x196 -dLastPage=1 -o "$D/one.tif" "$BATS_TEST_DIRNAME/five.ps"
	"${gs[@]}" -r204x98 -dLastPage=1 -o "$D/standard.tif" "$BATS_TEST_DIRNAME/five.ps"
	"${gs[@]}" -r204x391 -dLastPage=1 -o "$D/superfine.tif" "$BATS_TEST_DIRNAME/five.ps"
	"${gs[@]}" -r204x98 -o "$D/short.tif" -c '<< /PageSize [595 200] >> setpagedevice
		/Courier findfont 40 scalefont setfont 50 80 moveto (cleardown) show showpage'
	tiffcp "$D/standard.tif" "$D/standard.tif" "$D/two.tif"
	tiffcp "$D/one.tif" "$D/standard.tif" "$D/superfine.tif" "$D/mixed.tif"
}

# fax_bank OPTION...: as fast as the machine can.
fax_bank() {
	SHIM='' bank --speed "${SPEED:-1000}" --step "$W/step" "$@"
}

line() {
	timeout 120 "$FAX/faxline" --step "$W/step" --device "$W/101" "$@"
}

# send OPTION... FILE: to 200. The exit code is not looked at here, the report is.
send() {
	line --send "${TO:-200}" "$@" >"$W/out" 2>&1 || true
}

# receive OPTION...: into got.tif, from the machine 200, which calls when we are there.
receive() {
	local pid

	rm -f "$W/got.tif"
	line --receive "$@" "$W/got.tif" >"$W/out" 2>&1 3>&- &
	pid=$!
	wait_until 10 grep -q waiting "$W/out"
	ctl dial 200 101
	wait "$pid" || true
}

# ended PATTERN: the outcome and what is told with it; and that the modem is free, which it always is.
ended() {
	grep -Eq "^ended $1" "$W/out" || { cat "$W/out"; return 1; }
	grep -q '^modem answers' "$W/out" || { cat "$W/out"; return 1; }
	grep -q ' onhook 1 ' "$W/out" || { cat "$W/out"; return 1; }
	[[ $(ctl status 101) == *' state idle leg idle '* ]] || { ctl status 101; return 1; }
}

reported() {
	grep -Eq "^$1\$" "$W/out" || { cat "$W/out"; return 1; }
}

# What a machine or we received is what was sent, pixel for pixel: same SENT GOT [ROWS ON TOP].
same() {
	"$FAX/samefax" ${3:+--skip "$3"} "$1" "$2"
}

fax_teardown() {
	end_bank
	[[ -z ${BATS_ERROR_STATUS:-} || $BATS_ERROR_STATUS == 0 ]] || {
		cat "$W/out"
		grep -av 'T.31, 2[0-9][0-9] bytes' "$W/log" | tail -n 60
	} >&2
}

# bad_modem SEED OPTION...: a call with a modem that answers at random. It ends, and tells how.
bad_modem() {
	local modem

	rm -f "$W/bad"
	"$BATS_TEST_DIRNAME/badmodem.py" "$W/bad" "$W/step" "$1" 3>&- &
	modem=$!
	wait_until 10 test -e "$W/bad"
	timeout 100 "$FAX/faxline" --step "$W/step" --device "$W/bad" "${@:2}" >"$W/out" 2>&1 || true
	grep -q '^ended ' "$W/out" || { echo "seed $1"; cat "$W/out"; return 1; }
	wait "$modem" || { echo "seed $1: no end in two hours"; return 1; }
}
