// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the framework asks of a call manager, and what it lets one do: a fake one in the place of
 * Q.2931, which pends, fails, errs and is late as the case says. Its calls are nothing but the
 * state of their circuit and an activated channel.
 */
#include <linux/slab.h>
#include "vct.h"

#define FAKE_VCI 200

static const u8 words_to_say[] = "nine octets";

static struct {
	int ctx; /* its address is the context */
	void *got_ctx;
	void *got_party;
	const u8 *got_data;
	u16 got_len;
	u8 data[CLEARDOWN_CLOSE_DATA_MAX];
	unsigned int closes;
	unsigned int deletes;
	void *deleted_ctx;
	int answer;
	bool deactivates;
	bool completes; /* inside of the entry */
	int completed; /* what that was answered */
	struct cm_vc *vc; /* the fixture keeps it */
	bool returned;
	int error; /* of what it tried inside of the medium */
	int error_too;
} fake;

static void *fake_create(struct cm_vc *vc)
{
	return &fake.ctx;
}

static void fake_delete(void *ctx)
{
	fake.deleted_ctx = ctx;
	WRITE_ONCE(fake.deletes, fake.deletes + 1);
}

static int complete_as(u32 status)
{
	struct cm_vc *vc = fake.vc;

	return cm_close_call_complete(vc->m.link, vc, vc->m.h.id, NULL, status);
}

static int fake_close(void *ctx, void *party, const struct cm_close *close)
{
	fake.got_ctx = ctx;
	fake.got_party = party;
	fake.got_data = close->data;
	fake.got_len = close->len;
	if (close->data)
		memcpy(fake.data, close->data, close->len);
	if (fake.deactivates)
		cm_vc_deactivate(fake.vc);
	if (fake.completes)
		fake.completed = complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS);
	smp_store_release(&fake.closes, fake.closes + 1); /* pairs with fake_closes() */
	return fake.answer;
}

/* Closes that it was asked for, all of each: pairs with the end of fake_close(). */
static unsigned int fake_closes(void)
{
	return smp_load_acquire(&fake.closes); /* with what was noted before it */
}

static const struct cm_manager fake_manager = {
	.size = sizeof(struct cm_manager),
	.create_vc = fake_create,
	.delete_vc = fake_delete,
	.close_call = fake_close,
};

static void activate(struct vct *t, struct vct_vc *vc)
{
	vc->vc->call.vci = FAKE_VCI;
	KUNIT_ASSERT_EQ(t->kt.test, 0, cm_vc_activate(vc->vc));
}

/* A call of the fake call manager's, that is up. */
static void fake_call(struct vct *t, struct vct_vc *vc)
{
	memset(&fake, 0, sizeof(fake));
	fake.answer = -EINPROGRESS;
	fake.deactivates = true;
	KUNIT_ASSERT_EQ(t->kt.test, 0, cm_manager_set(t->link, &fake_manager));
	vct_create(t, vc);
	fake.vc = vc->vc;
	activate(t, vc);
	vc->vc->params.fwd_sdu = 1000;
	cm_vc_set_state(vc->vc, CLEARDOWN_VC_ACTIVE);
	KUNIT_EXPECT_EQ(t->kt.test, 10L, vct_write(vc, 10));
}

/* CLOSE was answered PENDING, and the entry was called. */
static void fake_pending(struct vct *t, struct vct_vc *vc)
{
	struct cleardown_close arg;
	unsigned int closes = fake.closes;

	KUNIT_ASSERT_EQ(t->kt.test, -EINPROGRESS,
			vct_close(vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg));
	KUNIT_ASSERT_TRUE(t->kt.test, kt_until(fake_closes() > closes));
}

/* ---- V-20: registration ---- */

static void without_its_entry(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cm_manager *before = t->link->manager;
	struct cm_manager m = fake_manager;

	m.close_call = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, cm_manager_set(t->link, &m));
	m = fake_manager;
	m.create_vc = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, cm_manager_set(t->link, &m));
	m = fake_manager;
	m.size--;
	KUNIT_EXPECT_EQ(test, -EINVAL, cm_manager_set(t->link, &m));
	KUNIT_EXPECT_PTR_EQ(test, before, t->link->manager);
	KUNIT_EXPECT_EQ(test, 0, cm_manager_set(t->link, &fake_manager));
}

/* ---- V-1: a completion that nobody waits for ---- */

static void not_owed(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	fake_call(t, &vc);
	KUNIT_EXPECT_EQ(test, -EINVAL, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_MISUSE, EINVAL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	fake_pending(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_NE(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_FAILURE));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	KUNIT_EXPECT_NE(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_FAILURE));
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 3, vct_times(t, VCT_CM_MISUSE, -1));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-2: the status ---- */

