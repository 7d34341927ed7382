/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job that is followed by its events, to its end. */
#ifndef CLEARDOWN_CLI_FAX_WATCH_H
#define CLEARDOWN_CLI_FAX_WATCH_H

#include "fax.h"

struct watch {
	struct cleardown_fax *fax;
	struct cleardown_queue *queue;
	int signal_fd;
	unsigned int signals; /* Ctrl-C and its like, so far */
	uint64_t job;
	const char *number;
	int pages; /* of the document, 0 = not known */
	bool once; /* the first call is the last */

	char line[CLDN_NAME_LEN];
	struct cleardown_fax_news news; /* the latest */
	enum cldn_fei outcome; /* how the last call ended, 0 = none has */
	unsigned int confirmed, rate, calls;
	char remote[CLDN_FAX_ID_LEN];
	bool connected; /* a call was answered: it may have cost money */
	bool dropped; /* by us: Ctrl-C, or once */
	bool over; /* its number is dead */
	int64_t begin_ns, end_ns;
	struct json_object *ticket; /* what the daemon says of it at the end, or NULL */
	bool on_screen;
};

/* Connects, with a queue for the events. Returns an exit code; watch_close() in any case. */
int watch_open(struct watch *w, int signal_fd);
void watch_close(struct watch *w);
/* Until the job is over, the time is, or the user does not want to wait. Returns an exit code. */
int watch_job(struct watch *w);
/* What it came to, with what the user is told where that is not success. Returns an exit code. */
int watch_judge(struct watch *w, int code);
void watch_to_json(struct json_object *o, const struct watch *w);
void watch_to_text(FILE *to, const struct watch *w, const char *what);

#endif /* CLEARDOWN_CLI_FAX_WATCH_H */
