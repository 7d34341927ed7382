// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call on faxes, well formed, in every state of what it is made on: server handle, port,
 * provider and observer of a line without a provider, with one, with one that has the serial line,
 * that closes, has closed or died; whose modem has gone; that was unbound by force; while the
 * service is stopped. Each call has its errno and its word there, and where it fails nothing has
 * changed.
 */
#define _GNU_SOURCE

#include <sys/wait.h>

#include "fax.h"
#include "simphone.h"

#define HOUR (3600 * CD_S)
#define NOTHING 0xdeadbeefU /* no word was written */
#define ERR(word) CLEARDOWN_ERROR_##word
#define SESSION 79

static struct simphone modem; /* a fax line on it */
static uint64_t line;
static int server, port, provider, watch;
static int events;
static uint64_t job; /* one that the provider was offered, 0 = none */

/* ---- the calls; each fills @word in ---- */

static int events_of(int fd, uint32_t *word)
{
	return fax_events(fd, events, SESSION, word);
}

static int rights_of(int fd, uint32_t *word)
{
	struct cleardown_fax_rights arg;
	int ret = fax_drop(fd, 0, 0, &arg);

	*word = arg.out_status;
	return ret;
}

static int next_line(int fd, uint32_t *word)
{
	struct cleardown_fax_port_next arg = { .size = sizeof(arg), .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_PORT_NEXT, &arg);

	*word = arg.out_status;
	return ret;
}

/* A port that was opened is closed again. */
static int open_port(int fd, uint32_t *word)
{
	struct cleardown_fax_open_port arg = { .size = sizeof(arg),
					       .mode = CLEARDOWN_FAX_OPEN_QUERY,
					       .line = line,
					       .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_OPEN_PORT, &arg);

	if (!ret) {
		fax_close(arg.out_fd, NULL);
		close(arg.out_fd);
	}
	*word = arg.out_status;
	return ret;
}

/* A job that was made is deleted again. */
static int send_to(int fd, uint64_t to, uint32_t *word)
{
	struct cleardown_fax_send arg = {
		.size = sizeof(arg), .line = to, .number = "102", .out_status = NOTHING
	};
	int ret;

	arg.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_SEND, &arg);
	close(arg.fd);
	if (!ret)
		fax_job_set(fd, arg.out_job, CLEARDOWN_JC_DELETE, NULL);
	*word = arg.out_status;
	return ret;
}

static int send_any(int fd, uint32_t *word)
{
	return send_to(fd, 0, word);
}

static int send_here(int fd, uint32_t *word)
{
	return send_to(fd, line, word);
}

static int next_job(int fd, uint32_t *word)
{
	struct cleardown_fax_job arg = { .size = sizeof(arg), .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_NEXT, &arg);

	*word = arg.out_status;
	return ret;
}

static int set_no_job(int fd, uint32_t *word)
{
	*word = NOTHING;
	return fax_job_set(fd, ~0ULL, CLEARDOWN_JC_DELETE, word);
}

static int status_of(int fd, uint32_t *word)
{
	struct cleardown_fax_status arg = { .size = sizeof(arg) };

	*word = NOTHING;
	return cd_ioctl(fd, CLEARDOWN_IOC_FAX_STATUS, &arg);
}

static int port_get(int fd, uint32_t *word)
{
	struct cleardown_fax_port arg = { .out_word = NOTHING };
	int ret = fax_port(fd, &arg);

	*word = arg.out_word;
	return ret;
}

/* To what it is. */
static int port_set(int fd, uint32_t *word)
{
	struct cleardown_fax_port arg = { .set = CLEARDOWN_FAX_SET_RINGS,
					  .rings = 2,
					  .out_word = NOTHING };
	int ret = fax_port(fd, &arg);

	*word = arg.out_word;
	return ret;
}

static int provide(int fd, uint32_t *word)
{
	struct cleardown_fax_provide arg = { .size = sizeof(arg), .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_PROVIDE, &arg);

	*word = arg.out_status;
	return ret;
}

static int line_do(int fd, uint32_t action, uint32_t *word)
{
	struct cleardown_fax_line arg = { .size = sizeof(arg),
					  .action = action,
					  .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_LINE, &arg);

	*word = arg.out_status;
	return ret;
}

static int line_ask(int fd, uint32_t *word)
{
	return line_do(fd, CLEARDOWN_FAX_LINE_ASK, word);
}

