// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service with a daemon that answers: the last server handle is closed in the middle of a page,
 * the events go on to the last one, the idle time runs from the end of the call, and then all of it
 * is given back until somebody connects. A line whose tty somebody else has, as a getty would, and a
 * machine that is suspended in the middle of a page.
 *
 * usage: fax-idle TTY NUMBER	with the machine 200, which sends fax2.tif and receives
 */
#define _GNU_SOURCE

#include "faxd.h"
#include "power.h"

#define IDLE_MS 3000

static struct desk desk;
static int watch; /* an observer's file of the line: no use of the service */

static struct wanted event(uint32_t which)
{
	return (struct wanted){ CLEARDOWN_EV_FAX, SESSION, 0, which, 0 };
}

static unsigned int told(uint32_t which)
{
	return desk_count(&desk, which, 0);
}

static bool told_again(uint32_t which, unsigned int before, int ms)
{
	return tape_wait(&desk.tape, event(which), before + 1, ms, NULL);
}

/* The flags of the line, set through a port. */
static bool set_port(uint32_t flags)
{
	struct cleardown_fax_port set = { .set = CLEARDOWN_FAX_SET_FLAGS, .flags = flags };
	struct cleardown_fax_open_port arg;
	int fd = fax_open_port(desk.server, fax_line_id(desk.server, desk.name),
			       CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	bool good = fd >= 0 && !fax_port(fd, &set);

	if (fd >= 0) {
		fax_close(fd, NULL);
		close(fd);
	}
	return good;
}

static bool running(void)
{
	struct cleardown_fax_line st = { .out_running = 2 };

	fax_line(watch, CLEARDOWN_FAX_LINE_ASK, &st);
	return st.out_running;
}

/* When the last event of this kind was, by the kernel's clock. */
static uint64_t last_at(uint32_t which)
{
	union cd_record rec = { 0 };

	tape_wait(&desk.tape, event(which), told(which), 0, &rec);
	return rec.ev.ns;
}

/* A call in whose first page the last handle is closed. */
static void a_reception(void)
{
	unsigned int receiving = told(CLEARDOWN_FEI_RECEIVING);
	unsigned int completed = told(CLEARDOWN_FEI_COMPLETED);
	unsigned int idle = told(CLEARDOWN_FEI_IDLE), ended = told(CLEARDOWN_FEI_FAXSVC_ENDED);
	bool good = bank("waitfor 200 idle 60000") && bank("dial 200 101");

	EXPECT(good, told_again(CLEARDOWN_FEI_RECEIVING, receiving, CALL_MS));
	EXPECT_EQ(good, fax_close(desk.server, NULL), 0);
	close(desk.server);
	EXPECT(good, told_again(CLEARDOWN_FEI_IDLE, idle, CALL_MS));
	EXPECT_EQ(good, told(CLEARDOWN_FEI_COMPLETED), completed + 1);
	EXPECT(good, told(CLEARDOWN_FEI_RECEIVING) >= receiving + 4); /* each page, and its end */
	EXPECT_EQ(good, told(CLEARDOWN_FEI_IDLE), idle + 1);
	EXPECT_EQ(good, told(CLEARDOWN_FEI_FAXSVC_ENDED), ended);
	EXPECT(good, !desk.tape.garbled);
	tap(good,
	    "F-10 RF-1 the last handle is closed in a page: the call goes on, events to the last");
}

static void the_end(void)
{
	unsigned int ended = told(CLEARDOWN_FEI_FAXSVC_ENDED);
	bool good = true;

	EXPECT(good, ended || told_again(CLEARDOWN_FEI_FAXSVC_ENDED, 0, 10 * IDLE_MS));
	EXPECT(good, tape_catch_up(&desk.tape));
	EXPECT_EQ(good, desk.tape.rec[desk.tape.n - 1].ev.p1, CLEARDOWN_FEI_FAXSVC_ENDED);
	EXPECT(good, last_at(CLEARDOWN_FEI_FAXSVC_ENDED) - last_at(CLEARDOWN_FEI_IDLE) >=
			     IDLE_MS * CD_MS);
	EXPECT(good, !running());
	tap(good, "F-11 F-12 the idle time runs from the end of the call, then the service ends");
	good = true;
	EXPECT(good, faxd_line_is("state", "free", 20000));
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, modem_usable(desk.tty));
	EXPECT(good, cd_live_is("handles", 2)); /* the daemon's and the observer's */
	EXPECT(good, cd_live_is("records", 0));
	tap(good, "F-11 the modem is on-hook, its line free, the memory returned");
}

