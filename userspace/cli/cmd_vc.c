// SPDX-License-Identifier: GPL-2.0-or-later
/* vc: calls on virtual circuits, made, taken, and closed in order. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"
#include "station.h"

#define REFUSE_NS NS_PER_SEC
#define Q850_NORMAL 16
#define Q850_BUSY 17
#define Q850_REJECTED 21
#define Q850_UNSPECIFIED 31
#define Q850_MAX 127

static struct {
	struct close_options close;
	int sap; /* -1: not said */
	uint32_t family; /* 0: the kernel's */
	uint64_t count;
	bool echo, recv, accept, stay;
	unsigned int reject; /* Q.850, 0 = no */
	int64_t hold_ns;
	const char *send;
	const char *data;
	bool one; /* call is taken, and judged */
} opts = {
	.close = { .deadline_ns = CLDN_DEADLINE_DEFAULT },
	.sap = -1,
};

/* ---- options ---- */

static int set_sap(const char *argument)
{
	uint64_t selector = CLDN_SAP_ALL;

	if (strcmp(argument, "any") && !parse_u64(argument, UINT8_MAX, &selector))
		return complain_usage("--sap %s: not a number from 0 to 255, nor any", argument);
	opts.sap = selector;
	return XC_OK;
}

static int set_family(const char *argument)
{
	uint64_t number = 0;

	if (!strcmp(argument, "q2931"))
		number = CLDN_AF_Q2931;
	else if (!strcmp(argument, "l2tp"))
		number = CLDN_AF_L2TP;
	else if (!parse_u64(argument, UINT32_MAX, &number))
		number = 0;
	if (!number)
		return complain_usage("--family %s: not a number above 0, nor q2931 or l2tp",
				      argument);
	opts.family = number;
	return XC_OK;
}

static int set_reject(const char *argument)
{
	int cause = cleardown_clearing_from_name(argument);
	uint64_t number;

	if (cause < 0 && parse_u64(argument, Q850_MAX, &number))
		cause = number;
	if (cause <= 0)
		return complain_usage("--reject %s: not a cause of Q.850, 1 to 127 or its word",
				      argument);
	opts.reject = cause;
	return XC_OK;
}

static int set_hold(const char *argument)
{
	char *end;
	double seconds = strtod(argument, &end);

	if (end == argument || *end || !isfinite(seconds) || seconds < 0 || seconds > 1e9)
		return complain_usage("--hold %s: not a number of seconds", argument);
	opts.hold_ns = seconds * NS_PER_SEC;
	return XC_OK;
}

static int set_count(const char *argument)
{
	if (!parse_u64(argument, UINT32_MAX, &opts.count) || !opts.count)
		return complain_usage("--count %s: not a number above 0", argument);
	return XC_OK;
}

static int set_flag(bool *flag)
{
	*flag = true;
	return XC_OK;
}

static int set_vc(int option, const char *argument)
{
	switch (option) {
	case OPT_SAP:
		return set_sap(argument);
	case OPT_FAMILY:
		return set_family(argument);
	case OPT_COUNT:
		return set_count(argument);
	case OPT_ECHO:
		return set_flag(&opts.echo);
	case OPT_RECV:
		return set_flag(&opts.recv);
	case OPT_ACCEPT:
		return set_flag(&opts.accept);
	case OPT_STAY:
		return set_flag(&opts.stay);
	case OPT_REJECT:
		return set_reject(argument);
	case OPT_HOLD:
		return set_hold(argument);
	case OPT_SEND:
		opts.send = argument;
		return XC_OK;
	case OPT_DATA:
		opts.data = argument;
		return XC_OK;
	default:
		return close_option(&opts.close, option, argument);
	}
}

/* ---- what a call was ---- */

/* Short enough for a person, and unique as long as the link is bound. */
static unsigned int short_number(const struct circuit *c)
{
	return (uint32_t)c->number;
}

/* A word for JSON, and with @text a phrase for a person. */
static const char *ended_by(const struct circuit *c, bool text)
{
	if (c->refused)
		return text ? "rejected" : "rejection";
	if (c->forced)
		return text ? "ended by an administrator" : "admin";
	if (c->phase == PHASE_DELETED)
		return text ? "lost with its link" : "link";
	if (c->far_end_closed && !c->connected)
		return text ? "withdrawn by the far end" : "far-end";
	if (c->far_end_closed)
		return text ? "ended by the far end" : "far-end";
	if (!c->connected && c->end.error && c->end.error != ECANCELED)
		return text ? "not connected" : "failure";
	return text ? (c->connected ? "ended by us" : "given up") : "us";
}

/* Why it ended: what the far end or the network said, else what our own close came to. */
static struct cleardown_call_end end_of(const struct circuit *c)
{
	struct cleardown_call_end end = c->end;

	if (c->refused)
		end.cause = opts.reject ? opts.reject : Q850_REJECTED;
	else if (!end.cause && c->report.summary.number)
		end.cause = c->report.summary.cause_detail;
	return end;
}

static void put_link(struct json_object *o, const struct station *s)
{
	put_text(o, "object", s->name);
	if (opts.family)
		put_u64(o, "family", opts.family);
}

