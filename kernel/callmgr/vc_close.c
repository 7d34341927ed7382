// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a VC's call. Every ending comes here: CLOSE (cm_vc_close()), the end of the file
 * (cm_vc_release()), the network (cm_vc_remote(), cm_vc_net_released()), the end of the link
 * (cm_vc_abort()). The phases stand in callmgr.h. Nothing here allocates.
 *
 * A CLOSE that waits is answered by its return and no record follows; one whose time is up, or that
 * did not wait, is answered by CLOSE_COMPLETE. Which of the two is decided once, under the lock.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "callmgr.h"
#include "trace.h"

/* How often draining looks whether the device has given the frames back. */
#define CM_LOOK_NS (2 * NSEC_PER_MSEC)

/**
 * struct cm_wait - a CLOSE that waits, on its stack; under vc->m.h.lock
 * @done: its close is over
 * @error: how it ended
 * @head: of the report
 */
struct cm_wait {
	bool done;
	int error;
	struct cleardown_report_head head;
};

/* ---- the report ---- */

static void cm_step_begin(struct cm_vc *vc, enum cm_step step)
{
	vc->steps[step] = (struct cleardown_step){
		.start_ns = ktime_get_ns() - vc->head.begin_ns,
	};
}

static void cm_step_end(struct cm_vc *vc, enum cm_step step, int error, u32 detail)
{
	struct cleardown_step *s = &vc->steps[step];

	s->took_ns = ktime_get_ns() - vc->head.begin_ns - s->start_ns;
	s->error = error;
	s->detail = detail;
}

/* After the channel went, which has counted what was at the device: cm_vc_deactivate(). */
static void cm_count(struct cm_vc *vc)
{
	struct cleardown_report_head *head = &vc->head;

	head->accepted = vc->tx_bytes;
	head->in_doubt = min(cm_vc_doubt(vc), vc->tx_bytes);
	head->discarded = 0;
	head->confirmed = head->accepted - head->in_doubt;
	head->received = vc->rx_total;
}

static void cm_report_fill(struct cm_vc *vc, struct cleardown_report *r)
{
	static const u32 whats[CM_STEPS] = {
		CLEARDOWN_STEP_DRAIN_DATA,
		CLEARDOWN_STEP_NET_RELEASE,
		CLEARDOWN_STEP_DEACTIVATE,
	};
	struct cldn_handle *h = &vc->m.h;
	unsigned int i;

	memset(r, 0, sizeof(*r));
	guard(spinlock_irqsave)(&h->lock); /* somebody may just take it: cm_af_create() */
	r->out_head = vc->head;
	cldn_report_who(h, r);
	r->out_realtime_ns = ktime_get_real_ns() - (ktime_get_ns() - vc->head.begin_ns);
	r->out_nsteps = CM_STEPS;
	for (i = 0; i < CM_STEPS; i++) {
		r->out_steps[i] = vc->steps[i];
		r->out_steps[i].what = whats[i];
	}
}

static void cm_report(struct cm_vc *vc, u32 status, int error)
{
	struct cleardown_report_head *head = &vc->head;
	struct cleardown_report *r = &vc->m.link->report;
	struct cldn_handle *h = &vc->m.h;

	scoped_guard(spinlock_irqsave, &h->lock) {
		head->handle = h->id;
		head->clazz = CLEARDOWN_CLASS_VC;
		head->mode = h->wish.mode;
		head->cause = h->wish.cause;
		head->later_causes = h->wish.later;
		head->flags |= (error ? 0 : CLEARDOWN_REPORT_RELEASED) | CLEARDOWN_REPORT_HAD_CALL |
			       (h->wish.file ? CLEARDOWN_REPORT_FILE_CLOSE : 0);
		head->error = error;
		head->status = status;
		head->end_ns = ktime_get_ns();
		head->ops_issued = h->issued;
		head->ops_completed = h->completed;
		head->late_events = h->late;
		head->dropped_events = h->dropped;
	}
	cm_report_fill(vc, r);
	cldn_member_report(r);
	head->number = r->out_head.number;
}

