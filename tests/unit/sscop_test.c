// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSCOP and SSCF against a scripted peer, against each other over a bad line with a clock of its
 * own, and against noise.
 *
 * usage: sscop_test [NOISE]    so many PDUs of noise
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/callmgr/saal/sscf.h"
#include "sscop_cases.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NEVER UINT64_MAX

static unsigned int results;
static unsigned int failures;

static void result(bool good, const char *what)
{
	results++;
	failures += !good;
	printf("%sok %u - sscop: %s\n", good ? "" : "not ", results, what);
}

/* ---- chance ---- */

static u64 seed;

static u32 chance(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* ---- one end, and what it does, as text ---- */

/*
 * An engine whose peer is the test. PDUs that it sends and signals that it gives are written to
 * @log, timers to @due.
 */
static struct {
	struct cldn_sscop s;
	void *slots;
	u64 now; /* ms */
	u64 due[CLDN_SSCOP_TIMERS];
	char log[8192];
	bool quiet;
	u8 first; /* type of the first PDU that was sent since this was zeroed */
	u8 sent[CLDN_SSCOP_SDU_MAX + CLDN_SSCOP_OVERHEAD];
	size_t sent_len;
	void (*react)(const char *event); /* called from within signal, deliver, room */
} w;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t n = strlen(w.log);
	va_list args;

	if (w.quiet)
		return;
	va_start(args, format);
	vsnprintf(w.log + n, sizeof(w.log) - n, format, args);
	va_end(args);
}

static void note_list(const struct cldn_sscop_pdu *p)
{
	size_t i;

	for (i = 0; i < p->nlist; i++)
		note("%s%u", i ? "," : ":", cldn_sscop_element(p, i));
}

static void note_pdu(const struct cldn_sscop_pdu *p)
{
	static const char *const names[] = { "",      "BGN",   "BGAK", "END", "ENDAK", "RS",
					     "RSAK",  "BGREJ", "SD",   "ER",  "POLL",  "STAT",
					     "USTAT", "UD",    "MD",   "ERAK" };

	note("%s", names[p->type]);
	switch (p->type) {
	case CLDN_SSCOP_BGN:
	case CLDN_SSCOP_RS:
	case CLDN_SSCOP_ER:
		note("(%u,%u)", p->sq, p->nmr);
		break;
	case CLDN_SSCOP_BGAK:
	case CLDN_SSCOP_RSAK:
	case CLDN_SSCOP_ERAK:
		note("(%u)", p->nmr);
		break;
	case CLDN_SSCOP_END:
		note("%s", p->s ? "!" : "");
		break;
	case CLDN_SSCOP_SD:
		note("(%u,%.*s)", p->ns, (int)p->info_len, p->info);
		break;
	case CLDN_SSCOP_POLL:
		note("(%u,%u)", p->nps, p->ns);
		break;
	case CLDN_SSCOP_STAT:
		note("(%u,%u,%u", p->nps, p->nmr, p->nr);
		note_list(p);
		note(")");
		break;
	case CLDN_SSCOP_USTAT:
		note("(%u,%u", p->nmr, p->nr);
		note_list(p);
		note(")");
		break;
	}
	note(" ");
}

static void on_send(void *ctx, const u8 *pdu, size_t len)
{
	struct cldn_sscop_pdu p;

	(void)ctx;
	if (cldn_sscop_parse(&p, pdu, len)) {
		note("BROKEN ");
		return;
	}
	if (!w.first)
		w.first = p.type;
	memcpy(w.sent, pdu, len);
	w.sent_len = len;
	note_pdu(&p);
}

static void on_timer_start(void *ctx, enum cldn_sscop_timer which, u32 ms)
{
	(void)ctx;
	w.due[which] = w.now + ms;
}

static void on_timer_stop(void *ctx, enum cldn_sscop_timer which)
{
	(void)ctx;
	w.due[which] = NEVER;
}

static void tell(const char *event)
{
	note("%s ", event);
	if (w.react)
		w.react(event);
}

static void on_signal(void *ctx, enum cldn_sscop_signal signal)
{
	static const char *const names[] = { "establish.ind", "establish.conf", "release.ind",
					     "release.conf",  "resync.ind",	"resync.conf",
					     "recover.ind" };

	(void)ctx;
	tell(names[signal]);
}

static void on_deliver(void *ctx, const u8 *sdu, size_t len)
{
	char text[64];

	(void)ctx;
	snprintf(text, sizeof(text), "<%.*s>", (int)len, sdu);
	tell(text);
}

static void on_unitdata(void *ctx, const u8 *sdu, size_t len)
{
	char text[64];

	(void)ctx;
	snprintf(text, sizeof(text), "{%.*s}", (int)len, sdu);
	tell(text);
}

static void on_room(void *ctx)
{
	(void)ctx;
	tell("room");
}

static void on_error(void *ctx, char letter, u32 count)
{
	(void)ctx;
	note("%c%u ", letter, count);
}

static const struct cldn_sscop_ops script_ops = {
	.send = on_send,
	.timer_start = on_timer_start,
	.timer_stop = on_timer_stop,
	.signal = on_signal,
	.deliver = on_deliver,
	.unitdata = on_unitdata,
	.room = on_room,
	.error = on_error,
};

static void reset_with(const struct cldn_sscop_cfg *cfg)
{
	u32 i;

	free(w.slots);
	memset(&w, 0, sizeof(w));
	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		w.due[i] = NEVER;
	w.slots = malloc(cldn_sscop_size(cfg));
	cldn_sscop_init(&w.s, cfg, w.slots, &script_ops, NULL);
}

static void reset(void)
{
	struct cldn_sscop_cfg cfg;

	cldn_sscop_defaults(&cfg);
	reset_with(&cfg);
}

/* Compares the log with what it must be, and begins another one. */
static bool said(const char *text)
{
	size_t n = strlen(w.log);
	bool good;

	if (n && w.log[n - 1] == ' ')
		w.log[n - 1] = 0;
	good = !strcmp(w.log, text);
	if (!good)
		printf("# said \"%s\"\n# not  \"%s\"\n", w.log, text);
	w.log[0] = 0;
	return good;
}

static bool is(enum cldn_sscop_state state)
{
	if (w.s.state != state)
		printf("# state %u, not %u\n", w.s.state, state);
	return w.s.state == state;
}

/* A PDU of the peer, with list elements or an SDU. */
static void feed_list(struct cldn_sscop_pdu p, size_t n, const u32 *list)
{
	u8 bytes[512];
	u8 *exact;
	size_t len, i;

	p.nlist = n;
	for (i = 0; i < n; i++)
		cldn_sscop_put_element(bytes, i, list[i]);
	len = cldn_sscop_build(bytes, &p);
	exact = malloc(len); /* for the address sanitizer */
	memcpy(exact, bytes, len);
	cldn_sscop_input(&w.s, exact, len);
	free(exact);
}

#define FEED(...) feed_list((struct cldn_sscop_pdu){ __VA_ARGS__ }, 0, NULL)
#define LIST(...)                                \
	COUNT(((u32[]){ __VA_ARGS__ })), (u32[]) \
	{                                        \
		__VA_ARGS__                      \
	}

static void stat_list(u32 nps, u32 nmr, u32 nr, size_t n, const u32 *list)
{
	feed_list(
		(struct cldn_sscop_pdu){
			.type = CLDN_SSCOP_STAT, .nps = nps, .nmr = nmr, .nr = nr },
		n, list);
}

static void ustat(u32 nmr, u32 nr, u32 first, u32 end)
{
	feed_list((struct cldn_sscop_pdu){ .type = CLDN_SSCOP_USTAT, .nmr = nmr, .nr = nr },
		  LIST(first, end));
}

static void feed_sd(u32 ns, const char *text)
{
	struct cldn_sscop_pdu p = { .type = CLDN_SSCOP_SD, .ns = ns, .info_len = strlen(text) };
	u8 bytes[256];

	memcpy(bytes, text, p.info_len);
	cldn_sscop_input(&w.s, bytes, cldn_sscop_build(bytes, &p));
}

static void bgn(u8 sq)
{
	FEED(.type = CLDN_SSCOP_BGN, .sq = sq, .nmr = 30);
}

static void poll(u32 nps, u32 ns)
{
	FEED(.type = CLDN_SSCOP_POLL, .nps = nps, .ns = ns);
}

static void stat(u32 nps, u32 nmr, u32 nr)
{
	FEED(.type = CLDN_SSCOP_STAT, .nps = nps, .nmr = nmr, .nr = nr);
}

static int data(const char *text)
{
	return cldn_sscop_data(&w.s, (const u8 *)text, strlen(text));
}

/* Lets time pass, and timers run out on its way. */
static void pass(u64 ms)
{
	u64 end = w.now + ms;

	for (;;) {
		u32 i, first = 0;

		for (i = 1; i < CLDN_SSCOP_TIMERS; i++)
			if (w.due[i] < w.due[first])
				first = i;
		if (w.due[first] > end)
			break;
		w.now = w.due[first];
		w.due[first] = NEVER;
		cldn_sscop_timer(&w.s, first);
	}
	w.now = end;
}

/* To READY, the peer having begun with N(SQ) 1 and credit for @nmr. */
static void ready(u32 nmr)
{
	FEED(.type = CLDN_SSCOP_BGN, .sq = 1, .nmr = nmr);
	cldn_sscop_respond(&w.s);
	w.log[0] = 0;
}

