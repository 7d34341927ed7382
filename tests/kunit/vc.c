// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ends of a VC's call, in the orders in which they may come, and what is owed to whom. The
 * races stand in vcraces.c.
 */
#include <linux/slab.h>
#include <linux/suspend.h>
#include "vct.h"

static const u8 bye[] = "good bye and thank you";
#define BYE_LEN (sizeof(bye) - 1)

struct vct_step {
	enum vct_what what;
	s64 number;
};

/* All of them are there, one after the other. */
static void expect_order(struct vct *t, const struct vct_step *steps, size_t n)
{
	int place, before = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		place = vct_when(t, steps[i].what, steps[i].number);
		KUNIT_EXPECT_GT_MSG(t->kt.test, place, before, "step %zu is missing, or too early",
				    i);
		before = place;
	}
}

/* The call manager has deleted it, and the link has forgotten it. */
static void expect_deleted(struct vct_vc *vc)
{
	vct_record(vc, CLEARDOWN_EV_VC_DELETED);
	KUNIT_EXPECT_TRUE(vc->t->kt.test, kt_until(vct_times(vc->t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(vc->t->kt.test, 1, vct_records(vc, CLEARDOWN_EV_VC_DELETED, NULL));
	KUNIT_EXPECT_EQ(vc->t->kt.test, CLEARDOWN_STATE_CLOSED, READ_ONCE(vc->h->state));
}

/* CLOSE that does not wait, while the peer confirms nothing. */
static void close_pending(struct vct *t, struct vct_vc *vc, const void *data, u32 len)
{
	struct cleardown_close arg;

	vct_answers(t, VCT_ANSWER_SETUP | VCT_ANSWER_CONNECT);
	vct_forget(t);
	KUNIT_ASSERT_EQ(t->kt.test, -EINPROGRESS,
			vct_close(vc, CLEARDOWN_MODE_ORDERLY, 0, data, len, &arg));
	KUNIT_EXPECT_EQ(t->kt.test, (u32)CLEARDOWN_NDIS_STATUS_PENDING, arg.out_status);
	KUNIT_EXPECT_EQ(t->kt.test, 0, arg.out_released);
}

/* ---- O1: slowly ---- */

static void the_whole_way(struct kunit *test)
{
	static const struct vct_step steps[] = {
		{ VCT_CL_CLOSE_CALL, -1 },
		{ VCT_CM_CLOSE_CALL, -1 },
		{ VCT_MESSAGE, CLDN_Q2931_RELEASE },
		{ VCT_CLOSE_DATA_SENT, BYE_LEN },
		{ VCT_NET_RELEASED, 0 },
		{ VCT_PARTY_FREED, -1 },
		{ VCT_CM_DEACTIVATE, -1 },
		{ VCT_SHUT, -1 },
		{ VCT_MP_DEACTIVATE, -1 },
		{ VCT_DEACTIVATE_COMPLETE, 0 },
		{ VCT_CM_CLOSE_COMPLETE, 0 },
		{ VCT_CL_CLOSE_COMPLETE, 1 },
		{ VCT_CO_DELETE_VC, 1 },
		{ VCT_PEER_DELETE_VC, -1 },
		{ VCT_MP_DELETE_VC, -1 },
	};
	struct vct *t = vct_of(test);
	struct vct_note note;
	struct vct_vc vc;
	u32 cref;
	int i;

	vct_call_out(t, &vc, 1);
	close_pending(t, &vc, bye, BYE_LEN);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vct_write(&vc, 10));
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	note = vct_note_at(t, vct_when(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, BYE_LEN, note.len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(note.data, bye, BYE_LEN));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, vct_vci(t)));
	KUNIT_EXPECT_EQ(test, -EALREADY, vct_delete(&vc, NULL));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	vct_file_close(&vc);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_when(t, VCT_MP_DELETE_VC, -1) >= 0));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	for (i = 0; i < VCT_VC_FREE; i++)
		KUNIT_EXPECT_EQ(test, 1, vct_times(t, i, -1));
	expect_order(t, steps, ARRAY_SIZE(steps));
}

/* The file takes the next call; what was said of the last one does not reach it. */
static void and_again(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u64 id;

	vct_call_out(t, &vc, 1);
	id = vc.h->id;
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	/* CLOSE may be back a moment before */
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(vc.h->id) != id));
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, id));
	KUNIT_EXPECT_EQ(test, 10ULL, arg.out_report.accepted);
}

/* ---- O2: at once ---- */

static void at_once(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS, arg.out_status);
	KUNIT_EXPECT_FALSE(test, vct_channel_open(t, vct_vci(t)));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_when(t, VCT_CL_CLOSE_COMPLETE, 0) >= 0));
}

/* ---- O3: the call manager's circuit ---- */

