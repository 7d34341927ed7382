// SPDX-License-Identifier: GPL-2.0-or-later
/* fax log: what calls there were; fax receive: what came in. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "fax.h"

#define LOOK_EVERY_MS 200

static struct {
	const char *file;
	const char *dir;
	uint64_t last, count;
	bool follow;
} opts;

int set_log(int option, const char *argument)
{
	switch (option) {
	case OPT_FILE:
		opts.file = argument;
		return XC_OK;
	case OPT_DIR:
		opts.dir = argument;
		return XC_OK;
	case OPT_FOLLOW:
		opts.follow = true;
		return XC_OK;
	case OPT_COUNT:
		if (!parse_u64(argument, UINT32_MAX, &opts.count) || !opts.count)
			return complain_usage("--count %s: not a number above 0", argument);
		return XC_OK;
	default:
		if (!parse_u64(argument, UINT32_MAX, &opts.last) || !opts.last)
			return complain_usage("--last %s: not a number above 0", argument);
		return XC_OK;
	}
}

static const char *text_of(struct json_object *o, const char *key)
{
	return word_or(member_text(o, key), "");
}

/* Seconds since 1970, or words. The buffer holds SHORT_TEXT. */
static const char *time_of(char *buf, struct json_object *o)
{
	int64_t seconds = member_number(o, "time");

	return seconds > 100000 ? text_time(buf, seconds * NS_PER_SEC) : text_of(o, "time");
}

/* Bytes of the far end in a cell of a table: the terminal gets none of its controls. */
static char *clean(char *buf, size_t size, const char *text)
{
	size_t i;

	snprintf(buf, size, "%s", text);
	for (i = 0; buf[i]; i++)
		if ((unsigned char)buf[i] < 0x20 || buf[i] == 0x7f)
			buf[i] = '?';
	return buf;
}

/* One of a stream: what the daemon wrote, as a document of ours. Consumes @object. */
static void print_line(const char *type, struct json_object *object)
{
	struct json_object *doc = doc_new(type);

	json_object_object_foreach(object, key, value)
		json_object_object_add(doc, key, json_object_get(value));
	json_object_put(object);
	line_print(doc);
}

/* ---- log ---- */

static void log_cells(struct json_object *call, const char *cells[9])
{
	static char far[80], pages[SHORT_TEXT], rate[SHORT_TEXT], seconds[SHORT_TEXT];
	static char time[SHORT_TEXT];
	const char *number = text_of(call, "number");

	clean(far, sizeof(far), *number ? number : text_of(call, "far_id"));
	snprintf(pages, sizeof(pages), "%" PRId64, member_number(call, "confirmed"));
	if (member_number(call, "pages"))
		snprintf(pages, sizeof(pages), "%" PRId64 "/%" PRId64,
			 member_number(call, "confirmed"), member_number(call, "pages"));
	snprintf(rate, sizeof(rate), "%" PRId64, member_number(call, "rate"));
	snprintf(seconds, sizeof(seconds), "%.1f", strtod(text_of(call, "seconds"), NULL));
	cells[0] = time_of(time, call);
	cells[1] = text_of(call, "line");
	cells[2] = text_of(call, "direction");
	cells[3] = far;
	cells[4] = pages;
	cells[5] = rate;
	cells[6] = text_of(call, "coding");
	cells[7] = seconds;
	cells[8] = text_of(call, "outcome");
}

static const struct column log_columns[] = {
	{ "TIME", false },   { "LINE", false },	  { "", false },
	{ "NUMBER", false }, { "PAGES", true },	  { "RATE", true },
	{ "CODING", false }, { "SECONDS", true }, { "OUTCOME", false },
};

static void show_call(struct libscols_table *table, const char *line)
{
	struct json_object *call = json_tokener_parse(line);
	const char *cells[ARRAY_SIZE(log_columns)];
	size_t i;

	if (!json_object_is_type(call, json_type_object)) {
		json_object_put(call);
		return;
	}
	if (settings.json) {
		print_line("fax_call", call);
		return;
	}
	log_cells(call, cells);
	if (table)
		table_row(table, cells, NULL);
	for (i = 0; !table && i < ARRAY_SIZE(cells); i++)
		printf("%s%c", cells[i], i + 1 < ARRAY_SIZE(cells) ? ' ' : '\n');
	fflush(stdout);
	json_object_put(call);
}

