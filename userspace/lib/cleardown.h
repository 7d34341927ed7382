/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libcleardown: phones, printer ports and virtual circuits under /dev/cleardown from C.
 *
 * Form of the library
 *
 * Objects (struct cleardown_ctl, _phone, _port, _vclink, _vc, _queue) are opaque. A function that
 * makes one returns NULL and sets errno when it cannot; every other function that returns int
 * returns -1 and sets errno when it fails. The errno values are those of <linux/cleardown.h>,
 * block "errno meanings". Nothing is printed, no thread is started, no signal is touched.
 *
 * Who owns what is returned: an opaque object is the caller's, and the function that makes it names
 * the one that frees it. A const pointer to a struct or a text belongs to the object that was asked
 * and is valid until the same function is called again on it, or the object is freed; a record of a
 * queue until the next one is read. A file descriptor is the object's, unless the function says that
 * it is the caller's. Names are static. Structs that the caller
 * fills start with a member size, which is sizeof() the struct; an initializer that names only the
 * wanted members leaves the others at their defaults.
 *
 * All times are nanoseconds. Deadlines are relative to the call. A time stamp is CLOCK_MONOTONIC
 * unless it says otherwise.
 *
 * One object is used by one thread at a time. Exceptions are cleardown_phone_close(),
 * cleardown_port_close(), cleardown_vc_close() and the cancel functions: they may be called on an
 * open object by any thread, at any time, also while another call on it is blocked.
 *
 * Functions and structs are called cleardown_*, constants CLDN_*: no name is shared with
 * <linux/cleardown.h>, both headers may be included together.
 *
 * The functions that wait return 1 when there is what was waited for, 0 when time ran out, -1 with
 * errno. Every object has a file descriptor (cleardown_*_fd()) for poll(2).
 *
 * Compile and link with `pkg-config --cflags --libs libcleardown`. Symbols have the version
 * CLEARDOWN_1; what is added later has a higher one, and none goes away or changes its meaning as
 * long as the library is called libcleardown.so.1. Structs with a size, and those that only the
 * library makes, grow at their end; one of the caller's that the library fills stays as it is, but
 * for its reserved members.
 */
#ifndef CLEARDOWN_H
#define CLEARDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLDN_NAME_LEN	32
#define CLDN_COMM_LEN	16
#define CLDN_COUNT_NAME		32
#define CLDN_SPEC_LEN	64
#define CLDN_ARGS_LEN	256
#define CLDN_IDENT_LEN	128
#define CLDN_TEXT_LEN	160
#define CLDN_MAX_STEPS	12
/** Longest name of a document, its zero counted in. */
#define CLDN_DOC_NAME_LEN	64

/** An address of a virtual circuit's end; the last octet, the selector, chooses a SAP. */
#define CLDN_NSAP_LEN	20
/** An address as text: 40 hexadecimal digits, two dots, and the zero. */
#define CLDN_NSAP_TEXT	43
/** Most octets of close data, of any medium. */
#define CLDN_CLOSE_DATA_MAX	128

/** The default deadline of the handle or of the request. */
#define CLDN_DEADLINE_DEFAULT	UINT64_MAX
/** For the waiting functions: no limit. */
#define CLDN_FOREVER		(-1)

/** Classes of objects. */
enum cldn_class {
	CLDN_CLASS_ANY = 0,
	CLDN_CLASS_PHONE = 1,
	CLDN_CLASS_PORT = 2,
	CLDN_CLASS_VC = 3,
	CLDN_CLASS_FAX = 4,
};

/** Use life of a device and of a handle. */
enum cldn_state {
	CLDN_STATE_IDLE = 0, /**< device: bound, nobody has it open */
	CLDN_STATE_OPENING = 1, /**< device: an open is taking the hardware */
	CLDN_STATE_OPEN = 2, /**< requests are accepted */
	CLDN_STATE_CLOSING = 3, /**< no new requests, the close runs */
	CLDN_STATE_CLOSED = 4, /**< handle: dead for ever */
	CLDN_STATE_STUCK = 5, /**< device: a lower driver has not come back from its close */
	CLDN_STATE_GONE = 6, /**< device: the hardware is away */
};

/** How a close ends an object. A running close can only be raised to a higher mode. */
enum cldn_mode {
	CLDN_MODE_DRAIN = 1, /**< accepted requests and bytes finish first */
	CLDN_MODE_ORDERLY = 2, /**< requests end, accepted bytes drain, polite steps run */
	CLDN_MODE_ABORT = 3, /**< bytes are discarded, only abort and release steps run */
	CLDN_MODE_EMERGENCY = 4, /**< in reports only: abort within 700 ms */
	CLDN_MODE_GONE = 5, /**< in reports only: the hardware was not there any more */
};

/** Why an object was closed. */
enum cldn_cause {
	CLDN_CAUSE_LOCAL_USER = 1,
	CLDN_CAUSE_PEER = 2,
	CLDN_CAUSE_CARRIER = 3,
	CLDN_CAUSE_TIMER = 4,
	CLDN_CAUSE_ERROR = 5,
	CLDN_CAUSE_UNPLUG = 6,
	CLDN_CAUSE_OWNER_DIED = 7,
	CLDN_CAUSE_ADMIN = 8,
	CLDN_CAUSE_SUSPEND = 9,
	CLDN_CAUSE_UNLOAD = 10,
};

/** Steps of a close. */
enum cldn_step {
	CLDN_STEP_DRAIN_OPS = 1, /**< accepted requests end by themselves */
	CLDN_STEP_DRAIN_DATA = 2, /**< accepted bytes leave */
	CLDN_STEP_ABORT_CMD = 3, /**< the modem is brought back to command state */
	CLDN_STEP_ESCAPE = 4, /**< +++ between guard times */
	CLDN_STEP_HANGUP = 5, /**< ATH */
	CLDN_STEP_DTR = 6, /**< DTR is dropped and held low */
	CLDN_STEP_RELEASE = 7, /**< the lower driver's own close; always the last */
	CLDN_STEP_END_DOC = 8, /**< the document's end: trailer, half-close */
	CLDN_STEP_RESET = 9, /**< the printer is reset, where that was asked for */
	CLDN_STEP_NET_RELEASE = 10, /**< the network is told, and confirms: a VC */
	CLDN_STEP_DEACTIVATE = 11, /**< no frame is sent or received any more: a VC */
	CLDN_STEP_VOICE = 12, /**< a voice stream is ended, the modem leaves voice class */
};

/** Flags of struct cleardown_close_step. */
#define CLDN_STEP_SKIPPED	0x1 /**< not run: nothing to do, not in this mode, or no time */
#define CLDN_STEP_CUT		0x2 /**< cut short by its budget or by a raised wish */

/** Flags of struct cleardown_close_summary. */
#define CLDN_REPORT_RELEASED	0x01 /**< the hardware is free */
#define CLDN_REPORT_ONHOOK	0x02 /**< proven on-hook */
#define CLDN_REPORT_FORCED	0x04 /**< the far end or the modem did not confirm */
#define CLDN_REPORT_LATE	0x08 /**< second report: a driver came back after the deadline */
#define CLDN_REPORT_HAD_CALL	0x10 /**< a call was up or being set up, a document open */
#define CLDN_REPORT_FILE_CLOSE	0x20 /**< by the end of the file, not by a close call */
#define CLDN_REPORT_DOC_ABORTED	0x40 /**< the document did not end by its own end */

/** What becomes of DTR when the line is given back. */
enum cldn_dtr {
	CLDN_DTR_DROP = 0, /**< falls and stays low */
	CLDN_DTR_KEEP = 1, /**< is left as it is */
	CLDN_DTR_PULSE = 2, /**< falls for a given time and rises again */
};

/** Flow control of a serial line. */
enum cldn_flow {
	CLDN_FLOW_RTSCTS = 0,
	CLDN_FLOW_NONE = 1,
	CLDN_FLOW_XONXOFF = 2, /**< ports only */
};

/** Modem lines. The bits mean nothing unless CLDN_LINE_VALID is set. */
#define CLDN_LINE_DTR	0x001
#define CLDN_LINE_RTS	0x002
#define CLDN_LINE_CTS	0x004
#define CLDN_LINE_DSR	0x008
#define CLDN_LINE_DCD	0x010
#define CLDN_LINE_RI	0x020
#define CLDN_LINE_VALID	0x100
/** A printer's lines, IEEE 1284; set = what the name says, whatever the level. */
#define CLDN_LINE_BUSY		0x1000
#define CLDN_LINE_ACK		0x2000
#define CLDN_LINE_PERROR	0x4000 /**< paper out */
#define CLDN_LINE_SELECT	0x8000 /**< on line */
#define CLDN_LINE_FAULT		0x10000

/** Life of a call. */
enum cldn_call {
	CLDN_CALL_IDLE = 0,
	CLDN_CALL_DIALING = 1,
	CLDN_CALL_RINGING = 2,
	CLDN_CALL_ANSWERING = 3,
	CLDN_CALL_ONLINE = 4,
	CLDN_CALL_COMMAND = 5, /**< command state with the call still up */
	CLDN_CALL_CLEARING = 6,
};

/** What the modem said, ITU-T V.250. */
enum cldn_result {
	CLDN_RESULT_OK = 0,
	CLDN_RESULT_CONNECT = 1,
	CLDN_RESULT_RING = 2,
	CLDN_RESULT_NO_CARRIER = 3,
	CLDN_RESULT_ERROR = 4,
	CLDN_RESULT_NO_DIALTONE = 6,
	CLDN_RESULT_BUSY = 7,
	CLDN_RESULT_NO_ANSWER = 8,
	CLDN_RESULT_NONE = 0xff, /**< nothing in time */
};

/** Asynchronous requests: 0x1xx of a phone, 0x2xx of a port, 0x3xx of a VC. */
enum cldn_opcode {
	CLDN_OP_DEV_SPECIFIC = 0x101,
	CLDN_OP_SET_HOOKSWITCH = 0x102,
	CLDN_OP_SET_VOLUME = 0x103,
	CLDN_OP_SET_GAIN = 0x104,
	CLDN_OP_SET_RING = 0x105,
	CLDN_OP_SET_LAMP = 0x106,
	CLDN_OP_SET_DISPLAY = 0x107,
	CLDN_OP_SET_BUTTON = 0x108,
	CLDN_OP_SET_DATA = 0x109,
	CLDN_OP_GET_BUTTON = 0x10a,
	CLDN_OP_GET_DATA = 0x10b,
	CLDN_OP_DIAL = 0x110,
	CLDN_OP_ANSWER = 0x111,
	CLDN_OP_HANGUP = 0x112,
	CLDN_OP_SEND_DTMF = 0x113,
	CLDN_OP_START_DOC = 0x201,
	CLDN_OP_END_DOC = 0x202,
	CLDN_OP_DEVICE_ID = 0x203,
	CLDN_OP_RESET = 0x204,
	CLDN_OP_MAKE_CALL = 0x301,
	CLDN_OP_ACCEPT = 0x302,
	CLDN_OP_REJECT = 0x303,
	CLDN_OP_MODIFY_QOS = 0x304, /**< no medium can: EOPNOTSUPP */
	CLDN_OP_MAKE_MULTI = 0x310, /**< these three by functions of their own */
	CLDN_OP_ADD_PARTY = 0x311,
	CLDN_OP_DROP_PARTY = 0x312,
	CLDN_OP_OPEN_AF = 0x320, /**< of a link: its handle belongs to another call manager */
	CLDN_OP_SAP = 0x321, /**< of a link: take calls, or not any more; any call manager's */
};

/** How a document is to end. */
#define CLDN_END_ABORT		0x1 /**< what has not left is thrown away */
#define CLDN_END_PRINTED	0x2 /**< wait until the printer says printed; needs a monitor */

