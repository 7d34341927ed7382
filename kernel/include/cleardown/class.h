/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a class of objects (phone, port, ...) gives to the core.
 *
 * Legal sequence of the calls, all on the device's worker unless said otherwise:
 *
 *   bind (open run* (step_begin step_run*)* closed)* unbind
 *
 * open may end with cldn_open_done(dev, error); then the ladder follows in mode ABORT. run comes
 * after any event, also between step_begin and the end of the ladder. After closed the class holds
 * no op, and no timer of it is armed.
 */
#ifndef CLEARDOWN_CLASS_H
#define CLEARDOWN_CLASS_H

#include <cleardown/object.h>
#include <cleardown/op.h>

/**
 * struct cldn_opcode - one kind of request
 * @opcode: CLEARDOWN_OP_*
 * @min_len: of the input
 * @max_len: of the input
 * @out_cap: most bytes of data that its completion carries
 * @timeout_ns: deadline when the caller gives none
 */
struct cldn_opcode {
	u32 opcode;
	u32 min_len;
	u32 max_len;
	u32 out_cap;
	u64 timeout_ns;
};

/**
 * struct cldn_ioctl - a call of the class beside the common ones
 * @cmd: CLEARDOWN_IOC_*
 * @size: sizeof its struct
 * @min_size: of its first version
 * @fn: process context, no lock held; @arg is a kernel copy that goes back to the caller. The
 *	gate was tested before; the handle may be closing by now.
 * @no_out: the struct has no out_ member and is not written back
 * @changes: the answer must be writable before anything happens
 * @undo: @fn succeeded, but the caller could not be told its answer: undoes what he cannot find
 *	again, or NULL. Context as @fn
 * @make: in the place of @fn, for a call whose answer is a file: the member that it is for, with a
 *	reference that becomes the file's, or an ERR_PTR. Context as @fn
 * @unmake: there is no file for it after all, or the caller could not be told of it: undoes @make,
 *	with its reference, and has @arg say so. Context as @fn
 * @fd: offset of the descriptor in the struct
 * @file: in the place of @fn, for a call whose answer is a file that exists already: with a
 *	reference that becomes the descriptor's, or an ERR_PTR. Context as @fn
 * @filed: after @file, once: the caller knows his descriptor, or there is none and nothing has
 *	happened. Context as @fn
 * @word: offset of the status word, which a closed handle's caller gets too; 0 = none
 */
struct cldn_ioctl {
	u32 cmd;
	u32 size;
	u32 min_size;
	int (*fn)(struct cldn_handle *h, void *arg);
	bool no_out;
	bool changes;
	void (*undo)(struct cldn_handle *h, void *arg);
	struct cldn_handle *(*make)(struct cldn_handle *h, void *arg);
	void (*unmake)(struct cldn_handle *h, struct cldn_handle *made, void *arg);
	size_t fd;
	struct file *(*file)(struct cldn_handle *h, void *arg);
	void (*filed)(struct cldn_handle *h, void *arg, bool known);
	size_t word;
};

#define CLDN_IN_DRAIN BIT(CLEARDOWN_MODE_DRAIN)
#define CLDN_IN_ORDERLY BIT(CLEARDOWN_MODE_ORDERLY)
#define CLDN_IN_ABORT BIT(CLEARDOWN_MODE_ABORT)
#define CLDN_IN_EMERGENCY BIT(CLEARDOWN_MODE_EMERGENCY)
#define CLDN_IN_POLITE (CLDN_IN_DRAIN | CLDN_IN_ORDERLY)
#define CLDN_IN_TOUCHING (CLDN_IN_POLITE | CLDN_IN_ABORT | CLDN_IN_EMERGENCY)

/**
 * struct cldn_step - one rung of the close ladder
 * @what: enum cleardown_step_what
 * @modes: CLDN_IN_* in which it runs; a wish raised out of them cuts it
 * @reserve_ms: time kept free for it before any earlier step may have it; 0 = it shares what
 *	remains and is skipped when nothing does
 * @cap_ms: longest time it makes sense to wait, 0 = all that remains
 *
 * The core plans backwards: the reserves of all later rungs are taken from the time that is left,
 * a rung gets the rest.
 */
