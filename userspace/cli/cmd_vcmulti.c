// SPDX-License-Identifier: GPL-2.0-or-later
/* vc multi: a call to many, whose parties come and go; vc parties: whose calls have which. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"
#include "station.h"

#define MAX_PARTIES 256

static struct {
	struct close_options close;
	int64_t hold_ns;
	const char *send;
	const char *data;
} opts = {
	.close = { .deadline_ns = CLDN_DEADLINE_DEFAULT },
};

/* A party as the user named it; its place is its cookie, from 1 on. */
struct wanted {
	uint8_t called[CLDN_NSAP_LEN];
	struct cleardown_party party;
	int error; /* why it is not there, 0 = it is or was */
	bool answered;
};

struct fanout {
	struct station s;
	struct circuit *c;
	struct wanted wanted[MAX_PARTIES];
	size_t n;
	size_t pending; /* requests whose completions have not come */
	struct source source;
	bool has_source;
};

int set_multi(int option, const char *argument)
{
	char *end;
	double seconds;

	switch (option) {
	case OPT_SEND:
		opts.send = argument;
		return XC_OK;
	case OPT_DATA:
		opts.data = argument;
		return XC_OK;
	case OPT_HOLD:
		seconds = strtod(argument, &end);
		if (end == argument || *end || !isfinite(seconds) || seconds < 0 || seconds > 1e9)
			return complain_usage("--hold %s: not a number of seconds", argument);
		opts.hold_ns = seconds * NS_PER_SEC;
		return XC_OK;
	default:
		return close_option(&opts.close, option, argument);
	}
}

/* ---- what is told ---- */

static void party_to_json(struct json_object *o, const struct cleardown_party *party)
{
	char called[CLDN_NSAP_TEXT];

	put_u64(o, "party", party->number);
	put_u64(o, "endpoint", party->endpoint);
	put_text(o, "called", cleardown_nsap_to_text(party->called, called));
	put_word(o, "state", cleardown_party_name(party->state), party->state);
	put_u64(o, "cause", party->cause);
	put_bool(o, "confirmed", !(party->flags & CLDN_PARTY_FORCED));
	put_bytes(o, "data", (const char *)party->data, party->data_len);
}

/* One line of JSON, or one for a person. */
static void say_party(const struct fanout *f, const struct cleardown_party *party, int error)
{
	char called[CLDN_NSAP_TEXT], cause[SHORT_TEXT];
	struct json_object *o;

	if (settings.json) {
		o = doc_new("party");
		put_text(o, "object", f->s.name);
		party_to_json(o, party);
		put_errno(o, "errno", error);
		line_print(o);
		return;
	}
	if (settings.quiet)
		return;
	printf("%s: party %u, %s, %s", f->s.name, party->number,
	       cleardown_nsap_to_text(party->called, called),
	       error ? "failed" : cleardown_party_name(party->state));
	if (party->cause)
		printf(", cause %s", text_q850(cause, party->cause));
	if (party->data_len) {
		fputs(", close data \"", stdout);
		print_clean(stdout, (const char *)party->data, party->data_len);
		fputc('"', stdout);
	}
	putchar('\n');
	fflush(stdout);
}

/* ---- addresses ---- */

/* "@peer:7" or 40 digits, and after a colon the selector in place of their last octet. */
static int parse_one(struct wanted *w, char *word, const uint8_t *peer)
{
	char *sap = strchr(word, ':');
	uint64_t selector;

	if (sap)
		*sap++ = '\0';
	if (!strcmp(word, "@peer"))
		memcpy(w->called, peer, sizeof(w->called));
	else if (cleardown_nsap_from_text(word, w->called) < 0)
		return complain_usage(
			"\"%s\": expected @peer, or an address of 40 hexadecimal digits", word);
	if (sap && !parse_u64(sap, UINT8_MAX, &selector))
		return complain_usage("\"%s\": not a selector, 0 to 255", sap);
	if (sap)
		w->called[CLDN_NSAP_LEN - 1] = selector;
	return XC_OK;
}

