// SPDX-License-Identifier: GPL-2.0-only
/* Event queues: posting, the gate, the file. See <cleardown/event.h> for a record's life. */
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "internal.h"
#include "trace.h"

unsigned int cldn_event_limit = 4096;
module_param_named(event_limit, cldn_event_limit, uint, 0644);
MODULE_PARM_DESC(event_limit, "unread records of a queue above which repeatable indications drop");

/* An indication: the only record that is allocated when it happens. */
struct cldn_indication {
	struct cldn_rec rec;
	u8 data[];
};

static void cldn_evq_free(struct kref *ref)
{
	struct cldn_evq *q = container_of(ref, struct cldn_evq, ref);

	cldn_user_put(q->user);
	cldn_count(CLDN_QUEUES, -1);
	kfree(q);
}

/* Pairs with cldn_evq_put(). */
struct cldn_evq *cldn_evq_get(struct cldn_evq *q)
{
	kref_get(&q->ref);
	return q;
}

void cldn_evq_put(struct cldn_evq *q)
{
	if (q)
		kref_put(&q->ref, cldn_evq_free);
}

void cldn_evq_wake(struct cldn_evq *q)
{
	if (wq_has_sleeper(&q->wait))
		wake_up_interruptible_poll(&q->wait, EPOLLIN | EPOLLRDNORM);
}

static u32 cldn_rec_len(const struct cldn_rec *rec)
{
	return ALIGN(sizeof(rec->head) + rec->head.data_len, 8);
}

static void cldn_drop_locked(struct cldn_handle *h, struct cldn_evq *q)
{
	q->seq++;
	q->dropped++;
	h->dropped++;
	cldn_note(CLDN_DROPPED);
}

/* True when something is still to be reported; otherwise the reason is counted. */
static bool cldn_gate_locked(struct cldn_handle *h, struct cldn_evq *q, u32 type)
{
	lockdep_assert_held(&q->lock);
	if (!h->gate_open) {
		h->late++;
		cldn_note(CLDN_LATE);
		trace_cldn_late_event(h, type);
		return false;
	}
	if (q->orphan) {
		cldn_note(CLDN_ORPHANED);
		return false;
	}
	return true;
}

static bool cldn_admit_locked(struct cldn_handle *h, struct cldn_evq *q, struct cldn_rec *rec)
{
	if (!cldn_gate_locked(h, q, rec->head.type))
		return false;
	if ((rec->head.type < CLEARDOWN_EV_FILTER_BASE && !rec->repeats) || rec->owed ||
	    q->unread < READ_ONCE(cldn_event_limit))
		return true;
	cldn_drop_locked(h, q);
	return false;
}

/* True when it was queued; if not it is freed. */
static bool cldn_enqueue_locked(struct cldn_handle *h, struct cldn_evq *q, struct cldn_rec *rec)
{
	bool in;

	lockdep_assert_held(&h->lock);
	spin_lock(&q->lock);
	in = cldn_admit_locked(h, q, rec);
	if (in) {
		rec->head.len = cldn_rec_len(rec);
		rec->head.seq = ++q->seq;
		rec->head.ns = cldn_now();
		rec->head.cookie = h->cookie;
		rec->head.handle = h->id;
		list_add_tail(&rec->node, &q->records);
		q->unread++;
		cldn_count(CLDN_RECORDS, 1);
	}
	spin_unlock(&q->lock);
	if (!in)
		rec->free(rec);
	return in;
}

void cldn_post_locked(struct cldn_handle *h, struct cldn_evq *q, struct cldn_rec *rec)
{
	cldn_enqueue_locked(h, q, rec);
}

/* A record that is owed was told of in the queue that the handle has: it leaves with its gate. */
void cldn_owed_post_locked(struct cldn_handle *h)
{
	struct cldn_rec *rec = h->owed;

	lockdep_assert_held(&h->lock);
	if (!rec)
		return;
	h->owed = NULL;
	cldn_enqueue_locked(h, h->evq, rec);
	cldn_evq_wake(h->evq);
}

void cldn_gate_shut_locked(struct cldn_handle *h)
{
	struct cldn_evq *q = h->evq;

	lockdep_assert_held(&h->lock);
	if (!h->gate_open)
		return;
	cldn_owed_post_locked(h);
	spin_lock(&q->lock); /* an open gate has a queue */
	h->gate_open = false;
	h->seq_at_return = q->seq;
	spin_unlock(&q->lock);
}

static void cldn_indication_free(struct cldn_rec *rec)
{
	struct cldn_indication *ind = container_of(rec, struct cldn_indication, rec);

	cldn_uncharge(rec->user, CLDN_LIMIT_RECORDS);
	cldn_user_put(rec->user);
	kfree(ind);
}

