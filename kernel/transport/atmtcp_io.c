// SPDX-License-Identifier: GPL-2.0-only
/* SDUs into the stream and out of it, and the life of a channel. See atmtcp.h for who runs when. */
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/tcp.h>
#include "atmtcp.h"

/* Reads and pieces until others have their turn. */
#define ATMTCP_TURN 64
/* How long a flush waits for a peer that does not read. */
#define ATMTCP_FLUSH (HZ / 2)

/* A channel, which may be waiting to be told of as shut. */
struct atmtcp_channel {
	struct cldn_channel ch;
	struct list_head bye; /* in l->byes */
};

struct proto cldn_atmtcp_proto = {
	.name = "CLEARDOWN-TCP",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct atmtcp_channel),
};

/* Of a frame that is wholly in the socket: the sequence number behind it. */
struct atmtcp_cb {
	u32 end;
};

static struct atmtcp_cb *atmtcp_cb(struct sk_buff *skb)
{
	return (struct atmtcp_cb *)skb->cb;
}

/* ---- receiving ---- */

/* The SDU goes, or goes up. */
static void atmtcp_rx_end(struct cldn_atmtcp *l, bool whole)
{
	struct cldn_channel *ch = l->rx_channel;
	struct sk_buff *skb = l->rx_skb;

	if (!skb)
		return;
	l->rx_skb = NULL;
	l->rx_channel = NULL;
	if (whole) {
		local_bh_disable();
		rcu_read_lock();
		cldn_channel_received(ch, skb);
		rcu_read_unlock();
		local_bh_enable();
	} else {
		kfree_skb(skb);
	}
	sock_put(&ch->sk); /* pairs with atmtcp_rx_find() */
}

/* The channel of an SDU, with a reference; else what to count. */
static struct cldn_channel *atmtcp_rx_find(struct cldn_atmtcp *l, enum cldn_cells_count *fault)
{
	struct cldn_channel *ch;

	guard(rcu)();
	*fault = CLDN_CELLS_UNKNOWN;
	ch = cldn_channel_find(&l->medium, l->rx.vpi, l->rx.vci);
	if (!ch)
		return NULL;
	*fault = CLDN_CELLS_TOO_LONG;
	if (l->rx.length > ch->max_sdu)
		return NULL;
	*fault = CLDN_CELLS_UNKNOWN;
	return cldn_channel_get(ch) ? ch : NULL; /* pairs with atmtcp_rx_end() */
}

static void atmtcp_rx_head(struct cldn_atmtcp *l)
{
	enum cldn_cells_count fault;

	l->rx_channel = atmtcp_rx_find(l, &fault);
	if (!l->rx_channel) {
		cldn_medium_count(&l->medium, fault);
		cldn_atmtcp_rx_skip(&l->rx);
		return;
	}
	l->rx_skb = alloc_skb(l->rx.length, GFP_ATOMIC | __GFP_NOWARN);
	if (!l->rx_skb) {
		cldn_medium_count(&l->medium, CLDN_CELLS_NO_MEMORY);
		sock_put(&l->rx_channel->sk);
		l->rx_channel = NULL;
		cldn_atmtcp_rx_skip(&l->rx);
		return;
	}
	cldn_atmtcp_rx_give(&l->rx, skb_put(l->rx_skb, l->rx.length));
}

