/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share: a phone on the sim link that is open, with an event queue and a tape of
 * all that was read from it; threads; and means to hold somebody at a hook until the test says so.
 *
 * A suite's init and exit are kt_init() and kt_exit(). Everything that a test changes (link driver,
 * hook, files) is put back by kt_exit(), which also expects that nothing is left: no object, no
 * request without its completion.
 *
 * The text of a case begins with the ids of the contract that it proves; the ledger reads them.
 */
#ifndef TESTS_KT_H
#define TESTS_KT_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include "../../kernel/core/internal.h"

#define KT_MS NSEC_PER_MSEC
#define KT_HOUR (3600 * NSEC_PER_SEC)
/* Longest wait for something that must come. */
#define KT_LIMIT_MS 20000
/*
 * Allowed on top of a bound, by an instrumented kernel beside others on a busy host; the bound
 * itself is asserted in guest time (tests/e2e/phone-bound). What waits without one is not back
 * before KT_LIMIT_MS, nor before a peer that says nothing was given up.
 */
#define KT_SLACK_MS 8000
#define KT_TAPE 256
#define KT_COOKIE 0x636c6461ULL

#define KT_CASE(fn, text)                      \
	{                                      \
		.run_case = (fn), .name = text \
	}

/* The suite of @what_cases, each of them with a fixture of its own. */
#define KT_SUITE(what, text)                     \
	struct kunit_suite kt_##what##_suite = { \
		.name = text,                    \
		.init = kt_init,                 \
		.exit = kt_exit,                 \
		.test_cases = what##_cases,      \
	}

/* Waits until @condition holds, at most KT_LIMIT_MS; false when it never did. */
#define kt_until(condition)                                              \
	({                                                               \
		u64 kt_end = cldn_now() + KT_LIMIT_MS * KT_MS;           \
		bool kt_holds;                                           \
		while (!(kt_holds = (condition)) && cldn_now() < kt_end) \
			usleep_range(200, 400);                          \
		kt_holds;                                                \
	})

/**
 * struct kt - the fixture
 * @test: the running case
 * @dev: the phone, or what another fixture has bound
 * @sim: the driver that @dev was bound to
 * @drv: what @dev uses: a copy of it in which a test may put calls of its own
 * @file: the owner's
 * @h: its handle; the fixture has a reference of its own
 * @qfile: the event queue's
 * @q: the queue, likewise
 * @n: records on the tape
 * @tape: their fixed parts, in the order in which they were read
 * @live: counts before the test
 * @threads: that were started
 * @buf: what is read goes through it
 */
struct kt {
	struct kunit *test;
	struct cldn_device *dev;
	const struct cldn_link_driver *sim;
	struct cldn_link_driver drv;
	struct file file;
	struct cldn_handle *h;
	struct file qfile;
	struct cldn_evq *q;
	unsigned int n;
	struct cleardown_event tape[KT_TAPE];
	long live[CLDN_COUNTS];
	struct list_head threads;
	u8 buf[8192] __aligned(8);
};

int kt_init(struct kunit *test);
/* The same with a device of another class, bound with @args. */
int kt_init_as(struct kunit *test, u32 clazz, const char *args);
void kt_exit(struct kunit *test);

/* The parts of these, for a fixture that holds a struct kt and has other things than a phone. */
void kt_begin(struct kt *kt, struct kunit *test);
void kt_bind(struct kt *kt, u32 clazz, const char *link, const char *args);
void kt_queue_open(struct kt *kt);
void kt_hooks_end(void); /* whoever is held goes on */
void kt_threads_end(struct kt *kt); /* all have come to their end: they use what the case has */
void kt_queue_close(struct kt *kt);
void kt_unbind(struct kt *kt);
void kt_end(struct kt *kt); /* expects that nothing is left */

static inline struct kt *kt_of(struct kunit *test)
{
	return test->priv;
}

/* ---- the phone ---- */

/* One line of the sim link's script. */
void kt_sim(struct kt *kt, const char *command);
/* A case: each word that class and link say they take has a value that they refuse themselves. */
void kt_words(struct kunit *test);
/* Opens it with a queue; for tests that closed the one that kt_init() opened. */
void kt_open(struct kt *kt);
/* open(2) by somebody else, without waiting: 0 or an errno; kt_other_close() ends it. */
int kt_other_open(struct kt *kt, struct file *file, unsigned int flags);
void kt_other_close(struct kt *kt, struct file *file);
/* The owner's close(2), which here is the release of a kernel thread; waits for the end. */
void kt_release(struct kt *kt);
/* SUBMIT of one AT command with an hour's deadline: 0 or an errno. */
int kt_submit(struct kt *kt, u64 id);
int kt_submit_in(struct kt *kt, u32 opcode, u64 id, const void *in, u32 len, u64 deadline_ns);
int kt_submit_op(struct kt *kt, u32 opcode, u64 id, const char *in, u64 deadline_ns);
/* All allocations of the worker and of the caller fail while @fail; needs the script's failslab. */
void kt_fail_allocations(struct kt *kt, bool fail);
bool kt_allocations_fail(void);
/* CLOSE */
int kt_close(struct kt *kt, u32 mode, u64 deadline_ns, struct cleardown_close *arg);
/* A data call: dials and waits until it is up. */
void kt_call(struct kt *kt);
/* write(2) of @len bytes, without waiting: how many were accepted, or an errno. */
ssize_t kt_write(struct kt *kt, size_t len);
/* The same from @buf, waiting for room. */
ssize_t kt_write_all(struct kt *kt, const void *buf, size_t len);
/* The newest report of the handle; fails the case when there is none. */
struct cleardown_report *kt_report(struct kt *kt);
unsigned int kt_reports(struct kt *kt);
u32 kt_device_state(struct kt *kt);
/* The request @id, referenced (cldn_op_put()), or NULL. */
struct cldn_op *kt_op(struct kt *kt, u64 id);
/* The link's calls as @dev makes them; a test may put others in their place. */
struct cldn_link_driver *kt_driver(struct kt *kt);

