// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs' side: one datagram socket, "switch", whose correspondents are the endpoints that
 * atmshim.so makes. Their names tell the VC. An endpoint that is gone, or does not read, loses its
 * SDUs, and the switch goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "switch.h"

#define BATCH		64	/* datagrams between two looks at everything else */

static int ports_fd = -1;
static const char *ports_dir;
static struct sockaddr_un ports_address;

/* The address of a name in the directory; false when it does not fit. */
static bool address_of(struct sockaddr_un *a, const char *name)
{
	int n;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s", ports_dir, name);
	return n < (int)sizeof(a->sun_path);
}

void ports_open(const char *dir)
{
	ports_dir = dir;
	if (mkdir(dir, 0777) && errno != EEXIST)
		die("%s: %m", dir);
	if (!address_of(&ports_address, "switch"))
		die("%s: path too long for a socket", dir);
	unlink(ports_address.sun_path);
	ports_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ports_fd < 0 ||
	    bind(ports_fd, (struct sockaddr *)&ports_address, sizeof(ports_address)))
		die("%s: %m", ports_address.sun_path);
}

void ports_close(void)
{
	unlink(ports_address.sun_path);
}

/* True when somebody took it. */
static bool hand_over(const char *name, const uint8_t *sdu, size_t len)
{
	struct sockaddr_un a;

	if (!address_of(&a, name))
		return false;
	if (sendto(ports_fd, sdu, len, MSG_NOSIGNAL, (struct sockaddr *)&a, sizeof(a)) >= 0)
		return true;
	if (errno != EAGAIN)
		return false;
	stats.full++;
	log_line("port", "%s does not read: %zu bytes lost", name, len);
	return true;
}

/* To all that listen in on a VC. */
void ports_copy(int vpi, int vci, const uint8_t *sdu, size_t len)
{
	char start[32];
	struct dirent *e;
	DIR *d = opendir(ports_dir);

	if (!d)
		return;
	snprintf(start, sizeof(start), "%d.%d.tap.", vpi, vci);
	while ((e = readdir(d)))
		if (!strncmp(e->d_name, start, strlen(start)))
			hand_over(e->d_name, sdu, len);
	closedir(d);
}

void ports_deliver(const struct vc *v, const uint8_t *sdu, size_t len)
{
	char name[32];

	snprintf(name, sizeof(name), "%d.%d", v->vpi, v->vci);
	if (!hand_over(name, sdu, len))
		stats.nobody++;
	ports_copy(v->vpi, v->vci, sdu, len);
}

/* Which VC an endpoint is of; false when the name is no endpoint's. */
static bool sender_vc(const struct sockaddr_un *a, int *vpi, int *vci)
{
	const char *name = strrchr(a->sun_path, '/');

	return name && sscanf(name, "/%d.%d", vpi, vci) == 2 && *vpi >= 0 && *vpi <= 255 &&
	       *vci >= 0 && *vci <= 65535;
}

static bool receive(void)
{
	static uint8_t sdu[SDU_MAX];
	struct sockaddr_un from = { 0 };
	socklen_t from_len = sizeof(from) - 1;
	ssize_t n = recvfrom(ports_fd, sdu, sizeof(sdu), 0, (struct sockaddr *)&from, &from_len);
	int vpi, vci;

	if (n < 0)
		return false;
	if (!n || !sender_vc(&from, &vpi, &vci)) {
		log_line("port", "%s: no SDU of an endpoint", from.sun_path);
		return true;
	}
	wire_sdu(vpi, vci, sdu, (size_t)n);
	return true;
}

void ports_poll_setup(struct pollfd *p)
{
	*p = (struct pollfd){ .fd = ports_fd, .events = POLLIN };
}

void ports_poll_done(short revents)
{
	int i;

	for (i = 0; revents & POLLIN && i < BATCH; i++)
		if (!receive())
			return;
}
