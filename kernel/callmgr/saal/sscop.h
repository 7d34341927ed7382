/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SSCOP (Q.2110): an assured connection over a link that loses PDUs. Pure but for the state that is
 * handed in: events go in, upcalls come out; no lock, no allocation, no clock, no kernel call. The
 * same files build in userspace for tests and fuzzing.
 *
 * States, with their numbers in the standard, and what leads from one to another. (r) is a request
 * of the user, (s) his response, a bare name a received PDU, CC that its timer ran out once too
 * often. "new" and "again" tell whether N(SQ) is another one than that of the last BGN, RS or ER.
 *
 *    1 IDLE          no connection
 *    2 OUT_CONN      BGN was sent
 *    3 IN_CONN       BGN was received, the user has not answered yet
 *    4 OUT_DISC      END was sent
 *    5 OUT_RESYNC    RS was sent
 *    6 IN_RESYNC     RS was received, the user has not answered yet
 *    7 OUT_RECOVERY  ER was sent: the numbers of the two ends do not fit together
 *    8 RECOVERED     ERAK (or ER) was received, the user has not answered yet
 *    9 IN_RECOVERY   ER was received, the user has not answered yet
 *   10 READY         data
 *
 *   IDLE -> OUT_CONN             establish (r)
 *   IDLE -> IN_CONN              BGN new                        ESTABLISH_IND
 *   OUT_CONN -> READY            BGAK | BGN new                 ESTABLISH_CONF
 *   OUT_CONN -> IDLE             BGREJ | CC                     RELEASE_IND
 *   IN_CONN -> READY             respond (s)
 *   IN_CONN -> IDLE              release (r), with a BGREJ
 *   2, 5 to 10 -> OUT_DISC       release (r)
 *   OUT_DISC -> IDLE             ENDAK | END | BGREJ | CC       RELEASE_CONF
 *   OUT_DISC -> OUT_CONN         establish (r)
 *   READY, 7, 8, 9 -> OUT_RESYNC resync (r)
 *   OUT_RESYNC -> READY          RSAK | RS new                  RESYNC_CONF
 *   READY, 7, 8, 9 -> IN_RESYNC  RS new                         RESYNC_IND
 *   IN_RESYNC -> READY           respond (s)
 *   READY -> OUT_RECOVERY        STAT or USTAT that cannot be
 *   OUT_RECOVERY -> RECOVERED    ERAK | ER new                  RECOVER_IND
 *   READY -> IN_RECOVERY         ER new                         RECOVER_IND
 *   8, 9 -> READY                respond (s)
 *   3, 5 to 10 -> IDLE           END                            RELEASE_IND
 *   3, 5 to 9 -> IDLE            ENDAK | BGREJ | CC             RELEASE_IND
 *   READY -> IDLE                silence                        RELEASE_IND
 *   3, 6, 8, 9 -> IDLE           SD, POLL, STAT, USTAT          RELEASE_IND; in 8 the last two only
 *   3 to 10 -> IDLE, and on      BGN new                        RELEASE_IND (4: RELEASE_CONF), then
 *                                                               as in the state that this led to
 *   any -> IDLE                  abort
 *
 * What is different from the standard, which expects a line that neither doubles nor overtakes:
 *
 * - An SD that is there already, a POLL or a STAT that was overtaken is counted (Q, R, S, T) and
 *   otherwise no reason for recovery. A STAT is old when its POLL was sent before VT(A) came to
 *   where it is; only one whose POLL was sent later proves that the peer has lost its place.
 * - ENDAK and BGREJ do not end READY. If they are true the peer is idle, and answers the next POLL
 *   with END.
 * - A BGN with the old number in READY, when something other than BGN was heard of the peer since:
 *   the peer was started again and counts from the beginning, or the line has doubled an old BGN.
 *   It is polled. When it answers nothing but the same BGN it was started again, and the BGN is
 *   taken for a new one. The number is forgotten when the peer falls silent.
 * - A POLL follows what was sent again: what is lost twice costs a round trip, not Timer_POLL.
 * - A USTAT has an SD sent again once, whatever the line makes of it.
 * - Buffers are given up with each release, resynchronisation and recovery (the standard's BR and
 *   clear-buffers, always as the UNI has them); there is no local retrieval.
 *
 * Calls: one thread at a time. From within the upcalls signal, deliver, unitdata and room, all
 * requests, cldn_sscop_respond() and cldn_sscop_abort() may be called, but neither
 * cldn_sscop_input() nor cldn_sscop_timer(); from within the others nothing.
 */
