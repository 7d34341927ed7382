// SPDX-License-Identifier: LGPL-2.1-or-later
/* Words for numbers. JSON carries them: changing one breaks scripts. */
#include <errno.h>
#include <string.h>

#include <linux/cleardown.h>
#include <linux/cleardown_status.h>

#include "internal.h"

struct word {
	uint32_t value;
	const char *name;
};

static const struct word classes[] = {
	{ CLDN_CLASS_PHONE, "phone" },
	{ CLDN_CLASS_PORT, "port" },
	{ CLDN_CLASS_VC, "vc" },
	{ CLDN_CLASS_FAX, "fax" },
};

static const struct word states[] = {
	{ CLDN_STATE_IDLE, "idle" },	 { CLDN_STATE_OPENING, "opening" },
	{ CLDN_STATE_OPEN, "open" },	 { CLDN_STATE_CLOSING, "closing" },
	{ CLDN_STATE_CLOSED, "closed" }, { CLDN_STATE_STUCK, "stuck" },
	{ CLDN_STATE_GONE, "gone" },
};

static const struct word feis[] = {
	{ CLDN_FEI_DIALING, "dialing" },
	{ CLDN_FEI_SENDING, "sending" },
	{ CLDN_FEI_RECEIVING, "receiving" },
	{ CLDN_FEI_COMPLETED, "completed" },
	{ CLDN_FEI_BUSY, "busy" },
	{ CLDN_FEI_NO_ANSWER, "no-answer" },
	{ CLDN_FEI_BAD_ADDRESS, "bad-address" },
	{ CLDN_FEI_NO_DIAL_TONE, "no-dial-tone" },
	{ CLDN_FEI_DISCONNECTED, "disconnected" },
	{ CLDN_FEI_FATAL_ERROR, "fatal-error" },
	{ CLDN_FEI_NOT_FAX_CALL, "not-fax-call" },
	{ CLDN_FEI_CALL_DELAYED, "call-delayed" },
	{ CLDN_FEI_CALL_BLACKLISTED, "call-blacklisted" },
	{ CLDN_FEI_RINGING, "ringing" },
	{ CLDN_FEI_ABORTING, "aborting" },
	{ CLDN_FEI_ROUTING, "routing" },
	{ CLDN_FEI_MODEM_POWERED_ON, "modem-powered-on" },
	{ CLDN_FEI_MODEM_POWERED_OFF, "modem-powered-off" },
	{ CLDN_FEI_IDLE, "idle" },
	{ CLDN_FEI_FAXSVC_ENDED, "service-ended" },
	{ CLDN_FEI_ANSWERED, "answered" },
	{ CLDN_FEI_JOB_QUEUED, "job-queued" },
	{ CLDN_FEI_DELETED, "deleted" },
	{ CLDN_FEI_INITIALIZING, "initializing" },
	{ CLDN_FEI_LINE_UNAVAILABLE, "line-unavailable" },
	{ CLDN_FEI_HANDLED, "handled" },
	{ CLDN_FEI_FAXSVC_STARTED, "service-started" },
};

static const struct word fpss[] = {
	{ CLEARDOWN_FPS_DIALING, "dialing" },
	{ CLEARDOWN_FPS_SENDING, "sending" },
	{ CLEARDOWN_FPS_RECEIVING, "receiving" },
	{ CLEARDOWN_FPS_COMPLETED, "completed" },
	{ CLEARDOWN_FPS_HANDLED, "handled" },
	{ CLEARDOWN_FPS_UNAVAILABLE, "unavailable" },
	{ CLEARDOWN_FPS_BUSY, "busy" },
	{ CLEARDOWN_FPS_NO_ANSWER, "no-answer" },
	{ CLEARDOWN_FPS_BAD_ADDRESS, "bad-address" },
	{ CLEARDOWN_FPS_NO_DIAL_TONE, "no-dial-tone" },
	{ CLEARDOWN_FPS_DISCONNECTED, "disconnected" },
	{ CLEARDOWN_FPS_FATAL_ERROR, "fatal-error" },
	{ CLEARDOWN_FPS_NOT_FAX_CALL, "not-fax-call" },
	{ CLEARDOWN_FPS_CALL_DELAYED, "call-delayed" },
	{ CLEARDOWN_FPS_CALL_BLACKLISTED, "call-blacklisted" },
	{ CLEARDOWN_FPS_INITIALIZING, "initializing" },
	{ CLEARDOWN_FPS_OFFLINE, "offline" },
	{ CLEARDOWN_FPS_RINGING, "ringing" },
	{ CLEARDOWN_FPS_AVAILABLE, "available" },
	{ CLEARDOWN_FPS_ABORTING, "aborting" },
	{ CLEARDOWN_FPS_ROUTING, "routing" },
	{ CLEARDOWN_FPS_ANSWERED, "answered" },
};

