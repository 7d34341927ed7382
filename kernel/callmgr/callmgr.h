/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to the call manager: virtual circuits with signalling, the framework of NDIS and the call
 * manager in one. link.c has the device, its SAAL and the clocks; signal.c what Q.2931 asks of us;
 * af.c address families and SAPs; vc.c VCs and their requests; vc_close.c their end; vc_data.c
 * frames; vci.c their channels' numbers, and RESTART; args.c what bind can set; admin.c ends that
 * come from outside: ctl, suspend, reboot; cdr.c what is kept and counted of calls; party.c and
 * leaf.c calls to many (party.h); user.c and its neighbours call managers that are programs
 * (user.h).
 *
 * A link (struct cm_link) is a bound device. Its worker is the one thread that signals: SSCOP,
 * Q.2931 and all that hangs from them (vc->call, the tables, the clocks) belong to it and have no
 * lock. Softirq hands it signalling PDUs by @rxq, callers hand it handles by @todo.
 *
 * The framework (af.c, vc.c, vc_close.c, vc_data.c) and the call manager (signal.c with q2931/)
 * meet in struct cm_manager and manager.c for the end of a call; for the rest they are one.
 *
 * An address family (struct cm_af) is an open file of the device, a VC (struct cm_vc) an anonymous
 * one or, as long as nobody took it, an offered call. Both are members of the device.
 *
 * States of a VC (enum cleardown_vc_state), and who changes them, under vc->h.lock:
 *
 *   IDLE -> CALLING              MAKE_CALL was taken                              worker
 *   CALLING -> ACTIVE            connected: MAKE_CALL completes                   worker
 *           -> IDLE              refused or cancelled: MAKE_CALL fails            worker
 *   OFFERED                      an incoming VC begins here                       worker
 *   OFFERED -> ACCEPTED          ACCEPT was taken                                 worker
 *   ACCEPTED -> ACTIVE           connected: ACCEPT completes                      worker
 *   OFFERED -> DELETED           REJECT, once the network knows                   worker
 *   OFFERED, ACCEPTED, ACTIVE -> REMOTE_CLOSED   the network ended it             worker
 *   all but IDLE, DELETED -> CLOSING             CLOSE, ctl, or the file went     caller
 *   CLOSING -> ACTIVE            CLOSE failed before any effect, by itself        worker
 *           -> CLOSE_FAILED      the same, after it was PENDING                   worker
 *           -> IDLE              a client's VC, done                              worker
 *           -> DELETED           an incoming VC, done; or the file is gone        worker
 *   IDLE -> DELETED              VC_DELETE, or the file went                      caller
 *
 * Phases of CLOSING (enum cm_phase), each the worker's, in this order:
 *
 *   DRAIN     writers are out, frames given to the device have come back, or are counted
 *   NET       RELEASE, with the close data, is in the SSCOP window or owed to it, until it was
 *             confirmed or given up (T308 twice)
 *
 * The network's release ends NET: the channel is shut and its VCI given back in vc_free(), before
 * any other call can have it, and released() completes and reports.
 *
 * Locks: dev->lock > link->lock > vc->h.lock = af->h.lock > q->lock. link->lock has the lists of
 * handles and the SAPs. No lower function is called with one of them held.
 *
 * A link may have ten thousand VCs: nothing that happens once for each of them may look at all of
 * them. They are found by their id (link->by_id), their call's reference (@ours, @theirs) and their
 * VCI (@vcis), and those that owe the far end a message stand in a list of their own (@owing).
 *
 * References of a member: its file; the link while it is listed; each record of it that is queued
 * (cm_post()); the todo list.
 */
#ifndef CLEARDOWN_CALLMGR_H
#define CLEARDOWN_CALLMGR_H

#include <linux/skbuff.h>
#include <linux/timerqueue.h>
#include <linux/xarray.h>
#include <cleardown/callmgr.h>
#include <cleardown/cells.h>
#include <cleardown/hook.h>
#include "q2931/call.h"
#include "q2931/link.h"
#include "saal/sscf.h"

