// SPDX-License-Identifier: GPL-2.0-only
/* The life of a document: port_state.h has the states. */
#include <linux/ktime.h>
#include <linux/string.h>
#include "port_state.h"

/* Between looks at a link that is not empty, not ready, or that has no event for it. */
#define PORT_POLL_NS (5 * NSEC_PER_MSEC)
/* A trailer that a stuck printer does not take; the next document's header does its work then. */
#define PORT_TRAILER_NS (2 * NSEC_PER_SEC)

bool port_doc_active(const struct port *p)
{
	return p->doc >= CLEARDOWN_DOC_STARTING && p->doc <= CLEARDOWN_DOC_ENDING;
}

static void port_doc_set(struct port *p, u32 state)
{
	char name[CLEARDOWN_DOC_NAME_LEN];
	u32 pages;

	p->doc = state;
	scoped_guard(spinlock_irqsave, &p->lock) {
		cldn_status_changed(p->dev);
		p->status.out_doc_state = state;
		pages = p->status.out_pages;
		memcpy(name, p->status.out_doc_name, sizeof(name));
	}
	port_publish(p, ktime_get_ns());
	cldn_indicate(p->dev, CLEARDOWN_EV_DOC, state, pages, (u32)p->number, name, strlen(name));
	/* A plain write has waited for this end: its document begins in the next turn. */
	if (!port_doc_active(p) && cldn_write_wanted(p->dev))
		cldn_device_kick(p->dev, CLDN_EV_WRITE);
}

/* The account of the present document, or of the last one. */
void port_doc_result(struct port *p, struct cleardown_doc_result *result)
{
	struct cldn_account now;

	cldn_account(p->dev, &now);
	guard(spinlock_irqsave)(&p->lock);
	*result = (struct cleardown_doc_result){
		.number = p->status.out_doc,
		.accepted = now.accepted - p->base.accepted,
		.confirmed = now.confirmed - p->base.confirmed,
		.discarded = now.discarded - p->base.discarded,
		.in_doubt = now.in_doubt - p->base.in_doubt,
		.state = p->status.out_doc_state,
		.pages = p->status.out_pages,
	};
}

/* ---- header and trailer ---- */

static void port_wrap_header(struct port *p)
{
	p->wrap_pos = 0;
	p->wrap_len = 0;
	p->mon.pages = 0;
	if (p->mon.ops)
		p->wrap_len =
			p->mon.ops->start_doc(&p->mon, p->status.out_doc_name, p->number, p->wrap);
}

/* A header of which nothing has left yet is dropped with its document. */
static void port_wrap_trailer(struct port *p)
{
	bool begun = p->mon.ops && (p->wrap_pos || !p->wrap_len);
	bool aborted = p->outcome != CLEARDOWN_DOC_SENT;

	p->wrap_pos = 0;
	p->wrap_len = begun ? p->mon.ops->end_doc(&p->mon, aborted, p->wrap) : 0;
}

/* True when nothing of it is left; an errno of the link ends it too. */
static bool port_wrap_write(struct port *p)
{
	struct cldn_link *link = &p->dev->link;
	ssize_t n;

	while (p->wrap_pos < p->wrap_len) {
		n = link->drv->write(link, p->wrap + p->wrap_pos, p->wrap_len - p->wrap_pos);
		if (n < 0)
			p->wrap_pos = p->wrap_len;
		if (n <= 0)
			break;
		p->wrap_pos += n;
	}
	return p->wrap_pos == p->wrap_len;
}

/* ---- the beginning ---- */

static void port_doc_name(struct port *p, const char *name)
{
	struct cldn_account now;

	cldn_account(p->dev, &now);
	guard(spinlock_irqsave)(&p->lock);
	p->base = now;
	p->status.out_doc = p->number;
	p->status.out_pages = 0;
	strscpy_pad(p->status.out_doc_name, name, sizeof(p->status.out_doc_name));
}

static void port_release_link(struct port *p)
{
	struct cldn_device *dev = p->dev;

	if (dev->link_open && dev->link.drv->by_document)
		cldn_link_give(dev);
}

