// SPDX-License-Identifier: GPL-2.0-only
/* VCs: birth, requests, activation, death. A call's end is in vc_close.c, frames in vc_data.c. */
#include <linux/slab.h>
#include "callmgr.h"
#include "trace.h"
#include "user.h"

#define CM_CALL_NS (180ULL * NSEC_PER_SEC)
#define CM_AF_NS (10ULL * NSEC_PER_SEC)
/* Data of a completion: the call as agreed, or the other side's close data. */
#define CM_OUT_CAP CLEARDOWN_CLOSE_DATA_MAX
static_assert(sizeof(struct cleardown_vc_call) <= CM_OUT_CAP);
static_assert(sizeof(struct cleardown_multi) <= CM_OUT_CAP);
/* A party, and what the other side said when it ended. */
#define CM_PARTY_CAP (sizeof(struct cleardown_vc_party) + CLEARDOWN_CLOSE_DATA_MAX)

const struct cldn_opcode cm_opcodes[] = {
	{ CLEARDOWN_OP_MAKE_CALL, sizeof(struct cleardown_vc_call),
	  sizeof(struct cleardown_vc_call), CM_OUT_CAP, CM_CALL_NS },
	{ CLEARDOWN_OP_ACCEPT, 0, 0, CM_OUT_CAP, CM_CALL_NS },
	{ CLEARDOWN_OP_REJECT, sizeof(struct cleardown_op_reject),
	  sizeof(struct cleardown_op_reject), 0, CM_CALL_NS },
	{ CLEARDOWN_OP_MODIFY_QOS, sizeof(struct cleardown_vc_call),
	  sizeof(struct cleardown_vc_call), 0, CM_CALL_NS },
	{ CLEARDOWN_OP_MAKE_MULTI, sizeof(struct cleardown_op_make_multi),
	  sizeof(struct cleardown_op_make_multi), CM_OUT_CAP, CM_CALL_NS },
	{ CLEARDOWN_OP_ADD_PARTY, sizeof(struct cleardown_op_add_party),
	  sizeof(struct cleardown_op_add_party), CM_PARTY_CAP, CM_CALL_NS },
	{ CLEARDOWN_OP_DROP_PARTY, sizeof(struct cleardown_op_drop_party),
	  sizeof(struct cleardown_op_drop_party), CM_PARTY_CAP, CM_CALL_NS },
	{ CLEARDOWN_OP_OPEN_AF, sizeof(struct cleardown_op_open_af),
	  sizeof(struct cleardown_op_open_af), 0, CM_AF_NS },
	{ CLEARDOWN_OP_SAP, sizeof(struct cleardown_op_sap), sizeof(struct cleardown_op_sap), 0,
	  CM_AF_NS },
};

/* Their memory: kmalloc() would round it up by half. */
static struct kmem_cache *cm_vcs;

int cldn_vc_init(void)
{
	const size_t from = offsetof(struct cm_vc, params);

	cm_vcs = kmem_cache_create_usercopy("cm_vc", sizeof(struct cm_vc),
					    __alignof__(struct cm_vc), SLAB_ACCOUNT, from,
					    offsetofend(struct cm_vc, remote_data) - from, NULL);
	return cm_vcs ? 0 : -ENOMEM;
}

void cldn_vc_exit(void)
{
	rcu_barrier(); /* cm_vc_free_rcu() */
	kmem_cache_destroy(cm_vcs);
}

u32 cm_vc_state(struct cm_vc *vc)
{
	return READ_ONCE(vc->state);
}

void cm_vc_set_state(struct cm_vc *vc, u32 state)
{
	scoped_guard(spinlock_irqsave, &vc->m.h.lock)
		cm_vc_enter_locked(vc, state);
	wake_up_all(&vc->m.h.wq);
	wake_up_all(&vc->m.h.rx.wq);
	wake_up_all(&vc->m.h.tx.wq);
}

/* Moves from @from to @to if nobody was faster: a CLOSE claims from outside. */
bool cm_vc_move(struct cm_vc *vc, u32 from, u32 to)
{
	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		if (vc->state != from)
			return false;
		cm_vc_enter_locked(vc, to);
	}
	wake_up_all(&vc->m.h.wq);
	wake_up_all(&vc->m.h.tx.wq);
	return true;
}

/* ---- death ---- */

