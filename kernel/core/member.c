// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members: handles of which a device has many, an address family or a VC. The core gives them their
 * files, events, requests and limits; what they are and how they end is the class's.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "internal.h"
#include "trace.h"

static const struct file_operations cldn_member_fops;

void cldn_member_init(struct cldn_handle *h, struct cldn_device *dev,
		      const struct cldn_member_ops *ops)
{
	cldn_handle_setup(h, dev);
	h->member = ops;
}

int cldn_member_own(struct cldn_handle *h, struct cldn_handle *from)
{
	if (!from)
		return cldn_handle_charge(h, cldn_user_get(current_uid()));
	h->owner = from->owner;
	return cldn_handle_charge(h, cldn_user_hold(from->user));
}

int cldn_member_join(struct cldn_handle *h)
{
	struct cldn_device *dev = h->dev;

	guard(spinlock_irqsave)(&dev->lock);
	if (dev->removed)
		return -ENODEV;
	dev->nmembers++;
	h->id = dev->id << 32 | ++dev->generation;
	return 0;
}

/* The next number for @h, under which its class finds it already. */
static u64 cldn_member_number_locked(struct cldn_handle *h)
{
	u64 id = h->dev->id << 32 | ++h->dev->generation;

	lockdep_assert_held(&h->dev->lock);
	if (h->member->renumber)
		h->member->renumber(h, id);
	return id;
}

void cldn_member_renew(struct cldn_handle *h)
{
	u64 id;

	guard(spinlock_irqsave)(&h->dev->lock);
	id = cldn_member_number_locked(h);
	spin_lock(&h->lock);
	h->id = id;
	spin_unlock(&h->lock);
}

void cldn_member_leave(struct cldn_handle *h)
{
	struct cldn_device *dev = h->dev;

	scoped_guard(spinlock_irqsave, &dev->lock)
		dev->nmembers--;
	wake_up_all(&dev->wq);
}

void cldn_member_stop(struct cldn_handle *h)
{
	scoped_guard(spinlock_irqsave, &h->lock)
		if (h->state == CLEARDOWN_STATE_OPEN)
			WRITE_ONCE(h->state, CLEARDOWN_STATE_CLOSING);
	cldn_ops_end_all(h);
}

bool cldn_member_end(struct cldn_handle *h)
{
	scoped_guard(spinlock_irqsave, &h->lock) {
		if (h->state == CLEARDOWN_STATE_CLOSED)
			return false;
		WRITE_ONCE(h->state, CLEARDOWN_STATE_CLOSED);
		cldn_gate_shut_locked(h);
	}
	trace_cldn_closed(h);
	wake_up_all(&h->wq);
	wake_up_all(&h->rx.wq);
	wake_up_all(&h->tx.wq);
	return true;
}

/* @rec is queued, or there is no queue, NULL. With a reference for cldn_member_posted(). */
static struct cldn_evq *cldn_member_post_locked(struct cldn_handle *h, struct cldn_rec *rec)
{
	lockdep_assert_held(&h->lock);
	if (!h->evq)
		return NULL;
	cldn_post_locked(h, h->evq, rec);
	return cldn_evq_get(h->evq);
}

static void cldn_member_posted(struct cldn_evq *q, struct cldn_rec *rec)
{
	if (q)
		cldn_evq_wake(q);
	else
		rec->free(rec);
	cldn_evq_put(q);
}

void cldn_member_post(struct cldn_handle *h, struct cldn_rec *rec)
{
	struct cldn_evq *q = NULL;

	scoped_guard(spinlock_irqsave, &h->lock)
		q = cldn_member_post_locked(h, rec);
	cldn_member_posted(q, rec);
}

void cldn_member_post_renew(struct cldn_handle *h, struct cldn_rec *rec)
{
	struct cldn_evq *q = NULL;
	u64 id;

	scoped_guard(spinlock_irqsave, &h->dev->lock) {
		id = cldn_member_number_locked(h);
		spin_lock(&h->lock);
		q = cldn_member_post_locked(h, rec);
		h->id = id;
		spin_unlock(&h->lock);
	}
	cldn_member_posted(q, rec);
}

int cldn_member_events(struct cldn_handle *h, struct cldn_handle *from, u64 cookie)
{
	struct cldn_evq *q = NULL;

	scoped_guard(spinlock_irqsave, &from->lock)
		if (from->evq)
			q = cldn_evq_get(from->evq);
	return cldn_handle_bind_queue(h, q, cookie);
}

