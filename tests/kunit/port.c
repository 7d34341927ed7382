// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: tables of operations with holes in them, a language monitor that counts, and the endings
 * for which the test needs more than a file: no memory, a lower driver that does not come back.
 */
#include <cleardown/monitor.h>
#include "kt.h"

/* ---- a monitor that counts ---- */

static struct {
	unsigned int opens;
	unsigned int closes;
	unsigned int starts;
	unsigned int ends;
	unsigned int aborted;
	int open_error;
} count;

static int count_open(struct cldn_monitor_port *port)
{
	if (count.open_error)
		return count.open_error;
	count.opens++;
	port->priv = &count;
	return 0;
}

static size_t count_start(struct cldn_monitor_port *port, const char *name, u64 number, u8 *buf)
{
	count.starts++;
	memcpy(buf, "<<", 2);
	return 2;
}

static size_t count_end(struct cldn_monitor_port *port, bool aborted, u8 *buf)
{
	count.ends++;
	count.aborted += aborted;
	memcpy(buf, ">>", 2);
	return 2;
}

static size_t count_received(struct cldn_monitor_port *port, u8 *buf, size_t len, size_t size,
			     u32 *what)
{
	return len;
}

static void count_close(struct cldn_monitor_port *port)
{
	count.closes += port->priv == &count;
}

static struct cldn_monitor counting = {
	.size = sizeof(struct cldn_monitor),
	.name = "kunit",
	.owner = THIS_MODULE,
	.open_port = count_open,
	.start_doc = count_start,
	.end_doc = count_end,
	.received = count_received,
	.close_port = count_close,
};

/* ---- registration ---- */

static void refused(struct kunit *test, struct cldn_monitor m)
{
	KUNIT_EXPECT_EQ(test, -EINVAL, cldn_monitor_register(&m));
}

static void a_monitor_with_a_hole(struct kunit *test)
{
	struct cldn_monitor m = counting;

	m.close_port = NULL;
	refused(test, m);
	m = counting;
	m.open_port = NULL;
	refused(test, m);
	m = counting;
	m.start_doc = NULL;
	refused(test, m);
	m = counting;
	m.end_doc = NULL;
	refused(test, m);
	m = counting;
	m.received = NULL;
	refused(test, m);
}

static int link_of_none(struct cldn_link *link)
{
	return -ENODEV;
}

static void a_link_with_a_hole(struct kunit *test)
{
	static struct cldn_link_driver d;
	struct cldn_device *dev;

	dev = cldn_device_find("kunit");
	KUNIT_ASSERT_NOT_NULL(test, dev);
	d = *dev->link.drv;
	d.name = "hole";
	d.open = link_of_none;
	cldn_device_put(dev);
	KUNIT_ASSERT_EQ(test, 0, cldn_link_register(&d));
	KUNIT_EXPECT_EQ(test, -EEXIST, cldn_link_register(&d));
	cldn_link_unregister(&d);
	d.close = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, cldn_link_register(&d));
}

static void tables_of_another_size(struct kunit *test)
{
	struct cldn_monitor m = counting;
	static struct cldn_link_driver d;
	struct cldn_device *dev;

	m.size -= sizeof(void *);
	refused(test, m);
	m.size = sizeof(m) + sizeof(void *);
	refused(test, m);
	dev = cldn_device_find("kunit");
	KUNIT_ASSERT_NOT_NULL(test, dev);
	d = *dev->link.drv;
	d.name = "size";
	d.size--;
	cldn_device_put(dev);
	KUNIT_EXPECT_EQ(test, -EINVAL, cldn_link_register(&d));
}

static struct kunit_case monitors_cases[] = {
	KT_CASE(a_monitor_with_a_hole, "M-5 a language monitor that lacks close_port is refused"),
	KT_CASE(a_link_with_a_hole, "M-6 a port monitor (link) that lacks close is refused"),
	KT_CASE(tables_of_another_size, "M-7 the size of a table tells its version"),
	{}
};

KT_SUITE(monitors, "cleardown_monitors");

/* ---- a port with the counting monitor ---- */

static int port_init(struct kunit *test)
{
	int ret;

	memset(&count, 0, sizeof(count));
	ret = cldn_monitor_register(&counting);
	return ret ?: kt_init_as(test, CLEARDOWN_CLASS_PORT, "deaf=1 monitor=kunit");
}

