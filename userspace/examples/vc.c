// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vc: a call between two ends of a link. Without a text it takes one call for the selector and prints
 * its frames until the far end closes; with one it calls the other end and sends it as a frame.
 *
 *   cc vc.c $(pkg-config --cflags --libs libcleardown) -o vc
 *   ./vc vc0 7                   on one machine
 *   ./vc vc0 7 "good morning"    on the other
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cleardown.h>

#define SECOND INT64_C(1000000000)
#define FRAME 9188

static int failed(const char *what)
{
	fprintf(stderr, "vc: %s: %s\n", what, strerror(errno));
	return 1;
}

/* The close also acknowledges the far end's; close data travels with it. */
static int close_call(struct cleardown_vc *vc, const char *data)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_DRAIN,
		.deadline_ns = 5 * SECOND,
		.data = data,
		.data_len = data ? strlen(data) : 0,
	};
	struct cleardown_close_summary summary;

	/* EINPROGRESS: five seconds were not enough; CLOSE_COMPLETE would tell when it is over. */
	if (cleardown_vc_close(vc, &wish, &summary) < 0)
		return failed("close");
	printf("closed in %llu ms%s\n",
	       (unsigned long long)(summary.end_ns - summary.begin_ns) / 1000000,
	       summary.flags & CLDN_REPORT_FORCED ? ", unconfirmed by the far end" : "");
	return 0;
}

/* MAKE_CALL and ACCEPT have one completion each: when the call is connected, or why it is not. */
static int connect_by(struct cleardown_vc *vc, struct cleardown_queue *queue,
		      const struct cleardown_request *request)
{
	const struct cleardown_record *record;
	struct cleardown_call_end end;

	if (cleardown_vc_request(vc, queue, request, 30 * SECOND, &record) != 1)
		return failed("request");
	if (!record->error)
		return 0;
	fprintf(stderr, "vc: no call: %s\n",
		cleardown_call_end_from_record(record, &end) == 0 && end.cause ?
			cleardown_clearing_name(end.cause) :
			strerror(record->error));
	return 1;
}

static int call(struct cleardown_vclink *link, struct cleardown_queue *queue, unsigned int selector,
		const char *text)
{
	const struct cleardown_vclink_status *status = cleardown_vclink_get_status(link);
	struct cleardown_call to = { .size = sizeof(to) };
	const struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_MAKE_CALL,
		.req_id = 1,
		.deadline_ns = 20 * SECOND,
		.in = &to,
		.in_len = sizeof(to),
	};
	struct cleardown_vc *vc = NULL;
	int ret = 1;

	if (!status)
		return failed("link");
	/* The other end's address, with the selector of who is wanted there. */
	memcpy(to.called, status->peer, CLDN_NSAP_LEN);
	to.called[CLDN_NSAP_LEN - 1] = selector;
	vc = cleardown_vc_new(link, 0);
	if (!vc)
		return failed("new VC");
	if (!connect_by(vc, queue, &request)) {
		ret = write(cleardown_vc_fd(vc), text, strlen(text)) < 0 ? failed("write") : 0;
		ret = close_call(vc, "that is all") || ret;
	}
	cleardown_vc_free(vc);
	return ret;
}

/* The call that comes first; its VC is for that call only. */
static struct cleardown_vc *take_call(struct cleardown_vclink *link, struct cleardown_queue *queue)
{
	const struct cleardown_record *record;

	while (cleardown_queue_wait(queue, CLDN_FOREVER) == 1) {
		record = cleardown_queue_read(queue);
		if (record && record->type == CLDN_EV_INCOMING_CALL)
			return cleardown_vc_take(link, record->req_id, 0);
	}
	return NULL;
}

static int answer(struct cleardown_vclink *link, struct cleardown_queue *queue,
		  unsigned int selector)
{
	const struct cleardown_request accept = {
		.size = sizeof(accept),
		.opcode = CLDN_OP_ACCEPT,
		.req_id = 1,
		.deadline_ns = 20 * SECOND,
	};
	struct cleardown_vc *vc;
	char frame[FRAME];
	ssize_t n;
	int ret = 1;

	if (cleardown_vclink_add_sap(link, selector) < 0)
		return failed("selector");
	fprintf(stderr, "listening\n");
	vc = take_call(link, queue);
	if (!vc)
		return failed("incoming call");
	if (!connect_by(vc, queue, &accept)) {
		/* 0: the far end has closed, and all its frames were read. */
		while ((n = read(cleardown_vc_fd(vc), frame, sizeof(frame))) > 0)
			printf("%zd octets: %.*s\n", n, (int)n, frame);
		ret = close_call(vc, NULL);
	}
	cleardown_vc_free(vc);
	return ret;
}

int main(int argc, char **argv)
{
	struct cleardown_queue *queue;
	struct cleardown_vclink *link = NULL;
	int ret = 1;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: vc LINK SELECTOR [TEXT]\n");
		return 1;
	}
	queue = cleardown_queue_open();
	if (queue)
		link = cleardown_vclink_open(argv[1]);
	/* Before the first SAP and the first VC, which take it over. */
	if (!link || cleardown_vclink_bind_queue(link, queue, 0) < 0)
		failed(argv[1]);
	else if (argc == 4)
		ret = call(link, queue, strtoul(argv[2], NULL, 0), argv[3]);
	else
		ret = answer(link, queue, strtoul(argv[2], NULL, 0));
	cleardown_vclink_free(link);
	cleardown_queue_free(queue);
	return ret;
}
