// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phones whose DTR hangs nothing up: the bind says so, or the modem is found to ignore it. The bank's
 * modem has &D0 then, or is told to be blind for DTR. Machine 200 echoes.
 *
 * usage: phone-nodtr TTY NUMBER
 */
#define _GNU_SOURCE

#include <signal.h>

#include "phone.h"

static struct phone phone;
static const char *tty, *number;

static bool online(uint64_t cookie)
{
	union cd_record rec = { 0 };
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_status st = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, cookie), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200", 30000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	while (!cd_status(phone.fd, &st) && !(st.out_lines & CLEARDOWN_LINE_DCD))
		if (cd_now() > end || !between_looks())
			return false;
	return good;
}

static bool line_is_free(void)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);

	close(fd);
	return fd >= 0;
}

static void tell_bank(const char *format, const char *whom)
{
	char text[64];

	snprintf(text, sizeof(text), format, whom);
	if (!bank(text))
		fprintf(stderr, "# the bank refused: %s\n", text);
}

/* The report of a close that +++ and ATH have done. */
static void expect_escaped(bool *good, struct cleardown_report *r)
{
	const struct cleardown_step *hangup;

	EXPECT(*good, report_of(phone.handle, r));
	EXPECT(*good, step_ran(r, CLEARDOWN_STEP_ESCAPE));
	hangup = report_step(r, CLEARDOWN_STEP_HANGUP);
	EXPECT(*good, hangup && !hangup->flags && !hangup->error);
	EXPECT_EQ(*good, hangup ? hangup->detail : 0, CLEARDOWN_RESULT_OK);
	EXPECT(*good, r->out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(*good, !(r->out_head.flags & CLEARDOWN_REPORT_FORCED));
	EXPECT(*good, bank_waits(number, "onhook", 500));
	EXPECT(*good, line_is_free());
	if (!*good)
		report_show(r);
}

static void closed(uint32_t mode, const char *text)
{
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	bool good = online(0x100 + mode);

	EXPECT_EQ(good, phone_close(&phone, mode, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	expect_escaped(&good, &r);
	EXPECT_EQ(good, r.out_head.mode, mode);
	tap(good, "%s", text);
}

/* The last descriptor is that of a process that is killed. */
static void killed(void)
{
	struct cleardown_report r = { 0 };
	bool good = online(0x200);
	uint64_t begin;
	pid_t child;

	child = fork();
	if (!child)
		for (;;)
			pause();
	close(phone.fd);
	begin = cd_now();
	kill(child, SIGKILL);
	EXPECT(good, waitpid(child, NULL, 0) == child);
	EXPECT(good, cd_now() - begin < 1500 * CD_MS);
	tap(good, "P-11c PR-8 the exit of a killed owner does not wait for +++");
	good = true;
	/* An open waits for the close. */
	EXPECT_EQ(good, phone_open(&phone, 0x201), 0);
	EXPECT(good, cd_now() - begin < 8 * CD_S);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	phone.handle--;
	expect_escaped(&good, &r);
	EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_EMERGENCY);
	EXPECT(good, r.out_head.end_ns - r.out_head.begin_ns < 4500 * CD_MS);
	tap(good, "P-11c PR-8 its call is hung up all the same, within 4 s");
}

/* No time for the silences: the report does not say that the line is on-hook. */
static void hurried(void)
{
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	bool good = online(0x300);

	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, arg.out_report.end_ns - arg.out_report.begin_ns < CD_S + SLACK_MS * CD_MS);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, !step_ran(&r, CLEARDOWN_STEP_ESCAPE));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(good, !(r.out_head.flags & CLEARDOWN_REPORT_ONHOOK));
	EXPECT(good, line_is_free());
	tap(good,
	    "P-11 PR-5 PR-7 without time for +++ the close is in time, and says that it was forced");
	tell_bank("drop %s", number);
}

/* One of each kind that the modem has, the first of them a call that has not got through. */
static const struct cleardown_op_hookswitch off = { CLEARDOWN_HOOKDEV_HANDSET,
						    CLEARDOWN_HOOKMODE_MICSPEAKER };
static const struct cleardown_op_level loud = { CLEARDOWN_HOOKDEV_SPEAKER, 0xffff };
static const struct {
	uint32_t op;
	const void *in;
	uint32_t len;
} kinds[] = {
	{ CLEARDOWN_OP_DIAL, "200", 3 },
	{ CLEARDOWN_OP_DEV_SPECIFIC, "I3", 2 },
	{ CLEARDOWN_OP_SET_HOOKSWITCH, &off, sizeof(off) },
	{ CLEARDOWN_OP_SET_VOLUME, &loud, sizeof(loud) },
	{ CLEARDOWN_OP_ANSWER, NULL, 0 },
	{ CLEARDOWN_OP_HANGUP, NULL, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void closed_with_all(void)
{
	struct wanted w = { CLEARDOWN_EV_COMPLETION, 0x500, 0, 0, 0 };
	struct wanted dialing = { CLEARDOWN_EV_CALL_STATE, 0x500, 0, CLEARDOWN_CALL_DIALING, 0 };
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	uint64_t id[KINDS];
	bool good = true;
	size_t i;

	EXPECT_EQ(good, phone_open(&phone, w.cookie), 0);
	for (i = 0; i < KINDS; i++)
		id[i] = phone_submit(&phone, kinds[i].op, kinds[i].in, kinds[i].len);
	EXPECT(good, tape_wait(&phone.tape, dialing, 1, 2000, NULL));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ABORT, 2 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, line_is_free());
	EXPECT(good, arg.out_report.end_ns - arg.out_report.begin_ns < 2 * CD_S + SLACK_MS * CD_MS);
	tape_catch_up(&phone.tape);
	for (i = 0; i < KINDS; i++) {
		union cd_record rec = { 0 };

		w.req_id = id[i];
		EXPECT_EQ(good, phone_wait(&phone, id[i], 1000, &rec), -EIO);
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		EXPECT_EQ(good, tape_count(&phone.tape, w), 1);
	}
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, bank_waits(number, "onhook", 500));
	if (!tap(good, "P-2 P-8 P-11a P-14 a line without DTR, closed with requests of each kind"))
		report_show(&r);
}

/*
 * The modem has &D2 and does not see DTR. The first close finds out; from then on the others do
 * without it, in the next session too.
 */
static void discovered(void)
{
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	bool good = online(0x400);

	tell_bank("deaf %s dtr", number);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_DTR));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(good, !(r.out_head.flags & CLEARDOWN_REPORT_ONHOOK));
	EXPECT(good, line_is_free());
	tap(good, "PR-7 a modem that ignores DTR: the first close says that it was forced");
	tell_bank("drop %s", number);
	closed(CLEARDOWN_MODE_ORDERLY, "P-11 from then on +++ and ATH hang up");
	tell_bank("deaf %s off", number);
}

static void bound_without(void)
{
	closed(CLEARDOWN_MODE_ORDERLY, "P-11 a line without DTR: +++ and ATH hang up");
	closed(CLEARDOWN_MODE_ABORT, "P-11 a line without DTR: ABORT hangs up, too");
	closed_with_all();
	killed();
	hurried();
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	tty = argv[1];
	number = argv[2];
	if (!tap(phone_bind_args(&phone, tty, "dtr=none"), "bind %s with dtr=none", tty))
		return tap_done();
	bound_without();
	tap(phone_unbind(&phone), "unbind");
	if (tap(phone_bind(&phone, tty), "bind %s", tty))
		discovered();
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
