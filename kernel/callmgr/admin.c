// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends that no owner asked for: an administrator's, by ctl, and those of a suspend and a reboot.
 * They claim VCs as a CLOSE does, and the one close path does the rest; here is only waited.
 */
#include <linux/sched/signal.h>
#include "callmgr.h"

/**
 * struct cm_sweep - somebody wants the reports of closes
 * @node: in link->sweeps; this and the next two under link->lock
 * @nth: of this close alone; 0 = of all that end meanwhile
 * @closed: how many have ended
 * @sum: of their reports, or the only one's
 */
struct cm_sweep {
	struct list_head node;
	u64 nth;
	u32 closed;
	struct cleardown_report_head sum;
};

/* Every one that was found has ended. */
static bool cm_sweep_over(struct cm_link *link)
{
	return !READ_ONCE(link->nswept);
}

/*
 * The close of @vc is waited for. Caller holds link->lock, and h->lock, under which the state says
 * that it is this close. Pairs with cm_swept().
 */
static void cm_sweep_locked(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;

	lockdep_assert_held(&link->lock);
	lockdep_assert_held(&vc->m.h.lock);
	if (vc->swept)
		return;
	vc->swept = ++link->swept_last;
	WRITE_ONCE(link->nswept, link->nswept + 1);
}

/* Raises a close that runs. Caller holds the VC's lock. */
static void cm_raise_locked(struct cm_vc *vc, const struct cldn_wish *wish)
{
	lockdep_assert_held(&vc->m.h.lock);
	vc->m.h.wish.mode = max(vc->m.h.wish.mode, wish->mode);
	vc->m.h.wish.later |= BIT(wish->cause);
}

/*
 * Claims @vc, or raises the close that runs; @running: only that. True when there is something to
 * wait for. Caller holds link->lock.
 */
static bool cm_force_locked(struct cm_vc *vc, const struct cldn_wish *wish,
			    const struct cldn_who *who, bool running)
{
	struct cldn_handle *h = &vc->m.h;
	bool wanted = true;

	lockdep_assert_held(&vc->m.link->lock);
	spin_lock(&h->lock);
	if (vc->state == CLEARDOWN_VC_CLOSING) {
		cm_raise_locked(vc, wish);
	} else if (cm_closable(vc->state) && !running) {
		cm_claim_locked(vc, wish);
		h->closer = *who;
		vc->forced = true;
		vc->close_len = 0;
	} else {
		wanted = false;
	}
	if (wanted) /* with the state: its close is over for who waits, and no other one */
		cm_sweep_locked(vc);
	spin_unlock(&h->lock);
	if (!wanted)
		return false;
	wake_up_all(&h->tx.wq);
	wake_up_all(&h->rx.wq);
	cm_want_locked(&vc->m);
	return true;
}

/* What cm_force_member() does to each. */
struct cm_force {
	const struct cldn_wish *wish;
	struct cldn_who who;
	bool running;
};

static void cm_force_member(struct cm_member *m, void *arg)
{
	const struct cm_force *force = arg;

	if (!cm_is_vc(&m->h))
		return;
	guard(spinlock_irqsave)(&m->link->lock);
	if (cm_is_listed(m))
		cm_force_locked(container_of(m, struct cm_vc, m), force->wish, &force->who,
				force->running);
}

static void cm_force_all(struct cm_link *link, const struct cldn_wish *wish, bool running)
{
	struct cm_force force = { .wish = wish, .running = running };

	cldn_who_current(&force.who);
	cm_members_each(link, cm_force_member, &force);
	cldn_device_kick(link->dev, CLDN_EV_OP);
}

