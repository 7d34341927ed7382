/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * cleardown: phones, printer ports, virtual circuits and faxes with an orderly, bounded, honest
 * end. Interface of /dev/cleardown/{ctl,events,phoneN}.
 */
#ifndef _LINUX_CLEARDOWN_H
#define _LINUX_CLEARDOWN_H

#include <linux/types.h>
#include <linux/ioctl.h>
#include <linux/cleardown_status.h>

/**
 * DOC: Form of every call
 *
 * Every ioctl takes a pointer to a struct whose first member, size, is the sizeof() the caller
 * was built with. Numbers do not contain the size, so structs can grow at their end: a smaller
 * struct than the first published one is EINVAL, a larger one whose surplus is not zero is E2BIG,
 * a larger one with a zero surplus is as if it were the size that the kernel knows. Members named
 * __reserved must be zero and flag bits without a name must not be set (EINVAL). Members named
 * out_* are written by the kernel. All times are nanoseconds of CLOCK_MONOTONIC; deadlines are
 * relative to the call.
 *
 * A call that fails has changed nothing, with one exception: CLEARDOWN_IOC_CLOSE that ends in
 * EFAULT has closed, only its answer was lost (the report is in ctl).
 */

/**
 * DOC: errno meanings
 *
 * ENOTTY       the ioctl number is unknown on this kind of file, or the file is of another class
 * E2BIG        the struct is larger than the kernel's and the surplus is not zero
 * EINVAL       a size below the first version, a set reserved member, an unknown flag, a value
 *              out of range
 * EFAULT       a pointer does not lead to memory of the caller
 * EOPNOTSUPP   the opcode is unknown, or the device cannot do it
 * EDESTADDRREQ an asynchronous request without an event queue to report to
 * EPIPE        the event queue's file is gone; bind another one
 * EEXIST       a request with this id is outstanding on the handle
 * ENOBUFS      a limit of the caller's user id is reached
 * ENOENT       no outstanding request (report, device) of that id
 * ESTALE       the call or document that was named is over, another one runs
 * EALREADY     CLOSE only: a close is running; the wish of this call was added to it
 * EBADFD       the handle is closing (new work) or closed (everything); it stays so for ever
 * EBUSY        somebody else has the device or its hardware
 * ENODEV       the hardware is gone
 * ENOTCONN     no call is up
 * EPERM        the caller is not the owner, or lacks the capability
 * ETIMEDOUT    the deadline passed
 * ECANCELED    ended by CANCEL
 * EIO          the operation was ended by a close, or the hardware failed
 */

#define CLEARDOWN_ABI_VERSION	1
#define CLEARDOWN_IOC_MAGIC	0xDC

/* Any handle file (phoneN) */
#define CLEARDOWN_IOC_GET_INFO		_IO(CLEARDOWN_IOC_MAGIC, 0x01)
#define CLEARDOWN_IOC_GET_STATUS	_IO(CLEARDOWN_IOC_MAGIC, 0x02)
#define CLEARDOWN_IOC_BIND_EVENTS	_IO(CLEARDOWN_IOC_MAGIC, 0x03)
#define CLEARDOWN_IOC_SUBMIT		_IO(CLEARDOWN_IOC_MAGIC, 0x04)
#define CLEARDOWN_IOC_CANCEL		_IO(CLEARDOWN_IOC_MAGIC, 0x05)
#define CLEARDOWN_IOC_CLOSE		_IO(CLEARDOWN_IOC_MAGIC, 0x06)
#define CLEARDOWN_IOC_SET_FILTER	_IO(CLEARDOWN_IOC_MAGIC, 0x07)
#define CLEARDOWN_IOC_SET_OPTIONS	_IO(CLEARDOWN_IOC_MAGIC, 0x08)
/* Phones */
#define CLEARDOWN_IOC_PHONE_CAPS	_IO(CLEARDOWN_IOC_MAGIC, 0x20)
#define CLEARDOWN_IOC_PHONE_STATUS	_IO(CLEARDOWN_IOC_MAGIC, 0x21)
/* ctl */
#define CLEARDOWN_IOC_CTL_VERSION	_IO(CLEARDOWN_IOC_MAGIC, 0x40)
#define CLEARDOWN_IOC_CTL_BIND		_IO(CLEARDOWN_IOC_MAGIC, 0x41)
#define CLEARDOWN_IOC_CTL_UNBIND	_IO(CLEARDOWN_IOC_MAGIC, 0x42)
#define CLEARDOWN_IOC_CTL_LIST		_IO(CLEARDOWN_IOC_MAGIC, 0x43)
#define CLEARDOWN_IOC_CTL_REPORT	_IO(CLEARDOWN_IOC_MAGIC, 0x44)
#define CLEARDOWN_IOC_CTL_CLOSE		_IO(CLEARDOWN_IOC_MAGIC, 0x45)
#define CLEARDOWN_IOC_CTL_REBIND	_IO(CLEARDOWN_IOC_MAGIC, 0x46)
/* events */
#define CLEARDOWN_IOC_EVENTS_INFO	_IO(CLEARDOWN_IOC_MAGIC, 0x60)

