// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dialogue with a V.250 modem; see dialogue.h.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>
#include "dialogue.h"

/* How often the first command is repeated to a modem that does not answer. */
#define DLG_SYNC_NS (700 * NSEC_PER_MSEC)
/* And how soon when its answer was ERROR: rests of an older line stood before it. */
#define DLG_RESYNC_NS (50 * NSEC_PER_MSEC)
/* Silence after which no late answer is expected any more. */
#define DLG_QUIET_NS (40 * NSEC_PER_MSEC)
/* V.250 5.6.1: characters within 125 ms after the command do not abort it. */
#define DLG_ABORT_NS (150 * NSEC_PER_MSEC)
#define DLG_REABORT_NS (250 * NSEC_PER_MSEC)
/* S12 is one second unless somebody changed it; a little more on our side of the wire. */
#define DLG_GUARD_NS (1050 * NSEC_PER_MSEC)
#define DLG_ESCAPE_NS (DLG_GUARD_NS + 1500 * NSEC_PER_MSEC)
#define DLG_POLL_NS (10 * NSEC_PER_MSEC)
/* Held back beginning of NO CARRIER, and all of it, at the end of the received data. */
#define DLG_HOLD_NS (20 * NSEC_PER_MSEC)
#define DLG_LOST_NS (100 * NSEC_PER_MSEC)
/*
 * A modem gives a call up when its carrier was away for S10, 1.4 s unless somebody changed it, and
 * says so behind the last data. One that does not say it is waited for so long.
 */
#define DLG_DROP_NS (2 * NSEC_PER_SEC)
/* Chunks in one turn of the worker: 64 KiB, a few milliseconds. */
#define DLG_CHUNKS 16

static const u8 dlg_sync_body[] = "E0Q0V1";

/* ---- sending ---- */

static void dlg_flush(struct cldn_dialogue *d)
{
	while (d->tx_off < d->tx_len) {
		ssize_t n = d->link->drv->write(d->link, d->tx + d->tx_off, d->tx_len - d->tx_off);

		if (n <= 0)
			return;
		d->tx_off += n;
	}
}

static void dlg_send(struct cldn_dialogue *d, const void *bytes, size_t len, u64 now)
{
	memcpy(d->tx, bytes, len);
	d->tx_len = len;
	d->tx_off = 0;
	d->sent_ns = now;
	dlg_flush(d);
}

static void dlg_send_command(struct cldn_dialogue *d, const u8 *body, size_t len, u64 now)
{
	u8 line[CLDN_AT_BREAK_LEN + CLDN_AT_COMMAND_MAX];
	size_t n = d->broken ? CLDN_AT_BREAK_LEN : 0;

	memcpy(line, cldn_at_break, n);
	d->broken = false;
	dlg_send(d, line, n + cldn_at_compose(line + n, body, len), now);
}

/* ---- states ---- */

static void dlg_enter(struct cldn_dialogue *d, u32 state, u64 due_ns)
{
	d->state = state;
	d->due_ns = due_ns;
}

static void dlg_finish(struct cldn_dialogue *d, u32 code)
{
	dlg_enter(d, CLDN_DLG_IDLE, 0);
	d->limit_ns = 0;
	d->pending = false;
	d->ops->done(d, code);
}

static void dlg_enter_data(struct cldn_dialogue *d, u32 rate, u64 now)
{
	dlg_enter(d, CLDN_DLG_DATA, 0);
	d->limit_ns = 0;
	d->hold_ns = 0;
	d->pending = false;
	d->rate = rate;
	d->eat_lf = true;
	d->dcd_high = false;
	d->drop_seen = false;
	d->blocked = false;
	d->rx_ns = now;
	memset(&d->scan, 0, sizeof(d->scan));
	cldn_dlg_lines(d, now);
}

static void dlg_sync_begin(struct cldn_dialogue *d, u64 now)
{
	dlg_enter(d, CLDN_DLG_SYNC, now + DLG_SYNC_NS);
	dlg_send_command(d, dlg_sync_body, sizeof(dlg_sync_body) - 1, now);
}

