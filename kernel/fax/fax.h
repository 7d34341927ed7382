/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to kernel/fax. service.c has the server: its handles, ports and session; event.c its
 * queues; job.c the table of jobs; line.c a line and what its provider calls; line_close.c the ways
 * to get a modem on-hook; track.c what the modem does.
 *
 * Service: STOPPED -> RUNNING by the first server handle or job, -> STOPPED when nothing has held
 * it up for the idle time. A session lasts from one to the other; queues belong to a session.
 *
 * Job: see struct cleardown_fax_report for its states. It is in fax.jobs from birth until DELETED
 * was posted. @line is the line whose provider has it, NULL while it waits for one.
 *
 * Line: its owner's handle is the provider's. @held tells that the serial line is ours. What the
 * worker is to do about that is @want; while @hang is not NONE it brings the modem on-hook first.
 *
 * Locking: fax.lock, a mutex outside of the core's spinlocks and inside of bind_mutex, is for all
 * but what is marked as the worker's. No one waits for a worker, a far end or user memory with it.
 */
#ifndef CLEARDOWN_FAX_PRIV_H
#define CLEARDOWN_FAX_PRIV_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cleardown/class.h>
#include <cleardown/faxes.h>
#include "track.h"

/**
 * struct fax_service - there is one
 * @lock: see above
 * @dev: its device
 * @running: a session lasts
 * @since_ns: when it began or ended
 * @idle_ns: since when nothing holds it up, 0 = something does
 * @handles: struct fax_handle
 * @queues: struct fax_queue
 * @lines: struct fax_line, by rising device id
 * @jobs: struct fax_job, by rising id
 * @nservers: of @handles
 * @nports: of @handles
 * @njobs: of @jobs
 * @born: high half of the ids of this start's jobs, at random from 1 to FAX_BORN_MAX
 * @last: low half of the last one
 * @work: looks at what is due
 */
struct fax_service {
	struct mutex lock; /* see above */
	struct cldn_device *dev;
	bool running;
	u64 since_ns;
	u64 idle_ns;
	struct list_head handles;
	struct list_head queues;
	struct list_head lines;
	struct list_head jobs;
	u32 nservers;
	u32 nports;
	u32 njobs;
	u32 born;
	u32 last;
	struct delayed_work work;
};

/* A high half above it was never given to a job. */
#define FAX_BORN_MAX S32_MAX

extern struct fax_service fax;

/**
 * struct fax_handle - a server handle or a port
 * @h: member of the service, or of the line
 * @node: in fax.handles
 * @line: of a port; NULL = it is a server handle
 * @rights: CLEARDOWN_FAX_*; only shrinks
 * @write: it was opened with a write mode; a port: it has MODIFY
 * @ended: it is not in fax.handles any more
 */
struct fax_handle {
	struct cldn_handle h;
	struct list_head node;
	struct fax_line *line;
	u32 rights;
	bool write;
	bool ended;
};

/**
 * struct fax_queue - an event queue in a session
 * @h: member of the service that has no file, only a queue
 * @node: in fax.queues
 * @rights: of the handle that brought it
 * @uid: of its user
 * @ended: FAXSVC_ENDED, reserved
 * @event: its data
 */
struct fax_queue {
	struct cldn_handle h;
	struct list_head node;
	u32 rights;
	kuid_t uid;
	struct cldn_rec ended;
	struct cleardown_fax_event event;
};

/**
 * struct fax_job - see above
 * @ref: the table, and each queued record
 * @node: in fax.jobs
 * @id: its id
 * @uid: whose it is
 * @state: CLEARDOWN_JS_*, without NOLINE
 * @resume: what it is after PAUSED; in DELETING: 1 = it may have a call
 * @line: see above
 * @file: document, until it is taken
 * @taking: a provider is being given @file
 * @taken: a provider has, or had, the document
 * @any: no line was named, or that is for its provider to know
 * @pages: as last reported
 * @event: likewise
 * @since_ns: when it entered @state
 * @due_ns: when the kernel ends it: adopted or deleted too late; 0 = never
 * @offer: reserved: OFFER
 * @change: reserved: pause or resume
 * @remove: reserved: delete
 * @tickets: struct fax_ticket
 * @posted: records that are queued, BIT(enum fax_rec)
 * @number: as in FAX_SEND
 * @args: likewise
 */
struct fax_job {
	struct kref ref;
	struct list_head node;
	u64 id;
	kuid_t uid;
	u32 state;
	u32 resume;
	struct fax_line *line;
	struct file *file;
	bool taking;
	bool taken;
	bool any;
	u32 pages;
	u32 event;
	u64 since_ns;
	u64 due_ns;
	struct list_head tickets;
	struct cldn_rec offer;
	struct cldn_rec change;
	struct cldn_rec remove;
	unsigned long posted;
	char number[CLEARDOWN_FAX_NUMBER_LEN];
	char args[CLEARDOWN_FAX_ARGS_LEN];
};

enum fax_rec {
	FAX_REC_OFFER,
	FAX_REC_CHANGE,
	FAX_REC_REMOVE,
};

enum fax_want {
	FAX_WANT_NOTHING,
	FAX_WANT_TAKE,
	FAX_WANT_GIVE,
};

