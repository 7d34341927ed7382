/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PDUs of SSCOP (Q.2110). Pure functions over (bytes, length): no lock, no allocation, no
 * kernel call. The same files build in userspace for tests and fuzzing.
 *
 * A PDU is a number of 32-bit words, most significant octet first, and is read from its end:
 *
 *   [information, padded to whole words] [further words] [PL:2 -:1 S:1 type:4 number:24]
 *
 * PL is the number of octets of padding. Numbers of 24 bits stand in the low octets of their word;
 * what stands above them is reserved, sent as zero and not looked at.
 */
#ifndef CLEARDOWN_CALLMGR_SAAL_SSCOP_PDU_H
#define CLEARDOWN_CALLMGR_SAAL_SSCOP_PDU_H

#include <linux/types.h>

#define CLDN_SSCOP_NUMBER_MASK 0xffffffU
/* Padding and trailer: what an SDU's PDU has more than the SDU, at most. */
#define CLDN_SSCOP_OVERHEAD 7

enum cldn_sscop_type {
	CLDN_SSCOP_BGN = 1, /* begin: N(SQ), N(MR) */
	CLDN_SSCOP_BGAK, /* its acknowledgment: N(MR) */
	CLDN_SSCOP_END, /* S: the SSCOP ended it, not its user */
	CLDN_SSCOP_ENDAK,
	CLDN_SSCOP_RS, /* resynchronise: N(SQ), N(MR) */
	CLDN_SSCOP_RSAK, /* N(MR) */
	CLDN_SSCOP_BGREJ,
	CLDN_SSCOP_SD, /* sequenced data: N(S) */
	CLDN_SSCOP_ER, /* error recovery: N(SQ), N(MR) */
	CLDN_SSCOP_POLL, /* N(PS), N(S) of the next SD */
	CLDN_SSCOP_STAT, /* list, N(PS) of the POLL, N(MR), N(R) */
	CLDN_SSCOP_USTAT, /* list of two, N(MR), N(R) */
	CLDN_SSCOP_UD, /* data without assurance */
	CLDN_SSCOP_MD, /* likewise, of layer management */
	CLDN_SSCOP_ERAK, /* N(MR) */
	CLDN_SSCOP_TYPES,
};

/**
 * struct cldn_sscop_pdu - a PDU, taken apart
 * @type: enum cldn_sscop_type; what this type does not carry is zero below
 * @s: of END
 * @sq: N(SQ), connection sequence number
 * @ns: N(S)
 * @nr: N(R)
 * @nps: N(PS)
 * @nmr: N(MR)
 * @info: SDU, or what the users tell each other (SSCOP-UU)
 * @info_len: octets of @info, without padding
 * @list: list elements, for cldn_sscop_element()
 * @nlist: how many
 */
struct cldn_sscop_pdu {
	u8 type;
	bool s;
	u8 sq;
	u32 ns;
	u32 nr;
	u32 nps;
	u32 nmr;
	const u8 *info;
	size_t info_len;
	const u8 *list;
	size_t nlist;
};

/**
 * cldn_sscop_parse - take a PDU apart
 * @p: answer, points into @buf
 * @buf: octets
 * @len: how many
 * Return: 0; -EBADMSG when the type does not exist, the length is not one of this type's, or the
 * padding is longer than the information. Nothing else is judged.
 */
int cldn_sscop_parse(struct cldn_sscop_pdu *p, const u8 *buf, size_t len);

/** cldn_sscop_element - list element @i, counted from 0, of a STAT or USTAT */
u32 cldn_sscop_element(const struct cldn_sscop_pdu *p, size_t i);

/**
 * cldn_sscop_put_element - write a list element, before cldn_sscop_build()
 * @out: beginning of the PDU
 * @i: which element, counted from 0
 * @number: 24 bits
 */
void cldn_sscop_put_element(u8 *out, size_t i, u32 number);

/**
 * cldn_sscop_build - make a PDU
 * @out: SDU (SD, UD, MD) or list elements (STAT, USTAT) stand at its beginning already; there is
 *	room for CLDN_SSCOP_OVERHEAD octets behind an SDU, for 12 behind a list, for 8 else
 * @p: type and numbers; @p->info_len and @p->nlist say how much stands there
 *
 * SSCOP-UU is never sent.
 * Return: octets of @out.
 */
size_t cldn_sscop_build(u8 *out, const struct cldn_sscop_pdu *p);

#endif /* CLEARDOWN_CALLMGR_SAAL_SSCOP_PDU_H */
