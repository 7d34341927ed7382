// SPDX-License-Identifier: GPL-2.0-only
/* The files of devices: open, the ioctls common to all classes, those of the class. */
#include <linux/capability.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "internal.h"

/*
 * The size member decides how much the caller gives and gets; @arg is filled with zeros behind it.
 */
int cldn_copy_in(void *arg, u32 size, u32 min_size, const void __user *uarg)
{
	u32 usize;
	int ret;

	if (get_user(usize, (const u32 __user *)uarg))
		return -EFAULT;
	if (usize < min_size)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, size, uarg, usize);
	if (!ret)
		*(u32 *)arg = usize;
	return ret;
}

int cldn_copy_out(const void *arg, u32 size, void __user *uarg)
{
	u32 usize = *(const u32 *)arg;

	return copy_to_user(uarg, arg, min(usize, size)) ? -EFAULT : 0;
}

/* ---- common calls; each gets the kernel's copy of its struct ---- */

static int cldn_get_info(struct cldn_handle *h, void *p)
{
	struct cleardown_info *arg = p;

	arg->out_class = h->dev->class->id;
	arg->out_observer = h->observer;
	memcpy(arg->out_name, h->dev->name, sizeof(arg->out_name));
	guard(spinlock_irqsave)(&h->lock);
	arg->out_handle = h->id;
	arg->out_state = h->state;
	arg->out_deadline_ns = h->deadline_ns;
	arg->out_cookie = h->cookie;
	return 0;
}

static int cldn_get_status(struct cldn_handle *h, void *p)
{
	struct cleardown_status *arg = p;

	if (arg->__reserved)
		return -EINVAL;
	cldn_status_fill(h->dev, arg);
	return 0;
}

static int cldn_bind_events(struct cldn_handle *h, void *p)
{
	struct cleardown_bind_events *arg = p;

	return cldn_handle_bind_events(h, arg->fd, arg->cookie);
}

static int cldn_cancel(struct cldn_handle *h, void *p)
{
	struct cleardown_cancel *arg = p;

	if (arg->__reserved)
		return -EINVAL;
	switch (arg->what) {
	case CLEARDOWN_CANCEL_REQUEST:
		return h->observer ? -EPERM : cldn_op_cancel(h, arg->id);
	case CLEARDOWN_CANCEL_CALL:
		return cldn_cancel_call(h, arg->id);
	default:
		return -EINVAL;
	}
}

static int cldn_set_filter(struct cldn_handle *h, void *p)
{
	struct cleardown_filter *arg = p;

	if (arg->__reserved || arg->states & ~CLEARDOWN_PHONESTATE_ALL ||
	    arg->events & ~CLEARDOWN_EV_FILTER_ALL)
		return -EINVAL;
	guard(spinlock_irqsave)(&h->lock);
	h->states = arg->states;
	h->events = arg->events;
	h->skip_modes = 0;
	h->skip_states = 0;
	return 0;
}

static int cldn_set_options(struct cldn_handle *h, void *p)
{
	struct cleardown_options *arg = p;

	if (h->observer)
		return -EPERM;
	if (arg->set & ~(CLEARDOWN_OPT_DEADLINE | CLEARDOWN_OPT_DTR | CLEARDOWN_OPT_RESET) ||
	    arg->__reserved)
		return -EINVAL;
	if (arg->set & CLEARDOWN_OPT_RESET && (arg->reset > 1 || !h->dev->class->documents))
		return -EINVAL;
	if (arg->set & CLEARDOWN_OPT_DTR &&
	    (arg->dtr > CLEARDOWN_DTR_PULSE ||
	     (arg->dtr == CLEARDOWN_DTR_PULSE && (!arg->dtr_pulse_ms || arg->dtr_pulse_ms > 5000))))
		return -EINVAL;
	if (arg->set & CLEARDOWN_OPT_DEADLINE &&
	    (!arg->deadline_ns || arg->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT))
		return -EINVAL;
	guard(spinlock_irqsave)(&h->lock);
	if (arg->set & CLEARDOWN_OPT_DEADLINE)
		h->deadline_ns = arg->deadline_ns;
	if (arg->set & CLEARDOWN_OPT_DTR) {
		h->dtr = arg->dtr;
		h->dtr_pulse_ms = arg->dtr_pulse_ms;
	}
	if (arg->set & CLEARDOWN_OPT_RESET)
		h->reset = arg->reset;
	return 0;
}

static int cldn_close(struct cldn_handle *h, void *p)
{
	return h->member ? cldn_member_close(h, p) : cldn_handle_close(h, p);
}

/* @last: of the first version, 2026-11-21; tests/compat has its header. */
#define CLDN_CALL(cmd, type, last, fn, no_out)                                         \
	{                                                                              \
		CLEARDOWN_IOC_##cmd, sizeof(type), offsetofend(type, last), fn, no_out \
	}

