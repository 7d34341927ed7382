// SPDX-License-Identifier: GPL-2.0-only
/*
 * V.250 text. See at.h; nothing here but functions of their arguments.
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#include "at.h"

static bool at_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static u8 at_upper(u8 c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static bool at_one_of(u8 c, const char *set)
{
	return c && strchr(set, c);
}

/* ---- lines ---- */

size_t cldn_at_feed(struct cldn_at_line *l, const u8 *buf, size_t len)
{
	size_t i;

	if (l->ready) {
		l->ready = false;
		l->len = 0;
	}
	for (i = 0; i < len; i++) {
		if (buf[i] == '\r' || buf[i] == '\n') {
			if (!l->len)
				continue;
			l->ready = true;
			return i + 1;
		}
		if (!buf[i])
			continue;
		if (l->len < sizeof(l->buf))
			l->buf[l->len++] = buf[i];
		else
			l->cut++;
	}
	return len;
}

/* ---- results ---- */

/**
 * struct at_word - a result code in words
 * @text: as the modem sends it
 * @more: something may follow after a blank or, for the +C... errors, at once
 * @kind: enum cldn_at_kind
 * @code: enum cleardown_result
 */
struct at_word {
	const char *text;
	bool more;
	u32 kind;
	u32 code;
};

/*
 * DELAYED and BLACKLISTED are national rules against dialling too often; V.250 has no number for
 * them, and to the caller they are a refusal.
 */
static const struct at_word at_words[] = {
	{ "OK", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK },
	{ "VCON", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK }, /* V.253: a voice call is up */
	{ "CONNECT", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT },
	{ "RING", true, CLDN_AT_RING, CLEARDOWN_RESULT_RING },
	{ "NO CARRIER", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_CARRIER },
	{ "ERROR", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR },
	{ "+CME ERROR:", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR },
	{ "+CMS ERROR:", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR },
	{ "NO DIALTONE", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_DIALTONE },
	{ "NO DIAL TONE", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_DIALTONE },
	{ "BUSY", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_BUSY },
	{ "NO ANSWER", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_ANSWER },
	{ "DELAYED", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR },
	{ "BLACKLISTED", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR },
};

/* Rates of the numeric codes above those of V.250, as nearly all modems have them. */
static const struct {
	u32 number;
	u32 rate;
} at_connects[] = {
	{ 1, 0 },     { 5, 1200 },   { 10, 2400 },  { 11, 4800 },
	{ 12, 9600 }, { 13, 14400 }, { 14, 19200 }, { 18, 57600 },
};

static const char *const at_caller_names[] = { "DATE", "TIME", "NMBR", "NAME", "MESG" };

static const char *const at_cadence_names[] = { "DRON", "DROF" };

static size_t at_trim(const u8 *line, size_t len)
{
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	return len;
}

/* Reads digits at @pos, at most nine of them; returns how many there were. */
static size_t at_number(const u8 *s, size_t len, size_t pos, u32 *value)
{
	size_t i = pos;

	*value = 0;
	while (i < len && i < pos + 9 && at_digit(s[i]))
		*value = *value * 10 + (s[i++] - '0');
	return i - pos;
}

static bool at_word_is(const struct at_word *w, const u8 *line, size_t len)
{
	size_t n = strlen(w->text);

	if (len < n || memcmp(line, w->text, n))
		return false;
	if (len == n)
		return true;
	return w->more && (line[n] == ' ' || w->text[n - 1] == ':');
}

static bool at_parse_word(const u8 *line, size_t len, struct cldn_at_result *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at_words); i++) {
		const struct at_word *w = &at_words[i];

		if (!at_word_is(w, line, len))
			continue;
		r->kind = w->kind;
		r->code = w->code;
		if (w->code == CLEARDOWN_RESULT_CONNECT && len > strlen(w->text))
			at_number(line, len, strlen(w->text) + 1, &r->rate);
		return true;
	}
	return false;
}

static bool at_parse_number(const u8 *line, size_t len, struct cldn_at_result *r)
{
	u32 number;
	size_t i;

	if (!len || len > 2 || at_number(line, len, 0, &number) != len)
		return false;
	for (i = 0; i < ARRAY_SIZE(at_connects); i++) {
		if (at_connects[i].number != number)
			continue;
		r->kind = CLDN_AT_FINAL;
		r->code = CLEARDOWN_RESULT_CONNECT;
		r->rate = at_connects[i].rate;
		return true;
	}
	if (number > CLEARDOWN_RESULT_NO_ANSWER)
		return false;
	r->kind = number == CLEARDOWN_RESULT_RING ? CLDN_AT_RING : CLDN_AT_FINAL;
	r->code = number;
	return true;
}

