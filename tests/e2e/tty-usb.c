// SPDX-License-Identifier: GPL-2.0-only
/*
 * A phone on a USB serial adapter: its driver is another one, whose buffers cannot be flushed and
 * whose lines are control messages. It is pulled in a call and comes back. The modem is line 101 of
 * the bank, QEMU's device u1; 102 answers.
 *
 * usage: tty-usb
 */
#define _GNU_SOURCE

#include "phone.h"

#define LINE "101"
#define FAR "102"
#define TTY "/dev/ttyUSB0"
#define BYTES 4096

static struct phone phone;

static bool line_becomes(bool there)
{
	uint64_t end = cd_now() + 10 * CD_S;

	while (!access(TTY, F_OK) != there && cd_now() < end)
		usleep(10000);
	return !access(TTY, F_OK) == there;
}

static bool unplug(void)
{
	return !cd_host(NULL, 0, "qmp device_del u1") &&
	       !cd_host(NULL, 0, "wait-deleted u1 10000") && line_becomes(false);
}

static bool plug_in(void)
{
	return !cd_host(NULL, 0, "qmp device_add usb-serial,chardev=m1,id=u1,always-plugged=on") &&
	       line_becomes(true);
}

static int rebind(void)
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };
	int ctl = cd_ctl(), ret;
	struct stat st;

	if (stat(TTY, &st))
		return -errno;
	snprintf(arg.name, sizeof(arg.name), "%s", phone.name);
	arg.dev = (minor(st.st_rdev) & 0xff) | (major(st.st_rdev) << 8) |
		  ((minor(st.st_rdev) & ~0xffU) << 12);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg);
	if (ret)
		fprintf(stderr, "# rebind: %s: %s\n", strerror(-ret), arg.out_text);
	close(ctl);
	return ret;
}

static bool call_up(uint64_t cookie)
{
	union cd_record rec = { 0 };

	return !phone_open(&phone, cookie) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DIAL, FAR, 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT;
}

/* Sends @out to the echo and waits until all of it came back. */
static bool echoed(const char *out, size_t len)
{
	uint64_t end = cd_now() + 20 * CD_S;
	char in[BYTES];
	size_t sent = 0, got = 0;
	ssize_t n;

	while (got < len && cd_now() < end) {
		n = sent < len ? write(phone.fd, out + sent, len - sent) : 0;
		if (n < 0)
			return false;
		sent += n;
		n = read(phone.fd, in + got, len - got);
		if (n <= 0)
			return false;
		got += n;
	}
	return got == len && !memcmp(in, out, len);
}

static void in_a_call(void)
{
	struct cleardown_close arg = { 0 };
	char out[BYTES];
	bool good = true;
	unsigned int i;
	int fd;

	for (i = 0; i < BYTES; i++)
		out[i] = 'a' + i % 23;
	EXPECT(good, call_up(100));
	EXPECT(good, open(TTY, O_RDWR | O_NOCTTY | O_NONBLOCK) == -1 && errno == EBUSY);
	EXPECT(good, echoed(out, sizeof(out)));
	tap(good, "a call on a USB adapter carries data both ways");
	good = true;
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.accepted, BYTES);
	EXPECT_EQ(good, arg.out_report.discarded, 0);
	EXPECT(good, bank_waits(LINE, "onhook", 3000));
	fd = open(TTY, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(good, fd >= 0);
	close(fd);
	tap(good, "P-14 P-15 CLOSE on a USB adapter clears the call and frees the line");
}

static void pulled(void)
{
	struct wanted w = { CLEARDOWN_EV_PHONE_CLOSE, 200, 0, 0, 0 };
	struct cleardown_report r = { 0 };
	struct cleardown_status st;
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT(good, call_up(200));
	EXPECT(good, unplug());
	EXPECT(good, tape_wait(&phone.tape, w, 1, 5000, &rec));
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT(good, report_of_soon(phone.handle, &r, 10000));
	EXPECT_EQ(good, cd_status(phone.fd, &st), -EBADFD);
	EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_GONE);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_RELEASED);
	close(phone.fd);
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -ENODEV);
	EXPECT(good, tape_catch_up(&phone.tape));
	EXPECT_EQ(good, tape_count(&phone.tape, w), 1);
	tap(good, "P-11d P-19 an adapter pulled in a call: PHONE_CLOSE once, cause unplug, ENODEV");
}

static void back(void)
{
	bool good = true;

	/* A real adapter's DTR falls with its power; QEMU's stays as it was. */
	EXPECT(good, bank("drop " LINE));
	EXPECT(good, plug_in());
	EXPECT_EQ(good, rebind(), 0);
	EXPECT_EQ(good, phone_open(&phone, 300), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 10000, NULL), 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	tap(good, "P-19 plugged in again and bound anew the phone works");
}

int main(void)
{
	if (!tap(line_becomes(true) && phone_bind(&phone, TTY), "a USB adapter is bound"))
		return 1;
	in_a_call();
	pulled();
	back();
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
