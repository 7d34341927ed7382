#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fax engine on a modem of the bank, against fax machines by spandsp, and against efax.

load fax.bash

setup_file() {
	make_documents
}

teardown() {
	fax_teardown
}

@test "the dialogue with the modem, cut at every byte" {
	"$FAX/class1test"
}

@test "a page sent in each coding, with and without error correction, is the same over there" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	for how in 'mh 1' 'mr 1' 'mmr 1' 'mh 0' 'mr 0'; do
		read -r coding ecm <<<"$how"
		[[ $ecm == 1 ]] && option=() || option=(--no-ecm)
		send --coding "$coding" "${option[@]}" "$D/standard.tif"
		ended "ok confirmed 1 rate 14400 ecm $ecm coding ${coding^^} .* dcn 1 onhook 1 far '200'"
		same "$D/standard.tif" "$W/rx.tif"
	done
}

@test "a page received in each coding, with and without error correction, is the same here" {
	for how in 'mh 1' 'mr 1' 'mmr 1' 'mh 0' 'mr 0'; do
		read -r coding ecm <<<"$how"
		[[ $ecm == 1 ]] && option=() || option=(--no-ecm)
		fax_bank --machine "200:fax:tx=$D/standard.tif,mh,$coding"
		receive "${option[@]}"
		ended "ok confirmed 1 rate 14400 ecm $ecm coding ${coding^^} .* far '200'"
		same "$D/standard.tif" "$W/got.tif"
		end_bank
	done
}

@test "five pages, sent and received; every page is told, and confirmed one by one" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/five.tif"
	send "$D/five.tif"
	ended 'ok confirmed 5 '
	same "$D/five.tif" "$W/rx.tif"
	for page in 1 2 3 4 5; do
		reported "page $page of 5 rate 14400 ecm 1 coding MMR"
		reported "page-end $page good"
	done
	[[ $(cut -d' ' -f1 "$W/out" | grep -vE '^page|modem' | paste -sd' ') == \
		'setup dialing answered training leaving hangup ended' ]]
	receive
	ended 'ok confirmed 5 '
	same "$D/five.tif" "$W/got.tif"
}

@test "pages of three resolutions in one call, both ways" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/mixed.tif"
	send "$D/mixed.tif"
	ended 'ok confirmed 3 '
	same "$D/mixed.tif" "$W/rx.tif"
	receive
	ended 'ok confirmed 3 '
	same "$D/mixed.tif" "$W/got.tif"
}

@test "a page at every speed: refused ones are tried again slower, modulations can be chosen" {
	refused=0
	for rate in 12000 9600 7200 4800 2400; do
		refused=$((refused + 1))
		# of the two with 9600 and 7200 each is one step
		case $rate in 7200) refused=4 ;; 4800) refused=6 ;; esac
		fax_bank --machine "200:fax:rx=$W/rx.tif,refuse=$refused"
		send "$D/short.tif"
		ended "ok confirmed 1 rate $rate .* retrains $refused "
		same "$D/short.tif" "$W/rx.tif"
		end_bank
	done
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/short.tif"
	for how in 'v29 9600' 'v27ter 4800'; do
		read -r modulation rate <<<"$how"
		send --fastest "$modulation" "$D/short.tif"
		ended "ok confirmed 1 rate $rate "
		same "$D/short.tif" "$W/rx.tif"
		receive --fastest "$modulation"
		ended "ok confirmed 1 rate $rate "
		same "$D/short.tif" "$W/got.tif"
	done
}

@test "a header line is on top of the page, the ids are exchanged, the first pages can be left out" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,id=+49 30 200"
	send --id '+49 30 101' --header 'cleardown test' "$D/standard.tif"
	ended "ok confirmed 1 .* far '\\+49 30 200'"
	grep -aq "200 fax ends: 0 OK.*far '+49 30 101'" "$W/log"
	run same "$D/standard.tif" "$W/rx.tif"
	[[ $status == 1 && $output =~ 1728x([0-9]+)\ and\ 1728x([0-9]+) ]]
	rows=$((BASH_REMATCH[2] - BASH_REMATCH[1]))
	((rows > 0 && rows < 60))
	same "$D/standard.tif" "$W/rx.tif" "$rows"
	send --first-page 4 "$D/five.tif"
	ended 'ok confirmed 1 '
	reported 'page 1 of 1 .*'
	tiffcp "$D/five.tif,4" "$W/last.tif"
	same "$W/last.tif" "$W/rx.tif"
}

@test "noise in a page: with error correction it arrives whole, without it is refused and sent again" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,spoil=1"
	send "$D/one.tif"
	reported 'page-end 1 partial'
	ended 'ok confirmed 1 '
	same "$D/one.tif" "$W/rx.tif"
	end_bank
	fax_bank --machine "200:fax:rx=$W/rx.tif,spoil=1"
	send --no-ecm "$D/two.tif"
	reported 'page-end 1 bad'
	[[ $(grep -c '^page 1 of 2' "$W/out") == 2 ]]
	ended 'ok confirmed 2 '
	same "$D/two.tif" "$W/rx.tif"
}

