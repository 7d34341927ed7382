// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open, ask, end: very often, with a random number of requests outstanding and a random end. After
 * each end every accepted request has exactly one completion, all of them are numbered at or below
 * the number that the close gave, and nothing of that handle comes later. At the end nothing is
 * left: not an object, not a byte that grows with the rounds.
 *
 * Of a port some rounds print: by plain write, sometimes to a printer that takes nothing, and some
 * of these documents are cancelled. Where there is hardware, every eighth round prints in good order
 * and looks whether the hardware is anybody's then.
 *
 * usage: rounds [--rounds N] [--threads N] [--kills N] [--seed N] [--tty PATH]
 *	  rounds --port sim|tty|parport|tcp [--args ARGS] [--control SOCKET] ...
 *
 * --port: ports on that link; parport is parport0, of tests/rig/parsim. --args are those of the
 * bind. --control: the printer behind tcp, tests/rig/tcpprinter.
 */
#include <getopt.h>
#include <pthread.h>
#include <sys/wait.h>

#include "parsim.h"
#include "port.h"
#include "tcpprinter.h"

#define MAX_REQUESTS 9
#define MAX_THREADS 32
/* A call is cleared by DTR, which takes half a second and as much again at the next open. */
#define KINDS 4000
#define CALLS 2
/* Of 100,000 rounds it is less than 32 bytes each: no leak of an object hides in it. */
#define MEMORY_NOISE_KB 3072
/* One in so many rounds of a port prints; of these, one in so many finds the printer stuck. */
#define PRINTS 8
#define STUCKS 2
#define LOOKS 8
#define PAGE_BYTES 1500
#define JOB_BYTES 65536
#define CLOSE_S 10

enum ending { END_CLOSE, END_FILE, END_CTL, END_RACE, END_VANISH, END_KILL, ENDINGS };

static const char *const ending_names[ENDINGS] = {
	"CLOSE", "close(2)", "ctl", "ctl against CLOSE", "vanish", "kill -9",
};

/* Of a hundred rounds; the rest are plain CLOSEs. Only the scripted link vanishes here. */
static const unsigned int shares[ENDINGS] = { 0, 20, 12, 8, 4, 0 };

/**
 * struct worker - one thread with a phone or port of its own
 * @thread: it
 * @dev: its device
 * @events: its queue, for all of its rounds
 * @rounds: still to do
 * @state: of the generator
 * @cookie: of the present round
 * @seq: number of the last record read
 * @ends: how often each ending was taken
 * @printed: documents by plain write
 * @cancelled: of these, cancelled
 * @failed: what was wrong first, or NULL
 */
struct worker {
	pthread_t thread;
	struct simphone dev;
	int events;
	unsigned long rounds;
	uint64_t state;
	uint64_t cookie;
	uint64_t seq;
	unsigned long ends[ENDINGS];
	unsigned long printed;
	unsigned long cancelled;
	const char *failed;
};

/**
 * struct round - what one round asked for and got
 * @handle: id of its handle
 * @asked: requests accepted
 * @accepted: bytes that write(2) took
 * @limit: no record may have a higher number
 * @completed: bit for each request that has completed
 * @closes: PHONE_CLOSE records
 */
struct round {
	uint64_t handle;
	unsigned int asked;
	uint64_t accepted;
	uint64_t limit;
	uint32_t completed;
	unsigned int closes;
};

static const char *tty;
static const char *port; /* the link of a port, NULL = phones */
static const char *bind_args = "";
static const char *control;
static const struct parsim parsim = { "/sys/kernel/debug/parsim/0" };

static bool port_is_on(const char *link)
{
	return port && !strcmp(port, link);
}

static bool scripted(void)
{
	return port ? port_is_on("sim") : !tty;
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 16) % below;
}

