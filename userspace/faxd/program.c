// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that are run beside: hooks, and what makes a PDF of a received fax. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faxd.h"

struct program {
	struct program *next;
	pid_t pid;
	double due;			/* ms, of the clock without its speed */
	bool killed;
	program_fn *ended;
	void *arg;
};

static double clock_ms(void)
{
	return talk_now_ms() / talk_speed;
}

/*
 * The child: of ours it has standard error and what it is given. There may be threads, so no library but
 * libc.
 */
static void become(const char *const *argv, int in, int out)
{
	static char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
					     "HOME=/", NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(in < 0 ? null : in, 0) < 0 || dup2(out < 0 ? 2 : out, 1) < 0)
		_exit(126);
	syscall(SYS_close_range, 3U, ~0U, 0);
	setsid();
	execve(argv[0], (char *const *)argv, environment);
	_exit(127);
}

void program_run(struct faxd *d, const char *const *argv, int seconds, program_fn *ended, void *arg)
{
	program_run_with(d, argv, seconds, -1, -1, ended, arg);
}

void program_run_with(struct faxd *d, const char *const *argv, int seconds, int in, int out,
		      program_fn *ended, void *arg)
{
	struct program *p = calloc(1, sizeof(*p));

	if (p)
		p->pid = fork();
	if (!p || p->pid < 0) {
		say("%s: %s", argv[0], strerror(errno));
		free(p);
		ended(d, arg, -1);
		return;
	}
	if (!p->pid)
		become(argv, in, out);
	p->due = clock_ms() + seconds * 1e3;
	p->ended = ended;
	p->arg = arg;
	p->next = d->programs;
	d->programs = p;
}

void program_stop(struct faxd *d, program_fn *ended, bool (*is)(const void *arg, uint64_t id),
		  uint64_t id)
{
	struct program *p;

	for (p = d->programs; p; p = p->next)
		if (p->ended == ended && is(p->arg, id))
			kill(p->pid, SIGTERM);
}

void programs_ended(struct faxd *d)
{
	struct program **at = &d->programs, *p;
	int status;

	while ((p = *at)) {
		if (waitpid(p->pid, &status, WNOHANG) != p->pid) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		p->ended(d, p->arg, status);
		free(p);
		at = &d->programs; /* it may have begun another one */
	}
}

int programs_due(struct faxd *d)
{
	double now = clock_ms(), wait = INFINITY;
	struct program *p;

	for (p = d->programs; p; p = p->next) {
		if (p->killed)
			continue;
		if (p->due <= now) {
			p->killed = true;
			kill(-p->pid, SIGKILL);
			kill(p->pid, SIGKILL);
		} else if (p->due - now < wait) {
			wait = p->due - now;
		}
	}
	return isinf(wait) ? -1 : (int)ceil(wait);
}
