// SPDX-License-Identifier: LGPL-2.1-or-later
/* Links of virtual circuits, their VCs, and the notation of addresses. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

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

struct cleardown_vc {
	int fd;
	uint64_t number;
	uint32_t status_word;
	struct cleardown_circuit circuit;
};

static bool wish_is_good(const struct cleardown_close_wish *wish)
{
	if (!wish || wish->size >= sizeof(*wish))
		return true;
	errno = EINVAL;
	return false;
}

/* ---- links ---- */

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
	int saved = errno;

	if (!link)
		return;
	close(link->fd);
	free(link);
	errno = saved;
}

CLDN_EXPORT int cleardown_vclink_fd(const struct cleardown_vclink *link)
{
	return link->fd;
}

CLDN_EXPORT uint32_t cleardown_vclink_status_word(const struct cleardown_vclink *link)
{
	return link->status_word;
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
	if (!cleardown_vclink_get_info(link) || cleardown_vclink_submit(link, request) < 0)
		return -1;
	return cleardown_queue_wait_completion(queue, link->handle.handle, request->req_id,
					       timeout_ns, record);
}

CLDN_EXPORT int cleardown_vclink_close(struct cleardown_vclink *link,
				       const struct cleardown_close_wish *wish)
{
	if (!wish_is_good(wish))
		return -1;
	return cldn_io_close(link->fd, CLDN_CLASS_VC, wish, NULL, &link->status_word);
}

/* ---- VCs ---- */

static struct cleardown_vc *vc_make(struct cleardown_vclink *link, uint64_t take, uint64_t cookie)
{
	struct cleardown_vc *vc = calloc(1, sizeof(*vc));

	if (!vc)
		return NULL;
	vc->fd = cldn_io_vc_create(link->fd, take, cookie, &vc->number, &link->status_word);
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
	int saved = errno;

	if (!vc)
		return;
	close(vc->fd);
	free(vc);
	errno = saved;
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
	if (!wish_is_good(wish))
		return -1;
	/* Another thread may be in it: nothing of the object is written. */
	return cldn_io_close(vc->fd, CLDN_CLASS_VC, wish, summary, NULL);
}

CLDN_EXPORT int cleardown_vc_destroy(struct cleardown_vc *vc)
{
	return cldn_io_vc_delete(vc->fd, &vc->status_word);
}

/* ---- addresses ---- */

/* Where the dots stand: before the end system identifier, before the selector. */
#define NSAP_ESI 13
#define NSAP_SELECTOR 19

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

CLDN_EXPORT int cleardown_nsap_from_text(const char *text, uint8_t nsap[CLDN_NSAP_LEN])
{
	uint8_t octets[CLDN_NSAP_LEN] = { 0 };
	size_t n = 0, i;

	for (i = 0; text && text[i] && n <= 2 * CLDN_NSAP_LEN; i++) {
		int digit = digit_of(text[i]);

		if (text[i] == '.' && n)
			continue;
		if (digit < 0 || n == 2 * CLDN_NSAP_LEN)
			break;
		octets[n / 2] = octets[n / 2] << 4 | digit;
		n++;
	}
	if (n != 2 * CLDN_NSAP_LEN || text[i] || text[i - 1] == '.') {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < CLDN_NSAP_LEN; i++)
		nsap[i] = octets[i];
	return 0;
}

CLDN_EXPORT char *cleardown_nsap_to_text(const uint8_t nsap[CLDN_NSAP_LEN],
					 char text[CLDN_NSAP_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *to = text;
	size_t i;

	for (i = 0; i < CLDN_NSAP_LEN; i++) {
		if (i == NSAP_ESI || i == NSAP_SELECTOR)
			*to++ = '.';
		*to++ = digits[nsap[i] >> 4];
		*to++ = digits[nsap[i] & 15];
	}
	*to = '\0';
	return text;
}
