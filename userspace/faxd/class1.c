// SPDX-License-Identifier: GPL-2.0-or-later
/* ITU-T T.31: the dialogue with the modem. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "class1.h"

#define DLE	0x10
#define ETX	0x03
#define SUB	0x1a

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char lost_text[] = "\r\nNO CARRIER\r\n";

/* Whole lines, but for CONNECT, which may have a rate behind it. */
static const struct {
	const char *text;
	enum class1_result result;
} results[] = {
	{ "OK", CLASS1_OK },
	{ "CONNECT", CLASS1_CONNECT },
	{ "RING", CLASS1_RING },
	{ "NO CARRIER", CLASS1_NO_CARRIER },
	{ "ERROR", CLASS1_ERROR },
	{ "BUSY", CLASS1_BUSY },
	{ "NO ANSWER", CLASS1_NO_ANSWER },
	{ "NO DIALTONE", CLASS1_NO_DIALTONE },
	{ "NO DIAL TONE", CLASS1_NO_DIALTONE },
	{ "+FCERROR", CLASS1_OTHER_CARRIER },
	{ "+FRH:3", CLASS1_V21_CARRIER },
	{ "VOICE", CLASS1_VOICE },
	{ "VCON", CLASS1_VOICE },
	{ "DELAYED", CLASS1_DELAYED },
	{ "BLACKLISTED", CLASS1_BLACKLISTED },
};

void class1_init(struct class1 *m, int fd)
{
	memset(m, 0, sizeof(*m));
	m->fd = fd;
}

short class1_wants(const struct class1 *m)
{
	return POLLIN | (m->out_len ? POLLOUT : 0);
}

static int take_in(struct class1 *m)
{
	ssize_t n;

	memmove(m->in, m->in + m->in_at, m->in_len - m->in_at);
	m->in_len -= m->in_at;
	m->in_at = 0;
	if (m->in_len == sizeof(m->in))
		return 0;
	n = read(m->fd, m->in + m->in_len, sizeof(m->in) - m->in_len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (!n) {
		errno = ENODEV;
		return -1;
	}
	m->in_len += (size_t)n;
	return 0;
}

static int push_out(struct class1 *m)
{
	ssize_t n;

	if (m->out_at == m->out_len)
		return 0;
	n = write(m->fd, m->out + m->out_at, m->out_len - m->out_at);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	m->out_at += (size_t)n;
	if (m->out_at == m->out_len)
		m->out_at = m->out_len = 0;
	return 0;
}

int class1_move(struct class1 *m, short revents)
{
	if (revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL) && take_in(m) < 0)
		return -1;
	return push_out(m);
}

/* ---- to the modem ---- */

static void put(struct class1 *m, uint8_t byte)
{
	if (m->out_len == sizeof(m->out) && m->out_at) {
		m->out_len -= m->out_at;
		memmove(m->out, m->out + m->out_at, m->out_len);
		m->out_at = 0;
	}
	if (m->out_len < sizeof(m->out))
		m->out[m->out_len++] = byte;
}

void class1_byte(struct class1 *m, uint8_t byte)
{
	put(m, byte);
}

void class1_command(struct class1 *m, const char *text)
{
	char line[CLASS1_LINE + 4];
	const char *p;

	snprintf(line, sizeof(line), "AT%s\r", text);
	for (p = line; *p; p++)
		put(m, (uint8_t)*p);
}

/* What commands and DLE ETX need besides is kept free. */
size_t class1_room(const struct class1 *m)
{
	size_t used = m->out_len - m->out_at + 2 * CLASS1_LINE;

	return used < sizeof(m->out) ? (sizeof(m->out) - used) / 2 : 0;
}

void class1_data(struct class1 *m, const uint8_t *data, size_t len)
{
	for (; len; len--, data++) {
		if (*data == DLE)
			put(m, DLE);
		put(m, *data);
	}
}

void class1_end_data(struct class1 *m)
{
	put(m, DLE);
	put(m, ETX);
}

/* ---- from the modem ---- */

void class1_flush_input(struct class1 *m)
{
	m->in_at = m->in_len = 0;
	m->line_len = 0;
	m->after_cr = false;
	m->shielded = false;
	m->matched = 0;
}

static enum class1_result name_result(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(results); i++)
		if (!strcmp(line, results[i].text))
			return results[i].result;
	return strncmp(line, "CONNECT ", 8) ? CLASS1_TEXT : CLASS1_CONNECT;
}

/* A line ends with its CR; the LF behind it is swallowed when something else is read next. */
enum class1_result class1_next(struct class1 *m)
{
	while (m->in_at < m->in_len) {
		char c = (char)m->in[m->in_at++];

		if (c != '\r' && c != '\n') {
			if (m->line_len < sizeof(m->line) - 1)
				m->line[m->line_len++] = c;
			continue;
		}
		if (!m->line_len)
			continue;
		m->line[m->line_len] = '\0';
		m->line_len = 0;
		m->after_cr = c == '\r';
		m->shielded = false;
		m->matched = 0;
		return name_result(m->line);
	}
	return CLASS1_NONE;
}

/* The lost text begins with its only CR LF CR-free pair, so a mismatch can only begin it anew. */
static bool match_lost(struct class1 *m, uint8_t c)
{
	if (c != (uint8_t)lost_text[m->matched])
		m->matched = 0;
	if (c == (uint8_t)lost_text[m->matched])
		m->matched++;
	return m->matched == sizeof(lost_text) - 1;
}

/* One byte of data behind the shield; false at its end. */
static bool unshield(struct class1 *m, uint8_t c, uint8_t *data, size_t *len)
{
	if (!m->shielded) {
		m->shielded = c == DLE;
		if (!m->shielded)
			data[(*len)++] = c;
		return true;
	}
	m->shielded = false;
	if (c == ETX)
		return false;
	if (c == SUB)
		data[(*len)++] = DLE;
	data[(*len)++] = c == SUB ? DLE : c;
	return true;
}

enum class1_end class1_receive(struct class1 *m, uint8_t *data, size_t size, size_t *len)
{
	while (m->in_at < m->in_len && *len + 2 <= size) {
		uint8_t c = m->in[m->in_at++];
		bool line_feed = m->after_cr && c == '\n';

		m->after_cr = false;
		if (line_feed)
			continue;
		if (!unshield(m, c, data, len))
			return CLASS1_ETX;
		if (match_lost(m, c)) {
			*len -= *len < m->matched ? *len : m->matched;
			return CLASS1_LOST;
		}
	}
	return CLASS1_MORE;
}
