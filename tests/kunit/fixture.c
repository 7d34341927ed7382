// SPDX-License-Identifier: GPL-2.0-only
/* The fixture of the suites: see kt.h. */
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "kt.h"
#include "../../kernel/transport/sim.h"

/* ---- hooks ---- */

#define KT_GATES 2

static struct kt_gate *kt_gates[KT_GATES];
static struct {
	enum cldn_hook_at at;
	void (*fn)(struct kt *kt, void *what);
	struct kt *kt;
} kt_call_at;

static void kt_gate_hit(struct kt_gate *gate, enum cldn_hook_at at, void *what)
{
	if (gate->at != at || (gate->what && gate->what != what) ||
	    atomic_inc_return(&gate->hits) > 1)
		return;
	complete(&gate->reached);
	wait_for_completion_timeout(&gate->go, msecs_to_jiffies(KT_LIMIT_MS));
}

static void kt_hooked(enum cldn_hook_at at, void *what)
{
	unsigned int i;

	for (i = 0; i < KT_GATES; i++) {
		struct kt_gate *gate = READ_ONCE(kt_gates[i]);

		if (gate)
			kt_gate_hit(gate, at, what);
	}
	if (READ_ONCE(kt_call_at.fn) && kt_call_at.at == at)
		kt_call_at.fn(kt_call_at.kt, what);
}

struct kt_gate *kt_hold(struct kt *kt, enum cldn_hook_at at, void *what)
{
	struct kt_gate *gate = kunit_kzalloc(kt->test, sizeof(*gate), GFP_KERNEL);
	unsigned int i = kt_gates[0] ? 1 : 0;

	KUNIT_ASSERT_NOT_NULL(kt->test, gate);
	gate->at = at;
	gate->what = what;
	init_completion(&gate->reached);
	init_completion(&gate->go);
	WRITE_ONCE(kt_gates[i], gate);
	cldn_hook_set(kt_hooked);
	return gate;
}

void kt_held(struct kt *kt, struct kt_gate *gate)
{
	KUNIT_ASSERT_NE_MSG(kt->test, 0,
			    wait_for_completion_timeout(&gate->reached,
							msecs_to_jiffies(KT_LIMIT_MS)),
			    "nobody came to hook %d", gate->at);
}

void kt_let_go(struct kt_gate *gate)
{
	complete_all(&gate->go);
}

void kt_at(enum cldn_hook_at at, void (*fn)(struct kt *kt, void *what), struct kt *kt)
{
	kt_call_at.at = at;
	kt_call_at.kt = kt;
	WRITE_ONCE(kt_call_at.fn, fn);
	cldn_hook_set(kt_hooked);
}

void kt_hooks_end(void)
{
	unsigned int i;

	for (i = 0; i < KT_GATES; i++)
		if (kt_gates[i])
			kt_let_go(kt_gates[i]);
	cldn_hook_set(NULL);
	memset(kt_gates, 0, sizeof(kt_gates));
	memset(&kt_call_at, 0, sizeof(kt_call_at));
}

/* ---- threads ---- */

static int kt_thread_run(void *p)
{
	struct kt_thread *t = p;

	t->ret = t->fn(t);
	complete_all(&t->done); /* kt_join() and kt_threads_end() */
	return 0;
}

static struct kt_thread *kt_thread_new(struct kt *kt, long (*fn)(struct kt_thread *t), void *arg)
{
	struct kt_thread *t = kunit_kzalloc(kt->test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(kt->test, t);
	t->fn = fn;
	t->kt = kt;
	t->arg = arg;
	init_completion(&t->done);
	return t;
}

static void kt_thread_start(struct kt *kt, struct kt_thread *t)
{
	t->task = kthread_create(kt_thread_run, t, "kt");
	KUNIT_ASSERT_FALSE(kt->test, IS_ERR(t->task));
	get_task_struct(t->task); /* put by kt_threads_end() */
	list_add(&t->node, &kt->threads);
	wake_up_process(t->task);
}

struct kt_thread *kt_start(struct kt *kt, long (*fn)(struct kt_thread *t), void *arg)
{
	struct kt_thread *t = kt_thread_new(kt, fn, arg);