static void port_exit(struct kunit *test)
{
	kt_exit(test);
	cldn_monitor_unregister(&counting);
	KUNIT_EXPECT_EQ(test, count.opens, count.closes);
}

static void start_document(struct kt *kt)
{
	struct cleardown_op_start_doc in = { .level = 1, .name = "kunit" };

	KUNIT_ASSERT_EQ(kt->test, 0,
			kt_submit_in(kt, CLEARDOWN_OP_START_DOC, 500, &in, sizeof(in), KT_HOUR));
	KUNIT_ASSERT_EQ(kt->test, 0, kt_completion(kt, 500)->error);
}

static int end_document(struct kt *kt, u64 id)
{
	struct cleardown_op_end_doc in = { 0 };

	return kt_submit_in(kt, CLEARDOWN_OP_END_DOC, id, &in, sizeof(in), KT_HOUR);
}

static void one_monitor_one_link(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	KUNIT_EXPECT_EQ(test, 1, count.opens);
	start_document(kt);
	KUNIT_EXPECT_EQ(test, 100L, kt_write(kt, 100));
	KUNIT_EXPECT_EQ(test, 0, end_document(kt, 1));
	KUNIT_EXPECT_EQ(test, 0, kt_completion(kt, 1)->error);
	KUNIT_EXPECT_EQ(test, 1, count.starts);
	KUNIT_EXPECT_EQ(test, 1, count.ends);
	KUNIT_EXPECT_EQ(test, 0, count.aborted);
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ORDERLY, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 100ULL, arg.out_report.accepted);
	KUNIT_EXPECT_EQ(test, 1, count.closes);
	KUNIT_EXPECT_FALSE(test, kt->dev->link_open);
}

static void aborted_through_the_monitor(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;

	start_document(kt);
	KUNIT_EXPECT_EQ(test, 100L, kt_write(kt, 100));
	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ORDERLY, NSEC_PER_SEC, &arg));
	KUNIT_EXPECT_EQ(test, 1, count.ends);
	KUNIT_EXPECT_EQ(test, 1, count.aborted);
	KUNIT_EXPECT_EQ(test, 1, count.closes);
	KUNIT_EXPECT_TRUE(test, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
}

/* The link's close is late: the error goes up, and the monitor is closed all the same, once. */
static void the_link_fails_beneath(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct kt_thread *closer;

	kt_driver_hold(kt, KT_CLOSE);
	closer = kt_closer(kt, CLEARDOWN_MODE_ORDERLY, 100 * KT_MS);
	KUNIT_EXPECT_EQ(test, -EIO, kt_join(closer));
	KUNIT_EXPECT_EQ(test, (u32)CLEARDOWN_ERROR_OPERATION_ABORTED, closer->close.out_status);
	KUNIT_EXPECT_EQ(test, 0, count.closes);
	kt_driver_go(kt);
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	KUNIT_EXPECT_EQ(test, 1, count.closes);
	KUNIT_EXPECT_EQ(test, 2, kt_reports(kt));
}

static void the_monitor_does_not_open(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	struct file other;

	KUNIT_EXPECT_EQ(test, 0, kt_close(kt, CLEARDOWN_MODE_ABORT, NSEC_PER_SEC, &arg));
	count.open_error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, -ENOMEM, kt_other_open(kt, &other, 0));
	KUNIT_EXPECT_TRUE(test, kt_until(kt_device_state(kt) == CLEARDOWN_STATE_IDLE));
	KUNIT_EXPECT_FALSE(test, kt->dev->link_open);
	count.open_error = 0;
	KUNIT_EXPECT_EQ(test, 0, kt_other_open(kt, &other, 0));
	kt_other_close(kt, &other);
}

static int configure(const char *args)
{
	char text[CLEARDOWN_TEXT_LEN];

	return cldn_device_configure("kunit", args, text, sizeof(text));
}

/* What is wrong in one setting keeps the others from being changed. */
static void configured_whole(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	kt_release(kt);
	KUNIT_EXPECT_EQ(test, -EINVAL, configure("monitor=none reset=2"));
	KUNIT_EXPECT_EQ(test, -EINVAL, configure("reset=1 monitor=nobody"));
	KUNIT_EXPECT_EQ(test, -EINVAL, configure("reset=1 monitor"));
	KUNIT_EXPECT_EQ(test, -EINVAL, configure("reset=1 delay=0"));
	kt_open(kt);
	KUNIT_EXPECT_EQ(test, 2, count.opens);
	KUNIT_EXPECT_FALSE(test, kt->h->reset);
	kt_release(kt);
	KUNIT_EXPECT_EQ(test, 0, configure("monitor=none reset=1"));
	kt_open(kt);
	KUNIT_EXPECT_EQ(test, 2, count.opens);
	KUNIT_EXPECT_TRUE(test, kt->h->reset);
}

