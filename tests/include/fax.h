/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of faxes share: server handles, ports and jobs, a provider that speaks to its modem
 * at AT level, and a tape of the events of a session.
 *
 * Include after #define _GNU_SOURCE.
 */
#ifndef TESTS_FAX_H
#define TESTS_FAX_H

#include "phone.h"

#define FAX_COOKIE 0x666178ULL
#define FAX_DOC "/tmp/document"
/* For what needs no more than its turn on a processor: only a test that has failed waits so long. */
#define TOLD_MS 10000

/* ---- the server ---- */

static inline int fax_connect(int flags)
{
	return cd_open("fax", flags);
}

/* FaxClose; @status gets the word. */
static inline int fax_close(int fd, uint32_t *status)
{
	struct cleardown_close arg;
	int ret = cd_close(fd, CLEARDOWN_MODE_ORDERLY, CLEARDOWN_DEADLINE_DEFAULT, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static inline struct cleardown_fax_status fax_status(int server)
{
	struct cleardown_fax_status st = { .size = sizeof(st) };

	if (cd_ioctl(server, CLEARDOWN_IOC_FAX_STATUS, &st))
		memset(&st, 0xff, sizeof(st));
	return st;
}

static inline int fax_events(int server, int events, uint64_t cookie, uint32_t *status)
{
	struct cleardown_fax_events arg = { sizeof(arg), events, cookie, 0xdeadbeef, 0 };
	int ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_EVENTS, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static inline int fax_drop(int fd, uint32_t drop, uint64_t handle, struct cleardown_fax_rights *arg)
{
	*arg = (struct cleardown_fax_rights){ sizeof(*arg), drop, handle, 0xdeadbeef, 0xdeadbeef };
	return cd_ioctl(fd, CLEARDOWN_IOC_FAX_RIGHTS, arg);
}

/* ---- ports ---- */

/* The file of a port, or -errno; @arg has the answer. */
static inline int fax_open_port(int server, uint64_t line, uint32_t mode,
				struct cleardown_fax_open_port *arg)
{
	int ret;

	*arg = (struct cleardown_fax_open_port){ .size = sizeof(*arg), .mode = mode, .line = line };
	ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_OPEN_PORT, arg);
	return ret ? ret : arg->out_fd;
}

static inline int fax_port(int port, struct cleardown_fax_port *arg)
{
	arg->size = sizeof(*arg);
	return cd_ioctl(port, CLEARDOWN_IOC_FAX_PORT, arg);
}

/* CLEARDOWN_FPS_* of a line, through a server handle; 0 = there is no such line. */
static inline uint32_t fax_fps(int server, const char *name)
{
	struct cleardown_fax_port_next arg = { .size = sizeof(arg) };

	while (!cd_ioctl(server, CLEARDOWN_IOC_FAX_PORT_NEXT, &arg)) {
		if (!strcmp(arg.out_port.out_name, name))
			return arg.out_port.out_status;
		arg.after = arg.out_port.out_line;
	}
	return 0;
}

static inline uint64_t fax_line_id(int server, const char *name)
{
	struct cleardown_fax_port_next arg = { .size = sizeof(arg) };

	while (!cd_ioctl(server, CLEARDOWN_IOC_FAX_PORT_NEXT, &arg)) {
		arg.after = arg.out_port.out_line;
		if (!strcmp(arg.out_port.out_name, name))
			return arg.after;
	}
	return 0;
}

/* ---- jobs ---- */

/* A job of FAX_DOC, which is made where it is missing: its id, 0 when it was refused. */
static inline uint64_t fax_send(int server, uint64_t line, const char *number, int *error)
{
	struct cleardown_fax_send arg = { .size = sizeof(arg), .line = line };
	int ret;

	arg.fd = open(FAX_DOC, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (write(arg.fd, "page\n", 5) != 5)
		return 0;
	snprintf(arg.number, sizeof(arg.number), "%s", number);
	ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_SEND, &arg);
	close(arg.fd);
	if (error)
		*error = ret;
	return ret ? 0 : arg.out_job;
}

/* True and the job, or it is not in the table. */
static inline bool fax_job(int fd, uint64_t id, struct cleardown_fax_job *job)
{
	*job = (struct cleardown_fax_job){ .size = sizeof(*job), .after = id - 1 };
	return !cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_NEXT, job) && job->out_job == id;
}

static inline uint32_t fax_job_state(int fd, uint64_t id)
{
	struct cleardown_fax_job job;

	return fax_job(fd, id, &job) ? job.out_state : ~0U;
}

static inline int fax_job_set(int server, uint64_t id, uint32_t command, uint32_t *status)
{
	struct cleardown_fax_job_set arg = { .size = sizeof(arg), .command = command, .job = id };
	int ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_JOB_SET, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

/* ---- the provider ---- */

/* Opens the line @name for its provider with @events for his offers: its file, or -errno. */
static inline int fax_provider(const char *name, int events)
{
	struct cleardown_fax_provide arg = { .size = sizeof(arg) };
	int fd = cd_open(name, O_RDWR), ret;

	if (fd < 0)
		return fd;
	ret = cd_bind_events(fd, events, FAX_COOKIE);
	if (!ret)
		ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_PROVIDE, &arg);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

static inline int fax_line(int fd, uint32_t action, struct cleardown_fax_line *arg)
{
	struct cleardown_fax_line own;

	arg = arg ? arg : &own;
	*arg = (struct cleardown_fax_line){ .size = sizeof(*arg), .action = action };
	return cd_ioctl(fd, CLEARDOWN_IOC_FAX_LINE, arg);
}

/* The document's descriptor, or -errno. */
static inline int fax_take(int fd, uint64_t job)
{
	struct cleardown_fax_take arg = { .size = sizeof(arg), .job = job, .out_fd = -1 };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_TAKE, &arg);

	return ret ? ret : arg.out_fd;
}

static inline int fax_adopt(int fd, uint64_t job, uint32_t uid, uint32_t *state)
{
	struct cleardown_fax_adopt arg = { .size = sizeof(arg), .job = job, .uid = uid };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_ADOPT, &arg);

	if (state)
		*state = arg.out_state;
	return ret;
}

