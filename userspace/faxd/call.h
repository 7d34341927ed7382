/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fax call from inside. steps.c moves the modem from step to step and asks protocol.c what T.30
 * wants next; protocol.c has spandsp's core, which only leaves wishes here; engine.c is what the caller
 * sees of it.
 */
#ifndef CLEARDOWN_FAXD_CALL_H
#define CLEARDOWN_FAXD_CALL_H

#include <spandsp.h>

#include "class1.h"
#include "engine.h"

#define FRAME_SIZE	512
#define ABORT_MS	5000		/* of line time */

/* What the modem is doing, and so what may come from it. */
enum step {
	STEP_SETUP,			/* a command of the setup is out */
	STEP_CALL,			/* D or A is out */
	STEP_CALL_STOP,			/* a character is to end it */
	STEP_IDLE,			/* command state in the call, or our V.21 carrier without a frame */
	STEP_PAUSE,			/* T.30 wants a pause */
	STEP_DELAY,			/* before the same reception is asked for again */
	STEP_GAP,			/* +FTS or +FRS */
	STEP_CARRIER,			/* +FTH or +FTM: CONNECT awaited */
	STEP_FRAME,			/* a V.21 frame was handed over */
	STEP_DATA,			/* a page, TCF or block of frames is being handed over */
	STEP_DATA_END,			/* all of it was */
	STEP_LISTEN,			/* +FRH or +FRM: CONNECT awaited */
	STEP_HEAR_FRAME,
	STEP_HEARD_FRAME,		/* its DLE ETX came: the result is awaited */
	STEP_HEAR_DATA,
	STEP_HEARD_DATA,
	STEP_CANCEL,			/* CAN: a reception is to end */
	STEP_HANGUP,
	STEP_RESTORE,			/* on hook; back to class 0 */
	STEP_ENDED,
};

/* What T.30 wants to be sent or received; type is a T30_MODEM_. */
struct wish {
	int type;
	int rate;			/* of PAUSE: nothing */
	int arg;			/* short training; of PAUSE: ms */
	bool hdlc;
};

struct fax_call {
	struct class1 modem;
	struct fax_options options;
	fax_progress_fn *progress;
	void *arg;
	struct fax_report report;
	char detail[CLASS1_LINE];
	bool outcome_known;

	double now;			/* ms, without missed */
	double looked;			/* when a move was last, by the clock */
	double missed;			/* what passed while nobody could look */
	double alive;			/* when something new happened last */

	/* protocol.c */
	t30_state_t *t30;
	hdlc_tx_state_t *hdlc_tx;
	hdlc_rx_state_t *hdlc_rx;
	struct wish tx;
	struct wish rx;
	unsigned int wishes;		/* counts the changes of both */
	uint8_t frame[FRAME_SIZE];	/* what T.30 wants to say next */
	size_t frame_len;
	bool frames_end;		/* and that this was all */
	bool running;			/* its timers count */
	bool finished;			/* it wants nothing more */
	bool direct;			/* frames go to the HDLC maker at once (ECM page) */
	bool far_heard;			/* a valid frame came */
	bool trained;			/* CFR: what follows is a page */
	bool page_on;			/* and has begun */
	bool complete;			/* every page was confirmed */
	double timed;			/* until when its timers were counted */
	unsigned int modem_has;		/* enum fax_modulation */

	/* steps.c */
	enum step step;
	double deadline;		/* 0: none */
	unsigned int seen;		/* wishes when the reception began */
	int setup;			/* which command */
	int tries;
	bool carrier;			/* our V.21 carrier is up */
	bool spoke;			/* the last signal on the line was ours */
	bool v21_heard;			/* in place of a page: its frames come first */
	bool listening_v21;
	bool gap_done;
	bool dcn_out;			/* the frame with the modem is DCN */
	uint8_t heard[FRAME_SIZE];
	size_t heard_len;
	double check_by;		/* when the training check must have begun */
	double data_from;
	size_t data_len;
	bool aborting;
	bool interrupted;		/* what was going on was told to end */
	bool farewell;			/* DCN was handed over, or cannot be */
	double abort_by;
};

/* ---- protocol.c ---- */

int protocol_init(struct fax_call *c);
void protocol_free(struct fax_call *c);
/* The call is up: T.30 and its timers begin. */
void protocol_begin(struct fax_call *c);
void protocol_time(struct fax_call *c);
/* The call is over, or to be: T.30 closes its file and wants nothing more. */
void protocol_end(struct fax_call *c);
void protocol_sent(struct fax_call *c);		/* what it wanted to be sent, or paused, is done */
void protocol_hearing(struct fax_call *c);	/* V.21 flags */
void protocol_heard(struct fax_call *c, bool good, bool last);	/* c->heard */
void protocol_quiet(struct fax_call *c);	/* the V.21 carrier has gone */
void protocol_page_begin(struct fax_call *c);	/* a fast carrier has trained */
void protocol_page(struct fax_call *c, const uint8_t *data, size_t len);
void protocol_page_end(struct fax_call *c);
void protocol_fill_begin(struct fax_call *c);
/* Less than @size: that was all. */
size_t protocol_fill(struct fax_call *c, uint8_t *data, size_t size);
/* DCN, when it is ours to say. */
bool protocol_farewell(struct fax_call *c);

static inline bool wish_is_fast(const struct wish *w)
{
	return w->type == T30_MODEM_V17 || w->type == T30_MODEM_V29 || w->type == T30_MODEM_V27TER;
}

/* ---- steps.c ---- */

/* False: nothing moves before more comes from the modem, or time passes. */
bool step_once(struct fax_call *c);
void step_end(struct fax_call *c);

/* ---- engine.c ---- */

void call_phase(struct fax_call *c, enum fax_phase phase);
/* The first one counts. @detail NULL: none. */
void call_outcome(struct fax_call *c, enum fax_outcome outcome, const char *detail);

#endif /* CLEARDOWN_FAXD_CALL_H */
