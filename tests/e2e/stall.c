// SPDX-License-Identifier: GPL-2.0-only
/*
 * A close while the modem takes no more bytes: it keeps its bound, and it accounts for every byte.
 *
 * usage: stall TTY             bounds with the slack that a busy host needs
 *        stall --guest TTY     under -icount: the bounds as promised, in guest time
 *        stall --plain TTY LINE FAR
 *                              the same with a plain tty and close(2); prints what came of it
 *
 * The modem is line 101 of the bank, or LINE; line 102, or FAR, answers by itself.
 */
#define _GNU_SOURCE

#include <sched.h>

#include "phone.h"

#define STALL_BYTES 2048
#define STREAM_BYTES 12000
#define PROMISE_MS 50

static const char *tty;
static const char *line = "101";
static const char *far = "102";
static struct phone phone;
static unsigned int slack_ms;

struct stall_case {
	const char *name;
	uint32_t mode;
	uint64_t deadline_ns;
	bool flowing; /* others flow when CTS falls: a slow call, or all were gone by then */
	uint64_t bound_ms;
};

#define MODES(m) "P-11 PR-5 PR-7 CLOSE(" m ")"

static const struct stall_case cases[] = {
	{ MODES("ORDERLY, 1 s"), CLEARDOWN_MODE_ORDERLY, CD_S, false, 1000 },
	{ MODES("DRAIN, 1 s"), CLEARDOWN_MODE_DRAIN, CD_S, false, 1000 },
	{ MODES("ABORT, 1 s"), CLEARDOWN_MODE_ABORT, CD_S, false, 1000 },
	{ MODES("ORDERLY, 300 ms"), CLEARDOWN_MODE_ORDERLY, 300 * CD_MS, false, 300 },
	{ MODES("ORDERLY, no time"), CLEARDOWN_MODE_ORDERLY, 0, false, 0 },
	{ MODES("ORDERLY, 1 s) in a stream"), CLEARDOWN_MODE_ORDERLY, CD_S, true, 1000 },
	{ MODES("ABORT, 1 s) in a stream"), CLEARDOWN_MODE_ABORT, CD_S, true, 1000 },
};

/* ---- the far end ---- */

/* Data bytes that the modem took from us in the last call. */
static long long modem_took(void)
{
	char answer[128];
	long long n;

	if (!bank_says(answer, sizeof(answer), "count %s", line) ||
	    sscanf(answer, "ok rx %lld", &n) != 1)
		return -1;
	return n;
}

/* Waits until no more comes: the same number twice, with a look at the line in between. */
static long long modem_took_all(void)
{
	uint64_t end = cd_now() + 20 * CD_S;
	long long before, now = modem_took();

	do {
		before = now;
		bank("waitfor %s rx:%lld 200", line, before + 1);
		now = modem_took();
	} while (now != before && cd_now() < end);
	return now;
}

static bool sees_cts(bool on)
{
	uint64_t end = cd_now() + 3 * CD_S;
	struct cleardown_status st;

	do {
		if (cd_status(phone.fd, &st))
			return false;
		if (!!(st.out_lines & CLEARDOWN_LINE_CTS) == on)
			return true;
		usleep(1000);
	} while (cd_now() < end);
	return false;
}

/* ---- the phone ---- */

static bool call_up(const struct stall_case *c)
{
	const char *carrier = c->flowing ? "+MS=V22B" : "+MS=FAST";
	union cd_record rec = { 0 };

	return !phone_open(&phone, 1) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, carrier, 5000, NULL) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DIAL, far, 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT;
}

/* Bytes behind a low CTS; before it, in a stream, as many as got through. */
static bool stalled(const struct stall_case *c)
{
	static const char bytes[STREAM_BYTES];

	if (c->flowing && (write(phone.fd, bytes, STREAM_BYTES) != STREAM_BYTES ||
			   !bank_waits(line, "rx:1000", 10000)))
		return false;
	return bank("set %s cts 0", line) && sees_cts(false) && modem_took_all() >= 0 &&
	       write(phone.fd, bytes, STALL_BYTES) == STALL_BYTES;
}

