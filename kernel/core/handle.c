// SPDX-License-Identifier: GPL-2.0-only
/* Handles: birth, the owner's open, observers, status. Their end is in close.c. */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"
#include "trace.h"

#define CLDN_TX_SIZE 16384
#define CLDN_RX_SIZE 65536

void cldn_who_current(struct cldn_who *who)
{
	who->pid = task_tgid_nr(current);
	who->uid = current_euid();
	who->signal = 0;
	if (current->flags & PF_EXITING || fatal_signal_pending(current))
		who->signal = current->signal->group_exit_code & 0x7f;
	get_task_comm(who->comm, current);
}

static void cldn_handle_free(struct kref *ref)
{
	struct cldn_handle *h = container_of(ref, struct cldn_handle, ref);

	cldn_evq_put(h->evq);
	if (!h->observer && !h->member) {
		cldn_stream_free(&h->tx);
		cldn_stream_free(&h->rx);
	}
	if (h->user) {
		cldn_uncharge(h->user, CLDN_LIMIT_HANDLES);
		cldn_user_put(h->user);
	}
	kfree(h->ladder);
	kfree(h->report);
	cldn_device_put(h->dev);
	cldn_count(CLDN_HANDLES, -1);
	if (h->member)
		h->member->free(h);
	else
		kfree(h);
}

/* Pairs with cldn_handle_put(). */
void cldn_handle_get(struct cldn_handle *h)
{
	kref_get(&h->ref);
}

void cldn_handle_put(struct cldn_handle *h)
{
	kref_put(&h->ref, cldn_handle_free);
}

static void cldn_close_rec_free(struct cldn_rec *rec)
{
	cldn_handle_put(container_of(rec, struct cldn_handle, close_rec));
}

/* Takes over the reference on @user, NULL where there was no memory for it. */
int cldn_handle_charge(struct cldn_handle *h, struct cldn_user *user)
{
	int ret;

	if (!user)
		return -ENOMEM;
	ret = cldn_charge(user, CLDN_LIMIT_HANDLES);
	if (ret)
		cldn_user_put(user);
	else
		h->user = user;
	return ret;
}

static int cldn_handle_fill(struct cldn_handle *h)
{
	int ret = cldn_handle_charge(h, cldn_user_get(current_uid()));

	if (ret || h->observer)
		return ret;
	h->report = kzalloc(sizeof(*h->report), GFP_KERNEL_ACCOUNT);
	h->ladder = cldn_ladder_new();
	if (!h->report || !h->ladder)
		return -ENOMEM;
	ret = cldn_stream_init(&h->tx, CLDN_TX_SIZE);
	return ret ?: cldn_stream_init(&h->rx, CLDN_RX_SIZE);
}

/* What every handle has; @h is zero. Pins @dev. */
void cldn_handle_setup(struct cldn_handle *h, struct cldn_device *dev)
{
	kref_init(&h->ref);
	spin_lock_init(&h->lock);
	init_waitqueue_head(&h->wq);
	init_waitqueue_head(&h->rx.wq);
	init_waitqueue_head(&h->tx.wq);
	INIT_LIST_HEAD(&h->queued);
	INIT_LIST_HEAD(&h->started);
	INIT_LIST_HEAD(&h->node);
	timerqueue_init_head(&h->deadlines);
	h->ops_by_id = RB_ROOT;
	h->state = CLEARDOWN_STATE_OPEN;
	h->deadline_ns = READ_ONCE(*dev->class->deadline_ms) * NSEC_PER_MSEC;
	h->write_ms = dev->class->write_ms ? READ_ONCE(*dev->class->write_ms) : 0;
	h->status_seen = READ_ONCE(dev->status_gen);
	h->close_rec.free = cldn_close_rec_free;
	h->close_rec.head.type = CLEARDOWN_EV_PHONE_CLOSE;
	cldn_who_current(&h->owner);
	h->dev = dev;
	get_device(&dev->dev);
	cldn_count(CLDN_HANDLES, 1);
}

