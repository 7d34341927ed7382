// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each call that succeeds is made again with its first, second, ... possible fault striking - a slab
 * object, a page, a copy from or to user memory - until there are no more of them. It may fail then,
 * with a precise error, or get over it; in any case it has changed all or nothing, it can be made
 * again, and nothing is lost. KASAN, kmemleak and the log are watched by the VM.
 *
 * The calls that make the device's thread work are swept a second time with the fault in that thread.
 */
#include "chain.h"

static struct simphone phone, printer;
static struct simphone *dev; /* the one whose calls are swept */
static int owner = -1, observer = -1, events = -1, ctl = -1;
static uint64_t next_id = 1;

/* ---- states ---- */

static void close_all(void)
{
	if (owner >= 0)
		close(owner);
	if (observer >= 0)
		close(observer);
	if (events >= 0)
		close(events);
	owner = observer = events = -1;
}

static void with_owner(void)
{
	owner = sim_open(dev, O_RDWR);
	events = sim_queue(owner, 1);
}

static void with_handles(void)
{
	with_owner();
	observer = sim_open(dev, O_RDONLY);
}

static void with_call(void)
{
	int ret;

	with_owner();
	ret = cd_do(owner, events, CLEARDOWN_OP_DIAL, next_id++, "1", 1, NULL, 10000);
	if (ret)
		DIE("dial: %d", ret);
}

/* An event is there, and more cannot come: the modem is deaf. */
static void with_record(void)
{
	int ret;

	with_owner();
	sim_control(dev, "deaf on");
	ret = sim_request(owner, next_id);
	if (!ret) {
		struct cleardown_cancel arg = { .size = sizeof(arg),
						.what = CLEARDOWN_CANCEL_REQUEST,
						.id = next_id++ };

		ret = cd_ioctl(owner, CLEARDOWN_IOC_CANCEL, &arg);
	}
	if (ret)
		DIE("no record: %d", ret);
}

static void with_request(void)
{
	with_owner();
	sim_control(dev, "deaf on");
	if (sim_request(owner, next_id))
		DIE("no request");
}

static void hear_again(void)
{
	sim_control(dev, "deaf off");
	close_all();
}

/* ---- calls ---- */

static int open_owner(void)
{
	owner = cd_open(dev->name, O_RDWR);
	return owner < 0 ? owner : 0;
}

static bool nobody_has_it(int error)
{
	struct cleardown_list entry;

	return (error == -ENOMEM || error == -EFAULT) && !cd_list(dev->name, &entry) &&
	       entry.out_status.out_state == CLEARDOWN_STATE_IDLE;
}

static int open_observer(void)
{
	observer = cd_open(dev->name, O_RDONLY);
	return observer < 0 ? observer : 0;
}

static int open_queue(void)
{
	events = cd_events();
	return events < 0 ? events : 0;
}

