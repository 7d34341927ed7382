// SPDX-License-Identifier: GPL-2.0-only
/*
 * The requests of a phone. They run one at a time, in order; what can be refused without asking
 * the modem and whatever the line does is refused at submit, what depends on the call when the
 * request's turn comes.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include "phone_state.h"

/* The dialogue's own watchdog of a request that has a deadline; the core's comes first. */
#define PHONE_GRACE_NS (2 * NSEC_PER_SEC)
/* What +VLS joins to the line, one at a time. */
#define PHONE_TRANSDUCERS (CLEARDOWN_HOOKDEV_SPEAKER | CLEARDOWN_HOOKDEV_HEADSET)
/* Requests that end at once, in one turn of the worker. */
#define PHONE_OPS_PER_TURN 64

const struct cldn_opcode phone_opcodes[PHONE_NOPCODES] = {
	{ CLEARDOWN_OP_DEV_SPECIFIC, 0, CLDN_AT_BODY_MAX, PHONE_TEXT_MAX, 30 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_HOOKSWITCH, sizeof(struct cleardown_op_hookswitch),
	  sizeof(struct cleardown_op_hookswitch), 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_VOLUME, sizeof(struct cleardown_op_level),
	  sizeof(struct cleardown_op_level), 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_GAIN, sizeof(struct cleardown_op_level),
	  sizeof(struct cleardown_op_level), 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_RING, sizeof(struct cleardown_op_ring), sizeof(struct cleardown_op_ring),
	  0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_LAMP, 0, CLDN_AT_BODY_MAX, 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_DISPLAY, 0, CLDN_AT_BODY_MAX, 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_BUTTON, 0, CLDN_AT_BODY_MAX, 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SET_DATA, 0, CLDN_AT_BODY_MAX, 0, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_GET_BUTTON, 0, CLDN_AT_BODY_MAX, sizeof(struct cleardown_button),
	  10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_GET_DATA, 0, CLDN_AT_BODY_MAX, CLEARDOWN_DATA_LEN, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_DIAL, 1, CLDN_AT_BODY_MAX - 2, 0, 90 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_ANSWER, 0, 0, 0, 90 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_HANGUP, 0, 0, 0, 20 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_SEND_DTMF, 1, CLDN_AT_DTMF_MAX, 0, 30 * NSEC_PER_SEC },
};

/* ---- at submit ---- */

static int phone_refuse(u32 *status, u32 word, int error)
{
	*status = word;
	return error;
}

static int phone_check_hookswitch(const struct cleardown_phone_caps *caps,
				  const struct phone_voice *voice,
				  const struct cleardown_op_hookswitch *in, u32 *status)
{
	const u32 modes = CLEARDOWN_HOOKMODE_ONHOOK | CLEARDOWN_HOOKMODE_MIC |
			  CLEARDOWN_HOOKMODE_SPEAKER | CLEARDOWN_HOOKMODE_MICSPEAKER;

	if (!in->devices || in->devices & ~caps->out_hook_devices)
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV, -EINVAL);
	if (hweight32(in->mode) != 1 || in->mode & ~modes)
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE, -EINVAL);
	if (in->mode == CLEARDOWN_HOOKMODE_ONHOOK)
		return 0;
	/* The modem joins one of them to the line. */
	if ((in->devices & PHONE_TRANSDUCERS) == PHONE_TRANSDUCERS)
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV, -EINVAL);
	if ((in->devices & CLEARDOWN_HOOKDEV_SPEAKER && !phone_speaker_label(voice, in->mode)) ||
	    (in->devices & CLEARDOWN_HOOKDEV_HEADSET && in->mode != CLEARDOWN_HOOKMODE_MICSPEAKER))
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE, -EINVAL);
	return 0;
}

static int phone_check_level(u32 devices, const struct cleardown_op_level *in, u32 *status)
{
	if (hweight32(in->device) != 1 || in->device & ~devices)
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV, -EINVAL);
	return 0;
}

