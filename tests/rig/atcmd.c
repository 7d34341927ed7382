// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the command line. What is not in these tables answers ERROR and never reaches
 * spandsp, whose interpreter says OK to everything and never returns from AT+A8A, +A8C, +A8I,
 * +A8J, +A8R and +VAC. Only the +F words of T.31 are handed to it, through fax.c.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bank.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

bool option_voice;

/* ---- S-registers (V.250 6.2, 6.3, and the usual ones beyond) ---- */

struct sreg {
	uint8_t index, min, max, initial;
};

/* clang-format off */
static const struct sreg sregs[] = {
	{ 0, 0, 255, 0 },	/* rings before automatic answer */
	{ 1, 0, 0, 0 },		/* rings so far: read only */
	{ 2, 0, 255, '+' },	/* escape character */
	{ 3, 0, 127, '\r' },
	{ 4, 0, 127, '\n' },
	{ 5, 0, 127, '\b' },
	{ 6, 2, 10, 2 },	/* pause before blind dialling, s */
	{ 7, 1, 255, 50 },	/* connection timer, s */
	{ 8, 0, 255, 2 },	/* comma pause, s */
	{ 9, 1, 255, 6 },	/* carrier detect response, 0.1 s */
	{ 10, 1, 255, 14 },	/* carrier loss to hang-up, 0.1 s */
	{ 11, 50, 255, 95 },	/* DTMF digit, ms */
	{ 12, 0, 255, 50 },	/* escape guard time, 1/50 s */
	{ 25, 0, 255, 5 },	/* DTR change noticed after, 0.01 s */
};
/* clang-format on */

static const struct sreg *find_sreg(long index)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sregs); i++)
		if (sregs[i].index == index)
			return &sregs[i];
	return NULL;
}

static enum result word_s(struct modem *m, const char **cursor)
{
	const struct sreg *reg;
	char *end;
	long value;

	if (!isdigit((unsigned char)**cursor))
		return RES_ERROR;
	reg = find_sreg(strtol(*cursor, &end, 10));
	*cursor = end + 1;
	if (!reg)
		return RES_ERROR;
	if (*end == '?') {
		at_info(m, "%03d", reg->index == 1 ? m->line->rings : m->now.s[reg->index]);
		return RES_OK;
	}
	if (*end != '=' || reg->index == 1)
		return RES_ERROR;
	value = strtol(*cursor, &end, 10);
	*cursor = end;
	if (value < reg->min || value > reg->max)
		return RES_ERROR;
	m->now.s[reg->index] = (uint8_t)value;
	return RES_OK;
}

/* ---- basic words ---- */

static enum result word_e(struct modem *m, int n)
{
	m->now.echo = (uint8_t)n;
	return RES_OK;
}

static enum result word_h(struct modem *m, int n)
{
	return modem_hook(m, n);
}

static enum result word_i(struct modem *m, int n)
{
	static const char *const texts[] = {
		"cleardown modem bank",
		"000",
		"OK",
		"cleardown modem bank 1 (spandsp)",
	};

	at_info(m, "%s", texts[n]);
	return RES_OK;
}

static enum result word_l(struct modem *m, int n)
{
	m->now.speaker_volume = (uint8_t)n;
	return RES_OK;
}

static enum result word_m(struct modem *m, int n)
{
	m->now.speaker_mode = (uint8_t)n;
	return RES_OK;
}

static enum result word_o(struct modem *m, int n)
{
	(void)n;
	return modem_online(m);
}

static enum result word_q(struct modem *m, int n)
{
	m->now.quiet = (uint8_t)n;
	fax_sync(m);
	return RES_OK;
}

static enum result word_v(struct modem *m, int n)
{
	m->now.verbose = (uint8_t)n;
	fax_sync(m);
	return RES_OK;
}

static enum result word_x(struct modem *m, int n)
{
	m->now.x_level = (uint8_t)n;
	return RES_OK;
}

/* 6.1.1: the rest of the line is not executed. */
static enum result word_z(struct modem *m, int n)
{
	(void)n;
	modem_reset(m);
	at_result(m, RES_OK);
	return RES_NONE;
}

static enum result word_a(struct modem *m, int n)
{
	(void)n;
	return modem_answer(m);
}

static enum result word_tone_pulse(struct modem *m, int n)
{
	(void)m;
	(void)n;
	return RES_OK;
}

static enum result word_and_c(struct modem *m, int n)
{
	m->now.dcd_mode = (uint8_t)n;
	modem_update_lines(m);
	return RES_OK;
}

static enum result word_and_d(struct modem *m, int n)
{
	m->now.dtr_mode = (uint8_t)n;
	return RES_OK;
}

static enum result word_and_f(struct modem *m, int n)
{
	(void)n;
	modem_defaults(m, &m->now);
	fax_sync(m);
	modem_update_lines(m);
	return RES_OK;
}

