/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One fax call: spandsp's T.30 over a Class 1 modem. Where the modem's file descriptor comes from
 * is the caller's business, and so is its loop: he polls with what fax_call_wants() says and calls
 * fax_call_move() each time, until that returns false. All is one thread's; nothing waits, nothing
 * needs a privilege.
 *
 * A call that was begun ends in fax_call_move() alone: with an outcome, and with the modem on hook
 * and in command state unless the outcome says that it did not answer.
 */
#ifndef CLEARDOWN_FAXD_ENGINE_H
#define CLEARDOWN_FAXD_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#define FAX_ID_LEN	20
#define FAX_HEADER_LEN	50

/* How a call ended. Beside each: the FEI_ event that tells it to a client. */
enum fax_outcome {
	FAX_OK,				/* COMPLETED: the last page was confirmed, DCN went out */
	FAX_BUSY,			/* BUSY */
	FAX_NO_ANSWER,			/* NO_ANSWER */
	FAX_NO_DIALTONE,		/* NO_DIAL_TONE */
	FAX_BAD_NUMBER,			/* BAD_ADDRESS: nothing that can be dialled */
	FAX_DELAYED,			/* CALL_DELAYED: the modem will not dial it so soon again */
	FAX_BLACKLISTED,		/* CALL_BLACKLISTED: nor for a long time */
	FAX_VOICE,			/* NOT_FAX_CALL: the modem heard somebody speak */
	FAX_NO_FAX,			/* NOT_FAX_CALL: no carrier, or nothing that is a fax */
	FAX_FAR_SILENT,			/* DISCONNECTED: it stopped to answer; fax_report.reached says when */
	FAX_FAR_ENDED,			/* DISCONNECTED: its DCN came too early */
	FAX_LINE_LOST,			/* DISCONNECTED: the modem lost the call */
	FAX_NO_TRAINING,		/* FATAL_ERROR: no speed was good enough */
	FAX_PAGE_REFUSED,		/* FATAL_ERROR: a page was bad over there and stayed bad */
	FAX_INCOMPATIBLE,		/* FATAL_ERROR: size, resolution or document not for that machine */
	FAX_PROTOCOL,			/* FATAL_ERROR: an answer that makes no sense */
	FAX_DOCUMENT,			/* FATAL_ERROR: our file cannot be read or written */
	FAX_NO_MODEM,			/* FATAL_ERROR: it does not answer, or is no Class 1 modem */
	FAX_ABORTED,			/* ABORTING: fax_call_abort() */
	FAX_DEVICE_GONE,		/* MODEM_POWERED_OFF: read or write failed */
};

/* In their order. ANSWERED and what follows may have cost money. */
enum fax_phase {
	FAX_SETUP,			/* the modem is being asked and set */
	FAX_DIALING,
	FAX_ANSWERING,			/* the call of somebody else */
	FAX_ANSWERED,			/* a fax was heard: DIS or DCS next */
	FAX_TRAINING,			/* DCS and TCF; comes again for each speed */
	FAX_PAGE,			/* page number fax_report.page is on its way */
	FAX_PAGE_END,			/* fax_report.verdict says what became of it */
	FAX_LEAVING,			/* DCN */
	FAX_HANGUP,
	FAX_ENDED,			/* fax_report.outcome is valid */
};

enum fax_verdict {
	FAX_VERDICT_NONE,
	FAX_VERDICT_GOOD,		/* MCF */
	FAX_VERDICT_RETRAIN,		/* RTP: taken, the next one slower */
	FAX_VERDICT_BAD,		/* RTN: not taken */
	FAX_VERDICT_PARTIAL,		/* PPR: frames are sent again (ECM) */
};

enum fax_coding {
	FAX_MH = 1,
	FAX_MR = 2,
	FAX_MMR = 4,
};

enum fax_modulation {
	FAX_V27TER = 1,
	FAX_V29 = 2,
	FAX_V17 = 4,
};

/* Who receives and dials polls; who sends and answers is polled. */
struct fax_options {
	bool receive;
	const char *number;		/* dialled; NULL: the modem answers a call that rings */
	const char *file;		/* sent, or written; at most 255 bytes */
	int first_page;			/* of the file, from 0: those before it were confirmed already */
	const char *id;			/* TSI, CSI; NULL: none */
	const char *header;		/* the text of the line on top of each page; NULL: no line */
	bool no_ecm;
	unsigned int codings;		/* 0: all */
	enum fax_modulation fastest;	/* and those below it, as T.30 wants it; 0: the modem's */
	const char *init;		/* commands for this modem, without AT; NULL: none */
	int dial_s;			/* longest wait for a fax to answer; 0: 90 */
	bool pulse;
	/*
	 * What real modems need, in units of 10 ms: silence before what is sent after something
	 * sent (+FTS; 0: 8), after something received (+FRS; 0: none, T.30's own times only).
	 */
	int send_gap;
	int turn_gap;
	double (*clock_ms)(void);	/* the time on the line; NULL: CLOCK_MONOTONIC */
	double patience;		/* times so long the modem itself may take; 0: 1 */
};

struct fax_report {
	enum fax_phase phase;
	enum fax_phase reached;		/* the last one before the end, LEAVING, began */
	enum fax_outcome outcome;
	enum fax_verdict verdict;
	int page;			/* of this call, from 1 */
	int confirmed;			/* pages that the other side, or we, said to be good */
	int pages;			/* of the file that is sent, from first_page on */
	int rate;
	bool ecm;
	enum fax_coding coding;
	int retrains;			/* times that a speed was refused */
	bool dcn_sent;
	bool on_hook;			/* the modem said so */
	char far_id[FAX_ID_LEN + 1];
	const char *detail;		/* T.30's or the modem's own words, or "" */
};

/* Called in fax_call_move() at the beginning of each phase; it must not free the call. */
typedef void fax_progress_fn(void *arg, const struct fax_report *report);

struct fax_call;

/* NULL with errno: EINVAL for options that make no sense, ENOMEM. Options are copied. */
struct fax_call *fax_call_new(int fd, const struct fax_options *options, fax_progress_fn *progress,
			      void *arg);
/* Events of the descriptor and the longest wait, in ms on the line. */
short fax_call_wants(const struct fax_call *call, int *timeout_ms);
/* False: the call has ended. */
bool fax_call_move(struct fax_call *call, short revents);
/*
 * Ends the call in at most 5 s of line time, by DCN where it is our turn to speak. Callable from
 * the progress function and, between two moves, at any time; again, it does nothing.
 */
void fax_call_abort(struct fax_call *call);
const struct fax_report *fax_call_report(const struct fax_call *call);
void fax_call_free(struct fax_call *call);
/* All of that in one loop, for who has only this to do. */
void fax_call_run(struct fax_call *call);

const char *fax_outcome_name(enum fax_outcome outcome);
const char *fax_outcome_text(enum fax_outcome outcome);
const char *fax_phase_name(enum fax_phase phase);
const char *fax_verdict_name(enum fax_verdict verdict);
const char *fax_coding_name(enum fax_coding coding);
/* Is it worth another call, without anybody changing anything first? */
bool fax_outcome_transient(enum fax_outcome outcome);

#endif /* CLEARDOWN_FAXD_ENGINE_H */