static struct cldn_indication *cldn_indication_new(struct cldn_user *user, size_t len, gfp_t gfp)
{
	struct cldn_indication *ind;

	if (cldn_charge(user, CLDN_LIMIT_RECORDS))
		return NULL;
	ind = kzalloc(struct_size(ind, data, len), gfp);
	if (!ind) {
		cldn_uncharge(user, CLDN_LIMIT_RECORDS);
		return NULL;
	}
	ind->rec.user = cldn_user_hold(user);
	ind->rec.free = cldn_indication_free;
	return ind;
}

static bool cldn_wanted(const struct cldn_handle *h, const struct cleardown_event *head)
{
	if (!(h->events & CLEARDOWN_EV_BIT(head->type)))
		return false;
	switch (head->type) {
	case CLEARDOWN_EV_PHONE_STATE:
		return h->states & head->p1;
	case CLEARDOWN_EV_PHONE_BUTTON:
		return !(h->skip_modes & head->p2) && !(h->skip_states & head->p3);
	default:
		return true;
	}
}

static void cldn_indicate_to(struct cldn_handle *h, const struct cleardown_event *head,
			     const void *data)
{
	struct cldn_indication *ind;
	struct cldn_evq *q = NULL;

	scoped_guard(spinlock_irqsave, &h->lock) {
		if (!h->evq || !cldn_wanted(h, head))
			return;
		q = cldn_evq_get(h->evq);
		ind = cldn_indication_new(q->user, head->data_len, GFP_ATOMIC);
		if (ind) {
			ind->rec.head = *head;
			ind->rec.data = memcpy(ind->data, data, head->data_len);
			cldn_post_locked(h, q, &ind->rec);
		} else {
			spin_lock(&q->lock);
			if (cldn_gate_locked(h, q, head->type))
				cldn_drop_locked(h, q);
			spin_unlock(&q->lock);
		}
	}
	cldn_evq_wake(q);
	cldn_evq_put(q);
}

void cldn_indicate(struct cldn_device *dev, u32 type, u32 p1, u32 p2, u32 p3, const void *data,
		   size_t len)
{
	struct cleardown_event head = {
		.type = type,
		.p1 = p1,
		.p2 = p2,
		.p3 = p3,
		.data_len = min_t(size_t, len, CLEARDOWN_EVENT_DATA_MAX),
	};
	struct cldn_handle *h;

	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner)
		cldn_indicate_to(dev->owner, &head, data);
	list_for_each_entry(h, &dev->observers, node)
		cldn_indicate_to(h, &head, data);
}

static struct cldn_indication *cldn_owing_new(struct cldn_user *user,
					      const struct cleardown_event *head, u32 p3)
{
	struct cldn_indication *ind = cldn_indication_new(user, 0, GFP_ATOMIC);

	if (!ind)
		return NULL;
	ind->rec.head = *head;
	ind->rec.head.p3 = p3;
	return ind;
}

static void cldn_owe_missed_locked(struct cldn_handle *h, u32 type)
{
	guard(spinlock)(&h->evq->lock);
	if (cldn_gate_locked(h, h->evq, type))
		cldn_drop_locked(h, h->evq);
}

/* Both records or none; the first may still be dropped, and then nothing is owed. */
static void cldn_owe_locked(struct cldn_handle *h, const struct cleardown_event *head, u32 then)
{
	struct cldn_indication *first = cldn_owing_new(h->evq->user, head, head->p3);
	struct cldn_indication *second = cldn_owing_new(h->evq->user, head, then);

	lockdep_assert_held(&h->lock);
	if (first && second) {
		second->rec.owed = true;
		if (cldn_enqueue_locked(h, h->evq, &first->rec))
			h->owed = &second->rec;
		else
			second->rec.free(&second->rec);
		return;
	}
	if (first)
		first->rec.free(&first->rec);
	if (second)
		second->rec.free(&second->rec);
	cldn_owe_missed_locked(h, head->type);
}

/* The second alone: nobody was promised it, so it has no room of its own. */
static void cldn_owe_second_locked(struct cldn_handle *h, const struct cleardown_event *head,
				   u32 then)
{
	struct cldn_indication *second;
	bool open = false;

	lockdep_assert_held(&h->lock);
	scoped_guard(spinlock, &h->evq->lock)
		open = cldn_gate_locked(h, h->evq, head->type);
	if (!open)
		return;
	second = cldn_owing_new(h->evq->user, head, then);
	if (second)
		h->owed = &second->rec;
	else
		cldn_owe_missed_locked(h, head->type);
}