/* Remembers the first thing that went wrong, with where it was. */
#define WRONG(w, what)                                                                    \
	do {                                                                              \
		if (!(w)->failed) {                                                       \
			(w)->failed = (what);                                             \
			fprintf(stderr, "# %s round %llu: %s (line %d)\n", (w)->dev.name, \
				(unsigned long long)(w)->cookie, (what), __LINE__);       \
		}                                                                         \
	} while (0)

/* ---- requests ---- */

/* Only a parallel port can be asked for its Device ID, and reset. */
static int ask_port(int fd, uint64_t id, uint32_t kind)
{
	static const struct cleardown_op_start_doc begin = { .level = 1, .name = "round" };
	static const struct cleardown_op_end_doc end;

	switch (kind % (port_is_on("parport") ? 4 : 2)) {
	case 0:
		return cd_submit(fd, CLEARDOWN_OP_START_DOC, id, &begin, sizeof(begin), NULL);
	case 1:
		return cd_submit(fd, CLEARDOWN_OP_END_DOC, id, &end, sizeof(end), NULL);
	case 2:
		return cd_submit(fd, CLEARDOWN_OP_DEVICE_ID, id, NULL, 0, NULL);
	default:
		return cd_submit(fd, CLEARDOWN_OP_RESET, id, NULL, 0, NULL);
	}
}

static int ask(int fd, uint64_t id, uint32_t kind)
{
	static const struct cleardown_op_level level = { CLEARDOWN_HOOKDEV_SPEAKER, 0x8000 };
	static const struct cleardown_op_hookswitch hook = { CLEARDOWN_HOOKDEV_HANDSET,
							     CLEARDOWN_HOOKMODE_MICSPEAKER };

	if (port)
		return ask_port(fd, id, kind);
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
	int fd = cd_open(w->dev.name, O_RDWR);

	if (fd < 0 || cd_bind_events(fd, w->events, w->cookie) ||
	    cd_ioctl(fd, CLEARDOWN_IOC_GET_INFO, &info)) {
		WRONG(w, "the device cannot be opened");
		close(fd);
		return -1;
	}
	r->handle = info.out_handle;
	if (!draw(&w->state, 16))
		cd_filter(fd, port ? 0 : CLEARDOWN_PHONESTATE_ALL,
			  port ? PORT_EVENTS : CLEARDOWN_EV_FILTER_ALL);
	while (r->asked < requests && !ask(fd, r->asked, draw(&w->state, KINDS)))
		r->asked++;
	if (r->asked != requests)
		WRONG(w, "a request was refused");
	return fd;
}

/* ---- documents ---- */

static const char paper[JOB_BYTES];

/* The printer takes nothing, or does again. A serial one is not asked. */
static void set_stuck(struct worker *w, bool on)
{
	if (port_is_on("sim"))
		sim_control(&w->dev, on ? "stall on" : "stall off");
	else if (port_is_on("parport"))
		parsim_set(&parsim, "offline", on);
	else if (port_is_on("tcp"))
		tcpprinter_says(control, on ? "stop" : "read");
}

/* An END_DOC of before that is carried out only now cuts what the write began. */
static void print(struct worker *w, struct round *r, int fd, size_t len)
{
	ssize_t n = write(fd, paper, len);

	if (n != (ssize_t)len && (errno != ECANCELED || !r->asked))
		WRONG(w, "a write was refused");
	r->accepted += n > 0 ? n : 0;
	w->printed += n > 0;
}

/* An END_DOC of before may have been faster. */
static void cancel(struct worker *w, int fd)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	struct cleardown_status st;
	int ret = cd_status(fd, &st);

	arg.id = st.out_call;
	if (!ret && st.out_call)
		ret = cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg);
	if (ret && ret != -ESTALE)
		WRONG(w, "CANCEL of a document failed");
	w->cancelled += !ret && st.out_call;
}

