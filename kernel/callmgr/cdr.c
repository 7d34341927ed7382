// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept and counted of calls: the ring of call-detail records, which outlive the VCs and
 * their owners, the list of VCs, the counters of a link. Any file of the link may ask.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include "callmgr.h"

static_assert(sizeof(struct cleardown_cdr) == 128);

static unsigned int vc_records = 1024;
module_param(vc_records, uint, 0444);
MODULE_PARM_DESC(vc_records, "call-detail records that are kept per link");

/* See cm_link_free(). */
int cm_cdr_init(struct cm_link *link)
{
	vc_records = clamp(vc_records, 1U, 65536U);
	link->cdrs = kvcalloc(vc_records, sizeof(*link->cdrs), GFP_KERNEL_ACCOUNT);
	return link->cdrs ? 0 : -ENOMEM;
}

/* ---- the record; worker ---- */

/* Somebody is told of the call from now on, so that it has a record. */
void cm_cdr_begin(struct cm_vc *vc)
{
	vc->begun_ns = ktime_get_ns();
	vc->cdr = (struct cm_cdr){
		.begin_ns = ktime_get_real_ns(),
		.flags = vc->incoming ? CLEARDOWN_CDR_INCOMING : 0,
	};
	vc->cdr_phase = CM_CDR_RUNNING;
	vc->slept = false;
}

void cm_cdr_connected(struct cm_vc *vc)
{
	cm_note(vc->m.link, CM_COUNT_CONNECTED);
	vc->cdr.setup_ns = max(ktime_get_ns() - vc->begun_ns, 1ULL);
	vc->cdr.flags |= CLEARDOWN_CDR_CONNECTED;
}

static u8 cm_cdr_by(const struct cldn_q2931_end *end)
{
	static const u8 causes[] = {
		[CLDN_Q2931_BY_LOCAL] = CLEARDOWN_CAUSE_LOCAL_USER,
		[CLDN_Q2931_BY_PEER] = CLEARDOWN_CAUSE_PEER,
		[CLDN_Q2931_BY_TIMER] = CLEARDOWN_CAUSE_TIMER,
		[CLDN_Q2931_BY_PROTOCOL] = CLEARDOWN_CAUSE_ERROR,
		[CLDN_Q2931_BY_SAAL] = CLEARDOWN_CAUSE_CARRIER,
		[CLDN_Q2931_BY_RESTART] = CLEARDOWN_CAUSE_PEER,
	};

	return causes[end->by];
}

/* Who began with the end: a close that came after the network's only acknowledges it. */
static u8 cm_cdr_why(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	struct cm_link *link = vc->m.link;

	if (READ_ONCE(link->gone))
		return READ_ONCE(link->forced) ? CLEARDOWN_CAUSE_ADMIN : CLEARDOWN_CAUSE_UNPLUG;
	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (vc->state == CLEARDOWN_VC_CLOSING && vc->was != CLEARDOWN_VC_REMOTE_CLOSED)
		return vc->m.h.wish.cause;
	if (vc->slept && end->by != CLDN_Q2931_BY_LOCAL)
		return CLEARDOWN_CAUSE_SUSPEND;
	return cm_cdr_by(end);
}

/* The network has released the call: its channel is shut, and nothing more is received. */
void cm_cdr_end(struct cm_vc *vc, const struct cldn_q2931_end *end)
{
	struct cm_cdr *cdr = &vc->cdr;

	if (vc->cdr_phase != CM_CDR_RUNNING)
		return;
	vc->cdr_phase = CM_CDR_DUE;
	cdr->total_ns = ktime_get_ns() - vc->begun_ns;
	cdr->why = cm_cdr_why(vc, end);
	cdr->cause = cm_cause_of(vc, end);
	cdr->flags |= end->forced ? CLEARDOWN_CDR_FORCED : 0;
}

/* All but what is counted. */
static void cm_cdr_fill(struct cm_vc *vc, struct cleardown_cdr *cdr)
{
	*cdr = (struct cleardown_cdr){
		.begin_ns = vc->cdr.begin_ns,
		.setup_ns = vc->cdr.setup_ns,
		.total_ns = vc->cdr.total_ns,
		.flags = vc->cdr.flags,
		.why = vc->cdr.why,
		.cause = vc->cdr.cause,
		.vpi = vc->params.vpi,
		.vci = vc->params.vci,
		.close_data = vc->remote_len,
	};
	memcpy(cdr->called, vc->params.called, sizeof(cdr->called));
	memcpy(cdr->calling, vc->params.calling, sizeof(cdr->calling));
}

