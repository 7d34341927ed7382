#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# Who is connected to the fax server, and rights taken away; on the scripted link.
. /lib/guest.sh

# value PATH...: of the last document.
value() { jsonget "$@" </tmp/out | tr '\n' ' ' | sed 's/ $//'; }

# user WANTED ARGS...: as run, by the user dialer.
user() {
	_wanted=$1
	shift
	su dialer -c "cleardown $*" >/tmp/out 2>/tmp/err
	[ $? = "$_wanted" ]
}

check "the modules load" load_modules sim
check "a fax line" run 0 bind fax sim:
chmod 666 /dev/cleardown/fax
tap fax-rights fax0

mkfifo /tmp/hold
su dialer -c "fax-rights fax0 hold" </tmp/hold >/tmp/held &
exec 9>/tmp/hold
check "a user holds a handle and a port" wait_for 30 grep -q held /tmp/held
check "root sees both" json 0 'handles.#' 2 fax handles
same "whose they are" "server 1000 port fax0 1000" \
	"$(value handles.0.kind handles.0.uid handles.1.kind handles.1.line handles.1.uid)"
port=$(value handles.1.handle)
check "so does the user" user 0 fax handles
check "what they are" grep -q 'fax0.*read.*fax-rights.*1000.*port-query' /tmp/out
check "who takes nothing away: exit code 4" user 4 fax revoke "$port" port-query
check "root does" run 0 fax revoke "$port" port-query
check "and sees it" grep -qx "handle $port: job-submit,job-query,config-query" /tmp/out
check "of what is not there: exit code 3" run 3 fax revoke 12 port-query
exec 9>&-
wait
same "FaxClose of the port is EACCES (F-5)" -13 "$(tail -n 1 /tmp/held)"
check "both end with their process" json 0 'handles.#' 0 fax handles
check "the line goes" run 0 unbind fax0
check "the modules unload" unload_modules sim
