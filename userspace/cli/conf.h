/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/cleardown.conf: which objects there are to be. */
#ifndef CLEARDOWN_CLI_CONF_H
#define CLEARDOWN_CLI_CONF_H

#include "cli.h"

#define CONF_FILE "/etc/cleardown.conf"

enum conf_key {
	KEY_CLASS,
	KEY_LINE,
	KEY_DIALECT,
	KEY_SPEED,
	KEY_FLOW,
	KEY_INIT,
	KEY_MONITOR,
	KEY_ARGS,
	CONF_KEYS,
};

/* "[phone0]", "[defaults]", "[defaults port]" or "[dialect courier]". */
struct conf_section {
	char *name;
	unsigned int line;
	char *values[CONF_KEYS];
	unsigned int lines[CONF_KEYS];
};

struct conf_object {
	unsigned int line;
	struct bind_wish wish;	/* its strings are the sections' */
};

struct conf_error {
	unsigned int line;
	char *cause;
	char *remedy;		/* or NULL */
};

struct conf {
	const char *file;
	struct conf_section *sections;
	size_t nsections;
	struct conf_object *objects;
	size_t nobjects;
	struct conf_error *errors;	/* told already */
	size_t nerrors;
	bool short_of_memory;
};

/* Reads the file and checks all that can be checked without the kernel. Returns an exit code. */
int conf_load(struct conf *conf, const char *file);
void conf_free(struct conf *conf);

#endif /* CLEARDOWN_CLI_CONF_H */
