/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients of a control socket; clients.c. */
#ifndef RIG_CLIENTS_H
#define RIG_CLIENTS_H

#include "bank.h"

#define LINE_MAX_LEN	4096

struct client {
	int fd;
	int index;
	char in[LINE_MAX_LEN];
	size_t len;
	bool skip;			/* the rest of a line that was too long */
	bool eof;			/* asks nothing more, but still wants his answers */
	bool waiting;			/* for the answer to a command; ops->check gives it */
	struct fifo out;
};

struct client_ops {
	void (*run)(struct client *c, char *text);
	void (*check)(struct client *c);	/* once a turn */
	void (*gone)(struct client *c);
};

/* A row of a program's command table. */
struct command {
	const char *name;
	void (*run)(struct client *c, char *rest);	/* NULL: answers the names of the table */
	const char *args;
	const char *help;
};

/* Runs the command that @text begins with, or says that there is none. */
void command_run(struct client *c, char *text, const struct command *commands, size_t n);
void clients_open(const char *path, const struct client_ops *ops);
struct client *client_by_index(int index);
void reply(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *next_word(char **rest);
bool next_number(char **rest, long *value);

#endif
