// SPDX-License-Identifier: GPL-2.0-only
/* /dev/cleardown/ctl: reading is open to everybody, every change needs a capability at the call. */
#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "internal.h"

static int cldn_ctl_version(void *p)
{
	struct cleardown_version *arg = p;

	arg->out_abi = CLEARDOWN_ABI_VERSION;
	strscpy(arg->out_module, THIS_MODULE->version ?: "", sizeof(arg->out_module));
	return 0;
}

static bool cldn_terminated(const char *s, size_t len)
{
	return strnlen(s, len) < len;
}

/* Win32's word for the errno of a change: what XcvData returns. */
static u32 cldn_ctl_word(int error)
{
	switch (error) {
	case 0:
		return CLEARDOWN_STATUS_SUCCESS;
	case -EPERM:
		return CLEARDOWN_ERROR_ACCESS_DENIED;
	case -ENOENT:
		return CLEARDOWN_ERROR_UNKNOWN_PORT;
	case -EEXIST:
		return CLEARDOWN_ERROR_ALREADY_EXISTS;
	case -EBUSY:
		return CLEARDOWN_ERROR_DEVICE_IN_USE;
	case -ENOMEM:
		return CLEARDOWN_ERROR_NOT_ENOUGH_MEMORY;
	case -EOPNOTSUPP:
		return CLEARDOWN_ERROR_NOT_SUPPORTED;
	case -ENODEV:
	case -ENXIO:
		return CLEARDOWN_ERROR_BAD_UNIT;
	default:
		return CLEARDOWN_ERROR_INVALID_PARAMETER;
	}
}

static int cldn_ctl_bind_checked(struct cleardown_bind *arg)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (arg->flags || arg->__reserved || arg->__reserved2 ||
	    arg->flow > CLEARDOWN_FLOW_XONXOFF || arg->dev > U32_MAX ||
	    !cldn_terminated(arg->link, sizeof(arg->link)) ||
	    !cldn_terminated(arg->name, sizeof(arg->name)) ||
	    !cldn_terminated(arg->args, sizeof(arg->args)) ||
	    !cldn_terminated(arg->ident, sizeof(arg->ident)))
		return -EINVAL;
	memset(arg->out_text, 0, sizeof(arg->out_text));
	return cldn_device_bind(arg);
}

static int cldn_ctl_bind(void *p)
{
	struct cleardown_bind *arg = p;
	int ret = cldn_ctl_bind_checked(arg);

	/* Of a bind ENOENT says that the link's module is not there. */
	arg->out_status = ret == -ENOENT ? CLEARDOWN_ERROR_BAD_UNIT : cldn_ctl_word(ret);
	return ret;
}

static int cldn_ctl_unbind_checked(struct cleardown_unbind *arg)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (arg->__reserved || arg->flags & ~CLEARDOWN_UNBIND_FORCE ||
	    !cldn_terminated(arg->name, sizeof(arg->name)))
		return -EINVAL;
	memset(arg->out_text, 0, sizeof(arg->out_text));
	return cldn_device_unbind(arg->name, arg->flags, arg->out_text, sizeof(arg->out_text));
}

static int cldn_ctl_unbind(void *p)
{
	struct cleardown_unbind *arg = p;
	int ret = cldn_ctl_unbind_checked(arg);

	arg->out_status = cldn_ctl_word(ret);
	return ret;
}

static int cldn_ctl_configure_checked(struct cleardown_configure *arg)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (arg->flags || arg->__reserved || !cldn_terminated(arg->name, sizeof(arg->name)) ||
	    !cldn_terminated(arg->args, sizeof(arg->args)))
		return -EINVAL;
	memset(arg->out_text, 0, sizeof(arg->out_text));
	return cldn_device_configure(arg->name, arg->args, arg->out_text, sizeof(arg->out_text));
}

static int cldn_ctl_configure(void *p)
{
	struct cleardown_configure *arg = p;
	int ret = cldn_ctl_configure_checked(arg);

	arg->out_status = cldn_ctl_word(ret);
	return ret;
}