	kt_thread_start(kt, t);
	return t;
}

void kt_threads_end(struct kt *kt)
{
	struct kt_thread *t;

	list_for_each_entry(t, &kt->threads, node) {
		wait_for_completion(&t->done);
		put_task_struct(t->task);
	}
}

long kt_join(struct kt_thread *t)
{
	KUNIT_ASSERT_NE_MSG(t->kt->test, 0,
			    wait_for_completion_timeout(&t->done, msecs_to_jiffies(KT_LIMIT_MS)),
			    "a thread does not come back");
	return t->ret;
}

bool kt_sleeps(struct kt_thread *t)
{
	return !completion_done(&t->done) &&
	       READ_ONCE(t->task->__state) & (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE);
}

static long kt_closer_run(struct kt_thread *t)
{
	return cldn_handle_close(t->kt->h, &t->close);
}

struct kt_thread *kt_start_close(struct kt *kt, long (*fn)(struct kt_thread *t), void *arg,
				 u32 mode, u64 deadline_ns)
{
	struct kt_thread *t = kt_thread_new(kt, fn, arg);

	t->close.mode = mode;
	t->close.deadline_ns = deadline_ns;
	kt_thread_start(kt, t);
	return t;
}

struct kt_thread *kt_closer(struct kt *kt, u32 mode, u64 deadline_ns)
{
	return kt_start_close(kt, kt_closer_run, NULL, mode, deadline_ns);
}

/* ---- the phone ---- */

void kt_sim(struct kt *kt, const char *command)
{
	char line[32];

	strscpy(line, command, sizeof(line));
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_sim_command(&kt->dev->link, line));
}

void kt_queue_open(struct kt *kt)
{
	memset(&kt->qfile, 0, sizeof(kt->qfile));
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_events_fops.open(NULL, &kt->qfile));
	kt->q = cldn_evq_get(kt->qfile.private_data);
}

void kt_open(struct kt *kt)
{
	memset(&kt->file, 0, sizeof(kt->file));
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_handle_open(kt->dev, &kt->file));
	if (kt->h)
		cldn_handle_put(kt->h);
	kt->h = kt->file.private_data;
	cldn_handle_get(kt->h);
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_handle_bind_queue(kt->h, cldn_evq_get(kt->q), KT_COOKIE));
}

int kt_other_open(struct kt *kt, struct file *file, unsigned int flags)
{
	memset(file, 0, sizeof(*file));
	file->f_flags = flags;
	return cldn_handle_open(kt->dev, file);
}

void kt_other_close(struct kt *kt, struct file *file)
{
	struct cldn_handle *h = file->private_data;

	if (!h) /* its open failed, and that was said */
		return;
	cldn_handle_get(h);
	cldn_handle_fops.release(NULL, file);
	KUNIT_EXPECT_TRUE(kt->test, kt_until(cldn_handle_closed(h)));
	cldn_handle_put(h);
}

void kt_release(struct kt *kt)
{
	if (!kt->file.private_data)
		return;
	if (kt->dev) /* else it is unbound */
		kt_sim(kt, "deaf off"); /* or the next session waits for an answer */
	cldn_handle_fops.release(NULL, &kt->file);
	kt->file.private_data = NULL;
	KUNIT_EXPECT_TRUE(kt->test, kt_until(cldn_handle_closed(kt->h)));
}

/* What SUBMIT does with an argument that it has copied and checked. */
int kt_submit_op(struct kt *kt, u32 opcode, u64 id, const char *in, u64 deadline_ns)
{
	return kt_submit_in(kt, opcode, id, in, strlen(in), deadline_ns);
}

int kt_submit_in(struct kt *kt, u32 opcode, u64 id, const void *in, u32 len, u64 deadline_ns)
{
	struct cleardown_submit arg = { .req_id = id, .deadline_ns = deadline_ns };
	const struct cldn_opcode *code = cldn_opcode_find(kt->dev->class, opcode);
	struct cldn_op *op = cldn_op_alloc(code, len);
	u32 status;

	if (!op)
		return -ENOMEM;
	memcpy(op->in, in, op->in_len);
	return cldn_submit(kt->h, code, &arg, op, &status);
}

int kt_submit(struct kt *kt, u64 id)
{
	return kt_submit_op(kt, CLEARDOWN_OP_DEV_SPECIFIC, id, "I", KT_HOUR);
}

int kt_close(struct kt *kt, u32 mode, u64 deadline_ns, struct cleardown_close *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->out_released = 0xdead;
	arg->out_status = 0xdead;
	return cldn_handle_close(kt->h, arg);
}