/* What @head, a report's, adds to the sums. Caller holds link->lock. */
static void cm_sum_locked(struct cm_sweep *sweep, const struct cleardown_report_head *head)
{
	struct cleardown_report_head *sum = &sweep->sum;

	WRITE_ONCE(sweep->closed, sweep->closed + 1);
	if (sweep->closed == 1) {
		*sum = *head;
		return;
	}
	sum->begin_ns = min(sum->begin_ns, head->begin_ns);
	sum->handle = 0;
	sum->number = head->number;
	sum->mode = max(sum->mode, head->mode);
	sum->flags |= head->flags & ~CLEARDOWN_REPORT_RELEASED;
	sum->flags &= head->flags | ~CLEARDOWN_REPORT_RELEASED;
	sum->later_causes |= head->later_causes;
	sum->error = sum->error ?: head->error;
	sum->status = sum->status ?: head->status;
	sum->end_ns = head->end_ns;
	sum->ops_issued += head->ops_issued;
	sum->ops_completed += head->ops_completed;
	sum->ops_at_close += head->ops_at_close;
	sum->accepted += head->accepted;
	sum->confirmed += head->confirmed;
	sum->discarded += head->discarded;
	sum->in_doubt += head->in_doubt;
	sum->received += head->received;
}

/*
 * The number of the close of @vc that ends now, for cm_swept(), or 0. Caller holds h->lock, and
 * leaves the state with it: who claims @vc after that waits for another close.
 */
u64 cm_swept_locked(struct cm_vc *vc)
{
	u64 nth = vc->swept;

	lockdep_assert_held(&vc->m.h.lock);
	vc->swept = 0;
	return nth;
}

/* That close of @vc is over, and @head is of its report, which is filed. Worker. */
void cm_swept(struct cm_vc *vc, u64 nth, const struct cleardown_report_head *head)
{
	struct cm_link *link = vc->m.link;
	struct cm_sweep *sweep;

	if (!nth)
		return;
	scoped_guard(spinlock_irqsave, &link->lock) {
		list_for_each_entry(sweep, &link->sweeps, node)
			if (!sweep->nth || sweep->nth == nth)
				cm_sum_locked(sweep, head);
		WRITE_ONCE(link->nswept, link->nswept - 1);
	}
	wake_up_all(&vc->m.h.wq);
	wake_up_all(&link->dev->wq);
}

/* ---- ctl ---- */

/* The call of the VC with this id is being closed, and @sweep is for it; or an errno. */
static struct cm_vc *cm_force_id(struct cm_link *link, u64 id, const struct cldn_wish *wish,
				 struct cm_sweep *sweep)
{
	struct cldn_who who;
	struct cm_member *m;
	struct cm_vc *vc;

	cldn_who_current(&who);
	guard(spinlock_irqsave)(&link->lock);
	m = cm_member_find_locked(link, id);
	if (!m || !cm_is_vc(&m->h))
		return ERR_PTR(-ENOENT);
	vc = container_of(m, struct cm_vc, m);
	if (!cm_force_locked(vc, wish, &who, false))
		return ERR_PTR(-ENOTCONN);
	cldn_handle_get(&m->h); /* put by cm_close_one() */
	sweep->nth = vc->swept;
	list_add(&sweep->node, &link->sweeps);
	return vc;
}

/* 0, -EINPROGRESS when the time is up, -EINTR when the caller was killed. */
static int cm_waited(long left)
{
	if (left < 0)
		return -EINTR;
	return left ? 0 : -EINPROGRESS;
}

/* Pairs with cm_swept(): what it saw of reports is complete, and no more comes. */
static void cm_sweep_del(struct cm_link *link, struct cm_sweep *sweep)
{
	guard(spinlock_irqsave)(&link->lock);
	list_del(&sweep->node);
}

static int cm_close_one(struct cm_link *link, struct cleardown_ctl_close *arg,
			const struct cldn_wish *wish, u64 wait)
{
	struct cm_sweep sweep = { 0 };
	struct cm_vc *vc = cm_force_id(link, arg->handle, wish, &sweep);
	int ret;

	if (IS_ERR(vc))
		return PTR_ERR(vc);
	cldn_device_kick(link->dev, CLDN_EV_OP);
	cldn_hook(CLDN_HOOK_CTL_WAIT, link->dev);
	ret = cm_waited(wait_event_killable_timeout(vc->m.h.wq, READ_ONCE(sweep.closed),
						    wait ? cm_jiffies(wait) : 0));
	cm_sweep_del(link, &sweep);
	if (!ret) {
		arg->out_report = sweep.sum;
		arg->out_closed = !sweep.sum.error;
	}
	cldn_handle_put(&vc->m.h);
	return ret;
}

