/* SPDX-License-Identifier: GPL-2.0-only */
/* Phones on the scripted link, for test programs: bound, found again, and told what to do. */
#ifndef TESTS_SIMPHONE_H
#define TESTS_SIMPHONE_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "cd.h"

/**
 * struct simphone - a phone on a scripted link
 * @name: its device
 * @index: of the link, in /sys/kernel/debug/cleardown_sim
 */
struct simphone {
	char name[CLEARDOWN_NAME_LEN];
	int index;
};

/* Ends the program: without its fixture a test has nothing to say. */
#define DIE(...)                                                  \
	do {                                                      \
		fprintf(stderr, "# %s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                     \
		fprintf(stderr, "\n");                            \
		exit(1);                                          \
	} while (0)

/* The entry of the device called @name: 0 or -ENOENT. */
static inline int cd_list(const char *name, struct cleardown_list *entry)
{
	int ctl = cd_ctl(), ret;

	memset(entry, 0, sizeof(*entry));
	do {
		entry->size = sizeof(*entry);
		entry->after = entry->out_id;
		ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, entry);
	} while (!ret && strcmp(entry->out_name, name));
	close(ctl);
	return ret;
}

/* The group that the udev rule gives to phones; test VMs have no udev. */
#define SIM_DIALOUT 20

/* The node comes by devtmpfs, which is not part of BIND. */
static inline void sim_wait_node(const char *name)
{
	uint64_t end = cd_now() + 10 * CD_S;
	char path[96];

	snprintf(path, sizeof(path), "/dev/cleardown/%s", name);
	while (access(path, F_OK))
		if (cd_now() > end)
			DIE("no node for %s", name);
	if (chown(path, 0, SIM_DIALOUT))
		DIE("chown %s: %s", path, strerror(errno));
}

/* Binds a phone with the name @want, or the first free one when that is NULL. */
static inline void sim_bind(struct simphone *p, const char *want, const char *args)
{
	struct cleardown_bind arg = { .size = sizeof(arg), .clazz = CLEARDOWN_CLASS_PHONE };
	struct cleardown_list entry;
	int ctl = cd_ctl(), ret;

	strcpy(arg.link, "sim");
	snprintf(arg.name, sizeof(arg.name), "%s", want ? want : "");
	snprintf(arg.args, sizeof(arg.args), "%s", args);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &arg);
	if (ret)
		DIE("bind sim %s: %d %s", args, ret, arg.out_text);
	close(ctl);
	memcpy(p->name, arg.name, sizeof(p->name));
	if (cd_list(p->name, &entry) || sscanf(entry.out_backend, "sim:%d", &p->index) != 1)
		DIE("%s is not listed with its link", p->name);
	sim_wait_node(p->name);
}

static inline void sim_unbind(const struct simphone *p)
{
	int ret = cd_unbind(p->name, CLEARDOWN_UNBIND_FORCE);

	if (ret)
		DIE("unbind %s: %d", p->name, ret);
}

static inline int sim_control_fd(const struct simphone *p, int flags)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/cleardown_sim/%d/control", p->index);
	return open(path, flags | O_CLOEXEC);
}

/* One command of the link's script (kernel/transport/sim.c). */
static inline void sim_control(const struct simphone *p, const char *command)
{
	int fd = sim_control_fd(p, O_WRONLY);

	if (fd < 0 || write(fd, command, strlen(command)) < 0)
		DIE("%s: %s: %s", p->name, command, strerror(errno));
	close(fd);
}

/* A counter or state of the link. */
static inline long sim_value(const struct simphone *p, const char *key)
{
	int fd = sim_control_fd(p, O_RDONLY);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char name[32];
	long value;

	while (f && fscanf(f, "%31s %ld", name, &value) == 2)
		if (!strcmp(name, key)) {
			fclose(f);
			return value;
		}
	DIE("%s: the link does not show %s", p->name, key);
}

/* Waits, at most @ms, until the link's @key has at least the value @least. */
static inline bool sim_wait(const struct simphone *p, const char *key, long least, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (sim_value(p, key) < least)
		if (cd_now() > end)
			return false;
	return true;
}

static inline int sim_open(const struct simphone *p, int flags)
{
	int fd = cd_open(p->name, flags);

	if (fd < 0)
		DIE("open %s: %d", p->name, fd);
	return fd;
}

/* An event queue, and the handle bound to it with @cookie. */
static inline int sim_queue(int fd, uint64_t cookie)
{
	int events = cd_events();

	if (events < 0 || cd_bind_events(fd, events, cookie))
		DIE("no event queue");
	return events;
}

/* A request that the modem answers when it can hear: one AT command. */
static inline int sim_request(int fd, uint64_t id)
{
	return cd_submit(fd, CLEARDOWN_OP_DEV_SPECIFIC, id, "I", 1, NULL);
}

static inline struct cleardown_info cd_info(int fd)
{
	struct cleardown_info info = { .size = sizeof(info) };

	if (cd_ioctl(fd, CLEARDOWN_IOC_GET_INFO, &info))
		DIE("GET_INFO: %s", strerror(errno));
	return info;
}

static inline struct cleardown_events_info cd_events_info(int fd)
{
	struct cleardown_events_info info = { .size = sizeof(info) };

	if (cd_ioctl(fd, CLEARDOWN_IOC_EVENTS_INFO, &info))
		DIE("EVENTS_INFO: %s", strerror(errno));
	return info;
}

/* A module parameter; returns what it was. */
static inline long cd_parameter(const char *name, long value)
{
	char path[96];
	long old = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/cleardown/parameters/%s", name);
	f = fopen(path, "r+");
	if (!f || fscanf(f, "%ld", &old) != 1 || fseek(f, 0, SEEK_SET) ||
	    fprintf(f, "%ld\n", value) < 0 || fclose(f))
		DIE("module parameter %s", name);
	return old;
}

/* Two pages, of which the second cannot be touched; returns the border between them. */
static inline char *cd_border(void)
{
	char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || mprotect(at + 4096, 4096, PROT_NONE))
		DIE("mmap");
	return at + 4096;
}

#endif /* TESTS_SIMPHONE_H */