/** Life of a document. */
enum cldn_doc {
	CLDN_DOC_NONE = 0,
	CLDN_DOC_STARTING = 1, /**< the hardware is being taken */
	CLDN_DOC_OPEN = 2, /**< bytes are accepted */
	CLDN_DOC_ENDING = 3, /**< what was accepted leaves */
	CLDN_DOC_SENT = 4, /**< the printer has taken every byte; not yet printed */
	CLDN_DOC_PRINTED = 5, /**< and says that the last page was ejected */
	CLDN_DOC_ABORTED = 6, /**< ended before its time */
	CLDN_DOC_CANCELLED = 7, /**< by somebody's wish */
};

/** What a port shows. */
#define CLDN_PORT_HELD		0x01 /**< the hardware is ours at the moment */
#define CLDN_PORT_IMPLICIT	0x02 /**< the document was begun by a plain write */
#define CLDN_PORT_OFFLINE	0x04 /**< Select is low, or the printer said so */
#define CLDN_PORT_PAPER		0x08 /**< paper out */
#define CLDN_PORT_FAULT		0x10 /**< nFault is low, or the printer said so */
#define CLDN_PORT_STALLED	0x20 /**< bytes wait, the printer has taken none for a second */
#define CLDN_PORT_MONITOR	0x40 /**< a language monitor is on the port */
#define CLDN_PORT_READS		0x80 /**< the link has a back channel */

/** Life of a virtual circuit. */
enum cldn_vc {
	CLDN_VC_IDLE = 0, /**< no call */
	CLDN_VC_CALLING = 1, /**< MAKE_CALL is under way */
	CLDN_VC_OFFERED = 2, /**< an incoming call waits for ACCEPT or REJECT */
	CLDN_VC_ACCEPTED = 3, /**< accepted, not connected yet */
	CLDN_VC_ACTIVE = 4, /**< frames move */
	CLDN_VC_REMOTE_CLOSED = 5, /**< the far end closed; a close is owed */
	CLDN_VC_CLOSING = 6,
	CLDN_VC_CLOSE_FAILED = 7, /**< still up, takes a close only */
	CLDN_VC_DELETED = 8, /**< dead */
};

/** Life of a party of a call to many, at the root. */
enum cldn_party {
	CLDN_PARTY_ADDING = 1,
	CLDN_PARTY_JOINED = 2, /**< it receives */
	CLDN_PARTY_DROPPING = 3,
	CLDN_PARTY_LEFT = 4, /**< by itself, or with the call; a drop is owed, or the close */
	CLDN_PARTY_OVER = 5, /**< in a record: the number is dead */
};

/** Flags of struct cleardown_party. */
#define CLDN_PARTY_FORCED	0x1 /**< the far end has not confirmed its end */

/** Flags of struct cleardown_circuit. */
#define CLDN_VC_INCOMING	0x1 /**< created by the call manager */
#define CLDN_VC_ACTIVATED	0x2 /**< the medium has its channel */
#define CLDN_VC_ROOT		0x4 /**< of a call to many */
#define CLDN_VC_LEAF		0x8 /**< a party of one, at its own end: it only receives */

/** Flags of a call's record. */
#define CLDN_CDR_INCOMING	0x1 /**< the far end made it */
#define CLDN_CDR_CONNECTED	0x2 /**< it was connected */
#define CLDN_CDR_FORCED		0x4 /**< the far end has not confirmed its end */

/** What a link of virtual circuits shows. */
#define CLDN_VC_LINK_UP		0x1 /**< the interface carries cells and the peer is known */
#define CLDN_VC_LINK_SAAL	0x2 /**< the signalling connection is established */
#define CLDN_VC_LINK_NETWORK	0x4 /**< this end is the network side */
#define CLDN_VC_LINK_MULTI	0x8 /**< the medium has multipoint channels */

/** In place of a selector: every one that nobody else has. */
#define CLDN_SAP_ALL		0x100U

/** Hook switch devices and modes (TSPI PHONEHOOKSWITCHDEV_*, PHONEHOOKSWITCHMODE_*). */
#define CLDN_HOOKDEV_HANDSET		0x1
#define CLDN_HOOKDEV_SPEAKER		0x2
#define CLDN_HOOKDEV_HEADSET		0x4
#define CLDN_HOOKMODE_ONHOOK		0x1
#define CLDN_HOOKMODE_MIC		0x2
#define CLDN_HOOKMODE_SPEAKER		0x4
#define CLDN_HOOKMODE_MICSPEAKER	0x8

/** Changes that a PHONE_STATE record names (TSPI PHONESTATE_*). */
#define CLDN_PHONESTATE_OTHER			0x00000001
#define CLDN_PHONESTATE_CONNECTED		0x00000002
#define CLDN_PHONESTATE_DISCONNECTED		0x00000004
#define CLDN_PHONESTATE_DISPLAY			0x00000020
#define CLDN_PHONESTATE_LAMP			0x00000040
#define CLDN_PHONESTATE_RINGMODE		0x00000080
#define CLDN_PHONESTATE_RINGVOLUME		0x00000100
#define CLDN_PHONESTATE_HANDSETHOOKSWITCH	0x00000200
#define CLDN_PHONESTATE_HANDSETVOLUME		0x00000400
#define CLDN_PHONESTATE_SPEAKERHOOKSWITCH	0x00001000
#define CLDN_PHONESTATE_SPEAKERVOLUME		0x00002000
#define CLDN_PHONESTATE_SPEAKERGAIN		0x00004000
#define CLDN_PHONESTATE_HEADSETHOOKSWITCH	0x00008000
#define CLDN_PHONESTATE_SUSPEND			0x00040000
#define CLDN_PHONESTATE_RESUME			0x00080000
#define CLDN_PHONESTATE_CAPSCHANGE		0x00400000
#define CLDN_PHONESTATE_REMOVED			0x00800000
#define CLDN_PHONESTATE_ALL			0x00ccf7e7

/** Types of event records. Those from CLDN_EV_PHONE_STATE on are off until asked for. */
enum cldn_event {
	CLDN_EV_COMPLETION = 1, /**< a request ended: req_id, error, p1 = enum cldn_result, text */
	CLDN_EV_PHONE_CLOSE = 2, /**< forced close, any class, handle dead: p1 = enum cldn_cause */
	CLDN_EV_INCOMING_CALL = 3, /**< req_id = number of the VC; see cleardown_vc_take() */
	CLDN_EV_INCOMING_CLOSE = 4, /**< the far end, or the network, ended the call */
	CLDN_EV_CLOSE_COMPLETE = 5, /**< of a close that did not wait: error */
	CLDN_EV_VC_DELETED = 6, /**< by the call manager, which had created it */
	CLDN_EV_AF_NOTIFY = 7, /**< the link goes: p1 = enum cldn_cause */
	CLDN_EV_FAX = 8, /**< p1 = enum cldn_fei; see cleardown_fax_news_from_record() */
	CLDN_EV_FAX_OFFER = 9, /**< provider: req_id = a job to be taken */
	CLDN_EV_FAX_JOB = 10, /**< provider: the job req_id was deleted, paused or resumed */
	CLDN_EV_FAX_LINE = 11, /**< provider: ask what the line is now */
	CLDN_EV_INCOMING_DROP = 16, /**< a party has left: see cleardown_party_from_record() */
	CLDN_EV_CM = 20, /**< call manager: see cleardown_callmgr_request_from_record() */
	CLDN_EV_PHONE_STATE = 32, /**< p1 = CLDN_PHONESTATE_*, p2 by state */
	CLDN_EV_RING = 33, /**< p1 = rings so far, text = caller's number if known */
	CLDN_EV_CALLER_ID = 34, /**< text = the modem's line */
	CLDN_EV_DEVSPECIFIC = 35, /**< text = a line nobody asked for */
	CLDN_EV_CALL_STATE = 36, /**< p1 = enum cldn_call, p2 = enum cldn_result, p3 = call */
	CLDN_EV_LINES = 37, /**< p1 = CLDN_LINE_* now, p2 = those that changed */
	CLDN_EV_DOC = 38, /**< p1 = enum cldn_doc, p2 = pages, p3 = low half of its number */
	CLDN_EV_PRINTER = 39, /**< p1 = PJL status code, text = the printer's display */
	CLDN_EV_PHONE_BUTTON = 40, /**< p1: cleardown_button_name(), p3 = CLDN_BUTTON_* */
};

/** Bit of a filtered event type for cleardown_phone_set_filter(), cleardown_port_set_filter(). */
#define CLDN_EV_BIT(type) (1U << ((type)-CLDN_EV_PHONE_STATE))
#define CLDN_EV_ALL		0x1ffU

/** p3 of a CLDN_EV_PHONE_BUTTON. Whoever was told DOWN is told UP, once. */
#define CLDN_BUTTONMODE_KEYPAD	0x8
#define CLDN_BUTTON_UP		0x1
#define CLDN_BUTTON_DOWN	0x2
#define CLDN_BUTTON_UNKNOWN	0x4 /**< of GET_BUTTON: the telephone's keys are not reported */

/** Status words: of TSPI those of a phone, of NDIS those of a VC, of Windows those of a port. */
#define CLDN_STATUS_SUCCESS			0x00000000U
#define CLDN_PHONEERR_INUSE			0x90000006U
#define CLDN_PHONEERR_INVALBUTTONLAMPID		0x90000009U
#define CLDN_PHONEERR_INVALBUTTONMODE		0x9000000aU
#define CLDN_PHONEERR_INVALBUTTONSTATE		0x9000000bU
#define CLDN_PHONEERR_INVALDATAID		0x9000000cU
#define CLDN_PHONEERR_INVALDEVICECLASS		0x9000000dU
#define CLDN_PHONEERR_INVALHOOKSWITCHDEV	0x9000000fU
#define CLDN_PHONEERR_INVALHOOKSWITCHMODE	0x90000010U
#define CLDN_PHONEERR_INVALLAMPMODE		0x90000011U
#define CLDN_PHONEERR_INVALPARAM		0x90000012U
#define CLDN_PHONEERR_INVALPHONEHANDLE		0x90000013U
#define CLDN_PHONEERR_INVALPHONESTATE		0x90000014U
#define CLDN_PHONEERR_INVALRINGMODE		0x90000017U
#define CLDN_PHONEERR_NODEVICE			0x90000018U
#define CLDN_PHONEERR_NOMEM			0x9000001aU
#define CLDN_PHONEERR_NOTOWNER			0x9000001bU
#define CLDN_PHONEERR_OPERATIONFAILED		0x9000001cU
#define CLDN_PHONEERR_OPERATIONUNAVAIL		0x9000001dU
#define CLDN_PHONEERR_RESOURCEUNAVAIL		0x9000001fU
#define CLDN_NDIS_STATUS_PENDING		0x00000103U
#define CLDN_NDIS_STATUS_NOT_ACCEPTED		0x00010003U
#define CLDN_NDIS_STATUS_CLOSING		0xc0010002U
#define CLDN_NDIS_STATUS_INVALID_DATA		0xc0010015U
#define CLDN_NDIS_STATUS_FAILURE		0xc0000001U
#define CLDN_NDIS_STATUS_RESOURCES		0xc000009aU
#define CLDN_NDIS_STATUS_NOT_SUPPORTED		0xc00000bbU
#define CLDN_ERROR_ACCESS_DENIED		5U
#define CLDN_ERROR_INVALID_HANDLE		6U
#define CLDN_ERROR_NOT_READY			21U
#define CLDN_ERROR_OUT_OF_PAPER			28U
#define CLDN_ERROR_NOT_SUPPORTED		50U
#define CLDN_ERROR_PRINT_CANCELLED		63U
#define CLDN_ERROR_INVALID_PARAMETER		87U
#define CLDN_ERROR_INVALID_LEVEL		124U
#define CLDN_ERROR_BUSY				170U
#define CLDN_ERROR_ALREADY_EXISTS		183U
#define CLDN_ERROR_OPERATION_ABORTED		995U
#define CLDN_ERROR_TIMEOUT			1460U
#define CLDN_ERROR_UNKNOWN_PORT			1796U
#define CLDN_ERROR_DEVICE_IN_USE		2404U