int cldn_member_bind(struct cldn_handle *h, int fd, u64 cookie)
{
	return cldn_handle_bind_events(h, fd, cookie);
}

void cldn_member_unclean(void)
{
	cldn_note(CLDN_UNCLEAN);
}

void cldn_member_part(int n)
{
	cldn_count(CLDN_PARTS, n);
}

void cldn_member_report(struct cleardown_report *report)
{
	cldn_report_file(report);
	cldn_note(CLDN_CLOSES);
}

/* ---- files ---- */

int cldn_member_open(struct cldn_device *dev, struct file *file)
{
	const struct file_operations *fops = &cldn_member_fops;
	bool write = file->f_mode & FMODE_WRITE;
	struct cldn_handle *h;

	h = cldn_frozen() ? ERR_PTR(-EBUSY) : dev->class->member_open(dev, write);

	if (IS_ERR(h))
		return PTR_ERR(h);
	trace_cldn_open(h);
	replace_fops(file, fops_get(fops));
	file->private_data = h;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(file_inode(file), file);
}

int cldn_member_fd(struct cldn_handle *h, struct file **file)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	*file = anon_inode_getfile(h->member->name, &cldn_member_fops, h, O_RDWR);
	if (IS_ERR(*file)) {
		put_unused_fd(fd);
		return PTR_ERR(*file);
	}
	(*file)->f_mode |= FMODE_NOWAIT;
	stream_open(file_inode(*file), *file);
	return fd;
}

void cldn_member_fd_end(int fd, struct file *file, bool known)
{
	if (known) {
		trace_cldn_open(file->private_data);
		fd_install(fd, file);
		return;
	}
	put_unused_fd(fd);
	file->private_data = NULL; /* its end is not the member's: cldn_member_release() */
	fput(file);
}

static ssize_t cldn_member_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct cldn_handle *h = iocb->ki_filp->private_data;

	return h->member->read ? h->member->read(h, to, cldn_iocb_nowait(iocb)) : -EINVAL;
}

static ssize_t cldn_member_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct cldn_handle *h = iocb->ki_filp->private_data;

	return h->member->write ? h->member->write(h, from, cldn_iocb_nowait(iocb)) : -EINVAL;
}

static __poll_t cldn_member_poll(struct file *file, struct poll_table_struct *wait)
{
	struct cldn_handle *h = file->private_data;

	poll_wait(file, &h->wq, wait);
	if (cldn_handle_gate(h))
		return EPOLLIN | EPOLLHUP | EPOLLERR;
	return h->member->poll ? h->member->poll(h, file, wait) : 0;
}

static int cldn_member_release(struct inode *inode, struct file *file)
{
	struct cldn_handle *h = file->private_data;

	if (!h) /* nobody ever had it */
		return 0;
	h->member->release(h);
	cldn_handle_put(h); /* the file's */
	return 0;
}

static const struct file_operations cldn_member_fops = {
	.owner = THIS_MODULE,
	.release = cldn_member_release,
	.read_iter = cldn_member_read,
	.write_iter = cldn_member_write,
	.poll = cldn_member_poll,
	.unlocked_ioctl = cldn_handle_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = cldn_handle_fdinfo,
};

/* ---- CLOSE ---- */

static int cldn_member_close_check(struct cldn_handle *h, const struct cleardown_close *arg)
{
	if (arg->clazz && arg->clazz != h->dev->class->id)
		return -ENOTTY;
	if (arg->flags || arg->mode < CLEARDOWN_MODE_DRAIN || arg->mode > CLEARDOWN_MODE_ABORT ||
	    arg->data_len > CLEARDOWN_CLOSE_DATA_MAX || (arg->data_len && !arg->data_ptr) ||
	    (arg->party && !h->member->parties))
		return -EINVAL;
	return 0;
}

/* The close data is copied before anything happens: a fault there has changed nothing. */
int cldn_member_close(struct cldn_handle *h, struct cleardown_close *arg)
{
	u8 data[CLEARDOWN_CLOSE_DATA_MAX];
	int ret = cldn_member_close_check(h, arg);

	arg->out_status = ret == -ENOTTY ? h->dev->class->bad_handle : h->dev->class->bad_param;
	if (ret)
		return ret;
	if (copy_from_user(data, u64_to_user_ptr(arg->data_ptr), arg->data_len))
		return -EFAULT;
	memset(&arg->out_report, 0, sizeof(arg->out_report));
	arg->out_seq_at_return = 0;
	arg->out_released = 0;
	arg->out_status = 0;
	return h->member->close(h, arg, data);
}
