// SPDX-License-Identifier: GPL-2.0-only
/*
 * What FaxClose promises, and what lives on after it: server handles, ports, queues, jobs and the
 * service itself. The program plays the provider.
 *
 * usage: fax-first TTY
 */
#define _GNU_SOURCE

#include "fax.h"

#define IDLE_MS 600

static const char *tty;
static char line_name[32];
static uint64_t line;
static struct tape tape; /* of the session's events, cookie SESSION */
static int offers; /* the provider's queue */
static int provider;

#define SESSION 77

/* ---- handles ---- */

static const unsigned long server_calls[] = {
	CLEARDOWN_IOC_GET_INFO,	  CLEARDOWN_IOC_GET_STATUS,	 CLEARDOWN_IOC_FAX_EVENTS,
	CLEARDOWN_IOC_FAX_RIGHTS, CLEARDOWN_IOC_FAX_PORT_NEXT,	 CLEARDOWN_IOC_FAX_OPEN_PORT,
	CLEARDOWN_IOC_FAX_SEND,	  CLEARDOWN_IOC_FAX_JOB_NEXT,	 CLEARDOWN_IOC_FAX_JOB_SET,
	CLEARDOWN_IOC_FAX_STATUS, CLEARDOWN_IOC_FAX_HANDLE_NEXT,
};

static void a_server_handle_dies(void)
{
	char arg[4096] __attribute__((aligned(8))) = { 0 };
	int fd = fax_connect(O_RDWR), again;
	uint32_t status = 1;
	bool good = true;
	unsigned int i;

	EXPECT_EQ(good, fax_close(fd, &status), 0);
	EXPECT_EQ(good, status, 0);
	tap(good, "F-1 F-4 FaxClose of a server handle: 0 and the word 0");
	good = true;
	*(uint32_t *)arg = 256;
	for (i = 0; i < sizeof(server_calls) / sizeof(*server_calls); i++)
		EXPECT_EQ(good, cd_ioctl(fd, server_calls[i], arg), -EBADFD);
	tap(good, "F-1 every server call on it is EBADFD");
	again = fax_connect(O_RDWR);
	good = again >= 0;
	EXPECT_EQ(good, fax_close(fd, &status), -EBADFD);
	EXPECT_EQ(good, status, CLEARDOWN_ERROR_INVALID_HANDLE);
	EXPECT_EQ(good, fax_close(-1, NULL), -EBADF);
	EXPECT_EQ(good, fax_close(900, NULL), -EBADF); /* a number that another process may have */
	EXPECT(good, fax_close(0, NULL) < 0);
	EXPECT_EQ(good, fax_status(again).out_servers, 1);
	tap(good,
	    "F-6 F-4 a second FaxClose is EBADFD, ERROR_INVALID_HANDLE, also beside a new handle");
	fax_close(again, NULL);
	close(again);
	close(fd);
}

static void a_wrong_kind(void)
{
	struct cleardown_close arg = { .size = sizeof(arg),
				       .clazz = CLEARDOWN_CLASS_PHONE,
				       .mode = CLEARDOWN_MODE_ORDERLY,
				       .deadline_ns = CD_S };
	int fd = fax_connect(O_RDWR), events = cd_events();
	bool good = true;

	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_CLOSE, &arg), -ENOTTY);
	EXPECT_EQ(good, fax_status(fd).out_servers, 1);
	EXPECT_EQ(good, cd_ioctl(events, CLEARDOWN_IOC_CLOSE, &arg), -ENOTTY);
	arg.clazz = CLEARDOWN_CLASS_FAX;
	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_CLOSE, &arg), 0);
	tap(good, "F-3 another class's CLOSE and an event queue: ENOTTY, nothing has changed");
	close(events);
	close(fd);
}

static void two_connections(void)
{
	int a = fax_connect(O_RDWR), b = fax_connect(O_RDONLY);
	bool good = true;

	EXPECT_EQ(good, fax_status(b).out_servers, 2);
	EXPECT_EQ(good, fax_close(a, NULL), 0);
	EXPECT_EQ(good, fax_status(b).out_servers, 1);
	EXPECT_EQ(good, fax_fps(b, line_name), CLEARDOWN_FPS_OFFLINE);
	tap(good, "F-9 one connection less, the other one works");
	fax_close(b, NULL);
	close(a);
	close(b);
}