void cldn_at_parse(const u8 *line, size_t len, bool numeric, struct cldn_at_result *r)
{
	const u8 *value;
	size_t i;

	memset(r, 0, sizeof(*r));
	len = at_trim(line, len);
	if (at_parse_word(line, len, r) || (numeric && at_parse_number(line, len, r)))
		return;
	r->kind = CLDN_AT_TEXT;
	for (i = 0; i < ARRAY_SIZE(at_caller_names); i++)
		if (cldn_at_field(line, len, at_caller_names[i], &value))
			r->kind = CLDN_AT_CALLER;
	for (i = 0; i < ARRAY_SIZE(at_cadence_names); i++)
		if (cldn_at_field(line, len, at_cadence_names[i], &value))
			r->kind = CLDN_AT_CADENCE;
}

bool cldn_at_is_echo(const u8 *line, size_t len, const u8 *command, size_t command_len)
{
	return command_len && len >= command_len &&
	       !memcmp(line + len - command_len, command, command_len);
}

size_t cldn_at_field(const u8 *line, size_t len, const char *name, const u8 **value)
{
	size_t i = strlen(name);

	if (len <= i || memcmp(line, name, i))
		return 0;
	while (i < len && line[i] == ' ')
		i++;
	if (i == len || line[i++] != '=')
		return 0;
	while (i < len && line[i] == ' ')
		i++;
	*value = line + i;
	return at_trim(line + i, len - i);
}

bool cldn_at_range(const u8 *line, size_t len, u32 *low, u32 *high)
{
	const u8 *open = memchr(line, '(', len);
	bool any = false;
	size_t i;

	if (!open)
		return false;
	for (i = open - line + 1; i < len && line[i] != ')'; i++) {
		u32 value;
		size_t digits = at_number(line, len, i, &value);

		if (!digits)
			continue;
		if (value > 0xffff)
			return false;
		i += digits - 1;
		*low = any && *low < value ? *low : value;
		*high = any && *high > value ? *high : value;
		any = true;
	}
	return any && i < len;
}

bool cldn_at_lists(const u8 *line, size_t len, u32 wanted)
{
	size_t i = 0;

	while (i < len) {
		size_t begin = i;
		u32 value;

		while (i < len && (at_digit(line[i]) || line[i] == '.'))
			i++;
		if (i > begin && at_number(line, i, begin, &value) == i - begin && value == wanted)
			return true;
		i += i == begin;
	}
	return false;
}

static u32 at_vls_part(u8 letter)
{
	switch (letter) {
	case 'T':
		return CLDN_AT_VLS_LINE;
	case 'L':
		return CLDN_AT_VLS_HANDSET;
	case 'S':
		return CLDN_AT_VLS_SPEAKER;
	case 'M':
		return CLDN_AT_VLS_MIC;
	case 'H':
		return CLDN_AT_VLS_HEADSET;
	default:
		return CLDN_AT_VLS_OTHER;
	}
}

bool cldn_at_vls(const u8 *line, size_t len, u32 *label, u32 *parts)
{
	size_t i = len > 5 && !memcmp(line, "+VLS:", 5) ? 5 : 0;
	size_t digits;

	while (i < len && line[i] == ' ')
		i++;
	digits = at_number(line, len, i, label);
	i += digits;
	if (!digits || i + 2 > len || line[i] != ',' || line[i + 1] != '"')
		return false;
	*parts = 0;
	for (i += 2; i < len && line[i] != '"'; i++)
		*parts |= at_vls_part(line[i]);
	return i < len;
}

bool cldn_at_cadence(const u8 *line, size_t len, bool *on, u32 *tenths)
{
	const u8 *value;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(at_cadence_names); i++) {
		n = cldn_at_field(line, len, at_cadence_names[i], &value);
		if (n && at_number(value, n, 0, tenths) == n) {
			*on = !i;
			return true;
		}
	}
	return false;
}

/* The number behind a comma at @pos, if there is one; returns where it ends. */
static size_t at_next_number(const u8 *line, size_t len, size_t pos, u32 *value)
{
	*value = 0;
	if (pos == len || line[pos] != ',')
		return pos;
	return pos + 1 + at_number(line, len, pos + 1, value);
}

bool cldn_at_book(const u8 *line, size_t len, struct cldn_at_book *book)
{
	const u8 *end = memchr(line, ')', len);
	size_t pos;

	if (!cldn_at_range(line, len, &book->first, &book->last))
		return false;
	pos = at_next_number(line, len, end + 1 - line, &book->number_max);
	at_next_number(line, len, pos, &book->name_max);
	return true;
}

