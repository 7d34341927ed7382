// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a fax modem gets on-hook, as rungs of the close ladder and, without one, when the provider
 * gives the serial line or has it taken away.
 *
 * DLE ETX ends what is being sent, CAN what is being received or dialled; then the modem takes H,
 * whose OK is the proof: in Class 1 DCD comes and goes with every page. DTR is for a modem that
 * does not answer, and the drop must be its &D2.
 */
#include <linux/ktime.h>
#include <linux/string.h>
#include "fax.h"

/* A modem takes no notice of a character so soon after a dial command. */
#define FAX_AGAIN_NS (140 * NSEC_PER_MSEC)
#define FAX_DTR_LEAST_NS (250 * NSEC_PER_MSEC)
/* Without a ladder each step has so long. */
#define FAX_ABORT_NS (300 * NSEC_PER_MSEC)
#define FAX_HANGUP_NS (1000 * NSEC_PER_MSEC)
#define FAX_DTR_NS (500 * NSEC_PER_MSEC)

const struct cldn_step fax_steps[FAX_NSTEPS] = {
	{ CLEARDOWN_STEP_DRAIN_DATA, CLDN_IN_POLITE, 0, 2000 },
	{ CLEARDOWN_STEP_ABORT_CMD, CLDN_IN_TOUCHING, 100, 300 },
	{ CLEARDOWN_STEP_HANGUP, CLDN_IN_TOUCHING, 150, 1000 },
	{ CLEARDOWN_STEP_DTR, CLDN_IN_TOUCHING, 300, 0 },
};

/* ---- saying ---- */

static void fax_say_more(struct fax_line *fl)
{
	struct cldn_link *link = &fl->dev->link;
	u8 hook = fl->track.hook;
	ssize_t n;

	if (fl->said == fl->say_len)
		return;
	n = link->drv->write(link, fl->say + fl->said, fl->say_len - fl->said);
	if (n <= 0)
		return; /* ROOM comes, or the rung's end */
	fax_track_tx(&fl->track, fl->say + fl->said, n);
	fl->said += n;
	fax_track_changed(fl, hook);
}

static void fax_say(struct fax_line *fl, const char *text, size_t len)
{
	memcpy(fl->say, text, len);
	fl->say_len = len;
	fl->said = 0;
	fl->finals = fl->track.finals;
	fax_say_more(fl);
}

/* The modem has answered what was said last. */
static bool fax_answered(struct fax_line *fl, struct cldn_step_result *result)
{
	fax_say_more(fl);
	if (fl->said < fl->say_len || fl->finals == fl->track.finals)
		return false;
	result->detail = fl->track.code;
	return true;
}

/* ---- the rungs ---- */

static enum cldn_step_verdict fax_drain(struct fax_line *fl, bool begin,
					struct cldn_step_result *result)
{
	if (!fl->held)
		return CLDN_STEP_NOTHING;
	return cldn_tx_drain(fl->dev, begin, result);
}

static enum cldn_step_verdict fax_abort_begin(struct fax_line *fl)
{
	static const char etx[] = { FAX_DLE, FAX_ETX };
	static const char can[] = { FAX_CAN };
	const struct fax_track *t = &fl->track;

	if (t->flow == FAX_SENDING)
		fax_say(fl, etx, sizeof(etx));
	else if (t->flow == FAX_RECEIVING || t->flight != FAX_NOTHING)
		fax_say(fl, can, sizeof(can));
	else
		return CLDN_STEP_NOTHING;
	fl->least_ns = ktime_get_ns() + FAX_AGAIN_NS;
	cldn_wake_at(fl->dev, fl->least_ns);
	return CLDN_STEP_WAIT;
}

static enum cldn_step_verdict fax_abort_run(struct fax_line *fl, struct cldn_step_result *result)
{
	u64 now = ktime_get_ns();

	if (fax_answered(fl, result))
		return CLDN_STEP_DONE;
	if (!fl->track.calling)
		return CLDN_STEP_WAIT;
	if (now >= fl->least_ns && fl->said == fl->say_len) {
		fl->said = 0;
		fl->least_ns = now + FAX_AGAIN_NS;
		fax_say_more(fl);
	}
	cldn_wake_at(fl->dev, fl->least_ns);
	return CLDN_STEP_WAIT;
}

/* A modem that was never told to go off-hook is believed to be on-hook only where DCD says so. */
static bool fax_off_hook(const struct fax_line *fl)
{
	return fl->track.hook != FAX_HOOK_ON;
}

static enum cldn_step_verdict fax_hangup_begin(struct fax_line *fl)
{
	if (!fax_off_hook(fl))
		return CLDN_STEP_NOTHING;
	fl->track.len = 0; /* a command that was cut short is none */
	fax_say(fl, "ATH0\r", 5);
	return CLDN_STEP_WAIT;
}

/* Results of what was broken off may still come before the one that counts. */
static enum cldn_step_verdict fax_hangup_run(struct fax_line *fl, struct cldn_step_result *result)
{
	if (!fax_answered(fl, result))
		return CLDN_STEP_WAIT;
	return fax_off_hook(fl) ? CLDN_STEP_WAIT : CLDN_STEP_DONE;
}

