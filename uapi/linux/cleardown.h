/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * cleardown: phones, printer ports, virtual circuits and faxes with an orderly, bounded, honest
 * end. Interface of /dev/cleardown/{ctl,events,phoneN,portN,vcN,fax,faxN}.
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
 * ENODEV       the hardware is gone; on a port every call until its CLOSE, which is 0 and tells
 * ENOTCONN     no call is up
 * ECONNRESET   the far end broke the connection of a document off
 * EACCES       the handle lacks a right of the fax server's
 * EPERM        the caller is not the owner, or lacks the capability
 * ETIMEDOUT    the deadline passed
 * ECANCELED    ended by CANCEL
 * EIO          the operation was ended by a close, or the hardware failed
 */

#define CLEARDOWN_ABI_VERSION	1
#define CLEARDOWN_IOC_MAGIC	0xDC

/* Any handle file (phoneN, portN, faxN) */
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
#define CLEARDOWN_IOC_PHONE_PANEL	_IO(CLEARDOWN_IOC_MAGIC, 0x22)
#define CLEARDOWN_IOC_PHONE_MESSAGES	_IO(CLEARDOWN_IOC_MAGIC, 0x23)
#define CLEARDOWN_IOC_PHONE_ID		_IO(CLEARDOWN_IOC_MAGIC, 0x24)
/* Ports */
#define CLEARDOWN_IOC_PORT_STATUS	_IO(CLEARDOWN_IOC_MAGIC, 0x30)
#define CLEARDOWN_IOC_PORT_TIMEOUTS	_IO(CLEARDOWN_IOC_MAGIC, 0x31)
#define CLEARDOWN_IOC_PORT_ID		_IO(CLEARDOWN_IOC_MAGIC, 0x32)
/* VCs: SAP and CREATE on an address family (an open vcN), DELETE and STATUS on a VC, the others on
 * any file of the link, an observer's too
 */
#define CLEARDOWN_IOC_VC_SAP		_IO(CLEARDOWN_IOC_MAGIC, 0x50)
#define CLEARDOWN_IOC_VC_CREATE		_IO(CLEARDOWN_IOC_MAGIC, 0x51)
#define CLEARDOWN_IOC_VC_LINK		_IO(CLEARDOWN_IOC_MAGIC, 0x52)
#define CLEARDOWN_IOC_VC_DELETE		_IO(CLEARDOWN_IOC_MAGIC, 0x53)
#define CLEARDOWN_IOC_VC_STATUS		_IO(CLEARDOWN_IOC_MAGIC, 0x54)
#define CLEARDOWN_IOC_VC_NEXT		_IO(CLEARDOWN_IOC_MAGIC, 0x55)
#define CLEARDOWN_IOC_VC_CDR		_IO(CLEARDOWN_IOC_MAGIC, 0x56)
#define CLEARDOWN_IOC_VC_COUNT		_IO(CLEARDOWN_IOC_MAGIC, 0x57)
#define CLEARDOWN_IOC_VC_PARTY		_IO(CLEARDOWN_IOC_MAGIC, 0x5f)
/* ctl */
#define CLEARDOWN_IOC_CTL_VERSION	_IO(CLEARDOWN_IOC_MAGIC, 0x40)
#define CLEARDOWN_IOC_CTL_BIND		_IO(CLEARDOWN_IOC_MAGIC, 0x41)
#define CLEARDOWN_IOC_CTL_UNBIND	_IO(CLEARDOWN_IOC_MAGIC, 0x42)
#define CLEARDOWN_IOC_CTL_LIST		_IO(CLEARDOWN_IOC_MAGIC, 0x43)
#define CLEARDOWN_IOC_CTL_REPORT	_IO(CLEARDOWN_IOC_MAGIC, 0x44)
#define CLEARDOWN_IOC_CTL_CLOSE		_IO(CLEARDOWN_IOC_MAGIC, 0x45)
#define CLEARDOWN_IOC_CTL_REBIND	_IO(CLEARDOWN_IOC_MAGIC, 0x46)
#define CLEARDOWN_IOC_CTL_CONFIGURE	_IO(CLEARDOWN_IOC_MAGIC, 0x47)
#define CLEARDOWN_IOC_CTL_MANAGER	_IO(CLEARDOWN_IOC_MAGIC, 0x48)
/* Faxes: the first ones and the last for a server handle (an open fax), FAX_RIGHTS for a port too
 * and FAX_PORT for a port only; those from FAX_LINE to FAX_REPORT for a line's provider (an open
 * faxN), FAX_JOB_NEXT too
 */
#define CLEARDOWN_IOC_FAX_EVENTS	_IO(CLEARDOWN_IOC_MAGIC, 0x70)
#define CLEARDOWN_IOC_FAX_RIGHTS	_IO(CLEARDOWN_IOC_MAGIC, 0x71)
#define CLEARDOWN_IOC_FAX_PORT_NEXT	_IO(CLEARDOWN_IOC_MAGIC, 0x72)
#define CLEARDOWN_IOC_FAX_OPEN_PORT	_IO(CLEARDOWN_IOC_MAGIC, 0x73)
#define CLEARDOWN_IOC_FAX_PORT		_IO(CLEARDOWN_IOC_MAGIC, 0x74)
#define CLEARDOWN_IOC_FAX_SEND		_IO(CLEARDOWN_IOC_MAGIC, 0x75)
#define CLEARDOWN_IOC_FAX_JOB_NEXT	_IO(CLEARDOWN_IOC_MAGIC, 0x76)
#define CLEARDOWN_IOC_FAX_JOB_SET	_IO(CLEARDOWN_IOC_MAGIC, 0x77)
#define CLEARDOWN_IOC_FAX_STATUS	_IO(CLEARDOWN_IOC_MAGIC, 0x78)
#define CLEARDOWN_IOC_FAX_LINE		_IO(CLEARDOWN_IOC_MAGIC, 0x79)
#define CLEARDOWN_IOC_FAX_PROVIDE	_IO(CLEARDOWN_IOC_MAGIC, 0x7a)
#define CLEARDOWN_IOC_FAX_JOB_TAKE	_IO(CLEARDOWN_IOC_MAGIC, 0x7b)
#define CLEARDOWN_IOC_FAX_JOB_ADOPT	_IO(CLEARDOWN_IOC_MAGIC, 0x7c)
#define CLEARDOWN_IOC_FAX_REPORT	_IO(CLEARDOWN_IOC_MAGIC, 0x7d)
#define CLEARDOWN_IOC_FAX_HANDLE_NEXT	_IO(CLEARDOWN_IOC_MAGIC, 0x7e)
/* Call managers: on the file of CTL_MANAGER */
#define CLEARDOWN_IOC_CM_REGISTER	_IO(CLEARDOWN_IOC_MAGIC, 0x80)
#define CLEARDOWN_IOC_CM_COMPLETE	_IO(CLEARDOWN_IOC_MAGIC, 0x81)
#define CLEARDOWN_IOC_CM_ACTIVATE	_IO(CLEARDOWN_IOC_MAGIC, 0x82)
#define CLEARDOWN_IOC_CM_DEACTIVATE	_IO(CLEARDOWN_IOC_MAGIC, 0x83)
#define CLEARDOWN_IOC_CM_OFFER		_IO(CLEARDOWN_IOC_MAGIC, 0x84)
#define CLEARDOWN_IOC_CM_CLOSED		_IO(CLEARDOWN_IOC_MAGIC, 0x85)
#define CLEARDOWN_IOC_CM_CONTEXT	_IO(CLEARDOWN_IOC_MAGIC, 0x86)
#define CLEARDOWN_IOC_CM_CONTROL	_IO(CLEARDOWN_IOC_MAGIC, 0x87)
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
#define CLEARDOWN_CLOSE_DATA_MAX	128	/* of any medium: Q.2957 */

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
 * @out_lines: modem or printer lines as of the last change (CLEARDOWN_LINE_*)
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
/* A printer's, as IEEE 1284 names them; true = what the name says, whatever the level. */
#define CLEARDOWN_LINE_BUSY	0x1000
#define CLEARDOWN_LINE_ACK	0x2000
#define CLEARDOWN_LINE_PERROR	0x4000	/* paper out */
#define CLEARDOWN_LINE_SELECT	0x8000	/* on line */
#define CLEARDOWN_LINE_FAULT	0x10000	/* nFault low */
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

/** enum cleardown_opcode - class ranges: 0x1xx phone, 0x2xx port, 0x3xx VC */
enum cleardown_opcode {
	CLEARDOWN_OP_DEV_SPECIFIC   = 0x101,	/* bytes: one AT command without AT and CR */
	CLEARDOWN_OP_SET_HOOKSWITCH = 0x102,	/* struct cleardown_op_hookswitch */
	CLEARDOWN_OP_SET_VOLUME	    = 0x103,	/* struct cleardown_op_level */
	CLEARDOWN_OP_SET_GAIN	    = 0x104,	/* struct cleardown_op_level */
	CLEARDOWN_OP_SET_RING	    = 0x105,	/* struct cleardown_op_ring */
	CLEARDOWN_OP_SET_LAMP	    = 0x106,	/* struct cleardown_op_lamp */
	CLEARDOWN_OP_SET_DISPLAY    = 0x107,	/* struct cleardown_op_display */
	CLEARDOWN_OP_SET_BUTTON	    = 0x108,	/* struct cleardown_button */
	CLEARDOWN_OP_SET_DATA	    = 0x109,	/* struct cleardown_op_data */
	CLEARDOWN_OP_GET_BUTTON	    = 0x10a,	/* struct cleardown_op_get; data: its answer */
	CLEARDOWN_OP_GET_DATA	    = 0x10b,	/* struct cleardown_op_get; data: the area's */
	CLEARDOWN_OP_DIAL	    = 0x110,	/* bytes: V.250 dial string */
	CLEARDOWN_OP_ANSWER	    = 0x111,	/* no input */
	CLEARDOWN_OP_HANGUP	    = 0x112,	/* no input */
	CLEARDOWN_OP_SEND_DTMF	    = 0x113,	/* bytes: 0-9 A-D * # */

	CLEARDOWN_OP_START_DOC	    = 0x201,	/* struct cleardown_op_start_doc */
	CLEARDOWN_OP_END_DOC	    = 0x202,	/* struct cleardown_op_end_doc */
	CLEARDOWN_OP_DEVICE_ID	    = 0x203,	/* no input; data: IEEE 1284 Device ID */
	CLEARDOWN_OP_RESET	    = 0x204,	/* no input: nInit is strobed */

	CLEARDOWN_OP_MAKE_CALL	    = 0x301,	/* struct cleardown_vc_call; data: as agreed */
	CLEARDOWN_OP_ACCEPT	    = 0x302,	/* no input: until the call is connected */
	CLEARDOWN_OP_REJECT	    = 0x303,	/* struct cleardown_op_reject */
	CLEARDOWN_OP_MODIFY_QOS	    = 0x304,	/* struct cleardown_vc_call: no medium can */
	CLEARDOWN_OP_MAKE_MULTI	    = 0x310,	/* struct cleardown_op_make_multi */
	CLEARDOWN_OP_ADD_PARTY	    = 0x311,	/* struct cleardown_op_add_party */
	CLEARDOWN_OP_DROP_PARTY	    = 0x312,	/* struct cleardown_op_drop_party */
	CLEARDOWN_OP_OPEN_AF	    = 0x320,	/* struct cleardown_op_open_af */
	CLEARDOWN_OP_SAP	    = 0x321,	/* struct cleardown_op_sap */
};

/* TSPI hook switch devices and modes; exactly one mode, one or more devices */
#define CLEARDOWN_HOOKDEV_HANDSET	0x1
#define CLEARDOWN_HOOKDEV_SPEAKER	0x2
#define CLEARDOWN_HOOKDEV_HEADSET	0x4
#define CLEARDOWN_HOOKMODE_ONHOOK	0x1
#define CLEARDOWN_HOOKMODE_MIC		0x2
#define CLEARDOWN_HOOKMODE_SPEAKER	0x4
#define CLEARDOWN_HOOKMODE_MICSPEAKER	0x8

/**
 * struct cleardown_op_hookswitch - input of SET_HOOKSWITCH
 * @devices: CLEARDOWN_HOOKDEV_*, one or more (others: EINVAL, PHONEERR_INVALHOOKSWITCHDEV). Speaker
 *	and headset have the line one at a time: one that goes off-hook takes it from the other, and
 *	both at once can only go on-hook
 * @mode: one of CLEARDOWN_HOOKMODE_* (others: EINVAL, PHONEERR_INVALHOOKSWITCHMODE). A headset is
 *	speaker and microphone in one
 *
 * Source: TSPI_phoneSetHookSwitch.
 */
struct cleardown_op_hookswitch {
	__u32 devices;
	__u32 mode;
};

/** struct cleardown_op_level - input of SET_VOLUME and SET_GAIN; level 0..0xffff, clamped */
struct cleardown_op_level {
	__u32 device;
	__u32 level;
};

