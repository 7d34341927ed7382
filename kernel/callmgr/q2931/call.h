/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call control of Q.2931 on a point-to-point link, user and network side: one machine per call
 * reference. Events go in as function calls, answers come out through cldn_q2931_ops. No lock, no
 * allocation, no clock: the owner calls from one context at a time (the link's worker, under the
 * link's mutex), keeps the memory and runs the timers. See link.h for what a link has once.
 *
 * States, the same numbers on both sides and on the wire. The *initiator* of a call is who sent the
 * SETUP, the *responder* who received it. A user that calls is in 1, 3, 4, and so is the network
 * that he calls; towards a user that is called both are in 6, 9, 7, 8.
 *
 *   NULL 0             there is no call
 *   INITIATED 1        SETUP was sent by the user
 *   PROCEEDING 3       the network has answered CALL PROCEEDING
 *   DELIVERED 4        the network has answered ALERTING (4.0)
 *   PRESENT 6          SETUP was sent by the network
 *   RECEIVED 7         the user has answered ALERTING (4.0)
 *   CONNECT_REQUEST 8  the user has sent CONNECT, and CONNECT ACKNOWLEDGE is still to come
 *   IN_PROCEEDING 9    the user has answered CALL PROCEEDING
 *   ACTIVE 10          connected
 *   RELEASE_REQUEST 11 the user has sent RELEASE
 *   RELEASE_INDICATION 12  the network has sent RELEASE
 *
 * Legal sequences (a responder changes its state when the answer is in the window, an initiator
 * when it has received it; CLDN_Q2931_AFTER_* has the steps one by one):
 *
 *   user calls      NULL - INITIATED [- PROCEEDING] [- DELIVERED] - ACTIVE
 *   user is called  NULL - PRESENT [- IN_PROCEEDING] [- RECEIVED] - CONNECT_REQUEST - ACTIVE
 *   end             any but NULL - RELEASE_REQUEST or RELEASE_INDICATION - NULL
 *   at once         any - NULL: RELEASE COMPLETE, refusal of an unanswered SETUP, RESTART, loss of
 *                   the SAAL, STATUS that says NULL, abort
 *   crossed         our RELEASE had no room yet when the other side's arrived: 11 - 12 and 12 - 11
 *
 * Owed messages: when send() answers -ENOBUFS the machine remembers the *kind* of message and
 * builds it anew in cldn_q2931_call_room(). Clearing drops everything else that is owed.
 */
#ifndef CLEARDOWN_CALLMGR_Q2931_CALL_H
#define CLEARDOWN_CALLMGR_Q2931_CALL_H

#include "msg.h"

struct cldn_q2931_link;

enum cldn_q2931_state {
	CLDN_Q2931_NULL = 0,
	CLDN_Q2931_INITIATED = 1,
	CLDN_Q2931_PROCEEDING = 3,
	CLDN_Q2931_DELIVERED = 4,
	CLDN_Q2931_PRESENT = 6,
	CLDN_Q2931_RECEIVED = 7,
	CLDN_Q2931_CONNECT_REQUEST = 8,
	CLDN_Q2931_IN_PROCEEDING = 9,
	CLDN_Q2931_ACTIVE = 10,
	CLDN_Q2931_RELEASE_REQUEST = 11,
	CLDN_Q2931_RELEASE_INDICATION = 12,
};

#define CLDN_Q2931_NSTATES 13

/* Which states may follow each one, an or of 1 << state. Any may also stay as it is. */
enum cldn_q2931_after {
	CLDN_Q2931_AFTER_RELEASE = 1 << CLDN_Q2931_RELEASE_REQUEST |
				   1 << CLDN_Q2931_RELEASE_INDICATION | 1 << CLDN_Q2931_NULL,

	CLDN_Q2931_AFTER_NULL = 1 << CLDN_Q2931_INITIATED | 1 << CLDN_Q2931_PRESENT,
	CLDN_Q2931_AFTER_INITIATED = 1 << CLDN_Q2931_PROCEEDING | 1 << CLDN_Q2931_DELIVERED |
				     1 << CLDN_Q2931_ACTIVE | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_PROCEEDING = 1 << CLDN_Q2931_DELIVERED | 1 << CLDN_Q2931_ACTIVE |
				      CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_DELIVERED = 1 << CLDN_Q2931_ACTIVE | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_PRESENT = 1 << CLDN_Q2931_IN_PROCEEDING | 1 << CLDN_Q2931_RECEIVED |
				   1 << CLDN_Q2931_CONNECT_REQUEST | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_IN_PROCEEDING = 1 << CLDN_Q2931_RECEIVED |
					 1 << CLDN_Q2931_CONNECT_REQUEST | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_RECEIVED = 1 << CLDN_Q2931_CONNECT_REQUEST | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_CONNECT_REQUEST = 1 << CLDN_Q2931_ACTIVE | CLDN_Q2931_AFTER_RELEASE,
	CLDN_Q2931_AFTER_ACTIVE = CLDN_Q2931_AFTER_RELEASE,
};

/*
 * Timers of a call, two at most at a time. The owner has one clock for each slot, and calls
 * cldn_q2931_call_expired() under its lock only when the clock that was started last has run out.
 */
enum cldn_q2931_slot {
	CLDN_Q2931_SLOT_CALL, /* T301, T303, T308, T309, T310, T313 */
	CLDN_Q2931_SLOT_STATUS, /* T322 */
	CLDN_Q2931_NSLOTS,
};

/* Who began with the end of a call. */
enum cldn_q2931_by {
	CLDN_Q2931_BY_LOCAL, /* cldn_q2931_call_release() or _abort() */
	CLDN_Q2931_BY_PEER,
	CLDN_Q2931_BY_TIMER, /* the other side did not answer in time */
	CLDN_Q2931_BY_PROTOCOL, /* it said what it must not */
	CLDN_Q2931_BY_SAAL,
	CLDN_Q2931_BY_RESTART,
};

#define CLDN_Q2931_CLOSE_DIAG 4

/**
 * struct cldn_q2931_close - how this side ends a call
 * @cause: enum cldn_q2931_cause; REJECTED on the wire when the data travels in it
 * @diag_len: octets of @diag, not with NORMAL
 * @diag: diagnostic
 * @data: close data; the owner's memory, unchanged until released()
 * @data_len: octets of @data, at most cldn_q2931_data_max() of the link's ways
 */
struct cldn_q2931_close {
	u8 cause;
	u8 diag_len;
	u8 diag[CLDN_Q2931_CLOSE_DIAG];
	const u8 *data;
	u16 data_len;
};

/**
 * struct cldn_q2931_end - how a call ended
 * @by: enum cldn_q2931_by
 * @cause: of who began, UNSPECIFIED when it gave none; TIMER or OUT_OF_ORDER when @forced by T308
 *	or T309
 * @peer_cause: of the other side's RELEASE or RELEASE COMPLETE, 0 = none
 * @location: of @peer_cause
 * @forced: the other side has not confirmed
 * @quarantine: it may still use the VC: not to be assigned before a RESTART, or a RELEASE COMPLETE
 *	through stray_complete()
 * @data_ways: CLDN_Q2931_DATA_* in which our data went, in the last RELEASE or RELEASE COMPLETE
 * @data: the other side's close data, valid during the callback; NULL = none. Comes once: with
 *	clearing() when the other side began, else with released()
 * @data_len: octets of @data
 */
struct cldn_q2931_end {
	u8 by;
	u8 cause;
	u8 peer_cause;
	u8 location;
	bool forced;
	bool quarantine;
	u8 data_ways;
	const u8 *data;
	size_t data_len;
};

/**
 * struct cldn_q2931_call - a call; the members are call.c's, the owner reads them
 * @link: what it is on
 * @cref: call reference as this side sends it
 * @state: enum cldn_q2931_state
 * @timer: by slot: enum cldn_q2931_timer that runs, 0 = none
 * @tries: how often SETUP or RELEASE was sent
 * @enquiries: how often STATUS ENQUIRY was sent
 * @by: who began with the end
 * @answered: as responder: something was sent
 * @has_vc: @vpci and @vci are taken
 * @was_active: the state before RELEASE was ACTIVE
 * @data_ways: see struct cldn_q2931_end
 * @peer_cause: see struct cldn_q2931_end
 * @location: see struct cldn_q2931_end
 * @owed: messages that had no room; 0 = cldn_q2931_call_room() would do nothing
 * @vpci: VPCI
 * @vci: VCI
 * @report: what a STATUS that is owed says
 * @close: how this side ends
 */
struct cldn_q2931_call {
	struct cldn_q2931_link *link;
	u32 cref;
	u8 state;
	u8 timer[CLDN_Q2931_NSLOTS];
	u8 tries;
	u8 enquiries;
	u8 by;
	bool answered;
	bool has_vc;
	bool was_active;
	u8 data_ways;
	u8 peer_cause;
	u8 location;
	u16 owed;
	u16 vpci;
	u16 vci;
	struct cldn_q2931_verdict report;
	struct cldn_q2931_close close;
};

/**
 * struct cldn_q2931_ops - what the owner of a link does for its calls
 * @send: put a message into the SSCOP window: 0; -ENOBUFS when it is full: call
 *	cldn_q2931_call_room() (cref 0: cldn_q2931_link_room()) later; another error is one
 * @timer_start: start or restart the clock of a slot, milliseconds
 * @timer_stop: stop it
 * @link_timer_start: the same for the link's timers, T308, T316 and T317
 * @link_timer_stop: the same
 * @lookup: the call whose reference has this value and was chosen by us (or not); NULL
 * @each: call @fn for every call; it must bear that @fn ends the call it is given
 * @of_vc: the call that has this VC; NULL
 * @new_call: memory for an incoming call, cldn_q2931_call_init() done with @cref; NULL to refuse it
 *	with *@cause
 * @fill: add what only the owner knows to a SETUP (address, traffic...), an answer to it, a RELEASE
 *	or RELEASE COMPLETE (endpoint reference); called each time the message is built
 * @vc_take: @any: choose VPCI and VCI (network side) and set them in @call; else take those in
 *	@call, or say that they are not available
 * @vc_free: give them back; @quarantine: see struct cldn_q2931_end
 * @incoming: a SETUP; answer with the requests below, at once or later. When its VC is not to be
 *	had, released() comes without it
 * @proceeding: the other side has answered CALL PROCEEDING
 * @alerting: ALERTING
 * @connected: the call is ACTIVE, and the other side can receive on the VC; @msg is the CONNECT as
 *	initiator, NULL as responder: CONNECT ACKNOWLEDGE has come, or, as network, not within T313
 * @clearing: the other side ends the call: send nothing on the VC any more. released() follows,
 *	later when RELEASE COMPLETE has no room. No request may be made in it. It also comes when
 *	the other side's RELEASE overtakes ours that had no room
 * @released: the call is NULL; its memory is the owner's again, also while this is called
 * @status: a STATUS
 * @notify: a NOTIFY
 * @party: ADD PARTY and its family, or a STATUS ENQUIRY about a party; true when it was understood.
 *	NULL: no parties here
 * @stray_complete: RELEASE COMPLETE for a reference of no call: the end of a quarantine
 * @restarted: the other side has restarted; the calls concerned are gone, quarantines too
 * @restart_done: RESTART was confirmed, or not (T316 twice)
 *
 * @incoming, @proceeding, @alerting, @connected, @released, @status and @notify are the last thing
 * that the machine does with an event, so that requests may be made in them.
 */
struct cldn_q2931_ops {
	int (*send)(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg);
	void (*timer_start)(struct cldn_q2931_call *call, unsigned int slot, u32 ms);
	void (*timer_stop)(struct cldn_q2931_call *call, unsigned int slot);
	void (*link_timer_start)(struct cldn_q2931_link *link, unsigned int timer, u32 ms);
	void (*link_timer_stop)(struct cldn_q2931_link *link, unsigned int timer);
	struct cldn_q2931_call *(*lookup)(struct cldn_q2931_link *link, u32 value, bool ours);
	void (*each)(struct cldn_q2931_link *link,
		     void (*fn)(struct cldn_q2931_call *call, const void *arg), const void *arg);
	struct cldn_q2931_call *(*of_vc)(struct cldn_q2931_link *link, u16 vpci, u16 vci);
	struct cldn_q2931_call *(*new_call)(struct cldn_q2931_link *link, u32 cref, u8 *cause);
	void (*fill)(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg);
	int (*vc_take)(struct cldn_q2931_call *call, bool any);
	void (*vc_free)(struct cldn_q2931_call *call, bool quarantine);
	void (*incoming)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*proceeding)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*alerting)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*connected)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*clearing)(struct cldn_q2931_call *call, const struct cldn_q2931_end *end);
	void (*released)(struct cldn_q2931_call *call, const struct cldn_q2931_end *end);
	void (*status)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*notify)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	bool (*party)(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
	void (*stray_complete)(struct cldn_q2931_link *link, u32 cref);
	void (*restarted)(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg);
	void (*restart_done)(struct cldn_q2931_link *link, bool confirmed);
};