static bool phone_input_valid(u32 opcode, const void *in, u32 len)
{
	switch (opcode) {
	case CLEARDOWN_OP_DEV_SPECIFIC:
		return !(cldn_at_effects(in, len) & (CLDN_AT_FX_BAD | CLDN_AT_FX_CALL));
	case CLEARDOWN_OP_DIAL:
		return cldn_at_dial_valid(in, len);
	case CLEARDOWN_OP_SEND_DTMF:
		return cldn_at_dtmf_valid(in, len);
	default:
		return true;
	}
}

int phone_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status)
{
	struct phone *ph = phone_of(h->dev);
	struct cleardown_phone_caps caps;
	struct phone_voice voice;

	scoped_guard(spinlock_irqsave, &ph->lock) {
		caps = ph->caps;
		voice = ph->voice;
	}
	if (!(caps.out_opcodes & BIT(opcode & 0xff)))
		return phone_refuse(status, CLEARDOWN_PHONEERR_OPERATIONUNAVAIL, -EOPNOTSUPP);
	if (!phone_input_valid(opcode, in, len))
		return phone_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM, -EINVAL);
	switch (opcode) {
	case CLEARDOWN_OP_SET_HOOKSWITCH:
		return phone_check_hookswitch(&caps, &voice, in, status);
	case CLEARDOWN_OP_SET_VOLUME:
		return phone_check_level(caps.out_volume_devices, in, status);
	case CLEARDOWN_OP_SET_GAIN:
		return phone_check_level(caps.out_gain_devices, in, status);
	default:
		return phone_panel_check(ph, opcode, in, len, status);
	}
}

/* ---- ends ---- */

void phone_op_end(struct phone *ph, u32 status, int error, u32 p1)
{
	struct cldn_op *op = ph->op;

	if (!op)
		return;
	ph->op = NULL;
	cldn_op_complete(op, status, error, p1, ph->text, ph->text_len);
	cldn_op_put(op);
}

void phone_op_failed(struct phone *ph, u32 code)
{
	phone_op_end(ph, CLEARDOWN_PHONEERR_OPERATIONFAILED, -EIO, code);
}

static void phone_op_wrong_state(struct phone *ph, int error)
{
	phone_op_end(ph, CLEARDOWN_PHONEERR_INVALPHONESTATE, error, CLEARDOWN_RESULT_NONE);
}

/* ---- one request each ---- */

static void phone_op_command(struct phone *ph, const void *body, size_t len, u32 kind, u64 limit_ns)
{
	ph->act = PHONE_ACT_OP;
	cldn_dlg_command(&ph->dlg, body, len, kind, ktime_get_ns(), limit_ns);
}

/* A command of ours: any modem answers it within five seconds. */
void phone_op_short(struct phone *ph, const char *body)
{
	phone_op_command(ph, body, strlen(body), CLDN_DLG_PLAIN, ktime_get_ns() + PHONE_COMMAND_NS);
}

static u64 phone_op_limit(const struct phone *ph)
{
	return ph->op->deadline_ns + PHONE_GRACE_NS;
}

static void phone_start_raw(struct phone *ph)
{
	u32 effects = cldn_at_effects(ph->op->in, ph->op->in_len);
	u32 kind = CLDN_DLG_PLAIN;

	if (effects & CLDN_AT_FX_ONLINE)
		kind = CLDN_DLG_CALL;
	else if (effects & CLDN_AT_FX_FORMAT)
		kind = CLDN_DLG_FORMAT;
	ph->fixup |= !!(effects & (CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES));
	if (effects & CLDN_AT_FX_VOICE)
		phone_set_class(ph, true);
	ph->panel_used |= ph->panel_ask && effects & CLDN_AT_FX_PANEL;
	phone_op_command(ph, ph->op->in, ph->op->in_len, kind, phone_op_limit(ph));
}

