// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a peer over TCP can do to a link that listens: speak what is none, too long, of nobody's
 * channel, stop in the middle, reset, come twice. The peer is this program, to the octet.
 *
 * usage: vc-atmraw
 */
#define _GNU_SOURCE

#include <netinet/in.h>
#include <sys/socket.h>

#include "cm.h"

#define PORT 2812
#define NOISE 300
#define CROWD 60 /* channels whose own bounds are together three times the link's */
#define CROWD_MAX (4 << 20)

static struct vclink l;

static uint64_t count(const char *name)
{
	struct cleardown_vc_count arg = { .size = sizeof(arg) };

	for (; !cd_ioctl(l.af, CLEARDOWN_IOC_VC_COUNT, &arg); arg.index++)
		if (!strcmp(arg.out_name, name))
			return arg.out_value;
	DIE("nothing is called %s", name);
}

/* It comes to be that many. */
static bool counts(const char *name, uint64_t wanted)
{
	uint64_t end = cd_now() + 5 * CD_S;

	while (count(name) != wanted && cd_now() < end)
		usleep(2000);
	if (count(name) == wanted)
		return true;
	fprintf(stderr, "# %s is %llu, wanted %llu\n", name, (unsigned long long)count(name),
		(unsigned long long)wanted);
	return false;
}

