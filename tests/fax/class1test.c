// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * class1test: the dialogue with a Class 1 modem, by itself. Whatever comes from the modem is given to it
 * in two parts, cut at every place. Exit 0, or 1 with what was wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "class1.h"

#define BYTES(text) text, sizeof(text) - 1

/* What is read: 'r' a result, 'd' data to its end, in this order. */
static const struct {
	const char *in;
	size_t len;
	const char *script;
	enum class1_result result;	/* of the last r */
	enum class1_end end;		/* of the d */
	const char *data;
	size_t data_len;
} cases[] = {
	{ BYTES("\r\nOK\r\n"), "r", CLASS1_OK, 0, NULL, 0 },
	{ BYTES("AT\r\r\nOK\r\n"), "rr", CLASS1_OK, 0, NULL, 0 },
	{ BYTES("\r\nCONNECT 9600\r\n"), "r", CLASS1_CONNECT, 0, NULL, 0 },
	{ BYTES("\r\nNO DIAL TONE\r\n"), "r", CLASS1_NO_DIALTONE, 0, NULL, 0 },
	{ BYTES("\r\n+FCERROR\r\n"), "r", CLASS1_OTHER_CARRIER, 0, NULL, 0 },
	{ BYTES("\r\n+FRH:3\r\n\r\nCONNECT\r\n"), "rr", CLASS1_CONNECT, 0, NULL, 0 },
	{ BYTES("\r\nOKAY\r\n"), "r", CLASS1_TEXT, 0, NULL, 0 },
	/* the line feed behind CONNECT is no data, the next one is */
	{ BYTES("\r\nCONNECT\r\n\nab\x10\x03\r\nOK\r\n"), "rdr", CLASS1_OK, CLASS1_ETX,
	  BYTES("\nab") },
	{ BYTES("\r\nCONNECT\r\n\x10\x10q\x10\x1az\x10\x03\r\nNO CARRIER\r\n"), "rdr",
	  CLASS1_NO_CARRIER, CLASS1_ETX, BYTES("\x10q\x10\x10z") },
	/* the line is lost without DLE ETX */
	{ BYTES("\r\nCONNECT\r\nab\r\nNO CARRIER\r\n"), "rd", CLASS1_CONNECT, CLASS1_LOST,
	  BYTES("ab") },
	{ BYTES("\r\nCONNECT\r\n\r\n\r\r\nNO CARRIER\r\n"), "rd", CLASS1_CONNECT, CLASS1_LOST,
	  BYTES("\r\n\r") },
	/* and this is a page that only looks like it */
	{ BYTES("\r\nCONNECT\r\n\r\nNO CARRIER\x10\x03\r\nOK\r\n"), "rdr", CLASS1_OK, CLASS1_ETX,
	  BYTES("\r\nNO CARRIER") },
};

static void wrong(size_t which, size_t cut, const char *what)
{
	printf("case %zu, cut at %zu: %s\n", which, cut, what);
	exit(1);
}

struct run {
	const char *script;
	enum class1_result result;
	enum class1_end end;
	uint8_t data[64];
	size_t len;
};

/* As far as what has come allows. */
static void advance(struct class1 *m, struct run *r)
{
	for (; *r->script; r->script++) {
		if (*r->script == 'r') {
			enum class1_result result = class1_next(m);

			if (result == CLASS1_NONE)
				return;
			r->result = result;
		} else {
			r->end = class1_receive(m, r->data, sizeof(r->data), &r->len);
			if (r->end == CLASS1_MORE)
				return;
		}
	}
}

static void give(struct class1 *m, struct run *r, int fd, const char *text, size_t len)
{
	if (len && (write(fd, text, len) != (ssize_t)len || class1_move(m, POLLIN) < 0))
		wrong(0, 0, "cannot be read");
	advance(m, r);
}

static void try(size_t i, size_t cut)
{
	struct run r = { .script = cases[i].script };
	struct class1 m;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		wrong(i, cut, "no socket");
	class1_init(&m, fd[0]);
	give(&m, &r, fd[1], cases[i].in, cut);
	give(&m, &r, fd[1], cases[i].in + cut, cases[i].len - cut);
	if (*r.script || r.result != cases[i].result || r.end != cases[i].end)
		wrong(i, cut, "not what was to come");
	if (r.len != cases[i].data_len || (r.len && memcmp(r.data, cases[i].data, r.len)))
		wrong(i, cut, "other data");
	close(fd[1]);
	errno = 0;
	if (!class1_move(&m, POLLIN) || errno != ENODEV)
		wrong(i, cut, "the end is not seen");
	close(fd[0]);
}

/* What goes to the modem: shielded, in order, and not more than there is room for. */
static void try_output(void)
{
	static const char expected[] = "AT+FTM=96\rq\x10\x10z\x10\x03\x18";
	struct class1 m;
	char got[64];
	int fd[2];
	size_t room, n;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		wrong(0, 0, "no socket");
	class1_init(&m, fd[0]);
	class1_command(&m, "+FTM=96");
	class1_data(&m, (const uint8_t *)"q\x10z", 3);
	class1_end_data(&m);
	class1_byte(&m, CLASS1_CAN);
	if (!(class1_wants(&m) & POLLOUT) || class1_move(&m, POLLOUT) < 0 ||
	    read(fd[1], got, sizeof(got)) != sizeof(expected) - 1 ||
	    memcmp(got, expected, sizeof(expected) - 1))
		wrong(0, 0, "other output");
	if (class1_wants(&m) & POLLOUT)
		wrong(0, 0, "nothing is left, and it wants to write");
	room = class1_room(&m);
	for (n = 0; n < room; n++)
		class1_data(&m, (const uint8_t *)"\x10", 1);
	if (class1_room(&m))
		wrong(0, 0, "room for more than it has");
	class1_command(&m, "H0");
	if (m.out_len - m.out_at != 2 * room + 5)
		wrong(0, 0, "a command finds no room behind the data");
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	size_t i, cut;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (cut = 0; cut <= cases[i].len; cut++)
			try(i, cut);
	try_output();
	return 0;
}
