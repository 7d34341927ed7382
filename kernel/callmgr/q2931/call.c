// SPDX-License-Identifier: GPL-2.0-only
/* Call control of Q.2931: calls are made and answered, messages sent or owed. See call.h. */
#include "call_priv.h"

static const u8 owed_types[NOWED] = {
	[OWE_RELEASE_COMPLETE] = CLDN_Q2931_RELEASE_COMPLETE,
	[OWE_RELEASE] = CLDN_Q2931_RELEASE,
	[OWE_SETUP] = CLDN_Q2931_SETUP,
	[OWE_CALL_PROCEEDING] = CLDN_Q2931_CALL_PROCEEDING,
	[OWE_ALERTING] = CLDN_Q2931_ALERTING,
	[OWE_STATUS] = CLDN_Q2931_STATUS,
	[OWE_STATUS_ENQUIRY] = CLDN_Q2931_STATUS_ENQUIRY,
	[OWE_CONNECT] = CLDN_Q2931_CONNECT,
	[OWE_CONNECT_ACK] = CLDN_Q2931_CONNECT_ACK,
};

const char *cldn_q2931_state_name(u8 state)
{
	static const char *const names[CLDN_Q2931_NSTATES] = {
		[CLDN_Q2931_NULL] = "null",
		[CLDN_Q2931_INITIATED] = "call initiated",
		[CLDN_Q2931_PROCEEDING] = "outgoing call proceeding",
		[CLDN_Q2931_DELIVERED] = "call delivered",
		[CLDN_Q2931_PRESENT] = "call present",
		[CLDN_Q2931_RECEIVED] = "call received",
		[CLDN_Q2931_CONNECT_REQUEST] = "connect request",
		[CLDN_Q2931_IN_PROCEEDING] = "incoming call proceeding",
		[CLDN_Q2931_ACTIVE] = "active",
		[CLDN_Q2931_RELEASE_REQUEST] = "release request",
		[CLDN_Q2931_RELEASE_INDICATION] = "release indication",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "unknown";
}

/* ---- timers ---- */

void q2931_stop_timer(struct cldn_q2931_call *call, unsigned int slot)
{
	if (!call->timer[slot])
		return;
	call->timer[slot] = 0;
	call->link->ops->timer_stop(call, slot);
}

static void start_timer(struct cldn_q2931_call *call, unsigned int slot, u8 timer)
{
	call->timer[slot] = timer;
	call->link->ops->timer_start(call, slot, call->link->timers.ms[timer]);
}

void q2931_start_call_timer(struct cldn_q2931_call *call, u8 timer)
{
	start_timer(call, CLDN_Q2931_SLOT_CALL, timer);
}

void q2931_stop_timers(struct cldn_q2931_call *call)
{
	q2931_stop_timer(call, CLDN_Q2931_SLOT_CALL);
	q2931_stop_timer(call, CLDN_Q2931_SLOT_STATUS);
}

/* ---- messages ---- */

static void set_cause(struct cldn_q2931_msg *msg, size_t i, u8 cause, const u8 *diag, size_t len)
{
	msg->have |= H(CAUSE);
	msg->ncauses = i + 1;
	msg->cause[i].value = cause;
	msg->cause[i].diag_len = len;
	memcpy(msg->cause[i].diag, diag, len);
}

/*
 * Stock atmsigd cannot read UUI, and does not confirm a RELEASE that has it: the second one does
 * without.
 */
static u32 ways_now(const struct cldn_q2931_call *call)
{
	u32 ways = call->link->data_ways;

	return call->tries ? ways & ~(u32)CLDN_Q2931_DATA_UUI : ways;
}

static void fill_end(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_close *close = &call->close;

	if (close->cause)
		set_cause(msg, 0, close->cause, close->diag, close->diag_len);
	call->data_ways = cldn_q2931_data_put(msg, ways_now(call), close->data, close->data_len);
	if (msg->type == CLDN_Q2931_RELEASE && call->tries)
		set_cause(msg, 1, CLDN_Q2931_CAUSE_TIMER, (const u8 *)"308", 3);
}

/* The network tells the VC: in its SETUP, and in each answer to one, of which the first counts. */
static void fill_connection(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	if (is_user(call) || !call->has_vc)
		return;
	msg->have |= H(CONNECTION);
	msg->connection.assoc = 1;
	msg->connection.vpci = call->vpci;
	msg->connection.vci = call->vci;
}

static void fill_status(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	const struct cldn_q2931_verdict *report = &call->report;

	set_cause(msg, 0, report->cause, report->diag, report->diag_len);
	msg->have |= H(CALL_STATE);
	msg->call_state = call->state;
}

static void call_fill(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	switch (msg->type) {
	case CLDN_Q2931_SETUP:
	case CLDN_Q2931_CALL_PROCEEDING:
	case CLDN_Q2931_ALERTING:
	case CLDN_Q2931_CONNECT:
		fill_connection(call, msg);
		break;
	case CLDN_Q2931_RELEASE:
	case CLDN_Q2931_RELEASE_COMPLETE:
		fill_end(call, msg);
		break;
	case CLDN_Q2931_STATUS:
		fill_status(call, msg);
		return;
	default:
		return;
	}
	call->link->ops->fill(call, msg);
}

/* 0, -ENOBUFS (which is what a link that is down is), or another error of the owner's. */
int q2931_send(struct cldn_q2931_call *call, u8 type)
{
	struct cldn_q2931_msg *msg = &call->link->out;
	u8 ways = call->data_ways;
	int err;

	if (!call->link->up)
		return -ENOBUFS;
	memset(msg, 0, sizeof(*msg));
	msg->cref = call->cref;
	msg->type = type;
	call_fill(call, msg);
	err = q2931_put(call->link, msg);
	if (err)
		call->data_ways = ways;
	return err;
}

/* ---- owed messages ---- */

/*
 * A message is in the window. Only the last line of a case may end the call.
 */
static void was_sent(struct cldn_q2931_call *call, unsigned int owed)
{
	switch (owed) {
	case OWE_RELEASE_COMPLETE:
		q2931_end_quiet(call);
		break;
	case OWE_RELEASE:
		call->tries++;
		q2931_start_call_timer(call, CLDN_Q2931_T308);
		break;
	case OWE_SETUP:
		call->tries++;
		q2931_start_call_timer(call, CLDN_Q2931_T303);
		break;
	case OWE_CALL_PROCEEDING:
		call->answered = true;
		call->state = proceeding_state(call);
		break;
	case OWE_ALERTING:
		call->answered = true;
		call->state = alerting_state(call);
		break;
	case OWE_STATUS_ENQUIRY:
		call->enquiries++;
		start_timer(call, CLDN_Q2931_SLOT_STATUS, CLDN_Q2931_T322);
		break;
	case OWE_CONNECT:
		call->answered = true;
		call->state = is_user(call) ? CLDN_Q2931_CONNECT_REQUEST : CLDN_Q2931_ACTIVE;
		q2931_start_call_timer(call, CLDN_Q2931_T313);
		break;
	}
}

/* Return: 0 sent, 1 owed, else an error, and the message is not owed. */
int q2931_transmit(struct cldn_q2931_call *call, unsigned int owed)
{
	int err = q2931_send(call, owed_types[owed]);

	if (err == -ENOBUFS) {
		call->owed |= BIT(owed);
		return 1;
	}
	if (!err)
		was_sent(call, owed);
	return err;
}

/* A link that takes one message and refuses the next for good is broken; the call is ended. */
void q2931_not_sent(struct cldn_q2931_call *call, unsigned int owed)
{
	switch (owed) {
	case OWE_SETUP:
		call->by = CLDN_Q2931_BY_SAAL;
		q2931_end_forced(call, CLDN_Q2931_CAUSE_TEMPORARY, false);
		break;
	case OWE_RELEASE:
	case OWE_RELEASE_COMPLETE:
		q2931_end_forced(call, q2931_end_of(call).cause, true);
		break;
	case OWE_CONNECT:
		q2931_clear_with(call, CLDN_Q2931_BY_SAAL, CLDN_Q2931_CAUSE_TEMPORARY, NULL, 0);
		break;
	}
}

void cldn_q2931_call_room(struct cldn_q2931_call *call)
{
	unsigned int i;
	int result;

	for (i = 0; i < NOWED; i++) {
		if (!(call->owed & BIT(i)))
			continue;
		call->owed &= ~BIT(i);
		result = q2931_transmit(call, i);
		if (result < 0)
			q2931_not_sent(call, i);
		/* Behind it the call may be gone. */
		if (result || i == OWE_RELEASE_COMPLETE)
			return;
	}
}

/* ---- requests ---- */

void cldn_q2931_call_init(struct cldn_q2931_call *call, struct cldn_q2931_link *link, u32 cref)
{
	memset(call, 0, sizeof(*call));
	call->link = link;
	call->cref = cref;
}

static void give_back_vc(struct cldn_q2931_call *call)
{
	if (!call->has_vc)
		return;
	call->has_vc = false;
	call->link->ops->vc_free(call, false);
}

int cldn_q2931_call_setup(struct cldn_q2931_call *call)
{
	int err;

	if (call->state != CLDN_Q2931_NULL)
		return -EISCONN;
	if (!call->link->up)
		return -ENETDOWN;
	if (!is_user(call)) {
		err = call->link->ops->vc_take(call, true);
		if (err)
			return err;
		call->has_vc = true;
	}
	call->state = setup_state(call);
	err = q2931_transmit(call, OWE_SETUP);
	if (err >= 0)
		return 0;
	call->state = CLDN_Q2931_NULL;
	give_back_vc(call);
	return err;
}

/* Whether a responder may give an answer; those that come before it are not owed any more then. */
static int may_answer(struct cldn_q2931_call *call, unsigned int owed, unsigned int step)
{
	unsigned int now = progress(call->state);

	if (cldn_q2931_call_ours(call) || !now)
		return -ENOTCONN;
	return now >= step || (call->owed & BIT(owed)) ? -EALREADY : 0;
}

static int call_answer(struct cldn_q2931_call *call, unsigned int owed, u16 overtaken)
{
	u16 before = call->owed;
	int err;

	call->owed &= ~overtaken;
	err = q2931_transmit(call, owed);
	if (err >= 0)
		return 0;
	call->owed = before;
	return err;
}

int cldn_q2931_call_proceeding(struct cldn_q2931_call *call)
{
	int err = may_answer(call, OWE_CALL_PROCEEDING, progress(CLDN_Q2931_PROCEEDING));

	if (!err && (call->owed & (BIT(OWE_ALERTING) | BIT(OWE_CONNECT))))
		err = -EALREADY;
	return err ? err : call_answer(call, OWE_CALL_PROCEEDING, 0);
}

int cldn_q2931_call_alerting(struct cldn_q2931_call *call)
{
	int err = may_answer(call, OWE_ALERTING, progress(CLDN_Q2931_DELIVERED));

	if (!err && call->link->uni == CLDN_Q2931_UNI31)
		err = -EOPNOTSUPP;
	if (!err && (call->owed & BIT(OWE_CONNECT)))
		err = -EALREADY;
	return err ? err : call_answer(call, OWE_ALERTING, BIT(OWE_CALL_PROCEEDING));
}

int cldn_q2931_call_accept(struct cldn_q2931_call *call)
{
	int err = may_answer(call, OWE_CONNECT, progress(CLDN_Q2931_CONNECT_REQUEST));

	return err ? err :
		     call_answer(call, OWE_CONNECT, BIT(OWE_CALL_PROCEEDING) | BIT(OWE_ALERTING));
}

int cldn_q2931_call_enquire(struct cldn_q2931_call *call)
{
	int err;

	if (!progress(call->state))
		return -ENOTCONN;
	if (call->timer[CLDN_Q2931_SLOT_STATUS] || (call->owed & BIT(OWE_STATUS_ENQUIRY)))
		return -EALREADY;
	call->enquiries = 0;
	err = q2931_transmit(call, OWE_STATUS_ENQUIRY);
	return err < 0 ? err : 0;
}

/* ---- timers that have run out ---- */

/*
 * Nobody has answered the SETUP. The SAAL has delivered it, so that the other side may have a call
 * all the same: it is told, not asked.
 */
static void setup_given_up(struct cldn_q2931_call *call)
{
	q2931_set_close(call, CLDN_Q2931_CAUSE_TIMER, (const u8 *)"303", 3);
	call->by = CLDN_Q2931_BY_TIMER;
	q2931_send(call, CLDN_Q2931_RELEASE_COMPLETE);
	q2931_end_forced(call, CLDN_Q2931_CAUSE_TIMER, false);
}

/* The second time the timer runs whether there was room or not: no end shall depend on that. */
static void setup_expired(struct cldn_q2931_call *call)
{
	int result = -EALREADY;

	if (call->tries < TRIES && !(call->owed & BIT(OWE_SETUP)))
		result = q2931_transmit(call, OWE_SETUP);
	if (result < 0)
		setup_given_up(call);
	if (result > 0)
		q2931_start_call_timer(call, CLDN_Q2931_T303);
}

static void enquiry_expired(struct cldn_q2931_call *call)
{
	if (call->enquiries < TRIES)
		q2931_transmit(call, OWE_STATUS_ENQUIRY);
	else
		q2931_clear_with(call, CLDN_Q2931_BY_TIMER, CLDN_Q2931_CAUSE_TEMPORARY, NULL, 0);
}

void cldn_q2931_call_expired(struct cldn_q2931_call *call, unsigned int slot)
{
	u8 timer = call->timer[slot];

	call->timer[slot] = 0;
	switch (timer) {
	case CLDN_Q2931_T301:
		q2931_clear_by_timer(call, "301");
		break;
	case CLDN_Q2931_T303:
		setup_expired(call);
		break;
	case CLDN_Q2931_T308:
		q2931_release_expired(call);
		break;
	case CLDN_Q2931_T309:
		q2931_saal_expired(call);
		break;
	case CLDN_Q2931_T310:
		q2931_clear_by_timer(call, "310");
		break;
	case CLDN_Q2931_T313:
		if (call->state == CLDN_Q2931_ACTIVE)
			call->link->ops->connected(call, NULL);
		else
			q2931_clear_by_timer(call, "313");
		break;
	case CLDN_Q2931_T322:
		enquiry_expired(call);
		break;
	}
}

void cldn_q2931_call_saal_up(struct cldn_q2931_call *call)
{
	if (call->timer[CLDN_Q2931_SLOT_CALL] == CLDN_Q2931_T309)
		q2931_stop_timer(call, CLDN_Q2931_SLOT_CALL);
	if (call->state == CLDN_Q2931_ACTIVE) {
		call->enquiries = 0;
		call->owed |= BIT(OWE_STATUS_ENQUIRY);
	}
	cldn_q2931_call_room(call);
}
