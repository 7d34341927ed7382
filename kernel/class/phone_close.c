// SPDX-License-Identifier: GPL-2.0-only
/*
 * The close ladder of a phone. The core calls the rungs in the table's order and cuts each at its
 * time; what a rung leaves unfinished the next one finds in the dialogue's state and takes over.
 *
 * A data call ends politely by DTR: with &D2 that is the modem's own orderly disconnect, and DCD
 * low is the proof. Escape and ATH are for those who keep DTR up, or have none: bind said so, or
 * the modem was seen not to heed it. There they run in every mode, for nothing else hangs up, and
 * an emergency has the time for it (dev->emergency_ns). A modem in voice class knows neither DCD
 * nor escape, and DTR does not lead it out of that class: there the stream is ended, the line hung
 * up and class 0 set by one command, which also silences the bell of a telephone, darkens its lamps
 * and clears its display. Behind a data call that waits for the next open. When nothing is up no
 * rung takes any time.
 */
#include <linux/ktime.h>
#include <linux/string.h>
#include "phone_state.h"

/* Silence, +++, silence: with less time the escape cannot work. */
#define PHONE_ESCAPE_LEAST_NS (2150 * NSEC_PER_MSEC)
/* The worker needs some time to get to the end of a rung. */
#define PHONE_CUT_NS (20 * NSEC_PER_MSEC)

const struct cldn_step phone_steps[PHONE_NSTEPS] = {
	{ CLEARDOWN_STEP_DRAIN_OPS, CLDN_IN_DRAIN, 0, 0 },
	{ CLEARDOWN_STEP_DRAIN_DATA, CLDN_IN_POLITE, 0, 0 },
	{ CLEARDOWN_STEP_ABORT_CMD, CLDN_IN_TOUCHING, 150, 300 },
	/* No reserve: in an emergency it has what the rung before it left. */
	{ CLEARDOWN_STEP_VOICE, CLDN_IN_TOUCHING, 0, 1500 },
	{ CLEARDOWN_STEP_ESCAPE, CLDN_IN_TOUCHING, 0, 2600 },
	{ CLEARDOWN_STEP_HANGUP, CLDN_IN_TOUCHING, 0, 1000 },
	{ CLEARDOWN_STEP_DTR, CLDN_IN_TOUCHING, 500, 0 },
};

/* From now on the dialogue works for the ladder alone. */
static void phone_take_over(struct phone *ph)
{
	ph->act = PHONE_ACT_LADDER;
	ph->step_over = false;
}

/* What the report says of a rung. */
static void phone_step_tell(struct phone *ph, struct cldn_step_result *result)
{
	result->detail = ph->step_code;
	if (ph->step_code != CLEARDOWN_RESULT_NONE)
		return;
	result->error = -ETIMEDOUT;
	ph->unanswered = true;
}

static enum cldn_step_verdict phone_step_result(struct phone *ph, struct cldn_step_result *result)
{
	if (!ph->step_over)
		return CLDN_STEP_WAIT;
	phone_step_tell(ph, result);
	return CLDN_STEP_DONE;
}

/* ---- draining ---- */

static enum cldn_step_verdict phone_drain_ops(struct phone *ph, bool begin)
{
	phone_ops(ph, ktime_get_ns());
	if (ph->act != PHONE_ACT_NONE)
		return CLDN_STEP_WAIT;
	return begin ? CLDN_STEP_NOTHING : CLDN_STEP_DONE;
}

static enum cldn_step_verdict phone_drain_data(struct phone *ph, bool begin,
					       struct cldn_step_result *result)
{
	if (!cldn_dlg_data(&ph->dlg)) {
		result->error = begin ? 0 : -ENOTCONN;
		return begin ? CLDN_STEP_NOTHING : CLDN_STEP_DONE;
	}
	return cldn_tx_drain(ph->dev, begin, result);
}

/* ---- ending the command in flight ---- */

static bool phone_busy(const struct phone *ph)
{
	return !cldn_dlg_idle(&ph->dlg) && !cldn_dlg_data(&ph->dlg);
}

static enum cldn_step_verdict phone_abort_begin(struct phone *ph, u64 until_ns)
{
	if (!phone_busy(ph))
		return CLDN_STEP_NOTHING;
	cldn_dlg_abort(&ph->dlg, ktime_get_ns(), until_ns);
	return phone_busy(ph) ? CLDN_STEP_WAIT : CLDN_STEP_DONE;
}

/*
 * The command's result goes its usual way, to its request: what the modem acknowledged in time is
 * a success. The rung is over when nothing is in flight.
 */
static enum cldn_step_verdict phone_abort_run(struct phone *ph, struct cldn_step_result *result)
{
	if (phone_busy(ph))
		return CLDN_STEP_WAIT;
	phone_step_tell(ph, result);
	return CLDN_STEP_DONE;
}

/* ---- leaving voice class, and putting the panel to rest ---- */

