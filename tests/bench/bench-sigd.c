// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls within one machine: ours over veth, and those of two stock atmsigd that talk over unix
 * sockets, for which this program is the kernel. Both ends of every call are here, in one thread.
 *
 * usage: bench-sigd INTERFACE INTERFACE SOCKET SOCKET    ends of a cable; of atmsigd: the caller's,
 *                                                      the other's
 */
#define _GNU_SOURCE

#include <sys/socket.h>
#include <sys/un.h>

#include "figure.h"
#include "tally.h"
#include "vc.h"

#include "../rig/atm/svc.h"

#define SELECTOR 7
#define CALL_MS 20000

/* Cookies: of our end of a call its number, of the other VC_FAR and its file. */
static struct vclink a, b;
static unsigned int far_vcs;

/* ---- ours ---- */

/* On one queue, as atmsigd's messages are on one poll(). */
static void links(char **interfaces)
{
	if (!vc_links(&a, &b, interfaces, "", "", SELECTOR) ||
	    cd_bind_events(b.af, a.events, VC_FAR))
		DIE("the links");
}

static void far_step(const struct cleardown_event *ev)
{
	far_vcs += vc_far_step(&b, a.events, ev, 5 * CD_S);
}

static struct tally ours(unsigned int in_flight)
{
	uint64_t begin = cd_now(), end = run_end();
	static struct vc vcs[IN_FLIGHT];
	unsigned int left = in_flight;
	struct tally t = { 0 };
	union cd_record rec;

	for (unsigned int i = 0; i < in_flight; i++)
		if (vc_create(&vcs[i], &a, 0, i) || !vc_make(&vcs[i], b.nsap, SELECTOR))
			DIE("VC %u", i);
	while (left && !cd_one(a.events, &rec, CALL_MS)) {
		bool more = cd_now() < end, over = rec.ev.type == CLEARDOWN_EV_CLOSE_COMPLETE;

		if (rec.ev.cookie >= VC_FAR) {
			far_step(&rec.ev);
			continue;
		}
		vc_next_step(&vcs[rec.ev.cookie], &rec.ev, more ? b.nsap : NULL, SELECTOR);
		t.n += over;
		left -= over && !more;
	}
	if (left)
		DIE("calls of ours stand still");
	t.ns = cd_now() - begin;
	while (far_vcs && !cd_one(a.events, &rec, CALL_MS))
		far_step(&rec.ev);
	if (far_vcs)
		DIE("the other ends of calls of ours stand still");
	for (unsigned int i = 0; i < in_flight; i++)
		close(vcs[i].fd);
	return t;
}

/* ---- atmsigd's: a kernel's part of svc.h ---- */

static const uint8_t caller[SVC_NSAP_LEN] = { 0x47, [SVC_NSAP_LEN - 2] = 1 };
static const uint8_t called[SVC_NSAP_LEN] = { 0x47, [SVC_NSAP_LEN - 2] = 2 };
/* @fd 0: of the caller's, 1: of the other's */
static struct pollfd demons[2];
static uint32_t last_number;

static void demon_open(struct pollfd *demon, const char *path)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX }, there = here;

	snprintf(there.sun_path, sizeof(there.sun_path), "%s", path);
	snprintf(here.sun_path, sizeof(here.sun_path), "%s.kernel", path);
	demon->events = POLLIN;
	demon->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(demon->fd, (struct sockaddr *)&here, sizeof(here)) ||
	    connect(demon->fd, (struct sockaddr *)&there, sizeof(there)))
		DIE("%s: %s", path, strerror(errno));
}

static void demon_tell(int which, struct svc_message *m, enum svc_type type, uint32_t number)
{
	static const struct svc_traffic traffic = {
		.class = CLASS_UBR,
		.max_pcr = PCR_MAX,
		.max_sdu = 8192,
	};

	m->type = type;
	m->call.number = number;
	m->qos = (struct svc_qos){ .tx = traffic, .rx = traffic, .aal = AAL5_TYPE };
	if (send(demons[which].fd, m, sizeof(*m), 0) != sizeof(*m))
		DIE("atmsigd: %s", strerror(errno));
}

