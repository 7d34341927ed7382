// SPDX-License-Identifier: GPL-2.0-only
/* Address families: an open vcN. They create VCs, register SAPs and are offered calls. */
#include <linux/slab.h>
#include "callmgr.h"
#include "user.h"

static void cm_af_turn(struct cm_member *m);

/* ---- SAPs ---- */

static struct cm_af **cm_sap_slot(struct cm_af *af, u32 selector, u32 flags)
{
	struct cm_link *link = af->m.link;
	bool any = flags & CLEARDOWN_SAP_ANY;

	if (af->user)
		return &cm_user_of(af)->saps[any ? CM_USER_ANY : selector];
	return any ? &link->sap_any : &link->saps[selector];
}

static int cm_sap_change_locked(struct cm_af *af, u32 selector, u32 flags)
{
	struct cm_af **slot = cm_sap_slot(af, selector, flags);

	lockdep_assert_held(&af->m.link->lock);
	if (af->closing)
		return -EBADFD;
	if (flags & CLEARDOWN_SAP_REMOVE) {
		if (*slot != af)
			return -ENOENT;
		*slot = NULL;
		return 0;
	}
	if (*slot && *slot != af)
		return -EINVAL;
	*slot = af;
	return 0;
}

/* The selector is @af's, or not any more. 0, -EINVAL, -ENOENT, -EBADFD. Any context. */
int cm_af_sap_change(struct cm_af *af, u32 selector, u32 flags)
{
	guard(spinlock_irqsave)(&af->m.link->lock);
	return cm_sap_change_locked(af, selector, flags);
}

/* CLEARDOWN_IOC_VC_SAP */
int cm_af_sap(struct cldn_handle *h, void *p)
{
	struct cleardown_vc_sap *arg = p;
	int ret;

	arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (!cm_is_af(h))
		return -ENOTTY;
	if (arg->flags & ~(CLEARDOWN_SAP_ANY | CLEARDOWN_SAP_REMOVE) || arg->selector > 255 ||
	    (arg->flags & CLEARDOWN_SAP_ANY && arg->selector))
		return -EINVAL;
	if (READ_ONCE(cm_af_of(h)->user)) { /* who answers in his own time: OP_SAP */
		arg->out_status = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
		return -EOPNOTSUPP;
	}
	ret = cm_af_sap_change(cm_af_of(h), arg->selector, arg->flags);
	if (ret == -ENOENT || ret == -EBADFD)
		arg->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	else if (!ret)
		arg->out_status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	return ret;
}

/* Who takes a call for @selector, referenced, or NULL. */
struct cm_af *cm_sap_find(struct cm_link *link, u8 selector)
{
	struct cm_af *af;

	guard(spinlock_irqsave)(&link->lock);
	af = link->saps[selector] ?: link->sap_any;
	if (af)
		cldn_handle_get(&af->m.h);
	return af;
}

/*
 * The handle begins to end, once: nothing new comes to it. @waiter: a CLOSE will wait for that.
 * False when it ends already.
 */
static bool cm_af_claim(struct cm_af *af, bool waiter)
{
	struct cm_link *link = af->m.link;
	unsigned int i;

	guard(spinlock_irqsave)(&link->lock);
	if (af->closing)
		return false;
	af->closing = true;
	af->waiter = waiter;
	if (link->sap_any == af)
		link->sap_any = NULL;
	for (i = 0; i < ARRAY_SIZE(link->saps); i++)
		if (link->saps[i] == af)
			link->saps[i] = NULL;
	cm_uaf_claim_locked(af);
	return true;
}

/* ---- VCs ---- */

/* An offered call of this handle, which is now taken, or NULL. The caller's reference. */
static struct cm_vc *cm_af_take(struct cm_af *af, u64 id)
{
	struct cm_link *link = af->m.link;
	struct cm_member *m;
	struct cm_vc *vc;

	guard(spinlock_irqsave)(&link->lock);
	m = cm_member_find_locked(link, id);
	if (!m || !cm_is_vc(&m->h))
		return NULL;
	vc = container_of(m, struct cm_vc, m);
	if (vc->af != af || vc->taken)
		return NULL;
	vc->taken = true;
	cldn_handle_get(&vc->m.h);
	return vc;
}

static struct cm_vc *cm_af_vc(struct cm_af *af, u64 take)
{
	struct cm_vc *vc;
	int ret;

