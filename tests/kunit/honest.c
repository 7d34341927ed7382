// SPDX-License-Identifier: GPL-2.0-only
/* PR-7, PR-8 and PR-10: the report tells the truth, and every ending is a close. */
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include "kt.h"

/* ---- PR-7 ---- */

static void expect_sum(struct kt *kt, const struct cleardown_report_head *head)
{
	KUNIT_EXPECT_EQ(kt->test, head->accepted,
			head->confirmed + head->discarded + head->in_doubt);
	KUNIT_EXPECT_LE(kt->test, head->in_doubt, kt->dev->link.in_doubt_max);
}

static void drained_is_confirmed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_call(kt);
	KUNIT_ASSERT_EQ(test, 3000, kt_write(kt, 3000));
	kt_close(kt, CLEARDOWN_MODE_DRAIN, 5000 * KT_MS, &arg);
	expect_sum(kt, &arg.out_report);
	KUNIT_EXPECT_EQ(test, 3000, arg.out_report.accepted);
	KUNIT_EXPECT_EQ(test, 3000, arg.out_report.confirmed);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_HAD_CALL);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
}

/* Some in our buffers, some in the link's: none of them left. */
static void stalled_is_discarded(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_call(kt);
	kt_sim(kt, "stall on");
	kt_sim(kt, "room 1000");
	KUNIT_ASSERT_EQ(test, 4096, kt_write(kt, 4096));
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	expect_sum(kt, &arg.out_report);
	KUNIT_EXPECT_EQ(test, 4096, arg.out_report.accepted);
	KUNIT_EXPECT_EQ(test, 4096, arg.out_report.discarded);
}

/* A link with a buffer of its own, as a UART has: what it took may have left or not. */
static bool never_sent(struct cldn_link *link)
{
	return false;
}

static void unknown_is_in_doubt(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_call(kt);
	kt->dev->link.in_doubt_max = 16;
	kt_driver(kt)->sent = never_sent;
	KUNIT_ASSERT_EQ(test, 1000, kt_write(kt, 1000));
	KUNIT_EXPECT_TRUE(test, kt_until(kfifo_is_empty(&kt->h->tx.fifo)));
	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	expect_sum(kt, &arg.out_report);
	KUNIT_EXPECT_EQ(test, 16, arg.out_report.in_doubt);
	KUNIT_EXPECT_EQ(test, 984, arg.out_report.confirmed);
}

static atomic_t sent_late;

/* A transmitter that is not empty yet though the driver has nothing more. */
static bool late_sent(struct cldn_link *link)
{
	return atomic_dec_if_positive(&sent_late) < 0;
}

static void transmitter_is_waited_for(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_call(kt);
	kt->dev->link.in_doubt_max = 16;
	KUNIT_ASSERT_EQ(test, 1000, kt_write(kt, 1000));
	KUNIT_EXPECT_TRUE(test, kt_until(kfifo_is_empty(&kt->h->tx.fifo)));
	atomic_set(&sent_late, 5);
	kt_driver(kt)->sent = late_sent;
	kt_close(kt, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, &arg);
	expect_sum(kt, &arg.out_report);
	KUNIT_EXPECT_EQ(test, 0, arg.out_report.in_doubt);
	KUNIT_EXPECT_EQ(test, 1000, arg.out_report.confirmed);
}

static void cause_local_user(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_close(kt, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, &arg);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, arg.out_report.cause);
	KUNIT_EXPECT_EQ(test, 0, arg.out_report.later_causes);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CLASS_PHONE, arg.out_report.clazz);
	KUNIT_EXPECT_FALSE(test, arg.out_report.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	kt_drain(kt); /* who asked for it is not told that it was done */
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
}

/* The first cause is kept, the later ones are listed. */
static void causes_are_listed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, KT_HOUR);
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(kt->h->state) == CLEARDOWN_STATE_CLOSING));
	cldn_wish_raise(kt->h,
			cldn_wish_of(kt->h, CLEARDOWN_MODE_DRAIN, KT_HOUR, CLEARDOWN_CAUSE_ADMIN),
			NULL);
	kt_sim(kt, "vanish");
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, closer->close.out_report.cause);
	KUNIT_EXPECT_EQ(test, BIT(CLEARDOWN_CAUSE_ADMIN) | BIT(CLEARDOWN_CAUSE_UNPLUG),
			closer->close.out_report.later_causes);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_GONE, closer->close.out_report.mode);
}

/* Each rung stands in the report, in order, also one that had nothing to do. */
static void every_rung_is_told(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	const struct cldn_class *class = kt->dev->class;
	struct cleardown_close arg;
	struct cleardown_report *r;
	unsigned int i;

	kt_close(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, &arg);
	r = kt_report(kt);
	KUNIT_ASSERT_EQ(test, class->nsteps + 1, r->out_nsteps);
	for (i = 0; i < class->nsteps; i++)
		KUNIT_EXPECT_EQ(test, class->steps[i].what, r->out_steps[i].what);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STEP_RELEASE, r->out_steps[i].what);
	for (i = 0; i < class->nsteps; i++)
		if (!(class->steps[i].modes & BIT(CLEARDOWN_MODE_ABORT)))
			KUNIT_EXPECT_TRUE(test, r->out_steps[i].flags & CLEARDOWN_STEP_SKIPPED);
}