static void phone_done_raw(struct phone *ph, u32 code)
{
	u32 effects = cldn_at_effects(ph->op->in, ph->op->in_len);

	if (code == CLEARDOWN_RESULT_OK && effects & CLDN_AT_FX_CLASS)
		phone_set_class(ph, effects & CLDN_AT_FX_VOICE);
	if (code == CLEARDOWN_RESULT_OK && effects & CLDN_AT_FX_HANGUP) {
		phone_call_over(ph, code);
		phone_set_hook(ph, PHONE_HOOK_ON);
	}
	if (code == CLEARDOWN_RESULT_OK && effects & CLDN_AT_FX_OFFHOOK)
		phone_set_hook(ph, PHONE_HOOK_OFF);
	if (code == CLEARDOWN_RESULT_NONE)
		phone_set_hook(ph, PHONE_HOOK_UNKNOWN);
	if (code == CLEARDOWN_RESULT_OK || code == CLEARDOWN_RESULT_CONNECT)
		phone_op_end(ph, 0, 0, code);
	else
		phone_op_failed(ph, code);
}

/* The devices that are off-hook when the request is done. The one of the transducers that goes
 * off-hook takes the line from the other.
 */
static u32 phone_hook_wanted(const struct phone *ph)
{
	const struct cleardown_op_hookswitch *in = (const void *)ph->op->in;
	u32 off = in->mode == CLEARDOWN_HOOKMODE_ONHOOK ? 0 : in->devices;
	u32 on = in->devices | (off & PHONE_TRANSDUCERS ? PHONE_TRANSDUCERS : 0);

	return (ph->devices & ~on) | off;
}

static u32 phone_speaker_wanted(const struct phone *ph)
{
	const struct cleardown_op_hookswitch *in = (const void *)ph->op->in;

	return in->devices & CLEARDOWN_HOOKDEV_SPEAKER ? in->mode : ph->speaker_mode;
}

/* Off-hook is a voice call where the modem can have one. What joins the line does so by itself. */
static void phone_start_offhook(struct phone *ph, u32 wanted)
{
	u32 label = ph->devices & PHONE_TRANSDUCERS ? ph->voice.line : 0;
	const char *words = phone_class_words(ph, true);
	char body[32];

	if (wanted & CLEARDOWN_HOOKDEV_SPEAKER)
		label = phone_speaker_label(&ph->voice, phone_speaker_wanted(ph));
	else if (wanted & CLEARDOWN_HOOKDEV_HEADSET)
		label = ph->voice.headset;
	if (label)
		snprintf(body, sizeof(body), "%s+VLS=%u", words, label);
	else
		snprintf(body, sizeof(body), "%sH1", words);
	if (*words)
		phone_set_class(ph, true);
	phone_op_short(ph, body);
}

static void phone_start_hookswitch(struct phone *ph)
{
	u32 wanted = phone_hook_wanted(ph);

	if (wanted)
		phone_start_offhook(ph, wanted);
	else
		phone_op_short(ph, phone_voice_end(ph) ?: "H0");
}

static void phone_done_hookswitch(struct phone *ph, u32 code)
{
	u32 wanted, mode;

	if (code == CLEARDOWN_RESULT_NONE)
		phone_set_hook(ph, PHONE_HOOK_UNKNOWN);
	if (code != CLEARDOWN_RESULT_OK) {
		phone_op_failed(ph, code);
		return;
	}
	wanted = phone_hook_wanted(ph);
	if (wanted) {
		mode = phone_speaker_wanted(ph);
		ph->speaker_new = wanted & ph->devices & CLEARDOWN_HOOKDEV_SPEAKER &&
				  mode != ph->speaker_mode;
		ph->speaker_mode = mode;
		ph->devices = wanted;
		phone_set_hook(ph, PHONE_HOOK_OFF);
	} else {
		phone_call_over(ph, code);
		phone_set_class(ph, false);
		phone_set_hook(ph, PHONE_HOOK_ON);
	}
	phone_op_end(ph, 0, 0, code);
}

static bool phone_level_handset(const struct phone *ph)
{
	const struct cleardown_op_level *in = (const void *)ph->op->in;

	return in->device == CLEARDOWN_HOOKDEV_HANDSET;
}

/* The scale that SET_VOLUME or SET_GAIN moves on. L has four steps, none of them silent. */
static struct phone_scale phone_level_scale(const struct phone *ph)
{
	if (ph->op->opcode == CLEARDOWN_OP_SET_GAIN)
		return ph->gain;
	if (phone_level_handset(ph))
		return ph->voice.sound;
	return (struct phone_scale){ .known = true, .low = 0, .high = 3 };
}

