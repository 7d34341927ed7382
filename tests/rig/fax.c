// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fax class 1: spandsp's T.31 engine behind the +F words. The bank keeps the command line, the
 * echo and the exchange; the engine gets one word at a time, and while it sends or receives it
 * gets the bytes as they come, one by one, because it looks at its mode once per call.
 *
 * Of the engine's output during a command only a final OK or ERROR is taken out (the bank ends
 * the command line itself); all the rest goes to the terminal as it is.
 */
#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "bank.h"

#define TOLD	16	/* the longest result and its frame */

struct fax {
	struct modem *m;
	t31_state_t *t31;
	bool holding;		/* the engine's buffer is full */
	bool capturing;		/* a command is being executed */
	char captured[1024];
	size_t captured_len;
	char told[TOLD];	/* the end of what the terminal was told */
};

static const char *const words[] = {
	"+FAR", "+FCL", "+FDD", "+FIT", "+FPR", "+FTS", "+FRS",
	"+FTH", "+FRH", "+FTM", "+FRM", "+FMI", "+FMM", "+FMR",
};

bool fax_word(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], name))
			return true;
	return false;
}

/* What the engine has told its terminal, in pieces, and so what is next for that one to do. */
static void note_debt(struct fax *f, const void *text, size_t len)
{
	static const struct {
		const char *verbose, *numeric;
		enum debt debt;
	} results[] = {
		{ "\r\nOK\r\n", "0\r", OWES_COMMAND },
		{ "\r\nERROR\r\n", "4\r", OWES_COMMAND },
		{ "\r\nNO CARRIER\r\n", "3\r", OWES_COMMAND },
		{ "\r\n+FCERROR\r\n", "+F4\r", OWES_COMMAND },
		{ "\r\nCONNECT\r\n", "1\r", OWES_DATA },
	};
	size_t i, n = len < TOLD ? len : TOLD;

	if (!len)
		return;
	memmove(f->told, f->told + n, TOLD - n);
	memcpy(f->told + TOLD - n, (const char *)text + len - n, n);
	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		const char *result = f->m->now.verbose ? results[i].verbose : results[i].numeric;

		n = strlen(result);
		if (!memcmp(f->told + TOLD - n, result, n))
			modem_debt(f->m, results[i].debt);
	}
}

static int engine_output(at_state_t *s, void *arg, const uint8_t *buf, size_t len)
{
	struct fax *f = arg;
	char text[256];

	(void)s;
	if (f->capturing) {
		if (len > sizeof(f->captured) - f->captured_len)
			len = sizeof(f->captured) - f->captured_len;
		memcpy(f->captured + f->captured_len, buf, len);
		f->captured_len += len;
		return 0;
	}
	escape_text(text, sizeof(text), buf, len > 60 ? 60 : len);
	log_line(f->m->line->number, "<- (T.31, %zu bytes) %s", len, text);
	dte_send(&f->m->dte, buf, len);
	note_debt(f, buf, len);
	return 0;
}

/* The exchange is driven by modem.c; of the engine's wishes only flow control is news. */
static int engine_control(t31_state_t *t31, void *arg, int op, const char *value)
{
	struct fax *f = arg;

	(void)t31;
	if (op == AT_MODEM_CONTROL_CTS)
		f->holding = !(intptr_t)value;
	return 0;
}

static bool ends_with(const struct fax *f, const char *text)
{
	size_t n = strlen(text);

	return f->captured_len >= n && !memcmp(f->captured + f->captured_len - n, text, n);
}

static bool take_final(struct fax *f, const char *text)
{
	if (!ends_with(f, text))
		return false;
	f->captured_len -= strlen(text);
	return true;
}

/* One command for the engine, without its CR. */
enum result fax_command(struct modem *m, const char *text)
{
	struct fax *f = m->fax;
	enum result r = RES_PENDING;
	const char *p;

	f->capturing = true;
	f->captured_len = 0;
	for (p = text; *p; p++)
		t31_at_rx(f->t31, p, 1);
	t31_at_rx(f->t31, "\r", 1);
	f->capturing = false;
	if (take_final(f, m->now.verbose ? "\r\nOK\r\n" : "0\r"))
		r = RES_OK;
	else if (take_final(f, m->now.verbose ? "\r\nERROR\r\n" : "4\r"))
		r = RES_ERROR;
	if (f->captured_len)
		dte_send(&m->dte, f->captured, f->captured_len);
	note_debt(f, f->captured, f->captured_len);
	return r;
}

