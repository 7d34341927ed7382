/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables for kernel/modem/at.c: what goes in, what must come out. Data only, so that the program in
 * this directory and KUnit can both walk them.
 */
#ifndef TESTS_UNIT_AT_CASES_H
#define TESTS_UNIT_AT_CASES_H

#include "kernel/modem/at.h"

/* ---- a line and what it means ---- */

struct at_parse_case {
	const char *line;
	bool numeric;
	u32 kind;
	u32 code;
	u32 rate;
};

static const struct at_parse_case at_parse_cases[] = {
	{ "OK", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK, 0 },
	{ "OK ", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK, 0 },
	{ "OKAY", false, CLDN_AT_TEXT, 0, 0 },
	{ "ok", false, CLDN_AT_TEXT, 0, 0 },
	{ "ERROR", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "+CME ERROR: 30", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "+CME ERROR:30", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "+CMS ERROR: 500", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "+CME", false, CLDN_AT_TEXT, 0, 0 },
	{ "CONNECT", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 0 },
	{ "CONNECT 2400", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 2400 },
	{ "CONNECT 33600/ARQ/V34/LAPM", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 33600 },
	{ "CONNECT 1234567890", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 123456789 },
	{ "CONNECT FAX", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 0 },
	{ "CONNECTED", false, CLDN_AT_TEXT, 0, 0 },
	{ "NO CARRIER", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_CARRIER, 0 },
	{ "NO CARRIER LEFT", false, CLDN_AT_TEXT, 0, 0 },
	{ "NO DIALTONE", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_DIALTONE, 0 },
	{ "NO DIAL TONE", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_DIALTONE, 0 },
	{ "BUSY", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_BUSY, 0 },
	{ "NO ANSWER", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_ANSWER, 0 },
	{ "DELAYED", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "DELAYED 00:05:00", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "BLACKLISTED", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "RING", false, CLDN_AT_RING, CLEARDOWN_RESULT_RING, 0 },
	{ "RING 1", false, CLDN_AT_RING, CLEARDOWN_RESULT_RING, 0 },
	{ "RINGING", false, CLDN_AT_TEXT, 0, 0 },
	{ "CARRIER 14400", false, CLDN_AT_TEXT, 0, 0 },
	{ "DATE=1121", false, CLDN_AT_CALLER, 0, 0 },
	{ "TIME = 0212", false, CLDN_AT_CALLER, 0, 0 },
	{ "NMBR = 0351123456", false, CLDN_AT_CALLER, 0, 0 },
	{ "NAME=CALL CENTRE", false, CLDN_AT_CALLER, 0, 0 },
	{ "MESG=060150", false, CLDN_AT_CALLER, 0, 0 },
	{ "DRON=20", false, CLDN_AT_CADENCE, 0, 0 },
	{ "DROF = 40", false, CLDN_AT_CADENCE, 0, 0 },
	{ "VCON", false, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK, 0 },
	{ "NMBR", false, CLDN_AT_TEXT, 0, 0 },
	{ "NMBR=", false, CLDN_AT_TEXT, 0, 0 },
	{ "NAMES=1", false, CLDN_AT_TEXT, 0, 0 },
	{ "0", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_OK, 0 },
	{ "0", false, CLDN_AT_TEXT, 0, 0 },
	{ "1", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 0 },
	{ "2", true, CLDN_AT_RING, CLEARDOWN_RESULT_RING, 0 },
	{ "3", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_CARRIER, 0 },
	{ "4", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_ERROR, 0 },
	{ "5", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 1200 },
	{ "6", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_DIALTONE, 0 },
	{ "7", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_BUSY, 0 },
	{ "8", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_NO_ANSWER, 0 },
	{ "9", true, CLDN_AT_TEXT, 0, 0 },
	{ "10", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 2400 },
	{ "12", true, CLDN_AT_FINAL, CLEARDOWN_RESULT_CONNECT, 9600 },
	{ "144", true, CLDN_AT_TEXT, 0, 0 },
	{ "4x", true, CLDN_AT_TEXT, 0, 0 },
	{ "\xff\x7eOK", false, CLDN_AT_TEXT, 0, 0 },
};

/* ---- whole dialogues: bytes from a modem, and the lines that they are ---- */

struct at_dialogue_case {
	const char *what;
	const char *bytes;
	const char *lines; /* each ended by \n */
};

