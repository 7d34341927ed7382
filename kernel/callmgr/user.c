// SPDX-License-Identifier: GPL-2.0-only
/* The file of a call manager that is a program: registration, commands, requests, its end. */
#include <linux/ktime.h>
#include <linux/slab.h>
#include "callmgr.h"
#include "user.h"

/* Bound of answers: by default, and at most. */
#define CM_ANSWER_MS 60000
#define CM_ANSWER_MAX_MS 600000
/* Objects that are ended in one run of the worker; the others come in the next. */
#define CM_ORPHANS 64

/**
 * struct cm_cmd - an ioctl of the program, on its stack
 * @node: in user->cmds until the worker has it
 * @fn: what it does; worker
 * @arg: for @fn
 * @ret: its answer
 * @done: which is there
 */
struct cm_cmd {
	struct list_head node;
	int (*fn)(struct cm_user *user, void *arg);
	void *arg;
	int ret;
	struct completion done;
};

static void cm_user_turn(struct cm_member *m);

/* ---- requests ---- */

static void cm_ask_init(struct cm_ask *ask, struct cm_member *owner)
{
	cm_rec_init(&ask->rec, owner, CLEARDOWN_EV_CM);
}

static struct cldn_handle *cm_object_handle(struct cm_object *o)
{
	return o->af ? &cm_uaf_of(o)->fam->m.h : &cm_uvc_of(o)->vc->m.h;
}

static void cm_object_late(struct cm_link *link, struct cm_timer *t)
{
	struct cm_object *o = container_of(t, struct cm_object, clock);
	struct cldn_handle *h = cm_object_handle(o);

	cldn_handle_get(h); /* this may be its end */
	if (o->af)
		cm_uaf_late(cm_uaf_of(o));
	else
		cm_uvc_late(cm_uvc_of(o));
	cldn_handle_put(h);
}

/* @owner: the member whose reference its records hold. Any context. */
void cm_object_init(struct cm_object *o, struct cm_user *user, struct cm_member *owner)
{
	INIT_LIST_HEAD(&o->node);
	timerqueue_init(&o->clock.node);
	o->clock.fn = cm_object_late;
	o->user = user;
	cldn_handle_get(&user->m.h); /* put by who frees @o */
	cm_ask_init(&o->request, owner);
	cm_ask_init(&o->close, owner);
	cm_ask_init(&o->cancel, owner);
}

/* It gets a number. 0 or -ENOMEM; -ENOTCONN: the program is not there any more. Worker. */
int cm_object_know(struct cm_object *o, struct list_head *list)
{
	struct cm_user *user = o->user;
	int ret;

	if (READ_ONCE(user->ended))
		return -ENOTCONN;
	ret = xa_err(xa_store(&user->objects, user->last + 1, o, GFP_KERNEL));
	if (ret)
		return ret;
	o->number = ++user->last;
	o->context = 0;
	list_add_tail(&o->node, list);
	return 0;
}

/* Its number is dead; so is every request of it. Worker. */
void cm_object_forget(struct cm_object *o)
{
	if (!o->number)
		return;
	cm_timer_stop(o->user->m.link, &o->clock);
	xa_erase(&o->user->objects, o->number);
	o->number = 0;
	o->asked = 0;
	o->closing = 0;
	list_del_init(&o->node);
}

/* The program has not read all of what an earlier request of it said. */
bool cm_object_unread(const struct cm_object *o)
{
	return test_bit(0, &o->request.rec.busy) || test_bit(0, &o->close.rec.busy) ||
	       test_bit(0, &o->cancel.rec.busy);
}

static void cm_ask_post(struct cm_object *o, struct cm_ask *ask, u32 what, u64 number)
{
	struct cleardown_event *head = &ask->rec.rec.head;

	ask->req.object = o->number;
	ask->req.context = o->context;
	head->p1 = what;
	head->req_id = number;
	head->data_len = sizeof(ask->req);
	ask->rec.rec.data = (const u8 *)&ask->req;
	cm_post(&o->user->m, &ask->rec);
}