/* ---- PR-8 ---- */

/* The last reference goes in a kernel thread, as with io_uring, and nobody living let go. */
static void owner_died(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_report *r;

	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(test, kt_write(kt, 4096), 0L);
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	kt_release(kt);
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_OWNER_DIED, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_EMERGENCY, r->out_head.mode);
	KUNIT_EXPECT_LT(test, r->out_head.end_ns - r->out_head.begin_ns,
			(700 + KT_SLACK_MS) * KT_MS);
	KUNIT_EXPECT_TRUE(test, r->out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	KUNIT_EXPECT_TRUE(test, r->out_head.flags & CLEARDOWN_REPORT_RELEASED);
	KUNIT_EXPECT_TRUE(test, r->out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
}

/* The same, but a living task let go before: there is no hurry. */
static void living_let_go(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_report *r;

	kt->h->flusher.pid = 4711;
	strscpy(kt->h->flusher.comm, "closer", sizeof(kt->h->flusher.comm));
	kt_release(kt);
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ORDERLY, r->out_head.mode);
	KUNIT_EXPECT_EQ(test, 4711, r->out_closer_pid);
	KUNIT_EXPECT_STREQ(test, "closer", r->out_closer_comm);
}

static void unbind_forces(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	char text[CLEARDOWN_TEXT_LEN] = "";
	struct cleardown_report *r;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, -EBUSY, cldn_device_unbind("kunit", 0, text, sizeof(text)));
	KUNIT_EXPECT_STREQ(test, "kunit is open", text);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, kt->h->state);
	kt->dev->link.drv = kt->sim;
	KUNIT_EXPECT_EQ(test, 0,
			cldn_device_unbind("kunit", CLEARDOWN_UNBIND_FORCE, text, sizeof(text)));
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_ADMIN, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, r->out_head.mode);
	cldn_device_put(kt->dev);
	kt->dev = NULL;
}

/* The wish of a device that is unplugged, and what is asked of its hardware afterwards. */
static unsigned int touched;

static ssize_t touch_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	touched++;
	return -ENODEV;
}

static int touch_lines(struct cldn_link *link, u32 set, u32 clear)
{
	touched++;
	return -ENODEV;
}

static void unplugged(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct cleardown_report *r;
	struct file other;

	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(test, kt_write(kt, 2000), 0L);
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	kthread_flush_work(&kt->dev->work); /* a turn that has begun may still touch it */
	kt_sim(kt, "vanish");
	touched = 0;
	kt_driver(kt)->write = touch_write;
	kt_driver(kt)->set_lines = touch_lines;
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, 0, touched);
	kt_expect_ended(kt, 1, kt->h->seq_at_return);
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_UNPLUG, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_GONE, r->out_head.mode);
	expect_sum(kt, &r->out_head);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_close(kt, CLEARDOWN_MODE_ABORT, KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_GONE, kt_device_state(kt));
	KUNIT_EXPECT_EQ(test, -ENODEV, kt_other_open(kt, &other, 0));
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

/* It is gone, and the wish could not say so: the handle had been ended before. */
static void gone_in_ladder(struct kt *kt, void *what)
{
	kt->dev->gone = true;
}

static void gone_is_not_touched(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	touched = 0;
	kt_driver(kt)->write = touch_write;
	kt_driver(kt)->set_lines = touch_lines;
	kt_at(CLDN_HOOK_STEP, gone_in_ladder, kt);
	kt_close(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS, &arg);
	KUNIT_EXPECT_EQ(test, 0, touched);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_GONE, kt_device_state(kt));
}

/* Before a reboot every line is put on-hook, and nobody takes one again. */
static void reboot_clears(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_report *r;
	struct file other;
	u64 begin, took;

	kt_call(kt);
	begin = cldn_now();
	cldn_reboot_nb.notifier_call(&cldn_reboot_nb, 0, NULL);
	took = cldn_now() - begin;
	/* it waits for the end, and not for ever */
	KUNIT_EXPECT_TRUE(test, cldn_handle_closed(kt->h) || took >= CLDN_EMERGENCY_NS);
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, -EBUSY, kt_other_open(kt, &other, 0));
	/* this machine goes on: as after a suspend */
	cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_POST_SUSPEND, NULL);
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_EMERGENCY, r->out_head.mode);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_ADMIN, r->out_head.cause);
	KUNIT_EXPECT_TRUE(test, r->out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	KUNIT_EXPECT_EQ(test, 0, kt_other_open(kt, &other, 0));
	kt_other_close(kt, &other);
}

