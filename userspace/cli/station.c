// SPDX-License-Identifier: GPL-2.0-or-later
/* A link of virtual circuits that this process has open: records, frames, closes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station.h"

#define LINK_TIMEOUT	(10 * NS_PER_SEC)
#define LINK_CLOSE_NS	(2 * NS_PER_SEC)
#define NOTICE_NS	NS_PER_SEC
#define LOOK_EVERY_MS	20

/* ---- open ---- */

static int link_failed(const char *name, int err)
{
	struct trouble trouble = {
		.object = name,
		.action = "open",
		.cause = errno_cause(err),
		.err = err,
	};

	if (err == EACCES)
		trouble.cause = "no permission for its file";
	if (err == ENODEV)
		trouble.cause = "it is just being unbound";
	return complain(exit_for_errno(err), &trouble);
}

static int prepare(struct station *s)
{
	if (!s->queue)
		return complain_errno("/dev/cleardown/events", "open", errno);
	s->link = cleardown_vclink_open(s->name);
	if (!s->link)
		return link_failed(s->name, errno);
	if (cleardown_vclink_bind_queue(s->link, s->queue, 0) < 0)
		return complain_errno(s->name, "ask for its events", errno);
	return XC_OK;
}

static void let_go(struct station *s)
{
	cleardown_vclink_free(s->link);
	cleardown_queue_free(s->queue);
	cleardown_ctl_free(s->ctl);
	free(s->out);
	free(s->feed.buf);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
}

int station_open(struct station *s, const char *word)
{
	struct cleardown_device device;
	int code = XC_OK;

	memset(s, 0, sizeof(*s));
	s->signal_fd = s->feed.fd = -1;
	s->ctl = need_ctl(&code);
	if (!s->ctl)
		return code;
	code = find_object(s->ctl, CLDN_CLASS_VC, word, &device);
	if (!code) {
		snprintf(s->name, sizeof(s->name), "%s", device.name);
		s->queue = cleardown_queue_open();
		s->out = malloc(FRAME_MAX);
		code = s->out ? prepare(s) : complain_errno(s->name, "open", ENOMEM);
	}
	if (code)
		let_go(s);
	else
		s->signal_fd = catch_signals();
	return code;
}

int station_ask(struct station *s, struct cleardown_request *request,
		void (*heard)(struct station *s, const struct cleardown_record *record,
			      const struct circuit *c),
		struct trouble *trouble)
{
	const struct cleardown_record *record;
	struct circuit *circuit;

	request->size = sizeof(*request);
	request->req_id = request->opcode; /* one of each at a time; calls have their own handles */
	request->deadline_ns = CLDN_DEADLINE_DEFAULT;
	if (cleardown_vclink_submit(s->link, request) < 0) {
		trouble->err = errno;
		trouble->status = cleardown_vclink_status_word(s->link);
		return -1;
	}
	for (;;) {
		switch (station_next(s, -1, &record, &circuit)) {
		case STATION_SIGNAL:
			return XC_INTERRUPTED;
		case STATION_ERROR:
			return XC_DEVICE;
		case STATION_RECORD:
			break;
		default:
			continue;
		}
		if (!circuit && record->type == CLDN_EV_COMPLETION &&
		    record->req_id == request->opcode)
			break;
		if (heard)
			heard(s, record, circuit);
	}
	trouble->err = record->error;
	trouble->status = record->status;
	return record->error ? -1 : XC_OK;
}

int station_open_family(struct station *s, uint32_t family)
{
	struct cleardown_request request = { .opcode = CLDN_OP_OPEN_AF, .a = family };
	char action[48];
	struct trouble trouble = { .object = s->name, .action = action };
	int code;

	snprintf(action, sizeof(action), "use address family %#x", family);
	code = station_ask(s, &request, NULL, &trouble);
	s->foreign = family != CLDN_AF_Q2931;
	if (code >= 0)
		return code;
	if (trouble.err != ENOTCONN) {
		trouble.cause = errno_cause(trouble.err);
		return complain(exit_for_errno(trouble.err), &trouble);
	}
	trouble.cause = "no program manages it on this link";
	return complain(XC_NOT_CONNECTED, &trouble);
}

bool station_is_ready(const struct station *s, const struct cleardown_vclink_status *status)
{
	return status->flags & (s->foreign ? CLDN_VC_LINK_UP : CLDN_VC_LINK_SAAL);
}

