// SPDX-License-Identifier: LGPL-2.1-or-later
/* Call managers that are programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/cleardown.h>

#include "internal.h"

_Static_assert((int)CLDN_EV_CM == (int)CLEARDOWN_EV_CM, "CM");
_Static_assert((int)CLDN_CM_OPEN_AF == (int)CLEARDOWN_CM_OPEN_AF, "OPEN_AF");
_Static_assert((int)CLDN_CM_CLOSE_AF == (int)CLEARDOWN_CM_CLOSE_AF, "CLOSE_AF");
_Static_assert((int)CLDN_CM_SAP == (int)CLEARDOWN_CM_SAP, "SAP");
_Static_assert((int)CLDN_CM_SAP_REMOVE == (int)CLEARDOWN_CM_SAP_REMOVE, "SAP_REMOVE");
_Static_assert((int)CLDN_CM_MAKE_CALL == (int)CLEARDOWN_CM_MAKE_CALL, "MAKE_CALL");
_Static_assert((int)CLDN_CM_ACCEPT == (int)CLEARDOWN_CM_ACCEPT, "ACCEPT");
_Static_assert((int)CLDN_CM_REJECT == (int)CLEARDOWN_CM_REJECT, "REJECT");
_Static_assert((int)CLDN_CM_CLOSE_CALL == (int)CLEARDOWN_CM_CLOSE_CALL, "CLOSE_CALL");
_Static_assert((int)CLDN_CM_CANCEL == (int)CLEARDOWN_CM_CANCEL, "CANCEL");
_Static_assert(CLDN_AF_Q2931 == CLEARDOWN_AF_Q2931, "AF_Q2931");
_Static_assert(CLDN_AF_L2TP == CLEARDOWN_AF_L2TP, "AF_L2TP");
_Static_assert(CLDN_AF_PROPRIETARY == CLEARDOWN_AF_PROPRIETARY, "AF_PROPRIETARY");
_Static_assert(CLDN_SAP_FLAG_ANY == CLEARDOWN_SAP_ANY, "SAP_ANY");
_Static_assert(CLDN_SAP_FLAG_REMOVE == CLEARDOWN_SAP_REMOVE, "SAP_REMOVE");

struct cleardown_callmgr {
	int fd;
	uint32_t status_word;
};

/* @word: where the struct has its status word. */
static int call(struct cleardown_callmgr *cm, unsigned long nr, void *arg, const uint32_t *word)
{
	int ret = ioctl(cm->fd, nr, arg);

	cm->status_word = *word;
	return ret;
}

static int bad(void)
{
	errno = EINVAL;
	return -1;
}

/* The file that ctl gives for the link @name, or -1. */
static int manager_fd(const char *name)
{
	struct cleardown_manager m = { .size = sizeof(m) };
	int ctl, ret, saved;

	if (!name || strlen(name) >= sizeof(m.name))
		return bad();
	strcpy(m.name, name);
	ctl = cldn_open("ctl", CLDN_OPEN_OBSERVER);
	if (ctl < 0)
		return -1;
	ret = ioctl(ctl, CLEARDOWN_IOC_CTL_MANAGER, &m);
	saved = errno;
	close(ctl);
	errno = saved;
	return ret < 0 ? -1 : m.out_fd;
}

CLDN_EXPORT struct cleardown_callmgr *cleardown_callmgr_open(const char *name)
{
	struct cleardown_callmgr *cm = calloc(1, sizeof(*cm));

	if (!cm)
		return NULL;
	cm->fd = manager_fd(name);
	if (cm->fd >= 0)
		return cm;
	cldn_let_go(cm->fd, cm);
	return NULL;
}

CLDN_EXPORT void cleardown_callmgr_free(struct cleardown_callmgr *cm)
{
	if (cm)
		cldn_let_go(cm->fd, cm);
}

CLDN_EXPORT int cleardown_callmgr_fd(const struct cleardown_callmgr *cm)
{
	return cm->fd;
}

CLDN_EXPORT uint32_t cleardown_callmgr_status_word(const struct cleardown_callmgr *cm)
{
	return cm->status_word;
}

CLDN_EXPORT int cleardown_callmgr_bind_queue(struct cleardown_callmgr *cm,
					     struct cleardown_queue *queue, uint64_t cookie)
{
	return cldn_io_bind_queue(cm->fd, queue ? cleardown_queue_fd(queue) : -1, cookie);
}