static void incoming(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status, cref;

	cref = vct_call_in(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, -EPERM, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, status);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	close_pending(t, &vc, NULL, 0);
	KUNIT_EXPECT_EQ(test, cref, vct_heard(t, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, -EPERM, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_VC_DELETED, NULL));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_GT(test, vct_record(&vc, CLEARDOWN_EV_VC_DELETED)->seq,
			vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->seq);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	expect_deleted(&vc);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CO_DELETE_VC, 0));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_close(&vc, CLEARDOWN_MODE_ABORT, KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_write(&vc, 10));
}

/* ---- O4, R16: the far end closes ---- */

static void the_far_end(struct kunit *test)
{
	static const struct vct_step steps[] = {
		{ VCT_CM_INCOMING_CLOSE, CLDN_Q2931_CAUSE_REJECTED },
		{ VCT_SHUT, -1 },
		{ VCT_DEACTIVATE_COMPLETE, 0 },
		{ VCT_CL_CLOSE_CALL, -1 },
		{ VCT_CM_CLOSE_COMPLETE, 0 },
		{ VCT_CO_DELETE_VC, 1 },
	};
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 vci, cref;

	vct_call_out(t, &vc, 1);
	vci = vct_vci(t);
	cref = vct_heard(t, CLDN_Q2931_SETUP);
	KUNIT_ASSERT_TRUE(test, vct_frame_in(t, vci, 33));
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NORMAL, bye, BYE_LEN);
	ev = vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS, ev->status);
	KUNIT_EXPECT_EQ(test, (u32)BYE_LEN, ev->data_len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(vc.vc->remote_data, bye, BYE_LEN));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_DEACTIVATE_COMPLETE, 0)));
	KUNIT_EXPECT_FALSE(test, vct_channel_open(t, vci));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vct_write(&vc, 10));
	KUNIT_EXPECT_FALSE(test, vct_frame_in(t, vci, 34));
	KUNIT_EXPECT_EQ(test, 33L, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, 0L, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 1U << CLEARDOWN_CAUSE_PEER, arg.out_report.later_causes);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	expect_order(t, steps, ARRAY_SIZE(steps));
}

/* What the far end said when it closed one call is not said of the next one. */
static void the_far_end_again(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, bye, BYE_LEN);
	KUNIT_EXPECT_EQ(test, (u32)BYE_LEN, vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->data_len);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, (u32)BYE_LEN, (u32)t->link->cdrs[1].close_data);
	vct_forget(t);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_ASSERT_TRUE(test, kt_until(vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL) == 2));
	KUNIT_EXPECT_EQ(test, 0U, vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->data_len);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 2ULL, t->link->cdr_last);
	KUNIT_EXPECT_EQ(test, 0U, (u32)t->link->cdrs[2].close_data);
}

/* ---- O6: rejected ---- */

static void rejected(struct kunit *test)
{
	static const struct vct_step steps[] = {
		{ VCT_MESSAGE, CLDN_Q2931_RELEASE }, { VCT_NET_RELEASED, 0 }, { VCT_SHUT, -1 },
		{ VCT_DEACTIVATE_COMPLETE, 0 },	     { VCT_CO_DELETE_VC, 0 },
	};
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_offered(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_reject(&vc, 1, CLDN_Q2931_CAUSE_BUSY));
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, CLDN_Q2931_CAUSE_BUSY,
			vct_note_at(t, vct_when(t, VCT_MESSAGE, CLDN_Q2931_RELEASE)).cause);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	vct_record(&vc, CLEARDOWN_EV_VC_DELETED);
	KUNIT_EXPECT_EQ(test, -EBADFD,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, KT_MS, NULL, 0, &arg));
	expect_deleted(&vc);
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CM_CLOSE_CALL, -1));
	expect_order(t, steps, ARRAY_SIZE(steps));
}

/* ---- O7: accepted, and the network wants something else ---- */

static void accepted_in_vain(struct kunit *test)
{
	static const struct vct_step steps[] = {
		{ VCT_CM_INCOMING_CLOSE, -1 },
		{ VCT_CL_CLOSE_CALL, -1 },
		{ VCT_CM_CLOSE_COMPLETE, 0 },
		{ VCT_CO_DELETE_VC, 0 },
	};
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref;

	vct_answers(t, VCT_ANSWER_SETUP | VCT_ANSWER_RELEASE);
	cref = vct_offered(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_accept(&vc, 1));
	vct_heard(t, CLDN_Q2931_CONNECT);
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NO_RESOURCE, NULL, 0);
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_NO_RESOURCE,
			vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->p1);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, kt_completion(&t->kt, 1)->status);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_VC_DELETED, NULL));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	expect_deleted(&vc);
	expect_order(t, steps, ARRAY_SIZE(steps));
}

/* ---- O8: a call that could not be made ---- */

static void refused(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_answers(t, 0);
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_SETUP));
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, -ENOTCONN,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CM_CLOSE_CALL, -1));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
}

