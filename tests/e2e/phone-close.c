// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TSPI_phoneClose promises, on a modem behind a 16550: requests outstanding on a modem that
 * does not answer, the silence afterwards, the line that is free, the handle that is dead.
 *
 * usage: phone-close TTY NUMBER	the modem's line of the bank, which has --voice
 */
#define _GNU_SOURCE

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "phone.h"

#define REQUESTS 9
#define BOUND_MS 2000

static struct phone phone;
static const char *tty;
static const char *number;

/* ---- every kind of request ---- */

struct request {
	uint32_t opcode;
	const void *in;
	uint32_t len;
};

#define TEXT(s) (s), sizeof(s) - 1

static const struct cleardown_op_hookswitch off_hook = { CLEARDOWN_HOOKDEV_HANDSET,
							 CLEARDOWN_HOOKMODE_MICSPEAKER };
static const struct cleardown_op_level volume = { CLEARDOWN_HOOKDEV_SPEAKER, 0xffff };
static const struct cleardown_op_level gain = { CLEARDOWN_HOOKDEV_SPEAKER, 0x4000 };

/* Each kind that a modem admits, the first again at the end. */
static const struct request requests[REQUESTS] = {
	{ CLEARDOWN_OP_DEV_SPECIFIC, TEXT("S8=11") },
	{ CLEARDOWN_OP_SET_HOOKSWITCH, &off_hook, sizeof(off_hook) },
	{ CLEARDOWN_OP_SET_VOLUME, &volume, sizeof(volume) },
	{ CLEARDOWN_OP_SET_GAIN, &gain, sizeof(gain) },
	{ CLEARDOWN_OP_DIAL, TEXT("200") },
	{ CLEARDOWN_OP_SEND_DTMF, TEXT("5") },
	{ CLEARDOWN_OP_DEV_SPECIFIC, TEXT("S8=12") },
	{ CLEARDOWN_OP_SET_VOLUME, &volume, sizeof(volume) },
	{ CLEARDOWN_OP_DEV_SPECIFIC, TEXT("S8=13") },
};

static void modem_admits_all(void)
{
	struct cleardown_phone_caps caps = { .size = sizeof(caps) };
	bool good = true;
	unsigned int i;

	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_PHONE_CAPS, &caps), 0);
	EXPECT(good, caps.out_volume_devices & volume.device);
	EXPECT(good, caps.out_gain_devices & gain.device);
	for (i = 0; i < REQUESTS; i++)
		EXPECT(good, caps.out_opcodes & 1U << (requests[i].opcode - 0x100));
	tap(good, "P-11 the modem admits every kind of request that a modem can have");
}

/* Submits all nine; ids[] gets them. */
static bool submit_all(uint64_t ids[REQUESTS])
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < REQUESTS; i++) {
		ids[i] = phone_submit(&phone, requests[i].opcode, requests[i].in, requests[i].len);
		good = good && ids[i];
	}
	return good;
}

static struct wanted completion(uint64_t cookie, uint64_t id, uint64_t above)
{
	return (struct wanted){ CLEARDOWN_EV_COMPLETION, cookie, id, 0, above };
}

static struct wanted ringing(uint64_t cookie)
{
	return (struct wanted){ CLEARDOWN_EV_RING, cookie, 0, 0, 0 };
}

