// SPDX-License-Identifier: GPL-2.0-only
/* The ring of close reports: filed when a handle ends, readable when its owner is long gone. */
#include <linux/mm.h>
#include <linux/spinlock.h>
#include "internal.h"

static unsigned int reports = 512;
module_param(reports, uint, 0444);
MODULE_PARM_DESC(reports, "close reports that are kept");

static struct cleardown_report *cldn_ring;
static DEFINE_SPINLOCK(cldn_ring_lock);
static u64 cldn_ring_last; /* number of the newest report, 0 = none yet */

int cldn_report_init(void)
{
	reports = clamp(reports, 1U, 65536U);
	cldn_ring = kvcalloc(reports, sizeof(*cldn_ring), GFP_KERNEL);
	return cldn_ring ? 0 : -ENOMEM;
}

void cldn_report_exit(void)
{
	kvfree(cldn_ring);
}

/* Gives @report its number and keeps a copy. Any context; allocates nothing. */
void cldn_report_file(struct cleardown_report *report)
{
	guard(spinlock_irqsave)(&cldn_ring_lock);
	report->out_head.number = ++cldn_ring_last;
	cldn_ring[cldn_ring_last % reports] = *report;
	cldn_note(CLDN_REPORTS);
}

static bool cldn_report_get(u64 number, struct cleardown_report *out, kuid_t uid, bool all)
{
	const struct cleardown_report *r = &cldn_ring[number % reports];

	if (!all && r->out_owner_uid != from_kuid(&init_user_ns, uid))
		return false;
	*out = *r;
	return true;
}

/* The oldest kept report after out->after that @uid may see; -ENOENT when there is none. */
int cldn_report_next(struct cleardown_report *out, kuid_t uid, bool all)
{
	u64 after = out->after, number, oldest;

	if (after == U64_MAX)
		return -ENOENT;
	guard(spinlock_irqsave)(&cldn_ring_lock);
	oldest = cldn_ring_last > reports ? cldn_ring_last - reports + 1 : 1;
	for (number = max(after + 1, oldest); number <= cldn_ring_last; number++) {
		if (!cldn_report_get(number, out, uid, all))
			continue;
		out->size = sizeof(*out);
		out->after = after;
		out->out_lost = oldest - 1;
		return 0;
	}
	return -ENOENT;
}
