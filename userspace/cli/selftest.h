/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The self-test: what its parts share. */
#ifndef CLEARDOWN_CLI_SELFTEST_H
#define CLEARDOWN_CLI_SELFTEST_H

#include "cli.h"

/* What a close may take longer than its deadline, on a machine that is busy. */
#define SELFTEST_SLACK	(500 * NS_PER_MS)
#define SELFTEST_DEADLINE (2 * NS_PER_SEC)

enum outcome { TEST_PASS, TEST_FAIL, TEST_SKIP };

/* One result, told at once. @check is a word of the schema; @took_ns: 0 = was not measured. */
void selftest_tell(const char *check, enum outcome outcome, int64_t took_ns, const char *format,
		   ...) PRINTF(4, 5);
/* Pass or fail. */
enum outcome selftest_if(bool good);

/*
 * Runs a close, which a broken kernel might never end, in a thread. -1 with ETIMEDOUT: it has not come
 * back long behind its deadline; the thread stays, and dies with the process. @arg must stay, too.
 */
int selftest_close(int (*run)(void *arg), void *arg, int64_t *took_ns);

/* What is tried on: the device as it was listed, and what the user gave with --number or --sap. */
struct subject {
	struct cleardown_ctl *ctl;
	struct cleardown_device device;
	const char *number;	/* NULL: no call */
	unsigned int sap;
};

/*
 * A child that does @hold and is killed by SIGKILL once it said that it has done so; it has 20 s for
 * it. Its pid, or -1 where it could not. @hold: returns when what it made is there.
 */
pid_t selftest_victim(const struct subject *s, bool (*hold)(const struct subject *s));

/* The parts: each tells its results. */
void selftest_owned(const struct subject *s);	/* phones and ports */
void selftest_vc(const struct subject *s);
void selftest_fax(const struct subject *s);
/* What the plain device would have done: "plain" of the document, or a few lines. */
void selftest_plain(const struct subject *s);

#endif /* CLEARDOWN_CLI_SELFTEST_H */