static void cldn_indicate_owing_to(struct cldn_handle *h, const struct cleardown_event *head,
				   u32 then)
{
	struct cleardown_event second = *head;

	second.p3 = then;
	guard(spinlock_irqsave)(&h->lock);
	cldn_owed_post_locked(h);
	if (!h->evq)
		return;
	if (cldn_wanted(h, head))
		cldn_owe_locked(h, head, then);
	else if (cldn_wanted(h, &second))
		cldn_owe_second_locked(h, head, then);
	cldn_evq_wake(h->evq);
}

void cldn_indicate_owing(struct cldn_device *dev, u32 type, u32 p1, u32 p2, u32 p3, u32 then)
{
	struct cleardown_event head = { .type = type, .p1 = p1, .p2 = p2, .p3 = p3 };
	struct cldn_handle *h;

	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner)
		cldn_indicate_owing_to(dev->owner, &head, then);
	list_for_each_entry(h, &dev->observers, node)
		cldn_indicate_owing_to(h, &head, then);
}

void cldn_set_messages(struct cldn_handle *h, u32 states, u32 modes, u32 button_states)
{
	const u32 both = CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_STATE) |
			 CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_BUTTON);

	guard(spinlock_irqsave)(&h->lock);
	h->events &= ~both;
	if (states)
		h->events |= CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_STATE);
	if (modes)
		h->events |= CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_BUTTON);
	h->states = states;
	h->skip_modes = ~modes;
	h->skip_states = ~button_states;
}

static void cldn_indicate_owed_to(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	cldn_owed_post_locked(h);
}

void cldn_indicate_owed(struct cldn_device *dev)
{
	struct cldn_handle *h;

	guard(spinlock_irqsave)(&dev->lock);
	if (dev->owner)
		cldn_indicate_owed_to(dev->owner);
	list_for_each_entry(h, &dev->observers, node)
		cldn_indicate_owed_to(h);
}

/* Nobody will read what would be posted to it. */
bool cldn_member_orphaned(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return !h->evq || READ_ONCE(h->evq->orphan);
}

/* A record that did not come to be: its number is missing in the queue. */
static void cldn_rec_missed(struct cldn_handle *h, struct cldn_evq *q, u32 type)
{
	guard(spinlock_irqsave)(&h->lock);
	guard(spinlock)(&q->lock);
	if (cldn_gate_locked(h, q, type))
		cldn_drop_locked(h, q);
}

struct cldn_rec *cldn_rec_new(struct cldn_handle *h, u32 type, const void *data, size_t len,
			      bool repeats)
{
	struct cldn_indication *ind;
	struct cldn_evq *q = NULL;

	scoped_guard(spinlock_irqsave, &h->lock)
		if (h->evq)
			q = cldn_evq_get(h->evq);
	if (!q)
		return NULL;
	ind = cldn_indication_new(q->user, len, GFP_ATOMIC);
	if (!ind)
		cldn_rec_missed(h, q, type);
	cldn_evq_put(q);
	if (!ind)
		return NULL;
	ind->rec.head.type = type;
	ind->rec.head.data_len = len;
	ind->rec.data = memcpy(ind->data, data, len);
	ind->rec.repeats = repeats;
	return &ind->rec;
}

/* ---- the file ---- */

static int cldn_events_open(struct inode *inode, struct file *file)
{
	struct cldn_evq *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);

	if (!q)
		return -ENOMEM;
	q->user = cldn_user_get(current_uid());
	if (!q->user) {
		kfree(q);
		return -ENOMEM;
	}
	kref_init(&q->ref);
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->records);
	init_waitqueue_head(&q->wait);
	mutex_init(&q->reader);
	cldn_count(CLDN_QUEUES, 1);
	file->private_data = q;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int cldn_events_release(struct inode *inode, struct file *file)
{
	struct cldn_evq *q = file->private_data;
	struct cldn_rec *rec, *next;
	LIST_HEAD(unread);

	scoped_guard(spinlock_irqsave, &q->lock) {
		q->orphan = true;
		list_splice_init(&q->records, &unread);
		cldn_count(CLDN_RECORDS, -(int)q->unread);
		q->unread = 0;
	}
	list_for_each_entry_safe(rec, next, &unread, node) {
		list_del(&rec->node);
		rec->free(rec);
	}
	cldn_evq_put(q);
	return 0;
}

static struct cldn_rec *cldn_evq_head(struct cldn_evq *q)
{
	guard(spinlock_irqsave)(&q->lock);
	return list_first_entry_or_null(&q->records, struct cldn_rec, node);
}

/* The one reader's: @rec is the head and was copied whole. */
static void cldn_evq_pop(struct cldn_evq *q, struct cldn_rec *rec)
{
	scoped_guard(spinlock_irqsave, &q->lock) {
		list_del(&rec->node);
		q->unread--;
	}
	cldn_count(CLDN_RECORDS, -1);
	rec->free(rec);
}