static void without_a_close(void)
{
	int a = fax_connect(O_RDWR), b = fax_connect(O_RDWR), null;
	long unclean = cd_counter("stats", "file_closes");
	bool good = true;

	close(a);
	EXPECT_EQ(good, fax_status(b).out_servers, 1);
	EXPECT_EQ(good, cd_counter("stats", "file_closes"), unclean + 1);
	a = fax_connect(O_RDWR);
	null = open("/dev/null", O_RDONLY);
	dup2(null, a);
	EXPECT_EQ(good, fax_close(a, NULL), -ENOTTY);
	EXPECT_EQ(good, fax_status(b).out_servers, 1);
	EXPECT_EQ(good, cd_counter("stats", "file_closes"), unclean + 2);
	tap(good, "F-7 F-8 close(2) and dup2() over it: the same end, counted as unclean");
	EXPECT_EQ(good, fax_close(b, NULL), 0);
	close(b);
	EXPECT_EQ(good, cd_counter("stats", "file_closes"), unclean + 2);
	tap(good, "F-7 after FaxClose nothing else is owed");
	close(null);
	close(a);
}

/* ---- ports ---- */

static void two_kinds(void)
{
	struct cleardown_fax_port info = { 0 };
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR), other = fax_connect(O_RDONLY);
	int a = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_QUERY, &arg);
	int b = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_QUERY, &arg);
	bool good = a >= 0 && b >= 0;
	uint32_t status = 1;

	EXPECT_EQ(good, fax_close(a, &status), 0);
	EXPECT_EQ(good, status, 0);
	EXPECT_EQ(good, fax_port(a, &info), -EBADFD);
	EXPECT_EQ(good, fax_port(b, &info), 0);
	EXPECT(good, !strcmp(info.out_name, line_name));
	EXPECT_EQ(good, fax_status(fd).out_ports, 1);
	tap(good, "F-2 F-3 FaxClose of a port leaves the server and the other port");
	good = true;
	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	EXPECT_EQ(good, fax_port(b, &info), 0);
	EXPECT_EQ(good, fax_status(other).out_ports, 1);
	EXPECT_EQ(good, cd_unbind(line_name, 0), -EBUSY);
	tap(good, "TF-3 RF-2 FaxClose of the server leaves the port");
	EXPECT_EQ(good, fax_close(b, NULL), 0);
	close(a);
	close(b);
	close(fd);
	fax_close(other, NULL);
	close(other);
}

static void one_modify(void)
{
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR), low = fax_connect(O_RDONLY);
	int a = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg), b;
	bool good = a >= 0;

	EXPECT_EQ(good, fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg), -EBUSY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_ERROR_INVALID_HANDLE);
	EXPECT_EQ(good, fax_status(fd).out_ports, 1);
	EXPECT_EQ(good, fax_open_port(low, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg), -EACCES);
	EXPECT_EQ(good, fax_close(a, NULL), 0);
	b = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	EXPECT(good, b >= 0);
	tap(good, "TF-4 RF-6 a second MODIFY is refused with INVALID_HANDLE until FaxClose");
	good = true;
	EXPECT_EQ(good, fax_open_port(fd, 12345, CLEARDOWN_FAX_OPEN_QUERY, &arg), -ENODEV);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_ERROR_BAD_UNIT);
	tap(good, "a port of no line is ENODEV, ERROR_BAD_UNIT");
	fax_close(b, NULL);
	close(a);
	close(b);
	fax_close(fd, NULL);
	fax_close(low, NULL);
	close(fd);
	close(low);
}

static uintptr_t modifying(int fd)
{
	struct cleardown_fax_open_port arg;
	int port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);

	return port;
}

static pthread_barrier_t together;

static void *modifies(void *fd)
{
	pthread_barrier_wait(&together);
	return (void *)modifying(*(int *)fd);
}

static void two_modify_at_once(void)
{
	int fd = fax_connect(O_RDWR), a, b;
	bool good = true;
	pthread_t other;
	void *got;

	pthread_barrier_init(&together, NULL, 2);
	for (int i = 0; i < 50; i++) {
		pthread_create(&other, NULL, modifies, &fd);
		pthread_barrier_wait(&together);
		a = modifying(fd);
		pthread_join(other, &got);
		b = (intptr_t)got;
		EXPECT(good, (a >= 0) != (b >= 0));
		EXPECT_EQ(good, a < 0 ? a : b, -EBUSY);
		EXPECT_EQ(good, fax_close(a < 0 ? b : a, NULL), 0);
		close(a < 0 ? b : a);
	}
	tap(good, "RF-6 of two that open for MODIFY at once one gets the port");
	fax_close(fd, NULL);
	close(fd);
}

