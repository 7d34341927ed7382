/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of call managers in userspace share: one that does as it is told, step by step. */
#ifndef TESTS_CM_H
#define TESTS_CM_H

#include "vc.h"

#define CM_FAMILY (CLEARDOWN_AF_PROPRIETARY | 1)
#define CM_BYTES 64 /* close data that it takes */

/**
 * struct cm - a call manager's file
 * @fd: it
 * @events: its queue
 */
struct cm {
	int fd;
	int events;
};

static inline int cm_open(struct cm *cm, const char *name)
{
	struct cleardown_manager arg = { .size = sizeof(arg) };
	int ctl = cd_ctl(), ret;

	snprintf(arg.name, sizeof(arg.name), "%.31s", name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_MANAGER, &arg);
	close(ctl);
	cm->fd = ret ? -1 : arg.out_fd;
	cm->events = -1;
	return ret;
}

static inline int cm_register_as(struct cm *cm, uint32_t family, uint32_t answer_ms)
{
	struct cleardown_cm_register arg = {
		.size = sizeof(arg),
		.family = family,
		.close_data = CM_BYTES,
		.answer_ms = answer_ms,
	};

	return cd_ioctl(cm->fd, CLEARDOWN_IOC_CM_REGISTER, &arg);
}

/* Opened with a queue, and registered. */
static inline int cm_begin(struct cm *cm, const char *name, uint32_t answer_ms)
{
	int ret = cm_open(cm, name);

	if (ret)
		return ret;
	cm->events = cd_events();
	ret = cd_bind_events(cm->fd, cm->events, 0xc3);
	return ret ?: cm_register_as(cm, CM_FAMILY, answer_ms);
}

/* kill -9, as far as the kernel sees: every file goes. */
static inline void cm_die(struct cm *cm)
{
	close(cm->fd);
	close(cm->events);
}

/**
 * struct cm_request - a request that was read
 * @number: of it
 * @what: CLEARDOWN_CM_*
 * @req: its data
 */
struct cm_request {
	uint64_t number;
	uint32_t what;
	struct cleardown_cm_request req;
};

/* The next record, which has to be @what. */
static inline bool cm_next(struct cm *cm, uint32_t what, struct cm_request *r)
{
	union cd_record rec;
	int ret = cd_one(cm->events, &rec, 10000);

	if (ret || rec.ev.type != CLEARDOWN_EV_CM || rec.ev.p1 != what ||
	    rec.ev.data_len != sizeof(r->req) || rec.ev.cookie != 0xc3) {
		fprintf(stderr, "# request %u wanted, got %d, type %u p1 %u\n", what, ret,
			ret ? 0 : rec.ev.type, ret ? 0 : rec.ev.p1);
		return false;
	}
	r->number = rec.ev.req_id;
	r->what = what;
	memcpy(&r->req, rec.ev.data, sizeof(r->req));
	return true;
}

/* Nothing was asked. */
static inline bool cm_quiet(struct cm *cm)
{
	union cd_record rec;

	return cd_one(cm->events, &rec, 0) == -ETIMEDOUT;
}

static inline int cm_complete_of(struct cm *cm, uint64_t object, uint64_t number, uint32_t status,
				 uint32_t *word)
{
	struct cleardown_cm_complete arg = {
		.size = sizeof(arg),
		.status = status,
		.object = object,
		.request = number,
		.out_status = 0xdeadbeef,
	};
	int ret = cd_ioctl(cm->fd, CLEARDOWN_IOC_CM_COMPLETE, &arg);

	if (word)
		*word = arg.out_status;
	return ret;
}

static inline int cm_complete(struct cm *cm, const struct cm_request *r, uint32_t status)
{
	return cm_complete_of(cm, r->req.object, r->number, status, NULL);
}

static inline int cm_channel(struct cm *cm, unsigned long cmd, uint64_t object, uint16_t vci,
			     uint32_t *word)
{
	struct cleardown_cm_activate arg = {
		.size = sizeof(arg),
		.vci = vci,
		.object = object,
		.out_status = 0xdeadbeef,
	};
	int ret = cd_ioctl(cm->fd, cmd, &arg);

	if (word)
		*word = arg.out_status;
	return ret;
}

static inline int cm_activate(struct cm *cm, uint64_t object, uint16_t vci)
{
	return cm_channel(cm, CLEARDOWN_IOC_CM_ACTIVATE, object, vci, NULL);
}

static inline int cm_deactivate(struct cm *cm, uint64_t object)
{
	return cm_channel(cm, CLEARDOWN_IOC_CM_DEACTIVATE, object, 0, NULL);
}

