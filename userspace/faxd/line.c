// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line: taken while there is something to be sent or calls are to be answered, and given back
 * otherwise, so that a phone on the same modem, or the idle service, is not held up.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "faxd.h"

#define RETRY_MS	5000		/* of a line that is somebody else's, or not there */
#define RING_MS		10000		/* longest silence between two rings */
#define ANSWER_MS	2000
#define BREATH_MS	1000		/* before what was refused is tried again */
#define SETUP		"E0V1Q0S0=0&D2"

static double later(double ms)
{
	return talk_now_ms() + ms * talk_speed;
}

struct line *line_named(struct faxd *d, const char *name)
{
	int i;

	for (i = 0; i < d->nlines; i++)
		if (!strcmp(d->lines[i]->name, name))
			return d->lines[i];
	return NULL;
}

/* ---- its port ---- */

static void note_port(struct line *l, const struct cleardown_faxport_status *s)
{
	l->id = s->line;
	l->flags = s->flags;
	l->rings_wanted = s->rings;
	memcpy(l->tsid, s->tsid, sizeof(l->tsid));
	memcpy(l->csid, s->csid, sizeof(l->csid));
}

/* A connection is a use of the service, so it is a short one. */
static void look_at_port(struct line *l)
{
	struct cleardown_fax *fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);
	const struct cleardown_faxport_status *s;
	uint64_t after = 0;

	if (!fax) {
		say("the fax server: %s", strerror(errno));
		return;
	}
	while ((s = cleardown_fax_next_line(fax, after))) {
		after = s->line;
		if (!strcmp(s->name, l->name))
			note_port(l, s);
	}
	cleardown_fax_close(fax);
	cleardown_fax_free(fax);
}

/* ---- opening ---- */

void line_open(struct line *l)
{
	struct faxd *d = l->faxd;

	l->file = cleardown_faxline_open(l->name, d->queue, (uintptr_t)l);
	if (!l->file) {
		if (!l->denied)
			say("%s: %s", l->name, strerror(errno));
		l->denied = true;
		l->again = later(RETRY_MS);
		return;
	}
	say("%s: ready", l->name);
	l->denied = false;
	l->lost = false;
	l->again = 0;
	l->use = USE_FREE;
	l->unavailable = false;
	l->fresh = true;
	look_at_port(l);
}

void line_close(struct line *l)
{
	struct cleardown_close_summary summary;

	if (!l->file)
		return;
	if (cleardown_faxline_close(l->file, NULL, &summary) < 0)
		say("%s: close: %s", l->name, strerror(errno));
	cleardown_faxline_free(l->file);
	l->file = NULL;
}

/* A call that is up finds out by itself; then the file goes. */
void line_lost(struct line *l)
{
	struct spool_job *job;

	l->lost = true;
	if (line_in_call(l)) {
		line_abort(l);
		return;
	}
	say("%s: gone", l->name);
	for (job = spool_first(l->faxd->spool); job; job = job->next)
		if (!strcmp(job->line, l->name))
			job->live = false;
	cleardown_faxline_free(l->file);
	l->file = NULL;
	l->use = USE_FREE;
	l->again = later(BREATH_MS);
}

/* ---- the serial line ---- */

static void give(struct line *l)
{
	if (cleardown_faxline_give(l->file) < 0)
		say("%s: %s", l->name, strerror(errno));
	l->use = USE_FREE;
	l->rings = 0;
}

static void refused(struct line *l)
{
	if (errno == EBUSY && !l->unavailable)
		say("%s: somebody else has the modem's line", l->name);
	else if (errno != EBUSY && errno != ENOTCONN)
		say("%s: %s", l->name, strerror(errno));
	l->unavailable = errno == EBUSY;
	l->again = later(RETRY_MS);
}

