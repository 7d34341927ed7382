// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open, ask, end: very often, with a random number of requests outstanding and a random end. After
 * each end every accepted request has exactly one completion, all of them are numbered at or below
 * the number that the close gave, and nothing of that handle comes later. At the end nothing is
 * left: not an object, not a byte that grows with the rounds.
 *
 * usage: rounds [--rounds N] [--threads N] [--kills N] [--seed N] [--tty PATH]
 */
#include <getopt.h>
#include <pthread.h>
#include <sys/wait.h>

#include "simphone.h"
#include "tap.h"

#define MAX_REQUESTS 9
#define MAX_THREADS 32
/* A call is cleared by DTR, which takes half a second and as much again at the next open. */
#define KINDS 4000
#define CALLS 2
/* Per round it would be less than 32 bytes: no leak of an object hides in it. */
#define SLAB_NOISE_KB 3072

enum ending { END_CLOSE, END_FILE, END_CTL, END_RACE, END_VANISH, END_KILL, ENDINGS };

static const char *const ending_names[ENDINGS] = {
	"CLOSE", "close(2)", "ctl", "ctl against CLOSE", "vanish", "kill -9",
};

/* Of a hundred rounds; the rest are plain CLOSEs. A serial line cannot vanish here. */
static const unsigned int shares[ENDINGS] = { 0, 20, 12, 8, 4, 0 };

/**
 * struct worker - one thread with a phone of its own
 * @thread: it
 * @phone: its phone
 * @events: its queue, for all of its rounds
 * @rounds: still to do
 * @state: of the generator
 * @cookie: of the present round
 * @seq: number of the last record read
 * @ends: how often each ending was taken
 * @failed: what was wrong first, or NULL
 */
struct worker {
	pthread_t thread;
	struct simphone phone;
	int events;
	unsigned long rounds;
	uint64_t state;
	uint64_t cookie;
	uint64_t seq;
	unsigned long ends[ENDINGS];
	const char *failed;
};

/**
 * struct round - what one round asked for and got
 * @handle: id of its handle
 * @asked: requests accepted
 * @limit: no record may have a higher number
 * @completed: bit for each request that has completed
 * @closes: PHONE_CLOSE records
 */
struct round {
	uint64_t handle;
	unsigned int asked;
	uint64_t limit;
	uint32_t completed;
	unsigned int closes;
};

static const char *tty;

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 16) % below;
}

/* Remembers the first thing that went wrong, with where it was. */
#define WRONG(w, what)                                                                      \
	do {                                                                                \
		if (!(w)->failed) {                                                         \
			(w)->failed = (what);                                               \
			fprintf(stderr, "# %s round %llu: %s (line %d)\n", (w)->phone.name, \
				(unsigned long long)(w)->cookie, (what), __LINE__);         \
		}                                                                           \
	} while (0)

/* ---- requests ---- */

static int ask(int fd, uint64_t id, uint32_t kind)
{
	static const struct cleardown_op_level level = { CLEARDOWN_HOOKDEV_SPEAKER, 0x8000 };
	static const struct cleardown_op_hookswitch hook = { CLEARDOWN_HOOKDEV_HANDSET,
							     CLEARDOWN_HOOKMODE_MICSPEAKER };

	if (kind < CALLS / 2)
		return cd_submit(fd, CLEARDOWN_OP_DIAL, id, "102", 3, NULL);
	if (kind < CALLS)
		return cd_submit(fd, CLEARDOWN_OP_SET_HOOKSWITCH, id, &hook, sizeof(hook), NULL);
	if (kind < KINDS / 2)
		return cd_submit(fd, CLEARDOWN_OP_SET_VOLUME, id, &level, sizeof(level), NULL);
	return cd_submit(fd, CLEARDOWN_OP_DEV_SPECIFIC, id, "I", 1, NULL);
}

/* Opens and asks; returns the file, or -1. */
static int start(struct worker *w, struct round *r, unsigned int requests)
{
	struct cleardown_info info = { .size = sizeof(info) };
	int fd = cd_open(w->phone.name, O_RDWR);

	if (fd < 0 || cd_bind_events(fd, w->events, w->cookie) ||
	    cd_ioctl(fd, CLEARDOWN_IOC_GET_INFO, &info)) {
		WRONG(w, "the phone cannot be opened");
		close(fd);
		return -1;
	}
	r->handle = info.out_handle;
	if (!draw(&w->state, 16))
		cd_filter(fd, CLEARDOWN_PHONESTATE_ALL, CLEARDOWN_EV_FILTER_ALL);
	while (r->asked < requests && !ask(fd, r->asked, draw(&w->state, KINDS)))
		r->asked++;
	if (r->asked != requests)
		WRONG(w, "a request was refused");
	return fd;
}

