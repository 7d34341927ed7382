// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes a second of a data call, and the processor time of it, through the phone and through the
 * plain tty: the same line, the same modem, the same far end, taking turns.
 *
 * usage: bench-data TTY LINE	LINE is the bank's number of the modem at TTY
 *
 * The bank has a machine 201 that counts what it gets and a machine 202 that sends 1 MiB. A write
 * is over when the far end has all of it, a read when we have.
 */
#include <termios.h>

#include "figure.h"
#include "simphone.h"

#define BYTES (1024 * 1024)
#define CHUNK 4096
#define SINK "201"
#define SOURCE "202"

static const char *tty, *line;
static char phone[CLEARDOWN_NAME_LEN];

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

static void bank(const char *format, ...)
{
	char words[128] = "bank ", answer[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words + 5, sizeof(words) - 5, format, args);
	va_end(args);
	if (cd_host(answer, sizeof(answer), words))
		DIE("%s: %s", words, answer);
}

/* ---- the plain tty ---- */

/* Reads up to and with the line that is, or begins with, @wanted. */
static void tty_expect(int fd, const char *wanted)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256] = "";
	size_t n = 0;

	while (n < sizeof(text) - 1) {
		if (poll(&p, 1, 30000) != 1 || read(fd, text + n, 1) != 1)
			DIE("the modem says '%s', not '%s'", text, wanted);
		if (text[n] != '\n') {
			text[++n] = '\0';
			continue;
		}
		if (!strncmp(text, wanted, strlen(wanted)))
			return;
		n = 0;
	}
}

static void tty_say(int fd, const char *command)
{
	if (write(fd, command, strlen(command)) < 0)
		DIE("%s: %s", tty, strerror(errno));
}

static int tty_call(const char *number)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	char dial[32];
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t))
		DIE("%s: %s", tty, strerror(errno));
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD | CRTSCTS | HUPCL;
	cfsetspeed(&t, B115200);
	tcsetattr(fd, TCSANOW, &t);
	tcflush(fd, TCIOFLUSH);
	tty_say(fd, "ATE0Q0V1&C1&D2\r");
	tty_expect(fd, "OK");
	snprintf(dial, sizeof(dial), "ATD%s\r", number);
	tty_say(fd, dial);
	tty_expect(fd, "CONNECT");
	return fd;
}

static void tty_end(int fd)
{
	close(fd);
}

/* ---- the phone ---- */

static int phone_call(const char *number)
{
	int fd = cd_open(phone, O_RDWR), events;
	uint32_t result = 0;
	int ret;

	if (fd < 0)
		DIE("%s: %d", phone, fd);
	events = sim_queue(fd, 1);
	ret = cd_do(fd, events, CLEARDOWN_OP_DIAL, 1, number, strlen(number), &result, 30000);
	if (ret || result != CLEARDOWN_RESULT_CONNECT)
		DIE("dial: %d, result %u", ret, result);
	close(events);
	return fd;
}

static void phone_end(int fd)
{
	struct cleardown_close arg;

	if (cd_close(fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg))
		DIE("CLOSE");
	close(fd);
}

/* ---- bytes ---- */

static uint8_t pattern(size_t i)
{
	return i * 7 + (i >> 8);
}

/* The far end says when it has all of it. */
static void send_all(int fd)
{
	static uint8_t buf[BYTES];
	size_t done = 0;

	for (size_t i = 0; i < BYTES; i++)
		buf[i] = pattern(i);
	while (done < BYTES) {
		ssize_t n = write(fd, buf + done, BYTES - done < CHUNK ? BYTES - done : CHUNK);

		if (n <= 0)
			DIE("write: %s", strerror(errno));
		done += n;
	}
	bank("waitfor " SINK " tx:%u 60000", BYTES);
}

static void receive_all(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t buf[CHUNK];
	size_t done = 0;

	while (done < BYTES) {
		ssize_t n = poll(&p, 1, 30000) == 1 ? read(fd, buf, sizeof(buf)) : -1;

		if (n <= 0)
			DIE("read after %zu bytes: %s", done, strerror(errno));
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] != pattern(done + i))
				DIE("byte %zu is wrong", done + i);
		done += n;
	}
}

static const struct way {
	enum figure_of of;
	int (*call)(const char *number);
	void (*end)(int fd);
} ways[] = {
	{ OURS, phone_call, phone_end },
	{ ANCHOR, tty_call, tty_end },
};

static void measure(const struct way *way, const char *number, void (*move)(int fd),
		    const char *what)
{
	int fd = way->call(number);
	uint64_t begin_ns = cd_now();
	double busy = busy_s(), s;

	move(fd);
	s = (cd_now() - begin_ns) / 1e9;
	busy = busy_s() - busy;
	way->end(fd);
	bank("waitfor %s onhook 20000", line);
	bank("waitfor %s idle 20000", number);
	figure(way->of, "KiB/s", BYTES / 1024 / s, "%s 1 MiB of a data call", what);
	figure(way->of, "s", busy, "%s 1 MiB: CPU of the guest", what);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	tty = argv[1];
	line = argv[2];
	if (cd_bind_tty(tty, phone))
		DIE("%s cannot be bound", tty);
	sim_wait_node(phone);
	for (int run = 0; run < RUNS; run++)
		for (size_t i = 0; i < 2; i++) {
			measure(&ways[i], SINK, send_all, "writing");
			measure(&ways[i], SOURCE, receive_all, "reading");
		}
	return cd_unbind(phone, 0) ? 1 : 0;
}