static void expect_honest(bool *good, const struct stall_case *c,
			  const struct cleardown_report_head *h)
{
	long long took = modem_took_all();

	EXPECT_EQ(*good, h->accepted, STALL_BYTES + (c->flowing ? STREAM_BYTES : 0));
	EXPECT_EQ(*good, h->accepted, h->confirmed + h->discarded + h->in_doubt);
	EXPECT(*good, h->discarded + h->in_doubt >= STALL_BYTES);
	EXPECT(*good, took >= (long long)h->confirmed);
	EXPECT(*good, took <= (long long)(h->confirmed + h->in_doubt));
	if (!*good)
		fprintf(stderr, "# the modem took %lld of %llu = %llu + %llu + %llu\n", took,
			h->accepted, h->confirmed, h->discarded, h->in_doubt);
}

/* The ladder is planned backwards: draining does not eat the time that the hang-up needs. */
static void expect_hung_up(bool *good, const struct stall_case *c)
{
	struct cleardown_report r = { 0 };
	const struct cleardown_step *dtr;

	EXPECT(*good, report_of(phone.handle, &r));
	dtr = report_step(&r, CLEARDOWN_STEP_DTR);
	EXPECT(*good, dtr);
	if (!dtr || c->deadline_ns < CD_S)
		return; /* the hold is cut below the ladder's reserve */
	EXPECT_EQ(*good, dtr->flags, 0);
	EXPECT(*good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(*good, !(r.out_head.flags & CLEARDOWN_REPORT_FORCED));
}

static void run_case(const struct stall_case *c)
{
	struct cleardown_close arg = { 0 };
	struct cleardown_report r = { 0 };
	uint64_t begin, took;
	bool good = true;
	int ret, fd;

	EXPECT(good, call_up(c));
	EXPECT(good, stalled(c));
	begin = cd_now();
	ret = cd_close(phone.fd, c->mode, c->deadline_ns, &arg);
	took = cd_now() - begin;
	fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(good, fd >= 0);
	close(fd);
	close(phone.fd);
	EXPECT_EQ(good, ret, 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, took <= (c->bound_ms + slack_ms) * CD_MS);
	expect_honest(&good, c, &arg.out_report);
	expect_hung_up(&good, c);
	bank("set %s cts auto", line);
	EXPECT(good, bank_waits(line, "onhook", 5000));
	if (!good && report_of(phone.handle, &r))
		report_show(&r);
	tap(good, "%s: %llu us; %llu bytes = %llu confirmed + %llu discarded + %llu in doubt",
	    c->name, (unsigned long long)(took / 1000), arg.out_report.accepted,
	    arg.out_report.confirmed, arg.out_report.discarded, arg.out_report.in_doubt);
}

/* ---- a write that waits ---- */

/* More than fits anywhere on the way. */
#define MUCH 131072
/* Of these, so many are in our buffer when the rest has to wait. */
#define BUFFER 16384

static void *write_much(void *written)
{
	static const char bytes[MUCH];

	*(ssize_t *)written = write(phone.fd, bytes, sizeof(bytes));
	return NULL;
}

static bool writer_waits(void)
{
	uint64_t end = cd_now() + 10 * CD_S;
	struct cleardown_status st;

	do {
		if (cd_status(phone.fd, &st) || cd_now() > end)
			return false;
		between_looks();
	} while (st.out_queued < BUFFER);
	return true;
}

/* The close sends it home with what was accepted of it, and does not wait for the rest. */
static void blocked_write(void)
{
	static const struct stall_case fast = { .flowing = false };
	struct cleardown_close arg = { 0 };
	ssize_t written = 0;
	pthread_t thread;
	uint64_t begin;
	bool good = true;

	EXPECT(good, call_up(&fast));
	EXPECT(good, bank("set %s cts 0", line) && sees_cts(false));
	if (pthread_create(&thread, NULL, write_much, &written))
		abort();
	EXPECT(good, writer_waits());
	begin = cd_now();
	EXPECT_EQ(good, cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT(good, cd_now() - begin <= (1000 + slack_ms) * CD_MS);
	pthread_join(thread, NULL);
	EXPECT(good, written >= BUFFER && written < MUCH);
	EXPECT_EQ(good, arg.out_report.accepted, written);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	EXPECT_EQ(good, arg.out_released, 1);
	close(phone.fd);
	bank("set %s cts auto", line);
	EXPECT(good, bank_waits(line, "onhook", 5000));
	tap(good, "RP-6 P-11 PR-5 PR-7 a write that waits for room is sent home by the close");
}

/*
 * Under -icount an idle guest's clock leaps to the next timer, while the bank runs on the host's:
 * every wait for it would be over before it began. Somebody who always runs keeps the clock slow.
 */
static void *keep_busy(void *unused)
{
	struct sched_param none = { 0 };

	sched_setscheduler(0, SCHED_IDLE, &none);
	for (;;)
		__asm__ volatile("" ::: "memory");
	return unused;
}

static int run_all(bool guest)
{
	pthread_t thread;
	size_t i;

	slack_ms = guest ? PROMISE_MS : SLACK_MS;
	if (guest && pthread_create(&thread, NULL, keep_busy, NULL))
		return 1;
	if (!tap(phone_bind(&phone, tty), "bind %s", tty))
		return 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	blocked_write();
	tap(!cd_unbind(phone.name, 0), "unbind");
	return tap_done();
}

/* ---- the plain tty ---- */

static int plain_open(void)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t))
		return -1;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL | CREAD | CRTSCTS;
	return tcsetattr(fd, TCSANOW, &t) ? -1 : fd;
}

