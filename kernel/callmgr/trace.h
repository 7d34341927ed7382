/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints on the edges of a VC's end, by NDIS' names: cl is the client's side, cm the call
 * manager's, mp the medium's. A close that goes its whole way has them in this order.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cleardown_vc

#if !defined(CLEARDOWN_CALLMGR_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CLEARDOWN_CALLMGR_TRACE_H

#include <linux/tracepoint.h>
#include "callmgr.h"

DECLARE_EVENT_CLASS(cldn_vc_class,
	TP_PROTO(struct cm_vc *vc, u32 detail),
	TP_ARGS(vc, detail),
	TP_STRUCT__entry(
		__field(u64, handle)
		__field(u32, state)
		__field(u32, call_state)
		__field(u32, vci)
		__field(u32, detail)
	),
	TP_fast_assign(
		__entry->handle = vc->m.h.id;
		__entry->state = READ_ONCE(vc->state);
		__entry->call_state = READ_ONCE(vc->call.state);
		__entry->vci = vc->params.vci;
		__entry->detail = detail;
	),
	TP_printk("vc=%llx state=%u call=%u vci=%u detail=%u", __entry->handle, __entry->state,
		  __entry->call_state, __entry->vci, __entry->detail)
);

#define CLDN_VC_EVENT(name)                      \
	DEFINE_EVENT(cldn_vc_class, name,        \
		TP_PROTO(struct cm_vc *vc, u32 detail), TP_ARGS(vc, detail))

CLDN_VC_EVENT(cl_close_call); /* detail: mode */
CLDN_VC_EVENT(cm_close_call); /* detail: mode */
CLDN_VC_EVENT(close_data_sent); /* detail: octets */
CLDN_VC_EVENT(net_released); /* detail: 1 = not confirmed, the VCI is in quarantine */
CLDN_VC_EVENT(party_freed);
CLDN_VC_EVENT(cm_deactivate);
CLDN_VC_EVENT(mp_deactivate);
CLDN_VC_EVENT(deactivate_complete); /* detail: octets that are in doubt */
CLDN_VC_EVENT(cm_close_complete); /* detail: errno */
CLDN_VC_EVENT(cl_close_complete); /* detail: 1 = by a record, 0 = by the return of CLOSE */
CLDN_VC_EVENT(co_delete_vc); /* detail: 1 = by the client */
CLDN_VC_EVENT(peer_delete_vc);
CLDN_VC_EVENT(mp_delete_vc);
CLDN_VC_EVENT(vc_free);
CLDN_VC_EVENT(cm_incoming_close); /* detail: Q.850 cause */
CLDN_VC_EVENT(cm_misuse); /* detail: errno; a completion that the call manager does not owe */

#endif /* CLEARDOWN_CALLMGR_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