static enum cldn_step_verdict phone_voice_begin(struct phone *ph, u64 until_ns)
{
	const char *voice = phone_voice_end(ph);
	char body[CLDN_AT_BODY_MAX];
	size_t n = phone_panel_rest(ph, body);

	if ((!voice && (!n || !cldn_dlg_idle(&ph->dlg))) || phone_busy(ph))
		return CLDN_STEP_NOTHING;
	if (voice)
		snprintf(body + n, sizeof(body) - n, "%s%s", n ? ";" : "", voice);
	phone_take_over(ph);
	if (voice)
		cldn_dlg_break(&ph->dlg);
	cldn_dlg_command(&ph->dlg, body, strlen(body), CLDN_DLG_PLAIN, ktime_get_ns(), until_ns);
	return CLDN_STEP_WAIT;
}

static enum cldn_step_verdict phone_voice_run(struct phone *ph, struct cldn_step_result *result)
{
	enum cldn_step_verdict verdict = phone_step_result(ph, result);

	if (verdict != CLDN_STEP_DONE || ph->step_code != CLEARDOWN_RESULT_OK)
		return verdict;
	phone_panel_rested(ph);
	if (ph->class8) {
		phone_call_over(ph, ph->step_code);
		phone_set_class(ph, false);
		phone_set_hook(ph, PHONE_HOOK_ON);
	}
	return verdict;
}

/* ---- clearing the call ---- */

/* Escape and ATH are polite where DTR can hang up; else they are the only way. */
static bool phone_only_polite(const struct phone *ph)
{
	return phone_dtr_usable(ph) && cldn_closing(ph->dev) > CLEARDOWN_MODE_ORDERLY;
}

static enum cldn_step_verdict phone_escape_begin(struct phone *ph, u64 until_ns)
{
	bool dtr = phone_dtr_usable(ph) && !phone_dtr_kept(ph);
	u64 now = ktime_get_ns();

	/* Without DCD nobody can tell whether DTR is connected at all. */
	if (!cldn_dlg_data(&ph->dlg) || (dtr && cldn_dlg_carrier_counts(&ph->dlg)) ||
	    phone_only_polite(ph) || until_ns < now + PHONE_ESCAPE_LEAST_NS)
		return CLDN_STEP_NOTHING;
	phone_take_over(ph);
	cldn_dlg_escape(&ph->dlg, now, until_ns);
	return CLDN_STEP_WAIT;
}

/* The line may be off-hook for all we know. */
static bool phone_off_hook(const struct phone *ph)
{
	return ph->hook == PHONE_HOOK_OFF || phone_call_up(ph) ||
	       (ph->hook == PHONE_HOOK_UNKNOWN && ph->had_call);
}

static enum cldn_step_verdict phone_hangup_rung_begin(struct phone *ph, u64 until_ns)
{
	if (!phone_off_hook(ph) || !cldn_dlg_idle(&ph->dlg) || phone_only_polite(ph))
		return CLDN_STEP_NOTHING;
	/* A modem that may not listen to commands now is not waited for where DTR can do it. */
	if (!ph->dlg.synced && phone_dtr_usable(ph) && !phone_dtr_kept(ph))
		return CLDN_STEP_NOTHING;
	phone_take_over(ph);
	cldn_dlg_command(&ph->dlg, "H", 1, CLDN_DLG_PLAIN, ktime_get_ns(), until_ns);
	return CLDN_STEP_WAIT;
}

static enum cldn_step_verdict phone_hangup_rung_run(struct phone *ph,
						    struct cldn_step_result *result)
{
	enum cldn_step_verdict verdict = phone_step_result(ph, result);

	if (verdict == CLDN_STEP_DONE && ph->step_code == CLEARDOWN_RESULT_OK) {
		phone_call_over(ph, ph->step_code);
		phone_set_hook(ph, PHONE_HOOK_ON);
	}
	return verdict;
}

/* ---- DTR ---- */

/* A modem that never answered may be in a call that somebody left to it. */
static bool phone_maybe_up(const struct phone *ph)
{
	u32 dcd = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_DCD;

	return cldn_dlg_data(&ph->dlg) || phone_off_hook(ph) ||
	       (ph->hook == PHONE_HOOK_UNKNOWN && (ph->dlg.lines & dcd) == dcd);
}

/*
 * Nothing is up, so nobody has to see DTR low for a while: it is set to what it is to be from now
 * on. Said also where it is so already, for the line's own close follows what was said last.
 */
static enum cldn_step_verdict phone_dtr_quick(struct phone *ph, struct cldn_step_result *result)
{
	struct cldn_link *link = &ph->dev->link;
	bool drop = ph->dev->owner->dtr == CLEARDOWN_DTR_DROP;

	result->error = link->drv->set_lines(link, drop ? 0 : CLEARDOWN_LINE_DTR,
					     drop ? CLEARDOWN_LINE_DTR : 0);
	return drop ? CLDN_STEP_DONE : CLDN_STEP_NOTHING;
}

