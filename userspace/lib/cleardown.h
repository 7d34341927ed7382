/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libcleardown: phones under /dev/cleardown from C.
 *
 * Form of the library
 *
 * Objects (struct cleardown_ctl, cleardown_phone, cleardown_queue) are opaque. A function that
 * makes one returns NULL and sets errno when it cannot; every other function that returns int
 * returns -1 and sets errno when it fails. The errno values are those of <linux/cleardown.h>,
 * block "errno meanings". Nothing is printed, no thread is started, no signal is touched.
 *
 * A pointer to a struct that a function returns belongs to the object that was asked and is valid
 * until the same function is called again on it, or the object is freed. Structs that the caller
 * fills start with a member size, which is sizeof() the struct; an initializer that names only the
 * wanted members leaves the others at their defaults.
 *
 * All times are nanoseconds. Deadlines are relative to the call. A time stamp is CLOCK_MONOTONIC
 * unless it says otherwise.
 *
 * One object is used by one thread at a time. Exceptions are cleardown_phone_close() and the
 * cleardown_phone_cancel_*() functions: they may be called on an open phone by any thread, at any
 * time, also while another call on it is blocked.
 *
 * Functions and structs are called cleardown_*, constants CLDN_*: no name is shared with
 * <linux/cleardown.h>, both headers may be included together.
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
#define CLDN_SPEC_LEN	64
#define CLDN_TEXT_LEN	160
#define CLDN_MAX_STEPS	12

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

/** Steps of a close, in the order in which they can run. */
enum cldn_step {
	CLDN_STEP_DRAIN_OPS = 1, /**< accepted requests end by themselves */
	CLDN_STEP_DRAIN_DATA = 2, /**< accepted bytes leave */
	CLDN_STEP_ABORT_CMD = 3, /**< the modem is brought back to command state */
	CLDN_STEP_ESCAPE = 4, /**< +++ between guard times */
	CLDN_STEP_HANGUP = 5, /**< ATH */
	CLDN_STEP_DTR = 6, /**< DTR is dropped and held low */
	CLDN_STEP_RELEASE = 7, /**< the lower driver's own close */
};

/** Flags of struct cleardown_close_step. */
#define CLDN_STEP_SKIPPED	0x1 /**< not run: nothing to do, not in this mode, or no time */
#define CLDN_STEP_CUT		0x2 /**< cut short by its budget or by a raised wish */

/** Flags of struct cleardown_close_summary. */
#define CLDN_REPORT_RELEASED	0x01 /**< the hardware is free */
#define CLDN_REPORT_ONHOOK	0x02 /**< proven on-hook */
#define CLDN_REPORT_FORCED	0x04 /**< the far end or the modem did not confirm */
#define CLDN_REPORT_LATE	0x08 /**< second report: a driver came back after the deadline */
#define CLDN_REPORT_HAD_CALL	0x10 /**< a call was up or being set up */
#define CLDN_REPORT_FILE_CLOSE	0x20 /**< by the end of the file, not by a close call */

/** What becomes of DTR when the line is given back. */
enum cldn_dtr {
	CLDN_DTR_DROP = 0, /**< falls and stays low */
	CLDN_DTR_KEEP = 1, /**< is left as it is */
	CLDN_DTR_PULSE = 2, /**< falls for a given time and rises again */
};

/** Flow control between computer and modem. */
enum cldn_flow {
	CLDN_FLOW_RTSCTS = 0,
	CLDN_FLOW_NONE = 1,
};

/** Modem lines. The bits mean nothing unless CLDN_LINE_VALID is set. */
#define CLDN_LINE_DTR	0x001
#define CLDN_LINE_RTS	0x002
#define CLDN_LINE_CTS	0x004
#define CLDN_LINE_DSR	0x008
#define CLDN_LINE_DCD	0x010
#define CLDN_LINE_RI	0x020
#define CLDN_LINE_VALID	0x100

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

/** Asynchronous requests of a phone. */
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
	CLDN_OP_DIAL = 0x110,
	CLDN_OP_ANSWER = 0x111,
	CLDN_OP_HANGUP = 0x112,
	CLDN_OP_SEND_DTMF = 0x113,
};

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
#define CLDN_PHONESTATE_RINGMODE		0x00000080
#define CLDN_PHONESTATE_HANDSETHOOKSWITCH	0x00000200
#define CLDN_PHONESTATE_SPEAKERHOOKSWITCH	0x00001000
#define CLDN_PHONESTATE_SPEAKERVOLUME		0x00002000
#define CLDN_PHONESTATE_SPEAKERGAIN		0x00004000
#define CLDN_PHONESTATE_SUSPEND			0x00040000
#define CLDN_PHONESTATE_RESUME			0x00080000
#define CLDN_PHONESTATE_CAPSCHANGE		0x00400000
#define CLDN_PHONESTATE_REMOVED			0x00800000
#define CLDN_PHONESTATE_ALL			0x00cc7287

