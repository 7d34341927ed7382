// SPDX-License-Identifier: GPL-2.0-or-later
/* The self-test of the fax server: its handles. No fax is sent. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define LOOK_US 20000

static void check_provider(struct cleardown_fax *fax, const struct subject *s)
{
	const struct cleardown_faxport_status *line =
		cleardown_fax_next_line(fax, s->device.id - 1);

	if (line && line->line == s->device.id && line->provider_pid)
		selftest_tell("provider", TEST_PASS, 0, "pid %d, the line is %s",
			      line->provider_pid, word_or(cleardown_fps_name(line->fps), "?"));
	else
		selftest_tell("provider", TEST_SKIP, 0,
			      "none has the line: no fax goes out (cleardown-faxd)");
}

static int close_it(void *fax)
{
	return cleardown_fax_close(fax);
}

/* The queue outlives the handle: what a job does is told to whoever sent it and left. */
static void check_close(struct cleardown_fax *fax, struct cleardown_queue *queue)
{
	const struct cleardown_record *record;
	struct cleardown_fax_news news;
	int64_t took;
	bool closed = selftest_close(close_it, fax, &took) == 0, dead, told = false;

	selftest_tell("bounded", selftest_if(closed && took < SELFTEST_SLACK), took, "FaxClose");
	dead = !cleardown_fax_get_service(fax);
	selftest_tell("stale", selftest_if(dead && errno == EBADFD), 0,
		      "the closed handle answers %s", dead ? strerror(errno) : "as if it lived");
	while ((record = cleardown_queue_read(queue)))
		if (!cleardown_fax_news_from_record(record, &news))
			told = true;
	selftest_tell("events-go-on", selftest_if(told), 0,
		      told ? "events are read behind the close" : "no event behind the close");
}

static bool hold(const struct subject *s)
{
	(void)s;
	return cleardown_fax_connect(CLDN_OPEN_OBSERVER);
}

/* No more server handles than @before, within the deadline of a close. */
static bool as_before(struct cleardown_fax *fax, uint32_t before)
{
	int64_t end = monotonic_ns() + SELFTEST_DEADLINE;
	const struct cleardown_fax_service *service;

	do {
		service = cleardown_fax_get_service(fax);
		if (service && service->servers <= before)
			return true;
		usleep(LOOK_US);
	} while (service && monotonic_ns() < end);
	return false;
}

static void check_owner_killed(const struct subject *s)
{
	struct cleardown_fax *fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);
	const struct cleardown_fax_service *service = NULL;
	uint32_t before;
	int64_t begin;
	bool good;

	if (fax)
		service = cleardown_fax_get_service(fax);
	before = service ? service->servers : 0;
	good = service && selftest_victim(s, hold) > 0;
	begin = monotonic_ns();
	good = good && as_before(fax, before);
	selftest_tell("owner-killed", selftest_if(good), monotonic_ns() - begin,
		      good ? "kill -9: the server's handles are those of before" :
			     "kill -9: the server still has a handle of the killed process");
	cleardown_fax_free(fax);
}

void selftest_fax(const struct subject *s)
{
	struct cleardown_queue *queue = cleardown_queue_open();
	struct cleardown_fax *fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);

	if (!fax || !queue || cleardown_fax_bind_queue(fax, queue, 0) < 0) {
		selftest_tell("open", TEST_FAIL, 0, "%s", errno_cause(errno));
	} else {
		selftest_tell("open", TEST_PASS, 0, "the fax server");
		check_provider(fax, s);
		check_close(fax, queue);
		check_owner_killed(s);
	}
	cleardown_fax_free(fax);
	cleardown_queue_free(queue);
}
