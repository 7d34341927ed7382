/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event queues and the records in them.
 *
 * A queue is an object of its own with its own file. Handles hold the queue, never its file, so
 * there are no reference cycles and the completions of a closed handle can still be read. When
 * the file goes the queue is an orphan: posts are counted and thrown away.
 *
 * A record is embedded in the object that it speaks of (an op's completion, a handle's forced
 * close): its room is reserved when that object is born, so delivering it needs no memory. Only
 * repeatable indications are allocated when they happen, and may be dropped; a dropped one
 * consumes a sequence number.
 *
 * Life of a record: free -> queued (owned by the queue) -> read or thrown away -> free() is called
 * once, which drops the reference that the record held on its object.
 */
#ifndef CLEARDOWN_EVENT_H
#define CLEARDOWN_EVENT_H

#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/cleardown.h>

struct cldn_device;
struct cldn_handle;
struct cldn_user;

/**
 * struct cldn_rec - a record, embedded
 * @node: place in the queue; under q->lock
 * @head: the fixed part as the reader gets it; len, seq, ns, cookie and handle are filled by post
 * @data: head.data_len bytes that follow; must live as long as the record
 * @free: the record was read or thrown away. Any context; h->lock may be held.
 * @user: whose limit the record counts against while it is queued; NULL when counted elsewhere
 * @repeats: a full queue may drop it, whatever its type
 * @owed: a full queue takes it all the same, whatever its type
 */
struct cldn_rec {
	struct list_head node;
	struct cleardown_event head;
	const u8 *data;
	void (*free)(struct cldn_rec *rec);
	struct cldn_user *user;
	bool repeats;
	bool owed;
};

/**
 * cldn_indicate - report a repeatable indication to the owner and the observers that asked for it
 * @dev: device it happened on
 * @type: CLEARDOWN_EV_* >= CLEARDOWN_EV_FILTER_BASE
 * @p1: by type; for PHONE_STATE the CLEARDOWN_PHONESTATE_* that decide the filter
 * @p2: by type
 * @p3: by type
 * @data: at most CLEARDOWN_EVENT_DATA_MAX bytes, copied, may be NULL
 * @len: of @data
 * Context: the device's worker. Filters, gates and full queues are its business: it cannot fail.
 */
void cldn_indicate(struct cldn_device *dev, u32 type, u32 p1, u32 p2, u32 p3, const void *data,
		   size_t len);

/**
 * cldn_indicate_owing - likewise, and whoever is told is owed a second record
 * @dev: device it happened on
 * @type: CLEARDOWN_EV_* >= CLEARDOWN_EV_FILTER_BASE
 * @p1: by type
 * @p2: by type
 * @p3: by type
 * @then: @p3 of the second record, which has the rest of the first
 * Context: the device's worker. The second is reserved with the first, so it needs neither memory
 * nor room. It comes with cldn_indicate_owed(), with the next cldn_indicate_owing(), or before the
 * handle's event gate shuts. Whoever wants only the second gets only that, where there is room.
 */
void cldn_indicate_owing(struct cldn_device *dev, u32 type, u32 p1, u32 p2, u32 p3, u32 then);

/**
 * cldn_set_messages - of which states and buttons a phone's handle is to be told
 * @h: handle
 * @states: CLEARDOWN_PHONESTATE_*
 * @modes: CLEARDOWN_BUTTONMODE_*
 * @button_states: CLEARDOWN_BUTTONSTATE_*
 * Context: the caller of an ioctl. Of other events nothing changes.
 */
void cldn_set_messages(struct cldn_handle *h, u32 states, u32 modes, u32 button_states);

/* cldn_indicate_owed - what is owed on @dev is due now. Context: the device's worker. */
void cldn_indicate_owed(struct cldn_device *dev);

#endif /* CLEARDOWN_EVENT_H */
