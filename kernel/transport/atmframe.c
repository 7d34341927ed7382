// SPDX-License-Identifier: GPL-2.0-only
/* PDUs and control texts of ATM over TCP. See atmframe.h; only functions of arguments. */
#include <linux/string.h>
#include "atmframe.h"

/* ---- writing ---- */

static void frame_put(u8 *out, u32 value, size_t octets)
{
	while (octets--) {
		out[octets] = value;
		value >>= 8;
	}
}

static u32 frame_get(const u8 *in, size_t octets)
{
	u32 value = 0;

	while (octets--)
		value = value << 8 | *in++;
	return value;
}

void cldn_atmtcp_head(u8 *out, u16 vpi, u16 vci, u32 len)
{
	frame_put(out, vpi, 2);
	frame_put(out + 2, vci, 2);
	frame_put(out + 4, len, 4);
}

static char *text_put(char *at, const char *words)
{
	size_t len = strlen(words);

	memcpy(at, words, len);
	return at + len;
}

static char *text_number(char *at, u32 value)
{
	char digits[10];
	size_t n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		*at++ = digits[--n];
	return at;
}

static char *text_channel(char *at, const struct cldn_atmtcp_control *control)
{
	at = text_number(at, control->vpi);
	*at++ = '.';
	return text_number(at, control->vci);
}

/* The interface is 0, as stock programs have it: what it is called here is nobody's business. */
size_t cldn_atmtcp_control_make(u8 *out, const struct cldn_atmtcp_control *control, u32 max_sdu)
{
	char *text = (char *)out + CLDN_ATMTCP_HEAD, *at;

	at = text_channel(text_put(text, control->open ? "O " : "C "), control);
	if (control->open) {
		at = text_channel(text_put(at, " 0."), control);
		at = text_number(text_put(at, " ubr,aal5:max_sdu="), max_sdu);
	}
	cldn_atmtcp_head(out, 0, 0, at - text);
	return CLDN_ATMTCP_HEAD + (at - text);
}

/* ---- control texts ---- */

/* What is left of a text. */
struct text {
	const char *at;
	const char *end;
};

