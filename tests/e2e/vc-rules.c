// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of a VC's life and end, clause by clause: two links on one cable, of which one is the
 * client that is tested and the other the far end. What needs a far end that does not answer, or a
 * race, is in tests/kunit and e2e/vc-uni.
 *
 * usage: vc-rules INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "vc.h"

#define SELECTOR 7
#define TRACING "/sys/kernel/tracing/"
#define ROUNDS 200

static struct vclink us, far;
static char **interfaces;
static const char bye[] = "until the next time";
#define BYE_LEN (sizeof(bye) - 1)

/* ---- links and calls ---- */

static void links_up(const char *args)
{
	if (!vc_links(&us, &far, interfaces, args, args, SELECTOR) ||
	    vc_sap(&us, SELECTOR, 0, NULL))
		DIE("no links");
}

/* Everything that was opened on them has ended. */
static void links_down(void)
{
	bool good = vc_unlink(&us);

	if (!vc_unlink(&far) || !good)
		DIE("the links do not come down");
}

static bool up(struct vc *vc, struct vc *there)
{
	return vc_connect(&us, vc, &far, there, SELECTOR);
}

static int close_of(struct vc *vc)
{
	struct cleardown_close arg;

	return vc_close(vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg);
}

/* The far end has heard of the end, answers, and its circuit goes. */
static bool far_end_over(struct vc *there)
{
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, close_of(there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there->fd);
	return good;
}

static bool no_record(struct vclink *l)
{
	return !cd_events_info(l->events).out_unread;
}

static bool ended(struct vc *vc)
{
	bool good = true;

	EXPECT_EQ(good, vc_delete(vc, NULL), 0);
	close(vc->fd);
	return good;
}

/* ---- tracepoints ---- */

static void trace_set(const char *name, const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), TRACING "%s", name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		DIE("tracing: %s", name);
}

/* By a number each: the times of two processors say nothing of who was first. */
static void trace_on(bool on)
{
	trace_set("trace_clock", "counter");
	trace_set("events/cleardown_vc/enable", on ? "1" : "0");
	trace_set("trace", "");
}

/* The names of those of the device that @vc is on, in their order, each with a blank behind it. */
static void trace_of(const struct vc *vc, char *out, size_t max)
{
	unsigned long long id;
	char line[512], *event, *at;
	FILE *f = fopen(TRACING "trace", "r");

	*out = 0;
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, ": vc=");
		if (!at || sscanf(at, ": vc=%llx", &id) != 1 || id >> 32 != vc->id >> 32)
			continue;
		*at = 0;
		event = strrchr(line, ' ') + 1;
		if (strlen(out) + strlen(event) + 2 < max)
			sprintf(out + strlen(out), "%s ", event);
	}
	if (f)
		fclose(f);
}

static bool trace_reaches(const struct vc *vc, char *out, size_t max, const char *last)
{
	uint64_t end = cd_now() + 5 * CD_S;

	do
		trace_of(vc, out, max);
	while (!strstr(out, last) && cd_now() < end);
	return strstr(out, last);
}

/* ---- O1 to O3: we close ---- */

static void slowly(void)
{
	static const char wanted[] =
		"cl_close_call cm_close_call close_data_sent net_released party_freed cm_deactivate "
		"mp_deactivate deactivate_complete cm_close_complete cl_close_complete co_delete_vc "
		"peer_delete_vc mp_delete_vc vc_free ";
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	char trace[1024];
	bool good = true;

	EXPECT(good, up(&vc, &there));
	trace_on(true);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, bye, BYE_LEN, &arg), -EINPROGRESS);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_PENDING);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, rec.ev.cookie, 100);
	EXPECT(good, ended(&vc));
	EXPECT(good, trace_reaches(&vc, trace, sizeof(trace), "vc_free"));
	EXPECT(good, !strcmp(trace, wanted));
	if (!good)
		fprintf(stderr, "# %s\n", trace);
	trace_on(false);
	EXPECT(good, no_record(&us));
	EXPECT(good, far_end_over(&there));
	EXPECT(good, no_record(&far));
	tap(good,
	    "O1 V-11 V-23 V-27 V-38 TV-1 TV-2 slowly: PENDING, each step in its order, one record");
}