/* ---- a writer that does not wait ---- */

/* What the first write says that has an answer. */
static ssize_t write_answered(struct kt *kt)
{
	ssize_t n = -EAGAIN;

	KUNIT_ASSERT_TRUE(kt->test, kt_until((n = kt_write(kt, 100)) != -EAGAIN));
	return n;
}

/* The rest of a document that was cancelled is refused once, and is no document of its own. */
static void the_rest_without_waiting(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	KUNIT_EXPECT_EQ(test, 100L, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 1, count.starts);
	KUNIT_EXPECT_EQ(test, 0, cldn_cancel_call(kt->h, READ_ONCE(kt->dev->call)));
	KUNIT_ASSERT_TRUE(test, kt_until(!READ_ONCE(kt->h->data_up)));
	KUNIT_EXPECT_EQ(test, -ECANCELED, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 1, count.starts);
	KUNIT_EXPECT_EQ(test, 100L, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 2, count.starts);
}

static unsigned int refusals;

static int refuses(struct cldn_link *link)
{
	refusals++;
	return -ECONNREFUSED;
}

/* Why there is no document is told, once; only then another one is tried for. */
static void refused_without_waiting(struct kunit *test)
{
	struct kt *kt = kt_of(test);

	refusals = 0;
	kt_driver(kt)->ready = refuses;
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 1, refusals);
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 2, refusals);
	kt_driver(kt)->ready = NULL;
	KUNIT_EXPECT_EQ(test, 100L, write_answered(kt));
	KUNIT_EXPECT_EQ(test, 1, count.starts);
}

/* ---- no memory ---- */

#if IS_ENABLED(CONFIG_FAULT_INJECTION)
static void no_memory(struct kunit *test)
{
	struct kt *kt = kt_of(test);
	struct cleardown_close arg;
	bool failing;
	u64 id;
	int ret;

	start_document(kt);
	kt_sim(kt, "stall on");
	KUNIT_ASSERT_GT(test, kt_write(kt, 8192), 0L);
	for (id = 1; id <= 9; id++)
		KUNIT_ASSERT_EQ(test, 0, end_document(kt, id));
	kt_fail_allocations(kt, true);
	failing = kt_allocations_fail();
	ret = kt_close(kt, CLEARDOWN_MODE_ORDERLY, 500 * KT_MS, &arg);
	kt_fail_allocations(kt, false);
	KUNIT_ASSERT_TRUE_MSG(test, failing, "allocations did not fail");
	KUNIT_EXPECT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 1, arg.out_released);
	kt_expect_ended(kt, 9, arg.out_seq_at_return);
	KUNIT_EXPECT_EQ(test, arg.out_report.accepted,
			arg.out_report.confirmed + arg.out_report.discarded +
				arg.out_report.in_doubt);
}
#endif

static struct kunit_case port_cases[] = {
	KT_CASE(one_monitor_one_link,
		"M-14 TM-2 PR-7 closing through a monitor: it and the link, once"),
	KT_CASE(aborted_through_the_monitor,
		"M-15 PR-10 an open document is ended by close, as aborted"),
	KT_CASE(the_link_fails_beneath,
		"M-14 PR-5 the link's failure goes up, the monitor is freed"),
	KT_CASE(the_monitor_does_not_open,
		"M-14 PR-4 a monitor that does not open gives the link back"),
	KT_CASE(configured_whole, "settings change together, or not at all"),
	KT_CASE(kt_words, "what bind says it takes is looked at"),
	KT_CASE(the_rest_without_waiting,
		"M-16 a writer that does not wait is told that his document was cancelled"),
	KT_CASE(refused_without_waiting, "M-17 and why the hardware could not be had"),
#if IS_ENABLED(CONFIG_FAULT_INJECTION)
	KT_CASE(no_memory, "PR-6 CLOSE of a stuck document with every allocation failing is 0"),
#endif
	{}
};

struct kunit_suite kt_port_suite = {
	.name = "cleardown_port",
	.init = port_init,
	.exit = port_exit,
	.test_cases = port_cases,
};
