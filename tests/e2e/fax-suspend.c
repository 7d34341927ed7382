// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend with a fax call up, with a line that only listens, and with a provider's close running: by
 * the kernel's own tests of its levels (suspend.c). The program plays the providers of both ends at
 * AT level.
 *
 * usage: fax-suspend TTY NUMBER TTY2 NUMBER2	two modems' lines of the bank
 */
#define _GNU_SOURCE

#include "fax.h"
#include "power.h"

#define SESSION 80
/* As in suspend.c. */
#define LEVEL_S 4
#define PREPARE_S 2
#define HOUR_NS (3600 * CD_S)

struct end {
	const char *tty;
	const char *number;
	char name[32];
	int fd; /* of its provider */
};

static struct end near, far;
static struct tape tape; /* of the session's events */
static int offers;
static int server;

/* Suspends to @level and back, on the processor whose second is one; the time that took. */
static bool suspend_to(const char *level, uint64_t *took)
{
	bool good = power_put("/sys/power/pm_test", level);
	uint64_t begin = cd_now();

	good = good && power_put("/sys/power/state", "mem");
	*took = cd_now() - begin;
	return good;
}

/* Takes the line and has the modem in Class 1. */
static bool ready(struct end *e)
{
	return !fax_line(e->fd, CLEARDOWN_FAX_LINE_TAKE, NULL) &&
	       modem_says(e->fd, "ATE0V1&D2&C1", "OK", 5000) &&
	       modem_says(e->fd, "AT+FCLASS=1", "OK", 5000);
}

/* The near end receives, and says so as a provider does; the far end sends. */
static bool call_up(void)
{
	char dial[64];
	ssize_t n = snprintf(dial, sizeof(dial), "ATDT%s\r", near.number);

	return ready(&near) && ready(&far) && write(far.fd, dial, n) == n &&
	       modem_says(near.fd, NULL, "RING", 20000) &&
	       !fax_report(near.fd, 0, CLEARDOWN_FEI_RINGING, 0, 0) &&
	       modem_says(near.fd, "ATA", "CONNECT\r\n", 20000) &&
	       !fax_report(near.fd, 0, CLEARDOWN_FEI_ANSWERED, 0, 0) &&
	       !fax_report(near.fd, 0, CLEARDOWN_FEI_RECEIVING, 0, 1) &&
	       modem_says(far.fd, NULL, "CONNECT\r\n", 20000);
}

/* Everything that the modem had said; true when the channel has ended behind it. */
static bool channel_ends(int fd)
{
	uint64_t end = cd_now() + 10 * CD_S;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char said[64];

	while (cd_now() < end)
		if (poll(&p, 1, 100) > 0 && read(fd, said, sizeof(said)) <= 0)
			return true;
	return false;
}

/* The channel ends first: the modem is hung up behind it. */
static bool given_back(const struct end *e)
{
	struct cleardown_fax_line st = { .out_held = 1 };
	uint64_t end = cd_now() + 10 * CD_S;
	bool good = true;

	EXPECT(good, channel_ends(e->fd));
	while (!fax_line(e->fd, CLEARDOWN_FAX_LINE_ASK, &st) && st.out_held && cd_now() < end)
		between_looks();
	EXPECT_EQ(good, st.out_held, 0);
	EXPECT(good, bank_waits(e->number, "onhook", 3000));
	EXPECT(good, tty_free(e->tty));
	return good;
}

/* Whatever the level did to the modem: hung up, told to the end, and the next call goes through. */
static void in_a_call(const char *level)
{
	unsigned int cut = fax_count(&tape, CLEARDOWN_FEI_DISCONNECTED, 0, SESSION);
	unsigned int idle = fax_count(&tape, CLEARDOWN_FEI_IDLE, 0, SESSION);
	struct wanted told = { CLEARDOWN_EV_FAX, SESSION, 0, CLEARDOWN_FEI_IDLE, 0 };
	bool good = true;
	uint64_t took;

	EXPECT(good, call_up());
	EXPECT(good, suspend_to(level, &took));
	EXPECT(good, took < (LEVEL_S + PREPARE_S + 2) * CD_S);
	good &= given_back(&near);
	good &= given_back(&far);
	EXPECT(good, tape_wait(&tape, told, idle + 1, TOLD_MS, NULL));
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DISCONNECTED, 0, SESSION), cut + 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_IDLE, 0, SESSION), idle + 1);
	tap(good, "PR-8 suspend (%s) in a fax call: hung up, free, told to its end, once", level);
	good = true;
	EXPECT(good, call_up());
	EXPECT_EQ(good, fax_line(far.fd, CLEARDOWN_FAX_LINE_GIVE, NULL), 0);
	EXPECT_EQ(good, fax_line(near.fd, CLEARDOWN_FAX_LINE_GIVE, NULL), 0);
	EXPECT(good, bank_waits(near.number, "onhook", 5000));
	tap(good, "and the line works: the next call is up");
}

