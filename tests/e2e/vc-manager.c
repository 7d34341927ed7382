// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call manager in userspace and its clients, in every order that is not the good one: answers
 * that nobody waits for, answers that never come, the program's death, the client's, the link's.
 *
 * usage: vc-manager INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/wait.h>

#include "cm.h"

#define SELECTOR 9
/* Bound of the program's answers: where it is silent, and where a busy machine lets it wait. */
#define ANSWER_MS 400
#define PATIENT_MS 60000

static struct vclink l;
static struct vclink far; /* for control VCs */
static struct cm cm;
static struct cm_request af;
static union cd_record rec;

#define SUCCESS CLEARDOWN_NDIS_STATUS_SUCCESS
#define FAILURE CLEARDOWN_NDIS_STATUS_FAILURE

static void begin_with(uint32_t answer_ms)
{
	if (cm_begin(&cm, l.name, answer_ms) || !cm_af(&l, &cm, 1, &af))
		DIE("no call manager");
}

static void begin(void)
{
	begin_with(PATIENT_MS);
}

static void end(void)
{
	if (!cm_unaf(&l, &cm))
		DIE("the address family does not end");
	cm_die(&cm);
	if (!cd_live_is("handles", 0))
		DIE("handles are left");
}

/* CLOSE that does not wait; the program is not asked yet. */
static int close_now(struct vc *vc, const char *data)
{
	struct cleardown_close arg;

	return vc_close(vc, CLEARDOWN_MODE_ORDERLY, 0, data, data ? strlen(data) : 0, &arg);
}

/* The call on @vc ends in good order, and so does the circuit. */
static bool finish(struct vc *vc)
{
	struct cm_request r;
	bool good = true;

	EXPECT_EQ(good, close_now(vc, NULL), -EINPROGRESS);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, vc_delete(vc, NULL), 0);
	close(vc->fd);
	return good;
}

/* ---- who may ---- */

static void unprivileged(void)
{
	bool good = true;
	struct cm other;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(65534, 65534, 65534))
			_exit(2);
		_exit(cm_open(&other, l.name) == -EPERM ? 0 : 1);
	}
	EXPECT_EQ(good, waitpid(pid, &status, 0), pid);
	EXPECT_EQ(good, status, 0);
	EXPECT_EQ(good, cm_open(&other, "vc99"), -ENOENT);
	EXPECT_EQ(good, cm_open(&other, l.name), 0);
	EXPECT_EQ(good, cm_register_as(&other, CM_FAMILY, 0), -EDESTADDRREQ);
	EXPECT_EQ(good, cm_activate(&other, 1, 100), -ENOTCONN);
	other.events = cd_events();
	EXPECT_EQ(good, cd_bind_events(other.fd, other.events, 1), 0);
	EXPECT_EQ(good, cm_register_as(&other, CLEARDOWN_AF_Q2931, 0), -EINVAL);
	EXPECT_EQ(good, cm_register_as(&other, 0, 0), -EINVAL);
	EXPECT_EQ(good, cm_register_as(&other, CM_FAMILY, 600001), -EINVAL);
	cm_die(&other);
	tap(good, "a call manager needs CAP_SYS_ADMIN and a queue, and Q2931 is the kernel's");
}

static void no_manager(void)
{
	bool good = true;
	int error;

	vc_af(&l, 1);
	EXPECT(good, !cm_open_af(l.af, CM_FAMILY, &error));
	EXPECT_EQ(good, error, -ENOTCONN);
	EXPECT(good, !cm_open_af(l.af, 0, &error));
	EXPECT_EQ(good, error, -EINVAL);
	EXPECT(good, cm_open_af(l.af, CLEARDOWN_AF_Q2931, &error));
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, cm_sap(l.af, SELECTOR, 0, &error) && cm_done(&l, 0));
	EXPECT(good, cm_sap(l.af, SELECTOR, CLEARDOWN_SAP_REMOVE, &error) && cm_done(&l, 0));
	EXPECT(good, cm_sap(l.af, SELECTOR, CLEARDOWN_SAP_REMOVE, &error) && cm_done(&l, -ENOENT));
	close(l.af);
	close(l.events);
	tap(good, "V-32 without a program ENOTCONN; OP_SAP serves the kernel's call manager too");
}

static void refuses(void)
{
	struct cm_request r;
	bool good = true;
	struct vc vc;

	if (cm_begin(&cm, l.name, PATIENT_MS))
		DIE("no call manager");
	vc_af(&l, 1);
	EXPECT(good, cm_open_af(l.af, CM_FAMILY, NULL));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_OPEN_AF, &r));
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), -ENOTCONN);
	EXPECT_EQ(good, cm_complete(&cm, &r, CLEARDOWN_NDIS_STATUS_RESOURCES), 0);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_RESOURCES);
	EXPECT_EQ(good, rec.ev.error, -ENOBUFS);
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), -ENOTCONN);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), -EBADFD);
	close(l.af);
	close(l.events);
	EXPECT(good, cm_quiet(&cm));
	cm_die(&cm);
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "V-3 an address family that is refused is dead at both ends");
}

