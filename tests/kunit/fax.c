// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faxes where a test needs more than a file: what the bytes tell of a modem, no memory, a lower
 * driver that does not come back, a line that is wanted by two at once.
 */
#include "kt.h"
#include "../../kernel/fax/fax.h"

/* ---- what the bytes tell ---- */

struct said {
	bool by_modem;
	const char *text;
	u8 flow;
	u8 hook;
};

#define US(text, flow, hook)                             \
	{                                                \
		false, text, FAX_##flow, FAX_HOOK_##hook \
	}
#define MODEM(text, flow, hook)                         \
	{                                               \
		true, text, FAX_##flow, FAX_HOOK_##hook \
	}

static void follow(struct kunit *test, const struct said *said, unsigned int n)
{
	struct fax_track t = { 0 };
	unsigned int i;

	for (i = 0; i < n; i++) {
		const u8 *text = (const u8 *)said[i].text;

		if (said[i].by_modem)
			fax_track_rx(&t, text, strlen(said[i].text));
		else
			fax_track_tx(&t, text, strlen(said[i].text));
		KUNIT_EXPECT_EQ_MSG(test, said[i].flow, t.flow, "flow after %u", i);
		KUNIT_EXPECT_EQ_MSG(test, said[i].hook, t.hook, "hook after %u", i);
	}
}

static void a_call_out(struct kunit *test)
{
	static const struct said said[] = {
		US("AT+FCLASS=1\r", COMMAND, UNKNOWN),
		MODEM("\r\nOK\r\n", COMMAND, UNKNOWN),
		US("ATDT102\r", COMMAND, OFF),
		MODEM("\r\nCONNECT\r", RECEIVING, OFF),
		MODEM("\n\xff\x13NO CARRIER\r\n\x10\x10\x03", RECEIVING, OFF),
		MODEM("\x10\x03", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, OFF),
		US("AT+FTM=96\r", COMMAND, OFF),
		MODEM("\r\nCONNECT\r\n", SENDING, OFF),
		US("ATH0\r\x10\x10\x03", SENDING, OFF),
		US("\x10\x03", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, OFF),
		US("AT+FRM=96\r", COMMAND, OFF),
		MODEM("\r\nNO CARRIER\r\n", COMMAND, OFF),
		US("ATH0\r", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, ON),
	};

	follow(test, said, ARRAY_SIZE(said));
}

static void a_call_in(struct kunit *test)
{
	static const struct said said[] = {
		MODEM("\r\nRING\r\n", COMMAND, UNKNOWN),   US("ATA\r", COMMAND, OFF),
		MODEM("\r\nCONNECT\r\n", SENDING, OFF),	   US("\xff\x13\x10\x03", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, OFF),	   US("AT+FRH=3\r", COMMAND, OFF),
		MODEM("\r\nCONNECT\r\n", RECEIVING, OFF),  US("\x18", COMMAND, OFF),
		MODEM("\x10\x03\r\nOK\r\n", COMMAND, OFF), US("ATZ\r", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, ON),
	};

	follow(test, said, ARRAY_SIZE(said));
}

static void calls_that_fail(struct kunit *test)
{
	static const struct said said[] = {
		US("atd102\r", COMMAND, OFF),
		MODEM("\r\nBUSY\r\n", COMMAND, ON),
		US("ATDT102\r", COMMAND, OFF),
		US("\x18", COMMAND, OFF),
		US("ATH0\r", COMMAND, OFF), /* its first character ends the dial */
		MODEM("\r\nNO CARRIER\r\n", COMMAND, ON),
		US("ATH1\r", COMMAND, OFF),
		MODEM("\r\nOK\r\n", COMMAND, OFF),
		MODEM("\r\nCONNECT\r\n", SENDING, OFF), /* an answer of its own */
	};

	follow(test, said, ARRAY_SIZE(said));
}

static struct kunit_case fax_track_cases[] = {
	KT_CASE(a_call_out, "a modem's bytes in a call out: sending, receiving, the hook"),
	KT_CASE(a_call_in, "likewise in a call that comes in"),
	KT_CASE(calls_that_fail, "likewise where there is no call in the end"),
	{}
};

struct kunit_suite kt_fax_track_suite = {
	.name = "cleardown_fax_track",
	.test_cases = fax_track_cases,
};

/* ---- a provider on the scripted link ---- */

#define JOB 0x100000001ULL /* of an earlier start */

static int fax_do(struct cldn_handle *h, u32 cmd, void *arg)
{
	const struct cldn_class *class = h->dev->class;
	unsigned int i;

	for (i = 0; i < class->nioctls; i++)
		if (class->ioctls[i].cmd == cmd)
			return class->ioctls[i].fn(h, arg);
	return -ENOTTY;
}

static struct cldn_handle *connect(struct kunit *test)
{
	struct cldn_handle *h = cldn_fax_service.member_open(fax.dev, true);

	KUNIT_ASSERT_FALSE(test, IS_ERR(h));
	return h;
}

