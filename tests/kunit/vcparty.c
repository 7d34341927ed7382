// SPDX-License-Identifier: GPL-2.0-only
/*
 * A root and its parties, with a peer that answers as the case says: which party the call manager
 * is asked to end the call by, who is the last one, and what an end does to what is under way. The
 * leaves' side, and the wire, have tests of their own (tests/e2e, tests/unit).
 */
#include <linux/slab.h>
#include "../../kernel/callmgr/party.h"
#include "../../kernel/core/internal.h"
#include "vct.h"

/* Clocks that the cases wait for. */
#define SHORT_MS 100

static struct {
	struct cm_manager manager;
	const struct cm_manager *product;
	void *party;
	unsigned int closes;
} spy;

static int spy_close(void *ctx, void *party, const struct cm_close *close)
{
	spy.party = party;
	spy.closes++;
	return spy.product->close_call(ctx, party, close);
}

/* From now on what close_call() is given is known. */
static void spy_begin(struct vct *t)
{
	spy.product = t->link->manager;
	spy.manager = *spy.product;
	spy.manager.close_call = spy_close;
	spy.party = &spy;
	spy.closes = 0;
	KUNIT_ASSERT_EQ(t->kt.test, 0, cm_manager_set(t->link, &spy.manager));
}

/* ---- what the peer says, and our requests ---- */

static void say(struct vct *t, u32 cref, u8 type, u16 endpoint, u8 cause)
{
	struct cldn_q2931_msg *msg = kunit_kzalloc(t->kt.test, sizeof(*msg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, msg);
	msg->cref = cref;
	msg->type = type;
	msg->have = CLDN_Q2931_HAVE(ENDPOINT) | (cause ? CLDN_Q2931_HAVE(CAUSE) : 0);
	msg->endpoint = endpoint | CLDN_Q2931_ENDPOINT_FLAG;
	msg->ncauses = cause != 0;
	msg->cause[0].value = cause;
	vct_say(t, msg);
}

static int add(struct vct_vc *vc, u64 id)
{
	struct cleardown_op_add_party in = { .called = { 0x47, [19] = 2 }, .cookie = 100 + id };

	return vct_submit(vc, CLEARDOWN_OP_ADD_PARTY, id, &in, sizeof(in), NULL);
}

static int drop(struct vct_vc *vc, u64 id, u32 party, u32 *status)
{
	struct cleardown_op_drop_party in = { .party = party };

	return vct_submit(vc, CLEARDOWN_OP_DROP_PARTY, id, &in, sizeof(in), status);
}

static int close_party(struct vct_vc *vc, u32 party, u64 deadline_ns, u32 *status)
{
	struct cleardown_close arg = {
		.mode = CLEARDOWN_MODE_ORDERLY,
		.deadline_ns = deadline_ns,
		.party = party,
	};
	int ret = vc->h->member->close(vc->h, &arg, NULL);

	*status = arg.out_status;
	return ret;
}

/* Number of the @nth party of the root, from 0. */
static u32 number(struct vct_vc *vc, unsigned int nth)
{
	struct cm_party *p;

	guard(spinlock_irqsave)(&vc->h->lock);
	list_for_each_entry(p, &vc->vc->multi->parties, node)
		if (!nth--)
			return p->number;
	return 0;
}

static u32 count(struct vct_vc *vc)
{
	guard(spinlock_irqsave)(&vc->h->lock);
	return vc->vc->multi->nparties;
}

/* A root whose first party, of endpoint 0, has answered; the reference as the peer says it. */
static u32 root(struct vct *t, struct vct_vc *vc)
{
	struct cleardown_op_make_multi in = {
		.call.called = { 0x47, 0, 5, 0x81, [19] = 1 },
		.cookie = 11,
	};

	vct_create(t, vc);
	KUNIT_ASSERT_EQ(t->kt.test, 0,
			vct_submit(vc, CLEARDOWN_OP_MAKE_MULTI, 1, &in, sizeof(in), NULL));
	KUNIT_ASSERT_EQ(t->kt.test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_ASSERT_EQ(t->kt.test, 1U, count(vc));
	return vct_heard(t, CLDN_Q2931_SETUP);
}

/* One more, of endpoint @endpoint, by request @id. */
static void joined(struct vct *t, struct vct_vc *vc, u32 cref, u16 endpoint, u64 id)
{
	KUNIT_ASSERT_EQ(t->kt.test, 0, add(vc, id));
	vct_heard(t, CLDN_Q2931_ADD_PARTY);
	KUNIT_ASSERT_TRUE(t->kt.test,
			  kt_until(vct_times(t, VCT_MESSAGE, CLDN_Q2931_ADD_PARTY) == endpoint));
	say(t, cref, CLDN_Q2931_ADD_PARTY_ACK, endpoint, 0);
	KUNIT_ASSERT_EQ(t->kt.test, 0, kt_completion(&t->kt, id)->error);
}

/* ---- V-7, V-22 ---- */

static void named(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct vct_vc vc;
	u32 cref, status, party;

	spy_begin(t);
	cref = root(t, &vc);
	vct_answers(t, 0);
	party = number(&vc, 0);
	KUNIT_EXPECT_EQ(test, -ESTALE, close_party(&vc, party + 1, 0, &status));
	KUNIT_EXPECT_EQ(test, 0U, spy.closes);
	KUNIT_ASSERT_EQ(test, -EINPROGRESS, close_party(&vc, party, 0, &status));
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(spy.closes)));
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_NOT_NULL(test, spy.party);
	KUNIT_EXPECT_NE(test, vc.vc->cm_ctx, spy.party);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			cm_mcm_close_call_complete(t->link, vc.vc, vc.id, NULL,
						   CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			cm_mcm_close_call_complete(t->link, vc.vc, vc.id, &spy,
						   CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	vct_say_release_complete(t, cref);
	ev = vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, ev->error);
	KUNIT_EXPECT_EQ(test, (u64)party, ev->req_id);
	KUNIT_EXPECT_EQ(test, (u32)sizeof(vc.vc->multi->last), ev->data_len);
	KUNIT_EXPECT_EQ(test, 11ULL, vc.vc->multi->last.cookie);
	KUNIT_EXPECT_EQ(test, 0L, atomic_long_read(&cldn_live[CLDN_PARTS]));
}

static void not_named(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 status;

	spy_begin(t);
	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, -EINVAL, close_party(&vc, 1, 5000 * KT_MS, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, 0, 5000 * KT_MS, &status));
	KUNIT_EXPECT_NULL(test, spy.party);
}

