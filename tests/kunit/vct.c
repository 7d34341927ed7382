// SPDX-License-Identifier: GPL-2.0-only
/* The fixture of the suites of VCs, our end of it: see vct.h. */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "vcmedium.h"

static const struct cldn_q2931_ops *vct_ops_of_product;

/* ---- calls ---- */

static const struct cldn_ioctl *vct_call_of(const struct cldn_handle *h, u32 cmd)
{
	const struct cldn_class *class = h->dev->class;
	unsigned int i;

	for (i = 0; i < class->nioctls; i++)
		if (class->ioctls[i].cmd == cmd)
			return &class->ioctls[i];
	return NULL;
}

/* What an ioctl does with an argument that was copied and checked in form. */
static int vct_ioctl(struct cldn_handle *h, u32 cmd, void *arg)
{
	if (READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSED)
		return -EBADFD;
	return vct_call_of(h, cmd)->fn(h, arg);
}

struct cldn_handle *vct_af_open(struct vct *t, u64 cookie)
{
	struct cldn_handle *af = t->kt.dev->class->member_open(t->kt.dev, true);

	KUNIT_ASSERT_FALSE(t->kt.test, IS_ERR(af));
	KUNIT_ASSERT_EQ(t->kt.test, 0, cldn_handle_bind_queue(af, cldn_evq_get(t->kt.q), cookie));
	return af;
}

void vct_af_close_file(struct cldn_handle *af)
{
	af->member->release(af);
	cldn_handle_put(af);
}

