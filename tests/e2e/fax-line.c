// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fax line on a Class 1 modem behind a 16550, and another one that it calls. The program plays the
 * providers of both at AT level.
 *
 * usage: fax-line TTY NUMBER TTY2 NUMBER2	two modems' lines of the bank
 */
#define _GNU_SOURCE

#include "fax.h"

#define SESSION 78
#define ADOPT_MS 1500

static const char *tty;
static const char *number;
static const char *number2;
static char name[32]; /* the first line, name2 the second */
static char name2[32];
static char phone[32]; /* on the same serial line as the first */
static struct tape tape; /* of the session's events */
static int offers; /* the queue of the first line's provider */
static int far; /* the second line's provider */
static int server;

static const char frame[] = "\xff\x13\x80\x10\x03"; /* a DIS as it could be, with its end */

/* ---- both ends at AT level ---- */

static bool to_class_1(int fd)
{
	return modem_says(fd, "ATE0V1&D2&C1", "OK", 5000) &&
	       modem_says(fd, "AT+FCLASS=1", "OK", 5000);
}

/* Takes the line and has the modem in Class 1. */
static bool line_ready(int fd)
{
	return !fax_line(fd, CLEARDOWN_FAX_LINE_TAKE, NULL) && to_class_1(fd);
}

/* A call from the first line to the second: it receives, the other one sends, flags so far. */
static bool calling(int fd)
{
	char dial[64];
	ssize_t n = snprintf(dial, sizeof(dial), "ATDT%s\r", number2);

	return write(fd, dial, n) == n && modem_says(far, NULL, "RING", 20000) &&
	       modem_says(far, "ATA", "CONNECT\r\n", 20000) &&
	       modem_says(fd, NULL, "CONNECT\r\n", 20000);
}

static bool far_idle(void)
{
	return bank_waits(number2, "onhook", 10000) && modem_says(far, "ATH0", "OK", 5000);
}

/* The last read's answer: before it comes what the modem had said. */
static ssize_t rest_of(int fd)
{
	char said[64];
	ssize_t n;

	do
		n = read(fd, said, sizeof(said));
	while (n > 0);
	return n;
}

/* ---- the channel ---- */

static void a_transparent_channel(void)
{
	int fd = fax_provider(name, offers);
	struct cleardown_fax_line st;
	char got[64] = "";
	bool good = true;
	size_t len = 0;
	ssize_t n;

	EXPECT_EQ(good, read(fd, got, sizeof(got)), -1);
	EXPECT_EQ(good, errno, ENOTCONN);
	EXPECT(good, tty_free(tty));
	EXPECT(good, line_ready(fd));
	EXPECT(good, !tty_free(tty));
	EXPECT_EQ(good, fax_line(fd, CLEARDOWN_FAX_LINE_ASK, &st), 0);
	EXPECT_EQ(good, st.out_held, 1);
	EXPECT(good, calling(fd));
	EXPECT_EQ(good, write(far, frame, sizeof(frame) - 1), (ssize_t)sizeof(frame) - 1);
	while (len < sizeof(got) && !(len > 1 && !memcmp(got + len - 2, "\x10\x03", 2))) {
		n = read(fd, got + len, 1);
		if (n <= 0)
			break;
		len += n;
	}
	EXPECT(good, len >= sizeof(frame) - 1 && !memcmp(got, frame, 3));
	tap(good, "a frame goes from one Class 1 modem to the other, byte for byte");
	good = true;
	EXPECT_EQ(good, fax_line(fd, CLEARDOWN_FAX_LINE_GIVE, &st), 0);
	EXPECT_EQ(good, st.out_held, 0);
	EXPECT(good, tty_free(tty));
	EXPECT(good, bank_waits(number, "onhook", 2000));
	EXPECT_EQ(good, rest_of(fd), 0);
	tap(good, "PR-4 GIVE in a call: on-hook, the line free, the channel ends");
	EXPECT(good, far_idle());
	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	close(fd);
}

/* ---- the phone on the same line ---- */

