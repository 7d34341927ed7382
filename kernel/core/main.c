// SPDX-License-Identifier: GPL-2.0-only
/* Init and exit of cleardown.ko, in order, with one label per step. */
#include <linux/cdev.h>
#include <linux/module.h>
#include "internal.h"

static struct cdev cldn_ctl_cdev;
static struct cdev cldn_events_cdev;

static int cldn_node_add(struct cdev *cdev, const struct file_operations *fops, unsigned int minor,
			 const char *name)
{
	dev_t devt = MKDEV(MAJOR(cldn_base), minor);
	struct device *d;
	int ret;

	cdev_init(cdev, fops);
	cdev->owner = THIS_MODULE;
	ret = cdev_add(cdev, devt, 1);
	if (ret)
		return ret;
	d = device_create(cldn_sysfs_class, NULL, devt, NULL, "%s", name);
	if (IS_ERR(d))
		cdev_del(cdev);
	return PTR_ERR_OR_ZERO(d);
}

static void cldn_node_del(struct cdev *cdev)
{
	device_destroy(cldn_sysfs_class, cdev->dev);
	cdev_del(cdev);
}

static int __init cldn_init(void)
{
	int ret = cldn_classes_init();

	if (ret)
		return ret;
	ret = cldn_report_init();
	if (ret)
		goto err_classes;
	ret = cldn_devices_init();
	if (ret)
		goto err_reports;
	ret = cldn_power_init();
	if (ret)
		goto err_devices;
	cldn_debugfs_init();
	ret = cldn_node_add(&cldn_events_cdev, &cldn_events_fops, 1, "events");
	if (ret)
		goto err_power;
	ret = cldn_node_add(&cldn_ctl_cdev, &cldn_ctl_fops, 0, "ctl");
	if (ret)
		goto err_events;
	ret = cldn_services_init();
	if (ret)
		goto err_ctl;
	return 0;
err_ctl:
	cldn_node_del(&cldn_ctl_cdev);
err_events:
	cldn_node_del(&cldn_events_cdev);
err_power:
	cldn_debugfs_exit();
	cldn_power_exit();
err_devices:
	cldn_devices_exit();
err_reports:
	cldn_report_exit();
err_classes:
	cldn_classes_exit();
	return ret;
}

/* No link module is loaded any more, so nothing is bound; no file is open either. */
static void __exit cldn_exit(void)
{
	cldn_services_exit();
	cldn_node_del(&cldn_ctl_cdev);
	cldn_node_del(&cldn_events_cdev);
	cldn_debugfs_exit();
	cldn_power_exit();
	cldn_devices_exit();
	cldn_report_exit();
	cldn_classes_exit();
}

module_init(cldn_init);
module_exit(cldn_exit);
MODULE_DESCRIPTION("Phones, ports, circuits and faxes with an orderly, bounded, honest end");
MODULE_VERSION("0.1");
MODULE_LICENSE("GPL");