struct cldn_step {
	u32 what;
	u32 modes;
	u32 reserve_ms;
	u32 cap_ms;
};

/**
 * struct cldn_step_result - what a rung has to say for the report
 * @error: 0 or a negative errno
 * @detail: by step
 */
struct cldn_step_result {
	int error;
	u32 detail;
};

/* Returned by step_begin and step_run */
enum cldn_step_verdict {
	CLDN_STEP_DONE, /* over, @result is filled */
	CLDN_STEP_WAIT, /* run me again; until_ns was told */
	CLDN_STEP_NOTHING, /* nothing to do in this state (only step_begin): skipped */
};

/**
 * struct cldn_member_ops - a kind of handle of which a device has many (an address family, a VC)
 * @name: of its anonymous file
 * @queued: a request was accepted and is on h->queued. Process context, no lock.
 * @close: the CLOSE ioctl: @arg is validated in form, @data its close data (arg->data_len bytes,
 *	the caller's). Fills the out_ members. Process context, may sleep killably.
 * @read: one frame; 0 at the end, -EAGAIN with @nowait. Process context.
 * @write: one frame.
 * @poll: EPOLL* now, after poll_wait() on what changes it
 * @release: its file goes. Never waits; any task context.
 * @free: the last reference is gone; frees what the handle is embedded in. Any context.
 * @renumber: it gets the number @id next, for a class that finds it by that; may be NULL. Caller
 *	holds dev->lock and no other.
 * @parties: its CLOSE may name one
 */
struct cldn_member_ops {
	const char *name;
	void (*queued)(struct cldn_handle *h);
	int (*close)(struct cldn_handle *h, struct cleardown_close *arg, const void *data);
	ssize_t (*read)(struct cldn_handle *h, struct iov_iter *to, bool nowait);
	ssize_t (*write)(struct cldn_handle *h, struct iov_iter *from, bool nowait);
	__poll_t (*poll)(struct cldn_handle *h, struct file *file, struct poll_table_struct *wait);
	void (*release)(struct cldn_handle *h);
	void (*free)(struct cldn_handle *h);
	void (*renumber)(struct cldn_handle *h, u64 id);
	bool parties;
};

/* What happens to the machine, for @power of a class. */
enum cldn_power {
	CLDN_POWER_PREPARE, /* to be suspended: nothing new; running closes get mode ABORT */
	CLDN_POWER_RESUMED, /* it was, or not after all: calls may be lost */
	CLDN_POWER_REBOOT, /* every call is aborted */
};