static void circuit_to_json(struct json_object *o, const struct circuit *c)
{
	struct json_object *frames = json_object_new_object(), *report = NULL;
	const struct cleardown_call_end end = end_of(c);

	put_u64(o, "vc", c->number);
	put_text(o, "direction", c->incoming ? "incoming" : "outgoing");
	call_params_to_json(o, &c->call);
	put_bool(o, "connected", c->connected);
	put_text(o, "ended_by", ended_by(c, false));
	call_end_to_json(o, &end);
	put_u64(frames, "sent", c->sent);
	put_u64(frames, "sent_bytes", c->sent_bytes);
	put_u64(frames, "received", c->received);
	put_u64(frames, "received_bytes", c->received_bytes);
	put_u64(frames, "lost", c->lost);
	json_object_object_add(o, "frames", frames);
	if (c->report.summary.number) {
		report = json_object_new_object();
		report_to_json(report, &c->report);
	}
	json_object_object_add(o, "report", report);
}

static void circuit_to_text(FILE *to, const struct station *s, const struct circuit *c)
{
	const struct cleardown_call_end end = end_of(c);
	char cause[SHORT_TEXT];

	fprintf(to, "%s: call %u %s", s->name, short_number(c), ended_by(c, true));
	if (end.cause)
		fprintf(to, ", cause %s", text_q850(cause, end.cause));
	if (end.data_len) {
		fputs(", close data \"", to);
		print_clean(to, (const char *)end.data, end.data_len);
		fputc('"', to);
	}
	fprintf(to, "; %" PRIu64 " frames sent, %" PRIu64 " received", c->sent, c->received);
	if (c->lost)
		fprintf(to, ", %" PRIu64 " lost", c->lost);
	fputc('\n', to);
	fflush(to);
}

/* A call that was connected has a cause of rejection only to carry close data. */
static bool is_orderly(const struct cleardown_call_end *end)
{
	return end->cause == Q850_NORMAL || end->cause == Q850_UNSPECIFIED ||
	       (end->cause == Q850_REJECTED && end->data_len);
}

static int end_complain(const struct station *s, enum exit_code code, const char *action,
			const struct cleardown_call_end *end)
{
	const char *name = cleardown_clearing_name(end->cause);
	char cause[96];
	const struct trouble trouble = {
		.object = s->name,
		.action = action,
		.cause = cause,
		.err = end->error,
		.status = end->status,
	};

	if (!end->cause || code == XC_TIMEOUT)
		snprintf(cause, sizeof(cause), "%s",
			 end->error == ECONNREFUSED ? "the far end refuses" :
						      errno_cause(end->error));
	else
		snprintf(cause, sizeof(cause), "%s (Q.850 cause %u)", word_or(name, "ended"),
			 end->cause);
	return complain(code, &trouble);
}

static int closed_by_others(const struct station *s)
{
	const struct trouble trouble = {
		.object = s->name,
		.action = "keep the call",
		.cause = "an administrator has ended it",
	};

	return complain(XC_CANCELLED, &trouble);
}

/* ---- listen ---- */

/* Where what is told goes: frames have standard output for themselves. */
static FILE *say_to(void)
{
	return opts.recv ? stderr : stdout;
}

static void say_record(const struct station *s, const struct cleardown_record *record)
{
	const struct record_of of = { .object = s->name, .class_id = CLDN_CLASS_VC };
	struct json_object *o;

	if (!settings.json)
		return;
	o = doc_new("event");
	record_to_json(o, record, &of);
	line_print(o);
}

static void say_incoming(const struct station *s, const struct circuit *c)
{
	char calling[CLDN_NSAP_TEXT], called[CLDN_NSAP_TEXT];

	if (settings.json || settings.quiet)
		return;
	fprintf(say_to(), "%s: call %u from %s for %s\n", s->name, short_number(c),
		cleardown_nsap_to_text(c->call.calling, calling),
		cleardown_nsap_to_text(c->call.called, called));
	fflush(say_to());
}

static void say_connected(FILE *to, const struct station *s, const struct circuit *c)
{
	if (settings.json || settings.quiet)
		return;
	fprintf(to, "%s: call %u connected on %u.%u\n", s->name, short_number(c), c->call.vpi,
		c->call.vci);
	fflush(to);
}

static void say_ended(const struct station *s, const struct circuit *c)
{
	struct json_object *o;

	if (settings.json) {
		o = doc_new("call");
		put_link(o, s);
		put_text(o, "result", exit_word(c->close_code));
		circuit_to_json(o, c);
		line_print(o);
		return;
	}
	if (!settings.quiet)
		circuit_to_text(say_to(), s, c);
	if (settings.verbose && c->report.summary.number)
		report_to_text(say_to(), &c->report);
}

static int taken_sap(void)
{
	return opts.sap < 0 ? (int)CLDN_SAP_ALL : opts.sap;
}

static struct cleardown_request sap_request(uint32_t flags)
{
	bool any = taken_sap() == (int)CLDN_SAP_ALL;

	return (struct cleardown_request){
		.size = sizeof(struct cleardown_request),
		.opcode = CLDN_OP_SAP,
		.a = flags | (any ? CLDN_SAP_FLAG_ANY : 0),
		.b = any ? 0 : taken_sap(),
	};
}

