// SPDX-License-Identifier: GPL-2.0-only
/* Devices: bind, unbind, rebind, and the worker that runs them. */
#include <linux/ctype.h>
#include <linux/idr.h>
#include <linux/slab.h>
#include "internal.h"
#include "trace.h"

/* bind, unbind, rebind, registration of links; held over a link's probe */
DEFINE_MUTEX(cldn_bind_mutex);
struct class *cldn_sysfs_class;
dev_t cldn_base;

static LIST_HEAD(cldn_devices); /* by rising id */
static DEFINE_SPINLOCK(cldn_devices_lock); /* the list; a listed device is alive */
static DEFINE_IDA(cldn_minors);
static u64 cldn_last_id; /* under cldn_bind_mutex */

/* How often an open asks whether another device has given the hardware. */
#define CLDN_YIELD_NS (5 * NSEC_PER_MSEC)

/* ---- the worker ---- */

void cldn_device_kick(struct cldn_device *dev, u32 events)
{
	atomic_or(events, &dev->events);
	guard(spinlock_irqsave)(&dev->kick_lock);
	if (dev->worker)
		kthread_queue_work(dev->worker, &dev->work);
}

void cldn_wake_at(struct cldn_device *dev, u64 ns)
{
	dev->wake_ns = min(dev->wake_ns, ns);
}

static enum hrtimer_restart cldn_device_timer(struct hrtimer *timer)
{
	cldn_device_kick(container_of(timer, struct cldn_device, timer), CLDN_EV_TIMER);
	return HRTIMER_NORESTART;
}

void cldn_device_set_state_locked(struct cldn_device *dev, u32 state)
{
	lockdep_assert_held(&dev->lock);
	WRITE_ONCE(dev->state, state);
	dev->since_ns = cldn_now();
}

/* Nobody has it any more. */
void cldn_device_set_free_locked(struct cldn_device *dev)
{
	cldn_device_set_state_locked(dev, dev->gone ? CLEARDOWN_STATE_GONE : CLEARDOWN_STATE_IDLE);
}

/* The attempt ends as if it had not been: no handle, no report. */
static void cldn_open_forget(struct cldn_handle *h, int error)
{
	guard(spinlock_irqsave)(&h->lock);
	h->open_error = error;
	h->report->out_head.flags |= CLEARDOWN_REPORT_RELEASED; /* never taken */
	WRITE_ONCE(h->state, CLEARDOWN_STATE_CLOSED);
}

/* One that the watchdog had to end has a report, and gets the second one now. */
static void cldn_open_fail(struct cldn_device *dev, int error)
{
	struct cldn_handle *h = dev->owner;

	trace_cldn_open_failed(h);
	cldn_siblings_regain(dev);
	scoped_guard(spinlock_irqsave, &dev->lock) {
		module_put(dev->link.drv->owner);
		if (h->filed)
			cldn_close_file_locked(h, true);
		else
			cldn_open_forget(h, error);
		dev->owner = NULL;
		dev->wake_ns = U64_MAX; /* what the session asked for goes with it */
		cldn_device_set_free_locked(dev);
	}
	wake_up_all(&dev->wq);
	wake_up_all(&h->wq);
	cldn_handle_put(h); /* dev->owner's */
}

int cldn_link_take(struct cldn_device *dev)
{
	int ret;

	atomic_andnot(CLDN_LINK_EVENTS, &dev->events); /* of the time before */
	ret = dev->link.drv->open(&dev->link);
	if (ret == -ENODEV && dev->session)
		cldn_device_kick(dev, CLDN_LINK_GONE);
	if (ret)
		return ret;
	dev->link_open = true;
	WRITE_ONCE(dev->lines, dev->link.drv->get_lines(&dev->link));
	return 0;
}

void cldn_link_give(struct cldn_device *dev)
{
	dev->link_open = false;
	dev->link.drv->shut(&dev->link);
	dev->link.drv->close(&dev->link);
}

/* The class will take the hardware when it needs it. */
static bool cldn_link_by_document(const struct cldn_device *dev)
{
	return dev->class->on_demand || (dev->class->documents && dev->link.drv->by_document);
}