static bool memory_or_fault(int error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static int bind_events(void)
{
	return cd_bind_events(owner, events, 2);
}

static bool old_cookie(int error)
{
	return error == -EFAULT && cd_info(owner).out_cookie == 1;
}

static int submit(void)
{
	return sim_request(owner, next_id);
}

/* Refused means: no completion. Another request with the same id is accepted and completes. */
static bool owes_nothing(int error)
{
	struct cleardown_events_info info = cd_events_info(events);

	return memory_or_fault(error) && !info.out_unread &&
	       cd_counter("stats", "issued") == cd_counter("stats", "completed");
}

static void submit_end(void)
{
	union cd_record rec;
	int ret = sim_request(owner, next_id + 1);

	if (ret || cd_wait(events, next_id + 1, &rec, 10000) || rec.ev.error)
		DIE("the next request: %d", ret);
	next_id += 2;
	close_all();
}

static int read_event(void)
{
	char buf[4096];
	ssize_t n = read(events, buf, sizeof(buf));

	return n < 0 ? -errno : 0;
}

static bool still_unread(int error)
{
	return error == -EFAULT && cd_events_info(events).out_unread == 1;
}

static int write_data(void)
{
	static const char bytes[3000];
	ssize_t n = write(owner, bytes, sizeof(bytes));

	return n < 0 ? -errno : 0;
}

static bool nothing_accepted(int error)
{
	struct cleardown_status st;

	return error == -EFAULT && !cd_status(owner, &st) && !st.out_accepted;
}

static void with_data(void)
{
	uint64_t end = cd_now() + 10 * CD_S;
	struct cleardown_status st;

	with_call();
	if (write(owner, "0123456789", 10) != 10)
		DIE("write");
	do {
		if (cd_status(owner, &st) || cd_now() > end)
			DIE("the loop does not answer");
	} while (st.out_received < 10);
}

static int read_data(void)
{
	char buf[64];
	ssize_t n = read(owner, buf, sizeof(buf));

	return n < 0 ? -errno : 0;
}

/* What a faulting copy did not deliver is there for the next read. */
static bool data_is_there(int error)
{
	char buf[64];

	return error == -EFAULT && read(owner, buf, sizeof(buf)) == 10 && !memcmp(buf, "0123", 4);
}

static int get_all(void)
{
	struct cleardown_phone_status phone_status = { .size = sizeof(phone_status) };
	struct cleardown_phone_caps caps = { .size = sizeof(caps) };
	struct cleardown_info info = { .size = sizeof(info) };
	struct cleardown_status status;
	int ret = cd_status(owner, &status);

	ret = ret ?: cd_ioctl(observer, CLEARDOWN_IOC_GET_INFO, &info);
	ret = ret ?: cd_ioctl(owner, CLEARDOWN_IOC_PHONE_CAPS, &caps);
	return ret ?: cd_ioctl(owner, CLEARDOWN_IOC_PHONE_STATUS, &phone_status);
}

static bool only_fault(int error)
{
	return error == -EFAULT;
}

static int set_all(void)
{
	struct cleardown_options arg = { .size = sizeof(arg),
					 .set = CLEARDOWN_OPT_DEADLINE,
					 .deadline_ns = 7 * CD_S };
	int ret = cd_filter(owner, CLEARDOWN_PHONESTATE_ALL, 0);

	return ret ?: cd_ioctl(owner, CLEARDOWN_IOC_SET_OPTIONS, &arg);
}

static bool old_deadline(int error)
{
	return error == -EFAULT && cd_info(owner).out_deadline_ns != 7 * CD_S;
}

static int cancel(void)
{
	struct cleardown_cancel arg = { .size = sizeof(arg),
					.what = CLEARDOWN_CANCEL_REQUEST,
					.id = next_id };

	return cd_ioctl(owner, CLEARDOWN_IOC_CANCEL, &arg);
}

static bool still_pending(int error)
{
	struct cleardown_status st;

	return error == -EFAULT && !cd_status(owner, &st) && st.out_pending == 1;
}

static void cancel_end(void)
{
	next_id++;
	hear_again();
}

static struct cleardown_close close_arg;

static int close_phone(void)
{
	return cd_close(owner, CLEARDOWN_MODE_ABORT, 5 * CD_S, &close_arg);
}

/* EFAULT: before the call or after it. Either the phone is open as it was, or it is closed. */
static bool open_or_closed(int error)
{
	struct cleardown_status st;
	int ret = cd_status(owner, &st);

	return error == -EFAULT && (ret == -EBADFD || (!ret && st.out_pending == 1));
}

static void close_end(void)
{
	struct cleardown_close again;
	union cd_record rec;
	int ret = cd_close(owner, CLEARDOWN_MODE_ABORT, 5 * CD_S, &again);

	if (ret && ret != -EBADFD)
		DIE("CLOSE: %d", ret);
	if (cd_wait(events, next_id, &rec, 10000) || rec.ev.error != -EIO)
		DIE("no completion of %llu", (unsigned long long)next_id);
	next_id++;
	hear_again();
}

static int list_all(void)
{
	struct cleardown_version version = { .size = sizeof(version) };
	struct cleardown_list list = { .size = sizeof(list) };
	static struct cleardown_report report;
	int ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_VERSION, &version);

	report.size = sizeof(report);
	report.after = 0;
	ret = ret ?: cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, &list);
	return ret ?: cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REPORT, &report);
}

static struct cleardown_bind bind_arg;

static int bind_sim(void)
{
	memset(&bind_arg, 0, sizeof(bind_arg));
	bind_arg.size = sizeof(bind_arg);
	bind_arg.clazz = CLEARDOWN_CLASS_PHONE;
	strcpy(bind_arg.link, "sim");
	strcpy(bind_arg.name, "second");
	strcpy(bind_arg.args, "init=S0=0 delay=0");
	return cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &bind_arg);
}

/* EFAULT may strike the answer; then the device is there. */
static bool bound_or_not(int error)
{
	struct cleardown_list entry;

	return memory_or_fault(error) && (error == -EFAULT || cd_list("second", &entry) == -ENOENT);
}

static void bind_end(void)
{
	int ret = cd_unbind("second", 0);

	if (ret && ret != -ENOENT)
		DIE("unbind: %d", ret);
	if (bind_sim() || cd_unbind("second", 0))
		DIE("bind after a fault");
}

static void with_second(void)
{
	if (bind_sim())
		DIE("bind");
}

static int unbind_sim(void)
{
	struct cleardown_unbind arg = { .size = sizeof(arg), .name = "second" };

	return cd_ioctl(ctl, CLEARDOWN_IOC_CTL_UNBIND, &arg);
}