static const struct word jss[] = {
	{ CLDN_JS_PENDING, "pending" },
	{ CLDN_JS_INPROGRESS, "in-progress" },
	{ CLDN_JS_DELETING, "deleting" },
	{ CLDN_JS_FAILED, "failed" },
	{ CLDN_JS_PAUSED, "paused" },
	{ CLDN_JS_RETRYING, "retrying" },
	{ CLDN_JS_RETRIES_EXCEEDED, "retries-exceeded" },
	{ CLDN_JS_COMPLETED, "completed" },
};

static const struct word faxrights[] = {
	{ CLDN_FAX_JOB_SUBMIT, "job-submit" },	   { CLDN_FAX_JOB_QUERY, "job-query" },
	{ CLDN_FAX_CONFIG_QUERY, "config-query" }, { CLDN_FAX_CONFIG_SET, "config-set" },
	{ CLDN_FAX_PORT_QUERY, "port-query" },	   { CLDN_FAX_PORT_SET, "port-set" },
	{ CLDN_FAX_JOB_MANAGE, "job-manage" },
};

static const struct word modes[] = {
	{ CLDN_MODE_DRAIN, "drain" }, { CLDN_MODE_ORDERLY, "orderly" },
	{ CLDN_MODE_ABORT, "abort" }, { CLDN_MODE_EMERGENCY, "emergency" },
	{ CLDN_MODE_GONE, "gone" },
};

static const struct word causes[] = {
	{ CLDN_CAUSE_LOCAL_USER, "local-user" }, { CLDN_CAUSE_PEER, "peer" },
	{ CLDN_CAUSE_CARRIER, "carrier" },	 { CLDN_CAUSE_TIMER, "timer" },
	{ CLDN_CAUSE_ERROR, "error" },		 { CLDN_CAUSE_UNPLUG, "unplug" },
	{ CLDN_CAUSE_OWNER_DIED, "owner-died" }, { CLDN_CAUSE_ADMIN, "admin" },
	{ CLDN_CAUSE_SUSPEND, "suspend" },	 { CLDN_CAUSE_UNLOAD, "unload" },
};

static const struct word steps[] = {
	{ CLDN_STEP_DRAIN_OPS, "drain-ops" },
	{ CLDN_STEP_DRAIN_DATA, "drain-data" },
	{ CLDN_STEP_ABORT_CMD, "abort-command" },
	{ CLDN_STEP_ESCAPE, "escape" },
	{ CLDN_STEP_HANGUP, "hangup" },
	{ CLDN_STEP_DTR, "dtr" },
	{ CLDN_STEP_RELEASE, "release" },
	{ CLDN_STEP_END_DOC, "end-document" },
	{ CLDN_STEP_RESET, "reset" },
	{ CLDN_STEP_NET_RELEASE, "net-release" },
	{ CLDN_STEP_DEACTIVATE, "deactivate" },
	{ CLDN_STEP_VOICE, "voice" },
};

static const struct word results[] = {
	{ CLDN_RESULT_OK, "ok" },	{ CLDN_RESULT_CONNECT, "connect" },
	{ CLDN_RESULT_RING, "ring" },	{ CLDN_RESULT_NO_CARRIER, "no-carrier" },
	{ CLDN_RESULT_ERROR, "error" }, { CLDN_RESULT_NO_DIALTONE, "no-dialtone" },
	{ CLDN_RESULT_BUSY, "busy" },	{ CLDN_RESULT_NO_ANSWER, "no-answer" },
	{ CLDN_RESULT_NONE, "none" },
};