/**
 * struct fax_line - dev->class_data of faxN
 * @dev: its device
 * @node: in fax.lines, while it is bound
 * @provider_uid: whose provider may have it beside root's, as bound
 * @provider: the owner's handle from FAX_PROVIDE on, referenced
 * @borrower: the device of another class that has, or takes, the serial line; compared only
 * @blocked: somebody else has it: a take found it busy
 * @held: the serial line is ours
 * @want: enum fax_want, for the worker
 * @result: of the last @want, -EINPROGRESS = not yet; whose waiters are in dev->wq, to hear of a
 *	close as well
 * @fps: CLEARDOWN_FPS_* as reported
 * @modify: the port that has MODIFY
 * @flags: CLEARDOWN_FAX_PORT_*
 * @rings: as set
 * @priority: as set
 * @tsid: as set
 * @csid: as set
 * @news: reserved: FAX_LINE
 * @posted: it is queued, bit 0
 * @track: the modem; the worker's, @track.hook and @track.flow may be read
 * @hang: what of the way to on-hook runs, enum cleardown_step_what, 0 = nothing; the worker's
 * @until_ns: when it is cut; the worker's
 * @least_ns: when DTR has been low long enough, or an abort is said again; the worker's
 * @fall: DCD was high when DTR fell; the worker's
 * @finals: @track.finals when it began; the worker's
 * @say: what it is saying to the modem; the worker's
 * @said: how much of it the link has taken; the worker's
 * @say_len: its length; the worker's
 * @had_call: a call was up when the close began; the worker's
 * @unanswered: the modem did not answer; the worker's
 * @rx: received and not yet taken by the reader; the worker's
 * @rx_pos: first of these; the worker's
 * @rx_len: end of these; the worker's
 */
struct fax_line {
	struct cldn_device *dev;
	struct list_head node;
	kuid_t provider_uid;
	struct cldn_handle *provider;
	const struct cldn_device *borrower;
	bool blocked;
	bool held;
	u32 want;
	int result;
	u32 fps;
	struct fax_handle *modify;
	u32 flags;
	u32 rings;
	u32 priority;
	char tsid[CLEARDOWN_FAX_ID_LEN];
	char csid[CLEARDOWN_FAX_ID_LEN];
	struct cldn_rec news;
	unsigned long posted;

	struct fax_track track;
	u32 hang;
	u64 until_ns;
	u64 least_ns;
	bool fall;
	u32 finals;
	u8 say[8];
	u32 said;
	u32 say_len;
	bool had_call;
	bool unanswered;
	u8 rx[1024];
	size_t rx_pos;
	size_t rx_len;
};

/* Of an event: it may be dropped where a queue is full; it is not; it is the last but one of a job;
 * it is the last.
 */
enum fax_kind {
	FAX_REPEATS,
	FAX_NEWS,
	FAX_TERMINAL,
	FAX_DELETED,
};

static inline struct fax_handle *fax_handle_of(struct cldn_handle *h)
{
	return container_of(h, struct fax_handle, h);
}

static inline struct fax_line *fax_line_of(struct cldn_device *dev)
{
	return dev->class_data;
}

/* A port is a member of its line's device, and so sees the calls of the line's provider as well. */
static inline bool fax_is_port(const struct cldn_handle *h)
{
	return h->member && h->dev != fax.dev;
}

/* event.c */
void fax_event(const struct fax_job *job, const struct fax_line *line, u32 event,
	       const struct cleardown_fax_report *r, enum fax_kind kind);
int fax_tickets_of_job(struct fax_job *job);
void fax_tickets_end(struct fax_job *job);
void fax_queues_sweep(void);
void fax_queues_end(void);
int fax_events(struct cldn_handle *h, void *p);

/* service.c */
u32 fax_word(int error);
bool fax_may(const struct fax_handle *fh, const struct fax_job *job);
void fax_start(void);
void fax_touch(void);
void fax_ports_end(struct fax_line *fl);
int fax_port(struct cldn_handle *h, void *p);
int fax_rights(struct cldn_handle *h, void *p);
bool fax_terminated(const char *s, size_t len);

/* job.c */
struct fax_job *fax_job_find(u64 id);
struct fax_job *fax_job_of(const struct fax_line *fl);
void fax_job_fill(const struct fax_job *job, struct cleardown_fax_job *out);
void fax_jobs_orphan(struct fax_line *fl);
void fax_jobs_offer(struct fax_line *fl);
u64 fax_jobs_next(void);
void fax_jobs_due(u64 now);
int fax_send(struct cldn_handle *h, void *p);
void fax_unsend(struct cldn_handle *h, void *p);
int fax_job_next(struct cldn_handle *h, void *p);
int fax_job_set(struct cldn_handle *h, void *p);
struct file *fax_job_take(struct cldn_handle *h, void *p);
void fax_job_took(struct cldn_handle *h, void *p, bool known);
int fax_job_adopt(struct cldn_handle *h, void *p);
int fax_report(struct cldn_handle *h, void *p);

/* line.c */
bool fax_provided(const struct fax_line *fl);
u32 fax_fps(const struct fax_line *fl);
bool fax_available(const struct fax_line *fl);
bool fax_in_call(const struct fax_line *fl);
void fax_line_news(struct fax_line *fl);
void fax_line_want(struct fax_line *fl, u32 want);
struct fax_line *fax_line_provided(struct cldn_handle *h);
void fax_track_changed(struct fax_line *fl, u8 hook);

/* line_close.c */
#define FAX_NSTEPS 4
extern const struct cldn_step fax_steps[FAX_NSTEPS];
enum cldn_step_verdict fax_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
				      struct cldn_step_result *result);
enum cldn_step_verdict fax_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				    struct cldn_step_result *result);
u32 fax_summary(struct cldn_device *dev);
bool fax_hang_turn(struct fax_line *fl, u64 now);

/* Row of a table of calls; @status is the member that has the word. */
#define FAX_CALL(command, type, call, status)                             \
	{                                                                 \
		.cmd = CLEARDOWN_IOC_FAX_##command, .size = sizeof(type), \
		.min_size = sizeof(type), .fn = (call), .changes = true,  \
		.word = offsetof(type, status)                            \
	}

#endif /* CLEARDOWN_FAX_PRIV_H */
