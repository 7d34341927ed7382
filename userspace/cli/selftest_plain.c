// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the plain device would have done in the place of the object: asked and measured, on this
 * machine, where that hurts nobody. A far end that has stalled cannot be had for a measurement without
 * its help (tcflow(3) will not do: output that was stopped so is thrown away at once), so of that the
 * device's own setting is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/serial.h>

#include "selftest.h"

#define NS_PER_TICK (10 * NS_PER_MS) /* closing_wait is in hundredths of a second */

struct plain {
	char device[64];
	int64_t closing_wait_ns; /* -1: for ever; -2: not known */
	int64_t close_ns; /* measured, with nothing to send; 0 = was not */
	char text[256];
};

static int64_t closing_wait(int fd)
{
	struct serial_struct serial = { 0 };

	if (ioctl(fd, TIOCGSERIAL, &serial) < 0)
		return -2;
	if (serial.closing_wait == ASYNC_CLOSING_WAIT_NONE)
		return 0;
	if (serial.closing_wait == ASYNC_CLOSING_WAIT_INF)
		return -1;
	return serial.closing_wait * NS_PER_TICK;
}

static void plain_tty(struct plain *p, const struct subject *s)
{
	char wait[SHORT_TEXT];
	int64_t begin;
	int fd;

	device_path(s->device.rdev, p->device, sizeof(p->device));
	fd = open(p->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		snprintf(p->text, sizeof(p->text), "it cannot be asked: %s", strerror(errno));
		return;
	}
	p->closing_wait_ns = closing_wait(fd);
	begin = monotonic_ns();
	close(fd);
	p->close_ns = monotonic_ns() - begin;
	if (p->closing_wait_ns == -2)
		snprintf(p->text, sizeof(p->text), "it does not say how long its close waits");
	else if (p->closing_wait_ns == -1)
		snprintf(p->text, sizeof(p->text),
			 "its close waits for ever for a far end that has stalled");
	else if (p->closing_wait_ns == 0)
		snprintf(p->text, sizeof(p->text),
			 "its close waits for nothing, and tells nobody what it threw away");
	else
		snprintf(p->text, sizeof(p->text),
			 "its close waits up to %s for a far end that has stalled, returns 0, and "
			 "tells nobody what was lost",
			 text_duration(wait, p->closing_wait_ns));
}

static void plain_tcp(struct plain *p)
{
	struct linger linger = { 0 };
	socklen_t len = sizeof(linger);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(p->device, sizeof(p->device), "a socket");
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) < 0)
		snprintf(p->text, sizeof(p->text), "it cannot be asked: %s", strerror(errno));
	else if (linger.l_onoff)
		snprintf(p->text, sizeof(p->text), "its close waits up to %d s", linger.l_linger);
	else
		snprintf(p->text, sizeof(p->text),
			 "its close waits for nothing (SO_LINGER is off): what the printer has not "
			 "acknowledged then is nobody's any more");
	if (fd >= 0)
		close(fd);
}

static void plain_of(struct plain *p, const struct subject *s)
{
	const char *backend = s->device.backend;

	if (!strncmp(backend, "tty:", 4) && s->device.rdev)
		plain_tty(p, s);
	else if (!strncmp(backend, "tcp:", 4))
		plain_tcp(p);
	else if (!strncmp(backend, "parport:", 8))
		snprintf(p->text, sizeof(p->text),
			 "lp is not asked: it would have to take the port, and print");
	else
		snprintf(p->text, sizeof(p->text), "there is no plain device behind %s", backend);
}

void selftest_plain(const struct subject *s)
{
	struct plain p = { .closing_wait_ns = -2 };
	struct json_object *o = json_object_new_object();
	char took[SHORT_TEXT];

	plain_of(&p, s);
	put_text(o, "device", *p.device ? p.device : NULL);
	json_object_object_add(o, "closing_wait_ns",
			       p.closing_wait_ns >= 0 ? json_object_new_int64(p.closing_wait_ns) :
							NULL);
	put_bool(o, "waits_for_ever", p.closing_wait_ns == -1);
	json_object_object_add(o, "close_ns",
			       p.close_ns ? json_object_new_int64(p.close_ns) : NULL);
	put_text(o, "text", p.text);
	if (settings.json) {
		json_object_object_add(doc_current(), "plain", o);
		return;
	}
	json_object_put(o);
	printf("plain %s%s%s\n", p.device, *p.device ? ": " : "", p.text);
	if (p.close_ns)
		printf("      measured with nothing to send: %s\n",
		       text_duration(took, p.close_ns));
}