int vct_sap(struct cldn_handle *af, u32 selector, u32 flags, u32 *status)
{
	struct cleardown_vc_sap arg = { .selector = selector, .flags = flags };
	int ret = vct_ioctl(af, CLEARDOWN_IOC_VC_SAP, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

static void vct_keep(struct vct *t, struct vct_vc *vc, struct file *file)
{
	unsigned int i;

	for (i = 0; i < VCT_VCS && t->handles[i]; i++)
		;
	KUNIT_ASSERT_LT(t->kt.test, i, (unsigned int)VCT_VCS);
	t->files[i] = file;
	vc->t = t;
	vc->file = file;
	vc->h = file->private_data;
	vc->vc = cm_vc_of(vc->h);
	vc->id = vc->h->id;
	cldn_handle_get(vc->h); /* put by vct_exit() */
	t->handles[i] = vc->h;
}

struct cldn_handle *vct_create_begin(struct cldn_handle *af, struct cleardown_vc_create *arg)
{
	if (READ_ONCE(af->state) == CLEARDOWN_STATE_CLOSED)
		return ERR_PTR(-EBADFD);
	return vct_call_of(af, CLEARDOWN_IOC_VC_CREATE)->make(af, arg);
}

void vct_create_undo(struct cldn_handle *af, struct cldn_handle *made,
		     struct cleardown_vc_create *arg)
{
	vct_call_of(af, CLEARDOWN_IOC_VC_CREATE)->unmake(af, made, arg);
}

/* The file as the caller of the ioctl gets it, but for the descriptor. */
int vct_create_on(struct vct *t, struct cldn_handle *af, struct vct_vc *vc, u64 take)
{
	struct cleardown_vc_create arg = { .take = take, .cookie = ++t->cookies };
	struct cldn_handle *made = vct_create_begin(af, &arg);
	struct file *file;
	int fd;

	if (IS_ERR(made))
		return PTR_ERR(made);
	fd = cldn_member_fd(made, &file);
	KUNIT_ASSERT_GE(t->kt.test, fd, 0);
	get_file(file);
	cldn_member_fd_end(fd, file, true);
	close_fd(fd);
	vct_keep(t, vc, file);
	vc->cookie = arg.cookie;
	return 0;
}

void vct_create(struct vct *t, struct vct_vc *vc)
{
	KUNIT_ASSERT_EQ(t->kt.test, 0, vct_create_on(t, t->af, vc, 0));
}

int vct_submit(struct vct_vc *vc, u32 opcode, u64 id, const void *in, u32 len, u32 *status)
{
	const struct cldn_class *class = vc->h->dev->class;
	const struct cldn_opcode *code = cldn_opcode_find(class, opcode);
	struct cleardown_submit arg = { .req_id = id, .deadline_ns = KT_HOUR };
	struct cldn_op *op;
	u32 word;
	int ret;

	status = status ?: &word;
	ret = class->check(vc->h, opcode, in, len, status);
	if (ret)
		return ret;
	op = cldn_op_alloc(code, len);
	KUNIT_ASSERT_NOT_NULL(vc->t->kt.test, op);
	if (len)
		memcpy(op->in, in, len);
	return cldn_submit(vc->h, code, &arg, op, status);
}

int vct_make(struct vct_vc *vc, u64 id)
{
	struct cleardown_vc_call call = { .called = { 0x47, 0, 5, 0x81, [19] = 1 } };

	return vct_submit(vc, CLEARDOWN_OP_MAKE_CALL, id, &call, sizeof(call), NULL);
}

int vct_accept(struct vct_vc *vc, u64 id)
{
	return vct_submit(vc, CLEARDOWN_OP_ACCEPT, id, NULL, 0, NULL);
}

int vct_reject(struct vct_vc *vc, u64 id, u32 cause)
{
	struct cleardown_op_reject in = { .cause = cause };

	return vct_submit(vc, CLEARDOWN_OP_REJECT, id, &in, sizeof(in), NULL);
}

int vct_close(struct vct_vc *vc, u32 mode, u64 deadline_ns, const void *data, u32 len,
	      struct cleardown_close *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->data_len = len;
	if (READ_ONCE(vc->h->state) == CLEARDOWN_STATE_CLOSED)
		return -EBADFD;
	return vc->h->member->close(vc->h, arg, data);
}

static long vct_closer_run(struct kt_thread *t)
{
	struct vct_vc *vc = t->arg;

	return vc->h->member->close(vc->h, &t->close, NULL);
}

struct kt_thread *vct_closer(struct vct_vc *vc, u32 mode, u64 deadline_ns)
{
	return kt_start_close(&vc->t->kt, vct_closer_run, vc, mode, deadline_ns);
}

int vct_delete(struct vct_vc *vc, u32 *status)
{
	struct cleardown_vc_delete arg = { .out_status = 0xdead };
	int ret = vct_ioctl(vc->h, CLEARDOWN_IOC_VC_DELETE, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

ssize_t vct_write(struct vct_vc *vc, size_t len)
{
	struct kvec vec = { vc->t->kt.buf, len };
	struct iov_iter from;

	iov_iter_kvec(&from, ITER_SOURCE, &vec, 1, len);
	return vc->h->member->write(vc->h, &from, true);
}

ssize_t vct_read(struct vct_vc *vc)
{
	struct kvec vec = { vc->t->frame, sizeof(vc->t->frame) };
	struct iov_iter to;

	iov_iter_kvec(&to, ITER_DEST, &vec, 1, vec.iov_len);
	return vc->h->member->read(vc->h, &to, true);
}

void vct_file_close(struct vct_vc *vc)
{
	unsigned int i;

	for (i = 0; i < VCT_VCS; i++)
		if (vc->t->files[i] == vc->file)
			vc->t->files[i] = NULL;
	__fput_sync(vc->file);
	vc->file = NULL;
}

u32 vct_state(struct vct_vc *vc)
{
	return READ_ONCE(vc->vc->state);
}

bool vct_reaches(struct vct_vc *vc, u32 state)
{
	return kt_until(vct_state(vc) == state);
}

/* ---- whole calls ---- */

void vct_call_out(struct vct *t, struct vct_vc *vc, u64 id)
{
	vct_create(t, vc);
	KUNIT_ASSERT_EQ(t->kt.test, 0, vct_make(vc, id));
	KUNIT_ASSERT_EQ(t->kt.test, 0, kt_completion(&t->kt, id)->error);
	KUNIT_ASSERT_EQ(t->kt.test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(vc));
}

static unsigned int vct_offers(struct kt *kt)
{
	kt_drain(kt);
	return kt_count(kt, CLEARDOWN_EV_INCOMING_CALL, -1);
}

u32 vct_offered(struct vct *t, struct vct_vc *vc)
{
	struct kt *kt = &t->kt;
	unsigned int i, n = vct_offers(kt);
	u32 cref = vct_say_setup(t, VCT_SELECTOR);

	KUNIT_ASSERT_TRUE(kt->test, kt_until(vct_offers(kt) > n));
	for (i = kt->n - 1; kt->tape[i].type != CLEARDOWN_EV_INCOMING_CALL; i--)
		;
	KUNIT_ASSERT_EQ(kt->test, 0, vct_create_on(t, t->af, vc, kt->tape[i].req_id));
	return cref;
}

u32 vct_call_in(struct vct *t, struct vct_vc *vc, u64 id)
{
	u32 cref = vct_offered(t, vc);

	KUNIT_ASSERT_EQ(t->kt.test, 0, vct_accept(vc, id));
	KUNIT_ASSERT_EQ(t->kt.test, 0, kt_completion(&t->kt, id)->error);
	KUNIT_ASSERT_EQ(t->kt.test, (u32)CLEARDOWN_VC_ACTIVE, vct_state(vc));
	return cref;
}

/* ---- records and reports ---- */

unsigned int vct_records(struct vct_vc *vc, u32 type, s32 *error)
{
	struct kt *kt = &vc->t->kt;
	unsigned int i, n = 0;

	kt_drain(kt);
	for (i = 0; i < kt->n; i++) {
		if (kt->tape[i].type != type || kt->tape[i].cookie != vc->cookie)
			continue;
		n++;
		if (error)
			*error = kt->tape[i].error;
	}
	return n;
}

const struct cleardown_event *vct_record(struct vct_vc *vc, u32 type)
{
	struct kt *kt = &vc->t->kt;
	unsigned int i;

	KUNIT_ASSERT_TRUE_MSG(kt->test, kt_until(vct_records(vc, type, NULL)),
			      "there is no record of type %u", type);
	for (i = kt->n - 1; kt->tape[i].type != type || kt->tape[i].cookie != vc->cookie; i--)
		;
	return &kt->tape[i];
}

static unsigned int vct_report_find(struct vct *t, u64 id, struct cleardown_report *found)
{
	struct cleardown_report *r = kunit_kzalloc(t->kt.test, sizeof(*r), GFP_KERNEL);
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(t->kt.test, r);
	while (!cldn_report_next(r, GLOBAL_ROOT_UID, true)) {
		r->after = r->out_head.number;
		if (r->out_head.handle != id)
			continue;
		n++;
		*found = *r;
	}
	return n;
}

struct cleardown_report *vct_report(struct vct *t, u64 id)
{
	struct cleardown_report *r = kunit_kzalloc(t->kt.test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, r);
	KUNIT_ASSERT_NE_MSG(t->kt.test, 0, vct_report_find(t, id, r), "there is no report");
	return r;
}

unsigned int vct_reports(struct vct *t, u64 id)
{
	struct cleardown_report *r = kunit_kzalloc(t->kt.test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, r);
	return vct_report_find(t, id, r);
}

/* ---- between Q.2931 and the call manager ---- */

static int vct_send_between(struct cldn_q2931_link *sig, const struct cldn_q2931_msg *msg)
{
	struct cm_link *link = cm_link_of_sig(sig);
	struct vct *t = link->dev->link.priv;
	int error = xchg(&t->send_error, 0);

	return error ?: vct_ops_of_product->send(sig, msg);
}

void vct_between(struct vct *t)
{
	vct_ops_of_product = t->link->sig.ops;
	t->ops = *vct_ops_of_product;
	t->ops.send = vct_send_between;
	WRITE_ONCE(t->link->sig.ops, &t->ops);
}

void vct_t308_short(struct vct *t)
{
	WRITE_ONCE(t->link->sig.timers.ms[CLDN_Q2931_T308], VCT_T308_SHORT_MS);
}

/* ---- birth and end ---- */

int vct_init(struct kunit *test)
{
	struct vct *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	char args[32];

	if (!t)
		return -ENOMEM;
	kt_begin(&t->kt, test);
	vct_medium_begin(t);
	snprintf(args, sizeof(args), "t308=%u", VCT_T308_MS);
	kt_bind(&t->kt, CLEARDOWN_CLASS_VC, "kunit-cells", args);
	t->link = cm_link_of(t->kt.dev);
	kt_queue_open(&t->kt);
	t->af = vct_af_open(t, KT_COOKIE);
	KUNIT_ASSERT_EQ(test, 0, vct_sap(t->af, VCT_SELECTOR, 0, NULL));
	KUNIT_ASSERT_TRUE(test, kt_until(READ_ONCE(t->link->sig.up)));
	return 0;
}

/* Whatever the case has left is ended as an owner's death would end it. */
static void vct_files_close(struct vct *t)
{
	unsigned int i;

	t->keep = false;
	t->patient = false;
	t->in_open = NULL;
	t->in_shut = NULL;
	t->in_send = NULL;
	if (t->peer)
		vct_answers(t, VCT_ANSWER_ALL);
	for (i = 0; i < VCT_VCS; i++)
		if (t->files[i])
			__fput_sync(t->files[i]);
	if (t->af)
		vct_af_close_file(t->af);
	if (t->kt.dev)
		KUNIT_EXPECT_TRUE(t->kt.test, kt_until(!READ_ONCE(t->kt.dev->nmembers)));
	for (i = 0; i < VCT_VCS; i++)
		if (t->handles[i])
			cldn_handle_put(t->handles[i]);
}

void vct_exit(struct kunit *test)
{
	struct vct *t = kt_of(test) ? vct_of(test) : NULL;

	if (!t)
		return;
	kt_hooks_end();
	vct_files_close(t);
	kt_threads_end(&t->kt);
	kt_queue_close(&t->kt);
	if (t->unbound)
		cldn_device_put(t->kt.dev);
	else
		kt_unbind(&t->kt);
	vct_medium_end(t);
	kt_end(&t->kt);
}