static int parse_addresses(struct fanout *f, const char *list, const uint8_t *peer)
{
	char *copy = strdup(list), *rest = copy, *word;
	int code = copy ? XC_OK : complain_errno("addresses", "read them", ENOMEM);

	while (!code && (word = strsep(&rest, ","))) {
		if (f->n == MAX_PARTIES)
			code = complain_usage("more than %d parties", MAX_PARTIES);
		else
			code = parse_one(&f->wanted[f->n++], word, peer);
	}
	free(copy);
	return code;
}

/* ---- requests ---- */

static uint64_t request_deadline(void)
{
	return settings.timeout_ns < 0 ? CLDN_DEADLINE_DEFAULT : (uint64_t)settings.timeout_ns;
}

static int refused(const struct fanout *f, const char *action)
{
	struct trouble trouble = {
		.object = f->s.name,
		.action = action,
		.cause = errno_cause(errno),
		.err = errno,
		.status = cleardown_vc_status_word(f->c->vc),
	};

	return complain(exit_for_errno(trouble.err), &trouble);
}

static int make(struct fanout *f)
{
	struct cleardown_call call = { .size = sizeof(call) };

	f->c = circuit_new(&f->s, 0);
	if (!f->c)
		return complain_errno(f->s.name, "create a circuit", errno);
	memcpy(call.called, f->wanted[0].called, sizeof(call.called));
	f->c->call = call;
	f->c->request = ++f->s.last_id;
	if (cleardown_vc_make_multi(f->c->vc, f->c->request, request_deadline(), &call, 1) < 0)
		return refused(f, "call");
	f->pending = 1;
	return XC_OK;
}

static int add_others(struct fanout *f)
{
	size_t i;

	for (i = 1; i < f->n; i++) {
		if (cleardown_vc_add_party(f->c->vc, ++f->s.last_id, request_deadline(),
					   f->wanted[i].called, i + 1) < 0)
			return refused(f, "add a party");
		f->pending++;
	}
	return XC_OK;
}

static int drop(struct fanout *f, uint32_t party, const char *data)
{
	if (cleardown_vc_drop_party(f->c->vc, ++f->s.last_id, request_deadline(), party, data,
				    data ? strlen(data) : 0) < 0)
		return refused(f, "drop a party");
	f->pending++;
	return XC_OK;
}

/* ---- records ---- */

/* What a record says of a party. One that has left is dropped, as is owed. */
static int heard(struct fanout *f, const struct cleardown_record *record)
{
	struct cleardown_party party;
	struct wanted *w;

	if (record->type == CLDN_EV_COMPLETION && f->pending)
		f->pending--;
	if (record->type == CLDN_EV_CLOSE_COMPLETE ||
	    cleardown_party_from_record(record, &party) < 0 || !party.cookie || party.cookie > f->n)
		return XC_OK;
	w = &f->wanted[party.cookie - 1];
	if (!w->answered)
		w->error = record->error;
	w->answered = true;
	/* the answer to the drop of one that had left says nothing new */
	if (w->party.state != CLDN_PARTY_LEFT)
		say_party(f, &party, record->error);
	w->party = party;
	if (record->type == CLDN_EV_INCOMING_DROP)
		return drop(f, party.number, NULL);
	return XC_OK;
}

/*
 * Until @end, or with @settle until no request is under way, or the call has ended. Returns an exit
 * code; XC_TIMEOUT when the time was up.
 */
