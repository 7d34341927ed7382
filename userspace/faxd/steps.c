// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The modem, step by step. Each step has a function that looks at what came and says whether
 * anything moved, and one for its deadline; a turn of the call goes on until nothing moves any more.
 *
 * In STEP_IDLE, and only there, T.30 is asked what it wants. A reception whose wish has changed is
 * cancelled first, and so is everything when the call is to be aborted.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

#define NUMBER_LEN	60
#define ANSWER_MS	5000		/* of a modem to a command */
#define FRAME_MS	15000		/* the longest V.21 frame, and flags before it */
#define AHEAD_MS	1000		/* data in the modem's buffer, and so what an abort waits for */
#define TAKE_MS		10000		/* of a modem to take more of a page */
#define STALL_MS	120000		/* without anything new T.30 has come to a stop */
#define RETRY_MS	50
#define CANCEL_MS	1000
#define ABORT_RESERVE	1200		/* of it, to hang up */
#define DCN_MS		1500		/* silence, preamble and frame */
#define CHUNK		256

static const char dialled[] = "0123456789*#ABCDW,@!-.() ";

static void enter(struct fax_call *c, enum step step, double ms)
{
	c->step = step;
	c->deadline = ms ? c->now + ms : 0;
}

/* One that calls or listens is answered by the far end, or not, and so in the line's own time. */
static void command(struct fax_call *c, const char *text, enum step step, double ms)
{
	bool far = step == STEP_CALL || !strncmp(text, "+FR", 3);

	class1_command(&c->modem, text);
	enter(c, step, far ? ms : ms * c->options.patience);
}

static void command_number(struct fax_call *c, const char *text, int n, enum step step, double ms)
{
	char line[32];

	snprintf(line, sizeof(line), "%s%d", text, n);
	command(c, line, step, ms);
}

/* ---- endings ---- */

static void hang_up(struct fax_call *c)
{
	protocol_end(c);
	call_phase(c, FAX_HANGUP);
	class1_flush_input(&c->modem);
	c->tries = 0;
	command(c, "H0", STEP_HANGUP, ANSWER_MS);
}

void step_end(struct fax_call *c)
{
	enter(c, STEP_ENDED, 0);
	call_phase(c, FAX_ENDED);
}

static void fail(struct fax_call *c, enum fax_outcome outcome, const char *detail)
{
	call_outcome(c, outcome, detail);
	hang_up(c);
}

/* The modem says that there is no call. T.30 knows whether that is too early. */
static void lost(struct fax_call *c)
{
	protocol_end(c);
	fail(c, FAX_LINE_LOST, NULL);
}

/* It may be in any state, sending or receiving: what ends both, and is harmless otherwise. */
static void mute(struct fax_call *c)
{
	call_outcome(c, FAX_NO_MODEM, "no answer to a command");
	class1_end_data(&c->modem);
	class1_byte(&c->modem, CLASS1_CAN);
	hang_up(c);
}

static bool in_hangup(struct fax_call *c)
{
	if (class1_next(&c->modem) != CLASS1_OK)
		return c->modem.in_at < c->modem.in_len;
	c->report.on_hook = true;
	command(c, "+FCLASS=0", STEP_RESTORE, ANSWER_MS);
	return true;
}

static void late_hangup(struct fax_call *c)
{
	if (++c->tries == 3) {
		call_outcome(c, FAX_NO_MODEM, "no answer to the hang-up");
		step_end(c);
		return;
	}
	class1_end_data(&c->modem);
	class1_byte(&c->modem, CLASS1_CAN);
	command(c, "H0", STEP_HANGUP, ANSWER_MS);
}

static bool in_restore(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_OK || r == CLASS1_ERROR)
		step_end(c);
	return r != CLASS1_NONE;
}

/* ---- setting up ---- */