/* No request, and no file that does anything. Any context; the worker buries it. */
static void cm_vc_kill(struct cm_vc *vc)
{
	cm_vc_set_state(vc, CLEARDOWN_VC_DELETED);
	trace_co_delete_vc(vc, !vc->incoming);
	trace_peer_delete_vc(vc, 0);
	cldn_member_stop(&vc->m.h);
	cldn_member_end(&vc->m.h);
}

/* Nothing that the link knows of it. Worker, once. */
static void cm_vc_bury(struct cm_vc *vc)
{
	if (vc->buried)
		return;
	vc->buried = true;
	cm_timer_stop(vc->m.link, &vc->misc);
	cm_parties_free(vc);
	trace_mp_delete_vc(vc, 0);
	cm_unlist(&vc->m);
	if (vc->af)
		cm_af_vc_gone(vc->af);
	if (cm_manager_of(vc)->delete_vc)
		cm_manager_of(vc)->delete_vc(vc->cm_ctx);
}

/* ---- requests ---- */

/* Ends the request that is under way, if there is one. Worker. */
void cm_vc_op_end(struct cm_vc *vc, u32 status, int error, u32 p1, const void *data, size_t len)
{
	struct cldn_op *op = vc->op;

	if (!op)
		return;
	vc->op = NULL;
	cldn_op_complete(op, status, error, p1, data, len);
	cldn_op_put(op);
	cm_want(&vc->m); /* another one may have been accepted before this one began */
}

static bool cm_call_valid(const struct cleardown_vc_call *call)
{
	static const u8 nobody[CLEARDOWN_NSAP_LEN];

	return !call->out_flags && !call->vpi && !call->vci && call->fwd_sdu <= U16_MAX &&
	       call->bwd_sdu <= U16_MAX && call->fwd_pcr <= 0xffffff && call->bwd_pcr <= 0xffffff &&
	       memcmp(call->called, nobody, sizeof(nobody));
}

/* Records of the last call that nobody has read: the next call may need them. */
static bool cm_vc_unread(struct cm_vc *vc)
{
	return test_bit(0, &vc->closed.busy) || test_bit(0, &vc->remote.busy) ||
	       (vc->user && cm_uvc_unread(vc));
}

int cm_vc_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status)
{
	bool make = opcode == CLEARDOWN_OP_MAKE_CALL || opcode == CLEARDOWN_OP_MAKE_MULTI;
	u32 state = cm_vc_state(cm_vc_of(h));
	bool right;

	if (opcode == CLEARDOWN_OP_ADD_PARTY || opcode == CLEARDOWN_OP_DROP_PARTY)
		return cm_party_check(cm_vc_of(h), opcode, in, status);

	*status = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
	if (opcode == CLEARDOWN_OP_MODIFY_QOS || opcode == CLEARDOWN_OP_OPEN_AF ||
	    opcode == CLEARDOWN_OP_SAP)
		return -EOPNOTSUPP;
	if (opcode == CLEARDOWN_OP_MAKE_MULTI && cm_vc_of(h)->own) /* programs know no parties */
		return -EOPNOTSUPP;
	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (make && !cm_call_valid(in))
		return -EINVAL;
	if (opcode == CLEARDOWN_OP_REJECT &&
	    (((const struct cleardown_op_reject *)in)->cause > 127 ||
	     ((const struct cleardown_op_reject *)in)->__reserved))
		return -EINVAL;
	if (make && cm_vc_unread(cm_vc_of(h))) {
		*status = CLEARDOWN_NDIS_STATUS_RESOURCES;
		return -EBUSY;
	}
	right = make ? state == CLEARDOWN_VC_IDLE && !cm_vc_of(h)->incoming :
		       state == CLEARDOWN_VC_OFFERED;
	*status = state == CLEARDOWN_VC_REMOTE_CLOSED || state == CLEARDOWN_VC_CLOSING ?
			  CLEARDOWN_NDIS_STATUS_CLOSING :
			  CLEARDOWN_NDIS_STATUS_FAILURE;
	return right ? 0 : -EISCONN;
}

/* 0, or why there can be no call now: something was faster since cm_vc_check(). */
static int cm_vc_make_may(struct cm_vc *vc)
{
	if (cm_vc_state(vc) != CLEARDOWN_VC_IDLE)
		return -EISCONN;
	return cm_vc_unread(vc) ? -EBUSY : 0;
}