static u32 phone_level_step(const struct phone *ph)
{
	const struct cleardown_op_level *in = (const void *)ph->op->in;
	struct phone_scale scale = phone_level_scale(ph);

	return cldn_at_step(in->level, scale.low, scale.high);
}

static void phone_start_level(struct phone *ph)
{
	const char *word = phone_level_handset(ph) ? "+VGT=" : "L";
	char body[16];

	if (ph->op->opcode == CLEARDOWN_OP_SET_GAIN)
		word = "+VGR=";
	snprintf(body, sizeof(body), "%s%u", word, phone_level_step(ph));
	phone_op_short(ph, body);
}

/* What is told and read back is the level that the modem really has. */
static void phone_done_level(struct phone *ph, u32 code)
{
	struct phone_scale scale = phone_level_scale(ph);
	u32 level = cldn_at_level(phone_level_step(ph), scale.low, scale.high);

	if (code != CLEARDOWN_RESULT_OK) {
		phone_op_failed(ph, code);
		return;
	}
	if (ph->op->opcode == CLEARDOWN_OP_SET_GAIN) {
		phone_set(ph, &ph->status.out_gain, level);
		phone_state_event(ph, CLEARDOWN_PHONESTATE_SPEAKERGAIN, level);
	} else if (phone_level_handset(ph)) {
		phone_set(ph, &ph->status.out_handset_volume, level);
		phone_state_event(ph, CLEARDOWN_PHONESTATE_HANDSETVOLUME, level);
	} else {
		phone_set(ph, &ph->status.out_volume, level);
		phone_state_event(ph, CLEARDOWN_PHONESTATE_SPEAKERVOLUME, level);
	}
	phone_op_end(ph, 0, 0, code);
}

static bool phone_number_voice(const struct cldn_op *op)
{
	return op->opcode == CLEARDOWN_OP_DIAL && op->in[op->in_len - 1] == ';';
}

/* The class that the command wants, and then the command; the class is left out where both are
 * too long for one line.
 */
static void phone_op_call(struct phone *ph, const u8 *body, size_t len)
{
	bool voice = phone_number_voice(ph->op);
	const char *words = phone_class_words(ph, voice);
	u8 line[CLDN_AT_BODY_MAX];
	size_t n = strlen(words);

	if (n + len > sizeof(line))
		n = 0;
	memcpy(line, words, n);
	memcpy(line + n, body, len);
	if (n && voice)
		phone_set_class(ph, true);
	phone_op_command(ph, line, n + len, CLDN_DLG_CALL, phone_op_limit(ph));
}

static void phone_start_dial(struct phone *ph)
{
	u8 body[CLDN_AT_BODY_MAX];
	size_t len = cldn_at_dial(body, ph->op->in, ph->op->in_len);

	if (ph->status.out_call_state != CLEARDOWN_CALL_IDLE) {
		phone_op_wrong_state(ph, -EBUSY);
		return;
	}
	phone_call_begin(ph, CLEARDOWN_CALL_DIALING);
	phone_set_hook(ph, PHONE_HOOK_OFF);
	phone_op_call(ph, body, len);
}

static void phone_start_answer(struct phone *ph)
{
	if (ph->status.out_call_state != CLEARDOWN_CALL_RINGING) {
		phone_op_wrong_state(ph, phone_call_up(ph) ? -EBUSY : -EINVAL);
		return;
	}
	phone_call_begin(ph, CLEARDOWN_CALL_ANSWERING);
	phone_set_hook(ph, PHONE_HOOK_OFF);
	phone_op_call(ph, "A", 1);
}