/* ---- what the library answers ---- */

/** A device as it is used now. */
struct cleardown_session {
	enum cldn_state state;
	uint64_t call;			/**< number of the call or document that is up, or 0 */
	uint32_t pending;		/**< requests outstanding on the owner's handle */
	uint32_t lines;			/**< CLDN_LINE_* */
	int32_t owner_pid;		/**< who has it open for writing, or 0 */
	uint32_t owner_uid;
	char owner_comm[CLDN_COMM_LEN];
	uint32_t observers;		/**< read-only handles */
	uint64_t accepted;		/**< bytes taken from write(2) in this session */
	uint64_t queued;		/**< of these, still in the kernel's buffers */
	uint64_t received;		/**< bytes received in data mode in this session */
	uint64_t since_ns;		/**< when the device entered this state */
};

/** A bound device. */
struct cleardown_device {
	uint64_t id;			/**< increasing, never used again */
	enum cldn_class class_id;
	char name[CLDN_NAME_LEN];	/**< "phone0" */
	char backend[CLDN_SPEC_LEN];	/**< "tty:ttyS1", "parport:0", "tcp:192.0.2.1:9100" */
	uint64_t rdev;			/**< device number of the hardware, 0 when it has none */
	struct cleardown_session session;
	uint32_t speed;			/**< settings as bound: of a serial line, bits per second */
	enum cldn_flow flow;		/**< of a serial line */
	char args[CLDN_ARGS_LEN];	/**< "key=value key=value" */
	char ident[CLDN_IDENT_LEN];	/**< which piece of hardware it is; empty = not told */
};

/** What a close did. Invariant: accepted = confirmed + discarded + in_doubt. */
struct cleardown_close_summary {
	uint64_t number;		/**< of the report; 0 = nothing was closed */
	uint64_t handle;		/**< id of the handle that was closed */
	enum cldn_class class_id;
	enum cldn_mode mode;		/**< at the end, the highest wish */
	enum cldn_cause cause;		/**< the first */
	uint32_t cause_detail;		/**< result code or signal, by cause; of a VC: Q.850 */
	uint32_t later_causes;		/**< bit mask, 1 << enum cldn_cause */
	uint32_t flags;			/**< CLDN_REPORT_* */
	uint32_t status;		/**< status word of the contract */
	int32_t error;			/**< 0 or a positive errno */
	uint64_t deadline_ns;		/**< the bound in force at the end, relative to begin_ns */
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t seq_at_return;		/**< no record of the handle has a higher number */
	uint32_t ops_issued;
	uint32_t ops_completed;
	uint32_t ops_at_close;		/**< requests that the close found outstanding */
	uint32_t late_events;		/**< came after the gate shut, not delivered */
	uint32_t dropped_events;	/**< repeatable indications that found the queue full */
	uint64_t accepted;		/**< bytes taken from write(2) */
	uint64_t confirmed;		/**< surely left the machine */
	uint64_t discarded;		/**< never left the kernel's buffers */
	uint64_t in_doubt;		/**< left the buffers, confirmed by nobody */
	uint64_t received;
	uint64_t reserved[8];
};

/** One step of a close as it went. */
struct cleardown_close_step {
	enum cldn_step what;
	uint32_t flags;			/**< CLDN_STEP_* */
	int32_t error;			/**< 0 or a positive errno */
	uint32_t detail;		/**< for hang-up and abort: enum cldn_result; for
					 * CLDN_STEP_NET_RELEASE: octets of close data */
	uint64_t start_ns;		/**< relative to begin_ns */
	uint64_t took_ns;
};

/** A report of the ring that outlives the owner. */
struct cleardown_close_report {
	struct cleardown_close_summary summary;
	char name[CLDN_NAME_LEN];
	char backend[CLDN_SPEC_LEN];
	int32_t owner_pid;		/**< who had it open */
	uint32_t owner_uid;
	char owner_comm[CLDN_COMM_LEN];
	int32_t closer_pid;		/**< who ended it, 0 when no process did */
	uint32_t closer_signal;		/**< the signal that killed him, 0 when none */
	char closer_comm[CLDN_COMM_LEN];
	uint64_t realtime_ns;		/**< CLOCK_REALTIME at begin_ns */
	uint64_t lost;			/**< reports that a full ring overwrote so far */
	unsigned int nsteps;
	struct cleardown_close_step steps[CLDN_MAX_STEPS];
};

/** What an open file is. */
struct cleardown_handle {
	enum cldn_class class_id;
	uint64_t handle;		/**< id in event records and reports */
	char name[CLDN_NAME_LEN];
	bool observer;
	enum cldn_state state;
	uint64_t deadline_ns;		/**< default deadline of a close */
	uint64_t cookie;
};

/** What a modem was found to have. */
struct cleardown_modem_caps {
	uint32_t opcodes;		/**< bit (opcode - 0x100) */
	uint32_t hook_devices;
	uint32_t volume_devices;
	uint32_t gain_devices;
	uint32_t ring_modes;
	uint32_t buttons;
	uint32_t lamps;
	uint32_t display_rows;
	uint32_t data_areas;
	char id[64];			/**< what it said to ATI */
	uint32_t set_buttons;		/**< bit n: SET_BUTTON and GET_BUTTON take key n */
	uint32_t number_max;		/**< longest number of its memory, 0 = it has none */
	uint32_t text_max;		/**< longest text beside a number */
};

/** A phone's own status. */
struct cleardown_modem_status {
	enum cldn_call call_state;
	uint32_t offhook;		/**< CLDN_HOOKDEV_* */
	uint32_t volume;		/**< 0..0xffff */
	uint32_t gain;			/**< 0..0xffff */
	uint32_t ring_mode;		/**< pattern of the ring, from 1 on; 0 = it does not ring */
	uint32_t rate;			/**< bits per second of the last CONNECT, 0 = not said */
	uint32_t rings;
	char caller[32];
	char caller_name[32];
	uint32_t handset_volume;	/**< 0..0xffff */
	uint32_t button;		/**< 1 + the button that is down, 0 = none */
	uint32_t handset_mode;		/**< CLDN_HOOKMODE_*, 0 = there is no such device */
	uint32_t speaker_mode;		/**< likewise */
	uint32_t headset_mode;		/**< likewise */
};

/** Modes of a lamp (TSPI PHONELAMPMODE_*). */
#define CLDN_LAMPMODE_OFF		0x02
#define CLDN_LAMPMODE_STEADY		0x04
#define CLDN_LAMPMODE_WINK		0x08
#define CLDN_LAMPMODE_FLASH		0x10
#define CLDN_LAMPMODE_FLUTTER		0x20
#define CLDN_LAMPMODE_BROKENFLUTTER	0x40

#define CLDN_LAMPS			8
#define CLDN_DISPLAY_ROWS		4
#define CLDN_DISPLAY_COLUMNS		40

/** The front of a telephone that was bound with panel=ask; of other phones all zeros. */
struct cleardown_panel {
	uint32_t ring_modes;		/**< patterns of its bell, 0 = it cannot be set */
	uint32_t ring_mode;		/**< what SET_RING made it ring in, 0 = silent */
	uint32_t ring_volume;		/**< as the bell can have it, 0..0xffff */
	uint32_t lamps;
	uint32_t display_rows;
	uint32_t display_columns;
	uint32_t lamp_modes[CLDN_LAMPS]; /**< the CLDN_LAMPMODE_* that each lamp can */
	uint32_t lamp[CLDN_LAMPS];	/**< which of them it shows */
	char display[CLDN_DISPLAY_ROWS][CLDN_DISPLAY_COLUMNS + 1]; /**< its rows */
};

/** Functions of a key (TSPI PHONEBUTTONFUNCTION_*): n # calls the number, or there is none. */
#define CLDN_BUTTONFUNCTION_ABBREVDIAL	0x0b
#define CLDN_BUTTONFUNCTION_NONE	0x2e

#define CLDN_NUMBER_LEN			40
#define CLDN_BUTTON_TEXT_LEN		40
#define CLDN_DATA_LEN			88

/** A key of a telephone with a memory, and what it calls. What was stored outlives every close. */
struct cleardown_key {
	uint32_t button;
	uint32_t function;		/**< CLDN_BUTTONFUNCTION_* */
	uint32_t state;			/**< CLDN_BUTTON_*; not looked at by SET_BUTTON */
	char number[CLDN_NUMBER_LEN + 1]; /**< 0-9 * #, and + before them */
	char text[CLDN_BUTTON_TEXT_LEN + 1]; /**< what the telephone shows for it */
};

/** A document as it ended. Invariant: accepted = confirmed + discarded + in_doubt. */
struct cleardown_document {
	uint64_t number;
	uint64_t accepted;		/**< bytes taken from write(2); not those of the monitor */
	uint64_t confirmed;		/**< of these, taken by the printer */
	uint64_t discarded;		/**< of these, never left the kernel's buffers */
	uint64_t in_doubt;		/**< of these, left them, confirmed by nobody */
	enum cldn_doc state;		/**< SENT, PRINTED, ABORTED or CANCELLED */
	uint32_t pages;			/**< that the language monitor saw ejected */
	uint64_t reserved[4];
};

/** A port's own status. */
struct cleardown_printer_status {
	uint32_t flags;			/**< CLDN_PORT_* */
	uint32_t lines;			/**< CLDN_LINE_* when they were last read */
	enum cldn_doc doc_state;	/**< of the present document, or of the last one */
	uint64_t sample_ns;		/**< when the lines were read, 0 = not in this session */
	uint64_t document;		/**< number of that document, 0 = none in this session */
	uint64_t accepted;		/**< bytes of the document taken from write(2) */
	uint64_t confirmed;		/**< of these, taken by the printer */
	uint32_t pages;			/**< that the language monitor saw ejected */
	uint32_t code;			/**< PJL status code, 0 = unknown */
	char display[64];		/**< what the printer's display shows */
	char doc_name[CLDN_DOC_NAME_LEN];
};

/** Parameters of a call on a virtual circuit, asked for or as agreed. */
struct cleardown_call {
	size_t size;
	uint8_t called[CLDN_NSAP_LEN];
	uint8_t calling[CLDN_NSAP_LEN];	/**< zero = the link's own */
	uint32_t fwd_rate;		/**< from the caller, cells per second, 0 = as the line */
	uint32_t bwd_rate;		/**< towards the caller */
	uint32_t fwd_sdu;		/**< largest frame from the caller, 0 = 9188 */
	uint32_t bwd_sdu;		/**< towards the caller */
	uint16_t vpi;			/**< of the connection, in answers only */
	uint16_t vci;			/**< likewise */
};

/** How a call ended, or why it was not connected. */
struct cleardown_call_end {
	uint32_t cause;			/**< Q.850, 0 = none was told */
	uint32_t status;		/**< NDIS_STATUS_* */
	int32_t error;			/**< 0 or a positive errno */
	uint32_t flags;			/**< of CLOSE_COMPLETE: CLDN_REPORT_* */
	size_t data_len;
	uint8_t data[CLDN_CLOSE_DATA_MAX]; /**< close data of the far end */
};

/** A party of a call to many. */
struct cleardown_party {
	uint32_t number;		/**< unique as long as the link is bound */
	uint32_t state;			/**< enum cldn_party */
	uint64_t cookie;		/**< the caller's */
	uint32_t endpoint;		/**< its reference in Q.2971 */
	uint32_t cause;			/**< Q.850, of its end, 0 = none was told */
	uint32_t flags;			/**< CLDN_PARTY_* */
	uint8_t called[CLDN_NSAP_LEN];
	size_t data_len;
	uint8_t data[CLDN_CLOSE_DATA_MAX]; /**< close data of the far end, in records */
};

