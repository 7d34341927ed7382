// SPDX-License-Identifier: GPL-2.0-only
/*
 * dialogue: plays a script of what terminals send and what must come back. The same script runs
 * against the modem bank and against other modems, so it knows nothing of either.
 *
 *	dialogue [--set NAME=VALUE]... [--control SOCK] SCRIPT TERM=DEVICE...
 *
 * DEVICE is a tty or a unix socket; ${NAME} in the script is replaced. One command per line;
 * TEXT and REGEX (POSIX extended) know \r, \n and \xHH. Times are milliseconds.
 *
 *	send T TEXT		expect T MS REGEX	(consumes up to the end of the match)
 *	silence T MS		nothing more may come for so long
 *	clear T			forget what came and was not expected
 *	bulk A B BYTES MS	pseudo-random bytes from A must arrive at B, unchanged
 *	both A B BYTES MS	the same in both directions at once
 *	hold A B BYTES MS	the same, but B reads only when A was stopped by the modem
 *	stuff A BYTES		sends until A was stopped by the modem, and goes on
 *	rest B MS		what "stuff" could send arrives at B, unchanged
 *	signal T dtr|rts 0|1	await T dcd|cts|dsr|ri 0|1 MS
 *	open T			close T
 *	control WORDS		must be answered "ok"
 *	answer REGEX		what the last control command must have answered
 *
 * Prints the transcript; exit 1 at the first thing that is not as expected.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAX_TERMS	4
#define MAX_SETS	16
#define TEXT_LEN	8192
#define POLL_MS		5	/* how often signals are looked at */
#define HELD_MS		300	/* a wire that takes nothing for so long holds the sender */

struct term {
	const char *name;
	const char *device;
	int fd;
	char buf[262144];
	size_t len;
};

