// SPDX-License-Identifier: GPL-2.0-only
/*
 * V.250 (07/2003) chapter 5: the command line and the result codes. The words themselves are in
 * atcmd.c; this file knows only their syntax.
 */
#include <ctype.h>
#include <string.h>

#include "bank.h"

enum { AT_IDLE, AT_GOT_A, AT_BODY };

void at_reset(struct at_parser *p)
{
	p->state = AT_IDLE;
	p->len = 0;
	p->overflow = false;
}

static void send_text(struct modem *m, const char *text)
{
	char shown[AT_LINE_MAX];

	escape_text(shown, sizeof(shown), (const uint8_t *)text, strlen(text));
	log_line(m->line->number, "<- %s", shown);
	dte_send(&m->dte, text, strlen(text));
}

/* 5.7.1: the frame of an information text. */
void at_info(struct modem *m, const char *fmt, ...)
{
	char text[AT_LINE_MAX], framed[AT_LINE_MAX + 8];
	uint8_t cr = m->now.s[3], lf = m->now.s[4];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (m->now.verbose)
		snprintf(framed, sizeof(framed), "%c%c%s%c%c", cr, lf, text, cr, lf);
	else
		snprintf(framed, sizeof(framed), "%s%c%c", text, cr, lf);
	send_text(m, framed);
}

static void send_result(struct modem *m, const char *text, int code)
{
	char numeric[16];

	if (m->now.quiet) {
		log_line(m->line->number, "(quiet) %s", text);
		return;
	}
	if (m->now.verbose) {
		at_info(m, "%s", text);
		return;
	}
	snprintf(numeric, sizeof(numeric), "%d%c", code, m->now.s[3]);
	send_text(m, numeric);
}

/* 6.2.7: X decides which call progress results exist; the others appear as NO CARRIER. */
static enum result limit_result(const struct modem *m, enum result r)
{
	uint8_t x = m->now.x_level;

	if (r == RES_BUSY && x != 3 && x != 4)
		return RES_NO_CARRIER;
	if (r == RES_NO_DIALTONE && x != 2 && x != 4)
		return RES_NO_CARRIER;
	if (r == RES_NO_ANSWER && x == 0)
		return RES_NO_CARRIER;
	return r;
}

bool at_reports(const struct modem *m, enum result r)
{
	return limit_result(m, r) == r;
}

void at_result(struct modem *m, enum result r)
{
	static const char *const names[] = {
		[RES_OK] = "OK",       [RES_CONNECT] = "CONNECT",
		[RES_RING] = "RING",   [RES_NO_CARRIER] = "NO CARRIER",
		[RES_ERROR] = "ERROR", [RES_NO_DIALTONE] = "NO DIALTONE",
		[RES_BUSY] = "BUSY",   [RES_NO_ANSWER] = "NO ANSWER",
	};

	if (r == RES_PENDING || r == RES_NONE)
		return;
	r = limit_result(m, r);
	if (r != RES_RING && r != RES_CONNECT)
		modem_debt(m, OWES_COMMAND);
	send_result(m, names[r], r);
}

/* The numbers of CONNECT <rate> are not V.250's; these are the usual ones. */
void at_connect(struct modem *m, int rate)
{
	char text[32];
	int code;

	if (!m->now.x_level) {
		at_result(m, RES_CONNECT);
		return;
	}
	code = rate == 1200 ? 5 : rate == 2400 ? 10 : 19;
	snprintf(text, sizeof(text), "CONNECT %d", rate);
	send_result(m, text, code);
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!%-./:_", c));
}

/* 5.4: +NAME, +NAME?, +NAME=?, +NAME=values; ends at a semicolon outside quotes. */
static enum result extended_word(struct modem *m, const char **cursor)
{
	char name[32], arg[AT_LINE_MAX];
	const char *p = *cursor;
	size_t n = 0;
	bool quoted = false;
	char op = '!';

	do {
		if (n < sizeof(name) - 1)
			name[n++] = *p;
		p++;
	} while (name_char(*p));
	name[n] = '\0';
	if (*p == '=' || *p == '?')
		op = *p++;
	if (op == '=' && *p == '?') {
		op = 't';
		p++;
	}
	for (n = 0; *p && (quoted || *p != ';'); p++) {
		if (*p == '"')
			quoted = !quoted;
		arg[n++] = *p;
	}
	arg[n] = '\0';
	if (*p == ';')
		p++;
	*cursor = p;
	if (op != '=' && arg[0])
		return RES_ERROR;
	return at_extended(m, name, op, arg);
}

static enum result run_words(struct modem *m, const char *p)
{
	enum result r = RES_OK;

	while (*p && r == RES_OK) {
		if (*p == ';')
			p++;
		else if (*p == '+')
			r = extended_word(m, &p);
		else
			r = at_basic(m, &p);
	}
	return r;
}

/* 5.2.1: spaces mean nothing outside quotes, and case means nothing there. */
static void normalize(char *out, const char *in, size_t len)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (in[i] == '"')
			quoted = !quoted;
		if (in[i] == ' ' && !quoted)
			continue;
		*out++ = quoted ? in[i] : (char)toupper((unsigned char)in[i]);
	}
	*out = '\0';
}

static void execute(struct modem *m, const char *text)
{
	char body[AT_LINE_MAX];

	normalize(body, text, strlen(text));
	log_line(m->line->number, "-> AT%s", text);
	m->command_at = clock_now();
	modem_debt(m, OWES_NOTHING);
	at_result(m, run_words(m, body));
}

static void end_of_line(struct modem *m)
{
	struct at_parser *p = &m->at;
	bool overflow = p->overflow;

	p->line[p->len] = '\0';
	strcpy(p->last, overflow ? "" : p->line);
	at_reset(p);
	if (overflow)
		at_result(m, RES_ERROR);
	else
		execute(m, p->last);
}

static void body_char(struct modem *m, uint8_t c)
{
	struct at_parser *p = &m->at;

	if (c == m->now.s[5]) {
		if (p->len)
			p->len--;
	} else if (c >= 0x20 && c < 0x7f) {
		if (p->len < sizeof(p->line) - 1)
			p->line[p->len++] = (char)c;
		else
			p->overflow = true;
	}
}

/* One character in command state. True when a whole line was executed. */
bool at_feed(struct modem *m, uint8_t c)
{
	struct at_parser *p = &m->at;

	c &= 0x7f;
	if (m->now.echo)
		dte_send(&m->dte, &c, 1);
	if (p->state == AT_BODY && c == m->now.s[3]) {
		end_of_line(m);
		return true;
	}
	if (p->state == AT_BODY) {
		body_char(m, c);
	} else if (p->state == AT_GOT_A && c == '/') {
		at_reset(p);
		execute(m, p->last);
		return true;
	} else if (p->state == AT_GOT_A && (c == 'T' || c == 't')) {
		p->state = AT_BODY;
	} else {
		p->state = c == 'A' || c == 'a' ? AT_GOT_A : AT_IDLE;
	}
	return false;
}
