// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls: ringing, going online, the far end's hang-up, and our own ways of hanging up.
 */
#include <linux/ktime.h>
#include <linux/string.h>
#include "phone_state.h"

/* A ring every six seconds is the slowest in use; longer silence ends the ringing. */
#define PHONE_RING_NS (6500 * NSEC_PER_MSEC)
/* How long an aborted dial or answer may take to say so, in an open session. */
#define PHONE_ABORT_NS NSEC_PER_SEC
#define PHONE_ATH_NS (1500 * NSEC_PER_MSEC)
#define PHONE_ESCAPE_NS (4 * NSEC_PER_SEC)

/* ---- what is told ---- */

void phone_state_event(struct phone *ph, u32 what, u32 p2)
{
	cldn_indicate(ph->dev, CLEARDOWN_EV_PHONE_STATE, what, p2, 0, NULL, 0);
}

/* A call that is over has lost its number by the time that its owner reads so. */
void phone_set_call(struct phone *ph, u32 state, u32 code)
{
	u32 call = (u32)ph->dev->call;

	phone_set(ph, &ph->status.out_call_state, state);
	if (state == CLEARDOWN_CALL_IDLE)
		cldn_call_end(ph->dev);
	cldn_indicate(ph->dev, CLEARDOWN_EV_CALL_STATE, state, code, call, NULL, 0);
}

void phone_set_hook(struct phone *ph, u32 hook)
{
	ph->hook = hook;
	if (hook != PHONE_HOOK_OFF) {
		ph->devices = 0;
		ph->tone = false;
		phone_button_up(ph);
	} else if (!ph->devices) {
		ph->devices = CLEARDOWN_HOOKDEV_HANDSET;
	}
	phone_show_hook(ph);
}

static u32 phone_call_state(const struct phone *ph)
{
	return ph->status.out_call_state;
}

/* A call is up or being set up by us; a phone that merely rings has none. */
bool phone_call_up(const struct phone *ph)
{
	u32 state = phone_call_state(ph);

	return state != CLEARDOWN_CALL_IDLE && state != CLEARDOWN_CALL_RINGING;
}

/* ---- ringing ---- */

static void phone_ring_over(struct phone *ph)
{
	if (!ph->ring_ns)
		return;
	ph->ring_ns = 0;
	ph->texts = 0;
	ph->edges = 0;
	ph->caller_new = false;
	ph->bursts = 0;
	phone_set(ph, &ph->status.out_ring_mode, 0);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGMODE, 0);
}

static void phone_caller_clear(struct phone *ph)
{
	guard(spinlock_irqsave)(&ph->lock);
	memset(ph->status.out_caller, 0, sizeof(ph->status.out_caller));
	memset(ph->status.out_caller_name, 0, sizeof(ph->status.out_caller_name));
}

static void phone_ring_begin(struct phone *ph)
{
	if (!ph->caller_new)
		phone_caller_clear(ph);
	phone_set(ph, &ph->status.out_rings, 0);
	phone_set(ph, &ph->status.out_ring_mode, 1);
	phone_call_begin(ph, CLEARDOWN_CALL_RINGING);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGMODE, 1);
}

/*
 * A modem may show a ring by a text, by the RI line or by both, so each is counted for itself and
 * the greater count is the number of rings.
 */
static void phone_ring(struct phone *ph, u32 *count, u64 now)
{
	u32 state = phone_call_state(ph);
	u32 rings;

	if (state != CLEARDOWN_CALL_IDLE && state != CLEARDOWN_CALL_RINGING)
		return;
	if (state == CLEARDOWN_CALL_IDLE)
		phone_ring_begin(ph);
	ph->ring_ns = now;
	++*count;
	rings = max(ph->texts, ph->edges);
	if (rings == ph->status.out_rings)
		return;
	phone_set(ph, &ph->status.out_rings, rings);
	cldn_indicate(ph->dev, CLEARDOWN_EV_RING, rings, 0, 0, ph->status.out_caller,
		      strlen(ph->status.out_caller));
}

