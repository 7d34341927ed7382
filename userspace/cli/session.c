// SPDX-License-Identifier: GPL-2.0-or-later
/* A phone or port that this process owns. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "session.h"

#define OPEN_TIMEOUT	(15 * NS_PER_SEC)
#define MAX_FILES	4
#define LOOK_EVERY_MS	20

/* ---- what phones and ports have in common ---- */

static const struct cleardown_handle *get_info(struct session *s)
{
	return s->port ? cleardown_port_get_info(s->port) : cleardown_phone_get_info(s->phone);
}

static int bind_queue(struct session *s)
{
	if (s->port)
		return cleardown_port_bind_queue(s->port, s->queue, 0) < 0 ||
		       cleardown_port_set_filter(s->port, CLDN_EV_ALL) < 0;
	return cleardown_phone_bind_queue(s->phone, s->queue, 0) < 0 ||
	       cleardown_phone_set_filter(s->phone, CLDN_PHONESTATE_ALL, CLDN_EV_ALL) < 0;
}

static int set_deadline(struct session *s, uint64_t deadline_ns)
{
	return s->port ? cleardown_port_set_deadline(s->port, deadline_ns) :
			 cleardown_phone_set_deadline(s->phone, deadline_ns);
}

static int submit(struct session *s, const struct cleardown_request *request)
{
	return s->port ? cleardown_port_submit(s->port, request) :
			 cleardown_phone_submit(s->phone, request);
}

static uint32_t status_word(const struct session *s)
{
	return s->port ? cleardown_port_status_word(s->port) :
			 cleardown_phone_status_word(s->phone);
}

static int close_object(struct session *s, const struct cleardown_close_wish *wish,
			struct cleardown_close_summary *summary)
{
	return s->port ? cleardown_port_close(s->port, wish, summary) :
			 cleardown_phone_close(s->phone, wish, summary);
}

int session_fd(const struct session *s)
{
	return s->port ? cleardown_port_fd(s->port) : cleardown_phone_fd(s->phone);
}

/* ---- open ---- */

static void on_alarm(int signal)
{
	(void)signal;
}

/* Repeats, so that an alarm which comes just before open(2) sleeps is not the only one. */
static void set_alarm(int64_t ns)
{
	struct itimerval timer = { 0 };

	if (ns) {
		timer.it_value.tv_sec = ns / NS_PER_SEC;
		timer.it_value.tv_usec = ns % NS_PER_SEC / 1000 + 1;
		timer.it_interval.tv_usec = 100000;
	}
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* The open may wait for another close to end; the alarm bounds that. */
static bool open_in_time(struct session *s)
{
	const struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	set_alarm(timeout_or(OPEN_TIMEOUT));
	if (s->class_id == CLDN_CLASS_PORT)
		s->port = cleardown_port_open(s->name, CLDN_OPEN_OWNER);
	else
		s->phone = cleardown_phone_open(s->name, CLDN_OPEN_OWNER);
	set_alarm(0);
	if (!s->port && !s->phone && errno == EINTR)
		errno = ETIMEDOUT;
	return s->port || s->phone;
}

static int busy(const struct cleardown_device *device, const char *cause, const char *remedy)
{
	const struct trouble trouble = {
		.object = device->name,
		.action = "open",
		.cause = cause,
		.remedy = remedy,
		.err = EBUSY,
		.status = device->class_id == CLDN_CLASS_PORT ? CLDN_ERROR_DEVICE_IN_USE :
								CLDN_PHONEERR_INUSE,
	};

	return complain(XC_BUSY, &trouble);
}

static int held_by_owner(const struct cleardown_device *device)
{
	char cause[96], remedy[128];

	snprintf(cause, sizeof(cause), "held by pid %d (%s)", device->session.owner_pid,
		 device->session.owner_comm);
	snprintf(remedy, sizeof(remedy), "end it, or run `cleardown close %s`", device->name);
	return busy(device, cause, remedy);
}

/* Another class on the same line, whose provider may have it. */
static uint64_t fax_line_beside(struct cleardown_ctl *ctl, const char *backend)
{
	const struct cleardown_device *other;
	uint64_t after = 0;

	while ((other = cleardown_ctl_next_device(ctl, after))) {
		after = other->id;
		if (other->class_id == CLDN_CLASS_FAX && other->session.owner_pid &&
		    !strcmp(other->backend, backend))
			return other->id;
	}
	return 0;
}

/* Says what a fax line does, when it does not wait. A job is named to whom it may be shown. */
static bool fax_call_on(uint64_t line, char *cause, size_t size)
{
	struct cleardown_fax *fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);
	const struct cleardown_faxport_status *port = NULL;

	if (fax)
		port = cleardown_fax_next_line(fax, line - 1);
	if (port && port->job)
		snprintf(cause, size, "%s has a call for fax job %" PRIu64, port->name, port->job);
	else if (port)
		snprintf(cause, size, "%s has a fax call", port->name);
	cleardown_fax_free(fax);
	return port;
}

