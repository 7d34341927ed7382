#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's faxes over stand-ins for the kernel and the daemon: what is handed in, how it is followed,
# what it ends with. What comes of a document is looked at as a fax machine would print it.

# bats sets stderr, and runs each test in a process of its own:
# shellcheck disable=SC2154,SC2030,SC2031

bats_require_minimum_version 1.5.0

load cli.bash

FAX=$(dirname "$BATS_TEST_DIRNAME")/fax
JOB=8070450532247928837 # the stand-in's: 5, and in its high half the machine's start

setup_file() {
	build_tool
	make -s -C "$FAX" TOOLS="$BUILD/tools" B="$BUILD/fax" "$BUILD"/fax/{samefax,faxdoc} >&2
	cd "$BATS_FILE_TMPDIR" || return
	local gs=(gs -q -dSAFER -dBATCH -dNOPAUSE)
	"${gs[@]}" -sDEVICE=tiffg4 -r204x196 -o one.tif -dLastPage=1 "$FAX/five.ps"
	"${gs[@]}" -sDEVICE=tiffg4 -r204x98 -o standard.tif -dLastPage=1 "$FAX/five.ps"
	"${gs[@]}" -sDEVICE=pdfwrite -o five.pdf "$FAX/five.ps"
	printf 'Grüße aus der Werkstatt.\n' >text
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
	T=$BATS_TEST_TMPDIR
	export FAKE_DOCUMENT=$T/document CLEARDOWN_FAXD_SOCKET=$T/socket TMPDIR=$T
}

teardown() {
	local pid

	for pid in ${PID:-} ${FAXD:-}; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
}

# faxd ANSWERS: the daemon's stand-in. Sets FAXD.
faxd() {
	echo "$1" >"$T/answers"
	"$BATS_TEST_DIRNAME/fakefaxd.py" "$T/socket" "$T/answers" "$T/asked" 3>&- &
	FAXD=$!
	eventually test -S "$T/socket"
}

asked() { grep -qF -- "$1" "$T/asked" || { cat "$T/asked"; return 1; }; }
pages() { tiffinfo "$FAKE_DOCUMENT" | grep -c '^=== TIFF directory'; }

# What was handed in, page N of it from 0, as text that a person would read there.
page() { tiffcp "$FAKE_DOCUMENT,$1" "$T/page.tif" && echo "$T/page.tif"; }

nothing_left() { run -0 ls -A "$T" && [[ $output != *cleardown-* ]]; }

# ---- the command line ----

@test "help of fax and its verbs is complete" {
	local verb verbs=(send queue show alter pause resume rm abort poll-remote receive log status
		set handles revoke)

	run plain fax --help
	is 0 "${verbs[@]}"
	for verb in "${verbs[@]}"; do
		run plain fax "$verb" --help
		is 0 "Usage: cleardown fax $verb"
	done
	run plain fax send --help
	is 0 --line --no-wait --once --at --kill-after --res --no-ecm --cover --to "Exit codes"
}

@test "wrong options and operands are usage errors" {
	run plain fax send 5551234
	is 1 "send takes a number and files"
	run plain fax send "five five" text
	is 1 "is no number"
	run plain fax send +4930 text
	is 1 "is no number"
	run plain fax send 1 text --res coarse
	is 1 "standard, fine or superfine"
	run plain fax send 1 text --at whenever
	is 1 "--at whenever: +2h"
	run plain fax send 1 text --kill-after never
	is 1 "--kill-after never: 45s"
	run plain fax alter 5
	is 1 "alter needs --at"
	run plain fax rm
	is 1 "numbers of jobs, or --all"
	run plain fax pause
	is 1 "pause takes numbers of jobs"
	run plain fax resume
	is 1 "resume takes numbers of jobs"
	run plain fax rm 5 --all
	is 1 "numbers of jobs, or --all"
	run plain fax set fax0
	is 1 "set needs"
	run plain fax set fax0 --receive maybe
	is 1 "on or off"
	run fake fax show five
	is 1 "not the number of a job"
	run plain fax snd 1 text
	is 1 "did you mean send?"
}

