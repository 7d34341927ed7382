// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls on virtual circuits that are ended over their owners' heads: one, or all of a link. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* A link's calls, or one of them. */
struct ending {
	struct cleardown_ctl *ctl;
	uint64_t vc;
	uint32_t closed;
};

static int ending_run(struct close_job *job)
{
	struct ending *e = job->of;

	return cleardown_ctl_close_calls(e->ctl, job->name, e->vc, &job->wish, false, &job->summary,
					 &e->closed);
}

/* The calls that are closing get the higher mode. */
static void ending_hurry(struct close_job *job)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ABORT,
		.deadline_ns = NS_PER_SEC,
	};
	const struct ending *e = job->of;

	cleardown_ctl_close_calls(e->ctl, job->name, e->vc, &wish, true, NULL, NULL);
}

static int ending_refused(const char *name, int err)
{
	struct trouble trouble = {
		.object = name,
		.action = "close its calls",
		.cause = errno_cause(err),
		.err = err,
	};

	if (err == EPERM)
		trouble.remedy = "become root, or end the programs that have them";
	if (err == EINPROGRESS) {
		trouble.cause = "not all far ends have confirmed it; the kernel goes on clearing";
		trouble.err = ETIMEDOUT;
		return complain(XC_TIMEOUT, &trouble);
	}
	if (err == ENOENT)
		trouble.cause = "there is no such call";
	if (err == ENOTCONN)
		trouble.cause = "that circuit has no call";
	return complain(err == ENOTCONN ? XC_NOT_FOUND : exit_for_errno(err), &trouble);
}

static uint64_t last_report(struct cleardown_ctl *ctl)
{
	const struct cleardown_close_report *report;
	uint64_t number = 0;

	while ((report = cleardown_ctl_next_report(ctl, number)))
		number = report->summary.number;
	return number;
}

/* The reports after @number of calls that were ended as ours were. Returns the worst's exit code. */
static int reports_out(struct cleardown_ctl *ctl, const char *name, uint64_t number,
		       struct json_object *array)
{
	const struct cleardown_close_report *report;
	struct json_object *o;
	int code = XC_OK, one;

	while ((report = cleardown_ctl_next_report(ctl, number))) {
		number = report->summary.number;
		if (strcmp(report->name, name) || report->summary.cause != CLDN_CAUSE_ADMIN)
			continue;
		if (array) {
			o = json_object_new_object();
			report_to_json(o, report);
			json_object_array_add(array, o);
		} else if (!settings.quiet) {
			report_to_text(stdout, report);
		}
		one = report_judge(name, &report->summary);
		code = code ? code : one;
	}
	return code;
}

static int ended(const struct ending *e, const char *name, uint64_t before,
		 struct json_object *json)
{
	struct json_object *array = NULL;

	if (json) {
		array = json_object_new_array();
		put_text(json, "object", name);
		put_text(json, "result", e->closed ? "closed" : "no-calls");
		put_u64(json, "closed", e->closed);
		json_object_object_add(json, "calls", array);
	} else if (!settings.quiet) {
		if (e->closed)
			printf("%s: %u call%s closed\n", name, e->closed,
			       e->closed == 1 ? "" : "s");
		else
			printf("%s: nobody has a call\n", name);
	}
	return reports_out(e->ctl, name, before, array);
}

static int ending_begun(const char *name, struct json_object *json)
{
	if (json) {
		put_text(json, "object", name);
		put_text(json, "result", "closing");
	} else {
		printf("%s: closing\n", name);
	}
	return XC_OK;
}

int close_calls(struct cleardown_ctl *ctl, const char *name, uint64_t vc,
		const struct close_options *options, bool async, struct json_object *json,
		int signal_fd)
{
	struct ending e = { .ctl = ctl, .vc = vc };
	struct close_job job = {
		.run = ending_run,
		.hurry = ending_hurry,
		.of = &e,
		.name = name,
		.wish = {
			.size = sizeof(job.wish),
			.mode = options->mode ? options->mode : CLDN_MODE_ORDERLY,
			.deadline_ns = options->deadline_ns,
		},
	};
	uint64_t before = last_report(ctl);

	if (!settings.json)
		json = NULL;
	if (async) {
		if (cleardown_ctl_close_calls(ctl, name, vc, &job.wish, true, NULL, NULL) == 0)
			return ended(&e, name, before, json);
		return errno == EINPROGRESS ? ending_begun(name, json) :
					      ending_refused(name, errno);
	}
	run_closing(&job, signal_fd, 0);
	if (job.ret < 0 && job.err != EIO)
		return ending_refused(name, job.err);
	return ended(&e, name, before, json);
}

/* ---- vc close ---- */

static struct close_options opts = { .deadline_ns = CLDN_DEADLINE_DEFAULT };

int set_vc_close(int option, const char *argument)
{
	return close_option(&opts, option, argument);
}

/* The whole number of a VC of which `show --states` has the short one. */
static int find_vc(const char *name, uint64_t number, uint64_t *vc)
{
	struct cleardown_vclink *link = cleardown_vclink_observe(name);
	const struct cleardown_vc_entry *entry;
	uint64_t after = 0;

	if (!link)
		return complain_errno(name, "look for the call", errno);
	*vc = number;
	while (number <= UINT32_MAX && (entry = cleardown_vclink_next_vc(link, after))) {
		after = entry->number;
		if ((uint32_t)entry->number == number)
			*vc = entry->number;
	}
	cleardown_vclink_free(link);
	return XC_OK;
}

int run_vc_close(int argc, char **argv)
{
	struct cleardown_device device;
	struct cleardown_ctl *ctl;
	int code = XC_OK, signal_fd;
	uint64_t number, vc = 0;

	if (argc != 1 && argc != 2)
		return complain_usage("close takes the number of a call, and after it an object");
	if (!parse_u64(argv[0], UINT64_MAX, &number) || !number)
		return complain_usage("\"%s\": not the number of a call, see show --states",
				      argv[0]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = find_object(ctl, CLDN_CLASS_VC, argc == 2 ? argv[1] : NULL, &device);
	if (!code)
		code = find_vc(device.name, number, &vc);
	if (!code) {
		signal_fd = catch_signals();
		code = close_calls(ctl, device.name, vc, &opts, false,
				   settings.json ? doc_open("close_report") : NULL, signal_fd);
		close(signal_fd);
	}
	cleardown_ctl_free(ctl);
	return code;
}
