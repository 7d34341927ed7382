/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ATM cells in an MPLS frame: RFC 4717, N-to-one cell mode without a control word. Behind the
 * Ethernet header come one label stack entry and n cells, of one channel or of several:
 *
 *   label (20 bits) | TC (3) = 0 | S (1) = 1 | TTL (8) = 255
 *   n times: VPI (12) | VCI (16) | PTI (3) | CLP (1), then 48 octets
 *
 * The shortest frame has one cell and is longer than the 60 octets up to which Ethernet pads, so
 * the length of a frame tells the number of its cells exactly.
 *
 * Pure functions over (bytes, length): no lock, no allocation, no kernel call. The same files build
 * in userspace for tests and fuzzing. Whoever calls has the memory; nothing is kept past a call but
 * what the structures here show.
 *
 * Writing: start (add)*, then w->len octets are the frame.
 * Reading: read, and only after CLDN_FRAME_GOOD: next until NULL.
 */
#ifndef CLEARDOWN_TRANSPORT_CELL_H
#define CLEARDOWN_TRANSPORT_CELL_H

#include <linux/types.h>

#define CLDN_CELL_HEADER 4U
#define CLDN_CELL_PAYLOAD 48U
#define CLDN_CELL_SIZE (CLDN_CELL_HEADER + CLDN_CELL_PAYLOAD)
#define CLDN_VPI_MAX 0xfffU

/* The label stack entry. Labels below CLDN_LABEL_MIN have a meaning of their own in MPLS. */
#define CLDN_LABEL_SIZE 4U
#define CLDN_LABEL_MIN 16U
#define CLDN_LABEL_MAX 0xfffffU
#define CLDN_FRAME_MIN (CLDN_LABEL_SIZE + CLDN_CELL_SIZE)

/* Payload types; from PTI_OAM on a cell carries management and belongs to no PDU. */
#define CLDN_PTI_LAST 1U
#define CLDN_PTI_OAM 4U

/**
 * struct cldn_cell - the header of a cell
 * @vpi: virtual path, at most CLDN_VPI_MAX
 * @vci: virtual channel
 * @pti: payload type, 3 bits
 * @clp: may be lost first
 */
struct cldn_cell {
	u16 vpi;
	u16 vci;
	u8 pti;
	bool clp;
};

/** cldn_cell_is_user - true for a cell of a PDU, false for one of management */
static inline bool cldn_cell_is_user(const struct cldn_cell *cell)
{
	return cell->pti < CLDN_PTI_OAM;
}

/** cldn_cell_is_last - true for the last cell of a PDU; of no use for a cell of management */
static inline bool cldn_cell_is_last(const struct cldn_cell *cell)
{
	return cell->pti & CLDN_PTI_LAST;
}

/** cldn_frame_cells - how many cells a frame of @room octets holds, the label counted in @room */
static inline u32 cldn_frame_cells(size_t room)
{
	return room < CLDN_FRAME_MIN ? 0 : (room - CLDN_LABEL_SIZE) / CLDN_CELL_SIZE;
}

/**
 * struct cldn_frame_writer - a frame that is being made
 * @buf: its first octet, that of the label
 * @room: octets of @buf
 * @len: octets that are made
 */
struct cldn_frame_writer {
	u8 *buf;
	size_t room;
	size_t len;
};

/**
 * cldn_frame_start - begin a frame with its label
 * @w: is set up
 * @buf: the caller's, for as long as @w is used
 * @room: octets of @buf; the MTU decides
 * @label: CLDN_LABEL_MIN to CLDN_LABEL_MAX
 * Return: false when not even one cell fits, or the label is none.
 */
bool cldn_frame_start(struct cldn_frame_writer *w, u8 *buf, size_t room, u32 label);

/**
 * cldn_frame_add - begin a cell
 * @w: as started
 * @cell: its header
 * Return: where its CLDN_CELL_PAYLOAD octets belong, all of which the caller has to write; NULL
 * when the frame is full.
 */
u8 *cldn_frame_add(struct cldn_frame_writer *w, const struct cldn_cell *cell);

/* What is wrong with a frame as a whole. */
enum cldn_frame_fault {
	CLDN_FRAME_GOOD,
	CLDN_FRAME_SHORT, /* no room for a label and a cell */
	CLDN_FRAME_LABEL, /* another label, or one with more of them behind it */
	CLDN_FRAME_LENGTH, /* the last cell is not whole */
};

/**
 * struct cldn_frame_reader - a received frame
 * @buf: its first octet, that of the label
 * @len: octets of @buf
 * @at: octets that were looked at
 */
struct cldn_frame_reader {
	const u8 *buf;
	size_t len;
	size_t at;
};

/**
 * cldn_frame_read - look at a received frame as a whole
 * @r: is set up
 * @buf: linear, from the label on; the caller's, for as long as @r is used
 * @len: octets of @buf
 * @label: the only one that is ours
 *
 * TC and TTL are a router's to change and are not looked at.
 * Return: CLDN_FRAME_GOOD, or why no cell of it is to be believed.
 */
enum cldn_frame_fault cldn_frame_read(struct cldn_frame_reader *r, const u8 *buf, size_t len,
				      u32 label);

/**
 * cldn_frame_next - take the next cell
 * @r: good
 * @cell: answer
 * Return: its CLDN_CELL_PAYLOAD octets in @r->buf, NULL behind the last one.
 */
const u8 *cldn_frame_next(struct cldn_frame_reader *r, struct cldn_cell *cell);

#endif /* CLEARDOWN_TRANSPORT_CELL_H */
