// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Q.2931 asks of its owner: the window, clocks, calls by their reference, and what the
 * messages say. All on the link's worker. What the answers mean for a VC is in vc.c and vc_close.c.
 */
#include <linux/slab.h>
#include "callmgr.h"
#include "trace.h"

static struct cldn_q2931_call *cm_lookup(struct cldn_q2931_link *sig, u32 value, bool ours);

/* A message that ends a call is in the window; call->data_ways says whether there is data in it. */
static void cm_end_sent(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg)
{
	bool ours = !(msg->cref & CLDN_Q2931_CREF_FLAG);
	struct cldn_q2931_call *call = cm_lookup(sig, msg->cref & ~(u32)CLDN_Q2931_CREF_FLAG, ours);

	if (call && call->data_ways)
		trace_close_data_sent(cm_vc_of_call(call), call->close.data_len);
}

/* Of this call there is more to send when there is room: cm_owing_run(). */
static void cm_owe(struct cldn_q2931_link *sig, u32 cref)
{
	struct cldn_q2931_call *call =
		cm_lookup(sig, cref & ~(u32)CLDN_Q2931_CREF_FLAG, !(cref & CLDN_Q2931_CREF_FLAG));

	if (call && list_empty(&cm_vc_of_call(call)->owing))
		list_add_tail(&cm_vc_of_call(call)->owing, &cm_link_of_sig(sig)->owing);
}

/*
 * While SSCOP recovers it takes nothing, and Q.2931 does not know: the connection is still there.
 * The message is owed as for want of room; ESTABLISH_IND, which ends a recovery, brings it.
 */
static int cm_send(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg)
{
	struct cm_link *link = cm_link_of_sig(sig);
	int ret = cldn_q2931_build(msg, link->msg, sizeof(link->msg));

	if (ret >= 0)
		ret = cldn_sscf_data(&link->saal, link->msg, ret);
	if (!ret && (msg->type == CLDN_Q2931_RELEASE || msg->type == CLDN_Q2931_RELEASE_COMPLETE))
		cm_end_sent(sig, msg);
	if (ret != -ENOTCONN && ret != -ENOBUFS)
		return ret;
	cm_owe(sig, msg->cref);
	return -ENOBUFS;
}

static void cm_owe_parties(struct cldn_q2931_call *call, const void *unused)
{
	if (cm_vc_of_call(call)->multi)
		cm_owe(call->link, call->cref);
}

/*
 * There is room in the window: who came first has it, until one finds that there is none any more.
 * That one stays the first. @all: signalling has just been established, and what parties wished to
 * say before was not tried. Worker.
 */
void cm_owing_run(struct cm_link *link, bool all)
{
	bool refused = false;
	struct cm_vc *vc;

	if (all)
		cm_q2931_ops.each(&link->sig, cm_owe_parties, NULL);
	while (!refused && !list_empty(&link->owing)) {
		vc = list_first_entry(&link->owing, struct cm_vc, owing);
		list_del_init(&vc->owing);
		cldn_handle_get(&vc->m.h);
		if (vc->call.owed)
			cldn_q2931_call_room(&vc->call);
		if (vc->multi)
			cm_multi_room(vc);
		refused = !list_empty(&vc->owing);
		if (refused)
			list_move(&vc->owing, &link->owing);
		cldn_handle_put(&vc->m.h);
	}
}

/* ---- clocks ---- */

static void cm_call_timer_start(struct cldn_q2931_call *call, unsigned int slot, u32 ms)
{
	struct cm_vc *vc = cm_vc_of_call(call);

	cm_timer_start(vc->m.link, &vc->clock[slot], cm_in(ms));
}

static void cm_call_timer_stop(struct cldn_q2931_call *call, unsigned int slot)
{
	struct cm_vc *vc = cm_vc_of_call(call);

	cm_timer_stop(vc->m.link, &vc->clock[slot]);
}

static void cm_link_timer_start(struct cldn_q2931_link *sig, unsigned int timer, u32 ms)
{
	struct cm_link *link = cm_link_of_sig(sig);

	cm_timer_start(link, &link->sig_clock[timer], cm_in(ms));
}

static void cm_link_timer_stop(struct cldn_q2931_link *sig, unsigned int timer)
{
	struct cm_link *link = cm_link_of_sig(sig);

	cm_timer_stop(link, &link->sig_clock[timer]);
}

/* ---- calls ---- */

static struct xarray *cm_calls(struct cm_link *link, bool ours)
{
	return ours ? &link->ours : &link->theirs;
}

