/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the link drivers of cells have in common: their channels, and the words of bind that any
 * medium knows. A driver embeds struct cldn_medium in its link, and struct cldn_channel, first, in
 * its channels.
 *
 * What is sent belongs to the channel's struct sock, which counts its memory, keeps this module
 * loaded until the last of it is freed and tells when there is room. A channel is freed by RCU
 * after the last of: its put(), its frames, what else the driver took a reference for. As long as
 * there is one its sock holds this module, so a link with signalling is unbound before the module
 * can be unloaded.
 *
 * Life: cldn_channel_open() -> (own, lose, has_room)* -> cldn_channel_shut() -> cldn_channel_put().
 */
#ifndef CLEARDOWN_TRANSPORT_MEDIUM_H
#define CLEARDOWN_TRANSPORT_MEDIUM_H

#include <linux/xarray.h>
#include <net/sock.h>
#include <cleardown/cells.h>
#include "hello.h"

/* Q.850 causes of a medium */
#define CAUSE_DESTINATION_OUT_OF_ORDER 27
#define CAUSE_NETWORK_OUT_OF_ORDER 38
#define CAUSE_TEMPORARY_FAILURE 41
#define CAUSE_RESOURCE_UNAVAILABLE 47
#define CAUSE_PROTOCOL_ERROR 111

/* The last one that is no user's: signalling goes before data. */
#define CLDN_SIGNALLING_LAST_VCI 31

/* Unless bind says otherwise: that of RFC 2225. */
#define CLDN_MEDIUM_MAX_SDU 9188

/**
 * struct cldn_medium_args - words of bind that any medium knows
 * @nsap: address of this end, zero when none was named
 * @role: enum cldn_hello_role
 * @close_data: most octets of close data
 * @max_sdu: what a call is told to agree on at most
 */
struct cldn_medium_args {
	u8 nsap[CLDN_NSAP_LEN];
	u8 role;
	u16 close_data;
	u32 max_sdu;
};

/**
 * struct cldn_medium - a link that carries cells
 * @up_ops: the user's, from start to stop
 * @up_ctx: likewise
 * @args: as bound
 * @channels: by cldn_channel_key()
 * @counts: see enum cldn_cells_count
 */
struct cldn_medium {
	const struct cldn_cells_up *up_ops;
	void *up_ctx;
	struct cldn_medium_args args;
	struct xarray channels;
	atomic64_t counts[CLDN_CELLS_COUNTS];
};

/* An XArray mark of @channels, for the driver; a channel begins without. */
#define CLDN_CHANNEL_MARK XA_MARK_0

#define CHANNEL_WANTS_ROOM 0 /* bit of flags: send() said -EAGAIN */

/**
 * struct cldn_channel - an open channel
 * @sk: accounts what is sent; first, and the memory of all of this
 * @medium: its link; outlives the channel's last use of it, since shut() comes before stop()
 * @ctx: the user's
 * @vpi: virtual path
 * @vci: virtual channel
 * @max_sdu: longest SDU in both directions
 * @shut: nothing moves any more
 * @flags: CHANNEL_*
 * @in_flight: octets of SDUs in frames that are owned
 */
struct cldn_channel {
	struct sock sk;
	struct cldn_medium *medium;
	void *ctx;
	u16 vpi;
	u16 vci;
	u32 max_sdu;
	bool shut;
	unsigned long flags;
	atomic_t in_flight;
};

static inline unsigned long cldn_channel_key(u16 vpi, u16 vci)
{
	return (unsigned long)vpi << 16 | vci;
}

static inline void cldn_medium_count(struct cldn_medium *m, enum cldn_cells_count what)
{
	atomic64_inc(&m->counts[what]);
}

/* The channel that owns a frame; NULL for one of the link's own. */
static inline struct cldn_channel *cldn_channel_of(const struct sk_buff *skb)
{
	return skb->sk ? container_of(skb->sk, struct cldn_channel, sk) : NULL;
}

/** cldn_medium_init - @m is zero; cldn_medium_exit() pairs */
void cldn_medium_init(struct cldn_medium *m);
void cldn_medium_exit(struct cldn_medium *m);

/* Those of cldn_medium_arg(), for the words of a driver. */
#define CLDN_MEDIUM_WORDS "nsap", "role", "max_sdu", "close_data"