#ifndef CLEARDOWN_CALLMGR_SAAL_SSCOP_H
#define CLEARDOWN_CALLMGR_SAAL_SSCOP_H

#include <linux/types.h>
#include "sscop_pdu.h"

#define CLDN_SSCOP_WINDOW_MAX 64
#define CLDN_SSCOP_SDU_MAX 4096
/* Odd, since a STAT that is continued in another one ends with the beginning of a gap. */
#define CLDN_SSCOP_STAT_MAX 67

enum cldn_sscop_state {
	CLDN_SSCOP_IDLE = 1,
	CLDN_SSCOP_OUT_CONN,
	CLDN_SSCOP_IN_CONN,
	CLDN_SSCOP_OUT_DISC,
	CLDN_SSCOP_OUT_RESYNC,
	CLDN_SSCOP_IN_RESYNC,
	CLDN_SSCOP_OUT_RECOVERY,
	CLDN_SSCOP_RECOVERED,
	CLDN_SSCOP_IN_RECOVERY,
	CLDN_SSCOP_READY,
	CLDN_SSCOP_STATES,
};

enum cldn_sscop_timer {
	CLDN_SSCOP_CC, /* BGN, END, RS, ER are repeated */
	CLDN_SSCOP_POLLING, /* POLLs while data is unacknowledged */
	CLDN_SSCOP_KEEP_ALIVE, /* POLLs when there is none, until a STAT */
	CLDN_SSCOP_NO_RESPONSE, /* runs beside these two, from STAT to STAT */
	CLDN_SSCOP_QUIET, /* then no POLL for so long; the standard's Timer_IDLE */
	CLDN_SSCOP_TIMERS,
};

enum cldn_sscop_signal {
	CLDN_SSCOP_ESTABLISH_IND, /* cldn_sscop_respond() or cldn_sscop_release() is expected */
	CLDN_SSCOP_ESTABLISH_CONF,
	CLDN_SSCOP_RELEASE_IND, /* @why of the engine tells why */
	CLDN_SSCOP_RELEASE_CONF,
	CLDN_SSCOP_RESYNC_IND, /* cldn_sscop_respond() is expected; unacknowledged SDs are lost */
	CLDN_SSCOP_RESYNC_CONF,
	CLDN_SSCOP_RECOVER_IND, /* likewise */
};

enum cldn_sscop_why {
	CLDN_SSCOP_NO_REASON, /* nothing was released yet */
	CLDN_SSCOP_PEER, /* the peer's user wished it */
	CLDN_SSCOP_PEER_SSCOP, /* the peer's SSCOP gave up */
	CLDN_SSCOP_PROTOCOL, /* it sent what it must not send in this state */
	CLDN_SSCOP_AGAIN, /* it begins anew */
	CLDN_SSCOP_SILENCE, /* it does not answer */
	CLDN_SSCOP_LOCAL, /* our user wished it */
};

/**
 * struct cldn_sscop_cfg - parameters; begin with cldn_sscop_defaults()
 * @window: SDs that are kept until acknowledged, and received out of order, at most
 * @sdu_max: octets of an SDU
 * @ms: by enum cldn_sscop_timer
 * @max_cc: how often BGN, END, RS and ER are sent
 * @max_pd: SDs between two POLLs
 * @max_stat: list elements of a STAT, odd
 * @sq: VT(SQ) to begin with; something that changes from start to start spares a peer that was not
 *	started again the doubt described above
 */
struct cldn_sscop_cfg {
	u16 window;
	u16 sdu_max;
	u32 ms[CLDN_SSCOP_TIMERS];
	u16 max_cc;
	u16 max_pd;
	u16 max_stat;
	u8 sq;
};

