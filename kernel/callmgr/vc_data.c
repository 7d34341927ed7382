// SPDX-License-Identifier: GPL-2.0-only
/* Frames of a VC: read(2) and write(2) move whole ones. */
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "callmgr.h"

/* Frames may come as soon as the channel is open: the peer can be connected before we know it. */
static bool cm_rx_open(u32 state)
{
	return state == CLEARDOWN_VC_ACTIVE || state == CLEARDOWN_VC_CALLING ||
	       state == CLEARDOWN_VC_ACCEPTED || state == CLEARDOWN_VC_OFFERED;
}

static bool cm_rx_room(const struct cm_vc *vc, const struct sk_buff *skb)
{
	return vc->rx_bytes + skb->len <= CM_RX_LIMIT &&
	       vc->rx_memory + skb->truesize <= CM_RX_MEMORY;
}

/* Any context. @skb may be NULL: a frame that is lost for want of memory. */
void cm_vc_take_in(struct cm_vc *vc, struct sk_buff *skb)
{
	bool taken = false;

	scoped_guard(spinlock_irqsave, &vc->rxq.lock) {
		if (skb && cm_rx_open(cm_vc_state(vc)) && cm_rx_room(vc, skb)) {
			__skb_queue_tail(&vc->rxq, skb);
			vc->rx_bytes += skb->len;
			vc->rx_memory += skb->truesize;
			vc->rx_total += skb->len;
			vc->rx_frames++;
			taken = true;
		} else {
			vc->rx_lost++;
		}
	}
	if (taken)
		wake_up_interruptible_poll(&vc->m.h.rx.wq, EPOLLIN | EPOLLRDNORM);
	else
		kfree_skb(skb);
}

/* Softirq. */
void cm_vc_received(struct cm_sink *sink, struct sk_buff *skb)
{
	struct cm_vc *vc = container_of(sink, struct cm_vc, sink);
	struct cm_multi *multi = READ_ONCE(vc->multi); /* once: the next call may begin */

	if (multi)
		cm_trunk_received(vc, multi, skb);
	else
		cm_vc_take_in(vc, skb);
}

/* Any context. */
void cm_vc_room(struct cm_sink *sink)
{
	struct cm_vc *vc = container_of(sink, struct cm_vc, sink);

	wake_up_interruptible_poll(&vc->m.h.tx.wq, EPOLLOUT | EPOLLWRNORM);
}

void cm_vc_rx_purge(struct cm_vc *vc)
{
	struct sk_buff_head old;

	__skb_queue_head_init(&old);
	scoped_guard(spinlock_irqsave, &vc->rxq.lock) {
		skb_queue_splice_init(&vc->rxq, &old);
		vc->rx_bytes = 0;
		vc->rx_memory = 0;
		vc->rx_total = 0;
		vc->rx_frames = 0;
		vc->rx_lost = 0;
	}
	vc->tx_frames = 0;
	vc->tx_bytes = 0;
	__skb_queue_purge(&old);
}

/* Why no frame can be moved in that state, 0 when it can. */
static int cm_refused(u32 state)
{
	switch (state) {
	case CLEARDOWN_VC_ACTIVE:
		return 0;
	case CLEARDOWN_VC_REMOTE_CLOSED:
	case CLEARDOWN_VC_CLOSING:
	case CLEARDOWN_VC_CLOSE_FAILED:
		return -ESHUTDOWN;
	case CLEARDOWN_VC_DELETED:
		return -EBADFD;
	default:
		return -ENOTCONN;
	}
}

/* ---- read ---- */

/* What a read without a frame answers. */
static int cm_rx_nothing(struct cm_vc *vc)
{
	u32 state = cm_vc_state(vc);

	switch (state) {
	case CLEARDOWN_VC_ACTIVE:
	case CLEARDOWN_VC_ACCEPTED:
		return -EAGAIN;
	case CLEARDOWN_VC_REMOTE_CLOSED:
		return 0;
	default:
		return cm_refused(state);
	}
}