/* The modem says RING; the line's edges know no pattern. */
void phone_ring_text(struct phone *ph)
{
	phone_ring(ph, &ph->texts, ktime_get_ns());
	phone_ring_pattern(ph);
}

static bool phone_ri(const struct phone *ph)
{
	return ph->dlg.lines & CLEARDOWN_LINE_VALID && ph->dlg.lines & CLEARDOWN_LINE_RI;
}

u64 phone_ring_next(const struct phone *ph)
{
	if (!ph->ring_ns || phone_ri(ph))
		return U64_MAX;
	return ph->ring_ns + PHONE_RING_NS;
}

void phone_ring_tick(struct phone *ph, u64 now)
{
	if (now < phone_ring_next(ph))
		return;
	if (phone_call_state(ph) == CLEARDOWN_CALL_RINGING)
		phone_call_over(ph, CLEARDOWN_RESULT_NO_ANSWER);
	else
		phone_ring_over(ph);
}

static void phone_caller_field(struct phone *ph, char *to, size_t size, const char *name,
			       const u8 *line, size_t len)
{
	const u8 *value;
	size_t n = cldn_at_field(line, len, name, &value);

	if (!n)
		return;
	guard(spinlock_irqsave)(&ph->lock);
	memset(to, 0, size);
	memcpy(to, value, min(n, size - 1));
}

static void phone_caller(struct phone *ph, const u8 *line, size_t len)
{
	struct cleardown_phone_status *st = &ph->status;

	if (!ph->caller_new)
		phone_caller_clear(ph);
	ph->caller_new = true;
	phone_caller_field(ph, st->out_caller, sizeof(st->out_caller), "NMBR", line, len);
	phone_caller_field(ph, st->out_caller_name, sizeof(st->out_caller_name), "NAME", line, len);
	cldn_indicate(ph->dev, CLEARDOWN_EV_CALLER_ID, 0, 0, 0, line,
		      min_t(size_t, len, CLEARDOWN_EVENT_DATA_MAX));
}

/* ---- the life of a call ---- */

void phone_call_begin(struct phone *ph, u32 state)
{
	if (!ph->dev->call)
		cldn_call_begin(ph->dev);
	phone_set_call(ph, state, CLEARDOWN_RESULT_OK);
}

static void phone_online(struct phone *ph)
{
	phone_ring_over(ph);
	ph->doubt = false;
	if (!ph->dev->call)
		cldn_call_begin(ph->dev);
	phone_set(ph, &ph->status.out_rate, ph->dlg.rate);
	phone_set_hook(ph, PHONE_HOOK_OFF);
	ph->connected = true;
	phone_set_call(ph, CLEARDOWN_CALL_ONLINE, CLEARDOWN_RESULT_CONNECT);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_CONNECTED, 0);
	cldn_data_begin(ph->dev);
}

/* A voice stream has ended by itself, or by its owner; the call goes on. */
void phone_stream_over(struct phone *ph)
{
	cldn_data_end(ph->dev);
	phone_set_call(ph, CLEARDOWN_CALL_COMMAND, CLEARDOWN_RESULT_OK);
}

/* The call is over, whoever ended it; reported once. Whoever knows sets the hook. */
void phone_call_over(struct phone *ph, u32 code)
{
	if (phone_call_state(ph) == CLEARDOWN_CALL_IDLE)
		return;
	cldn_data_end(ph->dev);
	phone_ring_over(ph);
	phone_set_call(ph, CLEARDOWN_CALL_IDLE, code);
	if (ph->connected)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_DISCONNECTED, 0);
	ph->connected = false;
}

/* A call is up though the modem is in command state; only then does NO CARRIER end one there. */
static bool phone_call_in_command(const struct phone *ph)
{
	u32 state = phone_call_state(ph);

	return state == CLEARDOWN_CALL_COMMAND || state == CLEARDOWN_CALL_CLEARING;
}

