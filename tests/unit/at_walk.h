/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks the tables of at_cases.h, each whole, cut at every place, and byte by byte: the program in
 * this directory and KUnit run the same checks. Define AT_SAY(format, ...) before, for whoever has
 * to mend a line of a table.
 */
#ifndef TESTS_UNIT_AT_WALK_H
#define TESTS_UNIT_AT_WALK_H

#include "at_cases.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES(s) ((const u8 *)(s))

/* Says which line of a table is wrong, for whoever has to mend it. */
static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		AT_SAY("%s[%zu]: %s\n", table, line, text);
	return good;
}

/* ---- lines ---- */

static bool parse_table(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(at_parse_cases); i++) {
		const struct at_parse_case *c = &at_parse_cases[i];
		struct cldn_at_result r;

		cldn_at_parse(BYTES(c->line), strlen(c->line), c->numeric, &r);
		good &= fits(r.kind == c->kind && r.code == c->code && r.rate == c->rate, "parse",
			     i, c->line);
	}
	return good;
}

/* Feeds @bytes in pieces of @piece and writes down the lines. */
static void feed(const char *bytes, size_t piece, char *lines)
{
	struct cldn_at_line l = { .len = 0 };
	size_t len = strlen(bytes), at = 0;

	while (at < len) {
		size_t n = len - at < piece ? len - at : piece;

		at += cldn_at_feed(&l, BYTES(bytes) + at, n);
		if (l.ready)
			lines += sprintf(lines, "%.*s\n", l.len, l.buf);
	}
	*lines = 0;
}

static bool dialogue_table(void)
{
	bool good = true;
	char lines[512];
	size_t i, piece;

	for (i = 0; i < COUNT(at_dialogue_cases); i++) {
		const struct at_dialogue_case *c = &at_dialogue_cases[i];

		for (piece = 1; piece <= strlen(c->bytes); piece++) {
			feed(c->bytes, piece, lines);
			good &= fits(!strcmp(lines, c->lines), "dialogue", i, c->what);
		}
	}
	return good;
}

static bool long_line(void)
{
	struct cldn_at_line l = { .len = 0 };
	u8 bytes[CLDN_AT_LINE_MAX + 100];
	bool good;

	memset(bytes, 'x', sizeof(bytes));
	good = cldn_at_feed(&l, bytes, sizeof(bytes)) == sizeof(bytes) && !l.ready;
	good &= l.len == CLDN_AT_LINE_MAX && l.cut == 100;
	good &= cldn_at_feed(&l, BYTES("\rOK\r"), 4) == 1 && l.ready && l.len == CLDN_AT_LINE_MAX;
	good &= cldn_at_feed(&l, BYTES("OK\r"), 3) == 3 && l.ready && l.len == 2;
	good &= cldn_at_feed(&l, BYTES("\0O\0K\r"), 5) == 5 && l.ready && l.len == 2;
	return good;
}

static bool echoes(void)
{
	bool good = cldn_at_is_echo(BYTES("ATE0"), 4, BYTES("ATE0"), 4);

	good &= cldn_at_is_echo(BYTES("~~ATE0"), 6, BYTES("ATE0"), 4);
	good &= !cldn_at_is_echo(BYTES("ATE0x"), 5, BYTES("ATE0"), 4);
	good &= !cldn_at_is_echo(BYTES("TE0"), 3, BYTES("ATE0"), 4);
	good &= !cldn_at_is_echo(BYTES("OK"), 2, BYTES(""), 0);
	return good;
}

static bool field_table(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(at_field_cases); i++) {
		const struct at_field_case *c = &at_field_cases[i];
		const u8 *value = NULL;
		size_t n = cldn_at_field(BYTES(c->line), strlen(c->line), c->name, &value);

		good &= fits(n == strlen(c->value) && (!n || !memcmp(value, c->value, n)), "field",
			     i, c->line);
	}
	return good;
}

/* ---- commands ---- */

static bool effect_table(void)
{
	u8 body[CLDN_AT_BODY_MAX + 1];
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(at_effect_cases); i++) {
		const struct at_effect_case *c = &at_effect_cases[i];

		good &= fits(cldn_at_effects(BYTES(c->body), strlen(c->body)) == c->effects,
			     "effect", i, c->body);
	}
	memset(body, 'I', sizeof(body));
	good &= cldn_at_effects(body, CLDN_AT_BODY_MAX) == 0;
	good &= cldn_at_effects(body, CLDN_AT_BODY_MAX + 1) == CLDN_AT_FX_BAD;
	good &= cldn_at_effects(BYTES("I\0"), 2) == CLDN_AT_FX_BAD;
	return good;
}