/* ---- completion ---- */

/* What the VC is when its close is over. Who did not ask for it is not told that it failed. */
static u32 cm_state_after(struct cm_vc *vc, int error)
{
	if (error)
		return vc->waiter || vc->forced ? vc->was : CLEARDOWN_VC_CLOSE_FAILED;
	return vc->incoming || vc->file_gone ? CLEARDOWN_VC_DELETED : CLEARDOWN_VC_IDLE;
}

/*
 * CLOSE_COMPLETE, or the record of an end that the owner did not ask for. He may not have read yet
 * that his own CLOSE has failed; then that one takes the place of INCOMING_CLOSE, which cannot come
 * any more.
 */
static struct cm_rec *cm_closed_rec(struct cm_vc *vc)
{
	return vc->forced && test_bit(0, &vc->closed.busy) ? &vc->remote : &vc->closed;
}

/*
 * The record that is owed for this close, or NULL; @taken: it is the caller's to post. It is taken
 * and filled before the state changes: behind that another close may begin, with a report of its
 * own, unless who wants it finds the record unread. Worker.
 */
static struct cm_rec *cm_closed_fill_locked(struct cm_vc *vc, u32 status, int error, bool *taken)
{
	struct cm_rec *r = cm_closed_rec(vc);
	struct cleardown_event *head = &r->rec.head;

	lockdep_assert_held(&vc->m.h.lock);
	*taken = false;
	if (vc->waiter || vc->file_gone || (vc->forced && error))
		return NULL;
	*taken = cm_rec_take(r);
	if (!*taken) /* INCOMING_CLOSE has come: he knows, and it stays what it is */
		return r;
	head->type = vc->forced ? CLEARDOWN_EV_FORCED_CLOSE : CLEARDOWN_EV_CLOSE_COMPLETE;
	head->status = status;
	head->error = error;
	head->p1 = vc->forced ? vc->head.cause : vc->head.cause_detail;
	head->p2 = vc->forced ? vc->head.cause_detail : vc->head.flags;
	cm_multi_tell_close(vc, r);
	return r;
}

/*
 * @r: taken, or NULL. @renew: nothing of the old call hits the next one (TV-4), once its end is
 * known.
 */
static void cm_close_tell(struct cm_vc *vc, struct cm_rec *r, bool renew)
{
	if (r && renew)
		cm_post_renew(&vc->m, r);
	else if (r)
		cm_post_taken(&vc->m, r);
	else if (renew)
		cldn_member_renew(&vc->m.h);
}

/* Who waits has his answer, whatever becomes of the circuit before he looks. */
static void cm_wait_end_locked(struct cm_vc *vc, int error)
{
	struct cm_wait *w = vc->waiter;

	lockdep_assert_held(&vc->m.h.lock);
	if (!w)
		return;
	vc->waiter = NULL;
	w->head = vc->head;
	w->error = error;
	WRITE_ONCE(w->done, true);
}

/*
 * ProtocolClCloseCallComplete. The state changes before the record can be read, so that a client
 * who deletes the VC at once never finds it busy.
 */
static void cm_close_over(struct cm_vc *vc, u32 status, int error)
{
	struct cldn_handle *h = &vc->m.h;
	struct cleardown_report_head head;
	struct cm_rec *owed;
	bool dead, taken;
	u64 swept;

	trace_cm_close_complete(vc, -error);
	cm_report(vc, status, error);
	vc->phase = CM_PHASE_NONE;
	cm_timer_stop(vc->m.link, &vc->misc);
	scoped_guard(spinlock_irqsave, &h->lock) {
		owed = cm_closed_fill_locked(vc, status, error, &taken);
		cm_vc_enter_locked(vc, cm_state_after(vc, error));
		dead = vc->state == CLEARDOWN_VC_DELETED;
		swept = cm_swept_locked(vc);
		head = vc->head; /* with the state: another close may begin, and has its own */
		cm_wait_end_locked(vc, error);
		h->wish = (struct cldn_wish){ 0 };
	}
	trace_cl_close_complete(vc, !!owed);
	cldn_hook(CLDN_HOOK_VC_OVER, h);
	if (!error) {
		cm_parties_free(vc);
		cm_cdr_settle(vc);
		cm_vc_rx_purge(vc);
	}
	cm_close_tell(vc, taken ? owed : NULL, !dead && !error);
	if (dead) {
		if (vc->incoming)
			cm_post(&vc->m, &vc->deleted);
		cm_vc_dead(vc);
	} else {
		cm_want(&vc->m); /* requests that came meanwhile */
	}
	cm_swept(vc, swept, &head);
	wake_up_all(&h->wq);
	wake_up_all(&h->rx.wq);
	wake_up_all(&h->tx.wq);
}

