// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of one phone to the bank's machines, and from them: how they begin, carry data and end.
 *
 * usage: phone-call PART TTY NUMBER	PART: dial, end, dtr, v22 or fast
 *
 * Machines of the bank: 200 echoes, 201 counts, 300 does not answer.
 */
#define _GNU_SOURCE

#include <grp.h>

#include "phone.h"

static struct phone phone;
static const char *number;

static struct wanted phone_state(uint64_t cookie, uint32_t state)
{
	return (struct wanted){ CLEARDOWN_EV_PHONE_STATE, cookie, 0, state, 0 };
}

/* Waits until the call's end was reported and can be asked. */
static bool wait_idle(int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (!tape_call_states(&phone.tape, phone.cookie, CLEARDOWN_CALL_IDLE) ||
	       phone_call_state(&phone) != CLEARDOWN_CALL_IDLE)
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

/* QEMU looks at the carrier line every 10 ms, or later: CONNECT may be there before it. */
static bool carrier_seen(void)
{
	uint64_t end = cd_now() + 5 * CD_S;
	struct cleardown_status st = { 0 };

	while (!cd_status(phone.fd, &st) && !(st.out_lines & CLEARDOWN_LINE_DCD))
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

/* Opens, dials and is online. */
static bool online(uint64_t cookie, const char *to)
{
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, cookie), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, to, 30000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	EXPECT(good, carrier_seen());
	return good;
}

/* ---- bytes ---- */

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8));
}

/* Reads until @len bytes came or the call ended, at most @ms. */
static size_t read_all(int fd, uint8_t *buf, size_t len, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	size_t got = 0;

	while (got < len && cd_now() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(fd, buf + got, len - got);
		if (n <= 0)
			break;
		got += n;
	}
	return got;
}

struct writer {
	pthread_t thread;
	int fd;
	size_t len;
	size_t done;
};

static void *writer_run(void *p)
{
	struct writer *w = p;
	uint8_t buf[2048];
	size_t i, n;
	ssize_t ret;

	while (w->done < w->len) {
		n = w->len - w->done < sizeof(buf) ? w->len - w->done : sizeof(buf);
		for (i = 0; i < n; i++)
			buf[i] = pattern(w->done + i);
		ret = write(w->fd, buf, n);
		if (ret <= 0)
			break;
		w->done += ret;
	}
	return NULL;
}

/* Writes @len bytes to the machine that echoes, and gets them back meanwhile. */
static bool there_and_back(size_t len, int ms)
{
	struct writer w = { .fd = phone.fd, .len = len };
	uint8_t *buf = calloc(1, len);
	bool good = true;
	size_t i, got;

	if (!buf || pthread_create(&w.thread, NULL, writer_run, &w))
		abort();
	got = read_all(phone.fd, buf, len, ms);
	pthread_join(w.thread, NULL);
	EXPECT_EQ(good, w.done, len);
	EXPECT_EQ(good, got, len);
	for (i = 0; i < got && buf[i] == pattern(i); i++)
		;
	EXPECT_EQ(good, i, len);
	free(buf);
	return good;
}

/* ---- how calls begin ---- */

static void a_call(void)
{
	struct cleardown_phone_status st = { 0 };
	struct cleardown_close arg;
	struct cleardown_report r = { 0 };
	char buf[8] = "";
	bool good = online(0x100, "200");

	cd_phone_status(phone.fd, &st);
	EXPECT(good, st.out_rate > 0);
	EXPECT_EQ(good, st.out_offhook, CLEARDOWN_HOOKDEV_HANDSET);
	EXPECT_EQ(good, tape_count(&phone.tape, phone_state(0x100, CLEARDOWN_PHONESTATE_CONNECTED)),
		  1);
	EXPECT(good, write(phone.fd, "hello", 5) == 5);
	EXPECT_EQ(good, read_all(phone.fd, (uint8_t *)buf, 5, 10000), 5);
	EXPECT(good, !strcmp(buf, "hello"));
	tap(good, "P-7 a machine is dialled and echoes what is written");
	good = true;
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT(good, bank_waits(number, "onhook", 500));
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_HAD_CALL);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, !(r.out_head.flags & CLEARDOWN_REPORT_FORCED));
	EXPECT_EQ(good, r.out_head.accepted, 5);
	EXPECT_EQ(good, r.out_head.confirmed, 5);
	EXPECT_EQ(good, r.out_head.received, 5);
	if (!tap(good,
		 "P-1 P-14 a close with a call up hangs up, proves it and accounts the bytes"))
		report_show(&r);
}

