/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of the suites of VCs: a link of the call manager over a medium that exists only here,
 * with a peer behind it that the case commands message by message. Under the peer lie SAAL and the
 * codec of the product, which have tests of their own (tests/unit); what it says, and when, is the
 * case's.
 *
 * Our end is the user, the peer the network. Everything that happens is noted in one list in its
 * order: channels of the medium, frames and messages at the moment when the call manager hands them
 * over, and the tracepoints of a VC's end.
 *
 * A suite's init and exit are vct_init() and vct_exit(). kt_of() is the inner fixture: its queue
 * and tape, threads and hooks serve here too.
 */
#ifndef TESTS_VCT_H
#define TESTS_VCT_H

#include "../../kernel/callmgr/callmgr.h"
#include "kt.h"

#define VCT_NOTES 512
#define VCT_VCS 8
#define VCT_CHANNELS (VCT_VCS + 1)
#define VCT_FRAME 64
#define VCT_SELECTOR 7
/*
 * T308 of the link: the longest wait for a peer that says nothing is twice that. A case which is
 * about that wait makes it short; no other one has it go by, however long it is held up.
 */
#define VCT_T308_MS 5000
#define VCT_T308_SHORT_MS 400

/* What the peer answers by itself. */
#define VCT_ANSWER_SETUP 0x1 /* CONNECT */
#define VCT_ANSWER_CONNECT 0x2 /* CONNECT ACKNOWLEDGE */
#define VCT_ANSWER_RELEASE 0x4 /* RELEASE COMPLETE */
#define VCT_ANSWER_ALL 0x7

/* First the tracepoints of a VC, in the order of a close that goes its whole way. */
enum vct_what {
	VCT_CL_CLOSE_CALL,
	VCT_CM_CLOSE_CALL,
	VCT_CLOSE_DATA_SENT,
	VCT_NET_RELEASED,
	VCT_PARTY_FREED,
	VCT_CM_DEACTIVATE,
	VCT_MP_DEACTIVATE,
	VCT_DEACTIVATE_COMPLETE,
	VCT_CM_CLOSE_COMPLETE,
	VCT_CL_CLOSE_COMPLETE,
	VCT_CO_DELETE_VC,
	VCT_PEER_DELETE_VC,
	VCT_MP_DELETE_VC,
	VCT_VC_FREE,
	VCT_CM_INCOMING_CLOSE,
	VCT_CM_MISUSE,
	VCT_EDGES,
	VCT_OPEN = VCT_EDGES, /* number: VCI */
	VCT_SHUT, /* VCI */
	VCT_PUT, /* VCI */
	VCT_DATA, /* VCI; a frame was taken */
	VCT_MESSAGE, /* type; our end sent it */
};

/**
 * struct vct_note - something that has happened
 * @what: enum vct_what
 * @number: by @what; of a tracepoint its detail
 * @vc: of a tracepoint; for comparing only, it may be gone
 * @cref: of a message
 * @cause: of a message: its first cause
 * @len: octets of the frame, or of close data in the message
 * @data: their beginning
 */
struct vct_note {
	enum vct_what what;
	u32 number;
	const void *vc;
	u32 cref;
	u8 cause;
	size_t len;
	u8 data[VCT_FRAME];
};

struct cldn_channel;
struct vct_peer;

/**
 * struct vct - the fixture
 * @kt: inner one; first
 * @af: address family with a queue and a SAP for VCT_SELECTOR
 * @link: the call manager's
 * @files: of VCs that the case has not let go of
 * @handles: of all VCs, with references of the fixture's
 * @cookies: given to VCs so far
 * @registered: the medium's driver is
 * @unbound: by the case, the device
 * @frame: what vct_read() reads
 * @lock: what follows
 * @notes: what has happened
 * @nnotes: how many
 * @info: of the medium
 * @up: upcalls of its user, NULL before start and after stop
 * @up_ctx: for them
 * @channels: open ones, by order
 * @keep: frames stay at the device until vct_device_gives_back()
 * @patient: a CLOSE that begins to drain waits for the frames however long that takes
 * @tx_error: what send() of a frame answers, 0 = it is taken
 * @open_error: what the next open() answers
 * @in_open: called inside of open(), before the channel is there
 * @in_shut: called inside of shut()
 * @in_send: called inside of send() of a frame, which must not sleep: before it is taken, but when
 *	there is no way back, and (@taken) after
 * @peer: the far end
 * @ops: of Q.2931, when the case has put itself between: see vct_between()
 * @send_error: what Q.2931's next send() is answered, then 0
 */
struct vct {
	struct kt kt;
	struct cldn_handle *af;
	struct cm_link *link;
	struct file *files[VCT_VCS];
	struct cldn_handle *handles[VCT_VCS];
	u64 cookies;
	bool registered;
	bool unbound;
	u8 frame[9188];
	spinlock_t lock; /* see above */
	struct vct_note notes[VCT_NOTES];
	unsigned int nnotes;
	struct cldn_cells_info info;
	const struct cldn_cells_up *up;
	void *up_ctx;
	struct cldn_channel *channels[VCT_CHANNELS];
	bool keep;
	bool patient;
	int tx_error;
	int open_error;
	void (*in_open)(struct vct *t);
	void (*in_shut)(struct vct *t);
	void (*in_send)(struct vct *t, bool taken);
	struct vct_peer *peer;
	struct cldn_q2931_ops ops;
	int send_error;
};

/**
 * struct vct_vc - a VC with a file
 * @t: fixture
 * @file: its file; NULL when the case has let go of it
 * @h: its handle, which lives as long as the fixture
 * @vc: the same
 * @id: handle id when it was made
 * @cookie: that its records carry
 */