/* Of the signalling channel, and the first one that calls get. */
#define CM_SIGNALLING_VCI 5
#define CM_FIRST_VCI 32
#define CM_LAST_VCI 65535
#define CM_DEFAULT_SDU 9188
/* Said in SETUP where the medium does not know its rate, cells per second: 100 Mbit/s. */
#define CM_DEFAULT_RATE 235849
/* Requests of one member that begin in one turn; the others come in the next. */
#define CM_BEGINS 16
/* Received frames that nobody has read, octets per VC. */
#define CM_RX_LIMIT (256 * 1024)
/* And of their memory, as skb->truesize: of a frame of one octet it is several hundred. */
#define CM_RX_MEMORY (4 * CM_RX_LIMIT)
/* Longest wait for frames that are at the device when a channel goes. */
#define CM_DRAIN_NS (100 * NSEC_PER_MSEC)

struct cm_link;
struct cm_multi;
struct cm_party;
struct cm_uaf;
struct cm_user;
struct cm_vc;
struct cm_wait;

/**
 * struct cm_close - how a client ends a call
 * @mode: enum cleardown_mode
 * @data: close data, the circuit's own until the close is complete; NULL = none
 * @len: its octets
 */
struct cm_close {
	u32 mode;
	const u8 *data;
	u16 len;
};

/**
 * struct cm_manager - what the framework asks of a call manager; all on the link's worker, no sleep
 * @size: sizeof(struct cm_manager)
 * @integrated: it is the medium's driver as well (an MCM): it completes closes by
 *	cm_mcm_close_call_complete(), every other one by cm_close_call_complete()
 * @create_vc: ProtocolCoCreateVc: the context by which it knows the circuit from now on
 * @delete_vc: ProtocolCoDeleteVc: the circuit was deleted, last use of the context; may be NULL
 * @close_call: ProtocolCmCloseCall: @data first, then the end of the call and of what it cost, the
 *	channel by cm_vc_deactivate(). @party: NULL on a call to one, else the context of the party
 *	by which a call to many ends. 0: it has ended;
 *	-EINPROGRESS: its completion will be called once, or was already; another error:
 *	the call is as it was, and the client gets the error
 *
 * Of Q.2931 the rest is in vc.c. These are a manager's that some VCs have for themselves (vc->own):
 *
 * @free_vc: the circuit's memory goes, and the context's with it. Any context; may be NULL
 * @make_call: ProtocolCmMakeCall, of vc->op: 0: it will end it; or an errno: it does not know the
 *	call
 * @accept: ProtocolCmIncomingCallComplete, of vc->op: likewise
 * @reject: the same without SUCCESS, with a Q.850 cause
 * @cancel: vc->op is to end now, and the call with it
 * @abort: the call is over now, with a Q.850 cause; whoever is at the far end may hear of it later
 */
struct cm_manager {
	u32 size;
	bool integrated;
	void *(*create_vc)(struct cm_vc *vc);
	void (*delete_vc)(void *ctx);
	int (*close_call)(void *ctx, void *party, const struct cm_close *close);
	void (*free_vc)(void *ctx);
	int (*make_call)(struct cm_vc *vc);
	int (*accept)(struct cm_vc *vc);
	int (*reject)(struct cm_vc *vc, u8 cause);
	void (*cancel)(struct cm_vc *vc);
	void (*abort)(struct cm_vc *vc, u8 cause);
};

/**
 * struct cm_timer - a clock of the worker
 * @node: in link->timers while it runs
 * @slot: which one of several
 * @fn: it has run out; it may be started again, and its object may go
 */
struct cm_timer {
	struct timerqueue_node node;
	unsigned int slot;
	void (*fn)(struct cm_link *link, struct cm_timer *timer);
};

/**
 * struct cm_sink - whose channel it is; what the medium gets as chan_ctx
 * @received: see struct cldn_cells_up
 * @room: likewise
 */
struct cm_sink {
	void (*received)(struct cm_sink *sink, struct sk_buff *skb);
	void (*room)(struct cm_sink *sink);
};

/**
 * struct cm_member - what address families and VCs have in common
 * @h: the handle; first
 * @link: its link
 * @by_id: in link->by_id while the link lists it; under link->lock
 * @key: the id under which it is there; under link->lock
 * @todo: in link->todo; under link->lock
 * @turn: the worker's look at it
 */
struct cm_member {
	struct cldn_handle h;
	struct cm_link *link;
	struct rb_node by_id;
	u64 key;
	struct list_head todo;
	void (*turn)(struct cm_member *m);
};

