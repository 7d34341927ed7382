// SPDX-License-Identifier: GPL-2.0-only
/* What a signalling link has once. See link.h. */
#include "call_priv.h"

/* cldn_q2931_link.owed */
#define OWE_RESTART 0x01
#define OWE_RESTART_ACK 0x02
/* How many references are tried for a free one. */
#define CREF_TRIES 65536

void cldn_q2931_timers_default(struct cldn_q2931_timers *timers, u8 uni, u8 side)
{
	bool user40 = uni == CLDN_Q2931_UNI40 && side == CLDN_Q2931_USER;

	*timers = (struct cldn_q2931_timers){ .ms = {
						      [CLDN_Q2931_T301] = 180000,
						      [CLDN_Q2931_T303] = 4000,
						      [CLDN_Q2931_T308] = 30000,
						      [CLDN_Q2931_T309] = 10000,
						      [CLDN_Q2931_T310] = user40 ? 30000 : 10000,
						      [CLDN_Q2931_T313] = 4000,
						      [CLDN_Q2931_T316] = 120000,
						      [CLDN_Q2931_T317] = 90000,
						      [CLDN_Q2931_T322] = 4000,
						      [CLDN_Q2931_T397] = 180000,
						      [CLDN_Q2931_T398] = 4000,
						      [CLDN_Q2931_T399] = user40 ? 34000 : 14000,
					      } };
}

/*
 * A stock atmsigd that cannot read a RELEASE or RELEASE COMPLETE, since there is UUI in it, answers
 * under a reference that ends with the message type. That shall not be a call of ours.
 */
static bool cref_good(u32 value)
{
	u8 low = value & 0xff;

	return low != CLDN_Q2931_RELEASE && low != CLDN_Q2931_RELEASE_COMPLETE;
}

u32 cldn_q2931_cref_pick(struct cldn_q2931_link *link)
{
	unsigned int i;

	for (i = 0; i < CREF_TRIES; i++) {
		u32 value = link->next_cref;

		if (!value || value >= CLDN_Q2931_CREF_DUMMY)
			value = 1;
		link->next_cref = value + 1;
		if (cref_good(value) && !link->ops->lookup(link, value, true))
			return value;
	}
	return 0;
}

static void link_start_timer(struct cldn_q2931_link *link, unsigned int timer)
{
	link->ops->link_timer_start(link, timer, link->timers.ms[timer]);
}

/* ---- the window ---- */

/* It was shut, or open, for the last message that was tried: see link.h. */
static void set_shut(struct cldn_q2931_link *link, bool shut)
{
	if (link->shut == shut)
		return;
	link->shut = shut;
	if (shut)
		link->ops->link_timer_start(link, CLDN_Q2931_T308,
					    TRIES * link->timers.ms[CLDN_Q2931_T308]);
	else
		link->ops->link_timer_stop(link, CLDN_Q2931_T308);
}

/* Every message: 0, -ENOBUFS (also on a link that is down), or another error of the owner's. */
int q2931_put(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg)
{
	int err;

	if (!link->up)
		return -ENOBUFS;
	err = link->ops->send(link, msg);
	set_shut(link, err == -ENOBUFS);
	return err;
}

static void window_shut(struct cldn_q2931_call *call, const void *cause)
{
	q2931_window_shut(call, *(const u8 *)cause);
}

static void window_expired(struct cldn_q2931_link *link)
{
	static const u8 cause = CLDN_Q2931_CAUSE_TIMER;

	link->shut = false;
	link->ops->each(link, window_shut, &cause);
}

/* ---- answers without a call ---- */

static struct cldn_q2931_msg *link_begin(struct cldn_q2931_link *link, u32 cref, u8 type)
{
	struct cldn_q2931_msg *msg = &link->out;

	memset(msg, 0, sizeof(*msg));
	msg->cref = cref;
	msg->type = type;
	return msg;
}

