// SPDX-License-Identifier: GPL-2.0-only
/*
 * Documents of a port on the scripted link, which swallows what it is given, or stops: StartDoc,
 * Write, Read, EndDoc, time-outs, cancel, status, the language monitor.
 */
#define _GNU_SOURCE

#include <sys/wait.h>

#include "port.h"

#define BIG 65536

static struct port port;
static uint8_t big[BIG];

/* The record of a document's state, others are thrown away: 0 or -ETIMEDOUT. */
static int wait_doc(uint32_t state, union cd_record *rec)
{
	int ret;

	do {
		ret = cd_one(port.events, rec, 5000);
	} while (!ret && (rec->ev.type != CLEARDOWN_EV_DOC || rec->ev.p1 != state));
	return ret;
}

static void begin(const char *args)
{
	port_session(&port, "sim", args);
}

static void end(void)
{
	port_end_session(&port);
}

static void many_documents(void)
{
	struct cleardown_doc_result r;
	uint64_t last = 0;
	bool good = true;

	begin("deaf=1");
	for (int i = 0; good && i < 100; i++) {
		EXPECT_EQ(good, port_start(&port, "one of many"), 0);
		EXPECT_EQ(good, write(port.fd, big, 100 + i), 100 + i);
		EXPECT_EQ(good, port_end(&port, 0, &r), 0);
		EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
		EXPECT_EQ(good, r.confirmed, 100 + i);
		EXPECT(good, r.number > last);
		last = r.number;
	}
	EXPECT_EQ(good, sim_value(&port.dev, "written"), 100 * 100 + 99 * 100 / 2);
	end();
	tap(good, "M-3 M-12 a hundred documents on one handle, each accounted for by itself");
}

static void out_of_order(void)
{
	struct cleardown_doc_result r;
	bool good = true;

	begin("deaf=1");
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.number, 0);
	EXPECT_EQ(good, port_start(&port, "a"), 0);
	EXPECT_EQ(good, port_start(&port, "b"), 0);
	EXPECT(good, !strcmp(port_status(port.fd).out_doc_name, "a"));
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.accepted, 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
	end();
	tap(good, "EndDoc without StartDoc is 0, a second StartDoc in succession changes nothing");
}

static void refused(void)
{
	struct cleardown_op_start_doc start = { .level = 2 };
	struct cleardown_op_end_doc stop = { .flags = 4 };
	uint32_t word;
	bool good = true;

	begin("deaf=1");
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_START_DOC, 1, &start, sizeof(start), &word),
		  -EINVAL);
	EXPECT_EQ(good, word, CLEARDOWN_ERROR_INVALID_LEVEL);
	start.level = 1;
	memset(start.name, 'x', sizeof(start.name));
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_START_DOC, 1, &start, sizeof(start), &word),
		  -EINVAL);
	EXPECT_EQ(good, word, CLEARDOWN_ERROR_INVALID_PARAMETER);
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, 1, &stop, sizeof(stop), &word),
		  -EINVAL);
	stop.flags = CLEARDOWN_END_DOC_PRINTED;
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, 1, &stop, sizeof(stop), &word),
		  -EOPNOTSUPP);
	EXPECT_EQ(good, word, CLEARDOWN_ERROR_NOT_SUPPORTED);
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_RESET, 1, NULL, 0, &word), -EOPNOTSUPP);
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_DEVICE_ID, 1, NULL, 0, &word), -EOPNOTSUPP);
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_DIAL, 1, "1", 1, &word), -EOPNOTSUPP);
	EXPECT_EQ(good, word, CLEARDOWN_ERROR_NOT_SUPPORTED);
	EXPECT_EQ(good, cd_events_info(port.events).out_unread, 0);
	end();
	tap(good, "malformed requests, and what this link cannot do, are refused with their word");
}

/* A printer that stops in mid-job, and a writer that is stuck in write(2). */
static void stuck(struct port_writer *w, bool document)
{
	begin("deaf=1");
	if (document && port_start(&port, "stuck"))
		DIE("START_DOC");
	sim_control(&port.dev, "stall on");
	port_writer_start(w, port.fd, big, BIG);
	if (!port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000))
		DIE("it is not stuck");
}

/* The port's worker looks at its printer, and a status tells of a look that was asked for now. */
static bool looks_go_on(void)
{
	uint64_t asked = cd_now(), end = asked + 5 * CD_S;

	while (port_status(port.fd).out_sample_ns < asked)
		if (cd_now() > end)
			return false;
	return true;
}

static void status_meanwhile(void)
{
	struct cleardown_port_status st;
	struct cleardown_doc_result r;
	struct port_writer w;
	bool good = true;
	uint64_t worst = 0;

	stuck(&w, true);
	for (int i = 0; i < 20; i++) {
		uint64_t from = cd_now();

		st = port_status(port.fd);
		worst = cd_now() - from > worst ? cd_now() - from : worst;
	}
	EXPECT(good, worst < SLACK_MS * CD_MS);
	EXPECT_EQ(good, st.out_doc_state, CLEARDOWN_DOC_OPEN);
	EXPECT(good, st.out_accepted > st.out_confirmed);
	EXPECT(good, looks_go_on());
	sim_control(&port.dev, "stall off");
	EXPECT_EQ(good, port_writer_join(&w), BIG);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.confirmed, BIG);
	EXPECT_EQ(good, sim_value(&port.dev, "written"), BIG);
	end();
	tap(good, "status is answered while a write is stuck; then the job goes on, no byte lost");
}