static const struct word calls[] = {
	{ CLDN_CALL_IDLE, "idle" },	    { CLDN_CALL_DIALING, "dialing" },
	{ CLDN_CALL_RINGING, "ringing" },   { CLDN_CALL_ANSWERING, "answering" },
	{ CLDN_CALL_ONLINE, "online" },	    { CLDN_CALL_COMMAND, "command" },
	{ CLDN_CALL_CLEARING, "clearing" },
};

static const struct word events[] = {
	{ CLDN_EV_COMPLETION, "completion" },
	{ CLDN_EV_PHONE_CLOSE, "phone-close" },
	{ CLDN_EV_INCOMING_CALL, "incoming-call" },
	{ CLDN_EV_INCOMING_CLOSE, "incoming-close" },
	{ CLDN_EV_CLOSE_COMPLETE, "close-complete" },
	{ CLDN_EV_VC_DELETED, "vc-deleted" },
	{ CLDN_EV_INCOMING_DROP, "incoming-drop" },
	{ CLDN_EV_AF_NOTIFY, "af-notify" },
	{ CLDN_EV_FAX, "fax" },
	{ CLDN_EV_FAX_OFFER, "fax-offer" },
	{ CLDN_EV_FAX_JOB, "fax-job" },
	{ CLDN_EV_FAX_LINE, "fax-line" },
	{ CLDN_EV_CM, "call-manager" },
	{ CLDN_EV_PHONE_STATE, "phone-state" },
	{ CLDN_EV_RING, "ring" },
	{ CLDN_EV_CALLER_ID, "caller-id" },
	{ CLDN_EV_DEVSPECIFIC, "device-specific" },
	{ CLDN_EV_CALL_STATE, "call-state" },
	{ CLDN_EV_LINES, "lines" },
	{ CLDN_EV_DOC, "document" },
	{ CLDN_EV_PRINTER, "printer" },
	{ CLDN_EV_PHONE_BUTTON, "button" },
};

static const struct word buttons[] = {
	{ 0, "0" },  { 1, "1" },  { 2, "2" },  { 3, "3" },  { 4, "4" },	 { 5, "5" },
	{ 6, "6" },  { 7, "7" },  { 8, "8" },  { 9, "9" },  { 10, "*" }, { 11, "#" },
	{ 12, "A" }, { 13, "B" }, { 14, "C" }, { 15, "D" },
};

static const struct word opcodes[] = {
	{ CLDN_OP_DEV_SPECIFIC, "device-specific" },
	{ CLDN_OP_SET_HOOKSWITCH, "set-hookswitch" },
	{ CLDN_OP_SET_VOLUME, "set-volume" },
	{ CLDN_OP_SET_GAIN, "set-gain" },
	{ CLDN_OP_SET_RING, "set-ring" },
	{ CLDN_OP_SET_LAMP, "set-lamp" },
	{ CLDN_OP_SET_DISPLAY, "set-display" },
	{ CLDN_OP_SET_BUTTON, "set-button" },
	{ CLDN_OP_SET_DATA, "set-data" },
	{ CLDN_OP_GET_BUTTON, "get-button" },
	{ CLDN_OP_GET_DATA, "get-data" },
	{ CLDN_OP_DIAL, "dial" },
	{ CLDN_OP_ANSWER, "answer" },
	{ CLDN_OP_HANGUP, "hangup" },
	{ CLDN_OP_SEND_DTMF, "send-dtmf" },
	{ CLDN_OP_START_DOC, "start-document" },
	{ CLDN_OP_END_DOC, "end-document" },
	{ CLDN_OP_DEVICE_ID, "device-id" },
	{ CLDN_OP_RESET, "reset" },
	{ CLDN_OP_MAKE_CALL, "make-call" },
	{ CLDN_OP_ACCEPT, "accept" },
	{ CLDN_OP_REJECT, "reject" },
	{ CLDN_OP_MODIFY_QOS, "modify-qos" },
	{ CLDN_OP_MAKE_MULTI, "make-multi" },
	{ CLDN_OP_ADD_PARTY, "add-party" },
	{ CLDN_OP_DROP_PARTY, "drop-party" },
	{ CLDN_OP_OPEN_AF, "open-af" },
	{ CLDN_OP_SAP, "sap" },
};

static const struct word dtrs[] = {
	{ CLDN_DTR_DROP, "drop" },
	{ CLDN_DTR_KEEP, "keep" },
	{ CLDN_DTR_PULSE, "pulse" },
};

