// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated port of the bench, proved with what the kernel itself has for parallel ports: ppdev,
 * and behind its ioctls the kernel's own IEEE 1284 library.
 *
 * usage: parsim-host PORT [tristate]
 *
 * With the word: what takes a port whose data lines can be turned round.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/parport.h>
#include <linux/ppdev.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "parsim.h"
#include "tap.h"

#define STATUS_LINES                                                              \
	(PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT | \
	 PARPORT_STATUS_BUSY)
#define STATUS_READY (PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_BUSY)
#define PORTION 300 /* more than the library takes at once in any mode */

static struct parsim printer;
static int port;

static int open_port(const char *number)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/parport%s", number);
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd >= 0 && !ioctl(fd, PPCLAIM))
		return fd;
	perror(path);
	exit(1);
}

static bool negotiate(int mode)
{
	return !ioctl(port, PPNEGOT, &mode);
}

static unsigned char status(void)
{
	unsigned char lines = 0;

	ioctl(port, PPRSTATUS, &lines);
	return lines & STATUS_LINES;
}

static void set_control(unsigned char control)
{
	ioctl(port, PPWCONTROL, &control);
}

static void nap_us(long us)
{
	struct timespec t = { .tv_nsec = us * 1000 };

	nanosleep(&t, NULL);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ULL + t.tv_nsec / 1000;
}

static void pulse_init(long us)
{
	set_control(PARPORT_CONTROL_SELECT);
	nap_us(us);
	set_control(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT);
}

/* ---- compatibility mode ---- */

static void test_lines(void)
{
	static const struct {
		const char *file;
		unsigned char lines;
	} conditions[] = {
		{ "paper", PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT },
		{ "offline", 0 },
		{ "error", PARPORT_STATUS_SELECT },
		{ "hang", PARPORT_STATUS_SELECT | PARPORT_STATUS_ERROR },
	};
	bool good = true;
	size_t i;

	EXPECT_EQ(good, status(), STATUS_READY);
	for (i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		parsim_set(&printer, conditions[i].file, 1);
		EXPECT_EQ(good, status(), conditions[i].lines);
		parsim_set(&printer, conditions[i].file, 0);
	}
	parsim_set(&printer, "paper", 1);
	parsim_set(&printer, "nobusy", 1);
	EXPECT_EQ(good, status(),
		  PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT | PARPORT_STATUS_BUSY);
	parsim_set(&printer, "nobusy", 0);
	parsim_set(&printer, "paper", 0);
	EXPECT_EQ(good, status(), STATUS_READY);
	tap(good, "each condition is on its line");
}

static void test_write(void)
{
	char sent[PORTION], got[PORTION];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i * 7;
	parsim_forget(&printer);
	EXPECT_EQ(good, write(port, sent, sizeof(sent)), sizeof(sent));
	EXPECT_EQ(good, parsim_data(&printer, got, sizeof(got)), sizeof(got));
	EXPECT(good, !memcmp(sent, got, sizeof(got)));
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), sizeof(sent));
	EXPECT_EQ(good, parsim_count(&printer, "overruns"), 0);
	EXPECT_EQ(good, parsim_count(&printer, "short_strobes"), 0);
	tap(good, "the library's bytes arrive, none too fast");
}

/*
 * Busy with a byte that was written between @begun and @written, for @us, as far as our looks can
 * tell: each of them may have been held up.
 */
static bool busy_for(uint64_t begun, uint64_t written, unsigned int us)
{
	bool good = true, busy;
	uint64_t before;

	do {
		before = now_us();
		busy = !(status() & PARPORT_STATUS_BUSY);
		EXPECT(good, busy || now_us() >= begun + us);
		nap_us(1000);
	} while (busy && before <= written + us);
	EXPECT(good, !busy);
	return good;
}

static void test_busy(void)
{
	uint64_t begun;
	bool good = true;

	parsim_forget(&printer);
	parsim_set(&printer, "busy_us", 300);
	EXPECT_EQ(good, write(port, "0123456789", 10), 10);
	nap_us(1000);
	parsim_set(&printer, "busy_us", 100000);
	begun = now_us();
	EXPECT_EQ(good, write(port, "a", 1), 1);
	EXPECT(good, busy_for(begun, now_us(), 100000));
	EXPECT_EQ(good, status(), STATUS_READY);
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), 11);
	EXPECT_EQ(good, parsim_count(&printer, "overruns"), 0);
	parsim_set(&printer, "busy_us", 0);
	tap(good, "it is busy with a byte as long as it was told");
}

static void test_hang(void)
{
	unsigned char byte = 'x';
	bool good = true;

	parsim_forget(&printer);
	parsim_set(&printer, "hang", 1);
	EXPECT(good, write(port, "abc", 3) <= 0);
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), 0);
	ioctl(port, PPWDATA, &byte);
	set_control(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT | PARPORT_CONTROL_STROBE);
	set_control(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT);
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), 0);
	EXPECT_EQ(good, parsim_count(&printer, "overruns"), 1);
	parsim_set(&printer, "hang", 0);
	EXPECT_EQ(good, write(port, "abc", 3), 3);
	tap(good,
	    "busy for ever it takes nothing, and a byte that is strobed all the same is counted");
}

