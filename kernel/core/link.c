// SPDX-License-Identifier: GPL-2.0-only
/* The registry of link drivers. */
#include <cleardown/cells.h>
#include "internal.h"

static LIST_HEAD(cldn_drivers); /* under cldn_bind_mutex */

static struct cldn_link_driver *cldn_link_driver_find(const char *name)
{
	struct cldn_link_driver *drv;

	lockdep_assert_held(&cldn_bind_mutex);
	list_for_each_entry(drv, &cldn_drivers, node)
		if (!strcmp(drv->name, name))
			return drv;
	return NULL;
}

static bool cldn_cells_complete(const struct cldn_cells_ops *ops)
{
	return ops->start && ops->stop && ops->info && ops->open && ops->shut && ops->put &&
	       ops->send && ops->in_flight;
}

/* What is not optional is there, close before all. */
static bool cldn_link_complete(const struct cldn_link_driver *drv)
{
	if (drv->size != sizeof(*drv) || !drv->name || !drv->probe || !drv->remove)
		return false;
	if (drv->cells)
		return cldn_cells_complete(drv->cells);
	return drv->open && drv->shut && drv->close && drv->write && drv->read && drv->queued &&
	       drv->sent && drv->flush && drv->get_lines && drv->set_lines;
}

int cldn_link_register(struct cldn_link_driver *drv)
{
	if (!cldn_link_complete(drv))
		return -EINVAL;
	guard(mutex)(&cldn_bind_mutex);
	if (cldn_link_driver_find(drv->name))
		return -EEXIST;
	list_add_tail(&drv->node, &cldn_drivers);
	return 0;
}
EXPORT_SYMBOL_CLDN(cldn_link_register);

void cldn_link_unregister(struct cldn_link_driver *drv)
{
	guard(mutex)(&cldn_bind_mutex);
	list_del(&drv->node);
	cldn_device_unbind_driver(drv);
}
EXPORT_SYMBOL_CLDN(cldn_link_unregister);

/* The driver of that name, its module pinned (module_put() pairs), or NULL. */
struct cldn_link_driver *cldn_link_driver_get(const char *name)
{
	struct cldn_link_driver *drv = cldn_link_driver_find(name);

	return drv && try_module_get(drv->owner) ? drv : NULL;
}

void cldn_link_event(struct cldn_link *link, u32 events)
{
	cldn_device_kick(container_of(link, struct cldn_device, link), events);
}
EXPORT_SYMBOL_CLDN(cldn_link_event);