static int no_link(const char *name, const struct cleardown_vclink_status *status)
{
	struct trouble trouble = {
		.object = name,
		.action = "call",
		.cause = "the link is down, or its peer was not heard of",
		.remedy = "are both interfaces up, and the other one bound too?",
	};

	if (status->flags & CLDN_VC_LINK_UP) {
		trouble.cause = "the peer does not answer the signalling connection";
		trouble.remedy = NULL;
	}
	return complain(XC_NOT_CONNECTED, &trouble);
}

int station_await_link(struct station *s, const struct cleardown_vclink_status **status)
{
	int64_t end = monotonic_ns() + timeout_or(LINK_TIMEOUT);
	struct pollfd pfd = { .fd = s->signal_fd, .events = POLLIN };
	bool said = false;

	for (;;) {
		*status = cleardown_vclink_get_status(s->link);
		if (!*status)
			return complain_errno(s->name, "ask for the state of the link", errno);
		if (station_is_ready(s, *status))
			return XC_OK;
		if (monotonic_ns() >= end)
			return no_link(s->name, *status);
		if (!said)
			progress("%s: waiting for the peer", s->name);
		said = true;
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0)
			return XC_INTERRUPTED;
	}
}

/* ---- calls ---- */

struct circuit *circuit_new(struct station *s, uint64_t number)
{
	struct circuit *c = s->ncircuits < MAX_CIRCUITS ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		errno = ENOBUFS;
		return NULL;
	}
	c->frame = malloc(FRAME_MAX);
	c->vc = !c->frame ? NULL :
		number	  ? cleardown_vc_take(s->link, number, 0) :
			    cleardown_vc_new(s->link, 0);
	if (!c->vc || fcntl(cleardown_vc_fd(c->vc), F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		cleardown_vc_free(c->vc);
		free(c->frame);
		free(c);
		return NULL;
	}
	c->number = cleardown_vc_number(c->vc);
	c->incoming = number;
	c->phase = number ? PHASE_OFFERED : PHASE_CALLING;
	s->circuits[s->ncircuits++] = c;
	return c;
}

int circuit_submit(struct station *s, struct circuit *c, struct cleardown_request *request)
{
	request->size = sizeof(*request);
	request->req_id = c->request = ++s->last_id;
	return cleardown_vc_submit(c->vc, request);
}

void circuit_free(struct station *s, struct circuit *c)
{
	size_t i;

	for (i = 0; i < s->ncircuits; i++)
		if (s->circuits[i] == c)
			break;
	if (i < s->ncircuits)
		s->circuits[i] = s->circuits[--s->ncircuits];
	if (!c->incoming)
		cleardown_vc_destroy(c->vc);
	cleardown_vc_free(c->vc);
	free(c->frame);
	free(c);
}

bool circuit_is_spent(const struct station *s, const struct circuit *c)
{
	if (c->phase == PHASE_DELETED)
		return true;
	if (c->phase != PHASE_ENDED)
		return false;
	return (c->dry || !c->connected) && !s->out_filled;
}

/* ---- records ---- */

static struct circuit *circuit_of(const struct station *s, uint64_t number)
{
	size_t i;

	for (i = 0; i < s->ncircuits; i++)
		if (s->circuits[i]->number == number)
			return s->circuits[i];
	return NULL;
}

/* An answer that the far end's end of the call overtook: the record of that follows. */
static bool is_overtaken(const struct circuit *c, const struct cleardown_record *record)
{
	return c->incoming && (record->error == ECONNRESET || record->error == ENOTCONN);
}

/* Of MAKE_CALL and ACCEPT; a REJECT that was done is followed by the end of the VC. */
static void note_completion(struct circuit *c, const struct cleardown_record *record)
{
	if (record->req_id != c->request)
		return;
	c->request = 0;
	if (record->error) {
		c->refused = false;
		if (is_overtaken(c, record))
			return;
		cleardown_call_end_from_record(record, &c->end);
		if (c->phase == PHASE_CALLING || c->phase == PHASE_OFFERED)
			c->phase = PHASE_ENDED;
	} else if (!c->refused && c->phase != PHASE_DELETED) {
		cleardown_call_from_record(record, &c->call);
		c->connected = true;
		if (c->phase != PHASE_ENDED)
			c->phase = PHASE_UP;
	}
}