static struct cldn_q2931_call *cm_lookup(struct cldn_q2931_link *sig, u32 value, bool ours)
{
	struct cm_vc *vc = xa_load(cm_calls(cm_link_of_sig(sig), ours), value);

	return vc && !xa_is_value(vc) ? &vc->call : NULL;
}

/* Of thousands in one go; nobody but the worker changes the tables, and it has no lock here. */
static void cm_each_of(struct xarray *calls,
		       void (*fn)(struct cldn_q2931_call *call, const void *arg), const void *arg)
{
	struct cm_vc *vc;
	unsigned long i;

	xa_for_each(calls, i, vc) {
		if (!xa_is_value(vc))
			fn(&vc->call, arg);
		cond_resched();
	}
}

static void cm_each(struct cldn_q2931_link *sig,
		    void (*fn)(struct cldn_q2931_call *call, const void *arg), const void *arg)
{
	struct cm_link *link = cm_link_of_sig(sig);

	cm_each_of(&link->ours, fn, arg);
	cm_each_of(&link->theirs, fn, arg);
}

/* The call's reference in the tables; it keeps the VC. Pairs with cm_call_leave(). */
static int cm_call_enter(struct cm_vc *vc, bool ours)
{
	u32 value = vc->call.cref & ~CLDN_Q2931_CREF_FLAG;
	int ret = xa_err(xa_store(cm_calls(vc->m.link, ours), value, vc, GFP_KERNEL));

	if (!ret)
		cldn_handle_get(&vc->m.h);
	return ret;
}

/*
 * Its place stays taken while its VCI is in quarantine, by what finds that: the far end may still
 * mean this call by the reference. Needs no memory.
 */
static void cm_call_leave(struct cm_vc *vc)
{
	u32 value = vc->call.cref & ~CLDN_Q2931_CREF_FLAG;
	struct xarray *calls = cm_calls(vc->m.link, cldn_q2931_call_ours(&vc->call));
	unsigned long key = cm_vci_key(vc->call.vpci, vc->call.vci);

	list_del_init(&vc->owing);
	if (xa_load(calls, value) != vc)
		return;
	if (cm_vci_in_quarantine(vc->m.link, key, vc->call.cref))
		xa_store(calls, value, xa_mk_value(key), GFP_NOWAIT);
	else
		xa_erase(calls, value);
	cldn_handle_put(&vc->m.h);
}

/* The key of the VCI that is in quarantine for a call of that reference, 0 = none. */
unsigned long cm_quarantine_find(struct cm_link *link, u32 cref)
{
	void *entry = xa_load(cm_calls(link, !(cref & CLDN_Q2931_CREF_FLAG)),
			      cref & ~(u32)CLDN_Q2931_CREF_FLAG);

	return xa_is_value(entry) ? xa_to_value(entry) : 0;
}

/* That VCI is in quarantine no more. */
void cm_quarantine_forget(struct cm_link *link, u32 cref, unsigned long key)
{
	if (cm_quarantine_find(link, cref) == key)
		xa_erase(cm_calls(link, !(cref & CLDN_Q2931_CREF_FLAG)),
			 cref & ~(u32)CLDN_Q2931_CREF_FLAG);
}

/* Not that of a call whose VCI is in quarantine: a late word about that call would hit this one. */
static u32 cm_cref_pick(struct cm_link *link)
{
	u32 cref;

	do
		cref = cldn_q2931_cref_pick(&link->sig);
	while (cref && cm_quarantine_find(link, cref));
	return cref;
}

int cm_call_begin(struct cm_vc *vc)
{
	struct cldn_q2931_link *sig = &vc->m.link->sig;
	u32 cref = cm_cref_pick(vc->m.link);
	int ret;

	if (!cref)
		return -EBUSY;
	cldn_q2931_call_init(&vc->call, sig, cref);
	ret = cm_call_enter(vc, true);
	if (ret)
		return ret;
	ret = cldn_q2931_call_setup(&vc->call);
	if (ret) {
		cm_call_leave(vc);
		return ret;
	}
	if (vc->multi)
		cm_multi_made(vc);
	cm_note(vc->m.link, CM_COUNT_MADE);
	return 0;
}

/* Whose it is will be known when the SETUP was read: incoming(). */
static struct cldn_q2931_call *cm_new_call(struct cldn_q2931_link *sig, u32 cref, u8 *cause)
{
	struct cm_vc *vc = cm_vc_new_incoming(cm_link_of_sig(sig), NULL, NULL);