/* Frames that came before the end are still given out. */
static bool cm_rx_readable(struct cm_vc *vc)
{
	u32 state = cm_vc_state(vc);

	return state == CLEARDOWN_VC_ACTIVE || state == CLEARDOWN_VC_ACCEPTED ||
	       state == CLEARDOWN_VC_REMOTE_CLOSED;
}

static struct sk_buff *cm_rx_take(struct cm_vc *vc, size_t room)
{
	struct sk_buff *skb;

	guard(spinlock_irqsave)(&vc->rxq.lock);
	skb = cm_rx_readable(vc) ? skb_peek(&vc->rxq) : NULL;
	if (!skb)
		return NULL;
	if (skb->len > room)
		return ERR_PTR(-EMSGSIZE);
	__skb_unlink(skb, &vc->rxq);
	vc->rx_bytes -= skb->len;
	vc->rx_memory -= skb->truesize;
	return skb;
}

/* A frame whose copy failed is the next one's again, unless the call is over meanwhile. */
static void cm_rx_give_back(struct cm_vc *vc, struct sk_buff *skb)
{
	bool back = false;

	scoped_guard(spinlock_irqsave, &vc->rxq.lock) {
		if (cm_rx_readable(vc)) {
			__skb_queue_head(&vc->rxq, skb);
			vc->rx_bytes += skb->len;
			vc->rx_memory += skb->truesize;
			back = true;
		}
	}
	if (back) /* others found the queue empty meanwhile, and sleep */
		wake_up_interruptible_poll(&vc->m.h.rx.wq, EPOLLIN | EPOLLRDNORM);
	else
		kfree_skb(skb);
}

/* rx.mutex keeps other readers away, so the order stays. */
static ssize_t cm_rx_one(struct cm_vc *vc, struct iov_iter *to)
{
	struct sk_buff *skb = cm_rx_take(vc, iov_iter_count(to));
	size_t len;

	if (IS_ERR_OR_NULL(skb))
		return skb ? PTR_ERR(skb) : cm_rx_nothing(vc);
	len = skb->len;
	if (copy_to_iter(skb->data, len, to) != len) {
		cm_rx_give_back(vc, skb);
		return -EFAULT;
	}
	consume_skb(skb);
	return len;
}

static bool cm_rx_ready(struct cm_vc *vc)
{
	return !skb_queue_empty_lockless(&vc->rxq) || cm_rx_nothing(vc) != -EAGAIN;
}

ssize_t cm_vc_read(struct cldn_handle *h, struct iov_iter *to, bool nowait)
{
	struct cm_vc *vc = cm_vc_of(h);
	ssize_t ret;

	do {
		if (nowait && !cm_rx_ready(vc))
			return -EAGAIN;
		if (wait_event_interruptible(h->rx.wq, cm_rx_ready(vc)))
			return -ERESTARTSYS;
		if (mutex_lock_interruptible(&h->rx.mutex))
			return -ERESTARTSYS;
		ret = cm_rx_one(vc, to);
		mutex_unlock(&h->rx.mutex);
	} while (ret == -EAGAIN);
	return ret;
}

/* ---- write ---- */

/* The largest frame that was agreed on. */
static u32 cm_tx_max(struct cm_vc *vc)
{
	return vc->incoming ? vc->params.bwd_sdu : vc->params.fwd_sdu;
}

/* A frame of any size would be taken now, or will never be. The medium says when that changes. */
static bool cm_tx_room(struct cm_vc *vc)
{
	struct cldn_channel *ch;

	guard(rcu)();
	ch = rcu_dereference(vc->channel);
	return !ch || vc->m.link->cells->writable(ch, cm_tx_max(vc));
}

/* Through the gate: until cm_tx_leave() a close waits, and the call's record. */
static int cm_tx_enter(struct cm_vc *vc)
{
	int ret;

	guard(spinlock_irqsave)(&vc->m.h.lock);
	ret = cm_refused(vc->state);
	if (!ret)
		vc->writers++;
	return ret;
}

