// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The side channel: filters ask about the printer while a job is printed. Requests that need the
 * printer are answered when it has; meanwhile no other is read, as the protocol has one at a time.
 */
#include <errno.h>
#include <string.h>

#include "backend.h"

#define READ_TIMEOUT	1.0
#define WRITE_TIMEOUT	1.0
/* Filters wait some seconds for an answer; one that comes later is taken for that of the next. */
#define ANSWER_LIMIT	(5 * NS_PER_SEC)
/* A drain takes as long as the printer does. */
#define DRAIN_LIMIT	(3600 * NS_PER_SEC)

static void answer(struct job *job, cups_sc_command_t command, cups_sc_status_t status,
		   const char *data, int len)
{
	job->side.command = CUPS_SC_CMD_NONE;
	if (cupsSideChannelWrite(command, status, data, len, WRITE_TIMEOUT) < 0)
		job->has_side = false;
}

static void answer_byte(struct job *job, cups_sc_command_t command, int byte)
{
	char data = byte;

	answer(job, command, CUPS_SC_STATUS_OK, &data, 1);
}

static int printer_state(const struct job *job)
{
	uint32_t flags = job->status.flags;
	int state = flags & CLDN_PORT_OFFLINE ? CUPS_SC_STATE_OFFLINE : CUPS_SC_STATE_ONLINE;

	if (flags & CLDN_PORT_STALLED || job->status.confirmed < job->status.accepted)
		state |= CUPS_SC_STATE_BUSY;
	if (flags & CLDN_PORT_FAULT)
		state |= CUPS_SC_STATE_ERROR;
	if (flags & CLDN_PORT_PAPER)
		state |= CUPS_SC_STATE_MEDIA_EMPTY;
	return state;
}

static cups_sc_status_t status_for_errno(int err)
{
	switch (err) {
	case 0:
		return CUPS_SC_STATUS_OK;
	case EOPNOTSUPP:
		return CUPS_SC_STATUS_NOT_IMPLEMENTED;
	case ETIMEDOUT:
		return CUPS_SC_STATUS_NO_RESPONSE;
	default:
		return CUPS_SC_STATUS_IO_ERROR;
	}
}

/* Remembers whom the answer is for. */
static void wait_for_answer(struct job *job, cups_sc_command_t command, uint64_t req_id,
			    int64_t limit_ns)
{
	job->side = (struct side_request){
		.command = command,
		.req_id = req_id,
		.target = UINT64_MAX,
		.end_ns = monotonic_ns() + limit_ns,
	};
}

static void ask_printer(struct job *job, cups_sc_command_t command, enum cldn_opcode opcode)
{
	struct cleardown_request request = {
		.opcode = opcode,
		.deadline_ns = ANSWER_LIMIT,
	};
	uint64_t req_id = job_submit(job, &request);

	if (req_id)
		wait_for_answer(job, command, req_id, 2 * ANSWER_LIMIT);
	else
		answer(job, command, status_for_errno(errno), NULL, 0);
}

void side_read(struct job *job)
{
	cups_sc_status_t status;
	cups_sc_command_t command;
	char data[2048];
	int len = sizeof(data);

	if (cupsSideChannelRead(&command, &status, data, &len, READ_TIMEOUT)) {
		job->has_side = false;
		return;
	}
	switch (command) {
	case CUPS_SC_CMD_SOFT_RESET:
		ask_printer(job, command, CLDN_OP_RESET);
		break;
	case CUPS_SC_CMD_GET_DEVICE_ID:
		ask_printer(job, command, CLDN_OP_DEVICE_ID);
		break;
	case CUPS_SC_CMD_DRAIN_OUTPUT:
		wait_for_answer(job, command, 0, DRAIN_LIMIT);
		break;
	case CUPS_SC_CMD_GET_BIDI:
		answer_byte(job, command,
			    job->status.flags & CLDN_PORT_READS ? CUPS_SC_BIDI_SUPPORTED :
								  CUPS_SC_BIDI_NOT_SUPPORTED);
		break;
	case CUPS_SC_CMD_GET_STATE:
		answer_byte(job, command, printer_state(job));
		break;
	case CUPS_SC_CMD_GET_CONNECTED:
		answer_byte(job, command,
			    job->status.flags & CLDN_PORT_HELD ? CUPS_SC_CONNECTED :
								 CUPS_SC_NOT_CONNECTED);
		break;
	default:
		answer(job, command, CUPS_SC_STATUS_NOT_IMPLEMENTED, NULL, 0);
	}
}

void side_completed(struct job *job, const struct cleardown_record *record)
{
	cups_sc_command_t command = job->side.command;
	bool has_data = command == CUPS_SC_CMD_GET_DEVICE_ID && !record->error;

	if (command == CUPS_SC_CMD_NONE || !job->side.req_id || record->req_id != job->side.req_id)
		return;
	answer(job, command, status_for_errno(record->error), has_data ? record->text : NULL,
	       has_data ? (int)record->text_len : 0);
}

/* What was sent before the request must be with the printer; some may still be in the pipe. */
static bool is_drained(struct job *job)
{
	if (job->side.target == UINT64_MAX && job->input_idle)
		job->side.target = job->status.accepted + (job->end - job->begin);
	return job->status.confirmed >= job->side.target;
}

void side_look(struct job *job)
{
	cups_sc_command_t command = job->side.command;

	if (command == CUPS_SC_CMD_NONE)
		return;
	if (command == CUPS_SC_CMD_DRAIN_OUTPUT && is_drained(job))
		answer(job, command, CUPS_SC_STATUS_OK, NULL, 0);
	else if (job->cancelled || job->phase == PHASE_OVER)
		answer(job, command, CUPS_SC_STATUS_IO_ERROR, NULL, 0);
	else if (monotonic_ns() > job->side.end_ns)
		answer(job, command, CUPS_SC_STATUS_TIMEOUT, NULL, 0);
}
