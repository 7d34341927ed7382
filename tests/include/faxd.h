/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the fax provider share: cleardown-faxd as a user of its own, its socket, documents
 * that are handed in, and what the bank's fax machines got. The bank runs SPEED times as fast as the
 * clock, and so does the daemon's line; a script says it twice (--bank "--speed 4", SPEED=4).
 *
 * Include after #define _GNU_SOURCE.
 */
#ifndef TESTS_FAXD_H
#define TESTS_FAXD_H

#include <grp.h>
#include <json-c/json.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fax.h"

#define FAXD_UID 1000
#define FAXD_GID 21
#define FAXD_SPOOL "/tmp/spool"
#define FAXD_SOCKET "/tmp/faxd.sock"
#define FAXD_LOG FAXD_SPOOL "/log.jsonl"
/* Of the longest call, on a machine that is busy. */
#define CALL_MS 90000
#define SESSION 78

/* A line with its daemon, and everything that is told of it. */
struct desk {
	const char *tty;
	const char *number;
	const char *far; /* the machine that is called */
	char name[32];
	struct tape tape;
	int server;
	pid_t daemon;
};

/* How long that much of the line's time is. */
static inline unsigned int line_ms(unsigned int ms)
{
	return ms / (unsigned int)atoi(getenv("SPEED"));
}

static inline bool faxd_devices(void)
{
	static const char *const names[] = { "fax", "fax0", "fax1", "events" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/dev/cleardown/%s", names[i]);
		if (chown(path, 0, FAXD_GID) && errno != ENOENT)
			return false;
	}
	return true;
}

/* A spool of the daemon's user. */
static inline bool faxd_spool(void)
{
	return (!mkdir(FAXD_SPOOL, 0750) || errno == EEXIST) &&
	       !chown(FAXD_SPOOL, FAXD_UID, FAXD_GID);
}

/* ---- the socket ---- */

/* One request, as JSON: the answer, or NULL. */
static inline struct json_object *faxd_asks(const char *text)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = FAXD_SOCKET };
	static char answer[131072];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct json_object *o = NULL;
	ssize_t n;

	if (!connect(fd, (struct sockaddr *)&at, sizeof(at)) &&
	    send(fd, text, strlen(text), MSG_NOSIGNAL) > 0) {
		n = recv(fd, answer, sizeof(answer) - 1, 0);
		if (n > 0) {
			answer[n] = 0;
			o = json_tokener_parse(answer);
		}
	}
	close(fd);
	return o;
}

/* A member of an object as text, into @text; "" when there is none. */
static inline const char *member(struct json_object *o, const char *name, char text[80])
{
	const char *value = json_object_get_string(json_object_object_get(o, name));

	snprintf(text, 80, "%s", value ? value : "");
	return text;
}

/* The first line of the status, of its only line: "listening". */
static inline const char *faxd_line(const char *name, char text[80])
{
	struct json_object *o = faxd_asks("{\"op\":\"status\"}");
	struct json_object *lines = json_object_object_get(o, "lines");

	text[0] = 0;
	if (lines && json_object_array_length(lines))
		member(json_object_array_get_idx(lines, 0), name, text);
	json_object_put(o);
	return text;
}

static inline bool faxd_line_is(const char *name, const char *value, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	char text[80];

	while (strcmp(faxd_line(name, text), value)) {
		if (cd_now() > end) {
			fprintf(stderr, "# %s is '%s', not '%s'\n", name, text, value);
			return false;
		}
		between_looks();
	}
	return true;
}

/* A member of a job as the daemon has it now. */
static inline const char *faxd_job_now(uint64_t id, const char *name, char text[80])
{
	char request[80];
	struct json_object *o;

	snprintf(request, sizeof(request), "{\"op\":\"show\",\"job\":\"%llu\"}",
		 (unsigned long long)id);
	o = faxd_asks(request);
	member(json_object_object_get(o, "job"), name, text);
	json_object_put(o);
	return text;
}

/* Likewise, when its pages are there. */
static inline const char *faxd_job(uint64_t id, const char *name, char text[80])
{
	uint64_t end = cd_now() + 20000 * CD_MS;

	while (!strcmp(faxd_job_now(id, "state", text), "preparing") && cd_now() < end)
		between_looks();
	return faxd_job_now(id, name, text);
}

static inline bool faxd_job_is(uint64_t id, const char *name, const char *value)
{
	char text[80];

	if (!strcmp(faxd_job(id, name, text), value))
		return true;
	fprintf(stderr, "# %s is '%s', not '%s'\n", name, text, value);
	return false;
}

/* ---- the daemon ---- */