static struct term terms[MAX_TERMS];
static int term_count;
static char *sets[MAX_SETS];
static int set_count;
static const char *control_path;
static char control_answer[16384];
static const char *script_name;
static int script_line;

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void show(const char *who, const char *arrow, const char *data, size_t len)
{
	size_t i;

	printf("%s %s ", who, arrow);
	for (i = 0; i < len && i < 400; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\r')
			fputs("\\r", stdout);
		else if (c == '\n')
			fputs("\\n", stdout);
		else if (c < 0x20 || c > 0x7e)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	puts(i < len ? "..." : "");
}

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *fmt, ...)
{
	va_list ap;
	int i;

	printf("FAILED %s:%d: ", script_name, script_line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	for (i = 0; i < term_count; i++)
		if (terms[i].len)
			show(terms[i].name, "has", terms[i].buf, terms[i].len);
	exit(1);
}

/* ---- words and text ---- */

static char *next_word(char **rest)
{
	char *word;

	*rest += strspn(*rest, " \t");
	word = *rest;
	*rest += strcspn(*rest, " \t");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static long next_number(char **rest)
{
	char *word = next_word(rest), *end;
	long value = strtol(word, &end, 10);

	if (!*word || *end || value < 0)
		fail("a number is expected, not '%s'", word);
	return value;
}

static struct term *next_term(char **rest)
{
	char *word = next_word(rest);
	int i;

	for (i = 0; i < term_count; i++)
		if (!strcmp(terms[i].name, word))
			return &terms[i];
	fail("no terminal '%s'", word);
}

static size_t unescape(char *out, const char *in)
{
	size_t n = 0;
	char *end;

	while (*in && n < TEXT_LEN - 2) {
		char c = *in++;

		if (c == '\\' && (*in == 'r' || *in == 'n')) {
			c = *in++ == 'r' ? '\r' : '\n';
		} else if (c == '\\' && *in == 'x') {
			char hex[3] = { in[1], in[1] ? in[2] : '\0', '\0' };

			c = (char)strtol(hex, &end, 16);
			in += 1 + (end - hex);
		} else if (c == '\\' && *in == '\\') {
			out[n++] = *in++;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return n;
}

static const char *value_of(const char *name, size_t len)
{
	int i;

	for (i = 0; i < set_count; i++)
		if (!strncmp(sets[i], name, len) && sets[i][len] == '=')
			return sets[i] + len + 1;
	fail("${%.*s} is not set", (int)len, name);
}

static void substitute(char *out, const char *in)
{
	size_t n = 0;

	while (*in && n < TEXT_LEN - 256) {
		const char *end = in[0] == '$' && in[1] == '{' ? strchr(in, '}') : NULL;

		if (end) {
			n += (size_t)snprintf(out + n, 256, "%s",
					      value_of(in + 2, (size_t)(end - in) - 2));
			in = end + 1;
		} else {
			out[n++] = *in++;
		}
	}
	out[n] = '\0';
}

/* ---- terminals ---- */

static int connect_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return -1;
	strcpy(a.sun_path, path);
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	close(fd);
	return -1;
}

static void open_term(struct term *t)
{
	struct termios tio;
	struct stat st;

	if (stat(t->device, &st))
		fail("%s: %s", t->device, strerror(errno));
	t->fd = S_ISSOCK(st.st_mode) ? connect_unix(t->device) :
				       open(t->device, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (t->fd < 0)
		fail("%s: %s", t->device, strerror(errno));
	fcntl(t->fd, F_SETFL, O_NONBLOCK);
	if (!tcgetattr(t->fd, &tio)) {
		cfmakeraw(&tio);
		tcsetattr(t->fd, TCSANOW, &tio);
	}
}

/* False when nothing came within ms. */
static bool receive(struct term *t, double ms)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, ms > 0 ? (int)ms + 1 : 0) <= 0)
		return false;
	n = read(t->fd, t->buf + t->len, sizeof(t->buf) - t->len);
	if (n <= 0)
		return false;
	show(t->name, "<-", t->buf + t->len, (size_t)n);
	t->len += (size_t)n;
	return true;
}

static void do_send(char *rest)
{
	struct term *t = next_term(&rest);
	char text[TEXT_LEN];
	size_t n = unescape(text, rest + strspn(rest, " \t")), done = 0;

	show(t->name, "->", text, n);
	while (done < n) {
		ssize_t r = write(t->fd, text + done, n - done);
		struct pollfd p = { .fd = t->fd, .events = POLLOUT };

		if (r > 0)
			done += (size_t)r;
		else if (errno != EAGAIN || poll(&p, 1, 5000) <= 0)
			fail("cannot send: %s", strerror(errno));
	}
}

static bool match(struct term *t, regex_t *re)
{
	regmatch_t where = { .rm_so = 0, .rm_eo = (regoff_t)t->len };

	if (regexec(re, t->buf, 1, &where, REG_STARTEND))
		return false;
	t->len -= (size_t)where.rm_eo;
	memmove(t->buf, t->buf + where.rm_eo, t->len);
	return true;
}

static void compile(regex_t *re, const char *rest)
{
	char text[TEXT_LEN];

	unescape(text, rest + strspn(rest, " \t"));
	if (regcomp(re, text, REG_EXTENDED))
		fail("bad expression");
}

static void do_expect(char *rest)
{
	struct term *t = next_term(&rest);
	double end = now_ms() + (double)next_number(&rest);
	regex_t re;

	compile(&re, rest);
	while (!match(t, &re)) {
		double left = end - now_ms();

		if (left <= 0)
			fail("expected '%s'", rest);
		receive(t, left);
	}
	regfree(&re);
}

static void do_silence(char *rest)
{
	struct term *t = next_term(&rest);
	double end = now_ms() + (double)next_number(&rest);

	if (t->len)
		fail("silence expected");
	while (now_ms() < end)
		if (receive(t, end - now_ms()))
			fail("silence expected");
}

/* ---- bulk data ---- */

struct stream {
	struct term *from, *to;
	uint32_t tx_seed, rx_seed;
	long sent, got, total;
};

static struct stream stuffed;

static uint8_t pseudo(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint8_t)(*seed >> 24);
}

/* 0x11 and 0x13 would be eaten by a modem that does XON/XOFF. */
static uint8_t safe_byte(uint32_t *seed)
{
	uint8_t c = pseudo(seed);

	return c == 0x11 || c == 0x13 ? 0x55 : c;
}

static void stream_send(struct stream *s)
{
	uint8_t chunk[4096];
	uint32_t seed = s->tx_seed;
	long i, n = s->total - s->sent;
	ssize_t done;

	if (n > (long)sizeof(chunk))
		n = sizeof(chunk);
	for (i = 0; i < n; i++)
		chunk[i] = safe_byte(&seed);
	done = write(s->from->fd, chunk, (size_t)n);
	for (i = 0; i < done; i++)
		safe_byte(&s->tx_seed);
	s->sent += done > 0 ? done : 0;
}

