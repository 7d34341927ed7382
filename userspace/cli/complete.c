// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `cleardown __complete WORD...`: what the last word could become, one a line, for the shell. All of
 * it comes from where the tool itself has it: commands and options from their tables, operands from
 * what help says of them, objects from the kernel, words from the library. A line of ":files" or
 * ":directories" leaves it to the shell.
 */
#include <ctype.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MAX_OPERANDS 8
#define MAX_TOKENS   16

/* Where the command line is, in front of the word that is to be completed. */
struct place {
	const struct verb *path[4];
	size_t depth;
	const char *operands[MAX_OPERANDS];
	size_t noperands;
	const char *option; /* that wants a value */
	bool only_operands; /* after "--" */
	const char *word;
};

static const struct verb *verb_of(const struct place *place)
{
	return place->path[place->depth - 1];
}

/* "phone" in "cleardown phone dial"; "" on the first level. */
static const char *group_of(const struct place *place)
{
	return place->depth > 1 ? place->path[1]->name : "";
}

static void offer(const struct place *place, const char *candidate)
{
	if (!strncmp(candidate, place->word, strlen(place->word)))
		puts(candidate);
}

static void offer_words(const struct place *place, const char *words)
{
	char copy[160], *word, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " |")))
		if (*word)
			offer(place, word);
}

/* ---- what only the machine knows ---- */

static void offer_objects(const struct place *place, enum cldn_class class_id)
{
	struct cleardown_ctl *ctl = cleardown_ctl_open();
	const struct cleardown_device *device = NULL;

	while (ctl && (device = cleardown_ctl_next_device(ctl, device ? device->id : 0)))
		if (!class_id || device->class_id == class_id)
			offer(place, device->name);
	cleardown_ctl_free(ctl);
}

static void offer_own_class(const struct place *place)
{
	int class_id = cleardown_class_from_name(group_of(place));

	offer_objects(place, class_id < 0 ? CLDN_CLASS_ANY : class_id);
}

/* "tty:/dev/ttyS1" for "tty:DEVICE", as scan has them. */
static void offer_lines(const struct place *place, const char *kind)
{
	struct json_object *lines = scan_lines_json(NULL), *spec, *bindable;
	size_t i, n = json_object_array_length(lines);

	for (i = 0; i < n; i++) {
		spec = json_object_object_get(json_object_array_get_idx(lines, i), "spec");
		bindable = json_object_object_get(json_object_array_get_idx(lines, i), "bindable");
		if (json_object_get_boolean(bindable) &&
		    !strncmp(json_object_get_string(spec), kind, strlen(kind)))
			offer(place, json_object_get_string(spec));
	}
	json_object_put(lines);
}

static void offer_interfaces(const struct place *place)
{
	struct if_nameindex *all = if_nameindex(), *one;
	char spec[IF_NAMESIZE + 8];

	for (one = all; one && one->if_index; one++) {
		snprintf(spec, sizeof(spec), "eth:%s", one->if_name);
		offer(place, spec);
	}
	if_freenameindex(all);
}

/* ---- words of the library ---- */

static void offer_named(const struct place *place, const char *(*name)(unsigned int),
			unsigned int first, unsigned int last)
{
	unsigned int i;

	for (i = first; i <= last; i++)
		if (name(i))
			offer(place, name(i));
}

static void offer_states(const struct place *place)
{
	offer_named(place, cleardown_state_name, CLDN_STATE_IDLE, CLDN_STATE_OPENING);
	offer_named(place, cleardown_state_name, CLDN_STATE_OPEN, CLDN_STATE_CLOSING);
	offer_named(place, cleardown_state_name, CLDN_STATE_STUCK, CLDN_STATE_GONE);
	offer_named(place, cleardown_call_name, CLDN_CALL_DIALING, CLDN_CALL_CLEARING);
	offer_words(place, "call-idle unbound");
}

static void offer_modes(const struct place *place)
{
	offer_named(place, cleardown_mode_name, CLDN_MODE_DRAIN, CLDN_MODE_ABORT);
}

