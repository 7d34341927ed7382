// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's side of the control line: sends one command to scripts/vm on the host and prints its
 * one-line answer. Exits 0 when the answer begins with "ok", 1 when not, 2 when none came.
 *
 * Each command carries a tag that its answer repeats, so that an answer nobody waited for any more
 * is not taken for the next one.
 */
#define _GNU_SOURCE

#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#define CONTROL_LINE "/dev/ttyS3"
#define LINE_MAX_LEN 4096
#define SAVE_PIECE 1024

static void usage(FILE *to)
{
	fprintf(to,
		"usage: hostctl [--timeout SECONDS] COMMAND...\n"
		"  bank WORDS...           a command for the modem bank\n"
		"  printer WORDS...        a command for the printer\n"
		"  uni WORDS...            a command for the ATM network (tests/rig/README.md)\n"
		"  meet NAME MS [TEXT]     waits for the other VM; prints its text\n"
		"  qmp device_del ID       a command for QEMU's monitor\n"
		"  far stop                a command for the monitor of the other VM\n"
		"  wait-deleted ID [MS]    waits until the guest has let go of a PCI device\n"
		"  line NUMBER             the DTR and RTS that the guest drives on a modem line\n"
		"  mark TEXT               writes TEXT to the host's log\n"
		"  sum NAME [BYTES]        size and SHA-256 of a file of the host, or of its beginning\n"
		"  pages NAME              number and SHA-256 of the pages that ghostscript makes of it\n"
		"  samefax SENT GOT        are the pages of both the same, pixel for pixel\n"
		"  save NAME               hands standard input to the host as the file NAME\n");
}

static int open_line(void)
{
	struct termios tio;
	int fd = open(CONTROL_LINE, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		err(2, CONTROL_LINE);
	/* One command at a time: the lock is waited for and goes with the file. */
	if (flock(fd, LOCK_EX) || tcgetattr(fd, &tio))
		err(2, CONTROL_LINE);
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tio.c_cflag |= CLOCAL | CREAD;
	tio.c_cflag &= ~(tcflag_t)CRTSCTS;
	if (tcsetattr(fd, TCSANOW, &tio))
		err(2, CONTROL_LINE);
	return fd;
}

static void send_command(int fd, pid_t tag, const char *const *words)
{
	char line[LINE_MAX_LEN];
	size_t len = snprintf(line, sizeof(line), "%d", (int)tag);

	for (; *words; words++) {
		if (len + strlen(*words) + 3 > sizeof(line))
			errx(2, "the command is too long");
		len += snprintf(line + len, sizeof(line) - len, " %s", *words);
	}
	line[len++] = '\n';
	if (write(fd, line, len) != (ssize_t)len)
		err(2, CONTROL_LINE);
}

/* Reads one line into text, without its end; false when the time is over. */
static int read_line(int fd, char *text, size_t size, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	char c;

	while (poll(&p, 1, timeout_ms) == 1 && read(fd, &c, 1) == 1) {
		if (c == '\n') {
			text[len] = '\0';
			return 1;
		}
		if (len + 1 < size)
			text[len++] = c;
	}
	return 0;
}

/* Sends one command and waits for its answer; returns the exit status. */
static int command(int fd, const char *const *words, int timeout_ms, bool quiet)
{
	char text[LINE_MAX_LEN], *answer;
	pid_t tag = getpid();
	bool ok;

	send_command(fd, tag, words);
	while (read_line(fd, text, sizeof(text), timeout_ms)) {
		if (strtol(text, &answer, 10) != tag || *answer != ' ')
			continue;
		answer++;
		ok = !strncmp(answer, "ok", 2);
		if (!ok || !quiet)
			puts(answer);
		return ok ? 0 : 1;
	}
	errx(2, "no answer from the host");
}

static bool at_end(FILE *f)
{
	int c = getc(f);

	return c == EOF || ungetc(c, f) == EOF;
}

/*
 * A file travels as hexadecimal pieces; the first, empty one begins it anew. The answer to the last
 * one, the checksum of what the host has then, is printed.
 */
static int save(int fd, const char *name, int timeout_ms)
{
	char piece[SAVE_PIECE], hex[2 * SAVE_PIECE + 1] = "";
	const char *const words[] = { "save", name, hex, NULL };
	int status = command(fd, words, timeout_ms, true);
	size_t n;

	while (!status && (n = fread(piece, 1, sizeof(piece), stdin)) > 0) {
		for (size_t i = 0; i < n; i++)
			sprintf(hex + 2 * i, "%02x", (unsigned char)piece[i]);
		status = command(fd, words, timeout_ms, !at_end(stdin));
	}
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt, fd, timeout_ms = 60000;

	while ((opt = getopt_long(argc, argv, "+t:h", options, NULL)) != -1) {
		if (opt == 't') {
			timeout_ms = atoi(optarg) * 1000;
		} else {
			usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return 2;
	}
	fd = open_line();
	if (argc - optind == 2 && !strcmp(argv[optind], "save"))
		return save(fd, argv[optind + 1], timeout_ms);
	return command(fd, (const char *const *)argv + optind, timeout_ms, false);
}