/*
 * Asks the program for @what, and notes in @number that it owes an answer. The caller has filled
 * what else is in @ask->req, after cm_object_unread() said that it may. -ENOTCONN: nobody will
 * answer; -EBUSY: the record is still unread. Worker.
 */
int cm_ask(struct cm_object *o, struct cm_ask *ask, u32 what, u64 *number)
{
	struct cm_user *user = o->user;

	if (READ_ONCE(user->ended) || cldn_member_orphaned(&user->m.h))
		return -ENOTCONN;
	if (test_bit(0, &ask->rec.busy))
		return -EBUSY;
	*number = ++user->requests;
	cm_ask_post(o, ask, what, *number);
	return 0;
}

/* The object is about to be forgotten, and the program is not who ended it. Worker. */
void cm_tell_cancel(struct cm_object *o, u32 cause)
{
	if (!o->number || READ_ONCE(o->user->ended))
		return;
	if (test_bit(0, &o->cancel.rec.busy))
		return;
	o->cancel.req.value = cause;
	cm_ask_post(o, &o->cancel, CLEARDOWN_CM_CANCEL, 0);
}

/* ---- commands ---- */

static bool cm_cmd_queue(struct cm_user *user, struct cm_cmd *cmd)
{
	guard(spinlock_irqsave)(&user->m.link->lock);
	if (user->ended || !user->family)
		return false;
	list_add_tail(&cmd->node, &user->cmds);
	cm_want_locked(&user->m);
	return true;
}

/* True when the worker will not see it. */
static bool cm_cmd_unqueue(struct cm_user *user, struct cm_cmd *cmd)
{
	guard(spinlock_irqsave)(&user->m.link->lock);
	if (list_empty(&cmd->node))
		return false;
	list_del_init(&cmd->node);
	return true;
}

static struct cm_cmd *cm_cmd_pop(struct cm_user *user)
{
	struct cm_cmd *cmd;

	guard(spinlock_irqsave)(&user->m.link->lock);
	cmd = list_first_entry_or_null(&user->cmds, struct cm_cmd, node);
	if (cmd)
		list_del_init(&cmd->node);
	return cmd;
}

static void cm_cmds_run(struct cm_user *user)
{
	struct cm_cmd *cmd;

	while ((cmd = cm_cmd_pop(user))) {
		cmd->ret = READ_ONCE(user->ended) ? -EBADFD : cmd->fn(user, cmd->arg);
		complete(&cmd->done);
	}
}

/* Has the worker do it. -ENOTCONN: it has not registered. Process context, the program's. */
static int cm_command(struct cldn_handle *h, int (*fn)(struct cm_user *user, void *arg), void *arg)
{
	struct cm_cmd cmd = { .fn = fn, .arg = arg };
	struct cm_user *user;

	if (!cm_is_user(h))
		return -ENOTTY;
	user = container_of(h, struct cm_user, m.h);
	init_completion(&cmd.done);
	if (!cm_cmd_queue(user, &cmd))
		return READ_ONCE(user->ended) ? -EBADFD : -ENOTCONN;
	cldn_device_kick(h->dev, CLDN_EV_OP);
	if (wait_for_completion_killable(&cmd.done)) {
		if (cm_cmd_unqueue(user, &cmd))
			return -EINTR;
		wait_for_completion(&cmd.done); /* the worker is at it */
	}
	return cmd.ret;
}

static struct cm_object *cm_object_find(struct cm_user *user, u64 number)
{
	return number > ULONG_MAX ? NULL : xa_load(&user->objects, number);
}

static struct cm_uvc *cm_call_find(struct cm_user *user, u64 number)
{
	struct cm_object *o = cm_object_find(user, number);

	return o && !o->af ? cm_uvc_of(o) : NULL;
}

static u32 cm_cmd_word(int error)
{
	return error == -EEXIST ? CLEARDOWN_NDIS_STATUS_INVALID_DATA : cm_word(error);
}

static int cm_complete_run(struct cm_user *user, void *p)
{
	const struct cleardown_cm_complete *arg = p;
	struct cm_object *o = cm_object_find(user, arg->object);
	struct cldn_handle *h;
	int ret;

	if (!o)
		return -EBADFD;
	h = cm_object_handle(o);
	cldn_handle_get(h); /* the answer may be what ends it */
	ret = o->af ? cm_uaf_complete(cm_uaf_of(o), arg) : cm_uvc_complete(cm_uvc_of(o), arg);
	if (!ret && arg->context)
		o->context = arg->context;
	cldn_handle_put(h);
	return ret;
}

