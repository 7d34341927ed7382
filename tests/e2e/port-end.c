// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endings of a port on the scripted link: CLOSE with and without a document, with a stuck write,
 * close(2), kill, hardware that vanishes, DeletePort; what each leaves behind.
 */
#define _GNU_SOURCE

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "port.h"

#define BIG 65536

static struct port port;
static uint8_t big[BIG];

static void begin(void)
{
	port_session(&port, "sim", "deaf=1");
}

static void end(void)
{
	port_leave(&port);
	sim_unbind(&port.dev);
}

/* The newest report, which must be of this port. */
static struct cleardown_report last_report(void)
{
	struct cleardown_report r;

	if (cd_report(cd_last_report() - 1, &r) || strcmp(r.out_name, port.dev.name))
		DIE("no report of %s", port.dev.name);
	return r;
}

/* What really reached the printer. */
static uint64_t arrived(void)
{
	return sim_value(&port.dev, "written") - sim_value(&port.dev, "flushed");
}

static const struct cleardown_step *step_of(const struct cleardown_report *r, uint32_t what)
{
	for (uint32_t i = 0; i < r->out_nsteps; i++)
		if (r->out_steps[i].what == what)
			return &r->out_steps[i];
	DIE("no step %u in the report", what);
}

/* ---- CLOSE ---- */

static bool dead(int fd)
{
	struct cleardown_timeouts t = { .size = sizeof(t) };
	struct cleardown_port_status st;
	struct cleardown_close arg;
	struct cleardown_op_end_doc stop = { 0 };
	uint32_t word = 0;
	bool good = true;
	char c;

	EXPECT_EQ(good, write(fd, "x", 1), -1);
	EXPECT_EQ(good, errno, EBADFD);
	EXPECT_EQ(good, read(fd, &c, 1), -1);
	EXPECT_EQ(good, errno, EBADFD);
	EXPECT_EQ(good, fsync(fd), -1);
	EXPECT_EQ(good, errno, EBADFD);
	EXPECT_EQ(good, cd_submit(fd, CLEARDOWN_OP_END_DOC, 9, &stop, sizeof(stop), &word),
		  -EBADFD);
	EXPECT_EQ(good, word, CLEARDOWN_ERROR_INVALID_HANDLE);
	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t), -EBADFD);
	EXPECT_EQ(good, cd_port_status(fd, &st), -EBADFD);
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), -EBADFD);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_ERROR_INVALID_HANDLE);
	return good;
}

static void stale(void)
{
	struct cleardown_close arg;
	struct port again;
	bool good = true;

	begin();
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_status, 0);
	EXPECT(good, dead(port.fd));
	again = port;
	port_open(&again);
	EXPECT(good, dead(port.fd));
	EXPECT_EQ(good, write(again.fd, "x", 1), 1);
	port_leave(&again);
	end();
	tap(good,
	    "M-1 M-3 M-4 M-9 PR-9 a closed handle is dead for every call, also when reopened");
}

static void by_value(void)
{
	struct cleardown_close arg;
	bool good = true;

	begin();
	memset(&arg, 0, sizeof(arg));
	arg.size = sizeof(arg);
	arg.mode = CLEARDOWN_MODE_ABORT;
	EXPECT_EQ(good, cd_ioctl((int)(intptr_t)&port, CLEARDOWN_IOC_CLOSE, &arg), -EBADF);
	arg.clazz = CLEARDOWN_CLASS_PHONE;
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_CLOSE, &arg), -ENOTTY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_ERROR_INVALID_HANDLE);
	EXPECT_EQ(good, write(port.fd, "x", 1), 1);
	arg.clazz = CLEARDOWN_CLASS_PORT;
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_CLOSE, &arg), 0);
	end();
	tap(good,
	    "M-2 M-4 M-8 CLOSE takes this port's handle, not an address, nor another class's");
}