@test "without the module the verbs end with 3" {
	local verb

	[ ! -e /dev/cleardown/fax ] || skip "needs a machine without the module"
	for verb in "send 1 text" queue "show 5" "alter 5 --at +1h" "rm 5" "abort 5" "poll-remote 1" \
		status "set fax0 --receive on"; do
		# shellcheck disable=SC2086
		run plain fax $verb
		is 3 "the cleardown module is not loaded"
	done
}

# ---- send ----

@test "a fax that goes through: exit code 0, and what became of it" {
	run --separate-stderr fake fax send 1 text
	is 0 "fax0: fax to 1, 1 of 1 pages confirmed, 14400 bit/s, by +49 30 1234"
	logged 'send 0 1 \[\]'
	nothing_left
	run --separate-stderr fake -j fax send 1 text
	is 0
	[ "$(json '[d[k] for k in ("type", "result", "event", "job", "line", "answered", "confirmed",
		"rate", "far_id")]')" = \
		"['fax', 'ok', 'completed', '$JOB', 'fax0', True, 1, 14400, '+49 30 1234']" ]
}

@test "options become words for the provider" {
	local now

	now=$(date +%s)
	run fake fax send 1 text --line fax0 --no-ecm --res standard --at 2030-01-01T12:00Z
	is 0
	logged "send 1 1 \[at=1893499200 res=standard ecm=off\]"
	run fake fax send 1 text --line 0 --at +2h --kill-after 3h
	is 0
	read -r at kill < <(sed -n 's/.*\[at=\([0-9]*\) kill=\([0-9]*\)\]$/\1 \2/p' "$T/log")
	((at >= now + 7200 && at < now + 7260 && kill >= now + 10800 && kill < now + 10860))
	run fake -v fax send 1 text --line fax7
	is 3 "fax7: there is no fax line of that name"
	[[ $output != *"text: 1 page"* ]] # none are made for it
	TZ=UTC run fake fax send 1 text --at 00:00
	is 0
	at=$(sed -n 's/.*\[at=\([0-9]*\)\]$/\1/p' "$T/log")
	((at > now && at <= $(date +%s) + 86400 && at % 86400 == 0)) # midnight may pass meanwhile
}

@test "exit codes tell whether it cost money" {
	run fake fax send 3 text
	is 11 "nobody answered" "no call was answered"
	run fake fax send 6 text
	is 12 "no dial tone" "no call was answered"
	run fake fax send 9 text
	is 9 "ended by somebody"
	run fake fax send 5 text
	is 20 "0 of 1 pages were confirmed"
	[[ $output != *"no call was answered"* ]]
	run fake fax send 4 text text
	is 21 "1 of 2 pages were confirmed"
	run fake fax send 2 text
	is 2 "no line has a program that sends faxes" cleardown-faxd ERROR_NOT_READY
	FAKE_LINES='' run fake fax send 2 text
	is 3 "there is no fax line"
	run --separate-stderr fake -j fax send 3 text
	is 11
	[ "$(json '(d["result"], d["answered"], d["error"]["exit"])')" = \
		"('no-answer', False, 'no-answer')" ]
}

@test "the spool's words are better than the kernel's" {
	faxd '{"show": {"ok": true, "job": {"outcome": "no-fax", "text": "whoever it was is no fax",
		"paid": 0, "confirmed": 0}}}'
	run fake fax send 3 text
	is 20 "whoever it was is no fax"
	asked "{\"job\":\"$JOB\",\"op\":\"show\"}"
}

@test "what the daemon did not take: its own words, and the exit code" {
	faxd '{"show": {"ok": true, "job": {"outcome": "refused",
		"text": "2 jobs of user 1000 have not ended, and 2 are allowed"}}}'
	run fake fax send 0 text
	is 4 "and 2 are allowed" "no call was answered"
}

