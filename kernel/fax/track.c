// SPDX-License-Identifier: GPL-2.0-only
/* See track.h. */
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#include <strings.h>
#endif
#include "track.h"

/* ---- to the modem ---- */

static bool fax_has(const u8 *body, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (!strncasecmp((const char *)body + i, word, n))
			return true;
	return false;
}

static u8 fax_flight_of(const u8 *body, size_t len)
{
	u32 effects = cldn_at_effects(body, len);

	if (fax_has(body, len, "+FTH=") || fax_has(body, len, "+FTM="))
		return FAX_TX;
	if (fax_has(body, len, "+FRH=") || fax_has(body, len, "+FRM="))
		return FAX_RX;
	if (effects & CLDN_AT_FX_CALL)
		return fax_has(body, len, "D") ? FAX_DIAL : FAX_ANSWER;
	return effects & CLDN_AT_FX_HANGUP ? FAX_HANG : FAX_PLAIN;
}

static void fax_command(struct fax_track *t)
{
	u16 len = t->len;
	u32 effects;

	t->len = 0;
	if (len < 2 || strncasecmp((const char *)t->command, "AT", 2))
		return;
	effects = cldn_at_effects(t->command + 2, len - 2);
	t->flight = fax_flight_of(t->command + 2, len - 2);
	if (t->flight == FAX_DIAL || t->flight == FAX_ANSWER)
		t->calling = true;
	if (t->calling || effects & CLDN_AT_FX_OFFHOOK)
		t->hook = FAX_HOOK_OFF;
}

static void fax_tx_text(struct fax_track *t, u8 c)
{
	if (c == '\r')
		fax_command(t);
	else if (c > ' ' && t->len < sizeof(t->command))
		t->command[t->len++] = c;
}

/* True when @c is the ETX of DLE ETX. */
static bool fax_ends(struct fax_track *t, u8 c)
{
	bool ends = t->dle && c == FAX_ETX;

	t->dle = !t->dle && c == FAX_DLE;
	return ends;
}

static void fax_flow_end(struct fax_track *t)
{
	t->flow = FAX_COMMAND;
	t->flight = FAX_PLAIN;
	t->dle = false;
	t->len = 0;
}

void fax_track_tx(struct fax_track *t, const u8 *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (t->flow == FAX_RECEIVING)
			fax_flow_end(t); /* any byte breaks it off */
		if (t->flow == FAX_COMMAND)
			fax_tx_text(t, buf[i]);
		else if (fax_ends(t, buf[i]))
			fax_flow_end(t);
	}
}

/* ---- from the modem ---- */

/* A CONNECT that no command asked for is an answer that the modem made by itself. */
static void fax_connected(struct fax_track *t)
{
	if (t->flight == FAX_NOTHING || t->flight == FAX_DIAL || t->flight == FAX_ANSWER)
		t->hook = FAX_HOOK_OFF;
	t->flow = t->flight == FAX_RX || t->flight == FAX_DIAL ? FAX_RECEIVING : FAX_SENDING;
	t->flight = FAX_NOTHING;
	t->dle = false;
}

/* What is written while a modem dials ends the dial; its result is that of the call. */
static void fax_final(struct fax_track *t, u32 code)
{
	bool ok = code == CLEARDOWN_RESULT_OK;
	bool calling = t->calling;

	t->finals++;
	t->code = code;
	t->calling = false;
	if (code == CLEARDOWN_RESULT_CONNECT) {
		fax_connected(t);
		return;
	}
	if (calling ? !ok : t->flight == FAX_HANG && ok)
		t->hook = FAX_HOOK_ON;
	t->flight = FAX_NOTHING;
}

static void fax_line_text(struct fax_track *t)
{
	struct cldn_at_result r;

	/* a received echo is no result, and +FCERROR is one beside V.250's */
	if (fax_has(t->line.buf, t->line.len, "+FCERROR")) {
		fax_final(t, CLEARDOWN_RESULT_ERROR);
		return;
	}
	cldn_at_parse(t->line.buf, t->line.len, false, &r);
	if (r.kind == CLDN_AT_FINAL)
		fax_final(t, r.code);
}

void fax_track_rx(struct fax_track *t, const u8 *buf, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (t->flow == FAX_RECEIVING) {
			if (fax_ends(t, buf[i++]))
				fax_flow_end(t);
			continue;
		}
		/* byte by byte: behind a CONNECT the next one is data already */
		i += cldn_at_feed(&t->line, buf + i, 1);
		if (t->line.ready)
			fax_line_text(t);
	}
}
