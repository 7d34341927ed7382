// SPDX-License-Identifier: GPL-2.0-or-later
/* monitor: the events of phones and ports, seen through observer handles. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define MAX_WATCHED	64

struct watched {
	char name[CLDN_NAME_LEN];
	enum cldn_class class_id;
	struct cleardown_phone *phone;	/* one of these two, by the class */
	struct cleardown_port *port;
};

static struct {
	uint64_t count;
	bool relative;
} opts;

static int set_monitor(int option, const char *argument)
{
	if (option == OPT_RELATIVE)
		opts.relative = true;
	else if (!parse_u64(argument, UINT32_MAX, &opts.count) || !opts.count)
		return complain_usage("--count %s: not a number above 0", argument);
	return XC_OK;
}

static bool can_be_watched(enum cldn_class class_id)
{
	return class_id == CLDN_CLASS_PHONE || class_id == CLDN_CLASS_PORT;
}

static bool open_watched(struct watched *watched)
{
	const unsigned int flags = CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT;

	if (watched->class_id == CLDN_CLASS_PORT)
		watched->port = cleardown_port_open(watched->name, flags);
	else
		watched->phone = cleardown_phone_open(watched->name, flags);
	return watched->port || watched->phone;
}

static int ask_for_events(struct watched *watched, struct cleardown_queue *queue, uint64_t cookie)
{
	if (watched->port)
		return cleardown_port_bind_queue(watched->port, queue, cookie) < 0 ||
		       cleardown_port_set_filter(watched->port, CLDN_EV_ALL) < 0;
	return cleardown_phone_bind_queue(watched->phone, queue, cookie) < 0 ||
	       cleardown_phone_set_filter(watched->phone, CLDN_PHONESTATE_ALL, CLDN_EV_ALL) < 0;
}

/* The cookie of a record is the place in the table of what is watched. */
static int watch(struct watched *watched, const struct cleardown_device *device,
		 struct cleardown_queue *queue, uint64_t cookie)
{
	snprintf(watched->name, sizeof(watched->name), "%s", device->name);
	watched->class_id = device->class_id;
	if (!open_watched(watched))
		return complain_errno(watched->name, "open it as an observer", errno);
	if (ask_for_events(watched, queue, cookie))
		return complain_errno(watched->name, "ask for its events", errno);
	return XC_OK;
}

static int watch_named(struct cleardown_ctl *ctl, int argc, char **argv, struct watched *table,
		       struct cleardown_queue *queue)
{
	struct cleardown_device device;
	int i, code = XC_OK;

	for (i = 0; i < argc && !code; i++) {
		code = find_object(ctl, CLDN_CLASS_ANY, argv[i], &device);
		if (!code && !can_be_watched(device.class_id))
			code = complain_usage("%s has no events of its own", device.name);
		if (!code)
			code = watch(&table[i], &device, queue, i);
	}
	return code;
}

static int watch_all(struct cleardown_ctl *ctl, struct watched *table,
		     struct cleardown_queue *queue)
{
	static const struct trouble none = {
		.cause = "nothing is bound",
		.remedy = "see `cleardown scan`, then `cleardown bind`",
	};
	const struct cleardown_device *device = NULL;
	unsigned int n = 0;
	int code = XC_OK;

