// SPDX-License-Identifier: GPL-2.0-or-later
/* The self-test of phones and ports, which have an owner. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define REQUESTS 4
#define SILENCE_NS (300 * NS_PER_MS)
#define DIAL_NS (90 * NS_PER_SEC)
#define DIAL_ID 99

/* An open phone or port with its queue. */
struct owned {
	struct cleardown_phone *phone; /* one of these two */
	struct cleardown_port *port;
	struct cleardown_queue *queue;
	uint64_t handle;
	struct cleardown_close_summary summary;
	int64_t took_ns; /* of the close */
	unsigned int accepted; /* requests */
	unsigned int seen[REQUESTS]; /* completions of each */
	bool late; /* a record behind out_seq_at_return */
};

static bool owned_open(struct owned *o, const struct subject *s, unsigned int flags)
{
	const struct cleardown_handle *info;

	*o = (struct owned){ 0 };
	if (s->device.class_id == CLDN_CLASS_PORT)
		o->port = cleardown_port_open(s->device.name, flags);
	else
		o->phone = cleardown_phone_open(s->device.name, flags);
	if (!o->port && !o->phone)
		return false;
	o->queue = cleardown_queue_open();
	info = o->port ? cleardown_port_get_info(o->port) : cleardown_phone_get_info(o->phone);
	if (!o->queue || !info)
		return false;
	o->handle = info->handle;
	return o->port ? !cleardown_port_bind_queue(o->port, o->queue, 0) :
			 !cleardown_phone_bind_queue(o->phone, o->queue, 0);
}

static void owned_free(struct owned *o)
{
	int saved = errno;

	cleardown_phone_free(o->phone);
	cleardown_port_free(o->port);
	cleardown_queue_free(o->queue);
	errno = saved;
}

static int close_it(void *arg)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ORDERLY,
		.deadline_ns = SELFTEST_DEADLINE,
	};
	struct owned *o = arg;

	return o->port ? cleardown_port_close(o->port, &wish, &o->summary) :
			 cleardown_phone_close(o->phone, &wish, &o->summary);
}

static int owned_close(struct owned *o)
{
	return selftest_close(close_it, o, &o->took_ns);
}

/*
 * A question to the modem; of a port a document that has no bytes, and then what it may refuse. What
 * was refused has no completion, by the same promise.
 */
static void hand_in(struct owned *o, uint64_t id)
{
	struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_DEV_SPECIFIC,
		.req_id = id,
		.deadline_ns = 10 * NS_PER_SEC,
		.in = "I0",
		.in_len = 2,
	};
	int ret;

	if (o->port) {
		request.opcode = id ? CLDN_OP_DEVICE_ID : CLDN_OP_START_DOC;
		request.in = id ? NULL : "selftest";
		request.in_len = id ? 0 : strlen("selftest");
	}
	ret = o->port ? cleardown_port_submit(o->port, &request) :
			cleardown_phone_submit(o->phone, &request);
	if (ret == 0)
		o->accepted |= 1U << id;
}

/* Reads what is in the queue, and what comes in @wait_ns. */
static void collect(struct owned *o, int64_t wait_ns)
{
	const struct cleardown_record *r;
	int64_t end = monotonic_ns() + wait_ns, left;

	do {
		while ((r = cleardown_queue_read(o->queue))) {
			if (r->type == CLDN_EV_COMPLETION && r->req_id < REQUESTS)
				o->seen[r->req_id]++;
			if (r->handle == o->handle && o->summary.number &&
			    r->seq > o->summary.seq_at_return)
				o->late = true;
		}
		left = end - monotonic_ns();
	} while (left > 0 && cleardown_queue_wait(o->queue, left) == 1);
}

/* Were all that were accepted completed, once, and only those? */
static bool all_once(const struct owned *o)
{
	unsigned int i;

	for (i = 0; i < REQUESTS; i++)
		if (o->seen[i] != (o->accepted >> i & 1))
			return false;
	return true;
}

/* ---- the checks ---- */

