/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints on every edge of a request, a handle and a close; nothing here prints. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cleardown

#if !defined(CLEARDOWN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CLEARDOWN_TRACE_H

#include <linux/tracepoint.h>
#include <cleardown/object.h>
#include <cleardown/op.h>

DECLARE_EVENT_CLASS(cldn_handle_class,
	TP_PROTO(struct cldn_handle *h),
	TP_ARGS(h),
	TP_STRUCT__entry(
		__array(char, name, CLEARDOWN_NAME_LEN)
		__field(u64, handle)
		__field(u32, state)
		__field(u32, mode)
		__field(u32, cause)
		__field(u32, pending)
	),
	TP_fast_assign(
		memcpy(__entry->name, h->dev->name, CLEARDOWN_NAME_LEN);
		__entry->handle = h->id;
		__entry->state = h->state;
		__entry->mode = h->wish.mode;
		__entry->cause = h->wish.cause;
		__entry->pending = h->nops;
	),
	TP_printk("%s handle=%llx state=%u mode=%u cause=%u pending=%u", __entry->name,
		  __entry->handle, __entry->state, __entry->mode, __entry->cause,
		  __entry->pending)
);

DEFINE_EVENT(cldn_handle_class, cldn_open, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));
DEFINE_EVENT(cldn_handle_class, cldn_open_failed, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));
DEFINE_EVENT(cldn_handle_class, cldn_wish, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));
DEFINE_EVENT(cldn_handle_class, cldn_silenced, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));
DEFINE_EVENT(cldn_handle_class, cldn_closed, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));
DEFINE_EVENT(cldn_handle_class, cldn_stuck, TP_PROTO(struct cldn_handle *h), TP_ARGS(h));

DECLARE_EVENT_CLASS(cldn_op_class,
	TP_PROTO(struct cldn_handle *h, struct cldn_op *op),
	TP_ARGS(h, op),
	TP_STRUCT__entry(
		__field(u64, handle)
		__field(u64, req_id)
		__field(u32, opcode)
		__field(u32, status)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->handle = h->id;
		__entry->req_id = op->rec.head.req_id;
		__entry->opcode = op->opcode;
		__entry->status = op->rec.head.status;
		__entry->error = op->rec.head.error;
	),
	TP_printk("handle=%llx req=%llu opcode=%#x status=%#x error=%d", __entry->handle,
		  __entry->req_id, __entry->opcode, __entry->status, __entry->error)
);

DEFINE_EVENT(cldn_op_class, cldn_op_submit,
	TP_PROTO(struct cldn_handle *h, struct cldn_op *op), TP_ARGS(h, op));
DEFINE_EVENT(cldn_op_class, cldn_op_start,
	TP_PROTO(struct cldn_handle *h, struct cldn_op *op), TP_ARGS(h, op));
DEFINE_EVENT(cldn_op_class, cldn_op_cancel,
	TP_PROTO(struct cldn_handle *h, struct cldn_op *op), TP_ARGS(h, op));
DEFINE_EVENT(cldn_op_class, cldn_op_complete,
	TP_PROTO(struct cldn_handle *h, struct cldn_op *op), TP_ARGS(h, op));

TRACE_EVENT(cldn_late_event,
	TP_PROTO(struct cldn_handle *h, u32 type),
	TP_ARGS(h, type),
	TP_STRUCT__entry(
		__field(u64, handle)
		__field(u32, type)
	),
	TP_fast_assign(
		__entry->handle = h->id;
		__entry->type = type;
	),
	TP_printk("handle=%llx type=%u", __entry->handle, __entry->type)
);

TRACE_EVENT(cldn_run,
	TP_PROTO(struct cldn_device *dev, u32 events),
	TP_ARGS(dev, events),
	TP_STRUCT__entry(
		__array(char, name, CLEARDOWN_NAME_LEN)
		__field(u32, events)
	),
	TP_fast_assign(
		memcpy(__entry->name, dev->name, CLEARDOWN_NAME_LEN);
		__entry->events = events;
	),
	TP_printk("%s events=%#x", __entry->name, __entry->events)
);

TRACE_EVENT(cldn_step,
	TP_PROTO(struct cldn_handle *h, const struct cleardown_step *step),
	TP_ARGS(h, step),
	TP_STRUCT__entry(
		__field(u64, handle)
		__field(u32, what)
		__field(u32, flags)
		__field(int, error)
		__field(u64, took_ns)
	),
	TP_fast_assign(
		__entry->handle = h->id;
		__entry->what = step->what;
		__entry->flags = step->flags;
		__entry->error = step->error;
		__entry->took_ns = step->took_ns;
	),
	TP_printk("handle=%llx step=%u flags=%#x error=%d took=%llu", __entry->handle,
		  __entry->what, __entry->flags, __entry->error, __entry->took_ns)
);

#endif /* CLEARDOWN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