/* Dials what cannot be reached; the next command must work. */
static void fails(const char *to, uint32_t result, const char *how)
{
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, to, 30000, &rec), -EIO);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
	EXPECT_EQ(good, rec.ev.p1, result);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_IDLE);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	tap(good, "P-9 a dial that ends with %s fails with that result", how);
}

static void failing_calls(void)
{
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, 0x200), 0);
	bank("busy 201 on");
	bank("noanswer 300 on");
	fails("201", CLEARDOWN_RESULT_BUSY, "BUSY");
	bank("busy 201 off");
	fails("999", CLEARDOWN_RESULT_NO_DIALTONE, "NO DIALTONE");
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "S7=4", 5000, NULL), 0);
	fails("300", CLEARDOWN_RESULT_NO_ANSWER, "NO ANSWER");
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "S7=50", 5000, NULL), 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	tap(good, "P-1 after failed calls the phone closes as ever");
}

/* Gets a queue and all filters for an observer of the phone; returns the observer. */
static int observe(int events, uint64_t cookie)
{
	int fd = cd_open(phone.name, O_RDONLY);

	if (cd_bind_events(fd, events, cookie) || cd_filter(fd, ALL_STATES, ALL_EVENTS))
		fprintf(stderr, "# the phone cannot be observed\n");
	return fd;
}

/* What the observer got: rings and the call, but no completion. */
static bool observed(int events, uint64_t cookie)
{
	unsigned int rings = 0, online = 0;
	union cd_record rec;
	bool good = true;

	while (!cd_one(events, &rec, 0)) {
		EXPECT_EQ(good, rec.ev.cookie, cookie);
		EXPECT(good, rec.ev.type >= CLEARDOWN_EV_FILTER_BASE);
		rings += rec.ev.type == CLEARDOWN_EV_RING;
		online += rec.ev.type == CLEARDOWN_EV_CALL_STATE &&
			  rec.ev.p1 == CLEARDOWN_CALL_ONLINE;
	}
	EXPECT(good, rings >= 2 && online == 1);
	return good;
}

static void incoming_call(void)
{
	struct wanted ring = { CLEARDOWN_EV_RING, 0x300, 0, 0, 0 };
	int events = cd_events(), observer = observe(events, 0x301);
	struct cleardown_phone_status st = { 0 };
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, 0x300), 0);
	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_ANSWER, NULL, 0, 5000, &rec), -EINVAL);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_INVALPHONESTATE);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+VCID=1", 5000, NULL), 0);
	EXPECT(good, bank("dial 200 %s", number));
	EXPECT(good, tape_wait(&phone.tape, ring, 2, 20000, NULL));
	cd_phone_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_call_state, CLEARDOWN_CALL_RINGING);
	EXPECT_EQ(good, st.out_ring_mode, 1);
	EXPECT(good, !strcmp(st.out_caller, "200"));
	EXPECT(good,
	       tape_count(&phone.tape, (struct wanted){ CLEARDOWN_EV_CALLER_ID, 0x300, 0, 0, 0 }));
	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_ANSWER, NULL, 0, 30000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	EXPECT(good, there_and_back(300, 20000));
	tap(good, "P-7 a call of a machine rings, shows its caller, is answered and carries data");
	tap(observed(events, 0x301), "RP-8 an observer saw it ring and connect, and no completion");
	close(observer);
	close(events);
	good = true;
	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_HANGUP, NULL, 0, 10000, NULL), 0);
	EXPECT(good, bank_waits(number, "onhook", 500));
	EXPECT_EQ(good, tape_call_states(&phone.tape, 0x300, CLEARDOWN_CALL_IDLE), 1);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	tap(good, "P-7 HANGUP ends it, and the phone stays open");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- how calls are broken off ---- */

static int cancel(int fd, uint32_t what, uint64_t id)
{
	struct cleardown_cancel arg = { .size = sizeof(arg), .what = what, .id = id };

	return cd_ioctl(fd, CLEARDOWN_IOC_CANCEL, &arg);
}

static uint64_t call_number(void)
{
	struct cleardown_status st = { 0 };

	cd_status(phone.fd, &st);
	return st.out_call;
}

static uint64_t dial_unanswered(bool *good)
{
	uint64_t id = phone_submit_text(&phone, CLEARDOWN_OP_DIAL, "300");

	EXPECT(*good, id);
	EXPECT(*good, bank_waits(number, "dialing", 5000));
	return id;
}

