// SPDX-License-Identifier: LGPL-2.1-or-later
/* A fax line, for its provider. */
#include <stdlib.h>

#include <linux/cleardown.h>

#include "internal.h"

struct cleardown_faxline {
	int fd;
	uint32_t status_word;
	struct cleardown_fax_job_entry job;
};

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
	cldn_let_go(line->fd, line);
	return NULL;
}

CLDN_EXPORT void cleardown_faxline_free(struct cleardown_faxline *line)
{
	if (line)
		cldn_let_go(line->fd, line);
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
	if (!cldn_wish_is_good(wish))
		return -1;
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
