// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the parties of a call to many are: each a VC of its own that was offered, on the trunk that
 * has the call. The rules stand in party.h. All on the worker, but cm_trunk_received().
 */
#include <linux/slab.h>
#include "party.h"
#include "trace.h"

/* ---- frames ---- */

/* Softirq: one frame for each leaf. What has no memory for its copy is lost there, and counted. */
void cm_trunk_received(struct cm_vc *trunk, struct cm_multi *multi, struct sk_buff *skb)
{
	struct sk_buff *copy;
	struct cm_party *p;

	scoped_guard(spinlock_irqsave, &trunk->m.h.lock) {
		list_for_each_entry(p, &multi->parties, node) {
			if (!p->leaf || READ_ONCE(p->q.state) != CLDN_Q2931_PARTY_ACTIVE)
				continue;
			copy = skb_clone(skb, GFP_ATOMIC);
			cm_vc_take_in(p->leaf, copy);
		}
	}
	consume_skb(skb);
}

/* ---- birth ---- */

/* ADD PARTY says less than SETUP: the rest is the call's. */
static void cm_leaf_params(struct cm_vc *leaf, struct cm_vc *trunk,
			   const struct cldn_q2931_msg *msg)
{
	leaf->params = trunk->params;
	cm_params_take(leaf, msg);
	leaf->params.vpi = trunk->params.vpi;
	leaf->params.vci = trunk->params.vci;
	leaf->params.bwd_sdu = 0;
	leaf->params.bwd_pcr = 0;
	leaf->params.out_flags = CLEARDOWN_CALL_MULTI;
}

static struct cm_vc *cm_leaf_new(struct cm_vc *trunk, u16 value)
{
	struct cm_vc *leaf = cm_vc_new_incoming(trunk->m.link, NULL, NULL);
	struct cm_party *p;

	if (!leaf)
		return NULL;
	p = cm_party_new(trunk, value);
	if (!p) {
		cldn_handle_put(&leaf->m.h);
		return NULL;
	}
	cldn_q2931_party_init(&p->q, &trunk->call, value);
	cldn_q2931_party_follow(&p->q, CLDN_Q2931_PARTY_ADD_RECEIVED);
	refcount_inc(&p->ref); /* put by cm_multi_free() */
	leaf->leaf = p;
	p->leaf = leaf; /* with its reference: cm_leaf_ended() */
	return leaf;
}

/* It is nobody's, and never was. */
static void cm_leaf_undo(struct cm_vc *leaf)
{
	struct cm_party *p = leaf->leaf;

	cm_party_unlink(p);
	p->q.state = CLDN_Q2931_PARTY_NULL;
	p->leaf = NULL;
	cm_party_put(p);
	cldn_handle_put(&leaf->m.h);
}

/* A party is offered to who has its address: 0, or the cause why not. */
static u8 cm_leaf_offer(struct cm_vc *trunk, const struct cldn_q2931_msg *msg, bool first)
{
	struct cm_vc *leaf = cm_multi_full(trunk) ? NULL : cm_leaf_new(trunk, msg->endpoint);
	u8 cause;

	if (!leaf) {
		cm_note(trunk->m.link, CM_COUNT_REFUSED);
		return CLDN_Q2931_CAUSE_NO_RESOURCE;
	}
	leaf->leaf->first = first;
	cm_leaf_params(leaf, trunk, msg);
	cause = cm_vc_offer(leaf);
	cm_note(trunk->m.link, cause ? CM_COUNT_REFUSED : CM_COUNT_OFFERED);
	if (cause)
		cm_leaf_undo(leaf);
	return cause;
}

/* SETUP of a call to many: @trunk is where it was received. 0, or why it is refused. */
u8 cm_trunk_incoming(struct cm_vc *trunk, const struct cldn_q2931_msg *msg)
{
	if (!(msg->have & CLDN_Q2931_HAVE(ENDPOINT)))
		return CLDN_Q2931_CAUSE_IE_MISSING;
	if (msg->endpoint & CLDN_Q2931_ENDPOINT_FLAG)
		return CLDN_Q2931_CAUSE_IE_CONTENTS;
	trunk->multi = cm_multi_new();
	if (!trunk->multi)
		return CLDN_Q2931_CAUSE_NO_RESOURCE;
	return cm_leaf_offer(trunk, msg, true);
}