static void pending_is_no_end(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	fake_call(t, &vc);
	fake_pending(t, &vc);
	KUNIT_EXPECT_EQ(test, -EINVAL, complete_as(CLEARDOWN_NDIS_STATUS_PENDING));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_MISUSE, EINVAL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_SUCCESS,
			vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->status);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

static const struct {
	u32 status;
	s32 error;
	u32 state;
} ends[] = {
	{ CLEARDOWN_NDIS_STATUS_FAILURE, -EIO, CLEARDOWN_VC_CLOSE_FAILED },
	{ CLEARDOWN_NDIS_STATUS_RESOURCES, -ENOBUFS, CLEARDOWN_VC_CLOSE_FAILED },
	{ CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED, -EOPNOTSUPP, CLEARDOWN_VC_CLOSE_FAILED },
	{ CLEARDOWN_NDIS_STATUS_INVALID_DATA, -EINVAL, CLEARDOWN_VC_CLOSE_FAILED },
	{ 0xc0fe0001, -EIO, CLEARDOWN_VC_CLOSE_FAILED },
	{ CLEARDOWN_NDIS_STATUS_SUCCESS, 0, CLEARDOWN_VC_IDLE },
};

static void any_other_status(struct kunit *test)
{
	struct vct *t = vct_of(test);
	const struct cleardown_event *ev;
	struct vct_vc vc;
	unsigned int i;

	fake_call(t, &vc);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		fake.deactivates = !ends[i].status;
		fake_pending(t, &vc);
		KUNIT_EXPECT_EQ(test, 0, complete_as(ends[i].status));
		KUNIT_ASSERT_TRUE(test, kt_until(vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE,
							     NULL) == i + 1));
		ev = vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
		KUNIT_EXPECT_EQ(test, ends[i].status, ev->status);
		KUNIT_EXPECT_EQ(test, ends[i].error, ev->error);
		KUNIT_EXPECT_EQ(test, ends[i].state, vct_state(&vc));
		KUNIT_EXPECT_EQ(test, ends[i].status ? -EBUSY : 0, vct_delete(&vc, NULL));
	}
}

static void any_status_by_return(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct kt_thread *closer;
	struct vct_vc vc;
	unsigned int i;

	fake_call(t, &vc);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		fake.deactivates = !ends[i].status;
		closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS);
		KUNIT_ASSERT_TRUE(test, kt_until(fake_closes() == i + 1));
		KUNIT_EXPECT_EQ(test, 0, complete_as(ends[i].status));
		KUNIT_EXPECT_EQ(test, ends[i].error, kt_join(closer));
		KUNIT_EXPECT_EQ(test, ends[i].status, closer->close.out_status);
		KUNIT_EXPECT_EQ(test, !ends[i].status, closer->close.out_released);
	}
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-3: the circuit that is named ---- */

static void another_circuit(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cm_link *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	const u32 success = CLEARDOWN_NDIS_STATUS_SUCCESS;
	struct vct_vc vc, idle;
	u64 id;

	KUNIT_ASSERT_NOT_NULL(test, other);
	fake_call(t, &vc);
	vct_create(t, &idle);
	fake_pending(t, &vc);
	id = vc.h->id;
	KUNIT_EXPECT_EQ(test, -EBADF, cm_close_call_complete(other, vc.vc, id, NULL, success));
	KUNIT_EXPECT_EQ(test, -EBADF,
			cm_close_call_complete(t->link, vc.vc, id - 1, NULL, success));
	KUNIT_EXPECT_EQ(test, -EBADF, cm_close_call_complete(t->link, idle.vc, id, NULL, success));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, cm_close_call_complete(t->link, vc.vc, id, NULL, success));
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	KUNIT_EXPECT_EQ(test, -EBADF, cm_close_call_complete(t->link, vc.vc, id, NULL, success));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, -EBADF,
			cm_close_call_complete(t->link, vc.vc, vc.h->id, NULL, success));
	KUNIT_EXPECT_EQ(test, 5, vct_times(t, VCT_CM_MISUSE, EBADF));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&idle, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-5, V-6, V-24, V-25: what each side is given ---- */

