/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faxes that the daemon has received. */
#ifndef CLEARDOWN_CLI_FAX_RECEIVED_H
#define CLEARDOWN_CLI_FAX_RECEIVED_H

#include "fax.h"

struct received {
	struct json_object *answer; /* of the daemon, with "faxes"; NULL = not asked yet */
};

/* Those that are there. Returns an exit code, having told the user. */
int received_load(struct received *received);
void received_free(struct received *received);

/*
 * Asks again, shows those that were not in @received, which has all then, and puts copies of their
 * files into @dir unless that is NULL. @n, or NULL, grows by their number. Returns an exit code.
 */
int received_show_new(struct received *received, const char *dir, uint64_t *n);

#endif /* CLEARDOWN_CLI_FAX_RECEIVED_H */
