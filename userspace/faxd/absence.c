// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long no daemon was there, and whether the machine was started meanwhile. The kernel waits for one
 * (fax_adopt_ms), then its jobs have failed and their users were told; after a start it has forgotten that,
 * and would take them again. SPOOL/alive has the time when we were there last; the file beside the socket,
 * which is on a file system that a start empties, tells that there was none.
 *
 * Where the machine was shut down in order wtmp has the time. It counts only when it is later by more than
 * a shutdown takes, for that ends us, too. After a crash nobody knows, and the jobs go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "faxd.h"

#define NOTE_MS		15000
#define SHUTDOWN_S	180
#define ADOPT_MS	60000
#define ADOPT		"/sys/module/cleardown/parameters/fax_adopt_ms"
#define WTMP		"/var/log/wtmp"
#define BESIDE		".seen"

static int64_t seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec;
}

static void path_of(char path[PATH_LEN], const char *before, const char *after)
{
	snprintf(path, PATH_LEN, "%s%s", before, after);
}

static int64_t adopt_s(void)
{
	FILE *file = fopen(ADOPT, "re");
	int64_t ms = ADOPT_MS;

	if (file && fscanf(file, "%" SCNd64, &ms) != 1)
		ms = ADOPT_MS;
	if (file)
		fclose(file);
	return ms / 1000;
}

/* When the last shutdown was, or 0: not after @since. Before that one the clock may have been any. */
static int64_t shutdown_after(int64_t since)
{
	const struct utmpx *u;
	int64_t last = 0;

	utmpxname(WTMP);
	setutxent();
	while ((u = getutxent()))
		if (u->ut_type == RUN_LVL && !strncmp(u->ut_user, "shutdown", 8))
			last = u->ut_tv.tv_sec;
	endutxent();
	return last > since ? last : 0;
}

void absence_look(struct faxd *d, const char *socket)
{
	int64_t wall = 0, boot = 0, down;
	char path[PATH_LEN];
	FILE *file;

	path_of(path, d->directory, "/alive");
	file = fopen(path, "re");
	if (file && fscanf(file, "%" SCNd64 " %" SCNd64, &wall, &boot) != 2)
		wall = 0;
	if (file)
		fclose(file);
	path_of(path, socket, BESIDE);
	if (!access(path, F_OK)) {
		/* more than the kernel may have waited: what it has not any more it gave up */
		d->given_up = wall && seconds(CLOCK_BOOTTIME) - boot >= adopt_s();
		d->same_start = true;
	} else {
		down = wall ? shutdown_after(wall) : 0;
		d->given_up = down && down - wall > adopt_s() + SHUTDOWN_S;
	}
	file = fopen(path, "we");
	if (file)
		fclose(file);
	else
		say("%s: %s", path, strerror(errno));
	absence_note(d);
}

void absence_note(struct faxd *d)
{
	char path[PATH_LEN], fresh[PATH_LEN];
	FILE *file;

	path_of(path, d->directory, "/alive");
	path_of(fresh, d->directory, "/alive.new");
	d->noted = talk_now_ms() / talk_speed;
	file = fopen(fresh, "we");
	if (!file ||
	    fprintf(file, "%" PRId64 " %" PRId64 "\n", wall_s(), seconds(CLOCK_BOOTTIME)) < 0 ||
	    fclose(file) || rename(fresh, path) < 0)
		say("%s: %s", path, strerror(errno));
}

void absence_note_rarely(struct faxd *d)
{
	if (spool_first(d->spool) && talk_now_ms() / talk_speed - d->noted >= NOTE_MS)
		absence_note(d);
}
