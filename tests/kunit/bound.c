// SPDX-License-Identifier: GPL-2.0-only
/* PR-5 and PR-6: a close ends in time, and without memory. */
#include <linux/fault-inject.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "kt.h"

#define BOUND(ms) (((ms) + KT_SLACK_MS) * KT_MS)

static u64 close_takes(struct kt *kt, u32 mode, u64 ms, struct cleardown_close *arg)
{
	u64 begin = cldn_now();

	kt_close(kt, mode, ms * KT_MS, arg);
	return cldn_now() - begin;
}

/* ---- PR-5 ---- */

static void deaf_modem(struct kunit *test)
{
	static const u32 modes[] = { CLEARDOWN_MODE_DRAIN, CLEARDOWN_MODE_ORDERLY,
				     CLEARDOWN_MODE_ABORT };
	static const u32 bounds[] = { 0, 1, 50, 300, 1000 };
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		for (k = 0; k < ARRAY_SIZE(bounds); k++) {
			kt->n = 0;
			kt_sim(kt, "deaf on");
			KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
			KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 2));
			KUNIT_EXPECT_LT(test, close_takes(kt, modes[i], bounds[k], &arg),
					BOUND(bounds[k]));
			KUNIT_EXPECT_EQ(test, 1, arg.out_released);
			kt_expect_ended(kt, 2, arg.out_seq_at_return);
			kt_release(kt);
			kt_open(kt);
		}
}

/* CTS is low, and the bytes do not leave: what the caller gave is all that they get. */
static void stalled_call(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(test, kt_write(kt, 4096), 0L);
	KUNIT_EXPECT_LT(test, close_takes(kt, CLEARDOWN_MODE_DRAIN, 1500, &arg), BOUND(1500));
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
}

/* A drain that may last an hour is overtaken by a nearer deadline. */
static void hour_is_overtaken(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct cleardown_close arg;
	u64 begin;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, KT_HOUR);
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(kt->h->state) == CLEARDOWN_STATE_CLOSING &&
					 kt_sleeps(closer)));
	begin = cldn_now();
	KUNIT_EXPECT_EQ(test, -EALREADY, kt_close(kt, CLEARDOWN_MODE_ABORT, 200 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_PHONEERR_INVALPHONEHANDLE, arg.out_status);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_LT(test, cldn_now() - begin, BOUND(200));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_MODE_ABORT, closer->close.out_report.mode);
	kt_expect_ended(kt, 1, closer->close.out_seq_at_return);
}

static void expect_stuck(struct kt *kt, const struct cleardown_close *arg)
{
	struct cleardown_report *r;
	struct file other;

	KUNIT_EXPECT_EQ(kt->test, 0, arg->out_released);
	KUNIT_EXPECT_EQ(kt->test, (u32)CLEARDOWN_PHONEERR_OPERATIONFAILED, arg->out_status);
	KUNIT_EXPECT_EQ(kt->test, (u32)CLEARDOWN_STATE_STUCK, kt_device_state(kt));
	KUNIT_EXPECT_TRUE(kt->test, cldn_handle_closed(kt->h));
	KUNIT_EXPECT_EQ(kt->test, -EBUSY, kt_other_open(kt, &other, 0));
	KUNIT_EXPECT_EQ(kt->test, -EBADFD, kt_submit(kt, 9));
	KUNIT_EXPECT_EQ(kt->test, 1, kt_reports(kt));
	r = kt_report(kt);
	KUNIT_EXPECT_FALSE(kt->test, r->out_head.flags & CLEARDOWN_REPORT_RELEASED);
	KUNIT_EXPECT_EQ(kt->test, -EIO, r->out_head.error);
}

/* Its driver has come back: the second report, and the device is anybody's again. */
static void expect_unstuck(struct kt *kt)
{
	struct cleardown_report *r;
	struct file other;

	KUNIT_EXPECT_TRUE(kt->test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	KUNIT_EXPECT_EQ(kt->test, 2, kt_reports(kt));
	r = kt_report(kt);
	KUNIT_EXPECT_TRUE(kt->test, r->out_head.flags & CLEARDOWN_REPORT_LATE);
	KUNIT_EXPECT_TRUE(kt->test, r->out_head.flags & CLEARDOWN_REPORT_RELEASED);
	KUNIT_EXPECT_EQ(kt->test, 0, kt_other_open(kt, &other, O_NONBLOCK));
	kt_other_close(kt, &other);
}

static void driver_holds_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	kt_driver_hold(kt, KT_CLOSE);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 300 * KT_MS);
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(closer));
	KUNIT_EXPECT_LT(test, closer->close.out_report.end_ns - closer->close.out_report.begin_ns,
			BOUND(300));
	expect_stuck(kt, &closer->close);
	kt_expect_ended(kt, 1, closer->close.out_seq_at_return);
	kt_sim(kt, "deaf off");
	kt_driver_go(kt);
	expect_unstuck(kt);
}

