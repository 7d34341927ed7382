// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpprinter: a network printer for tests, raw printing as on port 9100. It takes what comes, one
 * file per connection, and misbehaves on request: stops reading until the window is closed, resets,
 * refuses, is slow. One thread, one loop.
 *
 * A connection that was reset is read to its end first, so that the counts are what this end really
 * had, also of a printer that had stopped reading.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define MAX_CONNECTIONS	8
#define COMMAND_LEN	4096
#define CONTROL_WAIT_S	2	/* for the command of a control client */

struct connection {
	int fd;			/* -1: free */
	unsigned int number;	/* 1, 2, ... */
	int file;		/* -1: not kept */
	unsigned long long bytes;
	uint32_t crc;
	int64_t next_ms;	/* not read before, with --delay */
	bool eof;		/* the sender has said all */
	bool lost;		/* over: only what it has left is read */
};

static struct connection connections[MAX_CONNECTIONS];
static unsigned int accepted;		/* connections so far */
static unsigned long long total;	/* bytes of them all */
static unsigned long long last_bytes;	/* of the one that ended last */
static uint32_t last_crc;
static const char *last_end = "none";
static int listen_fd = -1;
static int control_fd = -1;
static struct sockaddr_storage where;	/* of the printer */
static bool stopped;			/* nothing is read */
static volatile sig_atomic_t over;

static const char *address = "0.0.0.0";
static const char *port = "9100";
static const char *to;
static const char *control;
static unsigned long long stop_after, reset_after;	/* bytes of a connection, 0: never */
static int rcvbuf;
static int delay_ms;
static bool refuse;
static bool hold;

