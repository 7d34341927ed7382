// SPDX-License-Identifier: GPL-2.0-only
/*
 * The races of a phone's close, each forced in both orders. RP-1 stands in once.c, RP-7 in
 * silence.c.
 */
#include <linux/slab.h>
#include "kt.h"

/* ---- RP-3: a close against a forced close ---- */

static void close_then_unplug(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	gate = kt_hold(kt, CLDN_HOOK_STEP, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	kt_held(kt, gate);
	kt_sim(kt, "vanish");
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, closer->close.out_report.cause);
	kt_expect_ended(kt, 1, closer->close.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

static void unplug_then_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct kt_gate *gate;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	gate = kt_hold(kt, CLDN_HOOK_SHUT, kt->h);
	kt_sim(kt, "vanish");
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, -EALREADY, kt_close(kt, CLEARDOWN_MODE_ABORT, KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_PHONEERR_INVALPHONEHANDLE, arg.out_status);
	kt_let_go(gate);
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_close(kt, CLEARDOWN_MODE_ABORT, KT_MS, &arg));
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

/* ---- RP-4: two closes ---- */

/* Both have checked their arguments and neither has claimed; the one that comes second loses. */
static void two_closers(struct kunit *test, bool first_wins)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *a, *b;
	struct kt_gate *gate_a, *gate_b;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	gate_a = kt_hold(kt, CLDN_HOOK_WISH, kt->h);
	a = kt_closer(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS);
	kt_held(kt, gate_a);
	gate_b = kt_hold(kt, CLDN_HOOK_WISH, kt->h);
	b = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 2000 * KT_MS);
	kt_held(kt, gate_b);
	kt_let_go(first_wins ? gate_a : gate_b);
	KUNIT_EXPECT_EQ(test, 0, kt_join(first_wins ? a : b));
	kt_let_go(first_wins ? gate_b : gate_a);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_join(first_wins ? b : a));
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

static void first_closer_wins(struct kunit *test)
{
	two_closers(test, true);
}

static void second_closer_wins(struct kunit *test)
{
	two_closers(test, false);
}

static unsigned int releases;
static struct kt *release_kt;

static void count_release(struct cldn_link *link)
{
	releases++;
	release_kt->sim->close(link);
}

static long close_abort(struct kt_thread *t)
{
	t->close.mode = CLEARDOWN_MODE_ABORT;
	t->close.deadline_ns = 2000 * KT_MS;
	return cldn_handle_close(t->kt->h, &t->close);
}

/* Eight at once: one claims, the hardware is released once. */
static void eight_closers(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *t[8];
	unsigned int i, won = 0;
	long ret;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	release_kt = kt;
	releases = 0;
	kt_driver(kt)->close = count_release;
	for (i = 0; i < 8; i++)
		t[i] = kt_start(kt, close_abort, NULL);
	for (i = 0; i < 8; i++) {
		ret = kt_join(t[i]);
		won += !ret;
		KUNIT_EXPECT_TRUE(test, !ret || ret == -EALREADY || ret == -EBADFD);
	}
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, 1, won);
	KUNIT_EXPECT_EQ(test, 1, releases);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

/* ---- RP-5: a request against a close ---- */

static long submit_one(struct kt_thread *t)
{
	return kt_submit(t->kt, 1);
}

/* Everything about it was checked; then the close came. */
static void close_then_submit(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *submitter;
	struct cleardown_close arg;
	struct kt_gate *gate;

	gate = kt_hold(kt, CLDN_HOOK_SUBMIT, kt->h);
	submitter = kt_start(kt, submit_one, NULL);
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS, &arg));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_join(submitter));
	KUNIT_EXPECT_EQ(test, 0, kt->h->issued);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 0, kt->n);
}

/* The close has claimed and goes no further; what comes now is refused. */
static void submit_behind_claim(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;

	gate = kt_hold(kt, CLDN_HOOK_RAISED, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, 2000 * KT_MS);
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_submit(kt, 1));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 0, closer->close.out_report.ops_issued);
}

/* Admitted, and the worker does not know it yet: the close finds it all the same. */
static void submit_then_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *submitter;
	struct cleardown_close arg;
	struct kt_gate *gate;

	gate = kt_hold(kt, CLDN_HOOK_ADMITTED, kt->h);
	submitter = kt_start(kt, submit_one, NULL);
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 1, arg.out_report.ops_at_close);
	kt_expect_ended(kt, 1, arg.out_seq_at_return);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(submitter));
	kt_expect_ended(kt, 1, arg.out_seq_at_return);
}