static void next_setup(struct fax_call *c)
{
	const char *which = c->options.receive ? "+FRM=?" : "+FTM=?";
	char line[CLASS1_LINE];

	switch (c->setup++) {
	case 0:
		snprintf(line, sizeof(line), "E0V1Q0X4S0=0S7=%d", c->options.dial_s);
		command(c, line, STEP_SETUP, ANSWER_MS);
		break;
	case 1:
		if (c->options.init) {
			command(c, c->options.init, STEP_SETUP, ANSWER_MS);
			break;
		}
		c->setup++;
		/* fall through */
	case 2:
		command(c, "+FCLASS=1", STEP_SETUP, ANSWER_MS);
		break;
	case 3:
		c->modem_has = 0;
		command(c, which, STEP_SETUP, ANSWER_MS);
		break;
	default:
		if (!c->options.number) {
			command(c, "A", STEP_CALL, c->options.dial_s * 1e3);
			call_phase(c, FAX_ANSWERING);
			break;
		}
		snprintf(line, sizeof(line), "D%c%s", c->options.pulse ? 'P' : 'T',
			 c->options.number);
		command(c, line, STEP_CALL, (c->options.dial_s + 5) * 1e3);
		call_phase(c, FAX_DIALING);
	}
}

/* The answer to +FTM=? or +FRM=?: numbers, perhaps in parentheses. */
static void note_modulations(struct fax_call *c, const char *text)
{
	char *end;

	for (; *text; text = end) {
		long code = strtol(text, &end, 10);

		if (end == text)
			end = (char *)text + 1;
		else if (code == 24 || code == 48)
			c->modem_has |= FAX_V27TER;
		else if (code == 72 || code == 96)
			c->modem_has |= FAX_V29;
		else if (code == 73 || code == 97 || code == 121 || code == 145)
			c->modem_has |= FAX_V17;
	}
}

static bool can_be_dialled(const char *number)
{
	size_t len = strlen(number);

	return len && len <= NUMBER_LEN && strspn(number, dialled) == len;
}

static bool begin(struct fax_call *c)
{
	call_phase(c, FAX_SETUP);
	if (c->options.number && !can_be_dialled(c->options.number)) {
		call_outcome(c, FAX_BAD_NUMBER, NULL);
		c->setup = 1;
		step_end(c);
	} else {
		next_setup(c);
	}
	return true;
}

static bool in_setup(struct fax_call *c)
{
	enum class1_result r;
	bool asking = c->setup == 4;

	if (!c->setup)
		return begin(c);
	r = class1_next(&c->modem);
	if (r == CLASS1_TEXT && asking)
		note_modulations(c, c->modem.line);
	if (r != CLASS1_OK && r != CLASS1_ERROR)
		return r != CLASS1_NONE;
	if (c->aborting) {
		hang_up(c);
	} else if (r == CLASS1_ERROR && c->setup == 1 && ++c->tries < 3) {
		/* It stood behind something that was left there. */
		c->setup = 0;
		next_setup(c);
	} else if (r == CLASS1_ERROR && !asking) {
		fail(c, FAX_NO_MODEM, "a command of the setup was refused");
	} else {
		if (asking && !c->modem_has)
			c->modem_has = FAX_V27TER | FAX_V29;
		next_setup(c);
	}
	return true;
}

/* Whoever had the modem before may have left it in the middle of something. */
static void late_setup(struct fax_call *c)
{
	if (c->aborting || c->setup > 1 || ++c->tries == 3) {
		mute(c);
		return;
	}
	class1_end_data(&c->modem);
	class1_byte(&c->modem, CLASS1_CAN);
	class1_byte(&c->modem, '\r');
	c->setup = 0;
	next_setup(c);
}

/* ---- the call ---- */

static void hear_frame(struct fax_call *c)
{
	c->heard_len = 0;
	c->spoke = false;
	protocol_hearing(c);
	enter(c, STEP_HEAR_FRAME, ANSWER_MS);
}

/* CONNECT of D is that of a first +FRH=3, and of A that of +FTH=3. */
static void connected(struct fax_call *c)
{
	protocol_begin(c);
	call_phase(c, FAX_ANSWERED);
	if (c->options.number) {
		hear_frame(c);
		return;
	}
	c->carrier = true;
	enter(c, STEP_IDLE, 0);
	protocol_sent(c);
}

