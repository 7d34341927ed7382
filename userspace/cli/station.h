/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link of virtual circuits that this process has open, the calls on it, and their frames. One loop
 * (station_next()) moves all frames and hands out the records; whoever calls it decides.
 *
 * A call (struct circuit): CALLING or OFFERED -> UP -> ENDED, which is by the far end or the network
 * and still gives the frames that came before; -> OVER by circuits_close(). DELETED: the call manager
 * took it away, no close is owed.
 */
#ifndef CLEARDOWN_CLI_STATION_H
#define CLEARDOWN_CLI_STATION_H

#include "cli.h"

#define MAX_CIRCUITS	64
/* Of a frame: larger ones no AAL5 has. */
#define FRAME_MAX	65535

enum phase { PHASE_CALLING, PHASE_OFFERED, PHASE_UP, PHASE_ENDED, PHASE_DELETED, PHASE_OVER };

/* What becomes of the frames that come. */
enum dispose { FRAMES_DROP, FRAMES_ECHO, FRAMES_OUT };

struct circuit {
	struct cleardown_vc *vc;
	uint64_t number;
	uint64_t request;		/* id of the one that is under way */
	enum phase phase;
	bool incoming;
	bool refused;			/* by us */
	bool connected;			/* was, at some time */
	bool dry;			/* nothing more can be read */
	bool far_end_closed;
	enum cldn_cause forced;		/* why it was ended over our heads, 0 = it was not */
	struct cleardown_call call;
	struct cleardown_call_end end;
	uint64_t sent, received;	/* frames */
	uint64_t sent_bytes, received_bytes;
	uint64_t lost;			/* frames: nobody read them in time */
	char *frame;			/* that waits for room, FRAME_MAX */
	size_t frame_len;
	struct cleardown_close_report report;
	int close_code;			/* exit code that the close deserves */
};

/* What is sent on a call: a file, cut into frames. */
struct feed {
	int fd;				/* -1: nothing */
	bool lines;			/* each line is one */
	bool ended;
	char *buf;			/* what was read and not sent yet */
	size_t filled, size;		/* size = the largest frame */
};

struct station {
	struct cleardown_ctl *ctl;
	struct cleardown_vclink *link;
	struct cleardown_queue *queue;
	char name[CLDN_NAME_LEN];
	int signal_fd;
	unsigned int signals;		/* Ctrl-C and its like, so far */
	uint64_t last_id;		/* of a request on a call */
	bool foreign;			/* calls are another call manager's */
	bool gone;			/* AF_NOTIFY came: the link is taken away */
	enum cldn_cause gone_cause;
	enum dispose dispose;
	char *out;			/* a frame on its way to standard output, FRAME_MAX */
	size_t out_filled, out_done;
	bool out_broken;		/* nobody reads it any more, or it is full */
	int out_error;			/* errno of that */
	struct feed feed;		/* of the first call */
	struct circuit *circuits[MAX_CIRCUITS];
	size_t ncircuits;
};

enum station_seen {
	STATION_RECORD,
	STATION_SIGNAL,
	STATION_TIMEOUT,
	STATION_MOVED,			/* frames, or nothing */
	STATION_ERROR,			/* the user has been told */
};

/*
 * Opens the link that @word means. Returns an exit code, having told the user; station_close() only
 * after XC_OK.
 */
int station_open(struct station *s, const char *word);

/*
 * Calls are those of the call manager of this address family from now on; before anything else is
 * asked. Returns an exit code, having told the user.
 */
int station_open_family(struct station *s, uint32_t family);

/* The peer is known, and signalling is there unless that is another call manager's. */
bool station_is_ready(const struct station *s, const struct cleardown_vclink_status *status);

/* Until it is ready. Returns an exit code, having told the user. */
int station_await_link(struct station *s, const struct cleardown_vclink_status **status);

/*
 * Moves what can be moved and waits for a record, a signal, or @end (monotonic, -1 = for ever). A
 * record has been noted in the call that it is of, *circuit, which is NULL for one of the link or of a
 * call that is not ours any more. It is valid until the next call.
 */
enum station_seen station_next(struct station *s, int64_t end,
			       const struct cleardown_record **record, struct circuit **circuit);

/*
 * Asks the handle of the link, and waits for the answer. What else comes meanwhile goes to @heard,
 * which may be NULL. Returns an exit code, having told the user; or -1, and @trouble says why not.
 */
int station_ask(struct station *s, struct cleardown_request *request,
		void (*heard)(struct station *s, const struct cleardown_record *record,
			      const struct circuit *c),
		struct trouble *trouble);

/* A VC of our own, or with @number that of an incoming call; NULL with errno. */
struct circuit *circuit_new(struct station *s, uint64_t number);

/* MAKE_CALL, ACCEPT, REJECT. 0, or -1 with errno. */
int circuit_submit(struct station *s, struct circuit *c, struct cleardown_request *request);

/* An ended call whose frames have all been dealt with. */
bool circuit_is_spent(const struct station *s, const struct circuit *c);

/*
 * Ends the calls of @circuits, all at once and in order; each has its report and its code then. The
 * user is told of what did not go well.
 */
void circuits_close(struct station *s, struct circuit *const *circuits, size_t n,
		    const struct cleardown_close_wish *wish);

/* Forgets a call that is over, or that there is nothing to close of. */
void circuit_free(struct station *s, struct circuit *c);

/* Tells that the link was taken away, of which a call's end may be the first sign. Returns a code. */
int station_gone(struct station *s, const char *action);

/* Lets everything go. Returns @code, or where that is XC_OK how this went. */
int station_close(struct station *s, int code);

/* Closes a handle of a link, so that nobody finds the link in use a moment later. 0, -1. */
int station_end_link(struct cleardown_vclink *link);

#endif /* CLEARDOWN_CLI_STATION_H */