#define CLEARDOWN_NAME_LEN	32
#define CLEARDOWN_COMM_LEN	16
#define CLEARDOWN_SPEC_LEN	64
#define CLEARDOWN_TEXT_LEN	160

/** enum cleardown_class - classes of objects; 0 in a request means any */
enum cleardown_class {
	CLEARDOWN_CLASS_ANY	= 0,
	CLEARDOWN_CLASS_PHONE	= 1,
	CLEARDOWN_CLASS_PORT	= 2,
	CLEARDOWN_CLASS_VC	= 3,
	CLEARDOWN_CLASS_FAX	= 4,
};

/**
 * enum cleardown_state - use life of a handle, and what a device shows
 * @CLEARDOWN_STATE_IDLE: device only: bound, nobody has it open
 * @CLEARDOWN_STATE_OPENING: device only: an open is taking the hardware
 * @CLEARDOWN_STATE_OPEN: requests are accepted
 * @CLEARDOWN_STATE_CLOSING: the gate is shut, the close ladder runs
 * @CLEARDOWN_STATE_CLOSED: handle only: dead for ever
 * @CLEARDOWN_STATE_STUCK: device only: a lower driver has not come back from its own close
 * @CLEARDOWN_STATE_GONE: device only: the hardware is away (ENODEV) until REBIND or unbind
 */
enum cleardown_state {
	CLEARDOWN_STATE_IDLE	= 0,
	CLEARDOWN_STATE_OPENING	= 1,
	CLEARDOWN_STATE_OPEN	= 2,
	CLEARDOWN_STATE_CLOSING	= 3,
	CLEARDOWN_STATE_CLOSED	= 4,
	CLEARDOWN_STATE_STUCK	= 5,
	CLEARDOWN_STATE_GONE	= 6,
};

/** enum cleardown_mode - how a close ends an object; a later wish can only raise it */
enum cleardown_mode {
	CLEARDOWN_MODE_DRAIN	 = 1,	/* accepted requests and bytes finish first */
	CLEARDOWN_MODE_ORDERLY	 = 2,	/* requests end, accepted bytes drain, polite steps run */
	CLEARDOWN_MODE_ABORT	 = 3,	/* bytes are discarded, abort and release steps only */
	CLEARDOWN_MODE_EMERGENCY = 4,	/* internal: ABORT within 700 ms */
	CLEARDOWN_MODE_GONE	 = 5,	/* internal: the hardware is not there any more */
};

/** enum cleardown_cause - why an object was closed; never "unknown" */
enum cleardown_cause {
	CLEARDOWN_CAUSE_LOCAL_USER = 1,
	CLEARDOWN_CAUSE_PEER	   = 2,
	CLEARDOWN_CAUSE_CARRIER	   = 3,
	CLEARDOWN_CAUSE_TIMER	   = 4,
	CLEARDOWN_CAUSE_ERROR	   = 5,
	CLEARDOWN_CAUSE_UNPLUG	   = 6,
	CLEARDOWN_CAUSE_OWNER_DIED = 7,
	CLEARDOWN_CAUSE_ADMIN	   = 8,
	CLEARDOWN_CAUSE_SUSPEND	   = 9,
	CLEARDOWN_CAUSE_UNLOAD	   = 10,
};

#define CLEARDOWN_DEADLINE_DEFAULT	(~0ULL)

/**
 * struct cleardown_info - CLEARDOWN_IOC_GET_INFO: what this handle is
 * @size: sizeof(struct cleardown_info)
 * @out_class: enum cleardown_class
 * @out_handle: id that event records and reports carry; its generation makes it unique
 * @out_name: name of the device
 * @out_observer: 1 when the file was opened read-only and so cannot change anything
 * @out_state: enum cleardown_state of the handle
 * @out_deadline_ns: the handle's default deadline for CLOSE
 * @out_cookie: the cookie of the last BIND_EVENTS
 */
struct cleardown_info {
	__u32 size;
	__u32 out_class;
	__aligned_u64 out_handle;
	char  out_name[CLEARDOWN_NAME_LEN];
	__u32 out_observer;
	__u32 out_state;
	__aligned_u64 out_deadline_ns;
	__aligned_u64 out_cookie;
};

