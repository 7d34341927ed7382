// SPDX-License-Identifier: GPL-2.0-only
/* Parties of a point-to-multipoint call. See party.h. */
#include "call_priv.h"
#include "party.h"

/* What may be owed, in the order in which it is made good. */
enum party_owed {
	OWE_DROP_ACK,
	OWE_REJECT,
	OWE_DROP,
	OWE_ADD,
	OWE_PARTY_ALERTING,
	OWE_ADD_ACK,
	NPARTY_OWED,
};

static const u8 party_types[NPARTY_OWED] = {
	[OWE_DROP_ACK] = CLDN_Q2931_DROP_PARTY_ACK,
	[OWE_REJECT] = CLDN_Q2931_ADD_PARTY_REJECT,
	[OWE_DROP] = CLDN_Q2931_DROP_PARTY,
	[OWE_ADD] = CLDN_Q2931_ADD_PARTY,
	[OWE_PARTY_ALERTING] = CLDN_Q2931_PARTY_ALERTING,
	[OWE_ADD_ACK] = CLDN_Q2931_ADD_PARTY_ACK,
};

const char *cldn_q2931_party_state_name(u8 state)
{
	static const char *const names[] = {
		[CLDN_Q2931_PARTY_NULL] = "null",
		[CLDN_Q2931_PARTY_ADD_INITIATED] = "add party initiated",
		[CLDN_Q2931_PARTY_ALERTING_DELIVERED] = "party alerting delivered",
		[CLDN_Q2931_PARTY_ADD_RECEIVED] = "add party received",
		[CLDN_Q2931_PARTY_ALERTING_RECEIVED] = "party alerting received",
		[CLDN_Q2931_PARTY_ACTIVE] = "active",
		[CLDN_Q2931_PARTY_DROP_INITIATED] = "drop party initiated",
		[CLDN_Q2931_PARTY_DROP_RECEIVED] = "drop party received",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "unknown";
}

static const struct cldn_q2931_party_ops *ops_of(const struct cldn_q2931_party *party)
{
	return party->call->link->parties;
}

/* The root waits for the answer to an ADD PARTY, or SETUP. */
static bool adding(const struct cldn_q2931_party *party)
{
	return party->state == CLDN_Q2931_PARTY_ADD_INITIATED ||
	       party->state == CLDN_Q2931_PARTY_ALERTING_DELIVERED;
}

/* The root waits for ours. */
static bool offered(const struct cldn_q2931_party *party)
{
	return party->state == CLDN_Q2931_PARTY_ADD_RECEIVED ||
	       party->state == CLDN_Q2931_PARTY_ALERTING_RECEIVED;
}

static bool dropping(const struct cldn_q2931_party *party)
{
	return party->state == CLDN_Q2931_PARTY_DROP_INITIATED ||
	       party->state == CLDN_Q2931_PARTY_DROP_RECEIVED;
}

/* ---- clocks ---- */

static void stop_timer(struct cldn_q2931_party *party)
{
	if (!party->timer)
		return;
	party->timer = 0;
	ops_of(party)->timer_stop(party);
}

static void start_timer(struct cldn_q2931_party *party, u8 timer)
{
	party->timer = timer;
	ops_of(party)->timer_start(party, party->call->link->timers.ms[timer]);
}

/* ---- the end ---- */

static struct cldn_q2931_end end_of(const struct cldn_q2931_party *party)
{
	return (struct cldn_q2931_end){
		.by = party->by,
		.cause = party->by == CLDN_Q2931_BY_PEER ? party->peer_cause : party->close.cause,
		.peer_cause = party->peer_cause,
		.location = party->location,
		.data_ways = party->data_ways,
	};
}

static void make_null(struct cldn_q2931_party *party, const struct cldn_q2931_end *end)
{
	stop_timer(party);
	party->owed = 0;
	party->state = CLDN_Q2931_PARTY_NULL;
	ops_of(party)->ended(party, end);
}

static void end_quiet(struct cldn_q2931_party *party)
{
	struct cldn_q2931_end end = end_of(party);

	make_null(party, &end);
}

/* Without the other side: @cause says why. */
static void end_forced(struct cldn_q2931_party *party, u8 cause)
{
	struct cldn_q2931_end end = end_of(party);

	end.cause = cause;
	end.forced = true;
	make_null(party, &end);
}

/* By a message of the other side, with what its user says. */
static void end_by_message(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_end end = end_of(party);

	end.data = cldn_q2931_data_get(msg, &end.data_len);
	make_null(party, &end);
}

static void note_peer(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg)
{
	party->peer_cause = CLDN_Q2931_CAUSE_UNSPECIFIED;
	if (!(msg->have & H(CAUSE)))
		return;
	party->peer_cause = msg->cause[0].value;
	party->location = msg->cause[0].location;
}

/* ---- messages ---- */

static void set_party_close(struct cldn_q2931_party *party, u8 cause, const char *diag)
{
	party->close = (struct cldn_q2931_close){ .cause = cause };
	if (!diag)
		return;
	party->close.diag_len = strlen(diag);
	memcpy(party->close.diag, diag, party->close.diag_len);
}

static void fill_cause(struct cldn_q2931_msg *msg, u8 cause, const u8 *diag, size_t len)
{
	msg->have |= H(CAUSE);
	msg->ncauses = 1;
	msg->cause[0].value = cause;
	msg->cause[0].diag_len = len;
	if (len)
		memcpy(msg->cause[0].diag, diag, len);
}

static void fill_party_end(struct cldn_q2931_party *party, struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_close *close = &party->close;
	u32 ways = party->call->link->data_ways;

	if (close->cause)
		fill_cause(msg, close->cause, close->diag, close->diag_len);
	party->data_ways = cldn_q2931_data_put(msg, ways, close->data, close->data_len);
}

static struct cldn_q2931_msg *begin_msg(struct cldn_q2931_call *call, u8 type, u16 endpoint)
{
	struct cldn_q2931_msg *msg = &call->link->out;

	memset(msg, 0, sizeof(*msg));
	msg->cref = call->cref;
	msg->type = type;
	msg->have = H(ENDPOINT);
	msg->endpoint = endpoint;
	return msg;
}

/* 0, -ENOBUFS, or another error of the owner's. */
static int party_send(struct cldn_q2931_party *party, u8 type)
{
	struct cldn_q2931_msg *msg = begin_msg(party->call, type, party->endpoint);
	u8 ways = party->data_ways;
	int err;

	switch (type) {
	case CLDN_Q2931_ADD_PARTY_REJECT:
	case CLDN_Q2931_DROP_PARTY:
	case CLDN_Q2931_DROP_PARTY_ACK:
		fill_party_end(party, msg);
		break;
	default:
		ops_of(party)->fill(party, msg);
	}
	err = q2931_put(party->call->link, msg);
	if (err)
		party->data_ways = ways;
	return err;
}

/* Return: 0 sent, 1 owed, else an error, and the message is not owed. */
static int party_transmit(struct cldn_q2931_party *party, unsigned int owed)
{
	int err = party_send(party, party_types[owed]);

	if (err == -ENOBUFS) {
		party->owed |= BIT(owed);
		return 1;
	}
	if (!err)
		party->unsent = false;
	return err;
}

/* An answer for which there is no party, or none any more. Not owed: the other side has a clock. */
static void answer(struct cldn_q2931_call *call, const struct cldn_q2931_msg *in, u8 type, u8 cause)
{
	u16 endpoint = in->endpoint ^ CLDN_Q2931_ENDPOINT_FLAG;
	struct cldn_q2931_msg *msg = begin_msg(call, type, endpoint);

	fill_cause(msg, cause, NULL, 0);
	if (q2931_put(call->link, msg))
		call->link->dropped++;
}

static void answer_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *in, u8 state)
{
	u16 endpoint = in->endpoint ^ CLDN_Q2931_ENDPOINT_FLAG;
	struct cldn_q2931_msg *msg = begin_msg(call, CLDN_Q2931_STATUS, endpoint);

	fill_cause(msg, CLDN_Q2931_CAUSE_STATUS_ENQUIRY, NULL, 0);
	msg->have |= H(CALL_STATE) | H(ENDPOINT_STATE);
	msg->call_state = call->state;
	msg->endpoint_state = state;
	if (q2931_put(call->link, msg))
		call->link->dropped++;
}