/* Held up before the silence: the watchdog completes the requests and shuts the gate. */
static void driver_holds_ladder(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 2));
	kt_driver_hold(kt, KT_SET_LINES);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 300 * KT_MS);
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(closer));
	expect_stuck(kt, &closer->close);
	kt_expect_ended(kt, 2, closer->close.out_seq_at_return);
	kt_sim(kt, "deaf off");
	kt_driver_go(kt);
	expect_unstuck(kt);
}

static long open_held(struct kt_thread *t)
{
	return kt_other_open(t->kt, t->arg, 0);
}

/* Held up in its open: whoever ends the attempt does not wait longer than he said. */
static void driver_holds_open(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct kt_thread *opener;
	struct cldn_handle *h;
	struct cldn_wish wish;
	struct file other;

	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_driver_hold(kt, KT_OPEN);
	opener = kt_start(kt, open_held, &other);
	kt_driver_held(kt);
	h = cldn_device_owner(kt->dev);
	KUNIT_ASSERT_NOT_NULL(test, h);
	wish = cldn_wish_of(h, CLEARDOWN_MODE_ABORT, 200 * KT_MS, CLEARDOWN_CAUSE_ADMIN);
	KUNIT_EXPECT_EQ(test, 0, cldn_wish_raise(h, wish, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(h)));
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(opener));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_STATE_STUCK, kt_device_state(kt));
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	cldn_handle_put(h);
}

/* For so long the worker must be in one run to be taken for held: half of late_ms, which is 500. */
#define HELD_NS (300 * KT_MS)

/*
 * The alarm of the first close comes, and is held there while a second one begins whose worker is
 * in a lower driver: it must not be taken for the second one's.
 */
static void old_alarm(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct cleardown_close arg;
	struct kt_gate *gate;

	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, KT_HOUR, &arg));
	kt_release(kt);
	kt_open(kt);
	KUNIT_ASSERT_TRUE(test, delayed_work_pending(&kt->dev->watchdog));
	gate = kt_hold(kt, CLDN_HOOK_WATCHDOG, kt->h);
	mod_delayed_work(system_highpri_wq, &kt->dev->watchdog, 0); /* an hour is over */
	kt_held(kt, gate);
	kt_driver_hold(kt, KT_CLOSE);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 10000 * KT_MS);
	kt_driver_held(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_now() - kt->dev->run_since_ns > HELD_NS));
	kt_let_go(gate);
	flush_work(&kt->dev->watchdog.work);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, READ_ONCE(kt->h->state));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, kt_device_state(kt));
	kt_driver_go(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 1, closer->close.out_released);
}

/*
 * Who claimed the close with an hour's time is held behind his claim, while somebody makes it an
 * emergency: the alarm stays where that put it.
 */
static void alarm_is_the_nearest(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct cldn_wish wish;
	struct kt_gate *gate;
	u64 begin;

	kt_driver_hold(kt, KT_CLOSE);
	gate = kt_hold(kt, CLDN_HOOK_RAISED, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, KT_HOUR);
	kt_held(kt, gate);
	begin = cldn_now();
	wish = cldn_wish_of(kt->h, CLEARDOWN_MODE_ABORT, 200 * KT_MS, CLEARDOWN_CAUSE_ADMIN);
	KUNIT_EXPECT_EQ(test, -EALREADY, cldn_wish_raise(kt->h, wish, NULL));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(closer));
	KUNIT_EXPECT_LT(test, closer->close.out_report.end_ns - begin, BOUND(200));
	kt_driver_go(kt);
	expect_unstuck(kt);
}

/* Its open is held up, is given up, and then fails: that is told as well. */
static void held_open_fails(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct kt_thread *opener;
	struct cldn_handle *h;
	struct cldn_wish wish;
	struct file other;

	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	kt_driver_hold(kt, KT_OPEN);
	opener = kt_start(kt, open_held, &other);
	kt_driver_held(kt);
	h = cldn_device_owner(kt->dev);
	KUNIT_ASSERT_NOT_NULL(test, h);
	wish = cldn_wish_of(h, CLEARDOWN_MODE_ABORT, 200 * KT_MS, CLEARDOWN_CAUSE_ADMIN);
	KUNIT_EXPECT_EQ(test, 0, cldn_wish_raise(h, wish, NULL));
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(opener));
	kt_sim(kt, "failopen 16");
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	cldn_handle_put(kt->h);
	kt->h = h; /* whose reports these are */
	KUNIT_EXPECT_EQ(test, 2, kt_reports(kt));
	KUNIT_EXPECT_TRUE(test, kt_report(kt)->out_head.flags & CLEARDOWN_REPORT_LATE);
	KUNIT_EXPECT_TRUE(test, kt_report(kt)->out_head.flags & CLEARDOWN_REPORT_RELEASED);
	kt_sim(kt, "failopen 0");
}