/** A link of virtual circuits as it is. */
struct cleardown_vclink_status {
	uint32_t flags;			/**< CLDN_VC_LINK_* */
	uint32_t close_data;		/**< most octets of close data, 0 = it has none */
	uint32_t vcs;			/**< VCs on the link, of everybody */
	uint8_t nsap[CLDN_NSAP_LEN];	/**< address of this end */
	uint8_t peer[CLDN_NSAP_LEN];	/**< of the other, zero when not known */
	uint32_t rate;			/**< cells per second, 0 = the line does not say */
	uint32_t uni;			/**< version of the UNI: 31 or 40 */
};

/** A virtual circuit as it is. */
struct cleardown_circuit {
	enum cldn_vc state;
	uint32_t call_state;		/**< as Q.2931 counts them */
	uint32_t flags;			/**< CLDN_VC_INCOMING and its like */
	struct cleardown_call call;	/**< its parameters, as agreed */
	uint64_t frames_sent;
	uint64_t frames_received;
	uint32_t frames_queued;		/**< received and not read yet */
	uint32_t frames_lost;		/**< received and dropped: nobody read */
};

/** A VC of a link, whoever has it. */
struct cleardown_vc_entry {
	uint64_t number;		/**< its handle */
	uint64_t since_ns;		/**< CLOCK_MONOTONIC when it entered its state */
	int32_t owner_pid;		/**< who created it, or takes the calls for its SAP */
	uint32_t owner_uid;
	char owner_comm[CLDN_COMM_LEN];
	struct cleardown_circuit circuit;
};

/** What a call was: the record that it leaves when it is over. */
struct cleardown_call_record {
	uint64_t number;		/**< counted on the link since it was bound */
	uint64_t vc;			/**< handle of the VC in this call */
	uint64_t realtime_ns;		/**< CLOCK_REALTIME when it was asked for, or offered */
	uint64_t setup_ns;		/**< from then until it was connected, 0 = it never was */
	uint64_t total_ns;		/**< from then until it was over */
	uint64_t sent;			/**< octets of frames */
	uint64_t received;		/**< likewise, read or not */
	uint32_t sent_frames;
	uint32_t received_frames;
	uint32_t lost_frames;		/**< received and dropped: nobody read */
	uint32_t in_doubt;		/**< octets sent that the device had not given back */
	int32_t owner_pid;
	uint32_t owner_uid;
	uint8_t called[CLDN_NSAP_LEN];
	uint8_t calling[CLDN_NSAP_LEN];
	uint16_t vpi;
	uint16_t vci;			/**< 0 = it had no channel */
	enum cldn_cause why;		/**< who began with its end */
	uint32_t cause;			/**< Q.850 */
	uint32_t flags;			/**< CLDN_CDR_* */
	uint32_t close_data;		/**< octets of close data that came */
	uint64_t lost;			/**< records that the ring has lost so far */
};

/** A number that a link counts, from when it was bound. */
struct cleardown_counter {
	char name[CLDN_COUNT_NAME];	/**< "calls-made"; it stays, its place may not */
	uint64_t value;
};

/** One event record. */
struct cleardown_record {
	enum cldn_event type;
	uint64_t seq;			/**< in its queue; a gap is a dropped indication */
	uint64_t ns;
	uint64_t cookie;
	uint64_t handle;
	uint64_t req_id;
	uint32_t status;
	int32_t error;			/**< 0 or a positive errno */
	uint32_t p1;
	uint32_t p2;
	uint32_t p3;
	size_t text_len;
	const char *text;		/**< followed by a zero that text_len does not count */
};

/* ---- what the library takes ---- */

/** A binding to make. */
struct cleardown_binding {
	size_t size;
	enum cldn_class class_id;
	const char *link;		/**< "tty", "parport", "tcp", "eth", "atmtcp", "sim" */
	uint64_t rdev;			/**< device number of a "tty", number of a "parport", index
					 * of an "eth" interface */
	const char *name;		/**< wanted name, NULL = the first free one */
	uint32_t speed;			/**< bits per second, 0 = 115200 */
	enum cldn_flow flow;
	const char *args;		/**< "key=value key=value", NULL = none */
	const char *ident;		/**< which piece of hardware it is, wherever it is plugged
					 * in; NULL = not known */
};

/** A wish to close. */
struct cleardown_close_wish {
	size_t size;
	enum cldn_mode mode;		/**< DRAIN, ORDERLY or ABORT; 0 = ORDERLY */
	uint64_t deadline_ns;		/**< 0 = no waiting */
	const void *data;		/**< close data, of a VC only (EINVAL); NULL = none */
	size_t data_len;
};

/** An asynchronous request. */
struct cleardown_request {
	size_t size;
	enum cldn_opcode opcode;
	uint64_t req_id;		/**< unique among the handle's outstanding requests */
	uint64_t deadline_ns;		/**< CLDN_DEADLINE_DEFAULT or > 0 */
	const void *in;			/**< text for DIAL, DEV_SPECIFIC, SEND_DTMF, SET_DISPLAY,
					 * SET_DATA (a zero alone: to be empty), START_DOC;
					 * for MAKE_CALL struct cleardown_call, for SET_BUTTON
					 * struct cleardown_key */
	size_t in_len;
	uint32_t a;			/**< hook: devices; volume, gain: device; ring: mode;
					 * SET_LAMP: lamp; SET_DISPLAY: row; GET_BUTTON: key;
					 * SET_DATA, GET_DATA: area;
					 * END_DOC: CLDN_END_*; REJECT: Q.850, 0 = 21;
					 * OPEN_AF: family; SAP: CLDN_SAP_FLAG_* */
	uint32_t b;			/**< hook: mode; volume, gain: level; ring: volume;
					 * SET_LAMP: CLDN_LAMPMODE_*; SET_DISPLAY: column;
					 * GET_DATA: most bytes that are wanted;
					 * SAP: selector */
};

/* ---- ctl ---- */

struct cleardown_ctl;

/**
 * Open the control file.
 *
 * Listing and reading one's own reports needs no right; every change needs CAP_SYS_ADMIN at the
 * call (EPERM). ENOENT: the module is not loaded.
 * Return: the object; free it with cleardown_ctl_free().
 */
struct cleardown_ctl *cleardown_ctl_open(void);
/** NULL is allowed. */
void cleardown_ctl_free(struct cleardown_ctl *ctl);

/** The file descriptor; it stays the object's. */
int cleardown_ctl_fd(const struct cleardown_ctl *ctl);

/**
 * The version of the loaded module; *abi becomes that of its interface. It belongs to @ctl. NULL on
 * error.
 */
const char *cleardown_ctl_version(struct cleardown_ctl *ctl, uint32_t *abi);

/**
 * The kernel's own sentence about the last bind, unbind, rebind or configure that failed. It belongs
 * to @ctl.
 */
const char *cleardown_ctl_error_text(const struct cleardown_ctl *ctl);

/** Status word of the last bind, unbind or configure ("XcvData"). */
uint32_t cleardown_ctl_status_word(const struct cleardown_ctl *ctl);

/**
 * Make a device from a piece of hardware. Does not take the hardware: opening the device does.
 * EINVAL for a setting that neither class nor link takes; cleardown_ctl_error_text() names it.
 * Return: the name it got (belongs to @ctl), or NULL.
 */
const char *cleardown_ctl_bind(struct cleardown_ctl *ctl, const struct cleardown_binding *binding);

/** Remove a device. EBUSY while it is open, unless @force: then it is aborted, cause admin. */
int cleardown_ctl_unbind(struct cleardown_ctl *ctl, const char *name, bool force);

/** Tell a GONE device the new device number of its hardware. */
int cleardown_ctl_rebind(struct cleardown_ctl *ctl, const char *name, uint64_t rdev);

/** The same, and which piece of hardware that is; NULL = as it was. */
int cleardown_ctl_rebind_as(struct cleardown_ctl *ctl, const char *name, uint64_t rdev,
			    const char *ident);

/** Tell a device that is not open that its hardware was pulled: it is GONE. EBUSY while open. */
int cleardown_ctl_away(struct cleardown_ctl *ctl, const char *name);

/**
 * Give a bound device other settings, "key=value key=value"; those that are not named stay. EBUSY
 * while it is open, EINVAL for a setting that is not its class's. Source: XcvData, ConfigurePort.
 */
int cleardown_ctl_configure(struct cleardown_ctl *ctl, const char *name, const char *args);

/**
 * The device that follows the one with the id @after (0 = the first). Never touches hardware and
 * never blocks. NULL with ENOENT after the last.
 */
const struct cleardown_device *cleardown_ctl_next_device(struct cleardown_ctl *ctl, uint64_t after);

/** The device called @name; NULL with ENOENT when there is none. */
const struct cleardown_device *cleardown_ctl_find_device(struct cleardown_ctl *ctl,
							 const char *name);

/**
 * The oldest report with a number above @after that the caller may see: his own, or with
 * CAP_SYS_ADMIN all. NULL with ENOENT when there is none.
 */
const struct cleardown_close_report *cleardown_ctl_next_report(struct cleardown_ctl *ctl,
							       uint64_t after);

/**
 * Close a device, whoever has it open; cause admin, the owner gets PHONE_CLOSE.
 *
 * @async: raise the wish and return at once: -1 with EINPROGRESS.
 * @summary: what happened, or NULL; its number is 0 when nobody had the device open.
 * May be called by several threads on one object.
 * Return: 0 when the device is closed. Errors: EPERM, ENOENT, ETIMEDOUT (not released in time).
 */
int cleardown_ctl_close_device(struct cleardown_ctl *ctl, const char *name,
			       const struct cleardown_close_wish *wish, bool async,
			       struct cleardown_close_summary *summary);

/**
 * Close calls of a link of virtual circuits, whoever has them; cause admin. Each owner gets
 * PHONE_CLOSE, and each call has a report of its own.
 *
 * @vc: number of the VC whose call is meant, 0 = all.
 * @async: raise the wish and return at once: -1 with EINPROGRESS, as when the deadline comes first.
 * @summary: the sums, and the number of the last report; or of the one call. NULL is allowed.
 * @closed: how many calls have ended by it, or NULL.
 * May be called by several threads on one object.
 * Errors: EPERM, ENOENT: no such link or VC, ENOTCONN: the VC has no call.
 */
int cleardown_ctl_close_calls(struct cleardown_ctl *ctl, const char *name, uint64_t vc,
			      const struct cleardown_close_wish *wish, bool async,
			      struct cleardown_close_summary *summary, uint32_t *closed);

/* ---- event queue ---- */

struct cleardown_queue;

/** Open an event queue of one's own. Return: the object; free it with cleardown_queue_free(). */
struct cleardown_queue *cleardown_queue_open(void);
/** Handles that were bound to it stay open; their records are counted and lost. NULL is allowed. */
void cleardown_queue_free(struct cleardown_queue *queue);

/**
 * For poll(2): POLLIN = the kernel has records. Records that the object holds do not show: read with
 * cleardown_queue_read() until it has none. The file stays the object's.
 */
int cleardown_queue_fd(const struct cleardown_queue *queue);

/**
 * Wait until cleardown_queue_read() has a record.
 * @timeout_ns: 0 = look only, CLDN_FOREVER = no limit.
 * Return: 1 when there is one, 0 when time ran out, -1 on error (EINTR: a signal handler ran).
 */
int cleardown_queue_wait(struct cleardown_queue *queue, int64_t timeout_ns);

/** The next record; never waits: NULL with EAGAIN when there is none. */
const struct cleardown_record *cleardown_queue_read(struct cleardown_queue *queue);

/**
 * Wait for the completion of request @req_id of handle @handle and take it out of the queue.
 * Records that came before it stay readable, in their order.
 * Return: 1 with *record set, 0 when time ran out, -1 on error.
 */
