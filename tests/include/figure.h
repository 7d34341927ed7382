/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Figures of tests/bench: lines that scripts/bench reads, one for each run of a measurement, ours
 * and its anchor taking turns.
 */
#ifndef TESTS_FIGURE_H
#define TESTS_FIGURE_H

#include <stdarg.h>
#include <stdio.h>

#define RUNS 5

enum figure_of { OURS, ANCHOR };

__attribute__((format(printf, 4, 5))) static inline void figure(enum figure_of of, const char *unit,
								double value, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	vprintf(what, args);
	va_end(args);
	printf("\t%s\t%s\t%.9g\n", of == OURS ? "ours" : "anchor", unit, value);
	fflush(stdout);
}

#endif /* TESTS_FIGURE_H */
