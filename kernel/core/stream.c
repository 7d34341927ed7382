// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes of read(2) and write(2) on the owner's file.
 *
 * write: user -> bounce page (under tx.mutex, may fault) -> tx.fifo (under h->lock, with the gate
 * tested there: what the call returns was accepted in full, and a closing handle accepts nothing)
 * -> link (worker). read is the same backwards; bytes that a faulting copy did not deliver wait in
 * the bounce page. Nobody sleeps with h->lock, the worker never takes the mutexes.
 */
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "internal.h"

/* One run of the worker hands bytes over for so long, then looks at everything else. */
#define CLDN_PUMP_NS (4 * NSEC_PER_MSEC)
/* Not every link says when the last byte has left. */
#define CLDN_SENT_POLL_NS (5 * NSEC_PER_MSEC)

int cldn_stream_init(struct cldn_stream *s, size_t size)
{
	mutex_init(&s->mutex);
	init_waitqueue_head(&s->wq);
	s->bounce = (u8 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!s->bounce)
		return -ENOMEM;
	return kfifo_alloc(&s->fifo, size, GFP_KERNEL_ACCOUNT);
}

void cldn_stream_free(struct cldn_stream *s)
{
	kfifo_free(&s->fifo);
	free_page((unsigned long)s->bounce);
}

static int cldn_stream_lock(struct cldn_stream *s, bool nowait)
{
	if (nowait)
		return mutex_trylock(&s->mutex) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&s->mutex) ? -ERESTARTSYS : 0;
}

/* ---- write ---- */

/* Room for write, 0 when it has to wait, or why there will be none. */
static int cldn_tx_room(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	if (h->state != CLEARDOWN_STATE_OPEN)
		return cldn_dead_error(h);
	if (h->data_up)
		return min_t(u32, kfifo_avail(&h->tx.fifo), PAGE_SIZE);
	return h->dev->class->documents ? h->write_error : -ENOTCONN;
}

/*
 * Where a write begins a document by itself: has the worker do that. 0, or why the one that an
 * earlier write has asked for, which did not wait, did not come to be: nobody has told that yet.
 */
static int cldn_tx_want(struct cldn_handle *h, bool nowait)
{
	bool wanted;
	int ret = 0;

	if (!h->dev->class->documents)
		return 0;
	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->write_asked && h->state == CLEARDOWN_STATE_OPEN)
			ret = h->write_error;
		h->write_wanted = !ret && !h->data_up;
		h->write_asked = h->write_wanted && nowait;
		h->write_error = 0;
		wanted = h->write_wanted;
	}
	if (wanted)
		cldn_device_kick(h->dev, CLDN_EV_WRITE);
	return ret;
}

static void cldn_tx_unwant(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	h->write_wanted = false;
	h->write_asked = false;
}

bool cldn_write_wanted(struct cldn_device *dev)
{
	return dev->owner && READ_ONCE(dev->owner->write_wanted);
}

void cldn_write_refuse(struct cldn_device *dev, int error)
{
	struct cldn_handle *h = dev->owner;

	if (!h)
		return;
	scoped_guard(spinlock_irqsave, &h->lock) {
		h->write_wanted = false;
		h->write_error = error;
	}
	wake_up_interruptible_all(&h->tx.wq);
}

/* Waits for room or for a reason to give up: 0, or the errno of the wait itself. */
static int cldn_tx_wait(struct cldn_handle *h)
{
	long limit = h->write_ms ? msecs_to_jiffies(h->write_ms) : MAX_SCHEDULE_TIMEOUT;
	long left = wait_event_interruptible_timeout(h->tx.wq, cldn_tx_room(h), limit);

	return left < 0 ? left : left ? 0 : -ETIMEDOUT;
}

