// SPDX-License-Identifier: LGPL-2.1-or-later
/* The fax server, its ports, and lines for their provider. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/cleardown.h>

#include "internal.h"

struct cleardown_fax {
	int fd;
	uint32_t status_word;
	struct cleardown_fax_service service;
	struct cleardown_faxport_status line;
	struct cleardown_fax_job_entry job;
	struct cleardown_fax_handle_entry handle;
};

struct cleardown_faxport {
	int fd;
	uint32_t status_word;
	struct cleardown_faxport_status status;
};

struct cleardown_faxline {
	int fd;
	uint32_t status_word;
	struct cleardown_fax_job_entry job;
};

/* Frees an object with its file and keeps errno. */
static void let_go(int fd, void *object)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	free(object);
	errno = saved;
}

/* ---- the server ---- */

CLDN_EXPORT struct cleardown_fax *cleardown_fax_connect(unsigned int flags)
{
	struct cleardown_fax *fax = calloc(1, sizeof(*fax));

	if (!fax)
		return NULL;
	fax->fd = cldn_open("fax", flags);
	if (fax->fd >= 0)
		return fax;
	let_go(-1, fax);
	return NULL;
}

CLDN_EXPORT void cleardown_fax_free(struct cleardown_fax *fax)
{
	if (fax)
		let_go(fax->fd, fax);
}

CLDN_EXPORT int cleardown_fax_fd(const struct cleardown_fax *fax)
{
	return fax->fd;
}

CLDN_EXPORT uint32_t cleardown_fax_status_word(const struct cleardown_fax *fax)
{
	return fax->status_word;
}

