// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port on a simulated parallel printer (tests/rig/parsim) that goes off line, runs out of paper,
 * is busy for ever, answers, and vanishes; the accounts are held against what it has got.
 */
#define _GNU_SOURCE

#include <linux/parport.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "parsim.h"
#include "port.h"

#define BIG 65536
#define PORT_ID_BEYOND 1025 /* no Device ID of the class is longer than 1024 */

static struct port port;
static struct parsim sim;
static uint8_t big[BIG];
static uint8_t got[BIG + 1];

static void begin(const char *args)
{
	parsim_forget(&sim);
	port_session(&port, "parport", args);
}

static void end(void)
{
	port_end_session(&port);
}

/* The printer has exactly the first @len bytes of what was sent. */
static bool has(size_t len)
{
	size_t n = parsim_data(&sim, got, sizeof(got));

	if (n == len && !memcmp(got, big, len))
		return true;
	fprintf(stderr, "# the printer has %zu bytes, not the %zu\n", n, len);
	return false;
}

/* One byte may have been strobed and not acknowledged: it may have been taken or not. */
static bool agrees(uint64_t confirmed, uint64_t in_doubt)
{
	size_t n = parsim_data(&sim, got, sizeof(got));

	if (n >= confirmed && n <= confirmed + in_doubt && !memcmp(got, big, n))
		return true;
	fprintf(stderr, "# the printer has %zu: confirmed %llu, in doubt %llu\n", n,
		(unsigned long long)confirmed, (unsigned long long)in_doubt);
	return false;
}

static void whole(void)
{
	struct cleardown_doc_result r;
	bool good = true;

	begin("");
	EXPECT_EQ(good, port_start(&port, "whole"), 0);
	EXPECT_EQ(good, write(port.fd, big, BIG), BIG);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_SENT);
	EXPECT_EQ(good, r.confirmed, BIG);
	EXPECT(good, has(BIG));
	EXPECT_EQ(good, parsim_count(&sim, "overruns"), 0);
	EXPECT_EQ(good, parsim_count(&sim, "short_strobes"), 0);
	EXPECT_EQ(good, parsim_count(&sim, "inits"), 0);
	end();
	tap(good, "M-3 64 KiB: byte for byte, no strobe too short, none at a busy printer");
}

/* What anybody may know of the Device ID: 0 when it is there, or why not. */
static int known_id(const char *part)
{
	struct cleardown_port_id id = { .size = sizeof(id) };
	int fd = sim_open(&port.dev, O_RDONLY);
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_PORT_ID, &id);

	close(fd);
	if (ret)
		return ret;
	return memmem(id.out_bytes, id.out_total, part, strlen(part)) ? 0 : -ENOMSG;
}

static void identified(void)
{
	static const char id_text[] = "MFG:Cleardown;MDL:Parsim 1284;CLS:PRINTER;CMD:PJL,PCL;";
	struct cleardown_port_id id = { .size = sizeof(id), .offset = PORT_ID_BEYOND };
	union cd_record rec;
	bool good = true;

	begin("");
	EXPECT_EQ(good, known_id("Parsim 1284"), -ENODATA);
	EXPECT(good, port_status(port.fd).out_flags & CLEARDOWN_PORT_READS);
	EXPECT_EQ(good, port_do(&port, CLEARDOWN_OP_DEVICE_ID, NULL, 0, &rec), 0);
	EXPECT_EQ(good, rec.ev.data_len, strlen(id_text));
	EXPECT(good, !memcmp(rec.ev.data, id_text, strlen(id_text)));
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT_EQ(good, port_do(&port, CLEARDOWN_OP_DEVICE_ID, NULL, 0, &rec), 0);
	EXPECT(good, memmem(rec.ev.data, rec.ev.data_len, "Parsim 1284", 11));
	EXPECT_EQ(good, write(port.fd, big, 100), 100);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT(good, has(100));
	EXPECT_EQ(good, known_id("Parsim 1284"), 0);
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_PORT_ID, &id), -EINVAL);
	end();
	tap(good,
	    "the Device ID: asked between documents, remembered inside one, by observers too");
}