/* Accepts all of @len bytes, for which there was room before, or none. */
static int cldn_tx_accept(struct cldn_handle *h, u64 call, u32 len)
{
	guard(spinlock_irqsave)(&h->lock);
	if (h->state != CLEARDOWN_STATE_OPEN)
		return cldn_dead_error(h);
	if (!h->data_up || READ_ONCE(h->dev->call) != call)
		return h->dev->class->documents ? h->write_error ?: -ECANCELED : -ENOTCONN;
	kfifo_in(&h->tx.fifo, h->tx.bounce, len);
	h->tx.total += len;
	return 0;
}

static int cldn_tx_chunk(struct cldn_handle *h, struct iov_iter *from, int room)
{
	u64 call = READ_ONCE(h->dev->call);
	size_t n = copy_from_iter(h->tx.bounce, min_t(size_t, room, iov_iter_count(from)), from);
	int ret;

	if (!n)
		return -EFAULT;
	ret = cldn_tx_accept(h, call, n);
	if (ret) {
		iov_iter_revert(from, n);
		return ret;
	}
	cldn_device_kick(h->dev, CLDN_EV_WRITE);
	return n;
}

ssize_t cldn_handle_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct cldn_handle *h = iocb->ki_filp->private_data;
	bool nowait = cldn_iocb_nowait(iocb);
	ssize_t done = 0;
	u64 call;
	int ret;

	if (!iov_iter_count(from))
		return cldn_handle_gate(h);
	call = READ_ONCE(h->dev->call);
	ret = cldn_stream_lock(&h->tx, nowait);
	if (ret)
		return ret;
	ret = cldn_tx_want(h, nowait);
	while (ret >= 0 && iov_iter_count(from)) {
		ret = cldn_tx_room(h);
		if (ret > 0) {
			ret = cldn_tx_chunk(h, from, ret);
			if (ret < 0)
				break;
			done += ret;
			continue;
		}
		if (!ret)
			ret = nowait ? -EAGAIN : cldn_tx_wait(h);
		if (ret)
			break;
	}
	if (ret != -EAGAIN) /* else poll tells when the document has begun */
		cldn_tx_unwant(h);
	mutex_unlock(&h->tx.mutex);
	if (ret == -ENOTCONN && call && READ_ONCE(h->cut_call) == call)
		ret = -ECANCELED;
	return done ?: ret;
}

/* Bytes at the link that nobody has confirmed yet. Caller holds h->lock. */
static u64 cldn_tx_unconfirmed_locked(struct cldn_handle *h)
{
	return h->tx.total - kfifo_len(&h->tx.fifo) - h->tx_sent - h->tx_lost - h->tx_doubt;
}

/* Hands one chunk to the link. Returns what it took, or an errno of the link. */
static ssize_t cldn_tx_hand(struct cldn_device *dev, struct cldn_handle *h)
{
	u8 buf[1024];
	size_t left;
	ssize_t n;

	scoped_guard(spinlock_irqsave, &h->lock)
		left = kfifo_out_peek(&h->tx.fifo, buf, sizeof(buf));
	if (!left)
		return 0;
	n = dev->link.drv->write(&dev->link, buf, left);
	if (n <= 0)
		return n;
	if (dev->class->sending)
		dev->class->sending(dev, buf, n);
	scoped_guard(spinlock_irqsave, &h->lock)
		left = kfifo_out(&h->tx.fifo, buf, n);
	return left;
}

ssize_t cldn_tx_pump(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;
	u64 end = cldn_now() + CLDN_PUMP_NS;
	u64 bound, open;
	size_t left;
	ssize_t n;

	do {
		n = cldn_tx_hand(dev, h);
		if (n < 0)
			return n;
	} while (n && cldn_now() < end);
	if (n)
		cldn_device_kick(dev, CLDN_LINK_ROOM);
	left = dev->link.drv->queued(&dev->link);
	bound = left + dev->link.in_doubt_max;
	scoped_guard(spinlock_irqsave, &h->lock) {
		open = cldn_tx_unconfirmed_locked(h);
		if (open > bound)
			h->tx_sent += open - bound;
		left += kfifo_len(&h->tx.fifo);
	}
	if (wq_has_sleeper(&h->tx.wq))
		wake_up_interruptible_poll(&h->tx.wq, EPOLLOUT | EPOLLWRNORM);
	return left;
}

