// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phones: a modem on a serial link. See phone_state.h for the states and who owns what.
 *
 * phone.c	bind, the start of a session, the worker's turn, status
 * phone_call.c	calls: ringing, going online, the ways of hanging up
 * phone_ops.c	requests
 * phone_voice.c	voice class: transducers, keys, patterns of rings
 * phone_panel.c	bell, lamps and display of a telephone
 * phone_book.c		its memory: functions of keys, data areas
 * phone_close.c	the close ladder
 */
#include <linux/ctype.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "phone_state.h"

static unsigned int phone_deadline_ms = 5000;
module_param(phone_deadline_ms, uint, 0644);
MODULE_PARM_DESC(phone_deadline_ms, "default deadline of a phone's close");

/* ---- what others read ---- */

/* Changes a member of @status or @caps. */
void phone_set(struct phone *ph, u32 *field, u32 value)
{
	guard(spinlock_irqsave)(&ph->lock);
	*field = value;
}

static int phone_get_caps(struct cldn_handle *h, void *arg)
{
	struct phone *ph = phone_of(h->dev);
	struct cleardown_phone_caps *out = arg;
	u32 size = out->size;

	guard(spinlock_irqsave)(&ph->lock);
	*out = ph->caps;
	out->size = size;
	return 0;
}

/* @off: how it is when it is off-hook */
static u32 phone_hook_mode(const struct phone *ph, u32 device, u32 off)
{
	if (!(ph->caps.out_hook_devices & device))
		return 0;
	return ph->status.out_offhook & device ? off : CLEARDOWN_HOOKMODE_ONHOOK;
}

static int phone_get_status(struct cldn_handle *h, void *arg)
{
	struct phone *ph = phone_of(h->dev);
	struct cleardown_phone_status *out = arg;
	u32 size = out->size;

	guard(spinlock_irqsave)(&ph->lock);
	*out = ph->status;
	out->out_handset_mode =
		phone_hook_mode(ph, CLEARDOWN_HOOKDEV_HANDSET, CLEARDOWN_HOOKMODE_MICSPEAKER);
	out->out_speaker_mode =
		phone_hook_mode(ph, CLEARDOWN_HOOKDEV_SPEAKER, ph->status.out_speaker_mode);
	out->out_headset_mode =
		phone_hook_mode(ph, CLEARDOWN_HOOKDEV_HEADSET, CLEARDOWN_HOOKMODE_MICSPEAKER);
	out->size = size;
	return 0;
}

static int phone_messages_refused(struct cleardown_phone_messages *arg, u32 word)
{
	arg->out_status = word;
	return -EINVAL;
}

/* What TAPI has a name for is taken, as TSPI wants it, whether it can ever come or not. */
static int phone_set_messages(struct cldn_handle *h, void *p)
{
	struct cleardown_phone_messages *arg = p;

	if (arg->__reserved)
		return phone_messages_refused(arg, CLEARDOWN_PHONEERR_INVALPARAM);
	if (arg->states & ~CLEARDOWN_TAPI_PHONESTATES)
		return phone_messages_refused(arg, CLEARDOWN_PHONEERR_INVALPHONESTATE);
	if (arg->button_modes & ~CLEARDOWN_TAPI_BUTTONMODES)
		return phone_messages_refused(arg, CLEARDOWN_PHONEERR_INVALBUTTONMODE);
	if (arg->button_modes &&
	    (!arg->button_states || arg->button_states & ~CLEARDOWN_TAPI_BUTTONSTATES))
		return phone_messages_refused(arg, CLEARDOWN_PHONEERR_INVALBUTTONSTATE);
	arg->out_status = 0;
	cldn_set_messages(h, arg->states, arg->button_modes, arg->button_states);
	return 0;
}

/* Of the line of a serial link the name alone: what is in /dev. */
static const char *phone_line_name(const struct cldn_device *dev)
{
	static const char serial[] = "tty:";
	size_t len = strlen(serial);

	return strncmp(dev->link.backend, serial, len) ? dev->link.backend :
							 dev->link.backend + len;
}

static const char *phone_id(const struct cldn_device *dev, const char *device_class)
{
	if (!strcmp(device_class, "comm") || !strcmp(device_class, "comm/datamodem/portname"))
		return phone_line_name(dev);
	return strcmp(device_class, "tapi/phone") ? NULL : dev->name;
}

