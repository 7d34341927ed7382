// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every transition of the model (tests/model/close.pml), walked in the code that it is a model of.
 * A transition without a walk here does not compile.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "kt.h"

/* ---- what the walks share ---- */

/*
 * Request 1 is at the modem, which is deaf; those up to @k wait, and the worker is at rest: from
 * here on it comes only for what the walk does.
 */
static void begin_deaf(struct kt *kt, unsigned int k)
{
	struct cldn_op *op;
	unsigned int id;

	kt_sim(kt, "deaf on");
	for (id = 1; id <= k; id++)
		KUNIT_ASSERT_EQ(kt->test, 0, kt_submit(kt, id));
	op = kt_op(kt, 1);
	KUNIT_ASSERT_NOT_NULL(kt->test, op);
	KUNIT_EXPECT_TRUE(kt->test, kt_until(atomic_read(&op->state) == CLDN_OP_STARTED));
	cldn_op_put(op);
	kthread_flush_work(&kt->dev->work);
}

static void begin_stalled(struct kt *kt)
{
	kt_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(kt->test, kt_write(kt, 2000), 0L);
}

static int raise(struct kt *kt, u32 mode, u64 ms)
{
	return cldn_wish_raise(kt->h, cldn_wish_of(kt->h, mode, ms * KT_MS, CLEARDOWN_CAUSE_ADMIN),
			       NULL);
}

/* A DRAIN that may last as long as it likes, in its first rung. */
static struct kt_thread *begin_drain(struct kt *kt)
{
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_STEP, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_DRAIN, KT_HOUR);

	kt_held(kt, gate);
	kt_let_go(gate);
	return closer;
}

/* The second rung has begun and waits: that of a call's bytes, which do not leave. */
static struct kt_thread *begin_drain_data(struct kt *kt)
{
	struct kt_thread *closer = begin_drain(kt);

	KUNIT_EXPECT_TRUE(kt->test, kt_until(READ_ONCE(kt->h->report->out_nsteps) == 1));
	kthread_flush_work(&kt->dev->work);
	return closer;
}

static void end_drain(struct kt *kt, struct kt_thread *closer)
{
	KUNIT_EXPECT_EQ(kt->test, -EALREADY, raise(kt, CLEARDOWN_MODE_ABORT, 1000));
	KUNIT_EXPECT_EQ(kt->test, 0, kt_join(closer));
}

static void close_now(struct kt *kt)
{
	struct cleardown_close arg;

	KUNIT_EXPECT_EQ(kt->test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS, &arg));
}

static const struct cleardown_step *step_of(struct kt *kt, u32 what)
{
	struct cleardown_report *r = kt_report(kt);
	unsigned int i;

	for (i = 0; i < r->out_nsteps; i++)
		if (r->out_steps[i].what == what)
			return &r->out_steps[i];
	KUNIT_ASSERT_TRUE_MSG(kt->test, false, "step %u is not in the report", what);
	return NULL;
}

/* Who comes to a hook, and how often. */
static struct task_struct *seen_task;
static atomic_t seen_times;

static void see(struct kt *kt, void *what)
{
	WRITE_ONCE(seen_task, current);
	atomic_inc(&seen_times);
}

static void see_at(struct kt *kt, enum cldn_hook_at at)
{
	seen_task = NULL;
	atomic_set(&seen_times, 0);
	kt_at(at, see, kt);
}

static void get_stuck(struct kt *kt)
{
	struct cleardown_close arg;

	kt_driver_hold(kt, KT_CLOSE);
	KUNIT_EXPECT_EQ(kt->test, -EIO, kt_close(kt, CLEARDOWN_MODE_ABORT, 200 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(kt->test, CLEARDOWN_STATE_STUCK, kt_device_state(kt));
}

static void get_unstuck(struct kt *kt)
{
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(kt->test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
}

/* ---- admission ---- */

static void walk_submit_accepted(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	begin_deaf(kt, 2);
	KUNIT_EXPECT_EQ(test, 2, kt->h->issued);
	KUNIT_EXPECT_EQ(test, 2, kt->h->nops);
}

static void walk_submit_refused_closing(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_RAISED, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 2000 * KT_MS);

	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_submit(kt, 1));
	kt_let_go(gate);
	kt_join(closer);
	KUNIT_EXPECT_EQ(test, 0, kt->h->issued);
}

static void walk_submit_refused_orphan(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	cldn_events_fops.release(NULL, &kt->qfile);
	kt->qfile.private_data = NULL;
	KUNIT_EXPECT_EQ(test, -EPIPE, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt->h->issued);
}

/* ---- a request's life ---- */

static void walk_op_started(struct kunit *test)
{
	begin_deaf(kt_of(test), 1);
}

/* CANCEL of the first lets the second begin, in the first rung of the DRAIN. */
static void walk_op_started_draining(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct cldn_op *op;

	begin_deaf(kt, 2);
	op = kt_op(kt, 2);
	closer = begin_drain(kt);
	KUNIT_EXPECT_EQ(test, CLDN_OP_QUEUED, atomic_read(&op->state));
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 1));
	KUNIT_EXPECT_TRUE(test, kt_until(atomic_read(&op->state) == CLDN_OP_STARTED));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, kt->h->state);
	cldn_op_put(op);
	end_drain(kt, closer);
}

