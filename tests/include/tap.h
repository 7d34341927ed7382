/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Result lines of test programs (TAP). The text of a result begins with the clause ids that it
 * proves; tests/vm/guest.sh takes the lines over (`tap PROGRAM`), the ledger reads them.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int tap_count;
static int tap_failures;

/* One result; returns @good so that a test can stop. What made it false goes to stderr before. */
__attribute__((format(printf, 2, 3))) static inline bool tap(bool good, const char *format, ...)
{
	va_list args;

	printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	tap_failures += !good;
	return good;
}

/* Collects the conditions of one result: each that fails is named on stderr. */
#define EXPECT(good, condition)                                                               \
	((condition) ?                                                                        \
		 (good) :                                                                     \
		 (fprintf(stderr, "# %s:%d: not true: %s\n", __FILE__, __LINE__, #condition), \
		  (good) = false))

#define EXPECT_EQ(good, a, b)                                                                      \
	do {                                                                                       \
		long long left_ = (long long)(a), right_ = (long long)(b);                         \
		if (left_ != right_) {                                                             \
			fprintf(stderr, "# %s:%d: %s = %lld, not %s = %lld\n", __FILE__, __LINE__, \
				#a, left_, #b, right_);                                            \
			(good) = false;                                                            \
		}                                                                                  \
	} while (0)

/* The last statement of main(). */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? 1 : 0;
}

#endif /* TESTS_TAP_H */
