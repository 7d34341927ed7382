#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# vm2: vc-apart-far.sh
# vm: --limit 300
# modules: veth
# debs: atm-tools/usr/sbin/atmtcp iproute2/sbin/ip
# ATM over TCP between two machines, on one network and on two. The other one: vc-apart-far.sh.
. /lib/guest.sh

driver() { modprobe e1000 || { modprobe virtio_pci && modprobe virtio_net; }; }
addr() { ip addr add "$1" dev "$2" && ip link set "$2" up; }
# A network of its own on which this machine is, and where its relay will be.
another_network() {
	modprobe veth && ip link add type veth && addr 10.1.0.1/24 veth0 &&
		/sbin/ip netns add between && /sbin/ip link set veth1 netns between &&
		/sbin/ip -n between addr add 10.1.0.2/24 dev veth1 &&
		/sbin/ip -n between link set veth1 up
}
# See vc-atmtcp.sh.
forget() {
	/sbin/ip netns exec between sh -c "echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets"
}

check "the NIC's driver loads" driver
if [ "${end:-near}" = near ]; then
	check "the interface" addr 10.2.0.1/24 eth0
	check "another network" another_network
	check "connections are forgotten" forget
else
	check "the interface" addr 10.2.0.2/24 eth0
fi
# a busy host may boot one of them a minute later
check "the other machine is there" hostctl --timeout 190 meet booted 180000
check "the modules load" load_modules net
tap vc-apart "${end:-near}" eth0
check "the modules unload" unload_modules net