int cleardown_queue_wait_completion(struct cleardown_queue *queue, uint64_t handle, uint64_t req_id,
				    int64_t timeout_ns, const struct cleardown_record **record);

/** Records waiting in the kernel, the last number given out, indications dropped so far. */
int cleardown_queue_counts(struct cleardown_queue *queue, uint32_t *unread, uint64_t *seq,
			   uint64_t *dropped);

/* ---- phone ---- */

struct cleardown_phone;

/** For cleardown_phone_open() and cleardown_port_open(); links of VCs have no owner. */
#define CLDN_OPEN_OWNER		0x1 /**< take the hardware; one per device (EBUSY) */
#define CLDN_OPEN_OBSERVER	0x2 /**< events and status only; many */
#define CLDN_OPEN_NOWAIT	0x4 /**< do not block: EBUSY where a close still runs */

/**
 * Open the phone called @name ("phone0").
 *
 * An owner's open waits, interruptibly (EINTR), for a running close of the device.
 * Errors: EBUSY (another owner, or another program has the line), ENODEV (the hardware is away),
 * ENOENT, EACCES, EIO (the modem does not answer). Source: TSPI_phoneOpen.
 * Return: the object; free it with cleardown_phone_free().
 */
struct cleardown_phone *cleardown_phone_open(const char *name, unsigned int flags);

/**
 * Let go of the file. An open phone is hung up and released by the kernel, without an answer to
 * the caller: use cleardown_phone_close() first. NULL is allowed.
 */
void cleardown_phone_free(struct cleardown_phone *phone);

/** The file, for poll(2), and read(2) and write(2) of a data call. It stays the object's. */
int cleardown_phone_fd(const struct cleardown_phone *phone);

/** Status word of the last cleardown_phone_submit(). */
uint32_t cleardown_phone_status_word(const struct cleardown_phone *phone);

/** What this handle is; answered after the close, too. */
const struct cleardown_handle *cleardown_phone_get_info(struct cleardown_phone *phone);
/** The device's state and who has it; answered at once, whatever the hardware does. */
const struct cleardown_session *cleardown_phone_get_session(struct cleardown_phone *phone);
/** Source: TSPI_phoneGetDevCaps. */
const struct cleardown_modem_caps *cleardown_phone_get_caps(struct cleardown_phone *phone);
/** Source: TSPI_phoneGetStatus, GetHookSwitch, GetVolume, GetGain, GetRing. */
const struct cleardown_modem_status *cleardown_phone_get_status(struct cleardown_phone *phone);
/** Source: TSPI_phoneGetRing, GetLamp, GetDisplay. A module that has none of it: ENOTTY. */
const struct cleardown_panel *cleardown_phone_get_panel(struct cleardown_phone *phone);

/**
 * The device behind a phone: "comm", "comm/datamodem/portname": its serial line, as in /dev;
 * "tapi/phone": its own name. Other classes: EINVAL, and cleardown_phone_status_word() has
 * INVALDEVICECLASS. Source: TSPI_phoneGetID.
 * Return: NULL with errno.
 */
const char *cleardown_phone_get_id(struct cleardown_phone *phone, const char *device_class);

/**
 * What the completion of a GET_BUTTON says.
 * Return: 0, or -1 with errno: EINVAL: it is another record, or one of a request that failed.
 */
int cleardown_key_from_record(const struct cleardown_record *record, struct cleardown_key *key);

/**
 * Report to @queue, with @cookie in every record; NULL = to none. The queue is kept by the kernel,
 * @queue may be freed in any order. EBUSY while requests are outstanding.
 */
int cleardown_phone_bind_queue(struct cleardown_phone *phone, struct cleardown_queue *queue,
			       uint64_t cookie);

/**
 * Which indications are wanted: @states = CLDN_PHONESTATE_*, @events = CLDN_EV_BIT() of each type.
 * All are off after open.
 */
int cleardown_phone_set_filter(struct cleardown_phone *phone, uint32_t states, uint32_t events);

/**
 * The same in TSPI's terms: of the phone's states @states, of its buttons those of the modes
 * @button_modes (CLDN_BUTTONMODE_KEYPAD and others of TAPI) in @button_states (CLDN_BUTTON_*), 0 =
 * none; other events stay on or off. Modes without states, and what TAPI has no name for: EINVAL,
 * and cleardown_phone_status_word() has INVALPHONESTATE, INVALBUTTONMODE or INVALBUTTONSTATE.
 * Source: TSPI_phoneSetStatusMessages.
 */
int cleardown_phone_set_messages(struct cleardown_phone *phone, uint32_t states,
				 uint32_t button_modes, uint32_t button_states);

/** Default deadline of this session's closes, also of the one that ends a killed owner. */
int cleardown_phone_set_deadline(struct cleardown_phone *phone, uint64_t deadline_ns);

/** What becomes of DTR at the end; @pulse_ms (1..5000) is for CLDN_DTR_PULSE. */
int cleardown_phone_set_dtr(struct cleardown_phone *phone, enum cldn_dtr dtr,
			    unsigned int pulse_ms);

/**
 * Hand in one asynchronous request.
 *
 * 0: accepted, exactly one completion record follows; it may be readable before this returns.
 * -1: not accepted, no record follows; cleardown_phone_status_word() has the exact reason.
 * The input is copied. Source: TSPI's asynchronous functions.
 */
int cleardown_phone_submit(struct cleardown_phone *phone, const struct cleardown_request *request);

/**
 * Hand in a request and wait for its completion in @queue, which must be the bound one.
 * Return: 1 with *record set, 0 when time ran out (the request is still outstanding), -1 on error.
 */
int cleardown_phone_call(struct cleardown_phone *phone, struct cleardown_queue *queue,
			 const struct cleardown_request *request, int64_t timeout_ns,
			 const struct cleardown_record **record);

/** Ask a request to end; its completion still comes. ENOENT: it is not outstanding. */
int cleardown_phone_cancel_request(struct cleardown_phone *phone, uint64_t req_id);

/**
 * Ask the call with number @call to end (cleardown_phone_get_session()). Also for an observer with
 * the owner's user id. ESTALE: that call is over.
 */
int cleardown_phone_cancel_call(struct cleardown_phone *phone, uint64_t call);

/**
 * The contractual close: returns within the deadline, after every outstanding request was
 * completed and the hardware was given back; afterwards the handle answers EBADFD.
 *
 * @wish: NULL = ORDERLY with the default deadline.
 * @summary: what happened, or NULL. Filled in after an error as well.
 * A second close from another thread raises the running one and gets EALREADY at once.
 * Not interruptible by a handled signal. Source: TSPI_phoneClose.
 */
int cleardown_phone_close(struct cleardown_phone *phone, const struct cleardown_close_wish *wish,
			  struct cleardown_close_summary *summary);

/* ---- port ---- */

/*
 * A printer port. What is printed goes by documents: cleardown_port_start_doc(), bytes by write(2)
 * or cleardown_port_write_all(), cleardown_port_end_doc(). A plain write without a document begins
 * an implicit one, which ends by cleardown_port_drain() and the close.
 *
 * The functions that take a queue hand in a request and wait for its completion there. The queue
 * must be the bound one (cleardown_port_bind_queue()); other records stay readable in it. They
 * return -1 with ETIMEDOUT when @timeout_ns ran out, the request is cancelled then; a request that
 * failed has its errno and its word in cleardown_port_status_word(). Their request ids begin at
 * CLDN_REQ_LIBRARY: one's own are smaller.
 *
 * poll(2) on the file: POLLOUT = room for bytes, POLLIN = bytes from the printer, POLLPRI = the
 * status has changed since cleardown_port_get_status() was called on this object.
 */
struct cleardown_port;

#define CLDN_REQ_LIBRARY	(UINT64_C(1) << 63)

/**
 * Open the port called @name ("port0"): CLDN_OPEN_OWNER or CLDN_OPEN_OBSERVER.
 *
 * An observer sees status and events, asks for the Device ID and cancels documents of his own user
 * id. Errors: EBUSY (another owner, or another driver has the parallel port), ENODEV, ENOENT,
 * EACCES, EINTR. Source: OpenPort.
 * Return: the object; free it with cleardown_port_free().
 */
struct cleardown_port *cleardown_port_open(const char *name, unsigned int flags);

/**
 * Let go of the file. A document that is open ends as aborted, without an answer to the caller: use
 * cleardown_port_close() first. NULL is allowed.
 */
void cleardown_port_free(struct cleardown_port *port);

/** The file, for poll(2), read(2) and write(2). It stays the object's. */
int cleardown_port_fd(const struct cleardown_port *port);

/** Status word of the last request: of its submission, or of the completion that was waited for. */
uint32_t cleardown_port_status_word(const struct cleardown_port *port);

/** What this handle is; answered after the close, too. */
const struct cleardown_handle *cleardown_port_get_info(struct cleardown_port *port);
/** The device's state and who has it; answered at once, whatever the hardware does. */
const struct cleardown_session *cleardown_port_get_session(struct cleardown_port *port);
/** Answered at once, also while a write is stuck; POLLPRI is over afterwards. */
const struct cleardown_printer_status *cleardown_port_get_status(struct cleardown_port *port);

/** As cleardown_phone_bind_queue(). */
int cleardown_port_bind_queue(struct cleardown_port *port, struct cleardown_queue *queue,
			      uint64_t cookie);

/** Which indications are wanted: CLDN_EV_BIT() of each type. All are off after open. */
int cleardown_port_set_filter(struct cleardown_port *port, uint32_t events);

/** Default deadline of this session's closes, also of the one that ends a killed owner. */
int cleardown_port_set_deadline(struct cleardown_port *port, uint64_t deadline_ns);

/** Whether the printer is reset when a document of this session is aborted or cancelled. */
int cleardown_port_set_reset(struct cleardown_port *port, bool reset);

/** Longest waits of a read(2) and a write(2) in ms, 0 = for ever. Source: SetPortTimeOuts. */
int cleardown_port_set_timeouts(struct cleardown_port *port, uint32_t read_ms, uint32_t write_ms);
/** Those in force; an observer may ask, too. */
int cleardown_port_get_timeouts(struct cleardown_port *port, uint32_t *read_ms, uint32_t *write_ms);

/** As cleardown_phone_submit(). */
int cleardown_port_submit(struct cleardown_port *port, const struct cleardown_request *request);

/** As cleardown_phone_call(). */
int cleardown_port_call(struct cleardown_port *port, struct cleardown_queue *queue,
			const struct cleardown_request *request, int64_t timeout_ns,
			const struct cleardown_record **record);

/** Ask a request to end; its completion still comes. ENOENT: it is not outstanding. */
int cleardown_port_cancel_request(struct cleardown_port *port, uint64_t req_id);

/**
 * Ask the document with number @document to end: nothing of it leaves any more. Also for an
 * observer with the owner's user id. ESTALE: that document is over.
 */
int cleardown_port_cancel_document(struct cleardown_port *port, uint64_t document);

/**
 * Begin a document called @name (NULL = without a name; a longer one is cut).
 *
 * Takes the hardware where the port has it only inside documents. A second one in succession
 * changes nothing. Source: StartDocPort.
 * @number: becomes the document's number, or NULL.
 */
int cleardown_port_start_doc(struct cleardown_port *port, struct cleardown_queue *queue,
			     const char *name, int64_t timeout_ns, uint64_t *number);

/**
 * End the document: @flags = CLDN_END_*. Comes back when the printer has taken every byte, with
 * CLDN_END_PRINTED when it says that the last page was ejected (EOPNOTSUPP without a language
 * monitor). Source: EndDocPort.
 * @document: how it ended, or NULL; filled in also when the request failed and the kernel told.
 * Its number is 0 when there was none.
 */