static int run_until(struct fanout *f, int64_t end, bool settle)
{
	const struct cleardown_record *record;
	struct circuit *circuit;
	int code = XC_OK;

	while (!code && !(settle && !f->pending)) {
		if (f->s.gone || f->c->phase == PHASE_DELETED)
			return station_gone(&f->s, "keep the call");
		if (f->c->phase == PHASE_ENDED)
			return XC_OK;
		if (!settle && end < 0 && f->s.feed.ended && !f->s.feed.filled)
			return XC_OK;
		switch (station_next(&f->s, end, &record, &circuit)) {
		case STATION_RECORD:
			code = circuit == f->c ? heard(f, record) : XC_OK;
			break;
		case STATION_SIGNAL:
			return XC_INTERRUPTED;
		case STATION_TIMEOUT:
			return XC_TIMEOUT;
		case STATION_ERROR:
			return XC_DEVICE;
		default:
			break;
		}
	}
	return code;
}

static int open_feed(struct fanout *f)
{
	struct feed *feed = &f->s.feed;
	int code;

	if (!opts.send)
		return XC_OK;
	code = source_open(&f->source, opts.send, NULL);
	if (code)
		return code;
	f->has_source = true;
	feed->buf = malloc(FRAME_MAX);
	if (!feed->buf)
		return complain_errno(opts.send, "send it", ENOMEM);
	feed->fd = f->source.fd;
	feed->lines = !strcmp(opts.send, "-");
	feed->size = f->c->call.fwd_sdu < FRAME_MAX ? f->c->call.fwd_sdu : FRAME_MAX;
	return XC_OK;
}

/* ---- the end ---- */

/* All but one, the last of those that are there. */
static int drop_others(struct fanout *f)
{
	struct cleardown_party party;
	uint32_t all[MAX_PARTIES], after = 0;
	size_t n = 0, i;
	int code = XC_OK;

	while (n < MAX_PARTIES && cleardown_vc_next_party(f->c->vc, after, &party) == 0) {
		after = party.number;
		all[n++] = after;
	}
	for (i = 0; i + 1 < n && !code; i++)
		code = drop(f, all[i], f->c->phase == PHASE_ENDED ? NULL : opts.data);
	while (!code && f->pending) {
		const struct cleardown_record *record;
		struct circuit *circuit;

		if (station_next(&f->s, -1, &record, &circuit) == STATION_RECORD)
			code = circuit == f->c ? heard(f, record) : XC_OK;
		if (f->s.gone)
			break;
	}
	return code;
}

static int end_call(struct fanout *f)
{
	const char *data = f->c->phase == PHASE_UP ? opts.data : NULL;
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = opts.close.mode ? opts.close.mode : CLDN_MODE_ORDERLY,
		.deadline_ns = opts.close.deadline_ns,
		.data = data,
		.data_len = data ? strlen(data) : 0,
	};
	int code = drop_others(f);

	if (f->c->connected || f->c->phase == PHASE_CALLING)
		circuits_close(&f->s, &f->c, 1, &wish);
	if (!code)
		code = f->c->close_code;
	if (!settings.json && !settings.quiet && f->c->report.summary.number)
		report_to_text(stdout, &f->c->report);
	return code;
}

static int not_there(const struct fanout *f, const char *action, int code, int error,
		     uint32_t cause)
{
	const char *name = cleardown_clearing_name(cause);
	char text[96];
	const struct trouble trouble = {
		.object = f->s.name,
		.action = action,
		.cause = text,
		.err = error,
	};

	if (cause)
		snprintf(text, sizeof(text), "%s (Q.850 cause %u)", name ? name : "refused", cause);
	else
		snprintf(text, sizeof(text), "%s", errno_cause(error));
	return complain(code, &trouble);
}

/* What the call is worth: each party was there. */
static int judge(const struct fanout *f)
{
	size_t i;

	if (!f->c->connected)
		return not_there(f, "call", XC_NOT_CONNECTED, f->c->end.error, f->c->end.cause);
	for (i = 0; i < f->n; i++)
		if (f->wanted[i].error)
			return not_there(f, "add a party", XC_CALL_FAILED, f->wanted[i].error,
					 f->wanted[i].party.cause);
	return XC_OK;
}

