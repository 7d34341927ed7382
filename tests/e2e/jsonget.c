// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads what the cleardown tool said with --json and prints members of it: the proof that another
 * program can read it. Fails when the input is not exactly one document (with --lines: one in each
 * line, at least one), when a document lacks its version or type, or when a member is not there.
 *
 * usage: jsonget [--lines] [PATH]... <INPUT
 *
 * PATH names members and places in arrays: reports.0.data.accepted; NAME.# is an array's length.
 */
#define _GNU_SOURCE

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

/* *o becomes its member; a null is one too. */
static bool descend(struct json_object **o, const char *word)
{
	char *end;
	size_t i;

	if (!json_object_is_type(*o, json_type_array))
		return json_object_object_get_ex(*o, word, o);
	if (!strcmp(word, "#")) {
		*o = json_object_new_uint64(json_object_array_length(*o));
		return true;
	}
	i = strtoul(word, &end, 10);
	if (*end || i >= json_object_array_length(*o))
		return false;
	*o = json_object_array_get_idx(*o, i);
	return true;
}

static bool print_path(struct json_object *o, const char *path)
{
	char words[256], *rest = words, *word;

	snprintf(words, sizeof(words), "%s", path);
	while ((word = strsep(&rest, ".")))
		if (!descend(&o, word)) {
			fprintf(stderr, "jsonget: no member %s\n", path);
			return false;
		}
	if (json_object_is_type(o, json_type_string))
		printf("%s\n", json_object_get_string(o));
	else
		printf("%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	return true;
}

/* One whole document, nothing behind it but a line end. */
static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, len);
	if (!o || strspn(text + json_tokener_get_parse_end(tok), "\n") !=
			  len - json_tokener_get_parse_end(tok)) {
		fprintf(stderr, "jsonget: not a document: %s\n", text);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

static bool judge(const char *text, size_t len, char **paths)
{
	struct json_object *o = parse(text, len);
	bool good = o && json_object_object_get(o, "v") && json_object_object_get(o, "type");

	for (; good && *paths; paths++)
		good = print_path(o, *paths);
	json_object_put(o);
	return good;
}

static bool judge_lines(char **paths)
{
	char *line = NULL;
	size_t size = 0;
	bool good = true;
	unsigned int n;
	ssize_t len;

	for (n = 0; good && (len = getline(&line, &size, stdin)) > 0; n++)
		good = judge(line, len, paths);
	free(line);
	return good && n;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	bool good;

	if (argc > 1 && !strcmp(argv[1], "--lines"))
		return !judge_lines(argv + 2);
	len = getdelim(&text, &size, EOF, stdin);
	good = len > 0 && judge(text, len, argv + 1);
	free(text);
	return !good;
}