static void one_holder(void)
{
	struct cleardown_status st;
	bool good = true;

	begin();
	EXPECT_EQ(good, cd_open(port.dev.name, O_RDWR), -EBUSY);
	EXPECT_EQ(good, cd_open(port.dev.name, O_WRONLY), -EBUSY);
	EXPECT_EQ(good, cd_status(port.fd, &st), 0);
	EXPECT_EQ(good, st.out_owner_pid, getpid());
	EXPECT_EQ(good, cd_unbind(port.dev.name, 0), -EBUSY);
	end();
	tap(good, "M-13 TM-4 RM-3 one holder, whose name can be asked; DeletePort of it is EBUSY");
}

static void open_document(uint32_t mode)
{
	struct cleardown_close arg;
	struct cleardown_report r;
	union cd_record rec;
	unsigned int ended = 0;
	bool good = true;

	begin();
	EXPECT_EQ(good, port_start(&port, "unfinished"), 0);
	EXPECT_EQ(good, write(port.fd, big, 5000), 5000);
	EXPECT_EQ(good, cd_close(port.fd, mode, 5 * CD_S, &arg), 0);
	r = last_report();
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_HAD_CALL);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT_EQ(good, arg.out_report.confirmed, arrived());
	if (mode != CLEARDOWN_MODE_ABORT)
		EXPECT_EQ(good, arg.out_report.confirmed, 5000);
	EXPECT(good, !(step_of(&r, CLEARDOWN_STEP_END_DOC)->flags & CLEARDOWN_STEP_SKIPPED));
	while (!cd_one(port.events, &rec, 0)) {
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		if (rec.ev.type == CLEARDOWN_EV_DOC) {
			ended += rec.ev.p1 >= CLEARDOWN_DOC_SENT;
			EXPECT(good, rec.ev.p1 != CLEARDOWN_DOC_SENT);
			EXPECT(good, rec.ev.p1 != CLEARDOWN_DOC_PRINTED);
		}
	}
	EXPECT_EQ(good, ended, 1);
	end();
	tap(good,
	    "M-15 RM-2 PR-3 PR-7 CLOSE (mode %u) with an open document: it ends once, aborted",
	    mode);
}

static void plain_document(void)
{
	struct cleardown_close arg;
	bool good = true;

	begin();
	EXPECT_EQ(good, write(port.fd, big, 5000), 5000);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.confirmed, 5000);
	EXPECT(good, !(arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED));
	end();
	tap(good, "a document begun by a plain write ends whole when it drained");
}

static void stuck_writer(uint32_t mode, uint64_t deadline_ms)
{
	struct cleardown_close arg;
	struct port_writer w;
	uint64_t begun, took;
	bool good = true;
	ssize_t accepted;

	begin();
	sim_control(&port.dev, "stall on");
	port_writer_start(&w, port.fd, big, BIG);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000));
	begun = cd_now();
	EXPECT_EQ(good, cd_close(port.fd, mode, deadline_ms * CD_MS, &arg), 0);
	took = cd_now() - begun;
	EXPECT(good, took < (deadline_ms + SLACK_MS) * CD_MS);
	accepted = port_writer_join(&w);
	EXPECT(good, accepted > 0 && accepted < BIG);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.accepted, accepted);
	EXPECT(good, port_adds_up(&arg.out_report));
	EXPECT_EQ(good, arg.out_report.confirmed, arrived());
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	end();
	tap(good, "M-16 RM-1 PR-4 PR-5 PR-7 CLOSE (mode %u, %llu ms) while a write is stuck", mode,
	    (unsigned long long)deadline_ms);
}

static atomic_int reader;

/* Waits until the thread @tid sleeps, in what it has just begun. */
static bool sleeps(int tid)
{
	uint64_t end = cd_now() + 5 * CD_S;
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	while (state != 'S' && cd_now() < end) {
		f = fopen(path, "r");
		if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			DIE("%s", path);
		fclose(f);
	}
	return state == 'S';
}

