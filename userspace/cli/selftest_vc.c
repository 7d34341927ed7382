// SPDX-License-Identifier: GPL-2.0-or-later
/* The self-test of a link of virtual circuits: calls to its other end, which may refuse them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define CALL_ID 1
#define CALL_NS (20 * NS_PER_SEC)
#define LOOK_US 20000
#define GONE_NS (15 * NS_PER_SEC) /* of a killed owner's call: two timers T308 and some time */

struct circuit {
	struct cleardown_vclink *link;
	struct cleardown_queue *queue;
	struct cleardown_vc *vc;
	uint32_t before; /* circuits on the link */
};

static bool circuit_open(struct circuit *c, const struct subject *s)
{
	const struct cleardown_vclink_status *status;

	*c = (struct circuit){ .link = cleardown_vclink_open(s->device.name) };
	if (!c->link)
		return false;
	c->queue = cleardown_queue_open();
	status = cleardown_vclink_get_status(c->link);
	if (!c->queue || !status || cleardown_vclink_bind_queue(c->link, c->queue, 0) < 0)
		return false;
	c->before = status->vcs;
	return true;
}

static void circuit_free(struct circuit *c)
{
	cleardown_vc_free(c->vc);
	cleardown_vclink_free(c->link);
	cleardown_queue_free(c->queue);
}

static bool link_is_up(const struct circuit *c)
{
	const struct cleardown_vclink_status *status = cleardown_vclink_get_status(c->link);

	return status && (status->flags & CLDN_VC_LINK_SAAL);
}

/* A new VC, and a call from it to the other end. */
static bool call_peer(struct circuit *c, const struct subject *s)
{
	const struct cleardown_vclink_status *status = cleardown_vclink_get_status(c->link);
	struct cleardown_call to = { .size = sizeof(to) };
	const struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_MAKE_CALL,
		.req_id = CALL_ID,
		.deadline_ns = CALL_NS,
		.in = &to,
		.in_len = sizeof(to),
	};

	if (!status)
		return false;
	memcpy(to.called, status->peer, CLDN_NSAP_LEN);
	to.called[CLDN_NSAP_LEN - 1] = s->sap;
	c->vc = cleardown_vc_new(c->link, 0);
	return c->vc && !cleardown_vc_submit(c->vc, &request);
}

/* Completions of the call in the queue so far; *last becomes the error of one. */
static unsigned int completions(struct circuit *c, int *last, uint32_t *cause)
{
	const struct cleardown_record *r;
	struct cleardown_call_end end;
	unsigned int n = 0;

	while ((r = cleardown_queue_read(c->queue))) {
		if (r->type != CLDN_EV_COMPLETION || r->req_id != CALL_ID)
			continue;
		n++;
		*last = r->error;
		*cause = cleardown_call_end_from_record(r, &end) ? 0 : end.cause;
	}
	return n;
}

static int close_it(void *vc)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ORDERLY,
		.deadline_ns = SELFTEST_DEADLINE,
	};
	struct cleardown_close_summary summary;

	return cleardown_vc_close(vc, &wish, &summary);
}

/* How the close of a call went, and how long it took. */
static bool end_call(struct circuit *c, int64_t *took)
{
	int ret = selftest_close(close_it, c->vc, took);

	/* EINPROGRESS: the other end takes its time, the caller need not. */
	return (ret == 0 || errno == EINPROGRESS || errno == ENOTCONN) &&
	       *took <= SELFTEST_DEADLINE + SELFTEST_SLACK;
}

/* The circuits of before, and no other, within @ns. */
static bool as_before(const struct circuit *c, int64_t ns)
{
	const struct cleardown_vclink_status *status;
	int64_t end = monotonic_ns() + ns;

	do {
		status = cleardown_vclink_get_status(c->link);
		if (status && status->vcs <= c->before)
			return true;
		usleep(LOOK_US);
	} while (monotonic_ns() < end);
	return false;
}

static void check_stale(struct circuit *c)
{
	bool dead = cleardown_vc_destroy(c->vc) == 0 && !cleardown_vc_get_status(c->vc);

	selftest_tell("stale", selftest_if(dead && errno == EBADFD), 0, "the deleted VC answers %s",
		      dead ? strerror(errno) : "as if it lived");
	cleardown_vc_free(c->vc);
	c->vc = NULL;
}

/* A call that is answered, by whatever answer, and ended. */
static void check_call(struct circuit *c, const struct subject *s)
{
	char cause_text[SHORT_TEXT];
	uint32_t cause = 0;
	int error = 0;
	int64_t took;
	bool good;

	if (!call_peer(c, s) || cleardown_queue_wait(c->queue, CALL_NS + NS_PER_SEC) != 1) {
		selftest_tell("call", TEST_FAIL, 0, "no answer to the call: %s", strerror(errno));
		return;
	}
	good = completions(c, &error, &cause) == 1;
	selftest_tell("exactly-once", selftest_if(good), 0,
		      error ? "the call has one completion: %s" : "the call has one completion",
		      error ? text_q850(cause_text, cause) : "");
	if (error) {
		selftest_tell("call", TEST_SKIP, 0,
			      "the other end does not take calls for selector %u", s->sap);
	} else {
		good = end_call(c, &took);
		selftest_tell("call", selftest_if(good), took, "a close within 2 s: %s",
			      good ? "so it was" : "too late, or refused");
	}
	check_stale(c);
}

/* A call that is closed while it is being made. */
static void check_close(struct circuit *c, const struct subject *s)
{
	uint32_t cause = 0;
	int error = 0;
	int64_t took;
	bool good;
	unsigned int n;

	if (!call_peer(c, s)) {
		selftest_tell("all-before", TEST_FAIL, 0, "no call: %s", strerror(errno));
		return;
	}
	good = end_call(c, &took);
	selftest_tell("bounded", selftest_if(good), took, "a close while the call is made: %s",
		      good ? "within 2 s" : "too late, or refused");
	n = completions(c, &error, &cause);
	selftest_tell("all-before", selftest_if(n == 1), 0,
		      "when it returned, the call had %u completion%s", n, n == 1 ? "" : "s");
	cleardown_vc_free(c->vc);
	c->vc = NULL;
	good = as_before(c, GONE_NS);
	selftest_tell("cleared", selftest_if(good), 0,
		      good ? "the link has the circuits of before" : "a circuit was left");
}

static bool hold(const struct subject *s)
{
	struct circuit c;

	return circuit_open(&c, s) && call_peer(&c, s);
}

void selftest_vc(const struct subject *s)
{
	struct circuit c;
	int64_t begin;
	bool good;

	if (!circuit_open(&c, s)) {
		selftest_tell("open", TEST_FAIL, 0, "%s", errno_cause(errno));
		circuit_free(&c);
		return;
	}
	selftest_tell("open", TEST_PASS, 0, "%s", s->device.backend);
	if (!link_is_up(&c)) {
		selftest_tell("call", TEST_SKIP, 0, "the other end of the link does not signal");
	} else {
		check_call(&c, s);
		check_close(&c, s);
		begin = monotonic_ns();
		good = selftest_victim(s, hold) > 0 && as_before(&c, GONE_NS);
		selftest_tell("owner-killed", selftest_if(good), monotonic_ns() - begin,
			      good ? "kill -9 in a call: its circuit is gone" :
				     "kill -9 in a call: its circuit is still there");
	}
	circuit_free(&c);
}