static int close_by_admin(void)
{
	struct cleardown_ctl_close arg = { .size = sizeof(arg),
					   .mode = CLEARDOWN_MODE_ABORT,
					   .deadline_ns = 5 * CD_S };

	strcpy(arg.name, dev->name);
	return cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, &arg);
}

static bool admin_failed(int error)
{
	return memory_or_fault(error);
}

static int rebind(void)
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };

	strcpy(arg.name, dev->name);
	return cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg);
}

static int whole_session(void)
{
	union cd_record rec;
	int ret = open_owner();

	ret = ret ?: open_queue();
	ret = ret ?: cd_bind_events(owner, events, 3);
	ret = ret ?: cd_filter(owner, CLEARDOWN_PHONESTATE_ALL, CLEARDOWN_EV_FILTER_ALL);
	ret = ret ?: cd_submit(owner, CLEARDOWN_OP_DIAL, next_id, "1", 1, NULL);
	ret = ret ?: cd_wait(events, next_id, &rec, 10000);
	ret = ret ?: rec.ev.error;
	if (!ret && write(owner, "abc", 3) < 0)
		ret = -errno;
	return ret ?: cd_close(owner, CLEARDOWN_MODE_DRAIN, 5 * CD_S, &close_arg);
}

static void session_end(void)
{
	next_id++;
	close_all();
}

/* ---- the same of a port ---- */

static int do_start(void)
{
	struct cleardown_op_start_doc in = { .level = 1, .name = "a job" };
	union cd_record rec;
	int ret = cd_submit(owner, CLEARDOWN_OP_START_DOC, next_id, &in, sizeof(in), NULL);

	ret = ret ?: cd_wait(events, next_id, &rec, 10000);
	return ret ?: rec.ev.error;
}

static int do_end(void)
{
	struct cleardown_op_end_doc in = { 0 };
	union cd_record rec;
	int ret = cd_submit(owner, CLEARDOWN_OP_END_DOC, next_id, &in, sizeof(in), NULL);

	ret = ret ?: cd_wait(events, next_id, &rec, 10000);
	return ret ?: rec.ev.error;
}

static void with_document(void)
{
	with_owner();
	if (do_start() || write_data())
		DIE("no document");
	next_id++;
}

static uint32_t doc_state(void)
{
	struct cleardown_port_status st;

	if (cd_port_status(owner, &st))
		DIE("PORT_STATUS");
	return st.out_doc_state;
}

/* EFAULT may also have struck the reading of the completion, or the word of SUBMIT. */
static bool started_or_not(int error)
{
	return memory_or_fault(error) && (error == -EFAULT || doc_state() == CLEARDOWN_DOC_NONE);
}

static bool ended_or_open(int error)
{
	return memory_or_fault(error) && (error == -EFAULT || doc_state() == CLEARDOWN_DOC_OPEN);
}

/* Whatever struck: the port prints the next document whole. */
static void prints_again(void)
{
	next_id++;
	close_all();
	with_owner();
	if (do_start() || (++next_id, write_data()) || do_end())
		DIE("no document after a fault");
	next_id++;
	close_all();
}

static int cancel_document(void)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = CLEARDOWN_CANCEL_DOCUMENT };
	struct cleardown_status st;
	int ret = cd_status(owner, &st);

	arg.id = st.out_call;
	return ret ?: cd_ioctl(owner, CLEARDOWN_IOC_CANCEL, &arg);
}

static bool still_open(int error)
{
	return error == -EFAULT && doc_state() == CLEARDOWN_DOC_OPEN;
}

/* An open document ends as aborted, and its account adds up. */
static int close_document(void)
{
	struct cleardown_report_head *r = &close_arg.out_report;
	int ret = close_phone();

	if (!ret && (r->accepted != 3000 || !(r->flags & CLEARDOWN_REPORT_DOC_ABORTED) ||
		     r->accepted != r->confirmed + r->discarded + r->in_doubt))
		return -EBADE;
	return ret;
}

static bool closed_or_open(int error)
{
	struct cleardown_status st;
	int ret = cd_status(owner, &st);

	return error == -EFAULT && (!ret || ret == -EBADFD);
}

/* cat file > port0 */
static int plain_job(void)
{
	int ret = open_owner();

	ret = ret ?: write_data();
	if (!ret) {
		ret = close(owner) ? -errno : 0;
		owner = -1;
	}
	return ret;
}

static int ask_port(void)
{
	struct cleardown_timeouts t = { .size = sizeof(t) };
	struct cleardown_port_status st = { .size = sizeof(st) };
	int ret = cd_ioctl(owner, CLEARDOWN_IOC_PORT_STATUS, &st);

	return ret ?: cd_ioctl(owner, CLEARDOWN_IOC_PORT_TIMEOUTS, &t);
}

