// SPDX-License-Identifier: GPL-2.0-only
/*
 * The form of every call on faxes: sizes, pointers, reserved members, values, files of another kind.
 * Each wrong call gets its precise error and word, and changes nothing: not the handles, not the
 * service, not the line, not the jobs, not a count. There are a server handle, a port with MODIFY, a
 * provider that has the line and a job in progress, and an observer.
 */
#define _GNU_SOURCE

#include "form.h"
#include "fax.h"
#include "simphone.h"

enum { ON_SERVER, ON_PORT, ON_LINE, ON_WATCH, ON_CTL, ON_EVENTS, ON_FILES };

static char name[32];
static uint64_t line;
static uint64_t job;

struct snapshot {
	struct cleardown_info info[ON_CTL];
	struct cleardown_fax_status service;
	struct cleardown_fax_port port;
	struct cleardown_fax_line line;
	struct cleardown_fax_job job;
	struct cleardown_events_info events;
	struct form_counts counts;
};

static void take_snapshot(struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < ON_CTL; i++)
		s->info[i] = cd_info(files[i]);
	s->service = fax_status(files[ON_SERVER]);
	s->events = cd_events_info(files[ON_EVENTS]);
	if (fax_port(files[ON_PORT], &s->port) ||
	    fax_line(files[ON_LINE], CLEARDOWN_FAX_LINE_ASK, &s->line) ||
	    !fax_job(files[ON_SERVER], job, &s->job))
		DIE("no snapshot");
	form_count(&s->counts);
}

FORM_UNCHANGED

/* ---- the calls ---- */

/* No event queue. */
static void fill_events(void *p)
{
	struct cleardown_fax_events *arg = p;

	arg->fd = files[ON_CTL];
	arg->cookie = 1;
	arg->__reserved = 0;
}

static void fill_rights(void *p)
{
	struct cleardown_fax_rights *arg = p;

	arg->drop = 0;
	arg->handle = 0;
}

/* Behind the last. */
static void fill_port_next(void *p)
{
	((struct cleardown_fax_port_next *)p)->after = ~0ULL;
}

/* No such line. */
static void fill_open_port(void *p)
{
	struct cleardown_fax_open_port *arg = p;

	arg->mode = CLEARDOWN_FAX_OPEN_QUERY;
	arg->line = ~0ULL;
}

/* Behind the last. */
static void fill_handle_next(void *p)
{
	((struct cleardown_fax_handle *)p)->after = ~0ULL;
}

static void fill_port(void *p)
{
	((struct cleardown_fax_port *)p)->set = 0;
}

/* No such line. */
static void fill_send(void *p)
{
	struct cleardown_fax_send *arg = p;

	arg->fd = files[ON_CTL];
	arg->line = ~0ULL;
	memset(arg->number, 0, sizeof(arg->number));
	strcpy(arg->number, "102");
	memset(arg->args, 0, sizeof(arg->args));
	arg->__reserved = 0;
}

/* Behind the last. */
static void fill_job_next(void *p)
{
	struct cleardown_fax_job *arg = p;

	arg->after = ~0ULL;
	arg->__reserved = 0;
}

/* No such job. */
static void fill_job_set(void *p)
{
	struct cleardown_fax_job_set *arg = p;

	arg->command = CLEARDOWN_JC_DELETE;
	arg->job = 99;
	arg->__reserved = 0;
}

static void fill_line(void *p)
{
	((struct cleardown_fax_line *)p)->action = CLEARDOWN_FAX_LINE_ASK;
}

static void fill_take(void *p)
{
	((struct cleardown_fax_take *)p)->job = 99;
}

static void fill_adopt(void *p)
{
	struct cleardown_fax_adopt *arg = p;

	arg->uid = 0;
	arg->job = 99;
}

static void fill_report(void *p)
{
	struct cleardown_fax_report *arg = p;

	arg->event = CLEARDOWN_FEI_SENDING;
	arg->job = 99;
	arg->state = CLEARDOWN_JS_INPROGRESS;
	arg->pages = 0;
	arg->rate = 0;
	memset(arg->remote, 0, sizeof(arg->remote));
	arg->__reserved = 0;
}

/* Another class is meant. */
static void fill_close_phone(void *p)
{
	fill_close_of(p, CLEARDOWN_CLASS_PHONE);
}

