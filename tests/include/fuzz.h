/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of random calls share: numbers that can be drawn again from their seed. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

#endif /* TESTS_FUZZ_H */