/* Prints, perhaps. True when the printer is stuck with a document that nobody has cancelled. */
static bool perhaps_print(struct worker *w, struct round *r, int fd)
{
	bool stuck = !draw(&w->state, STUCKS), cancels = !draw(&w->state, 2);

	if (draw(&w->state, PRINTS))
		return false;
	if (stuck)
		set_stuck(w, true);
	print(w, r, fd, 1 + draw(&w->state, PAGE_BYTES));
	if (cancels)
		cancel(w, fd);
	if (stuck && cancels)
		set_stuck(w, false);
	return stuck && !cancels;
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
	strcpy(arg->name, w->dev.name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, arg);
	close(ctl);
	return ret;
}

static void check_account(struct worker *w, const struct round *r,
			  const struct cleardown_report_head *head)
{
	if (head->accepted != r->accepted || !port_adds_up(head))
		WRONG(w, "PR-7 the report counts other bytes");
}

/* Returns the bytes that left. */
static uint64_t end_close(struct worker *w, struct round *r, int fd, uint32_t mode)
{
	struct cleardown_close arg;
	int ret = cd_close(fd, mode, CLOSE_S * CD_S, &arg);

	if (ret || !arg.out_released || arg.out_status)
		WRONG(w, "P-16 CLOSE failed");
	if (arg.out_report.ops_issued != r->asked || arg.out_report.ops_completed != r->asked)
		WRONG(w, "P-7 the report counts other requests");
	check_account(w, r, &arg.out_report);
	r->limit = arg.out_seq_at_return;
	close(fd);
	return arg.out_report.confirmed;
}

static void end_ctl(struct worker *w, struct round *r, int fd)
{
	struct cleardown_ctl_close arg;

	if (ctl_close(w, 0, &arg) || !arg.out_released)
		WRONG(w, "CTL_CLOSE failed");
	check_account(w, r, &arg.out_report);
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

	sim_control(&w->dev, "vanish");
	while (!r->closes && !w->failed) {
		struct pollfd p = { .fd = w->events, .events = POLLIN };

		if (poll(&p, 1, 10000) != 1 || cd_now() > end_ns)
			WRONG(w, "P-19 PHONE_CLOSE did not come");
		drain(w, r);
	}
	close(fd);
	sim_control(&w->dev, "back");
	strcpy(arg.name, w->dev.name);
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
		end_close(w, r, fd, CLEARDOWN_MODE_DRAIN + draw(&w->state, 3));
	}
}

static enum ending choose(struct worker *w)
{
	uint32_t at = draw(&w->state, 100);