static bool command_state(const struct fax *f)
{
	int mode = f->t31->at_state.at_rx_mode;

	return mode == AT_MODE_ONHOOK_COMMAND || mode == AT_MODE_OFFHOOK_COMMAND;
}

bool fax_wants_bytes(const struct modem *m)
{
	return m->fclass == 1 && m->state == MODEM_ONLINE_COMMAND && !command_state(m->fax);
}

bool fax_room(const struct modem *m)
{
	return !m->fax->holding;
}

/* A frame that is complete is no debt any more; a page's data is looked at all the time. */
void fax_byte(struct modem *m, uint8_t c)
{
	t31_state_t *t31 = m->fax->t31;
	int before = t31->hdlc_tx.len;

	t31_at_rx(t31, (const char *)&c, 1);
	if (t31->at_state.at_rx_mode != AT_MODE_HDLC)
		return;
	modem_debt(m, before && !t31->hdlc_tx.len ? OWES_NOTHING : OWES_DATA);
}

bool fax_dry(const struct modem *m)
{
	const t31_state_t *t31 = m->fax->t31;
	int two_blocks = t31->bit_rate * 2 * AUDIO_BLOCK / 8000 / 8;

	if (t31->at_state.at_rx_mode == AT_MODE_STUFFED)
		return !t31->tx.final && t31->tx.in_bytes - t31->tx.out_bytes <= two_blocks;
	return t31->at_state.at_rx_mode == AT_MODE_HDLC;
}

void fax_connected(struct modem *m)
{
	t31_call_event(m->fax->t31,
		       m->line->caller ? AT_CALL_EVENT_CONNECTED : AT_CALL_EVENT_ANSWERED);
}

/* Whatever the engine is doing: in the middle of a page a command would be a part of it. */
void fax_hangup(struct modem *m)
{
	at_state_t *at = &m->fax->t31->at_state;

	at_set_at_rx_mode(at, AT_MODE_OFFHOOK_COMMAND);
	at->dte_is_waiting = 0;
	m->fax->holding = false;
	m->fax->capturing = true;
	m->fax->captured_len = 0;
	t31_at_rx(m->fax->t31, "ATH0\r", 5);
	m->fax->capturing = false;
}

void fax_failed(struct modem *m, enum result r)
{
	at_state_t *at = &m->fax->t31->at_state;

	at_set_at_rx_mode(at, AT_MODE_ONHOOK_COMMAND);
	at->dte_is_waiting = 0;
	at_result(m, r);
}

static int engine_tx(struct line *l, int16_t *amp, int len)
{
	return t31_tx(l->modem->fax->t31, amp, len);
}

static void engine_rx(struct line *l, int16_t *amp, int len)
{
	t31_rx(l->modem->fax->t31, amp, len);
}

static const struct audio_ops fax_audio_ops = {
	.tx = engine_tx,
	.rx = engine_rx,
};

void fax_audio(struct modem *m, bool on)
{
	if (on)
		m->line->audio = &fax_audio_ops;
	else if (m->line->audio == &fax_audio_ops)
		m->line->audio = NULL;
}

/* The engine's own results shall look like ours. */
void fax_sync(struct modem *m)
{
	char text[16];

	snprintf(text, sizeof(text), "ATE0Q%dV%d", m->now.quiet, m->now.verbose);
	m->fax->capturing = true;
	t31_at_rx(m->fax->t31, text, (int)strlen(text));
	t31_at_rx(m->fax->t31, "\r", 1);
	m->fax->capturing = false;
}

struct fax *fax_new(struct modem *m)
{
	struct fax *f = calloc(1, sizeof(*f));

	if (!f)
		die("out of memory");
	f->m = m;
	f->t31 = t31_init(NULL, engine_output, f, engine_control, f, NULL, NULL);
	if (!f->t31)
		die("spandsp: no T.31");
	t31_set_transmit_on_idle(f->t31, 1);
	m->fax = f;
	fax_sync(m);
	return f;
}