/* Another device on the same hardware whose class knows how to yield it. */
static bool cldn_siblings(const struct cldn_device *dev, const struct cldn_device *other)
{
	return dev != other && other->class->yield && dev->link.dev &&
	       other->link.drv == dev->link.drv && other->link.dev == dev->link.dev;
}

/* 0 when no other device holds the hardware, -EINPROGRESS when one is about to give it. */
static int cldn_siblings_yield(struct cldn_device *dev)
{
	struct cldn_device *other;
	int ret = 0, one = 0;
	u64 id = 0;

	while (ret != -EBUSY && (other = cldn_device_after(id))) {
		id = other->id;
		if (cldn_siblings(dev, other)) {
			one = other->class->yield(other, dev);
			ret = one ?: ret;
		}
		cldn_device_put(other);
	}
	return ret;
}

void cldn_siblings_regain(struct cldn_device *dev)
{
	struct cldn_device *other;
	u64 id = 0;

	while ((other = cldn_device_after(id))) {
		id = other->id;
		if (cldn_siblings(dev, other))
			other->class->regain(other, dev);
		cldn_device_put(other);
	}
}

/*
 * Takes the hardware for an owner who waits in open. DTR rises with it, so a line whose last call
 * was dropped by DTR waits until the far modem must have seen that.
 */
static void cldn_open_run(struct cldn_device *dev)
{
	u64 hold = dev->class->open_hold_ms * NSEC_PER_MSEC;
	int ret;

	if (READ_ONCE(dev->state) != CLEARDOWN_STATE_OPENING)
		return;
	if (dev->dtr_dropped_ns && cldn_now() < dev->dtr_dropped_ns + hold) {
		cldn_wake_at(dev, dev->dtr_dropped_ns + hold);
		return;
	}
	dev->dtr_dropped_ns = 0;
	ret = cldn_link_by_document(dev) ? 0 : cldn_siblings_yield(dev);
	if (ret == -EINPROGRESS) {
		cldn_wake_at(dev, cldn_now() + CLDN_YIELD_NS);
		return;
	}
	if (!ret && !cldn_link_by_document(dev))
		ret = cldn_link_take(dev);
	if (ret) {
		dev->gone = ret == -ENODEV;
		cldn_open_fail(dev, ret);
		return;
	}
	dev->session = true;
	dev->class->open(dev);
}

void cldn_open_done(struct cldn_device *dev, int error)
{
	struct cldn_handle *h = dev->owner;

	if (error) {
		struct cldn_wish wish =
			cldn_wish_of(h, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, CLEARDOWN_CAUSE_ERROR);

		wish.detail = -error;
		h->open_error = error;
		cldn_wish_raise(h, wish, NULL);
		return;
	}
	scoped_guard(spinlock_irqsave, &dev->lock)
		if (dev->state == CLEARDOWN_STATE_OPENING)
			cldn_device_set_state_locked(dev, CLEARDOWN_STATE_OPEN);
	wake_up_all(&dev->wq);
}

static void cldn_device_gone(struct cldn_device *dev)
{
	struct cldn_handle *h = dev->owner;

	dev->gone = true;
	h->open_error = -ENODEV; /* of an open that still waits */
	cldn_wish_raise(h,
			cldn_wish_of(h, CLEARDOWN_MODE_GONE, NSEC_PER_SEC, CLEARDOWN_CAUSE_UNPLUG),
			NULL);
}

static void cldn_device_run(struct cldn_device *dev, u32 events)
{
	if (dev->class->member_open) {
		dev->class->run(dev, events);
		return;
	}
	if (dev->owner && !dev->session) {
		cldn_open_run(dev);
		events = 0;
	}
	if (dev->owner && dev->session) {
		if (events & CLDN_LINK_GONE)
			cldn_device_gone(dev);
		cldn_wake_at(dev, cldn_ops_run(dev->owner));
		dev->class->run(dev, events);
		if (dev->link_open && !dev->gone)
			cldn_sync_run(dev);
	}
	cldn_close_run(dev);
}

static void cldn_device_work(struct kthread_work *work)
{
	struct cldn_device *dev = container_of(work, struct cldn_device, work);
	u32 events = atomic_xchg(&dev->events, 0);

	dev->wake_ns = U64_MAX;
	trace_cldn_run(dev, events);
	WRITE_ONCE(dev->run_since_ns, cldn_now());
	cldn_device_run(dev, events);
	WRITE_ONCE(dev->run_since_ns, 0);
	/* Nobody wants one any more: the request has ended, or the session is over. */
	if (dev->wake_ns == U64_MAX)
		hrtimer_cancel(&dev->timer);
	else
		hrtimer_start(&dev->timer, ns_to_ktime(dev->wake_ns), HRTIMER_MODE_ABS);
}