	if (take)
		return cm_af_take(af, take) ?: ERR_PTR(-ENOENT);
	if (READ_ONCE(af->closing))
		return ERR_PTR(-EBADFD);
	if (!cm_uaf_usable(af))
		return ERR_PTR(-ENOTCONN);
	vc = cm_vc_new(af->m.link, af);
	if (IS_ERR(vc))
		return vc;
	vc->taken = true;
	ret = cm_list(&vc->m);
	if (ret) {
		cm_af_vc_gone(af);
		cldn_handle_put(&vc->m.h);
		return ERR_PTR(ret);
	}
	return vc;
}

/* Undoes cm_af_take(): the call is offered again, or refused if @af has begun to end meanwhile. */
static void cm_af_untake(struct cm_af *af, struct cm_vc *vc)
{
	bool closing;

	scoped_guard(spinlock_irqsave, &vc->m.h.lock)
		vc->m.h.owner = af->m.h.owner;
	cldn_member_events(&vc->m.h, &af->m.h, READ_ONCE(af->m.h.cookie));
	scoped_guard(spinlock_irqsave, &af->m.link->lock) {
		vc->taken = false;
		closing = af->closing;
	}
	if (closing)
		cm_offered_refuse(af);
}

/* CLEARDOWN_IOC_VC_CREATE: NdisCoCreateVc, or the file of an offered call. */
struct cldn_handle *cm_af_create(struct cldn_handle *h, void *p)
{
	struct cleardown_vc_create *arg = p;
	struct cldn_who who;
	struct cm_vc *vc;

	arg->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	arg->out_fd = -1;
	if (!cm_is_af(h))
		return ERR_PTR(-ENOTTY);
	if (arg->__reserved)
		return ERR_PTR(-EINVAL);
	vc = cm_af_vc(cm_af_of(h), arg->take);
	if (IS_ERR(vc)) {
		if (PTR_ERR(vc) != -ENOENT && PTR_ERR(vc) != -EBADFD && PTR_ERR(vc) != -ENOTCONN)
			arg->out_status = CLEARDOWN_NDIS_STATUS_RESOURCES;
		return ERR_CAST(vc);
	}
	cldn_who_current(&who);
	scoped_guard(spinlock_irqsave, &vc->m.h.lock)
		vc->m.h.owner = who; /* an incoming one was its SAP's, whose limit stays charged */
	cldn_member_events(&vc->m.h, h, arg->cookie);
	arg->out_vc = vc->m.h.id;
	arg->out_status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	return &vc->m.h;
}

/* There is no file for it. */
void cm_af_uncreate(struct cldn_handle *h, struct cldn_handle *made, void *p)
{
	struct cleardown_vc_create *arg = p;
	struct cm_vc *vc = cm_vc_of(made);

	arg->out_status = CLEARDOWN_NDIS_STATUS_RESOURCES;
	arg->out_vc = 0;
	if (vc->incoming)
		cm_af_untake(cm_af_of(h), vc);
	else
		cm_vc_discard(vc);
	cldn_handle_put(made);
}

/* The call manager of what this file is, if that is a program, or NULL. */
static const struct cm_user *cm_user_of_file(struct cldn_handle *h)
{
	if (cm_is_vc(h))
		return cm_vc_of(h)->user;
	return cm_is_af(h) ? cm_user_of(cm_af_of(h)) : NULL;
}

/* CLEARDOWN_IOC_VC_LINK */
int cm_af_link(struct cldn_handle *h, void *p)
{
	struct cm_link *link = cm_link_of(h->dev);
	struct cleardown_vc_link *out = p;
	struct cldn_cells_info info;
	int ret = cm_info(link, &info, NULL);

	if (ret)
		return ret;
	out->out_flags = (info.up ? CLEARDOWN_VC_LINK_UP : 0) |
			 (READ_ONCE(link->sig.up) ? CLEARDOWN_VC_LINK_SAAL : 0) |
			 (info.side == CLDN_SIDE_NETWORK ? CLEARDOWN_VC_LINK_NETWORK : 0) |
			 (info.multipoint ? CLEARDOWN_VC_LINK_MULTI : 0);
	out->out_close_data = cm_close_data_max(link, cm_user_of_file(h));
	out->out_vcs = READ_ONCE(link->nvcs);
	memcpy(out->out_nsap, info.nsap, sizeof(out->out_nsap));
	memcpy(out->out_peer, info.peer_nsap, sizeof(out->out_peer));
	out->out_rate = info.cells_per_s;
	out->out_uni = link->sig.uni == CLDN_Q2931_UNI40 ? 40 : 31;
	return 0;
}

/* ---- the end ---- */

/* A VC that came from it is dead. Worker, or whoever deleted it. */
void cm_af_vc_gone(struct cm_af *af)
{
	atomic_dec(&af->vcs);
	if (READ_ONCE(af->closing))
		cm_want(&af->m);
	cldn_handle_put(&af->m.h);
}

