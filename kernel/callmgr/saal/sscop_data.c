// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSCOP: assured data in READY. See sscop.h.
 *
 * POLL asks what has arrived, STAT answers; a receiver that sees a gap says so at once with USTAT.
 * All numbers of a PDU are checked before the first of them takes effect. SDs are sent again in
 * the very call that asks for them: there are at most a window of them, and no queue to forget.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include "sscop.h"
#include "sscop_priv.h"

void cldn_sscop_data_clear(struct cldn_sscop *s)
{
	s->vt_s = 0;
	s->vt_a = 0;
	s->vt_ps = 0;
	s->vt_pa = 1;
	s->vt_ap = 0;
	s->vt_pd = 0;
	s->vr_r = 0;
	s->vr_h = 0;
	s->tx_head = 0;
	s->tx_count = 0;
	s->rx_head = 0;
	s->rx_have = 0;
	s->heard = false;
	s->doubt = false;
	s->credit = true;
	s->refused = false;
}

void cldn_sscop_data_begin(struct cldn_sscop *s)
{
	cldn_sscop_start(s, CLDN_SSCOP_POLLING);
	cldn_sscop_start(s, CLDN_SSCOP_NO_RESPONSE);
}

/* ---- slots ---- */

static u16 data_slot(const struct cldn_sscop *s, u16 head, u32 offset)
{
	return (head + offset) % s->cfg.window;
}

static u16 data_tx_slot(const struct cldn_sscop *s, u32 number)
{
	return data_slot(s, s->tx_head, sscop_distance(s->vt_a, number));
}

static u8 *data_tx(const struct cldn_sscop *s, u16 slot)
{
	return s->slots + s->stride * slot;
}

static u8 *data_rx(const struct cldn_sscop *s, u16 slot)
{
	return s->slots + s->stride * (s->cfg.window + slot);
}

static bool data_have(const struct cldn_sscop *s, u32 offset)
{
	return s->rx_have >> data_slot(s, s->rx_head, offset) & 1;
}

/* ---- sending ---- */

static void data_send_poll(struct cldn_sscop *s)
{
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_POLL };

	s->vt_ps = sscop_next(s->vt_ps);
	s->vt_pd = 0;
	p.nps = s->vt_ps;
	p.ns = s->vt_s;
	cldn_sscop_send(s, &p);
}

/* Something is unacknowledged: POLLs come with their own timer. Return: they did not before. */
static bool data_active(struct cldn_sscop *s)
{
	if (sscop_running(s, CLDN_SSCOP_POLLING))
		return false;
	if (sscop_running(s, CLDN_SSCOP_QUIET)) {
		cldn_sscop_stop(s, CLDN_SSCOP_QUIET);
		cldn_sscop_start(s, CLDN_SSCOP_NO_RESPONSE);
	} else {
		cldn_sscop_stop(s, CLDN_SSCOP_KEEP_ALIVE);
	}
	cldn_sscop_start(s, CLDN_SSCOP_POLLING);
	return true;
}

/* @number: not acknowledged, below VT(S) */
static void data_send_sd(struct cldn_sscop *s, u32 number)
{
	u16 slot = data_tx_slot(s, number);

	s->tx_ps[slot] = s->vt_ps;
	s->tx_again &= ~(1ULL << slot);
	s->ops->send(s->ctx, data_tx(s, slot), s->tx_len[slot]);
	data_active(s);
	if (++s->vt_pd < s->cfg.max_pd)
		return;
	data_send_poll(s);
	cldn_sscop_start(s, CLDN_SSCOP_POLLING);
}

static bool data_waiting(const struct cldn_sscop *s)
{
	return sscop_distance(s->vt_a, s->vt_s) < s->tx_count;
}

static bool data_credit(const struct cldn_sscop *s)
{
	u32 credit = sscop_distance(s->vt_s, s->vt_ms);

	return credit && !sscop_behind(credit);
}

/* Sends what the peer allows. */
static void data_pump(struct cldn_sscop *s)
{
	while (data_waiting(s) && data_credit(s)) {
		u32 number = s->vt_s;

		s->vt_s = sscop_next(number);
		data_send_sd(s, number);
	}
	if (data_waiting(s) && data_active(s))
		data_send_poll(s);
}

