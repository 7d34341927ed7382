// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/transport/cell.c, aal5.c and hello.c: SDUs as cells in frames and back, and what two ends
 * say of themselves. All buffers are as small as they may be, so that the sanitizer sees each octet
 * that is read or written too far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/crc32.h>
#include "kernel/transport/aal5.h"
#include "kernel/transport/cell.h"
#include "kernel/transport/hello.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LABEL 100
#define LARGEST 9188
#define CHANNELS 3
#define PAYLOAD CLDN_CELL_PAYLOAD

static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		printf("# %s[%zu]: %s\n", table, line, text);
	return good;
}

/* A copy of exactly that size; free() pairs. */
static u8 *copy(const u8 *bytes, size_t len)
{
	u8 *buf = malloc(len);

	if (len)
		memcpy(buf, bytes, len);
	return buf;
}

static void scribble(u8 *buf, size_t len)
{
	while (len--)
		*buf++ = random();
}

/* ---- the CRC, a second time ---- */

static u32 crc_bitwise(u32 crc, const u8 *buf, size_t len)
{
	for (; len--; buf++)
		for (int bit = 7; bit >= 0; bit--) {
			u32 top = crc >> 31 ^ (*buf >> bit & 1);

			crc = crc << 1 ^ (top ? 0x04c11db7 : 0);
		}
	return crc;
}

static bool crc(void)
{
	static const u8 digits[] = "123456789";
	static u8 zeros[48] = { [43] = 40 };
	u8 buf[300];
	bool good = ~crc_bitwise(~0U, digits, 9) == 0xfc891918;
	size_t len;
	u32 sum;

	/* I.363.5 gives this one: 40 octets of zero. */
	good &= ~crc_bitwise(~0U, zeros, 44) == 0x864d7f99;
	for (len = 0; len <= sizeof(buf) - 4; len++) {
		scribble(buf, len);
		sum = crc_bitwise(~0U, buf, len);
		good &= crc32_be(~0U, buf, len) == sum;
		for (int i = 0; i < 4; i++)
			buf[len + i] = ~sum >> (24 - 8 * i);
		good &= crc_bitwise(~0U, buf, len + 4) == CLDN_AAL5_RESIDUE;
		good &= crc32_be(~0U, buf, len + 4) == CLDN_AAL5_RESIDUE;
	}
	return good;
}

/* ---- a frame as a whole ---- */

/* One cell and a second one, to the bit. */
static const u8 two_cells[CLDN_LABEL_SIZE + 2 * CLDN_CELL_SIZE] = {
	[0] = 0x00, 0x06, 0x41, 0xff, 0x00, 0x00, 0x00, 0x52, [56] = 0xab, 0xcf, 0xed, 0xcd,
};

static bool frame_bits(void)
{
	static const struct cldn_cell heads[] = {
		{ .vpi = 0, .vci = 5, .pti = 1 },
		{ .vpi = 0xabc, .vci = 0xfedc, .pti = 6, .clp = true },
	};
	u8 *buf = malloc(sizeof(two_cells));
	struct cldn_frame_writer w;
	struct cldn_frame_reader r;
	struct cldn_cell cell;
	bool good = cldn_frame_start(&w, buf, sizeof(two_cells), LABEL);
	size_t i;

	for (i = 0; i < COUNT(heads); i++)
		memset(cldn_frame_add(&w, &heads[i]), 0, PAYLOAD);
	good &= !cldn_frame_add(&w, &heads[0]) && w.len == sizeof(two_cells);
	good &= !memcmp(buf, two_cells, sizeof(two_cells));
	good &= cldn_frame_read(&r, buf, w.len, LABEL) == CLDN_FRAME_GOOD;
	for (i = 0; i < COUNT(heads); i++) {
		good &= cldn_frame_next(&r, &cell) == buf + 8 + i * CLDN_CELL_SIZE;
		good &= cell.vpi == heads[i].vpi && cell.vci == heads[i].vci;
		good &= cell.pti == heads[i].pti && cell.clp == heads[i].clp;
	}
	good &= !cldn_frame_next(&r, &cell) && !cldn_frame_next(&r, &cell);
	free(buf);
	return good;
}

static bool frame_room(void)
{
	static const struct cldn_cell head;
	struct cldn_frame_writer w;
	bool good = cldn_frame_cells(1500) == 28, started;
	u32 cells;
	size_t room;

	for (room = 0; room < 400; room++) {
		u8 *buf = malloc(room);

		cells = 0;
		started = cldn_frame_start(&w, buf, room, LABEL);
		good &= started == (room >= 56);
		if (started)
			for (u8 *at; (at = cldn_frame_add(&w, &head)); cells++)
				memset(at, 0, PAYLOAD);
		good &= cells == cldn_frame_cells(room);
		good &= cells == (room < 4 ? 0 : (room - 4) / 52);
		free(buf);
	}
	return good;
}

static const struct {
	u32 label;
	bool good;
} labels[] = {
	{ 0, false },	   { 15, false },	{ 16, true },
	{ 0xfffff, true }, { 0x100000, false }, { 0xffffffff, false },
};

static bool frame_label(void)
{
	struct cldn_frame_writer w;
	u8 buf[CLDN_FRAME_MIN];
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(labels); i++)
		good &= fits(cldn_frame_start(&w, buf, sizeof(buf), labels[i].label) ==
				     labels[i].good,
			     "labels", i, "start");
	return good;
}

static enum cldn_frame_fault length_fault(size_t len)
{
	if (len < 56)
		return CLDN_FRAME_SHORT;
	return (len - 4) % 52 ? CLDN_FRAME_LENGTH : CLDN_FRAME_GOOD;
}

