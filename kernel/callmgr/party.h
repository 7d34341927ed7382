/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls to many. See q2931/party.h for what goes over the wire; this is what it means for VCs.
 *
 * Root (party.c): a VC with @multi that the client made. Each party is a struct cm_party in
 * multi->parties, from MAKE_MULTI or ADD_PARTY until the client has dropped it or the call's close
 * is complete. Its states (enum cleardown_party_state), changed by the worker under the VC's lock:
 *
 *   ADDING -> JOINED     answered; MAKE_MULTI or ADD_PARTY completes
 *          -> OVER       refused, cancelled, nobody answered (T399): ADD_PARTY fails
 *   JOINED -> DROPPING   DROP_PARTY was taken
 *          -> LEFT       the far end dropped it (INCOMING_DROP), or the call ended (INCOMING_CLOSE)
 *   DROPPING -> OVER     confirmed, or T398: DROP_PARTY completes
 *   LEFT -> OVER         DROP_PARTY, which completes at once
 *   any -> OVER          the call's close is complete; MAKE_MULTI failed
 *
 * The last party (R3 to R6): DROP_PARTY needs another party that is JOINED, and CLOSE needs to be
 * alone with one; both are decided under the VC's lock. When the far end drops a party and no other
 * one is there or on its way, the call is released instead and the client gets INCOMING_CLOSE.
 *
 * Leaves (leaf.c): the call, its channel and its reference belong to the *trunk*, a VC that nobody
 * has, is in no list and never changes its state. Each party of it is a VC of its own, which was
 * offered like any call that comes in; vc->leaf leads to its struct cm_party, that to the trunk.
 * The end of the leaf is that of its party; the last one releases the call. A frame of the trunk's
 * channel is queued on each leaf that has joined.
 *
 * Locks: multi->parties changes under the carrier's h.lock (root or trunk), by the worker; so the
 * worker reads it without. That lock > rxq.lock of a leaf. The machines are the worker's.
 *
 * References of a party: the list's; vc->leaf's; a queued INCOMING_DROP's. A leaf's party holds its
 * VC until it has ended, and the trunk as long as it exists.
 */
#ifndef CLEARDOWN_CALLMGR_PARTY_H
#define CLEARDOWN_CALLMGR_PARTY_H

#include "callmgr.h"
#include "q2931/party.h"

/**
 * struct cm_party_told - what a record says of a party
 * @head: as in uapi
 * @data: close data of the far end, head.data_len octets
 */
struct cm_party_told {
	struct cleardown_vc_party head;
	u8 data[CLEARDOWN_CLOSE_DATA_MAX];
};

/**
 * struct cm_party - a party of a call to many
 * @q: Q.2971's; worker
 * @ref: memory life
 * @carrier: whose call it is: the root, or the trunk, which it pins
 * @leaf: at its own end: its VC, pinned until the party has ended; NULL at the root
 * @node: in multi->parties
 * @clock: of @q
 * @number: of the party, for the client
 * @state: enum cleardown_party_state, of a root's; under the carrier's lock
 * @op: ADD_PARTY or DROP_PARTY that is under way, with the executor's reference; worker
 * @first: it came with the SETUP
 * @pinned: it holds the trunk
 * @dropped: INCOMING_DROP
 * @told: its data, once the far end has ended the party
 * @close_data: of DROP_PARTY
 */
struct cm_party {
	struct cldn_q2931_party q;
	refcount_t ref;
	struct cm_vc *carrier;
	struct cm_vc *leaf;
	struct list_head node;
	struct cm_timer clock;
	u32 number;
	u32 state;
	struct cldn_op *op;
	bool first;
	bool pinned;
	struct cldn_rec dropped;
	struct cm_party_told told;
	u8 close_data[CLEARDOWN_CLOSE_DATA_MAX];
};

/**
 * struct cm_multi - what a VC has that carries a call to many
 * @parties: of it, in the order of their numbers
 * @nparties: how many; under the VC's lock
 * @next: endpoint reference that is tried next
 * @over: the call has ended: its parties end with it, and nobody is told of each
 * @left: the far end has dropped the last party, which is who ended the call
 * @left_cause: with this cause
 * @closing: party by which the call manager was asked to end the call; for comparing only
 * @last: the same, for CLOSE_COMPLETE
 * @rcu: defers the end of its memory; a frame may be on its way
 */
struct cm_multi {
	struct list_head parties;
	u32 nparties;
	u16 next;
	bool over;
	bool left;
	u8 left_cause;
	void *closing;
	struct cleardown_vc_party last;
	struct rcu_head rcu;
};

/* It is the trunk of leaves. */
static inline bool cm_is_trunk(const struct cm_vc *vc)
{
	return vc->multi && vc->incoming;
}

static inline bool cm_is_root(const struct cm_vc *vc)
{
	return vc->multi && !vc->incoming;
}

static inline struct cm_party *cm_party_of(struct cldn_q2931_party *q)
{
	return container_of(q, struct cm_party, q);
}

/* party.c */
struct cm_party *cm_party_new(struct cm_vc *carrier, u16 value);
void cm_party_unlink(struct cm_party *p);
void cm_party_put(struct cm_party *p);
bool cm_party_alone(struct cm_party *p);
bool cm_multi_full(struct cm_vc *carrier);
struct cm_multi *cm_multi_new(void);
void cm_multi_call_over(struct cm_vc *vc, const struct cldn_q2931_end *end);

/* leaf.c */
u8 cm_leaf_add(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
bool cm_leaf_dropped(struct cm_party *p, const struct cldn_q2931_end *end);
void cm_leaf_ended(struct cm_party *p, const struct cldn_q2931_end *end);

#endif /* CLEARDOWN_CALLMGR_PARTY_H */
