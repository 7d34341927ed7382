// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/transport/atmframe.c: the stream of ATM over TCP. All buffers are as small as they may be,
 * so that the sanitizer sees each octet that is read or written too far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/transport/atmframe.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		printf("# %s[%zu]: %s\n", table, line, text);
	return good;
}

/* A copy of exactly that size; free() pairs. */
static u8 *copy(const void *bytes, size_t len)
{
	u8 *buf = malloc(len);

	if (len)
		memcpy(buf, bytes, len);
	return buf;
}

/* ---- writing ---- */

static bool heads(void)
{
	static const u8 wanted[] = { 0x12, 0x34, 0xab, 0xcd, 0x00, 0x00, 0xfe, 0xdc };
	u8 *out = malloc(CLDN_ATMTCP_HEAD);
	bool good;

	cldn_atmtcp_head(out, 0x1234, 0xabcd, 0xfedc);
	good = !memcmp(out, wanted, sizeof(wanted));
	free(out);
	return good;
}

/* As they were seen of stock programs. */
static bool texts(void)
{
	static const struct {
		struct cldn_atmtcp_control control;
		u32 max_sdu;
		const char *text;
	} table[] = {
		{ { true, 0, 5 }, 4096, "O 0.5 0.0.5 ubr,aal5:max_sdu=4096" },
		{ { true, 0, 40 }, 1, "O 0.40 0.0.40 ubr,aal5:max_sdu=1" },
		{ { true, 65535, 65535 },
		  65535,
		  "O 65535.65535 0.65535.65535 ubr,aal5:max_sdu=65535" },
		{ { false, 0, 5 }, 0, "C 0.5" },
		{ { false, 255, 1023 }, 9, "C 255.1023" },
	};
	u8 out[CLDN_ATMTCP_CONTROL_MAX], head[CLDN_ATMTCP_HEAD];
	struct cldn_atmtcp_control back;
	bool good = true;
	size_t i, len;

	for (i = 0; i < COUNT(table); i++) {
		len = strlen(table[i].text);
		cldn_atmtcp_head(head, 0, 0, len);
		good &= fits(cldn_atmtcp_control_make(out, &table[i].control, table[i].max_sdu) ==
				     CLDN_ATMTCP_HEAD + len,
			     "texts", i, "length");
		good &= fits(!memcmp(out, head, sizeof(head)), "texts", i, "head");
		good &= fits(!memcmp(out + CLDN_ATMTCP_HEAD, table[i].text, len), "texts", i,
			     "text");
		good &= fits(cldn_atmtcp_control_parse(&back, table[i].text, len) &&
				     back.open == table[i].control.open &&
				     back.vpi == table[i].control.vpi &&
				     back.vci == table[i].control.vci,
			     "texts", i, "it is not read as it was written");
	}
	return good;
}

static bool foreign_texts(void)
{
	static const struct {
		const char *text;
		size_t len; /* 0 = that of the string */
		bool good;
	} table[] = {
		{ "O 0.100 0.0.100 ubr,aal5:tx:none,rx:max_sdu=1024", 0, true },
		{ "O 0.5 0.0.5 ubr,aal5:max_sdu=4096", 34, true }, /* with its 0 */
		{ "C 0.5", 6, true },
		{ "O 0.5 12.0.5 cbr:max_pcr=1000", 0, true },
		{ "", 0, false },
		{ "", 1, false },
		{ "O", 0, false },
		{ "C", 0, false },
		{ "C ", 0, false },
		{ "C 0", 0, false },
		{ "C 0.", 0, false },
		{ "C .5", 0, false },
		{ "C 0.5 ", 0, false },
		{ "C 0.5", 7, false },
		{ "C 0.65536", 0, false },
		{ "C 65536.5", 0, false },
		{ "C 0.99999999999999999999", 0, false },
		{ "C -1.5", 0, false },
		{ "c 0.5", 0, false },
		{ "X 0.5", 0, false },
		{ "C 0.5\n", 0, false },
		{ "O 0.5", 0, false },
		{ "O 0.5 ", 0, false },
		{ "O 0.5 0.0.5", 0, false },
		{ "O 0.5 0.0.5 ", 0, false },
		{ "O 0.5 0.5 ubr", 0, false },
		{ "O 0.5 0.0.5 ubr aal5", 0, false },
		{ "O 0.5 0.0.5 ubr\x7f", 0, false },
		{ "O 0.5 0.0.5 \xff", 0, false },
	};
	struct cldn_atmtcp_control control;
	bool good = true;
	size_t i, len;

	for (i = 0; i < COUNT(table); i++) {
		u8 *text;

		len = table[i].len ?: strlen(table[i].text);
		text = malloc(len);
		memset(text, 0, len);
		memcpy(text, table[i].text,
		       len < strlen(table[i].text) ? len : strlen(table[i].text));
		good &= fits(cldn_atmtcp_control_parse(&control, (char *)text, len) ==
				     table[i].good,
			     "foreign_texts", i, table[i].text);
		free(text);
	}
	return good;
}

