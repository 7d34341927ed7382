// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event queues: what read returns and when, what a full queue drops, what outlives whom.
 */
#include <liburing.h>
#include <pthread.h>
#include <sched.h>

#include "openphone.h"
#include "tap.h"

#define HOUR (3600 * CD_S)
#define RECORD sizeof(struct cleardown_event)
#define TRIES 5000

/* A request that is answered without data, so that its record has the least length. */
static int ask(int fd, uint64_t id)
{
	return cd_submit(fd, CLEARDOWN_OP_DEV_SPECIFIC, id, "E0", 2, NULL);
}

/* What the modem has said is not yet what we were told. */
static bool wait_told(int events, uint32_t unread, uint32_t dropped)
{
	struct cleardown_events_info info = cd_events_info(events);
	uint64_t end_ns = cd_now() + 10 * CD_S;

	while (info.out_unread < unread || info.out_dropped < dropped) {
		if (cd_now() > end_ns)
			return false;
		info = cd_events_info(events);
	}
	return true;
}

static void set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK))
		DIE("fcntl");
}

/* ---- one record at a time ---- */

static void test_small_buffer(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;
	char small[RECORD];

	begin(&f, 5);
	EXPECT_EQ(good, ask(f.fd, 1), 0);
	EXPECT(good, wait_told(f.events, 1, 0));
	memset(small, 0xa5, sizeof(small));
	for (size_t size = 1; size < RECORD; size += 9)
		EXPECT(good, read(f.events, small, size) == -1 && errno == EINVAL);
	for (size_t i = 0; i < sizeof(small); i++)
		EXPECT_EQ(good, (unsigned char)small[i], 0xa5);
	EXPECT_EQ(good, read(f.events, small, 0), 0);
	EXPECT_EQ(good, cd_events_info(f.events).out_unread, 1);
	EXPECT_EQ(good, read(f.events, &rec, RECORD), RECORD);
	EXPECT_EQ(good, rec.ev.len, RECORD);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_COMPLETION);
	EXPECT_EQ(good, rec.ev.req_id, 1);
	EXPECT_EQ(good, rec.ev.seq, 1);
	EXPECT_EQ(good, rec.ev.cookie, 5);
	EXPECT_EQ(good, rec.ev.handle, cd_info(f.fd).out_handle);
	EXPECT(good, rec.ev.ns && rec.ev.ns < cd_now());
	EXPECT_EQ(good, rec.ev.error | rec.ev.status | rec.ev.data_len, 0);
	end(&f);
	tap(good, "TP-4 TP-6 a buffer that cannot take the record is EINVAL and the record stays");
}

/* Data, and its padding to eight bytes. */
static void test_data(void)
{
	union cd_record rec;
	bool good = true;
	struct fixture f;
	ssize_t n;

	begin(&f, 1);
	EXPECT_EQ(good, sim_request(f.fd, 1), 0);
	EXPECT(good, wait_told(f.events, 1, 0));
	memset(&rec, 0xa5, sizeof(rec));
	n = read(f.events, &rec, sizeof(rec));
	EXPECT_EQ(good, rec.ev.len, n);
	EXPECT_EQ(good, rec.ev.data_len, 13);
	EXPECT_EQ(good, n, RECORD + 16);
	EXPECT(good, !memcmp(rec.ev.data, "cleardown sim\0\0", 16));
	EXPECT_EQ(good, (unsigned char)rec.bytes[n], 0xa5);
	end(&f);
	tap(good, "TP-4 a record's data is padded with zeros to eight bytes");
}

