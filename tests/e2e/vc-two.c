// SPDX-License-Identifier: GPL-2.0-only
/*
 * VCs between two machines: calls both ways, frames, close data, closes that cross, owners that are
 * killed. See pair.h.
 *
 * usage: vc-two near|far INTERFACE NAME    NAME is bound to INTERFACE
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/wait.h>

#include "pair.h"

#define BYE "twenty-seven octets, no mor"
#define CHILD_SELECTOR 8
/* A RELEASE has left before the other side's, which left at the same time, is here. */
#define LATE "delay 60ms"
#define CROSSINGS 5
/* And until one has met another: a far end that was slow to close has been told. */
#define CROSSINGS_MOST 100

/* ---- calls, frames, close data ---- */

static const size_t sizes[] = { 1, 40, 41, 48, 1000, 1456, 1457, 9000 };

static bool asks(struct vc *vc)
{
	bool good = true;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT(good, frame_send(vc, sizes[i], i));
		EXPECT(good, frame_is(vc, sizes[i], i + 100));
	}
	return good;
}

static bool answers(struct vc *vc)
{
	bool good = true;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT(good, frame_is(vc, sizes[i], i));
		EXPECT(good, frame_send(vc, sizes[i], i + 100));
	}
	return good;
}

/* The caller closes, makes another call on the same VC, and there the called end closes. */
static bool caller(void)
{
	bool good = true;
	struct vc vc;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, call_out(&vc, PAIR_SELECTOR));
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, good && asks(&vc));
	EXPECT(good, good && close_first(&vc, BYE));
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_IDLE);
	meet("closed", NULL);
	EXPECT(good, good && call_out(&vc, PAIR_SELECTOR));
	EXPECT(good, good && close_second(&vc, 21, "back"));
	EXPECT(good, gone_out(&vc));
	EXPECT(good, nothing_owed());
	return good;
}

static bool called(void)
{
	bool good = true;
	struct vc vc;

	EXPECT(good, call_in(&vc));
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, good && answers(&vc));
	EXPECT(good, good && close_second(&vc, 21, BYE));
	EXPECT(good, good && gone_in(&vc));
	meet("closed", NULL);
	EXPECT(good, good && call_in(&vc));
	EXPECT(good, good && close_first(&vc, "back"));
	EXPECT(good, good && gone_in(&vc));
	EXPECT(good, nothing_owed());
	return good;
}

/* ---- a CLOSE that meets an incoming close which nobody has read ---- */

static bool closes_before_reading(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	struct vc vc;
	uint64_t end;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, call_out(&vc, PAIR_SELECTOR));
	end = cd_now() + PAIR_MS * CD_MS;
	while (vc_status(&vc).out_state != CLEARDOWN_VC_REMOTE_CLOSED && cd_now() < end)
		usleep(2000);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_IDLE);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 0));
	EXPECT(good, nothing_owed());
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), -ENOTCONN);
	EXPECT(good, gone_out(&vc));
	return good;
}

static bool closes_at_once(void)
{
	bool good = true;
	struct vc vc;

	EXPECT(good, call_in(&vc));
	EXPECT(good, good && close_first(&vc, ""));
	EXPECT(good, good && gone_in(&vc));
	return good;
}

/* ---- closes that cross on the wire ---- */

/* What follows a CLOSE that has succeeded. True when the other end's close was not seen. */
static bool unseen(struct vc *vc, bool *good)
{
	union cd_record rec = { 0 };
	bool any = near ? !cd_one(us.events, &rec, 0) : vc_next(&us, 0, &rec, PAIR_MS);

	if (any && rec.ev.type == CLEARDOWN_EV_INCOMING_CLOSE) {
		EXPECT(*good, gone(vc));
		return false;
	}
	EXPECT_EQ(*good, rec.ev.type, near ? 0 : CLEARDOWN_EV_VC_DELETED);
	EXPECT(*good, near ? gone_out(vc) : dead(vc));
	return true;
}

/*
 * Near's frame is on its way as long as its own RELEASE waits for the device to give the frame
 * back; far closes when it has it.
 */
