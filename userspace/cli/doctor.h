/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doctor: what its parts share. */
#ifndef CLEARDOWN_CLI_DOCTOR_H
#define CLEARDOWN_CLI_DOCTOR_H

#include "cli.h"

enum level { FINE, NOTE, WRONG };

struct finding {
	enum level level;
	enum exit_code code; /* of what is wrong */
	const char *check;
	const char *object; /* or NULL */
	char text[256];
	char remedy[192]; /* "" where there is none */
};

void doctor_tell(const struct finding *f);

/* The fax service of the machine, where a fax line is bound (doctor_fax.c). */
void doctor_fax(struct cleardown_ctl *ctl);

#endif /* CLEARDOWN_CLI_DOCTOR_H */
