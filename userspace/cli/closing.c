// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A close sleeps killably in the kernel: a signal that is handled would wait until it returns. So
 * each close runs in a thread, and this one keeps an ear for the second Ctrl-C.
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

static void hurry_all(struct close_job *jobs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		jobs[i].hurry(&jobs[i]);
}

/* Until @running jobs have said that they are over. */
static void wait_done(struct close_job *jobs, size_t n, size_t running, int signal_fd,
		      unsigned int signals)
{
	struct pollfd fds[] = {
		{ .fd = jobs->done_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	eventfd_t over;

	while (running) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents & POLLIN && eventfd_read(jobs->done_fd, &over) == 0)
			running -= over;
		if (!(fds[1].revents & POLLIN) || !take_signal(signal_fd))
			continue;
		if (++signals < 2) {
			progress("%s: closing; Ctrl-C again aborts", jobs->name);
		} else {
			progress("%s: aborting", jobs->name);
			hurry_all(jobs, n);
		}
	}
}

void run_closings(struct close_job *jobs, size_t n, int signal_fd, unsigned int signals)
{
	int done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	size_t i, running = 0;

	for (i = 0; i < n; i++) {
		jobs[i].done_fd = done_fd;
		jobs[i].threaded = done_fd >= 0 &&
				   !pthread_create(&jobs[i].thread, NULL, closing_thread, &jobs[i]);
		running += jobs[i].threaded;
		/* No thread to be had: the close matters more than the second Ctrl-C. */
		if (!jobs[i].threaded)
			run_job(&jobs[i]);
	}
	if (running)
		wait_done(jobs, n, running, signal_fd, signals);
	for (i = 0; i < n; i++)
		if (jobs[i].threaded)
			pthread_join(jobs[i].thread, NULL);
	if (done_fd >= 0)
		close(done_fd);
}

void run_closing(struct close_job *job, int signal_fd, unsigned int signals)
{
	run_closings(job, 1, signal_fd, signals);
}
