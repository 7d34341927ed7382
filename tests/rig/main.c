// SPDX-License-Identifier: GPL-2.0-only
/* modembank: options and the loop. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bank.h"
#include "loop.h"

static bool fast_all;

/* clang-format off */
static const struct option options[] = {
	{ "control", required_argument, NULL, 'c' },
	{ "speed", required_argument, NULL, 's' },
	{ "line", required_argument, NULL, 'l' },
	{ "machine", required_argument, NULL, 'm' },
	{ "fast", required_argument, NULL, 'f' },
	{ "delay", required_argument, NULL, 'd' },
	{ "log", required_argument, NULL, 'L' },
	{ "step", required_argument, NULL, 'S' },
	{ "wait", required_argument, NULL, 'w' },
	{ "voice", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static void help(void)
{
	puts("Usage: modembank [OPTION]...\n"
	     "A bank of modems and a small exchange for tests.\n\n"
	     "  --control SOCK       unix socket for control commands\n"
	     "  --speed X            bank time runs X times as fast as real time (1)\n"
	     "  --line NUM:KIND:PATH a modem; KIND: pty (PATH becomes a link to the slave; with\n"
	     "                       TIOCM_DIR set, the line shim's file too), listen or connect\n"
	     "                       (unix socket at PATH)\n"
	     "  --machine NUM:MODE   a subscriber without terminal: answer, echo, sink,\n"
	     "                       source[:BYTES], voice, fax[:WORD,...]\n"
	     "  --fast NUM|all       modem NUM offers the unmodulated call (AT+MS=FAST); after\n"
	     "                       its --line\n"
	     "  --delay MS           one-way delay of the lines (20)\n"
	     "  --step FILE          a terminal may go in step with bank time by this file\n"
	     "  --wait MS            bank time stands still, for so long at most, while a class 1\n"
	     "                       terminal in a call owes a command, or data that it sends\n"
	     "  --log FILE           log here, not on standard error\n"
	     "  --voice              the voice words +VGR +VGT +VTD +VTS exist, and class 8\n"
	     "  --help               this text");
	control_help(stdout);
}

/* Cuts text at the colon; dies when there is none. */
static char *split(char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		die("%s: a colon is missing", text);
	*colon = '\0';
	return colon + 1;
}

static void add_line(char *number)
{
	static const char *const kinds[] = {
		[DTE_PTY] = "pty",
		[DTE_LISTEN] = "listen",
		[DTE_CONNECT] = "connect",
	};
	char *kind = split(number);
	char *path = split(kind);
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(kinds[i], kind)) {
			modem_new(line_add(number), (enum dte_kind)i, path);
			return;
		}
	}
	die("%s: unknown kind of line", kind);
}

static void add_machine(char *number)
{
	char *mode = split(number);

	machine_new(line_add(number), mode);
}

static void make_fast(struct line *l)
{
	if (!l->modem)
		return;
	l->modem->prefer_fast = true;
	l->fast_ok = true;
}

static void set_fast(const char *number)
{
	struct line *l = line_find(number);

	if (!strcmp(number, "all"))
		fast_all = true;
	else if (l)
		make_fast(l);
	else
		die("--fast %s: no such line (yet)", number);
}

static double parse_speed(const char *text)
{
	char *end;
	double speed = strtod(text, &end);

	if (*end || speed < 0.1 || speed > 1000)
		die("--speed %s: 0.1 to 1000 expected", text);
	return speed;
}

/* The log and the speed count for the lines, which may stand before them. */
static void parse_first(int argc, char **argv)
{
	double speed = 1.0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			speed = parse_speed(optarg);
		else if (c == 'L')
			log_open(optarg);
		else if (c == 'S')
			clock_step(optarg);
		else if (c == 'w')
			clock_wait(atol(optarg), modems_patience, modems_forgive);
		else if (c == 'd')
			exch_set_delay(atoi(optarg));
		else if (c == 'v')
			option_voice = true;
		else if (c == 'h')
			help();
		if (c == 'h' || c == '?')
			exit(c == '?');
	}
	if (optind < argc)
		die("%s: what is this?", argv[optind]);
	clock_start(speed);
}

static void parse_lines(int argc, char **argv)
{
	int c, i;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l')
			add_line(optarg);
		else if (c == 'm')
			add_machine(optarg);
		else if (c == 'f')
			set_fast(optarg);
		else if (c == 'c')
			control_open(optarg);
	}
	for (i = 0; fast_all && i < line_count; i++)
		make_fast(lines[i]);
}

/* One turn: run what is due, move bytes, answer control, then sleep. */
static void turn(void)
{
	struct pollfd p[MAX_LINES + MAX_CLIENTS + 1];
	struct modem *owner[MAX_LINES];
	int i, n = 0, modems;

	clock_run();
	for (i = 0; i < line_count; i++)
		if (lines[i]->modem)
			modem_service(lines[i]->modem);
		else
			datacall_pump(lines[i]);
	control_flush();
	for (i = 0; i < line_count; i++)
		if (lines[i]->modem && dte_poll_setup(&lines[i]->modem->dte, &p[n]))
			owner[n++] = lines[i]->modem;
	modems = n;
	n += control_poll_setup(p + n);
	if (!loop_sleep(p, n, -1))
		return;
	for (i = 0; i < modems; i++)
		dte_poll_done(&owner[i]->dte, p[i].revents);
	control_poll_done(p + modems, n - modems);
}

int main(int argc, char **argv)
{
	int i;

	exch_set_delay(20);
	parse_first(argc, argv);
	loop_begin();
	parse_lines(argc, argv);
	log_line("-", "modembank: %d lines", line_count);
	while (!loop_over())
		turn();
	for (i = 0; i < line_count; i++)
		if (lines[i]->modem)
			dte_cleanup(&lines[i]->modem->dte);
	control_cleanup();
	log_line("-", "modembank: end");
	return 0;
}