/* The device is ours to open, but its line is not free. */
static int line_is_busy(struct cleardown_ctl *ctl, const struct cleardown_device *device)
{
	uint64_t fax_line = fax_line_beside(ctl, device->backend);
	const char *state = cleardown_state_name(device->session.state);
	char path[64], driver[CLDN_NAME_LEN], cause[256], remedy[128] = "";
	struct holder holder;

	device_path(device->rdev, path, sizeof(path));
	if (fax_line && fax_call_on(fax_line, cause, sizeof(cause))) {
		snprintf(remedy, sizeof(remedy), "wait for its end, or `cleardown fax abort` it");
	} else if (find_holder(device->rdev, &holder)) {
		snprintf(cause, sizeof(cause), "%s is held by pid %d (%s)", path, holder.pid,
			 holder.comm);
		snprintf(remedy, sizeof(remedy), "end that program");
	} else if (device->session.state != CLDN_STATE_IDLE) {
		snprintf(cause, sizeof(cause), "it is %s", word_or(state, "not idle"));
		snprintf(remedy, sizeof(remedy), "run `cleardown wait %s idle`", device->name);
	} else if (parport_driver_of(device->backend, driver, sizeof(driver))) {
		snprintf(cause, sizeof(cause), "the driver %s has the parallel port", driver);
		snprintf(remedy, sizeof(remedy), "run `rmmod %s`", driver);
	} else {
		snprintf(cause, sizeof(cause), "the line is in use");
		snprintf(remedy, sizeof(remedy), "`cleardown scan` as root shows the holder");
	}
	return busy(device, cause, remedy);
}

static int open_failed(struct session *s, int err)
{
	const struct cleardown_device *found = cleardown_ctl_find_device(s->ctl, s->name);
	struct cleardown_device device = found ? *found : (struct cleardown_device){ 0 };
	bool is_port = s->class_id == CLDN_CLASS_PORT;
	struct trouble trouble = { .object = s->name, .action = "open", .err = err };

	if (err == EBUSY && found && device.session.owner_pid)
		return held_by_owner(&device);
	if (err == EBUSY && found)
		return line_is_busy(s->ctl, &device);
	trouble.cause = errno_cause(err);
	switch (err) {
	case EACCES:
		trouble.cause = "no permission for its file";
		trouble.remedy = is_port ? "join the group lp" : "join the group dialout";
		break;
	case ENODEV:
		trouble.remedy = "plug it in again, or `cleardown unbind` it";
		break;
	case EIO:
	case ETIMEDOUT:
		trouble.cause = is_port ? "the printer does not answer" :
					  "the modem does not answer";
		trouble.remedy = "is it switched on, and its cable plugged in?";
		break;
	}
	return complain(exit_for_errno(err), &trouble);
}