/**
 * struct cm_rec - a record that its object reserves
 * @rec: record
 * @owner: whose reference it holds while it is queued
 * @busy: it is queued
 */
struct cm_rec {
	struct cldn_rec rec;
	struct cm_member *owner;
	unsigned long busy;
};

/**
 * struct cm_af - an address family handle
 * @m: member
 * @vcs: VCs that came from it and live
 * @closing: CLOSE was accepted, or the file went; this and the next three under link->lock
 * @waiter: a CLOSE waits for its end, so that no record is owed
 * @done: it has ended
 * @file_gone: nobody is left to tell
 * @closed: CLOSE_COMPLETE
 * @notify: AF_NOTIFY
 * @user: what belongs to a call manager that is a program; set once, by the worker
 * @op: request that is under way, with the executor's reference; worker
 * @rcu: defers the end of its memory
 */
struct cm_af {
	struct cm_member m;
	atomic_t vcs;
	bool closing;
	bool waiter;
	bool done;
	bool file_gone;
	struct cm_rec closed;
	struct cm_rec notify;
	struct cm_uaf *user;
	struct cldn_op *op;
	struct rcu_head rcu;
};

/* Steps of a close that its report tells. */
enum cm_step {
	CM_STEP_DRAIN,
	CM_STEP_NET,
	CM_STEP_DEACTIVATE,
	CM_STEPS,
};

/* What becomes of a call's record. */
enum cm_cdr_phase {
	CM_CDR_NONE, /* no call that anybody was told of */
	CM_CDR_RUNNING,
	CM_CDR_DUE, /* it is over, and the last write has still to be counted */
};

/**
 * struct cm_cdr - what a call's record will say, and the call does not know by then
 * @begin_ns: CLOCK_REALTIME
 * @setup_ns: until it was connected
 * @total_ns: until it was released
 * @flags: CLEARDOWN_CDR_*
 * @why: enum cleardown_cause
 * @cause: Q.850
 */
struct cm_cdr {
	u64 begin_ns;
	u64 setup_ns;
	u64 total_ns;
	u32 flags;
	u8 why;
	u8 cause;
};

/* What a link counts by itself; the names are in cdr.c. */
enum cm_count {
	CM_COUNT_MADE, /* SETUPs of ours */
	CM_COUNT_OFFERED, /* to a SAP */
	CM_COUNT_CONNECTED, /* in either direction */
	CM_COUNT_REFUSED, /* SETUPs that were offered to nobody */
	CM_COUNT_FAILED, /* of ours, before they were connected */
	CM_COUNT_FORCED, /* the far end has not confirmed their end */
	CM_COUNT_QUARANTINED, /* VCIs, since the far end may still use them */
	CM_COUNT_RESTARTED, /* and given back by a RESTART of ours */
	CM_COUNT_PARTIES_ADDED, /* by ADD PARTY of ours */
	CM_COUNT_PARTIES_FAILED, /* which did not get there */
	CM_COUNT_PARTIES_FORCED, /* the far end has not confirmed their end */
	CM_COUNT_SAAL_UP, /* how often signalling was established */
	CM_COUNT_SAAL_DOWN, /* and lost */
	CM_COUNTS,
};

/* NdisCmActivateVc, NdisCmDeactivateVc: one at a time. */
enum cm_activation {
	CM_INACTIVE,
	CM_ACTIVATING,
	CM_ACTIVE,
	CM_DEACTIVATING,
};

enum cm_phase {
	CM_PHASE_NONE,
	CM_PHASE_DRAIN,
	CM_PHASE_NET,
};

