// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a line open. Looks at /proc only: asking the line itself could block. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* stat() through /proc/PID/fd looks at the open file's inode; it opens nothing. */
static bool process_has(const char *pid, uint64_t rdev)
{
	struct dirent *entry;
	bool found = false;
	char path[300];
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (!is_number(entry->d_name))
			continue;
		found = !fstatat(dirfd(dir), entry->d_name, &st, 0) && S_ISCHR(st.st_mode) &&
			st.st_rdev == rdev;
	}
	closedir(dir);
	return found;
}

static void read_comm(const char *pid, char *comm, size_t size)
{
	char path[300];
	FILE *file;

	comm[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(comm, size, file))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
}

size_t find_holders(uint64_t rdev, struct holder *holders, size_t max)
{
	DIR *proc = rdev ? opendir("/proc") : NULL;
	struct dirent *entry;
	size_t n = 0;

	while (proc && n < max && (entry = readdir(proc))) {
		if (!is_number(entry->d_name) || atoi(entry->d_name) == getpid() ||
		    !process_has(entry->d_name, rdev))
			continue;
		holders[n].pid = atoi(entry->d_name);
		read_comm(entry->d_name, holders[n].comm, sizeof(holders[n].comm));
		n++;
	}
	if (proc)
		closedir(proc);
	return n;
}

bool find_holder(uint64_t rdev, struct holder *holder)
{
	return find_holders(rdev, holder, 1) == 1;
}

bool process_runs(const char *comm, struct holder *holder)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (proc && !found && (entry = readdir(proc))) {
		if (!is_number(entry->d_name))
			continue;
		read_comm(entry->d_name, holder->comm, sizeof(holder->comm));
		holder->pid = atoi(entry->d_name);
		found = !strcmp(holder->comm, comm);
	}
	if (proc)
		closedir(proc);
	return found;
}
