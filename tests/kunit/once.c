// SPDX-License-Identifier: GPL-2.0-only
/* PR-1 and PR-2: each accepted request completes once, and before CLOSE returns. */
#include <linux/irq_work.h>
#include <linux/slab.h>
#include "kt.h"
#include "../../kernel/transport/sim.h"

#define MOST 9
#define MANY (2 * CLDN_EXPIRE_BATCH + 22) /* two batches, and a rest */

/* ---- PR-1 ---- */

/* The modem is deaf: one request is at it, the others wait. */
static void outstanding(struct kt *kt, unsigned int k)
{
	unsigned int id;

	kt_sim(kt, "deaf on");
	for (id = 1; id <= k; id++)
		KUNIT_ASSERT_EQ(kt->test, 0, kt_submit(kt, id));
	KUNIT_EXPECT_EQ(kt->test, k, kt->h->nops);
}

static void k_outstanding(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int k;

	for (k = 0; k <= MOST; k++) {
		kt->n = 0;
		outstanding(kt, k);
		KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg));
		KUNIT_EXPECT_EQ(test, k, arg.out_report.ops_at_close);
		kt_expect_ended(kt, k, arg.out_seq_at_return);
		KUNIT_EXPECT_EQ(test, k, kt->n);
		kt_release(kt);
		kt_open(kt);
	}
}

/* What ended unanswered says so; the word is the contract's. */
static void unanswered_says_so(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int id;

	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->status);
	kt_sim(kt, "deaf on");
	for (id = 2; id <= 4; id++)
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, id));
	kt_close(kt, CLEARDOWN_MODE_ORDERLY, 2000 * KT_MS, &arg);
	kt_expect_ended(kt, 4, arg.out_seq_at_return);
	for (id = 2; id <= 4; id++) {
		KUNIT_EXPECT_EQ(test, -EIO, kt_completion(kt, id)->error);
		KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_PHONEERR_OPERATIONFAILED,
				kt_completion(kt, id)->status);
	}
}

/* Accepted bytes and requests of a DRAIN finish by themselves. */
static void drain_finishes(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int id;

	kt_sim(kt, "delay 20000");
	for (id = 1; id <= 5; id++)
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, id));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_DRAIN, 10000 * KT_MS, &arg));
	kt_expect_ended(kt, 5, arg.out_seq_at_return);
	for (id = 1; id <= 5; id++)
		KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, id)->error);
}

static void refused_has_none(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cldn_evq *q = cldn_evq_get(kt->q);
	u32 issued = kt->h->issued;

	kt_sim(kt, "deaf on");
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, -EEXIST, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, issued + 1, kt->h->issued);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 1));
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_EQ(test, -ENOENT, cldn_op_cancel(kt->h, 1));
	KUNIT_EXPECT_EQ(test, 0, cldn_handle_bind_queue(kt->h, NULL, 0));
	KUNIT_EXPECT_EQ(test, -EDESTADDRREQ, kt_submit(kt, 2));
	KUNIT_EXPECT_EQ(test, 0, cldn_handle_bind_queue(kt->h, q, KT_COOKIE));
	KUNIT_EXPECT_EQ(test, issued + 1, kt->h->issued);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
}

/* One that was not started ends by CANCEL itself, whatever the modem does. */
static void cancel_before_start(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cldn_op *op;

	outstanding(kt, 3);
	op = kt_op(kt, 3);
	KUNIT_ASSERT_NOT_NULL(test, op);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 3));
	KUNIT_EXPECT_TRUE(test, cldn_op_done(op));
	KUNIT_EXPECT_FALSE(test, cldn_op_complete(op, 0, 0, 0, NULL, 0));
	cldn_op_put(op);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(kt, 3)->error);
	KUNIT_EXPECT_EQ(test, 2, kt->h->nops);
}

static void deadline_ends_one(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_ASSERT_EQ(test, 0, kt_submit_op(kt, CLEARDOWN_OP_DEV_SPECIFIC, 2, "I", 50 * KT_MS));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, kt_completion(kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_COMPLETION, 1));
}

/* Between two batches of requests whose time is up, where the lock is free. */
static struct {
	unsigned int times;
	bool locked;
	u32 left[2];
	u64 run[2]; /* of the worker: when it began */
	struct cldn_op *op;
	bool won;
	int submitted;
} between;

static void look_between(struct kt *kt, void *what)
{
	between.locked |= irqs_disabled();
	if (between.times < ARRAY_SIZE(between.left)) {
		between.left[between.times] = READ_ONCE(kt->h->nops);
		between.run[between.times] = READ_ONCE(kt->dev->run_since_ns);
	}
	if (between.times++)
		return;
	between.won = cldn_op_complete(between.op, 0, 0, CLEARDOWN_RESULT_OK, NULL, 0);
	between.submitted = kt_submit(kt, MANY + 1);
}

