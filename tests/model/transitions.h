/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The edges of the close protocol, by name. close.pml marks each where it happens, the search must
 * have walked every one, and so can a unit test of the code: who wants the list defines
 * TRANSITION(name), includes this file, and undefines it again.
 */

/* admission: cldn_submit() */
TRANSITION(submit_accepted) /* listed and counted: a completion is owed */
TRANSITION(submit_refused_closing) /* EBADFD from the claim on, and no record */
TRANSITION(submit_refused_orphan) /* EPIPE: the file of the handle's queue is gone */

/* a request's life: cldn_op_next(), cldn_op_complete(), cldn_op_cancel(), cldn_ops_end_...() */
TRANSITION(op_started) /* QUEUED -> STARTED on an open handle */
TRANSITION(op_started_draining) /* the same in the first rung of a DRAIN */
TRANSITION(op_next_refused) /* one is queued, but a close gives the class nothing more */
TRANSITION(op_completed_by_worker) /* the class ends what it has started */
TRANSITION(op_completed_by_interrupt) /* somebody else does, in any context */
TRANSITION(op_cancelled_queued) /* CANCEL ends what was not started */
TRANSITION(op_cancelled_started) /* and only marks what was */
TRANSITION(op_ended_unstarted) /* a close ends what will never be started */
TRANSITION(op_ended_by_close) /* its silence ends what is outstanding all the same */
TRANSITION(claim_lost) /* who completes a request for the second time changes nothing */

/* the wish: cldn_wish_raise() */
TRANSITION(wish_first) /* claims OPEN -> CLOSING */
TRANSITION(wish_raised) /* a higher mode replaces the one that runs */
TRANSITION(wish_nearer) /* a nearer deadline does */
TRANSITION(wish_kept) /* a lower mode or a later deadline changes nothing */
TRANSITION(wish_after_closed) /* EBADFD */

/* who ends it: cldn_handle_close(), cldn_handle_release(), cldn_link_event() */
TRANSITION(closer_claimed) /* the CLOSE that waits for the end */
TRANSITION(closer_already) /* CLOSE while another close runs: EALREADY, at once */
TRANSITION(closer_dead) /* CLOSE on a CLOSED handle: EBADFD */
TRANSITION(closer_killed) /* a fatal signal makes the rest an emergency, and CLOSE waits on */
TRANSITION(closer_released) /* CLOSE returns: the hardware is free */
TRANSITION(closer_stuck) /* CLOSE returns EIO: out_released is 0 */
TRANSITION(waiter_woken) /* who sleeps in CLOSE is woken, and looks again */
TRANSITION(release_raised) /* the file goes while the handle is open */
TRANSITION(unplugged) /* the worker sees CLDN_LINK_GONE */

/* the ladder: cldn_close_run() */
TRANSITION(rung_done) /* the class says that it is over */
TRANSITION(rung_waits) /* the class wants to be run again */
TRANSITION(rung_skipped) /* not for this mode, or no time is left for it */
TRANSITION(rung_cut_by_wish) /* the wish was raised out of its modes */
TRANSITION(rung_cut_by_deadline) /* its time is up */

/* silence and records: cldn_silence(), cldn_post_locked(), read_iter and release of the queue */
TRANSITION(silence_taken_by_worker) /* the usual way */
TRANSITION(silence_taken_by_watchdog) /* the worker is held in a lower driver */
TRANSITION(forced_close_posted) /* PHONE_CLOSE, for an owner who did not close himself */
TRANSITION(gate_shut) /* the queue's number is latched */
TRANSITION(late_event_counted) /* an indication meets the shut gate */
TRANSITION(record_queued) /* a record gets its number and its place */
TRANSITION(record_copy_failed) /* it stays the head */
TRANSITION(record_read) /* copied whole, then unlinked */
TRANSITION(record_orphaned) /* no file any more: thrown away */

/* the end: cldn_close_finish(), cldn_close_watchdog() */
TRANSITION(released) /* the link is shut, then closed */
TRANSITION(device_free) /* nobody has the device: IDLE */
TRANSITION(device_gone) /* the same after GONE */
TRANSITION(filed_closed) /* the first report, and CLOSED with it */
TRANSITION(filed_late) /* the second, after STUCK */
TRANSITION(stuck) /* the watchdog ends the handle without the worker */
TRANSITION(watchdog_early) /* an alarm before the deadline is set anew */
TRANSITION(watchdog_again) /* the worker is on its way: it gets another tick */