/* Ends the request that is under way, if there is one. Worker. */
void cm_af_op_end(struct cm_af *af, u32 status, int error)
{
	struct cldn_op *op = af->op;

	if (!op)
		return;
	af->op = NULL;
	cldn_op_complete(op, status, error, 0, NULL, 0);
	cldn_op_put(op);
}

/*
 * The handle is dead. Worker, once. @owed: a CLOSE that does not wait any more wants to know. The
 * link has forgotten it before the one that waits hears of it: he may unbind at once.
 */
void cm_af_over(struct cm_af *af, bool owed)
{
	if (af->done)
		return;
	cm_uaf_over(af);
	cm_af_op_end(af, CLEARDOWN_NDIS_STATUS_FAILURE, -EIO);
	cldn_member_stop(&af->m.h);
	cm_unlist(&af->m);
	scoped_guard(spinlock_irqsave, &af->m.link->lock) {
		WRITE_ONCE(af->done, true);
		owed = owed && !af->waiter && !af->file_gone;
	}
	if (owed)
		cm_post(&af->m, &af->closed);
	cldn_member_end(&af->m.h);
	wake_up_all(&af->m.h.wq);
}

/* The worker's look: a CLOSE, or the end of the file, waits for the VCs. */
static void cm_af_turn(struct cm_member *m)
{
	struct cm_af *af = container_of(m, struct cm_af, m);

	if (af->done)
		return;
	if (!READ_ONCE(af->closing)) {
		cm_uaf_ops_run(af);
		return;
	}
	cm_uaf_ops_drop(af);
	if (!atomic_read(&af->vcs) && cm_uaf_closed(af))
		cm_af_over(af, true);
}

/* The link goes: NotifyCloseAf, and that is the end. Worker. */
void cm_af_end(struct cm_af *af, u32 cause)
{
	cm_af_claim(af, false);
	af->notify.rec.head.p1 = cause;
	cm_post(&af->m, &af->notify);
	cm_af_over(af, false);
}

/* True when the caller is owed a record. */
static bool cm_af_pending(struct cm_af *af)
{
	guard(spinlock_irqsave)(&af->m.link->lock);
	af->waiter = false;
	return !af->done;
}

/* NdisClCloseAddressFamily: pending until its VCs are gone (R19). */
static int cm_af_close(struct cldn_handle *h, struct cleardown_close *arg, const void *data)
{
	struct cm_af *af = cm_af_of(h);
	u64 wait = cm_close_time(h, arg);

	arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (arg->data_len)
		return -EINVAL;
	arg->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (!cm_af_claim(af, wait))
		return -EALREADY;
	cm_offered_refuse(af);
	cm_want(&af->m);
	cm_ended_wait(h, wait);
	return cm_ended_answer(h, arg, !cm_af_pending(af));
}

/* Calls that it was offered and nobody took are refused; VCs with a file live on without it. */
static void cm_af_release(struct cldn_handle *h)
{
	struct cm_af *af = cm_af_of(h);

	cm_af_claim(af, false);
	scoped_guard(spinlock_irqsave, &af->m.link->lock) {
		af->file_gone = true;
		if (af->done)
			return;
	}
	cm_offered_refuse(af);
	cm_want(&af->m);
}

static void cm_af_free(struct cldn_handle *h)
{
	cm_uaf_free(cm_af_of(h));
	kfree_rcu(cm_af_of(h), rcu);
}

static const struct cldn_member_ops cm_af_ops = {
	.name = "[cleardown-af]",
	.queued = cm_queued,
	.close = cm_af_close,
	.release = cm_af_release,
	.free = cm_af_free,
};

bool cm_is_af(const struct cldn_handle *h)
{
	return h->member == &cm_af_ops;
}

/* NdisClOpenAddressFamilyEx. */
struct cldn_handle *cm_af_open(struct cldn_device *dev, bool write)
{
	struct cm_af *af = kzalloc(sizeof(*af), GFP_KERNEL_ACCOUNT);

	if (!af)
		return ERR_PTR(-ENOMEM);
	cm_member_init(&af->m, cm_link_of(dev), cm_af_turn);
	cm_rec_init(&af->closed, &af->m, CLEARDOWN_EV_CLOSE_COMPLETE);
	cm_rec_init(&af->notify, &af->m, CLEARDOWN_EV_AF_NOTIFY);
	cldn_member_init(&af->m.h, dev, &cm_af_ops);
	return cm_member_born(&af->m);
}