static inline int fax_report(int fd, uint64_t job, uint32_t event, uint32_t state, uint32_t pages)
{
	struct cleardown_fax_report arg = {
		.size = sizeof(arg),
		.event = event,
		.job = job,
		.state = state,
		.pages = pages,
	};

	return cd_ioctl(fd, CLEARDOWN_IOC_FAX_REPORT, &arg);
}

/* A job that a provider has and has begun to send: its id, 0 when something was refused. */
static inline uint64_t fax_begun(int server, int provider, const char *number)
{
	uint64_t job = fax_send(server, 0, number, NULL);
	int doc = job ? fax_take(provider, job) : -1;

	if (doc < 0)
		return 0;
	close(doc);
	if (fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL) ||
	    fax_report(provider, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0))
		return 0;
	return job;
}

/* Writes a command (its CR is added) and reads until @wanted was there: false after @ms. */
static inline bool modem_says(int fd, const char *command, const char *wanted, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char got[4096] = "";
	size_t len = 0;
	ssize_t n;

	if (command) {
		n = snprintf(got, sizeof(got), "%s\r", command);
		if (write(fd, got, n) != n)
			return false;
	}
	while (cd_now() < end && len < sizeof(got) - 1) {
		if (poll(&p, 1, 50) <= 0)
			continue;
		n = read(fd, got + len, 1);
		if (n <= 0)
			return false;
		len += n;
		got[len] = 0;
		if (strstr(got, wanted))
			return true;
	}
	fprintf(stderr, "# %s: no %s within %d ms, but \"%s\"\n", command ? command : "modem",
		wanted, ms, got);
	return false;
}

/* ---- events ---- */

/* One event of a session: @event of @job (0 = of a line, or any), of all that are queued by now. */
static inline unsigned int fax_count(struct tape *t, uint32_t event, uint64_t job, uint64_t cookie)
{
	tape_catch_up(t);
	return tape_count(t, (struct wanted){ CLEARDOWN_EV_FAX, cookie, job, event, 0 });
}

static inline bool fax_wait(struct tape *t, uint32_t event, uint64_t job, uint64_t cookie, int ms)
{
	struct wanted w = { CLEARDOWN_EV_FAX, cookie, job, event, 0 };

	return tape_wait(t, w, 1, ms, NULL);
}

/* ---- devices ---- */

/* st_rdev in the kernel's encoding of the uapi, 0 when there is no such file */
static inline uint64_t tty_dev(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return 0;
	return (minor(st.st_rdev) & 0xff) | (major(st.st_rdev) << 8) |
	       ((minor(st.st_rdev) & ~0xffU) << 12);
}

/* True when somebody else can have the line at once. */
static inline bool tty_free(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A parameter of the module. */
static inline bool fax_parameter(const char *name, unsigned int value)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/cleardown/parameters/%s", name);
	f = fopen(path, "w");
	return f && fprintf(f, "%u\n", value) > 0 && !fclose(f);
}

#endif /* TESTS_FAX_H */