/* ---- R3, R4 ---- */

static void several(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref, status;

	cref = root(t, &vc);
	KUNIT_EXPECT_EQ(test, -EBUSY, drop(&vc, 2, number(&vc, 0), &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, status);
	joined(t, &vc, cref, 1, 3);
	KUNIT_EXPECT_EQ(test, -EBUSY, close_party(&vc, 0, KT_MS, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, status);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	/* the one that is being dropped counts until that is complete, as one that is added */
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 4, number(&vc, 0), NULL));
	vct_heard(t, CLDN_Q2931_DROP_PARTY);
	KUNIT_EXPECT_EQ(test, -EBUSY, close_party(&vc, number(&vc, 1), KT_MS, &status));
	KUNIT_EXPECT_EQ(test, -EALREADY, drop(&vc, 5, number(&vc, 0), &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, status);
	KUNIT_EXPECT_EQ(test, -EBUSY, drop(&vc, 5, number(&vc, 1), NULL));
	say(t, cref, CLDN_Q2931_DROP_PARTY_ACK, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 4)->error);
	KUNIT_EXPECT_EQ(test, 0, add(&vc, 6));
	KUNIT_ASSERT_TRUE(test, kt_until(vct_times(t, VCT_MESSAGE, CLDN_Q2931_ADD_PARTY) == 2));
	KUNIT_EXPECT_EQ(test, -EBUSY, close_party(&vc, 0, KT_MS, &status));
	say(t, cref, CLDN_Q2931_ADD_PARTY_REJECT, 2, CLDN_Q2931_CAUSE_BUSY);
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, kt_completion(&t->kt, 6)->error);
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, 0, 5000 * KT_MS, &status));
}

