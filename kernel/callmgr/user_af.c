// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address families of a call manager that is a program: opening, SAPs, closing. One request at a
 * time; the client's deadline bounds it, and user->answer_ns the closing. See user.h.
 */
#include <linux/slab.h>
#include "callmgr.h"
#include "user.h"

/* ---- what may be asked ---- */

static int cm_open_check(struct cm_af *af, const struct cleardown_op_open_af *in, u32 *status)
{
	struct cm_user *user;

	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (in->__reserved || !in->family)
		return -EINVAL;
	*status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (READ_ONCE(af->user) || atomic_read(&af->vcs))
		return -EISCONN;
	if (in->family == CLEARDOWN_AF_Q2931)
		return 0;
	user = cm_user_find(af->m.link, in->family);
	if (!user)
		return -ENOTCONN;
	cldn_handle_put(&user->m.h);
	return 0;
}

static int cm_sap_check(struct cm_af *af, const struct cleardown_op_sap *in, u32 *status)
{
	*status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (in->flags & ~(CLEARDOWN_SAP_ANY | CLEARDOWN_SAP_REMOVE) || in->selector > 255 ||
	    (in->flags & CLEARDOWN_SAP_ANY && in->selector))
		return -EINVAL;
	*status = CLEARDOWN_NDIS_STATUS_FAILURE;
	return cm_uaf_usable(af) ? 0 : -ENOTCONN;
}

/* The class's check, of an address family. */
int cm_uaf_check(struct cm_af *af, u32 opcode, const void *in, u32 *status)
{
	if (opcode != CLEARDOWN_OP_OPEN_AF && opcode != CLEARDOWN_OP_SAP) {
		*status = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
		return -EOPNOTSUPP;
	}
	*status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (READ_ONCE(af->closing))
		return -EBADFD;
	return opcode == CLEARDOWN_OP_OPEN_AF ? cm_open_check(af, in, status) :
						cm_sap_check(af, in, status);
}

/* VCs can be made. Any context. */
bool cm_uaf_usable(struct cm_af *af)
{
	struct cm_uaf *u = smp_load_acquire(&af->user); /* pairs with cm_uaf_new() */

	return !u || (READ_ONCE(u->open) && !READ_ONCE(u->o.user->ended));
}

/* ---- requests ---- */

/* Takes over the reference on @user. */
static int cm_uaf_new(struct cm_af *af, struct cm_user *user)
{
	struct cm_uaf *u = kzalloc(sizeof(*u), GFP_KERNEL_ACCOUNT);

	if (u) {
		cm_object_init(&u->o, user, &af->m);
		u->o.af = true;
		u->fam = af;
		smp_store_release(&af->user, u); /* pairs with cm_user_of() */
	}
	cldn_handle_put(&user->m.h);
	return u ? 0 : -ENOMEM;
}

/* Return: 0: it is over; -EINPROGRESS: the program will say; or why it fails. */
static int cm_open_begin(struct cm_af *af)
{
	const struct cleardown_op_open_af *in = (const void *)af->op->in;
	struct cm_user *user;
	int ret;

	if (af->user || atomic_read(&af->vcs))
		return -EISCONN;
	if (in->family == CLEARDOWN_AF_Q2931)
		return 0;
	user = cm_user_find(af->m.link, in->family);
	if (!user)
		return -ENOTCONN;
	ret = cm_uaf_new(af, user);
	if (ret)
		return ret;
	ret = cm_object_know(&af->user->o, &user->afs);
	if (ret)
		return ret;
	af->user->o.what = CLEARDOWN_CM_OPEN_AF;
	ret = cm_ask(&af->user->o, &af->user->o.request, CLEARDOWN_CM_OPEN_AF, &af->user->o.asked);
	if (ret)
		cm_object_forget(&af->user->o);
	return ret ?: -EINPROGRESS;
}

/* Calls may come for it while the program has not answered yet. */
static int cm_sap_begin(struct cm_af *af)
{
	const struct cleardown_op_sap *in = (const void *)af->op->in;
	bool remove = in->flags & CLEARDOWN_SAP_REMOVE;
	struct cm_uaf *u = af->user;
	int ret;

	if (u && (!u->open || test_bit(0, &u->o.request.rec.busy)))
		return u->open ? -EBUSY : -ENOTCONN;
	ret = cm_af_sap_change(af, in->selector, in->flags);
	if (ret || !u)
		return ret;
	u->o.what = remove ? CLEARDOWN_CM_SAP_REMOVE : CLEARDOWN_CM_SAP;
	u->o.request.req.value = in->flags & CLEARDOWN_SAP_ANY ? U32_MAX : in->selector;
	ret = cm_ask(&u->o, &u->o.request, u->o.what, &u->o.asked);
	if (ret && !remove)
		cm_af_sap_change(af, in->selector, in->flags | CLEARDOWN_SAP_REMOVE);
	return ret ?: -EINPROGRESS;
}

static u32 cm_af_word(int error)
{
	return error == -ENOMEM || error == -EINVAL ? cm_word(error) :
						      CLEARDOWN_NDIS_STATUS_FAILURE;
}

static void cm_af_begin(struct cm_af *af)
{
	int ret = af->op->opcode == CLEARDOWN_OP_OPEN_AF ? cm_open_begin(af) : cm_sap_begin(af);

	if (ret != -EINPROGRESS)
		cm_af_op_end(af, ret ? cm_af_word(ret) : CLEARDOWN_NDIS_STATUS_SUCCESS, ret);
}

