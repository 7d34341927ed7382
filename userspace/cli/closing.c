// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A close sleeps killably in the kernel: a signal that is handled would wait until it returns. So
 * the close runs in a thread, and this one keeps an ear for the second Ctrl-C.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli.h"

int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool take_signal(int signal_fd)
{
	struct signalfd_siginfo info;

	return read(signal_fd, &info, sizeof(info)) == sizeof(info);
}

static void run_job(struct close_job *job)
{
	job->ret = job->run(job);
	job->err = job->ret < 0 ? errno : 0;
}

static void *closing_thread(void *arg)
{
	struct close_job *job = arg;

	run_job(job);
	eventfd_write(job->done_fd, 1);
	return NULL;
}

static void wait_done(struct close_job *job, int signal_fd, unsigned int signals)
{
	struct pollfd fds[] = {
		{ .fd = job->done_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};

	while (!(fds[0].revents & POLLIN)) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		if (!(fds[1].revents & POLLIN) || !take_signal(signal_fd))
			continue;
		if (++signals < 2) {
			progress("%s: closing; Ctrl-C again aborts", job->name);
		} else {
			progress("%s: aborting", job->name);
			job->hurry(job);
		}
	}
}

void run_closing(struct close_job *job, int signal_fd, unsigned int signals)
{
	pthread_t thread;

	job->done_fd = eventfd(0, EFD_CLOEXEC);
	if (job->done_fd < 0 || pthread_create(&thread, NULL, closing_thread, job)) {
		/* No thread to be had: the close matters more than the second Ctrl-C. */
		run_job(job);
	} else {
		wait_done(job, signal_fd, signals);
		pthread_join(thread, NULL);
	}
	if (job->done_fd >= 0)
		close(job->done_fd);
}
