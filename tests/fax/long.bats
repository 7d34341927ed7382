#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The whole matrix of the fax engine (make long).

load fax.bash

setup_file() {
	make_documents
}

teardown() {
	fax_teardown
}

# Each combination of coding and error correction that there is: MMR needs it.
combinations() {
	printf '%s\n' 'mh 1' 'mr 1' 'mmr 1' 'mh 0' 'mr 0'
}

@test "five pages in each coding, with and without error correction, both ways" {
	while read -r coding ecm; do
		[[ $ecm == 1 ]] && option=() || option=(--no-ecm)
		fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/five.tif,mh,$coding"
		send --coding "$coding" "${option[@]}" "$D/five.tif"
		ended "ok confirmed 5 rate 14400 ecm $ecm coding ${coding^^} "
		same "$D/five.tif" "$W/rx.tif"
		receive "${option[@]}"
		ended "ok confirmed 5 rate 14400 ecm $ecm coding ${coding^^} "
		same "$D/five.tif" "$W/got.tif"
		end_bank
	done < <(combinations)
}

# MODULATIONS REFUSED RATE: so many refusals lead there.
speeds() {
	printf '%s\n' 'v17 0 14400' 'v17 1 12000' 'v17 2 9600' 'v17 4 7200' \
		'v29 0 9600' 'v29 1 7200' 'v27ter 0 4800' 'v27ter 1 2400'
}

@test "sent in each coding at each speed of each modulation" {
	while read -r modulation refused rate; do
		while read -r coding ecm; do
			[[ $ecm == 1 ]] && option=() || option=(--no-ecm)
			fax_bank --machine "200:fax:rx=$W/rx.tif,refuse=$refused"
			send --fastest "$modulation" --coding "$coding" "${option[@]}" \
				"$D/standard.tif"
			ended "ok confirmed 1 rate $rate ecm $ecm coding ${coding^^} retrains $refused "
			same "$D/standard.tif" "$W/rx.tif"
			end_bank
		done < <(combinations)
	done < <(speeds)
}

@test "received in each coding in each modulation" {
	for modulation in v17 v29 v27ter; do
		while read -r coding ecm; do
			[[ $ecm == 1 ]] && option=() || option=(--no-ecm)
			fax_bank --machine "200:fax:tx=$D/standard.tif,mh,$coding,$modulation"
			receive "${option[@]}"
			ended "ok confirmed 1 .* ecm $ecm coding ${coding^^} "
			same "$D/standard.tif" "$W/got.tif"
			end_bank
		done < <(combinations)
	done
}

# By efax's numbers of the speeds.
efax_speeds() {
	printf '%s\n' '0 2400' '1 4800' '2 7200' '3 9600' '4 12000' '5 14400'
}

@test "received from efax at each speed" {
	seq 1 40 | sed 's/^/cleardown fax test line /' >"$W/text"
	efix -v e -otiffg3 "$W/text" >"$W/page.tif"
	while read -r code rate; do
		SPEED=8 fax_bank
		line --receive "$W/got.tif" >"$W/out" 2>&1 3>&- &
		pid=$!
		wait_until 10 grep -q waiting "$W/out"
		timeout 200 efax -v ewin -d "$W/102" -o1 -h ' ' -l 102 -c "1,$code" \
			-t 101 "$W/page.tif" >"$W/tx.log" 2>&1 || { cat "$W/tx.log"; false; }
		wait "$pid" || true
		ended "ok confirmed 1 rate $rate ecm 0 .* far '102'"
		same "$W/page.tif" "$W/got.tif" 20
		rm -f "$W/got.tif"
		end_bank
	done < <(efax_speeds)
}

@test "five pages sent to efax" {
	SPEED=8 fax_bank
	timeout 200 efax -v ewin -d "$W/102" -o1 -w -iS0=1 -l 102 -r "$W/got" >"$W/rx.log" 2>&1 3>&- &
	efax=$!
	wait_until 20 grep -aq -- '102 -> AT+FRM=?' "$W/log"
	TO=102 send "$D/five.tif"
	ended 'ok confirmed 5 rate 14400 ecm 0 '
	wait "$efax" || { cat "$W/rx.log"; false; }
	for page in 1 2 3 4 5; do
		tiffcp "$D/five.tif,$((page - 1))" "$W/sent.tif"
		same "$W/sent.tif" "$W/got.00$page"
	done
}