/* What came. False when the stream cannot be read any more. */
static bool atmtcp_rx_octets(struct cldn_atmtcp *l, const u8 *at, size_t len)
{
	static const u8 counts[CLDN_ATMTCP_EVENTS] = {
		[CLDN_ATMTCP_HEAD_IN] = CLDN_CELLS_FRAMES_IN,
		[CLDN_ATMTCP_CONTROL] = CLDN_CELLS_FRAMES_IN,
		[CLDN_ATMTCP_EMPTY] = CLDN_CELLS_LENGTH,
		[CLDN_ATMTCP_BAD_CONTROL] = CLDN_CELLS_BAD_HELLO,
		[CLDN_ATMTCP_LOST] = CLDN_CELLS_BAD_FRAME,
	};
	enum cldn_atmtcp_event event;

	while ((event = cldn_atmtcp_rx_take(&l->rx, &at, &len)) != CLDN_ATMTCP_MORE) {
		if (event == CLDN_ATMTCP_WHOLE) {
			atmtcp_rx_end(l, true);
			continue;
		}
		cldn_medium_count(&l->medium, counts[event]);
		if (event == CLDN_ATMTCP_LOST)
			return false;
		if (event == CLDN_ATMTCP_HEAD_IN)
			atmtcp_rx_head(l);
	}
	return true;
}

int cldn_atmtcp_receive(struct cldn_atmtcp *l)
{
	unsigned int turn;

	for (turn = 0; turn < ATMTCP_TURN; turn++) {
		struct kvec vec = { .iov_base = l->rx_buf, .iov_len = ATMTCP_RX_SIZE };
		struct msghdr msg = {};
		int n = kernel_recvmsg(l->sock, &msg, &vec, 1, ATMTCP_RX_SIZE, MSG_DONTWAIT);

		if (n == -EAGAIN)
			return 0;
		if (n <= 0)
			return n == -ETIMEDOUT ? CAUSE_NETWORK_OUT_OF_ORDER :
						 CAUSE_DESTINATION_OUT_OF_ORDER;
		cldn_atmtcp_heard(l);
		if (!atmtcp_rx_octets(l, l->rx_buf, n))
			return CAUSE_PROTOCOL_ERROR;
	}
	return -EAGAIN;
}

/* ---- sending ---- */

static bool atmtcp_signals(const struct cldn_channel *ch)
{
	return ch->vci <= CLDN_SIGNALLING_LAST_VCI;
}

/* A frame is about to be freed. */
static void atmtcp_done(struct cldn_atmtcp *l, const struct sk_buff *skb)
{
	if (!atmtcp_signals(cldn_channel_of(skb)))
		atomic_sub(skb->truesize, &l->held);
	if (atomic_dec_and_test(&l->queued))
		wake_up_all(&l->quiet);
}

static void atmtcp_lose(struct cldn_atmtcp *l, struct sk_buff *skb)
{
	cldn_medium_count(&l->medium, CLDN_CELLS_TX_DROPPED);
	atmtcp_done(l, skb);
	cldn_channel_lose(skb);
}

/* The link has room again: who waits for it may try. With half of it, or few would get some. */
static void atmtcp_feed(struct cldn_atmtcp *l)
{
	struct cldn_channel *ch;
	unsigned long key;

	smp_mb__after_atomic(); /* counted off before @starved is read; see link_has_room() */
	if (atomic_read(&l->held) > ATMTCP_HELD_MAX / 2 || !test_and_clear_bit(0, &l->starved))
		return;
	guard(rcu)();
	xa_for_each(&l->medium.channels, key, ch)
		if (!READ_ONCE(ch->shut))
			l->medium.up_ops->room(ch->ctx);
}

static void atmtcp_lose_all(struct cldn_atmtcp *l, struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(queue)))
		atmtcp_lose(l, skb);
}

/*
 * Frees what has arrived. While anything has not, TCP shall call at every ACK, not only when there
 * is room again; under its lock, so that one that came meanwhile is processed, and told, after it.
 */
static void atmtcp_acked(struct cldn_atmtcp *l)
{
	struct sock *sk = l->sock->sk;
	struct sk_buff *skb;
	u32 una;

	lock_sock(sk);
	una = tcp_sk(sk)->snd_una;
	skb = skb_peek_tail(&l->unacked);
	if ((skb && before(una, atmtcp_cb(skb)->end)) || l->piece.left)
		set_bit(SOCK_NOSPACE, &l->sock->flags);
	release_sock(sk);
	while ((skb = skb_peek(&l->unacked)) && !before(una, atmtcp_cb(skb)->end)) {
		__skb_unlink(skb, &l->unacked);
		atmtcp_done(l, skb);
		consume_skb(skb);
	}
	atmtcp_feed(l);
}

