/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of VCs share: links on interfaces of this machine, address families, calls. */
#ifndef TESTS_VC_H
#define TESTS_VC_H

#include <net/if.h>

#include "cd.h"
#include "simphone.h"
#include "tap.h"

/**
 * struct vclink - a bound link, and an address family on it with its queue
 * @name: vcN
 * @af: its file
 * @events: queue of the address family, and of its VCs
 * @nsap: address of this end
 */
struct vclink {
	char name[32];
	int af;
	int events;
	uint8_t nsap[CLEARDOWN_NSAP_LEN];
};

/**
 * struct vc - a VC
 * @fd: its file
 * @id: handle id
 * @link: where
 */
struct vc {
	int fd;
	uint64_t id;
	struct vclink *link;
};

#define VC_UP_MS 20000 /* for the hello and SAAL; the debug kernel takes long */

static uint64_t vc_request;

/* @kind and @dev: of the medium, and which of them. */
static inline int vc_bind_to(struct vclink *l, const char *kind, uint64_t dev, const char *args)
{
	char text[CLEARDOWN_TEXT_LEN];
	int ret = cd_bind_class(CLEARDOWN_CLASS_VC, kind, dev, args, l->name, text);

	if (ret)
		fprintf(stderr, "# bind %s %llu %s: %d %s\n", kind, (unsigned long long)dev, args,
			ret, text);
	else
		sim_wait_node(l->name);
	return ret;
}

static inline int vc_bind(struct vclink *l, const char *interface, const char *args)
{
	return vc_bind_to(l, "eth", if_nametoindex(interface), args);
}

static inline struct cleardown_vc_link vc_link(int af)
{
	struct cleardown_vc_link arg = { .size = sizeof(arg) };

	if (cd_ioctl(af, CLEARDOWN_IOC_VC_LINK, &arg))
		DIE("VC_LINK: %s", strerror(errno));
	return arg;
}

/* Waits until signalling is there. */
static inline bool vc_up(int af, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (!(vc_link(af).out_flags & CLEARDOWN_VC_LINK_SAAL)) {
		if (cd_now() > end)
			return false;
		usleep(5000);
	}
	return true;
}

/* Opens an address family with a queue. */
static inline void vc_af(struct vclink *l, uint64_t cookie)
{
	struct cleardown_vc_link link;

	l->af = cd_open(l->name, O_RDWR);
	l->events = cd_events();
	if (l->af < 0 || l->events < 0 || cd_bind_events(l->af, l->events, cookie))
		DIE("%s does not open: %d", l->name, l->af);
	link = vc_link(l->af);
	memcpy(l->nsap, link.out_nsap, sizeof(l->nsap));
}

