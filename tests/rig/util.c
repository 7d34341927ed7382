// SPDX-License-Identifier: GPL-2.0-only
/* Log, byte queues, escaped text. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bank.h"

static FILE *log_file;

void fifo_init(struct fifo *f, size_t cap)
{
	f->data = malloc(cap);
	if (!f->data)
		die("out of memory");
	f->cap = cap;
	f->head = 0;
	f->len = 0;
}

size_t fifo_room(const struct fifo *f)
{
	return f->cap - f->len;
}

size_t fifo_put(struct fifo *f, const void *data, size_t len)
{
	size_t tail = (f->head + f->len) % f->cap;
	size_t first;

	if (len > fifo_room(f))
		len = fifo_room(f);
	first = len < f->cap - tail ? len : f->cap - tail;
	memcpy(f->data + tail, data, first);
	memcpy(f->data, (const uint8_t *)data + first, len - first);
	f->len += len;
	return len;
}

size_t fifo_peek(const struct fifo *f, const uint8_t **data)
{
	size_t first = f->cap - f->head;

	*data = f->data + f->head;
	return f->len < first ? f->len : first;
}

void fifo_drop(struct fifo *f, size_t len)
{
	f->head = (f->head + len) % f->cap;
	f->len -= len;
}

int fifo_get(struct fifo *f)
{
	int c;

	if (!f->len)
		return -1;
	c = f->data[f->head];
	fifo_drop(f, 1);
	return c;
}

/* Moves at most limit bytes; count, when given, is fed with what moved. */
size_t fifo_move(struct fifo *to, struct fifo *from, size_t limit, struct counter *count)
{
	size_t moved = 0;

	while (moved < limit && from->len) {
		const uint8_t *data;
		size_t n = fifo_peek(from, &data);

		if (n > limit - moved)
			n = limit - moved;
		n = fifo_put(to, data, n);
		if (!n)
			break;
		if (count)
			counter_add(count, data, n);
		fifo_drop(from, n);
		moved += n;
	}
	return moved;
}

void counter_add(struct counter *c, const void *data, size_t len)
{
	c->crc = (uint32_t)crc32(c->crc, data, (uInt)len);
	c->bytes += len;
}

void log_open(const char *path)
{
	log_file = fopen(path, "w");
	if (!log_file)
		die("%s: cannot open the log: %m", path);
	setvbuf(log_file, NULL, _IOLBF, 0);
}

void log_line(const char *who, const char *fmt, ...)
{
	FILE *f = log_file ? log_file : stderr;
	va_list ap;

	fprintf(f, "[%9.3f %9.3f] %s ", clock_real(), (double)clock_now() / 1e6, who);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
}

void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* C escapes, one line whatever the bytes are. */
void escape_text(char *out, size_t size, const uint8_t *data, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n + 5 < size; i++) {
		uint8_t c = data[i];

		if (c == '\r')
			n += (size_t)sprintf(out + n, "\\r");
		else if (c == '\n')
			n += (size_t)sprintf(out + n, "\\n");
		else if (c == '\\')
			n += (size_t)sprintf(out + n, "\\\\");
		else if (c < 0x20 || c > 0x7e)
			n += (size_t)sprintf(out + n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
}

static int hex_pair(const char *s)
{
	char digits[3] = { s[0], s[0] ? s[1] : '\0', '\0' };

	if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
		return -1;
	return (int)strtol(digits, NULL, 16);
}

static int simple_escape(char c)
{
	switch (c) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '0':
		return '\0';
	default:
		return c;
	}
}

size_t unescape_text(uint8_t *out, size_t size, const char *text)
{
	size_t n = 0;

	while (*text && n < size) {
		int c = (unsigned char)*text++;

		if (c == '\\' && *text == 'x' && hex_pair(text + 1) >= 0) {
			c = hex_pair(text + 1);
			text += 3;
		} else if (c == '\\' && *text) {
			c = simple_escape(*text++);
		}
		out[n++] = (uint8_t)c;
	}
	return n;
}
