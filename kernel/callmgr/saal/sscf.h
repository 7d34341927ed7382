/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SSCF at the UNI (Q.2130): SSCOP as Q.2931 sees it. Pure like sscop.h. Whatever the peer begins
 * is accepted; what makes SSCOP begin anew inside of a connection - the peer's RS or ER, and our
 * own recovery - is told as another ESTABLISH_IND. With each ESTABLISH and RELEASE all data is
 * lost that was not delivered (BR = 1).
 *
 * As Q.2931 sees it, and by the states of SSCOP:
 *
 *   released              1
 *   awaiting establish    2, 5     establish was called; ESTABLISH_CONF or RELEASE_IND comes
 *   awaiting release      4        release was called; RELEASE_CONF comes
 *   established           10, 7    7 for as long as a recovery takes: data gets -ENOTCONN, then
 *                                  ESTABLISH_IND or RELEASE_IND comes
 *
 * 3, 6, 8 and 9 are left before the call that entered them returns. A peer that begins anew in
 * the middle of a connection gives RELEASE_IND, and then at once ESTABLISH_IND; or, when
 * RELEASE_IND was answered with cldn_sscf_establish(), ESTABLISH_CONF.
 *
 * Calls: as in sscop.h. From within signal, data, unitdata and room everything may be called but
 * cldn_sscf_input() and cldn_sscf_timer(), from within the others nothing.
 */
#ifndef CLEARDOWN_CALLMGR_SAAL_SSCF_H
#define CLEARDOWN_CALLMGR_SAAL_SSCF_H

#include <linux/types.h>
#include "sscop.h"

enum cldn_saal_signal {
	CLDN_SAAL_ESTABLISH_IND,
	CLDN_SAAL_ESTABLISH_CONF,
	CLDN_SAAL_RELEASE_IND, /* @sscop.why tells why */
	CLDN_SAAL_RELEASE_CONF,
};

/**
 * struct cldn_sscf_ops - what the owner does and is told; those without a text are the same as in
 *	struct cldn_sscop_ops
 * @send:
 * @timer_start:
 * @timer_stop:
 * @signal: see enum cldn_saal_signal
 * @data: AAL-DATA.indication
 * @unitdata: AAL-UNITDATA.indication; may be NULL
 * @room:
 * @error:
 */
struct cldn_sscf_ops {
	void (*send)(void *ctx, const u8 *pdu, size_t len);
	void (*timer_start)(void *ctx, enum cldn_sscop_timer which, u32 ms);
	void (*timer_stop)(void *ctx, enum cldn_sscop_timer which);
	void (*signal)(void *ctx, enum cldn_saal_signal signal);
	void (*data)(void *ctx, const u8 *sdu, size_t len);
	void (*unitdata)(void *ctx, const u8 *sdu, size_t len);
	void (*room)(void *ctx);
	void (*error)(void *ctx, char letter, u32 count);
};

/**
 * struct cldn_sscf - embedded in its owner
 * @sscop: below us
 * @ops: of the owner
 * @ctx: for them
 */
struct cldn_sscf {
	struct cldn_sscop sscop;
	const struct cldn_sscf_ops *ops;
	void *ctx;
};

/** cldn_sscf_init - released; see cldn_sscop_init() */
void cldn_sscf_init(struct cldn_sscf *f, const struct cldn_sscop_cfg *cfg, void *slots,
		    const struct cldn_sscf_ops *ops, void *ctx);

/** cldn_sscf_input - a PDU was received */
static inline void cldn_sscf_input(struct cldn_sscf *f, const u8 *pdu, size_t len)
{
	cldn_sscop_input(&f->sscop, pdu, len);
}

/** cldn_sscf_timer - a timer that was started has run out */
static inline void cldn_sscf_timer(struct cldn_sscf *f, enum cldn_sscop_timer which)
{
	cldn_sscop_timer(&f->sscop, which);
}

/** cldn_sscf_established - cldn_sscf_data() may be called */
static inline bool cldn_sscf_established(const struct cldn_sscf *f)
{
	return f->sscop.state == CLDN_SSCOP_READY;
}

/**
 * cldn_sscf_lost - in RELEASE_IND: what was established is gone, and nothing is in its place
 * @f: in its upcall
 *
 * Else the peer has begun anew, and ESTABLISH_IND follows by itself. An owner that wants the
 * connection back calls cldn_sscf_establish() only when it is lost: our BGN would be to the peer
 * what its own is to us, and when both have taken an old BGAK for the answer each BGN has another
 * one, without an end.
 */
static inline bool cldn_sscf_lost(const struct cldn_sscf *f)
{
	return f->sscop.why != CLDN_SSCOP_AGAIN;
}

/**
 * cldn_sscf_establish - AAL-ESTABLISH.request
 * @f: released, or not: an established connection begins anew
 *
 * ESTABLISH_CONF or RELEASE_IND comes, once for all calls until then.
 */
void cldn_sscf_establish(struct cldn_sscf *f);

/**
 * cldn_sscf_release - AAL-RELEASE.request
 * @f: in whatever state
 *
 * RELEASE_CONF comes, within @cfg.max_cc times the timer CC; at once when there is nothing to
 * release. It needs no memory.
 */
void cldn_sscf_release(struct cldn_sscf *f);

/** cldn_sscf_abort - released at the return: END was sent once, and no signal comes */
static inline void cldn_sscf_abort(struct cldn_sscf *f)
{
	cldn_sscop_abort(&f->sscop);
}

/** cldn_sscf_data - AAL-DATA.request; see cldn_sscop_data() */
static inline int cldn_sscf_data(struct cldn_sscf *f, const u8 *sdu, size_t len)
{
	return cldn_sscop_data(&f->sscop, sdu, len);
}

/** cldn_sscf_unitdata - AAL-UNITDATA.request; see cldn_sscop_unitdata() */
static inline int cldn_sscf_unitdata(struct cldn_sscf *f, const u8 *sdu, size_t len)
{
	return cldn_sscop_unitdata(&f->sscop, sdu, len);
}

/** cldn_sscf_room - how many SDUs cldn_sscf_data() would take now */
static inline size_t cldn_sscf_room(const struct cldn_sscf *f)
{
	return cldn_sscop_room(&f->sscop);
}

#endif /* CLEARDOWN_CALLMGR_SAAL_SSCF_H */
