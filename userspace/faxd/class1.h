/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Class 1 modem (ITU-T T.31) on a file descriptor: command lines out, result codes in, and the
 * shielded data between them. It knows neither time nor T.30, and never waits: class1_move() moves
 * what can be moved, everything else works on what has been read.
 */
#ifndef CLEARDOWN_FAXD_CLASS1_H
#define CLEARDOWN_FAXD_CLASS1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLASS1_LINE	80

enum class1_result {
	CLASS1_NONE,			/* nothing complete has come yet */
	CLASS1_OK,
	CLASS1_CONNECT,
	CLASS1_RING,
	CLASS1_NO_CARRIER,
	CLASS1_ERROR,
	CLASS1_BUSY,
	CLASS1_NO_ANSWER,
	CLASS1_NO_DIALTONE,
	CLASS1_OTHER_CARRIER,		/* V.21 where a page was awaited; the modem is in command state */
	CLASS1_V21_CARRIER,		/* the same; it goes on with CONNECT by itself */
	CLASS1_VOICE,
	CLASS1_DELAYED,
	CLASS1_BLACKLISTED,
	CLASS1_TEXT,			/* an information text; class1.line has it */
};

/* What class1_receive() met. */
enum class1_end {
	CLASS1_MORE,			/* the data goes on */
	CLASS1_ETX,			/* DLE ETX: a result code follows */
	CLASS1_LOST,			/* NO CARRIER without one: the line went in mid-data */
};

struct class1 {
	int fd;
	uint8_t in[4096];
	size_t in_at;
	size_t in_len;
	uint8_t out[8192];
	size_t out_at;
	size_t out_len;
	char line[CLASS1_LINE];
	size_t line_len;
	bool after_cr;			/* the LF of a result code is not data */
	bool shielded;			/* DLE was the last byte of the data */
	size_t matched;			/* how much of the text of NO CARRIER */
};

/* @fd: non-blocking, raw bytes; it stays the caller's. */
void class1_init(struct class1 *m, int fd);
/* What poll() is to look for. */
short class1_wants(const struct class1 *m);
/* 0, or -1 with errno when the modem is not there any more (EOF: ENODEV). */
int class1_move(struct class1 *m, short revents);

/* "AT", @text and a CR. A line feed would end the next reception. */
void class1_command(struct class1 *m, const char *text);
/* One byte as it is: what ends a dialling, or a reception (CLASS1_CAN). */
void class1_byte(struct class1 *m, uint8_t byte);
/* Free bytes of the output, when each byte of data needs two. */
size_t class1_room(const struct class1 *m);
/* At most class1_room() bytes, shielded. */
void class1_data(struct class1 *m, const uint8_t *data, size_t len);
void class1_end_data(struct class1 *m);
/* Forgets what came in and has not been looked at. */
void class1_flush_input(struct class1 *m);

enum class1_result class1_next(struct class1 *m);
/* Appends to @data, of @size bytes with *@len in use; stops when it is full (CLASS1_MORE). */
enum class1_end class1_receive(struct class1 *m, uint8_t *data, size_t size, size_t *len);

#define CLASS1_CAN	0x18

#endif /* CLEARDOWN_FAXD_CLASS1_H */