static void *read_one(void *arg)
{
	ssize_t *ret = arg;
	char c;

	atomic_store(&reader, gettid());
	*ret = read(port.fd, &c, 1);
	if (*ret < 0)
		*ret = -errno;
	return NULL;
}

static void stuck_reader(void)
{
	struct cleardown_close arg;
	ssize_t ret = 1;
	pthread_t thread;
	bool good = true;

	begin();
	EXPECT_EQ(good, port_start(&port, ""), 0);
	pthread_create(&thread, NULL, read_one, &ret);
	while (!atomic_load(&reader))
		sched_yield();
	EXPECT(good, sleeps(atomic_load(&reader)));
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	pthread_join(thread, NULL);
	EXPECT(good, ret == -EBADFD || !ret);
	EXPECT_EQ(good, arg.out_released, 1);
	end();
	tap(good, "RM-5 CLOSE while a thread waits in read: it returns, nothing freed is touched");
}

static void outstanding(void)
{
	struct cleardown_op_end_doc in = { 0 };
	struct cleardown_close arg;
	unsigned int seen = 0;
	union cd_record rec;
	bool good = true;

	begin();
	EXPECT_EQ(good, port_start(&port, ""), 0);
	sim_control(&port.dev, "stall on");
	EXPECT_EQ(good, write(port.fd, big, 5000), 5000);
	for (uint64_t id = 100; id < 109; id++)
		EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, id, &in, sizeof(in), NULL),
			  0);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, 300 * CD_MS, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_at_close, 9);
	EXPECT_EQ(good, arg.out_report.ops_completed, arg.out_report.ops_issued);
	while (!cd_one(port.events, &rec, 0)) {
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		if (rec.ev.type == CLEARDOWN_EV_COMPLETION) {
			EXPECT(good, !(seen & 1U << (rec.ev.req_id - 100)));
			seen |= 1U << (rec.ev.req_id - 100);
		}
	}
	EXPECT_EQ(good, seen, 0x1ff);
	EXPECT_EQ(good, cd_one(port.events, &rec, 100), -ETIMEDOUT);
	end();
	tap(good, "PR-1 PR-2 PR-3 nine outstanding requests complete once, before CLOSE returns");
}

/* ---- close(2) and death ---- */

static void close_drains(void)
{
	struct cleardown_options opt = { .size = sizeof(opt), .set = CLEARDOWN_OPT_DEADLINE };
	struct cleardown_report r;
	bool good = true;

	begin();
	EXPECT_EQ(good, write(port.fd, big, 10000), 10000);
	EXPECT_EQ(good, close(port.fd), 0);
	EXPECT_EQ(good, arrived(), 10000);
	port_open(&port);
	opt.deadline_ns = 500 * CD_MS;
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_SET_OPTIONS, &opt), 0);
	sim_control(&port.dev, "stall on");
	EXPECT_EQ(good, write(port.fd, big, 10000), 10000);
	EXPECT_EQ(good, close(port.fd), -1);
	EXPECT_EQ(good, errno, ETIMEDOUT);
	r = last_report();
	EXPECT_EQ(good, r.out_head.accepted, 10000);
	EXPECT_EQ(good, r.out_head.discarded, 10000);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	EXPECT(good, r.out_head.end_ns - r.out_head.begin_ns < (500 + SLACK_MS) * CD_MS);
	port.fd = open("/dev/null", O_RDONLY);
	end();
	tap(good,
	    "M-10 PR-8 close(2) of what was printed to drains, and fails when bytes were lost");
}

