// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs, of which the kernel has the numbers and the spool everything else. What happens to a job is on
 * disk before the kernel is told; a daemon that was killed in between tells it when it is back
 * (jobs_adopt()), so no document is sent twice because of that.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "faxd.h"

#define ERROR_LEN	200
#define HOOK_S		120

/* ---- what the kernel is told ---- */

static const enum cldn_fei events[] = {
	[FAX_OK] = CLDN_FEI_COMPLETED,
	[FAX_BUSY] = CLDN_FEI_BUSY,
	[FAX_NO_ANSWER] = CLDN_FEI_NO_ANSWER,
	[FAX_NO_DIALTONE] = CLDN_FEI_NO_DIAL_TONE,
	[FAX_BAD_NUMBER] = CLDN_FEI_BAD_ADDRESS,
	[FAX_DELAYED] = CLDN_FEI_CALL_DELAYED,
	[FAX_BLACKLISTED] = CLDN_FEI_CALL_BLACKLISTED,
	[FAX_VOICE] = CLDN_FEI_NOT_FAX_CALL,
	[FAX_NO_FAX] = CLDN_FEI_NOT_FAX_CALL,
	[FAX_FAR_SILENT] = CLDN_FEI_DISCONNECTED,
	[FAX_FAR_ENDED] = CLDN_FEI_DISCONNECTED,
	[FAX_LINE_LOST] = CLDN_FEI_DISCONNECTED,
	[FAX_NO_TRAINING] = CLDN_FEI_FATAL_ERROR,
	[FAX_PAGE_REFUSED] = CLDN_FEI_FATAL_ERROR,
	[FAX_INCOMPATIBLE] = CLDN_FEI_FATAL_ERROR,
	[FAX_PROTOCOL] = CLDN_FEI_FATAL_ERROR,
	[FAX_DOCUMENT] = CLDN_FEI_FATAL_ERROR,
	[FAX_NO_MODEM] = CLDN_FEI_FATAL_ERROR,
	[FAX_ABORTED] = CLDN_FEI_FATAL_ERROR,
	[FAX_DEVICE_GONE] = CLDN_FEI_FATAL_ERROR,
};

/* NOT_FAX_CALL is told of calls that come in; one of ours that no fax took was not answered. */
enum cldn_fei event_of(enum fax_outcome outcome, bool job)
{
	enum cldn_fei event = (size_t)outcome < ARRAY_SIZE(events) ? events[outcome] :
								     CLDN_FEI_FATAL_ERROR;

	return job && event == CLDN_FEI_NOT_FAX_CALL ? CLDN_FEI_NO_ANSWER : event;
}

int report(struct line *l, uint64_t job, enum cldn_fei event, uint32_t state, uint32_t pages,
	   const struct fax_report *r)
{
	struct cleardown_fax_news news = {
		.job = job,
		.event = event,
		.state = state,
		.pages = pages,
		.rate = r ? (uint32_t)r->rate : 0,
	};

	int number;

	if (!l->file)
		return -1;
	if (r)
		snprintf(news.remote, sizeof(news.remote), "%s", r->far_id);
	if (!cleardown_faxline_report(l->file, &news))
		return 0;
	number = errno;
	say("%s: %s of job %" PRIu64 " is not taken: %s", l->name, cleardown_fei_name(event), job,
	    strerror(number));
	errno = number;
	return -1;
}

static uint32_t end_state(const struct spool_job *job)
{
	if (job->state == SPOOL_DONE)
		return CLDN_JS_COMPLETED;
	return fax_outcome_transient(job->outcome) && job->calls ? CLDN_JS_RETRIES_EXCEEDED :
								   CLDN_JS_FAILED;
}

/* A job that has ended by its time has an outcome only when it was called for. */
static enum cldn_fei end_event(const struct spool_job *job)
{
	if (job->state == SPOOL_FAILED && (!job->calls || job->outcome == FAX_OK))
		return CLDN_FEI_FATAL_ERROR;
	return event_of(job->outcome, true);
}