static bool broken_off(uint64_t id)
{
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_wait(&phone, id, 3000, &rec), -ECANCELED);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
	EXPECT(good, wait_idle(3000));
	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	return good;
}

static void cancelled_request(void)
{
	bool good = true;
	uint64_t id;

	EXPECT_EQ(good, phone_open(&phone, 0x400), 0);
	EXPECT_EQ(good, cancel(phone.fd, CLEARDOWN_CANCEL_REQUEST, 12345), -ENOENT);
	id = dial_unanswered(&good);
	EXPECT_EQ(good, cancel(phone.fd, CLEARDOWN_CANCEL_REQUEST, id), 0);
	good = broken_off(id) && good;
	EXPECT_EQ(good, cancel(phone.fd, CLEARDOWN_CANCEL_REQUEST, id), -ENOENT);
	tap(good, "P-7 P-9 a dial is cancelled by its request id: ECANCELED once, the modem "
		  "on-hook, the next command works");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* A process of user @uid that cancels call @call through @observer; returns its -errno. */
static int cancel_as(uid_t uid, int observer, uint64_t call)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
			_exit(255);
		_exit(-cancel(observer, CLEARDOWN_CANCEL_CALL, call));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? -WEXITSTATUS(status) : -1000;
}

/* Opens the phone as another user, whose id the kernel then asks of whoever cancels his call. */
static int open_as(uid_t uid, uint64_t cookie)
{
	char path[96];
	int ret;

	snprintf(path, sizeof(path), "/dev/cleardown/%s", phone.name);
	if (chmod(path, 0666) || setresuid(uid, uid, 0))
		return -errno;
	ret = phone_open(&phone, cookie);
	if (setresuid(0, 0, 0))
		return -errno;
	return ret;
}

static void cancelled_call(void)
{
	int observer = cd_open(phone.name, O_RDONLY);
	bool good = true;
	uint64_t id, call;

	EXPECT_EQ(good, open_as(1000, 0x500), 0);
	EXPECT_EQ(good, cancel(observer, CLEARDOWN_CANCEL_CALL, 1), -ESTALE);
	id = dial_unanswered(&good);
	call = call_number();
	EXPECT(good, call);
	EXPECT_EQ(good, cancel_as(1000, observer, call + 1), -ESTALE);
	EXPECT_EQ(good, cancel_as(1001, observer, call), -EPERM);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_DIALING);
	tap(good, "P-7 a call is not cancelled by another number, nor by another user");
	good = true;
	EXPECT_EQ(good, cancel_as(1000, observer, call), 0);
	good = broken_off(id) && good;
	EXPECT_EQ(good, cancel_as(1000, observer, call), -ESTALE);
	tap(good, "P-7 a call being set up is cancelled by its number through an observer of the "
		  "same user");
	close(observer);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

static void cancelled_online(void)
{
	bool good = online(0x510, "200");
	char c;

	EXPECT_EQ(good, cancel(phone.fd, CLEARDOWN_CANCEL_CALL, call_number()), 0);
	EXPECT(good, wait_idle(3000));
	EXPECT_EQ(good, read(phone.fd, &c, 1), 0);
	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	EXPECT_EQ(good, tape_call_states(&phone.tape, 0x510, CLEARDOWN_CALL_IDLE), 1);
	tap(good, "P-7 a call in data mode is cancelled by its number, the reader gets its end");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

static void expired_request(void)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_DIAL,
		.req_id = 9,
		.deadline_ns = 400 * CD_MS,
		.in_ptr = (uintptr_t) "300",
		.in_len = 3,
	};
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, 0x520), 0);
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_SUBMIT, &arg), 0);
	EXPECT_EQ(good, phone_wait(&phone, 9, 400 + SLACK_MS, &rec), -ETIMEDOUT);
	EXPECT(good, wait_idle(3000));
	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	tap(good, "P-7 P-9 a dial whose deadline passes ends with ETIMEDOUT and on-hook");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- how calls end at the far end ---- */