static void walk_op_next_refused(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;

	begin_deaf(kt, 2);
	gate = kt_hold(kt, CLDN_HOOK_RAISED, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 1000 * KT_MS);
	kt_held(kt, gate);
	KUNIT_EXPECT_FALSE(test, list_empty(&kt->h->queued));
	KUNIT_EXPECT_PTR_EQ(test, (struct cldn_op *)NULL, cldn_op_next(kt->dev));
	kt_let_go(gate);
	kt_join(closer);
}

static void walk_op_completed_by_worker(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	see_at(kt, CLDN_HOOK_CLAIMED);
	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_PTR_EQ(test, kt->dev->worker->task, seen_task);
}

static void walk_op_completed_by_interrupt(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	unsigned long flags;
	struct cldn_op *op;
	bool won;

	begin_deaf(kt, 1);
	op = kt_op(kt, 1);
	local_irq_save(flags);
	won = cldn_op_complete(op, 0, 0, 0, NULL, 0);
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE(test, won);
	cldn_op_put(op);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
}

static void walk_op_cancelled_queued(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	begin_deaf(kt, 2);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 2));
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(kt, 2)->error);
}

/* It is only marked: the worker, which is held before it ends it, has to see that. */
static void walk_op_cancelled_started(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate;
	struct cldn_op *op;

	begin_deaf(kt, 1);
	op = kt_op(kt, 1);
	gate = kt_hold(kt, CLDN_HOOK_COMPLETE, op);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 1));
	kt_held(kt, gate);
	KUNIT_EXPECT_TRUE(test, op->cancelled);
	KUNIT_EXPECT_FALSE(test, cldn_op_done(op));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(kt, 1)->error);
	cldn_op_put(op);
}

static void walk_op_ended_unstarted(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;

	begin_deaf(kt, 2);
	gate = kt_hold(kt, CLDN_HOOK_STEP, kt->h);
	closer = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 10000 * KT_MS);
	kt_held(kt, gate); /* before the first rung */
	KUNIT_EXPECT_EQ(test, -EIO, kt_completion(kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	kt_let_go(gate);
	kt_join(closer);
}

/* The hardware is gone, so no rung runs, and none of them ends what the modem was doing. */
static void walk_op_ended_by_close(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate;
	struct cldn_op *op;

	begin_deaf(kt, 1);
	op = kt_op(kt, 1);
	gate = kt_hold(kt, CLDN_HOOK_COMPLETE, op);
	kt_sim(kt, "vanish");
	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, kt->dev->class->nsteps, kt->h->report->out_nsteps);
	KUNIT_EXPECT_EQ(test, 1, kt->h->nops);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -EIO, kt_completion(kt, 1)->error);
	cldn_op_put(op);
}

static void walk_claim_lost(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cldn_op *op;

	begin_deaf(kt, 1);
	op = kt_op(kt, 1);
	KUNIT_EXPECT_TRUE(test, cldn_op_complete(op, 0, 0, 0, NULL, 0));
	KUNIT_EXPECT_FALSE(test, cldn_op_complete(op, 0, 0, 0, NULL, 0));
	cldn_op_put(op);
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->n);
}

/* ---- the wish ---- */

static void walk_wish_first(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_EXPECT_EQ(test, 0, raise(kt, CLEARDOWN_MODE_ABORT, 1000));
	KUNIT_EXPECT_NE(test, CLEARDOWN_STATE_OPEN, READ_ONCE(kt->h->state));
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
}

