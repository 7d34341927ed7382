// SPDX-License-Identifier: GPL-2.0-only
/*
 * HP's Printer Job Language, after its Technical Reference Manual. See pjl.h; nothing here but
 * functions of their arguments.
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <stdio.h>
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#include "pjl.h"

#define PJL_UEL "\033%-12345X"

/* ---- the frame of a document ---- */

static bool pjl_printable(u8 c)
{
	return c >= ' ' && c <= '~';
}

/* One character for each of the title: of UTF-8's, only the first byte counts. */
static size_t pjl_title(char *out, size_t room, const char *title)
{
	size_t n = 0;

	for (; *title && n < room; title++) {
		u8 c = *title;

		if (c >= 0x80 && c < 0xc0)
			continue;
		if (c == '"')
			c = '\'';
		out[n++] = pjl_printable(c) ? c : '_';
	}
	while (n && out[n - 1] == ' ')
		n--;
	return n;
}

void cldn_pjl_name(struct cldn_pjl_name *name, u64 number, u32 tag, const char *title)
{
	size_t n;

	name->key = snprintf(name->text, sizeof(name->text), "cleardown %llu.%08x",
			     (unsigned long long)number, tag);
	name->text[name->key] = ' ';
	n = pjl_title(name->text + name->key + 1, CLDN_PJL_NAME_MAX - name->key - 1, title);
	name->len = n ? name->key + 1 + n : name->key;
	name->text[name->len] = 0;
}

bool cldn_pjl_name_is(const struct cldn_pjl_name *name, const char *text, size_t len)
{
	return len >= name->key && len <= name->len && !memcmp(text, name->text, len);
}

/* Copies @text; the lengths of pjl.h are enough for all that is put together here. */
static size_t pjl_put(u8 *out, size_t n, const char *text)
{
	size_t len = strlen(text);

	memcpy(out + n, text, len);
	return n + len;
}

/*
 * No USTATUSOFF: the job before this one may still be printing, and its end must not fall into the
 * gap. What others may have left on, and nobody here reads, is the timed status.
 */
size_t cldn_pjl_header(u8 *out, const struct cldn_pjl_name *name)
{
	size_t n = pjl_put(out, 0, PJL_UEL "@PJL\r\n@PJL USTATUS TIMED=0\r\n");

	n = pjl_put(out, n, "@PJL USTATUS JOB=ON\r\n");
	n = pjl_put(out, n, "@PJL USTATUS PAGE=ON\r\n");
	n = pjl_put(out, n, "@PJL USTATUS DEVICE=ON\r\n");
	n = pjl_put(out, n, "@PJL JOB NAME=\"");
	n = pjl_put(out, n, name->text);
	return pjl_put(out, n, "\"\r\n" PJL_UEL);
}

/* USTATUS once more, since the document may have turned it off; the end would not be told. */
static size_t pjl_eoj(u8 *out, size_t n, const struct cldn_pjl_name *name)
{
	n = pjl_put(out, n, PJL_UEL "@PJL\r\n@PJL USTATUS JOB=ON\r\n");
	n = pjl_put(out, n, "@PJL EOJ NAME=\"");
	n = pjl_put(out, n, name->text);
	return pjl_put(out, n, "\"\r\n" PJL_UEL);
}

/*
 * A cut document may have ended inside of a row of pixels, which eats as much of the first trailer
 * as it lacks, or inside of a job of its own, which the first EOJ ends. An EOJ too many is ignored.
 */
size_t cldn_pjl_trailer(u8 *out, const struct cldn_pjl_name *name, bool aborted)
{
	size_t n = pjl_eoj(out, 0, name);

	return aborted ? pjl_eoj(out, n, name) : n;
}

/* ---- lines of a response ---- */

/**
 * struct pjl_text - a part of a line
 * @at: its first byte
 * @len: how many
 */
struct pjl_text {
	const u8 *at;
	size_t len;
};

static bool pjl_blank(u8 c)
{
	return c == ' ' || c == '\t';
}

static struct pjl_text pjl_trim(struct pjl_text t)
{
	while (t.len && pjl_blank(t.at[0])) {
		t.at++;
		t.len--;
	}
	while (t.len && pjl_blank(t.at[t.len - 1]))
		t.len--;
	return t;
}

static bool pjl_is(struct pjl_text t, const char *word)
{
	return t.len == strlen(word) && !memcmp(t.at, word, t.len);
}