static void atmtcp_say(struct cldn_atmtcp *l, bool open, u16 vpi, u16 vci, u32 max_sdu)
{
	const struct cldn_atmtcp_control control = { .open = open, .vpi = vpi, .vci = vci };

	l->piece.skb = NULL;
	l->piece.at = l->piece.control;
	l->piece.left = cldn_atmtcp_control_make(l->piece.control, &control, max_sdu);
}

static struct cldn_channel *atmtcp_bye_pop(struct cldn_atmtcp *l)
{
	struct atmtcp_channel *ac;

	guard(spinlock_irqsave)(&l->lock);
	ac = list_first_entry_or_null(&l->byes, struct atmtcp_channel, bye);
	if (!ac)
		return NULL;
	list_del_init(&ac->bye);
	return &ac->ch;
}

/* "C vpi.vci" of a channel that is shut. */
static bool atmtcp_next_bye(struct cldn_atmtcp *l)
{
	struct cldn_channel *ch = atmtcp_bye_pop(l);

	if (!ch)
		return false;
	atmtcp_say(l, false, ch->vpi, ch->vci, 0);
	sock_put(&ch->sk); /* pairs with cldn_atmtcp_shut() */
	return true;
}

/* "O vpi.vci ..." of one that is open. */
static bool atmtcp_next_hello(struct cldn_atmtcp *l)
{
	struct xarray *channels = &l->medium.channels;
	struct cldn_channel *ch;
	unsigned long key = 0;

	if (!xa_marked(channels, ATMTCP_UNTOLD))
		return false;
	guard(rcu)();
	xa_lock_irq(channels);
	ch = xa_find(channels, &key, ULONG_MAX, ATMTCP_UNTOLD);
	if (ch)
		__xa_clear_mark(channels, key, ATMTCP_UNTOLD);
	xa_unlock_irq(channels);
	if (ch)
		atmtcp_say(l, true, ch->vpi, ch->vci, ch->max_sdu);
	return ch;
}

/* A frame whose channel is still open. */
static bool atmtcp_next_frame(struct cldn_atmtcp *l, struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(queue))) {
		if (READ_ONCE(cldn_channel_of(skb)->shut)) {
			atmtcp_lose(l, skb);
			continue;
		}
		l->piece.skb = skb;
		l->piece.at = skb->data;
		l->piece.left = skb->len;
		return true;
	}
	return false;
}

/* A channel is told of as shut before it is told of as open anew, and so before its data. */
static bool atmtcp_next(struct cldn_atmtcp *l)
{
	return l->piece.left || atmtcp_next_bye(l) || atmtcp_next_hello(l) ||
	       atmtcp_next_frame(l, &l->txq[0]) || atmtcp_next_frame(l, &l->txq[1]);
}

/* False when the socket takes no more; an error of it is seen by who reads. */
static bool atmtcp_write(struct cldn_atmtcp *l)
{
	struct cldn_atmtcp_piece *p = &l->piece;
	struct kvec vec = { .iov_base = (void *)p->at, .iov_len = p->left };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	int n = kernel_sendmsg(l->sock, &msg, &vec, 1, p->left);

	if (n < 0)
		return false;
	p->at += n;
	p->left -= n;
	if (p->left)
		return false;
	cldn_medium_count(&l->medium, CLDN_CELLS_FRAMES_OUT);
	if (p->skb) {
		atmtcp_cb(p->skb)->end = tcp_sk(l->sock->sk)->write_seq;
		__skb_queue_tail(&l->unacked, p->skb);
		p->skb = NULL;
	}
	return true;
}

