// SPDX-License-Identifier: GPL-2.0-only
/*
 * The narrowest path of a VC: two links on one cable, a call from one to the other, frames both
 * ways, close data, and all that is owed at the end.
 *
 * usage: vc-first INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "vc.h"

#define SELECTOR 7

static struct vclink a, b;
static struct vc from, to;

static void bound(char **interfaces)
{
	bool good = true;

	EXPECT_EQ(good, vc_bind(&a, interfaces[0], ""), 0);
	EXPECT_EQ(good, vc_bind(&b, interfaces[1], ""), 0);
	if (!tap(good, "two links are bound"))
		exit(1);
	vc_af(&a, 1);
	vc_af(&b, 2);
	EXPECT(good, vc_up(a.af, 10000));
	EXPECT(good, vc_up(b.af, 10000));
	EXPECT(good, !(vc_link(a.af).out_flags & CLEARDOWN_VC_LINK_NETWORK) !=
			     !(vc_link(b.af).out_flags & CLEARDOWN_VC_LINK_NETWORK));
	EXPECT(good, !memcmp(vc_link(a.af).out_peer, b.nsap, sizeof(b.nsap)));
	if (!tap(good, "they find each other and establish signalling"))
		exit(1);
}

static void called(void)
{
	bool good = true;

	EXPECT_EQ(good, vc_sap(&b, SELECTOR, 0, NULL), 0);
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT_EQ(good, vc_status(&from).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_status(&to).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_status(&from).out_call.vci, vc_status(&to).out_call.vci);
	if (!tap(good, "V-4 a call is made, offered, accepted and connected"))
		exit(1);
}

/* Whole frames, of sizes around those of cells. */
static void carries(void)
{
	static const size_t sizes[] = { 1, 40, 41, 48, 1000, 1456, 9000 };
	static uint8_t out[9000], in[9188];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT_EQ(good, write(from.fd, out, sizes[i]), (ssize_t)sizes[i]);
		EXPECT_EQ(good, read(to.fd, in, sizeof(in)), (ssize_t)sizes[i]);
		EXPECT(good, !memcmp(in, out, sizes[i]));
		EXPECT_EQ(good, write(to.fd, out, sizes[i]), (ssize_t)sizes[i]);
		EXPECT_EQ(good, read(from.fd, in, sizeof(in)), (ssize_t)sizes[i]);
		EXPECT(good, !memcmp(in, out, sizes[i]));
	}
	tap(good, "frames of 1 to 9000 octets both ways");
}

static void closes(void)
{
	static const char bye[] = "twenty-seven octets, no mor";
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, bye, 27, &arg), 0);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, 27);
	EXPECT(good, !memcmp(rec.ev.data, bye, 27));
	EXPECT_EQ(good, write(from.fd, "x", 1), -1);
	EXPECT_EQ(good, vc_status(&from).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, vc_status(&to).out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	tap(good, "V-23 V-26 V-33 R16 CLOSE with data: the far end has it, the call is over");

	good = true;
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), -EBADFD);
	EXPECT_EQ(good, vc_delete(&from, NULL), 0);
	close(from.fd);
	close(to.fd);
	tap(good,
	    "O4 V-13 V-14 the client acknowledges, the call manager deletes its VC, the client his");
}

static void over(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, cd_unbind(a.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_close(a.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, cd_close(b.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, cd_unbind(a.name, 0), 0);
	EXPECT_EQ(good, cd_unbind(b.name, 0), 0);
	close(a.af);
	close(b.af);
	close(a.events);
	close(b.events);
	tap(good, "O10 the address families close, the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	bound(argv + 1);
	called();
	carries();
	closes();
	over();
	return tap_done();
}
