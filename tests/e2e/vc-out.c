// SPDX-License-Identifier: GPL-2.0-only
/*
 * VCs between two machines, one of which is not there for a while: the cable pulled and put back,
 * the other machine stopped. See pair.h.
 *
 * usage: vc-out near|far INTERFACE
 */
#define _GNU_SOURCE

#include "pair.h"

#define T308_MS 1000
#define BIND "t308=1000 t309=1500"
/* A clock of the call manager may be so late: this is no machine to measure on. */
#define FORCED_LATE_MS 10000
/* Of a peer that is silent, of a cable that is out */
#define OUT_OF_ORDER 27
#define NETWORK_OUT 38

#define CABLE(state) "qmp set_link nic " state

static bool active(struct vc *vc)
{
	return vc_status(vc).out_state == CLEARDOWN_VC_ACTIVE;
}

/* ---- the cable is out for less than anybody needs to notice ---- */

static void cable_out_shortly(void)
{
	bool good = true;
	struct vc vc;

	EXPECT(good, call(&vc));
	meet("up", NULL);
	if (near) {
		host(CABLE("off"));
		EXPECT(good, link_is(CLEARDOWN_VC_LINK_UP, true));
		EXPECT_EQ(good, write(vc.fd, "x", 1), -1);
		EXPECT_EQ(good, errno, ENETDOWN);
		host(CABLE("on"));
	}
	EXPECT(good, link_up());
	meet("back", NULL);
	EXPECT(good, active(&vc));
	EXPECT(good, good && frames_cross(&vc, 1));
	meet("crossed", NULL);
	EXPECT(good, near ? close_first(&vc, "") : close_second(&vc, 16, ""));
	EXPECT(good, gone(&vc));
	both(good, "a cable that is out for a moment: the call stays, its frames move again");
}

/* ---- for longer than T309 ---- */

/* A CLOSE that nobody answers: its caller waits as long as he wants, the timer does the rest. */
static bool forced_close(struct vc *vc, uint64_t deadline_ns, const char *data)
{
	struct cleardown_close arg;
	uint64_t begin = cd_now();
	union cd_record rec;
	bool good = true;
	uint32_t status;

	EXPECT_EQ(good, vc_delete(vc, &status), -EBUSY);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED);
	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, deadline_ns, data, strlen(data), &arg),
		  -EINPROGRESS);
	EXPECT(good, cd_now() - begin >= deadline_ns);
	EXPECT(good, cd_now() - begin < 2 * T308_MS * CD_MS); /* not when the call was over */
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_PENDING);
	EXPECT_EQ(good, vc_delete(vc, &status), -EALREADY);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_CLOSING);
	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, CD_S, NULL, 0, &arg), -EALREADY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_CLOSING);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, PAIR_MS));
	EXPECT(good, cd_now() - begin >= 2 * T308_MS * CD_MS);
	EXPECT(good, cd_now() - begin < (2 * T308_MS + FORCED_LATE_MS) * CD_MS);
	EXPECT_EQ(good, rec.ev.handle, vc->id);
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, rec.ev.p2 & CLEARDOWN_REPORT_FORCED, CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, vc_status(vc).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, vc_status(vc).out_flags & CLEARDOWN_VC_ACTIVATED, 0);
	return good;
}

static void cable_out(void)
{
	struct vc closed, left;
	bool good = true;

	EXPECT(good, call(&closed));
	EXPECT(good, call(&left));
	meet("up", NULL);
	if (near) {
		host(CABLE("off"));
		EXPECT(good, link_is(CLEARDOWN_VC_LINK_UP, true));
		EXPECT(good, forced_close(&closed, 300 * CD_MS, "unheard"));
		EXPECT(good, gone_out(&closed));
	}
	both(good,
	     "V-27 V-33 R10 R14 PR-5 CLOSE while the cable is out: pending, then forced by T308");
	EXPECT(good, near || close_told(OUT_OF_ORDER, ""));
	EXPECT(good, close_told(near ? NETWORK_OUT : OUT_OF_ORDER, ""));
	EXPECT(good, near || (close_answer(&closed) && gone_in(&closed)));
	EXPECT(good, close_answer(&left) && gone(&left));
	EXPECT(good, nothing_owed());
	both(good,
	     "TV-10 the cable stays out: both ends lose what calls they have, causes 38 and 27");
	if (near)
		host(CABLE("on"));
	EXPECT(good, link_up());
	meet("back", NULL);
	EXPECT(good, call(&left));
	EXPECT(good, good && frames_cross(&left, 2));
	meet("crossed", NULL);
	EXPECT(good, near ? close_first(&left, "") : close_second(&left, 16, ""));
	EXPECT(good, gone(&left));
	both(good, "the cable is back: signalling comes up by itself, calls are made");
}

/* ---- the other machine is stopped ---- */

static void frozen(void)
{
	struct vc vc, next;
	bool good = true;

	EXPECT(good, call(&vc));
	meet("up", NULL);
	if (near) {
		host("far stop");
		EXPECT(good, forced_close(&vc, 0, ""));
		EXPECT(good, gone_out(&vc));
		host("far cont");
	} else {
		EXPECT(good, close_second(&vc, 16, ""));
		EXPECT(good, gone_in(&vc));
	}
	both(good, "V-27 R10 R14 PR-5 the other machine stands still: T308 twice, then forced");
	EXPECT(good, call(&next));
	EXPECT(good, good && frames_cross(&next, 3));
	meet("crossed", NULL);
	EXPECT(good, near ? close_second(&next, 16, "") : close_first(&next, ""));
	EXPECT(good, gone(&next));
	both(good, "it goes on: it hears of that end, and the next call is up");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	phase = "out";
	pair_begin(argv, false, "", BIND);
	cable_out_shortly();
	cable_out();
	frozen();
	return pair_end();
}
