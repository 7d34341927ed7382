// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * selftest: the promises, tried on the user's own hardware. Every wait has a limit, nothing is printed
 * and nothing is dialled that was not asked for.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

#define VICTIM_MS 20000
#define PATIENCE_S 5 /* with a close of 2 s */

static struct {
	struct json_object *checks; /* for JSON */
	unsigned int n[TEST_SKIP + 1];
} visit;

static struct {
	const char *number;
	uint64_t sap;
} opts;

enum outcome selftest_if(bool good)
{
	return good ? TEST_PASS : TEST_FAIL;
}

static const struct {
	const char *check;
	const char *promise; /* as cleardown-close(7) counts them; NULL: none */
} promises[] = {
	{ "open", NULL },	  { "exclusive", "PR-4" },    { "exactly-once", "PR-1" },
	{ "all-before", "PR-2" }, { "silent", "PR-3" },	      { "free", "PR-4" },
	{ "bounded", "PR-5" },	  { "accounted", "PR-7" },    { "owner-killed", "PR-8" },
	{ "stale", "PR-9" },	  { "reported", "PR-8" },     { "call", "PR-5" },
	{ "cleared", "PR-4" },	  { "events-go-on", "PR-3" }, { "provider", NULL },
};

static const char *promise_of(const char *check)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(promises); i++)
		if (!strcmp(promises[i].check, check))
			return promises[i].promise;
	return NULL;
}

void selftest_tell(const char *check, enum outcome outcome, int64_t took_ns, const char *format,
		   ...)
{
	static const char *const words[] = { "pass", "fail", "skip" };
	const char *promise = promise_of(check);
	char text[192], took[SHORT_TEXT];
	struct json_object *o;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	visit.n[outcome]++;
	if (settings.json) {
		o = json_object_new_object();
		put_text(o, "check", check);
		put_text(o, "promise", promise);
		put_text(o, "result", words[outcome]);
		put_text(o, "text", text);
		json_object_object_add(o, "took_ns",
				       took_ns ? json_object_new_int64(took_ns) : NULL);
		json_object_array_add(visit.checks, o);
		return;
	}
	printf("%s %-13s %-5s %s%s%s\n", words[outcome], check, word_or(promise, ""), text,
	       took_ns ? ", " : "", took_ns ? text_duration(took, took_ns) : "");
	fflush(stdout);
}

/* ---- a close that may not come back ---- */

struct closing {
	int (*run)(void *arg);
	void *arg;
	int ret;
	int err;
};

static void *closing_thread(void *arg)
{
	struct closing *c = arg;

	c->ret = c->run(c->arg);
	c->err = errno;
	return NULL;
}

int selftest_close(int (*run)(void *arg), void *arg, int64_t *took_ns)
{
	struct closing *c = calloc(1, sizeof(*c)); /* the thread may need it for ever */
	int64_t begin = monotonic_ns();
	struct timespec end;
	pthread_t thread;
	int ret;

	if (!c)
		return -1;
	c->run = run;
	c->arg = arg;
	errno = pthread_create(&thread, NULL, closing_thread, c);
	if (errno) {
		free(c);
		return -1;
	}
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	errno = pthread_timedjoin_np(thread, NULL, &end);
	*took_ns = monotonic_ns() - begin;
	if (errno)
		return -1;
	ret = c->ret;
	errno = c->err;
	free(c);
	return ret;
}

/* ---- an owner that is killed ---- */

static void __attribute__((noreturn))
be_victim(const struct subject *s, int ready, bool (*hold)(const struct subject *s))
{
	bool good = hold(s);

	if (write(ready, good ? "y" : "n", 1) == 1 && good)
		pause(); /* for the kill */
	_exit(0);
}

pid_t selftest_victim(const struct subject *s, bool (*hold)(const struct subject *s))
{
	struct pollfd ready = { .events = POLLIN };
	char said = 'n';
	int ends[2];
	pid_t pid;

	fflush(stdout);
	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		be_victim(s, ends[1], hold);
	close(ends[1]);
	ready.fd = ends[0];
	if (pid > 0 && poll(&ready, 1, VICTIM_MS) == 1 && read(ends[0], &said, 1) != 1)
		said = 'n';
	close(ends[0]);
	if (pid < 0)
		return -1;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return said == 'y' ? pid : -1;
}