/* Cancelled, and once more: the completion is the call's end, and the circuit can be deleted. */
static void cancelled_twice(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u32 cref;

	vct_answers(t, 0);
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	vct_heard(t, CLDN_Q2931_SETUP);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(vc.h, 1));
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, 0, cldn_op_cancel(vc.h, 1));
	kthread_flush_work(&t->kt.dev->work);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CALLING, vct_state(&vc));
	kt_drain(&t->kt);
	KUNIT_EXPECT_EQ(test, 0, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, -ECANCELED, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
}

/* ---- O9: made, and not as asked for ---- */

static void made_otherwise(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cldn_q2931_msg *msg = kunit_kzalloc(test, sizeof(*msg), GFP_KERNEL);
	struct vct_vc vc;
	u32 cref;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	vct_answers(t, 0);
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	cref = vct_heard(t, CLDN_Q2931_SETUP);
	msg->cref = cref;
	msg->type = CLDN_Q2931_CONNECT;
	msg->have = CLDN_Q2931_HAVE(AAL) | CLDN_Q2931_HAVE(CONNECTION);
	msg->connection.assoc = 1;
	msg->connection.vci = vct_vci(t);
	msg->aal = (struct cldn_q2931_aal){
		.type = CLDN_Q2931_AAL5,
		.has_fwd = true,
		.has_bwd = true,
		.fwd_sdu = 100,
		.bwd_sdu = 100,
	};
	vct_say(t, msg);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 100U, vc.vc->params.fwd_sdu);
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, vct_write(&vc, 101));
	close_pending(t, &vc, NULL, 0);
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, vct_vci(t)));
	KUNIT_EXPECT_EQ(test, 100U, vc.vc->params.fwd_sdu);
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
}

/* An answer that speaks of one direction leaves the other one as it was asked for. */
static void half_an_answer(struct kunit *test)
{
	struct cleardown_vc_call call = {
		.called = { 0x47, 0, 5, 0x81, [19] = 1 },
		.fwd_sdu = 100,
		.bwd_sdu = 200,
	};
	struct vct *t = vct_of(test);
	struct cldn_q2931_msg *msg = kunit_kzalloc(test, sizeof(*msg), GFP_KERNEL);
	struct vct_vc vc;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	vct_answers(t, VCT_ANSWER_RELEASE);
	vct_create(t, &vc);
	KUNIT_ASSERT_EQ(test, 0,
			vct_submit(&vc, CLEARDOWN_OP_MAKE_CALL, 1, &call, sizeof(call), NULL));
	msg->cref = vct_heard(t, CLDN_Q2931_SETUP);
	msg->type = CLDN_Q2931_CONNECT;
	msg->have = CLDN_Q2931_HAVE(AAL) | CLDN_Q2931_HAVE(CONNECTION);
	msg->connection.assoc = 1;
	msg->connection.vci = vct_vci(t);
	msg->aal.type = CLDN_Q2931_AAL5;
	msg->aal.has_bwd = true;
	msg->aal.bwd_sdu = 150;
	vct_say(t, msg);
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 100U, vc.vc->params.fwd_sdu);
	KUNIT_EXPECT_EQ(test, 150U, vc.vc->params.bwd_sdu);
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, vct_write(&vc, 101));
}

/* ---- O10, R18 to R20: address families ---- */

static int af_close(struct cldn_handle *af, u64 deadline_ns, u32 *status)
{
	struct cleardown_close arg = { .mode = CLEARDOWN_MODE_ORDERLY, .deadline_ns = deadline_ns };
	int ret = af->member->close(af, &arg, NULL);

	*status = arg.out_status;
	return ret;
}

/* Records with the address family's cookie. */
static unsigned int af_records(struct vct *t, u32 type, u64 cookie)
{
	unsigned int i, n = 0;

	kt_drain(&t->kt);
	for (i = 0; i < t->kt.n; i++)
		n += t->kt.tape[i].type == type && t->kt.tape[i].cookie == cookie;
	return n;
}

static void a_family_with_a_call(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cldn_handle *af = vct_af_open(t, 77);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status;

	KUNIT_ASSERT_EQ(test, 0, vct_sap(af, 9, 0, NULL));
	KUNIT_ASSERT_EQ(test, 0, vct_create_on(t, af, &vc, 0));
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 1));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, af_close(af, 0, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_PENDING, status);
	KUNIT_EXPECT_EQ(test, -EALREADY, af_close(af, 0, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, status);
	KUNIT_EXPECT_PTR_EQ(test, NULL, t->link->saps[9]);
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77)));
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(af->state) == CLEARDOWN_STATE_CLOSED));
	KUNIT_EXPECT_EQ(test, 1, af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77));
	vct_af_close_file(af);
}