/* ---- requests ---- */

void cldn_q2931_party_init(struct cldn_q2931_party *party, struct cldn_q2931_call *call, u16 value)
{
	memset(party, 0, sizeof(*party));
	party->call = call;
	party->endpoint = value;
	if (!cldn_q2931_call_ours(call))
		party->endpoint |= CLDN_Q2931_ENDPOINT_FLAG;
}

void cldn_q2931_party_follow(struct cldn_q2931_party *party, u8 state)
{
	party->state = state;
}

int cldn_q2931_party_add(struct cldn_q2931_party *party)
{
	int result;

	if (party->call->state != CLDN_Q2931_ACTIVE)
		return -ENOTCONN;
	if (party->state != CLDN_Q2931_PARTY_NULL)
		return -EISCONN;
	party->unsent = true;
	result = party_transmit(party, OWE_ADD);
	if (result < 0)
		return result;
	party->state = CLDN_Q2931_PARTY_ADD_INITIATED;
	start_timer(party, CLDN_Q2931_T399);
	return 0;
}

/*
 * DROP PARTY was sent, or is owed: T398 begins when it is in the window. What ends the wait for
 * room is the call's end, which does not wait for ever: see link.h.
 */
static void begin_drop(struct cldn_q2931_party *party, u8 by, int result)
{
	party->by = by;
	party->owed &= result ? BIT(OWE_DROP) : 0;
	party->state = CLDN_Q2931_PARTY_DROP_INITIATED;
	if (result)
		stop_timer(party);
	else
		start_timer(party, CLDN_Q2931_T398);
}

