/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates of tests/bench: how many of something within a run of a fixed time. */
#ifndef TESTS_TALLY_H
#define TESTS_TALLY_H

#include "cd.h"
#include "simphone.h"

#define RUN_S 3
#define IN_FLIGHT 64

/* Octets, or things, and what they took. */
struct tally {
	uint64_t n;
	uint64_t ns;
};

static inline double rate(struct tally t)
{
	return t.ns ? (double)t.n * CD_S / t.ns : 0;
}

static inline uint64_t run_end(void)
{
	return cd_now() + RUN_S * CD_S;
}

#endif /* TESTS_TALLY_H */