static bool in_call(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	switch (r) {
	case CLASS1_NONE:
		return false;
	case CLASS1_CONNECT:
		connected(c);
		break;
	case CLASS1_BUSY:
		fail(c, FAX_BUSY, NULL);
		break;
	case CLASS1_NO_ANSWER:
		fail(c, FAX_NO_ANSWER, NULL);
		break;
	case CLASS1_NO_DIALTONE:
		fail(c, FAX_NO_DIALTONE, NULL);
		break;
	case CLASS1_VOICE:
		fail(c, FAX_VOICE, c->modem.line);
		break;
	case CLASS1_DELAYED:
		fail(c, FAX_DELAYED, NULL);
		break;
	case CLASS1_BLACKLISTED:
		fail(c, FAX_BLACKLISTED, NULL);
		break;
	case CLASS1_ERROR:
		if (c->options.number)
			fail(c, FAX_BAD_NUMBER, "the modem refused the number");
		else
			fail(c, FAX_NO_FAX, "no call to answer");
		break;
	case CLASS1_OK:
	case CLASS1_NO_CARRIER:
		fail(c, FAX_NO_FAX, "no carrier");
		break;
	default:
		break;
	}
	return true;
}

/* Any character ends a dialling; a modem may not heed one that comes too soon. */
static void stop_call(struct fax_call *c)
{
	class1_byte(&c->modem, '\r');
	enter(c, STEP_CALL_STOP, CANCEL_MS / 2);
}

static void late_call(struct fax_call *c)
{
	call_outcome(c, FAX_NO_FAX, "no carrier in time");
	c->tries = 0;
	stop_call(c);
}

static bool in_call_stop(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_CONNECT) {
		class1_end_data(&c->modem);
		class1_byte(&c->modem, CLASS1_CAN);
		enter(c, STEP_CANCEL, CANCEL_MS);
	} else if (r != CLASS1_NONE && r != CLASS1_RING && r != CLASS1_TEXT) {
		hang_up(c);
	}
	return r != CLASS1_NONE;
}

static void late_call_stop(struct fax_call *c)
{
	if (++c->tries < 3)
		stop_call(c);
	else
		mute(c);
}

/* ---- what T.30 wants ---- */

static int modulation_code(const struct wish *w)
{
	int code = w->rate / 100;

	if (w->type != T30_MODEM_V17)
		return code;
	/* V.17 is 73 97 121 145, one more with short training. */
	return code + 1 + !!w->arg;
}

static void ask_carrier(struct fax_call *c)
{
	class1_flush_input(&c->modem);
	c->gap_done = false;
	if (c->tx.type == T30_MODEM_V21)
		command(c, "+FTH=3", STEP_CARRIER, ANSWER_MS);
	else
		command_number(c, "+FTM=", modulation_code(&c->tx), STEP_CARRIER, ANSWER_MS);
}

/* Silence first, where there has to be some. */
static void speak(struct fax_call *c)
{
	bool fast = wish_is_fast(&c->tx);

	if (c->gap_done) {
		ask_carrier(c);
		return;
	}
	class1_flush_input(&c->modem);
	if (!c->spoke && c->options.turn_gap && !fast)
		command_number(c, "+FRS=", c->options.turn_gap, STEP_GAP, ANSWER_MS);
	else if (c->spoke || fast)
		command_number(c, "+FTS=", c->options.send_gap, STEP_GAP, ANSWER_MS);
	else
		ask_carrier(c);
}

static void give_frame(struct fax_call *c)
{
	c->dcn_out = (c->frame[2] & 0xfe) == T30_DCN;
	c->carrier = !(c->frame[1] & 0x10);
	class1_data(&c->modem, c->frame, c->frame_len);
	class1_end_data(&c->modem);
	c->frame_len = 0;
	enter(c, STEP_FRAME, FRAME_MS);
}

static void listen(struct fax_call *c)
{
	class1_flush_input(&c->modem);
	c->seen = c->wishes;
	c->listening_v21 = c->rx.type == T30_MODEM_V21 || c->v21_heard;
	if (c->listening_v21)
		command(c, "+FRH=3", STEP_LISTEN, 0);
	else
		command_number(c, "+FRM=", modulation_code(&c->rx), STEP_LISTEN,
			       c->trained || !c->check_by ? 0 : fmax(c->check_by - c->now, 1));
}