static void contexts(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	fake_call(t, &vc);
	fake_pending(t, &vc);
	KUNIT_EXPECT_PTR_EQ(test, (void *)&fake.ctx, fake.got_ctx);
	KUNIT_EXPECT_PTR_NE(test, (void *)vc.vc, fake.got_ctx);
	KUNIT_EXPECT_PTR_EQ(test, NULL, fake.got_party);
	KUNIT_EXPECT_PTR_EQ(test, NULL, fake.got_data);
	KUNIT_EXPECT_EQ(test, 0, fake.got_len);
	KUNIT_EXPECT_EQ(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_FAILURE));
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	fake.answer = 0;
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, words_to_say, 9,
				  &arg));
	KUNIT_EXPECT_EQ(test, 9, fake.got_len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(fake.data, words_to_say, 9));
	KUNIT_EXPECT_PTR_NE(test, &words_to_say[0], fake.got_data);
}

static void a_party(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	fake_call(t, &vc);
	fake_pending(t, &vc);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			cm_close_call_complete(t->link, vc.vc, vc.h->id, &fake,
					       CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_MISUSE, EINVAL));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-14: whose the circuit is ---- */

static void deletes_what_is_not_its_own(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	fake_call(t, &vc);
	KUNIT_EXPECT_EQ(test, -EPERM, cm_manager_delete_vc(vc.vc));
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	fake_pending(t, &vc);
	KUNIT_EXPECT_EQ(test, -EPERM, cm_manager_delete_vc(vc.vc));
	KUNIT_EXPECT_EQ(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	KUNIT_EXPECT_EQ(test, -EPERM, cm_manager_delete_vc(vc.vc));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_IDLE, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 3, vct_times(t, VCT_CM_MISUSE, EPERM));
	KUNIT_EXPECT_EQ(test, 0, READ_ONCE(fake.deletes));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(fake.deletes)));
	KUNIT_EXPECT_PTR_EQ(test, (void *)&fake.ctx, fake.deleted_ctx);
	KUNIT_EXPECT_EQ(test, -EBADFD, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 1, READ_ONCE(fake.deletes));
}

/* ---- V-15: two kinds of call managers ---- */

static void by_the_wrong_entry(struct kunit *test)
{
	const u32 success = CLEARDOWN_NDIS_STATUS_SUCCESS;
	struct cm_manager integrated = fake_manager;
	struct vct *t = vct_of(test);
	struct vct_vc vc;
	u64 id;

	vct_create(t, &vc); /* Q.2931's, which is the driver's own */
	KUNIT_EXPECT_EQ(test, -EPERM,
			cm_close_call_complete(t->link, vc.vc, vc.h->id, NULL, success));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	fake_call(t, &vc);
	fake_pending(t, &vc);
	id = vc.h->id;
	KUNIT_EXPECT_EQ(test, -EPERM,
			cm_mcm_close_call_complete(t->link, vc.vc, id, NULL, success));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_VC_CLOSING, vct_state(&vc));
	KUNIT_EXPECT_EQ(test, 2, vct_times(t, VCT_CM_MISUSE, EPERM));
	KUNIT_EXPECT_EQ(test, 0, complete_as(success));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	integrated.integrated = true;
	KUNIT_ASSERT_EQ(test, 0, cm_manager_set(t->link, &integrated));
	activate(t, &vc);
	cm_vc_set_state(vc.vc, CLEARDOWN_VC_ACTIVE);
	vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE);
	fake_pending(t, &vc);
	id = vc.h->id;
	KUNIT_EXPECT_EQ(test, -EPERM, complete_as(success));
	KUNIT_EXPECT_EQ(test, 0, cm_mcm_close_call_complete(t->link, vc.vc, id, NULL, success));
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	/* The record comes behind the state. */
	KUNIT_EXPECT_TRUE(test, kt_until(vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL) == 2));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(READ_ONCE(fake.deletes)));
	KUNIT_ASSERT_EQ(test, 0, cm_manager_set(t->link, &fake_manager));
}

/* ---- V-16: where sleeping is forbidden ---- */

static void completed_in_atomic(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct vct *t = vct_of(test);
	unsigned long flags;
	struct vct_vc vc;
	int ret;

	fake_call(t, &vc);
	fake_pending(t, &vc);
	spin_lock_irqsave(&lock, flags);
	ret = complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS);
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
}

/* ---- TV-1, V-26, V-29: answers of the entry ---- */

static void ended_on_the_spot(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	fake_call(t, &vc);
	fake.answer = 0;
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_NE(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	KUNIT_EXPECT_EQ(test, 1, fake.closes);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* It completes, and then says that it was done at once: that is one end. */
static void both_at_once(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	fake_call(t, &vc);
	fake.answer = 0;
	fake.completes = true;
	fake_pending(t, &vc);
	KUNIT_EXPECT_TRUE(test, vct_reaches(&vc, CLEARDOWN_VC_IDLE));
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, NULL));
	KUNIT_EXPECT_TRUE(test, kt_until(vct_times(t, VCT_MP_DELETE_VC, -1)));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_CM_CLOSE_COMPLETE, -1));
}

