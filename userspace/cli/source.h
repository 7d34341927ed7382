/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed: a file, standard input, or what ghostscript makes of either. */
#ifndef CLEARDOWN_CLI_SOURCE_H
#define CLEARDOWN_CLI_SOURCE_H

#include "cli.h"

struct source {
	const char *file;		/* as the user wrote it */
	int fd;				/* where the bytes come from */
	pid_t converter;		/* 0: none */
	uint64_t size;			/* bytes that will come, 0 = not known */
	bool ended;
};

/*
 * Opens @file, "-" being standard input. With @device, a ghostscript device, PDF and PostScript are
 * converted; standard input is then taken for one of them, other files go as they are. Returns an
 * exit code, having told the user.
 */
int source_open(struct source *source, const char *file, const char *device);

/* After the last byte: whether that was all of it. Returns an exit code, having told the user. */
int source_finish(struct source *source);

/* Lets it go, whatever it is doing. */
void source_close(struct source *source);

#endif /* CLEARDOWN_CLI_SOURCE_H */