/* Everything about the completions of one close with all nine outstanding on a deaf modem. */
static void judge_nine(const uint64_t ids[REQUESTS], uint64_t cookie,
		       const struct cleardown_close *arg)
{
	union cd_record rec = { 0 };
	bool once = true, timely = true, failed = true;
	unsigned int i;

	for (i = 0; i < REQUESTS; i++) {
		EXPECT_EQ(once, tape_count(&phone.tape, completion(cookie, ids[i], 0)), 1);
		tape_wait(&phone.tape, completion(cookie, ids[i], 0), 1, 0, &rec);
		EXPECT(timely, rec.ev.seq && rec.ev.seq <= arg->out_seq_at_return);
		EXPECT_EQ(failed, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
		EXPECT_EQ(failed, rec.ev.error, -EIO);
		rec.ev.seq = 0;
	}
	EXPECT_EQ(once, tape_count(&phone.tape, completion(cookie, 0, 0)), REQUESTS);
	tap(once, "P-2 P-7 TP-1 nine requests outstanding on a deaf modem: nine completions");
	tap(timely, "P-2 P-8 all of them numbered at or before out_seq_at_return");
	tap(failed, "P-9 a request that did not finish ends with OPERATIONFAILED");
	tap(!phone.tape.garbled, "TP-4 one queue, whole records in growing order");
}

static void judge_close(const struct cleardown_close *arg, int ret, uint64_t took)
{
	bool good = true;

	EXPECT_EQ(good, ret, 0);
	EXPECT_EQ(good, arg->out_status, 0);
	EXPECT_EQ(good, arg->out_released, 1);
	EXPECT_EQ(good, arg->out_report.ops_at_close, REQUESTS);
	EXPECT_EQ(good, arg->out_report.ops_issued, REQUESTS);
	EXPECT_EQ(good, arg->out_report.ops_completed, REQUESTS);
	EXPECT(good, took < (BOUND_MS + SLACK_MS) * CD_MS);
	tap(good,
	    "P-1 P-5 P-11a the close of a dead modem with nine outstanding succeeds (%llu ms)",
	    (unsigned long long)(took / CD_MS));
}

static bool only_known_types(uint64_t cookie)
{
	unsigned int i;
	bool good = true;

	pthread_mutex_lock(&phone.tape.lock);
	for (i = 0; i < phone.tape.n; i++) {
		const struct cleardown_event *ev = &phone.tape.rec[i].ev;

		EXPECT(good, ev->type == CLEARDOWN_EV_COMPLETION ||
				     (ev->type >= CLEARDOWN_EV_PHONE_STATE &&
				      ev->type <= CLEARDOWN_EV_LINES));
		EXPECT(good, ev->cookie != cookie || ev->handle == phone.handle);
	}
	pthread_mutex_unlock(&phone.tape.lock);
	return good;
}

/*
 * Rings go on and prove by themselves that they would be seen: the next owner of the phone, with
 * another cookie on the same queue, gets them.
 */
static void silence_after(uint64_t cookie, uint64_t limit)
{
	struct wanted late = { .cookie = cookie, .above_seq = limit };
	bool good = true;

	bank("deaf %s off", number);
	EXPECT_EQ(good, phone_open(&phone, cookie + 1), 0);
	EXPECT(good, tape_wait(&phone.tape, ringing(cookie + 1), 3, 20000, NULL));
	EXPECT_EQ(good, tape_count(&phone.tape, late), 0);
	tap(good, "P-12 TP-1 no record after CLOSE while rings go on and the next owner sees them");
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	bank("ring %s stop", number);
}

/* A program that has the plain line reads what the modem says; the queue must not hear of it. */
static void rings_elsewhere(uint64_t cookie, uint64_t limit)
{
	struct wanted late = { .cookie = cookie, .above_seq = limit };
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK), rings = 0;
	struct pollfd line = { .fd = fd, .events = POLLIN };
	uint64_t end = cd_now() + 20 * CD_S, before = queue_seq(phone.events);
	bool good = true;
	char c;

	EXPECT(good, fd >= 0);
	while (rings < 3 && cd_now() < end)
		if (poll(&line, 1, 100) == 1 && read(fd, &c, 1) == 1)
			rings += c == 'G';
	close(fd);
	EXPECT_EQ(good, rings, 3);
	EXPECT_EQ(good, queue_seq(phone.events), before);
	EXPECT_EQ(good, tape_count(&phone.tape, late), 0);
	tap(good, "P-12 P-15 the next program on the line reads the rings, the queue stays silent");
}

