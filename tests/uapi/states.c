// SPDX-License-Identifier: GPL-2.0-only
/*
 * Well-formed calls in every state of a handle and of a device: without a queue, with a dead one,
 * with requests, as an observer, while a close runs, after it, without hardware, over the limits.
 */
#include <pthread.h>
#include <sys/wait.h>

#include "openphone.h"
#include "tap.h"

#define HOUR (3600 * CD_S)
#define PHONEERR(word) CLEARDOWN_PHONEERR_##word

static int submit(int fd, uint64_t id, uint64_t deadline_ns, uint32_t *status)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_DEV_SPECIFIC,
		.req_id = id,
		.deadline_ns = deadline_ns,
		.in_ptr = (uintptr_t) "I",
		.in_len = 1,
		.out_status = 0xdeadbeef,
	};
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg);

	if (status)
		*status = arg.out_status;
	return ret;
}

/* SUBMIT answers @error and @word, and nothing becomes of it. */
static bool submit_fails(int fd, uint64_t id, int error, uint32_t word)
{
	long issued = cd_counter("stats", "issued"), ops = cd_counter("live", "ops");
	bool good = true;
	uint32_t status;

	EXPECT_EQ(good, submit(fd, id, HOUR, &status), error);
	EXPECT_EQ(good, status, word);
	EXPECT_EQ(good, cd_counter("stats", "issued"), issued);
	EXPECT_EQ(good, cd_counter("live", "ops"), ops);
	return good;
}

static int cancel(int fd, uint32_t what, uint64_t id)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = what, .id = id };

	return cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg);
}

static int set_deadline(int fd, uint64_t ns)
{
	struct cleardown_options arg = {
		.size = sizeof(arg),
		.set = CLEARDOWN_OPT_DEADLINE,
		.deadline_ns = ns,
	};

	return cd_ioctl(fd, CLEARDOWN_IOC_SET_OPTIONS, &arg);
}

static uint32_t device_state(const char *name)
{
	struct cleardown_list entry;

	return cd_list(name, &entry) ? ~0U : entry.out_status.out_state;
}

/* ---- the queue of a handle ---- */

static void test_no_queue(void)
{
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cd_bind_events(f.fd, -1, 7), 0);
	EXPECT_EQ(good, cd_info(f.fd).out_cookie, 7);
	good &= submit_fails(f.fd, 1, -EDESTADDRREQ, PHONEERR(INVALPARAM));
	EXPECT_EQ(good, cd_bind_events(f.fd, f.events, 1), 0);
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	end(&f);
	tap(good, "P-7 SUBMIT without an event queue is EDESTADDRREQ");
}

static void test_orphan(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	close(f.events);
	good &= submit_fails(f.fd, 1, -EPIPE, PHONEERR(OPERATIONFAILED));
	f.events = cd_events();
	EXPECT_EQ(good, cd_bind_events(f.fd, f.events, 2), 0);
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, cd_wait(f.events, 1, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.cookie, 2);
	EXPECT_EQ(good, rec.ev.seq, 1);
	end(&f);
	tap(good, "P-7 SUBMIT to a queue whose file is gone is EPIPE; another may be bound");
}

static void test_rebind_queue(void)
{
	struct cleardown_info info;
	union cd_record rec;
	bool good = true;
	struct fixture f;
	int other = cd_events();

	begin(&f, 1);
	sim_control(&f.phone, "stall on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	info = cd_info(f.fd);
	EXPECT_EQ(good, cd_bind_events(f.fd, other, 2), -EBUSY);
	EXPECT_EQ(good, cd_bind_events(f.fd, -1, 2), -EBUSY);
	EXPECT_EQ(good, cd_info(f.fd).out_cookie, info.out_cookie);
	sim_control(&f.phone, "stall off");
	EXPECT_EQ(good, cd_wait(f.events, 1, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, cd_bind_events(f.fd, other, 2), 0);
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, cd_wait(other, 1, &rec, 5000), 0);
	EXPECT_EQ(good, cd_events_info(f.events).out_unread, 0);
	close(other);
	end(&f);
	tap(good,
	    "BIND_EVENTS while requests are outstanding is EBUSY, after them it moves the handle");
}

static void test_unbound_close(void)
{
	struct cleardown_close arg;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT(good, sim_wait(&f.phone, "answers", 1, 5000));
	while (cd_bind_events(f.fd, -1, 0) == -EBUSY)
		;
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_seq_at_return, 0);
	EXPECT_EQ(good, arg.out_report.seq_at_return, 0);
	end(&f);
	tap(good, "P-1 CLOSE of a handle without a queue has no sequence number");
}

/* ---- request ids ---- */

static void test_ids(void)
{
	const uint64_t ids[] = { 0, 1, ~0ULL, 1ULL << 63, 0x123456789abcdef0ULL };
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	for (size_t i = 0; i < 5; i++)
		EXPECT_EQ(good, submit(f.fd, ids[i], HOUR, NULL), 0);
	for (size_t i = 0; i < 5; i++)
		good &= submit_fails(f.fd, ids[i], -EEXIST, PHONEERR(INVALPARAM));
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, ids[3]), 0);
	EXPECT_EQ(good, cd_wait(f.events, ids[3], &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.error, -ECANCELED);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, ids[3]), -ENOENT);
	EXPECT_EQ(good, submit(f.fd, ids[3], HOUR, NULL), 0);
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_issued, 6);
	EXPECT_EQ(good, arg.out_report.ops_at_close, 5);
	EXPECT_EQ(good, arg.out_report.ops_completed, 6);
	end(&f);
	tap(good,
	    "P-7 TP-3 the caller's id: any number, EEXIST while outstanding, free again after");
}