/* What must be true of an engine at any time. */
static bool whole(const struct cldn_sscop *s)
{
	u32 sent = (s->vt_s - s->vt_a) & CLDN_SSCOP_NUMBER_MASK;
	u32 known = (s->vr_h - s->vr_r) & CLDN_SSCOP_NUMBER_MASK;
	bool asking = s->state == CLDN_SSCOP_OUT_CONN || s->state == CLDN_SSCOP_OUT_DISC ||
		      s->state == CLDN_SSCOP_OUT_RESYNC || s->state == CLDN_SSCOP_OUT_RECOVERY;
	u32 data_timers = s->running & ~(1U << CLDN_SSCOP_CC);
	bool good = s->state >= CLDN_SSCOP_IDLE && s->state <= CLDN_SSCOP_READY;

	good &= sent <= s->tx_count && s->tx_count <= s->cfg.window && known <= s->cfg.window;
	good &= s->tx_head < s->cfg.window && s->rx_head < s->cfg.window;
	good &= !(s->rx_have >> s->rx_head & 1);
	good &= known || !s->rx_have;
	good &= asking == !!(s->running & 1U << CLDN_SSCOP_CC);
	if (s->state != CLDN_SSCOP_READY)
		return good && !data_timers && !s->tx_count && !s->rx_have;
	/* One of the three phases, whatever happens. */
	good &= data_timers == (1U << CLDN_SSCOP_POLLING | 1U << CLDN_SSCOP_NO_RESPONSE) ||
		data_timers == (1U << CLDN_SSCOP_KEEP_ALIVE | 1U << CLDN_SSCOP_NO_RESPONSE) ||
		data_timers == 1U << CLDN_SSCOP_QUIET;
	return good && (!s->tx_count || s->running & 1U << CLDN_SSCOP_POLLING);
}

/* ---- PDUs ---- */

static size_t unhex(const char *hex, u8 *out)
{
	size_t n = 0;

	for (; *hex; hex += 2)
		sscanf(hex, "%2hhx", &out[n++]);
	return n;
}

static bool same_pdu(const struct sscop_pdu_case *c, const struct cldn_sscop_pdu *p)
{
	const struct cldn_sscop_pdu *q = &c->pdu;
	const char *info = c->info ?: "";
	size_t i;
	bool good;

	good = p->type == q->type && p->s == q->s && p->sq == q->sq && p->ns == q->ns;
	good &= p->nr == q->nr && p->nps == q->nps && p->nmr == q->nmr && p->nlist == q->nlist;
	good &= p->info_len == strlen(info) && !memcmp(p->info ?: (u8 *)"", info, p->info_len);
	for (i = 0; good && i < p->nlist; i++)
		good = cldn_sscop_element(p, i) == c->list[i];
	return good;
}

static bool read_table(const struct sscop_pdu_case *cases, size_t count)
{
	struct cldn_sscop_pdu p;
	bool good = true;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct sscop_pdu_case *c = &cases[i];
		size_t len = strlen(c->wire) / 2;
		u8 *wire = malloc(len + !len);
		int error;
		bool fits;

		unhex(c->wire, wire);
		error = cldn_sscop_parse(&p, wire, len);
		fits = c->pdu.type ? !error && same_pdu(c, &p) : error == -EBADMSG;
		if (!fits)
			printf("# read: %s\n", c->what);
		good &= fits;
		free(wire);
	}
	return good;
}

static bool write_table(void)
{
	bool good = true;
	size_t i, k, n;

	for (i = 0; i < COUNT(sscop_pdu_cases); i++) {
		const struct sscop_pdu_case *c = &sscop_pdu_cases[i];
		struct cldn_sscop_pdu p = c->pdu;
		u8 wire[64], out[64];

		memset(out, 0xee, sizeof(out));
		p.info_len = strlen(c->info ?: "");
		memcpy(out, c->info ?: "", p.info_len);
		for (k = 0; k < p.nlist; k++)
			cldn_sscop_put_element(out, k, c->list[k]);
		n = cldn_sscop_build(out, &p);
		if (n == unhex(c->wire, wire) && !memcmp(out, wire, n) && out[n] == 0xee)
			continue;
		printf("# write: %s\n", c->what);
		good = false;
	}
	return good;
}

/* ---- parameters ---- */

static bool parameters(void)
{
	struct cldn_sscop_cfg cfg, c;
	bool good;

	cldn_sscop_defaults(&cfg);
	good = cldn_sscop_size(&cfg) == 129 * 1028;
#define REFUSED(change) (c = cfg, change, !cldn_sscop_size(&c))
	good &= REFUSED(c.window = 0) && REFUSED(c.window = CLDN_SSCOP_WINDOW_MAX + 1);
	good &= REFUSED(c.sdu_max = 0) && REFUSED(c.sdu_max = CLDN_SSCOP_SDU_MAX + 1);
	good &= REFUSED(c.max_cc = 0) && REFUSED(c.max_pd = 0);
	good &= REFUSED(c.max_stat = 1) && REFUSED(c.max_stat = 4) && REFUSED(c.max_stat = 69);
	good &= REFUSED(c.ms[CLDN_SSCOP_CC] = 0) && REFUSED(c.ms[CLDN_SSCOP_QUIET] = 0);
	good &= REFUSED(c.ms[CLDN_SSCOP_NO_RESPONSE] = c.ms[CLDN_SSCOP_KEEP_ALIVE]);
	good &= REFUSED(c.ms[CLDN_SSCOP_POLLING] = c.ms[CLDN_SSCOP_NO_RESPONSE]);
#undef REFUSED
	c = cfg;
	c.window = 1;
	c.sdu_max = 1;
	c.max_stat = 3;
	return good && cldn_sscop_size(&c) == 3 * 8;
}

/* ---- how a connection begins and ends ---- */

static bool outgoing(void)
{
	bool good;

	reset();
	good = !cldn_sscop_establish(&w.s) && cldn_sscop_establish(&w.s) == -EALREADY;
	good &= said("BGN(1,64)") && is(CLDN_SSCOP_OUT_CONN);
	good &= data("x") == -ENOTCONN && cldn_sscop_resync(&w.s) == -ENOTCONN;
	good &= cldn_sscop_respond(&w.s) == -EINVAL;
	FEED(.type = CLDN_SSCOP_BGAK, .nmr = 30);
	good &= said("establish.conf") && is(CLDN_SSCOP_READY);
	good &= !data("x") && said("SD(0,x)");
	good &= !cldn_sscop_release(&w.s) && cldn_sscop_release(&w.s) == -EALREADY;
	good &= said("END") && is(CLDN_SSCOP_OUT_DISC);
	FEED(.type = CLDN_SSCOP_ENDAK);
	good &= said("release.conf") && is(CLDN_SSCOP_IDLE) && w.s.why == CLDN_SSCOP_LOCAL;
	return good && cldn_sscop_release(&w.s) == -ENOTCONN;
}

static bool incoming(void)
{
	bool good;

	reset();
	bgn(1);
	good = said("establish.ind") && is(CLDN_SSCOP_IN_CONN);
	good &= !cldn_sscop_respond(&w.s) && said("BGAK(64)") && is(CLDN_SSCOP_READY);
	bgn(1);
	good &= said("BGAK(64)"); /* ours was lost */
	FEED(.type = CLDN_SSCOP_END);
	good &= said("ENDAK release.ind") && is(CLDN_SSCOP_IDLE) && w.s.why == CLDN_SSCOP_PEER;
	FEED(.type = CLDN_SSCOP_END);
	good &= said("ENDAK");
	bgn(1);
	good &= said("BGREJ");
	bgn(2);
	good &= said("establish.ind");
	good &= !cldn_sscop_release(&w.s) && said("BGREJ") && is(CLDN_SSCOP_IDLE);
	bgn(3);
	cldn_sscop_respond(&w.s);
	FEED(.type = CLDN_SSCOP_END, .s = true);
	return good && said("establish.ind BGAK(64) ENDAK release.ind") &&
	       w.s.why == CLDN_SSCOP_PEER_SSCOP;
}

static bool rejected(void)
{
	bool good;

	reset();
	cldn_sscop_establish(&w.s);
	FEED(.type = CLDN_SSCOP_BGREJ);
	good = said("BGN(1,64) release.ind") && w.s.why == CLDN_SSCOP_PEER;
	cldn_sscop_establish(&w.s);
	return good && said("BGN(2,64)"); /* the number is not used twice */
}

static bool both_begin(void)
{
	bool good;

	reset();
	cldn_sscop_establish(&w.s);
	bgn(1);
	good = said("BGN(1,64) BGAK(64) establish.conf") && is(CLDN_SSCOP_READY);
	FEED(.type = CLDN_SSCOP_BGAK, .nmr = 30);
	return good && said("") && is(CLDN_SSCOP_READY);
}

static bool both_end(void)
{
	bool good;

	reset();
	ready(30);
	cldn_sscop_release(&w.s);
	FEED(.type = CLDN_SSCOP_END);
	good = said("END ENDAK release.conf") && is(CLDN_SSCOP_IDLE);
	reset();
	ready(30);
	cldn_sscop_release(&w.s);
	good &= !cldn_sscop_establish(&w.s) && said("END BGN(1,64)");
	FEED(.type = CLDN_SSCOP_ENDAK);
	return good && said("") && is(CLDN_SSCOP_OUT_CONN);
}

