// SPDX-License-Identifier: GPL-2.0-only
/*
 * The form of every call: sizes, flags, reserved members, values, pointers, files of another kind.
 * Each wrong call gets its precise error, leaves its argument as it was and changes nothing: not
 * the handle, not the device, not the queue, not a count. The owner has requests outstanding on a
 * modem that does not answer, and a filter, so that there is something to change.
 */
#include <grp.h>
#include <sys/wait.h>

#include "form.h"
#include "simphone.h"

#define DIALER_UID 1000
#define COOKIE 0x1122334455667788ULL
#define FILTER_STATES CLEARDOWN_PHONESTATE_RINGMODE
#define FILTER_EVENTS CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)

enum on { ON_OWNER, ON_CTL, ON_EVENTS, ON_FILES };

static const char *const on_names[ON_FILES] = { "a phone", "ctl", "an event queue" };

/* What must stay as it is. */
static struct simphone phone;

struct snapshot {
	struct cleardown_info info;
	struct cleardown_status status;
	struct cleardown_phone_status phone;
	struct cleardown_phone_caps caps;
	struct cleardown_events_info events;
	struct form_counts counts;
};

static void take_snapshot(struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	s->info = cd_info(files[ON_OWNER]);
	s->events = cd_events_info(files[ON_EVENTS]);
	s->caps.size = sizeof(s->caps);
	if (cd_status(files[ON_OWNER], &s->status) || cd_phone_status(files[ON_OWNER], &s->phone) ||
	    cd_ioctl(files[ON_OWNER], CLEARDOWN_IOC_PHONE_CAPS, &s->caps))
		DIE("no snapshot");
	form_count(&s->counts);
}

FORM_UNCHANGED

/* ---- the calls ---- */

static void fill_status(void *arg)
{
	((struct cleardown_status *)arg)->__reserved = 0;
}

/* Refused: requests are outstanding. */
static void fill_bind_events(void *p)
{
	struct cleardown_bind_events *arg = p;

	arg->fd = files[ON_EVENTS];
	arg->cookie = COOKIE + 1;
}

static void fill_close(void *p)
{
	fill_close_of(p, CLEARDOWN_CLASS_PHONE);
}

/* Another class is meant. */
static void fill_close_port(void *p)
{
	fill_close_of(p, CLEARDOWN_CLASS_PORT);
}

static void fill_filter(void *p)
{
	struct cleardown_filter *arg = p;

	arg->__reserved = 0;
	arg->states = FILTER_STATES;
	arg->events = FILTER_EVENTS;
}

/* Nothing here presses a key. */
static void fill_messages(void *p)
{
	struct cleardown_phone_messages *arg = p;

	arg->states = 0;
	arg->button_modes = CLEARDOWN_BUTTONMODE_KEYPAD;
	arg->button_states = CLEARDOWN_BUTTONSTATE_DOWN;
	arg->__reserved = 0;
}

static void fill_id(void *p)
{
	struct cleardown_phone_id *arg = p;

	memset(arg->device_class, 0, sizeof(arg->device_class));
	strcpy(arg->device_class, "comm");
}

static void fill_options(void *p)
{
	struct cleardown_options *arg = p;

	arg->set = 0;
	arg->deadline_ns = 0;
	arg->dtr = 0;
	arg->dtr_pulse_ms = 0;
	arg->reset = 0;
	arg->__reserved = 0;
}

static void fill_bind(void *p)
{
	struct cleardown_bind *arg = p;

	arg->clazz = CLEARDOWN_CLASS_PHONE;
	memset(arg->link, 0, sizeof(arg->link));
	strcpy(arg->link, "nolink");
	arg->dev = 0;
	memset(arg->name, 0, sizeof(arg->name));
	arg->speed = 0;
	arg->flow = 0;
	arg->flags = 0;
	arg->__reserved = 0;
	arg->__reserved2 = 0;
	memset(arg->args, 0, sizeof(arg->args));
	memset(arg->ident, 0, sizeof(arg->ident));
}

static void fill_unbind(void *p)
{
	struct cleardown_unbind *arg = p;

	arg->flags = 0;
	arg->__reserved = 0;
	memset(arg->name, 0, sizeof(arg->name));
	strcpy(arg->name, "nobody");
}

static void fill_configure(void *p)
{
	struct cleardown_configure *arg = p;

	arg->flags = 0;
	arg->__reserved = 0;
	memset(arg->name, 0, sizeof(arg->name));
	strcpy(arg->name, "nobody");
	memset(arg->args, 0, sizeof(arg->args));
}

static void fill_manager(void *p)
{
	struct cleardown_manager *arg = p;

	arg->flags = 0;
	arg->__reserved = 0;
	memset(arg->name, 0, sizeof(arg->name));
	strcpy(arg->name, "nobody");
}

