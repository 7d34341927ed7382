// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A job on its way to the port. Everything that can happen is waited for at one place, so that
 * neither a printer without paper nor a network printer that is switched off keeps cupsd's SIGTERM,
 * or a filter's question, waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "backend.h"

#define LOOK_EVERY_MS	250
#define TRY_AGAIN_MS	5
#define RETRY_FIRST	(5 * NS_PER_SEC)
#define RETRY_LAST	(30 * NS_PER_SEC)
#define CANCEL_LIMIT	(10 * NS_PER_SEC)
/* Longer than any job: the paper that is out may come tomorrow. */
#define END_LIMIT	(INT64_C(30) * 24 * 3600 * NS_PER_SEC)
#define BACK_TIMEOUT	0.1

/* ---- what cupsd is told ---- */

#define REASON_CONNECTING	0x1
#define REASON_OFFLINE		0x2
#define REASON_MEDIA_EMPTY	0x4
#define REASON_OTHER		0x8

static const char *const reason_words[] = {
	"connecting-to-device",
	"offline-report",
	"media-empty-error",
	"other-error",
};

/* Only what has changed since the last time. */
static void tell_reasons(struct job *job, unsigned int reasons)
{
	unsigned int changed = job->reasons ^ reasons, i;

	for (i = 0; i < ARRAY_SIZE(reason_words); i++)
		if (changed & 1U << i)
			fprintf(stderr, "STATE: %c%s\n", reasons & 1U << i ? '+' : '-',
				reason_words[i]);
	job->reasons = reasons;
}

static void tell_status(struct job *job)
{
	uint32_t flags = job->status.flags;
	unsigned int reasons = job->reasons & REASON_CONNECTING;

	if (flags & CLDN_PORT_OFFLINE || (job->tries && job->phase < PHASE_PRINTING))
		reasons |= REASON_OFFLINE;
	if (flags & CLDN_PORT_PAPER)
		reasons |= REASON_MEDIA_EMPTY;
	if (flags & CLDN_PORT_FAULT && !(flags & (CLDN_PORT_PAPER | CLDN_PORT_OFFLINE)))
		reasons |= REASON_OTHER;
	tell_reasons(job, reasons);
	if (job->status.pages > job->pages_told && job->status.document == job->number &&
	    job->number) {
		job->pages_told = job->status.pages;
		fprintf(stderr, "PAGE: total %u\n", job->pages_told);
	}
}

static void over(struct job *job, int exit_code)
{
	job->phase = PHASE_OVER;
	job->exit_code = exit_code;
}

static void give_up(struct job *job, int exit_code, const char *what, int err)
{
	fprintf(stderr, "ERROR: %s: %s: %s\n", job->name, what, strerror(err));
	over(job, exit_code);
}

/* ---- the port ---- */

uint64_t job_submit(struct job *job, struct cleardown_request *request)
{
	request->size = sizeof(*request);
	request->req_id = ++job->last_id;
	if (!request->deadline_ns)
		request->deadline_ns = CLDN_DEADLINE_DEFAULT;
	return cleardown_port_submit(job->port, request) < 0 ? 0 : request->req_id;
}

static bool look(struct job *job)
{
	const struct cleardown_printer_status *status = cleardown_port_get_status(job->port);

	if (!status)
		return false;
	job->status = *status;
	tell_status(job);
	side_look(job);
	return true;
}

/* Somebody else has the port: cupsd tries again later. One that is away may come back. */
static int cannot_open(struct job *job, int err)
{
	switch (err) {
	case EBUSY:
		fprintf(stderr, "INFO: %s is busy; will retry later\n", job->name);
		return CUPS_BACKEND_RETRY;
	case ENODEV:
		fprintf(stderr, "INFO: %s is unplugged; will retry later\n", job->name);
		tell_reasons(job, REASON_OFFLINE);
		return CUPS_BACKEND_RETRY;
	case EINTR:
		return CUPS_BACKEND_OK;
	default:
		fprintf(stderr, "ERROR: Unable to open %s: %s\n", job->name, strerror(err));
		return CUPS_BACKEND_STOP;
	}
}