static void stream_check(struct stream *s, const uint8_t *data, ssize_t n)
{
	ssize_t i;

	for (i = 0; i < n; i++, s->got++)
		if (s->got >= s->total || data[i] != safe_byte(&s->rx_seed))
			fail("%s: byte %ld of %ld is not what %s sent", s->to->name, s->got,
			     s->total, s->from->name);
}

static void stream_receive(struct stream *s)
{
	uint8_t chunk[4096];
	long want = s->total - s->got;
	ssize_t n;

	/* What follows the stream is for the next command to look at. */
	n = read(s->to->fd, chunk, want < (long)sizeof(chunk) ? (size_t)want : sizeof(chunk));
	if (n > 0)
		stream_check(s, chunk, n);
}

/* Sends without anybody reading until the wire takes nothing more. */
static void send_until_held(struct stream *s)
{
	struct pollfd p = { .fd = s->from->fd, .events = POLLOUT };

	while (s->sent < s->total && poll(&p, 1, HELD_MS) > 0)
		stream_send(s);
	if (s->sent == s->total)
		fail("%s could send all %ld bytes, nothing held it", s->from->name, s->total);
	printf("%s was held after %ld bytes\n", s->from->name, s->sent);
}

static void run_streams(struct stream *s, int count, double limit)
{
	double start = now_ms();
	bool open = true;
	int i;

	for (i = 0; i < count; i++) {
		stream_check(&s[i], (uint8_t *)s[i].to->buf, (ssize_t)s[i].to->len);
		s[i].to->len = 0;
	}
	while (open) {
		struct pollfd p[4];

		open = false;
		for (i = 0; i < count; i++) {
			p[2 * i] = (struct pollfd){ s[i].got < s[i].total ? s[i].to->fd : -1,
						    POLLIN, 0 };
			p[2 * i + 1] = (struct pollfd){ s[i].sent < s[i].total ? s[i].from->fd : -1,
							POLLOUT, 0 };
			open |= s[i].got < s[i].total;
		}
		if (open && now_ms() - start > limit)
			fail("%ld of %ld bytes sent, %ld arrived", s->sent, s->total, s->got);
		poll(p, 2 * (nfds_t)count, open ? 100 : 0);
		for (i = 0; i < count; i++) {
			if (p[2 * i].revents)
				stream_receive(&s[i]);
			if (p[2 * i + 1].revents)
				stream_send(&s[i]);
		}
	}
	printf("%ld bytes in %.0f ms\n", s->total, now_ms() - start);
}

static void do_bulk(char *rest, const char *how)
{
	struct term *a = next_term(&rest), *b = next_term(&rest);
	long total = next_number(&rest);
	long limit = next_number(&rest);
	struct stream s[2] = {
		{ .from = a, .to = b, .tx_seed = 1, .rx_seed = 1, .total = total },
		{ .from = b, .to = a, .tx_seed = 2, .rx_seed = 2, .total = total },
	};

	if (!strcmp(how, "hold"))
		send_until_held(s);
	run_streams(s, strcmp(how, "both") ? 1 : 2, (double)limit);
}

static void do_stuff(char *rest)
{
	struct term *from = next_term(&rest);

	stuffed = (struct stream){ .from = from, .tx_seed = 3, .rx_seed = 3 };
	stuffed.total = next_number(&rest);
	send_until_held(&stuffed);
}

static void do_rest(char *rest)
{
	stuffed.to = next_term(&rest);
	stuffed.total = stuffed.sent;
	run_streams(&stuffed, 1, (double)next_number(&rest));
}

/* ---- signals ---- */

static int signal_bit(const char *name)
{
	static const struct {
		const char *name;
		int bit;
	} bits[] = {
		{ "dtr", TIOCM_DTR }, { "rts", TIOCM_RTS }, { "dcd", TIOCM_CAR },
		{ "cts", TIOCM_CTS }, { "dsr", TIOCM_DSR }, { "ri", TIOCM_RI },
	};
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (!strcmp(bits[i].name, name))
			return bits[i].bit;
	fail("no signal '%s'", name);
}

