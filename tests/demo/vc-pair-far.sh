#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: none (vc-pair.sh starts it)
# vm: --limit 240
. /lib/guest.sh

is_up() { cleardown vc show vc0 | grep -q 'signalling established'; }

check "the NIC's driver loads" modprobe e1000
check "the interface" ip link set eth0 up
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
check "the interface becomes vc0" cleardown bind vc eth:eth0
check "the two have found each other" wait_for 60 is_up
cleardown vc listen vc0 --sap 7 --recv --count 1 >/tmp/document 2>/tmp/told &
pid=$!
check "it listens" wait_for 30 grep -q listening /tmp/told
check "the other one may call" hostctl --timeout 90 meet listens 60000
check "a call came and went" wait "$pid"
cat /tmp/told
bye=$(sed -n 's/.*"\(that was the letter\)".*/\1/p' /tmp/told)
sum=$(sha256sum /tmp/document | cut -d' ' -f1)
check "and is told" hostctl --timeout 90 meet told 60000 "$sum" "$bye"
check "vc0 is unbound" cleardown unbind vc0
check "both are done" hostctl --timeout 90 meet over 60000
check "the modules unload" unload_modules net
