#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# A call to many, between two links on the two ends of a cable inside the machine. vc.rounds=N on the
# kernel's command line (scripts/vm --append): so many parties come and go.
. /lib/guest.sh

pid= # of the tool in the background
says() { grep -q -- "$1" /tmp/out; }

told() { wait_for 20 grep -q "$2" "/tmp/$1.err"; }
three_joined() { [ "$(grep -c ', joined' /tmp/multi.out)" = 3 ]; }

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
rounds=$(sed -n 's/.*vc\.rounds=\([0-9]*\).*/\1/p' /proc/cmdline)
# shellcheck disable=SC2086 # a word or none
tap vc-multi veth0 veth1 $rounds

# ---- the tool ----

check "a link" run 0 bind vc eth:veth0
check "another one" run 0 bind vc eth:veth1
for sap in 7 8 9; do
	background "recv$sap" vc recv "/tmp/copy$sap" vc1 --sap "$sap"
	eval "recv$sap=\$pid"
	check "a receiver with SAP $sap" told "recv$sap" listening
done
head -c 50000 /dev/urandom >/tmp/file
# the call is there as long as nobody has sent the file
mkfifo /tmp/sent
background multi vc multi @peer:7,@peer:8,@peer:9 vc0 --send /tmp/sent --hold 1 --data bye
multi=$pid
check "the tool's parties are there" wait_for 20 three_joined
check "parties lists them" run 0 --json vc parties vc0
check "with their state" says '"state": *"joined"'
cat /tmp/file >/tmp/sent &
check "the call ends in order" ended 0 "$multi" multi
for sap in 7 8 9; do
	eval "pid=\$recv$sap"
	# shellcheck disable=SC2154
	check "SAP $sap is over" ended 0 "$pid" "recv$sap"
	check "and has all of the file" cmp /tmp/file "/tmp/copy$sap"
	check "with the close data" grep -q bye "/tmp/recv$sap.err"
done
check "no party is left" test "$(grep -c ', over' /tmp/multi.out)" = 2
check "one without an address fails alone" run 12 vc multi @peer:70 vc0
check "the link goes" run 0 unbind vc0
check "and the other" run 0 unbind vc1
check "the modules unload" unload_modules net