/* A suspend gives a running close two seconds; work that comes meanwhile is refused. */
static void suspend_hurries(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	int ret;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, KT_HOUR);
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(kt->h->state) == CLEARDOWN_STATE_CLOSING));
	ret = cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_SUSPEND_PREPARE, NULL);
	KUNIT_EXPECT_EQ(test, NOTIFY_OK, ret);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, closer->close.out_report.mode);
	KUNIT_EXPECT_EQ(test, BIT(CLEARDOWN_CAUSE_SUSPEND), closer->close.out_report.later_causes);
	KUNIT_EXPECT_TRUE(test, cldn_frozen());
	cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_POST_SUSPEND, NULL);
	KUNIT_EXPECT_FALSE(test, cldn_frozen());
}

static void frozen_refuses(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_EXPECT_EQ(test, NOTIFY_OK,
			cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_SUSPEND_PREPARE, NULL));
	KUNIT_EXPECT_EQ(test, -EBUSY, kt_submit(kt, 1));
	cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_POST_SUSPEND, NULL);
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, kt->h->state);
}

/* ---- PR-10, the phone's half ---- */

static int failing_lines(struct cldn_link *link, u32 set, u32 clear)
{
	return -EIO;
}

/* A phone's close always releases: nothing of the ladder has to succeed. */
static void releases_always(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file other;

	kt_call(kt);
	kt_sim(kt, "deaf on");
	kt_driver(kt)->set_lines = failing_lines;
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ORDERLY, 1500 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 0, arg.out_status);
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	KUNIT_EXPECT_FALSE(test, arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
	kt_driver(kt)->set_lines = kt->sim->set_lines;
	kt_sim(kt, "deaf off");
	KUNIT_EXPECT_EQ(test, 0, kt_other_open(kt, &other, O_NONBLOCK));
	kt_other_close(kt, &other);
}

/* A CLOSE that is refused for its form changes nothing: the phone is still open. */
static void refused_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg = {
		.clazz = CLEARDOWN_CLASS_VC,
		.mode = CLEARDOWN_MODE_ABORT,
		.deadline_ns = KT_MS,
	};

	KUNIT_EXPECT_EQ(test, -ENOTTY, cldn_handle_close(kt->h, &arg));
	arg.clazz = CLEARDOWN_CLASS_PHONE;
	arg.data_len = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, cldn_handle_close(kt->h, &arg));
	arg.data_len = 0;
	arg.mode = CLEARDOWN_MODE_EMERGENCY; /* internal */
	KUNIT_EXPECT_EQ(test, -EINVAL, cldn_handle_close(kt->h, &arg));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, kt->h->state);
	KUNIT_EXPECT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
}

static struct kunit_case honest_cases[] = {
	KT_CASE(drained_is_confirmed, "PR-7 a drained call: every byte is confirmed"),
	KT_CASE(stalled_is_discarded, "PR-7 RP-6 a stalled call: every byte is discarded"),
	KT_CASE(unknown_is_in_doubt, "PR-7 what nobody knows is in doubt, up to the link's bound"),
	KT_CASE(transmitter_is_waited_for, "PR-7 draining ends when the transmitter is empty"),
	KT_CASE(cause_local_user, "PR-7 TP-1 P-18 the owner's own close, and no PHONE_CLOSE"),
	KT_CASE(causes_are_listed, "PR-7 the first cause is kept, later ones are listed"),
	KT_CASE(every_rung_is_told, "PR-7 every rung stands in the report, also a skipped one"),
	{}
};

KT_SUITE(honest, "cleardown_honest");

static struct kunit_case death_cases[] = {
	KT_CASE(owner_died, "PR-8 P-11 the last reference goes in a kernel thread: an emergency"),
	KT_CASE(living_let_go, "PR-8 a living task let go before: an orderly close with his name"),
	KT_CASE(unbind_forces, "PR-8 P-19 unbind by force"),
	KT_CASE(unplugged, "PR-8 P-11 P-19 unplugged in a call: the hardware is not touched again"),
	KT_CASE(gone_is_not_touched, "PR-8 RP-3 no rung touches hardware that is known to be gone"),
	KT_CASE(reboot_clears, "PR-8 before a reboot every line is put on-hook"),
	KT_CASE(suspend_hurries, "PR-8 a suspend hurries a running close"),
	KT_CASE(frozen_refuses, "PR-8 between PREPARE and resume new work is refused"),
	{}
};

KT_SUITE(death, "cleardown_owners_death");

static struct kunit_case policy_cases[] = {
	KT_CASE(releases_always, "PR-10 P-16 P-17 a phone's close releases whatever fails"),
	KT_CASE(refused_close, "PR-10 P-5 P-6 a CLOSE that is malformed changes nothing"),
	KT_CASE(kt_words, "what bind says it takes is looked at"),
	{}
};

KT_SUITE(policy, "cleardown_policies");