/* Is STALLED told within @ms? The looks of the port's worker at its printer go on meanwhile. */
static bool tells_stalled(int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	struct cleardown_port_status st;

	do {
		usleep(20000);
		st = port_status(port.fd);
	} while (!(st.out_flags & CLEARDOWN_PORT_STALLED) && st.out_sample_ns < end);
	return st.out_flags & CLEARDOWN_PORT_STALLED;
}

/* Nobody writes, and the printer has all of it: down to the last byte, which it has acknowledged. */
static void idle(void)
{
	bool good = true;

	begin("");
	EXPECT_EQ(good, port_start(&port, "idle"), 0);
	EXPECT_EQ(good, write(port.fd, big, 100), 100);
	EXPECT(good, port_wait_confirmed(port.fd, 100, 5000));
	EXPECT(good, has(100));
	EXPECT(good, !tells_stalled(1500));
	end();
	tap(good,
	    "an open document that nobody writes to is confirmed to its last byte, not stalled");
}

/* ---- the way back ---- */

static const char said[] = "what a printer says";

/* A port and a printer, and what they agree on. */
struct pair {
	const char *text;
	bool tristate; /* the port's data lines can be turned round */
	bool knows; /* the printer knows byte mode */
	bool byte; /* that is what they use */
	unsigned int refused; /* so often has the printer said no */
};

static const struct pair nibble = { .text = "nibble mode" };
static const struct pair one_way = { "nibble mode, port of one direction", false, true, false, 0 };
static const struct pair refused = { "nibble mode, byte mode was refused", true, false, false, 1 };
static const struct pair byte = { "byte mode", true, true, true, 0 };

/* Nobody has the port. */
static void connect_pair(const struct pair *pair)
{
	parsim_set(&sim, "tristate", pair->tristate);
	parsim_set(&sim, "byte", pair->knows);
	parsim_set(&sim, "present", 0);
	parsim_set(&sim, "present", 1);
}

/* read(2) gets @text, all of it, each part within ten seconds. */
static bool hears(const char *text, size_t len)
{
	struct pollfd pfd = { .fd = port.fd, .events = POLLIN };
	char buf[64];
	size_t n = 0;

	while (n < len) {
		ssize_t ret = poll(&pfd, 1, 10000) > 0 ? read(port.fd, buf + n, sizeof(buf) - n) :
							 0;

		if (ret <= 0) {
			fprintf(stderr, "# %zu bytes heard, then nothing\n", n);
			return false;
		}
		n += ret;
	}
	return n == len && !memcmp(buf, text, len);
}

/* Compatibility mode, forward idle, and the data lines are the host's. */
static bool lines_are_back(void)
{
	bool good = true;

	EXPECT_EQ(good, parsim_count(&sim, "control"),
		  PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT);
	EXPECT_EQ(good, parsim_count(&sim, "reverse"), 0);
	return good;
}

static void read_back(const struct pair *pair)
{
	bool good = true;

	connect_pair(pair);
	begin("");
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	for (unsigned int i = 1; i <= 2; i++) {
		parsim_write(&sim, "back", said, sizeof(said) - 1);
		EXPECT(good, hears(said, sizeof(said) - 1));
		EXPECT_EQ(good, write(port.fd, big + i * 1000, 1000), 1000);
		EXPECT_EQ(good, fsync(port.fd), 0);
		EXPECT(good, has((i + 1) * 1000));
	}
	EXPECT_EQ(good, parsim_count(&sim, "read_byte"), pair->byte ? 2 * sizeof(said) - 2 : 0);
	EXPECT_EQ(good, parsim_count(&sim, "rejections"), pair->refused);
	EXPECT_EQ(good, parsim_count(&sim, "conflicts"), 0);
	EXPECT_EQ(good, parsim_count(&sim, "short_strobes"), 0);
	end();
	EXPECT(good, lines_are_back());
	tap(good, "%s: read(2) gets what the printer says, writing goes on after it", pair->text);
}

