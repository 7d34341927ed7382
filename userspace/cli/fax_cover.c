// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cover pages. In a template the names between at-signs become words, all in one pass, so that what
 * somebody wrote is never taken for a name; in PostScript they stand in strings.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fax.h"

#define TEMPLATE_MAX (1L << 20)

struct field {
	const char *name;
	const char *value;
};

/* The one that is installed beside the program, or was built with it. */
static FILE *open_default(char *path, size_t size)
{
	static const char *const places[] = { "../share/cleardown/cover.ps", "cover.ps" };
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	FILE *file = NULL;
	size_t i;

	if (n < 0)
		return NULL;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	for (i = 0; !file && i < ARRAY_SIZE(places); i++) {
		snprintf(path, size, "%s/%s", program, places[i]);
		file = fopen(path, "re");
	}
	return file;
}

static int no_template(const char *path, const char *cause, int err)
{
	const struct trouble trouble = {
		.object = path,
		.action = "use it as a cover",
		.cause = cause,
		.remedy = "a template is PostScript or UTF-8 text, with names as @TO@",
		.err = err,
	};

	return complain(err ? exit_for_errno(err) : XC_DOCUMENT, &trouble);
}

/* Latin-1 in a PostScript string; false where a character has no place in it. */
static bool put_escaped(FILE *out, const char *utf8)
{
	const unsigned char *p = (const unsigned char *)utf8;
	unsigned int c;

	while ((c = *p++)) {
		if (c >= 0x80) {
			if ((c != 0xc2 && c != 0xc3) || (*p & 0xc0) != 0x80)
				return false;
			c = (c & 0x03) << 6 | (*p++ & 0x3f);
		}
		if (c < 0x20)
			c = ' ';
		if (strchr("()\\", c) || c >= 0x7f)
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	return true;
}

/* The field whose name stands at @p, which is an at-sign. */
static const struct field *field_at(const struct field *fields, const char *p)
{
	size_t len;

	for (; fields->name; fields++) {
		len = strlen(fields->name);
		if (!strncmp(p + 1, fields->name, len) && p[len + 1] == '@')
			return fields;
	}
	return NULL;
}

static bool expand(const char *text, const struct field *fields, bool postscript, FILE *out)
{
	const struct field *field;
	const char *at;

	while ((at = strchr(text, '@'))) {
		fwrite(text, 1, at - text, out);
		field = field_at(fields, at);
		text = at + (field ? strlen(field->name) + 2 : 1);
		if (!field)
			fputc('@', out);
		else if (!postscript)
			fputs(field->value, out);
		else if (!put_escaped(out, field->value))
			return false;
	}
	fputs(text, out);
	return true;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int write_fields(const struct cover *cover, const char *text, bool postscript,
			const char *template, const char *path)
{
	time_t now = time(NULL);
	char date[32], pages[16];
	const struct field fields[] = {
		{ "TO", or_empty(cover->to) },
		{ "FROM", or_empty(cover->from) },
		{ "SUBJECT", or_empty(cover->subject) },
		{ "NOTE", or_empty(cover->note) },
		{ "NUMBER", or_empty(cover->number) },
		{ "DATE", date },
		{ "PAGES", pages },
		{ NULL, NULL },
	};
	FILE *out = fopen(path, "wxe");
	bool good;

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", localtime(&now));
	snprintf(pages, sizeof(pages), "%d", cover->pages);
	if (!out)
		return complain_errno(path, "write the cover", errno);
	good = expand(text, fields, postscript, out);
	if (fclose(out))
		return complain_errno(path, "write the cover", errno);
	if (!good)
		return no_template(template, "PostScript has Latin-1 only; take a text for this",
				   0);
	return XC_OK;
}

static int fill_in(const struct cover *cover, FILE *file, const char *template, const char *path)
{
	enum document_kind kind = document_kind(fileno(file));
	char *text = NULL;
	struct stat st;
	int code;

	if (kind != DOCUMENT_POSTSCRIPT && kind != DOCUMENT_TEXT)
		return no_template(template, "it is neither PostScript nor text", 0);
	if (fstat(fileno(file), &st) == 0 && st.st_size <= TEMPLATE_MAX)
		text = calloc(1, st.st_size + 1);
	if (!text || fread(text, 1, st.st_size, file) != (size_t)st.st_size ||
	    strlen(text) != (size_t)st.st_size)
		code = no_template(template, "it is too large, or has a zero byte", 0);
	else
		code = write_fields(cover, text, kind == DOCUMENT_POSTSCRIPT, template, path);
	free(text);
	return code;
}

int cover_write(const struct cover *cover, const char *path)
{
	char standard[4200] = "cover.ps";
	const char *template = cover->template ? cover->template : standard;
	FILE *file;
	int code;

	if (cover->template)
		file = fopen(template, "re");
	else
		file = open_default(standard, sizeof(standard));
	if (!file)
		return no_template(template, errno_cause(errno), errno);
	code = fill_in(cover, file, template, path);
	fclose(file);
	return code;
}