int cleardown_port_end_doc(struct cleardown_port *port, struct cleardown_queue *queue,
			   uint32_t flags, int64_t timeout_ns, struct cleardown_document *document);

/**
 * What the completion of END_DOC says about its document.
 * Return: 0, or -1 with ENODATA when it says nothing.
 */
int cleardown_document_from_record(const struct cleardown_record *record,
				   struct cleardown_document *document);

/**
 * Write all of @buf, waiting for room as often as it takes. Makes the file non-blocking.
 *
 * @cancel_fd: when poll(2) finds it readable the function ends with ECANCELED, what was accepted
 *	stays accepted; -1 = none.
 * @written: becomes the number of bytes accepted, also after an error; or NULL.
 */
int cleardown_port_write_all(struct cleardown_port *port, const void *buf, size_t len,
			     int cancel_fd, size_t *written);

/** Wait until every accepted byte has left: fsync(2). Interruptible (EINTR). */
int cleardown_port_drain(struct cleardown_port *port);

/** The IEEE 1284 Device ID, ended by a zero and cut at @size. Return: its whole length, or -1. */
int cleardown_port_device_id(struct cleardown_port *port, struct cleardown_queue *queue,
			     int64_t timeout_ns, char *id, size_t size);

/**
 * The same without asking the printer, which an observer may do at any time: what was last learned
 * of this hardware, in any session.
 * Return: its whole length, or -1 with ENODATA when nobody asked yet, EOPNOTSUPP.
 */
int cleardown_port_known_id(struct cleardown_port *port, char *id, size_t size);

/** Reset the printer (nInit). */
int cleardown_port_reset(struct cleardown_port *port, struct cleardown_queue *queue,
			 int64_t timeout_ns);

/**
 * The contractual close, as cleardown_phone_close(). A document that was begun by
 * cleardown_port_start_doc() and has not ended ends as aborted in every mode
 * (CLDN_REPORT_DOC_ABORTED); an implicit one ends whole when its bytes have left.
 * Source: ClosePort.
 */
int cleardown_port_close(struct cleardown_port *port, const struct cleardown_close_wish *wish,
			 struct cleardown_close_summary *summary);

/* ---- links of virtual circuits ---- */

/*
 * A link, vcN, has the call manager of an interface. Whoever opens it gets an address family handle
 * of his own: it creates VCs, takes calls for the SAPs that it registered, and is told of them by
 * its queue. Any number of handles may be open on a link.
 *
 * The close and the file of the handle end its SAPs; VCs that came from it live on.
 */
struct cleardown_vclink;

/**
 * Open the link called @name ("vc0"). Errors: ENOENT, EACCES, ENODEV, ENOBUFS. Source:
 * NdisClOpenAddressFamilyEx.
 * Return: the object; free it with cleardown_vclink_free().
 */
struct cleardown_vclink *cleardown_vclink_open(const char *name);

/**
 * The same to look at it only: what asks works, SAPs and VCs are refused with ENOTTY, and nobody finds
 * the link in use. The caller needs no more than read permission.
 * Return: the object; free it with cleardown_vclink_free().
 */
struct cleardown_vclink *cleardown_vclink_observe(const char *name);

/** Let go of the file. Calls that nobody took are refused. NULL is allowed. */
void cleardown_vclink_free(struct cleardown_vclink *link);

/** The file descriptor; it stays the object's. */
int cleardown_vclink_fd(const struct cleardown_vclink *link);

/** Status word of the last SAP, VC or close that was asked of the handle. */
uint32_t cleardown_vclink_status_word(const struct cleardown_vclink *link);

/** What this handle is. */
const struct cleardown_handle *cleardown_vclink_get_info(struct cleardown_vclink *link);
/** Answered at once, whatever the link does. */
const struct cleardown_vclink_status *cleardown_vclink_get_status(struct cleardown_vclink *link);

/**
 * The first VC of the link after the one with the number @after, 0 = the first; one's own, root
 * sees all. NULL with ENOENT after the last. Valid until the next call on the object.
 */
const struct cleardown_vc_entry *cleardown_vclink_next_vc(struct cleardown_vclink *link,
							  uint64_t after);

/**
 * The first call record after number @after, 0 = the oldest that is kept; one's own, root sees
 * all. NULL with ENOENT when there is none. Valid until the next call on the object.
 */
const struct cleardown_call_record *cleardown_vclink_next_record(struct cleardown_vclink *link,
								 uint64_t after);

/** The counter at place @index, from 0. NULL with ENOENT after the last. Valid as above. */
const struct cleardown_counter *cleardown_vclink_get_counter(struct cleardown_vclink *link,
							     uint32_t index);

/**
 * As cleardown_phone_bind_queue(). Before the first SAP and the first VC: a call finds no SAP whose
 * handle has no queue, and a VC begins with the queue that the handle has then.
 */
int cleardown_vclink_bind_queue(struct cleardown_vclink *link, struct cleardown_queue *queue,
				uint64_t cookie);

/**
 * Take the calls for this selector, or with CLDN_SAP_ALL those that nobody else takes. EINVAL:
 * another handle has it, or it is no selector. Source: NdisClRegisterSap.
 */
int cleardown_vclink_add_sap(struct cleardown_vclink *link, unsigned int selector);

/** The other way; calls that are up stay. ENOENT: not taken. Source: NdisClDeregisterSap. */
int cleardown_vclink_remove_sap(struct cleardown_vclink *link, unsigned int selector);

/** For CLDN_OP_SAP: every selector that nobody else has; deregister. */
#define CLDN_SAP_FLAG_ANY	0x1
#define CLDN_SAP_FLAG_REMOVE	0x2

/**
 * As cleardown_phone_submit(): OPEN_AF makes the handle one of another call manager's, before its
 * first SAP and VC (ENOTCONN: the family in a has none); SAP is what cleardown_vclink_add_sap()
 * does, for every call manager: that one is EOPNOTSUPP where it answers in its own time.
 */
int cleardown_vclink_submit(struct cleardown_vclink *link, const struct cleardown_request *request);

/** As cleardown_phone_call(). */
int cleardown_vclink_request(struct cleardown_vclink *link, struct cleardown_queue *queue,
			     const struct cleardown_request *request, int64_t timeout_ns,
			     const struct cleardown_record **record);

/**
 * Close the handle; returns when all VCs that came from it are gone. -1 with EINPROGRESS when the
 * deadline came first: it is closing, and a CLOSE_COMPLETE follows. Source:
 * NdisClCloseAddressFamily.
 * @wish: NULL = the default deadline; its mode says nothing here.
 */
int cleardown_vclink_close(struct cleardown_vclink *link, const struct cleardown_close_wish *wish);

/* ---- virtual circuits ---- */

/*
 * A VC of the caller's makes calls, one after the other; that of an incoming call is for that call
 * only. Its records go to the queue of the link that it came from.
 *
 * Connected, read(2) and write(2) on the file move whole frames: EMSGSIZE for a buffer that is too
 * small, or a frame that is larger than agreed; with O_NONBLOCK EAGAIN when there is none, or
 * no room. read(2) gives 0 when the far end has closed and all frames were read. POLLOUT says
 * that a frame of any size has room.
 */
struct cleardown_vc;

/**
 * A VC without a call, with @cookie in its records. Source: NdisCoCreateVc.
 * Return: the object; free it with cleardown_vc_free(). It may outlive @link.
 */
struct cleardown_vc *cleardown_vc_new(struct cleardown_vclink *link, uint64_t cookie);

/**
 * The VC with the number in an INCOMING_CALL of @link. ENOENT: taken already, or gone.
 * Return: the object; free it with cleardown_vc_free(). It may outlive @link.
 */
struct cleardown_vc *cleardown_vc_take(struct cleardown_vclink *link, uint64_t number,
				       uint64_t cookie);

/**
 * Let go of the file. A call that is up is cleared by the kernel, without an answer to the caller:
 * use cleardown_vc_close() first. NULL is allowed.
 */
void cleardown_vc_free(struct cleardown_vc *vc);

/** The file, for poll(2), read(2), write(2) and fcntl(2). It stays the object's. */
int cleardown_vc_fd(const struct cleardown_vc *vc);

/** Its number, which its records carry as handle. */
uint64_t cleardown_vc_number(const struct cleardown_vc *vc);

/** Status word of the last cleardown_vc_submit() or cleardown_vc_destroy(). */
uint32_t cleardown_vc_status_word(const struct cleardown_vc *vc);

/** Its state, its call and its frames; answered at once. EBADFD: it was deleted. */
const struct cleardown_circuit *cleardown_vc_get_status(struct cleardown_vc *vc);

/** As cleardown_phone_bind_queue(). */
int cleardown_vc_bind_queue(struct cleardown_vc *vc, struct cleardown_queue *queue,
			    uint64_t cookie);

/**
 * As cleardown_phone_submit(): MAKE_CALL with a struct cleardown_call in @request->in, which is
 * copied; ACCEPT; REJECT with the Q.850 cause in a. EISCONN: the VC's state does not admit it.
 * MAKE_CALL and ACCEPT complete when the call is connected; cleardown_call_from_record() has what
 * was agreed, cleardown_call_end_from_record() why there is no call.
 */
int cleardown_vc_submit(struct cleardown_vc *vc, const struct cleardown_request *request);

/** As cleardown_phone_call(). */
int cleardown_vc_request(struct cleardown_vc *vc, struct cleardown_queue *queue,
			 const struct cleardown_request *request, int64_t timeout_ns,
			 const struct cleardown_record **record);

/** Ask a request to end; its completion still comes. ENOENT: it is not outstanding. */
int cleardown_vc_cancel_request(struct cleardown_vc *vc, uint64_t req_id);

/**
 * As MAKE_CALL, of a call to many whose first party @call has: the VC is its root. The completion
 * is as of MAKE_CALL; cleardown_party_from_record() has the party, with @cookie. A frame that is
 * written goes to each party; none is read. Source: NdisClMakeCall with a party.
 */
int cleardown_vc_make_multi(struct cleardown_vc *vc, uint64_t req_id, uint64_t deadline_ns,
			    const struct cleardown_call *call, uint64_t cookie);

/**
 * One party more. EOPNOTSUPP: the VC is no root; ENOTCONN: its call is not connected. Any number of
 * them at a time; each completes by itself. Source: NdisClAddParty.
 */
int cleardown_vc_add_party(struct cleardown_vc *vc, uint64_t req_id, uint64_t deadline_ns,
			   const uint8_t called[CLDN_NSAP_LEN], uint64_t cookie);

/**
 * One less, or the answer to an INCOMING_DROP. ESTALE: there is no such party. EBUSY: it is the last
 * one, whose call is closed instead: its number stays good. EINVAL: the link does not take that
 * much close data. Source: NdisClDropParty.
 */
int cleardown_vc_drop_party(struct cleardown_vc *vc, uint64_t req_id, uint64_t deadline_ns,
			    uint32_t party, const void *data, size_t data_len);

/** The party with the lowest number above @after, 0 = the first. ENOENT after the last. */
int cleardown_vc_next_party(struct cleardown_vc *vc, uint32_t after, struct cleardown_party *party);

/** The same of the VC with that number on the link; one's own, root sees all. */
int cleardown_vclink_next_party(struct cleardown_vclink *link, uint64_t vc, uint32_t after,
				struct cleardown_party *party);

/**
 * The contractual close of the *call*: returns when the network has confirmed and no frame moves any
 * more. A VC of the caller's is idle then, that of an incoming call is dead. It also acknowledges an
 * INCOMING_CLOSE.
 *
 * @wish: NULL = ORDERLY with the default deadline and without close data.
 * @summary: what happened, or NULL; its number is 0 when the close is not over.
 * -1 with EINPROGRESS: the deadline came first, or was 0; the close goes on, CLOSE_COMPLETE follows.
 * EALREADY: one is under way; this wish was added to it. ENOTCONN: no call. EINVAL: the link does
 * not take that much close data; the call is still up. EBUSY: it is a call to many, and there is
 * more than one party. Source: NdisClCloseCall.
 */
