// SPDX-License-Identifier: GPL-2.0-or-later
/* fax send and fax poll-remote: a job is made, and followed to its end. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fax_watch.h"

static struct {
	const char *line;
	bool no_wait, no_ecm, once;
	int64_t at, kill_after; /* UTC seconds, seconds; 0 = not said */
	const char *res;
	const char *dir, *file; /* for what is polled */
	struct cover cover;
	struct document_options document;
} opts = {
	.document = { .resolution = DOCUMENT_FINE },
};

/* ---- options ---- */

bool parse_duration(const char *text, int64_t *seconds)
{
	static const char units[] = "smhd";
	static const int factors[] = { 1, 60, 3600, 86400 };
	char *end;
	const char *unit;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	unit = *end ? strchr(units, *end) : units;
	if (errno || end == text || n < 0 || n > 100000000 || !unit || (*end && end[1]))
		return false;
	*seconds = (int64_t)n * factors[unit - units];
	return true;
}

/* A time of the day is the next one. */
static bool parse_clock(const char *text, int64_t *when)
{
	time_t now = time(NULL);
	struct tm tm = *localtime(&now);
	const char *end = strptime(text, "%H:%M", &tm);

	if (!end || *end)
		return false;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	*when = mktime(&tm);
	if (*when <= now) {
		tm.tm_mday++;
		*when = mktime(&tm);
	}
	return true;
}

static bool parse_date(const char *text, int64_t *when)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d" };
	const char *end = NULL;
	struct tm tm;
	size_t i;

	for (i = 0; !end && i < ARRAY_SIZE(forms); i++) {
		memset(&tm, 0, sizeof(tm));
		tm.tm_isdst = -1;
		end = strptime(text, forms[i], &tm);
		if (end && *end && strcmp(end, "Z"))
			end = NULL;
	}
	if (!end)
		return false;
	*when = *end ? timegm(&tm) : mktime(&tm);
	return true;
}

bool parse_when(const char *text, int64_t *when)
{
	int64_t seconds;

	if (*text == '+') {
		if (!parse_duration(text + 1, &seconds))
			return false;
		*when = time(NULL) + seconds;
		return true;
	}
	return parse_clock(text, when) || parse_date(text, when);
}

bool is_number(const char *text)
{
	return strlen(text) <= 60 && strpbrk(text, "0123456789*#") &&
	       strspn(text, "0123456789*#ABCDW,@!-.() ") == strlen(text);
}

static int set_resolution(const char *argument)
{
	static const char *const names[] = {
		[DOCUMENT_STANDARD] = "standard",
		[DOCUMENT_FINE] = "fine",
		[DOCUMENT_SUPERFINE] = "superfine",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(argument, names[i])) {
			opts.document.resolution = i;
			opts.res = names[i];
			return XC_OK;
		}
	return complain_usage("--res %s: standard, fine or superfine", argument);
}

static int set_times(int option, const char *argument)
{
	if (option == OPT_AT && !parse_when(argument, &opts.at))
		return complain_usage("--at %s: +2h, 23:30, 2026-12-24 or 2026-12-24T18:00",
				      argument);
	if (option == OPT_KILL_AFTER &&
	    (!parse_duration(argument, &opts.kill_after) || !opts.kill_after))
		return complain_usage("--kill-after %s: 45s, 90m, 3h or 2d", argument);
	return XC_OK;
}

static int set_cover(int option, const char *argument)
{
	opts.cover.wanted = true;
	if (option == OPT_COVER)
		opts.cover.template = argument;
	else if (option == OPT_TO)
		opts.cover.to = argument;
	else if (option == OPT_FROM)
		opts.cover.from = argument;
	else if (option == OPT_SUBJECT)
		opts.cover.subject = argument;
	else
		opts.cover.note = argument;
	return XC_OK;
}

int set_send(int option, const char *argument)
{
	switch (option) {
	case OPT_LINE:
		opts.line = argument;
		return XC_OK;
	case OPT_DIR:
		opts.dir = argument;
		return XC_OK;
	case OPT_FILE:
		opts.file = argument;
		return XC_OK;
	case OPT_NO_WAIT:
		opts.no_wait = true;
		return XC_OK;
	case OPT_NO_ECM:
		opts.no_ecm = true;
		return XC_OK;
	case OPT_ONCE:
		opts.once = true;
		return XC_OK;
	case OPT_LETTER:
		opts.document.letter = true;
		return XC_OK;
	case OPT_RES:
		return set_resolution(argument);
	case OPT_AT:
	case OPT_KILL_AFTER:
		return set_times(option, argument);
	default:
		return set_cover(option, argument);
	}
}

/* ---- a job ---- */

static void add_word(char *args, const char *format, int64_t value)
{
	size_t n = strlen(args);

	if (n)
		args[n++] = ' ';
	snprintf(args + n, CLDN_FAX_ARGS_LEN - n, format, value);
}

static void make_args(char args[CLDN_FAX_ARGS_LEN], bool poll)
{
	args[0] = '\0';
	if (opts.at)
		add_word(args, "at=%" PRId64, opts.at);
	if (opts.kill_after)
		add_word(args, "kill=%" PRId64, time(NULL) + opts.kill_after);
	if (opts.res)
		snprintf(args + strlen(args), CLDN_FAX_ARGS_LEN - strlen(args), "%sres=%s",
			 *args ? " " : "", opts.res);
	if (opts.no_ecm)
		add_word(args, "ecm=off", 0);
	if (poll)
		add_word(args, "poll=1", 0);
}

