// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of a call manager that is a program: its entries, by which the framework asks, and its
 * answers. Control VCs are its own, and ask nobody. See user.h.
 */
#include <linux/slab.h>
#include "callmgr.h"
#include "trace.h"
#include "user.h"

static bool cm_activated(struct cm_vc *vc)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	return vc->activation == CM_ACTIVE;
}

/* ---- the end of a call ---- */

/*
 * The call is over, and the program had no part in it: it is told, and whoever waits for its answer
 * hears how it ended. Worker.
 */
static void cm_uvc_over(struct cm_uvc *u, const struct cldn_q2931_end *end)
{
	struct cm_vc *vc = u->vc;

	cm_tell_cancel(&u->o, end->cause);
	cm_object_forget(&u->o);
	if (cm_activated(vc))
		cm_vci_free(&vc->call, false);
	cm_vc_net_released(vc, end);
}

static void cm_uvc_end(struct cm_uvc *u, u8 by, u8 cause, bool forced)
{
	struct cldn_q2931_end end = { .by = by, .cause = cause, .forced = forced };

	cm_uvc_over(u, &end);
}

/* ---- the entries ---- */

static void *cm_uvc_create(struct cm_vc *vc)
{
	struct cm_uvc *u = kzalloc(sizeof(*u), GFP_KERNEL_ACCOUNT);

	if (!u)
		return NULL;
	cm_object_init(&u->o, vc->user, &vc->m);
	u->vc = vc;
	return u;
}

/* What the program knows of it has ended before: a VC with a call is not deleted. */
static void cm_uvc_delete(void *ctx)
{
	struct cm_uvc *u = ctx;

	WARN_ON_ONCE(u->o.number);
}

static void cm_uvc_free(void *ctx)
{
	struct cm_uvc *u = ctx;

	cldn_handle_put(&u->o.user->m.h);
	kfree(u);
}

/* Records of the last call that the program has not read: the next call may need them. */
bool cm_uvc_unread(const struct cm_vc *vc)
{
	const struct cm_uvc *u = vc->cm_ctx;

	return cm_object_unread(&u->o);
}

static void cm_uvc_fill(struct cm_uvc *u)
{
	struct cleardown_cm_request *req = &u->o.request.req;

	memset(req, 0, sizeof(*req));
	req->af = u->vc->af->user->o.number;
	req->call = u->vc->params;
}

static int cm_uvc_make(struct cm_vc *vc)
{
	struct cm_uvc *u = vc->cm_ctx;
	int ret;

	if (cm_object_unread(&u->o))
		return -EBUSY;
	ret = cm_object_know(&u->o, &u->o.user->calls);
	if (ret)
		return ret;
	cm_uvc_fill(u);
	u->o.what = CLEARDOWN_CM_MAKE_CALL;
	ret = cm_ask(&u->o, &u->o.request, u->o.what, &u->o.asked);
	if (ret)
		cm_object_forget(&u->o);
	else
		cm_note(vc->m.link, CM_COUNT_MADE);
	return ret;
}

/* ACCEPT or REJECT of an offered call; the offer has left the record unused. */
static int cm_uvc_answered(struct cm_vc *vc, u32 what, u32 value)
{
	struct cm_uvc *u = vc->cm_ctx;

	if (!u->o.number)
		return -ENOTCONN;
	if (test_bit(0, &u->o.request.rec.busy))
		return -EBUSY;
	cm_uvc_fill(u);
	u->o.request.req.value = value;
	u->o.what = what;
	return cm_ask(&u->o, &u->o.request, what, &u->o.asked);
}

static int cm_uvc_accept(struct cm_vc *vc)
{
	return cm_uvc_answered(vc, CLEARDOWN_CM_ACCEPT, 0);
}

static int cm_uvc_reject(struct cm_vc *vc, u8 cause)
{
	struct cm_uvc *u = vc->cm_ctx;
	int ret = cm_uvc_answered(vc, CLEARDOWN_CM_REJECT, cause);

	if (!ret)
		cm_timer_start(vc->m.link, &u->o.clock, ktime_get_ns() + u->o.user->answer_ns);
	return ret;
}

