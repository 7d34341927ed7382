// SPDX-License-Identifier: GPL-2.0-or-later
/* cleardown-faxd: the provider of fax lines. The loop, and what stands on the command line. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <ini.h>

#include "faxd.h"

#define SPOOL		"/var/spool/cleardown/fax"
#define SOCKET		"/run/cleardown/faxd.sock"
#define SCAN_MS		5000
#define LOCK_MS		2000
#define KEEP_DAYS	7

static const char usage[] =
	"usage: cleardown-faxd [OPTION]...\n"
	"  --config FILE       these options, as NAME = VALUE\n"
	"  --spool DIR         jobs, received faxes, the log (" SPOOL ")\n"
	"  --socket PATH       where it is asked and told (" SOCKET ")\n"
	"  --line faxN         a line; as often as wanted. Without: all fax lines\n"
	"  --hook PROGRAM      run after each received fax and each job that has ended\n"
	"  --log FILE          one line of JSON for each call (SPOOL/log.jsonl)\n"
	"  --header TEXT       on top of every page that is sent\n"
	"  --init COMMANDS     for the modems, without AT, after &D2\n"
	"  --dial-seconds N    the longest wait for a fax to answer (90)\n"
	"  --send-gap N        silence between two signals of ours, in 10 ms (8)\n"
	"  --turn-gap N        silence before a signal that answers, in 10 ms (none)\n"
	"  --keep DAYS         ended jobs (7)\n"
	"  --jobs-per-user N   that have not ended (100)\n"
	"  --pages-per-job N   (1000)\n"
	"  --line-speed X      the line is X times as fast as the clock: for tests\n";

struct settings {
	struct faxd *faxd;
	const char *spool;
	const char *socket;
	struct spool_limits limits;
};

int64_t wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

static void die(const char *what)
{
	say("%s: %s", what, strerror(errno));
	exit(1);
}

/* ---- lines ---- */

static struct line *add_line(struct faxd *d, const char *name)
{
	struct line *l = d->nlines < MAX_LINES ? calloc(1, sizeof(*l)) : NULL;

	if (!l) {
		say("%s: too many lines", name);
		return NULL;
	}
	l->faxd = d;
	snprintf(l->name, sizeof(l->name), "%s", name);
	d->lines[d->nlines++] = l;
	return l;
}

/* Every fax line that there is and that we do not know yet. */
static void scan_lines(struct faxd *d)
{
	struct cleardown_ctl *ctl = d->any_line ? cleardown_ctl_open() : NULL;
	const struct cleardown_device *device;
	uint64_t after = 0;

	if (!ctl)
		return;
	while ((device = cleardown_ctl_next_device(ctl, after))) {
		after = device->id;
		if (device->class_id == CLDN_CLASS_FAX && device->backend[0] &&
		    !line_named(d, device->name))
			add_line(d, device->name);
	}
	cleardown_ctl_free(ctl);
}

static void open_lines(struct faxd *d)
{
	int i;

	scan_lines(d);
	for (i = 0; i < d->nlines; i++) {
		struct line *l = d->lines[i];

		if (!l->file && (!l->again || talk_now_ms() >= l->again))
			line_open(l);
	}
	/* When all are there: a job goes on where it was. */
	for (i = 0; i < d->nlines; i++) {
		if (d->lines[i]->fresh)
			jobs_adopt(d->lines[i]);
		d->lines[i]->fresh = false;
	}
}

/* ---- what comes ---- */

static void take_record(struct faxd *d, const struct cleardown_record *r)
{
	struct line *l = (struct line *)(uintptr_t)r->cookie;

	(void)d;
	if (!l || !l->file)
		return;
	switch (r->type) {
	case CLDN_EV_FAX_OFFER:
		intake_offer(l, r->req_id);
		break;
	case CLDN_EV_FAX_JOB:
		job_changed(l, r->req_id, r->p1);
		break;
	case CLDN_EV_FAX_LINE:
		line_changed(l);
		break;
	case CLDN_EV_PHONE_CLOSE:
		line_lost(l);
		break;
	default:
		break;
	}
}

static void take_records(struct faxd *d)
{
	const struct cleardown_record *r;

	while ((r = cleardown_queue_read(d->queue)))
		take_record(d, r);
	if (errno != EAGAIN)
		die("the event queue");
}

static void take_news(struct faxd *d)
{
	struct news n;

	while (read(d->news[0], &n, sizeof(n)) == sizeof(n))
		line_news(n.line, &n);
}

static void take_signals(struct faxd *d, int fd)
{
	struct signalfd_siginfo info;
	int i;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			programs_ended(d);
			continue;
		}
		if (!d->stopping)
			say("told to end");
		d->stopping = true;
		for (i = 0; i < d->nlines; i++)
			line_abort(d->lines[i]);
	}
}

/* ---- the loop ---- */