/* ---- records ---- */

static void look_at(struct worker *w, struct round *r, const struct cleardown_event *ev)
{
	if (ev->handle != r->handle || ev->cookie != w->cookie)
		WRONG(w, "P-12 PR-3 a record of a handle that had ended");
	if (ev->seq != ++w->seq)
		WRONG(w, "a record is missing");
	if (ev->seq > r->limit)
		WRONG(w, "P-2 PR-2 a record is numbered after the close");
	if (ev->type == CLEARDOWN_EV_PHONE_CLOSE) {
		r->closes++;
	} else if (ev->type == CLEARDOWN_EV_COMPLETION) {
		if (ev->req_id >= r->asked || r->completed & 1U << ev->req_id)
			WRONG(w, "P-7 PR-1 a second completion, or one of a request that was not");
		r->completed |= 1U << ev->req_id;
	}
}

/* Reads what is there; the queue does not block. */
static void drain(struct worker *w, struct round *r)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(w->events, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < n; at += ((struct cleardown_event *)(buf + at))->len)
			look_at(w, r, (struct cleardown_event *)(buf + at));
	if (errno != EAGAIN)
		WRONG(w, "the queue cannot be read");
}

/* ---- endings ---- */

static int ctl_close(struct worker *w, uint32_t flags, struct cleardown_ctl_close *arg)
{
	int ctl = cd_ctl(), ret;

	*arg = (struct cleardown_ctl_close){
		.size = sizeof(*arg),
		.flags = flags,
		.deadline_ns = 10 * CD_S,
		.mode = CLEARDOWN_MODE_DRAIN + draw(&w->state, 3),
	};
	strcpy(arg->name, w->phone.name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, arg);
	close(ctl);
	return ret;
}

static void end_close(struct worker *w, struct round *r, int fd)
{
	struct cleardown_close arg;
	int ret = cd_close(fd, CLEARDOWN_MODE_DRAIN + draw(&w->state, 3), 10 * CD_S, &arg);

	if (ret || !arg.out_released || arg.out_status)
		WRONG(w, "P-16 CLOSE failed");
	if (arg.out_report.ops_issued != r->asked || arg.out_report.ops_completed != r->asked)
		WRONG(w, "P-7 the report counts other requests");
	r->limit = arg.out_seq_at_return;
	close(fd);
}

static void end_ctl(struct worker *w, struct round *r, int fd)
{
	struct cleardown_ctl_close arg;

	if (ctl_close(w, 0, &arg) || !arg.out_released)
		WRONG(w, "CTL_CLOSE failed");
	r->limit = arg.out_report.seq_at_return;
	drain(w, r);
	if (r->closes != 1)
		WRONG(w, "P-19 PHONE_CLOSE did not come once");
	close(fd);
}

/* Who comes second gets EALREADY or EBADFD, and the file's end waits for the close. */
static void end_race(struct worker *w, struct round *r, int fd)
{
	struct cleardown_ctl_close ctl;
	struct cleardown_close arg;
	int ret;

	if (ctl_close(w, CLEARDOWN_CTL_CLOSE_ASYNC, &ctl) != -EINPROGRESS && !ctl.out_released)
		WRONG(w, "CTL_CLOSE failed");
	ret = cd_close(fd, CLEARDOWN_MODE_ABORT, 10 * CD_S, &arg);
	if (ret != -EALREADY && ret != -EBADFD)
		WRONG(w, "RP-3 RP-4 the second close was not refused");
	close(fd);
	drain(w, r);
	if (r->closes != 1)
		WRONG(w, "P-19 PHONE_CLOSE did not come once");
}

static void end_vanish(struct worker *w, struct round *r, int fd)
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };
	uint64_t end_ns = cd_now() + 10 * CD_S;
	int ctl = cd_ctl();

	sim_control(&w->phone, "vanish");
	while (!r->closes && !w->failed) {
		struct pollfd p = { .fd = w->events, .events = POLLIN };

		if (poll(&p, 1, 10000) != 1 || cd_now() > end_ns)
			WRONG(w, "P-19 PHONE_CLOSE did not come");
		drain(w, r);
	}
	close(fd);
	sim_control(&w->phone, "back");
	strcpy(arg.name, w->phone.name);
	while (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg)) {
		if (cd_now() < end_ns)
			continue;
		WRONG(w, "REBIND failed");
		break;
	}
	close(ctl);
}

static void end_round(struct worker *w, struct round *r, int fd, enum ending how)
{
	switch (how) {
	case END_FILE:
		close(fd);
		break;
	case END_CTL:
		end_ctl(w, r, fd);
		break;
	case END_RACE:
		end_race(w, r, fd);
		break;
	case END_VANISH:
		end_vanish(w, r, fd);
		break;
	default:
		end_close(w, r, fd);
	}
}

