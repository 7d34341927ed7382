// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSCOP: how a connection begins and ends. See sscop.h for the states; sscop_data.c has what
 * happens in READY.
 *
 * Every handler leaves the engine whole before its upcall, which is its last act, since the user
 * may call back from there.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include "sscop.h"
#include "sscop_priv.h"

static void sscop_dispatch(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);

/* ---- what the owner does for us ---- */

void cldn_sscop_start(struct cldn_sscop *s, enum cldn_sscop_timer which)
{
	s->running |= 1U << which;
	s->ops->timer_start(s->ctx, which, s->cfg.ms[which]);
}

void cldn_sscop_stop(struct cldn_sscop *s, enum cldn_sscop_timer which)
{
	if (!sscop_running(s, which))
		return;
	s->running &= ~(1U << which);
	s->ops->timer_stop(s->ctx, which);
}

void cldn_sscop_error(struct cldn_sscop *s, char letter, u32 count)
{
	s->errors[letter - 'A'] += count;
	s->ops->error(s->ctx, letter, count);
}

void cldn_sscop_send(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	s->ops->send(s->ctx, s->control, cldn_sscop_build(s->control, p));
}

/* Connection control. VR(MR) is the window: these PDUs are sent while nothing was received yet. */
static void sscop_send_control(struct cldn_sscop *s, enum cldn_sscop_type type)
{
	struct cldn_sscop_pdu p = { .type = type };

	switch (type) {
	case CLDN_SSCOP_BGN:
	case CLDN_SSCOP_RS:
	case CLDN_SSCOP_ER:
		p.sq = s->vt_sq;
		fallthrough;
	case CLDN_SSCOP_BGAK:
	case CLDN_SSCOP_RSAK:
	case CLDN_SSCOP_ERAK:
		p.nmr = s->cfg.window;
		break;
	default:
		break;
	}
	cldn_sscop_send(s, &p);
}

/* END on the engine's own account. */
static void sscop_send_end(struct cldn_sscop *s)
{
	cldn_sscop_send(s, &(struct cldn_sscop_pdu){ .type = CLDN_SSCOP_END, .s = true });
}

/* ---- changes of state ---- */

/* The numbers begin anew in every state that is entered this way: READY is behind or ahead. */
static void sscop_enter(struct cldn_sscop *s, enum cldn_sscop_state state)
{
	u32 which;

	for (which = 0; which < CLDN_SSCOP_TIMERS; which++)
		cldn_sscop_stop(s, which);
	cldn_sscop_data_clear(s);
	s->state = state;
}

static void sscop_ready(struct cldn_sscop *s)
{
	sscop_enter(s, CLDN_SSCOP_READY);
	cldn_sscop_data_begin(s);
}

/* What the state repeats until it is answered. */
static void sscop_ask(struct cldn_sscop *s)
{
	static const u8 types[CLDN_SSCOP_STATES] = {
		[CLDN_SSCOP_OUT_CONN] = CLDN_SSCOP_BGN,
		[CLDN_SSCOP_OUT_DISC] = CLDN_SSCOP_END,
		[CLDN_SSCOP_OUT_RESYNC] = CLDN_SSCOP_RS,
		[CLDN_SSCOP_OUT_RECOVERY] = CLDN_SSCOP_ER,
	};

	sscop_send_control(s, types[s->state]);
}

static void sscop_enter_asking(struct cldn_sscop *s, enum cldn_sscop_state state)
{
	sscop_enter(s, state);
	if (state != CLDN_SSCOP_OUT_DISC)
		s->vt_sq++;
	s->vt_cc = 1;
	sscop_ask(s);
	cldn_sscop_start(s, CLDN_SSCOP_CC);
}

/* The connection is no more. */
static void sscop_end(struct cldn_sscop *s, enum cldn_sscop_why why)
{
	bool asked = s->state == CLDN_SSCOP_OUT_DISC;

	sscop_enter(s, CLDN_SSCOP_IDLE);
	s->why = why;
	s->ops->signal(s->ctx, asked ? CLDN_SSCOP_RELEASE_CONF : CLDN_SSCOP_RELEASE_IND);
}

void cldn_sscop_recover(struct cldn_sscop *s, char letter)
{
	cldn_sscop_error(s, letter, 1);
	sscop_enter_asking(s, CLDN_SSCOP_OUT_RECOVERY);
}

/* ---- N(SQ) ---- */

static bool sscop_again(const struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	return s->sq_known && s->vr_sq == p->sq;
}

