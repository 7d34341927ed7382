// SPDX-License-Identifier: LGPL-2.1-or-later
/* An open printer port, as owner or as observer. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* How long a write waits that found no room although poll(2) had promised some. */
#define AGAIN_MS	5

/* How much longer than its deadline the completion of a request is waited for. */
#define GRACE_NS	INT64_C(1000000000)

struct cleardown_port {
	int fd;
	uint32_t status_word;
	uint64_t last_id;	/* of the library's own requests */
	struct cleardown_handle handle;
	struct cleardown_session session;
	struct cleardown_printer_status status;
};

CLDN_EXPORT struct cleardown_port *cleardown_port_open(const char *name, unsigned int flags)
{
	struct cleardown_port *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->last_id = CLDN_REQ_LIBRARY;
	port->fd = cldn_open(name, flags);
	if (port->fd < 0) {
		free(port);
		return NULL;
	}
	return port;
}

CLDN_EXPORT void cleardown_port_free(struct cleardown_port *port)
{
	if (port)
		cldn_let_go(port->fd, port);
}

CLDN_EXPORT int cleardown_port_fd(const struct cleardown_port *port)
{
	return port->fd;
}

CLDN_EXPORT uint32_t cleardown_port_status_word(const struct cleardown_port *port)
{
	return port->status_word;
}

CLDN_EXPORT const struct cleardown_handle *cleardown_port_get_info(struct cleardown_port *port)
{
	return cldn_io_get_info(port->fd, &port->handle) < 0 ? NULL : &port->handle;
}

CLDN_EXPORT const struct cleardown_session *cleardown_port_get_session(struct cleardown_port *port)
{
	return cldn_io_get_session(port->fd, &port->session) < 0 ? NULL : &port->session;
}

CLDN_EXPORT const struct cleardown_printer_status *
cleardown_port_get_status(struct cleardown_port *port)
{
	return cldn_io_get_printer(port->fd, &port->status) < 0 ? NULL : &port->status;
}

CLDN_EXPORT int cleardown_port_bind_queue(struct cleardown_port *port,
					  struct cleardown_queue *queue, uint64_t cookie)
{
	return cldn_io_bind_queue(port->fd, queue ? cleardown_queue_fd(queue) : -1, cookie);
}

CLDN_EXPORT int cleardown_port_set_filter(struct cleardown_port *port, uint32_t events)
{
	return cldn_io_set_filter(port->fd, 0, events);
}

CLDN_EXPORT int cleardown_port_set_deadline(struct cleardown_port *port, uint64_t deadline_ns)
{
	return cldn_io_set_deadline(port->fd, deadline_ns);
}

CLDN_EXPORT int cleardown_port_set_reset(struct cleardown_port *port, bool reset)
{
	return cldn_io_set_reset(port->fd, reset);
}

CLDN_EXPORT int cleardown_port_set_timeouts(struct cleardown_port *port, uint32_t read_ms,
					    uint32_t write_ms)
{
	return cldn_io_timeouts(port->fd, &read_ms, &write_ms, &(uint32_t){ 0 }, &(uint32_t){ 0 });
}

CLDN_EXPORT int cleardown_port_get_timeouts(struct cleardown_port *port, uint32_t *read_ms,
					    uint32_t *write_ms)
{
	return cldn_io_timeouts(port->fd, NULL, NULL, read_ms, write_ms);
}

/* ---- requests ---- */

CLDN_EXPORT int cleardown_port_submit(struct cleardown_port *port,
				      const struct cleardown_request *request)
{
	if (!request || request->size < sizeof(*request)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_submit(port->fd, request, &port->status_word);
}

CLDN_EXPORT int cleardown_port_call(struct cleardown_port *port, struct cleardown_queue *queue,
				    const struct cleardown_request *request, int64_t timeout_ns,
				    const struct cleardown_record **record)
{
	struct cleardown_handle handle;

	if (cldn_io_get_info(port->fd, &handle) < 0 || cleardown_port_submit(port, request) < 0)
		return -1;
	return cleardown_queue_wait_completion(queue, handle.handle, request->req_id, timeout_ns,
					       record);
}

CLDN_EXPORT int cleardown_port_cancel_request(struct cleardown_port *port, uint64_t req_id)
{
	return cldn_io_cancel(port->fd, false, req_id);
}

CLDN_EXPORT int cleardown_port_cancel_document(struct cleardown_port *port, uint64_t document)
{
	return cldn_io_cancel(port->fd, true, document);
}

/*
 * A request of the library's own to its end: 0, or -1 with the errno of the request. *record is its
 * completion when there was one, else NULL.
 */
static int do_request(struct cleardown_port *port, struct cleardown_queue *queue,
		      struct cleardown_request *request, int64_t timeout_ns,
		      const struct cleardown_record **record)
{
	int ret;

	*record = NULL;
	request->size = sizeof(*request);
	request->req_id = ++port->last_id;
	request->deadline_ns = timeout_ns > 0 ? (uint64_t)timeout_ns : CLDN_DEADLINE_DEFAULT;
	/* The kernel ends it at its deadline; only if that fails it is withdrawn. */
	if (timeout_ns > 0 && timeout_ns < INT64_MAX - GRACE_NS)
		timeout_ns += GRACE_NS;
	ret = cleardown_port_call(port, queue, request, timeout_ns, record);
	if (ret == 0) {
		cleardown_port_cancel_request(port, request->req_id);
		errno = ETIMEDOUT;
	}
	if (ret <= 0)
		return -1;
	port->status_word = (*record)->status;
	errno = (*record)->error;
	return errno ? -1 : 0;
}

/* ---- documents ---- */

CLDN_EXPORT int cleardown_port_start_doc(struct cleardown_port *port, struct cleardown_queue *queue,
					 const char *name, int64_t timeout_ns, uint64_t *number)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_START_DOC,
		.in = name,
		.in_len = name ? strlen(name) : 0,
	};
	const struct cleardown_record *record;

	if (do_request(port, queue, &request, timeout_ns, &record) < 0)
		return -1;
	/* The record has only half of the number. */
	if (number && cldn_io_get_printer(port->fd, &port->status) < 0)
		return -1;
	if (number)
		*number = port->status.document;
	return 0;
}