int cldn_atmtcp_transmit(struct cldn_atmtcp *l)
{
	unsigned int turn;
	int ret = -EAGAIN;

	for (turn = 0; turn < ATMTCP_TURN; turn++)
		if (!atmtcp_next(l) || !atmtcp_write(l)) {
			ret = 0;
			break;
		}
	atmtcp_acked(l);
	return ret;
}

/* Process context. */
static void atmtcp_queue(struct cldn_channel *ch, struct sk_buff *skb)
{
	struct cldn_atmtcp *l = cldn_atmtcp_of(ch);

	atomic_inc(&l->queued);
	skb_queue_tail(&l->txq[!atmtcp_signals(ch)], skb);
	cldn_atmtcp_kick(l);
}

static struct sk_buff *atmtcp_make(struct cldn_channel *ch, const void *sdu, size_t len)
{
	struct sk_buff *skb = alloc_skb(CLDN_ATMTCP_HEAD + len, GFP_ATOMIC | __GFP_NOWARN);

	if (!skb)
		return NULL;
	cldn_atmtcp_head(skb_put(skb, CLDN_ATMTCP_HEAD), ch->vpi, ch->vci, len);
	skb_put_data(skb, sdu, len);
	cldn_channel_own(ch, skb, len);
	if (!atmtcp_signals(ch))
		atomic_add(skb->truesize, &cldn_atmtcp_of(ch)->held);
	return skb;
}

static u32 atmtcp_need(size_t len)
{
	return SKB_TRUESIZE(CLDN_ATMTCP_HEAD + len);
}

static bool atmtcp_link_takes(struct cldn_channel *ch, u32 need)
{
	return atmtcp_signals(ch) ||
	       atomic_read(&cldn_atmtcp_of(ch)->held) + need <= ATMTCP_HELD_MAX;
}

/* Senders on several CPUs may find the same room: the bound is passed by a frame of each. */
static bool atmtcp_link_has_room(struct cldn_channel *ch, u32 need)
{
	if (atmtcp_link_takes(ch, need))
		return true;
	set_bit(0, &cldn_atmtcp_of(ch)->starved);
	smp_mb__after_atomic(); /* set before the count is read; pairs with atmtcp_feed() */
	return atmtcp_link_takes(ch, need);
}

static bool atmtcp_has_room(struct cldn_channel *ch, size_t len)
{
	u32 need = atmtcp_need(len);

	return cldn_channel_has_room(ch, need) && atmtcp_link_has_room(ch, need);
}

static int atmtcp_send_held(struct cldn_channel *ch, const void *sdu, size_t len)
{
	struct cldn_atmtcp *l = cldn_atmtcp_of(ch);
	struct sk_buff *skb;

	if (!READ_ONCE(l->up) || READ_ONCE(ch->shut))
		return -ENETDOWN;
	if (!len || len > ch->max_sdu)
		return -EMSGSIZE;
	if (!atmtcp_has_room(ch, len))
		return -EAGAIN;
	skb = atmtcp_make(ch, sdu, len);
	if (!skb)
		return -ENOMEM;
	cldn_medium_count(&l->medium, CLDN_CELLS_SDUS_OUT);
	atmtcp_queue(ch, skb);
	return 0;
}

/* The user may put the channel while it is in here. */
int cldn_atmtcp_send(struct cldn_channel *ch, const void *sdu, size_t len)
{
	int ret;

	if (!cldn_channel_get(ch))
		return -ENETDOWN;
	ret = atmtcp_send_held(ch, sdu, len);
	sock_put(&ch->sk);
	return ret;
}

/* On a link that is down there is nothing to wait for: send() says so. */
bool cldn_atmtcp_writable(struct cldn_channel *ch, size_t len)
{
	struct cldn_atmtcp *l = cldn_atmtcp_of(ch);

	if (!READ_ONCE(l->up) || READ_ONCE(ch->shut) || !len || len > ch->max_sdu)
		return true;
	return atmtcp_has_room(ch, len);
}