static bool take(struct line *l)
{
	int fd = cleardown_faxline_fd(l->file);

	if (cleardown_faxline_take(l->file) < 0) {
		refused(l);
		return false;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	l->unavailable = false;
	l->again = 0;
	l->use = USE_LISTENING;
	l->text_len = 0;
	l->rings = 0;
	l->settled = false;
	return true;
}

/* A modem that is to be listened to. Nothing else is said to it before it has answered. */
static bool settle(struct line *l)
{
	if (l->settled || !(l->flags & CLDN_FAXPORT_RECEIVE))
		return true;
	l->settled = true;
	l->again = later(ANSWER_MS);
	if (write(cleardown_faxline_fd(l->file), "AT" SETUP "\r", strlen(SETUP) + 3) < 0)
		say("%s: %s", l->name, strerror(errno));
	return false;
}

/* ---- calls ---- */

static void options_of(struct line *l, struct fax_options *o, char init[80])
{
	const char *more = l->faxd->init;

	snprintf(init, 80, "&D2%s", more ? more : "");
	*o = (struct fax_options){
		.init = init,
		.dial_s = l->faxd->dial_s,
		.send_gap = l->faxd->send_gap,
		.turn_gap = l->faxd->turn_gap,
		.clock_ms = talk_now_ms,
		.patience = talk_speed, /* the line is faster, the modem's port is not */
	};
}

/* The end of a call that could not even begin. */
static void not_begun(struct line *l)
{
	struct news n = { .line = l,
			  .report = {
				  .phase = FAX_ENDED, .outcome = FAX_NO_MODEM, .on_hook = true } };

	say("%s: no call: %s", l->name, strerror(errno));
	snprintf(n.detail, sizeof(n.detail), "%s", strerror(errno));
	l->talk.call = NULL;
	line_news(l, &n);
}

static void begin(struct line *l, enum use use, const struct fax_options *o)
{
	l->use = use;
	l->again = 0;
	l->answered = false;
	l->doomed = false;
	l->removed = false;
	l->rings = 0;
	l->begun = talk_now_ms();
	memset(&l->report, 0, sizeof(l->report));
	if (talk_begin(&l->talk, l, cleardown_faxline_fd(l->file), l->faxd->news[1], o) < 0)
		not_begun(l);
}

static void answer(struct line *l)
{
	struct fax_options o;
	char init[80];

	l->job = NULL;
	l->job_id = 0;
	l->polls = false;
	if (inbox_prepare(l) < 0) {
		say("%s: %s", l->name, strerror(errno));
		return;
	}
	options_of(l, &o, init);
	o.receive = true;
	o.file = l->path;
	o.id = l->csid[0] ? l->csid : NULL;
	begin(l, USE_RECEIVING, &o);
}

/* What the kernel does not take is not dialled. */
static bool announced(struct line *l, struct spool_job *job)
{
	struct spool *s = l->faxd->spool;

	if (report(l, job->id, CLDN_FEI_DIALING, CLDN_JS_INPROGRESS, (uint32_t)job->confirmed,
		   NULL) < 0) {
		if (errno == ENOENT)
			job_remove(l->faxd, job);
		l->again = later(BREATH_MS);
		return false;
	}
	if (!spool_begin(s, job))
		return true;
	say("job %" PRIu64 " cannot be written: %s", job->id, strerror(errno));
	spool_requeue(s, job);
	job->not_before = wall_s() + 60;
	report(l, job->id, CLDN_FEI_FATAL_ERROR, CLDN_JS_RETRYING, (uint32_t)job->confirmed, NULL);
	return false;
}

static void send_job(struct line *l, struct spool_job *job)
{
	char document[SPOOL_PATH_LEN + 64], init[80];
	struct fax_options o;

	if (!announced(l, job))
		return;
	l->job = job;
	l->job_id = job->id;
	l->uid = job->uid;
	l->polls = job->poll;
	l->first_page = job->confirmed;
	snprintf(l->number, sizeof(l->number), "%s", job->number);
	options_of(l, &o, init);
	o.number = job->number;
	o.receive = job->poll;
	o.first_page = job->confirmed;
	o.no_ecm = job->no_ecm;
	o.id = l->tsid[0] ? l->tsid : NULL;
	o.header = job->poll ? NULL : l->faxd->header;
	spool_document(l->faxd->spool, job, document, sizeof(document));
	o.file = document;
	if (job->poll && !inbox_prepare(l))
		o.file = l->path;
	begin(l, USE_SENDING, &o);
}

void line_abort(struct line *l)
{
	if (line_in_call(l))
		talk_abort(&l->talk);
}

/* ---- what is next ---- */

static bool owes_an_end(const struct line *l)
{
	const struct spool_job *job;

	for (job = spool_first(l->faxd->spool); job; job = job->next)
		if (job->live && job->state == SPOOL_DONE && !strcmp(job->line, l->name))
			return true;
	return false;
}

static void tell_ends(struct line *l)
{
	struct spool_job *job;

	for (job = spool_first(l->faxd->spool); job; job = job->next)
		if (job->live && job->state == SPOOL_DONE && !strcmp(job->line, l->name))
			job_tell_end(l, job);
}

/* All its pages are over there since the last call, only its end was not written any more. */
static bool was_done(struct line *l, struct spool_job *job)
{
	if (job->poll || job->confirmed < job->pages)
		return false;
	job->state = SPOOL_DONE;
	job->outcome = FAX_OK;
	spool_save(l->faxd->spool, job);
	return true;
}

void line_schedule(struct line *l)
{
	struct faxd *d = l->faxd;
	struct spool_job *job;
	double now = talk_now_ms();

	if (!l->file || line_in_call(l) || d->stopping || now < l->again)
		return;
	l->again = 0;
	if (l->rings && now > l->last_ring + RING_MS) {
		l->rings = 0;
		report(l, 0, CLDN_FEI_IDLE, 0, 0, NULL);
	}
	while ((job = spool_next(d->spool, l->name, wall_s())) && was_done(l, job))
		;
	if (!job && !(l->flags & CLDN_FAXPORT_RECEIVE) && !owes_an_end(l)) {
		/* whether somebody else still has it is found out by taking it */
		if (l->use == USE_LISTENING || (l->unavailable && take(l)))
			give(l);
		return;
	}
	if ((l->use == USE_FREE && !take(l)) || !settle(l))
		return;
	tell_ends(l);
	if (l->rings && l->rings >= l->rings_wanted)
		answer(l);
	else if (job && !l->rings)
		send_job(l, job);
}

void line_help(struct line *l)
{
	struct faxd *d = l->faxd;

	if (!l->file || line_in_call(l) || d->stopping || l->again || l->rings || l->unavailable ||
	    !(l->flags & CLDN_FAXPORT_SEND) || spool_next(d->spool, l->name, wall_s()))
		return;
	if (job_fetch(l))
		line_schedule(l);
}

void line_changed(struct line *l)
{
	bool running = false;
	const char *does;
	uint32_t fps = 0;
	int held = cleardown_faxline_held(l->file, &fps, &running);

	if (held < 0) {
		line_lost(l);
		return;
	}
	if (!held && l->use == USE_LISTENING)
		l->use = USE_FREE;
	does = cleardown_fps_name(fps);
	l->unavailable &= does && !strcmp(does, "unavailable");
	l->again = 0;
	if (running && !line_in_call(l))
		look_at_port(l);
}

/* ---- listening ---- */

static void heard_line(struct line *l)
{
	l->text[l->text_len] = '\0';
	l->text_len = 0;
	if (!strcmp(l->text, "OK") || !strcmp(l->text, "ERROR"))
		l->again = 0;
	if (strcmp(l->text, "RING") || !(l->flags & CLDN_FAXPORT_RECEIVE))
		return;
	l->rings++;
	l->last_ring = talk_now_ms();
	report(l, 0, CLDN_FEI_RINGING, 0, 0, NULL);
}

void line_readable(struct line *l)
{
	char bytes[64];
	ssize_t n = read(cleardown_faxline_fd(l->file), bytes, sizeof(bytes)), i;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		/* being taken away: free when it is; the kernel tells when it is to be had again */
		give(l);
		l->again = later(RETRY_MS);
		return;
	}
	for (i = 0; i < n; i++) {
		if (bytes[i] == '\r' || bytes[i] == '\n')
			heard_line(l);
		else if (l->text_len < sizeof(l->text) - 1)
			l->text[l->text_len++] = bytes[i];
	}
}

