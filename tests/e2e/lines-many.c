// SPDX-License-Identifier: GPL-2.0-only
/*
 * Twelve phones on three PCI cards of four ports: all in calls and closed at once; and again, when
 * one of the cards is pulled. Line N is number 101 + N of the bank, machine 201 + N echoes.
 *
 * usage: lines-many TTY...	the twelve lines, those of card u3 last
 */
#define _GNU_SOURCE

#include "phone.h"

#define LINES 12
#define PULLED 8 /* lines from here on are on the card that is pulled */

static struct phone phone[LINES];
static const char *tty[LINES];
static struct cleardown_close closed[LINES];
static int closed_ret[LINES];

static bool dial(unsigned int i, uint64_t *id)
{
	char to[8];

	snprintf(to, sizeof(to), "%u", 201 + i);
	if (phone_open(&phone[i], 0x100 + i))
		return false;
	*id = phone_submit_text(&phone[i], CLEARDOWN_OP_DIAL, to);
	return *id;
}

/* All at once; true when each is connected and has its own bytes back. */
static bool all_online(void)
{
	uint64_t id[LINES] = { 0 };
	union cd_record rec;
	char text[16], back[16];
	bool good = true;
	unsigned int i;

	for (i = 0; i < LINES; i++)
		EXPECT(good, dial(i, &id[i]));
	for (i = 0; i < LINES && good; i++) {
		EXPECT_EQ(good, phone_wait(&phone[i], id[i], 60000, &rec), 0);
		EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	}
	for (i = 0; i < LINES && good; i++) {
		struct pollfd p = { .fd = phone[i].fd, .events = POLLIN };
		ssize_t n = snprintf(text, sizeof(text), "line %02u", i), got = 0, one = 1;

		EXPECT_EQ(good, write(phone[i].fd, text, n), n);
		while (got < n && one > 0 && poll(&p, 1, 10000) == 1) {
			one = read(phone[i].fd, back + got, n - got);
			got += one > 0 ? one : 0;
		}
		EXPECT(good, got == n && !memcmp(text, back, n));
	}
	return good;
}

static void *close_one(void *arg)
{
	unsigned int i = (struct phone *)arg - phone;

	closed_ret[i] = cd_close(phone[i].fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &closed[i]);
	return NULL;
}

static void close_at_once(unsigned int from, unsigned int to)
{
	pthread_t thread[LINES];
	unsigned int i;

	for (i = from; i < to; i++)
		if (pthread_create(&thread[i], NULL, close_one, &phone[i]))
			abort();
	for (i = from; i < to; i++)
		pthread_join(thread[i], NULL);
}

static bool line_is_free(unsigned int i)
{
	int fd = open(tty[i], O_RDWR | O_NOCTTY | O_NONBLOCK);

	close(fd);
	return fd >= 0;
}

static bool on_hook(unsigned int i)
{
	char number[8];

	snprintf(number, sizeof(number), "%u", 101 + i);
	return bank_waits(number, "onhook", 3000);
}

static void expect_closed(bool *good, unsigned int i)
{
	const struct cleardown_report_head *h = &closed[i].out_report;

	EXPECT_EQ(*good, closed_ret[i], 0);
	EXPECT_EQ(*good, closed[i].out_released, 1);
	EXPECT(*good, h->flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(*good, h->accepted == h->confirmed + h->discarded + h->in_doubt);
	EXPECT(*good, h->end_ns - h->begin_ns < 5 * CD_S + SLACK_MS * CD_MS);
	EXPECT(*good, line_is_free(i));
	EXPECT(*good, on_hook(i));
}

static void together(void)
{
	unsigned int i;
	bool good;

	tap(all_online(), "twelve calls are up, each with its own data");
	close_at_once(0, LINES);
	for (good = true, i = 0; i < LINES; i++)
		expect_closed(&good, i);
	tap(good,
	    "P-1 P-14 P-15 PR-5 twelve phones closed at once: each in time, on-hook and free");
	for (i = 0; i < LINES; i++)
		close(phone[i].fd);
}

/* The record comes first, then the report and the end of the close. */
static bool goes(unsigned int i, struct cleardown_report *r)
{
	uint64_t end = cd_now() + 10 * CD_S;

	while (!report_of(phone[i].handle, r) || cd_open(phone[i].name, O_RDWR) != -ENODEV)
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

/* The card with the last four goes; the others do not notice. */
static void one_card_pulled(void)
{
	struct cleardown_report r = { 0 };
	struct wanted w = { CLEARDOWN_EV_PHONE_CLOSE, 0, 0, 0, 0 };
	union cd_record rec = { 0 };
	bool good = all_online();
	unsigned int i;

	EXPECT(good, !cd_host(NULL, 0, "qmp device_del u3"));
	for (i = PULLED; i < LINES; i++) {
		w.cookie = 0x100 + i;
		EXPECT(good, tape_wait(&phone[i].tape, w, 1, 20000, &rec));
		EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_UNPLUG);
		EXPECT(good, goes(i, &r));
		EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_GONE);
		EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_RELEASED);
	}
	tap(good, "P-11d P-19 a card of four is pulled: each of its calls ends once, cause unplug");
	for (good = true, i = 0; i < PULLED; i++)
		EXPECT_EQ(good, phone_call_state(&phone[i]), CLEARDOWN_CALL_ONLINE);
	tap(good, "the calls of the other cards stay up");
	close_at_once(0, PULLED);
	for (good = true, i = 0; i < PULLED; i++)
		expect_closed(&good, i);
	tap(good, "P-14 and are closed at once afterwards");
	for (i = 0; i < LINES; i++)
		close(phone[i].fd);
}

int main(int argc, char **argv)
{
	bool good = true;
	unsigned int i;

	if (argc != 1 + LINES)
		return 2;
	for (i = 0; i < LINES; i++) {
		tty[i] = argv[1 + i];
		EXPECT(good, phone_bind(&phone[i], tty[i]));
	}
	if (!tap(good, "twelve lines are bound"))
		return tap_done();
	together();
	one_card_pulled();
	for (good = true, i = 0; i < LINES; i++)
		EXPECT(good, phone_unbind(&phone[i]));
	tap(good, "unbind");
	return tap_done();
}
