// SPDX-License-Identifier: GPL-2.0-only
/*
 * lineshim.so: modem control lines for a pty. A pty has none, so QEMU's "-chardev serial" on a
 * pty shows a guest CTS low for ever. Preloaded into QEMU, this serves TIOCMGET and TIOCMSET (and
 * TIOCMBIS, TIOCMBIC) of /dev/pts/N from the file $TIOCM_DIR/N, which the modem bank made:
 * u32 out (DTR, RTS, written here), u32 in (CTS, DSR, CD, RI, written by the bank).
 *
 * Every other ioctl, and every terminal without such a file, goes to the C library untouched.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PTS_MAJOR	136
#define MAX_PTS		4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile uint32_t *maps[MAX_PTS];

static volatile uint32_t *map_file(unsigned int pts)
{
	const char *dir = getenv("TIOCM_DIR");
	char path[512];
	void *map;
	int fd;

	if (!dir)
		return NULL;
	snprintf(path, sizeof(path), "%s/%u", dir, pts);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	map = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

/* By device number, not by descriptor: a descriptor may be another file tomorrow. */
static volatile uint32_t *signals_of(int fd)
{
	volatile uint32_t *map;
	struct stat st;
	unsigned int pts;

	if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || major(st.st_rdev) != PTS_MAJOR)
		return NULL;
	pts = minor(st.st_rdev);
	if (pts >= MAX_PTS)
		return NULL;
	pthread_mutex_lock(&lock);
	if (!maps[pts])
		maps[pts] = map_file(pts);
	map = maps[pts];
	pthread_mutex_unlock(&lock);
	return map;
}

static void serve(volatile uint32_t *map, unsigned long request, int *value)
{
	const uint32_t ours = TIOCM_DTR | TIOCM_RTS;

	if (request == TIOCMGET)
		*value = (int)(map[0] | map[1]);
	else if (request == TIOCMSET)
		map[0] = (uint32_t)*value & ours;
	else if (request == TIOCMBIS)
		map[0] |= (uint32_t)*value & ours;
	else
		map[0] &= ~((uint32_t)*value & ours);
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	volatile uint32_t *map = NULL;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS ||
	    request == TIOCMBIC)
		map = signals_of(fd);
	if (map) {
		serve(map, request, arg);
		return 0;
	}
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, arg);
}
