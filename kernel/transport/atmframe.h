/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ATM-over-TCP protocol as the stock program atmtcp(8) speaks it: a stream of PDUs, each of
 * them behind a head with all numbers in network byte order:
 *
 *   VPI (2) | VCI (2) | octets that follow (4), then the SDU, or on VPI/VCI 0.0 a control text
 *
 *   "O vpi.vci itf.vpi.vci qos"   that end has opened the channel: "O 0.5 0.0.5 ubr"
 *   "C vpi.vci"                   it has closed it
 *
 * A text has no end but its length; a last octet of 0 is admitted. What it says is told to nobody
 * here: a channel is what the call manager makes it, and data needs no text before it.
 *
 * Nothing in the stream tells where a PDU begins. A head that gives more octets than there can be
 * is the end of what can be read.
 *
 * States of a reader, and who owns the buffer:
 *
 *   head      octets of a head are collected
 *   asking    HEAD was answered: give() or skip() follows
 *   body      octets go to what give() handed in, which is the reader's to write and the owner's to
 *             free; at WHOLE, or at any time the owner likes to forget the reader, nothing here
 *             points at it
 *   skipping  octets go nowhere, also those of a text that is too long for one
 *   text      octets of a text are collected
 *   lost      nothing is taken any more
 *
 * Sequence: init (take (HEAD (give | skip))?)*, one caller at a time.
 *
 * Pure functions over (bytes, length): no lock, no allocation, no kernel call. The same files build
 * in userspace for tests and fuzzing.
 */
#ifndef CLEARDOWN_TRANSPORT_ATMFRAME_H
#define CLEARDOWN_TRANSPORT_ATMFRAME_H

#include <linux/types.h>

#define CLDN_ATMTCP_PORT 2812
#define CLDN_ATMTCP_HEAD 8U
#define CLDN_ATMTCP_SDU_MAX 65535U
/* Stock programs' texts have at most 30 octets more than their words for the quality of service. */
#define CLDN_ATMTCP_TEXT_MAX 256U
/* Of a text of ours, with its head. */
#define CLDN_ATMTCP_CONTROL_MAX 80U

/**
 * struct cldn_atmtcp_control - what a control text says
 * @open: "O", else "C"
 * @vpi: virtual path
 * @vci: virtual channel
 */
struct cldn_atmtcp_control {
	bool open;
	u16 vpi;
	u16 vci;
};

/** cldn_atmtcp_head - write the CLDN_ATMTCP_HEAD octets before an SDU of @len octets */
void cldn_atmtcp_head(u8 *out, u16 vpi, u16 vci, u32 len);

/**
 * cldn_atmtcp_control_make - a control text, with its head
 * @out: CLDN_ATMTCP_CONTROL_MAX octets
 * @control: what to say
 * @max_sdu: in the text of an open
 * Return: its octets.
 */
size_t cldn_atmtcp_control_make(u8 *out, const struct cldn_atmtcp_control *control, u32 max_sdu);

/**
 * cldn_atmtcp_control_parse - read a control text
 * @control: answer; as it was unless the text is good
 * @text: without its head
 * @len: its octets
 * Return: false when it is none.
 */
bool cldn_atmtcp_control_parse(struct cldn_atmtcp_control *control, const char *text, size_t len);

enum cldn_atmtcp_event {
	CLDN_ATMTCP_MORE, /* all octets were taken */
	CLDN_ATMTCP_HEAD_IN, /* rx->vpi, vci and length are those of an SDU that follows */
	CLDN_ATMTCP_WHOLE, /* rx->length octets are in the buffer that was given */
	CLDN_ATMTCP_EMPTY, /* an SDU of no octets, which is none */
	CLDN_ATMTCP_CONTROL, /* rx->control is good */
	CLDN_ATMTCP_BAD_CONTROL, /* a text that is none was skipped */
	CLDN_ATMTCP_LOST, /* no PDU is that long */
	CLDN_ATMTCP_EVENTS
};

enum cldn_atmtcp_state {
	CLDN_ATMTCP_AT_HEAD,
	CLDN_ATMTCP_ASKING,
	CLDN_ATMTCP_AT_BODY,
	CLDN_ATMTCP_SKIPPING,
	CLDN_ATMTCP_AT_TEXT,
	CLDN_ATMTCP_AT_END,
};

/**
 * struct cldn_atmtcp_rx - a stream that is read
 * @state: see above
 * @have: octets of the head, the SDU or the text that are here
 * @length: of the SDU or text
 * @vpi: of the SDU
 * @vci: of the SDU
 * @buf: the owner's, in state body
 * @head: its octets
 * @text: likewise
 * @control: what the last good text said
 */
struct cldn_atmtcp_rx {
	enum cldn_atmtcp_state state;
	u32 have;
	u32 length;
	u16 vpi;
	u16 vci;
	u8 *buf;
	u8 head[CLDN_ATMTCP_HEAD];
	char text[CLDN_ATMTCP_TEXT_MAX];
	struct cldn_atmtcp_control control;
};

/** cldn_atmtcp_rx_init - a stream begins */
void cldn_atmtcp_rx_init(struct cldn_atmtcp_rx *rx);

/**
 * cldn_atmtcp_rx_take - take octets up to the next event
 * @rx: not asking
 * @at: the octets that came; is moved behind those that were taken
 * @len: how many they are; likewise
 * Return: enum cldn_atmtcp_event. Only after MORE, and after LOST, need there be no other.
 */
enum cldn_atmtcp_event cldn_atmtcp_rx_take(struct cldn_atmtcp_rx *rx, const u8 **at, size_t *len);

/** cldn_atmtcp_rx_give - after HEAD_IN: @rx->length octets for the SDU */
void cldn_atmtcp_rx_give(struct cldn_atmtcp_rx *rx, u8 *buf);

/** cldn_atmtcp_rx_skip - after HEAD_IN: the SDU is not wanted */
void cldn_atmtcp_rx_skip(struct cldn_atmtcp_rx *rx);

/** cldn_atmtcp_rx_between - true when the stream may end here: all PDUs are whole */
static inline bool cldn_atmtcp_rx_between(const struct cldn_atmtcp_rx *rx)
{
	return rx->state == CLDN_ATMTCP_AT_HEAD && !rx->have;
}

#endif /* CLEARDOWN_TRANSPORT_ATMFRAME_H */