static bool text_table(const struct at_text_case *cases, size_t n, const char *table,
		       bool (*valid)(const u8 *text, size_t len),
		       size_t (*make)(u8 *out, const u8 *text, size_t len))
{
	u8 body[CLDN_AT_BODY_MAX];
	bool good = true;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct at_text_case *c = &cases[i];
		size_t len = strlen(c->text);
		bool is = valid(BYTES(c->text), len);
		size_t out = is ? make(body, BYTES(c->text), len) : 0;

		good &= fits(is == !!c->body, table, i, c->text);
		if (is && c->body)
			good &= fits(out == strlen(c->body) && !memcmp(body, c->body, out), table,
				     i, c->text);
	}
	return good;
}

static bool longest_texts(void)
{
	u8 text[CLDN_AT_BODY_MAX], body[CLDN_AT_BODY_MAX], line[CLDN_AT_COMMAND_MAX];
	bool good;

	memset(text, '1', sizeof(text));
	good = cldn_at_dial_valid(text, CLDN_AT_BODY_MAX - 2);
	good &= !cldn_at_dial_valid(text, CLDN_AT_BODY_MAX - 1);
	good &= cldn_at_dial(body, text, CLDN_AT_BODY_MAX - 2) == CLDN_AT_BODY_MAX;
	good &= cldn_at_dial(body, text, CLDN_AT_BODY_MAX - 1) == 0;
	good &= cldn_at_dtmf_valid(text, CLDN_AT_DTMF_MAX);
	good &= !cldn_at_dtmf_valid(text, CLDN_AT_DTMF_MAX + 1);
	good &= cldn_at_dtmf(body, text, CLDN_AT_DTMF_MAX) == 5 + 2 * CLDN_AT_DTMF_MAX - 1;
	good &= cldn_at_compose(line, text, CLDN_AT_BODY_MAX) == CLDN_AT_COMMAND_MAX;
	good &= !memcmp(line, "AT1", 3) && line[CLDN_AT_COMMAND_MAX - 1] == '\r';
	return good;
}

static bool level_tables(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(at_range_cases); i++) {
		const struct at_range_case *c = &at_range_cases[i];
		u32 low = 0, high = 0;
		bool found = cldn_at_range(BYTES(c->line), strlen(c->line), &low, &high);

		good &= fits(found == c->found, "range", i, c->line);
		good &= fits(!found || (low == c->low && high == c->high), "range", i, c->line);
	}
	for (i = 0; i < COUNT(at_level_cases); i++) {
		const struct at_level_case *c = &at_level_cases[i];
		u32 step = cldn_at_step(c->level, c->low, c->high);
		u32 back = cldn_at_level(step, c->low, c->high);

		good &= fits(step == c->step && back == c->back, "level", i, "");
		good &= fits(cldn_at_step(back, c->low, c->high) == step, "level", i, "and back");
	}
	return good;
}

/* ---- the end of a call ---- */

static size_t scan_piece(struct cldn_at_scan *s, const char *bytes, size_t len, char *out,
			 size_t *used)
{
	struct cldn_at_cut cut;
	size_t n;

	cldn_at_scan(s, BYTES(bytes), len, &cut);
	n = cut.to - cut.from;
	memcpy(out, cldn_at_lost + cut.from, n);
	memcpy(out + n, bytes, cut.pass);
	*used = cut.used;
	return n + cut.pass;
}

/*
 * Scans @c in two pieces cut at @cut (the second byte by byte when @single). With @early what is
 * held back at the cut is delivered, as after a silence; then only the order and whole must hold.
 */
static bool scan_cut(const struct at_scan_case *c, size_t cut, bool single, bool early)
{
	size_t len = strlen(c->stream), at = 0, n = 0, used;
	struct cldn_at_scan s = { 0, 0 };
	char out[256];

	while (at < len) {
		size_t piece = at < cut ? cut - at : single ? 1 : len - at;

		n += scan_piece(&s, c->stream + at, piece, out + n, &used);
		at += used;
		if (early && at == cut) {
			memcpy(out + n, cldn_at_lost + s.released, s.match - s.released);
			n += s.match - s.released;
			s.released = s.match;
		}
	}
	if (cldn_at_scan_found(&s) != c->found)
		return false;
	if (early)
		return n + s.match - s.released == len && !memcmp(out, c->stream, n);
	return n == strlen(c->kept) && !memcmp(out, c->kept, n);
}

static bool scan_all(bool early)
{
	bool good = true;
	size_t i, cut;

	for (i = 0; i < COUNT(at_scan_cases); i++) {
		const struct at_scan_case *c = &at_scan_cases[i];

		for (cut = 0; cut <= strlen(c->stream); cut++) {
			if (!early)
				good &= fits(scan_cut(c, cut, false, false), "scan", i, c->what);
			good &= fits(scan_cut(c, cut, true, early), early ? "early" : "scan", i,
				     c->what);
		}
	}
	return good;
}