/* One of them does not come back until kt_driver_go(), which also puts the sim link's back. */
enum kt_call { KT_OPEN, KT_CLOSE, KT_SET_LINES, KT_WRITE };

void kt_driver_hold(struct kt *kt, enum kt_call call);
void kt_driver_held(struct kt *kt); /* waits until the worker is in there */
void kt_driver_go(struct kt *kt);

/* ---- records ---- */

/* Reads all that is queued onto the tape, without waiting. */
void kt_drain(struct kt *kt);
/* Records of @type on the tape; @id < 0: of any request. */
unsigned int kt_count(struct kt *kt, u32 type, s64 id);
const struct cleardown_event *kt_find(struct kt *kt, u32 type, s64 id);
/* Waits for the completion of @id and returns it, or fails the case. */
const struct cleardown_event *kt_completion(struct kt *kt, u64 id);
/* One read(2) of the queue into @len bytes of the kernel, or of a user who has none. */
ssize_t kt_read(struct kt *kt, void *to, size_t len, bool nowait);
ssize_t kt_read_fault(struct kt *kt);
/* Each of the requests 1 to @k has one completion, numbered at or below @limit. */
void kt_expect_ended(struct kt *kt, unsigned int k, u64 limit);

/* ---- threads ---- */

/**
 * struct kt_thread - a function in a thread of its own; lives as long as the case
 * @node: in the fixture's list
 * @fn: it
 * @kt: its fixture
 * @arg: the case's own
 * @task: it, referenced
 * @done: it has returned
 * @ret: what
 * @close: CLOSE's argument for kt_closer()
 */
struct kt_thread {
	struct list_head node;
	long (*fn)(struct kt_thread *t);
	struct kt *kt;
	void *arg;
	struct task_struct *task;
	struct completion done;
	long ret;
	struct cleardown_close close;
};

struct kt_thread *kt_start(struct kt *kt, long (*fn)(struct kt_thread *t), void *arg);
/* Its return; fails the case when it does not come back. */
long kt_join(struct kt_thread *t);
/* True while it sleeps and has not returned. */
bool kt_sleeps(struct kt_thread *t);
/* One that calls CLOSE; its answer is in ->close. */
struct kt_thread *kt_closer(struct kt *kt, u32 mode, u64 deadline_ns);
/* The same with another function, which finds mode and deadline in ->close. */
struct kt_thread *kt_start_close(struct kt *kt, long (*fn)(struct kt_thread *t), void *arg,
				 u32 mode, u64 deadline_ns);

/* ---- hooks ---- */

/**
 * struct kt_gate - somebody is held at a hook; lives as long as the case
 * @at: which
 * @what: only for this handle, op or queue; NULL = any
 * @hits: how many came; only the first is held
 * @reached: he is there
 * @go: he may go on
 */
struct kt_gate {
	enum cldn_hook_at at;
	void *what;
	atomic_t hits;
	struct completion reached;
	struct completion go;
};

/* From now on the first who comes to @at with @what waits there for kt_let_go(). Two a case. */
struct kt_gate *kt_hold(struct kt *kt, enum cldn_hook_at at, void *what);
/* Waits until somebody is held there; fails the case when nobody comes. */
void kt_held(struct kt *kt, struct kt_gate *gate);
void kt_let_go(struct kt_gate *gate);
/* Calls @fn at @at, each time, in the context of whoever comes there. */
void kt_at(enum cldn_hook_at at, void (*fn)(struct kt *kt, void *what), struct kt *kt);

/* ---- the suites ---- */

/* One for each promise PR-1 to PR-10, in the order of their numbers; then what cuts across. */
extern struct kunit_suite kt_once_suite;
extern struct kunit_suite kt_return_suite;
extern struct kunit_suite kt_silence_suite;
extern struct kunit_suite kt_free_suite;
extern struct kunit_suite kt_bound_suite;
extern struct kunit_suite kt_memory_suite;
extern struct kunit_suite kt_honest_suite;
extern struct kunit_suite kt_death_suite;
extern struct kunit_suite kt_stale_suite;
extern struct kunit_suite kt_policy_suite;

extern struct kunit_suite kt_at_suite;
extern struct kunit_suite kt_monitors_suite;
extern struct kunit_suite kt_port_suite;
extern struct kunit_suite kt_events_suite;
extern struct kunit_suite kt_fax_suite;
extern struct kunit_suite kt_fax_track_suite;
extern struct kunit_suite kt_ladder_suite;
extern struct kunit_suite kt_races_suite;
extern struct kunit_suite kt_walk_suite;
extern struct kunit_suite kt_vc_suite;
extern struct kunit_suite kt_vcraces_suite;
extern struct kunit_suite kt_vcmanager_suite;
extern struct kunit_suite kt_vcparty_suite;

#endif /* TESTS_KT_H */