/**
 * struct cleardown_op_ring - input of SET_RING: the bell of a telephone
 * @mode: one of its patterns, 1 to cleardown_phone_panel.out_ring_modes; 0 = silence. Others:
 *	EINVAL, PHONEERR_INVALRINGMODE
 * @volume: 0..0xffff, clamped
 *
 * A close silences the bell, darkens the lamps and clears the display. Source: TSPI_phoneSetRing.
 */
struct cleardown_op_ring {
	__u32 mode;
	__u32 volume;
};

/* PHONELAMPMODE_* of TAPI */
#define CLEARDOWN_LAMPMODE_OFF		0x02
#define CLEARDOWN_LAMPMODE_STEADY	0x04
#define CLEARDOWN_LAMPMODE_WINK		0x08
#define CLEARDOWN_LAMPMODE_FLASH	0x10
#define CLEARDOWN_LAMPMODE_FLUTTER	0x20
#define CLEARDOWN_LAMPMODE_BROKENFLUTTER 0x40

/**
 * struct cleardown_op_lamp - input of SET_LAMP
 * @lamp: number, from 0 on (others: EINVAL, PHONEERR_INVALBUTTONLAMPID)
 * @mode: one of CLEARDOWN_LAMPMODE_* that this lamp can (else EINVAL, PHONEERR_INVALLAMPMODE)
 *
 * Source: TSPI_phoneSetLamp.
 */
struct cleardown_op_lamp {
	__u32 lamp;
	__u32 mode;
};

#define CLEARDOWN_LAMPS			8
#define CLEARDOWN_DISPLAY_ROWS		4
#define CLEARDOWN_DISPLAY_COLUMNS	40

/**
 * struct cleardown_op_display - input of SET_DISPLAY: overwrites a part of a row
 * @row: from 0 on
 * @column: from 0 on
 * @text: ended by a zero or by its size; printable ASCII but " \ and ; (others: EINVAL). What is
 *	beyond the end of the row is cut off
 *
 * Source: TSPI_phoneSetDisplay.
 */
struct cleardown_op_display {
	__u32 row;
	__u32 column;
	char  text[CLEARDOWN_DISPLAY_COLUMNS];
};

/**
 * DOC: The memory of a telephone
 *
 * A telephone that keeps numbers in its memory has them where 3GPP TS 27.007 has them: in the
 * locations of the store that it has selected (+CPBR, +CPBW). What is behind a key is a button:
 * where location n from 0 to 9 exists, pressing n # calls the number in it, which is that key's
 * function, abbreviated dialling (3GPP TS 22.030). What is behind no key is a data area: area 0 is
 * the first location from 10 on. Neither is ever two things.
 *
 * It is memory: what was stored stays, whoever closes the phone and however. A request that a close
 * cut off (OPERATIONFAILED) may have been carried out; asking tells. Bound with panel=ask only;
 * another store is selected by a command in init=.
 */

/* PHONEBUTTONFUNCTION_* of TAPI */
#define CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL	0x0b
#define CLEARDOWN_BUTTONFUNCTION_NONE		0x2e

#define CLEARDOWN_NUMBER_LEN	40
#define CLEARDOWN_BUTTON_TEXT_LEN 40

/**
 * struct cleardown_button - a key and its function: input of SET_BUTTON, data of GET_BUTTON
 * @button: one of cleardown_phone_caps.out_set_buttons (others: EINVAL,
 *	PHONEERR_INVALBUTTONLAMPID)
 * @mode: CLEARDOWN_BUTTONMODE_KEYPAD (others: EINVAL)
 * @function: CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL, or _NONE: nothing is stored (others: EINVAL)
 * @out_state: CLEARDOWN_BUTTONSTATE_*; of SET_BUTTON must be 0
 * @number: that is called: 0-9 * #, and + before them; ended by a zero or by its size. Of _NONE
 *	must be empty, of the other must not
 * @text: what the telephone shows for it; as the text of SET_DISPLAY. Of _NONE must be empty
 *
 * More than cleardown_phone_caps.out_number_max or out_text_max: EINVAL. Source:
 * TSPI_phoneSetButtonInfo, TSPI_phoneGetButtonInfo.
 */
struct cleardown_button {
	__u32 button;
	__u32 mode;
	__u32 function;
	__u32 out_state;
	char  number[CLEARDOWN_NUMBER_LEN];
	char  text[CLEARDOWN_BUTTON_TEXT_LEN];
};

#define CLEARDOWN_DATA_LEN	88

/**
 * struct cleardown_op_data - input of SET_DATA: what a data area is to contain
 * @area: 0 to cleardown_phone_caps.out_data_areas - 1 (others: EINVAL, PHONEERR_INVALDATAID)
 * @size: bytes of @data; 0: nothing is copied, and the area stays as it is
 * @data: a number as in struct cleardown_button, and behind a blank its text, ended by a zero or by
 *	@size. Empty but for a zero: the area is to be empty
 *
 * Source: TSPI_phoneSetData.
 */
struct cleardown_op_data {
	__u32 area;
	__u32 size;
	char  data[CLEARDOWN_DATA_LEN];
};

/**
 * struct cleardown_op_get - input of GET_BUTTON and GET_DATA: the telephone is asked
 * @id: the button, or the area
 * @size: most bytes of data that the completion is to carry. Of GET_BUTTON at least the size of
 *	struct cleardown_button, which it carries (less: ERANGE, PHONEERR_STRUCTURETOOSMALL); of
 *	GET_DATA 0: nothing is copied
 *
 * The owner's, like all that the telephone has to answer. An empty area has no data. Source:
 * TSPI_phoneGetButtonInfo, TSPI_phoneGetData.
 */
struct cleardown_op_get {
	__u32 id;
	__u32 size;
};

#define CLEARDOWN_DOC_NAME_LEN	64

/**
 * struct cleardown_op_start_doc - input of START_DOC: a document begins
 * @level: of the information that follows: 1 (others: EINVAL, ERROR_INVALID_LEVEL)
 * @flags: must be 0
 * @name: of the job, ended by a zero; may be empty
 *
 * Takes the hardware where the port has it only inside documents (serial, TCP): EBUSY,
 * ECONNREFUSED and the like come at once. A second one in succession is 0 and changes nothing. The
 * completion's p1 is the low half of the document's number. Source: StartDocPort.
 */
struct cleardown_op_start_doc {
	__u32 level;
	__u32 flags;
	char  name[CLEARDOWN_DOC_NAME_LEN];
};

#define CLEARDOWN_END_DOC_ABORT		0x1	/* what has not left is thrown away */
#define CLEARDOWN_END_DOC_PRINTED	0x2	/* wait until the language monitor says printed */

/**
 * struct cleardown_op_end_doc - input of END_DOC: the document ends
 * @flags: CLEARDOWN_END_DOC_*
 * @__reserved: must be 0
 *
 * Completes when all bytes were taken by the printer (with PRINTED: when the last page was
 * ejected), with struct cleardown_doc_result as its data. Without a document it is 0 and has no
 * data. PRINTED without a language monitor is EOPNOTSUPP. Source: EndDocPort.
 */
struct cleardown_op_end_doc {
	__u32 flags;
	__u32 __reserved;
};

/** enum cleardown_doc_state - life of a document on a port */
enum cleardown_doc_state {
	CLEARDOWN_DOC_NONE	= 0,
	CLEARDOWN_DOC_STARTING	= 1,	/* the hardware is being taken */
	CLEARDOWN_DOC_OPEN	= 2,	/* bytes are accepted */
	CLEARDOWN_DOC_ENDING	= 3,	/* what was accepted leaves */
	CLEARDOWN_DOC_SENT	= 4,	/* the printer has taken every byte; not yet printed */
	CLEARDOWN_DOC_PRINTED	= 5,	/* and says that the last page was ejected */
	CLEARDOWN_DOC_ABORTED	= 6,	/* ended before its time */
	CLEARDOWN_DOC_CANCELLED = 7,	/* by CANCEL; what a writer still brings is refused */
};

/**
 * struct cleardown_doc_result - data of END_DOC's completion
 * @number: of the document
 * @accepted: bytes of write(2) that belong to it; what a language monitor added is not counted
 * @confirmed: of these, taken by the printer
 * @discarded: of these, never left our buffers
 * @in_doubt: of these, left them and nobody confirmed it
 * @state: enum cleardown_doc_state: SENT, PRINTED, ABORTED or CANCELLED
 * @pages: pages that the language monitor saw ejected
 */
struct cleardown_doc_result {
	__aligned_u64 number;
	__aligned_u64 accepted;
	__aligned_u64 confirmed;
	__aligned_u64 discarded;
	__aligned_u64 in_doubt;
	__u32 state;
	__u32 pages;
};

/**
 * struct cleardown_port_status - CLEARDOWN_IOC_PORT_STATUS: answered while a write is stuck
 * @size: sizeof(struct cleardown_port_status)
 * @out_flags: CLEARDOWN_PORT_*
 * @out_lines: CLEARDOWN_LINE_* when they were last read
 * @out_doc_state: enum cleardown_doc_state of the present document, or of the last one
 * @out_sample_ns: when the lines were last read, 0 = not in this session
 * @out_doc: number of that document, 0 when there was none in this session
 * @out_accepted: bytes of the document accepted from write(2)
 * @out_confirmed: of these, taken by the printer
 * @out_pages: pages that the language monitor saw ejected in the document
 * @out_code: PJL status code, 0 when unknown
 * @out_display: what the printer's display shows, as it told
 * @out_doc_name: the document's name
 *
 * While the hardware is ours and nothing is written the lines are read again when they are older
 * than 10 ms, which never waits behind a write.
 */
struct cleardown_port_status {
	__u32 size;
	__u32 out_flags;
	__u32 out_lines;
	__u32 out_doc_state;
	__aligned_u64 out_sample_ns;
	__aligned_u64 out_doc;
	__aligned_u64 out_accepted;
	__aligned_u64 out_confirmed;
	__u32 out_pages;
	__u32 out_code;
	char  out_display[64];
	char  out_doc_name[CLEARDOWN_DOC_NAME_LEN];
};

#define CLEARDOWN_PORT_HELD	0x01	/* the hardware is ours at the moment */
#define CLEARDOWN_PORT_IMPLICIT	0x02	/* the document was begun by a plain write */
#define CLEARDOWN_PORT_OFFLINE	0x04	/* Select is low, or the printer said so */
#define CLEARDOWN_PORT_PAPER	0x08	/* paper out */
#define CLEARDOWN_PORT_FAULT	0x10	/* nFault is low, or the printer said so */
#define CLEARDOWN_PORT_STALLED	0x20	/* bytes wait and the printer has taken none for a second */
#define CLEARDOWN_PORT_MONITOR	0x40	/* a language monitor is on the port */
#define CLEARDOWN_PORT_READS	0x80	/* the link has a back channel */

/**
 * struct cleardown_timeouts - CLEARDOWN_IOC_PORT_TIMEOUTS: SetPortTimeOuts
 * @size: sizeof(struct cleardown_timeouts)
 * @set: which are set: CLEARDOWN_TIMEOUT_*; 0 only asks
 * @write_ms: longest that a write(2) waits for room, 0 = for ever; then it returns what was
 *	accepted, or ETIMEDOUT when that is nothing
 * @read_ms: longest that a read(2) waits for the first byte, 0 = for ever; then ETIMEDOUT
 * @out_write_ms: in force
 * @out_read_ms: in force
 *
 * They are new in each session. An observer may only ask (EPERM).
 */
struct cleardown_timeouts {
	__u32 size;
	__u32 set;
	__u32 write_ms;
	__u32 read_ms;
	__u32 out_write_ms;
	__u32 out_read_ms;
};

#define CLEARDOWN_TIMEOUT_WRITE	0x1
#define CLEARDOWN_TIMEOUT_READ	0x2

#define CLEARDOWN_PORT_ID_BYTES	240

/**
 * struct cleardown_port_id - CLEARDOWN_IOC_PORT_ID: the Device ID, as far as it is known
 * @size: sizeof(struct cleardown_port_id)
 * @offset: the first byte that is wanted; EINVAL beyond the end
 * @out_total: length of the whole ID
 * @__reserved: zero
 * @out_bytes: its bytes from @offset on, zeros behind the last
 *
 * Never asks the printer, so that an observer may call it at any time: it answers what
 * CLEARDOWN_OP_DEVICE_ID last learned of this hardware, in any session. ENODATA until then,
 * EOPNOTSUPP where a port has no Device ID.
 */
struct cleardown_port_id {
	__u32 size;
	__u32 offset;
	__u32 out_total;
	__u32 __reserved;
	__u8  out_bytes[CLEARDOWN_PORT_ID_BYTES];
};

