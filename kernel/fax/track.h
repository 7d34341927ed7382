/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a Class 1 (T.31) modem does, told from the bytes that pass: enough to know how its present
 * command is broken off and whether the line is off-hook. Pure functions over (bytes, length): no
 * lock, no allocation, no kernel call.
 *
 *   COMMAND    text to and fro; a command may be in flight
 *   SENDING    after the CONNECT of +FTH, +FTM or an answer, until DLE ETX was written
 *   RECEIVING  after the CONNECT of +FRH, +FRM or a dial, until DLE ETX was received or a byte was
 *              written
 */
#ifndef CLEARDOWN_FAX_TRACK_H
#define CLEARDOWN_FAX_TRACK_H

#include "../modem/at.h"

#define FAX_DLE 0x10
#define FAX_ETX 0x03
#define FAX_CAN 0x18

enum fax_flow {
	FAX_COMMAND,
	FAX_SENDING,
	FAX_RECEIVING,
};

/* The command in flight. */
enum fax_flight {
	FAX_NOTHING,
	FAX_PLAIN, /* ends with OK or ERROR and leaves the hook as it is */
	FAX_TX, /* CONNECT: SENDING */
	FAX_RX, /* CONNECT: RECEIVING; NO CARRIER is the end of a carrier, not of the call */
	FAX_DIAL, /* CONNECT counts as that of +FRH=3 */
	FAX_ANSWER, /* CONNECT counts as that of +FTH=3 */
	FAX_HANG,
};

enum fax_hook {
	FAX_HOOK_UNKNOWN,
	FAX_HOOK_ON,
	FAX_HOOK_OFF,
};

/**
 * struct fax_track - zero it to start
 * @flow: enum fax_flow
 * @flight: enum fax_flight
 * @hook: enum fax_hook
 * @calling: a dial or answer has no result yet, whatever was written since
 * @finals: results of commands so far
 * @code: enum cleardown_result of the last one
 * @dle: the last byte in the direction of @flow was DLE
 * @command: written, without its end
 * @len: bytes of @command; what is longer is cut
 * @line: assembler of what is received
 */
struct fax_track {
	u8 flow;
	u8 flight;
	u8 hook;
	bool calling;
	u32 finals;
	u32 code;
	bool dle;
	u8 command[CLDN_AT_COMMAND_MAX];
	u16 len;
	struct cldn_at_line line;
};

/** fax_track_tx - the modem was given these bytes */
void fax_track_tx(struct fax_track *t, const u8 *buf, size_t len);

/** fax_track_rx - the modem has sent these bytes */
void fax_track_rx(struct fax_track *t, const u8 *buf, size_t len);

#endif /* CLEARDOWN_FAX_TRACK_H */