static int phone_get_id(struct cldn_handle *h, void *p)
{
	struct cleardown_phone_id *arg = p;
	const char *id;

	arg->out_status = CLEARDOWN_PHONEERR_INVALPARAM;
	if (strnlen(arg->device_class, sizeof(arg->device_class)) == sizeof(arg->device_class))
		return -EINVAL;
	arg->out_status = CLEARDOWN_PHONEERR_INVALDEVICECLASS;
	id = phone_id(h->dev, arg->device_class);
	if (!id)
		return -EINVAL;
	arg->out_status = 0;
	strscpy_pad(arg->out_id, id, sizeof(arg->out_id));
	return 0;
}

static const struct cldn_ioctl phone_ioctls[] = {
	{ CLEARDOWN_IOC_PHONE_CAPS, sizeof(struct cleardown_phone_caps),
	  offsetofend(struct cleardown_phone_caps, out_id), phone_get_caps },
	{ CLEARDOWN_IOC_PHONE_STATUS, sizeof(struct cleardown_phone_status),
	  offsetofend(struct cleardown_phone_status, out_caller_name), phone_get_status },
	{ CLEARDOWN_IOC_PHONE_PANEL, sizeof(struct cleardown_phone_panel),
	  sizeof(struct cleardown_phone_panel), phone_get_panel },
	{ CLEARDOWN_IOC_PHONE_MESSAGES, sizeof(struct cleardown_phone_messages),
	  sizeof(struct cleardown_phone_messages), phone_set_messages, .changes = true,
	  .word = offsetof(struct cleardown_phone_messages, out_status) },
	{ CLEARDOWN_IOC_PHONE_ID, sizeof(struct cleardown_phone_id),
	  sizeof(struct cleardown_phone_id), phone_get_id,
	  .word = offsetof(struct cleardown_phone_id, out_status) },
};

/* ---- bind ---- */

#define PHONE_OPCODE(name) BIT(CLEARDOWN_OP_##name - 0x100)
#define PHONE_OPCODES_BASE                                                                      \
	(PHONE_OPCODE(DEV_SPECIFIC) | PHONE_OPCODE(SET_HOOKSWITCH) | PHONE_OPCODE(SET_VOLUME) | \
	 PHONE_OPCODE(DIAL) | PHONE_OPCODE(ANSWER) | PHONE_OPCODE(HANGUP))

/* What every modem has. */
static void phone_caps_base(struct phone *ph)
{
	guard(spinlock_irqsave)(&ph->lock);
	memset(&ph->caps, 0, sizeof(ph->caps));
	memset(&ph->voice, 0, sizeof(ph->voice));
	memset(&ph->panel, 0, sizeof(ph->panel));
	memset(&ph->book, 0, sizeof(ph->book));
	ph->bell.known = false;
	ph->caps.out_opcodes = PHONE_OPCODES_BASE;
	ph->caps.out_hook_devices = CLEARDOWN_HOOKDEV_HANDSET;
	ph->caps.out_volume_devices = CLEARDOWN_HOOKDEV_SPEAKER;
	ph->caps.out_ring_modes = 1;
}

static int phone_parse_init(struct phone *ph, const char *body, const char *end, char *text,
			    size_t len)
{
	if (!strncasecmp(body, "AT", 2))
		body += 2;
	ph->init_effects = cldn_at_effects(body, end - body);
	if (ph->init_effects & (CLDN_AT_FX_BAD | CLDN_AT_FX_CALL)) {
		snprintf(text, len, "init= is no command line, or it dials or answers");
		return -EINVAL;
	}
	memcpy(ph->init, body, end - body);
	ph->init[end - body] = 0;
	return 0;
}

static int phone_parse_dtr(struct phone *ph, const char *value, const char *end, char *text,
			   size_t len)
{
	if (end - value != 4 || strncmp(value, "none", 4)) {
		snprintf(text, len, "dtr= can only be none");
		return -EINVAL;
	}
	ph->no_dtr = true;
	return 0;
}

static int phone_parse_panel(struct phone *ph, const char *value, const char *end, char *text,
			     size_t len)
{
	if (end - value != 3 || strncmp(value, "ask", 3)) {
		snprintf(text, len, "panel= can only be ask");
		return -EINVAL;
	}
	ph->panel_ask = true;
	return 0;
}

