// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices, close reports and event records as JSON and as text. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libsmartcols.h>

#include "cli.h"

const char *word_or(const char *word, const char *otherwise)
{
	return word ? word : otherwise;
}

uint64_t realtime_of(uint64_t monotonic)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	return real.tv_sec * NS_PER_SEC + real.tv_nsec - monotonic_ns() + monotonic;
}

static void json_time(struct json_object *o, const char *key, uint64_t realtime_ns)
{
	char text[SHORT_TEXT];

	put_text(o, key, text_time(text, realtime_ns));
}

static struct json_object *json_process(pid_t pid, const char *comm)
{
	struct json_object *o;

	if (!pid)
		return NULL;
	o = json_object_new_object();
	json_object_object_add(o, "pid", json_object_new_int(pid));
	put_text(o, "comm", comm);
	return o;
}

struct json_object *json_owner(pid_t pid, uint32_t uid, const char *comm)
{
	struct json_object *o = json_process(pid, comm);

	if (o)
		put_u64(o, "uid", uid);
	return o;
}

uint32_t lines_of_class(enum cldn_class class_id)
{
	uint32_t modem = CLDN_LINE_DTR | CLDN_LINE_RTS | CLDN_LINE_CTS | CLDN_LINE_DSR |
			 CLDN_LINE_DCD | CLDN_LINE_RI;
	uint32_t printer = CLDN_LINE_BUSY | CLDN_LINE_ACK | CLDN_LINE_PERROR | CLDN_LINE_SELECT |
			   CLDN_LINE_FAULT;

	return class_id == CLDN_CLASS_PORT ? modem | printer : modem;
}

void lines_to_json(struct json_object *o, const char *key, uint32_t lines, enum cldn_class class_id)
{
	uint32_t known = lines_of_class(class_id), bit;
	struct json_object *l = NULL;

	if (lines & CLDN_LINE_VALID) {
		l = json_object_new_object();
		for (bit = 1; bit <= CLDN_LINE_FAULT; bit <<= 1)
			if (known & bit)
				put_bool(l, cleardown_line_name(bit), lines & bit);
	}
	json_object_object_add(o, key, l);
}

/* As bound: what bind was asked for, with what the kernel chose where it was not. */
static struct json_object *json_settings(const struct cleardown_device *device)
{
	struct json_object *o = json_object_new_object();
	bool serial = !strncmp(device->backend, "tty:", 4);

	if (serial) {
		put_u64(o, "speed", device->speed);
		put_word(o, "flow", cleardown_flow_name(device->flow), device->flow);
	}
	put_bytes(o, "args", device->args, strlen(device->args));
	put_text(o, "ident", *device->ident ? device->ident : NULL);
	return o;
}

void device_to_json(struct json_object *o, const struct cleardown_device *device)
{
	const struct cleardown_session *s = &device->session;
	char path[64];

	device_path(device->rdev, path, sizeof(path));
	put_text(o, "object", device->name);
	put_word(o, "class", cleardown_class_name(device->class_id), device->class_id);
	put_text(o, "backend", device->backend);
	put_text(o, "device", *path ? path : NULL);
	put_word(o, "state", cleardown_state_name(s->state), s->state);
	put_u64(o, device->class_id == CLDN_CLASS_PORT ? "document" : "call", s->call);
	put_u64(o, "pending", s->pending);
	json_object_object_add(o, "owner", json_owner(s->owner_pid, s->owner_uid, s->owner_comm));
	put_u64(o, "observers", s->observers);
	put_u64(o, "accepted", s->accepted);
	put_u64(o, "queued", s->queued);
	put_u64(o, "received", s->received);
	put_u64(o, "since_ns", s->since_ns);
	lines_to_json(o, "lines", s->lines, device->class_id);
	json_object_object_add(o, "settings", json_settings(device));
}

/* ---- close reports ---- */