/* ---- news of a call ---- */

static void received_news(struct line *l, const struct fax_report *r)
{
	if (r->phase == FAX_ANSWERING) {
		l->answered = !report(l, 0, CLDN_FEI_ANSWERED, 0, 0, NULL);
	} else if (r->phase == FAX_PAGE || r->phase == FAX_PAGE_END) {
		report(l, 0, CLDN_FEI_RECEIVING, 0, (uint32_t)r->confirmed, r);
	}
}

static void received_all(struct line *l, const struct fax_report *r)
{
	bool pages = r->reached >= FAX_PAGE;
	enum cldn_fei event = event_of(r->outcome, pages);

	/* "Nobody answered" is not told of a call that came in. */
	if (event == CLDN_FEI_NO_ANSWER)
		event = CLDN_FEI_DISCONNECTED;
	if (event == CLDN_FEI_COMPLETED && !pages)
		event = CLDN_FEI_DISCONNECTED;
	inbox_keep(l, r);
	if (l->answered)
		report(l, 0, event, 0, (uint32_t)r->confirmed, r);
	report(l, 0, CLDN_FEI_IDLE, 0, 0, NULL);
}

/* A modem that is not proven on-hook is the kernel's to hang up. */
static void call_ended(struct line *l, const struct news *n)
{
	const struct fax_report *r = &n->report;

	if (l->talk.call)
		talk_end(&l->talk);
	if (l->use == USE_SENDING)
		l->answered = r->reached >= FAX_ANSWERED;
	journal_call(l, r, n->detail);
	if (l->use == USE_RECEIVING)
		received_all(l, r);
	else
		job_result(l, n);
	if (l->polls)
		inbox_keep(l, r);
	l->use = USE_LISTENING;
	l->job = NULL;
	l->job_id = 0;
	l->polls = false;
	l->text_len = 0;
	if (l->lost)
		line_lost(l);
	else if (!r->on_hook || r->outcome == FAX_DEVICE_GONE)
		give(l);
}

void line_news(struct line *l, const struct news *n)
{
	l->report = n->report;
	snprintf(l->detail, sizeof(l->detail), "%s", n->detail);
	if (n->report.phase == FAX_ENDED)
		call_ended(l, n);
	else if (l->use == USE_RECEIVING)
		received_news(l, &n->report);
	else
		job_progress(l, n);
}
