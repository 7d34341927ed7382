// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One document on its way to a port. The port does not block; its status is looked at several times
 * a second, for the progress line and to see whether the printer still takes anything. Whatever
 * ends a document before its time cancels it first and then asks the kernel what became of it, so
 * that what is told is what the kernel counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "printing.h"

#define LOOK_EVERY	(200 * NS_PER_MS)
#define TRY_AGAIN	(5 * NS_PER_MS)
#define CANCEL_LIMIT	(10 * NS_PER_SEC)
/* Longer than any job: what ends it is that nothing moves. */
#define END_LIMIT	(INT64_C(30) * 24 * 3600 * NS_PER_SEC)
#define BAR_WIDTH	20
#define NAME_WIDTH	24

void printing_init(struct printing *p, struct session *s, struct source *source, const char *name)
{
	const struct cleardown_printer_status *status = cleardown_port_get_status(s->port);

	memset(p, 0, offsetof(struct printing, bytes));
	if (status)
		p->previous = status->document;
	p->s = s;
	p->source = source;
	p->name = name;
	p->limit_ns = -1;
	p->moved_ns = monotonic_ns();
}

static size_t filled(const struct printing *p)
{
	return p->end - p->begin;
}

/* ---- the progress line ---- */

static char *text_bytes(char *buf, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB" };
	double value = bytes;
	int unit = -1;

	while (value >= 1000 && unit < (int)ARRAY_SIZE(units) - 1) {
		value /= 1000;
		unit++;
	}
	if (unit < 0)
		snprintf(buf, SHORT_TEXT, "%" PRIu64 " bytes", bytes);
	else
		snprintf(buf, SHORT_TEXT, "%.1f %s", value, units[unit]);
	return buf;
}

static void draw_bar(uint64_t done, uint64_t size)
{
	char bar[BAR_WIDTH + 1] = "";
	unsigned int percent = done < size ? done * 100.0 / size : 100, n;

	n = percent * BAR_WIDTH / 100;
	memset(bar, '#', n);
	memset(bar + n, '-', BAR_WIDTH - n);
	fprintf(stderr, " [%s] %3u%%", bar, percent);
}

static void draw(struct printing *p)
{
	const struct cleardown_printer_status *st = &p->status;
	char bytes[SHORT_TEXT], condition[SHORT_TEXT * 2];

	fprintf(stderr, "\r%s: ", p->s->name);
	print_clean(stderr, p->name, strnlen(p->name, NAME_WIDTH));
	if (p->source->size)
		draw_bar(st->confirmed, p->source->size);
	fprintf(stderr, " %s", text_bytes(bytes, st->confirmed));
	if (st->flags & CLDN_PORT_MONITOR)
		fprintf(stderr, ", %u pages", st->pages);
	if (*printer_condition(condition, sizeof(condition), st))
		fprintf(stderr, ", %s", condition);
	fputs("\033[K", stderr);
	p->on_screen = true;
}

static void draw_sometimes(struct printing *p)
{
	int64_t now = monotonic_ns();

	if (settings.quiet || !isatty(STDERR_FILENO) || now - p->drawn_ns < LOOK_EVERY)
		return;
	p->drawn_ns = now;
	draw(p);
}

static void wipe(struct printing *p)
{
	if (p->on_screen)
		fputs("\r\033[K", stderr);
	p->on_screen = false;
}

/* ---- what the port says ---- */

/* Bytes that wait for the printer, or a page that is waited for. */
static bool printer_is_due(const struct printing *p)
{
	return filled(p) || p->status.confirmed < p->status.accepted || p->end_id;
}

/* The port's status, without what it says about a document before ours. */
static bool get_status(struct printing *p, struct cleardown_printer_status *now)
{
	const struct cleardown_printer_status *status = cleardown_port_get_status(p->s->port);

	if (!status)
		return false;
	*now = *status;
	if (now->document != p->previous) {
		p->number = now->document;
		return true;
	}
	now->document = now->accepted = now->confirmed = now->pages = 0;
	now->doc_state = CLDN_DOC_NONE;
	return true;
}