static void test_cancel(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, 1), -ENOENT);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_CALL, 1), -ESTALE);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_CALL, 0), -ESTALE);
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, submit(f.fd, 2, HOUR, NULL), 0);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, 2), 0);
	EXPECT_EQ(good, cd_one(f.events, &rec, 1000), 0);
	EXPECT_EQ(good, rec.ev.req_id, 2);
	EXPECT_EQ(good, rec.ev.error, -ECANCELED);
	EXPECT_EQ(good, rec.ev.status, PHONEERR(OPERATIONFAILED));
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, 1), 0);
	EXPECT_EQ(good, cd_wait(f.events, 1, &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.error, -ECANCELED);
	EXPECT_EQ(good, submit(f.fd, 3, 20 * CD_MS, NULL), 0);
	EXPECT_EQ(good, cd_wait(f.events, 3, &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.error, -ETIMEDOUT);
	end(&f);
	tap(good, "P-7 P-9 CANCEL ends a waiting and a running request once, the deadline another");
}

static void test_cancel_call(void)
{
	struct cleardown_status st;
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cd_filter(f.fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_CALL_STATE)), 0);
	EXPECT_EQ(good, cd_do(f.fd, f.events, CLEARDOWN_OP_DIAL, 1, "1", 1, NULL, 5000), 0);
	EXPECT_EQ(good, cd_status(f.fd, &st), 0);
	EXPECT(good, st.out_call);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_CALL, st.out_call + 1), -ESTALE);
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_CALL, st.out_call), 0);
	do {
		EXPECT_EQ(good, cd_one(f.events, &rec, 10000), 0);
	} while (good &&
		 (rec.ev.type != CLEARDOWN_EV_CALL_STATE || rec.ev.p1 != CLEARDOWN_CALL_IDLE));
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_CALL, st.out_call), -ESTALE);
	end(&f);
	tap(good, "CANCEL of a call ends that call; of any other number it is ESTALE");
}

/* ---- limits ---- */

static void test_limit_ops(const char *parameter)
{
	long old = cd_parameter(parameter, 3);
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	for (uint64_t id = 1; id <= 2; id++)
		EXPECT_EQ(good, submit(f.fd, id, HOUR, NULL), 0);
	/* what is refused does not count */
	for (int i = 0; i < 8; i++)
		good &= submit_fails(f.fd, 1, -EEXIST, PHONEERR(INVALPARAM));
	EXPECT_EQ(good, submit(f.fd, 3, HOUR, NULL), 0);
	good &= submit_fails(f.fd, 4, -ENOBUFS, PHONEERR(RESOURCEUNAVAIL));
	EXPECT_EQ(good, cancel(f.fd, CLEARDOWN_CANCEL_REQUEST, 3), 0);
	if (!strcmp(parameter, "max_records"))
		good &= submit_fails(f.fd, 4, -ENOBUFS, PHONEERR(RESOURCEUNAVAIL));
	EXPECT_EQ(good, cd_wait(f.events, 3, &rec, 5000), 0);
	EXPECT_EQ(good, submit(f.fd, 4, HOUR, NULL), 0);
	cd_parameter(parameter, old);
	end(&f);
	tap(good, "P-7 over %s SUBMIT is ENOBUFS with RESOURCES, and room comes back", parameter);
}

static void test_limit_handles(void)
{
	bool good = cd_live_is("handles", 0);
	long old = cd_parameter("max_handles", 2);
	struct fixture f;
	int second;

	begin(&f, 1);
	second = sim_open(&f.phone, O_RDONLY);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDONLY), -ENOBUFS);
	EXPECT(good, cd_live_is("handles", 2));
	close(second);
	second = cd_open(f.phone.name, O_RDONLY);
	EXPECT(good, second >= 0);
	close(second);
	cd_parameter("max_handles", old);
	end(&f);
	tap(good, "over max_handles open is ENOBUFS, and room comes back");
}

/* ---- owner and observers ---- */

static void test_owner_alone(void)
{
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR), -EBUSY);
	EXPECT_EQ(good, cd_open(f.phone.name, O_WRONLY), -EBUSY);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR | O_NONBLOCK), -EBUSY);
	EXPECT_EQ(good, cd_unbind(f.phone.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_info(f.fd).out_state, CLEARDOWN_STATE_OPEN);
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	end(&f);
	tap(good, "P-14 a second owner and unbind are EBUSY while the phone is open");
}

static bool observer_refused(int fd)
{
	char byte = 'x';
	bool good = submit_fails(fd, 1, -EPERM, PHONEERR(NOTOWNER));

	EXPECT_EQ(good, set_deadline(fd, CD_S), -EPERM);
	EXPECT_EQ(good, cancel(fd, CLEARDOWN_CANCEL_REQUEST, 1), -EPERM);
	EXPECT(good, read(fd, &byte, 1) == -1 && errno == EPERM);
	EXPECT(good, write(fd, &byte, 1) == -1 && errno == EBADF);
	EXPECT(good, fsync(fd) == -1 && errno == EPERM);
	return good;
}