static void dlg_command_begin(struct cldn_dialogue *d, u64 now)
{
	d->pending = false;
	if (d->kind == CLDN_DLG_CALL)
		cldn_dlg_lines(d, now);
	dlg_enter(d, CLDN_DLG_COMMAND, 0);
	dlg_send_command(d, d->body, d->body_len, now);
}

static void dlg_synced(struct cldn_dialogue *d, u64 now)
{
	d->synced = true;
	d->stale = false;
	if (d->pending)
		dlg_command_begin(d, now);
	else
		dlg_finish(d, CLEARDOWN_RESULT_OK);
}

void cldn_dlg_reset(struct cldn_dialogue *d, struct cldn_link *link, const struct cldn_dlg_ops *ops)
{
	bool stale = d->stale || !cldn_dlg_idle(d);
	int i;

	memset(d, 0, sizeof(*d));
	d->link = link;
	d->ops = ops;
	d->stale = stale;
	d->lines = link->drv->get_lines(link);
	d->dcd_low = !(d->lines & CLEARDOWN_LINE_DCD);
	for (i = 0; i < DLG_CHUNKS && link->drv->read(link, d->buf, sizeof(d->buf)); i++)
		;
}

void cldn_dlg_sync(struct cldn_dialogue *d, u64 now, u64 limit_ns)
{
	d->limit_ns = limit_ns;
	dlg_sync_begin(d, now);
}

void cldn_dlg_command(struct cldn_dialogue *d, const void *body, size_t len, u32 kind, u64 now,
		      u64 limit_ns)
{
	memcpy(d->body, body, len);
	d->body_len = len;
	d->kind = kind;
	d->limit_ns = limit_ns;
	d->pending = true;
	if (d->synced)
		dlg_command_begin(d, now);
	else
		dlg_sync_begin(d, now);
}

void cldn_dlg_escape(struct cldn_dialogue *d, u64 now, u64 limit_ns)
{
	dlg_enter(d, CLDN_DLG_GUARD, now);
	d->min_ns = 0;
	d->limit_ns = limit_ns;
	memset(&d->line, 0, sizeof(d->line));
}

void cldn_dlg_hang(struct cldn_dialogue *d, bool raise, u64 now, u64 min_ns, u64 max_ns)
{
	d->tx_len = 0;
	d->tx_off = 0;
	d->raise = raise;
	cldn_dlg_lines(d, now);
	d->proven = d->state == CLDN_DLG_DATA && d->drop_seen;
	if (d->state == CLDN_DLG_DATA)
		memset(&d->line, 0, sizeof(d->line));
	d->fall = d->lines & CLEARDOWN_LINE_VALID && d->lines & CLEARDOWN_LINE_DCD;
	dlg_enter(d, CLDN_DLG_DTR, now + DLG_POLL_NS);
	d->pending = false;
	d->synced = false;
	d->stale = true;
	d->min_ns = now + min_ns;
	d->limit_ns = now + max_ns;
	if (d->link->drv->set_lines(d->link, 0, CLEARDOWN_LINE_DTR))
		dlg_finish(d, CLEARDOWN_RESULT_NONE);
}

void cldn_dlg_abort(struct cldn_dialogue *d, u64 now, u64 limit_ns)
{
	d->limit_ns = d->limit_ns ? min(d->limit_ns, limit_ns) : limit_ns;
	if (d->pending) { /* not sent yet, so nothing of it can be answered */
		d->synced = false;
		d->stale = true;
		dlg_finish(d, CLEARDOWN_RESULT_NONE);
		return;
	}
	if (d->state != CLDN_DLG_COMMAND)
		return;
	dlg_enter(d, CLDN_DLG_ABORT, 0);
	if (d->kind == CLDN_DLG_CALL)
		d->due_ns = max(now, d->sent_ns + DLG_ABORT_NS);
}