static void nine_outstanding(void)
{
	struct cleardown_close arg;
	uint64_t ids[REQUESTS], t0, took, cookie = 0x1000;
	int ret;

	if (!tap(!phone_open(&phone, cookie), "open the phone"))
		return;
	modem_admits_all();
	bank("deaf %s on", number);
	bank("ring %s 5551 every 300", number);
	tap(submit_all(ids), "P-11a nine requests are accepted");
	tap(tape_wait(&phone.tape, ringing(cookie), 2, 10000, NULL), "RINGs come meanwhile");
	t0 = cd_now();
	ret = cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg);
	took = cd_now() - t0;
	tape_catch_up(&phone.tape);
	judge_close(&arg, ret, took);
	judge_nine(ids, cookie, &arg);
	tap(only_known_types(cookie), "P-3 TP-1 TP-6 no PHONE_CLOSE, no PHONE_REPLY, "
				      "the caller's cookie in every record");
	rings_elsewhere(cookie, arg.out_seq_at_return);
	close(phone.fd);
	silence_after(cookie, arg.out_seq_at_return);
}

/* ---- acknowledged or not ---- */

#define MANY 24

/* A completion without error must belong to a command that the modem really got. */
static void judge_honest(const uint64_t ids[MANY])
{
	unsigned int i, succeeded = 0;
	union cd_record rec = { 0 };
	char text[16];
	bool good = true;

	for (i = 0; i < MANY; i++) {
		EXPECT(good, phone_wait(&phone, ids[i], 2000, &rec) != -ETIME);
		snprintf(text, sizeof(text), "S7=%u\\r", 100 + i);
		if (!rec.ev.error)
			EXPECT(good, i < MANY / 2 && modem_got(number, text));
		else
			EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
		succeeded += !rec.ev.error;
	}
	EXPECT(good, succeeded >= 2);
	tap(good,
	    "P-9 a modem falls deaf amidst its answers: success only for what it got (%u of %u)",
	    succeeded, MANY);
}

static void acknowledged_or_not(void)
{
	uint64_t ids[MANY];
	unsigned int i;
	char text[16];

	bank("capture %s on", number);
	if (!tap(!phone_open(&phone, 0x2000), "open the phone"))
		return;
	for (i = 0; i < MANY; i++) {
		if (i == MANY / 2) {
			phone_wait(&phone, ids[1], 5000, NULL);
			bank("deaf %s on", number);
		}
		snprintf(text, sizeof(text), "S7=%u", 100 + i);
		ids[i] = phone_submit_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, text);
	}
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
	judge_honest(ids);
	bank("deaf %s off", number);
	bank("capture %s off", number);
}

/* ---- nothing outstanding ---- */

static void nothing_outstanding(void)
{
	uint64_t cookie = 0x3000, best = ~0ULL, took, seq;
	struct cleardown_close arg;
	bool good = true, silent = true;
	unsigned int i;

	for (i = 0; i < 5 && good; i++) {
		EXPECT_EQ(good, phone_open(&phone, cookie + i), 0);
		EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "", 5000, NULL),
			  0);
		tape_catch_up(&phone.tape);
		seq = queue_seq(phone.events);
		took = cd_now();
		EXPECT_EQ(good, cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
		took = cd_now() - took;
		best = took < best ? took : best;
		tape_catch_up(&phone.tape);
		EXPECT_EQ(silent, tape_count(&phone.tape, completion(cookie + i, 0, seq)), 0);
		EXPECT_EQ(silent, arg.out_report.ops_at_close, 0);
		close(phone.fd);
	}
	tap(good && silent, "P-10 a close with nothing outstanding emits no completion");
	tap(best < 200 * CD_MS, "P-10 and adds no delay of its own (%llu ms)",
	    (unsigned long long)(best / CD_MS));
}

/* ---- the line ---- */

/*
 * Another program: watches for the word on the other processor, then opens the line, once. Exits 0
 * when it got it.
 */
static pid_t other_program(volatile int *go)
{
	uint64_t end = cd_now() + 20 * CD_S;
	pid_t pid = fork();

	if (pid)
		return pid;
	*go = 1;
	while (*go != 2)
		if (cd_now() > end)
			_exit(9);
	_exit(open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK) < 0 ? 1 : 0);
}

