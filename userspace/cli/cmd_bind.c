// SPDX-License-Identifier: GPL-2.0-or-later
/* bind, rebind and unbind: making a device from a line, and giving the line back. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cli.h"

#define ARGS_LEN	256

static struct {
	const char *as;
	uint64_t speed;
	enum cldn_flow flow;
	const char *init;
	const char *args;
	bool force;
} opts;

static int set_flow(const char *argument)
{
	if (!strcmp(argument, "rtscts"))
		opts.flow = CLDN_FLOW_RTSCTS;
	else if (!strcmp(argument, "none"))
		opts.flow = CLDN_FLOW_NONE;
	else
		return complain_usage("--flow %s: rtscts or none", argument);
	return XC_OK;
}

static int set_bind(int option, const char *argument)
{
	switch (option) {
	case OPT_AS:
		opts.as = argument;
		return XC_OK;
	case OPT_SPEED:
		if (!parse_u64(argument, UINT32_MAX, &opts.speed))
			return complain_usage("--speed %s: not a number of bits per second",
					      argument);
		return XC_OK;
	case OPT_FLOW:
		return set_flow(argument);
	case OPT_INIT:
		opts.init = argument;
		return XC_OK;
	default:
		opts.args = argument;
		return XC_OK;
	}
}

static int no_such_line(const char *path, int err)
{
	const char *words[128] = { NULL };
	struct trouble trouble = { .object = path, .action = "bind", .err = err };
	struct dirent *entry;
	char remedy[320];
	const char *near;
	size_t n = 0;
	DIR *dir = opendir("/sys/class/tty");

	while (dir && n < ARRAY_SIZE(words) - 1 && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "tty", 3))
			words[n++] = strdup(entry->d_name);
	if (dir)
		closedir(dir);
	near = nearest_word(strncmp(path, "/dev/", 5) ? path : path + 5, words);
	if (near)
		snprintf(remedy, sizeof(remedy), "did you mean /dev/%s? See `cleardown scan`",
			 near);
	else
		snprintf(remedy, sizeof(remedy), "see `cleardown scan`");
	trouble.cause = err == ENOENT ? "there is no such line" : errno_cause(err);
	trouble.remedy = remedy;
	complain(exit_for_errno(err), &trouble);
	while (n)
		free((char *)words[--n]);
	return exit_for_errno(err);
}

/* "tty:/dev/ttyS1" or "tty:ttyS1": the line's device number is what the kernel takes. */
static int parse_tty(const char *where, struct cleardown_binding *binding)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", *where == '/' ? "" : "/dev/", where);
	if (stat(path, &st) < 0)
		return no_such_line(path, errno);
	if (!S_ISCHR(st.st_mode))
		return complain_usage("%s is not a character device", path);
	binding->link = "tty";
	binding->rdev = st.st_rdev;
	return XC_OK;
}

static int parse_backend(const char *spec, struct cleardown_binding *binding)
{
	if (!strncmp(spec, "tty:", 4) && spec[4])
		return parse_tty(spec + 4, binding);
	if (!strcmp(spec, "sim:") || !strcmp(spec, "sim")) {
		binding->link = "sim";
		return XC_OK;
	}
	if (*spec == '/')
		return complain_usage("\"%s\": say tty:%s", spec, spec);
	return complain_usage("\"%s\": expected tty:/dev/ttyS1 or sim:", spec);
}

/* Settings are separated by blanks, and AT commands need none: they are taken out of the string. */
static void add_init(char *args, size_t size)
{
	size_t n = strlen(args);
	const char *c;

	n += snprintf(args + n, size - n, "%sinit=%s", n ? " " : "",
		      strncasecmp(opts.init, "at", 2) ? "AT" : "");
	for (c = opts.init; *c && n < size - 1; c++)
		if (!isspace((unsigned char)*c))
			args[n++] = *c;
	args[n < size ? n : size - 1] = '\0';
}

static int make_args(char *args, size_t size)
{
	size_t need = 1;

	if (opts.args)
		need += strlen(opts.args);
	if (opts.init)
		need += strlen(opts.init) + strlen(" init=AT");
	if (need > size)
		return complain_usage("--init and --args are too long together");
	snprintf(args, size, "%s", opts.args ? opts.args : "");
	if (opts.init)
		add_init(args, size);
	return XC_OK;
}

