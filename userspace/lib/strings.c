// SPDX-License-Identifier: LGPL-2.1-or-later
/* Words for numbers. JSON carries them: changing one breaks scripts. */
#include <errno.h>
#include <string.h>

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
	{ CLDN_STEP_DRAIN_OPS, "drain-ops" },	  { CLDN_STEP_DRAIN_DATA, "drain-data" },
	{ CLDN_STEP_ABORT_CMD, "abort-command" }, { CLDN_STEP_ESCAPE, "escape" },
	{ CLDN_STEP_HANGUP, "hangup" },		  { CLDN_STEP_DTR, "dtr" },
	{ CLDN_STEP_RELEASE, "release" },
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
	{ CLDN_EV_COMPLETION, "completion" },	{ CLDN_EV_PHONE_CLOSE, "phone-close" },
	{ CLDN_EV_PHONE_STATE, "phone-state" }, { CLDN_EV_RING, "ring" },
	{ CLDN_EV_CALLER_ID, "caller-id" },	{ CLDN_EV_DEVSPECIFIC, "device-specific" },
	{ CLDN_EV_CALL_STATE, "call-state" },	{ CLDN_EV_LINES, "lines" },
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
	{ CLDN_OP_DIAL, "dial" },
	{ CLDN_OP_ANSWER, "answer" },
	{ CLDN_OP_HANGUP, "hangup" },
	{ CLDN_OP_SEND_DTMF, "send-dtmf" },
};

static const struct word dtrs[] = {
	{ CLDN_DTR_DROP, "drop" },
	{ CLDN_DTR_KEEP, "keep" },
	{ CLDN_DTR_PULSE, "pulse" },
};

static const struct word lines[] = {
	{ CLDN_LINE_DTR, "dtr" }, { CLDN_LINE_RTS, "rts" }, { CLDN_LINE_CTS, "cts" },
	{ CLDN_LINE_DSR, "dsr" }, { CLDN_LINE_DCD, "dcd" }, { CLDN_LINE_RI, "ri" },
};

static const struct word phonestates[] = {
	{ CLDN_PHONESTATE_OTHER, "other" },
	{ CLDN_PHONESTATE_CONNECTED, "connected" },
	{ CLDN_PHONESTATE_DISCONNECTED, "disconnected" },
	{ CLDN_PHONESTATE_RINGMODE, "ring-mode" },
	{ CLDN_PHONESTATE_HANDSETHOOKSWITCH, "handset-hookswitch" },
	{ CLDN_PHONESTATE_SPEAKERHOOKSWITCH, "speaker-hookswitch" },
	{ CLDN_PHONESTATE_SPEAKERVOLUME, "speaker-volume" },
	{ CLDN_PHONESTATE_SPEAKERGAIN, "speaker-gain" },
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
	{ CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV, "PHONEERR_INVALHOOKSWITCHDEV" },
	{ CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE, "PHONEERR_INVALHOOKSWITCHMODE" },
	{ CLEARDOWN_PHONEERR_INVALPARAM, "PHONEERR_INVALPARAM" },
	{ CLEARDOWN_PHONEERR_INVALPHONEHANDLE, "PHONEERR_INVALPHONEHANDLE" },
	{ CLEARDOWN_PHONEERR_INVALPHONESTATE, "PHONEERR_INVALPHONESTATE" },
	{ CLEARDOWN_PHONEERR_INVALPRIVILEGE, "PHONEERR_INVALPRIVILEGE" },
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
	{ CLEARDOWN_ERROR_NOT_SUPPORTED, "ERROR_NOT_SUPPORTED" },
	{ CLEARDOWN_ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER" },
	{ CLEARDOWN_ERROR_INSUFFICIENT_BUFFER, "ERROR_INSUFFICIENT_BUFFER" },
	{ CLEARDOWN_ERROR_INVALID_LEVEL, "ERROR_INVALID_LEVEL" },
	{ CLEARDOWN_ERROR_ALREADY_EXISTS, "ERROR_ALREADY_EXISTS" },
	{ CLEARDOWN_ERROR_TIMEOUT, "ERROR_TIMEOUT" },
	{ CLEARDOWN_ERROR_UNKNOWN_PORT, "ERROR_UNKNOWN_PORT" },
	{ CLEARDOWN_ERROR_DEVICE_IN_USE, "ERROR_DEVICE_IN_USE" },
};

#define SAME_STATUS(name) _Static_assert(CLDN_##name == CLEARDOWN_##name, #name)

SAME_STATUS(STATUS_SUCCESS);
SAME_STATUS(PHONEERR_INUSE);
SAME_STATUS(PHONEERR_INVALHOOKSWITCHDEV);
SAME_STATUS(PHONEERR_INVALHOOKSWITCHMODE);
SAME_STATUS(PHONEERR_INVALPARAM);
SAME_STATUS(PHONEERR_INVALPHONEHANDLE);
SAME_STATUS(PHONEERR_INVALPHONESTATE);
SAME_STATUS(PHONEERR_NODEVICE);
SAME_STATUS(PHONEERR_NOMEM);
SAME_STATUS(PHONEERR_NOTOWNER);
SAME_STATUS(PHONEERR_OPERATIONFAILED);
SAME_STATUS(PHONEERR_OPERATIONUNAVAIL);
SAME_STATUS(PHONEERR_RESOURCEUNAVAIL);

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
NAME_FUNCTION(cleardown_mode_name, modes, unsigned int value)
NAME_FUNCTION(cleardown_cause_name, causes, unsigned int value)
NAME_FUNCTION(cleardown_step_name, steps, unsigned int value)
NAME_FUNCTION(cleardown_result_name, results, unsigned int value)
NAME_FUNCTION(cleardown_call_name, calls, unsigned int value)
NAME_FUNCTION(cleardown_event_name, events, unsigned int value)
NAME_FUNCTION(cleardown_opcode_name, opcodes, unsigned int value)
NAME_FUNCTION(cleardown_dtr_name, dtrs, unsigned int value)
NAME_FUNCTION(cleardown_line_name, lines, unsigned int value)
NAME_FUNCTION(cleardown_phonestate_name, phonestates, unsigned int value)
NAME_FUNCTION(cleardown_hookdev_name, hookdevs, unsigned int value)
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
