// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem's card is pulled and plugged in again: in a call, with requests outstanding, during a
 * close, and while nobody has it. The modem is line 101 of the bank, QEMU's device u1; 102 answers.
 *
 * usage: unplug
 */
#define _GNU_SOURCE

#include "phone.h"

#define LINE "101"
#define FAR "102"
#define QUEUED_BYTES 2048
#define REQUESTS 9
#define UNPLUGGED_MS 3000
#define HOUR_NS (3600 * CD_S)

static struct phone phone;
static char tty[32];

/* ---- the card ---- */

/* The line behind the PCI card: the kernel gives a card that comes back another number. */
static bool card_present(void)
{
	FILE *f = fopen("/proc/tty/driver/serial", "r");
	char text[256];
	unsigned int n;
	bool found = false;

	while (f && !found && fgets(text, sizeof(text), f))
		if (sscanf(text, "%u: uart:16550A", &n) == 1 && n > 3 && strstr(text, "16550A")) {
			snprintf(tty, sizeof(tty), "/dev/ttyS%u", n);
			found = !access(tty, F_OK);
		}
	if (f)
		fclose(f);
	return found;
}

static bool card_comes(void)
{
	uint64_t end = cd_now() + 10 * CD_S;

	while (!card_present() && cd_now() < end)
		usleep(10000);
	return card_present();
}

static bool unplug(void)
{
	return !cd_host(NULL, 0, "qmp device_del u1") && !cd_host(NULL, 0, "wait-deleted u1 10000");
}

static bool plug_in(void)
{
	return !cd_host(NULL, 0, "qmp device_add pci-serial,chardev=m1,id=u1") && card_comes();
}

static int rebind(const char *path, char text[CLEARDOWN_TEXT_LEN])
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };
	int ctl = cd_ctl(), ret;
	struct stat st;

	if (stat(path, &st))
		return -errno;
	snprintf(arg.name, sizeof(arg.name), "%s", phone.name);
	arg.dev = (minor(st.st_rdev) & 0xff) | (major(st.st_rdev) << 8) |
		  ((minor(st.st_rdev) & ~0xffU) << 12);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg);
	memcpy(text, arg.out_text, sizeof(arg.out_text));
	close(ctl);
	return ret;
}

/* ---- what must be true ---- */

static uint32_t device_state(void)
{
	struct cleardown_list item = { .size = sizeof(item) };
	int ctl = cd_ctl(), ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, &item);

	close(ctl);
	return ret ? ~0U : item.out_status.out_state;
}

static bool device_reaches(uint32_t state)
{
	uint64_t end = cd_now() + UNPLUGGED_MS * CD_MS;

	while (device_state() != state && cd_now() < end)
		usleep(1000);
	return device_state() == state;
}