static const struct at_dialogue_case at_dialogue_cases[] = {
	{ "echo, then the answer", "ATE0Q0V1\r\r\nOK\r\n", "ATE0Q0V1\nOK\n" },
	{ "information", "\r\ncleardown modem bank\r\n\r\nOK\r\n", "cleardown modem bank\nOK\n" },
	{ "V0", "144\r\n0\r", "144\n0\n" },
	{ "dial with progress", "\r\nCARRIER 2400\r\n\r\nCONNECT 2400\r\n",
	  "CARRIER 2400\nCONNECT 2400\n" },
	{ "caller id between rings",
	  "\r\nRING\r\n\r\nDATE = 1121\r\nTIME = 0212\r\nNMBR = 101\r\n\r\nRING\r\n",
	  "RING\nDATE = 1121\nTIME = 0212\nNMBR = 101\nRING\n" },
	{ "ring in the middle of an answer", "\r\nRING\r\n\r\nOK\r\n", "RING\nOK\n" },
	{ "garbage before the answer", "\x81~{\r\xfe\n\r\nOK\r\n", "\x81~{\n\xfe\nOK\n" },
	{ "only line ends", "\r\n\r\n\r\r\n", "" },
	{ "no end yet", "\r\nOK", "" },
};

/* ---- command lines of users ---- */

struct at_effect_case {
	const char *body;
	u32 effects;
};

static const struct at_effect_case at_effect_cases[] = {
	{ "", 0 },
	{ "I3", 0 },
	{ "S0=1", 0 },
	{ "L2M1X4", 0 },
	{ "E1", CLDN_AT_FX_FORMAT },
	{ "q1", CLDN_AT_FX_FORMAT },
	{ "S7=60V0", CLDN_AT_FX_FORMAT },
	{ "Z", CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES | CLDN_AT_FX_HANGUP | CLDN_AT_FX_CLASS },
	{ "&F", CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES | CLDN_AT_FX_CLASS },
	{ "+fclass=8", CLDN_AT_FX_CLASS | CLDN_AT_FX_VOICE },
	{ "I;+FCLASS=8;+VLS=1", CLDN_AT_FX_CLASS | CLDN_AT_FX_VOICE },
	{ "+FCLASS=8;+FCLASS=0", CLDN_AT_FX_CLASS },
	{ "+FCLASS=1", CLDN_AT_FX_CLASS },
	{ "+FCLASS=?", 0 },
	{ "+crmp=0,7,0,1", CLDN_AT_FX_PANEL },
	{ "I;+CIND=,1", CLDN_AT_FX_PANEL },
	{ "+FCLASS=8;+CDIS=\"a;b\"", CLDN_AT_FX_CLASS | CLDN_AT_FX_VOICE | CLDN_AT_FX_PANEL },
	{ "+CDIS=\"+CRMP=1\";+CIND=?", CLDN_AT_FX_PANEL },
	{ "+CRMP=?", 0 },
	{ "+CIND?", 0 },
	{ "+CDIS=", 0 },
	{ "+FCLASS=?", 0 },
	{ "+FCLASS?", 0 },
	{ "+FCLASS=", 0 },
	{ "&C0", CLDN_AT_FX_LINES },
	{ "X4&D0", CLDN_AT_FX_LINES },
	{ "&W", 0 },
	{ "&", 0 },
	{ "\\V1", 0 },
	{ "%E2", 0 },
	{ "H", CLDN_AT_FX_HANGUP },
	{ "H1", CLDN_AT_FX_OFFHOOK },
	{ "H0Z", CLDN_AT_FX_FORMAT | CLDN_AT_FX_LINES | CLDN_AT_FX_HANGUP | CLDN_AT_FX_CLASS },
	{ "O", CLDN_AT_FX_ONLINE },
	{ "+VCID=1", 0 },
	{ "+VSM=128,8000;E1", CLDN_AT_FX_FORMAT },
	{ "+GCI=\"A;E\"", 0 },
	{ "#CLS=8", 0 },
	{ "-V90=1", 0 },
	{ "DT101", CLDN_AT_FX_CALL },
	{ "DT101H", CLDN_AT_FX_CALL },
	{ "X1 D 101", CLDN_AT_FX_CALL },
	{ "A", CLDN_AT_FX_CALL },
	{ "A/", CLDN_AT_FX_CALL },
	{ "ATI", CLDN_AT_FX_CALL },
	{ "+++", CLDN_AT_FX_BAD },
	{ "I+++", CLDN_AT_FX_BAD },
	{ "I\r", CLDN_AT_FX_BAD },
	{ "I\nATH", CLDN_AT_FX_BAD | CLDN_AT_FX_CALL },
	{ "I\x1a", CLDN_AT_FX_BAD },
	{ "I\xe4", CLDN_AT_FX_BAD },
};

/* ---- numbers ---- */

struct at_text_case {
	const char *text;
	const char *body; /* NULL: not valid */
};

