// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faxes where a test needs more than a file: what the bytes tell of a modem, no memory, a lower
 * driver that does not come back, a line that is wanted by two at once.
 */
#include <linux/shmem_fs.h>
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
#define MAX_JOBS 256 /* the default of fax_max_jobs */

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

static int adopt_id(struct kt *kt, u64 id, u32 *state)
{
	struct cleardown_fax_adopt arg = { .job = id };
	int ret = fax_do(kt->h, CLEARDOWN_IOC_FAX_JOB_ADOPT, &arg);

	*state = arg.out_state;
	return ret;
}

static int adopt(struct kt *kt, u32 *state)
{
	return adopt_id(kt, JOB, state);
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

/* ---- a queue of the session ---- */

static void queue_free(struct cldn_handle *h)
{
	kfree(container_of(h, struct fax_queue, h));
}

static const struct cldn_member_ops queue_ops = {
	.name = "kunit",
	.free = queue_free,
};

static void ended_free(struct cldn_rec *rec)
{
	cldn_handle_put(&container_of(rec, struct fax_queue, ended)->h);
}

/* What FAX_EVENTS makes of the descriptor that a program has: here the fixture's queue. */
static void subscribe(struct kt *kt)
{
	struct fax_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(kt->test, q);
	cldn_member_init(&q->h, fax.dev, &queue_ops);
	q->rights = CLEARDOWN_FAX_RIGHTS_ALL;
	q->ended.head.type = CLEARDOWN_EV_FAX;
	q->ended.head.p1 = CLEARDOWN_FEI_FAXSVC_ENDED;
	q->ended.free = ended_free;
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_member_own(&q->h, NULL) ?: cldn_member_join(&q->h));
	KUNIT_ASSERT_EQ(kt->test, 0, cldn_handle_bind_queue(&q->h, cldn_evq_get(kt->q), KT_COOKIE));
	guard(mutex)(&fax.lock);
	list_add_tail(&q->node, &fax.queues);
}

/* The session ends now, and with it the subscription. */
static void unsubscribe(void)
{
	guard(mutex)(&fax.lock);
	fax_queues_end();
}

