#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --limit 240
# vm2: vc-pair-far.sh
# The demonstration: two machines with an Ethernet in common. One takes calls, the other makes one with
# a document, and close data. Saves vc-pair.txt, what a person reads.
. /lib/guest.sh

text=/run/vc-pair.txt
job=/tests/letter-print.ps
bye="that was the letter"

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }
is_up() { cleardown vc show vc0 | grep -q 'signalling established'; }

say "Two machines, an Ethernet between them, \`cleardown bind vc eth:eth0\` on both and nothing else:"
check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
check "the interface becomes vc0" cleardown bind vc eth:eth0
check "the two have found each other" wait_for 60 is_up
check "the other one listens" hostctl --timeout 90 meet listens 60000
check "a call, a document, close data" \
	cleardown vc make @peer vc0 --sap 7 --send "$job" --data "$bye"
there=$(hostctl --timeout 90 meet told 60000)
same "the other one has every byte of it, and the close data" \
	"ok $(sha256sum "$job" | cut -d' ' -f1) $bye" "$there"
row "a call, $(wc -c <"$job") bytes in frames" "the same SHA-256 at both ends"
row "close data at the other end" "${there#ok * }"
say ""
cleardown vc cdr vc0 --verbose >>"$text"
hostctl save vc-pair.txt <"$text"
check "vc0 is unbound" cleardown unbind vc0
check "and the other one is done" hostctl --timeout 90 meet over 60000
check "the modules unload" unload_modules net
