// SPDX-License-Identifier: GPL-2.0-only
/* See loop.h. */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "loop.h"

static volatile sig_atomic_t stop;
static sigset_t while_asleep;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

void loop_begin(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &while_asleep);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void loop_end(void)
{
	stop = 1;
}

bool loop_over(void)
{
	return stop;
}

bool loop_sleep(struct pollfd *p, int n, int most_ms)
{
	struct timespec ts = { 0 };
	bool forever = clock_wait_ns(&ts.tv_nsec) < 0;

	if (most_ms >= 0 && (forever || ts.tv_nsec > most_ms * 1000000L)) {
		ts.tv_nsec = most_ms * 1000000L;
		forever = false;
	}
	if (ppoll(p, (nfds_t)n, forever ? NULL : &ts, &while_asleep) < 0) {
		if (errno != EINTR)
			die("poll: %m");
		return false;
	}
	clock_run();
	return true;
}