/* Each length, and each change of one bit of the label's entry. */
static bool frame_faults(void)
{
	struct cldn_frame_reader r;
	bool good = true, fine;
	size_t len, bit;
	u8 *buf;

	for (len = 0; len < 400; len++) {
		buf = calloc(1, len);
		if (len >= 4)
			memcpy(buf, two_cells, 4);
		good &= cldn_frame_read(&r, buf, len, LABEL) == length_fault(len);
		free(buf);
	}
	for (bit = 0; bit < 32; bit++) {
		buf = copy(two_cells, sizeof(two_cells));
		buf[bit / 8] ^= 0x80 >> bit % 8;
		/* TC and TTL may be any. */
		fine = (bit >= 20 && bit < 23) || bit >= 24;
		good &= fits(cldn_frame_read(&r, buf, sizeof(two_cells), LABEL) ==
				     (fine ? CLDN_FRAME_GOOD : CLDN_FRAME_LABEL),
			     "label's bit", bit, "read");
		free(buf);
	}
	return good;
}

/* ---- a channel's owner ---- */

struct channel {
	struct cldn_aal5_rx rx;
	u8 *buf;
	u32 step; /* octets by which its buffer grows */
	u32 given; /* largest buffer */
	u32 seen[CLDN_AAL5_RESULTS];
	/* The last whole SDU. */
	u8 *sdu;
	u32 sdu_len;
};

static void channel_open(struct channel *c, u32 max, u32 step)
{
	memset(c, 0, sizeof(*c));
	c->step = step;
	cldn_aal5_rx_init(&c->rx, max);
}

static void channel_close(struct channel *c)
{
	free(c->buf);
	free(c->sdu);
}

static void channel_grow(struct channel *c)
{
	u32 size = c->rx.size + c->step, most = cldn_aal5_pdu_size(c->rx.max);
	u8 *buf;

	if (size > most)
		size = most;
	buf = malloc(size);
	if (c->rx.len)
		memcpy(buf, c->buf, c->rx.len);
	free(c->buf);
	c->buf = buf;
	if (size > c->given)
		c->given = size;
	cldn_aal5_rx_give(&c->rx, buf, size);
}

static enum cldn_aal5_result channel_cell(struct channel *c, const u8 *payload, bool last)
{
	enum cldn_aal5_result result;

	while ((result = cldn_aal5_rx_append(&c->rx, payload, last)) == CLDN_AAL5_ROOM)
		channel_grow(c);
	c->seen[result]++;
	if (result == CLDN_AAL5_MORE || result == CLDN_AAL5_SKIPPED)
		return result;
	if (result == CLDN_AAL5_WHOLE) {
		free(c->sdu);
		c->sdu_len = c->rx.sdu;
		c->sdu = copy(c->buf, c->sdu_len);
	}
	free(c->buf);
	c->buf = NULL;
	return result;
}

static bool channel_has(const struct channel *c, const u8 *sdu, u32 len)
{
	return c->sdu && c->sdu_len == len && !memcmp(c->sdu, sdu, len);
}

/* ---- there and back ---- */

struct trip {
	struct cldn_aal5_tx tx[CHANNELS];
	struct channel channels[CHANNELS];
	u32 cells;
};

/* VPI and VCI of channel i; one of them differs from each of the others in one number only. */
static const struct {
	u16 vpi;
	u16 vci;
} places[CHANNELS] = { { 0, 5 }, { 0, 0x1005 }, { 0xfff, 5 } };

static void deliver(struct channel *channels, const u8 *frame, size_t len)
{
	struct cldn_frame_reader r;
	struct cldn_cell cell;
	const u8 *payload;
	size_t i;

	if (cldn_frame_read(&r, frame, len, LABEL))
		return;
	while ((payload = cldn_frame_next(&r, &cell)))
		for (i = 0; i < CHANNELS && cldn_cell_is_user(&cell); i++)
			if (cell.vpi == places[i].vpi && cell.vci == places[i].vci)
				channel_cell(&channels[i], payload, cldn_cell_is_last(&cell));
}

/* A frame with a few cells of each channel in turn; returns its length, 0 when all is sent. */
static size_t mixed_frame(struct trip *t, u8 *buf, size_t mtu)
{
	struct cldn_frame_writer w;
	u32 added;

	cldn_frame_start(&w, buf, mtu, LABEL);
	do {
		added = 0;
		for (size_t i = 0; i < CHANNELS; i++) {
			size_t some = w.len + (1 + (size_t)random() % 3) * CLDN_CELL_SIZE;

			w.room = some < mtu ? some : mtu;
			added += cldn_aal5_tx_fill(&t->tx[i], &w);
		}
		t->cells += added;
	} while (added);
	return w.len > CLDN_LABEL_SIZE ? w.len : 0;
}

static bool trip(struct trip *t, const u8 *bytes, const u32 *sizes, size_t mtu)
{
	u8 *sdus[CHANNELS], *frame = malloc(mtu);
	bool good = true;
	size_t i, len;

	t->cells = 0;
	for (i = 0; i < CHANNELS; i++) {
		sdus[i] = copy(bytes + i, sizes[i]);
		/* An SDU of no octets cannot be sent. */
		good &= cldn_aal5_tx_begin(&t->tx[i], places[i].vpi, places[i].vci, sdus[i],
					   sizes[i]) == !!sizes[i];
		if (!sizes[i])
			t->tx[i].at = t->tx[i].end = 0;
	}
	while ((len = mixed_frame(t, frame, mtu)))
		deliver(t->channels, frame, len);
	for (i = 0; i < CHANNELS; i++) {
		good &= !sizes[i] || channel_has(&t->channels[i], sdus[i], sizes[i]);
		good &= !t->channels[i].buf && !t->channels[i].rx.buf;
		good &= t->channels[i].given <= cldn_aal5_pdu_size(LARGEST);
		t->cells -= sizes[i] ? (sizes[i] + 8 + 47) / 48 : 0;
		free(sdus[i]);
	}
	free(frame);
	return fits(good && !t->cells, "size", sizes[0], "not as it was sent");
}

