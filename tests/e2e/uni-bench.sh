#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --uni --nic virtio-net-pci
# The ATM network of the bench, as a guest sees it before any module of ours is there: frames of
# both ways, the peer's log, its calls, its end. What it does with cells, the rig's uni-selftest
# shows.
. /lib/guest.sh

# answer TEXT WANTED WORDS...: what the host answers, but for the "ok".
answer() {
	_told=$1 _wanted=$2
	shift 2
	same "$_told" "ok $_wanted" "$(hostctl uni "$@")"
}
received() { cat /sys/class/net/eth0/statistics/rx_packets; }
grown() { [ "$(received)" -ge "$1" ]; }
foreign() { hostctl uni switch stats | grep -q 'frames_in [1-9].* foreign [1-9]'; }

modprobe virtio_pci
modprobe virtio_net
same "the NIC has the address that the switch sends to" 52:54:00:12:34:56 \
	"$(cat /sys/class/net/eth0/address)"
ip link set eth0 up
check "frames come from the network: the peer begins its SAAL" wait_for 30 grown 2
check "frames go out, and are none of its cells" wait_for 30 foreign
before=$(received)
answer "the switch takes commands" 2 switch sdu 0.40 0102
check "an SDU comes as a frame" wait_for 10 grown $((before + 1))
check "the peer's log can be waited for" hostctl uni grep 5000 'TO NET .*BGN PDU'
hostctl uni mark
refuses "and what it does not say has a limit" hostctl uni grep 300 'SETUP'
answer "its listener has a number" 1 isp listen 47000580ffe1000000f21a26d80020ea000ee100
answer "and listens" 1 isp waitfor 1 listening 3000
check "the trace has it" hostctl uni trace 'as_listen'
check "tshark reads what was sent" hostctl uni decode sscop.type 'sscop.type == 1'
answer "awrite sends on a VC" 4 write 0.41 data
check "aread has a VC open" hostctl uni open 0.42
refuses "and gets nothing that was not sent" hostctl uni read 0.42 1 200
check "and closes it" hostctl uni close 0.42
hostctl uni kill
refuses "a dead peer has no ispd" hostctl uni isp status
check "another one starts" hostctl uni restart
check "and begins anew" hostctl uni grep 5000 'TO NET .*BGN PDU'
