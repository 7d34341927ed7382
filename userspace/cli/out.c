// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON by json-c, tables by libsmartcols, a few forms of text, and what is printed as it comes. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "cli.h"

#define JSON_VERSION	1
/* Neither ctl nor a link can be waited for: this often they are looked at. */
#define FOLLOW_EVERY_MS	100

static struct json_object *document;
static bool to_stderr;

struct json_object *doc_new(const char *type)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "v", json_object_new_int(JSON_VERSION));
	put_text(o, "type", type);
	return o;
}

struct json_object *doc_open(const char *type)
{
	document = doc_new(type);
	return document;
}

struct json_object *doc_current(void)
{
	return document;
}

void doc_to_stderr(void)
{
	to_stderr = true;
}

static void print_json(struct json_object *o, int flags)
{
	FILE *to = to_stderr ? stderr : stdout;

	fprintf(to, "%s\n",
		json_object_to_json_string_ext(o, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(to);
}

void doc_print(void)
{
	if (!document)
		return;
	print_json(document, settings.pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
					       JSON_C_TO_STRING_PLAIN);
	json_object_put(document);
	document = NULL;
}

void line_print(struct json_object *object)
{
	print_json(object, JSON_C_TO_STRING_PLAIN);
	json_object_put(object);
}

/*
 * Modems and far ends say any byte, JSON is UTF-8: a byte above 0x7f becomes the character of that
 * number (Latin-1), so nothing is lost.
 */
struct json_object *bytes_string(const char *bytes, size_t len)
{
	char *utf8 = malloc(2 * len + 1);
	struct json_object *string;
	size_t i, n = 0;

	if (!utf8)
		return NULL;
	for (i = 0; i < len; i++) {
		unsigned char c = bytes[i];

		if (c & 0x80) {
			utf8[n++] = 0xc0 | c >> 6;
			utf8[n++] = 0x80 | (c & 0x3f);
		} else {
			utf8[n++] = c;
		}
	}
	string = json_object_new_string_len(utf8, n);
	free(utf8);
	return string;
}

void put_bytes(struct json_object *o, const char *key, const char *bytes, size_t len)
{
	json_object_object_add(o, key, bytes_string(bytes, len));
}

void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

void put_u64(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

void put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

void put_word(struct json_object *o, const char *key, const char *word, uint32_t value)
{
	if (word)
		put_text(o, key, word);
	else
		put_u64(o, key, value);
}

void put_errno(struct json_object *o, const char *key, int err)
{
	put_text(o, key, err ? strerrorname_np(err) : NULL);
}

struct json_object *bits_array(uint32_t bits, const char *(*name)(unsigned int))
{
	struct json_object *a = json_object_new_array();
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (bits & 1U << i && name(1U << i))
			json_object_array_add(a, json_object_new_string(name(1U << i)));
	return a;
}

struct libscols_table *table_new(const struct column *columns, size_t n)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	if (!table)
		return NULL;
	for (i = 0; i < n; i++)
		scols_table_new_column(table, columns[i].name, 0.1,
				       columns[i].right ? SCOLS_FL_RIGHT : 0);
	scols_table_enable_colors(table, settings.color);
	return table;
}

void table_row(struct libscols_table *table, const char *const *cells, const char *color)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t i, n = scols_table_get_ncols(table);

	if (!line)
		return;
	for (i = 0; i < n; i++)
		scols_line_set_data(line, i, cells[i] ? cells[i] : "");
	if (color)
		scols_line_set_color(line, color);
}

void table_print(struct libscols_table *table)
{
	scols_print_table(table);
	scols_unref_table(table);
}

char *text_duration(char *buf, uint64_t ns)
{
	if (ns < 10 * NS_PER_MS)
		snprintf(buf, SHORT_TEXT, "%.2f ms", ns / 1e6);
	else if (ns < (uint64_t)NS_PER_SEC)
		snprintf(buf, SHORT_TEXT, "%.0f ms", ns / 1e6);
	else
		snprintf(buf, SHORT_TEXT, "%.3f s", ns / 1e9);
	return buf;
}

char *text_time(char *buf, uint64_t realtime_ns)
{
	time_t seconds = realtime_ns / NS_PER_SEC;
	char date[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, SHORT_TEXT, "%s.%03uZ", date,
		 (unsigned int)(realtime_ns % NS_PER_SEC / NS_PER_MS));
	return buf;
}

char *text_process(char *buf, pid_t pid, const char *comm)
{
	if (pid)
		snprintf(buf, SHORT_TEXT, "%d (%s)", pid, comm);
	else
		snprintf(buf, SHORT_TEXT, "-");
	return buf;
}

const char *color_for_state(enum cldn_state state)
{
	switch (state) {
	case CLDN_STATE_OPEN:
		return "green";
	case CLDN_STATE_OPENING:
	case CLDN_STATE_CLOSING:
		return "yellow";
	case CLDN_STATE_STUCK:
	case CLDN_STATE_GONE:
		return "red";
	default:
		return NULL;
	}
}

void print_clean(FILE *to, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c < 0x20 || c == 0x7f || (c & 0x80))
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

/* ---- reports and records ---- */

int set_recent(struct recent *recent, int option, const char *argument)
{
	if (option == OPT_FOLLOW) {
		recent->follow = true;
		return XC_OK;
	}
	if (!parse_u64(argument, UINT64_MAX - 1, &recent->last))
		return complain_usage("--last %s: not a number", argument);
	return XC_OK;
}

void sink_end(struct sink *sink, const char *what, int code)
{
	if (sink->table)
		table_print(sink->table);
	if (!sink->shown && !code)
		printf("no %s\n", what);
	if (sink->lost)
		progress("%" PRIu64 " older %s were overwritten", sink->lost, what);
}

int64_t follow_end(void)
{
	int64_t limit = timeout_or(CLDN_FOREVER);

	return limit < 0 ? INT64_MAX : monotonic_ns() + limit;
}

bool follow_on(int signal_fd, int64_t end, int *code)
{
	struct pollfd pfd = { .fd = signal_fd, .events = POLLIN };

	*code = XC_OK;
	if (ferror(stdout) || monotonic_ns() >= end)
		return false;
	if (poll(&pfd, 1, FOLLOW_EVERY_MS) <= 0)
		return true;
	*code = XC_INTERRUPTED;
	return false;
}