static void offer_causes(const struct place *place)
{
	offer_named(place, cleardown_clearing_name, 1, 127);
}

static void offer_ports(const struct place *place)
{
	offer_objects(place, CLDN_CLASS_PORT);
}

static void offer_fax_lines(const struct place *place)
{
	offer_objects(place, CLDN_CLASS_FAX);
}

/* ---- values of options ---- */

/* What an option takes; in one group only where that is named. */
static const struct {
	const char *group;
	const char *option;
	const char *words;
	void (*offer)(const struct place *place);
} values[] = {
	{ NULL, "mode", NULL, offer_modes },
	{ NULL, "dtr", "drop keep pulse:", NULL },
	{ NULL, "flow", "rtscts none xonxoff", NULL },
	{ NULL, "monitor", "pjl", NULL },
	{ NULL, "port", NULL, offer_ports },
	{ NULL, "line", NULL, offer_fax_lines },
	{ NULL, "file", ":files", NULL },
	{ NULL, "dir", ":directories", NULL },
	{ NULL, "reject", NULL, offer_causes },
	{ NULL, "cause", NULL, offer_causes },
	{ "phone", "wait", "end connect", NULL },
	{ "phone", "device", "handset speaker headset", NULL },
	{ "port", "wait", "sent printed", NULL },
	{ "port", "device", ":files", NULL },
	{ "vc", "send", ":files", NULL },
	{ "vc", "family", "q2931 l2tp", NULL },
	{ "fax", "send", "on off", NULL },
	{ "fax", "receive", "on off", NULL },
	{ "fax", "res", "standard fine superfine", NULL },
};

static void offer_value(const struct place *place)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (strcmp(values[i].option, place->option) ||
		    (values[i].group && strcmp(values[i].group, group_of(place))))
			continue;
		if (values[i].offer)
			values[i].offer(place);
		else if (values[i].words[0] == ':')
			puts(values[i].words);
		else
			offer_words(place, values[i].words);
	}
}

static void offer_options(const struct place *place)
{
	struct option all[MAX_OPTIONS];
	const struct option *o;
	char name[40];

	merge_options(verb_of(place)->options, all);
	for (o = all; o->name; o++) {
		snprintf(name, sizeof(name), "--%s", o->name);
		offer(place, name);
	}
}

/* ---- operands, as the usage has them: "[OBJ] on|off [OPTIONS]" ---- */

static const struct {
	const char *name;
	void (*offer)(const struct place *place);
} names[] = {
	{ "OBJ", offer_own_class },
	{ "LINE", offer_fax_lines },
	{ "STATE", offer_states },
	{ "eth:INTERFACE", offer_interfaces },
};

/* "tcp:HOST:PORT" is "tcp:", and then what nobody can guess. */
static void offer_literal(const struct place *place, char *choice)
{
	choice[strcspn(choice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = '\0';
	if (*choice && *choice != '-')
		offer(place, choice);
}

static void offer_choice(const struct place *place, char *choice)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(choice, names[i].name)) {
			names[i].offer(place);
			return;
		}
	if (!strcmp(choice, "FILE"))
		puts(":files");
	else if (!strcmp(choice, "tty:DEVICE"))
		offer_lines(place, "tty:");
	else if (!strcmp(choice, "parport:N"))
		offer_lines(place, "parport:");
	else
		offer_literal(place, choice);
}

struct token {
	char text[64];
	bool optional;
	bool many;
};

/* One word of the usage; false where it is none of an operand: options, "or". */
static bool read_token(const char *word, struct token *token)
{
	const char *from;
	char *to = token->text;

	if (*word == '-' || *word == '|' || !strncmp(word, "[OPTIONS]", 9) || !strcmp(word, "or"))
		return false;
	token->optional = *word == '[';
	token->many = strstr(word, "...");
	for (from = word; *from && to < token->text + sizeof(token->text) - 1; from++)
		if (!strchr("[].,", *from))
			*to++ = *from;
	*to = '\0';
	return true;
}