/**
 * struct cleardown_status - CLEARDOWN_IOC_GET_STATUS: answered at once, whatever the hardware does
 * @size: sizeof(struct cleardown_status)
 * @out_state: enum cleardown_state of the device
 * @out_call: number of the call (or document) that is up or being set up, 0 when none
 * @out_pending: requests outstanding on the owner's handle
 * @out_lines: modem lines as of the last change (CLEARDOWN_LINE_*)
 * @out_owner_pid: process that opened the device for writing, 0 when none
 * @out_owner_uid: its user id
 * @out_owner_comm: its name
 * @out_observers: read-only handles open on the device
 * @__reserved: must be 0
 * @out_accepted: bytes accepted from write(2) in this session
 * @out_queued: of these, bytes that have not left our buffers
 * @out_received: bytes received in data mode in this session
 * @out_since_ns: when the device entered @out_state
 */
struct cleardown_status {
	__u32 size;
	__u32 out_state;
	__aligned_u64 out_call;
	__u32 out_pending;
	__u32 out_lines;
	__s32 out_owner_pid;
	__u32 out_owner_uid;
	char  out_owner_comm[CLEARDOWN_COMM_LEN];
	__u32 out_observers;
	__u32 __reserved;
	__aligned_u64 out_accepted;
	__aligned_u64 out_queued;
	__aligned_u64 out_received;
	__aligned_u64 out_since_ns;
};

#define CLEARDOWN_LINE_DTR	0x001
#define CLEARDOWN_LINE_RTS	0x002
#define CLEARDOWN_LINE_CTS	0x004
#define CLEARDOWN_LINE_DSR	0x008
#define CLEARDOWN_LINE_DCD	0x010
#define CLEARDOWN_LINE_RI	0x020
/* Set when the hardware reports the lines at all; without it the bits above mean nothing. */
#define CLEARDOWN_LINE_VALID	0x100

/**
 * struct cleardown_bind_events - CLEARDOWN_IOC_BIND_EVENTS: where this handle reports
 * @size: sizeof(struct cleardown_bind_events)
 * @fd: an open /dev/cleardown/events, or -1 to unbind
 * @cookie: repeated in every record of this handle; TSPI's htPhone
 *
 * The handle keeps the queue, not the file. Rebinding while requests are outstanding is EBUSY.
 */
struct cleardown_bind_events {
	__u32 size;
	__s32 fd;
	__aligned_u64 cookie;
};

/**
 * struct cleardown_submit - CLEARDOWN_IOC_SUBMIT: one asynchronous request
 * @size: sizeof(struct cleardown_submit)
 * @opcode: enum cleardown_opcode
 * @req_id: chosen by the caller, unique among the handle's outstanding requests; the completion
 *	may be readable before this call returns
 * @deadline_ns: longest time for the whole request; ~0 = the opcode's default; 0 is EINVAL
 * @in_ptr: input of the opcode (a struct named after it, or bytes); copied before return
 * @in_len: its length
 * @flags: must be 0
 * @out_status: PHONEERR_*, NDIS_STATUS_* or ERROR_* word that belongs to the errno
 * @__reserved: must be 0
 *
 * Returns 0 when the request was accepted: exactly one completion record follows. Any error: none.
 */
struct cleardown_submit {
	__u32 size;
	__u32 opcode;
	__aligned_u64 req_id;
	__aligned_u64 deadline_ns;
	__aligned_u64 in_ptr;
	__u32 in_len;
	__u32 flags;
	__u32 out_status;
	__u32 __reserved;
};

/** enum cleardown_opcode - class ranges: 0x1xx phone */
enum cleardown_opcode {
	CLEARDOWN_OP_DEV_SPECIFIC   = 0x101,	/* bytes: one AT command without AT and CR */
	CLEARDOWN_OP_SET_HOOKSWITCH = 0x102,	/* struct cleardown_op_hookswitch */
	CLEARDOWN_OP_SET_VOLUME	    = 0x103,	/* struct cleardown_op_level */
	CLEARDOWN_OP_SET_GAIN	    = 0x104,	/* struct cleardown_op_level */
	CLEARDOWN_OP_SET_RING	    = 0x105,	/* struct cleardown_op_ring */
	CLEARDOWN_OP_SET_LAMP	    = 0x106,	/* these four need hardware that no modem has: */
	CLEARDOWN_OP_SET_DISPLAY    = 0x107,	/* EOPNOTSUPP, PHONEERR_OPERATIONUNAVAIL */
	CLEARDOWN_OP_SET_BUTTON	    = 0x108,
	CLEARDOWN_OP_SET_DATA	    = 0x109,
	CLEARDOWN_OP_DIAL	    = 0x110,	/* bytes: V.250 dial string */
	CLEARDOWN_OP_ANSWER	    = 0x111,	/* no input */
	CLEARDOWN_OP_HANGUP	    = 0x112,	/* no input */
	CLEARDOWN_OP_SEND_DTMF	    = 0x113,	/* bytes: 0-9 A-D * # */
};

