#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --parallel --printer "--pages-by ps"
# modules: parport_pc
# rig: tcpprinter bankctl
# built: tests/letter/letter.pdf tests/letter/letter-print.ps
# A PDF of three pages, as a PostScript printer gets it, over a parallel port, a serial line with a
# printer that speaks PJL, and TCP. The same bytes arrive on each, and ghostscript, which runs on
# the host, makes the same pictures of them as of the PDF.
. /lib/guest.sh

job=/tests/letter-print.ps
sent="$(wc -c <"$job") $(sha256sum "$job" | cut -d' ' -f1)"

arrived() { hostctl sum "$1" | sed 's/^ok //'; }
done_by_tcp() { bankctl /run/printer stats | grep -q 'open 0 .* fin'; }

# as_the_pdf LINK FILE: what arrived, by its bytes and by its pages.
as_the_pdf() {
	same "$1: every byte of it has arrived" "$sent" "$(arrived "$2")"
	same "$1: ghostscript makes the same pages of it as of the PDF" "$pages" "$(hostctl pages "$2")"
}

tcpprinter --address 127.0.0.1 --to /run/tcp --control /run/printer >/run/printer.log &
check "the network printer listens" wait_for 20 test -S /run/printer
check "the parallel port's driver loads" modprobe parport_pc
check "the modules load" load_modules parport tty net
hostctl save letter.pdf </tests/letter.pdf >/run/said
pages=$(hostctl pages letter.pdf)
same "the PDF has three pages" "ok 3" "${pages% *}"

check "parallel: bound" cleardown bind port parport:0 --as parallel
check "parallel: printed" cleardown -q port print "$job" --port parallel
as_the_pdf parallel parallel

check "serial: bound" cleardown bind port tty:/dev/ttyS1 --monitor pjl --as serial
check "serial: printed, to the last page" \
	cleardown -q port print "$job" --port serial --wait printed
as_the_pdf serial job-1.data
same "the printer has made three pages of it" 3 \
	"$(hostctl printer stats | sed -n 's/.* pages \([0-9]*\).*/\1/p')"

check "TCP: bound" cleardown bind port tcp:127.0.0.1:9100 --as net
check "TCP: printed" cleardown -q port print "$job" --port net
check "the network printer has the end of it" wait_for 20 done_by_tcp
hostctl save tcp <"/run/tcp.1" >/run/said
as_the_pdf TCP tcp

for port in parallel serial net; do cleardown unbind "$port"; done
check "the modules unload" unload_modules parport tty net
kill %1
