// SPDX-License-Identifier: GPL-2.0-only
/*
 * The races of a VC's end, each forced in both orders: the link's worker is held in one of
 * Q.2931's upcalls, or anybody at a hook.
 */
#include "vct.h"

/* ---- the worker is held in an upcall ---- */

static struct {
	const struct cldn_q2931_ops *ops;
	struct completion reached;
	struct completion go;
} held;

static void held_here(void)
{
	complete(&held.reached);
	wait_for_completion_timeout(&held.go, msecs_to_jiffies(KT_LIMIT_MS));
}

static void held_clearing(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	held_here();
	held.ops->clearing(call, end);
}

static void held_connected(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	held_here();
	held.ops->connected(call, msg);
}

static void held_released(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	held_here();
	held.ops->released(call, end);
}

static void hold_begin(struct vct *t)
{
	init_completion(&held.reached);
	init_completion(&held.go);
	held.ops = t->link->sig.ops;
	vct_between(t);
}

static void hold_reached(struct vct *t)
{
	KUNIT_ASSERT_NE_MSG(t->kt.test, 0,
			    wait_for_completion_timeout(&held.reached,
							msecs_to_jiffies(KT_LIMIT_MS)),
			    "the worker does not come there");
}

static void hold_end(void)
{
	complete_all(&held.go);
}

static int close_now(struct vct_vc *vc, struct cleardown_close *arg)
{
	return vct_close(vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, arg);
}

static int close_waiting(struct vct_vc *vc, struct cleardown_close *arg)
{
	return vct_close(vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, arg);
}

/* One close, with success, and nobody was told of another. */
static void expect_closed_once(struct vct_vc *vc, unsigned int records)
{
	struct kunit *test = vc->t->kt.test;
	s32 error = 0;

	KUNIT_EXPECT_TRUE(test, vct_reaches(vc, CLEARDOWN_VC_IDLE));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_records(vc, CLEARDOWN_EV_CLOSE_COMPLETE, &error) >=
					 records));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(vc, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(vc->t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, records, vct_records(vc, CLEARDOWN_EV_CLOSE_COMPLETE, &error));
	KUNIT_EXPECT_EQ(test, 0, error);
	KUNIT_EXPECT_EQ(test, 1, vct_times(vc->t, VCT_CM_CLOSE_CALL, -1));
	KUNIT_EXPECT_EQ(test, 1, vct_times(vc->t, VCT_CM_CLOSE_COMPLETE, -1));
}

/* ---- R1: CLOSE, then the network ---- */

/* Both have sent RELEASE. */
static void releases_cross(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	expect_closed_once(&vc, 1);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_NET_RELEASED, 1));
}

/* The network's RELEASE is being handled, and the CLOSE is faster by that much. */
static void close_before_clearing(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	hold_begin(t);
	t->ops.clearing = held_clearing;
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	hold_reached(t);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	hold_end();
	expect_closed_once(&vc, 1);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CM_INCOMING_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
}

/* While frames are drained the network ends it: nothing is waited for any more. */
static void cleared_while_draining(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	t->keep = true;
	KUNIT_EXPECT_EQ(test, 200L, vct_write(&vc, 200));
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL)));
	KUNIT_EXPECT_EQ(test, 200ULL, vct_report(t, vc.id)->out_head.in_doubt);
	expect_closed_once(&vc, 1);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
}

/* ---- R2: the network, then CLOSE ---- */

/* Told, and not read. */
static void unread(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_REMOTE_CLOSED));
	KUNIT_EXPECT_EQ(test, 0, close_waiting(&vc, &arg));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_INCOMING_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, close_now(&vc, &arg));
	expect_closed_once(&vc, 0);
}

/* The circuit knows, and the record is not queued yet. */
static void close_before_the_record(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_POST, &vc.vc->remote.rec);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	KUNIT_EXPECT_EQ(test, -EALREADY, close_now(&vc, &arg));
	kt_let_go(gate);
	ev = vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_LT(test, vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE)->seq, ev->seq);
	expect_closed_once(&vc, 1);
}

/* ---- R7, R8: CLOSE and the call that is being made ---- */