static void cm_uvc_cancel(struct cm_vc *vc)
{
	struct cm_uvc *u = vc->cm_ctx;

	if (u->o.number)
		cm_uvc_end(u, CLDN_Q2931_BY_LOCAL, CLDN_Q2931_CAUSE_NORMAL, true);
	else
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED, 0, NULL, 0);
}

/* Asked, or not asked any more when it was: a call that has ended says nothing. */
static void cm_uvc_abort(struct cm_vc *vc, u8 cause)
{
	struct cm_uvc *u = vc->cm_ctx;

	if (u->o.number)
		cm_uvc_end(u, CLDN_Q2931_BY_LOCAL, cause, true);
}

/* CLOSE_CALL; in mode ABORT the call is over, and the far end hears of it when it may. */
static int cm_uvc_close_call(void *ctx, void *party, const struct cm_close *close)
{
	struct cm_uvc *u = ctx;
	struct cleardown_cm_request *req = &u->o.close.req;
	int ret;

	if (!u->o.number)
		return 0; /* it knows of no call, or not any more */
	if (close->mode >= CLEARDOWN_MODE_ABORT && !close->len) {
		cm_uvc_end(u, CLDN_Q2931_BY_LOCAL, CLDN_Q2931_CAUSE_NORMAL, true);
		return -EINPROGRESS;
	}
	if (test_bit(0, &u->o.close.rec.busy))
		return -EBUSY;
	memset(req, 0, sizeof(*req));
	req->af = u->vc->af->user->o.number;
	req->value = close->mode;
	req->len = close->len;
	if (close->len)
		memcpy(req->data, close->data, close->len);
	ret = cm_ask(&u->o, &u->o.close, CLEARDOWN_CM_CLOSE_CALL, &u->o.closing);
	if (ret) {
		cm_uvc_end(u, CLDN_Q2931_BY_SAAL, CLDN_Q2931_CAUSE_OUT_OF_ORDER, true);
		return -EINPROGRESS;
	}
	u->o.asked = 0; /* its request ends with the close */
	cm_timer_start(u->vc->m.link, &u->o.clock, ktime_get_ns() + u->o.user->answer_ns);
	return -EINPROGRESS;
}

const struct cm_manager cm_user_manager = {
	.size = sizeof(struct cm_manager),
	.create_vc = cm_uvc_create,
	.delete_vc = cm_uvc_delete,
	.close_call = cm_uvc_close_call,
	.free_vc = cm_uvc_free,
	.make_call = cm_uvc_make,
	.accept = cm_uvc_accept,
	.reject = cm_uvc_reject,
	.cancel = cm_uvc_cancel,
	.abort = cm_uvc_abort,
};

/* The bound of a close, or of the word that a rejected call is deleted. Worker. */
void cm_uvc_late(struct cm_uvc *u)
{
	if (u->o.closing)
		cm_uvc_end(u, CLDN_Q2931_BY_TIMER, CLDN_Q2931_CAUSE_TIMER, true);
	else if (u->o.asked)
		cm_uvc_end(u, CLDN_Q2931_BY_LOCAL, CLDN_Q2931_CAUSE_TIMER, true);
}

/* ---- answers ---- */

static void cm_agreed(u32 *value, u32 agreed)
{
	*value = agreed ?: *value;
}

/* NdisCmMakeCallComplete, NdisCmDispatchCallConnected. */
static int cm_uvc_connected(struct cm_uvc *u, const struct cleardown_vc_call *call)
{
	struct cm_vc *vc = u->vc;

	if (call->out_flags || call->fwd_sdu > U16_MAX || call->bwd_sdu > U16_MAX)
		return -EINVAL;
	if (!cm_activated(vc))
		return -EBUSY;
	cm_agreed(&vc->params.fwd_sdu, call->fwd_sdu);
	cm_agreed(&vc->params.bwd_sdu, call->bwd_sdu);
	cm_agreed(&vc->params.fwd_pcr, call->fwd_pcr);
	cm_agreed(&vc->params.bwd_pcr, call->bwd_pcr);
	u->o.asked = 0;
	cm_vc_connected(vc);
	return 0;
}