static void an_offer_without_its_sap(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_offered(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_sap(t->af, VCT_SELECTOR, CLEARDOWN_SAP_REMOVE, NULL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_OFFERED, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, vct_accept(&vc, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
}

/* Nobody took it yet: the call manager refuses it, and its circuit is gone. */
static void an_offer_and_its_family_closes(struct kunit *test)
{
	static const struct vct_step steps[] = {
		{ VCT_NET_RELEASED, 0 },
		{ VCT_DEACTIVATE_COMPLETE, 0 },
		{ VCT_CO_DELETE_VC, 0 },
	};
	struct vct *t = vct_of(test);
	struct cldn_handle *af = vct_af_open(t, 77);
	u32 status;

	KUNIT_ASSERT_EQ(test, 0, vct_sap(af, 9, 0, NULL));
	vct_say_setup(t, 9);
	KUNIT_ASSERT_TRUE(test, kt_until(af_records(t, CLEARDOWN_EV_INCOMING_CALL, 77)));
	KUNIT_EXPECT_EQ(test, 0, af_close(af, 5000 * KT_MS, &status));
	vct_heard(t, CLDN_Q2931_RELEASE);
	expect_order(t, steps, ARRAY_SIZE(steps));
	KUNIT_EXPECT_EQ(test, 0, af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77));
	vct_af_close_file(af);
}

/* The family closes while the offer is being taken, and then there is no file for it. */
static void an_offer_taken_in_vain(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cldn_handle *af = vct_af_open(t, 77), *made;
	struct cleardown_vc_create arg = { .cookie = 5 };
	struct kt *kt = &t->kt;
	u32 status;

	KUNIT_ASSERT_EQ(test, 0, vct_sap(af, 9, 0, NULL));
	vct_say_setup(t, 9);
	KUNIT_ASSERT_TRUE(test, kt_until(af_records(t, CLEARDOWN_EV_INCOMING_CALL, 77)));
	arg.take = kt_find(kt, CLEARDOWN_EV_INCOMING_CALL, -1)->req_id;
	made = vct_create_begin(af, &arg);
	KUNIT_ASSERT_FALSE(test, IS_ERR(made));
	KUNIT_EXPECT_TRUE(test, IS_ERR(vct_create_begin(af, &arg)));
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, af_close(af, 0, &status));
	KUNIT_EXPECT_EQ(test, 0, af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77));
	vct_create_undo(af, made, &arg);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_RESOURCES, arg.out_status);
	KUNIT_EXPECT_TRUE(test, kt_until(af_records(t, CLEARDOWN_EV_CLOSE_COMPLETE, 77)));
	vct_heard(t, CLDN_Q2931_RELEASE);
	vct_af_close_file(af);
}

/* The owner's file goes with an offer in it, a call that is made and one that is up. */
static void a_client_dies(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc up, making, offer;

	vct_call_out(t, &up, 1);
	vct_answers(t, VCT_ANSWER_CONNECT | VCT_ANSWER_RELEASE);
	vct_create(t, &making);
	vct_forget(t);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&making, 2));
	vct_heard(t, CLDN_Q2931_SETUP);
	vct_offered(t, &offer);
	vct_file_close(&making);
	vct_file_close(&up);
	vct_file_close(&offer);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1) == 3));
	KUNIT_EXPECT_EQ(test, 3, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_NE(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 2));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, up.id));
	KUNIT_EXPECT_TRUE(test, vct_report(t, up.id)->out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&up, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* The link is taken away by force: everybody is told, what is pending fails once. */
static void the_call_manager_goes(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc up, making, idle;
	char text[CLEARDOWN_TEXT_LEN];

	vct_call_out(t, &up, 1);
	vct_answers(t, 0);
	vct_create(t, &idle);
	vct_create(t, &making);
	vct_forget(t);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&making, 2));
	vct_heard(t, CLDN_Q2931_SETUP);
	t->kt.dev->link.drv = t->kt.sim;
	KUNIT_EXPECT_EQ(test, 0,
			cldn_device_unbind("kunit", CLEARDOWN_UNBIND_FORCE, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 2, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, 1, af_records(t, CLEARDOWN_EV_AF_NOTIFY, KT_COOKIE));
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 2));
	KUNIT_EXPECT_NE(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&up, CLEARDOWN_EV_VC_DELETED, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&idle, CLEARDOWN_EV_VC_DELETED, NULL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_ADMIN, vct_report(t, up.id)->out_head.cause);
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_delete(&idle, NULL));
	t->unbound = true;
}

/* ---- V-8, PR-6: delivery cannot fail ---- */