/**
 * DOC: Virtual circuits
 *
 * vcN is a link of virtual circuits with its call manager. Each open for writing of it is an
 * address family handle (NdisClOpenAddressFamilyEx): it creates VCs, registers SAPs and is told of
 * incoming calls. A VC is an anonymous file. Who creates it deletes it: the client with VC_CREATE
 * and VC_DELETE (or close(2)), the call manager for an incoming call, which the client takes with
 * VC_CREATE and the number in INCOMING_CALL.
 *
 * A call: MAKE_CALL completes when it is connected; INCOMING_CALL is answered by ACCEPT, which
 * completes when it is connected, or REJECT. Connected, read(2) and write(2) move whole frames.
 * CLOSE ends the *call*: its return 0 with out_released, or EINPROGRESS and later CLOSE_COMPLETE.
 * After that the file of a client's VC is idle and takes the next call; that of an incoming one is
 * dead. INCOMING_CLOSE tells that the far end ended it: nothing moves any more, and the client owes
 * a CLOSE. An error that CLOSE returns by itself has changed nothing: the call is still up. So it
 * is after a CLOSE_COMPLETE with an error, but then the VC takes CLOSE only, once the record was
 * read (EBUSY). EINVAL with NDIS_STATUS_INVALID_DATA: the link carries no, or not as much, close
 * data.
 *
 * A call to many: MAKE_MULTI instead of MAKE_CALL makes its VC the *root* of a point-to-multipoint
 * call, and its called end the first *party*; ADD_PARTY and DROP_PARTY follow, several at a time. A
 * frame that the root writes goes once to the link, and from its far end to each party. Each has a
 * number and the caller's cookie, in struct cleardown_vc_party at the head of the data of every
 * record about it. A party that left by itself is told by INCOMING_DROP and owes a DROP_PARTY, as
 * a call that ended owes a CLOSE. The last party is not dropped: DROP_PARTY of it is EBUSY with
 * NDIS_STATUS_FAILURE, and its number stays good; its leaving is an INCOMING_CLOSE. CLOSE ends the
 * call of the party that is left. While there are more, those included that are being added or
 * dropped or owe a DROP_PARTY, it is EBUSY with NDIS_STATUS_FAILURE, and nothing has changed. Where
 * the parties are, each one is an incoming call with a VC of its own, which only receives (write(2)
 * is EOPNOTSUPP), and whose CLOSE drops that party.
 */

/**
 * enum cleardown_vc_state - states of a VC
 * @CLEARDOWN_VC_IDLE: no call; only a client's VC rests here
 * @CLEARDOWN_VC_CALLING: MAKE_CALL is under way
 * @CLEARDOWN_VC_OFFERED: an incoming call waits for ACCEPT or REJECT
 * @CLEARDOWN_VC_ACCEPTED: accepted, not connected yet
 * @CLEARDOWN_VC_ACTIVE: frames move
 * @CLEARDOWN_VC_REMOTE_CLOSED: the far end closed; nothing moves, CLOSE is owed
 * @CLEARDOWN_VC_CLOSING: CLOSE was accepted
 * @CLEARDOWN_VC_CLOSE_FAILED: it failed before its RELEASE: still up, takes CLOSE only
 * @CLEARDOWN_VC_DELETED: dead
 */
enum cleardown_vc_state {
	CLEARDOWN_VC_IDLE	   = 0,
	CLEARDOWN_VC_CALLING	   = 1,
	CLEARDOWN_VC_OFFERED	   = 2,
	CLEARDOWN_VC_ACCEPTED	   = 3,
	CLEARDOWN_VC_ACTIVE	   = 4,
	CLEARDOWN_VC_REMOTE_CLOSED = 5,
	CLEARDOWN_VC_CLOSING	   = 6,
	CLEARDOWN_VC_CLOSE_FAILED  = 7,
	CLEARDOWN_VC_DELETED	   = 8,
};

#define CLEARDOWN_NSAP_LEN	20

/**
 * struct cleardown_vc_call - parameters of a call, as in SETUP
 * @called: NSAP of the called end; the last octet, the selector, chooses a SAP
 * @calling: of the calling end, zero = the link's own
 * @fwd_pcr: peak cell rate from the caller, cells per second, 0 = what the line gives
 * @bwd_pcr: towards the caller
 * @fwd_sdu: largest frame from the caller, 0 = 9188
 * @bwd_sdu: towards the caller
 * @vpi: of the connection, where it is known
 * @vci: likewise
 * @out_flags: CLEARDOWN_CALL_*; must be 0 in a request
 */
struct cleardown_vc_call {
	__u8  called[CLEARDOWN_NSAP_LEN];
	__u8  calling[CLEARDOWN_NSAP_LEN];
	__u32 fwd_pcr;
	__u32 bwd_pcr;
	__u32 fwd_sdu;
	__u32 bwd_sdu;
	__u16 vpi;
	__u16 vci;
	__u32 out_flags;
};

#define CLEARDOWN_CALL_MULTI	0x1	/* point-to-multipoint: this end is one of several */

/** struct cleardown_op_reject - input of REJECT: the Q.850 cause, 0 = 21, call rejected */
struct cleardown_op_reject {
	__u32 cause;
	__u32 __reserved;
};

/**
 * enum cleardown_party_state - states of a party at the root
 * @CLEARDOWN_PARTY_ADDING: MAKE_MULTI or ADD_PARTY is under way
 * @CLEARDOWN_PARTY_JOINED: it receives
 * @CLEARDOWN_PARTY_DROPPING: DROP_PARTY is under way
 * @CLEARDOWN_PARTY_LEFT: it left by itself, or with the call; DROP_PARTY is owed, or CLOSE
 * @CLEARDOWN_PARTY_OVER: in a record: the number is dead
 */
enum cleardown_party_state {
	CLEARDOWN_PARTY_ADDING	 = 1,
	CLEARDOWN_PARTY_JOINED	 = 2,
	CLEARDOWN_PARTY_DROPPING = 3,
	CLEARDOWN_PARTY_LEFT	 = 4,
	CLEARDOWN_PARTY_OVER	 = 5,
};

#define CLEARDOWN_PARTY_FORCED	0x1	/* the far end has not confirmed its end */

/**
 * struct cleardown_vc_party - a party, in records about it and from VC_PARTY
 * @cookie: the caller's, of MAKE_MULTI or ADD_PARTY
 * @party: its number, unique as long as the link is bound; never 0
 * @state: enum cleardown_party_state
 * @endpoint: endpoint reference, unique among the parties that the call has
 * @cause: Q.850 cause of its end, 0 = none was given
 * @flags: CLEARDOWN_PARTY_*
 * @data_len: octets of close data that follow in a record
 * @called: its NSAP
 * @__reserved: 0
 */
struct cleardown_vc_party {
	__aligned_u64 cookie;
	__u32 party;
	__u32 state;
	__u32 endpoint;
	__u32 cause;
	__u32 flags;
	__u32 data_len;
	__u8  called[CLEARDOWN_NSAP_LEN];
	__u32 __reserved;
};

/**
 * struct cleardown_op_make_multi - input of MAKE_MULTI
 * @call: the call, and its first party; bwd_pcr and bwd_sdu mean nothing
 * @cookie: of the first party
 *
 * Completes like MAKE_CALL, with struct cleardown_multi; when it fails there is no party.
 */
struct cleardown_op_make_multi {
	struct cleardown_vc_call call;
	__aligned_u64 cookie;
};

/** struct cleardown_multi - data of a MAKE_MULTI that has succeeded: as agreed */
struct cleardown_multi {
	struct cleardown_vc_call call;
	struct cleardown_vc_party party;
};

/**
 * struct cleardown_op_add_party - input of ADD_PARTY
 * @called: NSAP of the party
 * @__reserved: must be 0
 * @cookie: repeated in each record about it
 *
 * EOPNOTSUPP with NDIS_STATUS_NOT_SUPPORTED on a VC that is no root, ENOTCONN while its call is not
 * connected. The data is a struct cleardown_vc_party, after an error too, when its number is dead,
 * unless there was no memory for one. p1 is the cause, 102 with ETIMEDOUT when nobody answered.
 * ENOBUFS, NDIS_STATUS_RESOURCES: the call has as many parties as vc_parties allows.
 */
struct cleardown_op_add_party {
	__u8  called[CLEARDOWN_NSAP_LEN];
	__u32 __reserved;
	__aligned_u64 cookie;
};

/**
 * struct cleardown_op_drop_party - input of DROP_PARTY
 * @party: its number; ESTALE when it is dead or not of this call
 * @data_len: octets of @data, limited as those of CLOSE (EINVAL, NDIS_STATUS_INVALID_DATA)
 * @data: close data for the party
 *
 * EBUSY: the last one (see above), or one that is being added: CANCEL that. EALREADY,
 * NDIS_STATUS_CLOSING: it is being dropped. The data is a struct cleardown_vc_party. A party that
 * does not confirm in time (T398) is dropped all the same, with CLEARDOWN_PARTY_FORCED, cause 102.
 */
struct cleardown_op_drop_party {
	__u32 party;
	__u32 data_len;
	__u8  data[CLEARDOWN_CLOSE_DATA_MAX];
};

/**
 * struct cleardown_party_next - CLEARDOWN_IOC_VC_PARTY: the next party of a root
 * @size: sizeof(struct cleardown_party_next)
 * @after: number of the one before; 0 = the first
 * @vc: handle id of the root; on its own file 0 will do
 * @out_party: it
 *
 * ENOENT after the last, or when there is no such VC that the caller may see: VC_NEXT.
 */
struct cleardown_party_next {
	__u32 size;
	__u32 after;
	__aligned_u64 vc;
	struct cleardown_vc_party out_party;
};

#define CLEARDOWN_SAP_ANY	0x1	/* every selector that nobody else has */
#define CLEARDOWN_SAP_REMOVE	0x2	/* deregister */

/**
 * struct cleardown_vc_sap - CLEARDOWN_IOC_VC_SAP: register or deregister where calls are taken
 * @size: sizeof(struct cleardown_vc_sap)
 * @flags: CLEARDOWN_SAP_*
 * @selector: the called address's last octet
 * @out_status: NDIS_STATUS_*
 *
 * A selector that another handle has is EINVAL, NDIS_STATUS_INVALID_DATA. Deregistering leaves
 * calls alone that are up or were offered. ENOENT: this handle has no such SAP.
 */
struct cleardown_vc_sap {
	__u32 size;
	__u32 flags;
	__u32 selector;
	__u32 out_status;
};

/**
 * struct cleardown_vc_create - CLEARDOWN_IOC_VC_CREATE: a VC's file
 * @size: sizeof(struct cleardown_vc_create)
 * @__reserved: must be 0
 * @take: 0 = create one, else the number of a VC in an INCOMING_CALL of this handle that nobody
 *	took yet (ENOENT)
 * @cookie: repeated in its records, which go to the queue of the address family until BIND_EVENTS
 * @out_vc: its handle id
 * @out_fd: the file
 * @out_status: NDIS_STATUS_*
 */
struct cleardown_vc_create {
	__u32 size;
	__u32 __reserved;
	__aligned_u64 take;
	__aligned_u64 cookie;
	__aligned_u64 out_vc;
	__s32 out_fd;
	__u32 out_status;
};

/**
 * struct cleardown_vc_delete - CLEARDOWN_IOC_VC_DELETE: NdisCoDeleteVc
 * @size: sizeof(struct cleardown_vc_delete)
 * @out_status: NDIS_STATUS_*: NOT_ACCEPTED (EBUSY) with a call, CLOSING (EALREADY) while it ends
 *
 * For its creator only: EPERM on a VC of an incoming call.
 */
struct cleardown_vc_delete {
	__u32 size;
	__u32 out_status;
};

#define CLEARDOWN_VC_LINK_UP	  0x1	/* the interface carries cells and the peer is known */
#define CLEARDOWN_VC_LINK_SAAL	  0x2	/* the signalling connection is established */
#define CLEARDOWN_VC_LINK_NETWORK 0x4	/* this end is the network side */
#define CLEARDOWN_VC_LINK_MULTI	  0x8	/* the medium has multipoint channels */

/**
 * struct cleardown_vc_link - CLEARDOWN_IOC_VC_LINK: the link as it is
 * @size: sizeof(struct cleardown_vc_link)
 * @out_flags: CLEARDOWN_VC_LINK_*
 * @out_close_data: most octets of close data, 0 = none
 * @out_vcs: VCs on the link
 * @out_nsap: address of this end
 * @out_peer: of the other, zero when not known
 * @out_rate: cells per second of the line, 0 = it does not say
 * @out_uni: version of the UNI: 31 or 40
 */
struct cleardown_vc_link {
	__u32 size;
	__u32 out_flags;
	__u32 out_close_data;
	__u32 out_vcs;
	__u8  out_nsap[CLEARDOWN_NSAP_LEN];
	__u8  out_peer[CLEARDOWN_NSAP_LEN];
	__u32 out_rate;
	__u32 out_uni;
};

/**
 * struct cleardown_vc_status - CLEARDOWN_IOC_VC_STATUS: a VC as it is
 * @size: sizeof(struct cleardown_vc_status)
 * @out_state: enum cleardown_vc_state
 * @out_call_state: Q.2931's, as in its Call State element
 * @out_flags: CLEARDOWN_VC_*
 * @out_call: its parameters, as agreed
 * @out_frames_sent: taken from write(2) and given to the device
 * @out_frames_received: whole ones
 * @out_frames_queued: received and not read yet
 * @out_frames_lost: received, and dropped because nobody read
 */
struct cleardown_vc_status {
	__u32 size;
	__u32 out_state;
	__u32 out_call_state;
	__u32 out_flags;
	struct cleardown_vc_call out_call;
	__aligned_u64 out_frames_sent;
	__aligned_u64 out_frames_received;
	__u32 out_frames_queued;
	__u32 out_frames_lost;
};