/* DCN if it may be said and there is time, and nothing else any more. */
static bool say_farewell(struct fax_call *c)
{
	if (c->farewell || (!c->carrier && c->now + DCN_MS + ABORT_RESERVE > c->abort_by) ||
	    !protocol_farewell(c))
		return false;
	c->farewell = true;
	call_phase(c, FAX_LEAVING);
	protocol_end(c);
	c->frame_len = 3;
	c->tx = (struct wish){ .type = T30_MODEM_V21 };
	c->rx = (struct wish){ .type = T30_MODEM_NONE };
	return true;
}

static bool in_idle(struct fax_call *c)
{
	bool leaving = c->aborting && !c->frame_len;

	if (c->aborting && !c->farewell)
		leaving = !say_farewell(c);
	if (leaving || (c->finished && !c->aborting)) {
		hang_up(c);
	} else if (c->tx.type == T30_MODEM_PAUSE) {
		enter(c, STEP_PAUSE, c->tx.arg);
	} else if (c->tx.type == T30_MODEM_V21 && c->frame_len) {
		if (c->carrier)
			give_frame(c);
		else
			speak(c);
	} else if (c->tx.type == T30_MODEM_V21 && c->frames_end) {
		c->frames_end = false;
		protocol_sent(c);
	} else if (wish_is_fast(&c->tx)) {
		speak(c);
	} else if (c->rx.type == T30_MODEM_V21 || wish_is_fast(&c->rx)) {
		listen(c);
	} else {
		return false;
	}
	return true;
}

/* ---- sending ---- */

static void late_pause(struct fax_call *c)
{
	enter(c, STEP_IDLE, 0);
	if (!c->aborting)
		protocol_sent(c);
}

static void late_delay(struct fax_call *c)
{
	enter(c, STEP_IDLE, 0);
}

static bool in_gap(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_OK) {
		c->gap_done = true;
		enter(c, STEP_IDLE, 0);
	} else if (r == CLASS1_ERROR || r == CLASS1_NO_CARRIER) {
		lost(c);
	}
	return r != CLASS1_NONE;
}

/* A line that is never silent does not end +FRS. */
static void late_gap(struct fax_call *c)
{
	c->gap_done = true;
	class1_byte(&c->modem, CLASS1_CAN);
	enter(c, STEP_CANCEL, CANCEL_MS);
}

static bool in_carrier(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_ERROR || r == CLASS1_NO_CARRIER) {
		lost(c);
	} else if (r == CLASS1_CONNECT && wish_is_fast(&c->tx)) {
		c->data_from = c->now;
		c->data_len = 0;
		protocol_fill_begin(c);
		enter(c, STEP_DATA, TAKE_MS);
	} else if (r == CLASS1_CONNECT) {
		c->carrier = true;
		enter(c, STEP_IDLE, 0);
	}
	return r != CLASS1_NONE;
}

static bool in_frame(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	switch (r) {
	case CLASS1_OK:
		c->carrier = false;
		c->report.dcn_sent |= c->dcn_out;
		break;
	case CLASS1_CONNECT:
		break;
	case CLASS1_ERROR:
	case CLASS1_NO_CARRIER:
		lost(c);
		return true;
	default:
		return r != CLASS1_NONE;
	}
	c->spoke = true;
	enter(c, STEP_IDLE, 0);
	if (!c->aborting)
		protocol_sent(c);
	return true;
}

static void end_data(struct fax_call *c)
{
	double left = c->data_from - c->now;

	if (c->tx.rate)
		left += (double)c->data_len * 8e3 / c->tx.rate;
	class1_end_data(&c->modem);
	enter(c, STEP_DATA_END, (left > 0 ? left : 0) + 2 * ANSWER_MS);
}

/*
 * No more than AHEAD_MS before the line has it: what the modem and whatever stands before it have
 * taken cannot be called back.
 */
static bool in_data(struct fax_call *c)
{
	double allowed = (c->now - c->data_from + AHEAD_MS) * c->tx.rate / 8e3;
	enum class1_result r = class1_next(&c->modem);
	uint8_t data[CHUNK];
	size_t n;

	if (r != CLASS1_NONE && r != CLASS1_TEXT) {
		lost(c);
		return true;
	}
	if ((double)c->data_len >= allowed || class1_room(&c->modem) < CHUNK)
		return false;
	enter(c, STEP_DATA, TAKE_MS);
	c->alive = c->now;
	n = protocol_fill(c, data, CHUNK);
	class1_data(&c->modem, data, n);
	c->data_len += n;
	if (n < CHUNK)
		end_data(c);
	return true;
}