static void test_pulses(void)
{
	bool good = true;

	parsim_forget(&printer);
	parsim_set(&printer, "strobe_ns", 100000000);
	EXPECT_EQ(good, write(port, "a", 1), 1);
	EXPECT(good, parsim_count(&printer, "short_strobes") >= 2);
	parsim_set(&printer, "strobe_ns", 500);
	pulse_init(200);
	EXPECT_EQ(good, parsim_count(&printer, "inits"), 1);
	EXPECT_EQ(good, parsim_count(&printer, "short_inits"), 0);
	tap(good, "strobes that are too short and pulses of nInit are counted");
}

/* ---- IEEE 1284 ---- */

static void read_id(const char *what, unsigned int form)
{
	static const char id[] = "MFG:Bench;MDL:A \xfe thing;CLS:PRINTER;";
	size_t length = strlen(id) + (form & 2 ? 0 : 2);
	unsigned char got[256];
	bool good = true;

	parsim_write(&printer, "id", id, strlen(id));
	parsim_set(&printer, "id_form", form);
	EXPECT(good, negotiate(IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID));
	EXPECT_EQ(good, read(port, got, sizeof(got)), strlen(id) + 2);
	EXPECT_EQ(good, got[form & 1], 0);
	EXPECT_EQ(good, got[!(form & 1)], length);
	EXPECT(good, !memcmp(got + 2, id, strlen(id)));
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	EXPECT_EQ(good, status(), STATUS_READY);
	parsim_set(&printer, "id_form", 0);
	tap(good, "Device ID, %s", what);
}

static void test_ids(void)
{
	read_id("as the standard has it", 0);
	read_id("its length low byte first", 1);
	read_id("its length without itself", 2);
	read_id("both", 3);
}

static void test_back(int mode, const char *name)
{
	char sent[PORTION], got[PORTION + 1];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = 255 - i;
	parsim_forget(&printer);
	EXPECT(good, negotiate(mode));
	EXPECT_EQ(good, read(port, got, sizeof(got)), -1);
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	parsim_write(&printer, "back", sent, sizeof(sent));
	EXPECT(good, negotiate(mode));
	EXPECT_EQ(good, read(port, got, 100), 100);
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	EXPECT_EQ(good, write(port, "between", 7), 7);
	EXPECT(good, negotiate(mode));
	EXPECT_EQ(good, read(port, got + 100, sizeof(got) - 100), sizeof(sent) - 100);
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	EXPECT(good, !memcmp(sent, got, sizeof(sent)));
	EXPECT_EQ(good, parsim_count(&printer, "unread"), 0);
	EXPECT_EQ(good, parsim_count(&printer, "read"), sizeof(sent));
	EXPECT_EQ(good, parsim_count(&printer, "read_byte"),
		  mode == IEEE1284_MODE_BYTE ? sizeof(sent) : 0);
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), 7);
	EXPECT_EQ(good, parsim_count(&printer, "short_strobes"), 0);
	EXPECT_EQ(good, parsim_count(&printer, "conflicts"), 0);
	tap(good, "%s mode: what the printer has is read, with a write in the middle", name);
}

static void test_reverse_idle(int mode, const char *name)
{
	char got[8];
	bool good = true;

	EXPECT(good, negotiate(mode));
	EXPECT_EQ(good, read(port, got, sizeof(got)), -1);
	EXPECT(good, status() & PARPORT_STATUS_ERROR);
	parsim_write(&printer, "back", "late", 4);
	EXPECT(good, !(status() & PARPORT_STATUS_ERROR));
	set_control(PARPORT_CONTROL_INIT);
	EXPECT_EQ(good, read(port, got, sizeof(got)), 4);
	EXPECT(good, !memcmp(got, "late", 4));
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	EXPECT_EQ(good, status(), STATUS_READY);
	tap(good, "%s mode: what turns up in reverse idle is announced, and read", name);
}

static void test_refusals(void)
{
	static const int modes[] = { IEEE1284_MODE_BYTE, IEEE1284_MODE_ECP, IEEE1284_MODE_EPP };
	bool good = true;
	size_t i;

	parsim_forget(&printer);
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		EXPECT(good, !negotiate(modes[i]));
		EXPECT_EQ(good, status(), STATUS_READY);
	}
	EXPECT_EQ(good, parsim_count(&printer, "negotiations"), i);
	EXPECT_EQ(good, parsim_count(&printer, "rejections"), i);
	parsim_set(&printer, "compliant", 0);
	EXPECT(good, !negotiate(IEEE1284_MODE_NIBBLE));
	EXPECT_EQ(good, parsim_count(&printer, "negotiations"), i);
	EXPECT_EQ(good, status(), STATUS_READY);
	parsim_set(&printer, "compliant", 1);
	EXPECT(good, negotiate(IEEE1284_MODE_NIBBLE));
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	EXPECT_EQ(good, parsim_count(&printer, "bytes"), 0);
	tap(good, "other modes are refused, and all of them by a printer without IEEE 1284");
}

