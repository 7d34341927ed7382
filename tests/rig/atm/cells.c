// SPDX-License-Identifier: GPL-2.0-only
/*
 * AAL5 (I.363.5) and N-to-one cells in MPLS frames (RFC 4717, no control word). Written for
 * itself, and shares nothing with the kernel's: what one of them has wrong, the other notices.
 */
#include <string.h>

#include "switch.h"

#define ETHERTYPE_MPLS	0x8847
#define LABEL_BOTTOM	0x100		/* of a label stack entry */
#define LABEL_TTL	255
#define TRAILER_LEN	8
#define PTI_LAST	1
#define PTI_NO_USER	4

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* Bit by bit, as the generator polynomial is written down: x^32 + x^26 + x^23 + ... + 1. */
uint32_t aal5_crc(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		for (bit = 7; bit >= 0; bit--) {
			bool out = crc >> 31;

			crc <<= 1;
			if (out != ((data[i] >> bit) & 1))
				crc ^= 0x04c11db7;
		}
	}
	return ~crc;
}

/* SDU, padding, trailer; returns the length, a multiple of 48. */
size_t aal5_pdu(uint8_t *pdu, const uint8_t *sdu, size_t len)
{
	size_t total = (len + TRAILER_LEN + CELL_DATA - 1) / CELL_DATA * CELL_DATA;

	memset(pdu, 0, total);
	memcpy(pdu, sdu, len);
	put16(pdu + total - 6, (uint32_t)len);
	put32(pdu + total - 4, aal5_crc(pdu, total - 4));
	return total;
}

/* What is wrong with a PDU; NULL when nothing is, and then its SDU is the first *sdu_len octets. */
const char *aal5_fault(const uint8_t *pdu, size_t len, size_t *sdu_len)
{
	if (!len || len % CELL_DATA || len > PDU_MAX)
		return "length of the PDU";
	if (get32(pdu + len - 4) != aal5_crc(pdu, len - 4))
		return "CRC";
	*sdu_len = get16(pdu + len - 6);
	if (pdu[len - 7])
		return "CPI";
	if (!*sdu_len)
		return "aborted by the sender";
	if (*sdu_len + TRAILER_LEN > len || *sdu_len + TRAILER_LEN + CELL_DATA <= len)
		return "length field";
	return NULL;
}

/*
 * One frame (FRAME_MAX of room) with the cells of a PDU from *done on, as many as the MTU admits;
 * returns its length, and *done is then behind the last octet that it carries.
 */
size_t frame_make(uint8_t *frame, const struct link *l, int vpi, int vci, const uint8_t *pdu,
		  size_t len, size_t *done)
{
	size_t at = FRAME_HEAD;

	memcpy(frame, l->machine, MAC_LEN);
	memcpy(frame + MAC_LEN, l->mac, MAC_LEN);
	put16(frame + 12, ETHERTYPE_MPLS);
	put32(frame + 14, l->label << 12 | LABEL_BOTTOM | LABEL_TTL);
	for (; *done < len && at + CELL_LEN <= l->mtu + 14; at += CELL_LEN) {
		bool last = *done + CELL_DATA == len;

		put32(frame + at, (uint32_t)vpi << 20 | (uint32_t)vci << 4 | last * PTI_LAST << 1);
		memcpy(frame + at + 4, pdu + *done, CELL_DATA);
		*done += CELL_DATA;
	}
	return at;
}

/* Why a frame is not one of the machine's with cells for us; NULL when it is. */
const char *frame_fault(const struct link *l, const uint8_t *frame, size_t len)
{
	uint32_t entry;

	if (len < FRAME_HEAD + CELL_LEN)
		return "too short";
	if (memcmp(frame, l->mac, MAC_LEN))
		return "not for us";
	if (memcmp(frame + MAC_LEN, l->machine, MAC_LEN))
		return "not the machine's";
	if (get16(frame + 12) != ETHERTYPE_MPLS)
		return "ethertype";
	entry = get32(frame + 14);
	if (entry >> 12 != l->label || !(entry & LABEL_BOTTOM))
		return "label";
	if ((len - FRAME_HEAD) % CELL_LEN)
		return "not whole cells";
	return NULL;
}

size_t frame_cells(size_t len)
{
	return (len - FRAME_HEAD) / CELL_LEN;
}

void frame_cell(struct cell *c, const uint8_t *frame, size_t index)
{
	const uint8_t *at = frame + FRAME_HEAD + index * CELL_LEN;
	uint32_t head = get32(at);
	uint32_t pti = head >> 1 & 7;

	c->vpi = (int)(head >> 20 & 0xff);
	c->vci = (int)(head >> 4 & 0xffff);
	c->last = pti & PTI_LAST;
	c->user = !(pti & PTI_NO_USER);
	c->data = at + 4;
}