static bool in_data_end(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_OK) {
		c->spoke = true;
		enter(c, STEP_IDLE, 0);
		if (!c->aborting)
			protocol_sent(c);
	} else if (r == CLASS1_ERROR || r == CLASS1_NO_CARRIER) {
		lost(c);
	}
	return r != CLASS1_NONE;
}

/* ---- receiving ---- */

static void cancel(struct fax_call *c)
{
	class1_byte(&c->modem, CLASS1_CAN);
	c->tries = 0;
	enter(c, STEP_CANCEL, CANCEL_MS);
}

static bool in_listen(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_CONNECT && c->listening_v21) {
		hear_frame(c);
	} else if (r == CLASS1_CONNECT) {
		c->spoke = false;
		protocol_page_begin(c);
		enter(c, STEP_HEAR_DATA, 2 * ANSWER_MS);
	} else if (r == CLASS1_OTHER_CARRIER) {
		c->v21_heard = true;
		enter(c, STEP_IDLE, 0);
	} else if (r == CLASS1_V21_CARRIER) {
		c->v21_heard = c->listening_v21 = true;
	} else if (r == CLASS1_NO_CARRIER || r == CLASS1_OK) {
		if (c->listening_v21)
			protocol_quiet(c);
		c->v21_heard = false;
		enter(c, STEP_DELAY, RETRY_MS);
	} else if (r == CLASS1_ERROR) {
		lost(c);
	} else if (r == CLASS1_NONE && c->seen != c->wishes) {
		cancel(c);
		return true;
	}
	return r != CLASS1_NONE;
}

/*
 * The training check was not heard, or not as a signal. spandsp would wait for it until the sender
 * begins again, and take that for out of turn; as a check that failed it is answered in time (FTT).
 */
static void late_listen(struct fax_call *c)
{
	c->check_by = 0;
	if (c->aborting)
		return;
	protocol_page_begin(c);
	protocol_page_end(c);
}

static bool in_hear_frame(struct fax_call *c)
{
	size_t before = c->modem.in_at;

	switch (class1_receive(&c->modem, c->heard, sizeof(c->heard), &c->heard_len)) {
	case CLASS1_ETX:
		enter(c, STEP_HEARD_FRAME, ANSWER_MS);
		return true;
	case CLASS1_LOST:
		protocol_quiet(c);
		enter(c, STEP_DELAY, RETRY_MS);
		return true;
	default:
		/* Longer than any frame: noise. */
		if (c->heard_len + 2 > sizeof(c->heard))
			cancel(c);
		return c->modem.in_at != before;
	}
}

static bool in_heard_frame(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);
	bool final = c->heard_len > 2 && c->heard[1] & 0x10;

	if (r != CLASS1_OK && r != CLASS1_ERROR && r != CLASS1_NO_CARRIER)
		return r != CLASS1_NONE;
	/* Behind a frame that is not the last one there is another, whatever T.30 waits for. */
	if (final || r != CLASS1_OK)
		c->v21_heard = false;
	enter(c, STEP_IDLE, 0);
	if (!c->aborting)
		protocol_heard(c, r == CLASS1_OK, final || r != CLASS1_OK);
	return true;
}

static bool in_hear_data(struct fax_call *c)
{
	uint8_t data[CHUNK];
	size_t len = 0;
	enum class1_end end = class1_receive(&c->modem, data, sizeof(data), &len);

	if (len) {
		c->alive = c->now;
		protocol_page(c, data, len);
		enter(c, STEP_HEAR_DATA, 2 * ANSWER_MS);
	}
	if (end == CLASS1_ETX) {
		enter(c, STEP_HEARD_DATA, ANSWER_MS);
	} else if (end == CLASS1_LOST) {
		protocol_page_end(c);
		enter(c, STEP_DELAY, RETRY_MS);
	} else if (c->seen != c->wishes) {
		cancel(c);
	} else {
		return len > 0;
	}
	return true;
}