void kt_call(struct kt *kt)
{
	KUNIT_ASSERT_EQ(kt->test, 0,
			kt_submit_op(kt, CLEARDOWN_OP_DIAL, 900, "123", 10 * NSEC_PER_SEC));
	KUNIT_ASSERT_EQ(kt->test, 0, kt_completion(kt, 900)->error);
	KUNIT_ASSERT_TRUE(kt->test, READ_ONCE(kt->h->data_up));
}

static ssize_t kt_write_iter(struct kt *kt, const void *buf, size_t len, int flags)
{
	struct kvec vec = { (void *)buf, len };
	struct iov_iter from;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, &kt->file);
	iocb.ki_flags |= flags;
	iov_iter_kvec(&from, ITER_SOURCE, &vec, 1, len);
	return cldn_handle_write(&iocb, &from);
}

ssize_t kt_write(struct kt *kt, size_t len)
{
	return kt_write_iter(kt, kt->buf, len, IOCB_NOWAIT);
}

ssize_t kt_write_all(struct kt *kt, const void *buf, size_t len)
{
	return kt_write_iter(kt, buf, len, 0);
}

static unsigned int kt_report_find(struct kt *kt, struct cleardown_report *found)
{
	struct cleardown_report *r = kunit_kzalloc(kt->test, sizeof(*r), GFP_KERNEL);
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(kt->test, r);
	while (!cldn_report_next(r, GLOBAL_ROOT_UID, true)) {
		r->after = r->out_head.number;
		if (r->out_head.handle != kt->h->id)
			continue;
		n++;
		if (found)
			*found = *r;
	}
	return n;
}

struct cleardown_report *kt_report(struct kt *kt)
{
	struct cleardown_report *r = kunit_kzalloc(kt->test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(kt->test, r);
	KUNIT_ASSERT_NE_MSG(kt->test, 0, kt_report_find(kt, r), "there is no report");
	return r;
}

unsigned int kt_reports(struct kt *kt)
{
	return kt_report_find(kt, NULL);
}

/* With the lock: device, handle and report change together under it. */
u32 kt_device_state(struct kt *kt)
{
	guard(spinlock_irqsave)(&kt->dev->lock);
	return kt->dev->state;
}

struct cldn_op *kt_op(struct kt *kt, u64 id)
{
	struct cldn_op *op = NULL;
	struct rb_node *n;

	guard(spinlock_irqsave)(&kt->h->lock);
	for (n = rb_first(&kt->h->ops_by_id); n; n = rb_next(n)) {
		op = rb_entry(n, struct cldn_op, id_node);
		if (op->rec.head.req_id == id) {
			refcount_inc(&op->ref);
			return op;
		}
	}
	return NULL;
}

struct cldn_link_driver *kt_driver(struct kt *kt)
{
	return &kt->drv;
}

/* ---- no memory ---- */

#if IS_ENABLED(CONFIG_FAULT_INJECTION)
/* The guest script has set failslab and fail_page_alloc to fail always, for marked tasks. */
void kt_fail_allocations(struct kt *kt, bool fail)
{
	kt->dev->worker->task->make_it_fail = fail;
	current->make_it_fail = fail;
}

bool kt_allocations_fail(void)
{
	void *small = kmalloc(64, GFP_KERNEL);
	unsigned long page = __get_free_page(GFP_KERNEL);

	kfree(small);
	free_page(page);
	return !small && !page;
}
#endif

/* ---- a driver that does not come back ---- */

static const struct cldn_link_driver *kt_kept_sim;
static DECLARE_COMPLETION(kt_kept_in);
static DECLARE_COMPLETION(kt_kept_go);

static void kt_keep_worker(void)
{
	complete_all(&kt_kept_in);
	wait_for_completion_timeout(&kt_kept_go, msecs_to_jiffies(KT_LIMIT_MS));
}

static int kt_kept_open(struct cldn_link *link)
{
	kt_keep_worker();
	return kt_kept_sim->open(link);
}

static void kt_kept_close(struct cldn_link *link)
{
	kt_keep_worker();
	kt_kept_sim->close(link);
}

static int kt_kept_lines(struct cldn_link *link, u32 set, u32 clear)
{
	kt_keep_worker();
	return kt_kept_sim->set_lines(link, set, clear);
}

static ssize_t kt_kept_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	kt_keep_worker();
	return kt_kept_sim->write(link, buf, len);
}

