// SPDX-License-Identifier: GPL-2.0-only
/* The end of a call: by this side, the other side, a clock or the SAAL. See call.h. */
#include "call_priv.h"

/* ---- the end ---- */

static void make_null(struct cldn_q2931_call *call, struct cldn_q2931_end *end)
{
	q2931_stop_timers(call);
	call->owed = 0;
	call->state = CLDN_Q2931_NULL;
	if (call->has_vc) {
		call->has_vc = false;
		call->link->ops->vc_free(call, end->quarantine);
	}
	call->link->ops->released(call, end);
}

struct cldn_q2931_end q2931_end_of(const struct cldn_q2931_call *call)
{
	return (struct cldn_q2931_end){
		.by = call->by,
		.cause = call->by == CLDN_Q2931_BY_PEER ? call->peer_cause : call->close.cause,
		.peer_cause = call->peer_cause,
		.location = call->location,
		.data_ways = call->data_ways,
	};
}

/* Confirmed, or in need of no confirmation. */
void q2931_end_quiet(struct cldn_q2931_call *call)
{
	struct cldn_q2931_end end = q2931_end_of(call);

	make_null(call, &end);
}

/* Without the other side: @cause says why. */
void q2931_end_forced(struct cldn_q2931_call *call, u8 cause, bool quarantine)
{
	struct cldn_q2931_end end = q2931_end_of(call);

	end.cause = cause;
	end.forced = true;
	end.quarantine = quarantine && call->has_vc;
	make_null(call, &end);
}

/*
 * From here on nothing but the end is sent. Without SAAL T309 goes on: it is what ends the wait for
 * room. Otherwise T308 is the only timer, and begins when RELEASE is in the window; what ends the
 * wait for room is the link's.
 */
static void begin_release(struct cldn_q2931_call *call, u8 by, bool sent)
{
	call->was_active = call->state == CLDN_Q2931_ACTIVE;
	call->by = by;
	call->state = releasing_state(call, true);
	call->owed = sent ? 0 : BIT(OWE_RELEASE);
	call->tries = sent;
	q2931_stop_timer(call, CLDN_Q2931_SLOT_STATUS);
	if (sent)
		q2931_start_call_timer(call, CLDN_Q2931_T308);
	else if (call->link->up)
		q2931_stop_timer(call, CLDN_Q2931_SLOT_CALL);
}

/* A SETUP that was not answered yet is refused without waiting for a confirmation. */
static void begin_refusal(struct cldn_q2931_call *call, u8 by, bool sent)
{
	call->by = by;
	if (sent) {
		q2931_end_quiet(call);
		return;
	}
	q2931_stop_timers(call);
	call->state = releasing_state(call, true);
	call->owed = BIT(OWE_RELEASE_COMPLETE);
}

/* Return: 0 when the end has begun, or happened; an error, and nothing has changed. */
static int call_clear(struct cldn_q2931_call *call, u8 by)
{
	bool refuse = unanswered(call);
	u8 tries = call->tries;
	int err;

	if (never_sent(call)) {
		call->by = by;
		q2931_end_quiet(call);
		return 0;
	}
	call->tries = 0;
	err = q2931_send(call, refuse ? CLDN_Q2931_RELEASE_COMPLETE : CLDN_Q2931_RELEASE);
	if (err && err != -ENOBUFS) {
		call->tries = tries;
		return err;
	}
	if (refuse)
		begin_refusal(call, by, !err);
	else
		begin_release(call, by, !err);
	return 0;
}

void q2931_set_close(struct cldn_q2931_call *call, u8 cause, const u8 *diag, size_t len)
{
	call->close = (struct cldn_q2931_close){ .cause = cause, .diag_len = len };
	if (len)
		memcpy(call->close.diag, diag, len);
}

/* The machine itself ends the call, and does so when nothing can be sent too. */
void q2931_clear_with(struct cldn_q2931_call *call, u8 by, u8 cause, const u8 *diag, size_t len)
{
	if (releasing(call))
		return;
	q2931_set_close(call, cause, diag, len);
	if (!call_clear(call, by))
		return;
	call->by = by;
	q2931_end_forced(call, cause, true);
}