static void demon_say(int which, enum svc_type type, uint32_t number, uint32_t listener)
{
	struct svc_message m = { .listener = { .number = listener } };

	demon_tell(which, &m, type, number);
}

static void demon_call(void)
{
	struct svc_message m = { .remote.family = FAMILY_SVC, .local.family = FAMILY_SVC };

	memcpy(m.remote.nsap, called, sizeof(called));
	memcpy(m.local.nsap, caller, sizeof(caller));
	demon_tell(0, &m, SVC_CONNECT, ++last_number);
}

/* What the other end hears; it agrees to everything. */
static void demon_far(const struct svc_message *m)
{
	if (m->type == SVC_INDICATE)
		demon_say(1, SVC_ACCEPT, ++last_number, m->listener.number);
	else if (m->type == SVC_CLOSE)
		demon_say(1, SVC_CLOSE, m->call.number, 0);
	else if (m->type == SVC_ERROR)
		DIE("atmsigd, the called one: %d", m->reply);
}

static bool demon_hear(int which, struct svc_message *m)
{
	if (!(demons[which].revents & POLLIN))
		return false;
	if (read(demons[which].fd, m, sizeof(*m)) != sizeof(*m))
		DIE("atmsigd: %s", strerror(errno));
	return true;
}

static void demon_listen(void)
{
	struct svc_message m = { .remote.family = FAMILY_SVC };

	memcpy(m.remote.nsap, called, sizeof(called));
	demon_tell(1, &m, SVC_LISTEN, ++last_number);
	if (poll(demons, 2, CALL_MS) != 1 || !demon_hear(1, &m) || m.type != SVC_OKAY)
		DIE("atmsigd does not listen");
}

/* A call's next step; true when that was its end. */
static bool demon_step(const struct svc_message *m)
{
	if (m->type == SVC_OKAY)
		demon_say(0, SVC_CLOSE, m->call.number, 0);
	else if (m->type != SVC_CLOSE)
		DIE("atmsigd, the caller: %u %d", m->type, m->reply);
	return m->type == SVC_CLOSE;
}

static struct tally theirs(unsigned int in_flight)
{
	uint64_t begin = cd_now(), end = run_end();
	unsigned int left = in_flight;
	struct tally t = { 0 };
	struct svc_message m;

	for (unsigned int i = 0; i < in_flight; i++)
		demon_call();
	while (left) {
		if (poll(demons, 2, CALL_MS) <= 0)
			DIE("calls of atmsigd's stand still");
		if (demon_hear(1, &m))
			demon_far(&m);
		if (!demon_hear(0, &m) || !demon_step(&m))
			continue;
		t.n++;
		if (cd_now() < end)
			demon_call();
		else
			left--;
	}
	t.ns = cd_now() - begin;
	return t;
}

int main(int argc, char **argv)
{
	static const char *const one = "calls a second in one machine, one after the other, "
				       "over veth beside two atmsigd on unix sockets";
	static const char *const many = "calls a second in one machine, %d in flight, "
					"over veth beside two atmsigd on unix sockets";

	if (argc != 5)
		return 1;
	links(argv + 1);
	demon_open(&demons[0], argv[3]);
	demon_open(&demons[1], argv[4]);
	demon_listen();
	for (int i = 0; i < RUNS; i++) {
		figure(OURS, "1/s", rate(ours(1)), "%s", one);
		figure(ANCHOR, "1/s", rate(theirs(1)), "%s", one);
		figure(OURS, "1/s", rate(ours(IN_FLIGHT)), many, IN_FLIGHT);
		figure(ANCHOR, "1/s", rate(theirs(IN_FLIGHT)), many, IN_FLIGHT);
	}
	return vc_unlink(&a) && vc_unlink(&b) ? 0 : 1;
}