static void sscop_accept(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	s->sq_known = true;
	s->vr_sq = p->sq;
	s->vt_ms = p->nmr;
}

/* ---- PDUs: what several states do ---- */

static void sscop_ignore(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
}

static void sscop_blame(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	static const char letters[CLDN_SSCOP_TYPES] = {
		[CLDN_SSCOP_SD] = 'A',	  [CLDN_SSCOP_BGN] = 'B',  [CLDN_SSCOP_BGAK] = 'C',
		[CLDN_SSCOP_BGREJ] = 'D', [CLDN_SSCOP_END] = 'E',  [CLDN_SSCOP_ENDAK] = 'F',
		[CLDN_SSCOP_POLL] = 'G',  [CLDN_SSCOP_STAT] = 'H', [CLDN_SSCOP_USTAT] = 'I',
		[CLDN_SSCOP_RS] = 'J',	  [CLDN_SSCOP_RSAK] = 'K', [CLDN_SSCOP_ER] = 'L',
		[CLDN_SSCOP_ERAK] = 'M',
	};

	cldn_sscop_error(s, letters[p->type], 1);
}

/* The peer believes in a connection that there is not. */
static void sscop_refuse(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_blame(s, p);
	sscop_send_end(s);
}

/* The peer cannot have sent this and be in the same connection. */
static void sscop_break(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_refuse(s, p);
	sscop_end(s, CLDN_SSCOP_PROTOCOL);
}

/* The peer is idle. */
static void sscop_lost(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_blame(s, p);
	sscop_end(s, CLDN_SSCOP_PROTOCOL);
}

static void sscop_ended(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_send_control(s, CLDN_SSCOP_ENDAK);
	sscop_end(s, p->s ? CLDN_SSCOP_PEER_SSCOP : CLDN_SSCOP_PEER);
}

/* A BGN with a new number: whatever there was is over, and then it is a BGN like any other. */
static void sscop_begin_anew(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_end(s, CLDN_SSCOP_AGAIN);
	if (s->state == CLDN_SSCOP_IDLE || s->state == CLDN_SSCOP_OUT_CONN)
		sscop_dispatch(s, p);
}

/* While the user has not answered: the peer had no reason to repeat its BGN. */
static void sscop_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p))
		sscop_blame(s, p);
	else
		sscop_begin_anew(s, p);
}

/* Our BGAK was lost, and the peer hears nothing else before it has one. */
static void sscop_asking_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (!sscop_again(s, p)) {
		sscop_begin_anew(s, p);
		return;
	}
	sscop_send_control(s, CLDN_SSCOP_BGAK);
	sscop_ask(s);
}

static void sscop_rs(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p)) {
		sscop_blame(s, p);
		return;
	}
	sscop_enter(s, CLDN_SSCOP_IN_RESYNC);
	sscop_accept(s, p);
	s->ops->signal(s->ctx, CLDN_SSCOP_RESYNC_IND);
}

/* ---- IDLE, OUT_CONN, IN_CONN, OUT_DISC ---- */

static void sscop_idle_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p)) {
		sscop_send_control(s, CLDN_SSCOP_BGREJ);
		return;
	}
	sscop_enter(s, CLDN_SSCOP_IN_CONN);
	sscop_accept(s, p);
	s->ops->signal(s->ctx, CLDN_SSCOP_ESTABLISH_IND);
}

static void sscop_idle_end(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_send_control(s, CLDN_SSCOP_ENDAK);
}

/* Both ends begin at the same time. */
static void sscop_outconn_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p))
		return;
	sscop_accept(s, p);
	sscop_send_control(s, CLDN_SSCOP_BGAK);
	sscop_ready(s);
	s->ops->signal(s->ctx, CLDN_SSCOP_ESTABLISH_CONF);
}

static void sscop_outconn_bgak(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	s->vt_ms = p->nmr;
	sscop_ready(s);
	s->ops->signal(s->ctx, CLDN_SSCOP_ESTABLISH_CONF);
}

static void sscop_outconn_bgrej(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_end(s, CLDN_SSCOP_PEER);
}

static void sscop_inconn_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (!sscop_again(s, p))
		sscop_begin_anew(s, p);
}

static void sscop_outdisc_end(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_send_control(s, CLDN_SSCOP_ENDAK);
	sscop_end(s, CLDN_SSCOP_LOCAL);
}

static void sscop_outdisc_endak(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_end(s, CLDN_SSCOP_LOCAL);
}

