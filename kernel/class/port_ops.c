// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a port. One is carried out at a time, in the order of their SUBMITs; those that wait
 * are the core's. A request that is cancelled or late ends its wait alone, but for START_DOC, which
 * has nothing without it: what END_DOC began goes on, and a second END_DOC waits for it again.
 */
#include <linux/ktime.h>
#include <linux/string.h>
#include "port_state.h"

const struct cldn_opcode port_opcodes[PORT_NOPCODES] = {
	{ CLEARDOWN_OP_START_DOC, sizeof(struct cleardown_op_start_doc),
	  sizeof(struct cleardown_op_start_doc), 0, 30 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_END_DOC, sizeof(struct cleardown_op_end_doc),
	  sizeof(struct cleardown_op_end_doc), sizeof(struct cleardown_doc_result),
	  600 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_DEVICE_ID, 0, 0, PORT_ID_MAX, 10 * NSEC_PER_SEC },
	{ CLEARDOWN_OP_RESET, 0, 0, 0, 10 * NSEC_PER_SEC },
};

/* Win32's word for the errno of a request. */
u32 port_word(int error)
{
	switch (error) {
	case 0:
		return CLEARDOWN_STATUS_SUCCESS;
	case -EBUSY:
	case -ECONNREFUSED:
		return CLEARDOWN_ERROR_BUSY;
	case -ENODEV:
		return CLEARDOWN_ERROR_BAD_UNIT;
	case -ETIMEDOUT:
		return CLEARDOWN_ERROR_TIMEOUT;
	case -ENOMEM:
		return CLEARDOWN_ERROR_NOT_ENOUGH_MEMORY;
	case -EOPNOTSUPP:
		return CLEARDOWN_ERROR_NOT_SUPPORTED;
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return CLEARDOWN_ERROR_NOT_READY;
	default:
		return CLEARDOWN_ERROR_OPERATION_ABORTED;
	}
}

/* ---- admission ---- */

static int port_check_start(const struct cleardown_op_start_doc *in, u32 *status)
{
	if (in->level != 1) {
		*status = CLEARDOWN_ERROR_INVALID_LEVEL;
		return -EINVAL;
	}
	return in->flags || strnlen(in->name, sizeof(in->name)) == sizeof(in->name) ? -EINVAL : 0;
}

static int port_check_end(const struct port *p, const struct cleardown_op_end_doc *in, u32 *status)
{
	if (in->__reserved || in->flags & ~(CLEARDOWN_END_DOC_ABORT | CLEARDOWN_END_DOC_PRINTED))
		return -EINVAL;
	if (!(in->flags & CLEARDOWN_END_DOC_PRINTED) || p->monitor)
		return 0;
	*status = CLEARDOWN_ERROR_NOT_SUPPORTED;
	return -EOPNOTSUPP;
}

static int port_check_has(const void *fn, u32 *status)
{
	*status = CLEARDOWN_ERROR_NOT_SUPPORTED;
	return fn ? 0 : -EOPNOTSUPP;
}

int port_check(struct cldn_handle *h, u32 opcode, const void *in, u32 len, u32 *status)
{
	struct port *p = port_of(h->dev);

	switch (opcode) {
	case CLEARDOWN_OP_START_DOC:
		return port_check_start(in, status);
	case CLEARDOWN_OP_END_DOC:
		return port_check_end(p, in, status);
	case CLEARDOWN_OP_DEVICE_ID:
		return port_check_has(h->dev->link.drv->device_id, status);
	default:
		return port_check_has(h->dev->link.drv->reset, status);
	}
}

/* ---- ends ---- */

/* Completes the request that is being carried out, if there is one. */
void port_op_end(struct port *p, u32 status, int error, u32 p1, const void *data, size_t len)
{
	struct cldn_op *op = p->op;

	if (!op)
		return;
	p->op = NULL;
	cldn_op_complete(op, status, error, p1, data, len);
	cldn_op_put(op);
}

/* START_DOC's document is open, or there is none. */
void port_op_started(struct port *p, int error)
{
	if (p->op && p->op->opcode == CLEARDOWN_OP_START_DOC)
		port_op_end(p, port_word(error), error, error ? 0 : (u32)p->number, NULL, 0);
}

/* The document is over; END_DOC waits for that. The word tells how. */
void port_op_doc_over(struct port *p)
{
	struct cleardown_doc_result result;
	u32 word = CLEARDOWN_STATUS_SUCCESS;

	if (!p->op || p->op->opcode != CLEARDOWN_OP_END_DOC)
		return;
	port_doc_result(p, &result);
	if (result.state == CLEARDOWN_DOC_CANCELLED)
		word = CLEARDOWN_ERROR_PRINT_CANCELLED;
	else if (result.state == CLEARDOWN_DOC_ABORTED)
		word = CLEARDOWN_ERROR_OPERATION_ABORTED;
	p->cut = 0;
	port_op_end(p, word, 0, result.state, &result, sizeof(result));
}

/* ---- carrying out ---- */

