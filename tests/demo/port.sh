#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --parallel --limit 240
# modules: parport_pc lp
# The demonstration: a PDF's pages on a parallel port, a second job that is cancelled half-way, and the
# report of each close. Saves port.txt, what a person reads, and reports.
. /lib/guest.sh

text=/run/port.txt
job=/tests/letter-print.ps

say() { printf '%s\n' "$*" >>"$text"; }
row() { printf '  %-50s %s\n' "$1" "$2" >>"$text"; }
size() { wc -c <"$1"; }
field() { jsonget "reports.0.$2" <"/run/$1.json"; }

arrived() { hostctl sum parallel | sed 's/^ok //'; }

report() {
	cleardown -j reports port0 --last 1 >"/run/$1.json"
	cleardown reports port0 --last 1 --verbose >"/run/$1.txt"
	hostctl save "$1.json" <"/run/$1.json"
	hostctl save "$1.txt" <"/run/$1.txt"
}

print_whole() {
	check "the document is printed" cleardown port print "$job"
	same "every byte of it arrived" "$(size "$job") $(sha256sum "$job" | cut -d' ' -f1)" \
		"$(arrived)"
	report port-printed
	row "a PDF's three pages, $(size "$job") bytes" "$(arrived | cut -d' ' -f1) arrived"
}

cancel_half_way() {
	for _i in 1 2 3 4 5 6; do cat "$job"; done >/tmp/long
	cleardown port print /tmp/long >/tmp/out 2>&1 &
	pid=$!
	wait_for 60 half_way
	check "CANCEL from elsewhere is taken" cleardown port cancel port0
	refuses "and print says so" wait "$pid"
	report port-cancelled
	row "a job of $(size /tmp/long) bytes, cancelled half-way" "$(field port-cancelled data.confirmed) printed, $(
		field port-cancelled data.discarded) thrown away, $(field port-cancelled data.in_doubt) in doubt"
}

half_way() {
	[ "$(cleardown -j port status port0 | jsonget ports.0.port.document.confirmed)" -ge $(($(size /tmp/long) / 2)) ]
}

check "the port's driver loads" modprobe parport_pc
check "the modules load" load_modules parport
check "the port is bound" cleardown bind port parport:0
say "A printer on the parallel port:"
print_whole
cancel_half_way
say ""
cat /run/port-printed.txt /run/port-cancelled.txt >>"$text"
hostctl save port.txt <"$text"
check "the port is unbound" cleardown unbind port0
check "the modules unload" unload_modules parport