/** Types of event records. Those from CLDN_EV_PHONE_STATE on are off until asked for. */
enum cldn_event {
	CLDN_EV_COMPLETION = 1, /**< a request ended: req_id, error, p1 = enum cldn_result, text */
	CLDN_EV_PHONE_CLOSE = 2,  /**< forced close, the handle is dead: p1 = enum cldn_cause */
	CLDN_EV_PHONE_STATE = 32, /**< p1 = CLDN_PHONESTATE_*, p2 by state */
	CLDN_EV_RING = 33, /**< p1 = rings so far, text = caller's number if known */
	CLDN_EV_CALLER_ID = 34, /**< text = the modem's line */
	CLDN_EV_DEVSPECIFIC = 35, /**< text = a line nobody asked for */
	CLDN_EV_CALL_STATE = 36, /**< p1 = enum cldn_call, p2 = enum cldn_result, p3 = call */
	CLDN_EV_LINES = 37, /**< p1 = CLDN_LINE_* now, p2 = those that changed */
};

/** Bit of a filtered event type for cleardown_phone_set_filter(). */
#define CLDN_EV_BIT(type) (1U << ((type)-CLDN_EV_PHONE_STATE))
#define CLDN_EV_ALL		0x3fU

/** Status words of TSPI that a phone can answer. */
#define CLDN_STATUS_SUCCESS			0x00000000U
#define CLDN_PHONEERR_INUSE			0x90000006U
#define CLDN_PHONEERR_INVALHOOKSWITCHDEV	0x9000000aU
#define CLDN_PHONEERR_INVALHOOKSWITCHMODE	0x9000000bU
#define CLDN_PHONEERR_INVALPARAM		0x90000012U
#define CLDN_PHONEERR_INVALPHONEHANDLE		0x90000013U
#define CLDN_PHONEERR_INVALPHONESTATE		0x90000014U
#define CLDN_PHONEERR_NODEVICE			0x90000018U
#define CLDN_PHONEERR_NOMEM			0x9000001aU
#define CLDN_PHONEERR_NOTOWNER			0x9000001bU
#define CLDN_PHONEERR_OPERATIONFAILED		0x9000001cU
#define CLDN_PHONEERR_OPERATIONUNAVAIL		0x9000001dU
#define CLDN_PHONEERR_RESOURCEUNAVAIL		0x9000001fU

/* ---- what the library answers ---- */

/** A device as it is used now. */
struct cleardown_session {
	enum cldn_state state;
	uint64_t call;			/**< number of the call that is up or being set up, or 0 */
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
	char backend[CLDN_SPEC_LEN];	/**< "tty:ttyS1" */
	uint64_t rdev;			/**< device number of the hardware, 0 when it has none */
	struct cleardown_session session;
};

/** What a close did. Invariant: accepted = confirmed + discarded + in_doubt. */
struct cleardown_close_summary {
	uint64_t number;		/**< of the report; 0 = nothing was closed */
	uint64_t handle;		/**< id of the handle that was closed */
	enum cldn_class class_id;
	enum cldn_mode mode;		/**< at the end, the highest wish */
	enum cldn_cause cause;		/**< the first */
	uint32_t cause_detail;		/**< result code or signal, by cause */
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
	uint32_t detail;		/**< for hang-up and abort: enum cldn_result */
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
};

/** A phone's own status. */
struct cleardown_modem_status {
	enum cldn_call call_state;
	uint32_t offhook;		/**< CLDN_HOOKDEV_* */
	uint32_t volume;		/**< 0..0xffff */
	uint32_t gain;			/**< 0..0xffff */
	uint32_t ring_mode;		/**< 1 while ringing */
	uint32_t rate;			/**< bits per second of the last CONNECT, 0 = not said */
	uint32_t rings;
	char caller[32];
	char caller_name[32];
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
	const char *link;		/**< "tty", "sim" */
	uint64_t rdev;			/**< device number of the line for "tty" */
	const char *name;		/**< wanted name, NULL = the first free one */
	uint32_t speed;			/**< bits per second, 0 = 115200 */
	enum cldn_flow flow;
	const char *args;		/**< "key=value key=value", NULL = none */
};

/** A wish to close. */
struct cleardown_close_wish {
	size_t size;
	enum cldn_mode mode;		/**< DRAIN, ORDERLY or ABORT; 0 = ORDERLY */
	uint64_t deadline_ns;		/**< 0 = no waiting */
};