/* Somebody tries the phone with the tool; what it says of who has it. */
static bool tool_names(const char *text)
{
	char cmd[80], said[600] = "";
	FILE *p;

	snprintf(cmd, sizeof(cmd), "cleardown phone at %s I0 2>&1", phone);
	p = popen(cmd, "r");
	if (!p)
		return false;
	said[fread(said, 1, sizeof(said) - 1, p)] = 0;
	if (strstr(said, text))
		return WEXITSTATUS(pclose(p)) == 5;
	pclose(p);
	printf("# the tool said %s", said);
	return false;
}

static void phone_first(void)
{
	int fd = fax_provider(name, offers), owner = cd_open(phone, O_RDWR);
	char names_job[96];
	uint64_t job;
	bool good = fd >= 0 && owner >= 0;

	EXPECT_EQ(good, fax_fps(server, name), CLEARDOWN_FPS_UNAVAILABLE);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_LINE_UNAVAILABLE, 0, SESSION, TOLD_MS));
	job = fax_send(server, fax_line_id(server, name), number2, NULL);
	EXPECT(good, job);
	EXPECT_EQ(good, fax_job_state(server, job), CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE);
	close(fax_take(fd, job));
	EXPECT_EQ(good, fax_line(fd, CLEARDOWN_FAX_LINE_TAKE, NULL), -EBUSY);
	EXPECT_EQ(good, fax_report(fd, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0),
		  -ENOTCONN);
	tap(good, "P-15 an open phone: the line is UNAVAILABLE, the job waits with NOLINE");
	good = true;
	close(owner);
	EXPECT_EQ(good, fax_fps(server, name), CLEARDOWN_FPS_AVAILABLE);
	EXPECT_EQ(good, fax_job_state(server, job), CLEARDOWN_JS_PENDING);
	EXPECT(good, line_ready(fd));
	EXPECT_EQ(good, fax_report(fd, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0), 0);
	tap(good, "P-15 the phone closes and the job goes on, with nothing restarted");
	good = true;
	EXPECT_EQ(good, cd_open(phone, O_RDWR), -EBUSY);
	snprintf(names_job, sizeof(names_job), "%s has a call for fax job %llu", name,
		 (unsigned long long)job);
	EXPECT(good, tool_names(names_job));
	EXPECT_EQ(good, fax_report(fd, job, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1), 0);
	EXPECT(good, calling(fd));
	EXPECT_EQ(good, cd_open(phone, O_RDWR), -EBUSY);
	EXPECT(good, tool_names(" has a fax call"));
	EXPECT(good, modem_says(fd, "\x18", "OK", 5000) && modem_says(fd, "ATH0", "OK", 5000));
	tap(good, "P-15 a phone's open in a fax call is EBUSY, and the tool names the job");
	EXPECT(good, far_idle());
	good = true;
	owner = cd_open(phone, O_RDWR);
	EXPECT(good, owner >= 0);
	EXPECT_EQ(good, rest_of(fd), 0);
	EXPECT_EQ(good, fax_fps(server, name), CLEARDOWN_FPS_UNAVAILABLE);
	tap(good, "a phone's open takes a line that merely listens, whose provider is told");
	close(owner);
	fax_close(fd, NULL);
	close(fd);
}

/* ---- the provider ends ---- */

enum moment { LISTENING, DIALING, RECEIVING, SENDING };

static const char *const moments[] = { "listening", "dialling", "receiving", "sending" };

/* The other way round: the second line calls, the first one answers and sends. */
static bool answering(int fd)
{
	char dial[64];
	ssize_t n = snprintf(dial, sizeof(dial), "ATDT%s\r", number);

	return write(far, dial, n) == n && modem_says(fd, NULL, "RING", 20000) &&
	       modem_says(fd, "ATA", "CONNECT\r\n", 20000) && write(fd, "\xff\x13", 2) == 2;
}

static bool dialing(int fd)
{
	return write(fd, "ATDT102\r", 8) == 8 && bank_waits(number, "dialing", 10000);
}

