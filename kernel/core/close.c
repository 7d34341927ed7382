// SPDX-License-Identifier: GPL-2.0-only
/*
 * The close path: one for every ending.
 *
 * Somebody raises the handle's wish (cldn_wish_raise()): CLOSE, release, unplug, unbind, ctl,
 * suspend, reboot. The first raise claims OPEN -> CLOSING, which shuts the gate for new work and
 * latches the counters; later ones only raise mode and deadline. From there the device's worker
 * goes alone:
 *
 *   1 walk the class's ladder, planned backwards         cldn_ladder_walk()
 *   2 complete what is left                              cldn_silence()
 *   3 report a forced close (PHONE_CLOSE)                cldn_silence()
 *   4 shut the event gate, latch out_seq_at_return       cldn_silence()
 *   5 stop the link's callbacks                          cldn_hardware_release()
 *   6 release the hardware                               cldn_hardware_release()
 *   7 file the report, state CLOSED, wake everybody      cldn_close_finish()
 *
 * A lower driver may not come back from a call in time (a USB control message can take 5 s).
 * Then the watchdog does 2, 3, 4 and 7 with out_released = 0, the device is STUCK, and the worker
 * does the rest and files a second report when it returns.
 *
 * Nothing here allocates: report, ladder and the PHONE_CLOSE record were made at open (indications
 * of what the ladder sees are allocated, and dropped where that fails). Below us:
 * the tty's hang-up of its port and a USB driver's DTR message do; if a usb_control_msg() fails
 * for memory, DTR does not fall and the report shows no proof of on-hook. No printk either: a
 * 9600 baud console costs 0.1 s a line.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"
#include "trace.h"

static unsigned int late_ms = 40;
module_param(late_ms, uint, 0644);
MODULE_PARM_DESC(late_ms, "grace in ms after a close's deadline before a device counts as stuck");

/**
 * struct cldn_ladder - where a close stands; the worker's, but for @silenced and @silent
 * @step: index in the class's table of the rung that runs or comes next
 * @running: it has begun
 * @settled: the accepted bytes are accounted for
 * @begin_ns: when the running rung began
 * @until_ns: when it will be cut
 * @silenced: somebody does steps 2 to 4, bit 0; taken by test-and-set
 * @silent: and has done them
 */
struct cldn_ladder {
	unsigned int step;
	bool running;
	bool settled;
	u64 begin_ns;
	u64 until_ns;
	unsigned long silenced;
	bool silent;
};

struct cldn_ladder *cldn_ladder_new(void)
{
	return kzalloc(sizeof(struct cldn_ladder), GFP_KERNEL_ACCOUNT);
}

bool cldn_handle_closed(struct cldn_handle *h)
{
	return READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSED;
}

u32 cldn_closing(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h)
		return 0;
	guard(spinlock_irqsave)(&h->lock);
	return h->wish.mode;
}

/* ---- the wish ---- */

/* The claim: from here on the handle accepts nothing. */
static void cldn_wish_first_locked(struct cldn_handle *h, const struct cldn_who *who)
{
	struct cleardown_report_head *head = &h->report->out_head;

	lockdep_assert_held(&h->lock);
	WRITE_ONCE(h->state, CLEARDOWN_STATE_CLOSING);
	if (who)
		h->closer = *who;
	head->begin_ns = cldn_now();
	head->ops_at_close = h->nops;
	h->report->out_realtime_ns = ktime_get_real_ns();
}

static int cldn_wish_raise_locked(struct cldn_handle *h, const struct cldn_wish *wish,
				  const struct cldn_who *who)
{
	lockdep_assert_held(&h->lock);
	if (h->state == CLEARDOWN_STATE_CLOSED)
		return -EBADFD;
	if (h->state == CLEARDOWN_STATE_OPEN) {
		h->wish = *wish;
		h->unclaimed = wish->mode == CLEARDOWN_MODE_GONE && h->dev->class->documents;
		cldn_wish_first_locked(h, who);
		return 0;
	}
	h->wish.mode = max(h->wish.mode, wish->mode);
	h->wish.deadline_ns = min(h->wish.deadline_ns, wish->deadline_ns);
	h->wish.later |= BIT(wish->cause);
	return -EALREADY;
}

