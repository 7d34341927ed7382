// SPDX-License-Identifier: GPL-2.0-or-later
/* port: printing, and the smaller operations of printer ports. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "printing.h"

#define STALL_DEFAULT	(300 * NS_PER_SEC)
#define DRAIN_DEFAULT	(30 * NS_PER_SEC)
#define ID_DEFAULT	(5 * NS_PER_SEC)
#define RESET_DEFAULT	(10 * NS_PER_SEC)
#define CANCEL_DEFAULT	(15 * NS_PER_SEC)
#define LOOK_EVERY_MS	20
#define DEVICE_ID_MAX	512
#define MAX_PORTS	64

static struct {
	struct close_options close;
	const char *port;
	const char *job;
	const char *device;
	bool printed;
	bool reset;
	bool watch;
	uint64_t document;
	uint64_t count;
} opts = {
	.close = { .deadline_ns = CLDN_DEADLINE_DEFAULT },
};

/* ---- options ---- */

static int set_until(const char *argument)
{
	if (strcmp(argument, "sent") && strcmp(argument, "printed"))
		return complain_usage("--wait %s: sent or printed", argument);
	opts.printed = !strcmp(argument, "printed");
	return XC_OK;
}

static int set_number(const char *name, const char *argument, uint64_t *number)
{
	if (!parse_u64(argument, UINT64_MAX, number) || !*number)
		return complain_usage("%s %s: not a number above 0", name, argument);
	return XC_OK;
}

static int set_port(int option, const char *argument)
{
	switch (option) {
	case OPT_PORT:
		opts.port = argument;
		return XC_OK;
	case OPT_JOB:
		opts.job = argument;
		return XC_OK;
	case OPT_DEVICE:
		opts.device = argument;
		return XC_OK;
	case OPT_WAIT:
		return set_until(argument);
	case OPT_RESET:
		opts.reset = true;
		return XC_OK;
	case OPT_WATCH:
		opts.watch = true;
		return XC_OK;
	case OPT_DOCUMENT:
		return set_number("--document", argument, &opts.document);
	case OPT_COUNT:
		return set_number("--count", argument, &opts.count);
	default:
		return close_option(&opts.close, option, argument);
	}
}

/* ---- which port ---- */

/* Opens the port that @word means as its owner, with the document of this command. */
static int own(struct session *s, const char *word, const char *type)
{
	struct cleardown_device device;
	int code = name_object(CLDN_CLASS_PORT, word, &device);

	if (!code)
		code = session_open(s, CLDN_CLASS_PORT, device.name, &opts.close);
	if (!code && settings.json)
		put_text(doc_open(type), "object", s->name);
	return code;
}

static int let_go(struct session *s, enum cldn_mode mode, int code)
{
	return session_close(s, &opts.close, mode, code);
}