static bool unsupported(struct vc *vc, uint32_t opcode, const void *in, uint32_t len)
{
	uint32_t status = 0;
	bool good = true;

	EXPECT_EQ(good, cd_submit(vc->fd, opcode, ++vc_request, in, len, &status), -EOPNOTSUPP);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED);
	return good;
}

/* A program's calls have no parties, and no other parameters than at first: nobody asks it. */
static void no_parties(void)
{
	struct cleardown_op_make_multi multi = { .call.called[0] = 0x47 };
	struct cleardown_op_add_party add = { .called[0] = 0x47 };
	struct cleardown_op_drop_party drop = { .party = 1 };
	struct cleardown_close arg = {
		.size = sizeof(arg),
		.mode = CLEARDOWN_MODE_ORDERLY,
		.party = 1,
	};
	struct cm_request r;
	bool good = true;
	struct vc vc;

	begin();
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), 0);
	EXPECT(good, unsupported(&vc, CLEARDOWN_OP_MAKE_MULTI, &multi, sizeof(multi)));
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	EXPECT(good, unsupported(&vc, CLEARDOWN_OP_ADD_PARTY, &add, sizeof(add)));
	EXPECT(good, unsupported(&vc, CLEARDOWN_OP_DROP_PARTY, &drop, sizeof(drop)));
	EXPECT(good, unsupported(&vc, CLEARDOWN_OP_MODIFY_QOS, &multi.call, sizeof(multi.call)));
	EXPECT_EQ(good, cd_ioctl(vc.fd, CLEARDOWN_IOC_CLOSE, &arg), -EINVAL);
	EXPECT(good, cm_quiet(&cm));
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, finish(&vc));
	tap(good,
	    "V-6 parties and MODIFY_QOS are not supported by a program: the call is as it was");
	end();
}

/* ---- V-1 to V-6: the completion ---- */

static void not_owed(void)
{
	struct cm_request make, r;
	struct cleardown_cm_complete arg = { .size = sizeof(arg) };
	uint32_t word;
	bool good = true;
	struct vc vc;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &make));
	EXPECT_EQ(good, cm_complete_of(&cm, make.req.object, make.number, SUCCESS, &word), -EINVAL);
	EXPECT_EQ(good, word, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, cm_complete_of(&cm, make.req.object, 0, SUCCESS, NULL), -EINVAL);
	EXPECT_EQ(good, cm_complete_of(&cm, make.req.object + 1, 1, SUCCESS, NULL), -EBADFD);
	EXPECT_EQ(good, cm_complete_of(&cm, 0, 1, SUCCESS, NULL), -EBADFD);
	EXPECT_EQ(good, cm_complete_of(&cm, ~0ULL, 1, SUCCESS, NULL), -EBADFD);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, cd_one(l.events, &rec, 0), -ETIMEDOUT);
	tap(good,
	    "V-1 V-3 a completion that nobody waits for, or of nothing, is an error, no more");

	good = true;
	EXPECT_EQ(good, close_now(&vc, NULL), -EINPROGRESS);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT_EQ(good, cm_deactivate(&cm, r.req.object), 0);
	EXPECT_EQ(good, cm_complete(&cm, &r, CLEARDOWN_NDIS_STATUS_PENDING), -EINVAL);
	EXPECT_EQ(good, cm_complete_of(&cm, r.req.object, r.number + 1, SUCCESS, NULL), -ENOENT);
	arg.object = r.req.object;
	arg.request = r.number;
	arg.party = 1;
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_COMPLETE, &arg), -EINVAL);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_CLOSING);
	EXPECT_EQ(good, cm_activate(&cm, r.req.object, 100), -EALREADY);
	EXPECT_EQ(good, cd_one(l.events, &rec, 0), -ETIMEDOUT);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	EXPECT_EQ(good, cm_complete(&cm, &r, FAILURE), -EBADFD);
	EXPECT_EQ(good, cd_one(l.events, &rec, 50), -ETIMEDOUT);
	close(vc.fd);
	tap(good, "V-2 V-6 V-10 V-11 R13 neither PENDING nor a party; then it counts, once");
	end();
}