void cldn_dlg_break(struct cldn_dialogue *d)
{
	if (!cldn_dlg_voice(d))
		return;
	dlg_enter(d, CLDN_DLG_IDLE, 0);
	d->hold_ns = 0;
	d->synced = false;
	d->stale = true;
	d->broken = true;
	d->tx_len = 0;
	d->tx_off = 0;
	memset(&d->line, 0, sizeof(d->line));
}

void cldn_dlg_forget(struct cldn_dialogue *d)
{
	if (d->state == CLDN_DLG_DATA || d->state == CLDN_DLG_IDLE)
		return;
	dlg_enter(d, CLDN_DLG_IDLE, 0);
	d->limit_ns = 0;
	d->pending = false;
	d->synced = false;
	d->stale = true;
	d->tx_len = 0;
	d->tx_off = 0;
}

/* ---- lines in command state ---- */

static bool dlg_is_echo(const struct cldn_dialogue *d)
{
	return d->tx_len > 1 && cldn_at_is_echo(d->line.buf, d->line.len, d->tx, d->tx_len - 1);
}

static bool dlg_plain_end(u32 code)
{
	return code != CLEARDOWN_RESULT_NO_CARRIER;
}

static void dlg_unasked(struct cldn_dialogue *d, const struct cldn_at_result *r)
{
	d->ops->unasked(d, r, d->line.buf, d->line.len);
}

static void dlg_sync_result(struct cldn_dialogue *d, u32 code, u64 now)
{
	if (code == CLEARDOWN_RESULT_ERROR)
		d->due_ns = min(d->due_ns, now + DLG_RESYNC_NS);
	if (code != CLEARDOWN_RESULT_OK)
		return;
	if (d->stale)
		dlg_enter(d, CLDN_DLG_QUIET, now + DLG_QUIET_NS);
	else
		dlg_synced(d, now);
}

static void dlg_connect(struct cldn_dialogue *d, const struct cldn_at_result *r, u64 now)
{
	bool asked = d->state != CLDN_DLG_IDLE;

	dlg_enter_data(d, r->rate, now);
	if (asked)
		d->ops->done(d, r->code);
	else
		dlg_unasked(d, r);
}

static void dlg_command_result(struct cldn_dialogue *d, const struct cldn_at_result *r)
{
	if (d->kind != CLDN_DLG_CALL && !dlg_plain_end(r->code)) {
		dlg_unasked(d, r);
		return;
	}
	if (d->kind == CLDN_DLG_FORMAT)
		d->synced = false;
	dlg_finish(d, r->code);
}

/* A result code other than CONNECT. */
static void dlg_result(struct cldn_dialogue *d, const struct cldn_at_result *r, u64 now)
{
	bool ended = r->code == CLEARDOWN_RESULT_NO_CARRIER;

	switch (d->state) {
	case CLDN_DLG_COMMAND:
	case CLDN_DLG_ABORT:
		dlg_command_result(d, r);
		break;
	case CLDN_DLG_SYNC:
		if (ended)
			dlg_unasked(d, r);
		else
			dlg_sync_result(d, r->code, now);
		break;
	case CLDN_DLG_GUARD:
		if (ended)
			dlg_finish(d, r->code);
		break;
	case CLDN_DLG_ESCAPE:
		if (ended || r->code == CLEARDOWN_RESULT_OK)
			dlg_finish(d, r->code);
		break;
	case CLDN_DLG_DTR:
		d->proven |= ended || r->code == CLEARDOWN_RESULT_OK;
		break;
	case CLDN_DLG_QUIET:
		d->due_ns = now + DLG_QUIET_NS;
		fallthrough;
	default:
		if (ended) /* OK and ERROR are late answers that nobody waits for */
			dlg_unasked(d, r);
	}
}

static void dlg_text(struct cldn_dialogue *d, const struct cldn_at_result *r)
{
	if (d->state == CLDN_DLG_COMMAND)
		d->ops->text(d, d->line.buf, d->line.len);
	else if (d->state == CLDN_DLG_IDLE)
		dlg_unasked(d, r);
}