static void test_observer(void)
{
	struct cleardown_phone_status phone;
	struct cleardown_status before, after;
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	struct fixture f;
	int fd, events;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	fd = sim_open(&f.phone, O_RDONLY);
	events = sim_queue(fd, 2);
	EXPECT_EQ(good, cd_status(f.fd, &before), 0);
	good &= observer_refused(fd);
	EXPECT_EQ(good, cd_filter(fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)), 0);
	EXPECT_EQ(good, cd_phone_status(fd, &phone), 0);
	EXPECT_EQ(good, cd_info(fd).out_observer, 1);
	EXPECT(good, cd_info(fd).out_handle != cd_info(f.fd).out_handle);
	sim_control(&f.phone, "ring 1 1000");
	EXPECT_EQ(good, cd_one(events, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_RING);
	EXPECT_EQ(good, rec.ev.cookie, 2);
	EXPECT_EQ(good, rec.ev.handle, cd_info(fd).out_handle);
	EXPECT_EQ(good, cd_events_info(f.events).out_seq, 0);
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_seq_at_return, 1);
	EXPECT_EQ(good, cd_phone_status(fd, &phone), -EBADFD);
	EXPECT_EQ(good, cd_status(f.fd, &after), 0);
	after.out_observers = before.out_observers;
	after.out_call = before.out_call;
	after.out_lines = before.out_lines;
	EXPECT(good, !memcmp(&before, &after, sizeof(before)));
	close(events);
	close(fd);
	end(&f);
	tap(good, "TP-2 an observer sees all, changes nothing (EPERM, NOTOWNER) and ends alone");
}

/* An observer of a phone that nobody has gets zeros, not what his struct held before. */
static void test_observer_idle(void)
{
	static const struct cleardown_status zero;
	struct cleardown_status st;
	struct simphone phone;
	bool good = true;
	int fd;

	sim_bind(&phone, NULL, "");
	fd = sim_open(&phone, O_RDONLY);
	memset(&st, 0xa5, sizeof(st));
	st.size = sizeof(st);
	st.__reserved = 0;
	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_GET_STATUS, &st), 0);
	EXPECT_EQ(good, st.out_state, CLEARDOWN_STATE_IDLE);
	EXPECT_EQ(good, st.out_observers, 1);
	EXPECT_EQ(good, st.out_owner_pid, 0);
	EXPECT_EQ(good, st.out_pending, 0);
	EXPECT_EQ(good, st.out_accepted | st.out_queued | st.out_received | st.out_call, 0);
	EXPECT(good, !memcmp(st.out_owner_comm, zero.out_owner_comm, sizeof(st.out_owner_comm)));
	EXPECT_EQ(good, sim_value(&phone, "opens"), 0);
	close(fd);
	sim_unbind(&phone);
	tap(good, "GET_STATUS of a phone that nobody has open is all zero, the hardware untouched");
}

/* ---- after CLOSE ---- */

static bool dead(int fd, unsigned long cmd, size_t size)
{
	char arg[4096] __attribute__((aligned(8))) = "";
	bool good = true;

	memcpy(arg, &(uint32_t){ size }, 4);
	EXPECT_EQ(good, cd_ioctl(fd, cmd, arg), -EBADFD);
	EXPECT_EQ(good, cd_ioctl(fd, cmd, NULL), -EBADFD);
	return good;
}