struct job_words {
	char id[24];
	char number[SPOOL_NUMBER_LEN + 1];
	char pages[12];
};

static void hook_ended(struct faxd *d, void *arg, int status)
{
	if (status)
		say("%s: status %d", d->hook, status);
	free(arg);
}

void job_hook(struct faxd *d, const struct spool_job *job)
{
	struct job_words *w = d->hook ? calloc(1, sizeof(*w)) : NULL;

	if (!w)
		return;
	snprintf(w->id, sizeof(w->id), "%" PRIu64, job->id);
	snprintf(w->number, sizeof(w->number), "%s", job->number);
	snprintf(w->pages, sizeof(w->pages), "%d", job->confirmed);
	program_run(d,
		    (const char *const[]){ d->hook, job->state == SPOOL_DONE ? "done" : "failed",
					   w->id, w->number, w->pages,
					   fax_outcome_name(job->outcome), NULL },
		    HOOK_S, hook_ended, w);
}

/* Killed before this is on disk, the next daemon tells it again, and the kernel does not listen. */
static void job_told(struct faxd *d, struct spool_job *job)
{
	job->live = false;
	job->told = true;
	spool_save(d->spool, job);
	job_hook(d, job);
}

bool job_tell_end(struct line *l, struct spool_job *job)
{
	uint32_t pages = (uint32_t)job->confirmed;

	/* The call for it was another daemon's: the kernel wants to see one. */
	if (job->state == SPOOL_DONE && l->use == USE_LISTENING &&
	    report(l, job->id, CLDN_FEI_SENDING, CLDN_JS_INPROGRESS, pages, NULL))
		return false;
	if (report(l, job->id, end_event(job), end_state(job), pages, NULL)) {
		job->live = errno == ENOTCONN; /* else it will not be taken later either */
		return false;
	}
	job_told(l->faxd, job);
	return true;
}

/* ---- new ones ---- */

static bool parse_time(const char *value, int64_t *time)
{
	char *end;

	*time = strtoll(value, &end, 10);
	return *value && !*end && *time >= 0;
}

/* The number of the word, -1: none of them. */
static int one_of(const char *value, const char *const *words, int n)
{
	while (n-- && strcmp(value, words[n]))
		;
	return n;
}

/* at=SECONDS kill=SECONDS res=WORD ecm=WORD poll=DIGIT */
static int parse_word(char *word, struct spool_job *job)
{
	static const char *const resolutions[] = { "standard", "fine", "superfine" };
	static const char *const ecm[] = { "on", "off" };
	static const char *const digits[] = { "0", "1" };
	char *value = strchr(word, '=');
	int which = -1;

	if (!value)
		return -1;
	*value++ = '\0';
	if (!strcmp(word, "at"))
		return parse_time(value, &job->at) ? 0 : -1;
	if (!strcmp(word, "kill"))
		return parse_time(value, &job->kill_after) ? 0 : -1;
	if (!strcmp(word, "res")) {
		which = one_of(value, resolutions, 3);
		job->resolution = (enum document_resolution)(which < 0 ? 0 : which);
	} else if (!strcmp(word, "ecm")) {
		which = one_of(value, ecm, 2);
		job->no_ecm = which == 1;
	} else if (!strcmp(word, "poll")) {
		which = one_of(value, digits, 2);
		job->poll = which == 1;
	}
	return which < 0 ? -1 : 0;
}

static int parse_args(char *args, struct spool_job *job)
{
	char *at, *word;

	for (word = strtok_r(args, " ", &at); word; word = strtok_r(NULL, " ", &at))
		if (parse_word(word, job) < 0)
			return -1;
	return 0;
}

const char *job_refusal(const struct faxd *d, uint64_t id, uid_t *uid)
{
	unsigned int i;

	for (i = 0; i < REFUSALS; i++) {
		*uid = d->refusals[i].uid;
		if (id && d->refusals[i].job == id)
			return d->refusals[i].error;
	}
	return NULL;
}