/* Every size once at each MTU, the others of its frames being other sizes. */
static bool round_trips(void)
{
	static const size_t mtus[] = { 56, 576, 1500, 9000 };
	static u8 bytes[LARGEST + CHANNELS];
	struct trip t = { .cells = 0 };
	bool good = true;
	size_t i, m;
	u32 s;

	scribble(bytes, sizeof(bytes));
	for (m = 0; m < COUNT(mtus); m++) {
		for (i = 0; i < CHANNELS; i++)
			channel_open(&t.channels[i], LARGEST, m ? 4000 : 500);
		for (s = 0; s < (LARGEST + 1) / CHANNELS; s++) {
			u32 third = (LARGEST + 1) / CHANNELS;

			good &= trip(&t, bytes, (u32[]){ s, third + s, 2 * third + s }, mtus[m]);
		}
		for (i = 0; i < CHANNELS; i++)
			channel_close(&t.channels[i]);
	}
	return good;
}

static bool extremes(void)
{
	u8 *sdu = calloc(1, CLDN_AAL5_SDU_MAX), frame[CLDN_FRAME_MIN];
	struct channel c[CHANNELS];
	struct cldn_frame_writer w;
	struct cldn_aal5_tx tx;
	bool good = !cldn_aal5_tx_begin(&tx, 0, 5, sdu, CLDN_AAL5_SDU_MAX + 1);

	good &= !cldn_aal5_tx_begin(&tx, 0, 5, sdu, 0);
	good &= !cldn_aal5_tx_begin(&tx, 0x1000, 5, sdu, 1);
	good &= cldn_aal5_pdu_size(CLDN_AAL5_SDU_MAX) == 65568;
	good &= cldn_aal5_pdu_size(40) == 48 && cldn_aal5_pdu_size(41) == 96;
	channel_open(&c[0], CLDN_AAL5_SDU_MAX, 65568);
	channel_open(&c[1], 1, 48);
	channel_open(&c[2], 1, 48);
	scribble(sdu, CLDN_AAL5_SDU_MAX);
	good &= cldn_aal5_tx_begin(&tx, places[0].vpi, places[0].vci, sdu, CLDN_AAL5_SDU_MAX);
	while (!cldn_aal5_tx_done(&tx)) {
		cldn_frame_start(&w, frame, sizeof(frame), LABEL);
		good &= cldn_aal5_tx_fill(&tx, &w) == 1;
		deliver(c, frame, w.len);
	}
	good &= !cldn_aal5_tx_fill(&tx, &w);
	good &= channel_has(&c[0], sdu, CLDN_AAL5_SDU_MAX);
	good &= !c[1].seen[CLDN_AAL5_MORE] && !c[2].seen[CLDN_AAL5_MORE];
	/* A PDU of one cell, with its label and header. */
	cldn_aal5_tx_begin(&tx, 0, 5, sdu, 1);
	cldn_frame_start(&w, frame, sizeof(frame), LABEL);
	good &= cldn_aal5_tx_fill(&tx, &w) == 1 && !memcmp(frame, two_cells, 8);
	for (size_t i = 0; i < CHANNELS; i++)
		channel_close(&c[i]);
	free(sdu);
	return good;
}

/* ---- PDUs that are wrong ---- */

/* A PDU of so many cells with such a trailer and the right CRC. */
static u8 *make_pdu(u32 cells, u8 uu, u8 cpi, u32 length)
{
	size_t len = (size_t)cells * PAYLOAD;
	u8 *pdu = malloc(len);
	u32 sum;

	scribble(pdu, len);
	pdu[len - 8] = uu;
	pdu[len - 7] = cpi;
	pdu[len - 6] = length >> 8;
	pdu[len - 5] = length;
	sum = ~crc_bitwise(~0U, pdu, len - 4);
	for (int i = 0; i < 4; i++)
		pdu[len - 4 + i] = sum >> (24 - 8 * i);
	return pdu;
}

static enum cldn_aal5_result send_pdu(struct channel *c, const u8 *pdu, u32 cells)
{
	enum cldn_aal5_result result = CLDN_AAL5_RESULTS;

	for (u32 i = 0; i < cells; i++)
		result = channel_cell(c, pdu + i * PAYLOAD, i == cells - 1);
	return result;
}

/* The channel works: what is sent next arrives. */
static bool works(struct channel *c)
{
	u8 *pdu = make_pdu(2, 0, 0, 70);
	bool good = send_pdu(c, pdu, 2) == CLDN_AAL5_WHOLE && channel_has(c, pdu, 70);

	free(pdu);
	return good;
}