static enum result word_and_s(struct modem *m, int n)
{
	m->now.dsr_mode = (uint8_t)n;
	modem_update_lines(m);
	return RES_OK;
}

static enum result word_and_v(struct modem *m, int n)
{
	const struct profile *p = &m->now;
	size_t i;

	(void)n;
	at_info(m, "E%d L%d M%d Q%d V%d X%d &C%d &D%d &S%d", p->echo, p->speaker_volume,
		p->speaker_mode, p->quiet, p->verbose, p->x_level, p->dcd_mode, p->dtr_mode,
		p->dsr_mode);
	for (i = 0; i < ARRAY_SIZE(sregs); i++)
		at_info(m, "S%02d:%03d", sregs[i].index, p->s[sregs[i].index]);
	return RES_OK;
}

static enum result word_and_w(struct modem *m, int n)
{
	(void)n;
	m->saved = m->now;
	return RES_OK;
}

struct basic {
	const char *name;
	int max;
	enum result (*run)(struct modem *m, int n);
};

/* clang-format off */
static const struct basic basics[] = {
	{ "A", 0, word_a },
	{ "E", 1, word_e },
	{ "H", 1, word_h },
	{ "I", 3, word_i },
	{ "L", 3, word_l },
	{ "M", 3, word_m },
	{ "O", 0, word_o },
	{ "P", 0, word_tone_pulse },
	{ "Q", 1, word_q },
	{ "T", 0, word_tone_pulse },
	{ "V", 1, word_v },
	{ "X", 4, word_x },
	{ "Z", 1, word_z },
	{ "&C", 1, word_and_c },
	{ "&D", 3, word_and_d },
	{ "&F", 0, word_and_f },
	{ "&S", 1, word_and_s },
	{ "&V", 0, word_and_v },
	{ "&W", 1, word_and_w },
};
/* clang-format on */

enum result at_basic(struct modem *m, const char **cursor)
{
	char name[3] = { **cursor, '\0', '\0' };
	size_t i;
	char *end;
	long n = 0;

	(*cursor)++;
	if (name[0] == 'D') {
		const char *digits = *cursor;

		*cursor += strlen(digits);
		return modem_dial(m, digits);
	}
	if (name[0] == 'S')
		return word_s(m, cursor);
	if (name[0] == '&' && **cursor)
		name[1] = *(*cursor)++;
	if (isdigit((unsigned char)**cursor)) {
		n = strtol(*cursor, &end, 10);
		*cursor = end;
	}
	for (i = 0; i < ARRAY_SIZE(basics); i++)
		if (!strcmp(basics[i].name, name))
			return n <= basics[i].max ? basics[i].run(m, (int)n) : RES_ERROR;
	return RES_ERROR;
}

/* ---- extended words that only keep numbers ---- */

struct range {
	int min, max, initial;
};

struct stored {
	const char *name;
	bool voice;		/* exists only with --voice */
	int count;
	struct range values[STORED_VALUES];
};

static const struct stored stored[] = {
	{ "+IPR", false, 1, { { 0, 921600, 0 } } },
	{ "+ICF", false, 2, { { 0, 6, 3 }, { 0, 3, 3 } } },
	{ "+IFC", false, 2, { { 0, 2, 2 }, { 0, 2, 2 } } },
	{ "+ILRR", false, 1, { { 0, 1, 0 } } },
	{ "+DR", false, 1, { { 0, 1, 0 } } },
	{ "+ER", false, 1, { { 0, 1, 0 } } },
	{ "+MR", false, 1, { { 0, 1, 0 } } },
	{ "+ES", false, 3, { { 0, 7, 1 }, { 0, 4, 0 }, { 0, 9, 1 } } },
	{ "+VGR", true, 1, { { 0, 255, 128 } } },
	{ "+VGT", true, 1, { { 0, 255, 128 } } },
	{ "+VTD", true, 1, { { 1, 500, 10 } } },
	{ "+VDR", true, 2, { { 0, 1, 0 }, { 0, 0, 0 } } },
	{ "+VSM", true, 2, { { 131, 131, 131 }, { 8000, 8000, 8000 } } },
};

static_assert(ARRAY_SIZE(stored) <= STORED_MAX, "profile too small");

static int find_stored(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stored); i++)
		if (!strcmp(stored[i].name, name) && (!stored[i].voice || option_voice))
			return (int)i;
	return -1;
}

int at_stored(const struct modem *m, const char *name, int index)
{
	int i = find_stored(name);

	return i < 0 ? 0 : m->now.stored[i][index];
}

void at_stored_defaults(struct profile *p)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(stored); i++)
		for (k = 0; k < STORED_VALUES; k++)
			p->stored[i][k] = stored[i].values[k].initial;
}