/* Nothing was accepted for it: as if it had not been, but for its number. */
static void port_doc_failed(struct port *p, int error)
{
	bool implicit = p->implicit;

	cldn_call_end(p->dev);
	port_release_link(p);
	port_doc_set(p, CLEARDOWN_DOC_NONE);
	if (implicit)
		cldn_write_refuse(p->dev, error);
	else
		port_op_started(p, error);
}

static void port_doc_ready(struct port *p)
{
	struct cldn_link *link = &p->dev->link;
	int ret = link->drv->ready ? link->drv->ready(link) : 0;

	if (ret == -EINPROGRESS)
		return;
	if (ret) {
		port_doc_failed(p, ret);
		return;
	}
	port_wrap_header(p);
	port_doc_set(p, CLEARDOWN_DOC_OPEN);
	cldn_data_begin(p->dev);
	if (!p->implicit)
		port_op_started(p, 0);
}

/* Caller has seen that no document is active. Errors come by port_doc_failed() too. */
int port_doc_begin(struct port *p, const char *name, bool implicit)
{
	struct cldn_device *dev = p->dev;
	int ret = dev->link_open ? 0 : cldn_link_take(dev);

	if (ret)
		return ret;
	cldn_call_begin(dev);
	p->number = dev->call;
	p->implicit = implicit;
	p->cut = 0;
	p->verdict = 0;
	p->wait_printed = false;
	p->give_up_ns = 0;
	p->left = 0;
	p->moved_ns = ktime_get_ns();
	port_doc_name(p, name);
	port_doc_set(p, CLEARDOWN_DOC_STARTING);
	port_doc_ready(p);
	return 0;
}

/* ---- the end ---- */

/* What a reader has not got yet stays readable; write is refused from here on. */
static void port_doc_shut(struct port *p)
{
	cldn_data_end(p->dev);
	port_wrap_trailer(p);
	p->end = PORT_END_TRAILER;
	if (p->outcome != CLEARDOWN_DOC_SENT)
		p->give_up_ns = ktime_get_ns() + PORT_TRAILER_NS;
}

/*
 * Ends the document as @outcome: SENT, ABORTED or CANCELLED. With @drain what was accepted leaves
 * first; else it is thrown away. May be called again to make an end that is under way a harder one.
 */
void port_doc_end(struct port *p, u32 outcome, bool drain)
{
	bool again = p->doc == CLEARDOWN_DOC_ENDING;

	if (again && (outcome == CLEARDOWN_DOC_SENT || p->end != PORT_END_DRAIN))
		return;
	p->outcome = outcome;
	p->end = PORT_END_DRAIN;
	if (!again)
		port_doc_set(p, CLEARDOWN_DOC_ENDING);
	if (!drain)
		port_doc_shut(p);
}

/* CANCEL named it. */
void port_doc_cut(struct port *p)
{
	if (p->doc == CLEARDOWN_DOC_STARTING)
		port_doc_failed(p, -ECANCELED);
	else if (port_doc_active(p))
		port_doc_end(p, CLEARDOWN_DOC_CANCELLED, false);
	p->cut = -ECANCELED;
}

static void port_doc_over(struct port *p)
{
	struct cldn_account now;

	cldn_account(p->dev, &now);
	if (p->outcome == CLEARDOWN_DOC_SENT && p->verdict)
		p->outcome = p->verdict;
	if (p->outcome == CLEARDOWN_DOC_SENT &&
	    now.discarded + now.in_doubt != p->base.discarded + p->base.in_doubt)
		p->outcome = CLEARDOWN_DOC_ABORTED;
	cldn_call_end(p->dev);
	port_release_link(p);
	p->wrap_len = 0;
	p->wrap_pos = 0;
	port_doc_set(p, p->outcome);
	port_op_doc_over(p);
}

/* Its end took too long, or its hardware is gone: it is what is known of it. */
void port_doc_abandon(struct port *p)
{
	if (p->doc != CLEARDOWN_DOC_ENDING)
		p->outcome = CLEARDOWN_DOC_ABORTED;
	cldn_data_end(p->dev);
	port_doc_over(p);
}

/*
 * The monitor saw what became of the document in the printer: @state is PRINTED or ABORTED. The
 * latter may come while bytes still go over: somebody has cancelled the job on the printer's panel.
 */
