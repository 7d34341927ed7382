// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What udev calls a serial line by the hardware behind it, which stays the same wherever that is
 * plugged in: its links in /dev/serial/by-id.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

static const char *by_id(void)
{
	const char *directory = getenv("CLEARDOWN_BY_ID");

	return directory ? directory : "/dev/serial/by-id";
}

/* The n-th one's place is by its name, so that a line with two of them always has the same first. */
static void add_ident(struct idents *found, const char *name)
{
	size_t i = found->n;

	if (i == ARRAY_SIZE(found->names))
		return;
	for (; i && strcmp(found->names[i - 1], name) > 0; i--)
		memcpy(found->names[i], found->names[i - 1], CLDN_IDENT_LEN);
	snprintf(found->names[i], CLDN_IDENT_LEN, "%s", name);
	found->n++;
}

void idents_of(struct idents *found, uint64_t rdev)
{
	DIR *dir = opendir(by_id());
	struct dirent *entry;
	char path[512];
	struct stat st;

	found->n = 0;
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", by_id(), entry->d_name);
		if (strlen(entry->d_name) < CLDN_IDENT_LEN && !stat(path, &st) &&
		    S_ISCHR(st.st_mode) && st.st_rdev == rdev)
			add_ident(found, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

bool idents_have(const struct idents *idents, const char *ident)
{
	size_t i;

	for (i = 0; i < idents->n; i++)
		if (!strcmp(idents->names[i], ident))
			return true;
	return false;
}

const char *idents_best(const struct idents *idents, const char *path)
{
	const char *name = strrchr(path, '/');

	if (name && idents_have(idents, name + 1))
		return name + 1;
	return idents->n ? idents->names[0] : NULL;
}
