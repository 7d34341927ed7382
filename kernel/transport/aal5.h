/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AAL5 (I.363.5): an SDU as a row of cells of one channel, and back. The row is the CPCS-PDU:
 *
 *   SDU | pad (0 to 47 octets of 0) | UU (1) = 0 | CPI (1) = 0 | length of the SDU (2) | CRC-32 (4)
 *
 * a multiple of 48 octets; bit 0 of the payload type marks its last cell. A PDU may begin in one
 * frame and go on in the next, between cells of other channels. The CRC is of 04C11DB7, most
 * significant bit first, begun with all ones and complemented.
 *
 * Pure functions over (bytes, length): no lock, no allocation, no kernel call. The same files build
 * in userspace for tests and fuzzing.
 *
 * Sending: begin (fill)* until done. The SDU is the caller's and stays as it is until then.
 *
 * States of a channel that receives, and who owns the buffer:
 *
 *   idle      no PDU has begun; there is no buffer
 *   filling   cells of a PDU came; what give() handed in is the channel's to write, the owner's to
 *             free. It leaves by WHOLE, by a fault or by drop(); from then on nothing here points
 *             at the buffer
 *   skipping  a PDU was dropped and its last cell has not come; there is no buffer, and the cells
 *             up to that one, itself included, are thrown away, so that what follows is whole again
 *
 * Sequence: init (append (ROOM (give append | drop))? | drop)*, one caller at a time. The owner
 * bounds memory and time: it need not give what is asked for, and may drop at any time. Nothing is
 * to be freed here.
 */
#ifndef CLEARDOWN_TRANSPORT_AAL5_H
#define CLEARDOWN_TRANSPORT_AAL5_H

#include <linux/types.h>
#include "cell.h"

#define CLDN_AAL5_SDU_MAX 65535U
#define CLDN_AAL5_TRAILER 8U

/* What crc32_be() makes of ~0 and a whole PDU, its own CRC included. */
#define CLDN_AAL5_RESIDUE 0xc704dd7bU

/** cldn_aal5_pdu_size - octets of the PDU that carries an SDU of @sdu octets */
static inline u32 cldn_aal5_pdu_size(u32 sdu)
{
	u32 cells = (sdu + CLDN_AAL5_TRAILER + CLDN_CELL_PAYLOAD - 1) / CLDN_CELL_PAYLOAD;

	return cells * CLDN_CELL_PAYLOAD;
}

/* ---- sending ---- */

/**
 * struct cldn_aal5_tx - an SDU on its way into frames
 * @sdu: the caller's
 * @len: octets of @sdu
 * @at: octets of the PDU that are in frames
 * @end: octets of the PDU
 * @vpi: virtual path
 * @vci: virtual channel
 */
struct cldn_aal5_tx {
	const u8 *sdu;
	u32 len;
	u32 at;
	u32 end;
	u16 vpi;
	u16 vci;
};

/**
 * cldn_aal5_tx_begin - begin to send an SDU
 * @tx: is set up
 * @vpi: at most CLDN_VPI_MAX
 * @vci: any
 * @sdu: linear; stays as it is until the PDU is done
 * @len: 1 to CLDN_AAL5_SDU_MAX
 * Return: false when there can be no such PDU. A length of 0 is AAL5's word for an abort.
 */
bool cldn_aal5_tx_begin(struct cldn_aal5_tx *tx, u16 vpi, u16 vci, const u8 *sdu, size_t len);

/**
 * cldn_aal5_tx_fill - put as many of its cells into a frame as fit
 * @tx: as begun
 * @w: frame; other PDUs may have cells in it
 * Return: how many.
 */
u32 cldn_aal5_tx_fill(struct cldn_aal5_tx *tx, struct cldn_frame_writer *w);

/** cldn_aal5_tx_done - true when all cells are in frames */
static inline bool cldn_aal5_tx_done(const struct cldn_aal5_tx *tx)
{
	return tx->at == tx->end;
}

/* ---- receiving ---- */

enum cldn_aal5_result {
	CLDN_AAL5_MORE, /* the cell is taken, its PDU goes on */
	CLDN_AAL5_ROOM, /* the cell is not taken: give() and append() it again, or drop() */
	CLDN_AAL5_WHOLE, /* the first rx->sdu octets of the buffer are an SDU */
	CLDN_AAL5_SKIPPED, /* the cell belongs to a PDU that was dropped */
	/* The PDU is dropped, because */
	CLDN_AAL5_TOO_LONG, /* the SDU is longer than the channel admits */
	CLDN_AAL5_CRC, /* it is not as it was sent: cells were lost, changed or mixed */
	CLDN_AAL5_CPI, /* its kind is none that is known */
	CLDN_AAL5_ABORT, /* the sender said so: a length of 0 */
	CLDN_AAL5_LENGTH, /* the length does not agree with the number of cells */
	CLDN_AAL5_RESULTS
};

/**
 * struct cldn_aal5_rx - a channel that receives
 * @buf: the owner's, while filling; else NULL
 * @size: octets of @buf
 * @len: octets of the PDU so far
 * @max: longest SDU that is admitted
 * @sdu: length of the last whole SDU
 * @skip: skipping
 */
struct cldn_aal5_rx {
	u8 *buf;
	u32 size;
	u32 len;
	u32 max;
	u32 sdu;
	bool skip;
};

/**
 * cldn_aal5_rx_init - begin idle
 * @rx: channel
 * @max: longest SDU, 1 to CLDN_AAL5_SDU_MAX; no buffer of more than cldn_aal5_pdu_size(@max) is
 *	ever asked for
 */
void cldn_aal5_rx_init(struct cldn_aal5_rx *rx, u32 max);

/**
 * cldn_aal5_rx_append - take the next cell of the channel
 * @rx: channel
 * @payload: CLDN_CELL_PAYLOAD octets
 * @last: the cell's payload type says so
 *
 * After WHOLE and after every fault the channel has let go of its buffer.
 * Return: enum cldn_aal5_result.
 */
enum cldn_aal5_result cldn_aal5_rx_append(struct cldn_aal5_rx *rx, const u8 *payload, bool last);

/**
 * cldn_aal5_rx_give - hand in a buffer, or a larger one
 * @rx: idle or filling
 * @buf: its first @rx->len octets are those of the buffer before: the owner copied them
 * @size: octets of @buf, at least @rx->len and CLDN_CELL_PAYLOAD more
 */
void cldn_aal5_rx_give(struct cldn_aal5_rx *rx, u8 *buf, u32 size);

/**
 * cldn_aal5_rx_drop - let go of the buffer and forget the PDU
 * @rx: any state
 * @rest: more of its cells will come and are to be skipped. True for want of memory, unless the
 *	cell in hand is the PDU's last; false after a silence, when the next cell to come is more
 *	likely the first of another PDU
 */
void cldn_aal5_rx_drop(struct cldn_aal5_rx *rx, bool rest);

#endif /* CLEARDOWN_TRANSPORT_AAL5_H */