static const struct chain port_chains[] = {
	{ "START_DOC", "M-13 PR-1 ", with_owner, do_start, started_or_not, prints_again, true },
	{ "a write that begins a document", "PR-7 ", with_owner, write_data, nothing_accepted,
	  prints_again, true },
	{ "END_DOC", "PR-1 ", with_document, do_end, ended_or_open, prints_again, true },
	{ "CANCEL of a document", "", with_document, cancel_document, still_open, prints_again,
	  true },
	{ "CLOSE of a port in a document", "M-15 PR-6 PR-7 ", with_document, close_document,
	  closed_or_open, prints_again, true },
	{ "a plain writer's open, write and close", "", NULL, plain_job, memory_or_fault,
	  prints_again, true },
	{ "what can be asked of a port", "", with_owner, ask_port, only_fault, close_all, false },
};

static const struct chain phone_chains[] = {
	{ "open of an owner", "", NULL, open_owner, nobody_has_it, close_all, true },
	{ "open of an observer", "", NULL, open_observer, memory_or_fault, close_all, false },
	{ "open of an event queue", "", NULL, open_queue, memory_or_fault, close_all, false },
	{ "BIND_EVENTS", "", with_owner, bind_events, old_cookie, close_all, false },
	{ "SUBMIT", "P-7 PR-1 ", with_owner, submit, owes_nothing, submit_end, true },
	{ "read of an event", "P-7 PR-1 ", with_record, read_event, still_unread, hear_again,
	  false },
	{ "write in a call", "PR-7 ", with_call, write_data, nothing_accepted, close_all, true },
	{ "read in a call", "PR-7 ", with_data, read_data, data_is_there, close_all, true },
	{ "what can be asked of a handle", "", with_handles, get_all, only_fault, close_all,
	  false },
	{ "what can be set", "", with_handles, set_all, old_deadline, close_all, false },
	{ "CANCEL", "P-7 ", with_request, cancel, still_pending, cancel_end, true },
	{ "CLOSE", "P-6 P-16 PR-6 ", with_request, close_phone, open_or_closed, close_end, true },
	{ "what can be asked of ctl", "", NULL, list_all, memory_or_fault, NULL, false },
	{ "CTL_BIND", "", NULL, bind_sim, bound_or_not, bind_end, false },
	{ "CTL_UNBIND", "", with_second, unbind_sim, memory_or_fault, bind_end, false },
	{ "CTL_REBIND", "", NULL, rebind, memory_or_fault, NULL, false },
	{ "CTL_CLOSE", "P-16 PR-6 ", with_owner, close_by_admin, admin_failed, close_all, true },
	{ "a whole session", "PR-1 ", NULL, whole_session, memory_or_fault, session_end, true },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the sweep ---- */

/* CLOSE gives no other word, whatever strikes. */
static bool allowed_word(uint32_t word)
{
	return !word || word == CLEARDOWN_PHONEERR_INVALPHONEHANDLE ||
	       word == CLEARDOWN_PHONEERR_OPERATIONFAILED || word == CLEARDOWN_PHONEERR_NOMEM ||
	       word == CLEARDOWN_PHONEERR_OPERATIONUNAVAIL ||
	       word == CLEARDOWN_PHONEERR_RESOURCEUNAVAIL || word == 0xdeadbeef ||
	       word == CLEARDOWN_ERROR_INVALID_HANDLE;
}

static bool settled(void)
{
	bool good = true;

	EXPECT(good, allowed_word(close_arg.out_status));
	EXPECT_EQ(good, cd_counter("stats", "stuck"), 0);
	close_arg.out_status = 0;
	return good;
}

static bool in_worker(int error)
{
	return error == -ENOMEM || error == -EIO;
}

/* Objects of sessions that are over; the device and the user of ctl stay. */
static bool nothing_left(void)
{
	uint64_t end = cd_now() + 10 * CD_S;

	while (cd_counter("live", "handles") || cd_counter("live", "ops") ||
	       cd_counter("live", "queues") || cd_counter("live", "records"))
		if (cd_now() > end)
			return false;
	return true;
}

static void sweep_all(const struct chain *chains, size_t n, struct simphone *device)
{
	dev = device;
	chain_sweep_all(chains, n, device->name);
}

int main(void)
{
	char text[CLEARDOWN_TEXT_LEN];

	sim_bind(&phone, NULL, "");
	if (cd_bind_class(CLEARDOWN_CLASS_PORT, "sim", 0, "", printer.name, text))
		DIE("%s", text);
	sim_wait_node(printer.name);
	ctl = cd_ctl();
	dev = &phone;
	with_owner(); /* so that there is a report to read */
	close_all();
	sweep_all(phone_chains, ARRAY_SIZE(phone_chains), &phone);
	sweep_all(port_chains, ARRAY_SIZE(port_chains), &printer);
	close(ctl);
	sim_unbind(&printer);
	sim_unbind(&phone);
	return tap_done();
}