/* clang-format off */
static const struct option options[] = {
	{ "address", required_argument, NULL, 'a' },
	{ "port", required_argument, NULL, 'p' },
	{ "to", required_argument, NULL, 't' },
	{ "control", required_argument, NULL, 'c' },
	{ "window", required_argument, NULL, 'w' },
	{ "rcvbuf", required_argument, NULL, 'b' },
	{ "reset", required_argument, NULL, 'r' },
	{ "refuse", no_argument, NULL, 'R' },
	{ "delay", required_argument, NULL, 'd' },
	{ "hold", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static void help(void)
{
	puts("Usage: tcpprinter [OPTION]...\n"
	     "A network printer for tests; what happens to it goes to standard output, a line each.\n\n"
	     "  --address ADDRESS  IPv4 or IPv6 address to listen at (0.0.0.0)\n"
	     "  --port NUMBER      port (9100); 0 takes a free one\n"
	     "  --to FILE          what connection N brings is kept in FILE.N\n"
	     "  --control SOCK     unix socket for the commands below (bankctl SOCK COMMAND)\n"
	     "  --window BYTES     stop reading after so many of a connection: its window closes\n"
	     "  --rcvbuf BYTES     size of the receive buffer, and so of the window\n"
	     "  --reset BYTES      reset a connection after so many\n"
	     "  --refuse           refuse connections, until the command accept\n"
	     "  --delay MS         pause after each read\n"
	     "  --hold             keep a connection open when the sender has finished, until close\n"
	     "  --help             this text\n\n"
	     "Control commands, one per line, one line of answer each:\n"
	     "  read, stop         go on reading; read nothing more\n"
	     "  reset, close       every open connection: RST; an ordinary close\n"
	     "  fin                every open connection: half-close, and go on reading\n"
	     "  say TEXT           TEXT as it is and a line feed to every open connection\n"
	     "  refuse, accept     connections that come from now on\n"
	     "  stats              ok connections N open N bytes TOTAL last BYTES CRC END\n"
	     "                     open1 BYTES CRC unread N ...; END: fin, reset, close, none");
}

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *fmt, ...)
{
	va_list ap;

	fputs("tcpprinter: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static unsigned long long number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (!*text || *end || *text == '-')
		die("%s: a number is wanted", text);
	return value;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- connections ---- */

/* Received and not read, which an end from our side throws away. */
static int unread(const struct connection *c)
{
	int n;

	return ioctl(c->fd, FIONREAD, &n) ? 0 : n;
}

static void end_connection(struct connection *c, const char *how)
{
	printf("connection %u %s bytes %llu crc %08x unread %d\n", c->number, how, c->bytes, c->crc,
	       unread(c));
	last_bytes = c->bytes;
	last_crc = c->crc;
	last_end = how;
	close(c->fd);
	c->fd = -1;
	if (c->file >= 0)
		close(c->file);
}

static void reset_connection(struct connection *c)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	end_connection(c, "reset");
}

static void open_file(struct connection *c)
{
	char name[4096];

	c->file = -1;
	if (!to)
		return;
	snprintf(name, sizeof(name), "%s.%u", to, c->number);
	c->file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (c->file < 0)
		die("%s: %m", name);
}

static void accept_connection(void)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int i;

	for (i = 0; fd >= 0 && i < MAX_CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->fd >= 0)
			continue;
		*c = (struct connection){ .fd = fd, .number = ++accepted };
		open_file(c);
		printf("connection %u open\n", c->number);
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* How much of this connection may still be read before something happens to it. */
static size_t allowed(const struct connection *c, size_t most)
{
	unsigned long long limit = most;

	if (stop_after && stop_after - c->bytes < limit)
		limit = stop_after - c->bytes;
	if (reset_after && reset_after - c->bytes < limit)
		limit = reset_after - c->bytes;
	return (size_t)limit;
}

static void took(struct connection *c, const uint8_t *data, size_t n)
{
	c->bytes += n;
	total += n;
	c->crc = (uint32_t)crc32(c->crc, data, (uInt)n);
	if (c->file >= 0 && write(c->file, data, n) != (ssize_t)n)
		die("connection %u: its file: %m", c->number);
	if (delay_ms)
		c->next_ms = now_ms() + delay_ms;
	if (c->lost)
		return;
	if (reset_after && c->bytes == reset_after) {
		reset_connection(c);
	} else if (stop_after && c->bytes == stop_after) {
		stopped = true;
		printf("connection %u stopped bytes %llu\n", c->number, c->bytes);
	}
}

/* 1 = there may be more, 0 = not now or never. */
static int read_some(struct connection *c, size_t most)
{
	uint8_t data[16384];
	ssize_t n = recv(c->fd, data, most < sizeof(data) ? most : sizeof(data), 0);

	if (n > 0) {
		took(c, data, (size_t)n);
		return c->fd >= 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0) {
		end_connection(c, "reset");
	} else if (hold) {
		c->eof = true;
		printf("connection %u fin bytes %llu crc %08x\n", c->number, c->bytes, c->crc);
	} else {
		end_connection(c, "fin");
	}
	return 0;
}

/* Reset, or both ends have said all: what it has left is read whatever was asked for. */
static void serve_connection(struct connection *c, short revents)
{
	if (revents & (POLLERR | POLLHUP)) {
		c->lost = true;
		while (read_some(c, SIZE_MAX))
			;
		if (c->eof && c->fd >= 0)
			end_connection(c, "fin");
	} else if (revents & POLLIN) {
		read_some(c, allowed(c, SIZE_MAX));
	}
}

static short wanted(const struct connection *c, int64_t now, int *timeout)
{
	if (stopped || c->eof)
		return 0;
	if (c->next_ms <= now)
		return POLLIN;
	if (*timeout < 0 || c->next_ms - now < *timeout)
		*timeout = (int)(c->next_ms - now);
	return 0;
}

/* ---- the printer's own address ---- */

static void parse_address(void)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&where;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&where;
	in_port_t n = htons((uint16_t)number(port));

	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = n;
	} else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = n;
	} else {
		die("%s: no address", address);
	}
}

/* Bound and not listening it refuses, and nobody else can take the port meanwhile. */
static void open_printer(void)
{
	socklen_t len = sizeof(where);
	int one = 1;

	if (listen_fd >= 0)
		close(listen_fd);
	listen_fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listen_fd < 0)
		die("%m");
	setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (rcvbuf)
		setsockopt(listen_fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	if (bind(listen_fd, (struct sockaddr *)&where,
		 where.ss_family == AF_INET ? sizeof(struct sockaddr_in) :
					      sizeof(struct sockaddr_in6)) ||
	    (!refuse && listen(listen_fd, MAX_CONNECTIONS)) ||
	    getsockname(listen_fd, (struct sockaddr *)&where, &len))
		die("%s port %s: %m", address, port);
	printf("%s port %u\n", refuse ? "refusing" : "listening",
	       ntohs(((struct sockaddr_in *)&where)->sin_port));
}

/* ---- control ---- */

static void say(const struct connection *c, const char *text)
{
	dprintf(c->fd, "%s\n", text);
}

