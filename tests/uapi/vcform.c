// SPDX-License-Identifier: GPL-2.0-only
/*
 * The form of every call on virtual circuits: sizes, pointers, reserved members, values, files of
 * another kind, requests that do not fit. Each wrong call gets its precise error and word, and
 * changes nothing: not the circuits, not the link, not the queue, not a count. There are an address
 * family, a circuit without a call, one whose call is up and whose frames flow before and after, an
 * observer, and a call manager's file; and the record of a call that was.
 *
 * usage: vcform INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "form.h"
#include "cm.h"

#define SELECTOR 7

enum { ON_AF, ON_IDLE, ON_CALL, ON_WATCH, ON_MANAGER, ON_CTL, ON_EVENTS, ON_FILES };

static struct vclink us, far;
static struct vc idle, up, there;
static struct cm cm;

struct snapshot {
	struct cleardown_info info[ON_CTL];
	struct cleardown_vc_status vc[2];
	struct cleardown_vc_link link;
	struct cleardown_events_info events;
	struct form_counts counts;
};

static void take_snapshot(struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < ON_CTL; i++)
		s->info[i] = cd_info(files[i]);
	s->vc[0] = vc_status(&idle);
	s->vc[1] = vc_status(&up);
	s->link = vc_link(us.af);
	s->events = cd_events_info(us.events);
	form_count(&s->counts);
}

FORM_UNCHANGED

/* ---- the calls ---- */

/* No such offer. */
static void fill_create(void *p)
{
	struct cleardown_vc_create *arg = p;

	arg->__reserved = 0;
	arg->take = 99;
	arg->cookie = 1;
}

static void fill_close(void *p)
{
	fill_close_of(p, CLEARDOWN_CLASS_VC);
}

/* Another class is meant. */
static void fill_close_phone(void *p)
{
	fill_close_of(p, CLEARDOWN_CLASS_PHONE);
}

/* The first circuit. */
static void fill_next(void *p)
{
	struct cleardown_vc_next *arg = p;

	arg->__reserved = 0;
	arg->after = 0;
}

/* The oldest record. */
static void fill_cdr(void *p)
{
	struct cleardown_vc_cdr *arg = p;

	arg->__reserved = 0;
	arg->after = 0;
}

static void fill_count(void *p)
{
	((struct cleardown_vc_count *)p)->index = 0;
}

/* A call to one has none. */
static void fill_party(void *p)
{
	struct cleardown_party_next *arg = p;

	arg->after = 0;
	arg->vc = 0;
}

static void fill_register(void *p)
{
	struct cleardown_cm_register *arg = p;

	arg->family = CM_FAMILY;
	arg->close_data = 0;
	arg->answer_ms = 0;
	arg->flags = 0;
}

/* There is no object. */
static void fill_complete(void *p)
{
	struct cleardown_cm_complete *arg = p;

	arg->status = 0;
	arg->object = 1;
	arg->request = 1;
	arg->context = 0;
	arg->party = 0;
	arg->cause = 0;
	memset(&arg->call, 0, sizeof(arg->call));
	arg->__reserved = 0;
}

static void fill_activate(void *p)
{
	struct cleardown_cm_activate *arg = p;

	arg->vpi = 0;
	arg->vci = 0;
	arg->object = 1;
}

/* There is no SAP. */
static void fill_offer(void *p)
{
	struct cleardown_cm_offer *arg = p;

	arg->context = 0;
	memset(&arg->call, 0, sizeof(arg->call));
}

static void fill_closed(void *p)
{
	struct cleardown_cm_closed *arg = p;

	arg->status = 0;
	arg->object = 1;
	arg->cause = 0;
	arg->len = 0;
	arg->__reserved = 0;
}

static void fill_context(void *p)
{
	((struct cleardown_cm_context *)p)->object = 1;
}

/* The kernel's own channel. */
static void fill_control(void *p)
{
	struct cleardown_cm_control *arg = p;

	arg->vpi = 0;
	arg->vci = 5;
	arg->cookie = 0;
	arg->sdu = 0;
}