static void note_circuit(struct circuit *c, const struct cleardown_record *record)
{
	switch (record->type) {
	case CLDN_EV_COMPLETION:
		note_completion(c, record);
		break;
	case CLDN_EV_INCOMING_CLOSE:
		cleardown_call_end_from_record(record, &c->end);
		c->phase = PHASE_ENDED;
		c->far_end_closed = true;
		break;
	case CLDN_EV_PHONE_CLOSE: /* over our heads; what came before is lost with it */
		c->forced = record->p1;
		c->end.cause = record->p2;
		c->phase = PHASE_ENDED;
		c->dry = true;
		break;
	case CLDN_EV_VC_DELETED:
		if (!c->forced) /* else there is no VC to be deleted any more */
			c->phase = PHASE_DELETED;
		break;
	default:
		break;
	}
}

static struct circuit *note(struct station *s, const struct cleardown_record *record)
{
	struct circuit *c = circuit_of(s, record->handle);

	if (record->type == CLDN_EV_AF_NOTIFY) {
		s->gone = true;
		s->gone_cause = record->p1;
	}
	if (c)
		note_circuit(c, record);
	return c;
}

/* ---- frames ---- */

static bool is_again(int err)
{
	return err == EAGAIN || err == EINTR;
}

/* A frame goes whole or not at all. False: not now. One that cannot go any more is gone. */
static bool send_frame(struct circuit *c, const char *frame, size_t len)
{
	ssize_t n = write(cleardown_vc_fd(c->vc), frame, len);

	if (n < 0 && is_again(errno))
		return false;
	if (n > 0) {
		c->sent++;
		c->sent_bytes += n;
	}
	return true;
}

static void echo_pending(struct circuit *c)
{
	if (c->frame_len && (c->phase != PHASE_UP || send_frame(c, c->frame, c->frame_len)))
		c->frame_len = 0;
}

static bool wants_to_read(const struct station *s, const struct circuit *c)
{
	if (c->dry || c->frame_len || (c->phase != PHASE_UP && c->phase != PHASE_ENDED))
		return false;
	return s->dispose != FRAMES_OUT || !s->out_filled;
}

static void receive_frame(struct station *s, struct circuit *c)
{
	char *to = s->dispose == FRAMES_OUT ? s->out : c->frame;
	ssize_t n = read(cleardown_vc_fd(c->vc), to, FRAME_MAX);

	if (n <= 0) {
		c->dry = n == 0 || !is_again(errno);
		return;
	}
	c->received++;
	c->received_bytes += n;
	if (s->dispose == FRAMES_OUT)
		s->out_filled = n;
	if (s->dispose != FRAMES_ECHO)
		return;
	c->frame_len = n;
	echo_pending(c);
}

/* No more at once than a pipe surely takes: it was asked by poll(2), and must not block. */
static void put_out(struct station *s)
{
	size_t left = s->out_filled - s->out_done;
	ssize_t n = write(STDOUT_FILENO, s->out + s->out_done, left < PIPE_BUF ? left : PIPE_BUF);

	if (n < 0 && is_again(errno))
		return;
	s->out_broken = n < 0;
	s->out_error = n < 0 ? errno : 0;
	s->out_done += n > 0 ? n : 0;
	if (s->out_broken || s->out_done == s->out_filled)
		s->out_filled = s->out_done = 0;
}

static bool feed_has_room(const struct feed *f)
{
	return f->fd >= 0 && !f->ended && f->filled < f->size;
}

static void feed_read(struct feed *f)
{
	ssize_t n = read(f->fd, f->buf + f->filled, f->size - f->filled);

	if (n > 0)
		f->filled += n;
	else if (n == 0 || !is_again(errno))
		f->ended = true;
}

/* Bytes of the next frame: a line with its end, or whatever there is; 0 = not yet. */
static size_t feed_frame(const struct feed *f)
{
	const char *end = f->lines ? memchr(f->buf, '\n', f->filled) : NULL;

	if (end)
		return end - f->buf + 1;
	if (f->lines && !f->ended && f->filled < f->size)
		return 0;
	return f->filled;
}

