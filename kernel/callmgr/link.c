// SPDX-License-Identifier: GPL-2.0-only
/* The call manager's link: bind, the worker's turn, clocks, and SAAL between medium and Q.2931. */
#include <linux/mm.h>
#include <linux/slab.h>
#include "callmgr.h"
#include "user.h"

/* Members that get their turn in one run of the worker, and clocks; the others come in the next. */
#define CM_TURNS 64
/* Signalling PDUs that wait for the worker, at most. */
#define CM_SIGNALLING_BACKLOG 1024

static unsigned int vc_deadline_ms = 60000;
module_param(vc_deadline_ms, uint, 0644);
MODULE_PARM_DESC(vc_deadline_ms, "default deadline of a VC's close in ms: twice T308");

/* ---- clocks ---- */

void cm_timer_start(struct cm_link *link, struct cm_timer *t, u64 at_ns)
{
	cm_timer_stop(link, t);
	t->node.expires = ns_to_ktime(at_ns);
	timerqueue_add(&link->timers, &t->node);
	cldn_wake_at(link->dev, at_ns);
}

void cm_timer_stop(struct cm_link *link, struct cm_timer *t)
{
	if (!RB_EMPTY_NODE(&t->node.node))
		timerqueue_del(&link->timers, &t->node);
	RB_CLEAR_NODE(&t->node.node);
}

static void cm_timers_run(struct cm_link *link)
{
	struct timerqueue_node *node;
	struct cm_timer *t;
	unsigned int n;

	for (n = 0; (node = timerqueue_getnext(&link->timers)); n++) {
		t = container_of(node, struct cm_timer, node);
		if (n == CM_TURNS || ktime_to_ns(node->expires) > ktime_get_ns()) {
			cldn_wake_at(link->dev, ktime_to_ns(node->expires));
			return;
		}
		cm_timer_stop(link, t);
		t->fn(link, t);
	}
}

/* ---- members ---- */

/*
 * The worker shall look at it; who calls kicks it. There may be no worker any more for one that the
 * link has forgotten. Caller holds link->lock.
 */
void cm_want_locked(struct cm_member *m)
{
	lockdep_assert_held(&m->link->lock);
	if (!cm_is_listed(m) || !list_empty(&m->todo))
		return;
	cldn_handle_get(&m->h); /* put by cm_todo_run() */
	list_add_tail(&m->todo, &m->link->todo);
}

/* The worker shall look at it. Any context. */
void cm_want(struct cm_member *m)
{
	scoped_guard(spinlock_irqsave, &m->link->lock)
		cm_want_locked(m);
	cldn_device_kick(m->link->dev, CLDN_EV_OP);
}

/* A request, or a wish to end one. */
void cm_queued(struct cldn_handle *h)
{
	cm_want(cm_member_of(h));
}

static u64 cm_key_of(const struct rb_node *node)
{
	return rb_entry(node, struct cm_member, by_id)->key;
}

static bool cm_key_less(struct rb_node *node, const struct rb_node *other)
{
	return cm_key_of(node) < cm_key_of(other);
}

/* The member with the lowest id after @id, or NULL. Caller holds link->lock. */
struct cm_member *cm_member_after_locked(struct cm_link *link, u64 id)
{
	struct rb_node *node = link->by_id.rb_node, *found = NULL;

