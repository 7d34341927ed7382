// SPDX-License-Identifier: GPL-2.0-only
/* The hooks of <cleardown/hook.h>; built only for a kernel with KUnit. */
#include <linux/wait_bit.h>
#include "internal.h"

static void (*cldn_hook_now)(enum cldn_hook_at at, void *what);
static atomic_t cldn_hook_inside;

void cldn_hook(enum cldn_hook_at at, void *what)
{
	void (*fn)(enum cldn_hook_at at, void *what);

	atomic_inc(&cldn_hook_inside);
	smp_mb__after_atomic(); /* pairs with cldn_hook_set() */
	fn = READ_ONCE(cldn_hook_now);
	if (fn)
		fn(at, what);
	if (atomic_dec_and_test(&cldn_hook_inside))
		wake_up_var(&cldn_hook_inside);
}

void cldn_hook_set(void (*fn)(enum cldn_hook_at at, void *what))
{
	WRITE_ONCE(cldn_hook_now, fn);
	smp_mb(); /* who enters from now on sees it, who was inside is seen below */
	if (!fn)
		wait_var_event(&cldn_hook_inside, !atomic_read(&cldn_hook_inside));
}
