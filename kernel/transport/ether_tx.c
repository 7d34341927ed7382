// SPDX-License-Identifier: GPL-2.0-only
/* SDUs become frames, and the life of a channel. See ether.h for who runs when, and under what. */
#include <linux/etherdevice.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/pkt_sched.h>
#include <linux/skbuff.h>
#include "ether.h"

/* Frames until the processor's other work has its turn. */
#define ETHER_TX_TURN 128

struct proto cldn_ether_proto = {
	.name = "CLEARDOWN",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct cldn_ether_channel),
};

static struct cldn_ether *ether_of(const struct cldn_channel *ch)
{
	return container_of(ch->medium, struct cldn_ether, medium);
}

/* ---- sending ---- */

/* A frame with the next cells of a PDU, as many as fit; NULL for want of memory. */
static struct sk_buff *ether_make(struct cldn_ether *l, struct net_device *dev,
				  struct cldn_aal5_tx *tx, const u8 *to)
{
	u32 cells =
		min((tx->end - tx->at) / CLDN_CELL_PAYLOAD, cldn_frame_cells(READ_ONCE(dev->mtu)));
	u32 len = CLDN_LABEL_SIZE + cells * CLDN_CELL_SIZE;
	unsigned int head = LL_RESERVED_SPACE(dev);
	struct cldn_frame_writer w;
	struct sk_buff *skb;

	skb = alloc_skb(head + len + dev->needed_tailroom, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	skb_reset_network_header(skb);
	if (!cldn_frame_start(&w, skb_put(skb, len), len, l->label))
		goto free; /* the MTU is too small for a cell */
	cldn_aal5_tx_fill(tx, &w);
	skb->protocol = htons(ETH_P_MPLS_UC);
	if (tx->vci <= CLDN_SIGNALLING_LAST_VCI)
		skb->priority = TC_PRIO_CONTROL;
	if (dev_hard_header(skb, dev, ETH_P_MPLS_UC, to, NULL, len) >= 0)
		return skb;
free:
	kfree_skb(skb);
	return NULL;
}

/* All frames of an SDU, or none: half of one would be of no use to anybody. */
static int ether_make_all(struct cldn_channel *ch, struct net_device *dev, struct cldn_aal5_tx *tx,
			  struct sk_buff_head *frames)
{
	struct cldn_ether *l = ether_of(ch);
	u8 to[ETH_ALEN];