/* What must be true, once each, after the far end has ended the call of @cookie. */
static bool ended_once(uint64_t cookie)
{
	struct cleardown_status st = { 0 };
	bool good = true;

	EXPECT(good, wait_idle(10000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	EXPECT(good, tape_catch_up(&phone.tape));
	EXPECT_EQ(good, tape_call_states(&phone.tape, cookie, CLEARDOWN_CALL_IDLE), 1);
	EXPECT_EQ(good,
		  tape_count(&phone.tape, phone_state(cookie, CLEARDOWN_PHONESTATE_DISCONNECTED)),
		  1);
	EXPECT_EQ(good,
		  tape_count(&phone.tape,
			     (struct wanted){ CLEARDOWN_EV_DEVSPECIFIC, cookie, 0, 0, 0 }),
		  0);
	EXPECT_EQ(good,
		  tape_count(&phone.tape,
			     (struct wanted){ CLEARDOWN_EV_PHONE_CLOSE, cookie, 0, 0, 0 }),
		  0);
	EXPECT_EQ(good, cd_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_state, CLEARDOWN_STATE_OPEN);
	EXPECT_EQ(good, st.out_call, 0);
	return good;
}

static void far_end_hangs_up(void)
{
	bool good = online(0x600, "200");
	char buf[8] = "";

	EXPECT(good, bank("send 200 bye"));
	EXPECT(good, bank_waits(number, "tx:3", 10000));
	EXPECT(good, bank("hangup 200"));
	EXPECT_EQ(good, read_all(phone.fd, (uint8_t *)buf, sizeof(buf), 10000), 3);
	EXPECT(good, !strcmp(buf, "bye"));
	good = ended_once(0x600) && good;
	EXPECT(good, read(phone.fd, buf, 1) == 0);
	EXPECT(good, write(phone.fd, buf, 1) == -1 && errno == ENOTCONN);
	tap(good, "P-7 the far end hangs up in data mode: its last words, the end, once");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* Reads the counted pattern of a machine, @more than it sends: true when just @len bytes came. */
static bool reads_pattern(size_t len, size_t more)
{
	uint8_t *buf = calloc(1, len + more);
	bool good = true;
	size_t i, got;

	if (!buf)
		abort();
	got = read_all(phone.fd, buf, len + more, 120000); /* 500,000 bytes on a busy host */
	EXPECT_EQ(good, got, len);
	for (i = 0; i < got && buf[i] == pattern(i); i++)
		;
	EXPECT_EQ(good, i, len);
	free(buf);
	return good;
}

/* The far end sends much and leaves; whoever reads only afterwards still gets all of it. */
static void words_before_the_end(void)
{
	bool good = online(0x605, "200");

	EXPECT(good, bank("source 200 30000"));
	EXPECT(good, bank_waits(number, "tx:30000", 20000));
	EXPECT(good, bank("hangup 200"));
	EXPECT(good, tape_wait(&phone.tape, phone_state(0x605, CLEARDOWN_PHONESTATE_DISCONNECTED),
			       1, 10000, NULL));
	good = reads_pattern(30000, 1) && good;
	tap(good,
	    "P-7 what came before the far end hung up can be read after it, to the last byte");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* A number that ends with a semicolon leaves the modem in command state with the call up. */
static void far_end_hangs_up_in_command_state(void)
{
	union cd_record rec = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, 0x610), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200;", 30000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_OK);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_COMMAND);
	EXPECT(good, bank("hangup %s", number));
	EXPECT(good, bank("send %s \\r\\nNO CARRIER\\r\\n", number));
	good = ended_once(0x610) && good;
	tap(good, "P-7 the modem reports the end in command state: once");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* The modem falls silent: only DCD tells. */
static void carrier_only(void)
{
	bool good = online(0x620, "200");

	EXPECT(good, bank("set %s cd 0", number));
	EXPECT(good, wait_idle(5000));
	bank("set %s cd auto", number);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	EXPECT(good, tape_catch_up(&phone.tape));
	EXPECT_EQ(good, tape_call_states(&phone.tape, 0x620, CLEARDOWN_CALL_IDLE), 1);
	EXPECT(good, bank_waits(number, "onhook", 1000));
	tap(good, "P-7 P-14 the carrier line alone ends a call, once, and the close leaves the "
		  "modem on-hook");
}

/* "NO CARRIER" as data, while the carrier is up, is data. */
static void words_are_data(void)
{
	static const char words[] = "\r\nNO CARRIER\r\n";
	char buf[sizeof(words)] = "";
	bool good = online(0x630, "200");

	EXPECT(good, write(phone.fd, words, sizeof(words) - 1) == sizeof(words) - 1);
	EXPECT_EQ(good, read_all(phone.fd, (uint8_t *)buf, sizeof(words) - 1, 10000),
		  sizeof(words) - 1);
	EXPECT(good, !strcmp(buf, words));
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	tap(good, "P-7 NO CARRIER sent by a user while the carrier is up ends nothing");
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

static void garbage(void)
{
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, 0x640), 0);
	EXPECT(good, bank("garbage %s 3000", number));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 10000, NULL), 0);
	tap(good, "P-7 after garbage from the modem a command works");
	EXPECT(good, bank("garbage %s 3000", number));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	tap(good, "P-1 P-11 and so does a close amidst it");
}

/* ---- DTR ---- */

static int dtr_policy(uint32_t dtr, uint32_t ms)
{
	struct cleardown_options arg = {
		.size = sizeof(arg), .set = CLEARDOWN_OPT_DTR, .dtr = dtr, .dtr_pulse_ms = ms
	};

	return cd_ioctl(phone.fd, CLEARDOWN_IOC_SET_OPTIONS, &arg);
}

struct dtr_case {
	uint32_t policy;
	uint32_t pulse_ms;
	bool up_after;
	uint32_t ran; /* a step that must have run */
	uint32_t skipped; /* and one that must not */
	const char *text;
};

static void *close_run(void *p)
{
	return (void *)(intptr_t)cd_close(phone.fd, CLEARDOWN_MODE_ORDERLY, 8 * CD_S, p);
}

static void dtr_case(const struct dtr_case *c, uint64_t cookie)
{
	struct cleardown_report r = { 0 };
	struct cleardown_close arg;
	bool good = online(cookie, "200");
	pthread_t closer;
	void *ret;

	EXPECT_EQ(good, dtr_policy(c->policy, c->pulse_ms), 0);
	EXPECT(good, bank_sees_dtr(number, true, 1000));
	if (pthread_create(&closer, NULL, close_run, &arg))
		abort();
	if (c->policy != CLEARDOWN_DTR_KEEP)
		EXPECT(good, bank_sees_dtr(number, false, 2000));
	pthread_join(closer, &ret);
	EXPECT_EQ(good, (intptr_t)ret, 0);
	EXPECT(good, bank_waits(number, "onhook", 500));
	EXPECT(good, bank_sees_dtr(number, c->up_after, 1000));
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, step_ran(&r, c->ran));
	EXPECT(good, !step_ran(&r, c->skipped));
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_RELEASE));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	if (!tap(good, "%s", c->text))
		report_show(&r);
	close(phone.fd);
}

