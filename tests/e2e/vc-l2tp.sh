#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# modules: veth
# debs: xl2tpd/usr/sbin/xl2tpd
# built: tools/examples/l2tpd=/usr/bin/ tools/examples/pvcd=/usr/bin/
# The example that speaks L2TPv2, against a stock xl2tpd as LNS; the far end of its channel is a
# permanent circuit. In the place of pppd is a program that waits to be told to hang up.
. /lib/guest.sh

# What was said, when the test ends in whatever way.
tell() {
	sed 's/^/# xl2tpd: /' /tmp/xl2tpd.log
	sed 's/^/# l2tpd: /' /tmp/l2tpd.out
}

logged() { grep -q -- "$1" /tmp/xl2tpd.log; }

check "veth loads" modprobe veth
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "the loop" ip link set lo up
check "the modules load" load_modules net
check "one link" run 0 bind vc eth:veth0
check "another" run 0 bind vc eth:veth1

mkdir -p /dev/pts /usr/sbin
grep -q " /dev/pts " /proc/mounts || mount -t devpts devpts /dev/pts
cat >/usr/sbin/pppd <<'END'
#!/bin/sh
until [ -e /tmp/hangup ]; do usleep 20000; done
END
chmod 755 /usr/sbin/pppd
cat >/tmp/xl2tpd.conf <<'END'
[global]
port = 1701
access control = no
[lns default]
local ip = 192.0.2.1
ip range = 192.0.2.2-192.0.2.20
require authentication = no
END
/usr/sbin/xl2tpd -D -c /tmp/xl2tpd.conf -C /tmp/l2tp-control -p /tmp/xl2tpd.pid >/tmp/xl2tpd.log 2>&1 &
lns=$!
check "xl2tpd listens" wait_for 20 logged "Listening on"
pvcd --circuit 7=0.207 vc1 >/tmp/pvcd.out 2>&1 &
pvc=$!
check "permanent circuits at the far end" wait_for 20 grep -q managed /tmp/pvcd.out
l2tpd --verbose vc0 127.0.0.1 >/tmp/l2tpd.out 2>&1 &
lac=$!
check "the tunnel is up" wait_for 20 grep -q "tunnel is up" /tmp/l2tpd.out || tell
tap vc-l2tp vc0 vc1 /tmp/hangup
check "V-33 xl2tpd's log has our close data" logged "good night from the circuit"
kill "$lac"
check "l2tpd ends" wait "$lac"
refuses "and has kept to the order of its messages" logged "out of order"
check "and has closed its tunnel" wait_for 20 logged "StopCCN\|Connection.*closed"
kill "$pvc" "$lns"
wait "$pvc"
tell
check "one link goes" run 0 unbind vc0
check "and the other" run 0 unbind vc1
check "the modules unload" unload_modules net