const char *report_result(const struct cleardown_close_summary *sum)
{
	if (!(sum->flags & CLDN_REPORT_RELEASED))
		return "stuck";
	if (sum->flags & CLDN_REPORT_FORCED)
		return "forced";
	if (sum->mode >= CLDN_MODE_ABORT)
		return "aborted";
	if (sum->discarded)
		return "lossy";
	if (sum->flags & CLDN_REPORT_DOC_ABORTED)
		return "doc-aborted";
	return sum->mode == CLDN_MODE_DRAIN ? "drained" : "clean";
}

enum exit_code report_exit(const struct cleardown_close_summary *sum)
{
	if (!(sum->flags & CLDN_REPORT_RELEASED))
		return XC_OPERATOR;
	if (sum->flags & CLDN_REPORT_FORCED)
		return XC_FORCED;
	if (sum->discarded)
		return XC_DISCARDED;
	return sum->flags & CLDN_REPORT_DOC_ABORTED ? XC_UNPRINTED : XC_OK;
}

int report_judge(const char *object, const struct cleardown_close_summary *sum)
{
	enum exit_code code = report_exit(sum);
	const struct trouble trouble = {
		.object = object,
		.action = "close it cleanly",
		.cause = exit_text(code),
		.remedy = settings.verbose ? NULL : "see `cleardown reports -v`",
		.err = sum->error,
		.status = sum->status,
	};

	return code ? complain(code, &trouble) : XC_OK;
}

static bool find_report(struct cleardown_ctl *ctl, uint64_t number,
			struct cleardown_close_report *report)
{
	const struct cleardown_close_report *r;

	if (!ctl || !number)
		return false;
	r = cleardown_ctl_next_report(ctl, number - 1);
	if (!r || r->summary.number != number)
		return false;
	*report = *r;
	return true;
}

void report_fetch(struct cleardown_ctl *ctl, const char *name,
		  const struct cleardown_close_summary *sum, struct cleardown_close_report *report)
{
	if (find_report(ctl, sum->number, report))
		return;
	memset(report, 0, sizeof(*report));
	report->summary = *sum;
	snprintf(report->name, sizeof(report->name), "%s", name);
	report->realtime_ns = realtime_of(sum->begin_ns);
}

/*
 * The detail of a cause is a result of the modem or a signal, of a VC whatever the cause why the
 * network says that the call ended; others say nothing to a person.
 */
static const char *cause_text(const struct cleardown_close_summary *sum)
{
	if (sum->class_id == CLDN_CLASS_VC)
		return cleardown_clearing_name(sum->cause_detail);
	switch (sum->cause) {
	case CLDN_CAUSE_PEER:
	case CLDN_CAUSE_CARRIER:
	case CLDN_CAUSE_ERROR:
		return sum->class_id == CLDN_CLASS_PHONE ?
			       cleardown_result_name(sum->cause_detail) :
			       NULL;
	case CLDN_CAUSE_OWNER_DIED:
		return sum->cause_detail ? sigabbrev_np(sum->cause_detail) : NULL;
	default:
		return NULL;
	}
}

static struct json_object *json_later_causes(uint32_t mask)
{
	struct json_object *a = json_object_new_array();
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (mask & 1U << i && cleardown_cause_name(i))
			json_object_array_add(a, json_object_new_string(cleardown_cause_name(i)));
	return a;
}

/* Its detail is what the modem said. */
static bool step_asks_modem(const struct cleardown_close_step *step)
{
	return step->what == CLDN_STEP_HANGUP || step->what == CLDN_STEP_ABORT_CMD ||
	       step->what == CLDN_STEP_VOICE;
}

static struct json_object *json_step(const struct cleardown_close_step *step)
{
	struct json_object *o = json_object_new_object();