/* The far end hung up, or the modem gave up: what the modem says of itself proves on-hook. */
static void phone_call_cleared(struct phone *ph)
{
	phone_call_over(ph, CLEARDOWN_RESULT_NO_CARRIER);
	phone_set_hook(ph, PHONE_HOOK_ON);
}

/* In command state; the modem may repeat it, or say it long after the carrier line has fallen. */
static void phone_no_carrier(struct phone *ph)
{
	if (phone_call_in_command(ph))
		phone_call_cleared(ph);
	else if (!phone_call_up(ph))
		phone_set_hook(ph, PHONE_HOOK_ON);
	ph->doubt = false;
}

/* The modem answers commands, so a call whose end was not certain is over for it too. */
static void phone_heard(struct phone *ph)
{
	if (ph->doubt && !phone_call_up(ph))
		phone_set_hook(ph, PHONE_HOOK_ON);
	ph->doubt = false;
}

/* ---- hanging up ---- */

/* There is a DTR, and nothing has shown that the modem does not heed it. */
bool phone_dtr_usable(const struct phone *ph)
{
	return ph->dlg.lines & CLEARDOWN_LINE_VALID && !ph->no_dtr && !ph->dtr_ignored &&
	       !ph->dtr_useless;
}

/* Known from now on, until other hardware is bound: the next close does without DTR. */
void phone_dtr_is_ignored(struct phone *ph)
{
	ph->dtr_ignored = true;
	WRITE_ONCE(ph->dev->emergency_ns, PHONE_NO_DTR_NS);
}

const char *phone_lines_body(const struct phone *ph)
{
	return ph->no_dtr ? PHONE_NO_DTR_BODY : PHONE_LINES_BODY;
}

/* Whoever asked for DTR to be kept did not ask for a call that outlives him. */
bool phone_dtr_kept(const struct phone *ph)
{
	return ph->dev->owner->dtr == CLEARDOWN_DTR_KEEP &&
	       cldn_closing(ph->dev) < CLEARDOWN_MODE_EMERGENCY;
}

static void phone_hang_use(struct phone *ph, u32 means, u64 now)
{
	ph->means = means;
	ph->tried |= BIT(means);
	switch (means) {
	case PHONE_HANG_ABORT:
		cldn_dlg_abort(&ph->dlg, now, now + PHONE_ABORT_NS);
		break;
	case PHONE_HANG_DTR:
		cldn_dlg_hang(&ph->dlg, true, now, PHONE_DTR_MIN_NS, PHONE_DTR_MAX_NS);
		break;
	case PHONE_HANG_ATH:
		cldn_dlg_command(&ph->dlg, "H", 1, CLDN_DLG_PLAIN, now, now + PHONE_ATH_NS);
		break;
	case PHONE_HANG_ESCAPE:
		cldn_dlg_escape(&ph->dlg, now, now + PHONE_ESCAPE_NS);
		break;
	case PHONE_HANG_VOICE:
		cldn_dlg_break(&ph->dlg);
		cldn_dlg_command(&ph->dlg, phone_voice_end(ph), strlen(phone_voice_end(ph)),
				 CLDN_DLG_PLAIN, now, now + PHONE_ATH_NS);
		break;
	}
}

static void phone_hangup_over(struct phone *ph, u32 code, bool proven)
{
	ph->act = PHONE_ACT_NONE;
	phone_call_over(ph, code);
	phone_set_hook(ph, proven ? PHONE_HOOK_ON : PHONE_HOOK_UNKNOWN);
	if (proven)
		phone_op_end(ph, 0, 0, code);
	else
		phone_op_end(ph, CLEARDOWN_PHONEERR_OPERATIONFAILED, -EIO, code);
}