/* The line can be had by another program: true, false, or -1 where there is none to be had. */
static int line_can_be_had(const struct subject *s)
{
	char path[64];
	int fd;

	if (strncmp(s->device.backend, "tty:", 4) || !s->device.rdev)
		return -1;
	device_path(s->device.rdev, path, sizeof(path));
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EBUSY || errno == EIO ? 0 : -1;
	close(fd);
	return 1;
}

static void check_exclusive(const struct subject *s)
{
	struct owned second;
	bool refused = !owned_open(&second, s, CLDN_OPEN_OWNER | CLDN_OPEN_NOWAIT) &&
		       errno == EBUSY;
	int line = line_can_be_had(s);

	owned_free(&second);
	selftest_tell("exclusive", selftest_if(refused && line != 1), 0,
		      refused ? line == 0 ? "a second owner and the plain line are EBUSY" :
				line == 1 ? "another program can open the line of an open object" :
					    "a second owner is EBUSY" :
				"a second owner was let in");
}

/* Requests are outstanding, and the close ends them. false: it never came back. */
static bool check_close(struct owned *o)
{
	const struct cleardown_close_summary *sum = &o->summary;
	bool once, on_time;
	uint64_t id;
	int err;

	for (id = 0; id < REQUESTS; id++)
		hand_in(o, id);
	err = owned_close(o) < 0 ? errno : 0;
	if (err == ETIMEDOUT && !o->summary.number) {
		selftest_tell("bounded", TEST_FAIL, o->took_ns, "a close within 2 s: it hangs");
		return false;
	}
	collect(o, 0);
	once = all_once(o);
	selftest_tell("all-before", selftest_if(once && sum->number), 0,
		      "%u requests accepted, %u outstanding at the close, %s", sum->ops_issued,
		      sum->ops_at_close,
		      once ? "all were completed when it returned" :
			     "not all were completed when it returned");
	on_time = o->took_ns <= SELFTEST_DEADLINE + SELFTEST_SLACK;
	selftest_tell("bounded", selftest_if(on_time && !err), o->took_ns, "a close within 2 s: %s",
		      err     ? errno_cause(err) :
		      on_time ? "so it was" :
				"too late");
	selftest_tell("accounted",
		      selftest_if(sum->accepted == sum->confirmed + sum->discarded + sum->in_doubt),
		      0, "%llu bytes = %llu confirmed + %llu discarded + %llu in doubt",
		      (unsigned long long)sum->accepted, (unsigned long long)sum->confirmed,
		      (unsigned long long)sum->discarded, (unsigned long long)sum->in_doubt);
	return true;
}

static void check_free(const struct subject *s, const struct owned *o)
{
	bool released = o->summary.flags & CLDN_REPORT_RELEASED;
	int line = line_can_be_had(s);

	if (line < 0 && released)
		selftest_tell("free", TEST_PASS, 0, "the report says so%s",
			      geteuid() ? "; the line itself is not ours to try" : "");
	else
		selftest_tell("free", selftest_if(line == 1 && released), 0,
			      line == 1 ? "another program can have the line at once" :
					  "the line cannot be opened");
}

/* What is left of a handle that was closed. */
static void check_after(const struct subject *s, struct owned *o)
{
	const struct cleardown_close_report *report;
	bool dead;

	collect(o, SILENCE_NS);
	selftest_tell("silent", selftest_if(!o->late), 0,
		      "%s record in the 300 ms behind the close", o->late ? "a" : "no");
	selftest_tell("exactly-once", selftest_if(all_once(o)), 0, "%d of %d requests accepted: %s",
		      __builtin_popcount(o->accepted), REQUESTS,
		      all_once(o) ? "each has one completion, the others none" :
				    "completions are missing, or doubled");
	errno = 0;
	dead = o->port ? !cleardown_port_get_session(o->port) :
			 !cleardown_phone_get_session(o->phone);
	selftest_tell("stale", selftest_if(dead && errno == EBADFD), 0,
		      "the closed handle answers %s", dead ? strerror(errno) : "as if it lived");
	report = cleardown_ctl_next_report(s->ctl, o->summary.number - 1);
	selftest_tell("reported",
		      selftest_if(report && report->summary.handle == o->handle &&
				  report->summary.number == o->summary.number),
		      0,
		      report ? "report %llu can be read by anyone who may see it" :
			       "report %llu is not there",
		      (unsigned long long)o->summary.number);
}