static void at_once(void)
{
	struct cleardown_close arg;
	struct vc vc, there;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	EXPECT(good, no_record(&us));
	tap(good, "O2 V-26 TV-1 PR-4 at once: CLOSE returns 0, no record follows");
}

static void our_end_was_called(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	uint32_t status;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_delete(&there, &status), -EPERM);
	EXPECT_EQ(good, vc_status(&there).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EBADFD);
	EXPECT_EQ(good, write(there.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, EBADFD);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, no_record(&far));
	close(there.fd);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, ended(&vc));
	tap(good,
	    "O3 V-4 V-13 V-21 R15 TV-4 PR-9 an incoming call: its client may close, not delete it");
}

/* The file takes the next call, under another number. */
static void again(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	uint64_t id;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, far_end_over(&there));
	id = cd_info(vc.fd).out_handle;
	EXPECT(good, id != vc.id);
	EXPECT(good, vc_make(&vc, far.nsap, SELECTOR));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&there, &far, rec.ev.req_id, 200), 0);
	EXPECT(good, vc_accept(&there));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, write(vc.fd, "hello", 5), 5);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_report.handle, id);
	EXPECT_EQ(good, arg.out_report.accepted, 5);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	tap(good, "O1 TV-4 the circuit takes the next call, with a new generation");
}

/* ---- O4, R2, R16, TV-10: the far end closes ---- */

/* The state tells it first; in the same run of the worker the circuit is deactivated. */
static bool shut_from_afar(struct vc *vc)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_vc_status st = vc_status(vc);

	while (st.out_state == CLEARDOWN_VC_ACTIVE || (st.out_flags & CLEARDOWN_VC_ACTIVATED)) {
		if (cd_now() > end)
			return false;
		usleep(1000);
		st = vc_status(vc);
	}
	return st.out_state == CLEARDOWN_VC_REMOTE_CLOSED;
}

static void told_and_unread(void)
{
	union cd_record rec;
	struct vc vc, there;
	char frame[64];
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, write(there.fd, "last words", 10), 10);
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	EXPECT(good, shut_from_afar(&vc));
	EXPECT_EQ(good, write(vc.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ESHUTDOWN);
	EXPECT_EQ(good, read(vc.fd, frame, sizeof(frame)), 10);
	EXPECT_EQ(good, read(vc.fd, frame, sizeof(frame)), 0);
	EXPECT_EQ(good, vc_delete(&vc, NULL), -EBUSY);
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 0));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, rec.ev.p1, 16);
	EXPECT_EQ(good, close_of(&vc), -ENOTCONN);
	EXPECT(good, ended(&vc));
	EXPECT(good, no_record(&us));
	tap(good, "O4 R2 R16 TV-10 the far end closes: CLOSE is the answer, read or not");
}

/* ---- O6, O8: calls that do not come about ---- */

static void refused(void)
{
	struct cleardown_op_reject why = { .cause = 17 };
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	bool good = true;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, vc_make(&vc, far.nsap, SELECTOR));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&there, &far, rec.ev.req_id, 200), 0);
	EXPECT_EQ(good,
		  cd_submit(there.fd, CLEARDOWN_OP_REJECT, ++vc_request, &why, sizeof(why), NULL),
		  0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EBADFD);
	EXPECT(good, no_record(&far));
	close(there.fd);
	tap(good, "O6 an offered call is rejected: no CLOSE, the call manager deletes the circuit");

	good = true;
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 17);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -ENOTCONN);
	EXPECT(good, ended(&vc));
	EXPECT(good, no_record(&us));
	tap(good, "O8 a call that could not be made is over with its completion, without CLOSE");
}

/* ---- R7, R17, R18: calls that are not answered ---- */

/* A call of ours to the far end, which has the offer's file. */
static bool calling(struct vc *vc, struct vc *there)
{
	union cd_record rec;

	return !vc_create(vc, &us, 0, 100) && vc_make(vc, far.nsap, SELECTOR) &&
	       vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000) &&
	       !vc_create(there, &far, rec.ev.req_id, 200);
}