/* To a channel that admits 100 octets, which are 3 cells as 136 are. */
static const struct {
	const char *what;
	u32 cells;
	u8 uu;
	u8 cpi;
	u32 length;
	enum cldn_aal5_result last;
	enum cldn_aal5_result fault;
} pdus[] = {
	{ "one octet", 1, 0, 0, 1, CLDN_AAL5_WHOLE, CLDN_AAL5_WHOLE },
	{ "one full cell", 1, 0, 0, 40, CLDN_AAL5_WHOLE, CLDN_AAL5_WHOLE },
	{ "the longest padding", 2, 0, 0, 41, CLDN_AAL5_WHOLE, CLDN_AAL5_WHOLE },
	{ "the longest SDU", 3, 0, 0, 100, CLDN_AAL5_WHOLE, CLDN_AAL5_WHOLE },
	{ "UU is the users'", 3, 0xff, 0, 100, CLDN_AAL5_WHOLE, CLDN_AAL5_WHOLE },
	{ "an octet too long", 3, 0, 0, 101, CLDN_AAL5_TOO_LONG, CLDN_AAL5_TOO_LONG },
	{ "as long as the cells admit", 3, 0, 0, 136, CLDN_AAL5_TOO_LONG, CLDN_AAL5_TOO_LONG },
	{ "a cell too long", 4, 0, 0, 137, CLDN_AAL5_TOO_LONG, CLDN_AAL5_TOO_LONG },
	{ "two cells too long", 5, 0, 0, 232, CLDN_AAL5_SKIPPED, CLDN_AAL5_TOO_LONG },
	{ "a thousand cells too long", 1003, 0, 0, 48000, CLDN_AAL5_SKIPPED, CLDN_AAL5_TOO_LONG },
	{ "another kind", 3, 0, 1, 100, CLDN_AAL5_CPI, CLDN_AAL5_CPI },
	{ "another kind, aborted", 3, 0, 0x80, 0, CLDN_AAL5_CPI, CLDN_AAL5_CPI },
	{ "aborted", 1, 0, 0, 0, CLDN_AAL5_ABORT, CLDN_AAL5_ABORT },
	{ "aborted later", 3, 0, 0, 0, CLDN_AAL5_ABORT, CLDN_AAL5_ABORT },
	{ "too much padding", 2, 0, 0, 40, CLDN_AAL5_LENGTH, CLDN_AAL5_LENGTH },
	{ "far too much padding", 3, 0, 0, 1, CLDN_AAL5_LENGTH, CLDN_AAL5_LENGTH },
	{ "into the trailer", 1, 0, 0, 41, CLDN_AAL5_LENGTH, CLDN_AAL5_LENGTH },
	{ "over the end", 2, 0, 0, 89, CLDN_AAL5_LENGTH, CLDN_AAL5_LENGTH },
	{ "the longest length", 1, 0, 0, 65535, CLDN_AAL5_LENGTH, CLDN_AAL5_LENGTH },
};

static bool pdu_faults(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(pdus); i++) {
		u8 *pdu = make_pdu(pdus[i].cells, pdus[i].uu, pdus[i].cpi, pdus[i].length);
		struct channel c;
		bool one;

		channel_open(&c, 100, PAYLOAD);
		one = send_pdu(&c, pdu, pdus[i].cells) == pdus[i].last;
		one &= c.seen[pdus[i].fault] == 1 && !c.rx.buf && !c.rx.skip;
		one &= c.given <= 144 && works(&c);
		good &= fits(one, "pdus", i, pdus[i].what);
		channel_close(&c);
		free(pdu);
	}
	return good;
}

/* The CRC sees each single bit, wherever it is. */
static bool single_bits(void)
{
	u8 *pdu = make_pdu(3, 0, 0, 100);
	struct channel c;
	bool good = true;
	size_t bit;

	channel_open(&c, 100, 144);
	for (bit = 0; bit < 3 * PAYLOAD * 8; bit++) {
		pdu[bit / 8] ^= 0x80 >> bit % 8;
		good &= send_pdu(&c, pdu, 3) == CLDN_AAL5_CRC;
		pdu[bit / 8] ^= 0x80 >> bit % 8;
	}
	good &= send_pdu(&c, pdu, 3) == CLDN_AAL5_WHOLE && works(&c);
	channel_close(&c);
	free(pdu);
	return good;
}

#define ROW 6

/* Sends the cells of a PDU in that order; then says what became of the two that follow. */
static bool send_row(const u8 *order, size_t n, bool next_whole)
{
	u8 *pdu = make_pdu(ROW, 0, 0, 250);
	struct channel c;
	bool good;

	channel_open(&c, 1000, 100);
	for (size_t i = 0; i < n; i++)
		channel_cell(&c, pdu + order[i] * PAYLOAD, order[i] == ROW - 1);
	good = !c.seen[CLDN_AAL5_WHOLE];
	good &= works(&c) == next_whole && works(&c);
	channel_close(&c);
	free(pdu);
	return good;
}

static bool lost_cells(void)
{
	bool good = true;

	for (u8 lost = 0; lost < ROW; lost++) {
		u8 order[ROW], n = 0;

		for (u8 i = 0; i < ROW; i++)
			if (i != lost)
				order[n++] = i;
		/* Without its last cell a PDU takes the next one with it. */
		good &= fits(send_row(order, n, lost != ROW - 1), "lost", lost, "not noticed");
	}
	return good;
}

static bool doubled_cells(void)
{
	bool good = true;

	for (u8 twice = 0; twice < ROW - 1; twice++) {
		u8 order[ROW + 1], n = 0;

		for (u8 i = 0; i < ROW; i++) {
			order[n++] = i;
			if (i == twice)
				order[n++] = i;
		}
		good &= fits(send_row(order, n, true), "doubled", twice, "not noticed");
	}
	return good;
}

/* The PDU itself is whole when its last cell comes again: that cell alone is none. */
static bool doubled_end(void)
{
	u8 *pdu = make_pdu(ROW, 0, 0, 250);
	struct channel c;
	bool good;

	channel_open(&c, 1000, 100);
	good = send_pdu(&c, pdu, ROW) == CLDN_AAL5_WHOLE;
	good &= channel_cell(&c, pdu + (ROW - 1) * PAYLOAD, true) == CLDN_AAL5_CRC;
	good &= works(&c);
	channel_close(&c);
	free(pdu);
	return good;
}