static int prepare(struct job *job)
{
	job->queue = cleardown_queue_open();
	job->port = job->queue ?
			    cleardown_port_open(job->name, CLDN_OPEN_OWNER | CLDN_OPEN_NOWAIT) :
			    NULL;
	if (!job->port)
		return cannot_open(job, errno);
	if (cleardown_port_bind_queue(job->port, job->queue, 0) < 0 ||
	    cleardown_port_set_filter(job->port, CLDN_EV_BIT(CLDN_EV_DOC) |
							 CLDN_EV_BIT(CLDN_EV_PRINTER)) < 0 ||
	    (job->reset && cleardown_port_set_reset(job->port, true) < 0) || !look(job)) {
		fprintf(stderr, "ERROR: Unable to use %s: %s\n", job->name, strerror(errno));
		return CUPS_BACKEND_STOP;
	}
	if (job->until == UNTIL_PRINTED && !(job->status.flags & CLDN_PORT_MONITOR)) {
		fprintf(stderr, "ERROR: wait=printed needs a port with monitor=pjl, %s has none\n",
			job->name);
		return CUPS_BACKEND_STOP;
	}
	return -1;
}

/* ---- the document ---- */

static void start(struct job *job)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_START_DOC,
		.in = job->title,
		.in_len = strlen(job->title),
	};

	tell_reasons(job, job->reasons | REASON_CONNECTING);
	job->phase = PHASE_STARTING;
	job->start_id = job_submit(job, &request);
	if (!job->start_id)
		give_up(job, errno == EBUSY ? CUPS_BACKEND_RETRY : CUPS_BACKEND_FAILED,
			"Unable to begin the document", errno);
}

static void wait_for_printer(struct job *job, int err)
{
	int64_t delay = RETRY_FIRST * ++job->tries;

	if (job->tries == 1)
		fprintf(stderr, "WARNING: The printer of %s is not responding: %s\n", job->name,
			strerror(err));
	job->phase = PHASE_WAITING;
	job->retry_ns = monotonic_ns() + (delay < RETRY_LAST ? delay : RETRY_LAST);
	tell_status(job);
}

/* A printer that is not there is waited for, but in a class the next one may be. */
static void try_again(struct job *job)
{
	if (getenv("CLASS"))
		give_up(job, CUPS_BACKEND_FAILED, "Another printer of the class is tried",
			EHOSTDOWN);
	else
		start(job);
}

static void not_started(struct job *job, int err)
{
	switch (err) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ETIMEDOUT:
		wait_for_printer(job, err);
		break;
	case EBUSY:
		fprintf(stderr, "INFO: %s is busy; will retry later\n", job->name);
		over(job, CUPS_BACKEND_RETRY);
		break;
	case ECANCELED:
		over(job, CUPS_BACKEND_CANCEL);
		break;
	default:
		give_up(job, err == ENODEV ? CUPS_BACKEND_RETRY : CUPS_BACKEND_FAILED,
			"Unable to begin the document", err);
	}
}

static void started(struct job *job, const struct cleardown_record *record)
{
	if (record->error) {
		not_started(job, record->error);
		return;
	}
	tell_reasons(job, job->reasons & ~REASON_CONNECTING);
	fputs("INFO: Sending data to printer.\n", stderr);
	job->phase = PHASE_PRINTING;
	if (look(job))
		job->number = job->status.document;
}

static bool wants_printed(const struct job *job)
{
	return !job->cancelled && job->until != UNTIL_SENT && job->status.flags & CLDN_PORT_MONITOR;
}