/* A session in which the printer takes its time for each answer, and is in the middle of a text. */
static void begin_slow(const struct pair *pair, unsigned int answer_us)
{
	uint64_t end_ns = cd_now() + 10 * CD_S;

	connect_pair(pair);
	begin("");
	if (port_start(&port, "slow"))
		DIE("START_DOC");
	parsim_set(&sim, "answer_us", answer_us);
	parsim_write(&sim, "back", said, sizeof(said) - 1);
	while (!parsim_count(&sim, "read"))
		if (cd_now() > end_ns)
			DIE("nobody reads");
}

/* The count is @value within ten seconds. */
static bool comes_to(const char *count, long long value)
{
	uint64_t end_ns = cd_now() + 10 * CD_S;

	while (parsim_count(&sim, count) != value) {
		if (cd_now() > end_ns)
			return false;
		usleep(1000);
	}
	return true;
}

/* The next session hears the rest. */
static bool end_slow(void)
{
	bool good;

	parsim_set(&sim, "answer_us", 0);
	begin("");
	if (port_start(&port, ""))
		DIE("START_DOC");
	good = comes_to("unread", 0);
	end();
	return good;
}

static void slow_answers(const struct pair *pair)
{
	uint64_t begun, worst = 0;
	bool good = true;

	begin_slow(pair, 5000);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	for (int i = 0; i < 20; i++) {
		begun = cd_now();
		port_status(port.fd);
		worst = cd_now() - begun > worst ? cd_now() - begun : worst;
	}
	EXPECT(good, worst < SLACK_MS * CD_MS);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT(good, has(1000));
	EXPECT(good, hears(said, sizeof(said) - 1));
	EXPECT_EQ(good, parsim_count(&sim, "unread"), 0);
	EXPECT_EQ(good, parsim_count(&sim, "conflicts"), 0);
	parsim_set(&sim, "answer_us", 0);
	end();
	EXPECT(good, lines_are_back());
	tap(good, "%s, 5 ms for an answer: a write gets in between, no byte of either is lost",
	    pair->text);
}

static void closed_reading(const struct pair *pair)
{
	struct cleardown_close arg;
	bool good = true;
	uint64_t begun;

	begin_slow(pair, 15000);
	begun = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT(good, cd_now() - begun < (1000 + SLACK_MS) * CD_MS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, lines_are_back());
	EXPECT(good, port_ppdev_gets("/dev/parport0"));
	end();
	EXPECT(good, end_slow());
	tap(good, "M-10 PR-4 PR-5 %s: CLOSE in the middle of a byte from the printer", pair->text);
}

/* Write fails with ENODEV, at the latest when it is known that the hardware is gone. */
static bool is_gone(void)
{
	uint64_t end_ns = cd_now() + 5 * CD_S;
	ssize_t ret;

	while ((ret = write(port.fd, "x", 1)) == 1 && cd_now() < end_ns)
		usleep(1000);
	return ret < 0 && errno == ENODEV;
}

static void vanished_reading(const struct pair *pair)
{
	struct cleardown_close arg;
	bool good = true;
	uint64_t begun;

	begin_slow(pair, 15000);
	begun = cd_now();
	parsim_set(&sim, "present", 0);
	EXPECT(good, cd_now() - begun < SLACK_MS * CD_MS);
	EXPECT(good, lines_are_back());
	EXPECT(good, is_gone());
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_UNPLUG);
	close(port.fd);
	close(port.events);
	sim_unbind(&port.dev);
	parsim_set(&sim, "present", 1);
	EXPECT(good, comes_to("compat", 1));
	EXPECT(good, end_slow());
	tap(good, "RM-4 %s: the port is unbound in the middle of a byte from the printer",
	    pair->text);
}

/* The printer gives @answers more of the lines, then none until it has been left alone. */
static bool silent_after(const struct pair *pair, unsigned int answers)
{
	bool in_byte_mode = pair->byte && answers < 2;
	bool good = true;

	begin("");
	EXPECT_EQ(good, port_start(&port, ""), 0);
	parsim_set(&sim, "answers", answers);
	parsim_write(&sim, "back", "!", 1);
	EXPECT(good, comes_to("dead", 1));
	parsim_set(&sim, "answers", ~0U);
	EXPECT(good, hears("!", 1));
	EXPECT_EQ(good, parsim_count(&sim, "read_byte"), in_byte_mode);
	EXPECT_EQ(good, write(port.fd, big, 100), 100);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT(good, has(100));
	EXPECT_EQ(good, parsim_count(&sim, "conflicts"), 0);
	end();
	return good;
}

