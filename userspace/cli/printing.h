/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One document on its way to a port that this process owns. */
#ifndef CLEARDOWN_CLI_PRINTING_H
#define CLEARDOWN_CLI_PRINTING_H

#include "session.h"
#include "source.h"

#define PRINT_BUFFER	65536

/* What keeps a document from its end. */
enum why {
	WHY_NOTHING,
	WHY_SIGNAL,			/* Ctrl-C and its like */
	WHY_OTHERS,			/* somebody cancelled it */
	WHY_STALL,			/* the printer has taken nothing for too long */
	WHY_SOURCE,			/* its bytes ended too early; the user has been told */
	WHY_FORCE,			/* the port was closed by somebody */
	WHY_ERROR,			/* errno in err */
};

struct printing {
	struct session *s;
	struct source *source;
	const char *name;		/* of the job */
	bool implicit;			/* no START_DOC and END_DOC: the write begins it */
	bool want_printed;
	int64_t stall_ns;		/* longest time in which nothing moves */

	uint64_t previous;		/* document of this session before */
	uint64_t number;		/* ours, 0 = not begun */
	uint64_t end_id;		/* of END_DOC, 0 = not handed in */
	bool ended;			/* its completion came */
	enum why why;
	int err;
	int told;			/* exit code of what was told already, 0 = nothing */
	uint32_t status_word;
	int64_t limit_ns;		/* a cancel is not waited for longer; -1 = there was none */
	struct cleardown_document document;
	struct cleardown_printer_status status;
	int64_t moved_ns;		/* when anything moved last */
	int64_t drawn_ns;
	bool again;			/* the port had room and took nothing */
	bool on_screen;
	size_t begin, end;
	char bytes[PRINT_BUFFER];
};

/* Makes ready for a document of @source. */
void printing_init(struct printing *p, struct session *s, struct source *source, const char *name);

/*
 * Prints it. Returns an exit code, having told the user what became of it where that is not XC_OK;
 * p->document says the same in numbers.
 */
int print_document(struct printing *p);

#endif /* CLEARDOWN_CLI_PRINTING_H */
