// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests a second, from SUBMIT to the record that was read, beside io_uring's NOP. On both sides
 * one request goes with each system call and completions are taken 32 at a time; ours are read
 * with a system call, those of io_uring lie in shared memory.
 *
 * Two kinds of request: an AT command that the scripted modem answers at once, and one that the
 * phone itself can answer (HANGUP of a phone that is on-hook), which leaves the modem out.
 *
 * Where the time goes: processor time of the caller and of the device's worker, and how often the
 * worker was put to sleep and woken.
 */
#include <dirent.h>
#include <liburing.h>
#include <sys/resource.h>

#include "figure.h"
#include "simphone.h"

#define REQUESTS 20000 /* fewer than a user's limit of unread records */
#define BATCH 32
#define WINDOW 4096

static struct simphone phone;
static int fd, events;

/* ---- what they cost ---- */

struct cost {
	double self_s;
	double worker_s;
	long switches;
	uint64_t ns;
};

/* The process id of the device's worker. */
static int worker_pid(void)
{
	char wanted[32], path[300], comm[32];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int pid = 0;
	FILE *f;

	snprintf(wanted, sizeof(wanted), "cldn/%.15s", phone.name);
	wanted[15] = '\0'; /* as comm is cut */
	while (!pid && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%31s", comm) == 1 && !strcmp(comm, wanted))
			pid = atoi(entry->d_name);
		if (f)
			fclose(f);
	}
	closedir(proc);
	if (!pid)
		DIE("no worker called %s", wanted);
	return pid;
}

/* Nanoseconds of processor time of a task, out of its schedstat. */
static double task_seconds(int pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &ns) != 1)
		DIE("%s", path);
	fclose(f);
	return ns / 1e9;
}

static long task_switches(int pid)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	if (!f || n < 0)
		DIE("%s", path);
	fclose(f);
	return n;
}

static struct cost cost_now(int worker)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (struct cost){
		.self_s = r.ru_utime.tv_sec + r.ru_stime.tv_sec +
			  (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6,
		.worker_s = task_seconds(worker),
		.switches = task_switches(worker),
		.ns = cd_now(),
	};
}

/* ---- ours ---- */

/* Takes up to BATCH records of those that are there. */
static unsigned int take(int error)
{
	static char buf[BATCH * sizeof(struct cleardown_event)] __attribute__((aligned(8)));
	ssize_t n = read(events, buf, sizeof(buf));

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		DIE("read: %s", strerror(errno));
	for (ssize_t at = 0; at < n; at += sizeof(struct cleardown_event)) {
		struct cleardown_event *ev = (struct cleardown_event *)(buf + at);

		if (ev->type != CLEARDOWN_EV_COMPLETION || ev->error != error)
			DIE("record %u: error %d", ev->type, ev->error);
	}
	return n / sizeof(struct cleardown_event);
}

/* Takes records until at most @left requests are outstanding; returns how many completed in all. */
static unsigned int take_until(uint64_t asked, unsigned int done, unsigned int left, int error)
{
	struct pollfd p = { .fd = events, .events = POLLIN };

	while (asked - done > left) {
		unsigned int n = take(error);

		if (!n && poll(&p, 1, 60000) != 1)
			DIE("no completion");
		done += n;
	}
	return done;
}

static void run_ours(uint32_t opcode, int error)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = opcode,
		.deadline_ns = 60 * CD_S,
	};
	unsigned int done = 0;

	for (arg.req_id = 0; arg.req_id < REQUESTS; arg.req_id++) {
		if (ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg))
			DIE("SUBMIT: %s", strerror(errno));
		if (arg.req_id % BATCH == BATCH - 1)
			done += take(error);
		if (arg.req_id - done >= WINDOW)
			done = take_until(arg.req_id + 1, done, WINDOW / 2, error);
	}
	take_until(REQUESTS, done, 0, error);
}

static void measure(const char *what, uint32_t opcode, int error, int worker)
{
	struct cost before = cost_now(worker), after;
	double s;

	run_ours(opcode, error);
	after = cost_now(worker);
	s = (after.ns - before.ns) / 1e9;
	figure(OURS, "1/s", REQUESTS / s, "%s", what);
	figure(OURS, "us", (after.self_s - before.self_s) * 1e6 / REQUESTS,
	       "%s: caller's CPU for each", what);
	figure(OURS, "us", (after.worker_s - before.worker_s) * 1e6 / REQUESTS,
	       "%s: worker's CPU for each", what);
	figure(OURS, "1", (double)(after.switches - before.switches) / REQUESTS,
	       "%s: sleeps of the worker for each", what);
}