static void fill_rebind(void *p)
{
	struct cleardown_rebind *arg = p;

	arg->flags = 0;
	memset(arg->name, 0, sizeof(arg->name));
	strcpy(arg->name, "nobody");
	arg->dev = 0;
	memset(arg->ident, 0, sizeof(arg->ident));
}

static void fill_list(void *p)
{
	((struct cleardown_list *)p)->after = ~0ULL;
}

static void fill_report(void *p)
{
	((struct cleardown_report *)p)->after = ~0ULL;
}

static void fill_ctl_close(void *p)
{
	struct cleardown_ctl_close *arg = p;

	arg->mode = CLEARDOWN_MODE_ORDERLY;
	memset(arg->name, 0, sizeof(arg->name));
	strcpy(arg->name, "nobody");
	arg->deadline_ns = CD_S;
	arg->flags = 0;
	arg->handle = 0;
	arg->__reserved = 0;
}

static const struct call calls[] = {
	CALL(ON_OWNER, GET_INFO, cleardown_info, fill_nothing, 0),
	CALL(ON_OWNER, GET_STATUS, cleardown_status, fill_status, 0),
	CALL(ON_OWNER, BIND_EVENTS, cleardown_bind_events, fill_bind_events, -EBUSY),
	CALL(ON_OWNER, SUBMIT, cleardown_submit, fill_submit, -EOPNOTSUPP),
	CALL(ON_OWNER, CANCEL, cleardown_cancel, fill_cancel, -ENOENT),
	CALL(ON_OWNER, CLOSE, cleardown_close, fill_close_port, -ENOTTY),
	CALL(ON_OWNER, SET_FILTER, cleardown_filter, fill_filter, 0),
	GROWN(ON_OWNER, SET_OPTIONS, cleardown_options, dtr_pulse_ms, fill_options, 0),
	GROWN(ON_OWNER, PHONE_CAPS, cleardown_phone_caps, out_id, fill_nothing, 0),
	GROWN(ON_OWNER, PHONE_STATUS, cleardown_phone_status, out_caller_name, fill_nothing, 0),
	CALL(ON_OWNER, PHONE_PANEL, cleardown_phone_panel, fill_nothing, 0),
	CALL(ON_OWNER, PHONE_MESSAGES, cleardown_phone_messages, fill_messages, 0),
	CALL(ON_OWNER, PHONE_ID, cleardown_phone_id, fill_id, 0),
	CALL(ON_CTL, CTL_VERSION, cleardown_version, fill_nothing, 0),
	GROWN(ON_CTL, CTL_BIND, cleardown_bind, out_text, fill_bind, -ENOENT),
	GROWN(ON_CTL, CTL_UNBIND, cleardown_unbind, out_text, fill_unbind, -ENOENT),
	GROWN(ON_CTL, CTL_REBIND, cleardown_rebind, out_text, fill_rebind, -ENOENT),
	CALL(ON_CTL, CTL_CONFIGURE, cleardown_configure, fill_configure, -ENOENT),
	GROWN(ON_CTL, CTL_LIST, cleardown_list, out_status, fill_list, -ENOENT),
	CALL(ON_CTL, CTL_REPORT, cleardown_report, fill_report, -ENOENT),
	CALL(ON_CTL, CTL_MANAGER, cleardown_manager, fill_manager, -ENOENT),
	GROWN(ON_CTL, CTL_CLOSE, cleardown_ctl_close, out_report, fill_ctl_close, -ENOENT),
	CALL(ON_EVENTS, EVENTS_INFO, cleardown_events_info, fill_nothing, 0),
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

static const struct call *call_of(unsigned long cmd)
{
	const struct call *call = call_find(calls, NCALLS, cmd);

	if (!call)
		DIE("no call %#lx", cmd);
	return call;
}

/* Some calls give the reason as a status word too, wherever the struct was well-sized. */
static uint32_t *status_word(const struct call *call)
{
	switch (call->cmd) {
	case CLEARDOWN_IOC_SUBMIT:
		return &((struct cleardown_submit *)argument)->out_status;
	case CLEARDOWN_IOC_CLOSE:
		return &((struct cleardown_close *)argument)->out_status;
	case CLEARDOWN_IOC_PHONE_MESSAGES:
		return &((struct cleardown_phone_messages *)argument)->out_status;
	case CLEARDOWN_IOC_CTL_BIND:
		return &((struct cleardown_bind *)argument)->out_status;
	case CLEARDOWN_IOC_CTL_UNBIND:
		return &((struct cleardown_unbind *)argument)->out_status;
	case CLEARDOWN_IOC_CTL_CONFIGURE:
		return &((struct cleardown_configure *)argument)->out_status;
	default:
		return NULL;
	}
}

/* Of changes by ctl the word follows from the errno: what XcvData returns. */
static uint32_t ctl_word(int error)
{
	switch (error) {
	case -EPERM:
		return CLEARDOWN_ERROR_ACCESS_DENIED;
	case -ENOENT:
		return CLEARDOWN_ERROR_BAD_UNIT; /* of the link's module */
	case -EEXIST:
		return CLEARDOWN_ERROR_ALREADY_EXISTS;
	case -EOPNOTSUPP:
		return CLEARDOWN_ERROR_NOT_SUPPORTED;
	default:
		return CLEARDOWN_ERROR_INVALID_PARAMETER;
	}
}

/* The call fails with @error, @word is its status word, and no other byte was written. */
static bool fails(const struct call *call, int error, uint32_t word)
{
	uint32_t *status = status_word(call);
	bool good = true;

	EXPECT_EQ(good, make(call), error);
	if (status) {
		EXPECT_EQ(good, *status, call->on == ON_CTL ? ctl_word(error) : word);
		memcpy((char *)copy + ((char *)status - argument), status, sizeof(*status));
	}
	EXPECT(good, untouched());
	if (!good)
		fprintf(stderr, "# in %s\n", call->name);
	return good;
}

/*
 * The kernel may not write: what has no answer does not mind, the others fail before any effect.
 * Only SUBMIT cannot give its reason then.
 */
static bool read_only(const struct call *call)
{
	bool answers = call->cmd != CLEARDOWN_IOC_SET_FILTER &&
		       call->cmd != CLEARDOWN_IOC_SET_OPTIONS;
	bool good = true;
	int result;

	prepare(call, call->size);
	memcpy(border - 4096, argument, call->size);
	if (mprotect(border - 4096, 4096, PROT_READ))
		DIE("mprotect");
	result = at(call, border - 4096);
	if (mprotect(border - 4096, 4096, PROT_READ | PROT_WRITE))
		DIE("mprotect");
	if (result != -EFAULT || (!call->result && !answers))
		EXPECT_EQ(good, result, call->result);
	if (!call->result && answers)
		EXPECT_EQ(good, result, -EFAULT);
	return good;
}

static void test_pointers(const struct call *call)
{
	bool good = unreadable(call);

	good &= cut(call, 1);
	good &= cut(call, 8);
	good &= cut(call, call->size - 4);
	good &= cut(call, call->size - 1);
	good &= read_only(call);
	EXPECT(good, unchanged());
	tap(good, "%s: an argument that is not there is EFAULT", call->name);
}

/* ---- reserved members and flags ---- */

/**
 * struct bits - a member of which only some bits may be set
 * @cmd: the call
 * @name: of the member
 * @offset: in the struct
 * @width: 4 or 8
 * @known: bits that have a name
 */
struct bits {
	unsigned long cmd;
	const char *name;
	size_t offset;
	size_t width;
	uint64_t known;
};

#define BITS(call, type, member, known)           \
	{                                         \
		MEMBER(call, type, member), known \
	}

static const struct bits bits[] = {
	BITS(GET_STATUS, cleardown_status, __reserved, 0),
	BITS(SUBMIT, cleardown_submit, flags, 0),
	BITS(SUBMIT, cleardown_submit, __reserved, 0),
	BITS(CANCEL, cleardown_cancel, __reserved, 0),
	BITS(CLOSE, cleardown_close, flags, 0),
	BITS(CLOSE, cleardown_close, party, 0),
	BITS(CLOSE, cleardown_close, data_ptr, 0),
	BITS(CLOSE, cleardown_close, data_len, 0),
	BITS(SET_FILTER, cleardown_filter, __reserved, 0),
	BITS(SET_FILTER, cleardown_filter, states, CLEARDOWN_PHONESTATE_ALL),
	BITS(SET_FILTER, cleardown_filter, events, CLEARDOWN_EV_FILTER_ALL),
	BITS(PHONE_MESSAGES, cleardown_phone_messages, __reserved, 0),
	BITS(SET_OPTIONS, cleardown_options, set,
	     CLEARDOWN_OPT_DEADLINE | CLEARDOWN_OPT_DTR | CLEARDOWN_OPT_RESET),
	BITS(SET_OPTIONS, cleardown_options, __reserved, 0),
	BITS(CTL_BIND, cleardown_bind, flags, 0),
	BITS(CTL_BIND, cleardown_bind, __reserved, 0),
	BITS(CTL_BIND, cleardown_bind, __reserved2, 0),
	BITS(CTL_UNBIND, cleardown_unbind, flags, CLEARDOWN_UNBIND_FORCE),
	BITS(CTL_UNBIND, cleardown_unbind, __reserved, 0),
	BITS(CTL_CONFIGURE, cleardown_configure, flags, 0),
	BITS(CTL_CONFIGURE, cleardown_configure, __reserved, 0),
	BITS(CTL_REBIND, cleardown_rebind, flags, CLEARDOWN_REBIND_AWAY),
	BITS(CTL_MANAGER, cleardown_manager, flags, 0),
	BITS(CTL_MANAGER, cleardown_manager, __reserved, 0),
	BITS(CTL_CLOSE, cleardown_ctl_close, flags, CLEARDOWN_CTL_CLOSE_ASYNC),
};

static void set_member(size_t offset, size_t width, uint64_t value)
{
	memcpy(argument + offset, &value, width);
}

/* The clauses that a wrong call of this kind proves. */
static const char *about(const struct call *call)
{
	if (call->cmd == CLEARDOWN_IOC_SUBMIT)
		return "P-7 TP-5 ";
	return call->cmd == CLEARDOWN_IOC_CLOSE ? "P-5 P-6 " : "";
}

static void prepare_wrong(const struct call *call)
{
	prepare(call, call->size);
	if (call->cmd == CLEARDOWN_IOC_CLOSE)
		fill_close(argument);
}

static void test_bits(const struct bits *b)
{
	const struct call *call = call_of(b->cmd);
	uint64_t value = 0;
	bool good = true;

	for (unsigned int bit = 0; bit < b->width * 8; bit++) {
		if (b->known & 1ULL << bit)
			continue;
		prepare_wrong(call);
		memcpy(&value, argument + b->offset, b->width);
		set_member(b->offset, b->width, value | 1ULL << bit);
		good &= fails(call, -EINVAL,
			      call->cmd == CLEARDOWN_IOC_CLOSE ?
				      CLEARDOWN_PHONEERR_OPERATIONFAILED :
				      CLEARDOWN_PHONEERR_INVALPARAM);
	}
	EXPECT(good, unchanged());
	tap(good, "%s%s: each bit without a name is EINVAL", about(call), b->name);
}

/* ---- values ---- */

#define VALUE(call, type, member, value, error, word)             \
	{                                                         \
		MEMBER(call, type, member), value, 0, error, word \
	}
#define CLOSE_MODE(mode_) \
	VALUE(CLOSE, cleardown_close, mode, mode_, -EINVAL, CLEARDOWN_PHONEERR_OPERATIONFAILED)
#define CLOSE_CLASS(class_) \
	VALUE(CLOSE, cleardown_close, clazz, class_, -ENOTTY, CLEARDOWN_PHONEERR_INVALPHONEHANDLE)
#define MESSAGE(member, value, word)                                            \
	VALUE(PHONE_MESSAGES, cleardown_phone_messages, member, value, -EINVAL, \
	      CLEARDOWN_PHONEERR_##word)
#define OPCODE(opcode_)                                               \
	VALUE(SUBMIT, cleardown_submit, opcode, opcode_, -EOPNOTSUPP, \
	      CLEARDOWN_PHONEERR_OPERATIONUNAVAIL)
#define CTL_MODE(mode_) VALUE(CTL_CLOSE, cleardown_ctl_close, mode, mode_, -EINVAL, 0)

static const struct value values[] = {
	CLOSE_MODE(0),
	CLOSE_MODE(CLEARDOWN_MODE_EMERGENCY),
	CLOSE_MODE(CLEARDOWN_MODE_GONE),
	CLOSE_MODE(6),
	CLOSE_MODE(~0U),
	CLOSE_CLASS(CLEARDOWN_CLASS_PORT),
	CLOSE_CLASS(CLEARDOWN_CLASS_VC),
	CLOSE_CLASS(CLEARDOWN_CLASS_FAX),
	CLOSE_CLASS(5),
	CLOSE_CLASS(~0U),
	OPCODE(0),
	OPCODE(0x100),
	OPCODE(CLEARDOWN_OP_SET_LAMP),
	OPCODE(CLEARDOWN_OP_SET_DISPLAY),
	OPCODE(CLEARDOWN_OP_SET_BUTTON),
	OPCODE(CLEARDOWN_OP_SET_DATA),
	OPCODE(CLEARDOWN_OP_GET_BUTTON),
	OPCODE(CLEARDOWN_OP_GET_DATA),
	OPCODE(0x10c),
	OPCODE(0x114),
	OPCODE(0x201),
	OPCODE(~0U),
	VALUE(SUBMIT, cleardown_submit, deadline_ns, 0, -EINVAL, CLEARDOWN_PHONEERR_INVALPARAM),
	VALUE(CANCEL, cleardown_cancel, what, 0, -EINVAL, 0),
	VALUE(CANCEL, cleardown_cancel, what, 3, -EINVAL, 0),
	VALUE(CANCEL, cleardown_cancel, what, ~0U, -EINVAL, 0),
	MESSAGE(states, 0x01000000, INVALPHONESTATE),
	MESSAGE(states, 0x80000001, INVALPHONESTATE),
	MESSAGE(button_modes, 0x40, INVALBUTTONMODE),
	MESSAGE(button_modes, 0x80000001, INVALBUTTONMODE),
	MESSAGE(button_states, 0, INVALBUTTONSTATE),
	MESSAGE(button_states, 0x12, INVALBUTTONSTATE),
	VALUE(CTL_BIND, cleardown_bind, flow, 3, -EINVAL, 0),
	VALUE(CTL_BIND, cleardown_bind, flow, ~0U, -EINVAL, 0),
	CTL_MODE(0),
	CTL_MODE(CLEARDOWN_MODE_EMERGENCY),
	CTL_MODE(CLEARDOWN_MODE_GONE),
	CTL_MODE(~0U),
	VALUE(BIND_EVENTS, cleardown_bind_events, fd, (uint32_t)-2, -EBADF, 0),
	VALUE(BIND_EVENTS, cleardown_bind_events, fd, 1000, -EBADF, 0),
	VALUE(BIND_EVENTS, cleardown_bind_events, fd, 0x7fffffff, -EBADF, 0),
};

static void test_value(const struct value *v)
{
	const struct call *call = call_of(v->cmd);
	bool good;

	prepare_wrong(call);
	set_member(v->offset, v->width, v->value);
	good = fails(call, v->error, v->word);
	EXPECT(good, unchanged());
	tap(good, "%s%s = %#llx: %s", about(call), v->name, (unsigned long long)v->value,
	    strerror(-v->error));
}

/* The dtr settings hang together. */
static void test_options(void)
{
	static const struct cleardown_options wrong[] = {
		{ .set = CLEARDOWN_OPT_DEADLINE, .deadline_ns = 0 },
		{ .set = CLEARDOWN_OPT_DEADLINE, .deadline_ns = CLEARDOWN_DEADLINE_DEFAULT },
		{ .set = CLEARDOWN_OPT_DTR, .dtr = 3 },
		{ .set = CLEARDOWN_OPT_DTR, .dtr = ~0U },
		{ .set = CLEARDOWN_OPT_DTR, .dtr = CLEARDOWN_DTR_PULSE, .dtr_pulse_ms = 0 },
		{ .set = CLEARDOWN_OPT_DTR, .dtr = CLEARDOWN_DTR_PULSE, .dtr_pulse_ms = 5001 },
		{ .set = CLEARDOWN_OPT_DTR, .dtr = CLEARDOWN_DTR_PULSE, .dtr_pulse_ms = ~0U },
		{ .set = CLEARDOWN_OPT_RESET, .reset = 1 }, /* a phone has none */
	};
	const struct call *call = call_of(CLEARDOWN_IOC_SET_OPTIONS);
	bool good = true;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		prepare(call, call->size);
		memcpy(argument, &wrong[i], sizeof(wrong[i]));
		memcpy(argument, &call->size, sizeof(call->size));
		good &= fails(call, -EINVAL, 0);
	}
	EXPECT(good, unchanged());
	tap(good, "SET_OPTIONS: a deadline or DTR policy out of range is EINVAL");
}

/* ---- texts ---- */

static const struct text {
	unsigned long cmd;
	const char *name;
	size_t offset;
	size_t len;
} texts[] = {
#define TEXT(call, type, member)           \
	{                                  \
		MEMBER(call, type, member) \
	}
	TEXT(CTL_BIND, cleardown_bind, link),
	TEXT(CTL_BIND, cleardown_bind, name),
	TEXT(CTL_BIND, cleardown_bind, args),
	TEXT(CTL_BIND, cleardown_bind, ident),
	TEXT(CTL_UNBIND, cleardown_unbind, name),
	TEXT(CTL_REBIND, cleardown_rebind, name),
	TEXT(CTL_REBIND, cleardown_rebind, ident),
	TEXT(CTL_CLOSE, cleardown_ctl_close, name),
	TEXT(CTL_CONFIGURE, cleardown_configure, name),
	TEXT(CTL_CONFIGURE, cleardown_configure, args),
	TEXT(CTL_MANAGER, cleardown_manager, name),
};

static void test_text(const struct text *t)
{
	const struct call *call = call_of(t->cmd);
	bool good;

	prepare(call, call->size);
	memset(argument + t->offset, 'x', t->len);
	good = fails(call, -EINVAL, 0);
	EXPECT(good, unchanged());
	tap(good, "%s: a text without an end is EINVAL", t->name);
}

/* ---- BIND: every refusal says why ---- */

static const struct refusal {
	const char *link;
	const char *name;
	const char *args;
	uint32_t clazz;
	uint32_t flow;
	int error;
} refusals[] = {
	{ "nolink", "", "", CLEARDOWN_CLASS_PHONE, 0, -ENOENT },
	{ "", "", "", CLEARDOWN_CLASS_PHONE, 0, -ENOENT },
	{ "sim", "", "", CLEARDOWN_CLASS_ANY, 0, -EOPNOTSUPP },
	{ "sim", "", "", CLEARDOWN_CLASS_VC, 0, -EINVAL },
	{ "sim", "", "", CLEARDOWN_CLASS_PHONE, CLEARDOWN_FLOW_XONXOFF, -EINVAL },
	{ "sim", "", "monitor=nobody", CLEARDOWN_CLASS_PORT, 0, -EINVAL },
	{ "sim", "", "reset=2", CLEARDOWN_CLASS_PORT, 0, -EINVAL },
	{ "sim", "", "", 99, 0, -EOPNOTSUPP },
	{ "sim", "a/b", "", CLEARDOWN_CLASS_PHONE, 0, -EINVAL },
	{ "sim", "..", "", CLEARDOWN_CLASS_PHONE, 0, -EINVAL },
	{ "sim", "a b", "", CLEARDOWN_CLASS_PHONE, 0, -EINVAL },
	{ "sim", "ctl", "", CLEARDOWN_CLASS_PHONE, 0, -EEXIST },
	{ "sim", "events", "", CLEARDOWN_CLASS_PHONE, 0, -EEXIST },
	{ "sim", "theform", "", CLEARDOWN_CLASS_PHONE, 0, -EEXIST },
};

static bool refused(const struct refusal *r)
{
	struct cleardown_bind *arg = (struct cleardown_bind *)argument;
	const struct call *call = call_of(CLEARDOWN_IOC_CTL_BIND);
	bool good = true;

	prepare(call, call->size);
	arg->clazz = r->clazz;
	arg->flow = r->flow;
	memset(arg->link, 0, sizeof(arg->link));
	strcpy(arg->link, r->link);
	strcpy(arg->name, r->name);
	strcpy(arg->args, r->args);
	EXPECT_EQ(good, make(call), r->error);
	EXPECT_EQ(good, arg->out_status, ctl_word(r->error));
	EXPECT(good, !memcmp(copy, argument, offsetof(struct cleardown_bind, out_text)));
	EXPECT(good, strnlen(arg->out_text, sizeof(arg->out_text)) > 8);
	EXPECT(good, strnlen(arg->out_text, sizeof(arg->out_text)) < sizeof(arg->out_text));
	fprintf(stderr, "# %s %s: %.160s\n", r->link, r->name, arg->out_text);
	return good;
}

static void test_refusals(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		good &= refused(&refusals[i]);
	EXPECT(good, unchanged());
	tap(good, "CTL_BIND: what cannot be bound is refused with a sentence");
}

/* ---- BIND: a setting that nobody takes ---- */

static const struct {
	const char *args;
	uint32_t clazz;
	const char *says; /* the sentence, first */
} unknown[] = {
	{ "speeed=9600", CLEARDOWN_CLASS_PHONE, "speeed=9600:" },
	{ "dtr=none delay=1 ini=Z", CLEARDOWN_CLASS_PHONE, "ini=Z:" },
	{ "initial=Z", CLEARDOWN_CLASS_PHONE, "initial=Z:" },
	{ "monitor=pjl", CLEARDOWN_CLASS_PHONE, "monitor=pjl:" },
	{ "init", CLEARDOWN_CLASS_PHONE, "init:" },
	{ "init dtr=none", CLEARDOWN_CLASS_PHONE, "init:" },
	{ "=", CLEARDOWN_CLASS_PHONE, "=:" },
	{ "  deaf=1  dtr=none", CLEARDOWN_CLASS_PORT, "dtr=none:" },
	{ "host=192.0.2.1", CLEARDOWN_CLASS_PORT, "host=192.0.2.1:" },
	{ "provider=0 rings=1", CLEARDOWN_CLASS_FAX, "rings=1:" },
	{ "set=1 init=Z", CLEARDOWN_CLASS_FAX, "init=Z:" },
};

static void test_settings(void)
{
	const char *text = ((struct cleardown_bind *)argument)->out_text;
	bool good = true;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct refusal r = { "sim", "", unknown[i].args, unknown[i].clazz, 0, -EINVAL };

		good &= refused(&r);
		EXPECT(good, !strncmp(text, unknown[i].says, strlen(unknown[i].says)));
	}
	EXPECT(good, unchanged());
	tap(good, "CTL_BIND: a setting that nobody takes is named");
}

