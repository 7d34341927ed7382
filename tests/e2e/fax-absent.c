// SPDX-License-Identifier: GPL-2.0-only
/*
 * No daemon comes for a job, and the kernel gives it up: what the next one makes of the job, in the same
 * start of the machine and in another one.
 *
 * usage: fax-absent TTY NUMBER same		the machine goes on
 *	  fax-absent TTY NUMBER leave		leaves a job that was given up
 *	  fax-absent TTY NUMBER find STATE	the daemon takes it up as that, or ends it
 *	  fax-absent down SECONDS		writes that the machine was shut down so long after
 *						the daemon had ended
 */
#define _GNU_SOURCE
#include <utmpx.h>

#include "faxd.h"

#define AWAY "cleardown-faxd was away for too long"
#define WTMP "/var/log/wtmp"
#define LEFT "/tmp/left" /* the job's number, for the next run */

static struct desk desk;

static uint64_t a_job_for_later(void)
{
	char args[40];
	uint64_t job;

	snprintf(args, sizeof(args), "at=%lld", (long long)time(NULL) + 36000);
	job = send_fax(desk.server, "fax1.tif", "200", args);
	return job && faxd_job_is(job, "state", "pending") ? job : 0;
}

/* The daemon ends in order, and the kernel waits @ms for another one. */
static bool given_up(uint64_t job, int ms)
{
	bool good = true;

	fax_parameter("fax_adopt_ms", ms);
	EXPECT_EQ(good, faxd_end(&desk, SIGTERM, 20000), 0);
	EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 20000));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	return good;
}

static void in_the_same_start(void)
{
	uint64_t job = a_job_for_later(), other;
	bool good = job && given_up(job, 2000);

	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT(good, faxd_job_is(job, "state", "failed") && faxd_job_is(job, "text", AWAY));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_DELETED, job), 1);
	tap(good, "given up by the kernel: failed, with the reason, and not told again");
	fax_parameter("fax_adopt_ms", 60000);
	other = a_job_for_later();
	good = other;
	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(good, faxd_start(&desk, NULL));
	EXPECT(good, faxd_job_is(other, "state", "pending"));
	EXPECT_EQ(good, fax_job_set(desk.server, other, CLEARDOWN_JC_DELETE, NULL), 0);
	tap(good, "one that is taken up in time goes on");
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
}

static void leave(void)
{
	uint64_t job = a_job_for_later();
	FILE *f = fopen(LEFT, "w");
	bool good = job && f && fprintf(f, "%llu", (unsigned long long)job) > 0 && !fclose(f);

	tap(good && given_up(job, 100), "a job that the kernel has given up");
}

static void find(const char *state)
{
	bool fails = !strcmp(state, "failed");
	FILE *f = fopen(LEFT, "r");
	unsigned long long job = 0;
	bool good = true;

	EXPECT(good, f && fscanf(f, "%llu", &job) == 1 && !fclose(f));
	EXPECT(good, faxd_job_is(job, "state", state));
	EXPECT(good, faxd_job_is(job, "text", fails ? AWAY : ""));
	if (fails) {
		EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
		EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_FATAL_ERROR, job), 1);
	} else {
		EXPECT_EQ(good, fax_job_state(desk.server, job), CLEARDOWN_JS_PENDING);
		EXPECT_EQ(good, fax_job_set(desk.server, job, CLEARDOWN_JC_DELETE, NULL), 0);
		EXPECT(good, desk_wait(&desk, CLEARDOWN_FEI_DELETED, job, 5000));
	}
	tap(good, "its state is %s", state);
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
}

static int down(int seconds)
{
	struct utmpx u = { .ut_type = RUN_LVL, .ut_user = "shutdown", .ut_id = "~~" };
	FILE *f = fopen(FAXD_SPOOL "/alive", "r");
	long long last = 0;

	if (!f || fscanf(f, "%lld", &last) != 1)
		return 1;
	fclose(f);
	u.ut_tv.tv_sec = (int)last + seconds;
	updwtmpx(WTMP, &u);
	return access(WTMP, R_OK);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return down(atoi(argv[2]));
	if (argc < 4)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	if (!strcmp(argv[3], "same"))
		in_the_same_start();
	else if (!strcmp(argv[3], "leave"))
		leave();
	else
		find(argv[4]);
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
