// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port on TCP, with tests/rig/tcpprinter as its printer: a connection for each document, a stuck
 * window, resets; the accounts are held against what the printer has.
 *
 * usage: port-tcp CONTROL PORT
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/wait.h>

#include "port.h"
#include "tcpprinter.h"

#define BIG (4 << 20)

static struct port port;
static uint8_t *big;
static const char *control;
static char where[64];

static const char *printer(const char *command)
{
	return tcpprinter_says(control, command);
}

static struct printed printed(void)
{
	return tcpprinter_printed(control);
}

static struct printed printed_all(void)
{
	return tcpprinter_printed_all(control);
}

static void begin(void)
{
	port_session(&port, "tcp", where);
}

static void end(void)
{
	port_end_session(&port);
	printer("read");
	printed_all();
}

static void documents(void)
{
	struct printed before = printed(), p;
	struct cleardown_doc_result r;
	bool good = true;

	begin();
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(good, printed().open, 0);
		EXPECT(good, !(port_status(port.fd).out_flags & CLEARDOWN_PORT_HELD));
		EXPECT_EQ(good, port_start(&port, "over the net"), 0);
		EXPECT(good, port_status(port.fd).out_flags & CLEARDOWN_PORT_HELD);
		EXPECT_EQ(good, write(port.fd, big, 300000), 300000);
		EXPECT_EQ(good, port_end(&port, 0, &r), 0);
		EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
		EXPECT_EQ(good, r.confirmed, 300000);
		p = printed_all();
		EXPECT_EQ(good, p.last, 300000);
		EXPECT(good, !strcmp(p.end, "fin"));
	}
	EXPECT_EQ(good, printed().connections, before.connections + 3);
	end();
	tap(good,
	    "M-17 TM-6 three documents, each on a connection of its own, whole, ended by FIN");
}

static void unknown(void)
{
	long devices = cd_counter("live", "devices");
	bool good = true;

	EXPECT(good, cd_bind_unknown(CLEARDOWN_CLASS_PORT, "tcp", 0, "host=127.0.0.1 prt=9100",
				     "prt=9100"));
	EXPECT(good,
	       cd_bind_unknown(CLEARDOWN_CLASS_PORT, "tcp", 0, "deaf=1 host=127.0.0.1", "deaf=1"));
	EXPECT(good, cd_bind_unknown(CLEARDOWN_CLASS_PORT, "tcp", 0, "host=127.0.0.1 dtr=none",
				     "dtr=none"));
	EXPECT_EQ(good, cd_counter("live", "devices"), devices);
	tap(good, "bind names the setting that neither a port nor TCP takes");
}

static void refused(void)
{
	uint64_t begun;
	bool good = true;

	printer("refuse");
	begin();
	begun = cd_now();
	EXPECT_EQ(good, port_start(&port, ""), -ECONNREFUSED);
	EXPECT(good, cd_now() - begun < 2 * CD_S);
	EXPECT_EQ(good, write(port.fd, big, 10), -1);
	EXPECT_EQ(good, errno, ECONNREFUSED);
	printer("accept");
	EXPECT_EQ(good, port_start(&port, ""), 0);
	end();
	tap(good, "a printer that refuses: StartDoc and a plain write say so at once");
}

static void stop_printer(struct port_writer *w)
{
	begin();
	if (port_start(&port, "stuck"))
		DIE("START_DOC");
	printer("stop");
	port_writer_start(w, port.fd, big, BIG);
	if (!port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 20000))
		DIE("it is not stuck");
}

/* What the printer has is at least what was confirmed, and at most that and what is in doubt. */
static bool agrees(uint64_t had, uint64_t confirmed, uint64_t in_doubt)
{
	if (had >= confirmed && had <= confirmed + in_doubt)
		return true;
	fprintf(stderr, "# the printer has %llu: confirmed %llu, in doubt %llu\n",
		(unsigned long long)had, (unsigned long long)confirmed,
		(unsigned long long)in_doubt);
	return false;
}

static void cancelled(void)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	struct cleardown_doc_result r;
	struct port_writer w;
	struct printed p;
	bool good = true;
	uint64_t begun;
	ssize_t n;

	stop_printer(&w);
	arg.id = port_status(port.fd).out_doc;
	begun = cd_now();
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_CANCEL, &arg), 0);
	n = port_writer_join(&w);
	EXPECT(good, cd_now() - begun < 2 * CD_S);
	EXPECT(good, n > 0 && n < BIG);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_CANCELLED);
	EXPECT_EQ(good, r.accepted, n);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	EXPECT(good, r.discarded > 0);
	printer("read");
	p = printed_all();
	EXPECT(good, agrees(p.last, r.confirmed, r.in_doubt));
	EXPECT_EQ(good, port_start(&port, "next"), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, printed_all().last, 1000);
	end();
	tap(good, "M-16 PR-7 a window of zero: CANCEL ends the job, the next one is whole");
}