static int not_sent(const struct watch *w, int err)
{
	struct trouble trouble = {
		.object = opts.line ? opts.line : "fax",
		.action = "hand in the fax",
		.cause = errno_cause(err),
		.err = err,
		.status = cleardown_fax_status_word(w->fax),
	};

	if (err == ENOTCONN && !cleardown_fax_next_line(w->fax, 0)) {
		trouble.cause = "there is no fax line";
		trouble.remedy = "`cleardown bind fax tty:DEVICE` makes one";
		return complain(XC_NOT_FOUND, &trouble);
	}
	if (err == ENOTCONN) {
		trouble.cause = "no line has a program that sends faxes";
		trouble.remedy = "is the service cleardown-faxd running?";
	}
	if (err == EACCES || err == EPERM)
		trouble.remedy = "members of the group fax may send";
	return complain(exit_for_errno(err), &trouble);
}

/* 0: any */
static int wanted_line(const struct watch *w, uint64_t *line)
{
	*line = 0;
	return opts.line ? find_line(w->fax, opts.line, line) : XC_OK;
}

static int hand_in(struct watch *w, int fd, bool poll)
{
	char args[CLDN_FAX_ARGS_LEN];
	uint64_t line;
	int code = wanted_line(w, &line);

	if (code)
		return code;
	make_args(args, poll);
	if (cleardown_fax_send(w->fax, line, fd, w->number, args, &w->job) < 0)
		return not_sent(w, errno);
	w->news.event = CLDN_FEI_JOB_QUEUED;
	line_name(w->fax, line, w->line);
	return XC_OK;
}

static int handed_in(const struct watch *w)
{
	if (settings.json) {
		put_job(doc_open("fax_job"), "job", w->job);
		put_text(doc_current(), "number", w->number);
		put_u64(doc_current(), "pages", w->pages);
	} else {
		printf("job %" PRIu32 ": %d page%s for %s\n", (uint32_t)w->job, w->pages,
		       w->pages == 1 ? "" : "s", w->number);
	}
	return XC_OK;
}

static int follow(struct watch *w)
{
	int code = watch_job(w);

	if (settings.json)
		doc_open("fax");
	code = watch_judge(w, code);
	if (settings.json) {
		put_text(doc_current(), "result", exit_word(code));
		watch_to_json(doc_current(), w);
	} else if (!code && !settings.quiet) {
		watch_to_text(stdout, w, w->pages ? "fax to " : "fax from ");
	}
	return code;
}

static int wrong_number(const char *number)
{
	return complain_usage("\"%s\" is no number: digits, * # W , @ ! and - . ( ) between them",
			      number);
}

int run_fax_send(int argc, char **argv)
{
	struct watch w = { .number = argc ? argv[0] : NULL, .once = opts.once };
	struct papers papers = { .fd = -1 };
	int code, signal_fd;
	uint64_t line;

	if (argc < 2)
		return complain_usage("send takes a number and files");
	if (!is_number(argv[0]))
		return wrong_number(argv[0]);
	opts.cover.number = argv[0];
	signal_fd = catch_signals();
	code = watch_open(&w, signal_fd);
	if (!code) /* before pages are made for it */
		code = wanted_line(&w, &line);
	if (!code)
		code = papers_make(&papers, argv + 1, argc - 1, &opts.cover, &opts.document,
				   signal_fd);
	w.pages = papers.pages;
	if (!code)
		code = hand_in(&w, papers.fd, false);
	papers_free(&papers);
	if (!code)
		code = opts.no_wait ? handed_in(&w) : follow(&w);
	watch_close(&w);
	return code;
}

/* ---- poll-remote ---- */

static int empty_document(void)
{
	const char *parent = getenv("TMPDIR");
	int fd = open(parent && *parent ? parent : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		complain_errno("/tmp", "make a file", errno);
	return fd;
}

/* What came is the user's, and becomes a file of his. -1 is no file; @made: it is there, and is ours. */
static int open_result(int *result, bool *made)
{
	*made = false;
	*result = -1;
	if (!opts.file)
		return XC_OK;
	*result = open(opts.file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	*made = *result >= 0;
	return *made ? XC_OK : complain_errno(opts.file, "make this file", errno);
}

static int poll_and_fetch(struct watch *w, int fd)
{
	bool made, found = false;
	int result, code = open_result(&result, &made), shown = XC_OK;

	if (!code)
		code = hand_in(w, fd, true);
	if (!code)
		code = follow(w);
	/* Also the pages of a call that was cut. */
	if (w->over)
		shown = received_show_polled(w->job, opts.dir, result, &found);
	if (!code)
		code = shown;
	if (!code && !found)
		progress("fax: nothing came");
	if (made && close(result) < 0 && !code)
		code = complain_errno(opts.file, "write to it", errno);
	if (made && !found)
		unlink(opts.file);
	return code;
}

int run_fax_poll(int argc, char **argv)
{
	struct watch w = { .number = argc ? argv[0] : NULL, .once = opts.once };
	int code, fd;

	if (argc != 1)
		return complain_usage("poll-remote takes a number");
	if (!is_number(argv[0]))
		return wrong_number(argv[0]);
	if (opts.no_wait && (opts.dir || opts.file))
		return complain_usage("--no-wait leaves before anything can be copied: "
				      "`fax receive --dir DIR` does that later");
	fd = empty_document();
	if (fd < 0)
		return XC_DEVICE;
	code = watch_open(&w, catch_signals());
	if (!code && !opts.no_wait)
		code = poll_and_fetch(&w, fd);
	else if (!code && !(code = hand_in(&w, fd, true)))
		code = handed_in(&w);
	close(fd);
	watch_close(&w);
	return code;
}