/* ---- resynchronisation ---- */

/* Both ends began it. */
static void sscop_outresync_rs(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p))
		return;
	sscop_accept(s, p);
	sscop_send_control(s, CLDN_SSCOP_RSAK);
	sscop_ready(s);
	s->ops->signal(s->ctx, CLDN_SSCOP_RESYNC_CONF);
}

static void sscop_outresync_rsak(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	s->vt_ms = p->nmr;
	sscop_ready(s);
	s->ops->signal(s->ctx, CLDN_SSCOP_RESYNC_CONF);
}

static void sscop_inresync_rs(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (!sscop_again(s, p))
		sscop_blame(s, p);
}

/* ---- recovery ---- */

static void sscop_outrecovery_erak(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_enter(s, CLDN_SSCOP_RECOVERED);
	s->vt_ms = p->nmr;
	s->ops->signal(s->ctx, CLDN_SSCOP_RECOVER_IND);
}

/* Both ends began it. */
static void sscop_outrecovery_er(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p)) {
		sscop_blame(s, p);
		return;
	}
	sscop_enter(s, CLDN_SSCOP_RECOVERED);
	sscop_accept(s, p);
	sscop_send_control(s, CLDN_SSCOP_ERAK);
	s->ops->signal(s->ctx, CLDN_SSCOP_RECOVER_IND);
}

static void sscop_recovered_er(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p))
		sscop_send_control(s, CLDN_SSCOP_ERAK);
	else
		sscop_blame(s, p);
}

static void sscop_inrecovery_er(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (!sscop_again(s, p))
		sscop_blame(s, p);
}

/* ---- READY: the end of the connection, and its repetition ---- */

static void sscop_ready_bgn(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (!sscop_again(s, p) || s->doubt) {
		s->sq_known = false;
		sscop_begin_anew(s, p);
		return;
	}
	if (!s->heard) {
		sscop_send_control(s, CLDN_SSCOP_BGAK);
		return;
	}
	s->doubt = true;
	cldn_sscop_data_challenge(s);
}

static void sscop_ready_rs(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p))
		sscop_send_control(s, CLDN_SSCOP_RSAK);
	else
		sscop_rs(s, p);
}

static void sscop_ready_er(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	if (sscop_again(s, p)) {
		sscop_send_control(s, CLDN_SSCOP_ERAK);
		return;
	}
	sscop_enter(s, CLDN_SSCOP_IN_RECOVERY);
	sscop_accept(s, p);
	s->ops->signal(s->ctx, CLDN_SSCOP_RECOVER_IND);
}

/* ---- what is done with which PDU in which state ---- */

/* What the three states have in common in which an answer of the user is outstanding. */
#define SSCOP_WAITING                                                     \
	[CLDN_SSCOP_BGAK] = sscop_blame, [CLDN_SSCOP_END] = sscop_ended,  \
	[CLDN_SSCOP_ENDAK] = sscop_lost, [CLDN_SSCOP_RSAK] = sscop_blame, \
	[CLDN_SSCOP_BGREJ] = sscop_lost, [CLDN_SSCOP_SD] = sscop_break,   \
	[CLDN_SSCOP_POLL] = sscop_break, [CLDN_SSCOP_STAT] = sscop_break, \
	[CLDN_SSCOP_USTAT] = sscop_break, [CLDN_SSCOP_ERAK] = sscop_blame

struct sscop_row {
	void (*on[CLDN_SSCOP_TYPES])(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);
};