CLDN_EXPORT int cleardown_port_end_doc(struct cleardown_port *port, struct cleardown_queue *queue,
				       uint32_t flags, int64_t timeout_ns,
				       struct cleardown_document *document)
{
	struct cleardown_request request = { .opcode = CLDN_OP_END_DOC, .a = flags };
	const struct cleardown_record *record;
	int ret = do_request(port, queue, &request, timeout_ns, &record);
	int saved = errno;

	if (document) {
		memset(document, 0, sizeof(*document));
		if (record)
			cleardown_document_from_record(record, document);
	}
	errno = saved;
	return ret;
}

CLDN_EXPORT int cleardown_port_device_id(struct cleardown_port *port, struct cleardown_queue *queue,
					 int64_t timeout_ns, char *id, size_t size)
{
	struct cleardown_request request = { .opcode = CLDN_OP_DEVICE_ID };
	const struct cleardown_record *record;

	if (do_request(port, queue, &request, timeout_ns, &record) < 0)
		return -1;
	if (size)
		snprintf(id, size, "%.*s", (int)record->text_len, record->text);
	return record->text_len;
}

CLDN_EXPORT int cleardown_port_known_id(struct cleardown_port *port, char *id, size_t size)
{
	return cldn_io_port_id(port->fd, id, size);
}

CLDN_EXPORT int cleardown_port_reset(struct cleardown_port *port, struct cleardown_queue *queue,
				     int64_t timeout_ns)
{
	struct cleardown_request request = { .opcode = CLDN_OP_RESET };
	const struct cleardown_record *record;

	return do_request(port, queue, &request, timeout_ns, &record);
}

/* ---- bytes ---- */

static int make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	return flags & O_NONBLOCK ? 0 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/*
 * Waits for room, or after a write in vain (@again) for a moment: the port may have room and take
 * nothing yet, because the document that the write began is still taking the hardware.
 */
static int wait_for_room(int fd, int cancel_fd, bool again)
{
	struct pollfd fds[] = {
		{ .fd = cancel_fd, .events = POLLIN },
		{ .fd = again ? -1 : fd, .events = POLLOUT },
	};

	if (poll(fds, ARRAY_SIZE(fds), again ? AGAIN_MS : -1) < 0)
		return -1;
	if (!fds[0].revents)
		return 0;
	errno = ECANCELED;
	return -1;
}

CLDN_EXPORT int cleardown_port_write_all(struct cleardown_port *port, const void *buf, size_t len,
					 int cancel_fd, size_t *written)
{
	bool again = false;
	size_t done = 0;
	ssize_t n = 0;

	if (make_nonblocking(port->fd) < 0)
		return -1;
	while (done < len && n >= 0) {
		n = wait_for_room(port->fd, cancel_fd, again);
		if (n == 0)
			n = write(port->fd, (const char *)buf + done, len - done);
		again = n == 0 || (n < 0 && errno == EAGAIN);
		if (again)
			n = 0;
		done += n > 0 ? n : 0;
	}
	if (written)
		*written = done;
	return n < 0 ? -1 : 0;
}

CLDN_EXPORT int cleardown_port_drain(struct cleardown_port *port)
{
	return fsync(port->fd);
}

/* ---- close ---- */

CLDN_EXPORT int cleardown_port_close(struct cleardown_port *port,
				     const struct cleardown_close_wish *wish,
				     struct cleardown_close_summary *summary)
{
	if (!cldn_wish_is_good(wish))
		return -1;
	return cldn_io_close(port->fd, CLDN_CLASS_PORT, wish, summary, NULL);
}