	lockdep_assert_held(&link->lock);
	while (node) {
		if (cm_key_of(node) > id) {
			found = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return rb_entry_safe(found, struct cm_member, by_id);
}

/* The member of that id, or NULL. Caller holds link->lock. */
struct cm_member *cm_member_find_locked(struct cm_link *link, u64 id)
{
	struct cm_member *m = cm_member_after_locked(link, id - 1);

	return m && m->key == id ? m : NULL;
}

/* It is going to have the number @id. Caller holds dev->lock. */
void cm_renumber(struct cldn_handle *h, u64 id)
{
	struct cm_member *m = cm_member_of(h);

	guard(spinlock_irqsave)(&m->link->lock);
	if (!cm_is_listed(m))
		return;
	rb_erase(&m->by_id, &m->link->by_id);
	m->key = id;
	rb_add(&m->by_id, &m->link->by_id, cm_key_less);
}

/* @m is zero; its handle is initialised next. */
void cm_member_init(struct cm_member *m, struct cm_link *link, void (*turn)(struct cm_member *m))
{
	m->link = link;
	m->turn = turn;
	RB_CLEAR_NODE(&m->by_id);
	INIT_LIST_HEAD(&m->todo);
}

/* Most octets of close data: of the medium, and of the ways in which it is sent. */
u32 cm_close_data_max(struct cm_link *link, const struct cm_user *user)
{
	if (user)
		return user->close_data;
	return min_t(u32, link->info.close_data, cldn_q2931_data_max(link->sig.data_ways));
}

/*
 * What the medium says of itself, for callers that may be observers: it can go while they look, but
 * members keep it. Either may be NULL. 0 or -ENODEV.
 */
int cm_info(struct cm_link *link, struct cldn_cells_info *info, u64 *counts)
{
	guard(mutex)(&link->looks);
	if (!link->usable)
		return -ENODEV;
	if (info)
		link->cells->info(&link->dev->link, info);
	if (counts && link->cells->stats)
		link->cells->stats(&link->dev->link, counts);
	return 0;
}

static void cm_usable(struct cm_link *link, bool usable)
{
	guard(mutex)(&link->looks);
	link->usable = usable;
}

/* From now on the link knows it. Pairs with cm_unlist(). */
int cm_list(struct cm_member *m)
{
	int ret = cldn_member_join(&m->h);

	if (ret)
		return ret;
	cldn_handle_get(&m->h); /* put by cm_unlist() */
	guard(spinlock_irqsave)(&m->link->lock);
	m->key = m->h.id;
	rb_add(&m->by_id, &m->link->by_id, cm_key_less);
	m->link->nvcs += cm_is_vc(&m->h);
	return 0;
}

void cm_unlist(struct cm_member *m)
{
	scoped_guard(spinlock_irqsave, &m->link->lock) {
		if (!cm_is_listed(m))
			return;
		rb_erase(&m->by_id, &m->link->by_id);
		RB_CLEAR_NODE(&m->by_id);
		m->link->nvcs -= cm_is_vc(&m->h);
	}
	cldn_member_leave(&m->h);
	cldn_handle_put(&m->h);
}

/* It is its opener's, and the link's. Else its only reference is the caller's. */
int cm_member_own(struct cm_member *m)
{
	return cldn_member_own(&m->h, NULL) ?: cm_list(m);
}

/* For what opens one: its handle, or why there is none; then @m is put. */
struct cldn_handle *cm_member_born(struct cm_member *m)
{
	int ret = cm_member_own(m);

	if (!ret)
		return &m->h;
	cldn_handle_put(&m->h);
	return ERR_PTR(ret);
}

/* ---- how long the end of one is waited for ---- */

unsigned long cm_jiffies(u64 ns)
{
	return min_t(u64, nsecs_to_jiffies64(ns) + 1, MAX_JIFFY_OFFSET / 2);
}

/* 0 = not at all. */
u64 cm_close_time(const struct cldn_handle *h, const struct cleardown_close *arg)
{
	return arg->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT ? h->deadline_ns : arg->deadline_ns;
}

static bool cm_ended(const struct cldn_handle *h)
{
	return READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSED;
}

/* True when it is over. */
bool cm_ended_wait(struct cldn_handle *h, u64 wait)
{
	if (wait)
		wait_event_killable_timeout(h->wq, cm_ended(h), cm_jiffies(wait));
	return cm_ended(h);
}

/* What CLOSE returns of one that has no report, which is @over, or whose end is under way. */
int cm_ended_answer(struct cldn_handle *h, struct cleardown_close *arg, bool over)
{
	if (!over) {
		arg->out_status = CLEARDOWN_NDIS_STATUS_PENDING;
		return -EINPROGRESS;
	}
	arg->out_status = CLEARDOWN_NDIS_STATUS_SUCCESS;
	arg->out_released = 1;
	arg->out_seq_at_return = h->seq_at_return;
	return 0;
}

/* ---- the worker's turn ---- */

static struct cm_member *cm_todo_pop(struct cm_link *link)
{
	struct cm_member *m;

	guard(spinlock_irqsave)(&link->lock);
	m = list_first_entry_or_null(&link->todo, struct cm_member, todo);
	if (m)
		list_del_init(&m->todo);
	return m;
}

static void cm_todo_run(struct cm_link *link)
{
	struct cm_member *m;
	unsigned int n;

	for (n = 0; n < CM_TURNS && (m = cm_todo_pop(link)); n++) {
		m->turn(m);
		cldn_handle_put(&m->h); /* of cm_want() */
	}
	if (n == CM_TURNS)
		cldn_device_kick(link->dev, CLDN_EV_OP);
}

/* ---- records ---- */

static void cm_rec_free(struct cldn_rec *rec)
{
	struct cm_rec *r = container_of(rec, struct cm_rec, rec);
	struct cm_member *owner = r->owner;

	clear_bit_unlock(0, &r->busy); /* pairs with cm_post() */
	cldn_handle_put(&owner->h);
}

void cm_rec_init(struct cm_rec *r, struct cm_member *owner, u32 type)
{
	r->owner = owner;
	r->rec.free = cm_rec_free;
	r->rec.head.type = type;
}

/*
 * Once until it was read: MAKE_CALL is refused while records of the last call are unread, and
 * within a call each happens once. Any context; locks may be held.
 */
bool cm_rec_take(struct cm_rec *r)
{
	if (test_and_set_bit_lock(0, &r->busy))
		return false;
	cldn_handle_get(&r->owner->h); /* put by cm_rec_free() */
	return true;
}

/* @r was taken, by whoever calls this. */
void cm_post_taken(struct cm_member *to, struct cm_rec *r)
{
	cldn_hook(CLDN_HOOK_VC_POST, &r->rec);
	cldn_member_post(&to->h, &r->rec);
}

/* The same, @r was taken, with what ends a life of @to. */
void cm_post_renew(struct cm_member *to, struct cm_rec *r)
{
	cldn_hook(CLDN_HOOK_VC_POST, &r->rec);
	cldn_member_post_renew(&to->h, &r->rec);
}

void cm_post(struct cm_member *to, struct cm_rec *r)
{
	if (cm_rec_take(r))
		cm_post_taken(to, r);
}

/* ---- SAAL ---- */

static struct cm_link *cm_of_saal(void *ctx)
{
	return ctx;
}

/* A PDU that the medium does not take is lost, which is what SSCOP is for. */
static void cm_saal_send(void *ctx, const u8 *pdu, size_t len)
{
	struct cm_link *link = cm_of_saal(ctx);

	link->cells->send(link->signalling, pdu, len);
}

static void cm_saal_timer_start(void *ctx, enum cldn_sscop_timer which, u32 ms)
{
	struct cm_link *link = cm_of_saal(ctx);

	cm_timer_start(link, &link->saal_clock[which], cm_in(ms));
}

static void cm_saal_timer_stop(void *ctx, enum cldn_sscop_timer which)
{
	struct cm_link *link = cm_of_saal(ctx);

	cm_timer_stop(link, &link->saal_clock[which]);
}

static void cm_saal_expired(struct cm_link *link, struct cm_timer *t)
{
	cldn_sscf_timer(&link->saal, t - link->saal_clock);
}

/* A connection that was lost is wanted again, as long as there is a medium. */
static void cm_saal_signal(void *ctx, enum cldn_saal_signal signal)
{
	struct cm_link *link = cm_of_saal(ctx);

	switch (signal) {
	case CLDN_SAAL_ESTABLISH_IND:
	case CLDN_SAAL_ESTABLISH_CONF:
		cm_note(link, CM_COUNT_SAAL_UP);
		cm_vci_retry(link);
		cldn_q2931_link_saal_up(&link->sig);
		cm_owing_run(link, true);
		break;
	case CLDN_SAAL_RELEASE_IND:
		cm_note(link, CM_COUNT_SAAL_DOWN);
		cldn_q2931_link_saal_down(&link->sig);
		if (link->info.up && cldn_sscf_lost(&link->saal))
			cldn_sscf_establish(&link->saal);
		break;
	case CLDN_SAAL_RELEASE_CONF:
		break;
	}
}

static void cm_saal_data(void *ctx, const u8 *sdu, size_t len)
{
	cldn_q2931_link_receive(&cm_of_saal(ctx)->sig, sdu, len);
}

static void cm_saal_room(void *ctx)
{
	struct cm_link *link = cm_of_saal(ctx);

	cldn_q2931_link_room(&link->sig);
	cm_owing_run(link, false);
}

/* The engine counts them by letter. */
static void cm_saal_error(void *ctx, char letter, u32 count)
{
}

static const struct cldn_sscf_ops cm_saal_ops = {
	.send = cm_saal_send,
	.timer_start = cm_saal_timer_start,
	.timer_stop = cm_saal_timer_stop,
	.signal = cm_saal_signal,
	.data = cm_saal_data,
	.room = cm_saal_room,
	.error = cm_saal_error,
};

static void cm_sig_expired(struct cm_link *link, struct cm_timer *t)
{
	cldn_q2931_link_expired(&link->sig, t - link->sig_clock);
}

/* ---- the medium ---- */

/* Any context: the worker will see. */
static void cm_changed(void *ctx, bool gone, u8 cause)
{
	struct cm_link *link = ctx;

	if (gone) {
		WRITE_ONCE(link->gone_cause, cause);
		smp_store_release(&link->gone, true); /* pairs with cm_medium_run() */
	}
	WRITE_ONCE(link->down_cause, cause);
	WRITE_ONCE(link->changed, true);
	cldn_device_kick(link->dev, CLDN_LINK_LINES);
}

static void cm_received(void *chan_ctx, struct sk_buff *skb)
{
	struct cm_sink *sink = chan_ctx;

	sink->received(sink, skb);
}

static void cm_room(void *chan_ctx)
{
	struct cm_sink *sink = chan_ctx;

	sink->room(sink);
}

/* Softirq: a signalling PDU. More than the window's worth waits for nothing good. */
static void cm_sig_received(struct cm_sink *sink, struct sk_buff *skb)
{
	struct cm_link *link = container_of(sink, struct cm_link, sink);

	if (skb_queue_len_lockless(&link->rxq) >= CM_SIGNALLING_BACKLOG) {
		kfree_skb(skb);
		return;
	}
	skb_queue_tail(&link->rxq, skb);
	cldn_device_kick(link->dev, CLDN_LINK_RX);
}

/* SSCOP repeats what was lost. */
static void cm_sig_room(struct cm_sink *sink)
{
}

static const struct cldn_cells_up cm_cells_up = {
	.changed = cm_changed,
	.received = cm_received,
	.room = cm_room,
};

/*
 * Calls @fn for each member, without a lock, which may end it; others may walk meanwhile. Of those
 * that come while it runs it may miss some. Process context; sleeps.
 */
void cm_members_each(struct cm_link *link, void (*fn)(struct cm_member *m, void *arg), void *arg)
{
	struct cm_member *m;
	u64 id = 0;

	for (;;) {
		scoped_guard(spinlock_irqsave, &link->lock) {
			m = cm_member_after_locked(link, id);
			if (m) {
				id = m->key;
				cldn_handle_get(&m->h);
			}
		}
		if (!m)
			return;
		fn(m, arg);
		cldn_handle_put(&m->h);
		cond_resched();
	}
}

static void cm_lost(struct cm_member *m, void *unused)
{
	struct cm_link *link = m->link;

	if (cm_is_vc(&m->h))
		cm_vc_abort(cm_vc_of(&m->h),
			    link->forced ? CLEARDOWN_CAUSE_ADMIN : CLEARDOWN_CAUSE_UNPLUG,
			    READ_ONCE(link->gone_cause));
	else if (link->forced && cm_is_af(&m->h))
		cm_af_end(container_of(m, struct cm_af, m), CLEARDOWN_CAUSE_ADMIN);
	else if (link->forced)
		cm_user_forced(container_of(m, struct cm_user, m));
}

/* The medium came up, went down or is gone. Down: SSCOP notices by itself, T309 gives it time. */
static void cm_medium_run(struct cm_link *link)
{
	bool was_up = link->info.up;

	/* bind has not got there yet, and will say so when it has */
	if (!smp_load_acquire(&link->signalling)) /* pairs with cm_bound() */
		return;
	if (!xchg(&link->changed, false))
		return;
	if (smp_load_acquire(&link->gone)) { /* pairs with cm_changed() */
		link->info.up = false;
		if (!link->forced) { /* else each call sends its RELEASE, and unbind ends SAAL */
			cldn_sscf_abort(&link->saal);
			cldn_q2931_link_saal_down(&link->sig);
		}
		cm_members_each(link, cm_lost, NULL);
		return;
	}
	link->cells->info(&link->dev->link, &link->info);
	link->sig.side = link->info.side == CLDN_SIDE_NETWORK ? CLDN_Q2931_NETWORK :
								CLDN_Q2931_USER;
	cm_args_timers(link);
	if (link->info.up && !was_up)
		cldn_sscf_establish(&link->saal);
}

static void cm_rx_run(struct cm_link *link)
{
	struct sk_buff *skb;
	unsigned int n;

	for (n = 0; n < CM_TURNS && (skb = skb_dequeue(&link->rxq)); n++) {
		cldn_sscf_input(&link->saal, skb->data, skb->len);
		consume_skb(skb);
	}
	if (n == CM_TURNS)
		cldn_device_kick(link->dev, CLDN_LINK_RX);
}

/* The class's run. */
static void cm_run(struct cldn_device *dev, u32 events)
{
	struct cm_link *link = cm_link_of(dev);

	cm_medium_run(link);
	if (events & CLDN_EV_RESUME)
		cm_resume_run(link);
	cm_rx_run(link);
	cm_todo_run(link);
	cm_timers_run(link);
	cm_vci_run(link);
}

/* ---- bind ---- */

static void cm_clocks_init(struct cm_link *link)
{
	unsigned int i;

	timerqueue_init_head(&link->timers);
	for (i = 0; i < CLDN_SSCOP_TIMERS; i++) {
		timerqueue_init(&link->saal_clock[i].node);
		link->saal_clock[i].fn = cm_saal_expired;
	}
	for (i = 0; i < CLDN_Q2931_NTIMERS; i++) {
		timerqueue_init(&link->sig_clock[i].node);
		link->sig_clock[i].fn = cm_sig_expired;
	}
}

static int cm_saal_init(struct cm_link *link, char *text, size_t len)
{
	struct cldn_sscop_cfg cfg;

	cldn_sscop_defaults(&cfg);
	cm_args_saal(link, &cfg);
	cfg.sq = ktime_get_ns() >> 20;
	if (!cldn_sscop_size(&cfg)) {
		scnprintf(text, len, "noresponse=%u: wanted is more than keepalive=%u and poll=%u",
			  cfg.ms[CLDN_SSCOP_NO_RESPONSE], cfg.ms[CLDN_SSCOP_KEEP_ALIVE],
			  cfg.ms[CLDN_SSCOP_POLLING]);
		return -EINVAL;
	}
	link->slots = kvzalloc(cldn_sscop_size(&cfg), GFP_KERNEL_ACCOUNT);
	if (!link->slots)
		return -ENOMEM;
	cldn_sscf_init(&link->saal, &cfg, link->slots, &cm_saal_ops, link);
	return 0;
}

static void cm_link_free(struct cm_link *link)
{
	kvfree(link->slots);
	kvfree(link->cdrs);
	kfree(link);
}

static int cm_bind(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	struct cm_link *link = kzalloc(sizeof(*link), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!link)
		return -ENOMEM;
	link->dev = dev;
	spin_lock_init(&link->lock);
	mutex_init(&link->looks);
	INIT_LIST_HEAD(&link->users);
	INIT_LIST_HEAD(&link->todo);
	INIT_LIST_HEAD(&link->owing);
	INIT_LIST_HEAD(&link->sweeps);
	link->by_id = RB_ROOT;
	skb_queue_head_init(&link->rxq);
	xa_init(&link->ours);
	xa_init(&link->theirs);
	xa_init_flags(&link->vcis, XA_FLAGS_ALLOC);
	link->sink.received = cm_sig_received;
	link->sink.room = cm_sig_room;
	link->sig.ops = &cm_q2931_ops;
	link->sig.parties = &cm_party_ops;
	cm_clocks_init(link);
	ret = cm_manager_set(link, &cm_q2931_manager) ?: cm_args_parse(link, args, text, len);
	if (!ret)
		ret = cm_cdr_init(link) ?: cm_saal_init(link, text, len);
	if (ret)
		cm_link_free(link);
	else
		dev->class_data = link;
	return ret;
}

static void cm_unbind(struct cldn_device *dev)
{
	struct cm_link *link = cm_link_of(dev);

	xa_destroy(&link->ours);
	xa_destroy(&link->theirs);
	xa_destroy(&link->vcis);
	cm_link_free(link);
}

static int cm_bound(struct cldn_device *dev, char *text, size_t len)
{
	struct cm_link *link = cm_link_of(dev);
	struct cldn_channel *ch;
	int ret;

	link->cells = dev->link.drv->cells;
	ret = link->cells->start(&dev->link, &cm_cells_up, link);
	if (ret) {
		snprintf(text, len, "%s does not start: %d", dev->link.backend, ret);
		return ret;
	}
	ch = link->cells->open(&dev->link, 0, CM_SIGNALLING_VCI, CLDN_SSCOP_SDU_MAX, &link->sink);
	if (IS_ERR(ch)) {
		link->cells->stop(&dev->link);
		return PTR_ERR(ch);
	}
	smp_store_release(&link->signalling, ch); /* pairs with cm_medium_run() */
	cm_usable(link, true);
	cm_changed(link, false, 0);
	return 0;
}

/* The worker is over. */
static void cm_unbinding(struct cldn_device *dev)
{
	struct cm_link *link = cm_link_of(dev);
	struct cm_member *m;

	cm_usable(link, false);
	while ((m = cm_todo_pop(link))) /* dead ones: the device is out of use */
		cldn_handle_put(&m->h);
	cldn_sscf_abort(&link->saal);
	/* of calls that are no members: refused, and not told so yet */
	cldn_q2931_link_saal_down(&link->sig);
	if (link->cells->flush) /* the calls' RELEASEs may be on their way yet */
		link->cells->flush(&dev->link);
	link->cells->shut(link->signalling);
	link->cells->put(link->signalling);
	link->cells->stop(&dev->link);
	skb_queue_purge(&link->rxq);
}

/* Everybody's end, from outside. */
static void cm_force(struct cldn_device *dev)
{
	struct cm_link *link = cm_link_of(dev);

	WRITE_ONCE(link->forced, true);
	cm_changed(link, true, CLDN_Q2931_CAUSE_OUT_OF_ORDER);
}

static int cm_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status)
{
	*status = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
	if (cm_is_af(h))
		return cm_uaf_check(cm_af_of(h), opcode, in, status);
	if (!cm_is_vc(h))
		return -EOPNOTSUPP;
	return cm_vc_check(h, opcode, in, len, status);
}

#define CM_CALL(cmd, type, fn)                                         \
	{                                                              \
		CLEARDOWN_IOC_CM_##cmd, sizeof(type), sizeof(type), fn \
	}

static const struct cldn_ioctl cm_ioctls[] = {
	{ CLEARDOWN_IOC_VC_SAP, sizeof(struct cleardown_vc_sap), sizeof(struct cleardown_vc_sap),
	  cm_af_sap },
	{ CLEARDOWN_IOC_VC_CREATE, sizeof(struct cleardown_vc_create),
	  sizeof(struct cleardown_vc_create), .make = cm_af_create, .unmake = cm_af_uncreate,
	  .fd = offsetof(struct cleardown_vc_create, out_fd) },
	{ CLEARDOWN_IOC_VC_LINK, sizeof(struct cleardown_vc_link),
	  offsetofend(struct cleardown_vc_link, out_peer), cm_af_link },
	{ CLEARDOWN_IOC_VC_DELETE, sizeof(struct cleardown_vc_delete),
	  sizeof(struct cleardown_vc_delete), cm_vc_delete },
	{ CLEARDOWN_IOC_VC_STATUS, sizeof(struct cleardown_vc_status),
	  sizeof(struct cleardown_vc_status), cm_vc_status },
	{ CLEARDOWN_IOC_VC_NEXT, sizeof(struct cleardown_vc_next), sizeof(struct cleardown_vc_next),
	  cm_vc_next },
	{ CLEARDOWN_IOC_VC_CDR, sizeof(struct cleardown_vc_cdr), sizeof(struct cleardown_vc_cdr),
	  cm_cdr_next },
	{ CLEARDOWN_IOC_VC_COUNT, sizeof(struct cleardown_vc_count),
	  sizeof(struct cleardown_vc_count), cm_link_count },
	{ CLEARDOWN_IOC_VC_PARTY, sizeof(struct cleardown_party_next),
	  sizeof(struct cleardown_party_next), cm_party_next },
	CM_CALL(REGISTER, struct cleardown_cm_register, cm_user_register),
	CM_CALL(COMPLETE, struct cleardown_cm_complete, cm_user_complete),
	CM_CALL(ACTIVATE, struct cleardown_cm_activate, cm_user_activate),
	CM_CALL(DEACTIVATE, struct cleardown_cm_activate, cm_user_deactivate),
	CM_CALL(OFFER, struct cleardown_cm_offer, cm_user_offer),
	CM_CALL(CLOSED, struct cleardown_cm_closed, cm_user_closed),
	CM_CALL(CONTEXT, struct cleardown_cm_context, cm_user_context),
	{ CLEARDOWN_IOC_CM_CONTROL, sizeof(struct cleardown_cm_control),
	  sizeof(struct cleardown_cm_control), .make = cm_user_control, .unmake = cm_user_uncontrol,
	  .fd = offsetof(struct cleardown_cm_control, out_fd) },
};

const struct cldn_class cldn_vc_class = {
	.id = CLEARDOWN_CLASS_VC,
	.name = "vc",
	.mode = 0660,
	.bad_handle = CLEARDOWN_NDIS_STATUS_FAILURE,
	.failed = CLEARDOWN_NDIS_STATUS_FAILURE,
	.cancelled = CLEARDOWN_NDIS_STATUS_FAILURE,
	.unavailable = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED,
	.no_memory = CLEARDOWN_NDIS_STATUS_RESOURCES,
	.no_resources = CLEARDOWN_NDIS_STATUS_RESOURCES,
	.bad_param = CLEARDOWN_NDIS_STATUS_INVALID_DATA,
	.not_owner = CLEARDOWN_NDIS_STATUS_FAILURE,
	.words = cm_arg_words,
	.opcodes = cm_opcodes,
	.nopcodes = CM_NOPCODES,
	.ioctls = cm_ioctls,
	.nioctls = ARRAY_SIZE(cm_ioctls),
	.deadline_ms = &vc_deadline_ms,
	.bind = cm_bind,
	.unbind = cm_unbind,
	.bound = cm_bound,
	.unbinding = cm_unbinding,
	.member_open = cm_af_open,
	.manager = cm_user_open,
	.close_members = cm_close_members,
	.power = cm_power,
	.force = cm_force,
	.check = cm_check,
	.run = cm_run,
};
