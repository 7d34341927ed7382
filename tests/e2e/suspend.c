// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend with a call up, and with a close running: by the kernel's own tests of its levels, which
 * come back by themselves. The modem is line 101 of the bank; 102 echoes.
 *
 * usage: suspend TTY
 */
#define _GNU_SOURCE

#include <sched.h>

#include "phone.h"
#include "power.h"

#define LINE "101"
#define FAR "102"
/* The kernel stays at the level for a second of its own processor, which a busy host stretches. */
#define LEVEL_S 4
#define PREPARE_S 2 /* longest wait for a running close */
#define NO_DTR_S 4 /* of a phone without DTR */
#define HOUR_NS (3600 * CD_S)

static struct phone phone;

/*
 * The kernel stays at a test level in a calibrated loop of the processor that asked. Under TCG only
 * the first one's calibration is to be relied on: the second's is measured while the host may have
 * something else to do, and made one second six.
 */
static bool on_first_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* Suspends to @level and back; the time that took. */
static bool suspend_to(const char *level, uint64_t *took)
{
	uint64_t begin;
	bool good = power_put("/sys/power/pm_test", level);

	begin = cd_now();
	good = good && power_put("/sys/power/state", "mem");
	*took = cd_now() - begin;
	return good;
}

static bool call_up(uint64_t cookie)
{
	union cd_record rec = { 0 };

	return !phone_open(&phone, cookie) &&
	       !phone_do_text(&phone, CLEARDOWN_OP_DIAL, FAR, 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT;
}

/* What is written comes back. */
static bool call_carries(const char *text)
{
	struct pollfd p = { .fd = phone.fd, .events = POLLIN };
	size_t n = 0, len = strlen(text);
	char back[64];
	ssize_t got;

	if (write(phone.fd, text, len) != (ssize_t)len)
		return false;
	while (n < len && poll(&p, 1, 5000) == 1) {
		got = read(phone.fd, back + n, sizeof(back) - n);
		if (got <= 0)
			return false;
		n += got;
	}
	return n == len && !memcmp(back, text, len);
}

static void tasks_frozen(void)
{
	struct cleardown_close arg;
	bool good = true;
	uint64_t took;

	EXPECT(good, call_up(100));
	EXPECT(good, suspend_to("freezer", &took));
	EXPECT(good, took < (LEVEL_S + PREPARE_S) * CD_S);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	EXPECT(good, call_carries("still here"));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	tap(good, "a call outlives a suspend that left the UART alone");
}

/* How often the tape says, above @seq, that no call is up any more. */
static unsigned int times_idle(struct tape *t, uint64_t seq)
{
	unsigned int i, n = 0;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->n; i++)
		n += t->rec[i].ev.type == CLEARDOWN_EV_CALL_STATE && t->rec[i].ev.seq > seq &&
		     t->rec[i].ev.p1 == CLEARDOWN_CALL_IDLE;
	pthread_mutex_unlock(&t->lock);
	return n;
}

static bool call_ends(uint64_t seq)
{
	uint64_t end = cd_now() + 5 * CD_S;

	while (!times_idle(&phone.tape, seq) && cd_now() < end)
		usleep(5000);
	return phone_call_state(&phone) == CLEARDOWN_CALL_IDLE;
}

