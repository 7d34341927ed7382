/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_RANDOM_H
#define SHIM_LINUX_RANDOM_H

#include <linux/types.h>

/* The test's own. */
u32 get_random_u32(void);

#endif
