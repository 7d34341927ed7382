// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closes that meet something: requests being submitted and completed, another close, a reader that
 * is the closer, and a close that waits for an hour and is overtaken.
 *
 * usage: phone-race TTY NUMBER		300 must be a machine of the bank that does not answer
 */
#define _GNU_SOURCE

#include <sched.h>
#include <signal.h>

#include "phone.h"

#define HOUR (3600 * CD_S)
#define ROUNDS 25
#define ROUND_MAX 300
#define BOUND_MS 2000

static struct phone phone;
static const char *tty;
static const char *number;

static struct wanted completion(uint64_t cookie, uint64_t id, uint64_t above)
{
	return (struct wanted){ CLEARDOWN_EV_COMPLETION, cookie, id, 0, above };
}

/* ---- a close in a thread of its own ---- */

struct closer {
	pthread_t thread;
	pthread_barrier_t *start;
	int fd;
	uint32_t mode;
	uint64_t deadline_ns;
	int ret;
	uint64_t took;
	struct cleardown_close arg;
};

static void *closer_run(void *p)
{
	struct closer *c = p;
	uint64_t t0;

	if (c->start)
		pthread_barrier_wait(c->start);
	t0 = cd_now();
	c->ret = cd_close(c->fd, c->mode, c->deadline_ns, &c->arg);
	c->took = cd_now() - t0;
	return NULL;
}

static void closer_start(struct closer *c, uint32_t mode, uint64_t deadline_ns)
{
	c->fd = phone.fd;
	c->mode = mode;
	c->deadline_ns = deadline_ns;
	if (pthread_create(&c->thread, NULL, closer_run, c))
		abort();
}

static int close_by_admin(uint32_t mode, uint64_t deadline_ns)
{
	struct cleardown_ctl_close arg = { .size = sizeof(arg),
					   .mode = mode,
					   .deadline_ns = deadline_ns };
	int ctl = cd_ctl(), ret;

	snprintf(arg.name, sizeof(arg.name), "%s", phone.name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, &arg);
	close(ctl);
	return ret;
}

/* ---- requests against a close ---- */

struct submitter {
	pthread_t thread;
	uint64_t cookie;
	unsigned int accepted;
	int refusal;
};

/* Ids are 1, 2, 3 and so on; the first refusal ends it. */
static void *submitter_run(void *p)
{
	static const struct cleardown_op_level level = { CLEARDOWN_HOOKDEV_SPEAKER, 0x5000 };
	struct submitter *s = p;

	while (s->accepted < ROUND_MAX && !s->refusal) {
		uint64_t id = s->accepted + 1;

		if (id % 2)
			s->refusal = cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, id, "");
		else
			s->refusal = cd_submit(phone.fd, CLEARDOWN_OP_SET_VOLUME, id, &level,
					       sizeof(level), NULL);
		s->accepted += !s->refusal;
		sched_yield();
	}
	return NULL;
}

static bool judge_round(const struct submitter *s, const struct cleardown_close *arg)
{
	uint64_t limit = arg->out_seq_at_return;
	unsigned int id;
	bool good = true;

	tape_catch_up(&phone.tape);
	for (id = 1; id <= s->accepted; id++)
		EXPECT_EQ(good, tape_count(&phone.tape, completion(s->cookie, id, 0)), 1);
	EXPECT_EQ(good, tape_count(&phone.tape, completion(s->cookie, 0, 0)), s->accepted);
	EXPECT_EQ(good,
		  tape_count(&phone.tape,
			     (struct wanted){ .cookie = s->cookie, .above_seq = limit }),
		  0);
	EXPECT_EQ(good, arg->out_report.ops_issued, s->accepted);
	EXPECT_EQ(good, arg->out_report.ops_completed, s->accepted);
	EXPECT_EQ(good, arg->out_report.late_events, 0);
	EXPECT(good, s->refusal == -EBADFD || s->accepted == ROUND_MAX);
	return good;
}

