/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to phone*.c.
 *
 * A phone is a modem on a serial link. What it does at a time is @act, what its line does is
 * @status.out_call_state:
 *
 *   IDLE -> DIALING -> ONLINE (data) or COMMAND (dialled with a semicolon)
 *   IDLE -> RINGING -> ANSWERING -> ONLINE
 *   ONLINE -> CLEARING -> IDLE        we hang up, or the far end did and its data is being read
 *   any -> IDLE                       the modem said so, or DCD fell
 *
 *   act     begun by                  ends with
 *   START   open                      the last line of the script, or its time: open_done
 *   OP      a request (@op)           the modem's result: its completion
 *   FIXUP   a request that may have   the modem's result; then requests go on
 *           changed the modem's form,
 *           or the end of a call in
 *           doubt
 *   HANGUP  HANGUP (@op), a cancelled proof that the line is on-hook, or all means used up
 *           call (no @op)
 *   LADDER  a rung of the close       its result
 *
 * Exactly one of them runs, and requests start only in NONE. Everything here belongs to the
 * device's worker, except @status and @caps, which the worker changes and others read under @lock,
 * and @init, which bind sets. The core owns the op until it is handed over by cldn_op_next();
 * from then on the phone holds a reference until cldn_op_put() in phone_op_end().
 */
#ifndef CLEARDOWN_PHONE_STATE_H
#define CLEARDOWN_PHONE_STATE_H

#include <linux/spinlock.h>
#include <cleardown/class.h>
#include "../modem/dialogue.h"

#define PHONE_START_NS (2500 * NSEC_PER_MSEC)
/* Long enough for what is asked after a call's end to outlast a longer S10. */
#define PHONE_FIXUP_NS (3 * NSEC_PER_SEC)
#define PHONE_LINE_NS NSEC_PER_SEC
#define PHONE_COMMAND_NS (5 * NSEC_PER_SEC)
/* How long DTR stays low: a modem must have seen it; longer, until it shows that it is on-hook. */
#define PHONE_DTR_MIN_NS (250 * NSEC_PER_MSEC)
#define PHONE_DTR_MAX_NS (500 * NSEC_PER_MSEC)
/* DCD follows the carrier, and DTR falling hangs up; or there is no DTR, and nothing follows it. */
#define PHONE_LINES_BODY "&C1&D2"
#define PHONE_NO_DTR_BODY "&C1&D0"
/* A killed owner's call is to end there, too: +++ and ATH, with their silences. */
#define PHONE_NO_DTR_NS (4 * NSEC_PER_SEC)
#define PHONE_TEXT_MAX CLEARDOWN_EVENT_DATA_MAX

enum phone_act {
	PHONE_ACT_NONE,
	PHONE_ACT_START,
	PHONE_ACT_OP,
	PHONE_ACT_FIXUP,
	PHONE_ACT_HANGUP,
	PHONE_ACT_LADDER,
};

enum phone_hook {
	PHONE_HOOK_UNKNOWN,
	PHONE_HOOK_ON, /* the modem or its carrier line has shown it */
	PHONE_HOOK_OFF,
};

/* What of a telephone is asked for; see phone_panel.c, and of the last two phone_book.c. */
enum phone_panel_part {
	PHONE_PANEL_BELL,
	PHONE_PANEL_LAMPS,
	PHONE_PANEL_DISPLAY,
	PHONE_PANEL_BOOK,
	PHONE_PANEL_WRITES,
};

/* Longest command of phone_panel_rest(). */
#define PHONE_REST_MAX 96

enum phone_hang_means {
	PHONE_HANG_ABORT,
	PHONE_HANG_DTR,
	PHONE_HANG_ATH,
	PHONE_HANG_ESCAPE,
	PHONE_HANG_VOICE,
};

/**
 * struct phone_scale - the values of a modem's gain or volume
 * @known: the modem has it
 * @low: smallest value
 * @high: largest
 */
struct phone_scale {
	bool known;
	u32 low;
	u32 high;
};

/**
 * struct phone_voice - what the modem can in voice class
 * @known: it has the class
 * @selects: it has +VLS
 * @cadence: it tells the bursts of a ring (+VDR)
 * @line: label of +VLS for the line alone, 0 = none
 * @listen: likewise with the speaker
 * @talk: likewise with speaker and microphone
 * @headset: likewise with the headset
 * @sound: +VGT, the volume of the handset
 */