static void cm_vc_make_end(struct cm_vc *vc, int error)
{
	cm_vc_op_end(vc,
		     error == -ENOMEM || error == -EBUSY ? CLEARDOWN_NDIS_STATUS_RESOURCES :
							   CLEARDOWN_NDIS_STATUS_FAILURE,
		     error, 0, NULL, 0);
}

static void cm_vc_make_failed(struct cm_vc *vc, int error)
{
	cm_parties_free(vc);
	cm_vc_make_end(vc, error);
}

static void cm_vc_make(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;
	static const u8 nobody[CLEARDOWN_NSAP_LEN];
	int ret = cm_vc_make_may(vc);

	if (ret) { /* nothing of the call that there is may change */
		cm_vc_make_end(vc, ret);
		return;
	}
	memcpy(&vc->params, vc->op->in, sizeof(vc->params));
	vc->remote_len = 0; /* of the last call */
	vc->params.fwd_sdu = vc->params.fwd_sdu ?: CM_DEFAULT_SDU;
	vc->params.bwd_sdu = vc->params.bwd_sdu ?: CM_DEFAULT_SDU;
	if (!memcmp(vc->params.calling, nobody, sizeof(nobody)))
		memcpy(vc->params.calling, link->info.nsap, sizeof(vc->params.calling));
	ret = cm_multi_begin(vc, vc->op);
	if (!ret && !cm_vc_move(vc, CLEARDOWN_VC_IDLE, CLEARDOWN_VC_CALLING))
		ret = -EISCONN;
	if (ret) {
		cm_vc_make_failed(vc, ret);
		return;
	}
	cm_cdr_begin(vc);
	ret = vc->own ? vc->own->make_call(vc) : cm_call_begin(vc);
	if (!ret)
		return;
	vc->cdr_phase = CM_CDR_NONE; /* nothing of it has left this machine */
	cm_vc_move(vc, CLEARDOWN_VC_CALLING, CLEARDOWN_VC_IDLE);
	cm_vc_make_failed(vc, ret);
}

static void cm_vc_accept(struct cm_vc *vc)
{
	int ret;

	if (!cm_vc_move(vc, CLEARDOWN_VC_OFFERED, CLEARDOWN_VC_ACCEPTED)) {
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_CLOSING, -ENOTCONN, 0, NULL, 0);
		return;
	}
	if (vc->own)
		ret = vc->own->accept(vc);
	else
		ret = vc->leaf ? cm_leaf_accept(vc) : cldn_q2931_call_accept(&vc->call);
	if (ret)
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, ret, 0, NULL, 0);
}

static void cm_vc_reject(struct cm_vc *vc)
{
	const struct cleardown_op_reject *in = (const void *)vc->op->in;
	struct cldn_q2931_close close = {
		.cause = in->cause ?: CLDN_Q2931_CAUSE_REJECTED,
	};
	int ret;

	if (cm_vc_state(vc) != CLEARDOWN_VC_OFFERED)
		ret = -ENOTCONN;
	else if (vc->own)
		ret = vc->own->reject(vc, close.cause);
	else /* may end the request by itself */
		ret = vc->leaf ? cm_leaf_release(vc, &close) :
				 cldn_q2931_call_release(&vc->call, &close);
	if (ret)
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, ret, 0, NULL, 0);
}

static void cm_vc_begin(struct cm_vc *vc)
{
	switch (vc->op->opcode) {
	case CLEARDOWN_OP_MAKE_CALL:
	case CLEARDOWN_OP_MAKE_MULTI:
		cm_vc_make(vc);
		break;
	case CLEARDOWN_OP_ACCEPT:
		cm_vc_accept(vc);
		break;
	case CLEARDOWN_OP_REJECT:
		cm_vc_reject(vc);
		break;
	default:
		cm_party_begin(vc);
	}
}

/* CANCEL, or the request's time is up: the call that it wants is given up. */
static void cm_vc_cancel(struct cm_vc *vc)
{
	struct cldn_q2931_close close = { .cause = CLDN_Q2931_CAUSE_NORMAL };
	int ret;

	if (vc->op->opcode == CLEARDOWN_OP_REJECT)
		return;
	if (vc->own) {
		vc->own->cancel(vc);
		return;
	}
	/* released() ends the request, also when this is asked again before it comes: -EALREADY */
	ret = vc->leaf ? cm_leaf_release(vc, &close) : cldn_q2931_call_release(&vc->call, &close);
	if (ret && ret != -EALREADY && vc->op)
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED, 0, NULL, 0);
}

