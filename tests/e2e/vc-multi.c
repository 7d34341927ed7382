// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call to many over one cable: the root on one end, its parties on the other, where each one is a
 * VC of its own. Parties are added and dropped by either side, and the last one by neither.
 *
 * usage: vc-multi INTERFACE INTERFACE [ROUNDS]
 */
#define _GNU_SOURCE

#include "multi.h"

#define SELECTOR 7
#define NLEAVES 3
#define ROUNDS 300

static struct vclink a, b;
static struct vc root;
static struct leaf leaves[NLEAVES];

static const char bye[] = "party's over";
#define BYE_LEN (sizeof(bye) - 1)
#define DATA_CAUSE 21 /* with close data: call rejected */

static void connected(void)
{
	bool good = true;

	EXPECT(good, multi_connect(&a, &root, &b, leaves, NLEAVES, SELECTOR));
	EXPECT_EQ(good, multi_count(&root), NLEAVES);
	EXPECT(good, vc_status(&root).out_flags & CLEARDOWN_VC_ROOT);
	EXPECT(good, vc_status(&leaves[1].vc).out_flags & CLEARDOWN_VC_LEAF);
	EXPECT(good, vc_status(&leaves[1].vc).out_call.out_flags & CLEARDOWN_CALL_MULTI);
	EXPECT_EQ(good, vc_status(&leaves[0].vc).out_call.vci, vc_status(&root).out_call.vci);
	EXPECT_EQ(good, vc_status(&leaves[2].vc).out_call.vci, vc_status(&root).out_call.vci);
	if (!tap(good, "the first party comes with SETUP, the others with ADD PARTY"))
		exit(1);
}

/* One frame of the root's is one for each that has joined, and none comes back. */
static bool each_gets(const struct leaf *all, unsigned int n, uint8_t fill)
{
	static uint8_t out[1000], in[9188];
	bool good = true;

	memset(out, fill, sizeof(out));
	EXPECT_EQ(good, write(root.fd, out, sizeof(out)), (ssize_t)sizeof(out));
	for (unsigned int i = 0; i < n; i++) {
		if (!all[i].party)
			continue;
		EXPECT_EQ(good, read(all[i].vc.fd, in, sizeof(in)), (ssize_t)sizeof(out));
		EXPECT(good, !memcmp(in, out, sizeof(out)));
		EXPECT_EQ(good, vc_status((struct vc *)&all[i].vc).out_frames_queued, 0);
	}
	return good;
}

