// SPDX-License-Identifier: GPL-2.0-only
/* The DTMF that +VTS sends: spandsp's generator on the line of a call without carrier. */
#include <spandsp.h>

#include "bank.h"

static int tones_tx(struct line *l, int16_t *amp, int len)
{
	return dtmf_tx(l->modem->dtmf, amp, len);
}

static void tones_rx(struct line *l, int16_t *amp, int len)
{
	(void)l;
	(void)amp;
	(void)len;
}

static const struct audio_ops tones_audio = {
	.tx = tones_tx,
	.rx = tones_rx,
};

void tones_start(struct modem *m, const char *digits, int on_ms, int off_ms)
{
	m->dtmf = dtmf_tx_init(m->dtmf);
	if (!m->dtmf)
		die("spandsp: no DTMF");
	dtmf_tx_set_timing(m->dtmf, on_ms, off_ms);
	dtmf_tx_put(m->dtmf, digits, -1);
	m->line->audio = &tones_audio;
}

void tones_stop(struct modem *m)
{
	if (m->line->audio == &tones_audio)
		m->line->audio = NULL;
}