/* TSPI hook switch devices and modes; exactly one mode, one or more devices */
#define CLEARDOWN_HOOKDEV_HANDSET	0x1
#define CLEARDOWN_HOOKDEV_SPEAKER	0x2
#define CLEARDOWN_HOOKDEV_HEADSET	0x4
#define CLEARDOWN_HOOKMODE_ONHOOK	0x1
#define CLEARDOWN_HOOKMODE_MIC		0x2
#define CLEARDOWN_HOOKMODE_SPEAKER	0x4
#define CLEARDOWN_HOOKMODE_MICSPEAKER	0x8

/** struct cleardown_op_hookswitch - input of SET_HOOKSWITCH (CLEARDOWN_HOOKDEV_*, _HOOKMODE_*) */
struct cleardown_op_hookswitch {
	__u32 devices;
	__u32 mode;
};

/** struct cleardown_op_level - input of SET_VOLUME and SET_GAIN; level 0..0xffff, clamped */
struct cleardown_op_level {
	__u32 device;
	__u32 level;
};

/** struct cleardown_op_ring - input of SET_RING */
struct cleardown_op_ring {
	__u32 mode;
	__u32 volume;
};

/**
 * struct cleardown_cancel - CLEARDOWN_IOC_CANCEL: ask a request or the call to end
 * @size: sizeof(struct cleardown_cancel)
 * @what: CLEARDOWN_CANCEL_REQUEST or CLEARDOWN_CANCEL_CALL
 * @id: the request id, or the call's number from GET_STATUS
 * @__reserved: must be 0
 *
 * It only asks: the completion comes by its one way, with ECANCELED if the request had not ended.
 * ENOENT: no such request is outstanding. ESTALE: another call runs, or none. CANCEL_CALL is open
 * to observers with the owner's user id or CAP_SYS_ADMIN.
 */
struct cleardown_cancel {
	__u32 size;
	__u32 what;
	__aligned_u64 id;
	__aligned_u64 __reserved;
};

#define CLEARDOWN_CANCEL_REQUEST	1
#define CLEARDOWN_CANCEL_CALL		2

/**
 * struct cleardown_report_head - what a close did; the same in CLOSE's answer and in ctl
 * @number: of the report, counted since the module was loaded; 0 = none filed yet
 * @handle: id of the handle that was closed
 * @clazz: enum cleardown_class
 * @mode: enum cleardown_mode at the end, the highest wish
 * @cause: enum cleardown_cause, the first
 * @cause_detail: by class and cause: V.250 result code (enum cleardown_result), Q.850 cause, signal
 * @later_causes: bit mask of causes that came while the close ran (1 << enum cleardown_cause)
 * @flags: CLEARDOWN_REPORT_*
 * @status: status word of the contract
 * @error: 0 or a negative errno
 * @deadline_ns: the bound that was in force at the end, relative to @begin_ns
 * @begin_ns: when the wish was raised
 * @end_ns: when the object was closed
 * @seq_at_return: the bound queue's sequence number when the event gate shut, 0 without a queue
 * @ops_issued: requests accepted in the life of the handle
 * @ops_completed: completions posted; equal to @ops_issued, always
 * @ops_at_close: of these, requests that the close found outstanding
 * @late_events: events that came after the gate shut and were not delivered
 * @dropped_events: repeatable indications that found the queue full
 * @__reserved: 0
 * @accepted: bytes accepted from write(2)
 * @confirmed: bytes that surely left the machine
 * @discarded: bytes that never left our buffers
 * @in_doubt: bytes that left our buffers and nobody confirmed; accepted = the sum of the three
 * @received: bytes received in data mode
 *
 * The file's name for the member is clazz, because class is a word of C++.
 */
struct cleardown_report_head {
	__aligned_u64 number;
	__aligned_u64 handle;
	__u32 clazz;
	__u32 mode;
	__u32 cause;
	__u32 cause_detail;
	__u32 later_causes;
	__u32 flags;
	__u32 status;
	__s32 error;
	__aligned_u64 deadline_ns;
	__aligned_u64 begin_ns;
	__aligned_u64 end_ns;
	__aligned_u64 seq_at_return;
	__u32 ops_issued;
	__u32 ops_completed;
	__u32 ops_at_close;
	__u32 late_events;
	__u32 dropped_events;
	__u32 __reserved;
	__aligned_u64 accepted;
	__aligned_u64 confirmed;
	__aligned_u64 discarded;
	__aligned_u64 in_doubt;
	__aligned_u64 received;
};

/* the hardware is free */
#define CLEARDOWN_REPORT_RELEASED	0x01
/* proven on-hook: the modem said so, or its carrier line fell */
#define CLEARDOWN_REPORT_ONHOOK		0x02
/* the far end or the modem did not confirm */
#define CLEARDOWN_REPORT_FORCED		0x04
/* second report: a lower driver came back after the deadline */
#define CLEARDOWN_REPORT_LATE		0x08
/* a call was up or being set up */
#define CLEARDOWN_REPORT_HAD_CALL	0x10
/* by release of the last file reference, not by CLOSE */
#define CLEARDOWN_REPORT_FILE_CLOSE	0x20