/**
 * struct cm_vc - a virtual circuit; with its channel and its file at most 4 KiB
 * @m: member
 * @af: that it came from, pinned
 * @incoming: created by the call manager
 * @taken: it has a file
 * @buried: it is dead, and the link has forgotten it; worker
 * @state: enum cleardown_vc_state; under h.lock, and read without it: cm_vc_enter_locked()
 * @since_ns: when it entered it; likewise
 * @file_gone: its file went: it is deleted when its call is over
 * @waiter: the CLOSE that waits in the kernel, so that no record is owed, or NULL
 * @forced: not its owner closes it, so that the record is another one
 * @swept: number of its close among those that admin.c waits for, 0 = of none, as in every state
 *	but CLOSING; like @state under h.lock
 * @slept: the machine was suspended since the far end was heard of; worker
 * @pending: the call manager was asked to end the call and owes the completion; this and the next
 *	two under h.lock
 * @completed: it came, and the worker has not seen it
 * @result: NDIS_STATUS_* of it
 * @was: state that CLOSE found
 * @writers: in write(2) between the gate and the medium, at most one
 * @left: the channel, shut while a writer was in it: he settles what is in doubt; under h.lock
 * @close_data: of the caller
 * @close_len: its length
 * @data_sent: it went with the last message that ended the call; worker
 * @own: its call manager, NULL = the link's; from birth on, as the next two
 * @user: the program that is its call manager, or NULL
 * @cm_ctx: the call manager's context
 * @call: Q.2931's; worker
 * @owing: in link->owing: a message of its call, or of a party, had no room; worker
 * @multi: it carries a call to many; changed by the worker under h.lock
 * @leaf: it is a party of one, at its own end
 * @op: MAKE_CALL, ACCEPT or REJECT that is under way, with the executor's reference; worker
 * @phase: of the close; worker
 * @head: of the report, being filled
 * @steps: of it: when each phase began and ended; worker
 * @cdr: the call's record, being filled; worker
 * @cdr_phase: what becomes of it; worker
 * @begun_ns: when the call began; worker
 * @sink: of its channel
 * @activation: enum cm_activation; under h.lock
 * @channel: of the medium while activated; changed by the worker
 * @clock: of Q.2931, by slot; worker
 * @misc: deadlines of requests, draining; worker
 * @drain_end_ns: when draining gives up
 * @rxq: received frames; its own lock
 * @rx_bytes: octets in it; under rxq.lock
 * @rx_memory: their memory, likewise
 * @rx_lost: frames that found it full
 * @rx_frames: received
 * @rx_total: octets of them
 * @tx_frames: given to the medium
 * @tx_bytes: octets of them
 * @tx_doubt: of these, not given back by the device when the channel went; under h.lock
 * @params: of the call, as agreed
 * @offered: INCOMING_CALL, posted on the address family
 * @remote: INCOMING_CLOSE
 * @closed: CLOSE_COMPLETE
 * @deleted: VC_DELETED
 * @remote_data: the other side's close data
 * @remote_len: its length
 * @rcu: defers the end of its memory; a frame may be on its way to it
 */
struct cm_vc {
	struct cm_member m;
	struct cm_af *af;
	bool incoming;
	bool taken;
	bool buried;
	u32 state;
	u64 since_ns;
	u64 swept;
	bool file_gone;
	bool forced;
	bool slept;
	bool pending;
	bool completed;
	u32 result;
	u32 was;
	u32 writers;
	enum cm_activation activation;
	struct cldn_channel *left;
	struct cm_wait *waiter;
	u8 close_data[CLEARDOWN_CLOSE_DATA_MAX];
	u16 close_len;
	bool data_sent;

	const struct cm_manager *own;
	struct cm_user *user;
	void *cm_ctx;
	struct cldn_q2931_call call;
	struct list_head owing;
	struct cm_multi *multi;
	struct cm_party *leaf;
	struct cldn_op *op;
	enum cm_phase phase;
	struct cleardown_report_head head;
	struct cleardown_step steps[CM_STEPS];
	struct cm_cdr cdr;
	enum cm_cdr_phase cdr_phase;
	u64 begun_ns;
	struct cm_sink sink;
	struct cldn_channel __rcu *channel;
	struct cm_timer clock[CLDN_Q2931_NSLOTS];
	struct cm_timer misc;
	u64 drain_end_ns;

	struct sk_buff_head rxq;
	u32 rx_bytes;
	u32 rx_memory;
	u32 rx_lost;
	u64 rx_frames;
	u64 rx_total;
	u64 tx_frames;
	u64 tx_bytes;
	u64 tx_doubt;

	/* from here to @remote_data read by users, as records and their data: cldn_vc_init() */
	struct cleardown_vc_call params;
	struct cm_rec offered;
	struct cm_rec remote;
	struct cm_rec closed;
	struct cm_rec deleted;
	u8 remote_data[CLEARDOWN_CLOSE_DATA_MAX];
	u16 remote_len;
	struct rcu_head rcu;
};