/* A handle that nothing references but the caller. Everything that its close needs exists. */
struct cldn_handle *cldn_handle_new(struct cldn_device *dev, bool observer)
{
	struct cldn_handle *h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!h)
		return ERR_PTR(-ENOMEM);
	cldn_handle_setup(h, dev);
	h->observer = observer;
	ret = cldn_handle_fill(h);
	if (ret) {
		cldn_handle_put(h);
		return ERR_PTR(ret);
	}
	return h;
}

int cldn_handle_gate(struct cldn_handle *h)
{
	return READ_ONCE(h->state) == CLEARDOWN_STATE_OPEN ? 0 : cldn_dead_error(h);
}

int cldn_dead_error(struct cldn_handle *h)
{
	return READ_ONCE(h->unclaimed) ? -ENODEV : -EBADFD;
}

/* ---- the owner ---- */

/* 0 when @h now has the device, 1 when it is worth waiting, or an errno. Caller holds dev->lock. */
static int cldn_take_locked(struct cldn_device *dev, struct cldn_handle *h)
{
	lockdep_assert_held(&dev->lock);
	if (dev->removed)
		return -ENODEV;
	switch (dev->state) {
	case CLEARDOWN_STATE_IDLE:
		break;
	case CLEARDOWN_STATE_CLOSING:
		return 1;
	case CLEARDOWN_STATE_GONE:
		return -ENODEV;
	default:
		return -EBUSY;
	}
	if (cldn_frozen() || !try_module_get(dev->link.drv->owner))
		return -EBUSY;
	cldn_handle_get(h); /* put where dev->owner is cleared */
	dev->owner = h;
	dev->generation++;
	dev->call = 0;
	h->id = dev->id << 32 | dev->generation;
	cldn_device_set_state_locked(dev, CLEARDOWN_STATE_OPENING);
	return 0;
}

static int cldn_take(struct cldn_device *dev, struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&dev->lock);
	return cldn_take_locked(dev, h);
}

static bool cldn_device_closing(struct cldn_device *dev)
{
	return READ_ONCE(dev->state) == CLEARDOWN_STATE_CLOSING && !READ_ONCE(dev->removed);
}

static int cldn_take_wait(struct cldn_device *dev, struct cldn_handle *h, bool nowait)
{
	int ret;

	while ((ret = cldn_take(dev, h)) > 0) {
		if (nowait)
			return -EBUSY;
		if (wait_event_interruptible(dev->wq, !cldn_device_closing(dev)))
			return -ERESTARTSYS;
	}
	return ret;
}

static bool cldn_opening(struct cldn_device *dev, struct cldn_handle *h)
{
	return READ_ONCE(dev->state) == CLEARDOWN_STATE_OPENING && READ_ONCE(dev->owner) == h;
}

/*
 * The worker takes the hardware; we wait. A signal while we do ends the attempt by the one close
 * path, and a restarted open waits for that.
 */
int cldn_handle_open(struct cldn_device *dev, struct file *file)
{
	struct cldn_handle *h = cldn_handle_new(dev, false);
	struct cldn_who who;
	int ret;

	if (IS_ERR(h))
		return PTR_ERR(h);
	ret = cldn_take_wait(dev, h, file->f_flags & O_NONBLOCK);
	if (ret)
		goto put;
	cldn_device_kick(dev, CLDN_EV_OPEN);
	ret = wait_event_interruptible(dev->wq, !cldn_opening(dev, h));
	if (ret) {
		cldn_who_current(&who);
		cldn_wish_raise(h,
				cldn_wish_of(h, CLEARDOWN_MODE_ABORT, h->deadline_ns,
					     CLEARDOWN_CAUSE_LOCAL_USER),
				&who);
		goto put;
	}
	if (cldn_handle_gate(h)) { /* it failed, or somebody ended it meanwhile */
		wait_event(h->wq, cldn_handle_closed(h)); /* bounded by the watchdog */
		ret = h->open_error ?: -EIO;
		goto put;
	}
	trace_cldn_open(h);
	file->private_data = h;
	return 0;
put:
	cldn_handle_put(h);
	return ret;
}