/**
 * struct cldn_sscop_ops - what the owner does and is told
 * @send: a PDU for the link; it may be lost. Valid until the return
 * @timer_start: call cldn_sscop_timer() in @ms milliseconds; a running one begins anew
 * @timer_stop: or not. The engine ignores a timer that it has stopped; one that it has started
 *	again since must not come at its old time, and that is for the owner to see to
 * @signal: see enum cldn_sscop_signal
 * @deliver: an SDU, in order, once. Valid until the return
 * @unitdata: an SDU without assurance; may be NULL
 * @room: cldn_sscop_data() would accept again what it refused with -ENOBUFS. The refusal is
 *	forgotten when the connection is released, resynchronised or recovered
 * @error: for layer management, see @errors of struct cldn_sscop. Count is that of SDs that are
 *	sent again (V) or 1
 */
struct cldn_sscop_ops {
	void (*send)(void *ctx, const u8 *pdu, size_t len);
	void (*timer_start)(void *ctx, enum cldn_sscop_timer which, u32 ms);
	void (*timer_stop)(void *ctx, enum cldn_sscop_timer which);
	void (*signal)(void *ctx, enum cldn_sscop_signal signal);
	void (*deliver)(void *ctx, const u8 *sdu, size_t len);
	void (*unitdata)(void *ctx, const u8 *sdu, size_t len);
	void (*room)(void *ctx);
	void (*error)(void *ctx, char letter, u32 count);
};

/**
 * struct cldn_sscop - the engine. Its owner reads @state, @why and @errors and writes nothing
 * @ops: of the owner
 * @ctx: for them
 * @cfg: parameters
 * @state: enum cldn_sscop_state
 * @why: enum cldn_sscop_why of the last RELEASE_IND or RELEASE_CONF
 * @running: bit per timer
 * @vt_cc: how often the present BGN, END, RS or ER was sent
 * @vt_sq: number of our last BGN, RS or ER
 * @vr_sq: of the peer's
 * @sq_known: @vr_sq means something
 * @heard: something other than BGN was received in READY
 * @doubt: a BGN that may be a restart was received, and nothing but BGN since
 * @credit: the last STAT let us send
 * @refused: @ops->room is owed
 * @vt_s: VT(S), next SD that was never sent
 * @vt_a: VT(A), first SD that is not acknowledged
 * @vt_ms: VT(MS), first SD that the peer does not allow
 * @vt_ps: VT(PS), last POLL
 * @vt_pa: VT(PA), last POLL that was answered; 1 before the first
 * @vt_ap: @vt_ps when @vt_a moved last
 * @vt_pd: VT(PD), SDs since the last POLL
 * @vr_r: VR(R), SD that would be delivered next. VR(MR) is @cfg.window more, since what is
 *	delivered occupies nothing
 * @vr_h: VR(H), 1 + the last SD that is known to have been sent
 * @tx_head: slot of @vt_a
 * @tx_count: slots in use from there: sent, and waiting for credit
 * @tx_len: octets of the PDU, by slot
 * @tx_ps: @vt_ps when it was sent last
 * @tx_again: bit per slot: it was sent more than once
 * @rx_head: slot of @vr_r
 * @rx_have: bit per slot: it holds an SD that cannot be delivered yet
 * @rx_len: octets of its SDU
 * @errors: by letter: PDUs that did not belong in the state, A SD, B BGN, C BGAK, D BGREJ, E END,
 *	F ENDAK, G POLL, H STAT, I USTAT, J RS, K RSAK, L ER, M ERAK; O no answer to BGN, END, RS
 *	or ER; P silence; Q repeated or overtaken N(S), R bad N(PS), S bad numbers of a STAT, T of
 *	a USTAT; U bad length or type; V SDs sent again; W credit used up, X and given
 * @control: where PDUs without an SDU are made
 * @slots: 2 * @cfg.window + 1 slots of @stride octets: sent PDUs, received SDUs, one for unitdata
 * @stride: see @slots
 */
struct cldn_sscop {
	const struct cldn_sscop_ops *ops;
	void *ctx;
	struct cldn_sscop_cfg cfg;
	u8 state;
	u8 why;
	u8 running;
	u16 vt_cc;
	u8 vt_sq;
	u8 vr_sq;
	bool sq_known;
	bool heard;
	bool doubt;
	bool credit;
	bool refused;
	u32 vt_s;
	u32 vt_a;
	u32 vt_ms;
	u32 vt_ps;
	u32 vt_pa;
	u32 vt_ap;
	u32 vt_pd;
	u32 vr_r;
	u32 vr_h;
	u16 tx_head;
	u16 tx_count;
	u16 tx_len[CLDN_SSCOP_WINDOW_MAX];
	u32 tx_ps[CLDN_SSCOP_WINDOW_MAX];
	u64 tx_again;
	u16 rx_head;
	u64 rx_have;
	u16 rx_len[CLDN_SSCOP_WINDOW_MAX];
	u32 errors['X' - 'A' + 1];
	u8 control[4 * CLDN_SSCOP_STAT_MAX + 12];
	u8 *slots;
	size_t stride;
};

