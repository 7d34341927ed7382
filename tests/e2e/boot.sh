#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare
# The bench by itself: the kernel asked for boots and its test reaches a verdict.
. /lib/guest.sh

check "the guest runs the kernel that was asked for" grep -qw "cldn.kver=$(uname -r)" /proc/cmdline
check "the control line answers" hostctl mark "hello from $(uname -r)"
refuses "the control line refuses what it does not know" hostctl nonsense
head -c 5120 /bin/busybox >/tmp/piece
same "a file reaches the host" "ok $(sha256sum </tmp/piece | cut -d' ' -f1)" \
	"$(hostctl save piece </tmp/piece)"
same "both processors run" 2 "$(nproc)"
