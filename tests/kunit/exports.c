// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cleardown_kunit sees of cleardown.ko, beside what a link sees. Linked into it only for a
 * kernel with KUnit.
 */
#include "../../kernel/core/internal.h"
#include "../../kernel/callmgr/callmgr.h"
#include "../../kernel/callmgr/trace.h"
#include "../../kernel/fax/fax.h"
#include "../../kernel/modem/at.h"

EXPORT_SYMBOL_CLDN(cldn_at_compose);
EXPORT_SYMBOL_CLDN(cldn_at_dial);
EXPORT_SYMBOL_CLDN(cldn_at_dial_valid);
EXPORT_SYMBOL_CLDN(cldn_at_dtmf);
EXPORT_SYMBOL_CLDN(cldn_at_dtmf_valid);
EXPORT_SYMBOL_CLDN(cldn_at_effects);
EXPORT_SYMBOL_CLDN(cldn_at_feed);
EXPORT_SYMBOL_CLDN(cldn_at_field);
EXPORT_SYMBOL_CLDN(cldn_at_is_echo);
EXPORT_SYMBOL_CLDN(cldn_at_level);
EXPORT_SYMBOL_CLDN(cldn_at_lost);
EXPORT_SYMBOL_CLDN(cldn_at_parse);
EXPORT_SYMBOL_CLDN(cldn_at_range);
EXPORT_SYMBOL_CLDN(cldn_at_scan);
EXPORT_SYMBOL_CLDN(cldn_at_step);
EXPORT_SYMBOL_CLDN(cldn_device_bind);
EXPORT_SYMBOL_CLDN(cldn_device_find);
EXPORT_SYMBOL_CLDN(cldn_device_owner);
EXPORT_SYMBOL_CLDN(cldn_device_put);
EXPORT_SYMBOL_CLDN(cldn_device_unbind);
EXPORT_SYMBOL_CLDN(cldn_event_limit);
EXPORT_SYMBOL_CLDN(cldn_events_fops);
EXPORT_SYMBOL_CLDN(cldn_evq_get);
EXPORT_SYMBOL_CLDN(cldn_evq_put);
EXPORT_SYMBOL_CLDN(cldn_fax_service);
EXPORT_SYMBOL_CLDN(cldn_frozen);
EXPORT_SYMBOL_CLDN(cldn_handle_bind_queue);
EXPORT_SYMBOL_CLDN(cldn_handle_close);
EXPORT_SYMBOL_CLDN(cldn_handle_closed);
EXPORT_SYMBOL_CLDN(cldn_handle_fops);
EXPORT_SYMBOL_CLDN(cldn_handle_gate);
EXPORT_SYMBOL_CLDN(cldn_handle_get);
EXPORT_SYMBOL_CLDN(cldn_handle_open);
EXPORT_SYMBOL_CLDN(cldn_handle_put);
EXPORT_SYMBOL_CLDN(cldn_handle_write);
EXPORT_SYMBOL_CLDN(cldn_hook_set);
EXPORT_SYMBOL_CLDN(cldn_indicate);
EXPORT_SYMBOL_CLDN(cldn_live);
EXPORT_SYMBOL_CLDN(cldn_max_ops);
EXPORT_SYMBOL_CLDN(cldn_max_records);
EXPORT_SYMBOL_CLDN(cldn_observer_open);
EXPORT_SYMBOL_CLDN(cldn_member_fd);
EXPORT_SYMBOL_CLDN(cldn_member_fd_end);
EXPORT_SYMBOL_CLDN(cldn_op_alloc);
EXPORT_SYMBOL_CLDN(cldn_op_cancel);
EXPORT_SYMBOL_CLDN(cldn_op_complete);
EXPORT_SYMBOL_CLDN(cldn_op_next);
EXPORT_SYMBOL_CLDN(cldn_op_put);
EXPORT_SYMBOL_CLDN(cldn_opcode_find);
EXPORT_SYMBOL_CLDN(cldn_pm_nb);
EXPORT_SYMBOL_CLDN(cldn_q2931_build);
EXPORT_SYMBOL_CLDN(cldn_q2931_data_get);
EXPORT_SYMBOL_CLDN(cldn_q2931_data_put);
EXPORT_SYMBOL_CLDN(cldn_q2931_parse);
EXPORT_SYMBOL_CLDN(cldn_reboot_nb);
EXPORT_SYMBOL_CLDN(cldn_report_next);
EXPORT_SYMBOL_CLDN(cldn_sscf_init);
EXPORT_SYMBOL_CLDN(cldn_sscop_abort);
EXPORT_SYMBOL_CLDN(cldn_sscop_data);
EXPORT_SYMBOL_CLDN(cldn_sscop_defaults);
EXPORT_SYMBOL_CLDN(cldn_sscop_input);
EXPORT_SYMBOL_CLDN(cldn_sscop_parse);
EXPORT_SYMBOL_CLDN(cldn_sscop_size);
EXPORT_SYMBOL_CLDN(cldn_sscop_timer);
EXPORT_SYMBOL_CLDN(cldn_stat);
EXPORT_SYMBOL_CLDN(cldn_submit);
EXPORT_SYMBOL_CLDN(cldn_wish_of);
EXPORT_SYMBOL_CLDN(cldn_wish_raise);
EXPORT_SYMBOL_CLDN(cm_close_call_complete);
EXPORT_SYMBOL_CLDN(cm_manager_delete_vc);
EXPORT_SYMBOL_CLDN(cm_manager_set);
EXPORT_SYMBOL_CLDN(cm_mcm_close_call_complete);
EXPORT_SYMBOL_CLDN(cm_vc_activate);
EXPORT_SYMBOL_CLDN(cm_vc_deactivate);
EXPORT_SYMBOL_CLDN(cm_vc_set_state);
EXPORT_SYMBOL_CLDN(cm_word);

EXPORT_TRACEPOINT_SYMBOL_GPL(cl_close_call);
EXPORT_TRACEPOINT_SYMBOL_GPL(cm_close_call);
EXPORT_TRACEPOINT_SYMBOL_GPL(close_data_sent);
EXPORT_TRACEPOINT_SYMBOL_GPL(net_released);
EXPORT_TRACEPOINT_SYMBOL_GPL(party_freed);
EXPORT_TRACEPOINT_SYMBOL_GPL(cm_deactivate);
EXPORT_TRACEPOINT_SYMBOL_GPL(mp_deactivate);
EXPORT_TRACEPOINT_SYMBOL_GPL(deactivate_complete);
EXPORT_TRACEPOINT_SYMBOL_GPL(cm_close_complete);
EXPORT_TRACEPOINT_SYMBOL_GPL(cl_close_complete);
EXPORT_TRACEPOINT_SYMBOL_GPL(co_delete_vc);
EXPORT_TRACEPOINT_SYMBOL_GPL(peer_delete_vc);
EXPORT_TRACEPOINT_SYMBOL_GPL(mp_delete_vc);
EXPORT_TRACEPOINT_SYMBOL_GPL(vc_free);
EXPORT_TRACEPOINT_SYMBOL_GPL(cm_incoming_close);
EXPORT_TRACEPOINT_SYMBOL_GPL(cm_misuse);
EXPORT_SYMBOL_CLDN(fax);
EXPORT_SYMBOL_CLDN(fax_track_rx);
EXPORT_SYMBOL_CLDN(fax_track_tx);