/* There is another request to begin. */
static bool cm_vc_op_next(struct cm_vc *vc)
{
	if (vc->op)
		return false;
	vc->op = cldn_member_op(&vc->m.h);
	return vc->op;
}

static void cm_vc_ops_run(struct cm_vc *vc)
{
	u64 next = cldn_ops_run(&vc->m.h);
	unsigned int n;

	if (vc->op && cldn_op_done(vc->op)) { /* ended over our heads */
		cldn_op_put(vc->op);
		vc->op = NULL;
	}
	if (vc->op && READ_ONCE(vc->op->cancelled))
		cm_vc_cancel(vc);
	cm_parties_run(vc);
	for (n = 0; n < CM_BEGINS && cm_vc_op_next(vc); n++)
		cm_vc_begin(vc);
	if (n == CM_BEGINS)
		cm_want(&vc->m);
	if (next != U64_MAX && !vc->buried) /* a REJECT may have been its end */
		cm_timer_start(vc->m.link, &vc->misc, next);
}

/* The worker's look at it. Who kills it in another context wants one more when it is dead. */
static void cm_vc_turn(struct cm_member *m)
{
	struct cm_vc *vc = container_of(m, struct cm_vc, m);

	cm_cdr_settle(vc);
	if (READ_ONCE(m->h.state) == CLEARDOWN_STATE_CLOSED)
		cm_vc_bury(vc);
	else if (cm_vc_state(vc) == CLEARDOWN_VC_DELETED)
		return;
	else if (cm_vc_state(vc) == CLEARDOWN_VC_IDLE && READ_ONCE(vc->file_gone))
		cm_vc_dead(vc);
	else if (cm_vc_state(vc) == CLEARDOWN_VC_CLOSING || cm_vc_abandoned(vc))
		cm_vc_close_turn(vc);
	else
		cm_vc_ops_run(vc);
}

/* Unlike one from the list of who wants it, this turn has no reference of its own. */
static void cm_vc_misc(struct cm_link *link, struct cm_timer *t)
{
	struct cm_vc *vc = container_of(t, struct cm_vc, misc);

	cldn_handle_get(&vc->m.h);
	cm_vc_turn(&vc->m);
	cldn_handle_put(&vc->m.h);
}

static void cm_vc_clock(struct cm_link *link, struct cm_timer *t)
{
	struct cm_vc *vc = container_of(t - t->slot, struct cm_vc, clock[0]);

	cldn_q2931_call_expired(&vc->call, t->slot);
}

/* ---- the network's answers ---- */

/*
 * It is @af's, with the caller's reference, which cm_af_vc_gone() puts. It is offered already when
 * the link lists it: @af may end, and refuses then what it finds there (cm_offered_refuse()). Who
 * ends it sets af->closing before he looks, who lists looks at it later; link->lock orders them.
 */
static int cm_vc_offer_to(struct cm_vc *vc, struct cm_af *af)
{
	int ret;

	vc->af = af;
	atomic_inc(&af->vcs);
	cldn_member_events(&vc->m.h, &af->m.h, READ_ONCE(af->m.h.cookie));
	cm_vc_set_state(vc, CLEARDOWN_VC_OFFERED);
	ret = cm_list(&vc->m);
	if (!ret)
		return 0;
	cm_vc_set_state(vc, CLEARDOWN_VC_IDLE);
	vc->af = NULL;
	cm_af_vc_gone(af);
	return ret;
}

/* It is offered to @af, whose reference it takes over: 0, or a Q.850 cause. Worker. */
u8 cm_vc_offer_af(struct cm_vc *vc, struct cm_af *af)
{
	cldn_hook(CLDN_HOOK_VC_OFFER, &af->m.h);
	if (!READ_ONCE(af->m.h.evq) || cldn_member_own(&vc->m.h, &af->m.h)) {
		cldn_handle_put(&af->m.h);
		return CLDN_Q2931_CAUSE_NO_RESOURCE;
	}
	if (cm_vc_offer_to(vc, af))
		return CLDN_Q2931_CAUSE_NO_RESOURCE;
	cm_cdr_begin(vc);
	vc->offered.rec.head.req_id = vc->m.h.id;
	vc->offered.rec.head.data_len = sizeof(vc->params);
	vc->offered.rec.data = (const u8 *)&vc->params;
	cm_post(&af->m, &vc->offered);
	if (READ_ONCE(af->closing)) /* it may have begun to end before the call was listed */
		cm_offered_refuse(af);
	return 0;
}