/* A socket that is connected, or what connect() says. */
static int knock(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval limit = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		DIE("socket: %s", strerror(errno));
	if (!connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* Who comes before the link has seen the last one's end is refused. */
static int dial(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	int fd;

	while ((fd = knock()) == -ECONNRESET && cd_now() < end)
		usleep(1000);
	if (fd < 0)
		DIE("connect: %s", strerror(-fd));
	return fd;
}

static void put(int fd, unsigned int vci, uint32_t length, const void *sdu, size_t len)
{
	uint8_t head[8] = { 0, 0, vci >> 8, vci, length >> 24, length >> 16, length >> 8, length };

	if (send(fd, head, sizeof(head), MSG_NOSIGNAL) != sizeof(head) ||
	    send(fd, sdu, len, MSG_NOSIGNAL) != (ssize_t)len)
		fprintf(stderr, "# send: %s\n", strerror(errno));
}

static void say(int fd, unsigned int vci, const char *text)
{
	put(fd, vci, strlen(text), text, strlen(text));
}

/* The next PDU: its octets, or -1 at the end of the stream. */
static int get(int fd, unsigned int *vci, uint8_t *sdu, size_t size)
{
	uint8_t head[8];
	size_t len;

	if (recv(fd, head, sizeof(head), MSG_WAITALL) != sizeof(head))
		return -1;
	*vci = head[2] << 8 | head[3];
	len = head[6] << 8 | head[7];
	if (len > size || recv(fd, sdu, len, MSG_WAITALL) != (ssize_t)len)
		return -1;
	return len;
}

/* A text comes, behind whatever of signalling. */
static bool told(int fd, const char *text)
{
	unsigned int vci;
	uint8_t sdu[512];
	int len;

	while ((len = get(fd, &vci, sdu, sizeof(sdu))) >= 0)
		if (!vci && len == (int)strlen(text) && !memcmp(sdu, text, len))
			return true;
	fprintf(stderr, "# the link does not say %s\n", text);
	return false;
}

/* The stream ends from the link's side. */
static bool ended(int fd)
{
	unsigned int vci;
	uint8_t sdu[512];
	ssize_t n;

	while (get(fd, &vci, sdu, sizeof(sdu)) >= 0)
		;
	n = recv(fd, sdu, 1, 0);
	return !n || (n < 0 && errno != EAGAIN);
}

static bool is(uint32_t flags)
{
	uint64_t end = cd_now() + 5 * CD_S;

	while ((vc_link(l.af).out_flags & CLEARDOWN_VC_LINK_UP) != flags && cd_now() < end)
		usleep(2000);
	return (vc_link(l.af).out_flags & CLEARDOWN_VC_LINK_UP) == flags;
}

static void opens(void)
{
	int fd = dial();
	bool good = told(fd, "O 0.5 0.0.5 ubr,aal5:max_sdu=4096");
	unsigned int vci;
	uint8_t sdu[512];
	int len;

	EXPECT(good, is(0));
	say(fd, 0, "O 0.5 0.0.5 ubr,aal5:tx:none,rx:max_sdu=4096");
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	len = get(fd, &vci, sdu, sizeof(sdu));
	EXPECT_EQ(good, vci, 5);
	EXPECT_EQ(good, len, 8);
	EXPECT_EQ(good, sdu[4] & 15, 1);
	tap(good, "the link says that 0.5 is open; when it has heard the same it sends its BGN");
	close(fd);
	EXPECT(good, is(0));
	tap(good, "the peer closes: the link is down");
}

static void faults(void)
{
	static uint8_t large[60000];
	static const char *const names[] = { "cells-unknown", "pdus-length", "pdus-too-long",
					     "hellos-bad" };
	static const unsigned int more[] = { 1, 1, 1, 3 };
	uint64_t before[4];
	bool good = true;
	int fd = dial();
	size_t i;

	for (i = 0; i < 4; i++)
		before[i] = count(names[i]);
	say(fd, 99, "nobody's");
	put(fd, 5, 0, "", 0);
	put(fd, 5, sizeof(large), large, sizeof(large));
	say(fd, 0, "X 0.5");
	put(fd, 0, 0, "", 0);
	put(fd, 0, 1000, large, 1000);
	say(fd, 5, "none of SSCOP");
	say(fd, 0, "C 0.5");
	for (i = 0; i < 4; i++)
		EXPECT(good, counts(names[i], before[i] + more[i]));
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	tap(good, "nobody's, empty and too long SDUs, and texts that are none, are counted");
	close(fd);
	EXPECT(good, is(0));
}

static void lost(void)
{
	uint64_t before = count("frames-cut");
	bool good = true;
	int fd = dial();

	say(fd, 0, "O 0.5 0.0.5 ubr");
	put(fd, 5, 70000, "x", 1);
	EXPECT(good, ended(fd));
	EXPECT(good, counts("frames-cut", before + 1));
	EXPECT(good, is(0));
	close(fd);
	tap(good, "a PDU longer than there can be: the link ends the connection");
	fd = dial();
	put(fd, 5, 4096, "half", 4);
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	close(fd);
	EXPECT(good, counts("frames-cut", before + 2));
	EXPECT(good, is(0));
	tap(good, "half of a PDU is counted");
}

static void reset(void)
{
	struct linger none = { .l_onoff = 1 };
	bool good = true;
	int i, fd;

	for (i = 0; i < 20; i++) {
		fd = dial();
		say(fd, 0, "O 0.5 0.0.5 ubr");
		EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		close(fd);
		EXPECT(good, is(0));
	}
	tap(good, "20 resets: down, and up with the next connection");
}

static void second(void)
{
	uint64_t before = count("frames-stranger");
	int fd = dial(), other;
	bool good = true;

	say(fd, 0, "O 0.5 0.0.5 ubr");
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	other = knock();
	EXPECT(good, other == -ECONNRESET || (other >= 0 && ended(other)));
	EXPECT(good, counts("frames-stranger", before + 1));
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	if (other >= 0)
		close(other);
	close(fd);
	EXPECT(good, is(0));
	tap(good, "a second peer is refused and counted, the first one stays");
}

static void noise(void)
{
	uint8_t octets[600];
	bool good = true;
	int i, fd;
	size_t k;

	srandom(1);
	for (i = 0; i < NOISE; i++) {
		fd = dial();
		for (k = 0; k < sizeof(octets); k++)
			octets[k] = random();
		/* half of them begin like a PDU of signalling, and are one to its end */
		if (i % 2)
			put(fd, 5, random() % 600, octets, random() % sizeof(octets));
		else
			send(fd, octets, sizeof(octets), MSG_NOSIGNAL);
		close(fd);
	}
	/* those that wait in the listener's queue are in front of this one */
	for (i = 0; i < 100; i++) {
		fd = dial();
		if (told(fd, "O 0.5 0.0.5 ubr,aal5:max_sdu=4096"))
			break;
		close(fd);
	}
	EXPECT(good, i < 100);
	say(fd, 0, "O 0.5 0.0.5 ubr");
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	close(fd);
	EXPECT(good, is(0));
	tap(good, "%d connections with noise: the next one is as the first", NOISE);
}

static void unbound(void)
{
	int fd = dial();
	bool good = true;

	say(fd, 0, "O 0.5 0.0.5 ubr");
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP));
	EXPECT(good, vc_unlink(&l));
	EXPECT(good, told(fd, "C 0.5"));
	EXPECT(good, ended(fd));
	close(fd);
	tap(good, "unbound: its last word is that 0.5 is closed, then the stream ends");
}