/* The peer's TCP has it, or there is no peer, or it does not read. */
void cldn_atmtcp_flush(struct cldn_link *link)
{
	struct cldn_atmtcp *l = link->priv;

	wait_event_timeout(l->quiet, !atomic_read(&l->queued) || !READ_ONCE(l->up), ATMTCP_FLUSH);
}

/* ---- a connection's begin and end ---- */

void cldn_atmtcp_begin(struct cldn_atmtcp *l)
{
	struct xarray *channels = &l->medium.channels;
	struct cldn_channel *ch;
	unsigned long key;

	/* of senders who were late to see that the last one had ended */
	atmtcp_lose_all(l, &l->txq[0]);
	atmtcp_lose_all(l, &l->txq[1]);
	cldn_atmtcp_rx_init(&l->rx);
	xa_lock_irq(channels);
	xa_for_each(channels, key, ch)
		__xa_set_mark(channels, key, ATMTCP_UNTOLD);
	xa_unlock_irq(channels);
}

void cldn_atmtcp_forget_byes(struct cldn_atmtcp *l)
{
	struct cldn_channel *ch;

	while ((ch = atmtcp_bye_pop(l)))
		sock_put(&ch->sk);
}

void cldn_atmtcp_forget(struct cldn_atmtcp *l)
{
	if (!cldn_atmtcp_rx_between(&l->rx) && l->rx.state != CLDN_ATMTCP_AT_END)
		cldn_medium_count(&l->medium, CLDN_CELLS_BAD_FRAME);
	atmtcp_rx_end(l, false);
	cldn_atmtcp_rx_init(&l->rx);
	if (l->piece.skb)
		atmtcp_lose(l, l->piece.skb);
	l->piece.skb = NULL;
	l->piece.left = 0;
	atmtcp_lose_all(l, &l->unacked);
	atmtcp_lose_all(l, &l->txq[0]);
	atmtcp_lose_all(l, &l->txq[1]);
	cldn_atmtcp_forget_byes(l);
	atmtcp_feed(l);
	wake_up_all(&l->quiet);
}

/* ---- channels ---- */

static void atmtcp_untold(struct cldn_channel *ch)
{
	struct xarray *channels = &ch->medium->channels;

	xa_lock_irq(channels);
	__xa_set_mark(channels, cldn_channel_key(ch->vpi, ch->vci), ATMTCP_UNTOLD);
	xa_unlock_irq(channels);
}

struct cldn_channel *cldn_atmtcp_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				      void *chan_ctx)
{
	struct cldn_atmtcp *l = link->priv;
	struct cldn_channel *ch;

	if (READ_ONCE(l->gone))
		return ERR_PTR(-ENODEV);
	ch = cldn_channel_alloc(&l->medium, &cldn_atmtcp_proto, vpi, vci, max_sdu);
	if (IS_ERR(ch))
		return ch;
	INIT_LIST_HEAD(&container_of(ch, struct atmtcp_channel, ch)->bye);
	ch = cldn_channel_open(ch, chan_ctx);
	if (IS_ERR(ch))
		return ch;
	atmtcp_untold(ch);
	cldn_atmtcp_kick(l);
	return ch;
}

/* Any context. Of whom the peer has not heard it need not hear the end. */
void cldn_atmtcp_shut(struct cldn_channel *ch)
{
	struct cldn_atmtcp *l = cldn_atmtcp_of(ch);
	bool told = !cldn_channel_shut(ch);

	scoped_guard(spinlock_irqsave, &l->lock) {
		if (!told || !l->connected)
			return;
		sock_hold(&ch->sk); /* pairs with atmtcp_next_bye() */
		list_add_tail(&container_of(ch, struct atmtcp_channel, ch)->bye, &l->byes);
	}
	cldn_atmtcp_kick(l);
}