enum cldn_step_verdict cldn_tx_drain(struct cldn_device *dev, bool begin,
				     struct cldn_step_result *result)
{
	ssize_t left = cldn_tx_pump(dev);

	if (left < 0) {
		result->error = left;
		return CLDN_STEP_DONE;
	}
	if (!left && dev->link.drv->sent(&dev->link))
		return begin ? CLDN_STEP_NOTHING : CLDN_STEP_DONE;
	if (!left)
		cldn_wake_at(dev, cldn_now() + CLDN_SENT_POLL_NS);
	return CLDN_STEP_WAIT;
}

bool cldn_tx_confirm(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!kfifo_is_empty(&h->tx.fifo) || !dev->link.drv->sent(&dev->link))
		return false;
	scoped_guard(spinlock_irqsave, &h->lock)
		if (kfifo_is_empty(&h->tx.fifo))
			h->tx_sent += cldn_tx_unconfirmed_locked(h);
	return true;
}

void cldn_tx_settle(struct cldn_device *dev)
{
	const struct cldn_link_driver *drv = dev->link.drv;
	struct cldn_handle *h = dev->owner;
	bool there = dev->link_open && !dev->gone;
	size_t flushed = 0;
	bool sent = true;
	u64 open, doubt;

	scoped_guard(spinlock_irqsave, &h->lock)
		open = cldn_tx_unconfirmed_locked(h);
	if (open && dev->link_open) { /* else what the link holds is a command's */
		flushed = drv->flush(&dev->link);
		sent = there && drv->sent(&dev->link);
	}
	guard(spinlock_irqsave)(&h->lock);
	open = cldn_tx_unconfirmed_locked(h);
	flushed = min_t(u64, flushed, open);
	open -= flushed;
	h->tx_lost += flushed + kfifo_len(&h->tx.fifo);
	kfifo_reset(&h->tx.fifo);
	doubt = sent ? 0 : there ? min_t(u64, open, dev->link.in_doubt_max) : open;
	h->tx_doubt += doubt;
	h->tx_sent += open - doubt;
}

void cldn_account(struct cldn_device *dev, struct cldn_account *acc)
{
	struct cldn_handle *h;

	memset(acc, 0, sizeof(*acc));
	guard(spinlock_irqsave)(&dev->lock);
	h = dev->owner;
	if (!h)
		return;
	guard(spinlock)(&h->lock);
	acc->accepted = h->tx.total;
	acc->confirmed = h->tx_sent;
	acc->discarded = h->tx_lost;
	acc->in_doubt = h->tx_doubt;
	acc->queued = acc->accepted - acc->confirmed - acc->discarded - acc->in_doubt;
}

void cldn_sync_run(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h || !atomic_read(&h->syncers) || !kfifo_is_empty(&h->tx.fifo))
		return;
	if (!cldn_tx_confirm(dev)) {
		cldn_wake_at(dev, cldn_now() + 5 * NSEC_PER_MSEC);
		return;
	}
	wake_up_interruptible(&h->tx.wq);
}

/* ---- read ---- */

/* 1 = something to read, 0 = end of the call's data, -EAGAIN = wait, or why there is none. */
static int cldn_rx_ready(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	if (h->state != CLEARDOWN_STATE_OPEN)
		return cldn_dead_error(h);
	if (!kfifo_is_empty(&h->rx.fifo) || (h->rx.pos < h->rx.len && h->rx.call == h->rx_call))
		return 1;
	if (h->rx_eof)
		return 0;
	return h->data_up ? -EAGAIN : -ENOTCONN;
}

static void cldn_rx_refill(struct cldn_handle *h)
{
	bool was_full;

	scoped_guard(spinlock_irqsave, &h->lock) {
		was_full = kfifo_avail(&h->rx.fifo) < PAGE_SIZE;
		h->rx.len = kfifo_out(&h->rx.fifo, h->rx.bounce, PAGE_SIZE);
		h->rx.pos = 0;
		h->rx.call = h->rx_call;
	}
	if (was_full)
		cldn_device_kick(h->dev, CLDN_EV_READ);
}

