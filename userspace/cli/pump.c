// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A data call joined to two files. The phone does not block. The files may: they are asked by
 * poll(2) first, and get no more than a pipe surely takes.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "pump.h"

static size_t filled(const struct buffer *b)
{
	return b->end - b->begin;
}

static bool has_room(const struct buffer *b)
{
	return b->end < sizeof(b->bytes);
}

/* > 0: bytes read, 0: end of file, -1: errno. */
static ssize_t read_into(struct buffer *b, int fd)
{
	ssize_t n = read(fd, b->bytes + b->end, sizeof(b->bytes) - b->end);

	if (n > 0)
		b->end += n;
	return n;
}

static ssize_t write_from(struct buffer *b, int fd, size_t most)
{
	size_t len = filled(b) < most ? filled(b) : most;
	ssize_t n = write(fd, b->bytes + b->begin, len);

	if (n > 0)
		b->begin += n;
	if (b->begin == b->end)
		b->begin = b->end = 0;
	return n;
}

static bool is_again(int err)
{
	return err == EAGAIN || err == EINTR;
}

static void from_far(struct pump *p, int phone)
{
	ssize_t n = read_into(&p->to_out, phone);

	if (n > 0)
		p->received += n;
	else if (n == 0 || !is_again(errno))
		p->far_ended = true;
	if (p->out < 0)
		p->to_out.begin = p->to_out.end = 0;
}

static void to_far(struct pump *p, int phone)
{
	ssize_t n = write_from(&p->to_far, phone, PUMP_SIZE);

	if (n > 0)
		p->sent += n;
	else if (n < 0 && !is_again(errno))
		p->far_ended = true;
}

static void from_in(struct pump *p)
{
	ssize_t n = read_into(&p->to_far, p->in);

	if (n == 0 || (n < 0 && !is_again(errno)))
		p->in_ended = true;
}

/* What the phone still holds after the call has ended. */
static void take_rest(struct pump *p, int phone)
{
	p->far_ended = false;
	while (!p->far_ended) {
		uint64_t before = p->received;

		if (has_room(&p->to_out))
			from_far(p, phone);
		if (p->received == before)
			break;
		while (p->out >= 0 && filled(&p->to_out))
			if (write_from(&p->to_out, p->out, PUMP_SIZE) < 0 && errno != EINTR)
				return;
	}
	while (p->out >= 0 && filled(&p->to_out))
		if (write_from(&p->to_out, p->out, PUMP_SIZE) < 0 && errno != EINTR)
			return;
}

enum { FILE_PHONE, FILE_IN, FILE_OUT, FILES };

/* Files that are not wanted now are left out: poll(2) reports hang-ups even unasked. */
static void want(const struct pump *p, int phone, struct pollfd *fds)
{
	short events = 0;

	if (has_room(&p->to_out))
		events |= POLLIN;
	if (filled(&p->to_far))
		events |= POLLOUT;
	fds[FILE_PHONE] = (struct pollfd){ .fd = events ? phone : -1, .events = events };
	fds[FILE_IN] = (struct pollfd){
		.fd = p->in_ended || !has_room(&p->to_far) ? -1 : p->in,
		.events = POLLIN,
	};
	fds[FILE_OUT] = (struct pollfd){
		.fd = filled(&p->to_out) ? p->out : -1,
		.events = POLLOUT,
	};
}

/* Returns false when the output is no more. */
static bool carry(struct pump *p, int phone, const struct pollfd *fds)
{
	if (fds[FILE_PHONE].revents & (POLLIN | POLLHUP | POLLERR) && has_room(&p->to_out))
		from_far(p, phone);
	if (fds[FILE_IN].revents)
		from_in(p);
	if (filled(&p->to_far))
		to_far(p, phone);
	if (fds[FILE_OUT].revents)
		return write_from(&p->to_out, p->out, PIPE_BUF) >= 0 || is_again(errno);
	return true;
}

static bool call_is_over(const struct session *s)
{
	return s->call_state == CLDN_CALL_IDLE || s->call_state == CLDN_CALL_CLEARING;
}

/* True when all input has been handed over and nothing else is waited for. */
static bool input_is_done(const struct pump *p)
{
	return p->in >= 0 && p->in_ended && !filled(&p->to_far) && !p->stay;
}

/* The phone says "no call" before its event has come: the event ends the wait, in a second. */
static void await_end(struct session *s)
{
	const struct cleardown_record *record;
	int64_t end = monotonic_ns() + NS_PER_SEC;

	while (!call_is_over(s) && !s->dead)
		if (session_next(s, NULL, 0, end, &record) != SEEN_RECORD)
			return;
}

static enum ended converse(struct pump *p, struct session *s, int phone)
{
	const struct cleardown_record *record;
	struct pollfd fds[FILES];

	while (!call_is_over(s) && !s->dead && !p->far_ended) {
		if (input_is_done(p))
			return ENDED_BY_INPUT;
		want(p, phone, fds);
		switch (session_next(s, fds, FILES, -1, &record)) {
		case SEEN_SIGNAL:
			return ENDED_BY_SIGNAL;
		case SEEN_ERROR:
			return ENDED_BY_ERROR;
		case SEEN_FILE:
			if (!carry(p, phone, fds))
				return ENDED_BY_OUTPUT;
			break;
		default:
			break;
		}
	}
	if (p->far_ended)
		await_end(s);
	return session_is_forced(s) ? ENDED_BY_FORCE : ENDED_BY_PEER;
}

enum ended pump_run(struct pump *p, struct session *s)
{
	int phone = cleardown_phone_fd(s->phone);
	enum ended ended = converse(p, s, phone);

	if (ended != ENDED_BY_OUTPUT)
		take_rest(p, phone);
	return ended;
}

size_t pump_unsent(const struct pump *p)
{
	return filled(&p->to_far);
}
