#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The spool of the fax provider: what is acknowledged is there after any crash; who is next.

load fax.bash

setup_file() {
	make_documents
}

spool() {
	mkdir -p "$W/spool"
	"$FAX/spooltest" "$W/spool" "${2:-$D/two.tif}" "$1"
}

@test "killed at any call and in any write, the spool has what was acknowledged, and nothing else" {
	spool crash
}

@test "nothing gets its name before it is on disk, nothing is acknowledged before that" {
	spool order
}

@test "who has waited longest is next; each outcome has its tries and its pause" {
	spool queue
}

@test "a clock that is set back makes no job wait longer than it did, nor one for later go" {
	spool set-back
}

@test "a job that was paused is paused for the next daemon, and until it is resumed" {
	spool paused
}

@test "limits of users, pages and calls that cost money" {
	spool limits
}

@test "what is no job is left alone and told, the others are taken up" {
	mkdir -p "$W/spool/0000000000000005"
	echo '{"v": 1, "id": 5}' >"$W/spool/0000000000000005/ticket"
	run spool crash
	[[ $status == 1 && $output == *"$W/spool/0000000000000005 is not a job" ]]
	[[ -e $W/spool/0000000000000005/ticket ]]
}
