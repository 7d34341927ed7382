/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of phones share: commands to the modem bank, a tape of every record of an event
 * queue, and a phone that is open with both.
 *
 * Include after #define _GNU_SOURCE (pthread_cond_clockwait).
 */
#ifndef TESTS_PHONE_H
#define TESTS_PHONE_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <termios.h>

#include "cd.h"
#include "tap.h"

#define ALL_STATES CLEARDOWN_PHONESTATE_ALL
#define ALL_EVENTS CLEARDOWN_EV_FILTER_ALL

/* The pause of a loop that looks again and again, so that it does not eat a processor. */
static inline bool between_looks(void)
{
	return !poll(NULL, 0, 2);
}

/* ---- the modem bank ---- */

/* One command to the bank; its answer, "ok ..." or "error ...", into @answer. True when ok. */
__attribute__((format(printf, 3, 4))) static inline bool bank_says(char *answer, size_t max,
								   const char *format, ...)
{
	char text[160], words[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(words, sizeof(words), "bank '%s'", text);
	return !cd_host(answer, max, words);
}

#define bank(...) bank_says((char[512]){ 0 }, 512, __VA_ARGS__)

/* Waits until the bank sees line @number in @state ("online", "onhook", "rx:100", ...). */
static inline bool bank_waits(const char *number, const char *state, int ms)
{
	return bank("waitfor %s %s %d", number, state, ms);
}

/* What the modem was sent since the capture began, with C escapes. */
static inline bool modem_got(const char *number, const char *text)
{
	char answer[4096];

	return bank_says(answer, sizeof(answer), "captured %s", number) && strstr(answer, text);
}

/* True when DTR, as the bank sees it on the wire, is @on within @ms. */
static inline bool bank_sees_dtr(const char *number, bool on, int ms)
{
	const char *wanted = on ? "dtr 1" : "dtr 0";
	uint64_t end = cd_now() + ms * CD_MS;
	char answer[256];

	do {
		if (bank_says(answer, sizeof(answer), "lines %s", number) && strstr(answer, wanted))
			return true;
	} while (cd_now() < end);
	return false;
}

/* ---- a tape: a thread blocked in read(2) of a queue, and all that it got ---- */

#define TAPE_MAX 4096

struct tape {
	int events;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t grown;
	unsigned int n;
	bool garbled; /* a record of wrong length, or a number that did not grow */
	union cd_record rec[TAPE_MAX];
};

static inline void tape_add(struct tape *t, const struct cleardown_event *ev)
{
	pthread_mutex_lock(&t->lock);
	if (t->n && ev->seq <= t->rec[t->n - 1].ev.seq)
		t->garbled = true;
	if (ev->len > sizeof(t->rec[0]) || t->n == TAPE_MAX)
		t->garbled = true;
	else
		memcpy(&t->rec[t->n++], ev, ev->len);
	pthread_cond_broadcast(&t->grown);
	pthread_mutex_unlock(&t->lock);
}

static inline void *tape_run(void *arg)
{
	char buf[16384] __attribute__((aligned(8)));
	struct tape *t = arg;
	ssize_t n, at;

	while ((n = read(t->events, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n;) {
			struct cleardown_event *ev = (void *)(buf + at);

			tape_add(t, ev);
			at += ev->len >= sizeof(*ev) ? ev->len : (size_t)n;
		}
	}
	return NULL;
}

static inline void tape_start(struct tape *t, int events)
{
	t->events = events;
	t->n = 0;
	t->garbled = false;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->grown, NULL);
	if (pthread_create(&t->thread, NULL, tape_run, t))
		abort();
}

static inline void tape_stop(struct tape *t)
{
	pthread_cancel(t->thread);
	pthread_join(t->thread, NULL);
}

/* A record that is looked for; a zero member does not matter, except for @type. */
struct wanted {
	uint32_t type;
	uint64_t cookie;
	uint64_t req_id;
	uint32_t p1;
	uint64_t above_seq;
};

static inline bool record_is(const struct cleardown_event *ev, const struct wanted *w)
{
	return (!w->type || ev->type == w->type) && (!w->cookie || ev->cookie == w->cookie) &&
	       (!w->req_id || ev->req_id == w->req_id) && (!w->p1 || ev->p1 == w->p1) &&
	       ev->seq > w->above_seq;
}

static inline unsigned int tape_count_locked(const struct tape *t, const struct wanted *w)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->n; i++)
		n += record_is(&t->rec[i].ev, w);
	return n;
}