static bool swapped_cells(void)
{
	bool good = true;

	for (u8 a = 0; a < ROW; a++)
		for (u8 b = a + 1; b < ROW; b++) {
			u8 order[ROW] = { 0, 1, 2, 3, 4, 5 };

			order[a] = b;
			order[b] = a;
			/* A cell behind the last one begins the next PDU. */
			good &= fits(send_row(order, ROW, b != ROW - 1), "swapped", a * ROW + b,
				     "not noticed");
		}
	return good;
}

/* A cell of one channel that went to another one spoils both. */
static bool strayed_cell(void)
{
	u8 *pdu = make_pdu(2, 0, 0, 70), *other = make_pdu(2, 0, 0, 70);
	struct channel c, d;
	bool good;

	channel_open(&c, 100, 144);
	channel_open(&d, 100, 144);
	channel_cell(&c, pdu, false);
	channel_cell(&c, other, false);
	good = channel_cell(&c, pdu + PAYLOAD, true) == CLDN_AAL5_CRC;
	good &= channel_cell(&d, other + PAYLOAD, true) == CLDN_AAL5_CRC;
	good &= works(&c) && works(&d);
	channel_close(&c);
	channel_close(&d);
	free(other);
	free(pdu);
	return good;
}

/* ---- the owner's choices ---- */

static void channel_drop(struct channel *c, bool rest)
{
	cldn_aal5_rx_drop(&c->rx, rest);
	free(c->buf);
	c->buf = NULL;
}

static bool drops(void)
{
	u8 *pdu = make_pdu(ROW, 0, 0, 250);
	struct channel c;
	bool good = true;

	channel_open(&c, 1000, 100);
	/* For want of budget, between two cells: the rest is skipped. */
	channel_cell(&c, pdu, false);
	channel_drop(&c, true);
	good &= send_pdu(&c, pdu + PAYLOAD, ROW - 1) == CLDN_AAL5_SKIPPED;
	good &= c.seen[CLDN_AAL5_SKIPPED] == ROW - 1 && works(&c);
	/* After a silence: what comes next is another PDU. */
	channel_cell(&c, pdu, false);
	channel_drop(&c, false);
	good &= works(&c);
	/* A skip ends with a silence as well. */
	channel_cell(&c, pdu, false);
	channel_drop(&c, true);
	channel_drop(&c, false);
	good &= works(&c);
	channel_close(&c);
	free(pdu);
	return good;
}

/* There was no memory for the cell in hand, which is the last one of its PDU or not. */
static bool refusals(void)
{
	u8 *pdu = make_pdu(2, 0, 0, 70), *small = make_pdu(1, 0, 0, 20);
	struct channel c;
	bool good;

	channel_open(&c, 1000, 100);
	good = cldn_aal5_rx_append(&c.rx, small, true) == CLDN_AAL5_ROOM;
	channel_drop(&c, false);
	good &= works(&c);
	good &= cldn_aal5_rx_append(&c.rx, pdu, false) == CLDN_AAL5_ROOM;
	channel_drop(&c, true);
	good &= channel_cell(&c, pdu + PAYLOAD, true) == CLDN_AAL5_SKIPPED && works(&c);
	channel_close(&c);
	free(small);
	free(pdu);
	return good;
}

static bool management_cells(void)
{
	u8 *frame = malloc(CLDN_LABEL_SIZE + 6 * CLDN_CELL_SIZE), *pdu = make_pdu(2, 0, 0, 70);
	static const u8 types[] = { 4, 0, 5, 6, 7, 1 };
	struct cldn_frame_writer w;
	struct channel c[CHANNELS];
	bool good;
	size_t i;

	for (i = 0; i < CHANNELS; i++)
		channel_open(&c[i], 100, 144);
	cldn_frame_start(&w, frame, CLDN_LABEL_SIZE + 6 * CLDN_CELL_SIZE, LABEL);
	for (i = 0; i < COUNT(types); i++) {
		struct cldn_cell cell = { .vpi = 0, .vci = 5, .pti = types[i] };

		memcpy(cldn_frame_add(&w, &cell), pdu + (types[i] == 1) * PAYLOAD, PAYLOAD);
	}
	deliver(c, frame, w.len);
	good = channel_has(&c[0], pdu, 70) && c[0].seen[CLDN_AAL5_MORE] == 1;
	for (i = 0; i < CHANNELS; i++)
		channel_close(&c[i]);
	free(pdu);
	free(frame);
	/* The congestion bit is no end of a PDU. */
	return good && !cldn_cell_is_last(&(struct cldn_cell){ .pti = 2 }) &&
	       cldn_cell_is_last(&(struct cldn_cell){ .pti = 3 });
}

/* ---- noise ---- */

#define NOISE 100000
#define NOISE_MTU 576

static size_t mutate(u8 *frame, size_t len)
{
	size_t n;

	switch (random() % 8) {
	case 0: /* cut */
		return (size_t)random() % (len + 1);
	case 1: /* noise all over */
		scribble(frame + 4, len - 4);
		return len;
	case 2: /* the header of a cell */
		n = (size_t)random() % cldn_frame_cells(len);
		frame[CLDN_LABEL_SIZE + n * CLDN_CELL_SIZE + (size_t)random() % 4] = random();
		return len;
	default:
		for (n = 1 + (size_t)random() % 4; n; n--)
			frame[(size_t)random() % len] ^= 1 << random() % 8;
		return len;
	}
}

/* SDUs say in each octet what their length is: what is whole is as it was sent. */
static bool is_sent(const struct channel *c)
{
	for (u32 i = 0; i < c->sdu_len; i++)
		if (c->sdu[i] != (u8)(c->sdu_len * 31 + i * 7))
			return false;
	return c->sdu_len <= c->rx.max;
}