static int line_take(int fd, uint32_t *word)
{
	return line_do(fd, CLEARDOWN_FAX_LINE_TAKE, word);
}

static int line_give(int fd, uint32_t *word)
{
	return line_do(fd, CLEARDOWN_FAX_LINE_GIVE, word);
}

static int take_no_job(int fd, uint32_t *word)
{
	struct cleardown_fax_take arg = { .size = sizeof(arg),
					  .job = ~0ULL,
					  .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_TAKE, &arg);

	*word = arg.out_status;
	return ret;
}

static int adopt_no_job(int fd, uint32_t *word)
{
	struct cleardown_fax_adopt arg = { .size = sizeof(arg),
					   .job = ~0ULL,
					   .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_JOB_ADOPT, &arg);

	*word = arg.out_status;
	return ret;
}

static int report_of_line(int fd, uint32_t event, uint32_t *word)
{
	struct cleardown_fax_report arg = { .size = sizeof(arg),
					    .event = event,
					    .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_FAX_REPORT, &arg);

	*word = arg.out_status;
	return ret;
}

static int report_ring(int fd, uint32_t *word)
{
	return report_of_line(fd, CLEARDOWN_FEI_RINGING, word);
}

static int report_idle(int fd, uint32_t *word)
{
	return report_of_line(fd, CLEARDOWN_FEI_IDLE, word);
}

static int submit(int fd, uint32_t *word)
{
	struct cleardown_submit arg = { .size = sizeof(arg),
					.opcode = CLEARDOWN_OP_DIAL,
					.deadline_ns = CD_S,
					.out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_SUBMIT, &arg);

	*word = arg.out_status;
	return ret;
}

static int info_of(int fd, uint32_t *word)
{
	struct cleardown_info arg = { .size = sizeof(arg) };

	*word = NOTHING;
	return cd_ioctl(fd, CLEARDOWN_IOC_GET_INFO, &arg);
}

static int bytes_in(int fd, uint32_t *word)
{
	char c;

	*word = NOTHING;
	return read(fd, &c, 1) < 0 ? -errno : 0;
}

static int bytes_out(int fd, uint32_t *word)
{
	*word = NOTHING;
	return write(fd, "\r", 1) < 0 ? -errno : 0;
}

/* As it was said, of another class: refused where the handle lives. */
static int close_wrong(int fd, uint32_t *word)
{
	struct cleardown_close arg = { .size = sizeof(arg),
				       .clazz = CLEARDOWN_CLASS_VC,
				       .mode = CLEARDOWN_MODE_ABORT,
				       .deadline_ns = CD_S,
				       .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_CLOSE, &arg);

	*word = arg.out_status;
	return ret;
}

static int close_it(int fd, uint32_t *word)
{
	struct cleardown_close arg = { .size = sizeof(arg),
				       .mode = CLEARDOWN_MODE_ABORT,
				       .deadline_ns = CD_S,
				       .out_status = NOTHING };
	int ret = cd_ioctl(fd, CLEARDOWN_IOC_CLOSE, &arg);

	*word = arg.out_status;
	return ret;
}

/* ---- what it answers ---- */

/**
 * struct row - a call and its answer
 * @name: of the call
 * @call: it
 * @error: 0 or an errno
 * @word: NOTHING = it has none
 */
struct row {
	const char *name;
	int (*call)(int fd, uint32_t *word);
	int error;
	uint32_t word;
};

#define ROW(call, error, word)              \
	{                                   \
#call, call, -(error), word \
	}

/* On a server handle whose calls do not depend on lines and jobs. */
#define SERVER_ALWAYS                                                                        \
	ROW(info_of, 0, NOTHING), ROW(rights_of, 0, 0), ROW(status_of, 0, NOTHING),          \
		ROW(set_no_job, EINVAL, ERR(INVALID_PARAMETER)),                             \
		ROW(submit, EOPNOTSUPP, ERR(NOT_SUPPORTED)), ROW(port_get, ENOTTY, NOTHING), \
		ROW(provide, ENOTTY, NOTHING), ROW(line_ask, ENOTTY, NOTHING),               \
		ROW(take_no_job, ENOTTY, NOTHING), ROW(adopt_no_job, ENOTTY, NOTHING),       \
		ROW(report_idle, ENOTTY, NOTHING), ROW(close_wrong, ENOTTY, ERR(INVALID_HANDLE))

