// SPDX-License-Identifier: GPL-2.0-only
/* The event queue: order, room, faults, two readers. */
#include <linux/slab.h>
#include "kt.h"

static void want_rings(struct kt *kt)
{
	guard(spinlock_irqsave)(&kt->h->lock);
	kt->h->events = CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING);
}

static void ring(struct kt *kt, unsigned int n)
{
	while (n--)
		cldn_indicate(kt->dev, CLEARDOWN_EV_RING, n, 0, 0, NULL, 0);
}

/* The modem keeps out of it, so the record has no data. */
static void completed(struct kt *kt, u64 id)
{
	struct cldn_op *op;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(kt->test, 0, kt_submit(kt, id));
	op = kt_op(kt, id);
	if (op) {
		cldn_op_complete(op, 0, 0, 0, NULL, 0);
		cldn_op_put(op);
	}
}

/* ---- room ---- */

/* Above the limit repeatable indications go, and nothing else does. */
static void full_queue(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	long dropped = atomic_long_read(&cldn_stat[CLDN_DROPPED]);
	u32 limit = cldn_event_limit;
	struct cleardown_close arg;
	unsigned int i;

	want_rings(kt);
	cldn_event_limit = 8;
	ring(kt, 12); /* 1 to 8 are kept, 9 to 12 are not */
	completed(kt, 1); /* 13 */
	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 2));
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg); /* 14 */
	cldn_event_limit = limit;
	kt_expect_ended(kt, 2, arg.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, 8, kt_count(kt, CLEARDOWN_EV_RING, -1));
	KUNIT_EXPECT_EQ(test, 4, kt->q->dropped);
	KUNIT_EXPECT_EQ(test, 4, arg.out_report.dropped_events);
	KUNIT_EXPECT_EQ(test, dropped + 4, atomic_long_read(&cldn_stat[CLDN_DROPPED]));
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, i + 1, kt->tape[i].seq);
	KUNIT_EXPECT_EQ(test, 13, kt->tape[8].seq); /* the gap says how many are missing */
	KUNIT_EXPECT_EQ(test, 14, arg.out_seq_at_return);
}

/* A user who may have no more records: SUBMIT is refused, what was accepted is not lost. */
static void no_more_records(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	u32 limit = cldn_max_records, ops = cldn_max_ops;
	struct cleardown_close arg;
	u64 id;

	kt_sim(kt, "deaf on");
	cldn_max_records = 4;
	for (id = 1; id <= 4; id++)
		KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, id));
	KUNIT_EXPECT_EQ(test, -ENOBUFS, kt_submit(kt, 5));
	KUNIT_EXPECT_EQ(test, 4, kt->h->issued);
	want_rings(kt);
	ring(kt, 1);
	KUNIT_EXPECT_EQ(test, 1, kt->h->dropped);
	cldn_max_records = limit;
	cldn_max_ops = 5; /* what was refused took no place among the requests either */
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 5));
	cldn_max_ops = ops;
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_expect_ended(kt, 5, arg.out_seq_at_return);
	kt_release(kt);
	kt_open(kt);
	cldn_max_records = 4; /* what was read is room again */
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 6));
	cldn_max_records = limit;
}

static void no_more_requests(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	u32 limit = cldn_max_ops;

	kt_sim(kt, "deaf on");
	cldn_max_ops = 2;
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 2));
	KUNIT_EXPECT_EQ(test, -ENOBUFS, kt_submit(kt, 3));
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 2));
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 3)); /* unread records are another limit */
	cldn_max_ops = limit;
}

/* ---- reading ---- */

static long read_one(struct kt_thread *t)
{
	return kt_read(t->kt, t->arg, sizeof(struct cleardown_event), false);
}

/*
 * The reader before has copied nothing and is still inside; the second one waits for him and gets
 * the head.
 */
static void fault_keeps_head(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	struct kt_thread *second;

	completed(kt, 1);
	completed(kt, 2);
	KUNIT_EXPECT_EQ(test, -EFAULT, kt_read_fault(kt));
	KUNIT_EXPECT_EQ(test, 2, kt->q->unread);
	second = kt_start(kt, read_one, ev);
	KUNIT_EXPECT_EQ(test, (long)sizeof(*ev), kt_join(second));
	KUNIT_EXPECT_EQ(test, 1, ev->seq);
	KUNIT_EXPECT_EQ(test, 1, ev->req_id);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
	KUNIT_EXPECT_EQ(test, 2, kt->tape[0].seq);
}

static long read_fault(struct kt_thread *t)
{
	return kt_read_fault(t->kt);
}