/** enum cleardown_step_what - steps of a close ladder, in the order in which they can run */
enum cleardown_step_what {
	CLEARDOWN_STEP_DRAIN_OPS   = 1,	/* accepted requests end by themselves */
	CLEARDOWN_STEP_DRAIN_DATA  = 2,	/* accepted bytes leave */
	CLEARDOWN_STEP_ABORT_CMD   = 3,	/* the modem is brought back to command state */
	CLEARDOWN_STEP_ESCAPE	   = 4,	/* +++ between guard times */
	CLEARDOWN_STEP_HANGUP	   = 5,	/* ATH */
	CLEARDOWN_STEP_DTR	   = 6,	/* DTR is dropped and held low */
	CLEARDOWN_STEP_RELEASE	   = 7,	/* the lower driver's own close */
};

#define CLEARDOWN_STEP_SKIPPED	0x1	/* not run: nothing to do, not in this mode, or no time */
#define CLEARDOWN_STEP_CUT	0x2	/* cut short by its budget or by a raised wish */
#define CLEARDOWN_MAX_STEPS	12

/**
 * struct cleardown_step - one step of the ladder as it went
 * @what: enum cleardown_step_what
 * @flags: CLEARDOWN_STEP_SKIPPED, CLEARDOWN_STEP_CUT
 * @error: 0 or a negative errno
 * @detail: by step: for HANGUP and ABORT_CMD the modem's result code
 * @start_ns: relative to the report's begin_ns
 * @took_ns: how long it ran
 */
struct cleardown_step {
	__u32 what;
	__u32 flags;
	__s32 error;
	__u32 detail;
	__aligned_u64 start_ns;
	__aligned_u64 took_ns;
};

/**
 * struct cleardown_report - CLEARDOWN_IOC_CTL_REPORT: the next report that the caller may see
 * @size: sizeof(struct cleardown_report)
 * @out_nsteps: valid entries of @out_steps
 * @after: number of the last report already seen; 0 = the oldest kept
 * @out_lost: reports that a full ring overwrote since the module was loaded
 * @out_head: the fixed part, as CLOSE returns it
 * @out_name: device
 * @out_backend: what it was bound to, "tty:ttyS1"
 * @out_owner_pid: who had it open
 * @out_owner_uid: his user id
 * @out_owner_comm: his name
 * @out_closer_pid: who ended it, 0 when no process did
 * @out_closer_signal: the signal that killed him, 0 when none
 * @out_closer_comm: his name
 * @out_realtime_ns: CLOCK_REALTIME at out_head.begin_ns
 * @out_steps: the ladder
 *
 * ENOENT when there is none after @after. Without CAP_SYS_ADMIN only the reports of the caller's
 * own user id are seen.
 */
struct cleardown_report {
	__u32 size;
	__u32 out_nsteps;
	__aligned_u64 after;
	__aligned_u64 out_lost;
	struct cleardown_report_head out_head;
	char  out_name[CLEARDOWN_NAME_LEN];
	char  out_backend[CLEARDOWN_SPEC_LEN];
	__s32 out_owner_pid;
	__u32 out_owner_uid;
	char  out_owner_comm[CLEARDOWN_COMM_LEN];
	__s32 out_closer_pid;
	__u32 out_closer_signal;
	char  out_closer_comm[CLEARDOWN_COMM_LEN];
	__aligned_u64 out_realtime_ns;
	struct cleardown_step out_steps[CLEARDOWN_MAX_STEPS];
};

/**
 * struct cleardown_close - CLEARDOWN_IOC_CLOSE: the contractual close
 * @size: sizeof(struct cleardown_close)
 * @clazz: the class that is meant, 0 = any; on a mismatch ENOTTY and nothing has changed
 * @mode: DRAIN, ORDERLY or ABORT
 * @flags: must be 0
 * @deadline_ns: bound of the whole close; ~0 = the handle's default; 0 = no waiting: ABORT with
 *	the shortest ladder
 * @data_ptr: close data, for media that carry it (phones do not: EINVAL)
 * @data_len: its length
 * @out_status: status word
 * @out_released: 1 when the hardware is free at return
 * @__reserved: must be 0
 * @out_seq_at_return: no record of this handle with a higher number will ever be queued
 * @out_report: what happened
 *
 * Sleeps killably; a fatal signal raises the close to EMERGENCY. A second CLOSE raises the wish of
 * the running one and gets EALREADY at once. Source: TSPI_phoneClose.
 */