/*
 * A call that was taken away from its users is over, with its report, and knows nothing of what is
 * still being sent: that fails. 0, or an errno.
 */
static int cm_tx_leave(struct cm_vc *vc, size_t sent)
{
	struct cldn_channel *left;
	bool awaited;
	int over;

	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		over = cm_refused(vc->state);
		if (over == -ESHUTDOWN)
			over = 0; /* its end waits for us */
		vc->writers--;
		vc->tx_bytes += over ? 0 : sent;
		vc->tx_frames += !over && sent;
		left = vc->left;
		awaited = left || vc->state != CLEARDOWN_VC_ACTIVE;
	}
	if (left)
		cm_vc_settle(vc, left);
	if (awaited)
		cm_want(&vc->m);
	return over;
}

static int cm_tx_send(struct cm_vc *vc, const void *sdu, size_t len)
{
	struct cldn_channel *ch;
	int over, ret = cm_tx_enter(vc);

	if (ret)
		return ret;
	rcu_read_lock();
	ch = rcu_dereference(vc->channel);
	ret = ch ? vc->m.link->cells->send(ch, sdu, len) : -ESHUTDOWN;
	rcu_read_unlock();
	over = cm_tx_leave(vc, ret ? 0 : len);
	return ret ?: over;
}

/* True when the answer is known: there was room, or there never will be. */
static bool cm_tx_try(struct cm_vc *vc, const void *sdu, size_t len, int *ret)
{
	*ret = cm_tx_send(vc, sdu, len);
	return *ret != -EAGAIN;
}

/* The medium says when it has room again; a state that admits nothing ends the wait too. */
static int cm_tx_send_wait(struct cm_vc *vc, const void *sdu, size_t len, bool nowait)
{
	int ret;

	if (cm_tx_try(vc, sdu, len, &ret) || nowait)
		return ret;
	if (wait_event_interruptible(vc->m.h.tx.wq, cm_tx_try(vc, sdu, len, &ret)))
		return -ERESTARTSYS;
	return ret;
}

ssize_t cm_vc_write(struct cldn_handle *h, struct iov_iter *from, bool nowait)
{
	struct cm_vc *vc = cm_vc_of(h);
	size_t len = iov_iter_count(from);
	void *sdu;
	int ret = cm_refused(cm_vc_state(vc));

	if (ret)
		return ret;
	if (vc->leaf)
		return -EOPNOTSUPP;
	if (!len || len > cm_tx_max(vc))
		return -EMSGSIZE;
	sdu = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!sdu)
		return -ENOMEM;
	if (!copy_from_iter_full(sdu, len, from))
		ret = -EFAULT;
	else if (nowait)
		ret = mutex_trylock(&h->tx.mutex) ? 0 : -EAGAIN;
	else
		ret = mutex_lock_interruptible(&h->tx.mutex) ? -ERESTARTSYS : 0;
	if (!ret) {
		ret = cm_tx_send_wait(vc, sdu, len, nowait);
		mutex_unlock(&h->tx.mutex);
	}
	kvfree(sdu);
	return ret ?: len;
}

/* ---- poll ---- */

__poll_t cm_vc_poll(struct cldn_handle *h, struct file *file, struct poll_table_struct *wait)
{
	struct cm_vc *vc = cm_vc_of(h);
	bool sends;
	u32 state;

	poll_wait(file, &h->rx.wq, wait);
	poll_wait(file, &h->tx.wq, wait);
	state = cm_vc_state(vc);
	sends = state == CLEARDOWN_VC_ACTIVE && !vc->leaf && cm_tx_room(vc);
	return (cm_rx_ready(vc) ? EPOLLIN | EPOLLRDNORM : 0) |
	       (sends ? EPOLLOUT | EPOLLWRNORM : 0) |
	       (state == CLEARDOWN_VC_REMOTE_CLOSED ? EPOLLRDHUP : 0) |
	       (state == CLEARDOWN_VC_CLOSING ? EPOLLHUP : 0);
}