/* An incoming call finds its SAP: 0, or the Q.850 cause why it does not. Worker. */
u8 cm_vc_offer(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;
	struct cm_af *af;

	if (READ_ONCE(link->frozen))
		return CLDN_Q2931_CAUSE_TEMPORARY;
	if (memcmp(vc->params.called, link->info.nsap, CLEARDOWN_NSAP_LEN - 1))
		return CLDN_Q2931_CAUSE_UNALLOCATED;
	af = cm_sap_find(link, vc->params.called[CLEARDOWN_NSAP_LEN - 1]);
	if (!af)
		return CLDN_Q2931_CAUSE_INCOMPATIBLE;
	return cm_vc_offer_af(vc, af);
}

/* Q.2931's call is ACTIVE. */
void cm_vc_connected(struct cm_vc *vc)
{
	struct cleardown_multi multi;

	cm_cdr_connected(vc);
	if (vc->multi)
		cm_multi_connected(vc, &multi);
	if (!cm_vc_move(vc, CLEARDOWN_VC_CALLING, CLEARDOWN_VC_ACTIVE) &&
	    !cm_vc_move(vc, CLEARDOWN_VC_ACCEPTED, CLEARDOWN_VC_ACTIVE))
		return; /* a CLOSE came first, and will find it connected */
	if (vc->multi)
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_SUCCESS, 0, 0, &multi, sizeof(multi));
	else
		cm_vc_op_end(vc, CLEARDOWN_NDIS_STATUS_SUCCESS, 0, 0, &vc->params,
			     sizeof(vc->params));
}

/* ---- activation ---- */

/* From @from on the way to @to. -EALREADY (CLOSING): the way down is taken; else -EBUSY. */
static int cm_activation_begin(struct cm_vc *vc, enum cm_activation from, enum cm_activation to)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (vc->activation != from)
		return vc->activation == CM_DEACTIVATING ? -EALREADY : -EBUSY;
	vc->activation = to;
	return 0;
}

static void cm_activation_end(struct cm_vc *vc, enum cm_activation to)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	vc->activation = to;
}

/* NdisCmActivateVc. -EBUSY (NOT_ACCEPTED), -EALREADY (CLOSING), or the medium's error. Worker. */
int cm_vc_activate(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;
	struct cldn_channel *ch;
	int ret = cm_activation_begin(vc, CM_INACTIVE, CM_ACTIVATING);

	if (ret)
		return ret;
	ch = link->cells->open(&link->dev->link, vc->call.vpci, vc->call.vci, link->info.max_sdu,
			       &vc->sink);
	if (IS_ERR(ch)) {
		cm_activation_end(vc, CM_INACTIVE);
		return PTR_ERR(ch);
	}
	vc->tx_doubt = 0;
	rcu_assign_pointer(vc->channel, ch);
	cm_activation_end(vc, CM_ACTIVE);
	return 0;
}

/* Octets that the medium has taken and its device not given back. */
size_t cm_vc_in_flight(struct cm_vc *vc)
{
	struct cldn_channel *ch;

	guard(rcu)();
	ch = rcu_dereference(vc->channel);
	return ch ? vc->m.link->cells->in_flight(ch) : 0;
}

/*
 * @ch is shut and no writer is in it: what its device has not given back is in doubt for ever. Once
 * for each channel, by the worker or by the writer who was in it.
 */
void cm_vc_settle(struct cm_vc *vc, struct cldn_channel *ch)
{
	const struct cldn_cells_ops *cells = vc->m.link->cells;
	size_t doubt;

	rcu_read_lock();
	doubt = cells->in_flight(ch);
	rcu_read_unlock();
	cells->put(ch);
	guard(spinlock_irqsave)(&vc->m.h.lock);
	vc->tx_doubt = doubt;
	vc->left = NULL;
}

/* What is in doubt of a call whose channel went, also while a writer is still in it. */
u64 cm_vc_doubt(struct cm_vc *vc)
{
	struct cldn_channel *ch;
	u64 doubt;

	guard(rcu)();
	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		ch = vc->left;
		doubt = vc->tx_doubt;
	}
	return ch ? vc->m.link->cells->in_flight(ch) : doubt;
}