static void set_cause(struct cldn_q2931_msg *msg, const struct cldn_q2931_verdict *verdict)
{
	msg->have |= H(CAUSE);
	msg->ncauses = 1;
	msg->cause[0].value = verdict->cause;
	msg->cause[0].diag_len = verdict->diag_len;
	memcpy(msg->cause[0].diag, verdict->diag, verdict->diag_len);
}

/* Not owed: the other side asks again, by its own timers. */
static void link_answer(struct cldn_q2931_link *link, u8 type, u8 state,
			const struct cldn_q2931_verdict *verdict)
{
	struct cldn_q2931_msg *msg = link_begin(link, link->in.cref ^ CLDN_Q2931_CREF_FLAG, type);

	set_cause(msg, verdict);
	if (type == CLDN_Q2931_STATUS) {
		msg->have |= H(CALL_STATE);
		msg->call_state = state;
	}
	if (q2931_put(link, msg))
		link->dropped++;
}

static void link_answer_cause(struct cldn_q2931_link *link, u8 type, u8 state, u8 cause)
{
	struct cldn_q2931_verdict verdict = { .cause = cause };

	link_answer(link, type, state, &verdict);
}

static void link_refuse(struct cldn_q2931_link *link, u8 cause)
{
	link_answer_cause(link, CLDN_Q2931_RELEASE_COMPLETE, 0, cause);
}

/* ---- references of no call ---- */

static void link_new_call(struct cldn_q2931_link *link, const struct cldn_q2931_verdict *verdict)
{
	struct cldn_q2931_call *call;
	u8 cause = CLDN_Q2931_CAUSE_NO_RESOURCE;

	if (!(link->in.cref & CLDN_Q2931_CREF_FLAG) && verdict->todo == CLDN_Q2931_CLEAR) {
		link_answer(link, CLDN_Q2931_RELEASE_COMPLETE, 0, verdict);
		return;
	}
	/* A SETUP whose sender says that we have chosen the reference is nonsense. */
	if ((link->in.cref & CLDN_Q2931_CREF_FLAG) || verdict->todo > CLDN_Q2931_PROCESS_REPORT)
		return;
	call = link->ops->new_call(link, link->in.cref ^ CLDN_Q2931_CREF_FLAG, &cause);
	if (call)
		cldn_q2931_call_incoming(call, &link->in, verdict);
	else
		link_refuse(link, cause);
}

static void of_no_call(struct cldn_q2931_link *link, const struct cldn_q2931_verdict *verdict)
{
	const struct cldn_q2931_msg *msg = &link->in;

	switch (msg->type) {
	case CLDN_Q2931_SETUP:
		link_new_call(link, verdict);
		break;
	case CLDN_Q2931_RELEASE_COMPLETE:
		link->ops->stray_complete(link, msg->cref ^ CLDN_Q2931_CREF_FLAG);
		break;
	case CLDN_Q2931_STATUS:
		if (verdict->todo == CLDN_Q2931_PROCESS && msg->call_state)
			link_refuse(link, CLDN_Q2931_CAUSE_STATE);
		break;
	case CLDN_Q2931_STATUS_ENQUIRY:
		link_answer_cause(link, CLDN_Q2931_STATUS, CLDN_Q2931_NULL,
				  CLDN_Q2931_CAUSE_STATUS_ENQUIRY);
		break;
	default:
		if (verdict->todo != CLDN_Q2931_DISCARD)
			link_refuse(link, CLDN_Q2931_CAUSE_BAD_CREF);
	}
}

/* ---- RESTART ---- */

static u8 restart_state(const struct cldn_q2931_link *link)
{
	if (link->tries)
		return CLDN_Q2931_REST1;
	return link->owed & OWE_RESTART_ACK ? CLDN_Q2931_REST2 : CLDN_Q2931_REST0;
}

static int send_restart(struct cldn_q2931_link *link, u8 type,
			const struct cldn_q2931_restart *restart)
{
	u32 cref = type == CLDN_Q2931_RESTART_ACK ? CLDN_Q2931_CREF_FLAG : 0;
	struct cldn_q2931_msg *msg = link_begin(link, cref | CLDN_Q2931_CREF_GLOBAL, type);

	msg->have = H(RESTART);
	msg->restart = restart->class;
	if (restart->has_connection) {
		msg->have |= H(CONNECTION);
		msg->connection = restart->connection;
	}
	return q2931_put(link, msg);
}