/* How often this event of the job, or 0, is on the tape. */
static unsigned int told(struct kt *kt, u32 event, u64 job)
{
	unsigned int i, n = 0;

	kt_drain(kt);
	for (i = 0; i < kt->n; i++)
		n += kt->tape[i].type == CLEARDOWN_EV_FAX && kt->tape[i].p1 == event &&
		     kt->tape[i].req_id == job;
	return n;
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

/* The closes of a line, and of a phone on the same modem, make events: none waits for memory. */
static void an_event_without_waiting(struct kunit *test)
{
	struct cleardown_fax_event e = { .event = CLEARDOWN_FEI_IDLE };
	struct kt *kt = kt_of(test);
	struct cldn_rec *rec;

	preempt_disable(); /* or the kernel complains */
	rec = cldn_rec_new(kt->h, CLEARDOWN_EV_FAX, &e, sizeof(e), true);
	preempt_enable();
	KUNIT_ASSERT_NOT_NULL(test, rec);
	rec->free(rec);
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
	KUNIT_EXPECT_EQ(test, -ENOENT, adopt_id(kt, (u64)fax.born << 32 | 99, &state));
	KUNIT_EXPECT_EQ(test, -ENOENT, adopt_id(kt, (u64)(FAX_BORN_MAX + 1U) << 32 | 99, &state));
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

/* Who adopts makes no more jobs for a user than that could send himself. */
static void adopted_to_the_limit(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	unsigned int n, i;
	u32 state;
	int ret = 0;

	provide(kt);
	for (n = 0; !ret && n < 2 * MAX_JOBS; n++)
		ret = adopt_id(kt, JOB + n, &state);
	KUNIT_EXPECT_EQ(test, -ENOBUFS, ret);
	KUNIT_EXPECT_EQ(test, MAX_JOBS, jobs(server));
	for (i = 0; i + 1 < n; i++) {
		struct cleardown_fax_report arg = { .job = JOB + i,
						    .event = CLEARDOWN_FEI_FATAL_ERROR,
						    .state = CLEARDOWN_JS_FAILED };

		KUNIT_ASSERT_EQ(test, 0, fax_do(kt->h, CLEARDOWN_IOC_FAX_REPORT, &arg));
	}
	KUNIT_EXPECT_EQ(test, 0, jobs(server));
	disconnect(server);
}

static const struct cldn_ioctl *call_of(struct kt *kt, u32 cmd)
{
	const struct cldn_class *class = kt->dev->class;
	unsigned int i;

	for (i = 0; i < class->nioctls && class->ioctls[i].cmd != cmd; i++)
		;
	KUNIT_ASSERT_LT(kt->test, i, class->nioctls);
	return &class->ioctls[i];
}

/* A job that nobody has taken, with a document. */
static void offered(struct kt *kt)
{
	struct file *file = shmem_file_setup("kunit", 0, 0);
	struct fax_job *job;
	u32 state;

	KUNIT_ASSERT_FALSE(kt->test, IS_ERR(file));
	KUNIT_ASSERT_EQ(kt->test, 0, adopt(kt, &state));
	guard(mutex)(&fax.lock);
	job = fax_job_find(JOB);
	job->taken = false;
	job->file = file;
}

/* He is told of his descriptor when the next provider has been offered the job already. */
static void taken_too_late(struct kunit *test)
{
	struct cldn_handle *server = connect(test), *late;
	struct cleardown_fax_take arg = { .job = JOB };
	struct kt *kt = kt_of(test);
	const struct cldn_ioctl *take = call_of(kt, CLEARDOWN_IOC_FAX_JOB_TAKE);
	struct cleardown_close close;
	struct file *file;

	provide(kt);
	offered(kt);
	late = kt->h;
	cldn_handle_get(late);
	file = take->file(late, &arg);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &close));
	kt_release(kt);
	kt_open(kt);
	provide(kt);
	take->filed(late, &arg, true);
	fput(file);
	cldn_handle_put(late);
	file = take->file(kt->h, &arg);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	take->filed(kt->h, &arg, true);
	fput(file);
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

/* The next one has line and modem at once, every time. */
static void free_at_return(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_fax_line st;
	struct cleardown_close arg;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		provide(kt);
		KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
		KUNIT_ASSERT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
		KUNIT_ASSERT_EQ(test, 1, arg.out_released);
		KUNIT_ASSERT_FALSE(test, kt->dev->link_open);
		kt_release(kt);
		kt_open(kt);
	}
	disconnect(server);
}

static void every_byte_is_accounted_for(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	const struct cleardown_report_head *head = &arg.out_report;

	in_a_call(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_EQ(test, 4096L, kt_write(kt, 4096));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 4096 + 6, head->accepted); /* the dial as well */
	KUNIT_EXPECT_EQ(test, head->accepted, head->confirmed + head->discarded + head->in_doubt);
	KUNIT_EXPECT_LE(test, head->in_doubt, kt->dev->link.in_doubt_max);
	KUNIT_EXPECT_GE(test, head->confirmed, 6);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_CAUSE_LOCAL_USER, head->cause);
	delete_job(test, server);
	disconnect(server);
}

static const unsigned int provider_calls[] = {
	CLEARDOWN_IOC_GET_INFO,	    CLEARDOWN_IOC_GET_STATUS,	 CLEARDOWN_IOC_BIND_EVENTS,
	CLEARDOWN_IOC_SUBMIT,	    CLEARDOWN_IOC_CANCEL,	 CLEARDOWN_IOC_CLOSE,
	CLEARDOWN_IOC_FAX_PROVIDE,  CLEARDOWN_IOC_FAX_LINE,	 CLEARDOWN_IOC_FAX_JOB_NEXT,
	CLEARDOWN_IOC_FAX_JOB_TAKE, CLEARDOWN_IOC_FAX_JOB_ADOPT, CLEARDOWN_IOC_FAX_REPORT,
};