/* The request is queued, and the worker has not seen it. */
static void close_before_setup(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_thread *closer;
	struct kt_gate *gate;
	struct vct_vc vc, other;

	vct_create(t, &vc);
	vct_create(t, &other);
	gate = kt_hold(&t->kt, CLDN_HOOK_CLAIMED, NULL);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&other, 9));
	kt_held(&t->kt, gate); /* the worker */
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_CLOSING));
	KUNIT_EXPECT_EQ(test, -EALREADY, close_now(&vc, &arg));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_NE(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MESSAGE, CLDN_Q2931_SETUP));
	expect_closed_once(&vc, 0);
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
}

static void expect_attempt_before_close(struct vct_vc *vc, s32 error)
{
	struct vct *t = vc->t;
	const struct cleardown_event *made, *closed;

	made = kt_completion(&t->kt, 1);
	closed = vct_record(vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(t->kt.test, error, made->error);
	KUNIT_EXPECT_EQ(t->kt.test, 0, closed->error);
	KUNIT_EXPECT_LT(t->kt.test, made->seq, closed->seq);
	expect_closed_once(vc, 1);
	KUNIT_EXPECT_EQ(t->kt.test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
}

/* SETUP is out, nobody has answered. */
static void close_after_setup(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_answers(t, VCT_ANSWER_RELEASE);
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	vct_heard(t, CLDN_Q2931_SETUP);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	expect_attempt_before_close(&vc, -EIO);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
}

/* CONNECT is being handled, and the CLOSE is faster by that much. */
static void close_before_connected(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	hold_begin(t);
	t->ops.connected = held_connected;
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	hold_reached(t);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	hold_end();
	expect_attempt_before_close(&vc, -EIO);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
}

/* The refusal is being handled, and the CLOSE is faster by that much. */
static void close_before_refused(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	hold_begin(t);
	t->ops.released = held_released;
	vct_answers(t, 0);
	vct_create(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_SETUP));
	hold_reached(t);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	hold_end();
	expect_attempt_before_close(&vc, -EIO);
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_RELEASE));
}

/* It is connected, and its completion is about to be queued. */
static void close_behind_connected(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_create(t, &vc);
	gate = kt_hold(&t->kt, CLDN_HOOK_COMPLETE, NULL);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 1));
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_let_go(gate);
	expect_attempt_before_close(&vc, 0);
}

/* ---- R10, TV-1: CLOSE and the completion ---- */

static void two_closes(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *closer;
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_EQ(test, -EALREADY, close_waiting(&vc, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, arg.out_status);
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	expect_closed_once(&vc, 0);
}

/* Both have checked and neither has claimed; the second to come claims. */
static void the_second_claims(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_thread *closer;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_CLOSE, vc.h);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -EALREADY, kt_join(closer));
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	expect_closed_once(&vc, 1);
}

/* Its time is up, and the end comes before it has asked: its return is the answer. */
static void done_before_the_answer(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *closer;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_WAITED, vc.h);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 20 * KT_MS);
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 1, closer->close.out_released);
	expect_closed_once(&vc, 0);
}

/* The same, and the end comes when it has asked: PENDING, and a record. */
static void done_behind_the_answer(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *closer;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 20 * KT_MS);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, kt_join(closer));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_PENDING, closer->close.out_status);
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	expect_closed_once(&vc, 1);
}

/* Its end comes, and the circuit is used again, and closed, before it has asked how it ended. */
static void the_next_before_the_answer(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_thread *closer;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_WAITED, vc.h);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	kt_held(&t->kt, gate);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	vct_answers(t, 0);
	vct_forget(t);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS, closer->close.out_status);
	KUNIT_EXPECT_EQ(test, vc.id, closer->close.out_report.handle);
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	expect_closed_once(&vc, 1);
}

/* The end has come, CLOSE_COMPLETE is not queued yet: a CLOSE has nothing to close. */
static void close_before_its_record(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_POST, &vc.vc->closed.rec);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, -ENOTCONN, close_now(&vc, &arg));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_make(&vc, 2));
	kt_let_go(gate);
	expect_closed_once(&vc, 1);
}