/* A call is up in data mode, or it is not known that none is: what to try next. */
static void phone_hang_next(struct phone *ph, u64 now)
{
	bool dtr = phone_dtr_usable(ph) && !(ph->tried & BIT(PHONE_HANG_DTR));
	bool escape = !(ph->tried & BIT(PHONE_HANG_ESCAPE));

	if (dtr && (!phone_dtr_kept(ph) || !escape))
		phone_hang_use(ph, PHONE_HANG_DTR, now);
	else if (escape)
		phone_hang_use(ph, PHONE_HANG_ESCAPE, now);
	else if (!(ph->tried & BIT(PHONE_HANG_ATH)))
		phone_hang_use(ph, PHONE_HANG_ATH, now);
	else
		phone_hangup_over(ph, CLEARDOWN_RESULT_NONE, false);
}

/*
 * Ends the call by what fits its state, and what there is of it; @op, if it is a HANGUP, is
 * completed at the end.
 */
void phone_hangup_begin(struct phone *ph, u64 now)
{
	bool command = ph->act == PHONE_ACT_OP && !cldn_dlg_idle(&ph->dlg) &&
		       !cldn_dlg_data(&ph->dlg);

	ph->act = PHONE_ACT_HANGUP;
	ph->tried = 0;
	if (phone_call_state(ph) != CLEARDOWN_CALL_IDLE)
		phone_set_call(ph, CLEARDOWN_CALL_CLEARING, CLEARDOWN_RESULT_OK);
	if (command)
		phone_hang_use(ph, PHONE_HANG_ABORT, now);
	else if (ph->class8)
		phone_hang_use(ph, PHONE_HANG_VOICE, now);
	else if (cldn_dlg_data(&ph->dlg))
		phone_hang_next(ph, now);
	else
		phone_hang_use(ph, PHONE_HANG_ATH, now);
}

static void phone_hangup_done(struct phone *ph, u32 code, u64 now)
{
	bool silent = code == CLEARDOWN_RESULT_NONE;

	if (cldn_dlg_data(&ph->dlg)) { /* the abort came too late */
		phone_hang_next(ph, now);
		return;
	}
	switch (ph->means) {
	case PHONE_HANG_ESCAPE:
		if (code == CLEARDOWN_RESULT_OK) {
			if (ph->tried & BIT(PHONE_HANG_DTR)) /* and the call was still up */
				phone_dtr_is_ignored(ph);
			phone_hang_use(ph, PHONE_HANG_ATH, now);
			return;
		}
		break;
	case PHONE_HANG_DTR:
		ph->dtr_useless = silent;
		break;
	case PHONE_HANG_VOICE:
		if (code == CLEARDOWN_RESULT_OK)
			phone_set_class(ph, false);
		break;
	default:
		break;
	}
	/* The far end's hang-up may have come first. */
	if (!silent || phone_call_state(ph) == CLEARDOWN_CALL_IDLE)
		phone_hangup_over(ph, code, true);
	else
		phone_hang_next(ph, now);
}

/* ---- what the dialogue tells ---- */

static void phone_dlg_text(struct cldn_dialogue *d, const u8 *line, size_t len)
{
	struct phone *ph = phone_of_dlg(d);
	size_t room;

	if (ph->act == PHONE_ACT_START) {
		phone_script_text(ph, line, len);
		return;
	}
	if (ph->text_len && ph->text_len < sizeof(ph->text))
		ph->text[ph->text_len++] = '\n';
	room = sizeof(ph->text) - ph->text_len;
	len = min(len, room);
	memcpy(ph->text + ph->text_len, line, len);
	ph->text_len += len;
}

static void phone_dlg_done(struct cldn_dialogue *d, u32 code)
{
	struct phone *ph = phone_of_dlg(d);
	u64 now = ktime_get_ns();

	ph->step_code = code;
	if (code != CLEARDOWN_RESULT_NONE)
		phone_heard(ph);
	if (code == CLEARDOWN_RESULT_CONNECT && ph->act != PHONE_ACT_HANGUP)
		phone_online(ph);
	switch (ph->act) {
	case PHONE_ACT_START:
		phone_script_done(ph, code, now);
		break;
	case PHONE_ACT_OP:
		ph->act = PHONE_ACT_NONE;
		phone_op_done(ph, code);
		break;
	case PHONE_ACT_FIXUP:
		ph->act = PHONE_ACT_NONE;
		phone_fixup_done(ph, code);
		break;
	case PHONE_ACT_HANGUP:
		phone_hangup_done(ph, code, now);
		break;
	case PHONE_ACT_LADDER:
		ph->step_over = true;
		break;
	default:
		break;
	}
}