#define CLEARDOWN_VC_INCOMING	0x1	/* created by the call manager */
#define CLEARDOWN_VC_ACTIVATED	0x2	/* the medium has its channel */
#define CLEARDOWN_VC_ROOT	0x4	/* of a call to many */
#define CLEARDOWN_VC_LEAF	0x8	/* a party of one, at its own end */

/**
 * struct cleardown_vc_next - CLEARDOWN_IOC_VC_NEXT: the next VC of a link, whoever has it
 * @size: sizeof(struct cleardown_vc_next)
 * @__reserved: must be 0
 * @after: handle id of the one before; 0 = the first
 * @out_vc: its handle id
 * @out_since_ns: when it entered its state
 * @out_owner_pid: who created or took it; until it is taken, who registered the SAP that it came to
 * @out_owner_uid: his user id
 * @out_owner_comm: his name
 * @out_status: as CLEARDOWN_IOC_VC_STATUS (its size member is 0)
 *
 * ENOENT after the last. Without CAP_SYS_ADMIN only the VCs of the caller's own user id are seen.
 */
struct cleardown_vc_next {
	__u32 size;
	__u32 __reserved;
	__aligned_u64 after;
	__aligned_u64 out_vc;
	__aligned_u64 out_since_ns;
	__s32 out_owner_pid;
	__u32 out_owner_uid;
	char  out_owner_comm[CLEARDOWN_COMM_LEN];
	struct cleardown_vc_status out_status;
};

/**
 * struct cleardown_cdr - call-detail record: what a call was, of 128 octets
 * @number: counted on the link since it was bound
 * @vc: handle id that the VC had in the call
 * @begin_ns: CLOCK_REALTIME when it was asked for, or offered
 * @setup_ns: from then until it was connected; 0 = it never was
 * @total_ns: from then until the network had released it, or it was given up
 * @sent: octets of frames that the medium took
 * @received: octets of frames that came, read or not
 * @sent_frames: their number
 * @received_frames: likewise
 * @lost_frames: received and dropped, since nobody read
 * @in_doubt: octets of @sent that the device had not given back when the channel went
 * @pid: whose call it was
 * @uid: his user id
 * @called: NSAP of the called end
 * @calling: of the calling end
 * @vpi: of the connection
 * @vci: likewise; 0 = it had none
 * @cause: Q.850 cause, of the far end or the network where they said one
 * @why: enum cleardown_cause: PEER or LOCAL_USER, TIMER (no answer), CARRIER (the signalling was
 *	lost), ERROR (of the protocol), OWNER_DIED, ADMIN, SUSPEND, UNPLUG
 * @flags: CLEARDOWN_CDR_*
 * @close_data: octets of close data that came
 */
struct cleardown_cdr {
	__aligned_u64 number;
	__aligned_u64 vc;
	__aligned_u64 begin_ns;
	__aligned_u64 setup_ns;
	__aligned_u64 total_ns;
	__aligned_u64 sent;
	__aligned_u64 received;
	__u32 sent_frames;
	__u32 received_frames;
	__u32 lost_frames;
	__u32 in_doubt;
	__s32 pid;
	__u32 uid;
	__u8  called[CLEARDOWN_NSAP_LEN];
	__u8  calling[CLEARDOWN_NSAP_LEN];
	__u16 vpi;
	__u16 vci;
	__u8  cause;
	__u8  why;
	__u8  flags;
	__u8  close_data;
};

#define CLEARDOWN_CDR_INCOMING	0x1	/* the far end made it */
#define CLEARDOWN_CDR_CONNECTED	0x2	/* it was connected */
#define CLEARDOWN_CDR_FORCED	0x4	/* the far end has not confirmed its end */

/**
 * struct cleardown_vc_cdr - CLEARDOWN_IOC_VC_CDR: the next call-detail record of a link
 * @size: sizeof(struct cleardown_vc_cdr)
 * @__reserved: must be 0
 * @after: number of the last record already seen; 0 = the oldest kept
 * @out_lost: records that a full ring overwrote
 * @out_cdr: the record
 *
 * One for each call that was made, or offered to a SAP, when it is over; it outlives the VC and its
 * owner, and ends with the link. ENOENT when there is none after @after. Without CAP_SYS_ADMIN
 * only the records of the caller's own user id are seen.
 */
struct cleardown_vc_cdr {
	__u32 size;
	__u32 __reserved;
	__aligned_u64 after;
	__aligned_u64 out_lost;
	struct cleardown_cdr out_cdr;
};

#define CLEARDOWN_COUNT_NAME	32

/**
 * struct cleardown_vc_count - CLEARDOWN_IOC_VC_COUNT: one of the numbers that a link counts
 * @size: sizeof(struct cleardown_vc_count)
 * @index: which one, from 0
 * @out_value: since the link was bound
 * @out_name: what it counts: "calls-made", "cells-crc"
 *
 * ENOENT after the last. Which index has which name may change with the version, names stay.
 */
struct cleardown_vc_count {
	__u32 size;
	__u32 index;
	__aligned_u64 out_value;
	char  out_name[CLEARDOWN_COUNT_NAME];
};

/**
 * DOC: Call managers in userspace
 *
 * A program can be the call manager of an address family on a link, beside the kernel's own of
 * family Q2931. CTL_MANAGER, which needs CAP_SYS_ADMIN, returns a file; with an event queue bound
 * to it (CLEARDOWN_IOC_BIND_EVENTS) CM_REGISTER makes its holder the call manager of one family
 * (NdisCmRegisterAddressFamilyEx). What clients want comes as records CLEARDOWN_EV_CM, and is
 * answered by ioctls on the file. How it signals is its own affair: on control VCs (CM_CONTROL), on
 * sockets, or not at all. Data goes from the client's file to the medium and never through it.
 *
 * A client opens vcN and submits OPEN_AF with the family; from then on everything is as with the
 * kernel's call manager, but for VC_SAP, whose place the request OP_SAP takes (it serves both), and
 * for calls to many: MAKE_MULTI, ADD_PARTY and DROP_PARTY are EOPNOTSUPP with
 * NDIS_STATUS_NOT_SUPPORTED, and the program is not asked.
 *
 * An object is a number: an address family from OPEN_AF to CLOSE_AF, a call from MAKE_CALL or
 * CM_OFFER to its end. It is never used again: EBADFD for one that is over, or is not this call
 * manager's. A request is a number too, in the record and in CM_COMPLETE, so that an answer that
 * comes late never hits the next one: ENOENT.
 *
 *   request      answer with CM_COMPLETE               without one
 *   OPEN_AF      SUCCESS: it may be used               the client's deadline: fails, CANCEL
 *   SAP, SAP_REMOVE   SUCCESS: calls may be offered    likewise
 *   MAKE_CALL    SUCCESS, once activated: connected    likewise
 *   ACCEPT       SUCCESS, once activated: connected    likewise
 *   REJECT       any: the call is deleted              after answer_ns it is
 *   CLOSE_CALL   SUCCESS, once deactivated; an error: the call is still up   after answer_ns the
 *                call is over, its report says forced
 *   CLOSE_AF     any: the address family is gone       after answer_ns it is
 *   CANCEL       none: the object is over, whatever else was asked about it
 *
 * The call manager's own words: CM_ACTIVATE and CM_DEACTIVATE the channel of a call, CM_OFFER a
 * call to who registered its SAP, CM_CLOSED when the far end has closed one. A call that it ends by
 * CANCEL or CM_CLOSED has no channel any more. Every request gets one answer; one that is refused
 * (EINVAL and others) has changed nothing.
 *
 * When its file goes, in whatever way, each outstanding request fails once, the calls' channels are
 * closed, clients get INCOMING_CLOSE for each call and AF_NOTIFY for each address family. They owe
 * the usual CLOSE, which succeeds at once. A new call manager can register the family by then.
 */

/* Address families, as NDIS numbers them; those of one's own have the highest bit */
#define CLEARDOWN_AF_Q2931	1U
#define CLEARDOWN_AF_L2TP	3U
#define CLEARDOWN_AF_PROPRIETARY 0x80000000U

/** struct cleardown_op_open_af - input of OPEN_AF: NdisClOpenAddressFamilyEx
 * @family: CLEARDOWN_AF_*; without a call manager ENOTCONN
 * @__reserved: must be 0
 *
 * On an open vcN, once, before it has VCs or SAPs (EISCONN). When it has failed, so has the handle.
 */
struct cleardown_op_open_af {
	__u32 family;
	__u32 __reserved;
};

/** struct cleardown_op_sap - input of SAP: as VC_SAP, for any family
 * @flags: CLEARDOWN_SAP_*
 * @selector: the called address's last octet
 */
struct cleardown_op_sap {
	__u32 flags;
	__u32 selector;
};

/** enum cleardown_cm_what - what a client, or the kernel for one, asks of a call manager */
enum cleardown_cm_what {
	CLEARDOWN_CM_OPEN_AF	= 1,	/* ProtocolCmOpenAf */
	CLEARDOWN_CM_CLOSE_AF	= 2,	/* ProtocolCmCloseAf: it has no calls and SAPs any more */
	CLEARDOWN_CM_SAP	= 3,	/* ProtocolCmRegisterSap: value = selector, ~0 = any */
	CLEARDOWN_CM_SAP_REMOVE	= 4,	/* ProtocolCmDeregisterSap; calls come no more for it */
	CLEARDOWN_CM_MAKE_CALL	= 5,	/* ProtocolCmMakeCall: call */
	CLEARDOWN_CM_ACCEPT	= 6,	/* ProtocolCmIncomingCallComplete with SUCCESS */
	CLEARDOWN_CM_REJECT	= 7,	/* and without: value = Q.850 cause */
	CLEARDOWN_CM_CLOSE_CALL	= 8,	/* ProtocolCmCloseCall: value = cleardown_mode, data */
	CLEARDOWN_CM_CANCEL	= 9,	/* the object is over: value = Q.850 cause; no answer */
};

/**
 * struct cleardown_cm_request - data of CLEARDOWN_EV_CM
 * @object: address family or call
 * @context: what the call manager said of it last, else 0
 * @af: object of a call's address family
 * @value: by request
 * @len: octets of @data
 * @call: MAKE_CALL: what is wanted
 * @data: CLOSE_CALL: close data, to be sent before the call is over
 */
struct cleardown_cm_request {
	__aligned_u64 object;
	__aligned_u64 context;
	__aligned_u64 af;
	__u32 value;
	__u32 len;
	struct cleardown_vc_call call;
	__u8  data[CLEARDOWN_CLOSE_DATA_MAX];
};

/**
 * struct cleardown_cm_register - CLEARDOWN_IOC_CM_REGISTER: NdisCmRegisterAddressFamilyEx
 * @size: sizeof(struct cleardown_cm_register)
 * @family: CLEARDOWN_AF_* but Q2931 and 0. EBUSY, FAILURE: it has a call manager
 * @close_data: most octets of close data that it can send, 0 = none
 * @answer_ms: bound of its answers to REJECT, CLOSE_CALL and CLOSE_AF, 0 = 60 s, at most 10 min
 * @flags: must be 0
 * @out_status: NDIS_STATUS_*
 *
 * Once on each file (EISCONN). EDESTADDRREQ without a queue.
 */
struct cleardown_cm_register {
	__u32 size;
	__u32 family;
	__u32 close_data;
	__u32 answer_ms;
	__u32 flags;
	__u32 out_status;
};

/**
 * struct cleardown_cm_complete - CLEARDOWN_IOC_CM_COMPLETE: the answer to a request
 * @size: sizeof(struct cleardown_cm_complete)
 * @status: NDIS_STATUS_*, given to the client as it is; PENDING is EINVAL
 * @object: of the request
 * @request: its number
 * @context: kept for the object and repeated in its requests; 0 = as it was
 * @party: must be 0: the call is point-to-point (EINVAL)
 * @cause: Q.850, of the far end or the network, 0 = it gave none
 * @call: of MAKE_CALL and ACCEPT: largest frames and rates as agreed, where they are not 0
 * @out_status: NDIS_STATUS_*
 * @__reserved: must be 0
 *
 * EBADFD: no such object. ENOENT: the request is over. EINVAL for CLOSE_CALL also: no close is
 * pending. EBUSY, NOT_ACCEPTED: to be activated (connected) or deactivated (closed) first.
 */
struct cleardown_cm_complete {
	__u32 size;
	__u32 status;
	__aligned_u64 object;
	__aligned_u64 request;
	__aligned_u64 context;
	__u32 party;
	__u32 cause;
	struct cleardown_vc_call call;
	__u32 out_status;
	__u32 __reserved;
};

/**
 * struct cleardown_cm_activate - CLEARDOWN_IOC_CM_ACTIVATE, CLEARDOWN_IOC_CM_DEACTIVATE: a channel
 * @size: sizeof(struct cleardown_cm_activate)
 * @vpi: 0 to 255
 * @vci: from 32, 0 = a free one is chosen; when deactivating both must be 0
 * @object: call
 * @out_vci: the one it has
 * @out_status: NDIS_STATUS_*
 *
 * NdisCmActivateVc, NdisCmDeactivateVc. EEXIST, INVALID_DATA: the channel is somebody's. EBUSY,
 * NOT_ACCEPTED: it is active, or not active. EALREADY, CLOSING: the call is being closed.
 */