/* The same when the record is not even about to be queued: the next close would need its place. */
static void close_before_it_is_told(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_OVER, vc.h);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, close_now(&vc, &arg));
	kt_let_go(gate);
	expect_closed_once(&vc, 1);
}

/* An administrator, who closes one VC or all. */
struct admin {
	struct vct *t;
	struct cleardown_ctl_close arg;
};

static long force_now(struct admin *admin)
{
	struct cldn_device *dev = admin->t->kt.dev;

	return dev->class->close_members(dev, &admin->arg);
}

static long force(struct kt_thread *thread)
{
	return force_now(thread->arg);
}

static struct admin admin_of(struct vct *t, u64 id, u64 deadline_ns)
{
	return (struct admin){
		.t = t,
		.arg = {
			.handle = id,
			.mode = CLEARDOWN_MODE_ORDERLY,
			.deadline_ns = deadline_ns,
		},
	};
}

/* A CLOSE has failed, and is still telling it, when an administrator claims the call. */
static void forced_before_its_record(struct kunit *test)
{
	struct vct *t = vct_of(test);
	static struct admin forced;
	struct cleardown_close arg;
	struct kt_thread *admin;
	struct kt_gate *gate;
	struct vct_vc vc;
	s32 error = 0;

	vct_between(t);
	vct_call_out(t, &vc, 1);
	t->send_error = -ENOSPC;
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_POST, &vc.vc->closed.rec);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSE_FAILED, vct_state(&vc));
	forced = admin_of(t, vc.id, 5000 * KT_MS);
	admin = kt_start(&t->kt, force, &forced);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_CLOSING));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(admin));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_ADMIN, forced.arg.out_report.cause);
	KUNIT_EXPECT_NE(test, 0ULL, forced.arg.out_report.end_ns);
	KUNIT_EXPECT_EQ(test, 0, forced.arg.out_report.error);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, &error));
	KUNIT_EXPECT_EQ(test, -ENOSPC, error);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_FORCED_CLOSE, NULL));
}

/* The first one's close has failed, of which he is not told yet, when the second one begins. */
static void two_admins_the_first_fails(struct kunit *test)
{
	struct vct *t = vct_of(test);
	static struct admin first, second;
	struct kt_thread *one, *two;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_between(t);
	vct_call_out(t, &vc, 1);
	t->send_error = -ENOSPC;
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_OVER, vc.h);
	first = admin_of(t, vc.id, 5000 * KT_MS);
	one = kt_start(&t->kt, force, &first);
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	second = admin_of(t, vc.id, 5000 * KT_MS);
	two = kt_start(&t->kt, force, &second);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_CLOSING));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, -ENOSPC, kt_join(one));
	KUNIT_EXPECT_EQ(test, -ENOSPC, first.arg.out_report.error);
	KUNIT_EXPECT_EQ(test, 0, kt_join(two));
	KUNIT_EXPECT_EQ(test, 0, second.arg.out_report.error);
	KUNIT_EXPECT_NE(test, first.arg.out_report.number, second.arg.out_report.number);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
}

/* @first closes the VC of that id, or all, and is held; the call is over, and its owner knows. */
static struct kt_thread *force_held(struct vct_vc *vc, u64 id, struct admin *first,
				    struct kt_gate **gate)
{
	struct vct *t = vc->t;
	struct kt_thread *thread;

	*gate = kt_hold(&t->kt, CLDN_HOOK_CTL_WAIT, t->kt.dev);
	*first = admin_of(t, id, 5000 * KT_MS);
	thread = kt_start(&t->kt, force, first);
	kt_held(&t->kt, *gate);
	vct_record(vc, CLEARDOWN_EV_FORCED_CLOSE);
	return thread;
}

/* The owner's next call is being closed by another one before the first one has begun to wait. */
static void two_admins_two_calls(struct kunit *test)
{
	struct vct *t = vct_of(test);
	static struct admin first, second;
	struct kt_thread *one;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	one = force_held(&vc, vc.id, &first, &gate);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	vct_answers(t, 0);
	vct_forget(t);
	second = admin_of(t, vc.h->id, 0);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, force_now(&second));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(one));
	KUNIT_EXPECT_EQ(test, vc.id, first.arg.out_report.handle);
	KUNIT_EXPECT_EQ(test, 1U, first.arg.out_closed);
	vct_say_release_complete(t, vct_heard(t, CLDN_Q2931_RELEASE));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_records(&vc, CLEARDOWN_EV_FORCED_CLOSE, NULL) == 2));
}