#if IS_ENABLED(CONFIG_FAULT_INJECTION)
static void no_memory(struct kunit *test)
{
	struct vct *t = vct_of(test);
	unsigned int limit = cldn_event_limit;
	struct vct_vc vc;
	bool failing, done;

	vct_call_out(t, &vc, 1);
	vct_t308_short(t); /* the peer may answer the second RELEASE only */
	KUNIT_EXPECT_EQ(test, 100L, vct_write(&vc, 100));
	cldn_event_limit = 0;
	kt_fail_allocations(&t->kt, true);
	failing = kt_allocations_fail();
	close_pending(t, &vc, bye, BYE_LEN);
	vct_answers(t, VCT_ANSWER_ALL);
	done = kt_until(vct_state(&vc) == CLEARDOWN_VC_IDLE);
	kt_fail_allocations(&t->kt, false);
	cldn_event_limit = limit;
	KUNIT_ASSERT_TRUE_MSG(test, failing, "allocations did not fail");
	KUNIT_EXPECT_TRUE(test, done);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
}
#endif

/* ---- V-10: the state has changed when the record can be read ---- */

static u32 state_at_post;

static void look_at_state(struct kt *kt, void *what)
{
	struct cldn_rec *rec = what;

	if (rec->head.type == CLEARDOWN_EV_CLOSE_COMPLETE)
		state_at_post = READ_ONCE(container_of(rec, struct cm_vc, closed.rec)->state);
}

static void deleted_at_once(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	state_at_post = CLEARDOWN_VC_CLOSING;
	vct_call_out(t, &vc, 1);
	kt_at(CLDN_HOOK_VC_POST, look_at_state, &t->kt);
	close_pending(t, &vc, NULL, 0);
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, state_at_post);
}

/* ---- V-12, V-39: nothing moves any more ---- */

static long write_until_refused(struct kt_thread *t)
{
	struct vct_vc *vc = t->arg;
	u64 end = cldn_now() + KT_LIMIT_MS * KT_MS;
	long ret;

	do {
		ret = vct_write(vc, 20);
		cond_resched();
	} while ((ret == 20 || ret == -EAGAIN) && cldn_now() < end);
	return ret;
}

static void writers_meet_a_close(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *a, *b;
	struct vct_vc vc;
	u32 vci, cref;

	vct_call_out(t, &vc, 1);
	vci = vct_vci(t);
	a = kt_start(&t->kt, write_until_refused, &vc);
	b = kt_start(&t->kt, write_until_refused, &vc);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_DATA, vci) > 20));
	close_pending(t, &vc, NULL, 0);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, kt_join(a));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, kt_join(b));
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vct_write(&vc, 20));
	KUNIT_EXPECT_EQ(test, -1, vct_data_after(t, vct_when(t, VCT_MESSAGE, CLDN_Q2931_RELEASE)));
	vct_frame_in(t, vci, 50);
	vct_say_release_complete(t, cref);
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_FALSE(test, vct_frame_in(t, vci, 50));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, vct_write(&vc, 20));
	KUNIT_EXPECT_EQ(test, 0U, vc.vc->rxq.qlen);
}

/* ---- TV-8, R21, PR-7: what was queued is drained or counted ---- */

static void drained(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	t->keep = true;
	t->patient = true;
	KUNIT_EXPECT_EQ(test, 300L, vct_write(&vc, 300));
	close_pending(t, &vc, bye, BYE_LEN);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_CM_CLOSE_CALL, -1)));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vct_write(&vc, 300));
	vct_device_gives_back(t);
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, 300ULL, vct_report(t, vc.id)->out_head.confirmed);
	KUNIT_EXPECT_EQ(test, 0ULL, vct_report(t, vc.id)->out_head.in_doubt);
}

static void counted(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, 50L, vct_write(&vc, 50));
	t->keep = true;
	KUNIT_EXPECT_EQ(test, 300L, vct_write(&vc, 300));
	vct_forget(t);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 350ULL, arg.out_report.accepted);
	KUNIT_EXPECT_EQ(test, 300ULL, arg.out_report.in_doubt);
	KUNIT_EXPECT_EQ(test, 50ULL, arg.out_report.confirmed);
	KUNIT_EXPECT_EQ(test, 0ULL, arg.out_report.discarded);
	KUNIT_EXPECT_GE(test, vct_when(t, VCT_DEACTIVATE_COMPLETE, 300), 0);
}

/* A far end that sends frames of one octet to a reader who sleeps costs no more than another. */
static void small_frames(struct kunit *test)
{
	struct vct *t = vct_of(test);
	unsigned int sent = 0;
	struct sk_buff *skb;
	struct vct_vc vc;
	size_t memory = 0;
	u32 vci;

	vct_call_out(t, &vc, 1);
	vci = vct_vci(t);
	while (!READ_ONCE(vc.vc->rx_lost) && sent < CM_RX_MEMORY / 256 && vct_frame_in(t, vci, 1))
		sent++;
	KUNIT_EXPECT_EQ(test, 1U, vc.vc->rx_lost);
	scoped_guard(spinlock_irqsave, &vc.vc->rxq.lock)
		skb_queue_walk(&vc.vc->rxq, skb)
			memory += skb->truesize;
	KUNIT_EXPECT_LE(test, memory, (size_t)CM_RX_MEMORY);
	KUNIT_EXPECT_EQ(test, memory, (size_t)vc.vc->rx_memory);
	KUNIT_EXPECT_EQ(test, 1L, vct_read(&vc));
	KUNIT_EXPECT_TRUE(test, vct_frame_in(t, vci, 1));
	KUNIT_EXPECT_EQ(test, 1U, vc.vc->rx_lost);
	while (vct_read(&vc) == 1)
		;
	KUNIT_EXPECT_EQ(test, 0U, vc.vc->rx_memory);
}

