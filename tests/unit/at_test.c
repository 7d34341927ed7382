// SPDX-License-Identifier: GPL-2.0-only
/* The checks of at_walk.h as a program. */
#include <stdio.h>
#include <string.h>

#define AT_SAY(...) printf("# " __VA_ARGS__)
#include "at_walk.h"

int main(void)
{
	unsigned int failures = 0;
	size_t i;

	for (i = 0; i < COUNT(at_checks); i++) {
		bool good = at_checks[i].run();

		printf("%sok %zu - at: %s\n", good ? "" : "not ", i + 1, at_checks[i].what);
		failures += !good;
	}
	printf("1..%zu\n", COUNT(at_checks));
	return failures != 0;
}