/* ADD PARTY REJECT was sent, or is owed. */
static void begin_reject(struct cldn_q2931_party *party, int result)
{
	party->by = CLDN_Q2931_BY_LOCAL;
	party->owed &= result ? BIT(OWE_REJECT) : 0;
	party->state = CLDN_Q2931_PARTY_DROP_INITIATED;
	if (!result)
		end_quiet(party);
}

int cldn_q2931_party_drop(struct cldn_q2931_party *party, const struct cldn_q2931_close *close)
{
	bool refuse = offered(party);
	int result;

	if (party->state == CLDN_Q2931_PARTY_NULL)
		return -ENOTCONN;
	if (dropping(party))
		return -EALREADY;
	result = q2931_close_valid(party->call, close);
	if (result)
		return result;
	party->close = *close;
	if (party->unsent) {
		party->by = CLDN_Q2931_BY_LOCAL;
		end_quiet(party);
		return 0;
	}
	result = party_transmit(party, refuse ? OWE_REJECT : OWE_DROP);
	if (result < 0)
		return result;
	if (refuse)
		begin_reject(party, result);
	else
		begin_drop(party, CLDN_Q2931_BY_LOCAL, result);
	return 0;
}

int cldn_q2931_party_abort(struct cldn_q2931_party *party, u8 cause)
{
	bool sent = dropping(party) && !party->owed;
	u8 type = offered(party) ? CLDN_Q2931_ADD_PARTY_REJECT : CLDN_Q2931_DROP_PARTY;

	if (party->state == CLDN_Q2931_PARTY_NULL)
		return -ENOTCONN;
	if (!dropping(party)) {
		set_party_close(party, cause, NULL);
		party->by = CLDN_Q2931_BY_LOCAL;
	}
	if (!sent && !party->unsent)
		party_send(party, type);
	end_forced(party, end_of(party).cause);
	return 0;
}

int cldn_q2931_party_alerting(struct cldn_q2931_party *party)
{
	int result;

	if (party->state != CLDN_Q2931_PARTY_ADD_RECEIVED)
		return -ENOTCONN;
	if (party->call->link->uni == CLDN_Q2931_UNI31)
		return -EOPNOTSUPP;
	result = party_transmit(party, OWE_PARTY_ALERTING);
	if (result < 0)
		return result;
	party->state = CLDN_Q2931_PARTY_ALERTING_RECEIVED;
	return 0;
}

int cldn_q2931_party_accept(struct cldn_q2931_party *party)
{
	int result;

	if (!offered(party))
		return -ENOTCONN;
	result = party_transmit(party, OWE_ADD_ACK);
	if (result < 0)
		return result;
	party->owed &= ~BIT(OWE_PARTY_ALERTING);
	party->state = CLDN_Q2931_PARTY_ACTIVE;
	return 0;
}

void cldn_q2931_party_call_over(struct cldn_q2931_party *party, const struct cldn_q2931_end *end)
{
	if (party->state != CLDN_Q2931_PARTY_NULL)
		make_null(party, end);
}

/* ---- clocks that have run out, room ---- */