/* Opens the port that @word means as an observer. */
static int observe(const char *word, struct cleardown_device *device, struct cleardown_port **port)
{
	int code = name_object(CLDN_CLASS_PORT, word, device);

	if (code)
		return code;
	*port = cleardown_port_open(device->name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	return *port ? XC_OK : complain_errno(device->name, "open it as an observer", errno);
}

/* ---- print ---- */

static void document_out(const struct printing *p, int code, struct json_object *array)
{
	const struct cleardown_document *d = &p->document;
	struct json_object *o;

	if (array) {
		o = json_object_new_object();
		put_text(o, "file", p->source->file);
		put_bytes(o, "name", p->name, strlen(p->name));
		put_text(o, "result", exit_word(code));
		document_to_json(o, d);
		json_object_array_add(array, o);
		return;
	}
	if (code || settings.quiet)
		return;
	printf("%s: ", p->s->name);
	print_clean(stdout, p->name, strlen(p->name));
	printf(": %s, %" PRIu64 " bytes", word_or(cleardown_doc_name(d->state), "?"),
	       d->confirmed + d->in_doubt);
	if (d->pages)
		printf(", %u pages", d->pages);
	putchar('\n');
	fflush(stdout);
}

static int print_file(struct session *s, char *file, struct json_object *array)
{
	static struct printing p;
	struct source source;
	int code = source_open(&source, file, opts.device);
	const char *name = opts.job;

	if (code)
		return code;
	if (!name)
		name = strcmp(file, "-") ? basename(file) : "standard input";
	printing_init(&p, s, &source, name);
	p.want_printed = opts.printed;
	p.stall_ns = timeout_or(STALL_DEFAULT);
	code = print_document(&p);
	source_close(&source);
	document_out(&p, code, array);
	return code;
}

static int prepare(struct session *s)
{
	const struct cleardown_printer_status *status = cleardown_port_get_status(s->port);
	const struct trouble no_monitor = {
		.object = s->name,
		.action = "wait until it is printed",
		.cause = "nothing on this port says what has been printed",
		.remedy = "bind it with --monitor pjl, or --wait sent",
		.err = EOPNOTSUPP,
		.status = CLDN_ERROR_NOT_SUPPORTED,
	};

	if (!status)
		return complain_errno(s->name, "ask for its status", errno);
	if (opts.printed && !(status->flags & CLDN_PORT_MONITOR))
		return complain(XC_DEVICE, &no_monitor);
	if (opts.reset && cleardown_port_set_reset(s->port, true) < 0)
		return complain_errno(s->name, "set --reset", errno);
	return XC_OK;
}

static int run_print(int argc, char **argv)
{
	struct json_object *array = NULL;
	struct session s;
	int code, i;

	if (!argc)
		return complain_usage("print takes files, \"-\" being standard input");
	code = own(&s, opts.port, "print");
	if (code)
		return code;
	if (settings.json) {
		array = json_object_new_array();
		json_object_object_add(doc_current(), "documents", array);
	}
	code = prepare(&s);
	for (i = 0; i < argc && !code; i++)
		code = print_file(&s, argv[i], array);
	/* Ctrl-C twice: not even the end of the cancelled document was waited for. */
	return let_go(&s, s.signals > 1 ? CLDN_MODE_ABORT : CLDN_MODE_ORDERLY, code);
}

static void written_out(const struct printing *p, int code)
{
	if (settings.json) {
		put_u64(doc_current(), "document", p->number);
		put_u64(doc_current(), "accepted", p->document.accepted);
		put_u64(doc_current(), "confirmed", p->document.confirmed);
	} else if (!code && !settings.quiet) {
		printf("%s: %" PRIu64 " bytes sent\n", p->s->name, p->document.accepted);
	}
}

static int run_write(int argc, char **argv)
{
	static struct printing p;
	struct source source;
	struct session s;
	int code;

	if (argc > 1)
		return complain_usage("write takes one object; its bytes are standard input");
	code = own(&s, argc ? argv[0] : opts.port, "write");
	if (code)
		return code;
	code = prepare(&s);
	if (!code)
		code = source_open(&source, "-", NULL);
	if (!code) {
		printing_init(&p, &s, &source, "standard input");
		p.implicit = true;
		p.stall_ns = timeout_or(STALL_DEFAULT);
		code = print_document(&p);
		source_close(&source);
		written_out(&p, code);
	}
	return let_go(&s, code ? CLDN_MODE_ABORT : CLDN_MODE_DRAIN, code);
}

/* ---- status ---- */

struct watched_port {
	struct cleardown_device device;
	struct cleardown_port *port;
};

static struct json_object *status_json(const struct watched_port *w,
				       const struct cleardown_printer_status *status)
{
	struct json_object *o = json_object_new_object(), *printer = NULL;

	device_to_json(o, &w->device);
	if (status) {
		printer = json_object_new_object();
		printer_to_json(printer, status);
	}
	json_object_object_add(o, "port", printer);
	return o;
}

static void status_row(struct libscols_table *table, const struct watched_port *w,
		       const struct cleardown_printer_status *s)
{
	char doc[SHORT_TEXT] = "-", bytes[SHORT_TEXT * 2] = "", pages[SHORT_TEXT] = "";
	char condition[SHORT_TEXT * 2] = "?";
	const char *cells[] = {
		w->device.name,
		w->device.backend,
		word_or(cleardown_state_name(w->device.session.state), "?"),
		doc,
		bytes,
		pages,
		condition,
		s ? s->display : "", /* the table keeps control characters off the terminal */
	};

	if (s && s->document) {
		snprintf(doc, sizeof(doc), "%" PRIu64 " %s", s->document,
			 word_or(cleardown_doc_name(s->doc_state), "?"));
		snprintf(bytes, sizeof(bytes), "%" PRIu64 "/%" PRIu64, s->confirmed, s->accepted);
		snprintf(pages, sizeof(pages), "%u", s->pages);
	}
	if (s)
		printer_condition(condition, sizeof(condition), s);
	if (s && !*condition)
		strcpy(condition, "-");
	table_row(table, cells, s && printer_needs_help(s) ? "red" : NULL);
}

static struct libscols_table *status_table(void)
{
	static const struct column columns[] = {
		{ "OBJECT", false },	{ "LINE", false },    { "STATE", false },
		{ "DOCUMENT", false },	{ "BYTES", true },    { "PAGES", true },
		{ "CONDITION", false }, { "DISPLAY", false },
	};

	return table_new(columns, ARRAY_SIZE(columns));
}

static int status_once(struct watched_port *watched, size_t n)
{
	struct libscols_table *table = NULL;
	struct json_object *array = NULL;
	const struct cleardown_printer_status *status;
	size_t i;

	if (settings.json) {
		array = json_object_new_array();
		json_object_object_add(doc_open("port_status"), "ports", array);
	} else {
		table = status_table();
		if (!table)
			return complain_errno(NULL, "make a table", ENOMEM);
	}
	for (i = 0; i < n; i++) {
		status = watched[i].port ? cleardown_port_get_status(watched[i].port) : NULL;
		if (array)
			json_object_array_add(array, status_json(&watched[i], status));
		else
			status_row(table, &watched[i], status);
	}
	if (table)
		table_print(table);
	return XC_OK;
}

static void watch_line(const struct watched_port *w, const struct cleardown_printer_status *s)
{
	char time[SHORT_TEXT], condition[SHORT_TEXT * 2];
	struct json_object *o;

	if (settings.json) {
		o = doc_new("port_status");
		json_object_object_add(o, "object", json_object_new_string(w->device.name));
		put_text(o, "time", text_time(time, realtime_of(monotonic_ns())));
		printer_to_json(o, s);
		line_print(o);
		return;
	}
	printf("%s %s %s", text_time(time, realtime_of(monotonic_ns())), w->device.name,
	       *printer_condition(condition, sizeof(condition), s) ? condition : "nothing wrong");
	if (s->document)
		printf("; document %" PRIu64 " %s, %" PRIu64 "/%" PRIu64 " bytes, %u pages",
		       s->document, word_or(cleardown_doc_name(s->doc_state), "?"), s->confirmed,
		       s->accepted, s->pages);
	if (*s->display) {
		printf("; ");
		print_clean(stdout, s->display, strlen(s->display));
	}
	putchar('\n');
	fflush(stdout);
}

/* Shows the ports whose status has changed; one that is gone is not asked again. */
static bool show_changed(struct watched_port *watched, struct pollfd *fds, size_t n)
{
	static uint64_t shown;
	const struct cleardown_printer_status *status;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!fds[i].revents)
			continue;
		status = cleardown_port_get_status(watched[i].port);
		if (!status || fds[i].revents & (POLLHUP | POLLNVAL))
			fds[i].fd = -1;
		if (!status)
			continue;
		watch_line(&watched[i], status);
		if ((opts.count && ++shown == opts.count) || ferror(stdout))
			return false;
	}
	return true;
}