/* @more: options, ended by NULL, at most eight. */
static inline void faxd_become(const char *line, const char *const *more)
{
	const char *argv[20] = { "cleardown-faxd", "--spool",	FAXD_SPOOL,
				 "--socket",	   FAXD_SOCKET, "--line-speed",
				 getenv("SPEED"),  "--line",	line };
	int n = 9;

	while (more && *more && n < 19)
		argv[n++] = *more++;
	if (setgroups(0, NULL) || setgid(FAXD_GID) || setuid(FAXD_UID))
		_exit(126);
	execvp(argv[0], (char **)argv);
	_exit(127);
}

/* True when it has the line. */
static inline bool faxd_start(struct desk *d, const char *const *more)
{
	uint64_t end = cd_now() + 20000 * CD_MS;
	char state[80];

	d->daemon = fork();
	if (!d->daemon)
		faxd_become(d->name, more);
	while (!*faxd_line("state", state) || !strcmp(state, "gone")) {
		if (cd_now() > end || waitpid(d->daemon, NULL, WNOHANG) == d->daemon) {
			fprintf(stderr, "# the daemon is not there\n");
			return false;
		}
		between_looks();
	}
	return true;
}

/* The status of its end by @sig, or -1 when it does not end. */
static inline int faxd_end(struct desk *d, int sig, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	int status;

	kill(d->daemon, sig);
	while (waitpid(d->daemon, &status, WNOHANG) != d->daemon) {
		if (cd_now() > end)
			return -1;
		between_looks();
	}
	return status;
}

/* What the daemon says of the newest fax that it has received. */
static inline const char *faxd_received(const char *name, char text[80])
{
	struct json_object *o = faxd_asks("{\"op\":\"received\"}");
	struct json_object *all = json_object_object_get(o, "faxes");
	size_t n = all ? json_object_array_length(all) : 0;

	text[0] = 0;
	if (n)
		member(json_object_array_get_idx(all, n - 1), name, text);
	json_object_put(o);
	return text;
}

/* ---- jobs and what became of them ---- */

/* A job with a document of /tests: its id, 0 when it was refused. */
static inline uint64_t send_fax(int server, const char *document, const char *number,
				const char *args)
{
	struct cleardown_fax_send arg = { .size = sizeof(arg) };
	char path[96];
	int ret;

	snprintf(path, sizeof(path), "/tests/%s", document);
	arg.fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(arg.number, sizeof(arg.number), "%s", number);
	snprintf(arg.args, sizeof(arg.args), "%s", args ? args : "");
	ret = cd_ioctl(server, CLEARDOWN_IOC_FAX_SEND, &arg);
	close(arg.fd);
	if (ret)
		fprintf(stderr, "# FAX_SEND: %d\n", ret);
	return ret ? 0 : arg.out_job;
}

static inline bool same_fax(const char *sent, const char *got)
{
	char words[128], answer[256];

	snprintf(words, sizeof(words), "samefax %s %s", sent, got);
	if (!cd_host(answer, sizeof(answer), words))
		return true;
	fprintf(stderr, "# %s\n", answer);
	return false;
}

/* The last event of a job has this number of pages. */
static inline bool told_pages(struct desk *d, uint32_t event, uint64_t job, uint32_t pages)
{
	union cd_record rec = { 0 };
	struct wanted w = { CLEARDOWN_EV_FAX, 0, job, event, 0 };

	tape_catch_up(&d->tape);
	return tape_wait(&d->tape, w, 1, 0, &rec) && rec.ev.p3 == pages;
}

static inline bool desk_wait(struct desk *d, uint32_t event, uint64_t job, int ms)
{
	if (fax_wait(&d->tape, event, job, SESSION, ms))
		return true;
	fprintf(stderr, "# no event %u of job %llu within %d ms\n", event, (unsigned long long)job,
		ms);
	return false;
}

static inline unsigned int desk_count(struct desk *d, uint32_t event, uint64_t job)
{
	return fax_count(&d->tape, event, job, SESSION);
}

/* In their order; a call may go back for the next page, or a slower speed. */
static inline int phase_number(const char *phase)
{
	static const char *const phases[] = { "setup",	  "dialing", "answering", "answered",
					      "training", "page",    "page-end",  "leaving",
					      "hangup",	  "ended" };
	int n = sizeof(phases) / sizeof(phases[0]);

	while (n-- && strcmp(phase, phases[n]))
		;
	return n;
}

static inline bool gets_there(uint64_t job, const char *what, bool (*there)(const char *wanted),
			      const char *wanted)
{
	uint64_t end = cd_now() + CALL_MS * CD_MS;
	char outcome[80];

	while (!there(wanted)) {
		if (cd_now() > end || *faxd_job(job, "outcome", outcome)) {
			fprintf(stderr, "# the call was not in %s '%s' but ended: %s\n", what,
				wanted, outcome);
			return false;
		}
		between_looks();
	}
	return true;
}