static const struct sscop_row sscop_table[CLDN_SSCOP_STATES] = {
	[CLDN_SSCOP_IDLE] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_idle_bgn, [CLDN_SSCOP_BGAK] = sscop_refuse,
		[CLDN_SSCOP_END] = sscop_idle_end, [CLDN_SSCOP_ENDAK] = sscop_ignore,
		[CLDN_SSCOP_RS] = sscop_refuse, [CLDN_SSCOP_RSAK] = sscop_refuse,
		[CLDN_SSCOP_BGREJ] = sscop_blame, [CLDN_SSCOP_SD] = sscop_refuse,
		[CLDN_SSCOP_ER] = sscop_refuse, [CLDN_SSCOP_POLL] = sscop_refuse,
		[CLDN_SSCOP_STAT] = sscop_refuse, [CLDN_SSCOP_USTAT] = sscop_refuse,
		[CLDN_SSCOP_ERAK] = sscop_refuse,
	} },
	[CLDN_SSCOP_OUT_CONN] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_outconn_bgn, [CLDN_SSCOP_BGAK] = sscop_outconn_bgak,
		[CLDN_SSCOP_END] = sscop_ignore, [CLDN_SSCOP_ENDAK] = sscop_ignore,
		[CLDN_SSCOP_RS] = sscop_ignore, [CLDN_SSCOP_RSAK] = sscop_ignore,
		[CLDN_SSCOP_BGREJ] = sscop_outconn_bgrej, [CLDN_SSCOP_SD] = sscop_ignore,
		[CLDN_SSCOP_ER] = sscop_ignore, [CLDN_SSCOP_POLL] = sscop_ignore,
		[CLDN_SSCOP_STAT] = sscop_ignore, [CLDN_SSCOP_USTAT] = sscop_ignore,
		[CLDN_SSCOP_ERAK] = sscop_ignore,
	} },
	[CLDN_SSCOP_IN_CONN] = { .on = {
		SSCOP_WAITING,
		[CLDN_SSCOP_BGN] = sscop_inconn_bgn,
		[CLDN_SSCOP_RS] = sscop_blame, [CLDN_SSCOP_ER] = sscop_blame,
	} },
	[CLDN_SSCOP_OUT_DISC] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_asking_bgn, [CLDN_SSCOP_BGAK] = sscop_ignore,
		[CLDN_SSCOP_END] = sscop_outdisc_end, [CLDN_SSCOP_ENDAK] = sscop_outdisc_endak,
		[CLDN_SSCOP_RS] = sscop_ignore, [CLDN_SSCOP_RSAK] = sscop_ignore,
		[CLDN_SSCOP_BGREJ] = sscop_outdisc_endak, [CLDN_SSCOP_SD] = sscop_ignore,
		[CLDN_SSCOP_ER] = sscop_ignore, [CLDN_SSCOP_POLL] = sscop_ignore,
		[CLDN_SSCOP_STAT] = sscop_ignore, [CLDN_SSCOP_USTAT] = sscop_ignore,
		[CLDN_SSCOP_ERAK] = sscop_ignore,
	} },
	[CLDN_SSCOP_OUT_RESYNC] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_asking_bgn, [CLDN_SSCOP_BGAK] = sscop_ignore,
		[CLDN_SSCOP_END] = sscop_ended, [CLDN_SSCOP_ENDAK] = sscop_lost,
		[CLDN_SSCOP_RS] = sscop_outresync_rs, [CLDN_SSCOP_RSAK] = sscop_outresync_rsak,
		[CLDN_SSCOP_BGREJ] = sscop_lost, [CLDN_SSCOP_SD] = sscop_ignore,
		[CLDN_SSCOP_ER] = sscop_ignore, [CLDN_SSCOP_POLL] = sscop_ignore,
		[CLDN_SSCOP_STAT] = sscop_ignore, [CLDN_SSCOP_USTAT] = sscop_ignore,
		[CLDN_SSCOP_ERAK] = sscop_ignore,
	} },
	[CLDN_SSCOP_IN_RESYNC] = { .on = {
		SSCOP_WAITING,
		[CLDN_SSCOP_BGN] = sscop_bgn,
		[CLDN_SSCOP_RS] = sscop_inresync_rs, [CLDN_SSCOP_ER] = sscop_blame,
	} },
	[CLDN_SSCOP_OUT_RECOVERY] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_asking_bgn, [CLDN_SSCOP_BGAK] = sscop_blame,
		[CLDN_SSCOP_END] = sscop_ended, [CLDN_SSCOP_ENDAK] = sscop_lost,
		[CLDN_SSCOP_RS] = sscop_rs, [CLDN_SSCOP_RSAK] = sscop_blame,
		[CLDN_SSCOP_BGREJ] = sscop_lost, [CLDN_SSCOP_SD] = sscop_ignore,
		[CLDN_SSCOP_ER] = sscop_outrecovery_er, [CLDN_SSCOP_POLL] = sscop_ignore,
		[CLDN_SSCOP_STAT] = sscop_ignore, [CLDN_SSCOP_USTAT] = sscop_ignore,
		[CLDN_SSCOP_ERAK] = sscop_outrecovery_erak,
	} },
	[CLDN_SSCOP_RECOVERED] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_bgn, [CLDN_SSCOP_BGAK] = sscop_blame,
		[CLDN_SSCOP_END] = sscop_ended, [CLDN_SSCOP_ENDAK] = sscop_lost,
		[CLDN_SSCOP_RS] = sscop_rs, [CLDN_SSCOP_RSAK] = sscop_blame,
		[CLDN_SSCOP_BGREJ] = sscop_lost, [CLDN_SSCOP_SD] = sscop_ignore,
		[CLDN_SSCOP_ER] = sscop_recovered_er, [CLDN_SSCOP_POLL] = sscop_ignore,
		[CLDN_SSCOP_STAT] = sscop_break, [CLDN_SSCOP_USTAT] = sscop_break,
		[CLDN_SSCOP_ERAK] = sscop_ignore,
	} },
	[CLDN_SSCOP_IN_RECOVERY] = { .on = {
		SSCOP_WAITING,
		[CLDN_SSCOP_BGN] = sscop_bgn,
		[CLDN_SSCOP_RS] = sscop_rs, [CLDN_SSCOP_ER] = sscop_inrecovery_er,
	} },
	[CLDN_SSCOP_READY] = { .on = {
		[CLDN_SSCOP_BGN] = sscop_ready_bgn, [CLDN_SSCOP_BGAK] = sscop_ignore,
		[CLDN_SSCOP_END] = sscop_ended, [CLDN_SSCOP_ENDAK] = sscop_blame,
		[CLDN_SSCOP_RS] = sscop_ready_rs, [CLDN_SSCOP_RSAK] = sscop_ignore,
		[CLDN_SSCOP_BGREJ] = sscop_blame, [CLDN_SSCOP_SD] = cldn_sscop_data_sd,
		[CLDN_SSCOP_ER] = sscop_ready_er, [CLDN_SSCOP_POLL] = cldn_sscop_data_poll,
		[CLDN_SSCOP_STAT] = cldn_sscop_data_stat,
		[CLDN_SSCOP_USTAT] = cldn_sscop_data_ustat,
		[CLDN_SSCOP_ERAK] = sscop_ignore,
	} },
};