/* ---- PR-6 ---- */

#if IS_ENABLED(CONFIG_FAULT_INJECTION)
static void without_memory(struct kt *kt, u32 mode)
{
	struct cleardown_close arg;
	bool failing, freed;
	int ret;

	kt_fail_allocations(kt, true);
	failing = kt_allocations_fail();
	ret = kt_close(kt, mode, 3000 * KT_MS, &arg);
	freed = kt_allocations_fail();
	kt_fail_allocations(kt, false);
	KUNIT_ASSERT_TRUE_MSG(kt->test, failing && freed, "allocations did not fail");
	KUNIT_EXPECT_EQ(kt->test, 0, ret);
	KUNIT_EXPECT_EQ(kt->test, 0, arg.out_status);
	KUNIT_EXPECT_EQ(kt->test, 1, arg.out_released);
	kt_expect_ended(kt, 9, arg.out_seq_at_return);
	KUNIT_EXPECT_EQ(kt->test, 1, kt_reports(kt));
}

static void no_memory_deaf(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	unsigned int id;

	kt_sim(kt, "deaf on");
	for (id = 1; id <= 9; id++)
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, id));
	without_memory(kt, CLEARDOWN_MODE_ORDERLY);
}

static void no_memory_in_call(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	unsigned int id;

	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(test, kt_write(kt, 4096), 0L);
	for (id = 1; id <= 9; id++)
		KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, id));
	without_memory(kt, CLEARDOWN_MODE_DRAIN);
}

/* Unplugged: the record of the forced close was made when the handle was. */
static void no_memory_unplugged(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	bool failing;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	kt->dev->worker->task->make_it_fail = true;
	kt_sim(kt, "vanish");
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	kt->dev->worker->task->make_it_fail = false;
	kt_fail_allocations(kt, true);
	failing = kt_allocations_fail();
	kt_fail_allocations(kt, false);
	KUNIT_EXPECT_TRUE_MSG(test, failing, "allocations did not fail");
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
}

/* SUBMIT without memory is refused, and owes nothing. */
static void no_memory_submit(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	int ret;

	kt_fail_allocations(kt, true);
	ret = kt_submit(kt, 1);
	kt_fail_allocations(kt, false);
	KUNIT_EXPECT_EQ(test, -ENOMEM, ret);
	KUNIT_EXPECT_EQ(test, 0, kt->h->issued);
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
}
#endif

static struct kunit_case bound_cases[] = {
	KT_CASE(deaf_modem, "PR-5 P-11 a deaf modem, every mode, deadlines from 0 to 1000 ms"),
	KT_CASE(stalled_call, "PR-5 P-11 RP-6 a call whose bytes do not leave"),
	KT_CASE(hour_is_overtaken, "PR-5 RP-4 an hour's DRAIN is overtaken by a nearer deadline"),
	KT_CASE(driver_holds_close,
		"PR-5 P-17 a lower driver holds its close: STUCK, then a report"),
	KT_CASE(driver_holds_ladder, "PR-5 PR-2 a lower driver holds the ladder"),
	KT_CASE(driver_holds_open, "PR-5 a lower driver holds its open"),
	KT_CASE(held_open_fails, "PR-5 PR-7 a lower driver holds its open, which then fails"),
	KT_CASE(old_alarm, "PR-5 the alarm of a close before does not end the next one"),
	KT_CASE(alarm_is_the_nearest, "PR-5 RP-4 the alarm stays at the nearest deadline"),
	{}
};

KT_SUITE(bound, "cleardown_bounded");

static struct kunit_case memory_cases[] = {
#if IS_ENABLED(CONFIG_FAULT_INJECTION)
	KT_CASE(no_memory_deaf, "PR-6 P-16 close with every allocation failing, nine requests"),
	KT_CASE(no_memory_in_call, "PR-6 P-16 close with every allocation failing, in a call"),
	KT_CASE(no_memory_unplugged, "PR-6 P-16 P-19 unplugged with every allocation failing"),
	KT_CASE(no_memory_submit, "PR-6 P-7 a request without memory is refused"),
#endif
	{}
};

KT_SUITE(memory, "cleardown_without_memory");