static bool odd_termios(int fd, struct termios *tio)
{
	if (fd < 0 || tcgetattr(fd, tio))
		return false;
	cfsetspeed(tio, B4800);
	tio->c_cflag = (tio->c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB | CLOCAL;
	tio->c_cflag &= ~(tcflag_t)HUPCL;
	tio->c_lflag &= ~(tcflag_t)ECHO;
	return !tcsetattr(fd, TCSANOW, tio) && !tcgetattr(fd, tio);
}

static bool same_termios(const struct termios *before)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct termios after;
	bool same;

	if (fd < 0 || tcgetattr(fd, &after))
		return false;
	same = before->c_cflag == after.c_cflag && before->c_lflag == after.c_lflag &&
	       before->c_iflag == after.c_iflag && before->c_oflag == after.c_oflag &&
	       cfgetospeed(before) == cfgetospeed(&after);
	close(fd);
	return same;
}

static long module_references(const char *module)
{
	char path[96];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module);
	f = fopen(path, "r");
	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* What is true only while the phone is open. */
static void line_is_taken(void)
{
	bool good = true;

	EXPECT(good, open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK) < 0 && errno == EBUSY);
	EXPECT_EQ(good, cd_open(phone.name, O_RDWR), -EBUSY);
	EXPECT_EQ(good, cd_open(phone.name, O_WRONLY), -EBUSY);
	tap(good, "P-14 P-15 while the phone is open its line and a second owner get EBUSY");
	good = true;
	EXPECT(good, syscall(SYS_delete_module, "cleardown_tty", O_NONBLOCK) && errno == EAGAIN);
	EXPECT(good, syscall(SYS_delete_module, "cleardown", O_NONBLOCK) && errno == EAGAIN);
	tap(good, "P-11e rmmod is refused while the phone is open");
}

/* One close with the other program in wait: true when it got the line. */
static bool handed_over(uint64_t cookie)
{
	volatile int *go =
		mmap(NULL, sizeof(*go), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cleardown_close arg;
	bool good = true;
	int status = -1;
	pid_t pid;

	EXPECT_EQ(good, phone_open(&phone, cookie), 0);
	pid = other_program(go);
	while (!*go)
		sched_yield();
	EXPECT_EQ(good, cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg), 0);
	*go = 2;
	EXPECT(good, waitpid(pid, &status, 0) == pid);
	EXPECT_EQ(good, status, 0);
	close(phone.fd);
	munmap((void *)go, sizeof(*go));
	return good;
}

static void line_is_freed(void)
{
	long links = module_references("cleardown_tty"), cores = module_references("cleardown");
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct termios before;
	bool good = true;
	unsigned int i;

	tap(odd_termios(fd, &before), "the line is left at 4800 7E1 by a program before");
	close(fd);
	if (!tap(!phone_open(&phone, 0x4000), "open the phone"))
		return;
	line_is_taken();
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
	tap(same_termios(&before), "P-14 P-15 the next program finds the settings of the last");
	for (i = 0; i < 8 && good; i++)
		good = handed_over(0x4100 + i);
	tap(good,
	    "P-14 P-15 RP-7 another program opens the line the moment CLOSE returns, without "
	    "retry (%u times)",
	    i);
	good = true;
	EXPECT_EQ(good, module_references("cleardown_tty"), links);
	EXPECT_EQ(good, module_references("cleardown"), cores);
	tap(good, "P-14 the modules are not held any more");
}

/* ---- the handle ---- */

/* Every call of a phone's file: the large buffer begins with each call's size. */
static const struct {
	unsigned long cmd;
	uint32_t size;
} calls[] = {
	{ CLEARDOWN_IOC_GET_INFO, sizeof(struct cleardown_info) },
	{ CLEARDOWN_IOC_GET_STATUS, sizeof(struct cleardown_status) },
	{ CLEARDOWN_IOC_BIND_EVENTS, sizeof(struct cleardown_bind_events) },
	{ CLEARDOWN_IOC_SUBMIT, sizeof(struct cleardown_submit) },
	{ CLEARDOWN_IOC_CANCEL, sizeof(struct cleardown_cancel) },
	{ CLEARDOWN_IOC_CLOSE, sizeof(struct cleardown_close) },
	{ CLEARDOWN_IOC_SET_FILTER, sizeof(struct cleardown_filter) },
	{ CLEARDOWN_IOC_SET_OPTIONS, sizeof(struct cleardown_options) },
	{ CLEARDOWN_IOC_PHONE_CAPS, sizeof(struct cleardown_phone_caps) },
	{ CLEARDOWN_IOC_PHONE_STATUS, sizeof(struct cleardown_phone_status) },
	{ CLEARDOWN_IOC_PHONE_PANEL, sizeof(struct cleardown_phone_panel) },
	{ CLEARDOWN_IOC_PHONE_MESSAGES, sizeof(struct cleardown_phone_messages) },
	{ CLEARDOWN_IOC_PHONE_ID, sizeof(struct cleardown_phone_id) },
};