@test "a document of which the daemon could make no pages: 14" {
	faxd '{"show": {"ok": true, "job": {"outcome": "document", "text": "gs: no page came out of it"}}}'
	run fake fax send 0 text
	is 14 "gs: no page came out of it" "no call was answered"
}

@test "busy: --once takes it back, without it the job is waited for" {
	run fake fax send 7 text --once
	is 10 "the number is busy"
	logged "job-set 1 $JOB"
	: >"$T/log"
	run fake fax send 7 text --timeout 0.2
	is 6 "the job goes on without us"
	run ! grep job-set "$T/log"
}

@test "--no-wait prints the job's number" {
	run --separate-stderr fake fax send 8 text --no-wait
	is 0 "job 5: 1 page for 8"
	run --separate-stderr fake -j fax send 8 text --no-wait
	[ "$(json '(d["job"], d["pages"])')" = "('$JOB', 1)" ]
}

@test "Ctrl-C ends the job: 130" {
	fake_in_background fax send 8 text
	eventually logged 'send 0 8 \[\]'
	kill -INT "$PID"
	ends_with 130
	grep -q "aborted by Ctrl-C; 0 of 1 pages" "$T/err"
	logged "job-set 1 $JOB"
}

# The conversion's program, a child of the tool's child.
converting() {
	local child

	child=$(pgrep -P "$PID") && pgrep -x gs -P "$child" >/dev/null
}

# Where conversions work, those of other tests too, which come and go.
places() { find /tmp -maxdepth 1 -name 'cleardown-fax-*' | sort; }
no_new_places() { [ -z "$(comm -13 "$T/before" <(places))" ]; }

@test "Ctrl-C while a document is converted: 130, and nothing is left" {
	printf '%%!PS\n{} loop\n' >"$T/endless"
	places >"$T/before"
	fake_in_background fax send 8 "$T/endless"
	eventually converting
	kill -INT "$PID"
	ends_with 130
	nothing_left
	run ! logged 'send.*'
	eventually no_new_places
}

@test "progress: a line for each event with --verbose" {
	run fake -v fax send 1 text
	is 0 "text: 1 page" "fax0 to 1: dialing" "sending [--------------------] 0 of 1 pages" \
		"sending [####################] 1 of 1 pages, 14400 bit/s, +49 30 1234"
}

@test "on a terminal the line changes, and is gone at the end" {
	run script -qec "env FAKE_LOG=$T/log LD_PRELOAD=$BUILD/cli/fakekernel.so \
		$BUILD/tools/cleardown fax send 1 text" /dev/null </dev/null
	is 0 $'\rfax0 to 1: dialing\x1b[K' $'\r\x1b[Kfax0: fax to 1'
}

# ---- documents ----

@test "files of every kind become one fax, in their order, pixel for pixel" {
	run fake fax send 1 one.tif five.pdf standard.tif text
	is 0 "of 8 pages"
	[ "$(pages)" = 8 ]
	"$BUILD/fax/samefax" one.tif "$(page 0)"
	"$BUILD/fax/samefax" one.tif "$(page 1)"
	"$BUILD/fax/samefax" standard.tif "$(page 6)"
	[ "$(tiffinfo "$FAKE_DOCUMENT" | grep -c 'Group 4')" -ge 8 ]
	tiffinfo "$FAKE_DOCUMENT" | grep -q '204, 98 pixels'
	"$BUILD/fax/faxdoc" "$FAKE_DOCUMENT" "$T/again.tif"
	nothing_left
}

@test "white stays white, whatever it is in the file" {
	gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffg4 -r204x196 -dMinIsWhite=false -o "$T/black.tif" \
		-dLastPage=1 "$FAX/five.ps" || skip "needs another ghostscript"
	tiffcp -c none "$T/black.tif" "$T/plain.tif"
	tiffset -s 262 1 "$T/plain.tif" # min-is-black: the same bits are the inverse picture
	run fake fax send 1 "$T/plain.tif" text
	is 0
	run "$BUILD/fax/samefax" one.tif "$(page 0)"
	[ "$status" = 1 ]
}