static void carries(void)
{
	bool good = each_gets(leaves, NLEAVES, 0x5a);

	EXPECT_EQ(good, write(leaves[0].vc.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, EOPNOTSUPP);
	EXPECT_EQ(good, vc_status(&root).out_frames_sent, 1);
	tap(good, "a frame goes once to the link, and each party has it once");
}

static void several(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, multi_close(&root, 0, 5 * CD_S, &arg), -EBUSY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT_EQ(good, multi_close(&root, leaves[0].party, 5 * CD_S, &arg), -EBUSY);
	EXPECT_EQ(good, vc_status(&root).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, each_gets(leaves, NLEAVES, 0x11));
	tap(good, "R3 TV-3 CLOSE with several parties fails, and the call is up");
}

/* The root drops one, with data, which its VC gets like that of any call. */
static void root_drops(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	int ret;

	EXPECT(good, multi_drop(&root, leaves[1].party, bye, BYE_LEN, NULL, NULL));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, multi_told(&rec).cookie, leaves[1].cookie);
	EXPECT_EQ(good, multi_told(&rec).state, CLEARDOWN_PARTY_OVER);
	EXPECT_EQ(good, multi_told(&rec).flags, 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.cookie, 1000 + leaves[1].cookie);
	EXPECT_EQ(good, rec.ev.data_len, BYE_LEN);
	EXPECT(good, !memcmp(rec.ev.data, bye, BYE_LEN));
	EXPECT_EQ(good, vc_close(&leaves[1].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(leaves[1].vc.fd);
	EXPECT(good, !multi_drop(&root, leaves[1].party, NULL, 0, &ret, NULL));
	EXPECT_EQ(good, ret, -ESTALE);
	leaves[1].party = 0;
	EXPECT_EQ(good, multi_count(&root), NLEAVES - 1);
	EXPECT(good, each_gets(leaves, NLEAVES, 0x22));
	tap(good, "the root drops a party, with close data: its VC is told, the others go on");
}

/* A party closes its VC: the root is told, and answers. */
static void leaf_leaves(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good,
		  vc_close(&leaves[0].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, bye, BYE_LEN, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_INCOMING_DROP, &rec, 5000));
	EXPECT_EQ(good, rec.ev.cookie, 100);
	EXPECT_EQ(good, rec.ev.p3, leaves[0].party);
	EXPECT_EQ(good, multi_told(&rec).cookie, leaves[0].cookie);
	EXPECT_EQ(good, multi_told(&rec).data_len, BYE_LEN);
	EXPECT(good, !memcmp(multi_data(&rec), bye, BYE_LEN));
	EXPECT_EQ(good, multi_close(&root, 0, 5 * CD_S, &arg), -EBUSY);
	EXPECT(good, multi_drop(&root, leaves[0].party, NULL, 0, NULL, NULL));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	close(leaves[0].vc.fd);
	leaves[0].party = 0;
	EXPECT(good, each_gets(leaves, NLEAVES, 0x33));
	tap(good, "a party leaves: INCOMING_DROP, with its data, and the root drops it");
}

static void last(void)
{
	struct cleardown_vc_party told;
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	uint32_t status;
	int ret;

	EXPECT(good, !multi_drop(&root, leaves[2].party, NULL, 0, &ret, &status));
	EXPECT_EQ(good, ret, -EBUSY);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT_EQ(good, multi_state(&root, leaves[2].party), CLEARDOWN_PARTY_JOINED);
	EXPECT_EQ(good, multi_close(&root, leaves[2].party + 1, 5 * CD_S, &arg), -ESTALE);
	EXPECT_EQ(good, vc_status(&root).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, multi_close(&root, leaves[2].party, 0, &arg), -EINPROGRESS);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	told = multi_told(&rec);
	EXPECT_EQ(good, told.party, leaves[2].party);
	EXPECT_EQ(good, told.cookie, leaves[2].cookie);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&leaves[2].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(leaves[2].vc.fd);
	EXPECT_EQ(good, vc_status(&root).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, multi_count(&root), 0);
	EXPECT_EQ(good, vc_delete(&root, NULL), 0);
	close(root.fd);
	tap(good,
	    "O5 R4 TV-9 V-35 the last party is not dropped; CLOSE names it, the call is over");
}

/* An address nobody has, one that nobody answers at, and rounds of parties without end. */
static void refused(void)
{
	union cd_record rec;
	bool good = true;
	int ret;

	EXPECT(good, multi_add(&root, b.nsap, 99, 50, NULL, NULL));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 88);
	EXPECT_EQ(good, multi_told(&rec).cookie, 50);
	EXPECT(good, !multi_drop(&root, multi_told(&rec).party, NULL, 0, &ret, NULL));
	EXPECT_EQ(good, ret, -ESTALE);
	EXPECT_EQ(good, multi_count(&root), 2);
	tap(good, "ADD PARTY is refused: that party alone fails");
}

/* Its VC ends with the REJECT, in the same turn of the worker. */
static void turned_down(void)
{
	struct cleardown_op_reject why = { .cause = 17 };
	union cd_record rec;
	bool good = true;
	struct vc vc;

	EXPECT(good, multi_add(&root, b.nsap, SELECTOR + 2, 53, NULL, NULL));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &b, rec.ev.req_id, 301), 0);
	EXPECT_EQ(good,
		  cd_submit(vc.fd, CLEARDOWN_OP_REJECT, ++vc_request, &why, sizeof(why), NULL), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 17);
	EXPECT_EQ(good, multi_count(&root), 2);
	tap(good, "a party that is offered is rejected by its client, and alone fails");
}

static void crowded(void)
{
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, cd_parameter("vc_parties", 2), 1024);
	EXPECT(good, multi_add(&root, b.nsap, SELECTOR + 2, 52, NULL, NULL));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ENOBUFS);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_RESOURCES);
	EXPECT_EQ(good, multi_count(&root), 2);
	cd_parameter("vc_parties", 1024);
	tap(good, "more parties than a call may have: that one fails, the others stay");
}

static void cancelled(void)
{
	struct cleardown_cancel cancel = {
		.size = sizeof(cancel),
		.what = CLEARDOWN_CANCEL_REQUEST,
	};
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	struct vc vc;

	cancel.id = multi_add(&root, b.nsap, SELECTOR + 2, 51, NULL, NULL);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &b, rec.ev.req_id, 300), 0);
	EXPECT_EQ(good, cd_ioctl(root.fd, CLEARDOWN_IOC_CANCEL, &cancel), 0);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECANCELED);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	EXPECT_EQ(good, multi_count(&root), 2);
	tap(good, "an ADD_PARTY that nobody answers is cancelled, and taken back");
}

/*
 * Two parties leave at once: one drop, one close, and the client's answers in that order. The last
 * one has ended the call, and RELEASE comes for it; DROP PARTY for the last: tests/kunit/vcparty.c.
 */