void cldn_call_begin(struct cldn_device *dev)
{
	dev->calls++;
	WRITE_ONCE(dev->call, dev->calls);
}

void cldn_call_end(struct cldn_device *dev)
{
	WRITE_ONCE(dev->call, 0);
}

/* ---- finding ---- */

void cldn_device_put(struct cldn_device *dev)
{
	put_device(&dev->dev);
}

/* The device of that name, referenced, or NULL. */
struct cldn_device *cldn_device_find(const char *name)
{
	struct cldn_device *dev;

	guard(spinlock)(&cldn_devices_lock);
	list_for_each_entry(dev, &cldn_devices, node)
		if (!strcmp(dev->name, name)) {
			get_device(&dev->dev);
			return dev;
		}
	return NULL;
}

/* The same, with a sentence for who asked for one that is not there. */
static struct cldn_device *cldn_device_named(const char *name, char *text, size_t len)
{
	struct cldn_device *dev = cldn_device_find(name);

	if (!dev)
		snprintf(text, len, "%s: there is no such device", name);
	return dev;
}

/* The device with the next id, referenced, or NULL after the last. */
struct cldn_device *cldn_device_after(u64 id)
{
	struct cldn_device *dev;

	guard(spinlock)(&cldn_devices_lock);
	list_for_each_entry(dev, &cldn_devices, node)
		if (dev->id > id) {
			get_device(&dev->dev);
			return dev;
		}
	return NULL;
}

/* ---- bind ---- */

static const struct cldn_class *cldn_class_find(u32 id)
{
	const struct cldn_class *const *entry;

	for (entry = cldn_classes; *entry; entry++)
		if ((*entry)->id == id)
			return *entry;
	return NULL;
}

static void cldn_device_free(struct device *d)
{
	struct cldn_device *dev = container_of(d, struct cldn_device, dev);

	/* Only now: a file that is still open may be inside a call of the class. */
	if (dev->class_data)
		dev->class->unbind(dev);
	ida_free(&cldn_minors, MINOR(d->devt));
	cldn_count(CLDN_DEVICES, -1);
	kfree(dev);
}

static bool cldn_name_reserved(const char *name)
{
	const struct cldn_class *const *entry;

	for (entry = cldn_services; *entry; entry++)
		if (!strcmp((*entry)->name, name))
			return true;
	return !strcmp(name, "ctl") || !strcmp(name, "events");
}

static bool cldn_name_taken(const char *name)
{
	struct cldn_device *dev = cldn_device_find(name);

	if (dev)
		cldn_device_put(dev);
	return dev;
}

/* The wanted name, or the first free one of the class. */
static int cldn_device_name(struct cldn_device *dev, const char *want, char *text, size_t len)
{
	unsigned int i;
	const char *c;

	for (c = want; *c; c++)
		if (!isalnum(*c) && *c != '-' && *c != '_') {
			snprintf(text, len, "%s: a name has letters, digits, - and _ only", want);
			return -EINVAL;
		}
	if (*want) {
		strscpy(dev->name, want, sizeof(dev->name));
		if (!cldn_name_taken(want) && !cldn_name_reserved(want))
			return 0;
		snprintf(text, len, "%s: the name is taken", want);
		return -EEXIST;
	}
	for (i = 0; i < CLDN_MINORS; i++) {
		snprintf(dev->name, sizeof(dev->name), "%s%u", dev->class->name, i);
		if (!cldn_name_taken(dev->name))
			return 0;
	}
	snprintf(text, len, "no more than %u devices", CLDN_MINORS);
	return -ENOSPC;
}

/*
 * One piece of hardware is bound once per class. The number of a device that lost its own may be
 * another one's by now.
 */