/**
 * struct cm_link - the call manager's side of a bound device
 * @dev: its device
 * @cells: the medium's operations
 * @manager: the call manager, from bind on
 * @lock: lists and SAPs
 * @by_id: members that are listed, by their ids
 * @todo: members that want a turn
 * @saps: by selector: who takes calls for it, no reference
 * @sap_any: who takes all others
 * @nvcs: VCs among the members; under @lock
 * @users: call managers that are programs and registered; under @lock
 * @cdrs: ring of call-detail records; under @lock
 * @cdr_last: number of the newest, 0 = none yet; under @lock
 * @counts: by enum cm_count; written by the worker
 * @nswept: closes that admin.c waits for; under @lock
 * @swept_last: number of the one that began last; under @lock
 * @sweeps: who wants their reports; under @lock
 * @looks: keeps the medium for who has no member: cm_info()
 * @usable: it is there; under @looks
 * @frozen: a suspend is prepared: no call is offered
 * @changed: the medium reported something
 * @gone: it is gone for good
 * @gone_cause: Q.850 cause of that
 * @down_cause: and of its being down, 0 = it is up, or nothing is known of it
 * @forced: the device is unbound over our heads
 * @info: of the medium, as last seen
 * @sink: of the signalling channel
 * @signalling: channel 0/5
 * @rxq: signalling PDUs that came
 * @saal: SSCF and SSCOP
 * @slots: SSCOP's memory
 * @sig: Q.2931
 * @sig_ms: clocks of Q.2931 that bind has set, 0 = as the standards have it
 * @saal_ms: of SSCOP
 * @ours: calls by the value of the reference that we chose; in place of one that is over, the VCI
 *	that is in quarantine for it
 * @theirs: by that of the peer's, likewise
 * @owing: VCs that have a message for which there was no room, oldest first
 * @party_last: number of the party that was made last
 * @vcis: VPI << 16 | VCI: the call that has it, or a mark for those in quarantine
 * @restarting: key of the VCI that a RESTART of ours is for, 0 = none is under way
 * @restart_over: the far end has given it up already, by another message
 * @restart_wanted: there may be a VCI in quarantine that no RESTART was sent for
 * @timers: running clocks, by time
 * @saal_clock: of SSCOP
 * @sig_clock: of Q.2931's link
 * @report: being filled; one at a time
 * @msg: a message being built
 */
struct cm_link {
	struct cldn_device *dev;
	const struct cldn_cells_ops *cells;
	const struct cm_manager *manager;

	spinlock_t lock; /* see above */
	struct rb_root by_id;
	struct list_head todo;
	struct cm_af *saps[256];
	struct cm_af *sap_any;
	u32 nvcs;
	struct list_head users;
	struct cleardown_cdr *cdrs;
	u64 cdr_last;
	u64 counts[CM_COUNTS];

	u32 nswept;
	u64 swept_last;
	struct list_head sweeps;
	struct mutex looks; /* see above */
	bool usable;
	bool frozen;
	bool changed;
	bool gone;
	u8 gone_cause;
	u8 down_cause;
	bool forced;
	struct cldn_cells_info info;
	struct cm_sink sink;
	struct cldn_channel *signalling;
	struct sk_buff_head rxq;
	struct cldn_sscf saal;
	void *slots;
	struct cldn_q2931_link sig;
	u32 sig_ms[CLDN_Q2931_NTIMERS];
	u32 saal_ms[CLDN_SSCOP_TIMERS];
	struct xarray ours;
	struct xarray theirs;
	struct list_head owing;
	u32 party_last;
	struct xarray vcis;
	unsigned long restarting;
	bool restart_over;
	bool restart_wanted;
	struct timerqueue_head timers;
	struct cm_timer saal_clock[CLDN_SSCOP_TIMERS];
	struct cm_timer sig_clock[CLDN_Q2931_NTIMERS];
	struct cleardown_report report;
	u8 msg[CLDN_Q2931_MSG_MAX];
};

static inline struct cm_link *cm_link_of(struct cldn_device *dev)
{
	return dev->class_data;
}

static inline struct cm_member *cm_member_of(struct cldn_handle *h)
{
	return container_of(h, struct cm_member, h);
}

static inline struct cm_vc *cm_vc_of(struct cldn_handle *h)
{
	return container_of(h, struct cm_vc, m.h);
}