	while (!code && n < MAX_WATCHED &&
	       (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		if (can_be_watched(device->class_id)) {
			code = watch(&table[n], device, queue, n);
			n++;
		}
	return code || n ? code : complain(XC_NOT_FOUND, &none);
}

static void free_watched(struct watched *watched)
{
	cleardown_phone_free(watched->phone);
	cleardown_port_free(watched->port);
	watched->phone = NULL;
	watched->port = NULL;
}

static void show_record(const struct cleardown_record *record, const struct watched *watched,
			int64_t begin)
{
	char time[SHORT_TEXT];
	const struct record_of of = {
		.object = watched->name,
		.class_id = watched->class_id,
		.time = time,
	};
	struct json_object *o;

	if (settings.json) {
		o = doc_new("event");
		record_to_json(o, record, &of);
		if (opts.relative)
			json_object_object_add(o, "relative_ns",
					       json_object_new_int64(record->ns - begin));
		line_print(o);
		return;
	}
	if (opts.relative)
		snprintf(time, sizeof(time), "%+.3f", ((int64_t)record->ns - begin) / 1e9);
	else
		text_time(time, realtime_of(record->ns));
	record_to_text(stdout, record, &of);
	fflush(stdout);
}

/* An object that was unbound has nothing more to say, and its handle only keeps the module. */
static void let_go_of_dead(const struct cleardown_record *record, struct watched *watched)
{
	if (record->type == CLDN_EV_PHONE_CLOSE)
		free_watched(watched);
}

static bool anything_left(const struct watched *table)
{
	size_t i;

	for (i = 0; i < MAX_WATCHED; i++)
		if (table[i].phone || table[i].port)
			return true;
	return false;
}

/* Prints what is there. Returns false when enough was seen. */
static bool show_records(struct cleardown_queue *queue, struct watched *table, int64_t begin)
{
	static uint64_t seen;
	const struct cleardown_record *record;
	struct watched *watched;

	while ((record = cleardown_queue_read(queue))) {
		watched = &table[record->cookie % MAX_WATCHED];
		show_record(record, watched, begin);
		let_go_of_dead(record, watched);
		if (opts.count && ++seen == opts.count)
			return false;
		if (ferror(stdout))
			return false;
	}
	return true;
}

static int poll_limit(int64_t end)
{
	int64_t left;

	if (end < 0)
		return -1;
	left = (end - monotonic_ns()) / NS_PER_MS + 1;
	return left < 0 ? 0 : left > 60000 ? 60000 : left;
}

/* @begin is before the first record there can be. */
static int monitor_loop(struct cleardown_queue *queue, struct watched *table, int signal_fd,
			int64_t begin)
{
	static const struct trouble none_left = {
		.action = "go on",
		.cause = "all that was watched has been unbound",
	};
	int64_t limit = timeout_or(CLDN_FOREVER), end = limit < 0 ? -1 : begin + limit;
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = cleardown_queue_fd(queue), .events = POLLIN },
		{ .fd = STDOUT_FILENO },	/* only to learn that the reader has gone */
	};

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), poll_limit(end)) < 0 && errno != EINTR)
			return complain_errno("events", "wait for them", errno);
		if (fds[1].revents && !show_records(queue, table, begin))
			return XC_OK;
		if (!anything_left(table))
			return complain(XC_NOT_FOUND, &none_left);
		if (fds[0].revents)
			return XC_INTERRUPTED;
		if (fds[2].revents & (POLLERR | POLLNVAL))
			return XC_OK;
		if (fds[1].revents & ~POLLIN)
			return complain_errno("events", "read them", EIO);
		if (end >= 0 && monotonic_ns() >= end)
			return opts.count ? XC_TIMEOUT : XC_OK;
	}
}

static int monitor(struct cleardown_ctl *ctl, int argc, char **argv)
{
	static struct watched table[MAX_WATCHED];
	struct cleardown_queue *queue = cleardown_queue_open();
	int64_t begin = monotonic_ns();
	int signal_fd, code;
	size_t i;

	if (!queue)
		return complain_errno("/dev/cleardown/events", "open", errno);
	code = argc ? watch_named(ctl, argc, argv, table, queue) : watch_all(ctl, table, queue);
	if (!code) {
		signal_fd = catch_signals();
		if (!settings.quiet)
			fputs("monitoring\n", stderr);
		code = monitor_loop(queue, table, signal_fd, begin);
		close(signal_fd);
	}
	for (i = 0; i < MAX_WATCHED; i++)
		free_watched(&table[i]);
	cleardown_queue_free(queue);
	return code;
}

static int run_monitor(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc > MAX_WATCHED)
		return complain_usage("monitor watches %d objects at most", MAX_WATCHED);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = monitor(ctl, argc, argv);
	cleardown_ctl_free(ctl);
	return code;
}

static const struct option monitor_options[] = {
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "relative", no_argument, NULL, OPT_RELATIVE },
	{ 0 },
};

const struct verb verb_monitor = {
	.name = "monitor",
	.operands = "[OBJ...] [--count N] [--relative]",
	.summary = "events as they come",
	.details =
		"      --count N        end after N events\n"
		"      --relative       times in seconds since the start; with --json relative_ns too\n"
		"\nWithout OBJ all objects. With --json one line per event. \"monitoring\" on stderr\n"
		"says that nothing is missed from now on. --timeout SEC ends it: exit code 0, or 6\n"
		"when --count was not reached. When all of them have been unbound it ends with 3.\n",
	.options = monitor_options,
	.set = set_monitor,
	.run = run_monitor,
};