static int cldn_hardware_free(const struct cldn_device *fresh, char *text, size_t len)
{
	struct cldn_device *dev;

	guard(spinlock)(&cldn_devices_lock);
	list_for_each_entry(dev, &cldn_devices, node)
		if (fresh != dev && !READ_ONCE(dev->gone) && fresh->link.dev &&
		    dev->class == fresh->class && dev->link.drv == fresh->link.drv &&
		    dev->link.dev == fresh->link.dev) {
			snprintf(text, len, "%s is bound already, as %s", dev->link.backend,
				 dev->name);
			return -EEXIST;
		}
	return 0;
}

static struct cldn_device *cldn_device_alloc(const struct cldn_class *class)
{
	struct cldn_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	int minor;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	minor = ida_alloc_range(&cldn_minors, 2, CLDN_MINORS - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(dev);
		return ERR_PTR(minor);
	}
	cldn_count(CLDN_DEVICES, 1);
	dev->class = class;
	spin_lock_init(&dev->lock);
	spin_lock_init(&dev->kick_lock);
	INIT_LIST_HEAD(&dev->observers);
	INIT_LIST_HEAD(&dev->node);
	init_waitqueue_head(&dev->wq);
	kthread_init_work(&dev->work, cldn_device_work);
	hrtimer_init(&dev->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	dev->timer.function = cldn_device_timer;
	INIT_DELAYED_WORK(&dev->watchdog, cldn_close_watchdog);
	dev->state = CLEARDOWN_STATE_IDLE;
	dev->since_ns = cldn_now();
	device_initialize(&dev->dev);
	dev->dev.class = cldn_sysfs_class;
	dev->dev.groups = cldn_device_groups;
	dev->dev.release = cldn_device_free;
	dev->dev.devt = MKDEV(MAJOR(cldn_base), minor);
	return dev;
}

/* Files that are still open may kick the device afterwards: nothing happens. */
static void cldn_worker_end(struct cldn_device *dev)
{
	struct kthread_worker *worker = dev->worker;

	scoped_guard(spinlock_irqsave, &dev->kick_lock)
		dev->worker = NULL;
	hrtimer_cancel(&dev->timer);
	kthread_destroy_worker(worker);
	hrtimer_cancel(&dev->timer); /* armed by the last run */
	cancel_delayed_work_sync(&dev->watchdog);
}

/* Last: from here on the device can be opened. */
static int cldn_device_publish(struct cldn_device *dev, char *text, size_t len)
{
	struct kthread_worker *worker = kthread_create_worker(0, "cldn/%s", dev->name);
	int ret;

	if (IS_ERR(worker))
		return PTR_ERR(worker);
	dev->worker = worker;
	dev->id = ++cldn_last_id;
	ret = dev_set_name(&dev->dev, "%s", dev->name);
	if (!ret && dev->class->bound)
		ret = dev->class->bound(dev, text, len);
	if (ret)
		goto worker;
	cdev_init(&dev->cdev, &cldn_handle_fops);
	dev->cdev.owner = THIS_MODULE;
	ret = cdev_device_add(&dev->cdev, &dev->dev);
	if (ret)
		goto unbinding;
	scoped_guard(spinlock, &cldn_devices_lock)
		list_add_tail(&dev->node, &cldn_devices);
	return 0;
unbinding:
	cldn_worker_end(dev);
	if (dev->class->unbinding)
		dev->class->unbinding(dev);
	return ret;
worker:
	cldn_worker_end(dev);
	return ret;
}

static int cldn_device_make(struct cldn_device *dev, struct cleardown_bind *arg)
{
	struct cldn_link_config cfg = {
		.dev = new_decode_dev(arg->dev),
		.number = arg->dev,
		.speed = arg->speed ?: 115200,
		.flow = arg->flow,
		.args = arg->args,
	};
	char *text = arg->out_text;
	size_t len = sizeof(arg->out_text);
	int ret;

	ret = cldn_device_name(dev, arg->name, text, len);
	if (ret)
		return ret;
	ret = dev->class->bind(dev, arg->args, text, len);
	if (ret)
		return ret;
	dev->link.speed = cfg.speed;
	dev->link.flow = cfg.flow;
	cldn_settings_set(dev, arg->args, arg->ident);
	ret = dev->link.drv->probe(&dev->link, &cfg, text, len);
	if (ret)
		return ret;
	ret = cldn_hardware_free(dev, text, len) ?: cldn_device_publish(dev, text, len);
	if (ret)
		goto remove;
	memcpy(arg->name, dev->name, sizeof(arg->name));
	return 0;
remove:
	dev->link.drv->remove(&dev->link);
	return ret;
}

static int cldn_device_new(const struct cldn_class *class, struct cldn_link_driver *drv,
			   struct cleardown_bind *arg)
{
	struct cldn_device *dev = cldn_device_alloc(class);
	int ret;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev->link.drv = drv;
	ret = cldn_device_make(dev, arg);
	if (ret)
		cldn_device_put(dev);
	return ret;
}

/* Called with the argument validated in form and the capability checked. */
int cldn_device_bind(struct cleardown_bind *arg)
{
	const struct cldn_class *class = cldn_class_find(arg->clazz);
	struct cldn_link_driver *drv;
	int ret;

	if (!class) {
		strscpy(arg->out_text, "this module has no such class", sizeof(arg->out_text));
		return -EOPNOTSUPP;
	}
	if (arg->flow == CLEARDOWN_FLOW_XONXOFF && !class->documents) {
		snprintf(arg->out_text, sizeof(arg->out_text),
			 "a %s needs its line for all characters: no xonxoff", class->name);
		return -EINVAL;
	}
	guard(mutex)(&cldn_bind_mutex);
	drv = cldn_link_driver_get(arg->link);
	if (!drv) {
		snprintf(arg->out_text, sizeof(arg->out_text),
			 "the module for %s links is not loaded: modprobe cleardown_%s", arg->link,
			 arg->link);
		return -ENOENT;
	}
	if (!drv->cells != !class->member_open) {
		snprintf(arg->out_text, sizeof(arg->out_text), "a %s cannot be on a %s link",
			 class->name, arg->link);
		module_put(drv->owner);
		return -EINVAL;
	}
	ret = cldn_settings_check(class, drv, arg->args, arg->out_text, sizeof(arg->out_text)) ?:
		      cldn_device_new(class, drv, arg);
	module_put(drv->owner); /* bound and idle pins nothing: the link's exit unbinds */
	return ret;
}

/* ---- unbind ---- */

static bool cldn_device_unused(struct cldn_device *dev)
{
	guard(spinlock_irqsave)(&dev->lock);
	return !dev->owner && !dev->nmembers;
}

/* Free again, or known not to become free. */
static bool cldn_device_settled(struct cldn_device *dev)
{
	return cldn_device_unused(dev) || READ_ONCE(dev->state) == CLEARDOWN_STATE_STUCK;
}

/*
 * Ends who has the device. No open gets in between: they are refused from here on, and again
 * admitted when this fails because a lower driver does not give the hardware back.
 */
static void cldn_device_force(struct cldn_device *dev)
{
	struct cldn_handle *h;
	struct cldn_wish wish;
	struct cldn_who who;

	scoped_guard(spinlock_irqsave, &dev->lock)
		dev->removed = true;
	if (dev->class->force)
		dev->class->force(dev);
	h = cldn_device_owner(dev);
	if (h) {
		cldn_who_current(&who);
		wish = cldn_wish_of(h, CLEARDOWN_MODE_ABORT, 2 * NSEC_PER_SEC,
				    CLEARDOWN_CAUSE_ADMIN);
		cldn_wish_raise(h, wish, &who);
		cldn_handle_put(h);
	}
	/* the watchdog ends the handle by then; if the device is still used it is STUCK */
	wait_event_timeout(dev->wq, cldn_device_settled(dev), 3 * HZ);
}

static int cldn_device_retire(struct cldn_device *dev)
{
	guard(spinlock_irqsave)(&dev->lock);
	dev->removed = !dev->owner && !dev->nmembers;
	return dev->removed ? 0 : -EBUSY;
}

/* They are told: their queue may be all that they look at. */
static void cldn_observers_end(struct cldn_device *dev, u32 cause)
{
	struct cldn_handle *h;

	for (;;) {
		scoped_guard(spinlock_irqsave, &dev->lock) {
			h = list_first_entry_or_null(&dev->observers, struct cldn_handle, node);
			if (h)
				cldn_handle_get(h);
		}
		if (!h)
			return;
		cldn_observer_gone(h, cause);
		cldn_handle_put(h);
	}
}

/* The device is retired: nobody has it and nobody can get it. Files may still reference it. */
static void cldn_device_remove(struct cldn_device *dev, u32 cause)
{
	lockdep_assert_held(&cldn_bind_mutex);
	scoped_guard(spinlock, &cldn_devices_lock)
		list_del_init(&dev->node);
	cdev_device_del(&dev->cdev, &dev->dev);
	cldn_observers_end(dev, cause);
	wake_up_all(&dev->wq);
	cldn_worker_end(dev);
	if (dev->class->unbinding)
		dev->class->unbinding(dev);
	dev->link.drv->remove(&dev->link);
	cldn_device_put(dev);
}

int cldn_device_unbind(const char *name, u32 flags, char *text, size_t len)
{
	struct cldn_device *dev;
	int ret;

	guard(mutex)(&cldn_bind_mutex);
	dev = cldn_device_named(name, text, len);
	if (!dev)
		return -ENOENT;
	if (flags & CLEARDOWN_UNBIND_FORCE)
		cldn_device_force(dev);
	ret = cldn_device_retire(dev);
	if (ret)
		snprintf(text, len, "%s is open%s", name,
			 dev->state == CLEARDOWN_STATE_STUCK ?
				 ": its driver has not given it back" :
				 "");
	else
		cldn_device_remove(dev, CLEARDOWN_CAUSE_ADMIN);
	cldn_device_put(dev);
	return ret;
}

/* The driver's module exits: an open device would have pinned it. */
void cldn_device_unbind_driver(const struct cldn_link_driver *drv)
{
	struct cldn_device *dev;
	u64 id = 0;

	while ((dev = cldn_device_after(id))) {
		id = dev->id;
		if (dev->link.drv == drv && !WARN_ON_ONCE(cldn_device_retire(dev)))
			cldn_device_remove(dev, CLEARDOWN_CAUSE_UNLOAD);
		cldn_device_put(dev);
	}
}

/* ---- rebind ---- */

/* Keeps opens away while the hardware is looked at; refuses when somebody has the device. */
static int cldn_device_hold(struct cldn_device *dev)
{
	guard(spinlock_irqsave)(&dev->lock);
	if (dev->state != CLEARDOWN_STATE_GONE && dev->state != CLEARDOWN_STATE_IDLE)
		return -EBUSY;
	cldn_device_set_state_locked(dev, CLEARDOWN_STATE_GONE); /* opens: ENODEV */
	return 0;
}

static int cldn_device_probe_again(struct cldn_device *dev, dev_t hw, char *text, size_t len)
{
	struct cldn_link_config cfg = {
		.dev = hw,
		.number = new_encode_dev(hw),
		.speed = dev->link.speed,
		.flow = dev->link.flow,
		.args = "",
	};
	struct cldn_link old = dev->link;
	int ret = cldn_device_hold(dev);

	if (ret)
		return ret;
	ret = dev->link.drv->probe(&dev->link, &cfg, text, len);
	if (!ret) {
		ret = cldn_hardware_free(dev, text, len);
		if (ret)
			swap(dev->link, old);
		else
			dev->gone = false;
		dev->link.probes = max(dev->link.probes, old.probes) + 1;
		old.drv->remove(&old);
	}
	scoped_guard(spinlock_irqsave, &dev->lock)
		cldn_device_set_free_locked(dev);
	return ret;
}

/* Like a rebind it keeps opens away while it works. */
int cldn_device_configure(const char *name, const char *args, char *text, size_t len)
{
	struct cldn_device *dev;
	int ret;

	guard(mutex)(&cldn_bind_mutex);
	dev = cldn_device_named(name, text, len);
	if (!dev)
		return -ENOENT;
	if (!dev->class->configure)
		ret = -EOPNOTSUPP;
	else
		ret = cldn_device_hold(dev);
	if (ret == -EOPNOTSUPP)
		snprintf(text, len, "%s has no settings but those of its bind", name);
	else if (ret)
		snprintf(text, len, "%s is open", name);
	if (!ret) {
		ret = cldn_settings_change(dev, args, text, len);
		scoped_guard(spinlock_irqsave, &dev->lock)
			cldn_device_set_free_locked(dev);
	}
	cldn_device_put(dev);
	return ret;
}

/* Whoever saw the hardware go says so; a device that is in use learns it from its link. */
static int cldn_device_away(struct cldn_device *dev)
{
	int ret = dev->class->member_open ? -EOPNOTSUPP : cldn_device_hold(dev);

	if (!ret)
		dev->gone = true;
	return ret;
}

int cldn_device_rebind(struct cleardown_rebind *arg)
{
	size_t len = sizeof(arg->out_text);
	struct cldn_device *dev;
	int ret;

	guard(mutex)(&cldn_bind_mutex);
	dev = cldn_device_named(arg->name, arg->out_text, len);
	if (!dev)
		return -ENOENT;
	if (arg->flags & CLEARDOWN_REBIND_AWAY)
		ret = cldn_device_away(dev);
	else
		ret = cldn_device_probe_again(dev, new_decode_dev(arg->dev), arg->out_text, len);
	if (ret == -EBUSY)
		snprintf(arg->out_text, len, "%s is open", arg->name);
	else if (ret == -EOPNOTSUPP)
		snprintf(arg->out_text, len, "%s is told by its link", arg->name);
	if (!ret && *arg->ident)
		cldn_settings_set(dev, NULL, arg->ident);
	cldn_device_put(dev);
	return ret;
}

/* ---- services ---- */

static struct cldn_device *cldn_service[4];

static int cldn_service_add(struct cldn_device *dev)
{
	int ret;

	cldn_count(CLDN_DEVICES, -1); /* it is no device that somebody bound */
	strscpy(dev->name, dev->class->name, sizeof(dev->name));
	scoped_guard(mutex, &cldn_bind_mutex)
		dev->id = ++cldn_last_id;
	ret = dev_set_name(&dev->dev, "%s", dev->name) ?: dev->class->bind(dev, "", NULL, 0);
	if (ret)
		return ret;
	cdev_init(&dev->cdev, &cldn_handle_fops);
	dev->cdev.owner = THIS_MODULE;
	return cdev_device_add(&dev->cdev, &dev->dev);
}

/* What was not added yet is NULL. */
void cldn_services_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cldn_service) && cldn_service[i]; i++) {
		cdev_device_del(&cldn_service[i]->cdev, &cldn_service[i]->dev);
		cldn_service[i]->class->unbinding(cldn_service[i]);
		cldn_count(CLDN_DEVICES, 1);
		cldn_device_put(cldn_service[i]);
		cldn_service[i] = NULL;
	}
}