static const struct word flows[] = {
	{ CLDN_FLOW_RTSCTS, "rtscts" },
	{ CLDN_FLOW_NONE, "none" },
	{ CLDN_FLOW_XONXOFF, "xonxoff" },
};

static const struct word lines[] = {
	{ CLDN_LINE_DTR, "dtr" },	{ CLDN_LINE_RTS, "rts" },
	{ CLDN_LINE_CTS, "cts" },	{ CLDN_LINE_DSR, "dsr" },
	{ CLDN_LINE_DCD, "dcd" },	{ CLDN_LINE_RI, "ri" },
	{ CLDN_LINE_BUSY, "busy" },	{ CLDN_LINE_ACK, "ack" },
	{ CLDN_LINE_PERROR, "perror" }, { CLDN_LINE_SELECT, "select" },
	{ CLDN_LINE_FAULT, "fault" },
};

static const struct word docs[] = {
	{ CLDN_DOC_NONE, "none" },	 { CLDN_DOC_STARTING, "starting" },
	{ CLDN_DOC_OPEN, "open" },	 { CLDN_DOC_ENDING, "ending" },
	{ CLDN_DOC_SENT, "sent" },	 { CLDN_DOC_PRINTED, "printed" },
	{ CLDN_DOC_ABORTED, "aborted" }, { CLDN_DOC_CANCELLED, "cancelled" },
};

static const struct word portflags[] = {
	{ CLDN_PORT_HELD, "held" },	  { CLDN_PORT_IMPLICIT, "implicit" },
	{ CLDN_PORT_OFFLINE, "offline" }, { CLDN_PORT_PAPER, "paper-out" },
	{ CLDN_PORT_FAULT, "fault" },	  { CLDN_PORT_STALLED, "stalled" },
	{ CLDN_PORT_MONITOR, "monitor" }, { CLDN_PORT_READS, "reads" },
};

static const struct word vcs[] = {
	{ CLDN_VC_IDLE, "idle" },	{ CLDN_VC_CALLING, "calling" },
	{ CLDN_VC_OFFERED, "offered" }, { CLDN_VC_ACCEPTED, "accepted" },
	{ CLDN_VC_ACTIVE, "active" },	{ CLDN_VC_REMOTE_CLOSED, "remote-closed" },
	{ CLDN_VC_CLOSING, "closing" }, { CLDN_VC_CLOSE_FAILED, "close-failed" },
	{ CLDN_VC_DELETED, "deleted" },
};

/* Of Q.2931, as a call is seen from the user's side; both sides count them alike. */
static const struct word callstates[] = {
	{ 0, "null" },
	{ 1, "call-initiated" },
	{ 3, "outgoing-call-proceeding" },
	{ 4, "call-delivered" },
	{ 6, "call-present" },
	{ 7, "call-received" },
	{ 8, "connect-request" },
	{ 9, "incoming-call-proceeding" },
	{ 10, "active" },
	{ 11, "release-request" },
	{ 12, "release-indication" },
};

static const struct word parties[] = {
	{ CLDN_PARTY_ADDING, "adding" },     { CLDN_PARTY_JOINED, "joined" },
	{ CLDN_PARTY_DROPPING, "dropping" }, { CLDN_PARTY_LEFT, "left" },
	{ CLDN_PARTY_OVER, "over" },
};

static const struct word linkflags[] = {
	{ CLDN_VC_LINK_UP, "up" },
	{ CLDN_VC_LINK_SAAL, "signalling" },
	{ CLDN_VC_LINK_NETWORK, "network-side" },
	{ CLDN_VC_LINK_MULTI, "multipoint" },
};