static void expect_dead(bool *good)
{
	struct cleardown_close arg;
	struct cleardown_status st;
	char byte = 0;

	EXPECT_EQ(*good, cd_status(phone.fd, &st), -EBADFD);
	EXPECT_EQ(*good, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, 77, "I0"), -EBADFD);
	EXPECT(*good, write(phone.fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT(*good, read(phone.fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT_EQ(*good, cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), -EBADFD);
	EXPECT_EQ(*good, arg.out_status, CLEARDOWN_PHONEERR_INVALPHONEHANDLE);
	EXPECT_EQ(*good, cd_open(phone.name, O_RDWR), -ENODEV);
	EXPECT_EQ(*good, device_state(), CLEARDOWN_STATE_GONE);
}

static void expect_report(bool *good, uint32_t cause, uint32_t later, uint64_t accepted)
{
	struct cleardown_report r = { 0 };
	const struct cleardown_report_head *h = &r.out_head;

	EXPECT(*good, report_of(phone.handle, &r));
	EXPECT_EQ(*good, h->mode, CLEARDOWN_MODE_GONE);
	EXPECT_EQ(*good, h->cause, cause);
	EXPECT_EQ(*good, h->later_causes, later);
	EXPECT(*good, h->flags & CLEARDOWN_REPORT_RELEASED);
	EXPECT_EQ(*good, h->ops_issued, h->ops_completed);
	EXPECT_EQ(*good, h->accepted, accepted);
	EXPECT_EQ(*good, h->accepted, h->confirmed + h->discarded + h->in_doubt);
	if (!*good)
		report_show(&r);
}

static unsigned int phone_closes(void)
{
	struct wanted w = { CLEARDOWN_EV_PHONE_CLOSE, phone.cookie, 0, 0, 0 };

	return tape_catch_up(&phone.tape) ? tape_count(&phone.tape, w) : ~0U;
}

/* PHONE_CLOSE has come: once, with its cause, as the last record of the handle. */
static void expect_phone_close(bool *good)
{
	struct wanted w = { CLEARDOWN_EV_PHONE_CLOSE, phone.cookie, 0, 0, 0 };
	struct wanted after = { 0, phone.cookie, 0, 0, 0 };
	union cd_record rec = { 0 };

	EXPECT(*good, tape_wait(&phone.tape, w, 1, UNPLUGGED_MS, &rec));
	EXPECT_EQ(*good, rec.ev.p1, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT_EQ(*good, rec.ev.handle, phone.handle);
	EXPECT_EQ(*good, phone_closes(), 1);
	after.above_seq = rec.ev.seq;
	EXPECT_EQ(*good, tape_count(&phone.tape, after), 0);
}

/* Plugged in and bound anew, the phone does what it did. */
static void comes_back(const char *when)
{
	char text[CLEARDOWN_TEXT_LEN] = "";
	bool good = true;
	int ret;

	bank("deaf " LINE " off");
	bank("set " LINE " cts auto");
	EXPECT(good, plug_in());
	ret = rebind(tty, text);
	if (ret)
		fprintf(stderr, "# rebind %s: %s: %s\n", tty, strerror(-ret), text);
	EXPECT_EQ(good, ret, 0);
	EXPECT_EQ(good, phone_open(&phone, phone.cookie + 1), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	EXPECT_EQ(good, rebind(tty, text), -EBUSY);
	EXPECT(good, strstr(text, "open"));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	ret = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(good, ret >= 0);
	close(ret);
	tap(good, "P-19 after %s the card is plugged in again and the phone works", when);
}

/* ---- the cases ---- */

static bool call_up(uint64_t cookie)
{
	union cd_record rec = { 0 };

	return !phone_open(&phone, cookie) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DIAL, FAR, 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT;
}

static bool bytes_are_queued(void)
{
	static const char bytes[QUEUED_BYTES];
	uint64_t end = cd_now() + 3 * CD_S;
	struct cleardown_status st;

	if (!bank("set " LINE " cts 0"))
		return false;
	do {
		if (cd_status(phone.fd, &st))
			return false;
	} while (st.out_lines & CLEARDOWN_LINE_CTS && cd_now() < end);
	return write(phone.fd, bytes, sizeof(bytes)) == sizeof(bytes);
}

static void in_a_call(void)
{
	bool good = true;

	EXPECT(good, call_up(100));
	EXPECT(good, bytes_are_queued());
	EXPECT(good, unplug());
	expect_phone_close(&good);
	EXPECT(good, device_reaches(CLEARDOWN_STATE_GONE));
	tap(good, "P-19 P-11 a card pulled in a call: PHONE_CLOSE once, after everything else");
	expect_dead(&good);
	tap(good, "P-19 P-4 PR-9 a card pulled in a call: the handle is dead, open is ENODEV");
	expect_report(&good, CLEARDOWN_CAUSE_UNPLUG, 0, QUEUED_BYTES);
	EXPECT(good, bank_waits(LINE, "onhook", 3000));
	EXPECT_EQ(good, phone_closes(), 1);
	close(phone.fd);
	EXPECT_EQ(good, phone_closes(), 1);
	tap(good, "P-19 PR-7 a card pulled in a call: cause unplug, every byte accounted for");
	comes_back("a call");
}

static void with_requests(void)
{
	struct wanted done = { CLEARDOWN_EV_COMPLETION, 200, 0, 0, 0 };
	union cd_record rec;
	bool good = true;
	uint64_t id[REQUESTS];
	unsigned int i;

	EXPECT_EQ(good, phone_open(&phone, 200), 0);
	EXPECT(good, bank("deaf " LINE " on"));
	for (i = 0; i < REQUESTS; i++)
		id[i] = phone_submit_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0");
	EXPECT(good, unplug());
	expect_phone_close(&good);
	for (i = 0; i < REQUESTS; i++) {
		EXPECT_EQ(good, phone_wait(&phone, id[i], 0, &rec), -EIO);
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
	}
	EXPECT_EQ(good, tape_count(&phone.tape, done), REQUESTS);
	tap(good, "P-2 P-9 P-19 a card pulled with nine requests: each completed once, as failed");
	EXPECT(good, device_reaches(CLEARDOWN_STATE_GONE));
	expect_dead(&good);
	expect_report(&good, CLEARDOWN_CAUSE_UNPLUG, 0, 0);
	close(phone.fd);
	tap(good, "P-19 PR-9 a card pulled with nine requests: dead, and reported");
	comes_back("requests");
}

struct closing {
	int ret;
	struct cleardown_close arg;
};

static void *close_in_an_hour(void *arg)
{
	struct closing *c = arg;

	c->ret = cd_close(phone.fd, CLEARDOWN_MODE_DRAIN, HOUR_NS, &c->arg);
	return NULL;
}

static void during_a_close(void)
{
	struct closing c = { 0 };
	struct timespec limit;
	pthread_t thread;
	bool good = true;

	EXPECT(good, call_up(300));
	EXPECT(good, bytes_are_queued());
	EXPECT(good, !pthread_create(&thread, NULL, close_in_an_hour, &c));
	EXPECT(good, device_reaches(CLEARDOWN_STATE_CLOSING));
	EXPECT(good, unplug());
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 10;
	EXPECT(good, !pthread_timedjoin_np(thread, NULL, &limit));
	EXPECT_EQ(good, c.ret, 0);
	EXPECT_EQ(good, c.arg.out_released, 1);
	expect_report(&good, CLEARDOWN_CAUSE_LOCAL_USER, 1U << CLEARDOWN_CAUSE_UNPLUG,
		      QUEUED_BYTES);
	EXPECT_EQ(good, phone_closes(), 0);
	EXPECT(good, device_reaches(CLEARDOWN_STATE_GONE));
	close(phone.fd);
	tap(good, "P-11 PR-5 CLOSE(DRAIN, 1 h) is overtaken when the card is pulled");
	comes_back("a close");
}

static void while_idle(void)
{
	char text[CLEARDOWN_TEXT_LEN] = "";
	bool good = true;

	EXPECT(good, unplug());
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -ENODEV);
	EXPECT_EQ(good, device_state(), CLEARDOWN_STATE_GONE);
	EXPECT(good, rebind("/dev/tty", text) < 0);
	EXPECT(good, strlen(text) > 10);
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -ENODEV);
	tap(good,
	    "P-19 a card pulled while idle: open is ENODEV, REBIND to a wrong line is refused");
	phone.cookie = 400;
	comes_back("idling");
}

int main(void)
{
	if (!tap(card_comes() && phone_bind(&phone, tty), "the PCI modem is bound"))
		return 1;
	in_a_call();
	with_requests();
	during_a_close();
	while_idle();
	tap(!cd_unbind(phone.name, 0), "unbind");
	return tap_done();
}