/* Leaves the file where the last @n lines begin. */
static void skip_to_last(FILE *file, uint64_t n)
{
	uint64_t lines = 0;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0)
		lines++;
	rewind(file);
	while (lines > n && getline(&line, &size, file) > 0)
		lines--;
	free(line);
}

/* A line that has no end yet is being written. */
static bool next_line(FILE *file, char **line, size_t *size)
{
	long at = ftell(file);
	ssize_t n = getline(line, size, file);

	if (n > 0 && (*line)[n - 1] == '\n')
		return true;
	clearerr(file);
	fseek(file, at, SEEK_SET);
	return false;
}

static int follow_log(FILE *file)
{
	int64_t limit = timeout_or(CLDN_FOREVER), end = monotonic_ns() + limit;
	struct pollfd pfd = { .fd = catch_signals(), .events = POLLIN };
	char *line = NULL;
	size_t size = 0;
	int code = XC_OK;

	while (!code && (limit < 0 || monotonic_ns() < end)) {
		while (next_line(file, &line, &size))
			show_call(NULL, line);
		if (poll(&pfd, 1, LOOK_EVERY_MS) > 0)
			code = XC_INTERRUPTED;
	}
	free(line);
	return code;
}

static int show_log(FILE *file)
{
	struct libscols_table *table = NULL;
	char *line = NULL;
	size_t size = 0;

	if (!settings.json)
		table = table_new(log_columns, ARRAY_SIZE(log_columns));
	while (next_line(file, &line, &size))
		show_call(table, line);
	free(line);
	if (table)
		table_print(table);
	return XC_OK;
}

int run_fax_log(int argc, char **argv)
{
	const char *path = opts.file ? opts.file : FAX_SPOOL "/log.jsonl";
	FILE *file;
	int code;

	(void)argv;
	if (argc)
		return complain_usage("log takes no operands");
	file = fopen(path, "re");
	if (!file && errno == ENOENT && !opts.file && !opts.follow && !settings.json) {
		puts("no calls");
		return XC_OK;
	}
	if (!file)
		return complain_errno(path, "read the log", errno);
	if (opts.last)
		skip_to_last(file, opts.last);
	code = opts.follow ? follow_log(file) : show_log(file);
	fclose(file);
	return code;
}

/* ---- what was received ---- */

struct received {
	struct json_object *answer; /* of the daemon, with "faxes"; NULL = not asked yet */
};

/* Those that are there. Returns an exit code, having told the user. */
static int received_load(struct received *received)
{
	received->answer = NULL;
	return daemon_do("fax", "ask what was received", "received", NULL, &received->answer);
}

static void received_free(struct received *received)
{
	json_object_put(received->answer);
	received->answer = NULL;
}

static struct json_object *faxes_of(const struct received *received)
{
	struct json_object *faxes = NULL;

	json_object_object_get_ex(received->answer, "faxes", &faxes);
	return json_object_is_type(faxes, json_type_array) ? faxes : NULL;
}

static bool is_known(const struct received *received, struct json_object *fax)
{
	struct json_object *faxes = faxes_of(received);
	size_t i;

	for (i = 0; faxes && i < json_object_array_length(faxes); i++)
		if (!strcmp(text_of(json_object_array_get_idx(faxes, i), "file"),
			    text_of(fax, "file")))
			return true;
	return false;
}

/* 0 or an errno. */
static int copy_bytes(int in, int out)
{
	struct stat st = { 0 };
	ssize_t n = 1;

	if (fstat(in, &st) < 0)
		return errno;
	while (st.st_size > 0 && n > 0) {
		n = sendfile(out, in, NULL, st.st_size);
		if (n < 0)
			return errno;
		st.st_size -= n;
	}
	return st.st_size ? EIO : 0;
}