/* The channel is the writer's who is in it, true, or still the caller's. */
static bool cm_channel_leave(struct cm_vc *vc, struct cldn_channel *ch)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (vc->writers)
		vc->left = ch;
	return vc->writers;
}

/*
 * NdisCmDeactivateVc: nothing is sent or received on it any more. What a writer is about to hand
 * over goes nowhere, and only he knows when it has been counted. The caller has seen the network
 * released, and gives the VCI to nobody before this returns. -EBUSY (NOT_ACCEPTED): it is being
 * activated, or not active; -EALREADY (CLOSING): this is under way. Worker.
 */
int cm_vc_deactivate(struct cm_vc *vc)
{
	struct cldn_channel *ch;
	int ret = cm_activation_begin(vc, CM_ACTIVE, CM_DEACTIVATING);

	if (ret)
		return ret;
	trace_cm_deactivate(vc, 0);
	ch = rcu_replace_pointer(vc->channel, NULL, true);
	vc->m.link->cells->shut(ch);
	if (!cm_channel_leave(vc, ch))
		cm_vc_settle(vc, ch);
	trace_mp_deactivate(vc, 0);
	cm_activation_end(vc, CM_INACTIVE);
	trace_deactivate_complete(vc, cm_vc_doubt(vc));
	return 0;
}

/* ---- birth ---- */

static void cm_vc_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cm_vcs, container_of(rcu, struct cm_vc, rcu));
}

static void cm_vc_free(struct cldn_handle *h)
{
	struct cm_vc *vc = cm_vc_of(h);

	trace_vc_free(vc, 0);
	WARN_ON_ONCE(!RB_EMPTY_NODE(&vc->misc.node.node)); /* no clock outlives its VC */
	skb_queue_purge(&vc->rxq);
	cm_multi_free(vc);
	if (vc->own && vc->own->free_vc) /* the link may be gone */
		vc->own->free_vc(vc->cm_ctx);
	call_rcu(&vc->rcu, cm_vc_free_rcu);
}

static const struct cldn_member_ops cm_vc_ops = {
	.name = "[cleardown-vc]",
	.queued = cm_queued,
	.close = cm_vc_close,
	.read = cm_vc_read,
	.write = cm_vc_write,
	.poll = cm_vc_poll,
	.release = cm_vc_release,
	.free = cm_vc_free,
	.renumber = cm_renumber,
	.parties = true,
};

bool cm_is_vc(const struct cldn_handle *h)
{
	return h->member == &cm_vc_ops;
}

static void cm_vc_setup(struct cm_vc *vc, struct cm_link *link)
{
	unsigned int i;

	cm_member_init(&vc->m, link, cm_vc_turn);
	for (i = 0; i < CLDN_Q2931_NSLOTS; i++) {
		timerqueue_init(&vc->clock[i].node);
		vc->clock[i].fn = cm_vc_clock;
		vc->clock[i].slot = i;
	}
	timerqueue_init(&vc->misc.node);
	vc->misc.fn = cm_vc_misc;
	INIT_LIST_HEAD(&vc->owing);
	skb_queue_head_init(&vc->rxq);
	vc->sink.received = cm_vc_received;
	vc->sink.room = cm_vc_room;
	cm_rec_init(&vc->offered, &vc->m, CLEARDOWN_EV_INCOMING_CALL);
	cm_rec_init(&vc->remote, &vc->m, CLEARDOWN_EV_INCOMING_CLOSE);
	cm_rec_init(&vc->closed, &vc->m, CLEARDOWN_EV_CLOSE_COMPLETE);
	cm_rec_init(&vc->deleted, &vc->m, CLEARDOWN_EV_VC_DELETED);
}

/* With one reference, and nobody's yet. */
static struct cm_vc *cm_vc_alloc(struct cm_link *link, const struct cm_manager *own,
				 struct cm_user *user)
{
	struct cm_vc *vc = kmem_cache_zalloc(cm_vcs, GFP_KERNEL);

	if (!vc)
		return NULL;
	cm_vc_setup(vc, link);
	vc->own = own;
	vc->user = user;
	vc->cm_ctx = cm_manager_of(vc)->create_vc(vc);
	if (!vc->cm_ctx) {
		kmem_cache_free(cm_vcs, vc);
		return NULL;
	}
	cldn_member_init(&vc->m.h, link->dev, &cm_vc_ops);
	mutex_init(&vc->m.h.rx.mutex);
	mutex_init(&vc->m.h.tx.mutex);
	return vc;
}