/* The message of a timer: its number in ASCII is the diagnostic. */
void q2931_clear_by_timer(struct cldn_q2931_call *call, const char *number)
{
	q2931_clear_with(call, CLDN_Q2931_BY_TIMER, CLDN_Q2931_CAUSE_TIMER, (const u8 *)number, 3);
}

/* ---- requests ---- */

int q2931_close_valid(const struct cldn_q2931_call *call, const struct cldn_q2931_close *close)
{
	u32 ways = call->link->data_ways;

	if (!close->cause || close->cause > 0x7f || close->diag_len > CLDN_Q2931_CLOSE_DIAG)
		return -EINVAL;
	if (close->diag_len && close->cause == CLDN_Q2931_CAUSE_NORMAL)
		return -EINVAL;
	if (close->data_len && !ways)
		return -EOPNOTSUPP;
	return close->data_len > cldn_q2931_data_max(ways) ? -EMSGSIZE : 0;
}

int cldn_q2931_call_release(struct cldn_q2931_call *call, const struct cldn_q2931_close *close)
{
	int err;

	if (call->state == CLDN_Q2931_NULL)
		return -ENOTCONN;
	if (releasing(call))
		return -EALREADY;
	err = q2931_close_valid(call, close);
	if (err)
		return err;
	call->close = *close;
	return call_clear(call, CLDN_Q2931_BY_LOCAL);
}

int cldn_q2931_call_abort(struct cldn_q2931_call *call, u8 cause)
{
	u16 end_owed = call->owed & (BIT(OWE_RELEASE) | BIT(OWE_RELEASE_COMPLETE));
	bool refuse = unanswered(call) || (end_owed & BIT(OWE_RELEASE_COMPLETE));
	bool unsent = never_sent(call);
	int err = -EALREADY;

	if (call->state == CLDN_Q2931_NULL)
		return -ENOTCONN;
	if (!releasing(call)) {
		q2931_set_close(call, cause, NULL, 0);
		call->by = CLDN_Q2931_BY_LOCAL;
		call->tries = 0;
	}
	if (!unsent && (end_owed || !releasing(call)))
		err = q2931_send(call, refuse ? CLDN_Q2931_RELEASE_COMPLETE : CLDN_Q2931_RELEASE);
	if (unsent || (refuse && !err))
		q2931_end_quiet(call);
	else
		q2931_end_forced(call, q2931_end_of(call).cause, true);
	return 0;
}

/* ---- clocks that have run out ---- */

void q2931_release_expired(struct cldn_q2931_call *call)
{
	int result = -EALREADY;

	if (call->tries < TRIES && !(call->owed & BIT(OWE_RELEASE)))
		result = q2931_transmit(call, OWE_RELEASE);
	if (result < 0)
		q2931_end_forced(call, CLDN_Q2931_CAUSE_TIMER, true);
	if (result > 0)
		q2931_start_call_timer(call, CLDN_Q2931_T308);
}

void q2931_saal_expired(struct cldn_q2931_call *call)
{
	if (!releasing(call))
		call->by = CLDN_Q2931_BY_SAAL;
	q2931_end_forced(call, CLDN_Q2931_CAUSE_OUT_OF_ORDER, false);
}

/* The other side takes no message any more, and so not the end that is owed either. */
void q2931_window_shut(struct cldn_q2931_call *call, u8 cause)
{
	if (call->owed & BIT(OWE_RELEASE))
		q2931_end_forced(call, cause, true);
	else if (call->owed & BIT(OWE_RELEASE_COMPLETE))
		q2931_not_sent(call, OWE_RELEASE_COMPLETE);
}

/* ---- the other side ends it ---- */

static void note_peer(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (msg->have & H(CAUSE)) {
		call->peer_cause = msg->cause[0].value;
		call->location = msg->cause[0].location;
	} else if (msg->type == CLDN_Q2931_RELEASE || !releasing(call)) {
		call->peer_cause = CLDN_Q2931_CAUSE_UNSPECIFIED;
	}
}