static bool all_dead(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct cleardown_close arg;
	uint32_t status;
	bool good = true;
	char byte = 'x';

	good &= dead(fd, CLEARDOWN_IOC_GET_INFO, sizeof(struct cleardown_info));
	good &= dead(fd, CLEARDOWN_IOC_GET_STATUS, sizeof(struct cleardown_status));
	good &= dead(fd, CLEARDOWN_IOC_BIND_EVENTS, sizeof(struct cleardown_bind_events));
	good &= dead(fd, CLEARDOWN_IOC_SUBMIT, sizeof(struct cleardown_submit));
	good &= dead(fd, CLEARDOWN_IOC_CANCEL, sizeof(struct cleardown_cancel));
	good &= dead(fd, CLEARDOWN_IOC_CLOSE, sizeof(struct cleardown_close));
	good &= dead(fd, CLEARDOWN_IOC_SET_FILTER, sizeof(struct cleardown_filter));
	good &= dead(fd, CLEARDOWN_IOC_SET_OPTIONS, sizeof(struct cleardown_options));
	good &= dead(fd, CLEARDOWN_IOC_PHONE_CAPS, sizeof(struct cleardown_phone_caps));
	good &= dead(fd, CLEARDOWN_IOC_PHONE_STATUS, sizeof(struct cleardown_phone_status));
	good &= dead(fd, CLEARDOWN_IOC_PHONE_PANEL, sizeof(struct cleardown_phone_panel));
	good &= dead(fd, CLEARDOWN_IOC_PHONE_MESSAGES, sizeof(struct cleardown_phone_messages));
	good &= dead(fd, CLEARDOWN_IOC_PHONE_ID, sizeof(struct cleardown_phone_id));
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), -EBADFD);
	EXPECT_EQ(good, arg.out_status, PHONEERR(INVALPHONEHANDLE));
	EXPECT_EQ(good, arg.out_released, 0xdeadbeef);
	EXPECT_EQ(good, submit(fd, 1, HOUR, &status), -EBADFD);
	EXPECT_EQ(good, status, PHONEERR(INVALPHONEHANDLE));
	EXPECT(good, read(fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT(good, write(fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT(good, fsync(fd) == -1 && errno == EBADFD);
	EXPECT_EQ(good, poll(&p, 1, 0), 1);
	EXPECT(good, p.revents & POLLHUP);
	return good;
}

static void test_dead(void)
{
	struct cleardown_close arg;
	struct fixture f, again;
	bool good = true;
	uint64_t id;

	begin(&f, 1);
	again = f;
	id = cd_info(f.fd).out_handle;
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_status, 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.handle, id);
	EXPECT_EQ(good, arg.out_report.mode, CLEARDOWN_MODE_ORDERLY);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT_EQ(good, arg.out_report.ops_issued, 0);
	good &= all_dead(f.fd);
	EXPECT_EQ(good, cd_events_info(f.events).out_seq, 0);
	tap(good, "P-1 P-4 P-5 P-10 P-13 PR-9 after CLOSE every call is EBADFD, INVALPHONEHANDLE");
	again.fd = sim_open(&f.phone, O_RDWR);
	good = all_dead(f.fd);
	EXPECT(good, cd_info(again.fd).out_handle != id);
	EXPECT_EQ(good, cd_bind_events(again.fd, f.events, 2), 0);
	EXPECT_EQ(good, submit(again.fd, 1, HOUR, NULL), 0);
	good &= all_dead(f.fd);
	close(f.fd);
	EXPECT_EQ(good, cd_info(again.fd).out_state, CLEARDOWN_STATE_OPEN);
	end(&again);
	tap(good, "P-3 P-4 PR-9 the old handle stays dead when the phone is opened again");
}

/* The answer of a CLOSE that cannot be written is in ctl, and the handle is closed. */
static void test_close_efault(void)
{
	uint64_t last = cd_last_report();
	char *page = cd_border() - 4096;
	struct cleardown_close arg = {
		.size = sizeof(arg),
		.mode = CLEARDOWN_MODE_ORDERLY,
		.deadline_ns = CD_S,
	};
	struct cleardown_report report;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	memcpy(page, &arg, sizeof(arg));
	mprotect(page, 4096, PROT_READ);
	EXPECT_EQ(good, cd_ioctl(f.fd, CLEARDOWN_IOC_CLOSE, page), -EFAULT);
	good &= all_dead(f.fd);
	EXPECT_EQ(good, cd_report(last, &report), 0);
	EXPECT(good, !strcmp(report.out_name, f.phone.name));
	EXPECT_EQ(good, report.out_head.flags & CLEARDOWN_REPORT_RELEASED,
		  CLEARDOWN_REPORT_RELEASED);
	munmap(page, 8192);
	end(&f);
	tap(good, "P-13 P-17 P-18 a CLOSE that ends in EFAULT has closed; its report is in ctl");
}

static void test_deadline_zero(void)
{
	struct cleardown_close arg;
	bool good = true;
	struct fixture f;
	uint64_t begin_ns;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	begin_ns = cd_now();
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_DRAIN, 0, &arg), 0);
	EXPECT(good, cd_now() - begin_ns < (2000 + SLACK_MS) * CD_MS); /* of an hour */
	EXPECT_EQ(good, arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, arg.out_report.ops_completed, 1);
	end(&f);
	tap(good, "P-11 PR-5 CLOSE with deadline 0 aborts at once, whatever its mode");
}

/* TP-9: a new session knows nothing of the last one. */
static void test_session(void)
{
	struct cleardown_phone_status phone;
	struct cleardown_close arg;
	struct cleardown_info first, info;
	const struct cleardown_op_level level = { CLEARDOWN_HOOKDEV_SPEAKER, 0xffff };
	bool good = true;
	struct fixture f;

	begin(&f, 77);
	first = cd_info(f.fd);
	EXPECT_EQ(good, set_deadline(f.fd, 123456789), 0);
	EXPECT_EQ(good, cd_info(f.fd).out_deadline_ns, 123456789);
	EXPECT_EQ(good, cd_filter(f.fd, CLEARDOWN_PHONESTATE_ALL, CLEARDOWN_EV_FILTER_ALL), 0);
	EXPECT_EQ(good,
		  cd_do(f.fd, f.events, CLEARDOWN_OP_SET_VOLUME, 1, &level, sizeof(level), NULL,
			5000),
		  0);
	EXPECT_EQ(good, cd_phone_status(f.fd, &phone), 0);
	EXPECT_EQ(good, phone.out_volume, 0xffff);
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	close(f.fd);
	f.fd = sim_open(&f.phone, O_RDWR);
	info = cd_info(f.fd);
	EXPECT_EQ(good, info.out_cookie, 0);
	EXPECT_EQ(good, info.out_deadline_ns, first.out_deadline_ns);
	EXPECT_EQ(good, cd_phone_status(f.fd, &phone), 0);
	EXPECT_EQ(good, phone.out_volume | phone.out_offhook | phone.out_rings, 0);
	good &= submit_fails(f.fd, 1, -EDESTADDRREQ, PHONEERR(INVALPARAM));
	close(f.events);
	f.events = sim_queue(f.fd, 78);
	sim_control(&f.phone, "ring 1 1000");
	EXPECT(good, sim_wait(&f.phone, "rings", 1, 5000));
	EXPECT_EQ(good, cd_do(f.fd, f.events, CLEARDOWN_OP_DEV_SPECIFIC, 1, "I", 1, NULL, 5000), 0);
	EXPECT_EQ(good, cd_events_info(f.events).out_seq, 1);
	end(&f);
	tap(good, "TP-9 filter, cookie, queue, deadline and volume are new in each session");
}