static void refuse(struct line *l, const struct spool_job *want, enum cldn_fei event,
		   const char *error)
{
	struct faxd *d = l->faxd;
	unsigned int i = d->refused++ % REFUSALS;

	d->refusals[i].job = want->id;
	d->refusals[i].uid = want->uid;
	snprintf(d->refusals[i].error, sizeof(d->refusals[i].error), "%s", error);
	say("%s: job %" PRIu64 " of user %u is refused: %s", l->name, want->id, want->uid, error);
	report(l, want->id, event, CLDN_JS_FAILED, 0, NULL);
}

/* What was said of it before it was ours: we were told when we did not have it. */
static void said_already(struct line *l, struct spool_job *want)
{
	const struct cleardown_fax_job_entry *entry =
		cleardown_faxline_next_job(l->file, want->id - 1);

	if (!entry || entry->job != want->id)
		return;
	want->paused = entry->state & CLDN_JS_PAUSED;
	want->any_line = entry->any_line;
}

/* It is on disk when this returns the job, but for its document. */
static struct spool_job *acknowledge(struct line *l, struct spool_job *want, char *args,
				     char *error)
{
	struct spool_job *job;

	want->resolution = DOCUMENT_FINE;
	if (parse_args(args, want) < 0) {
		snprintf(error, ERROR_LEN, "it asks for what there is not: %s", args);
		return NULL;
	}
	want->submitted = wall_s();
	want->not_before = want->at ? want->at : want->submitted;
	snprintf(want->line, sizeof(want->line), "%s", l->name);
	said_already(l, want);
	job = spool_add(l->faxd->spool, want, error, ERROR_LEN);
	if (job)
		job->live = true;
	return job;
}

void job_take_in(struct line *l, uint64_t id)
{
	char number[CLDN_FAX_NUMBER_LEN], args[CLDN_FAX_ARGS_LEN], error[ERROR_LEN] = "";
	struct spool_job want = { .id = id }, *job = NULL;
	uint32_t uid;
	int fd = l->file ? cleardown_faxline_take_job(l->file, id, &uid, number, args) : -1;

	if (fd < 0) {
		/* over already, or offered again with the line */
		if (l->file && errno != ENOENT)
			say("%s: job %" PRIu64 ": %s", l->name, id, strerror(errno));
		return;
	}
	want.uid = uid;
	if (strlen(number) <= SPOOL_NUMBER_LEN) {
		snprintf(want.number, sizeof(want.number), "%s", number);
		job = acknowledge(l, &want, args, error);
		if (!job)
			refuse(l, &want, CLDN_FEI_FATAL_ERROR, error);
	} else {
		refuse(l, &want, CLDN_FEI_BAD_ADDRESS, "the number is too long");
	}
	if (job && job->state == SPOOL_PREPARING)
		intake_begin(l->faxd, job, fd);
	close(fd);
}

/* ---- those of an earlier provider ---- */

static bool line_there(struct faxd *d, const char *name)
{
	const struct line *l = line_named(d, name);

	return l && l->file;
}

/* The kernel has given it up, and told that: it is not to be sent behind its user's back. */
static void fail_absent(struct faxd *d, struct spool_job *job)
{
	job->state = SPOOL_FAILED;
	job->outcome = FAX_ABORTED;
	snprintf(job->error, sizeof(job->error), "cleardown-faxd was away for too long");
	spool_save(d->spool, job);
	say("job %" PRIu64 " was given up meanwhile", job->id);
}

/* It has ended while no daemon was there: by its user, and then it goes, or given up. */
static void ended_meanwhile(struct faxd *d, struct spool_job *job)
{
	if (!spool_ended(job) && !d->given_up) {
		say("job %" PRIu64 " was deleted meanwhile", job->id);
		job_remove(d, job);
		return;
	}
	if (!spool_ended(job))
		fail_absent(d, job);
	job_told(d, job);
}