/* ---- input of SUBMIT ---- */

static const struct input {
	const char *name;
	uint32_t opcode;
	uint32_t min;
	uint32_t max;
	uint32_t some; /* a length that is right, 0 where there is no input */
} inputs[] = {
	{ "SET_HOOKSWITCH", CLEARDOWN_OP_SET_HOOKSWITCH, 8, 8, 8 },
	{ "SET_VOLUME", CLEARDOWN_OP_SET_VOLUME, 8, 8, 8 },
	{ "SET_GAIN", CLEARDOWN_OP_SET_GAIN, 8, 8, 8 },
	{ "ANSWER", CLEARDOWN_OP_ANSWER, 0, 0, 0 },
	{ "HANGUP", CLEARDOWN_OP_HANGUP, 0, 0, 0 },
	{ "DEV_SPECIFIC", CLEARDOWN_OP_DEV_SPECIFIC, 0, 4096, 2 },
	{ "DIAL", CLEARDOWN_OP_DIAL, 1, 4096, 2 },
	{ "SEND_DTMF", CLEARDOWN_OP_SEND_DTMF, 1, 4096, 2 },
};

static bool input_is(const struct input *in, void *pointer, uint32_t len, int error)
{
	struct cleardown_submit *arg = (struct cleardown_submit *)argument;
	const struct call *call = call_of(CLEARDOWN_IOC_SUBMIT);

	prepare(call, call->size);
	arg->opcode = in->opcode;
	arg->in_ptr = (uintptr_t)pointer;
	arg->in_len = len;
	return fails(call, error, CLEARDOWN_PHONEERR_INVALPARAM);
}