/** An asynchronous request. */
struct cleardown_request {
	size_t size;
	enum cldn_opcode opcode;
	uint64_t req_id;		/**< unique among the handle's outstanding requests */
	uint64_t deadline_ns;		/**< CLDN_DEADLINE_DEFAULT or > 0 */
	const void *in;			/**< text for DIAL, DEV_SPECIFIC, SEND_DTMF, else NULL */
	size_t in_len;
	uint32_t a;			/**< hook: devices; volume, gain: device; ring: mode */
	uint32_t b;			/**< hook: mode; volume, gain: level; ring: volume */
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
void cleardown_ctl_free(struct cleardown_ctl *ctl);

/** The file descriptor; it stays the object's. */
int cleardown_ctl_fd(const struct cleardown_ctl *ctl);

/** The version of the loaded module; *abi becomes that of its interface. NULL on error. */
const char *cleardown_ctl_version(struct cleardown_ctl *ctl, uint32_t *abi);

/** The kernel's own sentence about the last bind, unbind or rebind that failed; may be "". */
const char *cleardown_ctl_error_text(const struct cleardown_ctl *ctl);

/**
 * Make a device from a piece of hardware. Does not take the hardware: opening the device does.
 * Return: the name it got (belongs to @ctl), or NULL.
 */
const char *cleardown_ctl_bind(struct cleardown_ctl *ctl, const struct cleardown_binding *binding);

/** Remove a device. EBUSY while it is open, unless @force: then it is aborted, cause admin. */
int cleardown_ctl_unbind(struct cleardown_ctl *ctl, const char *name, bool force);

/** Tell a GONE device the new device number of its hardware. */
int cleardown_ctl_rebind(struct cleardown_ctl *ctl, const char *name, uint64_t rdev);

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

/* ---- event queue ---- */

struct cleardown_queue;

/** Open an event queue of one's own. Free it with cleardown_queue_free(). */
struct cleardown_queue *cleardown_queue_open(void);
void cleardown_queue_free(struct cleardown_queue *queue);

/** For poll(2): POLLIN = the kernel has records. Records that the object holds do not show. */
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

/** For cleardown_phone_open(). */
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
 * the caller: use cleardown_phone_close() first.
 */
void cleardown_phone_free(struct cleardown_phone *phone);

/** The file, for poll(2), and read(2) and write(2) of a data call. It stays the object's. */
int cleardown_phone_fd(const struct cleardown_phone *phone);

/** Status word of the last cleardown_phone_submit(). */
uint32_t cleardown_phone_status_word(const struct cleardown_phone *phone);

const struct cleardown_handle *cleardown_phone_get_info(struct cleardown_phone *phone);
const struct cleardown_session *cleardown_phone_get_session(struct cleardown_phone *phone);
/** Source: TSPI_phoneGetDevCaps. */
const struct cleardown_modem_caps *cleardown_phone_get_caps(struct cleardown_phone *phone);
/** Source: TSPI_phoneGetStatus, GetHookSwitch, GetVolume, GetGain, GetRing. */
const struct cleardown_modem_status *cleardown_phone_get_status(struct cleardown_phone *phone);

/**
 * Report to @queue, with @cookie in every record; NULL = to none. The queue is kept by the kernel,
 * @queue may be freed in any order. EBUSY while requests are outstanding.
 */
int cleardown_phone_bind_queue(struct cleardown_phone *phone, struct cleardown_queue *queue,
			       uint64_t cookie);

/**
 * Which indications are wanted: @states = CLDN_PHONESTATE_*, @events = CLDN_EV_BIT() of each type.
 * All are off after open. Source: TSPI_phoneSetStatusMessages.
 */
int cleardown_phone_set_filter(struct cleardown_phone *phone, uint32_t states, uint32_t events);

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

/* ---- names ---- */

/*
 * Lower-case words for people and JSON ("owner-died", "no-carrier"); NULL for a value that has no
 * name. Static, never freed.
 */
const char *cleardown_class_name(unsigned int class_id);
const char *cleardown_state_name(unsigned int state);
const char *cleardown_mode_name(unsigned int mode);
const char *cleardown_cause_name(unsigned int cause);
const char *cleardown_step_name(unsigned int step);
const char *cleardown_result_name(unsigned int result);
const char *cleardown_call_name(unsigned int call_state);
const char *cleardown_event_name(unsigned int type);
const char *cleardown_opcode_name(unsigned int opcode);
const char *cleardown_dtr_name(unsigned int dtr);
/** One bit each. */
const char *cleardown_line_name(unsigned int line_bit);
const char *cleardown_phonestate_name(unsigned int state_bit);
const char *cleardown_hookdev_name(unsigned int device_bit);
/** "PHONEERR_OPERATIONFAILED", "NDIS_STATUS_CLOSING", "ERROR_BAD_UNIT", "SUCCESS". */
const char *cleardown_status_name(uint32_t status);

/* The other way; -1 with EINVAL for a word that is none. */
int cleardown_mode_from_name(const char *name);
int cleardown_state_from_name(const char *name);
int cleardown_call_from_name(const char *name);
int cleardown_class_from_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* CLEARDOWN_H */
