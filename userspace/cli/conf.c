// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file is read by inih; which line it is at, and sections without a value, are seen where it is
 * given its lines. All errors of the file are told, each with its line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "conf.h"

#define CLASS(id)	(1U << CLDN_CLASS_##id)
#define LINE_CLASSES	(CLASS(PHONE) | CLASS(PORT) | CLASS(FAX))
/* inih tells no more of a section's name. */
#define SECTION_LEN	49
#define ALL_CLASSES	(LINE_CLASSES | CLASS(VC))

static const struct {
	const char *name;
	unsigned int classes;	/* of objects that may have it */
	bool shared;		/* may be in [defaults] and in a dialect */
} keys[CONF_KEYS] = {
	[KEY_CLASS] = { "class", ALL_CLASSES, false },
	[KEY_LINE] = { "line", ALL_CLASSES, false },
	[KEY_DIALECT] = { "dialect", LINE_CLASSES, false },
	[KEY_SPEED] = { "speed", LINE_CLASSES, true },
	[KEY_FLOW] = { "flow", LINE_CLASSES, true },
	[KEY_INIT] = { "init", CLASS(PHONE), true },
	[KEY_MONITOR] = { "monitor", CLASS(PORT), true },
	[KEY_ARGS] = { "args", ALL_CLASSES, true },
};

struct reader {
	struct conf *conf;
	FILE *file;
	unsigned int line;
};

PRINTF(4, 5)
static void wrong(struct conf *conf, unsigned int line, const char *near, const char *format, ...)
{
	struct conf_error error = { .line = line }, *all;
	va_list args;

	va_start(args, format);
	if (vasprintf(&error.cause, format, args) < 0)
		error.cause = NULL;
	va_end(args);
	if (near && asprintf(&error.remedy, "did you mean %s?", near) < 0)
		error.remedy = NULL;
	all = reallocarray(conf->errors, conf->nerrors + 1, sizeof(*all));
	if (!all) {
		conf->short_of_memory = true;
		return;
	}
	conf->errors = all;
	all[conf->nerrors++] = error;
}

static int by_line(const void *a, const void *b)
{
	const struct conf_error *left = a, *right = b;

	return left->line < right->line ? -1 : left->line > right->line;
}

/* In the order of the file, however they were found. A document has room for one. */
static int tell_errors(const struct conf *conf)
{
	char where[300];
	size_t i;

	if (conf->nerrors)
		qsort(conf->errors, conf->nerrors, sizeof(*conf->errors), by_line);
	for (i = 0; i < conf->nerrors && (!i || !settings.json); i++) {
		const struct trouble trouble = {
			.object = where,
			.cause = conf->errors[i].cause,
			.remedy = conf->errors[i].remedy,
		};

		snprintf(where, sizeof(where), "%s:%u", conf->file, conf->errors[i].line);
		complain(XC_USAGE, &trouble);
	}
	return conf->nerrors ? XC_USAGE : XC_OK;
}

/* ---- sections ---- */

static struct conf_section *find_section(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nsections; i++)
		if (!strcmp(conf->sections[i].name, name))
			return &conf->sections[i];
	return NULL;
}

static bool is_shared(const struct conf_section *section)
{
	return !strcmp(section->name, "defaults") || !strncmp(section->name, "defaults ", 9) ||
	       !strcmp(section->name, "dialect") || !strncmp(section->name, "dialect ", 8);
}

static void check_name(struct conf *conf, const char *name, unsigned int line)
{
	if (!strncmp(name, "defaults ", 9) && cleardown_class_from_name(name + 9) < 0)
		wrong(conf, line, NULL, "[%s]: there are defaults of phone, port, vc and fax",
		      name);
	else if (!strcmp(name, "dialect"))
		wrong(conf, line, NULL, "[dialect]: it has no name, as [dialect courier] has");
	else if (!is_shared(&(struct conf_section){ .name = (char *)name }) &&
		 (!*name || strlen(name) >= CLDN_NAME_LEN || strpbrk(name, " \t/")))
		wrong(conf, line, NULL, "[%s]: no name for an object", name);
	else if (strlen(name) > SECTION_LEN)
		wrong(conf, line, NULL, "[%s]: the name is too long", name);
}

static void begin_section(struct conf *conf, const char *text, unsigned int line)
{
	size_t len = strcspn(text, "]");
	char *name = strndup(text, len);
	const struct conf_section *old;
	struct conf_section *all;

	if (!name || !text[len])
		goto out; /* inih finds it, too */
	old = find_section(conf, name);
	if (old) {
		wrong(conf, line, NULL, "[%s] is in line %u already", name, old->line);
		goto out;
	}
	check_name(conf, name, line);
	all = reallocarray(conf->sections, conf->nsections + 1, sizeof(*all));
	if (!all)
		goto out;
	conf->sections = all;
	all[conf->nsections++] = (struct conf_section){ .name = name, .line = line };
	return;
out:
	free(name);
}

