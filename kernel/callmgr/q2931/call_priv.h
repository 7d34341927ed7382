/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the call machine share: call.c makes and answers calls and keeps what is owed,
 * clear.c ends them, receive.c takes the other side's messages, and link.c is what all of them
 * send through. See call.h. A function that may call released() returns nothing that depends on the
 * call, and its caller does not look at the call again: q2931_transmit(), and those of clear.c that
 * do not begin with set_.
 */
#ifndef CLEARDOWN_CALLMGR_Q2931_CALL_PRIV_H
#define CLEARDOWN_CALLMGR_Q2931_CALL_PRIV_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#endif
#include "link.h"

#define H(name) CLDN_Q2931_HAVE(name)
/* RELEASE, SETUP, STATUS ENQUIRY and RESTART alike. */
#define TRIES 2

/* What may be owed, in the order in which it is made good. */
enum q2931_owed {
	OWE_RELEASE_COMPLETE,
	OWE_RELEASE,
	OWE_SETUP,
	OWE_CALL_PROCEEDING,
	OWE_ALERTING,
	OWE_STATUS,
	OWE_STATUS_ENQUIRY,
	OWE_CONNECT,
	OWE_CONNECT_ACK,
	NOWED,
};

/* ---- what a call is ---- */

static inline bool is_user(const struct cldn_q2931_call *call)
{
	return call->link->side == CLDN_Q2931_USER;
}

/* The user calls: states 1, 3, 4. Else he is called: 6, 9, 7, 8. */
static inline bool user_calls(const struct cldn_q2931_call *call)
{
	return is_user(call) == cldn_q2931_call_ours(call);
}

static inline bool releasing(const struct cldn_q2931_call *call)
{
	return call->state == CLDN_Q2931_RELEASE_REQUEST ||
	       call->state == CLDN_Q2931_RELEASE_INDICATION;
}

/* The state of a side that has sent RELEASE; the other one is in it when it has received it. */
static inline u8 releasing_state(const struct cldn_q2931_call *call, bool sent)
{
	return is_user(call) == sent ? CLDN_Q2931_RELEASE_REQUEST : CLDN_Q2931_RELEASE_INDICATION;
}

static inline u8 setup_state(const struct cldn_q2931_call *call)
{
	return user_calls(call) ? CLDN_Q2931_INITIATED : CLDN_Q2931_PRESENT;
}

static inline u8 proceeding_state(const struct cldn_q2931_call *call)
{
	return user_calls(call) ? CLDN_Q2931_PROCEEDING : CLDN_Q2931_IN_PROCEEDING;
}

static inline u8 alerting_state(const struct cldn_q2931_call *call)
{
	return user_calls(call) ? CLDN_Q2931_DELIVERED : CLDN_Q2931_RECEIVED;
}

/* How far a call is on its way from SETUP to ACTIVE, 0 = not on it. */
static inline unsigned int progress(u8 state)
{
	static const u8 steps[CLDN_Q2931_NSTATES] = {
		[CLDN_Q2931_INITIATED] = 1,	  [CLDN_Q2931_PRESENT] = 1,
		[CLDN_Q2931_PROCEEDING] = 2,	  [CLDN_Q2931_IN_PROCEEDING] = 2,
		[CLDN_Q2931_DELIVERED] = 3,	  [CLDN_Q2931_RECEIVED] = 3,
		[CLDN_Q2931_CONNECT_REQUEST] = 4, [CLDN_Q2931_ACTIVE] = 5,
	};

	return state < ARRAY_SIZE(steps) ? steps[state] : 0;
}

/* Before ACTIVE, and before CONNECT was received or sent. */
static inline bool before_connect(const struct cldn_q2931_call *call)
{
	unsigned int step = progress(call->state);

	return step >= 1 && step <= 3;
}

/*
 * A network that has sent CONNECT is ACTIVE, but the user may still be on his way to his VC, and
 * what is sent before he is there is lost. His CONNECT ACKNOWLEDGE shows that he is; T313 is for a
 * user who sends none.
 */
static inline bool unacknowledged(const struct cldn_q2931_call *call)
{
	return call->state == CLDN_Q2931_ACTIVE &&
	       call->timer[CLDN_Q2931_SLOT_CALL] == CLDN_Q2931_T313;
}

static inline bool unanswered(const struct cldn_q2931_call *call)
{
	return !cldn_q2931_call_ours(call) && !call->answered;
}

/* The other side knows nothing of the call. */
static inline bool never_sent(const struct cldn_q2931_call *call)
{
	return (call->owed & BIT(OWE_SETUP)) && !call->tries;
}

/* ---- link.c ---- */

int q2931_put(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg);

/* ---- call.c ---- */

void q2931_stop_timer(struct cldn_q2931_call *call, unsigned int slot);
void q2931_start_call_timer(struct cldn_q2931_call *call, u8 timer);
void q2931_stop_timers(struct cldn_q2931_call *call);
int q2931_send(struct cldn_q2931_call *call, u8 type);
int q2931_transmit(struct cldn_q2931_call *call, unsigned int owed);
void q2931_not_sent(struct cldn_q2931_call *call, unsigned int owed);

/* ---- clear.c ---- */

struct cldn_q2931_end q2931_end_of(const struct cldn_q2931_call *call);
void q2931_end_quiet(struct cldn_q2931_call *call);
void q2931_end_forced(struct cldn_q2931_call *call, u8 cause, bool quarantine);
int q2931_close_valid(const struct cldn_q2931_call *call, const struct cldn_q2931_close *close);
void q2931_set_close(struct cldn_q2931_call *call, u8 cause, const u8 *diag, size_t len);
void q2931_clear_with(struct cldn_q2931_call *call, u8 by, u8 cause, const u8 *diag, size_t len);
void q2931_clear_by_timer(struct cldn_q2931_call *call, const char *number);
void q2931_release_expired(struct cldn_q2931_call *call);
void q2931_saal_expired(struct cldn_q2931_call *call);
void q2931_window_shut(struct cldn_q2931_call *call, u8 cause);
void q2931_got_release(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
		       const struct cldn_q2931_verdict *verdict);
void q2931_got_release_complete(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
void q2931_got_null(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);

#endif /* CLEARDOWN_CALLMGR_Q2931_CALL_PRIV_H */