static bool is_dead(int fd)
{
	union {
		uint32_t size;
		struct cleardown_close close;
		char bytes[1024];
	} arg;
	struct cleardown_close again;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool good = true;
	unsigned int i;
	char c = 0;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		memset(&arg, 0, sizeof(arg));
		arg.size = calls[i].size;
		EXPECT_EQ(good, cd_ioctl(fd, calls[i].cmd, &arg), -EBADFD);
	}
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &again), -EBADFD);
	EXPECT_EQ(good, again.out_status, CLEARDOWN_PHONEERR_INVALPHONEHANDLE);
	EXPECT(good, read(fd, &c, 1) == -1 && errno == EBADFD);
	EXPECT(good, write(fd, &c, 1) == -1 && errno == EBADFD);
	EXPECT(good, poll(&p, 1, 0) == 1 && p.revents & POLLHUP);
	return good;
}

static void closed_is_dead(void)
{
	struct cleardown_close arg;
	int old;

	if (!tap(!phone_open(&phone, 0x5000), "open the phone"))
		return;
	old = phone.fd;
	cd_close(old, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg);
	tap(is_dead(old), "P-1 P-4 P-13 PR-9 RP-4 a closed handle answers EBADFD to every call");
	if (!tap(!phone_open(&phone, 0x5001), "open the phone again"))
		return;
	tap(is_dead(old), "P-4 PR-9 and goes on so after the phone was opened again");
	tap(!phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "", 5000, NULL),
	    "P-3 the new handle works beside it");
	close(old);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

static void wrong_handle(void)
{
	struct cleardown_close arg;
	bool good = true;

	if (!tap(!phone_open(&phone, 0x5100), "open the phone"))
		return;
	arg = (struct cleardown_close){ .size = sizeof(arg),
					.clazz = CLEARDOWN_CLASS_PORT,
					.mode = CLEARDOWN_MODE_ABORT };
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_CLOSE, &arg), -ENOTTY);
	EXPECT_EQ(good, cd_close(phone.events, CLEARDOWN_MODE_ABORT, CD_S, &arg), -ENOTTY);
	EXPECT_EQ(good, cd_close(1000, CLEARDOWN_MODE_ABORT, CD_S, &arg), -EBADF);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "", 5000, NULL), 0);
	tap(good, "P-3 CLOSE of a wrong handle or class fails and changes nothing");
	EXPECT(good, phone.handle != phone.cookie);
	tap(good, "P-3 the handle's id and the caller's cookie are different things");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- a close that the owner did not ask for ---- */

static int close_by_admin(uint32_t mode, uint64_t deadline_ns)
{
	struct cleardown_ctl_close arg = { .size = sizeof(arg),
					   .mode = mode,
					   .deadline_ns = deadline_ns };
	int ctl = cd_ctl(), ret;

	snprintf(arg.name, sizeof(arg.name), "%s", phone.name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, &arg);
	close(ctl);
	return ret;
}