/* ---- a call ---- */

static bool dial(struct owned *o, const char *number, const struct cleardown_record **record)
{
	const struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_DIAL,
		.req_id = DIAL_ID,
		.deadline_ns = DIAL_NS,
		.in = number,
		.in_len = strlen(number),
	};

	return cleardown_phone_call(o->phone, o->queue, &request, DIAL_NS + NS_PER_SEC, record) ==
	       1;
}

static void check_call(const struct subject *s)
{
	const struct cleardown_record *record;
	static struct owned o;
	bool good;

	if (!s->number) {
		selftest_tell("call", TEST_SKIP, 0, "no --number to call");
		return;
	}
	if (!owned_open(&o, s, CLDN_OPEN_OWNER) || !dial(&o, s->number, &record)) {
		selftest_tell("call", TEST_FAIL, 0, "no answer to the dialling: %s",
			      strerror(errno));
	} else if (record->error) {
		selftest_tell("call", TEST_SKIP, 0, "%s: %s", s->number,
			      word_or(cleardown_result_name(record->p1), "no call"));
	} else {
		good = !owned_close(&o) && o.took_ns <= SELFTEST_DEADLINE + SELFTEST_SLACK &&
		       o.summary.flags & CLDN_REPORT_ONHOOK;
		selftest_tell("call", selftest_if(good), o.took_ns,
			      good ? "closed in the call: proven on-hook" :
				     "closed in the call: not proven on-hook in time");
	}
	owned_free(&o);
}

/* ---- an owner that dies ---- */

static bool hold(const struct subject *s)
{
	const struct cleardown_record *record;
	struct owned o;

	if (!owned_open(&o, s, CLDN_OPEN_OWNER))
		return false;
	if (s->number)
		return dial(&o, s->number, &record);
	hand_in(&o, 0);
	return true;
}

/* The last report of @pid, or NULL. */
static const struct cleardown_close_report *report_of(const struct subject *s, uint64_t after,
						      pid_t pid)
{
	const struct cleardown_close_report *report;

	while ((report = cleardown_ctl_next_report(s->ctl, after))) {
		if (report->owner_pid == pid && !strcmp(report->name, s->device.name))
			return report;
		after = report->summary.number;
	}
	return NULL;
}

static void check_owner_killed(const struct subject *s, uint64_t last)
{
	const struct cleardown_close_report *report;
	pid_t pid = selftest_victim(s, hold);
	int64_t begin = monotonic_ns();
	static struct owned o;
	bool open;

	if (pid < 0) {
		selftest_tell("owner-killed", TEST_FAIL, 0,
			      "the process that was to be killed could not open it");
		return;
	}
	open = owned_open(&o, s, CLDN_OPEN_OWNER);
	begin = monotonic_ns() - begin;
	if (open)
		owned_close(&o);
	owned_free(&o);
	report = report_of(s, last, pid);
	selftest_tell("owner-killed",
		      selftest_if(open && report && report->summary.cause == CLDN_CAUSE_OWNER_DIED),
		      begin,
		      !open ? "kill -9: the object cannot be opened again" :
		      !report ?
			      "kill -9: no report of it" :
			      "kill -9: opened again without a retry, and a report says who died");
}

void selftest_owned(const struct subject *s)
{
	int64_t begin = monotonic_ns();
	static struct owned o; /* a close that hangs has it for ever */

	if (!owned_open(&o, s, CLDN_OPEN_OWNER)) {
		selftest_tell("open", TEST_FAIL, 0, "%s", errno_cause(errno));
		owned_free(&o);
		return;
	}
	selftest_tell("open", TEST_PASS, monotonic_ns() - begin, "%s", s->device.backend);
	check_exclusive(s);
	if (!check_close(&o))
		return;
	check_free(s, &o);
	check_after(s, &o);
	if (s->device.class_id == CLDN_CLASS_PHONE)
		check_call(s);
	check_owner_killed(s, o.summary.number);
	owned_free(&o);
}
