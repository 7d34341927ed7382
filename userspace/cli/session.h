/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A phone or port that this process owns: opened, used, and closed in order whatever happens. */
#ifndef CLEARDOWN_CLI_SESSION_H
#define CLEARDOWN_CLI_SESSION_H

#include "cli.h"

struct session {
	struct cleardown_ctl *ctl;
	enum cldn_class class_id;
	struct cleardown_phone *phone;	/* one of these two, by the class */
	struct cleardown_port *port;
	struct cleardown_queue *queue;
	char name[CLDN_NAME_LEN];
	uint64_t handle;
	uint64_t last_id;		/* of a request */
	int signal_fd;
	unsigned int signals;		/* Ctrl-C and its like, so far */
	bool dead;			/* PHONE_CLOSE came: somebody else ended the handle */
	enum cldn_cause dead_cause;
	enum cldn_call call_state;
	enum cldn_result call_result;	/* of the last change */
	unsigned int rings;
	char caller[64];
	bool loss_is_told;		/* the close need not say again that bytes are lost */
};

/* What session_next() saw. */
enum seen {
	SEEN_RECORD,
	SEEN_SIGNAL,
	SEEN_TIMEOUT,
	SEEN_FILE,			/* one of the caller's files is ready */
	SEEN_ERROR,			/* errno says */
};

/*
 * Opens @name, which is of this class, as owner, with all events on. Returns an exit code, having
 * told the user; the session must be closed by session_close() after XC_OK only.
 */
int session_open(struct session *s, enum cldn_class class_id, const char *name,
		 const struct close_options *options);

/* The file of the phone or port; it does not block. */
int session_fd(const struct session *s);

/*
 * Waits for the next record, a signal, one of @files, or @end (monotonic; -1 = for ever). A record
 * has been noted in the session already; it is valid until the next call.
 */
enum seen session_next(struct session *s, struct pollfd *files, size_t nfiles, int64_t end,
		       const struct cleardown_record **record);

/*
 * Hands in a request. XC_OK: its completion follows, its id is in @request. Any other: the user has
 * been told.
 */
int session_submit(struct session *s, const char *action, struct cleardown_request *request,
		   int64_t timeout_ns);

/*
 * Does a request to its end. XC_OK: *record is its completion, whatever that says. Any other: no
 * completion was seen, the user has been told.
 */
int session_request(struct session *s, const char *action, struct cleardown_request *request,
		    int64_t timeout_ns, const struct cleardown_record **record);

/* What a phone's completion is worth, telling the user unless it is XC_OK. */
int session_judge(struct session *s, const char *action, const struct cleardown_record *record);

/*
 * Whether somebody else is closing the object, or has. Its requests and its call end before the
 * PHONE_CLOSE that says so: this waits for that one.
 */
bool session_is_forced(struct session *s);

/*
 * Tells that somebody else closed the object. Returns @failed, or XC_CANCELLED where that was an
 * administrator.
 */
int session_ended_by_force(const struct session *s, const char *action, enum exit_code failed);

/*
 * Closes the object, lets everything go, shows the report (with --verbose, in JSON below "report"
 * of the document). Returns @code, or where that is XC_OK what the close deserves.
 */
int session_close(struct session *s, const struct close_options *options, enum cldn_mode otherwise,
		  int code);

#endif /* CLEARDOWN_CLI_SESSION_H */