/* The kernel says why in its own words; it knows better than the errno. */
static int ctl_refused(struct cleardown_ctl *ctl, const char *object, const char *action,
		       uint64_t rdev)
{
	struct trouble trouble = { .object = object, .action = action, .err = errno };
	const char *text = cleardown_ctl_error_text(ctl);
	char cause[256];
	struct holder holder;

	trouble.cause = *text ? text : errno_cause(trouble.err);
	if (trouble.err == EBUSY && find_holder(rdev, &holder)) {
		snprintf(cause, sizeof(cause), "%s; pid %d (%s) has the line open", trouble.cause,
			 holder.pid, holder.comm);
		trouble.cause = cause;
	}
	if (trouble.err == EPERM)
		trouble.remedy = "become root (CAP_SYS_ADMIN)";
	return complain(exit_for_errno(trouble.err), &trouble);
}

/*
 * The line may belong to udev, which sees now whether it is bound (see 60-cleardown.rules); where
 * there is no udev nothing listens.
 */
static void announce_line(uint64_t rdev)
{
	char device[64], path[96];
	FILE *file;

	device_path(rdev, device, sizeof(device));
	if (strncmp(device, "/dev/", 5))
		return;
	snprintf(path, sizeof(path), "/sys/class/tty/%s/uevent", device + 5);
	file = fopen(path, "we");
	if (!file)
		return;
	fputs("change\n", file);
	fclose(file);
}

static void say_bound(struct cleardown_ctl *ctl, const char *name, const char *spec)
{
	const struct cleardown_device *device = cleardown_ctl_find_device(ctl, name);
	struct json_object *doc;

	if (settings.json) {
		doc = doc_open("bound");
		if (device)
			device_to_json(doc, device);
		else
			put_text(doc, "object", name);
	} else {
		printf("%s: bound to %s\n", name, device ? device->backend : spec);
	}
}

static int bind_object(struct cleardown_ctl *ctl, const char *spec,
		       struct cleardown_binding *binding)
{
	char args[ARGS_LEN], name[CLDN_NAME_LEN];
	const char *got;
	int code = make_args(args, sizeof(args));

	if (!code)
		code = parse_backend(spec, binding);
	if (code)
		return code;
	binding->args = args;
	got = cleardown_ctl_bind(ctl, binding);
	if (!got)
		return ctl_refused(ctl, spec, "bind", binding->rdev);
	snprintf(name, sizeof(name), "%s", got);
	announce_line(binding->rdev);
	say_bound(ctl, name, spec);
	return XC_OK;
}

static int run_bind(int argc, char **argv)
{
	struct cleardown_binding binding = {
		.size = sizeof(binding),
		.class_id = CLDN_CLASS_PHONE,
		.name = opts.as,
		.speed = opts.speed,
		.flow = opts.flow,
	};
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc != 2)
		return complain_usage("bind takes a class and a line: bind phone tty:/dev/ttyS1");
	if (cleardown_class_from_name(argv[0]) < 0)
		return complain_usage("\"%s\" is no class of objects; phone is one", argv[0]);
	if (strcmp(argv[0], "phone"))
		return complain_usage("this version binds phones, no %s", argv[0]);
	if (opts.as && strlen(opts.as) >= CLDN_NAME_LEN)
		return complain_usage("--as %s: the name is too long", opts.as);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = bind_object(ctl, argv[1], &binding);
	cleardown_ctl_free(ctl);
	return code;
}

static const struct option bind_options[] = {
	{ "as", required_argument, NULL, OPT_AS },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "flow", required_argument, NULL, OPT_FLOW },
	{ "init", required_argument, NULL, OPT_INIT },
	{ "args", required_argument, NULL, OPT_ARGS },
	{ 0 },
};

const struct verb verb_bind = {
	.name = "bind",
	.operands = "phone tty:DEVICE|sim: [OPTIONS]",
	.summary = "make an object from a line",
	.details = "      --as NAME        its name; otherwise the first free one (phone0)\n"
		   "      --speed N        bits per second between computer and modem (115200)\n"
		   "      --flow WHICH     rtscts (default) or none\n"
		   "      --init STRING    AT command sent at each open\n"
		   "      --args TEXT      further settings, key=value key=value\n"
		   "\nThe line is not taken: opening the object does that. Needs root.\n"
		   "Example: cleardown bind phone tty:/dev/ttyS1 --init 'ATS0=0'\n",
	.options = bind_options,
	.set = set_bind,
	.run = run_bind,
};

/* ---- rebind ---- */