/* The child: it gets as far as @when, says so, and is killed. */
static void provide_until(enum moment when, int said)
{
	int fd = fax_provider(name, offers);
	bool there = fd >= 0 && line_ready(fd);

	if (there && when == DIALING)
		there = dialing(fd);
	else if (there && when == RECEIVING)
		there = calling(fd);
	else if (there && when == SENDING)
		there = answering(fd);
	if (write(said, there ? "y" : "n", 1) == 1)
		pause();
	_exit(1);
}

/* Kills a provider at that moment; @took gets how long until the line could be opened. */
static bool killed_at(enum moment when, uint64_t *took)
{
	int said[2], status;
	char there = 'n';
	uint64_t since;
	pid_t pid;

	if (pipe(said))
		return false;
	pid = fork();
	if (!pid)
		provide_until(when, said[1]);
	if (read(said[0], &there, 1) != 1 || there != 'y')
		fprintf(stderr, "# the provider did not get to %s\n", moments[when]);
	since = cd_now();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	*took = cd_now() - since;
	close(said[0]);
	close(said[1]);
	return there == 'y';
}

static void judge_death(enum moment when, uint64_t before)
{
	bool call = when != LISTENING;
	struct cleardown_report r;
	bool good = true;

	EXPECT_EQ(good, cd_report(before, &r), 0);
	EXPECT_EQ(good, r.out_head.clazz, CLEARDOWN_CLASS_FAX);
	EXPECT_EQ(good, r.out_head.cause, CLEARDOWN_CAUSE_OWNER_DIED);
	EXPECT_EQ(good, r.out_head.cause_detail, SIGKILL);
	EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_EMERGENCY);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_RELEASED);
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT_EQ(good, !!(r.out_head.flags & CLEARDOWN_REPORT_HAD_CALL), call);
	if (!good)
		report_show(&r);
	tap(good, "PR-8 its report: owner died, proven on-hook, released");
}

static void a_provider_is_killed(enum moment when)
{
	uint64_t before = cd_last_report(), took = 0;
	bool good = killed_at(when, &took);
	int fd;

	EXPECT(good, tty_free(tty));
	EXPECT(good, took < (700 + SLACK_MS) * CD_MS);
	EXPECT(good, bank_waits(number, "onhook", 2000));
	tap(good, "PR-8 a provider killed while %s: the modem is on-hook, the line free (%llu ms)",
	    moments[when], (unsigned long long)(took / CD_MS));
	judge_death(when, before);
	good = true;
	fd = fax_provider(name, offers);
	EXPECT(good, line_ready(fd));
	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	if (when != LISTENING)
		EXPECT(good, far_idle());
	tap(good, "and the next provider has the modem at once");
	close(fd);
}

