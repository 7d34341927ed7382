// SPDX-License-Identifier: LGPL-2.1-or-later
/* Virtual circuits: of the caller's, or of an incoming call. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

struct cleardown_vc {
	int fd;
	uint64_t number;
	uint32_t status_word;
	struct cleardown_circuit circuit;
};

static struct cleardown_vc *vc_make(struct cleardown_vclink *link, uint64_t take, uint64_t cookie)
{
	struct cleardown_vc *vc = calloc(1, sizeof(*vc));

	if (!vc)
		return NULL;
	vc->fd = cldn_io_vc_create(cleardown_vclink_fd(link), take, cookie, &vc->number,
				   cldn_vclink_word(link));
	if (vc->fd < 0) {
		free(vc);
		return NULL;
	}
	return vc;
}

CLDN_EXPORT struct cleardown_vc *cleardown_vc_new(struct cleardown_vclink *link, uint64_t cookie)
{
	return vc_make(link, 0, cookie);
}

CLDN_EXPORT struct cleardown_vc *cleardown_vc_take(struct cleardown_vclink *link, uint64_t number,
						   uint64_t cookie)
{
	if (!number) { /* to the kernel that is the wish for a new one */
		errno = ENOENT;
		return NULL;
	}
	return vc_make(link, number, cookie);
}

CLDN_EXPORT void cleardown_vc_free(struct cleardown_vc *vc)
{
	if (vc)
		cldn_let_go(vc->fd, vc);
}

CLDN_EXPORT int cleardown_vc_fd(const struct cleardown_vc *vc)
{
	return vc->fd;
}

CLDN_EXPORT uint64_t cleardown_vc_number(const struct cleardown_vc *vc)
{
	return vc->number;
}

CLDN_EXPORT uint32_t cleardown_vc_status_word(const struct cleardown_vc *vc)
{
	return vc->status_word;
}

uint32_t *cldn_vc_word(struct cleardown_vc *vc)
{
	return &vc->status_word;
}

CLDN_EXPORT const struct cleardown_circuit *cleardown_vc_get_status(struct cleardown_vc *vc)
{
	return cldn_io_vc_status(vc->fd, &vc->circuit) < 0 ? NULL : &vc->circuit;
}

CLDN_EXPORT int cleardown_vc_bind_queue(struct cleardown_vc *vc, struct cleardown_queue *queue,
					uint64_t cookie)
{
	return cldn_io_bind_queue(vc->fd, queue ? cleardown_queue_fd(queue) : -1, cookie);
}

CLDN_EXPORT int cleardown_vc_submit(struct cleardown_vc *vc,
				    const struct cleardown_request *request)
{
	if (!request || request->size < sizeof(*request)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_submit(vc->fd, request, &vc->status_word);
}

CLDN_EXPORT int cleardown_vc_request(struct cleardown_vc *vc, struct cleardown_queue *queue,
				     const struct cleardown_request *request, int64_t timeout_ns,
				     const struct cleardown_record **record)
{
	if (cleardown_vc_submit(vc, request) < 0)
		return -1;
	return cleardown_queue_wait_completion(queue, vc->number, request->req_id, timeout_ns,
					       record);
}

CLDN_EXPORT int cleardown_vc_cancel_request(struct cleardown_vc *vc, uint64_t req_id)
{
	return cldn_io_cancel(vc->fd, false, req_id);
}

CLDN_EXPORT int cleardown_vc_close(struct cleardown_vc *vc, const struct cleardown_close_wish *wish,
				   struct cleardown_close_summary *summary)
{
	if (!cldn_wish_is_good(wish))
		return -1;
	/* Another thread may be in it: nothing of the object is written. */
	return cldn_io_close(vc->fd, CLDN_CLASS_VC, wish, summary, NULL);
}

CLDN_EXPORT int cleardown_vc_destroy(struct cleardown_vc *vc)
{
	return cldn_io_vc_delete(vc->fd, &vc->status_word);
}
