/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asynchronous requests.
 *
 * States of an op and who owns it:
 *
 *   QUEUED   accepted, on its handle's lists; the core owns it
 *   STARTED  the class has it (cldn_op_next()) and an executor's reference with it
 *   DONE     claimed by cldn_op_complete(); the record belongs to the event queue
 *
 *   submit -> QUEUED -> STARTED -> DONE          the usual way
 *             QUEUED -> DONE                     cancelled, timed out or closed before its start
 *
 * Completion is one compare-and-swap to DONE; who loses it only drops his reference. After the
 * claim nobody but the winner touches op->handle, and the winner not after he has unlocked it:
 * a closer waits under the handle's lock until the list is empty, so an op pins its handle exactly
 * until it is off that list. Unlinking and posting are one critical section (h->lock > q->lock).
 *
 * References: one of the handle's lists, which passes to the queued record; one of the executor,
 * dropped by cldn_op_put() after the op was completed by whomsoever.
 */
#ifndef CLEARDOWN_OP_H
#define CLEARDOWN_OP_H

#include <linux/atomic.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/timerqueue.h>
#include <cleardown/event.h>

struct cldn_handle;
struct cldn_evq;
struct cldn_device;

enum cldn_op_state {
	CLDN_OP_QUEUED,
	CLDN_OP_STARTED,
	CLDN_OP_DONE,
};

/**
 * struct cldn_op - one request
 * @rec: its completion record
 * @ref: memory life
 * @state: enum cldn_op_state; leaves QUEUED and STARTED by compare-and-swap only
 * @opcode: CLEARDOWN_OP_*
 * @in_len: bytes of @in
 * @deadline_ns: absolute CLOCK_MONOTONIC
 * @cancelled: somebody asked for its end; the executor reads it, the completion says ECANCELED
 * @handle: valid until the claim, see above
 * @evq: the queue that gets the record, pinned
 * @user: whose limits it counts against, pinned
 * @id_node: in h->ops_by_id; under h->lock
 * @node: in h->queued or h->started; under h->lock
 * @deadline_node: in h->deadlines; under h->lock
 * @out: room for the completion's data, @out_cap bytes behind @in
 * @out_cap: its size
 * @in: the input, copied at submit
 */
struct cldn_op {
	struct cldn_rec rec;
	refcount_t ref;
	atomic_t state;
	u32 opcode;
	u32 in_len;
	u64 deadline_ns;
	bool cancelled;
	struct cldn_handle *handle;
	struct cldn_evq *evq;
	struct cldn_user *user;
	struct rb_node id_node;
	struct list_head node;
	struct timerqueue_node deadline_node;
	u8 *out;
	u32 out_cap;
	u8 in[];
};

/**
 * cldn_op_complete - end a request, once
 * @op: any op the caller has a reference on; the reference stays the caller's
 * @status: word of the contract (CLEARDOWN_PHONEERR_*), 0 with @error 0
 * @error: 0 or a negative errno
 * @p1: goes into the record
 * @data: at most op->out_cap bytes are copied into the record, may be NULL
 * @len: of @data
 * Context: any. Return: true when this call completed it, false when it had been completed before.
 */
bool cldn_op_complete(struct cldn_op *op, u32 status, int error, u32 p1, const void *data,
		      size_t len);

/**
 * cldn_op_next - take the oldest queued request of the owner's handle
 * @dev: device
 * Context: the device's worker. Return: an op in state STARTED with a reference that the caller
 * drops with cldn_op_put() after completing it, or NULL.
 *
 * Returns NULL while the device is closing, but for the first rung of a DRAIN.
 */
struct cldn_op *cldn_op_next(struct cldn_device *dev);

/** cldn_op_put - drop a reference. Context: any. */
void cldn_op_put(struct cldn_op *op);

/** cldn_op_done - was it completed, by whomsoever? The executor's cue to let go. */
static inline bool cldn_op_done(const struct cldn_op *op)
{
	return atomic_read(&op->state) == CLDN_OP_DONE;
}

#endif /* CLEARDOWN_OP_H */