int cldn_sscop_data(struct cldn_sscop *s, const u8 *sdu, size_t len)
{
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_SD, .info_len = len };
	u16 slot;

	if (s->state != CLDN_SSCOP_READY)
		return -ENOTCONN;
	if (!len || len > s->cfg.sdu_max)
		return -EMSGSIZE;
	if (s->tx_count == s->cfg.window) {
		s->refused = true;
		return -ENOBUFS;
	}
	slot = data_slot(s, s->tx_head, s->tx_count);
	memcpy(data_tx(s, slot), sdu, len);
	p.ns = (s->vt_a + s->tx_count) & CLDN_SSCOP_NUMBER_MASK;
	s->tx_len[slot] = cldn_sscop_build(data_tx(s, slot), &p);
	s->tx_count++;
	data_pump(s);
	return 0;
}

size_t cldn_sscop_room(const struct cldn_sscop *s)
{
	return s->state == CLDN_SSCOP_READY ? s->cfg.window - s->tx_count : 0;
}

int cldn_sscop_unitdata(struct cldn_sscop *s, const u8 *sdu, size_t len)
{
	u8 *out = s->slots + s->stride * 2 * s->cfg.window;
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_UD, .info_len = len };

	if (!len || len > s->cfg.sdu_max)
		return -EMSGSIZE;
	memcpy(out, sdu, len);
	s->ops->send(s->ctx, out, cldn_sscop_build(out, &p));
	return 0;
}

/* ---- timers ---- */

void cldn_sscop_data_challenge(struct cldn_sscop *s)
{
	if (sscop_running(s, CLDN_SSCOP_QUIET)) {
		cldn_sscop_stop(s, CLDN_SSCOP_QUIET);
		cldn_sscop_data_timer(s, CLDN_SSCOP_QUIET);
	} else {
		data_send_poll(s);
	}
}

void cldn_sscop_data_timer(struct cldn_sscop *s, enum cldn_sscop_timer which)
{
	if (which == CLDN_SSCOP_QUIET)
		cldn_sscop_start(s, CLDN_SSCOP_NO_RESPONSE);
	data_send_poll(s);
	cldn_sscop_start(s, s->tx_count ? CLDN_SSCOP_POLLING : CLDN_SSCOP_KEEP_ALIVE);
}

/* The peer answers. */
static void data_alive(struct cldn_sscop *s)
{
	if (sscop_running(s, CLDN_SSCOP_POLLING)) {
		cldn_sscop_start(s, CLDN_SSCOP_NO_RESPONSE);
	} else if (sscop_running(s, CLDN_SSCOP_KEEP_ALIVE)) {
		cldn_sscop_stop(s, CLDN_SSCOP_KEEP_ALIVE);
		cldn_sscop_stop(s, CLDN_SSCOP_NO_RESPONSE);
		cldn_sscop_start(s, CLDN_SSCOP_QUIET);
	}
}

/* ---- what the peer has received ---- */

/* @nr: in VT(A)..VT(S), checked */
static void data_ack(struct cldn_sscop *s, u32 nr)
{
	u32 n = sscop_distance(s->vt_a, nr);

	if (!n)
		return;
	s->tx_head = data_slot(s, s->tx_head, n);
	s->tx_count -= n;
	s->vt_a = nr;
	s->vt_ap = s->vt_ps;
}

/* The end of a STAT or USTAT. */
static void data_allowed(struct cldn_sscop *s, u32 nmr)
{
	bool credit;

	s->vt_ms = nmr;
	credit = data_credit(s);
	if (credit != s->credit)
		cldn_sscop_error(s, credit ? 'X' : 'W', 1);
	s->credit = credit;
	data_pump(s);
	if (!s->refused || s->tx_count == s->cfg.window)
		return;
	s->refused = false;
	s->ops->room(s->ctx);
}

/*
 * A list names in turn the first SD of a gap and the first one behind the gap, rises, and stays
 * within N(R)..VT(S). N(R) is not behind VT(A).
 */