/* A deaf modem can only be hung up by DTR, and that takes no longer than an emergency may. */
static void a_deaf_modem(void)
{
	int fd = fax_provider(name, offers);
	struct cleardown_close arg;
	bool good = true;
	uint64_t since;

	EXPECT(good, line_ready(fd) && calling(fd));
	EXPECT(good, bank("deaf %s on", number));
	since = cd_now();
	EXPECT_EQ(good, cd_close(fd, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	EXPECT(good, cd_now() - since < (1000 + SLACK_MS) * CD_MS);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_HAD_CALL);
	EXPECT(good, bank_waits(number, "onhook", 2000));
	EXPECT(good, tty_free(tty));
	tap(good, "PR-5 a modem that does not listen is hung up by DTR within the deadline");
	bank("deaf %s off", number);
	EXPECT(good, far_idle());
	close(fd);
}

/* ---- jobs without a provider ---- */

/* High half of the ids of some start of the machine that is not the one of @job. */
static uint64_t other_start(uint64_t job)
{
	return job >> 32 == 1 ? 2ULL << 32 : 1ULL << 32;
}

/* The provider remembers that it was paused. */
static int pauses(int fd, uint64_t id)
{
	return fax_report(fd, id, CLEARDOWN_FEI_JOB_QUEUED, CLEARDOWN_JS_PAUSED, 0);
}

static void jobs_wait_for_the_next(void)
{
	int fd = fax_provider(name, offers);
	uint64_t running = fax_begun(server, fd, number2);
	uint64_t failing = fax_send(server, fax_line_id(server, name), number2, NULL);
	uint64_t offered = fax_send(server, fax_line_id(server, name), number2, NULL);
	struct cleardown_fax_line line;
	struct cleardown_fax_job job;
	uint32_t state = 0;
	bool good = running && offered;

	close(fax_take(fd, failing));
	EXPECT_EQ(good, fax_report(fd, failing, CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_JS_FAILED, 0),
		  0);
	EXPECT_EQ(good, fax_line(fd, CLEARDOWN_FAX_LINE_ASK, &line), 0);
	EXPECT_EQ(good, line.out_fps, CLEARDOWN_FPS_DIALING);
	tap(good, "a job that ends beside a call says nothing about the line");
	good = true;
	fax_close(fd, NULL);
	close(fd);
	EXPECT(good, fax_job(server, running, &job));
	EXPECT_EQ(good, job.out_state, CLEARDOWN_JS_RETRYING | CLEARDOWN_JS_NOLINE);
	EXPECT(good, job.out_flags & CLEARDOWN_FAX_JOB_ORPHAN);
	tap(good, "the jobs of a provider that ended wait");
	good = true;
	fd = fax_provider(name, offers);
	EXPECT_EQ(good, fax_adopt(fd, running, getuid() + 1, &state), -ENOENT);
	EXPECT_EQ(good, fax_adopt(fd, running, getuid(), &state), 0);
	EXPECT_EQ(good, state, CLEARDOWN_JS_RETRYING);
	EXPECT_EQ(good, fax_adopt(fd, running, getuid(), &state), -EBUSY);
	close(fax_take(fd, offered));
	EXPECT(good, fax_job(server, offered, &job) && job.out_flags & CLEARDOWN_FAX_JOB_TAKEN);
	EXPECT_EQ(good, fax_adopt(fd, running + 1000, getuid(), NULL), -ENOENT);
	EXPECT_EQ(good, fax_adopt(fd, running | 1ULL << 63, getuid(), NULL), -ENOENT);
	EXPECT_EQ(good, fax_adopt(fd, other_start(running) | 7, getuid(), &state), 0);
	EXPECT_EQ(good, state, CLEARDOWN_JS_PENDING);
	EXPECT_EQ(good, pauses(fd, other_start(running) | 7), 0);
	EXPECT_EQ(good, pauses(fd, other_start(running) | 7), -EINVAL);
	EXPECT(good, fax_job(server, other_start(running) | 7, &job));
	EXPECT_EQ(good, job.out_state, CLEARDOWN_JS_PAUSED);
	tap(good,
	    "the next one adopts them, is offered the others, and makes those of his spool anew");
	good = true;
	fax_parameter("fax_adopt_ms", ADOPT_MS);
	fax_close(fd, NULL);
	close(fd);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, running, SESSION, 10 * ADOPT_MS));
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, offered, SESSION, TOLD_MS));
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_FATAL_ERROR, running, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DELETED, running, SESSION), 1);
	EXPECT_EQ(good, fax_status(server).out_jobs, 0);
	tap(good, "jobs that nobody adopts fail, once");
}

/* ---- a job behind a line that is not to be had ---- */

static bool delete_taken(int fd, uint64_t job)
{
	return !fax_job_set(server, job, CLEARDOWN_JC_DELETE, NULL) &&
	       !fax_report(fd, job, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, 0);
}

