// SPDX-License-Identifier: GPL-2.0-only
/* Printer ports: bind, the session, the worker's turn, status. See port_state.h. */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "port_monitors.h"
#include "port_state.h"

/* Between looks at the lines of hardware that is ours and quiet. */
#define PORT_IDLE_NS (100 * NSEC_PER_MSEC)
/* A sample that is younger is not taken again. */
#define PORT_FRESH_NS (10 * NSEC_PER_MSEC)
/* Longest that a status waits for a younger one; the worker's items take at most this. */
#define PORT_STATUS_MS 20
/* Bytes taken from the back channel in one run. */
#define PORT_READ 256
/* After so long without one, what may have been the beginning of a response is the reader's. */
#define PORT_QUIET_NS (200 * NSEC_PER_MSEC)
/* Bytes wait and none has left for so long: stalled. */
#define PORT_STALL_NS NSEC_PER_SEC

static unsigned int port_deadline_ms = 30000;
module_param(port_deadline_ms, uint, 0644);
MODULE_PARM_DESC(port_deadline_ms, "default deadline of a port's close");

static unsigned int port_write_ms = 300000;
module_param(port_write_ms, uint, 0644);
MODULE_PARM_DESC(port_write_ms, "how long a write to a port waits for room, 0 = for ever");

/* ---- the printer's state ---- */

static u32 port_line_flags(const struct port *p, u32 lines)
{
	u32 flags = 0;

	if (!(lines & CLEARDOWN_LINE_VALID) || !p->dev->link.drv->reset)
		return 0; /* no printer's lines: a serial line has others */
	if (!(lines & CLEARDOWN_LINE_SELECT))
		flags |= CLEARDOWN_PORT_OFFLINE;
	if (lines & CLEARDOWN_LINE_PERROR)
		flags |= CLEARDOWN_PORT_PAPER;
	if (lines & CLEARDOWN_LINE_FAULT)
		flags |= CLEARDOWN_PORT_FAULT;
	return flags;
}

/* PJL groups its codes: 40xxx attention needed, 41xxx paper, 42xxx jam, 50xxx hardware. */
static u32 port_monitor_flags(const struct port *p)
{
	u32 flags = p->monitor ? CLEARDOWN_PORT_MONITOR : 0;

	if (p->mon.offline)
		flags |= CLEARDOWN_PORT_OFFLINE;
	if (p->mon.code >= 41000 && p->mon.code < 42000)
		flags |= CLEARDOWN_PORT_PAPER;
	if (p->mon.code >= 42000 && p->mon.code < 60000)
		flags |= CLEARDOWN_PORT_FAULT;
	return flags;
}

static u32 port_flags(struct port *p, u32 lines, u64 now)
{
	struct cldn_device *dev = p->dev;
	u32 flags = port_monitor_flags(p);

	if (dev->link_open)
		flags |= CLEARDOWN_PORT_HELD | port_line_flags(p, lines);
	if (dev->link_open && dev->link.reads)
		flags |= CLEARDOWN_PORT_READS;
	if (port_doc_active(p) && p->implicit)
		flags |= CLEARDOWN_PORT_IMPLICIT;
	if (port_doc_active(p) && p->left && now - p->moved_ns > PORT_STALL_NS)
		flags |= CLEARDOWN_PORT_STALLED;
	return flags;
}

/* Changes what PORT_STATUS answers, and wakes who wanted to know. */
void port_publish(struct port *p, u64 now)
{
	u32 lines = p->dev->lines;
	u32 flags = port_flags(p, lines, now);
	bool news = flags != p->told;

	p->told = flags;
	scoped_guard(spinlock_irqsave, &p->lock) {
		if (news)
			cldn_status_changed(p->dev);
		p->status.out_flags = flags;
		p->status.out_lines = lines;
		p->status.out_sample_ns = p->sample_ns;
		p->status.out_code = p->mon.code;
		p->status.out_pages = p->mon.pages;
		memcpy(p->status.out_display, p->mon.display, sizeof(p->status.out_display));
	}
	wake_up_all(&p->sampled);
}

/* Reads the lines and tells who wants to know. Never waits: also a printer that hangs has lines. */
void port_sample(struct port *p, u64 now)
{
	struct cldn_device *dev = p->dev;
	u32 lines = dev->link_open ? dev->link.drv->get_lines(&dev->link) : 0;
	u32 changed = lines ^ dev->lines;

	p->sample_ns = now;
	WRITE_ONCE(dev->lines, lines);
	/* While bytes go over, Busy and nAck change with each. */
	if (changed & ~(CLEARDOWN_LINE_BUSY | CLEARDOWN_LINE_ACK))
		cldn_indicate(dev, CLEARDOWN_EV_LINES, lines, changed, 0, NULL, 0);
	port_publish(p, now);
}

/* ---- what others read ---- */