static inline int cm_offer(struct cm *cm, uint8_t selector, uint16_t vci, uint64_t context,
			   uint64_t *object)
{
	struct cleardown_cm_offer arg = { .size = sizeof(arg), .context = context };
	int ret;

	arg.call.called[0] = 0x47;
	arg.call.called[CLEARDOWN_NSAP_LEN - 1] = selector;
	arg.call.vci = vci;
	ret = cd_ioctl(cm->fd, CLEARDOWN_IOC_CM_OFFER, &arg);
	*object = arg.out_object;
	return ret;
}

static inline int cm_closed(struct cm *cm, uint64_t object, uint32_t status, const char *data)
{
	struct cleardown_cm_closed arg = {
		.size = sizeof(arg),
		.status = status,
		.object = object,
		.cause = 16,
		.len = strlen(data),
	};

	memcpy(arg.data, data, arg.len);
	return cd_ioctl(cm->fd, CLEARDOWN_IOC_CM_CLOSED, &arg);
}

/* ---- its client ---- */

/* Asks to open the family; the request's id, 0 when it was refused with @error. */
static inline uint64_t cm_open_af(int af, uint32_t family, int *error)
{
	struct cleardown_op_open_af in = { .family = family };
	int ret = cd_submit(af, CLEARDOWN_OP_OPEN_AF, ++vc_request, &in, sizeof(in), NULL);

	if (error)
		*error = ret;
	return ret ? 0 : vc_request;
}

static inline uint64_t cm_sap(int af, uint32_t selector, uint32_t flags, int *error)
{
	struct cleardown_op_sap in = { .selector = selector, .flags = flags };
	int ret = cd_submit(af, CLEARDOWN_OP_SAP, ++vc_request, &in, sizeof(in), NULL);

	if (error)
		*error = ret;
	return ret ? 0 : vc_request;
}

/* The next record completes a request: with @error. */
static inline bool cm_done(struct vclink *l, int error)
{
	union cd_record rec;
	bool good = vc_next(l, CLEARDOWN_EV_COMPLETION, &rec, 10000);

	EXPECT_EQ(good, rec.ev.error, error);
	return good;
}

/* An address family on @name whose family @cm manages. */
static inline bool cm_af(struct vclink *l, struct cm *cm, uint64_t cookie, struct cm_request *r)
{
	bool good = true;

	vc_af(l, cookie);
	EXPECT(good, cm_open_af(l->af, CM_FAMILY, NULL));
	EXPECT(good, cm_next(cm, CLEARDOWN_CM_OPEN_AF, r));
	EXPECT_EQ(good, cm_complete(cm, r, CLEARDOWN_NDIS_STATUS_SUCCESS), 0);
	EXPECT(good, cm_done(l, 0));
	return good;
}

static const uint8_t cm_nsap[CLEARDOWN_NSAP_LEN] = { 0x47 };

/* A call on @vci that is up, on a new VC. */
static inline bool cm_call(struct vclink *l, struct cm *cm, struct vc *vc, uint16_t vci,
			   struct cm_request *r)
{
	bool good = true;

	EXPECT_EQ(good, vc_create(vc, l, 0, 100), 0);
	EXPECT(good, vc_make(vc, cm_nsap, 9));
	EXPECT(good, cm_next(cm, CLEARDOWN_CM_MAKE_CALL, r));
	EXPECT_EQ(good, cm_activate(cm, r->req.object, vci), 0);
	EXPECT_EQ(good, cm_complete(cm, r, CLEARDOWN_NDIS_STATUS_SUCCESS), 0);
	EXPECT(good, cm_done(l, 0));
	return good;
}

/* The program ends a close that it was asked for. */
static inline bool cm_end(struct cm *cm, struct cm_request *r)
{
	bool good = true;

	EXPECT(good, cm_next(cm, CLEARDOWN_CM_CLOSE_CALL, r));
	EXPECT_EQ(good, cm_deactivate(cm, r->req.object), 0);
	EXPECT_EQ(good, cm_complete(cm, r, CLEARDOWN_NDIS_STATUS_SUCCESS), 0);
	return good;
}

/* The address family is closed, and its files. */
static inline bool cm_unaf(struct vclink *l, struct cm *cm)
{
	struct cleardown_close arg;
	struct cm_request r;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, cd_close(l->af, CLEARDOWN_MODE_ORDERLY, 0, &arg), -EINPROGRESS);
	EXPECT(good, cm_next(cm, CLEARDOWN_CM_CLOSE_AF, &r));
	EXPECT_EQ(good, cm_complete(cm, &r, CLEARDOWN_NDIS_STATUS_SUCCESS), 0);
	EXPECT(good, vc_next(l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	close(l->af);
	close(l->events);
	return good;
}

#endif /* TESTS_CM_H */