/* Was it made anew, at @since, and not there before? Only so that it may be told of. */
static bool made_anew(struct line *l, uint64_t id, uint64_t since)
{
	const struct cleardown_fax_job_entry *entry = cleardown_faxline_next_job(l->file, id - 1);

	return entry && entry->job == id && entry->since_ns >= since;
}

static uint64_t kernel_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void adopt(struct line *l, struct spool_job *job)
{
	uint64_t since = kernel_ns();
	struct faxd *d = l->faxd;
	uint32_t state;
	bool paused;

	if (cleardown_faxline_adopt_job(l->file, job->id, job->uid, &state) < 0) {
		if (errno == ENOENT)
			ended_meanwhile(d, job);
		else if (errno != EBUSY)
			say("%s: job %" PRIu64 ": %s", l->name, job->id, strerror(errno));
		return;
	}
	paused = job->paused;
	job->live = true;
	job->paused = state & CLDN_JS_PAUSED;
	snprintf(job->line, sizeof(job->line), "%s", l->name);
	/* Without a start of the machine only a module without jobs could go. */
	if (!spool_ended(job) && (d->given_up || d->same_start) && made_anew(l, job->id, since)) {
		fail_absent(d, job);
		return;
	}
	/* Who has resumed it was heard by a kernel that knew it. */
	if (paused && !job->paused && !spool_ended(job) && made_anew(l, job->id, since))
		job->paused = !report(l, job->id, CLDN_FEI_JOB_QUEUED, CLDN_JS_PAUSED, 0, NULL);
	say("%s: job %" PRIu64 " is taken up again%s, %d of %d pages are over there", l->name,
	    job->id, job->paused ? ", paused" : "", job->confirmed, job->pages);
}

void jobs_adopt(struct line *l)
{
	struct faxd *d = l->faxd;
	struct spool_job *job, *next;

	for (job = spool_first(d->spool); job; job = next) {
		next = job->next;
		if (!job->live && !job->told &&
		    (!strcmp(job->line, l->name) || !line_there(d, job->line)))
			adopt(l, job);
	}
}

static bool is_stuck(const struct spool_job *job, const void *arg)
{
	const struct line *l = arg, *other = line_named(l->faxd, job->line);

	return job->live && other && other != l && other->file && other->unavailable;
}

bool job_fetch(struct line *l)
{
	struct spool *s = l->faxd->spool;
	struct spool_job *job = spool_stuck(s, wall_s(), is_stuck, l);

	/* refused: that line can be had again, or what was told of the job comes first */
	if (!job || cleardown_faxline_adopt_job(l->file, job->id, job->uid, NULL) < 0)
		return false;
	say("%s: job %" PRIu64 " comes from %s, which somebody else has", l->name, job->id,
	    job->line);
	snprintf(job->line, sizeof(job->line), "%s", l->name);
	spool_save(s, job);
	return true;
}

/* ---- changes ---- */

void job_remove(struct faxd *d, struct spool_job *job)
{
	int i;

	for (i = 0; i < d->nlines; i++)
		if (d->lines[i]->job == job)
			d->lines[i]->job = NULL;
	intake_stop(d, job);
	if (spool_remove(d->spool, job) < 0)
		say("job %" PRIu64 " cannot be removed: %s", job->id, strerror(errno));
}

static void job_deleted(struct line *l, uint64_t id)
{
	struct spool_job *job = spool_find(l->faxd->spool, id);

	if (line_in_call(l) && l->job_id == id) {
		l->doomed = true;
		line_abort(l);
		return;
	}
	report(l, id, CLDN_FEI_DELETED, CLDN_JS_DELETING, job ? (uint32_t)job->confirmed : 0, NULL);
	if (job)
		job_remove(l->faxd, job);
}