/* Q.850, with what broadband adds to it: 10, 35 to 37, 45, 73, 89, 92, 93, 104. */
static const struct word q850[] = {
	{ 1, "unallocated-number" },
	{ 2, "no-route-to-transit-network" },
	{ 3, "no-route-to-destination" },
	{ 6, "channel-unacceptable" },
	{ 7, "call-awarded" },
	{ 10, "vpci-vci-unacceptable" },
	{ 16, "normal-clearing" },
	{ 17, "user-busy" },
	{ 18, "no-user-responding" },
	{ 19, "no-answer" },
	{ 20, "subscriber-absent" },
	{ 21, "call-rejected" },
	{ 22, "number-changed" },
	{ 23, "rejected-for-hidden-caller" },
	{ 26, "non-selected-user-clearing" },
	{ 27, "destination-out-of-order" },
	{ 28, "invalid-number-format" },
	{ 29, "facility-rejected" },
	{ 30, "response-to-status-enquiry" },
	{ 31, "normal-unspecified" },
	{ 34, "no-channel-available" },
	{ 35, "vpci-vci-unavailable" },
	{ 36, "vpci-vci-assignment-failure" },
	{ 37, "cell-rate-unavailable" },
	{ 38, "network-out-of-order" },
	{ 41, "temporary-failure" },
	{ 42, "switching-congestion" },
	{ 43, "access-information-discarded" },
	{ 44, "requested-channel-unavailable" },
	{ 45, "no-vpci-vci-available" },
	{ 47, "resource-unavailable" },
	{ 49, "qos-unavailable" },
	{ 50, "facility-not-subscribed" },
	{ 57, "bearer-not-authorized" },
	{ 58, "bearer-unavailable" },
	{ 63, "service-unavailable" },
	{ 65, "bearer-not-implemented" },
	{ 69, "facility-not-implemented" },
	{ 73, "traffic-parameters-unsupported" },
	{ 79, "service-not-implemented" },
	{ 81, "invalid-call-reference" },
	{ 82, "channel-does-not-exist" },
	{ 88, "incompatible-destination" },
	{ 89, "invalid-endpoint-reference" },
	{ 91, "invalid-transit-network" },
	{ 92, "too-many-add-party-requests" },
	{ 93, "aal-parameters-unsupported" },
	{ 95, "invalid-message" },
	{ 96, "element-missing" },
	{ 97, "message-type-unknown" },
	{ 98, "message-not-in-this-state" },
	{ 99, "element-unknown" },
	{ 100, "element-contents-invalid" },
	{ 101, "message-incompatible-with-state" },
	{ 102, "timer-expired" },
	{ 104, "message-length-incorrect" },
	{ 111, "protocol-error" },
	{ 127, "interworking" },
};

static const struct word lampmodes[] = {
	{ CLDN_LAMPMODE_OFF, "off" },	      { CLDN_LAMPMODE_STEADY, "steady" },
	{ CLDN_LAMPMODE_WINK, "wink" },	      { CLDN_LAMPMODE_FLASH, "flash" },
	{ CLDN_LAMPMODE_FLUTTER, "flutter" }, { CLDN_LAMPMODE_BROKENFLUTTER, "broken-flutter" },
};

static const struct word phonestates[] = {
	{ CLDN_PHONESTATE_OTHER, "other" },
	{ CLDN_PHONESTATE_CONNECTED, "connected" },
	{ CLDN_PHONESTATE_DISCONNECTED, "disconnected" },
	{ CLDN_PHONESTATE_DISPLAY, "display" },
	{ CLDN_PHONESTATE_LAMP, "lamp" },
	{ CLDN_PHONESTATE_RINGMODE, "ring-mode" },
	{ CLDN_PHONESTATE_RINGVOLUME, "ring-volume" },
	{ CLDN_PHONESTATE_HANDSETHOOKSWITCH, "handset-hookswitch" },
	{ CLDN_PHONESTATE_HANDSETVOLUME, "handset-volume" },
	{ CLDN_PHONESTATE_SPEAKERHOOKSWITCH, "speaker-hookswitch" },
	{ CLDN_PHONESTATE_SPEAKERVOLUME, "speaker-volume" },
	{ CLDN_PHONESTATE_SPEAKERGAIN, "speaker-gain" },
	{ CLDN_PHONESTATE_HEADSETHOOKSWITCH, "headset-hookswitch" },
	{ CLDN_PHONESTATE_SUSPEND, "suspend" },
	{ CLDN_PHONESTATE_RESUME, "resume" },
	{ CLDN_PHONESTATE_CAPSCHANGE, "capabilities" },
	{ CLDN_PHONESTATE_REMOVED, "removed" },
};