struct cleardown_close {
	__u32 size;
	__u32 clazz;
	__u32 mode;
	__u32 flags;
	__aligned_u64 deadline_ns;
	__aligned_u64 data_ptr;
	__u32 data_len;
	__u32 out_status;
	__u32 out_released;
	__u32 __reserved;
	__aligned_u64 out_seq_at_return;
	struct cleardown_report_head out_report;
};

/**
 * struct cleardown_filter - CLEARDOWN_IOC_SET_FILTER: which indications are wanted
 * @size: sizeof(struct cleardown_filter)
 * @__reserved: must be 0
 * @states: CLEARDOWN_PHONESTATE_* whose changes are reported; all off after open
 * @events: 1 << (enum cleardown_event_type - CLEARDOWN_EV_FILTER_BASE); all off after open
 *
 * Completions and PHONE_CLOSE cannot be filtered. Source: TSPI_phoneSetStatusMessages.
 */
struct cleardown_filter {
	__u32 size;
	__u32 __reserved;
	__u32 states;
	__u32 events;
};

/** enum cleardown_dtr - what becomes of DTR when the line is given back */
enum cleardown_dtr {
	CLEARDOWN_DTR_DROP  = 0,	/* falls and stays low */
	CLEARDOWN_DTR_KEEP  = 1,	/* is left as it is */
	CLEARDOWN_DTR_PULSE = 2,	/* falls for the given time and rises again */
};

/**
 * struct cleardown_options - CLEARDOWN_IOC_SET_OPTIONS: the owner's settings of this session
 * @size: sizeof(struct cleardown_options)
 * @set: which of the following are set: CLEARDOWN_OPT_*
 * @deadline_ns: default deadline of CLOSE and of release
 * @dtr: enum cleardown_dtr
 * @dtr_pulse_ms: for CLEARDOWN_DTR_PULSE: 1..5000
 */
struct cleardown_options {
	__u32 size;
	__u32 set;
	__aligned_u64 deadline_ns;
	__u32 dtr;
	__u32 dtr_pulse_ms;
};

#define CLEARDOWN_OPT_DEADLINE	0x1
#define CLEARDOWN_OPT_DTR	0x2

/* PHONESTATE_* of TAPI */
#define CLEARDOWN_PHONESTATE_OTHER		0x00000001
#define CLEARDOWN_PHONESTATE_CONNECTED		0x00000002
#define CLEARDOWN_PHONESTATE_DISCONNECTED	0x00000004
#define CLEARDOWN_PHONESTATE_RINGMODE		0x00000080
#define CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH	0x00000200
#define CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH	0x00001000
#define CLEARDOWN_PHONESTATE_SPEAKERVOLUME	0x00002000
#define CLEARDOWN_PHONESTATE_SPEAKERGAIN	0x00004000
#define CLEARDOWN_PHONESTATE_SUSPEND		0x00040000
#define CLEARDOWN_PHONESTATE_RESUME		0x00080000
#define CLEARDOWN_PHONESTATE_CAPSCHANGE		0x00400000
#define CLEARDOWN_PHONESTATE_REMOVED		0x00800000
#define CLEARDOWN_PHONESTATE_ALL		0x00cc7287

/**
 * struct cleardown_phone_caps - CLEARDOWN_IOC_PHONE_CAPS: what the modem was found to have
 * @size: sizeof(struct cleardown_phone_caps)
 * @out_opcodes: bit (opcode - 0x100) set for each opcode that SUBMIT admits
 * @out_hook_devices: CLEARDOWN_HOOKDEV_*
 * @out_volume_devices: devices whose volume can be set
 * @out_gain_devices: devices whose gain can be set
 * @out_ring_modes: 1: ringing is reported; it cannot be set on a plain modem
 * @out_buttons: 0
 * @out_lamps: 0
 * @out_display_rows: 0
 * @out_data_areas: 0
 * @out_id: what the modem said to ATI, one line
 */
struct cleardown_phone_caps {
	__u32 size;
	__u32 out_opcodes;
	__u32 out_hook_devices;
	__u32 out_volume_devices;
	__u32 out_gain_devices;
	__u32 out_ring_modes;
	__u32 out_buttons;
	__u32 out_lamps;
	__u32 out_display_rows;
	__u32 out_data_areas;
	char  out_id[64];
};

/** enum cleardown_call_state - life of a call on a phone */
enum cleardown_call_state {
	CLEARDOWN_CALL_IDLE	 = 0,
	CLEARDOWN_CALL_DIALING	 = 1,
	CLEARDOWN_CALL_RINGING	 = 2,
	CLEARDOWN_CALL_ANSWERING = 3,
	CLEARDOWN_CALL_ONLINE	 = 4,
	CLEARDOWN_CALL_COMMAND	 = 5,	/* escaped: command state with the call still up */
	CLEARDOWN_CALL_CLEARING	 = 6,
};