#define NO_PROVIDER                                                                        \
	ROW(send_any, ENOTCONN, ERR(NOT_READY)), ROW(send_here, ENOTCONN, ERR(NOT_READY)), \
		ROW(next_line, 0, 0), ROW(open_port, 0, 0)

static const struct row server_idle[] = { SERVER_ALWAYS, NO_PROVIDER, ROW(next_job, ENOENT, 0) };
static const struct row server_provided[] = {
	SERVER_ALWAYS,	      ROW(send_any, 0, 0),  ROW(send_here, 0, 0),
	ROW(next_line, 0, 0), ROW(open_port, 0, 0), ROW(next_job, ENOENT, 0),
};
static const struct row server_job[] = { SERVER_ALWAYS, NO_PROVIDER, ROW(next_job, 0, 0) };
static const struct row server_unbound[] = {
	SERVER_ALWAYS,
	ROW(send_any, ENOTCONN, ERR(NOT_READY)),
	ROW(send_here, ENODEV, ERR(BAD_UNIT)),
	ROW(next_line, ENOENT, 0),
	ROW(open_port, ENODEV, ERR(BAD_UNIT)),
};

static const struct row port_open[] = {
	ROW(info_of, 0, NOTHING),
	ROW(port_get, 0, 0),
	ROW(port_set, 0, 0),
	ROW(rights_of, 0, 0),
	ROW(submit, EOPNOTSUPP, ERR(NOT_SUPPORTED)),
	ROW(events_of, ENOTTY, NOTHING),
	ROW(send_any, ENOTTY, NOTHING),
	ROW(next_job, ENOTTY, NOTHING),
	ROW(provide, ENOTTY, NOTHING),
	ROW(line_ask, ENOTTY, NOTHING),
	ROW(take_no_job, ENOTTY, NOTHING),
	ROW(adopt_no_job, ENOTTY, NOTHING),
	ROW(report_idle, ENOTTY, NOTHING),
	ROW(close_wrong, ENOTTY, ERR(INVALID_HANDLE)),
};

/* On any owner's file of a line that is open. */
#define LINE_ALWAYS                                                                    \
	ROW(info_of, 0, NOTHING), ROW(line_ask, 0, 0), ROW(send_any, ENOTTY, NOTHING), \
		ROW(events_of, ENOTTY, NOTHING), ROW(rights_of, ENOTTY, NOTHING),      \
		ROW(port_get, ENOTTY, NOTHING), ROW(status_of, ENOTTY, NOTHING),       \
		ROW(submit, EOPNOTSUPP, ERR(NOT_SUPPORTED)),                           \
		ROW(close_wrong, ENOTTY, ERR(INVALID_HANDLE))

#define NOT_PROVIDED                                                                          \
	ROW(line_take, ENOTCONN, ERR(NOT_READY)), ROW(line_give, 0, 0),                       \
		ROW(next_job, ENOTCONN, ERR(NOT_READY)),                                      \
		ROW(take_no_job, ENOTCONN, ERR(NOT_READY)),                                   \
		ROW(adopt_no_job, ENOTCONN, ERR(NOT_READY)),                                  \
		ROW(report_ring, ENOTCONN, ERR(NOT_READY)), ROW(bytes_in, ENOTCONN, NOTHING), \
		ROW(bytes_out, ENOTCONN, NOTHING)

#define PROVIDED                                                                           \
	ROW(provide, 0, 0), ROW(take_no_job, ENOENT, ERR(INVALID_PARAMETER)),              \
		ROW(adopt_no_job, ENOENT, ERR(INVALID_PARAMETER)), ROW(report_idle, 0, 0), \
		ROW(next_job, ENOENT, 0)

static const struct row line_no_queue[] = { LINE_ALWAYS, NOT_PROVIDED,
					    ROW(provide, EDESTADDRREQ, ERR(INVALID_PARAMETER)) };
static const struct row line_not_provided[] = { LINE_ALWAYS, NOT_PROVIDED };
static const struct row line_provided[] = {
	LINE_ALWAYS,
	PROVIDED,
	ROW(report_ring, ENOTCONN, ERR(NOT_READY)),
	ROW(bytes_in, ENOTCONN, NOTHING),
	ROW(bytes_out, ENOTCONN, NOTHING),
	ROW(line_give, 0, 0),
};
static const struct row line_held[] = {
	LINE_ALWAYS,
	PROVIDED,
	ROW(line_take, 0, 0),
	ROW(bytes_in, EAGAIN, NOTHING),
	ROW(bytes_out, 0, NOTHING),
};
static const struct row line_stopped[] = {
	LINE_ALWAYS,
	PROVIDED,
	ROW(line_take, ENOTCONN, ERR(NOT_READY)),
	ROW(line_give, 0, 0),
	ROW(report_ring, ENOTCONN, ERR(NOT_READY)),
	ROW(bytes_in, ENOTCONN, NOTHING),
};

