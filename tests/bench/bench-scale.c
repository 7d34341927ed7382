// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls between two links of one machine, whose ends are all in this thread: how fast one is made and
 * cleared while others stand, and how many frames a call to many delivers, beside multicast UDP to as
 * many sockets.
 *
 * usage: bench-scale INTERFACE INTERFACE    ends of a cable
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "figure.h"
#include "multi.h"
#include "tally.h"

#define SELECTOR 7
#define MOST 10000
#define FILES 32768
#define CALL_MS 20000
#define LEAVES 64
#define FIRST_LEAF 100
/* Frames that leave before they are read, and their octets. */
#define BURST 32
#define FRAME 1000
#define GROUP "239.7.7.7"
#define PORT 7777

static const int standing_at[] = { 1, 100, MOST };
static const int leaves_at[] = { 1, 8, LEAVES };

/* Cookies: of our end of a call its number, of the other VC_FAR and its file. */
static struct vclink a, b;
static struct vc vcs[MOST + 1]; /* the last one comes and goes */
static int standing;
static int far_vcs;

/* ---- calls ---- */

static void far_step(const struct cleardown_event *ev)
{
	far_vcs += vc_far_step(&b, a.events, ev, 0);
}

/* Until something of this type has happened to one of our ends: which. */
static int near_until(uint32_t type)
{
	union cd_record rec;

	while (!cd_one(a.events, &rec, CALL_MS)) {
		if (rec.ev.error)
			DIE("type %u: %d, cause %u", rec.ev.type, rec.ev.error, rec.ev.p1);
		if (rec.ev.cookie < VC_FAR && rec.ev.type == type)
			return rec.ev.cookie;
		far_step(&rec.ev);
	}
	DIE("nothing of type %u happens, %d calls stand", type, standing);
}

static void far_until(int wanted)
{
	union cd_record rec;

	while (far_vcs != wanted && !cd_one(a.events, &rec, CALL_MS))
		far_step(&rec.ev);
}

static void call_make(int i)
{
	if (vc_create(&vcs[i], &a, 0, i) || !vc_make(&vcs[i], b.nsap, SELECTOR))
		DIE("call %d: %s", i, strerror(errno));
}

static void call_close(int i)
{
	struct cleardown_close arg;

	if (vc_close(&vcs[i], CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg) != -EINPROGRESS)
		DIE("the close of call %d", i);
}

static void stand(int wanted)
{
	for (int made = standing; standing < wanted; standing++) {
		for (; made < wanted && made - standing < IN_FLIGHT; made++)
			call_make(made);
		near_until(CLEARDOWN_EV_COMPLETION);
	}
}

static void stand_down(void)
{
	for (int i = 0; i < standing; i++)
		call_close(i);
	for (; standing; standing--)
		close(vcs[near_until(CLEARDOWN_EV_CLOSE_COMPLETE)].fd);
	far_until(0);
}

/* One call after the other beside those that stand. */
static void come_and_go(int beside)
{
	struct tally up = { 0 }, down = { 0 };
	uint64_t end = run_end(), t;

	for (; cd_now() < end; up.n++, down.n++) {
		t = cd_now();
		call_make(MOST);
		near_until(CLEARDOWN_EV_COMPLETION);
		up.ns += cd_now() - t;
		t = cd_now();
		call_close(MOST);
		near_until(CLEARDOWN_EV_CLOSE_COMPLETE);
		down.ns += cd_now() - t;
		close(vcs[MOST].fd);
		far_until(beside);
	}
	figure(OURS, "1/s", rate(up), "set-ups a second, one after the other, beside %d calls",
	       beside);
	figure(OURS, "1/s", rate(down), "clears a second, one after the other, beside %d calls",
	       beside);
}

static void calls_run(void)
{
	for (size_t i = 0; i < sizeof(standing_at) / sizeof(*standing_at); i++) {
		stand(standing_at[i]);
		come_and_go(standing);
	}
	stand_down();
}

/* ---- frames to many ---- */