/**
 * struct cldn_class - the operations of a class
 * @id: enum cleardown_class
 * @name: "phone"; devices are named phone0, phone1, ...
 * @mode: access mode of its nodes
 * @bad_handle: status word of a call on a closed handle
 * @failed: status word of a request that a close ended, and of a close that could not release
 * @cancelled: status word of a request that CANCEL ended or whose deadline passed
 * @unavailable: status word of an opcode that the device lacks
 * @no_memory: status word of ENOMEM
 * @no_resources: status word of ENOBUFS: a limit of the user is reached
 * @bad_param: status word of malformed input
 * @not_owner: status word for an observer's attempt
 * @words: the keys of bind and CONFIGURE that it takes, NULL at the end; or NULL
 * @opcodes: every opcode the class knows
 * @nopcodes: their number
 * @ioctls: calls beside the common ones
 * @nioctls: their number
 * @steps: the close ladder, RELEASE excluded: that is the core's
 * @nsteps: their number
 * @documents: a write begins a document by itself, links may be taken by document, close(2) drains
 *	one, and after the hardware went calls say ENODEV until the owner's CLOSE
 * @on_demand: the class takes and gives the hardware by itself while a session lasts, with
 *	cldn_link_take() and cldn_link_give()
 * @members_read: an open(2) without a write mode makes a member too; else it makes an observer
 * @write_ms: module parameter: longest wait of a write in a new session; NULL = for ever
 * @release_ms: time reserved for the link's close
 * @open_hold_ms: least time DTR stays low between a close with a call up and our next open
 * @deadline_ms: default deadline of CLOSE, a module parameter
 * @admit: optional: may the current task open the device for writing? 0 or an errno. Process
 *	context, no lock
 * @sending: optional: the link has taken these bytes of write(2). Worker
 * @yield: optional: @by is about to take the hardware that @dev is bound to as well: 0 when @dev
 *	does not hold it and will not take it before regain, -EINPROGRESS when it is about to give
 *	it, or why it does not. The worker of @by; may sleep, but not for the worker of @dev
 * @regain: with @yield: @by has given the hardware back, or has not got it. Context as @yield
 * @member_open: a class with members: open(2) of its node makes one, @write in which mode; NULL
 *	otherwise.
 *	Such a class has no steps, open, step_begin, step_run, summary and closed, and its @run is
 *	called for every event, also when nobody has the device open.
 * @manager: with @member_open, optional: CTL_MANAGER: a member for a program that manages the
 *	device's calls. Context as @member_open
 * @close_members: with @member_open: CTL_CLOSE; @arg is validated but for its handle, its out_
 *	members say that nothing was open. Process context, no lock; may sleep killably.
 * @power: with @member_open: see enum cldn_power. Waits until @end at most, process context.
 *	Return: true, or that something still runs at @end.
 * @bound: optional: the link is there and the worker runs; process context, sleeps
 * @force: optional: end every member, cause admin; the core waits until none is in use
 * @unbinding: with @bound: the last run of the worker is over; undoes @bound
 * @bind: process context, sleeps. Parses @args ("init=...", keys that are none of @words are the
 *	link's) and allocates dev->class_data; on error @text gets a sentence.
 * @configure: the device is idle and stays so: new settings of @args for the next session. NULL:
 *	the class has none that can be changed.
 * @unbind: undoes bind; process context, the device is idle.
 * @open: the link is open, unless it is taken by document, and the owner's handle waits; begin the
 *	session. Every state of an earlier session is gone (TP-9).
 * @check: process context, no lock: may this request be accepted now? 0 or an errno and
 *	@status. @in is the copied input.
 * @run: something happened; @events says what. Takes requests with cldn_op_next(), ends them,
 *	moves data, reports, asks for a time with cldn_wake_at(). While a wish is up it goes on
 *	with what runs; cldn_op_next() gives nothing more, but in DRAIN_OPS.
 * @step_begin: begin a rung. @until_ns: the absolute time at which it will be cut.
 * @step_run: go on with it; comes after run, on every event and at @until_ns.
 * @summary: the ladder is over: CLEARDOWN_REPORT_ONHOOK, _FORCED, _HAD_CALL for the report.
 * @closed: the hardware is released; forget the session.
 */
struct cldn_class {
	u32 id;
	const char *name;
	umode_t mode;
	u32 bad_handle;
	u32 failed;
	u32 cancelled;
	u32 unavailable;
	u32 no_memory;
	u32 no_resources;
	u32 bad_param;
	u32 not_owner;
	const char *const *words;
	const struct cldn_opcode *opcodes;
	unsigned int nopcodes;
	const struct cldn_ioctl *ioctls;
	unsigned int nioctls;
	const struct cldn_step *steps;
	unsigned int nsteps;
	bool documents;
	bool on_demand;
	bool members_read;
	const unsigned int *write_ms;
	u32 release_ms;
	u32 open_hold_ms;
	const unsigned int *deadline_ms;

	int (*admit)(struct cldn_device *dev);
	void (*sending)(struct cldn_device *dev, const u8 *buf, size_t len);
	int (*yield)(struct cldn_device *dev, const struct cldn_device *by);
	void (*regain)(struct cldn_device *dev, const struct cldn_device *by);
	struct cldn_handle *(*member_open)(struct cldn_device *dev, bool write);
	struct cldn_handle *(*manager)(struct cldn_device *dev);
	int (*close_members)(struct cldn_device *dev, struct cleardown_ctl_close *arg);
	bool (*power)(struct cldn_device *dev, enum cldn_power what, u64 end);
	int (*bound)(struct cldn_device *dev, char *text, size_t len);
	void (*force)(struct cldn_device *dev);
	void (*unbinding)(struct cldn_device *dev);
	int (*bind)(struct cldn_device *dev, const char *args, char *text, size_t len);
	int (*configure)(struct cldn_device *dev, const char *args, char *text, size_t len);
	void (*unbind)(struct cldn_device *dev);
	void (*open)(struct cldn_device *dev);
	int (*check)(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status);
	void (*run)(struct cldn_device *dev, u32 events);
	enum cldn_step_verdict (*step_begin)(struct cldn_device *dev, u32 what, u64 until_ns,
					     struct cldn_step_result *result);
	enum cldn_step_verdict (*step_run)(struct cldn_device *dev, u32 what, u64 until_ns,
					   struct cldn_step_result *result);
	u32 (*summary)(struct cldn_device *dev);
	void (*closed)(struct cldn_device *dev);
};