/* BGN, END, RS and ER are sent four times at intervals of a second. */
static bool no_answer(void)
{
	bool good;

	reset();
	cldn_sscop_establish(&w.s);
	pass(3999);
	good = said("BGN(1,64) BGN(1,64) BGN(1,64) BGN(1,64)");
	pass(1);
	good &= said("O1 END! release.ind") && w.s.why == CLDN_SSCOP_SILENCE;
	ready(30);
	cldn_sscop_release(&w.s);
	pass(3999);
	good &= said("END END END END");
	pass(1);
	good &= said("O1 release.conf") && w.s.why == CLDN_SSCOP_SILENCE;
	reset();
	ready(30);
	cldn_sscop_resync(&w.s);
	pass(4000);
	good &= said("RS(1,64) RS(1,64) RS(1,64) RS(1,64) O1 END! release.ind");
	reset();
	ready(30);
	stat(9, 30, 0);
	pass(4000);
	good &= said("R1 ER(1,64) ER(1,64) ER(1,64) ER(1,64) O1 END! release.ind");
	good &= w.s.errors['O' - 'A'] == 1 && w.s.errors['R' - 'A'] == 1;
	pass(100000);
	return good && said("") && is(CLDN_SSCOP_IDLE);
}

static bool resynchronised(void)
{
	bool good;

	reset();
	ready(30);
	data("lost");
	good = !cldn_sscop_resync(&w.s) && cldn_sscop_resync(&w.s) == -ENOTCONN;
	good &= said("SD(0,lost) RS(1,64)") && is(CLDN_SSCOP_OUT_RESYNC);
	feed_sd(0, "old");
	FEED(.type = CLDN_SSCOP_RSAK, .nmr = 1);
	good &= said("resync.conf") && is(CLDN_SSCOP_READY);
	data("a");
	data("b"); /* no credit */
	good &= said("SD(0,a)");
	FEED(.type = CLDN_SSCOP_RS, .sq = 2, .nmr = 30);
	good &= said("resync.ind") && is(CLDN_SSCOP_IN_RESYNC) && data("x") == -ENOTCONN;
	good &= !cldn_sscop_respond(&w.s) && said("RSAK(64)") && is(CLDN_SSCOP_READY);
	FEED(.type = CLDN_SSCOP_RS, .sq = 2, .nmr = 30);
	good &= said("RSAK(64)");
	cldn_sscop_resync(&w.s);
	FEED(.type = CLDN_SSCOP_RS, .sq = 3, .nmr = 30);
	return good && said("RS(2,64) RSAK(64) resync.conf") && is(CLDN_SSCOP_READY);
}

static bool recovered(void)
{
	bool good;

	reset();
	ready(30);
	data("lost");
	stat(1, 30, 0); /* no POLL was sent yet */
	good = said("SD(0,lost) R1 ER(1,64)") && is(CLDN_SSCOP_OUT_RECOVERY);
	FEED(.type = CLDN_SSCOP_ERAK, .nmr = 30);
	good &= said("recover.ind") && is(CLDN_SSCOP_RECOVERED);
	good &= !cldn_sscop_respond(&w.s) && said("") && is(CLDN_SSCOP_READY);
	good &= !data("new") && said("SD(0,new)");
	FEED(.type = CLDN_SSCOP_ER, .sq = 2, .nmr = 30);
	good &= said("recover.ind") && is(CLDN_SSCOP_IN_RECOVERY);
	good &= !cldn_sscop_respond(&w.s) && said("ERAK(64)") && is(CLDN_SSCOP_READY);
	FEED(.type = CLDN_SSCOP_ER, .sq = 2, .nmr = 30);
	good &= said("ERAK(64)");
	stat(1, 30, 0);
	FEED(.type = CLDN_SSCOP_ER, .sq = 3, .nmr = 30);
	good &= said("R1 ER(2,64) ERAK(64) recover.ind") && is(CLDN_SSCOP_RECOVERED);
	FEED(.type = CLDN_SSCOP_ER, .sq = 3, .nmr = 30);
	return good && said("ERAK(64)");
}

static bool aborted(void)
{
	bool good;

	reset();
	cldn_sscop_abort(&w.s);
	good = said("");
	ready(30);
	data("x");
	cldn_sscop_abort(&w.s);
	good &= said("SD(0,x) END") && is(CLDN_SSCOP_IDLE) && whole(&w.s);
	pass(100000);
	return good && said("");
}

/* ---- the walk ---- */

static bool enter(enum cldn_sscop_state state)
{
	reset();
	switch (state) {
	case CLDN_SSCOP_IDLE:
		bgn(1);
		cldn_sscop_release(&w.s);
		break;
	case CLDN_SSCOP_OUT_CONN:
		enter(CLDN_SSCOP_IDLE);
		cldn_sscop_establish(&w.s);
		break;
	case CLDN_SSCOP_IN_CONN:
		bgn(1);
		break;
	case CLDN_SSCOP_OUT_DISC:
		ready(30);
		cldn_sscop_release(&w.s);
		break;
	case CLDN_SSCOP_OUT_RESYNC:
		ready(30);
		cldn_sscop_resync(&w.s);
		break;
	case CLDN_SSCOP_IN_RESYNC:
		ready(30);
		FEED(.type = CLDN_SSCOP_RS, .sq = 1 + 4, .nmr = 30);
		break;
	case CLDN_SSCOP_OUT_RECOVERY:
		ready(30);
		stat(5, 30, 0);
		break;
	case CLDN_SSCOP_RECOVERED:
		enter(CLDN_SSCOP_OUT_RECOVERY);
		FEED(.type = CLDN_SSCOP_ERAK, .nmr = 30);
		break;
	case CLDN_SSCOP_IN_RECOVERY:
		ready(30);
		FEED(.type = CLDN_SSCOP_ER, .sq = 5, .nmr = 30);
		break;
	default:
		ready(30);
		data("a");
		data("b");
		pass(750);
		break;
	}
	w.log[0] = 0;
	w.first = 0;
	memset(w.s.errors, 0, sizeof(w.s.errors));
	return is(state);
}

/* A PDU that READY has nothing against. */
static void feed_harmless(u8 type, u8 sq)
{
	static const u8 ud[] = { 'u', 'd', '!', '!', 0x0d, 0, 0, 0 };
	static const u8 md[] = { 'm', 'd', '!', '!', 0x0e, 0, 0, 0 };

	switch (type) {
	case CLDN_SSCOP_SD:
		feed_sd(0, "sd");
		break;
	case CLDN_SSCOP_POLL:
		poll(1, 0);
		break;
	case CLDN_SSCOP_STAT:
		stat(1, 30, 0);
		break;
	case CLDN_SSCOP_USTAT:
		ustat(30, 0, 0, 1);
		break;
	case CLDN_SSCOP_UD:
		cldn_sscop_input(&w.s, ud, sizeof(ud));
		break;
	case CLDN_SSCOP_MD:
		cldn_sscop_input(&w.s, md, sizeof(md));
		break;
	default:
		FEED(.type = type, .sq = sq, .nmr = 30);
		break;
	}
}

/* The signals of a step, each followed by a blank, anywhere in the log. */
static bool told(u8 from, u8 to, bool anew)
{
	static const char *const entered[] = {
		[CLDN_SSCOP_IN_CONN] = "establish.ind ",
		[CLDN_SSCOP_IN_RESYNC] = "resync.ind ",
		[CLDN_SSCOP_RECOVERED] = "recover.ind ",
		[CLDN_SSCOP_IN_RECOVERY] = "recover.ind ",
		[CLDN_SSCOP_READY] = "conf ",
	};
	const char *released = from == CLDN_SSCOP_OUT_DISC ? "release.conf " : "release.ind ";
	bool good;

	if (from == to && !anew)
		return !strstr(w.log, ".ind") && !strstr(w.log, ".conf");
	good = !!strstr(w.log, released) == (to == CLDN_SSCOP_IDLE || (anew && from != to) ||
					     (anew && from == CLDN_SSCOP_IN_CONN));
	if (from == CLDN_SSCOP_IDLE)
		good = !strstr(w.log, "release");
	if (to != CLDN_SSCOP_IDLE)
		good &= !!strstr(w.log, entered[to]);
	return good;
}

static u8 digit(char c)
{
	return c == '.' ? 0 : strtoul((char[]){ c, 0 }, NULL, 16);
}

static bool step(u8 from, u8 type, bool again)
{
	u8 to = digit((again ? sscop_walk_again : sscop_walk_new)[from][type - 1]) ?: from;
	u8 sent = digit((again ? sscop_walk_again_sends : sscop_walk_new_sends)[from][type - 1]);
	char letter = sscop_walk_errors[from][type - 1];
	bool good = enter(from);
	u32 errors = 0, i;
	u8 sq = again ? w.s.vr_sq : 77;
	bool anew = type == CLDN_SSCOP_BGN && to == CLDN_SSCOP_IN_CONN && !again;

	feed_harmless(type, sq);
	for (i = 0; i < COUNT(w.s.errors); i++)
		errors += w.s.errors[i];
	good &= w.s.state == to && w.first == sent && whole(&w.s) && told(from, to, anew);
	if (!again)
		good &= errors == (letter == '.' ? 0 : 1) &&
			(!errors || w.s.errors[letter - 'A'] == 1);
	if (!good)
		printf("# state %u, PDU %u, %s: state %u, not %u; sent %u, not %u; %s\n", from,
		       type, again ? "again" : "new", w.s.state, to, w.first, sent, w.log);
	return good;
}