static const char *const phone_words[] = { "init", "dtr", "panel", NULL };

/* Finds those among the words of @args. */
static int phone_parse_args(struct phone *ph, const char *args, char *text, size_t len)
{
	const char *word, *end;
	int ret = 0;

	for (word = args; *word && !ret; word = *end ? end + 1 : end) {
		end = strchrnul(word, ' ');
		if (!strncmp(word, "init=", 5))
			ret = phone_parse_init(ph, word + 5, end, text, len);
		else if (!strncmp(word, "dtr=", 4))
			ret = phone_parse_dtr(ph, word + 4, end, text, len);
		else if (!strncmp(word, "panel=", 6))
			ret = phone_parse_panel(ph, word + 6, end, text, len);
	}
	return ret;
}

static int phone_bind(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	struct phone *ph = kzalloc(sizeof(*ph), GFP_KERNEL);
	int ret;

	if (!ph)
		return -ENOMEM;
	ret = phone_parse_args(ph, args ?: "", text, len);
	if (ret) {
		kfree(ph);
		return ret;
	}
	spin_lock_init(&ph->lock);
	ph->dev = dev;
	phone_caps_base(ph);
	dev->class_data = ph;
	dev->emergency_ns = ph->no_dtr ? PHONE_NO_DTR_NS : 0;
	return 0;
}

static void phone_unbind(struct cldn_device *dev)
{
	kfree(dev->class_data);
	dev->class_data = NULL;
}

/* ---- the start of a session ---- */

/* The first is the dialogue's own. Ours follow the bind's, whose Z would undo them. */
enum {
	PHONE_SCRIPT_SYNC,
	PHONE_SCRIPT_INIT,
	PHONE_SCRIPT_LINES,
	PHONE_SCRIPT_CLASS,
	PHONE_SCRIPT_HOOK,
	PHONE_SCRIPT_ID,
	PHONE_SCRIPT_GAIN,
	PHONE_SCRIPT_VOICE,
	PHONE_SCRIPT_SELECTS,
	PHONE_SCRIPT_SOUND,
	PHONE_SCRIPT_CADENCE,
	PHONE_SCRIPT_BELL,
	PHONE_SCRIPT_LAMPS,
	PHONE_SCRIPT_DISPLAY,
	PHONE_SCRIPT_BOOK,
	PHONE_SCRIPT_WRITES,
	PHONE_SCRIPT_TONES,
	PHONE_SCRIPT_BURSTS,
	PHONE_SCRIPT_REST,
};

/**
 * struct phone_script - a line of the start script
 * @body: command; NULL depends on the bind, or on the session before
 * @once: asks what the modem has; left out when that is known
 * @voice: only for a modem that has voice class
 * @panel: only where bind wants it
 */
struct phone_script {
	const char *body;
	bool once;
	bool voice;
	bool panel;
};

static const struct phone_script phone_script[] = {
	[PHONE_SCRIPT_INIT] = { .body = NULL },
	[PHONE_SCRIPT_LINES] = { .body = NULL },
	[PHONE_SCRIPT_CLASS] = { .body = "+FCLASS=0" },
	[PHONE_SCRIPT_HOOK] = { .body = "H" },
	[PHONE_SCRIPT_ID] = { .body = "I", .once = true },
	[PHONE_SCRIPT_GAIN] = { .body = "+VGR=?", .once = true },
	[PHONE_SCRIPT_VOICE] = { .body = "+FCLASS=?", .once = true },
	[PHONE_SCRIPT_SELECTS] = { .body = "+VLS=?", .once = true, .voice = true },
	[PHONE_SCRIPT_SOUND] = { .body = "+VGT=?", .once = true, .voice = true },
	[PHONE_SCRIPT_CADENCE] = { .body = "+VDR=?", .once = true, .voice = true },
	[PHONE_SCRIPT_BELL] = { .body = "+CRMP=?", .once = true, .panel = true },
	[PHONE_SCRIPT_LAMPS] = { .body = "+CIND=?", .once = true, .panel = true },
	[PHONE_SCRIPT_DISPLAY] = { .body = "+CDIS=?", .once = true, .panel = true },
	[PHONE_SCRIPT_BOOK] = { .body = "+CPBR=?", .once = true, .panel = true },
	[PHONE_SCRIPT_WRITES] = { .body = "+CPBW=?", .once = true, .panel = true },
	[PHONE_SCRIPT_TONES] = { .body = "+VTS=?", .once = true },
	[PHONE_SCRIPT_BURSTS] = { .body = "+VDR=1,0" },
	[PHONE_SCRIPT_REST] = { .body = NULL },
};