static void tape_rewind(struct tape *t)
{
	pthread_mutex_lock(&t->lock);
	t->n = 0;
	pthread_mutex_unlock(&t->lock);
}

static bool one_round(unsigned int i)
{
	static const uint32_t modes[] = { CLEARDOWN_MODE_ORDERLY, CLEARDOWN_MODE_ABORT,
					  CLEARDOWN_MODE_DRAIN };
	struct submitter s = { .cookie = 0x10000 + i };
	struct cleardown_close arg;
	bool good = true;

	tape_rewind(&phone.tape);
	EXPECT_EQ(good, phone_open(&phone, s.cookie), 0);
	if (!good || pthread_create(&s.thread, NULL, submitter_run, &s))
		return false;
	if (i % 5)
		tape_wait(&phone.tape, completion(s.cookie, 0, 0), i % 5, 2000, NULL);
	EXPECT_EQ(good, cd_close(phone.fd, modes[i % 3], 300 * CD_MS, &arg), 0);
	pthread_join(s.thread, NULL);
	good = judge_round(&s, &arg) && good;
	close(phone.fd);
	return good;
}

static void against_submitters(void)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++)
		good = one_round(i);
	tap(good,
	    "RP-1 RP-5 P-7 P-11b closed while requests are submitted and completed: each "
	    "accepted one completes once and in time (%u rounds)",
	    i);
}

/* ---- the reader is the closer ---- */

static void reader_closes(void)
{
	union cd_record rec;
	unsigned int i, n = 0;
	struct cleardown_close arg;
	int fd = cd_open(phone.name, O_RDWR), events = cd_events();
	bool good = true;

	EXPECT_EQ(good, cd_bind_events(fd, events, 7), 0);
	for (i = 0; i < 40; i++)
		EXPECT_EQ(good, cd_submit_text(fd, CLEARDOWN_OP_DEV_SPECIFIC, i, "I0"), 0);
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	while (!cd_one(events, &rec, 0)) {
		EXPECT(good, rec.ev.type == CLEARDOWN_EV_COMPLETION);
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		n++;
	}
	EXPECT_EQ(good, n, 40);
	tap(good, "RP-2 CLOSE by the thread that reads the events does not wait for it; "
		  "what was reported can be read afterwards");
	close(fd);
	close(events);
}

/* ---- two closes ---- */

static bool judge_second(const struct closer *c)
{
	bool good = true;

	EXPECT(good, c->ret == -EALREADY || c->ret == -EBADFD);
	EXPECT_EQ(good, c->arg.out_status, CLEARDOWN_PHONEERR_INVALPHONEHANDLE);
	return good;
}

static unsigned int reports_of(uint64_t handle)
{
	struct cleardown_report r;
	unsigned int n = 0;
	uint64_t last = 0;

	while (!cd_report(last, &r)) {
		last = r.out_head.number;
		n += r.out_head.handle == handle;
	}
	return n;
}

static void two_closes(void)
{
	pthread_barrier_t start;
	unsigned int i;
	bool good = true;

	pthread_barrier_init(&start, NULL, 2);
	for (i = 0; i < 10 && good; i++) {
		struct closer a = { .start = &start }, b = { .start = &start };

		EXPECT_EQ(good, phone_open(&phone, 0x20000 + i), 0);
		closer_start(&a, CLEARDOWN_MODE_ORDERLY, CD_S);
		closer_start(&b, CLEARDOWN_MODE_ORDERLY, CD_S);
		pthread_join(a.thread, NULL);
		pthread_join(b.thread, NULL);
		EXPECT_EQ(good, !a.ret + !b.ret, 1);
		good = judge_second(a.ret ? &a : &b) && good;
		EXPECT_EQ(good, reports_of(phone.handle), 1);
		close(phone.fd);
	}
	pthread_barrier_destroy(&start);
	tap(good, "RP-4 P-4 of two closes one closes, the other gets INVALPHONEHANDLE at once");
}