/* Whoever has the port open for reading and the owner's user id. */
static int cancel_elsewhere(void)
{
	int fd = cd_open(port.dev.name, O_RDONLY);
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };

	arg.id = port_status(fd).out_doc + 1;
	if (cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg) != -ESTALE)
		return 1;
	arg.id--;
	return cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg) ? 2 : 0;
}

static void cancelled(void)
{
	struct cleardown_doc_result r;
	struct port_writer w;
	union cd_record rec;
	bool good = true;
	ssize_t accepted;
	int status;

	stuck(&w, true);
	if (!fork())
		_exit(cancel_elsewhere());
	wait(&status);
	EXPECT_EQ(good, status, 0);
	accepted = port_writer_join(&w);
	EXPECT(good, accepted > 0 && accepted < BIG);
	EXPECT_EQ(good, wait_doc(CLEARDOWN_DOC_CANCELLED, &rec), 0);
	EXPECT_EQ(good, write(port.fd, big, 10), -1);
	EXPECT_EQ(good, errno, ECANCELED);
	EXPECT_EQ(good, write(port.fd, big, 10), -1);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_CANCELLED);
	EXPECT_EQ(good, r.accepted, accepted);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	EXPECT_EQ(good, r.confirmed,
		  sim_value(&port.dev, "written") - sim_value(&port.dev, "flushed"));
	sim_control(&port.dev, "stall off");
	EXPECT_EQ(good, port_start(&port, "next"), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.confirmed, 1000);
	end();
	tap(good,
	    "M-16 CANCEL by another process ends a stuck write; of the rest nothing, next whole");
}

static void a_plain_writer_cancelled(void)
{
	struct port_writer w;
	bool good = true;
	int status;

	stuck(&w, false);
	if (!fork())
		_exit(cancel_elsewhere());
	wait(&status);
	EXPECT_EQ(good, status, 0);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT_EQ(good, write(port.fd, big, 10), -1);
	EXPECT_EQ(good, errno, ECANCELED);
	EXPECT_EQ(good, fsync(port.fd), 0);
	sim_control(&port.dev, "stall off");
	EXPECT_EQ(good, write(port.fd, big, 10), 10);
	EXPECT_EQ(good, fsync(port.fd), 0);
	end();
	tap(good,
	    "a plain writer's document that is cancelled: he is told once, then may begin anew");
}

static int set_timeouts(uint32_t set, uint32_t write_ms, uint32_t read_ms)
{
	struct cleardown_timeouts t = { sizeof(t), set, write_ms, read_ms, 0, 0 };

	return cd_ioctl(port.fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t);
}

/* What a write says that has no room: the link's own buffer may take what another one waited for. */
static int write_in_vain(void)
{
	ssize_t n;

	do {
		n = write(port.fd, big, BIG);
	} while (n > 0);
	return n < 0 ? -errno : 0;
}

static void timeouts(void)
{
	struct cleardown_timeouts t = { .size = sizeof(t) };
	bool good = true;
	char c;

	begin("deaf=1");
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t), 0);
	EXPECT_EQ(good, t.out_write_ms, 300000);
	EXPECT_EQ(good, t.out_read_ms, 0);
	EXPECT_EQ(good, set_timeouts(4, 1, 1), -EINVAL);
	EXPECT_EQ(good, set_timeouts(CLEARDOWN_TIMEOUT_WRITE | CLEARDOWN_TIMEOUT_READ, 100, 50), 0);
	sim_control(&port.dev, "stall on");
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT(good, write(port.fd, big, BIG) > 0);
	EXPECT_EQ(good, write_in_vain(), -ETIMEDOUT);
	EXPECT_EQ(good, read(port.fd, &c, 1), -1);
	EXPECT_EQ(good, errno, ETIMEDOUT);
	end();
	begin("deaf=1");
	t = (struct cleardown_timeouts){ .size = sizeof(t) };
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t), 0);
	EXPECT_EQ(good, t.out_write_ms, 300000);
	end();
	tap(good,
	    "M-16 TM-1 time-outs: a count where bytes were taken, else ETIMEDOUT; new each session");
}

static void back_channel(void)
{
	bool good = true;
	char buf[16];

	begin("deaf=1");
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT(good, port_status(port.fd).out_flags & CLEARDOWN_PORT_READS);
	sim_control(&port.dev, "say hello");
	EXPECT_EQ(good, read(port.fd, buf, sizeof(buf)), 5);
	EXPECT(good, !memcmp(buf, "hello", 5));
	end();
	tap(good, "what the printer says can be read while a document is open");
}