/* A call that was offered to nobody, whose refusal had no room: it does not outlive the link. */
static void refused_and_untold(struct kunit *test)
{
	struct vct *t = vct_of(test);
	u32 cref;

	vct_between(t);
	t->send_error = -ENOBUFS;
	cref = vct_say_setup(t, VCT_SELECTOR + 1);
	KUNIT_EXPECT_TRUE(test, kt_until(!READ_ONCE(t->send_error)));
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(t->link->counts[CM_COUNT_REFUSED]) == 1));
	KUNIT_EXPECT_NOT_NULL(test, xa_load(&t->link->theirs, cref));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE_COMPLETE));
	/* vct_exit() unbinds, and expects that nothing is left */
}

/* ---- V-28, V-34: a medium without close data ---- */

static void no_close_data(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	t->info.close_data = 0;
	t->up->changed(t->up_ctx, false, 0);
	KUNIT_ASSERT_TRUE(test, kt_until(!READ_ONCE(t->link->info.close_data)));
	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, bye, BYE_LEN, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_INVALID_DATA, arg.out_status);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CL_CLOSE_CALL, -1));
	KUNIT_EXPECT_EQ(test, 20L, vct_write(&vc, 20));
	KUNIT_EXPECT_TRUE(test, vct_frame_in(t, vct_vci(t), 21));
	KUNIT_EXPECT_EQ(test, 21L, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_note_at(t, vct_when(t, VCT_MESSAGE, CLDN_Q2931_RELEASE)).len);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-29, TV-7, R22: a close that fails ---- */

static void a_close_fails_at_once(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status;

	vct_between(t);
	vct_call_out(t, &vc, 1);
	t->send_error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, arg.out_status);
	KUNIT_EXPECT_EQ(test, 0, arg.out_released);
	KUNIT_EXPECT_EQ(test, 20L, vct_write(&vc, 20));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, status);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
}

/* CLOSE_FAILED by a record that says why; the call is up. */
static void close_failed(struct vct *t, struct vct_vc *vc)
{
	const struct cleardown_event *ev;

	vct_between(t);
	vct_call_out(t, vc, 1);
	t->send_error = -ENOSPC;
	close_pending(t, vc, NULL, 0);
	ev = vct_record(vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(t->kt.test, -ENOSPC, ev->error);
	KUNIT_EXPECT_EQ(t->kt.test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, ev->status);
	KUNIT_EXPECT_EQ(t->kt.test, (u32)CLEARDOWN_VC_CLOSE_FAILED, vct_state(vc));
	vct_answers(t, VCT_ANSWER_ALL);
}

/* An administrator ends the call before its owner has read that his CLOSE has failed. */
static void a_close_fails_unread(struct kunit *test)
{
	struct cleardown_ctl_close arg = {
		.mode = CLEARDOWN_MODE_ORDERLY,
		.deadline_ns = 5000 * KT_MS,
	};
	struct vct *t = vct_of(test);
	struct cleardown_close close;
	struct vct_vc vc;
	s32 error = 0;

	vct_between(t);
	vct_call_out(t, &vc, 1);
	t->send_error = -ENOSPC;
	KUNIT_ASSERT_EQ(test, -EINPROGRESS,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &close));
	KUNIT_ASSERT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_CLOSE_FAILED));
	arg.handle = vc.h->id;
	KUNIT_EXPECT_EQ(test, 0, t->kt.dev->class->close_members(t->kt.dev, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, &error));
	KUNIT_EXPECT_EQ(test, -ENOSPC, error);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_FORCED_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_ADMIN,
			vct_record(&vc, CLEARDOWN_EV_FORCED_CLOSE)->p1);
	/* the next call has its own */
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 3));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 3)->error);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_EXPECT_EQ(test, 0U, vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->p2);
}

static void a_close_fails_later(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status;

	close_failed(t, &vc);
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, status);
	KUNIT_EXPECT_EQ(test, -EISCONN, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, vct_vci(t)));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
}

static void and_the_carrier_is_lost(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	close_failed(t, &vc);
	vct_medium_gone(t, CLDN_Q2931_CAUSE_OUT_OF_ORDER);
	KUNIT_EXPECT_EQ(test, (u32)CLDN_Q2931_CAUSE_OUT_OF_ORDER,
			vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->p1);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_REMOTE_CLOSED, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
}