/* Nobody has said whether the party is there: it is dropped, unless nobody has heard of it. */
static void add_expired(struct cldn_q2931_party *party, const char *number)
{
	int result = -EALREADY;

	party->by = CLDN_Q2931_BY_TIMER;
	set_party_close(party, CLDN_Q2931_CAUSE_TIMER, number);
	if (!party->unsent)
		result = party_transmit(party, OWE_DROP);
	if (result < 0)
		end_forced(party, CLDN_Q2931_CAUSE_TIMER);
	else
		begin_drop(party, CLDN_Q2931_BY_TIMER, result);
}

void cldn_q2931_party_expired(struct cldn_q2931_party *party)
{
	u8 timer = party->timer;

	party->timer = 0;
	switch (timer) {
	case CLDN_Q2931_T397:
		add_expired(party, "397");
		break;
	case CLDN_Q2931_T399:
		add_expired(party, "399");
		break;
	case CLDN_Q2931_T398:
		end_forced(party, CLDN_Q2931_CAUSE_TIMER);
		break;
	}
}

/* Its answer is in the window, or never will be. Return: false when the party is gone. */
static bool room_used(struct cldn_q2931_party *party, unsigned int owed, int result)
{
	if (owed == OWE_DROP_ACK || owed == OWE_REJECT) {
		if (result <= 0)
			end_quiet(party);
		return result > 0;
	}
	if (result < 0 && owed != OWE_PARTY_ALERTING) {
		end_forced(party, CLDN_Q2931_CAUSE_TEMPORARY);
		return false;
	}
	if (!result && owed == OWE_DROP)
		start_timer(party, CLDN_Q2931_T398);
	if (!result && owed == OWE_ADD)
		start_timer(party, CLDN_Q2931_T399);
	return true;
}

void cldn_q2931_party_room(struct cldn_q2931_party *party)
{
	unsigned int i;
	int result;

	for (i = 0; i < NPARTY_OWED; i++) {
		if (!(party->owed & BIT(i)))
			continue;
		party->owed &= ~BIT(i);
		result = party_transmit(party, i);
		if (!room_used(party, i, result) || result > 0)
			return;
	}
}

/* ---- received messages ---- */

static struct cldn_q2931_party *party_find(struct cldn_q2931_call *call,
					   const struct cldn_q2931_msg *msg)
{
	bool flag = msg->endpoint & CLDN_Q2931_ENDPOINT_FLAG;

	/* The root chooses references, so that the flag is in what it is sent. */
	if (flag != cldn_q2931_call_ours(call))
		return NULL;
	return call->link->parties->find(call, msg->endpoint & ~CLDN_Q2931_ENDPOINT_FLAG);
}

/* ADD PARTY from the root; one that is there already was sent twice. */
static bool got_add(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	u8 cause = CLDN_Q2931_CAUSE_STATE;

	if (cldn_q2931_call_ours(call) || (msg->endpoint & CLDN_Q2931_ENDPOINT_FLAG))
		return false;
	if (party_find(call, msg))
		return true;
	if (call->state == CLDN_Q2931_ACTIVE)
		cause = call->link->parties->incoming(call, msg);
	if (cause)
		answer(call, msg, CLDN_Q2931_ADD_PARTY_REJECT, cause);
	return true;
}

/* One that we do not know, or not any more, shall not stay with the other side. */
static void got_add_ack(struct cldn_q2931_call *call, struct cldn_q2931_party *party,
			const struct cldn_q2931_msg *msg)
{
	if (!party) {
		answer(call, msg, CLDN_Q2931_DROP_PARTY, CLDN_Q2931_CAUSE_BAD_ENDPOINT);
		return;
	}
	if (!adding(party) || party->unsent)
		return; /* it is dropped already */
	stop_timer(party);
	party->owed = 0;
	party->state = CLDN_Q2931_PARTY_ACTIVE;
	ops_of(party)->added(party, msg);
}

static void got_alerting(struct cldn_q2931_party *party)
{
	if (party->state != CLDN_Q2931_PARTY_ADD_INITIATED || party->unsent)
		return;
	party->state = CLDN_Q2931_PARTY_ALERTING_DELIVERED;
	start_timer(party, CLDN_Q2931_T397);
	ops_of(party)->alerting(party);
}

/* The other side has no such party: ADD PARTY REJECT, DROP PARTY ACKNOWLEDGE. */
static void got_none(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg)
{
	if (party->by == CLDN_Q2931_BY_LOCAL && !dropping(party))
		party->by = CLDN_Q2931_BY_PEER;
	note_peer(party, msg);
	end_by_message(party, msg);
}