static void fails_on_the_spot(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;

	fake_call(t, &vc);
	fake.answer = -EUCLEAN;
	fake.deactivates = false;
	KUNIT_EXPECT_EQ(test, -EUCLEAN,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, arg.out_status);
	KUNIT_EXPECT_EQ(test, 10L, vct_write(&vc, 10));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, NULL));
	KUNIT_EXPECT_NE(test, 0, complete_as(CLEARDOWN_NDIS_STATUS_SUCCESS));
	fake.answer = -ENOBUFS;
	KUNIT_EXPECT_EQ(test, -ENOBUFS,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_RESOURCES, arg.out_status);
	fake.answer = 0;
	fake.deactivates = true;
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- R23: it completes before it has returned PENDING ---- */

static bool returned_at_post;

static int late_close(void *ctx, void *party, const struct cm_close *close)
{
	int ret;

	fake.returned = false;
	ret = fake_close(ctx, party, close);
	fake.returned = true;
	return ret;
}

static const struct cm_manager late_manager = {
	.size = sizeof(struct cm_manager),
	.create_vc = fake_create,
	.close_call = late_close,
};

static void look_whether_returned(struct kt *kt, void *what)
{
	struct cldn_rec *rec = what;

	if (rec->head.type == CLEARDOWN_EV_CLOSE_COMPLETE)
		returned_at_post = fake.returned;
}

static void before_pending(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	returned_at_post = false;
	fake_call(t, &vc);
	KUNIT_ASSERT_EQ(test, 0, cm_manager_set(t->link, &late_manager));
	fake.completes = true;
	kt_at(CLDN_HOOK_VC_POST, look_whether_returned, &t->kt);
	fake_pending(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->error);
	KUNIT_EXPECT_EQ(test, 0, fake.completed);
	KUNIT_EXPECT_TRUE(test, returned_at_post);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-9: it goes away with a completion that it owes ---- */

static void goes_away(struct kunit *test)
{
	struct vct *t = vct_of(test);
	char text[CLEARDOWN_TEXT_LEN];
	struct vct_vc vc;
	s32 error = 0;

	fake_call(t, &vc);
	fake_pending(t, &vc);
	t->kt.dev->link.drv = t->kt.sim;
	t->unbound = true;
	KUNIT_EXPECT_EQ(test, 0,
			cldn_device_unbind("kunit", CLEARDOWN_UNBIND_FORCE, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, &error));
	KUNIT_EXPECT_EQ(test, -EIO, error);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE,
			vct_record(&vc, CLEARDOWN_EV_CLOSE_COMPLETE)->status);
	KUNIT_EXPECT_EQ(test, 1, vct_records(&vc, CLEARDOWN_EV_VC_DELETED, NULL));
}

static void goes_away_from_a_waiter(struct kunit *test)
{
	struct vct *t = vct_of(test);
	char text[CLEARDOWN_TEXT_LEN];
	struct kt_thread *closer;
	struct vct_vc vc;

	fake_call(t, &vc);
	closer = vct_closer(&vc, CLEARDOWN_MODE_ORDERLY, KT_HOUR);
	KUNIT_ASSERT_TRUE(test, kt_until(fake_closes()));
	t->kt.dev->link.drv = t->kt.sim;
	t->unbound = true;
	KUNIT_EXPECT_EQ(test, 0,
			cldn_device_unbind("kunit", CLEARDOWN_UNBIND_FORCE, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(closer));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_FAILURE, closer->close.out_status);
	KUNIT_EXPECT_EQ(test, 0, vct_records(&vc, CLEARDOWN_EV_CLOSE_COMPLETE, NULL));
}

/* ---- V-38, R11 to R14: activation ---- */

static void forgets_to_deactivate(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct cleardown_close arg;
	struct vct_vc vc;
	u32 status;

	fake_call(t, &vc);
	fake.answer = 0;
	fake.deactivates = false;
	KUNIT_EXPECT_EQ(test, 0,
			vct_close(&vc, CLEARDOWN_MODE_ORDERLY, 5000 * KT_MS, NULL, 0, &arg));
	KUNIT_EXPECT_EQ(test, -EBUSY, vct_delete(&vc, &status));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, status);
	KUNIT_EXPECT_EQ(test, -ENOTCONN, vct_write(&vc, 10));
	KUNIT_EXPECT_EQ(test, 0, cm_vc_deactivate(vc.vc));
	KUNIT_EXPECT_EQ(test, 0, vct_delete(&vc, &status));
}

