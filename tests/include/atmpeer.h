/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The far end of a link by a packet socket: cells by atmwire.h, and of SSCOP as much as a cable
 * without losses takes, so that what is said arrives. Who includes it opens @wire and has message().
 */
#ifndef TESTS_ATMPEER_H
#define TESTS_ATMPEER_H

#include "atmwire.h"

#define ATM_SIGNALLING 5

enum { BGN = 1, BGAK, END, ENDAK, RS, RSAK, BGREJ, SD, ER, POLL, STAT, USTAT, UD, MD, ERAK };

static struct wire wire;
static struct wire_rx rx;

/**
 * struct peer - the SSCOP connection
 * @up: it is there
 * @vs: N(S) of the next SD
 * @acked: N(R) of the last STAT
 * @vr: N(S) of the next SD that comes
 * @ps: N(PS) of the last POLL
 * @sq: N(SQ) of the last BGN
 */
static struct peer {
	bool up;
	uint32_t vs;
	uint32_t acked;
	uint32_t vr;
	uint32_t ps;
	uint8_t sq;
} peer;

/* A message of Q.2931 has come. */
static void message(const uint8_t *m, size_t len);

static inline void pdu_send(const uint32_t *words, size_t n)
{
	uint8_t pdu[32];

	for (size_t i = 0; i < n; i++)
		wire_put32(pdu + 4 * i, words[i]);
	wire_send_sdu(&wire, ATM_SIGNALLING, pdu, 4 * n);
}

static inline void answer(uint32_t type)
{
	pdu_send((uint32_t[]){ 0, type << 24 | (peer.vr + 64) }, 2);
}

static inline void begun(void)
{
	peer.up = true;
	peer.vs = 0;
	peer.vr = 0;
	peer.acked = 0;
}

/* A message, or what is left of one, as the next SD. */
static inline void sd_send(const uint8_t *info, size_t len)
{
	uint8_t pdu[WIRE_SDU + 8];
	size_t pad = (4 - len % 4) % 4;

	memcpy(pdu, info, len);
	memset(pdu + len, 0, pad);
	wire_put32(pdu + len + pad, (uint32_t)pad << 30 | SD << 24 | (peer.vs++ & 0xffffff));
	wire_send_sdu(&wire, ATM_SIGNALLING, pdu, len + pad + 4);
}

static inline void peer_sdu(void *ctx, uint32_t vci, const uint8_t *pdu, size_t len)
{
	uint32_t last;

	(void)ctx;
	if (vci != ATM_SIGNALLING || len < 8)
		return;
	last = wire_get32(pdu + len - 4);
	switch (last >> 24 & 0xf) {
	case BGN:
		begun();
		answer(BGAK);
		break;
	case BGAK:
	case RSAK:
	case ERAK:
		begun();
		break;
	case END:
		peer.up = false;
		answer(ENDAK);
		break;
	case RS:
		begun();
		answer(RSAK);
		break;
	case ER:
		begun();
		answer(ERAK);
		break;
	case SD:
		peer.vr = (last + 1) & 0xffffff;
		message(pdu, len - 4 - (last >> 30));
		break;
	case POLL:
		peer.vr = last & 0xffffff;
		pdu_send((uint32_t[]){ wire_get32(pdu + len - 8), peer.vr + 64,
				       (uint32_t)STAT << 24 | peer.vr },
			 3);
		break;
	case STAT:
		peer.acked = last & 0xffffff;
		break;
	}
}

/* All frames that have come, and those that come within @ms after. */
static inline void pump(int ms)
{
	uint8_t frame[2048];
	bool outgoing;
	size_t n;

	while ((n = wire_recv(&wire, frame, sizeof(frame), ms, &outgoing))) {
		if (!outgoing)
			wire_input(&rx, frame, n, peer_sdu, NULL);
		ms = 0;
	}
}

/* The other end has taken all that we have sent, or does so within @ms. */
static inline bool acknowledged(int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	pump(0);
	if (peer.up)
		pdu_send((uint32_t[]){ ++peer.ps & 0xffffff, (uint32_t)POLL << 24 | peer.vs }, 2);
	while (peer.up && peer.acked != peer.vs) {
		if (cd_now() > end)
			return false;
		pump(10);
	}
	return peer.up;
}

/* Asks for a connection once. */
static inline void peer_begin(void)
{
	pdu_send((uint32_t[]){ ++peer.sq, (uint32_t)BGN << 24 | 64 }, 2);
}

#endif /* TESTS_ATMPEER_H */