static void a_stale_provider(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file other;
	unsigned int i;

	provide(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_ASSERT_EQ(test, 0, kt_other_open(kt, &other, 0));
	for (i = 0; i < ARRAY_SIZE(provider_calls); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EBADFD,
				    cldn_handle_fops.unlocked_ioctl(&kt->file, provider_calls[i],
								    0),
				    "call %#x", provider_calls[i]);
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_write(kt, 1));
	KUNIT_EXPECT_NE(test, kt->h->id, ((struct cldn_handle *)other.private_data)->id);
	kt_other_close(kt, &other);
	KUNIT_EXPECT_EQ(test, 1, kt_reports(kt));
	disconnect(server);
}

/* ---- what is told ---- */

static void a_job_ends_once(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);

	subscribe(kt);
	in_a_call(kt);
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED));
	KUNIT_EXPECT_EQ(test, -ENOENT, report(kt, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, -ENOENT, report(kt, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_COMPLETED, JOB));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_DELETED, JOB));
	KUNIT_EXPECT_EQ(test, 0, told(kt, CLEARDOWN_FEI_BUSY, JOB));
	unsubscribe();
	disconnect(server);
}

/* A provider that dies while it deletes: by the time that his close is back all is told. */
static void told_before_return(struct kunit *test)
{
	struct cleardown_fax_job_set set = { .job = JOB, .command = CLEARDOWN_JC_DELETE };
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	subscribe(kt);
	in_a_call(kt);
	KUNIT_EXPECT_EQ(test, 0, fax_do(server, CLEARDOWN_IOC_FAX_JOB_SET, &set));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_ABORTING, JOB));
	KUNIT_EXPECT_EQ(test, 0, told(kt, CLEARDOWN_FEI_DELETED, JOB));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_DELETED, JOB));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_ABORTING, JOB));
	KUNIT_EXPECT_EQ(test, 0, jobs(server));
	unsubscribe();
	disconnect(server);
}

static int tells(struct kt *kt, u32 event)
{
	struct cleardown_fax_report arg = { .event = event };

	return fax_do(kt->h, CLEARDOWN_IOC_FAX_REPORT, &arg);
}

/* Told from RINGING on, a call that comes in is told to its end though nobody reports it. */
static void a_call_in_is_cut(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct cleardown_fax_line st;

	subscribe(kt);
	provide(kt);
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_RINGING));
	KUNIT_EXPECT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_GIVE, &st));
	KUNIT_EXPECT_EQ(test, 0, told(kt, CLEARDOWN_FEI_DISCONNECTED, 0));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_IDLE, 0));
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_ANSWERED));
	KUNIT_EXPECT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_GIVE, &st));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_DISCONNECTED, 0));
	KUNIT_EXPECT_EQ(test, 2, told(kt, CLEARDOWN_FEI_IDLE, 0));
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_ANSWERED));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_RECEIVING));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 2, told(kt, CLEARDOWN_FEI_DISCONNECTED, 0));
	KUNIT_EXPECT_EQ(test, 3, told(kt, CLEARDOWN_FEI_IDLE, 0));
	unsubscribe();
	disconnect(server);
}

static void late_news(struct kt *kt, void *what)
{
	static struct cldn_device by;

	kt->dev->class->yield(kt->dev, &by);
	kt->dev->class->regain(kt->dev, &by);
}

/* The line changes hands behind the shut gate of its provider: that is not told to him any more. */
static void late_is_not_told(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	provide(kt);
	kt_at(CLDN_HOOK_SHUT, late_news, kt);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	kt_drain(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_count(kt, CLEARDOWN_EV_FAX_LINE, -1));
	KUNIT_EXPECT_EQ(test, arg.out_seq_at_return, kt->q->seq);
	KUNIT_EXPECT_GE(test, kt->h->late, 1U);
	disconnect(server);
}

static u32 line_status(struct kt *kt)
{
	struct cleardown_fax_line st;

	KUNIT_EXPECT_EQ(kt->test, 0, line(kt, CLEARDOWN_FAX_LINE_ASK, &st));
	return st.out_fps;
}

/* A job that fails while another call is up does not end that to those who are told of the line. */
static void a_job_fails_in_a_call_in(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_fax_line st;
	u32 state;

	subscribe(kt);
	provide(kt);
	KUNIT_ASSERT_EQ(test, 0, adopt(kt, &state));
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_ANSWERED));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_RECEIVING));
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_FPS_RECEIVING, line_status(kt));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_RECEIVING));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_COMPLETED));
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_COMPLETED, 0));
	unsubscribe();
	disconnect(server);
}