/* An observer may look at the line, and nothing else. */
static const struct row watching[] = {
	ROW(info_of, 0, NOTHING),
	ROW(line_ask, 0, 0),
	ROW(line_take, EPERM, ERR(ACCESS_DENIED)),
	ROW(line_give, EPERM, ERR(ACCESS_DENIED)),
	ROW(provide, EPERM, ERR(ACCESS_DENIED)),
	ROW(submit, EPERM, ERR(ACCESS_DENIED)),
	ROW(next_job, ENOTCONN, ERR(NOT_READY)),
	ROW(take_no_job, ENOTCONN, ERR(NOT_READY)),
	ROW(adopt_no_job, ENOTCONN, ERR(NOT_READY)),
	ROW(report_idle, ENOTCONN, ERR(NOT_READY)),
};

/* While a close runs one may look, and raise it. */
#define DEAD(call) ROW(call, EBADFD, ERR(INVALID_HANDLE))
#define DEAD_LINE                                                                            \
	DEAD(provide), DEAD(line_ask), DEAD(line_take), DEAD(line_give), DEAD(next_job),     \
		DEAD(take_no_job), DEAD(adopt_no_job), DEAD(report_ring), DEAD(report_idle), \
		DEAD(submit), ROW(bytes_out, EBADFD, NOTHING)

static const struct row line_closing[] = { DEAD_LINE, ROW(info_of, 0, NOTHING) };
static const struct row line_closed[] = { DEAD_LINE, ROW(info_of, EBADFD, NOTHING),
					  DEAD(close_it) };
static const struct row server_closed[] = {
	DEAD(events_of),
	DEAD(rights_of),
	DEAD(next_line),
	DEAD(open_port),
	DEAD(send_any),
	DEAD(next_job),
	DEAD(set_no_job),
	DEAD(submit),
	DEAD(close_it),
	ROW(status_of, EBADFD, NOTHING),
	ROW(info_of, EBADFD, NOTHING),
};
static const struct row port_closed[] = {
	DEAD(port_get), DEAD(port_set), DEAD(rights_of),
	DEAD(submit),	DEAD(close_it), ROW(info_of, EBADFD, NOTHING),
};

/* ---- nothing has changed ---- */

struct snapshot {
	struct cleardown_fax_status service;
	struct cleardown_fax_port port;
	struct cleardown_fax_job job;
};

static int look; /* a server handle that nobody else knows */

static void take_snapshot(struct snapshot *s)
{
	struct cleardown_fax_port_next next = { .size = sizeof(next) };

	memset(s, 0, sizeof(*s));
	s->service = fax_status(look);
	s->job.size = sizeof(s->job);
	cd_ioctl(look, CLEARDOWN_IOC_FAX_JOB_NEXT, &s->job);
	if (!cd_ioctl(look, CLEARDOWN_IOC_FAX_PORT_NEXT, &next))
		s->port = next.out_port;
}

static bool answers(int fd, const struct row *row)
{
	struct snapshot before, after;
	uint32_t word = 0;
	bool good = true;

	take_snapshot(&before);
	EXPECT_EQ(good, row->call(fd, &word), row->error);
	EXPECT_EQ(good, word, row->word);
	take_snapshot(&after);
	EXPECT(good, !row->error || !memcmp(&before, &after, sizeof(before)));
	if (!good)
		fprintf(stderr, "# that was %s\n", row->name);
	return good;
}

static void judge(const char *ids, int fd, const struct row *rows, size_t n, const char *what)
{
	bool good = fd >= 0;
	size_t i;

	for (i = 0; i < n; i++)
		good &= answers(fd, &rows[i]);
	tap(good, "%s%s: %zu calls have their errno and word", ids, what, n);
}

#define JUDGE(ids, fd, rows, what) judge(ids, fd, rows, sizeof(rows) / sizeof((rows)[0]), what)

/* ---- the states ---- */

