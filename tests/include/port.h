/* SPDX-License-Identifier: GPL-2.0-only */
/* Printer ports for test programs: bound to any link, opened with an event queue, printed to. */
#ifndef TESTS_PORT_H
#define TESTS_PORT_H

#include <linux/ppdev.h>
#include <pthread.h>

#include "simphone.h"
#include "tap.h"

/**
 * struct port - a port and the session on it
 * @dev: its device; of a sim link the script is told by it
 * @fd: owner's file
 * @events: its event queue
 * @id: of the last request
 */
struct port {
	struct simphone dev;
	int fd;
	int events;
	uint64_t id;
};

static inline int port_bind(struct port *p, const char *link, dev_t dev, const char *args)
{
	struct cleardown_list entry;
	char text[CLEARDOWN_TEXT_LEN];
	int ret = cd_bind_class(CLEARDOWN_CLASS_PORT, link, dev, args, p->dev.name, text);

	if (ret) {
		fprintf(stderr, "# bind %s %s: %d %s\n", link, args, ret, text);
		return ret;
	}
	if (cd_list(p->dev.name, &entry))
		DIE("%s is not listed", p->dev.name);
	sscanf(entry.out_backend, "sim:%d", &p->dev.index);
	sim_wait_node(p->dev.name);
	return 0;
}

/* A serial line as dev_t in the kernel's encoding of the uapi. */
static inline dev_t port_tty(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		DIE("%s: %s", path, strerror(errno));
	return (minor(st.st_rdev) & 0xff) | (major(st.st_rdev) << 8) |
	       ((minor(st.st_rdev) & ~0xffU) << 12);
}

/* Bits of all indications of a port. */
#define PORT_EVENTS                                                                    \
	(CLEARDOWN_EV_BIT(CLEARDOWN_EV_DOC) | CLEARDOWN_EV_BIT(CLEARDOWN_EV_PRINTER) | \
	 CLEARDOWN_EV_BIT(CLEARDOWN_EV_LINES))

static inline void port_open(struct port *p)
{
	p->fd = sim_open(&p->dev, O_RDWR);
	p->events = sim_queue(p->fd, 7);
}

static inline void port_leave(struct port *p)
{
	close(p->fd);
	close(p->events);
}

/* Bound, opened, with every indication wanted; port_end_session() pairs. */
static inline void port_session(struct port *p, const char *link, const char *args)
{
	if (port_bind(p, link, 0, args))
		exit(1);
	port_open(p);
	if (cd_filter(p->fd, 0, PORT_EVENTS))
		DIE("no filter");
}

static inline void port_end_session(struct port *p)
{
	struct cleardown_close arg;

	cd_close(p->fd, CLEARDOWN_MODE_ABORT, 5 * CD_S, &arg);
	port_leave(p);
	sim_unbind(&p->dev);
}

/* One request, carried through: its error. @rec may be NULL. */
static inline int port_do(struct port *p, uint32_t op, const void *in, uint32_t len,
			  union cd_record *rec)
{
	union cd_record own;
	int ret = cd_submit(p->fd, op, ++p->id, in, len, NULL);

	rec = rec ? rec : &own;
	ret = ret ? ret : cd_wait(p->events, p->id, rec, 20000);
	return ret ? ret : rec->ev.error;
}

static inline int port_start(struct port *p, const char *name)
{
	struct cleardown_op_start_doc in = { .level = 1 };

	snprintf(in.name, sizeof(in.name), "%s", name);
	return port_do(p, CLEARDOWN_OP_START_DOC, &in, sizeof(in), NULL);
}

/* END_DOC; @result is filled, zero when there was no document. */
static inline int port_end(struct port *p, uint32_t flags, struct cleardown_doc_result *result)
{
	struct cleardown_op_end_doc in = { .flags = flags };
	union cd_record rec;
	int ret = port_do(p, CLEARDOWN_OP_END_DOC, &in, sizeof(in), &rec);

	memset(result, 0, sizeof(*result));
	if (!ret && rec.ev.data_len == sizeof(*result))
		memcpy(result, rec.ev.data, sizeof(*result));
	return ret;
}

static inline struct cleardown_port_status port_status(int fd)
{
	struct cleardown_port_status st;

	if (cd_port_status(fd, &st))
		DIE("PORT_STATUS: %s", strerror(errno));
	return st;
}

/* What an account must be whatever happened (PR-7). */
static inline bool port_adds_up(const struct cleardown_report_head *head)
{
	return head->accepted == head->confirmed + head->discarded + head->in_doubt;
}

/**
 * struct port_writer - a write(2) in a thread of its own
 * @fd: where to
 * @buf: what
 * @len: how much
 * @ret: what write returned, or -errno
 */
struct port_writer {
	pthread_t thread;
	int fd;
	const void *buf;
	size_t len;
	ssize_t ret;
};

static inline void *port_writer_run(void *arg)
{
	struct port_writer *w = arg;

	w->ret = write(w->fd, w->buf, w->len);
	if (w->ret < 0)
		w->ret = -errno;
	return NULL;
}

static inline void port_writer_start(struct port_writer *w, int fd, const void *buf, size_t len)
{
	*w = (struct port_writer){ .fd = fd, .buf = buf, .len = len };
	if (pthread_create(&w->thread, NULL, port_writer_run, w))
		DIE("no thread");
}

static inline ssize_t port_writer_join(struct port_writer *w)
{
	pthread_join(w->thread, NULL);
	return w->ret;
}

/* Waits, at most @ms, until @flags are all set in the port's status. */
static inline bool port_wait_flags(int fd, uint32_t flags, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while ((port_status(fd).out_flags & flags) != flags) {
		if (cd_now() > end)
			return false;
		usleep(10000);
	}
	return true;
}

/* Waits, at most @ms, until the document is in @state, an enum cleardown_doc_state. */
static inline bool port_wait_doc(int fd, uint32_t state, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (port_status(fd).out_doc_state != state) {
		if (cd_now() > end)
			return false;
		usleep(1000);
	}
	return true;
}

/* Waits, at most @ms, until the printer has taken @bytes of the document. */
static inline bool port_wait_confirmed(int fd, uint64_t bytes, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (port_status(fd).out_confirmed < bytes) {
		if (cd_now() > end)
			return false;
		usleep(1000);
	}
	return true;
}

/* True when the parallel port is anybody's: ppdev gets it, for itself alone. */
static inline bool port_ppdev_gets(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool gets = fd >= 0 && !ioctl(fd, PPEXCL) && !ioctl(fd, PPCLAIM);

	if (fd >= 0)
		close(fd);
	return gets;
}

#endif /* TESTS_PORT_H */