static void given_up(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	uint32_t status;
	bool good = true;

	EXPECT(good, calling(&vc, &there));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT(good, rec.ev.error);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, ended(&vc));
	EXPECT(good, no_record(&us));
	tap(good, "R7 CLOSE while the call is being made: its completion fails, then the close");

	good = true;
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, cd_submit(there.fd, CLEARDOWN_OP_ACCEPT, ++vc_request, NULL, 0, &status),
		  -EISCONN);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_CLOSING);
	EXPECT(good, no_record(&far));
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	tap(good, "R17 an offer that was taken back cannot be accepted, and is closed");
}

static void without_its_sap(void)
{
	union cd_record rec;
	struct vc vc, there;
	bool good = true;

	EXPECT(good, calling(&vc, &there));
	EXPECT_EQ(good, vc_sap(&far, SELECTOR, CLEARDOWN_SAP_REMOVE, NULL), 0);
	EXPECT(good, vc_accept(&there));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, vc_sap(&far, SELECTOR, CLEARDOWN_SAP_REMOVE, NULL), -ENOENT);
	EXPECT_EQ(good, vc_sap(&far, SELECTOR, 0, NULL), 0);
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	tap(good, "R18 an offer stands when its SAP is deregistered");
}

/* ---- V-10, V-12, V-39, TV-8, R21: records and frames ---- */

static void deleted_at_once(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	bool good = true;

	for (int i = 0; good && i < ROUNDS; i++) {
		EXPECT(good, up(&vc, &there));
		vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg);
		EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
		EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
		EXPECT_EQ(good, vc_delete(&vc, NULL), -EBADFD);
		EXPECT_EQ(
			good,
			cd_ioctl(vc.fd, CLEARDOWN_IOC_GET_INFO,
				 &(struct cleardown_info){ .size = sizeof(struct cleardown_info) }),
			-EBADFD);
		close(vc.fd);
		EXPECT(good, far_end_over(&there));
	}
	tap(good, "V-10 TV-5 PR-9 DELETE_VC right behind the completion, %d times", ROUNDS);
}

static void *write_on(void *p)
{
	struct vc *vc = p;
	static char frame[700];

	while (write(vc->fd, frame, sizeof(frame)) > 0)
		;
	return (void *)(long)errno;
}

/* Frames that the far end reads until there are no more. */
static int read_all(struct vc *vc)
{
	char frame[1000];
	int n = 0;

	while (read(vc->fd, frame, sizeof(frame)) > 0)
		n++;
	return n;
}

static void writers_meet_it(void)
{
	struct cleardown_close arg;
	pthread_t writers[2];
	union cd_record rec;
	struct vc vc, there;
	bool good = true;
	void *error;

	EXPECT(good, up(&vc, &there));
	for (int i = 0; i < 2; i++)
		if (pthread_create(&writers[i], NULL, write_on, &vc))
			DIE("no thread");
	while (vc_status(&vc).out_frames_sent < 20)
		usleep(1000);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, bye, BYE_LEN, &arg), 0);
	EXPECT_EQ(good, vc_status(&vc).out_flags & CLEARDOWN_VC_ACTIVATED, 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(writers[i], &error);
		EXPECT(good, (long)error == ESHUTDOWN || (long)error == ENOTCONN);
	}
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, BYE_LEN);
	EXPECT_EQ(good, arg.out_report.accepted % 700, 0);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	/* what came is whole, and no more than was sent: what its reader left was dropped there */
	EXPECT_EQ(good, vc_status(&there).out_frames_received + vc_status(&there).out_frames_lost,
		  arg.out_report.accepted / 700);
	read_all(&there);
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	EXPECT(good, ended(&vc));
	tap(good,
	    "V-12 V-39 TV-8 R21 PR-7 two writers meet a close: all they sent arrives before it");
}

/* ---- TV-6, R14: words ---- */

static void words(void)
{
	struct vc vc, there;
	uint32_t status;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_delete(&vc, &status), -EBUSY);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED);
	EXPECT_EQ(good, write(vc.fd, "x", 1), 1);
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT_EQ(good, vc_delete(&vc, &status), 0);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	close(vc.fd);
	EXPECT(good, far_end_over(&there));
	tap(good, "R14 TV-6 DELETE_VC of an active circuit: NOT_ACCEPTED, nothing changes");
}