static void walk_wish_raised(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_deaf(kt, 1);
	closer = begin_drain(kt);
	KUNIT_EXPECT_EQ(test, -EALREADY, raise(kt, CLEARDOWN_MODE_ABORT, 1000));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, kt->h->wish.mode);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_wish_nearer(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;
	u64 far;

	begin_deaf(kt, 1);
	closer = begin_drain(kt);
	far = kt->h->wish.deadline_ns;
	KUNIT_EXPECT_EQ(test, -EALREADY, raise(kt, CLEARDOWN_MODE_DRAIN, 1000));
	KUNIT_EXPECT_LT(test, kt->h->wish.deadline_ns, far);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_wish_kept(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_STEP, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 10000 * KT_MS);
	u64 deadline;

	kt_held(kt, gate);
	deadline = kt->h->wish.deadline_ns;
	KUNIT_EXPECT_EQ(test, -EALREADY, raise(kt, CLEARDOWN_MODE_DRAIN, 20000));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, kt->h->wish.mode);
	KUNIT_EXPECT_EQ(test, deadline, kt->h->wish.deadline_ns);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_wish_after_closed(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	close_now(kt);
	KUNIT_EXPECT_EQ(test, -EBADFD, raise(kt, CLEARDOWN_MODE_EMERGENCY, 1000));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, kt->h->wish.mode);
	KUNIT_EXPECT_EQ(test, 0, kt->h->wish.later);
}

/* ---- who ends it ---- */

static void walk_closer_claimed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_WAIT, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS);

	kt_held(kt, gate);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, kt->h->wish.cause);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_closer_already(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct kt_thread *closer;

	begin_deaf(kt, 1);
	closer = begin_drain(kt);
	KUNIT_EXPECT_EQ(test, -EALREADY, kt_close(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_closer_dead(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	close_now(kt);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_close(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS, &arg));
}

static long close_killably(struct kt_thread *t)
{
	long ret;

	allow_signal(SIGKILL);
	t->close.mode = CLEARDOWN_MODE_DRAIN;
	t->close.deadline_ns = KT_HOUR;
	ret = cldn_handle_close(t->kt->h, &t->close);
	flush_signals(current);
	return ret;
}

static void walk_closer_killed(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_deaf(kt, 1);
	closer = kt_start(kt, close_killably, NULL);
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(kt->h->state) == CLEARDOWN_STATE_CLOSING &&
					 kt_sleeps(closer)));
	KUNIT_EXPECT_EQ(test, 0, send_sig(SIGKILL, closer->task, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_EMERGENCY, closer->close.out_report.mode);
	KUNIT_EXPECT_EQ(test, BIT(CLEARDOWN_CAUSE_OWNER_DIED),
			closer->close.out_report.later_causes);
	kt_expect_ended(kt, 1, closer->close.out_seq_at_return);
}

static void walk_closer_released(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, 1000 * KT_MS, &arg));
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
}

static void walk_closer_stuck(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	get_stuck(kt);
	get_unstuck(kt);
}

/* CLOSE sleeps before the handle is CLOSED, and the end of the close is what wakes it. */
static void walk_waiter_woken(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_SHUT, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS);

	kt_held(kt, gate);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(closer)));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
}

static void walk_release_raised(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_release(kt);
	KUNIT_EXPECT_TRUE(test, kt_report(kt)->out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
}

static void walk_unplugged(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_sim(kt, "vanish");
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_GONE, kt->h->wish.mode);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_UNPLUG, kt->h->wish.cause);
}

/* ---- the ladder ---- */

static void walk_rung_done(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	const struct cleardown_step *step;

	kt_call(kt);
	close_now(kt);
	step = step_of(kt, CLEARDOWN_STEP_DTR);
	KUNIT_EXPECT_EQ(test, 0, step->flags);
	KUNIT_EXPECT_EQ(test, 0, step->error);
}

/* The same rung, more than once: bytes are moved while it lasts. */
static void walk_rung_waits(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_stalled(kt);
	see_at(kt, CLDN_HOOK_STEP);
	closer = begin_drain_data(kt);
	atomic_set(&seen_times, 0);
	kt_sim(kt, "ring 3 100"); /* the worker runs and looks again */
	KUNIT_EXPECT_TRUE(test, kt_until(atomic_read(&seen_times) >= 2));
	KUNIT_EXPECT_EQ(test, 1, kt->h->report->out_nsteps);
	end_drain(kt, closer);
}

