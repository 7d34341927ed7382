// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parallel ports and who has them, from /proc/sys/dev/parport. A driver that is registered on a
 * port keeps us out of it as long as it is loaded, whether it prints or not: the port is opened
 * exclusively.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define OUR_DRIVER	"cleardown"

bool parport_attr(const char *port, const char *file, char *text, size_t size)
{
	char path[256];
	bool ok = false;
	FILE *f;

	text[0] = '\0';
	snprintf(path, sizeof(path), PARPORT_PROC "/%s/%s", port, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(text, size, f)) {
		text[strcspn(text, "\n")] = '\0';
		ok = true;
	}
	fclose(f);
	return ok;
}

/* Each registered driver has a directory of its settings there, beside the file "active". */
bool parport_driver(const char *port, char *driver, size_t size)
{
	struct dirent *entry;
	char path[256];
	DIR *dir;

	driver[0] = '\0';
	snprintf(path, sizeof(path), PARPORT_PROC "/%s/devices", port);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!*driver && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    !strncmp(entry->d_name, OUR_DRIVER, strlen(OUR_DRIVER)))
			continue;
		snprintf(driver, size, "%s", entry->d_name);
	}
	closedir(dir);
	return *driver;
}

bool parport_driver_of(const char *backend, char *driver, size_t size)
{
	char port[CLDN_SPEC_LEN + 8];

	if (strncmp(backend, "parport:", 8))
		return false;
	snprintf(port, sizeof(port), "parport%s", backend + 8);
	return parport_driver(port, driver, size);
}