static void listening(void)
{
	struct cleardown_fax_line st;
	bool good = true;
	uint64_t took;

	EXPECT(good, ready(&near));
	EXPECT(good, suspend_to("freezer", &took));
	EXPECT_EQ(good, fax_line(near.fd, CLEARDOWN_FAX_LINE_ASK, &st), 0);
	EXPECT_EQ(good, st.out_held, 1);
	EXPECT(good, modem_says(near.fd, "AT", "OK", 5000));
	EXPECT_EQ(good, fax_line(near.fd, CLEARDOWN_FAX_LINE_GIVE, NULL), 0);
	tap(good, "a line that listens is its provider's still after a suspend, with its modem");
}

struct closing {
	int ret;
	struct cleardown_close arg;
};

static void *close_in_an_hour(void *arg)
{
	struct closing *c = arg;

	c->ret = cd_close(near.fd, CLEARDOWN_MODE_DRAIN, HOUR_NS, &c->arg);
	return NULL;
}

static bool close_runs(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_status st;

	while (!cd_status(near.fd, &st) && st.out_state != CLEARDOWN_STATE_CLOSING &&
	       cd_now() < end)
		between_looks();
	return st.out_state == CLEARDOWN_STATE_CLOSING;
}

static void during_a_close(void)
{
	struct closing c = { 0 };
	pthread_t thread;
	bool good = true;
	uint64_t took;

	EXPECT(good, ready(&near));
	EXPECT(good, bank("stall %s on", near.number));
	EXPECT_EQ(good, write(near.fd, "ATZ\r", 4), 4);
	EXPECT(good, !pthread_create(&thread, NULL, close_in_an_hour, &c));
	EXPECT(good, close_runs());
	EXPECT(good, suspend_to("freezer", &took));
	EXPECT(good, took < (LEVEL_S + PREPARE_S) * CD_S + SLACK_MS * CD_MS);
	pthread_join(thread, NULL);
	bank("stall %s off", near.number);
	EXPECT_EQ(good, c.ret, 0);
	EXPECT_EQ(good, c.arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, c.arg.out_report.later_causes, 1U << CLEARDOWN_CAUSE_SUSPEND);
	EXPECT_EQ(good, c.arg.out_released, 1);
	EXPECT(good, tty_free(near.tty));
	close(near.fd);
	tap(good, "PR-5 PR-8 a provider's CLOSE(DRAIN, 1 h) is overtaken by a suspend");
}

static bool bind_end(struct end *e, const char *tty, const char *number)
{
	e->tty = tty;
	e->number = number;
	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(tty), "", e->name, NULL))
		return false;
	e->fd = fax_provider(e->name, offers);
	return e->fd >= 0;
}

static bool prepare(char **argv)
{
	cpu_set_t set;

	alarm(PROGRAM_LIMIT_S);
	CPU_ZERO(&set);
	CPU_SET(0, &set); /* suspend.c says why */
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    !power_put("/sys/module/suspend/parameters/pm_test_delay", "1"))
		return false;
	tape_start(&tape, cd_events());
	offers = cd_events();
	server = fax_connect(O_RDWR);
	return !fax_events(server, tape.events, SESSION, NULL) &&
	       bind_end(&near, argv[1], argv[2]) && bind_end(&far, argv[3], argv[4]);
}

static bool leave(void)
{
	power_put("/sys/power/pm_test", "none");
	fax_close(far.fd, NULL);
	close(far.fd);
	fax_close(server, NULL);
	close(server);
	tape_stop(&tape);
	close(tape.events);
	close(offers);
	return !cd_unbind(near.name, 0) && !cd_unbind(far.name, 0);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	if (!tap(prepare(argv), "two lines with their providers, and the kernel's test levels"))
		return 1;
	in_a_call("freezer");
	in_a_call("devices");
	listening();
	during_a_close();
	tap(leave(), "unbind");
	return tap_done();
}