/* CLEARDOWN_IOC_CM_COMPLETE */
int cm_user_complete(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_complete *arg = p;
	int ret = -EINVAL;

	if (arg->status != CLEARDOWN_NDIS_STATUS_PENDING && !arg->party && !arg->__reserved &&
	    arg->cause <= 127)
		ret = cm_command(h, cm_complete_run, arg);
	arg->out_status = cm_cmd_word(ret);
	return ret;
}

static int cm_activate_run(struct cm_user *user, void *p)
{
	struct cleardown_cm_activate *arg = p;
	struct cm_uvc *u = cm_call_find(user, arg->object);

	return u ? cm_uvc_activate(u, arg) : -EBADFD;
}

/* CLEARDOWN_IOC_CM_ACTIVATE */
int cm_user_activate(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_activate *arg = p;
	int ret = -EINVAL;

	if (arg->vpi <= 255 && (!arg->vci || arg->vci >= CM_FIRST_VCI) && (arg->vci || !arg->vpi))
		ret = cm_command(h, cm_activate_run, arg);
	arg->out_status = cm_cmd_word(ret);
	return ret;
}

static int cm_deactivate_run(struct cm_user *user, void *p)
{
	struct cleardown_cm_activate *arg = p;
	struct cm_uvc *u = cm_call_find(user, arg->object);

	return u ? cm_uvc_deactivate(u, arg) : -EBADFD;
}

/* CLEARDOWN_IOC_CM_DEACTIVATE */
int cm_user_deactivate(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_activate *arg = p;
	int ret = -EINVAL;

	if (!arg->vpi && !arg->vci)
		ret = cm_command(h, cm_deactivate_run, arg);
	arg->out_status = cm_cmd_word(ret);
	return ret;
}

static int cm_offer_run(struct cm_user *user, void *p)
{
	return cm_uvc_offer(user, p);
}

/* CLEARDOWN_IOC_CM_OFFER */
int cm_user_offer(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_offer *arg = p;
	const struct cleardown_vc_call *call = &arg->call;
	int ret = -EINVAL;

	arg->out_object = 0;
	if (!call->out_flags && call->vpi <= 255 && (!call->vci || call->vci >= CM_FIRST_VCI) &&
	    (call->vci || !call->vpi) && call->fwd_sdu <= U16_MAX && call->bwd_sdu <= U16_MAX)
		ret = cm_command(h, cm_offer_run, arg);
	arg->out_status = cm_cmd_word(ret);
	return ret;
}

static int cm_closed_run(struct cm_user *user, void *p)
{
	const struct cleardown_cm_closed *arg = p;
	struct cm_uvc *u = cm_call_find(user, arg->object);

	return u ? cm_uvc_closed(u, arg) : -EBADFD;
}

/* CLEARDOWN_IOC_CM_CLOSED */
int cm_user_closed(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_closed *arg = p;
	int ret = -EINVAL;

	if (arg->len <= sizeof(arg->data) && arg->cause <= 127 && !arg->__reserved &&
	    arg->status != CLEARDOWN_NDIS_STATUS_PENDING)
		ret = cm_command(h, cm_closed_run, arg);
	arg->out_status = cm_cmd_word(ret);
	return ret;
}

static int cm_context_run(struct cm_user *user, void *p)
{
	const struct cleardown_cm_context *arg = p;
	struct cm_object *o = cm_object_find(user, arg->object);

	if (!o)
		return -EBADFD;
	o->context = arg->context;
	return 0;
}

/* CLEARDOWN_IOC_CM_CONTEXT */
int cm_user_context(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_context *arg = p;
	int ret = cm_command(h, cm_context_run, arg);

	arg->out_status = cm_cmd_word(ret);
	return ret;
}

/* ---- control VCs ---- */

struct cm_control_cmd {
	struct cm_vc *vc;
	struct cleardown_cm_control *arg;
};

