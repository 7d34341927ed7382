// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * phone: dials, says a line, prints what comes back, and closes within two seconds whatever happens.
 *
 *   cc phone.c $(pkg-config --cflags --libs libcleardown) -o phone && ./phone phone0 5551234 hello
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cleardown.h>

#define SECOND INT64_C(1000000000)
#define DIAL 1 /* names the request in its completion; any number will do */

static int failed(const char *what)
{
	fprintf(stderr, "phone: %s: %s\n", what, strerror(errno));
	return 1;
}

/*
 * Dialling is asynchronous: the request is accepted or refused at once, and one that was accepted has
 * exactly one completion, however it ends. cleardown_phone_call() does both and waits.
 */
static int dial(struct cleardown_phone *phone, struct cleardown_queue *queue, const char *number)
{
	const struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_DIAL,
		.req_id = DIAL,
		.deadline_ns = 60 * SECOND,
		.in = number,
		.in_len = strlen(number),
	};
	const struct cleardown_modem_status *status;
	const struct cleardown_record *record;

	if (cleardown_phone_call(phone, queue, &request, 70 * SECOND, &record) != 1)
		return failed("dial");
	if (record->error) {
		fprintf(stderr, "phone: no call: %s\n", cleardown_result_name(record->p1));
		return 1;
	}
	status = cleardown_phone_get_status(phone);
	printf("connected, %u bit/s\n", status ? status->rate : 0);
	return 0;
}

/* In a call the file is the far end: write(2), read(2), poll(2). */
static int talk(int fd, const char *text)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t want = strlen(text), have = 0;
	char answer[256];
	ssize_t n;

	if (write(fd, text, want) != (ssize_t)want)
		return failed("write");
	while (have < want && poll(&ready, 1, 10000) > 0) {
		n = read(fd, answer, sizeof(answer));
		if (n <= 0) /* the far end has gone */
			break;
		fwrite(answer, 1, n, stdout);
		have += n;
	}
	putchar('\n');
	return have < want;
}

/*
 * The contractual close: the modem is on-hook and the line free when it returns, and it says what
 * became of every byte. Without it the kernel does the same when the file goes, but nobody is told.
 */
static int hang_up(struct cleardown_phone *phone)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_DRAIN,
		.deadline_ns = 2 * SECOND,
	};
	struct cleardown_close_summary summary;

	if (cleardown_phone_close(phone, &wish, &summary) < 0)
		return failed("close");
	printf("closed in %llu ms, %s: %llu bytes accepted, %llu confirmed, %llu lost\n",
	       (unsigned long long)(summary.end_ns - summary.begin_ns) / 1000000,
	       summary.flags & CLDN_REPORT_ONHOOK ? "on-hook" : "not proven on-hook",
	       (unsigned long long)summary.accepted, (unsigned long long)summary.confirmed,
	       (unsigned long long)(summary.discarded + summary.in_doubt));
	return !(summary.flags & CLDN_REPORT_RELEASED);
}

int main(int argc, char **argv)
{
	struct cleardown_queue *queue = NULL;
	struct cleardown_phone *phone = NULL;
	int ret = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: phone PHONE NUMBER TEXT\n");
		return 1;
	}
	queue = cleardown_queue_open();
	if (queue)
		phone = cleardown_phone_open(argv[1], CLDN_OPEN_OWNER);
	if (!phone || cleardown_phone_bind_queue(phone, queue, 0) < 0) {
		failed(argv[1]);
	} else {
		ret = dial(phone, queue, argv[2]) || talk(cleardown_phone_fd(phone), argv[3]);
		ret = hang_up(phone) || ret;
	}
	cleardown_phone_free(phone);
	cleardown_queue_free(queue);
	return ret;
}