static void do_signal(char *rest)
{
	struct term *t = next_term(&rest);
	int bit = signal_bit(next_word(&rest));

	if (ioctl(t->fd, next_number(&rest) ? TIOCMBIS : TIOCMBIC, &bit))
		fail("TIOCMBIS: %s", strerror(errno));
}

static void do_await(char *rest)
{
	struct term *t = next_term(&rest);
	int bit = signal_bit(next_word(&rest));
	bool on = next_number(&rest);
	double end = now_ms() + (double)next_number(&rest);
	int value;

	do {
		if (ioctl(t->fd, TIOCMGET, &value))
			fail("TIOCMGET: %s", strerror(errno));
		if (!!(value & bit) == on)
			return;
		receive(t, POLL_MS);
	} while (now_ms() < end);
	fail("signal not seen");
}

/* ---- control ---- */

static void do_control(const char *words)
{
	int fd = control_path ? connect_unix(control_path) : -1;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+");

	if (!f)
		fail("no control socket");
	words += strspn(words, " \t");
	fprintf(f, "%s\n", words);
	fflush(f);
	if (!fgets(control_answer, sizeof(control_answer), f))
		fail("control: no answer");
	fclose(f);
	control_answer[strcspn(control_answer, "\n")] = '\0';
	printf("control %s: %s\n", words, control_answer);
	if (strncmp(control_answer, "ok", 2))
		fail("control refused");
}

static void do_answer(const char *rest)
{
	regex_t re;

	compile(&re, rest);
	if (regexec(&re, control_answer, 0, NULL, 0))
		fail("answer '%s' expected", rest);
	regfree(&re);
}

static void do_close(struct term *t)
{
	close(t->fd);
	t->fd = -1;
	t->len = 0;
}

static void do_clear(struct term *t)
{
	while (receive(t, 0))
		;
	t->len = 0;
}

static void run_line(char *rest)
{
	char *word = next_word(&rest);

	if (!strcmp(word, "control"))
		do_control(rest);
	else if (!strcmp(word, "answer"))
		do_answer(rest);
	else if (!strcmp(word, "bulk") || !strcmp(word, "both") || !strcmp(word, "hold"))
		do_bulk(rest, word);
	else if (!strcmp(word, "stuff"))
		do_stuff(rest);
	else if (!strcmp(word, "rest"))
		do_rest(rest);
	else if (!strcmp(word, "send"))
		do_send(rest);
	else if (!strcmp(word, "expect"))
		do_expect(rest);
	else if (!strcmp(word, "silence"))
		do_silence(rest);
	else if (!strcmp(word, "clear"))
		do_clear(next_term(&rest));
	else if (!strcmp(word, "signal"))
		do_signal(rest);
	else if (!strcmp(word, "await"))
		do_await(rest);
	else if (!strcmp(word, "open"))
		open_term(next_term(&rest));
	else if (!strcmp(word, "close"))
		do_close(next_term(&rest));
	else
		fail("unknown command '%s'", word);
}

static void run_script(FILE *f)
{
	char raw[TEXT_LEN / 2], line[TEXT_LEN];

	while (fgets(raw, sizeof(raw), f)) {
		script_line++;
		raw[strcspn(raw, "\n")] = '\0';
		if (raw[0] == '#' || raw[strspn(raw, " \t")] == '\0')
			continue;
		substitute(line, raw);
		run_line(line + strspn(line, " \t"));
	}
}

static void add_term(char *arg)
{
	char *eq = strchr(arg, '=');

	if (!eq || term_count == MAX_TERMS)
		fail("TERM=DEVICE expected, not '%s'", arg);
	*eq = '\0';
	terms[term_count].name = arg;
	terms[term_count].device = eq + 1;
	terms[term_count].fd = -1;
	open_term(&terms[term_count++]);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "set", required_argument, NULL, 's' },
		{ "control", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	FILE *f;
	int c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's' && set_count < MAX_SETS)
			sets[set_count++] = optarg;
		else if (c == 'c')
			control_path = optarg;
		else
			return 2;
	}
	script_name = optind < argc ? argv[optind++] : "";
	f = strcmp(script_name, "-") ? fopen(script_name, "r") : stdin;
	if (!f)
		fail("%s: %s", script_name, strerror(errno));
	while (optind < argc)
		add_term(argv[optind++]);
	run_script(f);
	return 0;
}
