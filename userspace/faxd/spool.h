/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The jobs of the fax provider, on disk. A job is a directory SPOOL/ID with a ticket (JSON) and the pages
 * (document.tif), while those are still to be made with what they are made of (original). Each file is made
 * under another name and renamed when all of it is on disk, the directory too, so that an acknowledged job
 * is there after any crash and another one is not.
 *
 * When a job may be tried, and whether it is tried again, is decided here by its outcomes alone: the
 * caller brings the time, and the calls.
 */
#ifndef CLEARDOWN_FAXD_SPOOL_H
#define CLEARDOWN_FAXD_SPOOL_H

#include <stdint.h>
#include <sys/types.h>

#include "document.h"
#include "engine.h"

#define SPOOL_NUMBER_LEN	60
#define SPOOL_LINE_LEN		31
#define SPOOL_PATH_LEN		4096

enum spool_state {
	SPOOL_PENDING,			/* to be tried at not_before */
	SPOOL_ACTIVE,			/* its call is up; after a crash: PENDING */
	SPOOL_DONE,
	SPOOL_FAILED,
	SPOOL_PREPARING,		/* its pages are being made: spool_prepare() */
};

#define SPOOL_ERROR_LEN		200

/* Seconds of CLOCK_REALTIME: a ticket outlives the machine. */
struct spool_job {
	uint64_t id;			/* the caller's, 0 is none */
	uid_t uid;
	enum spool_state state;
	char number[SPOOL_NUMBER_LEN + 1];
	char station[FAX_ID_LEN + 1];	/* "": none */
	char header[FAX_HEADER_LEN + 1];
	bool no_ecm;
	enum document_resolution resolution;	/* of what has none of its own */
	bool poll;			/* fetches what the other side has: no document */
	bool paused;
	char line[SPOOL_LINE_LEN + 1];	/* whose job it is; "": nobody's yet */
	bool any_line;			/* another one will do as well */
	int64_t submitted;
	int64_t at;			/* not earlier, says its user; 0: as soon as may be */
	int64_t not_before;
	int64_t kill_after;		/* 0: never */
	int pages;
	int confirmed;			/* the next call begins behind them */
	int calls;			/* in all */
	int paid;			/* calls that were answered */
	int tries;			/* with the last outcome, in a row */
	enum fax_outcome outcome;	/* of the last call, if there was one */
	char error[SPOOL_ERROR_LEN];	/* why there are no pages; "": there are, or will be */
	bool told;			/* of its end: whoever is to know of it does */
	struct spool_job *next;		/* in the order of their ids' arrival */
	bool live;			/* the caller's, and not on disk */
	bool in_work;			/* likewise: somebody makes its pages */
};

struct spool_limits {
	int jobs_per_user;		/* that have not ended; 0: 100 */
	int pages_per_job;		/* 0: DOCUMENT_MAX_PAGES */
	int calls;			/* of a job; 0: 12 */
	int paid;			/* 0: 3 */
};

struct spool;

/*
 * Takes up what is there. NULL with @error: the directory cannot be used. With a spool @error is "", or
 * names something in it that is no job and is left alone.
 */
struct spool *spool_open(const char *path, const struct spool_limits *limits, char *error,
			 size_t size);
void spool_close(struct spool *s);

/*
 * A new job, PREPARING unless it polls. @want: id, uid, number and what is chosen; the rest is filled
 * in. When it returns the job, that is on disk. NULL with @error; errno EDQUOT: a limit of the user.
 */
struct spool_job *spool_add(struct spool *s, const struct spool_job *want, char *error,
			    size_t size);
/*
 * The pages of a job in the directory @path, from the document in @fd, which is needed no more once it
 * was copied. Takes as long as it takes, and may be done again after a crash at any place; so it is for a
 * process of its own. How many, or -1 with @error.
 */
int spool_prepare(const char *path, int fd, enum document_resolution resolution, char *error,
		  size_t size);
/* They are there: the job is PENDING, or FAILED where those are too many. */
int spool_prepared(struct spool *s, struct spool_job *job, int pages);
/* They will not be: FAILED, with @error. */
int spool_refused(struct spool *s, struct spool_job *job, const char *error);
/*
 * The one to be tried now on @line (NULL: on any): of those that are due the one that has waited longest.
 * NULL: none.
 */
struct spool_job *spool_next(struct spool *s, const char *line, int64_t now);
/* A job for any line that is due, and is the job of another line that cannot do anything for it: @stuck. */
struct spool_job *spool_stuck(struct spool *s, int64_t now,
			      bool (*stuck)(const struct spool_job *job, const void *arg),
			      const void *arg);
/* When another one will be due, or expires; INT64_MAX: not by time alone. */
int64_t spool_due(const struct spool *s, int64_t now);
struct spool_job *spool_find(const struct spool *s, uint64_t id);
struct spool_job *spool_first(const struct spool *s);
/* Jobs whose time has run out become FAILED, but not while they are paused; how many. */
int spool_expire(struct spool *s, int64_t now);
/* The clock may have been set back: no job waits longer than its user wants or its last outcome asks for. */
void spool_set_back(struct spool *s, int64_t now);

/* 0, or -1 with errno: what was to be written could not be. */
int spool_begin(struct spool *s, struct spool_job *job);
/* @confirmed pages of this call, so that a crash does not send them again. */
int spool_page(struct spool *s, struct spool_job *job, int first, int confirmed);
/* The call is over: PENDING with a later time, DONE or FAILED. */
int spool_result(struct spool *s, struct spool_job *job, const struct fax_report *report,
		 int64_t now);
/* A call that was ended for reasons of our own: the job is as before it, and the pages that went count. */
int spool_requeue(struct spool *s, struct spool_job *job);
/* What the caller has changed himself is kept. */
int spool_save(struct spool *s, const struct spool_job *job);
/* The job and its files go. */
int spool_remove(struct spool *s, struct spool_job *job);

void spool_directory(const struct spool *s, const struct spool_job *job, char *path, size_t size);
/* Of a job's pages. */
void spool_document(const struct spool *s, const struct spool_job *job, char *path, size_t size);
const char *spool_state_name(enum spool_state state);
static inline bool spool_ended(const struct spool_job *job)
{
	return job->state == SPOOL_DONE || job->state == SPOOL_FAILED;
}

#endif /* CLEARDOWN_FAXD_SPOOL_H */