static const struct call calls[] = {
	CALL(ON_SERVER, FAX_EVENTS, cleardown_fax_events, fill_events, -EINVAL),
	CALL(ON_SERVER, FAX_RIGHTS, cleardown_fax_rights, fill_rights, 0),
	CALL(ON_SERVER, FAX_PORT_NEXT, cleardown_fax_port_next, fill_port_next, -ENOENT),
	CALL(ON_SERVER, FAX_OPEN_PORT, cleardown_fax_open_port, fill_open_port, -ENODEV),
	CALL(ON_PORT, FAX_PORT, cleardown_fax_port, fill_port, 0),
	CALL(ON_SERVER, FAX_SEND, cleardown_fax_send, fill_send, -ENODEV),
	CALL(ON_SERVER, FAX_JOB_NEXT, cleardown_fax_job, fill_job_next, -ENOENT),
	CALL(ON_SERVER, FAX_JOB_SET, cleardown_fax_job_set, fill_job_set, -EINVAL),
	CALL(ON_SERVER, FAX_STATUS, cleardown_fax_status, fill_nothing, 0),
	CALL(ON_SERVER, FAX_HANDLE_NEXT, cleardown_fax_handle, fill_handle_next, -ENOENT),
	CALL(ON_LINE, FAX_LINE, cleardown_fax_line, fill_line, 0),
	CALL(ON_LINE, FAX_PROVIDE, cleardown_fax_provide, fill_nothing, 0),
	CALL(ON_LINE, FAX_JOB_TAKE, cleardown_fax_take, fill_take, -ENOENT),
	CALL(ON_LINE, FAX_JOB_ADOPT, cleardown_fax_adopt, fill_adopt, -ENOENT),
	CALL(ON_LINE, FAX_REPORT, cleardown_fax_report, fill_report, -ENOENT),
	CALL(ON_SERVER, CLOSE, cleardown_close, fill_close_phone, -ENOTTY),
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

	for (uint32_t missing = 1; missing < call->size; missing++)
		good &= cut(call, missing);
	EXPECT(good, unchanged());
	tap(good, "%s: an argument that is not there is EFAULT", call->name);
}

/* ---- files of another kind ---- */

static bool belongs(const struct call *call, int on)
{
	switch (call->cmd) {
	case CLEARDOWN_IOC_FAX_RIGHTS:
		return on == ON_SERVER || on == ON_PORT;
	case CLEARDOWN_IOC_FAX_PORT:
		return on == ON_PORT;
	case CLEARDOWN_IOC_FAX_JOB_NEXT:
		return on == ON_SERVER || on == ON_LINE || on == ON_WATCH;
	case CLEARDOWN_IOC_CLOSE: /* of another class: ENOTTY everywhere */
		return false;
	default:
		return call->on == ON_SERVER ? on == ON_SERVER : on == ON_LINE || on == ON_WATCH;
	}
}

static void test_foreign(const struct call *call)
{
	bool good = foreign(call, ON_FILES, belongs);

	tap(good, "%s%s: on a file of another kind it is ENOTTY",
	    call->cmd == CLEARDOWN_IOC_CLOSE ? "F-3 " : "", call->name);
}

/* ---- values ---- */

#define WORDED(call, type, member, value, status, error, word)                           \
	{                                                                                \
		MEMBER(call, type, member), value, offsetof(struct type, status), error, \
			CLEARDOWN_ERROR_##word                                           \
	}
#define VALUE(call, type, member, value, error, word) \
	WORDED(call, type, member, value, out_status, error, word)
#define EVENTS(member, value) \
	VALUE(FAX_EVENTS, cleardown_fax_events, member, value, -EINVAL, INVALID_PARAMETER)
#define RIGHTS(member, value, error) \
	VALUE(FAX_RIGHTS, cleardown_fax_rights, member, value, error, INVALID_PARAMETER)
#define SEND(member, value, error, word) \
	VALUE(FAX_SEND, cleardown_fax_send, member, value, error, word)
#define JOB_SET(member, value) \
	VALUE(FAX_JOB_SET, cleardown_fax_job_set, member, value, -EINVAL, INVALID_PARAMETER)
#define REPORT(member, value) \
	VALUE(FAX_REPORT, cleardown_fax_report, member, value, -EINVAL, INVALID_DATA)
#define LINE(value) VALUE(FAX_LINE, cleardown_fax_line, action, value, -EINVAL, INVALID_PARAMETER)
#define PORT(value) \
	WORDED(FAX_PORT, cleardown_fax_port, set, value, out_word, -EINVAL, INVALID_PARAMETER)

