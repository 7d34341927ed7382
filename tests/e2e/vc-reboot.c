// SPDX-License-Identifier: GPL-2.0-only
/*
 * The far machine reboots with calls up, those that it made and those that it took. The near one is
 * told of the end of each, by a message and not by a clock. See pair.h.
 *
 * usage: vc-reboot near|far INTERFACE
 */
#define _GNU_SOURCE

#include <sys/reboot.h>

#include "pair.h"

#define TAKEN 2 /* by the far machine; and one that it makes */
#define CALLS (TAKEN + 1)

static struct vc calls[CALLS];

static bool up(void)
{
	bool good = true;

	for (int i = 0; i < CALLS && good; i++) {
		if (near == (i < TAKEN))
			EXPECT_EQ(good, vc_create(&calls[i], &us, 0, 100), 0);
		if (near == (i < TAKEN))
			EXPECT(good, good && call_out(&calls[i], PAIR_SELECTOR));
		else
			EXPECT(good, call_in(&calls[i]));
		EXPECT(good, good && frames_cross(&calls[i], i));
	}
	return good;
}

/*
 * The record of each call says who ended it: the far end, with its cause. It is filed when the
 * channel is shut, which may be after the client was told.
 */
static bool records(void)
{
	struct cleardown_vc_cdr arg = { .size = sizeof(arg) };
	uint64_t end = cd_now() + PAIR_MS * CD_MS;
	unsigned int n = 0;
	bool good = true;

	while (n < CALLS && cd_now() < end) {
		if (cd_ioctl(us.af, CLEARDOWN_IOC_VC_CDR, &arg)) {
			usleep(5000);
			continue;
		}
		n++;
		EXPECT_EQ(good, arg.out_cdr.why, CLEARDOWN_CAUSE_PEER);
		EXPECT_EQ(good, arg.out_cdr.cause, 16);
		arg.after = arg.out_cdr.number;
		arg.size = sizeof(arg);
	}
	EXPECT_EQ(good, n, CALLS);
	return good;
}

static void near_is_told(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	for (int i = 0; i < CALLS && good; i++) {
		EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, PAIR_MS));
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
		EXPECT_EQ(good, rec.ev.p1, 16);
	}
	for (int i = 0; i < CALLS; i++)
		EXPECT_EQ(good, vc_status(&calls[i]).out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	EXPECT(good, records());
	tap(good, "PR-8 the far machine reboots: its RELEASE ends each call, with cause 16");

	good = true;
	for (int i = 0; i < CALLS; i++) {
		EXPECT_EQ(good,
			  vc_close(&calls[i], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
		EXPECT(good, near == (i < TAKEN) ? gone_out(&calls[i]) : gone_in(&calls[i]));
	}
	EXPECT(good, vc_unlink(&us));
	tap(good, "and here nothing is left of them");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	phase = "reboot";
	pair_begin(argv, false, NULL, "");
	both(up(), "calls both ways, with frames");
	if (near) {
		near_is_told();
		return tap_done();
	}
	sync();
	reboot(RB_AUTOBOOT);
	return 1;
}