static void noise_begin(struct cldn_aal5_tx *tx, u8 *sdu, size_t i)
{
	u32 len = 1 + (u32)random() % 1500;

	for (u32 k = 0; k < len; k++)
		sdu[k] = len * 31 + k * 7;
	cldn_aal5_tx_begin(tx, places[i].vpi, places[i].vci, sdu, len);
}

static bool noise(void)
{
	static u8 sdus[CHANNELS][1500];
	struct trip t = { .cells = 0 };
	u32 whole = 0, bad = 0, k;
	bool good = true;
	size_t i, len;

	for (i = 0; i < CHANNELS; i++)
		channel_open(&t.channels[i], 1200, 300);
	for (k = 0; k < NOISE; k++) {
		u8 *frame = malloc(NOISE_MTU), *exact;

		for (i = 0; i < CHANNELS; i++)
			if (cldn_aal5_tx_done(&t.tx[i]))
				noise_begin(&t.tx[i], sdus[i], i);
		len = mixed_frame(&t, frame, NOISE_MTU);
		len = mutate(frame, len);
		exact = copy(frame, len);
		deliver(t.channels, exact, len);
		free(exact);
		free(frame);
		for (i = 0; i < CHANNELS; i++)
			good &= is_sent(&t.channels[i]);
	}
	for (i = 0; i < CHANNELS; i++) {
		struct channel *c = &t.channels[i];

		whole += c->seen[CLDN_AAL5_WHOLE];
		bad += c->seen[CLDN_AAL5_CRC];
		good &= c->given <= cldn_aal5_pdu_size(1200) && c->seen[CLDN_AAL5_TOO_LONG];
		/* At most one PDU is lost with what came before. */
		works(c);
		good &= works(c);
		channel_close(c);
	}
	return fits(good && whole > 1000 && bad > 1000, "whole", whole, "noise");
}

/* ---- the hello ---- */

static const struct cldn_hello sample = {
	.role = CLDN_ROLE_NETWORK,
	.capabilities = CLDN_HELLO_MULTIPOINT,
	.mac = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x0a },
	.close_data = 128,
	.nsap = { 0x47, 0x00, 0x05, [19] = 0x99 },
	.label = 0x12345,
	.nonce = 0x0123456789abcdefULL,
};

static const u8 sample_bytes[CLDN_HELLO_SIZE + 1] = "CLDN\1\2\0\1\x52\x54\0\0\0\x0a\0\x80"
						    "\x47\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x99"
						    "\0\1\x23\x45\x01\x23\x45\x67\x89\xab\xcd\xef";

static bool hello_same(const struct cldn_hello *a, const struct cldn_hello *b)
{
	return a->role == b->role && a->capabilities == b->capabilities &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->close_data == b->close_data &&
	       !memcmp(a->nsap, b->nsap, sizeof(a->nsap)) && a->label == b->label &&
	       a->nonce == b->nonce;
}

static bool hello_bytes(void)
{
	u8 *out = malloc(CLDN_HELLO_SIZE);
	struct cldn_hello hello;
	bool good;
	size_t len;

	cldn_hello_encode(out, &sample);
	good = !memcmp(out, sample_bytes, CLDN_HELLO_SIZE);
	good &= cldn_hello_decode(&hello, out, CLDN_HELLO_SIZE) == CLDN_HELLO_GOOD;
	good &= hello_same(&hello, &sample);
	free(out);
	for (len = 0; len < CLDN_HELLO_SIZE; len++) {
		out = copy(sample_bytes, len);
		good &= cldn_hello_decode(&hello, out, len) == CLDN_HELLO_SHORT;
		free(out);
	}
	return good;
}

/* What is changed in the sample, and whether it is one yet. */
static const struct {
	const char *what;
	u8 at;
	u8 len;
	u8 bytes[8];
	enum cldn_hello_fault fault;
} hellos[] = {
	{ "magic, first", 0, 1, { 'c' }, CLDN_HELLO_FOREIGN },
	{ "magic, last", 3, 1, { 'n' }, CLDN_HELLO_FOREIGN },
	{ "no version", 4, 1, { 0 }, CLDN_HELLO_VERSION },
	{ "a later version", 4, 1, { 9 }, CLDN_HELLO_GOOD },
	{ "role", 5, 1, { 3 }, CLDN_HELLO_BAD_ROLE },
	{ "role, all of the octet", 5, 1, { 0x82 }, CLDN_HELLO_BAD_ROLE },
	{ "no MAC", 8, 6, { 0 }, CLDN_HELLO_BAD_MAC },
	{ "a group's MAC", 8, 1, { 0x53 }, CLDN_HELLO_BAD_MAC },
	{ "everybody's MAC", 8, 6, { 255, 255, 255, 255, 255, 255 }, CLDN_HELLO_BAD_MAC },
	{ "close data", 14, 2, { 0, 129 }, CLDN_HELLO_BAD_CLOSE_DATA },
	{ "much close data", 14, 2, { 1, 0 }, CLDN_HELLO_BAD_CLOSE_DATA },
	{ "no close data", 14, 2, { 0, 0 }, CLDN_HELLO_GOOD },
	{ "no NSAP", 16, 1, { 0 }, CLDN_HELLO_BAD_NSAP },
	{ "a label of MPLS's own", 36, 4, { 0, 0, 0, 15 }, CLDN_HELLO_BAD_LABEL },
	{ "a label of 21 bits", 36, 4, { 0, 0x10, 0, 0 }, CLDN_HELLO_BAD_LABEL },
	{ "a label of 25 bits", 36, 4, { 1, 0, 0, 100 }, CLDN_HELLO_BAD_LABEL },
	{ "the first label", 36, 4, { 0, 0, 0, 16 }, CLDN_HELLO_GOOD },
	{ "the last label", 36, 4, { 0, 0x0f, 0xff, 0xff }, CLDN_HELLO_GOOD },
	{ "no nonce", 40, 8, { 0 }, CLDN_HELLO_BAD_NONCE },
	{ "half a nonce", 40, 4, { 0 }, CLDN_HELLO_GOOD },
};

