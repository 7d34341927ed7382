// SPDX-License-Identifier: GPL-2.0-or-later
/* close: ends an object, whoever has it open. wait: until an object is in a state. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

#define LOOK_EVERY_MS	20

static struct close_options opts = { .deadline_ns = CLDN_DEADLINE_DEFAULT };
static bool all_objects, asynchronous, verify;

/* ---- options ---- */

static int dtr_option(struct close_options *options, const char *argument)
{
	uint64_t ms = 0;

	options->dtr_set = true;
	if (!strcmp(argument, "drop")) {
		options->dtr = CLDN_DTR_DROP;
	} else if (!strcmp(argument, "keep")) {
		options->dtr = CLDN_DTR_KEEP;
	} else if (!strncmp(argument, "pulse:", 6) && parse_u64(argument + 6, 5000, &ms) && ms) {
		options->dtr = CLDN_DTR_PULSE;
		options->pulse_ms = ms;
	} else {
		return complain_usage("--dtr %s: drop, keep, or pulse:MS with 1 to 5000 ms",
				      argument);
	}
	return XC_OK;
}

int close_option(struct close_options *options, int option, const char *argument)
{
	uint64_t ms;
	int mode;

	switch (option) {
	case OPT_MODE:
		mode = cleardown_mode_from_name(argument);
		if (mode < CLDN_MODE_DRAIN || mode > CLDN_MODE_ABORT)
			return complain_usage("--mode %s: drain, orderly or abort", argument);
		options->mode = mode;
		return XC_OK;
	case OPT_DEADLINE:
		if (!parse_u64(argument, UINT64_MAX / NS_PER_MS - 1, &ms))
			return complain_usage("--deadline %s: not a number of ms", argument);
		options->deadline_ns = ms * NS_PER_MS;
		return XC_OK;
	default:
		return dtr_option(options, argument);
	}
}

static int set_close(int option, const char *argument)
{
	switch (option) {
	case OPT_ALL:
		all_objects = true;
		return XC_OK;
	case OPT_VERIFY:
		verify = true;
		return XC_OK;
	case OPT_WAIT:
		asynchronous = false;
		return XC_OK;
	case OPT_ASYNC:
		asynchronous = true;
		return XC_OK;
	default:
		return close_option(&opts, option, argument);
	}
}

/* ---- close ---- */

/* One object to close, and where its JSON goes. */
struct closing {
	struct cleardown_ctl *ctl;
	const struct cleardown_device *device;
	struct json_object *json;
};

static int close_run(struct close_job *job)
{
	return cleardown_ctl_close_device(job->of, job->name, &job->wish, false, &job->summary);
}

static void close_hurry(struct close_job *job)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ABORT,
		.deadline_ns = NS_PER_SEC,
	};

	cleardown_ctl_close_device(job->of, job->name, &wish, true, NULL);
}

static int close_refused(const struct cleardown_device *device, int err)
{
	struct trouble trouble = {
		.object = device->name,
		.action = "close",
		.cause = errno_cause(err),
		.err = err,
	};
	char remedy[128];

	if (err == EPERM) {
		snprintf(remedy, sizeof(remedy),
			 device->class_id == CLDN_CLASS_PORT ?
				 "become root, or end your document: `cleardown port cancel %s`" :
				 "become root, or end your call: `cleardown phone hangup %s`",
			 device->name);
		trouble.remedy = remedy;
	}
	return complain(exit_for_errno(err), &trouble);
}

/* Proves that the line is free by taking it for a moment, as any other program would. */
static bool take_line(const struct cleardown_device *device, char *path, size_t size)
{
	int fd;

	device_path(device->rdev, path, size);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static int verify_free(const struct closing *c)
{
	struct trouble trouble = { .object = c->device->name, .action = "prove it free" };
	char path[64], cause[160];
	bool is_free;
	int err;

	if (!verify || !c->device->rdev) {
		if (settings.json)
			put_text(c->json, "verified", NULL);
		return XC_OK;
	}
	is_free = take_line(c->device, path, sizeof(path));
	err = errno;
	if (settings.json)
		put_bool(c->json, "verified", is_free);
	else if (is_free && !settings.quiet)
		printf("%s: verified, %s can be opened\n", c->device->name, path);
	if (is_free)
		return XC_OK;
	trouble.err = err;
	trouble.cause = cause;
	snprintf(cause, sizeof(cause), "%s cannot be opened: %s", path, strerror(err));
	return complain(XC_OPERATOR, &trouble);
}

static void say_not_open(const struct closing *c)
{
	if (settings.json) {
		put_u64(c->json, "number", 0);
		put_text(c->json, "object", c->device->name);
		put_text(c->json, "result", "not-open");
	} else {
		printf("%s: nobody has it open\n", c->device->name);
	}
}

static int say_closed(const struct closing *c, const struct close_job *job)
{
	struct cleardown_close_report report;

	report_fetch(c->ctl, c->device->name, &job->summary, &report);
	if (settings.json)
		report_to_json(c->json, &report);
	else if (!settings.quiet)
		report_to_text(stdout, &report);
	if (job->ret < 0 && job->err != EIO)
		return exit_for_errno(job->err);
	return report_judge(c->device->name, &job->summary);
}

static int close_and_wait(const struct closing *c, int signal_fd)
{
	int code, verified;
	struct close_job job = {
		.run = close_run,
		.hurry = close_hurry,
		.of = c->ctl,
		.name = c->device->name,
		.wish = {
			.size = sizeof(job.wish),
			.mode = opts.mode,
			.deadline_ns = opts.deadline_ns,
		},
	};

	run_closing(&job, signal_fd, 0);
	if (job.ret < 0 && !job.summary.number)
		return close_refused(c->device, job.err);
	if (!job.summary.number) {
		say_not_open(c);
		code = XC_OK;
	} else {
		code = say_closed(c, &job);
	}
	verified = verify_free(c);
	return code ? code : verified;
}

static int close_and_go(const struct closing *c)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = opts.mode,
		.deadline_ns = opts.deadline_ns,
	};
	int ret = cleardown_ctl_close_device(c->ctl, c->device->name, &wish, true, NULL);

	if (ret == 0) {
		say_not_open(c);
		return XC_OK;
	}
	if (errno != EINPROGRESS && errno != EALREADY)
		return close_refused(c->device, errno);
	if (settings.json) {
		put_text(c->json, "object", c->device->name);
		put_text(c->json, "result", "closing");
	} else {
		printf("%s: closing\n", c->device->name);
	}
	return XC_OK;
}

