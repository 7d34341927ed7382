// SPDX-License-Identifier: GPL-2.0-only
/*
 * A modem: the states between a terminal and a line. Times follow V.250's S-registers and run
 * on bank time.
 *
 * Events from the exchange and the data call come through modem_ops; words of the command line
 * come from atcmd.c. Whatever ends a call goes through modem_hangup().
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "bank.h"

#define OUT_SOFT	(16 * 1024)	/* data waiting for the terminal */
#define DIAL_TONE_WAIT	(500 * MSEC)
#define TONE_HEARD	(500 * MSEC)	/* busy tone, or none, recognised */
#define CALLER_ID_GAP	(500 * MSEC)	/* after the first ring burst */
#define ABORT_GRACE	(125 * MSEC)	/* V.250 5.6.1 */
#define TONE_GAP_MS	70
#define PLAYED		8000		/* a second of sound that waits for the line */
#define PATIENCE	(60 * MSEC)	/* less than the far end's silence before it sends */

static bool is_off_hook(const struct modem *m)
{
	return m->line->leg != LEG_IDLE && m->line->leg != LEG_RINGING;
}

const char *modem_state_name(const struct modem *m)
{
	switch (m->state) {
	case MODEM_DIALING:
		return "dialing";
	case MODEM_ANSWERING:
		return "answering";
	case MODEM_ONLINE:
		return "online";
	case MODEM_ONLINE_COMMAND:
		return m->fclass == 1 ? "faxcall" : "escaped";
	default:
		break;
	}
	if (m->line->leg == LEG_RINGING)
		return "ringing";
	return is_off_hook(m) ? "offhook" : "idle";
}

/* DCD and DSR as &C and &S want them. CTS is modem_service()'s. */
void modem_update_lines(struct modem *m)
{
	bool call = m->state != MODEM_COMMAND;
	bool carrier = datacall_up(m->line) && m->line->leg == LEG_UP;
	uint32_t on = 0;

	if (!m->now.dcd_mode || carrier || (m->fclass == 1 && m->line->leg == LEG_UP))
		on |= TIOCM_CAR;
	if (!m->now.dsr_mode || call)
		on |= TIOCM_DSR;
	dte_show(&m->dte, on, (TIOCM_CAR | TIOCM_DSR) & ~on);
}

static void forget_call(struct modem *m)
{
	timer_stop(&m->guard);
	timer_stop(&m->s7);
	timer_stop(&m->s10);
	timer_stop(&m->busy_timer);
	timer_stop(&m->tone_timer);
	voice_end(m);
	timer_stop(&m->answer);
	m->plus = 0;
	m->voice_call = false;
	m->state = MODEM_COMMAND;
}

/*
 * The data call ends under the terminal's hands: what it had put on the wire by now is data still,
 * never a command line. A fast call delivers it, another discards and counts it.
 */
static void take_last_bytes(struct modem *m)
{
	struct line *l = m->line;

	if (m->state != MODEM_ONLINE || m->deaf)
		return;
	do {
		fifo_move(&l->to_line, &m->dte.in, m->dte.in.len, &l->sent);
		dte_read_rest(&m->dte);
	} while (m->dte.in.len && fifo_room(&l->to_line));
}

void modem_hangup(struct modem *m, const char *why)
{
	take_last_bytes(m);
	datacall_end(m->line);
	if (m->fclass == 1)
		fax_hangup(m);
	fax_audio(m, false);
	forget_call(m);
	exch_hangup(m->line, why);
	modem_update_lines(m);
}

/* ---- progress of a call ---- */

/* V.253 +VDR: the cadence of a ring, before its RING. */
static void tell_bursts(struct modem *m)
{
	int i;

	for (i = 0; at_stored(m, "+VDR", 0) && i < m->line->ring_bursts; i++) {
		at_info(m, "DRON=%d", 20 / m->line->ring_bursts);
		at_info(m, "DROF=%d", i + 1 < m->line->ring_bursts ? 4 : 40);
	}
}