static bool hello_faults(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(hellos); i++) {
		u8 *buf = copy(sample_bytes, CLDN_HELLO_SIZE);
		struct cldn_hello hello = { .label = 1 };
		bool one;

		memcpy(buf + hellos[i].at, hellos[i].bytes, hellos[i].len);
		one = cldn_hello_decode(&hello, buf, CLDN_HELLO_SIZE) == hellos[i].fault;
		/* Nothing is taken from one that is wrong. */
		one &= (hello.label == 1) == (hellos[i].fault != CLDN_HELLO_GOOD);
		good &= fits(one, "hellos", i, hellos[i].what);
		free(buf);
	}
	return good;
}

static bool hello_later(void)
{
	u8 buf[CLDN_HELLO_SIZE + 100];
	struct cldn_hello hello;
	bool good;

	memset(buf, 0xff, sizeof(buf));
	memcpy(buf, sample_bytes, CLDN_HELLO_SIZE);
	buf[6] = 0xff;
	buf[7] = 0xfe;
	good = cldn_hello_decode(&hello, buf, sizeof(buf)) == CLDN_HELLO_GOOD;
	return good && !hello.capabilities && hello.nonce == sample.nonce;
}

static bool hello_noise(void)
{
	struct cldn_hello hello;
	bool good = true;

	for (u32 i = 0; i < 100000; i++) {
		size_t len = CLDN_HELLO_SIZE + (size_t)random() % 3 - 1;
		u8 *buf = calloc(1, len);

		memcpy(buf, sample_bytes, len < CLDN_HELLO_SIZE ? len : CLDN_HELLO_SIZE);
		for (u32 n = 1 + (u32)random() % 6; n; n--)
			buf[(size_t)random() % len] = random();
		if (!cldn_hello_decode(&hello, buf, len))
			good &= hello.role <= CLDN_ROLE_NETWORK && !(hello.mac[0] & 1) &&
				hello.close_data <= 128 && hello.label >= 16 &&
				hello.label <= 0xfffff && hello.nonce;
		free(buf);
	}
	return good;
}

/* Roles of the lower and of the higher MAC, and what each of them is. */
static const struct {
	u8 low_role;
	u8 high_role;
	enum cldn_hello_match low;
	enum cldn_hello_match high;
} matches[] = {
	{ CLDN_ROLE_AUTO, CLDN_ROLE_AUTO, CLDN_MATCH_NETWORK, CLDN_MATCH_USER },
	{ CLDN_ROLE_AUTO, CLDN_ROLE_USER, CLDN_MATCH_NETWORK, CLDN_MATCH_USER },
	{ CLDN_ROLE_AUTO, CLDN_ROLE_NETWORK, CLDN_MATCH_USER, CLDN_MATCH_NETWORK },
	{ CLDN_ROLE_USER, CLDN_ROLE_AUTO, CLDN_MATCH_USER, CLDN_MATCH_NETWORK },
	{ CLDN_ROLE_USER, CLDN_ROLE_USER, CLDN_MATCH_BOTH_USER, CLDN_MATCH_BOTH_USER },
	{ CLDN_ROLE_USER, CLDN_ROLE_NETWORK, CLDN_MATCH_USER, CLDN_MATCH_NETWORK },
	{ CLDN_ROLE_NETWORK, CLDN_ROLE_AUTO, CLDN_MATCH_NETWORK, CLDN_MATCH_USER },
	{ CLDN_ROLE_NETWORK, CLDN_ROLE_USER, CLDN_MATCH_NETWORK, CLDN_MATCH_USER },
	{ CLDN_ROLE_NETWORK, CLDN_ROLE_NETWORK, CLDN_MATCH_BOTH_NETWORK, CLDN_MATCH_BOTH_NETWORK },
};

static bool hello_matches(void)
{
	struct cldn_hello low = sample, high = sample;
	bool good = true;
	size_t i;

	/* Octets are no signed numbers. */
	low.mac[4] = 0x7f;
	high.mac[4] = 0x80;
	for (i = 0; i < COUNT(matches); i++) {
		low.role = matches[i].low_role;
		high.role = matches[i].high_role;
		good &= fits(cldn_hello_match(&low, &high) == matches[i].low &&
				     cldn_hello_match(&high, &low) == matches[i].high,
			     "matches", i, "sides");
	}
	good &= cldn_hello_match(&low, &low) == CLDN_MATCH_OURSELVES;
	low.label++;
	good &= cldn_hello_match(&low, &high) == CLDN_MATCH_LABEL;
	return good;
}

/* ---- tshark's opinion ---- */

static void put_native(FILE *f, u32 value, size_t len)
{
	fwrite(&value, len, 1, f);
}

static void pcap_begin(FILE *f)
{
	put_native(f, 0xa1b2c3d4, 4);
	put_native(f, 2, 2);
	put_native(f, 4, 2);
	put_native(f, 0, 4);
	put_native(f, 0, 4);
	put_native(f, 65535, 4);
	put_native(f, 1, 4); /* Ethernet */
}

static void pcap_frame(FILE *f, const u8 *frame, size_t len)
{
	static const u8 ethernet[14] = { 0x52, 0x54, 0, 0, 0,	 0x0b, 0x52,
					 0x54, 0,    0, 0, 0x0a, 0x88, 0x47 };

	put_native(f, 0, 4);
	put_native(f, 0, 4);
	put_native(f, sizeof(ethernet) + len, 4);
	put_native(f, sizeof(ethernet) + len, 4);
	fwrite(ethernet, sizeof(ethernet), 1, f);
	fwrite(frame, len, 1, f);
}