/**
 * cldn_q2931_call_init - prepare a call, in state NULL
 * @call: memory
 * @link: what it is on
 * @cref: value that was free, as cldn_q2931_cref_pick() gives it; in new_call() what that was given
 */
void cldn_q2931_call_init(struct cldn_q2931_call *call, struct cldn_q2931_link *link, u32 cref);

/** cldn_q2931_call_ours - the reference was chosen by this side */
static inline bool cldn_q2931_call_ours(const struct cldn_q2931_call *call)
{
	return !(call->cref & CLDN_Q2931_CREF_FLAG);
}

/* ---- requests of the user: 0, or what is wrong, and then nothing has changed ---- */

/**
 * cldn_q2931_call_setup - make a call
 * @call: as cldn_q2931_call_init() has left it
 *
 * Return: -EISCONN when it is not NULL, -ENETDOWN without SAAL, or an error of vc_take() or send().
 */
int cldn_q2931_call_setup(struct cldn_q2931_call *call);

/**
 * cldn_q2931_call_proceeding - answer CALL PROCEEDING to an incoming call
 * cldn_q2931_call_alerting - answer ALERTING; -EOPNOTSUPP with UNI 3.1
 * cldn_q2931_call_accept - answer CONNECT
 * @call: call
 *
 * Return: -ENOTCONN when the state does not allow it, -EALREADY when it was done.
 */