/* The head is unlinked only when all of it was copied. */
static void test_fault(void)
{
	char *border = cd_border();
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, sim_request(f.fd, 1), 0);
	EXPECT_EQ(good, ask(f.fd, 2), 0);
	EXPECT(good, wait_told(f.events, 2, 0));
	for (size_t there = 0; there < RECORD + 16; there += 11) {
		EXPECT(good, read(f.events, border - there, 4096) == -1 && errno == EFAULT);
		EXPECT_EQ(good, cd_events_info(f.events).out_unread, 2);
	}
	/* the second record is cut: the first is delivered */
	EXPECT_EQ(good, read(f.events, border - RECORD - 16 - 8, 4096), RECORD + 16);
	memcpy(&rec, border - RECORD - 16 - 8, RECORD + 16);
	EXPECT_EQ(good, rec.ev.req_id, 1);
	EXPECT(good, !memcmp(rec.ev.data, "cleardown sim", 13));
	EXPECT_EQ(good, cd_one(f.events, &rec, 0), 0);
	EXPECT_EQ(good, rec.ev.req_id, 2);
	EXPECT_EQ(good, rec.ev.seq, 2);
	munmap(border - 4096, 8192);
	end(&f);
	tap(good, "P-7 TP-4 a read that ends in EFAULT leaves the record, whole, for the next");
}

