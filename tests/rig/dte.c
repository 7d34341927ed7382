// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire between a modem and its terminal (DTE): a pty or a unix socket for the bytes, and for
 * a pty the line shim's file for the signals.
 *
 * A pty whose slave nobody holds reports POLLHUP for ever; it is then left out of poll() and
 * looked at every LOOK real milliseconds, as is the shim's file, which cannot wake us. A socket
 * or a pty without a shim has DTR and RTS on as long as somebody is there.
 *
 * What is sent to a terminal that is not there (nobody holds the wire, or DTR and RTS are both
 * off) is dropped and counted, or the next opener would read the past.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "bank.h"

#define LOOK_MS		5
#define CONNECT_MS	100
#define IN_QUEUE	(16 * 1024)
#define OUT_QUEUE	(512 * 1024)

uint32_t dte_shown(const struct dte *d)
{
	uint32_t value = (d->lines & ~d->forced_mask) | (d->forced & d->forced_mask);

	return d->stalled ? value & ~(uint32_t)TIOCM_CTS : value;
}

static void write_lines(struct dte *d)
{
	if (d->shim)
		d->shim[1] = dte_shown(d);
}

void dte_show(struct dte *d, uint32_t set, uint32_t clear)
{
	d->lines = (d->lines | set) & ~clear;
	write_lines(d);
}

void dte_force(struct dte *d, uint32_t bit, int value)
{
	d->forced_mask = value < 0 ? d->forced_mask & ~bit : d->forced_mask | bit;
	d->forced = value > 0 ? d->forced | bit : d->forced & ~bit;
	write_lines(d);
}

void dte_stall(struct dte *d, bool on)
{
	d->stalled = on;
	write_lines(d);
}

static bool somebody(const struct dte *d)
{
	return d->present && (!d->shim || d->dtr || d->rts);
}

static void drop_output(struct dte *d)
{
	if (!d->out.len)
		return;
	log_line(d->line->number, "no terminal: %zu bytes dropped", d->out.len);
	fifo_drop(&d->out, d->out.len);
}

/* Takes over DTR, RTS and presence; tells the modem when one of them changed. */
static void update_wire(struct dte *d, bool present)
{
	uint32_t now = d->shim ? d->shim[0] & (TIOCM_DTR | TIOCM_RTS) : TIOCM_DTR | TIOCM_RTS;
	bool changed = present != d->present;

	if (!present) {
		now = 0;
		if (d->shim)
			d->shim[0] = 0;
	}
	d->present = present;
	changed |= now != d->seen;
	if (!changed)
		return;
	log_line(d->line->number, "terminal: %s%s%s", present ? "there" : "gone",
		 now & TIOCM_DTR ? " DTR" : "", now & TIOCM_RTS ? " RTS" : "");
	if (d->lost)
		log_line(d->line->number, "%llu bytes were dropped before", d->lost);
	d->lost = 0;
	d->seen = now;
	d->dtr = now & TIOCM_DTR;
	d->rts = now & TIOCM_RTS;
	modem_wire(d->line->modem, present);
	if (!somebody(d))
		drop_output(d);
}

/* The shim's file cannot wake us: look before acting on what it says. */
void dte_refresh(struct dte *d)
{
	if (d->shim)
		update_wire(d, d->present);
}

static void open_shim(struct dte *d, const char *slave)
{
	const char *dir = getenv("TIOCM_DIR");
	const char *name = strrchr(slave, '/');
	void *map;
	int fd;

	if (!dir || !*dir || !name)
		return;
	snprintf(d->shim_path, sizeof(d->shim_path), "%s/%s", dir, name + 1);
	fd = open(d->shim_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, 8))
		die("%s: %m", d->shim_path);
	map = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("%s: mmap: %m", d->shim_path);
	close(fd);
	d->shim = map;
}

/* The slave is set raw once and closed: from then on POLLHUP says whether it is held. */
static void open_pty(struct dte *d)
{
	char slave_name[64];
	struct termios t;
	int master, slave;

	if (openpty(&master, &slave, slave_name, NULL, NULL))
		die("openpty: %m");
	tcgetattr(slave, &t);
	cfmakeraw(&t);
	tcsetattr(slave, TCSANOW, &t);
	fcntl(master, F_SETFL, O_NONBLOCK);
	fcntl(master, F_SETFD, FD_CLOEXEC);
	open_shim(d, slave_name);
	unlink(d->path);
	if (symlink(slave_name, d->path))
		die("%s: %m", d->path);
	close(slave);
	d->fd = master;
	strcpy(d->slave, slave_name);
	log_line(d->line->number, "pty %s is %s%s", d->path, slave_name,
		 d->shim ? ", with the line shim" : "");
}

static void set_address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(a->sun_path))
		die("%s: path too long for a socket", path);
	strcpy(a->sun_path, path);
}

static void open_listener(struct dte *d)
{
	struct sockaddr_un a;

	set_address(&a, d->path);
	unlink(d->path);
	d->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->listen_fd < 0 || bind(d->listen_fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(d->listen_fd, 1))
		die("%s: %m", d->path);
}

static void try_connect(struct dte *d)
{
	struct sockaddr_un a;
	int fd;

	set_address(&a, d->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return;
	}
	d->fd = fd;
	update_wire(d, true);
}

