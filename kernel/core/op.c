// SPDX-License-Identifier: GPL-2.0-only
/* Requests: admission, execution order, the one completion. The rules stand in <cleardown/op.h>. */
#include <linux/slab.h>
#include "internal.h"
#include "trace.h"

static void cldn_op_rec_free(struct cldn_rec *rec)
{
	struct cldn_op *op = container_of(rec, struct cldn_op, rec);

	cldn_uncharge(op->user, CLDN_LIMIT_RECORDS);
	cldn_op_put(op);
}

/* An op that nobody else has seen yet. Sleeps. */
struct cldn_op *cldn_op_alloc(const struct cldn_opcode *code, u32 in_len)
{
	struct cldn_op *op;

	op = kmalloc(struct_size(op, in, in_len + code->out_cap), GFP_KERNEL_ACCOUNT);
	if (!op)
		return NULL;
	memset(op, 0, sizeof(*op));
	refcount_set(&op->ref, 1);
	atomic_set(&op->state, CLDN_OP_QUEUED);
	timerqueue_init(&op->deadline_node);
	op->rec.free = cldn_op_rec_free;
	op->rec.head.type = CLEARDOWN_EV_COMPLETION;
	op->opcode = code->opcode;
	op->in_len = in_len;
	op->out = op->in + in_len;
	op->out_cap = code->out_cap;
	cldn_count(CLDN_OPS, 1);
	return op;
}

/* The memory; nobody has a reference any more, or never had. */
void cldn_op_free(struct cldn_op *op)
{
	if (op->evq)
		cldn_evq_put(op->evq);
	if (op->user)
		cldn_user_put(op->user);
	cldn_count(CLDN_OPS, -1);
	kfree(op);
}

void cldn_op_put(struct cldn_op *op)
{
	if (refcount_dec_and_test(&op->ref))
		cldn_op_free(op);
}

static bool cldn_op_claim(struct cldn_op *op)
{
	int old = atomic_read(&op->state);

	do {
		if (old == CLDN_OP_DONE) {
			cldn_note(CLDN_CLAIMS_LOST);
			return false;
		}
	} while (!atomic_try_cmpxchg(&op->state, &old, CLDN_OP_DONE));
	return true;
}

static void cldn_op_result(struct cldn_op *op, u32 status, int error, u32 p1, const void *data,
			   size_t len)
{
	struct cleardown_event *head = &op->rec.head;

	if (error == -ECANCELED && !op->cancelled)
		error = -EIO;
	else if (error == -ECANCELED && cldn_now() >= op->deadline_ns)
		error = -ETIMEDOUT;
	head->status = status;
	head->error = error;
	head->p1 = p1;
	head->data_len = min_t(size_t, data ? len : 0, op->out_cap);
	if (head->data_len)
		memcpy(op->out, data, head->data_len);
	op->rec.data = op->out;
}

/*
 * Off the lists and onto the queue in one critical section, so that whoever sees the list empty
 * under h->lock knows that every record is queued. Only for who won the claim. The list's
 * reference goes with the record.
 */
static void cldn_op_finish_locked(struct cldn_handle *h, struct cldn_op *op)
{
	lockdep_assert_held(&h->lock);
	rb_erase(&op->id_node, &h->ops_by_id);
	list_del(&op->node);
	if (!RB_EMPTY_NODE(&op->deadline_node.node))
		timerqueue_del(&h->deadlines, &op->deadline_node);
	h->nops--;
	h->completed++;
	cldn_uncharge(op->user, CLDN_LIMIT_OPS);
	cldn_note(CLDN_COMPLETED);
	trace_cldn_op_complete(h, op);
	cldn_post_locked(h, op->evq, &op->rec);
	if (!h->nops)
		wake_up_all(&h->wq);
}

bool cldn_op_complete(struct cldn_op *op, u32 status, int error, u32 p1, const void *data,
		      size_t len)
{
	struct cldn_handle *h;

	cldn_hook(CLDN_HOOK_COMPLETE, op);
	if (!cldn_op_claim(op))
		return false;
	cldn_hook(CLDN_HOOK_CLAIMED, op);
	h = op->handle;
	cldn_op_result(op, status, error, p1, data, len);
	scoped_guard(spinlock_irqsave, &h->lock)
		cldn_op_finish_locked(h, op);
	cldn_evq_wake(op->evq);
	return true;
}

/* ---- admission ---- */

const struct cldn_opcode *cldn_opcode_find(const struct cldn_class *class, u32 opcode)
{
	unsigned int i;

	for (i = 0; i < class->nopcodes; i++)
		if (class->opcodes[i].opcode == opcode)
			return &class->opcodes[i];
	return NULL;
}

/* -EEXIST when a request of that id is outstanding. */
static int cldn_op_insert_locked(struct cldn_handle *h, struct cldn_op *op)
{
	struct rb_node **p = &h->ops_by_id.rb_node, *parent = NULL;
	u64 id = op->rec.head.req_id;

	while (*p) {
		struct cldn_op *other = rb_entry(*p, struct cldn_op, id_node);

		parent = *p;
		if (id == other->rec.head.req_id)
			return -EEXIST;
		p = id < other->rec.head.req_id ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&op->id_node, parent, p);
	rb_insert_color(&op->id_node, &h->ops_by_id);
	return 0;
}