static void forced_close(void)
{
	struct wanted closed = { CLEARDOWN_EV_PHONE_CLOSE, 0x6000, 0, 0, 0 };
	uint64_t ids[REQUESTS];
	union cd_record last = { 0 }, rec = { 0 };
	bool good = true;

	if (!tap(!phone_open(&phone, 0x6000), "open the phone"))
		return;
	bank("deaf %s on", number);
	submit_all(ids);
	EXPECT_EQ(good, close_by_admin(CLEARDOWN_MODE_ABORT, 2 * CD_S), 0);
	EXPECT(good, tape_wait(&phone.tape, closed, 1, 2000, &last));
	tape_catch_up(&phone.tape);
	EXPECT_EQ(good, tape_count(&phone.tape, closed), 1);
	EXPECT_EQ(good, last.ev.p1, CLEARDOWN_CAUSE_ADMIN);
	EXPECT_EQ(good, tape_count(&phone.tape, completion(0x6000, 0, 0)), REQUESTS);
	tape_wait(&phone.tape, completion(0x6000, 0, 0), 1, 0, &rec);
	EXPECT(good, rec.ev.seq < last.ev.seq);
	EXPECT_EQ(good,
		  tape_count(&phone.tape,
			     (struct wanted){ .cookie = 0x6000, .above_seq = last.ev.seq }),
		  0);
	tap(good, "P-19 a forced close: all completions, then exactly one PHONE_CLOSE");
	tap(is_dead(phone.fd), "P-19 P-13 after it the handle is dead, a CLOSE included");
	tape_catch_up(&phone.tape);
	tap(tape_count(&phone.tape, completion(0x6000, 0, 0)) == REQUESTS,
	    "P-19 the owner's later CLOSE brings no second burst of completions");
	close(phone.fd);
	bank("deaf %s off", number);
}

/* ---- several descriptors of one phone ---- */

static void one_of_many(void)
{
	struct cleardown_status st = { 0 };
	int second, observer;
	bool good = true;
	uint64_t id;

	if (!tap(!phone_open(&phone, 0x7000), "open the phone"))
		return;
	second = dup(phone.fd);
	observer = cd_open(phone.name, O_RDONLY);
	bank("deaf %s on", number);
	id = cd_submit_text(second, CLEARDOWN_OP_DEV_SPECIFIC, 77, "I0") ? 0 : 77;
	cd_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_observers, 1);
	close(second);
	close(observer);
	EXPECT_EQ(good, cd_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_state, CLEARDOWN_STATE_OPEN);
	EXPECT_EQ(good, st.out_pending, 1);
	EXPECT_EQ(good, st.out_observers, 0);
	EXPECT_EQ(good, tape_count(&phone.tape, completion(0x7000, id, 0)), 0);
	tap(good, "TP-2 RP-8 close(2) of one descriptor aborts nothing, not even its own request");
	bank("deaf %s off", number);
	good = true;
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ABORT, 2 * CD_S, NULL), 0);
	EXPECT(good, tape_wait(&phone.tape, completion(0x7000, id, 0), 1, 2000, NULL));
	tap(good, "TP-2 CLOSE ends it");
}

/* ---- ids and buffers ---- */

static void callers_ids(void)
{
	static const uint64_t ids[] = { 0, 1, ~0ULL, 0x8000000000000000ULL };
	char text[] = "S8=21";
	union cd_record rec;
	bool good = true, copied = true;
	unsigned int i;

	if (!tap(!phone_open(&phone, 0x8000), "open the phone"))
		return;
	bank("capture %s on", number);
	bank("set %s cts 0", number); /* none is over before the last was submitted */
	for (i = 0; i < 4; i++)
		EXPECT_EQ(good, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, ids[i], "I0"),
			  0);
	EXPECT_EQ(good, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, ids[3], "I0"), -EEXIST);
	bank("set %s cts auto", number);
	tape_wait(&phone.tape, completion(0x8000, 0, 0), 4, 5000, NULL);
	for (i = 1; i < 4; i++)
		EXPECT_EQ(good, tape_count(&phone.tape, completion(0x8000, ids[i], 0)), 1);
	EXPECT_EQ(good, tape_count(&phone.tape, completion(0x8000, 0, 0)), 4);
	tap(good, "TP-3 TP-5 any id that the caller chooses comes back once; a used one is EEXIST");
	EXPECT_EQ(copied, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, 500, text), 0);
	memset(text, 'X', sizeof(text) - 1);
	EXPECT_EQ(copied, phone_wait(&phone, 500, 5000, &rec), 0);
	EXPECT(copied, modem_got(number, "ATS8=21\\r"));
	tap(copied, "TP-7 the input was copied when SUBMIT returned");
	bank("capture %s off", number);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- nothing survives ---- */