static bool crosses(bool *good)
{
	struct cleardown_close arg;
	bool crossed;
	struct vc vc;

	EXPECT(*good, call(&vc));
	if (!*good)
		return false;
	EXPECT(*good, near ? frame_send(&vc, 40, 0) : frame_is(&vc, 40, 0));
	EXPECT_EQ(*good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(*good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	crossed = unseen(&vc, good);
	EXPECT(*good, nothing_owed());
	return crossed;
}

static void crossing(void)
{
	unsigned int crossed = 0;
	char theirs[64] = "";
	bool good = true;

	wire(LATE);
	for (int i = 0; i < CROSSINGS || (!crossed && i < CROSSINGS_MOST); i++) {
		bool mine = crosses(&good);

		meet(!good ? "bad" : mine ? "crossed" : "told", theirs);
		crossed += mine && !strcmp(theirs, "crossed");
		if (!good || !strcmp(theirs, "bad"))
			break;
	}
	wire(NULL);
	EXPECT(good, crossed);
	both(good,
	     "R1 both ends close at the same time: each has one success and no incoming close");
}

/* ---- an owner that is killed ---- */

static bool is_called(int tell, struct vc *vc)
{
	return !vc_sap(&us, CHILD_SELECTOR, 0, NULL) && write(tell, "l", 1) == 1 && call_in(vc);
}

/* In a child: an address family and a call of its own, which it holds. */
static void holds(int tell, bool calls)
{
	struct vc vc;

	vc_af(&us, 3);
	if (calls ? vc_create(&vc, &us, 0, 300) || !call_out(&vc, PAIR_SELECTOR) :
		    !is_called(tell, &vc))
		_exit(1);
	if (write(tell, &vc.id, sizeof(vc.id)) == sizeof(vc.id))
		pause();
	_exit(1);
}

/* The report of a handle, when it is there in time. */
static bool reported(uint64_t after, uint64_t handle, struct cleardown_report *r)
{
	uint64_t end = cd_now() + PAIR_MS * CD_MS, last = after;

	while (cd_now() < end) {
		while (!cd_report(last, r)) {
			last = r->out_head.number;
			if (r->out_head.handle == handle)
				return true;
		}
		usleep(5000);
	}
	return false;
}

/* The killed end. */
static bool owner_dies(bool calls)
{
	uint64_t after = cd_last_report(), id = 0, begin;
	struct cleardown_report report;
	bool good = true;
	int tell[2];
	pid_t pid;

	if (pipe(tell))
		DIE("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid)
		holds(tell[1], calls);
	close(tell[1]);
	if (!calls) {
		EXPECT_EQ(good, read(tell[0], &id, 1), 1);
		meet("listens", NULL);
	}
	EXPECT_EQ(good, read(tell[0], &id, sizeof(id)), (ssize_t)sizeof(id));
	close(tell[0]);
	begin = cd_now();
	EXPECT_EQ(good, kill(pid, SIGKILL), 0);
	EXPECT_EQ(good, waitpid(pid, NULL, 0), pid);
	EXPECT(good, cd_now() - begin < (700 + 500) * CD_MS);
	EXPECT(good, reported(after, id, &report));
	EXPECT_EQ(good, report.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, report.out_head.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, report.out_closer_signal, SIGKILL);
	EXPECT_EQ(good, report.out_owner_pid, pid);
	return good;
}

static bool caller_dies(void)
{
	return owner_dies(true);
}

static bool called_dies(void)
{
	bool good = owner_dies(false);

	meet("dead", NULL);
	return good;
}

/* The other end is called, and told of the end. */
static bool told_of_caller(void)
{
	bool good = true;
	struct vc vc;

	EXPECT(good, call_in(&vc));
	EXPECT(good, good && close_second(&vc, 16, ""));
	EXPECT(good, good && gone_in(&vc));
	return good;
}

/* It has called; and nobody takes calls where the dead one did. */
static bool told_of_called(void)
{
	union cd_record rec;
	bool good = true;
	struct vc vc;

	meet("calls", NULL);
	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, call_out(&vc, CHILD_SELECTOR));
	EXPECT(good, good && close_second(&vc, 16, ""));
	meet("told", NULL);
	EXPECT(good, vc_make(&vc, them, CHILD_SELECTOR));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, PAIR_MS));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 88);
	EXPECT(good, gone_out(&vc));
	return good;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 1;
	phase = "two";
	pair_begin(argv, true, argv[3], "");
	both_ways(caller, called,
		  "O1 O3 O4 V-4 V-13 V-14 V-23 V-26 V-33 R16 a call, frames, close data");
	both_ways(closes_before_reading, closes_at_once,
		  "R2 CLOSE is the answer to an incoming close that nobody has read");
	both_ways(caller_dies, told_of_caller, "PR-5 PR-8 kill -9 of the caller");
	both_ways(called_dies, told_of_called, "PR-5 PR-8 O10 kill -9 of the called");
	crossing();
	return pair_end();
}