/* The value of "KEY=value" or "KEY = value". */
static bool pjl_value(struct pjl_text line, const char *key, struct pjl_text *value)
{
	struct pjl_text before = line;
	const u8 *equals = memchr(line.at, '=', line.len);

	if (!equals)
		return false;
	before.len = equals - line.at;
	if (!pjl_is(pjl_trim(before), key))
		return false;
	value->at = equals + 1;
	value->len = line.len - before.len - 1;
	*value = pjl_trim(*value);
	return true;
}

static bool pjl_number(struct pjl_text t, u32 *number)
{
	size_t i;

	if (!t.len || t.len > 9)
		return false;
	*number = 0;
	for (i = 0; i < t.len; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		*number = *number * 10 + (t.at[i] - '0');
	}
	return true;
}

/* Takes the quotes away; false when one is missing, as where a line was cut. */
static bool pjl_unquote(struct pjl_text *t)
{
	if (t->len < 2 || t->at[0] != '"' || t->at[t->len - 1] != '"')
		return false;
	t->at++;
	t->len -= 2;
	return true;
}

static void pjl_take_name(struct cldn_pjl_event *e, struct pjl_text value)
{
	if (!pjl_unquote(&value) || value.len > sizeof(e->name))
		return;
	memcpy(e->name, value.at, value.len);
	e->name_len = value.len;
}

static void pjl_take_display(struct cldn_pjl_event *e, struct pjl_text value)
{
	size_t i;

	if (!pjl_unquote(&value) && value.len && value.at[0] == '"') {
		value.at++;
		value.len--;
	}
	value = pjl_trim(value);
	if (value.len > CLDN_PJL_DISPLAY_MAX)
		value.len = CLDN_PJL_DISPLAY_MAX;
	for (i = 0; i < value.len; i++)
		e->display[i] = pjl_printable(value.at[i]) ? value.at[i] : '?';
	e->display[i] = 0;
}

/* A RESULT that is not OK makes a cancelled job of one that ended. */
static void pjl_job_line(struct cldn_pjl_event *e, struct pjl_text line)
{
	struct pjl_text value;

	if (pjl_is(line, "START"))
		e->kind = CLDN_PJL_START;
	else if (pjl_is(line, "END"))
		e->kind = e->kind ? e->kind : CLDN_PJL_END;
	else if (pjl_is(line, "CANCELED") || pjl_is(line, "CANCELLED"))
		e->kind = CLDN_PJL_CANCELED;
	else if (pjl_value(line, "NAME", &value))
		pjl_take_name(e, value);
	else if (pjl_value(line, "PAGES", &value))
		e->has_pages = pjl_number(value, &e->pages);
	else if (pjl_value(line, "RESULT", &value) && !pjl_is(value, "OK"))
		e->kind = CLDN_PJL_CANCELED;
}

static void pjl_page_line(struct cldn_pjl_event *e, struct pjl_text line)
{
	if (!e->kind && pjl_number(line, &e->pages))
		e->kind = CLDN_PJL_PAGE;
}

static void pjl_status_line(struct cldn_pjl_event *e, struct pjl_text line)
{
	struct pjl_text value;

	if (pjl_value(line, "CODE", &value)) {
		if (pjl_number(value, &e->code))
			e->kind = CLDN_PJL_DEVICE;
	} else if (pjl_value(line, "DISPLAY", &value)) {
		pjl_take_display(e, value);
	} else if (pjl_value(line, "ONLINE", &value)) {
		e->online = pjl_is(value, "TRUE");
		e->has_online = e->online || pjl_is(value, "FALSE");
	}
}

/* ---- responses in the stream ---- */

/**
 * struct pjl_head - a response that is understood
 * @text: its first line; a line's end follows
 * @keep: its bytes are the reader's
 * @line: reads a further line
 */
struct pjl_head {
	const char *text;
	bool keep;
	void (*line)(struct cldn_pjl_event *e, struct pjl_text line);
};

static const struct pjl_head pjl_heads[] = {
	{ "@PJL USTATUS JOB", false, pjl_job_line },
	{ "@PJL USTATUS PAGE", false, pjl_page_line },
	{ "@PJL USTATUS DEVICE", false, pjl_status_line },
	{ "@PJL INFO STATUS", true, pjl_status_line },
};

enum pjl_fit {
	PJL_NONE, /* no response begins so */
	PJL_MAYBE, /* more bytes are needed to tell */
	PJL_WHOLE, /* a first line */
};

static bool pjl_line_end(u8 c)
{
	return c == '\r' || c == '\n';
}

static enum pjl_fit pjl_fit(const struct pjl_head *head, const u8 *buf, size_t len)
{
	size_t n = strlen(head->text);