/* 0, -EINVAL when the buffer is too small, -EFAULT; the record stays queued on error. */
static int cldn_rec_copy(const struct cldn_rec *rec, struct iov_iter *to)
{
	size_t pad = rec->head.len - sizeof(rec->head) - rec->head.data_len;

	if (iov_iter_count(to) < rec->head.len)
		return -EINVAL;
	if (copy_to_iter(&rec->head, sizeof(rec->head), to) != sizeof(rec->head))
		return -EFAULT;
	if (copy_to_iter(rec->data, rec->head.data_len, to) != rec->head.data_len)
		return -EFAULT;
	return iov_iter_zero(pad, to) == pad ? 0 : -EFAULT;
}

/* Whole records as long as there are any and they fit. */
static ssize_t cldn_evq_read_some(struct cldn_evq *q, struct iov_iter *to)
{
	struct cldn_rec *rec;
	ssize_t done = 0;
	int ret;

	while ((rec = cldn_evq_head(q))) {
		u32 len = rec->head.len;

		ret = cldn_rec_copy(rec, to);
		cldn_hook(CLDN_HOOK_READ, q);
		if (ret)
			return done ?: ret;
		cldn_evq_pop(q, rec);
		done += len;
	}
	return done;
}

static ssize_t cldn_events_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct cldn_evq *q = iocb->ki_filp->private_data;
	bool nowait = cldn_iocb_nowait(iocb);
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;
	if (nowait) {
		if (!mutex_trylock(&q->reader))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&q->reader)) {
		return -ERESTARTSYS;
	}
	do {
		ret = cldn_evq_read_some(q, to);
		if (ret)
			break;
		if (nowait)
			ret = -EAGAIN;
		else if (wait_event_interruptible(q->wait, cldn_evq_head(q)))
			ret = -ERESTARTSYS;
	} while (!ret);
	mutex_unlock(&q->reader);
	return ret;
}

static __poll_t cldn_events_poll(struct file *file, struct poll_table_struct *wait)
{
	struct cldn_evq *q = file->private_data;

	poll_wait(file, &q->wait, wait);
	return cldn_evq_head(q) ? EPOLLIN | EPOLLRDNORM : 0;
}

static long cldn_events_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	struct cldn_evq *q = file->private_data;
	struct cleardown_events_info arg;
	int ret;

	if (cmd != CLEARDOWN_IOC_EVENTS_INFO)
		return -ENOTTY;
	ret = cldn_copy_in(&arg, sizeof(arg), sizeof(arg), (void __user *)uarg);
	if (ret)
		return ret;
	scoped_guard(spinlock_irqsave, &q->lock) {
		arg.out_unread = q->unread;
		arg.out_seq = q->seq;
		arg.out_dropped = q->dropped;
	}
	return cldn_copy_out(&arg, sizeof(arg), (void __user *)uarg);
}

static void cldn_events_fdinfo(struct seq_file *m, struct file *file)
{
	struct cldn_evq *q = file->private_data;

	seq_printf(m, "cleardown-unread:\t%u\n", READ_ONCE(q->unread));
}

const struct file_operations cldn_events_fops = {
	.owner = THIS_MODULE,
	.open = cldn_events_open,
	.release = cldn_events_release,
	.read_iter = cldn_events_read,
	.poll = cldn_events_poll,
	.unlocked_ioctl = cldn_events_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = cldn_events_fdinfo,
};

/* The queue behind a descriptor, pinned, or -EBADF, -EINVAL for another kind of file. */
struct cldn_evq *cldn_evq_from_fd(int fd)
{
	struct file *file = fget(fd);
	struct cldn_evq *q = ERR_PTR(-EINVAL);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &cldn_events_fops)
		q = cldn_evq_get(file->private_data);
	fput(file);
	return q;
}

int cldn_handle_bind_queue(struct cldn_handle *h, struct cldn_evq *q, u64 cookie)
{
	struct cldn_evq *old = NULL;
	int ret = 0;

	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->state != CLEARDOWN_STATE_OPEN) {
			ret = -EBADFD;
		} else if (h->nops) {
			ret = -EBUSY;
		} else {
			cldn_gate_shut_locked(h);
			old = h->evq;
			h->evq = q;
			h->cookie = cookie;
			h->gate_open = q;
			h->seq_at_return = 0;
		}
	}
	cldn_evq_put(ret ? q : old);
	return ret;
}

int cldn_handle_bind_events(struct cldn_handle *h, int fd, u64 cookie)
{
	struct cldn_evq *q = NULL;

	if (fd != -1) {
		q = cldn_evq_from_fd(fd);
		if (IS_ERR(q))
			return PTR_ERR(q);
	}
	return cldn_handle_bind_queue(h, q, cookie);
}