/* 5.4.2.1: a value that is left out keeps what it was. */
static enum result stored_set(struct modem *m, int i, const char *arg)
{
	const struct stored *s = &stored[i];
	int values[STORED_VALUES];
	int k;

	memcpy(values, m->now.stored[i], sizeof(values));
	for (k = 0; *arg; k++) {
		char *end;
		long v;

		if (k == s->count)
			return RES_ERROR;
		v = strtol(arg, &end, 10);
		if (end != arg) {
			if (v < s->values[k].min || v > s->values[k].max)
				return RES_ERROR;
			values[k] = (int)v;
		}
		if (*end && *end != ',')
			return RES_ERROR;
		arg = *end ? end + 1 : end;
	}
	/* XON/XOFF is not built: a terminal that asked for it would lose data. */
	if (!strcmp(s->name, "+IFC") && (values[0] == 1 || values[1] == 1))
		return RES_ERROR;
	memcpy(m->now.stored[i], values, sizeof(values));
	m->dte.rts_flow = at_stored(m, "+IFC", 0) == 2;
	return RES_OK;
}

static void stored_show(struct modem *m, int i, bool test)
{
	const struct stored *s = &stored[i];
	char text[128];
	size_t n = 0;
	int k;

	for (k = 0; k < s->count; k++) {
		const char *comma = k ? "," : "";

		if (test)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s(%d-%d)", comma,
					      s->values[k].min, s->values[k].max);
		else
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d", comma,
					      m->now.stored[i][k]);
	}
	at_info(m, "%s: %s", s->name, text);
}

static enum result stored_word(struct modem *m, int i, char op, const char *arg)
{
	if (op == '=')
		return stored_set(m, i, arg);
	if (op == '!')
		return RES_ERROR;
	stored_show(m, i, op == 't');
	return RES_OK;
}

/* ---- other extended words; op is '=', '?', 't' (=?) or '!' (none of them) ---- */

static enum result word_fclass(struct modem *m, const char *name, char op, const char *arg)
{
	char text[48];

	if (op == '?') {
		at_info(m, "%d", m->fclass);
		return RES_OK;
	}
	if (op == 't') {
		at_info(m, "0,1%s", option_voice ? ",8" : "");
		return RES_OK;
	}
	if (op != '=')
		return RES_ERROR;
	if (!strcmp(arg, "8") && option_voice) {
		m->fclass = 8;
		voice_begin(m);
		return RES_OK;
	}
	if (strcmp(arg, "0") && strcmp(arg, "1"))
		return RES_ERROR;
	snprintf(text, sizeof(text), "AT%s=%s", name, arg);
	if (fax_command(m, text) != RES_OK)
		return RES_ERROR;
	if (m->fclass == 8)
		voice_end(m);
	m->fclass = arg[0] - '0';
	return RES_OK;
}

/* 6.4.1; FAST is the manufacturer specific carrier of the unmodulated call. */
static enum result word_ms(struct modem *m, const char *name, char op, const char *arg)
{
	if (op == '?')
		at_info(m, "%s: %s", name, m->line->fast_ok ? "FAST" : "V22B");
	else if (op == 't')
		at_info(m, "%s: (V22B,FAST)", name);
	else if (op == '=' && (!strcmp(arg, "V22B") || !strcmp(arg, "FAST")))
		m->line->fast_ok = arg[0] == 'F';
	else
		return RES_ERROR;
	return RES_OK;
}

static enum result word_vcid(struct modem *m, const char *name, char op, const char *arg)
{
	if (op == '?')
		at_info(m, "%s: %d", name, m->now.caller_id);
	else if (op == 't')
		at_info(m, "%s: (0-1)", name);
	else if (op == '=' && (!strcmp(arg, "0") || !strcmp(arg, "1")))
		m->now.caller_id = (uint8_t)(arg[0] - '0');
	else
		return RES_ERROR;
	return RES_OK;
}

static enum result word_identity(struct modem *m, const char *name, char op, const char *arg)
{
	static const char *const texts[][2] = {
		{ "+GMI", "cleardown" },	   { "+GMM", "modem bank" }, { "+GMR", "1" },
		{ "+GCAP", "+GCAP: +FCLASS,+MS" }, { "+GOI", "" },
	};
	size_t i;

	(void)arg;
	for (i = 0; op == '!' && i < ARRAY_SIZE(texts); i++)
		if (!strcmp(texts[i][0], name))
			at_info(m, "%s", texts[i][1]);
	if (op == '!' && !strcmp(name, "+GSN"))
		at_info(m, "%s", m->line->number);
	return op == '!' || op == 't' ? RES_OK : RES_ERROR;
}

/* ",15" inside braces; returns how far to the last character of it. */
static size_t duration(const char *arg, long *length)
{
	*length = strtol(arg + 1, NULL, 10);
	return strcspn(arg, "}") - 1;
}

