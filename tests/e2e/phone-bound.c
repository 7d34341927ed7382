// SPDX-License-Identifier: GPL-2.0-only
/*
 * PR-5 to the millisecond: CLOSE returns by its deadline plus 50 ms, and a dead modem costs at
 * most two seconds however long the deadline is. For a VM whose time counts instructions; the
 * modem is deaf from the beginning, so nothing depends on the host's time.
 *
 * usage: phone-bound TTY
 */
#define _GNU_SOURCE

#include "phone.h"

#define REQUESTS 9
#define GRACE_MS 50
#define LADDER_MS 2000

static struct phone phone;

static const struct cleardown_op_level volume = { CLEARDOWN_HOOKDEV_SPEAKER, 0xffff };
static const struct cleardown_op_hookswitch off_hook = { CLEARDOWN_HOOKDEV_HANDSET,
							 CLEARDOWN_HOOKMODE_MICSPEAKER };

/* What a modem that never spoke is taken to have, again and again. */
static bool submit_nine(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < REQUESTS; i++) {
		uint64_t id = 0;

		if (i % 4 == 0)
			id = phone_submit_text(&phone, CLEARDOWN_OP_DIAL, "200");
		else if (i % 4 == 1)
			id = phone_submit(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &off_hook,
					  sizeof(off_hook));
		else if (i % 4 == 2)
			id = phone_submit(&phone, CLEARDOWN_OP_SET_VOLUME, &volume, sizeof(volume));
		else
			id = phone_submit_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0");
		good = good && id;
	}
	return good;
}

/* The first of them, a dial, is at the modem. */
static bool first_is_started(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_status st = { 0 };

	while (!cd_status(phone.fd, &st) && !st.out_call)
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

static void bounded(uint32_t mode, uint64_t deadline_ms, bool outstanding)
{
	uint64_t bound_ms = deadline_ms < LADDER_MS ? deadline_ms : LADDER_MS, took;
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, deadline_ms * 10 + mode), 0);
	EXPECT(good, !outstanding || (submit_nine() && first_is_started()));
	took = cd_now();
	EXPECT_EQ(good, cd_close(phone.fd, mode, deadline_ms * CD_MS, &arg), 0);
	took = cd_now() - took;
	EXPECT(good, took <= (bound_ms + GRACE_MS) * CD_MS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.ops_at_close, outstanding ? REQUESTS : 0);
	EXPECT_EQ(good, arg.out_report.ops_completed, arg.out_report.ops_issued);
	EXPECT(good, report_of(phone.handle, &r));
	if (!tap(good, "P-11 PR-5 mode %u, deadline %llu ms, %u requests on a dead modem: %llu us",
		 mode, (unsigned long long)deadline_ms, outstanding ? REQUESTS : 0,
		 (unsigned long long)(took / 1000)))
		report_show(&r);
	close(phone.fd);
}

int main(int argc, char **argv)
{
	static const uint64_t deadlines_ms[] = { 0, 50, 200, 700, 2000, 5000 };
	unsigned int i;

	if (argc != 2 || !tap(phone_bind(&phone, argv[1]), "bind %s", argv[argc - 1]))
		return 1;
	for (i = 0; i < sizeof(deadlines_ms) / sizeof(deadlines_ms[0]); i++) {
		bounded(CLEARDOWN_MODE_ORDERLY, deadlines_ms[i], true);
		bounded(CLEARDOWN_MODE_ABORT, deadlines_ms[i], true);
		bounded(CLEARDOWN_MODE_ORDERLY, deadlines_ms[i], false);
	}
	bounded(CLEARDOWN_MODE_DRAIN, 2000, true);
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