void kt_driver_hold(struct kt *kt, enum kt_call call)
{
	kt_kept_sim = kt->sim;
	reinit_completion(&kt_kept_in);
	reinit_completion(&kt_kept_go);
	switch (call) {
	case KT_OPEN:
		kt->drv.open = kt_kept_open;
		break;
	case KT_CLOSE:
		kt->drv.close = kt_kept_close;
		break;
	case KT_SET_LINES:
		kt->drv.set_lines = kt_kept_lines;
		break;
	case KT_WRITE:
		kt->drv.write = kt_kept_write;
		break;
	}
}

void kt_driver_held(struct kt *kt)
{
	KUNIT_ASSERT_NE_MSG(kt->test, 0,
			    wait_for_completion_timeout(&kt_kept_in, msecs_to_jiffies(KT_LIMIT_MS)),
			    "the worker does not call the driver");
}

void kt_driver_go(struct kt *kt)
{
	if (kt->sim)
		kt->drv = *kt->sim;
	complete_all(&kt_kept_go);
}

/* ---- records ---- */

static ssize_t kt_read_iter(struct kt *kt, struct iov_iter *to, bool nowait)
{
	struct kiocb iocb;

	init_sync_kiocb(&iocb, &kt->qfile);
	if (nowait)
		iocb.ki_flags |= IOCB_NOWAIT;
	return cldn_events_fops.read_iter(&iocb, to);
}

ssize_t kt_read(struct kt *kt, void *to, size_t len, bool nowait)
{
	struct kvec vec = { to, len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, len);
	return kt_read_iter(kt, &iter, nowait);
}

/* The last page below the kernel's half: never mapped, and a kernel thread has no memory there. */
ssize_t kt_read_fault(struct kt *kt)
{
	struct iovec vec = { (void __user *)(TASK_SIZE_MAX - PAGE_SIZE), sizeof(kt->buf) / 2 };
	struct iov_iter iter;

	iov_iter_init(&iter, ITER_DEST, &vec, 1, vec.iov_len);
	return kt_read_iter(kt, &iter, true);
}

void kt_drain(struct kt *kt)
{
	ssize_t n, at;

	while ((n = kt_read(kt, kt->buf, sizeof(kt->buf), true)) > 0)
		for (at = 0; at < n; at += ((struct cleardown_event *)(kt->buf + at))->len) {
			KUNIT_ASSERT_LT(kt->test, kt->n, (unsigned int)KT_TAPE);
			memcpy(&kt->tape[kt->n++], kt->buf + at, sizeof(kt->tape[0]));
		}
	KUNIT_EXPECT_EQ(kt->test, -EAGAIN, n);
}

static bool kt_matches(const struct cleardown_event *ev, u32 type, s64 id)
{
	return ev->type == type && (id < 0 || ev->req_id == id);
}

unsigned int kt_count(struct kt *kt, u32 type, s64 id)
{
	unsigned int i, n = 0;

	for (i = 0; i < kt->n; i++)
		n += kt_matches(&kt->tape[i], type, id);
	return n;
}

const struct cleardown_event *kt_find(struct kt *kt, u32 type, s64 id)
{
	unsigned int i;

	for (i = 0; i < kt->n; i++)
		if (kt_matches(&kt->tape[i], type, id))
			return &kt->tape[i];
	return NULL;
}

const struct cleardown_event *kt_completion(struct kt *kt, u64 id)
{
	const struct cleardown_event *ev;

	kt_until((kt_drain(kt), kt_find(kt, CLEARDOWN_EV_COMPLETION, id)));
	ev = kt_find(kt, CLEARDOWN_EV_COMPLETION, id);
	KUNIT_ASSERT_NOT_NULL_MSG(kt->test, ev, "request %llu was not completed", id);
	return ev;
}

void kt_expect_ended(struct kt *kt, unsigned int k, u64 limit)
{
	const struct cleardown_event *ev;
	u64 id;

	kt_drain(kt);
	for (id = 1; id <= k; id++) {
		KUNIT_EXPECT_EQ(kt->test, 1, kt_count(kt, CLEARDOWN_EV_COMPLETION, id));
		ev = kt_find(kt, CLEARDOWN_EV_COMPLETION, id);
		if (ev)
			KUNIT_EXPECT_LE(kt->test, ev->seq, limit);
	}
	KUNIT_EXPECT_EQ(kt->test, kt->h->issued, kt->h->completed);
	KUNIT_EXPECT_EQ(kt->test, 0, kt->h->nops);
}

/* ---- birth and end ---- */