static bool walk(void)
{
	bool good = true;
	u8 state, type;

	for (state = CLDN_SSCOP_IDLE; state <= CLDN_SSCOP_READY; state++)
		for (type = 1; type < CLDN_SSCOP_TYPES; type++) {
			good &= step(state, type, false);
			good &= step(state, type, true);
		}
	return good;
}

/* release from every state, and time until it is over */
static bool walk_release(void)
{
	bool good = true;
	u8 state;

	for (state = CLDN_SSCOP_OUT_CONN; state <= CLDN_SSCOP_READY; state++) {
		good &= enter(state);
		good &= cldn_sscop_release(&w.s) == (state == CLDN_SSCOP_OUT_DISC ? -EALREADY : 0);
		good &= whole(&w.s);
		pass(4000);
		good &= is(CLDN_SSCOP_IDLE) && whole(&w.s);
		good &= !!strstr(w.log, "release.conf") == (state != CLDN_SSCOP_IN_CONN);
		good &= enter(state);
		cldn_sscop_abort(&w.s);
		good &= is(CLDN_SSCOP_IDLE) && whole(&w.s) && said("END");
	}
	return good;
}

/* ---- timers of READY ---- */

static bool silence(void)
{
	bool good;

	reset();
	ready(30);
	pass(6999);
	/* One POLL after 0.75 s since data may have been sent, then one every 2 s. */
	good = said("POLL(1,0) POLL(2,0) POLL(3,0) POLL(4,0)");
	pass(1);
	good &= said("P1 END! release.ind") && w.s.why == CLDN_SSCOP_SILENCE;
	good &= w.s.errors['P' - 'A'] == 1;
	reset();
	ready(30);
	data("a");
	pass(6999);
	good &= said("SD(0,a) POLL(1,1) POLL(2,1) POLL(3,1) POLL(4,1) POLL(5,1) POLL(6,1) "
		     "POLL(7,1) POLL(8,1) POLL(9,1)");
	pass(1);
	return good && said("P1 END! release.ind");
}

static bool phases(void)
{
	bool good;

	reset();
	ready(30);
	pass(750);
	good = said("POLL(1,0)");
	stat(1, 30, 0);
	pass(14999);
	good &= said("");
	pass(1);
	good &= said("POLL(2,0)");
	pass(2000);
	good &= said("POLL(3,0)");
	stat(2, 30, 0); /* the older one is an answer, too */
	pass(10000);
	good &= said("") && !data("a") && said("SD(0,a)");
	pass(750);
	good &= said("POLL(4,1)");
	stat(4, 31, 0);
	pass(750);
	good &= said("POLL(5,1)");
	stat(5, 31, 1);
	pass(750);
	good &= said("POLL(6,1)");
	stat(6, 31, 1);
	pass(14999);
	good &= said("");
	pass(7000);
	/* After the IDLE phase the peer has 7 s for its answer. */
	good &= said("POLL(7,1) POLL(8,1) POLL(9,1) POLL(10,1)");
	pass(1);
	return good && said("P1 END! release.ind");
}

/* A timer that was stopped, and comes all the same. */
static bool late_timer(void)
{
	bool good = true;
	u32 i;

	reset();
	ready(30);
	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		if (!(w.s.running & 1U << i))
			cldn_sscop_timer(&w.s, i);
	good &= said("") && is(CLDN_SSCOP_READY);
	cldn_sscop_abort(&w.s);
	w.log[0] = 0;
	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		cldn_sscop_timer(&w.s, i);
	return good && said("") && is(CLDN_SSCOP_IDLE);
}

/* ---- data ---- */

static bool received(void)
{
	bool good;

	reset();
	ready(30);
	feed_sd(0, "a");
	good = said("<a>");
	feed_sd(2, "c");
	feed_sd(3, "d");
	feed_sd(6, "g");
	good &= said("USTAT(65,1:1,2) USTAT(65,1:4,6)");
	poll(1, 8);
	good &= said("STAT(1,65,1:1,2,4,6,7,8)");
	feed_sd(1, "b");
	good &= said("<b> <c> <d>");
	poll(2, 8);
	good &= said("STAT(2,68,4:4,6,7,8)");
	feed_sd(7, "h");
	poll(3, 8);
	good &= said("STAT(3,68,4:4,6,8)"); /* ends with what is there */
	feed_sd(5, "f");
	feed_sd(4, "e");
	good &= said("<e> <f> <g> <h>");
	poll(4, 8);
	good &= said("STAT(4,72,8)") && whole(&w.s);
	return good && !w.s.errors['Q' - 'A'];
}

/* What a line does that SSCOP was not made for. */
static bool doubled_and_overtaken(void)
{
	bool good;

	reset();
	ready(30);
	feed_sd(0, "a");
	feed_sd(0, "a");
	good = said("<a> Q1");
	feed_sd(2, "c");
	feed_sd(2, "c");
	good &= said("USTAT(65,1:1,2) Q1");
	poll(2, 3);
	poll(1, 1);
	good &= said("STAT(2,65,1:1,2,3) Q1 STAT(1,65,1:1,2,3)");
	feed_sd(1, "b");
	poll(2, 3);
	good &= said("<b> <c> STAT(2,67,3)");
	poll(3, 2); /* behind what was delivered */
	good &= said("Q1 STAT(3,67,3)");
	return good && is(CLDN_SSCOP_READY) && whole(&w.s);
}

/* The peer does not keep to the credit we gave. */
static bool beyond_credit(void)
{
	bool good;

	reset();
	ready(30);
	feed_sd(63, "last");
	good = said("USTAT(64,0:0,63)");
	feed_sd(64, "beyond");
	good &= said("");
	feed_sd(65, "beyond");
	good &= said("") && whole(&w.s);
	reset();
	ready(30);
	feed_sd(70, "beyond");
	good &= said("USTAT(64,0:0,64)") && w.s.vr_h == 64;
	feed_sd(70, "beyond");
	good &= said("");
	poll(1, 71);
	good &= said("STAT(1,64,0:0,64)");
	reset();
	ready(30);
	poll(1, 0x7fffff);
	return good && said("STAT(1,64,0:0,64)") && whole(&w.s);
}

static bool sent_again(void)
{
	bool good;

	reset();
	ready(30);
	data("a");
	data("b");
	data("c");
	data("d");
	w.log[0] = 0;
	ustat(30, 0, 1, 3);
	good = said("SD(1,b) SD(2,c) V2 POLL(1,4)");
	ustat(30, 0, 1, 3); /* doubled */
	good &= said("");
	pass(749);
	data("e"); /* after the POLL */
	good &= said("SD(4,e)");
	stat_list(1, 31, 1, LIST(1, 2, 3, 5));
	good &= said("SD(1,b) SD(3,d) V2 POLL(2,5)");
	/* Nothing is sent again for the same POLL. */
	stat_list(1, 31, 1, LIST(1, 2, 3, 5));
	good &= said("");
	pass(749);
	good &= said("");
	stat_list(2, 31, 1, LIST(1, 2, 3));
	good &= said("SD(1,b) V1 POLL(3,5)");
	stat_list(3, 35, 5, LIST(5));
	good &= said("") && !w.s.tx_count && whole(&w.s);
	stat(2, 0, 5); /* overtaken */
	good &= said("R1") && w.s.vt_ms == 35;
	return good && is(CLDN_SSCOP_READY) && w.s.errors['V' - 'A'] == 5;
}

/* A slot that was sent again before has another SD now. */
static bool slots_used_again(void)
{
	struct cldn_sscop_cfg cfg;
	bool good;

	cldn_sscop_defaults(&cfg);
	cfg.window = 2;
	reset_with(&cfg);
	ready(30);
	good = !data("a") && !data("b") && data("c") == -ENOBUFS;
	ustat(30, 0, 0, 1);
	good &= said("SD(0,a) SD(1,b) SD(0,a) V1 POLL(1,2)");
	stat(1, 30, 2);
	good &= said("room") && !data("c") && !data("d");
	ustat(30, 2, 2, 3);
	return good && said("SD(2,c) SD(3,d) SD(2,c) V1 POLL(2,4)");
}

static bool max_pd(void)
{
	bool good = true;
	u32 i;

	reset();
	ready(64);
	for (i = 0; i < 24; i++)
		data("x");
	good &= !strstr(w.log, "POLL");
	w.log[0] = 0;
	pass(700);
	data("y");
	good &= said("SD(24,y) POLL(1,25)");
	pass(749);
	good &= said("");
	pass(1);
	good &= said("POLL(2,25)");
	ustat(64, 0, 0, 24);
	w.log[0] = 0;
	ustat(64, 24, 24, 25);
	good &= said("SD(24,y) V1 POLL(4,25)");
	for (i = 0; i < 24; i++)
		data("z");
	w.log[0] = 0;
	ustat(64, 24, 25, 26);
	return good && said("SD(25,z) POLL(5,49) V1"); /* one POLL, not two */
}