static int prepare(struct session *s, const struct close_options *options)
{
	const struct cleardown_handle *info = get_info(s);

	if (!info)
		return complain_errno(s->name, "ask what it is", errno);
	s->handle = info->handle;
	if (bind_queue(s))
		return complain_errno(s->name, "ask for its events", errno);
	if (options->dtr_set && s->phone &&
	    cleardown_phone_set_dtr(s->phone, options->dtr, options->pulse_ms) < 0)
		return complain_errno(s->name, "set --dtr", errno);
	if (options->deadline_ns != CLDN_DEADLINE_DEFAULT && options->deadline_ns &&
	    set_deadline(s, options->deadline_ns) < 0)
		return complain_errno(s->name, "set --deadline", errno);
	/* Only the open was to wait. */
	if (fcntl(session_fd(s), F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return complain_errno(s->name, "make it non-blocking", errno);
	return XC_OK;
}

static void let_go(struct session *s)
{
	cleardown_phone_free(s->phone);
	cleardown_port_free(s->port);
	cleardown_queue_free(s->queue);
	cleardown_ctl_free(s->ctl);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
}

int session_open(struct session *s, enum cldn_class class_id, const char *name,
		 const struct close_options *options)
{
	int code = XC_OK;

	memset(s, 0, sizeof(*s));
	s->signal_fd = -1;
	s->class_id = class_id;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->ctl = need_ctl(&code);
	if (!s->ctl)
		return code;
	s->queue = cleardown_queue_open();
	if (!s->queue)
		code = complain_errno("/dev/cleardown/events", "open", errno);
	if (!code && !open_in_time(s))
		code = open_failed(s, errno);
	if (!code) {
		s->signal_fd = catch_signals();
		code = prepare(s, options);
		if (code)
			return session_close(s, options, CLDN_MODE_ABORT, code);
	} else {
		let_go(s);
	}
	return code;
}

/* ---- events ---- */

static void note_ring(struct session *s, const struct cleardown_record *record)
{
	size_t len = record->text_len;

	s->rings = record->p1;
	if (!len)
		return;
	if (len >= sizeof(s->caller))
		len = sizeof(s->caller) - 1;
	memcpy(s->caller, record->text, len);
	s->caller[len] = '\0';
}

static void note(struct session *s, const struct cleardown_record *record)
{
	switch (record->type) {
	case CLDN_EV_PHONE_CLOSE:
		s->dead = true;
		s->dead_cause = record->p1;
		break;
	case CLDN_EV_CALL_STATE:
		s->call_state = record->p1;
		s->call_result = record->p2;
		progress("%s: %s", s->name, word_or(cleardown_call_name(record->p1), "?"));
		break;
	case CLDN_EV_RING:
		note_ring(s, record);
		break;
	default:
		break;
	}
}

static int poll_until(struct pollfd *fds, size_t n, int64_t end)
{
	struct timespec ts, *limit = NULL;
	int64_t left;

	if (end >= 0) {
		left = end - monotonic_ns();
		if (left < 0)
			left = 0;
		ts.tv_sec = left / NS_PER_SEC;
		ts.tv_nsec = left % NS_PER_SEC;
		limit = &ts;
	}
	return ppoll(fds, n, limit, NULL);
}

/* Records come before files and signals: what has happened already decides first. */
static enum seen look(struct session *s, const struct pollfd *fds,
		      const struct cleardown_record **record)
{
	*record = cleardown_queue_read(s->queue);
	if (*record) {
		note(s, *record);
		return SEEN_RECORD;
	}
	if (errno != EAGAIN)
		return SEEN_ERROR;
	if (fds[0].revents && take_signal(s->signal_fd)) {
		s->signals++;
		return SEEN_SIGNAL;
	}
	return SEEN_FILE;
}

enum seen session_next(struct session *s, struct pollfd *files, size_t nfiles, int64_t end,
		       const struct cleardown_record **record)
{
	struct pollfd fds[2 + MAX_FILES] = {
		{ .fd = s->signal_fd, .events = POLLIN },
		{ .fd = cleardown_queue_fd(s->queue), .events = POLLIN },
	};
	/* The library may hold records that poll(2) does not know of. */
	bool waiting = cleardown_queue_wait(s->queue, 0) == 1;
	int n;

	if (nfiles)
		memcpy(fds + 2, files, nfiles * sizeof(*files));
	do {
		n = poll_until(fds, 2 + nfiles, waiting ? 0 : end);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return SEEN_ERROR;
	if (nfiles)
		memcpy(files, fds + 2, nfiles * sizeof(*files));
	if (!n && !waiting)
		return SEEN_TIMEOUT;
	return look(s, fds, record);
}

/* ---- requests ---- */

/* How long a close by somebody else can take: its deadline, and a second for the event. */
static int64_t end_of_close(const struct cleardown_handle *info)
{
	uint64_t left = info ? info->deadline_ns : 0;
	int64_t now = monotonic_ns();

	if (left > (uint64_t)(INT64_MAX - NS_PER_SEC - now))
		return -1;
	return now + (int64_t)left + NS_PER_SEC;
}

bool session_is_forced(struct session *s)
{
	const struct cleardown_handle *info = get_info(s);
	const struct cleardown_record *record;
	enum seen seen = SEEN_RECORD;
	int64_t end;

	if (!s->dead && (info ? info->state == CLDN_STATE_OPEN : errno != EBADFD))
		return false;
	end = end_of_close(info);
	while (!s->dead && (seen == SEEN_RECORD || seen == SEEN_FILE))
		seen = session_next(s, NULL, 0, end, &record);
	return s->dead;
}

static int not_accepted(struct session *s, const char *action)
{
	struct trouble trouble = {
		.object = s->name,
		.action = action,
		.cause = errno_cause(errno),
		.err = errno,
		.status = status_word(s),
	};

	return complain(exit_for_errno(trouble.err), &trouble);
}

int session_ended_by_force(const struct session *s, const char *action, enum exit_code failed)
{
	const char *why = word_or(cleardown_cause_name(s->dead_cause), "?");
	char cause[64];
	const struct trouble trouble = {
		.object = s->name,
		.action = action,
		.cause = cause,
		.err = EBADFD,
	};

	snprintf(cause, sizeof(cause), "the %s was closed, cause %s",
		 cleardown_class_name(s->class_id), why);
	return complain(s->dead_cause == CLDN_CAUSE_ADMIN ? XC_CANCELLED : failed, &trouble);
}

static bool is_completion(const struct cleardown_record *record, uint64_t req_id)
{
	return record->type == CLDN_EV_COMPLETION && record->req_id == req_id;
}

static int await_completion(struct session *s, const char *action, uint64_t req_id, int64_t end,
			    const struct cleardown_record **record)
{
	for (;;) {
		switch (session_next(s, NULL, 0, end, record)) {
		case SEEN_RECORD:
			if (is_completion(*record, req_id))
				return XC_OK;
			if (s->dead)
				return session_ended_by_force(s, action, XC_DEVICE);
			break;
		case SEEN_SIGNAL:
			return XC_INTERRUPTED;
		case SEEN_TIMEOUT:
			return complain_errno(s->name, action, ETIMEDOUT);
		case SEEN_ERROR:
			return complain_errno(s->name, "read its events", errno);
		case SEEN_FILE:
			break;
		}
	}
}

int session_submit(struct session *s, const char *action, struct cleardown_request *request,
		   int64_t timeout_ns)
{
	request->size = sizeof(*request);
	request->req_id = ++s->last_id;
	request->deadline_ns = timeout_ns < 0 ? CLDN_DEADLINE_DEFAULT : (uint64_t)timeout_ns;
	return submit(s, request) < 0 ? not_accepted(s, action) : XC_OK;
}

int session_request(struct session *s, const char *action, struct cleardown_request *request,
		    int64_t timeout_ns, const struct cleardown_record **record)
{
	int code = session_submit(s, action, request, timeout_ns);
	int64_t end = -1;

	if (code)
		return code;
	/* The kernel ends the request at its deadline; if even that fails, we do not wait on. */
	if (timeout_ns >= 0)
		end = monotonic_ns() + timeout_ns + NS_PER_SEC;
	return await_completion(s, action, request->req_id, end, record);
}

/* What the modem answered decides, then the errno. */
static enum exit_code exit_for_record(const struct cleardown_record *record)
{
	if (record->error == ETIMEDOUT || record->error == ECANCELED)
		return exit_for_errno(record->error);
	switch (record->p1) {
	case CLDN_RESULT_BUSY:
		return XC_REMOTE_BUSY;
	case CLDN_RESULT_NO_ANSWER:
		return XC_NO_ANSWER;
	case CLDN_RESULT_NO_CARRIER:
	case CLDN_RESULT_NO_DIALTONE:
		return XC_NOT_CONNECTED;
	case CLDN_RESULT_ERROR:
		return XC_DEVICE;
	default:
		return record->error ? exit_for_errno(record->error) : XC_OK;
	}
}

static const char *result_cause(const struct cleardown_record *record)
{
	switch (record->p1) {
	case CLDN_RESULT_BUSY:
		return "the far end is busy";
	case CLDN_RESULT_NO_ANSWER:
		return "the far end does not answer";
	case CLDN_RESULT_NO_CARRIER:
		return "no carrier";
	case CLDN_RESULT_NO_DIALTONE:
		return "no dial tone";
	case CLDN_RESULT_ERROR:
		return "the modem says ERROR";
	default:
		return errno_cause(record->error);
	}
}

int session_judge(struct session *s, const char *action, const struct cleardown_record *record)
{
	enum exit_code code = exit_for_record(record);
	bool by_errno = record->error == ETIMEDOUT || record->error == ECANCELED;
	const struct trouble trouble = {
		.object = s->name,
		.action = action,
		.cause = by_errno ? errno_cause(record->error) : result_cause(record),
		.err = record->error,
		.status = record->status,
	};

	if (record->error && session_is_forced(s))
		return session_ended_by_force(s, action, XC_DEVICE);
	return code ? complain(code, &trouble) : XC_OK;
}

/* ---- close ---- */

static int close_run(struct close_job *job)
{
	return close_object(job->of, &job->wish, &job->summary);
}

/* A second close raises the one under way and is answered at once. */
static void close_hurry(struct close_job *job)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ABORT,
		.deadline_ns = NS_PER_SEC,
	};

	close_object(job->of, &wish, NULL);
}

/* The report of a close that was not ours. */
static bool find_by_handle(struct session *s, struct cleardown_close_report *found)
{
	const struct cleardown_close_report *report;
	uint64_t number = 0;
	bool any = false;

	while ((report = cleardown_ctl_next_report(s->ctl, number))) {
		number = report->summary.number;
		if (report->summary.handle == s->handle) {
			*found = *report;
			any = true;
		}
	}
	return any;
}

/* Until a close that somebody else began is over, as long as that may take. */
static void await_closed(struct session *s)
{
	const struct cleardown_handle *info = get_info(s);
	struct pollfd pfd = { .fd = s->signal_fd, .events = POLLIN };
	int64_t end = end_of_close(info);

	while (info && info->state != CLDN_STATE_CLOSED) {
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0 || (end >= 0 && monotonic_ns() >= end))
			return;
		info = get_info(s);
	}
}