static const struct at_text_case at_dial_cases[] = {
	{ "101", "DT101" },
	{ "T101", "DT101" },
	{ "p101", "Dp101" },
	{ "0,W0351 12-34", "DT0,W0351 12-34" },
	{ "+49351123", "DT+49351123" },
	{ "*99#", "DT*99#" },
	{ "101;", "DT101;" },
	{ "9!@1", "DT9!@1" },
	{ "(0351) 12.34", "DT(0351) 12.34" },
	{ "", NULL },
	{ "T", NULL },
	{ " ", NULL },
	{ ";", NULL },
	{ "1;2", NULL },
	{ "1;;", NULL },
	{ "12+3", NULL },
	{ "101\r", NULL },
	{ "101/", NULL },
	{ "L", NULL },
	{ "S=1", NULL },
	{ "101x", NULL },
};

static const struct at_text_case at_dtmf_cases[] = {
	{ "1", "+VTS=1" },
	{ "12*#", "+VTS=1,2,*,#" },
	{ "adAD0", "+VTS=A,D,A,D,0" },
	{ "", NULL },
	{ "1,2", NULL },
	{ "E", NULL },
	{ "1 ", NULL },
};

/* ---- caller id ---- */

struct at_field_case {
	const char *line;
	const char *name;
	const char *value; /* "" where there is none */
};

static const struct at_field_case at_field_cases[] = {
	{ "NMBR=101", "NMBR", "101" },
	{ "NMBR = 101", "NMBR", "101" },
	{ "NMBR =  101  ", "NMBR", "101" },
	{ "NAME=A = B", "NAME", "A = B" },
	{ "NAME=", "NAME", "" },
	{ "NAME", "NAME", "" },
	{ "NAME =", "NAME", "" },
	{ "NMBR=101", "NAME", "" },
	{ "NAMES=101", "NAME", "" },
	{ "", "NAME", "" },
};

/* ---- levels ---- */

struct at_range_case {
	const char *line;
	bool found;
	u32 low;
	u32 high;
};

static const struct at_range_case at_range_cases[] = {
	{ "+VGR: (121-134)", true, 121, 134 },
	{ "(0-255)", true, 0, 255 },
	{ "+VGR: (0,64,128,255)", true, 0, 255 },
	{ "(5)", true, 5, 5 },
	{ "(1-2),(7-9)", true, 1, 2 },
	{ "+VGR:", false, 0, 0 },
	{ "()", false, 0, 0 },
	{ "(1-3", false, 0, 0 },
	{ "(0-65535)", true, 0, 65535 },
	{ "(0-65536)", false, 0, 0 },
	{ "(0-99999999999999999999)", false, 0, 0 },
	{ "ERROR", false, 0, 0 },
};

struct at_list_case {
	const char *line;
	bool has_8;
};

static const struct at_list_case at_list_cases[] = {
	{ "0,1,8", true },
	{ "(0,1,1.0,2.0,8)", true },
	{ "+FCLASS: (0,1,8,80)", true },
	{ "8", true },
	{ "0,1,1.8", false },
	{ "0,1,8.0", false },
	{ "80", false },
	{ "18", false },
	{ "", false },
	{ "ERROR", false },
};

struct at_vls_case {
	const char *line;
	bool found;
	u32 label;
	u32 parts;
};

static const struct at_vls_case at_vls_cases[] = {
	{ "7,\"MST\",A0000000,0,0", true, 7,
	  CLDN_AT_VLS_LINE | CLDN_AT_VLS_SPEAKER | CLDN_AT_VLS_MIC },
	{ "+VLS: 5,\"ST\"", true, 5, CLDN_AT_VLS_LINE | CLDN_AT_VLS_SPEAKER },
	{ "0,\"\"", true, 0, 0 },
	{ "3,\"LT\"", true, 3, CLDN_AT_VLS_LINE | CLDN_AT_VLS_HANDSET },
	{ "9,\"HT\"", true, 9, CLDN_AT_VLS_LINE | CLDN_AT_VLS_HEADSET },
	{ "18,\"S1T\"", true, 18, CLDN_AT_VLS_LINE | CLDN_AT_VLS_SPEAKER | CLDN_AT_VLS_OTHER },
	{ "7,\"MST", false, 0, 0 },
	{ "7,\"", false, 0, 0 },
	{ "7,", false, 0, 0 },
	{ "7", false, 0, 0 },
	{ "+VLS: (0,1,2)", false, 0, 0 },
	{ "+VLS:", false, 0, 0 },
	{ "", false, 0, 0 },
};

struct at_cadence_case {
	const char *line;
	bool found;
	bool on;
	u32 tenths;
};

static const struct at_cadence_case at_cadence_cases[] = {
	{ "DRON=20", true, true, 20 },	 { "DROF = 4", true, false, 4 },
	{ "DRON=", false, false, 0 },	 { "DRON=2x", false, false, 0 },
	{ "DRONE=20", false, false, 0 }, { "RING", false, false, 0 },
};

struct at_book_case {
	const char *line;
	bool found;
	u32 first;
	u32 last;
	u32 number_max;
	u32 name_max;
};