static size_t read_usage(char *usage, struct token *tokens)
{
	char *word, *rest = usage;
	bool in_option = false;
	size_t n = 0;

	while ((word = strsep(&rest, " ")) && n < MAX_TOKENS) {
		in_option |= !strncmp(word, "[-", 2);
		if (!in_option && *word && read_token(word, &tokens[n]))
			n++;
		if (in_option && strchr(word, ']'))
			in_option = false;
	}
	return n;
}

/* Whether what is there already says that another line of the usage is meant: "bind vc". */
static bool contradicts(const struct place *place, const struct token *tokens, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < place->noperands; i++)
		if (islower((unsigned char)tokens[i].text[0]) && !strpbrk(tokens[i].text, "|:") &&
		    strcmp(tokens[i].text, place->operands[i]))
			return true;
	return false;
}

/* The next operand is this token, or one behind it where those in front may be left out. */
static void offer_operand(const struct place *place, char *usage)
{
	struct token tokens[MAX_TOKENS];
	size_t n = read_usage(usage, tokens), i, required = 0;
	char *choice, *rest;

	if (contradicts(place, tokens, n))
		return;
	for (i = 0; i < n; i++) {
		if (required <= place->noperands && (place->noperands <= i || tokens[i].many)) {
			rest = tokens[i].text;
			while ((choice = strsep(&rest, "|")))
				offer_choice(place, choice);
		}
		required += !tokens[i].optional;
	}
}

static void offer_verbs(const struct place *place, const struct verb *group)
{
	const struct verb *verb;

	for (verb = group->verbs; verb && verb->name; verb++)
		offer(place, verb->name);
}

static void offer_help(const struct place *place)
{
	const struct verb *verb = &root;
	size_t i;

	for (i = 0; verb && i < place->noperands; i++)
		verb = verb->verbs ? find_verb(verb->verbs, place->operands[i]) : NULL;
	if (verb)
		offer_verbs(place, verb);
	if (verb == &root)
		offer(place, "exit-codes");
}

/* A usage of several lines repeats the command in each but the first. */
static void offer_operands(const struct place *place)
{
	char copy[400], *line, *rest = copy, *usage;

	snprintf(copy, sizeof(copy), "%s", verb_of(place)->operands);
	while ((line = strsep(&rest, "\n"))) {
		usage = strstr(line, "cleardown bind ");
		offer_operand(place, usage ? usage + strlen("cleardown bind ") : line);
	}
}

/* ---- the command line ---- */

static void take_option(struct place *place, const char *word)
{
	struct option all[MAX_OPTIONS];
	const struct option *o;

	merge_options(verb_of(place)->options, all);
	for (o = all; o->name; o++)
		if (!strcmp(word, o->name) && o->has_arg == required_argument)
			place->option = o->name;
}

static void take_word(struct place *place, const char *word)
{
	const struct verb *verb = verb_of(place);

	if (place->option) {
		place->option = NULL;
	} else if (*word == '-' && word[1] && !place->only_operands) {
		place->only_operands = !strcmp(word, "--");
		take_option(place, word + strspn(word, "-"));
	} else if (verb->verbs) {
		verb = find_verb(verb->verbs, word);
		if (verb && place->depth < ARRAY_SIZE(place->path))
			place->path[place->depth++] = verb;
	} else if (place->noperands < MAX_OPERANDS) {
		place->operands[place->noperands++] = word;
	}
}

int complete(int argc, char **argv)
{
	struct place place = { .path = { &root }, .depth = 1, .word = "" };
	int i;

	for (i = 0; i + 1 < argc; i++)
		take_word(&place, argv[i]);
	if (argc)
		place.word = argv[argc - 1];
	if (place.option)
		offer_value(&place);
	else if (*place.word == '-' && !place.only_operands)
		offer_options(&place);
	else if (verb_of(&place)->verbs)
		offer_verbs(&place, verb_of(&place));
	else if (!strcmp(verb_of(&place)->name, "help"))
		offer_help(&place);
	else
		offer_operands(&place);
	return XC_OK;
}