static void killed(int sig, uint32_t mode)
{
	struct cleardown_report r;
	uint64_t begun;
	bool good = true;
	int status;
	pid_t child;

	begin();
	close(port.fd);
	child = fork();
	if (!child) {
		int fd = sim_open(&port.dev, O_RDWR);

		sim_control(&port.dev, "stall on");
		if (write(fd, big, BIG) < 0)
			_exit(2);
		_exit(3);
	}
	port.fd = cd_open(port.dev.name, O_RDONLY);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000));
	begun = cd_now();
	kill(child, sig);
	waitpid(child, &status, 0);
	EXPECT(good, cd_now() - begun < (1000 + SLACK_MS) * CD_MS);
	EXPECT_EQ(good, WTERMSIG(status), sig);
	r = last_report();
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, r.out_head.mode, mode);
	EXPECT_EQ(good, r.out_closer_signal, (uint32_t)sig);
	EXPECT(good, port_adds_up(&r.out_head));
	EXPECT(good, r.out_head.accepted > 0);
	EXPECT_EQ(good, r.out_head.confirmed, arrived());
	close(port.fd);
	port.fd = sim_open(&port.dev, O_RDWR);
	end();
	tap(good, "M-10 PR-4 PR-7 PR-8 a printing program dies of signal %d: the port is free",
	    sig);
}

/* ---- hardware that goes, ports that are deleted ---- */

/* Its end was asked for, and what it waits for will not come any more. */
static void vanished_while_ending(void)
{
	struct cleardown_op_end_doc in = { 0 };
	struct cleardown_doc_result *result;
	union cd_record rec = { 0 };
	bool good = true;

	begin();
	EXPECT_EQ(good, port_start(&port, ""), 0);
	sim_control(&port.dev, "stall on");
	EXPECT_EQ(good, write(port.fd, big, 1000), 1000);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000));
	EXPECT_EQ(good, cd_submit(port.fd, CLEARDOWN_OP_END_DOC, ++port.id, &in, sizeof(in), NULL),
		  0);
	EXPECT(good, port_wait_doc(port.fd, CLEARDOWN_DOC_ENDING, 5000));
	sim_control(&port.dev, "vanish");
	EXPECT_EQ(good, cd_wait(port.events, port.id, &rec, 5000), 0);
	result = (void *)rec.ev.data;
	EXPECT_EQ(good, rec.ev.data_len, sizeof(*result));
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_ERROR_OPERATION_ABORTED);
	EXPECT_EQ(good, result->state, CLEARDOWN_DOC_ABORTED);
	EXPECT(good, result->confirmed < 1000);
	end();
	tap(good, "RM-4 hardware goes while the document ends: ABORTED, as END_DOC hears");
}

static void vanished(void)
{
	struct cleardown_close arg;
	struct port_writer w;
	struct cleardown_report r;
	struct cleardown_timeouts t = { .size = sizeof(t) };
	union cd_record rec;
	bool good = true;

	begin();
	EXPECT_EQ(good, port_start(&port, ""), 0);
	sim_control(&port.dev, "stall on");
	port_writer_start(&w, port.fd, big, BIG);
	EXPECT(good, port_wait_flags(port.fd, CLEARDOWN_PORT_STALLED, 5000));
	sim_control(&port.dev, "vanish");
	EXPECT(good, port_writer_join(&w) > 0);
	do {
		EXPECT_EQ(good, cd_one(port.events, &rec, 5000), 0);
	} while (good && rec.ev.type != CLEARDOWN_EV_FORCED_CLOSE);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT_EQ(good, write(port.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ENODEV);
	EXPECT_EQ(good, cd_ioctl(port.fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t), -ENODEV);
	EXPECT_EQ(good, cd_close(port.fd, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_UNPLUG);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_DOC_ABORTED);
	EXPECT(good, port_adds_up(&arg.out_report));
	r = last_report();
	EXPECT_EQ(good, r.out_head.number, arg.out_report.number);
	EXPECT(good, dead(port.fd));
	EXPECT_EQ(good, cd_open(port.dev.name, O_RDWR), -ENODEV);
	end();
	tap(good,
	    "RM-4 PR-8 hardware goes in mid-job: ENODEV until CLOSE, which is 0 and frees all");
}

/* CONFIGURE changes nothing when the class does not take one of the settings. */
static bool unknown_setting(int ctl, const char *args, const char *says)
{
	struct cleardown_configure conf = { .size = sizeof(conf) };
	struct cleardown_list before, after;
	bool good = true;

	strcpy(conf.name, port.dev.name);
	strcpy(conf.args, args);
	EXPECT_EQ(good, cd_list(port.dev.name, &before), 0);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CONFIGURE, &conf), -EINVAL);
	EXPECT_EQ(good, conf.out_status, CLEARDOWN_ERROR_INVALID_PARAMETER);
	EXPECT(good, !strncmp(conf.out_text, says, strlen(says)));
	EXPECT_EQ(good, cd_list(port.dev.name, &after), 0);
	EXPECT(good, !strcmp(before.out_args, after.out_args));
	return good;
}