static void feed_send(struct station *s)
{
	struct circuit *c = s->ncircuits ? s->circuits[0] : NULL;
	struct feed *f = &s->feed;
	size_t len;

	while (c && c->phase == PHASE_UP && f->filled && (len = feed_frame(f))) {
		if (!send_frame(c, f->buf, len))
			return;
		f->filled -= len;
		memmove(f->buf, f->buf + len, f->filled);
	}
}

/* ---- the loop ---- */

enum { AT_SIGNAL, AT_QUEUE, AT_OUT, AT_FEED, AT_CIRCUITS };

/* A frame waits for room. */
static bool wants_to_send(const struct station *s, size_t i)
{
	const struct circuit *c = s->circuits[i];

	if (c->phase != PHASE_UP)
		return false;
	return c->frame_len || (i == 0 && s->feed.filled && feed_frame(&s->feed));
}

static struct pollfd want_of(const struct station *s, size_t i)
{
	bool in = wants_to_read(s, s->circuits[i]), out = wants_to_send(s, i);

	return (struct pollfd){
		.fd = in || out ? cleardown_vc_fd(s->circuits[i]->vc) : -1,
		.events = (in ? POLLIN : 0) | (out ? POLLOUT : 0),
	};
}

/* What is not wanted now is left out: poll(2) reports hang-ups even unasked. */
static void want(const struct station *s, struct pollfd *fds)
{
	bool up = s->ncircuits && s->circuits[0]->phase == PHASE_UP;
	size_t i;

	fds[AT_SIGNAL] = (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
	fds[AT_QUEUE] = (struct pollfd){ .fd = cleardown_queue_fd(s->queue), .events = POLLIN };
	fds[AT_OUT] = (struct pollfd){
		.fd = s->out_filled ? STDOUT_FILENO : -1,
		.events = POLLOUT,
	};
	fds[AT_FEED] = (struct pollfd){
		.fd = up && feed_has_room(&s->feed) ? s->feed.fd : -1,
		.events = POLLIN,
	};
	for (i = 0; i < s->ncircuits; i++)
		fds[AT_CIRCUITS + i] = want_of(s, i);
}

static void move(struct station *s, const struct pollfd *fds)
{
	size_t i;

	if (fds[AT_OUT].revents)
		put_out(s);
	if (fds[AT_FEED].revents)
		feed_read(&s->feed);
	feed_send(s);
	for (i = 0; i < s->ncircuits; i++) {
		echo_pending(s->circuits[i]);
		if (fds[AT_CIRCUITS + i].revents && wants_to_read(s, s->circuits[i]))
			receive_frame(s, s->circuits[i]);
	}
}

static int wait_for(struct station *s, struct pollfd *fds, int64_t end)
{
	int64_t now = monotonic_ns(), left = end < 0 ? INT64_MAX : end - now;
	struct timespec ts, *limit = NULL;

	if (left < 0 || cleardown_queue_wait(s->queue, 0) == 1)
		left = 0;
	if (left != INT64_MAX) {
		ts.tv_sec = left / NS_PER_SEC;
		ts.tv_nsec = left % NS_PER_SEC;
		limit = &ts;
	}
	return ppoll(fds, AT_CIRCUITS + s->ncircuits, limit, NULL);
}

static enum station_seen look(struct station *s, const struct pollfd *fds,
			      const struct cleardown_record **record, struct circuit **circuit)
{
	*record = cleardown_queue_read(s->queue);
	if (*record) {
		*circuit = note(s, *record);
		return STATION_RECORD;
	}
	if (errno != EAGAIN) {
		complain_errno(s->name, "read its events", errno);
		return STATION_ERROR;
	}
	if (fds[AT_SIGNAL].revents && take_signal(s->signal_fd)) {
		s->signals++;
		return STATION_SIGNAL;
	}
	return STATION_MOVED;
}

enum station_seen station_next(struct station *s, int64_t end,
			       const struct cleardown_record **record, struct circuit **circuit)
{
	struct pollfd fds[AT_CIRCUITS + MAX_CIRCUITS];
	enum station_seen seen;
	int n;

	*circuit = NULL;
	want(s, fds);
	do {
		n = wait_for(s, fds, end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		complain_errno(s->name, "wait for its events", errno);
		return STATION_ERROR;
	}
	move(s, fds);
	seen = look(s, fds, record, circuit);
	/* Frames that come without end do not put it off. */
	if (seen == STATION_MOVED && end >= 0 && monotonic_ns() >= end)
		return STATION_TIMEOUT;
	return seen;
}

/* ---- the end ---- */

static int close_run(struct close_job *job)
{
	const struct circuit *c = job->of;

	return cleardown_vc_close(c->vc, &job->wish, &job->summary);
}

/* A second close raises the one under way and is answered at once. */
static void close_hurry(struct close_job *job)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ABORT,
		.deadline_ns = NS_PER_SEC,
	};
	const struct circuit *c = job->of;

	cleardown_vc_close(c->vc, &wish, NULL);
}

