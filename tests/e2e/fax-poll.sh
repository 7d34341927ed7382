#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --modems 1 --bank "--speed 8 --wait 5000 --machine 201:fax:tx={files}/tx.tif,id=201" --limit 300
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif
# What a user has polled is his, and nobody else's but root's: in the file he names, in what `fax receive`
# lists for him, also when the daemon was killed before it had kept it.
. /lib/guest.sh

value() { jsonget "$@" </tmp/out | tr '\n' ' ' | sed 's/ $//'; }
said() { grep -q -- "$1" /tmp/out /tmp/err; }

# as USER WANTED ARGS...: as run, by a user.
as() {
	_user=$1 _wanted=$2
	shift 2
	su "$_user" -c "cleardown $*" >/tmp/out 2>/tmp/err
	_code=$?
	[ "$_code" = "$_wanted" ] && return 0
	echo "# cleardown $* by $_user: exit code $_code, not $_wanted"
	cat /tmp/out /tmp/err
	return 1
}

line_is() { run 0 -j fax status && [ "$(value lines.0.status)" = "$1" ]; }

start_daemon() {
	su faxd -c "exec cleardown-faxd --line fax0 --line-speed 8 $*" 2>>/tmp/faxd.log &
	faxd=$!
	renice -n -15 -p "$faxd"
	soon 200 line_is available || { sed 's/^/# /' /tmp/faxd.log; return 1; }
}

sed -i 's/^fax:x:21:/&dialer,other/' /etc/group
echo 'faxd:x:120:21:the fax provider:/tmp:/bin/sh' >>/etc/passwd
echo 'other:x:1001:1001:another user:/tmp:/bin/sh' >>/etc/passwd
mkdir -p /var/spool/cleardown/fax /run/cleardown /tmp/mine
chown faxd:fax /var/spool/cleardown/fax /run/cleardown
chmod 750 /var/spool/cleardown/fax
chown dialer /tmp/mine
hostctl save tx.tif </tests/fax1.tif >/run/said

check "the modules load" load_modules tty
chgrp fax /dev/cleardown/fax
check "a fax line" run 0 bind fax tty:/dev/ttyS1 --args provider=120
chgrp fax /dev/cleardown/fax0
check "the daemon is there" start_daemon --jobs-per-user 1

check "a user has no place for it: exit code 4, and no call" as dialer 4 fax poll-remote 201 --file /usr/mine.tif
check "a user polls a machine" soon 200 as dialer 0 -j fax poll-remote 201 --file /tmp/mine/polled.tif
same "one page" 1 "$(value faxes.0.pages)"
same "which is his" "1000 600" "$(stat -c '%u %a' /tmp/mine/polled.tif)"
hostctl save polled.tif </tmp/mine/polled.tif >/run/said
check "pixel for pixel" hostctl samefax fax1.tif polled.tif
check "he finds it among what he received" as dialer 0 -j fax receive
same "with his number" "1 1000" "$(value 'faxes.#' faxes.0.uid)"
file=$(value faxes.0.file) name=$(value faxes.0.name)
check "in the spool it is the daemon's" sh -c "! su dialer -c 'cat $file' 2>/dev/null"
check "he fetches it again, with its PDF" as dialer 0 fax receive --dir /tmp/mine
check "the same bytes" cmp "/tmp/mine/$name.tif" /tmp/mine/polled.tif
check "another user sees none" as other 0 -j fax receive
same "not even its name" 0 "$(value 'faxes.#')"
check "root sees it" json 0 faxes.0.name "$name" fax receive
check "a user's limit counts for polls: a job for later" as dialer 0 fax poll-remote 201 --at +2h --no-wait
check "is the only one that he may have" as dialer 4 fax poll-remote 201 --once
check "as he is told" said "1 jobs of user 1000 have not ended, and 1 are allowed"
check "another user may have his" as other 0 fax poll-remote 201 --at +2h --no-wait
check "they go" run 0 fax rm --all

# ---- a daemon that is killed when the call is over and the fax not kept ----

kill -KILL "$faxd"
wait "$faxd"
cp "$file" "/var/spool/cleardown/fax/received/.20300101T000000Z-fax0-u1001.tif"
chown faxd /var/spool/cleardown/fax/received/.2*
check "the next daemon keeps what there was" start_daemon
check "for the user who had polled it" as other 0 -j fax receive
same "with its line" "1 fax0 cut" "$(value 'faxes.#' faxes.0.line faxes.0.outcome)"
check "he fetches it" as other 0 fax receive --dir /tmp
check "the other one has his own still" as dialer 0 -j fax receive
same "and no more" "1 $name" "$(value 'faxes.#' faxes.0.name)"

kill "$faxd"
wait "$faxd"
same "the daemon ends in order" 0 "$?"
check "the line goes" run 0 unbind fax0
check "the modules unload" unload_modules tty
! grep -q '^not ok' /run/results || sed 's/^/# /' /tmp/faxd.log