static enum ending choose(struct worker *w)
{
	uint32_t at = draw(&w->state, 100);

	for (int how = 0; how < ENDINGS; how++) {
		if (at < shares[how] && (how != END_VANISH || !tty))
			return how;
		at -= at < shares[how] ? at : shares[how];
	}
	return END_CLOSE;
}

/* ---- rounds ---- */

static void check_end(struct worker *w, struct round *r, bool all)
{
	drain(w, r);
	if (all && r->completed != (1U << r->asked) - 1)
		WRONG(w, "P-2 P-7 PR-1 a request has no completion");
}

/* P-15: the line is anybody's, at once. */
static void check_tty(struct worker *w, int error)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (error ? fd >= 0 || errno != error : fd < 0)
		WRONG(w, error ? "P-14 the line is free while the phone is open" :
				 "P-15 the line is not free after the close");
	if (fd >= 0)
		close(fd);
}

static void one_round(struct worker *w)
{
	struct round r = { .limit = ~0ULL };
	enum ending how = choose(w);
	bool look = tty && !draw(&w->state, 8);
	int fd;

	w->cookie++;
	fd = start(w, &r, draw(&w->state, MAX_REQUESTS + 1));
	if (fd < 0)
		return;
	if (look)
		check_tty(w, EBUSY);
	if (!tty && !draw(&w->state, 32))
		sim_control(&w->phone, "ring 3 200");
	end_round(w, &r, fd, how);
	if (look)
		check_tty(w, 0);
	check_end(w, &r, true);
	w->ends[how]++;
}

static void *run(void *p)
{
	struct worker *w = p;

	while (w->rounds-- && !w->failed)
		one_round(w);
	return NULL;
}

/* ---- kill -9 ---- */

/* In the child: what it asked for goes down the pipe, one byte each. */
static void victim(struct worker *w, unsigned int requests, int pipe)
{
	struct round r = { 0 };
	int fd = start(w, &r, 0);

	for (uint64_t id = 0; fd >= 0 && id < requests; id++)
		if (!ask(fd, id, CALLS + draw(&w->state, KINDS - CALLS)) && write(pipe, "", 1) != 1)
			break;
	close(pipe);
	for (;;)
		pause();
}

static void kill_round(struct worker *w)
{
	unsigned int requests = draw(&w->state, MAX_REQUESTS + 1);
	struct round r = { .limit = ~0ULL, .asked = MAX_REQUESTS };
	unsigned int told = 0;
	bool early = !draw(&w->state, 4);
	int pipes[2];
	pid_t child;
	char byte;

	w->cookie++;
	if (pipe(pipes))
		DIE("no pipe");
	child = fork();
	if (!child)
		victim(w, requests, pipes[1]);
	close(pipes[1]);
	while ((!early || told < requests / 2) && read(pipes[0], &byte, 1) == 1)
		told++;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (read(pipes[0], &byte, 1) == 1)
		told++;
	close(pipes[0]);
	w->ends[END_KILL]++;
	/* the handle's number is the child's secret: it is that of the first record */
	if (cd_events_info(w->events).out_unread) {
		union cd_record rec;

		if (cd_one(w->events, &rec, 0))
			WRONG(w, "the queue cannot be read");
		r.handle = rec.ev.handle;
		look_at(w, &r, &rec.ev);
	}
	check_end(w, &r, false);
	if ((unsigned int)__builtin_popcount(r.completed) < told)
		WRONG(w, "P-11 PR-8 a request of the killed owner has no completion");
}

/* ---- the whole ---- */

static const char *const counted[] = { "devices", "handles", "ops", "queues", "records", "users" };

#define NCOUNTED (sizeof(counted) / sizeof(counted[0]))

struct totals {
	long live[NCOUNTED];
	long issued;
	long completed;
	long slab_kb;
};

static long slab_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static struct totals take_totals(void)
{
	struct totals t = {
		.issued = cd_counter("stats", "issued"),
		.completed = cd_counter("stats", "completed"),
		.slab_kb = slab_kb(),
	};

	for (size_t i = 0; i < NCOUNTED; i++)
		t.live[i] = cd_counter("live", counted[i]);
	return t;
}

/* Objects of killed owners and the slab's own book-keeping settle a little later. */
static bool settled(const struct totals *before, struct totals *after)
{
	uint64_t end_ns = cd_now() + 20 * CD_S;

	do {
		*after = take_totals();
		if (!memcmp(before->live, after->live, sizeof(after->live)) &&
		    after->slab_kb - before->slab_kb < SLAB_NOISE_KB)
			return true;
	} while (cd_now() < end_ns);
	return false;
}