struct phone_voice {
	bool known;
	bool selects;
	bool cadence;
	u32 line;
	u32 listen;
	u32 talk;
	u32 headset;
	struct phone_scale sound;
};

/**
 * struct phone - dev->class_data of a phone
 * @dev: its device
 * @lock: see above; nests inside all locks of the core
 * @caps: what the modem has; lasts from one session to the next
 * @status: the present session
 * @init: extra command of every session, without AT
 * @init_effects: its CLDN_AT_FX_*
 * @discovered: @caps and @gain hold
 * @probes: link.probes of the hardware that was discovered
 * @gain: +VGR
 * @voice: see there; written under @lock
 * @panel: what the front of a telephone has and shows; the worker changes it under @lock
 * @bell: volumes of its bell
 * @book: locations of its memory; under @lock
 * @panel_ask: bind wants it asked for
 * @panel_used: it may show something; outlives the session where it was not put to rest
 * @rest: the command that the start of the session puts it to rest with, "" = none
 * @class8: the modem may be in voice class; outlives the session where it was not left
 * @act: enum phone_act
 * @script: line of the start script that runs
 * @start_ns: when the start ends whatever the modem did
 * @fixup: the modem's lines have to be set again before the next request
 * @lines_unset: and they were not set at the start, for the modem was silent
 * @doubt: a call is over for us and may not be for the modem
 * @op: request under way, referenced
 * @text: the lines that answered it
 * @text_len: bytes of @text
 * @means: enum phone_hang_means that runs
 * @tried: those that were used, BIT(enum phone_hang_means)
 * @hook: enum phone_hook
 * @devices: CLEARDOWN_HOOKDEV_* that the line was joined to
 * @speaker_mode: CLEARDOWN_HOOKMODE_* of the speaker among them
 * @speaker_new: and that was not told yet
 * @lifted: the handset beside the modem is off-hook
 * @tone: the modem frames its digits: what it says now is one that sounds
 * @bursts: of the ring that is being told
 * @connected: PHONE_STATE said CONNECTED for the present call
 * @texts: RING texts of the present incoming call
 * @edges: and rises of RI
 * @ring_ns: when the last of them came, 0 = not ringing
 * @lines: CLEARDOWN_LINE_* as last told
 * @caller_new: caller id came since the last call
 * @removed: the hardware is away and that was told
 * @had_call: a call was up or being set up when the close began
 * @dtr_useless: letting DTR fall did not end a call in this session
 * @no_dtr: the cable or the modem has none: bind said so
 * @dtr_ignored: the modem was seen to stay in a call that DTR should have ended; as @discovered
 * @unanswered: the modem did not answer a step of the close
 * @step_over: the running rung got its result
 * @step_code: last result of anything begun
 * @dlg: the modem
 */
struct phone {
	struct cldn_device *dev;
	spinlock_t lock; /* see above */
	struct cleardown_phone_caps caps;
	struct cleardown_phone_status status;
	char init[CLDN_AT_BODY_MAX];
	u32 init_effects;
	bool discovered;
	u32 probes;
	struct phone_scale gain;
	struct phone_voice voice;
	struct cleardown_phone_panel panel;
	struct phone_scale bell;
	struct cldn_at_book book;
	bool panel_ask;
	bool panel_used;
	char rest[PHONE_REST_MAX];
	bool class8;

	u32 act;
	u32 script;
	u64 start_ns;
	bool fixup;
	bool lines_unset;
	bool doubt;
	struct cldn_op *op;
	u8 text[PHONE_TEXT_MAX];
	u32 text_len;

	u32 means;
	u32 tried;
	u32 hook;
	u32 devices;
	u32 speaker_mode;
	bool speaker_new;
	bool lifted;
	bool tone;
	u32 bursts;
	bool connected;
	u32 texts;
	u32 edges;
	u64 ring_ns;
	u32 lines;
	bool caller_new;

	bool removed;
	bool had_call;
	bool dtr_useless;
	bool no_dtr;
	bool dtr_ignored;
	bool unanswered;
	bool step_over;
	u32 step_code;

	struct cldn_dialogue dlg;
};

extern const struct cldn_class cldn_phone_class;
#define PHONE_NOPCODES 15
#define PHONE_NSTEPS 7
extern const struct cldn_opcode phone_opcodes[PHONE_NOPCODES];
extern const struct cldn_step phone_steps[PHONE_NSTEPS];