static const struct word hookdevs[] = {
	{ CLDN_HOOKDEV_HANDSET, "handset" },
	{ CLDN_HOOKDEV_SPEAKER, "speaker" },
	{ CLDN_HOOKDEV_HEADSET, "headset" },
};

static const struct word status_words[] = {
	{ CLEARDOWN_STATUS_SUCCESS, "SUCCESS" },
	{ CLEARDOWN_PHONEERR_ALLOCATED, "PHONEERR_ALLOCATED" },
	{ CLEARDOWN_PHONEERR_BADDEVICEID, "PHONEERR_BADDEVICEID" },
	{ CLEARDOWN_PHONEERR_INCOMPATIBLEAPIVERSION, "PHONEERR_INCOMPATIBLEAPIVERSION" },
	{ CLEARDOWN_PHONEERR_INUSE, "PHONEERR_INUSE" },
	{ CLEARDOWN_PHONEERR_INVALBUTTONLAMPID, "PHONEERR_INVALBUTTONLAMPID" },
	{ CLEARDOWN_PHONEERR_INVALBUTTONMODE, "PHONEERR_INVALBUTTONMODE" },
	{ CLEARDOWN_PHONEERR_INVALBUTTONSTATE, "PHONEERR_INVALBUTTONSTATE" },
	{ CLEARDOWN_PHONEERR_INVALDATAID, "PHONEERR_INVALDATAID" },
	{ CLEARDOWN_PHONEERR_INVALDEVICECLASS, "PHONEERR_INVALDEVICECLASS" },
	{ CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV, "PHONEERR_INVALHOOKSWITCHDEV" },
	{ CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE, "PHONEERR_INVALHOOKSWITCHMODE" },
	{ CLEARDOWN_PHONEERR_INVALLAMPMODE, "PHONEERR_INVALLAMPMODE" },
	{ CLEARDOWN_PHONEERR_INVALPARAM, "PHONEERR_INVALPARAM" },
	{ CLEARDOWN_PHONEERR_INVALPHONEHANDLE, "PHONEERR_INVALPHONEHANDLE" },
	{ CLEARDOWN_PHONEERR_INVALPHONESTATE, "PHONEERR_INVALPHONESTATE" },
	{ CLEARDOWN_PHONEERR_INVALPRIVILEGE, "PHONEERR_INVALPRIVILEGE" },
	{ CLEARDOWN_PHONEERR_INVALRINGMODE, "PHONEERR_INVALRINGMODE" },
	{ CLEARDOWN_PHONEERR_NODEVICE, "PHONEERR_NODEVICE" },
	{ CLEARDOWN_PHONEERR_NODRIVER, "PHONEERR_NODRIVER" },
	{ CLEARDOWN_PHONEERR_NOMEM, "PHONEERR_NOMEM" },
	{ CLEARDOWN_PHONEERR_NOTOWNER, "PHONEERR_NOTOWNER" },
	{ CLEARDOWN_PHONEERR_OPERATIONFAILED, "PHONEERR_OPERATIONFAILED" },
	{ CLEARDOWN_PHONEERR_OPERATIONUNAVAIL, "PHONEERR_OPERATIONUNAVAIL" },
	{ CLEARDOWN_PHONEERR_RESOURCEUNAVAIL, "PHONEERR_RESOURCEUNAVAIL" },
	{ CLEARDOWN_PHONEERR_STRUCTURETOOSMALL, "PHONEERR_STRUCTURETOOSMALL" },
	{ CLEARDOWN_NDIS_STATUS_PENDING, "NDIS_STATUS_PENDING" },
	{ CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, "NDIS_STATUS_NOT_ACCEPTED" },
	{ CLEARDOWN_NDIS_STATUS_CLOSING, "NDIS_STATUS_CLOSING" },
	{ CLEARDOWN_NDIS_STATUS_INVALID_DATA, "NDIS_STATUS_INVALID_DATA" },
	{ CLEARDOWN_NDIS_STATUS_FAILURE, "NDIS_STATUS_FAILURE" },
	{ CLEARDOWN_NDIS_STATUS_RESOURCES, "NDIS_STATUS_RESOURCES" },
	{ CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED, "NDIS_STATUS_NOT_SUPPORTED" },
	{ CLEARDOWN_ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED" },
	{ CLEARDOWN_ERROR_INVALID_HANDLE, "ERROR_INVALID_HANDLE" },
	{ CLEARDOWN_ERROR_NOT_ENOUGH_MEMORY, "ERROR_NOT_ENOUGH_MEMORY" },
	{ CLEARDOWN_ERROR_INVALID_DATA, "ERROR_INVALID_DATA" },
	{ CLEARDOWN_ERROR_BAD_UNIT, "ERROR_BAD_UNIT" },
	{ CLEARDOWN_ERROR_NOT_READY, "ERROR_NOT_READY" },
	{ CLEARDOWN_ERROR_OUT_OF_PAPER, "ERROR_OUT_OF_PAPER" },
	{ CLEARDOWN_ERROR_NOT_SUPPORTED, "ERROR_NOT_SUPPORTED" },
	{ CLEARDOWN_ERROR_PRINT_CANCELLED, "ERROR_PRINT_CANCELLED" },
	{ CLEARDOWN_ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER" },
	{ CLEARDOWN_ERROR_INSUFFICIENT_BUFFER, "ERROR_INSUFFICIENT_BUFFER" },
	{ CLEARDOWN_ERROR_INVALID_LEVEL, "ERROR_INVALID_LEVEL" },
	{ CLEARDOWN_ERROR_BUSY, "ERROR_BUSY" },
	{ CLEARDOWN_ERROR_ALREADY_EXISTS, "ERROR_ALREADY_EXISTS" },
	{ CLEARDOWN_ERROR_OPERATION_ABORTED, "ERROR_OPERATION_ABORTED" },
	{ CLEARDOWN_ERROR_NO_SYSTEM_RESOURCES, "ERROR_NO_SYSTEM_RESOURCES" },
	{ CLEARDOWN_ERROR_TIMEOUT, "ERROR_TIMEOUT" },
	{ CLEARDOWN_ERROR_UNKNOWN_PORT, "ERROR_UNKNOWN_PORT" },
	{ CLEARDOWN_ERROR_DEVICE_IN_USE, "ERROR_DEVICE_IN_USE" },
};

#define SAME_STATUS(name) _Static_assert(CLDN_##name == CLEARDOWN_##name, #name)

SAME_STATUS(STATUS_SUCCESS);
SAME_STATUS(PHONEERR_INUSE);
SAME_STATUS(PHONEERR_INVALBUTTONLAMPID);
SAME_STATUS(PHONEERR_INVALBUTTONMODE);
SAME_STATUS(PHONEERR_INVALBUTTONSTATE);
SAME_STATUS(PHONEERR_INVALDATAID);
SAME_STATUS(PHONEERR_INVALDEVICECLASS);
SAME_STATUS(PHONEERR_INVALHOOKSWITCHDEV);
SAME_STATUS(PHONEERR_INVALHOOKSWITCHMODE);
SAME_STATUS(PHONEERR_INVALLAMPMODE);
SAME_STATUS(PHONEERR_INVALPARAM);
SAME_STATUS(PHONEERR_INVALPHONEHANDLE);
SAME_STATUS(PHONEERR_INVALPHONESTATE);
SAME_STATUS(PHONEERR_INVALRINGMODE);
SAME_STATUS(PHONEERR_NODEVICE);
SAME_STATUS(PHONEERR_NOMEM);
SAME_STATUS(PHONEERR_NOTOWNER);
SAME_STATUS(PHONEERR_OPERATIONFAILED);
SAME_STATUS(PHONEERR_OPERATIONUNAVAIL);
SAME_STATUS(PHONEERR_RESOURCEUNAVAIL);
SAME_STATUS(NDIS_STATUS_PENDING);
SAME_STATUS(NDIS_STATUS_NOT_ACCEPTED);
SAME_STATUS(NDIS_STATUS_CLOSING);
SAME_STATUS(NDIS_STATUS_INVALID_DATA);
SAME_STATUS(NDIS_STATUS_FAILURE);
SAME_STATUS(NDIS_STATUS_RESOURCES);
SAME_STATUS(NDIS_STATUS_NOT_SUPPORTED);
SAME_STATUS(ERROR_ACCESS_DENIED);
SAME_STATUS(ERROR_INVALID_HANDLE);
SAME_STATUS(ERROR_NOT_READY);
SAME_STATUS(ERROR_OUT_OF_PAPER);
SAME_STATUS(ERROR_NOT_SUPPORTED);
SAME_STATUS(ERROR_PRINT_CANCELLED);
SAME_STATUS(ERROR_INVALID_PARAMETER);
SAME_STATUS(ERROR_INVALID_LEVEL);
SAME_STATUS(ERROR_BUSY);
SAME_STATUS(ERROR_ALREADY_EXISTS);
SAME_STATUS(ERROR_OPERATION_ABORTED);
SAME_STATUS(ERROR_TIMEOUT);
SAME_STATUS(ERROR_UNKNOWN_PORT);
SAME_STATUS(ERROR_DEVICE_IN_USE);

static const char *name_of(const struct word *words, size_t n, uint32_t value)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (words[i].value == value)
			return words[i].name;
	return NULL;
}

static int value_of(const struct word *words, size_t n, const char *name)
{
	size_t i;

	for (i = 0; name && i < n; i++)
		if (!strcmp(words[i].name, name))
			return words[i].value;
	errno = EINVAL;
	return -1;
}

#define NAME_FUNCTION(function, words, argument)                 \
	CLDN_EXPORT const char *function(argument)               \
	{                                                        \
		return name_of(words, ARRAY_SIZE(words), value); \
	}

NAME_FUNCTION(cleardown_class_name, classes, unsigned int value)
NAME_FUNCTION(cleardown_state_name, states, unsigned int value)
NAME_FUNCTION(cleardown_party_name, parties, unsigned int value)
NAME_FUNCTION(cleardown_mode_name, modes, unsigned int value)
NAME_FUNCTION(cleardown_cause_name, causes, unsigned int value)
NAME_FUNCTION(cleardown_step_name, steps, unsigned int value)
NAME_FUNCTION(cleardown_result_name, results, unsigned int value)
NAME_FUNCTION(cleardown_call_name, calls, unsigned int value)
NAME_FUNCTION(cleardown_event_name, events, unsigned int value)
NAME_FUNCTION(cleardown_opcode_name, opcodes, unsigned int value)
NAME_FUNCTION(cleardown_dtr_name, dtrs, unsigned int value)
NAME_FUNCTION(cleardown_flow_name, flows, unsigned int value)
NAME_FUNCTION(cleardown_line_name, lines, unsigned int value)
NAME_FUNCTION(cleardown_phonestate_name, phonestates, unsigned int value)
NAME_FUNCTION(cleardown_lampmode_name, lampmodes, unsigned int value)
NAME_FUNCTION(cleardown_button_name, buttons, unsigned int value)
NAME_FUNCTION(cleardown_hookdev_name, hookdevs, unsigned int value)
NAME_FUNCTION(cleardown_doc_name, docs, unsigned int value)
NAME_FUNCTION(cleardown_portflag_name, portflags, unsigned int value)
NAME_FUNCTION(cleardown_vc_name, vcs, unsigned int value)
NAME_FUNCTION(cleardown_callstate_name, callstates, unsigned int value)
NAME_FUNCTION(cleardown_linkflag_name, linkflags, unsigned int value)
NAME_FUNCTION(cleardown_clearing_name, q850, unsigned int value)
NAME_FUNCTION(cleardown_fei_name, feis, unsigned int value)
NAME_FUNCTION(cleardown_fps_name, fpss, uint32_t value)
NAME_FUNCTION(cleardown_js_name, jss, uint32_t value)
NAME_FUNCTION(cleardown_faxright_name, faxrights, unsigned int value)
NAME_FUNCTION(cleardown_status_name, status_words, uint32_t value)

#define VALUE_FUNCTION(function, words)                          \
	CLDN_EXPORT int function(const char *name)               \
	{                                                        \
		return value_of(words, ARRAY_SIZE(words), name); \
	}

VALUE_FUNCTION(cleardown_mode_from_name, modes)
VALUE_FUNCTION(cleardown_state_from_name, states)
VALUE_FUNCTION(cleardown_call_from_name, calls)
VALUE_FUNCTION(cleardown_class_from_name, classes)
VALUE_FUNCTION(cleardown_doc_from_name, docs)
VALUE_FUNCTION(cleardown_clearing_from_name, q850)
VALUE_FUNCTION(cleardown_faxright_from_name, faxrights)