static void xcv(void)
{
	struct cleardown_unbind un = { .size = sizeof(un) };
	struct cleardown_configure conf = { .size = sizeof(conf) };
	struct cleardown_bind bind = { .size = sizeof(bind), .clazz = CLEARDOWN_CLASS_PORT };
	int ctl = cd_ctl();
	bool good = true;

	begin();
	strcpy(bind.link, "sim");
	strcpy(bind.name, port.dev.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &bind), -EEXIST);
	EXPECT_EQ(good, bind.out_status, CLEARDOWN_ERROR_ALREADY_EXISTS);
	strcpy(un.name, port.dev.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_UNBIND, &un), -EBUSY);
	EXPECT_EQ(good, un.out_status, CLEARDOWN_ERROR_DEVICE_IN_USE);
	strcpy(conf.name, port.dev.name);
	strcpy(conf.args, "monitor=pjl reset=1");
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CONFIGURE, &conf), -EBUSY);
	close(ctl);
	EXPECT_EQ(good, write(port.fd, "x", 1), 1); /* ctl is not the port's handle */
	ctl = cd_ctl();
	close(port.fd);
	good &= unknown_setting(ctl, "reset=1 moniter=none", "moniter=none:");
	good &= unknown_setting(ctl, "delay=7 reset=1", "delay=7:"); /* the link's */
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CONFIGURE, &conf), 0);
	port.fd = sim_open(&port.dev, O_RDWR);
	EXPECT(good, port_status(port.fd).out_flags & CLEARDOWN_PORT_MONITOR);
	close(port.fd);
	strcpy(un.name, "nobody");
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_UNBIND, &un), -ENOENT);
	EXPECT_EQ(good, un.out_status, CLEARDOWN_ERROR_UNKNOWN_PORT);
	strcpy(un.name, port.dev.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_UNBIND, &un), 0);
	EXPECT_EQ(good, un.out_status, 0);
	close(ctl);
	close(port.events);
	tap(good,
	    "TM-3 TM-4 RM-3 AddPort, ConfigurePort, DeletePort through ctl with Win32's words");
}

int main(void)
{
	stale();
	by_value();
	one_holder();
	open_document(CLEARDOWN_MODE_DRAIN);
	open_document(CLEARDOWN_MODE_ORDERLY);
	open_document(CLEARDOWN_MODE_ABORT);
	plain_document();
	stuck_writer(CLEARDOWN_MODE_DRAIN, 1000);
	stuck_writer(CLEARDOWN_MODE_ORDERLY, 1000);
	stuck_writer(CLEARDOWN_MODE_ORDERLY, 0);
	stuck_writer(CLEARDOWN_MODE_ABORT, 1000);
	stuck_reader();
	outstanding();
	close_drains();
	killed(SIGKILL, CLEARDOWN_MODE_EMERGENCY);
	killed(SIGTERM, CLEARDOWN_MODE_EMERGENCY);
	vanished();
	vanished_while_ending();
	xcv();
	return tap_done();
}