/* ---- V-25: pointers and lengths of close data ---- */

static void data_and_length(void)
{
	struct cleardown_close arg;
	char buffer[BYE_LEN];
	union cd_record rec;
	struct vc vc, there;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 5, &arg), -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, (void *)8, 5, &arg),
		  -EFAULT);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, (void *)8, 0, &arg), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, 0);
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	EXPECT(good, ended(&vc));

	EXPECT(good, up(&vc, &there));
	memcpy(buffer, bye, BYE_LEN);
	vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, buffer, BYE_LEN, &arg);
	memset(buffer, 0, sizeof(buffer));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, BYE_LEN);
	EXPECT(good, !memcmp(rec.ev.data, bye, BYE_LEN));
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	EXPECT(good, ended(&vc));
	tap(good, "V-25 close data: pointer and length, and the buffer is free at the return");
}

/* ---- V-8: a full queue ---- */

static void full_queue(void)
{
	long limit = cd_parameter("event_limit", 1);
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT(good, shut_from_afar(&vc));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	EXPECT(good, ended(&vc));
	cd_parameter("event_limit", limit);
	tap(good, "V-8 the records of an end are delivered beyond the queue's limit");
}

/* ---- V-31: signalling ---- */

static void signalling_stays(void)
{
	struct vc vc, there;
	bool good = true;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	while (vc_link(us.af).out_vcs || vc_link(far.af).out_vcs)
		usleep(1000);
	EXPECT(good, vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_SAAL);
	EXPECT(good, vc_link(far.af).out_flags & CLEARDOWN_VC_LINK_SAAL);
	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	tap(good, "V-31 signalling needs no data circuit, and stays without one");
}

/* ---- O10, R19, R20: address families ---- */

static void family_with_a_call(void)
{
	struct vclink other = us;
	struct cleardown_close arg;
	struct vc vc, there;
	union cd_record rec;
	bool good = true;

	vc_af(&other, 3);
	EXPECT(good, vc_connect(&other, &vc, &far, &there, SELECTOR));
	EXPECT_EQ(good, cd_close(other.af, CLEARDOWN_MODE_ORDERLY, 0, &arg), -EINPROGRESS);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_PENDING);
	EXPECT_EQ(good, cd_close(other.af, CLEARDOWN_MODE_ORDERLY, 0, &arg), -EALREADY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT_EQ(good, write(vc.fd, "x", 1), 1);
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, no_record(&other));
	EXPECT(good, ended(&vc));
	EXPECT(good, vc_next(&other, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.cookie, 3);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, no_record(&us));
	close(other.af);
	close(other.events);
	tap(good,
	    "R19 O10 closing a family with a call: PENDING until it is gone, twice is FAILURE");
}

/* Reports behind number @last of calls whose owner was killed. */
static int died_reports(uint64_t last)
{
	static struct cleardown_report report;
	int n = 0;

	for (; !cd_report(last, &report); last = report.out_head.number)
		n += report.out_head.cause == CLEARDOWN_CAUSE_OWNER_DIED &&
		     report.out_closer_signal == SIGKILL;
	return n;
}