static void modem_ring(struct line *l, bool on)
{
	struct modem *m = l->modem;
	bool dtr_off = m->now.dtr_mode >= 2 && !m->dte.dtr;

	dte_show(&m->dte, on ? TIOCM_RI : 0, on ? 0 : TIOCM_RI);
	if (!on) {
		if (l->rings == 1 && m->now.caller_id && l->leg == LEG_RINGING)
			timer_set(&m->caller_id, CALLER_ID_GAP);
		return;
	}
	tell_bursts(m);
	at_result(m, RES_RING);
	if (m->now.s[0] && l->rings >= m->now.s[0] && !l->noanswer && !dtr_off)
		modem_answer(m);
}

static void modem_ring_stop(struct line *l)
{
	timer_stop(&l->modem->caller_id);
	log_line(l->number, "ringing stopped");
}

/* V.253 formatted caller identification. */
static void caller_id_due(void *arg)
{
	struct modem *m = arg;
	time_t now = time(NULL);
	struct tm tm;

	if (m->line->leg != LEG_RINGING)
		return;
	localtime_r(&now, &tm);
	at_info(m, "DATE=%02d%02d", tm.tm_mon + 1, tm.tm_mday);
	at_info(m, "TIME=%02d%02d", tm.tm_hour, tm.tm_min);
	at_info(m, "NMBR=%s", exch_caller_number(m->line));
	at_info(m, "NAME=LINE %s", exch_caller_number(m->line));
}

/* ---- what a class 1 terminal owes ---- */

void modem_debt(struct modem *m, enum debt what)
{
	m->debt = what;
	m->debt_since = clock_now();
	m->forgiven = false;
}

/* Nobody waits for who cannot be heard, or has left his modem. */
static bool owes(const struct modem *m)
{
	if (m->fclass != 1 || m->state != MODEM_ONLINE_COMMAND || m->forgiven)
		return false;
	if (!m->dte.present || !m->dte.dtr || m->dte.stalled || m->deaf)
		return false;
	return m->debt == OWES_DATA ? fax_dry(m) : m->debt == OWES_COMMAND;
}

usec_t modems_patience(void)
{
	usec_t least = INT64_MAX;
	int i;

	for (i = 0; i < line_count; i++) {
		const struct modem *m = lines[i]->modem;

		if (m && owes(m) && m->debt_since + PATIENCE < least)
			least = m->debt_since + PATIENCE;
	}
	return least;
}

void modems_forgive(void)
{
	int i;

	for (i = 0; i < line_count; i++)
		if (lines[i]->modem)
			lines[i]->modem->forgiven = true;
}

/* The end of an attempt: class 1 calls are the T.31 engine's to report. */
static void attempt_failed(struct modem *m, enum result r)
{
	bool fax = m->fclass == 1;

	modem_hangup(m, "attempt failed");
	if (fax)
		fax_failed(m, r);
	else
		at_result(m, r);
}

static void tone_heard(void *arg)
{
	struct modem *m = arg;

	attempt_failed(m, m->tone_result);
}

static void s7_expired(void *arg)
{
	struct modem *m = arg;

	attempt_failed(m, m->line->leg == LEG_RINGBACK ? RES_NO_ANSWER : RES_NO_CARRIER);
}

static void modem_progress(struct line *l, enum progress what)
{
	struct modem *m = l->modem;

	if (what == PROGRESS_DIALED || m->state != MODEM_DIALING) {
		/* A call dialled with a semicolon is back in command state by now. */
		if (m->voice_call && m->state == MODEM_DIALING) {
			m->state = MODEM_COMMAND;
			at_result(m, RES_OK);
		}
		return;
	}
	m->tone_result = what == PROGRESS_BUSY ? RES_BUSY : RES_NO_DIALTONE;
	if (at_reports(m, m->tone_result))
		timer_set(&m->busy_timer, TONE_HEARD);
}

static void modem_connected(struct line *l)
{
	struct modem *m = l->modem;

	timer_stop(&m->caller_id);
	if (m->voice_call) {
		voice_begin(m);
		return;
	}
	if (m->fclass == 1) {
		timer_stop(&m->s7);
		m->state = MODEM_ONLINE_COMMAND;
		fax_audio(m, true);
		fax_connected(m);
		modem_update_lines(m);
		return;
	}
	datacall_begin(l);
}