/* ---- reading ---- */

/* Who owns a stream, as the link does: SDUs of some channels are wanted. */
struct owner {
	struct cldn_atmtcp_rx rx;
	u8 *buf;
	u8 *sdu; /* the last whole one */
	u32 seen[CLDN_ATMTCP_EVENTS];
	u32 octets;
};

static void owner_init(struct owner *o)
{
	memset(o, 0, sizeof(*o));
	cldn_atmtcp_rx_init(&o->rx);
}

static void owner_end(struct owner *o)
{
	free(o->buf);
	free(o->sdu);
}

static bool owner_wants(const struct cldn_atmtcp_rx *rx)
{
	return rx->vci != 41 && rx->length < 60000;
}

static void owner_event(struct owner *o, enum cldn_atmtcp_event event)
{
	o->seen[event]++;
	if (event == CLDN_ATMTCP_HEAD_IN) {
		if (owner_wants(&o->rx)) {
			o->buf = malloc(o->rx.length);
			cldn_atmtcp_rx_give(&o->rx, o->buf);
		} else {
			cldn_atmtcp_rx_skip(&o->rx);
		}
	}
	if (event == CLDN_ATMTCP_WHOLE) {
		free(o->sdu);
		o->sdu = o->buf;
		o->buf = NULL;
		o->octets += o->rx.length;
	}
}

/* In pieces of at most @piece octets, each of which is a buffer of its own. False when it is lost. */
static bool owner_read(struct owner *o, const u8 *bytes, size_t len, size_t piece)
{
	enum cldn_atmtcp_event event = CLDN_ATMTCP_MORE;
	size_t n;

	for (; len && event != CLDN_ATMTCP_LOST; bytes += n, len -= n) {
		u8 *some;
		const u8 *at;
		size_t left;

		n = len < piece ? len : piece;
		some = copy(bytes, n);
		at = some;
		left = n;
		while ((event = cldn_atmtcp_rx_take(&o->rx, &at, &left)) != CLDN_ATMTCP_MORE &&
		       event != CLDN_ATMTCP_LOST)
			owner_event(o, event);
		if (event == CLDN_ATMTCP_LOST)
			o->seen[event]++;
		free(some);
	}
	return event != CLDN_ATMTCP_LOST;
}

static size_t put(u8 *out, u16 vci, const void *sdu, size_t len)
{
	cldn_atmtcp_head(out, 0, vci, len);
	memcpy(out + CLDN_ATMTCP_HEAD, sdu, len);
	return CLDN_ATMTCP_HEAD + len;
}