static void disconnect(struct cldn_handle *h)
{
	h->member->release(h);
	cldn_handle_put(h);
}

static u32 jobs(struct cldn_handle *server)
{
	struct cleardown_fax_status st = { 0 };

	return fax_do(server, CLEARDOWN_IOC_FAX_STATUS, &st) ? ~0U : st.out_jobs;
}

static int line(struct kt *kt, u32 action, struct cleardown_fax_line *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->action = action;
	return fax_do(kt->h, CLEARDOWN_IOC_FAX_LINE, arg);
}

static void provide(struct kt *kt)
{
	struct cleardown_fax_provide arg = { 0 };

	KUNIT_ASSERT_EQ(kt->test, 0, fax_do(kt->h, CLEARDOWN_IOC_FAX_PROVIDE, &arg));
}

static int adopt(struct kt *kt, u32 *state)
{
	struct cleardown_fax_adopt arg = { .job = JOB };
	int ret = fax_do(kt->h, CLEARDOWN_IOC_FAX_JOB_ADOPT, &arg);

	*state = arg.out_state;
	return ret;
}

static int report(struct kt *kt, u32 event, u32 state)
{
	struct cleardown_fax_report arg = { .job = JOB, .event = event, .state = state };

	return fax_do(kt->h, CLEARDOWN_IOC_FAX_REPORT, &arg);
}

/* A call that is up, and its job. The scripted modem loops what it is sent, commands too. */
static void in_a_call(struct kt *kt)
{
	struct cleardown_fax_line arg;
	struct fax_line *fl = kt->dev->class_data;
	u32 state;

	provide(kt);
	KUNIT_ASSERT_EQ(kt->test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &arg));
	KUNIT_ASSERT_EQ(kt->test, 0, adopt(kt, &state));
	KUNIT_ASSERT_EQ(kt->test, 0, report(kt, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS));
	KUNIT_ASSERT_EQ(kt->test, 6L, kt_write_all(kt, "ATD12\r", 6));
	KUNIT_ASSERT_TRUE(kt->test, kt_until(READ_ONCE(fl->track.flow) == FAX_RECEIVING));
}

static void delete_job(struct kunit *test, struct cldn_handle *server)
{
	struct cleardown_fax_job_set arg = { .job = JOB, .command = CLEARDOWN_JC_DELETE };

	KUNIT_EXPECT_EQ(test, 0, fax_do(server, CLEARDOWN_IOC_FAX_JOB_SET, &arg));
	KUNIT_EXPECT_EQ(test, 0, jobs(server));
}

static void expect_hung_up(struct kt *kt, const struct cleardown_report_head *head)
{
	KUNIT_EXPECT_TRUE(kt->test, head->flags & CLEARDOWN_REPORT_RELEASED);
	KUNIT_EXPECT_TRUE(kt->test, head->flags & CLEARDOWN_REPORT_ONHOOK);
	KUNIT_EXPECT_TRUE(kt->test, head->flags & CLEARDOWN_REPORT_HAD_CALL);
	KUNIT_EXPECT_FALSE(kt->test, kt->dev->link_open);
}

static void hung_up_in_time(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	u64 since;

	in_a_call(kt);
	since = cldn_now();
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_LT(test, cldn_now() - since, NSEC_PER_SEC + KT_SLACK_MS * KT_MS);
	expect_hung_up(kt, &arg.out_report);
	KUNIT_EXPECT_EQ(test, 1, jobs(server));
	delete_job(test, server);
	disconnect(server);
}

static void without_memory(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	int ret;

	in_a_call(kt);
	kt_fail_allocations(kt, true);
	ret = kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg);
	kt_fail_allocations(kt, false);
	KUNIT_EXPECT_EQ(test, 0, ret);
	expect_hung_up(kt, &arg.out_report);
	delete_job(test, server);
	disconnect(server);
}

/* The release of a kernel thread that had no flush: nobody who lives let go of it. */
static void the_owner_died(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	const struct cleardown_report *r;

	in_a_call(kt);
	kt_release(kt);
	r = kt_report(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_OWNER_DIED, r->out_head.cause);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_MODE_EMERGENCY, r->out_head.mode);
	expect_hung_up(kt, &r->out_head);
	delete_job(test, server);
	disconnect(server);
}

static void a_driver_that_stays(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	in_a_call(kt);
	kt_driver_hold(kt, KT_CLOSE);
	KUNIT_EXPECT_EQ(test, -EIO, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 0, arg.out_released);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_STUCK, kt_device_state(kt));
	KUNIT_EXPECT_EQ(test, 1, jobs(server)); /* nobody else waits */
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	KUNIT_EXPECT_EQ(test, 2, kt_reports(kt));
	delete_job(test, server);
	disconnect(server);
}