static void modem_carrier(struct line *l, int rate)
{
	struct modem *m = l->modem;

	timer_stop(&m->s7);
	m->state = MODEM_ONLINE;
	m->plus = 0;
	m->data_at = clock_now();
	modem_update_lines(m);
	at_connect(m, rate);
}

/* What came over the line before it was lost still belongs to the terminal. */
static void carrier_lost(void *arg)
{
	struct modem *m = arg;
	struct line *l = m->line;

	if (m->state == MODEM_ONLINE)
		fifo_move(&m->dte.out, &l->from_line, l->from_line.len, &l->received);
	if (l->from_line.len)
		log_line(l->number, "%zu received bytes discarded", l->from_line.len);
	fifo_drop(&l->from_line, l->from_line.len);
	attempt_failed(m, RES_NO_CARRIER);
}

static void modem_cleared(struct line *l)
{
	struct modem *m = l->modem;

	if (m->state == MODEM_COMMAND) {
		log_line(l->number, "far end gone, still off hook");
		voice_far_gone(m);
		return;
	}
	dte_show(&m->dte, 0, m->now.dcd_mode ? TIOCM_CAR : 0);
	timer_set(&m->s10, m->state == MODEM_ONLINE ? m->now.s[10] * 100 * MSEC : 0);
}

static void modem_pump(struct line *l)
{
	struct modem *m = l->modem;
	struct fifo *out = &m->dte.out;

	if (m->state != MODEM_ONLINE)
		return;
	while (l->from_line.len && out->len < OUT_SOFT) {
		fifo_move(out, &l->from_line, OUT_SOFT - out->len, &l->received);
		dte_flush(&m->dte);
	}
}

static const struct line_ops modem_ops = {
	.ring = modem_ring,
	.ring_stop = modem_ring_stop,
	.progress = modem_progress,
	.connected = modem_connected,
	.cleared = modem_cleared,
	.carrier = modem_carrier,
	.pump = modem_pump,
};

/* ---- what the words do ---- */

/* Splits a dial string; false for a character that V.250 6.3.1 does not know. */
static bool parse_dial(struct modem *m, const char *text, char *digits, usec_t *time)
{
	size_t n = 0;

	m->voice_call = m->fclass == 8;
	*time = DIAL_TONE_WAIT;
	for (; *text; text++) {
		if (strchr("0123456789*#ABCD", *text)) {
			if (n == DIAL_LEN - 1)
				return false;
			digits[n++] = *text;
			*time += 2 * m->now.s[11] * MSEC;
		} else if (*text == ',') {
			*time += m->now.s[8] * SEC;
		} else if (*text == ';') {
			m->voice_call = true;
			digits[n] = '\0';
			return !text[1];
		} else if (!strchr("TPW@!-.()", *text)) {
			return false;
		}
	}
	digits[n] = '\0';
	return true;
}

enum result modem_dial(struct modem *m, const char *text)
{
	char digits[DIAL_LEN], command[DIAL_LEN + 8];
	usec_t time;

	if (m->state != MODEM_COMMAND || m->line->peer || !parse_dial(m, text, digits, &time))
		return RES_ERROR;
	if (m->line->leg == LEG_RINGING)
		return RES_NO_CARRIER;
	m->state = MODEM_DIALING;
	if (!m->voice_call)
		timer_set(&m->s7, m->now.s[7] * SEC);
	if (m->fclass == 1) {
		snprintf(command, sizeof(command), "ATDT%s", digits);
		fax_command(m, command);
	}
	exch_offhook(m->line);
	exch_dial(m->line, digits, time);
	modem_update_lines(m);
	return RES_PENDING;
}

/* The T.31 engine wants ANSWERED only after its command has returned. */
static void answer_now(void *arg)
{
	struct modem *m = arg;

	if (m->state == MODEM_ANSWERING)
		exch_answer(m->line);
}

enum result modem_answer(struct modem *m)
{
	if (m->state != MODEM_COMMAND || is_off_hook(m))
		return RES_ERROR;
	if (m->fclass == 8) {
		m->voice_call = true;
		return exch_answer(m->line) ? RES_OK : RES_NO_CARRIER;
	}
	if (m->fclass == 1) {
		if (m->line->leg != LEG_RINGING)
			return RES_ERROR;
		fax_command(m, "ATA");
	}
	m->state = MODEM_ANSWERING;
	timer_set(&m->s7, m->now.s[7] * SEC);
	if (m->line->leg == LEG_RINGING)
		timer_set(&m->answer, 0);
	else
		exch_offhook(m->line);
	modem_update_lines(m);
	return RES_PENDING;
}