static void silent(const struct pair *pair)
{
	unsigned int needed = pair->byte ? 4 : 6; /* answers for a byte */
	bool good = true;

	connect_pair(pair);
	for (unsigned int answers = 0; answers < needed; answers++)
		EXPECT(good, silent_after(pair, answers));
	EXPECT(good, lines_are_back());
	tap(good, "%s: a printer that falls silent after any answer is heard when it is back",
	    pair->text);
}

static void not_compliant(void)
{
	uint64_t begun;
	bool good = true;

	parsim_set(&sim, "compliant", 0);
	begun = cd_now();
	begin("");
	EXPECT(good, cd_now() - begun < SLACK_MS * CD_MS);
	EXPECT(good, !(port_status(port.fd).out_flags & CLEARDOWN_PORT_READS));
	EXPECT_EQ(good, port_do(&port, CLEARDOWN_OP_DEVICE_ID, NULL, 0, NULL), -EOPNOTSUPP);
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT_EQ(good, fsync(port.fd), 0);
	EXPECT(good, has(1000));
	end();
	parsim_set(&sim, "compliant", 1);
	tap(good, "a printer that knows nothing of IEEE 1284 prints, has no ID and says nothing");
}

static void resets(void)
{
	struct cleardown_options opt = { .size = sizeof(opt), .set = CLEARDOWN_OPT_RESET };
	struct cleardown_doc_result r;
	struct cleardown_close arg;
	bool good = true;

	begin("");
	EXPECT_EQ(good, port_do(&port, CLEARDOWN_OP_RESET, NULL, 0, NULL), 0);
	EXPECT_EQ(good, parsim_count(&sim, "inits"), 1);
	EXPECT_EQ(good, parsim_count(&sim, "short_inits"), 0);
	EXPECT_EQ(good, port_start(&port, ""), 0);
	EXPECT_EQ(good, port_do(&port, CLEARDOWN_OP_RESET, NULL, 0, NULL), -EBUSY);
	EXPECT_EQ(good, port_end(&port, CLEARDOWN_END_DOC_ABORT, &r), 0);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT_EQ(good, parsim_count(&sim, "inits"), 1);
	close(port.fd);
	for (uint32_t policy = 0; policy < 2; policy++) {
		port.fd = sim_open(&port.dev, O_RDWR);
		opt.reset = policy;
		EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_SET_OPTIONS, &opt), 0);
		EXPECT_EQ(good, cd_bind_events(port.fd, port.events, 7), 0);
		EXPECT_EQ(good, port_start(&port, ""), 0);
		EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
		EXPECT_EQ(good, parsim_count(&sim, "inits"), 1 + policy);
		close(port.fd);
	}
	port.fd = sim_open(&port.dev, O_RDWR);
	end();
	tap(good,
	    "TM-5 nInit is strobed when asked for, and by an abort only where that is the policy");
}

/* ---- a printer that does not go on ---- */

static void stuck(struct port_writer *w, const char *what)
{
	begin("");
	if (port_start(&port, "stuck"))
		DIE("START_DOC");
	if (write(port.fd, big, 1000) != 1000 || fsync(port.fd))
		DIE("1000 bytes");
	parsim_set(&sim, what, 1);
	port_writer_start(w, port.fd, big + 1000, BIG - 1000);
	if (!port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 20000))
		DIE("it is not stuck");
}

static int cancel_elsewhere(void)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	int fd = cd_open(port.dev.name, O_RDONLY);

	arg.id = port_status(fd).out_doc;
	return cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg) ? 1 : 0;
}

