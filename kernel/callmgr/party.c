// SPDX-License-Identifier: GPL-2.0-only
/* Parties of a call to many, and the root's requests for them. The rules stand in party.h. */
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include "party.h"
#include "trace.h"

static unsigned int vc_parties = 1024;
module_param(vc_parties, uint, 0644);
MODULE_PARM_DESC(vc_parties, "most parties of a call to many");

/* ---- life ---- */

void cm_party_put(struct cm_party *p)
{
	if (!refcount_dec_and_test(&p->ref))
		return;
	if (p->pinned)
		cldn_handle_put(&p->carrier->m.h);
	cldn_member_part(-1);
	kfree(p);
}

static void cm_party_rec_free(struct cldn_rec *rec)
{
	cm_party_put(container_of(rec, struct cm_party, dropped));
}

static void cm_party_clock(struct cm_link *link, struct cm_timer *t)
{
	cldn_q2931_party_expired(&container_of(t, struct cm_party, clock)->q);
}

/* In the list, with the list's reference. NULL without memory. */
struct cm_party *cm_party_new(struct cm_vc *carrier, u16 value)
{
	struct cm_link *link = carrier->m.link;
	struct cm_party *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	cldn_member_part(1);
	refcount_set(&p->ref, 1);
	p->carrier = carrier;
	p->pinned = cm_is_trunk(carrier);
	if (p->pinned)
		cldn_handle_get(&carrier->m.h); /* put by cm_party_put() */
	timerqueue_init(&p->clock.node);
	p->clock.fn = cm_party_clock;
	p->dropped.free = cm_party_rec_free;
	p->dropped.head.type = CLEARDOWN_EV_INCOMING_DROP;
	p->number = ++link->party_last ?: ++link->party_last;
	p->state = CLEARDOWN_PARTY_ADDING;
	p->told.head.party = p->number;
	p->told.head.endpoint = value;
	guard(spinlock_irqsave)(&carrier->m.h.lock);
	list_add_tail(&p->node, &carrier->multi->parties);
	carrier->multi->nparties++;
	return p;
}

/* Nobody finds it any more. The list's reference is the caller's. */
void cm_party_unlink(struct cm_party *p)
{
	struct cm_vc *vc = p->carrier;

	cm_timer_stop(vc->m.link, &p->clock);
	guard(spinlock_irqsave)(&vc->m.h.lock);
	p->state = CLEARDOWN_PARTY_OVER;
	list_del_init(&p->node);
	vc->multi->nparties--;
}

static void cm_party_enter(struct cm_party *p, u32 state)
{
	guard(spinlock_irqsave)(&p->carrier->m.h.lock);
	p->state = state;
}

struct cm_multi *cm_multi_new(void)
{
	struct cm_multi *multi = kzalloc(sizeof(*multi), GFP_KERNEL_ACCOUNT);

	if (multi)
		INIT_LIST_HEAD(&multi->parties);
	return multi;
}

/* It is there for the far end, or will perhaps be. */
static bool cm_party_live(const struct cm_party *p)
{
	switch (p->q.state) {
	case CLDN_Q2931_PARTY_NULL:
	case CLDN_Q2931_PARTY_DROP_INITIATED:
	case CLDN_Q2931_PARTY_DROP_RECEIVED:
		return false;
	default:
		return true;
	}
}

/* There is no other one: without it the call has nobody. Worker. */
bool cm_party_alone(struct cm_party *p)
{
	struct cm_party *other;

	list_for_each_entry(other, &p->carrier->multi->parties, node)
		if (other != p && cm_party_live(other))
			return false;
	return true;
}

/* It has as many as it may have, at either end: each frame is copied for each of them. */
bool cm_multi_full(struct cm_vc *carrier)
{
	return carrier->multi->nparties >= READ_ONCE(vc_parties);
}

/* ---- what is told ---- */

static void cm_party_say(struct cm_party *p, struct cm_party_told *told, u32 state)
{
	*told = p->told;
	told->head.state = state;
}