static const struct value values[] = {
	EVENTS(fd, 0xffffffff),
	EVENTS(__reserved, 1),
	EVENTS(__reserved, 0x80000000),
	VALUE(FAX_EVENTS, cleardown_fax_events, fd, 900, -EBADF, INVALID_HANDLE),
	RIGHTS(drop, 0x80, -EINVAL),
	RIGHTS(drop, 0x80000000, -EINVAL),
	RIGHTS(handle, 1, -ENOENT),
	RIGHTS(handle, ~0ULL, -ENOENT),
	VALUE(FAX_OPEN_PORT, cleardown_fax_open_port, mode, 0, -EINVAL, INVALID_PARAMETER),
	VALUE(FAX_OPEN_PORT, cleardown_fax_open_port, mode, 3, -EINVAL, INVALID_PARAMETER),
	VALUE(FAX_OPEN_PORT, cleardown_fax_open_port, line, 0, -ENODEV, BAD_UNIT),
	PORT(CLEARDOWN_FAX_SET_ALL + 1),
	PORT(0x80000000),
	SEND(__reserved, 1, -EINVAL, INVALID_PARAMETER),
	SEND(line, 0, -EINVAL, INVALID_DATA), /* ctl is no document */
	VALUE(FAX_JOB_NEXT, cleardown_fax_job, __reserved, 1, -EINVAL, INVALID_PARAMETER),
	JOB_SET(command, 0),
	JOB_SET(command, 4),
	JOB_SET(__reserved, 1),
	JOB_SET(job, 0),
	JOB_SET(job, ~0ULL),
	LINE(3),
	LINE(0x80000000),
	VALUE(FAX_JOB_TAKE, cleardown_fax_take, job, 0, -ENOENT, INVALID_PARAMETER),
	VALUE(FAX_JOB_TAKE, cleardown_fax_take, job, ~0ULL, -ENOENT, INVALID_PARAMETER),
	VALUE(FAX_JOB_ADOPT, cleardown_fax_adopt, uid, ~0U, -EINVAL, INVALID_PARAMETER),
	VALUE(FAX_JOB_ADOPT, cleardown_fax_adopt, job, ~0ULL, -ENOENT, INVALID_PARAMETER),
	VALUE(FAX_JOB_ADOPT, cleardown_fax_adopt, job, 1ULL << 32, -ENOENT, INVALID_PARAMETER),
	REPORT(event, 28),
	REPORT(event, ~0U),
	REPORT(__reserved, 1),
	REPORT(job, 0), /* of a line there is no such event while a job runs */
	VALUE(FAX_REPORT, cleardown_fax_report, job, 1, -ENOENT, INVALID_PARAMETER),
	VALUE(CLOSE, cleardown_close, mode, 0, -EINVAL, INVALID_PARAMETER),
	VALUE(CLOSE, cleardown_close, mode, CLEARDOWN_MODE_EMERGENCY, -EINVAL, INVALID_PARAMETER),
	VALUE(CLOSE, cleardown_close, flags, 1, -EINVAL, INVALID_PARAMETER),
	VALUE(CLOSE, cleardown_close, party, 1, -EINVAL, INVALID_PARAMETER),
	VALUE(CLOSE, cleardown_close, clazz, CLEARDOWN_CLASS_VC, -ENOTTY, INVALID_HANDLE),
};

static void test_value(const struct value *v)
{
	const struct call *call = call_of(v->cmd);
	uint32_t word = 0;
	bool good = true;

	prepare(call, call->size);
	if (v->cmd == CLEARDOWN_IOC_CLOSE)
		((struct cleardown_close *)argument)->clazz = CLEARDOWN_CLASS_FAX;
	memcpy(argument + v->offset, &v->value, v->width);
	EXPECT_EQ(good, make(call), v->error);
	memcpy(&word, argument + v->status, sizeof(word));
	EXPECT_EQ(good, word, v->word);
	EXPECT(good, unchanged());
	tap(good, "%s = %#llx: %s", v->name, (unsigned long long)v->value, strerror(-v->error));
}

/* ---- what a port can be set to ---- */

