// SPDX-License-Identifier: GPL-2.0-only
/*
 * FaxAbort in each phase of a call: it is over within the 5 s of line time, by one event and one more
 * for the job's number, and the modem is anybody's.
 *
 * usage: fax-abort TTY NUMBER	with the machine 200, which receives
 */
#define _GNU_SOURCE

#include "faxd.h"

static struct desk desk;

/* From FaxAbort to DELETED, in ms; -1: not at all. */
static long long aborted(uint64_t job)
{
	uint64_t since = cd_now();

	if (fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL) ||
	    !desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000))
		return -1;
	return (cd_now() - since) / CD_MS;
}

static void abort_in(const char *phase, unsigned int after_ms)
{
	uint64_t job = desk_job_in(&desk, "fax3.tif", NULL, phase);
	bool good = job;
	long long took;

	if (after_ms)
		usleep(after_ms * 1000);
	took = aborted(job);
	EXPECT(good, took >= 0 && took < 1250 + 2 * SLACK_MS);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_ABORTING, job), 1);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 1);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_COMPLETED, job), 0);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 0);
	EXPECT(good, faxd_line_is("state", "free", 5000));
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, modem_usable(desk.tty));
	EXPECT(good, faxd_job_is(job, "state", ""));
	bank("waitfor 200 idle 30000");
	tap(good, "aborted in '%s': over in %lld ms, one event, the modem answers", phase, took);
}

/* Everything is over there, and DCN is on its way. */
static void abort_at_the_end(void)
{
	uint64_t job = desk_job_in(&desk, "fax1.tif", NULL, "leaving");
	bool good = job;
	int ret = fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL);

	EXPECT(good, !ret || ret == -EINVAL);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_ABORTING, job), !ret);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_COMPLETED, job), !!ret);
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 1);
	EXPECT(good, log_has("\"confirmed\":1"));
	bank("waitfor 200 idle 30000");
	tap(good, "RF-7 aborted when all has been sent: one end, and the log has the truth");
}

/* By the socket: to the kernel the provider's job has failed. */
static void removed_in_a_call(void)
{
	uint64_t job = desk_job_in(&desk, "fax3.tif", NULL, "page");
	bool good = job;
	struct json_object *o;
	char request[80];

	snprintf(request, sizeof(request), "{\"op\":\"rm\",\"job\":\"%llu\"}",
		 (unsigned long long)job);
	o = faxd_asks(request);
	EXPECT(good, json_object_get_boolean(json_object_object_get(o, "ok")));
	json_object_put(o);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	EXPECT(good, faxd_line_is("state", "free", 5000));
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, faxd_job_is(job, "state", ""));
	bank("waitfor 200 idle 30000");
	tap(good, "removed by the daemon's socket in a page: the call ends, the job is gone");
}

static void the_next_one(void)
{
	uint64_t job = send_fax(desk.server, "fax1.tif", "200", NULL);
	bool good = job;

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	tap(good, "and after all of them a fax goes through");
}

/* A job that waits is paused, resumed, and not called for in between. */
static void paused(void)
{
	char args[40];
	uint64_t job, marker;
	bool good = true;

	snprintf(args, sizeof(args), "at=%lld", (long long)time(NULL) + 3600);
	job = send_fax(desk.server, "fax1.tif", "200", args);
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_PAUSE, NULL), 0);
	EXPECT(good, faxd_job_is(job, "paused", "true"));
	snprintf(args, sizeof(args), "at=%lld", (long long)time(NULL) + 3601);
	marker = send_fax(desk.server, "fax1.tif", "200", args);
	later_by(3602);
	/* by then it was the other one's turn */
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DIALING, marker, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DIALING, job), 0);
	EXPECT_EQ(good, fax_job_state(desk.server, job), CLEARDOWN_JS_PAUSED);
	EXPECT(good, aborted(marker) >= 0);
	EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_RESUME, NULL), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DIALING, job, 20000));
	EXPECT(good, aborted(job) >= 0);
	tap(good, "a paused job is not called for until it is resumed");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	abort_in("dialing", 0);
	abort_in("dialing", 500);
	abort_in("answered", 0);
	abort_in("training", 0);
	abort_in("page", 300);
	abort_in("page-end", 0);
	abort_at_the_end();
	removed_in_a_call();
	the_next_one();
	paused();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