static void cm_cdr_file(struct cm_link *link, struct cleardown_cdr *cdr)
{
	guard(spinlock_irqsave)(&link->lock);
	cdr->number = ++link->cdr_last;
	link->cdrs[cdr->number % vc_records] = *cdr;
}

static u32 cm_u32(u64 value)
{
	return min_t(u64, value, U32_MAX);
}

/* Latches what was counted, and files the record, when the last write(2) is out. */
void cm_cdr_settle(struct cm_vc *vc)
{
	struct cldn_handle *h = &vc->m.h;
	struct cleardown_cdr cdr;

	if (vc->cdr_phase != CM_CDR_DUE)
		return;
	cm_cdr_fill(vc, &cdr);
	scoped_guard(spinlock_irqsave, &h->lock) {
		if (vc->writers || vc->left)
			return; /* cm_tx_leave() sends us back here */
		cdr.vc = h->id;
		cdr.pid = h->owner.pid;
		cdr.uid = from_kuid(&init_user_ns, h->owner.uid);
		cdr.sent = vc->tx_bytes;
		cdr.sent_frames = cm_u32(vc->tx_frames);
		cdr.in_doubt = cm_u32(min(vc->tx_doubt, vc->tx_bytes));
	}
	scoped_guard(spinlock_irqsave, &vc->rxq.lock) {
		cdr.received = vc->rx_total;
		cdr.received_frames = cm_u32(vc->rx_frames);
		cdr.lost_frames = vc->rx_lost;
	}
	cm_cdr_file(vc->m.link, &cdr);
	vc->cdr_phase = CM_CDR_NONE;
}

/* ---- who asks ---- */

