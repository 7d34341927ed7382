/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parties of a point-to-multipoint call: ITU-T Q.2971, ATM Forum UNI 3.1 and 4.0. One machine per
 * endpoint reference beside that of the call (call.h), whose rules hold here too: no lock, no
 * allocation, no clock; the owner's memory, and one context at a time.
 *
 * The *root* has made the call, and chooses endpoint references; the side that was called has the
 * *leaves*. The first party comes with the SETUP and shares the call's fate until that is ACTIVE
 * (cldn_q2931_party_follow()); the others by ADD PARTY, when it is. States, as on the wire:
 *
 *   NULL 0                there is no party
 *   ADD_INITIATED 1       root: ADD PARTY was sent, or SETUP
 *   ALERTING_DELIVERED 4  root: PARTY ALERTING has come
 *   ADD_RECEIVED 6        leaves' side: ADD PARTY has come, or SETUP
 *   ALERTING_RECEIVED 7   leaves' side: PARTY ALERTING was sent
 *   ACTIVE 10             it receives
 *   DROP_INITIATED 11     DROP PARTY was sent
 *   DROP_RECEIVED 12      DROP PARTY has come, and its answer is owed
 *
 *   root         NULL - ADD_INITIATED [- ALERTING_DELIVERED] - ACTIVE
 *   leaves       NULL - ADD_RECEIVED [- ALERTING_RECEIVED] - ACTIVE
 *   end          any but NULL - DROP_INITIATED or DROP_RECEIVED - NULL
 *   at once      any - NULL: ADD PARTY REJECT, a crossed DROP PARTY, a STATUS that says NULL or
 *                that the message is not known, the end of the call
 *
 * A party that is the last one is not dropped: its call is released, by whichever side. So who
 * counts parties is the owner, and cldn_q2931_party_drop() is not for the last.
 *
 * T399 waits for the answer to ADD PARTY, T397 behind PARTY ALERTING: then the party is dropped,
 * cause 102, since the other side may have it. They run whether there was room in the window or
 * not. T398 waits for the answer to DROP PARTY: then it is gone without. It begins when that is in
 * the window, as T308 does; a window that never opens is the end of SAAL, and T309 of the call.
 */
#ifndef CLEARDOWN_CALLMGR_Q2931_PARTY_H
#define CLEARDOWN_CALLMGR_Q2931_PARTY_H

#include "link.h"

enum cldn_q2931_party_state {
	CLDN_Q2931_PARTY_NULL = 0,
	CLDN_Q2931_PARTY_ADD_INITIATED = 1,
	CLDN_Q2931_PARTY_ALERTING_DELIVERED = 4,
	CLDN_Q2931_PARTY_ADD_RECEIVED = 6,
	CLDN_Q2931_PARTY_ALERTING_RECEIVED = 7,
	CLDN_Q2931_PARTY_ACTIVE = 10,
	CLDN_Q2931_PARTY_DROP_INITIATED = 11,
	CLDN_Q2931_PARTY_DROP_RECEIVED = 12,
};

/**
 * struct cldn_q2931_party - a party; the members are party.c's, the owner reads them
 * @call: whose it is
 * @endpoint: endpoint reference as this side sends it
 * @state: enum cldn_q2931_party_state
 * @timer: enum cldn_q2931_timer that runs, 0 = none
 * @by: who began with its end
 * @peer_cause: of the other side, 0 = none
 * @location: of @peer_cause
 * @data_ways: see struct cldn_q2931_end
 * @unsent: the other side knows nothing of it
 * @owed: messages that had no room; 0 = cldn_q2931_party_room() would do nothing
 * @close: how this side ends it
 */
struct cldn_q2931_party {
	struct cldn_q2931_call *call;
	u16 endpoint;
	u8 state;
	u8 timer;
	u8 by;
	u8 peer_cause;
	u8 location;
	u8 data_ways;
	bool unsent;
	u8 owed;
	struct cldn_q2931_close close;
};

/**
 * struct cldn_q2931_party_ops - what the owner of a link does for the parties on it
 * @timer_start: start or restart the party's clock, milliseconds
 * @timer_stop: stop it
 * @find: the party of @call with this reference, without its flag; NULL
 * @oldest: of those of @call in @state the one that was made first; NULL
 * @fill: add what only the owner knows to an ADD PARTY or ADD PARTY ACKNOWLEDGE
 * @incoming: ADD PARTY for a reference of no party: 0, and there is one, cldn_q2931_party_init()
 *	and _follow() done; or the cause why not. Answers may be given at once
 * @alerting: PARTY ALERTING has come
 * @added: root: the party is ACTIVE
 * @dropped: the other side has dropped it, with data that is valid during the callback: true when
 *	it was the last one, and the owner has begun to release the call. No other request may be
 *	made in it; ended() follows, later when the answer has no room
 * @ended: the party is NULL; its memory is the owner's again, also while this is called. Data of
 *	the other side comes once, here or with dropped()
 *
 * As in struct cldn_q2931_ops each is the last thing that the machine does with an event.
 */
