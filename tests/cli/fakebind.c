// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bindings that outlive the tool, for commands that look at what an earlier one left: a file for each
 * object in the directory FAKE_BOUND, "ID CLASS DEV BACKEND SPEED FLOW [ARGS]".
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"

static FILE *open_object(const char *name, const char *mode)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("FAKE_BOUND"), name);
	return fopen(path, mode);
}

static bool read_object(const char *name, struct cleardown_list *l)
{
	FILE *file = open_object(name, "re");
	bool ok;

	if (!file)
		return false;
	ok = fscanf(file, "%llu %u %llu %63s %u %u [%255[^]]", &l->out_id, &l->out_class,
		    &l->out_dev, l->out_backend, &l->out_speed, &l->out_flow, l->out_args) >= 6;
	snprintf(l->out_name, sizeof(l->out_name), "%.31s", name);
	fclose(file);
	return ok;
}

int bound_list(struct cleardown_list *l)
{
	DIR *dir = opendir(getenv("FAKE_BOUND"));
	struct cleardown_list next = { 0 }, one;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		one = (struct cleardown_list){ 0 };
		if (read_object(entry->d_name, &one) && one.out_id > l->after &&
		    (!next.out_id || one.out_id < next.out_id))
			next = one;
	}
	if (dir)
		closedir(dir);
	if (!next.out_id) {
		errno = ENOENT;
		return -1;
	}
	next.size = l->size;
	next.after = l->after;
	*l = next;
	return 0;
}

int bound_add(const struct cleardown_bind *b)
{
	FILE *file = open_object(b->name, "wxe");

	if (!file)
		return -1;
	fprintf(file, "%llu %u %llu %s:%llu %u %u [%s]\n", now(), b->clazz,
		strcmp(b->link, "tty") ? 0 : b->dev, b->link, b->dev, b->speed ? b->speed : 115200,
		b->flow, b->args);
	fclose(file);
	return 0;
}

int bound_remove(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("FAKE_BOUND"), name);
	return unlink(path);
}