CLDN_EXPORT int cleardown_callmgr_register(struct cleardown_callmgr *cm, uint32_t family,
					   uint32_t close_data, uint32_t answer_ms)
{
	struct cleardown_cm_register r = {
		.size = sizeof(r),
		.family = family,
		.close_data = close_data,
		.answer_ms = answer_ms,
	};

	return call(cm, CLEARDOWN_IOC_CM_REGISTER, &r, &r.out_status);
}

CLDN_EXPORT int cleardown_callmgr_request_from_record(const struct cleardown_record *record,
						      struct cleardown_callmgr_request *request)
{
	struct cleardown_cm_request r;

	if (record->type != CLDN_EV_CM || record->text_len < sizeof(r)) {
		errno = ENODATA;
		return -1;
	}
	memcpy(&r, record->text, sizeof(r));
	memset(request, 0, sizeof(*request));
	request->what = record->p1;
	request->number = record->req_id;
	request->object = r.object;
	request->context = r.context;
	request->af = r.af;
	request->value = r.value;
	cldn_call_from_uapi(&request->call, &r.call);
	request->data_len = r.len < sizeof(request->data) ? r.len : sizeof(request->data);
	memcpy(request->data, r.data, request->data_len);
	return 0;
}

CLDN_EXPORT int cleardown_callmgr_complete(struct cleardown_callmgr *cm,
					   const struct cleardown_callmgr_answer *answer)
{
	struct cleardown_cm_complete c = { .size = sizeof(c) };

	if (!answer || answer->size < sizeof(*answer))
		return bad();
	c.status = answer->status;
	c.object = answer->object;
	c.request = answer->number;
	c.context = answer->context;
	c.cause = answer->cause;
	return call(cm, CLEARDOWN_IOC_CM_COMPLETE, &c, &c.out_status);
}

CLDN_EXPORT int cleardown_callmgr_activate(struct cleardown_callmgr *cm, uint64_t object,
					   uint16_t vpi, uint16_t *vci)
{
	struct cleardown_cm_activate a = {
		.size = sizeof(a),
		.vpi = vpi,
		.vci = *vci,
		.object = object,
	};
	int ret = call(cm, CLEARDOWN_IOC_CM_ACTIVATE, &a, &a.out_status);

	if (!ret)
		*vci = a.out_vci;
	return ret;
}

CLDN_EXPORT int cleardown_callmgr_deactivate(struct cleardown_callmgr *cm, uint64_t object)
{
	struct cleardown_cm_activate a = { .size = sizeof(a), .object = object };

	return call(cm, CLEARDOWN_IOC_CM_DEACTIVATE, &a, &a.out_status);
}

CLDN_EXPORT int cleardown_callmgr_offer(struct cleardown_callmgr *cm,
					const struct cleardown_call *offered, uint64_t context,
					uint64_t *object)
{
	struct cleardown_cm_offer o = { .size = sizeof(o), .context = context };
	int ret;

	if (!offered || offered->size < sizeof(*offered))
		return bad();
	cldn_call_to_uapi(&o.call, offered);
	ret = call(cm, CLEARDOWN_IOC_CM_OFFER, &o, &o.out_status);
	*object = o.out_object;
	return ret;
}

CLDN_EXPORT int cleardown_callmgr_closed(struct cleardown_callmgr *cm, uint64_t object,
					 const struct cleardown_callmgr_end *end)
{
	struct cleardown_cm_closed c = { .size = sizeof(c), .object = object };

	if (!end || end->size < sizeof(*end) || end->data_len > sizeof(c.data))
		return bad();
	c.status = end->status;
	c.cause = end->cause;
	c.len = end->data_len;
	if (end->data_len)
		memcpy(c.data, end->data, end->data_len);
	return call(cm, CLEARDOWN_IOC_CM_CLOSED, &c, &c.out_status);
}

CLDN_EXPORT int cleardown_callmgr_set_context(struct cleardown_callmgr *cm, uint64_t object,
					      uint64_t context)
{
	struct cleardown_cm_context c = {
		.size = sizeof(c),
		.object = object,
		.context = context,
	};

	return call(cm, CLEARDOWN_IOC_CM_CONTEXT, &c, &c.out_status);
}

CLDN_EXPORT int cleardown_callmgr_control(struct cleardown_callmgr *cm, uint16_t vpi, uint16_t *vci,
					  uint32_t sdu)
{
	struct cleardown_cm_control c = {
		.size = sizeof(c),
		.vpi = vpi,
		.vci = *vci,
		.sdu = sdu,
	};

	if (call(cm, CLEARDOWN_IOC_CM_CONTROL, &c, &c.out_status) < 0)
		return -1;
	*vci = c.out_vci;
	return c.out_fd;
}