/* Another call manager answers that in his own time, which nobody waits for. */
static void leave_sap(struct station *s)
{
	struct cleardown_request request = sap_request(CLDN_SAP_FLAG_REMOVE);

	if (!s->foreign) {
		cleardown_vclink_remove_sap(s->link, taken_sap());
		return;
	}
	request.deadline_ns = CLDN_DEADLINE_DEFAULT;
	cleardown_vclink_submit(s->link, &request);
}

/* There is no place for it: the caller hears that we are busy. */
static void turn_away(struct station *s, uint64_t number)
{
	struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_REJECT,
		.req_id = ++s->last_id,
		.deadline_ns = REFUSE_NS,
		.a = Q850_BUSY,
	};
	struct cleardown_vc *vc = cleardown_vc_take(s->link, number, 0);
	const struct cleardown_record *record;

	if (vc)
		cleardown_vc_request(vc, s->queue, &request, REFUSE_NS, &record);
	cleardown_vc_free(vc);
	progress("%s: a call was turned away, %zu are up", s->name, s->ncircuits);
}

/*
 * An answer that is not taken: the far end was faster, and the record that says so follows. Any other
 * reason leaves the call to the close.
 */
static void answer(struct station *s, struct circuit *c)
{
	struct cleardown_request request = {
		.opcode = opts.reject ? CLDN_OP_REJECT : CLDN_OP_ACCEPT,
		.deadline_ns = CLDN_DEADLINE_DEFAULT,
		.a = opts.reject,
	};

	c->refused = opts.reject;
	if (circuit_submit(s, c, &request) == 0)
		return;
	c->request = 0;
	c->refused = false;
	if (errno == EISCONN)
		return;
	c->end.error = errno;
	c->end.status = cleardown_vc_status_word(c->vc);
	c->phase = PHASE_ENDED;
}

static void incoming(struct station *s, const struct cleardown_record *record)
{
	struct circuit *c;
	uint64_t number = record->req_id;
	struct cleardown_call call;

	if (cleardown_call_from_record(record, &call) < 0)
		return;
	if (s->ncircuits == MAX_CIRCUITS || (opts.one && s->last_id)) {
		turn_away(s, number);
		return;
	}
	c = circuit_new(s, number);
	if (!c) {
		progress("%s: a call went before it was taken", s->name);
		return;
	}
	c->call = call;
	if (opts.one) /* another one finds nobody */
		leave_sap(s);
	say_incoming(s, c);
	answer(s, c);
}

static void listen_record(struct station *s, const struct cleardown_record *record,
			  const struct circuit *c)
{
	bool was_ours = c || record->type == CLDN_EV_INCOMING_CALL ||
			record->type == CLDN_EV_AF_NOTIFY;

	if (was_ours)
		say_record(s, record);
	if (record->type == CLDN_EV_INCOMING_CALL)
		incoming(s, record);
	else if (c && record->type == CLDN_EV_COMPLETION && c->phase == PHASE_UP)
		say_connected(say_to(), s, c);
}

static struct cleardown_close_wish wish_for(const struct station *s, bool with_data)
{
	const char *data = with_data ? opts.data : NULL;
	enum cldn_mode mode = opts.close.mode ? opts.close.mode : CLDN_MODE_ORDERLY;

	return (struct cleardown_close_wish){
		.size = sizeof(struct cleardown_close_wish),
		/* Ctrl-C twice: not even the frames that were taken are waited for. */
		.mode = s->signals > 1 ? CLDN_MODE_ABORT : mode,
		.deadline_ns = opts.close.deadline_ns,
		.data = data,
		.data_len = data ? strlen(data) : 0,
	};
}

/*
 * What a call is worth that was the only one: that it came to its end in order, and that all of it was
 * there for whoever wanted it.
 */
static int judge_one(const struct station *s, const struct circuit *c)
{
	const struct trouble lost = {
		.object = s->name,
		.action = "take all of it",
		.cause = "frames came faster than they were written",
	};
	const struct cleardown_call_end end = end_of(c);

	if (c->forced)
		return closed_by_others(s);
	if (c->refused || c->phase == PHASE_DELETED)
		return XC_OK;
	if (!c->connected || (c->far_end_closed && !is_orderly(&end)))
		return end_complain(s, XC_CALL_FAILED,
				    c->connected ? "keep the call" : "take the call", &end);
	return opts.recv && c->lost ? complain(XC_CALL_FAILED, &lost) : XC_OK;
}

/* Closes, tells, forgets. Returns the first exit code that is no success. */
static int finish(struct station *s, struct circuit *const *circuits, size_t n, bool with_data)
{
	const struct cleardown_close_wish wish = wish_for(s, with_data);
	struct circuit *all[MAX_CIRCUITS];
	int code = XC_OK;
	size_t i;

	memcpy(all, circuits, n * sizeof(*all)); /* forgetting moves the station's own list */
	circuits_close(s, all, n, &wish);
	for (i = 0; i < n; i++) {
		if (!code)
			code = all[i]->close_code;
		say_ended(s, all[i]);
		if (!code && opts.one)
			code = judge_one(s, all[i]);
		circuit_free(s, all[i]);
	}
	return code;
}

/* Acknowledges what the far ends have ended. Returns how many calls are over. */
static uint64_t finish_spent(struct station *s, int *code)
{
	struct circuit *spent[MAX_CIRCUITS];
	size_t n = 0, i;
	int bad;

	for (i = 0; i < s->ncircuits; i++)
		if (circuit_is_spent(s, s->circuits[i]))
			spent[n++] = s->circuits[i];
	if (!n)
		return 0;
	bad = finish(s, spent, n, false);
	if (!*code)
		*code = bad;
	return n;
}