static const char *phone_script_body(struct phone *ph, u32 line)
{
	if (line == PHONE_SCRIPT_LINES)
		return phone_lines_body(ph);
	if (line == PHONE_SCRIPT_REST) {
		phone_panel_rest(ph, ph->rest);
		return ph->rest;
	}
	return phone_script[line].body ?: ph->init;
}

static bool phone_script_wanted(struct phone *ph, u32 line)
{
	const struct phone_script *s = &phone_script[line];

	switch (line) {
	case PHONE_SCRIPT_CLASS: /* the session before could not leave voice class */
		return ph->class8 && !(ph->init_effects & CLDN_AT_FX_VOICE);
	case PHONE_SCRIPT_HOOK:
		return ph->hook != PHONE_HOOK_ON;
	case PHONE_SCRIPT_BURSTS:
		return ph->voice.cadence;
	default:
		return *phone_script_body(ph, line) && !(s->once && ph->discovered) &&
		       (!s->voice || ph->voice.known) && (!s->panel || ph->panel_ask);
	}
}

/* The bind's own command may be a slow one, and may change the form of the results. */
static void phone_script_send(struct phone *ph, u64 now)
{
	const char *body = phone_script_body(ph, ph->script);
	bool own = ph->script != PHONE_SCRIPT_INIT;
	u32 format = !own && ph->init_effects & CLDN_AT_FX_FORMAT;

	ph->text_len = 0;
	cldn_dlg_command(&ph->dlg, body, strlen(body), format ? CLDN_DLG_FORMAT : CLDN_DLG_PLAIN,
			 now, own ? min(now + PHONE_LINE_NS, ph->start_ns) : ph->start_ns);
}

/* Sends the next line that is wanted; false at the script's end. */
static bool phone_script_next(struct phone *ph, u64 now)
{
	while (++ph->script < ARRAY_SIZE(phone_script)) {
		if (!phone_script_wanted(ph, ph->script))
			continue;
		phone_script_send(ph, now);
		return true;
	}
	return false;
}

void phone_script_begin(struct phone *ph, u64 now)
{
	ph->act = PHONE_ACT_START;
	ph->script = PHONE_SCRIPT_SYNC;
	ph->start_ns = now + PHONE_START_NS;
	cldn_dlg_sync(&ph->dlg, now, ph->start_ns);
}

static void phone_script_end(struct phone *ph)
{
	ph->act = PHONE_ACT_NONE;
	ph->lines_unset = ph->script <= PHONE_SCRIPT_LINES;
	cldn_open_done(ph->dev, 0);
}

/* A line for people: what is not printable becomes a question mark. */
static void phone_take_id(struct phone *ph)
{
	size_t i;

	for (i = 0; i < ph->text_len && i < sizeof(ph->caps.out_id) - 1; i++)
		ph->caps.out_id[i] = isascii(ph->text[i]) && isprint(ph->text[i]) ? ph->text[i] :
										    '?';
}

static void phone_discover(struct phone *ph, bool ok)
{
	guard(spinlock_irqsave)(&ph->lock);
	switch (ph->script) {
	case PHONE_SCRIPT_ID:
		phone_take_id(ph);
		break;
	case PHONE_SCRIPT_GAIN:
		ph->gain.known =
			ok && cldn_at_range(ph->text, ph->text_len, &ph->gain.low, &ph->gain.high);
		if (ph->gain.known) {
			ph->caps.out_gain_devices = CLEARDOWN_HOOKDEV_SPEAKER;
			ph->caps.out_opcodes |= PHONE_OPCODE(SET_GAIN);
		}
		break;
	case PHONE_SCRIPT_VOICE:
		ph->voice.known = phone_voice_discover(ph, ok);
		break;
	case PHONE_SCRIPT_SOUND:
		ph->voice.sound.known = ok &&
					cldn_at_range(ph->text, ph->text_len, &ph->voice.sound.low,
						      &ph->voice.sound.high);
		break;
	case PHONE_SCRIPT_CADENCE:
		ph->voice.cadence = ok;
		break;
	case PHONE_SCRIPT_BELL:
	case PHONE_SCRIPT_LAMPS:
	case PHONE_SCRIPT_DISPLAY:
	case PHONE_SCRIPT_BOOK:
	case PHONE_SCRIPT_WRITES:
		if (ok)
			phone_panel_discover(ph, ph->script - PHONE_SCRIPT_BELL);
		break;
	case PHONE_SCRIPT_TONES:
		if (ok)
			ph->caps.out_opcodes |= PHONE_OPCODE(SEND_DTMF);
		phone_voice_caps(ph);
		ph->discovered = true;
		break;
	}
}

