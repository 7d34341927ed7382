// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of the L2TP example: a call that the LNS accepts, frames on its channel to the far end's
 * permanent circuit, close data that the LNS logs; then a call that the LNS ends.
 *
 * usage: vc-l2tp LINK LINK FILE    FILE: when it is there, the LNS's session ends
 */
#define _GNU_SOURCE

#include "cm.h"

static struct vclink l, far;
static struct vc vc, there;

static bool up(struct vclink *link, uint32_t family)
{
	bool good = true;

	vc_af(link, 1);
	EXPECT(good, vc_up(link->af, VC_UP_MS));
	EXPECT(good, cm_open_af(link->af, family, NULL) && cm_done(link, 0));
	return good;
}

static void called(void)
{
	bool good = up(&l, CLEARDOWN_AF_L2TP) && up(&far, CM_FAMILY);
	char in[9188];

	EXPECT_EQ(good, vc_create(&there, &far, 0, 200), 0);
	EXPECT(good, vc_make(&there, cm_nsap, 7) && cm_done(&far, 0));
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), 0);
	EXPECT(good, vc_make(&vc, cm_nsap, 7) && cm_done(&l, 0));
	EXPECT_EQ(good, vc_status(&vc).out_call.vci, 207);
	if (!good)
		DIE("no call");
	EXPECT_EQ(good, write(vc.fd, "through the medium", 18), 18);
	EXPECT_EQ(good, read(there.fd, in, sizeof(in)), 18);
	if (!tap(good, "V-32 a call by L2TP is up, and its frames move on the channel"))
		exit(1);
}

static void closes(void)
{
	static const char bye[] = "good night from the circuit";
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good,
		  vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, bye, sizeof(bye) - 1, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, !(arg.out_report.flags & CLEARDOWN_REPORT_FORCED));
	tap(good, "V-23 V-33 CLOSE with data returns when the LNS has acknowledged it");
}

static void hung_up(const char *file)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	int fd;

	EXPECT(good, vc_make(&vc, cm_nsap, 7) && cm_done(&l, 0));
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	EXPECT(good, fd >= 0);
	close(fd);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 20000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg), 0);
	tap(good, "O4 the LNS ends a call: its client hears of it, and acknowledges");
	close(vc.fd);
	close(there.fd);
}

int main(int argc, char **argv)
{
	struct cleardown_close arg;

	if (argc != 4)
		return 1;
	snprintf(l.name, sizeof(l.name), "%s", argv[1]);
	snprintf(far.name, sizeof(far.name), "%s", argv[2]);
	called();
	closes();
	hung_up(argv[3]);
	if (cd_close(l.af, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, &arg) ||
	    cd_close(far.af, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, &arg))
		DIE("the address families do not close");
	return tap_done();
}
