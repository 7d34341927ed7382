// SPDX-License-Identifier: GPL-2.0-only
/*
 * The narrowest path of a port: a parallel port, two documents, one by START_DOC and one by plain
 * write, their accounts, the report, and the hardware for the next program.
 *
 * usage: port-first BYTES
 */
#define _GNU_SOURCE

#include <fcntl.h>

#include "port.h"

static struct port port;
static uint8_t *job;
static size_t job_len;

static bool host_has(size_t len)
{
	char answer[128] = "", line[64];
	size_t got = 0;

	snprintf(line, sizeof(line), "sum parallel");
	if (cd_host(answer, sizeof(answer), line) || sscanf(answer, "ok %zu", &got) != 1)
		sscanf(answer, "%zu", &got);
	if (got != len)
		fprintf(stderr, "# the host has %zu bytes, not %zu: %s\n", got, len, answer);
	return got == len;
}

static void a_document(void)
{
	struct cleardown_doc_result result;
	bool good = true;

	EXPECT_EQ(good, port_start(&port, "first"), 0);
	EXPECT_EQ(good, write(port.fd, job, job_len), (ssize_t)job_len);
	EXPECT_EQ(good, port_end(&port, 0, &result), 0);
	EXPECT_EQ(good, result.state, CLEARDOWN_DOC_SENT);
	EXPECT_EQ(good, result.accepted, job_len);
	EXPECT_EQ(good, result.confirmed, job_len);
	EXPECT(good, host_has(job_len));
	tap(good, "M-3 a document of %zu bytes goes over the parallel port", job_len);
}

static void a_plain_write(void)
{
	struct cleardown_port_status st;
	bool good = true;

	EXPECT_EQ(good, write(port.fd, job, job_len), (ssize_t)job_len);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT(good, host_has(2 * job_len));
	st = port_status(port.fd);
	EXPECT(good, st.out_flags & CLEARDOWN_PORT_IMPLICIT);
	EXPECT(good, st.out_flags & CLEARDOWN_PORT_HELD);
	EXPECT_EQ(good, st.out_doc_state, CLEARDOWN_DOC_OPEN);
	EXPECT_EQ(good, st.out_confirmed, job_len);
	EXPECT(good, st.out_lines & CLEARDOWN_LINE_VALID);
	tap(good, "a plain write begins a document, fsync drains it");
}

static void the_end(void)
{
	struct cleardown_close arg;
	int fd = open("/dev/parport0", O_RDWR);
	bool good = true;

	EXPECT(good, fd >= 0 && ioctl(fd, PPCLAIM));
	close(fd);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.accepted, 2 * job_len);
	EXPECT_EQ(good, arg.out_report.confirmed, 2 * job_len);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT(good, !(arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED));
	EXPECT(good, port_ppdev_gets("/dev/parport0"));
	tap(good, "M-1 M-10 PR-4 PR-7 CLOSE: every byte is accounted for, ppdev can have the port");
}

int main(int argc, char **argv)
{
	job_len = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000;
	job = malloc(job_len);
	for (size_t i = 0; i < job_len; i++)
		job[i] = i * 7 + (i >> 8);
	if (!tap(!port_bind(&port, "parport", 0, ""), "bind parallel port 0"))
		return 1;
	port_open(&port);
	a_document();
	a_plain_write();
	the_end();
	port_leave(&port);
	tap(!cd_unbind(port.dev.name, 0), "unbind");
	return tap_done();
}