/* ---- the phases ---- */

/* True when nothing of it is at the device any more, or it was given up. */
static bool cm_drained(struct cm_vc *vc)
{
	u64 now = ktime_get_ns();

	if (!cm_vc_in_flight(vc) || now >= vc->drain_end_ns)
		return true;
	cm_timer_start(vc->m.link, &vc->misc, now + CM_LOOK_NS);
	return false;
}

/* Only then the call's record is whole: the next call, which needs its place, comes after it. */
static bool cm_writers_out(struct cm_vc *vc)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	return !vc->writers && !vc->left;
}

static u32 cm_mode(struct cm_vc *vc)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	return vc->m.h.wish.mode;
}

/* Requests end when the close can fail no more, and before it completes (R7). */
static void cm_close_ops_end(struct cm_vc *vc)
{
	cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED, 0, NULL, 0);
	cm_parties_ops_end(vc);
	cldn_ops_end_all(&vc->m.h);
}

/* The call is over, and the channel went with it: cm_vci_free(). */
static void cm_net_done(struct cm_vc *vc)
{
	cm_close_ops_end(vc);
	cm_step_end(vc, CM_STEP_NET, 0, vc->data_sent ? vc->close_len : 0);
	cm_step_begin(vc, CM_STEP_DEACTIVATE);
	cm_count(vc);
	cm_step_end(vc, CM_STEP_DEACTIVATE, 0, vc->head.in_doubt);
	cm_close_over(vc, CLEARDOWN_NDIS_STATUS_SUCCESS, 0);
}

/* The call manager is asked. Its completion may come before it returns, and is looked at later. */
static void cm_release_begin(struct cm_vc *vc)
{
	struct cm_close close = {
		.mode = cm_mode(vc),
		.data = vc->close_len ? vc->close_data : NULL,
		.len = vc->close_len,
	};
	int ret;

	cm_step_end(vc, CM_STEP_DRAIN, 0, cm_vc_in_flight(vc));
	vc->phase = CM_PHASE_NET;
	cm_step_begin(vc, CM_STEP_NET);
	vc->data_sent = false;
	cm_close_owed(vc, true);
	ret = cm_manager_of(vc)->close_call(vc->cm_ctx, cm_multi_closing(vc), &close);
	if (ret == -EINPROGRESS) {
		cm_close_ops_end(vc);
		return;
	}
	cm_close_owed(vc, false);
	if (ret)
		cm_close_over(vc, cm_word(ret), ret);
	else
		cm_net_done(vc);
}

/* What the call manager has said. False when it has not. */
static bool cm_result_run(struct cm_vc *vc)
{
	u32 status;

	if (!cm_close_result(vc, &status))
		return false;
	if (status)
		cm_close_over(vc, status, cm_error(status));
	else
		cm_net_done(vc);
	return true;
}

/* Without waiting for the far end. */
static void cm_call_abort(struct cm_vc *vc, u8 cause)
{
	if (vc->own)
		vc->own->abort(vc, cause);
	else if (vc->leaf)
		cm_leaf_abort(vc, cause);
	else if (vc->call.state != CLDN_Q2931_NULL)
		cldn_q2931_call_abort(&vc->call, cause);
}

/*
 * Its close has failed and its file is gone: nobody would try again, so that the call is ended
 * here. True when there is a close to look at. Worker.
 */