static void a_port_without_its_right(void)
{
	struct cleardown_fax_port info = { 0 };
	struct cleardown_fax_open_port arg;
	struct cleardown_fax_rights rights;
	int fd = fax_connect(O_RDWR);
	int port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg), b;
	bool good = port >= 0;
	uint32_t status = 0;

	EXPECT_EQ(good, fax_drop(port, CLEARDOWN_FAX_PORT_QUERY, 0, &rights), 0);
	EXPECT(good, !(rights.out_rights & CLEARDOWN_FAX_PORT_QUERY));
	EXPECT_EQ(good, fax_port(port, &info), -EACCES);
	EXPECT_EQ(good, fax_close(port, &status), -EACCES);
	EXPECT_EQ(good, status, CLEARDOWN_ERROR_ACCESS_DENIED);
	EXPECT_EQ(good, fax_status(fd).out_ports, 1);
	EXPECT_EQ(good, fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg), -EBUSY);
	tap(good, "F-5 TF-5 FaxClose without PORT_QUERY: EACCES, the port is open and has MODIFY");
	close(port);
	good = true;
	b = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	EXPECT(good, b >= 0);
	tap(good, "TF-5 the end of its file gives MODIFY back all the same");
	good = true;
	EXPECT_EQ(good, fax_drop(fd, CLEARDOWN_FAX_PORT_QUERY, arg.out_handle, &rights), 0);
	EXPECT_EQ(good, fax_close(b, NULL), -EACCES);
	EXPECT_EQ(good, fax_drop(fd, CLEARDOWN_FAX_PORT_QUERY, 0, &rights), 0);
	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	tap(good, "F-5 revoked by root it is the same; a server handle needs no right");
	close(b);
	close(fd);
}

/* ---- queues ---- */

static void one_queue_twice(void)
{
	int fd = fax_connect(O_RDWR), second;
	uint32_t status = 0;
	bool good = true;

	EXPECT_EQ(good, fax_events(fd, tape.events, SESSION, NULL), 0);
	EXPECT_EQ(good, fax_events(fd, tape.events, SESSION + 1, &status), -EINVAL);
	EXPECT_EQ(good, status, CLEARDOWN_ERROR_INVALID_DATA);
	EXPECT_EQ(good, fax_status(fd).out_queues, 1);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_STARTED, 0, SESSION, TOLD_MS));
	tap(good, "TF-7 the same queue twice in a session: INVALID_DATA");
	good = true;
	second = cd_events();
	EXPECT_EQ(good, fax_events(fd, second, SESSION + 1, NULL), 0);
	EXPECT_EQ(good, fax_status(fd).out_queues, 2);
	close(second);
	EXPECT_EQ(good, fax_status(fd).out_queues, 1);
	tap(good, "TF-1 a subscription ends with its queue's file");
	fax_close(fd, NULL);
	close(fd);
}

/* An incoming call as the provider tells it; the last handle is closed before. */
static void events_after_the_close(void)
{
	int fd = fax_connect(O_RDWR);
	bool good = true;

	EXPECT_EQ(good, fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL), 0);
	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_RINGING, 0, 0), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_ANSWERED, 0, 0), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_RECEIVING, 0, 1), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_COMPLETED, 0, 2), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_IDLE, 0, 0), 0);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_IDLE, 0, SESSION, TOLD_MS));
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_RINGING, 0, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_ANSWERED, 0, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_RECEIVING, 0, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_COMPLETED, 0, SESSION), 1);
	EXPECT(good, !tape.garbled);
	tap(good, "F-10 TF-1 after FaxClose of the server a call shows up, from ringing on, once");
	good = true;
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_RECEIVING, 0, 0), -EINVAL);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_COMPLETED, 0, 0), -EINVAL);
	tap(good, "a line is not reported to receive before it has answered");
	close(fd);
}