int cleardown_vc_close(struct cleardown_vc *vc, const struct cleardown_close_wish *wish,
		       struct cleardown_close_summary *summary);

/**
 * Delete an idle VC of the caller's; cleardown_vc_free() does it too. EBUSY: it has a call, EALREADY:
 * which ends just now, EPERM: the call manager created it. Source: NdisCoDeleteVc.
 */
int cleardown_vc_destroy(struct cleardown_vc *vc);

/* ---- call managers ---- */

/*
 * A program that manages the calls of one address family on a link. Clients' requests come as
 * CLDN_EV_CM records; cleardown_callmgr_complete() answers them, each once. An object (an address
 * family, a call) is a number that is never used again: EBADFD when it is over. Freeing the call
 * manager fails what is outstanding and tells its clients.
 */
struct cleardown_callmgr;

/** Families as NDIS numbers them; one's own have CLDN_AF_PROPRIETARY. */
#define CLDN_AF_Q2931		1U /**< the kernel's */
#define CLDN_AF_L2TP		3U
#define CLDN_AF_PROPRIETARY	0x80000000U

/** What is asked of a call manager. */
enum cldn_cm {
	CLDN_CM_OPEN_AF = 1, /**< a client wants to use it */
	CLDN_CM_CLOSE_AF = 2, /**< not any more */
	CLDN_CM_SAP = 3, /**< he takes calls: value = selector, ~0 = any */
	CLDN_CM_SAP_REMOVE = 4,
	CLDN_CM_MAKE_CALL = 5, /**< activate, then complete: call */
	CLDN_CM_ACCEPT = 6, /**< of an offered call: likewise */
	CLDN_CM_REJECT = 7, /**< value = Q.850 cause; complete: it is deleted */
	CLDN_CM_CLOSE_CALL = 8, /**< value = enum cldn_mode; send data, deactivate, complete */
	CLDN_CM_CANCEL = 9, /**< the object is over, value = Q.850 cause; no answer */
};

/** A request for a call manager. */
struct cleardown_callmgr_request {
	enum cldn_cm what;
	uint64_t number;		/**< names it in the answer */
	uint64_t object;		/**< address family or call */
	uint64_t context;		/**< what the call manager last said of it */
	uint64_t af;			/**< object of a call's address family */
	uint32_t value;
	struct cleardown_call call;	/**< of MAKE_CALL */
	size_t data_len;
	uint8_t data[CLDN_CLOSE_DATA_MAX]; /**< of CLOSE_CALL */
};

/** An answer to one. */
struct cleardown_callmgr_answer {
	size_t size;
	uint64_t number;
	uint64_t object;
	uint64_t context;		/**< kept for the object, 0 = as it was */
	uint32_t status;		/**< NDIS_STATUS_*, 0 = success; goes to the client */
	uint32_t cause;			/**< Q.850, 0 = none */
};

/** How the far end ended a call. */
struct cleardown_callmgr_end {
	size_t size;
	uint32_t status;		/**< 0: it closed the call; else trouble */
	uint32_t cause;			/**< Q.850 */
	const void *data;		/**< close data, NULL = none */
	size_t data_len;
};

/**
 * The file of a call manager on the link @name. EPERM without CAP_SYS_ADMIN.
 * Return: the object; free it with cleardown_callmgr_free().
 */
struct cleardown_callmgr *cleardown_callmgr_open(const char *name);
/** Let go of the file: its calls end, its clients are told. NULL is allowed. */
void cleardown_callmgr_free(struct cleardown_callmgr *cm);
/** The file descriptor; it stays the object's. */
int cleardown_callmgr_fd(const struct cleardown_callmgr *cm);
/** NDIS_STATUS_* of the last call on it. */
uint32_t cleardown_callmgr_status_word(const struct cleardown_callmgr *cm);

/** As cleardown_phone_bind_queue(); before it registers. */
int cleardown_callmgr_bind_queue(struct cleardown_callmgr *cm, struct cleardown_queue *queue,
				 uint64_t cookie);

/**
 * Manage @family from now on. EBUSY: somebody does. @close_data: octets of it that can be sent.
 * @answer_ms: bound of answers that no client's deadline bounds, 0 = the default. Source:
 * NdisCmRegisterAddressFamilyEx.
 */
int cleardown_callmgr_register(struct cleardown_callmgr *cm, uint32_t family, uint32_t close_data,
			       uint32_t answer_ms);

/** ENODATA: the record is another one. */
int cleardown_callmgr_request_from_record(const struct cleardown_record *record,
					  struct cleardown_callmgr_request *request);

/**
 * ENOENT: the request is over. EINVAL: the call has none. EBUSY: activate first what is to be
 * connected, deactivate what is closed. Source: NdisCmCloseCallComplete and its kin.
 */
int cleardown_callmgr_complete(struct cleardown_callmgr *cm,
			       const struct cleardown_callmgr_answer *answer);

/**
 * Open the channel of a call. @vci: 0 = a free one; becomes the one it has. EEXIST: somebody has
 * it. EBUSY: the call has one. EALREADY: the call is being closed. Source: NdisCmActivateVc.
 */
int cleardown_callmgr_activate(struct cleardown_callmgr *cm, uint64_t object, uint16_t vpi,
			       uint16_t *vci);

/** No frame moves any more. EBUSY: none does. Source: NdisCmDeactivateVc. */
int cleardown_callmgr_deactivate(struct cleardown_callmgr *cm, uint64_t object);

/**
 * Offer a call to who has taken the selector of @call->called, on the channel in it, if any; ACCEPT
 * or REJECT follows. ENOENT: nobody has. Source: NdisCmDispatchIncomingCall.
 */
int cleardown_callmgr_offer(struct cleardown_callmgr *cm, const struct cleardown_call *call,
			    uint64_t context, uint64_t *object);

/** The far end has ended the call; CLOSE_CALL follows. Source: NdisCmDispatchIncomingCloseCall. */
int cleardown_callmgr_closed(struct cleardown_callmgr *cm, uint64_t object,
			     const struct cleardown_callmgr_end *end);

/** What requests of the object repeat. */
int cleardown_callmgr_set_context(struct cleardown_callmgr *cm, uint64_t object, uint64_t context);

/**
 * A channel of the call manager's own, for signalling. @vci: 0 = a free one; becomes the one it
 * has. Return: a file for read(2), write(2) and close(2), whole frames; or -1.
 */
int cleardown_callmgr_control(struct cleardown_callmgr *cm, uint16_t vpi, uint16_t *vci,
			      uint32_t sdu);

/**
 * The call that an INCOMING_CALL, or the completion of a MAKE_CALL or ACCEPT, tells of.
 * Return: 0, or -1 with ENODATA for a record that has none.
 */
int cleardown_call_from_record(const struct cleardown_record *record, struct cleardown_call *call);

/**
 * The party that a record is about: a completion of MAKE_MULTI, ADD_PARTY or DROP_PARTY, an
 * INCOMING_DROP, the CLOSE_COMPLETE of a call to many. -1 with ENODATA: none.
 */
int cleardown_party_from_record(const struct cleardown_record *record,
				struct cleardown_party *party);

/**
 * The end that an INCOMING_CLOSE, a CLOSE_COMPLETE, or a completion with an error tells of.
 * Return: 0, or -1 with ENODATA for any other record.
 */
int cleardown_call_end_from_record(const struct cleardown_record *record,
				   struct cleardown_call_end *end);

/** 40 hexadecimal digits, dots anywhere between them. -1 with EINVAL for anything else. */
int cleardown_nsap_from_text(const char *text, uint8_t nsap[CLDN_NSAP_LEN]);
/** With a dot before the interface's part and one before the selector. Returns @text. */
char *cleardown_nsap_to_text(const uint8_t nsap[CLDN_NSAP_LEN], char text[CLDN_NSAP_TEXT]);

/* ---- fax ---- */

/*
 * The fax server, its ports and jobs, and for its provider (the program that speaks T.30) the lines.
 * A line is a device ("fax0"); its number is the device's id (struct cleardown_device).
 *
 * After an error cleardown_fax_status_word() and its like have winfax's word.
 */
struct cleardown_fax;
struct cleardown_faxport;
struct cleardown_faxline;

#define CLDN_FAX_ID_LEN		24
#define CLDN_FAX_NUMBER_LEN	64
#define CLDN_FAX_ARGS_LEN	112

/** Rights of a handle; they can only shrink. */
#define CLDN_FAX_JOB_SUBMIT	0x01U
#define CLDN_FAX_JOB_QUERY	0x02U
#define CLDN_FAX_CONFIG_QUERY	0x04U
#define CLDN_FAX_CONFIG_SET	0x08U
#define CLDN_FAX_PORT_QUERY	0x10U
#define CLDN_FAX_PORT_SET	0x20U
#define CLDN_FAX_JOB_MANAGE	0x40U
#define CLDN_FAX_RIGHTS_ALL	0x7fU

/** Events of a job or a line (FEI_*). */
enum cldn_fei {
	CLDN_FEI_DIALING = 1,
	CLDN_FEI_SENDING = 2,
	CLDN_FEI_RECEIVING = 3,
	CLDN_FEI_COMPLETED = 4,
	CLDN_FEI_BUSY = 5,
	CLDN_FEI_NO_ANSWER = 6,
	CLDN_FEI_BAD_ADDRESS = 7,
	CLDN_FEI_NO_DIAL_TONE = 8,
	CLDN_FEI_DISCONNECTED = 9,
	CLDN_FEI_FATAL_ERROR = 10,
	CLDN_FEI_NOT_FAX_CALL = 11,
	CLDN_FEI_CALL_DELAYED = 12,
	CLDN_FEI_CALL_BLACKLISTED = 13,
	CLDN_FEI_RINGING = 14,
	CLDN_FEI_ABORTING = 15,
	CLDN_FEI_ROUTING = 16,
	CLDN_FEI_MODEM_POWERED_ON = 17,
	CLDN_FEI_MODEM_POWERED_OFF = 18,
	CLDN_FEI_IDLE = 19,
	CLDN_FEI_FAXSVC_ENDED = 20, /**< the last record of a queue */
	CLDN_FEI_ANSWERED = 21,
	CLDN_FEI_JOB_QUEUED = 22,
	CLDN_FEI_DELETED = 23, /**< the job's number is dead */
	CLDN_FEI_INITIALIZING = 24,
	CLDN_FEI_LINE_UNAVAILABLE = 25,
	CLDN_FEI_HANDLED = 26,
	CLDN_FEI_FAXSVC_STARTED = 27, /**< the first record of a queue */
};

/** State of a job (JS_*): one of these, and NOLINE beside PENDING or RETRYING. */
#define CLDN_JS_PENDING		0x00U
#define CLDN_JS_INPROGRESS	0x01U
#define CLDN_JS_DELETING	0x02U
#define CLDN_JS_FAILED		0x04U
#define CLDN_JS_PAUSED		0x08U
#define CLDN_JS_NOLINE		0x10U
#define CLDN_JS_RETRYING	0x20U
#define CLDN_JS_RETRIES_EXCEEDED 0x40U
#define CLDN_JS_COMPLETED	0x80U

#define CLDN_FAXPORT_SEND	0x1U
#define CLDN_FAXPORT_RECEIVE	0x2U

/** What an event of the fax service says. */
struct cleardown_fax_news {
	uint64_t job; /**< 0: it is the line's */
	uint64_t line; /**< 0: none */
	enum cldn_fei event;
	uint32_t state; /**< CLDN_JS_* of the job after it */
	uint32_t pages; /**< confirmed by the far end */
	uint32_t rate; /**< bit/s, 0 = not known */
	char remote[CLDN_FAX_ID_LEN];
};