static void cancelled(const char *what, uint32_t flag)
{
	struct cleardown_doc_result r;
	struct port_writer w;
	uint64_t begun, worst = 0;
	bool good = true;
	int status;

	stuck(&w, what);
	for (int i = 0; i < 20; i++) {
		begun = cd_now();
		EXPECT(good, (port_status(port.fd).out_flags & flag) == flag);
		worst = cd_now() - begun > worst ? cd_now() - begun : worst;
	}
	EXPECT(good, worst < SLACK_MS * CD_MS);
	begun = cd_now();
	if (!fork())
		_exit(cancel_elsewhere());
	wait(&status);
	EXPECT_EQ(good, status, 0);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT(good, cd_now() - begun < 2 * CD_S);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.state, CLEARDOWN_DOC_CANCELLED);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	EXPECT(good, agrees(r.confirmed, r.in_doubt));
	parsim_set(&sim, what, 0);
	parsim_forget(&sim);
	EXPECT_EQ(good, port_start(&port, "next"), 0);
	EXPECT_EQ(good, write(port.fd, big, 5000), 5000);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT(good, has(5000));
	end();
	tap(good,
	    "M-16 PR-7 %s for ever: status is answered, CANCEL from elsewhere, the next is whole",
	    what);
}

static void goes_on(const char *what, uint32_t flag)
{
	struct cleardown_doc_result r;
	struct port_writer w;
	bool good = true;

	stuck(&w, what);
	EXPECT(good, port_status(port.fd).out_flags & flag);
	parsim_set(&sim, what, 0);
	EXPECT_EQ(good, port_writer_join(&w), BIG - 1000);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.confirmed, BIG);
	EXPECT(good, has(BIG));
	EXPECT_EQ(good, parsim_count(&sim, "overruns"), 0);
	end();
	tap(good, "%s in mid-job, then no more: the job goes on where it stopped", what);
}

/* What of these a printer tells on Busy too is its own affair: its line is enough. */
static void goes_on_unbusy(const char *what, uint32_t flag)
{
	parsim_set(&sim, "nobusy", 1);
	goes_on(what, flag);
	parsim_set(&sim, "nobusy", 0);
}

/* The last byte is strobed, and nobody knows whether the printer will make anything of it. */
static void in_doubt(void)
{
	struct cleardown_doc_result r;
	bool good = true;

	begin("");
	EXPECT_EQ(good, port_start(&port, "doubtful"), 0);
	parsim_set(&sim, "busy_us", 1000000);
	EXPECT_EQ(good, write(port.fd, big, 100), 100);
	EXPECT(good, comes_to("bytes", 1));
	EXPECT_EQ(good, port_end(&port, CLEARDOWN_END_DOC_ABORT, &r), 0);
	EXPECT_EQ(good, r.confirmed + 1, parsim_count(&sim, "bytes"));
	EXPECT_EQ(good, r.in_doubt, 1);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	parsim_set(&sim, "busy_us", 0);
	end();
	tap(good, "PR-7 a byte that the printer has not acknowledged is in doubt, and only that");
}

static void closed(const char *what, uint32_t mode, uint64_t ms)
{
	struct cleardown_close arg;
	struct port_writer w;
	bool good = true;
	uint64_t begun;

	stuck(&w, what);
	begun = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, mode, ms * CD_MS, &arg), 0);
	EXPECT(good, cd_now() - begun < (ms + SLACK_MS) * CD_MS);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	EXPECT(good, agrees(arg.out_report.confirmed, arg.out_report.in_doubt));
	parsim_set(&sim, what, 0);
	end();
	tap(good, "M-10 M-16 PR-4 PR-5 PR-7 %s: CLOSE (mode %u, %llu ms) keeps its bound", what,
	    mode, (unsigned long long)ms);
}