/* STATs and USTATs that a peer cannot send, each in the same place. */
static bool impossible(void)
{
	static const struct {
		const char *what;
		u8 type;
		u32 nps;
		u32 nr;
		size_t n;
		u32 list[4];
		char letter;
		bool recovery;
	} cases[] = {
		{ "N(PS) ahead", CLDN_SSCOP_STAT, 3, 2, 0, {}, 'R', true },
		{ "N(PS) behind", CLDN_SSCOP_STAT, 0, 2, 0, {}, 'R', false },
		{ "N(R) ahead", CLDN_SSCOP_STAT, 2, 6, 0, {}, 'S', true },
		{ "N(R) behind", CLDN_SSCOP_STAT, 2, 1, 0, {}, 'S', true },
		{ "N(R) overtaken", CLDN_SSCOP_STAT, 1, 1, 0, {}, 'S', false },
		{ "list before N(R)", CLDN_SSCOP_STAT, 2, 3, 2, { 2, 4 }, 'S', true },
		{ "list after VT(S)", CLDN_SSCOP_STAT, 2, 3, 2, { 3, 6 }, 'S', true },
		{ "list stands", CLDN_SSCOP_STAT, 2, 3, 2, { 3, 3 }, 'S', true },
		{ "list falls", CLDN_SSCOP_STAT, 2, 2, 3, { 3, 4, 3 }, 'S', true },
		{ "list begins after VT(S)", CLDN_SSCOP_STAT, 2, 2, 1, { 9 }, 'S', true },
		{ "U: N(R) ahead", CLDN_SSCOP_USTAT, 0, 6, 2, { 6, 7 }, 'T', true },
		{ "U: N(R) behind", CLDN_SSCOP_USTAT, 0, 1, 2, { 1, 2 }, 'T', false },
		{ "U: list before N(R)", CLDN_SSCOP_USTAT, 0, 3, 2, { 2, 3 }, 'T', true },
		{ "U: list after VT(S)", CLDN_SSCOP_USTAT, 0, 3, 2, { 3, 6 }, 'T', true },
		{ "U: list stands", CLDN_SSCOP_USTAT, 0, 3, 2, { 3, 3 }, 'T', true },
		{ "U: list falls", CLDN_SSCOP_USTAT, 0, 2, 2, { 4, 3 }, 'T', true },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		struct cldn_sscop_pdu p = { .type = cases[i].type, .nmr = 40 };
		char expected[32];

		reset();
		ready(30);
		/* Five SDs; VT(A) came to 2 while one POLL was out; VT(PS) is 2. */
		data("a");
		data("b");
		pass(750);
		stat(1, 30, 2);
		data("c");
		data("d");
		data("e");
		pass(750);
		w.log[0] = 0;
		p.nps = cases[i].nps;
		p.nr = cases[i].nr;
		snprintf(expected, sizeof(expected), cases[i].recovery ? "%c1 ER(1,64)" : "%c1",
			 cases[i].letter);
		feed_list(p, cases[i].n, cases[i].list);
		if (said(expected) && w.s.vt_ms == 30)
			continue;
		printf("# %s\n", cases[i].what);
		good = false;
	}
	return good;
}

static bool long_lists(void)
{
	struct cldn_sscop_cfg cfg;
	bool good;
	u32 i;

	cldn_sscop_defaults(&cfg);
	cfg.max_stat = 3;
	reset_with(&cfg);
	ready(30);
	feed_sd(1, "x");
	poll(4, 2);
	good = said("USTAT(64,0:0,1) STAT(4,64,0:0,1,2)");
	for (i = 3; i < 9; i += 2)
		feed_sd(i, "x");
	w.log[0] = 0;
	poll(5, 10);
	good &= said("STAT(5,64,0:0,1,2) STAT(5,64,0:2,3,4) STAT(5,64,0:4,5,6) STAT(5,64,0:6,7,8) "
		     "STAT(5,64,0:8,10)");
	poll(6, 9);
	good &= said("Q1 STAT(6,64,0:0,1,2) STAT(6,64,0:2,3,4) STAT(6,64,0:4,5,6) "
		     "STAT(6,64,0:6,7,8) STAT(6,64,0:8,10)");
	/* The longest one there can be. */
	reset();
	ready(30);
	for (i = 1; i < 64; i += 2)
		feed_sd(i, "x");
	w.log[0] = 0;
	poll(1, 64);
	return good && !!strstr(w.log, "60,61,62,63,64)") && w.sent_len == 4 * 65 + 12;
}

static bool credit(void)
{
	u32 i;
	bool good;

	reset();
	ready(2);
	good = !data("a") && !data("b") && !data("c") && said("SD(0,a) SD(1,b)");
	stat(0, 30, 0); /* there was no POLL yet */
	good &= said("R1");
	pass(750);
	good &= said("POLL(1,2)");
	stat(1, 2, 2); /* all acknowledged, nothing allowed */
	good &= said("W1") && whole(&w.s);
	pass(750);
	good &= said("POLL(2,2)");
	stat(2, 3, 2);
	good &= said("X1 SD(2,c)");
	pass(750);
	stat(3, 3, 3);
	good &= said("POLL(3,3) W1");
	pass(750);
	stat(4, 3, 3);
	good &= said("POLL(4,3)"); /* IDLE phase now */
	pass(5000);
	/* Asked for at once, since no POLL would come for ten seconds. */
	good &= !data("d") && said("POLL(5,3)") && whole(&w.s);
	stat(5, 0, 3); /* less than it gave before */
	good &= said("");
	pass(750);
	stat(6, 10, 3);
	good &= said("POLL(6,3) X1 SD(3,d)");
	pass(750);
	stat(7, 4, 4); /* takes back what it gave */
	good &= said("POLL(7,4) W1") && !data("e") && said("");
	/* A whole window while there is no credit. */
	reset();
	ready(0);
	for (i = 0; i < 64; i++)
		good &= !data("x");
	good &= said("") && data("y") == -ENOBUFS && !cldn_sscop_room(&w.s);
	pass(750);
	w.log[0] = 0;
	stat(1, 1, 0);
	good &= said("SD(0,x)") && data("y") == -ENOBUFS;
	pass(750);
	w.log[0] = 0;
	stat(2, 1, 1);
	good &= said("W1 room") && !data("y") && !cldn_sscop_room(&w.s);
	pass(750);
	w.log[0] = 0;
	stat(3, 2, 1);
	good &= said("X1 SD(1,x)");
	pass(750);
	w.log[0] = 0;
	stat(4, 2, 2);
	return good && said("W1"); /* nobody was refused since */
}

static bool sizes(void)
{
	u8 sdu[1025] = { 0 }, pdu[1032] = { 0 };
	bool good;

	reset();
	ready(30);
	w.quiet = true;
	good = !cldn_sscop_data(&w.s, sdu, 1024) && w.sent_len == 1028;
	good &= !cldn_sscop_data(&w.s, sdu, 1021) && w.sent_len == 1028;
	good &= cldn_sscop_data(&w.s, sdu, 1025) == -EMSGSIZE;
	good &= cldn_sscop_data(&w.s, sdu, 0) == -EMSGSIZE;
	good &= !cldn_sscop_unitdata(&w.s, sdu, 1023) && w.sent_len == 1028;
	good &= cldn_sscop_unitdata(&w.s, sdu, 1025) == -EMSGSIZE;
	good &= cldn_sscop_unitdata(&w.s, sdu, 0) == -EMSGSIZE;
	pdu[1024] = 0x08;
	pdu[1027] = 1;
	cldn_sscop_input(&w.s, pdu, 1028);
	good &= w.s.rx_have == 2 && !w.s.errors['U' - 'A'];
	memset(pdu, 0, sizeof(pdu));
	pdu[1028] = 0x08;
	cldn_sscop_input(&w.s, pdu, 1032);
	good &= w.s.errors['U' - 'A'] == 1 && !w.s.vr_r;
	pdu[1028] = 0xc8; /* 1025 octets and 3 of padding */
	cldn_sscop_input(&w.s, pdu, 1032);
	return good && w.s.errors['U' - 'A'] == 2 && !w.s.vr_r;
}

static bool unitdata(void)
{
	bool good;

	reset();
	good = !cldn_sscop_unitdata(&w.s, (const u8 *)"hi", 2) && said("UD");
	good &= !memcmp(w.sent, "hi\0\0\x8d\0\0", 8) && w.sent_len == 8;
	cldn_sscop_input(&w.s, w.sent, w.sent_len);
	good &= said("{hi}");
	cldn_sscop_input(&w.s, (const u8 *)"hi\0\0\x8e\0\0", 8);
	return good && said("") && is(CLDN_SSCOP_IDLE);
}

