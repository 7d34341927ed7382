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
 */
struct cldn_ioctl {
	u32 cmd;
	u32 size;
	u32 min_size;
	int (*fn)(struct cldn_handle *h, void *arg);
	bool no_out;
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
 * @opcodes: every opcode the class knows
 * @nopcodes: their number
 * @ioctls: calls beside the common ones
 * @nioctls: their number
 * @steps: the close ladder, RELEASE excluded: that is the core's
 * @nsteps: their number
 * @release_ms: time reserved for the link's close
 * @open_hold_ms: least time DTR stays low between a close with a call up and our next open
 * @deadline_ms: default deadline of CLOSE, a module parameter
 * @bind: process context, sleeps. Parses @args ("init=...", unknown keys belong to the link) and
 *	allocates dev->class_data; on error @text gets a sentence.
 * @unbind: undoes bind; process context, the device is idle.
 * @open: the link is open and the owner's handle waits; begin the session. Every state of an
 *	earlier session is gone (TP-9).
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
	const struct cldn_opcode *opcodes;
	unsigned int nopcodes;
	const struct cldn_ioctl *ioctls;
	unsigned int nioctls;
	const struct cldn_step *steps;
	unsigned int nsteps;
	u32 release_ms;
	u32 open_hold_ms;
	const unsigned int *deadline_ms;

	int (*bind)(struct cldn_device *dev, const char *args, char *text, size_t len);
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

/* The classes of cleardown.ko, NULL at the end; by this table the core names none. */
extern const struct cldn_class *const cldn_classes[];

#endif /* CLEARDOWN_CLASS_H */