	if (memcmp(buf, head->text, len < n ? len : n))
		return PJL_NONE;
	if (len <= n)
		return PJL_MAYBE;
	return pjl_line_end(buf[n]) ? PJL_WHOLE : PJL_NONE;
}

/* Gives the next @n bytes to the reader, or nobody. */
static void pjl_move(struct cldn_pjl_chunk *c, size_t n, bool keep)
{
	size_t from = c->in < c->skip ? c->skip : c->in;

	c->in += n;
	if (!keep || from >= c->in)
		return;
	memmove(c->buf + c->out, c->buf + from, c->in - from);
	c->out += c->in - from;
}

/* Keeps all that is left until there is more of it. */
static void pjl_hold(struct cldn_pjl *s, struct cldn_pjl_chunk *c)
{
	s->nheld = c->len - c->in;
	memcpy(s->held, c->buf + c->in, s->nheld);
	s->released = c->skip > c->in ? c->skip - c->in : 0;
	c->in = c->len;
}

/* At an '@': a response, the possible beginning of one, or nothing but that. */
static void pjl_try(struct cldn_pjl *s, struct cldn_pjl_chunk *c)
{
	bool maybe = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pjl_heads); i++) {
		const struct pjl_head *head = &pjl_heads[i];
		enum pjl_fit fit = pjl_fit(head, c->buf + c->in, c->len - c->in);

		if (fit == PJL_WHOLE) {
			memset(&s->event, 0, sizeof(s->event));
			s->block = i + 1;
			s->used = 0;
			s->len = 0;
			pjl_move(c, strlen(head->text), head->keep);
			return;
		}
		maybe |= fit == PJL_MAYBE;
	}
	if (maybe)
		pjl_hold(s, c);
	else
		pjl_move(c, 1, true);
}

static void pjl_look(struct cldn_pjl *s, struct cldn_pjl_chunk *c)
{
	const u8 *at = memchr(c->buf + c->in, '@', c->len - c->in);

	pjl_move(c, at ? (size_t)(at - c->buf) - c->in : c->len - c->in, true);
	if (at)
		pjl_try(s, c);
}

static void pjl_end_line(struct cldn_pjl *s)
{
	struct pjl_text line = { s->line, s->len };

	line = pjl_trim(line);
	if (line.len)
		pjl_heads[s->block - 1].line(&s->event, line);
	s->len = 0;
}

/*
 * What cannot be in a response, so that its end was lost: the byte and what follows is looked at
 * anew. PCL's and PostScript's answers begin like this, and so does the next response.
 */
static bool pjl_foreign(const struct cldn_pjl *s, u8 byte)
{
	if (s->used >= CLDN_PJL_BLOCK_MAX)
		return true;
	if (!s->len && (byte == '@' || byte == '%'))
		return true;
	return byte && byte < ' ' && byte != '\t' && byte != '\f' && !pjl_line_end(byte);
}

/* Reads on in a response; true at the end of one that is whole. */
static bool pjl_block(struct cldn_pjl *s, struct cldn_pjl_chunk *c)
{
	const struct pjl_head *head = &pjl_heads[s->block - 1];

	while (c->in < c->len) {
		u8 byte = c->buf[c->in];

		if (pjl_foreign(s, byte)) {
			s->block = 0;
			return false;
		}
		s->used++;
		pjl_move(c, 1, head->keep);
		if (pjl_line_end(byte)) {
			pjl_end_line(s);
		} else if (byte == '\f') {
			pjl_end_line(s);
			s->block = 0;
			return s->event.kind != CLDN_PJL_NOTHING;
		} else if (byte && s->len < sizeof(s->line)) {
			s->line[s->len++] = byte;
		}
	}
	return false;
}

void cldn_pjl_begin(struct cldn_pjl *s, struct cldn_pjl_chunk *c, u8 *buf, size_t len)
{
	memmove(buf + s->nheld, buf, len);
	memcpy(buf, s->held, s->nheld);
	c->buf = buf;
	c->len = len + s->nheld;
	c->in = 0;
	c->out = 0;
	c->skip = s->released;
	s->nheld = 0;
	s->released = 0;
}

bool cldn_pjl_next(struct cldn_pjl *s, struct cldn_pjl_chunk *c)
{
	while (c->in < c->len) {
		if (!s->block)
			pjl_look(s, c);
		else if (pjl_block(s, c))
			return true;
	}
	return false;
}

size_t cldn_pjl_release(struct cldn_pjl *s, u8 *buf)
{
	size_t n = s->nheld - s->released;

	memcpy(buf, s->held + s->released, n);
	s->released = s->nheld;
	return n;
}