/* The record of a pause and a resume may be one: the table has what holds. */
void job_changed(struct line *l, uint64_t id, uint32_t command)
{
	const struct cleardown_fax_job_entry *entry = cleardown_faxline_next_job(l->file, id - 1);
	struct spool_job *job = spool_find(l->faxd->spool, id);

	(void)command;
	if (!entry || entry->job != id)
		return;
	if (entry->state & CLDN_JS_DELETING) {
		job_deleted(l, id);
	} else if (job) {
		job->paused = entry->state & CLDN_JS_PAUSED;
		spool_save(l->faxd->spool, job);
	} else if (entry->taken && !(entry->state & CLDN_JS_PAUSED)) {
		/* refused or removed while it was paused, when the kernel took no end of it */
		report(l, id, CLDN_FEI_FATAL_ERROR, CLDN_JS_FAILED, entry->pages, NULL);
	}
}

/* The newest thing that happened to it is not kept: it is as old as its last time. */
static bool forgotten(const struct faxd *d, const struct spool_job *job, int64_t now)
{
	int64_t keep_s = d->keep_days * 24 * 3600LL;

	return spool_ended(job) && !job->live && job->not_before + keep_s < now &&
	       job->submitted + keep_s < now;
}

void jobs_sweep(struct faxd *d)
{
	int64_t now = wall_s();
	struct spool_job *job, *next;

	spool_set_back(d->spool, now);
	spool_expire(d->spool, now);
	for (job = spool_first(d->spool); job; job = next) {
		struct line *l = line_named(d, job->line);

		next = job->next;
		if (job->state == SPOOL_FAILED && job->live && !job->paused && l && l->file)
			job_tell_end(l, job);
		else if (forgotten(d, job, now))
			job_remove(d, job);
	}
}

/* ---- a call for it ---- */

static uint32_t pages_now(const struct line *l, const struct fax_report *r)
{
	return (uint32_t)(l->polls ? 0 : l->first_page + r->confirmed);
}

void job_progress(struct line *l, const struct news *n)
{
	const struct fax_report *r = &n->report;
	bool tell = r->phase == FAX_ANSWERED || r->phase == FAX_PAGE || r->phase == FAX_PAGE_END;

	if (r->phase == FAX_PAGE_END && l->job && !l->polls)
		spool_page(l->faxd->spool, l->job, l->first_page, r->confirmed);
	if (tell && !l->doomed)
		report(l, l->job_id, CLDN_FEI_SENDING, CLDN_JS_INPROGRESS, pages_now(l, r), r);
}

/* Ended by ourselves, and not for the job's sake: it is as it was. */
static bool was_interrupted(const struct line *l, const struct fax_report *r)
{
	return l->faxd->stopping && r->outcome == FAX_ABORTED && !l->doomed;
}

static void keep_result(struct line *l, const struct fax_report *r)
{
	struct spool *s = l->faxd->spool;
	int ret;

	if (l->polls && r->outcome == FAX_OK)
		l->job->pages = l->job->confirmed = r->confirmed;
	else if (!l->polls)
		spool_page(s, l->job, l->first_page, r->confirmed);
	if (was_interrupted(l, r))
		ret = spool_requeue(s, l->job);
	else
		ret = spool_result(s, l->job, r, wall_s());
	if (ret < 0)
		say("job %" PRIu64 " cannot be written: %s", l->job_id, strerror(errno));
}

void job_result(struct line *l, const struct news *n)
{
	const struct fax_report *r = &n->report;
	struct spool_job *job = l->job;

	if (l->doomed || l->removed || !job) {
		report(l, l->job_id, l->doomed ? CLDN_FEI_DELETED : CLDN_FEI_FATAL_ERROR,
		       l->doomed ? CLDN_JS_DELETING : CLDN_JS_FAILED, pages_now(l, r), r);
		if (job)
			job_remove(l->faxd, job);
		return;
	}
	keep_result(l, r);
	if (spool_ended(job)) {
		report(l, l->job_id, end_event(job), end_state(job), pages_now(l, r), r);
		job_told(l->faxd, job);
	} else {
		report(l, l->job_id,
		       was_interrupted(l, r) ? CLDN_FEI_DISCONNECTED : event_of(r->outcome, true),
		       CLDN_JS_RETRYING, pages_now(l, r), r);
	}
}