/* ---- lines ---- */

static char *next_line(char *text, int size, void *arg)
{
	struct reader *reader = arg;
	const char *begin;

	if (!fgets(text, size, reader->file))
		return NULL;
	reader->line++;
	if (!strchr(text, '\n') && !feof(reader->file)) {
		wrong(reader->conf, reader->line, NULL, "the line is longer than %d characters",
		      size - 3);
		while (!strchr(text, '\n') && fgets(text, size, reader->file))
			;
		strcpy(text, "\n");
	}
	begin = text + strspn(text, " \t");
	if (*begin == '[')
		begin_section(reader->conf, begin + 1, reader->line);
	return text;
}

static int find_key(const char *name)
{
	int key;

	for (key = 0; key < CONF_KEYS; key++)
		if (!strcmp(keys[key].name, name))
			return key;
	return -1;
}

static void unknown_key(const struct reader *reader, const char *name)
{
	const char *words[CONF_KEYS + 1] = { NULL };
	int key;

	for (key = 0; key < CONF_KEYS; key++)
		words[key] = keys[key].name;
	wrong(reader->conf, reader->line, nearest_word(name, words), "there is no setting \"%s\"",
	      name);
}

/* Settings may be long: several lines of args are one. */
static void add_value(struct conf_section *section, int key, const char *value)
{
	char *old = section->values[key];

	if (!old)
		section->values[key] = strdup(value);
	else if (asprintf(&section->values[key], "%s %s", old, value) < 0)
		section->values[key] = old;
	else
		free(old);
}

/* inih's: 0 would count as an error of the line. */
static int take_value(void *arg, const char *name_of_section, const char *name, const char *value)
{
	const struct reader *reader = arg;
	struct conf_section *section = find_section(reader->conf, name_of_section);
	int key = find_key(name);

	if (!section)
		wrong(reader->conf, reader->line, NULL, "\"%s\" stands before any section", name);
	else if (key < 0)
		unknown_key(reader, name);
	else if (!keys[key].shared && is_shared(section))
		wrong(reader->conf, reader->line, NULL, "%s is for objects, not for [%s]", name,
		      section->name);
	else if (section->values[key] && key != KEY_ARGS)
		wrong(reader->conf, reader->line, NULL, "%s is in line %u already", name,
		      section->lines[key]);
	else if (!*value)
		wrong(reader->conf, reader->line, NULL, "%s has no value", name);
	else
		add_value(section, key, value);
	if (section && key >= 0 && !section->lines[key])
		section->lines[key] = reader->line;
	return 1;
}

/* ---- objects ---- */

/* By its own word, or "port" for port0. */
static int class_of(struct conf *conf, const struct conf_section *section)
{
	size_t letters = strcspn(section->name, "0123456789");
	char word[CLDN_NAME_LEN];
	int class_id;

	if (section->values[KEY_CLASS]) {
		class_id = cleardown_class_from_name(section->values[KEY_CLASS]);
		if (class_id < 0)
			wrong(conf, section->lines[KEY_CLASS], NULL,
			      "class = %s: phone, port, vc or fax", section->values[KEY_CLASS]);
		return class_id;
	}
	snprintf(word, sizeof(word), "%.*s", (int)letters, section->name);
	class_id = cleardown_class_from_name(word);
	if (class_id < 0)
		wrong(conf, section->line, NULL, "[%s]: class = phone, port, vc or fax is missing",
		      section->name);
	return class_id;
}

/* Where a setting comes from: the object, its dialect, the defaults of its class, of all. */
struct source {
	const struct conf_section *sections[4];
	size_t n;
	enum cldn_class class_id;
};

static void add_section(struct source *source, const struct conf_section *section)
{
	if (section)
		source->sections[source->n++] = section;
}

/* What is said in common does not bind those that cannot have it. */
static const char *value_of(struct conf *conf, const struct source *source, enum conf_key key,
			    unsigned int *line)
{
	bool fits = keys[key].classes & 1U << source->class_id;
	size_t i;

	for (i = 0; i < source->n; i++) {
		if (!source->sections[i]->values[key])
			continue;
		*line = source->sections[i]->lines[key];
		if (fits)
			return source->sections[i]->values[key];
		if (i == 0)
			wrong(conf, *line, NULL, "a %s has no %s",
			      cleardown_class_name(source->class_id), keys[key].name);
	}
	return NULL;
}

