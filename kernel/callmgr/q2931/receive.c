// SPDX-License-Identifier: GPL-2.0-only
/* Messages that came for a call, but for those that end it. See call.h. */
#include "call_priv.h"

/* ---- received messages ---- */

static void send_status(struct cldn_q2931_call *call, const struct cldn_q2931_verdict *verdict)
{
	call->report = *verdict;
	q2931_transmit(call, OWE_STATUS);
}

/* A message that does not fit into the state. While a call ends, those before the end are late. */
static void message_unexpected(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			       u8 cause)
{
	struct cldn_q2931_verdict verdict;

	if (releasing(call))
		return;
	cldn_q2931_unexpected(msg, cause, &verdict);
	if (verdict.todo == CLDN_Q2931_REPORT)
		send_status(call, &verdict);
	if (verdict.todo == CLDN_Q2931_CLEAR)
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL, cause, verdict.diag,
				 verdict.diag_len);
}

/*
 * The user learns his VC from the first message that the network sends about the call. Return:
 * false when the call was cleared because there is none, or not that one.
 */
static bool learn_vc(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	static const u8 missing = 0x5a;

	if (!is_user(call) || call->has_vc)
		return true;
	if (!(msg->have & H(CONNECTION))) {
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL, CLDN_Q2931_CAUSE_IE_MISSING,
				 &missing, 1);
		return false;
	}
	call->vpci = msg->connection.vpci;
	call->vci = msg->connection.vci;
	if (call->link->ops->vc_take(call, false)) {
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL, CLDN_Q2931_CAUSE_VC_UNAVAILABLE,
				 NULL, 0);
		return false;
	}
	call->has_vc = true;
	return true;
}

/* An answer that an initiator may get now; @step is how far it leads. */
static bool is_next(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
		    unsigned int step)
{
	if (cldn_q2931_call_ours(call) && before_connect(call) && progress(call->state) < step &&
	    !never_sent(call))
		return true;
	message_unexpected(call, msg, CLDN_Q2931_CAUSE_STATE);
	return false;
}

/* A SETUP that was answered is not sent again. */
static void call_answered(struct cldn_q2931_call *call, u8 state)
{
	call->owed &= ~BIT(OWE_SETUP);
	call->state = state;
}

static void got_proceeding(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (!is_next(call, msg, progress(CLDN_Q2931_PROCEEDING)) || !learn_vc(call, msg))
		return;
	call_answered(call, proceeding_state(call));
	q2931_start_call_timer(call, CLDN_Q2931_T310);
	call->link->ops->proceeding(call, msg);
}

static void got_alerting(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (!is_next(call, msg, progress(CLDN_Q2931_DELIVERED)) || !learn_vc(call, msg))
		return;
	call_answered(call, alerting_state(call));
	q2931_start_call_timer(call, CLDN_Q2931_T301);
	call->link->ops->alerting(call, msg);
}

/*
 * Both sides are ACTIVE when this side has the CONNECT, whether CONNECT ACKNOWLEDGE had room or
 * not: the other side has T313.
 */
static void got_connect(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (!is_next(call, msg, progress(CLDN_Q2931_CONNECT_REQUEST)) || !learn_vc(call, msg))
		return;
	call_answered(call, is_user(call) ? CLDN_Q2931_ACTIVE : CLDN_Q2931_CONNECT_REQUEST);
	q2931_stop_timer(call, CLDN_Q2931_SLOT_CALL);
	q2931_transmit(call, OWE_CONNECT_ACK);
	call->state = CLDN_Q2931_ACTIVE;
	call->link->ops->connected(call, msg);
}

static void got_connect_ack(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (call->state == CLDN_Q2931_CONNECT_REQUEST || unacknowledged(call)) {
		q2931_stop_timer(call, CLDN_Q2931_SLOT_CALL);
		call->state = CLDN_Q2931_ACTIVE;
		call->link->ops->connected(call, NULL);
	} else if (call->state != CLDN_Q2931_ACTIVE || is_user(call) ||
		   cldn_q2931_call_ours(call)) {
		message_unexpected(call, msg, CLDN_Q2931_CAUSE_STATE);
	}
}

/*
 * Messages keep their order. So an initiator is never ahead of what the responder says, and a
 * responder never behind what the initiator says. But for CONNECT ACKNOWLEDGE, which may be owed.
 */