@test "a resolution for what is converted, one TIFF file as it is" {
	run fake fax send 1 five.pdf --res standard
	is 0 "of 5 pages"
	[ "$(tiffinfo "$FAKE_DOCUMENT" | grep -c 'Resolution: 204, 98')" = 5 ]
	run fake fax send 1 one.tif
	is 0
	cmp one.tif "$FAKE_DOCUMENT"
}

@test "standard input is a document" {
	run bash -c "FAKE_LOG=$T/log LD_PRELOAD=$BUILD/cli/fakekernel.so $BUILD/tools/cleardown fax send 1 - \
		<five.pdf"
	is 0 "of 5 pages"
}

@test "what only root may read is converted by nobody, who reads nothing else" {
	[ "$(id -u)" = 0 ] || skip "is for root"
	cp five.pdf "$T/mine.pdf"
	chmod 600 "$T/mine.pdf"
	run fake fax send 1 "$T/mine.pdf" text
	is 0 "of 6 pages"
	printf '%%!PS\n(%%pipe%%id>&2) (r) file\nshowpage\n' >"$T/evil"
	run fake fax send 1 "$T/evil"
	is 14
	[[ $output != *uid=* ]]
	printf '%%!PS\n{} loop\n' >"$T/endless"
	fake_in_background fax send 8 "$T/endless"
	eventually converting
	[ "$(ps -o uid= -p "$(pgrep -x gs -P "$(pgrep -P "$PID")")" | tr -d ' ')" = 65534 ]
	kill -INT "$PID"
	ends_with 130
	nothing_left
}

@test "what cannot be faxed is refused before anything is dialled: 14" {
	run fake fax send 1 text /bin/ls
	is 14 "/bin/ls: cannot make a fax of it" "neither TIFF, PDF, PostScript nor UTF-8 text"
	run fake fax send 1 "$T/none"
	is 3 "$T/none: cannot open it"
	head -c 300 one.tif >"$T/cut.tif"
	run fake fax send 1 "$T/cut.tif"
	is 14 "cut.tif"
	run ! logged 'send.*'
	nothing_left
}

# ---- cover pages ----

# wanted_cover DATE: the page is what ghostscript makes of the template with these words.
wanted_cover() {
	sed -e 's/@TO@/Frau Gr\\374n \\050EDV\\051/; s/@FROM@/A. Sender/' -e "s/@DATE@/$1/" \
		-e 's/@SUBJECT@/Offer \\134 4711/; s/@NOTE@/Please call back./' \
		-e 's/@NUMBER@/1/; s/@PAGES@/6/' "$TOP/userspace/share/cover.ps" |
		gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=tiffg4 -r204x196 -sPAPERSIZE=a4 -dFIXEDMEDIA \
			-dFitPage -o "$T/wanted.tif" -
	"$BUILD/fax/samefax" "$T/wanted.tif" "$T/page.tif"
}

@test "a cover page stands in front, with the words and the number of pages" {
	local before after

	before=$(date '+%Y-%m-%d %H:%M')
	run fake fax send 1 five.pdf --to 'Frau Grün (EDV)' --from 'A. Sender' --subject 'Offer \ 4711' \
		--note 'Please call back.'
	after=$(date '+%Y-%m-%d %H:%M')
	is 0 "of 6 pages"
	"$BUILD/fax/samefax" one.tif "$(page 1)"
	page 0
	wanted_cover "$before" || wanted_cover "$after"
}

@test "a template of one's own: text, in any script; its names are taken once" {
	printf 'An: @TO@\nVon: @FROM@ @ @NOBODY@\n@PAGES@ Seiten, @NUMBER@\n' >"$T/cover.txt"
	run fake fax send 1 text --cover="$T/cover.txt" --to 'Ελένη @FROM@' --from 'Žluť'
	is 0 "of 2 pages"
	printf 'An: Ελένη @FROM@\nVon: Žluť @ @NOBODY@\n2 Seiten, 1\n' >"$T/wanted"
	FAKE_DOCUMENT=$T/wanted.tif run fake fax send 1 "$T/wanted"
	"$BUILD/fax/samefax" "$T/wanted.tif" "$(page 0)"
}