/* Each step has its time in the report, and they follow one another inside the close. */
static void steps_are_timed(void)
{
	static const uint32_t ladder[] = { CLEARDOWN_STEP_DRAIN_OPS, CLEARDOWN_STEP_DRAIN_DATA,
					   CLEARDOWN_STEP_ABORT_CMD, CLEARDOWN_STEP_VOICE,
					   CLEARDOWN_STEP_ESCAPE,    CLEARDOWN_STEP_HANGUP,
					   CLEARDOWN_STEP_DTR,	     CLEARDOWN_STEP_RELEASE };
	const unsigned int steps = sizeof(ladder) / sizeof(ladder[0]);
	struct cleardown_report r = { 0 };
	bool good = true;
	uint64_t at = 0;
	unsigned int i;

	EXPECT(good, report_of(phone.handle, &r));
	EXPECT_EQ(good, r.out_nsteps, steps);
	for (i = 0; i < r.out_nsteps && i < steps; i++) {
		EXPECT(good, r.out_steps[i].start_ns >= at);
		EXPECT_EQ(good, r.out_steps[i].what, ladder[i]);
		at = r.out_steps[i].start_ns + r.out_steps[i].took_ns;
	}
	EXPECT(good, at && at <= r.out_head.end_ns - r.out_head.begin_ns);
	tap(good, "P-18 the report has every step of the ladder with its time, skipped ones too");
}

static const struct dtr_case dtr_cases[] = {
	{ CLEARDOWN_DTR_DROP, 0, false, CLEARDOWN_STEP_DTR, CLEARDOWN_STEP_ESCAPE,
	  "P-15 DTR drop: the modem hangs up by DTR, which stays low" },
	/* longer than one look at the bank takes */
	{ CLEARDOWN_DTR_PULSE, 2000, true, CLEARDOWN_STEP_DTR, CLEARDOWN_STEP_ESCAPE,
	  "P-15 DTR pulse: it falls, the modem hangs up, it rises again" },
	{ CLEARDOWN_DTR_KEEP, 0, true, CLEARDOWN_STEP_ESCAPE, CLEARDOWN_STEP_DTR,
	  "P-15 DTR keep: +++ and ATH hang up, DTR stays" },
};