/* VT and VR go through 2^24. */
static bool wrap(void)
{
	char expected[64], text[8];
	bool good = true;
	u32 i;

	reset();
	ready(30);
	w.s.vt_s = 0xfffffe;
	w.s.vt_a = 0xfffffe;
	w.s.vt_ms = 2;
	w.s.vt_ps = 0xfffffe;
	w.s.vt_pa = 0xfffffe;
	w.s.vt_ap = 0xfffffe;
	for (i = 0; i < 5; i++) {
		sprintf(text, "%u", i);
		good &= !data(text);
	}
	good &= said("SD(16777214,0) SD(16777215,1) SD(0,2) SD(1,3)");
	pass(1500);
	good &= said("POLL(16777215,2) POLL(0,2)");
	stat_list(0, 10, 0xffffff, LIST(0xffffff, 1, 2));
	good &= said("SD(16777215,1) SD(0,2) V2 POLL(1,2) SD(2,4)");
	FEED(.type = CLDN_SSCOP_STAT, .nps = 0, .nmr = 10, .nr = 3);
	good &= said("") && !w.s.tx_count && whole(&w.s);
	w.s.vr_r = 0xfffff0;
	w.s.vr_h = 0xfffff0;
	feed_sd(0x30, "beyond credit");
	good &= said("USTAT(48,16777200:16777200,48)") && w.s.vr_h == 0x30;
	good &= !w.sent[8]; /* reserved */
	w.s.vr_h = 0xfffff0;
	for (i = 31; i; i--)
		feed_sd((0xfffff0 + i) & 0xffffff, "x");
	w.log[0] = 0;
	poll(1, 0x10);
	sprintf(expected, "STAT(1,48,%u:%u,%u,16)", 0xfffff0, 0xfffff0, 0xfffff1);
	good &= said(expected);
	feed_sd(0xfffff0, "x");
	good &= w.s.vr_r == 0x10 && w.s.vr_h == 0x10 && whole(&w.s);
	w.log[0] = 0;
	feed_sd(0xffffff, "x");
	poll(2, 0xffffff);
	return good && said("Q1 Q1 STAT(2,80,16)");
}

/* ---- a peer that was started again ---- */

static bool restarted(void)
{
	bool good;

	/* With another number: at once. */
	reset();
	ready(30);
	feed_sd(0, "a");
	bgn(7);
	good = said("<a> release.ind establish.ind") && w.s.why == CLDN_SSCOP_AGAIN;
	good &= !cldn_sscop_respond(&w.s) && said("BGAK(64)");
	/* With the same one: when it does nothing else. */
	feed_sd(0, "b");
	bgn(7);
	good &= said("<b> POLL(1,0)") && is(CLDN_SSCOP_READY);
	bgn(7);
	good &= said("release.ind establish.ind") && is(CLDN_SSCOP_IN_CONN);
	cldn_sscop_respond(&w.s);
	feed_sd(0, "c");
	good &= said("BGAK(64) <c>");
	/* Or the line has doubled an old one. */
	bgn(7);
	poll(1, 1);
	bgn(7);
	good &= said("POLL(1,0) STAT(1,65,1) POLL(2,0)") && is(CLDN_SSCOP_READY);
	/* The challenge in the IDLE phase has the peer's answer awaited. */
	stat(2, 30, 0);
	pass(750);
	stat(3, 30, 0);
	good &= said("POLL(3,0)");
	pass(1000);
	bgn(7);
	good &= said("POLL(4,0)");
	pass(7000);
	good &= said("POLL(5,0) POLL(6,0) POLL(7,0) P1 END! release.ind");
	/* Silence: the number means nothing any more. */
	bgn(7);
	return good && said("establish.ind");
}

static void establish_on_release(const char *event)
{
	if (strstr(event, "release"))
		cldn_sscop_establish(&w.s);
}

static void release_establish_on_release(const char *event)
{
	if (!strstr(event, "release"))
		return;
	cldn_sscop_establish(&w.s);
	cldn_sscop_release(&w.s);
}

static void release_on_b(const char *event)
{
	if (!strcmp(event, "<b>"))
		cldn_sscop_release(&w.s);
}

static void answer_on_data(const char *event)
{
	if (event[0] == '<')
		data(event);
}

static void refill(const char *event)
{
	if (!strcmp(event, "room"))
		while (!data("more"))
			;
}

/* What the user may do from within an upcall. */
static bool reentry(void)
{
	bool good;
	u32 i;

	reset();
	ready(30);
	w.react = establish_on_release;
	bgn(2);
	good = said("release.ind BGN(1,64) BGAK(64) establish.conf") && is(CLDN_SSCOP_READY);
	w.react = release_establish_on_release;
	bgn(3);
	good &= said("release.ind BGN(2,64) END") && is(CLDN_SSCOP_OUT_DISC) && whole(&w.s);
	reset();
	ready(30);
	feed_sd(1, "b");
	feed_sd(2, "c");
	w.log[0] = 0;
	w.react = release_on_b;
	feed_sd(0, "a");
	good &= said("<a> <b> END") && is(CLDN_SSCOP_OUT_DISC) && whole(&w.s);
	reset();
	ready(30);
	feed_sd(1, "b");
	w.log[0] = 0;
	w.react = answer_on_data;
	feed_sd(0, "a");
	good &= said("<a> SD(0,<a>) <b> SD(1,<b>)");
	reset();
	ready(64);
	for (i = 0; i < 65; i++)
		data("x");
	pass(750);
	w.log[0] = 0;
	w.react = refill;
	stat(3, 66, 2);
	return good && said("room SD(64,more) SD(65,more)") && w.s.refused && whole(&w.s);
}

/* ---- two ends and a line ---- */

struct flight {
	u64 at; /* us */
	u64 order;
	u32 to;
	u32 len;
	u8 *pdu;
};

struct end {
	struct cldn_sscf f;
	void *slots;
	u64 due[CLDN_SSCOP_TIMERS]; /* us */
	u32 next; /* message to send */
	u32 got; /* message to receive */
	u32 established;
	u32 released;
	bool wrong;
};

static struct {
	struct end ends[2];
	struct flight heap[16384];
	u32 flying;
	u64 order;
	u64 now;
	u32 messages;
	u32 lost, doubled; /* per cent */
	u32 jitter; /* us */
	bool cut; /* nothing arrives */
	u64 held[2]; /* nothing arrives there before, as over TCP without a cable */
	bool wanted; /* its ends want a lost connection again, as the call manager does */
	u64 sent;
} line;