@test "aborts at 100 random moments of a call, each way: on hook, free, within 5 s of line time" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/five.tif"
	RANDOM=${SEED:-4711}
	for ((i = 0; i < 100; i++)); do
		ms=$((RANDOM * 2 % 60000))
		for way in send receive; do
			if [[ $way == send ]]; then
				send --abort-at "dialing+$ms" "$D/five.tif"
			else
				receive --abort-at "answering+$ms"
			fi
			ended 'aborted ' || { echo "$way $ms"; false; }
			took=$(sed -n 's/^abort took //p' "$W/out")
			((took <= 5000)) || { echo "$way $ms: $took"; false; }
			ctl hangup 200
			ctl waitfor 200 idle 5000
		done
	done
}

@test "the line is cut at 40 random moments: the truth about the pages, and the modem is free" {
	fax_bank --machine "200:fax:rx=$W/rx.tif,tx=$D/five.tif"
	RANDOM=${SEED:-4711}
	for ((i = 0; i < 40; i++)); do
		line --send 200 "$D/five.tif" >"$W/out" 2>&1 3>&- &
		pid=$!
		# real time: the moment is as random as that of a cut line
		sleep "0.$((RANDOM % 9 + 1))"
		ctl drop 200
		wait "$pid" || true
		ended '(line-lost|no-fax|far-silent|busy|ok) '
		confirmed=$(sed -n 's/^ended [a-z-]* confirmed \([0-9]*\) .*/\1/p' "$W/out")
		said=$(grep -c '^page-end [0-9]* good' "$W/out" || true)
		((confirmed == said))
		[[ $confirmed == 5 ]] || ! grep -q '^ended ok' "$W/out"
		ctl hangup 200
		ctl waitfor 200 idle 5000
	done
}

@test "a modem that answers at random, 200 times each way: every call ends" {
	for ((i = 0; i < 200; i++)); do
		seed=$((${SEED:-4711} + i))
		bad_modem "$seed" --send 200 "$D/two.tif"
		bad_modem "$seed" --receive "$W/got.tif"
	done
}

@test "over two iaxmodem in real time: to ourselves with error correction, and to efax" {
	command -v iaxmodem
	command -v efax
	iax_config
	cat >"$W/inside" <<-'END'
		source "$1/iax"
		cd "$1"
		"$2/faxline" --device m1 --receive got.tif >rx.out &
		r=$!
		until grep -q waiting rx.out; do sleep 0.1; done
		timeout 200 "$2/faxline" --device m0 --send 102 "$3" >out
		wait "$r"
		# iaxmodem refuses calls for 5 s after ATH
		sleep 6
		timeout 200 efax -v ewin -d m1 -o1 -w -iS0=1 -r got >efax.log 2>&1 &
		r=$!
		until grep -q 'waiting for activity' efax.log; do sleep 0.1; done
		timeout 200 "$2/faxline" --device m0 --send 102 "$3" >out2
		wait "$r"
	END
	unshare --map-root-user --mount --net bash -e "$W/inside" "$W" "$FAX" "$D/one.tif" 3>&- ||
		{ cat "$W/out" "$W/rx.out" "$W/out2" "$W/efax.log"; false; }
	grep -q '^ended ok confirmed 1 rate 14400 ecm 1 coding MMR ' "$W/out"
	grep -q '^ended ok confirmed 1 rate 14400 ecm 1 coding MMR ' "$W/rx.out"
	grep -q '^ended ok confirmed 1 rate 14400 ecm 0 coding MH ' "$W/out2"
	same "$D/one.tif" "$W/got.tif"
	same "$D/one.tif" "$W/got.001"
}

@test "killed at any call while ghostscript makes the pages, the spool goes on" {
	printf '%%!PS\nshowpage showpage\n' >"$W/two.ps"
	mkdir "$W/spool"
	"$FAX/spooltest" "$W/spool" "$W/two.ps" crash
}
