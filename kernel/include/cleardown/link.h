/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A link is a piece of hardware as the classes see it: a byte stream with modem or printer lines
 * that can be taken and given back. Drivers of links (tty, parport, tcp, sim) live in modules of
 * their own and see nothing of files, users or classes; classes see nothing of ttys.
 */
#ifndef CLEARDOWN_LINK_H
#define CLEARDOWN_LINK_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>
#include <uapi/linux/cleardown.h>

struct cldn_cells_ops;
struct cldn_link;

/**
 * struct cldn_link_config - what bind was asked for
 * @dev: new_decode_dev() of the caller's number, 0 where the driver has no device numbers
 * @number: that number undecoded: a parallel port's
 * @speed: bits per second, never 0
 * @flow: CLEARDOWN_FLOW_*
 * @args: "key=value ..." as given to bind; keys that are none of the driver's words are the class's
 */
struct cldn_link_config {
	dev_t dev;
	u32 number;
	u32 speed;
	u32 flow;
	const char *args;
};

/* What a link reports upwards with cldn_link_event(); several may be set at once. */
#define CLDN_LINK_RX BIT(0) /* there may be something to read */
#define CLDN_LINK_ROOM BIT(1) /* there may be room to write, everything has left, or ready() */
#define CLDN_LINK_LINES BIT(2) /* a modem line may have changed */
#define CLDN_LINK_EVENTS 0x0f
#define CLDN_LINK_GONE BIT(3) /* the hardware is away; nothing but close() makes sense now */

/**
 * struct cldn_link_driver - a kind of hardware
 * @size: sizeof(struct cldn_link_driver) that the driver was built with
 * @name: as in bind: "tty", "sim"
 * @by_document: a class of documents takes the hardware only while one is open (serial, TCP);
 *	else from its open to its close (parallel). Contract M-17.
 * @owner: pinned while a device has the hardware, not while it is bound and idle
 * @words: optional: the keys of bind that it takes, NULL at the end. What neither these nor the
 *	class's name is refused before @probe
 * @cells: it carries cells (<cleardown/cells.h>) and no bytes: of what follows it has only @probe
 *	and @remove; NULL for all others
 * @probe: looks at the hardware without taking it and fills link->backend, link->dev and
 *	link->priv. Process context, sleeps. On error @text gets a sentence
 *	for a person.
 * @remove: undoes probe. Process context; the link is closed.
 * @open: takes the hardware exclusively: 0, -EBUSY, -ENODEV when it is not there any more. Where
 *	taking it needs the far end, it only begins that; see @ready. Worker.
 * @ready: optional: 0 once the far end is there, -EINPROGRESS while that is not known (ROOM or GONE
 *	follows), or why it is not. Nothing is written before. Worker.
 * @close: gives it back; when it returns somebody else can have it. Must come back by itself, but
 *	a lower driver may keep it; no callback (cldn_link_event) runs after it. Worker.
 * @shut: from now on callbacks do nothing, and those inside are over on return. Worker; @close
 *	follows. Separate, because the event gate is shut before and the hardware released after.
 * @write: hands over up to @len bytes, returns how many were taken, 0 when there is no room (ROOM
 *	follows), or an errno, of which -ENODEV says that GONE follows. Never waits for the far end,
 *	and is back within 10 ms. Worker.
 * @read: takes up to @len received bytes, returns how many. Worker.
 * @queued: bytes taken by @write that are still in software buffers. Worker.
 * @sent: true when nothing is queued and the transmitter is empty as well. Worker; may take a few
 *	milliseconds.
 * @flush: throws away what is queued, returns how many bytes that were; writes @in_doubt_max anew
 *	where that varies. Nothing that was queued leaves after it. Worker.
 * @finish: optional: nothing more will be written (a half-close); @sent is then true once the far
 *	end has everything. Worker.
 * @reset: optional: resets the far end (nInit). Worker; at most a millisecond.
 * @device_id: optional: the IEEE 1284 Device ID without its length bytes. Returns its length,
 *	-EAGAIN to be called again at once (no call takes more than 20 ms), or an errno. Nothing is
 *	queued meanwhile. Worker.
 * @get_lines: CLEARDOWN_LINE_* with CLEARDOWN_LINE_VALID, or 0 where there are none. Worker.
 * @set_lines: sets and clears DTR and RTS. Worker; a lower driver may be slow.
 *
 * Legal sequence: probe (open ready* (write|read|queued|sent|flush|get_lines|set_lines|reset|
 * device_id)* [finish (ready|read|queued|sent|flush|get_lines)*] shut close)* remove. After GONE
 * only flush, which tells what never left, shut and close follow. REBIND comes as a probe of the
 * same link, then the remove of what it was before.
 */