static enum cldn_step_verdict phone_dtr_run(struct phone *ph, struct cldn_step_result *result)
{
	enum cldn_step_verdict verdict = phone_step_result(ph, result);

	if (verdict != CLDN_STEP_DONE)
		return verdict;
	if (ph->dev->owner->dtr == CLEARDOWN_DTR_PULSE)
		ph->dev->dtr_dropped_ns = 0; /* it has risen again */
	if (ph->step_code != CLEARDOWN_RESULT_NONE) {
		phone_call_over(ph, ph->step_code);
		phone_set_hook(ph, PHONE_HOOK_ON);
	} else if (cldn_dlg_carrier_counts(&ph->dlg) && ph->dlg.lines & CLEARDOWN_LINE_DCD) {
		phone_dtr_is_ignored(ph);
	}
	return verdict;
}

/* How long DTR stays low at least: so that the rung ends, with its proof, before it is cut. */
static u64 phone_dtr_least(const struct cldn_handle *h, u64 now, u64 until_ns)
{
	u64 least = h->dtr == CLEARDOWN_DTR_PULSE ? h->dtr_pulse_ms * NSEC_PER_MSEC :
						    PHONE_DTR_MIN_NS;
	u64 end = now + PHONE_CUT_NS;

	return until_ns > end ? min(least, until_ns - end) : 0;
}

static enum cldn_step_verdict phone_dtr_begin(struct phone *ph, u64 until_ns,
					      struct cldn_step_result *result)
{
	struct cldn_handle *h = ph->dev->owner;
	bool pulse = h->dtr == CLEARDOWN_DTR_PULSE;
	u64 now = ktime_get_ns();
	u64 min_ns = phone_dtr_least(h, now, until_ns);

	if (!(ph->dlg.lines & CLEARDOWN_LINE_VALID))
		return CLDN_STEP_NOTHING;
	if (phone_dtr_kept(ph))
		return phone_dtr_quick(ph, result);
	ph->unanswered |= phone_busy(ph);
	phone_take_over(ph);
	if (!phone_maybe_up(ph)) {
		cldn_dlg_forget(&ph->dlg);
		return phone_dtr_quick(ph, result);
	}
	ph->dev->dtr_dropped_ns = now;
	cldn_dlg_hang(&ph->dlg, pulse, now, min_ns, max(min_ns, PHONE_DTR_MAX_NS));
	return phone_dtr_run(ph, result);
}

/* ---- the table's ends ---- */

static enum cldn_step_verdict phone_rung(struct phone *ph, u32 what, bool begin, u64 until_ns,
					 struct cldn_step_result *result)
{
	switch (what) {
	case CLEARDOWN_STEP_DRAIN_OPS:
		return phone_drain_ops(ph, begin);
	case CLEARDOWN_STEP_DRAIN_DATA:
		return phone_drain_data(ph, begin, result);
	case CLEARDOWN_STEP_ABORT_CMD:
		return begin ? phone_abort_begin(ph, until_ns) : phone_abort_run(ph, result);
	case CLEARDOWN_STEP_VOICE:
		return begin ? phone_voice_begin(ph, until_ns) : phone_voice_run(ph, result);
	case CLEARDOWN_STEP_ESCAPE:
		return begin ? phone_escape_begin(ph, until_ns) : phone_step_result(ph, result);
	case CLEARDOWN_STEP_HANGUP:
		return begin ? phone_hangup_rung_begin(ph, until_ns) :
			       phone_hangup_rung_run(ph, result);
	case CLEARDOWN_STEP_DTR:
		return begin ? phone_dtr_begin(ph, until_ns, result) : phone_dtr_run(ph, result);
	default:
		return CLDN_STEP_NOTHING;
	}
}

enum cldn_step_verdict phone_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
					struct cldn_step_result *result)
{
	struct phone *ph = phone_of(dev);
	enum cldn_step_verdict verdict;

	ph->had_call |= phone_call_up(ph);
	verdict = phone_rung(ph, what, true, until_ns, result);
	phone_arm(ph);
	return verdict;
}

enum cldn_step_verdict phone_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				      struct cldn_step_result *result)
{
	struct phone *ph = phone_of(dev);
	enum cldn_step_verdict verdict = phone_rung(ph, what, false, until_ns, result);

	phone_arm(ph);
	return verdict;
}

u32 phone_summary(struct cldn_device *dev)
{
	struct phone *ph = phone_of(dev);
	bool had_call = ph->had_call || phone_call_up(ph);
	u32 flags = had_call ? CLEARDOWN_REPORT_HAD_CALL : 0;

	if (ph->hook == PHONE_HOOK_ON)
		flags |= CLEARDOWN_REPORT_ONHOOK;
	else if (had_call || ph->unanswered)
		flags |= CLEARDOWN_REPORT_FORCED;
	return flags;
}