	*cause = CLDN_Q2931_CAUSE_NO_RESOURCE;
	if (!vc) {
		cm_note(cm_link_of_sig(sig), CM_COUNT_REFUSED);
		return NULL;
	}
	cldn_q2931_call_init(&vc->call, sig, cref);
	if (cm_call_enter(vc, false)) {
		cm_note(vc->m.link, CM_COUNT_REFUSED);
		cldn_handle_put(&vc->m.h);
		return NULL;
	}
	cldn_handle_put(&vc->m.h); /* the table has one */
	return &vc->call;
}

/* ---- what messages say ---- */

static void cm_number_fill(struct cldn_q2931_number *number, const u8 *nsap)
{
	number->plan = CLDN_Q2931_PLAN_NSAP;
	number->len = CLDN_Q2931_NSAP;
	memcpy(number->digits, nsap, CLDN_Q2931_NSAP);
}

static void cm_rate_fill(struct cldn_q2931_traffic *traffic, enum cldn_q2931_rate rate, u32 pcr,
			 const struct cm_link *link)
{
	traffic->have |= BIT(rate);
	traffic->value[rate] = min(pcr ?: (link->info.cells_per_s ?: CM_DEFAULT_RATE), 0xffffffU);
}

static void cm_aal_fill(struct cm_vc *vc, struct cldn_q2931_msg *msg)
{
	msg->aal.type = CLDN_Q2931_AAL5;
	msg->aal.has_fwd = true;
	msg->aal.has_bwd = true;
	msg->aal.fwd_sdu = vc->params.fwd_sdu;
	msg->aal.bwd_sdu = vc->params.bwd_sdu;
}

static void cm_setup_fill(struct cm_vc *vc, struct cldn_q2931_msg *msg)
{
	const struct cleardown_vc_call *p = &vc->params;
	struct cm_link *link = vc->m.link;

	msg->have |= CLDN_Q2931_HAVE(AAL) | CLDN_Q2931_HAVE(TRAFFIC) | CLDN_Q2931_HAVE(BEARER) |
		     CLDN_Q2931_HAVE(CALLED) | CLDN_Q2931_HAVE(CALLING) | CLDN_Q2931_HAVE(QOS);
	cm_aal_fill(vc, msg);
	msg->traffic.best_effort = !p->fwd_pcr && !p->bwd_pcr;
	cm_rate_fill(&msg->traffic, CLDN_Q2931_FWD_PEAK, p->fwd_pcr, link);
	cm_rate_fill(&msg->traffic, CLDN_Q2931_BWD_PEAK, p->bwd_pcr, link);
	msg->bearer.class = CLDN_Q2931_BCOB_X;
	if (vc->multi) {
		msg->bearer.multipoint = 1;
		msg->have |= CLDN_Q2931_HAVE(ENDPOINT); /* 0, the first */
		msg->traffic.value[CLDN_Q2931_BWD_PEAK] = 0;
	}
	cm_number_fill(&msg->called, p->called);
	cm_number_fill(&msg->calling, p->calling);
}

/* ADD PARTY: what a leaf must know; the rest was in the call's SETUP. */
void cm_add_party_fill(struct cm_vc *vc, const u8 *called, struct cldn_q2931_msg *msg)
{
	msg->have |= CLDN_Q2931_HAVE(AAL) | CLDN_Q2931_HAVE(CALLED) | CLDN_Q2931_HAVE(CALLING);
	cm_aal_fill(vc, msg);
	cm_number_fill(&msg->called, called);
	cm_number_fill(&msg->calling, vc->params.calling);
}

static void cm_fill(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	struct cm_vc *vc = cm_vc_of_call(call);

	if (msg->type == CLDN_Q2931_SETUP)
		cm_setup_fill(vc, msg);
	else if (vc->multi && vc->incoming && msg->type != CLDN_Q2931_RELEASE &&
		 msg->type != CLDN_Q2931_RELEASE_COMPLETE)
		cm_trunk_fill(msg);
}

void cm_params_take(struct cm_vc *vc, const struct cldn_q2931_msg *msg)
{
	struct cleardown_vc_call *p = &vc->params;

	if (msg->have & CLDN_Q2931_HAVE(CALLED) && msg->called.plan == CLDN_Q2931_PLAN_NSAP)
		memcpy(p->called, msg->called.digits, sizeof(p->called));
	if (msg->have & CLDN_Q2931_HAVE(CALLING) && msg->calling.plan == CLDN_Q2931_PLAN_NSAP)
		memcpy(p->calling, msg->calling.digits, sizeof(p->calling));
	if (msg->have & CLDN_Q2931_HAVE(AAL) && msg->aal.type == CLDN_Q2931_AAL5) {
		/* an answer that does not say it agrees to what was asked for */
		p->fwd_sdu = msg->aal.has_fwd ? msg->aal.fwd_sdu : p->fwd_sdu ?: CM_DEFAULT_SDU;
		p->bwd_sdu = msg->aal.has_bwd ? msg->aal.bwd_sdu : p->bwd_sdu ?: CM_DEFAULT_SDU;
	}
	if (msg->have & CLDN_Q2931_HAVE(TRAFFIC) && !msg->traffic.best_effort) {
		p->fwd_pcr = msg->traffic.value[CLDN_Q2931_FWD_PEAK];
		p->bwd_pcr = msg->traffic.value[CLDN_Q2931_BWD_PEAK];
	}
}