/* Each of @n gets each frame of @out. */
static struct tally fan_out(int out, const int *in, int n)
{
	static char frame[FRAME], got[FRAME];
	uint64_t begin = cd_now(), end = run_end();
	struct tally t = { 0 };

	while (cd_now() < end) {
		for (int i = 0; i < BURST; i++)
			if (write(out, frame, FRAME) != FRAME)
				DIE("a frame: %s", strerror(errno));
		for (int i = 0; i < n; i++)
			for (int k = 0; k < BURST; k++, t.n++)
				if (read(in[i], got, FRAME) != FRAME)
					DIE("leaf %d: %s", i, strerror(errno));
	}
	t.ns = cd_now() - begin;
	return t;
}

static struct tally fan_of_calls(int n)
{
	static struct leaf leaves[LEAVES];
	struct cleardown_close arg;
	struct vc root = { .fd = -1 };
	int in[LEAVES] = { 0 };
	union cd_record rec;
	struct tally t;

	if (!multi_connect(&a, &root, &b, leaves, n, FIRST_LEAF))
		DIE("%d leaves", n);
	for (int i = 0; i < n; i++)
		in[i] = leaves[i].vc.fd;
	t = fan_out(root.fd, in, n);
	for (int i = 1; i < n; i++) /* a call of several parties is not closed */
		if (!multi_drop(&root, leaves[i].party, NULL, 0, NULL, NULL) ||
		    !vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, CALL_MS))
			DIE("leaf %d of %d stays", i, n);
	if (multi_close(&root, leaves[0].party, 20 * CD_S, &arg))
		DIE("the end of %d leaves", n);
	for (int i = 0; i < n; i++)
		if (!vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, CALL_MS))
			DIE("not every leaf is told of the end");
	for (int i = 0; i < n; i++)
		close(in[i]);
	for (int i = 0; i < n; i++)
		if (!vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, CALL_MS))
			DIE("not every leaf is gone");
	close(root.fd);
	return t;
}

static int udp(bool leaf)
{
	struct ip_mreq group = { .imr_multiaddr.s_addr = inet_addr(GROUP),
				 .imr_interface.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(PORT),
				  .sin_addr = group.imr_multiaddr };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	bool good = true;

	if (leaf)
		good = !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
		       !bind(fd, (struct sockaddr *)&at, sizeof(at)) &&
		       !setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	else
		good = !setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface,
				   sizeof(group.imr_interface)) &&
		       !connect(fd, (struct sockaddr *)&at, sizeof(at));
	if (!good)
		DIE("multicast: %s", strerror(errno));
	return fd;
}

static struct tally fan_of_sockets(int n)
{
	int out = udp(false), in[LEAVES] = { 0 };
	struct tally t;

	for (int i = 0; i < n; i++)
		in[i] = udp(true);
	t = fan_out(out, in, n);
	for (int i = 0; i < n; i++)
		close(in[i]);
	close(out);
	return t;
}

static void frames_run(void)
{
	static const char what[] = "frames a second to %d leaves together, over veth beside"
				   " multicast UDP to as many sockets on loopback";

	for (size_t i = 0; i < sizeof(leaves_at) / sizeof(*leaves_at); i++) {
		figure(OURS, "1/s", rate(fan_of_calls(leaves_at[i])), what, leaves_at[i]);
		figure(ANCHOR, "1/s", rate(fan_of_sockets(leaves_at[i])), what, leaves_at[i]);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = { FILES, FILES };

	if (argc != 3 || setrlimit(RLIMIT_NOFILE, &files))
		return 1;
	if (!vc_links(&a, &b, argv + 1, "", "", SELECTOR))
		DIE("the links");
	for (int i = 0; i < LEAVES; i++)
		if (vc_sap(&b, FIRST_LEAF + i, 0, NULL))
			DIE("SAP %d", FIRST_LEAF + i);
	for (int i = 0; i < RUNS; i++) {
		if (cd_bind_events(b.af, a.events, VC_FAR))
			DIE("one queue");
		calls_run();
		if (cd_bind_events(b.af, b.events, 2))
			DIE("two queues");
		frames_run();
	}
	return !vc_unlink(&a) || !vc_unlink(&b);
}