/* Asks the worker for a look at the lines where the last one is old; it has nothing long to do. */
static void port_refresh(struct port *p)
{
	u64 asked = ktime_get_ns();

	if (!READ_ONCE(p->dev->owner) || READ_ONCE(p->sample_ns) + PORT_FRESH_NS > asked)
		return;
	cldn_device_kick(p->dev, CLDN_EV_STATUS);
	wait_event_timeout(p->sampled, READ_ONCE(p->sample_ns) >= asked,
			   msecs_to_jiffies(PORT_STATUS_MS));
}

static int port_get_status(struct cldn_handle *h, void *arg)
{
	struct port *p = port_of(h->dev);
	struct cleardown_port_status *out = arg;
	struct cleardown_doc_result doc;
	u32 size = out->size;

	port_refresh(p);
	port_doc_result(p, &doc);
	guard(spinlock_irqsave)(&p->lock);
	cldn_status_look(h);
	*out = p->status;
	out->size = size;
	out->out_accepted = doc.accepted;
	out->out_confirmed = doc.confirmed;
	return 0;
}

static int port_timeouts(struct cldn_handle *h, void *arg)
{
	struct cleardown_timeouts *t = arg;

	if (t->set & ~(CLEARDOWN_TIMEOUT_WRITE | CLEARDOWN_TIMEOUT_READ))
		return -EINVAL;
	if (t->set && h->observer)
		return -EPERM;
	guard(spinlock_irqsave)(&h->lock);
	if (t->set & CLEARDOWN_TIMEOUT_WRITE)
		h->write_ms = t->write_ms;
	if (t->set & CLEARDOWN_TIMEOUT_READ)
		h->read_ms = t->read_ms;
	t->out_write_ms = h->write_ms;
	t->out_read_ms = h->read_ms;
	return 0;
}

static const struct cldn_ioctl port_ioctls[] = {
	{ CLEARDOWN_IOC_PORT_STATUS, sizeof(struct cleardown_port_status),
	  sizeof(struct cleardown_port_status), port_get_status },
	{ CLEARDOWN_IOC_PORT_TIMEOUTS, sizeof(struct cleardown_timeouts),
	  sizeof(struct cleardown_timeouts), port_timeouts },
	{ CLEARDOWN_IOC_PORT_ID, sizeof(struct cleardown_port_id), sizeof(struct cleardown_port_id),
	  port_get_id },
};

/* ---- bind ---- */

static int port_find_monitor(const struct cldn_monitor **found, const char *name, size_t n,
			     char *text, size_t len)
{
	const struct cldn_monitor *monitor = NULL;

	if (n != 4 || strncmp(name, "none", n)) {
		monitor = port_monitor_get(name, n);
		if (!monitor) {
			snprintf(text, len, "there is no language monitor %.*s", (int)n, name);
			return -EINVAL;
		}
	}
	port_monitor_put(*found);
	*found = monitor;
	return 0;
}

static const char *const port_words[] = { "monitor", "reset", NULL };

/* Words of @args that are not ours belong to the link. On error nothing has changed. */
static int port_parse_args(struct port *p, const char *args, char *text, size_t len)
{
	const struct cldn_monitor *monitor = NULL;
	const char *word, *end;
	bool reset = p->reset, named = false;
	int ret = 0;

	for (word = args; !ret && *word; word = *end ? end + 1 : end) {
		end = strchrnul(word, ' ');
		if (!strncmp(word, "monitor=", 8)) {
			ret = port_find_monitor(&monitor, word + 8, end - word - 8, text, len);
			named = true;
		} else if (!strncmp(word, "reset=", 6)) {
			if (end - word != 7 || (word[6] != '0' && word[6] != '1')) {
				snprintf(text, len, "reset= is 0 or 1");
				ret = -EINVAL;
			}
			reset = word[6] == '1';
		}
	}
	if (!ret && named)
		swap(p->monitor, monitor);
	if (!ret)
		p->reset = reset;
	port_monitor_put(monitor);
	return ret;
}

static void port_free(struct port *p)
{
	port_monitor_put(p->monitor);
	kfree(p);
}

static int port_bind(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	struct port *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int ret;

	if (!p)
		return -ENOMEM;
	spin_lock_init(&p->lock);
	init_waitqueue_head(&p->sampled);
	p->dev = dev;
	ret = port_parse_args(p, args ?: "", text, len);
	if (ret) {
		port_free(p);
		return ret;
	}
	dev->class_data = p;
	return 0;
}

static int port_configure(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	return port_parse_args(port_of(dev), args, text, len);
}

static void port_unbind(struct cldn_device *dev)
{
	port_free(dev->class_data);
	dev->class_data = NULL;
}

/* ---- the session ---- */

static void port_forget_session(struct port *p)
{
	p->doc = CLEARDOWN_DOC_NONE;
	p->cut = 0;
	p->implicit = false;
	p->had_doc = false;
	p->doc_aborted = false;
	p->removed = false;
	p->left = 0;
	p->sample_ns = 0;
	p->told = 0;
	p->wrap_len = 0;
	p->wrap_pos = 0;
	memset(&p->mon, 0, sizeof(p->mon));
	guard(spinlock_irqsave)(&p->lock);
	memset(&p->status, 0, sizeof(p->status));
	memset(&p->base, 0, sizeof(p->base));
}

