// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow control of a serial port by characters: a printer that says XOFF, and XON or never more, and
 * a line on which they are data. The printer (tests/rig/pjlprinter) counts what it got.
 *
 * usage: port-flow xonxoff|none NAME TTY
 */
#define _GNU_SOURCE

#include "port.h"

#define BIG (1 << 20)
#define CLOSE_NS (1500 * CD_MS)
#define LATE_MS 500

static struct port port;
static const char *tty;
static uint8_t big[BIG];

static long received(void)
{
	char answer[256];
	const char *at;

	if (cd_host(answer, sizeof(answer), "printer stats"))
		DIE("the printer does not answer: %s", answer);
	at = strstr(answer, " received ");
	return at ? strtol(at + 10, NULL, 10) : -1;
}

/* What the line has sent is on its way to the printer for a while; a look may overtake it. */
static bool printer_reaches(long bytes)
{
	char command[64];

	snprintf(command, sizeof(command), "printer waitfor received:%ld 20000", bytes);
	return !cd_host(NULL, 0, command);
}

static bool printer_says(const char *text)
{
	char command[64];

	snprintf(command, sizeof(command), "printer send %s", text);
	return !cd_host(NULL, 0, command);
}

/* The printer's count stands still although there is more: what stopped it is there. */
static bool stands_still(void)
{
	return port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 20000);
}

static void restarted(void)
{
	struct cleardown_doc_result r = { 0 };
	struct port_writer w;
	long before = received(), stopped;
	bool good = true;

	port_open(&port);
	EXPECT_EQ(good, port_start(&port, "stop and go"), 0);
	port_writer_start(&w, port.fd, big, BIG);
	EXPECT(good, printer_says("\\\\x13"));
	EXPECT(good, stands_still());
	stopped = received() - before;
	EXPECT(good, stopped < BIG);
	EXPECT(good, printer_says("\\\\x11"));
	EXPECT_EQ(good, port_writer_join(&w), BIG);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
	EXPECT_EQ(good, r.confirmed, BIG);
	tap(good, "XOFF stops a document, XON lets it go on: every byte is sent");
	good = true;
	EXPECT_EQ(good,
		  cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CLOSE_NS,
			   &(struct cleardown_close){ 0 }),
		  0);
	EXPECT(good, printer_reaches(before + BIG));
	EXPECT_EQ(good, received() - before, BIG);
	tap(good, "and the printer got as many");
	port_leave(&port);
}

/* The far end never says XON. */
static void never_again(void)
{
	struct cleardown_close arg = { 0 };
	const struct cleardown_report_head *h = &arg.out_report;
	long before = received(), got;
	struct port_writer w;
	bool good = true;
	uint64_t begin;
	int fd;

	port_open(&port);
	EXPECT_EQ(good, port_start(&port, "stopped"), 0);
	port_writer_start(&w, port.fd, big, BIG);
	EXPECT(good, printer_says("\\\\x13"));
	EXPECT(good, stands_still());
	begin = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CLOSE_NS, &arg), 0);
	EXPECT(good, cd_now() - begin < CLOSE_NS + LATE_MS * CD_MS);
	EXPECT_EQ(good, arg.out_released, 1);
	fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(good, fd >= 0);
	close(fd);
	tap(good, "P-11d M-17 PR-5 XOFF and never XON: the close is in time and the line is free");
	good = true;
	EXPECT_EQ(good, port_writer_join(&w), (ssize_t)h->accepted);
	EXPECT(good, port_adds_up(h));
	EXPECT(good, h->discarded > 0);
	EXPECT(good, printer_reaches(before + (long)h->confirmed));
	got = received() - before;
	EXPECT(good, got >= (long)h->confirmed && got <= (long)(h->confirmed + h->in_doubt));
	if (!tap(good, "PR-7 its report says how many bytes were lost, and how many are in doubt"))
		fprintf(stderr,
			"# accepted %llu confirmed %llu discarded %llu in doubt %llu got %ld\n",
			h->accepted, h->confirmed, h->discarded, h->in_doubt, got);
	port_leave(&port);
}

/* Reads @len bytes, ten seconds at most. */
static bool reads(const char *wanted, size_t len)
{
	struct pollfd p = { .fd = port.fd, .events = POLLIN };
	char got[64];
	size_t n = 0;
	ssize_t one;

	while (n < len && poll(&p, 1, 10000) == 1) {
		one = read(port.fd, got + n, sizeof(got) - n);
		if (one <= 0)
			return false;
		n += one;
	}
	return n == len && !memcmp(got, wanted, len);
}

static void back_channel(bool flow)
{
	bool good = true;

	port_open(&port);
	EXPECT_EQ(good, port_start(&port, "talk"), 0);
	EXPECT(good, printer_says("A\\\\x13B\\\\x11C"));
	EXPECT(good, flow ? reads("ABC", 3) :
			    reads("A\x13"
				  "B\x11"
				  "C",
				  5));
	tap(good,
	    flow ? "XON and XOFF are not read" : "without flow control XON and XOFF are data");
	cd_close(port.fd, CLEARDOWN_MODE_ABORT, CLOSE_NS, &(struct cleardown_close){ 0 });
	port_leave(&port);
}

static void not_heeded(void)
{
	struct cleardown_doc_result r = { 0 };
	bool good = true;

	port_open(&port);
	EXPECT_EQ(good, port_start(&port, "deaf to it"), 0);
	EXPECT(good, printer_says("\\\\x13"));
	EXPECT(good, reads("\x13", 1));
	EXPECT_EQ(good, write(port.fd, big, 4096), 4096);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.confirmed, 4096);
	tap(good, "and stop nothing");
	cd_close(port.fd, CLEARDOWN_MODE_ABORT, CLOSE_NS, &(struct cleardown_close){ 0 });
	port_leave(&port);
}

int main(int argc, char **argv)
{
	bool flow;

	if (argc != 4)
		return 2;
	flow = !strcmp(argv[1], "xonxoff");
	snprintf(port.dev.name, sizeof(port.dev.name), "%s", argv[2]);
	tty = argv[3];
	memset(big, 'x', sizeof(big));
	if (flow) {
		restarted();
		never_again();
	} else {
		not_heeded();
	}
	back_channel(flow);
	return tap_done();
}