static void walk_rung_skipped(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	close_now(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STEP_SKIPPED, step_of(kt, CLEARDOWN_STEP_HANGUP)->flags);
}

static void walk_rung_cut_by_wish(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_stalled(kt);
	closer = begin_drain_data(kt);
	end_drain(kt, closer);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STEP_CUT, step_of(kt, CLEARDOWN_STEP_DRAIN_DATA)->flags);
}

/* Of a rung that has not begun by then nothing would be cut: its time begins when it has. */
static void walk_rung_cut_by_deadline(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	const struct cleardown_step *step;
	struct kt_thread *closer;

	begin_stalled(kt);
	closer = begin_drain_data(kt);
	scoped_guard(spinlock_irqsave, &kt->h->lock)
		kt->h->wish.deadline_ns = cldn_now() + 1000 * KT_MS;
	cldn_device_kick(kt->dev, CLDN_EV_WISH);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	step = step_of(kt, CLEARDOWN_STEP_DRAIN_DATA);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STEP_CUT, step->flags);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, step->error);
	KUNIT_EXPECT_EQ(test, 0, closer->close.out_report.later_causes);
}

/* ---- silence and events ---- */

static void walk_silence_taken_by_worker(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	see_at(kt, CLDN_HOOK_SILENCE);
	close_now(kt);
	KUNIT_EXPECT_PTR_EQ(test, kt->dev->worker->task, seen_task);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&seen_times));
}

static void walk_silence_taken_by_watchdog(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	kt_driver_hold(kt, KT_SET_LINES);
	see_at(kt, CLDN_HOOK_SILENCE);
	KUNIT_EXPECT_EQ(test, -EIO, kt_close(kt, CLEARDOWN_MODE_ABORT, 200 * KT_MS, &arg));
	KUNIT_EXPECT_PTR_NE(test, kt->dev->worker->task, seen_task);
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&seen_times));
}

static void walk_forced_close_posted(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_EXPECT_EQ(test, 0, raise(kt, CLEARDOWN_MODE_ABORT, 1000));
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_PHONE_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_ADMIN, kt->tape[0].p1);
}

static void walk_gate_shut(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_gate *gate = kt_hold(kt, CLDN_HOOK_SHUT, kt->h);
	struct kt_thread *closer = kt_closer(kt, CLEARDOWN_MODE_ABORT, 5000 * KT_MS);

	kt_held(kt, gate);
	KUNIT_EXPECT_FALSE(test, kt->h->gate_open);
	KUNIT_EXPECT_EQ(test, kt->q->seq, kt->h->seq_at_return);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, kt->h->state);
	kt_let_go(gate);
	kt_join(closer);
}

static void ring_late(struct kt *kt, void *what)
{
	cldn_indicate(kt->dev, CLEARDOWN_EV_RING, 1, 0, 0, NULL, 0);
}

static void walk_late_event_counted(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt->h->events = CLEARDOWN_EV_FILTER_ALL;
	kt_at(CLDN_HOOK_SHUT, ring_late, kt);
	close_now(kt);
	KUNIT_EXPECT_EQ(test, 1, kt->h->late);
	KUNIT_EXPECT_EQ(test, kt->q->seq, kt->h->seq_at_return);
}

static void walk_record_queued(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_TRUE(test, kt_until(kt->q->unread == 1));
	KUNIT_EXPECT_EQ(test, 1, kt->q->seq);
}

static void walk_record_copy_failed(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_TRUE(test, kt_until(kt->q->unread == 1));
	KUNIT_EXPECT_EQ(test, -EFAULT, kt_read_fault(kt));
	KUNIT_EXPECT_EQ(test, 1, kt->q->unread);
}

static void walk_record_read(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_ASSERT_EQ(test, 0, kt_submit(kt, 1));
	KUNIT_EXPECT_EQ(test, 1, kt_completion(kt, 1)->seq);
	KUNIT_EXPECT_EQ(test, 0, kt->q->unread);
}

