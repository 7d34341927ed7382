// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that an administrator ends, all of a link or one; and that POLLOUT means room.
 *
 * usage: vc-admin INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "vc.h"

#define SELECTOR 7
#define FRAMES 100
#define FRAME 60000
#define LINKS_CPU 0

static struct vclink a, b;

static int ctl_close(uint32_t mode, uint64_t deadline_ns, uint32_t flags, uint64_t handle,
		     const char *name, struct cleardown_ctl_close *arg)
{
	int ctl = cd_ctl(), ret;

	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->mode = mode;
	arg->deadline_ns = deadline_ns;
	arg->flags = flags;
	arg->handle = handle;
	snprintf(arg->name, sizeof(arg->name), "%s", name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, arg);
	close(ctl);
	return ret;
}

/* The report of that number. */
static struct cleardown_report report_of(uint64_t number)
{
	struct cleardown_report arg = { .size = sizeof(arg), .after = number - 1 };
	int ctl = cd_ctl();

	if (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REPORT, &arg))
		memset(&arg, 0, sizeof(arg));
	close(ctl);
	return arg;
}

static void bound(char **interfaces)
{
	bool good = vc_links(&a, &b, interfaces, "max_sdu=65535", "max_sdu=65535", SELECTOR);

	EXPECT_EQ(good, vc_link(a.af).out_rate, 10000 * 1000000ULL / 424); /* veth says 10 Gbit/s */
	if (!tap(good, "two links, whose rate is known"))
		exit(1);
}

/* A record of the owner's that the call of @vc, or of @other, was ended over his head. */
static bool told_forced_of(struct vclink *l, uint64_t vc, uint64_t other)
{
	union cd_record rec;
	bool good = vc_next(l, CLEARDOWN_EV_PHONE_CLOSE, &rec, 5000);

	EXPECT(good, rec.ev.handle == vc || rec.ev.handle == other);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_CAUSE_ADMIN);
	return good;
}

static bool told_forced(struct vclink *l, uint64_t vc)
{
	return told_forced_of(l, vc, vc);
}

static bool acknowledged(struct vc *to)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000);

	EXPECT_EQ(good, rec.ev.handle, to->id);
	EXPECT_EQ(good, vc_close(to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(to->fd);
	return good;
}

static void one(void)
{
	struct cleardown_ctl_close arg;
	struct cleardown_report report;
	struct vc first, second, to_first, to_second;
	struct cleardown_close mine;
	union cd_record rec;
	bool good = true;
	char byte;

	EXPECT(good, vc_connect(&a, &first, &b, &to_first, SELECTOR));
	EXPECT(good, vc_connect(&a, &second, &b, &to_second, SELECTOR));
	EXPECT_EQ(good, write(first.fd, "12345", 5), 5);
	EXPECT_EQ(good, ctl_close(2, 5 * CD_S, 0, first.id, a.name, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_closed, 1);
	EXPECT_EQ(good, arg.out_report.handle, first.id);
	EXPECT_EQ(good, arg.out_report.accepted, 5);
	report = report_of(arg.out_report.number);
	EXPECT_EQ(good, report.out_head.cause, CLEARDOWN_CAUSE_ADMIN);
	EXPECT_EQ(good, report.out_closer_pid, getpid());
	EXPECT(good, told_forced(&a, first.id));
	EXPECT_EQ(good, vc_status(&first).out_state, CLEARDOWN_VC_IDLE);
	EXPECT_EQ(good, write(first.fd, "x", 1), -1);
	EXPECT_EQ(good, vc_status(&second).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, write(second.fd, "y", 1), 1);
	EXPECT(good, read(to_second.fd, &byte, 1) == 1 && byte == 'y');
	EXPECT(good, acknowledged(&to_first));
	tap(good, "ctl ends one call, its owner is told, the other goes on");

	good = true;
	EXPECT_EQ(good, ctl_close(2, CD_S, 0, first.id, a.name, &arg), -ENOENT); /* a stale id */
	EXPECT_EQ(good, ctl_close(2, CD_S, 0, 99, a.name, &arg), -ENOENT);
	EXPECT_EQ(good, ctl_close(9, CD_S, 0, 0, a.name, &arg), -EINVAL);
	EXPECT_EQ(good, ctl_close(2, CD_S, 0, to_second.id, b.name, &arg), 0);
	EXPECT(good, told_forced(&b, to_second.id));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_close(&to_second, 2, CD_S, NULL, 0, &mine), -EBADFD);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&second, 2, 5 * CD_S, NULL, 0, &mine), 0);
	EXPECT_EQ(good, ctl_close(2, CD_S, 0, cd_info(second.fd).out_handle, a.name, &arg),
		  -ENOTCONN);
	EXPECT_EQ(good, ctl_close(2, CD_S, 0, 0, a.name, &arg), 0); /* nobody has a call */
	EXPECT_EQ(good, arg.out_closed, 0);
	EXPECT_EQ(good, arg.out_report.number, 0);
	close(to_second.fd);
	close(first.fd);
	close(second.fd);
	tap(good,
	    "an id that is stale or none; an incoming call, whose VC dies with it; none at all");
}