/* ---- while a close runs ---- */

struct closer {
	pthread_t thread;
	int fd;
	uint32_t mode;
	uint64_t deadline_ns;
	int ret;
	struct cleardown_close arg;
};

static void *closer_main(void *p)
{
	struct closer *c = p;

	c->ret = cd_close(c->fd, c->mode, c->deadline_ns, &c->arg);
	return NULL;
}

/* Starts a CLOSE that drains a request which no modem answers, and waits until it is under way. */
static void closer_start(struct closer *c, const struct fixture *f, uint32_t mode)
{
	uint64_t end_ns = cd_now() + 5 * CD_S;

	*c = (struct closer){ .fd = f->fd, .mode = mode, .deadline_ns = HOUR };
	if (submit(f->fd, 1, HOUR, NULL))
		DIE("SUBMIT: %s", strerror(errno));
	if (pthread_create(&c->thread, NULL, closer_main, c))
		DIE("no thread");
	while (device_state(f->phone.name) != CLEARDOWN_STATE_CLOSING)
		if (cd_now() > end_ns)
			DIE("the close does not begin");
}

static bool closing_refuses(int fd, int events)
{
	struct cleardown_phone_status phone;
	bool good = submit_fails(fd, 2, -EBADFD, PHONEERR(INVALPHONEHANDLE));
	struct cleardown_close arg;
	char byte = 'x';

	EXPECT_EQ(good, cd_filter(fd, 0, 0), -EBADFD);
	EXPECT_EQ(good, set_deadline(fd, CD_S), -EBADFD);
	EXPECT_EQ(good, cd_bind_events(fd, events, 3), -EBADFD);
	EXPECT_EQ(good, cd_phone_status(fd, &phone), -EBADFD);
	EXPECT(good, write(fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT(good, read(fd, &byte, 1) == -1 && errno == EBADFD);
	EXPECT_EQ(good, cd_info(fd).out_state, CLEARDOWN_STATE_CLOSING);
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_EMERGENCY, CD_S, &arg), -EINVAL);
	EXPECT_EQ(good, cd_info(fd).out_state, CLEARDOWN_STATE_CLOSING);
	return good;
}

static void test_closing(void)
{
	struct cleardown_status st;
	struct cleardown_close arg;
	struct closer c;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	closer_start(&c, &f, CLEARDOWN_MODE_DRAIN);
	good &= closing_refuses(f.fd, f.events);
	EXPECT_EQ(good, cd_status(f.fd, &st), 0);
	EXPECT_EQ(good, st.out_pending, 1);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR | O_NONBLOCK), -EBUSY);
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_DRAIN, HOUR, &arg), -EALREADY);
	EXPECT_EQ(good, arg.out_status, PHONEERR(INVALPHONEHANDLE));
	EXPECT_EQ(good, cd_info(f.fd).out_state, CLEARDOWN_STATE_CLOSING);
	tap(good, "P-6 RP-4 RP-5 while a close runs one may look (EBADFD for the rest, EALREADY)");
	good = true;
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), -EALREADY);
	pthread_join(c.thread, NULL);
	EXPECT_EQ(good, c.ret, 0);
	EXPECT_EQ(good, c.arg.out_released, 1);
	EXPECT_EQ(good, c.arg.out_report.mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, c.arg.out_report.ops_completed, 1);
	EXPECT(good, c.arg.out_report.later_causes & 1U << CLEARDOWN_CAUSE_LOCAL_USER);
	EXPECT(good, c.arg.out_report.end_ns - c.arg.out_report.begin_ns < 10 * CD_S);
	good &= all_dead(f.fd);
	end(&f);
	tap(good, "P-11 RP-4 a second CLOSE raises the first, which returns; one report");
}

/* What the close waits for comes now, while somebody waits for the close, if he is quick. */
static void *stall_ends(void *p)
{
	usleep(300000);
	sim_control(p, "stall off");
	return NULL;
}

/* An open waits for the end of a close that runs. */
static void test_open_waits(void)
{
	struct closer c;
	bool good = true;
	struct fixture f;
	pthread_t later;
	int fd;

	begin(&f, 1);
	sim_control(&f.phone, "stall on");
	closer_start(&c, &f, CLEARDOWN_MODE_DRAIN);
	if (pthread_create(&later, NULL, stall_ends, &f.phone))
		DIE("no thread");
	fd = cd_open(f.phone.name, O_RDWR);
	EXPECT(good, fd >= 0);
	pthread_join(later, NULL);
	pthread_join(c.thread, NULL);
	EXPECT_EQ(good, c.ret, 0);
	close(fd);
	end(&f);
	tap(good, "P-14 RP-7 open waits for the close that runs, without a retry");
}

/* ---- races ---- */

#define STORM_ROUNDS 100
#define STORM_THREADS 6