static const struct call calls[] = {
	CALL(ON_AF, VC_SAP, cleardown_vc_sap, fill_sap, -ENOENT),
	CALL(ON_AF, VC_CREATE, cleardown_vc_create, fill_create, -ENOENT),
	GROWN(ON_AF, VC_LINK, cleardown_vc_link, out_peer, fill_nothing, 0),
	CALL(ON_CALL, VC_DELETE, cleardown_vc_delete, fill_nothing, -EBUSY),
	CALL(ON_CALL, VC_STATUS, cleardown_vc_status, fill_nothing, 0),
	CALL(ON_AF, VC_NEXT, cleardown_vc_next, fill_next, 0),
	CALL(ON_WATCH, VC_CDR, cleardown_vc_cdr, fill_cdr, 0),
	CALL(ON_CALL, VC_COUNT, cleardown_vc_count, fill_count, 0),
	CALL(ON_CALL, VC_PARTY, cleardown_party_next, fill_party, -ENOENT),
	CALL(ON_MANAGER, CM_REGISTER, cleardown_cm_register, fill_register, -EISCONN),
	CALL(ON_MANAGER, CM_COMPLETE, cleardown_cm_complete, fill_complete, -EBADFD),
	CALL(ON_MANAGER, CM_ACTIVATE, cleardown_cm_activate, fill_activate, -EBADFD),
	CALL(ON_MANAGER, CM_DEACTIVATE, cleardown_cm_activate, fill_activate, -EBADFD),
	CALL(ON_MANAGER, CM_OFFER, cleardown_cm_offer, fill_offer, -ENOENT),
	CALL(ON_MANAGER, CM_CLOSED, cleardown_cm_closed, fill_closed, -EBADFD),
	CALL(ON_MANAGER, CM_CONTEXT, cleardown_cm_context, fill_context, -EBADFD),
	CALL(ON_MANAGER, CM_CONTROL, cleardown_cm_control, fill_control, -EINVAL),
	CALL(ON_CALL, CLOSE, cleardown_close, fill_close_phone, -ENOTTY),
	CALL(ON_CALL, SUBMIT, cleardown_submit, fill_submit, -EOPNOTSUPP),
	CALL(ON_CALL, CANCEL, cleardown_cancel, fill_cancel, -ENOENT),
	CALL(ON_CALL, GET_INFO, cleardown_info, fill_nothing, 0),
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

static const struct call *call_of(unsigned long cmd)
{
	const struct call *call = call_find(calls, NCALLS, cmd);

	if (!call)
		DIE("no call %#lx", cmd);
	return call;
}

static void test_pointers(const struct call *call)
{
	bool good = unreadable(call);

	good &= cut(call, 1);
	good &= cut(call, 4);
	good &= cut(call, call->size - 4);
	good &= cut(call, call->size - 1);
	EXPECT(good, unchanged());
	tap(good, "%s: an argument that is not there is EFAULT", call->name);
}

/* ---- files of another kind ---- */

static bool belongs(const struct call *call, int on)
{
	switch (call->cmd) {
	case CLEARDOWN_IOC_VC_SAP:
	case CLEARDOWN_IOC_VC_CREATE:
		return on == ON_AF;
	case CLEARDOWN_IOC_VC_DELETE:
	case CLEARDOWN_IOC_VC_STATUS:
		return on == ON_IDLE || on == ON_CALL;
	default: /* of every file of the link, or only of a call manager's */
		return call->on == ON_MANAGER ? on == ON_MANAGER : on < ON_CTL;
	}
}

static void test_foreign(const struct call *call)
{
	bool good = foreign(call, ON_FILES, belongs);

	tap(good, "%s: on a file of another kind it is ENOTTY", call->name);
}

/* ---- values ---- */

#define VALUE(call, type, member, value, error, word)                                        \
	{                                                                                    \
		MEMBER(call, type, member), value, offsetof(struct type, out_status), error, \
			CLEARDOWN_NDIS_STATUS_##word                                         \
	}
/* Of a call without a status word. */
#define WORDLESS(call, type, member, value, error)             \
	{                                                      \
		MEMBER(call, type, member), value, 0, error, 0 \
	}
#define SAP(member, value) VALUE(VC_SAP, cleardown_vc_sap, member, value, -EINVAL, INVALID_DATA)
#define CLOSE(member, value) VALUE(CLOSE, cleardown_close, member, value, -EINVAL, INVALID_DATA)
#define CLOSE_CLASS(value) VALUE(CLOSE, cleardown_close, clazz, value, -ENOTTY, FAILURE)
#define OPCODE(value) VALUE(SUBMIT, cleardown_submit, opcode, value, -EOPNOTSUPP, NOT_SUPPORTED)

static const struct value values[] = {
	SAP(flags, 0x4),
	SAP(flags, 0x80000000),
	SAP(flags, CLEARDOWN_SAP_ANY | CLEARDOWN_SAP_REMOVE), /* with a selector */
	SAP(selector, 256),
	SAP(selector, ~0U),
	VALUE(VC_SAP, cleardown_vc_sap, selector, 98, -ENOENT, FAILURE),
	VALUE(VC_CREATE, cleardown_vc_create, __reserved, 1, -EINVAL, FAILURE),
	VALUE(VC_CREATE, cleardown_vc_create, __reserved, 0x80000000, -EINVAL, FAILURE),
	VALUE(VC_CREATE, cleardown_vc_create, take, 1, -ENOENT, FAILURE),
	VALUE(VC_CREATE, cleardown_vc_create, take, ~0ULL, -ENOENT, FAILURE),
	CLOSE(mode, 0),
	CLOSE(mode, CLEARDOWN_MODE_EMERGENCY),
	CLOSE(mode, CLEARDOWN_MODE_GONE),
	CLOSE(mode, ~0U),
	CLOSE(flags, 1),
	CLOSE(flags, 0x80000000),
	CLOSE(party, 1),
	CLOSE(data_len, 1), /* without a pointer */
	CLOSE(data_len, CLEARDOWN_CLOSE_DATA_MAX + 1),
	CLOSE(data_len, ~0U),
	CLOSE_CLASS(CLEARDOWN_CLASS_PHONE),
	CLOSE_CLASS(CLEARDOWN_CLASS_PORT),
	CLOSE_CLASS(CLEARDOWN_CLASS_FAX),
	CLOSE_CLASS(~0U),
	OPCODE(0),
	OPCODE(0x101),
	OPCODE(0x201),
	OPCODE(0x300),
	OPCODE(0x305),
	OPCODE(0x30f),
	OPCODE(0x313),
	OPCODE(~0U),
	VALUE(SUBMIT, cleardown_submit, deadline_ns, 0, -EINVAL, INVALID_DATA),
	VALUE(SUBMIT, cleardown_submit, flags, 1, -EINVAL, INVALID_DATA),
	VALUE(SUBMIT, cleardown_submit, __reserved, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_REGISTER, cleardown_cm_register, flags, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_REGISTER, cleardown_cm_register, family, 0, -EINVAL, INVALID_DATA),
	VALUE(CM_REGISTER, cleardown_cm_register, family, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_REGISTER, cleardown_cm_register, close_data, 129, -EINVAL, INVALID_DATA),
	VALUE(CM_REGISTER, cleardown_cm_register, answer_ms, 600001, -EINVAL, INVALID_DATA),
	VALUE(CM_COMPLETE, cleardown_cm_complete, status, 0x103, -EINVAL, INVALID_DATA),
	VALUE(CM_COMPLETE, cleardown_cm_complete, party, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_COMPLETE, cleardown_cm_complete, cause, 128, -EINVAL, INVALID_DATA),
	VALUE(CM_COMPLETE, cleardown_cm_complete, __reserved, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_COMPLETE, cleardown_cm_complete, object, ~0ULL, -EBADFD, FAILURE),
	VALUE(CM_ACTIVATE, cleardown_cm_activate, vpi, 256, -EINVAL, INVALID_DATA),
	VALUE(CM_ACTIVATE, cleardown_cm_activate, vpi, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_ACTIVATE, cleardown_cm_activate, vci, 31, -EINVAL, INVALID_DATA),
	VALUE(CM_DEACTIVATE, cleardown_cm_activate, vci, 32, -EINVAL, INVALID_DATA),
	VALUE(CM_OFFER, cleardown_cm_offer, call.vci, 31, -EINVAL, INVALID_DATA),
	VALUE(CM_OFFER, cleardown_cm_offer, call.fwd_sdu, 65536, -EINVAL, INVALID_DATA),
	VALUE(CM_OFFER, cleardown_cm_offer, call.out_flags, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_CLOSED, cleardown_cm_closed, len, 129, -EINVAL, INVALID_DATA),
	VALUE(CM_CLOSED, cleardown_cm_closed, cause, 128, -EINVAL, INVALID_DATA),
	VALUE(CM_CLOSED, cleardown_cm_closed, status, 0x103, -EINVAL, INVALID_DATA),
	VALUE(CM_CLOSED, cleardown_cm_closed, __reserved, 1, -EINVAL, INVALID_DATA),
	VALUE(CM_CONTEXT, cleardown_cm_context, object, 0, -EBADFD, FAILURE),
	VALUE(CM_CONTROL, cleardown_cm_control, vpi, 256, -EINVAL, INVALID_DATA),
	VALUE(CM_CONTROL, cleardown_cm_control, sdu, 65536, -EINVAL, INVALID_DATA),
	WORDLESS(VC_NEXT, cleardown_vc_next, __reserved, 1, -EINVAL),
	WORDLESS(VC_NEXT, cleardown_vc_next, __reserved, 0x80000000, -EINVAL),
	WORDLESS(VC_NEXT, cleardown_vc_next, after, ~0ULL, -ENOENT),
	WORDLESS(VC_NEXT, cleardown_vc_next, after, 1ULL << 63, -ENOENT),
	WORDLESS(VC_CDR, cleardown_vc_cdr, __reserved, 1, -EINVAL),
	WORDLESS(VC_CDR, cleardown_vc_cdr, __reserved, 0x80000000, -EINVAL),
	WORDLESS(VC_CDR, cleardown_vc_cdr, after, 1, -ENOENT), /* there is one */
	WORDLESS(VC_CDR, cleardown_vc_cdr, after, ~0ULL, -ENOENT),
	WORDLESS(VC_COUNT, cleardown_vc_count, index, 1000, -ENOENT),
	WORDLESS(VC_COUNT, cleardown_vc_count, index, ~0U, -ENOENT),
	WORDLESS(VC_PARTY, cleardown_party_next, after, ~0U, -ENOENT),
	WORDLESS(VC_PARTY, cleardown_party_next, vc, 1, -ENOENT),
	WORDLESS(VC_PARTY, cleardown_party_next, vc, ~0ULL, -ENOENT),
};

static void test_value(const struct value *v)
{
	const struct call *call = call_of(v->cmd);
	uint32_t word = v->word;
	bool good = true;

	prepare(call, call->size);
	if (v->cmd == CLEARDOWN_IOC_CLOSE)
		fill_close(argument);
	memcpy(argument + v->offset, &v->value, v->width);
	EXPECT_EQ(good, make(call), v->error);
	if (v->status)
		memcpy(&word, argument + v->status, sizeof(word));
	EXPECT_EQ(good, word, v->word);
	EXPECT(good, unchanged());
	tap(good, "%s%s = %#llx: %s", v->cmd == CLEARDOWN_IOC_CLOSE ? "PR-10 " : "", v->name,
	    (unsigned long long)v->value, strerror(-v->error));
}

/* ---- close data ---- */

static void test_close_data(void)
{
	static char data[CLEARDOWN_CLOSE_DATA_MAX];
	struct cleardown_close arg;
	bool good = true;
	uint32_t most = vc_link(us.af).out_close_data;

	EXPECT(good, most > 0 && most < sizeof(data));
	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, CD_S, data, most + 1, &arg), -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, CD_S, data, sizeof(data), &arg),
		  -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, CD_S, border - 4, 8, &arg), -EFAULT);
	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, CD_S, (void *)8, 8, &arg), -EFAULT);
	EXPECT(good, unchanged());
	tap(good, "PR-10 CLOSE: data too long, or not there, is refused before any effect");
}

