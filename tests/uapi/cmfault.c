// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of a call manager in userspace and of its clients, each made again with its first, second,
 * ... possible fault striking, as vcfault.c does with the kernel's: a slab object, a page, a copy from
 * or to user memory, in the caller and, where they make it work, in the link's thread.
 *
 * usage: cmfault INTERFACE
 */
#define _GNU_SOURCE

#include <pthread.h>

#include "chain.h"
#include "cm.h"

#define WAIT_MS 20000

static struct vclink l;
static struct cm cm, other = { -1, -1 };
static struct vc vc = { .fd = -1 };
static struct cm_request r;

/* ---- states ---- */

static bool memory_or_fault(int error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static bool in_worker(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EIO || error == -ECANCELED ||
	       error == -ETIMEDOUT;
}

static bool failed(int error)
{
	return memory_or_fault(error) || in_worker(error);
}

/* The program answers, in a thread that no fault strikes. */
static pthread_t server;
static bool serving;

static void answer(const struct cleardown_event *ev)
{
	struct cleardown_cm_request req;

	memcpy(&req, ev->data, sizeof(req));
	if (ev->type != CLEARDOWN_EV_CM || ev->p1 == CLEARDOWN_CM_CANCEL)
		return;
	if (ev->p1 == CLEARDOWN_CM_MAKE_CALL &&
	    cm_activate(&cm, req.object, 100) == -ENOMEM) { /* of the link's thread */
		cm_complete_of(&cm, req.object, ev->req_id, CLEARDOWN_NDIS_STATUS_RESOURCES, NULL);
		return;
	}
	if (ev->p1 == CLEARDOWN_CM_CLOSE_CALL)
		cm_deactivate(&cm, req.object);
	cm_complete_of(&cm, req.object, ev->req_id, CLEARDOWN_NDIS_STATUS_SUCCESS, NULL);
}

static void *serve(void *p)
{
	union cd_record rec;

	while (__atomic_load_n(&serving, __ATOMIC_ACQUIRE))
		if (!cd_one(cm.events, &rec, 10))
			answer(&rec.ev);
	return p;
}

static void served(void)
{
	serving = true;
	if (pthread_create(&server, NULL, serve, NULL))
		DIE("no thread");
}

static void unserved(void)
{
	union cd_record rec;

	__atomic_store_n(&serving, false, __ATOMIC_RELEASE);
	pthread_join(server, NULL);
	while (!cd_one(cm.events, &rec, 0))
		answer(&rec.ev);
	while (!cd_one(l.events, &rec, 0))
		;
}

static void hang_up(void)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;

	if (vc.fd >= 0)
		close(vc.fd);
	vc.fd = -1;
	while (vc_link(l.af).out_vcs && cd_now() < end)
		usleep(1000);
	unserved();
}

static void with_vc(void)
{
	served();
	if (vc_create(&vc, &l, 0, 100))
		DIE("no VC");
}

/* ---- calls ---- */

static int completed(uint64_t id)
{
	union cd_record rec;
	int ret = cd_wait(l.events, id, &rec, WAIT_MS);

	return ret ?: rec.ev.error;
}

static int make_call(void)
{
	uint64_t id = vc_make(&vc, cm_nsap, 9);

	return id ? completed(id) : -errno;
}

static void with_call(void)
{
	with_vc();
	if (make_call())
		DIE("no call");
}

static int close_call(void)
{
	struct cleardown_close arg;

	return vc_close(&vc, CLEARDOWN_MODE_ORDERLY, WAIT_MS * CD_MS, "bye", 3, &arg);
}

/* A fault in the copies: before the close, or after it. */
static bool up_or_closed(int error)
{
	return error == -EFAULT;
}

static int ctl;

static int open_manager(void)
{
	struct cleardown_manager arg = { .size = sizeof(arg) };
	int ret;

	memcpy(arg.name, l.name, sizeof(arg.name));
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_MANAGER, &arg);
	if (!ret)
		other.fd = arg.out_fd;
	return ret;
}