static void jobs_outlive_a_provider(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	u32 state;

	in_a_call(kt);
	KUNIT_EXPECT_EQ(test, -EBUSY, adopt(kt, &state));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	kt_release(kt);
	kt_open(kt);
	provide(kt);
	KUNIT_EXPECT_EQ(test, -ENOENT, report(kt, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, 0, adopt(kt, &state));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_JS_RETRYING, state);
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, 0, jobs(server));
	disconnect(server);
}

static void unplugged_in_a_call(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);

	in_a_call(kt);
	kt_sim(kt, "vanish");
	KUNIT_EXPECT_TRUE(test, kt_until(cldn_handle_closed(kt->h)));
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 1, kt_count(kt, CLEARDOWN_EV_FORCED_CLOSE, -1));
	KUNIT_EXPECT_EQ(test, 1, jobs(server));
	delete_job(test, server);
	disconnect(server);
	kt_sim(kt, "back");
}

/* ---- wanted by two ---- */

static long takes(struct kt_thread *t)
{
	return line(t->kt, CLEARDOWN_FAX_LINE_TAKE, t->arg);
}

/* A phone on the same line is opened while the provider's take is in the lower driver. */
static void yielded_while_taken(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	const struct cldn_class *class = kt->dev->class;
	struct cleardown_fax_line arg, again;
	static struct cldn_device by;
	struct kt_thread *t;

	provide(kt);
	kt_driver_hold(kt, KT_OPEN);
	t = kt_start(kt, takes, &arg);
	kt_driver_held(kt);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, class->yield(kt->dev, &by));
	KUNIT_EXPECT_EQ(test, 0, jobs(server)); /* nobody else waits for the driver */
	kt_driver_go(kt);
	KUNIT_EXPECT_EQ(test, -EBUSY, kt_join(t));
	KUNIT_EXPECT_TRUE(test, kt_until(!class->yield(kt->dev, &by)));
	KUNIT_EXPECT_FALSE(test, kt->dev->link_open);
	KUNIT_EXPECT_EQ(test, -EBUSY, line(kt, CLEARDOWN_FAX_LINE_TAKE, &again));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_FPS_UNAVAILABLE, again.out_fps);
	class->regain(kt->dev, &by);
	kt_drain(kt);
	KUNIT_EXPECT_GE(test, kt_count(kt, CLEARDOWN_EV_FAX_LINE, -1), 1U);
	KUNIT_EXPECT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &again));
	disconnect(server);
}

static void not_yielded_in_a_call(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	static struct cldn_device by;

	in_a_call(kt);
	KUNIT_EXPECT_EQ(test, -EBUSY, kt->dev->class->yield(kt->dev, &by));
	KUNIT_EXPECT_TRUE(test, kt->dev->link_open);
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, -EBUSY, kt->dev->class->yield(kt->dev, &by)); /* off-hook still */
	disconnect(server);
}

/* ---- rights ---- */

static void a_port_ends_with_its_line(struct kunit *test)
{
	struct cldn_handle *server = connect(test), *port = NULL;
	struct cleardown_fax_open_port arg = { .mode = CLEARDOWN_FAX_OPEN_MODIFY };
	const struct cldn_class *class = &cldn_fax_service;
	struct kt *kt = kt_of(test);
	char text[CLEARDOWN_TEXT_LEN];
	unsigned int i;

	arg.line = kt->dev->id;
	for (i = 0; i < class->nioctls; i++)
		if (class->ioctls[i].make)
			port = class->ioctls[i].make(server, &arg);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(port));
	kt_release(kt);
	KUNIT_EXPECT_EQ(test, -EBUSY, cldn_device_unbind("kunit", 0, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, port->state);
	class = kt->dev->class;
	class->force(kt->dev);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_CLOSED, port->state);
	KUNIT_EXPECT_EQ(test, 0, kt->dev->nmembers);
	disconnect(port);
	disconnect(server);
}

static int fax_init(struct kunit *test)
{
	return kt_init_as(test, CLEARDOWN_CLASS_FAX, "");
}

static struct kunit_case fax_cases[] = {
	KT_CASE(hung_up_in_time, "PR-5 a provider's close in a call is on-hook by its deadline"),
	KT_CASE(without_memory, "PR-6 likewise where every allocation fails"),
	KT_CASE(the_owner_died, "PR-8 likewise when its owner died"),
	KT_CASE(a_driver_that_stays, "PR-5 a lower driver that stays away holds up nobody else"),
	KT_CASE(jobs_outlive_a_provider, "TF-6 jobs outlive their provider, and are adopted once"),
	KT_CASE(unplugged_in_a_call, "PR-8 a modem that goes in a call ends its provider"),
	KT_CASE(yielded_while_taken, "RF-3 a take that is under way when the line is yielded"),
	KT_CASE(not_yielded_in_a_call, "a line is not yielded in a call"),
	KT_CASE(a_port_ends_with_its_line, "F-2 a port keeps its line bound, and ends with it"),
	{}
};

struct kunit_suite kt_fax_suite = {
	.name = "cleardown_fax",
	.init = fax_init,
	.exit = kt_exit,
	.test_cases = fax_cases,
};
