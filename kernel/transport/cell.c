// SPDX-License-Identifier: GPL-2.0-only
/* ATM cells in an MPLS frame. See cell.h; nothing here but functions of their arguments. */
#include "cell.h"

#define LABEL_SHIFT 12
#define LABEL_BOTTOM 0x100U /* S: no other label follows */
#define LABEL_TTL 255U

#define CELL_VPI_SHIFT 20
#define CELL_VCI_SHIFT 4
#define CELL_PTI_SHIFT 1
#define CELL_PTI_MASK 7U
#define CELL_CLP 1U

static void cell_put(u8 *out, u32 word)
{
	out[0] = word >> 24;
	out[1] = word >> 16;
	out[2] = word >> 8;
	out[3] = word;
}

static u32 cell_get(const u8 *in)
{
	return (u32)in[0] << 24 | (u32)in[1] << 16 | (u32)in[2] << 8 | in[3];
}

bool cldn_frame_start(struct cldn_frame_writer *w, u8 *buf, size_t room, u32 label)
{
	if (room < CLDN_FRAME_MIN || label < CLDN_LABEL_MIN || label > CLDN_LABEL_MAX)
		return false;
	w->buf = buf;
	w->room = room;
	w->len = CLDN_LABEL_SIZE;
	cell_put(buf, label << LABEL_SHIFT | LABEL_BOTTOM | LABEL_TTL);
	return true;
}

u8 *cldn_frame_add(struct cldn_frame_writer *w, const struct cldn_cell *cell)
{
	u8 *at = w->buf + w->len;

	if (w->room - w->len < CLDN_CELL_SIZE)
		return NULL;
	cell_put(at, (u32)(cell->vpi & CLDN_VPI_MAX) << CELL_VPI_SHIFT |
			     (u32)cell->vci << CELL_VCI_SHIFT |
			     (cell->pti & CELL_PTI_MASK) << CELL_PTI_SHIFT |
			     (cell->clp ? CELL_CLP : 0));
	w->len += CLDN_CELL_SIZE;
	return at + CLDN_CELL_HEADER;
}

enum cldn_frame_fault cldn_frame_read(struct cldn_frame_reader *r, const u8 *buf, size_t len,
				      u32 label)
{
	u32 entry;

	if (len < CLDN_FRAME_MIN)
		return CLDN_FRAME_SHORT;
	entry = cell_get(buf);
	if (entry >> LABEL_SHIFT != label || !(entry & LABEL_BOTTOM))
		return CLDN_FRAME_LABEL;
	if ((len - CLDN_LABEL_SIZE) % CLDN_CELL_SIZE)
		return CLDN_FRAME_LENGTH;
	r->buf = buf;
	r->len = len;
	r->at = CLDN_LABEL_SIZE;
	return CLDN_FRAME_GOOD;
}

const u8 *cldn_frame_next(struct cldn_frame_reader *r, struct cldn_cell *cell)
{
	const u8 *at = r->buf + r->at;
	u32 word;

	if (r->len - r->at < CLDN_CELL_SIZE)
		return NULL;
	word = cell_get(at);
	cell->vpi = word >> CELL_VPI_SHIFT;
	cell->vci = word >> CELL_VCI_SHIFT;
	cell->pti = word >> CELL_PTI_SHIFT & CELL_PTI_MASK;
	cell->clp = word & CELL_CLP;
	r->at += CLDN_CELL_SIZE;
	return at + CLDN_CELL_HEADER;
}
