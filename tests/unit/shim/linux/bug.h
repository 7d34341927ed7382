/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

#include <assert.h>

#define WARN_ON_ONCE(condition) (condition)

#endif
