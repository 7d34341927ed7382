/* SPDX-License-Identifier: GPL-2.0-only */
/* Information elements of Q.2931, one by one. For msg.c alone; see msg.h. */
#ifndef CLEARDOWN_CALLMGR_Q2931_IE_H
#define CLEARDOWN_CALLMGR_Q2931_IE_H

#include "msg.h"

/**
 * struct cldn_q2931_in - contents of an element
 * @at: next octet
 * @left: octets from @at on
 * @bad: more was read than there is, or something else is wrong
 */
struct cldn_q2931_in {
	const u8 *at;
	size_t left;
	bool bad;
};

/**
 * struct cldn_q2931_out - a message that is being built
 * @buf: room
 * @size: octets of @buf
 * @len: octets so far; beyond @size they are counted only
 * @bad: something has no place on the wire
 */
struct cldn_q2931_out {
	u8 *buf;
	size_t size;
	size_t len;
	bool bad;
};

void cldn_q2931_put8(struct cldn_q2931_out *out, u8 value);
void cldn_q2931_put16(struct cldn_q2931_out *out, u16 value);
void cldn_q2931_put24(struct cldn_q2931_out *out, u32 value);

/**
 * struct cldn_q2931_ie_type - how an element is read and written
 * @id: identifier
 * @head: second octet as we write it
 * @get: reads the contents into the message
 * @put: writes the contents; NULL of CAUSE, which occurs twice: cldn_q2931_put_cause()
 */
struct cldn_q2931_ie_type {
	u8 id;
	u8 head;
	void (*get)(struct cldn_q2931_in *in, struct cldn_q2931_msg *msg);
	void (*put)(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg);
};

/* Second octet: extension, coding standard, instruction. */
#define Q2931_IE_EXT 0x80
#define Q2931_IE_CODING 0x60
#define Q2931_IE_CODING_FORUM 0x60
#define Q2931_IE_EXPLICIT 0x10
#define Q2931_IE_ACTION 0x07

/* By enum cldn_q2931_ie. */
extern const struct cldn_q2931_ie_type cldn_q2931_ies[CLDN_Q2931_NIES];

void cldn_q2931_put_cause(struct cldn_q2931_out *out, const struct cldn_q2931_cause_ie *cause);

#endif /* CLEARDOWN_CALLMGR_Q2931_IE_H */
