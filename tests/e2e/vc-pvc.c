// SPDX-License-Identifier: GPL-2.0-only
/*
 * Permanent circuits by the example's call manager, which runs on both links of a cable: a client at
 * each end calls, frames move, they close; then both managers are killed under their clients.
 *
 * usage: vc-pvc LINK LINK FIRST-PID SECOND-PID
 */
#define _GNU_SOURCE

#include <signal.h>

#include "cm.h"

static struct vclink l[2];
static struct vc vc[2];

static bool opened(void)
{
	bool good = true;
	int i;

	for (i = 0; i < 2; i++) {
		vc_af(&l[i], 1);
		EXPECT(good, vc_up(l[i].af, VC_UP_MS));
		EXPECT(good, cm_open_af(l[i].af, CM_FAMILY, NULL) && cm_done(&l[i], 0));
		EXPECT_EQ(good, vc_create(&vc[i], &l[i], 0, 100), 0);
	}
	return good;
}

/* The circuit @selector is up at end @i. */
static bool made(int i, uint8_t selector)
{
	bool good = true;

	EXPECT(good, vc_make(&vc[i], cm_nsap, selector));
	EXPECT(good, cm_done(&l[i], 0));
	return good;
}

static void carries(void)
{
	bool good = opened();
	char in[9188];
	struct vc other;

	EXPECT(good, made(0, 7) && made(1, 7));
	EXPECT_EQ(good, vc_status(&vc[0]).out_call.vci, 100);
	EXPECT_EQ(good, write(vc[0].fd, "across", 6), 6);
	EXPECT_EQ(good, read(vc[1].fd, in, sizeof(in)), 6);
	EXPECT_EQ(good, write(vc[1].fd, "and back", 8), 8);
	EXPECT_EQ(good, read(vc[0].fd, in, sizeof(in)), 8);
	EXPECT_EQ(good, vc_create(&other, &l[0], 0, 101), 0);
	EXPECT(good, vc_make(&other, cm_nsap, 7) && cm_done(&l[0], -EIO));
	EXPECT(good, vc_make(&other, cm_nsap, 8) && cm_done(&l[0], -EIO));
	EXPECT_EQ(good, vc_delete(&other, NULL), 0);
	close(other.fd);
	tap(good, "V-32 a permanent circuit carries frames; taken or unknown ones are refused");
}

static void closes(void)
{
	struct cleardown_close arg;
	bool good = true;
	int i;

	EXPECT_EQ(good, vc_close(&vc[0], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, "x", 1, &arg), -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, write(vc[0].fd, "up", 2), 2);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(good, vc_close(&vc[i], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
			  0);
		EXPECT_EQ(good, arg.out_released, 1);
		EXPECT(good, !(arg.out_report.flags & CLEARDOWN_REPORT_FORCED));
	}
	EXPECT(good, made(0, 7));
	tap(good, "V-28 V-24 it has no way for close data; without it CLOSE ends the call at once");
}

static void killed(pid_t first, pid_t second)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	int i;

	kill(first, SIGKILL);
	kill(second, SIGKILL);
	EXPECT(good, vc_next(&l[0], CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_FAILURE);
	for (i = 0; i < 2; i++) {
		EXPECT(good, vc_next(&l[i], CLEARDOWN_EV_AF_NOTIFY, &rec, 5000));
		EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_OWNER_DIED);
	}
	EXPECT_EQ(good, vc_close(&vc[0], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(good, vc_delete(&vc[i], NULL), 0);
		close(vc[i].fd);
		EXPECT_EQ(good, cd_close(l[i].af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
		close(l[i].af);
		close(l[i].events);
	}
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "O10 the call managers are killed: clients are told, and can finish");
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 1;
	snprintf(l[0].name, sizeof(l[0].name), "%s", argv[1]);
	snprintf(l[1].name, sizeof(l[1].name), "%s", argv[2]);
	carries();
	closes();
	killed(atoi(argv[3]), atoi(argv[4]));
	return tap_done();
}