static void *rings(__attribute__((unused)) void *arg)
{
	uintptr_t bad = 0;

	for (uint32_t i = 1; i <= 200; i++)
		bad += !!fax_report(provider, 0, CLEARDOWN_FEI_RINGING, 0, i);
	return (void *)bad;
}

/* The pages tell the events apart. */
static void events_in_flight(void)
{
	uint64_t seq = queue_seq(tape.events);
	unsigned int i, next = 1;
	pthread_t other;
	bool good = true;
	void *bad;
	int fd;

	pthread_create(&other, NULL, rings, NULL);
	for (i = 0; i < 50; i++) {
		fd = fax_connect(O_RDWR);
		EXPECT_EQ(good, fax_close(fd, NULL), 0);
		close(fd);
	}
	pthread_join(other, &bad);
	EXPECT(good, !bad);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_IDLE, 0, 0), 0);
	EXPECT(good, tape_catch_up(&tape));
	for (i = 0; i < tape.n; i++)
		if (tape.rec[i].ev.seq > seq && tape.rec[i].ev.p1 == CLEARDOWN_FEI_RINGING)
			EXPECT_EQ(good, tape.rec[i].ev.p3, next++);
	EXPECT_EQ(good, next, 201);
	tap(good, "RF-1 events while server handles are closed arrive, each in its place");
}

/* ---- jobs ---- */

static void a_job_without_its_owner(void)
{
	int fd = fax_connect(O_RDWR);
	uint64_t job = fax_begun(fd, provider, "102");
	bool good = job;

	EXPECT_EQ(good, fax_close(fd, NULL), 0);
	close(fd);
	EXPECT_EQ(good,
		  fax_report(provider, job, CLEARDOWN_FEI_SENDING, CLEARDOWN_JS_INPROGRESS, 1), 0);
	EXPECT_EQ(good,
		  fax_report(provider, job, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 2), 0);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, job, SESSION, TOLD_MS));
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_JOB_QUEUED, job, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_COMPLETED, job, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DELETED, job, SESSION), 1);
	tap(good, "TF-6 RF-8 a job completes after every handle was closed: COMPLETED, DELETED");
}

/* The child of the next: has one of everything, and is killed. */
static void have_all(void)
{
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR);

	if (fd < 0 || fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg) < 0 ||
	    fax_events(fd, cd_events(), 5, NULL) || !fax_send(fd, 0, "102", NULL))
		_exit(1);
	raise(SIGKILL);
}

static void a_process_that_ends(void)
{
	struct cleardown_fax_job job = { .size = sizeof(job) };
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR), status, port;
	bool good = true;
	pid_t pid;

	pid = fork();
	if (!pid)
		have_all();
	waitpid(pid, &status, 0);
	EXPECT(good, WIFSIGNALED(status));
	EXPECT_EQ(good, fax_status(fd).out_servers, 1);
	EXPECT_EQ(good, fax_status(fd).out_ports, 0);
	EXPECT_EQ(good, fax_status(fd).out_queues, 1);
	port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	EXPECT(good, port >= 0);
	tap(good, "RF-8 F-7 TF-5 a killed process has no handle and no queue, and MODIFY is free");
	good = true;
	EXPECT_EQ(good, cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_NEXT, &job), 0);
	EXPECT_EQ(good, job.out_state, CLEARDOWN_JS_PENDING);
	close(fax_take(provider, job.out_job));
	EXPECT_EQ(good,
		  fax_report(provider, job.out_job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED, 0), 0);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, job.out_job, SESSION, TOLD_MS));
	tap(good, "RF-8 its job goes on");
	fax_close(port, NULL);
	close(port);
	fax_close(fd, NULL);
	close(fd);
}

static void no_provider_no_job(void)
{
	int fd = fax_connect(O_RDWR), low = fax_connect(O_RDONLY), error = 0;
	bool good = true;

	EXPECT_EQ(good, fax_send(fd, 0, "102", &error), 0);
	EXPECT_EQ(good, error, -ENOTCONN);
	EXPECT_EQ(good, fax_status(fd).out_jobs, 0);
	EXPECT_EQ(good, fax_send(low, 0, "102", &error), 0);
	EXPECT_EQ(good, error, -EACCES);
	tap(good,
	    "a document without a provider is refused and nothing is kept; without SUBMIT too");
	fax_close(fd, NULL);
	fax_close(low, NULL);
	close(fd);
	close(low);
}