static const struct cldn_ioctl cldn_calls[] = {
	CLDN_CALL(GET_INFO, struct cleardown_info, out_cookie, cldn_get_info, false),
	CLDN_CALL(GET_STATUS, struct cleardown_status, out_since_ns, cldn_get_status, false),
	CLDN_CALL(BIND_EVENTS, struct cleardown_bind_events, cookie, cldn_bind_events, true),
	CLDN_CALL(CANCEL, struct cleardown_cancel, __reserved, cldn_cancel, true),
	CLDN_CALL(CLOSE, struct cleardown_close, out_report, cldn_close, false),
	CLDN_CALL(SET_FILTER, struct cleardown_filter, events, cldn_set_filter, true),
	CLDN_CALL(SET_OPTIONS, struct cleardown_options, dtr_pulse_ms, cldn_set_options, true),
};

/* ---- SUBMIT ---- */

static int cldn_submit_check(struct cldn_handle *h, const struct cleardown_submit *arg,
			     const struct cldn_opcode *code, u32 *status)
{
	*status = h->dev->class->not_owner;
	if (h->observer)
		return -EPERM;
	*status = h->dev->class->bad_param;
	if (arg->flags || arg->__reserved || !arg->deadline_ns)
		return -EINVAL;
	*status = h->dev->class->unavailable;
	if (!code)
		return -EOPNOTSUPP;
	*status = h->dev->class->bad_param;
	if (arg->in_len < code->min_len || arg->in_len > code->max_len)
		return -EINVAL;
	*status = 0;
	return 0;
}

/* Checked, with its input; nothing of it is visible yet. */
static struct cldn_op *cldn_submit_prepare(struct cldn_handle *h, const struct cldn_opcode *code,
					   const struct cleardown_submit *arg, u32 *status)
{
	struct cldn_op *op = cldn_op_alloc(code, arg->in_len);
	int ret;

	*status = h->dev->class->no_memory;
	if (!op)
		return ERR_PTR(-ENOMEM);
	*status = h->dev->class->bad_param;
	ret = copy_from_user(op->in, u64_to_user_ptr(arg->in_ptr), arg->in_len) ? -EFAULT : 0;
	if (!ret)
		ret = h->dev->class->check(h, arg->opcode, op->in, arg->in_len, status);
	if (!ret)
		return op;
	cldn_op_free(op);
	return ERR_PTR(ret);
}

/*
 * The only output is the status word, and it is written before admission: who gets an error from
 * SUBMIT owes no attention to a completion.
 */
static int cldn_ioctl_submit(struct cldn_handle *h, struct cleardown_submit __user *uarg)
{
	const struct cldn_opcode *code;
	struct cleardown_submit arg;
	struct cldn_op *op;
	u32 status;
	int ret;

	ret = cldn_copy_in(&arg, sizeof(arg), offsetofend(struct cleardown_submit, __reserved),
			   uarg);
	if (ret)
		return ret;
	code = cldn_opcode_find(h->dev->class, arg.opcode);
	ret = cldn_submit_check(h, &arg, code, &status);
	if (!ret) {
		op = cldn_submit_prepare(h, code, &arg, &status);
		ret = PTR_ERR_OR_ZERO(op);
	}
	if (put_user(ret ? status : 0, &uarg->out_status)) {
		if (!ret)
			cldn_op_free(op);
		return -EFAULT;
	}
	if (ret)
		return ret;
	ret = cldn_submit(h, code, &arg, op, &status);
	if (ret)
		put_user(status, &uarg->out_status);
	return ret;
}

/* ---- dispatch ---- */

static const struct cldn_ioctl *cldn_call_find(const struct cldn_ioctl *calls, unsigned int n,
					       unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (calls[i].cmd == cmd)
			return &calls[i];
	return NULL;
}

/*
 * A call whose answer is a file. The descriptor becomes the task's when its number has arrived: a
 * caller who was told nothing has nothing.
 */
static int cldn_call_make(struct cldn_handle *h, const struct cldn_ioctl *call, void *arg,
			  void __user *uarg)
{
	struct cldn_handle *made = call->make(h, arg);
	struct file *file;
	int fd, ret;

	if (IS_ERR(made)) {
		cldn_copy_out(arg, call->size, uarg);
		return PTR_ERR(made);
	}
	fd = cldn_member_fd(made, &file);
	if (fd < 0) {
		call->unmake(h, made, arg);
		cldn_copy_out(arg, call->size, uarg);
		return fd;
	}
	*(s32 *)(arg + call->fd) = fd;
	ret = cldn_copy_out(arg, call->size, uarg);
	cldn_member_fd_end(fd, file, !ret);
	if (ret)
		call->unmake(h, made, arg);
	return ret;
}

/*
 * The same for a file that exists already; security modules are asked whether he may have it. The
 * number can be lost only where he takes the memory away meanwhile: then so is the descriptor.
 */
