// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run of a 1 MiB job on the parallel port, through the port or through lp: bytes a second,
 * processor time, how long a status takes meanwhile, and how long after a CANCEL the write is over.
 *
 * usage: bench-port ours|lp TEXT	TEXT names the anchor in the figures
 */
#define _GNU_SOURCE

#include <linux/lp.h>

#include "figure.h"
#include "port.h"

#define BYTES (1024 * 1024)
#define LOOKS 4096
#define CANCELS 50
#define CANCEL_AT 4096 /* bytes that have gone over */

static char job[BYTES];
static uint64_t looks[LOOKS];

/* Busy time of all processors of this machine. */
static double busy_s(void)
{
	unsigned long long user, nice, system, idle, wait, irq, soft;
	FILE *f = fopen("/proc/stat", "r");

	if (!f || fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
			 &wait, &irq, &soft) != 7)
		DIE("/proc/stat");
	fclose(f);
	return (double)(user + nice + system + irq + soft) / sysconf(_SC_CLK_TCK);
}

static int order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool look(int fd, bool ours)
{
	struct cleardown_port_status st;
	int lines;

	return ours ? !cd_port_status(fd, &st) : !ioctl(fd, LPGETSTATUS, &lines);
}

/* Asks for the status, 200 times a second, until the job is over and its writer joined. */
static size_t look_on(int fd, bool ours, const struct port_writer *w)
{
	size_t n = 0;

	while (pthread_tryjoin_np(w->thread, NULL) == EBUSY) {
		uint64_t begun = cd_now();

		if (n == LOOKS || !look(fd, ours))
			DIE("status: %s", strerror(errno));
		looks[n++] = cd_now() - begun;
		usleep(5000);
	}
	return n;
}

static void figures_of_sorted(enum figure_of of, size_t n, const char *what, const char *anchor)
{
	qsort(looks, n, sizeof(looks[0]), order);
	figure(of, "ms", looks[n / 2] / 1e6, "%s, %s: median", what, anchor);
	figure(of, "ms", looks[n * 99 / 100] / 1e6, "%s, %s: p99", what, anchor);
}

static double job_takes(int fd, bool ours, bool looking, size_t *n)
{
	uint64_t begun = cd_now();
	struct port_writer w;

	port_writer_start(&w, fd, job, BYTES);
	if (looking)
		*n = look_on(fd, ours, &w);
	else
		port_writer_join(&w);
	if (w.ret != BYTES)
		DIE("write: %zd", w.ret);
	if (ours && fsync(fd))
		DIE("fsync: %s", strerror(errno));
	return (cd_now() - begun) / 1e9;
}

/* Alone, and once more with somebody who asks how it goes; lp answers him when it is over. */
static void job_of(int fd, bool ours, const char *anchor)
{
	enum figure_of of = ours ? OURS : ANCHOR;
	double busy = busy_s(), took;
	size_t n = 0;

	took = job_takes(fd, ours, false, NULL);
	figure(of, "KiB/s", BYTES / 1024 / took, "1 MiB on the parallel port, %s", anchor);
	figure(of, "s", busy_s() - busy, "1 MiB on the parallel port, %s: CPU of the guest",
	       anchor);
	took = job_takes(fd, ours, true, &n);
	if (!n)
		DIE("no status during the job");
	figure(of, "KiB/s", BYTES / 1024 / took, "the same while its status is asked for, %s",
	       anchor);
	figures_of_sorted(of, n, "status during that job", anchor);
}

static uint64_t cancel_takes(struct port *p)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	struct cleardown_doc_result r;
	struct port_writer w;
	uint64_t begun, took;

	if (port_start(p, "cancelled"))
		DIE("START_DOC");
	port_writer_start(&w, p->fd, job, BYTES);
	if (!port_wait_confirmed(p->fd, CANCEL_AT, 60000))
		DIE("the job does not go on");
	arg.id = port_status(p->fd).out_doc;
	begun = cd_now();
	if (cd_ioctl(p->fd, CLEARDOWN_IOC_CANCEL, &arg))
		DIE("CANCEL");
	port_writer_join(&w);
	took = cd_now() - begun;
	port_end(p, 0, &r);
	return took;
}

static void cancel_of(struct port *p, const char *anchor)
{
	for (size_t i = 0; i < CANCELS; i++)
		looks[i] = cancel_takes(p);
	figures_of_sorted(OURS, CANCELS, "CANCEL until the write is over", anchor);
}

static void ours(const char *anchor)
{
	struct cleardown_close arg;
	struct port p = { 0 };

	if (port_bind(&p, "parport", 0, ""))
		exit(1);
	port_open(&p);
	job_of(p.fd, true, anchor);
	if (cd_close(p.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg))
		DIE("CLOSE");
	port_leave(&p);
	port_open(&p);
	cancel_of(&p, anchor);
	port_leave(&p);
	sim_unbind(&p.dev);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 3)
		return 2;
	for (size_t i = 0; i < BYTES; i++)
		job[i] = i * 7;
	if (!strcmp(argv[1], "ours")) {
		ours(argv[2]);
		return 0;
	}
	fd = open("/dev/lp0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		DIE("/dev/lp0: %s", strerror(errno));
	job_of(fd, false, argv[2]);
	close(fd);
	return 0;
}