static int listen_loop(struct station *s, int *close_code)
{
	int64_t limit = timeout_or(CLDN_FOREVER);
	int64_t end = limit < 0 ? -1 : monotonic_ns() + limit;
	const struct cleardown_record *record;
	struct circuit *circuit;
	uint64_t over = 0;

	for (;;) {
		switch (station_next(s, end, &record, &circuit)) {
		case STATION_RECORD:
			listen_record(s, record, circuit);
			break;
		case STATION_SIGNAL:
			return XC_INTERRUPTED;
		case STATION_TIMEOUT:
			return opts.count ? XC_TIMEOUT : XC_OK;
		case STATION_ERROR:
			return XC_DEVICE;
		case STATION_MOVED:
			break;
		}
		over += finish_spent(s, close_code);
		if (opts.count && over >= opts.count)
			return XC_OK;
		if (s->gone)
			return station_gone(s, "listen any more");
		if (s->out_broken && opts.one)
			return complain_errno(s->name, "write what came", s->out_error);
		if (s->out_broken || ferror(say_to()))
			return XC_OK;
	}
}

static int sap_refused(struct trouble *trouble)
{
	const int sap = taken_sap();
	char action[32];

	if (sap == (int)CLDN_SAP_ALL)
		snprintf(action, sizeof(action), "take all other calls");
	else
		snprintf(action, sizeof(action), "take calls for %d", sap);
	trouble->action = action;
	trouble->cause = errno_cause(trouble->err);
	if (trouble->err != EINVAL)
		return complain(exit_for_errno(trouble->err), trouble);
	trouble->cause = "another program takes them";
	return complain(XC_BUSY, trouble);
}

/* Calls may come before another call manager has said that they do. */
static int take_sap(struct station *s)
{
	struct cleardown_request request = sap_request(0);
	struct trouble trouble = { .object = s->name };
	int code = XC_OK;

	if (s->foreign) {
		code = station_ask(s, &request, listen_record, &trouble);
	} else if (cleardown_vclink_add_sap(s->link, taken_sap()) < 0) {
		trouble.err = errno;
		trouble.status = cleardown_vclink_status_word(s->link);
		code = -1;
	}
	return code < 0 ? sap_refused(&trouble) : code;
}

/* Opens the link, and of it what the options want. As station_open(). */
static int open_for_calls(struct station *s, const char *word)
{
	int code = station_open(s, word);

	if (code || !opts.family)
		return code;
	code = station_open_family(s, opts.family);
	return code ? station_close(s, code) : XC_OK;
}

static int too_much_data(const struct cleardown_vclink_status *status)
{
	size_t len = opts.data ? strlen(opts.data) : 0;

	if (len > status->close_data)
		return complain_usage("--data: this link carries %u octets of close data, not %zu",
				      status->close_data, len);
	return XC_OK;
}

static int listen_ready(struct station *s)
{
	const struct cleardown_vclink_status *status = cleardown_vclink_get_status(s->link);
	int code;

	if (!status)
		return complain_errno(s->name, "ask for the state of the link", errno);
	code = too_much_data(status);
	if (code)
		return code;
	code = take_sap(s);
	if (code)
		return code;
	if (!settings.quiet)
		fputs("listening\n", stderr);
	if (!station_is_ready(s, status))
		progress("%s: the link is down at the moment", s->name);
	return XC_OK;
}

static int run_listen(int argc, char **argv)
{
	int code, close_code = XC_OK, rest;
	struct station s;

	if (argc > 1)
		return complain_usage("listen takes one object");
	if (opts.accept && opts.reject)
		return complain_usage("--accept and --reject exclude each other");
	if (opts.echo + opts.recv + (opts.reject != 0) > 1)
		return complain_usage("--echo, --recv and --reject exclude each other");
	if (opts.recv)
		doc_to_stderr();
	code = open_for_calls(&s, argc ? argv[0] : NULL);
	if (code)
		return code;
	s.dispose = opts.echo ? FRAMES_ECHO : opts.recv ? FRAMES_OUT : FRAMES_DROP;
	code = listen_ready(&s);
	if (!code)
		code = listen_loop(&s, &close_code);
	rest = finish(&s, s.circuits, s.ncircuits, true);
	if (!close_code)
		close_code = rest;
	return station_close(&s, code ? code : close_code);
}

/* ---- one call: accept, reject, recv ---- */

static int run_accept(int argc, char **argv)
{
	opts.count = 1;
	opts.one = true;
	return run_listen(argc, argv);
}

static int run_reject(int argc, char **argv)
{
	if (!opts.reject)
		opts.reject = Q850_REJECTED;
	return run_accept(argc, argv);
}

/* What is written to standard output goes to the file from now on. */
static int output_to(const char *file)
{
	int fd;

	if (!strcmp(file, "-"))
		return XC_OK;
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return complain_errno(file, "write it", errno);
	close(fd);
	return XC_OK;
}

static int run_recv(int argc, char **argv)
{
	int code;

	if (argc != 1 && argc != 2)
		return complain_usage(
			"recv takes a file, - for standard output, and after it an object");
	opts.recv = true;
	code = output_to(argv[0]);
	return code ? code : run_accept(argc - 1, argv + 1);
}