static void unknown_dialect(struct conf *conf, const char *dialect, unsigned int line)
{
	const char **words = calloc(conf->nsections + 1, sizeof(*words));
	size_t i, n = 0;

	for (i = 0; words && i < conf->nsections; i++)
		if (!strncmp(conf->sections[i].name, "dialect ", 8))
			words[n++] = conf->sections[i].name + 8;
	wrong(conf, line, words ? nearest_word(dialect, words) : NULL, "there is no [dialect %s]",
	      dialect);
	free(words);
}

static void find_sources(struct conf *conf, const struct conf_section *section,
			 struct source *source)
{
	const char *dialect;
	unsigned int line;
	char name[200];

	add_section(source, section);
	dialect = value_of(conf, source, KEY_DIALECT, &line);
	if (dialect) {
		snprintf(name, sizeof(name), "dialect %s", dialect);
		if (!find_section(conf, name))
			unknown_dialect(conf, dialect, line);
		add_section(source, find_section(conf, name));
	}
	snprintf(name, sizeof(name), "defaults %s", cleardown_class_name(source->class_id));
	add_section(source, find_section(conf, name));
	add_section(source, find_section(conf, "defaults"));
}

static void fill_wish(struct conf *conf, const struct source *source, struct bind_wish *wish)
{
	const char *speed, *flow, *form;
	unsigned int line = source->sections[0]->line;

	wish->spec = value_of(conf, source, KEY_LINE, &line);
	form = wish->spec ? bind_form(wish->class_id, wish->spec) : NULL;
	if (!wish->spec)
		wrong(conf, line, NULL, "[%s] has no line", wish->name);
	else if (form)
		wrong(conf, line, NULL, "line = %s: %s", wish->spec, form);
	speed = value_of(conf, source, KEY_SPEED, &line);
	if (speed && (!parse_u64(speed, UINT32_MAX, &wish->speed) || !wish->speed))
		wrong(conf, line, NULL, "speed = %s: not a number of bits per second", speed);
	flow = value_of(conf, source, KEY_FLOW, &line);
	if (flow && !parse_flow(flow, &wish->flow))
		wrong(conf, line, NULL, "flow = %s: " FLOW_WORDS, flow);
	else if (wish->flow == CLDN_FLOW_XONXOFF && wish->class_id != CLDN_CLASS_PORT)
		wrong(conf, line, NULL, "flow = xonxoff is for ports");
	wish->init = value_of(conf, source, KEY_INIT, &line);
	wish->monitor = value_of(conf, source, KEY_MONITOR, &line);
	wish->args = value_of(conf, source, KEY_ARGS, &line);
}

static void take_object(struct conf *conf, const struct conf_section *section)
{
	struct conf_object *object = &conf->objects[conf->nobjects];
	int class_id = class_of(conf, section);
	struct source source = { .class_id = class_id };

	if (class_id < 0)
		return;
	conf->nobjects++;
	object->line = section->line;
	object->wish.class_id = class_id;
	object->wish.name = section->name;
	find_sources(conf, section, &source);
	fill_wish(conf, &source, &object->wish);
}

static int parse(struct conf *conf, FILE *file)
{
	struct reader reader = { .conf = conf, .file = file };
	int line = ini_parse_stream(next_line, &reader, take_value, &reader);
	size_t i;

	if (line > 0)
		wrong(conf, line, NULL, "neither [SECTION] nor SETTING = VALUE");
	conf->objects = calloc(conf->nsections + 1, sizeof(*conf->objects));
	if (line < 0 || !conf->objects)
		return complain_errno(conf->file, "read it", ENOMEM);
	for (i = 0; i < conf->nsections; i++)
		if (!is_shared(&conf->sections[i]))
			take_object(conf, &conf->sections[i]);
	return conf->short_of_memory ? complain_errno(conf->file, "read it", ENOMEM) :
				       tell_errors(conf);
}

int conf_load(struct conf *conf, const char *path)
{
	FILE *file = fopen(path, "re");
	int code;

	*conf = (struct conf){ .file = path };
	if (!file)
		return complain_errno(path, "read it", errno);
	code = parse(conf, file);
	fclose(file);
	return code;
}

void conf_free(struct conf *conf)
{
	size_t i;
	int key;

	for (i = 0; i < conf->nsections; i++) {
		for (key = 0; key < CONF_KEYS; key++)
			free(conf->sections[i].values[key]);
		free(conf->sections[i].name);
	}
	for (i = 0; i < conf->nerrors; i++) {
		free(conf->errors[i].cause);
		free(conf->errors[i].remedy);
	}
	free(conf->errors);
	free(conf->sections);
	free(conf->objects);
}