static void cm_party_note(struct cm_party *p, const struct cldn_q2931_end *end)
{
	struct cm_party_told *told = &p->told;

	told->head.cause = cm_cause_of(p->carrier, end);
	told->head.flags = end->forced ? CLEARDOWN_PARTY_FORCED : 0;
	if (!end->data)
		return;
	told->head.data_len = min(end->data_len, sizeof(told->data));
	memcpy(told->data, end->data, told->head.data_len);
}

/* Its request ends; the party is in the state that the record tells. */
static void cm_party_op_end(struct cm_party *p, u32 status, int error, u32 state)
{
	struct cldn_op *op = p->op;
	struct cm_party_told told;

	if (!op)
		return;
	p->op = NULL;
	cm_party_say(p, &told, state);
	cldn_op_complete(op, status, error, told.head.cause, &told,
			 sizeof(told.head) + told.head.data_len);
	cldn_op_put(op);
}

static void cm_drop_tell(struct cm_party *p)
{
	struct cleardown_event *head = &p->dropped.head;

	head->status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	head->req_id = p->number;
	head->p1 = p->told.head.cause;
	head->p2 = p->told.head.endpoint;
	head->p3 = p->number;
	head->data_len = sizeof(p->told.head) + p->told.head.data_len;
	p->dropped.data = (const u8 *)&p->told;
	refcount_inc(&p->ref); /* put by cm_party_rec_free() */
	cldn_member_post(&p->carrier->m.h, &p->dropped);
}

/* ---- the far end ---- */

/* The call has nobody any more, and is released: the client is told like of any end of a call. */
static void cm_root_empty(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	struct cldn_q2931_close close = { .cause = CLDN_Q2931_CAUSE_NORMAL };

	vc->multi->left = true;
	vc->multi->left_cause = end->peer_cause;
	cm_vc_remote(vc, end);
	if (cldn_q2931_call_release(&vc->call, &close) < 0)
		cldn_q2931_call_abort(&vc->call, CLDN_Q2931_CAUSE_NORMAL);
}

static bool cm_root_dropped(struct cm_party *p, const struct cldn_q2931_end *end)
{
	struct cm_vc *vc = p->carrier;

	cm_party_note(p, end);
	p->told.head.state = CLEARDOWN_PARTY_LEFT;
	if (cm_party_alone(p)) {
		cm_party_enter(p, CLEARDOWN_PARTY_LEFT);
		cm_root_empty(vc, end);
		return true;
	}
	if (p->op) /* it is being added, and that has failed: cm_root_ended() */
		return false;
	cm_party_enter(p, CLEARDOWN_PARTY_LEFT);
	if (cm_vc_state(vc) == CLEARDOWN_VC_ACTIVE)
		cm_drop_tell(p);
	return false;
}

static int cm_add_error(const struct cldn_q2931_end *end, bool over)
{
	if (over)
		return -ECONNRESET;
	switch (end->by) {
	case CLDN_Q2931_BY_LOCAL:
		return -ECANCELED;
	case CLDN_Q2931_BY_TIMER:
		return -ETIMEDOUT;
	case CLDN_Q2931_BY_PEER:
		return -ECONNREFUSED;
	default:
		return -EIO;
	}
}

/*
 * A request for it ends with it; without one it has left, and the client owes a DROP_PARTY. He is
 * told here when the far end has not dropped it, but says that there is no such party.
 */
static void cm_root_ended(struct cm_party *p, const struct cldn_q2931_end *end)
{
	struct cm_vc *vc = p->carrier;
	bool over = vc->multi->over, gone = p->op || p->state == CLEARDOWN_PARTY_DROPPING;
	bool untold = !over && !gone && p->state == CLEARDOWN_PARTY_JOINED;
	int error = 0;

	if (p->state != CLEARDOWN_PARTY_LEFT)
		cm_party_note(p, end);
	if (untold)
		p->told.head.state = CLEARDOWN_PARTY_LEFT;
	if (p->op && p->op->opcode == CLEARDOWN_OP_ADD_PARTY)
		error = cm_add_error(end, over);
	if (gone)
		cm_party_unlink(p);
	else
		cm_party_enter(p, CLEARDOWN_PARTY_LEFT);
	if (end->forced && !over)
		cm_note(vc->m.link, CM_COUNT_PARTIES_FORCED);
	if (error)
		cm_note(vc->m.link, CM_COUNT_PARTIES_FAILED);
	cm_party_op_end(p, error ? CLEARDOWN_NDIS_STATUS_FAILURE : CLEARDOWN_NDIS_STATUS_SUCCESS,
			error, CLEARDOWN_PARTY_OVER);
	if (!over && vc->call.state == CLDN_Q2931_ACTIVE && cm_party_alone(p) && !cm_party_live(p))
		cm_root_empty(vc, end);
	else if (untold && cm_vc_state(vc) == CLEARDOWN_VC_ACTIVE)
		cm_drop_tell(p);
	if (gone)
		cm_party_put(p);
}

