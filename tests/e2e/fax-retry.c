// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that fail, each with its event, and when they are tried again. The clock of the wall is set
 * forward, and the daemon sees that its jobs are due.
 *
 * usage: fax-retry TTY NUMBER	with the machines 200, which receives, and 201, a voice
 */
#define _GNU_SOURCE

#include "faxd.h"

static struct desk desk;

/* A call has failed with @event and the job waits for @seconds. */
static bool waits_after(uint64_t job, uint32_t event, unsigned int n, int seconds)
{
	struct wanted w = { CLEARDOWN_EV_FAX, SESSION, job, event, 0 };
	bool good = tape_wait(&desk.tape, w, n, CALL_MS, NULL);
	char text[80];
	long long wait;

	EXPECT_EQ(good, fax_job_state(desk.server, job), CLEARDOWN_JS_RETRYING);
	wait = atoll(faxd_job(job, "not_before", text)) - time(NULL);
	EXPECT(good, wait > seconds - 20 && wait <= seconds);
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	return good;
}

static void busy_then_not(void)
{
	uint64_t job;
	bool good = bank("busy 200 on");

	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, waits_after(job, CLEARDOWN_FEI_BUSY, 1, 180));
	tap(good, "busy: it waits three minutes, the modem is free");
	good = true;
	later_by(181);
	EXPECT(good, waits_after(job, CLEARDOWN_FEI_BUSY, 2, 180));
	EXPECT(good, faxd_job_is(job, "calls", "2") && faxd_job_is(job, "paid", "0"));
	tap(good, "when they are over it is called for again, and nothing was paid");
	good = bank("busy 200 off");
	later_by(181);
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	tap(good, "and the third call sends it");
}

static void other_causes(void)
{
	uint64_t job = send_fax(desk.server, "fax1.tif", "999", NULL);
	bool good = job;

	EXPECT(good, waits_after(job, CLEARDOWN_FEI_NO_DIAL_TONE, 1, 120));
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	tap(good, "no dial tone: two minutes");
	good = bank("noanswer 200 on");
	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, waits_after(job, CLEARDOWN_FEI_NO_ANSWER, 1, 900));
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	bank("noanswer 200 off");
	tap(good, "no answer: a quarter of an hour");
}

/* A voice where a fax was to be: twice, and no more. */
static void tries_exceeded(void)
{
	uint64_t job = send_fax(desk.server, "fax1.tif", "201", NULL);
	bool good = job;

	EXPECT(good, waits_after(job, CLEARDOWN_FEI_NO_ANSWER, 1, 600));
	EXPECT(good, faxd_job_is(job, "outcome", "no-fax"));
	later_by(601);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, CALL_MS));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_NO_ANSWER, job), 2);
	EXPECT(good, faxd_job_is(job, "state", "failed"));
	tap(good, "no fax there: a second try, then the job has failed");
}

static void out_of_time(void)
{
	char args[64];
	uint64_t job;
	bool good = bank("busy 200 on");

	snprintf(args, sizeof(args), "kill=%lld", (long long)time(NULL) + 60);
	job = send_fax(desk.server, "fax1.tif", "200", args);
	EXPECT(good, waits_after(job, CLEARDOWN_FEI_BUSY, 1, 180));
	later_by(61);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 1);
	EXPECT(good, faxd_job_is(job, "state", "failed") && faxd_job_is(job, "calls", "1"));
	tap(good, "a job whose time is over fails, without another call");
	bank("busy 200 off");
}

/* Nobody's work: the service ends by itself, and the daemon is there for the next session. */
static void idle(void)
{
	bool good = fax_parameter("fax_idle_ms", 1000);
	uint64_t job;

	EXPECT_EQ(good, fax_close(desk.server, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_FAXSVC_ENDED, 0, 20000));
	EXPECT(good, desk_quiet(&desk));
	tap(good, "F-11 with the daemon there the idle service ends, and the modem's line is free");
	good = fax_parameter("fax_idle_ms", 0);
	close(desk.server);
	desk.server = fax_connect(O_RDWR);
	EXPECT_EQ(good, fax_events(desk.server, desk.tape.events, SESSION, NULL), 0);
	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, desk_job_ends(&desk, job));
	tap(good, "the next session is served by the same daemon");
}

int main(int argc, char **argv)
{
	static const char *const more[] = { "--dial-seconds", "20", NULL };

	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, more), "a line, and its daemon"))
		return 1;
	busy_then_not();
	other_causes();
	tries_exceeded();
	out_of_time();
	idle();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