bool cm_vc_abandoned(struct cm_vc *vc)
{
	struct cldn_wish wish = {
		.mode = CLEARDOWN_MODE_ABORT,
		.cause = CLEARDOWN_CAUSE_ERROR,
		.file = true,
	};

	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (!vc->file_gone || !cm_closable(vc->state))
		return false;
	cm_claim_locked(vc, &wish);
	vc->close_len = 0;
	return true;
}

/* The worker's look at a VC in CLOSING. */
void cm_vc_close_turn(struct cm_vc *vc)
{
	if (vc->phase == CM_PHASE_NONE) {
		vc->phase = CM_PHASE_DRAIN;
		vc->drain_end_ns =
			ktime_get_ns() + (cm_mode(vc) >= CLEARDOWN_MODE_ABORT ? 0 : CM_DRAIN_NS);
		cm_step_begin(vc, CM_STEP_DRAIN);
		trace_cm_close_call(vc, cm_mode(vc));
	}
	if (vc->phase == CM_PHASE_DRAIN && cm_writers_out(vc) && cm_drained(vc))
		cm_release_begin(vc);
	else if (vc->phase == CM_PHASE_NET && !cm_result_run(vc) &&
		 cm_mode(vc) >= CLEARDOWN_MODE_ABORT)
		cm_call_abort(vc, CLDN_Q2931_CAUSE_NORMAL);
}

/* ---- the network ---- */

static void cm_remote_data(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	if (!end->data)
		return;
	vc->remote_len = min(end->data_len, sizeof(vc->remote_data));
	memcpy(vc->remote_data, end->data, vc->remote_len);
}

/* A connection of the SAAL that was lost says less than a medium that is down. */
u8 cm_cause_of(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	if (end->by == CLDN_Q2931_BY_PEER && end->peer_cause)
		return end->peer_cause;
	if (end->by == CLDN_Q2931_BY_SAAL)
		return READ_ONCE(vc->m.link->down_cause) ?: end->cause;
	return end->cause;
}

/*
 * NdisCmDispatchIncomingCloseCall: the network has ended the call, or lost it. Not when a CLOSE was
 * accepted before (R1), nor for a call that was never connected from this side. Worker.
 */
void cm_vc_remote(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	struct cleardown_event *head = &vc->remote.rec.head;
	bool told;

	cm_remote_data(vc, end);
	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		told = vc->state == CLEARDOWN_VC_OFFERED || vc->state == CLEARDOWN_VC_ACCEPTED ||
		       vc->state == CLEARDOWN_VC_ACTIVE || vc->state == CLEARDOWN_VC_CLOSE_FAILED;
		if (told)
			cm_vc_enter_locked(vc, CLEARDOWN_VC_REMOTE_CLOSED);
	}
	if (!told)
		return;
	trace_cm_incoming_close(vc, cm_cause_of(vc, end));
	cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_CLOSING, -ECONNRESET, cm_cause_of(vc, end), NULL, 0);
	head->type = CLEARDOWN_EV_INCOMING_CLOSE;
	head->status = end->by == CLDN_Q2931_BY_PEER ? CLEARDOWN_NDIS_STATUS_SUCCESS :
						       CLEARDOWN_NDIS_STATUS_FAILURE;
	head->p1 = cm_cause_of(vc, end);
	head->p2 = 0;
	head->req_id = 0;
	head->data_len = vc->remote_len;
	vc->remote.rec.data = vc->remote_data;
	cm_post(&vc->m, &vc->remote);
	wake_up_all(&vc->m.h.rx.wq);
	wake_up_all(&vc->m.h.tx.wq);
}

/* MAKE_CALL has failed. The VC can make the next call. */
static void cm_make_failed(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	int error = end->by == CLDN_Q2931_BY_TIMER ? -ETIMEDOUT :
		    end->by == CLDN_Q2931_BY_LOCAL ? -ECANCELED :
						     -ECONNREFUSED;

	cm_vc_move(vc, CLEARDOWN_VC_CALLING, CLEARDOWN_VC_IDLE); /* or a CLOSE was faster */
	cm_note(vc->m.link, CM_COUNT_FAILED);
	cm_parties_free(vc);
	cm_cdr_settle(vc);
	cm_vc_rx_purge(vc); /* of a far end that was faster than its CONNECT */
	cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, error, cm_cause_of(vc, end), end->data,
		     end->data_len);
}