/* The words are the program's, unchanged; a call that it could not end is still up. */
static void errors(void)
{
	static const struct {
		uint32_t status;
		int error;
	} ends[] = {
		{ FAILURE, -EIO },
		{ CLEARDOWN_NDIS_STATUS_RESOURCES, -ENOBUFS },
		{ 0xc0fe0001, -EIO },
	};
	struct cleardown_close arg;
	struct cm_request make, r;
	bool good = true;
	struct vc vc;
	size_t i;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &make));
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		EXPECT_EQ(good, close_now(&vc, NULL), -EINPROGRESS);
		EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
		EXPECT_EQ(good, cm_complete(&cm, &r, ends[i].status), 0);
		EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
		EXPECT_EQ(good, rec.ev.status, ends[i].status);
		EXPECT_EQ(good, rec.ev.error, ends[i].error);
		EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_CLOSE_FAILED);
		EXPECT_EQ(good, vc_delete(&vc, NULL), -EBUSY);
	}
	tap(good,
	    "V-2 V-29 TV-7 R22 a close that failed says the program's word, and can be repeated");
	good = finish(&vc);
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), 0);
	EXPECT(good, vc_make(&vc, cm_nsap, SELECTOR));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_MAKE_CALL, &make));
	EXPECT_EQ(good, cm_complete(&cm, &make, SUCCESS), -EBUSY);
	EXPECT_EQ(good, cm_complete(&cm, &make, CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED), 0);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED);
	EXPECT_EQ(good, rec.ev.error, -EOPNOTSUPP);
	EXPECT_EQ(good, cd_close(vc.fd, CLEARDOWN_MODE_ORDERLY, 0, &arg), -ENOTCONN);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	EXPECT(good, cm_quiet(&cm));
	tap(good, "O8 a call that could not be made is over with its completion, word and all");
	end();
}

/* What it attached to a call comes back in its requests, and in no others. */
static void contexts(void)
{
	struct cleardown_cm_context arg = { .size = sizeof(arg) };
	struct cm_request one, two, r;
	struct vc vc[2];
	bool good = true;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc[0], 100, &one) && cm_call(&l, &cm, &vc[1], 101, &two));
	EXPECT(good, one.req.object != two.req.object && !one.req.context);
	arg.object = one.req.object;
	arg.context = 0x1111;
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_CONTEXT, &arg), 0);
	arg.object = two.req.object;
	arg.context = 0x2222;
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_CONTEXT, &arg), 0);
	EXPECT_EQ(good, close_now(&vc[1], NULL), -EINPROGRESS);
	EXPECT_EQ(good, close_now(&vc[0], NULL), -EINPROGRESS);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT_EQ(good, r.req.context, 0x2222);
	EXPECT_EQ(good, r.req.object, two.req.object);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT_EQ(good, r.req.context, 0x1111);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.handle, vc[1].id);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	close(vc[0].fd);
	close(vc[1].fd);
	tap(good, "V-5 CLOSE_CALL carries the program's own context of the call");
	end();
}

static void channels(void)
{
	struct cm_request one, two;
	uint32_t word;
	struct vc vc[2];
	bool good = true;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc[0], 100, &one));
	EXPECT_EQ(good, vc_create(&vc[1], &l, 0, 100), 0);
	EXPECT(good, vc_make(&vc[1], cm_nsap, SELECTOR));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_MAKE_CALL, &two));
	EXPECT_EQ(good, cm_channel(&cm, CLEARDOWN_IOC_CM_ACTIVATE, two.req.object, 100, &word),
		  -EEXIST);
	EXPECT_EQ(good, word, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, cm_activate(&cm, two.req.object, 5), -EINVAL);
	EXPECT_EQ(good, cm_channel(&cm, CLEARDOWN_IOC_CM_DEACTIVATE, two.req.object, 0, &word),
		  -EBUSY);
	EXPECT_EQ(good, word, CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED);
	EXPECT_EQ(good, cm_activate(&cm, two.req.object, 0), 0);
	EXPECT_EQ(good, cm_activate(&cm, two.req.object, 0), -EBUSY);
	EXPECT_EQ(good, cm_complete(&cm, &two, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, finish(&vc[0]) && finish(&vc[1]));
	tap(good, "TV-6 R12 a channel is one call's, activated once and deactivated once");
	end();
}

/* ---- calls that come in ---- */

static bool offered(struct vc *vc, uint64_t *object)
{
	bool good = true;

	EXPECT_EQ(good, cm_offer(&cm, SELECTOR, 100, 0x77, object), 0);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(vc, &l, rec.ev.req_id, 200), 0);
	return good;
}