static ssize_t cldn_rx_some(struct cldn_handle *h, struct iov_iter *to)
{
	ssize_t done = 0;

	while (iov_iter_count(to)) {
		size_t n;

		if (h->rx.pos == h->rx.len || h->rx.call != READ_ONCE(h->rx_call))
			cldn_rx_refill(h);
		if (!h->rx.len || h->rx.pos == h->rx.len)
			break;
		n = copy_to_iter(h->rx.bounce + h->rx.pos, h->rx.len - h->rx.pos, to);
		if (!n && iov_iter_count(to))
			return done ?: -EFAULT;
		h->rx.pos += n;
		done += n;
	}
	return done;
}

/* Waits for a byte or for a reason to give up: 0, or the errno of the wait itself. */
static int cldn_rx_wait(struct cldn_handle *h)
{
	long limit = h->read_ms ? msecs_to_jiffies(h->read_ms) : MAX_SCHEDULE_TIMEOUT;
	long left = wait_event_interruptible_timeout(h->rx.wq, cldn_rx_ready(h) != -EAGAIN, limit);

	return left < 0 ? left : left ? 0 : -ETIMEDOUT;
}

ssize_t cldn_handle_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct cldn_handle *h = iocb->ki_filp->private_data;
	bool nowait = cldn_iocb_nowait(iocb);
	ssize_t ret;

	if (h->observer)
		return cldn_handle_gate(h) ?: -EPERM;
	if (!iov_iter_count(to))
		return cldn_handle_gate(h);
	ret = cldn_stream_lock(&h->rx, nowait);
	if (ret)
		return ret;
	do {
		ret = cldn_rx_ready(h);
		if (ret == 1)
			ret = cldn_rx_some(h, to);
		else if (ret == -EAGAIN && !nowait)
			ret = cldn_rx_wait(h) ?: -EAGAIN;
	} while (ret == -EAGAIN && !nowait);
	mutex_unlock(&h->rx.mutex);
	return ret;
}

size_t cldn_rx_room(struct cldn_device *dev)
{
	return dev->owner ? kfifo_avail(&dev->owner->rx.fifo) : 0;
}

size_t cldn_rx_push(struct cldn_device *dev, const u8 *buf, size_t len)
{
	struct cldn_handle *h = dev->owner;
	size_t n;

	if (!h)
		return len;
	scoped_guard(spinlock_irqsave, &h->lock) {
		n = kfifo_in(&h->rx.fifo, buf, len);
		h->rx.total += n;
	}
	if (n && wq_has_sleeper(&h->rx.wq))
		wake_up_interruptible_poll(&h->rx.wq, EPOLLIN | EPOLLRDNORM);
	return n;
}

void cldn_data_begin(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h)
		return;
	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->rx_call != dev->call)
			kfifo_reset(&h->rx.fifo); /* of the call before; nobody read it */
		WRITE_ONCE(h->rx_call, dev->call);
		h->data_up = true;
		h->write_wanted = false;
		h->write_asked = false;
		h->write_error = 0;
		h->rx_eof = false;
	}
	wake_up_interruptible(&h->rx.wq);
	wake_up_interruptible(&h->tx.wq);
}

/* What has not left by now must not reach the modem as commands, nor the next call as data. */
void cldn_data_end(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	if (!h)
		return;
	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->data_up)
			h->rx_eof = true;
		h->data_up = false;
		h->write_error = -ECANCELED; /* for a write of another thread that is inside */
	}
	cldn_tx_settle(dev);
	wake_up_interruptible_all(&h->rx.wq);
	wake_up_interruptible_all(&h->tx.wq);
}

/* ---- fsync, poll ---- */

struct cldn_sync {
	u64 target;
	u64 lost;
};

