/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices and handles.
 *
 * A device is a bound piece of hardware: IDLE -> OPENING -> OPEN -> CLOSING -> IDLE, with GONE when
 * its hardware went away and STUCK while a lower driver keeps it. It has one worker; only that
 * touches the hardware. A handle is one open file on it: OPEN -> CLOSING -> CLOSED, for ever. The
 * file that may write is the owner (one), the others are observers. A class with members has no
 * owner: its devices have many handles with a life of their own (struct cldn_member_ops), and the
 * class raises and carries out their ends.
 *
 * Memory life of a handle is h->ref, use life is h->state (the gate). One references its file, one
 * the device while it is dev->owner or on dev->observers, one each queued embedded record.
 *
 * Locking, outermost first:
 *
 *   cldn_bind_mutex	bind, unbind, rebind, link registration; held over the link's probe
 *   dev->lock		state, owner, observers of the device; irqsave
 *   h->lock		state, wish, ops, stream of a handle; irqsave
 *   q->lock		records, gates and sequence numbers of an event queue; irqsave
 *
 * No tty or other lower driver's function is called with one of the spinlocks held. The class's
 * data (dev->class_data) belongs to the worker; what other contexts read of it is published by the
 * class under a lock of its own that nests inside all of these.
 */
#ifndef CLEARDOWN_OBJECT_H
#define CLEARDOWN_OBJECT_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/timerqueue.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cleardown/event.h>
#include <cleardown/link.h>

struct cldn_class;
struct cldn_evq;
struct cldn_member_ops;
struct cldn_op;
struct cldn_user;
struct iov_iter;
struct poll_table_struct;

/*
 * Why the worker runs; the low bits are the link's CLDN_LINK_*. It looks at everything in each run;
 * the bits that nobody tests are for the trace.
 */
#define CLDN_EV_OPEN BIT(8) /* an open waits for the hardware */
#define CLDN_EV_OP BIT(9) /* a request was queued */
#define CLDN_EV_CANCEL BIT(10) /* op->cancelled or h->cancel_call was set */
#define CLDN_EV_WISH BIT(11) /* a wish was raised */
#define CLDN_EV_TIMER BIT(12) /* the time asked for with cldn_wake_at() has come */
#define CLDN_EV_WRITE BIT(13) /* bytes were accepted from write(2) */
#define CLDN_EV_READ BIT(14) /* a reader made room */
#define CLDN_EV_STATUS BIT(17) /* somebody wants to know the lines as they are now */
#define CLDN_EV_SUSPEND BIT(16) /* the machine goes to sleep */
#define CLDN_EV_RESUME BIT(15) /* the machine comes back from suspend */

/**
 * struct cldn_wish - how a handle is to end; raised only (cldn_wish_raise())
 * @mode: enum cleardown_mode, 0 = none
 * @deadline_ns: absolute; the nearer one wins
 * @cause: enum cleardown_cause, the first
 * @detail: of @cause
 * @later: mask of causes that came later
 * @file: it came from the end of the owner's file, not from a CLOSE
 */
struct cldn_wish {
	u32 mode;
	u64 deadline_ns;
	u32 cause;
	u32 detail;
	u32 later;
	bool file;
};

/**
 * struct cldn_who - a process as reports name it
 * @pid: in the initial namespace
 * @uid: of the user
 * @signal: that killed it, 0 when none
 * @comm: its name
 */
struct cldn_who {
	pid_t pid;
	u32 signal;
	kuid_t uid;
	char comm[CLEARDOWN_COMM_LEN];
};

/**
 * struct cldn_stream - the bytes of write(2) and read(2), one direction each
 * @fifo: single producer, single consumer, both under h->lock
 * @mutex: serialises the callers of read or write; never held by the worker
 * @wq: where they wait
 * @bounce: one page between user memory and @fifo; under @mutex
 * @pos: read only: first byte of @bounce that the reader has not got yet
 * @len: read only: bytes in @bounce; those from @pos on were taken from @fifo and a faulting copy
 *	left them here
 * @call: read only: number of the call whose bytes are in @bounce
 * @total: bytes that ever went in
 */
struct cldn_stream {
	struct kfifo fifo;
	struct mutex mutex; /* see above */
	wait_queue_head_t wq;
	u8 *bounce;
	u32 pos;
	u32 len;
	u64 call;
	u64 total;
};