static void incoming(void)
{
	struct cleardown_op_reject why = { .cause = 17 };
	struct cm_request r;
	uint64_t object;
	bool good = true;
	struct vc vc;

	begin();
	EXPECT_EQ(good, cm_offer(&cm, SELECTOR, 100, 1, &object), -ENOENT);
	EXPECT(good, cm_sap(l.af, SELECTOR, 0, NULL));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_SAP, &r));
	EXPECT_EQ(good, r.req.value, SELECTOR);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, offered(&vc, &object));
	EXPECT(good, vc_accept(&vc));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_ACCEPT, &r));
	EXPECT_EQ(good, r.req.object, object);
	EXPECT_EQ(good, r.req.context, 0x77);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACCEPTED);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, vc_up(l.af, VC_UP_MS));
	EXPECT_EQ(good, write(vc.fd, "x", 1), 1);
	EXPECT_EQ(good, vc_delete(&vc, NULL), -EPERM);
	EXPECT_EQ(good, close_now(&vc, "bye"), -EINPROGRESS);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, close_now(&vc, NULL), -EBADFD);
	close(vc.fd);
	tap(good, "V-4 V-13 V-21 O3 an incoming call: offered, accepted, up, closed, deleted");

	good = true;
	EXPECT(good, offered(&vc, &object));
	EXPECT_EQ(good,
		  cd_submit(vc.fd, CLEARDOWN_OP_REJECT, ++vc_request, &why, sizeof(why), NULL), 0);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_REJECT, &r));
	EXPECT_EQ(good, r.req.value, 17);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	EXPECT_EQ(good, cm_closed(&cm, object, 0, ""), -EBADFD);
	tap(good, "O6 one that is rejected is deleted, without CLOSE");

	good = true;
	EXPECT(good, offered(&vc, &object));
	EXPECT_EQ(good, cm_closed(&cm, object, 0, "gone"), 0);
	EXPECT_EQ(good, cm_closed(&cm, object, 0, "gone"), -EALREADY);
	EXPECT(good, !vc_accept(&vc));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.data_len, 4);
	EXPECT_EQ(good, close_now(&vc, NULL), -EINPROGRESS);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	tap(good, "R17 one that the far end takes back while it is offered still wants its CLOSE");

	good = true;
	EXPECT(good, cm_sap(l.af, SELECTOR, CLEARDOWN_SAP_REMOVE, NULL));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_SAP_REMOVE, &r));
	EXPECT_EQ(good, cm_offer(&cm, SELECTOR, 100, 1, &object), -ENOENT);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, cm_sap(l.af, 0, CLEARDOWN_SAP_ANY, NULL));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_SAP, &r));
	EXPECT_EQ(good, r.req.value, ~0U);
	EXPECT_EQ(good, cm_complete(&cm, &r, FAILURE), 0);
	EXPECT(good, cm_done(&l, -EIO));
	EXPECT_EQ(good, cm_offer(&cm, SELECTOR, 100, 1, &object), -ENOENT);
	tap(good, "a SAP that was deregistered, or refused, gets no calls");
	end();
}

/* ---- answers that do not come ---- */

static void silent_about_a_close(void)
{
	const uint32_t bound_ms = 5 * ANSWER_MS;
	struct cleardown_report report;
	struct cleardown_close arg;
	struct cm_request make, close_call, r;
	uint64_t start, reports;
	bool good = true;
	struct vc vc;

	begin_with(bound_ms);
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &make));
	reports = cd_last_report();
	start = cd_now();
	/* 0 if it had waited until the call was over */
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 100 * CD_MS, NULL, 0, &arg),
		  -EINPROGRESS);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5 * bound_ms));
	EXPECT(good, cd_now() - start >= bound_ms * CD_MS);
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, cd_report(reports, &report), 0);
	EXPECT(good, report.out_head.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(good, !(vc_status(&vc).out_flags & CLEARDOWN_VC_ACTIVATED));
	/* the record that it has not read may not be written over */
	EXPECT(good, !vc_make(&vc, cm_nsap, SELECTOR));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &close_call));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	EXPECT_EQ(good, r.req.object, close_call.req.object);
	EXPECT_EQ(good, cm_complete(&cm, &close_call, SUCCESS), -EBADFD);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	tap(good,
	    "V-9 PR-5 a close that is not answered: CLOSE keeps its deadline, the call its bound");
	end();

	good = true;
	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &make));
	/* -EINPROGRESS if it had waited for the program */
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ABORT, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	EXPECT_EQ(good, r.req.object, make.req.object);
	close(vc.fd);
	tap(good, "in mode ABORT nobody waits for the program, which is told");
	end();
}

