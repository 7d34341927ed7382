// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSCF at the UNI. See sscf.h.
 */
#include <linux/errno.h>
#include <linux/types.h>
#include "sscf.h"

/* ---- upcalls of SSCOP ---- */

static void sscf_send(void *ctx, const u8 *pdu, size_t len)
{
	struct cldn_sscf *f = ctx;

	f->ops->send(f->ctx, pdu, len);
}

static void sscf_timer_start(void *ctx, enum cldn_sscop_timer which, u32 ms)
{
	struct cldn_sscf *f = ctx;

	f->ops->timer_start(f->ctx, which, ms);
}

static void sscf_timer_stop(void *ctx, enum cldn_sscop_timer which)
{
	struct cldn_sscf *f = ctx;

	f->ops->timer_stop(f->ctx, which);
}

static void sscf_signal(void *ctx, enum cldn_sscop_signal signal)
{
	static const u8 signals[] = {
		[CLDN_SSCOP_ESTABLISH_IND] = CLDN_SAAL_ESTABLISH_IND,
		[CLDN_SSCOP_ESTABLISH_CONF] = CLDN_SAAL_ESTABLISH_CONF,
		[CLDN_SSCOP_RELEASE_IND] = CLDN_SAAL_RELEASE_IND,
		[CLDN_SSCOP_RELEASE_CONF] = CLDN_SAAL_RELEASE_CONF,
		[CLDN_SSCOP_RESYNC_IND] = CLDN_SAAL_ESTABLISH_IND,
		[CLDN_SSCOP_RESYNC_CONF] = CLDN_SAAL_ESTABLISH_CONF,
		[CLDN_SSCOP_RECOVER_IND] = CLDN_SAAL_ESTABLISH_IND,
	};
	struct cldn_sscf *f = ctx;

	if (signals[signal] == CLDN_SAAL_ESTABLISH_IND)
		cldn_sscop_respond(&f->sscop);
	f->ops->signal(f->ctx, signals[signal]);
}

static void sscf_deliver(void *ctx, const u8 *sdu, size_t len)
{
	struct cldn_sscf *f = ctx;

	f->ops->data(f->ctx, sdu, len);
}

static void sscf_unitdata(void *ctx, const u8 *sdu, size_t len)
{
	struct cldn_sscf *f = ctx;

	if (f->ops->unitdata)
		f->ops->unitdata(f->ctx, sdu, len);
}

static void sscf_room(void *ctx)
{
	struct cldn_sscf *f = ctx;

	f->ops->room(f->ctx);
}

static void sscf_error(void *ctx, char letter, u32 count)
{
	struct cldn_sscf *f = ctx;

	f->ops->error(f->ctx, letter, count);
}

static const struct cldn_sscop_ops sscf_sscop_ops = {
	.send = sscf_send,
	.timer_start = sscf_timer_start,
	.timer_stop = sscf_timer_stop,
	.signal = sscf_signal,
	.deliver = sscf_deliver,
	.unitdata = sscf_unitdata,
	.room = sscf_room,
	.error = sscf_error,
};

/* ---- requests ---- */

void cldn_sscf_init(struct cldn_sscf *f, const struct cldn_sscop_cfg *cfg, void *slots,
		    const struct cldn_sscf_ops *ops, void *ctx)
{
	f->ops = ops;
	f->ctx = ctx;
	cldn_sscop_init(&f->sscop, cfg, slots, &sscf_sscop_ops, f);
}

/* One of the two is right, or what was asked for is under way already. */
void cldn_sscf_establish(struct cldn_sscf *f)
{
	if (cldn_sscop_establish(&f->sscop))
		cldn_sscop_resync(&f->sscop);
}

void cldn_sscf_release(struct cldn_sscf *f)
{
	if (cldn_sscop_release(&f->sscop) == -ENOTCONN)
		f->ops->signal(f->ctx, CLDN_SAAL_RELEASE_CONF);
}