static void jobs_for_any_line(void)
{
	int fd = fax_provider(name, offers), owner;
	uint64_t any = fax_send(server, 0, number2, NULL);
	uint64_t told = fax_send(server, fax_line_id(server, name), number2, NULL);
	struct cleardown_fax_job job;
	uint32_t state = ~0U;
	bool good = any && told;

	close(fax_take(fd, any));
	close(fax_take(fd, told));
	EXPECT(good, fax_job(server, any, &job) && job.out_flags & CLEARDOWN_FAX_JOB_ANY_LINE);
	EXPECT_EQ(good, job.out_line, fax_line_id(server, name));
	EXPECT(good, fax_job(server, told, &job));
	EXPECT(good, !(job.out_flags & CLEARDOWN_FAX_JOB_ANY_LINE));
	EXPECT_EQ(good, fax_adopt(far, any, getuid(), NULL), -EBUSY);
	tap(good, "a job for any line stays where it is while that line can be had");
	good = true;
	owner = cd_open(phone, O_RDWR);
	EXPECT_EQ(good, fax_job_state(server, any), CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE);
	EXPECT_EQ(good, fax_adopt(far, told, getuid(), NULL), -EBUSY);
	EXPECT_EQ(good, fax_adopt(fd, any, getuid(), NULL), -EBUSY);
	EXPECT_EQ(good, fax_adopt(far, any, getuid() + 1, NULL), -ENOENT);
	EXPECT_EQ(good, fax_adopt(far, any, getuid(), &state), 0);
	EXPECT_EQ(good, state, CLEARDOWN_JS_PENDING);
	EXPECT(good, fax_job(server, any, &job));
	EXPECT_EQ(good, job.out_line, fax_line_id(server, name2));
	EXPECT_EQ(good, fax_report(fd, any, CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_JS_FAILED, 0),
		  -ENOENT);
	EXPECT(good, delete_taken(far, any));
	tap(good, "behind an open phone another line's provider gets it, one with a line stays");
	close(owner);
	good = delete_taken(fd, told);
	any = fax_send(server, 0, number2, NULL);
	close(fax_take(fd, any));
	EXPECT_EQ(good, fax_job_set(server, any, CLEARDOWN_JC_PAUSE, NULL), 0);
	EXPECT_EQ(good, fax_job_set(server, any, CLEARDOWN_JC_RESUME, NULL), 0);
	owner = cd_open(phone, O_RDWR);
	EXPECT_EQ(good, fax_adopt(far, any, getuid(), NULL), -EBUSY);
	tap(good, "not while its provider has not read that it was paused and resumed");
	close(owner);
	tap(delete_taken(fd, any), "they are deleted where they are");
	fax_close(fd, NULL);
	close(fd);
}

/* A provider that does not end a deleted job loses the line. */
static void a_provider_that_does_not_listen(void)
{
	int fd = fax_provider(name, offers);
	uint64_t job;
	bool good = true;

	EXPECT(good, line_ready(fd));
	job = fax_begun(server, fd, number2);
	EXPECT(good, job && calling(fd));
	fax_parameter("fax_abort_ms", 500);
	EXPECT_EQ(good, fax_job_set(server, job, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, job, SESSION, 5000));
	EXPECT(good, bank_waits(number, "onhook", 3000));
	tap(good, "a deleted job that its provider goes on with: the call is cut");
	EXPECT(good, far_idle());
	fax_close(fd, NULL);
	close(fd);
}

static bool prepare(const char *tty2)
{
	alarm(PROGRAM_LIMIT_S);
	tape_start(&tape, cd_events());
	offers = cd_events();
	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(tty), "", name, NULL) ||
	    cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(tty2), "", name2, NULL) ||
	    cd_bind_class(CLEARDOWN_CLASS_PHONE, "tty", tty_dev(tty), "", phone, NULL))
		return false;
	server = fax_connect(O_RDWR);
	far = fax_provider(name2, offers);
	return !fax_events(server, tape.events, SESSION, NULL) && line_ready(far);
}

static bool leave(void)
{
	fax_close(far, NULL);
	close(far);
	fax_close(server, NULL);
	close(server);
	tape_stop(&tape);
	close(tape.events);
	close(offers);
	return !cd_unbind(name, 0) && !cd_unbind(name2, 0) && !cd_unbind(phone, 0);
}

int main(int argc, char **argv)
{
	enum moment when;

	if (argc < 5)
		return 2;
	tty = argv[1];
	number = argv[2];
	number2 = argv[4];
	if (!tap(prepare(argv[3]), "two lines are bound, and a phone to the same as the first"))
		return 1;
	a_transparent_channel();
	phone_first();
	for (when = LISTENING; when <= SENDING; when++)
		a_provider_is_killed(when);
	a_deaf_modem();
	a_provider_that_does_not_listen();
	jobs_for_any_line();
	jobs_wait_for_the_next();
	tap(leave(), "all are unbound");
	return tap_done();
}