/*
 * What a line of the script does to the class that the modem is in. One that refuses class 0 has
 * no classes at all.
 */
static void phone_script_class(struct phone *ph, bool ok)
{
	if (ph->script == PHONE_SCRIPT_INIT && ok && ph->init_effects & CLDN_AT_FX_CLASS)
		phone_set_class(ph, ph->init_effects & CLDN_AT_FX_VOICE);
	if (ph->script == PHONE_SCRIPT_CLASS)
		phone_set_class(ph, false);
	if (ph->script == PHONE_SCRIPT_REST && ok)
		phone_panel_rested(ph);
}

/*
 * A modem that answers commands with its carrier line low is on-hook. Where that line is high or
 * missing, somebody may have left a call to it in command state; that is ended.
 */
static void phone_script_hook(struct phone *ph, u32 code)
{
	u32 dcd;

	if (ph->script == PHONE_SCRIPT_LINES)
		cldn_dlg_lines(&ph->dlg, ktime_get_ns());
	dcd = ph->dlg.lines & (CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_DCD);
	if (dcd == CLEARDOWN_LINE_VALID ||
	    (ph->script == PHONE_SCRIPT_HOOK && code == CLEARDOWN_RESULT_OK))
		ph->hook = PHONE_HOOK_ON;
}

/*
 * A line of the script was answered. A modem that is silent gets no more lines: the session begins
 * with what every modem has, and the next open asks again.
 */
void phone_script_done(struct phone *ph, u32 code, u64 now)
{
	if (code == CLEARDOWN_RESULT_NONE || code == CLEARDOWN_RESULT_CONNECT ||
	    cldn_closing(ph->dev)) {
		phone_script_end(ph);
		return;
	}
	phone_script_hook(ph, code);
	phone_script_class(ph, code == CLEARDOWN_RESULT_OK);
	phone_discover(ph, code == CLEARDOWN_RESULT_OK);
	if (!phone_script_next(ph, now))
		phone_script_end(ph);
}

/* Only the first line of an answer is wanted, but of one. */
void phone_script_text(struct phone *ph, const u8 *line, size_t len)
{
	if (ph->script == PHONE_SCRIPT_SELECTS)
		phone_vls_line(ph, line, len);
	if (ph->text_len)
		return;
	ph->text_len = min_t(size_t, len, sizeof(ph->text));
	memcpy(ph->text, line, ph->text_len);
}

static void phone_forget_session(struct phone *ph)
{
	ph->act = PHONE_ACT_NONE;
	ph->fixup = false;
	ph->lines_unset = false;
	ph->doubt = false;
	ph->text_len = 0;
	ph->hook = PHONE_HOOK_UNKNOWN;
	ph->devices = 0;
	ph->speaker_new = false;
	ph->lifted = false;
	ph->tone = false;
	ph->bursts = 0;
	ph->connected = false;
	ph->texts = 0;
	ph->edges = 0;
	ph->ring_ns = 0;
	ph->caller_new = false;
	ph->removed = false;
	ph->had_call = false;
	ph->dtr_useless = false;
	ph->unanswered = false;
	ph->step_over = false;
	phone_panel_forget(ph);
	guard(spinlock_irqsave)(&ph->lock);
	memset(&ph->status, 0, sizeof(ph->status));
}