static void dlg_line(struct cldn_dialogue *d, u64 now)
{
	bool numeric = d->state == CLDN_DLG_SYNC || d->kind == CLDN_DLG_FORMAT;
	struct cldn_at_result r;

	if (dlg_is_echo(d))
		return;
	cldn_at_parse(d->line.buf, d->line.len, numeric, &r);
	if (r.kind == CLDN_AT_TEXT)
		dlg_text(d, &r);
	else if (r.kind != CLDN_AT_FINAL)
		dlg_unasked(d, &r);
	else if (r.code == CLEARDOWN_RESULT_CONNECT && d->state != CLDN_DLG_DTR)
		dlg_connect(d, &r, now);
	else
		dlg_result(d, &r, now);
}

/* How many bytes from @pos on belong to lines; 0: the next one is a DLE, or the code behind it. */
static size_t dlg_plain_run(const struct cldn_dialogue *d)
{
	const u8 *from = d->buf + d->pos, *dle;
	size_t len = d->fill - d->pos;

	if (!d->shield)
		return len;
	dle = d->dle ? from : memchr(from, CLDN_AT_DLE, len);
	return dle ? (size_t)(dle - from) : len;
}

static void dlg_take_code(struct cldn_dialogue *d)
{
	u8 c = d->buf[d->pos++];

	d->dle = !d->dle;
	if (!d->dle)
		d->ops->code(d, c);
}

static void dlg_read_lines(struct cldn_dialogue *d, u64 now)
{
	while (d->pos < d->fill && !cldn_dlg_data(d)) {
		size_t run = dlg_plain_run(d);

		if (!run) {
			dlg_take_code(d);
			continue;
		}
		d->pos += cldn_at_feed(&d->line, d->buf + d->pos, run);
		if (d->line.ready)
			dlg_line(d, now);
	}
}

/* ---- data mode ---- */

static bool dlg_carrier_down(const struct cldn_dialogue *d)
{
	return d->drop_seen || (cldn_dlg_carrier_counts(d) && !(d->lines & CLEARDOWN_LINE_DCD));
}

static void dlg_lost(struct cldn_dialogue *d)
{
	size_t held = d->scan.match - d->scan.released;
	bool found = cldn_at_scan_found(&d->scan);
	bool said = found && dlg_carrier_down(d);

	if (held && !found)
		d->ops->push(d, cldn_at_lost + d->scan.released, held);
	/* A modem that only dropped DCD may still take all for data; without DCD a user said it. */
	if (!said) {
		d->synced = false;
		d->stale = true;
	}
	memset(&d->scan, 0, sizeof(d->scan));
	memset(&d->line, 0, sizeof(d->line));
	dlg_enter(d, CLDN_DLG_IDLE, 0);
	d->hold_ns = 0;
	d->ops->lost(d, said);
}

/* True when @c is a code. DLE DLE is a byte of the sound. */
static bool dlg_voice_byte(struct cldn_dialogue *d, u8 c)
{
	bool code = d->dle && c != CLDN_AT_DLE;

	d->dle = !d->dle && c == CLDN_AT_DLE;
	return code;
}

/* The result that follows must not be taken for the next command's. */
static void dlg_stream_over(struct cldn_dialogue *d)
{
	dlg_enter(d, CLDN_DLG_IDLE, 0);
	d->synced = false;
	d->stale = true;
	memset(&d->line, 0, sizeof(d->line));
}

/* A code of the stream goes up with it, and then is told as well. False: no room. */
static bool dlg_read_voice(struct cldn_dialogue *d)
{
	size_t room = min(d->ops->room(d), d->fill - d->pos);
	const u8 *from = d->buf + d->pos;
	bool code = false;
	size_t n = 0;

	d->blocked = !room;
	while (n < room && !code)
		code = dlg_voice_byte(d, from[n++]);
	d->ops->push(d, from, n);
	d->pos += n;
	if (code && from[n - 1] == CLDN_AT_ETX)
		dlg_stream_over(d);
	if (code)
		d->ops->code(d, from[n - 1]);
	return !d->blocked;
}

