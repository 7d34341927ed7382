/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault injection of the debug kernel, for test programs: the n-th possible fault of a task, or all
 * of them. What strikes (failslab, fail_page_alloc, fail_usercopy) is set by the guest script.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <dirent.h>
#include <sys/syscall.h>

#include "simphone.h"

/* The thread that runs the device @name: its id, or 0. */
static inline pid_t fault_worker(const char *name)
{
	char wanted[40], path[300], comm[40];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	FILE *f;

	/* a thread's name is cut at 15 characters */
	snprintf(wanted, sizeof(wanted), "cldn/%.10s", name);
	while (proc && !found && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = atoi(entry->d_name) ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%39s", comm) == 1 && !strcmp(comm, wanted))
			found = atoi(entry->d_name);
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return found;
}

/* fail-nth or make-it-fail of a task (0: the calling thread), kept open: to open it may fail too. */
static inline int fault_file(pid_t task, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", task ? task : (int)syscall(SYS_gettid), name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		DIE("%s: %s", path, strerror(errno));
	return fd;
}

static inline void fault_nth(int file, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(file, text, len, 0) != len)
		DIE("fail-nth %u: %s", n, strerror(errno));
}

/*
 * True when the fault has struck; takes it back otherwise. Reading and taking back may themselves
 * be what the fault strikes, and then it had not struck before.
 */
static inline bool fault_struck(int file)
{
	char text[16] = "";
	bool struck = pread(file, text, sizeof(text) - 1, 0) >= 0 && !strtoul(text, NULL, 10);

	if (pwrite(file, "0", 1, 0) != 1 && errno == EFAULT)
		return false;
	return struck;
}

/* Every fault that the task of this make-it-fail can meet (task filter on, probability 100). */
static inline void fault_always(int file, bool on)
{
	if (pwrite(file, on ? "1" : "0", 1, 0) != 1)
		DIE("make-it-fail: %s", strerror(errno));
}

#endif /* TESTS_FAULT_H */