	put_word(o, "step", cleardown_step_name(step->what), step->what);
	put_bool(o, "skipped", step->flags & CLDN_STEP_SKIPPED);
	put_bool(o, "cut", step->flags & CLDN_STEP_CUT);
	put_errno(o, "errno", step->error);
	if (step_asks_modem(step))
		put_word(o, "result", cleardown_result_name(step->detail), step->detail);
	if (step->what == CLDN_STEP_NET_RELEASE)
		put_u64(o, "close_data", step->detail);
	put_u64(o, "start_ns", step->start_ns);
	put_u64(o, "took_ns", step->took_ns);
	return o;
}

static struct json_object *json_ops(const struct cleardown_close_summary *sum)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "issued", sum->ops_issued);
	put_u64(o, "completed", sum->ops_completed);
	put_u64(o, "at_close", sum->ops_at_close);
	return o;
}

static struct json_object *json_data(const struct cleardown_close_summary *sum)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "unit", "bytes");
	put_u64(o, "accepted", sum->accepted);
	put_u64(o, "confirmed", sum->confirmed);
	put_u64(o, "discarded", sum->discarded);
	put_u64(o, "in_doubt", sum->in_doubt);
	put_u64(o, "received", sum->received);
	return o;
}

static void summary_to_json(struct json_object *o, const struct cleardown_close_summary *sum)
{
	struct json_object *events = json_object_new_object();

	put_text(o, "result", report_result(sum));
	put_word(o, "mode", cleardown_mode_name(sum->mode), sum->mode);
	put_word(o, "cause", cleardown_cause_name(sum->cause), sum->cause);
	put_u64(o, "cause_detail", sum->cause_detail);
	put_text(o, "cause_text", cause_text(sum));
	json_object_object_add(o, "later_causes", json_later_causes(sum->later_causes));
	put_word(o, "status", cleardown_status_name(sum->status), sum->status);
	put_errno(o, "errno", sum->error);
	put_bool(o, "released", sum->flags & CLDN_REPORT_RELEASED);
	put_bool(o, "onhook", sum->flags & CLDN_REPORT_ONHOOK);
	put_bool(o, "forced", sum->flags & CLDN_REPORT_FORCED);
	put_bool(o, "late", sum->flags & CLDN_REPORT_LATE);
	put_bool(o, sum->class_id == CLDN_CLASS_PORT ? "had_document" : "had_call",
		 sum->flags & CLDN_REPORT_HAD_CALL);
	put_bool(o, "file_close", sum->flags & CLDN_REPORT_FILE_CLOSE);
	put_bool(o, "document_aborted", sum->flags & CLDN_REPORT_DOC_ABORTED);
	put_u64(o, "deadline_ns", sum->deadline_ns);
	put_u64(o, "begin_ns", sum->begin_ns);
	put_u64(o, "end_ns", sum->end_ns);
	put_u64(o, "duration_ns", sum->end_ns - sum->begin_ns);
	put_u64(o, "seq_at_return", sum->seq_at_return);
	json_object_object_add(o, "ops", json_ops(sum));
	put_u64(events, "late", sum->late_events);
	put_u64(events, "dropped", sum->dropped_events);
	json_object_object_add(o, "events", events);
	json_object_object_add(o, "data", json_data(sum));
}

void report_to_json(struct json_object *o, const struct cleardown_close_report *report)
{
	const struct cleardown_close_summary *sum = &report->summary;
	struct json_object *steps = json_object_new_array(), *closer;
	unsigned int i;

	put_u64(o, "number", sum->number);
	put_text(o, "object", report->name);
	put_word(o, "class", cleardown_class_name(sum->class_id), sum->class_id);
	put_text(o, "backend", *report->backend ? report->backend : NULL);
	put_u64(o, "handle", sum->handle);
	json_time(o, "started", report->realtime_ns);
	summary_to_json(o, sum);
	for (i = 0; i < report->nsteps; i++)
		json_object_array_add(steps, json_step(&report->steps[i]));
	json_object_object_add(o, "steps", steps);
	json_object_object_add(
		o, "owner", json_owner(report->owner_pid, report->owner_uid, report->owner_comm));
	closer = json_process(report->closer_pid, report->closer_comm);
	if (closer)
		put_text(closer, "signal",
			 report->closer_signal ? sigabbrev_np(report->closer_signal) : NULL);
	json_object_object_add(o, "closer", closer);
}

