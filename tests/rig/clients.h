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
	bool waiting;			/* for the answer to a command: client_wait() */
	double until;			/* clock_real(), as long as it waits */
	struct timer timer;
	struct fifo out;
};

struct command;

struct client_ops {
	const struct command *commands;		/* or NULL: run does it all */
	size_t count;
	void (*run)(struct client *c, char *text);
	/* Answers a client who waits, if what he waits for is there or it is too late for it. */
	bool (*answer)(struct client *c, bool late);
};

/* A row of a program's command table. */
struct command {
	const char *name;
	void (*run)(struct client *c, char *rest);	/* NULL: answers the names of the table */
	const char *args;
	const char *help;
};

void clients_open(const char *path, const struct client_ops *ops);
/* For so long what it was asked is not answered but by ops->answer; nor what it asks next. */
void client_wait(struct client *c, long ms);
void reply(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *next_word(char **rest);
bool next_number(char **rest, long *value);
/* How many octets; 0 when it is not hex, not whole octets, or too much. */
size_t parse_hex(uint8_t *out, size_t size, const char *hex);
/* A command: a note in the log. */
void command_log(struct client *c, char *rest);

#endif
