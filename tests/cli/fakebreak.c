// SPDX-License-Identifier: GPL-2.0-only
/*
 * Promises that the stand-in breaks on purpose, one by one, so that `cleardown selftest` can be seen
 * to notice each; and what it takes to keep them where the program has children.
 *
 *   FAKE_BREAK  words, separated by blanks. Phones and ports: exclusive (a second owner is let in),
 *               all-before (completions come behind the close), exactly-once (one comes twice), silent
 *               (a ring behind the close), accounted (a byte is counted twice), reported (no report),
 *               owner-killed (no report of it), owner-lives (who was killed keeps the object), call
 *               (not proven on-hook), stale. Of a link exactly-once, stale, all-before (the close of
 *               the second circuit leaves its call without completion), call and bounded (the close
 *               of the first and of the second circuit is refused), cleared, owner-killed (a circuit
 *               is left). Of the fax server bounded (its close fails), stale, events-go-on (none is
 *               read behind the close), owner-killed (a handle is left), provider (there is none)
 *   FAKE_HASTE  set: sleeping takes no time, but the clock goes on
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

static struct shared *page;
static pid_t first; /* the program itself, not a child */
static _Atomic long long skipped_ns;

static __attribute__((constructor)) void begin(void)
{
	first = getpid();
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		abort();
}

bool keeps(const char *promise)
{
	char words[128], *word, *rest = words;

	snprintf(words, sizeof(words), "%s", setting("FAKE_BREAK", ""));
	while ((word = strsep(&rest, " ")))
		if (!strcmp(word, promise))
			return false;
	return true;
}

struct shared *shared(void)
{
	return page;
}

bool is_child(void)
{
	return getpid() != first;
}

/* ---- the calls that are replaced ---- */

EXPORT int usleep(useconds_t us)
{
	static int (*real)(useconds_t);

	if (getenv("FAKE_HASTE")) {
		skipped_ns += us * 1000LL;
		return 0;
	}
	if (!real)
		real = (int (*)(useconds_t))dlsym(RTLD_NEXT, "usleep");
	return real(us);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	int ret;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	ret = real(clock, ts);
	if (ret == 0 && clock == CLOCK_MONOTONIC) {
		ts->tv_sec += (ts->tv_nsec + skipped_ns) / 1000000000;
		ts->tv_nsec = (ts->tv_nsec + skipped_ns) % 1000000000;
	}
	return ret;
}
