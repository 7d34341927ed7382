// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every row of the release table: how the last file of a phone can go, and what must come of it.
 *
 * A child process, the subject, opens the phone, brings it into a state and ends in its own way.
 * This process looks on: the wish in the report, the bound, and the same end state in all rows.
 * The near modem is line 101 of the bank; the far one, 102, is a plain tty of this process.
 *
 * usage: release NEAR-TTY FAR-TTY
 *        release next-program TTY     what the exec row turns into
 *        release core-helper          what the kernel pipes a core to
 */
#define _GNU_SOURCE

#include <liburing.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "phone.h"

#define NEAR_LINE "101"
#define FAR_LINE "102"
#define SUBJECT "subject"
#define CORE_HERE "/run/core-here"
#define CORE_GO "/run/core-go"
#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

#define EMERGENCY_MS 700
#define EXIT_WAIT_MS 2000
#define DEFAULT_MS 5000
#define EARLY_MS 500
/* What a busy host may take besides: one that waits longer than it may does so for 4 s and more. */
#define LATE_MS 1900
#define SHORT_MS 1500 /* deadline of rows that wait for all of it */
#define DEAF_OPS 3
#define STALL_BYTES 2048

enum state {
	IN_CALL, /* a data call to the far modem is up */
	STALLED, /* and bytes were written that the modem does not take: CTS is low */
	DEAF, /* requests are outstanding on a modem that does not answer */
};

struct row {
	const char *name;
	enum state state;
	void (*act)(void); /* the subject's end; where it returns he exits with 0 */
	int signal; /* sent by the parent */
	bool in_close; /* but only when the close is running */
	/* what must come of it */
	uint32_t mode, cause, later, by_signal;
	const char *closer; /* NULL: the subject by his name */
	uint64_t wait_ms; /* longest time that the end itself may take; 0 = it never waits */
	uint64_t close_ms; /* longest time from the wish to the report */
	bool outlived; /* the close goes on when the subject has gone */
};

/* Written by the subject. */
static struct {
	uint64_t begin_ns;
	uint64_t end_ns;
} * shared;

static const char *near_tty, *far_tty;
static char phone_name[32];
static int to_subject[2], to_parent[2];
static int phone = -1;
static int far = -1;

/* ---- the subject ---- */

static void __attribute__((noreturn)) subject_fails(const char *what)
{
	fprintf(stderr, "# subject: %s: %m\n", what);
	_exit(99);
}

static void subject_call(int events, const char *number)
{
	uint32_t result = 0;
	int ret =
		cd_do(phone, events, CLEARDOWN_OP_DIAL, 1, number, strlen(number), &result, 30000);

	if (ret || result != CLEARDOWN_RESULT_CONNECT) {
		fprintf(stderr, "# dial: error %d, result %u\n", ret, result);
		_exit(99);
	}
}

static void subject_stalled(const char *line)
{
	static const char bytes[STALL_BYTES];

	if (!bank("stall %s on", line))
		subject_fails("stall");
	if (write(phone, bytes, sizeof(bytes)) != sizeof(bytes))
		subject_fails("write");
}

static void subject_deaf(void)
{
	unsigned int i;

	if (!bank("deaf " NEAR_LINE " on"))
		subject_fails("deaf");
	for (i = 0; i < DEAF_OPS; i++)
		if (cd_submit_text(phone, CLEARDOWN_OP_DEV_SPECIFIC, 10 + i, "I0"))
			subject_fails("submit");
}

static void subject_set_deadline(uint64_t ms)
{
	struct cleardown_options opt = {
		.size = sizeof(opt),
		.set = CLEARDOWN_OPT_DEADLINE,
		.deadline_ns = ms * CD_MS,
	};

	if (cd_ioctl(phone, CLEARDOWN_IOC_SET_OPTIONS, &opt))
		subject_fails("options");
}

/* Returns the event queue. */
static int subject_open(const char *name)
{
	int events = cd_events();

	phone = cd_open(name, O_RDWR);
	if (phone < 0 || events < 0 || cd_bind_events(phone, events, 7))
		subject_fails("open");
	return events;
}

static void subject_prepare(const struct row *row)
{
	int events = subject_open(phone_name);

	if (row->close_ms == SHORT_MS)
		subject_set_deadline(SHORT_MS);
	if (row->state != DEAF)
		subject_call(events, FAR_LINE);
	if (row->state == STALLED)
		subject_stalled(NEAR_LINE);
	if (row->state == DEAF)
		subject_deaf();
}