static bool state_compatible(const struct cldn_q2931_call *call, u8 state)
{
	unsigned int here = progress(call->state), there = progress(state);
	bool outgoing = state == CLDN_Q2931_INITIATED || state == CLDN_Q2931_PROCEEDING ||
			state == CLDN_Q2931_DELIVERED;

	if (!there || (state != CLDN_Q2931_ACTIVE && outgoing != user_calls(call)))
		return false;
	if (cldn_q2931_call_ours(call))
		return there >= here || (!is_user(call) && there + 1 == here);
	if (is_user(call) && here >= progress(CLDN_Q2931_CONNECT_REQUEST))
		return call->state == CLDN_Q2931_CONNECT_REQUEST ||
		       there >= progress(CLDN_Q2931_CONNECT_REQUEST);
	return there <= here;
}

static void got_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	q2931_stop_timer(call, CLDN_Q2931_SLOT_STATUS);
	if (msg->call_state == CLDN_Q2931_NULL)
		q2931_got_null(call, msg);
	else if (!releasing(call) && !state_compatible(call, msg->call_state))
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL, CLDN_Q2931_CAUSE_STATE, &msg->type,
				 1);
	else
		call->link->ops->status(call, msg);
}

/* About a party, or the call. */
static void got_status_enquiry(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	static const struct cldn_q2931_verdict answer_to_it = {
		.cause = CLDN_Q2931_CAUSE_STATUS_ENQUIRY,
	};

	if ((msg->have & H(ENDPOINT)) && call->link->ops->party &&
	    call->link->ops->party(call, msg))
		return;
	send_status(call, &answer_to_it);
}

static void got_other(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	if (msg->type < CLDN_Q2931_ADD_PARTY) {
		message_unexpected(call, msg, CLDN_Q2931_CAUSE_STATE);
		return;
	}
	if (call->link->ops->party && call->link->ops->party(call, msg))
		return;
	message_unexpected(call, msg, CLDN_Q2931_CAUSE_MESSAGE_TYPE);
}

static void call_process(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			 const struct cldn_q2931_verdict *verdict)
{
	switch (msg->type) {
	case CLDN_Q2931_SETUP:
		break; /* sent again because our answer was late */
	case CLDN_Q2931_CALL_PROCEEDING:
		got_proceeding(call, msg);
		break;
	case CLDN_Q2931_ALERTING:
		got_alerting(call, msg);
		break;
	case CLDN_Q2931_CONNECT:
		got_connect(call, msg);
		break;
	case CLDN_Q2931_CONNECT_ACK:
		got_connect_ack(call, msg);
		break;
	case CLDN_Q2931_RELEASE:
		q2931_got_release(call, msg, verdict);
		break;
	case CLDN_Q2931_RELEASE_COMPLETE:
		q2931_got_release_complete(call, msg);
		break;
	case CLDN_Q2931_STATUS:
		got_status(call, msg);
		break;
	case CLDN_Q2931_STATUS_ENQUIRY:
		got_status_enquiry(call, msg);
		break;
	case CLDN_Q2931_NOTIFY:
		call->link->ops->notify(call, msg);
		break;
	default:
		got_other(call, msg);
	}
}

/* The STATUS goes first, and so tells the state before: afterwards there may be no call. */
void cldn_q2931_call_receive(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			     const struct cldn_q2931_verdict *verdict)
{
	if (verdict->todo != CLDN_Q2931_PROCESS && releasing(call))
		return;
	switch (verdict->todo) {
	case CLDN_Q2931_PROCESS_REPORT:
		send_status(call, verdict);
		call_process(call, msg, verdict);
		break;
	case CLDN_Q2931_PROCESS:
		call_process(call, msg, verdict);
		break;
	case CLDN_Q2931_REPORT:
		send_status(call, verdict);
		break;
	case CLDN_Q2931_CLEAR:
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL, verdict->cause, verdict->diag,
				 verdict->diag_len);
		break;
	}
}

/* ---- from link.c ---- */

/* A SETUP that was found good enough. The network chooses a VC, the user takes what it is told. */
void cldn_q2931_call_incoming(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg,
			      const struct cldn_q2931_verdict *verdict)
{
	bool any = !(msg->have & H(CONNECTION)) || (!is_user(call) && msg->connection.pref);

	call->state = setup_state(call);
	call->vpci = msg->connection.vpci;
	call->vci = msg->connection.vci;
	if (call->link->ops->vc_take(call, any)) {
		q2931_clear_with(call, CLDN_Q2931_BY_PROTOCOL,
				 any ? CLDN_Q2931_CAUSE_NO_VC : CLDN_Q2931_CAUSE_VC_UNAVAILABLE,
				 NULL, 0);
		return;
	}
	call->has_vc = true;
	if (verdict->todo == CLDN_Q2931_PROCESS_REPORT)
		send_status(call, verdict);
	call->link->ops->incoming(call, msg);
}