/** cldn_sscop_defaults - the parameters of Q.2130 for the UNI; window 64, SDUs of 1024 octets */
void cldn_sscop_defaults(struct cldn_sscop_cfg *cfg);

/** cldn_sscop_size - octets that cldn_sscop_init() wants; 0 when a parameter is out of range */
size_t cldn_sscop_size(const struct cldn_sscop_cfg *cfg);

/**
 * cldn_sscop_init - to IDLE
 * @s: engine
 * @cfg: parameters, of which cldn_sscop_size() approves
 * @slots: so many octets; they stay the owner's
 * @ops: upcalls
 * @ctx: their first argument
 */
void cldn_sscop_init(struct cldn_sscop *s, const struct cldn_sscop_cfg *cfg, void *slots,
		     const struct cldn_sscop_ops *ops, void *ctx);

/** cldn_sscop_input - a PDU was received; whatever it is, at the worst it is counted */
void cldn_sscop_input(struct cldn_sscop *s, const u8 *pdu, size_t len);

/** cldn_sscop_timer - a timer that was started has run out */
void cldn_sscop_timer(struct cldn_sscop *s, enum cldn_sscop_timer which);

/**
 * cldn_sscop_establish - begin a connection
 * @s: engine
 * Return: 0, and ESTABLISH_CONF or RELEASE_IND comes; -EALREADY unless IDLE or OUT_DISC. In
 * OUT_DISC, RELEASE_CONF does not come any more.
 */
int cldn_sscop_establish(struct cldn_sscop *s);

/**
 * cldn_sscop_release - end the connection, in whatever state it is; no memory is needed
 * @s: engine
 *
 * SDs that are not acknowledged are lost. It takes @cfg.max_cc times the timer CC at most.
 * Return: 0, and RELEASE_CONF comes unless the state was IN_CONN; -ENOTCONN in IDLE, -EALREADY in
 * OUT_DISC.
 */
int cldn_sscop_release(struct cldn_sscop *s);

/**
 * cldn_sscop_abort - be in IDLE at the return: one END, whose answer is not awaited, no signal
 * @s: engine
 *
 * A peer may begin again at once; whoever wants peace does not call cldn_sscop_input() any more.
 */
void cldn_sscop_abort(struct cldn_sscop *s);

/**
 * cldn_sscop_resync - begin to number anew
 * @s: engine
 *
 * SDs that are not acknowledged are lost.
 * Return: 0, and RESYNC_CONF or RELEASE_IND comes; -ENOTCONN unless READY or in recovery.
 */
int cldn_sscop_resync(struct cldn_sscop *s);

/** cldn_sscop_respond - accept what the last IND told. Return: 0; -EINVAL when nothing waits. */
int cldn_sscop_respond(struct cldn_sscop *s);

/**
 * cldn_sscop_data - send an SDU with assurance
 * @s: engine
 * @sdu: octets, copied
 * @len: at least one
 * Return: 0; -ENOTCONN unless READY; -EMSGSIZE; -ENOBUFS, and @ops->room is called later.
 */
int cldn_sscop_data(struct cldn_sscop *s, const u8 *sdu, size_t len);

/**
 * cldn_sscop_unitdata - send an SDU without assurance, in any state
 * @s: engine
 * @sdu: octets
 * @len: at least one
 * Return: 0; -EMSGSIZE.
 */
int cldn_sscop_unitdata(struct cldn_sscop *s, const u8 *sdu, size_t len);

/** cldn_sscop_room - how many SDUs cldn_sscop_data() would take now */
size_t cldn_sscop_room(const struct cldn_sscop *s);

#endif /* CLEARDOWN_CALLMGR_SAAL_SSCOP_H */