static void nothing_survives(void)
{
	struct cleardown_phone_status before = { 0 }, set = { 0 }, after = { 0 };
	struct cleardown_options options = { .size = sizeof(options),
					     .set = CLEARDOWN_OPT_DEADLINE,
					     .deadline_ns = 77 * CD_S };
	struct cleardown_info info = { .size = sizeof(info) };
	uint64_t deadline;
	bool good = true;

	if (!tap(!phone_open(&phone, 0x9000), "open the phone"))
		return;
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_GET_INFO, &info), 0);
	deadline = info.out_deadline_ns;
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_SET_OPTIONS, &options), 0);
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_GET_INFO, &info), 0);
	EXPECT(good, info.out_deadline_ns == 77 * CD_S && deadline != 77 * CD_S);
	cd_phone_status(phone.fd, &before);
	EXPECT_EQ(good,
		  phone_do(&phone, CLEARDOWN_OP_SET_VOLUME, &volume, sizeof(volume), 5000, NULL),
		  0);
	cd_phone_status(phone.fd, &set);
	EXPECT(good, set.out_volume != before.out_volume);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
	phone.fd = cd_open(phone.name, O_RDWR);
	EXPECT_EQ(good, cd_phone_status(phone.fd, &after), 0);
	EXPECT_EQ(good, after.out_volume, before.out_volume);
	EXPECT_EQ(good, after.out_offhook, 0);
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_GET_INFO, &info), 0);
	EXPECT_EQ(good, info.out_cookie, 0);
	EXPECT_EQ(good, info.out_deadline_ns, deadline);
	EXPECT_EQ(good, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, 1, "I0"),
		  -EDESTADDRREQ);
	EXPECT_EQ(good, cd_bind_events(phone.fd, phone.events, 0x9001), 0);
	bank("ring %s 5552 every 300", number);
	EXPECT(good, bank_waits(number, "ringing", 3000));
	EXPECT_EQ(good, cd_submit_text(phone.fd, CLEARDOWN_OP_DEV_SPECIFIC, 2, "I0"), 0);
	phone.cookie = 0x9001;
	EXPECT_EQ(good, phone_wait(&phone, 2, 5000, NULL), 0);
	EXPECT_EQ(good, tape_count(&phone.tape, ringing(0x9001)), 0);
	tap(good,
	    "TP-9 volume, filters, options and event queue of a session do not reach the next one");
	bank("ring %s stop", number);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- every close of this run ---- */

static void statuses(void)
{
	struct cleardown_report r;
	unsigned int n = 0;
	uint64_t last = 0;
	bool good = true;

	while (!cd_report(last, &r)) {
		const struct cleardown_report_head *h = &r.out_head;

		EXPECT(good, !h->status || h->status == CLEARDOWN_PHONEERR_OPERATIONFAILED ||
				     h->status == CLEARDOWN_PHONEERR_NOMEM ||
				     h->status == CLEARDOWN_PHONEERR_OPERATIONUNAVAIL ||
				     h->status == CLEARDOWN_PHONEERR_RESOURCEUNAVAIL);
		EXPECT_EQ(good, !h->status, !h->error);
		EXPECT_EQ(good, h->ops_issued, h->ops_completed);
		EXPECT_EQ(good, h->late_events, 0);
		EXPECT(good, h->flags & CLEARDOWN_REPORT_RELEASED);
		EXPECT(good, h->cause && r.out_nsteps);
		last = h->number;
		n++;
	}
	EXPECT(good, n > 10);
	tap(good,
	    "P-5 P-6 P-17 P-18 PR-10 every close of this run has its report, a status that the "
	    "contract allows, and released the line (%u)",
	    n);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	tty = argv[1];
	number = argv[2];
	if (!tap(phone_bind(&phone, tty), "bind %s", tty))
		return tap_done();
	nine_outstanding();
	acknowledged_or_not();
	nothing_outstanding();
	line_is_freed();
	closed_is_dead();
	wrong_handle();
	forced_close();
	one_of_many();
	callers_ids();
	nothing_survives();
	statuses();
	tap(cd_counter("stats", "issued") == cd_counter("stats", "completed"),
	    "P-7 all requests issued were completed");
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
