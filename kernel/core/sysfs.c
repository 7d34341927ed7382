// SPDX-License-Identifier: GPL-2.0-only
/* /sys/class/cleardown/NAME: one value per file, all read-only, none touches the hardware. */
#include <linux/sysfs.h>
#include "internal.h"

static struct cldn_device *to_cldn(struct device *d)
{
	return container_of(d, struct cldn_device, dev);
}

static const char *const cldn_state_names[] = {
	[CLEARDOWN_STATE_IDLE] = "idle",     [CLEARDOWN_STATE_OPENING] = "opening",
	[CLEARDOWN_STATE_OPEN] = "open",     [CLEARDOWN_STATE_CLOSING] = "closing",
	[CLEARDOWN_STATE_CLOSED] = "closed", [CLEARDOWN_STATE_STUCK] = "stuck",
	[CLEARDOWN_STATE_GONE] = "gone",
};

static ssize_t state_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", cldn_state_names[READ_ONCE(to_cldn(d)->state)]);
}
static DEVICE_ATTR_RO(state);

static ssize_t class_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_cldn(d)->class->name);
}
static DEVICE_ATTR_RO(class);

static ssize_t backend_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_cldn(d)->link.backend);
}
static DEVICE_ATTR_RO(backend);

static ssize_t owner_pid_show(struct device *d, struct device_attribute *attr, char *buf)
{
	struct cleardown_status st = {};

	cldn_status_fill(to_cldn(d), &st);
	return sysfs_emit(buf, "%d\n", st.out_owner_pid);
}
static DEVICE_ATTR_RO(owner_pid);

static ssize_t pending_show(struct device *d, struct device_attribute *attr, char *buf)
{
	struct cleardown_status st = {};

	cldn_status_fill(to_cldn(d), &st);
	return sysfs_emit(buf, "%u\n", st.out_pending);
}
static DEVICE_ATTR_RO(pending);

static struct attribute *cldn_device_attrs[] = {
	&dev_attr_state.attr,	  &dev_attr_class.attr,	  &dev_attr_backend.attr,
	&dev_attr_owner_pid.attr, &dev_attr_pending.attr, NULL,
};

static const struct attribute_group cldn_device_group = {
	.attrs = cldn_device_attrs,
};

const struct attribute_group *cldn_device_groups[] = { &cldn_device_group, NULL };