/* ---- make, send and pipe ---- */

struct outgoing {
	bool is_pipe;
	const char *address; /* as the user wrote it */
	struct cleardown_call call;
	struct station s;
	struct circuit *c;
	struct source source;
	bool has_source;
};

/* "@peer" is known when the link is up. */
static int parse_address(struct outgoing *out)
{
	out->call.size = sizeof(out->call);
	if (opts.sap == (int)CLDN_SAP_ALL)
		return complain_usage("--sap any: a call is made to one selector, 0 to 255");
	if (strcmp(out->address, "@peer") &&
	    cleardown_nsap_from_text(out->address, out->call.called) < 0)
		return complain_usage(
			"\"%s\": expected @peer, or an address of 40 hexadecimal digits",
			out->address);
	return XC_OK;
}

static int complete_address(struct outgoing *out, const struct cleardown_vclink_status *status)
{
	if (!strcmp(out->address, "@peer"))
		memcpy(out->call.called, status->peer, sizeof(out->call.called));
	if (opts.sap >= 0)
		out->call.called[CLDN_NSAP_LEN - 1] = opts.sap;
	return too_much_data(status);
}

static int open_feed(struct outgoing *out)
{
	const char *file = out->is_pipe ? "-" : opts.send;
	struct feed *f = &out->s.feed;
	int code;

	if (!file)
		return XC_OK;
	code = source_open(&out->source, file, NULL);
	if (code)
		return code;
	out->has_source = true;
	f->buf = malloc(FRAME_MAX);
	if (!f->buf)
		return complain_errno(file, "send it", ENOMEM);
	f->fd = out->source.fd;
	f->lines = !out->is_pipe && !strcmp(file, "-");
	return XC_OK;
}

static enum exit_code exit_for_end(const struct cleardown_call_end *end)
{
	if (end->error == ECANCELED)
		return XC_CANCELLED;
	switch (end->cause) {
	case Q850_BUSY:
		return XC_REMOTE_BUSY;
	case 18: /* no user responding */
	case 19: /* no answer */
	case 20: /* subscriber absent */
	case 102: /* our own clock */
		return XC_NO_ANSWER;
	case 57: /* bearer, service: not authorized, not implemented */
	case 58:
	case 65:
	case 79:
	case 88:
		return XC_INCOMPATIBLE;
	}
	if (end->error == ETIMEDOUT)
		return XC_TIMEOUT;
	if (end->cause || end->error == ECONNREFUSED)
		return XC_NOT_CONNECTED;
	return exit_for_errno(end->error);
}

static int not_accepted(const struct outgoing *out)
{
	struct trouble trouble = {
		.object = out->s.name,
		.action = "call",
		.cause = errno_cause(errno),
		.err = errno,
		.status = cleardown_vc_status_word(out->c->vc),
	};

	return complain(exit_for_errno(trouble.err), &trouble);
}

/* Until there is a call, or none. */
static int await_call(struct outgoing *out)
{
	int64_t limit = timeout_or(CLDN_FOREVER);
	/* The kernel ends the request at its deadline; if even that fails, we do not wait on. */
	int64_t end = limit < 0 ? -1 : monotonic_ns() + limit + NS_PER_SEC;
	const struct cleardown_record *record;
	struct circuit *circuit;

	while (out->c->phase == PHASE_CALLING) {
		switch (station_next(&out->s, end, &record, &circuit)) {
		case STATION_SIGNAL:
			return XC_INTERRUPTED;
		case STATION_TIMEOUT:
			return complain_errno(out->s.name, "call", ETIMEDOUT);
		case STATION_ERROR:
			return XC_DEVICE;
		default:
			break;
		}
		if (out->s.gone)
			return station_gone(&out->s, "call");
	}
	if (out->c->connected)
		return XC_OK;
	return end_complain(&out->s, exit_for_end(&out->c->end), "call", &out->c->end);
}

static int connect_call(struct outgoing *out)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_MAKE_CALL,
		.deadline_ns = settings.timeout_ns < 0 ? CLDN_DEADLINE_DEFAULT :
							 (uint64_t)settings.timeout_ns,
		.in = &out->call,
		.in_len = sizeof(out->call),
	};
	int code;

	out->c = circuit_new(&out->s, 0);
	if (!out->c)
		return complain_errno(out->s.name, "create a circuit", errno);
	out->c->call = out->call;
	if (circuit_submit(&out->s, out->c, &request) < 0) {
		code = not_accepted(out);
		circuit_free(&out->s, out->c);
		out->c = NULL;
		return code;
	}
	code = await_call(out);
	if (code)
		return code;
	out->s.feed.size = out->c->call.fwd_sdu < FRAME_MAX ? out->c->call.fwd_sdu : FRAME_MAX;
	say_connected(out->is_pipe ? stderr : stdout, &out->s, out->c);
	return XC_OK;
}

static bool all_is_sent(const struct feed *f)
{
	return f->fd < 0 || (f->ended && !f->filled);
}