/* A VC with one reference, of the client that creates it by @af. */
struct cm_vc *cm_vc_new(struct cm_link *link, struct cm_af *af)
{
	struct cm_user *user = cm_user_of(af);
	struct cm_vc *vc = cm_vc_alloc(link, user ? &cm_user_manager : NULL, user);
	int ret;

	if (!vc)
		return ERR_PTR(-ENOMEM);
	ret = cldn_member_own(&vc->m.h, NULL);
	if (ret) {
		cldn_handle_put(&vc->m.h);
		return ERR_PTR(ret);
	}
	cldn_handle_get(&af->m.h); /* put by cm_af_vc_gone() */
	atomic_inc(&af->vcs);
	vc->af = af;
	return vc;
}

/* For a SETUP that came; its reference is the call's, and its owner is found by cm_vc_offer(). */
struct cm_vc *cm_vc_new_incoming(struct cm_link *link, const struct cm_manager *own,
				 struct cm_user *user)
{
	struct cm_vc *vc = cm_vc_alloc(link, own, user);

	if (vc)
		vc->incoming = true;
	return vc;
}

/* Its life is over. Worker. */
void cm_vc_dead(struct cm_vc *vc)
{
	cm_vc_kill(vc);
	cm_vc_bury(vc);
}

/* One that nobody has a file of; the link may have gone, and ended it, meanwhile. */
void cm_vc_discard(struct cm_vc *vc)
{
	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		if (vc->state == CLEARDOWN_VC_DELETED)
			return;
		cm_vc_enter_locked(vc, CLEARDOWN_VC_DELETED);
	}
	cm_vc_kill(vc);
	cm_want(&vc->m);
}

/* CLEARDOWN_IOC_VC_DELETE: NdisCoDeleteVc, for the creator. */
int cm_vc_delete(struct cldn_handle *h, void *p)
{
	struct cleardown_vc_delete *arg = p;
	struct cm_vc *vc = cm_vc_of(h);
	u32 state;

	arg->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (!cm_is_vc(h))
		return -ENOTTY;
	if (vc->incoming)
		return -EPERM;
	scoped_guard(spinlock_irqsave, &h->lock) {
		state = vc->state;
		if (state == CLEARDOWN_VC_IDLE && !h->nops && vc->activation == CM_INACTIVE)
			cm_vc_enter_locked(vc, CLEARDOWN_VC_DELETED);
		else if (state == CLEARDOWN_VC_IDLE)
			state = CLEARDOWN_VC_CALLING; /* a request is queued, or it is active */
	}
	arg->out_status = state == CLEARDOWN_VC_CLOSING ? CLEARDOWN_NDIS_STATUS_CLOSING :
							  CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED;
	if (state != CLEARDOWN_VC_IDLE)
		return state == CLEARDOWN_VC_CLOSING ? -EALREADY : -EBUSY;
	arg->out_status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	cm_vc_kill(vc);
	cm_want(&vc->m);
	return 0;
}

/* All but the size. Caller holds vc->m.h.lock. */
void cm_vc_status_fill_locked(struct cm_vc *vc, struct cleardown_vc_status *out)
{
	lockdep_assert_held(&vc->m.h.lock);
	out->out_state = vc->state;
	out->out_call_state = vc->leaf ? cm_leaf_state(vc) : READ_ONCE(vc->call.state);
	out->out_flags = (vc->incoming ? CLEARDOWN_VC_INCOMING : 0) |
			 (vc->activation == CM_ACTIVE ? CLEARDOWN_VC_ACTIVATED : 0) |
			 (vc->multi ? CLEARDOWN_VC_ROOT : 0) | (vc->leaf ? CLEARDOWN_VC_LEAF : 0);
	out->out_call = vc->params;
	out->out_frames_sent = vc->tx_frames;
	out->out_frames_received = vc->rx_frames;
	out->out_frames_queued = skb_queue_len_lockless(&vc->rxq);
	out->out_frames_lost = vc->rx_lost;
}

/* CLEARDOWN_IOC_VC_STATUS */
int cm_vc_status(struct cldn_handle *h, void *p)
{
	if (!cm_is_vc(h))
		return -ENOTTY;
	guard(spinlock_irqsave)(&h->lock);
	cm_vc_status_fill_locked(cm_vc_of(h), p);
	return 0;
}
