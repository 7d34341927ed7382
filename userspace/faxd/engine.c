// SPDX-License-Identifier: GPL-2.0-or-later
/* A fax call from outside: its birth, its turns, its end. What a turn does is in steps.c. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call.h"

#define FILE_NAME	256		/* of spandsp: it would cut it */
#define DIAL_S		90
#define SEND_GAP	8		/* units of 10 ms: T.30's 75 ms */
#define TICK_MS		40		/* of T.30's timers */
#define LATE_MS		100		/* that a move may be late */

static double monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

void call_phase(struct fax_call *c, enum fax_phase phase)
{
	c->alive = c->now;
	c->report.phase = phase;
	if (phase < FAX_LEAVING)
		c->report.reached = phase;
	if (c->progress)
		c->progress(c->arg, &c->report);
}

void call_outcome(struct fax_call *c, enum fax_outcome outcome, const char *detail)
{
	if (c->outcome_known)
		return;
	c->outcome_known = true;
	c->report.outcome = outcome;
	snprintf(c->detail, sizeof(c->detail), "%s", detail ? detail : "");
}

static double longest_wait(const struct fax_call *c, double now)
{
	double wait = c->running || c->step == STEP_DATA ? TICK_MS : ABORT_MS;

	if (c->deadline && c->deadline - now < wait)
		wait = c->deadline - now;
	if (wait < 0 || (c->aborting && !c->interrupted) || !c->setup)
		wait = 0;
	return wait;
}

static double time_now(const struct fax_call *c)
{
	return c->options.clock_ms() - c->missed;
}

/*
 * Who got no processor has not heard silence: what was said meanwhile is still to be read, and times
 * that wait for it do not count what was missed. The line has gone on with a page, though.
 */
static void look_at_clock(struct fax_call *c)
{
	double clock = c->options.clock_ms();
	double passed = clock - c->looked;

	if (c->looked && passed > longest_wait(c, c->now) + LATE_MS) {
		c->missed += passed - TICK_MS;
		c->data_from -= passed - TICK_MS;
	}
	c->looked = clock;
	c->now = clock - c->missed;
}

bool fax_call_move(struct fax_call *c, short revents)
{
	int gone;			/* errno */

	if (c->step == STEP_ENDED)
		return false;
	look_at_clock(c);
	gone = class1_move(&c->modem, revents) < 0 ? errno : 0;
	if (!c->aborting)
		protocol_time(c);
	while (step_once(c))
		;
	if (!gone && class1_move(&c->modem, 0) < 0)
		gone = errno;
	if (gone && c->step != STEP_ENDED) {
		call_outcome(c, FAX_DEVICE_GONE, strerror(gone));
		protocol_end(c);
		step_end(c);
	}
	return c->step != STEP_ENDED;
}

short fax_call_wants(const struct fax_call *c, int *timeout_ms)
{
	*timeout_ms = (int)ceil(longest_wait(c, time_now(c)));
	return class1_wants(&c->modem);
}

void fax_call_run(struct fax_call *c)
{
	struct pollfd p = { .fd = c->modem.fd };
	int timeout;

	do {
		p.events = fax_call_wants(c, &timeout);
		p.revents = 0;
		poll(&p, 1, timeout);
	} while (fax_call_move(c, p.revents));
}

/* Once DCN is out the call ends by itself, and the pages have their verdicts. */
void fax_call_abort(struct fax_call *c)
{
	if (c->aborting || c->step >= STEP_HANGUP || c->report.dcn_sent)
		return;
	c->now = time_now(c);
	c->aborting = true;
	c->abort_by = c->now + ABORT_MS;
	call_outcome(c, FAX_ABORTED, NULL);
}

const struct fax_report *fax_call_report(const struct fax_call *c)
{
	return &c->report;
}

/* ---- life ---- */

static char *copy(const char *text, bool *failed)
{
	char *p = text ? strdup(text) : NULL;

	*failed |= text && !p;
	return p;
}

static int take_options(struct fax_call *c, const struct fax_options *from)
{
	struct fax_options *o = &c->options;
	bool failed = false;

	*o = *from;
	o->number = copy(from->number, &failed);
	o->file = copy(from->file, &failed);
	o->id = copy(from->id, &failed);
	o->header = copy(from->header, &failed);
	o->init = copy(from->init, &failed);
	if (!o->codings)
		o->codings = FAX_MH | FAX_MR | FAX_MMR;
	if (!o->fastest)
		o->fastest = FAX_V17;
	if (!o->dial_s)
		o->dial_s = DIAL_S;
	if (!o->send_gap)
		o->send_gap = SEND_GAP;
	if (!o->clock_ms)
		o->clock_ms = monotonic_ms;
	if (!o->patience)
		o->patience = 1;
	return failed ? -1 : 0;
}

static bool options_make_sense(const struct fax_options *o)
{
	return o->file && strlen(o->file) < FILE_NAME && o->dial_s >= 0 && o->dial_s <= 250 &&
	       o->first_page >= 0 && o->send_gap >= 0 && o->send_gap <= 255 && o->turn_gap >= 0 &&
	       o->turn_gap <= 255 && !(o->codings & ~7U) && o->fastest <= FAX_V17 &&
	       (!o->id || strlen(o->id) <= FAX_ID_LEN) &&
	       (!o->header || strlen(o->header) <= FAX_HEADER_LEN) &&
	       (!o->init || strlen(o->init) < CLASS1_LINE);
}

struct fax_call *fax_call_new(int fd, const struct fax_options *options, fax_progress_fn *progress,
			      void *arg)
{
	int flags = fcntl(fd, F_GETFL);
	struct fax_call *c;

	if (!options_make_sense(options)) {
		errno = EINVAL;
		return NULL;
	}
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	if (take_options(c, options) < 0 || protocol_init(c) < 0) {
		fax_call_free(c);
		errno = ENOMEM;
		return NULL;
	}
	class1_init(&c->modem, fd);
	c->progress = progress;
	c->arg = arg;
	c->report.detail = c->detail;
	return c;
}

void fax_call_free(struct fax_call *c)
{
	if (!c)
		return;
	protocol_free(c);
	free((char *)c->options.number);
	free((char *)c->options.file);
	free((char *)c->options.id);
	free((char *)c->options.header);
	free((char *)c->options.init);
	free(c);
}
