# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# For whoever runs what the README tells a stranger to type: tests/cli/readme.bats on this machine,
# tests/e2e/stranger.sh in a VM.

# ten_commands README: each on one line, as they stand in its first block under "Ten commands".
ten_commands() {
	awk '/^## / { in_part = $0 == "## Ten commands" }
		in_part && /^    / { block = 1; text = $0; sub(/^ */, "", text); line = line text
			if (!sub(/\\$/, "", line)) { print line; line = "" } }
		in_part && block && !/^    / { exit }' "$1"
}