@test "the other side does not hear us and trains again: V.21 where a page was awaited" {
	for ecm in --no-ecm ''; do
		fax_bank --machine "200:fax:tx=$D/short.tif,miss=2"
		receive $ecm
		ended 'ok confirmed 1 rate 14400 '
		[[ $(grep -c '^training' "$W/out") == 3 ]]
		same "$D/short.tif" "$W/got.tif"
		end_bank
	done
}

@test "a training check that is not heard is refused in its time, and the next one is slower" {
	for ecm in --no-ecm ''; do
		fax_bank --machine "200:fax:tx=$D/short.tif,hush=2"
		receive $ecm
		ended 'ok confirmed 1 rate 9600 .* retrains 2 '
		same "$D/short.tif" "$W/got.tif"
		end_bank
	done
}

@test "polling both ways: we fetch what a machine has, a machine fetches what we have" {
	fax_bank --machine "200:fax:tx=$D/two.tif" --machine "201:fax:rx=$W/rx.tif"
	line --poll 200 "$W/got.tif" >"$W/out" 2>&1 || true
	ended "ok confirmed 2 .* far '200'"
	same "$D/two.tif" "$W/got.tif"
	line --offer "$D/two.tif" >"$W/out" 2>&1 3>&- &
	pid=$!
	wait_until 10 grep -q waiting "$W/out"
	ctl dial 201 101
	wait "$pid" || true
	ended "ok confirmed 2 .* dcn 1 .* far '201'"
	same "$D/two.tif" "$W/rx.tif"
	# a machine that has nothing
	line --poll 201 "$W/none.tif" >"$W/out" 2>&1 || true
	ended 'incompatible confirmed 0 .* dcn 1'
	[[ ! -e $W/none.tif ]]
}

@test "the silences that real modems need" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/two.tif"
	send --send-gap 10 --turn-gap 7 "$D/two.tif"
	ended 'ok confirmed 2 '
	grep -aq '101 -> AT+FRS=7' "$W/log"
	grep -aq '101 -> AT+FTS=10' "$W/log"
	same "$D/two.tif" "$W/rx.tif"
	receive --turn-gap 7
	ended 'ok confirmed 2 '
	same "$D/two.tif" "$W/got.tif"
}

@test "a last page that was refused is no success" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,spoil=99"
	send --no-ecm "$D/one.tif"
	reported 'page-end 1 bad'
	ended 'page-refused confirmed 0 .* dcn 1'
}

@test "busy, no answer, no dial tone, a bad number, a voice, nobody calling" {
	fax_bank --machine "200:fax:rx=$W/rx.tif" --machine 201:voice
	ctl busy 200 on
	send "$D/one.tif"
	ended 'busy confirmed 0 .* reached dialing'
	ctl busy 200 off
	ctl noanswer 200 on
	send --dial-s 30 "$D/one.tif"
	ended 'no-answer confirmed 0 .* reached dialing'
	TO=999 send "$D/one.tif"
	ended 'no-dialtone confirmed 0 .* reached dialing'
	TO='12;34' send "$D/one.tif"
	grep -q '^ended bad-number confirmed 0 .* reached setup' "$W/out"
	TO=201 send --dial-s 30 "$D/one.tif"
	ended 'no-fax confirmed 0 .* reached dialing'
	ctl ring 101 100 every 50
	line --receive "$W/got.tif" >"$W/out" 2>&1 || true
	ended 'no-fax confirmed 0 .* far '
	[[ ! -e $W/got.tif ]]
}

@test "the other side hangs up in the middle of page 2, sending and receiving" {
	for ecm in --no-ecm ''; do
		fax_bank --machine "200:fax:rx=$W/rx.tif,leave=2"
		send $ecm "$D/five.tif"
		ended 'line-lost confirmed 1 .* reached page dcn 0'
		end_bank
		fax_bank --machine "200:fax:tx=$D/five.tif,leave=2"
		receive $ecm
		ended '(line-lost|far-silent) confirmed 1 '
		tiffcp "$D/five.tif,0" "$W/first.tif"
		tiffcp "$W/got.tif,0" "$W/got-first.tif"
		same "$W/first.tif" "$W/got-first.tif"
		end_bank
	done
}

@test "the other side says nothing after DCS: far-silent, with DCN" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,mute"
	send "$D/one.tif"
	ended 'far-silent confirmed 0 .* reached training dcn 1'
}

@test "no speed is good enough; a machine that cannot receive" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,refuse=99" --machine 201:fax
	send "$D/short.tif"
	ended 'no-training confirmed 0 rate .* retrains 8 reached training dcn 1'
	TO=201 send "$D/short.tif"
	ended 'incompatible confirmed 0 .* reached answered dcn 1'
	[[ ! -e $W/rx.tif ]]
}