static inline bool in_phase(const char *wanted)
{
	char text[80];

	return phase_number(faxd_line("phase", text)) >= phase_number(wanted);
}

static inline bool on_page(const char *wanted)
{
	char text[80];

	return atoi(faxd_line("page", text)) >= atoi(wanted);
}

/*
 * The call is in @phase, or, whoever looks was late, behind it; false when it has ended. It leaves so fast
 * that one that ended well counts as behind that, too.
 */
static inline bool desk_gets_to_phase(uint64_t job, const char *phase)
{
	char outcome[80];

	return gets_there(job, "phase", in_phase, phase) ||
	       (!strcmp(phase, "leaving") && !strcmp(faxd_job(job, "outcome", outcome), "ok"));
}

static inline bool desk_gets_to_page(uint64_t job, const char *page)
{
	return gets_there(job, "page", on_page, page);
}

/* A job to the far machine whose call is in @phase, of @page or a later one where that is not NULL. */
static inline uint64_t desk_job_in(struct desk *d, const char *document, const char *page,
				   const char *phase)
{
	uint64_t job = send_fax(d->server, document, d->far, NULL);

	if (!job || (page && !desk_gets_to_page(job, page)) || !desk_gets_to_phase(job, phase))
		return 0;
	return job;
}

/* The clock of the wall, by which jobs are due. */
static inline void later_by(int seconds)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += seconds;
	clock_settime(CLOCK_REALTIME, &ts);
}

/* True when it was sent, once, by the call that is up or the next one. */
static inline bool desk_job_ends(struct desk *d, uint64_t job)
{
	return desk_wait(d, CLEARDOWN_FEI_DELETED, job, CALL_MS) &&
	       desk_count(d, CLEARDOWN_FEI_COMPLETED, job) == 1 &&
	       desk_count(d, CLEARDOWN_FEI_DELETED, job) == 1;
}

/* What the line's port is for: CLEARDOWN_FAX_PORT_ flags, and after how many rings it answers. */
static inline bool desk_port(struct desk *d, uint32_t flags, uint32_t rings)
{
	struct cleardown_fax_open_port open_port;
	struct cleardown_fax_port port = {
		.set = CLEARDOWN_FAX_SET_FLAGS | CLEARDOWN_FAX_SET_RINGS | CLEARDOWN_FAX_SET_CSID,
		.flags = flags,
		.rings = rings,
		.csid = "+49 30 101",
	};
	int fd = fax_open_port(d->server, fax_line_id(d->server, d->name),
			       CLEARDOWN_FAX_OPEN_MODIFY, &open_port);
	bool good = fd >= 0 && !fax_port(fd, &port);

	if (fd >= 0) {
		fax_close(fd, NULL);
		close(fd);
	}
	return good;
}

/* Nobody has the line, and nothing is on it. */
static inline bool desk_quiet(struct desk *d)
{
	bool good = true;

	EXPECT(good, tty_free(d->tty));
	EXPECT(good, bank_waits(d->number, "onhook", 5000));
	return good;
}

/* The modem answers whoever comes next, at once. */
static inline bool modem_usable(const char *tty)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios t;
	bool good;

	if (fd < 0 || tcgetattr(fd, &t))
		return false;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL | CRTSCTS;
	tcsetattr(fd, TCSANOW, &t);
	good = modem_says(fd, "AT", "OK", 5000);
	close(fd);
	return good;
}

/* Binds a line for its provider's user, and connects. */
static inline bool desk_open(struct desk *d, char **argv)
{
	char args[32];

	alarm(2 * PROGRAM_LIMIT_S);
	d->tty = argv[1];
	d->number = argv[2];
	d->far = "200";
	snprintf(args, sizeof(args), "provider=%d", FAXD_UID);
	tape_start(&d->tape, cd_events());
	if (cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(d->tty), args, d->name, NULL) ||
	    !faxd_devices() || !faxd_spool())
		return false;
	d->server = fax_connect(O_RDWR);
	return d->server >= 0 && !fax_events(d->server, d->tape.events, SESSION, NULL);
}

static inline bool desk_close(struct desk *d)
{
	fax_close(d->server, NULL);
	close(d->server);
	tape_stop(&d->tape);
	close(d->tape.events);
	return !cd_unbind(d->name, 0);
}

/* Words of the file of calls: the last line has all of them. */
static inline bool log_has(const char *words)
{
	char line[2048], last[2048] = "";
	FILE *f = fopen(FAXD_LOG, "r");

	while (f && fgets(line, sizeof(line), f))
		strcpy(last, line);
	if (f)
		fclose(f);
	if (strstr(last, words))
		return true;
	fprintf(stderr, "# the log has %s", last);
	return false;
}

#endif /* TESTS_FAXD_H */