static void abort_and_completion(void)
{
	int fd = fax_connect(O_RDWR);
	uint64_t a = fax_begun(fd, provider, "102"), b;
	uint32_t status = 0;
	bool good = a;

	EXPECT_EQ(good, fax_job_set(fd, a, CLEARDOWN_JC_DELETE, NULL), 0);
	EXPECT_EQ(good, fax_job_state(fd, a), CLEARDOWN_JS_DELETING);
	EXPECT_EQ(good, fax_report(provider, a, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1),
		  -EINVAL);
	EXPECT_EQ(good, fax_job_set(fd, a, CLEARDOWN_JC_DELETE, &status), -EINVAL);
	EXPECT_EQ(good, fax_report(provider, a, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, 0),
		  0);
	EXPECT_EQ(good, fax_report(provider, a, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, 0),
		  -ENOENT);
	b = fax_begun(fd, provider, "102");
	EXPECT_EQ(good, fax_report(provider, b, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1),
		  0);
	EXPECT_EQ(good, fax_job_set(fd, b, CLEARDOWN_JC_DELETE, &status), -EINVAL);
	EXPECT_EQ(good, status, CLEARDOWN_ERROR_INVALID_PARAMETER);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, b, SESSION, TOLD_MS));
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_ABORTING, a, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_COMPLETED, a, SESSION), 0);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DELETED, a, SESSION), 1);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_ABORTING, b, SESSION), 0);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DELETED, b, SESSION), 1);
	tap(good, "RF-7 abort against completion: one of them, then DELETED, once");
	fax_close(fd, NULL);
	close(fd);
}

static void *completes(void *job)
{
	pthread_barrier_wait(&together);
	fax_report(provider, *(uint64_t *)job, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1);
	return NULL;
}

static void abort_against_completion(void)
{
	int fd = fax_connect(O_RDWR);
	unsigned int aborted, completed;
	bool good = true;
	pthread_t other;
	uint64_t job;

	for (int i = 0; i < 30; i++) {
		job = fax_begun(fd, provider, "102");
		pthread_create(&other, NULL, completes, &job);
		pthread_barrier_wait(&together);
		fax_job_set(fd, job, CLEARDOWN_JC_DELETE, NULL);
		pthread_join(other, NULL);
		fax_report(provider, job, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, 0);
		EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_DELETED, job, SESSION, TOLD_MS));
		aborted = fax_count(&tape, CLEARDOWN_FEI_ABORTING, job, SESSION);
		completed = fax_count(&tape, CLEARDOWN_FEI_COMPLETED, job, SESSION);
		EXPECT_EQ(good, aborted + completed, 1);
		EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_DELETED, job, SESSION), 1);
	}
	tap(good, "RF-7 and so it is when both come at once");
	fax_close(fd, NULL);
	close(fd);
}