static inline unsigned int tape_count(struct tape *t, struct wanted w)
{
	unsigned int n;

	pthread_mutex_lock(&t->lock);
	n = tape_count_locked(t, &w);
	pthread_mutex_unlock(&t->lock);
	return n;
}

/* Waits until at least @n records are as wanted; copies the last of them where @rec is not NULL. */
static inline bool tape_wait(struct tape *t, struct wanted w, unsigned int n, int ms,
			     union cd_record *rec)
{
	uint64_t end = cd_now() + ms * CD_MS;
	struct timespec at = { end / CD_S, end % CD_S };
	bool there;
	unsigned int i;
	int ret = 0;

	pthread_mutex_lock(&t->lock);
	while (!(there = tape_count_locked(t, &w) >= n) && !ret)
		ret = pthread_cond_clockwait(&t->grown, &t->lock, CLOCK_MONOTONIC, &at);
	for (i = 0; there && rec && i < t->n; i++)
		if (record_is(&t->rec[i].ev, &w))
			*rec = t->rec[i];
	pthread_mutex_unlock(&t->lock);
	return there;
}

/* How often the call of @cookie was reported to be in @state, an enum cleardown_call_state. */
static inline unsigned int tape_call_states(struct tape *t, uint64_t cookie, uint32_t state)
{
	unsigned int i, n = 0;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->n; i++) {
		const struct cleardown_event *ev = &t->rec[i].ev;

		n += ev->type == CLEARDOWN_EV_CALL_STATE && ev->cookie == cookie && ev->p1 == state;
	}
	pthread_mutex_unlock(&t->lock);
	return n;
}

/* The number of the newest record of the queue, read or not. */
static inline uint64_t queue_seq(int events)
{
	struct cleardown_events_info info = { .size = sizeof(info) };

	return cd_ioctl(events, CLEARDOWN_IOC_EVENTS_INFO, &info) ? 0 : info.out_seq;
}

/* Waits until the tape holds all that is queued by now. */
static inline bool tape_catch_up(struct tape *t)
{
	uint64_t seq = queue_seq(t->events);

	return !seq || tape_wait(t, (struct wanted){ .above_seq = seq - 1 }, 1, 10000, NULL);
}

/* ---- a phone in use ---- */

struct phone {
	char name[32];
	int fd;
	int events;
	uint64_t cookie;
	uint64_t handle;
	uint64_t next_id;
	struct tape tape;
};

/* Opens the phone as its owner, reports everything to its queue: 0 or -errno. */
static inline int phone_open(struct phone *p, uint64_t cookie)
{
	struct cleardown_info info = { .size = sizeof(info) };
	int ret;

	p->fd = cd_open(p->name, O_RDWR);
	if (p->fd < 0)
		return p->fd;
	p->cookie = cookie;
	ret = cd_bind_events(p->fd, p->events, cookie);
	if (!ret)
		ret = cd_filter(p->fd, ALL_STATES, ALL_EVENTS);
	if (!ret)
		ret = cd_ioctl(p->fd, CLEARDOWN_IOC_GET_INFO, &info);
	p->handle = info.out_handle;
	return ret;
}

/* Longest run of a test program: one that hangs ends before its VM does, and is named. */
#define PROGRAM_LIMIT_S 150

/* Binds @tty, makes a queue with a tape: true when all of it went well. */
static inline bool phone_bind_args(struct phone *p, const char *tty, const char *args)
{
	int ret = cd_bind_tty_args(tty, args, p->name);

	alarm(PROGRAM_LIMIT_S);
	if (ret)
		fprintf(stderr, "# bind %s: %s\n", tty, strerror(-ret));
	p->fd = -1;
	p->next_id = 1000;
	p->events = cd_events();
	if (ret || p->events < 0)
		return false;
	tape_start(&p->tape, p->events);
	return true;
}

static inline bool phone_bind(struct phone *p, const char *tty)
{
	return phone_bind_args(p, tty, "");
}

