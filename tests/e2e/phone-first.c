// SPDX-License-Identifier: GPL-2.0-only
/*
 * The narrowest path: bind a serial line, open the phone, one AT command, CLOSE, its report, and
 * the line belongs to the next program.
 *
 * usage: phone-first TTY
 */
#define _GNU_SOURCE

#include "phone.h"

static struct phone phone;

static void one_command(void)
{
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, &rec), 0);
	EXPECT_EQ(good, rec.ev.status, 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_OK);
	EXPECT_EQ(good, rec.ev.cookie, phone.cookie);
	EXPECT_EQ(good, rec.ev.handle, phone.handle);
	EXPECT(good, memmem(rec.ev.data, rec.ev.data_len, "modem bank", 10));
	tap(good, "P-7 one AT command is answered by the modem and completed once");
}

static void report_is_there(const struct cleardown_close *arg)
{
	struct cleardown_report r = { 0 };
	bool good = true;

	EXPECT(good, report_of(phone.handle, &r));
	EXPECT_EQ(good, r.out_head.number, arg->out_report.number);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, r.out_head.ops_issued, 1);
	EXPECT_EQ(good, r.out_head.ops_completed, 1);
	EXPECT_EQ(good, r.out_owner_pid, getpid());
	EXPECT(good, r.out_nsteps > 0);
	report_show(&r);
	tap(good, "P-18 the report of the close can be read");
}

int main(int argc, char **argv)
{
	struct cleardown_close arg = { 0 };
	bool good = true;
	int ret;

	if (argc != 2 || !tap(phone_bind(&phone, argv[1]), "bind %s", argv[argc - 1]))
		return 1;
	if (!tap(!phone_open(&phone, 0x1111), "open the phone"))
		return 1;
	one_command();
	ret = phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CLEARDOWN_DEADLINE_DEFAULT, &arg);
	EXPECT_EQ(good, ret, 0);
	EXPECT_EQ(good, arg.out_status, 0);
	EXPECT_EQ(good, arg.out_released, 1);
	tap(good, "P-1 P-5 CLOSE of an open phone succeeds and releases the line");
	ret = open(argv[1], O_RDWR | O_NOCTTY);
	tap(ret >= 0, "P-14 P-15 the line can be opened when CLOSE has returned");
	close(ret);
	report_is_there(&arg);
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