static inline struct cm_af *cm_af_of(struct cldn_handle *h)
{
	return container_of(h, struct cm_af, m.h);
}

static inline struct cm_vc *cm_vc_of_call(struct cldn_q2931_call *call)
{
	return container_of(call, struct cm_vc, call);
}

static inline struct cm_link *cm_link_of_sig(struct cldn_q2931_link *sig)
{
	return container_of(sig, struct cm_link, sig);
}

static inline const struct cm_manager *cm_manager_of(const struct cm_vc *vc)
{
	return vc->own ?: vc->m.link->manager;
}

static inline void cm_note(struct cm_link *link, enum cm_count what)
{
	WRITE_ONCE(link->counts[what], link->counts[what] + 1);
}

/* The one place where a VC changes its state. Caller holds vc->m.h.lock. */
static inline void cm_vc_enter_locked(struct cm_vc *vc, u32 state)
{
	lockdep_assert_held(&vc->m.h.lock);
	WRITE_ONCE(vc->state, state);
	vc->since_ns = ktime_get_ns();
}

/* link.c */
void cm_timer_start(struct cm_link *link, struct cm_timer *t, u64 at_ns);
void cm_timer_stop(struct cm_link *link, struct cm_timer *t);

/* For cm_timer_start(): in @ms milliseconds. */
static inline u64 cm_in(u32 ms)
{
	return ktime_get_ns() + ms * (u64)NSEC_PER_MSEC;
}

/* Caller holds link->lock. */
static inline bool cm_is_listed(const struct cm_member *m)
{
	return !RB_EMPTY_NODE(&m->by_id);
}

unsigned long cm_jiffies(u64 ns);
void cm_member_init(struct cm_member *m, struct cm_link *link, void (*turn)(struct cm_member *m));
void cm_want(struct cm_member *m);
void cm_want_locked(struct cm_member *m);
void cm_queued(struct cldn_handle *h);
int cm_list(struct cm_member *m);
int cm_member_own(struct cm_member *m);
struct cldn_handle *cm_member_born(struct cm_member *m);
u64 cm_close_time(const struct cldn_handle *h, const struct cleardown_close *arg);
bool cm_ended_wait(struct cldn_handle *h, u64 wait);
int cm_ended_answer(struct cldn_handle *h, struct cleardown_close *arg, bool over);
void cm_unlist(struct cm_member *m);
void cm_renumber(struct cldn_handle *h, u64 id);
struct cm_member *cm_member_find_locked(struct cm_link *link, u64 id);
struct cm_member *cm_member_after_locked(struct cm_link *link, u64 id);
void cm_members_each(struct cm_link *link, void (*fn)(struct cm_member *m, void *arg), void *arg);
void cm_rec_init(struct cm_rec *r, struct cm_member *owner, u32 type);
bool cm_rec_take(struct cm_rec *r);
void cm_post(struct cm_member *to, struct cm_rec *r);
void cm_post_taken(struct cm_member *to, struct cm_rec *r);
void cm_post_renew(struct cm_member *to, struct cm_rec *r);
u32 cm_close_data_max(struct cm_link *link, const struct cm_user *user);
int cm_info(struct cm_link *link, struct cldn_cells_info *info, u64 *counts);

/* manager.c */
int cm_manager_set(struct cm_link *link, const struct cm_manager *manager);
int cm_close_call_complete(struct cm_link *link, struct cm_vc *vc, u64 id, void *party, u32 status);
int cm_mcm_close_call_complete(struct cm_link *link, struct cm_vc *vc, u64 id, void *party,
			       u32 status);
void cm_close_owed(struct cm_vc *vc, bool owed);
bool cm_close_result(struct cm_vc *vc, u32 *status);
u32 cm_word(int error);
int cm_error(u32 word);

/* signal.c */
extern const struct cldn_q2931_ops cm_q2931_ops;
extern const struct cm_manager cm_q2931_manager;
int cm_call_begin(struct cm_vc *vc);
void cm_owing_run(struct cm_link *link, bool all);
unsigned long cm_quarantine_find(struct cm_link *link, u32 cref);
void cm_quarantine_forget(struct cm_link *link, u32 cref, unsigned long key);
void cm_params_take(struct cm_vc *vc, const struct cldn_q2931_msg *msg);
void cm_add_party_fill(struct cm_vc *vc, const u8 *called, struct cldn_q2931_msg *msg);