@test "covers that cannot be" {
	run fake fax send 1 text --cover="$T/none.ps"
	is 3 none.ps
	run fake fax send 1 text --cover=five.pdf
	is 14 "neither PostScript nor text"
	run fake fax send 1 text --to Ελένη
	is 14 "PostScript has Latin-1 only; take a text"
	run ! logged 'send.*'
	nothing_left
}

# ---- jobs ----

@test "queue without the daemon: what the kernel knows, and it says so" {
	export FAKE_JOBS="30064771073:0:5551234 30064771074:1:1 30064771075:16:7"
	run --separate-stderr fake fax queue
	is 0 "5551234" "in-progress" "no-line" fax0
	[[ $stderr == *"cleardown-faxd does not answer: this is what the kernel knows"* ]]
	run --separate-stderr fake -j fax queue
	[ "$(json '(d["daemon"], [(j["job"], j["state"], j["line"]) for j in d["jobs"]])')" = \
		"(False, [('30064771073', 'pending', None), ('30064771074', 'in-progress', 'fax0'), ('30064771075', 'no-line', None)])" ]
	run fake fax show 2
	is 0 "job 2 (30064771074)" "in-progress on fax0"
	run fake fax show 4
	is 3 "there is no job of that number"
}

@test "queue and show with the daemon: both halves" {
	export FAKE_JOBS="30064771073:32:5551234 30064771074:0:5551234"
	faxd '{"queue": {"ok": true, "jobs": [
		{"job": "30064771073", "uid": 0, "number": "5551234", "state": "pending", "pages": 3,
		 "confirmed": 1, "calls": 2, "paid": 1, "outcome": "busy", "text": "the number is busy",
		 "submitted": 1893499200, "not_before": 1893499260, "kill_after": 0},
		{"job": "30064771074", "uid": 0, "number": "5551234", "state": "preparing"},
		{"job": "8589934593", "uid": 0, "number": "99", "state": "failed", "pages": 1,
		 "confirmed": 0, "calls": 12, "paid": 0, "outcome": "no-answer", "text": ""}]}}'
	run --separate-stderr fake fax queue --all
	is 0 "retrying" "1/3" "2030-01-01T12:01:00.000Z" "busy" "failed" "30064771073" "8589934593"
	[ -z "$stderr" ]
	asked '{"all":true,"op":"queue"}'
	run --separate-stderr fake -j fax queue
	[ "$(json '[(j["state"], j["confirmed"], j["calls"], j["paid"], j["spooled"], j["in_kernel"])
		for j in d["jobs"]]')" = \
		"[('retrying', 1, 2, 1, True, True), ('preparing', 0, None, None, True, True), $(:
		)('failed', 0, 12, 0, True, False)]" ]
	run fake fax show 30064771073
	is 0 "1 of 3 pages" "2, of them 1 answered" "the number is busy" "not before"
	run fake fax show 1
	is 1 "several jobs have that short number"
}

@test "where there is nothing, that is said" {
	faxd '{"queue": {"ok": true, "jobs": []}, "received": {"ok": true, "faxes": []}}'
	run fake fax queue
	is 0 "no jobs"
	run fake fax receive
	is 0 "no faxes"
	FAKE_LINES='' run fake fax status
	is 0 "there is no fax line" "cleardown bind fax"
}

@test "an altered number is shown: it is what is dialled" {
	export FAKE_JOBS="30064771073:0:5551234"
	faxd '{"queue": {"ok": true, "jobs": [{"job": "30064771073", "number": "99", "state": "pending"}]}}'
	run fake fax queue
	is 0 99
	[[ $output != *5551234* ]]
}

