/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a signalling link has once: parameters, dispatch of received messages to calls, what is said
 * about references of no call, RESTART. Same rules as call.h.
 *
 * RESTART: a side that restarts sends RESTART under the global reference and is in REQUEST until
 * RESTART ACKNOWLEDGE (T316, RESTART is sent twice). The other side clears the calls at once, and
 * is in RESPONSE while its RESTART ACKNOWLEDGE has no room (T317). Both may go on at the same time;
 * a STATUS tells REQUEST first.
 *
 * A window that stays shut is no loss of the SAAL: the other side answers, and takes nothing. Who
 * waits with its RELEASE or RELEASE COMPLETE for as long as two RELEASEs without an answer would
 * take, with no message of any call gone out meanwhile, ends without the other side.
 */
#ifndef CLEARDOWN_CALLMGR_Q2931_LINK_H
#define CLEARDOWN_CALLMGR_Q2931_LINK_H

#include "call.h"

struct cldn_q2931_party_ops;

enum cldn_q2931_side {
	CLDN_Q2931_USER,
	CLDN_Q2931_NETWORK,
};

enum cldn_q2931_timer {
	CLDN_Q2931_T301 = 1, /* ALERTING - CONNECT */
	CLDN_Q2931_T303, /* SETUP - any answer; SETUP is sent twice */
	CLDN_Q2931_T308, /* RELEASE - RELEASE COMPLETE; RELEASE is sent twice */
	CLDN_Q2931_T309, /* loss of the SAAL - its return, for active calls */
	CLDN_Q2931_T310, /* CALL PROCEEDING - next answer */
	CLDN_Q2931_T313, /* CONNECT - CONNECT ACKNOWLEDGE; without one a user clears */
	CLDN_Q2931_T316, /* RESTART - RESTART ACKNOWLEDGE; RESTART is sent twice */
	CLDN_Q2931_T317, /* RESTART received - RESTART ACKNOWLEDGE sent */
	CLDN_Q2931_T322, /* STATUS ENQUIRY - STATUS; STATUS ENQUIRY is sent twice */
	CLDN_Q2931_T397, /* as T301, of a party */
	CLDN_Q2931_T398, /* DROP PARTY - its answer */
	CLDN_Q2931_T399, /* ADD PARTY - its answer */
	CLDN_Q2931_NTIMERS,
};

/** struct cldn_q2931_timers - milliseconds, by enum cldn_q2931_timer */
struct cldn_q2931_timers {
	u32 ms[CLDN_Q2931_NTIMERS];
};

/* Global call states in a STATUS under the global reference. */
#define CLDN_Q2931_REST0 0x00
#define CLDN_Q2931_REST1 0x3d /* REQUEST */
#define CLDN_Q2931_REST2 0x3e /* RESPONSE */

/**
 * struct cldn_q2931_link - a link; the owner sets the first part before the first event
 * @ops: what the owner does
 * @parties: the same for parties, see party.h; NULL where @ops knows none
 * @timers: see cldn_q2931_timers_default()
 * @uni: enum cldn_q2931_uni
 * @side: enum cldn_q2931_side
 * @data_ways: CLDN_Q2931_DATA_* that close data may take
 * @up: the SAAL is established
 * @shut: the last message had no room, and T308 of the link runs
 * @owed: RESTART and RESTART ACKNOWLEDGE that had no room
 * @tries: how often RESTART was sent, 0 = none is under way
 * @next_cref: where cldn_q2931_cref_pick() goes on
 * @malformed: received messages without a readable header
 * @dropped: answers that had no room, about references of no call; the other side asks again
 * @request: the RESTART that is under way
 * @response: the RESTART that is being answered
 * @in: the message being handled
 * @out: the message being built
 */
struct cldn_q2931_link {
	const struct cldn_q2931_ops *ops;
	const struct cldn_q2931_party_ops *parties;
	struct cldn_q2931_timers timers;
	u8 uni;
	u8 side;
	u8 data_ways;

	bool up;
	bool shut;
	u8 owed;
	u8 tries;
	u32 next_cref;
	u32 malformed;
	u32 dropped;
	struct cldn_q2931_restart {
		u8 class;
		bool has_connection;
		struct cldn_q2931_connection connection;
	} request, response;
	struct cldn_q2931_msg in;
	struct cldn_q2931_msg out;
};

/** cldn_q2931_timers_default - the standards' values for a side of a UNI */
void cldn_q2931_timers_default(struct cldn_q2931_timers *timers, u8 uni, u8 side);

/**
 * cldn_q2931_cref_pick - a call reference that is free
 * @link: link
 *
 * Return: 1 to 0x7ffffe, 0 when none of the next 65536 is free.
 */
u32 cldn_q2931_cref_pick(struct cldn_q2931_link *link);

/** cldn_q2931_link_receive - a message came from the SAAL; ignored while that is not established */
void cldn_q2931_link_receive(struct cldn_q2931_link *link, const u8 *buf, size_t len);

/**
 * cldn_q2931_link_saal_down - the SAAL is lost: active calls wait for T309, others end
 * cldn_q2931_link_saal_up - it is established, for the first time or again
 * @link: link
 */
void cldn_q2931_link_saal_down(struct cldn_q2931_link *link);
void cldn_q2931_link_saal_up(struct cldn_q2931_link *link);

/**
 * cldn_q2931_link_restart - send RESTART
 * @link: link
 * @class: CLDN_Q2931_RESTART_*
 * @vpci: for VC and VP
 * @vci: for VC
 *
 * Our own calls concerned are the owner's to end; they are not touched. restart_done() follows.
 * Return: -EBUSY while another one is under way, -ENETDOWN without SAAL, or an error of send().
 */
int cldn_q2931_link_restart(struct cldn_q2931_link *link, u8 class, u16 vpci, u16 vci);

/** cldn_q2931_link_expired - T308, T316 or T317 has run out */
void cldn_q2931_link_expired(struct cldn_q2931_link *link, unsigned int timer);

/** cldn_q2931_link_room - there is room in the window */
void cldn_q2931_link_room(struct cldn_q2931_link *link);

#endif /* CLEARDOWN_CALLMGR_Q2931_LINK_H */