static void show_report(const struct cleardown_close_report *report)
{
	struct json_object *o;

	if (settings.json && doc_current()) {
		o = json_object_new_object();
		report_to_json(o, report);
		json_object_object_add(doc_current(), "report", o);
	} else if (settings.verbose) {
		report_to_text(stderr, report);
	}
}

static int closed_by_others(struct session *s)
{
	struct cleardown_close_report report;

	await_closed(s);
	if (find_by_handle(s, &report))
		show_report(&report);
	return XC_OK;
}

static int close_own(struct session *s, const struct close_options *options,
		     enum cldn_mode otherwise)
{
	struct cleardown_close_report report;
	struct close_job job = {
		.run = close_run,
		.hurry = close_hurry,
		.of = s,
		.name = s->name,
		.wish = {
			.size = sizeof(job.wish),
			.mode = options->mode ? options->mode : otherwise,
			.deadline_ns = options->deadline_ns,
		},
	};

	if (s->signals)
		progress("%s: closing in order; Ctrl-C again aborts", s->name);
	run_closing(&job, s->signal_fd, s->signals);
	if (job.ret < 0 && (job.err == EBADFD || job.err == EALREADY))
		return closed_by_others(s);
	if (job.ret < 0 && !job.summary.number)
		return complain_errno(s->name, "close", job.err);
	report_fetch(s->ctl, s->name, &job.summary, &report);
	show_report(&report);
	if (s->loss_is_told && (job.summary.flags & CLDN_REPORT_RELEASED) &&
	    !(job.summary.flags & CLDN_REPORT_FORCED))
		return XC_OK;
	return report_judge(s->name, &job.summary);
}

int session_close(struct session *s, const struct close_options *options, enum cldn_mode otherwise,
		  int code)
{
	int closed = close_own(s, options, otherwise);

	let_go(s);
	return code ? code : closed;
}