static void close_against_forced(void)
{
	struct wanted told = { CLEARDOWN_EV_PHONE_CLOSE, 0, 0, 0, 0 };
	struct cleardown_report r = { 0 };
	pthread_barrier_t start;
	unsigned int i;
	bool good = true;

	pthread_barrier_init(&start, NULL, 2);
	for (i = 0; i < 10 && good; i++) {
		struct closer own = { .start = &start };

		told.cookie = 0x30000 + i;
		EXPECT_EQ(good, phone_open(&phone, told.cookie), 0);
		closer_start(&own, CLEARDOWN_MODE_ORDERLY, CD_S);
		pthread_barrier_wait(&start);
		EXPECT_EQ(good, close_by_admin(CLEARDOWN_MODE_ORDERLY, CD_S), 0);
		pthread_join(own.thread, NULL);
		tape_catch_up(&phone.tape);
		EXPECT(good, report_of(phone.handle, &r));
		EXPECT_EQ(good, reports_of(phone.handle), 1);
		EXPECT_EQ(good, !own.ret, r.out_head.cause == CLEARDOWN_CAUSE_LOCAL_USER);
		EXPECT_EQ(good, tape_count(&phone.tape, told), !!own.ret);
		close(phone.fd);
	}
	pthread_barrier_destroy(&start);
	tap(good, "RP-3 P-19 close against forced close: the first wins, one report, "
		  "PHONE_CLOSE only when it was the forced one");
}

/* ---- overtaken ---- */

/* A dial that nobody answers is under way, and a CLOSE(DRAIN, 1 h) waits for it. */
static bool drain_for_an_hour(struct closer *c, uint64_t cookie, uint64_t *id)
{
	struct cleardown_status st = { 0 };
	uint64_t end = cd_now() + 5 * CD_S;
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, cookie), 0);
	*id = phone_submit_text(&phone, CLEARDOWN_OP_DIAL, "300");
	EXPECT(good, *id);
	EXPECT(good, bank_waits(number, "dialing", 5000));
	closer_start(c, CLEARDOWN_MODE_DRAIN, HOUR);
	do {
		EXPECT_EQ(good, cd_status(phone.fd, &st), 0);
	} while (good && st.out_state != CLEARDOWN_STATE_CLOSING && cd_now() < end &&
		 between_looks());
	EXPECT_EQ(good, st.out_state, CLEARDOWN_STATE_CLOSING);
	EXPECT_EQ(good, st.out_pending, 1);
	EXPECT_EQ(good, tape_count(&phone.tape, completion(cookie, *id, 0)), 0);
	return good;
}

/* @t0: when it was overtaken. */
static bool judge_overtaken(struct closer *c, uint64_t id, uint64_t t0)
{
	uint64_t took = cd_now() - t0;
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT(good, fd >= 0);
	close(fd);
	EXPECT(good, took < (BOUND_MS + SLACK_MS) * CD_MS);
	EXPECT_EQ(good, c->ret, 0);
	EXPECT_EQ(good, c->arg.out_released, 1);
	EXPECT_EQ(good, c->arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, c->arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, phone_wait(&phone, id, 1000, &rec), -EIO);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
	EXPECT(good, rec.ev.seq <= c->arg.out_seq_at_return);
	EXPECT(good, bank_waits(number, "onhook", 1000));
	return good;
}

static void overtaken_by_close(void)
{
	struct closer first = { 0 };
	struct cleardown_close arg;
	uint64_t id, t0;
	bool good = drain_for_an_hour(&first, 0x40000, &id);

	t0 = cd_now();
	EXPECT_EQ(good, cd_close(phone.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), -EALREADY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_PHONEERR_INVALPHONEHANDLE);
	EXPECT(good, cd_now() - t0 < SLACK_MS * CD_MS);
	pthread_join(first.thread, NULL);
	good = judge_overtaken(&first, id, t0) && good;
	tap(good, "RP-4 P-11 CLOSE(DRAIN, 1 h) is overtaken by a second CLOSE(ABORT), which gets "
		  "EALREADY at once");
	close(phone.fd);
}