/*
 * Sets the alarm for the deadline that is in force. Under dev->lock, for it may also move an alarm
 * to later: who read a deadline before another one made it nearer must not set his afterwards.
 */
static void cldn_watchdog_arm_locked(struct cldn_device *dev, u64 deadline_ns)
{
	u64 now = cldn_now();
	u64 in = deadline_ns > now ? nsecs_to_jiffies64(deadline_ns - now) : 0;

	lockdep_assert_held(&dev->lock);

	in += msecs_to_jiffies(READ_ONCE(late_ms));
	guard(spinlock_irqsave)(&dev->kick_lock);
	if (dev->worker) /* else the device is removed and its last close over */
		mod_delayed_work(system_highpri_wq, &dev->watchdog,
				 min_t(u64, in, MAX_JIFFY_OFFSET / 2));
}

/*
 * Raises the wish of an owner's handle: 0 when this call claimed the close, -EALREADY when one was
 * running, -EBADFD when it is over. wish->deadline_ns is absolute. Any context.
 */
int cldn_wish_raise(struct cldn_handle *h, struct cldn_wish wish, const struct cldn_who *who)
{
	struct cldn_device *dev = h->dev;
	int ret;

	if (wish.mode == CLEARDOWN_MODE_EMERGENCY || wish.mode == CLEARDOWN_MODE_GONE)
		wish.deadline_ns = min(wish.deadline_ns, cldn_now() + cldn_emergency_ns(dev));
	cldn_hook(CLDN_HOOK_WISH, h);
	scoped_guard(spinlock_irqsave, &dev->lock) {
		spin_lock(&h->lock);
		ret = cldn_wish_raise_locked(h, &wish, who);
		spin_unlock(&h->lock);
		if (!ret)
			cldn_device_set_state_locked(dev, CLEARDOWN_STATE_CLOSING);
		if (ret != -EBADFD)
			cldn_watchdog_arm_locked(dev, h->wish.deadline_ns);
	}
	if (ret == -EBADFD)
		return ret;
	cldn_hook(CLDN_HOOK_RAISED, h);
	trace_cldn_wish(h);
	wake_up_all(&h->rx.wq);
	wake_up_all(&h->tx.wq);
	wake_up_all(&dev->wq);
	cldn_device_kick(dev, CLDN_EV_WISH);
	return ret;
}

/* ---- the ladder ---- */

static struct cldn_wish cldn_wish_now(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return h->wish;
}

/* Time that the rungs after @index must find, in @mode. */
static u64 cldn_reserve_after(const struct cldn_class *class, unsigned int index, u32 mode)
{
	u64 ms = class->release_ms;

	while (++index < class->nsteps)
		if (class->steps[index].modes & BIT(mode))
			ms += class->steps[index].reserve_ms;
	return ms * NSEC_PER_MSEC;
}

/* When the rung will be cut: after its cap, and early enough for the reserves behind it. */
static u64 cldn_step_until(const struct cldn_class *class, unsigned int index,
			   const struct cldn_wish *wish, u64 begin)
{
	const struct cldn_step *step = &class->steps[index];
	u64 reserve = cldn_reserve_after(class, index, wish->mode);
	u64 until = wish->deadline_ns > reserve ? wish->deadline_ns - reserve : 0;

	if (step->cap_ms)
		until = min(until, begin + step->cap_ms * NSEC_PER_MSEC);
	return until;
}

static void cldn_step_record(struct cldn_handle *h, u32 what, u32 flags, u64 begin,
			     const struct cldn_step_result *result)
{
	struct cleardown_report *r = h->report;
	struct cleardown_step *step;

	guard(spinlock_irqsave)(&h->lock); /* the watchdog may file the report meanwhile */
	if (r->out_nsteps == CLEARDOWN_MAX_STEPS)
		return;
	step = &r->out_steps[r->out_nsteps++];
	step->what = what;
	step->flags = flags;
	step->error = result->error;
	step->detail = result->detail;
	step->start_ns = begin - r->out_head.begin_ns;
	step->took_ns = cldn_now() - begin;
	trace_cldn_step(h, step);
}

/* True when the rung may begin: it belongs to the mode and there is time, or it has a reserve. */
static bool cldn_step_wanted(const struct cldn_step *step, u32 mode, u64 now, u64 until)
{
	return step->modes & BIT(mode) && (step->reserve_ms || now < until);
}

