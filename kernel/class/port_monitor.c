// SPDX-License-Identifier: GPL-2.0-only
/* The registry of language monitors. */
#include <linux/mutex.h>
#include <linux/string.h>
#include "port_state.h"

static DEFINE_MUTEX(port_monitors_lock); /* the list */
static LIST_HEAD(port_monitors);

static struct cldn_monitor *port_monitor_find(const char *name, size_t len)
{
	struct cldn_monitor *monitor;

	lockdep_assert_held(&port_monitors_lock);
	list_for_each_entry(monitor, &port_monitors, node)
		if (strlen(monitor->name) == len && !memcmp(monitor->name, name, len))
			return monitor;
	return NULL;
}

int cldn_monitor_register(struct cldn_monitor *monitor)
{
	if (monitor->size != sizeof(*monitor) || !monitor->name || !monitor->open_port ||
	    !monitor->start_doc || !monitor->end_doc || !monitor->received || !monitor->close_port)
		return -EINVAL;
	guard(mutex)(&port_monitors_lock);
	if (port_monitor_find(monitor->name, strlen(monitor->name)))
		return -EEXIST;
	list_add_tail(&monitor->node, &port_monitors);
	return 0;
}
EXPORT_SYMBOL_CLDN(cldn_monitor_register);

void cldn_monitor_unregister(struct cldn_monitor *monitor)
{
	guard(mutex)(&port_monitors_lock);
	list_del(&monitor->node);
}
EXPORT_SYMBOL_CLDN(cldn_monitor_unregister);

/* The monitor of that name, its module pinned (port_monitor_put() pairs), or NULL. */
const struct cldn_monitor *port_monitor_get(const char *name, size_t len)
{
	struct cldn_monitor *monitor;

	guard(mutex)(&port_monitors_lock);
	monitor = port_monitor_find(name, len);
	return monitor && try_module_get(monitor->owner) ? monitor : NULL;
}

void port_monitor_put(const struct cldn_monitor *monitor)
{
	if (monitor)
		module_put(monitor->owner);
}