static void test_several(void)
{
	char buf[8 * RECORD] __attribute__((aligned(8)));
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	for (uint64_t id = 1; id <= 8; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	EXPECT(good, wait_told(f.events, 8, 0));
	EXPECT_EQ(good, read(f.events, buf, 3 * RECORD + RECORD - 1), 3 * RECORD);
	EXPECT_EQ(good, ((struct cleardown_event *)(buf + 2 * RECORD))->seq, 3);
	EXPECT_EQ(good, read(f.events, buf, sizeof(buf)), 5 * RECORD);
	EXPECT_EQ(good, ((struct cleardown_event *)buf)->seq, 4);
	EXPECT_EQ(good, ((struct cleardown_event *)(buf + 4 * RECORD))->req_id, 8);
	end(&f);
	tap(good, "P-7 read returns whole records only, as many as fit, in order");
}

/* ---- waiting ---- */

static void test_nonblock(void)
{
	struct fixture f;
	struct pollfd p;
	bool good = true;
	union cd_record rec;

	begin(&f, 1);
	p = (struct pollfd){ .fd = f.events, .events = POLLIN | POLLOUT };
	set_nonblock(f.events, true);
	EXPECT(good, read(f.events, &rec, sizeof(rec)) == -1 && errno == EAGAIN);
	EXPECT_EQ(good, poll(&p, 1, 0), 0);
	EXPECT_EQ(good, ask(f.fd, 1), 0);
	EXPECT_EQ(good, poll(&p, 1, 10000), 1);
	EXPECT_EQ(good, p.revents, POLLIN);
	EXPECT_EQ(good, read(f.events, &rec, sizeof(rec)), RECORD);
	EXPECT_EQ(good, poll(&p, 1, 0), 0);
	EXPECT(good, write(f.events, &rec, RECORD) == -1);
	EXPECT(good, lseek(f.events, 0, SEEK_SET) == -1 && errno == ESPIPE);
	end(&f);
	tap(good, "an empty queue is EAGAIN and not ready, with a record it is ready");
}

struct reader {
	pthread_t thread;
	int events;
	uint64_t seen;
	unsigned int records;
	bool twice;
};

static void *reader_main(void *p)
{
	struct reader *r = p;
	union cd_record rec;

	while (read(r->events, &rec, RECORD) == RECORD && rec.ev.req_id < 63) {
		r->twice |= r->seen >> rec.ev.req_id & 1;
		r->seen |= 1ULL << rec.ev.req_id;
		r->records++;
	}
	return NULL;
}

/* Readers that wait at the same time share the records. */
static void test_readers(void)
{
	struct reader readers[3] = { 0 };
	uint64_t seen = 0;
	unsigned int records = 0;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	for (int i = 0; i < 3; i++) {
		readers[i].events = i ? dup(f.events) : f.events;
		pthread_create(&readers[i].thread, NULL, reader_main, &readers[i]);
	}
	for (uint64_t id = 0; id < 63 + 3; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(readers[i].thread, NULL);
		EXPECT(good, !(seen & readers[i].seen) && !readers[i].twice);
		seen |= readers[i].seen;
		records += readers[i].records;
		if (i)
			close(readers[i].events);
	}
	EXPECT_EQ(good, records, 63);
	EXPECT_EQ(good, seen, (1ULL << 63) - 1);
	end(&f);
	tap(good, "TP-4 P-7 several readers get each record once");
}

static void on_signal(int number)
{
	(void)number;
}

static void test_signal(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerspec soon = { .it_value.tv_nsec = 20000000, .it_interval.tv_nsec = 20000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	union cd_record rec;
	bool good = true;
	struct fixture f;
	timer_t timer;

	begin(&f, 1);
	sigaction(SIGALRM, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		DIE("timer");
	timer_settime(timer, 0, &soon, NULL);
	EXPECT(good, read(f.events, &rec, sizeof(rec)) == -1 && errno == EINTR);
	timer_delete(timer);
	end(&f);
	tap(good, "a reader that waits is interruptible");
}

/* ---- io_uring ---- */

static int uring_read(struct io_uring *ring, int fd, void *buf, unsigned int size)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	io_uring_prep_read(sqe, fd, buf, size, 0);
	return io_uring_submit(ring);
}

/* The result of the one completion, or -ETIME. */
static int uring_result(struct io_uring *ring, unsigned int ms)
{
	struct __kernel_timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	struct io_uring_cqe *cqe;
	int ret = io_uring_wait_cqe_timeout(ring, &cqe, &t);

	if (ret)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return ret;
}

static void test_uring(void)
{
	struct io_uring ring;
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, io_uring_queue_init(4, &ring, 0), 0);
	EXPECT_EQ(good, ask(f.fd, 1), 0);
	EXPECT(good, wait_told(f.events, 1, 0));
	EXPECT_EQ(good, uring_read(&ring, f.events, &rec, sizeof(rec)), 1);
	EXPECT_EQ(good, uring_result(&ring, 5000), RECORD);
	EXPECT_EQ(good, rec.ev.req_id, 1);
	EXPECT_EQ(good, uring_read(&ring, f.events, &rec, sizeof(rec)), 1);
	EXPECT_EQ(good, uring_result(&ring, 50), -ETIME);
	EXPECT_EQ(good, ask(f.fd, 2), 0);
	EXPECT_EQ(good, uring_result(&ring, 5000), RECORD);
	EXPECT_EQ(good, rec.ev.req_id, 2);
	EXPECT_EQ(good, cd_events_info(f.events).out_unread, 0);
	io_uring_queue_exit(&ring);
	end(&f);
	tap(good, "io_uring reads a queue, with a record there and before it comes");
}

/* ---- a full queue ---- */

static void test_full(void)
{
	long old = cd_parameter("event_limit", 4);
	struct cleardown_events_info info;
	uint64_t completions = 0, rings = 0, last = 0, gaps = 0;
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cd_filter(f.fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)), 0);
	sim_control(&f.phone, "ring 10 400");
	EXPECT(good, sim_wait(&f.phone, "rings", 10, 10000));
	for (uint64_t id = 1; id <= 6; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	EXPECT(good, wait_told(f.events, 10, 6));
	info = cd_events_info(f.events);
	EXPECT_EQ(good, info.out_dropped, 6);
	EXPECT_EQ(good, info.out_unread, 10);
	EXPECT_EQ(good, info.out_seq, 16);
	while (!cd_one(f.events, &rec, 0)) {
		gaps += rec.ev.seq - last - 1;
		last = rec.ev.seq;
		completions += rec.ev.type == CLEARDOWN_EV_COMPLETION;
		if (rec.ev.type == CLEARDOWN_EV_RING)
			EXPECT_EQ(good, rec.ev.p1, ++rings);
	}
	EXPECT_EQ(good, completions, 6);
	EXPECT_EQ(good, rings, 4);
	EXPECT_EQ(good, gaps, 6);
	cd_parameter("event_limit", old);
	end(&f);
	tap(good,
	    "P-7 PR-1 a full queue drops the newest indications, with a gap, and no completion");
}