/**
 * struct cldn_handle - one open file on a device
 * @ref: memory life
 * @lock: see above
 * @state: enum cleardown_state: OPEN, CLOSING, CLOSED
 * @status_seen: dev->status_gen when this file last looked
 * @dev: device, pinned until the memory goes
 * @id: what records and reports carry: device index << 32 | generation
 * @observer: opened read-only
 * @member: what kind of member it is, NULL for owners and observers
 * @user: the opener's limits, pinned
 * @owner: who opened it
 * @closer: who ended it
 * @flusher: who last let go of a descriptor, noted by flush
 * @wish: how it is to end
 * @wq: waiters for CLOSED, and the closer for an empty op list
 * @evq: bound event queue, pinned; changed under h->lock
 * @cookie: of BIND_EVENTS
 * @gate_open: records may be posted; under q->lock of @evq (under h->lock while there is none)
 * @seq_at_return: latched when the gate shut
 * @states: wanted CLEARDOWN_PHONESTATE_*
 * @events: wanted event types
 * @skip_modes: of PHONE_BUTTON the modes that are not wanted
 * @skip_states: and the states
 * @ops_by_id: outstanding requests
 * @queued: of these, not started, oldest first
 * @started: of these, at the class
 * @deadlines: of these, by deadline
 * @nops: outstanding
 * @issued: accepted in the life of the handle
 * @completed: posted
 * @late: events that met the shut gate
 * @dropped: indications that found the queue full
 * @syncers: fsync callers waiting for @tx_sent
 * @tx: write(2)
 * @rx: read(2)
 * @rx_call: number of the call whose bytes @rx holds
 * @data_up: read and write make sense: a data call is up, a document open; set by the class
 * @write_wanted: a write waits for the document that it begins; taken back by data_up or an error
 * @write_asked: a write that did not wait has begun to want one; the next one is told @write_error
 * @write_error: why there is none, for the write that waits
 * @write_ms: longest wait of a write, 0 = for ever
 * @read_ms: longest wait of a read, 0 = for ever
 * @reset: a document's abort resets the printer
 * @flush_end_ns: the deadline of the flush that drained it, 0 = none; release inherits it. Written
 *	without a lock: the last flush counts, and release comes after every flush
 * @unclaimed: it ended because its hardware went, and a CLOSE is still to tell its owner
 * @rx_eof: the call ended; read returns what is left, then 0
 * @tx_sent: bytes of @tx that surely left the machine; grows
 * @tx_lost: bytes of @tx that were thrown away before they left our buffers
 * @tx_doubt: bytes of @tx that left our buffers and nobody confirmed, when a call ended
 * @cancel_call: number of the call that CANCEL_CALL named; read by the class
 * @cut_call: the same, kept: a write that it cuts says ECANCELED
 * @deadline_ns: default for CLOSE
 * @dtr: enum cleardown_dtr
 * @dtr_pulse_ms: its time
 * @open_error: why its open failed, valid once the device has left OPENING
 * @close_rec: the PHONE_CLOSE record, reserved at birth
 * @owed: a record that whoever has read another one is owed, or NULL; under @lock
 * @report: being filled by the close path
 * @filed: the report is in the ring; set once
 * @ladder: private to close.c
 * @node: in dev->observers
 *
 * Every VC has one: the members stand so that they leave few holes (tests/e2e/vc-scale).
 */
struct cldn_handle {
	struct kref ref;
	spinlock_t lock; /* see above */
	u32 state;
	u32 status_seen;
	struct cldn_device *dev;
	const struct cldn_member_ops *member;
	u64 id;
	bool observer;
	bool gate_open;
	bool data_up;
	bool rx_eof;
	bool filed;
	bool write_wanted;
	bool write_asked;
	bool reset;
	bool unclaimed;
	struct cldn_user *user;
	struct cldn_who owner;
	struct cldn_who closer;
	struct cldn_who flusher;
	struct cldn_wish wish;
	wait_queue_head_t wq;

	struct cldn_evq *evq;
	u64 cookie;
	u64 seq_at_return;
	u32 states;
	u32 events;
	u32 skip_modes;
	u32 skip_states;

	struct rb_root ops_by_id;
	struct list_head queued;
	struct list_head started;
	struct timerqueue_head deadlines;
	u32 nops;
	u32 issued;
	u32 completed;
	u32 late;
	u32 dropped;
	atomic_t syncers;