static void silent_about_all_else(void)
{
	struct cleardown_submit sub = {
		.size = sizeof(sub),
		.opcode = CLEARDOWN_OP_MAKE_CALL,
		.req_id = 77,
		.deadline_ns = CD_S, /* so that the program has been asked by then */
		.in_len = sizeof(struct cleardown_vc_call),
	};
	struct cleardown_vc_call call = { .called = { 0x47 } };
	struct cleardown_close arg;
	struct cm_request make, r;
	uint64_t object;
	bool good = true;
	struct vc vc;

	begin_with(ANSWER_MS);
	sub.in_ptr = (uintptr_t)&call;
	EXPECT_EQ(good, vc_create(&vc, &l, 0, 100), 0);
	EXPECT_EQ(good, cd_ioctl(vc.fd, CLEARDOWN_IOC_SUBMIT, &sub), 0);
	EXPECT(good, cm_done(&l, -ETIMEDOUT));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_MAKE_CALL, &make));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	EXPECT_EQ(good, r.req.object, make.req.object);
	EXPECT_EQ(good, cm_activate(&cm, make.req.object, 100), -EBADFD);
	EXPECT_EQ(good, cm_complete(&cm, &make, SUCCESS), -EBADFD);
	EXPECT(good, vc_make(&vc, cm_nsap, SELECTOR));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_MAKE_CALL, &r));
	EXPECT(good, r.req.object != make.req.object);
	EXPECT_EQ(good, cm_complete_of(&cm, r.req.object, make.number, FAILURE, NULL), -ENOENT);
	EXPECT_EQ(good, cm_complete(&cm, &r, FAILURE), 0);
	EXPECT(good, cm_done(&l, -EIO));
	close(vc.fd);
	tap(good, "PR-9 a call that its client gave up: late answers do not hit the next one");

	good = true;
	EXPECT(good, cm_sap(l.af, SELECTOR, 0, NULL) && cm_next(&cm, CLEARDOWN_CM_SAP, &r));
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), 0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, offered(&vc, &object));
	EXPECT_EQ(good,
		  cd_submit(vc.fd, CLEARDOWN_OP_REJECT, ++vc_request,
			    &(struct cleardown_op_reject){ 0 }, 8, NULL),
		  0);
	EXPECT(good, cm_done(&l, 0));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_REJECT, &r));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	close(vc.fd);
	EXPECT_EQ(good, cd_close(l.af, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, &arg), 0);
	close(l.af);
	close(l.events);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_AF, &r));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	cm_die(&cm);
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "PR-5 REJECT and the close of an address family are bounded likewise");
}

/* ---- deaths ---- */

/* Which records came, by type, of whichever order: as many as have to, and what follows them. */
static void heard(unsigned int *times, unsigned int least)
{
	memset(times, 0, 32 * sizeof(*times));
	for (unsigned int n = 0; !cd_one(l.events, &rec, n < least ? 5000 : 200); n++)
		if (rec.ev.type < 32)
			times[rec.ev.type]++;
}

static void program_dies(void)
{
	unsigned int times[32];
	struct cleardown_close arg;
	struct cm_request r;
	struct vc up, closing, making;
	bool good = true;

	begin();
	EXPECT(good, cm_call(&l, &cm, &up, 100, &r) && cm_call(&l, &cm, &closing, 101, &r));
	EXPECT_EQ(good, close_now(&closing, "late"), -EINPROGRESS);
	EXPECT_EQ(good, vc_create(&making, &l, 0, 300), 0);
	EXPECT(good, vc_make(&making, cm_nsap, SELECTOR));
	EXPECT(good, cm_sap(l.af, 3, 0, NULL));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_MAKE_CALL, &r));
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_SAP, &r));
	cm_die(&cm);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.handle, up.id);
	EXPECT_EQ(good, rec.ev.status, FAILURE);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.handle, closing.id);
	EXPECT_EQ(good, rec.ev.status, FAILURE);
	EXPECT_EQ(good, rec.ev.error, -EIO);
	heard(times, 4);
	EXPECT_EQ(good, times[CLEARDOWN_EV_INCOMING_CLOSE], 1);
	EXPECT_EQ(good, times[CLEARDOWN_EV_COMPLETION], 2);
	EXPECT_EQ(good, times[CLEARDOWN_EV_AF_NOTIFY], 1);
	EXPECT_EQ(good, times[CLEARDOWN_EV_CLOSE_COMPLETE], 0);
	EXPECT_EQ(good, vc_status(&up).out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	EXPECT_EQ(good, vc_status(&closing).out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	EXPECT_EQ(good, vc_status(&making).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, write(up.fd, "x", 1), -1);
	tap(good,
	    "V-9 O10 PR-1 PR-8 it dies: what it owed has failed once, and all clients are told");

	good = true;
	EXPECT(good, !vc_make(&making, cm_nsap, SELECTOR) || cm_done(&l, -ENOTCONN));
	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_close(&closing, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&up, NULL) | vc_delete(&closing, NULL) | vc_delete(&making, NULL),
		  0);
	close(up.fd);
	close(closing.fd);
	close(making.fd);
	EXPECT_EQ(good, cm_begin(&cm, l.name, PATIENT_MS), 0);
	EXPECT_EQ(good, vc_create(&up, &l, 0, 1), -ENOTCONN);
	EXPECT_EQ(good, cd_close(l.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	close(l.af);
	close(l.events);
	EXPECT(good, cm_quiet(&cm));
	EXPECT(good, cm_af(&l, &cm, 1, &af));
	EXPECT(good, cm_call(&l, &cm, &up, 100, &r) && finish(&up));
	tap(good,
	    "PR-4 the clients finish by themselves; its successor has family and channels at once");
	end();
}

/* A CLOSE that waits when it dies gets the word. */
static void dies_while_awaited(void)
{
	struct cleardown_close arg;
	struct cm_request r;
	bool good = true;
	struct vc vc;
	int status;
	pid_t pid;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	pid = fork();
	if (!pid) {
		close(cm.fd);
		_exit(vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg) == -EIO &&
				      arg.out_status == FAILURE ?
			      0 :
			      1);
	}
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	cm_die(&cm);
	EXPECT_EQ(good, waitpid(pid, &status, 0), pid);
	EXPECT_EQ(good, status, 0);
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, vc_next(&l, CLEARDOWN_EV_AF_NOTIFY, &rec, 5000));
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	close(vc.fd);
	close(l.af);
	close(l.events);
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "V-9 TV-1 a CLOSE that waited returns FAILURE, and no record repeats it");
}