/* A family's close has none. */
static void test_family_close(void)
{
	struct cleardown_close arg = {
		.size = sizeof(arg),
		.mode = CLEARDOWN_MODE_ORDERLY,
		.data_ptr = (uintptr_t) "x",
		.data_len = 1,
	};
	bool good = true;

	EXPECT_EQ(good, cd_ioctl(us.af, CLEARDOWN_IOC_CLOSE, &arg), -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT(good, unchanged());
	tap(good, "CLOSE of an address family with data is EINVAL");
}

/* ---- requests ---- */

static int ask(int fd, uint32_t opcode, const void *in, uint32_t len, uint32_t *word)
{
	return cd_submit(fd, opcode, 99, in, len, word);
}

static bool refused(int fd, uint32_t opcode, const void *in, uint32_t len, int error, uint32_t word)
{
	uint32_t got = 0;
	bool good = true;

	EXPECT_EQ(good, ask(fd, opcode, in, len, &got), error);
	EXPECT_EQ(good, got, word);
	return good;
}

static void test_make_call(void)
{
	static const struct cleardown_vc_call right = { .called = { 0x47, [19] = 1 } };
	struct cleardown_vc_call wrong[8];
	const uint32_t op = CLEARDOWN_OP_MAKE_CALL, word = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	bool good = true;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		wrong[i] = right;
	memset(wrong[7].called, 0, sizeof(wrong[7].called));
	wrong[0].out_flags = 1;
	wrong[1].vpi = 1;
	wrong[2].vci = 32;
	wrong[3].fwd_sdu = 65536;
	wrong[4].bwd_sdu = 65536;
	wrong[5].fwd_pcr = 0x1000000;
	wrong[6].bwd_pcr = 0x1000000;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		good &= refused(idle.fd, op, &wrong[i], sizeof(right), -EINVAL, word);
	good &= refused(idle.fd, op, &right, 0, -EINVAL, word);
	good &= refused(idle.fd, op, &right, sizeof(right) - 1, -EINVAL, word);
	good &= refused(idle.fd, op, &right, sizeof(right) + 1, -EINVAL, word);
	good &= refused(idle.fd, op, border - 8, sizeof(right), -EFAULT, word);
	good &= refused(up.fd, op, &right, sizeof(right), -EISCONN, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT(good, unchanged());
	tap(good,
	    "MAKE_CALL with parameters out of range, or on a circuit with a call, is refused");
}

static void test_answers(void)
{
	struct cleardown_op_reject why[] = { { .cause = 128 },
					     { .cause = ~0U },
					     { .__reserved = 1 } };
	const uint32_t word = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	bool good = true;

	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		good &= refused(up.fd, CLEARDOWN_OP_REJECT, &why[i], sizeof(why[i]), -EINVAL, word);
	good &= refused(up.fd, CLEARDOWN_OP_REJECT, why, 4, -EINVAL, word);
	good &= refused(up.fd, CLEARDOWN_OP_ACCEPT, why, 1, -EINVAL, word);
	why[0].cause = 17;
	for (int on = ON_IDLE; on <= ON_CALL; on++) {
		good &= refused(files[on], CLEARDOWN_OP_ACCEPT, NULL, 0, -EISCONN,
				CLEARDOWN_NDIS_STATUS_FAILURE);
		good &= refused(files[on], CLEARDOWN_OP_REJECT, why, sizeof(why[0]), -EISCONN,
				CLEARDOWN_NDIS_STATUS_FAILURE);
	}
	EXPECT(good, unchanged());
	tap(good, "ACCEPT and REJECT of what was not offered, or out of form, are refused");
}

/* No circuit here is a root. */
static void test_parties(void)
{
	struct cleardown_op_make_multi make = { .call.called = { 0x47 } };
	struct cleardown_op_add_party add = { .called = { 0x47 } }, nobody = { .cookie = 1 };
	struct cleardown_op_drop_party drop = { .party = 1 };
	const uint32_t data = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	const uint32_t cannot = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
	bool good = true;

	for (int on = ON_IDLE; on <= ON_CALL; on++) {
		good &= refused(files[on], CLEARDOWN_OP_ADD_PARTY, &add, sizeof(add), -EOPNOTSUPP,
				cannot);
		good &= refused(files[on], CLEARDOWN_OP_DROP_PARTY, &drop, sizeof(drop),
				-EOPNOTSUPP, cannot);
	}
	good &= refused(up.fd, CLEARDOWN_OP_MAKE_MULTI, &make, sizeof(make), -EISCONN,
			CLEARDOWN_NDIS_STATUS_FAILURE);
	good &= refused(idle.fd, CLEARDOWN_OP_MAKE_MULTI, &make, sizeof(make) - 1, -EINVAL, data);
	good &= refused(idle.fd, CLEARDOWN_OP_MAKE_MULTI, &make, sizeof(make) + 1, -EINVAL, data);
	make.call.out_flags = CLEARDOWN_CALL_MULTI;
	good &= refused(idle.fd, CLEARDOWN_OP_MAKE_MULTI, &make, sizeof(make), -EINVAL, data);
	good &= refused(idle.fd, CLEARDOWN_OP_ADD_PARTY, &nobody, sizeof(nobody), -EINVAL, data);
	good &= refused(idle.fd, CLEARDOWN_OP_ADD_PARTY, &add, sizeof(add) - 1, -EINVAL, data);
	add.__reserved = 1;
	good &= refused(idle.fd, CLEARDOWN_OP_ADD_PARTY, &add, sizeof(add), -EINVAL, data);
	good &= refused(idle.fd, CLEARDOWN_OP_DROP_PARTY, &drop, 4, -EINVAL, data);
	EXPECT(good, unchanged());
	tap(good, "requests for parties out of form, or without a root, are refused");
}

static void test_unsupported(void)
{
	struct cleardown_vc_call call = { .called = { 0x47 } };
	const uint32_t word = CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED;
	bool good = refused(up.fd, CLEARDOWN_OP_MODIFY_QOS, &call, sizeof(call), -EOPNOTSUPP, word);

	good &= refused(us.af, CLEARDOWN_OP_MAKE_CALL, &call, sizeof(call), -EOPNOTSUPP, word);
	good &= refused(us.af, CLEARDOWN_OP_ACCEPT, NULL, 0, -EOPNOTSUPP, word);
	EXPECT(good, unchanged());
	tap(good, "MODIFY_QOS, and requests to an address family, are NOT_SUPPORTED");
}

/* ---- frames ---- */

static void test_frames(void)
{
	static char big[70000];
	char small[8];
	bool good = true;

	EXPECT_EQ(good, write(up.fd, big, 9189), -1);
	EXPECT_EQ(good, errno, EMSGSIZE);
	EXPECT_EQ(good, write(up.fd, big, sizeof(big)), -1);
	EXPECT_EQ(good, errno, EMSGSIZE);
	EXPECT_EQ(good, write(up.fd, big, 0), -1);
	EXPECT_EQ(good, errno, EMSGSIZE);
	EXPECT_EQ(good, write(up.fd, border - 4, 8), -1);
	EXPECT_EQ(good, errno, EFAULT);
	EXPECT_EQ(good, write(idle.fd, big, 8), -1);
	EXPECT_EQ(good, errno, ENOTCONN);
	EXPECT_EQ(good, read(idle.fd, small, sizeof(small)), -1);
	EXPECT_EQ(good, errno, ENOTCONN);
	EXPECT_EQ(good, read(us.af, small, sizeof(small)), -1);
	EXPECT_EQ(good, errno, EINVAL);
	EXPECT_EQ(good, write(us.af, small, sizeof(small)), -1);
	EXPECT_EQ(good, errno, EINVAL);
	EXPECT(good, unchanged());
	tap(good, "frames that are too long, empty, not there or nowhere are refused");
}

/* A frame that does not fit stays for who has the room. */
static void test_frame_kept(void)
{
	char small[8], room[100];
	bool good = true;

	EXPECT_EQ(good, write(there.fd, "twelve bytes", 12), 12);
	while (!vc_status(&up).out_frames_queued)
		usleep(1000);
	EXPECT_EQ(good, read(up.fd, small, sizeof(small)), -1);
	EXPECT_EQ(good, errno, EMSGSIZE);
	EXPECT_EQ(good, read(up.fd, border - 4, sizeof(room)), -1);
	EXPECT_EQ(good, errno, EFAULT);
	EXPECT_EQ(good, read(up.fd, room, sizeof(room)), 12);
	EXPECT(good, !memcmp(room, "twelve bytes", 12));
	EXPECT_EQ(good, write(up.fd, "back", 4), 4);
	EXPECT_EQ(good, read(there.fd, room, sizeof(room)), 4);
	tap(good,
	    "PR-7 a frame that did not fit, or faulted, is the next reader's; and all flows on");
}

/* ---- */

/* A call that is over, of which our end has kept the record. */
static void past_call(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc from, to;

	if (!vc_connect(&us, &from, &far, &to, SELECTOR) ||
	    vc_close(&from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg) ||
	    !vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000) ||
	    vc_close(&to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg) ||
	    !vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000))
		DIE("no call");
	close(from.fd);
	close(to.fd);
	while (vc_link(us.af).out_vcs || vc_link(far.af).out_vcs)
		usleep(1000);
}