enum result modem_online(struct modem *m)
{
	if (m->state != MODEM_ONLINE_COMMAND || !datacall_up(m->line))
		return RES_ERROR;
	m->state = MODEM_ONLINE;
	m->data_at = clock_now();
	at_connect(m, datacall_rate(m->line));
	return RES_NONE;
}

enum result modem_hook(struct modem *m, bool off)
{
	if (!off) {
		modem_hangup(m, "ATH");
		m->transducers = 0;
		return RES_OK;
	}
	if (m->line->leg == LEG_RINGING) {
		m->voice_call = true;
		exch_answer(m->line);
	}
	exch_offhook(m->line);
	return RES_OK;
}

void modem_reset(struct modem *m)
{
	modem_hangup(m, "reset");
	m->now = m->saved;
	m->fclass = 0;
	m->transducers = 0;
	m->line->fast_ok = m->prefer_fast;
	m->dte.rts_flow = at_stored(m, "+IFC", 0) == 2;
	fax_command(m, "AT+FCLASS=0");
	fax_sync(m);
	modem_update_lines(m);
}

static void tones_done(void *arg)
{
	tones_stop(arg);
	at_result(arg, RES_OK);
}

enum result modem_tones(struct modem *m, const char *digits, long ms)
{
	struct line *far = m->line->peer;

	if (!is_off_hook(m) || m->state != MODEM_COMMAND)
		return RES_ERROR;
	log_line(m->line->number, "DTMF '%s'%s%s", digits, far ? " to " : "",
		 far ? far->number : "");
	if (m->line->leg == LEG_UP)
		tones_start(m, digits, (int)ms, TONE_GAP_MS);
	timer_set(&m->tone_timer, (usec_t)strlen(digits) * (ms + TONE_GAP_MS) * MSEC);
	return RES_PENDING;
}

/* ---- characters from the terminal ---- */

static void guard_passed(void *arg)
{
	struct modem *m = arg;

	m->plus = 0;
	if (m->state != MODEM_ONLINE)
		return;
	m->state = MODEM_ONLINE_COMMAND;
	at_reset(&m->at);
	log_line(m->line->number, "escape");
	at_result(m, RES_OK);
}

/* S2 three times with S12 of silence before and after. The three are data all the same. */
static void watch_escape(struct modem *m, uint8_t c)
{
	usec_t now = clock_now();
	usec_t guard = m->now.s[12] * 20 * MSEC;
	bool pause = guard ? now - m->data_at >= guard : !m->plus;

	timer_stop(&m->guard);
	if (c != m->now.s[2] || m->now.s[2] > 127 || m->plus >= 3 || pause != !m->plus)
		m->plus = c == m->now.s[2] && m->now.s[2] <= 127 && pause;
	else
		m->plus++;
	if (m->plus == 3)
		timer_set(&m->guard, guard);
	m->data_at = now;
}

/* False: the call takes nothing more for now. */
static bool data_input(struct modem *m)
{
	struct line *l = m->line;
	size_t room = datacall_room(l);
	const uint8_t *data;
	size_t i, n = fifo_peek(&m->dte.in, &data);

	if (n > room)
		n = room;
	for (i = 0; i < n; i++)
		watch_escape(m, data[i]);
	fifo_put(&l->to_line, data, n);
	counter_add(&l->sent, data, n);
	fifo_drop(&m->dte.in, n);
	return n > 0;
}

/* V.250 5.6.1: any character ends D and A, but not the line feed of the command itself. */
static void abort_attempt(struct modem *m, uint8_t c)
{
	if (m->after_cr && c == m->now.s[4])
		return;
	if (clock_now() - m->command_at < ABORT_GRACE)
		return;
	log_line(m->line->number, "aborted by character %02x", c);
	attempt_failed(m, RES_NO_CARRIER);
}