static void walk_record_orphaned(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	long orphaned = atomic_long_read(&cldn_stat[CLDN_ORPHANED]);

	begin_deaf(kt, 1);
	cldn_events_fops.release(NULL, &kt->qfile);
	kt->qfile.private_data = NULL;
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(kt->h, 1));
	/* the request is off its list a moment before its record is thrown away */
	KUNIT_EXPECT_TRUE(test, kt_until(atomic_long_read(&cldn_stat[CLDN_ORPHANED]) != orphaned));
	KUNIT_EXPECT_EQ(test, orphaned + 1, atomic_long_read(&cldn_stat[CLDN_ORPHANED]));
	KUNIT_EXPECT_EQ(test, 0, kt->h->nops);
}

/* ---- the end ---- */

static const struct cldn_link_driver *sim;
static unsigned int shut_at, closed_at, calls;

static void ordered_shut(struct cldn_link *link)
{
	shut_at = ++calls;
	sim->shut(link);
}

static void ordered_close(struct cldn_link *link)
{
	closed_at = ++calls;
	sim->close(link);
}

static void walk_released(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	sim = kt->sim;
	calls = 0;
	kt->drv.shut = ordered_shut;
	kt->drv.close = ordered_close;
	close_now(kt);
	KUNIT_EXPECT_EQ(test, 1, shut_at);
	KUNIT_EXPECT_EQ(test, 2, closed_at);
	KUNIT_EXPECT_EQ(test, 0, step_of(kt, CLEARDOWN_STEP_RELEASE)->error);
}

static void walk_device_free(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	close_now(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_IDLE, kt_device_state(kt));
	KUNIT_EXPECT_PTR_EQ(test, (struct cldn_handle *)NULL, kt->dev->owner);
}

static void walk_device_gone(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_sim(kt, "vanish");
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_GONE, kt_device_state(kt));
	KUNIT_EXPECT_PTR_EQ(test, (struct cldn_handle *)NULL, kt->dev->owner);
}

static void walk_filed_closed(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	close_now(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
	KUNIT_EXPECT_FALSE(test, kt_report(kt)->out_head.flags & CLEARDOWN_REPORT_LATE);
}

static void walk_filed_late(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	get_stuck(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
	get_unstuck(kt);
	KUNIT_EXPECT_EQ(test, 2, kt_reports(kt));
	KUNIT_EXPECT_TRUE(test, kt_report(kt)->out_head.flags & CLEARDOWN_REPORT_LATE);
}

static void walk_stuck(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	get_stuck(kt);
	KUNIT_EXPECT_TRUE(test, cldn_handle_closed(kt->h));
	KUNIT_EXPECT_PTR_EQ(test, kt->h, kt->dev->owner);
	get_unstuck(kt);
}

/* An alarm comes while the deadline is an hour away. */
static void walk_watchdog_early(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_deaf(kt, 1);
	closer = begin_drain(kt);
	see_at(kt, CLDN_HOOK_WATCHDOG);
	mod_delayed_work(system_highpri_wq, &kt->dev->watchdog, 0);
	KUNIT_EXPECT_TRUE(test, kt_until(atomic_read(&seen_times)));
	flush_delayed_work(&kt->dev->watchdog);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSING, kt->h->state);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&kt->dev->watchdog));
	end_drain(kt, closer);
}

/* On a slow machine each of the worker's runs may last as if a driver held it. */
static void see_in_no_driver(struct kt *kt, void *what)
{
	WRITE_ONCE(kt->dev->run_since_ns, 0);
	see(kt, what);
}

/* The deadline is over and the worker in no driver: it gets another tick, and another. */
static void walk_watchdog_again(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	begin_deaf(kt, 1);
	closer = begin_drain(kt);
	kthread_flush_work(&kt->dev->work); /* else it may see the deadline by itself, first */
	atomic_set(&seen_times, 0);
	kt_at(CLDN_HOOK_WATCHDOG, see_in_no_driver, kt);
	scoped_guard(spinlock_irqsave, &kt->h->lock)
		kt->h->wish.deadline_ns = cldn_now(); /* and the worker has not been told */
	mod_delayed_work(system_highpri_wq, &kt->dev->watchdog, 0);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_GE(test, atomic_read(&seen_times), 1);
	KUNIT_EXPECT_EQ(test, 1, closer->close.out_released);
}

/* ---- the list ---- */

static struct kunit_case walk_cases[] = {
#define TRANSITION(name) KT_CASE(walk_##name, "PR-1 the model's transition " #name),
#include "../model/transitions.h"
#undef TRANSITION
	{}
};

KT_SUITE(walk, "cleardown_walk");
