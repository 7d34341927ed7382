/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel interface for test programs: thin, so that every errno and every byte is seen. */
#ifndef TESTS_CD_H
#define TESTS_CD_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <linux/cleardown.h>

#define CD_MS 1000000ULL
#define CD_S 1000000000ULL

static inline uint64_t cd_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CD_S + t.tv_nsec;
}

/*
 * Allowed on top of a bound that is not measured in guest time, for what the host does besides. The
 * instrumented kernel takes several times as long for the same, so it is given more. The promise of
 * 50 ms is asserted in guest time, on that kernel too: e2e/phone-bound, port-bound, stall-bound.
 */
static inline unsigned int cd_slack_ms(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "debug") ? 2000 : 500;
}

#define SLACK_MS cd_slack_ms()

/* ioctl() that returns 0 or -errno */
static inline int cd_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static inline int cd_open(const char *name, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/dev/cleardown/%.80s", name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static inline int cd_ctl(void)
{
	return cd_open("ctl", O_RDONLY);
}

static inline int cd_events(void)
{
	return cd_open("events", O_RDONLY);
}

/* Binds; @name gets the device's name. @text, where not NULL, gets the kernel's sentence. */
static inline int cd_bind_class(uint32_t clazz, const char *link, dev_t dev, const char *args,
				char name[32], char *text)
{
	struct cleardown_bind arg = { .size = sizeof(arg), .clazz = clazz };
	int ctl = cd_ctl(), ret;

	if (ctl < 0)
		return ctl;
	arg.dev = dev;
	snprintf(arg.link, sizeof(arg.link), "%s", link);
	snprintf(arg.args, sizeof(arg.args), "%s", args);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &arg);
	memcpy(name, arg.name, 32);
	if (text)
		memcpy(text, arg.out_text, sizeof(arg.out_text));
	close(ctl);
	return ret;
}

/* Bind refuses @args, for a setting that nobody takes: the sentence begins with @setting. */
static inline bool cd_bind_unknown(uint32_t clazz, const char *link, dev_t dev, const char *args,
				   const char *setting)
{
	char name[32], text[CLEARDOWN_TEXT_LEN];
	int ret = cd_bind_class(clazz, link, dev, args, name, text);
	size_t n = strlen(setting);

	fprintf(stderr, "# bind %s %s: %d %s\n", link, args, ret, text);
	return ret == -EINVAL && !strncmp(text, setting, n) && text[n] == ':';
}

static inline int cd_bind(const char *link, dev_t dev, const char *args, char name[32], char *text)
{
	return cd_bind_class(CLEARDOWN_CLASS_PHONE, link, dev, args, name, text);
}

static inline int cd_bind_tty_args(const char *path, const char *args, char name[32])
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	/* st_rdev in the kernel's encoding of the uapi */
	return cd_bind("tty",
		       (minor(st.st_rdev) & 0xff) | (major(st.st_rdev) << 8) |
			       ((minor(st.st_rdev) & ~0xffU) << 12),
		       args, name, NULL);
}

static inline int cd_bind_tty(const char *path, char name[32])
{
	return cd_bind_tty_args(path, "", name);
}

static inline int cd_unbind(const char *name, uint32_t flags)
{
	struct cleardown_unbind arg = { .size = sizeof(arg), .flags = flags };
	int ctl = cd_ctl(), ret;

	snprintf(arg.name, sizeof(arg.name), "%.31s", name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_UNBIND, &arg);
	close(ctl);
	return ret;
}

static inline int cd_bind_events(int fd, int events, uint64_t cookie)
{
	struct cleardown_bind_events arg = { sizeof(arg), events, cookie };

	return cd_ioctl(fd, CLEARDOWN_IOC_BIND_EVENTS, &arg);
}

static inline int cd_submit(int fd, uint32_t op, uint64_t id, const void *in, uint32_t len,
			    uint32_t *status)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = op,
		.req_id = id,
		.deadline_ns = CLEARDOWN_DEADLINE_DEFAULT,
		.in_ptr = (uintptr_t)in,
		.in_len = len,
		.out_status = 0xdeadbeef,
	};
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static inline int cd_submit_text(int fd, uint32_t op, uint64_t id, const char *text)
{
	return cd_submit(fd, op, id, text, strlen(text), NULL);
}

/* Closes with everything in @arg poisoned that the kernel must write. */
static inline int cd_close(int fd, uint32_t mode, uint64_t deadline_ns, struct cleardown_close *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->out_status = 0xdeadbeef;
	arg->out_released = 0xdeadbeef;
	return cd_ioctl(fd, CLEARDOWN_IOC_CLOSE, arg);
}

static inline int cd_filter(int fd, uint32_t states, uint32_t events)
{
	struct cleardown_filter arg = { .size = sizeof(arg), .states = states, .events = events };

	return cd_ioctl(fd, CLEARDOWN_IOC_SET_FILTER, &arg);
}

static inline int cd_status(int fd, struct cleardown_status *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	return cd_ioctl(fd, CLEARDOWN_IOC_GET_STATUS, arg);
}

