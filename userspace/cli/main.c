// SPDX-License-Identifier: GPL-2.0-or-later
/* cleardown: finds the command, takes the options, prints the document. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "cli.h"

#define MAX_DEPTH 4

static int run_help(int argc, char **argv);
static int run_version(int argc, char **argv);

static const struct verb verb_help = {
	.name = "help",
	.operands = "[COMMAND [VERB] | exit-codes]",
	.summary = "explain a command, or the exit codes",
	.run = run_help,
};

static const struct verb verb_version = {
	.name = "version",
	.operands = "",
	.summary = "versions of tool and module",
	.run = run_version,
};

/* A table of structs, not of pointers, so that help can walk any level the same way. */
static struct verb root_verbs[21];

const struct verb root = {
	.name = "cleardown",
	.operands = "[OPTIONS] COMMAND [VERB] [OPERANDS]",
	.summary =
		"Phones, printer ports, virtual circuits and faxes with an orderly, bounded, honest end",
	.verbs = root_verbs,
};

static void fill_root(void)
{
	const struct verb *const verbs[] = {
		&verb_scan,  &verb_bind,    &verb_rebind,  &verb_unbind, &verb_apply,
		&verb_list,  &verb_show,    &verb_holders, &verb_doctor, &verb_selftest,
		&verb_phone, &verb_port,    &verb_vc,	   &verb_fax,	 &verb_close,
		&verb_wait,  &verb_monitor, &verb_reports, &verb_help,	 &verb_version,
	};
	size_t i;

	_Static_assert(ARRAY_SIZE(verbs) < ARRAY_SIZE(root_verbs), "the table needs its end");
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		root_verbs[i] = *verbs[i];
}

static const struct option common_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "timeout", required_argument, NULL, 't' },
	{ "no-color", no_argument, NULL, OPT_NO_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static int set_timeout(const char *argument)
{
	char *end;
	double seconds = strtod(argument, &end);

	if (end == argument || *end || !isfinite(seconds) || seconds <= 0 || seconds > 1e9)
		return complain_usage("--timeout %s: not a number of seconds above 0", argument);
	settings.timeout_ns = seconds * NS_PER_SEC;
	return XC_OK;
}

/* Where in the tree the command line is; help refers to it. */
struct place {
	const struct verb *path[MAX_DEPTH];
	size_t depth;
	bool help;
	bool version;
};

static int take_common(struct place *place, int option, const char *argument)
{
	switch (option) {
	case 'j':
		settings.json = true;
		return XC_OK;
	case 'p':
		settings.pretty = true;
		return XC_OK;
	case 'q':
		settings.quiet = true;
		return XC_OK;
	case 'v':
		settings.verbose = true;
		return XC_OK;
	case 't':
		return set_timeout(argument);
	case OPT_NO_COLOR:
		settings.color = false;
		return XC_OK;
	case 'h':
		place->help = true;
		return XC_OK;
	default:
		place->version = true;
		return XC_OK;
	}
}

void merge_options(const struct option *own, struct option *all)
{
	size_t n = 0;

	for (; own && own->name; own++)
		all[n++] = *own;
	memcpy(all + n, common_options, sizeof(common_options));
}

/* An option of @all that @word may have been meant to be, a value behind it left out; or NULL. */
static const char *near_option(const char *word, const struct option *all, char *near, size_t size)
{
	const char *names[MAX_OPTIONS] = { NULL }, *found;
	char name[64];
	size_t i;

	for (i = 0; all[i].name; i++)
		names[i] = all[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	found = nearest_word(name, names);
	if (!found || !strcmp(found, name))
		return NULL;
	snprintf(near, size, "--%s", found);
	return near;
}

static int bad_option(int option, const char *word, const struct option *all)
{
	char near[64];

	if (option == ':')
		return complain_usage("option %s needs a value", word);
	if (optopt && optopt < 256 && strncmp(word, "--", 2))
		return complain_usage("there is no option -%c here", optopt);
	return complain_near(near_option(word, all, near, sizeof(near)),
			     "there is no option %s here, or it takes no value", word);
}

/*
 * @stop is "+" in front of a command (its own options come later), "" for the command itself,
 * whose options may stand anywhere. Returns an exit code; optind is at the first operand.
 */
static int take_options(struct place *place, const char *stop, int argc, char **argv)
{
	const struct verb *verb = place->path[place->depth - 1];
	struct option all[MAX_OPTIONS];
	char letters[16];
	int option, code;

	merge_options(verb->options, all);
	snprintf(letters, sizeof(letters), "%s:jpqvh", stop);
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, all, NULL)) != -1) {
		if (option == '?' || option == ':')
			return bad_option(option, argv[optind - 1], all);
		if (verb->set && option >= 256 && option != OPT_NO_COLOR)
			code = verb->set(option, optarg);
		else
			code = take_common(place, option, optarg);
		if (code)
			return code;
	}
	return XC_OK;
}

const struct verb *find_verb(const struct verb *verbs, const char *word)
{
	for (; verbs->name; verbs++)
		if (!strcmp(verbs->name, word))
			return verbs;
	return NULL;
}

