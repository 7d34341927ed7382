// SPDX-License-Identifier: GPL-2.0-only
/* PR-3, PR-4 and PR-9: what a closed handle does not do any more, and what is free then. */
#include <linux/module.h>
#include "kt.h"

/* ---- PR-3 ---- */

/* In the worker, between the shut gate and the release of the hardware. */
static void late_indication(struct kt *kt, void *what)
{
	cldn_indicate(kt->dev, CLEARDOWN_EV_RING, 1, 0, 0, NULL, 0);
	cldn_indicate(kt->dev, CLEARDOWN_EV_PHONE_STATE, CLEARDOWN_PHONESTATE_CONNECTED, 0, 0, NULL,
		      0);
}

static void want_everything(struct kt *kt)
{
	guard(spinlock_irqsave)(&kt->h->lock);
	kt->h->states = CLEARDOWN_PHONESTATE_ALL;
	kt->h->events = CLEARDOWN_EV_FILTER_ALL;
}

static void late_is_counted(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	long late = atomic_long_read(&cldn_stat[CLDN_LATE]);
	struct cleardown_close arg;

	want_everything(kt);
	kt_at(CLDN_HOOK_SHUT, late_indication, kt);
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_RING, -1));
	KUNIT_EXPECT_EQ(test, arg.out_seq_at_return, kt->q->seq);
	KUNIT_EXPECT_EQ(test, 2, kt->h->late);
	KUNIT_EXPECT_EQ(test, 2, arg.out_report.late_events);
	KUNIT_EXPECT_EQ(test, late + 2, atomic_long_read(&cldn_stat[CLDN_LATE]));
}

/* Until the gate is shut an indication is told, also in the middle of a close. */
static void told_until_shut(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	want_everything(kt);
	kt_at(CLDN_HOOK_SILENCE, late_indication, kt);
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_RING, -1));
	KUNIT_EXPECT_EQ(test, 0, kt->h->late);
	KUNIT_EXPECT_LE(test, kt_find(kt, CLEARDOWN_EV_RING, -1)->seq, arg.out_seq_at_return);
}

/* The phone rings as fast as it can, across many closes. */
static void rings_across_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int round;
	u64 last;

	for (round = 0; round < 20; round++) {
		want_everything(kt);
		kt_sim(kt, "ring 50 100");
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
		kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
		last = kt->q->seq;
		KUNIT_EXPECT_EQ(test, last, arg.out_seq_at_return);
		/* the marker behind which nothing of the old handle may come */
		kt_release(kt);
		kt->n = 0;
		kt_drain(kt);
		KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_COMPLETION, 1));
		KUNIT_EXPECT_EQ(test, last, kt->q->seq);
		kt_open(kt);
	}
}

/* The hardware calls back between the shut gate and the end of its own close. */
static void (*sim_close)(struct cldn_link *link);
static struct kt *late_kt;

static void late_event_close(struct cldn_link *link)
{
	cldn_link_event(link, CLDN_LINK_RX | CLDN_LINK_ROOM | CLDN_LINK_LINES);
	sim_close(link);
	cldn_link_event(link, CLDN_LINK_RX | CLDN_LINK_GONE);
}

static void late_callbacks(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	late_kt = kt;
	sim_close = kt->sim->close;
	kt_driver(kt)->close = late_event_close;
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, arg.out_seq_at_return, kt->q->seq);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_IDLE, kt_device_state(kt));
	kt_driver(kt)->close = sim_close;
	kt_release(kt);
	kt_open(kt); /* what came too late is not of this session */
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
}

/* A forced close is told once, last, and below the number. */
static void forced_is_told_last(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	/* One that the worker has not begun would end long before the record. */
	KUNIT_ASSERT_TRUE(test, kt_until(!list_empty(&kt->h->started)));
	kt_sim(kt, "vanish");
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_EV_PHONE_CLOSE, kt->tape[kt->n - 1].type);
	KUNIT_EXPECT_EQ(test, kt->h->seq_at_return, kt->tape[kt->n - 1].seq);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_UNPLUG, kt->tape[kt->n - 1].p1);
}

/* ---- PR-4 ---- */

static void open_at_once(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file other;
	unsigned int round;

	for (round = 0; round < 100; round++) {
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
		KUNIT_ASSERT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg));
		KUNIT_ASSERT_EQ(test, 1, arg.out_released);
		KUNIT_ASSERT_EQ(test, 0, kt_other_open(kt, &other, O_NONBLOCK));
		kt_other_close(kt, &other);
		kt_release(kt);
		kt_open(kt);
	}
}

static unsigned int link_opens, link_closes, seen_state, seen_held;
static bool seen_owner, seen;

static int counted_open(struct cldn_link *link)
{
	link_opens++;
	return late_kt->sim->open(link);
}

static void counted_close(struct cldn_link *link)
{
	late_kt->sim->close(link);
	link_closes++;
}

/* Released, not yet CLOSED: nobody may believe that the handle is gone with the hardware held. */
static void look_at_released(struct kt *kt, void *what)
{
	seen_state = READ_ONCE(kt->h->state);
	seen_owner = kt->dev->owner == kt->h;
}

static void released_before_closed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file other;

	late_kt = kt;
	link_opens = 0;
	link_closes = 0;
	kt_driver(kt)->open = counted_open;
	kt_driver(kt)->close = counted_close;
	kt_at(CLDN_HOOK_RELEASED, look_at_released, kt);
	kt_close(kt, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_EQ(test, 1, link_closes);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, seen_state);
	KUNIT_EXPECT_TRUE(test, seen_owner);
	KUNIT_EXPECT_PTR_EQ(test, (struct cldn_handle *)NULL, kt->dev->owner);
	KUNIT_EXPECT_EQ(test, 0, kt_other_open(kt, &other, 0));
	KUNIT_EXPECT_EQ(test, 1, link_opens);
	kt_other_close(kt, &other);
	KUNIT_EXPECT_EQ(test, 2, link_closes);
}