/* The UART lowers DTR when it is suspended, so the modem hangs up: that is told, once. */
static void uart_suspended(void)
{
	struct cleardown_close arg;
	bool good = true;
	uint64_t took, seq;

	EXPECT(good, call_up(200));
	EXPECT(good, tape_catch_up(&phone.tape));
	seq = queue_seq(phone.events);
	EXPECT(good, suspend_to("devices", &took));
	EXPECT(good, took < (LEVEL_S + PREPARE_S + 2) * CD_S);
	EXPECT(good, call_ends(seq));
	EXPECT(good, bank_waits(LINE, "onhook", 3000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, times_idle(&phone.tape, seq), 1);
	tap(good, "a call that the suspend cut is over after it, told once; the phone stays open");
}

struct closing {
	uint32_t mode;
	int ret;
	struct cleardown_close arg;
};

static void *close_in_an_hour(void *arg)
{
	struct closing *c = arg;

	c->ret = cd_close(phone.fd, c->mode, HOUR_NS, &c->arg);
	return NULL;
}

static bool close_runs(void)
{
	struct cleardown_list item = { .size = sizeof(item) };
	uint64_t end = cd_now() + 3 * CD_S;
	int ctl = cd_ctl();

	do {
		item.after = 0;
		if (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, &item))
			break;
	} while (item.out_status.out_state != CLEARDOWN_STATE_CLOSING && cd_now() < end);
	close(ctl);
	return item.out_status.out_state == CLEARDOWN_STATE_CLOSING;
}

static void during_a_close(void)
{
	static const char bytes[2048];
	struct closing c = { .mode = CLEARDOWN_MODE_DRAIN };
	pthread_t thread;
	bool good = true;
	uint64_t took;

	EXPECT(good, call_up(300));
	EXPECT(good, bank("stall " LINE " on"));
	EXPECT(good, write(phone.fd, bytes, sizeof(bytes)) == sizeof(bytes));
	EXPECT(good, !pthread_create(&thread, NULL, close_in_an_hour, &c));
	EXPECT(good, close_runs());
	EXPECT(good, suspend_to("freezer", &took));
	EXPECT(good, took < (LEVEL_S + PREPARE_S) * CD_S + SLACK_MS * CD_MS);
	pthread_join(thread, NULL);
	bank("stall " LINE " off");
	EXPECT_EQ(good, c.ret, 0);
	EXPECT_EQ(good, c.arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, c.arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, c.arg.out_report.later_causes, 1U << CLEARDOWN_CAUSE_SUSPEND);
	EXPECT_EQ(good, c.arg.out_released, 1);
	close(phone.fd);
	tap(good, "P-11 PR-5 CLOSE(DRAIN, 1 h) is overtaken by a suspend, which waits for it");
}

/* The silences of +++ take longer than a suspend waits for a phone that has DTR. */
static void without_dtr(void)
{
	struct closing c = { .mode = CLEARDOWN_MODE_ORDERLY };
	struct cleardown_report r = { 0 };
	pthread_t thread;
	bool good = true;
	uint64_t took;

	EXPECT(good, call_up(400));
	EXPECT(good, !pthread_create(&thread, NULL, close_in_an_hour, &c));
	EXPECT(good, close_runs());
	EXPECT(good, suspend_to("freezer", &took));
	EXPECT(good, took < (LEVEL_S + NO_DTR_S) * CD_S + SLACK_MS * CD_MS);
	pthread_join(thread, NULL);
	EXPECT_EQ(good, c.ret, 0);
	EXPECT_EQ(good, c.arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, c.arg.out_report.later_causes, 1U << CLEARDOWN_CAUSE_SUSPEND);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_ESCAPE));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, !(r.out_head.flags & CLEARDOWN_REPORT_FORCED));
	EXPECT(good, bank_waits(LINE, "onhook", 500));
	if (!good)
		report_show(&r);
	close(phone.fd);
	tap(good,
	    "P-11e PR-5 a close by +++ and ATH is overtaken by a suspend, which waits for it");
}

int main(int argc, char **argv)
{
	if (argc != 2 || !tap(phone_bind(&phone, argv[1]), "bind %s", argv[argc - 1]))
		return 1;
	tap(on_first_processor() && power_put("/sys/module/suspend/parameters/pm_test_delay", "1"),
	    "the kernel has its test levels");
	tasks_frozen();
	uart_suspended();
	during_a_close();
	tap(!cd_unbind(phone.name, 0), "unbind");
	if (tap(phone_bind_args(&phone, argv[1], "dtr=none"), "bind it without DTR"))
		without_dtr();
	power_put("/sys/power/pm_test", "none");
	tap(!cd_unbind(phone.name, 0), "unbind");
	return tap_done();
}
