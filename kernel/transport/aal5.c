// SPDX-License-Identifier: GPL-2.0-only
/* AAL5, after I.363.5. See aal5.h; nothing here but functions of their arguments. */
#include <linux/crc32.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "aal5.h"

/* Where the trailer's fields are, from the beginning of a PDU's last cell. */
#define TRAILER_UU 40
#define TRAILER_CPI 41
#define TRAILER_LENGTH 42
#define TRAILER_CRC 44

#define CRC_BEGIN (~0U)

/* ---- sending ---- */

bool cldn_aal5_tx_begin(struct cldn_aal5_tx *tx, u16 vpi, u16 vci, const u8 *sdu, size_t len)
{
	if (!len || len > CLDN_AAL5_SDU_MAX || vpi > CLDN_VPI_MAX)
		return false;
	tx->sdu = sdu;
	tx->len = len;
	tx->at = 0;
	tx->end = cldn_aal5_pdu_size(len);
	tx->vpi = vpi;
	tx->vci = vci;
	return true;
}

/*
 * UU and CPI are 0 as the padding is; the CRC covers all but itself. Of the SDU in one piece it is
 * cheaper than cell by cell.
 */
static void aal5_put_trailer(const struct cldn_aal5_tx *tx, u8 *cell)
{
	static const u8 padding[CLDN_CELL_PAYLOAD];
	u32 pad = tx->end - CLDN_AAL5_TRAILER - tx->len;
	u32 crc = crc32_be(crc32_be(CRC_BEGIN, tx->sdu, tx->len), padding, pad);

	cell[TRAILER_LENGTH] = tx->len >> 8;
	cell[TRAILER_LENGTH + 1] = tx->len;
	crc = ~crc32_be(crc, cell + TRAILER_UU, TRAILER_CRC - TRAILER_UU);
	cell[TRAILER_CRC] = crc >> 24;
	cell[TRAILER_CRC + 1] = crc >> 16;
	cell[TRAILER_CRC + 2] = crc >> 8;
	cell[TRAILER_CRC + 3] = crc;
}

static void aal5_put_cell(struct cldn_aal5_tx *tx, u8 *cell)
{
	u32 n = 0;

	/* The last cell, or its beginning, may have nothing of the SDU. */
	if (tx->at < tx->len) {
		n = min(tx->len - tx->at, CLDN_CELL_PAYLOAD);
		memcpy(cell, tx->sdu + tx->at, n);
	}
	memset(cell + n, 0, CLDN_CELL_PAYLOAD - n);
	tx->at += CLDN_CELL_PAYLOAD;
	if (cldn_aal5_tx_done(tx))
		aal5_put_trailer(tx, cell);
}

u32 cldn_aal5_tx_fill(struct cldn_aal5_tx *tx, struct cldn_frame_writer *w)
{
	struct cldn_cell cell = { .vpi = tx->vpi, .vci = tx->vci };
	u32 cells = 0;
	u8 *out;

	while (!cldn_aal5_tx_done(tx)) {
		if (tx->end - tx->at == CLDN_CELL_PAYLOAD)
			cell.pti = CLDN_PTI_LAST;
		out = cldn_frame_add(w, &cell);
		if (!out)
			break;
		aal5_put_cell(tx, out);
		cells++;
	}
	return cells;
}

/* ---- receiving ---- */

void cldn_aal5_rx_init(struct cldn_aal5_rx *rx, u32 max)
{
	rx->max = max;
	rx->sdu = 0;
	cldn_aal5_rx_drop(rx, false);
}

void cldn_aal5_rx_drop(struct cldn_aal5_rx *rx, bool rest)
{
	rx->buf = NULL;
	rx->size = 0;
	rx->len = 0;
	rx->skip = rest;
}

void cldn_aal5_rx_give(struct cldn_aal5_rx *rx, u8 *buf, u32 size)
{
	rx->buf = buf;
	rx->size = size;
}

/* The CRC first: before it is right no other field means anything. */
static enum cldn_aal5_result aal5_check(const struct cldn_aal5_rx *rx, u32 *sdu)
{
	const u8 *cell = rx->buf + rx->len - CLDN_CELL_PAYLOAD;

	*sdu = (u32)cell[TRAILER_LENGTH] << 8 | cell[TRAILER_LENGTH + 1];
	if (crc32_be(CRC_BEGIN, rx->buf, rx->len) != CLDN_AAL5_RESIDUE)
		return CLDN_AAL5_CRC;
	if (cell[TRAILER_CPI])
		return CLDN_AAL5_CPI;
	if (!*sdu)
		return CLDN_AAL5_ABORT;
	if (cldn_aal5_pdu_size(*sdu) != rx->len)
		return CLDN_AAL5_LENGTH;
	return *sdu > rx->max ? CLDN_AAL5_TOO_LONG : CLDN_AAL5_WHOLE;
}

enum cldn_aal5_result cldn_aal5_rx_append(struct cldn_aal5_rx *rx, const u8 *payload, bool last)
{
	enum cldn_aal5_result result;

	if (rx->skip) {
		rx->skip = !last;
		return CLDN_AAL5_SKIPPED;
	}
	if (rx->len >= cldn_aal5_pdu_size(rx->max)) {
		cldn_aal5_rx_drop(rx, !last);
		return CLDN_AAL5_TOO_LONG;
	}
	if (rx->size - rx->len < CLDN_CELL_PAYLOAD)
		return CLDN_AAL5_ROOM;
	memcpy(rx->buf + rx->len, payload, CLDN_CELL_PAYLOAD);
	rx->len += CLDN_CELL_PAYLOAD;
	if (!last)
		return CLDN_AAL5_MORE;
	result = aal5_check(rx, &rx->sdu);
	cldn_aal5_rx_drop(rx, false);
	return result;
}