/* The daemon is told and looks at the line's port: a connection of its own, and a short one. */
static struct cleardown_fax_status alone(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_fax_status st = fax_status(desk.server);

	while (st.out_servers != 1 && cd_now() < end) {
		between_looks();
		st = fax_status(desk.server);
	}
	return st;
}

static void the_next_session(void)
{
	struct cleardown_fax_status st;
	unsigned int n = desk.tape.n;
	bool good = true;

	desk.server = fax_connect(O_RDWR);
	EXPECT(good, faxd_line_is("state", "listening", 20000));
	st = alone();
	EXPECT_EQ(good, st.out_servers, 1);
	EXPECT_EQ(good, st.out_queues, 0);
	EXPECT_EQ(good, st.out_ports, 0);
	EXPECT_EQ(good, st.out_jobs, 0);
	EXPECT(good, tape_catch_up(&desk.tape));
	EXPECT_EQ(good, desk.tape.n, n);
	EXPECT_EQ(good, fax_events(desk.server, desk.tape.events, SESSION, NULL), 0);
	EXPECT(good, told_again(CLEARDOWN_FEI_FAXSVC_STARTED, 1, 5000));
	tap(good, "TF-2 who connects begins a session: the daemon listens, the queue is told anew");
	fax_parameter("fax_idle_ms", 0);
	tap(set_port(CLEARDOWN_FAX_PORT_SEND) && faxd_line_is("state", "free", 20000),
	    "told to receive no more it gives the line back");
}

/* ---- somebody else has the tty ---- */

static bool job_is(uint64_t job, uint32_t state)
{
	uint64_t end = cd_now() + 20 * CD_S;

	while (fax_job_state(desk.server, job) != state && cd_now() < end)
		between_looks();
	return fax_job_state(desk.server, job) == state;
}

/* Nobody has work for the line, and so nobody takes it: that it is free shows all the same. */
static void a_getty_leaves(void)
{
	int getty = open(desk.tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	uint64_t job, end;
	bool good = getty >= 0;

	bank("waitfor 200 idle 60000");
	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, job && job_is(job, CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE));
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_UNAVAILABLE);
	close(getty);
	for (end = cd_now() + 20 * CD_S; cd_now() < end; between_looks())
		if (fax_fps(desk.server, desk.name) == CLEARDOWN_FPS_AVAILABLE)
			break;
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_AVAILABLE);
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	tap(good, "a tty that its holder has left is AVAILABLE, without a job for it");
}

static void behind_a_getty(void)
{
	int getty = open(desk.tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	pid_t daemon = desk.daemon;
	bool good = getty >= 0;
	uint64_t job;

	bank("waitfor 200 idle 60000");
	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, job && job_is(job, CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE));
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_UNAVAILABLE);
	EXPECT(good, faxd_line_is("state", "unavailable", 5000));
	EXPECT(good, faxd_job_is(job, "state", "pending"));
	EXPECT_EQ(good, fcntl(getty, F_SETFL, O_NONBLOCK), 0); /* its file is alive */
	tap(good, "P-15 a tty that somebody else has: UNAVAILABLE, and the job waits with NOLINE");
	good = true;
	close(getty);
	EXPECT(good, desk_gets_to_phase(job, "dialing"));
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	EXPECT(good, !kill(daemon, 0) && daemon == desk.daemon);
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_AVAILABLE);
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	tap(good, "P-15 it lets go and the job is sent, with nothing restarted");
}

/* ---- a suspend ---- */

/* The call is lost, the daemon knows why, and its next one has all pages. */
static void slept_through(void)
{
	uint64_t job = desk_job_in(&desk, "fax2.tif", NULL, "page");
	bool good = job;

	EXPECT(good, power_suspend());
	power_put("/sys/power/pm_test", "none");
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_FATAL_ERROR, job, 20000));
	EXPECT(good, faxd_job_is(job, "outcome", "device-gone"));
	EXPECT(good, bank_waits(desk.number, "onhook", 5000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	later_by(1000); /* it was a call that failed, and so there is a pause */
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 2));
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	tap(good,
	    "a machine suspended in a page: hung up, told as lost, and sent by the next call");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line with its daemon"))
		return 1;
	watch = cd_open(desk.name, O_RDONLY);
	tap(set_port(CLEARDOWN_FAX_PORT_SEND | CLEARDOWN_FAX_PORT_RECEIVE) &&
		    fax_parameter("fax_idle_ms", IDLE_MS) &&
		    faxd_line_is("state", "listening", 20000),
	    "it listens, and the service has an idle time");
	a_reception();
	the_end();
	the_next_session();
	a_getty_leaves();
	behind_a_getty();
	slept_through();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	close(watch);
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