static bool any_left(const struct pollfd *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			return true;
	return false;
}

static int poll_limit(int64_t end)
{
	int64_t left;

	if (end < 0)
		return -1;
	left = (end - monotonic_ns()) / NS_PER_MS + 1;
	return left < 0 ? 0 : left > 60000 ? 60000 : left;
}

/* Observers are told by POLLPRI; the last of the files is for signals. */
static int status_watch(struct watched_port *watched, size_t n)
{
	int64_t limit = timeout_or(CLDN_FOREVER);
	int64_t end = limit < 0 ? -1 : monotonic_ns() + limit;
	struct pollfd fds[MAX_PORTS + 1];
	size_t i;

	for (i = 0; i < n; i++)
		fds[i] = (struct pollfd){
			.fd = watched[i].port ? cleardown_port_fd(watched[i].port) : -1,
			.events = POLLPRI,
			.revents = watched[i].port ? POLLPRI : 0,
		};
	fds[n] = (struct pollfd){ .fd = catch_signals(), .events = POLLIN };
	while (show_changed(watched, fds, n)) {
		if (!any_left(fds, n))
			return complain_errno(NULL, "watch any more", ENODEV);
		if (poll(fds, n + 1, poll_limit(end)) < 0 && errno != EINTR)
			return complain_errno(NULL, "wait for a change", errno);
		if (fds[n].revents)
			return XC_INTERRUPTED;
		if (end >= 0 && monotonic_ns() >= end)
			return opts.count ? XC_TIMEOUT : XC_OK;
	}
	return XC_OK;
}