/* party.c */
extern const struct cldn_q2931_party_ops cm_party_ops;
bool cm_party_message(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
void cm_party_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg);
int cm_multi_begin(struct cm_vc *vc, const struct cldn_op *op);
void cm_multi_made(struct cm_vc *vc);
void cm_multi_connected(struct cm_vc *vc, struct cleardown_multi *out);
void cm_multi_end_by(struct cm_vc *vc, struct cldn_q2931_end *end);
void cm_multi_call_over(struct cm_vc *vc, const struct cldn_q2931_end *end);
void cm_multi_room(struct cm_vc *vc);
void cm_multi_free(struct cm_vc *vc);
int cm_multi_close_locked(struct cm_vc *vc, u32 party, u32 *word);
void *cm_multi_closing(struct cm_vc *vc);
void *cm_multi_party(struct cm_vc *vc);
void cm_multi_tell_close(struct cm_vc *vc, struct cm_rec *r);
void cm_parties_free(struct cm_vc *vc);
void cm_parties_ops_end(struct cm_vc *vc);
void cm_parties_run(struct cm_vc *vc);
int cm_party_check(struct cm_vc *vc, u32 opcode, const void *in, u32 *status);
void cm_party_begin(struct cm_vc *vc);
int cm_party_next(struct cldn_handle *h, void *arg);

/* leaf.c */
u8 cm_trunk_incoming(struct cm_vc *trunk, const struct cldn_q2931_msg *msg);
void cm_trunk_fill(struct cldn_q2931_msg *msg);
void cm_trunk_connected(struct cm_vc *trunk);
void cm_trunk_clearing(struct cm_vc *trunk, const struct cldn_q2931_end *end);
void cm_trunk_received(struct cm_vc *trunk, struct cm_multi *multi, struct sk_buff *skb);
int cm_leaf_accept(struct cm_vc *leaf);
int cm_leaf_close(struct cm_vc *leaf, u32 mode, const struct cldn_q2931_close *close);
int cm_leaf_release(struct cm_vc *leaf, const struct cldn_q2931_close *close);
void cm_leaf_abort(struct cm_vc *leaf, u8 cause);
u8 cm_leaf_state(const struct cm_vc *leaf);
bool cm_leaf_over(const struct cm_vc *leaf);

/* args.c */
extern const char *const cm_arg_words[];
int cm_args_parse(struct cm_link *link, const char *args, char *text, size_t len);
void cm_args_timers(struct cm_link *link);
void cm_args_saal(struct cm_link *link, struct cldn_sscop_cfg *cfg);

/* vci.c */
static inline unsigned long cm_vci_key(u16 vpci, u16 vci)
{
	return (unsigned long)vpci << 16 | vci;
}

int cm_vci_take(struct cldn_q2931_call *call, bool any);
void cm_vci_free(struct cldn_q2931_call *call, bool quarantine);
bool cm_vci_in_quarantine(struct cm_link *link, unsigned long key, u32 cref);
struct cldn_q2931_call *cm_vci_call(struct cldn_q2931_link *sig, u16 vpci, u16 vci);
void cm_vci_stray(struct cldn_q2931_link *sig, u32 cref);
void cm_vci_restarted(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg);
void cm_vci_restart_done(struct cldn_q2931_link *sig, bool confirmed);
void cm_vci_retry(struct cm_link *link);
void cm_vci_run(struct cm_link *link);

/* admin.c */
int cm_close_members(struct cldn_device *dev, struct cleardown_ctl_close *arg);
bool cm_power(struct cldn_device *dev, enum cldn_power what, u64 end);
u64 cm_swept_locked(struct cm_vc *vc);
void cm_swept(struct cm_vc *vc, u64 nth, const struct cleardown_report_head *head);
void cm_resume_run(struct cm_link *link);

/* af.c */
struct cldn_handle *cm_af_open(struct cldn_device *dev, bool write);
int cm_af_sap(struct cldn_handle *h, void *arg);
struct cldn_handle *cm_af_create(struct cldn_handle *h, void *arg);
void cm_af_uncreate(struct cldn_handle *h, struct cldn_handle *made, void *arg);
int cm_af_link(struct cldn_handle *h, void *arg);
struct cm_af *cm_sap_find(struct cm_link *link, u8 selector);
int cm_af_sap_change(struct cm_af *af, u32 selector, u32 flags);
void cm_af_op_end(struct cm_af *af, u32 status, int error);
void cm_af_over(struct cm_af *af, bool owed);
void cm_af_vc_gone(struct cm_af *af);
void cm_af_end(struct cm_af *af, u32 cause);
bool cm_is_af(const struct cldn_handle *h);