/*
 * NdisCoDeleteVc of a call manager, for what it created: the circuit of an offered call that its
 * client has refused (O6), which completes. Worker. Return: -EPERM: it is the client's; -EBUSY: it
 * is not refused, or a CLOSE was faster and deletes it.
 */
int cm_manager_delete_vc(struct cm_vc *vc)
{
	bool dead;

	if (!vc->incoming) {
		trace_cm_misuse(vc, EPERM);
		return -EPERM;
	}
	dead = cm_vc_move(vc, CLEARDOWN_VC_OFFERED, CLEARDOWN_VC_DELETED);
	cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_SUCCESS, 0, 0, NULL, 0);
	if (!dead)
		return -EBUSY;
	cm_post(&vc->m, &vc->deleted);
	cm_vc_dead(vc);
	return 0;
}

/* What the report of a running close says of how its call has ended. Worker. */
void cm_vc_end_note(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	cm_remote_data(vc, end);
	vc->head.cause_detail = cm_cause_of(vc, end);
	vc->data_sent = end->data_ways;
	if (end->forced)
		vc->head.flags |= CLEARDOWN_REPORT_FORCED;
}

/* The call manager has no call any more, of itself: its completion, of whichever kind it is. */
static void cm_call_over(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;

	if (cm_manager_of(vc)->integrated)
		cm_mcm_close_call_complete(link, vc, vc->m.h.id, cm_multi_party(vc),
					   CLEARDOWN_NDIS_STATUS_SUCCESS);
	else
		cm_close_call_complete(link, vc, vc->m.h.id, NULL, CLEARDOWN_NDIS_STATUS_SUCCESS);
}

/* Q.2931's call is NULL. Worker. */
void cm_vc_net_released(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	if (end->forced)
		cm_note(vc->m.link, CM_COUNT_FORCED);
	cm_cdr_end(vc, end);
	if (vc->multi)
		cm_multi_call_over(vc, end);
	switch (cm_vc_state(vc)) {
	case CLEARDOWN_VC_CLOSING:
		cm_vc_end_note(vc, end);
		if (vc->phase == CM_PHASE_NET)
			cm_call_over(vc);
		break;
	case CLEARDOWN_VC_CALLING:
		cm_make_failed(vc, end);
		break;
	case CLEARDOWN_VC_OFFERED:
		if (end->by == CLDN_Q2931_BY_LOCAL && vc->op)
			cm_manager_delete_vc(vc);
		else
			cm_vc_remote(vc, end);
		break;
	case CLEARDOWN_VC_IDLE: /* refused before anybody heard of it */
		break;
	default:
		cm_vc_remote(vc, end);
	}
	cm_cdr_settle(vc);
}

/* It is nobody's from here on; false when a CLOSE was faster, or it is dead. */
static bool cm_claim_forced(struct cm_vc *vc, u32 *was)
{
	struct cldn_handle *h = &vc->m.h;

	guard(spinlock_irqsave)(&h->lock);
	*was = vc->state;
	if (vc->state == CLEARDOWN_VC_CLOSING || vc->state == CLEARDOWN_VC_DELETED)
		return false;
	cm_vc_enter_locked(vc, CLEARDOWN_VC_DELETED);
	h->wish.mode = CLEARDOWN_MODE_ABORT;
	h->wish.cause = CLEARDOWN_CAUSE_ADMIN;
	return true;
}

/* A close that runs is over now: what it waited for does not come any more. */
static void cm_close_forced(struct cm_vc *vc)
{
	if (vc->phase != CM_PHASE_NET) {
		cm_release_begin(vc);
	} else if (!cm_result_run(vc)) {
		cm_close_owed(vc, false);
		cm_close_over(vc, CLEARDOWN_NDIS_STATUS_FAILURE, -EIO);
	}
}

