# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For the guest scripts of tests/e2e and tests/vm: `. /lib/guest.sh`. Results go to /run/results, one
# TAP line each; the rest of the output goes to the console.
#
# A guest script begins with comments that scripts/vm reads:
#   # vm: --modems 2 --bank "--speed 8"    options of scripts/vm
#   # modules: parport_pc ftdi_sio         stock modules to take along (modprobe NAME)
#   # files: data                         files beside the script to take along, into /tests
#   # kernels: 6.1 6.12                    where it runs; both when left out

results=/run/results
: >>"$results"

_result() {
	_n=$(($(wc -l <"$results") + 1))
	echo "$1 $_n - $2" | tee -a "$results"
}

# pass TEXT, fail TEXT, skip TEXT WHY: one result. TEXT begins with the clause ids it proves. A skip
# counts as failed unless WHY names the hardware that is missing.
pass() { _result ok "$*"; }
fail() { _result "not ok" "$*"; }
skip() { _result ok "$1 # SKIP $2"; }

# check TEXT COMMAND...: passes when the command does.
check() {
	_text=$1
	shift
	if "$@"; then pass "$_text"; else fail "$_text"; fi
}

# refuses TEXT COMMAND...: passes when the command fails.
refuses() {
	_text=$1
	shift
	if "$@"; then fail "$_text"; else pass "$_text"; fi
}

# same TEXT WANTED GOT: passes when both strings are equal.
same() {
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: wanted '$2', got '$3'"; fi
}

# tap PROGRAM ARGS...: takes over the result lines of a program that speaks TAP. A plan that was not
# fulfilled, or a bad exit status that no result explains, is one more failed result.
tap() {
	_log=/run/tap.$$
	_prog=$(basename "$1")
	{ "$@"; echo "exit $?"; } 2>&1 | tee "$_log"
	_plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$_log" | head -n 1)
	_seen=0
	_bad=0
	while read -r _line; do
		case "$_line" in
		"ok "*) _verb=ok _rest=${_line#ok } ;;
		"not ok "*) _verb="not ok" _rest=${_line#not ok } _bad=1 ;;
		*) continue ;;
		esac
		_rest=${_rest#* }
		_seen=$((_seen + 1))
		_result "$_verb" "${_rest#- }"
	done <"$_log"
	[ "$_plan" = "$_seen" ] || fail "$_prog: planned ${_plan:-nothing}, gave $_seen results"
	grep -q '^exit 0$' "$_log" || [ "$_bad" = 1 ] || fail "$_prog: $(tail -n 1 "$_log")"
	rm -f "$_log"
}

# wait_for SECONDS COMMAND...: waits until the command succeeds; fails when the time is over.
wait_for() {
	_end=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -le "$_end" ] || return 1
		usleep 20000
	done
}

# load_modules LINK...: the core, then the links, as scripts/load does: `load_modules tty sim`.
load_modules() {
	insmod /modules/cleardown.ko || return 1
	for _link in "$@"; do
		insmod "/modules/cleardown_$_link.ko" || return 1
	done
}

# unload_modules LINK...: the other way round.
unload_modules() {
	for _link in "$@"; do
		rmmod "cleardown_$_link" || return 1
	done
	rmmod cleardown
}

# modem_answers TTY COMMAND WANTED: sends one command through the plain tty and waits for a line that
# is the answer wanted.
modem_answers() {
	stty -F "$1" 115200 raw -echo crtscts clocal || return 1
	exec 5<>"$1"
	printf '%s\r' "$2" >&5
	while read -r -t 10 _line <&5; do
		if [ "$(echo "$_line" | tr -d '\r')" = "$3" ]; then
			exec 5>&-
			return 0
		fi
	done
	exec 5>&-
	return 1
}

# figure WHAT ours|anchor UNIT VALUE: one run's figure for scripts/bench; figures_done hands them over.
figure() { printf '%s\t%s\t%s\t%s\n' "$@" >>/run/figures; }
figures_done() { hostctl save figures </run/figures; }