/* Begins or goes on with the rung; CLDN_STEP_WAIT when the worker has to come again. */
static enum cldn_step_verdict cldn_step_go(struct cldn_device *dev, struct cldn_handle *h)
{
	const struct cldn_class *class = dev->class;
	struct cldn_ladder *l = h->ladder;
	const struct cldn_step *step = &class->steps[l->step];
	struct cldn_step_result result = { 0 };
	enum cldn_step_verdict verdict;
	struct cldn_wish wish;
	u64 now = cldn_now();
	u32 flags = 0;

	cldn_hook(CLDN_HOOK_STEP, h);
	wish = cldn_wish_now(h);
	if (dev->gone) /* a handle that the watchdog ended before takes no wish any more */
		wish.mode = CLEARDOWN_MODE_GONE;
	if (!l->running) {
		l->begin_ns = now;
		l->until_ns = cldn_step_until(class, l->step, &wish, now);
		if (!cldn_step_wanted(step, wish.mode, now, l->until_ns))
			verdict = CLDN_STEP_NOTHING;
		else
			verdict = class->step_begin(dev, step->what, l->until_ns, &result);
	} else {
		l->until_ns = cldn_step_until(class, l->step, &wish, l->begin_ns);
		if (step->modes & BIT(wish.mode))
			verdict = class->step_run(dev, step->what, l->until_ns, &result);
		else
			verdict = CLDN_STEP_WAIT;
	}
	l->running = verdict == CLDN_STEP_WAIT;
	if (l->running) {
		if (cldn_now() < l->until_ns && step->modes & BIT(wish.mode)) {
			cldn_wake_at(dev, l->until_ns);
			return CLDN_STEP_WAIT;
		}
		flags = CLEARDOWN_STEP_CUT;
		result.error = -ETIMEDOUT;
	} else if (verdict == CLDN_STEP_NOTHING) {
		flags = CLEARDOWN_STEP_SKIPPED;
	}
	cldn_step_record(h, step->what, flags, l->begin_ns, &result);
	l->running = false;
	return CLDN_STEP_DONE;
}

/* True when the ladder is over. Between draining and everything else the bytes are settled. */
static bool cldn_ladder_walk(struct cldn_device *dev, struct cldn_handle *h)
{
	const struct cldn_class *class = dev->class;
	struct cldn_ladder *l = h->ladder;

	while (l->step < class->nsteps) {
		if (!l->settled && class->steps[l->step].what > CLEARDOWN_STEP_DRAIN_DATA) {
			cldn_tx_settle(dev);
			l->settled = true;
		}
		if (cldn_step_go(dev, h) == CLDN_STEP_WAIT)
			return false;
		l->step++;
	}
	if (!l->settled)
		cldn_tx_settle(dev);
	l->settled = true;
	return true;
}

/* ---- silence ---- */

/* Everybody but the owner himself may end his handle over his head; then he is told. */
static bool cldn_forced(const struct cldn_handle *h)
{
	return h->wish.cause != CLEARDOWN_CAUSE_LOCAL_USER && !h->wish.file;
}

static void cldn_post_close(struct cldn_handle *h)
{
	struct cldn_evq *q = NULL;

	scoped_guard(spinlock_irqsave, &h->lock) {
		cldn_owed_post_locked(h);
		if (!h->evq || !cldn_forced(h))
			return;
		h->close_rec.head.p1 = h->wish.cause;
		h->close_rec.head.p2 = h->wish.detail;
		q = cldn_evq_get(h->evq);
		cldn_handle_get(h); /* put when the record is read */
		cldn_post_locked(h, q, &h->close_rec);
	}
	cldn_evq_wake(q);
	cldn_evq_put(q);
}

/* The device of an observer is removed: its last record, then its end. */
void cldn_observer_gone(struct cldn_handle *h, u32 cause)
{
	scoped_guard(spinlock_irqsave, &h->lock)
		h->wish.cause = cause;
	cldn_post_close(h);
	cldn_observer_end(h);
}

/*
 * Every completion, then the last record, then no more. The worker does it, or the watchdog when
 * the worker is held up in a lower driver; false = the other one is at it or has done it.
 */