static bool cm_sees_all(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/* CLEARDOWN_IOC_VC_CDR */
int cm_cdr_next(struct cldn_handle *h, void *p)
{
	struct cm_link *link = cm_link_of(h->dev);
	u32 uid = from_kuid(&init_user_ns, current_euid());
	struct cleardown_vc_cdr *arg = p;
	bool all = cm_sees_all();
	u64 number, oldest;

	if (arg->__reserved)
		return -EINVAL;
	if (arg->after == U64_MAX)
		return -ENOENT;
	guard(spinlock_irqsave)(&link->lock);
	oldest = link->cdr_last > vc_records ? link->cdr_last - vc_records + 1 : 1;
	arg->out_lost = oldest - 1;
	for (number = max(arg->after + 1, oldest); number <= link->cdr_last; number++) {
		arg->out_cdr = link->cdrs[number % vc_records];
		if (all || arg->out_cdr.uid == uid)
			return 0;
	}
	memset(&arg->out_cdr, 0, sizeof(arg->out_cdr));
	return -ENOENT;
}

/* It is a VC, and the caller's, unless he sees all of them. */
static bool cm_visible(const struct cm_member *m, bool all)
{
	return cm_is_vc(&m->h) && (all || uid_eq(m->h.owner.uid, current_euid()));
}

/* The VC with the lowest id after @after that the caller may see, referenced, or NULL. */
static struct cm_vc *cm_vc_after(struct cm_link *link, u64 after)
{
	bool all = cm_sees_all();
	struct cm_member *m;

	guard(spinlock_irqsave)(&link->lock);
	while ((m = cm_member_after_locked(link, after))) {
		after = m->key;
		if (!cm_visible(m, all))
			continue;
		cldn_handle_get(&m->h);
		return container_of(m, struct cm_vc, m);
	}
	return NULL;
}

/* The VC of that id, if the caller may see it, referenced, or NULL. */
struct cm_vc *cm_vc_seen(struct cm_link *link, u64 id)
{
	bool all = cm_sees_all();
	struct cm_member *m;

	guard(spinlock_irqsave)(&link->lock);
	m = cm_member_find_locked(link, id);
	if (!m || !cm_visible(m, all))
		return NULL;
	cldn_handle_get(&m->h);
	return container_of(m, struct cm_vc, m);
}

/* CLEARDOWN_IOC_VC_NEXT */
int cm_vc_next(struct cldn_handle *h, void *p)
{
	struct cleardown_vc_next *arg = p;
	struct cm_vc *vc;

	if (arg->__reserved)
		return -EINVAL;
	vc = cm_vc_after(cm_link_of(h->dev), arg->after);
	if (!vc)
		return -ENOENT;
	h = &vc->m.h;
	memset(&arg->out_status, 0, sizeof(arg->out_status));
	scoped_guard(spinlock_irqsave, &h->lock) {
		arg->out_vc = h->id;
		arg->out_since_ns = vc->since_ns;
		arg->out_owner_pid = h->owner.pid;
		arg->out_owner_uid = from_kuid_munged(current_user_ns(), h->owner.uid);
		memcpy(arg->out_owner_comm, h->owner.comm, sizeof(arg->out_owner_comm));
		cm_vc_status_fill_locked(vc, &arg->out_status);
	}
	cldn_handle_put(h);
	return 0;
}

/* ---- counters ---- */

static const char *const cm_count_names[CM_COUNTS] = {
	[CM_COUNT_MADE] = "calls-made",
	[CM_COUNT_OFFERED] = "calls-offered",
	[CM_COUNT_CONNECTED] = "calls-connected",
	[CM_COUNT_REFUSED] = "calls-refused",
	[CM_COUNT_FAILED] = "calls-failed",
	[CM_COUNT_FORCED] = "calls-forced",
	[CM_COUNT_QUARANTINED] = "vcis-quarantined",
	[CM_COUNT_RESTARTED] = "vcis-restarted",
	[CM_COUNT_PARTIES_ADDED] = "parties-added",
	[CM_COUNT_PARTIES_FAILED] = "parties-failed",
	[CM_COUNT_PARTIES_FORCED] = "parties-forced",
	[CM_COUNT_SAAL_UP] = "signalling-up",
	[CM_COUNT_SAAL_DOWN] = "signalling-lost",
};

static const char *const cm_cells_names[CLDN_CELLS_COUNTS] = {
	[CLDN_CELLS_FRAMES_IN] = "frames-in",
	[CLDN_CELLS_FRAMES_OUT] = "frames-out",
	[CLDN_CELLS_SDUS_IN] = "sdus-in",
	[CLDN_CELLS_SDUS_OUT] = "sdus-out",
	[CLDN_CELLS_STRANGER] = "frames-stranger",
	[CLDN_CELLS_SHORT_FRAME] = "frames-short",
	[CLDN_CELLS_BAD_LABEL] = "frames-label",
	[CLDN_CELLS_BAD_FRAME] = "frames-cut",
	[CLDN_CELLS_OAM] = "cells-oam",
	[CLDN_CELLS_UNKNOWN] = "cells-unknown",
	[CLDN_CELLS_TOO_LONG] = "pdus-too-long",
	[CLDN_CELLS_CRC] = "pdus-crc",
	[CLDN_CELLS_CPI] = "pdus-cpi",
	[CLDN_CELLS_ABORT] = "pdus-abort",
	[CLDN_CELLS_LENGTH] = "pdus-length",
	[CLDN_CELLS_TIMEOUT] = "pdus-timeout",
	[CLDN_CELLS_BUDGET] = "pdus-budget",
	[CLDN_CELLS_NO_MEMORY] = "pdus-no-memory",
	[CLDN_CELLS_BAD_HELLO] = "hellos-bad",
	[CLDN_CELLS_TX_DROPPED] = "frames-refused",
};

/* Those of Q.2931 and the SAAL, which have their own places. */
enum {
	CM_OTHER_MALFORMED,
	CM_OTHER_DROPPED,
	CM_OTHER_CDRS,
	CM_OTHERS,
};

static u64 cm_other(struct cm_link *link, unsigned int which, const char **name)
{
	switch (which) {
	case CM_OTHER_MALFORMED:
		*name = "messages-malformed";
		return READ_ONCE(link->sig.malformed);
	case CM_OTHER_DROPPED:
		*name = "answers-dropped";
		return READ_ONCE(link->sig.dropped);
	default:
		*name = "records";
		return READ_ONCE(link->cdr_last);
	}
}

static int cm_cells_count(struct cm_link *link, unsigned int which, u64 *value)
{
	u64 counts[CLDN_CELLS_COUNTS] = { 0 };
	int ret = cm_info(link, NULL, counts);

	*value = counts[which];
	return ret;
}

/* CLEARDOWN_IOC_VC_COUNT */
int cm_link_count(struct cldn_handle *h, void *p)
{
	struct cm_link *link = cm_link_of(h->dev);
	struct cleardown_vc_count *arg = p;
	const char *name;
	u32 i = arg->index;
	int ret = 0;

	if (i < CM_COUNTS) {
		name = cm_count_names[i];
		arg->out_value = READ_ONCE(link->counts[i]);
	} else if (i < CM_COUNTS + CM_OTHERS) {
		arg->out_value = cm_other(link, i - CM_COUNTS, &name);
	} else if (i < CM_COUNTS + CM_OTHERS + CLDN_CELLS_COUNTS) {
		name = cm_cells_names[i - CM_COUNTS - CM_OTHERS];
		ret = cm_cells_count(link, i - CM_COUNTS - CM_OTHERS, &arg->out_value);
	} else {
		return -ENOENT;
	}
	memset(arg->out_name, 0, sizeof(arg->out_name));
	strscpy(arg->out_name, name, sizeof(arg->out_name));
	return ret;
}