/* The link goes, or is taken away from its users. Worker. */
void cm_vc_abort(struct cm_vc *vc, u32 cause, u8 q850)
{
	bool reported = false;
	u32 was;

	cm_call_abort(vc, q850);
	if (cause != CLEARDOWN_CAUSE_ADMIN)
		return;
	/* a close that runs ends, since the call is over; another may begin before we claim */
	while (!cm_claim_forced(vc, &was)) {
		if (was == CLEARDOWN_VC_DELETED)
			return;
		cm_close_forced(vc);
		reported = true;
	}
	if (was != CLEARDOWN_VC_IDLE && !reported) {
		vc->head = (struct cleardown_report_head){ .begin_ns = ktime_get_ns() };
		memset(vc->steps, 0, sizeof(vc->steps));
		cm_count(vc);
		cm_report(vc, CLEARDOWN_NDIS_STATUS_SUCCESS, 0);
	}
	cm_post(&vc->m, &vc->deleted);
	cm_vc_dead(vc);
}

/* ---- CLOSE ---- */

void cm_claim_locked(struct cm_vc *vc, const struct cldn_wish *wish)
{
	struct cldn_handle *h = &vc->m.h;

	lockdep_assert_held(&h->lock);
	vc->was = vc->state;
	cm_vc_enter_locked(vc, CLEARDOWN_VC_CLOSING);
	vc->forced = false;
	h->wish = *wish;
	memset(&vc->head, 0, sizeof(vc->head));
	vc->head.begin_ns = ktime_get_ns();
	vc->head.ops_at_close = h->nops;
	vc->head.deadline_ns = wish->deadline_ns;
	if (vc->was == CLEARDOWN_VC_REMOTE_CLOSED)
		h->wish.later |= BIT(vc->slept ? CLEARDOWN_CAUSE_SUSPEND : CLEARDOWN_CAUSE_PEER);
	trace_cl_close_call(vc, wish->mode); /* before the worker can see it */
}

bool cm_closable(u32 state)
{
	return state != CLEARDOWN_VC_IDLE && state != CLEARDOWN_VC_DELETED &&
	       state != CLEARDOWN_VC_CLOSING;
}

/* Also a call that is to be made, and the worker has not seen that yet (R7). */
static bool cm_has_call_locked(struct cm_vc *vc)
{
	lockdep_assert_held(&vc->m.h.lock);
	return cm_closable(vc->state) || (vc->state == CLEARDOWN_VC_IDLE && vc->m.h.nops);
}

/* 0 when this call claimed the close, or an errno; nothing has changed then but a raised mode. */
static int cm_close_claim(struct cm_vc *vc, const struct cleardown_close *arg, const void *data,
			  u64 wait, struct cm_wait *w, u32 *word)
{
	struct cldn_wish wish = {
		.mode = arg->mode,
		.cause = CLEARDOWN_CAUSE_LOCAL_USER,
		.deadline_ns = wait,
	};
	struct cldn_handle *h = &vc->m.h;
	struct cldn_who who;
	int ret;

	cldn_who_current(&who);
	guard(spinlock_irqsave)(&h->lock);
	if (vc->state == CLEARDOWN_VC_CLOSING) {
		h->wish.mode = max(h->wish.mode, arg->mode);
		return -EALREADY;
	}
	if (!cm_has_call_locked(vc))
		return vc->state == CLEARDOWN_VC_DELETED ? -EBADFD : -ENOTCONN;
	if (test_bit(0, &vc->closed.busy))
		return -EBUSY; /* nobody has read yet that the last one failed */
	ret = cm_multi_close_locked(vc, arg->party, word);
	if (ret)
		return ret;
	cm_claim_locked(vc, &wish);
	h->closer = who;
	vc->waiter = wait ? w : NULL;
	vc->close_len = arg->data_len;
	memcpy(vc->close_data, data, arg->data_len);
	return 0;
}