static void end(struct job *job)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_END_DOC,
		.deadline_ns = END_LIMIT,
		.a = wants_printed(job) ? CLDN_END_PRINTED : 0,
	};

	job->phase = PHASE_ENDING;
	if (!job->cancelled)
		fputs("INFO: Waiting for printer to finish.\n", stderr);
	job->end_id = job_submit(job, &request);
	if (!job->end_id)
		give_up(job, CUPS_BACKEND_FAILED, "Unable to end the document", errno);
}

static void tell_document(const struct job *job)
{
	const struct cleardown_document *d = &job->document;
	const char *state = cleardown_doc_name(d->state);

	fprintf(stderr,
		"%s: Document %" PRIu64 " %s: of %" PRIu64 " bytes the printer has taken %" PRIu64
		", %" PRIu64 " were thrown away, %" PRIu64 " are in doubt\n",
		d->discarded || d->in_doubt ? "INFO" : "DEBUG", d->number, state ? state : "?",
		d->accepted, d->confirmed, d->discarded, d->in_doubt);
}

static void ended(struct job *job, const struct cleardown_record *record)
{
	bool told = cleardown_document_from_record(record, &job->document) == 0;

	if (told)
		tell_document(job);
	if (job->cancelled)
		over(job, CUPS_BACKEND_OK);
	else if (told && job->document.state == CLDN_DOC_CANCELLED)
		over(job, CUPS_BACKEND_CANCEL);
	else if (record->error)
		give_up(job, record->error == ECANCELED ? CUPS_BACKEND_CANCEL : CUPS_BACKEND_FAILED,
			"The document did not end well", record->error);
	else if (told && job->document.state == CLDN_DOC_ABORTED)
		give_up(job, CUPS_BACKEND_FAILED, "The document was aborted", EIO);
	else
		over(job, CUPS_BACKEND_OK);
}

/* The document is over before its end: by a cancel that was not ours, or with the hardware. */
static void broken(struct job *job, int err)
{
	if (err == ECANCELED)
		end(job);
	else if (err != EBADFD && err != ENODEV)
		give_up(job, CUPS_BACKEND_FAILED, "Unable to send data to the printer", err);
	else
		job->limit_ns = monotonic_ns() + NS_PER_SEC; /* the event that says why comes */
}

/* Nothing of the document leaves after this; what became of it comes with its end. */
static void cancel(struct job *job)
{
	if (job->cancelled) {
		over(job, CUPS_BACKEND_OK);
		return;
	}
	fputs("INFO: Canceling print job.\n", stderr);
	job->cancelled = true;
	job->limit_ns = monotonic_ns() + CANCEL_LIMIT;
	job->begin = job->end = 0;
	if (!job->number) {
		over(job, CUPS_BACKEND_OK);
		return;
	}
	if (cleardown_port_cancel_document(job->port, job->number) < 0 && job->end_id)
		cleardown_port_cancel_request(job->port, job->end_id);
	if (job->phase == PHASE_PRINTING)
		end(job);
}

/* ---- events ---- */

/* An administrator wants the port: the queue stops. Hardware may come back. */
static void forced(struct job *job, enum cldn_cause cause)
{
	const char *word = cleardown_cause_name(cause);

	fprintf(stderr, "ERROR: %s was closed, cause %s\n", job->name, word ? word : "?");
	if (job->cancelled)
		over(job, CUPS_BACKEND_OK);
	else if (cause == CLDN_CAUSE_ADMIN || cause == CLDN_CAUSE_UNLOAD)
		over(job, CUPS_BACKEND_STOP);
	else if (cause == CLDN_CAUSE_UNPLUG || cause == CLDN_CAUSE_SUSPEND)
		over(job, CUPS_BACKEND_RETRY);
	else
		over(job, CUPS_BACKEND_FAILED);
}

static void completed(struct job *job, const struct cleardown_record *record)
{
	if (record->req_id == job->start_id)
		started(job, record);
	else if (record->req_id == job->end_id)
		ended(job, record);
	else
		side_completed(job, record);
}