/* SDUs of three channels in frames of 5 cells; the cells as tshark should name them. */
static size_t pcap_write(FILE *f, char *wanted, size_t room)
{
	static const u32 sizes[CHANNELS] = { 40, 300, 500 };
	static const u8 sdu[500] = "cells";
	struct trip t = { .cells = 0 };
	u8 frame[CLDN_LABEL_SIZE + 5 * CLDN_CELL_SIZE];
	struct cldn_frame_reader r;
	struct cldn_cell cell;
	size_t i, len, n = 0;

	pcap_begin(f);
	for (i = 0; i < CHANNELS; i++)
		cldn_aal5_tx_begin(&t.tx[i], places[i].vpi, places[i].vci, sdu, sizes[i]);
	while ((len = mixed_frame(&t, frame, sizeof(frame)))) {
		pcap_frame(f, frame, len);
		cldn_frame_read(&r, frame, len, LABEL);
		while (cldn_frame_next(&r, &cell))
			n += snprintf(wanted + n, room - n, "%u.%u.%u.%u ", cell.vpi, cell.vci,
				      cell.pti, cell.clp);
	}
	return n;
}

/* Takes "VPI,VPI<tab>VCI,VCI<tab>PTI,PTI<tab>CLP,CLP" apart; all lists are of one length. */
static size_t tshark_line(char *line, char *out, size_t room)
{
	char *lists[4], *numbers[4];
	size_t n = 0, i;

	line[strcspn(line, "\n")] = 0;
	for (i = 0; i < 4; i++)
		lists[i] = strsep(&line, "\t");
	while (lists[0]) {
		for (i = 0; i < 4; i++)
			numbers[i] = lists[i] ? strsep(&lists[i], ",") : NULL;
		if (!numbers[3])
			return n;
		n += snprintf(out + n, room - n, "%ld.%ld.%ld.%ld ", strtol(numbers[0], NULL, 0),
			      strtol(numbers[1], NULL, 0), strtol(numbers[2], NULL, 0),
			      strtol(numbers[3], NULL, 0));
	}
	return n;
}

static size_t tshark_read(const char *path, char *out, size_t room)
{
	char command[500], line[4096];
	size_t n = 0;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "tshark -r %s -d mpls.label==%d,mplspwatmn1nocw -Y '!_ws.malformed' -T fields "
		 "-e atm.vpi -e atm.vci -e atm.pti -e atm.clp 2>/dev/null",
		 path, LABEL);
	pipe = popen(command, "r");
	if (!pipe)
		return 0;
	while (fgets(line, sizeof(line), pipe))
		n += tshark_line(line, out + n, room - n);
	pclose(pipe);
	return n;
}

static bool tshark_decodes(void)
{
	char path[] = "/tmp/cleardown-cells.XXXXXX", wanted[4096] = "", got[4096] = "";
	FILE *f = fdopen(mkstemp(path), "w");
	size_t n;

	if (!f)
		return false;
	n = pcap_write(f, wanted, sizeof(wanted));
	fclose(f);
	tshark_read(path, got, sizeof(got));
	unlink(path);
	return fits(n && !strcmp(wanted, got), "tshark", n, got);
}

static bool has_tshark(void)
{
	return !system("command -v tshark >/dev/null");
}

static const struct {
	const char *what;
	bool (*run)(void);
	bool (*possible)(void);
} checks[] = {
	{ "the CRC is I.363.5's, twice, and leaves its residue", crc, NULL },
	{ "a frame, to the bit, and read again", frame_bits, NULL },
	{ "a frame holds as many cells as its room admits", frame_room, NULL },
	{ "only labels that are free are sent", frame_label, NULL },
	{ "short frames, other labels and cut cells are told apart", frame_faults, NULL },
	{ "SDUs of every size arrive, cells of three channels mixed, at every MTU", round_trips,
	  NULL },
	{ "the longest SDU, the shortest one to the bit, and what cannot be sent", extremes, NULL },
	{ "each fault of a PDU is told, and the next one is whole", pdu_faults, NULL },
	{ "each changed bit is noticed", single_bits, NULL },
	{ "each lost cell is noticed", lost_cells, NULL },
	{ "each doubled cell is noticed", doubled_cells, NULL },
	{ "a last cell that comes again is no PDU", doubled_end, NULL },
	{ "any two swapped cells are noticed", swapped_cells, NULL },
	{ "a cell in another channel is noticed in both", strayed_cell, NULL },
	{ "the owner may drop a PDU at any time", drops, NULL },
	{ "the owner need not have room for a cell", refusals, NULL },
	{ "cells of management belong to no PDU", management_cells, NULL },
	{ "a hundred thousand frames with faults: only what was sent arrives", noise, NULL },
	{ "hello: to the octet, and read again", hello_bytes, NULL },
	{ "hello: each wrong field is told, and nothing is taken from it", hello_faults, NULL },
	{ "hello: what later versions add does not harm", hello_later, NULL },
	{ "hello: noise is survived", hello_noise, NULL },
	{ "hello: both ends come to the same sides, and notice conflicts", hello_matches, NULL },
	{ "tshark reads the same cells", tshark_decodes, has_tshark },
};

int main(void)
{
	unsigned int failures = 0, number = 0;
	size_t i;

	srandom(1);
	for (i = 0; i < COUNT(checks); i++) {
		bool good;

		if (checks[i].possible && !checks[i].possible()) {
			printf("# cells: %s: not here\n", checks[i].what);
			continue;
		}
		good = checks[i].run();
		printf("%sok %u - cells: %s\n", good ? "" : "not ", ++number, checks[i].what);
		failures += !good;
	}
	printf("1..%u\n", number);
	return failures != 0;
}
