// SPDX-License-Identifier: GPL-2.0-only
/*
 * The close ladder of a port. A document that was begun by START_DOC and is open at close did not
 * end whole, whatever left of it (M-15); one that a plain write began ends as usual when drained.
 * Time goes to draining first: the trailer and the half-close have a small reserve.
 */
#include <linux/ktime.h>
#include "port_state.h"

const struct cldn_step port_steps[PORT_NSTEPS] = {
	{ CLEARDOWN_STEP_DRAIN_OPS, CLDN_IN_DRAIN, 0, 0 },
	{ CLEARDOWN_STEP_DRAIN_DATA, CLDN_IN_POLITE, 0, 0 },
	{ CLEARDOWN_STEP_END_DOC, CLDN_IN_TOUCHING, 100, 2000 },
	{ CLEARDOWN_STEP_RESET, CLDN_IN_TOUCHING, 5, 0 },
};

static enum cldn_step_verdict port_over(bool begin)
{
	return begin ? CLDN_STEP_NOTHING : CLDN_STEP_DONE;
}

static enum cldn_step_verdict port_drain_ops(struct port *p, bool begin)
{
	return p->op ? CLDN_STEP_WAIT : port_over(begin);
}

/* The worker's turn comes before each call: it pumps. Here it is seen whether all has left. */
static enum cldn_step_verdict port_drain_data(struct port *p, bool begin,
					      struct cldn_step_result *result)
{
	if (p->doc == CLEARDOWN_DOC_ENDING && p->end > PORT_END_DRAIN)
		return port_over(begin);
	if (p->doc != CLEARDOWN_DOC_OPEN && p->doc != CLEARDOWN_DOC_ENDING) {
		if (!begin)
			result->error = -EPIPE; /* it broke meanwhile */
		return port_over(begin);
	}
	if (p->wrap_pos < p->wrap_len || !port_sent(p, ktime_get_ns()))
		return CLDN_STEP_WAIT;
	return cldn_tx_confirm(p->dev) ? port_over(begin) : CLDN_STEP_WAIT;
}

/*
 * The document that the close found: whole only where its end had been asked for, or a plain write
 * began it, and all of it has left.
 */
static u32 port_close_outcome(struct port *p)
{
	struct cleardown_doc_result result;
	bool whole = p->implicit || p->doc == CLEARDOWN_DOC_ENDING;

	port_doc_result(p, &result);
	if (!whole || result.confirmed != result.accepted)
		return CLEARDOWN_DOC_ABORTED;
	return CLEARDOWN_DOC_SENT;
}

static enum cldn_step_verdict port_end_begin(struct port *p)
{
	p->had_doc = port_doc_active(p);
	if (!p->had_doc)
		return CLDN_STEP_NOTHING;
	if (p->doc == CLEARDOWN_DOC_STARTING)
		port_doc_cut(p);
	else
		port_doc_end(p, port_close_outcome(p), false);
	port_doc_turn(p, ktime_get_ns());
	p->wait_printed = false;
	return port_doc_active(p) ? CLDN_STEP_WAIT : CLDN_STEP_DONE;
}

static enum cldn_step_verdict port_end_run(struct port *p, struct cldn_step_result *result)
{
	if (port_doc_active(p))
		return CLDN_STEP_WAIT;
	result->detail = p->doc;
	return CLDN_STEP_DONE;
}

/* What was cut short at the rung before has no end of its own. */
static void port_end_cut(struct port *p)
{
	if (port_doc_active(p))
		port_doc_abandon(p);
	p->doc_aborted = p->had_doc && p->doc != CLEARDOWN_DOC_SENT &&
			 p->doc != CLEARDOWN_DOC_PRINTED;
}

static enum cldn_step_verdict port_reset_begin(struct port *p, struct cldn_step_result *result)
{
	struct cldn_link *link = &p->dev->link;

	port_end_cut(p);
	if (!p->doc_aborted || !p->dev->owner->reset || !link->drv->reset || !p->dev->link_open)
		return CLDN_STEP_NOTHING;
	result->error = link->drv->reset(link);
	return CLDN_STEP_DONE;
}

static enum cldn_step_verdict port_rung(struct port *p, u32 what, bool begin,
					struct cldn_step_result *result)
{
	switch (what) {
	case CLEARDOWN_STEP_DRAIN_OPS:
		return port_drain_ops(p, begin);
	case CLEARDOWN_STEP_DRAIN_DATA:
		return port_drain_data(p, begin, result);
	case CLEARDOWN_STEP_END_DOC:
		return begin ? port_end_begin(p) : port_end_run(p, result);
	case CLEARDOWN_STEP_RESET:
		return port_reset_begin(p, result);
	default:
		return CLDN_STEP_NOTHING;
	}
}

enum cldn_step_verdict port_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
				       struct cldn_step_result *result)
{
	return port_rung(port_of(dev), what, true, result);
}

enum cldn_step_verdict port_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				     struct cldn_step_result *result)
{
	return port_rung(port_of(dev), what, false, result);
}

u32 port_summary(struct cldn_device *dev)
{
	struct port *p = port_of(dev);
	struct cleardown_doc_result result;
	u32 flags;

	port_end_cut(p);
	flags = p->had_doc ? CLEARDOWN_REPORT_HAD_CALL : 0;
	port_doc_result(p, &result);
	if (p->doc_aborted)
		flags |= CLEARDOWN_REPORT_DOC_ABORTED;
	if (result.in_doubt || (p->had_doc && p->doc_aborted && result.discarded))
		flags |= CLEARDOWN_REPORT_FORCED;
	return flags;
}