static void set_up(char **interfaces)
{
	if (!vc_links(&us, &far, interfaces, "", "", SELECTOR))
		DIE("no links");
	past_call();
	if (!vc_connect(&us, &up, &far, &there, SELECTOR) || vc_create(&idle, &us, 0, 3))
		DIE("no call");
	files[ON_AF] = us.af;
	files[ON_IDLE] = idle.fd;
	files[ON_CALL] = up.fd;
	files[ON_WATCH] = cd_open(us.name, O_RDONLY);
	if (cm_open(&cm, us.name) || cd_bind_events(cm.fd, us.events, 4) ||
	    cm_register_as(&cm, CM_FAMILY, 0))
		DIE("no call manager");
	files[ON_MANAGER] = cm.fd;
	files[ON_CTL] = cd_ctl();
	files[ON_EVENTS] = us.events;
	border = cd_border();
	/* families, circuits, observer and manager; of how they came to be nothing is left */
	if (!cd_live_is("handles", 7) || !cd_live_is("ops", 0) || !cd_live_is("records", 0))
		DIE("what was made does not settle");
	take_snapshot(&before);
}

static void tear_down(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&up, NULL), 0);
	EXPECT_EQ(good, vc_delete(&idle, NULL), 0);
	close(up.fd);
	close(there.fd);
	close(idle.fd);
	close(files[ON_WATCH]);
	close(cm.fd);
	good &= vc_unlink(&us);
	good &= vc_unlink(&far);
	EXPECT_EQ(good, cd_counter("stats", "issued"), cd_counter("stats", "completed"));
	tap(good, "PR-1 after all of this the call ends as any other");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	set_up(argv + 1);
	for (size_t i = 0; i < NCALLS; i++) {
		test_sizes(&calls[i]);
		test_pointers(&calls[i]);
		test_foreign(&calls[i]);
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		test_value(&values[i]);
	test_close_data();
	test_family_close();
	test_make_call();
	test_answers();
	test_parties();
	test_unsupported();
	test_frames();
	test_frame_kept();
	tear_down();
	return tap_done();
}