static void port_open(struct cldn_device *dev)
{
	struct port *p = port_of(dev);
	int ret = 0;

	port_forget_session(p);
	dev->owner->reset = p->reset;
	if (p->monitor)
		ret = p->monitor->open_port(&p->mon);
	if (!ret)
		p->mon.ops = p->monitor;
	port_sample(p, ktime_get_ns());
	cldn_open_done(dev, ret);
}

static void port_closed(struct cldn_device *dev)
{
	struct port *p = port_of(dev);

	port_op_end(p, CLEARDOWN_ERROR_OPERATION_ABORTED, -EIO, 0, NULL, 0);
	if (p->mon.ops)
		p->mon.ops->close_port(&p->mon);
	port_forget_session(p);
}

/* ---- the worker's turn ---- */

static void port_monitor_news(struct port *p, u32 what)
{
	if (what & CLDN_MONITOR_STATUS)
		cldn_indicate(p->dev, CLEARDOWN_EV_PRINTER, p->mon.code, 0, 0, p->mon.display,
			      strnlen(p->mon.display, sizeof(p->mon.display)));
	if (what & (CLDN_MONITOR_STATUS | CLDN_MONITOR_PAGES))
		port_publish(p, ktime_get_ns());
	if (what & (CLDN_MONITOR_PRINTED | CLDN_MONITOR_CANCELLED))
		port_doc_printed(p, what & CLDN_MONITOR_PRINTED ? CLEARDOWN_DOC_PRINTED :
								  CLEARDOWN_DOC_ABORTED);
}

/* The back channel: the monitor's part first, the rest is for read(2). */
static void port_read(struct port *p, u64 now)
{
	struct cldn_link *link = &p->dev->link;
	size_t room = cldn_rx_room(p->dev);
	u8 buf[PORT_READ + CLDN_MONITOR_HELD];
	size_t n, left;
	u32 what = 0;

	if (room < sizeof(buf))
		return; /* a reader that makes room lets us run again */
	n = link->drv->read(link, buf, PORT_READ);
	left = n;
	if (p->mon.ops && (n || now >= p->quiet_ns))
		left = p->mon.ops->received(&p->mon, buf, n, sizeof(buf), &what);
	if (n)
		p->quiet_ns = now + PORT_QUIET_NS;
	cldn_rx_push(p->dev, buf, left);
	if (what)
		port_monitor_news(p, what);
	if (n)
		cldn_device_kick(p->dev, CLDN_LINK_RX);
}

/* The owner gets the forced close's record; this is what observers learn. */
static void port_gone(struct port *p)
{
	if (p->removed)
		return;
	p->removed = true;
	p->had_doc = port_doc_active(p);
	p->doc_aborted = p->had_doc;
	if (p->had_doc)
		port_doc_abandon(p);
}

static void port_arm(struct port *p, u64 now)
{
	if (p->dev->link_open)
		cldn_wake_at(p->dev, now + PORT_IDLE_NS);
}

static void port_run(struct cldn_device *dev, u32 events)
{
	struct port *p = port_of(dev);
	u64 now = ktime_get_ns();

	if (dev->gone) {
		port_gone(p);
		return;
	}
	/* First: who asked waits, and what follows may take some milliseconds. */
	if (events & (CLDN_EV_STATUS | CLDN_LINK_LINES))
		port_sample(p, now);
	if (dev->link_open && dev->link.reads)
		port_read(p, now);
	port_doc_turn(p, now);
	port_ops(p, now);
	if (now - p->sample_ns >= PORT_FRESH_NS)
		port_sample(p, ktime_get_ns());
	port_arm(p, now);
}

int cldn_port_init(void)
{
	return cldn_monitor_register(&cldn_pjl_monitor);
}

void cldn_port_exit(void)
{
	cldn_monitor_unregister(&cldn_pjl_monitor);
}

const struct cldn_class cldn_port_class = {
	.id = CLEARDOWN_CLASS_PORT,
	.name = "port",
	.mode = 0660,
	CLDN_WIN32_WORDS,
	.words = port_words,
	.opcodes = port_opcodes,
	.nopcodes = PORT_NOPCODES,
	.ioctls = port_ioctls,
	.nioctls = ARRAY_SIZE(port_ioctls),
	.steps = port_steps,
	.nsteps = PORT_NSTEPS,
	.documents = true,
	.write_ms = &port_write_ms,
	.release_ms = 50,
	.deadline_ms = &port_deadline_ms,
	.bind = port_bind,
	.configure = port_configure,
	.unbind = port_unbind,
	.open = port_open,
	.check = port_check,
	.run = port_run,
	.step_begin = port_step_begin,
	.step_run = port_step_run,
	.summary = port_summary,
	.closed = port_closed,
};
