// SPDX-License-Identifier: GPL-2.0-only
/*
 * The events of faxes and the queues that get them. What a job ends with is reserved for each queue
 * when the later of the two is made, so that neither memory nor a slow reader can cost it.
 */
#include <linux/cred.h>
#include <linux/slab.h>
#include "fax.h"

/* ---- queues ---- */

static void fax_queue_free(struct cldn_handle *h)
{
	kfree(container_of(h, struct fax_queue, h));
}

static const struct cldn_member_ops fax_queue_ops = {
	.name = "[cleardown-fax-queue]",
	.free = fax_queue_free,
};

static void fax_ended_free(struct cldn_rec *rec)
{
	cldn_handle_put(&container_of(rec, struct fax_queue, ended)->h);
}

static void fax_queue_end(struct fax_queue *q)
{
	lockdep_assert_held(&fax.lock);
	list_del(&q->node);
	cldn_member_end(&q->h);
	cldn_member_leave(&q->h);
	cldn_handle_put(&q->h);
}

/* Those whose file is gone get nothing more. */
void fax_queues_sweep(void)
{
	struct fax_queue *q, *next;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry_safe(q, next, &fax.queues, node)
		if (cldn_member_orphaned(&q->h))
			fax_queue_end(q);
}

static bool fax_queue_wants(const struct fax_queue *q, const struct fax_job *job)
{
	if (!job)
		return q->rights & CLEARDOWN_FAX_PORT_QUERY;
	return uid_eq(q->uid, job->uid) || q->rights & CLEARDOWN_FAX_JOB_MANAGE;
}

static void fax_rec_fill(struct cldn_rec *rec, const struct cleardown_fax_event *e)
{
	rec->head.req_id = e->job;
	rec->head.p1 = e->event;
	rec->head.p2 = e->state;
	rec->head.p3 = e->pages;
}

static void fax_queue_post(struct fax_queue *q, const struct cleardown_fax_event *e, bool repeats)
{
	struct cldn_rec *rec = cldn_rec_new(&q->h, CLEARDOWN_EV_FAX, e, sizeof(*e), repeats);

	if (!rec)
		return;
	fax_rec_fill(rec, e);
	cldn_member_post(&q->h, rec);
}

/* ---- tickets ---- */

/**
 * struct fax_ticket - what a queue is owed of a job: its terminal event, and DELETED
 * @ref: the job, and each record that is queued
 * @node: in the job's @tickets
 * @q: the queue, referenced
 * @terminal: reserved
 * @deleted: reserved
 * @event: their data, in this order
 */
struct fax_ticket {
	struct kref ref;
	struct list_head node;
	struct fax_queue *q;
	struct cldn_rec terminal;
	struct cldn_rec deleted;
	struct cleardown_fax_event event[2];
};

static void fax_ticket_free(struct kref *ref)
{
	struct fax_ticket *t = container_of(ref, struct fax_ticket, ref);
	struct fax_queue *q = t->q;

	kfree(t);
	cldn_handle_put(&q->h);
}

static void fax_terminal_free(struct cldn_rec *rec)
{
	kref_put(&container_of(rec, struct fax_ticket, terminal)->ref, fax_ticket_free);
}

static void fax_deleted_free(struct cldn_rec *rec)
{
	kref_put(&container_of(rec, struct fax_ticket, deleted)->ref, fax_ticket_free);
}

static void fax_rec_reserve(struct cldn_rec *rec, const struct cleardown_fax_event *e,
			    void (*free)(struct cldn_rec *rec))
{
	rec->head.type = CLEARDOWN_EV_FAX;
	rec->head.data_len = sizeof(*e);
	rec->data = (const u8 *)e;
	rec->free = free;
}

static int fax_ticket_new(struct fax_job *job, struct fax_queue *q)
{
	struct fax_ticket *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return -ENOMEM;
	kref_init(&t->ref);
	cldn_handle_get(&q->h);
	t->q = q;
	fax_rec_reserve(&t->terminal, &t->event[0], fax_terminal_free);
	fax_rec_reserve(&t->deleted, &t->event[1], fax_deleted_free);
	list_add_tail(&t->node, &job->tickets);
	return 0;
}

static void fax_ticket_post(struct fax_ticket *t, bool last, const struct cleardown_fax_event *e)
{
	struct cldn_rec *rec = last ? &t->deleted : &t->terminal;

	t->event[last] = *e;
	fax_rec_fill(rec, e);
	kref_get(&t->ref); /* put when the record is read, or nobody can */
	cldn_member_post(&t->q->h, rec);
}

static void fax_ticket_end(struct fax_ticket *t)
{
	list_del(&t->node);
	kref_put(&t->ref, fax_ticket_free);
}

void fax_tickets_end(struct fax_job *job)
{
	struct fax_ticket *t, *next;

	list_for_each_entry_safe(t, next, &job->tickets, node)
		fax_ticket_end(t);
}

