/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * V.250 text: lines, result codes, command strings. Pure functions over (bytes, length): no lock,
 * no allocation, no kernel call. The same files build in userspace for tests and fuzzing.
 */
#ifndef CLEARDOWN_MODEM_AT_H
#define CLEARDOWN_MODEM_AT_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <uapi/linux/cleardown.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/cleardown.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
#endif

/* Longest line that is kept whole, and longest command between AT and CR. */
#define CLDN_AT_LINE_MAX 512
#define CLDN_AT_BODY_MAX 252
#define CLDN_AT_COMMAND_MAX (CLDN_AT_BODY_MAX + 3)
#define CLDN_AT_DTMF_MAX 64

/* ---- lines ---- */

/**
 * struct cldn_at_line - assembles received bytes to lines; zero it to start
 * @buf: the line so far, without its end
 * @len: bytes of @buf
 * @ready: @buf is a whole line; the next cldn_at_feed() begins another one
 * @cut: bytes thrown away because a line was too long, since the start
 */
struct cldn_at_line {
	u8 buf[CLDN_AT_LINE_MAX];
	u16 len;
	bool ready;
	u32 cut;
};

/**
 * cldn_at_feed - give received bytes to the assembler
 * @l: assembler
 * @buf: bytes
 * @len: how many
 *
 * CR and LF end a line, empty lines are skipped, NUL is ignored. Stops behind a line's end with
 * @l->ready set. Return: how many bytes were used.
 */
size_t cldn_at_feed(struct cldn_at_line *l, const u8 *buf, size_t len);

/* ---- results ---- */

enum cldn_at_kind {
	CLDN_AT_TEXT, /* information text */
	CLDN_AT_FINAL, /* ends a command; CONNECT, NO CARRIER, BUSY... */
	CLDN_AT_RING,
	CLDN_AT_CALLER, /* DATE, TIME, NMBR, NAME, MESG */
	CLDN_AT_CADENCE, /* DRON, DROF: how the ring that comes sounds (V.253) */
};

/**
 * struct cldn_at_result - what a line means
 * @kind: enum cldn_at_kind
 * @code: enum cleardown_result, for FINAL and RING
 * @rate: bits per second of a CONNECT, 0 when the modem did not say
 */
struct cldn_at_result {
	u32 kind;
	u32 code;
	u32 rate;
};

/**
 * cldn_at_parse - tell what a line means
 * @line: without its end
 * @len: its length
 * @numeric: numeric result codes (V0) are possible
 * @r: answer
 */
void cldn_at_parse(const u8 *line, size_t len, bool numeric, struct cldn_at_result *r);

/** cldn_at_is_echo - true when @line ends with what was sent as @command (AT..., CR excluded) */
bool cldn_at_is_echo(const u8 *line, size_t len, const u8 *command, size_t command_len);

/**
 * cldn_at_field - take the value out of a caller id line
 * @line: "NMBR = 0123"
 * @len: its length
 * @name: "NMBR"
 * @value: set to the place of the value in @line
 * Return: length of the value; 0 when the line is another one.
 */
size_t cldn_at_field(const u8 *line, size_t len, const char *name, const u8 **value);

/**
 * cldn_at_range - read the first range of an answer like "+VGR: (121-134)"
 * @line: answer
 * @len: its length
 * @low: smallest value in the first parentheses, at most 0xffff
 * @high: largest
 * Return: false when there is none.
 */
bool cldn_at_range(const u8 *line, size_t len, u32 *low, u32 *high);

/**
 * cldn_at_lists - look for a whole number in an answer like "0,1,1.0,8"
 * @line: answer
 * @len: its length
 * @wanted: number
 */
bool cldn_at_lists(const u8 *line, size_t len, u32 wanted);

/* What a line of +VLS=? connects (V.253): the telephone line, the local phone, speaker, microphone,
 * and a headset, which is the last two in one
 */
#define CLDN_AT_VLS_LINE 0x1
#define CLDN_AT_VLS_HANDSET 0x2
#define CLDN_AT_VLS_SPEAKER 0x4
#define CLDN_AT_VLS_MIC 0x8
#define CLDN_AT_VLS_HEADSET 0x10
#define CLDN_AT_VLS_OTHER 0x20

/**
 * cldn_at_vls - read a line of the answer to +VLS=?, like 7,"MST",...
 * @line: line
 * @len: its length
 * @label: the number that +VLS= takes
 * @parts: CLDN_AT_VLS_*
 * Return: false when it is another line.
 */
bool cldn_at_vls(const u8 *line, size_t len, u32 *label, u32 *parts);

/**
 * cldn_at_cadence - read a line of CLDN_AT_CADENCE
 * @line: line
 * @len: its length
 * @on: it tells how long the bell sounds, not how long it is silent
 * @tenths: of a second
 * Return: false when it is another line.
 */
bool cldn_at_cadence(const u8 *line, size_t len, bool *on, u32 *tenths);

/**
 * struct cldn_at_book - what a telephone says of its memory (3GPP TS 27.007: +CPBR=?)
 * @first: lowest location
 * @last: highest
 * @number_max: longest number, 0 = not said
 * @name_max: likewise
 */
struct cldn_at_book {
	u32 first;
	u32 last;
	u32 number_max;
	u32 name_max;
};

/**
 * cldn_at_book - read an answer like "+CPBR: (1-250),40,18"
 * @line: answer
 * @len: its length
 * @book: answer
 * Return: false when it names no locations.
 */
bool cldn_at_book(const u8 *line, size_t len, struct cldn_at_book *book);