/* ---- observers ---- */

int cldn_observer_open(struct cldn_device *dev, struct file *file)
{
	struct cldn_handle *h = cldn_handle_new(dev, true);
	int ret = 0;

	if (IS_ERR(h))
		return PTR_ERR(h);
	scoped_guard(spinlock_irqsave, &dev->lock) {
		if (dev->removed) {
			ret = -ENODEV;
		} else if (dev->nobservers == CLDN_OBSERVERS) {
			ret = -EBUSY;
		} else {
			cldn_handle_get(h); /* put by cldn_observer_end() */
			list_add_tail(&h->node, &dev->observers);
			dev->nobservers++;
			h->id = dev->id << 32 | ++dev->generation;
		}
	}
	if (ret) {
		cldn_handle_put(h);
		return ret;
	}
	trace_cldn_open(h);
	file->private_data = h;
	return 0;
}

/* Ends an observer, once: by its CLOSE, its file's release, or the device's removal. */
bool cldn_observer_end(struct cldn_handle *h)
{
	struct cldn_device *dev = h->dev;
	bool listed;

	scoped_guard(spinlock_irqsave, &dev->lock) {
		listed = !list_empty(&h->node);
		if (listed) {
			list_del_init(&h->node);
			dev->nobservers--;
		}
	}
	if (!listed)
		return false;
	scoped_guard(spinlock_irqsave, &h->lock) {
		h->state = CLEARDOWN_STATE_CLOSED;
		cldn_gate_shut_locked(h);
	}
	trace_cldn_closed(h);
	wake_up_all(&h->rx.wq);
	cldn_handle_put(h);
	return true;
}

/* ---- status and cancel ---- */

/* The owner of @dev, referenced, or NULL. */
struct cldn_handle *cldn_device_owner(struct cldn_device *dev)
{
	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner)
		cldn_handle_get(dev->owner);
	return dev->owner;
}

static void cldn_status_owner(struct cldn_handle *h, struct cleardown_status *st)
{
	guard(spinlock_irqsave)(&h->lock);
	st->out_pending = h->nops;
	st->out_owner_pid = h->owner.pid;
	st->out_owner_uid = from_kuid_munged(current_user_ns(), h->owner.uid);
	memcpy(st->out_owner_comm, h->owner.comm, sizeof(st->out_owner_comm));
	st->out_accepted = h->tx.total;
	st->out_queued = kfifo_len(&h->tx.fifo);
	st->out_received = h->rx.total;
}

/* Answered from memory: never waits for the hardware. */
void cldn_status_fill(struct cldn_device *dev, struct cleardown_status *st)
{
	u32 size = st->size;

	memset(st, 0, sizeof(*st));
	st->size = size;
	guard(spinlock_irqsave)(&dev->lock);
	st->out_state = dev->state;
	st->out_call = READ_ONCE(dev->call);
	st->out_lines = READ_ONCE(dev->lines);
	st->out_observers = dev->nobservers;
	st->out_since_ns = dev->since_ns;
	if (dev->owner)
		cldn_status_owner(dev->owner, st);
}

static bool cldn_may_cancel(struct cldn_handle *h, struct cldn_handle *owner)
{
	return h == owner || uid_eq(current_euid(), owner->owner.uid) || capable(CAP_SYS_ADMIN);
}

int cldn_cancel_call(struct cldn_handle *h, u64 number)
{
	struct cldn_device *dev = h->dev;
	struct cldn_handle *owner = cldn_device_owner(dev);
	int ret = -ESTALE;

	if (!owner)
		return ret;
	if (!cldn_may_cancel(h, owner)) {
		ret = -EPERM;
	} else if (number && READ_ONCE(dev->call) == number) {
		WRITE_ONCE(owner->cancel_call, number);
		WRITE_ONCE(owner->cut_call, number);
		cldn_device_kick(dev, CLDN_EV_CANCEL);
		ret = 0;
	}
	cldn_handle_put(owner);
	return ret;
}
