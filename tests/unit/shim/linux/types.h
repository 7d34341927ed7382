/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's own types.h gives, for sources of the modules that are built in userspace. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define U64_MAX UINT64_MAX
#define BIT(n) (1UL << (n))
#define fallthrough __attribute__((fallthrough))

#endif
