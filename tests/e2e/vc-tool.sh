#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# modules: veth
# The tool's calls over a cable inside the machine: a file from one end to the other while the wire is
# captured, a call that is refused, calls that are ended by somebody else, what is left of them.
. /lib/guest.sh

pid= # of the tool in the background
says() { grep -q -- "$1" /tmp/out; }
is_up() { run 0 vc show "$1" && says "signalling established"; }

told() { wait_for 20 grep -q "$2" "/tmp/$1.err"; }

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the modules load" load_modules net
check "a link" run 0 bind vc eth:veth0
check "with other settings" run 0 bind vc eth:veth1 --args "uni=3.1 t308=1000"
check "the first is up" wait_for 20 is_up vc0
check "and the second" wait_for 20 is_up vc1
check "show has the rate" says "cells/s"

# ---- a file ----

head -c 100000 /dev/urandom >/tmp/file
background pcap -v vc pcap /tmp/capture vc0
pcap=$pid
check "a capture" told pcap "Ctrl-C ends"
background recv vc recv /tmp/copy vc1 --sap 7
recv=$pid
check "a receiver" told recv listening
check "send sends a file" run 0 vc send @peer /tmp/file vc0 --sap 7 --data "that is all"
check "recv is over" ended 0 "$recv" recv
check "and has all of it" cmp /tmp/file /tmp/copy
check "with the close data" grep -q "that is all" /tmp/recv.err
kill -INT "$pcap"
check "the capture is over" ended 0 "$pcap" pcap
check "with nothing damaged" grep -q "vc0: [0-9]* PDUs written\$" /tmp/pcap.err
size=$(stat -c %s /tmp/capture)
check "and all of the file in it" test "${size:-0}" -gt 100000
check "cdr has the call" json 0 records.0.sent 100000 vc cdr vc0
check "from both ends" json 0 records.0.received 100000 vc cdr vc1
check "and why it ended" json 0 records.0.why peer vc cdr vc1
check "stats count it" json 0 counters.calls-connected 1 vc stats vc0

# ---- refused ----

background reject vc reject vc1 --cause user-busy
reject=$pid
check "one who refuses" told reject listening
check "make learns that he is busy" run 10 vc make @peer vc0 --sap 3
check "reject is over" ended 0 "$reject" reject
check "cdr has the cause" json 0 records.1.cause 17 vc cdr vc0

# ---- ended by somebody else ----

background accept vc accept vc1
accept=$pid
check "one who accepts" told accept listening
background hold -v vc make @peer vc0 --hold 600
hold=$pid
check "a call is up" wait_for 20 grep -q connected /tmp/hold.out
check "show --states has it" json 0 vc.circuits.0.state active show vc0 --states
number=$(jsonget vc.circuits.0.vc </tmp/out)
check "close ends it" json 0 closed 1 vc close "$number" vc0
check "its program says so" ended 9 "$hold" hold
check "the far end is over" ended 0 "$accept" accept
background listen vc listen vc1
listen=$pid
check "one who listens" told listen listening
background hold -v vc make @peer vc0 --hold 600
hold=$pid
check "another call is up" wait_for 20 grep -q connected /tmp/hold.out
check "close ends all calls of a link" json 0 calls.0.cause admin close vc0
check "its program says so too" ended 9 "$hold" hold
check "cdr has the reason" json 0 records.3.why admin vc cdr vc0
check "no circuit is stuck" json 0 'vc.circuits.#' 0 show vc0 --stuck
kill -INT "$listen"
check "the listener is over" ended 130 "$listen" listen
check "the first link goes" run 0 unbind vc0
check "and the second" run 0 unbind vc1
check "the modules unload" unload_modules net