static void step_row(struct libscols_table *table, const struct cleardown_close_step *step)
{
	char name[SHORT_TEXT], start[SHORT_TEXT] = "", took[SHORT_TEXT] = "", outcome[80];
	const char *cells[] = { name, start, took, outcome };

	snprintf(name, sizeof(name), "  %s", word_or(cleardown_step_name(step->what), "?"));
	if (step->flags & CLDN_STEP_SKIPPED) {
		snprintf(outcome, sizeof(outcome), "skipped");
	} else {
		text_duration(start, step->start_ns);
		text_duration(took, step->took_ns);
		snprintf(outcome, sizeof(outcome), "%s%s",
			 step->error ? strerrorname_np(step->error) : "ok",
			 step->flags & CLDN_STEP_CUT ? ", cut short" : "");
	}
	if (!(step->flags & CLDN_STEP_SKIPPED) && step->detail && step_asks_modem(step))
		snprintf(outcome + strlen(outcome), sizeof(outcome) - strlen(outcome),
			 ", modem: %s", word_or(cleardown_result_name(step->detail), "?"));
	if (!(step->flags & CLDN_STEP_SKIPPED) && step->detail &&
	    step->what == CLDN_STEP_NET_RELEASE)
		snprintf(outcome + strlen(outcome), sizeof(outcome) - strlen(outcome),
			 ", with %u octets of close data", step->detail);
	table_row(table, cells, NULL);
}

static void steps_to_text(FILE *to, const struct cleardown_close_report *report)
{
	static const struct column columns[] = {
		{ "  STEP", false },
		{ "AT", true },
		{ "TOOK", true },
		{ "OUTCOME", false },
	};
	struct libscols_table *table = table_new(columns, ARRAY_SIZE(columns));
	unsigned int i;

	if (!table)
		return;
	scols_table_set_stream(table, to);
	for (i = 0; i < report->nsteps; i++)
		step_row(table, &report->steps[i]);
	table_print(table);
}

static void counts_to_text(FILE *to, const struct cleardown_close_summary *sum)
{
	fprintf(to, "  requests: %u issued, %u completed, %u of them by the close\n",
		sum->ops_issued, sum->ops_completed, sum->ops_at_close);
	fprintf(to,
		"  bytes: %" PRIu64 " accepted = %" PRIu64 " confirmed + %" PRIu64
		" discarded + %" PRIu64 " in doubt; %" PRIu64 " received\n",
		sum->accepted, sum->confirmed, sum->discarded, sum->in_doubt, sum->received);
	fprintf(to, "  %s: %s%s%s%s; %u late events, none delivered\n",
		sum->class_id == CLDN_CLASS_VC ? "channel" : "line",
		sum->flags & CLDN_REPORT_RELEASED ? "free" : "NOT FREE",
		sum->flags & CLDN_REPORT_ONHOOK ? ", proven on-hook" : "",
		sum->flags & CLDN_REPORT_FORCED ? ", forced" : "",
		sum->flags & CLDN_REPORT_DOC_ABORTED ? ", the document was aborted" : "",
		sum->late_events);
}

static void people_to_text(FILE *to, const struct cleardown_close_report *report)
{
	char process[SHORT_TEXT];

	if (report->owner_pid)
		fprintf(to, "  owner: %s, uid %u\n",
			text_process(process, report->owner_pid, report->owner_comm),
			report->owner_uid);
	if (report->closer_pid &&
	    (report->closer_pid != report->owner_pid || report->closer_signal))
		fprintf(to, "  ended by: %s%s%s\n",
			text_process(process, report->closer_pid, report->closer_comm),
			report->closer_signal ? ", killed by SIG" : "",
			report->closer_signal ? sigabbrev_np(report->closer_signal) : "");
}