/* A file of that name that is there already is this fax, fetched before. */
static int copy_into(const char *dir, const char *name, const char *ending, int in)
{
	char to[4096];
	int out, err;

	snprintf(to, sizeof(to), "%s/%s%s", dir, name, ending);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0 && errno == EEXIST) {
		progress("%s is there already", to);
		return XC_OK;
	}
	err = out < 0 ? errno : copy_bytes(in, out);
	if (out >= 0 && close(out) < 0 && !err)
		err = errno;
	return err ? complain_errno(to, "copy the fax to it", err) : XC_OK;
}

/* The daemon has it opened: a user cannot, of those that he has polled. */
static int fetch_one(struct json_object *fax, const char *dir, int to, bool pdf)
{
	const char *name = text_of(fax, "name");
	int in = -1, code = daemon_fetch(name, pdf, &in), err = 0;

	if (!code && dir)
		code = copy_into(dir, name, pdf ? ".pdf" : ".tif", in);
	if (!code && to >= 0 && !pdf)
		err = lseek(in, 0, SEEK_SET) < 0 ? errno : copy_bytes(in, to);
	if (err)
		code = complain_errno(name, "copy the fax", err);
	if (in >= 0)
		close(in);
	return code;
}

static int fetch(struct json_object *fax, const char *dir, int to)
{
	int code = dir || to >= 0 ? fetch_one(fax, dir, to, false) : XC_OK;

	if (!code && dir && *text_of(fax, "pdf"))
		code = fetch_one(fax, dir, -1, true);
	return code;
}

static const struct column fax_columns[] = {
	{ "TIME", false }, { "LINE", false },	 { "FROM", false },
	{ "PAGES", true }, { "OUTCOME", false }, { "FILE", false },
};

static void fax_row(struct libscols_table *table, struct json_object *fax)
{
	char from[80], pages[SHORT_TEXT], time[SHORT_TEXT];
	const char *const cells[] = {
		time_of(time, fax),
		text_of(fax, "line"),
		clean(from, sizeof(from), text_of(fax, "from")),
		pages,
		text_of(fax, "outcome"),
		text_of(fax, "file"),
	};

	snprintf(pages, sizeof(pages), "%" PRId64, member_number(fax, "pages"));
	table_row(table, cells, NULL);
}

static void show_faxes(struct json_object *faxes)
{
	struct libscols_table *table;
	size_t i;

	if (settings.json) {
		json_object_object_add(doc_current() ? doc_current() : doc_open("faxes"), "faxes",
				       json_object_get(faxes));
		return;
	}
	table = table_new(fax_columns, ARRAY_SIZE(fax_columns));
	for (i = 0; table && faxes && i < json_object_array_length(faxes); i++)
		fax_row(table, json_object_array_get_idx(faxes, i));
	if (table)
		table_or(table, "no faxes");
}

/* One of a stream: a line by itself. */
static void show_fax(struct json_object *fax)
{
	char from[80];

	if (settings.json && !doc_current()) {
		print_line("fax_received", json_object_get(fax));
		return;
	}
	if (settings.json)
		return;
	printf("%s: %" PRId64 " page%s from %s: %s\n", text_of(fax, "line"),
	       member_number(fax, "pages"), member_number(fax, "pages") == 1 ? "" : "s",
	       clean(from, sizeof(from), text_of(fax, "from")), text_of(fax, "file"));
	fflush(stdout);
}

/*
 * Asks again, shows those that were not in @received, which has all then, and puts copies of their
 * files into @dir unless that is NULL. @n grows by their number. Returns an exit code.
 */
static int received_show_new(struct received *received, const char *dir, uint64_t *n)
{
	struct json_object *faxes, *fax, *fresh = json_object_new_array();
	struct received now;
	int code = received_load(&now);
	size_t i;

	faxes = code ? NULL : faxes_of(&now);
	for (i = 0; !code && faxes && i < json_object_array_length(faxes); i++) {
		fax = json_object_array_get_idx(faxes, i);
		if (is_known(received, fax))
			continue;
		code = fetch(fax, dir, -1);
		show_fax(fax);
		json_object_array_add(fresh, json_object_get(fax));
	}
	*n += json_object_array_length(fresh);
	if (settings.json && doc_current())
		json_object_object_add(doc_current(), "faxes", json_object_get(fresh));
	json_object_put(fresh);
	received_free(received);
	*received = now;
	return code;
}