static void test_settings(void)
{
	const struct cleardown_fax_port wrong[] = {
		{ .set = CLEARDOWN_FAX_SET_FLAGS, .flags = 4 },
		{ .set = CLEARDOWN_FAX_SET_RINGS, .rings = 100 },
		{ .set = CLEARDOWN_FAX_SET_PRIORITY, .priority = 0 },
	};
	struct cleardown_fax_port arg;
	bool good = true;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		arg = wrong[i];
		EXPECT_EQ(good, fax_port(files[ON_PORT], &arg), -EINVAL);
		EXPECT_EQ(good, arg.out_word, CLEARDOWN_ERROR_INVALID_PARAMETER);
	}
	arg = (struct cleardown_fax_port){ .set = CLEARDOWN_FAX_SET_TSID };
	memset(arg.tsid, 'x', sizeof(arg.tsid));
	EXPECT_EQ(good, fax_port(files[ON_PORT], &arg), -EINVAL);
	arg = (struct cleardown_fax_port){ .set = CLEARDOWN_FAX_SET_CSID };
	memset(arg.csid, 'x', sizeof(arg.csid));
	EXPECT_EQ(good, fax_port(files[ON_PORT], &arg), -EINVAL);
	EXPECT(good, unchanged());
	tap(good, "FAX_PORT: flags, rings, priority and ids out of range are refused");
}

/* ---- every report that cannot follow ---- */

static bool may_follow(uint32_t event, uint32_t state)
{
	switch (state) {
	case CLEARDOWN_JS_INPROGRESS:
		return event == CLEARDOWN_FEI_DIALING || event == CLEARDOWN_FEI_SENDING ||
		       event == CLEARDOWN_FEI_HANDLED;
	case CLEARDOWN_JS_COMPLETED:
		return event == CLEARDOWN_FEI_COMPLETED;
	case CLEARDOWN_JS_RETRYING:
	case CLEARDOWN_JS_FAILED:
	case CLEARDOWN_JS_RETRIES_EXCEEDED:
		return (event >= CLEARDOWN_FEI_BUSY && event <= CLEARDOWN_FEI_FATAL_ERROR) ||
		       event == CLEARDOWN_FEI_CALL_DELAYED ||
		       event == CLEARDOWN_FEI_CALL_BLACKLISTED;
	default:
		return false;
	}
}

static void test_reports(void)
{
	uint32_t event, state;
	unsigned int n = 0;
	bool good = true;

	for (event = 0; event <= CLEARDOWN_FEI_FAXSVC_STARTED; event++)
		for (state = 0; state <= 0x100; state++) {
			if (may_follow(event, state))
				continue;
			EXPECT_EQ(good, fax_report(files[ON_LINE], job, event, state, 0), -EINVAL);
			n++;
		}
	EXPECT(good, unchanged());
	tap(good, "FAX_REPORT: %u pairs of event and state that cannot follow are refused", n);
}

/* ---- */

static void set_up(void)
{
	struct cleardown_fax_open_port arg;

	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "sim", 0, "", name, NULL))
		DIE("no line");
	files[ON_SERVER] = fax_connect(O_RDWR);
	files[ON_EVENTS] = cd_events();
	line = fax_line_id(files[ON_SERVER], name);
	files[ON_PORT] = fax_open_port(files[ON_SERVER], line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	files[ON_LINE] = fax_provider(name, files[ON_EVENTS]);
	files[ON_WATCH] = cd_open(name, O_RDONLY);
	files[ON_CTL] = cd_ctl();
	job = fax_begun(files[ON_SERVER], files[ON_LINE], "102");
	if (!job)
		DIE("no job");
	border = cd_border();
	take_snapshot(&before);
}

/* A job that its provider deletes, so that the port can be set. */
static void no_job(void)
{
	bool good = true;

	EXPECT_EQ(good,
		  fax_report(files[ON_LINE], job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_RETRYING, 0), 0);
	take_snapshot(&before);
	tap(good, "the job is not in progress");
}

static void tear_down(void)
{
	bool good = true;

	EXPECT_EQ(good, fax_report(files[ON_LINE], job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED, 0),
		  0);
	EXPECT_EQ(good, fax_close(files[ON_PORT], NULL), 0);
	EXPECT_EQ(good, fax_close(files[ON_LINE], NULL), 0);
	EXPECT_EQ(good, fax_close(files[ON_SERVER], NULL), 0);
	for (int i = 0; i < ON_FILES; i++)
		close(files[i]);
	EXPECT_EQ(good, cd_unbind(name, 0), 0);
	tap(good, "F-1 F-2 after all of this both kinds close as ever");
}

int main(void)
{
	alarm(PROGRAM_LIMIT_S);
	set_up();
	for (size_t i = 0; i < NCALLS; i++) {
		test_sizes(&calls[i]);
		test_pointers(&calls[i]);
		test_foreign(&calls[i]);
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		test_value(&values[i]);
	test_reports();
	no_job();
	test_settings();
	tear_down();
	return tap_done();
}
