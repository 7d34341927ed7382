// SPDX-License-Identifier: GPL-2.0-only
/*
 * A far end that never confirms, since the cable is cut: T308 twice, a VCI in quarantine and its
 * RESTART; a suspend with a call up and with a close running.
 *
 * usage: vc-cut INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "power.h"
#include "vc.h"

#define SELECTOR 7
#define T308_MS 300

static struct vclink a, b;

static const char *far_interface;

/* Pulls the cable at b's end, or puts it back. */
static bool cable(bool there)
{
	char command[64];

	snprintf(command, sizeof(command), "ip link set %s %s", far_interface,
		 there ? "up" : "down");
	return !system(command);
}

static uint64_t count_of(int fd, const char *name)
{
	struct cleardown_vc_count arg = { .size = sizeof(arg) };

	for (; !cd_ioctl(fd, CLEARDOWN_IOC_VC_COUNT, &arg); arg.index++)
		if (!strcmp(arg.out_name, name))
			return arg.out_value;
	return ~0ULL;
}

static bool await_count(int fd, const char *name, uint64_t wanted)
{
	uint64_t end = cd_now() + 20 * CD_S;

	while (count_of(fd, name) != wanted) {
		if (cd_now() > end) {
			fprintf(stderr, "# %s is %llu, not %llu\n", name,
				(unsigned long long)count_of(fd, name), (unsigned long long)wanted);
			return false;
		}
		usleep(10000);
	}
	return true;
}

static void bound(char **interfaces)
{
	bool good = vc_links(&a, &b, interfaces, "role=network t308=300", "role=user t309=60000",
			     SELECTOR);

	far_interface = interfaces[1];
	if (!tap(good, "two links, the first is the network"))
		exit(1);
}

static void forced(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc from, to, again, to_again;
	bool good = true;
	uint64_t begin;
	uint16_t vci;

	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	vci = vc_status(&from).out_call.vci;
	EXPECT(good, cable(false));
	begin = cd_now();
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, cd_now() - begin >= 2 * T308_MS * CD_MS);
	EXPECT(good, cd_now() - begin < 5 * CD_S);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, arg.out_report.cause_detail, 102);
	EXPECT_EQ(good, vc_status(&from).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, count_of(a.af, "vcis-quarantined"), 1);
	EXPECT_EQ(good, count_of(a.af, "calls-forced"), 1);
	tap(good, "T308 twice: the close is a success, and says that it was forced");

	good = true;
	EXPECT(good, cable(true));
	EXPECT(good, await_count(a.af, "vcis-restarted", 1));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 20000));
	EXPECT_EQ(good, rec.ev.handle, to.id);
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, vc_connect(&a, &again, &b, &to_again, SELECTOR));
	EXPECT_EQ(good, vc_status(&again).out_call.vci, vci);
	EXPECT_EQ(good, vc_close(&again, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&to_again, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(from.fd);
	close(to.fd);
	close(again.fd);
	close(to_again.fd);
	tap(good, "its VCI is in quarantine until RESTART was confirmed, then calls get it again");
}

/* While it is in quarantine the next call has another VCI. */
static void quarantined(void)
{
	struct cleardown_close arg;
	struct vc from, to, next, to_next;
	union cd_record rec;
	bool good = true;
	uint16_t vci;

	EXPECT(good, vc_connect(&a, &next, &b, &to_next, SELECTOR));
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	vci = vc_status(&from).out_call.vci;
	EXPECT(good, vc_status(&next).out_call.vci != vci);
	EXPECT(good, cable(false));
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ABORT, 20 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, count_of(a.af, "vcis-quarantined"), 2);
	EXPECT(good, cable(true));
	EXPECT(good, await_count(a.af, "vcis-restarted", 2));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 20000));
	EXPECT_EQ(good, rec.ev.handle, to.id); /* that one alone */
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_status(&next).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_status(&to_next).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&next, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	close(from.fd);
	close(to.fd);
	close(next.fd);
	close(to_next.fd);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	tap(good, "RESTART is for one VC: the other call goes on through the cut");
}

static void slept(void)
{
	struct cleardown_close arg;
	struct vc from, to;
	union cd_record rec;
	bool good = true;
	char byte;

	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT(good, power_suspend());
	EXPECT_EQ(good, vc_status(&from).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, write(from.fd, "z", 1), 1);
	EXPECT(good, read(to.fd, &byte, 1) == 1 && byte == 'z');
	EXPECT(good, cable(false));
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, power_suspend());
	/* b's T308 is 30 s, and its SAAL notices nothing before 7 s have gone */
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 100));
	EXPECT(good, rec.ev.p2 & CLEARDOWN_REPORT_FORCED);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 100));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 100));
	close(from.fd);
	close(to.fd);
	tap(good,
	    "a call lives through a suspend; a close that runs is aborted before it, in time");
}

static void over(void)
{
	bool good = vc_unlink(&a);

	good &= vc_unlink(&b);
	tap(good, "the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	bound(argv + 1);
	forced();
	quarantined();
	slept();
	over();
	return tap_done();
}