static const struct at_book_case at_book_cases[] = {
	{ "+CPBR: (1-250),40,18", true, 1, 250, 40, 18 },
	{ "+CPBR: (1-100),20,18,12,,10", true, 1, 100, 20, 18 },
	{ "+CPBR: (0-9)", true, 0, 9, 0, 0 },
	{ "+CPBR: (0-9),,", true, 0, 9, 0, 0 },
	{ "+CPBR: (0-9),20", true, 0, 9, 20, 0 },
	{ "(3),,7", true, 3, 3, 0, 7 },
	{ ")(1-2),3,4", true, 1, 2, 0, 0 },
	{ "+CPBR: (),40,18", false, 0, 0, 0, 0 },
	{ "+CPBR: (1-250", false, 0, 0, 0, 0 },
	{ "", false, 0, 0, 0, 0 },
};

struct at_entry_case {
	const char *line;
	bool found;
	u32 location;
	const char *number;
	const char *name;
};

static const struct at_entry_case at_entry_cases[] = {
	{ "+CPBR: 5,\"+4312345\",145,\"Alice B.\"", true, 5, "+4312345", "Alice B." },
	{ "+CPBR:17,\"0*1#\",129,\"\"", true, 17, "0*1#", "" },
	{ "+CPBR: 1,\"\",,\"a, b\",\"group\",0", true, 1, "", "a, b" },
	{ "+CPBR: 5,\"1\",129,\"Al", false, 0, NULL, NULL },
	{ "+CPBR: 5,\"1\",129,\"", false, 0, NULL, NULL },
	{ "+CPBR: 5,\"1\",129,", false, 0, NULL, NULL },
	{ "+CPBR: 5,\"1\",129", false, 0, NULL, NULL },
	{ "+CPBR: 5,\"1\"", false, 0, NULL, NULL },
	{ "+CPBR: 5,\"1", false, 0, NULL, NULL },
	{ "+CPBR: 5,1,129,\"Al\"", false, 0, NULL, NULL },
	{ "+CPBR: 5,", false, 0, NULL, NULL },
	{ "+CPBR: 5", false, 0, NULL, NULL },
	{ "+CPBR: ", false, 0, NULL, NULL },
	{ "+CPBR: (1-250),40,18", false, 0, NULL, NULL },
	{ "+CPBF: 5,\"1\",129,\"Al\"", false, 0, NULL, NULL },
	{ "", false, 0, NULL, NULL },
};

struct at_level_case {
	u32 level;
	u32 low;
	u32 high;
	u32 step;
	u32 back; /* the level read back */
};

static const struct at_level_case at_level_cases[] = {
	{ 0, 0, 3, 0, 0 },
	{ 0xffff, 0, 3, 3, 0xffff },
	{ 0x10000, 0, 3, 3, 0xffff },
	{ 0xffffffff, 0, 3, 3, 0xffff },
	{ 0x5555, 0, 3, 1, 0x5555 },
	{ 0x2aaa, 0, 3, 0, 0 },
	{ 0x2aab, 0, 3, 1, 0x5555 },
	{ 0xaaaa, 0, 3, 2, 0xaaaa },
	{ 0x8000, 121, 134, 128, 0x89d8 },
	{ 0xffff, 121, 134, 134, 0xffff },
	{ 0x1234, 7, 7, 7, 0 },
	{ 0xffff, 0, 65535, 65535, 0xffff },
};

/* ---- the end of a call ---- */

struct at_scan_case {
	const char *what;
	const char *stream;
	const char *kept; /* delivered in the end, held back bytes not */
	bool found;
};

#define LOST "\r\nNO CARRIER\r\n"

static const struct at_scan_case at_scan_cases[] = {
	{ "plain data", "abcdef", "abcdef", false },
	{ "line ends are data", "a\r\nb\r\r\n\nc", "a\r\nb\r\r\n\nc", false },
	{ "the text alone", LOST, "", true },
	{ "the text after data", "last words" LOST, "last words", true },
	{ "the text in the middle", "a" LOST "b", "a" LOST "b", false },
	{ "twice, one line end between", LOST "NO CARRIER\r\n", "\r\nNO CARRIER", true },
	{ "begun again at a CR", "\r\nNO CA\r\nNO CARRIER\r\n", "\r\nNO CA", true },
	{ "begun again at its last CR", "\r\nNO CARRIER\r\r\nNO CARRIER\r\n", "\r\nNO CARRIER\r",
	  true },
	{ "cut short", "x\r\nNO CARR", "x", false },
	{ "other text", "\r\nNO CARRIERS\r\n!", "\r\nNO CARRIERS\r\n!", false },
	{ "CR CR LF", "\r" LOST, "\r", true },
};

#endif /* TESTS_UNIT_AT_CASES_H */
