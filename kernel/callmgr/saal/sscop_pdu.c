// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PDUs of SSCOP. See sscop_pdu.h; nothing here but functions of their arguments.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include "sscop_pdu.h"

/* What may stand before the words that every PDU of a type has. */
enum pdu_rest {
	PDU_NOTHING,
	PDU_INFO,
	PDU_LIST,
};

/* By type: words that are always there, trailer included, and the rest. */
static const struct {
	u8 words;
	u8 rest;
} pdu_layouts[CLDN_SSCOP_TYPES] = {
	[CLDN_SSCOP_BGN] = { 2, PDU_INFO },	[CLDN_SSCOP_BGAK] = { 2, PDU_INFO },
	[CLDN_SSCOP_END] = { 2, PDU_INFO },	[CLDN_SSCOP_ENDAK] = { 2, PDU_NOTHING },
	[CLDN_SSCOP_RS] = { 2, PDU_INFO },	[CLDN_SSCOP_RSAK] = { 2, PDU_NOTHING },
	[CLDN_SSCOP_BGREJ] = { 2, PDU_INFO },	[CLDN_SSCOP_SD] = { 1, PDU_INFO },
	[CLDN_SSCOP_ER] = { 2, PDU_NOTHING },	[CLDN_SSCOP_POLL] = { 2, PDU_NOTHING },
	[CLDN_SSCOP_STAT] = { 3, PDU_LIST },	[CLDN_SSCOP_USTAT] = { 4, PDU_NOTHING },
	[CLDN_SSCOP_UD] = { 1, PDU_INFO },	[CLDN_SSCOP_MD] = { 1, PDU_INFO },
	[CLDN_SSCOP_ERAK] = { 2, PDU_NOTHING },
};

static u32 pdu_get(const u8 *at)
{
	return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

static void pdu_put(u8 *at, u32 word)
{
	at[0] = word >> 24;
	at[1] = word >> 16;
	at[2] = word >> 8;
	at[3] = word;
}

/* The numbers; @end is behind the PDU, whose length is right. */
static void pdu_numbers(struct cldn_sscop_pdu *p, const u8 *end)
{
	u32 last = pdu_get(end - 4) & CLDN_SSCOP_NUMBER_MASK;

	switch (p->type) {
	case CLDN_SSCOP_BGN:
	case CLDN_SSCOP_RS:
	case CLDN_SSCOP_ER:
		p->sq = end[-5];
		fallthrough;
	case CLDN_SSCOP_BGAK:
	case CLDN_SSCOP_RSAK:
	case CLDN_SSCOP_ERAK:
		p->nmr = last;
		break;
	case CLDN_SSCOP_END:
		p->s = end[-4] & 0x10;
		break;
	case CLDN_SSCOP_POLL:
		p->nps = pdu_get(end - 8) & CLDN_SSCOP_NUMBER_MASK;
		fallthrough;
	case CLDN_SSCOP_SD:
		p->ns = last;
		break;
	case CLDN_SSCOP_STAT:
		p->nps = pdu_get(end - 12) & CLDN_SSCOP_NUMBER_MASK;
		fallthrough;
	case CLDN_SSCOP_USTAT:
		p->nmr = pdu_get(end - 8) & CLDN_SSCOP_NUMBER_MASK;
		p->nr = last;
		break;
	}
}

int cldn_sscop_parse(struct cldn_sscop_pdu *p, const u8 *buf, size_t len)
{
	size_t fixed, rest, pad;

	memset(p, 0, sizeof(*p));
	if (len < 4 || len % 4)
		return -EBADMSG;
	p->type = buf[len - 4] & 0x0f;
	pad = buf[len - 4] >> 6;
	fixed = 4 * pdu_layouts[p->type].words;
	if (!fixed || len < fixed)
		return -EBADMSG;
	rest = len - fixed;
	switch (pdu_layouts[p->type].rest) {
	case PDU_INFO:
		if (pad > rest)
			return -EBADMSG;
		p->info = buf;
		p->info_len = rest - pad;
		break;
	case PDU_LIST:
		p->list = buf;
		p->nlist = rest / 4;
		break;
	default:
		if (rest)
			return -EBADMSG;
		break;
	}
	if (p->type == CLDN_SSCOP_USTAT) {
		p->list = buf;
		p->nlist = 2;
	}
	pdu_numbers(p, buf + len);
	return 0;
}

u32 cldn_sscop_element(const struct cldn_sscop_pdu *p, size_t i)
{
	return pdu_get(p->list + 4 * i) & CLDN_SSCOP_NUMBER_MASK;
}

void cldn_sscop_put_element(u8 *out, size_t i, u32 number)
{
	pdu_put(out + 4 * i, number);
}

/* Pads an SDU to whole words; the trailer counts the octets. */
static size_t pdu_pad(u8 *out, size_t len, u32 *trailer)
{
	while (len % 4) {
		out[len++] = 0;
		*trailer += 1U << 30;
	}
	return len;
}

size_t cldn_sscop_build(u8 *out, const struct cldn_sscop_pdu *p)
{
	u32 trailer = (u32)p->type << 24;
	size_t len = 4 * p->nlist;

	switch (p->type) {
	case CLDN_SSCOP_SD:
	case CLDN_SSCOP_UD:
	case CLDN_SSCOP_MD:
		len = pdu_pad(out, p->info_len, &trailer);
		trailer |= p->ns;
		break;
	case CLDN_SSCOP_POLL:
		pdu_put(out, p->nps);
		len = 4;
		trailer |= p->ns;
		break;
	case CLDN_SSCOP_STAT:
		pdu_put(out + len, p->nps);
		len += 4;
		fallthrough;
	case CLDN_SSCOP_USTAT:
		pdu_put(out + len, p->nmr);
		len += 4;
		trailer |= p->nr;
		break;
	default:
		pdu_put(out, p->sq);
		len = 4;
		trailer |= (p->s ? 1U << 28 : 0) | p->nmr;
		break;
	}
	pdu_put(out + len, trailer);
	return len + 4;
}
