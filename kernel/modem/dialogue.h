/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dialogue with a V.250 modem over a link: one command in flight, its watchdog, data mode and
 * the ways out of it. Phone and fax share it.
 *
 * States and what leads from one to another:
 *
 *   IDLE     command state, nothing in flight; unasked lines are reported
 *   SYNC     echo off, verbose results: sent until the modem answers OK
 *   QUIET    it did; answers of older commands that are late are swallowed
 *   COMMAND  a command is in flight
 *   ABORT    characters are sent to break a dial or an answer
 *   DATA     after CONNECT: bytes of the call, watched for its end
 *   GUARD    silence before the escape
 *   ESCAPE   +++ was sent, its OK is awaited
 *   DTR      DTR is low
 *
 *   IDLE -> (SYNC -> QUIET ->) COMMAND -> IDLE | DATA
 *   COMMAND -> ABORT -> IDLE | DATA
 *   DATA -> GUARD -> ESCAPE -> IDLE
 *   any -> DTR -> IDLE
 *   DATA -> IDLE                          the far end hung up
 *
 * All calls run on the device's worker. None waits: each says with cldn_dlg_next() when it wants
 * cldn_dlg_tick(). A callback may begin the next command; it must not free the dialogue.
 */
#ifndef CLEARDOWN_MODEM_DIALOGUE_H
#define CLEARDOWN_MODEM_DIALOGUE_H

#include <cleardown/link.h>
#include "at.h"

#define CLDN_DLG_CHUNK 4096

enum cldn_dlg_state {
	CLDN_DLG_IDLE,
	CLDN_DLG_SYNC,
	CLDN_DLG_QUIET,
	CLDN_DLG_COMMAND,
	CLDN_DLG_ABORT,
	CLDN_DLG_DATA,
	CLDN_DLG_GUARD,
	CLDN_DLG_ESCAPE,
	CLDN_DLG_DTR,
};

enum cldn_dlg_kind {
	CLDN_DLG_PLAIN, /* ends with OK or ERROR */
	CLDN_DLG_FORMAT, /* likewise, and may change echo or the form of the results */
	CLDN_DLG_CALL, /* dial, answer, online: ends with any result, a character aborts it */
};

struct cldn_dialogue;

/**
 * struct cldn_dlg_ops - what the owner of a dialogue is told
 * @text: a line of the answer to the command in flight
 * @unasked: a line or a result that no command asked for; a CONNECT has entered data mode
 * @done: what was begun is over: @code is an enum cleardown_result, CLEARDOWN_RESULT_NONE when the
 *	modem did not answer. After CONNECT the state is DATA.
 * @code: with a shield: the modem says so beside everything else; ETX: the voice stream is over
 * @room: how many bytes @push would take
 * @push: received data of the call; returns how many were taken
 * @carrier: DCD fell, but there may be received data to read; or it rose again before the modem
 *	gave the call up
 * @lost: the far end has ended the call; @said: the modem says so and is in command state, else
 *	its carrier fell and NO CARRIER is still to come as unasked
 */
struct cldn_dlg_ops {
	void (*text)(struct cldn_dialogue *d, const u8 *line, size_t len);
	void (*unasked)(struct cldn_dialogue *d, const struct cldn_at_result *r, const u8 *line,
			size_t len);
	void (*done)(struct cldn_dialogue *d, u32 code);
	void (*code)(struct cldn_dialogue *d, u8 code);
	size_t (*room)(struct cldn_dialogue *d);
	size_t (*push)(struct cldn_dialogue *d, const u8 *buf, size_t len);
	void (*carrier)(struct cldn_dialogue *d, bool up);
	void (*lost)(struct cldn_dialogue *d, bool said);
};

/**
 * struct cldn_dialogue - embedded in its owner, worker only
 * @link: the modem
 * @ops: of the owner
 * @state: see above
 * @kind: of the command in flight
 * @pending: a command waits in @body for the end of SYNC
 * @synced: echo and form of the results are as we want them
 * @stale: an answer that nobody waits for any more may come
 * @dcd_low: DCD was seen low while no call was up, so it means something
 * @dcd_high: and high in this call
 * @drop_seen: DCD is low though the call is up
 * @fall: DCD was high when DTR was let fall
 * @blocked: data waits for @ops->room
 * @raise: DTR rises again after the hang-up
 * @proven: and the modem has shown that it is on-hook
 * @eat_lf: the LF of the CONNECT line has not come yet
 * @shield: the modem is in voice class: what follows a DLE is a code, in command state as in a
 *	stream, and data mode is a voice stream, which goes up with its shielding
 * @dle: and such a DLE has come
 * @broken: a stream was left: the next thing that is sent ends it
 * @lines: CLEARDOWN_LINE_* as last seen
 * @rate: of the last CONNECT
 * @due_ns: when the state wants a tick, 0 = not
 * @limit_ns: when what was begun ends without an answer
 * @min_ns: end of the silence before +++, or of the least time that DTR stays low
 * @hold_ns: when held back data is judged, 0 = none held
 * @rx_ns: when something was received last
 * @sent_ns: when the command left
 * @body: of the command in flight or pending
 * @body_len: its length
 * @tx: what is being sent
 * @tx_len: its length
 * @tx_off: how much the link has taken
 * @line: assembler
 * @scan: looks for the end of the call
 * @buf: received
 * @pos: first byte of @buf that was not looked at
 * @fill: end of @buf
 */