struct cleardown_cm_activate {
	__u32 size;
	__u16 vpi;
	__u16 vci;
	__aligned_u64 object;
	__u32 out_vci;
	__u32 out_status;
};

/**
 * struct cleardown_cm_offer - CLEARDOWN_IOC_CM_OFFER: an incoming call for a SAP
 * @size: sizeof(struct cleardown_cm_offer)
 * @out_status: NDIS_STATUS_*
 * @context: of the call
 * @out_object: the call
 * @call: its parameters; with a vci its channel is activated
 *
 * NdisCoCreateVc, NdisCmActivateVc and NdisCmDispatchIncomingCall. ACCEPT or REJECT follows.
 * ENOENT: nobody takes calls for this selector. ENOBUFS, RESOURCES: he has no queue or no room.
 */
struct cleardown_cm_offer {
	__u32 size;
	__u32 out_status;
	__aligned_u64 context;
	__aligned_u64 out_object;
	struct cleardown_vc_call call;
};

/**
 * struct cleardown_cm_closed - CLEARDOWN_IOC_CM_CLOSED: NdisCmDispatchIncomingCloseCall
 * @size: sizeof(struct cleardown_cm_closed)
 * @status: SUCCESS: the far end closed it; other: trouble
 * @object: call that was offered, accepted or connected
 * @cause: Q.850
 * @len: octets of @data
 * @data: close data that came
 * @out_status: NDIS_STATUS_*
 * @__reserved: must be 0
 *
 * CLOSE_CALL follows, and is answered as usual. EALREADY, CLOSING: the client closes it already.
 */
struct cleardown_cm_closed {
	__u32 size;
	__u32 status;
	__aligned_u64 object;
	__u32 cause;
	__u32 len;
	__u8  data[CLEARDOWN_CLOSE_DATA_MAX];
	__u32 out_status;
	__u32 __reserved;
};

/**
 * struct cleardown_cm_context - CLEARDOWN_IOC_CM_CONTEXT: what the requests of an object repeat
 * @size: sizeof(struct cleardown_cm_context)
 * @out_status: NDIS_STATUS_*
 * @object: address family or call
 * @context: any number
 */
struct cleardown_cm_context {
	__u32 size;
	__u32 out_status;
	__aligned_u64 object;
	__aligned_u64 context;
};

/**
 * struct cleardown_cm_control - CLEARDOWN_IOC_CM_CONTROL: a channel of the call manager's own
 * @size: sizeof(struct cleardown_cm_control)
 * @vpi: 0 to 255
 * @vci: from 32, 0 = a free one
 * @cookie: of its records
 * @sdu: largest frame either way, 0 = 9188
 * @out_vci: the one it has
 * @out_fd: a VC's file: read(2), write(2), CLOSE; the call manager's data never goes through a
 *	client's
 * @out_status: NDIS_STATUS_*
 *
 * EEXIST, INVALID_DATA: the channel is somebody's.
 */
struct cleardown_cm_control {
	__u32 size;
	__u16 vpi;
	__u16 vci;
	__aligned_u64 cookie;
	__u32 sdu;
	__u32 out_vci;
	__s32 out_fd;
	__u32 out_status;
};

/**
 * struct cleardown_cancel - CLEARDOWN_IOC_CANCEL: ask a request or the call to end
 * @size: sizeof(struct cleardown_cancel)
 * @what: CLEARDOWN_CANCEL_REQUEST or CLEARDOWN_CANCEL_CALL
 * @id: the request id, or the call's (document's) number from GET_STATUS
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
#define CLEARDOWN_CANCEL_DOCUMENT	CLEARDOWN_CANCEL_CALL

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
/* a call was up or being set up, a document open */
#define CLEARDOWN_REPORT_HAD_CALL	0x10
/* by release of the last file reference, not by CLOSE */
#define CLEARDOWN_REPORT_FILE_CLOSE	0x20
/* the document did not end by its END_DOC; it is not to be taken for printed */
#define CLEARDOWN_REPORT_DOC_ABORTED	0x40

/** enum cleardown_step_what - steps of a close ladder; a report has them as they came */
enum cleardown_step_what {
	CLEARDOWN_STEP_DRAIN_OPS   = 1,	/* accepted requests end by themselves */
	CLEARDOWN_STEP_DRAIN_DATA  = 2,	/* accepted bytes leave */
	CLEARDOWN_STEP_ABORT_CMD   = 3,	/* the modem is brought back to command state */
	CLEARDOWN_STEP_ESCAPE	   = 4,	/* +++ between guard times */
	CLEARDOWN_STEP_HANGUP	   = 5,	/* ATH */
	CLEARDOWN_STEP_DTR	   = 6,	/* DTR is dropped and held low */
	CLEARDOWN_STEP_RELEASE	   = 7,	/* the lower driver's own close; always the last */
	CLEARDOWN_STEP_END_DOC	   = 8,	/* the document's end: trailer, half-close */
	CLEARDOWN_STEP_RESET	   = 9,	/* nInit, where that was asked for */
	CLEARDOWN_STEP_NET_RELEASE = 10, /* until it is confirmed; detail = octets of close data in
					  * the last message that said so
					  */
	CLEARDOWN_STEP_DEACTIVATE  = 11, /* frames given to the device come back, receiving stops */
	CLEARDOWN_STEP_VOICE	   = 12, /* a voice stream is ended, the modem hung up and led to
					  * class 0: DLE ETX, +VLS=0, H, +FCLASS=0
					  */
};

#define CLEARDOWN_STEP_SKIPPED	0x1	/* not run: nothing to do, not in this mode, or no time */
#define CLEARDOWN_STEP_CUT	0x2	/* cut short by its budget or by a raised wish */
#define CLEARDOWN_MAX_STEPS	12

/**
 * struct cleardown_step - one step of the ladder as it went
 * @what: enum cleardown_step_what
 * @flags: CLEARDOWN_STEP_SKIPPED, CLEARDOWN_STEP_CUT
 * @error: 0 or a negative errno
 * @detail: by step: for HANGUP, VOICE and ABORT_CMD the modem's result code
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
 * @party: of a VC that is the root of a call to many: number of the party that is left, or 0: that
 *	one, whichever it is; ESTALE when it is another one. Else must be 0
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
	__u32 party;
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
 * Completions and PHONE_CLOSE cannot be filtered. Of a phone see also PHONE_MESSAGES.
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
 * @reset: ports: 1 = the printer is reset (nInit) when a document is aborted; 0 = it is not
 * @__reserved: must be 0
 */
struct cleardown_options {
	__u32 size;
	__u32 set;
	__aligned_u64 deadline_ns;
	__u32 dtr;
	__u32 dtr_pulse_ms;
	__u32 reset;
	__u32 __reserved;
};

#define CLEARDOWN_OPT_DEADLINE	0x1
#define CLEARDOWN_OPT_DTR	0x2
#define CLEARDOWN_OPT_RESET	0x4

/* PHONESTATE_* of TAPI */
#define CLEARDOWN_PHONESTATE_OTHER		0x00000001
#define CLEARDOWN_PHONESTATE_CONNECTED		0x00000002
#define CLEARDOWN_PHONESTATE_DISCONNECTED	0x00000004
#define CLEARDOWN_PHONESTATE_DISPLAY		0x00000020
#define CLEARDOWN_PHONESTATE_LAMP		0x00000040
#define CLEARDOWN_PHONESTATE_RINGMODE		0x00000080
#define CLEARDOWN_PHONESTATE_RINGVOLUME		0x00000100
#define CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH	0x00000200
#define CLEARDOWN_PHONESTATE_HANDSETVOLUME	0x00000400
#define CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH	0x00001000
#define CLEARDOWN_PHONESTATE_SPEAKERVOLUME	0x00002000
#define CLEARDOWN_PHONESTATE_SPEAKERGAIN	0x00004000
#define CLEARDOWN_PHONESTATE_HEADSETHOOKSWITCH	0x00008000
#define CLEARDOWN_PHONESTATE_SUSPEND		0x00040000
#define CLEARDOWN_PHONESTATE_RESUME		0x00080000
#define CLEARDOWN_PHONESTATE_CAPSCHANGE		0x00400000
#define CLEARDOWN_PHONESTATE_REMOVED		0x00800000
#define CLEARDOWN_PHONESTATE_ALL		0x00ccf7e7
#define CLEARDOWN_TAPI_PHONESTATES		0x00ffffff	/* others of TAPI too */

/**
 * struct cleardown_phone_caps - CLEARDOWN_IOC_PHONE_CAPS: what the modem was found to have
 * @size: sizeof(struct cleardown_phone_caps)
 * @out_opcodes: bit (opcode - 0x100) set for each opcode that SUBMIT admits
 * @out_hook_devices: CLEARDOWN_HOOKDEV_*
 * @out_volume_devices: devices whose volume can be set
 * @out_gain_devices: devices whose gain can be set
 * @out_ring_modes: 1: ringing is reported; 3: and which of three patterns it has (distinctive
 *	ring: one, two, or more bursts). How a telephone's own bell rings: PHONE_PANEL
 * @out_buttons: keys whose pressing is reported while the modem is in voice class: 16 or 0
 * @out_lamps: 0, or those of a telephone that was bound with panel=ask: see PHONE_PANEL
 * @out_display_rows: likewise
 * @out_data_areas: 0, or those of a telephone that was bound with panel=ask: see SET_DATA
 * @out_id: what the modem said to ATI, one line
 * @out_set_buttons: bit n: SET_BUTTON and GET_BUTTON take key n
 * @out_number_max: longest number that its memory can keep, 0 = it has none
 * @out_text_max: longest text beside a number
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
	__u32 out_set_buttons;
	__u32 out_number_max;
	__u32 out_text_max;
};

/*
 * A tone that the far end, or the handset beside the modem, dials is a button of the keypad: 0 to
 * 9, 10 for *, 11 for #, 12 to 15 for A to D. Whoever was told DOWN is told UP, once, also when the
 * queue is full: if need be when his handle ends, before CLOSE returns. Source: PHONE_BUTTON.
 */
#define CLEARDOWN_BUTTONMODE_KEYPAD	0x8
#define CLEARDOWN_BUTTONSTATE_UP	0x1
#define CLEARDOWN_BUTTONSTATE_DOWN	0x2
#define CLEARDOWN_BUTTONSTATE_UNKNOWN	0x4	/* of GET_BUTTON: its keys are not reported */
#define CLEARDOWN_TAPI_BUTTONMODES	0x3f	/* those that TAPI has */
#define CLEARDOWN_TAPI_BUTTONSTATES	0xf
#define CLEARDOWN_BUTTONS		16

/**
 * struct cleardown_phone_messages - CLEARDOWN_IOC_PHONE_MESSAGES: TSPI_phoneSetStatusMessages
 * @size: sizeof(struct cleardown_phone_messages)
 * @states: CLEARDOWN_PHONESTATE_* whose changes are told, 0 = none. Others that TAPI has are taken
 *	and never come (none that it has: EINVAL, PHONEERR_INVALPHONESTATE)
 * @button_modes: modes of the buttons that are told, 0 = none. Others that TAPI has: as above
 *	(PHONEERR_INVALBUTTONMODE)
 * @button_states: and which of their states; not looked at where @button_modes is 0. Must not be 0
 *	where it is not (EINVAL, PHONEERR_INVALBUTTONSTATE). Who is told DOWN is told UP, too
 * @out_status: PHONEERR_* word
 * @__reserved: must be 0
 *
 * On any open file of a phone, for its own records. The filter of SET_FILTER in TSPI's terms: it
 * turns PHONE_STATE and PHONE_BUTTON on or off and leaves the other events as they are; SET_FILTER
 * with PHONE_BUTTON is all modes and states again. All off after open.
 */
struct cleardown_phone_messages {
	__u32 size;
	__u32 states;
	__u32 button_modes;
	__u32 button_states;
	__u32 out_status;
	__u32 __reserved;
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
 * @out_ring_mode: 1, 2 or 3 while ringing, 0 otherwise (TSPI_phoneGetRing)
 * @out_rate: bits per second of the last CONNECT, 0 when the modem did not say
 * @out_rings: rings of the present incoming call
 * @out_caller: caller id of the present or last incoming call
 * @out_caller_name: likewise
 * @out_handset_volume: what +VGT was set to, as @out_volume
 * @out_button: 1 + the button that is down, 0 = none
 * @out_handset_mode: CLEARDOWN_HOOKMODE_*, 0 = there is no such device
 * @out_speaker_mode: likewise
 * @out_headset_mode: likewise
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
	__u32 out_handset_volume;
	__u32 out_button;
	__u32 out_handset_mode;
	__u32 out_speaker_mode;
	__u32 out_headset_mode;
};

