// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers of channels, VPI and VCI: who has which, and those that nobody has but the far end,
 * perhaps. Such a one is in quarantine until the far end is known to have given it up: it answers
 * the RELEASE after all, it sends RESTART, or confirms ours. Ours is one at a time, sent twice at
 * most (T316); a number whose RESTART was not confirmed is out of service until signalling is
 * established anew. Worker.
 */
#include "callmgr.h"
#include "trace.h"

/*
 * In the table of VCIs, where else a VC is: the reference of the call that had it. The place of
 * that reference has its key in turn: cm_call_leave().
 */
#define CM_QUARANTINED XA_MARK_1
/* of these: no RESTART was sent yet */
#define CM_UNTRIED XA_MARK_2

/* What has this VCI now does not any more. */
static void cm_vci_erase(struct cm_link *link, unsigned long key)
{
	void *entry = xa_erase(&link->vcis, key);

	if (xa_is_value(entry))
		cm_quarantine_forget(link, xa_to_value(entry), key);
}

static int cm_vci_choose(struct cm_vc *vc)
{
	struct cm_link *link = vc->m.link;
	u32 id;
	int ret = xa_alloc(&link->vcis, &id, vc, XA_LIMIT(CM_FIRST_VCI, CM_LAST_VCI), GFP_KERNEL);

	if (ret)
		return ret;
	vc->call.vpci = 0;
	vc->call.vci = id;
	return 0;
}

/* A network that assigns a VCI has given it up, unless our RESTART may still hit the new call. */
static int cm_vci_insert(struct cm_vc *vc)
{
	unsigned long key = cm_vci_key(vc->call.vpci, vc->call.vci);
	struct cm_link *link = vc->m.link;

	if (vc->call.vpci > 255 || vc->call.vci < CM_FIRST_VCI)
		return -EINVAL;
	if (xa_is_value(xa_load(&link->vcis, key)) && key != link->restarting)
		cm_vci_erase(link, key);
	return xa_insert(&link->vcis, key, vc, GFP_KERNEL);
}

/* A call without its channel is no call: so both are had or neither. */
int cm_vci_take(struct cldn_q2931_call *call, bool any)
{
	struct cm_vc *vc = cm_vc_of_call(call);
	int ret = any ? cm_vci_choose(vc) : cm_vci_insert(vc);

	if (ret)
		return ret;
	vc->params.vpi = call->vpci;
	vc->params.vci = call->vci;
	ret = cm_vc_activate(vc);
	if (ret)
		xa_erase(&vc->m.link->vcis, cm_vci_key(call->vpci, call->vci));
	return ret;
}

/* The network has released it. The channel goes first: the next call may have the VCI at once. */
void cm_vci_free(struct cldn_q2931_call *call, bool quarantine)
{
	struct cm_vc *vc = cm_vc_of_call(call);
	struct cm_link *link = vc->m.link;
	unsigned long key = cm_vci_key(call->vpci, call->vci);

	trace_net_released(vc, quarantine);
	if (cm_vc_state(vc) == CLEARDOWN_VC_CLOSING)
		cm_parties_free(vc);
	trace_party_freed(vc, 0);
	cm_vc_deactivate(vc);
	if (!quarantine) {
		xa_erase(&link->vcis, key);
		return;
	}
	/* replaces an entry, so it needs no memory */
	xa_store(&link->vcis, key, xa_mk_value(call->cref), GFP_NOWAIT);
	xa_set_mark(&link->vcis, key, CM_QUARANTINED);
	xa_set_mark(&link->vcis, key, CM_UNTRIED);
	cm_note(link, CM_COUNT_QUARANTINED);
	link->restart_wanted = true;
}

/* The far end has given it up. One that a RESTART is under way for has to wait for its end. */
static void cm_vci_release(struct cm_link *link, unsigned long key)
{
	if (key == link->restarting)
		link->restart_over = true;
	else
		cm_vci_erase(link, key);
}

/* It is, and for a call of that reference. */
bool cm_vci_in_quarantine(struct cm_link *link, unsigned long key, u32 cref)
{
	return xa_load(&link->vcis, key) == xa_mk_value(cref);
}

/* The call that has it, or NULL. */
struct cldn_q2931_call *cm_vci_call(struct cldn_q2931_link *sig, u16 vpci, u16 vci)
{
	struct cm_vc *vc = xa_load(&cm_link_of_sig(sig)->vcis, cm_vci_key(vpci, vci));

	return vc && !xa_is_value(vc) ? &vc->call : NULL;
}

/* A RELEASE COMPLETE for a call that we have given up: late, but the end of its quarantine. */
void cm_vci_stray(struct cldn_q2931_link *sig, u32 cref)
{
	struct cm_link *link = cm_link_of_sig(sig);
	unsigned long key = cm_quarantine_find(link, cref);

	if (key)
		cm_vci_release(link, key);
}

/* A RESTART of the far end's. */
void cm_vci_restarted(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg)
{
	unsigned long vc = cm_vci_key(msg->connection.vpci, msg->connection.vci);
	struct cm_link *link = cm_link_of_sig(sig);
	unsigned long key;
	void *entry;

	if (msg->restart == CLDN_Q2931_RESTART_VC) {
		if (xa_is_value(xa_load(&link->vcis, vc)))
			cm_vci_release(link, vc);
		return;
	}
	xa_for_each_marked(&link->vcis, key, entry, CM_QUARANTINED)
		if (msg->restart != CLDN_Q2931_RESTART_VP || key >> 16 == msg->connection.vpci)
			cm_vci_release(link, key);
}

/* Our own RESTART was answered, or not (T316 twice). */
void cm_vci_restart_done(struct cldn_q2931_link *sig, bool confirmed)
{
	struct cm_link *link = cm_link_of_sig(sig);
	unsigned long key = link->restarting;

	link->restarting = 0;
	link->restart_wanted = true; /* the next one */
	if (confirmed)
		cm_note(link, CM_COUNT_RESTARTED);
	if (confirmed || link->restart_over)
		cm_vci_erase(link, key);
}

/* Signalling is established: those that are out of service get another chance. */
void cm_vci_retry(struct cm_link *link)
{
	unsigned long key;
	void *entry;

	xa_for_each_marked(&link->vcis, key, entry, CM_QUARANTINED) {
		xa_set_mark(&link->vcis, key, CM_UNTRIED);
		link->restart_wanted = true;
	}
}

/* Sends the RESTART that is wanted, when it can be sent. Once in each run of the worker. */
void cm_vci_run(struct cm_link *link)
{
	unsigned long key = 0;

	if (!link->restart_wanted || link->restarting || !link->sig.up)
		return;
	link->restart_wanted = false;
	if (!xa_find(&link->vcis, &key, ULONG_MAX, CM_UNTRIED))
		return;
	if (cldn_q2931_link_restart(&link->sig, CLDN_Q2931_RESTART_VC, key >> 16, key & 0xffff))
		return; /* signalling is about to go; it comes back by cm_vci_retry() */
	xa_clear_mark(&link->vcis, key, CM_UNTRIED);
	link->restarting = key;
	link->restart_over = false;
}
