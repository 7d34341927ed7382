/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fax provider from inside. One thread does everything but the calls; each call has a thread of its
 * own (talk.c), since a modem does not wait, and each document a process of its own. The threads share
 * nothing: what a call has to say comes through a pipe, and an abort is a flag.
 *
 * faxd.c is the loop, line.c a line and what it is used for, talk.c the thread of a call, jobs.c what
 * the kernel and the spool must agree on, intake.c documents that come in, inbox.c what was received,
 * absence.c the time without us, program.c the programs that are run, journal.c what is written down,
 * control.c the socket.
 */
#ifndef CLEARDOWN_FAXD_FAXD_H
#define CLEARDOWN_FAXD_FAXD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <cleardown.h>

#include "engine.h"
#include "spool.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_LINES	64
#define DETAIL_LEN	80
#define REFUSALS	32
#define NAME_LEN	80		/* of a received fax, without its ending */
#define PATH_LEN	240		/* spandsp takes no longer one, with what comes behind it */

/* ---- talk.c ---- */

/* One phase of a call. report.detail points to nothing: it is copied. */
struct news {
	struct line *line;
	struct fax_report report;
	char detail[DETAIL_LEN];
};

struct talk {
	pthread_t thread;
	struct fax_call *call;
	struct line *line;
	int fd;
	int wake;			/* eventfd: abort is to be looked at */
	int news;			/* the pipe's end */
	atomic_bool abort;
};

/* How often faster than the clock the line is; of a test. */
extern double talk_speed;
double talk_now_ms(void);
/* 0, or -1 with errno and then no news come. The last news are those of FAX_ENDED; then talk_end(). */
int talk_begin(struct talk *t, struct line *line, int fd, int news,
	       const struct fax_options *options);
void talk_abort(struct talk *t);
void talk_end(struct talk *t);

/* ---- line.c ---- */

enum use {
	USE_FREE,			/* given back, or never taken */
	USE_LISTENING,			/* taken, and nothing is up */
	USE_SENDING,			/* a call of ours; of a poll too */
	USE_RECEIVING,			/* a call that rang */
};

struct line {
	struct faxd *faxd;
	char name[CLDN_NAME_LEN];
	uint64_t id;
	struct cleardown_faxline *file;	/* NULL: not there, tried again */
	bool denied;			/* told once why */
	bool fresh;			/* just opened: jobs may be taken up on it */
	bool lost;			/* the kernel has ended the file */
	enum use use;
	bool unavailable;		/* somebody else has the serial line */
	double again;			/* when it is looked at again, ms; 0: not by time */
	/* Of its port. */
	uint32_t flags;
	uint32_t rings_wanted;
	char tsid[CLDN_FAX_ID_LEN];
	char csid[CLDN_FAX_ID_LEN];
	/* Listening. */
	bool settled;			/* the modem was told how */
	char text[80];		/* of the modem, until a CR */
	size_t text_len;
	unsigned int rings;
	double last_ring;
	/* A call. */
	struct talk talk;
	struct fax_report report;	/* the last news */
	char detail[DETAIL_LEN];
	struct spool_job *job;		/* NULL: none, or it was removed meanwhile */
	uint64_t job_id;
	uid_t uid;			/* its user */
	int first_page;
	char number[SPOOL_NUMBER_LEN + 1];
	bool polls;
	bool removed;			/* by our socket: to the kernel the job fails */
	bool doomed;			/* the job is to be deleted when the call has ended */
	bool answered;
	double begun;
	char name_of_fax[NAME_LEN];	/* received */
	char path[PATH_LEN];
};

void line_open(struct line *l);
void line_close(struct line *l);
/* What can be done on it now is begun. */
void line_schedule(struct line *l);
/* It has nothing to do: a job that another line cannot do is begun. */
void line_help(struct line *l);
void line_readable(struct line *l);
void line_news(struct line *l, const struct news *n);
/* CLDN_EV_FAX_LINE: something is different. */
void line_changed(struct line *l);
/* The kernel has ended the handle. */
void line_lost(struct line *l);
void line_abort(struct line *l);
static inline bool line_in_call(const struct line *l)
{
	return l->use >= USE_SENDING;
}

/* ---- jobs.c ---- */