static void test_input(const struct input *in)
{
	bool good = true;

	if (in->min)
		good &= input_is(in, border - 4096, in->min - 1, -EINVAL);
	good &= input_is(in, border - 4096, in->max + 1, -EINVAL);
	good &= input_is(in, border - 4096, ~0U, -EINVAL);
	if (in->some) {
		good &= input_is(in, NULL, in->some, -EFAULT);
		good &= input_is(in, border, in->some, -EFAULT);
		good &= input_is(in, border - 1, in->some, -EFAULT);
		good &= input_is(in, (void *)0xffff888000000000UL, in->some, -EFAULT);
	}
	EXPECT(good, unchanged());
	tap(good,
	    "P-7 TP-5 SUBMIT %s: input of a wrong length or place is refused, no record follows",
	    in->name);
}

/* ---- files of another kind ---- */

static void test_foreign(const struct call *call)
{
	bool good = true;

	for (int on = 0; on < ON_FILES; on++) {
		if (on == (int)call->on)
			continue;
		prepare(call, call->size);
		memcpy(copy, argument, sizeof(copy));
		EXPECT_EQ(good, cd_ioctl(files[on], call->cmd, argument), -ENOTTY);
		EXPECT(good, untouched());
	}
	EXPECT(good, unchanged());
	tap(good, "%s: on a file of another kind it is ENOTTY", call->name);
}