static bool cldn_silence(struct cldn_handle *h)
{
	if (test_and_set_bit(0, &h->ladder->silenced))
		return false;
	cldn_ops_end_all(h);
	cldn_post_close(h);
	cldn_hook(CLDN_HOOK_SILENCE, h);
	scoped_guard(spinlock_irqsave, &h->lock)
		cldn_gate_shut_locked(h);
	cldn_hook(CLDN_HOOK_SHUT, h);
	trace_cldn_silenced(h);
	smp_store_release(&h->ladder->silent, true); /* pairs with cldn_silent() */
	wake_up_all(&h->wq);
	return true;
}

static bool cldn_silent(struct cldn_handle *h)
{
	return smp_load_acquire(&h->ladder->silent); /* pairs with cldn_silence() */
}

/* ---- the report ---- */

void cldn_report_who(struct cldn_handle *h, struct cleardown_report *r)
{
	memcpy(r->out_name, h->dev->name, sizeof(r->out_name));
	memcpy(r->out_backend, h->dev->link.backend, sizeof(r->out_backend));
	r->out_owner_pid = h->owner.pid;
	r->out_owner_uid = from_kuid(&init_user_ns, h->owner.uid);
	memcpy(r->out_owner_comm, h->owner.comm, sizeof(r->out_owner_comm));
	r->out_closer_pid = h->closer.pid;
	r->out_closer_signal = h->closer.signal;
	memcpy(r->out_closer_comm, h->closer.comm, sizeof(r->out_closer_comm));
}

static void cldn_report_head_locked(struct cldn_handle *h, bool released)
{
	struct cleardown_report_head *head = &h->report->out_head;

	lockdep_assert_held(&h->lock);
	head->handle = h->id;
	head->clazz = h->dev->class->id;
	head->mode = h->wish.mode;
	head->cause = h->wish.cause;
	head->cause_detail = h->wish.detail;
	head->later_causes = h->wish.later;
	head->flags |= (released ? CLEARDOWN_REPORT_RELEASED : 0) |
		       (h->wish.file ? CLEARDOWN_REPORT_FILE_CLOSE : 0) |
		       (h->filed ? CLEARDOWN_REPORT_LATE : 0);
	head->error = released ? 0 : -EIO;
	head->status = released ? 0 : h->dev->class->failed;
	head->deadline_ns =
		h->wish.deadline_ns > head->begin_ns ? h->wish.deadline_ns - head->begin_ns : 0;
	head->end_ns = cldn_now();
	head->seq_at_return = h->seq_at_return;
	head->ops_issued = h->issued;
	head->ops_completed = h->completed;
	head->late_events = h->late;
	head->dropped_events = h->dropped;
	head->accepted = h->tx.total;
	head->confirmed = h->tx_sent;
	head->discarded = h->tx_lost + kfifo_len(&h->tx.fifo);
	head->in_doubt = head->accepted - head->confirmed - head->discarded;
	head->received = h->rx.total;
}

/* Files the report; the first time the handle becomes CLOSED with it. Caller holds dev->lock. */
void cldn_close_file_locked(struct cldn_handle *h, bool released)
{
	lockdep_assert_held(&h->dev->lock);
	spin_lock(&h->lock);
	cldn_report_who(h, h->report);
	cldn_report_head_locked(h, released);
	cldn_report_file(h->report);
	if (!h->filed)
		cldn_note(CLDN_CLOSES);
	h->filed = true;
	WRITE_ONCE(h->state, CLEARDOWN_STATE_CLOSED);
	spin_unlock(&h->lock);
}

static void cldn_close_wake(struct cldn_handle *h)
{
	trace_cldn_closed(h);
	wake_up_all(&h->dev->wq);
	wake_up_all(&h->wq);
	wake_up_all(&h->rx.wq);
	wake_up_all(&h->tx.wq);
}

/* ---- the end ---- */

static void cldn_hardware_release(struct cldn_device *dev, struct cldn_handle *h)
{
	struct cldn_step_result result = { 0 };
	u64 begin = cldn_now();
	u32 flags = 0;

	if (dev->link_open)
		cldn_link_give(dev);
	else
		flags = CLEARDOWN_STEP_SKIPPED;
	cldn_step_record(h, CLEARDOWN_STEP_RELEASE, flags, begin, &result);
}