int received_show_polled(uint64_t job, const char *dir, int file, bool *found)
{
	struct json_object *faxes, *fax, *mine = json_object_new_array();
	struct received now;
	int code = received_load(&now);
	uint64_t by;
	size_t i;

	faxes = code ? NULL : faxes_of(&now);
	for (i = 0; !code && faxes && i < json_object_array_length(faxes); i++) {
		fax = json_object_array_get_idx(faxes, i);
		if (!parse_u64(text_of(fax, "job"), UINT64_MAX, &by) || by != job)
			continue;
		code = fetch(fax, dir, file);
		show_fax(fax);
		json_object_array_add(mine, json_object_get(fax));
	}
	*found = json_object_array_length(mine) > 0;
	if (settings.json && doc_current())
		json_object_object_add(doc_current(), "faxes", json_object_get(mine));
	json_object_put(mine);
	received_free(&now);
	return code;
}

/* ---- receive ---- */

/* Waits for the next event of a line; true when one came that ends a call. */
static int await_event(struct cleardown_queue *queue, int signal_fd, int64_t end, bool *ended)
{
	struct pollfd fds[] = {
		{ .fd = cleardown_queue_fd(queue), .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	const struct cleardown_record *record;
	struct cleardown_fax_news news;
	int64_t left = end < 0 ? -1 : (end - monotonic_ns()) / NS_PER_MS + 1;

	*ended = false;
	if (end >= 0 && left <= 0)
		return XC_TIMEOUT;
	if (poll(fds, ARRAY_SIZE(fds), left > INT32_MAX ? INT32_MAX : left) < 0 && errno != EINTR)
		return complain_errno("fax", "wait for its events", errno);
	if (fds[1].revents)
		return XC_INTERRUPTED;
	while ((record = cleardown_queue_read(queue)))
		if (cleardown_fax_news_from_record(record, &news) == 0)
			*ended |= news.event == CLDN_FEI_FAXSVC_ENDED ||
				  news.event == CLDN_FEI_COMPLETED || news.event == CLDN_FEI_IDLE ||
				  news.event == CLDN_FEI_DISCONNECTED;
	return XC_OK;
}

/* @count faxes, or until the time is over or the user has enough. */
static int wait_faxes(struct cleardown_queue *queue, struct received *seen)
{
	int64_t limit = timeout_or(CLDN_FOREVER), end = limit < 0 ? -1 : monotonic_ns() + limit;
	int signal_fd = catch_signals(), code = XC_OK;
	uint64_t n = 0;
	bool ended;

	progress("fax: waiting for faxes");
	while (!code && (!opts.count || n < opts.count)) {
		code = await_event(queue, signal_fd, end, &ended);
		if (!code && ended)
			code = received_show_new(seen, opts.dir, &n);
	}
	/* What came with the last event of the time. */
	if (code == XC_TIMEOUT && received_show_new(seen, opts.dir, &n) == XC_OK)
		code = opts.count && n < opts.count ? XC_TIMEOUT : XC_OK;
	return code;
}

static int follow_received(struct received *seen)
{
	struct cleardown_queue *queue = cleardown_queue_open();
	struct cleardown_fax *fax;
	int code = XC_OK;

	fax = queue ? need_fax(CLDN_OPEN_OBSERVER, &code) : NULL;
	if (fax && cleardown_fax_bind_queue(fax, queue, 0) == 0)
		code = wait_faxes(queue, seen);
	else if (!code)
		code = complain_errno("fax", "ask for its events", errno);
	leave_fax(fax);
	cleardown_queue_free(queue);
	return code;
}

int run_fax_receive(int argc, char **argv)
{
	struct received received;
	struct json_object *faxes;
	size_t i;
	int code;

	(void)argv;
	if (argc)
		return complain_usage("receive takes no operands");
	code = received_load(&received);
	if (!code && (opts.follow || opts.count)) {
		code = follow_received(&received);
	} else if (!code) {
		faxes = faxes_of(&received);
		show_faxes(faxes);
		for (i = 0; !code && faxes && i < json_object_array_length(faxes); i++)
			code = fetch(json_object_array_get_idx(faxes, i), opts.dir, -1);
	}
	received_free(&received);
	return code;
}