static void sscop_dispatch(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	sscop_table[s->state].on[p->type](s, p);
}

void cldn_sscop_input(struct cldn_sscop *s, const u8 *pdu, size_t len)
{
	struct cldn_sscop_pdu p;

	if (cldn_sscop_parse(&p, pdu, len) ||
	    (p.type == CLDN_SSCOP_SD && p.info_len > s->cfg.sdu_max)) {
		cldn_sscop_error(s, 'U', 1);
		return;
	}
	if (p.type == CLDN_SSCOP_MD)
		return;
	if (p.type != CLDN_SSCOP_UD)
		sscop_dispatch(s, &p);
	else if (s->ops->unitdata && p.info_len <= s->cfg.sdu_max)
		s->ops->unitdata(s->ctx, p.info, p.info_len);
}

/* ---- timers ---- */

static void sscop_cc(struct cldn_sscop *s)
{
	if (s->vt_cc < s->cfg.max_cc) {
		s->vt_cc++;
		sscop_ask(s);
		cldn_sscop_start(s, CLDN_SSCOP_CC);
		return;
	}
	cldn_sscop_error(s, 'O', 1);
	s->sq_known = false;
	if (s->state != CLDN_SSCOP_OUT_DISC)
		sscop_send_end(s);
	sscop_end(s, CLDN_SSCOP_SILENCE);
}

static void sscop_silence(struct cldn_sscop *s)
{
	cldn_sscop_error(s, 'P', 1);
	s->sq_known = false;
	sscop_send_end(s);
	sscop_end(s, CLDN_SSCOP_SILENCE);
}

void cldn_sscop_timer(struct cldn_sscop *s, enum cldn_sscop_timer which)
{
	if (!sscop_running(s, which))
		return;
	s->running &= ~(1U << which);
	if (which == CLDN_SSCOP_CC)
		sscop_cc(s);
	else if (which == CLDN_SSCOP_NO_RESPONSE)
		sscop_silence(s);
	else
		cldn_sscop_data_timer(s, which);
}

/* ---- requests ---- */

int cldn_sscop_establish(struct cldn_sscop *s)
{
	if (s->state != CLDN_SSCOP_IDLE && s->state != CLDN_SSCOP_OUT_DISC)
		return -EALREADY;
	sscop_enter_asking(s, CLDN_SSCOP_OUT_CONN);
	return 0;
}

