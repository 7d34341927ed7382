// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An event queue. Records are read from the kernel many at a time and kept in a list here, so that
 * one that is waited for can be taken out of the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

struct node {
	struct node *next;
	struct cleardown_record record;
	char text[];
};

struct cleardown_queue {
	int fd;
	struct node *first;
	struct node **end;
	struct node *current;	/* what the last read returned; lives until the next */
};

CLDN_EXPORT struct cleardown_queue *cleardown_queue_open(void)
{
	struct cleardown_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->end = &queue->first;
	queue->fd = open(CLDN_DEV_DIR "events", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (queue->fd < 0) {
		free(queue);
		return NULL;
	}
	return queue;
}

CLDN_EXPORT void cleardown_queue_free(struct cleardown_queue *queue)
{
	struct node *node;
	int saved = errno;

	if (!queue)
		return;
	while ((node = queue->first)) {
		queue->first = node->next;
		free(node);
	}
	free(queue->current);
	close(queue->fd);
	free(queue);
	errno = saved;
}

CLDN_EXPORT int cleardown_queue_fd(const struct cleardown_queue *queue)
{
	return queue->fd;
}

static int append(struct cleardown_queue *queue, const struct cleardown_record *record)
{
	struct node *node = malloc(sizeof(*node) + record->text_len + 1);

	if (!node)
		return -1;
	node->next = NULL;
	node->record = *record;
	memcpy(node->text, record->text, record->text_len);
	node->text[record->text_len] = '\0';
	node->record.text = node->text;
	*queue->end = node;
	queue->end = &node->next;
	return 0;
}

/* Takes in what the kernel has at the moment. Returns 0 also when that is nothing. */
static int fill(struct cleardown_queue *queue)
{
	char buf[16 * CLDN_RECORD_MAX] __attribute__((aligned(8)));
	struct cleardown_record record;
	ssize_t got = read(queue->fd, buf, sizeof(buf));
	ssize_t used;
	size_t at;

	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	for (at = 0; at < (size_t)got; at += used) {
		used = cldn_parse_record(buf + at, got - at, &record);
		if (used == 0)
			errno = EPROTO;
		if (used <= 0 || append(queue, &record) < 0)
			return -1;
	}
	return 0;
}

/* Takes the node that *link points to out of the list and makes it the current one. */
static const struct cleardown_record *take(struct cleardown_queue *queue, struct node **link)
{
	struct node *node = *link;

	*link = node->next;
	if (!*link)
		queue->end = link;
	free(queue->current);
	queue->current = node;
	return &node->record;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int64_t deadline_of(int64_t timeout_ns)
{
	int64_t now = now_ns();

	if (timeout_ns < 0 || timeout_ns > INT64_MAX - now)
		return INT64_MAX;
	return now + timeout_ns;
}

/* Waits for the kernel to have a record. 1, 0 at the deadline, -1. */
static int poll_until(const struct cleardown_queue *queue, int64_t deadline)
{
	struct pollfd pfd = { .fd = queue->fd, .events = POLLIN };
	struct timespec ts, *limit = NULL;
	int64_t left;
	int ret;

	if (deadline != INT64_MAX) {
		left = deadline - now_ns();
		if (left < 0)
			left = 0;
		ts.tv_sec = left / INT64_C(1000000000);
		ts.tv_nsec = left % INT64_C(1000000000);
		limit = &ts;
	}
	ret = ppoll(&pfd, 1, limit, NULL);
	if (ret > 0 && !(pfd.revents & POLLIN)) {
		errno = EIO;
		return -1;
	}
	return ret;
}

CLDN_EXPORT int cleardown_queue_wait(struct cleardown_queue *queue, int64_t timeout_ns)
{
	if (queue->first)
		return 1;
	return poll_until(queue, deadline_of(timeout_ns));
}

CLDN_EXPORT const struct cleardown_record *cleardown_queue_read(struct cleardown_queue *queue)
{
	if (!queue->first && fill(queue) < 0)
		return NULL;
	if (!queue->first) {
		errno = EAGAIN;
		return NULL;
	}
	return take(queue, &queue->first);
}

static struct node **find_completion(struct cleardown_queue *queue, uint64_t handle,
				     uint64_t req_id)
{
	struct node **link;

	for (link = &queue->first; *link; link = &(*link)->next) {
		const struct cleardown_record *record = &(*link)->record;

		if (record->type == CLDN_EV_COMPLETION && record->handle == handle &&
		    record->req_id == req_id)
			return link;
	}
	return NULL;
}

CLDN_EXPORT int cleardown_queue_wait_completion(struct cleardown_queue *queue, uint64_t handle,
						uint64_t req_id, int64_t timeout_ns,
						const struct cleardown_record **record)
{
	int64_t deadline = deadline_of(timeout_ns);
	struct node **link;
	int ret;

	for (;;) {
		if (fill(queue) < 0)
			return -1;
		link = find_completion(queue, handle, req_id);
		if (link) {
			*record = take(queue, link);
			return 1;
		}
		ret = poll_until(queue, deadline);
		if (ret <= 0)
			return ret;
	}
}

CLDN_EXPORT int cleardown_queue_counts(struct cleardown_queue *queue, uint32_t *unread,
				       uint64_t *seq, uint64_t *dropped)
{
	return cldn_io_queue_counts(queue->fd, unread, seq, dropped);
}