struct vct_vc {
	struct vct *t;
	struct file *file;
	struct cldn_handle *h;
	struct cm_vc *vc;
	u64 id;
	u64 cookie;
};

int vct_init(struct kunit *test);
void vct_exit(struct kunit *test);

static inline struct vct *vct_of(struct kunit *test)
{
	return container_of(kt_of(test), struct vct, kt);
}

/* ---- the medium ---- */

/* It goes, as a cable does that is pulled for good: with a Q.850 cause. */
void vct_medium_gone(struct vct *t, u8 cause);
/* Without it: whoever waits for room looks again. */
void vct_medium_room(struct vct *t);
/* A frame comes in on @vci, in a softirq's context; false when no channel took it. */
bool vct_frame_in(struct vct *t, u32 vci, size_t len);
/* All frames that were kept have left. */
void vct_device_gives_back(struct vct *t);
/* The channel of @vci is open. */
bool vct_channel_open(struct vct *t, u32 vci);

/* ---- what has happened ---- */

/* Place in the list of the @nth note like that, counted from 0, or -1. @number < 0: any. */
int vct_when_nth(struct vct *t, enum vct_what what, s64 number, unsigned int nth);
int vct_when(struct vct *t, enum vct_what what, s64 number);
unsigned int vct_times(struct vct *t, enum vct_what what, s64 number);
/* The note at @place, a copy. */
struct vct_note vct_note_at(struct vct *t, int place);
void vct_forget(struct vct *t);
/* Place of the first frame behind @place, or -1. */
int vct_data_after(struct vct *t, int place);

/* ---- the peer ---- */

void vct_answers(struct vct *t, u32 answers);
/* It hears nothing any more, and says nothing. */
void vct_peer_frozen(struct vct *t, bool frozen);
/* Waits for our next message of @type; the call reference as the peer has to use it. */
u32 vct_heard(struct vct *t, u8 type);
void vct_say(struct vct *t, const struct cldn_q2931_msg *msg);
/* SETUP to a selector of ours, on a VCI that was never used; its reference as the peer says it. */
u32 vct_say_setup(struct vct *t, u8 selector);
void vct_say_connect(struct vct *t, u32 cref);
void vct_say_connect_ack(struct vct *t, u32 cref);
/* With close data when @len is not 0; then the cause is REJECTED. */
void vct_say_release(struct vct *t, u32 cref, u8 cause, const void *data, size_t len);
void vct_say_release_complete(struct vct *t, u32 cref);
/* VCI of the peer's last SETUP or CONNECT. */
u32 vct_vci(struct vct *t);

/* From now on T308 is short. */
void vct_t308_short(struct vct *t);
/* From now on Q.2931 makes the case's copy of its upcalls, t->ops; its send() obeys send_error. */
void vct_between(struct vct *t);

/* ---- our end ---- */

/* Another address family, with the fixture's queue; vct_af_close_file() ends it. */
struct cldn_handle *vct_af_open(struct vct *t, u64 cookie);
void vct_af_close_file(struct cldn_handle *af);
int vct_sap(struct cldn_handle *af, u32 selector, u32 flags, u32 *status);
/* VC_CREATE; @take: number of an offered call, or 0. 0 or an errno. */
int vct_create_on(struct vct *t, struct cldn_handle *af, struct vct_vc *vc, u64 take);
void vct_create(struct vct *t, struct vct_vc *vc);
/* The same up to its answer, which cannot be given to the caller. */
struct cldn_handle *vct_create_begin(struct cldn_handle *af, struct cleardown_vc_create *arg);
void vct_create_undo(struct cldn_handle *af, struct cldn_handle *made,
		     struct cleardown_vc_create *arg);
int vct_submit(struct vct_vc *vc, u32 opcode, u64 id, const void *in, u32 len, u32 *status);
int vct_make(struct vct_vc *vc, u64 id);
int vct_accept(struct vct_vc *vc, u64 id);
int vct_reject(struct vct_vc *vc, u64 id, u32 cause);
int vct_close(struct vct_vc *vc, u32 mode, u64 deadline_ns, const void *data, u32 len,
	      struct cleardown_close *arg);
struct kt_thread *vct_closer(struct vct_vc *vc, u32 mode, u64 deadline_ns);
int vct_delete(struct vct_vc *vc, u32 *status);
ssize_t vct_write(struct vct_vc *vc, size_t len);
ssize_t vct_read(struct vct_vc *vc);
/* close(2) of the last descriptor; release has run when it returns. */
void vct_file_close(struct vct_vc *vc);
u32 vct_state(struct vct_vc *vc);
bool vct_reaches(struct vct_vc *vc, u32 state);

/* A call of ours that is up; @id: of its MAKE_CALL. */
void vct_call_out(struct vct *t, struct vct_vc *vc, u64 id);
/* One of the peer's: offered, and its file taken. Its reference as the peer says it. */
u32 vct_offered(struct vct *t, struct vct_vc *vc);
/* The same, accepted and connected. */
u32 vct_call_in(struct vct *t, struct vct_vc *vc, u64 id);

/* ---- records ---- */

/* Records of @type with the VC's cookie; @error of the last of them when it is not NULL. */
unsigned int vct_records(struct vct_vc *vc, u32 type, s32 *error);
/* Waits for the next such record, or fails the case. */
const struct cleardown_event *vct_record(struct vct_vc *vc, u32 type);
/* The newest report of the handle @id; fails the case when there is none. */
struct cleardown_report *vct_report(struct vct *t, u64 id);
unsigned int vct_reports(struct vct *t, u64 id);

#endif /* TESTS_VCT_H */
