// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends that no owner asked for: an administrator's, by ctl, and those of a suspend and a reboot.
 * They claim VCs as a CLOSE does, and the one close path does the rest; here is only waited.
 */
#include <linux/sched/signal.h>
#include "callmgr.h"

/**
 * struct cm_look - somebody waits for the report of a close
 * @node: in link->looks_at; this and the next two under link->lock
 * @vc: whose
 * @head: it, when @vc is not swept any more
 */
struct cm_look {
	struct list_head node;
	struct cm_vc *vc;
	struct cleardown_report_head head;
};

/* Every one of a sweep has ended. */
static bool cm_sweep_over(struct cm_link *link)
{
	return !READ_ONCE(link->nswept);
}

/*
 * The close of @vc is waited for. Caller holds link->lock, and h->lock, under which the state says
 * that it is this close: cm_close_over() looks in the moment when it ends. Pairs with cm_swept().
 */
static void cm_sweep_locked(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;

	lockdep_assert_held(&link->lock);
	lockdep_assert_held(&vc->m.h.lock);
	link->nswept += !vc->swept;
	WRITE_ONCE(vc->swept, true);
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

/* Sums begin anew, unless another sweep is under way; it is not over before it has seen all. */
static void cm_sweep_begin(struct cm_link *link)
{
	guard(spinlock_irqsave)(&link->lock);
	if (!link->nswept) {
		link->nsweep = 0;
		memset(&link->sweep, 0, sizeof(link->sweep));
	}
	WRITE_ONCE(link->nswept, link->nswept + 1); /* pairs with cm_sweep_all_seen() */
}

static void cm_sweep_all_seen(struct cm_link *link)
{
	scoped_guard(spinlock_irqsave, &link->lock)
		WRITE_ONCE(link->nswept, link->nswept - 1);
	wake_up_all(&link->dev->wq);
}

static void cm_force_all(struct cm_link *link, const struct cldn_wish *wish, bool running)
{
	struct cm_force force = { .wish = wish, .running = running };

	cldn_who_current(&force.who);
	cm_sweep_begin(link);
	cm_members_each(link, cm_force_member, &force);
	cm_sweep_all_seen(link);
	cldn_device_kick(link->dev, CLDN_EV_OP);
}

/* What @head, a report's, adds to the sums. Caller holds link->lock. */
static void cm_sum_locked(struct cm_link *link, const struct cleardown_report_head *head)
{
	struct cleardown_report_head *sum = &link->sweep;

	lockdep_assert_held(&link->lock);
	if (!link->nsweep++)
		*sum = *head;
	sum->begin_ns = min(sum->begin_ns, head->begin_ns);
	if (link->nsweep == 1)
		return;
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

/* The close of @vc is over, its report filed. Worker. */
void cm_swept(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;
	struct cm_look *look;

	scoped_guard(spinlock_irqsave, &link->lock) {
		if (!vc->swept)
			return;
		WRITE_ONCE(vc->swept, false);
		list_for_each_entry(look, &link->looks_at, node)
			if (look->vc == vc)
				look->head = vc->head; /* the owner's next CLOSE begins another */
		cm_sum_locked(link, &vc->head);
		WRITE_ONCE(link->nswept, link->nswept - 1);
	}
	wake_up_all(&vc->m.h.wq);
	wake_up_all(&link->dev->wq);
}

/* ---- ctl ---- */

static bool cm_vc_swept(struct cm_vc *vc)
{
	return !READ_ONCE(vc->swept);
}

/* The call of the VC with this id, which @look references, is being closed; or an errno. */
static int cm_force_id(struct cm_link *link, u64 id, const struct cldn_wish *wish,
		       struct cm_look *look)
{
	struct cldn_who who;
	struct cm_member *m;
	struct cm_vc *vc;

	cldn_who_current(&who);
	guard(spinlock_irqsave)(&link->lock);
	m = cm_member_find_locked(link, id);
	if (!m || !cm_is_vc(&m->h))
		return -ENOENT;
	vc = container_of(m, struct cm_vc, m);
	if (!cm_force_locked(vc, wish, &who, false))
		return -ENOTCONN;
	cldn_handle_get(&m->h);
	look->vc = vc;
	list_add(&look->node, &link->looks_at);
	return 0;
}

/* 0, -EINPROGRESS when the time is up, -EINTR when the caller was killed. */
static int cm_waited(long left)
{
	if (left < 0)
		return -EINTR;
	return left ? 0 : -EINPROGRESS;
}

static int cm_close_one(struct cm_link *link, struct cleardown_ctl_close *arg,
			const struct cldn_wish *wish, u64 wait)
{
	struct cm_look look = { 0 };
	struct cm_vc *vc;
	int ret = cm_force_id(link, arg->handle, wish, &look);

	if (ret)
		return ret;
	vc = look.vc;
	cldn_device_kick(link->dev, CLDN_EV_OP);
	ret = cm_waited(wait_event_killable_timeout(vc->m.h.wq, cm_vc_swept(vc),
						    wait ? cm_jiffies(wait) : 0));
	/* pairs with cm_swept(): what it saw of the report is complete, and no more comes */
	scoped_guard(spinlock_irqsave, &link->lock)
		list_del(&look.node);
	if (!ret) {
		arg->out_report = look.head;
		arg->out_closed = !look.head.error;
	}
	cldn_handle_put(&vc->m.h);
	return ret;
}

static int cm_close_all(struct cm_link *link, struct cleardown_ctl_close *arg,
			const struct cldn_wish *wish, u64 wait)
{
	int ret;

	cm_force_all(link, wish, false);
	ret = cm_waited(wait_event_killable_timeout(link->dev->wq, cm_sweep_over(link),
						    wait ? cm_jiffies(wait) : 0));
	guard(spinlock_irqsave)(&link->lock);
	arg->out_report = link->sweep;
	arg->out_closed = link->nsweep;
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