/* ---- the caller's part ---- */

/* Time of one SUBMIT that ends with @error. */
static double refused_us(const struct cleardown_submit *arg, int error)
{
	struct cleardown_submit copy;
	uint64_t begin_ns = cd_now();

	for (int i = 0; i < REQUESTS; i++) {
		copy = *arg;
		if (cd_ioctl(fd, CLEARDOWN_IOC_SUBMIT, &copy) != error)
			DIE("SUBMIT is not refused");
	}
	return (cd_now() - begin_ns) / 1e3 / REQUESTS;
}

/* Reading records that are all there, BATCH with each call. */
static double read_us(void)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_HANGUP,
		.deadline_ns = 60 * CD_S,
	};
	unsigned int done = 0;
	uint64_t begin_ns;

	for (arg.req_id = 0; arg.req_id < REQUESTS; arg.req_id++)
		if (ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg))
			DIE("SUBMIT: %s", strerror(errno));
	while (cd_events_info(events).out_unread < REQUESTS)
		;
	begin_ns = cd_now();
	while (done < REQUESTS)
		done += take(-ENOTCONN);
	return (cd_now() - begin_ns) / 1e3 / REQUESTS;
}

static void measure_parts(void)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = 0xfff,
		.deadline_ns = 60 * CD_S,
	};

	figure(OURS, "us", refused_us(&arg, -EOPNOTSUPP), "part: SUBMIT refused in form");
	arg.opcode = CLEARDOWN_OP_HANGUP;
	if (cd_bind_events(fd, -1, 0))
		DIE("still busy");
	figure(OURS, "us", refused_us(&arg, -EDESTADDRREQ), "part: SUBMIT refused at admission");
	if (cd_bind_events(fd, events, 1))
		DIE("no queue");
	figure(OURS, "us", read_us(), "part: reading one of 32 records");
}

/* ---- io_uring ---- */

static void run_nop(struct io_uring *ring)
{
	struct io_uring_cqe *cqes[BATCH];
	unsigned int got;

	for (unsigned int i = 1; i <= REQUESTS; i++) {
		io_uring_prep_nop(io_uring_get_sqe(ring));
		if (io_uring_submit(ring) != 1)
			DIE("io_uring_submit");
		if (i % BATCH)
			continue;
		got = io_uring_peek_batch_cqe(ring, cqes, BATCH);
		if (got != BATCH)
			DIE("%u completions", got);
		io_uring_cq_advance(ring, got);
	}
}

static void measure_nop(const char *what)
{
	struct io_uring ring;
	uint64_t begin_ns;

	if (io_uring_queue_init(2 * BATCH, &ring, 0))
		DIE("no io_uring");
	begin_ns = cd_now();
	run_nop(&ring);
	figure(ANCHOR, "1/s", REQUESTS / ((cd_now() - begin_ns) / 1e9), "%s", what);
	io_uring_queue_exit(&ring);
}

/* The phone knows that it is on-hook only when the modem has said so. */
static void hang_up(void)
{
	const struct cleardown_op_hookswitch hook = { CLEARDOWN_HOOKDEV_HANDSET,
						      CLEARDOWN_HOOKMODE_ONHOOK };

	if (cd_do(fd, events, CLEARDOWN_OP_SET_HOOKSWITCH, 1, &hook, sizeof(hook), NULL, 5000))
		DIE("not on-hook");
}

int main(void)
{
	static const char command[] = "requests a second, AT through the scripted link";
	static const char local[] = "requests a second, answered by the phone";
	int worker;

	sim_bind(&phone, NULL, "");
	fd = sim_open(&phone, O_RDWR);
	events = sim_queue(fd, 1);
	fcntl(events, F_SETFL, O_NONBLOCK);
	worker = worker_pid();
	hang_up();
	for (int run = 0; run < RUNS; run++) {
		measure(command, CLEARDOWN_OP_DEV_SPECIFIC, 0, worker);
		measure_nop(command);
		measure(local, CLEARDOWN_OP_HANGUP, -ENOTCONN, worker);
		measure_nop(local);
		measure_parts();
	}
	close(fd);
	close(events);
	sim_unbind(&phone);
	return 0;
}