/* V.253 10.2.6: bare digits, or {digit,duration in 0.01 s}; only while off hook. */
static enum result word_vts(struct modem *m, const char *name, char op, const char *arg)
{
	char digits[DIAL_LEN];
	size_t n = 0;
	long length = at_stored(m, "+VTD", 0);
	bool braces = false;

	if (op == 't') {
		at_info(m, "%s: (0-9,*,#,A-D)", name);
		return RES_OK;
	}
	for (; op == '=' && *arg; arg++) {
		if (*arg == '{')
			braces = true;
		else if (*arg == '}')
			braces = false;
		else if (braces && *arg == ',')
			arg += duration(arg, &length);
		else if (*arg != ',' && strchr("0123456789*#ABCD", *arg) && n < DIAL_LEN - 1)
			digits[n++] = *arg;
		else if (*arg != ',')
			return RES_ERROR;
	}
	digits[n] = '\0';
	return n && !braces && length > 0 ? modem_tones(m, digits, length * 10) : RES_ERROR;
}

/* V.253 10.2.4: what of the modem is joined to what; T takes the line off hook. */
static enum result word_vls(struct modem *m, const char *name, char op, const char *arg)
{
	static const struct {
		int label;
		const char *parts;
	} selections[] = { { 0, "" }, { 1, "T" }, { 4, "S" }, { 5, "ST" }, { 7, "MST" } };
	size_t i;
	char *end;
	long label;

	if (op == '?') {
		at_info(m, "%s: %d", name, m->transducers);
		return RES_OK;
	}
	for (i = 0; op == 't' && i < ARRAY_SIZE(selections); i++)
		at_info(m, "%d,\"%s\",A0000000,A0000000,A0000000", selections[i].label,
			selections[i].parts);
	if (op != '=')
		return op == 't' ? RES_OK : RES_ERROR;
	label = strtol(arg, &end, 10);
	for (i = 0; i < ARRAY_SIZE(selections) && selections[i].label != label; i++)
		;
	if (end == arg || *end || i == ARRAY_SIZE(selections) || m->fclass != 8)
		return RES_ERROR;
	modem_hook(m, strchr(selections[i].parts, 'T'));
	m->transducers = (int)label;
	return RES_OK;
}

static enum result word_stream(struct modem *m, const char *name, char op, const char *arg)
{
	(void)arg;
	if (op != '!')
		return op == 't' ? RES_OK : RES_ERROR;
	return voice_stream(m, name[3] != 'X' || name[2] == 'T', name[3] != 'X' || name[2] == 'R');
}

struct extended {
	const char *name;
	bool voice;
	enum result (*run)(struct modem *m, const char *name, char op, const char *arg);
};

/* clang-format off */
static const struct extended extendeds[] = {
	{ "+FCLASS", false, word_fclass },
	{ "+MS", false, word_ms },
	{ "+VCID", false, word_vcid },
	{ "+VTS", true, word_vts },
	{ "+VLS", true, word_vls },
	{ "+VTX", true, word_stream },
	{ "+VRX", true, word_stream },
	{ "+VTR", true, word_stream },
	{ "+GMI", false, word_identity },
	{ "+GMM", false, word_identity },
	{ "+GMR", false, word_identity },
	{ "+GSN", false, word_identity },
	{ "+GOI", false, word_identity },
	{ "+GCAP", false, word_identity },
};
/* clang-format on */

static enum result fax_extended(struct modem *m, const char *name, char op, const char *arg)
{
	static const char *const ops[] = { ['='] = "=", ['?'] = "?", ['t'] = "=?", ['!'] = "" };
	char text[AT_LINE_MAX + 64];

	snprintf(text, sizeof(text), "AT%s%s%s", name, ops[(unsigned char)op], arg);
	return fax_command(m, text);
}

enum result at_extended(struct modem *m, const char *name, char op, const char *arg)
{
	int s = find_stored(name);
	size_t i;

	if (s >= 0)
		return stored_word(m, s, op, arg);
	for (i = 0; i < ARRAY_SIZE(extendeds); i++)
		if (!strcmp(extendeds[i].name, name) && (!extendeds[i].voice || option_voice))
			return extendeds[i].run(m, name, op, arg);
	if (fax_word(name))
		return fax_extended(m, name, op, arg);
	return RES_ERROR;
}

/* ---- defaults ---- */

void modem_defaults(struct modem *m, struct profile *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < ARRAY_SIZE(sregs); i++)
		p->s[sregs[i].index] = sregs[i].initial;
	p->echo = 1;
	p->verbose = 1;
	p->x_level = 4;
	p->dcd_mode = 1;
	p->dtr_mode = 2;
	p->speaker_volume = 2;
	p->speaker_mode = 1;
	at_stored_defaults(p);
	m->line->fast_ok = m->prefer_fast;
	m->dte.rts_flow = true;
}
