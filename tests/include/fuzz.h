/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of random calls share: numbers that can be drawn again from their seed, options. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "simphone.h"
#include "tap.h"

static inline uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline uint32_t below(uint64_t *state, uint32_t n)
{
	return (draw(state) >> 20) % n;
}

static inline bool one_in(uint64_t *state, uint32_t n)
{
	return !below(state, n);
}

/* Numbers that are near a border more often than not. */
static inline uint64_t number(uint64_t *state)
{
	switch (below(state, 8)) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return 1ULL << below(state, 64);
	case 3:
		return -1ULL - below(state, 256);
	case 4:
		return draw(state);
	default:
		return below(state, 16);
	}
}

/* Bytes that no name of a bystander can come out of: they never spell one by chance. */
static inline void scribble(uint64_t *state, char *arg, size_t size)
{
	uint32_t n = 1 + below(state, 3);

	while (n--) {
		uint64_t value = number(state);
		size_t width = 1U << below(state, 4);
		size_t at = below(state, size / width) * width;

		memcpy(arg + at, &value, width);
	}
}

/* ---- a run ---- */

struct fuzz_options {
	unsigned long count;
	unsigned long seed;
	unsigned int threads;
};

/* clang-format off */
#define FUZZ_OPTIONS                              \
	{ "count", required_argument, NULL, 'c' }, \
	{ "seed", required_argument, NULL, 's' },  \
	{ "threads", required_argument, NULL, 't' }
/* clang-format on */

/* False when @c is none of these. */
static inline bool fuzz_option(struct fuzz_options *o, int c)
{
	if (c == 'c')
		o->count = strtoul(optarg, NULL, 0);
	else if (c == 's')
		o->seed = strtoul(optarg, NULL, 0);
	else if (c == 't')
		o->threads = strtoul(optarg, NULL, 0);
	else
		return false;
	return true;
}

/* Two pages that can be touched end here, and one that cannot begins. */
static inline char *fuzz_border(void)
{
	char *pages =
		mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + 8192, 4096, PROT_NONE))
		DIE("mmap");
	return pages + 8192;
}

/* What is left alone is @fine until @child, who makes the calls, has ended well. */
static inline bool fuzz_watch(pid_t child, bool (*fine)(void))
{
	bool good = true, over = false;
	int status = 0;

	while (!over) {
		over = waitpid(child, &status, WNOHANG) == child;
		good = good && fine();
		poll(NULL, 0, 50);
	}
	EXPECT_EQ(good, status, 0);
	return good && fine();
}

#endif /* TESTS_FUZZ_H */
