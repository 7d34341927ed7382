// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls without a carrier: the DTMF that +VTS sends (spandsp), and voice class (V.253). There the
 * modem listens for DTMF and says what it hears behind a DLE, framed by DLE / and DLE ~; +VTX,
 * +VRX and +VTR join the line's sound, G.711 u-law, to the terminal until a DLE code ends them.
 */
#include <spandsp.h>

#include "bank.h"

#define DLE	0x10
#define ETX	0x03
#define CAN	0x18
#define ESC	0x1b
#define SUB	0x1a

/* ---- what the terminal is told beside results ---- */

static void code(struct modem *m, char what)
{
	const char text[] = { DLE, what };

	if (m->fclass != 8)
		return;
	log_line(m->line->number, "<- DLE %c", what >= ' ' ? what : '.');
	dte_send(&m->dte, text, sizeof(text));
}

void voice_handset(struct modem *m, bool off)
{
	code(m, off ? 'H' : 'h');
}

void voice_far_gone(struct modem *m)
{
	code(m, 'b');
}

static void digit_heard(void *arg, int digit, int level, int duration)
{
	struct modem *m = arg;

	(void)level;
	(void)duration;
	if (digit) {
		code(m, '/');
		code(m, (char)digit);
	} else {
		code(m, '~');
	}
}

/* ---- the line's sound ---- */

static int voice_tx(struct line *l, int16_t *amp, int len)
{
	struct modem *m = l->modem;
	int i;

	if (m->tone_timer.armed)
		return dtmf_tx(m->dtmf, amp, len);
	for (i = 0; i < len && m->played.len; i++)
		amp[i] = ulaw_to_linear((uint8_t)fifo_get(&m->played));
	return len;
}

static void record(struct modem *m, const int16_t *amp, int len)
{
	uint8_t sound[2 * AUDIO_BLOCK];
	size_t n = 0;
	int i;

	for (i = 0; i < len; i++) {
		sound[n] = linear_to_ulaw(amp[i]);
		if (sound[n++] == DLE)
			sound[n++] = DLE;
	}
	dte_send(&m->dte, sound, n);
}

static void voice_rx(struct line *l, int16_t *amp, int len)
{
	struct modem *m = l->modem;

	if (m->recording)
		record(m, amp, len);
	if (m->fclass == 8 && m->dtmf_in)
		dtmf_rx(m->dtmf_in, amp, len);
}

static const struct audio_ops voice_audio = {
	.tx = voice_tx,
	.rx = voice_rx,
};

/* A call is through, or the class of one that is has changed. */
void voice_begin(struct modem *m)
{
	if (m->line->leg != LEG_UP || !m->voice_call || m->fclass != 8)
		return;
	m->dtmf_in = dtmf_rx_init(m->dtmf_in, NULL, NULL);
	if (!m->dtmf_in)
		die("spandsp: no DTMF");
	dtmf_rx_set_realtime_callback(m->dtmf_in, digit_heard, m);
	m->line->audio = &voice_audio;
}

void voice_end(struct modem *m)
{
	m->playing = false;
	m->recording = false;
	m->after_dle = false;
	fifo_drop(&m->played, m->played.len);
	if (m->line->audio == &voice_audio)
		m->line->audio = NULL;
}

void tones_start(struct modem *m, const char *digits, int on_ms, int off_ms)
{
	m->dtmf = dtmf_tx_init(m->dtmf);
	if (!m->dtmf)
		die("spandsp: no DTMF");
	dtmf_tx_set_timing(m->dtmf, on_ms, off_ms);
	dtmf_tx_put(m->dtmf, digits, -1);
	m->line->audio = &voice_audio;
}

/* In voice class the modem goes on listening. */
void tones_stop(struct modem *m)
{
	if (m->fclass != 8)
		voice_end(m);
}

/* ---- streams ---- */

enum result voice_stream(struct modem *m, bool play, bool record)
{
	if (m->fclass != 8 || m->line->leg != LEG_UP || m->state != MODEM_COMMAND)
		return RES_ERROR;
	m->playing = play;
	m->recording = record;
	m->after_dle = false;
	return RES_CONNECT;
}

bool voice_wants_bytes(const struct modem *m)
{
	return m->playing || m->recording;
}

bool voice_room(const struct modem *m)
{
	return fifo_room(&m->played) > 0;
}

/* Sound that was played to the end of the stream may still be on its way to the line. */
static void stream_over(struct modem *m)
{
	static const uint8_t end[] = { DLE, ETX };

	if (m->recording)
		dte_send(&m->dte, end, sizeof(end));
	m->playing = false;
	m->recording = false;
	log_line(m->line->number, "voice stream over");
	at_result(m, RES_OK);
}

static void stream_code(struct modem *m, uint8_t c)
{
	uint8_t sound = c == SUB ? DLE : c;

	switch (c) {
	case SUB:
		fifo_put(&m->played, &sound, 1);
		/* fall through */
	case DLE:
		fifo_put(&m->played, &sound, 1);
		break;
	case CAN:
		fifo_drop(&m->played, m->played.len);
		break;
	case ETX:
	case '^':
		if (m->playing)
			stream_over(m);
		break;
	case ESC:
	case '!':
		if (m->recording)
			stream_over(m);
		break;
	}
}

void voice_byte(struct modem *m, uint8_t c)
{
	if (m->after_dle) {
		m->after_dle = false;
		stream_code(m, c);
	} else if (c == DLE) {
		m->after_dle = true;
	} else if (m->playing) {
		fifo_put(&m->played, &c, 1);
	}
}