static int close_one(struct cleardown_ctl *ctl, const struct cleardown_device *device,
		     struct json_object *json, int signal_fd)
{
	const struct closing c = { .ctl = ctl, .device = device, .json = json };

	if (device->class_id == CLDN_CLASS_VC)
		return close_calls(ctl, device->name, 0, &opts, asynchronous, json, signal_fd);
	return asynchronous ? close_and_go(&c) : close_and_wait(&c, signal_fd);
}

/* --dtr is the owner's to set: the device is opened for it, which only works while it is idle. */
static int close_as_owner(const struct cleardown_device *device)
{
	const struct closing c = { .device = device, .json = doc_current() };
	struct session session;
	bool verbose = settings.verbose;
	int code = session_open(&session, device->class_id, device->name, &opts), verified;

	if (code)
		return code;
	settings.verbose = !settings.quiet;
	code = session_close(&session, &opts, CLDN_MODE_ORDERLY, XC_OK);
	settings.verbose = verbose;
	verified = verify_free(&c);
	return code ? code : verified;
}

static int close_all(struct cleardown_ctl *ctl, int signal_fd)
{
	struct json_object *array = json_object_new_array(), *json;
	const struct cleardown_device *next = NULL;
	struct cleardown_device device = { 0 };
	int first = XC_OK, code;

	if (settings.json)
		json_object_object_add(doc_open("close_reports"), "reports", array);
	while ((next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		json = json_object_new_object();
		code = close_one(ctl, &device, json, signal_fd);
		json_object_array_add(array, json);
		if (!first)
			first = code;
	}
	return first;
}

static int close_named(struct cleardown_ctl *ctl, const char *word, int signal_fd)
{
	struct json_object *doc = NULL;
	struct cleardown_device device;
	int code = find_object(ctl, CLDN_CLASS_ANY, word, &device);

	if (!code && opts.dtr_set && device.class_id != CLDN_CLASS_PHONE)
		code = complain_usage("--dtr is for phones, %s is a %s", device.name,
				      word_or(cleardown_class_name(device.class_id), "?"));
	if (code)
		return code;
	if (settings.json)
		doc = doc_open("close_report");
	if (opts.dtr_set)
		return close_as_owner(&device);
	return close_one(ctl, &device, doc, signal_fd);
}

static int run_close(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK, signal_fd;

	if (argc > 1 || (argc && all_objects))
		return complain_usage("close takes one object, or --all");
	if (opts.dtr_set && (all_objects || asynchronous))
		return complain_usage("--dtr goes with one object and --wait only");
	if (verify && asynchronous)
		return complain_usage("--verify needs --wait: there is nothing to prove before");
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	signal_fd = catch_signals();
	code = all_objects ? close_all(ctl, signal_fd) :
			     close_named(ctl, argc ? argv[0] : NULL, signal_fd);
	close(signal_fd);
	cleardown_ctl_free(ctl);
	return code;
}

static const struct option close_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "wait", no_argument, NULL, OPT_WAIT },
	{ "async", no_argument, NULL, OPT_ASYNC },
	{ 0 },
};

const struct verb verb_close = {
	.name = "close",
	.operands = "[OBJ]|--all [OPTIONS]",
	.summary = "end an object in order, whoever has it open",
	.details =
		"      --all            every phone and port, and all calls of every vc\n"
		"      --mode MODE      drain: requests and bytes finish first; orderly (default):\n"
		"                       requests end, bytes drain; abort: bytes are discarded\n"
		"      --deadline MS    bound of the whole close; 0 = at once\n"
		"      --dtr WHAT       phones: drop, keep or pulse:MS; the object is opened for it, so\n"
		"                       nobody else may have it open\n"
		"      --verify         open the line once afterwards, to prove that it is free\n"
		"      --wait           return when it is closed (default)\n"
		"      --async          return at once; `cleardown wait OBJ idle` sees the end\n"
		"\nThe report of the close is printed; --json: `jq .result`. Needs root. Ctrl-C twice\n"
		"aborts. Afterwards the line is free, a phone on-hook with DTR low. Of a vc all calls\n"
		"are ended, whoever has them, each with a report; `cleardown vc close` ends one.\n",
	.options = close_options,
	.set = set_close,
	.run = run_close,
};