@test "alter asks the daemon; without it, it says so" {
	export FAKE_JOBS="30064771073:0:5551234"
	run fake fax alter 1 --number 99
	is 3 "cleardown-faxd does not answer"
	faxd '{"queue": {"ok": true, "jobs": []}, "alter": {"ok": true}}'
	run fake fax alter 1 --number 99 --at 2030-01-01T12:00Z
	is 0 "job 1 is altered"
	asked '{"job":"30064771073","at":1893499200,"number":"99","op":"alter"}'
}

@test "alter tells the daemon's reason" {
	export FAKE_JOBS="30064771073:1:5551234"
	faxd '{"queue": {"ok": true, "jobs": []},
		"alter": {"ok": false, "errno": "EBUSY", "error": "a call is up for this job"}}'
	run fake fax alter 1 --number 99
	is 5 "a call is up for this job"
}

@test "pause and resume change the state of jobs that wait" {
	export FAKE_JOBS="30064771073:0:5551234 30064771074:1:1 30064771075:8:1 30064771076:32:1"
	# in this order: the second time it is paused already
	run --separate-stderr fake fax pause 1 1 2 3 4
	is 5 "job 1 is paused" "job 4 is paused"
	[[ $output != *"job 2"* && $output != *"job 3"* ]]
	[[ $stderr == *"1: cannot pause the job: it is paused already"* ]]
	[[ $stderr == *"2: cannot pause the job: a call is up for it"* ]]
	[[ $stderr == *"3: cannot pause the job: it is paused already"* ]]
	logged "job-set 2 30064771073"
	run --separate-stderr fake fax resume 3 3 1
	is 5 "job 3 is resumed"
	[[ $output != *"job 1"* ]]
	[[ $stderr == *"3: cannot resume the job: it is not paused"* ]]
	[[ $stderr == *"1: cannot resume the job: it is not paused"* ]]
	logged "job-set 3 30064771075"
	run --separate-stderr fake -j fax pause 1 4
	[ "$(json '(d["type"], d["jobs"])')" = "('fax_paused', ['30064771073', '30064771076'])" ]
	run --separate-stderr fake -j fax resume 3
	[ "$(json '(d["type"], d["jobs"])')" = "('fax_resumed', ['30064771075'])" ]
	run fake fax pause 9
	is 3 "no job of that number"
	run fake fax resume five
	is 1 "not the number of a job"
	FAKE_FOREIGN=1 run fake fax pause 1
	is 4 "another user's job"
	export FAKE_JOBS="30064771073:2:5551234"
	run fake fax resume 1
	is 3 "it is over, or being ended"
}

@test "a job that only the spool has is not paused" {
	faxd '{"queue": {"ok": true, "jobs": [{"job": "8589934593", "state": "pending"}]}}'
	run fake fax pause 1
	is 2 "the kernel does not have it"
	[ ! -e "$BATS_TEST_TMPDIR/log" ] || ! grep job-set "$BATS_TEST_TMPDIR/log"
}

@test "rm and abort end jobs in the kernel, and wait for that" {
	export FAKE_JOBS="30064771073:0:5551234 30064771074:1:1"
	run --separate-stderr fake fax rm 1
	is 0 "job 1 is ended, 0 pages were confirmed"
	logged "job-set 1 30064771073"
	run --separate-stderr fake -j fax rm --all
	[ "$(json '(d["type"], d["jobs"])')" = "('fax_ended', ['30064771073', '30064771074'])" ]
	run --separate-stderr fake fax abort fax0
	is 0 "job fax0 is ended, 1 page was confirmed"
	run fake fax abort 3
	is 3 "no job of that number"
	FAKE_FOREIGN=1 run fake fax rm 1
	is 4 "another user's job"
	FAKE_LINES="fax0 fax1" run fake fax abort fax1
	is 3 "no job of yours runs on it"
}

@test "rm of a job that only the spool has" {
	faxd '{"queue": {"ok": true, "jobs": [{"job": "8589934593", "state": "failed"}]},
		"rm": {"ok": true}}'
	run fake fax rm 1
	is 0 "job 1 is removed, 0 pages were confirmed"
	asked '{"job":"8589934593","op":"rm"}'
}