static void a_port_while_a_job_runs(void)
{
	struct cleardown_fax_port set = { .set = CLEARDOWN_FAX_SET_RINGS, .rings = 4 };
	struct cleardown_fax_open_port arg;
	int fd = fax_connect(O_RDWR);
	int port = fax_open_port(fd, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	uint64_t job = fax_begun(fd, provider, "102");
	bool good = port >= 0 && job;

	EXPECT_EQ(good, fax_port(port, &set), -EBUSY);
	EXPECT_EQ(good, set.out_word, CLEARDOWN_ERROR_DEVICE_IN_USE);
	set.set = 0;
	EXPECT_EQ(good, fax_port(port, &set), 0);
	EXPECT(good, set.rings != 4);
	EXPECT_EQ(good, set.out_job, job);
	EXPECT_EQ(good, fax_report(provider, job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_RETRYING, 0), 0);
	set = (struct cleardown_fax_port){ .set = CLEARDOWN_FAX_SET_RINGS, .rings = 4 };
	EXPECT_EQ(good, fax_port(port, &set), 0);
	EXPECT_EQ(good, set.rings, 4);
	tap(good, "RF-5 FaxSetPort while a job runs: DEVICE_IN_USE, and nothing is set");
	EXPECT_EQ(good, fax_job_set(fd, job, CLEARDOWN_JC_PAUSE, NULL), 0);
	EXPECT_EQ(good, fax_job_state(fd, job), CLEARDOWN_JS_PAUSED);
	EXPECT_EQ(good,
		  fax_report(provider, job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0),
		  -EINVAL);
	EXPECT_EQ(good, fax_job_set(fd, job, CLEARDOWN_JC_RESUME, NULL), 0);
	EXPECT_EQ(good, fax_job_state(fd, job), CLEARDOWN_JS_RETRYING);
	EXPECT_EQ(good,
		  fax_report(provider, job, CLEARDOWN_FEI_NO_ANSWER, CLEARDOWN_JS_RETRIES_EXCEEDED,
			     0),
		  0);
	EXPECT_EQ(good, fax_job_state(fd, job), ~0U);
	tap(good, "a paused job does not run, a resumed one is what it was before");
	fax_close(port, NULL);
	fax_close(fd, NULL);
	close(port);
	close(fd);
}

/* ---- the service ---- */

static int hold; /* a server handle: from one case to the next the service is not idle */

static void let_go(void)
{
	fax_close(hold, NULL);
	close(hold);
}

static void a_handle_holds_it_up(void)
{
	struct cleardown_fax_open_port arg;
	int port;
	bool good = true;

	hold = fax_connect(O_RDWR);
	fax_parameter("fax_idle_ms", IDLE_MS);
	port = fax_open_port(hold, line, CLEARDOWN_FAX_OPEN_QUERY, &arg);
	EXPECT(good, !fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, SESSION, 3 * IDLE_MS));
	EXPECT_EQ(good, fax_status(hold).out_running, 1);
	tap(good, "F-12 with a server handle open the service does not end");
	let_go();
	good = !fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, SESSION, 3 * IDLE_MS);
	tap(good, "TF-3 RF-2 nor with a port");
	hold = fax_connect(O_RDWR);
	fax_close(port, NULL);
	close(port);
}

static void a_job_holds_it_up(void)
{
	uint64_t job = fax_send(hold, 0, "102", NULL);
	bool good = job;

	close(fax_take(provider, job));
	let_go();
	EXPECT(good, !fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, SESSION, 3 * IDLE_MS));
	hold = fax_connect(O_RDWR);
	EXPECT_EQ(good, fax_report(provider, job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_FAILED, 0), 0);
	tap(good, "TF-6 nor while a job waits");
}

static void it_ends_when_idle(void)
{
	struct cleardown_fax_line st;
	bool good = true;
	int fd;

	EXPECT_EQ(good, fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &st), 0);
	EXPECT_EQ(good, st.out_held, 1);
	EXPECT(good, !tty_free(tty));
	let_go();
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, SESSION, 10 * IDLE_MS));
	tap(good, "F-11 F-12 unused for the idle time the service ends, with a queue that watches");
	good = true;
	do
		fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &st);
	while (st.out_held && between_looks());
	EXPECT_EQ(good, st.out_running, 0);
	EXPECT(good, tty_free(tty));
	EXPECT_EQ(good, fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL), -ENOTCONN);
	EXPECT(good, cd_live_is("handles", 1)); /* the provider's */
	tap(good, "F-11 and the modem's line is free, the memory returned");
	good = true;
	fd = fax_connect(O_RDWR);
	EXPECT_EQ(good, fax_line(provider, CLEARDOWN_FAX_LINE_TAKE, NULL), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_RINGING, 0, 0), 0);
	EXPECT_EQ(good, fax_report(provider, 0, CLEARDOWN_FEI_IDLE, 0, 0), 0);
	EXPECT_EQ(good, fax_count(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, SESSION), 1);
	EXPECT_EQ(good, tape.rec[tape.n - 1].ev.p1, CLEARDOWN_FEI_FAXSVC_ENDED);
	EXPECT_EQ(good, fax_events(fd, tape.events, SESSION + 2, NULL), 0);
	EXPECT(good, fax_wait(&tape, CLEARDOWN_FEI_FAXSVC_STARTED, 0, SESSION + 2, TOLD_MS));
	tap(good, "TF-2 nothing after FAXSVC_ENDED; the next session wants the queue anew");
	fax_close(fd, NULL);
	close(fd);
}

/* False when it does not. To ask is no use of it. */
static bool service_ends(void)
{
	struct cleardown_fax_line st = { .out_running = 1 };
	uint64_t end = cd_now() + 10 * CD_S;

	while (!fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &st) && st.out_running && cd_now() < end)
		between_looks();
	return !st.out_running;
}