/* A job that is deleted in its call leaves the line as one that can be called. */
static void deleted_in_its_call(struct kunit *test)
{
	struct cleardown_fax_job_set set = { .job = JOB, .command = CLEARDOWN_JC_DELETE };
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);

	in_a_call(kt);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_FPS_DIALING, line_status(kt));
	KUNIT_EXPECT_EQ(test, 0, fax_do(server, CLEARDOWN_IOC_FAX_JOB_SET, &set));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_FPS_DIALING, line_status(kt));
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_FPS_AVAILABLE, line_status(kt));
	KUNIT_EXPECT_EQ(test, 0, tells(kt, CLEARDOWN_FEI_RINGING));
	disconnect(server);
}

/* ---- a suspend ---- */

/* Of those who were woken a call is hung up, and a line that listens is left alone. */
static void woken(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_fax_line st;
	struct fax_line *fl = kt->dev->class_data;

	provide(kt);
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	fl->track.hook = FAX_HOOK_ON; /* as a modem with DCD low is taken to be */
	cldn_device_kick(kt->dev, CLDN_EV_RESUME);
	kthread_flush_work(&kt->dev->work);
	KUNIT_EXPECT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_ASK, &st));
	KUNIT_EXPECT_EQ(test, 1, st.out_held);
	in_a_call(kt);
	cldn_device_kick(kt->dev, CLDN_EV_RESUME);
	KUNIT_EXPECT_TRUE(test, kt_until(!READ_ONCE(kt->dev->link_open)));
	KUNIT_EXPECT_TRUE(test, kt_until(!line(kt, CLEARDOWN_FAX_LINE_ASK, &st) && !st.out_held));
	KUNIT_EXPECT_EQ(test, FAX_HOOK_ON, fl->track.hook);
	KUNIT_EXPECT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &st));
	KUNIT_EXPECT_EQ(test, 0, report(kt, CLEARDOWN_FEI_DISCONNECTED, CLEARDOWN_JS_FAILED));
	KUNIT_EXPECT_EQ(test, 0, jobs(server));
	disconnect(server);
}

/* ---- the idle time ---- */

#define IDLE_NS (600 * NSEC_PER_SEC) /* the default of fax_idle_ms */

/* It has run out, and the service's work comes at once. */
static void idle_time_over(void)
{
	guard(mutex)(&fax.lock);
	fax.idle_ns = ktime_get_ns() - IDLE_NS;
	mod_delayed_work(system_wq, &fax.work, 0);
}

/* The service ends: its work is held before the lock until somebody else has been there. */
static void used_while_it_ends(struct kunit *test, bool stays)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	u64 since = fax.since_ns;
	struct kt_gate *gate;

	subscribe(kt);
	disconnect(server);
	gate = kt_hold(kt, CLDN_HOOK_FAX_DUE, fax.dev);
	idle_time_over();
	kt_held(kt, gate);
	server = connect(test);
	if (!stays)
		disconnect(server);
	kt_let_go(gate);
	flush_delayed_work(&fax.work);
	KUNIT_EXPECT_TRUE(test, fax.running);
	KUNIT_EXPECT_EQ(test, since, fax.since_ns);
	KUNIT_EXPECT_EQ(test, 0, told(kt, CLEARDOWN_FEI_FAXSVC_ENDED, 0));
	if (stays)
		disconnect(server);
	unsubscribe();
}

static void connected_before_the_end(struct kunit *test)
{
	used_while_it_ends(test, true);
}

static void come_and_gone_before_the_end(struct kunit *test)
{
	used_while_it_ends(test, false);
}

static long connects(struct kt_thread *t)
{
	*(struct cldn_handle **)t->arg = cldn_fax_service.member_open(fax.dev, true);
	return 0;
}