/* Everybody closes at once: one of them does it, the others are told so. */
static void test_storm(void)
{
	const struct simphone *phone;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	phone = &f.phone;
	sim_control(phone, "delay 300");
	for (int round = 0; good && round < STORM_ROUNDS; round++) {
		struct closer c[STORM_THREADS];
		int done = 0;

		for (uint64_t id = 0; id < 4; id++)
			EXPECT_EQ(good, submit(f.fd, id, HOUR, NULL), 0);
		for (int i = 0; i < STORM_THREADS; i++) {
			c[i] = (struct closer){ .fd = f.fd, .mode = CLEARDOWN_MODE_DRAIN + i % 3 };
			c[i].deadline_ns = 10 * CD_S;
			pthread_create(&c[i].thread, NULL, closer_main, &c[i]);
		}
		for (int i = 0; i < STORM_THREADS; i++) {
			pthread_join(c[i].thread, NULL);
			EXPECT(good, !c[i].ret || c[i].ret == -EALREADY || c[i].ret == -EBADFD);
			done += !c[i].ret;
		}
		EXPECT_EQ(good, done, 1);
		EXPECT_EQ(good, cd_events_info(f.events).out_seq, 4 * (round + 1));
		close(f.fd);
		f.fd = sim_open(phone, O_RDWR);
		EXPECT_EQ(good, cd_bind_events(f.fd, f.events, 1), 0);
	}
	end(&f);
	tap(good, "RP-4 P-7 of many CLOSEs at once one does it; requests complete once");
}

struct submitter {
	pthread_t thread;
	int fd;
	uint64_t accepted;
	int error;
};

static void *submitter_main(void *p)
{
	struct submitter *s = p;

	while (!s->error) {
		s->error = submit(s->fd, s->accepted, HOUR, NULL);
		s->accepted += !s->error;
	}
	return NULL;
}

static void test_submit_race(void)
{
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	for (int round = 0; good && round < STORM_ROUNDS; round++) {
		struct submitter s = { .fd = f.fd };
		uint64_t seq = cd_events_info(f.events).out_seq;
		uint64_t until = cd_now() + round * 20000;
		struct cleardown_close arg;

		pthread_create(&s.thread, NULL, submitter_main, &s);
		while (cd_now() < until)
			;
		EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
		pthread_join(s.thread, NULL);
		EXPECT_EQ(good, s.error, -EBADFD);
		EXPECT_EQ(good, arg.out_report.ops_issued, s.accepted);
		EXPECT_EQ(good, arg.out_report.ops_completed, s.accepted);
		EXPECT_EQ(good, arg.out_seq_at_return, seq + s.accepted);
		EXPECT_EQ(good, cd_events_info(f.events).out_seq, seq + s.accepted);
		close(f.fd);
		close(f.events);
		f.fd = sim_open(&f.phone, O_RDWR);
		f.events = sim_queue(f.fd, 1);
	}
	end(&f);
	tap(good,
	    "RP-5 P-2 P-11b SUBMIT against CLOSE: accepted and completed before it returns, or EBADFD");
}

static void on_signal(int number)
{
	(void)number;
}

/* The hardware may be slow to be had: a signal ends the waiting, the attempt ends by itself. */
static void test_open_signal(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerspec soon = { .it_value.tv_nsec = 20000000, .it_interval.tv_nsec = 20000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct simphone phone;
	bool good = true;
	timer_t timer;

	sim_bind(&phone, NULL, "");
	sim_control(&phone, "slowopen 1000");
	sigaction(SIGALRM, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		DIE("timer");
	timer_settime(timer, 0, &soon, NULL);
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -EINTR);
	timer_delete(timer);
	EXPECT(good, device_state(phone.name) != CLEARDOWN_STATE_OPEN);
	sim_control(&phone, "slowopen 0");
	close(sim_open(&phone, O_RDWR));
	sim_unbind(&phone);
	tap(good, "an open that waits for slow hardware is interruptible and leaves nothing");
}

/* ---- ended by others ---- */

/* The last record of the handle is PHONE_CLOSE, for that cause, and no other comes. */
static bool told(struct fixture *f, uint64_t handle, uint32_t cause)
{
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, cd_one(f->events, &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_COMPLETION);
	EXPECT_EQ(good, rec.ev.req_id, 1);
	EXPECT_EQ(good, rec.ev.error, -EIO);
	EXPECT_EQ(good, rec.ev.status, PHONEERR(OPERATIONFAILED));
	EXPECT_EQ(good, cd_one(f->events, &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_PHONE_CLOSE);
	EXPECT_EQ(good, rec.ev.p1, cause);
	EXPECT_EQ(good, rec.ev.handle, handle);
	EXPECT_EQ(good, rec.ev.cookie, 1);
	EXPECT_EQ(good, cd_events_info(f->events).out_unread, 0);
	return good;
}

static bool wait_state(const char *name, uint32_t state)
{
	uint64_t end_ns = cd_now() + 10 * CD_S;

	while (device_state(name) != state)
		if (cd_now() > end_ns)
			return false;
	return true;
}

static void test_gone(void)
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };
	bool good = true;
	struct fixture f;
	uint64_t handle;
	int ctl = cd_ctl();

	begin(&f, 1);
	handle = cd_info(f.fd).out_handle;
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	sim_control(&f.phone, "vanish");
	good &= told(&f, handle, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT(good, wait_state(f.phone.name, CLEARDOWN_STATE_GONE));
	good &= all_dead(f.fd);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR), -ENODEV);
	close(f.fd);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR), -ENODEV);
	strcpy(arg.name, f.phone.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg), -ENODEV);
	EXPECT_EQ(good, device_state(f.phone.name), CLEARDOWN_STATE_GONE);
	sim_control(&f.phone, "back");
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg), 0);
	sim_control(&f.phone, "deaf off");
	f.fd = sim_open(&f.phone, O_RDWR);
	EXPECT_EQ(good, cd_bind_events(f.fd, f.events, 2), 0);
	EXPECT_EQ(good, cd_do(f.fd, f.events, CLEARDOWN_OP_DEV_SPECIFIC, 1, "I", 1, NULL, 5000), 0);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg), -EBUSY);
	close(ctl);
	end(&f);
	tap(good,
	    "P-11 P-19 hardware that vanishes: completions, PHONE_CLOSE once, ENODEV until REBIND");
}