/* T316 is not stopped while there is no room: it ends the wait for that as well. */
static int request_restart(struct cldn_q2931_link *link)
{
	int err = send_restart(link, CLDN_Q2931_RESTART, &link->request);

	if (err && err != -ENOBUFS)
		return err;
	link->owed = err ? link->owed | OWE_RESTART : link->owed & ~OWE_RESTART;
	return 0;
}

int cldn_q2931_link_restart(struct cldn_q2931_link *link, u8 class, u16 vpci, u16 vci)
{
	int err;

	if (link->tries)
		return -EBUSY;
	if (!link->up)
		return -ENETDOWN;
	link->request = (struct cldn_q2931_restart){
		.class = class,
		.has_connection = class != CLDN_Q2931_RESTART_ALL,
		.connection = { .assoc = 1, .vpci = vpci, .vci = vci },
	};
	err = request_restart(link);
	if (err)
		return err;
	link->tries = 1;
	link_start_timer(link, CLDN_Q2931_T316);
	return 0;
}

static void restart_over(struct cldn_q2931_link *link, bool confirmed)
{
	link->tries = 0;
	link->owed &= ~OWE_RESTART;
	link->ops->restart_done(link, confirmed);
}

static void respond_restart(struct cldn_q2931_link *link)
{
	if (send_restart(link, CLDN_Q2931_RESTART_ACK, &link->response) == -ENOBUFS) {
		if (!(link->owed & OWE_RESTART_ACK))
			link_start_timer(link, CLDN_Q2931_T317);
		link->owed |= OWE_RESTART_ACK;
	} else if (link->owed & OWE_RESTART_ACK) {
		link->owed &= ~OWE_RESTART_ACK;
		link->ops->link_timer_stop(link, CLDN_Q2931_T317);
	}
}

static void restart_call(struct cldn_q2931_call *call, const void *arg)
{
	const struct cldn_q2931_restart *restart = arg;

	if (call->state == CLDN_Q2931_NULL)
		return;
	if (restart->class != CLDN_Q2931_RESTART_ALL &&
	    (!call->has_vc || call->vpci != restart->connection.vpci))
		return;
	cldn_q2931_call_restart(call);
}

/* A far end that has lost many calls has a RESTART for each of their VCs. */
static void restart_calls(struct cldn_q2931_link *link)
{
	const struct cldn_q2931_restart *restart = &link->response;
	struct cldn_q2931_call *call;

	if (restart->class != CLDN_Q2931_RESTART_VC) {
		link->ops->each(link, restart_call, restart);
		return;
	}
	call = link->ops->of_vc(link, restart->connection.vpci, restart->connection.vci);
	if (call)
		restart_call(call, restart);
}

static void got_restart(struct cldn_q2931_link *link)
{
	const struct cldn_q2931_msg *msg = &link->in;
	struct cldn_q2931_verdict verdict = {
		.cause = CLDN_Q2931_CAUSE_IE_MISSING,
		.diag_len = 1,
		.diag = { 0x5a },
	};

	link->response = (struct cldn_q2931_restart){
		.class = msg->restart,
		.has_connection = msg->restart != CLDN_Q2931_RESTART_ALL,
		.connection = msg->connection,
	};
	if (link->response.has_connection && !(msg->have & H(CONNECTION))) {
		link_answer(link, CLDN_Q2931_STATUS, restart_state(link), &verdict);
		return;
	}
	restart_calls(link);
	link->ops->restarted(link, msg);
	respond_restart(link);
}

/* The answer to another RESTART, a late one perhaps, is none to this one. */
static void got_restart_ack(struct cldn_q2931_link *link)
{
	const struct cldn_q2931_msg *msg = &link->in;
	const struct cldn_q2931_restart *want = &link->request;

	if (!link->tries || msg->restart != want->class)
		return;
	if (want->has_connection && (msg->have & H(CONNECTION)) &&
	    (msg->connection.vpci != want->connection.vpci ||
	     (want->class == CLDN_Q2931_RESTART_VC && msg->connection.vci != want->connection.vci)))
		return;
	link->ops->link_timer_stop(link, CLDN_Q2931_T316);
	restart_over(link, true);
}