struct cldn_dialogue {
	struct cldn_link *link;
	const struct cldn_dlg_ops *ops;
	u32 state;
	u32 kind;
	bool pending;
	bool synced;
	bool stale;
	bool dcd_low;
	bool dcd_high;
	bool drop_seen;
	bool fall;
	bool blocked;
	bool raise;
	bool proven;
	bool eat_lf;
	bool shield;
	bool dle;
	bool broken;
	u32 lines;
	u32 rate;
	u64 due_ns;
	u64 limit_ns;
	u64 min_ns;
	u64 hold_ns;
	u64 rx_ns;
	u64 sent_ns;
	u8 body[CLDN_AT_BODY_MAX];
	u16 body_len;
	u8 tx[CLDN_AT_BREAK_LEN + CLDN_AT_COMMAND_MAX];
	u16 tx_len;
	u16 tx_off;
	struct cldn_at_line line;
	struct cldn_at_scan scan;
	u8 buf[CLDN_DLG_CHUNK];
	size_t pos;
	size_t fill;
};

/**
 * cldn_dlg_reset - begin a session; forgets everything, throws away what was received before
 * @d: dialogue, all zero or of the session before, whose answers may still be on their way
 * @link: open link
 * @ops: of the owner
 */
void cldn_dlg_reset(struct cldn_dialogue *d, struct cldn_link *link,
		    const struct cldn_dlg_ops *ops);

/** cldn_dlg_idle - command state and nothing in flight: a command may begin */
static inline bool cldn_dlg_idle(const struct cldn_dialogue *d)
{
	return d->state == CLDN_DLG_IDLE;
}

/** cldn_dlg_data - a data call is up; what is written to the link is data */
static inline bool cldn_dlg_data(const struct cldn_dialogue *d)
{
	return d->state == CLDN_DLG_DATA;
}

/** cldn_dlg_carrier_counts - DCD was seen to follow the call */
static inline bool cldn_dlg_carrier_counts(const struct cldn_dialogue *d)
{
	return d->lines & CLEARDOWN_LINE_VALID && d->dcd_low && d->dcd_high;
}

/*
 * The next four begin something that ends with one call of done(), later or at once; at the
 * absolute time @limit_ns with NONE.
 */

/** cldn_dlg_sync - from IDLE: make the modem answer, and in our form */
void cldn_dlg_sync(struct cldn_dialogue *d, u64 now, u64 limit_ns);

/**
 * cldn_dlg_command - from IDLE: send AT, @body, CR; synchronises first where that is needed
 * @d: dialogue
 * @body: text that was checked
 * @len: at most CLDN_AT_BODY_MAX
 * @kind: enum cldn_dlg_kind
 * @now: ktime_get_ns()
 * @limit_ns: see above
 */
void cldn_dlg_command(struct cldn_dialogue *d, const void *body, size_t len, u32 kind, u64 now,
		      u64 limit_ns);

/** cldn_dlg_escape - from DATA: silence, +++, silence; command state with the call still up */
void cldn_dlg_escape(struct cldn_dialogue *d, u64 now, u64 limit_ns);

/**
 * cldn_dlg_hang - from any state: let DTR fall until the modem shows that it is on-hook
 * @d: dialogue
 * @raise: let it rise again
 * @now: ktime_get_ns()
 * @min_ns: it stays low so long at least
 * @max_ns: and so long at most
 *
 * done: NO_CARRIER when it was shown, else NONE.
 */
void cldn_dlg_hang(struct cldn_dialogue *d, bool raise, u64 now, u64 min_ns, u64 max_ns);

/**
 * cldn_dlg_abort - have the command in flight end early
 * @d: dialogue, busy
 * @now: ktime_get_ns()
 * @limit_ns: absolute; then done(NONE)
 *
 * A dial or answer is broken off by a character and ends with the modem's result, which may still
 * be CONNECT. Another command cannot be broken off; its result is awaited to the limit. One that
 * still waits for SYNC was never sent: done(NONE) at once.
 */
void cldn_dlg_abort(struct cldn_dialogue *d, u64 now, u64 limit_ns);

/**
 * cldn_dlg_forget - nobody waits for what is in flight any more: no done() for it
 * @d: dialogue
 *
 * The next command synchronises first. In data mode nothing changes.
 */
void cldn_dlg_forget(struct cldn_dialogue *d);

/**
 * cldn_dlg_shield - the modem is in voice class, or not any more
 * @d: dialogue; in data mode, before anything of it was read
 * @on: it is
 */
static inline void cldn_dlg_shield(struct cldn_dialogue *d, bool on)
{
	d->shield = on;
	d->dle = false;
}

/** cldn_dlg_voice - a voice stream runs */
static inline bool cldn_dlg_voice(const struct cldn_dialogue *d)
{
	return d->shield && cldn_dlg_data(d);
}

/** cldn_dlg_break - from a voice stream to IDLE; what is begun next ends the stream first */
void cldn_dlg_break(struct cldn_dialogue *d);

/**
 * cldn_dlg_read - take what the link received
 * @d: dialogue
 * @now: ktime_get_ns()
 * Return: true when there may be more and the worker's turn is over.
 */
bool cldn_dlg_read(struct cldn_dialogue *d, u64 now);

/** cldn_dlg_lines - a modem line may have changed: reads them */
void cldn_dlg_lines(struct cldn_dialogue *d, u64 now);

/** cldn_dlg_tick - room in the link, or time has passed */
void cldn_dlg_tick(struct cldn_dialogue *d, u64 now);

/** cldn_dlg_next - when cldn_dlg_tick() is wanted; U64_MAX = not */
u64 cldn_dlg_next(const struct cldn_dialogue *d);

#endif /* CLEARDOWN_MODEM_DIALOGUE_H */