/* ---- V-27, V-33, PR-5: a peer that never confirms ---- */

/* A CLOSE that goes on is over when T308 was waited for twice, and is told as forced, once. */
static void expect_given_up(struct vct_vc *vc, unsigned int releases)
{
	struct kunit *test = vc->t->kt.test;
	const struct cleardown_event *ev = vct_record(vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	const struct cleardown_report *r = vct_report(vc->t, vc->id);

	KUNIT_EXPECT_EQ(test, 0, ev->error);
	KUNIT_EXPECT_TRUE(test, ev->p2 & CLEARDOWN_REPORT_FORCED);
	KUNIT_EXPECT_EQ(test, releases, vct_times(vc->t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_TRUE(test, r->out_head.flags & CLEARDOWN_REPORT_FORCED);
	KUNIT_EXPECT_GE(test, r->out_head.end_ns - r->out_head.begin_ns,
			2 * VCT_T308_SHORT_MS * KT_MS);
	KUNIT_EXPECT_LT(test, r->out_head.end_ns - r->out_head.begin_ns,
			(2 * VCT_T308_SHORT_MS + KT_SLACK_MS) * KT_MS);
	KUNIT_EXPECT_EQ(test, 1, vct_times(vc->t, VCT_NET_RELEASED, 1));
	KUNIT_EXPECT_EQ(test, 1, vct_records(vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(vc, NULL));
}

static void never_confirmed(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_t308_short(t);
	close_pending(t, &vc, bye, BYE_LEN);
	expect_given_up(&vc, 2);
}

static int no_room(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg)
{
	return -ENOBUFS;
}

/* The peer is there and answers every POLL, but takes nothing that is said. */
static void never_heard(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_t308_short(t);
	vct_between(t);
	t->ops.send = no_room;
	close_pending(t, &vc, bye, BYE_LEN);
	expect_given_up(&vc, 0);
}

/* ABORT: one RELEASE, and nobody is waited for. */
static void aborted(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ABORT, VCT_T308_MS * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
}

/* The far end may still say something about a call that it did not confirm the end of. */
static void its_reference_stays_taken(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref;

	vct_call_out(t, &vc, 1);
	cref = vct_heard(t, CLDN_Q2931_SETUP);
	vct_answers(t, 0);
	KUNIT_EXPECT_EQ(test, 0, vct_close(&vc, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, NULL, 0, &arg));
	vct_answers(t, VCT_ANSWER_ALL);
	t->link->sig.next_cref = cref & ~CLDN_Q2931_CREF_FLAG; /* after eight million calls */
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_NE(test, cref, vct_heard(t, CLDN_Q2931_SETUP));
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
}

/* ---- PR-8: a reboot ---- */

/* Before a reboot the far end is told of every end, and nothing is waited for that may not come. */
static void reboot_releases(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc a, b;
	u64 begin;

	vct_call_out(t, &a, 1);
	vct_call_in(t, &b, 2);
	vct_answers(t, 0);
	begin = cldn_now();
	cldn_reboot_nb.notifier_call(&cldn_reboot_nb, 0, NULL);
	KUNIT_EXPECT_LT(test, cldn_now() - begin, CLDN_EMERGENCY_NS + KT_SLACK_MS * KT_MS);
	KUNIT_EXPECT_EQ(test, 2, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_EQ(test, 0, READ_ONCE(t->link->nswept));
	vct_say_setup(t, VCT_SELECTOR);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE_COMPLETE)));
	/* this machine goes on: as after a suspend */
	cldn_pm_nb.notifier_call(&cldn_pm_nb, PM_POST_SUSPEND, NULL);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_ADMIN, vct_report(t, a.id)->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_ABORT, vct_report(t, b.id)->out_head.mode);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&a, CLEARDOWN_EV_FORCED_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&b, CLEARDOWN_EV_FORCED_CLOSE, NULL));
}

/* ---- V-31: the signalling channel ---- */

static void signalling_stays(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, CM_SIGNALLING_VCI));
	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, CM_SIGNALLING_VCI));
	KUNIT_EXPECT_TRUE(test, READ_ONCE(t->link->sig.up));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_DATA, -1));
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
}

/* ---- TV-5, R14: DELETE_VC ---- */

static void deleting(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status, cref;

	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, status);
	KUNIT_EXPECT_EQ(test, 20L, vct_write(&vc, 20));
	close_pending(t, &vc, NULL, 0);
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, -EALREADY, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, status);
	vct_say_release_complete(t, cref);
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS, status);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSED, READ_ONCE(vc.h->state));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_write(&vc, 20));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_read(&vc));
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_close(&vc, CLEARDOWN_MODE_ABORT, KT_MS, NULL, 0, &arg));
}