/* The object whose line is gone and was called like this one, "tty:ttyUSB0". */
static int find_gone(struct cleardown_ctl *ctl, const char *spec, struct cleardown_device *found)
{
	const struct trouble trouble = {
		.object = spec,
		.cause = "no object lost a line of this name",
		.remedy = "name the object",
		.err = ENOENT,
	};
	const char *where = spec + strlen("tty:");
	const struct cleardown_device *device = NULL;
	char backend[CLDN_SPEC_LEN];

	if (!strncmp(where, "/dev/", 5))
		where += 5;
	snprintf(backend, sizeof(backend), "tty:%s", where);
	while ((device = cleardown_ctl_next_device(ctl, device ? device->id : 0))) {
		if (device->session.state != CLDN_STATE_GONE || strcmp(device->backend, backend))
			continue;
		*found = *device;
		return XC_OK;
	}
	return settings.quiet ? XC_NOT_FOUND : complain(XC_NOT_FOUND, &trouble);
}

static int rebind_object(struct cleardown_ctl *ctl, const char *word, const char *spec)
{
	struct cleardown_binding binding = { .size = sizeof(binding) };
	struct cleardown_device device;
	int code = parse_tty(spec + strlen("tty:"), &binding);

	if (!code)
		code = word ? find_object(ctl, CLDN_CLASS_ANY, word, &device) :
			      find_gone(ctl, spec, &device);
	if (code)
		return code;
	if (cleardown_ctl_rebind(ctl, device.name, binding.rdev) < 0)
		return ctl_refused(ctl, device.name, "rebind", binding.rdev);
	announce_line(binding.rdev);
	say_bound(ctl, device.name, spec);
	return XC_OK;
}

static int run_rebind(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc != 1 && argc != 2)
		return complain_usage(
			"rebind takes an object and its line: rebind phone0 tty:ttyUSB0");
	if (strncmp(argv[argc - 1], "tty:", 4))
		return complain_usage("\"%s\": expected tty:DEVICE", argv[argc - 1]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = rebind_object(ctl, argc == 2 ? argv[0] : NULL, argv[argc - 1]);
	cleardown_ctl_free(ctl);
	return code;
}

const struct verb verb_rebind = {
	.name = "rebind",
	.operands = "[OBJ] tty:DEVICE",
	.summary = "give an object whose line went away its line again",
	.details =
		"Without OBJ: the one that lost a line of this name. The udev rule does this when a\n"
		"USB modem is plugged in again. Needs root.\n",
	.run = run_rebind,
};

/* ---- unbind ---- */

static int unbind_object(struct cleardown_ctl *ctl, const char *word)
{
	struct cleardown_device device;
	char remedy[128];
	struct trouble trouble = { .object = device.name, .action = "unbind", .remedy = remedy };
	char cause[128];
	int code = find_object(ctl, CLDN_CLASS_ANY, word, &device);

	if (code)
		return code;
	if (cleardown_ctl_unbind(ctl, device.name, opts.force) == 0) {
		if (settings.json)
			put_text(doc_open("unbound"), "object", device.name);
		else
			printf("%s: unbound from %s\n", device.name, device.backend);
		return XC_OK;
	}
	if (errno != EBUSY || !device.session.owner_pid)
		return ctl_refused(ctl, device.name, "unbind", 0);
	snprintf(cause, sizeof(cause), "held by pid %d (%s)", device.session.owner_pid,
		 device.session.owner_comm);
	snprintf(remedy, sizeof(remedy),
		 "run `cleardown close %s` first, or unbind with --force, which aborts its call",
		 device.name);
	trouble.cause = cause;
	trouble.err = EBUSY;
	return complain(XC_BUSY, &trouble);
}

static int run_unbind(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc > 1)
		return complain_usage("unbind takes one object");
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = unbind_object(ctl, argc ? argv[0] : NULL);
	cleardown_ctl_free(ctl);
	return code;
}

static int set_unbind(int option, const char *argument)
{
	(void)option;
	(void)argument;
	opts.force = true;
	return XC_OK;
}

static const struct option unbind_options[] = {
	{ "force", no_argument, NULL, OPT_FORCE },
	{ 0 },
};

const struct verb verb_unbind = {
	.name = "unbind",
	.operands = "[OBJ] [--force]",
	.summary = "give the line of an object back",
	.details = "      --force          abort whoever has it open first (cause: admin)\n"
		   "\nNeeds root.\n",
	.options = unbind_options,
	.set = set_unbind,
	.run = run_unbind,
};