	struct cldn_stream tx;
	struct cldn_stream rx;
	u64 rx_call;
	u64 tx_sent;
	u64 tx_lost;
	u64 tx_doubt;
	u64 cancel_call;
	u64 cut_call;
	u64 deadline_ns;
	u32 dtr;
	u32 dtr_pulse_ms;
	int open_error;
	int write_error;
	u32 write_ms;
	u32 read_ms;
	u64 flush_end_ns;

	struct cldn_rec close_rec;
	struct cldn_rec *owed;
	struct cleardown_report *report;
	struct cldn_ladder *ladder;
	struct list_head node;
};

/**
 * struct cldn_device - a bound piece of hardware
 * @dev: its struct device; owns the memory
 * @cdev: its node
 * @id: increasing, never used again
 * @name: "phone0"
 * @class: its class
 * @link: its hardware
 * @class_data: private to the class, from bind to unbind
 * @args: settings of class and link as bind and CONFIGURE gave them
 * @ident: which piece of hardware it is, as bind or REBIND told
 * @lock: see above
 * @state: enum cleardown_state
 * @since_ns: when @state was entered
 * @removed: unbind has begun; opens get ENODEV
 * @generation: handles so far, observers included
 * @owner: the handle that has it, from OPENING to CLOSED; pinned
 * @observers: handles
 * @nobservers: their number
 * @nmembers: members that are in use: cldn_member_join(), cldn_member_leave()
 * @wq: waiters for a change of @state
 * @session: the class's open ran and its closed not yet; worker only
 * @link_open: the hardware is ours; worker only
 * @gone: the hardware went away while it was ours, until REBIND; worker and bind only
 * @run_since_ns: when the worker's present run began, 0 between runs; the watchdog reads it
 * @lines: CLEARDOWN_LINE_* as last seen, published by the class
 * @status_gen: counts changes that poll shows as EPOLLPRI; cldn_status_changed()
 * @call: number of the call or document that is up, 0 = none; cldn_call_begin(), cldn_call_end()
 * @calls: counter that gives the numbers; class only
 * @worker: the one thread that touches the hardware; NULL once unbind has begun to end it
 * @kick_lock: @worker against who still holds a file; innermost
 * @work: runs the device
 * @timer: queues @work at @wake_ns
 * @wake_ns: earliest time asked for in this run; worker only
 * @events: CLDN_EV_* and CLDN_LINK_* not yet seen by @work
 * @dtr_dropped_ns: when the last close let DTR fall with a call up; our next open waits for the
 *	rest of the hold
 * @emergency_ns: longest emergency of this hardware, 0 = the usual one; written by the class
 * @watchdog: ends a close whose worker does not come back from a lower driver
 * @node: in the list of devices
 */
struct cldn_device {
	struct device dev;
	struct cdev cdev;
	u64 id;
	char name[CLEARDOWN_NAME_LEN];
	const struct cldn_class *class;
	struct cldn_link link;
	void *class_data;
	char args[256];
	char ident[CLEARDOWN_IDENT_LEN];

	spinlock_t lock; /* see above */
	u32 state;
	u64 since_ns;
	bool removed;
	u32 generation;
	struct cldn_handle *owner;
	struct list_head observers;
	u32 nobservers;
	u32 nmembers;
	wait_queue_head_t wq;
	bool session;
	bool link_open;
	bool gone;
	u32 lines;
	u32 status_gen;
	u64 call;
	u64 calls;

	struct kthread_worker *worker;
	spinlock_t kick_lock; /* see above */
	struct kthread_work work;
	struct hrtimer timer;
	u64 wake_ns;
	u64 run_since_ns;
	atomic_t events;
	u64 dtr_dropped_ns;
	u64 emergency_ns;
	struct delayed_work watchdog;
	struct list_head node;
};

/**
 * cldn_wake_at - ask to be run again
 * @dev: device
 * @ns: absolute CLOCK_MONOTONIC; the earliest asked for in this run of the worker counts
 * Context: the device's worker (class callbacks).
 */
void cldn_wake_at(struct cldn_device *dev, u64 ns);

/**
 * cldn_device_kick - have the worker run
 * @dev: device
 * @events: CLDN_EV_*
 * Context: any.
 */