/* Who connects is held before the lock until the session is over: his is a new one. */
static void connected_after_the_end(struct kunit *test)
{
	struct cldn_handle *server = connect(test), *late = NULL;
	struct kt *kt = kt_of(test);
	u64 since = fax.since_ns, ended;
	struct kt_thread *t;
	struct kt_gate *gate;

	subscribe(kt);
	disconnect(server);
	gate = kt_hold(kt, CLDN_HOOK_FAX_CONNECT, fax.dev);
	t = kt_start(kt, connects, &late);
	kt_held(kt, gate);
	idle_time_over();
	KUNIT_EXPECT_TRUE(test, kt_until(!READ_ONCE(fax.running)));
	flush_delayed_work(&fax.work);
	ended = fax.since_ns;
	KUNIT_EXPECT_LT(test, since, ended);
	KUNIT_EXPECT_TRUE(test, list_empty(&fax.queues));
	kt_let_go(gate);
	kt_join(t);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(late));
	KUNIT_EXPECT_TRUE(test, fax.running);
	KUNIT_EXPECT_LT(test, ended, fax.since_ns);
	KUNIT_EXPECT_EQ(test, 0, fax.idle_ns);
	KUNIT_EXPECT_EQ(test, 1, told(kt, CLEARDOWN_FEI_FAXSVC_ENDED, 0));
	disconnect(late);
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

/* Who takes a line that is being given back waits for that, or it would be gone under his hands. */
static void taken_while_given(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct fax_line *fl = kt->dev->class_data;
	struct cleardown_fax_line arg;
	struct kt_thread *t;

	provide(kt);
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &arg));
	kt_driver_hold(kt, KT_CLOSE);
	scoped_guard(mutex, &fax.lock)
		fax_line_want(fl, FAX_WANT_GIVE);
	kt_driver_held(kt);
	t = kt_start(kt, takes, &arg);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_sleeps(t)));
	kt_driver_go(kt);
	KUNIT_EXPECT_EQ(test, 0, kt_join(t));
	KUNIT_EXPECT_EQ(test, 1, arg.out_held);
	KUNIT_EXPECT_TRUE(test, kt->dev->link_open);
	disconnect(server);
}

static long gives(struct kt_thread *t)
{
	return line(t->kt, CLEARDOWN_FAX_LINE_GIVE, t->arg);
}

/* Whoever waits for the line hears of its provider's end, also where the driver stays away. */
static void waits_for_a_driver_that_stays(struct kunit *test)
{
	struct cldn_handle *server = connect(test);
	struct kt *kt = kt_of(test);
	struct cleardown_fax_line arg;
	struct cleardown_close close;
	struct kt_thread *t;

	provide(kt);
	KUNIT_ASSERT_EQ(test, 0, line(kt, CLEARDOWN_FAX_LINE_TAKE, &arg));
	kt_driver_hold(kt, KT_CLOSE);
	t = kt_start(kt, gives, &arg);
	kt_driver_held(kt);
	KUNIT_EXPECT_EQ(test, -EIO, kt_close(kt, CLEARDOWN_MODE_ABORT, 100 * KT_MS, &close));
	KUNIT_EXPECT_EQ(test, -EBADFD, kt_join(t));
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
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

static struct cldn_handle *open_port(struct kt *kt, struct cldn_handle *server)
{
	struct cleardown_fax_open_port arg = { .mode = CLEARDOWN_FAX_OPEN_MODIFY };
	const struct cldn_class *class = &cldn_fax_service;
	struct cldn_handle *port = NULL;
	unsigned int i;

	arg.line = kt->dev->id;
	for (i = 0; i < class->nioctls; i++)
		if (class->ioctls[i].make)
			port = class->ioctls[i].make(server, &arg);
	KUNIT_ASSERT_FALSE(kt->test, IS_ERR_OR_NULL(port));
	return port;
}

/* A port's close may be denied and changes nothing; a line's releases whatever its modem does. */
static void two_policies(struct kunit *test)
{
	struct cldn_handle *server = connect(test), *port;
	struct cleardown_fax_rights drop = { .drop = CLEARDOWN_FAX_PORT_QUERY };
	struct kt *kt = kt_of(test);
	struct fax_line *fl = kt->dev->class_data;
	struct cleardown_close arg = { .mode = CLEARDOWN_MODE_ORDERLY };

	port = open_port(kt, server);
	KUNIT_EXPECT_EQ(test, 0, fax_do(port, CLEARDOWN_IOC_FAX_RIGHTS, &drop));
	KUNIT_EXPECT_EQ(test, -EACCES, port->member->close(port, &arg, NULL));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, port->state);
	KUNIT_EXPECT_PTR_EQ(test, fax_handle_of(port), fl->modify);
	KUNIT_EXPECT_EQ(test, 0, arg.out_released);
	in_a_call(kt);
	kt_sim(kt, "deaf on");
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	KUNIT_EXPECT_FALSE(test, kt->dev->link_open);
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, port->state);
	disconnect(port);
	delete_job(test, server);
	disconnect(server);
}