/**
 * struct cldn_at_entry - a location of that memory; the texts lie in the line
 * @location: its number
 * @number: telephone number, without the quotes
 * @number_len: its length
 * @name: likewise
 * @name_len: its length
 */
struct cldn_at_entry {
	u32 location;
	const u8 *number;
	size_t number_len;
	const u8 *name;
	size_t name_len;
};

/**
 * cldn_at_entry - read a line like +CPBR: 5,"0123",129,"Alice"
 * @line: line
 * @len: its length
 * @entry: answer
 * Return: false when it is another line.
 */
bool cldn_at_entry(const u8 *line, size_t len, struct cldn_at_entry *entry);

/** cldn_at_number_valid - true for what that memory can call: 0-9 * #, and + before them; or "" */
bool cldn_at_number_valid(const u8 *number, size_t len);

/** cldn_at_button - number of the key whose tone is @code, 16 when it is none's */
u32 cldn_at_button(u8 code);

/* ---- shielded codes (V.253, T.31) ---- */

#define CLDN_AT_DLE 0x10
#define CLDN_AT_ETX 0x03

/* Ends whatever voice stream there is; to a modem that listens to commands it is no line at all. */
#define CLDN_AT_BREAK_LEN 8
extern const u8 cldn_at_break[CLDN_AT_BREAK_LEN];

/* ---- commands ---- */

/* What a command does beside its work; cldn_at_effects() */
#define CLDN_AT_FX_FORMAT 0x01 /* echo or form of the results may be another one afterwards */
#define CLDN_AT_FX_LINES 0x02 /* the meaning of DTR and DCD may be another one */
#define CLDN_AT_FX_HANGUP 0x04
#define CLDN_AT_FX_ONLINE 0x08
#define CLDN_AT_FX_CALL 0x10 /* dials or answers */
#define CLDN_AT_FX_OFFHOOK 0x20 /* goes off-hook without a call */
#define CLDN_AT_FX_BAD 0x40 /* contains what no command line may contain */
#define CLDN_AT_FX_CLASS 0x80 /* the class (+FCLASS) may be another one afterwards */
#define CLDN_AT_FX_VOICE 0x100 /* and is voice */
#define CLDN_AT_FX_PANEL 0x200 /* a telephone may ring or show something afterwards */

/** cldn_at_effects - CLDN_AT_FX_* of a command line without AT and CR */
u32 cldn_at_effects(const u8 *body, size_t len);

/**
 * cldn_at_compose - make a command line: AT, @body, CR (never LF: it would be data to some modems)
 * @out: CLDN_AT_COMMAND_MAX bytes
 * @body: checked text
 * @len: at most CLDN_AT_BODY_MAX
 * Return: bytes of @out.
 */
size_t cldn_at_compose(u8 *out, const u8 *body, size_t len);

/** cldn_at_dial_valid - true for a V.250 dial string that the D command can carry */
bool cldn_at_dial_valid(const u8 *number, size_t len);

/** cldn_at_dtmf_valid - true for 1 to CLDN_AT_DTMF_MAX of 0-9 A-D * # */
bool cldn_at_dtmf_valid(const u8 *digits, size_t len);

/**
 * cldn_at_dial - command body of a dial: tone dialling unless the number begins with T or P
 * cldn_at_dtmf - command body that sends tones
 * @out: CLDN_AT_BODY_MAX bytes
 * @text: valid by the functions above
 * @len: its length
 * Return: bytes of @out, 0 when they do not fit.
 */
size_t cldn_at_dial(u8 *out, const u8 *text, size_t len);
size_t cldn_at_dtmf(u8 *out, const u8 *text, size_t len);

/** cldn_at_step - the step of a modem's scale that is nearest to a level; over 0xffff is clamped */
u32 cldn_at_step(u32 level, u32 low, u32 high);

/** cldn_at_level - the level of 0..0xffff that a step of the scale stands for */
u32 cldn_at_level(u32 step, u32 low, u32 high);

/* ---- the end of a call in the stream of data ---- */

/* "\r\nNO CARRIER\r\n" */
#define CLDN_AT_LOST_LEN 14
extern const u8 cldn_at_lost[CLDN_AT_LOST_LEN];

/**
 * struct cldn_at_scan - looks for cldn_at_lost across the borders of chunks; zero it to start
 * @match: how many bytes at the end of the stream so far are the beginning of cldn_at_lost
 * @released: how many of them were delivered all the same
 *
 * The stream's last @match - @released bytes are held back; they need no buffer since they are
 * known.
 */
struct cldn_at_scan {
	u8 match;
	u8 released;
};

/**
 * struct cldn_at_cut - what to do with a chunk
 * @used: bytes of the chunk that were looked at; less than all only behind a whole match
 * @from: deliver cldn_at_lost[@from..@to) first
 * @to: see @from
 * @pass: then so many bytes from the beginning of the chunk
 */
struct cldn_at_cut {
	size_t used;
	u8 from;
	u8 to;
	size_t pass;
};

/**
 * cldn_at_scan - look at the next chunk
 * @s: scanner
 * @buf: chunk
 * @len: its length
 * @cut: answer; delivers at most CLDN_AT_LOST_LEN bytes more than it uses
 */
void cldn_at_scan(struct cldn_at_scan *s, const u8 *buf, size_t len, struct cldn_at_cut *cut);

/** cldn_at_scan_found - the stream ends with the whole of cldn_at_lost */
static inline bool cldn_at_scan_found(const struct cldn_at_scan *s)
{
	return s->match == CLDN_AT_LOST_LEN;
}

#endif /* CLEARDOWN_MODEM_AT_H */
