#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --limit 600
# modules: parport
# built: tools/cups/cleardown=/usr/lib/cups/backend/
# debs: cups-daemon/usr/sbin/cupsd cups-daemon/usr/share/cups/mime/mime.types
# debs: cups-daemon/usr/lib/cups/daemon/cups-exec cups/usr/lib/cups/daemon/cups-deviced
# debs: cups-client/usr/sbin/lpadmin cups-client/usr/sbin/lpinfo cups-client/usr/bin/lp
# debs: cups-client/usr/bin/lpstat cups-client/usr/bin/cancel cups-ipp-utils/usr/bin/ipptool
# Debian's cupsd prints a hundred jobs in a row through a port. One is cancelled in its midst, while
# the printer is busy: the next one follows directly on what had arrived of it, and all others are
# whole.
. /lib/guest.sh

jobs=100
victim=50
bytes=3000
sim=/sys/kernel/debug/parsim/0
id='MFG:Cleardown;MDL:Parsim 1;CMD:PCL;'
uri=ipp://127.0.0.1/printers/queue
export PATH="$PATH:/usr/sbin" CUPS_SERVER=/run/cups/sock

# cupsd runs nothing as root that other users may run; its own user must not be root. ipptool knows
# no unix sockets.
set_up_cups() {
	echo 'lp:x:7:7:lp:/:/bin/false' >>/etc/passwd
	chmod 700 /usr/lib/cups/backend/cleardown
	mkdir -p /etc/cups /run/cups/cache /run/cups/spool/tmp
	cat >/etc/cups/cups-files.conf <<-END
		SystemGroup root
		AccessLog /run/cups/access_log
		ErrorLog /run/cups/error_log
		PageLog /run/cups/page_log
		CacheDir /run/cups/cache
		RequestRoot /run/cups/spool
		TempDir /run/cups/spool/tmp
	END
	cat >/etc/cups/cupsd.conf <<-END
		Listen $CUPS_SERVER
		Listen 127.0.0.1:631
		Browsing No
		WebInterface No
		<Policy default>
			<Limit All>
				Order allow,deny
				Allow all
			</Limit>
		</Policy>
	END
	cat >/run/jobs.test <<-END
		{
			OPERATION Get-Jobs
			GROUP operation-attributes-tag
			ATTR charset attributes-charset utf-8
			ATTR naturalLanguage attributes-natural-language en
			ATTR uri printer-uri \$uri
			ATTR keyword which-jobs all
			ATTR keyword requested-attributes job-id,job-state
			DISPLAY job-id
			DISPLAY job-state
		}
	END
}

# Pieces of a program: every byte value, no two jobs alike.
make_jobs() {
	_n=1
	while [ "$_n" -le "$jobs" ]; do
		{ echo "job $_n"; tail -c +$((_n * bytes)) /bin/busybox | head -c "$bytes"; } \
			>"/run/job-$_n"
		_n=$((_n + 1))
	done
}

# print FROM TO: one lp for each.
print() {
	_n=$1
	while [ "$_n" -le "$2" ]; do
		lp -d queue -o raw -t "job $_n" "/run/job-$_n" >/run/said || return 1
		_n=$((_n + 1))
	done
}

# whole FROM TO: what the printer must have of these.
whole() { seq "$1" "$2" | sed 's,^,/run/job-,' | xargs cat; }

printer() { echo "$2" >"$sim/$1"; }
arrived() { sed -n 's/^bytes //p' "$sim/counts"; }
more_than() { [ "$(arrived)" -gt "$1" ]; }
stalled() { cleardown port status port0 | grep -q stalled; }
report() { cleardown -j reports port0 --last 1 | jsonget "reports.0.$1"; }

# Jobs as CUPS sees them.
answers() { lpstat -r | grep -qx 'scheduler is running'; }
states() { ipptool -c "$uri" /run/jobs.test; }
state() { states | sed -n "s/^$1,//p"; }
is() { [ "$(state "$1")" = "$2" ]; }
idle() { [ -z "$(lpstat -W not-completed -o queue)" ]; }

# The printer takes two milliseconds for a byte, then it is busy with one for longer.
stop_in_midst() {
	printer busy_us 2000
	print "$victim" $((victim + 1))
	wait_for 30 more_than $((first + 100)) || return 1
	printer busy_us 5000000
	wait_for 10 stalled || return 1
	printer hang 1
}

go_on() {
	printer busy_us 0
	printer hang 0
}

modprobe parport
check "the printer is there" insmod /modules/parsim.ko
printer id "$id"
check "the modules load" load_modules parport
check "the port is bound" cleardown bind port parport:0
set_up_cups
make_jobs
check "cupsd starts" cupsd
check "cupsd answers" wait_for 30 answers
check "a queue on the port is made" lpadmin -p queue -E -v cleardown:/port0 -m raw
lpinfo -l -v >/run/devices
same "cupsd finds the port" "uri = cleardown:/port0" "$(grep -o 'uri = cleardown:.*' /run/devices)"
same "and its printer" "$id" "$(sed -n 's/^ *device-id = //p' /run/devices)"

check "the first jobs are taken" print 1 $((victim - 1))
check "and printed" wait_for 60 idle
whole 1 $((victim - 1)) >/run/wanted
first=$(wc -c </run/wanted)
same "every byte of them has arrived" "$first" "$(arrived)"

check "the printer is busy in the midst of a job" stop_in_midst
same "which CUPS prints, and the next one waits" "processing pending" \
	"$(state "$victim") $(state $((victim + 1)))"
there=$(($(arrived) - first))
check "it is cancelled" cancel "queue-$victim"
check "for CUPS, too" wait_for 10 is "$victim" canceled
check "the next one is begun" wait_for 10 is $((victim + 1)) processing
same "by a cancel, it was not cut off" false "$(report document_aborted)"
confirmed=$(report data.confirmed)
check "PR-7 the account says how much of it the printer has" \
	test "$confirmed" -le "$there" -a "$there" -le $((confirmed + $(report data.in_doubt)))
go_on

check "the other jobs are taken" print $((victim + 2)) "$jobs"
check "and printed" wait_for 60 idle
head -c "$there" "/run/job-$victim" >>/run/wanted
whole $((victim + 1)) "$jobs" >>/run/wanted
check "a hundred jobs, one cancelled: nothing of it follows, the others are whole" \
	cmp /run/wanted "$sim/data"
same "CUPS has completed all others" "$((jobs - 1)) 1" \
	"$(states | grep -c ,completed) $(states | grep -c ,canceled)"
kill "$(pidof cupsd)"
check "cupsd ends" wait_for 20 sh -c '! pidof cupsd'
check "the port is unbound" cleardown unbind port0
check "the modules unload" unload_modules parport
check "the printer goes" rmmod parsim
