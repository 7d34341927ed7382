// SPDX-License-Identifier: GPL-2.0-or-later
/* Of a link of virtual circuits: the records of its calls, its counters, its circuits. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "cli.h"

/* A state that passes by itself does so sooner. */
#define STUCK_NS (10 * NS_PER_SEC)

static struct recent opts = { .last = UINT64_MAX };

int set_cdr(int option, const char *argument)
{
	return set_recent(&opts, option, argument);
}

/* The link that @word means, to look at; NULL, having told the user why. */
static struct cleardown_vclink *observe(const char *word, char *name, int *code)
{
	struct cleardown_vclink *link;
	struct cleardown_device device;

	*code = name_object(CLDN_CLASS_VC, word, &device);
	if (*code)
		return NULL;
	snprintf(name, CLDN_NAME_LEN, "%s", device.name);
	link = cleardown_vclink_observe(name);
	if (!link)
		*code = complain_errno(name, "open it to look at it", errno);
	return link;
}

/* ---- records ---- */

static void record_to_json_of(struct json_object *o, const struct cleardown_call_record *r)
{
	char text[SHORT_TEXT];

	put_u64(o, "number", r->number);
	put_u64(o, "vc", r->vc);
	put_text(o, "direction", r->flags & CLDN_CDR_INCOMING ? "incoming" : "outgoing");
	put_text(o, "started", text_time(text, r->realtime_ns));
	put_bool(o, "connected", r->flags & CLDN_CDR_CONNECTED);
	put_u64(o, "setup_ns", r->setup_ns);
	put_u64(o, "total_ns", r->total_ns);
	put_word(o, "why", cleardown_cause_name(r->why), r->why);
	put_u64(o, "cause", r->cause);
	put_text(o, "cause_text", cleardown_clearing_name(r->cause));
	put_bool(o, "forced", r->flags & CLDN_CDR_FORCED);
	put_u64(o, "close_data", r->close_data);
	nsap_to_json(o, "called", r->called);
	nsap_to_json(o, "calling", r->calling);
	put_u64(o, "vpi", r->vpi);
	put_u64(o, "vci", r->vci);
	put_u64(o, "sent", r->sent);
	put_u64(o, "sent_frames", r->sent_frames);
	put_u64(o, "received", r->received);
	put_u64(o, "received_frames", r->received_frames);
	put_u64(o, "lost_frames", r->lost_frames);
	put_u64(o, "in_doubt", r->in_doubt);
	json_object_object_add(o, "owner", json_owner(r->owner_pid, r->owner_uid, NULL));
}

static void record_to_row(struct libscols_table *table, const struct cleardown_call_record *r)
{
	char number[SHORT_TEXT], when[SHORT_TEXT], took[SHORT_TEXT], bytes[SHORT_TEXT];
	char sap[SHORT_TEXT], cause[SHORT_TEXT], pid[SHORT_TEXT];
	const char *cells[] = {
		number, when,  r->flags & CLDN_CDR_INCOMING ? "in" : "out", sap,
		took,	bytes, word_or(cleardown_cause_name(r->why), "?"),  cause,
		pid,
	};

	snprintf(number, sizeof(number), "%" PRIu64, r->number);
	strcpy(strchr(text_time(when, r->realtime_ns), '.'), "Z");
	snprintf(sap, sizeof(sap), "%u", r->called[CLDN_NSAP_LEN - 1]);
	text_duration(took, r->total_ns);
	snprintf(bytes, sizeof(bytes), "%" PRIu64 "/%" PRIu64, r->sent, r->received);
	snprintf(cause, sizeof(cause), "%s%u", r->flags & CLDN_CDR_FORCED ? "forced " : "",
		 r->cause);
	snprintf(pid, sizeof(pid), "%d", r->owner_pid);
	table_row(table, cells, r->flags & CLDN_CDR_CONNECTED ? NULL : "yellow");
}

static void record_to_text_of(const struct cleardown_call_record *r)
{
	char text[CLDN_NSAP_TEXT], took[SHORT_TEXT], cause[SHORT_TEXT];

	printf("call %" PRIu64 ", %s, %s\n", r->number,
	       r->flags & CLDN_CDR_INCOMING ? "incoming" : "outgoing",
	       text_time(took, r->realtime_ns));
	printf("  called        %s\n", cleardown_nsap_to_text(r->called, text));
	printf("  calling       %s\n", cleardown_nsap_to_text(r->calling, text));
	if (r->flags & CLDN_CDR_CONNECTED)
		printf("  connected     after %s, on %u.%u\n", text_duration(took, r->setup_ns),
		       r->vpi, r->vci);
	else
		puts("  connected     never");
	printf("  over          after %s%s\n", text_duration(took, r->total_ns),
	       r->flags & CLDN_CDR_FORCED ? ", not confirmed by the far end" : "");
	printf("  ended by      %s, cause %s\n", word_or(cleardown_cause_name(r->why), "?"),
	       text_q850(cause, r->cause));
	if (r->close_data)
		printf("  close data    %u octets came\n", r->close_data);
	printf("  sent          %" PRIu64 " octets in %u frames, %u in doubt\n", r->sent,
	       r->sent_frames, r->in_doubt);
	printf("  received      %" PRIu64 " octets in %u frames, %u more lost\n", r->received,
	       r->received_frames, r->lost_frames);
	printf("  owner         %d, user %u\n", r->owner_pid, r->owner_uid);
	fflush(stdout);
}