struct cldn_q2931_party_ops {
	void (*timer_start)(struct cldn_q2931_party *party, u32 ms);
	void (*timer_stop)(struct cldn_q2931_party *party);
	struct cldn_q2931_party *(*find)(struct cldn_q2931_call *call, u16 value);
	struct cldn_q2931_party *(*oldest)(struct cldn_q2931_call *call, u8 state);
	void (*fill)(struct cldn_q2931_party *party, struct cldn_q2931_msg *msg);
	u8 (*incoming)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*alerting)(struct cldn_q2931_party *party);
	void (*added)(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg);
	bool (*dropped)(struct cldn_q2931_party *party, const struct cldn_q2931_end *end);
	void (*ended)(struct cldn_q2931_party *party, const struct cldn_q2931_end *end);
};

/**
 * cldn_q2931_party_init - prepare a party, in state NULL
 * @party: memory
 * @call: whose it is
 * @value: endpoint reference without its flag
 */
void cldn_q2931_party_init(struct cldn_q2931_party *party, struct cldn_q2931_call *call, u16 value);

/** cldn_q2931_party_follow - the state that it has by its SETUP or CONNECT, or an ADD PARTY */
void cldn_q2931_party_follow(struct cldn_q2931_party *party, u8 state);

/* ---- requests: 0, or what is wrong, and then nothing has changed ---- */

/**
 * cldn_q2931_party_add - root: send ADD PARTY
 * @party: as cldn_q2931_party_init() has left it
 *
 * added() or ended() follows. Return: -ENOTCONN when the call is not ACTIVE, -EISCONN when the
 * party is not NULL, or an error of send() other than -ENOBUFS.
 */
int cldn_q2931_party_add(struct cldn_q2931_party *party);

/**
 * cldn_q2931_party_drop - send DROP PARTY, or ADD PARTY REJECT to one that was not answered
 * @party: not the last one of its call
 * @close: cause and data; copied but for the data
 *
 * ended() follows, perhaps before this returns. Return: -ENOTCONN without a party, -EALREADY while
 * it ends, else as cldn_q2931_call_release().
 */
int cldn_q2931_party_drop(struct cldn_q2931_party *party, const struct cldn_q2931_close *close);

/**
 * cldn_q2931_party_abort - drop it without waiting: one message if there is room, then ended()
 * @party: not the last one of its call; -ENOTCONN when it is NULL
 * @cause: enum cldn_q2931_cause
 */
int cldn_q2931_party_abort(struct cldn_q2931_party *party, u8 cause);

/**
 * cldn_q2931_party_alerting - leaves' side: answer PARTY ALERTING; -EOPNOTSUPP with UNI 3.1
 * cldn_q2931_party_accept - leaves' side: answer ADD PARTY ACKNOWLEDGE, the party is ACTIVE
 * @party: party
 *
 * Return: -ENOTCONN when the state does not allow it, or an error of send().
 */
int cldn_q2931_party_alerting(struct cldn_q2931_party *party);
int cldn_q2931_party_accept(struct cldn_q2931_party *party);

/** cldn_q2931_party_call_over - its call has ended, and it with that: ended() */
void cldn_q2931_party_call_over(struct cldn_q2931_party *party, const struct cldn_q2931_end *end);

/* ---- other events ---- */

/** cldn_q2931_party_expired - its clock has run out */
void cldn_q2931_party_expired(struct cldn_q2931_party *party);

/** cldn_q2931_party_room - there is room in the window; the party may be gone afterwards */
void cldn_q2931_party_room(struct cldn_q2931_party *party);

/**
 * cldn_q2931_party_receive - for cldn_q2931_ops.party: ADD PARTY and its family, or a STATUS
 *	ENQUIRY with an endpoint reference
 * @call: of a multipoint connection
 * @msg: message
 *
 * Return: false when it does not fit.
 */
bool cldn_q2931_party_receive(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);

/** cldn_q2931_party_status - for cldn_q2931_ops.status: a STATUS about a party, or about none */
void cldn_q2931_party_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);

/** cldn_q2931_party_state_name - "active"; "unknown" */
const char *cldn_q2931_party_state_name(u8 state);

#endif /* CLEARDOWN_CALLMGR_Q2931_PARTY_H */