/* A MAKE_CALL that was accepted beside the one that has succeeded changes nothing of that call. */
static void made_twice(struct kunit *test)
{
	struct cleardown_op_make_multi in = {
		.call.called = { 0x47, 0, 5, 0x81, [19] = 1 },
		.cookie = 11,
	};
	struct vct *t = vct_of(test);
	struct kt_gate *gate;
	struct vct_vc vc, other;
	u32 status;

	vct_create(t, &vc);
	vct_create(t, &other);
	gate = kt_hold(&t->kt, CLDN_HOOK_CLAIMED, NULL);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&other, 9));
	kt_held(&t->kt, gate); /* the worker */
	KUNIT_ASSERT_EQ(test, 0,
			vct_submit(&vc, CLEARDOWN_OP_MAKE_MULTI, 1, &in, sizeof(in), NULL));
	in.call.called[1] = 1;
	KUNIT_ASSERT_EQ(test, 0,
			vct_submit(&vc, CLEARDOWN_OP_MAKE_CALL, 2, &in.call, sizeof(in.call),
				   NULL));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, -EISCONN, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 0, vc.vc->params.called[1]);
	KUNIT_EXPECT_EQ(test, vct_vci(t), (u32)vc.vc->params.vci);
	KUNIT_ASSERT_NOT_NULL(test, vc.vc->multi);
	KUNIT_EXPECT_EQ(test, 1U, count(&vc));
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, number(&vc, 0), 5000 * KT_MS, &status));
}

/* ---- R5, R6 ---- */

/* We release the call, and it is the far end who has ended it: with what it has said. */
static void last_leaves(struct kunit *test)
{
	struct cleardown_vc_cdr told = { .size = sizeof(told) };
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref, status;

	cref = root(t, &vc);
	vct_answers(t, 0);
	say(t, cref, CLDN_Q2931_DROP_PARTY, 0, CLDN_Q2931_CAUSE_BUSY);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS,
			vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->status);
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_BUSY,
			vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->p1);
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_DROP, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_DROP_PARTY_ACK));
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_party(&vc, number(&vc, 0), 0, &status));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_BUSY,
			vct_report(t, vc.id)->out_head.cause_detail);
	KUNIT_EXPECT_EQ(test, 0, cm_cdr_next(t->af, &told));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_PEER, told.out_cdr.why);
	KUNIT_EXPECT_EQ(test, CLDN_Q2931_CAUSE_BUSY, told.out_cdr.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CDR_CONNECTED, told.out_cdr.flags);
}

/* A STATUS that says that the far end has no such party. */
static void say_nobody(struct vct *t, u32 cref, u16 endpoint)
{
	struct cldn_q2931_msg *msg = kunit_kzalloc(t->kt.test, sizeof(*msg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, msg);
	msg->cref = cref;
	msg->type = CLDN_Q2931_STATUS;
	msg->have = CLDN_Q2931_HAVE(ENDPOINT) | CLDN_Q2931_HAVE(ENDPOINT_STATE) |
		    CLDN_Q2931_HAVE(CAUSE) | CLDN_Q2931_HAVE(CALL_STATE);
	msg->endpoint = endpoint | CLDN_Q2931_ENDPOINT_FLAG;
	msg->ncauses = 1;
	msg->cause[0].value = CLDN_Q2931_CAUSE_STATUS_ENQUIRY;
	msg->call_state = CLDN_Q2931_ACTIVE;
	vct_say(t, msg);
}

/* They were not dropped, and are not there: the client is told as if they had been. */
static void lost(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct vct_vc vc;
	u32 cref, status;

	cref = root(t, &vc);
	joined(t, &vc, cref, 1, 2);
	say_nobody(t, cref, 1);
	ev = vct_record(&vc, CLEARDOWN_EV_INCOMING_DROP);
	KUNIT_EXPECT_EQ(test, number(&vc, 1), ev->p3);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 3, number(&vc, 1), NULL));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 3)->error);
	say_nobody(t, cref, 0);
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_INCOMING_DROP, NULL));
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, 0, 5000 * KT_MS, &status));
}

static void both_leave(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref, status, first;

	cref = root(t, &vc);
	joined(t, &vc, cref, 1, 2);
	first = number(&vc, 1);
	say(t, cref, CLDN_Q2931_DROP_PARTY, 1, CLDN_Q2931_CAUSE_NORMAL);
	say(t, cref, CLDN_Q2931_DROP_PARTY, 0, CLDN_Q2931_CAUSE_NORMAL);
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_INCOMING_DROP, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, first, vct_record(&vc, CLEARDOWN_EV_INCOMING_DROP)->p3);
	KUNIT_EXPECT_LT(test, vct_record(&vc, CLEARDOWN_EV_INCOMING_DROP)->seq,
			vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->seq);
	KUNIT_EXPECT_EQ(test, -EBUSY, close_party(&vc, 0, KT_MS, &status));
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 3, first, NULL));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 3)->error);
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, number(&vc, 0), 5000 * KT_MS, &status));
	/* CLOSE may be back a moment before */
	KUNIT_EXPECT_TRUE(test, kt_until(!atomic_long_read(&cldn_live[CLDN_PARTS])));
}

