/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A data call joined to two files. */
#ifndef CLEARDOWN_CLI_PUMP_H
#define CLEARDOWN_CLI_PUMP_H

#include "session.h"

#define PUMP_SIZE	16384

struct buffer {
	char bytes[PUMP_SIZE];
	size_t begin;
	size_t end;
};

struct pump {
	int in;				/* what is read here goes to the far end; -1 = nothing */
	int out;			/* what comes from there goes here; -1 = it is dropped */
	bool stay;			/* after the end of the input go on until the far end ends */
	bool in_ended;
	bool far_ended;
	struct buffer to_far;
	struct buffer to_out;
	uint64_t sent;
	uint64_t received;
};

enum ended {
	ENDED_BY_PEER,
	ENDED_BY_INPUT,			/* end of file */
	ENDED_BY_OUTPUT,		/* its reader has gone */
	ENDED_BY_SIGNAL,
	ENDED_BY_FORCE,			/* PHONE_CLOSE */
	ENDED_BY_ERROR,			/* errno says */
};

/* Carries bytes while the call of @s is up, and says what ended that. */
enum ended pump_run(struct pump *pump, struct session *s);
/* Input that was read and could not be handed over any more. */
size_t pump_unsent(const struct pump *pump);

#endif /* CLEARDOWN_CLI_PUMP_H */