static void phone_open(struct cldn_device *dev)
{
	struct phone *ph = phone_of(dev);

	phone_forget_session(ph);
	if (ph->probes != dev->link.probes) {
		ph->discovered = false;
		ph->class8 = false;
		ph->panel_used = false;
		ph->dtr_ignored = false;
		WRITE_ONCE(dev->emergency_ns, ph->no_dtr ? PHONE_NO_DTR_NS : 0);
	}
	ph->probes = dev->link.probes;
	if (!ph->discovered)
		phone_caps_base(ph);
	cldn_dlg_reset(&ph->dlg, &dev->link, &phone_dlg_ops);
	cldn_dlg_shield(&ph->dlg, ph->class8);
	ph->dlg.broken = ph->class8;
	ph->lines = ph->dlg.lines;
	phone_script_begin(ph, ktime_get_ns());
	phone_arm(ph);
}

static void phone_closed(struct cldn_device *dev)
{
	struct phone *ph = phone_of(dev);

	phone_op_end(ph, CLEARDOWN_PHONEERR_OPERATIONFAILED, -EIO, CLEARDOWN_RESULT_NONE);
	phone_button_up(ph); /* observers stay */
	if (dev->gone)
		ph->discovered = false;
	phone_forget_session(ph);
}

/* ---- the worker's turn ---- */

/* Asks to be run again when the first of our times comes. */
void phone_arm(struct phone *ph)
{
	u64 next = min(cldn_dlg_next(&ph->dlg), phone_ring_next(ph));

	if (next != U64_MAX)
		cldn_wake_at(ph->dev, next);
}

/* The owner gets PHONE_CLOSE; this is what observers learn. */
static void phone_gone(struct phone *ph)
{
	if (ph->removed)
		return;
	ph->removed = true;
	phone_button_up(ph);
	phone_call_over(ph, CLEARDOWN_RESULT_NO_CARRIER);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_REMOVED, 0);
}

static void phone_run(struct cldn_device *dev, u32 events)
{
	struct phone *ph = phone_of(dev);
	u64 now = ktime_get_ns();

	if (dev->gone) {
		phone_gone(ph);
		return;
	}
	if (events & CLDN_EV_SUSPEND)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_SUSPEND, 0);
	if (events & CLDN_EV_RESUME)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_RESUME, 0);
	phone_lines(ph, events & (CLDN_LINK_LINES | CLDN_EV_RESUME), now);
	if (cldn_dlg_read(&ph->dlg, now))
		cldn_device_kick(dev, CLDN_LINK_RX);
	cldn_dlg_tick(&ph->dlg, now);
	phone_lines(ph, false, now);
	phone_ring_tick(ph, now);
	phone_ops(ph, now);
	if (cldn_dlg_data(&ph->dlg) && events & (CLDN_LINK_ROOM | CLDN_EV_WRITE))
		cldn_tx_pump(dev);
	phone_arm(ph);
}

const struct cldn_class cldn_phone_class = {
	.id = CLEARDOWN_CLASS_PHONE,
	.name = "phone",
	.mode = 0660,
	.bad_handle = CLEARDOWN_PHONEERR_INVALPHONEHANDLE,
	.failed = CLEARDOWN_PHONEERR_OPERATIONFAILED,
	.cancelled = CLEARDOWN_PHONEERR_OPERATIONFAILED,
	.unavailable = CLEARDOWN_PHONEERR_OPERATIONUNAVAIL,
	.no_memory = CLEARDOWN_PHONEERR_NOMEM,
	.no_resources = CLEARDOWN_PHONEERR_RESOURCEUNAVAIL,
	.bad_param = CLEARDOWN_PHONEERR_INVALPARAM,
	.not_owner = CLEARDOWN_PHONEERR_NOTOWNER,
	.words = phone_words,
	.opcodes = phone_opcodes,
	.nopcodes = PHONE_NOPCODES,
	.ioctls = phone_ioctls,
	.nioctls = ARRAY_SIZE(phone_ioctls),
	.steps = phone_steps,
	.nsteps = PHONE_NSTEPS,
	.release_ms = 50,
	.open_hold_ms = 500,
	.deadline_ms = &phone_deadline_ms,
	.bind = phone_bind,
	.unbind = phone_unbind,
	.open = phone_open,
	.check = phone_check,
	.run = phone_run,
	.step_begin = phone_step_begin,
	.step_run = phone_step_run,
	.summary = phone_summary,
	.closed = phone_closed,
};
