// SPDX-License-Identifier: GPL-2.0-only
/*
 * CLOSE with every allocation failing, for its caller and for the device's thread, on a 16550: it
 * succeeds all the same, completes what is outstanding, puts the modem on-hook and frees the line.
 * Below us the tty layer allocates at the first close of a line (its saved settings) unless that was
 * done at open.
 *
 * usage: nomem TTY
 */
#define _GNU_SOURCE

#include "fault.h"
#include "phone.h"

#define NINE 9

static const char *tty;
static struct phone phone;

/* Proof that faults strike at this moment: memory cannot be had. */
static bool memory_is_short(void)
{
	int fd = open("/proc/self/stat", O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == ENOMEM;
}

static bool line_is_free(void)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void without_memory(const char *what, uint32_t mode, unsigned int asked, bool call)
{
	int worker = fault_file(fault_worker(phone.name), "make-it-fail");
	int self = fault_file(0, "make-it-fail");
	struct wanted mine = { .type = CLEARDOWN_EV_COMPLETION, .cookie = phone.cookie };
	struct cleardown_close arg = { 0 };
	bool short_before, short_after, good = true;
	int ret;

	fault_always(worker, true);
	fault_always(self, true);
	short_before = memory_is_short();
	ret = cd_close(phone.fd, mode, 3 * CD_S, &arg);
	short_after = memory_is_short();
	fault_always(self, false);
	fault_always(worker, false);
	close(self);
	close(worker);
	EXPECT(good, short_before && short_after);
	EXPECT_EQ(good, ret, 0);
	EXPECT_EQ(good, arg.out_status, 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.ops_issued, arg.out_report.ops_completed);
	EXPECT_EQ(good, arg.out_report.ops_at_close, asked);
	EXPECT(good, !call || arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, line_is_free());
	tap(good, "P-16 PR-6 %s: CLOSE with every allocation failing is 0", what);
	EXPECT(good, !call || bank_waits("101", "onhook", 5000));
	EXPECT(good, bank_sees_dtr("101", false, 5000));
	EXPECT(good, tape_wait(&phone.tape, mine, arg.out_report.ops_completed, 5000, NULL));
	EXPECT_EQ(good, tape_count(&phone.tape, mine), arg.out_report.ops_completed);
	tap(good, "P-2 P-15 P-16 PR-4 PR-6 %s: the far end is cleared, the completions are there",
	    what);
	close(phone.fd);
}

static void nine_requests(void)
{
	unsigned int i;
	bool good = !phone_open(&phone, 1);

	good = good && bank("deaf 101 on");
	for (i = 0; good && i < NINE; i++)
		good = phone_submit_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I");
	if (!tap(good, "nine requests wait on a deaf modem"))
		return;
	without_memory("nine requests", CLEARDOWN_MODE_ORDERLY, NINE, false);
	bank("deaf 101 off");
}

static void stalled_call(void)
{
	static const char bytes[2048];
	union cd_record rec = { 0 };
	bool good = !phone_open(&phone, 2);

	good = good && !phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+MS=FAST", 5000, NULL) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DIAL, "102", 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT && bank("set 101 cts 0") &&
	       write(phone.fd, bytes, sizeof(bytes)) == sizeof(bytes);
	if (!tap(good, "a call is up and its bytes do not leave"))
		return;
	without_memory("a stalled call", CLEARDOWN_MODE_ORDERLY, 0, true);
	bank("set 101 cts 1");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	tty = argv[1];
	if (!tap(phone_bind(&phone, tty), "bind %s", tty))
		return tap_done();
	nine_requests();
	stalled_call();
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