static bool text_is(struct text *t, char c)
{
	if (t->at == t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

static bool text_u16(struct text *t, u16 *value)
{
	const char *first = t->at;
	u32 v = 0;

	while (t->at < t->end && *t->at >= '0' && *t->at <= '9' && v <= 0xffff)
		v = v * 10 + (*t->at++ - '0');
	*value = v;
	return t->at > first && v <= 0xffff;
}

static bool text_pair(struct text *t, u16 *vpi, u16 *vci)
{
	return text_u16(t, vpi) && text_is(t, '.') && text_u16(t, vci);
}

static bool text_printable(char c)
{
	return c > ' ' && c <= '~';
}

/* The interface's address has to be one, and the words behind it are the far end's own. */
static bool text_open_rest(struct text *t)
{
	u16 itf, vpi, vci;

	if (!text_is(t, ' ') || !text_u16(t, &itf) || !text_is(t, '.') ||
	    !text_pair(t, &vpi, &vci) || !text_is(t, ' ') || t->at == t->end)
		return false;
	while (t->at < t->end && text_printable(*t->at))
		t->at++;
	return true;
}

bool cldn_atmtcp_control_parse(struct cldn_atmtcp_control *control, const char *text, size_t len)
{
	struct text t = { .at = text, .end = text + len };
	struct cldn_atmtcp_control c;

	if (len && !text[len - 1])
		t.end--;
	c.open = text_is(&t, 'O');
	if ((!c.open && !text_is(&t, 'C')) || !text_is(&t, ' ') || !text_pair(&t, &c.vpi, &c.vci))
		return false;
	if ((c.open && !text_open_rest(&t)) || t.at != t.end)
		return false;
	*control = c;
	return true;
}

/* ---- reading ---- */

static void rx_next(struct cldn_atmtcp_rx *rx, enum cldn_atmtcp_state state)
{
	rx->state = state;
	rx->have = 0;
	rx->buf = NULL;
}

void cldn_atmtcp_rx_init(struct cldn_atmtcp_rx *rx)
{
	rx_next(rx, CLDN_ATMTCP_AT_HEAD);
}

void cldn_atmtcp_rx_give(struct cldn_atmtcp_rx *rx, u8 *buf)
{
	rx_next(rx, CLDN_ATMTCP_AT_BODY);
	rx->buf = buf;
}

void cldn_atmtcp_rx_skip(struct cldn_atmtcp_rx *rx)
{
	rx_next(rx, CLDN_ATMTCP_SKIPPING);
}

/* Takes what is missing of @want octets, into @out unless that is NULL; true when all are here. */
static bool rx_collect(struct cldn_atmtcp_rx *rx, u8 *out, u32 want, const u8 **at, size_t *len)
{
	u32 some = want - rx->have;

	if (some > *len)
		some = *len;
	if (out)
		memcpy(out + rx->have, *at, some);
	rx->have += some;
	*at += some;
	*len -= some;
	return rx->have == want;
}

static enum cldn_atmtcp_event rx_head(struct cldn_atmtcp_rx *rx)
{
	rx->vpi = frame_get(rx->head, 2);
	rx->vci = frame_get(rx->head + 2, 2);
	rx->length = frame_get(rx->head + 4, 4);
	if (rx->length > CLDN_ATMTCP_SDU_MAX) {
		rx_next(rx, CLDN_ATMTCP_AT_END);
		return CLDN_ATMTCP_LOST;
	}
	if (!rx->vpi && !rx->vci) {
		rx_next(rx, rx->length > CLDN_ATMTCP_TEXT_MAX ? CLDN_ATMTCP_SKIPPING :
								CLDN_ATMTCP_AT_TEXT);
		return CLDN_ATMTCP_MORE;
	}
	rx_next(rx, rx->length ? CLDN_ATMTCP_ASKING : CLDN_ATMTCP_AT_HEAD);
	return rx->length ? CLDN_ATMTCP_HEAD_IN : CLDN_ATMTCP_EMPTY;
}

static enum cldn_atmtcp_event rx_text(struct cldn_atmtcp_rx *rx)
{
	bool good = cldn_atmtcp_control_parse(&rx->control, rx->text, rx->length);

	rx_next(rx, CLDN_ATMTCP_AT_HEAD);
	return good ? CLDN_ATMTCP_CONTROL : CLDN_ATMTCP_BAD_CONTROL;
}

static enum cldn_atmtcp_event rx_skipped(struct cldn_atmtcp_rx *rx)
{
	rx_next(rx, CLDN_ATMTCP_AT_HEAD);
	return rx->vpi || rx->vci ? CLDN_ATMTCP_MORE : CLDN_ATMTCP_BAD_CONTROL;
}

/* One step; MORE also when a state has ended of which there is nothing to tell. */
static enum cldn_atmtcp_event rx_step(struct cldn_atmtcp_rx *rx, const u8 **at, size_t *len)
{
	switch (rx->state) {
	case CLDN_ATMTCP_AT_HEAD:
		return rx_collect(rx, rx->head, CLDN_ATMTCP_HEAD, at, len) ? rx_head(rx) :
									     CLDN_ATMTCP_MORE;
	case CLDN_ATMTCP_AT_BODY:
		if (!rx_collect(rx, rx->buf, rx->length, at, len))
			return CLDN_ATMTCP_MORE;
		rx_next(rx, CLDN_ATMTCP_AT_HEAD);
		return CLDN_ATMTCP_WHOLE;
	case CLDN_ATMTCP_SKIPPING:
		return rx_collect(rx, NULL, rx->length, at, len) ? rx_skipped(rx) :
								   CLDN_ATMTCP_MORE;
	case CLDN_ATMTCP_AT_TEXT:
		return rx_collect(rx, (u8 *)rx->text, rx->length, at, len) ? rx_text(rx) :
									     CLDN_ATMTCP_MORE;
	default:
		return CLDN_ATMTCP_LOST;
	}
}

/* A text of no octets is whole as soon as its head is. */
static bool rx_may_step(const struct cldn_atmtcp_rx *rx, size_t len)
{
	return len || (rx->state == CLDN_ATMTCP_AT_TEXT && !rx->length);
}

enum cldn_atmtcp_event cldn_atmtcp_rx_take(struct cldn_atmtcp_rx *rx, const u8 **at, size_t *len)
{
	enum cldn_atmtcp_event event = CLDN_ATMTCP_MORE;

	while (event == CLDN_ATMTCP_MORE && rx_may_step(rx, *len))
		event = rx_step(rx, at, len);
	return event;
}
