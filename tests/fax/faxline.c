// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * faxline: one call of the fax engine on a terminal, for tests. What the engine reports becomes a
 * line each on standard output; the one that begins with "ended" has the outcome. Exit 0 when that is
 * ok, 1 for another one, 2 for what is no call at all. It goes in step with a modem bank (--step), so
 * that no time of the engine depends on the machine. With --late MS it is behind by so much at each
 * phase: its clock has gone on, and the bank's has not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../rig/step.h"
#include "engine.h"

#define RING_MS		60000
#define ANSWER_MS	5000

static volatile sig_atomic_t stopped;

struct driver {
	struct fax_call *call;
	const char *abort_at;		/* a phase's name, ":N" for its Nth time, "+MS" later */
	double abort_due;		/* real ms; 0: not yet */
	double aborted;
	int late;
	int seen;
};

static struct step *step;
static double behind;

static double real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The time on the line. */
static double now_ms(void)
{
	return behind + (step ? (double)atomic_load(&step->now) / 1e3 : real_ms());
}

static void die(const char *text)
{
	fprintf(stderr, "faxline: %s: %s\n", text, strerror(errno));
	exit(2);
}

/* Line time, as everything else in an abort. */
static void watch_abort(struct driver *d, enum fax_phase phase)
{
	const char *name = fax_phase_name(phase);
	size_t len = strcspn(d->abort_at, ":+");
	const char *colon = strchr(d->abort_at, ':');
	const char *plus = strchr(d->abort_at, '+');

	if (strlen(name) != len || strncmp(name, d->abort_at, len) || d->abort_due)
		return;
	if (++d->seen < (colon ? atoi(colon + 1) : 1))
		return;
	d->abort_due = now_ms() + (plus ? atof(plus + 1) : 0);
	if (!plus) {
		d->aborted = now_ms();
		fax_call_abort(d->call);
	}
}

static void report(void *arg, const struct fax_report *r)
{
	struct driver *d = arg;

	printf("%s", fax_phase_name(r->phase));
	if (r->phase == FAX_PAGE)
		printf(" %d of %d rate %d ecm %d coding %s", r->page, r->pages, r->rate, r->ecm,
		       fax_coding_name(r->coding));
	else if (r->phase == FAX_PAGE_END)
		printf(" %d %s", r->page, fax_verdict_name(r->verdict));
	else if (r->phase == FAX_TRAINING)
		printf(" %d", r->rate);
	else if (r->phase == FAX_ENDED)
		printf(" %s confirmed %d rate %d ecm %d coding %s retrains %d reached %s dcn %d "
		       "onhook %d far '%s' detail '%s'",
		       fax_outcome_name(r->outcome), r->confirmed, r->rate, r->ecm,
		       fax_coding_name(r->coding), r->retrains, fax_phase_name(r->reached),
		       r->dcn_sent, r->on_hook, r->far_id, r->detail);
	putchar('\n');
	fflush(stdout);
	behind += d->late;
	if (d->abort_at)
		watch_abort(d, r->phase);
}

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void watch_stop(struct driver *d)
{
	if (d->aborted || !(stopped || (d->abort_due && now_ms() >= d->abort_due)))
		return;
	d->aborted = now_ms();
	fax_call_abort(d->call);
}

/* What was to be done by then is done when nothing more is there to be read. */
static bool turn(struct driver *d, struct pollfd *p)
{
	int64_t now = step ? atomic_load(&step->now) : 0;
	struct timespec wait = { .tv_nsec = step ? 50000 : 1000000 };
	int timeout;

	watch_stop(d);
	if (!fax_call_move(d->call, p->revents))
		return false;
	p->events = fax_call_wants(d->call, &timeout);
	p->revents = 0;
	if (!timeout)
		wait.tv_nsec = 0;
	if (!ppoll(p, 1, &wait, NULL) && step)
		atomic_store(&step->seen, now);
	return true;
}

/* From then on the bank's time waits for us. */
static void join_step(void)
{
	double begin = real_ms();

	if (!step)
		return;
	atomic_store(&step->seen, atomic_load(&step->now));
	atomic_store(&step->present, 1);
	while (!atomic_load(&step->follows) && real_ms() - begin < ANSWER_MS)
		usleep(100);
}

/* As fax_call_run(), but in step, and that it can be told to abort. */
static void run(struct driver *d, int fd)
{
	struct pollfd p = { .fd = fd };

	join_step();
	while (turn(d, &p))
		;
	if (step)
		atomic_store(&step->present, 0);
	if (d->aborted)
		printf("abort took %.0f\n", now_ms() - d->aborted);
}

static void go_in_step(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(path);
	step = mmap(NULL, sizeof(*step), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (step == MAP_FAILED)
		die(path);
	close(fd);
}

static int open_line(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t) < 0)
		die(path);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CRTSCTS;
	cfsetspeed(&t, B115200);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