static void read_events(struct job *job)
{
	const struct cleardown_record *record;

	while (job->phase != PHASE_OVER && (record = cleardown_queue_read(job->queue))) {
		if (record->type == CLDN_EV_COMPLETION)
			completed(job, record);
		else if (record->type == CLDN_EV_PHONE_CLOSE)
			forced(job, record->p1);
	}
}

/* ---- bytes ---- */

/* The end of a copy; the next begins at the file's beginning. */
static void end_of_input(struct job *job)
{
	if (--job->copies > 0 && lseek(job->in, 0, SEEK_SET) == 0)
		return;
	job->input_ended = true;
}

static void read_input(struct job *job)
{
	ssize_t n = read(job->in, job->bytes + job->end, sizeof(job->bytes) - job->end);

	if (n > 0)
		job->end += n;
	else if (n == 0)
		end_of_input(job);
	else if (errno != EAGAIN && errno != EINTR)
		give_up(job, CUPS_BACKEND_FAILED, "Unable to read print data", errno);
}

static void write_port(struct job *job)
{
	ssize_t n =
		write(cleardown_port_fd(job->port), job->bytes + job->begin, job->end - job->begin);

	if (n > 0) {
		job->begin += n;
		if (job->begin == job->end)
			job->begin = job->end = 0;
	} else if (n == 0 || errno == EAGAIN || errno == EINTR) {
		job->again = true;
	} else {
		broken(job, errno);
	}
}

/* What the printer says goes to the filters; whoever does not read it loses it. */
static void read_port(struct job *job)
{
	char buf[4096];
	ssize_t n = read(cleardown_port_fd(job->port), buf, sizeof(buf));

	if (n > 0)
		cupsBackChannelWrite(buf, n, BACK_TIMEOUT);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		job->has_back = false;
}

/* ---- the loop ---- */

enum { FD_SIGNAL, FD_EVENTS, FD_SIDE, FD_PORT, FD_INPUT, FDS };

static short port_events(const struct job *job, bool pause)
{
	short events = POLLPRI;

	if (job->phase == PHASE_PRINTING && job->end > job->begin && !pause)
		events |= POLLOUT;
	if (job->has_back && job->status.flags & CLDN_PORT_READS)
		events |= POLLIN;
	return events;
}

static bool wants_input(const struct job *job)
{
	return !job->input_ended && !job->cancelled && job->end < sizeof(job->bytes) &&
	       job->phase != PHASE_ENDING;
}

static int wait_for_anything(struct job *job, struct pollfd *fds)
{
	bool pause = job->again, dead = job->limit_ns >= 0 && !job->cancelled;

	job->again = false;
	fds[FD_SIGNAL] = (struct pollfd){ .fd = job->signal_fd, .events = POLLIN };
	fds[FD_EVENTS] = (struct pollfd){
		.fd = cleardown_queue_fd(job->queue),
		.events = POLLIN,
	};
	fds[FD_SIDE] = (struct pollfd){
		.fd = job->has_side && job->side.command == CUPS_SC_CMD_NONE ? SIDE_FD : -1,
		.events = POLLIN,
	};
	fds[FD_PORT] = (struct pollfd){
		.fd = dead ? -1 : cleardown_port_fd(job->port),
		.events = port_events(job, pause),
	};
	fds[FD_INPUT] = (struct pollfd){
		.fd = wants_input(job) ? job->in : -1,
		.events = POLLIN,
	};
	return poll(fds, FDS, pause ? TRY_AGAIN_MS : LOOK_EVERY_MS);
}

/* Seen here when no write is there to be told. */
static bool is_cancelled_by_others(const struct job *job)
{
	return job->status.document == job->number && job->status.doc_state == CLDN_DOC_CANCELLED;
}

