/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HP's Printer Job Language: the frame of a document, and what the back channel says of it. Pure
 * functions over (bytes, length): no lock, no allocation, no kernel call. The same files build in
 * userspace for tests and fuzzing.
 */
#ifndef CLEARDOWN_CLASS_PJL_H
#define CLEARDOWN_CLASS_PJL_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
#endif

/* Longest job name that every printer keeps whole. */
#define CLDN_PJL_NAME_MAX 80
#define CLDN_PJL_DISPLAY_MAX 63
/* Longest line of a response that is kept whole, and longest response. */
#define CLDN_PJL_LINE_MAX 160
#define CLDN_PJL_BLOCK_MAX 1024
/* Most bytes that are held back because they may be the beginning of a response. */
#define CLDN_PJL_HELD 20
/* Longest header, and longest trailer. */
#define CLDN_PJL_HEADER_MAX 256
#define CLDN_PJL_TRAILER_MAX 320

/* ---- the frame of a document ---- */

/**
 * struct cldn_pjl_name - the name of a job, as a printer gives it back
 * @text: "cleardown 42.1f3a77c0 letter.ps": number and tag first, since some printers cut names
 * @len: bytes of @text
 * @key: so many of them, at the beginning, no other job's name has
 */
struct cldn_pjl_name {
	char text[CLDN_PJL_NAME_MAX + 1];
	u8 len;
	u8 key;
};

/**
 * cldn_pjl_name - make the name of a job
 * @name: answer
 * @number: the document's
 * @tag: tells this session from others that count from 1 as well: other hosts, and before a reboot
 * @title: anything; what PJL cannot quote is replaced, what is too long is cut
 */
void cldn_pjl_name(struct cldn_pjl_name *name, u64 number, u32 tag, const char *title);

/** cldn_pjl_name_is - true when a printer's @text of @len bytes is @name, whole or cut */
bool cldn_pjl_name_is(const struct cldn_pjl_name *name, const char *text, size_t len);

/**
 * cldn_pjl_header - what goes before a document
 * @out: CLDN_PJL_HEADER_MAX bytes
 * @name: of the job
 *
 * It ends with an UEL and without a language: the printer chooses by the document's first bytes,
 * as it does without a header, and these may be a document's own UEL.
 * Return: bytes of @out.
 */
size_t cldn_pjl_header(u8 *out, const struct cldn_pjl_name *name);

/**
 * cldn_pjl_trailer - what goes behind it
 * @out: CLDN_PJL_TRAILER_MAX bytes
 * @name: of the job
 * @aborted: the document may have been cut anywhere
 * Return: bytes of @out.
 */
size_t cldn_pjl_trailer(u8 *out, const struct cldn_pjl_name *name, bool aborted);

/* ---- the back channel ---- */

enum cldn_pjl_kind {
	CLDN_PJL_NOTHING,
	CLDN_PJL_START, /* the printer has begun with a job */
	CLDN_PJL_END, /* its last page is in the tray */
	CLDN_PJL_CANCELED, /* it is not printed, or not all of it */
	CLDN_PJL_PAGE, /* a page is in the tray */
	CLDN_PJL_DEVICE, /* the state of the printer */
};

/**
 * struct cldn_pjl_event - what a response says
 * @kind: enum cldn_pjl_kind
 * @has_pages: of END and CANCELED: @pages was given
 * @has_online: of DEVICE: @online was given
 * @online: ONLINE=TRUE
 * @pages: pages of the job, or the number of the page
 * @code: status code
 * @name: of the job, cut at its end
 * @name_len: bytes of @name, 0 = not given
 * @display: what the display shows, printable
 */
struct cldn_pjl_event {
	u32 kind;
	bool has_pages;
	bool has_online;
	bool online;
	u32 pages;
	u32 code;
	char name[CLDN_PJL_NAME_MAX];
	u8 name_len;
	char display[CLDN_PJL_DISPLAY_MAX + 1];
};

/**
 * struct cldn_pjl - takes the responses out of what is received; zero it to start
 * @event: the response that cldn_pjl_next() has found
 * @held: bytes that may be the beginning of a response
 * @nheld: their number
 * @released: so many of them were given away all the same, by cldn_pjl_release()
 * @block: inside of a response: 1 + its place in the table of responses
 * @used: bytes of that response so far
 * @line: its present line, without its end
 * @len: bytes of @line
 */
struct cldn_pjl {
	struct cldn_pjl_event event;
	u8 held[CLDN_PJL_HELD];
	u8 nheld;
	u8 released;
	u8 block;
	u16 used;
	u8 line[CLDN_PJL_LINE_MAX];
	u16 len;
};

/**
 * struct cldn_pjl_chunk - a buffer on its way through cldn_pjl_begin() and cldn_pjl_next()
 * @buf: received bytes; those that are left for the reader gather at its beginning
 * @len: bytes to look at
 * @in: bytes looked at
 * @out: bytes for the reader
 * @skip: the first ones, which the reader has already
 */
struct cldn_pjl_chunk {
	u8 *buf;
	size_t len;
	size_t in;
	size_t out;
	size_t skip;
};

/**
 * cldn_pjl_begin - begin to look at received bytes
 * @s: state
 * @c: is set up
 * @buf: bytes, with room for CLDN_PJL_HELD more of them
 * @len: how many
 */
void cldn_pjl_begin(struct cldn_pjl *s, struct cldn_pjl_chunk *c, u8 *buf, size_t len);

/**
 * cldn_pjl_next - look on
 * @s: state
 * @c: as begun; call until false
 *
 * Of the responses USTATUS JOB, PAGE and DEVICE nothing stays in the buffer. INFO STATUS is read
 * and stays, as does all else: somebody asked for it. A response that is not whole is none.
 * Return: true when @s->event is a response; false when all of @c was looked at.
 */
bool cldn_pjl_next(struct cldn_pjl *s, struct cldn_pjl_chunk *c);

/**
 * cldn_pjl_release - nothing came for a while: what is held back is for the reader
 * @s: state
 * @buf: CLDN_PJL_HELD bytes
 *
 * Should it become a response nevertheless, the rest of it is taken out and understood.
 * Return: bytes of @buf.
 */
size_t cldn_pjl_release(struct cldn_pjl *s, u8 *buf);

#endif /* CLEARDOWN_CLASS_PJL_H */