static int cm_control_run(struct cm_user *user, void *p)
{
	struct cm_control_cmd *cmd = p;

	return cm_control_activate(cmd->vc, cmd->arg);
}

/* CLEARDOWN_IOC_CM_CONTROL: a channel for signalling, there before any call is. */
struct cldn_handle *cm_user_control(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_control *arg = p;
	struct cm_control_cmd cmd = { .arg = arg };
	int ret;

	arg->out_fd = -1;
	arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (!cm_is_user(h))
		return ERR_PTR(-ENOTTY);
	if (arg->vpi > 255 || (arg->vci && arg->vci < CM_FIRST_VCI) || (!arg->vci && arg->vpi) ||
	    arg->sdu > U16_MAX)
		return ERR_PTR(-EINVAL);
	cmd.vc = cm_control_new(container_of(h, struct cm_user, m.h), arg->sdu);
	ret = PTR_ERR_OR_ZERO(cmd.vc);
	if (!ret) {
		cldn_member_events(&cmd.vc->m.h, h, arg->cookie);
		ret = cm_command(h, cm_control_run, &cmd);
		if (ret) {
			cm_vc_discard(cmd.vc);
			cldn_handle_put(&cmd.vc->m.h);
		}
	}
	arg->out_status = cm_cmd_word(ret);
	return ret ? ERR_PTR(ret) : &cmd.vc->m.h;
}

/* There is no file for it. */
void cm_user_uncontrol(struct cldn_handle *h, struct cldn_handle *made, void *p)
{
	struct cleardown_cm_control *arg = p;

	arg->out_status = CLEARDOWN_NDIS_STATUS_RESOURCES;
	cm_vc_release(made);
	cldn_handle_put(made);
}

/* ---- registration ---- */

/* Who manages @family, referenced, or NULL. Any context. */
struct cm_user *cm_user_find(struct cm_link *link, u32 family)
{
	struct cm_user *user;

	guard(spinlock_irqsave)(&link->lock);
	list_for_each_entry(user, &link->users, node)
		if (user->family == family) {
			cldn_handle_get(&user->m.h);
			return user;
		}
	return NULL;
}

static int cm_register_locked(struct cm_user *user, const struct cleardown_cm_register *arg)
{
	struct cm_link *link = user->m.link;
	struct cm_user *other;

	lockdep_assert_held(&link->lock);
	if (user->ended)
		return -EBADFD;
	if (user->family)
		return -EISCONN;
	list_for_each_entry(other, &link->users, node)
		if (other->family == arg->family)
			return -EBUSY;
	user->close_data = arg->close_data;
	user->answer_ns = (arg->answer_ms ?: CM_ANSWER_MS) * (u64)NSEC_PER_MSEC;
	user->family = arg->family;
	list_add_tail(&user->node, &link->users);
	return 0;
}

/* CLEARDOWN_IOC_CM_REGISTER */
int cm_user_register(struct cldn_handle *h, void *p)
{
	struct cleardown_cm_register *arg = p;
	int ret;

	arg->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (!cm_is_user(h))
		return -ENOTTY;
	if (arg->flags || !arg->family || arg->family == CLEARDOWN_AF_Q2931 ||
	    arg->close_data > CLEARDOWN_CLOSE_DATA_MAX || arg->answer_ms > CM_ANSWER_MAX_MS) {
		arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
		return -EINVAL;
	}
	if (cldn_member_orphaned(h))
		return -EDESTADDRREQ;
	scoped_guard(spinlock_irqsave, &h->lock)
		ret = h->state == CLEARDOWN_STATE_OPEN ? 0 : -EBADFD;
	if (!ret) {
		guard(spinlock_irqsave)(&cm_member_of(h)->link->lock);
		ret = cm_register_locked(container_of(h, struct cm_user, m.h), arg);
	}
	if (!ret)
		arg->out_status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	return ret;
}

/* ---- the end ---- */