/* OK is the answer to a number that ends with a semicolon: off-hook, in command state. */
static void phone_done_call(struct phone *ph, u32 code)
{
	bool semicolon = phone_number_voice(ph->op);

	/* What follows a CONNECT is data, not sound: the class that came before the D holds. */
	if (!semicolon && code != CLEARDOWN_RESULT_ERROR && code != CLEARDOWN_RESULT_NONE)
		phone_set_class(ph, false);
	/* To any other number, OK is how some modems say that they broke it off. */
	if (code == CLEARDOWN_RESULT_OK && !semicolon)
		code = CLEARDOWN_RESULT_NO_CARRIER;
	switch (code) {
	case CLEARDOWN_RESULT_OK:
		ph->connected = true;
		phone_set_call(ph, CLEARDOWN_CALL_COMMAND, code);
		phone_state_event(ph, CLEARDOWN_PHONESTATE_CONNECTED, 0);
		fallthrough;
	case CLEARDOWN_RESULT_CONNECT:
		phone_op_end(ph, 0, 0, code);
		break;
	default:
		phone_call_over(ph, code);
		phone_set_hook(ph,
			       code == CLEARDOWN_RESULT_NONE ? PHONE_HOOK_UNKNOWN : PHONE_HOOK_ON);
		phone_op_failed(ph, code);
	}
}

/* Nothing is up and the modem has shown it: nothing to hang up. */
static void phone_start_hangup(struct phone *ph)
{
	if (ph->status.out_call_state == CLEARDOWN_CALL_IDLE && ph->hook == PHONE_HOOK_ON)
		phone_op_wrong_state(ph, -ENOTCONN);
	else
		phone_hangup_begin(ph, ktime_get_ns());
}

static void phone_start_dtmf(struct phone *ph)
{
	u8 body[CLDN_AT_BODY_MAX];
	size_t len = cldn_at_dtmf(body, ph->op->in, ph->op->in_len);

	phone_op_command(ph, body, len, CLDN_DLG_PLAIN, phone_op_limit(ph));
}

/**
 * struct phone_request - what is done for an opcode
 * @opcode: CLEARDOWN_OP_*
 * @online: it can begin in data mode
 * @start: ends the request, or begins a command whose result goes to @done
 * @done: the modem's result
 */
struct phone_request {
	u32 opcode;
	bool online;
	void (*start)(struct phone *ph);
	void (*done)(struct phone *ph, u32 code);
};

static const struct phone_request phone_requests[] = {
	{ CLEARDOWN_OP_DEV_SPECIFIC, false, phone_start_raw, phone_done_raw },
	{ CLEARDOWN_OP_SET_HOOKSWITCH, false, phone_start_hookswitch, phone_done_hookswitch },
	{ CLEARDOWN_OP_SET_VOLUME, false, phone_start_level, phone_done_level },
	{ CLEARDOWN_OP_SET_GAIN, false, phone_start_level, phone_done_level },
	{ CLEARDOWN_OP_SET_RING, false, phone_start_ring, phone_done_ring },
	{ CLEARDOWN_OP_SET_LAMP, false, phone_start_lamp, phone_done_lamp },
	{ CLEARDOWN_OP_SET_DISPLAY, false, phone_start_display, phone_done_display },
	{ CLEARDOWN_OP_SET_BUTTON, false, phone_start_set_button, phone_done_stored },
	{ CLEARDOWN_OP_SET_DATA, false, phone_start_set_data, phone_done_stored },
	{ CLEARDOWN_OP_GET_BUTTON, false, phone_start_get_button, phone_done_get_button },
	{ CLEARDOWN_OP_GET_DATA, false, phone_start_get_data, phone_done_get_data },
	{ CLEARDOWN_OP_DIAL, false, phone_start_dial, phone_done_call },
	{ CLEARDOWN_OP_ANSWER, false, phone_start_answer, phone_done_call },
	{ CLEARDOWN_OP_HANGUP, true, phone_start_hangup, NULL },
	{ CLEARDOWN_OP_SEND_DTMF, false, phone_start_dtmf, phone_done_raw },
};

static const struct phone_request *phone_request_of(const struct cldn_op *op)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(phone_requests); i++)
		if (phone_requests[i].opcode == op->opcode)
			return &phone_requests[i];
	return NULL;
}

/* ---- running them ---- */

