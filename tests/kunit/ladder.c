// SPDX-License-Identifier: GPL-2.0-only
/* A wish raised at every step of the ladder, and at every place of the close behind it. */
#include <linux/slab.h>
#include "kt.h"

/* Behind the rungs: nothing is left to be cut there, but the wish must still be taken. */
static const enum cldn_hook_at places[] = {
	CLDN_HOOK_SILENCE,
	CLDN_HOOK_SHUT,
	CLDN_HOOK_RELEASED,
};

static struct {
	u32 mode;
	unsigned int rung;
	unsigned int raised;
	int ret;
} raise;

static void raise_now(struct kt *kt, void *what)
{
	struct cldn_wish wish =
		cldn_wish_of(kt->h, raise.mode, 2000 * KT_MS, CLEARDOWN_CAUSE_ADMIN);

	if (raise.raised++)
		return;
	wish.mode = raise.mode;
	raise.ret = cldn_wish_raise(kt->h, wish, NULL);
}

/* A rung of which so many stand in the report already is about to begin or go on. */
static void raise_at_rung(struct kt *kt, void *what)
{
	if (kt->h->report->out_nsteps == raise.rung)
		raise_now(kt, what);
}

/*
 * A DRAIN with something to do on every rung: a call whose bytes do not leave, a request that the
 * modem does not answer.
 */
static void begin_slow(struct kt *kt)
{
	kt->n = 0;
	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(kt->test, kt_write(kt, 2000), 0L);
	KUNIT_ASSERT_EQ(kt->test, 0, kt_submit_op(kt, CLEARDOWN_OP_HANGUP, 1, "", KT_HOUR));
	KUNIT_ASSERT_EQ(kt->test, 0, kt_submit(kt, 2));
}

static void expect_raised(struct kt *kt, const struct cleardown_close *arg, int ret)
{
	KUNIT_EXPECT_EQ(kt->test, 0, ret);
	KUNIT_EXPECT_GE(kt->test, raise.raised, 1u);
	KUNIT_EXPECT_EQ(kt->test, -EALREADY, raise.ret);
	KUNIT_EXPECT_EQ(kt->test, raise.mode, arg->out_report.mode);
	KUNIT_EXPECT_EQ(kt->test, BIT(CLEARDOWN_CAUSE_ADMIN), arg->out_report.later_causes);
	KUNIT_EXPECT_EQ(kt->test, CLEARDOWN_CAUSE_LOCAL_USER, arg->out_report.cause);
	KUNIT_EXPECT_EQ(kt->test, 1, arg->out_released);
	KUNIT_EXPECT_LT(kt->test, arg->out_report.end_ns - arg->out_report.begin_ns,
			(2000 + KT_SLACK_MS) * KT_MS);
	kt_expect_ended(kt, 2, arg->out_seq_at_return);
	KUNIT_EXPECT_EQ(kt->test, 1, kt_reports(kt));
	KUNIT_EXPECT_EQ(kt->test, kt->dev->class->nsteps + 1, kt_report(kt)->out_nsteps);
}

/* The session for the next round: the line is put in order and opened again. */
static void next_round(struct kt *kt)
{
	kt_at(CLDN_HOOK_STEP, NULL, kt);
	kt_release(kt);
	kt_sim(kt, "stall off");
	kt_open(kt);
}

static void one_rung(struct kt *kt, u32 mode, unsigned int rung)
{
	struct cleardown_close arg;
	int ret;

	begin_slow(kt);
	memset(&raise, 0, sizeof(raise));
	raise.mode = mode;
	raise.rung = rung;
	kt_at(CLDN_HOOK_STEP, raise_at_rung, kt);
	ret = kt_close(kt, CLEARDOWN_MODE_DRAIN, 1200 * KT_MS, &arg);
	expect_raised(kt, &arg, ret);
	next_round(kt);
}

static void each_rung(struct kunit *test, u32 mode)
{
	struct kt *kt = kt_of(test);
	unsigned int rung;

	for (rung = 0; rung < kt->dev->class->nsteps; rung++)
		one_rung(kt, mode, rung);
}

static void orderly_at_each(struct kunit *test)
{
	each_rung(test, CLEARDOWN_MODE_ORDERLY);
}

static void abort_at_each(struct kunit *test)
{
	each_rung(test, CLEARDOWN_MODE_ABORT);
}

static void emergency_at_each(struct kunit *test)
{
	each_rung(test, CLEARDOWN_MODE_EMERGENCY);
}