/* A new job: every queue that may know of it will hear of its end. */
int fax_tickets_of_job(struct fax_job *job)
{
	struct fax_queue *q;
	int ret = 0;

	lockdep_assert_held(&fax.lock);
	fax_queues_sweep();
	list_for_each_entry(q, &fax.queues, node)
		if (!ret && fax_queue_wants(q, job))
			ret = fax_ticket_new(job, q);
	if (ret)
		fax_tickets_end(job);
	return ret;
}

static void fax_tickets_of_queue_end(struct fax_queue *q)
{
	struct fax_ticket *t, *next;
	struct fax_job *job;

	list_for_each_entry(job, &fax.jobs, node)
		list_for_each_entry_safe(t, next, &job->tickets, node)
			if (t->q == q)
				fax_ticket_end(t);
}

/* A new queue: likewise with the jobs that there are. */
static int fax_tickets_of_queue(struct fax_queue *q)
{
	struct fax_job *job;
	int ret = 0;

	list_for_each_entry(job, &fax.jobs, node)
		if (!ret && fax_queue_wants(q, job))
			ret = fax_ticket_new(job, q);
	if (ret)
		fax_tickets_of_queue_end(q);
	return ret;
}

/* ---- events ---- */

/* Tells everybody who may know. */
void fax_event(const struct fax_job *job, const struct fax_line *line, u32 event,
	       const struct cleardown_fax_report *r, enum fax_kind kind)
{
	struct cleardown_fax_event e = { .event = event };
	struct fax_ticket *t;
	struct fax_queue *q;

	lockdep_assert_held(&fax.lock);
	if (job) {
		e.job = job->id;
		e.state = job->state;
		e.pages = job->pages;
	}
	if (line)
		e.line = line->dev->id;
	if (r) {
		e.pages = r->pages;
		e.rate = r->rate;
		memcpy(e.remote, r->remote, sizeof(e.remote));
	}
	fax_queues_sweep();
	if (kind >= FAX_TERMINAL) {
		list_for_each_entry(t, &job->tickets, node)
			fax_ticket_post(t, kind == FAX_DELETED, &e);
		return;
	}
	list_for_each_entry(q, &fax.queues, node)
		if (fax_queue_wants(q, job))
			fax_queue_post(q, &e, kind == FAX_REPEATS);
}

static struct fax_queue *fax_queue_new(struct fax_handle *fh)
{
	struct fax_queue *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!q)
		return ERR_PTR(-ENOMEM);
	cldn_member_init(&q->h, fax.dev, &fax_queue_ops);
	q->rights = fh->rights;
	q->uid = current_euid();
	q->event.event = CLEARDOWN_FEI_FAXSVC_ENDED;
	fax_rec_reserve(&q->ended, &q->event, fax_ended_free);
	fax_rec_fill(&q->ended, &q->event);
	ret = cldn_member_own(&q->h, NULL) ?: cldn_member_join(&q->h);
	if (!ret)
		return q;
	cldn_handle_put(&q->h);
	return ERR_PTR(ret);
}

/* True when this session tells that queue already. */
static bool fax_queue_known(const struct fax_queue *fresh)
{
	struct fax_queue *q;

	list_for_each_entry(q, &fax.queues, node)
		if (q->h.evq == fresh->h.evq)
			return true;
	return false;
}

static int fax_queue_add(struct fax_queue *q, const struct cleardown_fax_events *arg)
{
	struct cleardown_fax_event started = { .event = CLEARDOWN_FEI_FAXSVC_STARTED };
	int ret = cldn_member_bind(&q->h, arg->fd, arg->cookie);

	lockdep_assert_held(&fax.lock);
	if (ret)
		return ret;
	fax_queues_sweep();
	if (fax_queue_known(q))
		return -EEXIST;
	ret = fax_tickets_of_queue(q);
	if (ret)
		return ret;
	list_add_tail(&q->node, &fax.queues);
	fax_queue_post(q, &started, false);
	return 0;
}

/* The session ends: the last record of each. */
void fax_queues_end(void)
{
	struct fax_queue *q, *next;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry_safe(q, next, &fax.queues, node) {
		cldn_handle_get(&q->h); /* put when the record is read */
		cldn_member_post(&q->h, &q->ended);
		fax_queue_end(q);
	}
}

/* CLEARDOWN_IOC_FAX_EVENTS */
int fax_events(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_events *arg = p;
	struct fax_queue *q;
	int ret;

	arg->out_status = CLEARDOWN_ERROR_INVALID_PARAMETER;
	if (arg->__reserved || arg->fd < 0)
		return -EINVAL;
	guard(mutex)(&fax.lock);
	q = fax_queue_new(fax_handle_of(h));
	if (IS_ERR(q)) {
		arg->out_status = fax_word(PTR_ERR(q));
		return PTR_ERR(q);
	}
	ret = fax_handle_of(h)->ended ? -EBADFD : fax_queue_add(q, arg);
	if (ret) {
		cldn_member_end(&q->h);
		cldn_member_leave(&q->h);
		cldn_handle_put(&q->h);
	}
	arg->out_status = ret == -EEXIST ? CLEARDOWN_ERROR_INVALID_DATA : fax_word(ret);
	return ret == -EEXIST ? -EINVAL : ret;
}