/* ---- RP-6: a close against a write ---- */

#define MUCH 131072

static long write_much(struct kt_thread *t)
{
	return kt_write_all(t->kt, t->arg, MUCH);
}

/* It waits for room that does not come; the close sends it home with what was accepted. */
static void write_then_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	void *much = kunit_kzalloc(test, MUCH, GFP_KERNEL);
	struct kt_thread *writer;
	struct cleardown_close arg;
	long written;

	KUNIT_ASSERT_NOT_NULL(test, much);
	kt_call(kt);
	kt_sim(kt, "stall on");
	writer = kt_start(kt, write_much, much);
	KUNIT_EXPECT_TRUE(test, kt_until(kfifo_is_full(&kt->h->tx.fifo) && kt_sleeps(writer)));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS, &arg));
	written = kt_join(writer);
	KUNIT_EXPECT_GT(test, written, 0L);
	KUNIT_EXPECT_EQ(test, (u64)written, arg.out_report.accepted);
	KUNIT_EXPECT_LT(test, arg.out_report.end_ns - arg.out_report.begin_ns,
			(1000 + KT_SLACK_MS) * KT_MS);
}

static void close_then_write(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;

	kt_call(kt);
	gate = kt_hold(kt, CLDN_HOOK_RAISED, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 2000 * KT_MS);
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_write(kt, 100));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 0, closer->close.out_report.accepted);
}

/* ---- RP-8: one of many handles ---- */

static void observe(struct kt *kt, struct file *file)
{
	memset(file, 0, sizeof(*file));
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_observer_open(kt->dev, file));
}

static void observer_closes_first(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg = { .mode = CLEARDOWN_MODE_ABORT, .deadline_ns = KT_MS };
	struct file a, b;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	observe(kt, &a);
	observe(kt, &b);
	KUNIT_EXPECT_EQ(test, 2, kt->dev->nobservers);
	KUNIT_EXPECT_EQ(test, 0, cldn_handle_close(a.private_data, &arg));
	KUNIT_EXPECT_EQ(test, -EBADFD, cldn_handle_close(a.private_data, &arg));
	KUNIT_EXPECT_EQ(test, 1, kt->dev->nobservers);
	cldn_handle_fops.release(NULL, &a);
	cldn_handle_fops.release(NULL, &b);
	KUNIT_EXPECT_EQ(test, 0, kt->dev->nobservers);
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, kt->h->state);
	KUNIT_EXPECT_EQ(test, 0, kt_reports(kt));
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 0, kt->n);
}

static void owner_closes_first(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file a;

	observe(kt, &a);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 1, kt->dev->nobservers);
	KUNIT_EXPECT_EQ(test, 0, cldn_handle_gate(a.private_data));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_IDLE, kt_device_state(kt));
	cldn_handle_fops.release(NULL, &a);
	KUNIT_EXPECT_EQ(test, 0, kt->dev->nobservers);
}

static struct kunit_case races_cases[] = {
	KT_CASE(close_then_unplug, "RP-3 PR-1 unplugged while a close runs"),
	KT_CASE(unplug_then_close, "RP-3 P-19 a close while an unplug is being told"),
	KT_CASE(first_closer_wins, "RP-4 PR-1 two closers, the first claims"),
	KT_CASE(second_closer_wins, "RP-4 PR-1 two closers, the second overtakes"),
	KT_CASE(eight_closers, "RP-4 PR-4 eight closers, one release"),
	KT_CASE(close_then_submit,
		"RP-5 PR-1 a request that was checked before the close, not admitted"),
	KT_CASE(submit_behind_claim, "RP-5 PR-1 a request right behind the close's claim"),
	KT_CASE(submit_then_close, "RP-5 PR-2 a request that was admitted right before the close"),
	KT_CASE(write_then_close, "RP-6 P-11 a close while a write waits for room"),
	KT_CASE(close_then_write, "RP-6 a write right behind the close's claim"),
	KT_CASE(observer_closes_first, "RP-8 TP-2 observers close: requests and owner stay"),
	KT_CASE(owner_closes_first, "RP-8 the owner closes: observers stay"),
	{}
};

KT_SUITE(races, "cleardown_races");