/* The status words of the classes whose contract is that of Win32. */
#define CLDN_WIN32_WORDS                                                                           \
	.bad_handle = CLEARDOWN_ERROR_INVALID_HANDLE, .failed = CLEARDOWN_ERROR_OPERATION_ABORTED, \
	.cancelled = CLEARDOWN_ERROR_OPERATION_ABORTED,                                            \
	.unavailable = CLEARDOWN_ERROR_NOT_SUPPORTED,                                              \
	.no_memory = CLEARDOWN_ERROR_NOT_ENOUGH_MEMORY,                                            \
	.no_resources = CLEARDOWN_ERROR_NO_SYSTEM_RESOURCES,                                       \
	.bad_param = CLEARDOWN_ERROR_INVALID_PARAMETER, .not_owner = CLEARDOWN_ERROR_ACCESS_DENIED

/**
 * cldn_tx_drain - a rung that waits until all that write(2) took has been sent
 * @dev: device, on whose link nothing but the owner's bytes is sent
 * @begin: it is step_begin that calls
 * @result: gets the link's error
 * Context: the device's worker.
 */
enum cldn_step_verdict cldn_tx_drain(struct cldn_device *dev, bool begin,
				     struct cldn_step_result *result);

/* The classes of cleardown.ko, NULL at the end; by this table the core names none. */
extern const struct cldn_class *const cldn_classes[];

/*
 * Devices without hardware that exist while the module does, named as their class; NULL at the end.
 * Such a class has members only. They have no worker, are not listed and cannot be unbound.
 */
extern const struct cldn_class *const cldn_services[];

/**
 * cldn_member_init - make a member of memory that the class allocated and zeroed
 * @h: embedded in that memory
 * @dev: its device
 * @ops: its kind
 *
 * Context: process. From now on the memory is given back by cldn_handle_put() and @ops->free.
 */
void cldn_member_init(struct cldn_handle *h, struct cldn_device *dev,
		      const struct cldn_member_ops *ops);

/**
 * cldn_member_own - whose it is: his limit on handles is charged, and the reports name him
 * @h: member, before its first request
 * @from: an owned member of the same owner; NULL = the current task's
 * Context: process. Return: 0, -ENOMEM, or -ENOBUFS at the limit.
 */
int cldn_member_own(struct cldn_handle *h, struct cldn_handle *from);

/**
 * cldn_member_join - the member is in use from now on: the device cannot be unbound
 * cldn_member_leave - it is not any more; pairs
 * @h: member
 * Context: any. Return: 0, -ENODEV when the device is being removed.
 */
int cldn_member_join(struct cldn_handle *h);
void cldn_member_leave(struct cldn_handle *h);

/* cldn_member_renew - a new handle id, so that the old one is stale. Context: any. */
void cldn_member_renew(struct cldn_handle *h);

/**
 * cldn_member_fd - an anonymous file of a member, and a descriptor that the current task does not
 *	have yet
 * @h: member
 * @file: the file, for cldn_member_fd_end()
 * Context: process. Return: the descriptor, or an errno.
 */
int cldn_member_fd(struct cldn_handle *h, struct file **file);

/**
 * cldn_member_fd_end - the task has the descriptor, or it is nobody's; pairs
 * @fd: from cldn_member_fd()
 * @file: likewise
 * @known: the task knows its number: the file takes over the caller's reference on the member
 * Context: process.
 */
void cldn_member_fd_end(int fd, struct file *file, bool known);