/* Nobody is there: what a pty still holds for its slave would be read by the next opener. */
static void flush_slave(const struct dte *d)
{
	int fd = open(d->slave, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	tcflush(fd, TCIFLUSH);
	close(fd);
}

static void gone(struct dte *d)
{
	if (d->kind == DTE_PTY)
		flush_slave(d);
	if (d->kind != DTE_PTY && d->fd >= 0) {
		close(d->fd);
		d->fd = -1;
	}
	update_wire(d, false);
	if (d->kind != DTE_LISTEN)
		timer_set(&d->poll_timer, clock_from_real_ms(LOOK_MS));
}

/* Somebody opened the slave? What a very short visitor wrote counts too. */
static bool slave_held(const struct dte *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };

	return poll(&p, 1, 0) >= 0 && ((p.revents & POLLIN) || !(p.revents & POLLHUP));
}

static void look(void *arg)
{
	struct dte *d = arg;

	if (d->kind == DTE_CONNECT && d->fd < 0)
		try_connect(d);
	else if (d->kind == DTE_PTY)
		update_wire(d, d->present || slave_held(d));
	if (d->kind == DTE_PTY && (d->shim || !d->present))
		timer_set(&d->poll_timer, clock_from_real_ms(LOOK_MS));
	else if (d->kind == DTE_CONNECT && !d->present)
		timer_set(&d->poll_timer, clock_from_real_ms(CONNECT_MS));
}

void dte_init(struct dte *d, struct line *l, enum dte_kind kind, const char *path)
{
	d->line = l;
	d->kind = kind;
	d->fd = -1;
	d->listen_fd = -1;
	if ((size_t)snprintf(d->path, sizeof(d->path), "%s", path) >= sizeof(d->path))
		die("%s: path too long", path);
	fifo_init(&d->in, IN_QUEUE);
	fifo_init(&d->out, OUT_QUEUE);
	timer_init(&d->poll_timer, look, d);
	if (kind == DTE_PTY)
		open_pty(d);
	else if (kind == DTE_LISTEN)
		open_listener(d);
	write_lines(d);
	if (kind != DTE_LISTEN)
		timer_set(&d->poll_timer, 0);
}

void dte_send(struct dte *d, const void *data, size_t len)
{
	size_t done;

	if (!somebody(d)) {
		d->lost += len;
		return;
	}
	done = fifo_put(&d->out, data, len);
	if (done < len)
		log_line(d->line->number, "output queue full: %zu bytes lost", len - done);
}

/* The terminal's RTS holds us back only where the shim can show it. */
static bool may_write(const struct dte *d)
{
	return d->fd >= 0 && d->present && d->out.len && (!d->shim || !d->rts_flow || d->rts);
}

void dte_flush(struct dte *d)
{
	dte_refresh(d);
	while (may_write(d)) {
		const uint8_t *data;
		size_t n = fifo_peek(&d->out, &data);
		ssize_t done = write(d->fd, data, n);

		if (done <= 0) {
			if (done < 0 && errno != EAGAIN && errno != EINTR)
				gone(d);
			return;
		}
		fifo_drop(&d->out, (size_t)done);
	}
}

static void remember(struct dte *d, const uint8_t *data, size_t len)
{
	size_t i;

	if (!d->capture_on)
		return;
	for (i = 0; i < len; i++)
		d->capture[d->captured++ % CAPTURE_LEN] = data[i];
}

/* What is on the wire already, stalled or not; nothing that is found here ends anything. */
void dte_read_rest(struct dte *d)
{
	uint8_t buf[4096];
	size_t room = fifo_room(&d->in);
	ssize_t n;

	if (d->fd < 0)
		return;
	n = read(d->fd, buf, room < sizeof(buf) ? room : sizeof(buf));
	if (n > 0) {
		remember(d, buf, (size_t)n);
		fifo_put(&d->in, buf, (size_t)n);
	}
}

static void read_input(struct dte *d)
{
	uint8_t buf[4096];
	size_t room = fifo_room(&d->in);
	ssize_t n;

	n = read(d->fd, buf, room < sizeof(buf) ? room : sizeof(buf));
	if (n > 0) {
		remember(d, buf, (size_t)n);
		fifo_put(&d->in, buf, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		gone(d);
	}
}

size_t dte_captured(const struct dte *d, uint8_t *out)
{
	size_t n = d->captured < CAPTURE_LEN ? d->captured : CAPTURE_LEN;
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = d->capture[(d->captured - n + i) % CAPTURE_LEN];
	return n;
}

static bool wants_input(const struct dte *d)
{
	return !d->stalled && !d->hold_input && fifo_room(&d->in) >= IN_QUEUE / 2;
}

/* False: nothing to poll for now. */
bool dte_poll_setup(struct dte *d, struct pollfd *p)
{
	p->events = 0;
	p->revents = 0;
	p->fd = d->fd;
	if (d->fd < 0) {
		p->fd = d->listen_fd;
		p->events = POLLIN;
		return d->listen_fd >= 0;
	}
	if (!d->present)
		return false;
	if (wants_input(d))
		p->events |= POLLIN;
	if (may_write(d))
		p->events |= POLLOUT;
	/* Without a wish, a hang-up would still be reported, again and again. */
	return p->events != 0;
}

static void accept_terminal(struct dte *d)
{
	int fd = accept4(d->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	d->fd = fd;
	update_wire(d, true);
}

void dte_poll_done(struct dte *d, short revents)
{
	if (!revents)
		return;
	if (d->fd < 0) {
		accept_terminal(d);
		return;
	}
	dte_refresh(d);
	if (revents & POLLOUT)
		dte_flush(d);
	if (d->fd >= 0 && wants_input(d) && (revents & (POLLIN | POLLHUP | POLLERR)))
		read_input(d);
	else if (revents & (POLLHUP | POLLERR))
		gone(d);
}

void dte_cleanup(struct dte *d)
{
	unlink(d->path);
	if (d->shim)
		unlink(d->shim_path);
}
