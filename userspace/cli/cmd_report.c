// SPDX-License-Identifier: GPL-2.0-or-later
/* reports: what earlier closes did, also those whose owner is dead. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "cli.h"

static struct recent opts = { .last = UINT64_MAX };
static char wanted[CLDN_NAME_LEN];

static int set_reports(int option, const char *argument)
{
	return set_recent(&opts, option, argument);
}

static bool is_wanted(const struct cleardown_close_report *report)
{
	return !*wanted || !strcmp(report->name, wanted);
}

/* Number of the report after which the last @n wanted ones follow. */
static uint64_t start_of_last(struct cleardown_ctl *ctl, uint64_t n)
{
	const struct cleardown_close_report *report;
	uint64_t total = 0, number = 0;

	while ((report = cleardown_ctl_next_report(ctl, number))) {
		number = report->summary.number;
		total += is_wanted(report);
	}
	if (n == 0)
		return number;
	if (total <= n)
		return 0;
	for (number = 0; total > n && (report = cleardown_ctl_next_report(ctl, number));) {
		number = report->summary.number;
		total -= is_wanted(report);
	}
	return number;
}

static void report_to_row(struct libscols_table *table, const struct cleardown_close_report *report)
{
	const struct cleardown_close_summary *sum = &report->summary;
	char number[SHORT_TEXT], when[SHORT_TEXT], took[SHORT_TEXT], lost[SHORT_TEXT];
	char owner[SHORT_TEXT];
	const char *cells[] = {
		number,
		when,
		report->name,
		word_or(cleardown_cause_name(sum->cause), "?"),
		report_result(sum),
		took,
		lost,
		owner,
	};

	snprintf(number, sizeof(number), "%" PRIu64, sum->number);
	/* Without the milliseconds eight columns go into eighty. */
	strcpy(strchr(text_time(when, report->realtime_ns), '.'), "Z");
	text_duration(took, sum->end_ns - sum->begin_ns);
	snprintf(lost, sizeof(lost), "%" PRIu64 "+%" PRIu64, sum->discarded, sum->in_doubt);
	text_process(owner, report->owner_pid, report->owner_comm);
	table_row(table, cells, report_exit(sum) ? "red" : NULL);
}

/* LOST: bytes discarded + bytes in doubt. */
static struct libscols_table *report_table(void)
{
	static const struct column columns[] = {
		{ "NO", true },	     { "STARTED", false }, { "OBJECT", false }, { "CAUSE", false },
		{ "RESULT", false }, { "TOOK", true },	   { "LOST", true },	{ "OWNER", false },
	};

	return table_new(columns, ARRAY_SIZE(columns));
}

static void report_out(struct sink *sink, const struct cleardown_close_report *report)
{
	struct json_object *o;

	sink->shown++;
	if (sink->array) {
		o = json_object_new_object();
		report_to_json(o, report);
		json_object_array_add(sink->array, o);
	} else if (sink->table) {
		report_to_row(sink->table, report);
	} else {
		report_to_text(stdout, report);
	}
}

static int reports_to(struct sink *sink, struct cleardown_ctl *ctl)
{
	const struct cleardown_close_report *report;
	uint64_t number = 0;

	if (opts.last != UINT64_MAX)
		number = start_of_last(ctl, opts.last);
	while ((report = cleardown_ctl_next_report(ctl, number))) {
		number = report->summary.number;
		sink->lost = report->lost;
		if (is_wanted(report))
			report_out(sink, report);
	}
	return errno == ENOENT ? XC_OK : complain_errno("reports", "read them", errno);
}

static int reports_as_json(struct cleardown_ctl *ctl)
{
	struct sink sink = { .array = json_object_new_array() };
	struct json_object *doc = doc_open("reports");
	int code;

	json_object_object_add(doc, "reports", sink.array);
	code = reports_to(&sink, ctl);
	put_u64(doc, "lost", sink.lost);
	return code;
}

static int reports_as_text(struct cleardown_ctl *ctl)
{
	struct sink sink = { .table = settings.verbose ? NULL : report_table() };
	int code = reports_to(&sink, ctl);

	sink_end(&sink, "reports", code);
	return code;
}

static void follow_out(const struct cleardown_close_report *report)
{
	struct json_object *o;

	if (settings.json) {
		o = doc_new("close_report");
		report_to_json(o, report);
		line_print(o);
	} else {
		report_to_text(stdout, report);
		fflush(stdout);
	}
}

static int reports_follow(struct cleardown_ctl *ctl)
{
	uint64_t number = start_of_last(ctl, opts.last == UINT64_MAX ? 0 : opts.last);
	const struct cleardown_close_report *report;
	int64_t end = follow_end();
	int code, signal_fd = catch_signals();

	progress("waiting for close reports; Ctrl-C ends");
	for (;;) {
		while ((report = cleardown_ctl_next_report(ctl, number))) {
			number = report->summary.number;
			if (is_wanted(report))
				follow_out(report);
		}
		if (errno != ENOENT)
			return complain_errno("reports", "read them", errno);
		if (!follow_on(signal_fd, end, &code))
			return code;
	}
}

static int run_reports(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc > 1)
		return complain_usage("reports takes one object at most");
	if (argc)
		snprintf(wanted, sizeof(wanted), "%s%s",
			 strspn(argv[0], "0123456789") == strlen(argv[0]) ? "phone" : "", argv[0]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	if (opts.follow)
		code = reports_follow(ctl);
	else
		code = settings.json ? reports_as_json(ctl) : reports_as_text(ctl);
	cleardown_ctl_free(ctl);
	return code;
}

static const struct option report_options[] = {
	{ "last", required_argument, NULL, OPT_LAST },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ 0 },
};

const struct verb verb_reports = {
	.name = "reports",
	.operands = "[OBJ] [--last N] [--follow]",
	.summary = "what earlier closes did",
	.details =
		"      --last N         only the last N\n"
		"      --follow         go on with those to come; with --json one line each.\n"
		"                       --timeout SEC ends it\n"
		"\nLOST is bytes discarded + bytes in doubt. With --verbose each report in full. Reports\n"
		"outlive the owner and the object; one sees one's own, root all.\n",
	.options = report_options,
	.set = set_reports,
	.run = run_reports,
};