static short polled(short events, int ms)
{
	struct pollfd p = { .fd = port.fd, .events = events };

	poll(&p, 1, ms);
	return p.revents;
}

/* The link takes a buffer of its own until it is full. */
static bool fill(void)
{
	while (write(port.fd, big, 4096) > 0)
		;
	return errno == EAGAIN;
}

static void polls(void)
{
	bool good = true;

	begin("deaf=1");
	EXPECT_EQ(good, fcntl(port.fd, F_SETFL, O_NONBLOCK), 0);
	EXPECT_EQ(good, polled(POLLOUT, 5000), POLLOUT);
	EXPECT_EQ(good, port_start(&port, ""), 0);
	sim_control(&port.dev, "stall on");
	EXPECT(good, fill() && port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000));
	EXPECT(good, fill()); /* the link's own buffer took some of it meanwhile */
	port_status(port.fd);
	EXPECT_EQ(good, polled(POLLOUT | POLLPRI, 0), 0);
	sim_control(&port.dev, "stall off");
	EXPECT_EQ(good, polled(POLLOUT, 5000), POLLOUT);
	EXPECT_EQ(good, polled(POLLPRI, 5000), POLLPRI);
	port_status(port.fd);
	end();
	tap(good, "poll: room is POLLOUT, a changed status POLLPRI until it was looked at");
}

static void nonblocking_begin(void)
{
	bool good = true;
	ssize_t n;

	begin("deaf=1");
	EXPECT_EQ(good, fcntl(port.fd, F_SETFL, O_NONBLOCK), 0);
	n = write(port.fd, big, 10);
	if (n < 0) { /* else the document had begun before the write looked for room */
		EXPECT_EQ(good, errno, EAGAIN);
		EXPECT_EQ(good, polled(POLLOUT, 5000), POLLOUT);
		n = write(port.fd, big, 10);
	}
	EXPECT_EQ(good, n, 10);
	end();
	tap(good, "a write without waiting begins the document, poll tells when it has begun");
}

/* What a write says that found the document begun, or learnt that there will be none. */
static int write_answered(void)
{
	uint64_t end = cd_now() + 5000 * CD_MS;
	ssize_t n;

	do {
		polled(POLLOUT, 100);
		n = write(port.fd, big, 10);
	} while (n < 0 && errno == EAGAIN && cd_now() < end);
	return n < 0 ? -errno : (int)n;
}

static void nonblocking_cancelled(void)
{
	bool good = true;

	begin("deaf=1");
	EXPECT_EQ(good, fcntl(port.fd, F_SETFL, O_NONBLOCK), 0);
	sim_control(&port.dev, "stall on");
	EXPECT_EQ(good, write_answered(), 10);
	EXPECT_EQ(good, cancel_elsewhere(), 0);
	EXPECT(good, port_wait_doc(port.fd, CLEARDOWN_DOC_CANCELLED, 5000));
	EXPECT_EQ(good, write_answered(), -ECANCELED);
	EXPECT_EQ(good, port_status(port.fd).out_doc_state, CLEARDOWN_DOC_CANCELLED);
	sim_control(&port.dev, "stall off");
	EXPECT_EQ(good, write_answered(), 10);
	end();
	tap(good, "M-16 a writer that does not wait is told once that his document was cancelled");
}

/* ---- the language monitor ---- */

/* The name that the monitor gave the job, as it stands in the header on the link's loop. */
static void pjl_printed(void)
{
	struct cleardown_doc_result r = { 0 };
	struct cleardown_op_end_doc in = { .flags = CLEARDOWN_END_DOC_PRINTED };
	union cd_record rec;
	bool good = true;

	begin("deaf=1 monitor=pjl");
	EXPECT_EQ(good, port_start(&port, "letter"), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT_EQ(good, port_status(port.fd).out_accepted, 1000);
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, 77, &in, sizeof(in), NULL), 0);
	EXPECT_EQ(good, cd_wait(port.events, 77, &rec, 300), -ETIMEDOUT);
	sim_control(&port.dev, "say @PJL USTATUS DEVICE\\r\\nCODE=41001\\r\\n"
			       "DISPLAY=\"PAPER OUT\"\\r\\nONLINE=FALSE\\r\\n\\f");
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_PAPER | CLEARDOWN_PORT_OFFLINE, 5000));
	EXPECT(good, !strcmp(port_status(port.fd).out_display, "PAPER OUT"));
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, 78, &in, sizeof(in), NULL), 0);
	end();
	EXPECT_EQ(good, r.number, 0);
	tap(good,
	    "RM-6 TM-2 with PJL sent is not printed: EndDoc waits, what it added is not counted");
}

int main(void)
{
	many_documents();
	out_of_order();
	refused();
	status_meanwhile();
	cancelled();
	a_plain_writer_cancelled();
	timeouts();
	back_channel();
	polls();
	nonblocking_begin();
	nonblocking_cancelled();
	pjl_printed();
	return tap_done();
}