/**
 * cldn_medium_arg - a word of bind
 * @a: is changed when the word is one of ours
 * @arg: "key=value"
 * Return: NULL, or what is wanted as a value. Words that are not ours are somebody else's.
 */
const char *cldn_medium_arg(struct cldn_medium_args *a, char *arg);

/**
 * cldn_medium_parse - all words of bind
 * @args: is cut into them, and outlives what @word keeps of it
 * @word: takes one; NULL, or what is wanted as a value, as cldn_medium_arg()
 * @ctx: for @word
 * @text: filled on error
 * @len: its size
 * Return: 0 or -EINVAL.
 */
int cldn_medium_parse(char *args, const char *(*word)(void *ctx, char *arg), void *ctx, char *text,
		      size_t len);

/** cldn_medium_number - a decimal number from @low to @high */
bool cldn_medium_number(const char *from, u32 low, u32 high, u32 *value);

/** cldn_medium_nsap - an address of 40 hexadecimal digits that does not begin with 00 */
bool cldn_medium_nsap(const char *from, u8 *nsap);

/** cldn_medium_stats - fills @counts; any context */
void cldn_medium_stats(struct cldn_medium *m, u64 *counts);

/**
 * cldn_channels_init - where the channels of a driver are made: kmalloc() would round them up
 * @proto: of the driver; cldn_channels_exit() pairs, when all of them are freed
 * Return: 0 or -ENOMEM.
 */
int cldn_channels_init(struct proto *proto);
void cldn_channels_exit(struct proto *proto);

/**
 * cldn_channel_alloc - a channel that nobody finds yet
 * @m: medium
 * @proto: of the driver, with the size of its channel; what is behind struct cldn_channel is zero
 * @vpi: virtual path
 * @vci: virtual channel
 * @max_sdu: longest SDU
 * Context: process, sleeps. Return: ERR_PTR(-EINVAL) or -ENOMEM on error.
 */
struct cldn_channel *cldn_channel_alloc(struct cldn_medium *m, struct proto *proto, u16 vpi,
					u16 vci, u32 max_sdu);

/**
 * cldn_channel_open - from now on it is found; frames may come before this returns
 * @ch: as allocated; is put on error
 * @chan_ctx: the user's
 * Context: process, sleeps. Return: @ch, ERR_PTR(-EEXIST) or -ENOMEM.
 */
struct cldn_channel *cldn_channel_open(struct cldn_channel *ch, void *chan_ctx);

/** cldn_channel_shut - it is found no more, and nothing moves. Any context. Return: its mark */
bool cldn_channel_shut(struct cldn_channel *ch);

/** cldn_channel_put - its user lets go of it. Any context */
void cldn_channel_put(struct cldn_channel *ch);

/** cldn_channel_find - the open one of that number, or NULL; RCU read side */
struct cldn_channel *cldn_channel_find(struct cldn_medium *m, u16 vpi, u16 vci);

/** cldn_channel_get - false when its last reference is gone; RCU read side; sock_put() pairs */
static inline bool cldn_channel_get(struct cldn_channel *ch)
{
	return refcount_inc_not_zero(&ch->sk.sk_refcnt);
}

/**
 * cldn_channel_received - hand up a whole SDU, which is consumed
 * @ch: RCU has kept it since it was found
 * @skb: the SDU
 * Context: softirqs off, RCU read side.
 */
void cldn_channel_received(struct cldn_channel *ch, struct sk_buff *skb);

/**
 * cldn_channel_has_room - whether that much may be sent now; else room() follows
 * @ch: open
 * @need: octets of memory. Of what alone is more than the limit, one is taken at a time.
 * Context: any.
 */
bool cldn_channel_has_room(struct cldn_channel *ch, u32 need);

/** cldn_channel_own - @skb is @ch's until it is freed, and @octets are in flight so long */
void cldn_channel_own(struct cldn_channel *ch, struct sk_buff *skb, u32 octets);

/** cldn_channel_lose - frees a frame that has not arrived: it counts as in flight for ever */
void cldn_channel_lose(struct sk_buff *skb);

/* As in struct cldn_cells_ops. */
size_t cldn_channel_in_flight(struct cldn_channel *ch);

#endif /* CLEARDOWN_TRANSPORT_MEDIUM_H */