static void closed(uint32_t mode)
{
	struct cleardown_close arg;
	struct port_writer w;
	bool good = true;
	uint64_t begun;

	stop_printer(&w);
	begun = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, mode, CD_S, &arg), 0);
	EXPECT(good, cd_now() - begun < (1000 + SLACK_MS) * CD_MS);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	printer("read");
	EXPECT(good, agrees(printed_all().last, arg.out_report.confirmed, arg.out_report.in_doubt));
	end();
	tap(good, "M-10 M-16 PR-4 PR-5 PR-7 CLOSE (mode %u) with a window of zero keeps its bound",
	    mode);
}

static void reset_by_printer(void)
{
	struct cleardown_doc_result r;
	struct port_writer w;
	struct printed p;
	bool good = true;
	union cd_record rec;

	stop_printer(&w);
	printer("reset");
	EXPECT(good, port_writer_join(&w) > 0);
	do {
		EXPECT_EQ(good, cd_one(port.events, &rec, 5000), 0);
	} while (good && (rec.ev.type != CLEARDOWN_EV_DOC || rec.ev.p1 != CLEARDOWN_DOC_ABORTED));
	EXPECT_EQ(good, write(port.fd, big, 10), -1);
	EXPECT(good, errno == ECONNRESET || errno == EPIPE);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_ABORTED);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	printer("read");
	p = printed_all();
	EXPECT(good, p.last <= r.confirmed + r.in_doubt);
	EXPECT_EQ(good, port_start(&port, "next"), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.confirmed, 1000);
	EXPECT_EQ(good, printed_all().last, 1000);
	end();
	tap(good,
	    "PR-7 a printer that resets in mid-job: the document is aborted, the next is whole");
}

static void plain(void)
{
	bool good = true;

	begin();
	EXPECT_EQ(good, write(port.fd, big, BIG), BIG);
	EXPECT_EQ(good, close(port.fd), 0);
	EXPECT_EQ(good, printed_all().last, BIG);
	EXPECT(good, !strcmp(printed().end, "fin"));
	port.fd = sim_open(&port.dev, O_RDWR);
	end();
	tap(good, "M-10 TM-6 a plain write of 4 MiB and close(2): every byte arrives, then FIN");
}

static void killed(void)
{
	struct cleardown_report r;
	bool good = true;
	uint64_t begun;
	pid_t child;

	begin();
	close(port.fd);
	printer("stop");
	child = fork();
	if (!child) {
		int fd = sim_open(&port.dev, O_RDWR);

		_exit(write(fd, big, BIG) < 0);
	}
	port.fd = cd_open(port.dev.name, O_RDONLY);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 20000));
	begun = cd_now();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	EXPECT(good, cd_now() - begun < (1000 + SLACK_MS) * CD_MS);
	printer("read");
	EXPECT_EQ(good, cd_report(cd_last_report() - 1, &r), 0);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT(good, port_adds_up(&r.out_head));
	EXPECT(good, agrees(printed_all().last, r.out_head.confirmed, r.out_head.in_doubt));
	EXPECT(good, !strcmp(printed().end, "reset"));
	close(port.fd);
	port.fd = sim_open(&port.dev, O_RDWR);
	end();
	tap(good, "M-10 PR-4 PR-7 PR-8 kill -9 with a window of zero: a reset, and an account");
}

static void speaks(void)
{
	bool good = true;
	char buf[16];

	begin();
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT_EQ(good, write(port.fd, big, 1), 1);
	EXPECT_EQ(good, fsync(port.fd), 0);
	printer("say status");
	EXPECT_EQ(good, read(port.fd, buf, sizeof(buf)), 7);
	EXPECT(good, !memcmp(buf, "status\n", 7));
	end();
	tap(good, "what the printer says on its connection can be read");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	control = argv[1];
	snprintf(where, sizeof(where), "host=127.0.0.1 port=%s", argv[2]);
	big = malloc(BIG);
	for (size_t i = 0; i < BIG; i++)
		big[i] = i * 7 + (i >> 9);
	unknown();
	documents();
	refused();
	speaks();
	cancelled();
	closed(CLEARDOWN_MODE_ORDERLY);
	closed(CLEARDOWN_MODE_ABORT);
	reset_by_printer();
	plain();
	killed();
	return tap_done();
}
