// SPDX-License-Identifier: GPL-2.0-only
/* Frames that are received become SDUs. See ether.h for who runs when, and under what. */
#include <linux/etherdevice.h>
#include <linux/minmax.h>
#include <linux/skbuff.h>
#include "ether.h"

/* Octets of memory, as skb->truesize, of the PDUs of a link that are not whole. */
#define ETHER_PARTIAL_MAX (4 * 1024 * 1024)
/* The first buffer of a PDU of more than a cell; it grows twofold. */
#define ETHER_PART_FIRST (11 * CLDN_CELL_PAYLOAD)
/* A hello has to fit into one frame, with what later versions may add. */
#define ETHER_HELLO_MAX 232
#define ETHER_HELLO_PDU 240

/* ---- PDUs that are not whole; under rx_lock ---- */

/* Out of the list; its memory is the caller's. */
static struct sk_buff *ether_part_take(struct cldn_ether *l, struct cldn_ether_channel *ch)
{
	struct sk_buff *skb = ch->part;

	if (!skb)
		return NULL;
	ch->part = NULL;
	list_del_init(&ch->partial);
	l->partial_bytes -= skb->truesize;
	sock_put(&ch->ch.sk); /* pairs with ether_part_put() */
	return skb;
}

/* Another buffer of a PDU, the first one or a larger one. The channel may just have been put. */
static bool ether_part_put(struct cldn_ether *l, struct cldn_ether_channel *ch, struct sk_buff *skb)
{
	if (ch->part) {
		l->partial_bytes -= ch->part->truesize;
		kfree_skb(ch->part);
	} else {
		if (!cldn_channel_get(&ch->ch)) /* pairs with ether_part_take() */
			return false;
		list_add_tail(&ch->partial, &l->partial);
		ch->since = jiffies;
		queue_delayed_work(system_wq, &l->work, ETHER_PARTIAL_AGE);
	}
	ch->part = skb;
	l->partial_bytes += skb->truesize;
	return true;
}

static void ether_part_drop(struct cldn_ether *l, struct cldn_ether_channel *ch, bool rest)
{
	cldn_aal5_rx_drop(&ch->rx, rest);
	kfree_skb(ether_part_take(l, ch));
}

/* The oldest ones go until @ch's has its place; it alone is always within the budget. */
static void ether_part_budget(struct cldn_ether *l, struct cldn_ether_channel *ch)
{
	struct cldn_ether_channel *old, *next;

	list_for_each_entry_safe(old, next, &l->partial, partial) {
		if (l->partial_bytes <= ETHER_PARTIAL_MAX)
			break;
		if (old == ch)
			continue;
		ether_part_drop(l, old, true);
		cldn_ether_count(l, CLDN_CELLS_BUDGET);
	}
}