static void cm_root_added(struct cm_party *p)
{
	cm_note(p->carrier->m.link, CM_COUNT_PARTIES_ADDED);
	cm_party_enter(p, CLEARDOWN_PARTY_JOINED);
	cm_party_op_end(p, CLEARDOWN_NDIS_STATUS_SUCCESS, 0, CLEARDOWN_PARTY_JOINED);
}

/* ---- Q.2971's questions ---- */

static void cm_party_timer_start(struct cldn_q2931_party *q, u32 ms)
{
	struct cm_party *p = cm_party_of(q);

	cm_timer_start(p->carrier->m.link, &p->clock, cm_in(ms));
}

static void cm_party_timer_stop(struct cldn_q2931_party *q)
{
	struct cm_party *p = cm_party_of(q);

	cm_timer_stop(p->carrier->m.link, &p->clock);
}

static struct cldn_q2931_party *cm_party_find(struct cldn_q2931_call *call, u16 value)
{
	struct cm_party *p;

	list_for_each_entry(p, &cm_vc_of_call(call)->multi->parties, node)
		if (p->q.state != CLDN_Q2931_PARTY_NULL && p->told.head.endpoint == value)
			return &p->q;
	return NULL;
}

static struct cldn_q2931_party *cm_party_oldest(struct cldn_q2931_call *call, u8 state)
{
	struct cm_party *p;

	list_for_each_entry(p, &cm_vc_of_call(call)->multi->parties, node)
		if (p->q.state == state)
			return &p->q;
	return NULL;
}

static void cm_party_fill(struct cldn_q2931_party *q, struct cldn_q2931_msg *msg)
{
	struct cm_party *p = cm_party_of(q);

	if (msg->type == CLDN_Q2931_ADD_PARTY)
		cm_add_party_fill(p->carrier, p->told.head.called, msg);
}

static void cm_party_nothing(struct cldn_q2931_party *q)
{
}

static void cm_party_added(struct cldn_q2931_party *q, const struct cldn_q2931_msg *msg)
{
	cm_root_added(cm_party_of(q));
}

static bool cm_party_dropped(struct cldn_q2931_party *q, const struct cldn_q2931_end *end)
{
	struct cm_party *p = cm_party_of(q);

	return p->leaf ? cm_leaf_dropped(p, end) : cm_root_dropped(p, end);
}

static void cm_party_ended(struct cldn_q2931_party *q, const struct cldn_q2931_end *end)
{
	struct cm_party *p = cm_party_of(q);

	if (p->leaf)
		cm_leaf_ended(p, end);
	else
		cm_root_ended(p, end);
}

const struct cldn_q2931_party_ops cm_party_ops = {
	.timer_start = cm_party_timer_start,
	.timer_stop = cm_party_timer_stop,
	.find = cm_party_find,
	.oldest = cm_party_oldest,
	.fill = cm_party_fill,
	.incoming = cm_leaf_add,
	.alerting = cm_party_nothing,
	.added = cm_party_added,
	.dropped = cm_party_dropped,
	.ended = cm_party_ended,
};

/* For cm_q2931_ops: what comes for a call that is none to many does not fit. */
bool cm_party_message(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	return cm_vc_of_call(call)->multi && cldn_q2931_party_receive(call, msg);
}

void cm_party_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (cm_vc_of_call(call)->multi)
		cldn_q2931_party_status(call, msg);
}