/*
 * The ladder is over. At the end device and handle change in one critical section: who sees the
 * handle CLOSED finds the device free, and who sees the device free finds the report.
 */
static void cldn_close_finish(struct cldn_device *dev, struct cldn_handle *h)
{
	u32 flags;

	if (!cldn_silence(h))
		wait_event(h->wq, cldn_silent(h));
	if (dev->session) {
		flags = dev->class->summary(dev);
		scoped_guard(spinlock_irqsave, &h->lock)
			h->report->out_head.flags |= flags;
		cldn_hardware_release(dev, h);
		dev->session = false;
		dev->class->closed(dev);
	}
	cldn_siblings_regain(dev); /* who sees that we are closed finds the hardware theirs */
	cldn_hook(CLDN_HOOK_RELEASED, h);
	scoped_guard(spinlock_irqsave, &dev->lock) {
		module_put(dev->link.drv->owner);
		dev->owner = NULL;
		dev->wake_ns = U64_MAX; /* what the session asked for goes with it */
		WRITE_ONCE(dev->call, 0);
		cldn_device_set_free_locked(dev);
		cldn_close_file_locked(h, true);
	}
	cldn_hook(CLDN_HOOK_CLOSED, h);
	cldn_close_wake(h);
	cldn_handle_put(h); /* dev->owner's */
}

/*
 * Requests that were accepted go on in mode DRAIN as long as its first rung lasts. Only what was
 * accepted counts, not what the worker happened to have begun when CLOSE came: else the same two
 * calls of a program would end differently from run to run.
 */
bool cldn_draining_locked(struct cldn_handle *h)
{
	const struct cldn_class *class = h->dev->class;

	lockdep_assert_held(&h->lock);
	return h->wish.mode == CLEARDOWN_MODE_DRAIN && h->ladder->step < class->nsteps &&
	       class->steps[h->ladder->step].what == CLEARDOWN_STEP_DRAIN_OPS;
}

static bool cldn_draining(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return cldn_draining_locked(h);
}

/* The worker, after each run of the class. */
void cldn_close_run(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h || READ_ONCE(h->state) == CLEARDOWN_STATE_OPEN)
		return;
	if (!cldn_draining(h))
		cldn_ops_end_queued(h);
	if (!dev->session || cldn_ladder_walk(dev, h))
		cldn_close_finish(dev, h);
}

/*
 * True when the worker has been in one run for longer than a run of ours takes (20 ms by default):
 * then it is in a lower driver.
 */
static bool cldn_worker_held(struct cldn_device *dev)
{
	u64 since = READ_ONCE(dev->run_since_ns);

	return since && cldn_now() - since > READ_ONCE(late_ms) * NSEC_PER_MSEC / 2;
}

static void cldn_close_stuck(struct cldn_device *dev, struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner != h || h->filed || !cldn_worker_held(dev))
		return;
	cldn_device_set_state_locked(dev, CLEARDOWN_STATE_STUCK);
	cldn_close_file_locked(h, false);
	cldn_note(CLDN_STUCK);
	trace_cldn_stuck(h);
}

/* If a lower driver holds the worker up, the handle ends without it; else it is on its way. */
static void cldn_close_overdue(struct cldn_device *dev, struct cldn_handle *h)
{
	if (cldn_worker_held(dev) && (cldn_silence(h) || cldn_silent(h)))
		cldn_close_stuck(dev, h);
	if (cldn_handle_closed(h)) {
		cldn_close_wake(h);
	} else {
		cldn_device_kick(dev, CLDN_EV_WISH);
		mod_delayed_work(system_highpri_wq, &dev->watchdog, 1);
	}
}

/* Too early for the close that runs: the one before has left its alarm. A new one is set. */
static bool cldn_alarm_early(struct cldn_device *dev, struct cldn_handle *h)
{
	u64 deadline_ns;

	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner != h) /* over meanwhile: the alarm belongs to the next one */
		return true;
	deadline_ns = cldn_wish_now(h).deadline_ns;
	if (cldn_now() >= deadline_ns)
		return false;
	cldn_watchdog_arm_locked(dev, deadline_ns);
	return true;
}