/* DROP PARTY; one that has crossed ours is its answer too. */
static void got_drop(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_end end;

	if (party->state == CLDN_Q2931_PARTY_DROP_RECEIVED)
		return;
	note_peer(party, msg);
	if (party->state == CLDN_Q2931_PARTY_DROP_INITIATED) {
		end_by_message(party, msg);
		return;
	}
	party->by = CLDN_Q2931_BY_PEER;
	set_party_close(party, 0, NULL);
	stop_timer(party);
	party->owed = 0;
	party->state = CLDN_Q2931_PARTY_DROP_RECEIVED;
	end = end_of(party);
	end.data = cldn_q2931_data_get(msg, &end.data_len);
	if (ops_of(party)->dropped(party, &end))
		return;
	if (party_transmit(party, OWE_DROP_ACK) <= 0)
		end_quiet(party);
}

static void got_for_party(struct cldn_q2931_call *call, struct cldn_q2931_party *party,
			  const struct cldn_q2931_msg *msg)
{
	switch (msg->type) {
	case CLDN_Q2931_ADD_PARTY_ACK:
		got_add_ack(call, party, msg);
		break;
	case CLDN_Q2931_ADD_PARTY_REJECT:
	case CLDN_Q2931_DROP_PARTY_ACK:
		if (party)
			got_none(party, msg);
		break;
	case CLDN_Q2931_PARTY_ALERTING:
		if (party)
			got_alerting(party);
		break;
	case CLDN_Q2931_DROP_PARTY:
		if (party)
			got_drop(party, msg);
		else
			answer(call, msg, CLDN_Q2931_DROP_PARTY_ACK, CLDN_Q2931_CAUSE_BAD_ENDPOINT);
		break;
	case CLDN_Q2931_STATUS_ENQUIRY:
		answer_status(call, msg, party ? party->state : CLDN_Q2931_PARTY_NULL);
		break;
	}
}

bool cldn_q2931_party_receive(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	bool of_root = msg->type == CLDN_Q2931_ADD_PARTY_ACK ||
		       msg->type == CLDN_Q2931_ADD_PARTY_REJECT ||
		       msg->type == CLDN_Q2931_PARTY_ALERTING;

	if (releasing(call) && msg->type != CLDN_Q2931_STATUS_ENQUIRY)
		return true; /* late */
	if (msg->type == CLDN_Q2931_ADD_PARTY)
		return got_add(call, msg);
	if (of_root && !cldn_q2931_call_ours(call))
		return false;
	got_for_party(call, party_find(call, msg), msg);
	return true;
}

/* A message of ours that the other side does not know: the first one that it was about is over. */
static void not_understood(struct cldn_q2931_call *call, struct cldn_q2931_party *party,
			   const struct cldn_q2931_msg *msg)
{
	u8 state = CLDN_Q2931_PARTY_ADD_INITIATED;

	if (msg->cause[0].diag_len && msg->cause[0].diag[0] == CLDN_Q2931_DROP_PARTY)
		state = CLDN_Q2931_PARTY_DROP_INITIATED;
	else if (msg->cause[0].diag_len && msg->cause[0].diag[0] != CLDN_Q2931_ADD_PARTY)
		return;
	if (!party || party->state != state) /* stock atmsigd names the party that it has */
		party = call->link->parties->oldest(call, state);
	if (!party || party->unsent)
		return;
	note_peer(party, msg);
	if (state == CLDN_Q2931_PARTY_DROP_INITIATED) {
		end_forced(party, CLDN_Q2931_CAUSE_MESSAGE_TYPE);
		return;
	}
	party->by = CLDN_Q2931_BY_PEER;
	end_quiet(party);
}

void cldn_q2931_party_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_party *party = NULL;

	if (releasing(call))
		return;
	if (msg->have & H(ENDPOINT))
		party = party_find(call, msg);
	if ((msg->have & H(CAUSE)) && msg->cause[0].value == CLDN_Q2931_CAUSE_MESSAGE_TYPE)
		not_understood(call, party, msg);
	else if (party && !party->unsent && (msg->have & H(ENDPOINT_STATE)) &&
		 msg->endpoint_state == CLDN_Q2931_PARTY_NULL)
		got_none(party, msg);
}