/* 1 = all of it left, 0 = wait, or why it never will. */
static int cldn_sync_state(struct cldn_handle *h, const struct cldn_sync *sync)
{
	guard(spinlock_irqsave)(&h->lock);
	if (h->tx_lost + h->tx_doubt > sync->lost)
		return -EIO;
	if (h->tx_sent + sync->lost >= sync->target)
		return 1;
	return h->state == CLEARDOWN_STATE_OPEN ? 0 : cldn_dead_error(h);
}

static void cldn_sync_begin(struct cldn_handle *h, struct cldn_sync *sync)
{
	scoped_guard(spinlock_irqsave, &h->lock) {
		sync->target = h->tx.total;
		sync->lost = h->tx_lost + h->tx_doubt;
	}
	atomic_inc(&h->syncers); /* the worker looks while it is not zero */
	cldn_device_kick(h->dev, CLDN_EV_WRITE);
}

/* Drain: returns when what was accepted before the call has left the machine. */
int cldn_handle_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct cldn_handle *h = file->private_data;
	int ret = cldn_handle_gate(h);
	struct cldn_sync sync;

	if (ret || h->observer)
		return ret ?: -EPERM;
	cldn_sync_begin(h, &sync);
	ret = wait_event_interruptible(h->tx.wq, cldn_sync_state(h, &sync));
	atomic_dec(&h->syncers);
	return ret ?: min(cldn_sync_state(h, &sync), 0);
}

static bool cldn_unsent(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return h->state == CLEARDOWN_STATE_OPEN &&
	       h->tx.total != h->tx_sent + h->tx_lost + h->tx_doubt;
}

/*
 * close(2) of a document's writer: it learns whether the bytes left, within the handle's deadline.
 * A signal ends the wait, not the drain, which goes on until the same deadline in release.
 */
int cldn_handle_drain(struct cldn_handle *h)
{
	struct cldn_sync sync;
	u64 now = cldn_now();
	long left;

	if (!cldn_unsent(h))
		return 0;
	h->flush_end_ns = cldn_after(READ_ONCE(h->deadline_ns));
	cldn_sync_begin(h, &sync);
	left = wait_event_interruptible_timeout(h->tx.wq, cldn_sync_state(h, &sync),
						nsecs_to_jiffies(h->flush_end_ns - now) + 1);
	atomic_dec(&h->syncers);
	if (left < 0)
		return -EINTR;
	return left ? min(cldn_sync_state(h, &sync), 0) : -ETIMEDOUT;
}

/* No document is open, but a write would begin one, and does not yet. */
static bool cldn_may_begin(struct cldn_handle *h)
{
	guard(spinlock_irqsave)(&h->lock);
	return h->dev->class->documents && !h->data_up && !h->write_wanted;
}

__poll_t cldn_handle_poll(struct file *file, struct poll_table_struct *wait)
{
	struct cldn_handle *h = file->private_data;
	__poll_t mask = 0;
	int ret;

	poll_wait(file, &h->rx.wq, wait);
	poll_wait(file, &h->tx.wq, wait);
	poll_wait(file, &h->dev->wq, wait);
	ret = cldn_handle_gate(h);
	if (ret)
		return h->observer ? EPOLLHUP : EPOLLIN | EPOLLHUP | EPOLLERR;
	if (READ_ONCE(h->status_seen) != READ_ONCE(h->dev->status_gen))
		mask |= EPOLLPRI;
	if (h->observer)
		return mask;
	if (cldn_rx_ready(h) >= 0)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (cldn_tx_room(h) > 0 || cldn_may_begin(h))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

void cldn_status_changed(struct cldn_device *dev)
{
	WRITE_ONCE(dev->status_gen, dev->status_gen + 1);
	wake_up_interruptible_poll(&dev->wq, EPOLLPRI);
}

void cldn_status_look(struct cldn_handle *h)
{
	WRITE_ONCE(h->status_seen, READ_ONCE(h->dev->status_gen));
}