static bool data_list_valid(const struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 sent = sscop_distance(s->vt_a, s->vt_s);
	u32 least = sscop_distance(s->vt_a, p->nr);
	size_t i;

	for (i = 0; i < p->nlist; i++) {
		u32 at = sscop_distance(s->vt_a, cldn_sscop_element(p, i));

		if (at < least || at > sent)
			return false;
		least = at + 1;
	}
	return true;
}

/* @number was sent before the POLL @nps: when that had arrived, @number had, or never will. */
static bool data_before(const struct cldn_sscop *s, u32 number, u32 nps)
{
	u32 age = sscop_distance(s->tx_ps[data_tx_slot(s, number)], nps);

	return age && !sscop_behind(age);
}

static void data_send_again(struct cldn_sscop *s, u32 number)
{
	data_send_sd(s, number);
	s->tx_again |= 1ULL << data_tx_slot(s, number);
}

/* Sends again what the STAT misses, except what may still arrive. Return: how many. */
static u32 data_fill(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 n = 0, number;
	size_t i;

	for (i = 0; i + 1 < p->nlist; i += 2) {
		number = cldn_sscop_element(p, i);
		for (; number != cldn_sscop_element(p, i + 1); number = sscop_next(number)) {
			if (!data_before(s, number, p->nps))
				continue;
			data_send_again(s, number);
			n++;
		}
	}
	return n;
}

/* A receiver has one USTAT for each SD: this one cannot mean what was sent again already. */
static u32 data_fill_once(struct cldn_sscop *s, u32 number, u32 end)
{
	u32 n = 0;

	for (; number != end; number = sscop_next(number)) {
		if (s->tx_again >> data_tx_slot(s, number) & 1)
			continue;
		data_send_again(s, number);
		n++;
	}
	return n;
}

/*
 * A POLL behind what was sent again finds out in one round trip whether it was lost once more; the
 * timer would do so much later.
 */
static void data_resent(struct cldn_sscop *s, u32 n)
{
	if (!n)
		return;
	cldn_sscop_error(s, 'V', n);
	if (!s->vt_pd)
		return; /* the last one had the POLL after MaxPD */
	data_send_poll(s);
	cldn_sscop_start(s, CLDN_SSCOP_POLLING);
}

/* N(R) is behind VT(A), and the STAT may have been overtaken by what moved VT(A). */
static bool data_overtaken(const struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 since = sscop_distance(s->vt_ap, p->nps);

	return sscop_behind(sscop_distance(s->vt_a, p->nr)) && (!since || sscop_behind(since));
}

void cldn_sscop_data_stat(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 ahead = sscop_distance(s->vt_ps, p->nps);

	s->heard = true;
	s->doubt = false;
	if (ahead && !sscop_behind(ahead)) {
		cldn_sscop_recover(s, 'R');
		return;
	}
	if (sscop_behind(sscop_distance(s->vt_pa, p->nps))) {
		cldn_sscop_error(s, 'R', 1);
		return;
	}
	data_alive(s);
	if (data_overtaken(s, p)) {
		cldn_sscop_error(s, 'S', 1);
		return;
	}
	if (sscop_distance(s->vt_a, p->nr) > sscop_distance(s->vt_a, s->vt_s) ||
	    !data_list_valid(s, p)) {
		cldn_sscop_recover(s, 'S');
		return;
	}
	data_ack(s, p->nr);
	s->vt_pa = p->nps;
	data_resent(s, data_fill(s, p));
	data_allowed(s, p->nmr);
}

void cldn_sscop_data_ustat(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 number = cldn_sscop_element(p, 0), end = cldn_sscop_element(p, 1);

	s->heard = true;
	s->doubt = false;
	if (sscop_behind(sscop_distance(s->vt_a, p->nr))) {
		cldn_sscop_error(s, 'T', 1);
		return;
	}
	if (sscop_distance(s->vt_a, p->nr) > sscop_distance(s->vt_a, s->vt_s) ||
	    !data_list_valid(s, p)) {
		cldn_sscop_recover(s, 'T');
		return;
	}
	data_ack(s, p->nr);
	data_resent(s, data_fill_once(s, number, end));
	data_allowed(s, p->nmr);
}

/* ---- receiving ---- */