/* The same stream in pieces of all sizes. */
static bool pieces(void)
{
	static const u32 wanted[CLDN_ATMTCP_EVENTS] = {
		[CLDN_ATMTCP_HEAD_IN] = 4, [CLDN_ATMTCP_WHOLE] = 3,	  [CLDN_ATMTCP_EMPTY] = 1,
		[CLDN_ATMTCP_CONTROL] = 2, [CLDN_ATMTCP_BAD_CONTROL] = 3,
	};
	static u8 stream[1000], large[300];
	bool good = true;
	size_t len = 0, piece;

	len += put(stream + len, 0, "O 0.5 0.0.5 ubr,aal5:max_sdu=4096", 33);
	len += put(stream + len, 5, "hello", 5);
	len += put(stream + len, 41, "nobody's", 8);
	len += put(stream + len, 0, "", 0);
	len += put(stream + len, 40, "x", 1);
	len += put(stream + len, 0, "nonsense", 8);
	len += put(stream + len, 5, "", 0);
	len += put(stream + len, 0, large, sizeof(large));
	len += put(stream + len, 0, "C 0.5", 5);
	len += put(stream + len, 5, "the last", 8);
	for (piece = 1; piece <= len; piece++) {
		struct owner o;

		owner_init(&o);
		good &= fits(owner_read(&o, stream, len, piece), "pieces", piece, "lost");
		good &= fits(!memcmp(o.seen, wanted, sizeof(wanted)), "pieces", piece, "events");
		good &= fits(o.sdu && !memcmp(o.sdu, "the last", 8) && o.octets == 14, "pieces",
			     piece, "octets");
		good &= fits(cldn_atmtcp_rx_between(&o.rx), "pieces", piece, "not at the end");
		good &= fits(!o.rx.control.open && o.rx.control.vci == 5, "pieces", piece,
			     "control");
		owner_end(&o);
	}
	return good;
}

static bool lengths(void)
{
	static const struct {
		u32 length;
		bool lost;
	} table[] = {
		{ 65535, false },     { 65536, true },	    { 70000, true },
		{ 0x7fffffff, true }, { 0x80000000, true }, { 0xffffffff, true },
	};
	static u8 body[65535];
	u8 head[CLDN_ATMTCP_HEAD];
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		struct owner o;

		owner_init(&o);
		cldn_atmtcp_head(head, 0, 40, table[i].length);
		good &= fits(owner_read(&o, head, sizeof(head), 8) == !table[i].lost, "lengths", i,
			     "head");
		good &= fits(!cldn_atmtcp_rx_between(&o.rx), "lengths", i, "between");
		/* Once lost nothing is taken; else this one is skipped, and the next one whole. */
		good &= fits(owner_read(&o, body, sizeof(body), 4096) == !table[i].lost, "lengths",
			     i, "body");
		good &= fits(table[i].lost || cldn_atmtcp_rx_between(&o.rx), "lengths", i, "end");
		owner_end(&o);
	}
	return good;
}

/* ---- noise ---- */

#define NOISE 50000

/* Streams of good PDUs with octets changed: the reader stays within its buffers, and always ends. */
static bool noise(void)
{
	u32 lost = 0, whole = 0, bad = 0, k;

	for (k = 0; k < NOISE; k++) {
		static u8 stream[4 * 600], sdu[512];
		struct owner o;
		size_t len = 0, n;

		for (n = 0; n < 4; n++) {
			u16 vci = random() % 4 ? 5 + random() % 40 : 0;

			len += put(stream + len, vci,
				   vci ? (const void *)sdu : "O 0.5 0.0.5 ubr,aal5:max_sdu=4096",
				   vci ? 1 + random() % 512 : 33);
		}
		for (n = random() % 4; n; n--)
			stream[random() % len] = random();
		owner_init(&o);
		owner_read(&o, stream, len, 1 + random() % 700);
		lost += o.seen[CLDN_ATMTCP_LOST];
		whole += o.seen[CLDN_ATMTCP_WHOLE];
		bad += o.seen[CLDN_ATMTCP_BAD_CONTROL];
		owner_end(&o);
	}
	return lost > NOISE / 100 && whole > NOISE && bad > NOISE / 100;
}