static int cldn_ctl_rebind(void *p)
{
	struct cleardown_rebind *arg = p;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (arg->flags & ~CLEARDOWN_REBIND_AWAY || arg->dev > U32_MAX ||
	    !cldn_terminated(arg->name, sizeof(arg->name)) ||
	    !cldn_terminated(arg->ident, sizeof(arg->ident)))
		return -EINVAL;
	memset(arg->out_text, 0, sizeof(arg->out_text));
	return cldn_device_rebind(arg);
}

static int cldn_ctl_list(void *p)
{
	struct cleardown_list *arg = p;
	struct cldn_device *dev = cldn_device_after(arg->after);

	if (!dev)
		return -ENOENT;
	arg->out_class = dev->class->id;
	arg->out_id = dev->id;
	memcpy(arg->out_name, dev->name, sizeof(arg->out_name));
	memcpy(arg->out_backend, dev->link.backend, sizeof(arg->out_backend));
	arg->out_dev = new_encode_dev(dev->link.dev);
	memset(&arg->out_status, 0, sizeof(arg->out_status));
	cldn_status_fill(dev, &arg->out_status);
	cldn_settings_fill(dev, arg);
	cldn_device_put(dev);
	return 0;
}

static int cldn_ctl_report(void *p)
{
	struct cleardown_report *arg = p;
	u32 size = arg->size;
	int ret;

	ret = cldn_report_next(arg, current_euid(),
			       ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN));
	arg->size = size;
	return ret;
}

static int cldn_ctl_close_handle(struct cldn_handle *h, struct cleardown_ctl_close *arg)
{
	struct cldn_who who;

	cldn_who_current(&who);
	cldn_wish_raise(h, cldn_wish_of(h, arg->mode, arg->deadline_ns, CLEARDOWN_CAUSE_ADMIN),
			&who);
	arg->out_released = 0;
	if (arg->flags & CLEARDOWN_CTL_CLOSE_ASYNC && !cldn_handle_closed(h))
		return -EINPROGRESS;
	if (wait_event_killable(h->wq, cldn_handle_closed(h)))
		return -EINTR;
	arg->out_released = cldn_close_answer(h, &arg->out_report);
	return arg->out_released ? 0 : -EIO;
}

static int cldn_ctl_close_owner(struct cldn_device *dev, struct cleardown_ctl_close *arg)
{
	struct cldn_handle *h;
	int ret;

	if (arg->handle)
		return -EINVAL;
	h = cldn_device_owner(dev);
	if (!h)
		return 0;
	ret = cldn_ctl_close_handle(h, arg);
	cldn_handle_put(h);
	return ret;
}

static int cldn_ctl_close(void *p)
{
	struct cleardown_ctl_close *arg = p;
	struct cldn_device *dev;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (arg->flags & ~CLEARDOWN_CTL_CLOSE_ASYNC || arg->__reserved ||
	    arg->mode < CLEARDOWN_MODE_DRAIN || arg->mode > CLEARDOWN_MODE_ABORT ||
	    !cldn_terminated(arg->name, sizeof(arg->name)))
		return -EINVAL;
	dev = cldn_device_find(arg->name);
	if (!dev)
		return -ENOENT;
	memset(&arg->out_report, 0, sizeof(arg->out_report));
	arg->out_closed = 0;
	arg->out_released = 1;
	ret = dev->class->close_members ? dev->class->close_members(dev, arg) :
					  cldn_ctl_close_owner(dev, arg);
	cldn_device_put(dev);
	return ret;
}

/* The file of a call manager: its member, which becomes the file's. */
static struct cldn_handle *cldn_ctl_manager(void *p)
{
	struct cleardown_manager *arg = p;
	struct cldn_handle *h = ERR_PTR(-EOPNOTSUPP);
	struct cldn_device *dev;

	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	if (arg->flags || arg->__reserved || !cldn_terminated(arg->name, sizeof(arg->name)))
		return ERR_PTR(-EINVAL);
	if (cldn_frozen())
		return ERR_PTR(-EBUSY);
	dev = cldn_device_find(arg->name);
	if (!dev)
		return ERR_PTR(-ENOENT);
	if (dev->class->manager)
		h = dev->class->manager(dev);
	cldn_device_put(dev);
	if (!IS_ERR(h))
		arg->out_handle = h->id;
	return h;
}