static bool known(unsigned long cmd)
{
	for (size_t i = 0; i < NCALLS; i++)
		if (calls[i].cmd == cmd)
			return true;
	return false;
}

static void test_unknown(enum on on)
{
	static const unsigned long strange[] = { 0, ~0U, _IOWR(CLEARDOWN_IOC_MAGIC, 0x01, int),
						 _IO('T', 0x01), _IO(0xDD, 0x01) };
	bool good = true;

	memset(argument, POISON, sizeof(argument));
	for (unsigned int nr = 0; nr < 256; nr++)
		if (!known(_IO(CLEARDOWN_IOC_MAGIC, nr)))
			EXPECT_EQ(good, cd_ioctl(files[on], _IO(CLEARDOWN_IOC_MAGIC, nr), argument),
				  -ENOTTY);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		EXPECT_EQ(good, cd_ioctl(files[on], strange[i], argument), -ENOTTY);
	EXPECT(good, unchanged());
	tap(good, "every number that has no name is ENOTTY on %s", on_names[on]);
}

/* BIND_EVENTS with a descriptor that is no queue. */
static void test_wrong_queue(void)
{
	int other[] = { files[ON_CTL], files[ON_OWNER], open("/dev/null", O_RDONLY | O_CLOEXEC) };
	bool good = true;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		EXPECT_EQ(good, cd_bind_events(files[ON_OWNER], other[i], 1), -EINVAL);
	close(other[2]);
	EXPECT(good, unchanged());
	tap(good, "BIND_EVENTS: a descriptor that is no event queue is EINVAL");
}