static void client_dies(void)
{
	struct cleardown_report report;
	struct cm_request r;
	uint64_t reports;
	bool good = true;
	struct vc vc;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	reports = cd_last_report();
	close(vc.fd);
	EXPECT(good, cm_end(&cm, &r));
	EXPECT_EQ(good, cd_report_soon(reports, &report), 0);
	EXPECT(good, report.out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	reports = cd_last_report();
	close(vc.fd);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT_EQ(good, cm_complete(&cm, &r, FAILURE), 0);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CANCEL, &r));
	EXPECT_EQ(good, cd_report_soon(reports, &report), 0);
	EXPECT(good, report.out_head.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, cd_report(report.out_head.number, &report), -ENOENT);
	tap(good,
	    "PR-8 the client goes: the program is asked; if it fails the call ends all the same");
	end();
}

/* The answer that ends a call, or an address family, whose files are gone may say a context too. */
static void last_words(void)
{
	struct cleardown_cm_complete arg = { .size = sizeof(arg), .context = 0x3333 };
	struct cm_request r;
	bool good = true;
	struct vc vc;

	begin();
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	close(vc.fd);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT_EQ(good, cm_deactivate(&cm, r.req.object), 0);
	arg.object = r.req.object;
	arg.request = r.number;
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_COMPLETE, &arg), 0);
	close(l.af);
	close(l.events);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_AF, &r));
	arg.object = r.req.object;
	arg.request = r.number;
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_COMPLETE, &arg), 0);
	EXPECT_EQ(good, cd_ioctl(cm.fd, CLEARDOWN_IOC_CM_COMPLETE, &arg), -EBADFD);
	cm_die(&cm);
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "V-5 the answer that ends a call which nobody has any more carries a context");
}

/* ---- by force ---- */

static void unbound(char **interfaces)
{
	unsigned int times[32];
	struct cm_request r;
	struct vc up, closing;
	bool good = true;

	begin();
	EXPECT(good, cm_call(&l, &cm, &up, 100, &r) && cm_call(&l, &cm, &closing, 101, &r));
	EXPECT_EQ(good, close_now(&closing, NULL), -EINPROGRESS);
	EXPECT(good, cm_next(&cm, CLEARDOWN_CM_CLOSE_CALL, &r));
	EXPECT_EQ(good, cd_unbind(l.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_unbind(l.name, CLEARDOWN_UNBIND_FORCE), 0);
	heard(times, 4);
	EXPECT_EQ(good, times[CLEARDOWN_EV_CLOSE_COMPLETE], 1);
	EXPECT_EQ(good, times[CLEARDOWN_EV_VC_DELETED], 2);
	EXPECT_EQ(good, times[CLEARDOWN_EV_AF_NOTIFY], 1);
	EXPECT_EQ(good, close_now(&up, NULL), -EBADFD);
	EXPECT_EQ(good, cm_complete(&cm, &r, SUCCESS), -EBADFD);
	EXPECT_EQ(good, cd_one(cm.events, &rec, 0), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_FORCED_CLOSE);
	EXPECT(good, cm_quiet(&cm));
	close(up.fd);
	close(closing.fd);
	close(l.af);
	close(l.events);
	cm_die(&cm);
	EXPECT(good, cd_live_is("handles", 0));
	tap(good, "O10 R20 the link is unbound by force: program and clients are told, once");
	if (vc_bind(&l, interfaces[0], ""))
		DIE("not bound again");
}

/* ---- kill -9 at any moment ---- */

static void answer(struct cm *who, const struct cleardown_event *ev)
{
	struct cleardown_cm_request req;

	memcpy(&req, ev->data, sizeof(req));
	switch (ev->p1) {
	case CLEARDOWN_CM_CANCEL:
		return;
	case CLEARDOWN_CM_MAKE_CALL:
		cm_activate(who, req.object, 0);
		break;
	case CLEARDOWN_CM_CLOSE_CALL:
		cm_deactivate(who, req.object);
		break;
	}
	cm_complete_of(who, req.object, ev->req_id, SUCCESS, NULL);
}

/* A process of its own, which answers until it is killed. */
static pid_t server(void)
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready))
		DIE("pipe");
	pid = fork();
	if (!pid) {
		if (cm_begin(&cm, l.name, PATIENT_MS) || write(ready[1], "", 1) != 1)
			_exit(1);
		while (!cd_one(cm.events, &rec, 60000))
			answer(&cm, &rec.ev);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		DIE("the server did not begin");
	close(ready[0]);
	return pid;
}