void port_doc_printed(struct port *p, u32 state)
{
	if (p->doc == CLEARDOWN_DOC_SENT)
		port_doc_set(p, state);
	else if (port_doc_active(p))
		p->verdict = state;
	if (p->doc == CLEARDOWN_DOC_ENDING && p->end == PORT_END_PRINTED)
		port_doc_over(p);
}

/* True when the link has nothing of ours any more; else it is looked at again soon. */
bool port_sent(struct port *p, u64 now)
{
	struct cldn_link *link = &p->dev->link;

	if (link->drv->sent(link))
		return true;
	cldn_wake_at(p->dev, now + PORT_POLL_NS);
	return false;
}

/*
 * The far end broke it off. What a writer still brings is the rest of it, and no document of its
 * own: he is told why.
 */
static void port_doc_broken(struct port *p, int error)
{
	p->outcome = CLEARDOWN_DOC_ABORTED;
	cldn_data_end(p->dev);
	cldn_write_refuse(p->dev, error);
	p->cut = error;
	port_doc_over(p);
}

/* Moves what there is to the link. False = it is not all there, or the link broke. */
static bool port_pump(struct port *p, u64 now)
{
	struct cldn_account acc;
	ssize_t left;

	if (!port_wrap_write(p))
		left = 1;
	else
		left = cldn_tx_pump(p->dev);
	if (left == -ENODEV)
		return false; /* GONE is on its way, and finds the document */
	if (left < 0) {
		port_doc_broken(p, left);
		return false;
	}
	if (!left)
		cldn_tx_confirm(p->dev);
	cldn_account(p->dev, &acc);
	if (acc.confirmed != p->moved || !p->left)
		p->moved_ns = now;
	p->moved = acc.confirmed;
	p->left = acc.queued;
	return !left;
}

static void port_end_finish(struct port *p)
{
	struct cldn_link *link = &p->dev->link;

	p->end = PORT_END_FINISH;
	if (link->drv->finish)
		link->drv->finish(link);
}

/* The far end has it all: 1; not yet: 0; it broke off: what it takes of a document is not known. */
static int port_finished(struct port *p, u64 now)
{
	struct cldn_link *link = &p->dev->link;
	int ret = link->drv->ready ? link->drv->ready(link) : 0;

	return ret ? ret : port_sent(p, now);
}

static void port_doc_ending(struct port *p, u64 now)
{
	bool late = p->give_up_ns && now >= p->give_up_ns;
	int ret;

	if (p->give_up_ns)
		cldn_wake_at(p->dev, p->give_up_ns);
	if (p->end == PORT_END_DRAIN) {
		if (!port_pump(p, now) || !port_sent(p, now))
			return;
		port_doc_shut(p);
	}
	if (p->end == PORT_END_TRAILER) {
		if (!port_wrap_write(p) && !late)
			return;
		port_end_finish(p);
	}
	if (p->end == PORT_END_FINISH) {
		ret = port_finished(p, now);
		if (!ret && !late)
			return;
		if (ret < 0)
			p->outcome = max_t(u32, p->outcome, CLEARDOWN_DOC_ABORTED);
		p->end = PORT_END_PRINTED;
	}
	if (p->outcome == CLEARDOWN_DOC_SENT && p->wait_printed && !p->verdict)
		return; /* the monitor will say */
	port_doc_over(p);
}

/*
 * A write found no document. What follows a document that was cut belongs to it: of a plain writer
 * the first such write is refused, of one that said START_DOC every one until END_DOC.
 */
static void port_doc_wanted(struct port *p)
{
	int ret = p->cut;

	if (!ret)
		ret = port_doc_begin(p, "", true);
	else if (p->implicit)
		p->cut = 0;
	if (ret)
		cldn_write_refuse(p->dev, ret);
}

/* The worker's turn. */
void port_doc_turn(struct port *p, u64 now)
{
	if (!port_doc_active(p) && !cldn_closing(p->dev) && cldn_write_wanted(p->dev))
		port_doc_wanted(p);
	switch (p->doc) {
	case CLEARDOWN_DOC_STARTING:
		port_doc_ready(p);
		break;
	case CLEARDOWN_DOC_OPEN:
		if (cldn_closing(p->dev) < CLEARDOWN_MODE_ABORT)
			port_pump(p, now);
		break;
	case CLEARDOWN_DOC_ENDING:
		port_doc_ending(p, now);
		break;
	}
}