/** The service as it is. */
struct cleardown_fax_service {
	bool running;
	uint64_t since_ns;
	uint32_t servers;
	uint32_t ports;
	uint32_t jobs;
	uint32_t queues;
	uint32_t lines;
	uint32_t providers;
};

/** A line as its port shows it. */
struct cleardown_faxport_status {
	uint64_t line;
	char name[CLDN_NAME_LEN];
	uint32_t fps; /**< what it does; cleardown_fps_name() */
	uint64_t job; /**< that runs on it, 0 = none that the caller may see */
	int32_t provider_pid; /**< 0 = none */
	uint32_t flags; /**< CLDN_FAXPORT_* */
	uint32_t rings;
	uint32_t priority;
	char tsid[CLDN_FAX_ID_LEN];
	char csid[CLDN_FAX_ID_LEN];
};

/** What cleardown_faxport_set() changes; NULL = stays as it is. */
struct cleardown_faxport_setting {
	const uint32_t *flags;
	const uint32_t *rings;
	const uint32_t *priority;
	const char *tsid;
	const char *csid;
};

/** A job. */
struct cleardown_fax_job_entry {
	uint64_t job;
	uint64_t line; /**< 0 = none yet */
	uint32_t state; /**< CLDN_JS_* */
	uint32_t uid;
	bool taken; /**< a provider has its document */
	bool orphan; /**< its provider ended: it waits for the next one */
	bool any_line; /**< none was named: it may go to another one */
	uint32_t pages;
	enum cldn_fei event; /**< the last one */
	uint64_t since_ns;
	char number[CLDN_FAX_NUMBER_LEN];
};

/** A server handle or a port, of any process. */
struct cleardown_fax_handle_entry {
	uint64_t handle;
	uint64_t line; /**< of a port; 0 = it is a server handle */
	uint32_t rights; /**< those that are left, CLDN_FAX_JOB_SUBMIT... */
	bool write; /**< opened with a write mode; a port: it may change its line */
	int32_t pid; /**< who opened it */
	uint32_t uid;
	char comm[CLDN_COMM_LEN];
};

/**
 * Connect; @flags: CLDN_OPEN_OWNER to send, CLDN_OPEN_OBSERVER to look. FaxConnectFaxServer.
 * Return: the object; free it with cleardown_fax_free().
 */
struct cleardown_fax *cleardown_fax_connect(unsigned int flags);
/** Let go of the file; ports that came from it live on. NULL is allowed. */
void cleardown_fax_free(struct cleardown_fax *fax);
/** The file descriptor; it stays the object's. News are in the queue, not here. */
int cleardown_fax_fd(const struct cleardown_fax *fax);
/** Winfax's word of the last call on it. */
uint32_t cleardown_fax_status_word(const struct cleardown_fax *fax);
/** FaxClose. Events go on (cleardown_fax_bind_queue()). */
int cleardown_fax_close(struct cleardown_fax *fax);

/**
 * Have @queue get the events of this session of the service, also after the close of @fax, until
 * CLDN_FEI_FAXSVC_ENDED. EINVAL: it gets them already. FaxInitializeEventQueue.
 */
int cleardown_fax_bind_queue(struct cleardown_fax *fax, struct cleardown_queue *queue,
			     uint64_t cookie);

/** Give up rights of this handle; @rights, or NULL, becomes those that are left. */
int cleardown_fax_drop_rights(struct cleardown_fax *fax, uint32_t drop, uint32_t *rights);
/** Take rights of another handle or port away, by its number; EPERM without CAP_SYS_ADMIN, ENOENT. */
int cleardown_fax_revoke_rights(struct cleardown_fax *fax, uint64_t handle, uint32_t drop,
				uint32_t *rights);
/**
 * The handle after number @after, this one too; one's own user's, for root all. NULL with ENOENT after
 * the last.
 */
const struct cleardown_fax_handle_entry *cleardown_fax_next_handle(struct cleardown_fax *fax,
								   uint64_t after);

/** The service as it is; answered at once. */
const struct cleardown_fax_service *cleardown_fax_get_service(struct cleardown_fax *fax);
/** The line after the one numbered @after (0 = the first); NULL with ENOENT after the last. */
const struct cleardown_faxport_status *cleardown_fax_next_line(struct cleardown_fax *fax,
							       uint64_t after);
/** The job after number @after; NULL with ENOENT after the last. */
const struct cleardown_fax_job_entry *cleardown_fax_next_job(struct cleardown_fax *fax,
							     uint64_t after);

/**
 * Hand in the document @fd, a regular file, for @number. FaxSendDocument.
 * @line: 0 = any. @args: for the provider, or NULL. @job: becomes the job's number.
 * ENOTCONN: there is no provider, and nothing was kept.
 */
int cleardown_fax_send(struct cleardown_fax *fax, uint64_t line, int fd, const char *number,
		       const char *args, uint64_t *job);
/** FaxAbort. Only asks: CLDN_FEI_DELETED tells. EINVAL: there is no such job any more. */
int cleardown_fax_delete_job(struct cleardown_fax *fax, uint64_t job);
/** EBUSY: it runs, or is paused already. */
int cleardown_fax_pause_job(struct cleardown_fax *fax, uint64_t job);
/** EBUSY: it is not paused. */
int cleardown_fax_resume_job(struct cleardown_fax *fax, uint64_t job);

/**
 * FaxOpenPort; @modify: to set something, one holder for each line (EBUSY).
 * Return: the object; free it with cleardown_faxport_free(). It may outlive @fax.
 */
struct cleardown_faxport *cleardown_faxport_open(struct cleardown_fax *fax, uint64_t line,
						 bool modify);
/** Let go of the file, and of the right to set something. NULL is allowed. */
void cleardown_faxport_free(struct cleardown_faxport *port);
/** The file descriptor; it stays the object's. */
int cleardown_faxport_fd(const struct cleardown_faxport *port);
/** Winfax's word of the last call on it. */
uint32_t cleardown_faxport_status_word(const struct cleardown_faxport *port);
/** The line as it is. FaxGetPort, FaxGetDeviceStatus. */
const struct cleardown_faxport_status *cleardown_faxport_get(struct cleardown_faxport *port);
/** EBUSY: a job runs on the line. FaxSetPort. */
int cleardown_faxport_set(struct cleardown_faxport *port,
			  const struct cleardown_faxport_setting *setting);
/** FaxClose; without CLDN_FAX_PORT_QUERY it is EACCES and the port stays open. */
int cleardown_faxport_close(struct cleardown_faxport *port);

/**
 * Be the provider of the line called @name, for root or the user named at bind. Offers come to
 * @queue: CLDN_EV_FAX_OFFER. read(2) and write(2) of the file reach the modem while the serial line
 * is taken; a read that returns 0 says that it was taken away.
 * Return: the object; free it with cleardown_faxline_free().
 */
struct cleardown_faxline *cleardown_faxline_open(const char *name, struct cleardown_queue *queue,
						 uint64_t cookie);
/** Let go of the file: a call that is up is ended by the kernel. NULL is allowed. */
void cleardown_faxline_free(struct cleardown_faxline *line);
/** The file, for poll(2), read(2) and write(2). It stays the object's. */
int cleardown_faxline_fd(const struct cleardown_faxline *line);
/** Winfax's word of the last call on it. */
uint32_t cleardown_faxline_status_word(const struct cleardown_faxline *line);
/** The contractual close, as cleardown_phone_close(): its jobs wait for the next provider. */
int cleardown_faxline_close(struct cleardown_faxline *line, const struct cleardown_close_wish *wish,
			    struct cleardown_close_summary *summary);
/** EBUSY: another class has it; CLDN_EV_FAX_LINE tells when it is free. */
int cleardown_faxline_take(struct cleardown_faxline *line);
/** A call that is up is ended; the modem is on-hook and the serial line free on return. */
int cleardown_faxline_give(struct cleardown_faxline *line);
/**
 * Return: 1 = the serial line is taken, 0 = it is not, -1. @fps, or NULL: as a port shows it;
 * @running, or NULL: does the service run?
 */
int cleardown_faxline_held(struct cleardown_faxline *line, uint32_t *fps, bool *running);
/** The document of an offered job: its file, which is the caller's, or -1. */
int cleardown_faxline_take_job(struct cleardown_faxline *line, uint64_t job, uint32_t *uid,
			       char number[CLDN_FAX_NUMBER_LEN], char args[CLDN_FAX_ARGS_LEN]);
/**
 * Take up a job of a provider that ended, or one for any line that waits behind another line of the same
 * provider; @state, or NULL, becomes its CLDN_JS_*.
 */
int cleardown_faxline_adopt_job(struct cleardown_faxline *line, uint64_t job, uint32_t uid,
				uint32_t *state);
/** As cleardown_fax_next_job(), of everybody. */
const struct cleardown_fax_job_entry *cleardown_faxline_next_job(struct cleardown_faxline *line,
								 uint64_t after);
/** Tell what happened: job (0 = the line's own), event, state, pages, rate, remote. */
int cleardown_faxline_report(struct cleardown_faxline *line, const struct cleardown_fax_news *news);

/** What a CLDN_EV_FAX record says. Return: 0, or -1 with ENODATA for any other record. */
int cleardown_fax_news_from_record(const struct cleardown_record *record,
				   struct cleardown_fax_news *news);

/* ---- names ---- */

/**
 * Lower-case words for people and JSON ("owner-died", "no-carrier"); NULL for a value that has no
 * name. Static, never freed.
 */
const char *cleardown_class_name(unsigned int class_id);
const char *cleardown_party_name(unsigned int party_state);
const char *cleardown_state_name(unsigned int state);
const char *cleardown_mode_name(unsigned int mode);
const char *cleardown_cause_name(unsigned int cause);
const char *cleardown_step_name(unsigned int step);
const char *cleardown_result_name(unsigned int result);
const char *cleardown_call_name(unsigned int call_state);
const char *cleardown_event_name(unsigned int type);
const char *cleardown_opcode_name(unsigned int opcode);
const char *cleardown_dtr_name(unsigned int dtr);
const char *cleardown_flow_name(unsigned int flow);
const char *cleardown_doc_name(unsigned int doc_state);
const char *cleardown_vc_name(unsigned int vc_state);
/** Q.2931's state of a call: "connect-request". */
const char *cleardown_callstate_name(unsigned int call_state);
/** Why a call was cleared, by Q.850: "user-busy". */
const char *cleardown_clearing_name(unsigned int cause);
/** One bit each. */
const char *cleardown_line_name(unsigned int line_bit);
const char *cleardown_phonestate_name(unsigned int state_bit);
const char *cleardown_lampmode_name(unsigned int mode);
const char *cleardown_button_name(unsigned int button);
const char *cleardown_hookdev_name(unsigned int device_bit);
const char *cleardown_portflag_name(unsigned int flag_bit);
const char *cleardown_linkflag_name(unsigned int flag_bit);
/** Faxes: an event, what a line does, the state of a job without NOLINE. */
const char *cleardown_fei_name(unsigned int event);
const char *cleardown_fps_name(uint32_t fps);
const char *cleardown_js_name(uint32_t state);
/** A right of a handle: "job-submit". */
const char *cleardown_faxright_name(unsigned int right_bit);
/** "PHONEERR_OPERATIONFAILED", "NDIS_STATUS_CLOSING", "ERROR_BAD_UNIT", "SUCCESS". */
const char *cleardown_status_name(uint32_t status);

/** The other way; -1 with EINVAL for a word that is none. */
int cleardown_mode_from_name(const char *name);
int cleardown_state_from_name(const char *name);
int cleardown_call_from_name(const char *name);
int cleardown_class_from_name(const char *name);
int cleardown_doc_from_name(const char *name);
int cleardown_clearing_from_name(const char *name);
int cleardown_faxright_from_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* CLEARDOWN_H */