/* MAKE_CALL has failed, with the program's own word. The VC can make the next call. */
static void cm_uvc_failed(struct cm_uvc *u, u32 status, u8 cause)
{
	struct cldn_q2931_end end = {
		.by = CLDN_Q2931_BY_PEER,
		.cause = cause,
		.peer_cause = cause,
	};
	struct cm_vc *vc = u->vc;
	struct cldn_op *op;

	/* its word goes ahead of the one that the framework would find */
	if (cm_vc_state(vc) == CLEARDOWN_VC_CALLING) {
		op = vc->op;
		vc->op = NULL;
		cm_uvc_over(u, &end);
		vc->op = op;
		cm_vc_op_end(vc, status, cm_error(status), cause, NULL, 0);
	} else {
		cm_uvc_over(u, &end);
	}
}

static int cm_uvc_answer(struct cm_uvc *u, const struct cleardown_cm_complete *arg)
{
	struct cldn_q2931_end end = {
		.by = CLDN_Q2931_BY_PROTOCOL,
		.cause = arg->cause ?: CLDN_Q2931_CAUSE_UNSPECIFIED,
		.peer_cause = arg->cause,
	};

	if (!arg->status && u->o.what != CLEARDOWN_CM_REJECT)
		return cm_uvc_connected(u, &arg->call);
	/* what it knows, it need not be told */
	cm_object_forget(&u->o);
	if (u->o.what == CLEARDOWN_CM_MAKE_CALL) {
		cm_uvc_failed(u, arg->status, end.cause);
	} else {
		if (u->o.what == CLEARDOWN_CM_REJECT)
			end.by = CLDN_Q2931_BY_LOCAL;
		cm_uvc_over(u, &end);
	}
	return 0;
}

static bool cm_close_pending(struct cm_vc *vc)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	return vc->pending;
}

static bool cm_nobody_left(struct cm_vc *vc)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	return vc->file_gone;
}

/* NdisCmCloseCallComplete with SUCCESS: the call is over. */
static int cm_uvc_close_done(struct cm_uvc *u, u8 cause)
{
	struct cldn_q2931_end end = {
		.by = CLDN_Q2931_BY_LOCAL,
		.cause = cause ?: CLDN_Q2931_CAUSE_NORMAL,
		.data_ways = u->vc->close_len != 0,
	};
	struct cm_vc *vc = u->vc;

	if (cm_activated(vc))
		return -EBUSY; /* V-38: first it has to be deactivated */
	if (end.data_ways)
		trace_close_data_sent(vc, vc->close_len);
	cm_object_forget(&u->o);
	cm_vc_net_released(vc, &end);
	return 0;
}

/* With an error the call is still up, if there is somebody who can try again. */
static int cm_uvc_close_failed(struct cm_uvc *u, u32 status)
{
	struct cm_vc *vc = u->vc;

	if (cm_nobody_left(vc)) {
		cm_uvc_end(u, CLDN_Q2931_BY_PROTOCOL, CLDN_Q2931_CAUSE_UNSPECIFIED, true);
		return 0;
	}
	u->o.closing = 0;
	cm_timer_stop(vc->m.link, &u->o.clock);
	return cm_close_call_complete(vc->m.link, vc, vc->m.h.id, NULL, status);
}

/* The answer to a request: 0, or why it is none. Worker. */
int cm_uvc_complete(struct cm_uvc *u, const struct cleardown_cm_complete *arg)
{
	int ret = -ENOENT;

	if (u->o.asked && arg->request == u->o.asked) {
		ret = cm_uvc_answer(u, arg);
	} else if (!u->o.closing && !u->o.asked) {
		ret = -EINVAL; /* V-1 */
	} else if (u->o.closing && arg->request == u->o.closing) {
		if (!cm_close_pending(u->vc))
			ret = -EINVAL;
		else if (arg->status)
			ret = cm_uvc_close_failed(u, arg->status);
		else
			ret = cm_uvc_close_done(u, arg->cause);
	}
	if (ret)
		trace_cm_misuse(u->vc, -ret);
	return ret;
}