static void closed_finds_free(struct kt *kt, void *what)
{
	seen_state = kt_device_state(kt);
	seen_owner = kt->dev->owner;
	seen_held = module_refcount(kt->sim->owner);
	smp_store_release(&seen, true); /* pairs with the case that waits for it */
}

static void closed_is_free(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	unsigned int held = module_refcount(kt->sim->owner);
	struct cleardown_close arg;

	seen = false;
	kt_at(CLDN_HOOK_CLOSED, closed_finds_free, kt);
	kt_close(kt, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_TRUE(test, cldn_handle_closed(kt->h));
	/* CLOSE may be back before the worker has looked */
	KUNIT_EXPECT_TRUE(test, kt_until(smp_load_acquire(&seen)));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_IDLE, seen_state);
	KUNIT_EXPECT_FALSE(test, seen_owner);
	KUNIT_EXPECT_EQ(test, held - 1, seen_held);
}

static long open_waiting(struct kt_thread *t)
{
	return kt_other_open(t->kt, t->arg, 0);
}

/* Who opens while the close runs waits for it, and then has the device without a second try. */
static void opener_waits(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer, *opener;
	struct kt_gate *gate;
	struct file other, impatient;

	gate = kt_hold(kt, CLDN_HOOK_SHUT, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 10000 * KT_MS);
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, -EBUSY, kt_other_open(kt, &impatient, O_NONBLOCK));
	opener = kt_start(kt, open_waiting, &other);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(opener)));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 0, kt_join(opener));
	kt_other_close(kt, &other);
}

/* ---- PR-9 ---- */

static const unsigned int calls[] = {
	CLEARDOWN_IOC_GET_INFO,	    CLEARDOWN_IOC_GET_STATUS,  CLEARDOWN_IOC_BIND_EVENTS,
	CLEARDOWN_IOC_SUBMIT,	    CLEARDOWN_IOC_CANCEL,      CLEARDOWN_IOC_CLOSE,
	CLEARDOWN_IOC_SET_FILTER,   CLEARDOWN_IOC_SET_OPTIONS, CLEARDOWN_IOC_PHONE_CAPS,
	CLEARDOWN_IOC_PHONE_STATUS, CLEARDOWN_IOC_PHONE_PANEL, CLEARDOWN_IOC_PHONE_MESSAGES,
	CLEARDOWN_IOC_PHONE_ID,
};

static noinline_for_stack void expect_dead_calls(struct kt *kt)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		KUNIT_EXPECT_EQ_MSG(kt->test, -EBADFD,
				    cldn_handle_fops.unlocked_ioctl(&kt->file, calls[i], 0),
				    "call %#x", calls[i]);
}

static noinline_for_stack void expect_dead(struct kt *kt)
{
	struct cleardown_close arg;

	expect_dead_calls(kt);
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, kt_write(kt, 1));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, cldn_handle_fops.fsync(&kt->file, 0, 0, 0));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, kt_submit(kt, 9));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, cldn_op_cancel(kt->h, 1));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, cldn_handle_bind_queue(kt->h, NULL, 0));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, kt_close(kt, CLEARDOWN_MODE_ABORT, KT_MS, &arg));
	KUNIT_EXPECT_EQ(kt->test, (u32)CLEARDOWN_PHONEERR_INVALPHONEHANDLE, arg.out_status);
}

static void stale_is_dead(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	u64 id = kt->h->id;
	struct cleardown_close arg;
	struct file other;
	struct cldn_handle *h;

	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	expect_dead(kt);
	KUNIT_ASSERT_EQ(test, 0, kt_other_open(kt, &other, 0));
	h = other.private_data;
	KUNIT_EXPECT_NE(test, id, h->id);
	KUNIT_EXPECT_EQ(test, id >> 32, h->id >> 32);
	expect_dead(kt); /* and the new owner notices nothing */
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_STATE_OPEN, h->state);
	kt_other_close(kt, &other);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

static struct kunit_case silence_cases[] = {
	KT_CASE(late_is_counted, "PR-3 P-12 an event behind the shut gate is counted, not told"),
	KT_CASE(told_until_shut, "PR-3 P-12 until the gate is shut an event is told"),
	KT_CASE(rings_across_close,
		"PR-3 P-12 nothing comes after a close, however often it rings"),
	KT_CASE(late_callbacks,
		"PR-3 P-12 TP-9 the hardware calls back during and after its close"),
	KT_CASE(forced_is_told_last, "PR-3 P-19 the record of a forced close is the last, and one"),
	{}
};

KT_SUITE(silence, "cleardown_silence");

static struct kunit_case free_cases[] = {
	KT_CASE(open_at_once, "PR-4 P-14 RP-7 an open right after a close, a hundred times"),
	KT_CASE(released_before_closed, "PR-4 P-15 RP-7 the hardware is released before CLOSED"),
	KT_CASE(closed_is_free, "PR-4 P-14 whoever sees CLOSED finds device and module free"),
	KT_CASE(opener_waits, "PR-4 RP-7 an open during the close waits for it"),
	{}
};

KT_SUITE(free, "cleardown_free_at_return");

static struct kunit_case stale_cases[] = {
	KT_CASE(stale_is_dead, "PR-9 P-4 P-13 P-17 a closed handle answers EBADFD to everything"),
	{}
};

KT_SUITE(stale, "cleardown_stale");