/* ---- the call ---- */

/* MAKE_MULTI or MAKE_CALL is about to begin: what the last call has left goes. 0 or -ENOMEM. */
int cm_multi_begin(struct cm_vc *vc, const struct cldn_op *op)
{
	struct cleardown_op_make_multi in;
	struct cm_multi *multi = NULL, *old;
	struct cm_party *p;

	if (op->opcode == CLEARDOWN_OP_MAKE_MULTI) {
		multi = cm_multi_new();
		if (!multi)
			return -ENOMEM;
	}
	cm_parties_free(vc);
	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		old = vc->multi;
		WRITE_ONCE(vc->multi, multi);
	}
	kfree_rcu(old, rcu);
	if (!multi)
		return 0;
	p = cm_party_new(vc, 0);
	if (!p)
		return -ENOMEM;
	memcpy(&in, op->in, sizeof(in));
	p->first = true;
	p->told.head.cookie = in.cookie;
	memcpy(p->told.head.called, in.call.called, sizeof(in.call.called));
	vc->params.bwd_sdu = 0;
	vc->params.bwd_pcr = 0;
	return 0;
}

static struct cm_party *cm_first(struct cm_vc *vc)
{
	return list_first_entry_or_null(&vc->multi->parties, struct cm_party, node);
}

/* SETUP is on its way. */
void cm_multi_made(struct cm_vc *vc)
{
	struct cm_party *p = cm_first(vc);

	cldn_q2931_party_init(&p->q, &vc->call, 0);
	cldn_q2931_party_follow(&p->q, CLDN_Q2931_PARTY_ADD_INITIATED);
}

/* The first party has answered; fills in what MAKE_MULTI is told. */
void cm_multi_connected(struct cm_vc *vc, struct cleardown_multi *out)
{
	struct cm_party *p = cm_first(vc);

	cldn_q2931_party_follow(&p->q, CLDN_Q2931_PARTY_ACTIVE);
	cm_party_enter(p, CLEARDOWN_PARTY_JOINED);
	p->told.head.state = CLEARDOWN_PARTY_JOINED;
	out->call = vc->params;
	out->party = p->told.head;
}

/* The network has ended the call: so each party of it, wherever it is. */
void cm_multi_call_over(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	struct cm_party *p, *next;

	vc->multi->over = true;
	list_for_each_entry_safe(p, next, &vc->multi->parties, node)
		cldn_q2931_party_call_over(&p->q, end);
}

/* The far end dropped the last party: that is who ended the call, although we have released it. */
void cm_multi_end_by(struct cm_vc *vc, struct cldn_q2931_end *end)
{
	if (!vc->multi->left)
		return;
	end->by = CLDN_Q2931_BY_PEER;
	end->peer_cause = vc->multi->left_cause;
	end->cause = end->peer_cause;
}

/* Nothing of them is left but unread records. Worker. */
void cm_parties_free(struct cm_vc *vc)
{
	struct cm_party *p;

	if (!cm_is_root(vc))
		return;
	while ((p = cm_first(vc))) {
		cm_party_unlink(p);
		p->q.state = CLDN_Q2931_PARTY_NULL;
		cm_party_op_end(p, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED, CLEARDOWN_PARTY_OVER);
		cm_party_put(p);
	}
}

/* The VC's memory goes; nobody else knows it any more. */
void cm_multi_free(struct cm_vc *vc)
{
	struct cm_party *p, *next;

	if (vc->leaf)
		cm_party_put(vc->leaf);
	if (!vc->multi)
		return;
	list_for_each_entry_safe(p, next, &vc->multi->parties, node)
		cm_party_put(p);
	kfree_rcu(vc->multi, rcu);
}

/* There is room in the window. */
void cm_multi_room(struct cm_vc *vc)
{
	struct cm_party *p, *found;
	bool stuck;

	do {
		found = NULL;
		list_for_each_entry(p, &vc->multi->parties, node) {
			if (!p->q.owed)
				continue;
			found = p;
			break;
		}
		if (!found)
			return;
		refcount_inc(&found->ref);
		cldn_q2931_party_room(&found->q);
		stuck = found->q.owed;
		cm_party_put(found);
	} while (!stuck);
}