/* In real time: reads until @text came, and says how long that took; negative when it did not. */
static double wait_text(int fd, const char *text, double limit_ms)
{
	double begin = real_ms();
	char got[4096];
	size_t len = 0;

	while (real_ms() - begin < limit_ms) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		poll(&p, 1, 20);
		n = read(fd, got + len, sizeof(got) - 1 - len);
		if (n <= 0)
			continue;
		len += (size_t)n;
		got[len] = '\0';
		if (strstr(got, text))
			return real_ms() - begin;
		if (len > sizeof(got) / 2)
			len = 0;
	}
	return -1;
}

/* The next user of the modem is here at once. */
static void try_modem(int fd)
{
	double took;

	if (write(fd, "AT\r", 3) != 3)
		die("write");
	took = wait_text(fd, "OK", ANSWER_MS);
	if (took < 0)
		puts("modem silent");
	else
		printf("modem answers %.0f\n", took);
}

static unsigned int one_of(const char *word, const char *const *names, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!strcmp(word, names[i]))
			return 1U << i;
	errno = EINVAL;
	die(word);
	return 0;
}

struct arguments {
	const char *device, *step, *coding, *fastest;
	int receive, offer, no_ecm;
	const char *poll;
};

/* "--name value", or "--name" for what is only switched on; then the file. */
static void parse(char **argv, struct fax_options *o, struct driver *d, struct arguments *a)
{
	const struct {
		const char *name;
		const char **text;
		int *number, *on;
	} all[] = {
		{ "--device", .text = &a->device },
		{ "--send", .text = &o->number },
		{ "--receive", .on = &a->receive },
		{ "--poll", .text = &a->poll },
		{ "--offer", .on = &a->offer },
		{ "--step", .text = &a->step },
		{ "--abort-at", .text = &d->abort_at },
		{ "--no-ecm", .on = &a->no_ecm },
		{ "--coding", .text = &a->coding },
		{ "--fastest", .text = &a->fastest },
		{ "--id", .text = &o->id },
		{ "--header", .text = &o->header },
		{ "--init", .text = &o->init },
		{ "--dial-s", .number = &o->dial_s },
		{ "--send-gap", .number = &o->send_gap },
		{ "--turn-gap", .number = &o->turn_gap },
		{ "--first-page", .number = &o->first_page },
		{ "--late", .number = &d->late },
	};
	const size_t n = sizeof(all) / sizeof(all[0]);
	size_t i;

	while (*++argv && !strncmp(*argv, "--", 2)) {
		for (i = 0; i < n && strcmp(*argv, all[i].name); i++)
			;
		if (i == n || (!all[i].on && !argv[1]))
			break;
		if (all[i].on)
			*all[i].on = 1;
		else if (all[i].text)
			*all[i].text = *++argv;
		else
			*all[i].number = atoi(*++argv);
	}
	o->file = *argv;
	if (!a->device || !o->file || argv[1] ||
	    !!o->number + !!a->receive + !!a->poll + !!a->offer != 1) {
		fputs("usage: faxline --device TTY --send NUMBER FILE | --receive FILE |\n"
		      "       --poll NUMBER FILE | --offer FILE\n",
		      stderr);
		exit(2);
	}
}

static void set_options(struct fax_options *o, const struct arguments *a)
{
	static const char *const codings[] = { "mh", "mr", "mmr" };
	static const char *const modulations[] = { "v27ter", "v29", "v17" };

	o->clock_ms = now_ms;
	o->receive = a->receive || a->poll;
	if (a->poll)
		o->number = a->poll;
	o->no_ecm = a->no_ecm;
	if (a->coding)
		o->codings = one_of(a->coding, codings, 3);
	if (a->fastest)
		o->fastest = one_of(a->fastest, modulations, 3);
}

int main(int argc, char **argv)
{
	struct fax_options options = { 0 };
	struct arguments arguments = { 0 };
	struct driver d = { 0 };
	enum fax_outcome outcome;
	int fd;

	(void)argc;
	parse(argv, &options, &d, &arguments);
	set_options(&options, &arguments);
	if (arguments.step)
		go_in_step(arguments.step);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	fd = open_line(arguments.device);
	if (!options.number) {
		puts("waiting");
		fflush(stdout);
		if (wait_text(fd, "RING", RING_MS) < 0)
			die("nobody called");
	}
	d.call = fax_call_new(fd, &options, report, &d);
	if (!d.call)
		die("options");
	run(&d, fd);
	outcome = fax_call_report(d.call)->outcome;
	if (outcome != FAX_DEVICE_GONE)
		try_modem(fd);
	fax_call_free(d.call);
	return outcome != FAX_OK;
}