/* They are up when the worker comes back: two batches and a rest, in one run. */
static void many_are_up(struct kt *kt)
{
	unsigned int id;

	kt_sim(kt, "deaf on");
	kt_driver_hold(kt, KT_WRITE);
	KUNIT_ASSERT_EQ(kt->test, 0, kt_submit(kt, 1));
	kt_driver_held(kt);
	for (id = 2; id <= MANY; id++)
		KUNIT_ASSERT_EQ(kt->test, 0,
				kt_submit_op(kt, CLEARDOWN_OP_DEV_SPECIFIC, id, "I", 1));
}

/* Somebody else's completion between the batches stands between them, and is the only one. */
static void expect_in_order(struct kt *kt)
{
	unsigned int i, id;

	kt_drain(kt);
	KUNIT_ASSERT_EQ(kt->test, MANY - 1, kt->n);
	for (i = 0, id = 2; i < kt->n; i++) {
		bool other = i == CLDN_EXPIRE_BATCH;

		KUNIT_EXPECT_EQ(kt->test, other ? MANY : id++, kt->tape[i].req_id);
		KUNIT_EXPECT_EQ(kt->test, other ? 0 : -ETIMEDOUT, kt->tape[i].error);
	}
}

static void deadlines_in_batches(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	memset(&between, 0, sizeof(between));
	many_are_up(kt);
	between.op = kt_op(kt, MANY);
	KUNIT_ASSERT_NOT_NULL(test, between.op);
	kt_at(CLDN_HOOK_EXPIRED, look_between, kt);
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(kt->h->nops) == 2));
	KUNIT_EXPECT_EQ(test, 2, between.times);
	KUNIT_EXPECT_FALSE(test, between.locked);
	KUNIT_EXPECT_EQ(test, MANY - CLDN_EXPIRE_BATCH, between.left[0]);
	/* one more, and one less */
	KUNIT_EXPECT_EQ(test, MANY - 2 * CLDN_EXPIRE_BATCH, between.left[1]);
	KUNIT_EXPECT_EQ(test, between.run[0], between.run[1]);
	KUNIT_EXPECT_TRUE(test, between.won);
	KUNIT_EXPECT_EQ(test, 0, between.submitted);
	expect_in_order(kt);
	cldn_op_put(between.op);
}

/* ---- a completing interrupt ---- */

struct interrupt {
	struct irq_work work;
	struct cldn_op *op;
	bool hard;
	bool won;
};

static void interrupt_completes(struct irq_work *work)
{
	struct interrupt *irq = container_of(work, struct interrupt, work);

	irq->hard = in_hardirq();
	irq->won = cldn_op_complete(irq->op, 0, 0, CLEARDOWN_RESULT_OK, "x", 1);
}

/* Also from the worker, where a case cannot end: what happened stands in @irq. */
static void interrupt_raise(struct kt *kt, struct interrupt *irq, u64 id)
{
	irq->op = kt_op(kt, id);
	if (!irq->op)
		return;
	irq->work = IRQ_WORK_INIT_HARD(interrupt_completes);
	irq_work_queue(&irq->work);
	irq_work_sync(&irq->work);
	cldn_op_put(irq->op);
}

static void completed_by_interrupt(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct interrupt irq = {};
	struct cleardown_close arg;

	outstanding(kt, 3);
	interrupt_raise(kt, &irq, 1);
	KUNIT_EXPECT_TRUE(test, irq.hard);
	KUNIT_EXPECT_TRUE(test, irq.won);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
	kt_close(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS, &arg);
	kt_expect_ended(kt, 3, arg.out_seq_at_return);
}

/*
 * The worker is between its rungs while the interrupt takes the request away. The modem has no
 * command before that, and answers the other one at once when it has.
 */
static struct interrupt step_irq;

static void step_interrupt(struct kt *kt, void *what)
{
	struct interrupt *irq = &step_irq;
	char go_on[] = "stall off";

	if (irq->op)
		return;
	interrupt_raise(kt, irq, 2);
	cldn_sim_command(&kt->dev->link, go_on);
}

static void interrupt_in_ladder(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	memset(&step_irq, 0, sizeof(step_irq));
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 2));
	kt_at(CLDN_HOOK_STEP, step_interrupt, kt);
	kt_close(kt, CLEARDOWN_MODE_DRAIN, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_TRUE(test, step_irq.won);
	kt_expect_ended(kt, 2, arg.out_seq_at_return);
}

/* ---- PR-2 ---- */

/* A completer who has won the claim is waited for: CLOSE may not return before his record. */
static long complete_one(struct kt_thread *t)
{
	return cldn_op_complete(t->arg, 0, 0, CLEARDOWN_RESULT_OK, NULL, 0);
}

static void claim_holds_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *claimed, *ended;
	struct kt_thread *completer, *closer;
	struct cldn_op *op;

	outstanding(kt, 3);
	op = kt_op(kt, 2);
	KUNIT_ASSERT_NOT_NULL(test, op);
	claimed = kt_hold(kt, CLDN_HOOK_CLAIMED, op);
	ended = kt_hold(kt, CLDN_HOOK_ENDED, kt->h);
	completer = kt_start(kt, complete_one, op);
	kt_held(kt, claimed);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 10000 * KT_MS);
	kt_held(kt, ended);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_COMPLETION, 2));
	kt_let_go(ended);
	/* the worker waits for the record; so does CLOSE, whose turn comes after that */
	KUNIT_EXPECT_FALSE(test,
			   kt_until(completion_done(&closer->done) ||
				    cldn_now() > kt->h->report->out_head.begin_ns + 300 * KT_MS) &&
				   completion_done(&closer->done));
	kt_let_go(claimed);
	KUNIT_EXPECT_TRUE(test, kt_join(completer));
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	kt_expect_ended(kt, 3, closer->close.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 2)->error);
	cldn_op_put(op);
}