/* The first VC can make a call again; nothing of the old one is left. */
static bool goes_on(struct vc *vc)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc to;
	bool good = vc_make(vc, b.nsap, SELECTOR);

	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&to, &b, rec.ev.req_id, 1), 0);
	EXPECT(good, vc_accept(&to));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, vc_close(vc, 2, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, acknowledged(&to));
	return good;
}

static void all(void)
{
	struct cleardown_ctl_close arg;
	struct vc up, pending, to, offered;
	union cd_record rec;
	uint64_t request, offer;
	bool good = true;

	EXPECT(good, vc_connect(&a, &up, &b, &to, SELECTOR));
	EXPECT_EQ(good, vc_create(&pending, &a, 0, 3), 0);
	request = vc_make(&pending, b.nsap, SELECTOR);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000)); /* and nobody answers */
	offer = rec.ev.req_id;
	EXPECT_EQ(good, write(up.fd, "123", 3), 3);
	EXPECT_EQ(good, ctl_close(2, 5 * CD_S, 0, 0, a.name, &arg), 0);
	EXPECT_EQ(good, arg.out_released, 1);
	EXPECT_EQ(good, arg.out_closed, 2);
	EXPECT_EQ(good, arg.out_report.cause, CLEARDOWN_CAUSE_ADMIN);
	EXPECT_EQ(good, arg.out_report.accepted, 3);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_RELEASED,
		  CLEARDOWN_REPORT_RELEASED);
	EXPECT_EQ(good, report_of(arg.out_report.number - 1).out_head.cause, CLEARDOWN_CAUSE_ADMIN);
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.req_id, request);
	EXPECT(good, rec.ev.error != 0);
	EXPECT(good, told_forced_of(&a, up.id, pending.id)); /* whichever has less to drain first */
	EXPECT(good, told_forced_of(&a, up.id, pending.id));
	EXPECT_EQ(good, vc_status(&pending).out_state, CLEARDOWN_VC_IDLE);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, rec.ev.handle == to.id || rec.ev.handle == offer);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, rec.ev.handle == to.id || rec.ev.handle == offer);
	EXPECT_EQ(good, vc_create(&offered, &b, offer, 1), 0);
	close(offered.fd);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(to.fd);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, goes_on(&up));
	close(up.fd);
	close(pending.fd);
	tap(good, "ctl ends all calls of a link, also one that is being made; the VCs go on");
}

static int as_nobody(void)
{
	struct cleardown_ctl_close arg;

	return setresuid(1000, 1000, 1000) || ctl_close(2, CD_S, 0, 0, a.name, &arg) != -EPERM;
}