static struct libscols_table *record_table(void)
{
	static const struct column columns[] = {
		{ "NO", true },	  { "STARTED", false }, { "WAY", false },
		{ "SAP", true },  { "TOOK", true },	{ "SENT/RECV", true },
		{ "WHY", false }, { "CAUSE", true },	{ "PID", true },
	};

	return table_new(columns, ARRAY_SIZE(columns));
}

static void record_out(struct sink *sink, const struct cleardown_call_record *record)
{
	struct json_object *o;

	sink->shown++;
	sink->lost = record->lost;
	if (sink->array) {
		o = json_object_new_object();
		record_to_json_of(o, record);
		json_object_array_add(sink->array, o);
	} else if (sink->table) {
		record_to_row(sink->table, record);
	} else {
		record_to_text_of(record);
	}
}

/* Number of the record after which the last @n follow. */
static uint64_t start_of_last(struct cleardown_vclink *link, uint64_t n)
{
	const struct cleardown_call_record *record;
	uint64_t number = 0, total = 0, skip;

	while ((record = cleardown_vclink_next_record(link, number))) {
		number = record->number;
		total++;
	}
	if (!n)
		return number;
	skip = total > n ? total - n : 0;
	for (number = 0; skip-- && (record = cleardown_vclink_next_record(link, number));)
		number = record->number;
	return number;
}

static int records_to(struct sink *sink, struct cleardown_vclink *link, const char *name)
{
	const struct cleardown_call_record *record;
	uint64_t number = opts.last == UINT64_MAX ? 0 : start_of_last(link, opts.last);

	while ((record = cleardown_vclink_next_record(link, number))) {
		number = record->number;
		record_out(sink, record);
	}
	return errno == ENOENT ? XC_OK : complain_errno(name, "read its records", errno);
}

static int records_as_json(struct cleardown_vclink *link, const char *name)
{
	struct sink sink = { .array = json_object_new_array() };
	struct json_object *doc = doc_open("call_records");
	int code;

	put_text(doc, "object", name);
	json_object_object_add(doc, "records", sink.array);
	code = records_to(&sink, link, name);
	put_u64(doc, "lost", sink.lost);
	return code;
}

static int records_as_text(struct cleardown_vclink *link, const char *name)
{
	struct sink sink = { .table = settings.verbose ? NULL : record_table() };
	int code = records_to(&sink, link, name);

	sink_end(&sink, "records", code);
	return code;
}

static void follow_out(const struct cleardown_call_record *record, const char *name)
{
	struct json_object *o;

	if (!settings.json) {
		record_to_text_of(record);
		return;
	}
	o = doc_new("call_record");
	put_text(o, "object", name);
	record_to_json_of(o, record);
	line_print(o);
}

static int records_follow(struct cleardown_vclink *link, const char *name)
{
	uint64_t number = start_of_last(link, opts.last == UINT64_MAX ? 0 : opts.last);
	const struct cleardown_call_record *record;
	int64_t end = follow_end();
	int code, signal_fd = catch_signals();

	progress("waiting for calls to end; Ctrl-C ends");
	for (;;) {
		while ((record = cleardown_vclink_next_record(link, number))) {
			number = record->number;
			follow_out(record, name);
		}
		if (errno != ENOENT)
			return complain_errno(name, "read its records", errno);
		if (!follow_on(signal_fd, end, &code))
			return code;
	}
}

int run_cdr(int argc, char **argv)
{
	struct cleardown_vclink *link;
	char name[CLDN_NAME_LEN];
	int code = XC_OK;

	if (argc > 1)
		return complain_usage("cdr takes one object");
	link = observe(argc ? argv[0] : NULL, name, &code);
	if (!link)
		return code;
	if (opts.follow)
		code = records_follow(link, name);
	else
		code = settings.json ? records_as_json(link, name) : records_as_text(link, name);
	cleardown_vclink_free(link);
	return code;
}

/* ---- counters ---- */

