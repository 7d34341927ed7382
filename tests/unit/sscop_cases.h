/* SPDX-License-Identifier: GPL-2.0-only */
/* SSCOP: PDUs byte for byte, and which state follows which for every PDU. */
#ifndef TESTS_UNIT_SSCOP_CASES_H
#define TESTS_UNIT_SSCOP_CASES_H

#include "kernel/callmgr/saal/sscop.h"

/* ---- PDUs ---- */

/* @wire is what @pdu looks like; @info and @list belong to it. */
struct sscop_pdu_case {
	const char *what;
	const char *wire;
	struct cldn_sscop_pdu pdu;
	const char *info;
	u32 list[4];
};

/* Those marked "seen" were recorded between two atmsigd of Debian 12. */
static const struct sscop_pdu_case sscop_pdu_cases[] = {
	{ "BGN, seen", "000000010100001e", { .type = CLDN_SSCOP_BGN, .sq = 1, .nmr = 30 } },
	{ "BGAK, seen", "000000000200001e", { .type = CLDN_SSCOP_BGAK, .nmr = 30 } },
	{ "POLL, seen", "000000010a000000", { .type = CLDN_SSCOP_POLL, .nps = 1 } },
	{ "STAT, seen",
	  "000000010000001e0b000000",
	  { .type = CLDN_SSCOP_STAT, .nps = 1, .nmr = 30 } },
	{ "USTAT, seen",
	  "00000000000000010000001e0c000000",
	  { .type = CLDN_SSCOP_USTAT, .nmr = 30, .nlist = 2 },
	  "",
	  { 0, 1 } },
	{ "RSAK, seen", "000000000600001e", { .type = CLDN_SSCOP_RSAK, .nmr = 30 } },
	{ "ENDAK, seen", "0000000004000000", { .type = CLDN_SSCOP_ENDAK } },
	{ "END of the user", "0000000003000000", { .type = CLDN_SSCOP_END } },
	{ "END of SSCOP", "0000000013000000", { .type = CLDN_SSCOP_END, .s = true } },
	{ "BGREJ", "0000000007000000", { .type = CLDN_SSCOP_BGREJ } },
	{ "RS", "000000ff05000040", { .type = CLDN_SSCOP_RS, .sq = 255, .nmr = 64 } },
	{ "ER", "0000000209abcdef", { .type = CLDN_SSCOP_ER, .sq = 2, .nmr = 0xabcdef } },
	{ "ERAK", "000000000f000001", { .type = CLDN_SSCOP_ERAK, .nmr = 1 } },
	{ "SD, no padding", "6162636408000005", { .type = CLDN_SSCOP_SD, .ns = 5 }, "abcd" },
	{ "SD, 1", "6162630048ffffff", { .type = CLDN_SSCOP_SD, .ns = 0xffffff }, "abc" },
	{ "SD, 2", "6162000088010000", { .type = CLDN_SSCOP_SD, .ns = 0x10000 }, "ab" },
	{ "SD, 3", "61000000c8000000", { .type = CLDN_SSCOP_SD, .ns = 0 }, "a" },
	{ "SD, empty", "08000009", { .type = CLDN_SSCOP_SD, .ns = 9 } },
	{ "UD", "6162636465000000cd000000", { .type = CLDN_SSCOP_UD }, "abcde" },
	{ "MD", "616263640e000000", { .type = CLDN_SSCOP_MD }, "abcd" },
	{ "POLL with both numbers",
	  "001234560a65432f",
	  { .type = CLDN_SSCOP_POLL, .nps = 0x123456, .ns = 0x65432f } },
	{ "STAT with a list",
	  "00000006000000080000000900fffffe00000007000000460b000006",
	  { .type = CLDN_SSCOP_STAT, .nps = 7, .nmr = 70, .nr = 6, .nlist = 4 },
	  "",
	  { 6, 8, 9, 0xfffffe } },
	{ "USTAT",
	  "0000000600000008000000460c000006",
	  { .type = CLDN_SSCOP_USTAT, .nmr = 70, .nr = 6, .nlist = 2 },
	  "",
	  { 6, 8 } },
};

