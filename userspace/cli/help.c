// SPDX-License-Identifier: GPL-2.0-or-later
/* Help on every level, and what a mistyped word was meant to be. */
#include <string.h>

#include "cli.h"

static void print_path(FILE *to, const struct verb *const *path, size_t depth)
{
	size_t i;

	for (i = 0; i < depth; i++)
		fprintf(to, "%s%s", i ? " " : "", path[i]->name);
}

static void print_verbs(FILE *to, const struct verb *verbs)
{
	const struct verb *verb;

	fputs("\nCommands:\n", to);
	for (verb = verbs; verb->name; verb++)
		fprintf(to, "  %-11s %s\n", verb->name, verb->summary);
}

static const char common_options[] =
	"\nCommon options:\n"
	"  -j, --json           JSON on stdout: one document, or lines where the output is a stream\n"
	"  -p, --pretty         with --json: indented\n"
	"  -q, --quiet          no progress messages\n"
	"  -v, --verbose        more: close reports, progress also without a terminal\n"
	"      --timeout SEC    longest wait for an open or a request\n"
	"      --no-color       no colours (also: NO_COLOR in the environment)\n"
	"  -h, --help           this text\n"
	"      --version        versions of tool and module\n";

void help_verb(FILE *to, const struct verb *const *path, size_t depth)
{
	const struct verb *verb = path[depth - 1];

	fputs("Usage: ", to);
	print_path(to, path, depth);
	fprintf(to, "%s%s\n\n%s\n", *verb->operands ? " " : "", verb->operands, verb->summary);
	if (verb->details)
		fprintf(to, "\n%s", verb->details);
	if (verb->verbs)
		print_verbs(to, verb->verbs);
	if (depth == 1 || !verb->verbs)
		fputs(common_options, to);
	else
		fprintf(to, "\n`cleardown help %s VERB` explains each.\n", verb->name);
	if (depth == 1)
		fputs("\n`cleardown help COMMAND` explains each; `cleardown help exit-codes`, how they\n"
		      "end; share/cleardown/cleardown.schema.json describes what --json prints.\n",
		      to);
}

#define WORD_MAX_LEN	31

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance, one row at a time. */
static unsigned int distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), i, j;
	unsigned int row[WORD_MAX_LEN + 1], above_left, above;

	if (la > WORD_MAX_LEN || lb > WORD_MAX_LEN)
		return WORD_MAX_LEN;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		above_left = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1,
				      above_left + (a[i - 1] != b[j - 1]));
			above_left = above;
		}
	}
	return row[lb];
}

const char *nearest_word(const char *word, const char *const *words)
{
	unsigned int best = strlen(word) < 4 ? 2 : 3, d;
	const char *nearest = NULL;

	for (; *words; words++) {
		d = distance(word, *words);
		if (d < best) {
			best = d;
			nearest = *words;
		}
	}
	return nearest;
}