static int carry(struct fanout *f)
{
	int code = run_until(f, -1, true);

	if (!code && f->c->connected)
		code = add_others(f);
	if (!code)
		code = run_until(f, -1, true);
	if (code || f->c->phase != PHASE_UP)
		return code;
	code = open_feed(f);
	if (!code && f->has_source)
		code = run_until(f, -1, false);
	if (!code && opts.hold_ns && f->c->phase == PHASE_UP) {
		code = run_until(f, monotonic_ns() + opts.hold_ns, false);
		code = code == XC_TIMEOUT ? XC_OK : code;
	}
	return code;
}

int run_multi(int argc, char **argv)
{
	static struct fanout f;
	const struct cleardown_vclink_status *status;
	int code, end = XC_OK;

	if (argc != 1 && argc != 2)
		return complain_usage("multi takes a list of addresses, and after it an object");
	code = station_open(&f.s, argc == 2 ? argv[1] : NULL);
	if (code)
		return code;
	code = station_await_link(&f.s, &status);
	if (!code)
		code = parse_addresses(&f, argv[0], status->peer);
	if (!code)
		code = make(&f);
	if (!code)
		code = carry(&f);
	if (!code)
		code = judge(&f);
	if (f.c) {
		end = end_call(&f);
		circuit_free(&f.s, f.c);
	}
	if (f.has_source)
		source_close(&f.source);
	return station_close(&f.s, code ? code : end);
}

/* ---- vc parties ---- */

static void party_row(struct libscols_table *table, const struct cleardown_vc_entry *entry,
		      const struct cleardown_party *party)
{
	char number[SHORT_TEXT], vc[SHORT_TEXT], endpoint[SHORT_TEXT], called[CLDN_NSAP_TEXT];
	const char *cells[] = { vc, number, cleardown_party_name(party->state), endpoint, called };

	snprintf(vc, sizeof(vc), "%u", (uint32_t)entry->number);
	snprintf(number, sizeof(number), "%u", party->number);
	snprintf(endpoint, sizeof(endpoint), "%u", party->endpoint);
	cleardown_nsap_to_text(party->called, called);
	table_row(table, cells, NULL);
}

static void parties_of(struct cleardown_vclink *link, const struct cleardown_vc_entry *entry,
		       struct libscols_table *table, struct json_object *array)
{
	struct cleardown_party party;
	struct json_object *o;
	uint32_t after = 0;

	for (; !cleardown_vclink_next_party(link, entry->number, after, &party);
	     after = party.number) {
		if (!array) {
			party_row(table, entry, &party);
			continue;
		}
		o = json_object_new_object();
		put_u64(o, "vc", entry->number);
		party_to_json(o, &party);
		json_object_array_add(array, o);
	}
}

static void parties_out(struct cleardown_vclink *link)
{
	static const struct column columns[] = {
		{ "VC", true },	      { "PARTY", true },   { "STATE", false },
		{ "ENDPOINT", true }, { "CALLED", false },
	};
	struct json_object *array = settings.json ? json_object_new_array() : NULL;
	struct libscols_table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	const struct cleardown_vc_entry *next;
	struct cleardown_vc_entry entry = { .number = 0 };

	while ((next = cleardown_vclink_next_vc(link, entry.number))) {
		entry = *next; /* the next call on the link writes over it */
		parties_of(link, &entry, table, array);
	}
	if (array)
		json_object_object_add(doc_open("parties"), "parties", array);
	else
		table_print(table);
}

int run_parties(int argc, char **argv)
{
	struct cleardown_vclink *link;
	struct cleardown_device device;
	int code;

	if (argc > 1)
		return complain_usage("parties takes one object");
	code = name_object(CLDN_CLASS_VC, argc ? argv[0] : NULL, &device);
	if (code)
		return code;
	link = cleardown_vclink_observe(device.name);
	if (!link)
		return complain_errno(device.name, "look for parties", errno);
	parties_out(link);
	cleardown_vclink_free(link);
	return XC_OK;
}