/* What follows from where the job is, when nothing new has happened. */
static void advance(struct job *job)
{
	int64_t now = monotonic_ns();
	bool empty = job->begin == job->end;

	if (job->phase == PHASE_IDLE && !empty)
		start(job);
	else if (job->phase == PHASE_IDLE && job->input_ended)
		over(job, CUPS_BACKEND_OK);
	else if (job->phase == PHASE_WAITING && now > job->retry_ns)
		try_again(job);
	else if (job->phase == PHASE_PRINTING && is_cancelled_by_others(job))
		end(job);
	else if (job->phase == PHASE_PRINTING && job->input_ended && empty)
		end(job);
	else if (job->limit_ns >= 0 && now > job->limit_ns && job->phase != PHASE_OVER)
		over(job, job->cancelled ? CUPS_BACKEND_OK : CUPS_BACKEND_FAILED);
}

static bool take_signal(struct job *job)
{
	struct signalfd_siginfo info;

	return read(job->signal_fd, &info, sizeof(info)) == sizeof(info);
}

/* A handle that is dead tells of it by POLLHUP or by its status; the event says why. */
static void serve_port(struct job *job, short revents)
{
	if (revents & POLLIN)
		read_port(job);
	if (job->phase == PHASE_PRINTING && job->end > job->begin &&
	    revents & (POLLOUT | POLLERR | POLLHUP))
		write_port(job);
	else if (revents & (POLLERR | POLLHUP) && job->limit_ns < 0)
		broken(job, ENODEV);
}

static void one_round(struct job *job)
{
	struct pollfd fds[FDS] = { 0 };

	if (wait_for_anything(job, fds) < 0 && errno != EINTR) {
		give_up(job, CUPS_BACKEND_FAILED, "Unable to wait", errno);
		return;
	}
	job->input_idle = job->input_ended || (fds[FD_INPUT].fd >= 0 && !fds[FD_INPUT].revents);
	read_events(job);
	if (job->phase != PHASE_OVER && fds[FD_SIGNAL].revents && take_signal(job))
		cancel(job);
	if (job->phase == PHASE_OVER)
		return;
	if (!look(job) && job->limit_ns < 0)
		broken(job, errno);
	if (fds[FD_SIDE].revents)
		side_read(job);
	if (fds[FD_INPUT].revents)
		read_input(job);
	if (job->phase != PHASE_OVER && fds[FD_PORT].revents)
		serve_port(job, fds[FD_PORT].revents);
	advance(job);
}

/* ---- close ---- */

/* A job that did not end well is not waited for: the port is free again at once. */
static void close_port(struct job *job)
{
	bool clean = job->exit_code == CUPS_BACKEND_OK && !job->cancelled;
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = clean ? CLDN_MODE_ORDERLY : CLDN_MODE_ABORT,
		.deadline_ns = CLDN_DEADLINE_DEFAULT,
	};
	struct cleardown_close_summary sum = { 0 };

	if (!job->port)
		return;
	side_look(job);
	if (cleardown_port_close(job->port, &wish, &sum) < 0 && !sum.number)
		fprintf(stderr, "DEBUG: close: %s\n", strerror(errno));
	else
		fprintf(stderr,
			"DEBUG: closed, report %" PRIu64 ": %" PRIu64 " bytes confirmed, %" PRIu64
			" discarded, %" PRIu64 " in doubt%s\n",
			sum.number, sum.confirmed, sum.discarded, sum.in_doubt,
			sum.flags & CLDN_REPORT_RELEASED ? "" : "; the hardware is not free");
	cleardown_port_free(job->port);
}

static int catch_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int job_run(struct job *job)
{
	job->limit_ns = -1;
	job->signal_fd = catch_signals();
	job->exit_code = prepare(job);
	if (job->exit_code < 0) {
		job->exit_code = CUPS_BACKEND_OK;
		while (job->phase != PHASE_OVER)
			one_round(job);
	}
	close_port(job);
	tell_reasons(job, job->reasons & ~REASON_CONNECTING);
	cleardown_queue_free(job->queue);
	return job->exit_code;
}
