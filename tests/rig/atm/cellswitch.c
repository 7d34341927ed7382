// SPDX-License-Identifier: GPL-2.0-only
/*
 * cellswitch: the wire end between a test machine, which sends ATM cells in MPLS frames on
 * Ethernet, and stock ATM programs under atmshim.so. Options and the loop.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../clients.h"
#include "../loop.h"
#include "switch.h"

#define MTU_MIN		(4 + CELL_LEN)
#define MTU_MAX		(FRAME_MAX - 14)

/* clang-format off */
static const struct option options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "wire", required_argument, NULL, 'w' },
	{ "far", required_argument, NULL, 'f' },
	{ "control", required_argument, NULL, 'c' },
	{ "mac", required_argument, NULL, 'm' },
	{ "machine", required_argument, NULL, 'M' },
	{ "label", required_argument, NULL, 'l' },
	{ "mtu", required_argument, NULL, 'u' },
	{ "frames", required_argument, NULL, 'F' },
	{ "sdus", required_argument, NULL, 'S' },
	{ "seed", required_argument, NULL, 's' },
	{ "log", required_argument, NULL, 'L' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static void help(void)
{
	puts("Usage: cellswitch --dir DIR --wire SOCK --far SOCK [OPTION]...\n"
	     "Carries AAL5 SDUs between the ATM programs of a directory (atmshim.so makes their\n"
	     "endpoints there) and a machine that sends cells in MPLS frames (RFC 4717).\n\n"
	     "  --dir DIR       where the endpoints are\n"
	     "  --wire SOCK     unix datagram socket of the frames; QEMU's remote.path\n"
	     "  --far SOCK      the machine's: QEMU's local.path, or another cellswitch's --wire\n"
	     "  --control SOCK  unix socket for control commands\n"
	     "  --mac MAC       our address (02:00:00:00:00:aa)\n"
	     "  --machine MAC   the machine's address (52:54:00:12:34:56)\n"
	     "  --label N       MPLS label, both ways (100)\n"
	     "  --mtu N         of the frames that are sent, without their Ethernet header (1500)\n"
	     "  --frames FILE   capture of the frames\n"
	     "  --sdus FILE     capture of the SDUs (SunATM)\n"
	     "  --seed N        of the faults (1)\n"
	     "  --log FILE      log here, not on standard error\n"
	     "  --help          this text\n\n"
	     "Control commands, one per line, one line of answer each:");
	commands_help();
}

static long number(const char *name, const char *text, long least, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < least || value > most)
		die("--%s %s: a number from %ld to %ld expected", name, text, least, most);
	return value;
}

static void parse_mac(uint8_t *mac, const char *text)
{
	char end;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != MAC_LEN)
		die("%s: no MAC address", text);
}

struct where {
	const char *dir, *wire, *far;
};

static void parse_option(int c, struct where *w)
{
	switch (c) {
	case 'd':
		w->dir = optarg;
		break;
	case 'w':
		w->wire = optarg;
		break;
	case 'f':
		w->far = optarg;
		break;
	case 'c':
		commands_open(optarg);
		break;
	case 'm':
		parse_mac(wire_link.mac, optarg);
		break;
	case 'M':
		parse_mac(wire_link.machine, optarg);
		break;
	case 'l':
		wire_link.label = (uint32_t)number("label", optarg, 16, (1 << 20) - 1);
		break;
	case 'u':
		wire_link.mtu = (size_t)number("mtu", optarg, MTU_MIN, MTU_MAX);
		break;
	case 'F':
		pcap_open_frames(optarg);
		break;
	case 'S':
		pcap_open_sdus(optarg);
		break;
	case 's':
		srandom((unsigned int)number("seed", optarg, 0, 1000000000));
		break;
	case 'L':
		log_open(optarg);
		break;
	default:
		if (c == 'h')
			help();
		exit(c != 'h');
	}
}

static void turn(void)
{
	struct pollfd p[MAX_CLIENTS + 3];
	int n, soon;

	clock_run();
	control_flush();
	soon = wire_poll_setup(&p[0]);
	ports_poll_setup(&p[1]);
	n = 2 + control_poll_setup(p + 2);
	if (!loop_sleep(p, n, soon))
		return;
	wire_poll_done(&p[0]);
	ports_poll_done(p[1].revents);
	control_poll_done(p + 2, n - 2);
}

int main(int argc, char **argv)
{
	struct where where = { 0 };
	int c;

	clock_start(1.0);
	srandom(1);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_option(c, &where);
	if (optind < argc || !where.dir || !where.wire || !where.far)
		die("--dir, --wire and --far are needed; see --help");
	wire_open(where.wire, where.far);
	ports_open(where.dir);
	loop_begin();
	log_line("switch", "ready");
	while (!loop_over())
		turn();
	control_cleanup();
	ports_close();
	unlink(where.wire);
	log_line("switch", "end");
	return 0;
}