/* ---- wait ---- */

/* What is waited for: a state of the device or of its call, or that it is not bound any more. */
struct awaited {
	const char *word;
	int state;
	int call_state;
};

static bool parse_awaited(const char *word, struct awaited *awaited)
{
	awaited->word = word;
	awaited->call_state = -1;
	awaited->state = cleardown_state_from_name(word);
	if (awaited->state < 0)
		awaited->call_state =
			cleardown_call_from_name(strcmp(word, "call-idle") ? word : "idle");
	return awaited->state >= 0 || awaited->call_state >= 0 || !strcmp(word, "unbound");
}

/* The state that @word may have been meant to be, or NULL. */
static const char *near_state(const char *word)
{
	const char *words[32] = { "call-idle", "unbound" };
	size_t n = 2;
	unsigned int i;

	for (i = 0; cleardown_state_name(i); i++)
		words[n++] = cleardown_state_name(i);
	for (i = 0; cleardown_call_name(i); i++)
		words[n++] = cleardown_call_name(i);
	return nearest_word(word, words);
}

static bool is_reached(const struct awaited *awaited, const struct cleardown_device *device,
		       struct cleardown_phone *phone)
{
	const struct cleardown_modem_status *status;

	if (awaited->state >= 0)
		return device->session.state == (unsigned int)awaited->state;
	if (awaited->call_state < 0 || !phone)
		return false;
	status = cleardown_phone_get_status(phone);
	return status && status->call_state == (unsigned int)awaited->call_state;
}

static int say_reached(const struct cleardown_device *device, const char *word)
{
	if (settings.json) {
		put_text(doc_open("reached"), "object", device->name);
		put_text(doc_current(), "state", word);
	} else {
		progress("%s: %s", device->name, word);
	}
	return XC_OK;
}

static int waited_in_vain(const struct cleardown_device *now, const char *word)
{
	char action[64], cause[64];
	const struct trouble trouble = {
		.object = now->name,
		.action = action,
		.cause = cause,
		.err = ETIMEDOUT,
	};

	snprintf(action, sizeof(action), "see it %s", word);
	snprintf(cause, sizeof(cause), "time ran out, it is %s",
		 word_or(cleardown_state_name(now->session.state), "?"));
	return complain(XC_TIMEOUT, &trouble);
}

static int wait_for(struct cleardown_ctl *ctl, const struct cleardown_device *device,
		    struct cleardown_phone *phone, const struct awaited *awaited)
{
	int64_t limit = timeout_or(CLDN_FOREVER), end = monotonic_ns() + limit;
	struct pollfd pfd = { .fd = catch_signals(), .events = POLLIN };
	const struct cleardown_device *now;

	for (;;) {
		now = cleardown_ctl_find_device(ctl, device->name);
		if (now ? is_reached(awaited, now, phone) : !strcmp(awaited->word, "unbound"))
			return say_reached(device, awaited->word);
		if (!now)
			return complain_errno(device->name, "wait for it", errno);
		if (limit >= 0 && monotonic_ns() >= end)
			return waited_in_vain(now, awaited->word);
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0)
			return XC_INTERRUPTED;
	}
}

static int run_wait(int argc, char **argv)
{
	struct cleardown_phone *phone = NULL;
	struct cleardown_device device;
	struct cleardown_ctl *ctl;
	struct awaited awaited;
	int code = XC_OK;

	if (argc != 1 && argc != 2)
		return complain_usage("wait takes an object and a state");
	if (!parse_awaited(argv[argc - 1], &awaited))
		return complain_near(near_state(argv[argc - 1]), "\"%s\" is no state",
				     argv[argc - 1]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = find_object(ctl, awaited.call_state >= 0 ? CLDN_CLASS_PHONE : CLDN_CLASS_ANY,
			   argc == 2 ? argv[0] : NULL, &device);
	if (!code && awaited.call_state >= 0) {
		phone = cleardown_phone_open(device.name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
		if (!phone)
			code = complain_errno(device.name, "open it as an observer", errno);
	}
	if (!code)
		code = wait_for(ctl, &device, phone, &awaited);
	cleardown_phone_free(phone);
	cleardown_ctl_free(ctl);
	return code;
}

const struct verb verb_wait = {
	.name = "wait",
	.operands = "[OBJ] STATE",
	.summary = "until an object is in a state",
	.details = "STATE: idle opening open closing stuck gone unbound, or of a phone's call:\n"
		   "dialing ringing answering online command clearing call-idle.\n"
		   "--timeout SEC bounds it (exit code 6).\n",
	.run = run_wait,
};
