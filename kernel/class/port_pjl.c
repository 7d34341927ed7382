// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language monitor "pjl": each document is a PJL job with a name of our own, and what the
 * printer says of that job, and of no other, is what became of the document.
 */
#include <linux/bug.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "pjl.h"
#include "port_monitors.h"

static_assert(CLDN_MONITOR_WRAP >= CLDN_PJL_HEADER_MAX);
static_assert(CLDN_MONITOR_WRAP >= CLDN_PJL_TRAILER_MAX);
static_assert(CLDN_MONITOR_HELD >= CLDN_PJL_HELD);
static_assert(sizeof(((struct cldn_monitor_port *)NULL)->display) > CLDN_PJL_DISPLAY_MAX);

/* Codes from 20000 up to this are complaints about PJL commands and no state of the printer. */
#define PJL_CODE_COMPLAINT 20000
#define PJL_CODE_STATE 30000

/**
 * struct pjl_job - a document as the printer's job
 * @name: of the job
 * @aborted: the document is not whole
 * @over: its end was told
 */
struct pjl_job {
	struct cldn_pjl_name name;
	bool aborted;
	bool over;
};

/**
 * struct pjl_port - what the monitor knows of a port
 * @parser: the back channel
 * @tag: makes this session's names its own
 * @now: the document that is open, or was last
 * @ended: the document that was ended last
 * @started: the printer has begun with @now
 * @nested: it has begun with another job since then: the document's own, or another host's
 * @inner: so many of those have not ended
 * @before: pages of @now before the printer began to count anew
 * @last: the page number that it gave last
 */
struct pjl_port {
	struct cldn_pjl parser;
	u32 tag;
	struct pjl_job now;
	struct pjl_job ended;
	bool started;
	bool nested;
	u32 inner;
	u32 before;
	u32 last;
};

static void pjl_count_from(struct cldn_monitor_port *port, u32 pages)
{
	struct pjl_port *p = port->priv;

	p->before = 0;
	p->last = pages;
	port->pages = pages;
}

static int pjl_open_port(struct cldn_monitor_port *port)
{
	struct pjl_port *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	p->tag = get_random_u32();
	p->now.over = true;
	p->ended.over = true;
	port->priv = p;
	return 0;
}

static void pjl_close_port(struct cldn_monitor_port *port)
{
	kfree(port->priv);
	port->priv = NULL;
}

static size_t pjl_start_doc(struct cldn_monitor_port *port, const char *name, u64 number, u8 *buf)
{
	struct pjl_port *p = port->priv;

	memset(&p->now, 0, sizeof(p->now));
	cldn_pjl_name(&p->now.name, number, p->tag, name);
	p->started = false;
	p->nested = false;
	p->inner = 0;
	pjl_count_from(port, 0);
	return cldn_pjl_header(buf, &p->now.name);
}

static size_t pjl_end_doc(struct cldn_monitor_port *port, bool aborted, u8 *buf)
{
	struct pjl_port *p = port->priv;

	p->now.aborted = aborted;
	p->ended = p->now;
	return cldn_pjl_trailer(buf, &p->now.name, aborted);
}

/* ---- what the printer says ---- */

static bool pjl_names(const struct cldn_pjl_event *e, const struct pjl_job *job)
{
	return cldn_pjl_name_is(&job->name, e->name, e->name_len);
}

/*
 * Numbers begin anew with each job, so also with one inside of the document. Before our job began
 * they are those of others.
 */
static u32 pjl_page(struct cldn_monitor_port *port, const struct cldn_pjl_event *e)
{
	struct pjl_port *p = port->priv;
	u32 had = port->pages;

	if (!p->started || p->now.over)
		return 0;
	if (e->pages <= p->last)
		p->before += p->last;
	p->last = e->pages;
	port->pages = p->before + p->last;
	return port->pages > had ? CLDN_MONITOR_PAGES : 0;
}

/* A job that began before ours has ended: the pages so far were its own. */
static void pjl_other_ended(struct cldn_monitor_port *port)
{
	struct pjl_port *p = port->priv;

	if (!p->started || p->now.over)
		return;
	if (p->inner)
		p->inner--;
	else
		pjl_count_from(port, 0);
}