static struct cldn_device *cldn_service_new(const struct cldn_class *class)
{
	struct cldn_device *dev = cldn_device_alloc(class);
	int ret;

	if (IS_ERR(dev))
		return dev;
	ret = cldn_service_add(dev);
	if (!ret)
		return dev;
	cldn_count(CLDN_DEVICES, 1);
	cldn_device_put(dev);
	return ERR_PTR(ret);
}

int cldn_services_init(void)
{
	struct cldn_device *dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cldn_service) && cldn_services[i]; i++) {
		dev = cldn_service_new(cldn_services[i]);
		if (IS_ERR(dev)) {
			cldn_services_exit();
			return PTR_ERR(dev);
		}
		cldn_service[i] = dev;
	}
	return 0;
}

/* ---- init ---- */

static char *cldn_devnode(CLDN_DEVNODE_CONST struct device *d, umode_t *mode)
{
	unsigned int minor = MINOR(d->devt);

	if (mode && minor == 0)
		*mode = 0644;
	else if (mode && minor == 1)
		*mode = 0666;
	else if (mode)
		*mode = container_of(d, struct cldn_device, dev)->class->mode;
	return kasprintf(GFP_KERNEL, "cleardown/%s", dev_name(d));
}

int cldn_devices_init(void)
{
	int ret = alloc_chrdev_region(&cldn_base, 0, CLDN_MINORS, "cleardown");

	if (ret)
		return ret;
	cldn_sysfs_class = cldn_class_create("cleardown");
	if (IS_ERR(cldn_sysfs_class)) {
		unregister_chrdev_region(cldn_base, CLDN_MINORS);
		return PTR_ERR(cldn_sysfs_class);
	}
	cldn_sysfs_class->devnode = cldn_devnode;
	return 0;
}

void cldn_devices_exit(void)
{
	class_destroy(cldn_sysfs_class);
	unregister_chrdev_region(cldn_base, CLDN_MINORS);
	ida_destroy(&cldn_minors);
}