static inline int vc_sap(struct vclink *l, uint32_t selector, uint32_t flags, uint32_t *status)
{
	struct cleardown_vc_sap arg = {
		.size = sizeof(arg),
		.flags = flags,
		.selector = selector,
		.out_status = 0xdeadbeef,
	};
	int ret = cd_ioctl(l->af, CLEARDOWN_IOC_VC_SAP, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static inline int vc_create(struct vc *vc, struct vclink *l, uint64_t take, uint64_t cookie)
{
	struct cleardown_vc_create arg = { .size = sizeof(arg), .take = take, .cookie = cookie };
	int ret = cd_ioctl(l->af, CLEARDOWN_IOC_VC_CREATE, &arg);

	vc->fd = arg.out_fd;
	vc->id = arg.out_vc;
	vc->link = l;
	return ret;
}

static inline int vc_delete(struct vc *vc, uint32_t *status)
{
	struct cleardown_vc_delete arg = { .size = sizeof(arg), .out_status = 0xdeadbeef };
	int ret = cd_ioctl(vc->fd, CLEARDOWN_IOC_VC_DELETE, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static inline struct cleardown_vc_status vc_status(struct vc *vc)
{
	struct cleardown_vc_status arg = { .size = sizeof(arg) };

	if (cd_ioctl(vc->fd, CLEARDOWN_IOC_VC_STATUS, &arg))
		DIE("VC_STATUS: %s", strerror(errno));
	return arg;
}

/*
 * Asks for a call to @selector of @nsap, with frames of up to @sdu octets, 0 = the default; the
 * request's id, 0 when it was refused.
 */
static inline uint64_t vc_make_of(struct vc *vc, const uint8_t *nsap, uint8_t selector,
				  uint32_t sdu)
{
	struct cleardown_vc_call call = { .fwd_sdu = sdu, .bwd_sdu = sdu };

	memcpy(call.called, nsap, sizeof(call.called));
	call.called[CLEARDOWN_NSAP_LEN - 1] = selector;
	return cd_submit(vc->fd, CLEARDOWN_OP_MAKE_CALL, ++vc_request, &call, sizeof(call), NULL) ?
		       0 :
		       vc_request;
}

static inline uint64_t vc_make(struct vc *vc, const uint8_t *nsap, uint8_t selector)
{
	return vc_make_of(vc, nsap, selector, 0);
}

static inline uint64_t vc_accept(struct vc *vc)
{
	return cd_submit(vc->fd, CLEARDOWN_OP_ACCEPT, ++vc_request, NULL, 0, NULL) ? 0 : vc_request;
}

static inline int vc_close(struct vc *vc, uint32_t mode, uint64_t deadline_ns, const void *data,
			   uint32_t len, struct cleardown_close *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->data_ptr = (uintptr_t)data;
	arg->data_len = len;
	arg->out_status = 0xdeadbeef;
	arg->out_released = 0xdeadbeef;
	return cd_ioctl(vc->fd, CLEARDOWN_IOC_CLOSE, arg);
}

/* The oldest call-detail record after @after, as @fd sees it. */
static inline int vc_cdr_next(int fd, uint64_t after, struct cleardown_vc_cdr *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->after = after;
	return cd_ioctl(fd, CLEARDOWN_IOC_VC_CDR, arg);
}

/* The newest one; number 0 when there is none. */
static inline struct cleardown_cdr vc_cdr_last(int fd)
{
	struct cleardown_cdr last = { 0 };
	struct cleardown_vc_cdr arg;

	while (!vc_cdr_next(fd, last.number, &arg))
		last = arg.out_cdr;
	return last;
}

/* The next record, which must be of @type; of no particular one when that is 0. */
static inline bool vc_next(struct vclink *l, uint32_t type, union cd_record *rec, int ms)
{
	int ret = cd_one(l->events, rec, ms);

	if (ret || (type && rec->ev.type != type)) {
		fprintf(stderr, "# %s: type %u wanted, got %d, type %u status %#x error %d p1 %u\n",
			l->name, type, ret, ret ? 0 : rec->ev.type, ret ? 0 : rec->ev.status,
			ret ? 0 : rec->ev.error, ret ? 0 : rec->ev.p1);
		return false;
	}
	return true;
}

/*
 * A call from @a to selector @selector of @b, with both ends connected, for frames of up to @sdu
 * octets, 0 = the default.
 */
static inline bool vc_connect_of(struct vclink *a, struct vc *from, struct vclink *b, struct vc *to,
				 uint8_t selector, uint32_t sdu)
{
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_create(from, a, 0, 100), 0);
	EXPECT(good, good && vc_make_of(from, b->nsap, selector, sdu));
	if (!good || !vc_next(b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000))
		return false;
	EXPECT_EQ(good, vc_create(to, b, rec.ev.req_id, 200), 0);
	EXPECT(good, good && vc_accept(to));
	EXPECT(good, good && vc_next(b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, good && !rec.ev.error && vc_next(a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	if (!good)
		fprintf(stderr, "# no call from %s to %s: cause %u\n", a->name, b->name, rec.ev.p1);
	return good;
}

static inline bool vc_connect(struct vclink *a, struct vc *from, struct vclink *b, struct vc *to,
			      uint8_t selector)
{
	return vc_connect_of(a, from, b, to, selector, 0);
}

/*
 * Two links on the ends of a cable, an address family on each, signalling up, and calls for
 * @selector go to @b. Their queues' records carry 1 and 2. vc_unlink() pairs.
 */
static inline bool vc_links(struct vclink *a, struct vclink *b, char **interfaces,
			    const char *a_args, const char *b_args, uint8_t selector)
{
	bool good = true;

	EXPECT_EQ(good, vc_bind(a, interfaces[0], a_args), 0);
	EXPECT_EQ(good, vc_bind(b, interfaces[1], b_args), 0);
	if (!good)
		return false;
	vc_af(a, 1);
	vc_af(b, 2);
	EXPECT(good, vc_up(a->af, VC_UP_MS));
	EXPECT(good, vc_up(b->af, VC_UP_MS));
	EXPECT_EQ(good, vc_sap(b, selector, 0, NULL), 0);
	return good;
}

/* The cookie of a far end is its file and this. */
#define VC_FAR 0x100000

/*
 * For a program that has both ends of many calls and reads all their records from @events: what the
 * far ends do, on @b. A call that comes is taken, one that ends is acknowledged, for which a CLOSE
 * waits so long. Returns how many more ends there are.
 */
static inline int vc_far_step(struct vclink *b, int events, const struct cleardown_event *ev,
			      uint64_t wait_ns)
{
	struct vc vc = { .fd = ev->cookie - VC_FAR };
	struct cleardown_close arg;

	switch (ev->type) {
	case CLEARDOWN_EV_INCOMING_CALL:
		if (vc_create(&vc, b, ev->req_id, 0) ||
		    cd_bind_events(vc.fd, events, VC_FAR + vc.fd) || !vc_accept(&vc))
			DIE("an incoming call");
		return 1;
	case CLEARDOWN_EV_INCOMING_CLOSE:
		if (vc_close(&vc, CLEARDOWN_MODE_ORDERLY, wait_ns, NULL, 0, &arg) !=
		    (wait_ns ? 0 : -EINPROGRESS))
			DIE("the end of a call");
		return 0;
	case CLEARDOWN_EV_VC_DELETED:
		close(vc.fd);
		return -1;
	default:
		return 0;
	}
}

/* In order: the address families close, and nothing keeps the links from being unbound. */
static inline bool vc_unlink(struct vclink *l)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, cd_close(l->af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	close(l->af);
	close(l->events);
	EXPECT_EQ(good, cd_unbind(l->name, 0), 0);
	return good;
}

/* One call after the other: connected, it is closed; closed, the next one is made to @nsap, if any. */
static inline void vc_next_step(struct vc *vc, const struct cleardown_event *ev,
				const uint8_t *nsap, uint8_t selector)
{
	struct cleardown_close arg;
	int ret = 0;

	if (ev->error)
		DIE("a call: %d, cause %u", ev->error, ev->p1);
	if (ev->type == CLEARDOWN_EV_COMPLETION)
		ret = vc_close(vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg) != -EINPROGRESS;
	else if (nsap)
		ret = !vc_make(vc, nsap, selector);
	if (ret)
		DIE("the next step of a call");
}

#endif /* TESTS_VC_H */