static void tell_clearing(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_end end = q2931_end_of(call);

	end.data = cldn_q2931_data_get(msg, &end.data_len);
	call->link->ops->clearing(call, &end);
}

/* The other side's answer to our RELEASE, or its own RELEASE that has crossed ours. */
static void release_confirmed(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_end end = q2931_end_of(call);

	end.data = cldn_q2931_data_get(msg, &end.data_len);
	make_null(call, &end);
}

static void confirm_release(struct cldn_q2931_call *call)
{
	if (q2931_transmit(call, OWE_RELEASE_COMPLETE) < 0)
		q2931_not_sent(call, OWE_RELEASE_COMPLETE);
}

/*
 * RELEASE, and it is for us to confirm. When our own one had no room yet, what it would have said
 * goes into the RELEASE COMPLETE.
 */
static void be_released(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			const struct cldn_q2931_verdict *verdict)
{
	if (!releasing(call)) {
		call->by = CLDN_Q2931_BY_PEER;
		q2931_set_close(call, verdict->cause, verdict->diag, verdict->diag_len);
	}
	q2931_stop_timers(call);
	call->owed = 0;
	call->tries = 0;
	call->state = releasing_state(call, false);
	tell_clearing(call, msg);
	confirm_release(call);
}

void q2931_got_release(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
		       const struct cldn_q2931_verdict *verdict)
{
	bool ours_sent = releasing(call) && call->tries;

	note_peer(call, msg);
	if (ours_sent)
		release_confirmed(call, msg);
	else if (!(call->owed & BIT(OWE_RELEASE_COMPLETE)))
		be_released(call, msg, verdict);
}

void q2931_got_release_complete(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	note_peer(call, msg);
	if (releasing(call)) {
		release_confirmed(call, msg);
		return;
	}
	call->by = CLDN_Q2931_BY_PEER;
	call->state = releasing_state(call, false);
	tell_clearing(call, msg);
	q2931_end_quiet(call);
}

/* The other side has no such call: that ends it, and confirms an end that is under way. */
void q2931_got_null(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (releasing(call)) {
		q2931_end_quiet(call);
		return;
	}
	note_peer(call, msg);
	call->by = CLDN_Q2931_BY_PEER;
	call->state = releasing_state(call, false);
	tell_clearing(call, msg);
	q2931_end_quiet(call);
}

/* ---- from link.c ---- */

/* A RELEASE that was not sent may wait for the SAAL like the active call that it ends. */
static bool survives_saal(const struct cldn_q2931_call *call)
{
	if (call->state == CLDN_Q2931_ACTIVE)
		return true;
	return releasing(call) && call->was_active && (call->owed & BIT(OWE_RELEASE)) &&
	       !call->tries;
}

/* CONNECT ACKNOWLEDGE may be lost with the SAAL; nobody waits for it any longer. */
void cldn_q2931_call_saal_down(struct cldn_q2931_call *call)
{
	bool owes_word = unacknowledged(call);

	if (call->state == CLDN_Q2931_NULL)
		return;
	q2931_stop_timer(call, CLDN_Q2931_SLOT_STATUS);
	if (!survives_saal(call))
		q2931_saal_expired(call);
	else if (call->timer[CLDN_Q2931_SLOT_CALL] != CLDN_Q2931_T309)
		q2931_start_call_timer(call, CLDN_Q2931_T309);
	if (owes_word)
		call->link->ops->connected(call, NULL);
}

void cldn_q2931_call_restart(struct cldn_q2931_call *call)
{
	struct cldn_q2931_end end;

	if (!releasing(call)) {
		call->by = CLDN_Q2931_BY_RESTART;
		q2931_set_close(call, CLDN_Q2931_CAUSE_TEMPORARY, NULL, 0);
	}
	end = q2931_end_of(call);
	make_null(call, &end);
}
