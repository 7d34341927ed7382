/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be faxed: whatever it is, a TIFF file that goes on a line as it is comes out of it, or a
 * sentence says why not. Files of others are worked on by programs that have their input, their
 * output, and limits of time, memory and size.
 */
#ifndef CLEARDOWN_FAXD_DOCUMENT_H
#define CLEARDOWN_FAXD_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

enum document_kind {
	DOCUMENT_UNKNOWN,
	DOCUMENT_TIFF,
	DOCUMENT_PDF,
	DOCUMENT_POSTSCRIPT,
	DOCUMENT_TEXT,			/* UTF-8 */
};

enum document_resolution {
	DOCUMENT_STANDARD,		/* 204 x 98 per inch */
	DOCUMENT_FINE,			/* 204 x 196 */
	DOCUMENT_SUPERFINE,		/* 204 x 391 */
};

#define DOCUMENT_MAX_PAGES	1000
#define DOCUMENT_MAX_ROWS	32000	/* of a page: 4 m in standard resolution */

struct document {
	int pages;
	/* Of the first page. */
	unsigned int width;		/* 1728, 2048 or 2432 */
	unsigned int rows;
	enum document_resolution resolution;
};

struct document_options {
	enum document_resolution resolution;	/* of what has none of its own */
	bool letter;				/* paper for text: US letter, not A4 */
	int timeout_s;				/* of a conversion; 0: 120 */
};

/* By its first bytes; @fd must be a file, and is left where it was. */
enum document_kind document_kind(int fd);
const char *document_kind_name(enum document_kind kind);

/* Does every page of a TIFF file go on a line as it is? 0, or -1 with @error. */
int document_check(int fd, struct document *doc, char *error, size_t size);

/*
 * Writes what is in @fd to @out, a new file, as TIFF, checked and on disk. A TIFF file is taken as it
 * is or refused. 0, or -1 with @error; then @out is not there.
 */
int document_take(int fd, const char *out, const struct document_options *options,
		  struct document *doc, char *error, size_t size);

#endif /* CLEARDOWN_FAXD_DOCUMENT_H */