/* Nothing is up: no step takes time, and DTR ends where the policy wants it all the same. */
static void dtr_idle(const struct dtr_case *c, uint64_t cookie)
{
	struct cleardown_close arg = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, cookie), 0);
	EXPECT_EQ(good, dtr_policy(c->policy, c->pulse_ms), 0);
	EXPECT(good, bank_sees_dtr(number, true, 1000));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 8 * CD_S, &arg), 0);
	EXPECT(good, arg.out_report.end_ns - arg.out_report.begin_ns < SLACK_MS * CD_MS);
	EXPECT(good, bank_sees_dtr(number, c->up_after, 1000));
	tap(good, "P-10 P-15 policy %u with nothing up: at once, DTR is left %s", c->policy,
	    c->up_after ? "high" : "low");
}

static void dtr_policies(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		dtr_case(&dtr_cases[i], 0x700 + i);
	steps_are_timed();
	for (i = 0; i < 3; i++)
		dtr_idle(&dtr_cases[i], 0x710 + i);
}

/* ---- much data ---- */

static bool count_is(const char *line, size_t bytes)
{
	char answer[256], wanted[32];

	snprintf(wanted, sizeof(wanted), "rx %zu ", bytes);
	return bank_says(answer, sizeof(answer), "count %s", line) && strstr(answer, wanted);
}

static void much_data(size_t len, const char *carrier, int ms, const char *text)
{
	struct cleardown_close arg = { 0 };
	bool good = true;
	char body[16];

	EXPECT_EQ(good, phone_open(&phone, 0x800), 0);
	snprintf(body, sizeof(body), "+MS=%s", carrier);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, body, 5000, NULL), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200", 30000, NULL), 0);
	EXPECT(good, there_and_back(len, ms));
	EXPECT(good, count_is(number, len));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_DRAIN, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.accepted, len);
	EXPECT_EQ(good, arg.out_report.confirmed, len);
	EXPECT_EQ(good, arg.out_report.received, len);
	tap(good, "%s", text);
}

/*
 * Bytes that went to the terminal, once the reader's buffer is full and they do not grow any more;
 * 0 when they always do.
 */
static unsigned long long held_at(void)
{
	struct cleardown_status st = { 0 };
	uint64_t end = cd_now() + 30 * CD_S;
	char answer[256], more[32];
	unsigned long long tx = 0;

	do {
		if (!bank_says(answer, sizeof(answer), "count %s", number) ||
		    sscanf(answer, "ok rx %*u %*x tx %llu", &tx) != 1)
			return 0;
		snprintf(more, sizeof(more), "tx:%llu", tx + 1);
		cd_status(phone.fd, &st);
		if (!bank_waits(number, more, 1000) && st.out_received > 60000)
			return tx;
	} while (cd_now() < end);
	return 0;
}

/* Nobody reads until all buffers are full; RTS then holds the modem, and nothing is lost. */
static void slow_reader(void)
{
	const size_t len = 500000;
	bool good = online(0x900, "200");
	unsigned long long held;

	EXPECT(good, bank("source 200 %zu", len));
	held = held_at();
	EXPECT(good, held > 65536 && held < len);
	good = reads_pattern(len, 0) && good;
	tap(good,
	    "P-7 a reader who comes late holds the modem by RTS and loses nothing (held at "
	    "%llu)",
	    held);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

/* ---- */

static void part_dial(void)
{
	a_call();
	failing_calls();
	incoming_call();
	cancelled_request();
	cancelled_call();
	expired_request();
}

static void part_end(void)
{
	cancelled_online();
	far_end_hangs_up();
	words_before_the_end();
	far_end_hangs_up_in_command_state();
	carrier_only();
	words_are_data();
	garbage();
}

static void part_v22(void)
{
	incoming_call();
	much_data(64 << 10, "V22B", 60000, "P-7 64 KiB each way intact through V.22bis");
}

/* Its rate is the host's: a slow one that runs two VMs needs two minutes for the MiB. */
static void part_fast(void)
{
	alarm(3 * PROGRAM_LIMIT_S);
	slow_reader();
	much_data(1 << 20, "FAST", 300000, "P-7 1 MiB each way intact over the fast call");
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "dial", part_dial }, { "end", part_end },   { "dtr", dtr_policies },
	{ "v22", part_v22 },   { "fast", part_fast },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 4)
		return 2;
	number = argv[3];
	if (!tap(phone_bind(&phone, argv[2]), "bind %s", argv[2]))
		return tap_done();
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].name, argv[1]))
			parts[i].run();
	tap(cd_counter("stats", "issued") == cd_counter("stats", "completed"),
	    "P-7 all requests issued were completed");
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