static void both_leave(void)
{
	struct cleardown_close arg;
	struct cleardown_cdr cdr;
	union cd_record rec;
	bool good = true;

	for (int i = 0; i < 2; i++)
		vc_close(&leaves[i].vc, CLEARDOWN_MODE_ORDERLY, 0, bye, i * BYE_LEN, &arg);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_INCOMING_DROP, &rec, 5000));
	EXPECT_EQ(good, rec.ev.p3, leaves[0].party);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, rec.ev.p1, DATA_CAUSE);
	EXPECT_EQ(good, rec.ev.data_len, BYE_LEN);
	EXPECT(good, !memcmp(rec.ev.data, bye, BYE_LEN));
	EXPECT_EQ(good, multi_close(&root, leaves[1].party, 5 * CD_S, &arg), -EBUSY);
	EXPECT(good, multi_drop(&root, leaves[0].party, NULL, 0, NULL, NULL));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, multi_close(&root, leaves[1].party, 5 * CD_S, &arg), 0);
	cdr = vc_cdr_last(a.af);
	EXPECT_EQ(good, cdr.vc, root.id);
	EXPECT_EQ(good, cdr.why, CLEARDOWN_CAUSE_PEER);
	EXPECT_EQ(good, cdr.cause, DATA_CAUSE);
	EXPECT_EQ(good, cdr.close_data, BYE_LEN);
	EXPECT_EQ(good, cd_one(a.events, &rec, 0), -ETIMEDOUT);
	for (int n = 0; n < 4; n++)
		EXPECT(good, vc_next(&b, 0, &rec, 5000));
	for (int i = 0; i < 2; i++)
		close(leaves[i].vc.fd);
	tap(good, "R5 R6 O5 the last two leave at once: an incoming drop, then an incoming close");
}

/* The owner goes while a party is being added: that ends once, and then the call. */
static void owner_goes(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	struct vc vc;

	EXPECT(good, multi_connect(&a, &root, &b, leaves, 1, SELECTOR));
	EXPECT(good, multi_add(&root, b.nsap, SELECTOR + 1, 52, NULL, NULL));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &b, rec.ev.req_id, 300), 0);
	close(root.fd);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -EIO);
	EXPECT_EQ(good, multi_told(&rec).cookie, 52);
	EXPECT_EQ(good, cd_one(a.events, &rec, 300), -ETIMEDOUT);
	for (int n = 0; n < 2; n++)
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&leaves[0].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	for (int n = 0; n < 2; n++)
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(leaves[0].vc.fd);
	close(vc.fd);
	tap(good, "R9 PR-8 the owner goes while a party is added: that ends once, then the call");
}

/* Parties come and go; a count of what is left of them. */
static void rounds(unsigned int n)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct leaf leaf = { .cookie = 60 };
	bool good = true;

	EXPECT(good, multi_connect(&a, &root, &b, leaves, 1, SELECTOR));
	EXPECT(good, cd_live_is("parts", 2)); /* of the root's end and of the leaf's */
	for (unsigned int i = 0; i < n && good; i++) {
		EXPECT(good, multi_add(&root, b.nsap, SELECTOR + 1, leaf.cookie, NULL, NULL));
		EXPECT(good, multi_answer(&b, &leaf) && multi_joined(&a, &leaf));
		EXPECT(good, multi_drop(&root, leaf.party, NULL, 0, NULL, NULL));
		EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
		EXPECT_EQ(good, vc_close(&leaf.vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
			  0);
		EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
		close(leaf.vc.fd);
	}
	EXPECT(good, cd_live_is("parts", 2));
	EXPECT_EQ(good, multi_close(&root, 0, 5 * CD_S, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&leaves[0].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(leaves[0].vc.fd);
	EXPECT_EQ(good, vc_delete(&root, NULL), 0);
	close(root.fd);
	EXPECT(good, cd_live_is("parts", 0));
	tap(good, "V-36 V-37 %u parties came and went, and nothing is left of any", n);
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc < 3)
		return 1;
	EXPECT(good, vc_links(&a, &b, argv + 1, "", "", SELECTOR));
	EXPECT_EQ(good, vc_sap(&b, SELECTOR + 1, 0, NULL), 0);
	EXPECT_EQ(good, vc_sap(&b, SELECTOR + 2, 0, NULL), 0);
	if (!tap(good, "two links, and addresses for three parties"))
		return 1;
	connected();
	carries();
	several();
	root_drops();
	leaf_leaves();
	last();
	EXPECT(good, multi_connect(&a, &root, &b, leaves, 2, SELECTOR));
	refused();
	turned_down();
	crowded();
	cancelled();
	both_leave();
	close(root.fd);
	owner_goes();
	rounds(argc > 3 ? strtoul(argv[3], NULL, 10) : ROUNDS);
	good = vc_unlink(&a) && vc_unlink(&b);
	tap(good, "the links are unbound");
	return tap_done();
}
