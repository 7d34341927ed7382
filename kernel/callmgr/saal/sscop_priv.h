/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between sscop.c (connection control) and sscop_data.c (assured data in READY); nobody else
 * includes it.
 */
#ifndef CLEARDOWN_CALLMGR_SAAL_SSCOP_PRIV_H
#define CLEARDOWN_CALLMGR_SAAL_SSCOP_PRIV_H

#include "sscop.h"

/* From @from to @to; in the upper half of the range when @to is the one behind. */
static inline u32 sscop_distance(u32 from, u32 to)
{
	return (to - from) & CLDN_SSCOP_NUMBER_MASK;
}

static inline bool sscop_behind(u32 distance)
{
	return distance > CLDN_SSCOP_NUMBER_MASK / 2;
}

static inline u32 sscop_next(u32 number)
{
	return (number + 1) & CLDN_SSCOP_NUMBER_MASK;
}

/* ---- sscop.c ---- */

void cldn_sscop_start(struct cldn_sscop *s, enum cldn_sscop_timer which);
void cldn_sscop_stop(struct cldn_sscop *s, enum cldn_sscop_timer which);
void cldn_sscop_error(struct cldn_sscop *s, char letter, u32 count);

static inline bool sscop_running(const struct cldn_sscop *s, enum cldn_sscop_timer which)
{
	return s->running & 1U << which;
}

/* Send a PDU without an SDU; list elements stand in @s->control already. */
void cldn_sscop_send(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);

/* READY is over since the two ends' numbers do not fit together. */
void cldn_sscop_recover(struct cldn_sscop *s, char letter);

/* ---- sscop_data.c ---- */

/* Numbers and buffers as a connection begins with them; all but VT(MS), which the peer gave. */
void cldn_sscop_data_clear(struct cldn_sscop *s);

/* READY was entered. */
void cldn_sscop_data_begin(struct cldn_sscop *s);

/* Make the peer say something soon. */
void cldn_sscop_data_challenge(struct cldn_sscop *s);

void cldn_sscop_data_timer(struct cldn_sscop *s, enum cldn_sscop_timer which);
void cldn_sscop_data_sd(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);
void cldn_sscop_data_poll(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);
void cldn_sscop_data_stat(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);
void cldn_sscop_data_ustat(struct cldn_sscop *s, const struct cldn_sscop_pdu *p);

#endif /* CLEARDOWN_CALLMGR_SAAL_SSCOP_PRIV_H */
