/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Language monitors: what stands between a document and the link of its port. A monitor wraps
 * documents in its printer's job language, and reads from the back channel what becomes of them.
 *
 * A monitor never touches the link: it gives bytes to the port class, which sends them before and
 * behind the document's, and it gets the received bytes before read(2) does. So closing the port
 * through the monitor closes exactly one link (contract M-14), and what a monitor added is never
 * counted as the caller's (TM-2).
 *
 * Legal sequence, all on the device's worker:
 *
 *   open_port (start_doc received* end_doc received*)* close_port
 */
#ifndef CLEARDOWN_MONITOR_H
#define CLEARDOWN_MONITOR_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>
#include <uapi/linux/cleardown.h>

/* Longest header or trailer of a document. */
#define CLDN_MONITOR_WRAP 512
/* So many bytes a monitor may hold back that turn out to be the reader's. */
#define CLDN_MONITOR_HELD 32

/* What received() found out; several may be set at once. */
#define CLDN_MONITOR_PAGES BIT(0) /* @pages of the present document has grown */
#define CLDN_MONITOR_STATUS BIT(1) /* @code, @display or @offline changed */
#define CLDN_MONITOR_PRINTED BIT(2) /* the document that began last, and was ended, is printed */
#define CLDN_MONITOR_CANCELLED BIT(3) /* the printer threw the document that began last away */

/**
 * struct cldn_monitor_port - a monitor on an open port
 * @ops: the monitor
 * @priv: its own, from open_port to close_port
 * @pages: pages of the present document that were ejected
 * @code: the printer's status code, 0 = unknown
 * @offline: the printer says that it is off line
 * @display: what its display shows
 */
struct cldn_monitor_port {
	const struct cldn_monitor *ops;
	void *priv;
	u32 pages;
	u32 code;
	bool offline;
	char display[64];
};

/**
 * struct cldn_monitor - the operations of a language monitor (MONITOR2)
 * @size: sizeof(struct cldn_monitor) that the monitor was built with (cbSize)
 * @name: as in bind's monitor=
 * @owner: pinned while a port is bound with it
 * @open_port: OpenPortEx: the port's session begins; may sleep and allocate
 * @start_doc: StartDocPort: fills @buf with what goes before the document, returns its length,
 *	at most CLDN_MONITOR_WRAP. @number is the document's.
 * @end_doc: EndDocPort: likewise for what goes behind it. @aborted: the document is not whole.
 * @received: takes the bytes that are its own out of the @len bytes of @buf, in place, and returns
 *	how many are left for read(2); @what gets CLDN_MONITOR_*. Those may be more than @len, since
 *	a few were held back before: @size, what @buf has room for, is at least @len +
 *	CLDN_MONITOR_HELD. @len is 0 when nothing came for a while, or comes any more; then what is
 *	held back is returned.
 * @close_port: ClosePort: undoes open_port; cannot fail
 */
struct cldn_monitor {
	u32 size;
	const char *name;
	struct module *owner;
	int (*open_port)(struct cldn_monitor_port *port);
	size_t (*start_doc)(struct cldn_monitor_port *port, const char *name, u64 number, u8 *buf);
	size_t (*end_doc)(struct cldn_monitor_port *port, bool aborted, u8 *buf);
	size_t (*received)(struct cldn_monitor_port *port, u8 *buf, size_t len, size_t size,
			   u32 *what);
	void (*close_port)(struct cldn_monitor_port *port);
	/* private: list of registered monitors */
	struct list_head node;
};

/**
 * cldn_monitor_register - make a language monitor known to bind
 * @monitor: static; stays registered until cldn_monitor_unregister()
 * Context: process. Return: 0, -EEXIST, or -EINVAL when a function is missing or the table is not
 * as large as this module's (contract M-5, M-7).
 */
int cldn_monitor_register(struct cldn_monitor *monitor);

/**
 * cldn_monitor_unregister - forget it; no port is bound with it any more (module_exit)
 * @monitor: as registered
 * Context: process.
 */
void cldn_monitor_unregister(struct cldn_monitor *monitor);

#endif /* CLEARDOWN_MONITOR_H */