/* It begins to end, once: nothing new comes to it. Any context. */
static bool cm_user_end_begin(struct cm_user *user, u32 cause)
{
	struct cm_link *link = user->m.link;

	scoped_guard(spinlock_irqsave, &link->lock) {
		if (user->ended)
			return false;
		user->cause = cause;
		WRITE_ONCE(user->ended, true);
		list_del_init(&user->node);
		memset(user->saps, 0, sizeof(user->saps));
		cm_want_locked(&user->m);
	}
	cldn_device_kick(link->dev, CLDN_EV_OP);
	return true;
}

/* Some of what it knows ends. True when nothing is left. */
static bool cm_user_orphans(struct cm_user *user)
{
	struct cm_object *o;
	unsigned int n;

	for (n = 0; n < CM_ORPHANS; n++) {
		o = list_first_entry_or_null(&user->calls, struct cm_object, node);
		if (o) {
			cm_uvc_orphan(cm_uvc_of(o));
			continue;
		}
		o = list_first_entry_or_null(&user->afs, struct cm_object, node);
		if (!o)
			return true;
		cm_uaf_orphan(cm_uaf_of(o));
	}
	return false;
}

static void cm_user_over(struct cm_user *user)
{
	cm_unlist(&user->m);
	cldn_member_end(&user->m.h);
}

static void cm_user_turn(struct cm_member *m)
{
	struct cm_user *user = container_of(m, struct cm_user, m);

	cm_cmds_run(user);
	if (!READ_ONCE(user->ended))
		return;
	if (cm_user_orphans(user))
		cm_user_over(user);
	else
		cm_want(m);
}

/* The link is unbound by force. Worker. */
void cm_user_forced(struct cm_user *user)
{
	user->m.h.close_rec.head.p1 = CLEARDOWN_CAUSE_ADMIN;
	cldn_handle_get(&user->m.h); /* put when the record is read */
	cldn_member_post(&user->m.h, &user->m.h.close_rec);
	cm_user_end_begin(user, CLEARDOWN_CAUSE_ADMIN);
	cm_cmds_run(user);
	while (!cm_user_orphans(user))
		;
	cm_user_over(user);
}

/* Deregisters: as if it had died, but for the cause that its clients are told. */
static int cm_user_close(struct cldn_handle *h, struct cleardown_close *arg, const void *data)
{
	struct cm_user *user = container_of(h, struct cm_user, m.h);
	u64 wait = cm_close_time(h, arg);

	arg->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	if (arg->data_len)
		return -EINVAL;
	arg->out_status = CLEARDOWN_NDIS_STATUS_CLOSING;
	if (!cm_user_end_begin(user, CLEARDOWN_CAUSE_LOCAL_USER))
		return -EALREADY;
	return cm_ended_answer(h, arg, cm_ended_wait(h, wait));
}

static void cm_user_release(struct cldn_handle *h)
{
	struct cm_user *user = container_of(h, struct cm_user, m.h);

	if (cm_user_end_begin(user, CLEARDOWN_CAUSE_OWNER_DIED))
		cldn_member_unclean();
}

static void cm_user_free(struct cldn_handle *h)
{
	struct cm_user *user = container_of(h, struct cm_user, m.h);

	xa_destroy(&user->objects);
	kfree(user);
}

static void cm_user_queued(struct cldn_handle *h)
{
}

static const struct cldn_member_ops cm_user_ops = {
	.name = "[cleardown-cm]",
	.queued = cm_user_queued,
	.close = cm_user_close,
	.release = cm_user_release,
	.free = cm_user_free,
};

bool cm_is_user(const struct cldn_handle *h)
{
	return h->member == &cm_user_ops;
}

/* CLEARDOWN_IOC_CTL_MANAGER; the core has looked for the right to it. */
struct cldn_handle *cm_user_open(struct cldn_device *dev)
{
	struct cm_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);

	if (!user)
		return ERR_PTR(-ENOMEM);
	cm_member_init(&user->m, cm_link_of(dev), cm_user_turn);
	INIT_LIST_HEAD(&user->node);
	INIT_LIST_HEAD(&user->cmds);
	INIT_LIST_HEAD(&user->afs);
	INIT_LIST_HEAD(&user->calls);
	xa_init(&user->objects);
	cldn_member_init(&user->m.h, dev, &cm_user_ops);
	return cm_member_born(&user->m);
}