	for (int how = 0; how < ENDINGS; how++) {
		if (at < shares[how] && (how != END_VANISH || scripted()))
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
		WRONG(w, error ? "P-14 the line is free while the device is open" :
				 "P-15 M-10 the line is not free after the close");
	if (fd >= 0)
		close(fd);
}

static void check_parport(struct worker *w, bool busy)
{
	if (port_ppdev_gets("/dev/parport0") == busy)
		WRONG(w, busy ? "ppdev has the parallel port of an open port" :
				"M-10 ppdev does not get the parallel port after the close");
}

/* The printer reads at its own pace; it has seen all of the @bytes, and then FIN. */
static void check_connection(struct worker *w, uint64_t bytes)
{
	uint64_t end_ns = cd_now() + 10 * CD_S;
	struct printed p;

	do {
		p = tcpprinter_printed(control);
	} while ((p.open || p.last != bytes) && cd_now() < end_ns);
	if (p.open || p.last != bytes || strcmp(p.end, "fin"))
		WRONG(w, "M-10 the printer has not seen it all and then FIN");
}

static void check_hardware(struct worker *w, bool busy, uint64_t bytes)
{
	if (tty)
		check_tty(w, busy ? EBUSY : 0);
	else if (port_is_on("parport"))
		check_parport(w, busy);
	else if (control && !busy)
		check_connection(w, bytes);
}

/* A document in good order. Each has a length of its own, by which the printer's count is known. */
static void good_round(struct worker *w)
{
	struct round r = { .limit = ~0ULL };
	size_t len = PAGE_BYTES + 1 + w->cookie % PAGE_BYTES;
	uint64_t begun;
	int fd;

	w->cookie++;
	fd = start(w, &r, 0);
	if (fd < 0)
		return;
	print(w, &r, fd, len);
	check_hardware(w, true, 0);
	begun = cd_now();
	if (end_close(w, &r, fd, CLEARDOWN_MODE_ORDERLY) != len)
		WRONG(w, "bytes of a document in good order were lost");
	if (cd_now() - begun > CLOSE_S * CD_S / 2)
		WRONG(w, "CLOSE waits for its deadline although everything has left");
	check_hardware(w, false, len);
	check_end(w, &r, true);
	w->ends[END_CLOSE]++;
}

/* A document that is stuck leaves by force alone. */
static void port_round(struct worker *w)
{
	struct round r = { .limit = ~0ULL };
	enum ending how = choose(w);
	int fd;

	w->cookie++;
	fd = start(w, &r, draw(&w->state, 2) * draw(&w->state, MAX_REQUESTS + 1));
	if (fd < 0)
		return;
	if (perhaps_print(w, &r, fd)) {
		how = END_CLOSE;
		end_close(w, &r, fd, CLEARDOWN_MODE_ABORT);
		set_stuck(w, false);
	} else {
		end_round(w, &r, fd, how);
	}
	check_end(w, &r, true);
	w->ends[how]++;
}

static void phone_round(struct worker *w)
{
	struct round r = { .limit = ~0ULL };
	enum ending how = choose(w);
	bool look = tty && !draw(&w->state, LOOKS);
	int fd;

	w->cookie++;
	fd = start(w, &r, draw(&w->state, MAX_REQUESTS + 1));
	if (fd < 0)
		return;
	if (look)
		check_tty(w, EBUSY);
	if (!tty && !draw(&w->state, 32))
		sim_control(&w->dev, "ring 3 200");
	end_round(w, &r, fd, how);
	if (look)
		check_tty(w, 0);
	check_end(w, &r, true);
	w->ends[how]++;
}

static void *run(void *p)
{
	struct worker *w = p;

	while (w->rounds-- && !w->failed) {
		if (!port)
			phone_round(w);
		else if (!scripted() && w->rounds % LOOKS == 0)
			good_round(w);
		else
			port_round(w);
	}
	return NULL;
}

/* ---- kill -9 ---- */

/* In the child: what it asked for goes down the pipe, one byte each; of a port it prints then. */
static void victim(struct worker *w, unsigned int requests, int pipe)
{
	struct round r = { 0 };
	int fd = start(w, &r, 0);

	for (uint64_t id = 0; fd >= 0 && id < requests; id++)
		if (!ask(fd, id, CALLS + draw(&w->state, KINDS - CALLS)) && write(pipe, "", 1) != 1)
			break;
	close(pipe);
	while (port && fd >= 0 && (write(fd, paper, sizeof(paper)) > 0 || errno == ECANCELED))
		;
	for (;;)
		pause();
}

/* Waits until the victim has printed something. */
static void wait_printing(struct worker *w)
{
	int fd = cd_open(w->dev.name, O_RDONLY);
	uint64_t end_ns = cd_now() + 10 * CD_S;
	struct cleardown_status st;

	while (!cd_status(fd, &st) && !st.out_accepted)
		if (cd_now() > end_ns) {
			WRONG(w, "the owner does not print");
			break;
		}
	close(fd);
}

static void kill_round(struct worker *w)
{
	bool stuck = port && !draw(&w->state, STUCKS);
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
	if (stuck)
		set_stuck(w, true);
	child = fork();
	if (!child)
		victim(w, requests, pipes[1]);
	close(pipes[1]);
	while ((!early || told < requests / 2) && read(pipes[0], &byte, 1) == 1)
		told++;
	if (port && !early)
		wait_printing(w);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (stuck)
		set_stuck(w, false);
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

static const char *const modules[] = {
	"cleardown",	 "cleardown_sim", "cleardown_tty", "cleardown_parport",
	"cleardown_net", "parport",	  "parsim",
};

#define NMODULES (sizeof(modules) / sizeof(modules[0]))

/**
 * struct totals - what a session could leave behind
 * @live: our objects
 * @issued: requests since we were loaded
 * @completed: likewise
 * @slab_kb: memory in objects of the kernel
 * @free_kb: memory that could be had at once
 * @refs: uses of each module, -1 = it is not loaded
 * @sockets: TCP sockets, also those that nobody owns
 * @timers: of ours, that run
 */
struct totals {
	long live[NCOUNTED];
	long issued;
	long completed;
	long slab_kb;
	long free_kb;
	long refs[NMODULES];
	long sockets;
	long timers;
};

static long meminfo_kb(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char word[64];
	long value, kb = -1;

	while (f && kb < 0 && fscanf(f, "%63[^:]: %ld%*[^\n] ", word, &value) == 2)
		if (!strcmp(word, key))
			kb = value;
	if (f)
		fclose(f);
	return kb;
}

static long module_refs(const char *name)
{
	char path[96];
	long refs = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	f = fopen(path, "r");
	if (f && fscanf(f, "%ld", &refs) != 1)
		DIE("%s", path);
	if (f)
		fclose(f);
	return refs;
}

static long tcp_sockets(void)
{
	FILE *f = fopen("/proc/net/sockstat", "r");
	long orphans = 0, all = -1;
	char line[128];

	while (f && all < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "TCP: inuse %*d orphan %ld tw %*d alloc %ld", &orphans, &all);
	if (f)
		fclose(f);
	return all + orphans;
}

/* The kernel names a running hrtimer's function, and whose it is. */
static long our_timers(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	char line[256];
	long n = 0;

	if (!f)
		DIE("/proc/timer_list");
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, "[cleardown");
	fclose(f);
	return n;
}

static struct totals take_totals(void)
{
	struct totals t = {
		.issued = cd_counter("stats", "issued"),
		.completed = cd_counter("stats", "completed"),
		.slab_kb = meminfo_kb("SUnreclaim"),
		.free_kb = meminfo_kb("MemAvailable"),
		.sockets = tcp_sockets(),
		.timers = our_timers(),
	};