static int not_closed(const struct station *s, int err)
{
	const struct trouble late = {
		.object = s->name,
		.action = "wait longer for the end of the call",
		.cause = "the network has not confirmed it; the kernel goes on clearing",
		.err = ETIMEDOUT,
		.status = CLDN_NDIS_STATUS_PENDING,
	};
	const struct trouble failed = {
		.object = s->name,
		.action = "close the call",
		.cause = errno_cause(err),
		.remedy = "it is cleared as its file goes",
		.err = err,
	};

	if (err == EINPROGRESS)
		return complain(XC_TIMEOUT, &late);
	return complain(XC_DEVICE, &failed);
}

/* The network ended it before we could, or the link was taken away: there is nothing to close. */
static bool is_over_already(int err)
{
	return err == ENOTCONN || err == EBADFD;
}

static void closed(struct station *s, struct circuit *c, const struct close_job *job)
{
	c->phase = job->ret < 0 && job->err == EBADFD ? PHASE_DELETED : PHASE_OVER;
	if (job->summary.number)
		report_fetch(s->ctl, s->name, &job->summary, &c->report);
	if (job->ret < 0)
		c->close_code = is_over_already(job->err) ? XC_OK : not_closed(s, job->err);
	else
		c->close_code = report_judge(s->name, &job->summary);
}

static void note_lost(struct circuit *c)
{
	const struct cleardown_circuit *status = cleardown_vc_get_status(c->vc);

	if (status)
		c->lost = status->frames_lost;
}

void circuits_close(struct station *s, struct circuit *const *circuits, size_t n,
		    const struct cleardown_close_wish *wish)
{
	static struct close_job jobs[MAX_CIRCUITS];
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (circuits[i]->phase == PHASE_DELETED)
			continue;
		note_lost(circuits[i]);
		jobs[count++] = (struct close_job){
			.run = close_run,
			.hurry = close_hurry,
			.of = circuits[i],
			.name = s->name,
			.wish = *wish,
		};
	}
	if (count && s->signals)
		progress("%s: closing in order; Ctrl-C again aborts", s->name);
	if (count)
		run_closings(jobs, count, s->signal_fd, s->signals);
	for (i = 0; i < count; i++)
		closed(s, jobs[i].of, &jobs[i]);
}

/* The record of the link may follow those of its calls. */
static void await_notice(struct station *s)
{
	int64_t end = monotonic_ns() + NOTICE_NS;
	const struct cleardown_record *record;
	struct circuit *circuit;
	enum station_seen seen = STATION_MOVED;

	while (!s->gone && (seen == STATION_MOVED || seen == STATION_RECORD))
		seen = station_next(s, end, &record, &circuit);
}

int station_gone(struct station *s, const char *action)
{
	const char *why;
	char cause[64];
	const struct trouble trouble = { .object = s->name, .action = action, .cause = cause };

	await_notice(s);
	why = cleardown_cause_name(s->gone_cause);
	snprintf(cause, sizeof(cause), "the link was taken away%s%s", why ? ", cause " : "",
		 word_or(why, ""));
	return complain(s->gone_cause == CLDN_CAUSE_ADMIN ? XC_CANCELLED : XC_DEVICE, &trouble);
}

int station_end_link(struct cleardown_vclink *link)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.deadline_ns = LINK_CLOSE_NS,
	};

	if (cleardown_vclink_close(link, &wish) == 0 || errno == EINPROGRESS || errno == EBADFD)
		return 0;
	return -1;
}

int station_close(struct station *s, int code)
{
	while (s->ncircuits)
		circuit_free(s, s->circuits[0]);
	if (station_end_link(s->link) < 0 && !code)
		code = complain_errno(s->name, "close its handle", errno);
	let_go(s);
	return code;
}
