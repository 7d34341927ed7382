// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon, its client, or both are killed at points of a call: the modem is on-hook and its line
 * free, the job goes on or has told its end, and is completed once.
 *
 * usage: fax-kill TTY NUMBER [POINTS SEED]	with the machines 200 and, without ECM, 201, which
 *						receive; each point for each of them, and then POINTS
 *						at random times, instead of one at each point
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
		id = send_fax(server, "fax2.tif", desk.far, NULL);
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

/**
 * struct point - of a call
 * @name: of it
 * @frame: the far machine has "heard:" or "said:" it; NULL: @phase is the daemon's
 * @phase: it has begun; NULL: anywhere
 * @after_ms: so much of the line's time later
 * @who: is killed there in the short form
 */
struct point {
	const char *name;
	const char *frame;
	const char *phase;
	unsigned int after_ms;
	int who;
};

static const struct point points[] = {
	{ "dial", NULL, "dialing", 0, DAEMON },	     { "DIS", NULL, "answered", 0, BOTH },
	{ "DCS", NULL, "training", 0, DAEMON },	     { "TCF", NULL, "training", 1600, BOTH },
	{ "page", NULL, "page", 0, DAEMON },	     { "page", NULL, "page", 2400, BOTH },
	{ "MPS", "heard:MPS", NULL, 0, DAEMON },     { "MCF", "said:MCF", NULL, 0, BOTH },
	{ "page end", NULL, "page-end", 0, DAEMON }, { "EOP", "heard:EOP", NULL, 0, BOTH },
	{ "leaving", NULL, "leaving", 0, DAEMON },   { "DCN", "heard:DCN", NULL, 0, BOTH },
	{ "page", NULL, "page", 0, CLIENT },
};

#define POINTS (sizeof(points) / sizeof(points[0]))

/* What a machine has heard is that of its last call until it has this one. */
static bool far_gets_to(uint64_t job, const char *frame)
{
	uint64_t end = cd_now() + CALL_MS * CD_MS;
	char outcome[80];

	if (!desk_gets_to_phase(job, "dialing") || !bank_waits(desk.far, "up", 20000))
		return false;
	while (cd_now() < end && !*faxd_job(job, "outcome", outcome))
		if (bank("waitfor %s %s 1000", desk.far, frame))
			return true;
	return bank("waitfor %s %s 1", desk.far, frame);
}

static bool gets_to(uint64_t job, const struct point *p)
{
	if (p->frame)
		return far_gets_to(job, p->frame);
	return !p->phase || desk_gets_to_phase(job, p->phase);
}

/* A client whose job's call is at @p, or 0. */
static pid_t client_at(const struct point *p, uint64_t *job)
{
	pid_t pid = client(job);

	if (*job && gets_to(*job, p))
		return pid;
	reap(pid);
	return 0;
}

static void kill_daemon(uint64_t job, bool *good)
{
	EXPECT_EQ(*good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(*good, desk_quiet(&desk));
	judge_death(job, good);
}

static void kill_at(const struct point *p, int who)
{
	bool good = true;
	uint64_t job;
	pid_t pid;

	desk.far = p->frame ? "201" : "200"; /* with ECM it is PPS that goes by */
	pid = client_at(p, &job);
	EXPECT(good, pid);
	usleep(line_ms(p->after_ms) * 1000);
	if (who & DAEMON)
		kill_daemon(job, &good);
	if (who & CLIENT && pid)
		reap(pid);
	if (who & DAEMON) {
		bank("waitfor %s idle 60000", desk.far);
		EXPECT(good, faxd_start(&desk, NULL));
	}
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, 2));
	if (!(who & CLIENT) && pid)
		reap(pid);
	EXPECT(good, faxd_line_is("state", "free", 5000) && desk_quiet(&desk));
	bank("waitfor %s idle 60000", desk.far);
	tap(good, "%s killed at %s + %u ms: on-hook, free, the job completed once", whom[who],
	    p->name, p->after_ms);
}

static void each_point(void)
{
	size_t i;

	for (i = 0; i < POINTS; i++)
		kill_at(&points[i], points[i].who);
}

static void each_point_for_each(void)
{
	size_t i;
	int who;

	for (i = 0; i < POINTS; i++)
		for (who = CLIENT; who <= BOTH; who++)
			kill_at(&points[i], who);
}

static void at_random(int n, unsigned int seed)
{
	int i;

	srand(seed);
	for (i = 0; i < n; i++) {
		struct point p = { .name = "any time", .after_ms = (unsigned int)rand() % 28000 };

		kill_at(&p, DAEMON + (rand() & 1));
	}
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
		each_point_for_each();
		at_random(atoi(argv[3]), (unsigned int)atoi(argv[4]));
	} else {
		each_point();
	}
	desk.far = "200";
	job = send_fax(desk.server, "fax2.tif", "200", NULL);
	good = desk_job_ends(&desk, job);
	EXPECT(good, same_fax("fax2.tif", "rx.tif"));
	tap(good, "after all of them a fax goes through");
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