# ---- lines ----

@test "status has the lines, and what the daemon says of them" {
	run --separate-stderr fake fax status
	is 0 "fax0" "available" "42" "cleardown-faxd does not answer"
	faxd '{"status": {"ok": true, "pending": 3, "lines": [{"line": "fax0", "state": "sending",
		"phase": "page", "page": 2, "rate": 9600, "number": "5551234"}]}}'
	run --separate-stderr fake fax status
	is 0 9600 5551234 "3 waiting in the spool"
	run --separate-stderr fake -j fax status
	[ "$(json '(d["running"], d["daemon"], d["pending"], d["lines"][0]["page"],
		d["lines"][0]["phase"])')" = "(True, True, 3, 2, 'page')" ]
}

@test "a line is the same for status, set and show; the number of a job is a string" {
	local keys='("line", "status", "job", "send", "receive", "rings", "priority", "tsid", "csid")' line

	export FAKE_DEVICES=fax0 FAKE_JOBS="30064771074:1:1"
	run --separate-stderr fake -j fax status
	line=$(json "[d['lines'][0][k] for k in $keys]")
	[[ $line == "['fax0', 'available', '30064771074', True, "* ]]
	run --separate-stderr fake -j fax set fax0 --rings 1
	[ "$(json "[d['fax'][k] for k in $keys]")" = "$line" ]
	run --separate-stderr fake -j show fax0
	[ "$(json "[d['fax'][k] for k in $keys]")" = "$line" ]
}

@test "set changes a line and nothing that was not named" {
	run fake fax set fax0 --receive on --rings 3
	is 0 "fax0: sends, receives, 3 rings"
	logged 'port 0x3 flags 3 rings 3 id \[\]'
	run fake fax set fax0 --id '+49 30 1234'
	is 0
	logged 'port 0x18 flags 0 rings 0 id \[+49 30 1234\]'
}

@test "handles lists who is connected; revoke takes rights away" {
	run --separate-stderr fake fax handles
	is 0 4294967298 server write sender 812 job-submit,job-query,config-query,config-set,port-query \
		4294967299 fax0 read watcher 1000
	run --separate-stderr fake -j fax handles
	[ "$(json '[(h["handle"], h["kind"], h["line"], h["owner_pid"], h["uid"], len(h["rights"]))
		for h in d["handles"]]')" = \
		"[('4294967298', 'server', None, 812, 0, 7), ('4294967299', 'port', 'fax0', 813, 1000, 3)]" ]
	run --separate-stderr fake fax revoke 4294967299 port-query job-query
	is 0 "handle 4294967299: config-query"
	logged 'rights 4294967299 0x12'
	run --separate-stderr fake -j fax revoke 4294967299 all
	[ "$(json '(d["type"], d["handle"], d["rights"])')" = "('fax_revoked', '4294967299', [])" ]
	logged 'rights 4294967299 0x7f'
	run fake fax revoke 4294967300 all
	is 3 "there is no handle of that number" "fax handles"
	FAKE_FOREIGN=1 run fake fax revoke 4294967299 all
	is 4 "only root may"
	: >"$T/log"
	run fake fax revoke 4294967299
	is 1 "and rights"
	run fake fax revoke 4294967299 everything
	is 1 '"everything" is no right'
	run fake fax revoke fax0 all
	is 1 "not the number of a handle"
	run fake fax revoke 0 all
	is 1 "not the number of a handle"
	[ ! -s "$T/log" ]
}

# ---- what came, and what was ----

received() {
	cp one.tif "$T/a.tif"
	printf '%%PDF-a' >"$T/a.pdf"
	echo "{\"name\": \"$1\", \"job\": \"${2:-0}\", \"file\": \"$T/$1.tif\", \"pdf\": \"$T/$1.pdf\", \"from\": \"+49 30\\u001b1\", \"pages\": 1,
		\"line\": \"fax0\", \"time\": 1893499200, \"outcome\": \"ok\"}"
}