void report_to_text(FILE *to, const struct cleardown_close_report *report)
{
	const struct cleardown_close_summary *sum = &report->summary;
	const char *detail = cause_text(sum);
	char took[SHORT_TEXT], limit[SHORT_TEXT], when[SHORT_TEXT];

	fprintf(to, "%s: closed, %s, in %s of %s (mode %s, cause %s%s%s)\n", report->name,
		report_result(sum), text_duration(took, sum->end_ns - sum->begin_ns),
		text_duration(limit, sum->deadline_ns),
		word_or(cleardown_mode_name(sum->mode), "?"),
		word_or(cleardown_cause_name(sum->cause), "?"), detail ? ": " : "",
		word_or(detail, ""));
	fprintf(to, "  report %" PRIu64 ", %s%s%s\n", sum->number,
		text_time(when, report->realtime_ns), *report->backend ? ", " : "",
		report->backend);
	people_to_text(to, report);
	counts_to_text(to, sum);
	if (report->nsteps)
		steps_to_text(to, report);
}

/* ---- event records ---- */

/* What a completion says depends on the request, and that is the asker's: a result is a phone's. */
static void completion_to_json(struct json_object *o, const struct cleardown_record *record,
			       enum cldn_class class_id)
{
	struct cleardown_document document;

	put_u64(o, "req_id", record->req_id);
	put_word(o, "status", cleardown_status_name(record->status), record->status);
	put_errno(o, "errno", record->error);
	if (class_id == CLDN_CLASS_PORT) {
		put_u64(o, "value", record->p1);
		if (cleardown_document_from_record(record, &document) == 0)
			document_to_json(o, &document);
		return;
	}
	put_word(o, "result", cleardown_result_name(record->p1), record->p1);
	put_bytes(o, "text", record->text, record->text_len);
}

static void call_state_to_json(struct json_object *o, const struct cleardown_record *record)
{
	put_word(o, "call_state", cleardown_call_name(record->p1), record->p1);
	put_word(o, "result", cleardown_result_name(record->p2), record->p2);
	put_u64(o, "call", record->p3);
}

static void payload_to_json(struct json_object *o, const struct cleardown_record *record,
			    enum cldn_class class_id)
{
	if (class_id == CLDN_CLASS_VC) {
		vc_payload_to_json(o, record);
		return;
	}
	switch (record->type) {
	case CLDN_EV_COMPLETION:
		completion_to_json(o, record, class_id);
		break;
	case CLDN_EV_PHONE_CLOSE:
		put_word(o, "cause", cleardown_cause_name(record->p1), record->p1);
		break;
	case CLDN_EV_PHONE_STATE:
		json_object_object_add(o, "changed",
				       bits_array(record->p1, cleardown_phonestate_name));
		put_u64(o, "value", record->p2);
		break;
	case CLDN_EV_RING:
		put_u64(o, "rings", record->p1);
		put_bytes(o, "caller", record->text, record->text_len);
		break;
	case CLDN_EV_CALL_STATE:
		call_state_to_json(o, record);
		break;
	case CLDN_EV_LINES:
		lines_to_json(o, "lines", record->p1, class_id);
		json_object_object_add(o, "changed", bits_array(record->p2, cleardown_line_name));
		break;
	case CLDN_EV_DOC:
		put_word(o, "doc_state", cleardown_doc_name(record->p1), record->p1);
		put_u64(o, "pages", record->p2);
		put_u64(o, "document", record->p3);
		break;
	case CLDN_EV_PHONE_BUTTON:
		put_text(o, "button", cleardown_button_name(record->p1));
		put_bool(o, "down", record->p3 == CLDN_BUTTON_DOWN);
		break;
	case CLDN_EV_PRINTER:
		put_u64(o, "code", record->p1);
		put_bytes(o, "display", record->text, record->text_len);
		break;
	default:
		put_bytes(o, "text", record->text, record->text_len);
		break;
	}
}