/* ---- CLOSE ---- */

/* A request for a party, which the worker may not have seen yet. */
static bool cm_party_wanted(const struct list_head *ops)
{
	struct cldn_op *op;

	list_for_each_entry(op, ops, node)
		if (op->opcode == CLEARDOWN_OP_ADD_PARTY || op->opcode == CLEARDOWN_OP_DROP_PARTY)
			return true;
	return false;
}

/* R3: may the client close the call, for @party? *@word may be set with an error. */
int cm_multi_close_locked(struct cm_vc *vc, u32 party, u32 *word)
{
	lockdep_assert_held(&vc->m.h.lock);
	if (!cm_is_root(vc))
		return party ? -EINVAL : 0;
	if (vc->multi->nparties > 1 || cm_party_wanted(&vc->m.h.queued) ||
	    cm_party_wanted(&vc->m.h.started)) {
		*word = CLEARDOWN_NDIS_STATUS_FAILURE;
		return -EBUSY;
	}
	if (!party || (vc->multi->nparties && cm_first(vc)->number == party))
		return 0;
	*word = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	return -ESTALE;
}

/* The context of the party by which the call ends, and what CLOSE_COMPLETE will say of it. */
void *cm_multi_closing(struct cm_vc *vc)
{
	struct cm_party *p;

	if (!cm_is_root(vc))
		return NULL;
	p = cm_first(vc);
	vc->multi->closing = p;
	if (p) {
		vc->multi->last = p->told.head;
		vc->multi->last.state = CLEARDOWN_PARTY_OVER;
		vc->multi->last.data_len = 0;
	}
	return p;
}

/* V-6, V-7: what a completion has to name. */
void *cm_multi_party(struct cm_vc *vc)
{
	return cm_is_root(vc) ? vc->multi->closing : NULL;
}

/* V-7: the client's record of a close names the party. */
void cm_multi_tell_close(struct cm_vc *vc, struct cm_rec *r)
{
	r->rec.head.req_id = 0;
	r->rec.head.data_len = 0;
	if (!cm_is_root(vc) || !vc->multi->last.party)
		return;
	r->rec.head.req_id = vc->multi->last.party;
	r->rec.head.data_len = sizeof(vc->multi->last);
	r->rec.data = (const u8 *)&vc->multi->last;
}

/* All of them, when their VC closes over their heads. */
void cm_parties_ops_end(struct cm_vc *vc)
{
	struct cm_party *p;

	if (!cm_is_root(vc))
		return;
	list_for_each_entry(p, &vc->multi->parties, node)
		cm_party_op_end(p, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED, p->state);
}

/* ---- requests ---- */

static struct cm_party *cm_party_by_number(struct cm_vc *vc, u32 number)
{
	struct cm_party *p;

	list_for_each_entry(p, &vc->multi->parties, node)
		if (p->number == number)
			return p;
	return NULL;
}

static bool cm_other_joined(struct cm_party *p)
{
	struct cm_party *other;

	list_for_each_entry(other, &p->carrier->multi->parties, node)
		if (other != p && other->state == CLEARDOWN_PARTY_JOINED)
			return true;
	return false;
}

/* R4: 0 when @p may be dropped. One that has left needs no other one but in the account. */
static int cm_drop_may(struct cm_party *p, u32 *status)
{
	*status = CLEARDOWN_NDIS_STATUS_FAILURE;
	switch (p->state) {
	case CLEARDOWN_PARTY_JOINED:
		return cm_other_joined(p) ? 0 : -EBUSY;
	case CLEARDOWN_PARTY_LEFT:
		return p->carrier->multi->nparties > 1 ? 0 : -EBUSY;
	case CLEARDOWN_PARTY_DROPPING:
		*status = CLEARDOWN_NDIS_STATUS_CLOSING;
		return -EALREADY;
	default:
		return -EBUSY;
	}
}

