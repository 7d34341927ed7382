// SPDX-License-Identifier: GPL-2.0-only
/* The classes that cleardown.ko holds. */
#include <cleardown/class.h>
#include "phone_state.h"

const struct cldn_class *const cldn_classes[] = {
	&cldn_phone_class,
	NULL,
};
