/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be faxed: whatever it is, a TIFF file that spandsp takes as it is comes out of it, or a
 * sentence says why not. The work on files of others is done by a child with nothing but its input,
 * its output and limits of time, memory and size.
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

struct document_page {
	unsigned int width;		/* 1728, 2048 or 2432 */
	unsigned int rows;
	enum document_resolution resolution;
};

#define DOCUMENT_MAX_PAGES	1000

struct document {
	int pages;
	struct document_page page[DOCUMENT_MAX_PAGES];
};

struct document_options {
	enum document_resolution resolution;	/* of what has none of its own */
	bool letter;				/* paper for text: US letter, not A4 */
	int timeout_s;				/* of a conversion; 0: 120 */
};

/* By its first bytes. @fd is left where it was. */
enum document_kind document_kind(int fd);
const char *document_kind_name(enum document_kind kind);

/* Is every page of the TIFF file @path one that goes on a line as it is? 0, or -1 and @error. */
int document_check(const char *path, struct document *doc, char *error, size_t size);

/*
 * Writes to @out, a new file, what is in @fd, and checks it. A TIFF file is copied if it is good and
 * refused otherwise. 0, or -1 and @error; then @out is gone.
 */
int document_take(int fd, const char *out, const struct document_options *options,
		  struct document *doc, char *error, size_t size);

/* The same pages as a PDF file, for who shall read them. */
int document_pdf(const char *tiff, const char *out, char *error, size_t size);

#endif /* CLEARDOWN_FAXD_DOCUMENT_H */
