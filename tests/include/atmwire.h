/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells on Ethernet as a program makes and reads them with a packet socket: MPLS frames of RFC 4717,
 * AAL5. Written anew for the tests, so that a fault of the kernel's is not its judge's too.
 */
#ifndef TESTS_ATMWIRE_H
#define TESTS_ATMWIRE_H

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "cd.h"
#include "simphone.h"

#define WIRE_ETHERTYPE 0x8847
#define WIRE_LABEL 100
#define WIRE_HEAD (ETH_HLEN + 4)
#define WIRE_CELL 52
#define WIRE_PAYLOAD 48
#define WIRE_CELLS 28 /* in a frame of 1500 octets */
#define WIRE_FRAME (WIRE_HEAD + WIRE_CELLS * WIRE_CELL)
#define WIRE_SDU 9300
#define WIRE_PDU (WIRE_SDU + 100)

/**
 * struct wire - one end of a cable, beside or instead of a link of ours
 * @fd: packet socket on it
 * @mac: of this end
 * @to: of the other
 */
struct wire {
	int fd;
	uint8_t mac[ETH_ALEN];
	uint8_t to[ETH_ALEN];
};

static inline void wire_mac(const char *interface, uint8_t *mac)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/address", interface);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
			 &mac[3], &mac[4], &mac[5]) != ETH_ALEN)
		DIE("%s has no address", interface);
	fclose(f);
}

static inline void wire_open(struct wire *w, const char *interface, const char *other,
			     uint16_t type)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(type),
		.sll_ifindex = if_nametoindex(interface),
	};

	wire_mac(interface, w->mac);
	wire_mac(other, w->to);
	w->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(type));
	if (w->fd < 0 || bind(w->fd, (struct sockaddr *)&at, sizeof(at)))
		DIE("packet socket on %s: %s", interface, strerror(errno));
}

/* ---- AAL5 ---- */

static inline uint32_t wire_crc(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= (uint32_t)*p++ << 24;
		for (int i = 0; i < 8; i++)
			crc = crc << 1 ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
	}
	return ~crc;
}

static inline void wire_put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

static inline uint32_t wire_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

/* A PDU of whole cells; returns its octets. */
static inline size_t wire_pdu(uint8_t *pdu, const uint8_t *sdu, size_t len)
{
	size_t size = (len + 8 + WIRE_PAYLOAD - 1) / WIRE_PAYLOAD * WIRE_PAYLOAD;

	memcpy(pdu, sdu, len);
	memset(pdu + len, 0, size - len);
	pdu[size - 6] = len >> 8;
	pdu[size - 5] = len;
	wire_put32(pdu + size - 4, wire_crc(pdu, size - 4));
	return size;
}

/* ---- frames ---- */

static inline size_t wire_head(const struct wire *w, uint8_t *frame)
{
	memcpy(frame, w->to, ETH_ALEN);
	memcpy(frame + ETH_ALEN, w->mac, ETH_ALEN);
	frame[12] = WIRE_ETHERTYPE >> 8;
	frame[13] = WIRE_ETHERTYPE & 0xff;
	wire_put32(frame + ETH_HLEN, WIRE_LABEL << 12 | 0x100 | 255);
	return WIRE_HEAD;
}

/* One cell behind the others; returns the frame's new length. */
static inline size_t wire_cell(uint8_t *frame, size_t at, uint32_t vpi, uint32_t vci, uint32_t pti,
			       const uint8_t *payload)
{
	wire_put32(frame + at, vpi << 20 | vci << 4 | pti << 1);
	memcpy(frame + at + 4, payload, WIRE_PAYLOAD);
	return at + WIRE_CELL;
}

static inline void wire_send(const struct wire *w, const uint8_t *frame, size_t len)
{
	while (send(w->fd, frame, len, 0) < 0 && (errno == ENOBUFS || errno == EINTR))
		usleep(1000);
}

/* A PDU of whole cells, in as many frames as it takes. */
static inline void wire_send_pdu(const struct wire *w, uint32_t vci, const uint8_t *pdu,
				 size_t size)
{
	uint8_t frame[WIRE_FRAME];
	size_t at = wire_head(w, frame);

	for (size_t i = 0; i < size; i += WIRE_PAYLOAD) {
		bool last = i + WIRE_PAYLOAD >= size;

		at = wire_cell(frame, at, 0, vci, last, pdu + i);
		if (last || at + WIRE_CELL > sizeof(frame)) {
			wire_send(w, frame, at);
			at = WIRE_HEAD;
		}
	}
}

static inline void wire_send_sdu(const struct wire *w, uint32_t vci, const uint8_t *sdu, size_t len)
{
	uint8_t pdu[WIRE_PDU];

	wire_send_pdu(w, vci, pdu, wire_pdu(pdu, sdu, len));
}

/* ---- what comes ---- */

#define WIRE_CHANNELS 4

/**
 * struct wire_rx - SDUs that are being put together
 * @vci: of a channel, 0 = free
 * @len: octets of its cells
 * @pdu: them
 */
struct wire_rx {
	uint32_t vci[WIRE_CHANNELS];
	size_t len[WIRE_CHANNELS];
	uint8_t pdu[WIRE_CHANNELS][WIRE_PDU + WIRE_PAYLOAD];
};

typedef void (*wire_sdu_fn)(void *ctx, uint32_t vci, const uint8_t *sdu, size_t len);

static inline int wire_channel(struct wire_rx *rx, uint32_t vci)
{
	int i;

	for (i = 0; i < WIRE_CHANNELS; i++)
		if (rx->vci[i] == vci)
			return i;
	for (i = 0; i < WIRE_CHANNELS - 1 && rx->vci[i]; i++)
		;
	rx->vci[i] = vci;
	rx->len[i] = 0;
	return i;
}

/* The cells of a frame; @fn gets each SDU whose trailer is right. */
static inline void wire_input(struct wire_rx *rx, const uint8_t *frame, size_t len, wire_sdu_fn fn,
			      void *ctx)
{
	for (size_t at = WIRE_HEAD; at + WIRE_CELL <= len; at += WIRE_CELL) {
		uint32_t head = wire_get32(frame + at);
		int i = wire_channel(rx, head >> 4 & 0xffff);
		size_t size = rx->len[i] + WIRE_PAYLOAD, sdu;

		if (size > sizeof(rx->pdu[i]))
			size = WIRE_PAYLOAD;
		memcpy(rx->pdu[i] + size - WIRE_PAYLOAD, frame + at + 4, WIRE_PAYLOAD);
		rx->len[i] = size;
		if (!(head & 2))
			continue;
		rx->len[i] = 0;
		sdu = rx->pdu[i][size - 6] << 8 | rx->pdu[i][size - 5];
		if (sdu + 8 <= size &&
		    wire_crc(rx->pdu[i], size - 4) == wire_get32(rx->pdu[i] + size - 4))
			fn(ctx, rx->vci[i], rx->pdu[i], sdu);
	}
}

/* A frame of cells, @outgoing tells which way; 0 when none comes within @ms. */
static inline size_t wire_recv(const struct wire *w, uint8_t *frame, size_t size, int ms,
			       bool *outgoing)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return 0;
	n = recvfrom(w->fd, frame, size, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	*outgoing = from.sll_pkttype == PACKET_OUTGOING;
	return n < 0 ? 0 : n;
}

#endif /* TESTS_ATMWIRE_H */