/* ---- who may ---- */

static bool become_dialer(void)
{
	const gid_t group = SIM_DIALOUT;

	return !setgroups(1, &group) && !setgid(DIALER_UID) && !setuid(DIALER_UID);
}

/* In a child that is nobody special: the calls that change something through ctl. */
static int dialer(void)
{
	static const unsigned long changes[] = {
		CLEARDOWN_IOC_CTL_BIND,	     CLEARDOWN_IOC_CTL_UNBIND,	CLEARDOWN_IOC_CTL_REBIND,
		CLEARDOWN_IOC_CTL_CONFIGURE, CLEARDOWN_IOC_CTL_MANAGER, CLEARDOWN_IOC_CTL_CLOSE
	};
	bool good = true;

	EXPECT(good, become_dialer());
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct call *call = call_of(changes[i]);

		prepare(call, call->size);
		good &= fails(call, -EPERM, 0);
	}
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -EBUSY);
	EXPECT_EQ(good, cd_open("ctl", O_RDWR), -EACCES);
	EXPECT(good, cd_events() >= 0);
	EXPECT(good, cd_ctl() >= 0);
	return !good;
}

static void test_capability(void)
{
	pid_t child = fork();
	bool good = true;
	int status;

	if (!child)
		_exit(dialer());
	waitpid(child, &status, 0);
	EXPECT_EQ(good, status, 0);
	EXPECT(good, unchanged());
	tap(good, "ctl: a user without CAP_SYS_ADMIN may look and change nothing (EPERM)");
}