static bool scan_table(void)
{
	return scan_all(false);
}

static bool scan_early(void)
{
	return scan_all(true);
}

static bool voice_tables(void)
{
	u32 label, parts, tenths;
	bool good = true, on;
	size_t i;

	for (i = 0; i < COUNT(at_list_cases); i++) {
		const struct at_list_case *c = &at_list_cases[i];

		good &= fits(cldn_at_lists(BYTES(c->line), strlen(c->line), 8) == c->has_8, "list",
			     i, c->line);
	}
	for (i = 0; i < COUNT(at_vls_cases); i++) {
		const struct at_vls_case *c = &at_vls_cases[i];
		bool found = cldn_at_vls(BYTES(c->line), strlen(c->line), &label, &parts);

		good &= fits(found == c->found &&
				     (!found || (label == c->label && parts == c->parts)),
			     "vls", i, c->line);
	}
	for (i = 0; i < COUNT(at_cadence_cases); i++) {
		const struct at_cadence_case *c = &at_cadence_cases[i];
		bool found = cldn_at_cadence(BYTES(c->line), strlen(c->line), &on, &tenths);

		good &= fits(found == c->found && (!found || (on == c->on && tenths == c->tenths)),
			     "cadence", i, c->line);
	}
	return good;
}

static bool is_text(const u8 *at, size_t len, const char *wanted)
{
	return len == strlen(wanted) && !memcmp(at, wanted, len);
}

static bool memory_tables(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(at_book_cases); i++) {
		const struct at_book_case *c = &at_book_cases[i];
		struct cldn_at_book b;
		bool found = cldn_at_book(BYTES(c->line), strlen(c->line), &b);

		good &= fits(found == c->found &&
				     (!found ||
				      (b.first == c->first && b.last == c->last &&
				       b.number_max == c->number_max && b.name_max == c->name_max)),
			     "book", i, c->line);
	}
	for (i = 0; i < COUNT(at_entry_cases); i++) {
		const struct at_entry_case *c = &at_entry_cases[i];
		struct cldn_at_entry e;
		bool found = cldn_at_entry(BYTES(c->line), strlen(c->line), &e);

		good &= fits(found == c->found &&
				     (!found || (e.location == c->location &&
						 is_text(e.number, e.number_len, c->number) &&
						 is_text(e.name, e.name_len, c->name))),
			     "entry", i, c->line);
	}
	good &= cldn_at_number_valid(BYTES("+43*1#"), 6) && cldn_at_number_valid(BYTES(""), 0);
	good &= !cldn_at_number_valid(BYTES("4+3"), 3) && !cldn_at_number_valid(BYTES("1\"2"), 3);
	good &= !cldn_at_number_valid(BYTES("1 2"), 3) && !cldn_at_number_valid(BYTES("1\0"), 2);
	return good;
}

static bool buttons(void)
{
	static const char keys[] = "0123456789*#ABCD";
	bool good = cldn_at_button('E') == 16 && cldn_at_button(0) == 16;
	u32 i;

	for (i = 0; i < 16; i++)
		good &= cldn_at_button(keys[i]) == i;
	return good;
}

static bool dial_table(void)
{
	return text_table(at_dial_cases, COUNT(at_dial_cases), "dial", cldn_at_dial_valid,
			  cldn_at_dial);
}

static bool dtmf_table(void)
{
	return text_table(at_dtmf_cases, COUNT(at_dtmf_cases), "dtmf", cldn_at_dtmf_valid,
			  cldn_at_dtmf);
}

/**
 * struct at_check - one result
 * @what: its text
 * @run: true when all went well
 */
struct at_check {
	const char *what;
	bool (*run)(void);
};

static const struct at_check at_checks[] = {
	{ "each line means what V.250 says", parse_table },
	{ "bytes become the same lines however they are cut", dialogue_table },
	{ "a line that is too long is cut and counted, NUL is nothing", long_line },
	{ "the echo of a command is known, also behind garbage", echoes },
	{ "fields of caller id lines", field_table },
	{ "what a user's command would change is known before it is sent", effect_table },
	{ "what a modem has in voice class, and the patterns of rings", voice_tables },
	{ "what a telephone keeps in its memory", memory_tables },
	{ "a tone's code is a key", buttons },
	{ "numbers that can be dialled", dial_table },
	{ "tones that can be sent", dtmf_table },
	{ "the longest texts fit, longer ones are refused", longest_texts },
	{ "levels become steps of the modem and come back as what they became", level_tables },
	{ "NO CARRIER is found across any border and nothing else is held back", scan_table },
	{ "what was delivered after a silence is neither lost nor repeated", scan_early },
};

#endif /* TESTS_UNIT_AT_WALK_H */