@test "receive lists what came, and copies it" {
	run fake fax receive
	is 3 "cleardown-faxd does not answer"
	faxd "{\"received\": {\"ok\": true, \"faxes\": [$(received a)]}}"
	run fake fax receive
	is 0 "2030-01-01T12:00:00.000Z" "fax0" "+49 30?1" "$T/a.tif"
	run --separate-stderr fake -j fax receive
	[ "$(json 'd["faxes"][0]["pages"]')" = 1 ]
	mkdir "$T/got"
	run fake fax receive --dir "$T/got"
	is 0
	cmp one.tif "$T/got/a.tif"
	cmp "$T/a.pdf" "$T/got/a.pdf"
	run fake fax receive --dir "$T/got"
	is 0 # what is there already was fetched before
	cmp one.tif "$T/got/a.tif"
	run fake fax receive --dir "$T/none"
	is 3 "copy the fax to it"
}

@test "poll-remote hands in a call that polls, and shows what came of it" {
	faxd "{\"received\": {\"ok\": true, \"faxes\": [$(received b 8), $(received a "$JOB")]}}"
	mkdir "$T/got"
	run --separate-stderr fake fax poll-remote 1 --dir "$T/got"
	is 0 "fax0: 1 page from +49 30?1: $T/a.tif"
	[[ $output != *"b.tif"* ]]
	logged 'send 0 1 \[poll=1\]'
	[ ! -s "$FAKE_DOCUMENT" ]
	cmp one.tif "$T/got/a.tif"
	cmp "$T/a.pdf" "$T/got/a.pdf"
	[ ! -e "$T/got/b.tif" ]
	run --separate-stderr fake -j fax poll-remote 3
	is 11
}

@test "poll-remote into a file: a new one, made before the call, gone when nothing came" {
	faxd "{\"received\": {\"ok\": true, \"faxes\": [$(received a "$JOB")]}}"
	run --separate-stderr fake fax poll-remote 1 --file "$T/fetched.tif"
	is 0
	cmp one.tif "$T/fetched.tif"
	: >"$T/log"
	run fake fax poll-remote 1 --file "$T/fetched.tif"
	is 2 "$T/fetched.tif: cannot make this file"
	run fake fax poll-remote 1 --file "$T/none/fetched.tif"
	is 3 "cannot make this file"
	run fake fax poll-remote 1 --no-wait --file "$T/later.tif"
	is 1 "--no-wait leaves before"
	[ ! -s "$T/log" ] || ! logged 'send.*'
}

@test "poll-remote of nothing leaves no file" {
	faxd '{"received": {"ok": true, "faxes": []}}'
	run --separate-stderr fake fax poll-remote 1 --file "$T/fetched.tif"
	is 0
	[ ! -e "$T/fetched.tif" ]
}

@test "log shows calls, also those to come" {
	local call='{"time": 1893499200, "line": "fax0", "direction": "out", "number": "5551234", "pages": 2, "confirmed": 1, "rate": 9600, "coding": "mmr", "outcome": "line-lost", "seconds": 65, "job": "5"}'

	run fake fax log --file "$T/none"
	is 3 none
	printf '%s\n%s\n' "${call/5551234/111}" "$call" >"$T/calls"
	run plain fax log --file "$T/calls"
	is 0 TIME 2030-01-01T12:00:00.000Z 5551234 111 1/2 9600 mmr line-lost 65.0
	run plain fax log --file "$T/calls" --last 1
	[[ $output == *5551234* && $output != *111* ]]
	run plain -j fax log --file "$T/calls" --last 1
	[ "$(json '(d["type"], d["confirmed"], d["outcome"])')" = "('fax_call', 1, 'line-lost')" ]
	fake_in_background fax log --file "$T/calls" --follow
	eventually grep -q 5551234 "$T/out"
	printf '%s' "${call/5551234/222}" >>"$T/calls"
	echo >>"$T/calls"
	eventually grep -q 222 "$T/out"
	kill -INT "$PID"
	ends_with 130
}