/* What has its place reserved comes even when the user may have no more records. */
static void test_no_records(void)
{
	struct cleardown_ctl_close arg = { .size = sizeof(arg), .mode = CLEARDOWN_MODE_ABORT };
	long old = cd_parameter("max_records", 2);
	union cd_record rec;
	bool good = true;
	struct fixture f;
	int ctl = cd_ctl();

	begin(&f, 1);
	EXPECT_EQ(good, cd_filter(f.fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)), 0);
	sim_control(&f.phone, "ring 5 400");
	EXPECT(good, sim_wait(&f.phone, "rings", 5, 10000));
	EXPECT(good, wait_told(f.events, 0, 3));
	arg.deadline_ns = CD_S;
	strcpy(arg.name, f.phone.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, &arg), 0);
	EXPECT_EQ(good, cd_events_info(f.events).out_dropped, 3);
	for (int i = 1; i <= 2; i++) {
		EXPECT_EQ(good, cd_one(f.events, &rec, 0), 0);
		EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_RING);
		EXPECT_EQ(good, rec.ev.p1, i);
	}
	EXPECT_EQ(good, cd_one(f.events, &rec, 0), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_PHONE_CLOSE);
	EXPECT_EQ(good, rec.ev.seq, 6);
	EXPECT_EQ(good, arg.out_report.seq_at_return, 6);
	cd_parameter("max_records", old);
	close(ctl);
	end(&f);
	tap(good, "P-19 over max_records indications drop, with a gap, and PHONE_CLOSE comes");
}

static void test_full_close(void)
{
	long old = cd_parameter("event_limit", 1);
	struct cleardown_close arg;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	EXPECT_EQ(good, cd_filter(f.fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)), 0);
	sim_control(&f.phone, "ring 3 400");
	EXPECT(good, sim_wait(&f.phone, "rings", 3, 10000));
	EXPECT(good, wait_told(f.events, 0, 2));
	sim_control(&f.phone, "deaf on");
	for (uint64_t id = 1; id <= 3; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_completed, 3);
	EXPECT(good, arg.out_report.dropped_events);
	EXPECT_EQ(good, cd_events_info(f.events).out_unread, 4);
	cd_parameter("event_limit", old);
	end(&f);
	tap(good, "P-2 P-7 RP-2 CLOSE does not wait for a reader, not even when the queue is full");
}

/* ---- what outlives what ---- */