static void gone_at_each(struct kunit *test)
{
	each_rung(test, CLEARDOWN_MODE_GONE);
}

static void behind_the_rungs(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		begin_slow(kt);
		memset(&raise, 0, sizeof(raise));
		raise.mode = CLEARDOWN_MODE_EMERGENCY;
		kt_at(places[i], raise_now, kt);
		ret = kt_close(kt, CLEARDOWN_MODE_ORDERLY, 2000 * KT_MS, &arg);
		expect_raised(kt, &arg, ret);
		next_round(kt);
	}
}

/* Behind CLOSED nothing is raised any more, and the report is not changed. */
static void behind_closed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	memset(&raise, 0, sizeof(raise));
	raise.mode = CLEARDOWN_MODE_EMERGENCY;
	kt_at(CLDN_HOOK_CLOSED, raise_now, kt);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ORDERLY, 2000 * KT_MS, &arg));
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(raise.ret))); /* CLOSE may be back before */
	KUNIT_EXPECT_EQ(test, -EBADFD, raise.ret);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ORDERLY, arg.out_report.mode);
	KUNIT_EXPECT_EQ(test, 0, arg.out_report.later_causes);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
}

/* Only raised: what is asked for less, or later, changes nothing but the list of causes. */
static void never_lowered(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;
	struct cldn_wish wish;
	u64 deadline;

	kt_sim(kt, "deaf on");
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	gate = kt_hold(kt, CLDN_HOOK_STEP, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 15000 * KT_MS);
	kt_held(kt, gate);
	deadline = kt->h->wish.deadline_ns;
	wish = cldn_wish_of(kt->h, CLEARDOWN_MODE_DRAIN, KT_HOUR, CLEARDOWN_CAUSE_ADMIN);
	KUNIT_EXPECT_EQ(test, -EALREADY, cldn_wish_raise(kt->h, wish, NULL));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, kt->h->wish.mode);
	KUNIT_EXPECT_EQ(test, deadline, kt->h->wish.deadline_ns);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, kt->h->wish.cause);
	wish = cldn_wish_of(kt->h, CLEARDOWN_MODE_ORDERLY, 10000 * KT_MS, CLEARDOWN_CAUSE_TIMER);
	KUNIT_EXPECT_EQ(test, -EALREADY, cldn_wish_raise(kt->h, wish, NULL));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, kt->h->wish.mode);
	KUNIT_EXPECT_LT(test, kt->h->wish.deadline_ns, deadline);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

/* With little time the reserved rungs run and the polite ones are skipped, and that is told. */
static void reserves_are_kept(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_report *r;
	struct cleardown_close arg;
	unsigned int i;

	begin_slow(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_DRAIN, 700 * KT_MS, &arg));
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
	r = kt_report(kt);
	for (i = 0; i < r->out_nsteps; i++) {
		const struct cleardown_step *step = &r->out_steps[i];

		if (step->what == CLEARDOWN_STEP_DRAIN_OPS ||
		    step->what == CLEARDOWN_STEP_DRAIN_DATA)
			KUNIT_EXPECT_TRUE(test, step->flags & (CLEARDOWN_STEP_SKIPPED |
							       CLEARDOWN_STEP_CUT));
		if (step->what == CLEARDOWN_STEP_DTR)
			KUNIT_EXPECT_FALSE(test, step->flags & CLEARDOWN_STEP_SKIPPED);
	}
}

static struct kunit_case ladder_cases[] = {
	KT_CASE(orderly_at_each, "PR-5 PR-1 ORDERLY raised at every rung of a DRAIN"),
	KT_CASE(abort_at_each, "PR-5 PR-1 ABORT raised at every rung of a DRAIN"),
	KT_CASE(emergency_at_each, "PR-8 PR-1 EMERGENCY raised at every rung of a DRAIN"),
	KT_CASE(gone_at_each, "PR-8 PR-1 RP-3 GONE raised at every rung of a DRAIN"),
	KT_CASE(behind_the_rungs, "PR-1 PR-7 a wish raised behind the rungs"),
	KT_CASE(behind_closed, "PR-9 RP-4 a wish raised behind CLOSED is EBADFD"),
	KT_CASE(never_lowered, "PR-5 RP-4 a wish is only raised, the nearer deadline wins"),
	KT_CASE(reserves_are_kept, "PR-5 PR-4 the reserve of DTR is not drained away"),
	{}
};

KT_SUITE(ladder, "cleardown_ladder");