/* The printer's own count is the right one, but some leave out what jobs inside of ours had. */
static u32 pjl_end_pages(struct cldn_monitor_port *port, const struct cldn_pjl_event *e)
{
	struct pjl_port *p = port->priv;
	u32 had = port->pages;

	if (!e->has_pages || (p->nested && e->pages < had))
		return 0;
	pjl_count_from(port, e->pages);
	return port->pages > had ? CLDN_MONITOR_PAGES : 0;
}

/* The end of the open document's job can only be a cancellation: its EOJ was not sent yet. */
static struct pjl_job *pjl_which(struct pjl_port *p, const struct cldn_pjl_event *e)
{
	if (pjl_names(e, &p->ended))
		return &p->ended;
	if (pjl_names(e, &p->now) && e->kind == CLDN_PJL_CANCELED)
		return &p->now;
	return NULL;
}

/* An aborted document that was printed as far as it goes is none that is printed. */
static u32 pjl_job_over(struct cldn_monitor_port *port, const struct cldn_pjl_event *e)
{
	struct pjl_port *p = port->priv;
	struct pjl_job *job = pjl_which(p, e);
	u32 what;

	if (!job || job->over) {
		if (!job && !pjl_names(e, &p->now))
			pjl_other_ended(port);
		return 0;
	}
	job->over = true;
	if (!pjl_names(e, &p->now)) {
		/* Nobody has a place any more for what became of the document before. */
		pjl_other_ended(port);
		return 0;
	}
	p->now.over = true;
	what = pjl_end_pages(port, e);
	if (e->kind == CLDN_PJL_CANCELED || job->aborted)
		return what | CLDN_MONITOR_CANCELLED;
	return what | CLDN_MONITOR_PRINTED;
}

static u32 pjl_device(struct cldn_monitor_port *port, const struct cldn_pjl_event *e)
{
	bool offline = e->has_online ? !e->online : port->offline;

	if (e->code >= PJL_CODE_COMPLAINT && e->code < PJL_CODE_STATE)
		return 0;
	if (e->code == port->code && offline == port->offline && !strcmp(e->display, port->display))
		return 0;
	port->code = e->code;
	port->offline = offline;
	memcpy(port->display, e->display, sizeof(e->display));
	return CLDN_MONITOR_STATUS;
}

static void pjl_job_started(struct pjl_port *p, const struct cldn_pjl_event *e)
{
	if (pjl_names(e, &p->now))
		p->started = true;
	if (p->started && !p->now.over && !pjl_names(e, &p->now)) {
		p->nested = true;
		p->inner++;
	}
}

static u32 pjl_event(struct cldn_monitor_port *port, const struct cldn_pjl_event *e)
{
	switch (e->kind) {
	case CLDN_PJL_START:
		pjl_job_started(port->priv, e);
		return 0;
	case CLDN_PJL_END:
	case CLDN_PJL_CANCELED:
		return pjl_job_over(port, e);
	case CLDN_PJL_PAGE:
		return pjl_page(port, e);
	case CLDN_PJL_DEVICE:
		return pjl_device(port, e);
	default:
		return 0;
	}
}

static size_t pjl_received(struct cldn_monitor_port *port, u8 *buf, size_t len, size_t size,
			   u32 *what)
{
	struct pjl_port *p = port->priv;
	struct cldn_pjl_chunk c;

	*what = 0;
	if (WARN_ON_ONCE(size < len + CLDN_MONITOR_HELD))
		return len;
	if (!len)
		return cldn_pjl_release(&p->parser, buf);
	cldn_pjl_begin(&p->parser, &c, buf, len);
	while (cldn_pjl_next(&p->parser, &c))
		*what |= pjl_event(port, &p->parser.event);
	return c.out;
}

struct cldn_monitor cldn_pjl_monitor = {
	.size = sizeof(struct cldn_monitor),
	.name = "pjl",
	.owner = THIS_MODULE,
	.open_port = pjl_open_port,
	.start_doc = pjl_start_doc,
	.end_doc = pjl_end_doc,
	.received = pjl_received,
	.close_port = pjl_close_port,
};
