# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For the guest scripts of tests/e2e and tests/vm: `. /lib/guest.sh`. Results go to /run/results, one
# TAP line each; the rest of the output goes to the console.
#
# A guest script begins with comments that scripts/vm reads:
#   # vm: --modems 2 --bank "--speed 8"    options of scripts/vm
#   (in --bank {files} is where the files of the run go, {letter} where the documents are)
#   # modules: parport_pc ftdi_sio         stock modules to take along (modprobe NAME)
#   # files: data                         files beside the script to take along, into /tests
#   # rig: tcpprinter                     programs of tests/rig that run in the guest
#   # built: tools/cups/cleardown=/bin/   files of build/ to take along; into /tests without =
#   # debs: cups-client/usr/bin/lp        files of Debian's packages, PACKAGE/PATH, for /PATH
#   # vm2: other.sh                      a second VM runs it; the NICs of both are one wire
#   # kernels: 6.1 6.12                    where it runs; both when left out
#   # takes: 120                          seconds, where it is a minute or more: it begins early
#   # expects-oops: lp                     the last thing that happens is an oops in that stock module

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

# soon SECONDS COMMAND...: likewise, with a pause between two looks for whom each look would hold up.
soon() {
	_end=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -le "$_end" ] || return 1
		usleep 200000
	done
}

# run WANTED ARGS...: the tool ends with the exit code wanted; what it says is in /tmp/out and /tmp/err.
# Its JSON documents go to the console, where scripts/e2e holds them against the schema.
run() {
	_wanted=$1
	shift
	cleardown "$@" >/tmp/out 2>/tmp/err
	_code=$?
	sed -n 's/^{"v":/# &/p' /tmp/out /tmp/err >&2
	[ "$_code" = "$_wanted" ] && return 0
	echo "# cleardown $*: exit code $_code, not $_wanted"
	cat /tmp/out /tmp/err
	return 1
}

# background NAME ARGS...: the tool, with its output in /tmp/NAME.out and .err; sets pid.
background() {
	_name=$1
	shift
	cleardown "$@" >"/tmp/$_name.out" 2>"/tmp/$_name.err" &
	# shellcheck disable=SC2034 # for who sources this
	pid=$!
}

# ended WANTED PID NAME: the exit code of one in the background.
ended() {
	wait "$2"
	_code=$?
	[ "$_code" = "$1" ] && return 0
	echo "# $3 ended with $_code, not $1"
	cat "/tmp/$3.out" "/tmp/$3.err"
	return 1
}

# json WANTED PATH VALUE ARGS...: and its document has the value at the path.
json() {
	_path=$2 _value=$3
	_c=$1
	shift 3
	run "$_c" -j "$@" || return 1
	_got=$(jsonget "$_path" </tmp/out) || return 1
	[ "$_got" = "$_value" ] && return 0
	echo "# cleardown -j $*: $_path is '$_got', not '$_value'"
	return 1
}

# load_modules LINK...: the core, then the links, as scripts/load does: `load_modules tty sim`. A device
# is stuck when it has not let go 40 ms after the deadline of a close; a guest that the host leaves
# waiting gets more. exact_modules keeps to the 40 ms, for tests in guest time.
load_modules() {
	case $(uname -r) in
	*debug) _load 500 "$@" ;;
	*) _load 200 "$@" ;;
	esac
}
exact_modules() { _load 40 "$@"; }
_load() {
	insmod /modules/cleardown.ko late_ms="$1" || return 1
	shift
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

# quiet_fault FAULT...: failslab, fail_page_alloc, fail_usercopy strike whoever asks for the n-th
# fault (fail-nth), and say nothing: a stack in the log counts as a failure.
quiet_fault() {
	for _fault in "$@"; do
		_dir=/sys/kernel/debug/$_fault
		echo 0 >"$_dir/verbose"
		[ ! -e "$_dir/ignore-gfp-wait" ] || echo N >"$_dir/ignore-gfp-wait"
		[ ! -e "$_dir/min-order" ] || echo 0 >"$_dir/min-order"
	done
}

# always_fail FAULT...: and every time for tasks that ask for that (make-it-fail).
always_fail() {
	quiet_fault "$@"
	for _fault in "$@"; do
		_dir=/sys/kernel/debug/$_fault
		echo Y >"$_dir/task-filter"
		echo 100 >"$_dir/probability"
		echo -1 >"$_dir/times"
	done
}

# kunit_results DIRECTORY: takes over the results of a suite that has run. A plan that was not
# fulfilled is one more failed result.
kunit_results() {
	_plan=$(sed -n 's/^    1\.\.\([0-9]*\)$/\1/p' "$1/results" | head -n 1)
	_seen=0
	while read -r _line; do
		_seen=$((_seen + 1))
		case "$_line" in
		"ok "*) _verb=ok _rest=${_line#ok } ;;
		*) _verb="not ok" _rest=${_line#not ok } ;;
		esac
		_rest=${_rest#* }
		_result "$_verb" "${_rest#- }"
	done <<END
$(sed -n -E 's/^    ((not )?ok [0-9])/\1/p' "$1/results")
END
	same "$(basename "$1"): as many results as planned" "$_plan" "$_seen"
	grep -E '^    (# |not ok)' "$1/results" | grep -v -E '# (Subtest|pass|Totals|module)|^    # .*: (pass|ok)' || true
}
