// SPDX-License-Identifier: GPL-2.0-only
/*
 * The narrowest path of a call manager in userspace: on both links of a cable one is registered, a
 * circuit is up at both ends on the same channel, frames move, it is closed with data.
 *
 * usage: vc-user INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "cm.h"

#define VCI 100

static struct vclink a, b;
static struct cm cm_a, cm_b;
static struct cm_request af_a, af_b, call_a, call_b;
static struct vc from, to;

static void registered(char **interfaces)
{
	bool good = true;
	struct cm other;

	EXPECT_EQ(good, vc_bind(&a, interfaces[0], ""), 0);
	EXPECT_EQ(good, vc_bind(&b, interfaces[1], ""), 0);
	EXPECT_EQ(good, cm_begin(&cm_a, a.name, 0), 0);
	EXPECT_EQ(good, cm_begin(&cm_b, b.name, 0), 0);
	EXPECT_EQ(good, cm_begin(&other, a.name, 0), -EBUSY);
	EXPECT_EQ(good, cm_register_as(&cm_a, CM_FAMILY + 1, 0), -EISCONN);
	cm_die(&other);
	if (!tap(good, "a program registers on each link, one for the family"))
		exit(1);
	good = cm_af(&a, &cm_a, 1, &af_a) && cm_af(&b, &cm_b, 2, &af_b);
	EXPECT(good, vc_up(a.af, VC_UP_MS));
	EXPECT_EQ(good, vc_link(a.af).out_close_data, CM_BYTES);
	EXPECT_EQ(good, vc_sap(&a, 1, 0, NULL), -EOPNOTSUPP);
	if (!tap(good, "clients open the address family, and it says so"))
		exit(1);
}

static void called(void)
{
	bool good = cm_call(&a, &cm_a, &from, VCI, &call_a) &&
		    cm_call(&b, &cm_b, &to, VCI, &call_b);

	EXPECT_EQ(good, call_a.req.af, af_a.req.object);
	EXPECT_EQ(good, call_a.req.call.called[CLEARDOWN_NSAP_LEN - 1], 9);
	EXPECT_EQ(good, vc_status(&from).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_status(&from).out_call.vci, VCI);
	EXPECT_EQ(good, vc_status(&to).out_flags & CLEARDOWN_VC_ACTIVATED, CLEARDOWN_VC_ACTIVATED);
	if (!tap(good, "V-4 a call is made, its channel activated, and it is up"))
		exit(1);
}

static void carries(void)
{
	static uint8_t out[9000], in[9188];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7;
	EXPECT_EQ(good, write(from.fd, out, sizeof(out)), (ssize_t)sizeof(out));
	EXPECT_EQ(good, read(to.fd, in, sizeof(in)), (ssize_t)sizeof(out));
	EXPECT(good, !memcmp(in, out, sizeof(out)));
	EXPECT_EQ(good, write(to.fd, out, 40), 40);
	EXPECT_EQ(good, read(from.fd, in, sizeof(in)), 40);
	tap(good, "V-32 frames move between the clients as with any other call manager");
}

static void closes(void)
{
	uint64_t reports = cd_last_report();
	struct cleardown_report report;
	struct cleardown_close arg;
	struct cm_request r;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 0, "good night", 10, &arg),
		  -EINPROGRESS);
	EXPECT(good, cm_next(&cm_a, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT_EQ(good, r.req.object, call_a.req.object);
	EXPECT_EQ(good, r.req.len, 10);
	EXPECT(good, !memcmp(r.req.data, "good night", 10));
	EXPECT_EQ(good, write(from.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ESHUTDOWN);
	EXPECT_EQ(good, cm_complete(&cm_a, &r, CLEARDOWN_NDIS_STATUS_SUCCESS), -EBUSY);
	EXPECT_EQ(good, cm_deactivate(&cm_a, r.req.object), 0);
	EXPECT_EQ(good, cm_deactivate(&cm_a, r.req.object), -EBUSY);
	EXPECT_EQ(good, cd_one(a.events, &rec, 0), -ETIMEDOUT);
	EXPECT_EQ(good, cm_complete(&cm_a, &r, CLEARDOWN_NDIS_STATUS_SUCCESS), 0);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, rec.ev.cookie, 100);
	EXPECT_EQ(good, cm_complete(&cm_a, &r, CLEARDOWN_NDIS_STATUS_SUCCESS), -EBADFD);
	EXPECT_EQ(good, cd_report(reports, &report), 0);
	EXPECT_EQ(good, report.out_head.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, report.out_head.accepted, 9000);
	EXPECT_EQ(good, cd_report(report.out_head.number, &report), -ENOENT);
	EXPECT_EQ(good, vc_delete(&from, NULL), 0);
	tap(good,
	    "V-3 V-9 V-11 CLOSE with data: the program has it, ends the call, once; a report");
	close(from.fd);

	good = true;
	EXPECT_EQ(good, cm_closed(&cm_b, call_b.req.object, 0, "good night"), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, 10);
	EXPECT_EQ(good, vc_close(&to, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, cm_end(&cm_b, &r));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, vc_delete(&to, NULL), 0);
	close(to.fd);
	tap(good, "O4 the program says that the far end closed, and the client acknowledges");
}

static void over(void)
{
	bool good = true;

	EXPECT_EQ(good, cd_unbind(a.name, 0), -EBUSY);
	EXPECT(good, cm_unaf(&a, &cm_a));
	EXPECT(good, cm_unaf(&b, &cm_b));
	EXPECT(good, cm_quiet(&cm_a) && cm_quiet(&cm_b));
	EXPECT_EQ(good, cd_unbind(a.name, 0), -EBUSY);
	cm_die(&cm_a);
	cm_die(&cm_b);
	EXPECT(good, cd_live_is("handles", 0));
	EXPECT_EQ(good, cd_unbind(a.name, 0), 0);
	EXPECT_EQ(good, cd_unbind(b.name, 0), 0);
	tap(good, "O10 the address families close, the programs go, the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	registered(argv + 1);
	called();
	carries();
	closes();
	over();
	return tap_done();
}
