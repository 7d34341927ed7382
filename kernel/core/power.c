// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and reboot. Before a suspend new work is refused and running closes have two seconds to
 * end, or what an emergency of their hardware may take, else the suspend is vetoed; an open call is
 * left to its fate and looked at after resume.
 * Before a reboot every line is put on-hook. A class whose devices have members does the same for
 * them by its @power.
 */
#include <linux/reboot.h>
#include <linux/suspend.h>
#include "internal.h"

#define CLDN_PREPARE_NS (2 * NSEC_PER_SEC)

static bool cldn_is_frozen;

/* True between the suspend's PREPARE and its end: open and SUBMIT answer EBUSY. */
bool cldn_frozen(void)
{
	return READ_ONCE(cldn_is_frozen);
}

typedef void cldn_owner_fn(struct cldn_handle *h, u64 end);

/* Calls @fn for every device's owner. */
static void cldn_owners_do(cldn_owner_fn *fn, u64 end)
{
	struct cldn_device *dev;
	struct cldn_handle *h;
	u64 id = 0;

	while ((dev = cldn_device_after(id))) {
		id = dev->id;
		h = cldn_device_owner(dev);
		if (h) {
			fn(h, end);
			cldn_handle_put(h);
		}
		cldn_device_put(dev);
	}
}

/* False when some device had still something to end at @end. */
static bool cldn_members_do(enum cldn_power what, u64 end)
{
	struct cldn_device *dev;
	bool all = true;
	u64 id = 0;

	while ((dev = cldn_device_after(id))) {
		id = dev->id;
		if (dev->class->power && !dev->class->power(dev, what, end))
			all = false;
		cldn_device_put(dev);
	}
	return all;
}

/* When a close that a suspend overtakes has to be over; @end is that of the usual hardware. */
static u64 cldn_prepare_end(const struct cldn_handle *h, u64 end)
{
	return end - CLDN_PREPARE_NS + max_t(u64, CLDN_PREPARE_NS, cldn_emergency_ns(h->dev));
}

static void cldn_raise_running(struct cldn_handle *h, u64 end)
{
	if (READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSING)
		cldn_wish_raise(h,
				(struct cldn_wish){ .mode = CLEARDOWN_MODE_ABORT,
						    .deadline_ns = cldn_prepare_end(h, end),
						    .cause = CLEARDOWN_CAUSE_SUSPEND },
				NULL);
}

/* Each by its own time. */
static void cldn_raise_emergency(struct cldn_handle *h, u64 end)
{
	cldn_wish_raise(h,
			(struct cldn_wish){ .mode = CLEARDOWN_MODE_EMERGENCY,
					    .deadline_ns = U64_MAX,
					    .cause = CLEARDOWN_CAUSE_ADMIN },
			NULL);
}

static void cldn_kick_resume(struct cldn_handle *h, u64 end)
{
	cldn_device_kick(h->dev, CLDN_LINK_LINES | CLDN_EV_RESUME);
}

static void cldn_kick_suspend(struct cldn_handle *h, u64 end)
{
	cldn_device_kick(h->dev, CLDN_EV_SUSPEND);
}

static void cldn_wait_closing(struct cldn_handle *h, u64 end)
{
	u64 now = cldn_now();

	if (READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSING && end > now)
		wait_event_timeout(h->wq, cldn_handle_closed(h), nsecs_to_jiffies(end - now) + 1);
}

static void cldn_wait_prepared(struct cldn_handle *h, u64 end)
{
	cldn_wait_closing(h, cldn_prepare_end(h, end));
}

static bool cldn_veto; /* under the PM core's lock: notifiers run one at a time */

static void cldn_check_closing(struct cldn_handle *h, u64 end)
{
	if (READ_ONCE(h->state) == CLEARDOWN_STATE_CLOSING)
		cldn_veto = true;
}

static int cldn_suspend_prepare(void)
{
	u64 end = cldn_after(CLDN_PREPARE_NS);

	WRITE_ONCE(cldn_is_frozen, true);
	cldn_owners_do(cldn_raise_running, end);
	cldn_owners_do(cldn_wait_prepared, end);
	cldn_veto = !cldn_members_do(CLDN_POWER_PREPARE, end);
	cldn_owners_do(cldn_check_closing, 0);
	if (!cldn_veto) {
		cldn_owners_do(cldn_kick_suspend, 0);
		return NOTIFY_OK;
	}
	WRITE_ONCE(cldn_is_frozen, false);
	cldn_members_do(CLDN_POWER_RESUMED, 0);
	return notifier_from_errno(-EBUSY);
}

static int cldn_pm_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		return cldn_suspend_prepare();
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		WRITE_ONCE(cldn_is_frozen, false);
		cldn_owners_do(cldn_kick_resume, 0);
		cldn_members_do(CLDN_POWER_RESUMED, 0);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

/* @end is that of the usual emergency. */
static void cldn_wait_emergency(struct cldn_handle *h, u64 end)
{
	cldn_wait_closing(h, end - CLDN_EMERGENCY_NS + cldn_emergency_ns(h->dev));
}

static int cldn_reboot_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	u64 end = cldn_after(CLDN_EMERGENCY_NS);

	WRITE_ONCE(cldn_is_frozen, true); /* nobody takes a line again */
	cldn_owners_do(cldn_raise_emergency, end);
	cldn_members_do(CLDN_POWER_REBOOT, end);
	cldn_owners_do(cldn_wait_emergency, end);
	return NOTIFY_DONE;
}

struct notifier_block cldn_pm_nb = { .notifier_call = cldn_pm_event };
struct notifier_block cldn_reboot_nb = { .notifier_call = cldn_reboot_event };

int cldn_power_init(void)
{
	int ret = register_pm_notifier(&cldn_pm_nb);

	if (ret)
		return ret;
	ret = register_reboot_notifier(&cldn_reboot_nb);
	if (ret)
		unregister_pm_notifier(&cldn_pm_nb);
	return ret;
}

void cldn_power_exit(void)
{
	unregister_reboot_notifier(&cldn_reboot_nb);
	unregister_pm_notifier(&cldn_pm_nb);
}