static void overtaken_by_admin(void)
{
	struct closer first = { 0 };
	uint64_t id, t0;
	bool good = drain_for_an_hour(&first, 0x41000, &id);

	t0 = cd_now();
	EXPECT_EQ(good, close_by_admin(CLEARDOWN_MODE_ABORT, CD_S), 0);
	pthread_join(first.thread, NULL);
	good = judge_overtaken(&first, id, t0) && good;
	EXPECT_EQ(good, first.arg.out_report.later_causes, 1 << CLEARDOWN_CAUSE_ADMIN);
	EXPECT_EQ(good,
		  tape_count(&phone.tape, (struct wanted){ .type = CLEARDOWN_EV_PHONE_CLOSE,
							   .cookie = 0x41000 }),
		  0);
	tap(good, "RP-3 P-11 CLOSE(DRAIN, 1 h) is overtaken by a close of the administrator, "
		  "whose cause is listed");
	close(phone.fd);
}

/* The closer is a process of its own; the parent watches it through an observer. */
static pid_t closing_process(int observer)
{
	struct cleardown_status st = { 0 };
	uint64_t end = cd_now() + 10 * CD_S;
	pid_t pid = fork();
	int fd, events;

	if (!pid) {
		fd = cd_open(phone.name, O_RDWR);
		events = cd_events();
		if (cd_bind_events(fd, events, 1) ||
		    cd_submit_text(fd, CLEARDOWN_OP_DIAL, 1, "300") ||
		    !bank_waits(number, "dialing", 5000))
			_exit(1);
		cd_close(fd, CLEARDOWN_MODE_DRAIN, HOUR, &(struct cleardown_close){ 0 });
		_exit(0);
	}
	while (!cd_status(observer, &st) && st.out_state != CLEARDOWN_STATE_CLOSING &&
	       cd_now() < end)
		between_looks();
	return st.out_state == CLEARDOWN_STATE_CLOSING && st.out_owner_pid == pid ? pid : -1;
}

static void overtaken_by_kill(void)
{
	int observer = cd_open(phone.name, O_RDONLY), status = 0, fd;
	struct cleardown_report r = { 0 };
	uint64_t before = cd_last_report(), t0, took;
	bool good = true;
	pid_t pid;

	pid = closing_process(observer);
	EXPECT(good, pid > 0);
	t0 = cd_now();
	if (pid <= 0 || kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
		good = false;
	took = cd_now() - t0;
	fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(good, fd >= 0);
	close(fd);
	EXPECT(good, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	EXPECT(good, took < (700 + SLACK_MS) * CD_MS);
	EXPECT_EQ(good, cd_report(before, &r), 0);
	EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_EMERGENCY);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, r.out_head.later_causes, 1 << CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, r.out_head.ops_completed, r.out_head.ops_issued);
	EXPECT(good, bank_waits(number, "onhook", 1000));
	if (!tap(good, "P-11c PR-8 CLOSE(DRAIN, 1 h) is overtaken by the kill of its closer; when "
		       "he is gone the line is free"))
		report_show(&r);
	close(observer);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	tty = argv[1];
	number = argv[2];
	if (!tap(phone_bind(&phone, tty), "bind %s", tty))
		return tap_done();
	bank("noanswer 300 on");
	against_submitters();
	reader_closes();
	two_closes();
	close_against_forced();
	overtaken_by_close();
	overtaken_by_admin();
	overtaken_by_kill();
	tap(cd_counter("stats", "issued") == cd_counter("stats", "completed"),
	    "P-7 all requests issued were completed");
	tap(!cd_counter("stats", "stuck"), "P-11 no close was stuck");
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