static void command_input(struct modem *m, uint8_t c)
{
	if (m->state == MODEM_DIALING || m->state == MODEM_ANSWERING) {
		abort_attempt(m, c);
	} else if (m->tone_timer.armed) {
		timer_stop(&m->tone_timer);
		tones_done(m);
	} else {
		at_feed(m, c);
	}
	m->after_cr = c == m->now.s[3];
}

static void swallow(struct modem *m)
{
	char text[256];
	const uint8_t *data;
	size_t n = fifo_peek(&m->dte.in, &data);

	escape_text(text, sizeof(text), data, n);
	log_line(m->line->number, "deaf, swallows %zu bytes: %s", n, text);
	fifo_drop(&m->dte.in, n);
}

void modem_input(struct modem *m)
{
	while (m->dte.in.len) {
		if (m->deaf) {
			swallow(m);
		} else if (m->state == MODEM_ONLINE) {
			if (!data_input(m))
				return;
		} else if (voice_wants_bytes(m)) {
			if (!voice_room(m))
				return;
			voice_byte(m, (uint8_t)fifo_get(&m->dte.in));
		} else if (fax_wants_bytes(m)) {
			if (!fax_room(m))
				return;
			fax_byte(m, (uint8_t)fifo_get(&m->dte.in));
		} else {
			command_input(m, (uint8_t)fifo_get(&m->dte.in));
		}
	}
}

/* ---- signals from the terminal ---- */

static void dtr_dropped(void *arg)
{
	struct modem *m = arg;
	bool call = m->state != MODEM_COMMAND;

	if (m->dte.dtr || m->deaf_lines || !m->now.dtr_mode)
		return;
	at_reset(&m->at);
	if (m->now.dtr_mode == 1) {
		if (m->state == MODEM_ONLINE)
			guard_passed(m);
	} else if (m->now.dtr_mode == 3) {
		log_line(m->line->number, "DTR off: reset");
		modem_reset(m);
	} else if (call) {
		log_line(m->line->number, "DTR off: hang up");
		modem_hangup(m, "DTR off");
		at_result(m, RES_NO_CARRIER);
	} else {
		modem_hangup(m, "DTR off");
	}
}

void modem_wire(struct modem *m, bool present)
{
	if (m->dte.dtr) {
		timer_stop(&m->dtr_timer);
		return;
	}
	if (present)
		timer_set(&m->dtr_timer, m->now.s[25] * 10 * MSEC);
	else
		dtr_dropped(m);
}

/* CTS is off while the call (or the T.31 engine) has no room for another burst. */
static void update_cts(struct modem *m)
{
	bool ready = true;

	if (m->state == MODEM_ONLINE)
		ready = datacall_room(m->line) > 0 && m->dte.in.len < 1024;
	else if (voice_wants_bytes(m))
		ready = voice_room(m);
	else if (fax_wants_bytes(m))
		ready = fax_room(m);
	if (ready != !!(m->dte.lines & TIOCM_CTS))
		dte_show(&m->dte, ready ? TIOCM_CTS : 0, ready ? 0 : TIOCM_CTS);
}

/* Once in every turn of the loop. */
void modem_service(struct modem *m)
{
	modem_input(m);
	datacall_pump(m->line);
	update_cts(m);
	dte_flush(&m->dte);
}

struct modem *modem_new(struct line *l, enum dte_kind kind, const char *path)
{
	struct modem *m = calloc(1, sizeof(*m));

	if (!m)
		die("out of memory");
	m->line = l;
	l->modem = m;
	l->ops = &modem_ops;
	modem_defaults(m, &m->now);
	m->saved = m->now;
	timer_init(&m->guard, guard_passed, m);
	timer_init(&m->s7, s7_expired, m);
	timer_init(&m->s10, carrier_lost, m);
	timer_init(&m->caller_id, caller_id_due, m);
	timer_init(&m->busy_timer, tone_heard, m);
	timer_init(&m->dtr_timer, dtr_dropped, m);
	timer_init(&m->tone_timer, tones_done, m);
	timer_init(&m->answer, answer_now, m);
	m->fax = fax_new(m);
	fifo_init(&m->played, PLAYED);
	dte_init(&m->dte, l, kind, path);
	m->dte.rts_flow = true;
	dte_show(&m->dte, TIOCM_CTS, 0);
	modem_update_lines(m);
	return m;
}