static void refused(void)
{
	struct cleardown_ctl_close arg;
	struct cleardown_close mine;
	struct vc up, to;
	bool good = true;
	int status = 1, ret;
	pid_t pid = fork();

	if (!pid)
		_exit(as_nobody());
	waitpid(pid, &status, 0);
	EXPECT_EQ(good, status, 0);
	EXPECT(good, vc_connect(&a, &up, &b, &to, SELECTOR));
	ret = ctl_close(2, 0, CLEARDOWN_CTL_CLOSE_ASYNC, 0, a.name, &arg);
	/* or the far end was faster than this return */
	EXPECT(good, ret == -EINPROGRESS ? !arg.out_released : !ret && arg.out_released);
	EXPECT(good, told_forced(&a, up.id));
	EXPECT_EQ(good, vc_close(&up, 2, CD_S, NULL, 0, &mine), -ENOTCONN);
	EXPECT(good, acknowledged(&to));
	EXPECT_EQ(good, vc_delete(&up, NULL), 0);
	close(up.fd);
	tap(good, "it takes CAP_SYS_ADMIN; without waiting it is told by the record alone");
}

/* Takes what comes until it has all, in a process of its own. */
static void drain(int fd)
{
	static char frame[FRAME];
	unsigned int i;

	for (i = 0; i < FRAMES; i++)
		if (read(fd, frame, sizeof(frame)) <= 0)
			_exit(1);
	_exit(0);
}

static bool on_processor(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/*
 * A link sends on the processor that bound it. As long as nobody else gets that one, what is written
 * on the other stays where it is.
 */
static pid_t nobody_sends(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!on_processor(LINKS_CPU) || sched_setscheduler(0, SCHED_FIFO, &first))
		_exit(1);
	for (;;)
		;
}

static void ends(pid_t *pid)
{
	int status;

	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, &status, 0);
	*pid = 0;
}

static void room(void)
{
	static char frame[FRAME];
	struct cleardown_close arg;
	unsigned int full = 0, liar = 0, i;
	struct pollfd p = { .events = POLLOUT };
	struct vc from, to;
	bool good = true;
	pid_t pid, hog;
	int flags;

	EXPECT(good, vc_connect_of(&a, &from, &b, &to, SELECTOR, FRAME));
	pid = fork();
	if (!pid)
		drain(to.fd);
	p.fd = from.fd;
	flags = fcntl(from.fd, F_GETFL);
	EXPECT_EQ(good, fcntl(from.fd, F_SETFL, flags | O_NONBLOCK), 0);
	EXPECT(good, on_processor(!LINKS_CPU));
	hog = nobody_sends();
	for (i = 0; i < FRAMES && good; i++) {
		while (write(from.fd, frame, sizeof(frame)) < 0 && errno == EAGAIN) {
			full++;
			ends(&hog);
			EXPECT_EQ(good, poll(&p, 1, 5000), 1);
			EXPECT(good, p.revents & POLLOUT);
			if (!good || write(from.fd, frame, sizeof(frame)) > 0)
				break;
			liar += errno == EAGAIN;
		}
	}
	ends(&hog);
	fprintf(stderr, "# %u times full, %u times no room all the same\n", full, liar);
	EXPECT(good, full > 0);
	EXPECT_EQ(good, liar, 0);
	EXPECT_EQ(good, vc_close(&from, 1, 20 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_report.accepted, (uint64_t)FRAMES * FRAME);
	ends(&pid);
	EXPECT(good, acknowledged(&to));
	close(from.fd);
	tap(good, "POLLOUT says that a frame of any size has room");
}

static void over(void)
{
	bool good = vc_unlink(&a);

	good &= vc_unlink(&b);
	tap(good, "the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3 || !tap(on_processor(LINKS_CPU), "the links' processor"))
		return 1;
	bound(argv + 1);
	one();
	all();
	refused();
	room();
	over();
	return tap_done();
}