/* Whichever answer is the last, the lines can be had back. */
static void test_silence(int mode, const char *name)
{
	/* The library waits for the last answer to a nibble before it takes the byte, the printer not. */
	unsigned int answers, needed = mode == IEEE1284_MODE_BYTE ? 4 : 5;
	bool good = true;
	char got[4];

	parsim_write(&printer, "back", "!", 1);
	for (answers = 0; answers < needed; answers++) {
		parsim_set(&printer, "answers", answers);
		if (negotiate(mode))
			EXPECT(good, read(port, got, sizeof(got)) <= 0);
		negotiate(IEEE1284_MODE_COMPAT);
		set_control(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT);
		parsim_set(&printer, "answers", ~0U);
		EXPECT_EQ(good, status(), STATUS_READY);
	}
	EXPECT(good, negotiate(mode));
	EXPECT_EQ(good, read(port, got, sizeof(got)), 1);
	EXPECT_EQ(good, got[0], '!');
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	tap(good, "%s mode: silent after any answer, it is there again and has lost no byte", name);
}

static bool reads_slowly(int mode)
{
	char got[8];
	bool good;

	parsim_set(&printer, "answer_us", 2000);
	parsim_write(&printer, "back", "ok", 2);
	good = negotiate(mode) && read(port, got, sizeof(got)) == 2 && !memcmp(got, "ok", 2);
	good &= negotiate(IEEE1284_MODE_COMPAT);
	parsim_set(&printer, "answer_us", 0);
	negotiate(mode);
	while (read(port, got, sizeof(got)) > 0)
		;
	negotiate(IEEE1284_MODE_COMPAT);
	return good;
}

/* The library has no time left for an answer when this machine holds it up for 40 ms. */
static void test_slow_answers(int mode, const char *name)
{
	unsigned int attempts = 5;
	bool good = false;

	while (!good && attempts--)
		good = reads_slowly(mode);
	tap(good, "%s mode: answers that take their time are waited for", name);
}

static void test_reading(int mode, const char *name)
{
	test_back(mode, name);
	test_reverse_idle(mode, name);
	test_silence(mode, name);
	test_slow_answers(mode, name);
}

static bool turns_round(void)
{
	unsigned int modes = 0;

	ioctl(port, PPGETMODES, &modes);
	return modes & PARPORT_MODE_TRISTATE;
}

/* What a host gets that asks for byte mode all the same. */
static void test_one_way(void)
{
	unsigned char byte = 0x5a, got = 0;
	bool good = true;

	EXPECT(good, !turns_round());
	parsim_forget(&printer);
	parsim_set(&printer, "byte", 1);
	parsim_write(&printer, "back", "!", 1);
	EXPECT(good, negotiate(IEEE1284_MODE_BYTE));
	ioctl(port, PPWDATA, &byte);
	EXPECT_EQ(good, read(port, &got, 1), 1);
	EXPECT_EQ(good, got, byte);
	EXPECT(good, parsim_count(&printer, "conflicts"));
	EXPECT(good, negotiate(IEEE1284_MODE_COMPAT));
	parsim_set(&printer, "byte", 0);
	tap(good, "a port of one direction reads what it drives itself, against the printer");
}

static void test_direction(void)
{
	unsigned char byte = 0x5a;
	int reverse = 1;
	bool good = true;

	EXPECT(good, turns_round());
	ioctl(port, PPWDATA, &byte);
	ioctl(port, PPRDATA, &byte);
	EXPECT_EQ(good, byte, 0x5a);
	ioctl(port, PPDATADIR, &reverse);
	EXPECT_EQ(good, parsim_count(&printer, "reverse"), 1);
	ioctl(port, PPRDATA, &byte);
	EXPECT_EQ(good, byte, 0xff);
	reverse = 0;
	ioctl(port, PPDATADIR, &reverse);
	EXPECT_EQ(good, parsim_count(&printer, "reverse"), 0);
	tap(good, "data lines that are turned round and that nobody drives are high");
}

static void one_way(void)
{
	test_lines();
	test_write();
	test_busy();
	test_hang();
	test_pulses();
	test_ids();
	test_reading(IEEE1284_MODE_NIBBLE, "nibble");
	test_refusals();
	test_one_way();
}

static void both_ways(void)
{
	test_direction();
	test_refusals();
	parsim_set(&printer, "byte", 1);
	test_reading(IEEE1284_MODE_NIBBLE, "nibble");
	test_reading(IEEE1284_MODE_BYTE, "byte");
	parsim_set(&printer, "byte", 0);
}

int main(int argc, char **argv)
{
	bool tristate = argc == 3 && !strcmp(argv[2], "tristate");

	if (argc != 2 && !tristate) {
		fprintf(stderr, "usage: parsim-host PORT [tristate]\n");
		return 2;
	}
	parsim_at(&printer, argv[1]);
	port = open_port(argv[1]);
	if (tristate)
		both_ways();
	else
		one_way();
	close(port);
	return tap_done();
}