CLDN_EXPORT int cleardown_fax_close(struct cleardown_fax *fax)
{
	return cldn_io_close(fax->fd, CLDN_CLASS_FAX, NULL, NULL, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_bind_queue(struct cleardown_fax *fax, struct cleardown_queue *queue,
					 uint64_t cookie)
{
	return cldn_io_fax_events(fax->fd, cleardown_queue_fd(queue), cookie, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_drop_rights(struct cleardown_fax *fax, uint32_t drop,
					  uint32_t *rights)
{
	return cldn_io_fax_rights(fax->fd, 0, drop, rights, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_revoke_rights(struct cleardown_fax *fax, uint64_t handle,
					    uint32_t drop, uint32_t *rights)
{
	return cldn_io_fax_rights(fax->fd, handle, drop, rights, &fax->status_word);
}

CLDN_EXPORT const struct cleardown_fax_handle_entry *
cleardown_fax_next_handle(struct cleardown_fax *fax, uint64_t after)
{
	int ret = cldn_io_fax_next_handle(fax->fd, after, &fax->handle, &fax->status_word);

	return ret < 0 ? NULL : &fax->handle;
}

CLDN_EXPORT const struct cleardown_fax_service *cleardown_fax_get_service(struct cleardown_fax *fax)
{
	return cldn_io_fax_service(fax->fd, &fax->service) < 0 ? NULL : &fax->service;
}

CLDN_EXPORT const struct cleardown_faxport_status *
cleardown_fax_next_line(struct cleardown_fax *fax, uint64_t after)
{
	int ret = cldn_io_fax_next_line(fax->fd, after, &fax->line, &fax->status_word);

	return ret < 0 ? NULL : &fax->line;
}

CLDN_EXPORT const struct cleardown_fax_job_entry *cleardown_fax_next_job(struct cleardown_fax *fax,
									 uint64_t after)
{
	int ret = cldn_io_fax_next_job(fax->fd, after, &fax->job, &fax->status_word);

	return ret < 0 ? NULL : &fax->job;
}

CLDN_EXPORT int cleardown_fax_send(struct cleardown_fax *fax, uint64_t line, int fd,
				   const char *number, const char *args, uint64_t *job)
{
	return cldn_io_fax_send(fax->fd, line, fd, number, args, job, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_delete_job(struct cleardown_fax *fax, uint64_t job)
{
	return cldn_io_fax_job_set(fax->fd, job, CLEARDOWN_JC_DELETE, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_pause_job(struct cleardown_fax *fax, uint64_t job)
{
	return cldn_io_fax_job_set(fax->fd, job, CLEARDOWN_JC_PAUSE, &fax->status_word);
}

CLDN_EXPORT int cleardown_fax_resume_job(struct cleardown_fax *fax, uint64_t job)
{
	return cldn_io_fax_job_set(fax->fd, job, CLEARDOWN_JC_RESUME, &fax->status_word);
}

/* ---- ports ---- */

CLDN_EXPORT struct cleardown_faxport *cleardown_faxport_open(struct cleardown_fax *fax,
							     uint64_t line, bool modify)
{
	struct cleardown_faxport *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->fd = cldn_io_fax_open_port(fax->fd, line, modify, &fax->status_word);
	if (port->fd >= 0)
		return port;
	let_go(-1, port);
	return NULL;
}

CLDN_EXPORT void cleardown_faxport_free(struct cleardown_faxport *port)
{
	if (port)
		let_go(port->fd, port);
}

CLDN_EXPORT uint32_t cleardown_faxport_status_word(const struct cleardown_faxport *port)
{
	return port->status_word;
}

CLDN_EXPORT const struct cleardown_faxport_status *
cleardown_faxport_get(struct cleardown_faxport *port)
{
	int ret = cldn_io_fax_port(port->fd, NULL, &port->status, &port->status_word);

	return ret < 0 ? NULL : &port->status;
}

CLDN_EXPORT int cleardown_faxport_set(struct cleardown_faxport *port,
				      const struct cleardown_faxport_setting *setting)
{
	return cldn_io_fax_port(port->fd, setting, &port->status, &port->status_word);
}

CLDN_EXPORT int cleardown_faxport_close(struct cleardown_faxport *port)
{
	return cldn_io_close(port->fd, CLDN_CLASS_FAX, NULL, NULL, &port->status_word);
}

/* ---- lines ---- */

CLDN_EXPORT struct cleardown_faxline *
cleardown_faxline_open(const char *name, struct cleardown_queue *queue, uint64_t cookie)
{
	struct cleardown_faxline *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->fd = cldn_open(name, CLDN_OPEN_OWNER);
	if (line->fd >= 0 && !cldn_io_bind_queue(line->fd, cleardown_queue_fd(queue), cookie) &&
	    !cldn_io_fax_provide(line->fd, &line->status_word))
		return line;
	let_go(line->fd, line);
	return NULL;
}

CLDN_EXPORT void cleardown_faxline_free(struct cleardown_faxline *line)
{
	if (line)
		let_go(line->fd, line);
}

CLDN_EXPORT int cleardown_faxline_fd(const struct cleardown_faxline *line)
{
	return line->fd;
}

CLDN_EXPORT uint32_t cleardown_faxline_status_word(const struct cleardown_faxline *line)
{
	return line->status_word;
}

CLDN_EXPORT int cleardown_faxline_close(struct cleardown_faxline *line,
					const struct cleardown_close_wish *wish,
					struct cleardown_close_summary *summary)
{
	if (wish && wish->size < sizeof(*wish)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_close(line->fd, CLDN_CLASS_FAX, wish, summary, &line->status_word);
}

CLDN_EXPORT int cleardown_faxline_take(struct cleardown_faxline *line)
{
	return cldn_io_fax_line(line->fd, CLEARDOWN_FAX_LINE_TAKE, NULL, NULL, NULL,
				&line->status_word);
}

CLDN_EXPORT int cleardown_faxline_give(struct cleardown_faxline *line)
{
	return cldn_io_fax_line(line->fd, CLEARDOWN_FAX_LINE_GIVE, NULL, NULL, NULL,
				&line->status_word);
}

CLDN_EXPORT int cleardown_faxline_held(struct cleardown_faxline *line, uint32_t *fps, bool *running)
{
	bool held;

	if (cldn_io_fax_line(line->fd, CLEARDOWN_FAX_LINE_ASK, &held, fps, running,
			     &line->status_word) < 0)
		return -1;
	return held;
}

CLDN_EXPORT int cleardown_faxline_take_job(struct cleardown_faxline *line, uint64_t job,
					   uint32_t *uid, char number[CLDN_FAX_NUMBER_LEN],
					   char args[CLDN_FAX_ARGS_LEN])
{
	return cldn_io_fax_take(line->fd, job, uid, number, args, &line->status_word);
}

CLDN_EXPORT int cleardown_faxline_adopt_job(struct cleardown_faxline *line, uint64_t job,
					    uint32_t uid, uint32_t *state)
{
	return cldn_io_fax_adopt(line->fd, job, uid, state, &line->status_word);
}

CLDN_EXPORT const struct cleardown_fax_job_entry *
cleardown_faxline_next_job(struct cleardown_faxline *line, uint64_t after)
{
	int ret = cldn_io_fax_next_job(line->fd, after, &line->job, &line->status_word);

	return ret < 0 ? NULL : &line->job;
}

CLDN_EXPORT int cleardown_faxline_report(struct cleardown_faxline *line,
					 const struct cleardown_fax_news *news)
{
	return cldn_io_fax_report(line->fd, news, &line->status_word);
}