static bool has_moved(const struct cleardown_printer_status *now,
		      const struct cleardown_printer_status *before)
{
	return now->confirmed != before->confirmed || now->accepted != before->accepted ||
	       now->pages != before->pages || now->doc_state != before->doc_state ||
	       now->code != before->code;
}

/* Looks at the port: what has moved, and whether the document is still to go on. */
static enum why look(struct printing *p)
{
	struct cleardown_printer_status now;

	if (!get_status(p, &now)) {
		p->err = errno;
		return session_is_forced(p->s) ? WHY_FORCE : WHY_ERROR;
	}
	if (has_moved(&now, &p->status) || !printer_is_due(p))
		p->moved_ns = monotonic_ns();
	p->status = now;
	draw_sometimes(p);
	if (now.doc_state == CLDN_DOC_CANCELLED)
		return WHY_OTHERS;
	return monotonic_ns() - p->moved_ns > p->stall_ns ? WHY_STALL : WHY_NOTHING;
}

/* ---- bytes ---- */

static enum why read_source(struct printing *p)
{
	ssize_t n = read(p->source->fd, p->bytes + p->end, sizeof(p->bytes) - p->end);

	if (n > 0) {
		p->end += n;
	} else if (n == 0) {
		p->source->ended = true;
		wipe(p);
		return source_finish(p->source) ? WHY_SOURCE : WHY_NOTHING;
	} else if (errno != EAGAIN && errno != EINTR) {
		p->err = errno;
		wipe(p);
		complain_errno(p->source->file, "read it", p->err);
		return WHY_SOURCE;
	}
	return WHY_NOTHING;
}

static enum why write_port(struct printing *p)
{
	ssize_t n = write(session_fd(p->s), p->bytes + p->begin, filled(p));

	if (n > 0) {
		p->begin += n;
		if (p->begin == p->end)
			p->begin = p->end = 0;
		return WHY_NOTHING;
	}
	if (n == 0 || errno == EAGAIN || errno == EINTR) {
		p->again = true;
		return WHY_NOTHING;
	}
	if (errno == ECANCELED)
		return WHY_OTHERS;
	p->err = errno;
	return session_is_forced(p->s) ? WHY_FORCE : WHY_ERROR;
}

static enum why move_bytes(struct printing *p, const struct pollfd *fds)
{
	enum why why = WHY_NOTHING;

	if (fds[0].revents)
		why = write_port(p);
	if (!why && fds[1].revents)
		why = read_source(p);
	return why;
}

/*
 * One round. Room that was promised and not given (the document that the write began is still
 * taking the hardware) is asked for again a moment later.
 */
static enum why carry_once(struct printing *p, bool to_port)
{
	bool pause = p->again;
	struct pollfd fds[] = {
		{ .fd = to_port && filled(p) && !pause ? session_fd(p->s) : -1, .events = POLLOUT },
		{ .fd = !p->source->ended && p->end < sizeof(p->bytes) ? p->source->fd : -1,
		  .events = POLLIN },
	};
	const struct cleardown_record *record;
	enum why why = WHY_NOTHING;

	p->again = false;
	switch (session_next(p->s, fds, ARRAY_SIZE(fds),
			     monotonic_ns() + (pause ? TRY_AGAIN : LOOK_EVERY), &record)) {
	case SEEN_SIGNAL:
		return WHY_SIGNAL;
	case SEEN_ERROR:
		p->err = errno;
		return WHY_ERROR;
	case SEEN_FILE:
		why = move_bytes(p, fds);
		break;
	default:
		if (p->s->dead)
			return WHY_FORCE;
	}
	return why ? why : look(p);
}

/* The first bytes, so that nothing is begun for a source that has none to give. */
static enum why prefill(struct printing *p)
{
	enum why why = WHY_NOTHING;

	while (!why && !filled(p) && !p->source->ended)
		why = carry_once(p, false);
	return why;
}

static enum why carry(struct printing *p)
{
	enum why why = WHY_NOTHING;