	for (size_t i = 0; i < NCOUNTED; i++)
		t.live[i] = cd_counter("live", counted[i]);
	for (size_t i = 0; i < NMODULES; i++)
		t.refs[i] = module_refs(modules[i]);
	return t;
}

/*
 * On the debug kernel KASAN keeps freed memory for a while, so its amount says nothing; kmemleak
 * looks for leaks there.
 */
static bool memory_is_level(const struct totals *before, const struct totals *after)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK) ||
	       (after->slab_kb - before->slab_kb < MEMORY_NOISE_KB &&
		before->free_kb - after->free_kb < MEMORY_NOISE_KB);
}

static bool is_as_before(const struct totals *before, const struct totals *after)
{
	return !memcmp(before->live, after->live, sizeof(after->live)) &&
	       !memcmp(before->refs, after->refs, sizeof(after->refs)) &&
	       after->sockets == before->sockets && after->timers == before->timers &&
	       memory_is_level(before, after);
}

/* Objects of killed owners and the slab's own book-keeping settle a little later. */
static struct totals settled_totals(const struct totals *before)
{
	uint64_t end_ns = cd_now() + 20 * CD_S;
	struct totals after;

	do {
		after = take_totals();
	} while (!is_as_before(before, &after) && cd_now() < end_ns);
	return after;
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
	tap(good, "%s %lu %s: each request completes once, before the return, nothing after",
	    port ? "M-10 PR-1 PR-2 PR-3 PR-7" : "P-2 P-7 P-11 P-12 P-16 PR-1 PR-2 PR-3", total,
	    what);
}

