// SPDX-License-Identifier: GPL-2.0-only
/*
 * PR-5 to the millisecond, of a port: CLOSE returns by its deadline plus 50 ms while the printer
 * takes nothing, a write is stuck, END_DOC is outstanding and a trailer wants to leave; what can only
 * be thrown away costs two seconds at most. For a VM whose time counts instructions.
 *
 * usage: port-bound parport offline|hang	parport0, of tests/rig/parsim
 *	  port-bound tcp CONTROL PORT		tests/rig/tcpprinter
 *	  port-bound tty PATH			CTS is low from the beginning
 */
#define _GNU_SOURCE

#include "parsim.h"
#include "port.h"
#include "tcpprinter.h"

#define GRACE_MS 50
/* The longest that the trailer is tried once the document's bytes are thrown away. */
#define END_DOC_MS 2000
#define BIG (4 << 20)
#define END_DOC_ID 1000

static struct port port;
static char *big;
static const char *link_name;
static char *what; /* parsim's switch, tcpprinter's control */
static const struct parsim parsim = { "/sys/kernel/debug/parsim/0" };

/* Without the host, whose time is another. */
static void set_stuck(bool on)
{
	if (!strcmp(link_name, "parport"))
		parsim_set(&parsim, what, on);
	else if (!strcmp(link_name, "tcp"))
		tcpprinter_says(what, on ? "stop" : "read");
}

/* A document of which the printer takes no more; a thread is inside write(2). */
static void get_stuck(struct port_writer *w)
{
	static const struct cleardown_op_end_doc end;

	port_open(&port);
	if (port_start(&port, "stuck"))
		DIE("START_DOC");
	set_stuck(true);
	port_writer_start(w, port.fd, big, BIG);
	if (!port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 60000))
		DIE("the printer goes on");
	if (cd_submit(port.fd, CLEARDOWN_OP_END_DOC, END_DOC_ID, &end, sizeof(end), NULL))
		DIE("END_DOC");
}

static void bounded(uint32_t mode, uint64_t deadline_ms)
{
	uint64_t bound_ms = deadline_ms, took;
	struct cleardown_close arg;
	struct port_writer w;
	bool good = true;

	if (mode == CLEARDOWN_MODE_ABORT && bound_ms > END_DOC_MS)
		bound_ms = END_DOC_MS;
	get_stuck(&w);
	took = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, mode, deadline_ms * CD_MS, &arg), 0);
	took = cd_now() - took;
	EXPECT(good, took <= (bound_ms + GRACE_MS) * CD_MS);
	EXPECT(good, port_writer_join(&w) < BIG);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.ops_completed, arg.out_report.ops_issued);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT(good, arg.out_report.confirmed < arg.out_report.accepted);
	set_stuck(false);
	port_leave(&port);
	tap(good, "M-16 PR-5 %s, mode %u, deadline %llu ms, nothing moves: %llu us", link_name,
	    mode, (unsigned long long)deadline_ms, (unsigned long long)(took / 1000));
}

static bool bind_it(char **argv)
{
	char args[64] = "monitor=pjl";
	dev_t dev = 0;

	if (!strcmp(link_name, "tcp"))
		snprintf(args, sizeof(args), "monitor=pjl host=127.0.0.1 port=%s", argv[3]);
	else if (!strcmp(link_name, "tty"))
		dev = port_tty(argv[2]);
	return !port_bind(&port, link_name, dev, args);
}

int main(int argc, char **argv)
{
	static const uint64_t deadlines_ms[] = { 0, 50, 200, 700, 2000, 5000 };

	if (argc < 3)
		return 2;
	link_name = argv[1];
	what = argv[2];
	big = calloc(1, BIG);
	if (!tap(bind_it(argv), "bind %s %s", link_name, argv[2]))
		return 1;
	for (size_t i = 0; i < sizeof(deadlines_ms) / sizeof(deadlines_ms[0]); i++) {
		bounded(CLEARDOWN_MODE_DRAIN, deadlines_ms[i]);
		bounded(CLEARDOWN_MODE_ORDERLY, deadlines_ms[i]);
		bounded(CLEARDOWN_MODE_ABORT, deadlines_ms[i]);
	}
	sim_unbind(&port.dev);
	return tap_done();
}