/* False when the reader has no room. */
static bool dlg_read_data(struct cldn_dialogue *d, u64 now)
{
	size_t room = d->ops->room(d);
	struct cldn_at_cut cut;

	if (d->eat_lf) {
		d->eat_lf = false;
		if (d->buf[d->pos] == '\n') {
			d->pos++;
			return true;
		}
	}
	if (d->shield)
		return dlg_read_voice(d);
	d->blocked = room <= CLDN_AT_LOST_LEN;
	if (d->blocked)
		return false;
	room = min(room - CLDN_AT_LOST_LEN, d->fill - d->pos);
	cldn_at_scan(&d->scan, d->buf + d->pos, room, &cut);
	if (cut.to > cut.from)
		d->ops->push(d, cldn_at_lost + cut.from, cut.to - cut.from);
	if (cut.pass)
		d->ops->push(d, d->buf + d->pos, cut.pass);
	d->pos += cut.used;
	d->hold_ns = 0;
	if (cldn_at_scan_found(&d->scan)) {
		if (dlg_carrier_down(d))
			dlg_lost(d);
		else
			d->hold_ns = now + DLG_LOST_NS;
	} else if (d->scan.match > d->scan.released) {
		d->hold_ns = now + DLG_HOLD_NS;
	}
	return true;
}

/* The received data has ended with (the beginning of) NO CARRIER for a while. */
static void dlg_judge(struct cldn_dialogue *d, u64 now)
{
	size_t held = d->scan.match - d->scan.released;

	d->hold_ns = 0;
	if (cldn_at_scan_found(&d->scan) && (dlg_carrier_down(d) || !cldn_dlg_carrier_counts(d))) {
		dlg_lost(d);
	} else if (d->ops->room(d) < held) {
		d->hold_ns = now + DLG_HOLD_NS;
	} else {
		d->ops->push(d, cldn_at_lost + d->scan.released, held);
		d->scan.released = d->scan.match;
	}
}

static void dlg_tick_data(struct cldn_dialogue *d, u64 now)
{
	if (d->drop_seen) {
		if (!d->blocked && (cldn_at_scan_found(&d->scan) || now >= d->rx_ns + DLG_DROP_NS))
			dlg_lost(d);
	} else if (d->hold_ns && now >= d->hold_ns) {
		dlg_judge(d, now);
	}
}

static bool dlg_refill(struct cldn_dialogue *d, u64 now)
{
	size_t want = sizeof(d->buf);

	if (cldn_dlg_data(d)) {
		size_t room = d->ops->room(d);

		d->blocked = room <= CLDN_AT_LOST_LEN;
		if (d->blocked)
			return false;
		want = min(want, room - CLDN_AT_LOST_LEN);
	}
	d->pos = 0;
	d->fill = d->link->drv->read(d->link, d->buf, want);
	if (!d->fill)
		return false;
	d->rx_ns = now;
	return true;
}

bool cldn_dlg_read(struct cldn_dialogue *d, u64 now)
{
	int chunks = 0;

	for (;;) {
		if (d->pos == d->fill) {
			if (chunks++ == DLG_CHUNKS)
				return true;
			if (!dlg_refill(d, now))
				return false;
		}
		if (!cldn_dlg_data(d))
			dlg_read_lines(d, now);
		else if (!dlg_read_data(d, now))
			return false;
	}
}

/* ---- modem lines ---- */

static void dlg_dcd_low(struct cldn_dialogue *d, u64 now)
{
	switch (d->state) {
	case CLDN_DLG_DATA:
		if (!d->dcd_high || !d->dcd_low || d->drop_seen)
			return;
		d->drop_seen = true;
		d->rx_ns = now;
		d->ops->carrier(d, false);
		break;
	case CLDN_DLG_GUARD:
	case CLDN_DLG_ESCAPE:
		if (cldn_dlg_carrier_counts(d))
			dlg_finish(d, CLEARDOWN_RESULT_NO_CARRIER);
		break;
	case CLDN_DLG_DTR:
		d->proven |= d->fall;
		break;
	default:
		d->dcd_low = true;
	}
}

