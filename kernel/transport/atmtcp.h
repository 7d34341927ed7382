/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ATM-over-TCP medium of virtual circuits (atmframe.h): a connection to one other end, the
 * peer, be it a link like this one, or stock atmtcp(8), which prints, records, passes on between
 * two.
 *
 * One end connects, again and again until it succeeds; the other listens and takes one connection,
 * from one address where bind names it. Nobody says on the wire which of them is the network: who
 * listens is, or whom bind calls so; through a relay, where both connect, bind has to.
 *
 * States of a link and who changes them, under l->lock:
 *
 *   bound    probe has parsed the addresses; there is no socket                     binder
 *   started  the work runs: it connects, or listens                                 binder
 *   connected  the peer is told which channels are open                             work
 *   up       connected, and the peer was heard: channels move SDUs                  work
 *   gone     the network namespace went, and with it all sockets. It does not come back
 *                                                                    the namespace's end
 *
 * A relay is not the peer. Stock atmtcp takes its first connection, keeps what comes, and hands all
 * of it on when the second one is there: beginnings of SSCOP that are long given up, from which the
 * two ends do not come to the same numbers. So a connection on which nothing was heard is not up:
 * what each end says of its open channels is what the other one waits for. One that only listens, a
 * dumper, is spoken to after a while all the same.
 *
 * The work alone touches the sockets, and it waits for nothing; whoever has news of one or a frame
 * to send has it run (cldn_atmtcp_kick()). Who stops it does so before he touches them himself. The
 * sockets' callbacks run in softirq or in the work, with the socket's lock held; they find the link
 * in sk_user_data, under sk_callback_lock, and do nothing but that. TCP may keep a socket after its
 * release, so its callbacks are its own again by then.
 *
 * Where an SDU is, from send() until the peer's TCP has confirmed its last octet: in a queue of
 * ours, in part in the socket, or wholly there with a copy in l->unacked; all that time it counts
 * against its channel, which so has a bound also when nobody reads at the far end, and is in
 * flight. So it counts against the link, but for signalling, which never waits for data: however
 * many channels there are, they hold no more than ATMTCP_HELD_MAX together. When the connection
 * ends, or the channel is shut before the socket got the first octet, it is lost: in flight for
 * ever. One that is there in part is finished, or the stream would be torn.
 *
 * Nothing here sleeps for memory: the socket allocates with GFP_NOWAIT, what it refuses is offered
 * again when it says that it has room, and an SDU that comes in without memory for it is skipped
 * and counted. What a channel's end has to say, "C vpi.vci", needs none. A connect, whose socket is
 * allocated as others are, is begun when the link is down and no call can wait for it.
 *
 * An end that died is noticed after 25 s of silence by keepalive, or 30 s after TCP last got an
 * answer to what it sent: a peer whose window stays closed so long is as good as dead, SSCOP gave
 * up before. A connection that is lost is tried again after a while that doubles with each failure
 * and begins anew once a connection has lasted.
 *
 * Locks: socket lock > sk_callback_lock > l->lock. No upcall with l->lock held. atmtcp_mutex, of
 * the list of links, is above all of them, and has the namespace's end wait for an unbind that is
 * under way.
 */
#ifndef CLEARDOWN_TRANSPORT_ATMTCP_H
#define CLEARDOWN_TRANSPORT_ATMTCP_H

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cleardown/link.h>
#include "atmframe.h"
#include "medium.h"
#include "sock.h"

/* The peer has not been told that the channel is open. */
#define ATMTCP_UNTOLD CLDN_CHANNEL_MARK

/**
 * struct cldn_atmtcp_piece - what is being written to the socket
 * @skb: a frame, or NULL
 * @control: octets of a control text, when @skb is NULL
 * @at: next octet
 * @left: octets from there on; 0 = there is none
 */
struct cldn_atmtcp_piece {
	struct sk_buff *skb;
	u8 control[CLDN_ATMTCP_CONTROL_MAX];
	const u8 *at;
	size_t left;
};