struct cldn_ctl_call {
	u32 cmd;
	u32 size;
	u32 min_size;
	int (*fn)(void *arg);
	bool changes; /* the answer must be writable before anything happens */
	struct cldn_handle *(*make)(void *arg); /* instead of fn: the answer is a member's file */
	size_t fd; /* of which this is the descriptor */
};

/* @last: of the first version. */
#define CLDN_CTL(cmd, type, last, fn, changes)                                              \
	{                                                                                   \
		CLEARDOWN_IOC_CTL_##cmd, sizeof(type), offsetofend(type, last), fn, changes \
	}

static const struct cldn_ctl_call cldn_ctl_calls[] = {
	CLDN_CTL(VERSION, struct cleardown_version, out_module, cldn_ctl_version, false),
	CLDN_CTL(BIND, struct cleardown_bind, out_text, cldn_ctl_bind, true),
	CLDN_CTL(UNBIND, struct cleardown_unbind, out_text, cldn_ctl_unbind, true),
	CLDN_CTL(LIST, struct cleardown_list, out_status, cldn_ctl_list, false),
	CLDN_CTL(REPORT, struct cleardown_report, out_steps, cldn_ctl_report, false),
	CLDN_CTL(CLOSE, struct cleardown_ctl_close, out_report, cldn_ctl_close, true),
	CLDN_CTL(REBIND, struct cleardown_rebind, out_text, cldn_ctl_rebind, true),
	CLDN_CTL(CONFIGURE, struct cleardown_configure, __reserved, cldn_ctl_configure, true),
	{ .cmd = CLEARDOWN_IOC_CTL_MANAGER,
	  .size = sizeof(struct cleardown_manager),
	  .min_size = sizeof(struct cleardown_manager),
	  .make = cldn_ctl_manager,
	  .fd = offsetof(struct cleardown_manager, out_fd) },
};

/* There is no file for @h after all. */
static void cldn_ctl_unmake(struct cldn_handle *h)
{
	h->member->release(h);
	cldn_handle_put(h);
}

/* The descriptor becomes the task's when its number has arrived, as in cldn_call_make(). */
static int cldn_ctl_make(const struct cldn_ctl_call *call, void *arg, void __user *uarg)
{
	struct cldn_handle *h = call->make(arg);
	struct file *file;
	int fd, ret;

	if (IS_ERR(h)) {
		cldn_copy_out(arg, call->size, uarg);
		return PTR_ERR(h);
	}
	fd = cldn_member_fd(h, &file);
	if (fd < 0) {
		cldn_ctl_unmake(h);
		return fd;
	}
	*(s32 *)(arg + call->fd) = fd;
	ret = cldn_copy_out(arg, call->size, uarg);
	cldn_member_fd_end(fd, file, !ret);
	if (ret)
		cldn_ctl_unmake(h);
	return ret;
}

static long cldn_ctl_do(const struct cldn_ctl_call *call, void __user *uarg)
{
	void *arg = kzalloc(call->size, GFP_KERNEL);
	int ret, copied;

	if (!arg)
		return -ENOMEM;
	ret = cldn_copy_in(arg, call->size, call->min_size, uarg);
	if (!ret && call->changes)
		ret = cldn_copy_out(arg, call->size, uarg);
	if (!ret && call->make) {
		ret = cldn_ctl_make(call, arg, uarg);
	} else if (!ret) {
		ret = call->fn(arg);
		copied = cldn_copy_out(arg, call->size, uarg);
		ret = ret ?: copied;
	}
	kfree(arg);
	return ret;
}

static long cldn_ctl_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cldn_ctl_calls); i++)
		if (cldn_ctl_calls[i].cmd == cmd)
			return cldn_ctl_do(&cldn_ctl_calls[i], (void __user *)uarg);
	return -ENOTTY;
}

const struct file_operations cldn_ctl_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = cldn_ctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