static void phone_op_start(struct phone *ph)
{
	const struct phone_request *request = phone_request_of(ph->op);

	ph->text_len = 0;
	if (!request)
		phone_op_end(ph, CLEARDOWN_PHONEERR_OPERATIONUNAVAIL, -EOPNOTSUPP,
			     CLEARDOWN_RESULT_NONE);
	else if (cldn_dlg_data(&ph->dlg) && !request->online)
		phone_op_wrong_state(ph, -EBUSY);
	else
		request->start(ph);
}

/* The command of the request under way has its result. */
void phone_op_done(struct phone *ph, u32 code)
{
	if (ph->op)
		phone_request_of(ph->op)->done(ph, code);
}

static bool phone_op_is_call(const struct cldn_op *op)
{
	return op->opcode == CLEARDOWN_OP_DIAL || op->opcode == CLEARDOWN_OP_ANSWER;
}

/*
 * The request under way is not wanted any more: its deadline passed, it was cancelled, or somebody
 * else has completed it. A call is hung up, a HANGUP goes on, another command is forgotten.
 */
static void phone_op_cancel(struct phone *ph, u64 now)
{
	bool call = phone_op_is_call(ph->op);

	ph->text_len = 0;
	phone_op_end(ph, CLEARDOWN_PHONEERR_OPERATIONFAILED, -ECANCELED, CLEARDOWN_RESULT_NONE);
	if (ph->act != PHONE_ACT_OP)
		return;
	if (call) {
		phone_hangup_begin(ph, now);
		return;
	}
	cldn_dlg_forget(&ph->dlg);
	ph->act = PHONE_ACT_NONE;
}

/* CANCEL_CALL named the call that is up, or being set up. */
static void phone_cancel_call(struct phone *ph, u64 now)
{
	struct cldn_handle *h = ph->dev->owner;
	u64 call = READ_ONCE(h->cancel_call);

	if (!call || call != ph->dev->call || ph->act == PHONE_ACT_HANGUP)
		return;
	/* In any other act it stays wished: its end is a turn, and then one of these fits. */
	if (ph->op && ph->act == PHONE_ACT_OP && phone_op_is_call(ph->op)) {
		WRITE_ONCE(h->cancel_call, 0);
		WRITE_ONCE(ph->op->cancelled, true); /* who ends the call ends its request */
		phone_op_cancel(ph, now);
	} else if (ph->act == PHONE_ACT_NONE) {
		WRITE_ONCE(h->cancel_call, 0);
		phone_hangup_begin(ph, now);
	}
}

static void phone_fixup(struct phone *ph, u64 now)
{
	const char *body = phone_lines_body(ph);

	ph->fixup = false;
	ph->act = PHONE_ACT_FIXUP;
	cldn_dlg_command(&ph->dlg, body, strlen(body), CLDN_DLG_PLAIN, now, now + PHONE_FIXUP_NS);
}

/* The request that waited for it, if any, goes on whatever the modem said. */
void phone_fixup_done(struct phone *ph, u32 code)
{
	if (code != CLEARDOWN_RESULT_NONE)
		ph->lines_unset = false;
	if (ph->op)
		phone_op_start(ph);
}

static bool phone_fixup_due(const struct phone *ph)
{
	return ph->fixup && cldn_dlg_idle(&ph->dlg) && !cldn_closing(ph->dev);
}

/* Ends what is to end, then begins the next request when nothing runs. */
void phone_ops(struct phone *ph, u64 now)
{
	int turn;

	if (ph->op && (cldn_op_done(ph->op) || READ_ONCE(ph->op->cancelled)))
		phone_op_cancel(ph, now);
	phone_cancel_call(ph, now);
	for (turn = 0; ph->act == PHONE_ACT_NONE; turn++) {
		if (phone_fixup_due(ph)) {
			phone_fixup(ph, now);
			return;
		}
		if (turn == PHONE_OPS_PER_TURN) {
			cldn_device_kick(ph->dev, CLDN_EV_OP);
			return;
		}
		ph->op = cldn_op_next(ph->dev);
		if (!ph->op)
			return;
		if (ph->lines_unset && cldn_dlg_idle(&ph->dlg))
			phone_fixup(ph, now);
		else
			phone_op_start(ph);
	}
}
