// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PJL printer (tests/rig/pjlprinter, outside of the VM) on a serial line: what is sent and what is
 * printed, how many pages, what the printer says of itself, and who may have the line when.
 *
 * usage: port-pjl TTY, with port0 bound to it
 */
#define _GNU_SOURCE

#include "port.h"

#define PAGES 3
#define PAGE 2000

static struct port port = { .dev.name = "port0" };
static const char *line;
static char text[PAGES * PAGE];

static long printer_count(const char *what)
{
	char answer[512] = "", key[32];
	const char *at;

	snprintf(key, sizeof(key), " %s", what);
	if (cd_host(answer, sizeof(answer), "printer stats"))
		DIE("the printer does not answer: %s", answer);
	at = strstr(answer, key);
	if (!at)
		DIE("no %s in %s", what, answer);
	return strtol(at + strlen(key), NULL, 10);
}

/*
 * What the line has sent is on its way to the printer for a while, and a command of the host may
 * be there first: wait for what the printer has counted, not for its silence.
 */
static int printer_reaches(const char *what, long n)
{
	char command[64];

	snprintf(command, sizeof(command), "printer waitfor %s:%ld 20000", what, n);
	return cd_host(NULL, 0, command);
}

static bool line_is_free(void)
{
	int fd = open(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int printed(uint32_t flags, struct cleardown_doc_result *r)
{
	struct cleardown_op_end_doc in = { .flags = flags };
	union cd_record rec;
	int ret = cd_submit(port.fd, CLEARDOWN_OP_END_DOC, ++port.id, &in, sizeof(in), NULL);

	ret = ret ? ret : cd_wait(port.events, port.id, &rec, 60000);
	memset(r, 0, sizeof(*r));
	if (!ret && rec.ev.data_len == sizeof(*r))
		memcpy(r, rec.ev.data, sizeof(*r));
	return ret ? ret : rec.ev.error;
}

static void sent_and_printed(void)
{
	struct cleardown_doc_result r;
	bool good = true;

	EXPECT(good, line_is_free());
	EXPECT_EQ(good, port_start(&port, "three pages"), 0);
	EXPECT(good, !line_is_free());
	EXPECT_EQ(good, write(port.fd, text, sizeof(text)), sizeof(text));
	EXPECT_EQ(good, printed(CLEARDOWN_END_DOC_PRINTED, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_PRINTED);
	EXPECT_EQ(good, r.pages, PAGES);
	EXPECT_EQ(good, r.accepted, sizeof(text));
	EXPECT_EQ(good, r.confirmed, sizeof(text));
	EXPECT(good, line_is_free());
	tap(good,
	    "M-17 RM-6 TM-2 a document is sent, then printed, with its pages; the line is free");
}

static void unwaited(void)
{
	struct cleardown_doc_result r;
	bool good = true;
	long jobs = printer_count("jobs");

	EXPECT_EQ(good, port_start(&port, "not waited for"), 0);
	EXPECT_EQ(good, write(port.fd, text, sizeof(text)), sizeof(text));
	EXPECT_EQ(good, printed(0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
	EXPECT(good, line_is_free());
	EXPECT_EQ(good, printer_reaches("ended", jobs + 1), 0);
	tap(good, "RM-6 without waiting for the pages a document ends as sent, never as printed");
}

static void paper_out(void)
{
	struct cleardown_port_status st;
	struct cleardown_doc_result r;
	union cd_record rec;
	bool good = true;
	long jobs = printer_count("jobs");
	int ret;

	EXPECT_EQ(good, port_start(&port, "paper"), 0);
	EXPECT_EQ(good, write(port.fd, text, PAGE), PAGE);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT_EQ(good, printer_reaches("jobs", jobs + 1), 0);
	EXPECT_EQ(good, cd_host(NULL, 0, "printer paper out"), 0);
	do {
		ret = cd_one(port.events, &rec, 10000);
	} while (!ret && rec.ev.type != CLEARDOWN_EV_PRINTER);
	EXPECT_EQ(good, ret, 0);
	EXPECT(good, rec.ev.p1 >= 41000 && rec.ev.p1 < 42000);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_PAPER | CLEARDOWN_PORT_OFFLINE, 5000));
	st = port_status(port.fd);
	EXPECT_EQ(good, st.out_code, rec.ev.p1);
	EXPECT(good, st.out_display[0]);
	EXPECT_EQ(good, cd_host(NULL, 0, "printer paper in"), 0);
	EXPECT_EQ(good, write(port.fd, text + PAGE, sizeof(text) - PAGE), sizeof(text) - PAGE);
	EXPECT_EQ(good, printed(CLEARDOWN_END_DOC_PRINTED, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_PRINTED);
	EXPECT_EQ(good, r.pages, PAGES);
	EXPECT(good, !(port_status(port.fd).out_flags & CLEARDOWN_PORT_PAPER));
	tap(good, "paper out in mid-job: the printer says so, paper in: the job is printed whole");
}

static void cancelled_on_the_panel(void)
{
	struct cleardown_doc_result r;
	bool good = true;
	long pages = printer_count("pages");

	EXPECT_EQ(good, port_start(&port, "panel"), 0);
	EXPECT_EQ(good, write(port.fd, text, PAGE), PAGE);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT_EQ(good, printer_reaches("pages", pages + 1), 0);
	EXPECT_EQ(good, cd_host(NULL, 0, "printer cancel"), 0);
	EXPECT_EQ(good, printed(CLEARDOWN_END_DOC_PRINTED, &r), 0);
	EXPECT(good, r.state != CLEARDOWN_DOC_PRINTED);
	tap(good, "a job that is cancelled on the printer's panel is not taken for printed");
}

static void aborted(void)
{
	struct cleardown_doc_result r;
	struct cleardown_close arg;
	bool good = true;
	long jobs;

	EXPECT_EQ(good, cd_host(NULL, 0, "printer waitfor idle 20000"), 0);
	jobs = printer_count("jobs");
	EXPECT_EQ(good, port_start(&port, "left open"), 0);
	EXPECT_EQ(good, write(port.fd, text, PAGE), PAGE);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	EXPECT(good, line_is_free());
	port_leave(&port);
	EXPECT_EQ(good, printer_reaches("ended", jobs + 1), 0);
	port_open(&port);
	EXPECT_EQ(good, port_start(&port, "next"), 0);
	EXPECT_EQ(good, write(port.fd, text, sizeof(text)), sizeof(text));
	EXPECT_EQ(good, printed(CLEARDOWN_END_DOC_PRINTED, &r), 0);
	EXPECT_EQ(good, r.pages, PAGES);
	EXPECT_EQ(good, printer_count("jobs"), jobs + 2);
	tap(good, "M-15 CLOSE with an open document ends the printer's job too; the next is whole");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	line = argv[1];
	memset(text, 'x', sizeof(text));
	for (int i = 1; i <= PAGES; i++)
		text[i * PAGE - 1] = '\f';
	sim_wait_node(port.dev.name);
	port_open(&port);
	if (cd_filter(port.fd, 0, PORT_EVENTS))
		DIE("no filter");
	sent_and_printed();
	unwaited();
	paper_out();
	cancelled_on_the_panel();
	aborted();
	port_leave(&port);
	return tap_done();
}