static inline bool phone_unbind(struct phone *p)
{
	tape_stop(&p->tape);
	close(p->events);
	return !cd_unbind(p->name, 0);
}

/* Submits with the next id; returns the id, 0 when it was refused. */
static inline uint64_t phone_submit(struct phone *p, uint32_t op, const void *in, uint32_t len)
{
	uint64_t id = p->next_id++;
	int ret = cd_submit(p->fd, op, id, in, len, NULL);

	if (ret)
		fprintf(stderr, "# opcode %#x refused: %s\n", op, strerror(-ret));
	return ret ? 0 : id;
}

static inline uint64_t phone_submit_text(struct phone *p, uint32_t op, const char *text)
{
	return phone_submit(p, op, text, strlen(text));
}

/* Waits for the completion of @id and returns its error, or -ETIME when none came. */
static inline int phone_wait(struct phone *p, uint64_t id, int ms, union cd_record *rec)
{
	union cd_record own;
	struct wanted w = { CLEARDOWN_EV_COMPLETION, p->cookie, id, 0, 0 };

	if (!id || !tape_wait(&p->tape, w, 1, ms, rec ? rec : &own))
		return -ETIME;
	return rec ? rec->ev.error : own.ev.error;
}

static inline int phone_do(struct phone *p, uint32_t op, const void *in, uint32_t len, int ms,
			   union cd_record *rec)
{
	return phone_wait(p, phone_submit(p, op, in, len), ms, rec);
}

static inline int phone_do_text(struct phone *p, uint32_t op, const char *text, int ms,
				union cd_record *rec)
{
	return phone_do(p, op, text, strlen(text), ms, rec);
}

static inline uint32_t phone_call_state(struct phone *p)
{
	struct cleardown_phone_status st;

	return cd_phone_status(p->fd, &st) ? ~0U : st.out_call_state;
}

/* CLOSE and close(2). Returns CLOSE's own return; @arg has its answer. */
static inline int phone_close(struct phone *p, uint32_t mode, uint64_t deadline_ns,
			      struct cleardown_close *arg)
{
	struct cleardown_close own;
	int ret = cd_close(p->fd, mode, deadline_ns, arg ? arg : &own);

	close(p->fd);
	p->fd = -1;
	return ret;
}

/* ---- reports ---- */

/* The newest report of @handle: true and it. */
static inline bool report_of(uint64_t handle, struct cleardown_report *found)
{
	struct cleardown_report r;
	uint64_t last = 0;
	bool got = false;

	while (!cd_report(last, &r)) {
		last = r.out_head.number;
		if (r.out_head.handle == handle) {
			*found = r;
			got = true;
		}
	}
	return got;
}

/* Waits for it, at most @ms: a close that somebody forced is told before its report is there. */
static inline bool report_of_soon(uint64_t handle, struct cleardown_report *found, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (!report_of(handle, found))
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

static inline const struct cleardown_step *report_step(const struct cleardown_report *r,
						       uint32_t what)
{
	unsigned int i;

	for (i = 0; i < r->out_nsteps; i++)
		if (r->out_steps[i].what == what)
			return &r->out_steps[i];
	return NULL;
}

/* True when the step was really run. */
static inline bool step_ran(const struct cleardown_report *r, uint32_t what)
{
	const struct cleardown_step *s = report_step(r, what);

	return s && !(s->flags & CLEARDOWN_STEP_SKIPPED);
}

/* What a failed test wants to know. */
static inline void report_show(const struct cleardown_report *r)
{
	const struct cleardown_report_head *h = &r->out_head;
	unsigned int i;

	fprintf(stderr, "# report %llu mode %u cause %u later %#x flags %#x error %d, %llu ms\n",
		h->number, h->mode, h->cause, h->later_causes, h->flags, h->error,
		(h->end_ns - h->begin_ns) / CD_MS);
	for (i = 0; i < r->out_nsteps; i++)
		fprintf(stderr, "#   step %u flags %#x error %d detail %u at %llu took %llu us\n",
			r->out_steps[i].what, r->out_steps[i].flags, r->out_steps[i].error,
			r->out_steps[i].detail, r->out_steps[i].start_ns / 1000,
			r->out_steps[i].took_ns / 1000);
}

#endif /* TESTS_PHONE_H */