/* vc.c */
extern const struct cldn_opcode cm_opcodes[];
#define CM_NOPCODES 9
struct cm_vc *cm_vc_new(struct cm_link *link, struct cm_af *af);
struct cm_vc *cm_vc_new_incoming(struct cm_link *link, const struct cm_manager *own,
				 struct cm_user *user);
u8 cm_vc_offer(struct cm_vc *vc);
u8 cm_vc_offer_af(struct cm_vc *vc, struct cm_af *af);
void cm_vc_connected(struct cm_vc *vc);
void cm_vc_discard(struct cm_vc *vc);
void cm_offered_refuse(struct cm_af *af);
int cm_vc_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status);
int cm_vc_delete(struct cldn_handle *h, void *arg);
int cm_vc_status(struct cldn_handle *h, void *arg);
void cm_vc_status_fill_locked(struct cm_vc *vc, struct cleardown_vc_status *out);
bool cm_is_vc(const struct cldn_handle *h);
void cm_vc_op_end(struct cm_vc *vc, u32 status, int error, u32 p1, const void *data, size_t len);
u32 cm_vc_state(struct cm_vc *vc);
void cm_vc_set_state(struct cm_vc *vc, u32 state);
bool cm_vc_move(struct cm_vc *vc, u32 from, u32 to);
int cm_vc_activate(struct cm_vc *vc);
int cm_vc_deactivate(struct cm_vc *vc);
size_t cm_vc_in_flight(struct cm_vc *vc);
void cm_vc_settle(struct cm_vc *vc, struct cldn_channel *ch);
u64 cm_vc_doubt(struct cm_vc *vc);
void cm_vc_dead(struct cm_vc *vc);

/* vc_close.c */
int cm_vc_close(struct cldn_handle *h, struct cleardown_close *arg, const void *data);
void cm_vc_release(struct cldn_handle *h);
void cm_vc_close_turn(struct cm_vc *vc);
bool cm_vc_abandoned(struct cm_vc *vc);
int cm_manager_delete_vc(struct cm_vc *vc);
void cm_vc_net_released(struct cm_vc *vc, const struct cldn_q2931_end *end);
void cm_vc_end_note(struct cm_vc *vc, const struct cldn_q2931_end *end);
u8 cm_cause_of(struct cm_vc *vc, const struct cldn_q2931_end *end);
void cm_vc_remote(struct cm_vc *vc, const struct cldn_q2931_end *end);
void cm_vc_abort(struct cm_vc *vc, u32 cause, u8 q850);
void cm_claim_locked(struct cm_vc *vc, const struct cldn_wish *wish);
bool cm_closable(u32 state);

/* cdr.c */
int cm_cdr_init(struct cm_link *link);
void cm_cdr_begin(struct cm_vc *vc);
void cm_cdr_connected(struct cm_vc *vc);
void cm_cdr_end(struct cm_vc *vc, const struct cldn_q2931_end *end);
void cm_cdr_settle(struct cm_vc *vc);
int cm_cdr_next(struct cldn_handle *h, void *arg);
int cm_vc_next(struct cldn_handle *h, void *arg);
struct cm_vc *cm_vc_seen(struct cm_link *link, u64 id);
int cm_link_count(struct cldn_handle *h, void *arg);

/* vc_data.c */
void cm_vc_received(struct cm_sink *sink, struct sk_buff *skb);
void cm_vc_take_in(struct cm_vc *vc, struct sk_buff *skb);
void cm_vc_room(struct cm_sink *sink);
void cm_vc_rx_purge(struct cm_vc *vc);
ssize_t cm_vc_read(struct cldn_handle *h, struct iov_iter *to, bool nowait);
ssize_t cm_vc_write(struct cldn_handle *h, struct iov_iter *from, bool nowait);
__poll_t cm_vc_poll(struct cldn_handle *h, struct file *file, struct poll_table_struct *wait);

#endif /* CLEARDOWN_CALLMGR_H */
