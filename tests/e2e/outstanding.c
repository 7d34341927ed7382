// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program with requests outstanding, for the demonstration and the tests of the tool: submits N
 * AT commands and prints the records that come of them, until it is told that its phone was closed.
 *
 * usage: outstanding PHONE N
 */
#define _GNU_SOURCE

#include <stdbool.h>

#include "cd.h"

static bool submit_all(int fd, unsigned int n)
{
	unsigned int i;
	int ret;

	for (i = 1; i <= n; i++) {
		ret = cd_submit_text(fd, CLEARDOWN_OP_DEV_SPECIFIC, i, "I0");
		if (ret) {
			fprintf(stderr, "outstanding: request %u: %s\n", i, strerror(-ret));
			return false;
		}
	}
	printf("%u submitted\n", n);
	fflush(stdout);
	return true;
}

/* Exits well when every request was completed before the close was told. */
static int follow(int events, unsigned int n)
{
	union cd_record rec;
	unsigned int done = 0;
	int ret;

	while (!(ret = cd_one(events, &rec, 60000))) {
		if (rec.ev.type == CLEARDOWN_EV_PHONE_CLOSE)
			break;
		if (rec.ev.type != CLEARDOWN_EV_COMPLETION)
			continue;
		done++;
		printf("record %llu: request %llu: %s\n", rec.ev.seq, rec.ev.req_id,
		       rec.ev.error ? strerrorname_np(-rec.ev.error) : "ok");
	}
	if (ret) {
		fprintf(stderr, "outstanding: no record: %s\n", strerror(-ret));
		return 1;
	}
	printf("record %llu: the phone was closed\n%u of %u completed\n", rec.ev.seq, done, n);
	return done != n;
}

int main(int argc, char **argv)
{
	unsigned int n = argc == 3 ? atoi(argv[2]) : 0;
	int fd, events;

	if (!n)
		return 2;
	fd = cd_open(argv[1], O_RDWR);
	events = cd_events();
	if (fd < 0 || events < 0 || cd_bind_events(fd, events, 1)) {
		fprintf(stderr, "outstanding: %s cannot be opened\n", argv[1]);
		return 1;
	}
	return submit_all(fd, n) ? follow(events, n) : 1;
}