/**
 * struct cleardown_phone_panel - CLEARDOWN_IOC_PHONE_PANEL: the front of a telephone
 * @size: sizeof(struct cleardown_phone_panel)
 * @out_ring_modes: patterns of its bell, 0 = it has none that can be set
 * @out_ring_mode: what SET_RING made it ring in; 0 = silent (TSPI_phoneGetRing)
 * @out_ring_volume: as the bell can have it, 0..0xffff
 * @out_lamps: how many there are
 * @out_display_rows: of the display, 0 = there is none
 * @out_display_columns: of each row
 * @out_lamp_modes: the CLEARDOWN_LAMPMODE_* that each lamp can
 * @out_lamp: which of them it shows (TSPI_phoneGetLamp)
 * @out_display: what is displayed, out_display_columns characters for each row, no zero between
 *	them (TSPI_phoneGetDisplay)
 *
 * On any open file of a phone. It is what the telephone acknowledged in this session; each begins
 * with all of it at rest. A phone that was not bound with panel=ask has all zeros here. What a
 * command of DEV_SPECIFIC does to it is not seen here, and undone by the close like the rest.
 */
struct cleardown_phone_panel {
	__u32 size;
	__u32 out_ring_modes;
	__u32 out_ring_mode;
	__u32 out_ring_volume;
	__u32 out_lamps;
	__u32 out_display_rows;
	__u32 out_display_columns;
	__u32 out_lamp_modes[CLEARDOWN_LAMPS];
	__u32 out_lamp[CLEARDOWN_LAMPS];
	char  out_display[CLEARDOWN_DISPLAY_ROWS * CLEARDOWN_DISPLAY_COLUMNS];
};

/**
 * struct cleardown_phone_id - CLEARDOWN_IOC_PHONE_ID: TSPI_phoneGetID
 * @size: sizeof(struct cleardown_phone_id)
 * @out_status: PHONEERR_* word
 * @device_class: "comm" or "comm/datamodem/portname": the serial line that the modem is on;
 *	"tapi/phone": the phone itself. Ended by a zero (else EINVAL); others: EINVAL,
 *	PHONEERR_INVALDEVICECLASS. A modem's sound is no device of the system, so there is no "wave"
 * @out_id: its name: "ttyS1", as in /dev (of a link that is no serial line, as LIST tells it);
 *	"phone0", as in /dev/cleardown
 *
 * On any open file of a phone.
 */
struct cleardown_phone_id {
	__u32 size;
	__u32 out_status;
	char  device_class[64];
	char  out_id[CLEARDOWN_SPEC_LEN];
};

/**
 * DOC: Faxes
 *
 * /dev/cleardown/fax is the fax server: an open is FaxConnectFaxServer, its file a server handle.
 * faxN is a fax line. The file that has faxN open for writing is the line's *provider*: the program
 * that speaks T.30. It gets the serial line as a transparent channel: between FAX_LINE with TAKE
 * and GIVE read(2) and write(2) move the modem's bytes as they are (Class 1, T.31); a read that
 * returns 0 says that the line was taken away. However the provider ends, the modem is on-hook and
 * the line free when its file has closed, by the close path of all classes and with its report.
 *
 * The kernel keeps a table of jobs {id, user, state, line}: no document, no retry, no schedule.
 * FAX_SEND makes a job and offers it; FAX_JOB_TAKE moves the document's file to the provider, and
 * FAX_REPORT tells how the job goes. Jobs whose provider ended wait for FAX_JOB_ADOPT by the next
 * one; after a time they fail, once.
 *
 * A queue that was given to FAX_EVENTS outlives the server handle: records come until the service
 * ends (CLEARDOWN_FEI_FAXSVC_ENDED is the last of them) or the queue's file is closed. The service
 * runs while a server or port handle is open or a job lives, and the idle time after that.
 *
 * Errnos and words of all these: EACCES, ERROR_ACCESS_DENIED: the handle lacks the right. EINVAL,
 * ERROR_INVALID_PARAMETER: also a job id that there is not, or not for this caller. EBADFD,
 * ERROR_INVALID_HANDLE: the handle has closed.
 *
 * A call that comes in is told from RINGING or ANSWERED to IDLE. When its line is given back or its
 * provider ends in the middle, the kernel tells the rest: DISCONNECTED where it was answered, IDLE.
 */

/* Rights of a server handle and its ports, fixed at open: CLEARDOWN_FAX_READ for any open, and
 * JOB_SUBMIT for one with a write mode; the others with CAP_SYS_ADMIN at the open. They can only
 * shrink. A user's own jobs need no JOB_MANAGE.
 */
#define CLEARDOWN_FAX_JOB_SUBMIT	0x01
#define CLEARDOWN_FAX_JOB_QUERY		0x02
#define CLEARDOWN_FAX_CONFIG_QUERY	0x04
#define CLEARDOWN_FAX_CONFIG_SET	0x08
#define CLEARDOWN_FAX_PORT_QUERY	0x10
#define CLEARDOWN_FAX_PORT_SET		0x20
#define CLEARDOWN_FAX_JOB_MANAGE	0x40
#define CLEARDOWN_FAX_READ		0x16
#define CLEARDOWN_FAX_RIGHTS_ALL	0x7f

/** enum cleardown_fei - events of a job or a line */
enum cleardown_fei {
	CLEARDOWN_FEI_DIALING		= 1,
	CLEARDOWN_FEI_SENDING		= 2,
	CLEARDOWN_FEI_RECEIVING		= 3,
	CLEARDOWN_FEI_COMPLETED		= 4,
	CLEARDOWN_FEI_BUSY		= 5,
	CLEARDOWN_FEI_NO_ANSWER		= 6,
	CLEARDOWN_FEI_BAD_ADDRESS	= 7,
	CLEARDOWN_FEI_NO_DIAL_TONE	= 8,
	CLEARDOWN_FEI_DISCONNECTED	= 9,
	CLEARDOWN_FEI_FATAL_ERROR	= 10,
	CLEARDOWN_FEI_NOT_FAX_CALL	= 11,
	CLEARDOWN_FEI_CALL_DELAYED	= 12,
	CLEARDOWN_FEI_CALL_BLACKLISTED	= 13,
	CLEARDOWN_FEI_RINGING		= 14,
	CLEARDOWN_FEI_ABORTING		= 15,
	CLEARDOWN_FEI_ROUTING		= 16,
	CLEARDOWN_FEI_MODEM_POWERED_ON	= 17,
	CLEARDOWN_FEI_MODEM_POWERED_OFF	= 18,
	CLEARDOWN_FEI_IDLE		= 19,
	CLEARDOWN_FEI_FAXSVC_ENDED	= 20,
	CLEARDOWN_FEI_ANSWERED		= 21,
	CLEARDOWN_FEI_JOB_QUEUED	= 22,
	CLEARDOWN_FEI_DELETED		= 23,	/* the job's id is dead */
	CLEARDOWN_FEI_INITIALIZING	= 24,
	CLEARDOWN_FEI_LINE_UNAVAILABLE	= 25,
	CLEARDOWN_FEI_HANDLED		= 26,
	CLEARDOWN_FEI_FAXSVC_STARTED	= 27,
};

/* FPS_*: what a line does */
#define CLEARDOWN_FPS_DIALING		0x20000001U
#define CLEARDOWN_FPS_SENDING		0x20000002U
#define CLEARDOWN_FPS_RECEIVING		0x20000004U
#define CLEARDOWN_FPS_COMPLETED		0x20000008U
#define CLEARDOWN_FPS_HANDLED		0x20000010U
#define CLEARDOWN_FPS_UNAVAILABLE	0x20000020U	/* another class has the serial line */
#define CLEARDOWN_FPS_BUSY		0x20000040U
#define CLEARDOWN_FPS_NO_ANSWER		0x20000080U
#define CLEARDOWN_FPS_BAD_ADDRESS	0x20000100U
#define CLEARDOWN_FPS_NO_DIAL_TONE	0x20000200U
#define CLEARDOWN_FPS_DISCONNECTED	0x20000400U
#define CLEARDOWN_FPS_FATAL_ERROR	0x20000800U
#define CLEARDOWN_FPS_NOT_FAX_CALL	0x20001000U
#define CLEARDOWN_FPS_CALL_DELAYED	0x20002000U
#define CLEARDOWN_FPS_CALL_BLACKLISTED	0x20004000U
#define CLEARDOWN_FPS_INITIALIZING	0x20008000U
#define CLEARDOWN_FPS_OFFLINE		0x20010000U	/* it has no provider */
#define CLEARDOWN_FPS_RINGING		0x20020000U
#define CLEARDOWN_FPS_AVAILABLE		0x20100000U
#define CLEARDOWN_FPS_ABORTING		0x20200000U
#define CLEARDOWN_FPS_ROUTING		0x20400000U
#define CLEARDOWN_FPS_ANSWERED		0x20800000U

/* JS_*: state of a job; one of these, and JS_NOLINE beside PENDING or RETRYING */
#define CLEARDOWN_JS_PENDING		0x00
#define CLEARDOWN_JS_INPROGRESS		0x01
#define CLEARDOWN_JS_DELETING		0x02
#define CLEARDOWN_JS_FAILED		0x04
#define CLEARDOWN_JS_PAUSED		0x08
#define CLEARDOWN_JS_NOLINE		0x10	/* its line is not to be had */
#define CLEARDOWN_JS_RETRYING		0x20
#define CLEARDOWN_JS_RETRIES_EXCEEDED	0x40
#define CLEARDOWN_JS_COMPLETED		0x80

/* JC_*: what FAX_JOB_SET does to a job */
#define CLEARDOWN_JC_DELETE		1	/* FaxAbort too: a call that runs for it ends */
#define CLEARDOWN_JC_PAUSE		2	/* PENDING and RETRYING only */
#define CLEARDOWN_JC_RESUME		3	/* PAUSED only */

#define CLEARDOWN_FAX_ID_LEN		24	/* a station's id, ended by a zero */
#define CLEARDOWN_FAX_NUMBER_LEN	64
#define CLEARDOWN_FAX_ARGS_LEN		112

/**
 * struct cleardown_fax_event - data of CLEARDOWN_EV_FAX
 * @job: 0 = it is the line's
 * @line: device id of the line (struct cleardown_list), 0 = none
 * @event: enum cleardown_fei
 * @state: CLEARDOWN_JS_* of the job after it
 * @pages: pages that the far end has confirmed
 * @rate: bits per second, 0 = not known
 * @remote: the far end's id, as far as it is known
 *
 * Events of a job go to its user and to handles with JOB_MANAGE, those of lines to all with
 * PORT_QUERY. What is the last of its kind (COMPLETED, DELETED and so on) is never dropped for a
 * full queue, only for a user without room for records.
 */
struct cleardown_fax_event {
	__aligned_u64 job;
	__aligned_u64 line;
	__u32 event;
	__u32 state;
	__u32 pages;
	__u32 rate;
	char  remote[CLEARDOWN_FAX_ID_LEN];
};

/**
 * struct cleardown_fax_events - CLEARDOWN_IOC_FAX_EVENTS: FaxInitializeEventQueue
 * @size: sizeof(struct cleardown_fax_events)
 * @fd: an open /dev/cleardown/events
 * @cookie: repeated in every record
 * @out_status: ERROR_INVALID_DATA with EINVAL: this queue has the service's events already
 * @__reserved: must be 0
 *
 * On a server handle. The first record is FAXSVC_STARTED. Closing @fd for good unsubscribes.
 *
 * What ends a job (COMPLETED, the last failure or ABORTING) and DELETED come also where there is no
 * memory and to a queue that is full; other events may be missed then, which the next record says.
 */
struct cleardown_fax_events {
	__u32 size;
	__s32 fd;
	__aligned_u64 cookie;
	__u32 out_status;
	__u32 __reserved;
};

/**
 * struct cleardown_fax_rights - CLEARDOWN_IOC_FAX_RIGHTS: ask for a handle's rights, drop some
 * @size: sizeof(struct cleardown_fax_rights)
 * @drop: CLEARDOWN_FAX_* to be given up, 0 = none; they never come back
 * @handle: 0 = this one; on a server handle the id of another one or of a port, which needs
 *	CAP_SYS_ADMIN at the call (EPERM); ENOENT when there is none
 * @out_rights: those that are left
 * @out_status: status word
 *
 * The ports and the event queue that a server handle has brought keep theirs: a port is a handle of
 * its own, the queue outlives both.
 */
struct cleardown_fax_rights {
	__u32 size;
	__u32 drop;
	__aligned_u64 handle;
	__u32 out_rights;
	__u32 out_status;
};

#define CLEARDOWN_FAX_HANDLE_WRITE	0x1	/* of a write mode; a port: it has MODIFY */

/**
 * struct cleardown_fax_handle - CLEARDOWN_IOC_FAX_HANDLE_NEXT: the next server handle or port
 * @size: sizeof(struct cleardown_fax_handle)
 * @out_status: status word; 0 with ENOENT, after the last
 * @after: id of the one before; 0 = the first
 * @out_handle: its id, as for FAX_RIGHTS
 * @out_line: of a port: its line's device id; 0 = it is a server handle
 * @out_rights: CLEARDOWN_FAX_*: those that are left
 * @out_flags: CLEARDOWN_FAX_HANDLE_*
 * @out_pid: who opened it
 * @out_uid: his user id
 * @out_comm: his name
 *
 * On a server handle, of which this is one itself. Without JOB_MANAGE only those of the caller's
 * own user id are seen.
 */