/* Nothing is left for the second one, before the first one has asked what he has closed. */
static void two_admins_all(struct kunit *test)
{
	struct vct *t = vct_of(test);
	static struct admin first, second;
	struct kt_thread *one;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	one = force_held(&vc, 0, &first, &gate);
	second = admin_of(t, 0, 5000 * KT_MS);
	KUNIT_EXPECT_EQ(test, 0, force_now(&second));
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(one));
	KUNIT_EXPECT_EQ(test, 1U, first.arg.out_closed);
	KUNIT_EXPECT_EQ(test, vc.id, first.arg.out_report.handle);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_FORCED_CLOSE, NULL));
}

/* ---- PR-1: a request that was checked in time and admitted late ---- */

static long make_it(struct kt_thread *t)
{
	return vct_make(t->arg, 1);
}

static long delete_it(struct kt_thread *t)
{
	return vct_delete(t->arg, NULL);
}

/* Between the end of all requests and that of the circuit there is no place for one more. */
static void make_meets_delete(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *maker, *deleter;
	struct kt_gate *submit, *ended;
	struct vct_vc vc;

	vct_create(t, &vc);
	submit = kt_hold(&t->kt, CLDN_HOOK_SUBMIT, vc.h);
	ended = kt_hold(&t->kt, CLDN_HOOK_ENDED, vc.h);
	maker = kt_start(&t->kt, make_it, &vc);
	kt_held(&t->kt, submit);
	deleter = kt_start(&t->kt, delete_it, &vc);
	kt_held(&t->kt, ended);
	kt_let_go(submit);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_join(maker));
	kt_let_go(ended);
	KUNIT_EXPECT_EQ(test, 0, kt_join(deleter));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 0, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
}

/* A close ends it with the others, and does not wait for somebody else to do so. */
static void make_meets_close(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_gate *submit, *ended;
	struct cleardown_close arg;
	struct kt_thread *maker;
	struct vct_vc vc;

	vct_create(t, &vc);
	submit = kt_hold(&t->kt, CLDN_HOOK_SUBMIT, vc.h);
	ended = kt_hold(&t->kt, CLDN_HOOK_ENDED, vc.h);
	maker = kt_start(&t->kt, make_it, &vc);
	kt_held(&t->kt, submit);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	kt_held(&t->kt, ended); /* the worker */
	kt_let_go(submit);
	KUNIT_EXPECT_EQ(test, 0, kt_join(maker));
	kt_let_go(ended);
	KUNIT_EXPECT_EQ(test, -EIO, kt_completion(&t->kt, 1)->error);
	expect_closed_once(&vc, 1);
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
}

/* ---- R17: an offer that the network takes back ---- */

static void offer_withdrawn(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref, status;

	cref = vct_offered(t, &vc);
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	KUNIT_EXPECT_EQ(test, -EISCONN, vct_submit(&vc, CLEARDOWN_OP_ACCEPT, 1, NULL, 0, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, status);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_VC_DELETED, NULL));
	KUNIT_EXPECT_EQ(test, 0, close_waiting(&vc, &arg));
	vct_record(&vc, CLEARDOWN_EV_VC_DELETED);
}

static long accept_it(struct kt_thread *t)
{
	return vct_accept(t->arg, 1);
}

/* ACCEPT was checked, and the network is faster. */
static void withdrawn_before_accept(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *accepter;
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;
	u32 cref;

	cref = vct_offered(t, &vc);
	gate = kt_hold(&t->kt, CLDN_HOOK_SUBMIT, vc.h);
	accepter = kt_start(&t->kt, accept_it, &vc);
	kt_held(&t->kt, gate);
	vct_say_release(t, cref, CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
	kt_let_go(gate);
	KUNIT_EXPECT_EQ(test, 0, kt_join(accepter));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, kt_completion(&t->kt, 1)->status);
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_MESSAGE, CLDN_Q2931_CONNECT));
	KUNIT_EXPECT_EQ(test, 0, close_waiting(&vc, &arg));
	vct_record(&vc, CLEARDOWN_EV_VC_DELETED);
}

