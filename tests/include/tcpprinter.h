/* SPDX-License-Identifier: GPL-2.0-only */
/* The network printer of tests/rig/tcpprinter.c, by its control socket. */
#ifndef TESTS_TCPPRINTER_H
#define TESTS_TCPPRINTER_H

#include "simphone.h"

/* One command to the printer at @control; its answer without the newline. */
static inline const char *tcpprinter_says(const char *control, const char *command)
{
	static char answer[512];
	char line[256];
	FILE *p;

	snprintf(line, sizeof(line), "bankctl %s %s", control, command);
	p = popen(line, "r");
	if (!p || !fgets(answer, sizeof(answer), p))
		DIE("the printer does not answer to %s", command);
	pclose(p);
	answer[strcspn(answer, "\n")] = 0;
	return answer;
}

/**
 * struct printed - what the printer has seen
 * @connections: so far
 * @open: of these, the ones that have not ended
 * @last: bytes of the one that ended last
 * @end: how that one ended: fin, reset
 */
struct printed {
	unsigned int connections;
	unsigned int open;
	unsigned long long last;
	char end[16];
};

static inline struct printed tcpprinter_printed(const char *control)
{
	const char *s = tcpprinter_says(control, "stats");
	struct printed p = { 0 };

	if (sscanf(s, "ok connections %u open %u bytes %*u last %llu %*s %15s", &p.connections,
		   &p.open, &p.last, p.end) != 4)
		DIE("stats: %s", s);
	return p;
}

/* Waits until the printer has seen the end of all connections. */
static inline struct printed tcpprinter_printed_all(const char *control)
{
	uint64_t end = cd_now() + 10 * CD_S;
	struct printed p;

	while ((p = tcpprinter_printed(control)).open)
		if (cd_now() > end)
			DIE("a connection stays open");
	return p;
}

#endif /* TESTS_TCPPRINTER_H */