static void open_all(void)
{
	struct cleardown_fax_open_port arg;

	server = fax_connect(O_RDWR);
	port = fax_open_port(server, line, CLEARDOWN_FAX_OPEN_MODIFY, &arg);
	watch = cd_open(modem.name, O_RDONLY);
}

static void no_provider(void)
{
	JUDGE("", server, server_idle, "a server handle, no provider");
	JUDGE("", port, port_open, "a port, no provider");
	JUDGE("", watch, watching, "an observer, no provider");
	provider = cd_open(modem.name, O_RDWR | O_NONBLOCK);
	JUDGE("", provider, line_no_queue, "an owner without a queue");
	cd_bind_events(provider, events, 1);
	JUDGE("", provider, line_not_provided, "an owner that does not provide");
	JUDGE("", server, server_idle, "a server handle beside it");
}

static void with_a_provider(void)
{
	uint32_t word;

	if (provide(provider, &word))
		DIE("no provider");
	JUDGE("", provider, line_provided, "a provider");
	JUDGE("", server, server_provided, "a server handle, a provider");
	JUDGE("", port, port_open, "a port, a provider");
	JUDGE("", watch, watching, "an observer, a provider");
	if (line_take(provider, &word))
		DIE("no line");
	JUDGE("", provider, line_held, "a provider that has the line");
	JUDGE("", server, server_provided, "a server handle beside it");
	JUDGE("", port, port_open, "a port beside it");
}

static void *close_in_an_hour(void *ret)
{
	struct cleardown_close arg;

	*(int *)ret = cd_close(provider, CLEARDOWN_MODE_DRAIN, HOUR, &arg);
	return NULL;
}

static bool closes(void)
{
	struct cleardown_list entry;
	uint64_t end = cd_now() + 5 * CD_S;

	while (!cd_list(modem.name, &entry) &&
	       entry.out_status.out_state != CLEARDOWN_STATE_CLOSING && cd_now() < end)
		between_looks();
	return entry.out_status.out_state == CLEARDOWN_STATE_CLOSING;
}

/* Bytes that do not leave keep DRAIN busy. */
static void while_it_closes(void)
{
	pthread_t thread;
	uint32_t word;
	bool good = true;
	int ret = -1;

	sim_control(&modem, "stall on");
	EXPECT_EQ(good, bytes_out(provider, &word), 0);
	pthread_create(&thread, NULL, close_in_an_hour, &ret);
	EXPECT(good, closes());
	JUDGE("PR-9 ", provider, line_closing, "a provider while it closes");
	JUDGE("", server, server_idle, "a server handle beside it");
	JUDGE("", port, port_open, "a port beside it");
	JUDGE("", watch, watching, "an observer beside it");
	EXPECT_EQ(good, close_it(provider, &word), -EALREADY); /* raised to ABORT */
	EXPECT_EQ(good, word, ERR(INVALID_HANDLE));
	pthread_join(thread, NULL);
	EXPECT_EQ(good, ret, 0);
	sim_control(&modem, "stall off");
	tap(good, "PR-9 a second CLOSE of a provider is EALREADY and raises the first");
	JUDGE("PR-9 ", provider, line_closed, "a provider that has closed");
	JUDGE("", server, server_idle, "a server handle beside it");
	close(provider);
}

static int provide_anew(void)
{
	int fd = fax_provider(modem.name, events);
	uint32_t word;

	if (fd < 0 || line_take(fd, &word))
		DIE("no provider: %d", fd);
	return fd;
}

/* Killed with a job that it has taken: the job waits for the next one. */
static void killed(void)
{
	pid_t pid = fork();
	bool good = true;
	int status;

	if (!pid) {
		provide_anew();
		raise(SIGKILL);
	}
	waitpid(pid, &status, 0);
	EXPECT(good, WIFSIGNALED(status));
	provider = fax_provider(modem.name, events);
	job = fax_send(server, line, "102", NULL);
	EXPECT(good, job);
	close(fax_take(provider, job));
	fax_close(provider, NULL);
	close(provider);
	tap(good, "PR-8 a provider is killed, the next one leaves a job");
	JUDGE("", server, server_job, "a server handle, its job an orphan");
	JUDGE("", port, port_open, "a port beside it");
	JUDGE("", watch, watching, "an observer beside it");
	fax_job_set(server, job, CLEARDOWN_JC_DELETE, NULL);
}

static bool gone(int fd)
{
	uint64_t end = cd_now() + 5 * CD_S;
	uint32_t word;

	while (line_ask(fd, &word) != -EBADFD && cd_now() < end)
		between_looks();
	return line_ask(fd, &word) == -EBADFD;
}