int run_stats(int argc, char **argv)
{
	struct json_object *counters = NULL;
	const struct cleardown_counter *c;
	struct cleardown_vclink *link;
	char name[CLDN_NAME_LEN];
	int code = XC_OK;
	uint32_t i;

	if (argc > 1)
		return complain_usage("stats takes one object");
	link = observe(argc ? argv[0] : NULL, name, &code);
	if (!link)
		return code;
	if (settings.json) {
		counters = json_object_new_object();
		put_text(doc_open("stats"), "object", name);
		json_object_object_add(doc_current(), "counters", counters);
	}
	for (i = 0; (c = cleardown_vclink_get_counter(link, i)); i++) {
		if (counters)
			put_u64(counters, c->name, c->value);
		else if (c->value || settings.verbose)
			printf("%-20s %" PRIu64 "\n", c->name, c->value);
	}
	if (errno != ENOENT)
		code = complain_errno(name, "read its counters", errno);
	cleardown_vclink_free(link);
	return code;
}

/* ---- circuits ---- */

static bool passes_by_itself(enum cldn_vc state)
{
	return state != CLDN_VC_IDLE && state != CLDN_VC_ACTIVE && state != CLDN_VC_DELETED;
}

static bool is_stuck(const struct cleardown_vc_entry *entry)
{
	return passes_by_itself(entry->circuit.state) &&
	       monotonic_ns() - (int64_t)entry->since_ns >= STUCK_NS;
}

static void entry_to_json(struct json_object *o, const struct cleardown_vc_entry *entry)
{
	const struct cleardown_circuit *c = &entry->circuit;

	put_u64(o, "vc", entry->number);
	put_word(o, "state", cleardown_vc_name(c->state), c->state);
	put_u64(o, "age_ns", monotonic_ns() - entry->since_ns);
	put_bool(o, "stuck", is_stuck(entry));
	put_word(o, "call_state", cleardown_callstate_name(c->call_state), c->call_state);
	put_text(o, "direction", c->flags & CLDN_VC_INCOMING ? "incoming" : "outgoing");
	put_bool(o, "activated", c->flags & CLDN_VC_ACTIVATED);
	call_params_to_json(o, &c->call);
	put_u64(o, "frames_sent", c->frames_sent);
	put_u64(o, "frames_received", c->frames_received);
	put_u64(o, "frames_queued", c->frames_queued);
	put_u64(o, "frames_lost", c->frames_lost);
	json_object_object_add(o, "owner",
			       json_owner(entry->owner_pid, entry->owner_uid, entry->owner_comm));
}

static void entry_to_row(struct libscols_table *table, const struct cleardown_vc_entry *entry)
{
	const struct cleardown_circuit *c = &entry->circuit;
	char number[SHORT_TEXT], since[SHORT_TEXT], channel[SHORT_TEXT] = "-", owner[SHORT_TEXT];
	const char *cells[] = {
		number,
		word_or(cleardown_vc_name(c->state), "?"),
		since,
		word_or(cleardown_callstate_name(c->call_state), "?"),
		c->flags & CLDN_VC_INCOMING ? "in" : "out",
		channel,
		owner,
	};

	snprintf(number, sizeof(number), "%u", (uint32_t)entry->number);
	text_duration(since, monotonic_ns() - entry->since_ns);
	if (c->flags & CLDN_VC_ACTIVATED)
		snprintf(channel, sizeof(channel), "%u.%u", c->call.vpi, c->call.vci);
	text_process(owner, entry->owner_pid, entry->owner_comm);
	table_row(table, cells, is_stuck(entry) ? "red" : NULL);
}

static struct libscols_table *entry_table(void)
{
	static const struct column columns[] = {
		{ "VC", true },	  { "STATE", false },  { "FOR", true },	   { "CALL", false },
		{ "WAY", false }, { "CHANNEL", true }, { "OWNER", false },
	};

	return table_new(columns, ARRAY_SIZE(columns));
}

static void entry_out(struct json_object *array, struct libscols_table *table,
		      const struct cleardown_vc_entry *entry)
{
	struct json_object *o;

	if (table) {
		entry_to_row(table, entry);
		return;
	}
	o = json_object_new_object();
	entry_to_json(o, entry);
	json_object_array_add(array, o);
}

int show_circuits(struct cleardown_vclink *link, const char *name, bool stuck,
		  struct json_object *o)
{
	struct json_object *array = o ? json_object_new_array() : NULL;
	struct libscols_table *table = o ? NULL : entry_table();
	const struct cleardown_vc_entry *entry;
	uint64_t number = 0;
	bool any = false;
	int err;

	while ((entry = cleardown_vclink_next_vc(link, number))) {
		number = entry->number;
		if (stuck && !is_stuck(entry))
			continue;
		any = true;
		entry_out(array, table, entry);
	}
	err = errno;
	if (o)
		json_object_object_add(o, "circuits", array);
	else
		table_print(table);
	if (!o && !any)
		puts(stuck ? "no circuit is stuck" : "no circuits");
	return err == ENOENT ? XC_OK : complain_errno(name, "list its circuits", err);
}