static int cm_close_all(struct cm_link *link, struct cleardown_ctl_close *arg,
			const struct cldn_wish *wish, u64 wait)
{
	struct cm_sweep sweep = { 0 };
	int ret;

	scoped_guard(spinlock_irqsave, &link->lock)
		list_add(&sweep.node, &link->sweeps);
	cm_force_all(link, wish, false);
	cldn_hook(CLDN_HOOK_CTL_WAIT, link->dev);
	ret = cm_waited(wait_event_killable_timeout(link->dev->wq, cm_sweep_over(link),
						    wait ? cm_jiffies(wait) : 0));
	cm_sweep_del(link, &sweep);
	arg->out_report = sweep.sum;
	arg->out_closed = sweep.closed;
	return ret;
}

/* CLEARDOWN_IOC_CTL_CLOSE */
int cm_close_members(struct cldn_device *dev, struct cleardown_ctl_close *arg)
{
	struct cm_link *link = cm_link_of(dev);
	u64 wait = arg->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT ?
			   READ_ONCE(*dev->class->deadline_ms) * NSEC_PER_MSEC :
			   arg->deadline_ns;
	struct cldn_wish wish = {
		.mode = arg->mode,
		.cause = CLEARDOWN_CAUSE_ADMIN,
		.deadline_ns = wait,
	};
	int ret;

	if (arg->flags & CLEARDOWN_CTL_CLOSE_ASYNC)
		wait = 0;
	ret = arg->handle ? cm_close_one(link, arg, &wish, wait) :
			    cm_close_all(link, arg, &wish, wait);
	if (!ret && arg->out_report.error)
		ret = arg->out_report.error;
	arg->out_released = !ret;
	return ret;
}

/* ---- suspend and reboot ---- */

static bool cm_sweep_wait(struct cm_link *link, u64 end)
{
	u64 now = ktime_get_ns();

	wait_event_timeout(link->dev->wq, cm_sweep_over(link),
			   end > now ? cm_jiffies(end - now) : 0);
	return cm_sweep_over(link);
}

/* The class's power. */
bool cm_power(struct cldn_device *dev, enum cldn_power what, u64 end)
{
	struct cldn_wish wish = { .mode = CLEARDOWN_MODE_ABORT, .cause = CLEARDOWN_CAUSE_SUSPEND };
	struct cm_link *link = cm_link_of(dev);

	switch (what) {
	case CLDN_POWER_PREPARE:
		WRITE_ONCE(link->frozen, true);
		cm_force_all(link, &wish, true);
		return cm_sweep_wait(link, end);
	case CLDN_POWER_REBOOT:
		WRITE_ONCE(link->frozen, true);
		wish.cause = CLEARDOWN_CAUSE_ADMIN;
		cm_force_all(link, &wish, false);
		return cm_sweep_wait(link, end);
	case CLDN_POWER_RESUMED:
		WRITE_ONCE(link->frozen, false);
		cldn_device_kick(dev, CLDN_EV_RESUME);
		break;
	}
	return true;
}

static void cm_ask_after(struct cldn_q2931_call *call, const void *unused)
{
	if (call->state == CLDN_Q2931_NULL)
		return;
	cm_vc_of_call(call)->slept = true;
	if (call->state == CLDN_Q2931_ACTIVE)
		cldn_q2931_call_enquire(call);
}

/*
 * The machine has slept, and the far end did not: each call that is up is asked after. What it does
 * not answer for is lost, with that cause.
 */
void cm_resume_run(struct cm_link *link)
{
	cm_q2931_ops.each(&link->sig, cm_ask_after, NULL);
}
