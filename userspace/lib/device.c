// SPDX-License-Identifier: LGPL-2.1-or-later
/* What objects of all classes need: opening by a name, letting go, a wish that is well-formed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* A device name is one component of a path and nothing else. */
static bool name_is_good(const char *name)
{
	return name && *name && *name != '.' && strlen(name) < CLDN_NAME_LEN && !strchr(name, '/');
}

static int open_flags(unsigned int flags)
{
	unsigned int who = flags & (CLDN_OPEN_OWNER | CLDN_OPEN_OBSERVER);
	int oflags = O_CLOEXEC;

	if (who != CLDN_OPEN_OWNER && who != CLDN_OPEN_OBSERVER)
		return -1;
	oflags |= who == CLDN_OPEN_OWNER ? O_RDWR : O_RDONLY;
	if (flags & CLDN_OPEN_NOWAIT)
		oflags |= O_NONBLOCK;
	return oflags;
}

int cldn_open(const char *name, unsigned int flags)
{
	char path[sizeof(CLDN_DEV_DIR) + CLDN_NAME_LEN];
	int oflags = open_flags(flags);

	if (!name_is_good(name) || oflags < 0) {
		errno = EINVAL;
		return -1;
	}
	snprintf(path, sizeof(path), CLDN_DEV_DIR "%s", name);
	return open(path, oflags);
}

void cldn_let_go(int fd, void *object)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	free(object);
	errno = saved;
}

bool cldn_wish_is_good(const struct cleardown_close_wish *wish)
{
	if (!wish || wish->size >= sizeof(*wish))
		return true;
	errno = EINVAL;
	return false;
}