/* ---- O6: REJECT and CLOSE ---- */

/* The network has heard of the refusal, and the CLOSE is faster than that is known. */
static void close_before_rejected(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	vct_offered(t, &vc);
	hold_begin(t);
	t->ops.released = held_released;
	KUNIT_EXPECT_EQ(test, 0, vct_reject(&vc, 1, CLDN_Q2931_CAUSE_BUSY));
	hold_reached(t);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	hold_end();
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	vct_record(&vc, CLEARDOWN_EV_VC_DELETED);
	kt_completion(&t->kt, 1);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 1, kt_count(&t->kt, CLEARDOWN_EV_COMPLETION, 1));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_VC_DELETED, NULL));
}

/* It is known, and told in the next moment: there is nothing to close any more. */
static void close_behind_rejected(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_gate *gate;
	struct vct_vc vc;

	vct_offered(t, &vc);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_POST, &vc.vc->deleted.rec);
	KUNIT_EXPECT_EQ(test, 0, vct_reject(&vc, 1, CLDN_Q2931_CAUSE_BUSY));
	kt_held(&t->kt, gate);
	KUNIT_EXPECT_EQ(test, -EBADFD, close_now(&vc, &arg));
	kt_let_go(gate);
	vct_record(&vc, CLEARDOWN_EV_VC_DELETED);
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- PR-8: the owner goes while the close runs ---- */

static void owner_dies_in_close(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 cref;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	cref = vct_heard(t, CLDN_Q2931_RELEASE);
	vct_file_close(&vc);
	vct_say_release_complete(t, cref);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, vc.id));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_CLOSE_CALL, -1));
}

/* The network's release is being handled, and the file goes. */
static void owner_dies_in_release(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	hold_begin(t);
	t->ops.released = held_released;
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	hold_reached(t);
	vct_file_close(&vc);
	hold_end();
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, vc.id));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_CLOSE_COMPLETE, -1));
}

/* ---- V-9: the link goes while a close runs ---- */

static void unbind_by_force(struct vct *t)
{
	char text[CLEARDOWN_TEXT_LEN];

	t->kt.dev->link.drv = t->kt.sim;
	KUNIT_EXPECT_EQ(t->kt.test, 0,
			cldn_device_unbind("kunit", CLEARDOWN_UNBIND_FORCE, text, sizeof(text)));
	t->unbound = true;
}

/* The peer does not confirm, somebody waits for it. */
static void forced_while_released(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *closer;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	vct_heard(t, CLDN_Q2931_RELEASE);
	unbind_by_force(t);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, vc.id));
}

/* Frames are being drained: whoever waits hears of the end, and whoever does not gets a record. */
static void forced_while_draining(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct kt_thread *closer;
	struct vct_vc a, b;

	vct_call_out(t, &a, 1);
	vct_call_out(t, &b, 2);
	t->keep = true;
	KUNIT_EXPECT_EQ(test, 200L, vct_write(&a, 200));
	KUNIT_EXPECT_EQ(test, 200L, vct_write(&b, 200));
	closer = vct_closer(&a, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&a, CLEARDOWN_VC_CLOSING));
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&b, &arg));
	unbind_by_force(t);
	KUNIT_EXPECT_EQ(test, 0, kt_join(closer));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&a, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&b, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 200ULL, vct_report(t, a.id)->out_head.in_doubt);
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, a.id));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, b.id));
}