static size_t all_ports(struct cleardown_ctl *ctl, struct watched_port *watched)
{
	const struct cleardown_device *device = NULL;
	size_t n = 0;

	while (n < MAX_PORTS && (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		if (device->class_id == CLDN_CLASS_PORT)
			watched[n++].device = *device;
	return n;
}

static int run_status(int argc, char **argv)
{
	static struct watched_port watched[MAX_PORTS];
	static const struct trouble none = {
		.cause = "no port is bound",
		.remedy = "see `cleardown scan`, then `cleardown bind`",
	};
	struct cleardown_ctl *ctl;
	int code = XC_OK;
	size_t n = 1, i;

	if (argc > 1)
		return complain_usage("status takes one object at most");
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	if (argc)
		code = find_object(ctl, CLDN_CLASS_PORT, argv[0], &watched[0].device);
	else
		n = all_ports(ctl, watched);
	cleardown_ctl_free(ctl);
	if (code)
		return code;
	if (!n && opts.watch)
		return complain(XC_NOT_FOUND, &none);
	if (!n && !settings.json) {
		puts("no port is bound");
		return XC_OK;
	}
	for (i = 0; i < n; i++)
		watched[i].port = cleardown_port_open(watched[i].device.name,
						      CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	code = opts.watch ? status_watch(watched, n) : status_once(watched, n);
	for (i = 0; i < n; i++)
		cleardown_port_free(watched[i].port);
	return code;
}

/* ---- id ---- */

/* "MFG:HP;MDL:LaserJet;" in its parts. */
static struct json_object *id_fields(const char *id)
{
	struct json_object *o = json_object_new_object();
	char copy[DEVICE_ID_MAX], *field, *value, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", id);
	while ((field = strsep(&rest, ";\r\n"))) {
		value = strchr(field, ':');
		if (!value)
			continue;
		*value++ = '\0';
		put_bytes(o, field + strspn(field, " "), value, strlen(value));
	}
	return o;
}

static void id_out(const char *name, const char *id)
{
	struct json_object *doc;

	if (settings.json) {
		doc = doc_open("device_id");
		put_text(doc, "object", name);
		put_bytes(doc, "device_id", id, strlen(id));
		json_object_object_add(doc, "fields", id_fields(id));
		return;
	}
	print_clean(stdout, id, strlen(id));
	putchar('\n');
}

/* What is known of the printer already, which disturbs nobody. */
static int known_id(const char *name, char *id)
{
	struct cleardown_port *port =
		cleardown_port_open(name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	int ret = port ? cleardown_port_known_id(port, id, DEVICE_ID_MAX) : -1;
	int saved = errno;

	cleardown_port_free(port);
	errno = saved;
	return ret;
}

/* Opens the port and asks the printer. Its length, or -1 with errno. */
static int ask_id(const char *name, char *id, uint32_t *status)
{
	struct cleardown_queue *queue = cleardown_queue_open();
	struct cleardown_port *port =
		queue ? cleardown_port_open(name, CLDN_OPEN_OWNER | CLDN_OPEN_NOWAIT) : NULL;
	int ret = -1, saved;

	if (port && cleardown_port_bind_queue(port, queue, 0) == 0) {
		ret = cleardown_port_device_id(port, queue, timeout_or(ID_DEFAULT), id,
					       DEVICE_ID_MAX);
		*status = cleardown_port_status_word(port);
	}
	saved = errno;
	if (port)
		cleardown_port_close(port, NULL, NULL);
	cleardown_port_free(port);
	cleardown_queue_free(queue);
	errno = saved;
	return ret;
}

/* Where nobody has asked so far, and nobody has the port, it is opened. */
static int run_id(int argc, char **argv)
{
	struct trouble trouble = { .action = "ask for the Device ID" };
	struct cleardown_device device;
	char id[DEVICE_ID_MAX];
	int code, ret;

	if (argc > 1)
		return complain_usage("id takes one object");
	code = name_object(CLDN_CLASS_PORT, argc ? argv[0] : opts.port, &device);
	if (code)
		return code;
	ret = known_id(device.name, id);
	if (ret < 0 && errno == ENODATA && device.session.state == CLDN_STATE_IDLE)
		ret = ask_id(device.name, id, &trouble.status);
	if (ret >= 0) {
		id_out(device.name, id);
		return XC_OK;
	}
	trouble.object = device.name;
	trouble.err = errno;
	trouble.cause = errno_cause(errno);
	if (errno == ETIMEDOUT)
		trouble.cause = "the printer does not answer";
	if (errno == ENODATA)
		trouble.cause =
			"nobody has asked the printer yet, and another program has the port";
	return complain(exit_for_errno(trouble.err), &trouble);
}

/* ---- reset ---- */

static int run_reset(int argc, char **argv)
{
	static const char action[] = "reset the printer";
	struct cleardown_request request = { .opcode = CLDN_OP_RESET };
	const struct cleardown_record *record;
	struct session s;
	int code;

	if (argc > 1)
		return complain_usage("reset takes one object");
	code = own(&s, argc ? argv[0] : opts.port, "reset");
	if (code)
		return code;
	code = session_request(&s, action, &request, timeout_or(RESET_DEFAULT), &record);
	if (!code && record->error)
		code = complain_errno(s.name, action, record->error);
	else if (!code && !settings.json)
		printf("%s: the printer was reset\n", s.name);
	return let_go(&s, CLDN_MODE_ORDERLY, code);
}

/* ---- drain and cancel: another's document, from outside ---- */

static int no_document(const char *name, const char *action, int err)
{
	const struct trouble trouble = {
		.object = name,
		.action = action,
		.cause = err == ESTALE ? "that document is over" : "no document is open",
		.err = err,
	};

	return complain(XC_NOT_FOUND, &trouble);
}

static int document_over(const char *name, const struct cleardown_printer_status *s)
{
	struct trouble trouble = {
		.object = name,
		.action = "see all of it sent",
		.cause = "the document was aborted",
	};

	switch (s->doc_state) {
	case CLDN_DOC_ABORTED:
		return complain(XC_DISCARDED, &trouble);
	case CLDN_DOC_CANCELLED:
		trouble.cause = "the document was cancelled";
		return complain(XC_CANCELLED, &trouble);
	default:
		return XC_OK;
	}
}

static int drained_in_vain(const char *name, const struct cleardown_printer_status *s,
			   uint64_t target)
{
	char condition[SHORT_TEXT * 2], cause[200];
	const struct trouble trouble = {
		.object = name,
		.action = "see all of it sent",
		.cause = cause,
		.err = ETIMEDOUT,
	};

	printer_condition(condition, sizeof(condition), s);
	snprintf(cause, sizeof(cause),
		 "time ran out, the printer has taken %" PRIu64 " of %" PRIu64 " bytes%s%s%s",
		 s->confirmed, target, *condition ? " (" : "", condition, *condition ? ")" : "");
	return complain(printer_needs_help(s) ? XC_OPERATOR : XC_TIMEOUT, &trouble);
}

/* Until the printer has what was accepted when we came. */
static int await_drained(struct cleardown_port *port, const char *name)
{
	int64_t end = monotonic_ns() + timeout_or(DRAIN_DEFAULT);
	struct pollfd pfd = { .fd = catch_signals(), .events = POLLIN };
	const struct cleardown_printer_status *s = cleardown_port_get_status(port);
	uint64_t document = s ? s->document : 0, target = s ? s->accepted : 0;

	while (s && s->document == document && s->confirmed < target &&
	       s->doc_state != CLDN_DOC_ABORTED && s->doc_state != CLDN_DOC_CANCELLED) {
		if (monotonic_ns() >= end)
			return drained_in_vain(name, s, target);
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0)
			return XC_INTERRUPTED;
		s = cleardown_port_get_status(port);
	}
	if (!s)
		return complain_errno(name, "ask for its status", errno);
	if (settings.json) {
		put_text(doc_open("drained"), "object", name);
		put_u64(doc_current(), "document", document);
		put_u64(doc_current(), "bytes", target);
	} else if (s->document != document || s->confirmed >= target) {
		printf("%s: %" PRIu64 " bytes, all sent\n", name, target);
	}
	return s->document == document && s->confirmed < target ? document_over(name, s) : XC_OK;
}

static int run_drain(int argc, char **argv)
{
	struct cleardown_device device;
	struct cleardown_port *port;
	int code;

	if (argc > 1)
		return complain_usage("drain takes one object");
	code = observe(argc ? argv[0] : opts.port, &device, &port);
	if (code)
		return code;
	code = await_drained(port, device.name);
	cleardown_port_free(port);
	return code;
}

/* Until this document is not the one that is up. */
static int await_over(struct cleardown_port *port, const char *name, uint64_t document)
{
	int64_t end = monotonic_ns() + timeout_or(CANCEL_DEFAULT);
	struct pollfd pfd = { .fd = catch_signals(), .events = POLLIN };
	const struct cleardown_printer_status *s;

	for (;;) {
		s = cleardown_port_get_status(port);
		if (!s)
			return complain_errno(name, "ask for its status", errno);
		if (s->document != document || s->doc_state >= CLDN_DOC_SENT)
			return XC_OK;
		if (monotonic_ns() >= end)
			return complain_errno(name, "wait longer for the end", ETIMEDOUT);
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0)
			return XC_INTERRUPTED;
	}
}

static int not_cancelled(const char *name, int err)
{
	const struct trouble other_user = {
		.object = name,
		.action = "cancel",
		.cause = "it is another user's document",
		.remedy = "become that user, or root",
		.err = err,
		.status = CLDN_ERROR_ACCESS_DENIED,
	};

	if (err == ESTALE || err == ENOENT)
		return no_document(name, "cancel", ESTALE);
	return err == EPERM ? complain(XC_PERMISSION, &other_user) :
			      complain_errno(name, "cancel", err);
}

static int cancel_document(struct cleardown_port *port, const char *name)
{
	const struct cleardown_session *session = cleardown_port_get_session(port);
	const struct cleardown_printer_status *status;
	uint64_t document = opts.document;
	int code;

	if (!session)
		return complain_errno(name, "ask for its state", errno);
	if (!document)
		document = session->call;
	if (!document)
		return no_document(name, "cancel", 0);
	if (cleardown_port_cancel_document(port, document) < 0)
		return not_cancelled(name, errno);
	code = await_over(port, name, document);
	if (code)
		return code;
	status = cleardown_port_get_status(port);
	if (settings.json) {
		put_text(doc_open("cancelled"), "object", name);
		put_u64(doc_current(), "document", document);
		put_u64(doc_current(), "confirmed",
			status && status->document == document ? status->confirmed : 0);
	} else {
		printf("%s: document %" PRIu64 " is cancelled\n", name, document);
	}
	return XC_OK;
}

static int run_cancel(int argc, char **argv)
{
	struct cleardown_device device;
	struct cleardown_port *port;
	int code;

	if (argc > 1)
		return complain_usage("cancel takes one object");
	code = observe(argc ? argv[0] : opts.port, &device, &port);
	if (code)
		return code;
	code = cancel_document(port, device.name);
	cleardown_port_free(port);
	return code;
}

/* ---- port management, as XcvData calls it ---- */

static int run_add(int argc, char **argv)
{
	if (argc != 1)
		return complain_usage("add takes one line: add parport:0");
	return bind_run(CLDN_CLASS_PORT, argv[0]);
}

static int run_delete(int argc, char **argv)
{
	if (argc != 1)
		return complain_usage("delete takes one object");
	return unbind_run(CLDN_CLASS_PORT, argv[0]);
}

static int configure(struct cleardown_ctl *ctl, const char *word, const char *args)
{
	struct cleardown_device device;
	int code = find_object(ctl, CLDN_CLASS_PORT, word, &device);

	if (code)
		return code;
	if (cleardown_ctl_configure(ctl, device.name, args) < 0)
		return ctl_refused(ctl, device.name, "configure", 0);
	if (settings.json) {
		put_text(doc_open("configured"), "object", device.name);
		put_text(doc_current(), "args", args);
	} else {
		printf("%s: configured, %s\n", device.name, args);
	}
	return XC_OK;
}

static int run_configure(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	char args[256] = "";
	int code = XC_OK, i;
	size_t n = 0;

	if (argc < 2)
		return complain_usage("configure takes an object and settings: monitor=pjl");
	for (i = 1; i < argc; i++) {
		if (!strchr(argv[i], '=') || strpbrk(argv[i], " \t\n"))
			return complain_usage("\"%s\" is no setting: KEY=VALUE", argv[i]);
		n += snprintf(args + n, sizeof(args) - n, "%s%s", n ? " " : "", argv[i]);
		if (n >= sizeof(args))
			return complain_usage("the settings are too long together");
	}
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = configure(ctl, argv[0], args);
	cleardown_ctl_free(ctl);
	return code;
}

/* ---- the table ---- */

static const struct option print_options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "job", required_argument, NULL, OPT_JOB },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "reset", no_argument, NULL, OPT_RESET },
	{ 0 },
};