static int cm_drop_check_locked(struct cm_vc *vc, const void *in, u32 *status)
{
	struct cleardown_op_drop_party drop;
	struct cm_party *p;

	lockdep_assert_held(&vc->m.h.lock);
	memcpy(&drop, in, sizeof(drop));
	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (drop.data_len > cm_close_data_max(vc->m.link, NULL))
		return -EINVAL;
	p = cm_party_by_number(vc, drop.party);
	return p ? cm_drop_may(p, status) : -ESTALE;
}

static int cm_add_check(const void *in, u32 *status)
{
	static const u8 nobody[CLEARDOWN_NSAP_LEN];
	struct cleardown_op_add_party add;

	memcpy(&add, in, sizeof(add));
	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	return add.__reserved || !memcmp(add.called, nobody, sizeof(nobody)) ? -EINVAL : 0;
}

/* Of ADD_PARTY and DROP_PARTY; see cm_vc_check(). */
int cm_party_check(struct cm_vc *vc, u32 opcode, const void *in, u32 *status)
{
	bool add = opcode == CLEARDOWN_OP_ADD_PARTY;
	int ret = add ? cm_add_check(in, status) : 0;

	if (ret)
		return ret;
	guard(spinlock_irqsave)(&vc->m.h.lock);
	*status = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
	if (!cm_is_root(vc))
		return -EOPNOTSUPP;
	*status = vc->state == CLEARDOWN_VC_REMOTE_CLOSED || vc->state == CLEARDOWN_VC_CLOSING ?
			  CLEARDOWN_NDIS_STATUS_CLOSING :
			  CLEARDOWN_NDIS_STATUS_FAILURE;
	if (vc->state != CLEARDOWN_VC_ACTIVE && (add || vc->state != CLEARDOWN_VC_REMOTE_CLOSED))
		return -ENOTCONN;
	return add ? 0 : cm_drop_check_locked(vc, in, status);
}

/* A free endpoint reference; 0 belongs to the first party. */
static u16 cm_endpoint_pick(struct cm_vc *vc)
{
	u16 value, tries;

	for (tries = 0; tries < CLDN_Q2931_ENDPOINT_FLAG - 1; tries++) {
		value = vc->multi->next % (CLDN_Q2931_ENDPOINT_FLAG - 1) + 1;
		vc->multi->next = value;
		if (!cm_party_find(&vc->call, value))
			return value;
	}
	return 0;
}

static int cm_add_begin(struct cm_vc *vc, struct cldn_op *op)
{
	struct cleardown_op_add_party in;
	struct cm_party *p;
	u16 value;
	int ret;

	if (cm_vc_state(vc) != CLEARDOWN_VC_ACTIVE || !cm_is_root(vc))
		return -ENOTCONN;
	if (cm_multi_full(vc)) /* the worker has no user to charge */
		return -ENOBUFS;
	value = cm_endpoint_pick(vc);
	p = value ? cm_party_new(vc, value) : NULL;
	if (!p)
		return -ENOMEM;
	memcpy(&in, op->in, sizeof(in));
	p->told.head.cookie = in.cookie;
	memcpy(p->told.head.called, in.called, sizeof(in.called));
	cldn_q2931_party_init(&p->q, &vc->call, value);
	p->op = op;
	ret = cldn_q2931_party_add(&p->q);
	if (!ret)
		return 0;
	p->op = NULL;
	cm_party_unlink(p);
	cm_party_put(p);
	return ret;
}

static int cm_drop_wire(struct cm_party *p, const struct cleardown_op_drop_party *in)
{
	struct cldn_q2931_close close = {
		.cause = CLDN_Q2931_CAUSE_NORMAL,
		.data = p->close_data,
		.data_len = in->data_len,
	};

	memcpy(p->close_data, in->data, in->data_len);
	cm_party_enter(p, CLEARDOWN_PARTY_DROPPING);
	return cldn_q2931_party_drop(&p->q, &close);
}