/* The record of a forced end has a phone's name, and that of the class where it is another. */
static const char *event_name(const struct cleardown_record *record, enum cldn_class class_id)
{
	if (record->type == CLDN_EV_PHONE_CLOSE && class_id == CLDN_CLASS_PORT)
		return "port-close";
	return cleardown_event_name(record->type);
}

void record_to_json(struct json_object *o, const struct cleardown_record *record,
		    const struct record_of *of)
{
	put_word(o, "event", event_name(record, of->class_id), record->type);
	put_text(o, "object", of->object);
	put_u64(o, "seq", record->seq);
	put_u64(o, "ns", record->ns);
	json_time(o, "time", realtime_of(record->ns));
	put_u64(o, "handle", record->handle);
	payload_to_json(o, record, of->class_id);
}

/* All lines of a phone, which has them all; of a port, whose link may not, those that are on. */
void lines_to_text(FILE *to, uint32_t lines, uint32_t changed, enum cldn_class class_id)
{
	uint32_t shown = lines_of_class(class_id), bit;

	if (class_id == CLDN_CLASS_PORT)
		shown &= lines | changed;
	for (bit = 1; bit <= CLDN_LINE_FAULT; bit <<= 1)
		if (shown & bit)
			fprintf(to, " %s%s%s", lines & bit ? "+" : "-", cleardown_line_name(bit),
				changed & bit ? "*" : "");
}

void bits_to_text(FILE *to, uint32_t bits, const char *(*name)(unsigned int))
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (bits & 1U << i)
			fprintf(to, " %s", word_or(name(1U << i), "?"));
}

/* The data of a port's completion are no text. */
static void completion_to_text(FILE *to, const struct cleardown_record *record,
			       enum cldn_class class_id)
{
	fprintf(to, " request %" PRIu64 " %s", record->req_id,
		record->error ? strerrorname_np(record->error) : "ok");
	if (class_id == CLDN_CLASS_PORT)
		return;
	fprintf(to, " %s ", word_or(cleardown_result_name(record->p1), ""));
	print_clean(to, record->text, record->text_len);
}

static void payload_to_text(FILE *to, const struct cleardown_record *record,
			    enum cldn_class class_id)
{
	switch (record->type) {
	case CLDN_EV_COMPLETION:
		completion_to_text(to, record, class_id);
		return;
	case CLDN_EV_PHONE_CLOSE:
		fprintf(to, " cause %s", word_or(cleardown_cause_name(record->p1), "?"));
		break;
	case CLDN_EV_PHONE_STATE:
		bits_to_text(to, record->p1, cleardown_phonestate_name);
		fprintf(to, " %u", record->p2);
		break;
	case CLDN_EV_RING:
		fprintf(to, " %u ", record->p1);
		break;
	case CLDN_EV_CALL_STATE:
		fprintf(to, " %s (%s), call %u", word_or(cleardown_call_name(record->p1), "?"),
			word_or(cleardown_result_name(record->p2), "?"), record->p3);
		break;
	case CLDN_EV_LINES:
		lines_to_text(to, record->p1, record->p2, class_id);
		break;
	case CLDN_EV_DOC:
		fprintf(to, " %u %s, %u pages", record->p3,
			word_or(cleardown_doc_name(record->p1), "?"), record->p2);
		break;
	case CLDN_EV_PHONE_BUTTON:
		fprintf(to, " %s %s", word_or(cleardown_button_name(record->p1), "?"),
			record->p3 == CLDN_BUTTON_DOWN ? "down" : "up");
		break;
	case CLDN_EV_PRINTER:
		fprintf(to, " code %u ", record->p1);
		break;
	default:
		fputc(' ', to);
		break;
	}
	print_clean(to, record->text, record->text_len);
}

void record_to_text(FILE *to, const struct cleardown_record *record, const struct record_of *of)
{
	fprintf(to, "%s %s %s", of->time, of->object,
		word_or(event_name(record, of->class_id), "?"));
	payload_to_text(to, record, of->class_id);
	fputc('\n', to);
}