static void a_port_ends_with_its_line(struct kunit *test)
{
	struct cldn_handle *server = connect(test), *port;
	struct kt *kt = kt_of(test);
	char text[CLEARDOWN_TEXT_LEN];

	port = open_port(kt, server);
	kt_release(kt);
	KUNIT_EXPECT_EQ(test, -EBUSY, cldn_device_unbind("kunit", 0, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, CLEARDOWN_STATE_OPEN, port->state);
	kt->dev->class->force(kt->dev);
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
	KT_CASE(an_event_without_waiting, "PR-6 what a close tells does not wait for memory"),
	KT_CASE(the_owner_died, "PR-8 likewise when its owner died"),
	KT_CASE(a_driver_that_stays, "PR-5 a lower driver that stays away holds up nobody else"),
	KT_CASE(jobs_outlive_a_provider, "TF-6 jobs outlive their provider, and are adopted once"),
	KT_CASE(adopted_to_the_limit, "a user has as many jobs of adoption as of his own"),
	KT_CASE(taken_too_late, "TF-6 a document is its next provider's when the first has ended"),
	KT_CASE(unplugged_in_a_call, "PR-8 a modem that goes in a call ends its provider"),
	KT_CASE(free_at_return, "PR-4 a line is free when its provider's close is back"),
	KT_CASE(every_byte_is_accounted_for, "PR-7 its report accounts for every byte"),
	KT_CASE(a_stale_provider, "PR-9 a provider that has closed is EBADFD to everything"),
	KT_CASE(a_job_ends_once, "PR-1 a job is told to end once, a refused report is not told"),
	KT_CASE(told_before_return, "PR-2 what a provider owes is told when his close is back"),
	KT_CASE(a_call_in_is_cut, "F-10 a call that comes in is told to its end when it is cut"),
	KT_CASE(a_job_fails_in_a_call_in, "F-10 a call that comes in goes on where a job fails"),
	KT_CASE(deleted_in_its_call, "F-10 the line after a job that was deleted in its call"),
	KT_CASE(late_is_not_told, "PR-3 a provider that has closed is told nothing more"),
	KT_CASE(woken, "PR-8 a call is hung up after a suspend, a line that listens is not"),
	KT_CASE(connected_before_the_end, "RF-4 who connects first holds the service up"),
	KT_CASE(come_and_gone_before_the_end, "RF-4 F-11 who has been there begins the time anew"),
	KT_CASE(connected_after_the_end, "RF-4 who connects too late begins a session"),
	KT_CASE(yielded_while_taken, "RF-3 a take that is under way when the line is yielded"),
	KT_CASE(taken_while_given, "RF-3 a take of a line that is being given back waits for it"),
	KT_CASE(waits_for_a_driver_that_stays, "PR-5 who waits for the line is not held up by it"),
	KT_CASE(not_yielded_in_a_call, "a line is not yielded in a call"),
	KT_CASE(two_policies, "PR-10 F-5 a port's close may be denied, a line's never"),
	KT_CASE(a_port_ends_with_its_line, "F-2 a port keeps its line bound, and ends with it"),
	KT_CASE(kt_words, "what bind says it takes is looked at"),
	{}
};

struct kunit_suite kt_fax_suite = {
	.name = "cleardown_fax",
	.init = fax_init,
	.exit = kt_exit,
	.test_cases = fax_cases,
};