/* RESTART comes from who chose the global reference for it, its answer from the other side. */
static void global_message(struct cldn_q2931_link *link, const struct cldn_q2931_verdict *verdict)
{
	bool ours = link->in.cref & CLDN_Q2931_CREF_FLAG;
	u8 type = link->in.type;
	bool restart = type == CLDN_Q2931_RESTART && !ours;
	bool restart_ack = type == CLDN_Q2931_RESTART_ACK && ours;

	if (verdict->todo == CLDN_Q2931_DISCARD || type == CLDN_Q2931_STATUS)
		return;
	if (!restart && !restart_ack) {
		link_answer_cause(link, CLDN_Q2931_STATUS, restart_state(link),
				  CLDN_Q2931_CAUSE_BAD_CREF);
		return;
	}
	if (verdict->todo != CLDN_Q2931_PROCESS)
		link_answer(link, CLDN_Q2931_STATUS, restart_state(link), verdict);
	if (verdict->todo > CLDN_Q2931_PROCESS_REPORT)
		return;
	if (restart)
		got_restart(link);
	else
		got_restart_ack(link);
}

void cldn_q2931_link_expired(struct cldn_q2931_link *link, unsigned int timer)
{
	if (timer == CLDN_Q2931_T317) {
		link->owed &= ~OWE_RESTART_ACK;
		return;
	}
	if (timer == CLDN_Q2931_T308) {
		window_expired(link);
		return;
	}
	if (timer != CLDN_Q2931_T316 || !link->tries)
		return;
	if (link->tries >= TRIES || request_restart(link)) {
		restart_over(link, false);
		return;
	}
	link->tries++;
	link_start_timer(link, CLDN_Q2931_T316);
}

void cldn_q2931_link_room(struct cldn_q2931_link *link)
{
	if (link->owed & OWE_RESTART_ACK)
		respond_restart(link);
	if (link->owed & OWE_RESTART)
		request_restart(link);
}

/* ---- events ---- */

void cldn_q2931_link_receive(struct cldn_q2931_link *link, const u8 *buf, size_t len)
{
	struct cldn_q2931_rules rules = {
		.uni = link->uni,
		.from_network = link->side == CLDN_Q2931_USER,
	};
	struct cldn_q2931_verdict verdict;
	struct cldn_q2931_call *call;
	u32 value;

	if (!link->up)
		return;
	if (cldn_q2931_parse(buf, len, &rules, &link->in, &verdict)) {
		link->malformed++;
		return;
	}
	value = link->in.cref & ~(u32)CLDN_Q2931_CREF_FLAG;
	if (value == CLDN_Q2931_CREF_GLOBAL) {
		global_message(link, &verdict);
		return;
	}
	if (value == CLDN_Q2931_CREF_DUMMY)
		return;
	call = link->ops->lookup(link, value, link->in.cref & CLDN_Q2931_CREF_FLAG);
	if (call && call->state != CLDN_Q2931_NULL)
		cldn_q2931_call_receive(call, &link->in, &verdict);
	else
		of_no_call(link, &verdict);
}

static void saal_changed(struct cldn_q2931_call *call, const void *up)
{
	if (*(const bool *)up)
		cldn_q2931_call_saal_up(call);
	else
		cldn_q2931_call_saal_down(call);
}

void cldn_q2931_link_saal_down(struct cldn_q2931_link *link)
{
	link->up = false;
	set_shut(link, false);
	link->ops->each(link, saal_changed, &link->up);
}

void cldn_q2931_link_saal_up(struct cldn_q2931_link *link)
{
	link->up = true;
	if (link->tries) /* it may have been lost with the connection before */
		link->owed |= OWE_RESTART;
	cldn_q2931_link_room(link);
	link->ops->each(link, saal_changed, &link->up);
}