struct cleardown_fax_handle {
	__u32 size;
	__u32 out_status;
	__aligned_u64 after;
	__aligned_u64 out_handle;
	__aligned_u64 out_line;
	__u32 out_rights;
	__u32 out_flags;
	__s32 out_pid;
	__u32 out_uid;
	char  out_comm[CLEARDOWN_COMM_LEN];
};

#define CLEARDOWN_FAX_PORT_SEND		0x1
#define CLEARDOWN_FAX_PORT_RECEIVE	0x2

#define CLEARDOWN_FAX_SET_FLAGS		0x01
#define CLEARDOWN_FAX_SET_RINGS		0x02
#define CLEARDOWN_FAX_SET_PRIORITY	0x04
#define CLEARDOWN_FAX_SET_TSID		0x08
#define CLEARDOWN_FAX_SET_CSID		0x10
#define CLEARDOWN_FAX_SET_ALL		0x1f

/**
 * struct cleardown_fax_port - CLEARDOWN_IOC_FAX_PORT: FaxGetPort, FaxSetPort, FaxGetDeviceStatus
 * @size: sizeof(struct cleardown_fax_port)
 * @set: CLEARDOWN_FAX_SET_*: which of the next five are set; 0 only asks
 * @flags: CLEARDOWN_FAX_PORT_*
 * @rings: answer after so many, 0 to 99
 * @priority: of the line when several are free and have equally many jobs, 1 = first
 * @out_status: CLEARDOWN_FPS_*
 * @tsid: id that is sent with a document
 * @csid: id with which calls are answered
 * @out_line: device id of the line
 * @out_job: the job that runs on it, if it is the caller's to see
 * @out_name: "fax0"
 * @out_provider_pid: 0 = it has none
 * @out_word: status word: ERROR_DEVICE_IN_USE with EBUSY: a job runs on the line
 *
 * On a port. Asking needs PORT_QUERY; setting MODIFY at the open (EBADF, ERROR_INVALID_HANDLE) and
 * PORT_SET. All members are filled with what is in force.
 */
struct cleardown_fax_port {
	__u32 size;
	__u32 set;
	__u32 flags;
	__u32 rings;
	__u32 priority;
	__u32 out_status;
	char  tsid[CLEARDOWN_FAX_ID_LEN];
	char  csid[CLEARDOWN_FAX_ID_LEN];
	__aligned_u64 out_line;
	__aligned_u64 out_job;
	char  out_name[CLEARDOWN_NAME_LEN];
	__s32 out_provider_pid;
	__u32 out_word;
};

/**
 * struct cleardown_fax_port_next - CLEARDOWN_IOC_FAX_PORT_NEXT: the next line; FaxEnumPorts
 * @size: sizeof(struct cleardown_fax_port_next)
 * @out_status: status word
 * @after: device id of the one before; 0 = the first
 * @out_port: as CLEARDOWN_IOC_FAX_PORT (its size member is 0)
 *
 * On a server handle with PORT_QUERY. ENOENT after the last.
 */
struct cleardown_fax_port_next {
	__u32 size;
	__u32 out_status;
	__aligned_u64 after;
	struct cleardown_fax_port out_port;
};

#define CLEARDOWN_FAX_OPEN_QUERY	1
#define CLEARDOWN_FAX_OPEN_MODIFY	2	/* includes QUERY; one holder for each line */

/**
 * struct cleardown_fax_open_port - CLEARDOWN_IOC_FAX_OPEN_PORT: FaxOpenPort
 * @size: sizeof(struct cleardown_fax_open_port)
 * @mode: CLEARDOWN_FAX_OPEN_*
 * @line: device id of the line; no such one is ENODEV, ERROR_BAD_UNIT
 * @out_handle: the port's handle id
 * @out_fd: its file
 * @out_status: status word
 *
 * On a server handle with PORT_QUERY; MODIFY needs one with a write mode. EBUSY, whose word is
 * ERROR_INVALID_HANDLE as FaxOpenPort says: somebody has it open for MODIFY.
 */
struct cleardown_fax_open_port {
	__u32 size;
	__u32 mode;
	__aligned_u64 line;
	__aligned_u64 out_handle;
	__s32 out_fd;
	__u32 out_status;
};

/**
 * struct cleardown_fax_send - CLEARDOWN_IOC_FAX_SEND: FaxSendDocument
 * @size: sizeof(struct cleardown_fax_send)
 * @fd: the document, a regular file open for reading (EINVAL, ERROR_INVALID_DATA)
 * @line: device id of the line that is to send it, 0 = any
 * @out_job: the job's id
 * @number: to be dialled, ended by a zero
 * @args: for the provider alone, ended by a zero
 * @out_status: status word
 * @__reserved: must be 0
 *
 * On a server handle with JOB_SUBMIT. ENOTCONN, ERROR_NOT_READY: no provider, and nothing was kept.
 * ENOBUFS: the user has as many jobs as he may have. EFAULT: he could not be told the job's id, and
 * it is deleted. Closing the handle does not end the job.
 */
struct cleardown_fax_send {
	__u32 size;
	__s32 fd;
	__aligned_u64 line;
	__aligned_u64 out_job;
	char  number[CLEARDOWN_FAX_NUMBER_LEN];
	char  args[CLEARDOWN_FAX_ARGS_LEN];
	__u32 out_status;
	__u32 __reserved;
};

#define CLEARDOWN_FAX_JOB_TAKEN		0x1	/* a provider has its document */
#define CLEARDOWN_FAX_JOB_ORPHAN	0x2	/* its provider ended: it waits for the next one */
#define CLEARDOWN_FAX_JOB_ANY_LINE	0x4	/* no line was named: it may go to another one */

/**
 * struct cleardown_fax_job - CLEARDOWN_IOC_FAX_JOB_NEXT: the next job; FaxEnumJobs, FaxGetJob
 * @size: sizeof(struct cleardown_fax_job)
 * @out_state: CLEARDOWN_JS_*
 * @after: id of the one before; 0 = the first
 * @out_job: its id; its high half is another one after each start of the machine
 * @out_line: device id of its line, 0 = none yet
 * @out_since_ns: when it entered its state
 * @out_uid: whose it is
 * @out_flags: CLEARDOWN_FAX_JOB_*
 * @out_pages: pages that the far end has confirmed
 * @out_event: the last enum cleardown_fei
 * @out_number: as in FAX_SEND; empty in a job that was taken up again after a restart
 * @out_status: status word
 * @__reserved: must be 0
 *
 * On a server handle with JOB_QUERY: the user's own jobs, with JOB_MANAGE all. On the provider's
 * file: the line's. ENOENT after the last.
 */
struct cleardown_fax_job {
	__u32 size;
	__u32 out_state;
	__aligned_u64 after;
	__aligned_u64 out_job;
	__aligned_u64 out_line;
	__aligned_u64 out_since_ns;
	__u32 out_uid;
	__u32 out_flags;
	__u32 out_pages;
	__u32 out_event;
	char  out_number[CLEARDOWN_FAX_NUMBER_LEN];
	__u32 out_status;
	__u32 __reserved;
};

/**
 * struct cleardown_fax_job_set - CLEARDOWN_IOC_FAX_JOB_SET: FaxSetJob, FaxAbort
 * @size: sizeof(struct cleardown_fax_job_set)
 * @command: CLEARDOWN_JC_*
 * @job: its id
 * @out_status: ERROR_INVALID_PARAMETER with EINVAL: no such job, or one that is being deleted;
 *	ERROR_BUSY with EBUSY: not in this state
 * @__reserved: must be 0
 *
 * On a server handle, for the job's user or with JOB_MANAGE (EACCES). Only asks: DELETED tells.
 */
struct cleardown_fax_job_set {
	__u32 size;
	__u32 command;
	__aligned_u64 job;
	__u32 out_status;
	__u32 __reserved;
};

/**
 * struct cleardown_fax_status - CLEARDOWN_IOC_FAX_STATUS: the service as it is
 * @size: sizeof(struct cleardown_fax_status)
 * @out_running: 1 = between FAXSVC_STARTED and FAXSVC_ENDED
 * @out_since_ns: when that began
 * @out_servers: server handles
 * @out_ports: port handles
 * @out_jobs: jobs
 * @out_queues: queues that get events
 * @out_lines: lines
 * @out_providers: of these, with a provider
 */
struct cleardown_fax_status {
	__u32 size;
	__u32 out_running;
	__aligned_u64 out_since_ns;
	__u32 out_servers;
	__u32 out_ports;
	__u32 out_jobs;
	__u32 out_queues;
	__u32 out_lines;
	__u32 out_providers;
};

#define CLEARDOWN_FAX_LINE_ASK		0
#define CLEARDOWN_FAX_LINE_TAKE		1	/* the serial line is the provider's */
#define CLEARDOWN_FAX_LINE_GIVE		2	/* and free again; a call that is up is ended */

/**
 * struct cleardown_fax_line - CLEARDOWN_IOC_FAX_LINE: the provider takes or gives the serial line
 * @size: sizeof(struct cleardown_fax_line)
 * @action: CLEARDOWN_FAX_LINE_*
 * @out_fps: CLEARDOWN_FPS_*
 * @out_held: 1 = read(2) and write(2) reach the modem
 * @out_running: 1 = the service runs
 * @out_status: status word
 *
 * On the owner's file of a line. TAKE: EBUSY, ERROR_DEVICE_IN_USE while another class has the
 * serial line (CLEARDOWN_EV_FAX_LINE tells when it is free), ENOTCONN, ERROR_NOT_READY while the
 * service does not run. A provider must set &D2, so that the modem hangs up when DTR falls.
 *
 * The line is given back by the kernel too: for another class, while no call is up; when the
 * service ends; by CANCEL; and after a suspend when a call was up. read(2) returns 0 then. A TAKE
 * meanwhile waits until the modem is on-hook. Somebody outside of cleardown who has the tty is
 * EBUSY as well, and nothing tells when he lets go: the provider tries again.
 */
struct cleardown_fax_line {
	__u32 size;
	__u32 action;
	__u32 out_fps;
	__u32 out_held;
	__u32 out_running;
	__u32 out_status;
};

/**
 * struct cleardown_fax_provide - CLEARDOWN_IOC_FAX_PROVIDE: jobs may be offered from now on
 * @size: sizeof(struct cleardown_fax_provide)
 * @out_status: status word
 *
 * On the owner's file of a line, with a queue bound (EDESTADDRREQ). CLEARDOWN_EV_FAX_OFFER comes
 * for each job that waits for a provider and for each new one. Until the file closes.
 */
struct cleardown_fax_provide {
	__u32 size;
	__u32 out_status;
};

/**
 * struct cleardown_fax_take - CLEARDOWN_IOC_FAX_JOB_TAKE: the document of an offered job
 * @size: sizeof(struct cleardown_fax_take)
 * @out_fd: its file, open for reading; the kernel keeps none
 * @job: from CLEARDOWN_EV_FAX_OFFER; ENOENT when it was not offered to this line, or is over
 * @out_uid: whose it is
 * @out_status: status word
 * @out_number: as in FAX_SEND
 * @out_args: likewise
 */
struct cleardown_fax_take {
	__u32 size;
	__s32 out_fd;
	__aligned_u64 job;
	__u32 out_uid;
	__u32 out_status;
	char  out_number[CLEARDOWN_FAX_NUMBER_LEN];
	char  out_args[CLEARDOWN_FAX_ARGS_LEN];
};

/**
 * struct cleardown_fax_adopt - CLEARDOWN_IOC_FAX_JOB_ADOPT: a job of a provider that ended
 * @size: sizeof(struct cleardown_fax_adopt)
 * @uid: whose it is; a job of another user is ENOENT
 * @job: its id. One of an earlier start of the machine is made anew, PENDING
 * @out_state: CLEARDOWN_JS_*
 * @out_status: status word
 *
 * Its document is known to the provider. ENOENT: an id of this start that is not in the table, for
 * the job is over, or one that no start has given out. EBUSY: a provider has it. EINVAL: an id or
 * user that cannot be. ENOBUFS: the user has as many jobs as FAX_SEND would give him.
 *
 * A job ANY_LINE that waits behind a line that is not to be had (JS_NOLINE) comes from there to
 * this line, where both have the same user as provider, and he has read that it was paused or
 * resumed.
 */
struct cleardown_fax_adopt {
	__u32 size;
	__u32 uid;
	__aligned_u64 job;
	__u32 out_state;
	__u32 out_status;
};