/* What is said of the forced end is nothing that an earlier call's report has left. */
static void forced_after_another(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_report *r;
	struct cleardown_close arg;
	struct vct_vc vc;
	u64 id;

	vct_call_out(t, &vc, 1);
	vct_answers(t, 0);
	KUNIT_EXPECT_EQ(test, 0, vct_close(&vc, CLEARDOWN_MODE_ABORT, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	vct_answers(t, VCT_ANSWER_ALL);
	KUNIT_ASSERT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_ASSERT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	id = vc.h->id;
	unbind_by_force(t);
	r = vct_report(t, id);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_CAUSE_ADMIN, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, 0U, r->out_head.flags & CLEARDOWN_REPORT_FORCED);
	KUNIT_EXPECT_EQ(test, 0U, r->out_head.cause_detail);
	KUNIT_EXPECT_EQ(test, 0ULL, r->out_head.deadline_ns);
	KUNIT_EXPECT_EQ(test, 0ULL, r->out_steps[CM_STEP_NET].took_ns);
}

/* ---- R19: the address family goes while a call is offered to it ---- */

/*
 * It was found, and the link does not list the call yet. The other order is in vc.c:
 * an_offer_and_its_family_closes().
 */
static void family_goes_before_the_offer(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cldn_handle *af = vct_af_open(t, 77);
	struct kt_gate *gate;

	KUNIT_ASSERT_EQ(test, 0, vct_sap(af, 9, 0, NULL));
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_OFFER, af);
	vct_say_setup(t, 9);
	kt_held(&t->kt, gate);
	vct_af_close_file(af);
	kt_let_go(gate);
	vct_heard(t, CLDN_Q2931_RELEASE);
	KUNIT_EXPECT_TRUE(test, kt_until(!READ_ONCE(t->link->nvcs)));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MP_DELETE_VC, -1));
}

/* The medium is gone, and the worker has told some of the members, the offer among them. */
static void family_goes_with_the_medium(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cldn_handle *af = vct_af_open(t, 77);
	struct kt_gate *gate;
	struct vct_vc vc;

	KUNIT_ASSERT_EQ(test, 0, vct_sap(af, 9, 0, NULL));
	vct_say_setup(t, 9);
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(t->link->nvcs) == 1));
	vct_call_out(t, &vc, 1);
	gate = kt_hold(&t->kt, CLDN_HOOK_VC_POST, &vc.vc->remote.rec);
	vct_medium_gone(t, CLDN_Q2931_CAUSE_OUT_OF_ORDER);
	kt_held(&t->kt, gate);
	vct_af_close_file(af);
	kt_let_go(gate);
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(t->link->nvcs) == 1));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_MP_DELETE_VC, -1));
	vct_record(&vc, CLEARDOWN_EV_INCOMING_CLOSE);
}

/* ---- PR-7: the call ends while a frame is handed to the medium ---- */

static struct {
	bool taken; /* where the writer stays: the medium has his frame, or not yet */
	bool there;
	bool told; /* by the case, to go on */
	bool (*until)(struct vct *t);
	struct vct_vc *vc;
} writer;

/* He may not sleep in there. */
static void writer_stays(struct vct *t, bool taken)
{
	u64 end = cldn_now() + KT_LIMIT_MS * KT_MS;

	if (taken != writer.taken)
		return;
	WRITE_ONCE(writer.there, true);
	while (!writer.until(t) && cldn_now() < end)
		cpu_relax();
}

static bool until_shut(struct vct *t)
{
	return vct_times(t, VCT_SHUT, -1);
}

static bool until_deleted(struct vct *t)
{
	return vct_state(writer.vc) == CLEARDOWN_VC_DELETED;
}

static long write_one(struct kt_thread *t)
{
	return vct_write(t->arg, 200);
}

static struct kt_thread *writer_begins(struct vct_vc *vc, bool taken, bool (*until)(struct vct *t))
{
	struct vct *t = vc->t;
	struct kt_thread *thread;

	writer.vc = vc;
	writer.taken = taken;
	writer.there = false;
	writer.told = false;
	writer.until = until;
	t->in_send = writer_stays;
	thread = kt_start(&t->kt, write_one, vc);
	KUNIT_ASSERT_TRUE(t->kt.test, kt_until(READ_ONCE(writer.there)));
	return thread;
}