void kt_begin(struct kt *kt, struct kunit *test)
{
	unsigned int i;

	test->priv = kt;
	kt->test = test;
	INIT_LIST_HEAD(&kt->threads);
	for (i = 0; i < CLDN_COUNTS; i++)
		kt->live[i] = atomic_long_read(&cldn_live[i]);
}

void kt_bind(struct kt *kt, u32 clazz, const char *link, const char *args)
{
	struct cleardown_bind *arg = kunit_kzalloc(kt->test, sizeof(*arg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(kt->test, arg);
	arg->clazz = clazz;
	strscpy(arg->link, link, sizeof(arg->link));
	strscpy(arg->args, args, sizeof(arg->args));
	strscpy(arg->name, "kunit", sizeof(arg->name));
	KUNIT_ASSERT_EQ_MSG(kt->test, 0, cldn_device_bind(arg), "%s", arg->out_text);
	kt->dev = cldn_device_find("kunit");
	KUNIT_ASSERT_NOT_NULL(kt->test, kt->dev);
	kt->sim = kt->dev->link.drv;
	kt->drv = *kt->sim;
	kt->dev->link.drv = &kt->drv;
}

/* A number to dial is good for nothing that bind can set. */
static void kt_words_of(struct kt *kt, const char *const *words, struct cleardown_bind *arg)
{
	for (; words && *words; words++) {
		memset(arg, 0, sizeof(*arg));
		arg->clazz = kt->dev->class->id;
		strscpy(arg->link, kt->sim->name, sizeof(arg->link));
		snprintf(arg->args, sizeof(arg->args), "%s=D1", *words);
		KUNIT_EXPECT_EQ_MSG(kt->test, -EINVAL, cldn_device_bind(arg), "%s", arg->args);
		KUNIT_EXPECT_TRUE_MSG(kt->test, !strstr(arg->out_text, "no setting of"), "%s",
				      arg->out_text);
	}
}

void kt_words(struct kunit *test)
{
	struct cleardown_bind *arg = kunit_kzalloc(test, sizeof(*arg), GFP_KERNEL);
	struct kt *kt = kt_of(test);

	KUNIT_ASSERT_NOT_NULL(test, arg);
	kt_words_of(kt, kt->dev->class->words, arg);
	kt_words_of(kt, kt->sim->words, arg);
}

int kt_init_as(struct kunit *test, u32 clazz, const char *args)
{
	struct kt *kt = kunit_kzalloc(test, sizeof(*kt), GFP_KERNEL);

	if (!kt)
		return -ENOMEM;
	kt_begin(kt, test);
	kt_bind(kt, clazz, "sim", args);
	kt_queue_open(kt);
	kt_open(kt);
	return 0;
}

int kt_init(struct kunit *test)
{
	return kt_init_as(test, CLEARDOWN_CLASS_PHONE, "");
}

static bool kt_nothing_left(struct kt *kt)
{
	unsigned int i;

	for (i = 0; i < CLDN_COUNTS; i++)
		if (atomic_long_read(&cldn_live[i]) != kt->live[i])
			return false;
	return true;
}

void kt_queue_close(struct kt *kt)
{
	if (kt->qfile.private_data)
		cldn_events_fops.release(NULL, &kt->qfile);
	cldn_evq_put(kt->q);
	kt->qfile.private_data = NULL;
	kt->q = NULL;
}

void kt_unbind(struct kt *kt)
{
	char text[CLEARDOWN_TEXT_LEN];

	if (!kt->dev)
		return;
	kt->dev->link.drv = kt->sim;
	KUNIT_EXPECT_EQ(kt->test, 0, cldn_device_unbind("kunit", 0, text, sizeof(text)));
	cldn_device_put(kt->dev);
	kt->dev = NULL;
}

void kt_end(struct kt *kt)
{
	KUNIT_EXPECT_TRUE(kt->test, kt_until(kt_nothing_left(kt)));
}

void kt_exit(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	if (!kt)
		return;
	kt_hooks_end();
	kt_driver_go(kt);
	if (kt->h) {
		kt_release(kt);
		KUNIT_EXPECT_EQ(test, kt->h->issued, kt->h->completed);
		cldn_handle_put(kt->h);
	}
	kt_threads_end(kt);
	kt_queue_close(kt);
	if (kt->dev)
		KUNIT_EXPECT_TRUE(test, kt_until(!READ_ONCE(kt->dev->owner)));
	kt_unbind(kt);
	kt_end(kt);
}