/* Every open connection; answers how many. */
static int for_all(const char *command, const char *text)
{
	int i, n = 0;

	for (i = 0; i < MAX_CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->fd < 0)
			continue;
		n++;
		if (!strcmp(command, "reset"))
			reset_connection(c);
		else if (!strcmp(command, "close"))
			end_connection(c, "close");
		else if (!strcmp(command, "fin"))
			shutdown(c->fd, SHUT_WR);
		else
			say(c, text);
	}
	return n;
}

static void stats(int fd)
{
	int i, open = 0;

	for (i = 0; i < MAX_CONNECTIONS; i++)
		open += connections[i].fd >= 0;
	dprintf(fd, "ok connections %u open %d bytes %llu last %llu %08x %s", accepted, open, total,
		last_bytes, last_crc, last_end);
	for (i = 0; i < MAX_CONNECTIONS; i++) {
		const struct connection *c = &connections[i];

		if (c->fd < 0)
			continue;
		dprintf(fd, " open%u %llu %08x unread %d", c->number, c->bytes, c->crc, unread(c));
	}
	dprintf(fd, "\n");
}

static void run_command(int fd, char *line)
{
	char *text = line + strcspn(line, " ");

	if (*text)
		*text++ = '\0';
	if (!strcmp(line, "stats")) {
		stats(fd);
	} else if (!strcmp(line, "read") || !strcmp(line, "stop")) {
		stopped = !strcmp(line, "stop");
		stop_after = 0;
		dprintf(fd, "ok\n");
	} else if (!strcmp(line, "refuse") || !strcmp(line, "accept")) {
		refuse = !strcmp(line, "refuse");
		open_printer();
		dprintf(fd, "ok\n");
	} else if (!strcmp(line, "reset") || !strcmp(line, "close") || !strcmp(line, "fin") ||
		   !strcmp(line, "say")) {
		dprintf(fd, "ok %d\n", for_all(line, text));
	} else {
		dprintf(fd, "error read stop reset close fin say refuse accept stats\n");
	}
}

/* One command, one answer: a client that asks nothing in time is left. */
static void serve_control(void)
{
	struct timeval wait = { .tv_sec = CONTROL_WAIT_S };
	int fd = accept4(control_fd, NULL, NULL, SOCK_CLOEXEC);
	char line[COMMAND_LEN];
	FILE *f;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	f = fdopen(fd, "r");
	if (!f)
		die("%m");
	if (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		run_command(fd, line);
	}
	fclose(f);
}

static void open_control(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(control) >= sizeof(a.sun_path))
		die("%s: path too long for a socket", control);
	strcpy(a.sun_path, control);
	unlink(control);
	control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control_fd < 0 || bind(control_fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(control_fd, 4))
		die("%s: %m", control);
}

/* ---- the loop ---- */

static void turn(void)
{
	struct pollfd p[MAX_CONNECTIONS + 2];
	int64_t now = now_ms();
	int timeout = -1;
	int i;

	for (i = 0; i < MAX_CONNECTIONS; i++)
		p[i] = (struct pollfd){ .fd = connections[i].fd,
					.events = wanted(&connections[i], now, &timeout) };
	p[i++] = (struct pollfd){ .fd = refuse ? -1 : listen_fd, .events = POLLIN };
	p[i++] = (struct pollfd){ .fd = control_fd, .events = POLLIN };
	if (poll(p, (nfds_t)i, timeout) < 0)
		return;
	for (i = 0; i < MAX_CONNECTIONS; i++)
		if (p[i].revents)
			serve_connection(&connections[i], p[i].revents);
	if (p[i++].revents)
		accept_connection();
	if (p[i].revents)
		serve_control();
}

static void on_signal(int sig)
{
	(void)sig;
	over = 1;
}

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			address = optarg;
			break;
		case 'p':
			port = optarg;
			break;
		case 't':
			to = optarg;
			break;
		case 'c':
			control = optarg;
			break;
		case 'w':
			stop_after = number(optarg);
			break;
		case 'b':
			rcvbuf = (int)number(optarg);
			break;
		case 'r':
			reset_after = number(optarg);
			break;
		case 'R':
			refuse = true;
			break;
		case 'd':
			delay_ms = (int)number(optarg);
			break;
		case 'H':
			hold = true;
			break;
		case 'h':
			help();
			exit(0);
		default:
			exit(2);
		}
	}
	if (optind < argc)
		die("%s: not an option", argv[optind]);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	for (i = 0; i < MAX_CONNECTIONS; i++)
		connections[i].fd = -1;
	parse_address();
	open_printer();
	if (control)
		open_control();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	while (!over)
		turn();
	if (control)
		unlink(control);
	stats(STDOUT_FILENO);
	return 0;
}
