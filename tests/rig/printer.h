/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PJL printer: types and entry points shared by its parts.
 *
 * pjlprinter.c	options, the host's connection, the loop, the control commands
 * pjlstream.c	what the host sends: PJL, and the data of jobs
 * pjljob.c	jobs and their files, pages on their way to the tray, what the host is told
 *
 * One thread, one loop; clock.c, util.c and clients.c are the modem bank's. At speed 1 bank time is
 * real time.
 */
#ifndef RIG_PRINTER_H
#define RIG_PRINTER_H

#include "bank.h"

#define JOB_NAME_LEN	81
#define PJL_LINE_LEN	512
#define JOB_DEPTH	16

struct settings {
	const char *dir;		/* job-N.data, job-N.json */
	bool pages_by_ps;		/* %%Page: comments, not form feeds */
	bool results;			/* ID= and RESULT= in job status, as later printers have them */
	long page_ms;			/* from one page in the tray to the next */
	int ahead;			/* pages held in memory; then nothing is read */
	long idle_ms;			/* ends a job that has no JOB, when nothing comes */
};

extern struct settings settings;

/* ---- pjlprinter.c ---- */

void host_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- pjlstream.c ---- */

void stream_init(void);
void stream_input(const uint8_t *data, size_t len);
void stream_end(void);		/* the host is away, or says that nothing more comes */

/* ---- pjljob.c ---- */

struct counts {
	int jobs;			/* begun */
	int printed, cancelled, cut;	/* ended, and how */
	unsigned long long bytes;	/* data of jobs */
	unsigned int pages;		/* in the tray */
	unsigned int queued;		/* pages on their way there */
};

extern struct counts counts;

void jobs_init(void);
void job_begin(const char *name);	/* JOB; NULL: data without it */
void job_end(const char *name);		/* EOJ, NULL: no name given */
void job_uel(void);			/* ends a job that has no JOB */
void job_language(const char *language);
void job_data(uint8_t byte);
void job_cut(void);			/* nothing more comes of it */
bool job_cancel(void);			/* on the panel */
bool jobs_busy(void);
bool jobs_full(void);
void jobs_run(bool stopped);		/* called when @stopped may have changed */
void jobs_reset(void);			/* power is gone */

struct ustatus {
	bool job, page, device;
};

extern struct ustatus ustatus;

struct condition {
	unsigned int code;
	bool online;
	const char *display;
};

struct condition condition_now(void);	/* pjlprinter.c */

#endif