/* ---- channels ---- */

/* With the number that was asked for, or a free one. */
static int cm_channel_take(struct cm_vc *vc, u16 vpi, u16 vci)
{
	struct cm_link *link = vc->m.link;
	int ret;

	if (vci && xa_load(&link->vcis, (unsigned long)vpi << 16 | vci))
		return -EEXIST; /* in quarantine, too */
	vc->call.vpci = vpi;
	vc->call.vci = vci;
	ret = cm_vci_take(&vc->call, !vci);
	if (ret == -EBUSY)
		return vci ? -EEXIST : -ENOBUFS;
	return ret;
}

/* NdisCmActivateVc. Worker. */
int cm_uvc_activate(struct cm_uvc *u, struct cleardown_cm_activate *arg)
{
	struct cm_vc *vc = u->vc;
	u32 state = cm_vc_state(vc);
	int ret;

	if (state == CLEARDOWN_VC_CLOSING || state == CLEARDOWN_VC_REMOTE_CLOSED)
		return -EALREADY;
	if (cm_activated(vc))
		return -EBUSY;
	ret = cm_channel_take(vc, arg->vpi, arg->vci);
	if (!ret)
		arg->out_vci = vc->call.vci;
	return ret;
}

/* NdisCmDeactivateVc. Worker. */
int cm_uvc_deactivate(struct cm_uvc *u, struct cleardown_cm_activate *arg)
{
	struct cm_vc *vc = u->vc;

	if (!cm_activated(vc))
		return -EBUSY;
	arg->out_vci = vc->call.vci;
	cm_vci_free(&vc->call, false);
	return 0;
}

/* ---- calls that come in ---- */

/* Who takes calls for it, referenced, or NULL. */
static struct cm_af *cm_user_sap(struct cm_user *user, u8 selector)
{
	struct cm_af *af;

	guard(spinlock_irqsave)(&user->m.link->lock);
	af = user->saps[selector] ?: user->saps[CM_USER_ANY];
	if (af)
		cldn_handle_get(&af->m.h);
	return af;
}

static int cm_offer_fill(struct cm_vc *vc, const struct cleardown_cm_offer *arg)
{
	struct cm_uvc *u = vc->cm_ctx;
	int ret;

	vc->params = arg->call;
	vc->params.fwd_sdu = vc->params.fwd_sdu ?: CM_DEFAULT_SDU;
	vc->params.bwd_sdu = vc->params.bwd_sdu ?: CM_DEFAULT_SDU;
	ret = cm_object_know(&u->o, &u->o.user->calls);
	if (ret)
		return ret;
	u->o.context = arg->context;
	return arg->call.vci ? cm_channel_take(vc, arg->call.vpi, arg->call.vci) : 0;
}

/* NdisCmDispatchIncomingCall, with what comes before. Worker. */
int cm_uvc_offer(struct cm_user *user, struct cleardown_cm_offer *arg)
{
	struct cm_link *link = user->m.link;
	struct cm_uvc *u;
	struct cm_vc *vc;
	struct cm_af *af;
	int ret;

	if (READ_ONCE(link->frozen))
		return -EBUSY;
	af = cm_user_sap(user, arg->call.called[CLEARDOWN_NSAP_LEN - 1]);
	if (!af)
		return -ENOENT;
	vc = cm_vc_new_incoming(link, &cm_user_manager, user);
	if (!vc) {
		cldn_handle_put(&af->m.h);
		return -ENOMEM;
	}
	u = vc->cm_ctx;
	ret = cm_offer_fill(vc, arg);
	if (ret)
		cldn_handle_put(&af->m.h);
	else if (cm_vc_offer_af(vc, af))
		ret = -ENOBUFS;
	if (ret) {
		if (cm_activated(vc))
			cm_vci_free(&vc->call, false);
		cm_object_forget(&u->o);
	} else {
		arg->out_object = u->o.number;
		cm_note(link, CM_COUNT_OFFERED);
	}
	cldn_handle_put(&vc->m.h); /* an offered one is the link's */
	return ret;
}