/* A process with a call that is up, one that is being made, and an offer, is killed. */
static void client_is_killed(void)
{
	struct vc there, made;
	union cd_record rec;
	bool good = true;
	uint64_t last = cd_last_report();
	int told[2], status;
	pid_t child;
	char byte;

	if (pipe(told))
		DIE("pipe");
	child = fork();
	if (!child) {
		struct vclink mine = us;
		struct vc vc, second;

		vc_af(&mine, 4);
		if (vc_create(&vc, &mine, 0, 1) || !vc_make(&vc, far.nsap, SELECTOR) ||
		    !vc_next(&mine, CLEARDOWN_EV_COMPLETION, &rec, 5000) || rec.ev.error ||
		    vc_create(&second, &mine, 0, 2) || !vc_make(&second, far.nsap, SELECTOR) ||
		    vc_sap(&mine, 9, 0, NULL))
			_exit(1);
		if (write(told[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&there, &far, rec.ev.req_id, 200), 0);
	EXPECT(good, vc_accept(&there));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&made, &far, rec.ev.req_id, 201), 0);
	EXPECT_EQ(good, read(told[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, close_of(&there), 0);
	EXPECT_EQ(good, close_of(&made), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(there.fd);
	close(made.fd);
	while (vc_link(us.af).out_vcs)
		usleep(1000);
	EXPECT_EQ(good, died_reports(last), 2);
	EXPECT_EQ(good, vc_sap(&us, 9, 0, NULL), 0); /* his SAP is free */
	EXPECT_EQ(good, vc_sap(&us, 9, CLEARDOWN_SAP_REMOVE, NULL), 0);
	close(told[0]);
	close(told[1]);
	tap(good, "O10 PR-8 a client is killed: calls are cleared, SAPs free, the report names it");
}

static void link_is_taken_away(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc, there;
	bool good = true, told = false, failed = false, deleted = false;
	struct vc attempt;

	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_create(&attempt, &us, 0, 101), 0);
	EXPECT(good, vc_make(&attempt, far.nsap, SELECTOR));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, cd_unbind(us.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_unbind(us.name, CLEARDOWN_UNBIND_FORCE), 0);
	while (!no_record(&us) && vc_next(&us, 0, &rec, 0)) {
		told |= rec.ev.type == CLEARDOWN_EV_AF_NOTIFY && rec.ev.cookie == 1;
		deleted |= rec.ev.type == CLEARDOWN_EV_VC_DELETED && rec.ev.cookie == 100;
		if (rec.ev.type == CLEARDOWN_EV_COMPLETION) {
			EXPECT(good, !failed && rec.ev.error);
			failed = true;
		}
	}
	EXPECT(good, told);
	EXPECT(good, failed);
	EXPECT(good, deleted);
	EXPECT_EQ(good, close_of(&vc), -EBADFD);
	EXPECT_EQ(good, vc_delete(&attempt, NULL), -EBADFD);
	for (int i = 0; i < 2;
	     i++) { /* the far end is told of both, and need not wait for a timer */
		EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	}
	close(vc.fd);
	close(attempt.fd);
	close(there.fd);
	close(us.af);
	close(us.events);
	EXPECT_EQ(good, cd_close(far.af, CLEARDOWN_MODE_ABORT, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, cd_unbind(far.name, CLEARDOWN_UNBIND_FORCE), 0);
	close(far.af);
	close(far.events);
	tap(good,
	    "O10 R20 PR-1 a link is unbound by force: all are told, what was pending fails once");
}

/* ---- V-24, V-28, V-34: a medium without close data ---- */

static void no_close_data(void)
{
	struct cleardown_close arg;
	struct vc vc, there;
	char frame[16];
	bool good = true;

	EXPECT_EQ(good, vc_link(us.af).out_close_data, 0);
	EXPECT(good, up(&vc, &there));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, bye, BYE_LEN, &arg),
		  -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, write(vc.fd, "still", 5), 5);
	EXPECT_EQ(good, read(there.fd, frame, sizeof(frame)), 5);
	EXPECT_EQ(good, write(there.fd, "up", 2), 2);
	EXPECT_EQ(good, read(vc.fd, frame, sizeof(frame)), 2);
	EXPECT(good, no_record(&far)); /* a RELEASE would have come before the frame was read */
	EXPECT_EQ(good, close_of(&vc), 0);
	EXPECT(good, far_end_over(&there));
	EXPECT(good, ended(&vc));
	EXPECT(good, no_record(&us));
	tap(good,
	    "V-24 V-28 V-34 PR-10 no close data here: INVALID_DATA, and the call is still up");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	interfaces = argv + 1;
	links_up("");
	slowly();
	at_once();
	our_end_was_called();
	again();
	told_and_unread();
	refused();
	given_up();
	without_its_sap();
	deleted_at_once();
	writers_meet_it();
	words();
	data_and_length();
	full_queue();
	signalling_stays();
	family_with_a_call();
	client_is_killed();
	links_down();
	links_up("close_data=none");
	no_close_data();
	link_is_taken_away();
	return tap_done();
}