static void test_outlives_handle(void)
{
	struct cleardown_close arg;
	uint64_t handle, seen = 0;
	union cd_record rec;
	bool good = true;
	struct fixture f;

	begin(&f, 9);
	handle = cd_info(f.fd).out_handle;
	sim_control(&f.phone, "deaf on");
	for (uint64_t id = 0; id < 9; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	close(f.fd);
	sim_unbind(&f.phone);
	EXPECT_EQ(good, arg.out_seq_at_return, 9);
	while (!cd_one(f.events, &rec, 0)) {
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		EXPECT_EQ(good, rec.ev.handle, handle);
		EXPECT_EQ(good, rec.ev.cookie, 9);
		EXPECT_EQ(good, rec.ev.error, -EIO);
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
		seen |= 1ULL << rec.ev.req_id;
	}
	EXPECT_EQ(good, seen, 0x1ff);
	close(f.events);
	tap(good, "P-2 P-8 P-9 TP-1 completions outlive their handle, its file and its device");
}

static void test_queue_goes_first(void)
{
	long orphaned = cd_counter("stats", "orphaned_events");
	long records = cd_counter("live", "records");
	struct cleardown_close arg;
	bool good = true;
	struct fixture f;

	begin(&f, 1);
	sim_control(&f.phone, "stall on");
	for (uint64_t id = 0; id < 4; id++)
		EXPECT_EQ(good, ask(f.fd, id), 0);
	close(f.events);
	EXPECT_EQ(good, ask(f.fd, 4), -EPIPE);
	sim_control(&f.phone, "stall off");
	EXPECT_EQ(good, cd_close(f.fd, CLEARDOWN_MODE_DRAIN, 10 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_issued, 4);
	EXPECT_EQ(good, arg.out_report.ops_completed, 4);
	EXPECT_EQ(good, cd_counter("stats", "orphaned_events") - orphaned, 4);
	EXPECT_EQ(good, cd_counter("live", "records"), records);
	f.events = cd_events();
	end(&f);
	tap(good, "P-7 a queue may go before its handle; what is posted then is counted");
}

/* One queue, two phones: whose record it is stands in it. */
static void test_shared(void)
{
	struct fixture a, b;
	union cd_record rec;
	bool good = true;

	begin(&a, 111);
	begin(&b, 222);
	EXPECT_EQ(good, cd_bind_events(b.fd, a.events, 222), 0);
	EXPECT_EQ(good, ask(a.fd, 1), 0);
	EXPECT_EQ(good, cd_wait(a.events, 1, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.cookie, 111);
	EXPECT_EQ(good, rec.ev.handle, cd_info(a.fd).out_handle);
	EXPECT_EQ(good, ask(b.fd, 1), 0);
	EXPECT_EQ(good, cd_wait(a.events, 1, &rec, 5000), 0);
	EXPECT_EQ(good, rec.ev.cookie, 222);
	EXPECT_EQ(good, rec.ev.handle, cd_info(b.fd).out_handle);
	EXPECT_EQ(good, rec.ev.seq, 2);
	EXPECT_EQ(good, cd_events_info(b.events).out_seq, 0);
	end(&b);
	EXPECT_EQ(good, ask(a.fd, 1), 0);
	EXPECT_EQ(good, cd_wait(a.events, 1, &rec, 5000), 0);
	end(&a);
	tap(good, "P-3 one queue serves several handles; cookie and handle tell them apart");
}

/* ---- TP-3: the completion may be read before SUBMIT has returned ---- */

struct early {
	pthread_t thread;
	int events;
	uint64_t read_ns[TRIES];
};

static void *early_main(void *p)
{
	struct early *e = p;
	union cd_record rec;

	for (int i = 0; i < TRIES; i++) {
		if (cd_one(e->events, &rec, 10000))
			break;
		e->read_ns[rec.ev.req_id] = cd_now();
	}
	return NULL;
}

/* With less right to a CPU than worker and reader, the caller comes back last now and then. */
static void test_early(void)
{
	const struct sched_param none = { 0 };
	static struct early e;
	bool good = true;
	int before = 0;
	struct fixture f;

	begin(&f, 1);
	e.events = f.events;
	pthread_create(&e.thread, NULL, early_main, &e);
	sched_setscheduler(0, SCHED_IDLE, &none);
	for (uint64_t id = 0; id < TRIES; id++) {
		uint64_t returned_ns;

		EXPECT_EQ(good, ask(f.fd, id), 0);
		returned_ns = cd_now();
		while (!__atomic_load_n(&e.read_ns[id], __ATOMIC_ACQUIRE))
			if (cd_now() > returned_ns + 10 * CD_S)
				DIE("no completion");
		before += e.read_ns[id] < returned_ns;
	}
	sched_setscheduler(0, SCHED_OTHER, &none);
	pthread_join(e.thread, NULL);
	EXPECT(good, before);
	fprintf(stderr, "# %d of %d completions were read before SUBMIT returned\n", before, TRIES);
	end(&f);
	tap(good,
	    "TP-3 P-7 a completion that is read before SUBMIT returns carries the caller's id");
}

static void (*const tests[])(void) = {
	test_small_buffer,
	test_data,
	test_fault,
	test_several,
	test_nonblock,
	test_readers,
	test_signal,
	test_uring,
	test_full,
	test_full_close,
	test_no_records,
	test_shared,
	test_early,
	test_outlives_handle,
	test_queue_goes_first,
};

int main(void)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i]();
	return tap_done();
}