static void port_start(struct port *p)
{
	const struct cleardown_op_start_doc *in = (const void *)p->op->in;
	int ret;

	if (port_doc_active(p) && p->implicit)
		ret = -EBUSY; /* a plain writer's is under way */
	else if (port_doc_active(p))
		ret = p->doc == CLEARDOWN_DOC_ENDING ? -EBUSY : 0;
	else
		ret = port_doc_begin(p, in->name, false);
	/* What begins ends the request itself, if it has not done so by now. */
	if (ret || p->doc == CLEARDOWN_DOC_OPEN)
		port_op_started(p, ret);
}

static void port_end(struct port *p)
{
	const struct cleardown_op_end_doc *in = (const void *)p->op->in;
	bool abort = in->flags & CLEARDOWN_END_DOC_ABORT;

	if (p->doc == CLEARDOWN_DOC_STARTING)
		port_doc_cut(p); /* a plain writer's, which has no byte yet */
	if (!port_doc_active(p)) {
		if (p->cut)
			port_op_doc_over(p);
		else
			port_op_end(p, CLEARDOWN_STATUS_SUCCESS, 0, CLEARDOWN_DOC_NONE, NULL, 0);
		return;
	}
	p->wait_printed = in->flags & CLEARDOWN_END_DOC_PRINTED;
	port_doc_end(p, abort ? CLEARDOWN_DOC_ABORTED : CLEARDOWN_DOC_SENT, !abort);
	port_doc_turn(p, ktime_get_ns());
}

/* The ID of this hardware is known. The worker writes it, so it may look without the lock. */
static bool port_id_known(const struct port *p)
{
	return p->id_len && p->id_probes == p->dev->link.probes;
}

static void port_id_publish(struct port *p, size_t len)
{
	guard(spinlock_irqsave)(&p->lock);
	memcpy(p->id, p->asked_id, len);
	p->id_len = len;
	p->id_probes = p->dev->link.probes;
}

/* Asked once of each printer: while bytes go over it cannot be. */
static void port_identify(struct port *p)
{
	struct cldn_link *link = &p->dev->link;
	ssize_t ret = 0;

	if (!port_id_known(p)) {
		ret = port_doc_active(p) ?
			      -EBUSY :
			      link->drv->device_id(link, p->asked_id, sizeof(p->asked_id));
		if (ret == -EAGAIN) {
			cldn_device_kick(p->dev, CLDN_EV_OP);
			return;
		}
		if (ret > 0)
			port_id_publish(p, ret);
	}
	if (port_id_known(p))
		port_op_end(p, CLEARDOWN_STATUS_SUCCESS, 0, p->id_len, p->id, p->id_len);
	else
		port_op_end(p, port_word(ret), ret, 0, NULL, 0);
}

/* CLEARDOWN_IOC_PORT_ID. Process context, anybody with a file. */
int port_get_id(struct cldn_handle *h, void *arg)
{
	struct port *p = port_of(h->dev);
	struct cleardown_port_id *out = arg;

	if (out->__reserved)
		return -EINVAL;
	if (!h->dev->link.drv->device_id)
		return -EOPNOTSUPP;
	guard(spinlock_irqsave)(&p->lock);
	if (!port_id_known(p))
		return -ENODATA;
	if (out->offset > p->id_len)
		return -EINVAL;
	out->out_total = p->id_len;
	memset(out->out_bytes, 0, sizeof(out->out_bytes));
	memcpy(out->out_bytes, p->id + out->offset,
	       min(p->id_len - out->offset, sizeof(out->out_bytes)));
	return 0;
}

static void port_reset(struct port *p)
{
	struct cldn_link *link = &p->dev->link;
	int ret = port_doc_active(p) ? -EBUSY : link->drv->reset(link);

	port_op_end(p, port_word(ret), ret, 0, NULL, 0);
}

static void port_op_begin(struct port *p)
{
	switch (p->op->opcode) {
	case CLEARDOWN_OP_START_DOC:
		port_start(p);
		break;
	case CLEARDOWN_OP_END_DOC:
		port_end(p);
		break;
	case CLEARDOWN_OP_DEVICE_ID:
		port_identify(p);
		break;
	case CLEARDOWN_OP_RESET:
		port_reset(p);
		break;
	}
}

/* CANCEL_REQUEST or the request's own deadline. */
static void port_op_cancel(struct port *p)
{
	bool start = p->op->opcode == CLEARDOWN_OP_START_DOC;

	p->wait_printed = false;
	port_op_end(p, CLEARDOWN_ERROR_OPERATION_ABORTED, -ECANCELED, 0, NULL, 0);
	if (start && p->doc == CLEARDOWN_DOC_STARTING)
		port_doc_cut(p);
}

static void port_cancel_doc(struct port *p)
{
	struct cldn_handle *h = p->dev->owner;
	u64 number = READ_ONCE(h->cancel_call);

	if (!number)
		return;
	WRITE_ONCE(h->cancel_call, 0);
	if (number == p->dev->call)
		port_doc_cut(p);
}

void port_ops(struct port *p, u64 now)
{
	port_cancel_doc(p);
	if (p->op && READ_ONCE(p->op->cancelled))
		port_op_cancel(p);
	if (p->op && p->op->opcode == CLEARDOWN_OP_DEVICE_ID)
		port_identify(p);
	while (!p->op && (p->op = cldn_op_next(p->dev)))
		port_op_begin(p);
}