static void judge(const struct worker *workers, unsigned int n, const char *what)
{
	unsigned long ends[ENDINGS] = { 0 }, total = 0;
	bool good = true;

	for (unsigned int i = 0; i < n; i++) {
		EXPECT(good, !workers[i].failed);
		for (int how = 0; how < ENDINGS; how++)
			ends[how] += workers[i].ends[how];
	}
	for (int how = 0; how < ENDINGS; how++) {
		total += ends[how];
		if (ends[how])
			printf("# %lu ended by %s\n", ends[how], ending_names[how]);
	}
	tap(good,
	    "P-2 P-7 P-11 P-12 P-16 PR-1 PR-2 PR-3 %lu %s: each request completes once, "
	    "before the return, nothing after",
	    total, what);
}

static void judge_totals(const struct totals *before)
{
	struct totals after;
	bool good = settled(before, &after);

	for (size_t i = 0; i < NCOUNTED; i++)
		EXPECT_EQ(good, after.live[i], before->live[i]);
	EXPECT(good, after.slab_kb - before->slab_kb < SLAB_NOISE_KB);
	printf("# slab %+ld KiB, late events (counted, not delivered): %ld\n",
	       after.slab_kb - before->slab_kb, cd_counter("stats", "late_events"));
	tap(good, "P-14 live objects and slab are where they were");
	good = true;
	EXPECT_EQ(good, after.issued - before->issued, after.completed - before->completed);
	EXPECT(good, after.issued > before->issued);
	tap(good, "P-7 PR-1 %ld requests issued, as many completed", after.issued - before->issued);
}

static void set_up(struct worker *w, unsigned int number, uint64_t seed)
{
	int flags;

	memset(w, 0, sizeof(*w));
	w->state = seed + number * 0x9e3779b97f4a7c15ULL;
	draw(&w->state, 1);
	if (!tty)
		sim_bind(&w->phone, NULL, "delay=300 guard=50");
	else if (cd_bind_tty(tty, w->phone.name))
		DIE("%s cannot be bound", tty);
	if (tty)
		sim_wait_node(w->phone.name);
	w->events = cd_events();
	flags = fcntl(w->events, F_GETFL);
	if (w->events < 0 || fcntl(w->events, F_SETFL, flags | O_NONBLOCK))
		DIE("no event queue");
}

static void tear_down(struct worker *w)
{
	close(w->events);
	sim_unbind(&w->phone);
}

static struct worker workers[MAX_THREADS];

static void run_all(unsigned int threads, unsigned long rounds)
{
	uint64_t begin_ns = cd_now();
	double seconds;

	for (unsigned int i = 0; i < threads; i++) {
		workers[i].rounds = rounds / threads + (i < rounds % threads);
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]))
			DIE("no thread");
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	seconds = (cd_now() - begin_ns) / 1e9;
	printf("# %lu rounds in %.1f s: %.0f a second\n", rounds, seconds, rounds / seconds);
}

static const struct option options[] = {
	{ "rounds", required_argument, NULL, 'r' }, { "threads", required_argument, NULL, 't' },
	{ "kills", required_argument, NULL, 'k' },  { "seed", required_argument, NULL, 's' },
	{ "tty", required_argument, NULL, 'y' },    { 0 },
};

int main(int argc, char **argv)
{
	unsigned long rounds = 1000, kills = 0, seed = cd_now();
	unsigned int threads = 1;
	struct totals before;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'y')
			tty = optarg;
		else if (c == 'r')
			rounds = strtoul(optarg, NULL, 0);
		else if (c == 't')
			threads = strtoul(optarg, NULL, 0);
		else if (c == 'k')
			kills = strtoul(optarg, NULL, 0);
		else if (c == 's')
			seed = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	if (!threads || threads > MAX_THREADS || (tty && threads > 1))
		return 2;
	printf("# --seed %#lx\n", seed);
	for (unsigned int i = 0; i < threads; i++)
		set_up(&workers[i], i, seed);
	before = take_totals();
	run_all(threads, rounds);
	judge(workers, threads, tty ? "rounds on a 16550" : "rounds on the scripted link");
	for (unsigned int i = 0; i < threads; i++)
		memset(workers[i].ends, 0, sizeof(workers[i].ends));
	while (kills-- && !workers[0].failed)
		kill_round(&workers[0]);
	if (workers[0].ends[END_KILL])
		judge(workers, threads, "rounds whose owner is killed");
	judge_totals(&before);
	for (unsigned int i = 0; i < threads; i++)
		tear_down(&workers[i]);
	return tap_done();
}