static void fault_while_another_waits(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	struct kt_thread *first, *second;
	struct kt_gate *gate;

	completed(kt, 1);
	gate = kt_hold(kt, CLDN_HOOK_READ, kt->q);
	first = kt_start(kt, read_fault, NULL);
	kt_held(kt, gate);
	second = kt_start(kt, read_one, ev);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(second)));
	completed(kt, 2);
	KUNIT_EXPECT_EQ(test, -EAGAIN, kt_read(kt, kt->buf, sizeof(*ev), true));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -EFAULT, kt_join(first));
	KUNIT_EXPECT_EQ(test, (long)sizeof(*ev), kt_join(second));
	KUNIT_EXPECT_EQ(test, 1, ev->seq);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
	KUNIT_EXPECT_EQ(test, 2, kt->tape[0].seq);
}

/* Copied and not yet unlinked: who posts now comes behind, who drops the queue waits. */
static void posted_while_copied(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	struct kt_thread *reader;
	struct kt_gate *gate;
	u64 id;

	completed(kt, 1);
	gate = kt_hold(kt, CLDN_HOOK_READ, kt->q);
	reader = kt_start(kt, read_one, ev);
	kt_held(kt, gate);
	for (id = 2; id <= 5; id++)
		completed(kt, id);
	kt_let_go(gate);
	kt_join(reader);
	KUNIT_EXPECT_EQ(test, 1, ev->req_id);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 4, kt->n);
	for (id = 2; id <= 5; id++)
		KUNIT_EXPECT_EQ(test, id, kt->tape[id - 2].req_id);
}

static void short_buffer(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	completed(kt, 1);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			kt_read(kt, kt->buf, sizeof(struct cleardown_event) - 1, true));
	KUNIT_EXPECT_EQ(test, 1, kt->q->unread);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
	KUNIT_EXPECT_EQ(test, KT_COOKIE, kt->tape[0].cookie);
	KUNIT_EXPECT_EQ(test, kt->h->id, kt->tape[0].handle);
}

/* A reader sleeps; what wakes him is the record and nothing else. */
static void reader_is_woken(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	struct kt_thread *reader;

	reader = kt_start(kt, read_one, ev);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(reader)));
	completed(kt, 7);
	KUNIT_EXPECT_EQ(test, (long)sizeof(*ev), kt_join(reader));
	KUNIT_EXPECT_EQ(test, 7, ev->req_id);
}

/* ---- binding ---- */

static void rebind_waits_for_none(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cldn_evq *q = cldn_evq_get(kt->q);

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, -EBUSY, cldn_handle_bind_queue(kt->h, q, 5));
	KUNIT_EXPECT_EQ(test, KT_COOKIE, kt->h->cookie);
	KUNIT_EXPECT_TRUE(test, kt->h->gate_open);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 1));
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 0, cldn_handle_bind_queue(kt->h, cldn_evq_get(kt->q), 5));
	kt_sim(kt, "deaf off");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 2));
	KUNIT_EXPECT_EQ(test, 5, kt_completion(kt, 2)->cookie);
}

/* What was queued for a closed handle can still be read when the handle is gone. */
static void queue_outlives_handle(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	u64 id = kt->h->id;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	kt_sim(kt, "vanish");
	KUNIT_ASSERT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	kt_release(kt);
	cldn_handle_put(kt->h);
	kt->h = NULL;
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_COMPLETION, 1));
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, id, kt->tape[0].handle);
}

static struct kunit_case events_cases[] = {
	KT_CASE(full_queue, "PR-1 TP-3 a full queue drops rings alone, leaves a gap, counts them"),
	KT_CASE(no_more_records, "PR-1 P-7 a user's records: SUBMIT is refused, nothing is lost"),
	KT_CASE(no_more_requests, "PR-1 P-7 a user's requests: the limit gives back what ended"),
	KT_CASE(fault_keeps_head, "PR-1 EFAULT leaves the record at the head"),
	KT_CASE(fault_while_another_waits, "PR-1 TP-4 EFAULT while a second reader waits"),
	KT_CASE(posted_while_copied, "PR-1 TP-4 records come while the head is being copied"),
	KT_CASE(short_buffer, "PR-1 P-3 a buffer that is too short takes nothing"),
	KT_CASE(reader_is_woken, "PR-2 P-8 a sleeping reader is woken by the record"),
	KT_CASE(rebind_waits_for_none, "PR-1 no other queue while requests are outstanding"),
	KT_CASE(queue_outlives_handle, "PR-2 P-19 the queue outlives the handle"),
	{}
};

KT_SUITE(events, "cleardown_events");
