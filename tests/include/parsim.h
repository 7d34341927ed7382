/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated printer of tests/rig/parsim, by its files in debugfs. A file that cannot be used
 * ends the program: then the bench is broken, not what it tests.
 */
#ifndef TESTS_PARSIM_H
#define TESTS_PARSIM_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct parsim {
	char dir[64];
};

static inline void parsim_at(struct parsim *p, const char *number)
{
	snprintf(p->dir, sizeof(p->dir), "/sys/kernel/debug/parsim/%s", number);
}

static inline int parsim_open(const struct parsim *p, const char *file, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", p->dir, file);
	fd = open(path, flags);
	if (fd >= 0)
		return fd;
	perror(path);
	exit(1);
}

static inline void parsim_write(const struct parsim *p, const char *file, const void *buf,
				size_t len)
{
	int fd = parsim_open(p, file, O_WRONLY);

	if (write(fd, buf, len) != (ssize_t)len) {
		perror(file);
		exit(1);
	}
	close(fd);
}

static inline void parsim_set(const struct parsim *p, const char *file, unsigned int value)
{
	char text[16];

	parsim_write(p, file, text, (size_t)snprintf(text, sizeof(text), "%u", value));
}

/* Forgets what has arrived, and the counts. */
static inline void parsim_forget(const struct parsim *p)
{
	parsim_write(p, "data", "", 1);
}

/* What has arrived, at most @len bytes. */
static inline size_t parsim_data(const struct parsim *p, void *buf, size_t len)
{
	int fd = parsim_open(p, "data", O_RDONLY);
	size_t done = 0;
	ssize_t n;

	while (done < len && (n = read(fd, (char *)buf + done, len - done)) > 0)
		done += (size_t)n;
	close(fd);
	return done;
}

static inline long long parsim_count(const struct parsim *p, const char *name)
{
	FILE *f = fdopen(parsim_open(p, "counts", O_RDONLY), "r");
	long long value;
	char word[32];

	while (fscanf(f, "%31s %lli", word, &value) == 2)
		if (!strcmp(word, name)) {
			fclose(f);
			return value;
		}
	fprintf(stderr, "there is no count %s\n", name);
	exit(1);
}

#endif /* TESTS_PARSIM_H */