static void dlg_dcd_high(struct cldn_dialogue *d, u64 now)
{
	d->dcd_high = true;
	if (!d->drop_seen)
		return;
	d->drop_seen = false;
	if (d->scan.match > d->scan.released)
		d->hold_ns = now + DLG_LOST_NS;
	d->ops->carrier(d, true);
}

void cldn_dlg_lines(struct cldn_dialogue *d, u64 now)
{
	d->lines = d->link->drv->get_lines(d->link);
	if (!(d->lines & CLEARDOWN_LINE_VALID))
		return;
	if (!(d->lines & CLEARDOWN_LINE_DCD))
		dlg_dcd_low(d, now);
	else if (d->state == CLDN_DLG_DATA)
		dlg_dcd_high(d, now);
}

/* ---- time ---- */

static void dlg_tick_guard(struct cldn_dialogue *d, u64 now)
{
	if (!d->min_ns && d->link->drv->sent(d->link))
		d->min_ns = now + DLG_GUARD_NS;
	if (!d->min_ns || now < d->min_ns) {
		d->due_ns = d->min_ns ?: now + DLG_POLL_NS;
		return;
	}
	dlg_enter(d, CLDN_DLG_ESCAPE, 0);
	d->limit_ns = min(d->limit_ns, now + DLG_ESCAPE_NS);
	dlg_send(d, "+++", 3, now);
}

static void dlg_tick_dtr(struct cldn_dialogue *d, u64 now)
{
	cldn_dlg_lines(d, now);
	d->due_ns = now + DLG_POLL_NS;
	if (now < d->limit_ns && !(d->proven && now >= d->min_ns))
		return;
	if (d->raise)
		d->link->drv->set_lines(d->link, CLEARDOWN_LINE_DTR, 0);
	dlg_finish(d, d->proven ? CLEARDOWN_RESULT_NO_CARRIER : CLEARDOWN_RESULT_NONE);
}

/* What was begun has not been answered in time. */
static void dlg_expire(struct cldn_dialogue *d)
{
	if (d->state != CLDN_DLG_GUARD && d->state != CLDN_DLG_ESCAPE) {
		d->synced = false;
		d->stale = true;
	}
	d->tx_len = 0;
	d->tx_off = 0;
	dlg_finish(d, CLEARDOWN_RESULT_NONE);
}

static void dlg_tick_state(struct cldn_dialogue *d, u64 now)
{
	switch (d->state) {
	case CLDN_DLG_SYNC:
		d->stale = true; /* the tries before may still be answered */
		dlg_sync_begin(d, now);
		break;
	case CLDN_DLG_QUIET:
		dlg_synced(d, now);
		break;
	case CLDN_DLG_ABORT:
		dlg_send(d, "\r", 1, now);
		d->due_ns = now + DLG_REABORT_NS;
		break;
	case CLDN_DLG_GUARD:
		dlg_tick_guard(d, now);
		break;
	default:
		break;
	}
}

void cldn_dlg_tick(struct cldn_dialogue *d, u64 now)
{
	dlg_flush(d);
	if (d->state == CLDN_DLG_DATA)
		dlg_tick_data(d, now);
	else if (d->state == CLDN_DLG_DTR && (now >= d->due_ns || now >= d->limit_ns))
		dlg_tick_dtr(d, now);
	else if (d->limit_ns && now >= d->limit_ns)
		dlg_expire(d);
	else if (d->due_ns && now >= d->due_ns)
		dlg_tick_state(d, now);
}

u64 cldn_dlg_next(const struct cldn_dialogue *d)
{
	u64 next = U64_MAX;

	if (d->due_ns)
		next = min(next, d->due_ns);
	if (d->limit_ns)
		next = min(next, d->limit_ns);
	if (d->state != CLDN_DLG_DATA)
		return next;
	if (d->drop_seen)
		return d->blocked ? next : min(next, d->rx_ns + DLG_DROP_NS);
	return d->hold_ns ? min(next, d->hold_ns) : next;
}
