/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine is suspended as far as its tasks are frozen, and comes back by itself. Include after
 * #define _GNU_SOURCE.
 */
#ifndef TESTS_POWER_H
#define TESTS_POWER_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline bool power_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!good)
		fprintf(stderr, "# %s > %s: %m\n", text, path);
	close(fd);
	return good;
}

/*
 * Returns after it. See e2e/suspend.c for the processor. The kernel does nothing else for the second
 * that it stays there, and a lockup is what it calls the five that it would stay by itself, when the
 * host takes the processor away again and again.
 */
static inline bool power_suspend(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return !sched_setaffinity(0, sizeof(set), &set) &&
	       power_put("/sys/module/suspend/parameters/pm_test_delay", "1") &&
	       power_put("/sys/power/pm_test", "freezer") && power_put("/sys/power/state", "mem");
}

#endif /* TESTS_POWER_H */