/* What write(2) has accepted and the device not given back is in doubt, once. */
static void expect_in_doubt(struct vct_vc *vc, u64 accepted, u64 in_doubt)
{
	const struct cm_link *link = vc->t->link;
	struct kunit *test = vc->t->kt.test;
	struct cleardown_close arg;

	KUNIT_EXPECT_EQ(test, 0, close_waiting(vc, &arg));
	KUNIT_EXPECT_EQ(test, accepted, arg.out_report.accepted);
	KUNIT_EXPECT_EQ(test, in_doubt, arg.out_report.in_doubt);
	KUNIT_EXPECT_EQ(test, accepted - in_doubt, arg.out_report.confirmed);
	KUNIT_EXPECT_EQ(test, 1ULL, link->cdr_last);
	KUNIT_EXPECT_EQ(test, accepted, link->cdrs[1].sent);
	KUNIT_EXPECT_EQ(test, in_doubt, (u64)link->cdrs[1].in_doubt);
	KUNIT_EXPECT_EQ(test, 1, vct_times(vc->t, VCT_PUT, -1));
}

static void far_end_closes_under(struct kunit *test, bool taken)
{
	struct vct *t = vct_of(test);
	struct kt_thread *thread;
	struct vct_vc vc;

	vct_call_out(t, &vc, 1);
	KUNIT_EXPECT_EQ(test, 50L, vct_write(&vc, 50)); /* given back at once */
	t->keep = taken; /* what is handed over behind the end never leaves anyway */
	thread = writer_begins(&vc, taken, until_shut);
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_EXPECT_EQ(test, 200L, kt_join(thread));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_REMOTE_CLOSED));
	expect_in_doubt(&vc, 250, 200);
}

static void closed_before_taken(struct kunit *test)
{
	far_end_closes_under(test, false);
}

static void closed_behind_taken(struct kunit *test)
{
	far_end_closes_under(test, true);
}

/* It has no owner any more when the frame has been handed over: nothing was accepted. */
static void forced_under_a_writer(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *thread;
	struct vct_vc vc;
	u32 vci;

	vct_call_out(t, &vc, 1);
	vci = vct_vci(t);
	thread = writer_begins(&vc, true, until_deleted);
	unbind_by_force(t);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_join(thread));
	KUNIT_EXPECT_EQ(test, 1, vct_reports(t, vc.id));
	KUNIT_EXPECT_EQ(test, 0ULL, vct_report(t, vc.id)->out_head.accepted);
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_PUT, vci));
}

static bool until_told(struct vct *t)
{
	return READ_ONCE(writer.told);
}

/*
 * The network clears the call while its CLOSE waits for the writer, who alone can finish the call's
 * record. Were the close over without him, the next call would begin its own in the same place.
 */
static void close_waits_for_the_record(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cm_link *link = t->link;
	struct cleardown_close arg;
	struct kt_thread *thread;
	struct vct_vc vc, other;
	u32 vci;

	vct_call_out(t, &vc, 1);
	vci = vct_vci(t);
	thread = writer_begins(&vc, true, until_told);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, close_now(&vc, &arg));
	vct_say_release(t, vct_heard(t, CLDN_Q2931_SETUP), CLDN_Q2931_CAUSE_NORMAL, NULL, 0);
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_SHUT, vci)));
	vct_call_out(t, &other, 3); /* the worker has had its turns */
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_NE(test, 0, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 0ULL, link->cdr_last);
	WRITE_ONCE(writer.told, true);
	KUNIT_EXPECT_EQ(test, 200L, kt_join(thread));
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, vct_make(&vc, 2));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(&t->kt, 2)->error);
	KUNIT_EXPECT_EQ(test, 1ULL, link->cdr_last);
	KUNIT_EXPECT_EQ(test, vci, (u32)link->cdrs[1].vci);
	KUNIT_EXPECT_EQ(test, 200ULL, link->cdrs[1].sent);
	KUNIT_EXPECT_EQ(test, 0, close_waiting(&vc, &arg));
	KUNIT_EXPECT_EQ(test, 2ULL, link->cdr_last);
	KUNIT_EXPECT_EQ(test, 0ULL, link->cdrs[2].sent);
}