/**
 * cldn_member_stop - no request is accepted any more, and those that were are ended
 * @h: member
 * Context: process; see cldn_ops_end_all().
 */
void cldn_member_stop(struct cldn_handle *h);

/**
 * cldn_member_end - the member is dead: CLOSED, its gate shut, whoever sleeps in it wakes up
 * @h: member that was stopped, or never has requests
 * Context: any. Return: false when it was dead already.
 */
bool cldn_member_end(struct cldn_handle *h);

/**
 * cldn_member_post - queue a record that was reserved in an object
 * @h: member it is a record of; its reference or another one keeps the record's memory until
 *	@rec->free
 * @rec: filled but for what post fills; free is called in any case
 * Context: any. Posts nothing when no queue is bound.
 */
void cldn_member_post(struct cldn_handle *h, struct cldn_rec *rec);

/* cldn_member_post_renew - the same with the last record of a life: whoever has read it finds the
 * handle's old id dead, as after cldn_member_renew()
 */
void cldn_member_post_renew(struct cldn_handle *h, struct cldn_rec *rec);

/**
 * cldn_member_events - a member reports to the queue of another one, until BIND_EVENTS
 * @h: member
 * @from: whose queue; without one @h gets none either
 * @cookie: for its records
 * Context: any. Return: 0 or -EBUSY while requests are outstanding.
 */
int cldn_member_events(struct cldn_handle *h, struct cldn_handle *from, u64 cookie);

/**
 * cldn_member_bind - BIND_EVENTS of a member in the kernel's name
 * @h: member
 * @fd: an event queue's file of the current task
 * @cookie: for its records
 * Context: process. Return: 0, -EBADF, -EINVAL for another kind of file.
 */
int cldn_member_bind(struct cldn_handle *h, int fd, u64 cookie);

/* cldn_member_orphaned - its queue's file is gone, or it has none. Context: any. */
bool cldn_member_orphaned(struct cldn_handle *h);

/**
 * cldn_rec_new - a record that is not reserved in an object, for cldn_member_post()
 * @h: handle whose queue's user is charged
 * @type: CLEARDOWN_EV_*
 * @data: at most CLEARDOWN_EVENT_DATA_MAX bytes, copied
 * @len: of @data
 * @repeats: it may be dropped where the queue is full
 * Context: any: a close may wait for it, so it does not wait for memory. Return: the record, or
 * NULL where there is no queue, its user has no room for records, or there is no memory; then its
 * number is missing in the queue.
 */
struct cldn_rec *cldn_rec_new(struct cldn_handle *h, u32 type, const void *data, size_t len,
			      bool repeats);

/* cldn_who_current - the current task, for the report. Context: process. */
void cldn_who_current(struct cldn_who *who);

/* cldn_member_part - @n more things that members consist of, or fewer; counted. Context: any. */
void cldn_member_part(int n);

/* cldn_member_unclean - its file went without a CLOSE; counted. Context: any. */
void cldn_member_unclean(void);

/* cldn_report_who - whose handle it was and who has closed it, into @r. Context: any. */
void cldn_report_who(struct cldn_handle *h, struct cleardown_report *r);

/* cldn_member_report - file a report; it gets its number. Any context; allocates nothing. */
void cldn_member_report(struct cleardown_report *report);

/* cldn_handle_get - another reference; cldn_handle_put() drops it. Context: any. */
void cldn_handle_get(struct cldn_handle *h);
void cldn_handle_put(struct cldn_handle *h);

/**
 * cldn_member_op - take the oldest queued request of a member
 * @h: member
 * Context: the device's worker. Return: as cldn_op_next().
 */
struct cldn_op *cldn_member_op(struct cldn_handle *h);

/**
 * cldn_ops_run - end the requests whose time is up
 * @h: member
 * Context: the device's worker. Return: when the next one's is, U64_MAX = none.
 */
u64 cldn_ops_run(struct cldn_handle *h);

/* cldn_ops_end_all - end all outstanding requests; every record is queued. Worker. */
void cldn_ops_end_all(struct cldn_handle *h);

/* What they need before the first bind, and after the last unbind. Pairs. */
int cldn_classes_init(void);
void cldn_classes_exit(void);

#endif /* CLEARDOWN_CLASS_H */