/* Whoever connects at the idle time cancels the end or begins a session: never something between. */
static void connecting_at_the_end(void)
{
	struct cleardown_fax_status st;
	unsigned int i, ended = 0;
	uint64_t cookie;
	bool good = true;
	int fd;

	for (i = 0; i < 30; i++) {
		cookie = 1000 + i;
		fd = fax_connect(O_RDWR);
		st = fax_status(fd);
		EXPECT_EQ(good, st.out_running, 1);
		fax_events(fd, tape.events, cookie, NULL);
		fax_close(fd, NULL);
		close(fd);
		poll(NULL, 0, 20 - i % 10); /* about the idle time */
	}
	EXPECT(good, service_ends());
	EXPECT(good, tape_catch_up(&tape));
	for (i = 0; i < 30; i++) {
		unsigned int began = fax_count(&tape, CLEARDOWN_FEI_FAXSVC_STARTED, 0, 1000 + i);
		unsigned int over = fax_count(&tape, CLEARDOWN_FEI_FAXSVC_ENDED, 0, 1000 + i);

		EXPECT_EQ(good, began, over);
		EXPECT(good, over <= 1);
		ended += over;
	}
	EXPECT(good, ended > 0 && ended <= 30);
	tap(good, "RF-4 connecting while the service ends: %u whole sessions", ended);
}

static int shared;

static void *asks(__attribute__((unused)) void *arg)
{
	struct cleardown_fax_status st;
	uintptr_t bad = 0;
	int ret;

	do {
		st = (struct cleardown_fax_status){ .size = sizeof(st) };
		ret = cd_ioctl(shared, CLEARDOWN_IOC_FAX_STATUS, &st);
		bad += ret && ret != -EBADFD;
	} while (!ret);
	return (void *)bad;
}

static void close_against_calls(void)
{
	pthread_t threads[2];
	unsigned int i;
	bool good = true;
	void *bad;

	for (i = 0; i < 50; i++) {
		shared = fax_connect(O_RDWR);
		pthread_create(&threads[0], NULL, asks, NULL);
		pthread_create(&threads[1], NULL, asks, NULL);
		sched_yield();
		EXPECT_EQ(good, fax_close(shared, NULL), 0);
		pthread_join(threads[0], &bad);
		EXPECT(good, !bad);
		pthread_join(threads[1], &bad);
		EXPECT(good, !bad);
		close(shared);
	}
	tap(good, "RF-3 FaxClose against calls of other threads: they succeed or get EBADFD");
}

static bool prepare(void)
{
	int fd;

	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(tty), "", line_name, NULL))
		return false;
	fd = fax_connect(O_RDWR);
	line = fax_line_id(fd, line_name);
	fax_close(fd, NULL);
	close(fd);
	tape_start(&tape, cd_events());
	offers = cd_events();
	return line;
}

int main(int argc, char **argv)
{
	bool good;

	tty = argc > 1 ? argv[1] : "/dev/ttyS1";
	alarm(PROGRAM_LIMIT_S);
	if (!tap(prepare(), "a line is bound, %s", line_name))
		return 1;
	a_server_handle_dies();
	a_wrong_kind();
	two_connections();
	without_a_close();
	two_kinds();
	one_modify();
	two_modify_at_once();
	a_port_without_its_right();
	no_provider_no_job();
	provider = fax_provider(line_name, offers);
	tap(provider >= 0, "a provider opens the line");
	one_queue_twice();
	events_after_the_close();
	events_in_flight();
	a_job_without_its_owner();
	a_process_that_ends();
	abort_and_completion();
	abort_against_completion();
	a_port_while_a_job_runs();
	a_handle_holds_it_up();
	a_job_holds_it_up();
	it_ends_when_idle();
	fax_parameter("fax_idle_ms", 15);
	connecting_at_the_end();
	close_against_calls();
	good = !fax_close(provider, NULL);
	close(provider);
	close(offers);
	tape_stop(&tape);
	close(tape.events);
	EXPECT(good, tty_free(tty));
	EXPECT_EQ(good, cd_unbind(line_name, 0), 0);
	tap(good, "the provider closes, the line is unbound");
	return tap_done();
}