/* The hardware is there again. */
static int rebind(void)
{
	struct cleardown_rebind arg = { .size = sizeof(arg) };
	int ctl = cd_ctl(), ret;

	sim_control(&modem, "back");
	strcpy(arg.name, modem.name);
	ret = cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REBIND, &arg);
	close(ctl);
	return ret;
}

static void unplugged(void)
{
	bool good = true;

	provider = provide_anew();
	sim_control(&modem, "vanish");
	EXPECT(good, gone(provider));
	/* one that waits, for the provider may still be closing */
	EXPECT_EQ(good, cd_open(modem.name, O_RDWR), -ENODEV);
	tap(good, "PR-8 a modem that goes ends its provider, and nobody can provide");
	JUDGE("PR-8 PR-9 ", provider, line_closed, "a provider whose modem has gone");
	JUDGE("", server, server_idle, "a server handle beside it");
	JUDGE("", port, port_open, "a port beside it");
	JUDGE("", watch, watching, "an observer beside it");
	close(provider);
	EXPECT_EQ(good, rebind(), 0);
	tap(good, "and it comes back");
}

static void unbound(void)
{
	bool good = true;

	provider = provide_anew();
	EXPECT_EQ(good, cd_unbind(modem.name, 0), -EBUSY);
	EXPECT_EQ(good, cd_unbind(modem.name, CLEARDOWN_UNBIND_FORCE), 0);
	EXPECT(good, gone(provider));
	tap(good, "PR-8 unbound by force");
	JUDGE("PR-8 PR-9 ", provider, line_closed, "a provider whose line was unbound");
	JUDGE("F-2 ", port, port_closed, "a port whose line was unbound");
	JUDGE("", server, server_unbound, "a server handle beside it");
	close(provider);
	close(port);
	close(watch);
}

static void bind_line(void)
{
	struct cleardown_list entry;

	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "sim", 0, "", modem.name, NULL) ||
	    cd_list(modem.name, &entry) || sscanf(entry.out_backend, "sim:%d", &modem.index) != 1)
		DIE("no line");
	sim_wait_node(modem.name);
	line = fax_line_id(look, modem.name);
}

static void closed_ones(void)
{
	open_all();
	fax_close(port, NULL);
	fax_close(server, NULL);
	JUDGE("F-1 F-6 PR-9 ", server, server_closed, "a server handle that has closed");
	JUDGE("F-2 F-6 PR-9 ", port, port_closed, "a port that has closed");
	close(port);
	close(server);
	close(watch);
}

/* The provider alone does not hold the service up. Whoever looked at it here would. */
static void service_stopped(void)
{
	struct cleardown_fax_line st = { .out_running = 1 };
	uint64_t end = cd_now() + 10 * CD_S;
	bool good = true;
	size_t i;

	provider = fax_provider(modem.name, events);
	fcntl(provider, F_SETFL, O_NONBLOCK);
	fax_parameter("fax_idle_ms", 100);
	fax_close(look, NULL);
	close(look);
	while (!fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &st) && st.out_running && cd_now() < end)
		between_looks();
	EXPECT_EQ(good, st.out_running, 0);
	for (i = 0; i < sizeof(line_stopped) / sizeof(line_stopped[0]); i++) {
		uint32_t word = 0;

		EXPECT_EQ(good, line_stopped[i].call(provider, &word), line_stopped[i].error);
		EXPECT_EQ(good, word, line_stopped[i].word);
	}
	EXPECT_EQ(good, fax_line(provider, CLEARDOWN_FAX_LINE_ASK, &st), 0);
	EXPECT_EQ(good, st.out_running, 0);
	tap(good,
	    "F-11 a provider while the service is stopped: %zu calls have their errno and word", i);
	fax_parameter("fax_idle_ms", 0);
	fax_close(provider, NULL);
	close(provider);
}

int main(void)
{
	alarm(PROGRAM_LIMIT_S);
	look = fax_connect(O_RDWR);
	events = cd_events();
	bind_line();
	open_all();
	no_provider();
	with_a_provider();
	while_it_closes();
	killed();
	unplugged();
	unbound();
	fax_close(server, NULL);
	close(server);
	bind_line();
	closed_ones();
	service_stopped();
	close(events);
	tap(!cd_unbind(modem.name, 0), "unbind");
	return tap_done();
}