/* -EINPROGRESS when a record is owed, decided here and nowhere else; or how it ended. */
static int cm_close_answer(struct cm_vc *vc, struct cm_wait *w)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (w->done)
		return w->error;
	vc->waiter = NULL;
	return -EINPROGRESS;
}

/* A CLOSE that does not wait at all never was a waiter: its record is owed in any case. */
static int cm_close_wait(struct cm_vc *vc, u64 wait, struct cm_wait *w)
{
	wait_event_killable_timeout(vc->m.h.wq, READ_ONCE(w->done), cm_jiffies(wait));
	cldn_hook(CLDN_HOOK_VC_WAITED, &vc->m.h);
	return cm_close_answer(vc, w);
}

/* NdisClCloseCall. */
int cm_vc_close(struct cldn_handle *h, struct cleardown_close *arg, const void *data)
{
	struct cm_vc *vc = cm_vc_of(h);
	u64 wait = cm_close_time(h, arg);
	struct cm_wait w = { .done = false };
	u32 word = 0;
	int ret;

	if (arg->data_len > cm_close_data_max(vc->m.link, vc->user)) {
		arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
		return -EINVAL;
	}
	cldn_hook(CLDN_HOOK_VC_CLOSE, h);
	ret = cm_close_claim(vc, arg, data, wait, &w, &word);
	if (ret == -EALREADY)
		cm_want(&vc->m); /* the mode may have been raised */
	if (!ret) {
		wake_up_all(&h->tx.wq);
		wake_up_all(&h->rx.wq);
		cm_want(&vc->m);
		ret = wait ? cm_close_wait(vc, wait, &w) : -EINPROGRESS;
		arg->out_report = w.head;
	}
	arg->out_status = arg->out_report.end_ns ? arg->out_report.status : word ?: cm_word(ret);
	arg->out_seq_at_return = h->seq_at_return;
	arg->out_released = !ret;
	return ret;
}

/* ---- the file ---- */

/* O(1): the call goes on the worker's list, and the clearing needs nobody. */
void cm_vc_release(struct cldn_handle *h)
{
	struct cldn_wish wish = { .mode = CLEARDOWN_MODE_ORDERLY, .file = true };
	struct cm_vc *vc = cm_vc_of(h);
	struct cldn_who who;

	cldn_who_current(&who);
	wish.cause = who.signal || current->flags & PF_EXITING ? CLEARDOWN_CAUSE_OWNER_DIED :
								 CLEARDOWN_CAUSE_LOCAL_USER;
	scoped_guard(spinlock_irqsave, &h->lock) {
		WRITE_ONCE(vc->file_gone, true);
		if (cm_closable(vc->state)) {
			cm_claim_locked(vc, &wish);
			h->closer = who;
			vc->close_len = 0;
		}
		if (vc->state == CLEARDOWN_VC_DELETED)
			return;
	}
	cm_want(&vc->m);
}

/* @m, if it is a call that was offered to @af and that nobody took. */
static void cm_offered_refuse_one(struct cm_member *m, void *af)
{
	static const struct cldn_wish wish = {
		.mode = CLEARDOWN_MODE_ORDERLY,
		.cause = CLEARDOWN_CAUSE_LOCAL_USER,
		.file = true,
	};
	struct cm_vc *vc = container_of(m, struct cm_vc, m);

	if (!cm_is_vc(&m->h))
		return;
	guard(spinlock_irqsave)(&m->link->lock);
	if (!cm_is_listed(m) || vc->af != af || vc->taken)
		return;
	scoped_guard(spinlock, &m->h.lock) {
		vc->taken = true;
		vc->file_gone = true;
		if (cm_closable(vc->state))
			cm_claim_locked(vc, &wish);
	}
	cm_want_locked(m);
}

/* Calls that were offered to @af and that nobody took. Process context. */
void cm_offered_refuse(struct cm_af *af)
{
	struct cm_link *link = af->m.link;

	cm_members_each(link, cm_offered_refuse_one, af);
	cldn_device_kick(link->dev, CLDN_EV_OP);
}