static void killed(void)
{
	struct cleardown_report r;
	bool good = true;
	uint64_t begun;
	pid_t child;
	int fd;

	begin("");
	close(port.fd);
	parsim_set(&sim, "offline", 1);
	child = fork();
	if (!child) {
		fd = sim_open(&port.dev, O_RDWR);
		_exit(write(fd, big, BIG) < 0);
	}
	port.fd = cd_open(port.dev.name, O_RDONLY);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 20000));
	begun = cd_now();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	EXPECT(good, cd_now() - begun < (1000 + SLACK_MS) * CD_MS);
	EXPECT(good, port_ppdev_gets("/dev/parport0"));
	EXPECT_EQ(good, cd_report(cd_last_report() - 1, &r), 0);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT(good, port_adds_up(&r.out_head));
	EXPECT(good, agrees(r.out_head.confirmed, r.out_head.in_doubt));
	parsim_set(&sim, "offline", 0);
	close(port.fd);
	port.fd = sim_open(&port.dev, O_RDWR);
	end();
	tap(good,
	    "M-10 PR-4 PR-7 PR-8 kill -9 while the printer is off line: ppdev can have the port");
}

static void vanished(void)
{
	struct cleardown_close arg;
	struct port_writer w;
	bool good = true;

	stuck(&w, "offline");
	parsim_set(&sim, "present", 0);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT_EQ(good, write(port.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ENODEV);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT(good, agrees(arg.out_report.confirmed, arg.out_report.in_doubt));
	EXPECT_EQ(good, cd_open(port.dev.name, O_RDWR), -ENODEV);
	close(port.fd);
	close(port.events);
	parsim_set(&sim, "offline", 0);
	parsim_set(&sim, "present", 1);
	sim_unbind(&port.dev);
	tap(good, "RM-4 M-10 PR-8 the port is unbound in mid-job: ENODEV until CLOSE, which is 0");
}

/* The driver of the port is bound to nobody now; a report of what held it is ours. */
static void slow_printer(void)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	struct cleardown_doc_result r;
	struct port_writer w;
	bool good = true;
	uint64_t begun;

	begin("");
	parsim_set(&sim, "busy_us", 5000);
	EXPECT_EQ(good, port_start(&port, "slow"), 0);
	port_writer_start(&w, port.fd, big, BIG);
	EXPECT(good, port_wait_confirmed(port.fd, 20, 20000));
	arg.id = port_status(port.fd).out_doc;
	begun = cd_now();
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_CANCEL, &arg), 0);
	EXPECT(good, port_writer_join(&w) > 0);
	EXPECT(good, cd_now() - begun < SLACK_MS * CD_MS);
	EXPECT_EQ(good, port_end(&port, 0, &r), 0);
	EXPECT_EQ(good, r.accepted, r.confirmed + r.discarded + r.in_doubt);
	EXPECT(good, agrees(r.confirmed, r.in_doubt));
	parsim_set(&sim, "busy_us", 0);
	end();
	tap(good, "5 ms a byte: status and CANCEL do not wait behind the write");
}

int main(void)
{
	parsim_at(&sim, "0");
	for (size_t i = 0; i < BIG; i++)
		big[i] = i * 7 + (i >> 8);
	whole();
	identified();
	idle();
	read_back(&one_way);
	read_back(&refused);
	read_back(&byte);
	silent(&byte);
	slow_answers(&byte);
	closed_reading(&byte);
	vanished_reading(&byte);
	read_back(&nibble);
	silent(&nibble);
	slow_answers(&nibble);
	closed_reading(&nibble);
	vanished_reading(&nibble);
	not_compliant();
	in_doubt();
	resets();
	slow_printer();
	cancelled("offline", CLEARDOWN_PORT_OFFLINE);
	cancelled("hang", 0);
	goes_on("paper", CLEARDOWN_PORT_PAPER);
	goes_on("offline", CLEARDOWN_PORT_OFFLINE);
	goes_on("error", CLEARDOWN_PORT_FAULT);
	goes_on_unbusy("paper", CLEARDOWN_PORT_PAPER);
	goes_on_unbusy("offline", CLEARDOWN_PORT_OFFLINE);
	goes_on_unbusy("error", CLEARDOWN_PORT_FAULT);
	closed("offline", CLEARDOWN_MODE_ORDERLY, 1000);
	closed("hang", CLEARDOWN_MODE_DRAIN, 1000);
	closed("paper", CLEARDOWN_MODE_ORDERLY, 0);
	closed("hang", CLEARDOWN_MODE_ABORT, 1000);
	killed();
	vanished();
	return tap_done();
}
