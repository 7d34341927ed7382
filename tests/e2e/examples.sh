#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--speed 4 --wait 5000 --machine 200:fax:rx={files}/rx.tif,id=200 --machine 201:echo" --limit 300
# modules: parport veth
# built: tools/examples/phone=/bin/example-phone tools/examples/port=/bin/example-port tools/examples/vc=/bin/example-vc tools/examples/fax=/bin/example-fax tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif
# The library's examples do what their first comment says, against a modem, a printer, a circuit, a fax
# machine. That they build from what is installed is for tests/lib.
. /lib/guest.sh

# example CODE NAME ARGS...: its exit code; what it says is in /tmp/out.
example() {
	_wanted=$1 _name=$2
	shift 2
	timeout 200 "example-$_name" "$@" >/tmp/out 2>&1
	_code=$?
	[ "$_code" = "$_wanted" ] && return 0
	echo "# $_name $*: exit code $_code, not $_wanted"
	sed 's/^/# /' /tmp/out
	return 1
}
says() { grep -q -- "$1" /tmp/out; }
tty_free() { sh -c "exec 9<>/dev/ttyS1" 2>/dev/null; }

check "parallel ports" modprobe parport
check "a printer" insmod /modules/parsim.ko
check "veth loads" modprobe veth
check "the modules load" load_modules tty parport net

# ---- phone ----

check "a phone" run 0 bind phone tty:/dev/ttyS1
check "phone: dials and says a line" example 0 phone phone0 201 "good morning"
check "phone: the call was connected" says '^connected, [1-9][0-9]* bit/s$'
check "phone: what was said came back" says '^good morning$'
check "phone: its close has every byte" says 'on-hook: 12 bytes accepted, 12 confirmed, 0 lost'
check "phone: the line is free behind it" tty_free
check "phone: a number that does not exist" example 1 phone phone0 999 x
check "phone: and why" says 'no call: no-'
check "phone: closed all the same" says 'on-hook: 0 bytes accepted'

# ---- port ----

head -c 20000 /dev/urandom >/tmp/letter
check "a port" run 0 bind port parport:0
check "port: prints a file" example 0 port port0 /tmp/letter
check "port: the printer has all of it" says '^sent: 20000 bytes accepted, the printer has 20000, 0 thrown away, 0 in doubt'
check "port: and is free" says '^closed in .* the port is free$'
check "port: what arrived is what was sent" cmp /tmp/letter /sys/kernel/debug/parsim/0/data

# ---- vc ----

is_up() { run 0 vc show "$1" && grep -q "signalling established" /tmp/out; }
check "a cable" ip link add type veth
check "one end" ip link set veth0 up
check "the other" ip link set veth1 up
check "a link" run 0 bind vc eth:veth0
check "its other end" run 0 bind vc eth:veth1
check "vc0 is up" wait_for 20 is_up vc0
check "vc1 is up" wait_for 20 is_up vc1
timeout 60 example-vc vc1 7 >/tmp/heard 2>/tmp/heard.err &
listener=$!
check "vc: one listens" wait_for 20 grep -q listening /tmp/heard.err
check "vc: the other calls" example 0 vc vc0 7 "good morning"
check "vc: its call is closed" says '^closed in [0-9]* ms$'
wait "$listener"
same "vc: the listener is done when the caller is" 0 "$?"
check "vc: and has the frame" grep -qx '12 octets: good morning' /tmp/heard
check "vc: nobody there" example 1 vc vc0 9 x
check "vc: and why" says 'no call: '

# ---- fax ----

echo 'faxd:x:120:21:the fax provider:/tmp:/bin/sh' >>/etc/passwd
mkdir -p /var/spool/cleardown/fax /run/cleardown
chown faxd:fax /var/spool/cleardown/fax /run/cleardown
check "a fax line" run 0 bind fax tty:/dev/ttyS1 --args provider=120
chgrp fax /dev/cleardown/fax /dev/cleardown/fax0
check "fax: nobody speaks T.30" example 1 fax 200 /tests/fax1.tif
check "fax: and what to do" says 'cleardown-faxd'
su faxd -c "exec cleardown-faxd --line fax0 --line-speed 4" 2>/tmp/faxd.log &
faxd=$!
line_is_up() { run 0 -j fax status && grep -q '"status":"available","' /tmp/out; }
check "the daemon is there" soon 60 line_is_up
check "fax: sends a page" example 0 fax 200 /tests/fax1.tif
check "fax: follows it" says 'completed, 1 pages confirmed'
check "fax: to the end of its number" says '^deleted'
check "fax: what arrived is what was sent" hostctl samefax fax1.tif rx.tif
kill "$faxd"
wait "$faxd"
check "every call of the phone has its report" json 0 'reports.#' 2 reports phone0 --last 9
for object in phone0 port0 vc0 vc1 fax0; do
	check "$object goes" run 0 unbind "$object"
done
check "the modules unload" unload_modules net parport tty
check "and the printer" rmmod parsim