static int cldn_op_charge(struct cldn_handle *h, struct cldn_op *op)
{
	int ret = cldn_charge(h->user, CLDN_LIMIT_OPS);

	if (ret)
		return ret;
	ret = cldn_charge(h->user, CLDN_LIMIT_RECORDS);
	if (ret) {
		cldn_uncharge(h->user, CLDN_LIMIT_OPS);
		return ret;
	}
	op->user = cldn_user_hold(h->user);
	return 0;
}

static void cldn_op_uncharge(struct cldn_op *op)
{
	cldn_uncharge(op->user, CLDN_LIMIT_OPS);
	cldn_uncharge(op->user, CLDN_LIMIT_RECORDS);
}

static int cldn_admit_op_locked(struct cldn_handle *h, struct cldn_op *op)
{
	int ret;

	lockdep_assert_held(&h->lock);
	if (h->state != CLEARDOWN_STATE_OPEN)
		return -EBADFD;
	if (!h->evq)
		return -EDESTADDRREQ;
	if (READ_ONCE(h->evq->orphan))
		return -EPIPE;
	ret = cldn_op_insert_locked(h, op);
	if (ret)
		return ret;
	op->evq = cldn_evq_get(h->evq);
	op->handle = h;
	list_add_tail(&op->node, &h->queued);
	op->deadline_node.expires = ns_to_ktime(op->deadline_ns);
	timerqueue_add(&h->deadlines, &op->deadline_node);
	h->nops++;
	h->issued++;
	cldn_note(CLDN_ISSUED);
	trace_cldn_op_submit(h, op);
	return 0;
}

static u32 cldn_admit_status(const struct cldn_class *class, int error)
{
	switch (error) {
	case -EBADFD:
		return class->bad_handle;
	case -ENOBUFS:
		return class->no_resources;
	case -ENOMEM:
		return class->no_memory;
	case -EBUSY:
	case -EPIPE:
		return class->failed;
	default:
		return class->bad_param;
	}
}

/*
 * Accepts @op, whose input was copied and checked, or frees it. Everything that can fail for
 * memory has happened: from here on a completion is owed.
 */
int cldn_submit(struct cldn_handle *h, const struct cldn_opcode *code,
		const struct cleardown_submit *arg, struct cldn_op *op, u32 *status)
{
	int ret = cldn_frozen() ? -EBUSY : cldn_op_charge(h, op);

	if (!ret) {
		op->rec.head.req_id = arg->req_id;
		op->deadline_ns = cldn_after(arg->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT ?
						     code->timeout_ns :
						     arg->deadline_ns);
		cldn_hook(CLDN_HOOK_SUBMIT, h);
		scoped_guard(spinlock_irqsave, &h->lock)
			ret = cldn_admit_op_locked(h, op);
		if (!ret) {
			cldn_hook(CLDN_HOOK_ADMITTED, h);
			if (h->member)
				h->member->queued(h);
			else
				cldn_device_kick(h->dev, CLDN_EV_OP);
			return 0;
		}
		cldn_op_uncharge(op);
	}
	*status = cldn_admit_status(h->dev->class, ret);
	cldn_op_free(op);
	return ret;
}

/* ---- execution ---- */

static struct cldn_op *cldn_op_start_locked(struct cldn_handle *h)
{
	struct cldn_op *op;
	int old = CLDN_OP_QUEUED;

	lockdep_assert_held(&h->lock);
	op = list_first_entry_or_null(&h->queued, struct cldn_op, node);
	if (!op || !atomic_try_cmpxchg(&op->state, &old, CLDN_OP_STARTED))
		return NULL;
	list_move_tail(&op->node, &h->started);
	refcount_inc(&op->ref); /* put by the class */
	trace_cldn_op_start(h, op);
	return op;
}

struct cldn_op *cldn_op_next(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h)
		return NULL;
	guard(spinlock_irqsave)(&h->lock);
	if (h->state != CLEARDOWN_STATE_OPEN && !cldn_draining_locked(h))
		return NULL;
	return cldn_op_start_locked(h);
}

struct cldn_op *cldn_member_op(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return h->state == CLEARDOWN_STATE_OPEN ? cldn_op_start_locked(h) : NULL;
}

static struct cldn_op *cldn_op_find_locked(struct cldn_handle *h, u64 id)
{
	struct rb_node *n = h->ops_by_id.rb_node;

	while (n) {
		struct cldn_op *op = rb_entry(n, struct cldn_op, id_node);

		if (id == op->rec.head.req_id)
			return op;
		n = id < op->rec.head.req_id ? n->rb_left : n->rb_right;
	}
	return NULL;
}

/*
 * Marks @op; one that has not been started ends here, for a started one the class is asked.
 * Caller wakes the queue of an op that ended, which its reference keeps.
 */