static int cldn_call_file(struct cldn_handle *h, const struct cldn_ioctl *call, void *arg,
			  void __user *uarg)
{
	struct file *file = call->file(h, arg);
	int fd;

	if (IS_ERR(file))
		return cldn_copy_out(arg, call->size, uarg) ?: PTR_ERR(file);
	*(s32 *)(arg + call->fd) = -1;
	fd = cldn_copy_out(arg, call->size, uarg) ?: cldn_receive_fd(file);
	if (fd >= 0 && put_user(fd, (s32 __user *)(uarg + call->fd))) {
		close_fd(fd);
		fd = -EFAULT;
	}
	fput(file);
	call->filed(h, arg, fd >= 0);
	return min(fd, 0);
}

static long cldn_call(struct cldn_handle *h, const struct cldn_ioctl *call, void __user *uarg)
{
	u8 arg[256] __aligned(8) = {}; /* on the stack: CLOSE allocates nothing */
	int ret, copied;

	if (WARN_ON_ONCE(call->size > sizeof(arg)))
		return -ENOTTY;
	ret = cldn_copy_in(arg, call->size, call->min_size, uarg);
	if (!ret && call->changes)
		ret = cldn_copy_out(arg, call->size, uarg);
	if (!ret && call->make)
		return cldn_call_make(h, call, arg, uarg);
	if (!ret && call->file)
		return cldn_call_file(h, call, arg, uarg);
	if (!ret) {
		ret = call->fn(h, arg);
		copied = call->no_out ? 0 : cldn_copy_out(arg, call->size, uarg);
		if (!ret && copied && call->undo)
			call->undo(h, arg);
		ret = ret ?: copied;
	}
	return ret;
}

static bool cldn_dead(struct cldn_handle *h, unsigned int cmd)
{
	if (cldn_handle_closed(h))
		return cmd != CLEARDOWN_IOC_CLOSE || !READ_ONCE(h->unclaimed);
	/* while a close runs one may look and raise it further, nothing else */
	return cldn_handle_gate(h) && cmd != CLEARDOWN_IOC_CLOSE &&
	       cmd != CLEARDOWN_IOC_GET_STATUS && cmd != CLEARDOWN_IOC_GET_INFO &&
	       cmd != CLEARDOWN_IOC_CANCEL;
}

/* The status word of a dead handle, for the calls that have a place for it. */
static void cldn_dead_status(struct cldn_handle *h, const struct cldn_ioctl *call, unsigned int cmd,
			     void __user *uarg)
{
	struct cleardown_submit __user *submit = uarg;
	struct cleardown_close __user *close = uarg;
	u32 size;

	if (get_user(size, (u32 __user *)uarg))
		return;
	if (cmd == CLEARDOWN_IOC_SUBMIT && size >= sizeof(*submit))
		put_user(h->dev->class->bad_handle, &submit->out_status);
	else if (cmd == CLEARDOWN_IOC_CLOSE && size >= sizeof(*close))
		put_user(h->dev->class->bad_handle, &close->out_status);
	else if (call && call->word && size >= call->min_size)
		put_user(h->dev->class->bad_handle, (u32 __user *)(uarg + call->word));
}

long cldn_handle_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	struct cldn_handle *h = file->private_data;
	const struct cldn_class *class = h->dev->class;
	const struct cldn_ioctl *call;

	call = cldn_call_find(cldn_calls, ARRAY_SIZE(cldn_calls), cmd) ?:
		       cldn_call_find(class->ioctls, class->nioctls, cmd);
	if (!call && cmd != CLEARDOWN_IOC_SUBMIT)
		return -ENOTTY;
	if (cldn_dead(h, cmd)) {
		cldn_dead_status(h, call, cmd, (void __user *)uarg);
		return cldn_dead_error(h);
	}
	if (cmd == CLEARDOWN_IOC_SUBMIT)
		return cldn_ioctl_submit(h, (void __user *)uarg);
	return cldn_call(h, call, (void __user *)uarg);
}

static int cldn_device_open(struct inode *inode, struct file *file)
{
	struct cldn_device *dev = container_of(inode->i_cdev, struct cldn_device, cdev);
	bool write = file->f_mode & FMODE_WRITE;
	int ret = 0;

	if (dev->class->member_open && (write || dev->class->members_read))
		return cldn_member_open(dev, file);
	if (write && dev->class->admit)
		ret = dev->class->admit(dev);
	if (ret)
		return ret;
	if (write)
		ret = cldn_handle_open(dev, file);
	else
		ret = cldn_observer_open(dev, file);
	if (ret)
		return ret;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

void cldn_handle_fdinfo(struct seq_file *m, struct file *file)
{
	struct cldn_handle *h = file->private_data;

	seq_printf(m, "cleardown-device:\t%s\ncleardown-handle:\t%llx\ncleardown-state:\t%u\n",
		   h->dev->name, h->id, READ_ONCE(h->state));
}

const struct file_operations cldn_handle_fops = {
	.owner = THIS_MODULE,
	.open = cldn_device_open,
	.flush = cldn_handle_flush,
	.release = cldn_handle_release,
	.read_iter = cldn_handle_read,
	.write_iter = cldn_handle_write,
	.fsync = cldn_handle_fsync,
	.poll = cldn_handle_poll,
	.unlocked_ioctl = cldn_handle_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = cldn_handle_fdinfo,
};