struct cldn_link_driver {
	u32 size;
	const char *name;
	bool by_document;
	struct module *owner;
	const char *const *words;
	const struct cldn_cells_ops *cells;
	int (*probe)(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
		     size_t len);
	void (*remove)(struct cldn_link *link);
	int (*open)(struct cldn_link *link);
	int (*ready)(struct cldn_link *link);
	void (*shut)(struct cldn_link *link);
	void (*close)(struct cldn_link *link);
	ssize_t (*write)(struct cldn_link *link, const u8 *buf, size_t len);
	size_t (*read)(struct cldn_link *link, u8 *buf, size_t len);
	size_t (*queued)(struct cldn_link *link);
	bool (*sent)(struct cldn_link *link);
	size_t (*flush)(struct cldn_link *link);
	u32 (*get_lines)(struct cldn_link *link);
	int (*set_lines)(struct cldn_link *link, u32 set, u32 clear);
	void (*finish)(struct cldn_link *link);
	int (*reset)(struct cldn_link *link);
	ssize_t (*device_id)(struct cldn_link *link, u8 *buf, size_t len);
	/* private: list of registered drivers, core only */
	struct list_head node;
};

/**
 * struct cldn_link - one bound piece of hardware; embedded in its device
 * @drv: its driver
 * @priv: the driver's
 * @backend: "tty:ttyS1"; written by probe
 * @dev: device number, 0 where there is none; written by probe
 * @in_doubt_max: most bytes that can have left our buffers and not the machine (8250: its FIFO;
 *	TCP: what is not acknowledged); written by open, and by write, queued and flush where it
 *	varies
 * @reads: there is a back channel; written by open
 * @speed: bits per second of the serial line
 * @flow: CLEARDOWN_FLOW_*
 * @probes: how often it was bound or rebound; a class that remembers the hardware compares
 */
struct cldn_link {
	const struct cldn_link_driver *drv;
	void *priv;
	char backend[CLEARDOWN_SPEC_LEN];
	dev_t dev;
	u32 in_doubt_max;
	bool reads;
	u32 speed;
	u32 flow;
	u32 probes;
};

/**
 * cldn_link_register - make a kind of hardware known to bind
 * @drv: static; stays registered until cldn_link_unregister()
 * Context: process. Return: 0, -EEXIST, or -EINVAL when a function that is not optional is missing
 * or the table is not as large as this module's (contract M-6, M-7).
 */
int cldn_link_register(struct cldn_link_driver *drv);

/**
 * cldn_link_unregister - forget it; unbinds its devices, of which none can be open (module_exit)
 * @drv: as registered
 * Context: process, sleeps.
 */
void cldn_link_unregister(struct cldn_link_driver *drv);

/**
 * cldn_link_event - the link has something to report
 * @link: open
 * @events: CLDN_LINK_*
 * Context: any, also with a driver's lock held and interrupts off: it sets bits and queues the
 * device's work, nothing else.
 */
void cldn_link_event(struct cldn_link *link, u32 events);

#endif /* CLEARDOWN_LINK_H */