static void __attribute__((noreturn)) subject_run(const struct row *row)
{
	char go;

	prctl(PR_SET_NAME, SUBJECT);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(to_subject[1]);
	close(to_parent[0]);
	close(far);
	subject_prepare(row);
	if (write(to_parent[1], "r", 1) != 1 || read(to_subject[0], &go, 1) != 1)
		subject_fails("start");
	shared->begin_ns = cd_now();
	row->act();
	shared->end_ns = cd_now();
	_exit(0);
}

/* ---- the ways to end ---- */

static void act_close(void)
{
	close(phone);
}

static void act_exit(void)
{
	_exit(0);
}

static void act_pause(void)
{
	pause();
}

/* More than a pipe takes, so that the dump waits for its reader. */
static void act_segv(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	char *much = malloc(4 << 20);

	if (!much)
		subject_fails("malloc");
	memset(much, 1, 4 << 20);
	setrlimit(RLIMIT_CORE, &all);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

/* The new program is the next owner of the line: its first instructions open it. */
static void act_exec(void)
{
	execl("/tests/release", "release", "next-program", near_tty, NULL);
	subject_fails("exec");
}

static void *closing_thread(void *unused)
{
	close(phone);
	return unused;
}

static void act_thread_close(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, closing_thread, NULL))
		subject_fails("thread");
	pause();
}

/* Waits until the device is seen in @state; opening nothing that could hold it. */
static bool device_reaches(uint32_t state, int ms)
{
	struct cleardown_list item = { .size = sizeof(item) };
	uint64_t end = cd_now() + ms * CD_MS;
	int ctl = cd_ctl();
	bool there = false;

	while (!there && cd_now() < end) {
		item.after = 0;
		if (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, &item))
			break;
		there = item.out_status.out_state == state;
	}
	close(ctl);
	return there;
}

static void act_thread_close_exit(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, closing_thread, NULL))
		subject_fails("thread");
	if (!device_reaches(CLEARDOWN_STATE_CLOSING, DEFAULT_MS))
		subject_fails("the close did not begin");
	shared->begin_ns = cd_now();
	syscall(SYS_exit_group, 0);
}

static void register_phone(void)
{
	static struct io_uring ring;

	if (io_uring_queue_init(8, &ring, 0) || io_uring_register_files(&ring, &phone, 1))
		subject_fails("io_uring");
}

static void act_uring_closed(void)
{
	register_phone();
	close(phone);
	shared->end_ns = cd_now();
	pause();
}

static void act_uring_open(void)
{
	register_phone();
	shared->end_ns = cd_now();
	pause();
}

static void send_fds(int sock, const int *fds, size_t n)
{
	union {
		char space[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec io = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	if (sendmsg(sock, &msg, 0) < 0)
		subject_fails("sendmsg");
}

/* A socket that carries itself and the phone; closing other sockets makes the collector run. */
static void act_scm_cycle(void)
{
	struct pollfd parent = { .fd = to_subject[0], .events = POLLIN };
	int s[2], fds[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, s))
		subject_fails("socketpair");
	fds[0] = s[1];
	fds[1] = phone;
	send_fds(s[0], fds, 2);
	close(phone);
	close(s[0]);
	close(s[1]);
	shared->end_ns = cd_now();
	while (!poll(&parent, 1, 20)) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, s))
			subject_fails("socketpair");
		close(s[0]);
		close(s[1]);
	}
	_exit(0);
}

#define LATER(cause) (1U << CLEARDOWN_CAUSE_##cause)
#define ORDERLY .mode = CLEARDOWN_MODE_ORDERLY, .cause = CLEARDOWN_CAUSE_LOCAL_USER
#define EXITED .mode = CLEARDOWN_MODE_ORDERLY, .cause = CLEARDOWN_CAUSE_OWNER_DIED
#define KILLED .mode = CLEARDOWN_MODE_EMERGENCY, .cause = CLEARDOWN_CAUSE_OWNER_DIED