static void test_unbind_force(void)
{
	bool good = true;
	struct fixture f;
	uint64_t handle;
	char path[96];

	begin(&f, 1);
	handle = cd_info(f.fd).out_handle;
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, cd_unbind(f.phone.name, CLEARDOWN_UNBIND_FORCE), 0);
	good &= told(&f, handle, CLEARDOWN_CAUSE_ADMIN);
	good &= all_dead(f.fd);
	snprintf(path, sizeof(path), "/dev/cleardown/%s", f.phone.name);
	EXPECT(good, access(path, F_OK) && errno == ENOENT);
	EXPECT_EQ(good, cd_unbind(f.phone.name, 0), -ENOENT);
	close(f.fd);
	close(f.events);
	tap(good, "P-19 RP-3 unbind by force: completions, PHONE_CLOSE once, the node is gone");
}

static int ctl_close_as(const char *name, uint32_t mode, uint64_t deadline_ns, uint32_t flags,
			struct cleardown_ctl_close *arg)
{
	int ctl = cd_ctl(), ret;

	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->flags = flags;
	arg->out_released = 0xdeadbeef;
	strcpy(arg->name, name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, arg);
	close(ctl);
	return ret;
}

static int ctl_close(const char *name, struct cleardown_ctl_close *arg)
{
	return ctl_close_as(name, CLEARDOWN_MODE_ABORT, CD_S, 0, arg);
}

static void test_ctl_close(void)
{
	struct cleardown_ctl_close arg;
	bool good = true;
	struct fixture f;
	uint64_t handle;

	begin(&f, 1);
	handle = cd_info(f.fd).out_handle;
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, ctl_close(f.phone.name, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_ADMIN);
	EXPECT_EQ(good, arg.out_report.handle, handle);
	good &= told(&f, handle, CLEARDOWN_CAUSE_ADMIN);
	good &= all_dead(f.fd);
	EXPECT_EQ(good, ctl_close(f.phone.name, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.number, 0);
	end(&f);
	tap(good, "P-19 CTL_CLOSE ends whoever has it; of a phone that nobody has it is 0");
}

/* It drains what the modem does not answer, until somebody wants more. */
static void test_ctl_close_async(void)
{
	struct cleardown_ctl_close arg;
	bool good = true;
	struct fixture f;
	uint64_t handle;

	begin(&f, 1);
	handle = cd_info(f.fd).out_handle;
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good,
		  ctl_close_as(f.phone.name, CLEARDOWN_MODE_DRAIN, HOUR, CLEARDOWN_CTL_CLOSE_ASYNC,
			       &arg),
		  -EINPROGRESS);
	EXPECT_EQ(good, arg.out_released, 0);
	EXPECT_EQ(good, ctl_close(f.phone.name, &arg), 0);
	good &= told(&f, handle, CLEARDOWN_CAUSE_ADMIN);
	EXPECT(good, wait_state(f.phone.name, CLEARDOWN_STATE_IDLE));
	end(&f);
	tap(good,
	    "P-19 CTL_CLOSE without waiting is EINPROGRESS and says that nothing is free yet");
}

/* A lower driver that keeps its close: OPERATIONFAILED in time, STUCK, a second report. */
static void test_stuck(void)
{
	uint64_t last = cd_last_report(), begin_ns;
	struct cleardown_report report;
	struct cleardown_close arg;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	sim_control(&f.phone, "slowclose 3000");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	begin_ns = cd_now();
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, 500 * CD_MS, &arg), -EIO);
	/* it did not wait for the driver, who comes 3 s late; how late it may be: e2e/stall-bound */
	EXPECT(good, cd_now() - begin_ns < 2500 * CD_MS);
	EXPECT_EQ(good, arg.out_status, PHONEERR(OPERATIONFAILED));
	EXPECT_EQ(good, arg.out_released, 0);
	EXPECT_EQ(good, arg.out_report.ops_completed, 1);
	EXPECT_EQ(good, device_state(f.phone.name), CLEARDOWN_STATE_STUCK);
	EXPECT_EQ(good, cd_open(f.phone.name, O_RDWR), -EBUSY);
	good &= all_dead(f.fd);
	EXPECT(good, wait_state(f.phone.name, CLEARDOWN_STATE_IDLE));
	EXPECT_EQ(good, cd_report(last, &report), 0);
	EXPECT_EQ(good, report.out_head.error, -EIO);
	EXPECT_EQ(good, cd_report(report.out_head.number, &report), 0);
	EXPECT(good, report.out_head.flags & CLEARDOWN_REPORT_LATE);
	EXPECT(good, report.out_head.flags & CLEARDOWN_REPORT_RELEASED);
	sim_control(&f.phone, "slowclose 0");
	end(&f);
	tap(good,
	    "P-6 P-13 P-17 PR-5 a driver that is late: OPERATIONFAILED in time, then a report");
}

