/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sweeps of faults over circuits share: two links on the ends of a cable, of which no fault
 * strikes the far one, whose thread takes the calls that come, and the end of everything.
 */
#ifndef TESTS_VCCHAIN_H
#define TESTS_VCCHAIN_H

#include <pthread.h>

#include "chain.h"
#include "vc.h"

#define SELECTOR 7
#define WAIT_MS 20000

static const char bye[] = "good bye";
static struct vclink us, far;
static struct vc vc = { .fd = -1 }, there = { .fd = -1 };

static bool is_circuit(int fd)
{
	char path[64], link[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = 0;
	return strstr(link, "[cleardown-vc]");
}

/* Files of circuits, whoever made them. */
static unsigned int circuits(bool away)
{
	unsigned int n = 0;

	for (int fd = 3; fd < 64; fd++) {
		if (!is_circuit(fd))
			continue;
		n++;
		if (away)
			close(fd);
	}
	return n;
}

/* Everybody's circuits end, and every record is read. */
static void hang_up(void)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;
	union cd_record rec;

	circuits(true);
	vc.fd = -1;
	there.fd = -1;
	do {
		while (!cd_one(far.events, &rec, 0))
			if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL &&
			    !vc_create(&there, &far, rec.ev.req_id, 200))
				close(there.fd);
		while (!cd_one(us.events, &rec, 0))
			if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL &&
			    !vc_create(&there, &us, rec.ev.req_id, 200))
				close(there.fd);
		if (cd_now() > end)
			DIE("circuits are left: %u, %u", vc_link(us.af).out_vcs,
			    vc_link(far.af).out_vcs);
		usleep(1000);
	} while (vc_link(us.af).out_vcs || vc_link(far.af).out_vcs ||
		 cd_events_info(us.events).out_unread || cd_events_info(far.events).out_unread);
	there.fd = -1;
}

/* A caller whom a fault has struck may have given it up already. */
static void take_one(uint64_t id)
{
	struct vc taken;
	int ret = vc_create(&taken, &far, id, 200);

	if (!ret)
		ret = cd_submit(taken.fd, CLEARDOWN_OP_ACCEPT, 1, NULL, 0, NULL);
	if (ret && ret != -ENOENT && ret != -EISCONN && ret != -EBADFD)
		DIE("the far end cannot take a call: %s", strerror(-ret));
}

/* The far end takes calls, in a thread that no fault strikes. */
static pthread_t taker;
static bool taking;

static void *take(void *p)
{
	union cd_record rec;

	while (__atomic_load_n(&taking, __ATOMIC_ACQUIRE))
		if (!cd_one(far.events, &rec, 10) && rec.ev.type == CLEARDOWN_EV_INCOMING_CALL)
			take_one(rec.ev.req_id);
	return p;
}

static void far_takes(void)
{
	taking = true;
	if (pthread_create(&taker, NULL, take, NULL))
		DIE("no thread");
}

static void far_stops(void)
{
	__atomic_store_n(&taking, false, __ATOMIC_RELEASE);
	pthread_join(taker, NULL);
}

static bool memory_or_fault(int error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static bool in_worker(int error)
{
	return error == -ENOMEM || error == -ECONNREFUSED || error == -EIO || error == -ETIMEDOUT ||
	       error == -ECONNRESET;
}

/* The completion of @id, and how it went. */
static int completed(uint64_t id)
{
	union cd_record rec;
	int ret = cd_wait(us.events, id, &rec, WAIT_MS);

	return ret ?: rec.ev.error;
}

/* Nothing but the two address families. */
static bool nothing_left(void)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;

	while (cd_counter("live", "handles") != 2 || cd_counter("live", "ops") ||
	       cd_counter("live", "records"))
		if (cd_now() > end)
			return false;
	return true;
}

static bool settled(void)
{
	return nothing_left();
}

static inline void chain_links(char **interfaces)
{
	if (!vc_links(&us, &far, interfaces, "", "", SELECTOR) || vc_sap(&us, SELECTOR, 0, NULL))
		DIE("no links");
}

static inline void chain_unlink(void)
{
	close(us.af);
	close(far.af);
	close(us.events);
	close(far.events);
	for (uint64_t end = cd_now() + 5 * CD_S; cd_unbind(us.name, 0) && cd_now() < end;)
		usleep(1000);
	cd_unbind(far.name, CLEARDOWN_UNBIND_FORCE);
}

/* ---- states that calls are swept in ---- */

static void with_vc(void)
{
	if (vc_create(&vc, &us, 0, 100))
		DIE("no VC");
}

static void with_taker(void)
{
	with_vc();
	far_takes();
}

#endif /* TESTS_VCCHAIN_H */