static bool plain_says(int fd, const char *command, const char *answer)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t end = cd_now() + 30 * CD_S;
	char seen[1024] = "";
	size_t n = 0;
	ssize_t got;

	if (write(fd, command, strlen(command)) != (ssize_t)strlen(command))
		return false;
	while (cd_now() < end && n < sizeof(seen) - 1) {
		poll(&p, 1, 100);
		got = read(fd, seen + n, sizeof(seen) - 1 - n);
		n += got > 0 ? got : 0;
		seen[n] = 0;
		if (strstr(seen, answer))
			return true;
	}
	return false;
}

static bool plain_sees_cts_low(int fd)
{
	uint64_t end = cd_now() + 3 * CD_S;
	int lines = TIOCM_CTS;

	while (!ioctl(fd, TIOCMGET, &lines) && lines & TIOCM_CTS && cd_now() < end)
		usleep(1000);
	return !(lines & TIOCM_CTS);
}

/* Prints the milliseconds that close took, what it returned, and the bytes that were lost. */
static int run_plain(void)
{
	static const char bytes[STALL_BYTES];
	int fd = plain_open(), ret;
	uint64_t begin, took;
	char dial[32];
	long long got;

	snprintf(dial, sizeof(dial), "ATDT%s\r", far);
	if (fd < 0 || !plain_says(fd, "ATE0\r", "OK") || !plain_says(fd, dial, "CONNECT"))
		return 1;
	if (!bank("set %s cts 0", line) || !plain_sees_cts_low(fd) ||
	    write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
		return 1;
	begin = cd_now();
	ret = close(fd);
	took = cd_now() - begin;
	got = modem_took_all();
	bank("set %s cts auto", line);
	printf("close_ms=%llu close_returned=%d accepted=%d lost=%lld\n",
	       (unsigned long long)(took / CD_MS), ret, STALL_BYTES, STALL_BYTES - got);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "--plain")) {
		tty = argv[2];
		line = argv[3];
		far = argv[4];
		return run_plain();
	}
	tty = argv[argc - 1];
	if (argc == 3 && !strcmp(argv[1], "--guest"))
		return run_all(true);
	return argc == 2 ? run_all(false) : 2;
}
