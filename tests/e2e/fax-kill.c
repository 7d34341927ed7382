// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon, its client, or both are killed at points of a call: the modem is on-hook and its line
 * free, the job goes on or has told its end, and is completed once.
 *
 * usage: fax-kill TTY NUMBER [POINTS SEED]	with the machine 200, which receives; POINTS at random
 *						times instead of one in each phase
 */
#define _GNU_SOURCE

#include "faxd.h"

enum { CLIENT = 1, DAEMON = 2, BOTH = 3 };

static const char *const whom[] = { "", "RF-8 the client", "PR-8 the daemon",
				    "PR-8 RF-8 client and daemon" };

static struct desk desk;

/* A client hands the document in, and waits for what becomes of it until he is killed. */
static pid_t client(uint64_t *job)
{
	int said[2];
	pid_t pid;

	*job = 0;
	if (pipe(said))
		return -1;
	pid = fork();
	if (!pid) {
		int server = fax_connect(O_RDWR), events = cd_events();
		uint64_t id;

		fax_events(server, events, SESSION + 1, NULL);
		id = send_fax(server, "fax2.tif", "200", NULL);
		if (write(said[1], &id, sizeof(id)) == sizeof(id))
			pause();
		_exit(1);
	}
	if (read(said[0], job, sizeof(*job)) != sizeof(*job))
		*job = 0;
	close(said[0]);
	close(said[1]);
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* At once, or not at all: a job that has ended has told so, with all its pages. */
static void judge_death(uint64_t job, bool *good)
{
	struct cleardown_fax_job entry;

	if (fax_job(desk.server, job, &entry)) {
		EXPECT(*good,
		       entry.out_state == (CLEARDOWN_JS_RETRYING | CLEARDOWN_JS_NOLINE) ||
			       entry.out_state == (CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE));
		EXPECT(*good, entry.out_flags & CLEARDOWN_FAX_JOB_ORPHAN);
	} else {
		EXPECT(*good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 2));
	}
}

static void kill_in(int who, const char *phase, unsigned int after_ms)
{
	bool good = true;
	uint64_t job;
	pid_t pid;
	int i;

	for (i = 0; i < TRIES; i++) {
		pid = client(&job);
		if (job && (!phase || desk_gets_to(job, "phase", phase)))
			break;
		reap(pid);
		desk_forget(&desk, job);
	}
	EXPECT(good, i < TRIES);
	usleep(after_ms * 1000);
	if (who & DAEMON) {
		EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
		EXPECT(good, desk_quiet(&desk));
		judge_death(job, &good);
	}
	if (who & CLIENT)
		reap(pid);
	if (who & DAEMON) {
		bank("waitfor 200 idle 60000");
		EXPECT(good, faxd_start(&desk, NULL));
	}
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 2));
	if (!(who & CLIENT))
		reap(pid);
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	bank("waitfor 200 idle 60000");
	tap(good, "%s killed in '%s' + %u ms: on-hook, free, the job completed once", whom[who],
	    phase ? phase : "the call", after_ms);
}

/* TCF is behind the beginning of training, EOP and its MCF are before the end of the last page. */
static void each_phase(void)
{
	kill_in(DAEMON, "dialing", 0);
	kill_in(BOTH, "answered", 0);
	kill_in(DAEMON, "training", 0);
	kill_in(BOTH, "training", 400);
	kill_in(DAEMON, "page", 0);
	kill_in(BOTH, "page", 600);
	kill_in(DAEMON, "page-end", 0);
	kill_in(DAEMON, "leaving", 0);
	kill_in(CLIENT, "page", 0);
}

static void at_random(int points, unsigned int seed)
{
	int i;

	srand(seed);
	for (i = 0; i < points; i++)
		kill_in(DAEMON + (rand() & 1), NULL, (unsigned int)rand() % 7000);
}

int main(int argc, char **argv)
{
	uint64_t job;
	bool good;

	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	if (argc > 4) {
		alarm(0);
		at_random(atoi(argv[3]), (unsigned int)atoi(argv[4]));
	} else {
		each_phase();
	}
	job = send_fax(desk.server, "fax2.tif", "200", NULL);
	good = desk_job_ends(&desk, job);
	EXPECT(good, same_fax("fax2.tif", "rx.tif"));
	tap(good, "after all of them a fax goes through");
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