/**
 * struct cleardown_fax_report - CLEARDOWN_IOC_FAX_REPORT: the provider tells what happened
 * @size: sizeof(struct cleardown_fax_report)
 * @event: enum cleardown_fei
 * @job: one that this provider has taken or adopted (ENOENT); 0 = the line's own: a call that
 *	comes in, from RINGING to IDLE, and INITIALIZING, MODEM_POWERED_ON, _OFF
 * @state: CLEARDOWN_JS_* of the job after it; without a job 0
 * @pages: pages that the far end has confirmed
 * @rate: bits per second, 0 = not known
 * @out_status: status word
 * @remote: the far end's id
 * @__reserved: must be 0
 *
 * Only what can follow is accepted, else EINVAL, ERROR_INVALID_DATA, and nothing has changed:
 *
 * PENDING, RETRYING to INPROGRESS: DIALING or SENDING, with the line taken (ENOTCONN).
 * INPROGRESS to INPROGRESS: DIALING, SENDING, HANDLED. INPROGRESS to COMPLETED: COMPLETED.
 * INPROGRESS to RETRYING: BUSY to FATAL_ERROR, CALL_DELAYED, CALL_BLACKLISTED.
 * INPROGRESS, RETRYING, PENDING to FAILED or RETRIES_EXCEEDED: likewise.
 * PENDING, RETRYING to PAUSED: JOB_QUEUED, of a job that was paused in an earlier start of the
 * machine; FAX_JOB_SET resumes it, as any other.
 * INPROGRESS to DELETING is FAX_JOB_SET's. DELETING: DELETED.
 *
 * COMPLETED, FAILED and RETRIES_EXCEEDED end the job: its event is followed by DELETED.
 */
struct cleardown_fax_report {
	__u32 size;
	__u32 event;
	__aligned_u64 job;
	__u32 state;
	__u32 pages;
	__u32 rate;
	__u32 out_status;
	char  remote[CLEARDOWN_FAX_ID_LEN];
	__aligned_u64 __reserved;
};

/* ---- ctl ---- */

/**
 * struct cleardown_version - CLEARDOWN_IOC_CTL_VERSION: versions of the module and its interface
 * @size: sizeof(struct cleardown_version)
 * @out_abi: CLEARDOWN_ABI_VERSION
 * @out_module: version of the module
 */
struct cleardown_version {
	__u32 size;
	__u32 out_abi;
	char  out_module[32];
};

#define CLEARDOWN_IDENT_LEN	128

#define CLEARDOWN_FLOW_RTSCTS	0
#define CLEARDOWN_FLOW_NONE	1
#define CLEARDOWN_FLOW_XONXOFF	2	/* ports on serial lines only */

/**
 * struct cleardown_bind - CLEARDOWN_IOC_CTL_BIND: make a device from a piece of hardware
 * @size: sizeof(struct cleardown_bind)
 * @clazz: enum cleardown_class of the device to make
 * @link: name of the link module's driver: "tty", "parport", "tcp", "eth", "atmtcp", "sim"
 * @dev: for "tty" the line's device number (st_rdev); for "parport" the port's number; for "eth"
 *	the interface's index; else 0
 * @name: wanted name, or empty for the first free one ("phone0"); out: the name it got
 * @speed: bits per second between computer and modem; 0 = 115200
 * @flow: CLEARDOWN_FLOW_*
 * @flags: must be 0
 * @__reserved: must be 0
 * @args: class and link settings, "key=value" separated by blanks: init=ATS0=0, dtr=none (phone:
 *	no DTR to hang up by, so +++ and ATH do it, and an emergency may take 4 s), panel=ask
 *	(phone: a telephone that may have bell, lamps and display, by 3GPP TS 27.007),
 *	provider=UID (fax: whose provider may have it; else CAP_SYS_ADMIN is needed),
 *	monitor=pjl (port), reset=1 (port: as CLEARDOWN_OPT_RESET), host=ADDRESS
 *	port=NUMBER connect_ms= (tcp), the sim link's script; of a vc the
 *	medium's nsap=, role=user or network, max_sdu=, close_data=none or octets, of "eth"
 *	peer=MAC and label=, of "atmtcp" host=ADDRESS port=NUMBER or listen=NUMBER, which may have
 *	host=, the only one that is taken, and peer=, the other end's nsap; and the call manager's
 *	uni=3.1 or 4.0, close_data=cause, git, uui (joined by +: the elements that carry it;
 *	cause), and clocks in ms: t301= t303= t308= t309= t310= t313= t316= t317= t322=
 *	t397= t398= t399=, of SSCOP cc= poll= keepalive= noresponse= idle=
 * @out_text: on error one sentence for a person
 * @out_status: of a port ERROR_ALREADY_EXISTS and the like
 * @__reserved2: must be 0
 * @ident: which piece of hardware this is, wherever it is plugged in; any text, or empty. The
 *	kernel keeps it for who calls REBIND. The tool gives a line's name in /dev/serial/by-id.
 *
 * Needs CAP_SYS_ADMIN. Does not take the hardware: open does. For a port this is XcvData AddPort.
 * A setting that neither the class nor the link takes is refused: EINVAL, and @out_text names it.
 * Everybody may read the settings of what is bound (CLEARDOWN_IOC_CTL_LIST).
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
	__u32 out_status;
	__u32 __reserved2;
	char  ident[CLEARDOWN_IDENT_LEN];
};

/**
 * struct cleardown_configure - CLEARDOWN_IOC_CTL_CONFIGURE: other settings for a bound device
 * @size: sizeof(struct cleardown_configure)
 * @flags: must be 0
 * @name: the device
 * @args: the class's settings as in bind; those that are not named stay as they are
 * @out_text: on error one sentence for a person
 * @out_status: status word
 * @__reserved: must be 0
 *
 * Needs CAP_SYS_ADMIN. EBUSY while the device is open, EINVAL for what is no setting of the class,
 * also for one of the link. XcvData ConfigurePort.
 */
struct cleardown_configure {
	__u32 size;
	__u32 flags;
	char  name[CLEARDOWN_NAME_LEN];
	char  args[256];
	char  out_text[CLEARDOWN_TEXT_LEN];
	__u32 out_status;
	__u32 __reserved;
};

#define CLEARDOWN_UNBIND_FORCE	0x1	/* raises ABORT, cause admin, on an open device first */

/**
 * struct cleardown_unbind - CLEARDOWN_IOC_CTL_UNBIND: remove a device
 * @size: sizeof(struct cleardown_unbind)
 * @flags: CLEARDOWN_UNBIND_FORCE
 * @name: the device
 * @out_text: on error one sentence for a person
 * @out_status: ERROR_UNKNOWN_PORT with ENOENT, ERROR_DEVICE_IN_USE with EBUSY, and the like
 * @__reserved: must be 0
 *
 * EBUSY while it is open, unless forced. For a port this is XcvData DeletePort.
 */
struct cleardown_unbind {
	__u32 size;
	__u32 flags;
	char  name[CLEARDOWN_NAME_LEN];
	char  out_text[CLEARDOWN_TEXT_LEN];
	__u32 out_status;
	__u32 __reserved;
};

#define CLEARDOWN_REBIND_AWAY	0x1	/* it was pulled: GONE; dev means nothing */

/**
 * struct cleardown_rebind - CLEARDOWN_IOC_CTL_REBIND: the hardware of a GONE device is back
 * @size: sizeof(struct cleardown_rebind)
 * @flags: CLEARDOWN_REBIND_*
 * @name: the device
 * @dev: its new device number
 * @out_text: on error one sentence for a person
 * @ident: as in bind; empty: it stays what it was
 *
 * EBUSY while somebody has the device, or is still closing it.
 */
struct cleardown_rebind {
	__u32 size;
	__u32 flags;
	char  name[CLEARDOWN_NAME_LEN];
	__aligned_u64 dev;
	char  out_text[CLEARDOWN_TEXT_LEN];
	char  ident[CLEARDOWN_IDENT_LEN];
};

/**
 * struct cleardown_list - CLEARDOWN_IOC_CTL_LIST: the next device
 * @size: sizeof(struct cleardown_list)
 * @out_class: enum cleardown_class
 * @after: device id of the one before; 0 = the first
 * @out_id: its device id, increasing, never used again
 * @out_name: its name
 * @out_backend: "tty:ttyS1", "parport:0", "tcp:192.0.2.1:9100", "sim:"
 * @out_dev: device number of the hardware, 0 when it has none
 * @out_status: as CLEARDOWN_IOC_GET_STATUS (its size member is 0)
 * @out_speed: its settings, as in bind: bits per second of a serial line
 * @out_flow: CLEARDOWN_FLOW_* of a serial line
 * @out_args: class and link settings, with what CONFIGURE has changed behind the others
 * @out_ident: which piece of hardware it is, if bind or REBIND told
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
	__u32 out_speed;
	__u32 out_flow;
	char  out_args[256];
	char  out_ident[CLEARDOWN_IDENT_LEN];
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
 * @handle: of a vc: the VC whose call is meant, 0 = all calls of the link; else 0
 * @out_closed: of a vc: calls that ended by it
 * @__reserved: must be 0
 *
 * Needs CAP_SYS_ADMIN; cause admin. The owner gets PHONE_CLOSE. An open that is not open: 0.
 *
 * Of a vc the calls are closed, each with a report of its own and the record PHONE_CLOSE for its
 * owner, whose VC is then idle, or dead when the call came in; address families and SAPs stay. A
 * close that was running gets the higher mode, and is waited for. @out_report has the sums then and
 * the number of the last report, or with @handle that call's. EINPROGRESS: the deadline came
 * first, clearing goes on. ENOENT: no VC has @handle, ENOTCONN: it has no call.
 */
struct cleardown_ctl_close {
	__u32 size;
	__u32 mode;
	char  name[CLEARDOWN_NAME_LEN];
	__aligned_u64 deadline_ns;
	__u32 flags;
	__u32 out_released;
	struct cleardown_report_head out_report;
	__aligned_u64 handle;
	__u32 out_closed;
	__u32 __reserved;
};

/**
 * struct cleardown_manager - CLEARDOWN_IOC_CTL_MANAGER: the file of a call manager on a link
 * @size: sizeof(struct cleardown_manager)
 * @flags: must be 0
 * @name: the link, "vc0"
 * @out_handle: its handle id
 * @out_fd: the file; see DOC: Call managers in userspace
 * @__reserved: must be 0
 *
 * Needs CAP_SYS_ADMIN. EOPNOTSUPP: a device of another class.
 */
struct cleardown_manager {
	__u32 size;
	__u32 flags;
	char  name[CLEARDOWN_NAME_LEN];
	__aligned_u64 out_handle;
	__s32 out_fd;
	__u32 __reserved;
};

/* ---- events ---- */

/**
 * struct cleardown_events_info - CLEARDOWN_IOC_EVENTS_INFO: what waits in this queue
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
	CLEARDOWN_EV_INCOMING_CALL  = 3, /* req_id = VC, data = struct cleardown_vc_call */
	CLEARDOWN_EV_INCOMING_CLOSE = 4, /* status, p1 = Q.850 cause; data = close data */
	CLEARDOWN_EV_CLOSE_COMPLETE = 5, /* status, error; p1 = Q.850 cause, p2 = REPORT_ flags */
	CLEARDOWN_EV_VC_DELETED	    = 6, /* by the call manager that created it */
	CLEARDOWN_EV_AF_NOTIFY	    = 7, /* the address family goes: p1 = cause; close it */
	CLEARDOWN_EV_FAX	 = 8,	/* p1 = FEI_, p2 = JS_; struct cleardown_fax_event */
	CLEARDOWN_EV_FAX_OFFER	 = 9,	/* provider: take the job req_id */
	CLEARDOWN_EV_FAX_JOB	 = 10,	/* provider: p1 = JC_ was done to job req_id */
	CLEARDOWN_EV_FAX_LINE	 = 11,	/* provider: ask FAX_LINE what the line is now */
	CLEARDOWN_EV_INCOMING_DROP = 16, /* status, p1 = cause; data = struct cleardown_vc_party */
	CLEARDOWN_EV_CM		 = 20,	/* p1 = CLEARDOWN_CM_; struct cleardown_cm_request */
	CLEARDOWN_EV_PHONE_STATE = 32,	/* p1 = CLEARDOWN_PHONESTATE_*, p2 by state */
	CLEARDOWN_EV_RING	 = 33,	/* p1 = rings so far; data = caller's number if known */
	CLEARDOWN_EV_CALLER_ID	 = 34,	/* data = "NMBR=..." line as the modem sent it */
	CLEARDOWN_EV_DEVSPECIFIC = 35,	/* data = a line nobody asked for */
	CLEARDOWN_EV_CALL_STATE	 = 36,	/* p1 = cleardown_call_state, p2 = result, p3 = call */
	CLEARDOWN_EV_LINES	 = 37,	/* p1 = CLEARDOWN_LINE_* now, p2 = those that changed */
	CLEARDOWN_EV_DOC	 = 38,	/* p1 = cleardown_doc_state, p2 = pages, p3 = document */
	CLEARDOWN_EV_PRINTER	 = 39,	/* p1 = PJL status code, data = the printer's display */
	CLEARDOWN_EV_PHONE_BUTTON = 40,	/* p1 = button, p2 = _BUTTONMODE_, p3 = _BUTTONSTATE_ */
};

/* The record of a forced end has one number in all classes. */
#define CLEARDOWN_EV_FORCED_CLOSE	CLEARDOWN_EV_PHONE_CLOSE

#define CLEARDOWN_EV_FILTER_BASE	32
#define CLEARDOWN_EV_FILTER_ALL		0x1ff
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
