// SPDX-License-Identifier: GPL-2.0-only
/* SDUs become frames, and the life of a channel. See ether.h for who runs when, and under what. */
#include <linux/etherdevice.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/pkt_sched.h>
#include <linux/skbuff.h>
#include "ether.h"

/* The first one that has not a meaning of its own to every switch. */
#define ETHER_FIRST_VCI 5
/* The last one that is no user's: signalling goes before data. */
#define ETHER_SIGNALLING_LAST 31
/* Octets of memory, as skb->truesize, of a channel's frames at the device. */
#define ETHER_TX_MAX (256 * 1024)
/* Frames until the processor's other work has its turn. */
#define ETHER_TX_TURN 128

static struct proto ether_proto = {
	.name = "CLEARDOWN",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct cldn_channel),
};

static struct cldn_channel *ether_channel(struct sock *sk)
{
	return container_of(sk, struct cldn_channel, sk);
}

/* ---- sending ---- */

/* Any context. One octet of the last frame is still counted while this runs for it. */
static void ether_write_space(struct sock *sk)
{
	struct cldn_channel *ch = ether_channel(sk);

	smp_mb__after_atomic(); /* counted off before @flags is read; pairs with ether_has_room() */
	if (sk_wmem_alloc_get(sk) > sk->sk_sndbuf / 2 ||
	    !test_and_clear_bit(CHANNEL_WANTS_ROOM, &ch->flags))
		return;
	rcu_read_lock();
	if (!READ_ONCE(ch->shut))
		ch->ether->up_ops->room(ch->ctx);
	rcu_read_unlock();
}

/* The device, or a queue before it, is done with a frame. */
static void ether_destruct(struct sk_buff *skb)
{
	struct cldn_channel *ch = ether_channel(skb->sk);

	atomic_sub((uintptr_t)skb_shinfo(skb)->destructor_arg, &ch->in_flight);
	sock_wfree(skb);
}

static bool ether_may_take(const struct cldn_channel *ch, u32 need)
{
	int used = sk_wmem_alloc_get(&ch->sk);

	return used <= 1 || used + need <= ch->sk.sk_sndbuf;
}

/* Of an SDU that alone is more than the limit, one is taken at a time. */
static bool ether_has_room(struct cldn_channel *ch, u32 need)
{
	if (ether_may_take(ch, need))
		return true;
	set_bit(CHANNEL_WANTS_ROOM, &ch->flags);
	smp_mb__after_atomic(); /* set before the count is read; pairs with ether_write_space() */
	return ether_may_take(ch, need);
}

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
	if (tx->vci <= ETHER_SIGNALLING_LAST)
		skb->priority = TC_PRIO_CONTROL;
	if (dev_hard_header(skb, dev, ETH_P_MPLS_UC, to, NULL, len) >= 0)
		return skb;
free:
	kfree_skb(skb);
	return NULL;
}

static void ether_own(struct cldn_channel *ch, struct sk_buff *skb, u32 octets)
{
	skb_set_owner_w(skb, &ch->sk);
	skb_shinfo(skb)->destructor_arg = (void *)(uintptr_t)octets;
	skb->destructor = ether_destruct;
	atomic_add(octets, &ch->in_flight);
}

/* All frames of an SDU, or none: half of one would be of no use to anybody. */
static int ether_make_all(struct cldn_channel *ch, struct net_device *dev, struct cldn_aal5_tx *tx,
			  struct sk_buff_head *frames)
{
	u8 to[ETH_ALEN];

	u64_to_ether_addr(atomic64_read(&ch->ether->peer), to);
	while (!cldn_aal5_tx_done(tx)) {
		u32 before = min(tx->at, tx->len);
		struct sk_buff *skb = ether_make(ch->ether, dev, tx, to);

		if (!skb) {
			__skb_queue_purge(frames);
			return -ENOMEM;
		}
		ether_own(ch, skb, min(tx->at, tx->len) - before);
		__skb_queue_tail(frames, skb);
	}
	return 0;
}

/* It has not left, and counts as in flight for ever. */
static void ether_drop(struct sk_buff *skb)
{
	skb_shinfo(skb)->destructor_arg = NULL;
	kfree_skb(skb);
}