void cldn_device_kick(struct cldn_device *dev, u32 events);

/**
 * cldn_open_done - the class has ended what it does at open
 * @dev: device in state OPENING
 * @error: 0, or why the open fails; the hardware is then released again
 * Context: the device's worker.
 */
void cldn_open_done(struct cldn_device *dev, int error);

/**
 * cldn_call_begin - a call (or document) begins: give it a number that CANCEL can name
 * cldn_call_end - it is over
 * @dev: device
 * Context: the device's worker.
 */
void cldn_call_begin(struct cldn_device *dev);
void cldn_call_end(struct cldn_device *dev);

/**
 * cldn_data_begin - read(2) and write(2) of the owner make sense from now on
 * cldn_data_end - they do not any more; read returns what is left and then 0
 * @dev: device in state OPEN
 * Context: the device's worker.
 */
void cldn_data_begin(struct cldn_device *dev);
void cldn_data_end(struct cldn_device *dev);

/**
 * cldn_rx_push - received data for read(2)
 * @dev: device
 * @buf: bytes
 * @len: how many
 * Context: the device's worker. Return: how many were taken; for the rest CLDN_EV_READ comes.
 */
size_t cldn_rx_push(struct cldn_device *dev, const u8 *buf, size_t len);

/**
 * cldn_link_take - take the hardware for a document; of a link that is taken by document only
 * @dev: device
 * Context: the device's worker. Return: 0, or the link's errno; then nothing was taken.
 */
int cldn_link_take(struct cldn_device *dev);

/**
 * cldn_link_give - give it back; it is free on return
 * @dev: device
 * Context: the device's worker. Every accepted byte has been accounted for (cldn_data_end()).
 */
void cldn_link_give(struct cldn_device *dev);

/** cldn_write_wanted - does a write wait for a document to begin? Context: the device's worker. */
bool cldn_write_wanted(struct cldn_device *dev);

/**
 * cldn_write_refuse - there will be no document: the write that waits gets @error
 * @dev: device
 * @error: negative errno
 * Context: the device's worker.
 */
void cldn_write_refuse(struct cldn_device *dev, int error);

/**
 * cldn_status_changed - poll tells the owner and the observers (EPOLLPRI) until they have looked
 * @dev: device
 *
 * Called under the lock under which the class changes what its status says: who has read the new
 * one has then also seen that it is new, and is not told of it once more.
 *
 * Context: any.
 */
void cldn_status_changed(struct cldn_device *dev);

/**
 * cldn_status_look - whoever has this file sees the status as it is
 * @h: handle
 *
 * Context: any, under the lock of cldn_status_changed().
 */
void cldn_status_look(struct cldn_handle *h);

/** cldn_rx_room - how many bytes cldn_rx_push() would take. Context: the device's worker. */
size_t cldn_rx_room(struct cldn_device *dev);

/**
 * cldn_tx_pump - move accepted bytes from write(2) to the link as long as it takes them
 * @dev: device
 * Context: the device's worker, which runs again at once when the time of a run was used up.
 * Return: bytes that are left, or a negative errno of the link.
 */
ssize_t cldn_tx_pump(struct cldn_device *dev);

/**
 * cldn_tx_confirm - take what was handed to the link out of doubt, once the link has sent it all
 * @dev: a device with an owner and an open link
 *
 * Return: true when nothing is left here or in the link.
 * Context: the worker.
 */
bool cldn_tx_confirm(struct cldn_device *dev);

/**
 * struct cldn_account - where the bytes of write(2) are; accepted = the sum of the others
 * @accepted: by write(2) since the session began
 * @confirmed: surely left the machine
 * @discarded: thrown away before they left our buffers
 * @in_doubt: left them and nobody confirmed it, when a document or call ended
 * @queued: none of these yet
 */
struct cldn_account {
	u64 accepted;
	u64 confirmed;
	u64 discarded;
	u64 in_doubt;
	u64 queued;
};

/** cldn_account - fill @acc for the owner of @dev, zero without one. Context: any. */
void cldn_account(struct cldn_device *dev, struct cldn_account *acc);

/** cldn_closing - enum cleardown_mode of the wish that the owner's handle has, 0 when none */
u32 cldn_closing(struct cldn_device *dev);

#endif /* CLEARDOWN_OBJECT_H */