/* ---- bind and unbind ---- */

static void test_bind_read_only(void)
{
	char *page = cd_border() - 4096;
	struct cleardown_bind arg = {
		.size = sizeof(arg),
		.clazz = CLEARDOWN_CLASS_PHONE,
		.link = "sim",
		.name = "unseen",
	};
	long devices = cd_counter("live", "devices");
	struct cleardown_list entry;
	bool good = true;
	int ctl = cd_ctl();

	memcpy(page, &arg, sizeof(arg));
	mprotect(page, 4096, PROT_READ);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, page), -EFAULT);
	EXPECT_EQ(good, cd_counter("live", "devices"), devices);
	EXPECT_EQ(good, cd_list("unseen", &entry), -ENOENT);
	munmap(page, 8192);
	close(ctl);
	tap(good, "CTL_BIND whose answer cannot be written binds nothing");
}

static void test_open_fails(void)
{
	uint64_t last = cd_last_report();
	struct simphone phone;
	bool good = true;

	sim_bind(&phone, NULL, "");
	sim_control(&phone, "failopen 16");
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -EBUSY);
	sim_control(&phone, "failopen 6");
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -ENXIO);
	EXPECT_EQ(good, device_state(phone.name), CLEARDOWN_STATE_IDLE);
	EXPECT_EQ(good, cd_last_report(), last);
	sim_control(&phone, "failopen 0");
	close(sim_open(&phone, O_RDWR));
	sim_unbind(&phone);
	tap(good, "an open that the hardware refuses leaves nothing, not even a report");
}

/* The list goes on where a device has gone meanwhile; ids are not used again. */
static void test_list(void)
{
	struct cleardown_list entry;
	struct simphone a, b, c;
	bool good = true;
	uint64_t id;

	sim_bind(&a, "lista", "");
	sim_bind(&b, "listb", "");
	sim_bind(&c, "listc", "");
	EXPECT_EQ(good, cd_list("listb", &entry), 0);
	id = entry.out_id;
	EXPECT(good, !strncmp(entry.out_backend, "sim:", 4));
	EXPECT_EQ(good, entry.out_status.out_state, CLEARDOWN_STATE_IDLE);
	sim_unbind(&b);
	EXPECT_EQ(good, cd_list("listb", &entry), -ENOENT);
	EXPECT_EQ(good, cd_list("listc", &entry), 0);
	sim_bind(&b, "listb", "");
	EXPECT_EQ(good, cd_list("listb", &entry), 0);
	EXPECT(good, entry.out_id > id);
	sim_unbind(&a);
	sim_unbind(&b);
	sim_unbind(&c);
	tap(good, "CTL_LIST goes on past a device that has gone; ids are not used again");
}

/* ---- TP-7: the input is copied ---- */

static void test_copied(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;
	char *input = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	begin(&f, 1);
	sim_control(&f.phone, "delay 100000");
	input[0] = 'I';
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	EXPECT_EQ(good, cd_submit(f.fd, CLEARDOWN_OP_DEV_SPECIFIC, 2, input, 1, NULL), 0);
	input[0] = 'E';
	EXPECT_EQ(good, cd_submit(f.fd, CLEARDOWN_OP_DEV_SPECIFIC, 3, input, 1, NULL), 0);
	munmap(input, 4096);
	EXPECT_EQ(good, cd_wait(f.events, 2, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, rec.ev.data_len >= 13 && !memcmp(rec.ev.data, "cleardown sim", 13));
	EXPECT_EQ(good, cd_wait(f.events, 3, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, rec.ev.data_len, 0);
	end(&f);
	tap(good, "TP-7 input that is overwritten and unmapped after SUBMIT has been copied");
}

/* ---- children: a handle that is inherited is one handle ---- */

static void test_inherited(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;
	pid_t child;
	int status;

	begin(&f, 1);
	sim_control(&f.phone, "deaf on");
	EXPECT_EQ(good, submit(f.fd, 1, HOUR, NULL), 0);
	child = fork();
	if (!child)
		_exit(close(f.fd) || submit(f.events, 2, HOUR, NULL) != -ENOTTY);
	waitpid(child, &status, 0);
	EXPECT_EQ(good, status, 0);
	EXPECT_EQ(good, cd_info(f.fd).out_state, CLEARDOWN_STATE_OPEN);
	EXPECT_EQ(good, cd_one(f.events, &rec, 0), -ETIMEDOUT);
	end(&f);
	tap(good, "TP-2 RP-8 one of several descriptors that is closed ends no request");
}

static void (*const tests[])(void) = {
	test_no_queue,	   test_orphan,		test_rebind_queue,  test_unbound_close,
	test_ids,	   test_cancel,		test_cancel_call,   test_limit_handles,
	test_owner_alone,  test_observer,	test_observer_idle, test_dead,
	test_close_efault, test_deadline_zero,	test_session,	    test_closing,
	test_open_waits,   test_storm,		test_submit_race,   test_open_signal,
	test_gone,	   test_unbind_force,	test_ctl_close,	    test_ctl_close_async,
	test_stuck,	   test_bind_read_only, test_open_fails,    test_list,
	test_copied,	   test_inherited,
};

int main(void)
{
	test_limit_ops("max_ops");
	test_limit_ops("max_records");
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i]();
	return tap_done();
}