static const struct option write_options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "reset", no_argument, NULL, OPT_RESET },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option status_options[] = {
	{ "watch", no_argument, NULL, OPT_WATCH },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ 0 },
};

static const struct option cancel_options[] = {
	{ "document", required_argument, NULL, OPT_DOCUMENT },
	{ 0 },
};

static const struct verb port_verbs[] = {
	{
		.name = "print",
		.operands = "FILE... [OPTIONS]",
		.summary = "print files, each as a document of its own",
		.details =
			"      --port OBJ       on which port; may be left out when there is one\n"
			"      --job NAME       the documents' name; otherwise the file's\n"
			"      --wait UNTIL     sent (default): until the printer has taken every byte;\n"
			"                       printed: until it says that the last page was ejected,\n"
			"                       which needs a port bound with --monitor pjl\n"
			"      --device NAME    convert PDF and PostScript by ghostscript's device NAME\n"
			"                       (gs -h lists them): ljet4, pxlmono, epson ...\n"
			"      --reset          reset the printer when a document is cancelled\n"
			"      --timeout SEC    longest time in which the printer takes nothing (300)\n"
			"\nFILE - is standard input; with --device it is taken for PDF or PostScript. Other\n"
			"files go as they are. ghostscript runs with -dSAFER, for root as nobody. On a\n"
			"terminal a line shows how far it is. Stops at the first document that fails.\n"
			"\nCtrl-C and SIGTERM cancel the document: nothing of it leaves any more, and it is\n"
			"told how many bytes the printer had taken. Exit codes:\n"
			"    0  sent, or with --wait printed: printed\n"
			"    5  somebody else has the port          12  the network printer is not there\n"
			"    7  aborted, bytes were thrown away     22  sent but not said to be printed, or\n"
			"    9  somebody else cancelled it              not all could be read or converted\n"
			"   30  the printer takes nothing: offline, paper, fault\n"
			"  130  cancelled by Ctrl-C\n"
			"\nExample: cleardown port print report.pdf --device ljet4 --wait printed\n",
		.options = print_options,
		.set = set_port,
		.run = run_print,
	},
	{
		.name = "write",
		.operands = "[OBJ] [OPTIONS]",
		.summary = "send standard input as it is, as an implicit document",
		.details =
			"      --port OBJ       the same as OBJ\n"
			"      --reset          reset the printer when the document is cancelled\n"
			"      --deadline MS    bound of the close at the end\n"
			"      --timeout SEC    longest time in which the printer takes nothing (300)\n"
			"\nWhat `cat FILE > /dev/cleardown/port0` does, with progress, and with an exit code\n"
			"as print has. The document ends when the printer has taken all of it.\n",
		.options = write_options,
		.set = set_port,
		.run = run_write,
	},
	{
		.name = "status",
		.operands = "[OBJ] [--watch] [--count N]",
		.summary = "what ports and their printers say, also while they print",
		.details =
			"      --watch          go on: a line for each change; with --json one document\n"
			"                       each. --timeout SEC ends it\n"
			"      --count N        with --watch: end after N lines\n"
			"\nWithout OBJ all ports. CONDITION is one or more of offline, paper-out, fault,\n"
			"stalled (bytes wait and none was taken for a second). BYTES: taken by the printer /\n"
			"accepted. `show` has one port in full. No port is opened for printing.\n",
		.options = status_options,
		.set = set_port,
		.run = run_status,
	},
	{
		.name = "id",
		.operands = "[OBJ]",
		.summary = "the printer's IEEE 1284 Device ID",
		.details = "With --json also in its fields. --timeout SEC: how long to wait (5).\n",
		.run = run_id,
	},
	{
		.name = "reset",
		.operands = "[OBJ]",
		.summary = "reset the printer (nInit)",
		.details = "The port is opened for it, so nobody else may have it open.\n"
			   "--timeout SEC: how long to wait (10).\n",
		.run = run_reset,
	},
	{
		.name = "drain",
		.operands = "[OBJ]",
		.summary = "wait until the printer has taken what was accepted so far",
		.details =
			"Whoever has the port open; it is not disturbed. --timeout SEC: how long (30).\n"
			"Exit codes: 0 all sent, 6 time ran out, 7 aborted, 9 cancelled, 30 time ran out\n"
			"and the printer is offline, without paper, or faulty.\n",
		.run = run_drain,
	},
	{
		.name = "cancel",
		.operands = "[OBJ] [--document N]",
		.summary = "end the document that another process prints",
		.details =
			"      --document N     only if it is this one (see status)\n"
			"\nNothing of it leaves any more. For the user whose process it is, and for root. The\n"
			"port stays open; close ends that too. --timeout SEC: how long to wait (15).\n",
		.options = cancel_options,
		.set = set_port,
		.run = run_cancel,
	},
	{
		.name = "add",
		.operands = "parport:N|tty:DEVICE|tcp:HOST[:PORT]|sim: [OPTIONS]",
		.summary = "make a port (XcvData AddPort); the same as `bind port`",
		.details = "Options and examples: `cleardown bind --help`. Needs root.\n",
		.options = bind_options,
		.set = bind_set,
		.run = run_add,
	},
	{
		.name = "delete",
		.operands = "OBJ [--force]",
		.summary = "remove a port (XcvData DeletePort); the same as unbind",
		.details = "      --force          abort whoever has it open first (cause: admin)\n"
			   "\nNeeds root.\n",
		.options = unbind_options,
		.set = unbind_set,
		.run = run_delete,
	},
	{
		.name = "configure",
		.operands = "OBJ KEY=VALUE...",
		.summary = "change a port's settings (XcvData ConfigurePort)",
		.details =
			"KEY=VALUE as in `bind --args`: monitor=pjl. What is not named stays. Nobody may\n"
			"have the port open. Needs root.\n",
		.run = run_configure,
	},
	{ 0 },
};

const struct verb verb_port = {
	.name = "port",
	.operands = "VERB [OPERANDS]",
	.summary = "printing and other operations of a printer port",
	.details =
		"print, write and reset open the port and close it in order; the others only look, or\n"
		"end what somebody else does. [OBJ] may be left out when there is one port.\n",
	.verbs = port_verbs,
};