static void deactivate_inside(struct vct *t)
{
	fake.error = cm_vc_deactivate(fake.vc);
}

static void deactivated_too_early(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	memset(&fake, 0, sizeof(fake));
	vct_create(t, &vc);
	fake.vc = vc.vc;
	t->in_open = deactivate_inside;
	activate(t, &vc);
	t->in_open = NULL;
	KUNIT_EXPECT_EQ(test, -EBUSY, fake.error);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, cm_word(fake.error));
	KUNIT_EXPECT_TRUE(test, vct_channel_open(t, FAKE_VCI));
	KUNIT_EXPECT_EQ(test, 0, vct_times(t, VCT_CM_DEACTIVATE, -1));
	KUNIT_EXPECT_EQ(test, 0, cm_vc_deactivate(vc.vc));
	KUNIT_EXPECT_FALSE(test, vct_channel_open(t, FAKE_VCI));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_DEACTIVATE_COMPLETE, -1));
}

static void both_inside(struct vct *t)
{
	fake.error = cm_vc_deactivate(fake.vc);
	fake.error_too = cm_vc_activate(fake.vc);
}

static void deactivated_twice(struct kunit *test)
{
	struct vct *t = vct_of(test);
	struct vct_vc vc;

	memset(&fake, 0, sizeof(fake));
	vct_create(t, &vc);
	fake.vc = vc.vc;
	activate(t, &vc);
	KUNIT_EXPECT_EQ(test, -EBUSY, cm_vc_activate(vc.vc));
	t->in_shut = both_inside;
	KUNIT_EXPECT_EQ(test, 0, cm_vc_deactivate(vc.vc));
	t->in_shut = NULL;
	KUNIT_EXPECT_EQ(test, -EALREADY, fake.error);
	KUNIT_EXPECT_EQ(test, -EALREADY, fake.error_too);
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_NDIS_STATUS_CLOSING, cm_word(fake.error));
	KUNIT_EXPECT_EQ(test, -EBUSY, cm_vc_deactivate(vc.vc));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_DEACTIVATE_COMPLETE, -1));
	KUNIT_EXPECT_EQ(test, 1, vct_times(t, VCT_SHUT, FAKE_VCI));
	activate(t, &vc);
	KUNIT_EXPECT_EQ(test, 0, cm_vc_deactivate(vc.vc));
}

static struct kunit_case vcmanager_cases[] = {
	KT_CASE(without_its_entry, "V-20 a call manager without its close entry is refused"),
	KT_CASE(not_owed, "V-1 PR-1 a completion that is not owed: refused, traced, untold"),
	KT_CASE(pending_is_no_end, "V-2 PENDING as the final status is refused"),
	KT_CASE(any_other_status, "V-2 TV-7 PR-10 any other status reaches the client as it is"),
	KT_CASE(any_status_by_return, "V-2 V-29 and by the return of a CLOSE that waits"),
	KT_CASE(another_circuit, "V-3 PR-9 a completion for another, a dead or an earlier circuit"),
	KT_CASE(contexts, "V-5 V-24 the entry gets its own context, and data or none"),
	KT_CASE(a_party, "V-6 a completion with a party on a point-to-point call"),
	KT_CASE(deletes_what_is_not_its_own,
		"V-14 it cannot delete its client's circuit, and hears of it when he does"),
	KT_CASE(by_the_wrong_entry, "V-15 a completion by the entry of the other kind is refused"),
	KT_CASE(completed_in_atomic, "V-16 a completion under a spinlock with interrupts off"),
	KT_CASE(ended_on_the_spot, "V-26 TV-1 the entry ends it: no record, no completion"),
	KT_CASE(both_at_once, "TV-1 PR-1 the entry completes it and says so too: one end"),
	KT_CASE(fails_on_the_spot,
		"V-29 PR-10 the entry's error goes to the client, the call is up"),
	KT_CASE(before_pending, "R23 completed before PENDING was returned: told after it"),
	KT_CASE(goes_away, "V-9 PR-1 it goes away and owes a completion: one with FAILURE"),
	KT_CASE(goes_away_from_a_waiter, "V-9 PR-2 the same while a CLOSE waits"),
	KT_CASE(forgets_to_deactivate, "V-38 R14 a circuit that was not deactivated stays"),
	KT_CASE(deactivated_too_early, "R11 TV-6 deactivation while it is being activated"),
	KT_CASE(deactivated_twice, "R12 R13 TV-6 deactivation and activation while it goes down"),
	{}
};

struct kunit_suite kt_vcmanager_suite = {
	.name = "cleardown_vc_manager",
	.init = vct_init,
	.exit = vct_exit,
	.test_cases = vcmanager_cases,
};