/* The carrier line as it is: 1 high, 0 low, -1 there is none. */
static int fax_dcd(const struct fax_line *fl)
{
	u32 lines = fl->dev->link.drv->get_lines(&fl->dev->link);

	return lines & CLEARDOWN_LINE_VALID ? !!(lines & CLEARDOWN_LINE_DCD) : -1;
}

static enum cldn_step_verdict fax_dtr_begin(struct fax_line *fl, u64 until_ns,
					    struct cldn_step_result *result)
{
	struct cldn_link *link = &fl->dev->link;
	u64 now = ktime_get_ns();

	fl->fall = fax_dcd(fl) == 1;
	result->error = link->drv->set_lines(link, 0, CLEARDOWN_LINE_DTR);
	if (!fax_off_hook(fl))
		return CLDN_STEP_DONE;
	fl->dev->dtr_dropped_ns = now;
	fl->least_ns = min(now + FAX_DTR_LEAST_NS, until_ns);
	cldn_wake_at(fl->dev, fl->least_ns);
	return CLDN_STEP_WAIT;
}

/* DCD that falls with DTR is a proof; where it does not move there is none. */
static enum cldn_step_verdict fax_dtr_run(struct fax_line *fl, struct cldn_step_result *result)
{
	if (fl->fall && !fax_dcd(fl))
		fl->track.hook = FAX_HOOK_ON;
	if (ktime_get_ns() < fl->least_ns) {
		cldn_wake_at(fl->dev, fl->least_ns);
		return CLDN_STEP_WAIT;
	}
	if (fax_off_hook(fl)) {
		result->error = -ETIMEDOUT;
		fl->unanswered = true;
	}
	return CLDN_STEP_DONE;
}

static enum cldn_step_verdict fax_rung_begin(struct fax_line *fl, u32 what, u64 until_ns,
					     struct cldn_step_result *result)
{
	if (!fl->held)
		return CLDN_STEP_NOTHING;
	switch (what) {
	case CLEARDOWN_STEP_DRAIN_DATA:
		return fax_drain(fl, true, result);
	case CLEARDOWN_STEP_ABORT_CMD:
		return fax_abort_begin(fl);
	case CLEARDOWN_STEP_HANGUP:
		return fax_hangup_begin(fl);
	case CLEARDOWN_STEP_DTR:
		return fax_dtr_begin(fl, until_ns, result);
	default:
		return CLDN_STEP_NOTHING;
	}
}

static enum cldn_step_verdict fax_rung_run(struct fax_line *fl, u32 what,
					   struct cldn_step_result *result)
{
	switch (what) {
	case CLEARDOWN_STEP_DRAIN_DATA:
		return fax_drain(fl, false, result);
	case CLEARDOWN_STEP_ABORT_CMD:
		return fax_abort_run(fl, result);
	case CLEARDOWN_STEP_HANGUP:
		return fax_hangup_run(fl, result);
	default:
		return fax_dtr_run(fl, result);
	}
}

/* ---- the ladder ---- */

enum cldn_step_verdict fax_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
				      struct cldn_step_result *result)
{
	struct fax_line *fl = fax_line_of(dev);

	fl->had_call |= fl->held && fl->track.hook == FAX_HOOK_OFF;
	return fax_rung_begin(fl, what, until_ns, result);
}

enum cldn_step_verdict fax_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				    struct cldn_step_result *result)
{
	return fax_rung_run(fax_line_of(dev), what, result);
}

u32 fax_summary(struct cldn_device *dev)
{
	const struct fax_line *fl = fax_line_of(dev);
	u32 flags = fl->had_call ? CLEARDOWN_REPORT_HAD_CALL : 0;

	if (!fl->held || !fax_off_hook(fl))
		flags |= CLEARDOWN_REPORT_ONHOOK;
	else if (fl->had_call || fl->unanswered)
		flags |= CLEARDOWN_REPORT_FORCED;
	return flags;
}

/* ---- without a ladder ---- */

static u64 fax_hang_time(u32 what)
{
	switch (what) {
	case CLEARDOWN_STEP_ABORT_CMD:
		return FAX_ABORT_NS;
	case CLEARDOWN_STEP_HANGUP:
		return FAX_HANGUP_NS;
	default:
		return FAX_DTR_NS;
	}
}

static u32 fax_hang_next(u32 what)
{
	switch (what) {
	case 0:
		return CLEARDOWN_STEP_ABORT_CMD;
	case CLEARDOWN_STEP_ABORT_CMD:
		return CLEARDOWN_STEP_HANGUP;
	case CLEARDOWN_STEP_HANGUP:
		return CLEARDOWN_STEP_DTR;
	default:
		return 0;
	}
}

/* Goes on with hanging up; true when it is over. */
bool fax_hang_turn(struct fax_line *fl, u64 now)
{
	struct cldn_step_result result = { 0 };
	enum cldn_step_verdict verdict = CLDN_STEP_DONE;

	if (fl->hang && now < fl->until_ns)
		verdict = fax_rung_run(fl, fl->hang, &result);
	while (verdict != CLDN_STEP_WAIT) {
		fl->hang = fax_hang_next(fl->hang);
		if (!fl->hang)
			return true;
		fl->until_ns = now + fax_hang_time(fl->hang);
		verdict = fax_rung_begin(fl, fl->hang, fl->until_ns, &result);
	}
	cldn_wake_at(fl->dev, fl->until_ns);
	return false;
}
