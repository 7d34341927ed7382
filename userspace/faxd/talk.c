// SPDX-License-Identifier: GPL-2.0-or-later
/* The thread of a call: the engine's loop, and nothing else. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "faxd.h"

double talk_speed = 1;

double talk_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6) * talk_speed;
}

/* Shorter than PIPE_BUF, so it goes in one piece; with a full pipe the call waits for the daemon. */
static void tell(void *arg, const struct fax_report *r)
{
	struct talk *t = arg;
	struct news n = { .line = t->line, .report = *r };

	snprintf(n.detail, sizeof(n.detail), "%s", r->detail);
	n.report.detail = NULL;
	while (write(t->news, &n, sizeof(n)) < 0 && errno == EINTR)
		;
}

static void *run(void *arg)
{
	struct talk *t = arg;
	struct pollfd p[2] = { { .fd = t->fd }, { .fd = t->wake, .events = POLLIN } };
	int timeout;

	do {
		if (atomic_load(&t->abort)) {
			fax_call_abort(t->call);
			p[1].fd = -1;
		}
		p[0].events = fax_call_wants(t->call, &timeout);
		p[0].revents = 0;
		poll(p, 2, (int)(timeout / talk_speed) + !!timeout);
	} while (fax_call_move(t->call, p[0].revents));
	return NULL;
}

/* Signals are the other thread's. */
static int start_thread(struct talk *t)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&t->thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

int talk_begin(struct talk *t, struct line *line, int fd, int news,
	       const struct fax_options *options)
{
	int ret;

	memset(t, 0, sizeof(*t));
	t->line = line;
	t->fd = fd;
	t->news = news;
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->wake < 0)
		return -1;
	t->call = fax_call_new(fd, options, tell, t);
	ret = t->call ? start_thread(t) : errno;
	if (!ret)
		return 0;
	fax_call_free(t->call);
	close(t->wake);
	errno = ret;
	return -1;
}

void talk_abort(struct talk *t)
{
	uint64_t one = 1;

	atomic_store(&t->abort, true);
	if (write(t->wake, &one, sizeof(one)) < 0)
		say("a call cannot be woken: %s", strerror(errno));
}

void talk_end(struct talk *t)
{
	pthread_join(t->thread, NULL);
	fax_call_free(t->call);
	close(t->wake);
}