#define KILLED_VCS 4

/**
 * struct owed - what a circuit is owed
 * @made: MAKE_CALL was accepted, and has not completed
 * @closing: CLOSE was PENDING, and has not completed
 */
struct owed {
	int made;
	int closing;
};

/* What has come; false when it was not owed. */
static bool settle(struct owed *owed, int ms)
{
	while (!cd_one(l.events, &rec, ms)) {
		struct owed *o = &owed[rec.ev.cookie - 100];

		if (rec.ev.type == CLEARDOWN_EV_COMPLETION && rec.ev.cookie >= 100 && !o->made--)
			return false;
		if (rec.ev.type == CLEARDOWN_EV_CLOSE_COMPLETE && rec.ev.cookie >= 100 &&
		    !o->closing--)
			return false;
	}
	return true;
}

/* Waits until all that is owed has come. */
static bool settled(struct owed *owed)
{
	uint64_t end = cd_now() + 10 * CD_S;
	bool left;

	do {
		if (!settle(owed, 10))
			return false;
		left = false;
		for (int i = 0; i < KILLED_VCS; i++)
			left |= owed[i].made || owed[i].closing;
	} while (left && cd_now() < end);
	return !left;
}

static bool killed_once(unsigned int delay_us)
{
	struct owed owed[KILLED_VCS] = { { 0 } };
	struct vc vc[KILLED_VCS];
	struct cleardown_close arg;
	pid_t pid = server();
	bool good = true;
	uint64_t end;
	int i;

	vc_af(&l, 1);
	EXPECT(good, cm_open_af(l.af, CM_FAMILY, NULL) && cm_done(&l, 0));
	for (i = 0; i < KILLED_VCS; i++)
		EXPECT_EQ(good, vc_create(&vc[i], &l, 0, 100 + i), 0);
	end = cd_now() + delay_us * 1000ULL;
	while (cd_now() < end) {
		i = random() % KILLED_VCS;
		if (random() % 2)
			owed[i].made += vc_make(&vc[i], cm_nsap, SELECTOR) != 0;
		else
			owed[i].closing += close_now(&vc[i], NULL) == -EINPROGRESS;
		if (random() % 2)
			EXPECT(good, settle(owed, 0));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EXPECT(good, settled(owed));
	for (i = 0; i < KILLED_VCS; i++) {
		if (vc_status(&vc[i]).out_state != CLEARDOWN_VC_IDLE)
			EXPECT_EQ(good,
				  vc_close(&vc[i], CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
				  0);
		EXPECT_EQ(good, vc_status(&vc[i]).out_state, CLEARDOWN_VC_IDLE);
		EXPECT(good, !(vc_status(&vc[i]).out_flags & CLEARDOWN_VC_ACTIVATED));
		EXPECT_EQ(good, vc_delete(&vc[i], NULL), 0);
		close(vc[i].fd);
	}
	EXPECT_EQ(good, cd_close(l.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT(good, settled(owed)); /* and nothing came twice */
	close(l.af);
	close(l.events);
	EXPECT(good, cd_live_is("handles", 0));
	return good;
}

static void killed(void)
{
	bool good = true;
	int i;

	srandom(7);
	for (i = 0; i < 40 && good; i++)
		good = killed_once(random() % 20000);
	tap(good,
	    "V-9 V-11 PR-1 PR-8 killed at 40 moments: each request completes once, none is left");
}

/* ---- control VCs ---- */

static int control(struct cm *who, uint16_t vci)
{
	struct cleardown_cm_control arg = { .size = sizeof(arg), .vci = vci, .cookie = 5 };
	int ret = cd_ioctl(who->fd, CLEARDOWN_IOC_CM_CONTROL, &arg);

	return ret ?: arg.out_fd;
}

static void controls(void)
{
	struct cleardown_close arg;
	struct cm there;
	struct cm_request r;
	char in[9188];
	bool good = true;
	struct vc vc;
	int near_fd, far_fd;

	begin();
	EXPECT_EQ(good, cm_begin(&there, far.name, PATIENT_MS), 0);
	near_fd = control(&cm, 40);
	far_fd = control(&there, 40);
	EXPECT(good, near_fd >= 0 && far_fd >= 0);
	EXPECT_EQ(good, control(&cm, 40), -EEXIST);
	EXPECT_EQ(good, control(&cm, 5), -EINVAL);
	EXPECT(good, vc_up(l.af, VC_UP_MS));
	EXPECT(good, cm_call(&l, &cm, &vc, 100, &r));
	EXPECT_EQ(good, write(near_fd, "setup", 5), 5);
	EXPECT_EQ(good, read(far_fd, in, sizeof(in)), 5);
	EXPECT(good, finish(&vc));
	EXPECT_EQ(good, write(far_fd, "still here", 10), 10);
	EXPECT_EQ(good, read(near_fd, in, sizeof(in)), 10);
	EXPECT_EQ(good,
		  vc_close(&(struct vc){ .fd = near_fd }, CLEARDOWN_MODE_ORDERLY, 0, "x", 1, &arg),
		  -EINPROGRESS);
	EXPECT_EQ(good, cd_one(cm.events, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_CLOSE_COMPLETE);
	EXPECT_EQ(good, rec.ev.error, -EINVAL);
	EXPECT_EQ(good, cd_close(near_fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, cd_one(cm.events, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_VC_DELETED);
	close(near_fd);
	near_fd = control(&cm, 40);
	EXPECT(good, near_fd >= 0);
	close(near_fd);
	EXPECT_EQ(good, cd_one(cm.events, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_VC_DELETED);
	close(far_fd);
	cm_die(&there);
	tap(good,
	    "V-31 V-32 signalling on a channel of its own, which the last data circuit leaves alone");
	end();
}

/* ---- nonsense ---- */

static const unsigned long cmds[] = {
	CLEARDOWN_IOC_CM_REGISTER,   CLEARDOWN_IOC_CM_COMPLETE, CLEARDOWN_IOC_CM_ACTIVATE,
	CLEARDOWN_IOC_CM_DEACTIVATE, CLEARDOWN_IOC_CM_OFFER,	CLEARDOWN_IOC_CM_CLOSED,
	CLEARDOWN_IOC_CM_CONTEXT,    CLEARDOWN_IOC_CM_CONTROL,	CLEARDOWN_IOC_CLOSE + 0x90,
};

static const uint32_t sizes[] = {
	sizeof(struct cleardown_cm_register),
	sizeof(struct cleardown_cm_complete),
	sizeof(struct cleardown_cm_activate),
	sizeof(struct cleardown_cm_activate),
	sizeof(struct cleardown_cm_offer),
	sizeof(struct cleardown_cm_closed),
	sizeof(struct cleardown_cm_context),
	sizeof(struct cleardown_cm_control),
	64,
};

#define NONSENSE 5000

/* Small numbers hit objects and requests; the clients go on calling and closing meanwhile. */
static void nonsense(void)
{
	uint32_t words[64];
	struct vc vc[4];
	bool good = true;
	unsigned int i, j, which;

	srandom(5);
	begin();
	EXPECT(good, cm_sap(l.af, 0, CLEARDOWN_SAP_ANY, NULL));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(good, vc_create(&vc[i], &l, 0, 100 + i), 0);
	for (i = 0; i < NONSENSE; i++) {
		which = random() % (sizeof(sizes) / sizeof(sizes[0]));
		for (j = 0; j < 64; j++)
			words[j] = random() % 3 ? 0 : random() % 5 ? random() % 40 : random();
		words[0] = random() % 20 ? sizes[which] : random() % 300;
		if (!cd_ioctl(cm.fd, cmds[which], words) && cmds[which] == CLEARDOWN_IOC_CM_CONTROL)
			close(((struct cleardown_cm_control *)words)->out_fd);
		j = random() % 4;
		if (random() % 2)
			vc_make(&vc[j], cm_nsap, SELECTOR);
		else if (random() % 2)
			close_now(&vc[j], "x");
		while (!cd_one(l.events, &rec, 0))
			;
		while (random() % 2 && !cd_one(cm.events, &rec, 0))
			;
	}
	cm_die(&cm);
	for (i = 0; i < 4; i++)
		close(vc[i].fd);
	close(l.af);
	close(l.events);
	EXPECT(good, cd_live_is("handles", 0));
	EXPECT(good, cd_live_is("ops", 0));
	tap(good, "%u senseless answers amid calls: nothing is left", NONSENSE);
}

int main(int argc, char **argv)
{
	if (argc != 3 || vc_bind(&l, argv[1], "") || vc_bind(&far, argv[2], ""))
		return 1;
	unprivileged();
	no_manager();
	refuses();
	no_parties();
	not_owed();
	errors();
	contexts();
	channels();
	incoming();
	silent_about_a_close();
	silent_about_all_else();
	program_dies();
	dies_while_awaited();
	client_dies();
	last_words();
	killed();
	unbound(argv + 1);
	controls();
	nonsense();
	if (cd_unbind(l.name, 0) || cd_unbind(far.name, 0))
		DIE("not unbound");
	return tap_done();
}