/** enum cleardown_result - V.250 result codes, by their numeric form where they have one */
enum cleardown_result {
	CLEARDOWN_RESULT_OK		= 0,
	CLEARDOWN_RESULT_CONNECT	= 1,
	CLEARDOWN_RESULT_RING		= 2,
	CLEARDOWN_RESULT_NO_CARRIER	= 3,
	CLEARDOWN_RESULT_ERROR		= 4,
	CLEARDOWN_RESULT_NO_DIALTONE	= 6,
	CLEARDOWN_RESULT_BUSY		= 7,
	CLEARDOWN_RESULT_NO_ANSWER	= 8,
	CLEARDOWN_RESULT_NONE		= 0xff,	/* the modem said nothing in time */
};

/**
 * struct cleardown_phone_status - CLEARDOWN_IOC_PHONE_STATUS: TSPI_phoneGetStatus and its getters
 * @size: sizeof(struct cleardown_phone_status)
 * @out_call_state: enum cleardown_call_state
 * @out_offhook: CLEARDOWN_HOOKDEV_* that are off-hook (TSPI_phoneGetHookSwitch)
 * @out_volume: speaker volume as the modem can have it, 0..0xffff (TSPI_phoneGetVolume)
 * @out_gain: likewise (TSPI_phoneGetGain)
 * @out_ring_mode: 1 while ringing, 0 otherwise (TSPI_phoneGetRing)
 * @out_rate: bits per second of the last CONNECT, 0 when the modem did not say
 * @out_rings: rings of the present incoming call
 * @out_caller: caller id of the present or last incoming call
 * @out_caller_name: likewise
 */
struct cleardown_phone_status {
	__u32 size;
	__u32 out_call_state;
	__u32 out_offhook;
	__u32 out_volume;
	__u32 out_gain;
	__u32 out_ring_mode;
	__u32 out_rate;
	__u32 out_rings;
	char  out_caller[32];
	char  out_caller_name[32];
};

/* ---- ctl ---- */

/** struct cleardown_version - CLEARDOWN_IOC_CTL_VERSION */
struct cleardown_version {
	__u32 size;
	__u32 out_abi;
	char  out_module[32];
};

#define CLEARDOWN_FLOW_RTSCTS	0
#define CLEARDOWN_FLOW_NONE	1

/**
 * struct cleardown_bind - CLEARDOWN_IOC_CTL_BIND: make a device from a piece of hardware
 * @size: sizeof(struct cleardown_bind)
 * @clazz: enum cleardown_class of the device to make
 * @link: name of the link module's driver: "tty", "sim"
 * @dev: for "tty" the line's device number (st_rdev); for "sim" 0
 * @name: wanted name, or empty for the first free one ("phone0"); out: the name it got
 * @speed: bits per second between computer and modem; 0 = 115200
 * @flow: CLEARDOWN_FLOW_*
 * @flags: must be 0
 * @__reserved: must be 0
 * @args: class and link settings, "key=value" separated by blanks: init=ATS0=0 (phone), the sim
 *	link's script
 * @out_text: on error one sentence for a person
 *
 * Needs CAP_SYS_ADMIN. Does not take the hardware: open does.
 */
struct cleardown_bind {
	__u32 size;
	__u32 clazz;
	char  link[16];
	__aligned_u64 dev;
	char  name[CLEARDOWN_NAME_LEN];
	__u32 speed;
	__u32 flow;
	__u32 flags;
	__u32 __reserved;
	char  args[256];
	char  out_text[CLEARDOWN_TEXT_LEN];
};

#define CLEARDOWN_UNBIND_FORCE	0x1	/* raises ABORT, cause admin, on an open device first */

/** struct cleardown_unbind - CLEARDOWN_IOC_CTL_UNBIND; EBUSY while open unless forced */
struct cleardown_unbind {
	__u32 size;
	__u32 flags;
	char  name[CLEARDOWN_NAME_LEN];
	char  out_text[CLEARDOWN_TEXT_LEN];
};

/**
 * struct cleardown_rebind - CLEARDOWN_IOC_CTL_REBIND: the hardware of a GONE device is back
 * @size: sizeof(struct cleardown_rebind)
 * @__reserved: must be 0
 * @name: the device
 * @dev: its new device number
 * @out_text: on error one sentence for a person
 */
struct cleardown_rebind {
	__u32 size;
	__u32 __reserved;
	char  name[CLEARDOWN_NAME_LEN];
	__aligned_u64 dev;
	char  out_text[CLEARDOWN_TEXT_LEN];
};

/**
 * struct cleardown_list - CLEARDOWN_IOC_CTL_LIST: the next device
 * @size: sizeof(struct cleardown_list)
 * @out_class: enum cleardown_class
 * @after: device id of the one before; 0 = the first
 * @out_id: its device id, increasing, never used again
 * @out_name: its name
 * @out_backend: "tty:ttyS1", "sim:"
 * @out_dev: device number of the hardware, 0 when it has none
 * @out_status: as CLEARDOWN_IOC_GET_STATUS (its size member is 0)
 *
 * ENOENT after the last. Never touches hardware, never blocks.
 */
