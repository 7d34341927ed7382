#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# takes: 65
# vm: --limit 300
# modules: veth
# Mutated frames, cells, PDUs and messages at a link's input. The long form:
#   scripts/vm --kernel debug-6.12 --test tests/e2e/vc-mutate.sh --append mutants=1000000 --limit 3600
# and a run again: --append seed=N, which each run prints.
. /lib/guest.sh

# word NAME DEFAULT: from the kernel's command line.
word() {
	_found=$(sed -n "s/.*\<$1=\([0-9]*\).*/\1/p" /proc/cmdline)
	echo "${_found:-$2}"
}

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
# shellcheck disable=SC2046
tap vc-mutate veth0 veth1 "$(word mutants 10000)" $(word seed "")
check "the modules unload" unload_modules net