/* The quoted text at @pos; returns where it ends, 0 when there is none. */
static size_t at_quoted(const u8 *line, size_t len, size_t pos, const u8 **text, size_t *text_len)
{
	const u8 *end;

	if (pos >= len || line[pos] != '"')
		return 0;
	*text = line + pos + 1;
	end = memchr(*text, '"', len - pos - 1);
	if (!end)
		return 0;
	*text_len = end - *text;
	return end + 1 - line;
}

bool cldn_at_entry(const u8 *line, size_t len, struct cldn_at_entry *entry)
{
	size_t pos = 6, digits;
	u32 type;

	if (len < pos || memcmp(line, "+CPBR:", pos))
		return false;
	while (pos < len && line[pos] == ' ')
		pos++;
	digits = at_number(line, len, pos, &entry->location);
	pos += digits;
	if (!digits || pos == len || line[pos] != ',')
		return false;
	pos = at_quoted(line, len, pos + 1, &entry->number, &entry->number_len);
	if (!pos)
		return false;
	pos = at_next_number(line, len, pos, &type);
	return pos < len && line[pos] == ',' &&
	       at_quoted(line, len, pos + 1, &entry->name, &entry->name_len);
}

bool cldn_at_number_valid(const u8 *number, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!at_one_of(number[i], "0123456789*#") && (i || number[i] != '+'))
			return false;
	return true;
}

u32 cldn_at_button(u8 code)
{
	static const char keys[] = "0123456789*#ABCD";
	const char *key = code ? strchr(keys, code) : NULL;

	return key ? key - keys : 16;
}

/* What is queued, the end of playing, of recording, and of both at once. */
const u8 cldn_at_break[CLDN_AT_BREAK_LEN] = { CLDN_AT_DLE, 0x18, CLDN_AT_DLE, CLDN_AT_ETX,
					      CLDN_AT_DLE, 0x1b, CLDN_AT_DLE, '^' };

/* ---- commands ---- */

/* True for NAME= with something behind it. */
static bool at_sets(const u8 *body, size_t len, const char *name)
{
	size_t n = strlen(name), i;

	if (len <= n)
		return false;
	for (i = 0; i < n; i++)
		if (at_upper(body[i]) != (u8)name[i])
			return false;
	return body[n] != '?'; /* a question */
}

/* +FCLASS= and what it asks for, and the commands of a telephone's panel. */
static u32 at_extended_effect(const u8 *body, size_t len)
{
	static const char *const panel[] = { "+CRMP=", "+CIND=", "+CDIS=" };
	u32 class;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(panel); i++)
		if (at_sets(body, len, panel[i]))
			return CLDN_AT_FX_PANEL;
	if (!at_sets(body, len, "+FCLASS=") || !at_number(body, len, 8, &class))
		return 0;
	return CLDN_AT_FX_CLASS | (class == 8 ? CLDN_AT_FX_VOICE : 0);
}

/* Skips a +NAME=... command (or a maker's own kind of it) to the semicolon that ends it. */
static size_t at_skip_extended(const u8 *body, size_t len, size_t i)
{
	bool quoted = false;

	for (; i < len; i++) {
		if (body[i] == '"')
			quoted = !quoted;
		else if (body[i] == ';' && !quoted)
			return i + 1;
	}
	return i;
}

static u32 at_effect_of(u8 letter, bool ampersand)
{
	if (ampersand) {
		if (letter == 'F')
			return CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES | CLDN_AT_FX_CLASS;
		return letter == 'C' || letter == 'D' ? CLDN_AT_FX_LINES : 0;
	}
	switch (letter) {
	case 'A':
	case 'D':
		return CLDN_AT_FX_CALL;
	case 'E':
	case 'Q':
	case 'V':
		return CLDN_AT_FX_FORMAT;
	case 'H':
		return CLDN_AT_FX_HANGUP;
	case 'O':
		return CLDN_AT_FX_ONLINE;
	case 'Z':
		return CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES | CLDN_AT_FX_HANGUP | CLDN_AT_FX_CLASS;
	default:
		return 0;
	}
}

static bool at_body_clean(const u8 *body, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (body[i] < ' ' || body[i] > '~')
			return false;
		if (i + 3 <= len && !memcmp(body + i, "+++", 3))
			return false;
	}
	return len <= CLDN_AT_BODY_MAX;
}