/* ---- the filter, which no call shows ---- */

static void test_filter_kept(void)
{
	union cd_record rec;
	bool good = true;

	sim_control(&phone, "ring 1 1000");
	EXPECT_EQ(good, cd_one(files[ON_EVENTS], &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_RING);
	EXPECT_EQ(good, rec.ev.cookie, COOKIE);
	EXPECT_EQ(good, rec.ev.seq, before.events.out_seq + 1);
	tap(good, "P-3 after all of this the filter and the cookie are as they were set");
}

static void test_requests_kept(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	unsigned int ids = 0;
	bool good = true;
	int i;

	EXPECT_EQ(good, cd_close(files[ON_OWNER], CLEARDOWN_MODE_ABORT, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_issued, 2);
	EXPECT_EQ(good, arg.out_report.ops_completed, 2);
	for (i = 0; i < 2; i++) { /* the one that was not started may end first */
		EXPECT_EQ(good, cd_one(files[ON_EVENTS], &rec, 0), 0);
		EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_COMPLETION);
		ids |= 1U << rec.ev.req_id;
	}
	EXPECT_EQ(good, ids, 1U << 1 | 1U << 2);
	EXPECT_EQ(good, cd_events_info(files[ON_EVENTS]).out_unread, 0);
	tap(good, "P-2 P-7 and the two requests are the only ones that complete");
}

static void set_up(void)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_DEV_SPECIFIC,
		.deadline_ns = 3600 * CD_S,
		.in_ptr = (uintptr_t) "I",
		.in_len = 1,
	};

	sim_bind(&phone, "theform", "");
	files[ON_OWNER] = sim_open(&phone, O_RDWR);
	files[ON_EVENTS] = sim_queue(files[ON_OWNER], COOKIE);
	files[ON_CTL] = cd_ctl();
	border = cd_border();
	sim_control(&phone, "deaf on");
	if (cd_filter(files[ON_OWNER], FILTER_STATES, FILTER_EVENTS))
		DIE("no filter");
	for (arg.req_id = 1; arg.req_id <= 2; arg.req_id++)
		if (cd_ioctl(files[ON_OWNER], CLEARDOWN_IOC_SUBMIT, &arg))
			DIE("SUBMIT: %s", strerror(errno));
	/* the first is with the modem before anything is compared */
	if (!sim_wait(&phone, "written", 1, 5000))
		DIE("nothing reaches the modem");
	take_snapshot(&before);
}

int main(void)
{
	set_up();
	for (size_t i = 0; i < NCALLS; i++) {
		test_sizes(&calls[i]);
		test_pointers(&calls[i]);
		test_foreign(&calls[i]);
	}
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		test_bits(&bits[i]);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		test_value(&values[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		test_text(&texts[i]);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		test_input(&inputs[i]);
	for (int on = 0; on < ON_FILES; on++)
		test_unknown(on);
	test_options();
	test_refusals();
	test_settings();
	test_wrong_queue();
	test_capability();
	test_filter_kept();
	test_requests_kept();
	close(files[ON_OWNER]);
	close(files[ON_EVENTS]);
	sim_unbind(&phone);
	return tap_done();
}