static void phone_dlg_unasked(struct cldn_dialogue *d, const struct cldn_at_result *r,
			      const u8 *line, size_t len)
{
	struct phone *ph = phone_of_dlg(d);

	switch (r->kind) {
	case CLDN_AT_RING:
		phone_ring_text(ph);
		break;
	case CLDN_AT_CADENCE:
		phone_cadence(ph, line, len);
		break;
	case CLDN_AT_CALLER:
		phone_caller(ph, line, len);
		break;
	case CLDN_AT_FINAL:
		if (r->code == CLEARDOWN_RESULT_CONNECT)
			phone_online(ph);
		else if (r->code == CLEARDOWN_RESULT_NO_CARRIER)
			phone_no_carrier(ph);
		break;
	default:
		cldn_indicate(ph->dev, CLEARDOWN_EV_DEVSPECIFIC, 0, 0, 0, line,
			      min_t(size_t, len, CLEARDOWN_EVENT_DATA_MAX));
	}
}

static size_t phone_dlg_room(struct cldn_dialogue *d)
{
	return cldn_rx_room(phone_of_dlg(d)->dev);
}

static size_t phone_dlg_push(struct cldn_dialogue *d, const u8 *buf, size_t len)
{
	return cldn_rx_push(phone_of_dlg(d)->dev, buf, len);
}

static void phone_dlg_carrier(struct cldn_dialogue *d, bool up)
{
	phone_set_call(phone_of_dlg(d), up ? CLEARDOWN_CALL_ONLINE : CLEARDOWN_CALL_CLEARING,
		       up ? CLEARDOWN_RESULT_CONNECT : CLEARDOWN_RESULT_NO_CARRIER);
}

static void phone_dlg_lost(struct cldn_dialogue *d, bool said)
{
	struct phone *ph = phone_of_dlg(d);

	if (said) {
		phone_call_cleared(ph);
		return;
	}
	/* The line counts as off-hook until the modem answers, for which it is asked something. */
	phone_call_over(ph, CLEARDOWN_RESULT_NO_CARRIER);
	ph->doubt = true;
	ph->fixup = true;
}

const struct cldn_dlg_ops phone_dlg_ops = {
	.text = phone_dlg_text,
	.unasked = phone_dlg_unasked,
	.done = phone_dlg_done,
	.code = phone_dlg_code,
	.room = phone_dlg_room,
	.push = phone_dlg_push,
	.carrier = phone_dlg_carrier,
	.lost = phone_dlg_lost,
};

/* ---- modem lines ---- */

/*
 * Tells what changed since the last time, whoever has read the lines meanwhile. Called in each turn
 * of the worker; reads them only when something may have changed.
 */
void phone_lines(struct phone *ph, bool read, u64 now)
{
	u32 changed;

	if (read)
		cldn_dlg_lines(&ph->dlg, now);
	changed = ph->lines ^ ph->dlg.lines;
	ph->lines = ph->dlg.lines;
	WRITE_ONCE(ph->dev->lines, ph->lines);
	if (!changed)
		return;
	cldn_indicate(ph->dev, CLEARDOWN_EV_LINES, ph->lines, changed, 0, NULL, 0);
	if (changed & CLEARDOWN_LINE_RI) {
		if (phone_ri(ph))
			phone_ring(ph, &ph->edges, now);
		else if (ph->ring_ns)
			ph->ring_ns = now;
	}
	if (changed & CLEARDOWN_LINE_DCD && !(ph->lines & CLEARDOWN_LINE_DCD) &&
	    phone_call_state(ph) == CLEARDOWN_CALL_COMMAND)
		phone_call_cleared(ph);
}