static const struct row rows[] = {
	{ .name = "close(2)",
	  .state = STALLED,
	  .act = act_close,
	  ORDERLY,
	  .wait_ms = SHORT_MS,
	  .close_ms = SHORT_MS },
	{ .name = "close(2) in a call",
	  .state = IN_CALL,
	  .act = act_close,
	  ORDERLY,
	  .wait_ms = DEFAULT_MS,
	  .close_ms = DEFAULT_MS },
	{ .name = "exit(0)",
	  .state = STALLED,
	  .act = act_exit,
	  EXITED,
	  .wait_ms = EXIT_WAIT_MS,
	  .close_ms = DEFAULT_MS,
	  .outlived = true },
	{ .name = "kill -9 in a call",
	  .state = IN_CALL,
	  .act = act_pause,
	  .signal = SIGKILL,
	  KILLED,
	  .by_signal = SIGKILL,
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = EMERGENCY_MS },
	{ .name = "kill -9, the modem stalled",
	  .state = STALLED,
	  .act = act_pause,
	  .signal = SIGKILL,
	  KILLED,
	  .by_signal = SIGKILL,
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = EMERGENCY_MS },
	{ .name = "kill -9, the modem deaf",
	  .state = DEAF,
	  .act = act_pause,
	  .signal = SIGKILL,
	  KILLED,
	  .by_signal = SIGKILL,
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = EMERGENCY_MS },
	{ .name = "SIGTERM",
	  .state = IN_CALL,
	  .act = act_pause,
	  .signal = SIGTERM,
	  KILLED,
	  .by_signal = SIGTERM,
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = EMERGENCY_MS },
	{ .name = "SIGSEGV with a core",
	  .state = IN_CALL,
	  .act = act_segv,
	  KILLED,
	  .by_signal = SIGSEGV,
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = EMERGENCY_MS },
	{ .name = "exec",
	  .state = IN_CALL,
	  .act = act_exec,
	  ORDERLY,
	  .closer = "release",
	  .wait_ms = DEFAULT_MS,
	  .close_ms = DEFAULT_MS },
	{ .name = "a thread's close under kill -9",
	  .state = STALLED,
	  .act = act_thread_close,
	  .signal = SIGKILL,
	  .in_close = true,
	  .mode = CLEARDOWN_MODE_EMERGENCY,
	  .cause = CLEARDOWN_CAUSE_LOCAL_USER,
	  .later = LATER(OWNER_DIED),
	  .wait_ms = EMERGENCY_MS,
	  .close_ms = DEFAULT_MS },
	{ .name = "a thread's close under exit_group",
	  .state = STALLED,
	  .act = act_thread_close_exit,
	  ORDERLY,
	  .later = LATER(OWNER_DIED),
	  .wait_ms = EXIT_WAIT_MS,
	  .close_ms = DEFAULT_MS,
	  .outlived = true },
	{ .name = "an io_uring registered file",
	  .state = IN_CALL,
	  .act = act_uring_closed,
	  .signal = SIGKILL,
	  ORDERLY,
	  .close_ms = DEFAULT_MS,
	  .outlived = true },
	{ .name = "an io_uring registered file, not closed before",
	  .state = IN_CALL,
	  .act = act_uring_open,
	  .signal = SIGKILL,
	  KILLED,
	  .by_signal = SIGKILL,
	  .close_ms = EMERGENCY_MS,
	  .outlived = true },
	{ .name = "an SCM_RIGHTS cycle",
	  .state = IN_CALL,
	  .act = act_scm_cycle,
	  ORDERLY,
	  .close_ms = DEFAULT_MS,
	  .outlived = true },
};

/* ---- the far modem ---- */

static bool far_open(void)
{
	struct termios t;

	far = open(far_tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (far < 0 || tcgetattr(far, &t))
		return false;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL | CREAD | CRTSCTS;
	return !tcsetattr(far, TCSANOW, &t);
}

/* Reads until @text comes; what was read before is forgotten. */
static bool far_says(const char *text, int ms)
{
	struct pollfd p = { .fd = far, .events = POLLIN };
	uint64_t end = cd_now() + ms * CD_MS;
	char seen[4096];
	size_t n = 0;
	ssize_t got;

	while (cd_now() < end && n < sizeof(seen) - 1) {
		poll(&p, 1, 100);
		got = read(far, seen + n, sizeof(seen) - 1 - n);
		n += got > 0 ? got : 0;
		if (memmem(seen, n, text, strlen(text))) /* behind zeros, too */
			return true;
	}
	return false;
}

static bool far_ready(void)
{
	static const char answer_calls[] = "ATS0=1\r";

	tcflush(far, TCIOFLUSH);
	return write(far, answer_calls, strlen(answer_calls)) > 0 && far_says("OK", 5000);
}

/* ---- the parent ---- */

/* Waits for the first report above @after. */
static bool report_comes(uint64_t after, int ms, struct cleardown_report *r)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (cd_report(after, r)) {
		if (cd_now() > end)
			return false;
		usleep(5000);
	}
	return true;
}