	u64_to_ether_addr(atomic64_read(&l->peer), to);
	while (!cldn_aal5_tx_done(tx)) {
		u32 before = min(tx->at, tx->len);
		struct sk_buff *skb = ether_make(l, dev, tx, to);

		if (!skb) {
			__skb_queue_purge(frames);
			return -ENOMEM;
		}
		cldn_channel_own(ch, skb, min(tx->at, tx->len) - before);
		__skb_queue_tail(frames, skb);
	}
	return 0;
}

/* The device may be gone since the frame was queued, and nothing leaves a channel that is shut. */
static void ether_xmit(struct cldn_ether *l, struct sk_buff *skb)
{
	const struct cldn_channel *ch = cldn_channel_of(skb);
	struct net_device *dev;
	int ret;

	rcu_read_lock();
	dev = rcu_dereference(l->dev);
	if (!dev || (ch && READ_ONCE(ch->shut))) {
		cldn_channel_lose(skb);
		goto unlock;
	}
	cldn_ether_count(l, CLDN_CELLS_FRAMES_OUT);
	skb->dev = dev;
	ret = dev_queue_xmit(skb);
	if (net_xmit_eval(ret))
		cldn_ether_count(l, CLDN_CELLS_TX_DROPPED);
unlock:
	rcu_read_unlock();
}

/*
 * Gives what is queued to the device, on the link's processor. Whoever finds it under way has been
 * preempting who does it, and leaves him his frames too. A frame that is lost here takes its PDU
 * with it; the others are sent all the same, or the next PDU would be lost too for want of an end
 * of this one.
 */
static void ether_tx_run(struct cldn_ether *l)
{
	struct sk_buff *skb;
	unsigned int n = 0;

	do {
		if (test_and_set_bit_lock(ETHER_SENDING, &l->flags))
			return;
		while (n < ETHER_TX_TURN && (skb = skb_dequeue(&l->txq))) {
			ether_xmit(l, skb);
			n++;
		}
		clear_bit_unlock(ETHER_SENDING, &l->flags);
	} while (n < ETHER_TX_TURN && !skb_queue_empty_lockless(&l->txq));
	if (n == ETHER_TX_TURN)
		queue_work_on(l->cpu, system_highpri_wq, &l->tx);
}

void cldn_ether_tx(struct work_struct *work)
{
	ether_tx_run(container_of(work, struct cldn_ether, tx));
}

/*
 * Nobody may go on sending; frames that came before them go too. Somebody else may have taken the
 * last one and not have sent it yet.
 */
void cldn_ether_flush(struct cldn_link *link)
{
	struct cldn_ether *l = link->priv;

	while (!skb_queue_empty_lockless(&l->txq) || test_bit(ETHER_SENDING, &l->flags)) {
		queue_work_on(l->cpu, system_highpri_wq, &l->tx);
		flush_work(&l->tx);
	}
}

/* Process context. Who is on the link's processor need not wait for a thread to send. */
static void ether_queue(struct cldn_ether *l, struct sk_buff_head *frames)
{
	unsigned long flags;

	spin_lock_irqsave(&l->txq.lock, flags);
	skb_queue_splice_tail(frames, &l->txq);
	spin_unlock_irqrestore(&l->txq.lock, flags);
	local_bh_disable();
	if (smp_processor_id() == l->cpu)
		ether_tx_run(l);
	else
		queue_work_on(l->cpu, system_highpri_wq, &l->tx);
	local_bh_enable();
}

/* What a frame of full size is counted as. */
static u32 ether_need(const struct net_device *dev, const struct cldn_aal5_tx *tx)
{
	u32 cells = max(cldn_frame_cells(READ_ONCE(dev->mtu)), 1U);
	u32 frames = DIV_ROUND_UP(tx->end / CLDN_CELL_PAYLOAD, cells);

	return frames *
	       SKB_TRUESIZE(LL_RESERVED_SPACE(dev) + CLDN_LABEL_SIZE + cells * CLDN_CELL_SIZE);
}

static int ether_send_held(struct cldn_channel *ch, const void *sdu, size_t len)
{
	struct cldn_ether *l = ether_of(ch);
	struct net_device *dev = rcu_dereference(l->dev);
	struct sk_buff_head frames;
	struct cldn_aal5_tx tx;
	int ret;

	if (!dev || !READ_ONCE(l->up) || READ_ONCE(ch->shut))
		return -ENETDOWN;
	if (len > ch->max_sdu || !cldn_aal5_tx_begin(&tx, ch->vpi, ch->vci, sdu, len))
		return -EMSGSIZE;
	if (!cldn_channel_has_room(ch, ether_need(dev, &tx)))
		return -EAGAIN;
	__skb_queue_head_init(&frames);
	ret = ether_make_all(ch, dev, &tx, &frames);
	if (ret)
		return ret;
	cldn_ether_count(l, CLDN_CELLS_SDUS_OUT);
	ether_queue(l, &frames);
	return 0;
}

/* The user may put the channel while it is in here. */
int cldn_ether_send(struct cldn_channel *ch, const void *sdu, size_t len)
{
	int ret;

	if (!cldn_channel_get(ch))
		return -ENETDOWN;
	rcu_read_lock(); /* for the device; the caller's may have been for the channel alone */
	ret = ether_send_held(ch, sdu, len);
	rcu_read_unlock();
	sock_put(&ch->sk);
	return ret;
}

/* On a link that is down there is nothing to wait for: send() says so. */
bool cldn_ether_writable(struct cldn_channel *ch, size_t len)
{
	struct cldn_ether *l = ether_of(ch);
	struct net_device *dev;
	struct cldn_aal5_tx tx;

	guard(rcu)();
	dev = rcu_dereference(l->dev);
	if (!dev || !READ_ONCE(l->up) || READ_ONCE(ch->shut) ||
	    !cldn_aal5_tx_begin(&tx, ch->vpi, ch->vci, NULL, len))
		return true;
	return cldn_channel_has_room(ch, ether_need(dev, &tx));
}

/* ---- channels ---- */

struct cldn_channel *cldn_ether_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				     void *chan_ctx)
{
	struct cldn_ether *l = link->priv;
	struct cldn_ether_channel *ec;
	struct cldn_channel *ch;

	if (cldn_ether_is_hello(vpi, vci))
		return ERR_PTR(-EINVAL);
	if (!rcu_access_pointer(l->dev))
		return ERR_PTR(-ENODEV);
	ch = cldn_channel_alloc(&l->medium, &cldn_ether_proto, vpi, vci, max_sdu);
	if (IS_ERR(ch))
		return ch;
	ec = cldn_ether_channel(ch);
	INIT_LIST_HEAD(&ec->partial);
	cldn_aal5_rx_init(&ec->rx, max_sdu);
	return cldn_channel_open(ch, chan_ctx);
}

/* A PDU that is not whole is the worker's to drop. */
void cldn_ether_shut(struct cldn_channel *ch)
{
	cldn_channel_shut(ch);
	if (READ_ONCE(cldn_ether_channel(ch)->part))
		cldn_ether_work_soon(ether_of(ch), 0);
}

/* ---- hellos ---- */

/* Belongs to no channel; a lost one is repeated. Worker. */
void cldn_ether_greet(struct cldn_ether *l, const struct cldn_hello *hello, const u8 *to)
{
	u8 buf[CLDN_HELLO_SIZE];
	struct cldn_aal5_tx tx;
	struct net_device *dev;
	struct sk_buff_head frame;
	struct sk_buff *skb;

	cldn_hello_encode(buf, hello);
	cldn_aal5_tx_begin(&tx, CLDN_HELLO_VPI, CLDN_HELLO_VCI, buf, sizeof(buf));
	rcu_read_lock();
	dev = rcu_dereference(l->dev);
	skb = dev ? ether_make(l, dev, &tx, to) : NULL;
	rcu_read_unlock();
	if (!skb)
		return;
	__skb_queue_head_init(&frame);
	__skb_queue_tail(&frame, skb);
	ether_queue(l, &frame);
}
