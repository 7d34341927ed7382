// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket: many clients, one command per line, exactly one line of answer each
 * ("ok ..." or "error ..."). What the commands are, control.c, pjlprinter.c and those in atm/ say.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clients.h"

static struct client clients[MAX_CLIENTS];
static const struct client_ops *ops;
static char socket_path[108];
static int listen_fd = -1;

void reply(struct client *c, const char *fmt, ...)
{
	char text[CAPTURE_LEN * 4 + 256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text) - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(text) - 2)
		n = (int)sizeof(text) - 2;
	text[n++] = '\n';
	fifo_put(&c->out, text, (size_t)n);
}

char *next_word(char **rest)
{
	char *word;

	*rest += strspn(*rest, " \t");
	word = *rest;
	*rest += strcspn(*rest, " \t");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

bool next_number(char **rest, long *value)
{
	char *word = next_word(rest), *end;

	*value = strtol(word, &end, 10);
	return *word && !*end && *value >= 0;
}

size_t parse_hex(uint8_t *out, size_t size, const char *hex)
{
	size_t n, len = strlen(hex);

	if (len % 2 || len / 2 > size || strspn(hex, "0123456789abcdefABCDEF") != len)
		return 0;
	for (n = 0; n < len / 2; n++)
		sscanf(hex + 2 * n, "%2hhx", &out[n]);
	return n;
}

void command_log(struct client *c, char *rest)
{
	log_line("control", "note: %s", rest);
	reply(c, "ok");
}

/* ---- waiting ---- */

static void check_wait(struct client *c)
{
	if (!c->waiting || !ops->answer(c, clock_real() >= c->until))
		return;
	c->waiting = false;
	timer_stop(&c->timer);
}

/* Bank time may stretch: look again until real time agrees. */
static void wait_over(void *arg)
{
	struct client *c = arg;

	check_wait(c);
	if (c->waiting)
		timer_set(&c->timer, clock_from_real_ms(10));
}

void client_wait(struct client *c, long ms)
{
	c->until = clock_real() + (double)ms / 1000.0;
	c->waiting = true;
	timer_set(&c->timer, clock_from_real_ms(ms));
	check_wait(c);
}

/* ---- commands ---- */

static void answer_names(struct client *c)
{
	char text[512] = "";
	size_t i, len = 0;

	for (i = 0; i < ops->count && len < sizeof(text); i++)
		len += snprintf(text + len, sizeof(text) - len, " %s", ops->commands[i].name);
	reply(c, "ok%s", text);
}

static void run_command(struct client *c, char *text)
{
	char *rest = text, *name;
	size_t i;

	if (!ops->commands) {
		ops->run(c, text);
		return;
	}
	name = next_word(&rest);
	for (i = 0; i < ops->count; i++) {
		if (strcmp(ops->commands[i].name, name))
			continue;
		if (ops->commands[i].run)
			ops->commands[i].run(c, rest);
		else
			answer_names(c);
		return;
	}
	reply(c, "error unknown command '%s'", name);
}

/* ---- the socket ---- */

static void run_input(struct client *c)
{
	char *nl;

	while (!c->waiting && (nl = memchr(c->in, '\n', c->len))) {
		char text[LINE_MAX_LEN];
		size_t n = (size_t)(nl - c->in);

		memcpy(text, c->in, n);
		text[n && text[n - 1] == '\r' ? n - 1 : n] = '\0';
		c->len -= n + 1;
		memmove(c->in, nl + 1, c->len);
		if (c->skip)
			reply(c, "error line too long");
		else
			run_command(c, text);
		c->skip = false;
	}
	if (c->len == sizeof(c->in) && !c->waiting) {
		c->len = 0;
		c->skip = true;
	}
}

static void close_client(struct client *c)
{
	timer_stop(&c->timer);
	close(c->fd);
	c->fd = -1;
	c->len = 0;
	c->skip = false;
	c->eof = false;
	c->waiting = false;
	fifo_drop(&c->out, c->out.len);
}

static void read_client(struct client *c)
{
	ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - c->len);

	if (n > 0) {
		c->len += (size_t)n;
		run_input(c);
	} else if (n == 0) {
		c->eof = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		close_client(c);
	}
}

/* A hang-up means that nobody is left to read an answer; an end of file does not. */
static void serve_client(struct client *c, short revents)
{
	if (revents & POLLIN)
		read_client(c);
	else if (revents & (POLLHUP | POLLERR))
		close_client(c);
}

static void flush_client(struct client *c)
{
	while (c->out.len) {
		const uint8_t *data;
		size_t n = fifo_peek(&c->out, &data);
		ssize_t done = send(c->fd, data, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		fifo_drop(&c->out, (size_t)done);
	}
}

static void accept_client(void)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int i;

	for (i = 0; fd >= 0 && i < MAX_CLIENTS; i++) {
		if (clients[i].fd < 0) {
			clients[i].fd = fd;
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

void clients_open(const char *path, const struct client_ops *client_ops)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int i;

	ops = client_ops;
	if (strlen(path) >= sizeof(a.sun_path))
		die("%s: path too long for a socket", path);
	strcpy(a.sun_path, path);
	strcpy(socket_path, path);
	unlink(path);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(listen_fd, MAX_CLIENTS))
		die("%s: %m", path);
	for (i = 0; i < MAX_CLIENTS; i++) {
		clients[i].fd = -1;
		clients[i].index = i;
		timer_init(&clients[i].timer, wait_over, &clients[i]);
		fifo_init(&clients[i].out, 64 * 1024);
	}
}

int control_poll_setup(struct pollfd *p)
{
	int i, n = 0;

	if (listen_fd < 0)
		return 0;
	p[n++] = (struct pollfd){ .fd = listen_fd, .events = POLLIN };
	for (i = 0; i < MAX_CLIENTS; i++) {
		struct client *c = &clients[i];
		short events = c->len < sizeof(c->in) && !c->eof ? POLLIN : 0;

		if (c->fd < 0)
			continue;
		p[n++] = (struct pollfd){ .fd = c->fd,
					  .events = events | (c->out.len ? POLLOUT : 0) };
	}
	return n;
}

void control_poll_done(const struct pollfd *p, int n)
{
	int i, k;

	for (i = 0; i < n; i++) {
		if (!p[i].revents)
			continue;
		if (p[i].fd == listen_fd)
			accept_client();
		for (k = 0; k < MAX_CLIENTS; k++)
			if (clients[k].fd == p[i].fd)
				serve_client(&clients[k], p[i].revents);
	}
}

/* After everything else of a turn: waits that came true, then the answers. */
void control_flush(void)
{
	int i;

	for (i = 0; listen_fd >= 0 && i < MAX_CLIENTS; i++) {
		struct client *c = &clients[i];

		if (c->fd < 0)
			continue;
		check_wait(c);
		run_input(c);
		flush_client(c);
		if (c->eof && !c->waiting && !c->out.len)
			close_client(c);
	}
}

void control_cleanup(void)
{
	if (listen_fd >= 0)
		unlink(socket_path);
}