/* ---- R9, and other ends of what is under way ---- */

static void ended_with_the_call(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct vct_vc vc;
	u32 cref;

	cref = root(t, &vc);
	joined(t, &vc, cref, 1, 2);
	KUNIT_EXPECT_EQ(test, 0, add(&vc, 3));
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 4, number(&vc, 0), NULL));
	vct_heard(t, CLDN_Q2931_DROP_PARTY);
	vct_answers(t, 0);
	vct_file_close(&vc);
	ev = kt_completion(&t->kt, 3);
	KUNIT_EXPECT_EQ(test, -EIO, ev->error);
	KUNIT_EXPECT_EQ(test, -EIO, kt_completion(&t->kt, 4)->error);
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_CLOSE_CALL, -1));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CM_CLOSE_COMPLETE, -1));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 3));
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 4));
	KUNIT_EXPECT_EQ(test, 0L, atomic_long_read(&cldn_live[CLDN_PARTS]));
}

static void released_under_it(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref, status;

	cref = root(t, &vc);
	joined(t, &vc, cref, 1, 2);
	KUNIT_EXPECT_EQ(test, 0, add(&vc, 3));
	KUNIT_ASSERT_TRUE(test, kt_until(vct_times(t, VCT_MESSAGE, CLDN_Q2931_ADD_PARTY) == 2));
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	KUNIT_EXPECT_EQ(test, -ECONNRESET, kt_completion(&t->kt, 3)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_DROP, NULL));
	KUNIT_EXPECT_EQ(test, -EBUSY, close_party(&vc, 0, KT_MS, &status));
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 4, number(&vc, 0), NULL));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 4)->error);
	KUNIT_EXPECT_EQ(test, -EBUSY, drop(&vc, 5, number(&vc, 0), NULL));
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, 0, 5000 * KT_MS, &status));
}

static void unanswered(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref, status;

	WRITE_ONCE(t->link->sig.timers.ms[CLDN_Q2931_T398], SHORT_MS);
	WRITE_ONCE(t->link->sig.timers.ms[CLDN_Q2931_T399], SHORT_MS);
	cref = root(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, add(&vc, 2));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_TIMER, kt_completion(&t->kt, 2)->p1);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MESSAGE, CLDN_Q2931_DROP_PARTY));
	KUNIT_EXPECT_EQ(test, 1U, count(&vc));
	WRITE_ONCE(t->link->sig.timers.ms[CLDN_Q2931_T399], 10000);
	vct_forget(t);
	KUNIT_ASSERT_EQ(test, 0, add(&vc, 3));
	vct_heard(t, CLDN_Q2931_ADD_PARTY);
	say(t, cref, CLDN_Q2931_ADD_PARTY_ACK, 2, 0);
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 3)->error);
	KUNIT_EXPECT_EQ(test, 0, drop(&vc, 4, number(&vc, 1), NULL));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 4)->error);
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_TIMER, kt_completion(&t->kt, 4)->p1);
	KUNIT_EXPECT_EQ(test, 2ULL, READ_ONCE(t->link->counts[CM_COUNT_PARTIES_FORCED]));
	KUNIT_EXPECT_EQ(test, 0, close_party(&vc, 0, 5000 * KT_MS, &status));
}

static struct kunit_case vcparty_cases[] = {
	KT_CASE(named, "V-7 V-22 V-36 a call to many is closed by its party, and completed by it"),
	KT_CASE(not_named, "V-22 R3 a call to one has none"),
	KT_CASE(several, "R3 R4 TV-3 TV-9 several parties, and the last one"),
	KT_CASE(made_twice,
		"PR-1 a second request for a call leaves the call and its parties alone"),
	KT_CASE(last_leaves,
		"R5 the last party leaves: an incoming close, by the far end; no incoming drop"),
	KT_CASE(both_leave, "R6 O5 two leave at once: an incoming drop, then an incoming close"),
	KT_CASE(lost,
		"R5 R6 the far end says that a party is not there: told as if it had dropped it"),
	KT_CASE(ended_with_the_call, "R9 PR-1 V-36 requests for parties end once, then the call"),
	KT_CASE(released_under_it, "O4 R9 the network ends the call of several parties"),
	KT_CASE(unanswered, "PR-5 PR-7 T399 and T398 end what nobody answers, and say so"),
	{}
};

struct kunit_suite kt_vcparty_suite = {
	.name = "cleardown_vc_party",
	.init = vct_init,
	.exit = vct_exit,
	.test_cases = vcparty_cases,
};