/* The device may be gone since the frame was queued, and nothing leaves a channel that is shut. */
static void ether_xmit(struct cldn_ether *l, struct sk_buff *skb)
{
	const struct cldn_channel *ch = skb->sk ? ether_channel(skb->sk) : NULL;
	struct net_device *dev;
	int ret;

	rcu_read_lock();
	dev = rcu_dereference(l->dev);
	if (!dev || (ch && READ_ONCE(ch->shut))) {
		ether_drop(skb);
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
	struct cldn_ether *l = ch->ether;
	struct net_device *dev = rcu_dereference(l->dev);
	struct sk_buff_head frames;
	struct cldn_aal5_tx tx;
	int ret;

	if (!dev || !READ_ONCE(l->up) || READ_ONCE(ch->shut))
		return -ENETDOWN;
	if (len > ch->rx.max || !cldn_aal5_tx_begin(&tx, ch->vpi, ch->vci, sdu, len))
		return -EMSGSIZE;
	if (!ether_has_room(ch, ether_need(dev, &tx)))
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

	if (!refcount_inc_not_zero(&ch->sk.sk_refcnt))
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
	struct cldn_ether *l = ch->ether;
	struct net_device *dev;
	struct cldn_aal5_tx tx;

	guard(rcu)();
	dev = rcu_dereference(l->dev);
	if (!dev || !READ_ONCE(l->up) || READ_ONCE(ch->shut) ||
	    !cldn_aal5_tx_begin(&tx, ch->vpi, ch->vci, NULL, len))
		return true;
	return ether_has_room(ch, ether_need(dev, &tx));
}

size_t cldn_ether_in_flight(struct cldn_channel *ch)
{
	return atomic_read(&ch->in_flight);
}

/* ---- channels ---- */

static struct cldn_channel *ether_channel_alloc(struct cldn_ether *l, u32 max_sdu)
{
	struct sock *sk = sk_alloc(&init_net, PF_UNSPEC, GFP_KERNEL, &ether_proto, 1);
	struct cldn_channel *ch;

	if (!sk)
		return NULL;
	sock_init_data(NULL, sk);
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_write_space = ether_write_space;
	sk->sk_sndbuf = ETHER_TX_MAX;
	sk_tx_queue_set(sk, 0);
	ch = ether_channel(sk);
	ch->ether = l;
	INIT_LIST_HEAD(&ch->partial);
	cldn_aal5_rx_init(&ch->rx, max_sdu);
	return ch;
}

static bool ether_channel_valid(u16 vpi, u16 vci, u32 max_sdu)
{
	return vpi <= CLDN_VPI_MAX && vci >= ETHER_FIRST_VCI && !cldn_ether_is_hello(vpi, vci) &&
	       max_sdu && max_sdu <= CLDN_AAL5_SDU_MAX;
}

struct cldn_channel *cldn_ether_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				     void *chan_ctx)
{
	struct cldn_ether *l = link->priv;
	struct cldn_channel *ch;
	int ret;

	if (!ether_channel_valid(vpi, vci, max_sdu))
		return ERR_PTR(-EINVAL);
	if (!rcu_access_pointer(l->dev))
		return ERR_PTR(-ENODEV);
	ch = ether_channel_alloc(l, max_sdu);
	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->ctx = chan_ctx;
	ch->vpi = vpi;
	ch->vci = vci;
	ret = xa_insert_irq(&l->channels, cldn_ether_key(vpi, vci), ch, GFP_KERNEL);
	if (!ret)
		return ch;
	sock_put(&ch->sk);
	return ERR_PTR(ret == -EBUSY ? -EEXIST : ret);
}

/* A PDU that is not whole is the worker's to drop. */
void cldn_ether_shut(struct cldn_channel *ch)
{
	struct cldn_ether *l = ch->ether;
	unsigned long flags;

	WRITE_ONCE(ch->shut, true);
	xa_lock_irqsave(&l->channels, flags);
	__xa_erase(&l->channels, cldn_ether_key(ch->vpi, ch->vci));
	xa_unlock_irqrestore(&l->channels, flags);
	if (READ_ONCE(ch->part))
		cldn_ether_work_soon(l, 0);
}

void cldn_ether_put(struct cldn_channel *ch)
{
	sock_put(&ch->sk);
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
