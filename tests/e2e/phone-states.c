// SPDX-License-Identifier: GPL-2.0-only
/*
 * CLOSE in every state that a call can be in, with a modem that listens and with one that does
 * not: always in time, always free, and on-hook where that is in anybody's power.
 *
 * usage: phone-states TTY NUMBER	200 echoes, 300 does not answer
 */
#define _GNU_SOURCE

#include "phone.h"

#define BOUND_MS 2000

static struct phone phone;
static const char *tty;
static const char *number;
static uint64_t cookie = 0x1000;

static struct wanted completion(uint64_t id)
{
	return (struct wanted){ CLEARDOWN_EV_COMPLETION, cookie, id, 0, 0 };
}

/* ---- reaching a state; each leaves at most one request outstanding ---- */

static bool reach_idle(void)
{
	return true;
}

static bool reach_off_hook(void)
{
	const struct cleardown_op_hookswitch in = { CLEARDOWN_HOOKDEV_HANDSET,
						    CLEARDOWN_HOOKMODE_MICSPEAKER };

	return !phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), 5000, NULL) &&
	       bank_waits(number, "offhook", 1000);
}

static bool reach_dialing(void)
{
	return phone_submit_text(&phone, CLEARDOWN_OP_DIAL, "300") &&
	       bank_waits(number, "dialing", 5000);
}

static bool reach_ringing(void)
{
	struct wanted ring = { CLEARDOWN_EV_RING, cookie, 0, 0, 0 };

	return bank("ring %s 5551 every 400", number) &&
	       tape_wait(&phone.tape, ring, 1, 5000, NULL);
}

/* Nobody is at the other end of such a ring: the answering modem waits for a carrier. */
static bool reach_answering(void)
{
	return reach_ringing() && phone_submit(&phone, CLEARDOWN_OP_ANSWER, NULL, 0) &&
	       bank_waits(number, "offhook", 5000);
}

static bool reach_online(void)
{
	return !phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200", 30000, NULL);
}

static bool reach_command(void)
{
	return !phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200;", 30000, NULL);
}

static const struct state {
	const char *name;
	bool (*reach)(void);
	uint32_t call_state;
	unsigned int outstanding;
	bool call;
	bool mute; /* a modem that hangs up by DTR says nothing and has no carrier to drop */
} states[] = {
	{ "idle", reach_idle, CLEARDOWN_CALL_IDLE, 0, false, false },
	{ "off-hook", reach_off_hook, CLEARDOWN_CALL_IDLE, 0, false, true },
	{ "dialing", reach_dialing, CLEARDOWN_CALL_DIALING, 1, true, false },
	{ "ringing", reach_ringing, CLEARDOWN_CALL_RINGING, 0, false, false },
	{ "answering", reach_answering, CLEARDOWN_CALL_ANSWERING, 1, true, false },
	{ "online", reach_online, CLEARDOWN_CALL_ONLINE, 0, true, false },
	{ "command", reach_command, CLEARDOWN_CALL_COMMAND, 0, true, true },
};

#define STATES (sizeof(states) / sizeof(states[0]))

/* ---- closing in it ---- */

struct ending {
	struct cleardown_close arg;
	struct cleardown_report report;
	uint64_t took;
	bool good;
};

/* The close itself, and what must be true of every close. */
static void end_phone(struct ending *e, uint32_t mode, unsigned int outstanding)
{
	uint64_t t0;
	int fd;

	t0 = cd_now();
	EXPECT_EQ(e->good, cd_close(phone.fd, mode, BOUND_MS * CD_MS, &e->arg), 0);
	e->took = cd_now() - t0;
	fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	EXPECT(e->good, fd >= 0);
	EXPECT(e->good, e->took < (BOUND_MS + SLACK_MS) * CD_MS);
	EXPECT_EQ(e->good, e->arg.out_status, 0);
	EXPECT_EQ(e->good, e->arg.out_released, 1);
	EXPECT_EQ(e->good, e->arg.out_report.ops_at_close, outstanding);
	EXPECT_EQ(e->good, e->arg.out_report.ops_completed, e->arg.out_report.ops_issued);
	tape_catch_up(&phone.tape);
	EXPECT_EQ(e->good, tape_count(&phone.tape, completion(0)), e->arg.out_report.ops_issued);
	EXPECT(e->good, report_of(phone.handle, &e->report));
	close(fd);
	close(phone.fd);
}

static void close_in(const struct state *s, uint32_t mode)
{
	bool proven = mode != CLEARDOWN_MODE_ABORT || !s->mute;
	struct ending e = { .good = true };
	uint32_t flags;

	cookie++;
	EXPECT_EQ(e.good, phone_open(&phone, cookie), 0);
	EXPECT(e.good, s->reach());
	EXPECT_EQ(e.good, phone_call_state(&phone), s->call_state);
	end_phone(&e, mode, s->outstanding);
	flags = e.report.out_head.flags;
	EXPECT(e.good, bank_waits(number, "onhook", 500));
	EXPECT_EQ(e.good, !!(flags & CLEARDOWN_REPORT_HAD_CALL), s->call);
	EXPECT_EQ(e.good, !!(flags & CLEARDOWN_REPORT_ONHOOK), proven);
	EXPECT_EQ(e.good, !!(flags & CLEARDOWN_REPORT_FORCED), !proven);
	if (!tap(e.good, "P-1 P-2 P-14 P-15 %s while %s: in time (%llu ms), free, on-hook%s",
		 mode == CLEARDOWN_MODE_ABORT ? "ABORT" : "ORDERLY", s->name,
		 (unsigned long long)(e.took / CD_MS), proven ? " and proven" : ""))
		report_show(&e.report);
	bank("ring %s stop", number);
	bank_waits("200", "idle", 3000);
	bank_waits("300", "idle", 3000);
}