/**
 * struct cldn_atmtcp - a bound link
 * @medium: channels, counts, and its user
 * @backend: for messages
 * @net: its namespace; no reference, its end makes the link gone
 * @addr: of the peer; without a family: anybody's
 * @listens: it waits for the peer on @port
 * @port: where, in host byte order
 * @peer_nsap: address of the other end as far as bind knows
 * @node: in atmtcp_links
 * @lock: what follows, to @byes
 * @started: the work may run
 * @gone: see above
 * @connected: see above
 * @up: see above; also read without the lock
 * @byes: shut channels of which the peer has to be told, with a reference
 * @work: see above; all that follows to @unacked is its own
 * @listener: socket that listens
 * @listen_own: its own callbacks, while ours is in their place
 * @sock: the connection, or one that is being made
 * @own: its own callbacks, while ours are in their place
 * @until: jiffies at which a connect counts as failed, at which the next one begins, or at which a
 *	silent peer is spoken to
 * @since: jiffies at which the connection came up
 * @wait: jiffies from a failure to the next connect
 * @rx: the stream that comes
 * @rx_skb: the SDU that is being received
 * @rx_channel: whose it is, with a reference; both are NULL, or neither
 * @rx_buf: ATMTCP_RX_SIZE octets
 * @piece: what is being written
 * @unacked: frames that are wholly in the socket, the oldest first
 * @txq: frames that are not in it: of signalling, of data. Their own locks
 * @queued: frames that send() took and the peer has not confirmed
 * @held: octets of their memory, as skb->truesize, but those of signalling
 * @starved: bit 0: somebody was told that the link has no room, and waits
 * @quiet: woken when there are none
 */
struct cldn_atmtcp {
	struct cldn_medium medium;
	char backend[CLEARDOWN_SPEC_LEN];
	struct net *net;
	struct sockaddr_storage addr;
	bool listens;
	u16 port;
	u8 peer_nsap[CLDN_NSAP_LEN];
	struct list_head node;

	spinlock_t lock; /* see above */
	bool started;
	bool gone;
	bool connected;
	bool up;
	struct list_head byes;

	struct delayed_work work;
	struct socket *listener;
	struct cldn_sock_calls listen_own;
	struct socket *sock;
	struct cldn_sock_calls own;
	unsigned long until;
	unsigned long since;
	unsigned long wait;
	struct cldn_atmtcp_rx rx;
	struct sk_buff *rx_skb;
	struct cldn_channel *rx_channel;
	u8 *rx_buf;
	struct cldn_atmtcp_piece piece;
	struct sk_buff_head unacked;

	struct sk_buff_head txq[2];
	atomic_t queued;
	atomic_t held;
	unsigned long starved;
	wait_queue_head_t quiet;
};

#define ATMTCP_RX_SIZE 16384
/* Most that is held for a peer that does not read. */
#define ATMTCP_HELD_MAX (4 * 1024 * 1024)

static inline struct cldn_atmtcp *cldn_atmtcp_of(const struct cldn_channel *ch)
{
	return container_of(ch->medium, struct cldn_atmtcp, medium);
}

/* atmtcp.c: the work shall run; any context */
void cldn_atmtcp_kick(struct cldn_atmtcp *l);

/* atmtcp.c: the peer was heard; the work */
void cldn_atmtcp_heard(struct cldn_atmtcp *l);

/* atmtcp_io.c; the work, or who has stopped it */

/**
 * cldn_atmtcp_receive - read what has come
 * @l: connected
 * Return: 0 when that was all; -EAGAIN when there is more; the cause of the connection's end
 */
int cldn_atmtcp_receive(struct cldn_atmtcp *l);

/**
 * cldn_atmtcp_transmit - write what the socket takes, and free what has arrived
 * @l: connected
 * Return: 0, or -EAGAIN when others should have their turn before there is more
 */
int cldn_atmtcp_transmit(struct cldn_atmtcp *l);

/** cldn_atmtcp_begin - a connection comes up: nothing is under way, nobody was told anything */
void cldn_atmtcp_begin(struct cldn_atmtcp *l);

/** cldn_atmtcp_forget - a connection ended: what was under way is lost */
void cldn_atmtcp_forget(struct cldn_atmtcp *l);

/** cldn_atmtcp_forget_byes - there is nobody any more to be told */
void cldn_atmtcp_forget_byes(struct cldn_atmtcp *l);

/* Of the channels; their memory lasts from cldn_channels_init() on. */
extern struct proto cldn_atmtcp_proto;

/* As in struct cldn_cells_ops. */
struct cldn_channel *cldn_atmtcp_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				      void *chan_ctx);
void cldn_atmtcp_shut(struct cldn_channel *ch);
int cldn_atmtcp_send(struct cldn_channel *ch, const void *sdu, size_t len);
bool cldn_atmtcp_writable(struct cldn_channel *ch, size_t len);
void cldn_atmtcp_flush(struct cldn_link *link);

#endif /* CLEARDOWN_TRANSPORT_ATMTCP_H */