/* Texts of a few letters in any order: none is read too far. */
static bool text_noise(void)
{
	static const char letters[] = "OC 0159.,:=u\xff";
	struct cldn_atmtcp_control control;
	u32 good = 0, k;

	for (k = 0; k < 20 * NOISE; k++) {
		size_t len = (size_t)random() % 12, n;
		u8 *text = malloc(len);

		for (n = 0; n < len; n++)
			text[n] = letters[random() % sizeof(letters)];
		good += cldn_atmtcp_control_parse(&control, (char *)text, len);
		free(text);
	}
	return good;
}

/* ---- a second opinion ---- */

static bool has_tshark(void)
{
	return !system("tshark --version >/dev/null 2>&1 && text2pcap -h >/dev/null 2>&1");
}

/* One PDU, one segment. */
static void dump(FILE *to, const u8 *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (i % 16)
			fprintf(to, " %02x", octets[i]);
		else
			fprintf(to, "\n%06zx %02x", i, octets[i]);
	fputc('\n', to);
}

static bool tshark_write(const char *path)
{
	const struct cldn_atmtcp_control control = { .open = true, .vpi = 0, .vci = 5 };
	u8 out[CLDN_ATMTCP_HEAD + 300] = { 0 };
	char command[200];
	FILE *pipe;
	size_t len;

	snprintf(command, sizeof(command), "text2pcap -q -T 40000,%d - %s >/dev/null 2>&1",
		 CLDN_ATMTCP_PORT, path);
	pipe = popen(command, "w");
	if (!pipe)
		return false;
	len = cldn_atmtcp_control_make(out, &control, 4096);
	dump(pipe, out, len);
	cldn_atmtcp_head(out, 0, 5, 8);
	dump(pipe, out, CLDN_ATMTCP_HEAD + 8);
	cldn_atmtcp_head(out, 255, 65535, 300);
	dump(pipe, out, sizeof(out));
	return !pclose(pipe);
}

static bool tshark_decodes(void)
{
	static const char wanted[] = "0 0 33 0 5 8 255 65535 300 ";
	char path[] = "/tmp/cleardown-atmtcp.XXXXXX", command[300], got[200] = "", line[100];
	int fd = mkstemp(path);
	bool good = fd >= 0 && tshark_write(path);
	FILE *pipe;
	size_t n = 0;
	unsigned int vpi, vci, len;

	snprintf(command, sizeof(command),
		 "tshark -r %s -T fields -e atmtcp.vpi -e atmtcp.vci -e atmtcp.length 2>/dev/null",
		 path);
	pipe = good ? popen(command, "r") : NULL;
	while (pipe && fgets(line, sizeof(line), pipe))
		if (sscanf(line, "%i %i %u", (int *)&vpi, (int *)&vci, &len) == 3)
			n += snprintf(got + n, sizeof(got) - n, "%u %u %u ", vpi, vci, len);
	if (pipe)
		pclose(pipe);
	unlink(path);
	return fits(!strcmp(got, wanted), "tshark", n, got);
}

int main(void)
{
	static const struct {
		const char *text;
		bool (*run)(void);
		bool (*possible)(void);
	} cases[] = {
		{ "a head, to the octet", heads, NULL },
		{ "control texts as stock programs have them, and back", texts, NULL },
		{ "texts of others, and what is none", foreign_texts, NULL },
		{ "a stream in pieces of all sizes", pieces, NULL },
		{ "lengths up to 65535, and those beyond", lengths, NULL },
		{ "streams with noise", noise, NULL },
		{ "texts of noise", text_noise, NULL },
		{ "tshark reads the same heads", tshark_decodes, has_tshark },
	};
	unsigned int failed = 0, number = 0;
	size_t i;

	srandom(1);
	for (i = 0; i < COUNT(cases); i++) {
		bool good;

		if (cases[i].possible && !cases[i].possible()) {
			printf("# ATM over TCP: %s: not here\n", cases[i].text);
			continue;
		}
		good = cases[i].run();
		printf("%sok %u - ATM over TCP: %s\n", good ? "" : "not ", ++number, cases[i].text);
		failed += !good;
	}
	printf("1..%u\n", number);
	return failed != 0;
}