static u32 data_allowed_by_us(const struct cldn_sscop *s)
{
	return (s->vr_r + s->cfg.window) & CLDN_SSCOP_NUMBER_MASK;
}

static void data_send_ustat(struct cldn_sscop *s, u32 first, u32 end)
{
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_USTAT, .nlist = 2, .nr = s->vr_r };

	p.nmr = data_allowed_by_us(s);
	cldn_sscop_put_element(s->control, 0, first);
	cldn_sscop_put_element(s->control, 1, end);
	cldn_sscop_send(s, &p);
}

/* The SD at VR(R) is about to be delivered. */
static void data_step(struct cldn_sscop *s)
{
	s->rx_have &= ~(1ULL << s->rx_head);
	s->rx_head = data_slot(s, s->rx_head, 1);
	if (s->vr_h == s->vr_r)
		s->vr_h = sscop_next(s->vr_h);
	s->vr_r = sscop_next(s->vr_r);
}

/* When the user ends the connection from within deliver, nothing is held any more. */
static void data_deliver(struct cldn_sscop *s, const u8 *sdu, size_t len)
{
	data_step(s);
	s->ops->deliver(s->ctx, sdu, len);
	while (data_have(s, 0)) {
		u16 slot = s->rx_head;

		data_step(s);
		s->ops->deliver(s->ctx, data_rx(s, slot), s->rx_len[slot]);
	}
}

static void data_hold(struct cldn_sscop *s, const struct cldn_sscop_pdu *p, u32 offset)
{
	u16 slot = data_slot(s, s->rx_head, offset);

	memcpy(data_rx(s, slot), p->info, p->info_len);
	s->rx_len[slot] = p->info_len;
	s->rx_have |= 1ULL << slot;
}

void cldn_sscop_data_sd(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 offset = sscop_distance(s->vr_r, p->ns);
	u32 known = sscop_distance(s->vr_r, s->vr_h);
	u32 end = p->ns;

	s->heard = true;
	s->doubt = false;
	if (sscop_behind(offset) || (offset < s->cfg.window && data_have(s, offset))) {
		cldn_sscop_error(s, 'Q', 1);
		return;
	}
	if (!offset) {
		data_deliver(s, p->info, p->info_len);
		return;
	}
	if (offset < s->cfg.window)
		data_hold(s, p, offset);
	else
		end = data_allowed_by_us(s);
	if (sscop_distance(s->vr_r, end) > known)
		data_send_ustat(s, s->vr_h, end);
	if (offset >= s->cfg.window)
		s->vr_h = end;
	else if (offset >= known)
		s->vr_h = sscop_next(p->ns);
}

/* Sends one STAT or, when the list is too long for one, several. */
static void data_send_stat(struct cldn_sscop *s, u32 nps)
{
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_STAT, .nps = nps, .nr = s->vr_r };
	u32 end = sscop_distance(s->vr_r, s->vr_h);
	bool have = true;
	u32 at;

	p.nmr = data_allowed_by_us(s);
	for (at = 0; at <= end && end; at++) {
		u32 number = (s->vr_r + at) & CLDN_SSCOP_NUMBER_MASK;

		if (at < end && data_have(s, at) == have)
			continue;
		have = !have;
		cldn_sscop_put_element(s->control, p.nlist++, number);
		if (at == end || p.nlist < s->cfg.max_stat)
			continue;
		cldn_sscop_send(s, &p);
		p.nlist = 0;
		cldn_sscop_put_element(s->control, p.nlist++, number);
	}
	cldn_sscop_send(s, &p);
}

void cldn_sscop_data_poll(struct cldn_sscop *s, const struct cldn_sscop_pdu *p)
{
	u32 offset = sscop_distance(s->vr_r, p->ns);
	u32 known = sscop_distance(s->vr_r, s->vr_h);

	s->heard = true;
	s->doubt = false;
	if (sscop_behind(offset) || offset < known)
		cldn_sscop_error(s, 'Q', 1);
	else if (offset > s->cfg.window)
		s->vr_h = data_allowed_by_us(s);
	else
		s->vr_h = p->ns;
	data_send_stat(s, p->nps);
}
