/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Ethernet medium of virtual circuits: cells in MPLS frames (cell.h, aal5.h) between this
 * interface and one other, the peer, under one label.
 *
 * States of a link and who changes them, under l->lock:
 *
 *   bound    probe has found the interface and holds it; nothing is received    binder, rtnl
 *   started  frames with our label are looked at; upcalls may come              binder, rtnl
 *   usable   the interface is up, has a carrier and nobody before us takes its frames (a bridge, a
 *            bond, a macvlan)                                                   notifier, worker
 *   up       usable, and the peer is known and not at odds with us: channels move SDUs
 *   gone     the interface left this machine or this network namespace; its reference was dropped
 *            before the notifier returned. It does not come back                notifier
 *
 * The peer is named at bind, or found: hellos go to a group of hosts once a second until one is
 * answered, and then to the peer every ten seconds, so that an end that began anew is found anew,
 * and one that fell silent is forgotten. An end whose peer is named sends none before it has heard
 * one. Whoever is first heard is the peer where it is not named: so much trust a wire has, and a
 * wire with more than two ends wants peer= at each. An interface whose address changes is another
 * host: a found peer finds it when it has forgotten the old one, a named one has to be bound anew.
 *
 * What happens to the interface, and what we make of it, is the table ether_events. In all cases
 * the state is looked up anew; the table adds the cause to tell, and whether a found peer is still
 * to be believed.
 *
 * Frames that are received are looked at in softirq: those of the peer to us, and hellos. They are
 * put together under l->rx_lock, within a budget of memory for the link and of time for each PDU;
 * what is whole goes up without a lock, within the RCU read side in which its channel was found.
 *
 * Frames that are sent belong to their channel (medium.h), as does its PDU that is not whole. The
 * frames of an SDU are queued together, and all of a link are given to the first queue of the
 * device on one processor, by who sends, when he is there, or a work: so cells stay in order, also
 * where every processor has a queue of its own, as with veth. Frames are linear since few devices
 * can more with MPLS.
 *
 * Locks: rtnl > l->lock, rtnl > l->rx_lock; neither of the latter inside of the other, and no
 * upcall or call of the network's with one of them held. rtnl is taken by bind and unbind alone.
 * l->lock is taken in all contexts, l->rx_lock in softirq and by the worker.
 */
#ifndef CLEARDOWN_TRANSPORT_ETHER_H
#define CLEARDOWN_TRANSPORT_ETHER_H

#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <cleardown/link.h>
#include "aal5.h"
#include "cell.h"
#include "hello.h"
#include "medium.h"

/* jiffies: the least time between two hellos, the most from a PDU's first cell to its last */
#define ETHER_HELLO_LEAST (HZ / 20)
#define ETHER_PARTIAL_AGE (10 * HZ)

/* A group of our own, of locally administered addresses. */
extern const u8 cldn_ether_group[ETH_ALEN];

/**
 * struct cldn_ether - a bound interface
 * @medium: channels, counts, and its user
 * @backend: its name, for messages
 * @label: of our frames, in both directions
 * @fixed: the peer was named at bind
 * @ours: what we say of us; @ours.mac is the interface's, under @lock
 * @node: in ether_links
 * @dev: the interface, held; NULL once it is gone. Written under rtnl, read by RCU too
 * @pt: how its frames come
 * @lock: what follows, to @work
 * @started: upcalls may be made
 * @usable: see above; also read without the lock
 * @gone: see above
 * @up: see above; also read without the lock
 * @rate: cells per second, 0 = not known
 * @match: what we are beside the peer
 * @theirs: what the peer says of itself, or what we think
 * @heard: a hello that @work has not looked at
 * @heard_new: there is one
 * @heard_group: it wants an answer
 * @heard_at: when the peer's last one came, jiffies
 * @hello_at: when we sent the last one, jiffies
 * @peer: MAC as a number, 0 = none is known; written under @lock
 * @work: hellos, silence, PDUs that grew old
 * @txq: frames for @tx, its own lock
 * @tx: sends them
 * @cpu: where all are sent
 * @flags: ETHER_SENDING
 * @rx_lock: what follows, and the receiving half of each channel
 * @partial: channels with a PDU that is not whole, the oldest first
 * @partial_bytes: their memory
 */
struct cldn_ether {
	struct cldn_medium medium;
	char backend[CLEARDOWN_SPEC_LEN];
	u32 label;
	bool fixed;
	struct cldn_hello ours;
	struct list_head node;
	struct net_device __rcu *dev;
	struct packet_type pt;

	spinlock_t lock; /* see above */
	bool started;
	bool usable;
	bool gone;
	bool up;
	u32 rate;
	enum cldn_hello_match match;
	struct cldn_hello theirs;
	struct cldn_hello heard;
	bool heard_new;
	bool heard_group;
	unsigned long heard_at;
	unsigned long hello_at;
	atomic64_t peer;
	struct delayed_work work;

	struct sk_buff_head txq;
	struct work_struct tx;
	int cpu;
	unsigned long flags;

	spinlock_t rx_lock; /* see above */
	struct list_head partial;
	u32 partial_bytes;
};

#define ETHER_SENDING 0 /* bit of flags: somebody takes frames out of @txq, on @cpu */
/**
 * struct cldn_ether_channel - an open channel
 * @ch: what all media have
 * @rx: the PDU that is being received; under rx_lock, as all that follows
 * @part: its memory
 * @partial: in l->partial, with a reference to the sock
 * @since: when it began, jiffies
 */
struct cldn_ether_channel {
	struct cldn_channel ch;
	struct cldn_aal5_rx rx;
	struct sk_buff *part;
	struct list_head partial;
	unsigned long since;
};

static inline struct cldn_ether_channel *cldn_ether_channel(struct cldn_channel *ch)
{
	return container_of(ch, struct cldn_ether_channel, ch);
}

static inline void cldn_ether_count(struct cldn_ether *l, enum cldn_cells_count what)
{
	cldn_medium_count(&l->medium, what);
}

static inline bool cldn_ether_is_hello(u16 vpi, u16 vci)
{
	return vpi == CLDN_HELLO_VPI && vci == CLDN_HELLO_VCI;
}

/* ether.c; any context */
void cldn_ether_work_soon(struct cldn_ether *l, unsigned long delay);

/* ether_rx.c */
int cldn_ether_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
		   struct net_device *orig_dev);
void cldn_ether_reap(struct cldn_ether *l, bool all);

/* Of the channels; their memory lasts from cldn_channels_init() on. */
extern struct proto cldn_ether_proto;

/* ether_tx.c; all but the last two as in struct cldn_cells_ops */
struct cldn_channel *cldn_ether_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				     void *chan_ctx);
void cldn_ether_shut(struct cldn_channel *ch);
void cldn_ether_flush(struct cldn_link *link);
int cldn_ether_send(struct cldn_channel *ch, const void *sdu, size_t len);
bool cldn_ether_writable(struct cldn_channel *ch, size_t len);
void cldn_ether_tx(struct work_struct *work);
void cldn_ether_greet(struct cldn_ether *l, const struct cldn_hello *hello, const u8 *to);

#endif /* CLEARDOWN_TRANSPORT_ETHER_H */