/* ---- V-40: where sleeping is forbidden ---- */

static void from_atomic(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	int ret;

	vct_call_out(t, &vc, 1);
	spin_lock_bh(&lock);
	ret = vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, bye, BYE_LEN, &arg);
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, ret);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
}

static struct kunit_case vc_cases[] = {
	KT_CASE(the_whole_way,
		"O1 V-4 V-11 V-23 V-27 V-30 V-38 TV-2 slowly: each step once and in its order"),
	KT_CASE(and_again, "O1 TV-4 the circuit takes the next call, with a new generation"),
	KT_CASE(at_once, "O2 V-26 TV-1 PR-4 at once: CLOSE returns success, no record follows"),
	KT_CASE(incoming,
		"O3 V-4 V-13 V-21 TV-4 R15 PR-9 an incoming call: the call manager deletes"),
	KT_CASE(the_far_end, "O4 V-13 R16 TV-10 the far end closes, CLOSE is the answer"),
	KT_CASE(the_far_end_again, "O4 V-33 its close data belongs to one call, not to the next"),
	KT_CASE(rejected, "O6 an offered call is rejected and needs no CLOSE"),
	KT_CASE(accepted_in_vain, "O7 an accepted call that the network does not want so"),
	KT_CASE(refused, "O8 a call that could not be made is over with its completion"),
	KT_CASE(cancelled_twice, "O8 a call that was cancelled twice is over with its completion"),
	KT_CASE(made_otherwise, "O9 a call with changed parameters is closed in answer to them"),
	KT_CASE(half_an_answer, "O9 an answer that changes one direction leaves the other alone"),
	KT_CASE(a_family_with_a_call, "O10 R19 a family with a call: PENDING until it is gone"),
	KT_CASE(an_offer_without_its_sap, "R18 an offer stands when its SAP is deregistered"),
	KT_CASE(an_offer_and_its_family_closes, "R18 O10 an offer goes with its family"),
	KT_CASE(an_offer_taken_in_vain, "R18 O10 an offer that was taken in vain goes with it too"),
	KT_CASE(a_client_dies, "O10 PR-1 PR-8 a client's files go: offer, attempt and call end"),
	KT_CASE(the_call_manager_goes, "O10 R20 PR-1 the link is unbound by force: all are told"),
#if IS_ENABLED(CONFIG_FAULT_INJECTION)
	KT_CASE(no_memory, "V-8 PR-6 CLOSE and its record with every allocation failing"),
#endif
	KT_CASE(deleted_at_once, "V-10 the state has changed when the completion can be read"),
	KT_CASE(writers_meet_a_close, "V-12 V-39 PR-3 two writers meet a close"),
	KT_CASE(drained, "TV-8 R21 V-39 RELEASE waits for frames that are at the device"),
	KT_CASE(counted, "TV-8 PR-7 frames that the device keeps are counted as in doubt"),
	KT_CASE(small_frames, "frames that nobody reads are bounded by their memory"),
	KT_CASE(refused_and_untold, "V-37 a call that was refused, and cannot be told: no leak"),
	KT_CASE(no_close_data, "V-24 V-28 V-34 PR-10 close data on a medium that has none"),
	KT_CASE(a_close_fails_at_once, "V-29 TV-7 PR-10 a CLOSE that waits fails: the call is up"),
	KT_CASE(a_close_fails_unread, "PR-1 V-29 a failed CLOSE is unread when the call is ended"),
	KT_CASE(a_close_fails_later, "V-29 TV-7 R22 CLOSE_FAILED: undeletable, closed again"),
	KT_CASE(and_the_carrier_is_lost, "R22 CLOSE_FAILED, then the medium goes: incoming close"),
	KT_CASE(never_confirmed, "V-27 V-33 R22 PR-5 PR-7 a peer that never confirms: T308 twice"),
	KT_CASE(never_heard, "V-27 PR-5 PR-7 a peer that takes no message any more: as long"),
	KT_CASE(aborted, "PR-5 ABORT waits for no confirmation"),
	KT_CASE(its_reference_stays_taken, "PR-9 a call that was given up keeps its reference"),
	KT_CASE(reboot_releases, "PR-8 before a reboot each call's far end is told, in time"),
	KT_CASE(signalling_stays, "V-31 the signalling channel stays, and carries no data"),
	KT_CASE(deleting, "TV-5 TV-6 R14 PR-9 DELETE_VC: active, closing, and after it"),
	KT_CASE(from_atomic, "V-40 CLOSE under a spinlock: PENDING, then completed"),
	KT_CASE(kt_words, "what bind says it takes is looked at"),
	{}
};

struct kunit_suite kt_vc_suite = {
	.name = "cleardown_vc",
	.init = vct_init,
	.exit = vct_exit,
	.test_cases = vc_cases,
};