/* NdisCmDispatchIncomingCloseCall. Worker. */
int cm_uvc_closed(struct cm_uvc *u, const struct cleardown_cm_closed *arg)
{
	struct cldn_q2931_end end = {
		.by = arg->status ? CLDN_Q2931_BY_PROTOCOL : CLDN_Q2931_BY_PEER,
		.cause = arg->cause ?: CLDN_Q2931_CAUSE_NORMAL,
		.peer_cause = arg->cause,
		.data = arg->len ? arg->data : NULL,
		.data_len = arg->len,
	};

	switch (cm_vc_state(u->vc)) {
	case CLEARDOWN_VC_CLOSING: /* R1: the answer to CLOSE_CALL tells */
	case CLEARDOWN_VC_REMOTE_CLOSED:
		return -EALREADY;
	case CLEARDOWN_VC_CALLING: /* the answer to MAKE_CALL does */
		return -EINVAL;
	}
	u->o.asked = 0;
	cm_vc_remote(u->vc, &end);
	return 0;
}

/* ---- the program is gone ---- */

/*
 * A close that it owed has failed, for whoever is there to hear it; then the call is over as after
 * a loss of the carrier (R22). Worker.
 */
void cm_uvc_orphan(struct cm_uvc *u)
{
	struct cm_vc *vc = u->vc;
	bool owed = u->o.closing && cm_close_pending(vc) && !cm_nobody_left(vc);

	cldn_handle_get(&vc->m.h);
	if (owed) {
		cm_close_call_complete(vc->m.link, vc, vc->m.h.id, NULL,
				       CLEARDOWN_NDIS_STATUS_FAILURE);
		cm_vc_close_turn(vc);
	}
	cm_uvc_end(u, CLDN_Q2931_BY_SAAL, CLDN_Q2931_CAUSE_OUT_OF_ORDER, true);
	cldn_handle_put(&vc->m.h);
}

/* ---- control VCs ---- */

static void *cm_control_create(struct cm_vc *vc)
{
	return vc;
}

static void cm_control_shut(struct cm_vc *vc)
{
	if (cm_activated(vc))
		cm_vci_free(&vc->call, false);
}

static int cm_control_close(void *ctx, void *party, const struct cm_close *close)
{
	if (close->len)
		return -EINVAL;
	cm_control_shut(ctx);
	return 0;
}

static int cm_control_nothing(struct cm_vc *vc)
{
	return -EISCONN;
}

static void cm_control_abort(struct cm_vc *vc, u8 cause)
{
	struct cldn_q2931_end end = { .by = CLDN_Q2931_BY_SAAL, .cause = cause };

	cm_control_shut(vc);
	cm_vc_net_released(vc, &end);
}

static const struct cm_manager cm_control_manager = {
	.size = sizeof(struct cm_manager),
	.create_vc = cm_control_create,
	.close_call = cm_control_close,
	.make_call = cm_control_nothing,
	.abort = cm_control_abort,
};

/* One that has no channel yet, with a reference that becomes its file's. Process context. */
struct cm_vc *cm_control_new(struct cm_user *user, u32 sdu)
{
	struct cm_vc *vc = cm_vc_new_incoming(user->m.link, &cm_control_manager, NULL);
	int ret;

	if (!vc)
		return ERR_PTR(-ENOMEM);
	vc->taken = true;
	vc->params.fwd_sdu = sdu ?: CM_DEFAULT_SDU;
	vc->params.bwd_sdu = vc->params.fwd_sdu;
	ret = cm_member_own(&vc->m);
	if (!ret)
		return vc;
	cldn_handle_put(&vc->m.h);
	return ERR_PTR(ret);
}

/* Worker. */
int cm_control_activate(struct cm_vc *vc, struct cleardown_cm_control *arg)
{
	int ret = cm_channel_take(vc, arg->vpi, arg->vci);

	if (ret)
		return ret;
	arg->out_vci = vc->call.vci;
	cm_vc_set_state(vc, CLEARDOWN_VC_ACTIVE);
	return 0;
}