/* What we never send, but must read: @pdu as above; no @pdu.type: not a PDU. */
static const struct sscop_pdu_case sscop_read_cases[] = {
	{ "BGN with SSCOP-UU",
	  "68656c6c6f00000000000003c1000009",
	  { .type = CLDN_SSCOP_BGN, .sq = 3, .nmr = 9 },
	  "hello" },
	{ "END with SSCOP-UU",
	  "7800000000000000d3000000",
	  { .type = CLDN_SSCOP_END, .s = true },
	  "x" },
	{ "reserved bits", "ffffff013100001e", { .type = CLDN_SSCOP_BGN, .sq = 1, .nmr = 30 } },
	{ "reserved bits of numbers",
	  "ff000003ff000001ff0000023b000000",
	  { .type = CLDN_SSCOP_STAT, .nps = 1, .nmr = 2, .nlist = 1 },
	  "",
	  { 3 } },
	{ "padding where there is nothing",
	  "00000001ca000000",
	  { .type = CLDN_SSCOP_POLL, .nps = 1 } },
	{ "nothing", "" },
	{ "three octets", "080000" },
	{ "no whole word", "0008000000" },
	{ "type 0", "0000000000000000" },
	{ "BGN, short", "0100001e" },
	{ "BGAK, short", "0200001e" },
	{ "BGREJ, short", "07000000" },
	{ "END, short", "03000000" },
	{ "ENDAK, short", "04000000" },
	{ "ENDAK, long", "000000000000000004000000" },
	{ "RS, short", "0500001e" },
	{ "RSAK, short", "0600001e" },
	{ "RSAK, long", "00000000000000000600001e" },
	{ "ER, short", "0900001e" },
	{ "ER, long", "00000000000000000900001e" },
	{ "ERAK, short", "0f00001e" },
	{ "ERAK, long", "00000000000000000f00001e" },
	{ "POLL, short", "0a000000" },
	{ "POLL, long", "00000000000000010a000000" },
	{ "STAT, short", "000000010b000000" },
	{ "USTAT, short", "00000000000000010c000000" },
	{ "USTAT, long", "0000000000000000000000010000001e0c000000" },
	{ "SD, more padding than data", "48000000" },
	{ "BGN, more padding than data", "000000014100001e" },
};

/* ---- states ---- */

/*
 * Row: the state before. Column: PDU, by its number; BGN, RS and ER with a new N(SQ). The states
 * as hexadecimal digits, A for READY; a dot for the same one. The columns are
 *
 *   BGN BGAK END ENDAK RS  RSAK BGREJ SD ER POLL  STAT USTAT UD MD ERAK
 */
static const char *const sscop_walk_new[CLDN_SSCOP_STATES] = {
	"", /* there is no state 0 */
	"3..............", /* IDLE */
	"AA....1........", /* OUT_CONN */
	"3.11..11.111...", /* IN_CONN */
	"3.11..1........", /* OUT_DISC */
	"3.11AA1........", /* OUT_RESYNC */
	"3.11..11.111...", /* IN_RESYNC */
	"3.116.1.8.....8", /* OUT_RECOVERY */
	"3.116.1...11...", /* RECOVERED */
	"3.116.11.111...", /* IN_RECOVERY */
	"3.1.6...9......", /* READY */
};

/* Likewise with the N(SQ) of the last BGN, RS or ER. */
static const char *const sscop_walk_again[CLDN_SSCOP_STATES] = {
	"", /* there is no state 0 */
	"...............", /* IDLE */
	".A....1........", /* OUT_CONN */
	"..11..11.111...", /* IN_CONN */
	"..11..1........", /* OUT_DISC */
	"..11.A1........", /* OUT_RESYNC */
	"..11..11.111...", /* IN_RESYNC */
	"..11..1.......8", /* OUT_RECOVERY */
	"..11..1...11...", /* RECOVERED */
	"..11..11.111...", /* IN_RECOVERY */
	"..1............", /* READY */
};

/* Errors that the walk with a new N(SQ) counts, one letter or a dot by PDU. */
static const char *const sscop_walk_errors[CLDN_SSCOP_STATES] = {
	"", /* there is no state 0 */
	".C..JKDALGHI..M", /* IDLE */
	"...............", /* OUT_CONN */
	".C.FJKDALGHI..M", /* IN_CONN */
	"...............", /* OUT_DISC */
	"...F..D........", /* OUT_RESYNC */
	".C.FJKDALGHI..M", /* IN_RESYNC */
	".C.F.KD........", /* OUT_RECOVERY */
	".C.F.KD.L.HI...", /* RECOVERED */
	".C.F.KDALGHI..M", /* IN_RECOVERY */
	"...F..D....V...", /* READY */
};

/* The type of the first PDU that is sent in return, in the walk with a new N(SQ). */
static const char *const sscop_walk_new_sends[CLDN_SSCOP_STATES] = {
	"", /* there is no state 0 */
	".34.33.33333..3", /* IDLE */
	"2..............", /* OUT_CONN */
	"..4....3.333...", /* IN_CONN */
	"..4............", /* OUT_DISC */
	"..4.6..........", /* OUT_RESYNC */
	"..4....3.333...", /* IN_RESYNC */
	"..4.....F......", /* OUT_RECOVERY */
	"..4.......33...", /* RECOVERED */
	"..4....3.333...", /* IN_RECOVERY */
	"..4......B.8...", /* READY */
};

/* And with the old one. */
static const char *const sscop_walk_again_sends[CLDN_SSCOP_STATES] = {
	"", /* there is no state 0 */
	"734.33.33333..3", /* IDLE */
	"...............", /* OUT_CONN */
	"..4....3.333...", /* IN_CONN */
	"2.4............", /* OUT_DISC */
	"2.4............", /* OUT_RESYNC */
	"..4....3.333...", /* IN_RESYNC */
	"2.4............", /* OUT_RECOVERY */
	"..4.....F.33...", /* RECOVERED */
	"..4....3.333...", /* IN_RECOVERY */
	"2.4.6...FB.8...", /* READY */
};

#endif