@test "a modem that is deaf, one that goes away, one that is no fax" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	ctl deaf 101 on
	send "$D/one.tif"
	grep -q '^ended no-modem .* reached setup .* onhook 0' "$W/out"
	ctl deaf 101 off
	send --init '+FCLASS=8' "$D/one.tif"
	ended 'no-modem .* reached setup'
	rm "$W/out"
	line --send 200 "$D/five.tif" >"$W/out" 2>&1 3>&- &
	pid=$!
	wait_until 20 grep -q '^page 1' "$W/out"
	ctl stall 101 on
	wait "$pid" || true
	grep -q '^ended no-modem .* reached page dcn 0 onhook 0' "$W/out"
	ctl stall 101 off
	ctl waitfor 101 idle 5000
	rm "$W/out"
	line --send 200 "$D/five.tif" >"$W/out" 2>&1 3>&- &
	pid=$!
	wait_until 20 grep -q '^page 1' "$W/out"
	end_bank
	wait "$pid" || true
	grep -q '^ended device-gone ' "$W/out"
}

# aborted PHASE...: each time the call ends within 5 s of line time, and the modem is free at once.
took_at_most() {
	took=$(sed -n 's/^abort took //p' "$W/out")
	[[ -n $took && $took -le $1 ]] || { cat "$W/out"; return 1; }
}

@test "abort while sending, in each phase" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	for phase in setup dialing dialing+2000 answered training training+1500 training+3000 \
		page page+100 page+1500 page+4000 page-end page-end+700 page:2+1000; do
		for ecm in --no-ecm ''; do
			send $ecm --abort-at "$phase" "$D/five.tif"
			ended 'aborted '
			took_at_most 5000
			ctl waitfor 200 idle 5000
		done
	done
	# A page that the other side has is not called back.
	reported 'page-end 1 good'
	ended 'aborted confirmed 1 .* dcn 1'
}

@test "DCN is said to the other side when a page is aborted" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	send --abort-at page+2000 "$D/five.tif"
	ended 'aborted confirmed 0 .* reached page dcn 1'
	took_at_most 5000
	grep -aq '200 fax: hears DCN' "$W/log"
}

@test "an abort that comes after DCN changes nothing" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	send --abort-at leaving+2000 "$D/one.tif"
	ended 'ok confirmed 1 .* dcn 1'
}

@test "abort while receiving, in each phase" {
	fax_bank --machine "200:fax:tx=$D/five.tif"
	for phase in answering answering+1000 answered answered+1000 training training+2500 \
		page page+3000 page-end page-end+500 page:2+1000; do
		for ecm in --no-ecm ''; do
			receive $ecm --abort-at "$phase"
			ended 'aborted '
			took_at_most 5000
			ctl hangup 200
			ctl waitfor 200 idle 5000
		done
	done
}

@test "a modem that answers at random: every call ends" {
	for seed in {1..4}; do
		bad_modem "$seed" --send 200 "$D/two.tif"
		bad_modem "$seed" --receive "$W/got.tif"
	done
}

@test "who is late at each phase, longer than anybody is waited for, has missed nothing" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/two.tif"
	for ecm in --no-ecm ''; do
		send --late 8000 $ecm "$D/two.tif"
		ended 'ok confirmed 2 rate 14400 .* retrains 0 .* dcn 1'
		same "$D/two.tif" "$W/rx.tif"
		receive --late 8000 $ecm
		ended 'ok confirmed 2 rate 14400 .* retrains 0 '
		same "$D/two.tif" "$W/got.tif"
	done
}

@test "after a call that was aborted the next one goes through" {
	fax_bank --machine "200:fax:rx=$W/rx.tif"
	send --abort-at page+1000 "$D/one.tif"
	ended 'aborted '
	ctl waitfor 200 idle 5000
	send "$D/one.tif"
	ended 'ok confirmed 1 '
	same "$D/one.tif" "$W/rx.tif"
}

# efax in the background as an answering machine on 102, into got.001 and so on.
efax_answers() {
	timeout 100 efax -v ewin -d "$W/102" -o1 -w -iS0=1 -l 102 -r "$W/got" >"$W/rx.log" 2>&1 3>&- &
	PEER=$!
	# the answerer has finished its dialogue when it asks for the receiving speeds
	wait_until 20 grep -aq -- '102 -> AT+FRM=?' "$W/log"
}

@test "efax receives what we send" {
	command -v efax
	SPEED=8 fax_bank
	efax_answers
	TO=102 send "$D/standard.tif"
	ended 'ok confirmed 1 rate 14400 ecm 0 coding MH '
	wait "$PEER" || { cat "$W/rx.log"; false; }
	same "$D/standard.tif" "$W/got.001"
}

@test "we receive what efax sends" {
	command -v efax
	SPEED=8 fax_bank
	line --receive "$W/got.tif" >"$W/out" 2>&1 3>&- &
	pid=$!
	wait_until 10 grep -q waiting "$W/out"
	seq 1 40 | sed 's/^/cleardown fax test line /' >"$W/text"
	efix -v e -otiffg3 "$W/text" >"$W/page.tif"
	timeout 100 efax -v ewin -d "$W/102" -o1 -h ' ' -l 102 -t 101 "$W/page.tif" \
		>"$W/tx.log" 2>&1 || { cat "$W/tx.log"; false; }
	wait "$pid" || true
	ended "ok confirmed 1 rate 14400 ecm 0 .* far '102'"
	# efax puts 20 rows of a header above the page
	same "$W/page.tif" "$W/got.tif" 20
}
