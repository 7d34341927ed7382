// SPDX-License-Identifier: LGPL-2.1-or-later
/* Links of virtual circuits: an address family handle, or an observer's file. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

struct cleardown_vclink {
	int fd;
	uint32_t status_word;
	struct cleardown_handle handle;
	struct cleardown_vclink_status status;
	struct cleardown_vc_entry entry;
	struct cleardown_call_record record;
	struct cleardown_counter counter;
};

static struct cleardown_vclink *vclink_open(const char *name, unsigned int flags)
{
	struct cleardown_vclink *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->fd = cldn_open(name, flags);
	if (link->fd < 0) {
		free(link);
		return NULL;
	}
	return link;
}

CLDN_EXPORT struct cleardown_vclink *cleardown_vclink_open(const char *name)
{
	return vclink_open(name, CLDN_OPEN_OWNER);
}

CLDN_EXPORT struct cleardown_vclink *cleardown_vclink_observe(const char *name)
{
	return vclink_open(name, CLDN_OPEN_OBSERVER);
}

CLDN_EXPORT void cleardown_vclink_free(struct cleardown_vclink *link)
{
	if (link)
		cldn_let_go(link->fd, link);
}

CLDN_EXPORT int cleardown_vclink_fd(const struct cleardown_vclink *link)
{
	return link->fd;
}

CLDN_EXPORT uint32_t cleardown_vclink_status_word(const struct cleardown_vclink *link)
{
	return link->status_word;
}

uint32_t *cldn_vclink_word(struct cleardown_vclink *link)
{
	return &link->status_word;
}

CLDN_EXPORT const struct cleardown_handle *cleardown_vclink_get_info(struct cleardown_vclink *link)
{
	return cldn_io_get_info(link->fd, &link->handle) < 0 ? NULL : &link->handle;
}

CLDN_EXPORT const struct cleardown_vclink_status *
cleardown_vclink_get_status(struct cleardown_vclink *link)
{
	return cldn_io_vc_link(link->fd, &link->status) < 0 ? NULL : &link->status;
}

CLDN_EXPORT const struct cleardown_vc_entry *cleardown_vclink_next_vc(struct cleardown_vclink *link,
								      uint64_t after)
{
	return cldn_io_next_vc(link->fd, after, &link->entry) < 0 ? NULL : &link->entry;
}

CLDN_EXPORT const struct cleardown_call_record *
cleardown_vclink_next_record(struct cleardown_vclink *link, uint64_t after)
{
	return cldn_io_next_cdr(link->fd, after, &link->record) < 0 ? NULL : &link->record;
}

CLDN_EXPORT const struct cleardown_counter *
cleardown_vclink_get_counter(struct cleardown_vclink *link, uint32_t index)
{
	return cldn_io_vc_count(link->fd, index, &link->counter) < 0 ? NULL : &link->counter;
}

CLDN_EXPORT int cleardown_vclink_bind_queue(struct cleardown_vclink *link,
					    struct cleardown_queue *queue, uint64_t cookie)
{
	return cldn_io_bind_queue(link->fd, queue ? cleardown_queue_fd(queue) : -1, cookie);
}

CLDN_EXPORT int cleardown_vclink_add_sap(struct cleardown_vclink *link, unsigned int selector)
{
	return cldn_io_vc_sap(link->fd, selector, false, &link->status_word);
}

CLDN_EXPORT int cleardown_vclink_remove_sap(struct cleardown_vclink *link, unsigned int selector)
{
	return cldn_io_vc_sap(link->fd, selector, true, &link->status_word);
}

CLDN_EXPORT int cleardown_vclink_submit(struct cleardown_vclink *link,
					const struct cleardown_request *request)
{
	if (!request || request->size < sizeof(*request)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_submit(link->fd, request, &link->status_word);
}

CLDN_EXPORT int cleardown_vclink_request(struct cleardown_vclink *link,
					 struct cleardown_queue *queue,
					 const struct cleardown_request *request,
					 int64_t timeout_ns, const struct cleardown_record **record)
{
	struct cleardown_handle handle;

	if (cldn_io_get_info(link->fd, &handle) < 0 || cleardown_vclink_submit(link, request) < 0)
		return -1;
	return cleardown_queue_wait_completion(queue, handle.handle, request->req_id, timeout_ns,
					       record);
}

CLDN_EXPORT int cleardown_vclink_close(struct cleardown_vclink *link,
				       const struct cleardown_close_wish *wish)
{
	if (!cldn_wish_is_good(wish))
		return -1;
	return cldn_io_close(link->fd, CLDN_CLASS_VC, wish, NULL, &link->status_word);
}