static void judge_documents(const struct worker *workers, unsigned int n)
{
	unsigned long printed = 0, cancelled = 0;
	bool good = true;

	for (unsigned int i = 0; i < n; i++) {
		printed += workers[i].printed;
		cancelled += workers[i].cancelled;
	}
	EXPECT(good, printed && cancelled);
	tap(good, "%lu documents were printed in them, of which %lu were cancelled", printed,
	    cancelled);
}

static void judge_totals(const struct totals *before)
{
	struct totals after = settled_totals(before);
	bool good = true;

	for (size_t i = 0; i < NCOUNTED; i++)
		EXPECT_EQ(good, after.live[i], before->live[i]);
	for (size_t i = 0; i < NMODULES; i++)
		EXPECT_EQ(good, after.refs[i], before->refs[i]);
	EXPECT_EQ(good, after.sockets, before->sockets);
	EXPECT_EQ(good, after.timers, before->timers);
	EXPECT(good, memory_is_level(before, &after));
	printf("# slab %+ld KiB, free %+ld KiB, late events (counted, not delivered): %ld\n",
	       after.slab_kb - before->slab_kb, after.free_kb - before->free_kb,
	       cd_counter("stats", "late_events"));
	tap(good, "%s memory, live objects, timers, sockets and module counts are where they were",
	    port ? "M-10" : "P-14");
	good = true;
	EXPECT_EQ(good, after.issued - before->issued, after.completed - before->completed);
	EXPECT(good, after.issued > before->issued);
	tap(good, "%s %ld requests issued, as many completed", port ? "PR-1" : "P-7 PR-1",
	    after.issued - before->issued);
}

static void bind_device(struct worker *w)
{
	struct port p;

	if (port) {
		if (port_bind(&p, port, tty ? port_tty(tty) : 0, bind_args))
			exit(1);
		w->dev = p.dev;
	} else if (!tty) {
		sim_bind(&w->dev, NULL, "delay=300 guard=50");
	} else {
		if (cd_bind_tty(tty, w->dev.name))
			DIE("%s cannot be bound", tty);
		sim_wait_node(w->dev.name);
	}
}

static void set_up(struct worker *w, unsigned int number, uint64_t seed)
{
	int flags;

	memset(w, 0, sizeof(*w));
	w->state = seed + number * 0x9e3779b97f4a7c15ULL;
	draw(&w->state, 1);
	bind_device(w);
	w->events = cd_events();
	flags = fcntl(w->events, F_GETFL);
	if (w->events < 0 || fcntl(w->events, F_SETFL, flags | O_NONBLOCK))
		DIE("no event queue");
}

static void tear_down(struct worker *w)
{
	close(w->events);
	sim_unbind(&w->dev);
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

static const char *kind_of_rounds(void)
{
	if (scripted())
		return "rounds on the scripted link";
	if (tty)
		return "rounds on a 16550";
	return control ? "rounds on TCP" : "rounds on a parallel port";
}

static const struct option options[] = {
	{ "rounds", required_argument, NULL, 'r' },
	{ "threads", required_argument, NULL, 't' },
	{ "kills", required_argument, NULL, 'k' },
	{ "seed", required_argument, NULL, 's' },
	{ "tty", required_argument, NULL, 'y' },
	{ "port", required_argument, NULL, 'p' },
	{ "args", required_argument, NULL, 'a' },
	{ "control", required_argument, NULL, 'c' },
	{ 0 },
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
		else if (c == 'p')
			port = optarg;
		else if (c == 'a')
			bind_args = optarg;
		else if (c == 'c')
			control = optarg;
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
	if (!threads || threads > MAX_THREADS || (!scripted() && threads > 1))
		return 2;
	printf("# --seed %#lx\n", seed);
	for (unsigned int i = 0; i < threads; i++)
		set_up(&workers[i], i, seed);
	before = take_totals();
	run_all(threads, rounds);
	judge(workers, threads, kind_of_rounds());
	if (port)
		judge_documents(workers, threads);
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