/* ---- nobody reads ---- */

static int channel(struct cm *cm)
{
	struct cleardown_cm_control arg = { .size = sizeof(arg) };

	if (cd_ioctl(cm->fd, CLEARDOWN_IOC_CM_CONTROL, &arg))
		DIE("CM_CONTROL: %s", strerror(errno));
	fcntl(arg.out_fd, F_SETFL, O_NONBLOCK);
	return arg.out_fd;
}

/* Octets that it takes. */
static uint64_t fill(int fd)
{
	static const uint8_t sdu[9000];
	uint64_t taken = 0;

	while (taken < CROWD_MAX && write(fd, sdu, sizeof(sdu)) == sizeof(sdu))
		taken += sizeof(sdu);
	return taken;
}

static bool has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

/*
 * Octets that they take until a round over all of them takes none: what the link gives to a peer's
 * TCP until that has enough makes room again. errno tells why the last one takes none.
 */
static uint64_t fill_all(const int *fds)
{
	uint64_t taken = 0, before;

	do {
		before = taken;
		for (int i = 0; i < CROWD; i++)
			taken += fill(fds[i]);
	} while (taken != before && taken < CROWD_MAX);
	return taken;
}

/* The peer reads on until each of them is told. */
static bool all_told(int peer, const int *fds)
{
	uint64_t end = cd_now() + 20 * CD_S;
	static uint8_t sink[65536];
	int told = 0;

	while (told < CROWD && cd_now() < end) {
		while (recv(peer, sink, sizeof(sink), MSG_DONTWAIT) > 0)
			;
		for (told = 0; told < CROWD && has_room(fds[told]);)
			told++;
		usleep(1000);
	}
	return told == CROWD;
}

/* Many channels to a peer that does not read: what they hold together has a bound. */
static void crowd(void)
{
	int peer = dial(), fds[CROWD], i;
	bool good = true;
	uint64_t taken;
	struct cm cm;

	say(peer, 0, "E");
	EXPECT(good, is(CLEARDOWN_VC_LINK_UP)); /* before that none waits for room */
	EXPECT(good, cm_begin(&cm, l.name, 5000) == 0);
	for (i = 0; i < CROWD; i++)
		fds[i] = channel(&cm);
	for (uint64_t end = cd_now() + 5 * CD_S; !has_room(fds[0]) && cd_now() < end;)
		usleep(1000);
	taken = fill_all(fds);
	EXPECT_EQ(good, errno, EAGAIN);
	printf("# %d channels hold %llu octets\n", CROWD, (unsigned long long)taken);
	EXPECT(good, taken > CROWD_MAX / 4 && taken < CROWD_MAX);
	tap(good, "nobody reads: what all channels of a link hold has a bound");
	tap(all_told(peer, fds), "somebody reads: each of them is told that there is room");
	for (i = 0; i < CROWD; i++)
		close(fds[i]);
	cm_die(&cm);
	close(peer);
	if (!is(0) || !cd_live_is("handles", 1))
		DIE("channels are left");
}

int main(void)
{
	if (vc_bind_to(&l, "atmtcp", 0, "listen=2812 host=127.0.0.1"))
		DIE("bind");
	vc_af(&l, 1);
	opens();
	faults();
	lost();
	reset();
	second();
	noise();
	crowd();
	unbound();
	return tap_done();
}
