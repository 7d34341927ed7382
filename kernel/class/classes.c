// SPDX-License-Identifier: GPL-2.0-only
/* The classes that cleardown.ko holds. */
#include <cleardown/callmgr.h>
#include <cleardown/faxes.h>
#include "phone_state.h"
#include "port_state.h"

const struct cldn_class *const cldn_classes[] = {
	&cldn_phone_class, &cldn_port_class, &cldn_vc_class, &cldn_fax_class, NULL,
};

const struct cldn_class *const cldn_services[] = {
	&cldn_fax_service,
	NULL,
};

int cldn_classes_init(void)
{
	int ret = cldn_port_init();

	if (ret)
		return ret;
	ret = cldn_vc_init();
	if (ret)
		cldn_port_exit();
	return ret;
}

void cldn_classes_exit(void)
{
	cldn_vc_exit();
	cldn_port_exit();
}