/* The state may have changed since cm_drop_check_locked(). */
static int cm_drop_begin(struct cm_vc *vc, struct cldn_op *op, u32 *status)
{
	struct cleardown_op_drop_party in;
	struct cm_party *p;
	int ret;

	memcpy(&in, op->in, sizeof(in));
	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	p = cm_is_root(vc) ? cm_party_by_number(vc, in.party) : NULL;
	if (!p)
		return -ESTALE;
	ret = cm_drop_may(p, status);
	if (ret)
		return ret;
	p->op = op;
	if (p->state == CLEARDOWN_PARTY_LEFT) {
		cm_party_unlink(p);
		p->told.head.data_len = 0; /* was told before */
		cm_party_op_end(p, CLEARDOWN_NDIS_STATUS_SUCCESS, 0, CLEARDOWN_PARTY_OVER);
		cm_party_put(p);
		return 0;
	}
	*status = CLEARDOWN_NDIS_STATUS_FAILURE;
	ret = cm_drop_wire(p, &in);
	if (!ret)
		return 0;
	p->op = NULL;
	cm_party_enter(p, CLEARDOWN_PARTY_JOINED);
	return ret;
}

/* ADD_PARTY or DROP_PARTY has its turn; it goes on beside the others. Worker. */
void cm_party_begin(struct cm_vc *vc)
{
	u32 status = CLEARDOWN_NDIS_STATUS_FAILURE;
	struct cldn_op *op = vc->op;
	int ret;

	vc->op = NULL;
	if (op->opcode == CLEARDOWN_OP_ADD_PARTY) {
		ret = cm_add_begin(vc, op);
		if (ret == -ENOMEM || ret == -ENOBUFS)
			status = CLEARDOWN_NDIS_STATUS_RESOURCES;
	} else {
		ret = cm_drop_begin(vc, op, &status);
	}
	if (!ret)
		return;
	cldn_op_complete(op, status, ret, 0, NULL, 0);
	cldn_op_put(op);
}

/* Its addition was cancelled, or its time is up, and nothing was done about it. */
static bool cm_add_unwanted(const struct cm_party *p)
{
	return READ_ONCE(p->op->cancelled) && p->op->opcode == CLEARDOWN_OP_ADD_PARTY &&
	       cm_party_live(p);
}

/* The first one whose request somebody has ended, or wants to end. */
static struct cm_party *cm_party_restless(struct cm_vc *vc)
{
	struct cm_party *p;

	list_for_each_entry(p, &vc->multi->parties, node)
		if (p->op && (cldn_op_done(p->op) || cm_add_unwanted(p)))
			return p;
	return NULL;
}

/* Worker: what is being added and not wanted any more is dropped; a drop goes on. */
void cm_parties_run(struct cm_vc *vc)
{
	struct cldn_q2931_close close = { .cause = CLDN_Q2931_CAUSE_NORMAL };
	struct cm_party *p;

	if (!cm_is_root(vc))
		return;
	while ((p = cm_party_restless(vc))) {
		if (cldn_op_done(p->op)) {
			cldn_op_put(p->op);
			p->op = NULL;
		} else if (cldn_q2931_party_drop(&p->q, &close) < 0) {
			cldn_q2931_party_abort(&p->q, close.cause);
		}
	}
}

/* ---- VC_PARTY ---- */

static int cm_party_copy(struct cm_vc *vc, struct cleardown_party_next *arg)
{
	struct cm_party *p;

	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (!cm_is_root(vc))
		return -ENOENT;
	list_for_each_entry(p, &vc->multi->parties, node) {
		if (p->number <= arg->after)
			continue;
		arg->out_party = p->told.head;
		arg->out_party.state = p->state;
		arg->out_party.data_len = 0;
		return 0;
	}
	return -ENOENT;
}

/* CLEARDOWN_IOC_VC_PARTY */
int cm_party_next(struct cldn_handle *h, void *p)
{
	struct cleardown_party_next *arg = p;
	struct cm_vc *vc;
	int ret;

	memset(&arg->out_party, 0, sizeof(arg->out_party));
	if (cm_is_vc(h) && (!arg->vc || arg->vc == h->id))
		return cm_party_copy(cm_vc_of(h), arg);
	vc = arg->vc ? cm_vc_seen(cm_link_of(h->dev), arg->vc) : NULL;
	if (!vc)
		return -ENOENT;
	ret = cm_party_copy(vc, arg);
	cldn_handle_put(&vc->m.h);
	return ret;
}