	while (!why && (filled(p) || !p->source->ended))
		why = carry_once(p, true);
	return why;
}

/* Until the printer has all of an implicit document. */
static enum why drain(struct printing *p)
{
	enum why why = look(p);

	while (!why && p->status.confirmed < p->status.accepted)
		why = carry_once(p, true);
	return why;
}

/* ---- begin and end ---- */

static int failed(struct printing *p, const char *action, int err, uint32_t status)
{
	const struct trouble trouble = {
		.object = p->s->name,
		.action = action,
		.cause = errno_cause(err),
		.err = err,
		.status = status,
	};
	bool needs_person = status == CLDN_ERROR_NOT_READY || status == CLDN_ERROR_OUT_OF_PAPER;
	enum exit_code code = exit_for_errno(err);

	/* The word says more than an errno that says little. */
	if (needs_person && (code == XC_DEVICE || code == XC_TIMEOUT))
		code = XC_OPERATOR;
	return complain(code, &trouble);
}

static int begin(struct printing *p)
{
	static const char action[] = "begin the document";
	struct cleardown_request request = {
		.opcode = CLDN_OP_START_DOC,
		.in = p->name,
		.in_len = strlen(p->name),
	};
	const struct cleardown_record *record;
	int code = session_request(p->s, action, &request, timeout_or(CLDN_FOREVER), &record);

	if (code)
		return code;
	if (record->error && session_is_forced(p->s))
		return session_ended_by_force(p->s, action, XC_DEVICE);
	if (record->error)
		return failed(p, action, record->error, record->status);
	look(p);
	p->moved_ns = monotonic_ns();
	return XC_OK;
}

/* Asks for the end of the document, or where that is over for the end of the wait for it. */
static void withdraw(struct printing *p, enum why why)
{
	p->why = why;
	p->limit_ns = monotonic_ns() + CANCEL_LIMIT;
	if (why == WHY_FORCE)
		return;
	if (cleardown_port_cancel_document(p->s->port, p->number) < 0 && p->end_id)
		cleardown_port_cancel_request(p->s->port, p->end_id);
}

static void take_end(struct printing *p, const struct cleardown_record *record)
{
	p->ended = true;
	p->status_word = record->status;
	if (!p->why)
		p->err = record->error;
	cleardown_document_from_record(record, &p->document);
}

/* One thing that happens while the end is waited for. */
static enum why end_once(struct printing *p)
{
	const struct cleardown_record *record;

	switch (session_next(p->s, NULL, 0, monotonic_ns() + LOOK_EVERY, &record)) {
	case SEEN_RECORD:
		if (record->type == CLDN_EV_COMPLETION && record->req_id == p->end_id)
			take_end(p, record);
		return p->s->dead ? WHY_FORCE : WHY_NOTHING;
	case SEEN_SIGNAL:
		return WHY_SIGNAL;
	case SEEN_ERROR:
		p->err = errno;
		return WHY_ERROR;
	default:
		return look(p);
	}
}

/*
 * Ends the document and waits for what became of it. One that was cancelled is waited for a while,
 * and a second Ctrl-C ends that: the close will tell.
 */
static void end_document(struct printing *p)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_END_DOC,
		.a = p->want_printed && !p->why ? CLDN_END_PRINTED : 0,
	};
	enum why why;

	if (p->why == WHY_FORCE)
		return;
	p->told = session_submit(p->s, "end the document", &request, END_LIMIT);
	if (p->told)
		return;
	p->end_id = request.req_id;
	p->moved_ns = monotonic_ns();
	while (!p->ended) {
		why = end_once(p);
		if (p->ended || (p->limit_ns >= 0 && monotonic_ns() > p->limit_ns))
			return;
		if (why && why != WHY_STALL && why != WHY_OTHERS && p->why)
			return;
		if (why && !p->why)
			withdraw(p, why);
	}
}

/* ---- what became of it ---- */

