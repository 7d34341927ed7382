// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to be faxed becomes one TIFF file, with the rights of the user whose files they are; root's
 * are given to nobody, for what a stranger wrote is not run as root. A child converts each of them:
 * Ctrl-C can end it, and with it the programs that it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../faxd/merge.h"
#include "fax.h"

#define ERROR_LEN 240
#define NOBODY 65534

/* What the child says of one document. */
struct verdict {
	bool good;
	int pages;
	char error[ERROR_LEN];
};

static int not_for_a_fax(const char *file, const char *cause)
{
	const struct trouble trouble = {
		.object = file,
		.action = "make a fax of it",
		.cause = cause,
	};

	return complain(XC_DOCUMENT, &trouble);
}

static bool become_nobody(void)
{
	return geteuid() || (setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

/* The place is entered first: the way to it may not be nobody's. */
static void convert(const struct papers *p, int in, const char *out,
		    const struct document_options *options, int to)
{
	struct verdict v = { 0 };
	struct document doc = { 0 };
	sigset_t none;

	if (chdir(p->place) < 0 || !become_nobody())
		_exit(1);
	/* The child ends with us, and what it runs with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	v.good = document_take(in, out, options, &doc, v.error, sizeof(v.error)) == 0;
	v.pages = doc.pages;
	_exit(write(to, &v, sizeof(v)) == sizeof(v) ? 0 : 1);
}

static void kill_children(pid_t parent)
{
	char path[64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	file = fopen(path, "re");
	while (file && fscanf(file, "%d", &child) == 1)
		kill(child, SIGKILL);
	if (file)
		fclose(file);
}

/* By ending what it runs: then it removes what that has left. */
static void end_conversion(pid_t child)
{
	int64_t end = monotonic_ns() + 2 * NS_PER_SEC;

	while (waitpid(child, NULL, WNOHANG) == 0) {
		kill_children(child);
		if (monotonic_ns() > end)
			kill(child, SIGKILL);
		poll(NULL, 0, 10);
	}
}

/* Its verdict, or an exit code: Ctrl-C. */
static int await_verdict(int from, pid_t child, int signal_fd, struct verdict *v)
{
	struct pollfd fds[] = {
		{ .fd = from, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents && take_signal(signal_fd)) {
		end_conversion(child);
		return XC_INTERRUPTED;
	}
	if (read(from, v, sizeof(*v)) != sizeof(*v))
		snprintf(v->error, sizeof(v->error), "the conversion broke off");
	return XC_OK;
}

static int convert_file(struct papers *p, const char *file, int in, const char *out,
			const struct document_options *options, int signal_fd)
{
	struct verdict v = { 0 };
	int pipes[2], code;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return complain_errno(file, "make a fax of it", errno);
	child = fork();
	if (!child)
		convert(p, in, out, options, pipes[1]);
	close(pipes[1]);
	code = child < 0 ? complain_errno(file, "make a fax of it", errno) :
			   await_verdict(pipes[0], child, signal_fd, &v);
	close(pipes[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (code)
		return code;
	p->pages += v.pages;
	if (!v.good)
		return not_for_a_fax(file, v.error);
	progress("%s: %d page%s", file, v.pages, v.pages == 1 ? "" : "s");
	return XC_OK;
}

/* A file of our own, or nobody's, without a name: standard input, or what only root may read. */
static int save(int from, const char *place)
{
	int fd = open(place, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char buffer[65536];
	ssize_t n = 0;

	while (fd >= 0 && (n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, n) != n)
			break;
	if (fd >= 0 && (n || (!geteuid() && fchown(fd, NOBODY, NOBODY) < 0))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int open_document(const char *file, const char *place)
{
	struct stat st;
	int fd, saved;

	if (!strcmp(file, "-"))
		return save(STDIN_FILENO, place);
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* What is no file is refused as it is. */
	if (fd < 0 || geteuid() || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fd;
	saved = save(fd, place);
	close(fd);
	return saved;
}

static char *path_of(const struct papers *p, size_t i)
{
	static char path[sizeof(p->place) + 24];

	snprintf(path, sizeof(path), "%s/%zu", p->place, i);
	return path;
}

static int add_file(struct papers *p, size_t i, const char *file, const char *name,
		    const struct document_options *options, int signal_fd)
{
	int fd = open_document(file, p->place), code;
	char out[SHORT_TEXT];

	if (fd < 0)
		return complain_errno(name, "open it", errno);
	snprintf(out, sizeof(out), "%zu", i);
	code = convert_file(p, name, fd, out, options, signal_fd);
	close(fd);
	return code;
}

/* It comes first, and is made last, since it says how many pages there are. */
static int add_cover(struct papers *p, struct cover *cover, const struct document_options *options,
		     int signal_fd)
{
	char filled[sizeof(p->place) + 24];
	int code;

	cover->pages = p->pages + 1;
	snprintf(filled, sizeof(filled), "%s/cover", p->place);
	code = cover_write(cover, filled);
	if (!code)
		code = add_file(p, 0, filled, "the cover", options, signal_fd);
	unlink(filled);
	return code;
}

static int merge(struct papers *p, size_t first, size_t n)
{
	int *fds = calloc(n, sizeof(*fds)), ret = -1;
	char error[ERROR_LEN] = "out of memory";
	char out[sizeof(p->place) + 24];
	size_t i;

	snprintf(out, sizeof(out), "%s/all", p->place);
	for (i = 0; fds && i < n; i++)
		fds[i] = open(path_of(p, first + i), O_RDONLY | O_CLOEXEC);
	if (fds)
		ret = merge_documents(fds, n, out, error, sizeof(error));
	for (i = 0; fds && i < n; i++)
		close(fds[i]);
	free(fds);
	if (ret < 0)
		return not_for_a_fax("the documents", error);
	p->fd = open(out, O_RDONLY | O_CLOEXEC);
	unlink(out);
	return XC_OK;
}

static int make(struct papers *p, char *const *files, size_t n, struct cover *cover,
		const struct document_options *options, int signal_fd)
{
	size_t first = cover->wanted ? 0 : 1, i;
	int code = XC_OK;

	for (i = 0; i < n && !code; i++)
		code = add_file(p, i + 1, files[i], files[i], options, signal_fd);
	if (!code && cover->wanted)
		code = add_cover(p, cover, options, signal_fd);
	if (code)
		return code;
	if (p->pages > DOCUMENT_MAX_PAGES)
		return not_for_a_fax("the documents", "they have too many pages together");
	if (n + 1 - first > 1)
		code = merge(p, first, n + 1 - first);
	else
		p->fd = open(path_of(p, first), O_RDONLY | O_CLOEXEC);
	if (!code && p->fd < 0)
		code = complain_errno(p->place, "open what was made", errno);
	return code;
}

int papers_make(struct papers *p, char *const *files, size_t n, struct cover *cover,
		const struct document_options *options, int signal_fd)
{
	const char *parent = getenv("TMPDIR");
	int code;
	size_t i;

	*p = (struct papers){ .fd = -1 };
	snprintf(p->place, sizeof(p->place) - 1, "%s/cleardown-send-XXXXXX",
		 parent && *parent && strlen(parent) < 32 ? parent : "/tmp");
	if (!mkdtemp(p->place)) {
		code = complain_errno(p->place, "make a place for the pages", errno);
		p->place[0] = '\0';
		return code;
	}
	if (!geteuid() && chown(p->place, NOBODY, NOBODY) < 0)
		code = complain_errno(p->place, "give it to nobody", errno);
	else
		code = make(p, files, n, cover, options, signal_fd);
	for (i = 0; i <= n; i++)
		unlink(path_of(p, i));
	rmdir(p->place);
	return code;
}

void papers_free(struct papers *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}