static bool sooner(const struct flight *a, const struct flight *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void swap(struct flight *a, struct flight *b)
{
	struct flight t = *a;

	*a = *b;
	*b = t;
}

static void fly(u32 to, const u8 *pdu, size_t len)
{
	u32 i = line.flying++;
	struct flight *f = &line.heap[i];

	if (i + 1 == COUNT(line.heap))
		abort();
	f->at = line.now + 5000 + (line.jitter ? chance(line.jitter) : 0);
	if (f->at < line.held[to])
		f->at = line.held[to];
	f->order = line.order++;
	f->to = to;
	f->len = len;
	f->pdu = malloc(len);
	memcpy(f->pdu, pdu, len);
	for (; i && sooner(&line.heap[i], &line.heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&line.heap[i], &line.heap[(i - 1) / 2]);
}

static struct flight land(void)
{
	struct flight first = line.heap[0];
	u32 i = 0, child;

	line.heap[0] = line.heap[--line.flying];
	while ((child = 2 * i + 1) < line.flying) {
		if (child + 1 < line.flying && sooner(&line.heap[child + 1], &line.heap[child]))
			child++;
		if (!sooner(&line.heap[child], &line.heap[i]))
			break;
		swap(&line.heap[child], &line.heap[i]);
		i = child;
	}
	return first;
}

static u32 message_len(u32 i)
{
	return i % 97 ? 4 + i * 7919 % 60 : 4 + i * 104729 % 1021;
}

static void message(u32 i, u32 from, u8 *out)
{
	u32 k, len = message_len(i);

	memcpy(out, &i, 4);
	for (k = 4; k < len; k++)
		out[k] = i + k + from;
}

static void fill(struct end *e)
{
	u8 sdu[1024];

	while (e->next < line.messages) {
		message(e->next, e - line.ends, sdu);
		if (cldn_sscf_data(&e->f, sdu, message_len(e->next)))
			return;
		e->next++;
	}
}

static void line_send(void *ctx, const u8 *pdu, size_t len)
{
	struct end *e = ctx;
	u32 to = e == &line.ends[0];

	line.sent++;
	if (line.cut || chance(100) < line.lost)
		return;
	fly(to, pdu, len);
	if (chance(100) < line.doubled)
		fly(to, pdu, len);
}

static void line_timer_start(void *ctx, enum cldn_sscop_timer which, u32 ms)
{
	struct end *e = ctx;

	e->due[which] = line.now + 1000ULL * ms;
}

static void line_timer_stop(void *ctx, enum cldn_sscop_timer which)
{
	struct end *e = ctx;

	e->due[which] = NEVER;
}

static void line_signal(void *ctx, enum cldn_saal_signal signal)
{
	struct end *e = ctx;

	if (signal == CLDN_SAAL_ESTABLISH_IND || signal == CLDN_SAAL_ESTABLISH_CONF) {
		e->established++;
		fill(e);
	} else {
		e->released++;
		if (line.wanted && signal == CLDN_SAAL_RELEASE_IND && cldn_sscf_lost(&e->f))
			cldn_sscf_establish(&e->f);
	}
}

static void line_data(void *ctx, const u8 *sdu, size_t len)
{
	struct end *e = ctx;
	u8 expected[1024];

	message(e->got, e == &line.ends[0], expected);
	if (len != message_len(e->got) || memcmp(sdu, expected, len))
		e->wrong = true;
	e->got++;
}

static void line_room(void *ctx)
{
	fill(ctx);
}

static void line_error(void *ctx, char letter, u32 count)
{
	(void)ctx;
	(void)letter;
	(void)count;
}

static const struct cldn_sscf_ops line_ops = {
	.send = line_send,
	.timer_start = line_timer_start,
	.timer_stop = line_timer_stop,
	.signal = line_signal,
	.data = line_data,
	.room = line_room,
	.error = line_error,
};

static void line_clear(void)
{
	u32 i;

	while (line.flying)
		free(land().pdu);
	for (i = 0; i < 2; i++)
		free(line.ends[i].slots);
	memset(&line, 0, sizeof(line));
}

static void line_restart(struct end *e)
{
	struct cldn_sscop_cfg cfg;
	u32 i;

	free(e->slots);
	memset(e, 0, sizeof(*e));
	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		e->due[i] = NEVER;
	cldn_sscop_defaults(&cfg);
	e->slots = malloc(cldn_sscop_size(&cfg));
	cldn_sscf_init(&e->f, &cfg, e->slots, &line_ops, e);
}

static void line_reset(u64 start)
{
	line_clear();
	seed = start;
	line_restart(&line.ends[0]);
	line_restart(&line.ends[1]);
}

static u64 line_next(struct end **end, u32 *which)
{
	u64 at = NEVER;
	u32 i, k;

	for (i = 0; i < 2; i++)
		for (k = 0; k < CLDN_SSCOP_TIMERS; k++)
			if (line.ends[i].due[k] < at) {
				at = line.ends[i].due[k];
				*end = &line.ends[i];
				*which = k;
			}
	return at;
}

/* Lets the next thing happen, unless that is after @end. */
static bool line_step(u64 end)
{
	struct end *e = NULL;
	u32 which = 0;
	u64 at = line_next(&e, &which);

	if (line.flying && line.heap[0].at <= at) {
		struct flight f;

		if (line.heap[0].at > end)
			return false;
		f = land();
		line.now = f.at;
		e = &line.ends[f.to];
		cldn_sscf_input(&e->f, f.pdu, f.len);
		free(f.pdu);
	} else {
		if (at > end)
			return false;
		line.now = at;
		e->due[which] = NEVER;
		cldn_sscf_timer(&e->f, which);
	}
	if (!whole(&e->f.sscop))
		abort();
	return true;
}

static void line_pass(u32 ms)
{
	u64 end = line.now + 1000ULL * ms;

	while (line_step(end))
		;
	line.now = end;
}

/* Errors but those in @allowed, of both ends. */
static u32 line_errors(const char *allowed)
{
	u32 i, n = 0;

	for (i = 0; i < 2; i++) {
		const u32 *errors = line.ends[i].f.sscop.errors;
		char letter;

		for (letter = 'A'; letter <= 'X'; letter++)
			if (!strchr(allowed, letter))
				n += errors[letter - 'A'];
	}
	return n;
}

static bool line_up(void)
{
	return cldn_sscf_established(&line.ends[0].f) && cldn_sscf_established(&line.ends[1].f);
}

/* All messages, once, in order, both ways, in one connection; all of them acknowledged. */
static bool line_run(const char *what, u32 messages, const char *allowed)
{
	struct end *a = &line.ends[0], *b = &line.ends[1];
	u64 limit = line.now + 3600ULL * 1000000;
	bool good;

	line.messages = messages;
	cldn_sscf_establish(&a->f);
	while (a->got < messages || b->got < messages || a->f.sscop.tx_count || b->f.sscop.tx_count)
		if (!line_step(limit))
			break;
	good = a->got == messages && b->got == messages && !a->wrong && !b->wrong;
	good &= a->established == 1 && b->established == 1 && !a->released && !b->released;
	good &= !line_errors(allowed);
	printf("# %s: %u ms, %.2f PDUs a message, %u + %u again\n", what, (u32)(line.now / 1000),
	       line.sent / 2.0 / messages, a->f.sscop.errors['V' - 'A'],
	       b->f.sscop.errors['V' - 'A']);
	return good && line_up();
}

struct line_case {
	const char *what;
	u32 lost;
	u32 doubled;
	u32 jitter;
	const char *allowed;
};

/* Q to T count what was doubled or overtaken; nothing else may be wrong. */
static const struct line_case line_cases[] = {
	{ "a good line", 0, 0, 0, "WX" },
	{ "20 % lost", 20, 0, 0, "VWX" },
	{ "overtaking", 0, 0, 20000, "QRSTVWX" },
	{ "30 % doubled", 0, 30, 0, "QRSTVWX" },
	{ "20 % lost, 30 % doubled, overtaking", 20, 30, 20000, "QRSTVWX" },
};

static bool line_transfers(const struct line_case *c)
{
	static const u64 seeds[] = { 0x9e3779b97f4a7c15, 0xdeadbeef, 20261128 };
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(seeds); i++) {
		line_reset(seeds[i]);
		line.lost = c->lost;
		line.doubled = c->doubled;
		line.jitter = c->jitter;
		good &= line_run(c->what, 10000, c->allowed);
	}
	line_clear();
	return good;
}

/* Beyond 2^24 with both ends, and everything the line can do. */
static bool line_wrap(void)
{
	struct cldn_sscop *s[2];
	bool good;
	u32 i;

	line_reset(4711);
	cldn_sscf_establish(&line.ends[0].f);
	line_pass(100);
	for (i = 0; i < 2; i++) {
		s[i] = &line.ends[i].f.sscop;
		s[i]->vt_s = s[i]->vt_a = s[i]->vr_r = s[i]->vr_h = 0xfffe00;
		s[i]->vt_ms = 0xfffe40;
		s[i]->vt_ps = s[i]->vt_pa = s[i]->vt_ap = 0xfffff0;
	}
	line.lost = 20;
	line.doubled = 30;
	line.jitter = 20000;
	line.messages = 2000;
	fill(&line.ends[0]);
	fill(&line.ends[1]);
	while (line.ends[0].got < 2000 || line.ends[1].got < 2000)
		if (!line_step(line.now + 100000000))
			break;
	good = line.ends[0].got == 2000 && line.ends[1].got == 2000 && line_up();
	good &= !line.ends[0].wrong && !line.ends[1].wrong && !line_errors("QRSTVWX");
	good &= s[0]->vr_r == (0xfffe00 + 2000) % (1 << 24) && s[0]->vt_ps < 0xfffff0;
	line_clear();
	return good;
}

/* Idle far longer than any timer, then data, then a peer that is no more. */
static bool line_idle(void)
{
	bool good;
	u64 before;

	line_reset(1);
	cldn_sscf_establish(&line.ends[0].f);
	line_pass(120000);
	good = line_up() && !line_errors("");
	before = line.sent;
	line_pass(60000);
	/* A POLL and a STAT in 15 s from each end. */
	good &= line.sent - before == 16;
	line.messages = 100;
	fill(&line.ends[0]);
	line_pass(1000);
	good &= line.ends[1].got == 100;
	line.cut = true;
	line_pass(15000 + 7000);
	good &= line.ends[0].released == 1 && line.ends[1].released == 1 && !line_errors("PW");
	good &= line.ends[0].f.sscop.why == CLDN_SSCOP_SILENCE;
	line_clear();
	return good;
}

/* The other end is started again within the 7 s, and begins with the same number. */
static bool line_restarts(bool with_data)
{
	struct end *a = &line.ends[0], *b = &line.ends[1];
	bool good;

	line_reset(2);
	line.messages = with_data ? 50 : 0;
	cldn_sscf_establish(&b->f);
	line_pass(1000);
	good = line_up() && a->established == 1 && a->got == line.messages;
	line_restart(b);
	a->next = a->got = 0;
	cldn_sscf_establish(&b->f);
	line_pass(1500);
	good &= line_up() && b->established == 1 && b->got == line.messages;
	if (a->next)
		good &= a->released == 1 && a->established == 2 && a->got == 50;
	good &= !a->wrong && !b->wrong;
	line_pass(60000);
	good &= line_up() && !line_errors("W");
	line_clear();
	return good;
}

/* An end that has lost its place: recovery, told to both users. */
static bool line_recovers(void)
{
	struct end *a = &line.ends[0], *b = &line.ends[1];
	bool good;

	line_reset(3);
	line.messages = 30;
	cldn_sscf_establish(&a->f);
	line_pass(10000);
	good = line_up() && a->got == 30;
	line.messages = 0;
	a->f.sscop.vr_r += 5; /* more than was ever sent */
	a->f.sscop.vr_h += 5;
	line_pass(60000);
	good &= line_up() && a->established == 2 && b->established == 2;
	good &= !a->released && !b->released;
	good &= b->f.sscop.errors['S' - 'A'] == 1;
	a->f.sscop.vr_r = a->f.sscop.vr_h = 0;
	/* It has forgotten what it acknowledged. */
	line.messages = 5;
	a->got = b->next = 0;
	a->next = 5;
	fill(b);
	line_pass(2000);
	good &= a->got == 5 && !a->wrong;
	a->f.sscop.vr_r = a->f.sscop.vr_h = 2;
	line.messages = 0;
	line_pass(60000);
	good &= line_up() && a->established == 3 && b->established == 3;
	good &= b->f.sscop.errors['S' - 'A'] == 2;
	line_clear();
	return good;
}

/*
 * A line that keeps what is said for as long as it is interrupted, and then delivers all of it: each
 * end hears how the other one began and gave up, answers what is not asked any more, and is
 * understood as answering what is. In five seconds that has an end, and messages go both ways.
 */
static bool line_settles(u32 ms, u32 later)
{
	const struct end *a = &line.ends[0], *b = &line.ends[1];
	u32 established, i;
	bool good;

	line_reset(5);
	line.wanted = true;
	cldn_sscf_establish(&line.ends[0].f);
	line_pass(1000);
	line.held[0] = line.now + 1000ULL * ms;
	line.held[1] = line.now + 1000ULL * (ms + later);
	line_pass(ms + later + 5000);
	established = a->established + b->established;
	line_pass(60000);
	good = line_up() && a->established + b->established == established;
	line.messages = 30;
	for (i = 0; i < 2; i++)
		fill(&line.ends[i]);
	line_pass(2000);
	good &= a->got == 30 && b->got == 30 && !a->wrong && !b->wrong;
	if (!good)
		printf("# cut for %u ms, and %u: %u and %u times established\n", ms, later,
		       a->established, b->established);
	line_clear();
	return good;
}

static bool line_held(void)
{
	static const u32 later[] = { 0, 5, 20, 200, 900, 1100, 4000 };
	bool good = true;
	size_t i;
	u32 ms;

	for (ms = 6000; ms < 40000; ms += 130)
		for (i = 0; i < COUNT(later); i++)
			good &= line_settles(ms, later[i]);
	return good;
}

/* AAL-ESTABLISH and AAL-RELEASE in every order. */
static bool line_requests(void)
{
	struct end *a = &line.ends[0], *b = &line.ends[1];
	bool good;

	line_reset(4);
	cldn_sscf_release(&a->f); /* nothing to release */
	good = a->released == 1 && !line.sent;
	cldn_sscf_establish(&a->f);
	cldn_sscf_establish(&a->f);
	cldn_sscf_establish(&b->f); /* both at once */
	line_pass(100);
	good &= line_up() && a->established == 1 && b->established == 1;
	cldn_sscf_establish(&a->f); /* anew */
	cldn_sscf_establish(&a->f);
	line_pass(100);
	good &= line_up() && a->established == 2 && b->established == 2;
	cldn_sscf_establish(&a->f);
	cldn_sscf_establish(&b->f);
	line_pass(100);
	good &= line_up() && a->established == 3 && b->established == 3;
	cldn_sscf_release(&a->f);
	cldn_sscf_release(&a->f);
	line_pass(100);
	good &= a->released == 2 && b->released == 1 && !line_up();
	cldn_sscf_establish(&b->f);
	line_pass(100);
	cldn_sscf_release(&a->f);
	cldn_sscf_release(&b->f);
	line_pass(100);
	good &= a->released == 3 && b->released == 2;
	cldn_sscf_establish(&a->f);
	line_pass(100);
	cldn_sscf_abort(&a->f);
	line_pass(100);
	good &= a->released == 3 && b->released == 3 && !line_errors("");
	line.cut = true;
	cldn_sscf_establish(&a->f);
	cldn_sscf_release(&a->f);
	line_pass(4000);
	good &= a->released == 4 && !line_errors("O");
	line_clear();
	return good;
}

/* ---- noise ---- */

static u32 noise_number(void)
{
	static const u32 special[] = { 0, 1, 2, 30, 64, 65, 0x7fffff, 0x800000, 0xffffff };

	switch (chance(4)) {
	case 0:
		return special[chance(COUNT(special))];
	case 1:
		return w.s.vt_s + chance(5) - 2;
	case 2:
		return w.s.vr_r + chance(70) - 3;
	default:
		return chance(1 << 24);
	}
}

/* Mostly something that could be a PDU. */
static size_t noise_pdu(u8 *out)
{
	struct cldn_sscop_pdu p = { .type = 1 + chance(15), .s = chance(2), .sq = chance(4) };
	size_t i, n, len;

	p.nmr = noise_number() & CLDN_SSCOP_NUMBER_MASK;
	p.nr = chance(2) ? w.s.vt_a : noise_number() & CLDN_SSCOP_NUMBER_MASK;
	p.ns = noise_number() & CLDN_SSCOP_NUMBER_MASK;
	p.nps = chance(2) ? w.s.vt_ps : noise_number() & CLDN_SSCOP_NUMBER_MASK;
	if (p.type == CLDN_SSCOP_SD || p.type == CLDN_SSCOP_UD)
		p.info_len = chance(20) ? chance(16) : chance(1100);
	if (p.type == CLDN_SSCOP_STAT)
		p.nlist = chance(6);
	if (p.type == CLDN_SSCOP_USTAT)
		p.nlist = 2;
	memset(out, 'n', p.info_len);
	for (i = 0; i < p.nlist; i++)
		cldn_sscop_put_element(out, i, noise_number());
	len = cldn_sscop_build(out, &p);
	if (chance(4))
		return len;
	for (n = chance(4), i = 0; i < n; i++)
		out[chance(len)] = chance(256);
	return chance(2) ? len : chance(len + 1);
}

static void noise_act(void)
{
	switch (chance(40)) {
	case 0:
		cldn_sscop_establish(&w.s);
		break;
	case 1:
		cldn_sscop_release(&w.s);
		break;
	case 2:
		cldn_sscop_resync(&w.s);
		break;
	case 3:
		cldn_sscop_abort(&w.s);
		break;
	case 4 ... 12:
		cldn_sscop_respond(&w.s);
		break;
	case 13 ... 25:
		data("noise");
		break;
	case 26 ... 29:
		pass(chance(3000));
		break;
	}
}

static bool noise(u32 count)
{
	struct cldn_sscop_cfg cfg;
	u32 i, visited = 0;
	bool good = true;

	seed = 0x5eed;
	cldn_sscop_defaults(&cfg);
	for (i = 0; i < count && good; i++) {
		u8 *pdu = malloc(1200);
		u8 *exact;
		size_t len;

		if (i % 5000 == 0) {
			cfg.window = 1 + chance(CLDN_SSCOP_WINDOW_MAX);
			cfg.max_stat = 3 + 2 * chance(33);
			reset_with(&cfg);
			w.quiet = true;
		}
		len = noise_pdu(pdu);
		exact = malloc(len + !len);
		memcpy(exact, pdu, len);
		cldn_sscop_input(&w.s, exact, len);
		free(exact);
		free(pdu);
		good &= whole(&w.s);
		noise_act();
		good &= whole(&w.s);
		visited |= 1U << w.s.state;
	}
	return good && (count < 10000 || visited == (1U << CLDN_SSCOP_STATES) - 2);
}

static bool restarts(void)
{
	return line_restarts(false) && line_restarts(true);
}

int main(int argc, char **argv)
{
	static const struct {
		bool (*run)(void);
		const char *what;
	} checks[] = {
		{ write_table, "PDUs are written byte for byte" },
		{ parameters, "parameters out of range are refused" },
		{ outgoing, "our connection: BGN, BGAK, END, ENDAK" },
		{ incoming, "the peer's connection, and the same BGN again" },
		{ rejected, "BGREJ" },
		{ both_begin, "both begin at the same time" },
		{ both_end, "both end at the same time; a new beginning before the end" },
		{ no_answer, "BGN, END, RS, ER without an answer: four times, a second apart" },
		{ resynchronised, "resynchronisation, from both sides" },
		{ recovered, "error recovery, from both sides" },
		{ aborted, "abort is over at once" },
		{ walk, "each PDU in each state: state, answer, signals, error" },
		{ walk_release, "release and abort from each state come to an end" },
		{ silence, "a silent peer is given up after 7 s" },
		{ phases, "POLL, KEEP-ALIVE and IDLE phase" },
		{ late_timer, "a timer that was stopped does nothing" },
		{ received, "SDs out of order: USTAT, STAT, delivery" },
		{ doubled_and_overtaken, "SDs and POLLs doubled or overtaken are no error" },
		{ beyond_credit, "SDs beyond our credit are not taken" },
		{ sent_again, "SDs are sent again, once for each that asks" },
		{ slots_used_again, "and the next SDs in their place likewise" },
		{ max_pd, "a POLL after MaxPD SDs" },
		{ impossible, "STATs and USTATs that cannot be change nothing" },
		{ long_lists, "lists are continued in another STAT" },
		{ credit, "credit used up and given; room" },
		{ sizes, "largest SDU, and one octet more" },
		{ unitdata, "UD is delivered in any state, MD is not" },
		{ wrap, "numbers go through 2^24" },
		{ restarted, "a peer that was started again, or an old BGN" },
		{ reentry, "requests from within upcalls" },
		{ line_wrap, "two ends on a bad line through 2^24" },
		{ line_idle, "an idle connection stays, a cut one goes" },
		{ restarts, "an end that is started again is up again within 1.5 s" },
		{ line_recovers, "ends that do not fit recover, and their users are told" },
		{ line_held, "two ends on a line that delivers everything late" },
		{ line_requests, "AAL-ESTABLISH and AAL-RELEASE in every order" },
	};
	u32 count = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
	char what[80];
	size_t i;

	result(read_table(sscop_pdu_cases, COUNT(sscop_pdu_cases)) &&
		       read_table(sscop_read_cases, COUNT(sscop_read_cases)),
	       "PDUs are read, broken ones refused");
	for (i = 0; i < COUNT(checks); i++)
		result(checks[i].run(), checks[i].what);
	for (i = 0; i < COUNT(line_cases); i++) {
		snprintf(what, sizeof(what), "10000 messages both ways, %s", line_cases[i].what);
		result(line_transfers(&line_cases[i]), what);
	}
	snprintf(what, sizeof(what), "%u PDUs of noise", count);
	result(noise(count), what);
	free(w.slots);
	printf("1..%u\n", results);
	return failures != 0;
}