/* Where the kernel gave no result the last look at the port must do. */
static void complete_document(struct printing *p)
{
	struct cleardown_document *d = &p->document;

	if (d->number)
		return;
	d->number = p->number;
	d->accepted = p->status.accepted;
	d->confirmed = p->status.confirmed;
	d->pages = p->status.pages;
	d->state = p->why && !p->implicit ? CLDN_DOC_ABORTED : p->status.doc_state;
}

static const char *cause_of(const struct printing *p, enum exit_code *code)
{
	const struct cleardown_document *d = &p->document;

	switch (p->why) {
	case WHY_SIGNAL:
		*code = XC_INTERRUPTED;
		return "cancelled";
	case WHY_OTHERS:
		*code = XC_CANCELLED;
		return "somebody cancelled it";
	case WHY_STALL:
		*code = XC_OPERATOR;
		if (d->accepted && d->confirmed == d->accepted && !filled(p)) {
			*code = XC_UNPRINTED;
			return "all was sent, and the printer does not say that it is printed";
		}
		return "the printer takes nothing";
	case WHY_SOURCE:
		*code = XC_UNPRINTED;
		return "its bytes ended before their time";
	default:
		*code = exit_for_errno(p->err);
		return errno_cause(p->err);
	}
}

static enum exit_code exit_of_state(const struct printing *p, const char **cause)
{
	const struct cleardown_document *d = &p->document;

	switch (d->state) {
	case CLDN_DOC_CANCELLED:
		*cause = "somebody cancelled it";
		return XC_CANCELLED;
	case CLDN_DOC_ABORTED:
		*cause = "it was aborted";
		return d->discarded ? XC_DISCARDED : XC_UNPRINTED;
	case CLDN_DOC_SENT:
		*cause = "all was sent, and the printer does not say that it is printed";
		return p->want_printed ? XC_UNPRINTED : XC_OK;
	default:
		return XC_OK;
	}
}

static int tell(struct printing *p, const char *action, enum exit_code code, const char *cause)
{
	const struct cleardown_document *d = &p->document;
	char condition[SHORT_TEXT * 2], text[320];
	const struct trouble trouble = {
		.object = p->s->name,
		.action = action,
		.cause = text,
		.err = p->err,
		.status = p->status_word,
	};

	printer_condition(condition, sizeof(condition), &p->status);
	snprintf(text, sizeof(text),
		 "%s%s%s%s; of %" PRIu64 " bytes the printer has taken %" PRIu64 ", %" PRIu64
		 " were thrown away, %" PRIu64 " are in doubt",
		 cause, *condition ? " (" : "", condition, *condition ? ")" : "", d->accepted,
		 d->confirmed, d->discarded, d->in_doubt);
	p->s->loss_is_told = true;
	return complain(code, &trouble);
}

static int judge(struct printing *p)
{
	char action[SHORT_TEXT * 2];
	const char *cause = NULL;
	enum exit_code code;

	wipe(p);
	complete_document(p);
	snprintf(action, sizeof(action), "print %.60s", p->name);
	if (p->told) {
		p->s->loss_is_told = true;
		return p->told;
	}
	if (p->why == WHY_FORCE || (!p->why && p->err && session_is_forced(p->s))) {
		p->s->loss_is_told = true;
		return session_ended_by_force(p->s, action, XC_DEVICE);
	}
	if (p->status_word == CLDN_ERROR_PRINT_CANCELLED && !p->why)
		p->why = WHY_OTHERS;
	if (p->why || p->err) {
		cause = cause_of(p, &code);
		if (code == XC_DEVICE && printer_needs_help(&p->status))
			code = XC_OPERATOR;
		return tell(p, action, code, cause);
	}
	code = p->implicit ? XC_OK : exit_of_state(p, &cause);
	return code ? tell(p, action, code, cause) : XC_OK;
}

int print_document(struct printing *p)
{
	enum why why = prefill(p);
	int code;

	if (why) {
		p->why = why;
		return judge(p);
	}
	if (!p->implicit) {
		code = begin(p);
		if (code)
			return code;
	}
	why = carry(p);
	if (!why && p->implicit)
		why = drain(p);
	if (why)
		withdraw(p, why);
	if (!p->implicit)
		end_document(p);
	return judge(p);
}