/* The clock of the wall may be set, and then everything that is due by it is looked at again. */
static void set_timer(struct faxd *d, int fd)
{
	int64_t due = spool_due(d->spool, wall_s());
	struct itimerspec at = { .it_value.tv_sec = due };
	uint64_t expired;

	if (due == INT64_MAX)
		at.it_value.tv_sec = wall_s() + 24 * 3600;
	while (read(fd, &expired, sizeof(expired)) > 0)
		;
	if (errno == ECANCELED)
		absence_note(d);
	timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

static bool calls_up(const struct faxd *d)
{
	int i;

	for (i = 0; i < d->nlines; i++)
		if (line_in_call(d->lines[i]))
			return true;
	return false;
}

/* ms; the scan for lines is the longest. */
static int wait_of(struct faxd *d)
{
	double now = talk_now_ms(), wait = SCAN_MS;
	int due = programs_due(d), i;

	if (due >= 0 && due < wait)
		wait = due;
	for (i = 0; i < d->nlines; i++) {
		const struct line *l = d->lines[i];

		if (!line_in_call(l) && !d->stopping && l->again &&
		    (l->again - now) / talk_speed < wait)
			wait = (l->again - now) / talk_speed;
	}
	return wait < 0 ? 0 : (int)ceil(wait);
}

#define FIXED	4			/* descriptors before those of the lines */

static int fill_polls(struct faxd *d, struct pollfd *p)
{
	int i;

	for (i = 0; i < d->nlines; i++) {
		const struct line *l = d->lines[i];
		bool listens = l->file && l->use == USE_LISTENING;

		p[FIXED + i] = (struct pollfd){
			.fd = listens ? cleardown_faxline_fd(l->file) : -1,
			.events = POLLIN,
		};
	}
	return FIXED + d->nlines;
}

static void turn(struct faxd *d, struct pollfd *p, int lines)
{
	int i;

	take_signals(d, p[1].fd);
	take_news(d);
	take_records(d);
	for (i = 0; i < lines; i++)
		if (p[FIXED + i].revents && d->lines[i]->use == USE_LISTENING && d->lines[i]->file)
			line_readable(d->lines[i]);
	open_lines(d);
	intake_next(d);
	jobs_sweep(d);
	for (i = 0; i < d->nlines; i++)
		line_schedule(d->lines[i]);
	for (i = 0; i < d->nlines; i++)
		line_help(d->lines[i]);
	absence_note_rarely(d);
}

static void serve(struct faxd *d, int signals, int timer)
{
	struct pollfd p[FIXED + MAX_LINES + CONTROL_POLLS] = {
		{ .fd = cleardown_queue_fd(d->queue), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = d->news[0], .events = POLLIN },
		{ .fd = timer, .events = POLLIN },
	};
	int n = FIXED, m = 0, lines = 0;

	for (;;) {
		turn(d, p, lines);
		if (d->stopping && !calls_up(d))
			return;
		control_move(d->control, p + n, m);
		set_timer(d, timer);
		lines = d->nlines;
		n = fill_polls(d, p);
		m = control_polls(d->control, p + n);
		if (poll(p, (nfds_t)(n + m), wait_of(d)) < 0 && errno != EINTR)
			die("poll");
	}
}

/* ---- the beginning ---- */

static bool whole(const char *text, int most, int *number)
{
	char *end;
	long n = strtol(text, &end, 10);

	*number = (int)n;
	return *text && !*end && n >= 0 && n <= most;
}

/* False: there is none of this name, or it cannot be that. A line is added each time. */
static bool set(struct settings *s, const char *name, const char *value)
{
	struct faxd *d = s->faxd;
	const struct {
		const char *name;
		const char **text;
		int *number, most;
	} all[] = {
		{ "spool", .text = &s->spool },
		{ "socket", .text = &s->socket },
		{ "hook", .text = &d->hook },
		{ "log", .text = &d->log },
		{ "header", .text = &d->header },
		{ "init", .text = &d->init },
		{ "dial-seconds", .number = &d->dial_s, .most = 250 },
		{ "send-gap", .number = &d->send_gap, .most = 255 },
		{ "turn-gap", .number = &d->turn_gap, .most = 255 },
		{ "keep", .number = &d->keep_days, .most = 10000 },
		{ "jobs-per-user", .number = &s->limits.jobs_per_user, .most = 1000000 },
		{ "pages-per-job", .number = &s->limits.pages_per_job, .most = DOCUMENT_MAX_PAGES },
	};
	size_t i;

	if (!strcmp(name, "line")) {
		d->any_line = false;
		return add_line(d, value) != NULL;
	}
	if (!strcmp(name, "line-speed")) {
		talk_speed = strtod(value, NULL);
		return talk_speed > 0;
	}
	for (i = 0; i < ARRAY_SIZE(all) && strcmp(name, all[i].name); i++)
		;
	if (i == ARRAY_SIZE(all))
		return false;
	if (!all[i].text)
		return whole(value, all[i].most, all[i].number);
	*all[i].text = strdup(value);
	return *all[i].text != NULL;
}

/* inih's: 0 is an error. Sections are for people. */
static int set_in_file(void *arg, const char *section, const char *name, const char *value)
{
	(void)section;
	if (set(arg, name, value))
		return 1;
	say("%s = %s: not an option, or not a value for it", name, value);
	return 0;
}

static void read_config(struct settings *s, const char *path)
{
	int line = ini_parse(path, set_in_file, s);

	if (!line)
		return;
	if (line < 0)
		die(path);
	say("%s, line %d: wrong", path, line);
	exit(2);
}

static void misused(void)
{
	fputs(usage, stderr);
	exit(2);
}

static const struct option options[] = {
	{ "help", no_argument, NULL, 0 },
	{ "config", required_argument, NULL, 0 },
	{ "spool", required_argument, NULL, 0 },
	{ "socket", required_argument, NULL, 0 },
	{ "line", required_argument, NULL, 0 },
	{ "hook", required_argument, NULL, 0 },
	{ "log", required_argument, NULL, 0 },
	{ "header", required_argument, NULL, 0 },
	{ "init", required_argument, NULL, 0 },
	{ "dial-seconds", required_argument, NULL, 0 },
	{ "send-gap", required_argument, NULL, 0 },
	{ "turn-gap", required_argument, NULL, 0 },
	{ "keep", required_argument, NULL, 0 },
	{ "jobs-per-user", required_argument, NULL, 0 },
	{ "pages-per-job", required_argument, NULL, 0 },
	{ "line-speed", required_argument, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

/* What stands behind --config holds over what is in the file. */
static void parse(int argc, char **argv, struct settings *s)
{
	int which, c;

	while ((c = getopt_long(argc, argv, "", options, &which)) == 0) {
		if (!options[which].has_arg) {
			fputs(usage, stdout);
			exit(0);
		}
		if (!strcmp(options[which].name, "config"))
			read_config(s, optarg);
		else if (!set(s, options[which].name, optarg))
			misused();
	}
	if (c != -1 || optind < argc)
		misused();
	if (strlen(s->spool) > PATH_LEN - NAME_LEN - 32 ||
	    (s->faxd->header && strlen(s->faxd->header) > FAX_HEADER_LEN))
		misused();
}

static const char *under(const struct faxd *d, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", d->directory, name) < 0)
		die("memory");
	return path;
}

static const char *directory(const struct faxd *d, const char *name)
{
	const char *path = under(d, name);

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		die(path);
	return path;
}

/* One that was killed as it began a program is not quite gone until that is another program. */
static bool lock_spool(const struct faxd *d)
{
	int lock = open(under(d, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600), ms;

	for (ms = 0; lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0; ms += 20) {
		if (errno != EWOULDBLOCK || ms >= LOCK_MS)
			return false;
		poll(NULL, 0, 20);
	}
	return lock >= 0;
}

static void prepare(struct faxd *d, const struct settings *s)
{
	char error[256];

	d->directory = s->spool;
	if (!lock_spool(d))
		die(s->spool);
	directory(d, "received");
	if (!d->log)
		d->log = under(d, "log.jsonl");
	d->spool = spool_open(directory(d, "jobs"), &s->limits, error, sizeof(error));
	if (error[0])
		say("%s", error);
	if (!d->spool)
		exit(1);
	d->queue = cleardown_queue_open();
	if (!d->queue)
		die("/dev/cleardown/events");
	if (pipe2(d->news, O_CLOEXEC) < 0 || fcntl(d->news[0], F_SETFL, O_NONBLOCK) < 0)
		die("pipe");
	inbox_rescue(d);
	absence_look(d, s->socket);
	d->control = control_open(d, s->socket);
	if (!d->control)
		exit(1);
}

static int open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int argc, char **argv)
{
	struct faxd d = { .any_line = true, .keep_days = KEEP_DAYS };
	struct settings s = { .faxd = &d, .spool = SPOOL, .socket = SOCKET };
	int signals, timer, i;

	/* ourselves, for one document */
	if (argc == 4 && !strcmp(argv[1], "--prepare"))
		return intake_prepare(argv[2], argv[3]);
	setvbuf(stderr, NULL, _IOLBF, 0);
	umask(027);
	parse(argc, argv, &s);
	signals = open_signals();
	timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (signals < 0 || timer < 0)
		die("signals");
	prepare(&d, &s);
	serve(&d, signals, timer);
	absence_note(&d); /* before the kernel begins to wait for the next one */
	for (i = 0; i < d.nlines; i++)
		line_close(d.lines[i]);
	control_close(d.control);
	spool_close(d.spool);
	return 0;
}