static bool cldn_op_cancel_locked(struct cldn_handle *h, struct cldn_op *op)
{
	int old = CLDN_OP_QUEUED;

	lockdep_assert_held(&h->lock);
	trace_cldn_op_cancel(h, op);
	op->cancelled = true;
	if (!atomic_try_cmpxchg(&op->state, &old, CLDN_OP_DONE))
		return false;
	cldn_op_result(op, h->dev->class->cancelled, -ECANCELED, 0, NULL, 0);
	cldn_op_finish_locked(h, op);
	return true;
}

int cldn_op_cancel(struct cldn_handle *h, u64 id)
{
	struct cldn_evq *q = NULL;
	struct cldn_op *op;

	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->state == CLEARDOWN_STATE_CLOSED)
			return -EBADFD;
		op = cldn_op_find_locked(h, id);
		if (!op)
			return -ENOENT;
		q = cldn_evq_get(op->evq);
		cldn_op_cancel_locked(h, op);
	}
	cldn_evq_wake(q);
	cldn_evq_put(q);
	if (h->member)
		h->member->queued(h);
	else
		cldn_device_kick(h->dev, CLDN_EV_CANCEL);
	return 0;
}

/* At most a batch of the requests whose time was up at @now. Returns when the next one's is. */
static u64 cldn_ops_expire(struct cldn_handle *h, u64 now)
{
	struct timerqueue_node *node;
	unsigned int n = 0;

	guard(spinlock_irqsave)(&h->lock);
	while ((node = timerqueue_getnext(&h->deadlines))) {
		struct cldn_op *op = container_of(node, struct cldn_op, deadline_node);
		struct cldn_evq *q;

		if (op->deadline_ns > now || n++ == CLDN_EXPIRE_BATCH)
			return op->deadline_ns;
		timerqueue_del(&h->deadlines, node);
		q = cldn_evq_get(op->evq);
		cldn_op_cancel_locked(h, op);
		cldn_evq_wake(q);
		cldn_evq_put(q);
	}
	return U64_MAX;
}

/*
 * Worker: requests whose time is up. The class sees op->cancelled in the same run. Returns when the
 * next one's is.
 *
 * A user may have max_ops of them, so they end in batches: between two the lock is free and
 * interrupts are on. Nothing is carried over from one batch to the next but @now, hence
 *
 *   once:  a request leaves h->deadlines, is claimed and posted within one critical section. Who
 *          completes or cancels another one between two batches, or ends all (the watchdog), needs
 *          the same claim, and what he has finished no batch finds.
 *   order: each batch goes on with the earliest, so they end by their deadlines as if in one go.
 *   all:   the class has its turn after the last batch, and starts none whose time was up.
 *   end:   @now stays, and what is submitted meanwhile is due later: no submitter keeps us here.
 *
 * @h stays: only the worker takes it from the device, and of a member the caller has a reference.
 */
u64 cldn_ops_run(struct cldn_handle *h)
{
	u64 now = cldn_now(), next;

	while ((next = cldn_ops_expire(h, now)) <= now) {
		cldn_hook(CLDN_HOOK_EXPIRED, h);
		cond_resched();
	}
	return next;
}

/* Worker: a close has begun, or is past draining. What has not been started never will be. */
void cldn_ops_end_queued(struct cldn_handle *h)
{
	const u32 failed = h->dev->class->failed;
	struct cldn_evq *q = NULL;
	struct cldn_op *op;

	for (;;) {
		int old = CLDN_OP_QUEUED;

		guard(spinlock_irqsave)(&h->lock);
		op = list_first_entry_or_null(&h->queued, struct cldn_op, node);
		if (!op || !atomic_try_cmpxchg(&op->state, &old, CLDN_OP_DONE))
			break;
		if (!q)
			q = cldn_evq_get(op->evq);
		cldn_op_result(op, failed, -EIO, CLEARDOWN_RESULT_NONE, NULL, 0);
		cldn_op_finish_locked(h, op);
	}
	if (q)
		cldn_evq_wake(q);
	cldn_evq_put(q);
}

static struct cldn_op *cldn_op_unclaimed(struct cldn_handle *h)
{
	struct cldn_op *op;

	guard(spinlock_irqsave)(&h->lock);
	list_for_each_entry(op, &h->started, node)
		if (!cldn_op_done(op))
			goto found;
	list_for_each_entry(op, &h->queued, node)
		if (!cldn_op_done(op))
			goto found;
	return NULL;
found:
	refcount_inc(&op->ref);
	return op;
}

static bool cldn_ops_none(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return !h->nops;
}

/*
 * Ends everything that is outstanding; when it returns every completion record is queued. A
 * racing completer that has won a claim is between two instructions of cldn_op_complete(): waiting
 * for him needs no limit. A member that is not dead may get one more request meanwhile, of somebody
 * who had passed the class's check before: it is ended too.
 */
void cldn_ops_end_all(struct cldn_handle *h)
{
	struct cldn_op *op;

	do {
		while ((op = cldn_op_unclaimed(h))) {
			cldn_op_complete(op, h->dev->class->failed, -EIO, CLEARDOWN_RESULT_NONE,
					 NULL, 0);
			cldn_op_put(op);
		}
		cldn_hook(CLDN_HOOK_ENDED, h);
	} while (!wait_event_timeout(h->wq, cldn_ops_none(h), 1));
}