static void close_manager(void)
{
	if (other.fd >= 0)
		close(other.fd);
	other.fd = -1;
}

static int open_family(void)
{
	int af = cd_open(l.name, O_RDWR), error = 0;
	uint64_t id;

	if (af < 0)
		return af;
	error = cd_bind_events(af, l.events, 7);
	if (!error) {
		id = cm_open_af(af, CM_FAMILY, &error);
		if (id)
			error = completed(id);
	}
	close(af);
	return error;
}

static int control(void)
{
	struct cleardown_cm_control arg = { .size = sizeof(arg), .vci = 41 };
	int ret = cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_CONTROL, &arg);

	if (!ret)
		close(arg.out_fd);
	return ret;
}

static uint64_t offered; /* a call that nobody took yet */

static int offer(void)
{
	uint64_t object;
	union cd_record rec;
	int ret = cm_offer(&cm, 5, 60, 1, &object);

	if (ret)
		return ret;
	if (cd_one(l.events, &rec, WAIT_MS) || rec.ev.type != CLEARDOWN_EV_INCOMING_CALL)
		return -EIO;
	offered = rec.ev.req_id;
	ret = vc_create(&vc, &l, offered, 100);
	if (ret)
		vc.fd = -1;
	return ret;
}

/* An offer whose answer did not arrive is there all the same; its client, us, closes it. */
static void offer_end(void)
{
	union cd_record rec;

	while (!cd_one(l.events, &rec, 0))
		if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL)
			offered = rec.ev.req_id;
	if (vc.fd < 0 && offered && vc_create(&vc, &l, offered, 100))
		vc.fd = -1;
	offered = 0;
	hang_up();
}

static const struct chain chains[] = {
	{ "CTL_MANAGER", "", NULL, open_manager, memory_or_fault, close_manager, false },
	{ "OPEN_AF to its end", "PR-1 ", served, open_family, failed, unserved, true },
	{ "MAKE_CALL to its end", "PR-1 ", with_vc, make_call, failed, hang_up, true },
	{ "CLOSE with data", "V-8 V-9 PR-6 ", with_call, close_call, up_or_closed, hang_up, true },
	{ "CM_CONTROL", "", served, control, failed, unserved, true },
	{ "CM_OFFER", "", served, offer, failed, offer_end, true },
};

/* ---- the sweep ---- */

/* The program and the address family. */
static bool nothing_left(void)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;
	union cd_record rec;

	while (cd_counter("live", "handles") != 2 || cd_counter("live", "ops") ||
	       cd_counter("live", "records")) {
		while (!cd_one(cm.events, &rec, 0))
			answer(&rec.ev);
		while (!cd_one(l.events, &rec, 0))
			;
		if (cd_now() > end)
			return false;
	}
	return true;
}

static bool settled(void)
{
	return nothing_left();
}

int main(int argc, char **argv)
{
	struct cm_request af;

	if (argc != 2 || vc_bind(&l, argv[1], "") || cm_begin(&cm, l.name, 5000) ||
	    !cm_af(&l, &cm, 1, &af))
		return 1;
	if (!cm_sap(l.af, 5, 0, NULL) || !cm_next(&cm, CLEARDOWN_CM_SAP, &r) ||
	    cm_complete(&cm, &r, CLEARDOWN_NDIS_STATUS_SUCCESS) || !cm_done(&l, 0))
		DIE("no SAP");
	ctl = cd_ctl();
	chain_sweep_all(chains, sizeof(chains) / sizeof(chains[0]), l.name);
	if (!cm_unaf(&l, &cm))
		DIE("the address family does not end");
	cm_die(&cm);
	if (!cd_live_is("handles", 0) || cd_unbind(l.name, 0))
		DIE("not unbound");
	return tap_done();
}
