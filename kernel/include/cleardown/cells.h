/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells: a medium of virtual channels, as the call manager sees it. A link driver whose @cells is
 * set carries AAL5 SDUs on VPI/VCI pairs over an interface; it knows nothing of signalling, files
 * or users. The call manager knows nothing of frames.
 *
 * Life: probe (link) -> start -> channels -> stop -> remove. One link has one user (its device's
 * class). A channel: open -> (send, received)* -> shut -> put. After shut nothing is received or
 * sent; frames that the device still holds keep the channel's memory and the driver's module until
 * the device has freed them.
 */
#ifndef CLEARDOWN_CELLS_H
#define CLEARDOWN_CELLS_H

#include <linux/skbuff.h>
#include <linux/types.h>

struct cldn_channel;
struct cldn_link;

#define CLDN_NSAP_LEN 20

/* Side of a point-to-point link. */
enum cldn_cells_side {
	CLDN_SIDE_AUTO, /* only as a wish at bind: the medium decides */
	CLDN_SIDE_USER,
	CLDN_SIDE_NETWORK,
};

/**
 * struct cldn_cells_info - what a medium is and can do; constant while it is up
 * @up: the interface carries cells and the peer is known
 * @multipoint: one channel can have several receivers
 * @close_data: most octets of close data, 0 = it has none
 * @max_sdu: largest SDU of a channel
 * @cells_per_s: line rate, 0 = not known
 * @side: of this end, known once @up
 * @nsap: address of this end
 * @peer_nsap: of the other, zero when not known
 */
struct cldn_cells_info {
	bool up;
	bool multipoint;
	u32 close_data;
	u32 max_sdu;
	u32 cells_per_s;
	enum cldn_cells_side side;
	u8 nsap[CLDN_NSAP_LEN];
	u8 peer_nsap[CLDN_NSAP_LEN];
};

/**
 * struct cldn_cells_up - what a medium reports to its user
 * @changed: the info (cldn_cells_ops.info) changed: it came up, went down, or is gone for good,
 *	and then nothing but shut, put and stop makes sense; with the Q.850 cause of what happened.
 *	Any context, rtnl may be held above: only notes and queues work.
 * @received: a whole SDU, linear, skb->data to skb->len; the skb is the callee's. Softirq.
 *	@chan_ctx as given to open. RCU read side: the callee's object may be shutting.
 * @room: after send() said -EAGAIN: it may have room now. Any context.
 */
struct cldn_cells_up {
	void (*changed)(void *ctx, bool gone, u8 cause);
	void (*received)(void *chan_ctx, struct sk_buff *skb);
	void (*room)(void *chan_ctx);
};

/* What is counted of a medium, since it was bound. */
enum cldn_cells_count {
	CLDN_CELLS_FRAMES_IN, /* with our label and whole cells; of TCP: heads that can be */
	CLDN_CELLS_FRAMES_OUT,
	CLDN_CELLS_SDUS_IN,
	CLDN_CELLS_SDUS_OUT,
	/* frames that were ignored */
	CLDN_CELLS_STRANGER, /* not from the peer, or not to us; of TCP: a connection */
	CLDN_CELLS_SHORT_FRAME,
	CLDN_CELLS_BAD_LABEL,
	CLDN_CELLS_BAD_FRAME, /* the last cell was cut; of TCP: the stream, or it made no sense */
	/* cells that were ignored */
	CLDN_CELLS_OAM, /* management */
	CLDN_CELLS_UNKNOWN, /* of no open channel; of TCP: SDUs */
	/* PDUs that were dropped */
	CLDN_CELLS_TOO_LONG,
	CLDN_CELLS_CRC,
	CLDN_CELLS_CPI,
	CLDN_CELLS_ABORT,
	CLDN_CELLS_LENGTH,
	CLDN_CELLS_TIMEOUT,
	CLDN_CELLS_BUDGET,
	CLDN_CELLS_NO_MEMORY,
	CLDN_CELLS_BAD_HELLO, /* of TCP: a control text that is none */
	CLDN_CELLS_TX_DROPPED, /* frames that a queue of the device refused, or a connection lost */
	CLDN_CELLS_COUNTS
};

/**
 * struct cldn_cells_ops - the part of a link driver that carries cells
 * @start: begin: upcalls may come before it returns. Process context, sleeps.
 * @stop: no upcall after it; the channels were shut. Process context, sleeps (one grace period).
 * @info: as it is now. Any context.
 * @open: a channel on @vpi, @vci for SDUs of at most @max_sdu octets. Allocates; process context.
 *	ERR_PTR: -EEXIST, -ENOMEM, -EINVAL, -ENODEV.
 * @shut: nothing is sent or received on it after this, but a @received that runs may still be on
 *	its way out on another processor: @chan_ctx is freed by RCU only. Any context, no sleep.
 * @put: the user lets go of it, after @shut. The memory goes after an RCU grace period. Any
 *	context.
 * @send: inside of rcu_read_lock(): hand over one SDU: 0 when all of it was taken, -EAGAIN when
 *	there is no room (@room follows), -ENETDOWN (also when it is shut), -EMSGSIZE, -ENOMEM.
 *	Process context, no sleep.
 * @writable: inside of rcu_read_lock(): send() would not answer -EAGAIN for @len octets now; when
 *	it would, @room follows. Any context.
 * @in_flight: inside of rcu_read_lock(): octets of SDUs taken by send whose frames the device has
 *	not freed, or, where the far end confirms, that it has not confirmed; what never got there,
 *	since the channel was shut, or the connection lost, is counted for ever. Any context; also
 *	after @shut, until @put.
 * @flush: optional: what send() took is at the device, or was dropped by it, when this returns; it
 *	does not wait longer than half a second for a far end. For the last words of a channel,
 *	before it is shut. Process context, sleeps.
 * @stats: optional: fills CLDN_CELLS_COUNTS numbers, see enum cldn_cells_count. From probe to
 *	remove, any context.
 */
struct cldn_cells_ops {
	int (*start)(struct cldn_link *link, const struct cldn_cells_up *up, void *ctx);
	void (*stop)(struct cldn_link *link);
	void (*info)(struct cldn_link *link, struct cldn_cells_info *info);
	struct cldn_channel *(*open)(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				     void *chan_ctx);
	void (*shut)(struct cldn_channel *ch);
	void (*put)(struct cldn_channel *ch);
	int (*send)(struct cldn_channel *ch, const void *sdu, size_t len);
	bool (*writable)(struct cldn_channel *ch, size_t len);
	size_t (*in_flight)(struct cldn_channel *ch);
	void (*flush)(struct cldn_link *link);
	void (*stats)(struct cldn_link *link, u64 *counts);
};

#endif /* CLEARDOWN_CELLS_H */
