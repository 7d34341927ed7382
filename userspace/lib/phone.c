// SPDX-License-Identifier: LGPL-2.1-or-later
/* An open phone, as owner or as observer. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

struct cleardown_phone {
	int fd;
	uint32_t status_word;
	struct cleardown_handle handle;
	struct cleardown_session session;
	struct cleardown_modem_caps caps;
	struct cleardown_modem_status status;
	struct cleardown_panel panel;
	char id[CLDN_TEXT_LEN];
};

CLDN_EXPORT struct cleardown_phone *cleardown_phone_open(const char *name, unsigned int flags)
{
	struct cleardown_phone *phone = calloc(1, sizeof(*phone));

	if (!phone)
		return NULL;
	phone->fd = cldn_open(name, flags);
	if (phone->fd < 0) {
		free(phone);
		return NULL;
	}
	return phone;
}

CLDN_EXPORT void cleardown_phone_free(struct cleardown_phone *phone)
{
	if (phone)
		cldn_let_go(phone->fd, phone);
}

CLDN_EXPORT int cleardown_phone_fd(const struct cleardown_phone *phone)
{
	return phone->fd;
}

CLDN_EXPORT uint32_t cleardown_phone_status_word(const struct cleardown_phone *phone)
{
	return phone->status_word;
}

CLDN_EXPORT const struct cleardown_handle *cleardown_phone_get_info(struct cleardown_phone *phone)
{
	return cldn_io_get_info(phone->fd, &phone->handle) < 0 ? NULL : &phone->handle;
}

CLDN_EXPORT const struct cleardown_session *
cleardown_phone_get_session(struct cleardown_phone *phone)
{
	return cldn_io_get_session(phone->fd, &phone->session) < 0 ? NULL : &phone->session;
}

CLDN_EXPORT const struct cleardown_modem_caps *
cleardown_phone_get_caps(struct cleardown_phone *phone)
{
	return cldn_io_get_caps(phone->fd, &phone->caps) < 0 ? NULL : &phone->caps;
}

CLDN_EXPORT const struct cleardown_modem_status *
cleardown_phone_get_status(struct cleardown_phone *phone)
{
	return cldn_io_get_status(phone->fd, &phone->status) < 0 ? NULL : &phone->status;
}

CLDN_EXPORT const struct cleardown_panel *cleardown_phone_get_panel(struct cleardown_phone *phone)
{
	return cldn_io_get_panel(phone->fd, &phone->panel) < 0 ? NULL : &phone->panel;
}

CLDN_EXPORT const char *cleardown_phone_get_id(struct cleardown_phone *phone,
					       const char *device_class)
{
	int ret = cldn_io_get_id(phone->fd, device_class, phone->id, sizeof(phone->id),
				 &phone->status_word);

	return ret < 0 ? NULL : phone->id;
}

CLDN_EXPORT int cleardown_phone_bind_queue(struct cleardown_phone *phone,
					   struct cleardown_queue *queue, uint64_t cookie)
{
	return cldn_io_bind_queue(phone->fd, queue ? cleardown_queue_fd(queue) : -1, cookie);
}

CLDN_EXPORT int cleardown_phone_set_filter(struct cleardown_phone *phone, uint32_t states,
					   uint32_t events)
{
	return cldn_io_set_filter(phone->fd, states, events);
}

CLDN_EXPORT int cleardown_phone_set_messages(struct cleardown_phone *phone, uint32_t states,
					     uint32_t button_modes, uint32_t button_states)
{
	return cldn_io_set_messages(phone->fd, states, button_modes, button_states,
				    &phone->status_word);
}

CLDN_EXPORT int cleardown_phone_set_deadline(struct cleardown_phone *phone, uint64_t deadline_ns)
{
	return cldn_io_set_deadline(phone->fd, deadline_ns);
}

CLDN_EXPORT int cleardown_phone_set_dtr(struct cleardown_phone *phone, enum cldn_dtr dtr,
					unsigned int pulse_ms)
{
	return cldn_io_set_dtr(phone->fd, dtr, pulse_ms);
}

CLDN_EXPORT int cleardown_phone_submit(struct cleardown_phone *phone,
				       const struct cleardown_request *request)
{
	if (!request || request->size < sizeof(*request)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_submit(phone->fd, request, &phone->status_word);
}

CLDN_EXPORT int cleardown_phone_call(struct cleardown_phone *phone, struct cleardown_queue *queue,
				     const struct cleardown_request *request, int64_t timeout_ns,
				     const struct cleardown_record **record)
{
	struct cleardown_handle handle;

	if (cldn_io_get_info(phone->fd, &handle) < 0 || cleardown_phone_submit(phone, request) < 0)
		return -1;
	return cleardown_queue_wait_completion(queue, handle.handle, request->req_id, timeout_ns,
					       record);
}

CLDN_EXPORT int cleardown_phone_cancel_request(struct cleardown_phone *phone, uint64_t req_id)
{
	return cldn_io_cancel(phone->fd, false, req_id);
}

CLDN_EXPORT int cleardown_phone_cancel_call(struct cleardown_phone *phone, uint64_t call)
{
	return cldn_io_cancel(phone->fd, true, call);
}

CLDN_EXPORT int cleardown_phone_close(struct cleardown_phone *phone,
				      const struct cleardown_close_wish *wish,
				      struct cleardown_close_summary *summary)
{
	if (!cldn_wish_is_good(wish))
		return -1;
	return cldn_io_close(phone->fd, CLDN_CLASS_PHONE, wish, summary, NULL);
}