static inline int cd_phone_status(int fd, struct cleardown_phone_status *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	return cd_ioctl(fd, CLEARDOWN_IOC_PHONE_STATUS, arg);
}

static inline int cd_port_status(int fd, struct cleardown_port_status *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	return cd_ioctl(fd, CLEARDOWN_IOC_PORT_STATUS, arg);
}

/* The report after number @after: 0 or -ENOENT. */
static inline int cd_report(uint64_t after, struct cleardown_report *arg)
{
	int ctl = cd_ctl(), ret;

	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->after = after;
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REPORT, arg);
	close(ctl);
	return ret;
}

/* The same of one that a link's worker may still have to file. */
static inline int cd_report_soon(uint64_t after, struct cleardown_report *arg)
{
	uint64_t end = cd_now() + 5 * CD_S;
	int ret;

	while ((ret = cd_report(after, arg)) && cd_now() < end)
		usleep(1000);
	return ret;
}

/* The number of the newest report, 0 when there is none. */
static inline uint64_t cd_last_report(void)
{
	struct cleardown_report r;
	uint64_t last = 0;

	while (!cd_report(last, &r))
		last = r.out_head.number;
	return last;
}

/* Room for any one record; a larger buffer would be given several. */
union cd_record {
	struct cleardown_event ev;
	char bytes[sizeof(struct cleardown_event) + CLEARDOWN_EVENT_DATA_MAX];
};

/*
 * Reads ONE record: the kernel fills a buffer with as many as fit, so the head's length is asked
 * for by offering growing buffers.
 */
static inline int cd_one(int events, union cd_record *rec, int timeout_ms)
{
	struct pollfd p = { .fd = events, .events = POLLIN };
	uint64_t end = cd_now() + timeout_ms * CD_MS;
	size_t size = sizeof(rec->ev);
	ssize_t n;
	int ret;

	/* With a fault injected, 6.1's poll() may time out at once. */
	do {
		ret = poll(&p, 1, timeout_ms);
	} while (!ret && cd_now() < end);
	if (ret <= 0)
		return ret ? -errno : -ETIMEDOUT;
	do {
		n = read(events, rec, size);
		size += 8;
	} while (n < 0 && errno == EINVAL && size <= sizeof(*rec));
	return n < 0 ? -errno : 0;
}

/* Reads records until the one of request @id: 0 and it, or -ETIMEDOUT. Others are thrown away. */
static inline int cd_wait(int events, uint64_t id, union cd_record *rec, int timeout_ms)
{
	uint64_t end = cd_now() + timeout_ms * CD_MS;
	int ret;

	do {
		uint64_t now = cd_now();

		ret = cd_one(events, rec, now < end ? (int)((end - now) / CD_MS) : 0);
		if (!ret && rec->ev.type == CLEARDOWN_EV_COMPLETION && rec->ev.req_id == id)
			return 0;
	} while (!ret);
	return ret;
}

/* Submits and waits: the request's error, its result code in *p1 where not NULL. */
static inline int cd_do(int fd, int events, uint32_t op, uint64_t id, const void *in, uint32_t len,
			uint32_t *p1, int timeout_ms)
{
	union cd_record rec;
	int ret = cd_submit(fd, op, id, in, len, NULL);

	if (!ret)
		ret = cd_wait(events, id, &rec, timeout_ms);
	if (ret)
		return ret;
	if (p1)
		*p1 = rec.ev.p1;
	return rec.ev.error;
}

/* A line of /sys/kernel/debug/cleardown/{live,stats}, -1 when it is not there. */
static inline long cd_counter(const char *file, const char *name)
{
	char path[96], key[32];
	long value, found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/cleardown/%s", file);
	f = fopen(path, "r");
	while (f && fscanf(f, "%31[^:]: %ld ", key, &value) == 2)
		if (!strcmp(key, name))
			found = value;
	if (f)
		fclose(f);
	return found;
}

/*
 * Waits until "live" has @value of @name: what was closed may be a worker's for a moment still. A
 * count that is to be compared with must be waited for as well.
 */
static inline bool cd_live_is(const char *name, long value)
{
	uint64_t end = cd_now() + 5 * CD_S;
	long now;

	while ((now = cd_counter("live", name)) != value) {
		if (cd_now() > end) {
			fprintf(stderr, "# live: %ld %s, not %ld\n", now, name, value);
			return false;
		}
		usleep(5000);
	}
	return true;
}

/* Asks the host (scripts/vm): 0 and the answer's first line without "ok ", or -1. */
static inline int cd_host(char *answer, size_t max, const char *words)
{
	char cmd[256], line[9216] = "";
	FILE *p;

	snprintf(cmd, sizeof(cmd), "hostctl %s", words);
	p = popen(cmd, "r");
	if (!p)
		return -1;
	if (!fgets(line, sizeof(line), p))
		line[0] = 0;
	line[strcspn(line, "\n")] = 0;
	if (answer)
		snprintf(answer, max, "%s", line);
	return pclose(p) ? -1 : 0;
}

#endif /* TESTS_CD_H */