u32 cldn_at_effects(const u8 *body, size_t len)
{
	u32 effects = at_body_clean(body, len) ? 0 : CLDN_AT_FX_BAD;
	size_t i = 0;

	while (i < len) {
		u8 c = at_upper(body[i]);

		if (at_one_of(c, "+#-*$^")) {
			u32 effect = at_extended_effect(body + i, len - i);

			if (effect & CLDN_AT_FX_CLASS)
				effects &= ~CLDN_AT_FX_VOICE;
			effects |= effect;
			i = at_skip_extended(body, len, i);
			continue;
		}
		if (at_one_of(c, "&\\%")) {
			if (c == '&' && i + 1 < len)
				effects |= at_effect_of(at_upper(body[i + 1]), true);
			i += 2;
			continue;
		}
		if (c == 'H' && i + 1 < len && body[i + 1] == '1')
			effects |= CLDN_AT_FX_OFFHOOK;
		else
			effects |= at_effect_of(c, false);
		if (effects & CLDN_AT_FX_CALL)
			break; /* what follows belongs to the number */
		i++;
	}
	return effects;
}

size_t cldn_at_compose(u8 *out, const u8 *body, size_t len)
{
	memcpy(out, "AT", 2);
	memcpy(out + 2, body, len);
	out[2 + len] = '\r';
	return len + 3;
}

bool cldn_at_dial_valid(const u8 *number, size_t len)
{
	bool any = false;
	size_t i;

	if (!len || len > CLDN_AT_BODY_MAX - 2)
		return false;
	for (i = 0; i < len; i++) {
		u8 c = at_upper(number[i]);

		if (c == ';' ? i + 1 != len : !at_one_of(c, "0123456789*#ABCD,!W@TP+ -()."))
			return false;
		if (c == '+' && any)
			return false;
		any |= at_one_of(c, "0123456789*#ABCD");
	}
	return any;
}

bool cldn_at_dtmf_valid(const u8 *digits, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!at_one_of(at_upper(digits[i]), "0123456789*#ABCD"))
			return false;
	return len && len <= CLDN_AT_DTMF_MAX;
}

size_t cldn_at_dial(u8 *out, const u8 *text, size_t len)
{
	size_t n = 0;

	if (len + 2 > CLDN_AT_BODY_MAX)
		return 0;
	out[n++] = 'D';
	if (!len || !at_one_of(at_upper(text[0]), "TP"))
		out[n++] = 'T';
	memcpy(out + n, text, len);
	return n + len;
}

size_t cldn_at_dtmf(u8 *out, const u8 *text, size_t len)
{
	size_t n = strlen("+VTS=");
	size_t i;

	if (!len || n + 2 * len > CLDN_AT_BODY_MAX)
		return 0;
	memcpy(out, "+VTS=", n);
	for (i = 0; i < len; i++) {
		if (i)
			out[n++] = ',';
		out[n++] = at_upper(text[i]);
	}
	return n;
}

u32 cldn_at_step(u32 level, u32 low, u32 high)
{
	if (level > 0xffff)
		level = 0xffff;
	if (high <= low)
		return low;
	return low + (level * (high - low) + 0x7fff) / 0xffff;
}

u32 cldn_at_level(u32 step, u32 low, u32 high)
{
	if (high <= low || step <= low)
		return 0;
	if (step >= high)
		return 0xffff;
	return (step - low) * 0xffff / (high - low);
}

/* ---- the end of a call in the stream of data ---- */

const u8 cldn_at_lost[CLDN_AT_LOST_LEN] = { '\r', '\n', 'N', 'O', ' ', 'C',  'A',
					    'R',  'R',	'I', 'E', 'R', '\r', '\n' };

/*
 * How long a match is after @c when it was @match before. A whole match ends with the CR LF that
 * another one may begin with; shorter ones can only go on, or begin again with a CR.
 */
static u8 at_scan_step(u8 match, u8 c)
{
	if (match < CLDN_AT_LOST_LEN && c == cldn_at_lost[match])
		return match + 1;
	if (match == CLDN_AT_LOST_LEN && c == cldn_at_lost[2])
		return 3;
	return c == '\r' ? 1 : 0;
}

void cldn_at_scan(struct cldn_at_scan *s, const u8 *buf, size_t len, struct cldn_at_cut *cut)
{
	u8 before = s->match;
	size_t i = 0, gone;

	while (i < len) {
		if (!s->match) {
			const u8 *cr = memchr(buf + i, '\r', len - i);

			i = cr ? (size_t)(cr - buf) : len;
			if (!cr)
				break;
		}
		s->match = at_scan_step(s->match, buf[i++]);
		if (cldn_at_scan_found(s))
			break;
	}
	cut->used = i;
	/* Of the bytes held before and those used now, all but the last match go. */
	gone = before + i - s->match;
	cut->from = s->released;
	cut->to = gone < before ? gone : before;
	cut->pass = gone > before ? gone - before : 0;
	if (cut->to < cut->from)
		cut->to = cut->from;
	s->released = gone < s->released ? s->released - gone : 0;
}