/* The closer completes first; who comes too late does nothing, and says so. */
static void claim_lost(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	long lost = atomic_long_read(&cldn_stat[CLDN_CLAIMS_LOST]);
	struct kt_thread *completer;
	struct cleardown_close arg;
	struct kt_gate *before;
	struct cldn_op *op;

	outstanding(kt, 3);
	op = kt_op(kt, 2);
	KUNIT_ASSERT_NOT_NULL(test, op);
	before = kt_hold(kt, CLDN_HOOK_COMPLETE, op);
	completer = kt_start(kt, complete_one, op);
	kt_held(kt, before);
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_expect_ended(kt, 3, arg.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, -EIO, kt_completion(kt, 2)->error);
	kt_let_go(before);
	KUNIT_EXPECT_FALSE(test, kt_join(completer));
	KUNIT_EXPECT_EQ(test, lost + 1, atomic_long_read(&cldn_stat[CLDN_CLAIMS_LOST]));
	cldn_op_put(op);
	kt_expect_ended(kt, 3, arg.out_seq_at_return);
}

/* Somebody sleeps in read(2) of the queue: he has each record, and none is numbered too high. */
static long read_all(struct kt_thread *t)
{
	u8 *buf = t->arg;

	return kt_read(t->kt, buf, 4096, false);
}

static void reader_sleeps(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	u8 *buf = kunit_kzalloc(test, 4096, GFP_KERNEL);
	struct cleardown_event *ev = (void *)buf;
	struct kt_thread *reader;
	struct cleardown_close arg;

	outstanding(kt, 3);
	reader = kt_start(kt, read_all, buf);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(reader)));
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_GE(test, kt_join(reader), (long)sizeof(*ev));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_EV_COMPLETION, ev->type);
	KUNIT_EXPECT_LE(test, ev->seq, arg.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, 3, arg.out_seq_at_return);
}

/* The closer is the one who should read: nobody does meanwhile, and close does not wait for it. */
static void closer_is_reader(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	outstanding(kt, MOST);
	kt_sim(kt, "ring 5 100");
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_EQ(test, 0, kt->n);
	KUNIT_EXPECT_GE(test, kt->q->unread, (u32)MOST);
	kt_expect_ended(kt, MOST, arg.out_seq_at_return);
}

/* The queue's file goes first: the records are counted, the close is none the worse. */
static void queue_goes_first(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	long orphaned = atomic_long_read(&cldn_stat[CLDN_ORPHANED]);
	struct cleardown_close arg;

	outstanding(kt, 3);
	cldn_events_fops.release(NULL, &kt->qfile);
	kt->qfile.private_data = NULL;
	KUNIT_EXPECT_EQ(test, -EPIPE, kt_submit(kt, 4));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 3, arg.out_report.ops_completed);
	KUNIT_EXPECT_EQ(test, orphaned + 3, atomic_long_read(&cldn_stat[CLDN_ORPHANED]));
}

static struct kunit_case once_cases[] = {
	KT_CASE(k_outstanding, "PR-1 PR-2 P-2 P-7 P-8 0 to 9 requests outstanding at close"),
	KT_CASE(unanswered_says_so, "PR-1 P-9 what was answered succeeded, what was not says so"),
	KT_CASE(drain_finishes, "PR-1 P-10 DRAIN lets every accepted request finish"),
	KT_CASE(refused_has_none, "PR-1 P-7 TP-5 a refused request has no completion"),
	KT_CASE(cancel_before_start, "PR-1 P-7 CANCEL ends what was not started, once"),
	KT_CASE(deadline_ends_one, "PR-1 P-7 a request's deadline ends it alone"),
	KT_CASE(deadlines_in_batches,
		"PR-1 P-7 many deadlines at once: in batches, without the lock between"),
	KT_CASE(completed_by_interrupt, "PR-1 TP-4 an interrupt completes a request"),
	KT_CASE(interrupt_in_ladder,
		"PR-1 PR-2 P-2 an interrupt completes one while the ladder runs"),
	KT_CASE(claim_lost, "PR-1 PR-2 RP-1 who comes after the close's claim does nothing"),
	KT_CASE(queue_goes_first, "PR-1 PR-2 the event queue is closed before its handle"),
	{}
};

KT_SUITE(once, "cleardown_once");

static struct kunit_case return_cases[] = {
	KT_CASE(claim_holds_close, "PR-2 P-8 RP-1 a close waits for who has won the claim"),
	KT_CASE(reader_sleeps, "PR-2 P-8 a reader sleeps in the queue during the close"),
	KT_CASE(closer_is_reader, "PR-2 RP-2 the thread that should read the events closes"),
	{}
};

KT_SUITE(return, "cleardown_before_return");