static bool gone_within(pid_t pid, int ms, int *status)
{
	int fd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool gone = poll(&p, 1, ms) == 1;

	close(fd);
	if (!gone)
		kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return gone;
}

static bool subject_is_ready(void)
{
	struct pollfd p = { .fd = to_parent[0], .events = POLLIN };
	char ready;

	return poll(&p, 1, 60000) == 1 && read(to_parent[0], &ready, 1) == 1;
}

static pid_t subject_start(const struct row *row)
{
	pid_t pid;

	if (pipe2(to_subject, O_CLOEXEC) || pipe2(to_parent, O_CLOEXEC))
		return -1;
	memset(shared, 0, sizeof(*shared));
	pid = fork();
	if (!pid)
		subject_run(row);
	close(to_subject[0]);
	close(to_parent[1]);
	return pid;
}

static void subject_forget(void)
{
	close(to_subject[1]);
	close(to_parent[0]);
}

/* The next program's open of the line: one attempt, O_NONBLOCK so that carrier does not matter. */
static bool line_is_free(void)
{
	int fd = open(near_tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "# open %s: %m\n", near_tty);
		return false;
	}
	close(fd);
	return true;
}

static bool line_is_held(void)
{
	int fd = cd_open(phone_name, O_RDWR | O_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd == -EBUSY;
}

/* The core's reader has come and lets the dump wait. */
static bool core_is_dumped(uint64_t *begin)
{
	uint64_t end = cd_now() + 10 * CD_S;
	bool held;
	int fd;

	while (access(CORE_HERE, F_OK) && cd_now() < end)
		usleep(5000);
	held = !access(CORE_HERE, F_OK) && line_is_held();
	fd = open(CORE_GO, O_WRONLY | O_CREAT, 0600);
	*begin = cd_now();
	close(fd);
	return held;
}

/* Lets the subject end; *begin: from here on it counts. */
static bool subject_end(const struct row *row, pid_t pid, uint64_t *begin)
{
	*begin = cd_now();
	if (write(to_subject[1], "g", 1) != 1)
		return false;
	if (row->act == act_segv)
		return core_is_dumped(begin);
	if (row->in_close && !device_reaches(CLEARDOWN_STATE_CLOSING, DEFAULT_MS))
		return false;
	while (row->act != act_pause && row->signal && !row->in_close && !shared->end_ns)
		usleep(1000);
	if (row->signal) {
		*begin = cd_now();
		kill(pid, row->signal);
	}
	return true;
}

struct seen {
	bool began;
	bool gone;
	int status;
	uint64_t took_ns;
	bool free_at_end; /* the line, as soon as the end had returned */
	bool filed_at_end; /* likewise the report */
	bool filed;
	struct cleardown_report report;
	bool free_at_report;
};

/* The subject's own time where he lives on behind his close, else from outside. */
static uint64_t end_took(const struct row *row, uint64_t begin, uint64_t end)
{
	if (row->act == act_close || row->act == act_scm_cycle)
		return shared->end_ns - shared->begin_ns;
	if (row->act == act_thread_close_exit)
		begin = shared->begin_ns;
	return end - begin;
}

static void watch_end(const struct row *row, pid_t pid, struct seen *s)
{
	uint64_t last = cd_last_report(), begin, end;
	int limit = row->close_ms + 20000;

	s->began = subject_end(row, pid, &begin);
	if (row->act == act_scm_cycle) {
		s->filed = report_comes(last, limit, &s->report);
		s->free_at_report = line_is_free();
		if (write(to_subject[1], "e", 1) != 1)
			s->began = false;
	}
	s->gone = gone_within(pid, limit, &s->status);
	end = cd_now();
	s->filed_at_end = !cd_report(last, &s->report);
	if (!row->outlived)
		s->free_at_end = row->act == act_exec ? !s->status : line_is_free();
	s->took_ns = end_took(row, begin, end);
	if (row->act == act_scm_cycle)
		return;
	s->filed = report_comes(last, limit, &s->report);
	s->free_at_report = line_is_free();
}

static void judge_wish(const struct row *row, pid_t pid, const struct seen *s)
{
	const struct cleardown_report *r = &s->report;
	bool good = true;

	EXPECT(good, s->filed);
	EXPECT_EQ(good, r->out_head.mode, row->mode);
	EXPECT_EQ(good, r->out_head.cause, row->cause);
	EXPECT_EQ(good, r->out_head.later_causes, row->later);
	if (row->cause == CLEARDOWN_CAUSE_OWNER_DIED)
		EXPECT_EQ(good, r->out_head.cause_detail, row->by_signal);
	EXPECT_EQ(good, r->out_closer_signal, row->by_signal);
	EXPECT_EQ(good, r->out_closer_pid, pid);
	EXPECT(good, !strcmp(r->out_closer_comm, row->closer ? row->closer : SUBJECT));
	EXPECT_EQ(good, r->out_owner_pid, pid);
	EXPECT(good, !strcmp(r->out_owner_comm, SUBJECT));
	EXPECT(good, r->out_head.flags & CLEARDOWN_REPORT_FILE_CLOSE);
	if (!good) {
		fprintf(stderr, "# closer %d (%s) signal %u\n", r->out_closer_pid,
			r->out_closer_comm, r->out_closer_signal);
		report_show(r);
	}
	tap(good, "P-11 PR-8 %s: the report names wish, cause and who let go", row->name);
}

static void judge_bound(const struct row *row, const struct seen *s)
{
	const struct cleardown_report_head *head = &s->report.out_head;
	bool good = true;

	EXPECT(good, s->began && s->gone && s->filed);
	EXPECT(good, s->took_ns <= (row->wait_ms + LATE_MS) * CD_MS);
	EXPECT(good, head->end_ns - head->begin_ns <= (row->close_ms + LATE_MS) * CD_MS);
	if (row->outlived && row->state == STALLED) {
		EXPECT(good, !s->filed_at_end);
		EXPECT(good, s->took_ns >= (row->wait_ms - EARLY_MS) * CD_MS);
	}
	if (!row->outlived)
		EXPECT(good, s->filed_at_end);
	if (!good)
		report_show(&s->report);
	tap(good, "P-11 PR-5 %s: ended in %llu ms, closed in %llu ms", row->name,
	    (unsigned long long)(s->took_ns / CD_MS),
	    (unsigned long long)((head->end_ns - head->begin_ns) / CD_MS));
}

static void expect_honest(bool *good, const struct row *row, const struct cleardown_report_head *h)
{
	EXPECT_EQ(*good, h->ops_issued, h->ops_completed);
	EXPECT_EQ(*good, h->ops_at_close, row->state == DEAF ? DEAF_OPS : 0);
	EXPECT_EQ(*good, h->accepted, row->state == STALLED ? STALL_BYTES : 0);
	EXPECT_EQ(*good, h->accepted, h->confirmed + h->discarded + h->in_doubt);
	EXPECT(*good, h->flags & CLEARDOWN_REPORT_RELEASED);
	EXPECT_EQ(*good, !!(h->flags & CLEARDOWN_REPORT_HAD_CALL), row->state != DEAF);
}

/* Between the rows nothing is open. */
static bool nothing_left(void)
{
	return cd_live_is("handles", 0) && cd_live_is("ops", 0) && cd_live_is("queues", 0) &&
	       cd_live_is("records", 0);
}

static void judge_end_state(const struct row *row, const struct seen *s)
{
	struct cleardown_close arg;
	bool good = true;
	int fd;

	EXPECT(good, s->free_at_report);
	if (!row->outlived)
		EXPECT(good, s->free_at_end);
	expect_honest(&good, row, &s->report.out_head);
	EXPECT(good, nothing_left());
	bank("stall " NEAR_LINE " off");
	bank("deaf " NEAR_LINE " off");
	EXPECT(good, bank_waits(NEAR_LINE, "onhook", 3000));
	if (row->state != DEAF)
		EXPECT(good, far_says("NO CARRIER", 5000));
	fd = cd_open(phone_name, O_RDWR);
	EXPECT(good, fd >= 0);
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	close(fd);
	if (!good)
		report_show(&s->report);
	tap(good, "P-14 P-15 PR-1 PR-4 %s: on-hook, the line free, nothing left over", row->name);
}

static void run_row(const struct row *row)
{
	struct seen seen = { 0 };
	pid_t pid;

	if (!far_ready())
		tap(false, "%s: the far modem is ready", row->name);
	pid = subject_start(row);
	if (!subject_is_ready()) {
		tap(false, "%s: the phone is in the state wanted", row->name);
		gone_within(pid, 1000, &seen.status);
		subject_forget();
		return;
	}
	watch_end(row, pid, &seen);
	subject_forget();
	judge_wish(row, pid, &seen);
	judge_bound(row, &seen);
	judge_end_state(row, &seen);
}

/*
 * A subject is killed, and his close runs. It takes a quarter of a second: who is not scheduled for
 * that time finds the device free again, which is no fault, and begins anew.
 */
static bool is_being_cleared(pid_t *pid)
{
	static const struct row row = { .state = STALLED, .act = act_pause };
	int status;

	for (int tries = 0; tries < 5; tries++) {
		if (!far_ready())
			return false;
		*pid = subject_start(&row);
		if (!subject_is_ready())
			return false;
		kill(*pid, SIGKILL);
		if (device_reaches(CLEARDOWN_STATE_CLOSING, 2000) && line_is_held())
			return true;
		waitpid(*pid, &status, 0);
		subject_forget();
		bank("stall " NEAR_LINE " off");
		far_says("NO CARRIER", 5000);
	}
	return false;
}

/* kill -9, then an open that begins while the close runs: it waits and needs no second try. */
static void reopen_waits(void)
{
	struct cleardown_close arg;
	bool good = true;
	int fd, status;
	pid_t pid = -1;

	EXPECT(good, is_being_cleared(&pid));
	fd = cd_open(phone_name, O_RDWR);
	EXPECT(good, fd >= 0);
	bank("stall " NEAR_LINE " off");
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	close(fd);
	waitpid(pid, &status, 0);
	subject_forget();
	tap(good, "P-11 P-15 an open during the close of a killed owner waits for it");
}

/*
 * exit(0) with two phones whose modems are stalled: the wait is for both, not for each. The second
 * is on the line of the far modem, and machines are called.
 */
static void __attribute__((noreturn)) subject_with_two(const char *second)
{
	subject_call(subject_open(phone_name), "201");
	subject_stalled(NEAR_LINE);
	subject_call(subject_open(second), "202");
	subject_stalled(FAR_LINE);
	shared->begin_ns = cd_now();
	_exit(0);
}

static void two_phones(void)
{
	struct cleardown_report first = { 0 }, second = { 0 };
	uint64_t last = cd_last_report(), took;
	bool good = true;
	int status = -1;
	char name[32];
	pid_t pid;

	close(far);
	EXPECT_EQ(good, cd_bind_tty(far_tty, name), 0);
	shared->begin_ns = 0;
	pid = fork();
	if (!pid)
		subject_with_two(name);
	EXPECT(good, gone_within(pid, 60000, &status));
	took = cd_now() - shared->begin_ns;
	EXPECT_EQ(good, status, 0);
	EXPECT(good, took <= (EXIT_WAIT_MS + LATE_MS) * CD_MS);
	EXPECT(good, report_comes(last, DEFAULT_MS + 5000, &first));
	EXPECT(good, report_comes(first.out_head.number, DEFAULT_MS + 5000, &second));
	EXPECT_EQ(good, first.out_head.mode, CLEARDOWN_MODE_ORDERLY);
	EXPECT_EQ(good, second.out_head.mode, CLEARDOWN_MODE_ORDERLY);
	bank("stall " NEAR_LINE " off");
	bank("stall " FAR_LINE " off");
	EXPECT_EQ(good, cd_unbind(name, 0), 0);
	tap(good, "P-11 PR-5 exit(0) with two phones waits once: %llu ms",
	    (unsigned long long)(took / CD_MS));
}

/* ---- the other programs ---- */

static int next_program(const char *tty)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? errno : 0;
}

/* Does not read its input, and lives until it is told. */
static int core_helper(void)
{
	int fd = open(CORE_HERE, O_WRONLY | O_CREAT, 0600);
	uint64_t end = cd_now() + 20 * CD_S;

	while (access(CORE_GO, F_OK) && cd_now() < end)
		usleep(5000);
	return fd < 0;
}

static bool set_core_pattern(const char *text)
{
	int fd = open(CORE_PATTERN, O_WRONLY);
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return good;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "next-program"))
		return next_program(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "core-helper"))
		return core_helper();
	if (argc != 3)
		return 2;
	near_tty = argv[1];
	far_tty = argv[2];
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (!tap(!cd_bind_tty(near_tty, phone_name) && far_open() && shared != MAP_FAILED &&
			 set_core_pattern("|/tests/release core-helper"),
		 "the phone is bound"))
		return 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i]);
	reopen_waits();
	two_phones();
	set_core_pattern("core");
	tap(!cd_unbind(phone_name, 0), "unbind");
	return tap_done();
}