/* ---- the command ---- */

static int set_selftest(int option, const char *argument)
{
	if (option == OPT_NUMBER) {
		opts.number = argument;
		return XC_OK;
	}
	if (!parse_u64(argument, 255, &opts.sap))
		return complain_usage("--sap %s: not a selector, 0 to 255", argument);
	return XC_OK;
}

/* Whoever has it is not disturbed. */
static int in_use(const struct cleardown_device *device)
{
	char cause[96];
	const struct trouble trouble = {
		.object = device->name,
		.action = "test",
		.cause = cause,
		.remedy = "a self-test needs the object for itself",
		.err = EBUSY,
	};

	snprintf(cause, sizeof(cause), "held by pid %d (%s)", device->session.owner_pid,
		 device->session.owner_comm);
	return complain(XC_BUSY, &trouble);
}

static int verdict(const struct subject *s)
{
	struct json_object *doc = doc_current();

	if (settings.json) {
		put_u64(doc, "passed", visit.n[TEST_PASS]);
		put_u64(doc, "failed", visit.n[TEST_FAIL]);
		put_u64(doc, "skipped", visit.n[TEST_SKIP]);
	} else {
		printf("%s: %u passed, %u failed, %u skipped\n", s->device.name, visit.n[TEST_PASS],
		       visit.n[TEST_FAIL], visit.n[TEST_SKIP]);
	}
	if (visit.n[TEST_FAIL])
		return XC_DEVICE;
	return visit.n[TEST_PASS] ? XC_OK : XC_SKIPPED;
}

static int selftest(struct subject *s)
{
	bool is_fax = s->device.class_id == CLDN_CLASS_FAX;

	/* A provider has its fax line, and need not give it away. */
	if (s->device.session.owner_pid && !is_fax)
		return in_use(&s->device);
	if (settings.json) {
		visit.checks = json_object_new_array();
		doc_open("selftest");
		put_text(doc_current(), "object", s->device.name);
		put_word(doc_current(), "class", cleardown_class_name(s->device.class_id),
			 s->device.class_id);
		put_text(doc_current(), "backend", s->device.backend);
		json_object_object_add(doc_current(), "checks", visit.checks);
	}
	if (is_fax)
		selftest_fax(s);
	else if (s->device.class_id == CLDN_CLASS_VC)
		selftest_vc(s);
	else
		selftest_owned(s);
	selftest_plain(s);
	return verdict(s);
}

static int run_selftest(int argc, char **argv)
{
	struct subject s = { .number = opts.number, .sap = opts.sap };
	int code = XC_OK;

	if (argc != 1)
		return complain_usage("selftest takes one object");
	s.ctl = need_ctl(&code);
	if (!s.ctl)
		return code;
	code = find_object(s.ctl, CLDN_CLASS_ANY, argv[0], &s.device);
	if (!code)
		code = selftest(&s);
	cleardown_ctl_free(s.ctl);
	return code;
}

static const struct option selftest_options[] = {
	{ "number", required_argument, NULL, OPT_NUMBER },
	{ "sap", required_argument, NULL, OPT_SAP },
	{ 0 },
};

const struct verb verb_selftest = {
	.name = "selftest",
	.operands = "OBJ [OPTIONS]",
	.summary = "try the promises of a close on your own hardware",
	.details =
		"      --number NUMBER  of a phone: call it, too, and close in the call\n"
		"      --sap N          of a vc: the selector that is called at the other end (0)\n"
		"\n"
		"Each check is a line: pass, fail or skip with the reason, and the promise that it tries,\n"
		"as cleardown-close(7) counts them. Nothing is printed, and nothing dialled without\n"
		"--number; a vc calls its other end, which may refuse. An owner is killed on purpose: a\n"
		"process of the test's own. Each wait has a limit. Last comes what the plain device would\n"
		"have done, as far as it can be measured or asked.\n"
		"\n"
		"Exit code 0: all that could be tried was good; 2: a check failed; 5: the object is in\n"
		"use; 77: nothing could be tried.\n",
	.options = selftest_options,
	.set = set_selftest,
	.run = run_selftest,
};