/* ADD PARTY. */
u8 cm_leaf_add(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	return cm_leaf_offer(cm_vc_of_call(call), msg, false);
}

/* What an answer to the SETUP says: the reference of the first party, as we send it. */
void cm_trunk_fill(struct cldn_q2931_msg *msg)
{
	msg->have |= CLDN_Q2931_HAVE(ENDPOINT);
	msg->endpoint = CLDN_Q2931_ENDPOINT_FLAG;
}

/* ---- requests ---- */

/* ACCEPT. The first one is connected when the call is, the others at once. */
int cm_leaf_accept(struct cm_vc *leaf)
{
	struct cm_party *p = leaf->leaf;
	int ret;

	if (p->first) {
		ret = cldn_q2931_call_accept(&p->carrier->call);
		if (!ret)
			cldn_q2931_party_follow(&p->q, CLDN_Q2931_PARTY_ACTIVE);
		return ret;
	}
	ret = cldn_q2931_party_accept(&p->q);
	if (!ret)
		cm_vc_connected(leaf);
	return ret;
}

void cm_trunk_connected(struct cm_vc *trunk)
{
	struct cm_party *p;

	list_for_each_entry(p, &trunk->multi->parties, node) {
		if (!p->first)
			continue;
		cm_vc_connected(p->leaf);
		return;
	}
}

/* REJECT, or CLOSE: the party goes, with the last one the call. */
int cm_leaf_release(struct cm_vc *leaf, const struct cldn_q2931_close *close)
{
	struct cm_party *p = leaf->leaf;

	if (p->q.state == CLDN_Q2931_PARTY_NULL)
		return -ENOTCONN;
	return cm_party_alone(p) ? cldn_q2931_call_release(&p->carrier->call, close) :
				   cldn_q2931_party_drop(&p->q, close);
}

/* The same without waiting; the end comes before this returns. */
void cm_leaf_abort(struct cm_vc *leaf, u8 cause)
{
	struct cm_party *p = leaf->leaf;

	if (p->q.state == CLDN_Q2931_PARTY_NULL)
		return;
	if (cm_party_alone(p))
		cldn_q2931_call_abort(&p->carrier->call, cause);
	else
		cldn_q2931_party_abort(&p->q, cause);
}

/* ProtocolCmCloseCall of a leaf, which is not over. */
int cm_leaf_close(struct cm_vc *leaf, u32 mode, const struct cldn_q2931_close *close)
{
	int ret = 0;

	if (mode >= CLEARDOWN_MODE_ABORT && !close->data_len)
		cm_leaf_abort(leaf, close->cause);
	else
		ret = cm_leaf_release(leaf, close);
	return !ret || ret == -EALREADY ? -EINPROGRESS : ret;
}

/* What the network thinks of it. */
u8 cm_leaf_state(const struct cm_vc *leaf)
{
	return READ_ONCE(leaf->leaf->q.state);
}

bool cm_leaf_over(const struct cm_vc *leaf)
{
	return leaf->leaf->q.state == CLDN_Q2931_PARTY_NULL;
}

/* ---- the far end ---- */

/* The root drops it. A root that drops the last one wants the call to end. */
bool cm_leaf_dropped(struct cm_party *p, const struct cldn_q2931_end *end)
{
	struct cldn_q2931_close close = { .cause = CLDN_Q2931_CAUSE_NORMAL };
	struct cldn_q2931_call *call = &p->carrier->call;

	cm_vc_remote(p->leaf, end);
	if (!cm_party_alone(p))
		return false;
	p->carrier->multi->left = true;
	p->carrier->multi->left_cause = end->peer_cause;
	if (cldn_q2931_call_release(call, &close) < 0)
		cldn_q2931_call_abort(call, close.cause);
	return true;
}

/* The party is NULL: its VC is released as a call is. */
void cm_leaf_ended(struct cm_party *p, const struct cldn_q2931_end *end)
{
	struct cm_vc *leaf = p->leaf;

	cm_party_unlink(p);
	cm_vc_net_released(leaf, end);
	p->leaf = NULL;
	cm_party_put(p);
	cldn_handle_put(&leaf->m.h);
}

/* The root ends the call: it is over for each of them. */
void cm_trunk_clearing(struct cm_vc *trunk, const struct cldn_q2931_end *end)
{
	struct cm_party *p;

	list_for_each_entry(p, &trunk->multi->parties, node)
		cm_vc_remote(p->leaf, end);
}
