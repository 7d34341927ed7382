/* SPDX-License-Identifier: GPL-2.0-only */
/* A phone on a sim link of its own that is open, with a queue. */
#ifndef TESTS_OPENPHONE_H
#define TESTS_OPENPHONE_H

#include "simphone.h"

/**
 * struct fixture - a phone that is open, with a queue
 * @phone: on its own link
 * @fd: the owner's file
 * @events: its queue
 */
struct fixture {
	struct simphone phone;
	int fd;
	int events;
};

static inline void begin(struct fixture *f, uint64_t cookie)
{
	sim_bind(&f->phone, NULL, "");
	f->fd = sim_open(&f->phone, O_RDWR);
	f->events = sim_queue(f->fd, cookie);
}

static inline void end(struct fixture *f)
{
	close(f->fd);
	close(f->events);
	sim_unbind(&f->phone);
}

#endif /* TESTS_OPENPHONE_H */