/* ---- a modem that does not listen ---- */

static void end_deaf(const struct state *s, uint32_t mode)
{
	struct ending e = { .good = true };
	uint32_t flags;

	cookie++;
	EXPECT_EQ(e.good, phone_open(&phone, cookie), 0);
	EXPECT(e.good, s->reach());
	EXPECT(e.good, bank("deaf %s all", number));
	end_phone(&e, mode, s->outstanding);
	flags = e.report.out_head.flags;
	EXPECT(e.good, flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(e.good, !(flags & CLEARDOWN_REPORT_ONHOOK));
	EXPECT(e.good, flags & CLEARDOWN_REPORT_HAD_CALL);
	if (!tap(e.good,
		 "P-11 P-14 %s while %s, the modem deaf to commands and DTR: in time (%llu "
		 "ms), free, and the report does not claim on-hook",
		 mode == CLEARDOWN_MODE_ABORT ? "ABORT" : "ORDERLY", s->name,
		 (unsigned long long)(e.took / CD_MS)))
		report_show(&e.report);
	bank("deaf %s off", number);
	bank("hangup %s", number);
	bank_waits("200", "idle", 3000);
	bank_waits("300", "idle", 3000);
}

/* ABORT has no polite steps, and DTR was to be kept: nothing is left that could hang up. */
static void abort_keeping_dtr(void)
{
	struct cleardown_options keep = { .size = sizeof(keep),
					  .set = CLEARDOWN_OPT_DTR,
					  .dtr = CLEARDOWN_DTR_KEEP };
	struct ending e = { .good = true };
	uint32_t flags;

	cookie++;
	EXPECT_EQ(e.good, phone_open(&phone, cookie), 0);
	EXPECT(e.good, reach_online());
	EXPECT_EQ(e.good, cd_ioctl(phone.fd, CLEARDOWN_IOC_SET_OPTIONS, &keep), 0);
	end_phone(&e, CLEARDOWN_MODE_ABORT, 0);
	flags = e.report.out_head.flags;
	EXPECT(e.good, flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(e.good, !(flags & CLEARDOWN_REPORT_ONHOOK));
	tap(e.good, "P-18 ABORT with DTR kept leaves the call to the modem, and says so");
	bank("hangup %s", number);
	bank_waits("200", "idle", 3000);
}

/* ---- those who sleep ---- */

struct sleeper {
	pthread_t thread;
	ssize_t ret;
	int error;
	short revents;
};

static void *reader_run(void *p)
{
	struct sleeper *s = p;
	char c;

	s->ret = read(phone.fd, &c, 1);
	s->error = errno;
	return NULL;
}

static void *poller_run(void *p)
{
	struct pollfd wait = { .fd = phone.fd, .events = POLLIN };
	struct sleeper *s = p;

	s->ret = poll(&wait, 1, 10000);
	s->revents = wait.revents;
	return NULL;
}

/* The state letter of thread @tid of this process. */
static bool thread_sleeps(pid_t tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state == 'S';
}

static bool all_others_sleep(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	bool all;
	int tid;

	do {
		all = true;
		/* Ids of a process's threads grow; nobody else makes any in this VM. */
		for (tid = getpid() + 1; tid < getpid() + 64; tid++) {
			char path[64];

			snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
			if (!access(path, F_OK))
				all = all && thread_sleeps(tid);
		}
	} while (!all && cd_now() < end && between_looks());
	return all;
}

static bool thread_ended(const struct sleeper *s)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct timespec at = { end / CD_S, end % CD_S };

	return !pthread_clockjoin_np(s->thread, NULL, CLOCK_MONOTONIC, &at);
}

/* A poller of a phone that does nothing is woken by the close alone, a reader by the call's end. */
static void sleepers_wake(bool call)
{
	struct sleeper reader = { 0 }, poller = { 0 };
	struct ending e = { .good = true };

	cookie++;
	EXPECT_EQ(e.good, phone_open(&phone, cookie), 0);
	EXPECT(e.good, !call || reach_online());
	if (pthread_create(&poller.thread, NULL, poller_run, &poller) ||
	    (call && pthread_create(&reader.thread, NULL, reader_run, &reader)))
		abort();
	EXPECT(e.good, all_others_sleep());
	end_phone(&e, CLEARDOWN_MODE_ORDERLY, 0);
	EXPECT(e.good, thread_ended(&poller));
	EXPECT(e.good, poller.ret == 1 && poller.revents & POLLHUP);
	EXPECT(e.good, !call || thread_ended(&reader));
	EXPECT(e.good, !call || (reader.ret == -1 && reader.error == EBADFD));
	tap(e.good, "P-12 P-13 %s woken by CLOSE",
	    call ? "a blocked reader of a call and a poller are" : "a poller of an idle phone is");
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc != 3)
		return 2;
	tty = argv[1];
	number = argv[2];
	if (!tap(phone_bind(&phone, tty), "bind %s", tty))
		return tap_done();
	bank("noanswer 300 on");
	for (i = 0; i < STATES; i++)
		close_in(&states[i], CLEARDOWN_MODE_ORDERLY);
	for (i = 0; i < STATES; i++)
		close_in(&states[i], CLEARDOWN_MODE_ABORT);
	for (i = 0; i < STATES; i++)
		if (states[i].call)
			end_deaf(&states[i], CLEARDOWN_MODE_ORDERLY);
	end_deaf(&states[STATES - 2], CLEARDOWN_MODE_ABORT);
	abort_keeping_dtr();
	sleepers_wake(false);
	sleepers_wake(true);
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