/* The far end, or the network, has ended the call. */
static int judge_far_end(const struct outgoing *out)
{
	const struct cleardown_call_end *end = &out->c->end;
	const struct feed *f = &out->s.feed;
	/* What a person at the other end of a pipe had not said yet is nobody's loss. */
	bool lost = out->is_pipe ? f->filled : !all_is_sent(f);

	if (out->c->forced)
		return closed_by_others(&out->s);
	if (!is_orderly(end))
		return end_complain(&out->s, XC_CALL_FAILED, "keep the call", end);
	if (!lost)
		return XC_OK;
	return end_complain(&out->s, XC_CALL_FAILED, "send all of it", end);
}

static int carry(struct outgoing *out)
{
	const struct cleardown_record *record;
	struct station *s = &out->s;
	struct circuit *circuit;
	int64_t end = -1;

	for (;;) {
		if (s->gone || out->c->phase == PHASE_DELETED)
			return station_gone(s, "keep the call");
		if (circuit_is_spent(s, out->c))
			return judge_far_end(out);
		if (s->out_broken)
			return XC_OK;
		if (end < 0 && all_is_sent(&s->feed) && !opts.stay)
			end = monotonic_ns() + opts.hold_ns;
		switch (station_next(s, end, &record, &circuit)) {
		case STATION_SIGNAL:
			return XC_INTERRUPTED;
		case STATION_TIMEOUT:
			return XC_OK;
		case STATION_ERROR:
			return XC_DEVICE;
		default:
			break;
		}
	}
}

static void outgoing_out(const struct outgoing *out, int code)
{
	FILE *to = out->is_pipe ? stderr : stdout;
	const struct circuit *c = out->c;
	bool said = out->is_pipe ? settings.verbose : !settings.quiet;

	if (settings.json) {
		put_text(doc_current(), "result", exit_word(code));
		circuit_to_json(doc_current(), c);
		return;
	}
	if (said)
		circuit_to_text(to, &out->s, c);
	if (said && c->report.summary.number)
		report_to_text(to, &c->report);
}

/* What the call is worth, and its end. */
static int end_call(struct outgoing *out, int code)
{
	bool is_up = out->c->phase == PHASE_UP || out->c->phase == PHASE_CALLING;
	const struct cleardown_close_wish wish = wish_for(&out->s, is_up);

	/* A call that was not connected has no end of its own: the VC is idle again. */
	if (is_up || out->c->connected)
		circuits_close(&out->s, &out->c, 1, &wish);
	if (!code)
		code = out->c->close_code;
	outgoing_out(out, code);
	return code;
}

static int whole_call(struct outgoing *out, const char *word)
{
	const struct cleardown_vclink_status *status;
	int code = parse_address(out);

	if (code)
		return code;
	if (out->is_pipe)
		doc_to_stderr();
	code = open_for_calls(&out->s, word);
	if (code)
		return code;
	if (settings.json)
		put_link(doc_open("call"), &out->s);
	out->s.dispose = out->is_pipe ? FRAMES_OUT : FRAMES_DROP;
	code = station_await_link(&out->s, &status);
	if (!code)
		code = complete_address(out, status);
	if (!code)
		code = open_feed(out);
	if (!code)
		code = connect_call(out);
	if (!code)
		code = carry(out);
	if (out->c)
		code = end_call(out, code);
	if (out->has_source)
		source_close(&out->source);
	return station_close(&out->s, code);
}

static int run_make(int argc, char **argv)
{
	static struct outgoing out;

	if (argc != 1 && argc != 2)
		return complain_usage("make takes an address, and after it an object");
	out.address = argv[0];
	return whole_call(&out, argc == 2 ? argv[1] : NULL);
}

static int run_send(int argc, char **argv)
{
	static struct outgoing out;

	if (argc != 2 && argc != 3)
		return complain_usage("send takes an address and a file, and after them an object");
	out.address = argv[0];
	opts.send = argv[1];
	return whole_call(&out, argc == 3 ? argv[2] : NULL);
}

static int run_pipe(int argc, char **argv)
{
	static struct outgoing out = { .is_pipe = true };

	if (argc != 1 && argc != 2)
		return complain_usage("pipe takes an address, and after it an object");
	out.address = argv[0];
	return whole_call(&out, argc == 2 ? argv[1] : NULL);
}

/* ---- show ---- */

static int run_show(int argc, char **argv)
{
	struct cleardown_device device;
	int code;

	if (argc > 1)
		return complain_usage("show takes one object");
	code = name_object(CLDN_CLASS_VC, argc ? argv[0] : NULL, &device);
	return code ? code : show_vc(&device, show_which);
}

/* ---- the table ---- */

static const struct option listen_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "accept", no_argument, NULL, OPT_ACCEPT },
	{ "reject", required_argument, NULL, OPT_REJECT },
	{ "echo", no_argument, NULL, OPT_ECHO },
	{ "recv", no_argument, NULL, OPT_RECV },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option accept_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "echo", no_argument, NULL, OPT_ECHO },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option reject_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "cause", required_argument, NULL, OPT_REJECT },
	{ 0 },
};

static const struct option recv_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option send_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option close_options[] = {
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option make_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

static const struct option pcap_options[] = {
	{ "signalling", no_argument, NULL, OPT_SIGNALLING },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ 0 },
};

static const struct option cdr_options[] = {
	{ "last", required_argument, NULL, OPT_LAST },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ 0 },
};

static const struct option pipe_options[] = {
	{ "sap", required_argument, NULL, OPT_SAP },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "stay", no_argument, NULL, OPT_STAY },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