static int no_such_verb(const struct verb *group, const char *word)
{
	const char *words[ARRAY_SIZE(root_verbs)] = { NULL };
	struct trouble trouble = { 0 };
	char cause[128], remedy[128];
	const char *near;
	size_t n;

	for (n = 0; group->verbs[n].name; n++)
		words[n] = group->verbs[n].name;
	near = nearest_word(word, words);
	snprintf(cause, sizeof(cause), "there is no command \"%.60s\" in %s", word, group->name);
	if (near)
		snprintf(remedy, sizeof(remedy), "did you mean %s?", near);
	else
		snprintf(remedy, sizeof(remedy), "see `%s%s --help`",
			 group == &root ? "" : "cleardown ", group->name);
	trouble.cause = cause;
	trouble.remedy = remedy;
	return complain(XC_USAGE, &trouble);
}

static int no_verb(const struct place *place)
{
	char cause[64];

	if (settings.json) {
		snprintf(cause, sizeof(cause), "%s needs a command",
			 place->path[place->depth - 1]->name);
		return complain_usage("%s", cause);
	}
	help_verb(stderr, place->path, place->depth);
	return XC_USAGE;
}

/* "phone help dial", "phone help": the group's own help. */
static bool asks_help(const struct place *place, const char *word)
{
	return place->depth > 1 && !strcmp(word, "help");
}

static void enter(struct place *place, const struct verb *verb)
{
	size_t n = strlen(settings.command);

	place->path[place->depth++] = verb;
	snprintf(settings.command + n, sizeof(settings.command) - n, " %s", verb->name);
}

static int descend(struct place *place, int argc, char **argv)
{
	const struct verb *verb = place->path[place->depth - 1];
	int code;

	code = take_options(place, verb->verbs ? "+" : "", argc, argv);
	if (code)
		return code;
	if (place->version)
		return run_version(0, NULL);
	argc -= optind;
	argv += optind;
	if (verb->verbs && argc && !place->help && !asks_help(place, argv[0])) {
		verb = find_verb(verb->verbs, argv[0]);
		if (!verb)
			return no_such_verb(place->path[place->depth - 1], argv[0]);
		enter(place, verb);
		return descend(place, argc, argv);
	}
	if (verb->verbs && argc > 1 && !place->help && find_verb(verb->verbs, argv[1]))
		place->path[place->depth++] = find_verb(verb->verbs, argv[1]);
	if (place->help || (verb->verbs && argc)) {
		help_verb(stdout, place->path, place->depth);
		return XC_OK;
	}
	return verb->verbs ? no_verb(place) : verb->run(argc, argv);
}

static int run_help(int argc, char **argv)
{
	struct place place = { .path = { &root }, .depth = 1 };
	const struct verb *verb = &root;
	int i;

	if (argc == 1 && !strcmp(argv[0], "exit-codes")) {
		help_exit_codes(stdout);
		return XC_OK;
	}
	for (i = 0; i < argc; i++) {
		if (!verb->verbs || !find_verb(verb->verbs, argv[i]))
			return verb->verbs ? no_such_verb(verb, argv[i]) :
					     complain_usage("%s has no verbs", verb->name);
		verb = find_verb(verb->verbs, argv[i]);
		place.path[place.depth++] = verb;
	}
	help_verb(stdout, place.path, place.depth);
	return XC_OK;
}

static int run_version(int argc, char **argv)
{
	struct cleardown_ctl *ctl = cleardown_ctl_open();
	const char *module = NULL;
	struct json_object *doc;
	uint32_t abi = 0;

	(void)argv;
	if (argc)
		return complain_usage("version takes no operands");
	if (ctl)
		module = cleardown_ctl_version(ctl, &abi);
	if (settings.json) {
		doc = doc_open("version");
		put_text(doc, "tool", CLEARDOWN_VERSION);
		put_text(doc, "module", module);
		json_object_object_add(doc, "abi", module ? json_object_new_int(abi) : NULL);
	} else {
		printf("cleardown %s\n", CLEARDOWN_VERSION);
		if (module)
			printf("module %s, interface %u\n", module, abi);
		else
			puts("module not loaded");
	}
	cleardown_ctl_free(ctl);
	return XC_OK;
}

/* --json anywhere makes errors JSON, also that of an option which stands before it. */
static bool wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-j") || !strcmp(argv[i], "--json"))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct place place = { .path = { &root }, .depth = 1 };
	int code;

	/* A reader that went away is an error of write(2), after which a call is closed in order. */
	signal(SIGPIPE, SIG_IGN);
	scols_init_debug(0);
	fill_root();
	if (argc > 1 && !strcmp(argv[1], "__complete"))
		return complete(argc - 2, argv + 2);
	settings.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	settings.json = wants_json(argc, argv);
	code = descend(&place, argc, argv);
	doc_print();
	if (fflush(stdout) && code == XC_OK)
		code = XC_DEVICE;
	return code;
}