static struct kunit_case vcraces_cases[] = {
	KT_CASE(releases_cross, "R1 CLOSE, then the network's RELEASE: they cross"),
	KT_CASE(close_before_clearing, "R1 CLOSE overtakes a RELEASE that has arrived"),
	KT_CASE(cleared_while_draining, "R1 PR-7 the network clears while frames are drained"),
	KT_CASE(unread, "R2 O4 the incoming close is told and unread: CLOSE is the answer"),
	KT_CASE(close_before_the_record, "R2 the incoming close is known and not told yet"),
	KT_CASE(close_before_setup, "R7 CLOSE before MAKE_CALL has begun"),
	KT_CASE(close_after_setup, "R7 CLOSE while the call is being made"),
	KT_CASE(close_before_connected, "R7 R8 CLOSE overtakes a CONNECT that has arrived"),
	KT_CASE(close_before_refused, "R7 CLOSE overtakes a refusal that has arrived"),
	KT_CASE(close_behind_connected, "R8 CLOSE between connected and its completion"),
	KT_CASE(two_closes, "R10 a second CLOSE: CLOSING, and no completion of its own"),
	KT_CASE(the_second_claims, "R10 PR-1 two CLOSEs, the second overtakes"),
	KT_CASE(done_before_the_answer, "TV-1 PR-2 the end comes before PENDING: no record"),
	KT_CASE(done_behind_the_answer, "TV-1 PR-1 the end comes behind PENDING: one record"),
	KT_CASE(the_next_before_the_answer,
		"TV-1 PR-1 the next call is being closed before the first CLOSE returns"),
	KT_CASE(close_before_its_record,
		"TV-1 V-10 CLOSE and MAKE_CALL before the record is queued"),
	KT_CASE(close_before_it_is_told,
		"TV-1 V-10 PR-1 CLOSE and MAKE_CALL when the state is all that tells the end"),
	KT_CASE(forced_before_its_record,
		"PR-1 V-29 forced while its failed CLOSE is being told: each has its own end"),
	KT_CASE(two_admins_the_first_fails,
		"PR-7 V-29 two force one call, the first fails: each has his own report"),
	KT_CASE(two_admins_two_calls,
		"PR-7 V-29 the next call is being forced before the first one's forcer waits"),
	KT_CASE(two_admins_all, "PR-7 two force all: what one has closed stays in his sums"),
	KT_CASE(make_meets_delete, "PR-1 PR-9 MAKE_CALL was checked, and the circuit is deleted"),
	KT_CASE(make_meets_close, "PR-1 MAKE_CALL was checked, and a later call is being closed"),
	KT_CASE(offer_withdrawn, "R17 an offer is withdrawn, then accepted"),
	KT_CASE(withdrawn_before_accept, "R17 an offer is withdrawn while it is being accepted"),
	KT_CASE(close_before_rejected, "O6 PR-1 CLOSE overtakes the end of a refused offer"),
	KT_CASE(close_behind_rejected, "O6 PR-9 CLOSE behind the end of a refused offer"),
	KT_CASE(owner_dies_in_close, "PR-8 PR-3 the file goes while the network is asked"),
	KT_CASE(owner_dies_in_release, "PR-8 PR-1 the file goes while the network releases"),
	KT_CASE(forced_while_released,
		"V-9 PR-2 unbound by force while a CLOSE waits for the peer"),
	KT_CASE(forced_while_draining, "V-9 PR-1 unbound by force while frames are drained"),
	KT_CASE(forced_after_another, "PR-7 unbound by force: the report is of this call alone"),
	KT_CASE(family_goes_before_the_offer,
		"R19 the address family goes before the call it gets is listed"),
	KT_CASE(family_goes_with_the_medium,
		"R18 R19 the address family goes while the medium's end is told"),
	KT_CASE(closed_before_taken,
		"PR-7 the far end closes, then the medium takes a frame: in doubt"),
	KT_CASE(closed_behind_taken,
		"PR-7 the medium takes a frame, then the far end closes: in doubt, once"),
	KT_CASE(forced_under_a_writer,
		"PR-7 PR-9 unbound by force under a writer: his frame is not accepted"),
	KT_CASE(close_waits_for_the_record,
		"PR-7 a close waits for the writer who ends the record, the next call for it"),
	{}
};

struct kunit_suite kt_vcraces_suite = {
	.name = "cleardown_vc_races",
	.init = vct_init,
	.exit = vct_exit,
	.test_cases = vcraces_cases,
};
