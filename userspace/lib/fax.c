// SPDX-License-Identifier: LGPL-2.1-or-later
/* The fax server: a connection to it, and what it has. */
#include <stdlib.h>

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

CLDN_EXPORT struct cleardown_fax *cleardown_fax_connect(unsigned int flags)
{
	struct cleardown_fax *fax = calloc(1, sizeof(*fax));

	if (!fax)
		return NULL;
	fax->fd = cldn_open("fax", flags);
	if (fax->fd >= 0)
		return fax;
	cldn_let_go(-1, fax);
	return NULL;
}

CLDN_EXPORT void cleardown_fax_free(struct cleardown_fax *fax)
{
	if (fax)
		cldn_let_go(fax->fd, fax);
}

CLDN_EXPORT int cleardown_fax_fd(const struct cleardown_fax *fax)
{
	return fax->fd;
}

CLDN_EXPORT uint32_t cleardown_fax_status_word(const struct cleardown_fax *fax)
{
	return fax->status_word;
}

uint32_t *cldn_fax_word(struct cleardown_fax *fax)
{
	return &fax->status_word;
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