/* An alarm that was set for a close has come. */
void cldn_close_watchdog(struct work_struct *work)
{
	struct cldn_device *dev = container_of(work, struct cldn_device, watchdog.work);
	struct cldn_handle *h = cldn_device_owner(dev);

	if (!h)
		return;
	cldn_hook(CLDN_HOOK_WATCHDOG, h);
	if (READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSING && !cldn_alarm_early(dev, h))
		cldn_close_overdue(dev, h);
	cldn_handle_put(h);
}

/* ---- CLOSE ---- */

static int cldn_close_check(struct cldn_handle *h, const struct cleardown_close *arg)
{
	if (arg->clazz && arg->clazz != h->dev->class->id)
		return -ENOTTY;
	if (arg->flags || arg->party || arg->mode < CLEARDOWN_MODE_DRAIN ||
	    arg->mode > CLEARDOWN_MODE_ABORT || arg->data_len || arg->data_ptr)
		return -EINVAL;
	return 0;
}

/* What the report says; true when the hardware is free. */
bool cldn_close_answer(struct cldn_handle *h, struct cleardown_report_head *head)
{
	guard(spinlock_irqsave)(&h->lock);
	*head = h->report->out_head;
	return head->flags & CLEARDOWN_REPORT_RELEASED;
}

/* The wish of a caller who gave mode and relative deadline; no time at all is an abort. */
struct cldn_wish cldn_wish_of(struct cldn_handle *h, u32 mode, u64 rel, u32 cause)
{
	struct cldn_wish wish = { .mode = rel ? mode : CLEARDOWN_MODE_ABORT, .cause = cause };

	wish.deadline_ns =
		cldn_after(rel == CLEARDOWN_DEADLINE_DEFAULT ? READ_ONCE(h->deadline_ns) : rel);
	return wish;
}

/* Killably, and never EINTR: a fatal signal makes the rest of the close an emergency (P-6). */
static void cldn_close_wait(struct cldn_handle *h)
{
	struct cldn_who who;

	cldn_hook(CLDN_HOOK_WAIT, h);
	if (!wait_event_killable(h->wq, cldn_handle_closed(h)))
		return;
	cldn_who_current(&who);
	cldn_wish_raise(h,
			(struct cldn_wish){ .mode = CLEARDOWN_MODE_EMERGENCY,
					    .deadline_ns = U64_MAX,
					    .cause = CLEARDOWN_CAUSE_OWNER_DIED,
					    .detail = who.signal },
			&who);
	wait_event(h->wq, cldn_handle_closed(h)); /* bounded by the watchdog */
}

/* A port whose hardware went waits for its owner's CLOSE: it tells, and only the first does. */
static bool cldn_close_claim(struct cldn_handle *h)
{
	bool unclaimed;

	guard(spinlock_irqsave)(&h->lock);
	unclaimed = h->unclaimed;
	h->unclaimed = false;
	return unclaimed;
}

int cldn_handle_close(struct cldn_handle *h, struct cleardown_close *arg)
{
	int ret = cldn_close_check(h, arg);
	struct cldn_wish wish;
	struct cldn_who who;

	if (ret) {
		arg->out_status = ret == -ENOTTY ? h->dev->class->bad_handle :
						   h->dev->class->failed;
		return ret;
	}
	memset(&arg->out_report, 0, sizeof(arg->out_report));
	arg->out_seq_at_return = 0;
	arg->out_released = 0;
	if (h->observer) {
		arg->out_released = 1;
		ret = cldn_observer_end(h) ? 0 : -EBADFD;
		arg->out_status = ret ? h->dev->class->bad_handle : 0;
		arg->out_seq_at_return = h->seq_at_return;
		return ret;
	}
	cldn_who_current(&who);
	wish = cldn_wish_of(h, arg->mode, arg->deadline_ns, CLEARDOWN_CAUSE_LOCAL_USER);
	ret = cldn_wish_raise(h, wish, &who);
	if (ret && !cldn_close_claim(h)) {
		arg->out_status = h->dev->class->bad_handle;
		return ret;
	}
	cldn_close_wait(h);
	arg->out_released = cldn_close_answer(h, &arg->out_report);
	arg->out_seq_at_return = arg->out_report.seq_at_return;
	arg->out_status = arg->out_report.status;
	return arg->out_released ? 0 : -EIO;
}