/* @last: the cell that wants room ends its PDU. */
static bool ether_part_grow(struct cldn_ether *l, struct cldn_ether_channel *ch, bool last)
{
	u32 most = cldn_aal5_pdu_size(ch->rx.max);
	u32 size = ch->rx.len ? 2 * ch->rx.size : last ? CLDN_CELL_PAYLOAD : ETHER_PART_FIRST;
	struct sk_buff *skb;

	size = min(size, most);
	skb = alloc_skb(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return false;
	if (ch->part)
		memcpy(skb->data, ch->part->data, ch->rx.len);
	if (!ether_part_put(l, ch, skb)) {
		kfree_skb(skb);
		return false;
	}
	ether_part_budget(l, ch);
	cldn_aal5_rx_give(&ch->rx, skb->data, size);
	return true;
}

/* Those of channels that are shut, those that are too old, and all of them when @all. */
void cldn_ether_reap(struct cldn_ether *l, bool all)
{
	struct cldn_ether_channel *ch, *next;

	spin_lock_bh(&l->rx_lock);
	list_for_each_entry_safe(ch, next, &l->partial, partial) {
		bool old = time_after_eq(jiffies, ch->since + ETHER_PARTIAL_AGE);

		if (!all && !old && !READ_ONCE(ch->ch.shut))
			continue;
		ether_part_drop(l, ch, false);
		if (old)
			cldn_ether_count(l, CLDN_CELLS_TIMEOUT);
	}
	spin_unlock_bh(&l->rx_lock);
}

/* ---- receiving; softirq, RCU read side ---- */

/* What a frame leaves: SDUs to deliver when the lock is dropped, and a hello. */
struct ether_harvest {
	struct sk_buff_head whole;
	struct cldn_aal5_rx hello;
	bool is_hello;
	u8 buf[ETHER_HELLO_PDU];
};

/* The channel of a whole SDU: RCU keeps it as long as we are in here. */
struct ether_cb {
	struct cldn_channel *ch;
};

static struct ether_cb *ether_cb(struct sk_buff *skb)
{
	return (struct ether_cb *)skb->cb;
}

static const u8 ether_faults[CLDN_AAL5_RESULTS] = {
	[CLDN_AAL5_TOO_LONG] = CLDN_CELLS_TOO_LONG, [CLDN_AAL5_CRC] = CLDN_CELLS_CRC,
	[CLDN_AAL5_CPI] = CLDN_CELLS_CPI,	    [CLDN_AAL5_ABORT] = CLDN_CELLS_ABORT,
	[CLDN_AAL5_LENGTH] = CLDN_CELLS_LENGTH,
};

static void ether_whole(struct cldn_ether *l, struct cldn_ether_channel *ch,
			struct ether_harvest *h)
{
	struct sk_buff *skb = ether_part_take(l, ch);

	skb_put(skb, ch->rx.sdu);
	ether_cb(skb)->ch = &ch->ch;
	__skb_queue_tail(&h->whole, skb);
}

static void ether_cell(struct cldn_ether *l, struct cldn_ether_channel *ch, const u8 *payload,
		       bool last, struct ether_harvest *h)
{
	enum cldn_aal5_result result = cldn_aal5_rx_append(&ch->rx, payload, last);

	if (result == CLDN_AAL5_ROOM) {
		if (!ether_part_grow(l, ch, last)) {
			ether_part_drop(l, ch, !last);
			cldn_ether_count(l, CLDN_CELLS_NO_MEMORY);
			return;
		}
		result = cldn_aal5_rx_append(&ch->rx, payload, last);
	}
	switch (result) {
	case CLDN_AAL5_MORE:
	case CLDN_AAL5_SKIPPED:
		return;
	case CLDN_AAL5_WHOLE:
		ether_whole(l, ch, h);
		return;
	default:
		kfree_skb(ether_part_take(l, ch));
		cldn_ether_count(l, ether_faults[result]);
	}
}

/* A hello is in one frame or is none; one of them is enough. */
static void ether_hello_cell(struct ether_harvest *h, const u8 *payload, bool last)
{
	enum cldn_aal5_result result;

	if (h->is_hello)
		return;
	result = cldn_aal5_rx_append(&h->hello, payload, last);
	if (result == CLDN_AAL5_ROOM) {
		cldn_aal5_rx_give(&h->hello, h->buf, sizeof(h->buf));
		result = cldn_aal5_rx_append(&h->hello, payload, last);
	}
	if (result == CLDN_AAL5_WHOLE)
		h->is_hello = true;
}

/* @peer: the frame is the peer's; else nothing but a hello is taken. */
static void ether_cells(struct cldn_ether *l, struct cldn_frame_reader *r, bool peer,
			struct ether_harvest *h)
{
	struct cldn_channel *ch;
	struct cldn_cell cell;
	const u8 *payload;

	while ((payload = cldn_frame_next(r, &cell))) {
		if (!cldn_cell_is_user(&cell)) {
			cldn_ether_count(l, CLDN_CELLS_OAM);
			continue;
		}
		if (cldn_ether_is_hello(cell.vpi, cell.vci)) {
			ether_hello_cell(h, payload, cldn_cell_is_last(&cell));
			continue;
		}
		ch = peer ? cldn_channel_find(&l->medium, cell.vpi, cell.vci) : NULL;
		if (ch)
			ether_cell(l, cldn_ether_channel(ch), payload, cldn_cell_is_last(&cell), h);
		else
			cldn_ether_count(l, CLDN_CELLS_UNKNOWN);
	}
}

static void ether_deliver(struct ether_harvest *h)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&h->whole)))
		cldn_channel_received(ether_cb(skb)->ch, skb);
}