int cldn_sscop_release(struct cldn_sscop *s)
{
	switch (s->state) {
	case CLDN_SSCOP_IDLE:
		return -ENOTCONN;
	case CLDN_SSCOP_OUT_DISC:
		return -EALREADY;
	case CLDN_SSCOP_IN_CONN:
		sscop_send_control(s, CLDN_SSCOP_BGREJ);
		sscop_enter(s, CLDN_SSCOP_IDLE);
		return 0;
	default:
		sscop_enter_asking(s, CLDN_SSCOP_OUT_DISC);
		return 0;
	}
}

void cldn_sscop_abort(struct cldn_sscop *s)
{
	if (s->state == CLDN_SSCOP_IDLE)
		return;
	sscop_send_control(s, CLDN_SSCOP_END);
	sscop_enter(s, CLDN_SSCOP_IDLE);
}

int cldn_sscop_resync(struct cldn_sscop *s)
{
	switch (s->state) {
	case CLDN_SSCOP_READY:
	case CLDN_SSCOP_OUT_RECOVERY:
	case CLDN_SSCOP_RECOVERED:
	case CLDN_SSCOP_IN_RECOVERY:
		sscop_enter_asking(s, CLDN_SSCOP_OUT_RESYNC);
		return 0;
	default:
		return -ENOTCONN;
	}
}

int cldn_sscop_respond(struct cldn_sscop *s)
{
	switch (s->state) {
	case CLDN_SSCOP_IN_CONN:
		sscop_send_control(s, CLDN_SSCOP_BGAK);
		break;
	case CLDN_SSCOP_IN_RESYNC:
		sscop_send_control(s, CLDN_SSCOP_RSAK);
		break;
	case CLDN_SSCOP_IN_RECOVERY:
		sscop_send_control(s, CLDN_SSCOP_ERAK);
		break;
	case CLDN_SSCOP_RECOVERED:
		break;
	default:
		return -EINVAL;
	}
	sscop_ready(s);
	return 0;
}

/* ---- parameters ---- */

void cldn_sscop_defaults(struct cldn_sscop_cfg *cfg)
{
	*cfg = (struct cldn_sscop_cfg){
		.window = CLDN_SSCOP_WINDOW_MAX,
		.sdu_max = 1024,
		.ms = {
			[CLDN_SSCOP_CC] = 1000,
			[CLDN_SSCOP_POLLING] = 750,
			[CLDN_SSCOP_KEEP_ALIVE] = 2000,
			[CLDN_SSCOP_NO_RESPONSE] = 7000,
			[CLDN_SSCOP_QUIET] = 15000,
		},
		.max_cc = 4,
		.max_pd = 25,
		.max_stat = CLDN_SSCOP_STAT_MAX,
	};
}

/* A slot holds an SDU with the rest of its PDU. */
static size_t sscop_stride(const struct cldn_sscop_cfg *cfg)
{
	return (cfg->sdu_max + CLDN_SSCOP_OVERHEAD) / 4 * 4;
}

size_t cldn_sscop_size(const struct cldn_sscop_cfg *cfg)
{
	u32 which;

	if (!cfg->window || cfg->window > CLDN_SSCOP_WINDOW_MAX || !cfg->sdu_max ||
	    cfg->sdu_max > CLDN_SSCOP_SDU_MAX)
		return 0;
	if (!cfg->max_cc || !cfg->max_pd || cfg->max_stat < 3 ||
	    cfg->max_stat > CLDN_SSCOP_STAT_MAX || !(cfg->max_stat % 2))
		return 0;
	for (which = 0; which < CLDN_SSCOP_TIMERS; which++)
		if (!cfg->ms[which])
			return 0;
	/* Else not even the first answer could be in time. */
	if (cfg->ms[CLDN_SSCOP_NO_RESPONSE] <= cfg->ms[CLDN_SSCOP_KEEP_ALIVE] ||
	    cfg->ms[CLDN_SSCOP_NO_RESPONSE] <= cfg->ms[CLDN_SSCOP_POLLING])
		return 0;
	return sscop_stride(cfg) * (2 * cfg->window + 1);
}

void cldn_sscop_init(struct cldn_sscop *s, const struct cldn_sscop_cfg *cfg, void *slots,
		     const struct cldn_sscop_ops *ops, void *ctx)
{
	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->slots = slots;
	s->stride = sscop_stride(cfg);
	s->ops = ops;
	s->ctx = ctx;
	s->vt_sq = cfg->sq;
	sscop_enter(s, CLDN_SSCOP_IDLE);
}