/* The request that is under way has failed: what it had begun is taken back. */
static void cm_uaf_undo(struct cm_uaf *u)
{
	const struct cleardown_op_sap *in;
	struct cm_af *af = u->fam;

	u->o.asked = 0;
	if (u->o.what == CLEARDOWN_CM_OPEN_AF) {
		cm_object_forget(&u->o);
	} else if (u->o.what == CLEARDOWN_CM_SAP && af->op) {
		in = (const void *)af->op->in;
		cm_af_sap_change(af, in->selector, in->flags | CLEARDOWN_SAP_REMOVE);
	}
}

/* Its time is up, or its client does not want it any more. */
static void cm_af_cancel(struct cm_af *af)
{
	struct cm_uaf *u = af->user;

	if (u && u->o.asked) {
		if (u->o.what == CLEARDOWN_CM_OPEN_AF)
			cm_tell_cancel(&u->o, CLDN_Q2931_CAUSE_NORMAL);
		cm_uaf_undo(u);
	}
	cm_af_op_end(af, CLEARDOWN_NDIS_STATUS_FAILURE, -ECANCELED);
}

/* Worker. */
void cm_uaf_ops_run(struct cm_af *af)
{
	u64 next = cldn_ops_run(&af->m.h);
	unsigned int n;

	if (af->op && cldn_op_done(af->op)) { /* ended over our heads */
		cldn_op_put(af->op);
		af->op = NULL;
	}
	if (af->op && READ_ONCE(af->op->cancelled))
		cm_af_cancel(af);
	for (n = 0; n < CM_BEGINS && !af->op && (af->op = cldn_member_op(&af->m.h)); n++)
		cm_af_begin(af);
	if (n == CM_BEGINS)
		cm_want(&af->m);
	if (af->op && af->user && next != U64_MAX)
		cm_timer_start(af->m.link, &af->user->o.clock, next);
}

/* It is being closed: requests end. Worker. */
void cm_uaf_ops_drop(struct cm_af *af)
{
	if (af->op)
		cm_af_cancel(af);
	cldn_ops_end_all(&af->m.h);
}

/* The answer to a request: 0, or why it is none. Worker. */
int cm_uaf_complete(struct cm_uaf *u, const struct cleardown_cm_complete *arg)
{
	struct cm_af *af = u->fam;

	if (u->o.closing && arg->request == u->o.closing) {
		cm_object_forget(&u->o);
		cm_af_over(af, true);
		return 0;
	}
	if (!u->o.asked || arg->request != u->o.asked)
		return -ENOENT;
	if (arg->status)
		cm_uaf_undo(u);
	else if (u->o.what == CLEARDOWN_CM_OPEN_AF)
		WRITE_ONCE(u->open, true);
	u->o.asked = 0;
	cm_af_op_end(af, arg->status, cm_error(arg->status));
	cm_want(&af->m); /* the next request */
	return 0;
}

/* ---- the end ---- */

/* The last call is gone: the program is asked. True when the address family can go. Worker. */
bool cm_uaf_closed(struct cm_af *af)
{
	struct cm_uaf *u = af->user;

	if (!u || !u->o.number)
		return true;
	if (u->o.closing)
		return false;
	if (cm_ask(&u->o, &u->o.close, CLEARDOWN_CM_CLOSE_AF, &u->o.closing))
		return true;
	cm_timer_start(af->m.link, &u->o.clock, ktime_get_ns() + u->o.user->answer_ns);
	return false;
}

/* The clock: of the client's requests, or of the closing. Worker. */
void cm_uaf_late(struct cm_uaf *u)
{
	struct cm_af *af = u->fam;

	if (!u->o.closing) {
		cm_want(&af->m);
		return;
	}
	cm_tell_cancel(&u->o, CLDN_Q2931_CAUSE_TIMER);
	cm_object_forget(&u->o);
	cm_af_over(af, true);
}

/* The program is gone: NotifyCloseAf. What it had not answered has failed. Worker. */
void cm_uaf_orphan(struct cm_uaf *u)
{
	struct cm_af *af = u->fam;
	bool closing = u->o.closing;

	if (u->o.asked)
		cm_uaf_undo(u);
	cm_object_forget(&u->o);
	cm_af_op_end(af, CLEARDOWN_NDIS_STATUS_FAILURE, -EIO);
	if (closing) {
		cldn_handle_get(&af->m.h);
		cm_af_over(af, true);
		cldn_handle_put(&af->m.h);
		return;
	}
	af->notify.rec.head.p1 = u->o.user->cause;
	cm_post(&af->m, &af->notify);
	cm_want(&af->m);
}

/* It takes no calls any more. Caller holds link->lock. */
void cm_uaf_claim_locked(struct cm_af *af)
{
	struct cm_user *user = cm_user_of(af);
	unsigned int i;

	lockdep_assert_held(&af->m.link->lock);
	for (i = 0; user && i < ARRAY_SIZE(user->saps); i++)
		if (user->saps[i] == af)
			user->saps[i] = NULL;
}

/* It is about to be forgotten, by whomsoever. Worker. */
void cm_uaf_over(struct cm_af *af)
{
	if (!af->user)
		return;
	cm_tell_cancel(&af->user->o, CLDN_Q2931_CAUSE_NORMAL);
	cm_object_forget(&af->user->o);
}

/* Its memory goes. Any context. */
void cm_uaf_free(struct cm_af *af)
{
	if (!af->user)
		return;
	cldn_handle_put(&af->user->o.user->m.h);
	kfree(af->user);
}