/* ---- what happens ---- */

static void cm_incoming(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct cm_vc *vc = cm_vc_of_call(call);
	struct cldn_q2931_close close = { .cause = 0 };

	cm_params_take(vc, msg);
	if (msg->bearer.multipoint) {
		close.cause = cm_trunk_incoming(vc, msg);
	} else {
		close.cause = cm_vc_offer(vc);
		cm_note(vc->m.link, close.cause ? CM_COUNT_REFUSED : CM_COUNT_OFFERED);
	}
	if (close.cause)
		cldn_q2931_call_release(call, &close);
	else
		cldn_q2931_call_proceeding(call);
}

static void cm_nothing(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
}

static void cm_connected(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct cm_vc *vc = cm_vc_of_call(call);

	if (msg)
		cm_params_take(vc, msg);
	if (vc->multi && vc->incoming)
		cm_trunk_connected(vc);
	else
		cm_vc_connected(vc);
}

static void cm_clearing(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	struct cm_vc *vc = cm_vc_of_call(call);

	if (vc->multi && vc->incoming)
		cm_trunk_clearing(vc, end);
	else
		cm_vc_remote(vc, end);
}

/* The last that Q.2931 knows of the call; the VC may live on for the next. */
static void cm_released(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	struct cm_vc *vc = cm_vc_of_call(call);
	struct cldn_q2931_end told = *end;

	if (vc->multi)
		cm_multi_end_by(vc, &told);
	cldn_handle_get(&vc->m.h);
	cm_call_leave(vc);
	cm_vc_net_released(vc, &told);
	cldn_handle_put(&vc->m.h);
}

/* The far end has the call: it has outlived a suspend. */
static void cm_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	cm_vc_of_call(call)->slept = false;
	cm_party_status(call, msg);
}

/* ---- the call manager's entries ---- */

static void *cm_call_of(struct cm_vc *vc)
{
	return &vc->call;
}

/* RELEASE goes to the window; released() may come before this returns. */
static int cm_close_call(void *ctx, void *party, const struct cm_close *close)
{
	struct cldn_q2931_close how = {
		.cause = CLDN_Q2931_CAUSE_NORMAL,
		.data = close->data,
		.data_len = close->len,
	};
	struct cldn_q2931_call *call = ctx;
	struct cm_vc *vc = cm_vc_of_call(call);
	int ret;

	if (vc->leaf ? cm_leaf_over(vc) : call->state == CLDN_Q2931_NULL)
		return 0; /* it was over before */
	if (vc->leaf)
		return cm_leaf_close(vc, close->mode, &how);
	if (close->mode >= CLEARDOWN_MODE_ABORT && !close->len)
		ret = cldn_q2931_call_abort(call, CLDN_Q2931_CAUSE_NORMAL);
	else
		ret = cldn_q2931_call_release(call, &how);
	return !ret || ret == -EALREADY ? -EINPROGRESS : ret;
}

const struct cm_manager cm_q2931_manager = {
	.size = sizeof(struct cm_manager),
	.integrated = true,
	.create_vc = cm_call_of,
	.close_call = cm_close_call,
};

const struct cldn_q2931_ops cm_q2931_ops = {
	.send = cm_send,
	.timer_start = cm_call_timer_start,
	.timer_stop = cm_call_timer_stop,
	.link_timer_start = cm_link_timer_start,
	.link_timer_stop = cm_link_timer_stop,
	.lookup = cm_lookup,
	.each = cm_each,
	.of_vc = cm_vci_call,
	.new_call = cm_new_call,
	.fill = cm_fill,
	.vc_take = cm_vci_take,
	.vc_free = cm_vci_free,
	.incoming = cm_incoming,
	.proceeding = cm_nothing,
	.alerting = cm_nothing,
	.connected = cm_connected,
	.clearing = cm_clearing,
	.released = cm_released,
	.status = cm_status,
	.notify = cm_nothing,
	.party = cm_party_message,
	.stray_complete = cm_vci_stray,
	.restarted = cm_vci_restarted,
	.restart_done = cm_vci_restart_done,
};