/* An offered job becomes ours. */
void job_take_in(struct line *l, uint64_t id);
/* Why the kernel's job @id was not taken, for its user; NULL: it was, or that is forgotten. */
const char *job_refusal(const struct faxd *d, uint64_t id, uid_t *uid);
void job_changed(struct line *l, uint64_t id, uint32_t command);
/* The jobs of an earlier provider that this line can take up. */
void jobs_adopt(struct line *l);
/* One for any line that waits behind another line, which is unavailable, becomes this line's. */
bool job_fetch(struct line *l);
/* Ends that the kernel has not been told of; jobs that have expired; those that nobody asks for any more. */
void jobs_sweep(struct faxd *d);
void job_progress(struct line *l, const struct news *n);
void job_result(struct line *l, const struct news *n);
/* The hook of a job that has ended. */
void job_hook(struct faxd *d, const struct spool_job *job);
/* It has ended, in the spool; the line is taken where that is needed. False: not told. */
bool job_tell_end(struct line *l, struct spool_job *job);
void job_remove(struct faxd *d, struct spool_job *job);
int report(struct line *l, uint64_t job, enum cldn_fei event, uint32_t state, uint32_t pages,
	   const struct fax_report *r);
enum cldn_fei event_of(enum fax_outcome outcome, bool job);
struct line *line_named(struct faxd *d, const char *name);

/* ---- intake.c ---- */

/* The kernel offers a job. */
void intake_offer(struct line *l, uint64_t id);
/* What there is room for is begun. */
void intake_next(struct faxd *d);
/* The pages of a job that is PREPARING; @document: -1 when it has it already. */
void intake_begin(struct faxd *d, struct spool_job *job, int document);
void intake_stop(struct faxd *d, const struct spool_job *job);
/* The process that makes them; an exit code. */
int intake_prepare(const char *path, const char *resolution);

/* ---- absence.c ---- */

/* When we begin. */
void absence_look(struct faxd *d, const char *socket);
/* We are there; when we end in order, and every now and then. */
void absence_note(struct faxd *d);
void absence_note_rarely(struct faxd *d);

/* ---- inbox.c ---- */

struct json_object;

int inbox_prepare(struct line *l);
/* The call is over: what came is kept, or goes. */
void inbox_keep(struct line *l, const struct fax_report *r);
/* What an earlier daemon had not kept yet. */
void inbox_rescue(struct faxd *d);
/* The user who had it polled, or ours: of whoever calls. */
uid_t inbox_owner(struct json_object *facts);

/* ---- program.c ---- */

/* Called when a program has ended: its status as by waitpid(), -1 when it was not even begun. */
typedef void program_fn(struct faxd *d, void *arg, int status);

/* Runs @argv with nothing but the three standard files, for at most @seconds. */
void program_run(struct faxd *d, const char *const *argv, int seconds, program_fn *ended,
		 void *arg);
/* With standard input and output; -1: nothing, and the log. */
void program_run_with(struct faxd *d, const char *const *argv, int seconds, int in, int out,
		      program_fn *ended, void *arg);
/* Tells the one to end for which @is says yes; @ended is called as always. */
void program_stop(struct faxd *d, program_fn *ended, bool (*is)(const void *arg, uint64_t id),
		  uint64_t id);
/* SIGCHLD */
void programs_ended(struct faxd *d);
/* Those whose time is over are killed; the ms until the next one is due, -1: none. */
int programs_due(struct faxd *d);

/* ---- journal.c ---- */

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One finished call. */
void journal_call(struct line *l, const struct fax_report *r, const char *detail);

/* ---- control.c ---- */

struct control;
struct pollfd;

/* NULL: said why. */
struct control *control_open(struct faxd *d, const char *path);
void control_close(struct control *c);
/* Its descriptors, at most CONTROL_POLLS; how many. */
int control_polls(struct control *c, struct pollfd *p);
void control_move(struct control *c, const struct pollfd *p, int n);
#define CONTROL_POLLS	17

/* ---- faxd.c ---- */

struct faxd {
	struct spool *spool;
	struct cleardown_queue *queue;
	struct line *lines[MAX_LINES];
	int nlines;
	int news[2];			/* pipe of the calls */
	const char *directory;		/* the spool's */
	const char *log;
	const char *hook;
	const char *header;
	const char *init;		/* commands for the modems, without AT */
	int dial_s;			/* of the engine, as the next two; 0: its own */
	int send_gap;
	int turn_gap;
	bool any_line;			/* all that there are */
	bool stopping;
	int keep_days;			/* ended jobs */
	struct program *programs;
	struct offer *offers;
	int conversions;		/* that run */
	struct {
		uint64_t job;
		uid_t uid;
		char error[SPOOL_ERROR_LEN];
	} refusals[REFUSALS];		/* the last ones */
	unsigned int refused;
	bool same_start;		/* of the machine, as the daemon before us */
	bool given_up;			/* jobs that the kernel does not have: their users were told */
	double noted;			/* when we said that we are there, ms */
	struct control *control;
};

int64_t wall_s(void);

#endif /* CLEARDOWN_FAXD_FAXD_H */
