// SPDX-License-Identifier: GPL-2.0-only
/*
 * VCs between two machines over a wire that loses, doubles and reorders frames. See pair.h.
 *
 * usage: vc-bad near|far INTERFACE
 */
#define _GNU_SOURCE

#include "pair.h"

#define BYE "twenty-seven octets, no mor"
#define WIRE "delay 2ms 2ms loss 20% duplicate 5% reorder 20% 50%"
#define CALLS 3
#define FRAMES 5
/*
 * A PDU that is lost comes 0.25 s later at the earliest: half a minute of bad luck is no fault.
 * SSCOP gives up when nothing it asks in 7 s is answered, so it asks often.
 */
#define BIND "t303=30000 t310=30000 t313=30000 poll=250 keepalive=500"

static bool calls_through(void)
{
	bool good = true;
	struct vc vc;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	for (int i = 0; good && i < CALLS; i++) {
		EXPECT(good, call_out(&vc, PAIR_SELECTOR));
		for (int n = 0; good && n < FRAMES; n++)
			EXPECT(good, frame_send(&vc, 1000, n));
		EXPECT(good, good && close_first(&vc, BYE));
		meet("closed", NULL);
	}
	EXPECT(good, gone_out(&vc));
	return good;
}

/* Frames may be lost, or come twice: what comes is one that was sent. */
static bool frame_was_sent(struct vc *vc)
{
	static uint8_t in[9188], sent[1000];
	ssize_t n = read(vc->fd, in, sizeof(in));

	for (int i = 0; n == sizeof(sent) && i < FRAMES; i++) {
		frame_fill(sent, sizeof(sent), i);
		if (!memcmp(in, sent, sizeof(sent)))
			return true;
	}
	return !n; /* the end */
}

static bool is_called_through(void)
{
	bool good = true;
	struct vc vc;

	for (int i = 0; good && i < CALLS; i++) {
		EXPECT(good, call_in(&vc));
		while (good && vc_status(&vc).out_state == CLEARDOWN_VC_ACTIVE) {
			struct pollfd p = { .fd = vc.fd, .events = POLLIN };

			EXPECT_EQ(good, poll(&p, 1, PAIR_MS), 1);
			EXPECT(good, frame_was_sent(&vc));
		}
		EXPECT(good, good && close_second(&vc, 21, BYE));
		EXPECT(good, good && gone_in(&vc));
		meet("closed", NULL);
	}
	return good;
}

static unsigned long dropped(void)
{
	unsigned long count = 0;
	char command[128], line[200];
	FILE *p;

	snprintf(command, sizeof(command), "/sbin/tc -s qdisc show dev %s", interface);
	p = popen(command, "r");
	while (p && fgets(line, sizeof(line), p))
		sscanf(line, " Sent %*u bytes %*u pkt (dropped %lu", &count);
	if (p)
		pclose(p);
	return count;
}

static void bad_wire(void)
{
	bool good = true;

	wire(WIRE);
	both_ways(calls_through, is_called_through,
		  "V-33 calls and close data through a wire that loses a fifth");
	EXPECT(good, dropped() > 0);
	wire(NULL);
	both(good, "which it did, at both ends");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	phase = "bad";
	pair_begin(argv, false, "", BIND);
	bad_wire();
	return pair_end();
}