int cldn_q2931_call_proceeding(struct cldn_q2931_call *call);
int cldn_q2931_call_alerting(struct cldn_q2931_call *call);
int cldn_q2931_call_accept(struct cldn_q2931_call *call);

/**
 * cldn_q2931_call_release - end a call, or refuse an incoming one
 * @call: call
 * @close: cause and data; copied but for the data
 *
 * released() may come before this returns. Return: -ENOTCONN without a call, -EALREADY while it
 * ends, -EINVAL for a cause that cannot be sent, -EOPNOTSUPP for data where the link has no way for
 * it, -EMSGSIZE for too much of it, an error of send() other than -ENOBUFS.
 */
int cldn_q2931_call_release(struct cldn_q2931_call *call, const struct cldn_q2931_close *close);

/**
 * cldn_q2931_call_abort - end a call without waiting: one RELEASE if there is room, then released()
 * @call: call; -ENOTCONN when it is NULL
 * @cause: enum cldn_q2931_cause
 */
int cldn_q2931_call_abort(struct cldn_q2931_call *call, u8 cause);

/** cldn_q2931_call_enquire - send STATUS ENQUIRY; the call ends when nobody answers (T322 twice) */
int cldn_q2931_call_enquire(struct cldn_q2931_call *call);

/* ---- other events ---- */

/** cldn_q2931_call_expired - the clock of a slot has run out */
void cldn_q2931_call_expired(struct cldn_q2931_call *call, unsigned int slot);

/**
 * cldn_q2931_call_room - there is room in the window
 * @call: call
 *
 * The call may be gone afterwards. Stops at the first message that has no room.
 */
void cldn_q2931_call_room(struct cldn_q2931_call *call);

/* ---- for link.c ---- */

void cldn_q2931_call_incoming(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			      const struct cldn_q2931_verdict *verdict);
void cldn_q2931_call_receive(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			     const struct cldn_q2931_verdict *verdict);
void cldn_q2931_call_saal_down(struct cldn_q2931_call *call);
void cldn_q2931_call_saal_up(struct cldn_q2931_call *call);
void cldn_q2931_call_restart(struct cldn_q2931_call *call);

/** cldn_q2931_state_name - "active"; "unknown" */
const char *cldn_q2931_state_name(u8 state);

#endif /* CLEARDOWN_CALLMGR_Q2931_CALL_H */