static inline struct phone *phone_of(struct cldn_device *dev)
{
	return dev->class_data;
}

static inline struct phone *phone_of_dlg(struct cldn_dialogue *d)
{
	return container_of(d, struct phone, dlg);
}

/* phone.c */
void phone_set(struct phone *ph, u32 *field, u32 value);
void phone_arm(struct phone *ph);
void phone_script_begin(struct phone *ph, u64 now);
void phone_script_done(struct phone *ph, u32 code, u64 now);
void phone_script_text(struct phone *ph, const u8 *line, size_t len);

/* phone_call.c */
extern const struct cldn_dlg_ops phone_dlg_ops;
void phone_state_event(struct phone *ph, u32 what, u32 p2);
void phone_set_call(struct phone *ph, u32 state, u32 code);
void phone_set_hook(struct phone *ph, u32 hook);
void phone_call_begin(struct phone *ph, u32 state);
void phone_call_over(struct phone *ph, u32 code);
void phone_hangup_begin(struct phone *ph, u64 now);
void phone_lines(struct phone *ph, bool read, u64 now);
void phone_ring_tick(struct phone *ph, u64 now);
u64 phone_ring_next(const struct phone *ph);
void phone_ring_text(struct phone *ph);
void phone_stream_over(struct phone *ph);
bool phone_call_up(const struct phone *ph);
bool phone_dtr_usable(const struct phone *ph);
void phone_dtr_is_ignored(struct phone *ph);
const char *phone_lines_body(const struct phone *ph);
bool phone_dtr_kept(const struct phone *ph);

/* phone_voice.c */
bool phone_voice_discover(struct phone *ph, bool ok);
void phone_vls_line(struct phone *ph, const u8 *line, size_t len);
void phone_voice_caps(struct phone *ph);
u32 phone_speaker_label(const struct phone_voice *v, u32 mode);
void phone_set_class(struct phone *ph, bool voice);
const char *phone_class_words(const struct phone *ph, bool voice);
const char *phone_voice_end(const struct phone *ph);
void phone_show_hook(struct phone *ph);
void phone_button_up(struct phone *ph);
void phone_dlg_code(struct cldn_dialogue *d, u8 code);
void phone_cadence(struct phone *ph, const u8 *line, size_t len);
void phone_ring_pattern(struct phone *ph);

/* phone_book.c */
void phone_book_discover(struct phone *ph, enum phone_panel_part part);
int phone_book_check(struct phone *ph, u32 opcode, const void *in, u32 len, u32 *status);
void phone_start_set_button(struct phone *ph);
void phone_start_set_data(struct phone *ph);
void phone_done_stored(struct phone *ph, u32 code);
void phone_start_get_button(struct phone *ph);
void phone_done_get_button(struct phone *ph, u32 code);
void phone_start_get_data(struct phone *ph);
void phone_done_get_data(struct phone *ph, u32 code);

/* phone_panel.c */
void phone_panel_discover(struct phone *ph, enum phone_panel_part part);
bool phone_text_valid(const char *text, size_t len);
int phone_get_panel(struct cldn_handle *h, void *arg);
int phone_panel_check(struct phone *ph, u32 opcode, const void *in, u32 len, u32 *status);
void phone_start_ring(struct phone *ph);
void phone_done_ring(struct phone *ph, u32 code);
void phone_start_lamp(struct phone *ph);
void phone_done_lamp(struct phone *ph, u32 code);
void phone_start_display(struct phone *ph);
void phone_done_display(struct phone *ph, u32 code);
size_t phone_panel_rest(const struct phone *ph, char *body);
void phone_panel_rested(struct phone *ph);
void phone_panel_forget(struct phone *ph);

/* phone_ops.c */
void phone_op_short(struct phone *ph, const char *body);
void phone_op_failed(struct phone *ph, u32 code);
int phone_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status);
void phone_ops(struct phone *ph, u64 now);
void phone_fixup_done(struct phone *ph, u32 code);
void phone_op_done(struct phone *ph, u32 code);
void phone_op_end(struct phone *ph, u32 status, int error, u32 p1);

/* phone_close.c */
enum cldn_step_verdict phone_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
					struct cldn_step_result *result);
enum cldn_step_verdict phone_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				      struct cldn_step_result *result);
u32 phone_summary(struct cldn_device *dev);

#endif /* CLEARDOWN_PHONE_STATE_H */
