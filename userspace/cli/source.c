// SPDX-License-Identifier: GPL-2.0-or-later
/* What is printed. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"

#define LOOK_INTO	1024	/* a PDF's header may begin that late */
#define NOT_INSTALLED	127
#define NOT_STARTED	126

static int cannot_read(const char *file, int err)
{
	const struct trouble trouble = {
		.object = file,
		.action = "read it",
		.cause = strerror(err),
		.err = err,
	};

	return complain(err == EACCES ? XC_PERMISSION : XC_NOT_FOUND, &trouble);
}

/* PDF, PostScript, also behind a job header. What cannot be looked into is taken for one. */
static bool needs_converter(int fd)
{
	char head[LOOK_INTO + 1];
	ssize_t n = pread(fd, head, LOOK_INTO, 0);

	if (n < 0)
		return errno == ESPIPE;
	head[n] = '\0';
	return memmem(head, n, "%PDF-", 5) || !strncmp(head, "%!", 2) ||
	       (head[0] == '\033' && memmem(head, n, "\n%!", 3));
}

/* ghostscript runs what a stranger wrote: not as root. */
static bool become_nobody(void)
{
	const struct passwd *nobody;

	if (geteuid())
		return true;
	nobody = getpwnam("nobody");
	return nobody && setgroups(0, NULL) == 0 && setgid(nobody->pw_gid) == 0 &&
	       setuid(nobody->pw_uid) == 0;
}

/*
 * In the child. A process group of its own keeps the terminal's Ctrl-C away: we decide what is
 * cancelled. Whatever the program prints by itself must not get among the output.
 */
static void run_converter(const char *device, int in, int out)
{
	char option[128];
	sigset_t none;

	snprintf(option, sizeof(option), "-sDEVICE=%s", device);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || !become_nobody())
		_exit(NOT_STARTED);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execlp("gs", "gs", "-dSAFER", "-q", "-dBATCH", "-dNOPAUSE", option, "-sstdout=%stderr",
	       "-sOutputFile=-", "-", NULL);
	_exit(errno == ENOENT ? NOT_INSTALLED : NOT_STARTED);
}

static int start_converter(struct source *source, const char *device)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return complain_errno("gs", "start it", errno);
	source->converter = fork();
	if (source->converter == 0)
		run_converter(device, source->fd, fds[1]);
	close(fds[1]);
	if (source->converter < 0) {
		source->converter = 0;
		close(fds[0]);
		return complain_errno("gs", "start it", errno);
	}
	close(source->fd);
	source->fd = fds[0];
	source->size = 0;
	return XC_OK;
}

int source_open(struct source *source, const char *file, const char *device)
{
	bool is_stdin = !strcmp(file, "-");
	struct stat st;
	int code = XC_OK;

	*source = (struct source){ .file = file };
	source->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
				open(file, O_RDONLY | O_CLOEXEC);
	if (source->fd < 0 || fstat(source->fd, &st) < 0) {
		code = cannot_read(file, errno);
	} else if (S_ISDIR(st.st_mode)) {
		code = cannot_read(file, EISDIR);
	} else {
		if (S_ISREG(st.st_mode) && !is_stdin)
			source->size = st.st_size;
		if (device && (is_stdin || needs_converter(source->fd)))
			code = start_converter(source, device);
	}
	if (code && source->fd >= 0)
		close(source->fd);
	return code;
}

static void converter_cause(char *cause, size_t size, int status)
{
	if (WIFSIGNALED(status))
		snprintf(cause, size, "ghostscript was killed by SIG%s",
			 sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == NOT_INSTALLED)
		snprintf(cause, size, "gs is not installed");
	else if (WEXITSTATUS(status) == NOT_STARTED)
		snprintf(cause, size, "gs cannot be started");
	else
		snprintf(cause, size, "ghostscript failed with code %d", WEXITSTATUS(status));
}

int source_finish(struct source *source)
{
	char cause[96];
	const struct trouble trouble = {
		.object = source->file,
		.action = "convert it",
		.cause = cause,
	};
	int status;

	if (!source->converter)
		return XC_OK;
	if (waitpid(source->converter, &status, 0) < 0)
		status = NOT_STARTED << 8;
	source->converter = 0;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return XC_OK;
	converter_cause(cause, sizeof(cause), status);
	return complain(XC_UNPRINTED, &trouble);
}

void source_close(struct source *source)
{
	if (source->converter) {
		kill(source->converter, SIGKILL);
		waitpid(source->converter, NULL, 0);
		source->converter = 0;
	}
	close(source->fd);
	source->fd = -1;
}