#define CLOSE_HELP                                                                     \
	"      --mode MODE      how it is closed: orderly (default), drain or abort\n" \
	"      --deadline MS    longest wait for the network's confirmation (60000)\n"

static const struct option multi_options[] = {
	{ "send", required_argument, NULL, OPT_SEND },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ 0 },
};

#define CALL_EXIT_CODES                                                                            \
	"    0  the call was made and ended in order  12  not connected: rejected, no link ...\n"  \
	"    6  time ran out                          13  the far end cannot do it\n"              \
	"    8  the end was not confirmed             20  connected, then it failed, or not all\n" \
	"    9  the link was taken away                   was sent\n"                              \
	"   10  the far end is busy                  130  ended by Ctrl-C, in order\n"             \
	"   11  the far end does not answer\n"

static const struct verb vc_verbs[] = {
	{
		.name = "listen",
		.operands = "[OBJ] [OPTIONS]",
		.summary = "take the calls that come, until Ctrl-C",
		.details =
			"      --sap N          calls for this selector, the address's last octet (0 to 255);\n"
			"                       any (default): for those that nobody else takes\n"
			"      --family N       calls of another call manager: a program that has registered\n"
			"                       this address family; a number, l2tp or q2931 (default)\n"
			"      --count N        end after N calls\n"
			"      --accept         take them (default)\n"
			"      --reject CAUSE   refuse them: a number or word of Q.850, 17, user-busy ...\n"
			"      --echo           send every frame back\n"
			"      --recv           frames to standard output, messages to standard error\n"
			"      --data TEXT      close data for calls that are up when it ends\n" CLOSE_HELP
			"\n\"listening\" on stderr says that calls are taken from now on. Each call is told as\n"
			"it comes, is connected, and ends; with --json one line for each event, and one of\n"
			"type \"call\" at the end, with its close report. Frames are dropped without --echo and\n"
			"--recv. A call that the far end ends is acknowledged. --timeout SEC ends it: exit\n"
			"code 0, or 6 when --count was not reached. Ctrl-C ends the calls that are up, in\n"
			"order, a second one aborts them.\n",
		.options = listen_options,
		.set = set_vc,
		.run = run_listen,
	},
	{
		.name = "make",
		.operands = "ADDRESS|@peer [OBJ] [OPTIONS]",
		.summary = "make a call, send something, end it, show the report",
		.details =
			"      --sap N          selector in place of the address's last octet (0 to 255)\n"
			"      --family N       as of listen: its program makes the call\n"
			"      --send FILE      its bytes in frames as large as the call allows; - is standard\n"
			"                       input, each line a frame\n"
			"      --hold SEC       keep the call that long when all is sent (0)\n"
			"      --data TEXT      close data for the far end\n" CLOSE_HELP
			"      --timeout SEC    longest wait for the connection\n"
			"\nADDRESS is 40 hexadecimal digits, with dots where you like; @peer is the other end\n"
			"of the link. Frames that come are counted and dropped. Close data travels in cause 21,\n"
			"call-rejected, which is what the far end sees then. Ctrl-C ends the call in order, a\n"
			"second one aborts it. Exit codes:\n" CALL_EXIT_CODES
			"\nExample: cleardown vc make @peer --sap 7 --send letter.txt --data 'that is all'\n",
		.options = make_options,
		.set = set_vc,
		.run = run_make,
	},
	{
		.name = "multi",
		.operands = "ADDRESS[:SAP],... [OBJ] [OPTIONS]",
		.summary = "make a call to many, send them something, drop them, end it",
		.details =
			"      --send FILE      as of make: each party gets each frame\n"
			"      --hold SEC       keep the call that long when all is sent (0)\n"
			"      --data TEXT      close data for the parties\n" CLOSE_HELP
			"      --timeout SEC    longest wait for each party\n"
			"\nADDRESS as of make, or @peer; SAP in place of its last octet. The first one is\n"
			"called, the others are added; each tells what became of it, with --json in a line\n"
			"of its own, and so does one that leaves. In the end all but one are dropped, and the\n"
			"call of that one is closed. The exit code is 20 when not all were there.\n"
			"\nExample: cleardown vc multi @peer:7,@peer:8 --send news.txt --data bye\n",
		.options = multi_options,
		.set = set_multi,
		.run = run_multi,
	},
	{
		.name = "parties",
		.operands = "[OBJ]",
		.summary = "the parties of calls to many",
		.details = "Those that calls made from here have. One sees one's own, root all.\n",
		.run = run_parties,
	},
	{
		.name = "pipe",
		.operands = "ADDRESS|@peer [OBJ] [OPTIONS]",
		.summary = "make a call and join it to standard input and output",
		.details =
			"      --sap N          selector in place of the address's last octet (0 to 255)\n"
			"      --family N       as of listen\n"
			"      --hold SEC       keep the call that long after the end of the input (0)\n"
			"      --stay           keep it until the far end ends it\n"
			"      --data TEXT      close data for the far end\n" CLOSE_HELP
			"      --timeout SEC    longest wait for the connection\n"
			"\nWhat is read at once becomes a frame, no larger than the call allows; frames that\n"
			"come are written one after the other. JSON and messages go to standard error. Exit\n"
			"codes:\n" CALL_EXIT_CODES,
		.options = pipe_options,
		.set = set_vc,
		.run = run_pipe,
	},
	{
		.name = "accept",
		.operands = "[OBJ] [OPTIONS]",
		.summary = "take the next call, until the far end ends it",
		.details =
			"      --sap N, --family N   as of listen\n"
			"      --echo           send every frame back; they are dropped otherwise\n"
			"      --data TEXT      close data, when it is us who end it: by Ctrl-C\n" CLOSE_HELP
			"      --timeout SEC    longest wait, for the call and its end: exit code 6\n"
			"\nAs `listen --count 1`, and exit code 20 when the call did not end in order.\n",
		.options = accept_options,
		.set = set_vc,
		.run = run_accept,
	},
	{
		.name = "reject",
		.operands = "[OBJ] [OPTIONS]",
		.summary = "refuse the next call",
		.details = "      --sap N, --family N   as of listen\n"
			   "      --cause CAUSE    a number or word of Q.850 (21, call-rejected)\n"
			   "      --timeout SEC    longest wait for it: exit code 6\n",
		.options = reject_options,
		.set = set_vc,
		.run = run_reject,
	},
	{
		.name = "send",
		.operands = "ADDRESS|@peer FILE [OBJ] [OPTIONS]",
		.summary = "make a call, send a file, end it",
		.details =
			"      --sap N, --family N, --hold SEC, --data TEXT, --mode, --deadline and --timeout\n"
			"                       as of make\n"
			"\nAs `make ADDRESS --send FILE`: `vc recv` is its other end.\n",
		.options = send_options,
		.set = set_vc,
		.run = run_send,
	},
	{
		.name = "recv",
		.operands = "FILE|- [OBJ] [OPTIONS]",
		.summary = "take the next call and write what comes into a file",
		.details =
			"      --sap N, --family N   as of listen\n"
			"      --data TEXT      close data, when it is us who end it: by Ctrl-C\n" CLOSE_HELP
			"      --timeout SEC    longest wait, for the call and its end: exit code 6\n"
			"\nThe octets of all frames, one after the other; the file is emptied first. Exit code\n"
			"20 when the call did not end in order or frames were lost: not all may be there.\n",
		.options = recv_options,
		.set = set_vc,
		.run = run_recv,
	},
	{
		.name = "close",
		.operands = "NUMBER [OBJ] [OPTIONS]",
		.summary = "end somebody else's call",
		.details = CLOSE_HELP
		"\nNUMBER is the one that `show --states` has. Its owner is told, and the\n"
		"report shown. Needs root. `cleardown close OBJ` ends all calls of a link.\n",
		.options = close_options,
		.set = set_vc_close,
		.run = run_vc_close,
	},
	{
		.name = "show",
		.operands = "[OBJ] [--states] [--stuck]",
		.summary = "a link: whether it is up, side, addresses, circuits, close data",
		.details = SHOW_DETAILS "\nThe same as `cleardown show OBJ`.\n",
		.options = show_options,
		.set = set_show,
		.run = run_show,
	},
	{
		.name = "cdr",
		.operands = "[OBJ] [--last N] [--follow]",
		.summary = "call-detail records: what each call was, and why it ended",
		.details =
			"      --last N         only the last N\n"
			"      --follow         go on with those to come; with --json one line each.\n"
			"                       --timeout SEC ends it\n"
			"\nOne for each call that was made, or offered to a listener, when it is over, whoever\n"
			"lives or not; the link keeps the newest (module parameter vc_records). SAP is the\n"
			"called address's last octet, SENT/RECV octets of frames, WHY who ended it, CAUSE\n"
			"Q.850's. With --verbose each in full. One sees one's own, root all.\n",
		.options = cdr_options,
		.set = set_cdr,
		.run = run_cdr,
	},
	{
		.name = "pcap",
		.operands = "FILE|- [OBJ] [OPTIONS]",
		.summary = "write what passes on a link into a capture, which tshark decodes",
		.details =
			"      --signalling     signalling alone, no data\n"
			"      --label N        MPLS label that the link was bound with (100)\n"
			"      --count N        end after N PDUs\n"
			"      --timeout SEC    end after that time\n"
			"\nEach whole AAL5 PDU of either direction, heard on the interface of the link, as a\n"
			"record of link type 123 (SunATM). Ctrl-C ends it, exit code 0. Needs CAP_NET_RAW.\n"
			"\nExample: sudo cleardown vc pcap - --signalling | tshark -r -\n",
		.options = pcap_options,
		.set = set_pcap,
		.run = run_pcap,
	},
	{
		.name = "stats",
		.operands = "[OBJ]",
		.summary = "what a link has counted since it was bound",
		.details = "Counters that are 0 are shown with --verbose only; --json has all.\n",
		.run = run_stats,
	},
	{ 0 },
};

const struct verb verb_vc = {
	.name = "vc",
	.operands = "VERB [OPERANDS]",
	.summary = "calls on virtual circuits",
	.details =
		"A circuit lives with its process: the one that makes or takes a call also ends it, in\n"
		"order; `vc close` and `close` end calls of others. `bind vc eth:IF` makes a\n"
		"link, `bind vc atmtcp:HOST` one over TCP. [OBJ] may be left out when there is one link.\n",
	.verbs = vc_verbs,
};
