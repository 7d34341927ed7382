/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a KUnit suite steps in to force an order that otherwise has to be hoped for. The calls
 * exist only in a kernel with KUnit, which no distribution ships; elsewhere they are nothing.
 */
#ifndef CLEARDOWN_HOOK_H
#define CLEARDOWN_HOOK_H

#include <linux/kconfig.h>

/* With what is passed; no lock is held at any of them. */
enum cldn_hook_at {
	CLDN_HOOK_SUBMIT, /* handle: a request was checked and charged, not yet admitted */
	CLDN_HOOK_ADMITTED, /* handle: it was admitted, the worker not yet kicked */
	CLDN_HOOK_COMPLETE, /* op: somebody is about to claim its completion */
	CLDN_HOOK_CLAIMED, /* op: he has claimed it and not yet posted the record */
	CLDN_HOOK_EXPIRED, /* handle: some requests whose time was up ended, not yet all; worker */
	CLDN_HOOK_WISH, /* handle: somebody is about to raise the wish */
	CLDN_HOOK_RAISED, /* handle: he has, and woken nobody yet */
	CLDN_HOOK_WAIT, /* handle: CLOSE is about to wait */
	CLDN_HOOK_STEP, /* handle: a rung is about to begin or go on; worker */
	CLDN_HOOK_ENDED, /* handle: every unclaimed op was ended, claimed ones are waited for */
	CLDN_HOOK_SILENCE, /* handle: every completion is queued, the event gate is open */
	CLDN_HOOK_SHUT, /* handle: the event gate is shut, the hardware not released */
	CLDN_HOOK_RELEASED, /* handle: the hardware is released, the handle not CLOSED; worker */
	CLDN_HOOK_CLOSED, /* handle: CLOSED, nobody woken yet; worker */
	CLDN_HOOK_WATCHDOG, /* handle: an alarm that was set for a close comes */
	CLDN_HOOK_READ, /* queue: its head was copied to the reader, or not, and is still there */
	CLDN_HOOK_VC_CLOSE, /* handle: its CLOSE is about to claim the end of the call */
	CLDN_HOOK_VC_WAITED, /* handle: its CLOSE waits no longer, and has not asked how it ended */
	CLDN_HOOK_VC_OVER, /* handle: the close of its call is over, nobody was told yet; worker */
	CLDN_HOOK_VC_OFFER, /* handle: an address family about to be offered a call; worker */
	CLDN_HOOK_VC_POST, /* record (struct cldn_rec): it is about to be queued; worker */
	CLDN_HOOK_CTL_WAIT, /* device: an administrator's close of its VCs is about to wait */
	CLDN_HOOK_FAX_CONNECT, /* the service's device: somebody is about to be its user */
	CLDN_HOOK_FAX_DUE, /* likewise: its work is about to look whether the idle time is over */
};

#if IS_ENABLED(CONFIG_KUNIT)
void cldn_hook(enum cldn_hook_at at, void *what);
/* NULL takes it away; returns when nobody is inside the one before. Process context. */
void cldn_hook_set(void (*fn)(enum cldn_hook_at at, void *what));
#else
static inline void cldn_hook(enum cldn_hook_at at, void *what)
{
}
#endif

#endif /* CLEARDOWN_HOOK_H */