struct cleardown_list {
	__u32 size;
	__u32 out_class;
	__aligned_u64 after;
	__aligned_u64 out_id;
	char  out_name[CLEARDOWN_NAME_LEN];
	char  out_backend[CLEARDOWN_SPEC_LEN];
	__aligned_u64 out_dev;
	struct cleardown_status out_status;
};

#define CLEARDOWN_CTL_CLOSE_ASYNC	0x1	/* raise the wish and return, EINPROGRESS */

/**
 * struct cleardown_ctl_close - CLEARDOWN_IOC_CTL_CLOSE: close a device whoever has it open
 * @size: sizeof(struct cleardown_ctl_close)
 * @mode: DRAIN, ORDERLY or ABORT
 * @name: the device
 * @deadline_ns: as in CLOSE
 * @flags: CLEARDOWN_CTL_CLOSE_ASYNC
 * @out_released: 1 when the hardware is free at return
 * @out_report: what happened; number 0 when nobody had it open
 *
 * Needs CAP_SYS_ADMIN; cause admin. The owner gets PHONE_CLOSE. An open that is not open: 0.
 */
struct cleardown_ctl_close {
	__u32 size;
	__u32 mode;
	char  name[CLEARDOWN_NAME_LEN];
	__aligned_u64 deadline_ns;
	__u32 flags;
	__u32 out_released;
	struct cleardown_report_head out_report;
};

/* ---- events ---- */

/**
 * struct cleardown_events_info - CLEARDOWN_IOC_EVENTS_INFO
 * @size: sizeof(struct cleardown_events_info)
 * @out_unread: records waiting
 * @out_seq: number of the last record queued
 * @out_dropped: repeatable indications that found the queue full; each consumed a number
 */
struct cleardown_events_info {
	__u32 size;
	__u32 out_unread;
	__aligned_u64 out_seq;
	__aligned_u64 out_dropped;
};

/** enum cleardown_event_type - record types; from CLEARDOWN_EV_FILTER_BASE on they are filtered */
enum cleardown_event_type {
	CLEARDOWN_EV_COMPLETION	 = 1,	/* req_id, status, error; p1 = result; data = text */
	CLEARDOWN_EV_PHONE_CLOSE = 2,	/* forced: p1 = cause, p2 = detail; the handle is dead */
	CLEARDOWN_EV_PHONE_STATE = 32,	/* p1 = CLEARDOWN_PHONESTATE_*, p2 by state */
	CLEARDOWN_EV_RING	 = 33,	/* p1 = rings so far; data = caller's number if known */
	CLEARDOWN_EV_CALLER_ID	 = 34,	/* data = "NMBR=..." line as the modem sent it */
	CLEARDOWN_EV_DEVSPECIFIC = 35,	/* data = a line nobody asked for */
	CLEARDOWN_EV_CALL_STATE	 = 36,	/* p1 = cleardown_call_state, p2 = result, p3 = call */
	CLEARDOWN_EV_LINES	 = 37,	/* p1 = CLEARDOWN_LINE_* now, p2 = those that changed */
};

#define CLEARDOWN_EV_FILTER_BASE	32
#define CLEARDOWN_EV_FILTER_ALL		0x3f
#define CLEARDOWN_EV_BIT(type)		(1U << ((type) - CLEARDOWN_EV_FILTER_BASE))
#define CLEARDOWN_EVENT_DATA_MAX	512

/**
 * struct cleardown_event - one record of an event queue, as read(2) returns it
 * @len: bytes of this record, header and data and padding to a multiple of 8
 * @type: enum cleardown_event_type
 * @seq: number of the record in its queue; a gap is a dropped indication
 * @ns: when it was queued
 * @cookie: of BIND_EVENTS
 * @handle: id of the handle
 * @req_id: for COMPLETION the request's id
 * @status: status word of the contract
 * @error: 0 or a negative errno
 * @p1: by type
 * @p2: by type
 * @p3: by type
 * @data_len: bytes of @data
 * @data: by type, no terminating zero
 *
 * read(2) returns whole records only; a buffer that cannot take the first one is EINVAL.
 */
struct cleardown_event {
	__u32 len;
	__u32 type;
	__aligned_u64 seq;
	__aligned_u64 ns;
	__aligned_u64 cookie;
	__aligned_u64 handle;
	__aligned_u64 req_id;
	__u32 status;
	__s32 error;
	__u32 p1;
	__u32 p2;
	__u32 p3;
	__u32 data_len;
	__u8  data[];
};

#endif /* _LINUX_CLEARDOWN_H */