static bool in_heard_data(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r != CLASS1_OK && r != CLASS1_ERROR && r != CLASS1_NO_CARRIER)
		return r != CLASS1_NONE;
	enter(c, STEP_IDLE, 0);
	if (!c->aborting && c->seen == c->wishes)
		protocol_page_end(c);
	return true;
}

/* T.30 was told of a signal, and waits for its end. */
static void late_hear_frame(struct fax_call *c)
{
	if (!c->aborting)
		protocol_quiet(c);
	cancel(c);
}

static void late_hear_data(struct fax_call *c)
{
	if (!c->aborting && c->seen == c->wishes)
		protocol_page_end(c);
	cancel(c);
}

/* What was being received goes on until the modem says OK; it may have ended by itself before. */
static bool in_cancel(struct fax_call *c)
{
	enum class1_result r = class1_next(&c->modem);

	if (r == CLASS1_OK || r == CLASS1_NO_CARRIER)
		enter(c, STEP_IDLE, 0);
	return r != CLASS1_NONE;
}

static void late_cancel(struct fax_call *c)
{
	if (++c->tries == 3)
		mute(c);
	else
		command(c, "", STEP_CANCEL, CANCEL_MS);
}

/* ---- the loop ---- */

static const struct {
	bool (*run)(struct fax_call *c);
	void (*late)(struct fax_call *c);
} steps[] = {
	[STEP_SETUP] = { in_setup, late_setup },
	[STEP_CALL] = { in_call, late_call },
	[STEP_CALL_STOP] = { in_call_stop, late_call_stop },
	[STEP_IDLE] = { in_idle, NULL },
	[STEP_PAUSE] = { NULL, late_pause },
	[STEP_DELAY] = { NULL, late_delay },
	[STEP_GAP] = { in_gap, late_gap },
	[STEP_CARRIER] = { in_carrier, mute },
	[STEP_FRAME] = { in_frame, mute },
	[STEP_DATA] = { in_data, mute },
	[STEP_DATA_END] = { in_data_end, mute },
	[STEP_LISTEN] = { in_listen, late_listen },
	[STEP_HEAR_FRAME] = { in_hear_frame, late_hear_frame },
	[STEP_HEARD_FRAME] = { in_heard_frame, late_hear_frame },
	[STEP_HEAR_DATA] = { in_hear_data, late_hear_data },
	[STEP_HEARD_DATA] = { in_heard_data, late_hear_data },
	[STEP_CANCEL] = { in_cancel, late_cancel },
	[STEP_HANGUP] = { in_hangup, late_hangup },
	[STEP_RESTORE] = { in_restore, step_end },
};

static bool past_deadline(struct fax_call *c)
{
	if (c->deadline && c->now >= c->deadline) {
		c->deadline = 0;
		steps[c->step].late(c);
		return true;
	}
	if (c->running && !c->aborting && c->now > c->alive + STALL_MS) {
		call_outcome(c, FAX_FAR_SILENT, "nothing happens any more");
		c->aborting = true;
		c->abort_by = c->now + ABORT_MS;
		return true;
	}
	if (c->aborting && c->step < STEP_HANGUP && c->now > c->abort_by - ABORT_RESERVE) {
		mute(c);
		return true;
	}
	return false;
}

/*
 * The abort begins here and not in fax_call_abort(), which may be called in the middle of a step.
 * What is not mentioned ends by itself, soon.
 */
static bool interrupt(struct fax_call *c)
{
	if (!c->aborting || c->interrupted)
		return false;
	c->interrupted = true;
	switch (c->step) {
	case STEP_CALL:
		c->tries = 0;
		stop_call(c);
		break;
	case STEP_PAUSE:
	case STEP_DELAY:
		enter(c, STEP_IDLE, 0);
		break;
	case STEP_DATA:
		end_data(c);
		break;
	case STEP_LISTEN:
	case STEP_HEAR_FRAME:
	case STEP_HEAR_DATA:
		cancel(c);
		break;
	default:
		break;
	}
	return true;
}

bool step_once(struct fax_call *c)
{
	if (c->step == STEP_ENDED)
		return false;
	return interrupt(c) || (steps[c->step].run && steps[c->step].run(c)) || past_deadline(c);
}