/* The worker decides what it means. */
static void ether_hello(struct cldn_ether *l, struct ether_harvest *h, struct sk_buff *skb)
{
	struct cldn_hello hello;
	unsigned long flags;
	bool early;

	if (cldn_hello_decode(&hello, h->buf, h->hello.sdu) ||
	    !ether_addr_equal(hello.mac, eth_hdr(skb)->h_source)) {
		cldn_ether_count(l, CLDN_CELLS_BAD_HELLO);
		return;
	}
	spin_lock_irqsave(&l->lock, flags);
	l->heard = hello;
	l->heard_new = true;
	l->heard_group = skb->pkt_type == PACKET_MULTICAST;
	early = time_before(jiffies, l->hello_at + ETHER_HELLO_LEAST);
	spin_unlock_irqrestore(&l->lock, flags);
	cldn_ether_work_soon(l, early ? ETHER_HELLO_LEAST : 0);
}

static void ether_frame(struct cldn_ether *l, struct sk_buff *skb, bool peer)
{
	static const u8 faults[] = {
		[CLDN_FRAME_SHORT] = CLDN_CELLS_SHORT_FRAME,
		[CLDN_FRAME_LABEL] = CLDN_CELLS_BAD_LABEL,
		[CLDN_FRAME_LENGTH] = CLDN_CELLS_BAD_FRAME,
	};
	struct ether_harvest h;
	struct cldn_frame_reader r;
	enum cldn_frame_fault fault;

	fault = cldn_frame_read(&r, skb->data, skb->len, l->label);
	if (fault) {
		cldn_ether_count(l, faults[fault]);
		return;
	}
	cldn_ether_count(l, CLDN_CELLS_FRAMES_IN);
	h.is_hello = false;
	__skb_queue_head_init(&h.whole);
	cldn_aal5_rx_init(&h.hello, ETHER_HELLO_MAX);
	spin_lock(&l->rx_lock);
	ether_cells(l, &r, peer, &h);
	spin_unlock(&l->rx_lock);
	ether_deliver(&h);
	if (h.is_hello)
		ether_hello(l, &h, skb);
}

enum ether_sender {
	ETHER_STRANGER,
	ETHER_PEER,
	ETHER_GREETS, /* anybody while no peer is known, the peer also to the group */
};

static enum ether_sender ether_sender(struct cldn_ether *l, const struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);
	u64 from = ether_addr_to_u64(eth->h_source);
	u64 peer = atomic64_read(&l->peer);

	if (peer && from != peer)
		return ETHER_STRANGER;
	if (skb->pkt_type == PACKET_HOST)
		return peer ? ETHER_PEER : ETHER_GREETS;
	if (skb->pkt_type == PACKET_MULTICAST && ether_addr_equal(eth->h_dest, cldn_ether_group))
		return ETHER_GREETS;
	return ETHER_STRANGER;
}

/* Consumes @skb. */
int cldn_ether_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
		   struct net_device *orig_dev)
{
	struct cldn_ether *l = pt->af_packet_priv;
	enum ether_sender sender;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb) {
		cldn_ether_count(l, CLDN_CELLS_NO_MEMORY);
		return NET_RX_DROP;
	}
	sender = ether_sender(l, skb);
	if (sender == ETHER_STRANGER) {
		cldn_ether_count(l, CLDN_CELLS_STRANGER);
		kfree_skb(skb);
		return NET_RX_DROP;
	}
	if (skb_linearize(skb)) {
		cldn_ether_count(l, CLDN_CELLS_NO_MEMORY);
		kfree_skb(skb);
		return NET_RX_DROP;
	}
	ether_frame(l, skb, sender == ETHER_PEER && READ_ONCE(l->up));
	consume_skb(skb);
	return NET_RX_SUCCESS;
}
