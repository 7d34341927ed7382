/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to the port class. port.c has bind, the session and the worker's turn; port_doc.c the
 * life of a document; port_ops.c requests; port_close.c the close ladder; port_monitor.c the
 * registry of language monitors.
 *
 * A port prints one document after the other. States of a document (enum cleardown_doc_state) and
 * what moves it:
 *
 *   NONE -> STARTING    START_DOC, or a write that found no document (an implicit one)
 *   STARTING -> OPEN    the hardware is ours and the far end is there; write is admitted
 *   STARTING -> NONE    it is not: START_DOC or the write gets the errno
 *   OPEN -> ENDING      END_DOC, CANCEL, a link that broke, a close
 *   ENDING -> SENT      everything left, the trailer too
 *          -> PRINTED   and the language monitor saw the last page ejected
 *          -> ABORTED   it was not whole when it ended
 *          -> CANCELLED by CANCEL
 *
 * The last four are rest states like NONE; from each the next document can start. After CANCELLED a
 * write does not start one (@cut): what it brings is the rest of what was cancelled.
 *
 * ENDING has phases (enum port_end): what was accepted drains; the monitor's trailer leaves; the
 * far end takes it all (a half-close, where the link has one); the monitor waits for the pages. A
 * document that is aborted enters after the first.
 *
 * Who owns what: everything in struct port is the worker's, but for @status, @base and @id, which
 * it publishes under @lock; @lock nests inside the core's locks, and the queue of who polls inside
 * it (cldn_status_changed()). @monitor and the settings change only in bind and configure, when no
 * session is open.
 */
#ifndef CLEARDOWN_PORT_STATE_H
#define CLEARDOWN_PORT_STATE_H

#include <linux/spinlock.h>
#include <linux/wait.h>
#include <cleardown/class.h>
#include <cleardown/monitor.h>

/* Bytes that ever make a Device ID: the length field has two. A longer one is cut. */
#define PORT_ID_MAX 1024

enum port_end {
	PORT_END_DRAIN, /* accepted bytes leave */
	PORT_END_TRAILER, /* the monitor's trailer leaves */
	PORT_END_FINISH, /* the far end takes everything */
	PORT_END_PRINTED, /* the monitor waits for the pages */
};

/**
 * struct port - a printer port
 * @dev: its device
 * @monitor: language monitor, its module pinned; NULL = none
 * @reset: abort of a document resets the printer, as bound
 * @mon: the monitor's side of the session; mon.ops is NULL while it is closed
 * @doc: enum cleardown_doc_state
 * @end: enum port_end, in ENDING
 * @outcome: what the document that is ENDING will be
 * @verdict: what the monitor says of it: PRINTED, ABORTED, 0 = nothing yet
 * @implicit: it was begun by a write
 * @cut: why the rest of a document that was cut is refused, 0 = it was not
 * @wait_printed: END_DOC wants the pages
 * @had_doc: the close found one
 * @doc_aborted: and it did not end whole
 * @removed: the hardware is gone and that was told
 * @number: of the document
 * @wrap: header or trailer that is being written
 * @wrap_len: its length
 * @wrap_pos: how much of it is at the link
 * @op: the request that is being carried out, with the executor's reference
 * @give_up_ns: when a trailer that does not leave is given up, 0 = never
 * @left: accepted bytes that have not left
 * @moved: bytes that had left the last time
 * @moved_ns: when some did
 * @sample_ns: when the lines were read
 * @quiet_ns: when the back channel will have been silent long enough
 * @told: CLEARDOWN_PORT_* flags that were last told
 * @asked_id: Device ID while it is being asked for
 * @lock: what follows
 * @status: what PORT_STATUS answers; the worker reads it without the lock
 * @base: the account when the document began
 * @id: Device ID, once it was asked
 * @id_len: its length, 0 = not asked
 * @id_probes: link.probes when it was
 * @sampled: woken when @status.out_sample_ns changes
 */
struct port {
	struct cldn_device *dev;
	const struct cldn_monitor *monitor;
	bool reset;

	struct cldn_monitor_port mon;
	u32 doc;
	enum port_end end;
	u32 outcome;
	u32 verdict;
	bool implicit;
	int cut;
	bool wait_printed;
	bool had_doc;
	bool doc_aborted;
	bool removed;
	u64 number;
	u8 wrap[CLDN_MONITOR_WRAP];
	size_t wrap_len;
	size_t wrap_pos;
	struct cldn_op *op;
	u64 give_up_ns;
	u64 left;
	u64 moved;
	u64 moved_ns;
	u64 sample_ns;
	u64 quiet_ns;
	u32 told;
	u8 asked_id[PORT_ID_MAX];

	spinlock_t lock; /* of all that follows */
	struct cleardown_port_status status;
	struct cldn_account base;
	u8 id[PORT_ID_MAX];
	size_t id_len;
	u32 id_probes;
	wait_queue_head_t sampled;
};

static inline struct port *port_of(struct cldn_device *dev)
{
	return dev->class_data;
}

/* port.c */
extern const struct cldn_class cldn_port_class;
int cldn_port_init(void);
void cldn_port_exit(void);
void port_publish(struct port *p, u64 now);
void port_sample(struct port *p, u64 now);

/* port_doc.c */
bool port_doc_active(const struct port *p);
int port_doc_begin(struct port *p, const char *name, bool implicit);
void port_doc_end(struct port *p, u32 outcome, bool drain);
void port_doc_turn(struct port *p, u64 now);
void port_doc_cut(struct port *p);
void port_doc_printed(struct port *p, u32 state);
void port_doc_abandon(struct port *p);
bool port_sent(struct port *p, u64 now);
void port_doc_result(struct port *p, struct cleardown_doc_result *result);

/* port_ops.c */
extern const struct cldn_opcode port_opcodes[];
#define PORT_NOPCODES 4
int port_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status);
void port_ops(struct port *p, u64 now);
void port_op_end(struct port *p, u32 status, int error, u32 p1, const void *data, size_t len);
void port_op_started(struct port *p, int error);
void port_op_doc_over(struct port *p);
u32 port_word(int error);
int port_get_id(struct cldn_handle *h, void *arg);

/* port_close.c */
extern const struct cldn_step port_steps[];
#define PORT_NSTEPS 4
enum cldn_step_verdict port_step_begin(struct cldn_device *dev, u32 what, u64 until_ns,
				       struct cldn_step_result *result);
enum cldn_step_verdict port_step_run(struct cldn_device *dev, u32 what, u64 until_ns,
				     struct cldn_step_result *result);
u32 port_summary(struct cldn_device *dev);

/* port_monitor.c */
const struct cldn_monitor *port_monitor_get(const char *name, size_t len);
void port_monitor_put(const struct cldn_monitor *monitor);

#endif /* CLEARDOWN_PORT_STATE_H */
