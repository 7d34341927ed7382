// SPDX-License-Identifier: GPL-2.0-or-later
/* fax: jobs and lines. Sending is in cmd_faxsend.c, the log and what came in in cmd_faxlog.c. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include <libsmartcols.h>

#include "fax.h"

#define ABORT_LIMIT (30 * NS_PER_SEC)
#define RINGS_MAX 99

static struct {
	bool all;
	int64_t at, kill_after;
	const char *number;
	int receive, send; /* -1: not said */
	uint64_t rings, priority;
	bool rings_set, priority_set;
	const char *id;
} opts = {
	.receive = -1,
	.send = -1,
};

static int set_on(int *flag, const char *option, const char *argument)
{
	if (strcmp(argument, "on") && strcmp(argument, "off"))
		return complain_usage("--%s %s: on or off", option, argument);
	*flag = !strcmp(argument, "on");
	return XC_OK;
}

static int set_count(uint64_t *count, bool *set, uint64_t max, const char *option,
		     const char *argument)
{
	*set = true;
	if (parse_u64(argument, max, count))
		return XC_OK;
	return complain_usage("--%s %s: not a number from 0 to %" PRIu64, option, argument, max);
}

static int set_id(const char *argument)
{
	if (strlen(argument) > 20)
		return complain_usage("--id %s: more than 20 characters", argument);
	opts.id = argument;
	return XC_OK;
}

static int set_line(int option, const char *argument)
{
	switch (option) {
	case OPT_RECEIVE:
		return set_on(&opts.receive, "receive", argument);
	case OPT_SEND:
		return set_on(&opts.send, "send", argument);
	case OPT_RINGS:
		return set_count(&opts.rings, &opts.rings_set, RINGS_MAX, "rings", argument);
	case OPT_PRIORITY:
		return set_count(&opts.priority, &opts.priority_set, UINT16_MAX, "priority",
				 argument);
	default:
		return set_id(argument);
	}
}

static int set_fax(int option, const char *argument)
{
	switch (option) {
	case OPT_ALL:
		opts.all = true;
		return XC_OK;
	case OPT_NUMBER:
		opts.number = argument;
		return is_number(argument) ? XC_OK :
					     complain_usage("--number %s: is no number", argument);
	case OPT_AT:
		return parse_when(argument, &opts.at) ?
			       XC_OK :
			       complain_usage("--at %s: +2h, 23:30, 2026-12-24 or 2026-12-24T18:00",
					      argument);
	default:
		return parse_duration(argument, &opts.kill_after) && opts.kill_after ?
			       XC_OK :
			       complain_usage("--kill-after %s: 45s, 90m, 3h or 2d", argument);
	}
}

/* ---- queue, show ---- */

static const struct column queue_columns[] = {
	{ "JOB", true },   { "NUMBER", false }, { "STATE", false },	 { "LINE", false },
	{ "PAGES", true }, { "CALLS", true },	{ "NOT BEFORE", false }, { "LAST CALL", false },
};

static void queue_row(struct libscols_table *table, const struct fax_jobs *jobs,
		      const struct fax_job *job, struct cleardown_fax *fax)
{
	char id[SHORT_TEXT], pages[SHORT_TEXT * 2], calls[SHORT_TEXT] = "", when[SHORT_TEXT] = "";
	char line[CLDN_NAME_LEN] = "";
	const char *const cells[] = {
		text_job(id, jobs, job->id),
		job_number(job),
		job_state(job),
		line,
		pages,
		calls,
		when,
		word_or(member_text(job->ticket, "outcome"), ""),
	};

	if (job->in_kernel)
		line_name(fax, job->kernel.line, line);
	snprintf(pages, sizeof(pages), "%" PRIu64, job_confirmed(job));
	if (member_number(job->ticket, "pages"))
		snprintf(pages, sizeof(pages), "%" PRIu64 "/%" PRId64, job_confirmed(job),
			 member_number(job->ticket, "pages"));
	if (job->ticket) {
		snprintf(calls, sizeof(calls), "%" PRId64, member_number(job->ticket, "calls"));
	}
	if (member_number(job->ticket, "not_before") > time(NULL))
		text_time(when, member_number(job->ticket, "not_before") * NS_PER_SEC);
	table_row(table, cells, !strcmp(job_state(job), "failed") ? "red" : NULL);
}

static void queue_to_json(const struct fax_jobs *jobs, struct cleardown_fax *fax)
{
	struct json_object *doc = doc_open("fax_queue"), *list = json_object_new_array(), *o;
	size_t i;

	put_bool(doc, "daemon", jobs->answer);
	for (i = 0; i < jobs->n; i++) {
		o = json_object_new_object();
		job_to_json(o, &jobs->all[i], fax);
		json_object_array_add(list, o);
	}
	json_object_object_add(doc, "jobs", list);
}

static void queue_to_text(const struct fax_jobs *jobs, struct cleardown_fax *fax)
{
	struct libscols_table *table = table_new(queue_columns, ARRAY_SIZE(queue_columns));
	size_t i;

	say_no_daemon(jobs);
	for (i = 0; table && i < jobs->n; i++)
		queue_row(table, jobs, &jobs->all[i], fax);
	if (table)
		table_or(table, "no jobs");
}

/* The jobs that this user may see, from a connection that is as short as the look. */
static int look_at_jobs(bool ended, struct cleardown_fax **fax, struct fax_jobs *jobs)
{
	int code = XC_OK;

	*jobs = (struct fax_jobs){ 0 };
	*fax = need_fax(CLDN_OPEN_OBSERVER, &code);
	return *fax ? jobs_load(*fax, ended, jobs) : code;
}

static int run_queue(int argc, char **argv)
{
	struct cleardown_fax *fax;
	struct fax_jobs jobs;
	int code;

	(void)argv;
	if (argc)
		return complain_usage("queue takes no operands");
	code = look_at_jobs(opts.all, &fax, &jobs);
	if (!code && settings.json)
		queue_to_json(&jobs, fax);
	else if (!code)
		queue_to_text(&jobs, fax);
	jobs_free(&jobs);
	leave_fax(fax);
	return code;
}

static int run_show(int argc, char **argv)
{
	struct cleardown_fax *fax;
	const struct fax_job *job = NULL;
	struct fax_jobs jobs;
	int code;

	if (argc != 1)
		return complain_usage("show takes the number of a job");
	code = look_at_jobs(true, &fax, &jobs);
	if (!code)
		job = jobs_find(&jobs, argv[0], &code);
	if (job && settings.json) {
		put_bool(doc_open("fax_job"), "daemon", jobs.answer);
		job_to_json(doc_current(), job, fax);
	} else if (job) {
		say_no_daemon(&jobs);
		job_to_text(stdout, &jobs, job, fax);
	}
	jobs_free(&jobs);
	leave_fax(fax);
	return code;
}

/* ---- alter ---- */

static struct json_object *job_question(uint64_t job)
{
	struct json_object *o = json_object_new_object();

	put_job(o, "job", job);
	return o;
}

static int alter(const struct fax_job *job, const char *word)
{
	struct json_object *more = job_question(job->id), *answer;
	int code;

	if (opts.at)
		put_u64(more, "at", opts.at);
	if (opts.kill_after)
		put_u64(more, "kill", time(NULL) + opts.kill_after);
	if (opts.number)
		put_text(more, "number", opts.number);
	code = daemon_do(word, "alter the job", "alter", more, &answer);
	if (!code && settings.json)
		put_job(doc_open("fax_altered"), "job", job->id);
	else if (!code)
		printf("job %s is altered\n", word);
	json_object_put(answer);
	return code;
}

static int run_alter(int argc, char **argv)
{
	const struct fax_job *job = NULL;
	struct cleardown_fax *fax;
	struct fax_jobs jobs;
	int code;

	if (argc != 1)
		return complain_usage("alter takes the number of a job");
	if (!opts.at && !opts.kill_after && !opts.number)
		return complain_usage("alter needs --at, --kill-after or --number");
	code = look_at_jobs(false, &fax, &jobs);
	if (!code)
		job = jobs_find(&jobs, argv[0], &code);
	if (job)
		code = alter(job, argv[0]);
	jobs_free(&jobs);
	leave_fax(fax);
	return code;
}

/* ---- rm, abort ---- */

/* What ends jobs: the connection, the events by which it sees that they have, and who they are. */
struct ending {
	struct cleardown_fax *fax;
	struct cleardown_queue *queue;
	struct fax_jobs jobs;
	int signal_fd;
	struct json_object *ended; /* for JSON: their numbers */
};

static int ending_begin(struct ending *e)
{
	int code = XC_OK;

	*e = (struct ending){ .signal_fd = catch_signals(), .ended = json_object_new_array() };
	e->fax = need_fax(CLDN_OPEN_OWNER, &code);
	if (!e->fax)
		return code;
	e->queue = cleardown_queue_open();
	if (!e->queue || cleardown_fax_bind_queue(e->fax, e->queue, 0) < 0)
		return complain_errno("fax", "ask for its events", errno);
	return jobs_load(e->fax, true, &e->jobs);
}

static void ending_finish(struct ending *e, int code)
{
	if (settings.json && e->ended && (!code || json_object_array_length(e->ended)))
		json_object_object_add(doc_open("fax_ended"), "jobs", json_object_get(e->ended));
	json_object_put(e->ended);
	jobs_free(&e->jobs);
	leave_fax(e->fax);
	cleardown_queue_free(e->queue);
}

static bool says_deleted(const struct cleardown_record *record, uint64_t job)
{
	struct cleardown_fax_news news;

	return cleardown_fax_news_from_record(record, &news) == 0 && news.job == job &&
	       news.event == CLDN_FEI_DELETED;
}

/* Until its number is dead: a call that was up is over then and the modem on hook. */
static int await_deleted(struct ending *e, uint64_t job, const char *word)
{
	int64_t end = monotonic_ns() + timeout_or(ABORT_LIMIT);
	struct pollfd fds[] = {
		{ .fd = cleardown_queue_fd(e->queue), .events = POLLIN },
		{ .fd = e->signal_fd, .events = POLLIN },
	};
	const struct trouble still = {
		.object = word,
		.action = "see the end of it",
		.cause = "the job is still being ended",
		.err = ETIMEDOUT,
	};
	const struct cleardown_record *record;
	int64_t left;

	for (;;) {
		while ((record = cleardown_queue_read(e->queue)))
			if (says_deleted(record, job))
				return XC_OK;
		left = (end - monotonic_ns()) / NS_PER_MS;
		if (left <= 0)
			return complain(XC_TIMEOUT, &still);
		if (poll(fds, ARRAY_SIZE(fds), left > INT32_MAX ? INT32_MAX : left) > 0 &&
		    fds[1].revents)
			return XC_INTERRUPTED;
	}
}

static int not_done(const char *word, const char *action, int err)
{
	const struct trouble other_user = {
		.object = word,
		.action = action,
		.cause = "it is another user's job",
		.remedy = "become that user, or root",
		.err = err,
	};

	return err == EACCES || err == EPERM ? complain(XC_PERMISSION, &other_user) :
					       complain_errno(word, action, err);
}

/* In the kernel where that has it, for only so its call ends; else the ticket goes. */
static int end_job(struct ending *e, const struct fax_job *job, const char *word)
{
	struct json_object *answer = NULL;
	int code = XC_OK;

	if (!job->in_kernel)
		code = daemon_do(word, "remove the job", "rm", job_question(job->id), &answer);
	else if (cleardown_fax_delete_job(e->fax, job->id) == 0)
		code = await_deleted(e, job->id, word);
	else if (errno != EINVAL) /* it has ended by itself */
		code = not_done(word, "end the job", errno);
	json_object_put(answer);
	if (code)
		return code;
	json_object_array_add(e->ended, json_job(job->id));
	if (!settings.json)
		printf("job %s is %s, %" PRIu64 " page%s confirmed\n", word,
		       job->in_kernel ? "ended" : "removed", job_confirmed(job),
		       job_confirmed(job) == 1 ? " was" : "s were");
	return code;
}

static int end_named(struct ending *e, const char *word)
{
	const struct fax_job *job;
	int code = XC_OK;

	job = jobs_find(&e->jobs, word, &code);
	return job ? end_job(e, job, word) : code;
}

/* Jobs that have not ended, all of them whatever becomes of one. */
static int end_all(struct ending *e)
{
	char word[SHORT_TEXT];
	int code = XC_OK, bad;
	size_t i;

	for (i = 0; i < e->jobs.n; i++) {
		bad = end_job(e, &e->jobs.all[i], text_job(word, &e->jobs, e->jobs.all[i].id));
		if (bad && !code)
			code = bad;
	}
	return code;
}

static int run_rm(int argc, char **argv)
{
	struct ending e;
	int code, bad, i;

	if (!argc == !opts.all)
		return complain_usage("rm takes numbers of jobs, or --all");
	code = ending_begin(&e);
	if (!code && opts.all)
		code = end_all(&e);
	for (i = 0; i < argc && e.fax; i++) {
		bad = end_named(&e, argv[i]);
		if (bad && !code)
			code = bad;
	}
	ending_finish(&e, code);
	return code;
}

/* The job that runs on the line called @word, where it is a line. */
static const struct fax_job *job_on_line(const struct ending *e, const char *word, int *code)
{
	const struct trouble idle = {
		.object = word,
		.action = "abort",
		.cause = "no job of yours runs on it",
		.err = ESRCH,
	};
	uint64_t line = 0;
	size_t i;

	*code = find_line(e->fax, word, &line);
	for (i = 0; !*code && i < e->jobs.n; i++)
		if (e->jobs.all[i].in_kernel && e->jobs.all[i].kernel.line == line &&
		    e->jobs.all[i].kernel.state == CLDN_JS_INPROGRESS)
			return &e->jobs.all[i];
	if (!*code)
		*code = complain(XC_NOT_FOUND, &idle);
	return NULL;
}

static int run_abort(int argc, char **argv)
{
	const struct fax_job *job;
	struct ending e;
	int code;

	if (argc != 1)
		return complain_usage("abort takes the number of a job, or a line");
	code = ending_begin(&e);
	if (!code) {
		job = strncmp(argv[0], "fax", 3) ? jobs_find(&e.jobs, argv[0], &code) :
						   job_on_line(&e, argv[0], &code);
		if (job)
			code = end_job(&e, job, argv[0]);
	}
	ending_finish(&e, code);
	return code;
}

/* ---- pause, resume ---- */

/* What is asked of jobs that wait (FaxSetJob). */
struct asking {
	const char *verb;
	const char *action;
	const char *done;
	int (*ask)(struct cleardown_fax *fax, uint64_t job);
};

static const struct asking asking_pause = {
	.verb = "pause",
	.action = "pause the job",
	.done = "paused",
	.ask = cleardown_fax_pause_job,
};

static const struct asking asking_resume = {
	.verb = "resume",
	.action = "resume the job",
	.done = "resumed",
	.ask = cleardown_fax_resume_job,
};

/* Now: it may have changed since the jobs were listed. */
static bool is_paused(struct cleardown_fax *fax, uint64_t job)
{
	const struct cleardown_fax_job_entry *entry = cleardown_fax_next_job(fax, job - 1);

	return entry && entry->job == job && entry->state & CLDN_JS_PAUSED;
}

static int not_asked(const struct asking *a, struct cleardown_fax *fax, const struct fax_job *job,
		     const char *word)
{
	struct trouble trouble = { .object = word, .action = a->action, .err = errno };

	if (trouble.err == EINVAL) {
		trouble.cause = "it is over, or being ended";
		return complain(XC_NOT_FOUND, &trouble);
	}
	if (trouble.err != EBUSY)
		return not_done(word, a->action, trouble.err);
	if (a->ask == cleardown_fax_resume_job)
		trouble.cause = "it is not paused";
	else
		trouble.cause = is_paused(fax, job->id) ? "it is paused already" :
							  "a call is up for it";
	return complain(XC_BUSY, &trouble);
}

static int ask_named(const struct asking *a, struct cleardown_fax *fax, const struct fax_jobs *jobs,
		     const char *word, struct json_object *done)
{
	const struct trouble absent = {
		.object = word,
		.action = a->action,
		.cause = "the kernel does not have it: it waits for its line and program",
		.err = ENOTCONN,
	};
	const struct fax_job *job;
	int code = XC_OK;

	job = jobs_find(jobs, word, &code);
	if (!job)
		return code;
	if (!job->in_kernel)
		return complain(exit_for_errno(ENOTCONN), &absent);
	if (a->ask(fax, job->id) < 0)
		return not_asked(a, fax, job, word);
	json_object_array_add(done, json_job(job->id));
	if (!settings.json)
		printf("job %s is %s\n", word, a->done);
	return XC_OK;
}

/* Each of them, whatever becomes of the others. */
static int ask_jobs(const struct asking *a, int argc, char **argv)
{
	struct json_object *done = json_object_new_array();
	struct fax_jobs jobs = { 0 };
	struct cleardown_fax *fax;
	int code = XC_OK, bad, i;

	if (!argc)
		code = complain_usage("%s takes numbers of jobs", a->verb);
	fax = code ? NULL : need_fax(CLDN_OPEN_OWNER, &code);
	if (fax)
		code = jobs_load(fax, false, &jobs);
	for (i = 0; i < argc && fax; i++) {
		bad = ask_named(a, fax, &jobs, argv[i], done);
		code = code ? code : bad;
	}
	if (settings.json && (!code || json_object_array_length(done)))
		json_object_object_add(doc_open(a == &asking_pause ? "fax_paused" : "fax_resumed"),
				       "jobs", json_object_get(done));
	json_object_put(done);
	jobs_free(&jobs);
	leave_fax(fax);
	return code;
}

static int run_pause(int argc, char **argv)
{
	return ask_jobs(&asking_pause, argc, argv);
}

static int run_resume(int argc, char **argv)
{
	return ask_jobs(&asking_resume, argc, argv);
}

/* ---- status ---- */

static const struct column status_columns[] = {
	{ "LINE", false }, { "STATE", false }, { "PROVIDER", true }, { "JOB", true },
	{ "PAGE", true },  { "RATE", true },   { "NUMBER", false },  { "", false },
};

/* What the daemon says of a line, NULL where it does not. */
static struct json_object *line_of(struct json_object *answer, const char *name)
{
	struct json_object *lines = NULL, *line;
	size_t i;

	if (answer)
		json_object_object_get_ex(answer, "lines", &lines);
	for (i = 0; lines && i < json_object_array_length(lines); i++) {
		line = json_object_array_get_idx(lines, i);
		if (!strcmp(word_or(member_text(line, "line"), ""), name))
			return line;
	}
	return NULL;
}

static void status_row(struct libscols_table *table, const struct cleardown_faxport_status *port,
		       struct json_object *line)
{
	char pid[SHORT_TEXT] = "", job[SHORT_TEXT] = "", page[SHORT_TEXT] = "";
	char rate[SHORT_TEXT] = "";
	const char *const cells[] = {
		port->name,
		word_or(cleardown_fps_name(port->fps), "?"),
		pid,
		job,
		page,
		rate,
		word_or(member_text(line, "number"), ""),
		faxport_uses(port),
	};

	if (port->provider_pid)
		snprintf(pid, sizeof(pid), "%d", port->provider_pid);
	if (port->job)
		snprintf(job, sizeof(job), "%" PRIu32, (uint32_t)port->job);
	if (member_number(line, "page"))
		snprintf(page, sizeof(page), "%" PRId64, member_number(line, "page"));
	if (member_number(line, "rate"))
		snprintf(rate, sizeof(rate), "%" PRId64, member_number(line, "rate"));
	table_row(table, cells, NULL);
}

static struct json_object *status_json(const struct cleardown_faxport_status *port,
				       struct json_object *line)
{
	struct json_object *o = json_object_new_object();

	faxport_to_json(o, port);
	put_text(o, "phase", member_text(line, "phase"));
	put_u64(o, "page", member_number(line, "page"));
	put_u64(o, "rate", member_number(line, "rate"));
	put_text(o, "number", member_text(line, "number"));
	return o;
}

static void service_out(const struct cleardown_fax_service *service, struct json_object *answer)
{
	struct json_object *doc = doc_current();

	if (settings.json) {
		put_bool(doc, "running", service->running);
		put_bool(doc, "daemon", answer);
		put_u64(doc, "jobs", service->jobs);
		put_u64(doc, "servers", service->servers);
		put_u64(doc, "ports", service->ports);
		put_u64(doc, "pending", member_number(answer, "pending"));
		return;
	}
	printf("%u job%s in the kernel", service->jobs, service->jobs == 1 ? "" : "s");
	if (answer)
		printf(", %" PRId64 " waiting in the spool\n", member_number(answer, "pending"));
	else
		puts("; cleardown-faxd does not answer");
}

static int status_out(struct cleardown_fax *fax, struct json_object *answer)
{
	const struct cleardown_fax_service *service = cleardown_fax_get_service(fax);
	const struct cleardown_faxport_status *port = NULL;
	struct libscols_table *table = NULL;
	struct json_object *lines = json_object_new_array();

	if (!settings.json)
		table = table_new(status_columns, ARRAY_SIZE(status_columns));
	while ((port = cleardown_fax_next_line(fax, port ? port->line : 0))) {
		if (table)
			status_row(table, port, line_of(answer, port->name));
		else
			json_object_array_add(lines,
					      status_json(port, line_of(answer, port->name)));
	}
	if (table)
		table_or(table, "there is no fax line: `cleardown bind fax tty:DEVICE` makes one");
	if (settings.json)
		json_object_object_add(doc_open("fax_status"), "lines", json_object_get(lines));
	json_object_put(lines);
	if (!service)
		return complain_errno("fax", "ask for its state", errno);
	service_out(service, answer);
	return XC_OK;
}

static int run_status(int argc, char **argv)
{
	struct json_object *answer;
	struct cleardown_fax *fax;
	int code = XC_OK;

	(void)argv;
	if (argc)
		return complain_usage("status takes no operands");
	fax = need_fax(CLDN_OPEN_OBSERVER, &code);
	if (!fax)
		return code;
	answer = daemon_ask("status", NULL);
	code = status_out(fax, answer);
	json_object_put(answer);
	leave_fax(fax);
	return code;
}

/* ---- set ---- */

static uint32_t flags_after(uint32_t flags)
{
	if (opts.send >= 0)
		flags = opts.send ? flags | CLDN_FAXPORT_SEND : flags & ~CLDN_FAXPORT_SEND;
	if (opts.receive >= 0)
		flags = opts.receive ? flags | CLDN_FAXPORT_RECEIVE : flags & ~CLDN_FAXPORT_RECEIVE;
	return flags;
}

static int change_port(struct cleardown_faxport *port, const char *name)
{
	const struct cleardown_faxport_status *status = cleardown_faxport_get(port);
	uint32_t flags, rings = opts.rings, priority = opts.priority;
	struct cleardown_faxport_setting setting = {
		.rings = opts.rings_set ? &rings : NULL,
		.priority = opts.priority_set ? &priority : NULL,
		.tsid = opts.id,
		.csid = opts.id,
	};

	if (!status)
		return complain_errno(name, "ask for its settings", errno);
	flags = flags_after(status->flags);
	if (flags != status->flags)
		setting.flags = &flags;
	if (cleardown_faxport_set(port, &setting) < 0)
		return complain_errno(name, "change its settings", errno);
	status = cleardown_faxport_get(port);
	if (settings.json && status)
		json_object_object_add(doc_open("fax_line"), "fax", status_json(status, NULL));
	else if (status)
		printf("%s: %s, %u rings, priority %u\n", status->name, faxport_uses(status),
		       status->rings, status->priority);
	return XC_OK;
}

static int run_set(int argc, char **argv)
{
	struct cleardown_faxport *port;
	struct cleardown_fax *fax;
	uint64_t line;
	int code = XC_OK;

	if (argc != 1)
		return complain_usage("set takes one line: fax0");
	if (opts.receive < 0 && opts.send < 0 && !opts.rings_set && !opts.priority_set && !opts.id)
		return complain_usage("set needs --receive, --send, --rings, --priority or --id");
	fax = need_fax(CLDN_OPEN_OWNER, &code);
	if (!fax)
		return code;
	code = find_line(fax, argv[0], &line);
	if (!code) {
		port = cleardown_faxport_open(fax, line, true);
		code = port ? change_port(port, argv[0]) :
			      complain_errno(argv[0], "open it to change it", errno);
		if (port)
			cleardown_faxport_close(port);
		cleardown_faxport_free(port);
	}
	leave_fax(fax);
	return code;
}

/* ---- the table ---- */

static const struct option send_options[] = {
	{ "line", required_argument, NULL, OPT_LINE },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "at", required_argument, NULL, OPT_AT },
	{ "kill-after", required_argument, NULL, OPT_KILL_AFTER },
	{ "res", required_argument, NULL, OPT_RES },
	{ "no-ecm", no_argument, NULL, OPT_NO_ECM },
	{ "letter", no_argument, NULL, OPT_LETTER },
	{ "cover", optional_argument, NULL, OPT_COVER },
	{ "to", required_argument, NULL, OPT_TO },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "subject", required_argument, NULL, OPT_SUBJECT },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ 0 },
};

static const struct option poll_options[] = {
	{ "line", required_argument, NULL, OPT_LINE },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "at", required_argument, NULL, OPT_AT },
	{ "kill-after", required_argument, NULL, OPT_KILL_AFTER },
	{ "no-ecm", no_argument, NULL, OPT_NO_ECM },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "file", required_argument, NULL, OPT_FILE },
	{ 0 },
};

static const struct option all_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ 0 },
};

static const struct option alter_options[] = {
	{ "at", required_argument, NULL, OPT_AT },
	{ "kill-after", required_argument, NULL, OPT_KILL_AFTER },
	{ "number", required_argument, NULL, OPT_NUMBER },
	{ 0 },
};

static const struct option receive_options[] = {
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ 0 },
};

static const struct option log_options[] = {
	{ "last", required_argument, NULL, OPT_LAST },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "file", required_argument, NULL, OPT_FILE },
	{ 0 },
};

static const struct option line_options[] = {
	{ "receive", required_argument, NULL, OPT_RECEIVE },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "rings", required_argument, NULL, OPT_RINGS },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "id", required_argument, NULL, OPT_ID },
	{ 0 },
};

#define WHEN_HELP                                                                                    \
	"      --at WHEN        not before: +2h, 23:30, 2026-12-24, 2026-12-24T18:00 (local time,\n" \
	"                       with Z UTC)\n"                                                       \
	"      --kill-after D   give up when it is not through after 45s, 90m, 3h or 2d\n"

#define FAX_EXIT_CODES                                                                             \
	"    0  all pages were confirmed            14  a file cannot be faxed\n"                  \
	"    9  somebody ended it before a call     20  a call was answered, and failed: it may\n" \
	"   10  busy          11  no answer             have cost money\n"                         \
	"   12  no dial tone, or not to be dialled  21  the same, some pages were confirmed\n"     \
	"    6  --timeout: the job goes on         130  Ctrl-C, which ends the job\n"

static const struct verb fax_verbs[] = {
	{
		.name = "send",
		.operands = "NUMBER FILE... [OPTIONS]",
		.summary = "fax files, and wait until they are there",
		.details =
			"      --line OBJ       on which line; otherwise any\n"
			"      --no-wait        print the job's number and leave\n"
			"      --once           the first call that fails ends it; otherwise it is tried again\n"
			"                       by its cause, see `fax queue`\n" WHEN_HELP
			"      --res R          standard, fine (default) or superfine, for what is converted\n"
			"      --no-ecm         without error correction\n"
			"      --letter         US letter instead of A4 for what is converted\n"
			"      --cover[=FILE]   a cover page in front, from a template: PostScript or text\n"
			"                       with @TO@ @FROM@ @SUBJECT@ @NOTE@ @NUMBER@ @DATE@ @PAGES@\n"
			"      --to, --from, --subject, --note TEXT   for these, and ask for a cover\n"
			"      --timeout SEC    longest wait; the job goes on then\n"
			"\nFILEs are TIFF of fax machines, PDF, PostScript or UTF-8 text; - is standard input.\n"
			"They become one fax, converted by ghostscript (-dSAFER) and paps with your rights,\n"
			"for root as nobody.\n"
			"Ctrl-C ends the job and a call that is up; a second one does not wait for it.\n"
			"Exit codes:\n" FAX_EXIT_CODES
			"\nExample: cleardown fax send 5551234 offer.pdf --to 'A. Receiver' --once\n",
		.options = send_options,
		.set = set_send,
		.run = run_fax_send,
	},
	{
		.name = "queue",
		.operands = "[--all]",
		.summary = "jobs: yours, for root all",
		.details =
			"      --all            also those that are over, as long as the spool has them\n"
			"\nSTATE no-line: another program has the line, and no other one will do; orphan:\n"
			"cleardown-faxd ended and the job waits for the next one; preparing: its pages are being\n"
			"made. JOB is short for the number that --json has.\n",
		.options = all_options,
		.set = set_fax,
		.run = run_queue,
	},
	{
		.name = "show",
		.operands = "JOB",
		.summary = "one job in full",
		.run = run_show,
	},
	{
		.name = "alter",
		.operands = "JOB [OPTIONS]",
		.summary = "change a job that is not being sent",
		.details = WHEN_HELP "      --number NUMBER  dial this one\n",
		.options = alter_options,
		.set = set_fax,
		.run = run_alter,
	},
	{
		.name = "pause",
		.operands = "JOB...",
		.summary = "let jobs wait until they are resumed (FaxSetJob)",
		.details =
			"Those that wait for a call, now or for the next attempt; one whose call is up is busy.\n"
			"--kill-after goes on. A pause outlives the daemon and a restart of the machine.\n",
		.run = run_pause,
	},
	{
		.name = "resume",
		.operands = "JOB...",
		.summary = "let paused jobs go on (FaxSetJob)",
		.run = run_resume,
	},
	{
		.name = "rm",
		.operands = "JOB... | --all",
		.summary = "end jobs and remove them",
		.details =
			"      --all            all of yours, for root of everybody\n"
			"\nA call that is up for one is ended first (FaxAbort). --timeout SEC: how long to wait\n"
			"for each (30).\n",
		.options = all_options,
		.set = set_fax,
		.run = run_rm,
	},
	{
		.name = "abort",
		.operands = "JOB|LINE",
		.summary = "end the call of a job, and the job (FaxAbort)",
		.details =
			"LINE (fax0) means the job that runs there. When it returns the call is over and\n"
			"the modem on hook. `cleardown close LINE` ends whatever runs, also a reception.\n",
		.run = run_abort,
	},
	{
		.name = "poll-remote",
		.operands = "NUMBER [OPTIONS]",
		.summary = "call a fax and fetch what it has to be polled",
		.details =
			"      --line OBJ       on which line; otherwise any\n"
			"      --dir DIR        copy what came into DIR, under the name of the spool\n"
			"      --file FILE      write it to FILE, a new one: the pages as TIFF\n"
			"      --no-wait, --once, --no-ecm, --timeout SEC as of send\n" WHEN_HELP
			"\nWhat came is yours: `fax receive` lists it later, too. Exit codes as of send.\n",
		.options = poll_options,
		.set = set_send,
		.run = run_fax_poll,
	},
	{
		.name = "receive",
		.operands = "[OPTIONS]",
		.summary = "faxes that came in; with --follow those to come",
		.details =
			"For root all faxes, for others what they have fetched by poll-remote.\n"
			"      --follow         wait for faxes, a line for each; with --json a document each\n"
			"      --count N        wait for N of them: exit code 6 when --timeout SEC was too short\n"
			"      --dir DIR        copy them into DIR: the TIFF, and the PDF where it is made already;\n"
			"                       what is there is left as it is\n"
			"\nA line takes calls when `fax set LINE --receive on` was said.\n",
		.options = receive_options,
		.set = set_log,
		.run = run_fax_receive,
	},
	{
		.name = "log",
		.operands = "[OPTIONS]",
		.summary =
			"calls: when, with whom, how many pages were confirmed, what they came to",
		.details =
			"      --last N         only the last N\n"
			"      --follow         go on with those to come; --timeout SEC ends it\n"
			"      --file FILE      instead of " FAX_SPOOL "/log.jsonl\n"
			"\nThe file is JSON Lines, and --json shows it as that.\n",
		.options = log_options,
		.set = set_log,
		.run = run_fax_log,
	},
	{
		.name = "status",
		.operands = "",
		.summary = "lines, what runs on them, and their programs",
		.details =
			"STATE offline: the line has no program (cleardown-faxd); unavailable: another\n"
			"class, as a phone, has the serial line.\n",
		.run = run_status,
	},
	{
		.name = "set",
		.operands = "LINE [OPTIONS]",
		.summary = "settings of a line (FaxSetPort)",
		.details =
			"      --receive on|off take calls\n"
			"      --rings N        after so many rings, 0 to 99\n"
			"      --send on|off    send\n"
			"      --priority N     which of several lines is taken, 1 first, when they\n"
			"                       have equally many jobs\n"
			"      --id TEXT        station id, 20 characters\n"
			"\nNot while a job runs on it. Needs root.\n",
		.options = line_options,
		.set = set_line,
		.run = run_set,
	},
	{
		.name = "handles",
		.operands = "",
		.summary = "who is connected to the fax server, with which rights",
		.details =
			"Server handles (FaxConnectFaxServer) and ports of lines (FaxOpenPort) with the program\n"
			"that opened them: yours, for root all.\n",
		.run = run_fax_handles,
	},
	{
		.name = "revoke",
		.operands = "HANDLE RIGHT...",
		.summary = "take rights of a handle away; they do not come back",
		.details =
			"HANDLE is a number of `fax handles`. RIGHT is one of\n"
			"    job-submit    hand in faxes           config-query  read the configuration\n"
			"    job-query     see jobs                config-set    change it\n"
			"    job-manage    end those of others     port-query    see lines; close a port (FaxClose)\n"
			"    port-set      change lines            all           each of them\n"
			"\nIt holds from the next call on; ports that a server handle has opened have rights of their\n"
			"own. Whoever connects anew has his rights again. Needs root.\n"
			"\nExample: cleardown fax revoke 4294967298 job-submit\n",
		.run = run_fax_revoke,
	},
	{ 0 },
};

const struct verb verb_fax = {
	.name = "fax",
	.operands = "VERB [OPERANDS]",
	.summary = "faxes: send, receive, and the jobs",
	.details =
		"Members of the group fax may; cleardown-faxd does the work, and a fax that was handed\n"
		"in goes on when this command has left. Its socket is " FAX_SOCKET ",\n"
		"or what CLEARDOWN_FAXD_SOCKET in the environment says.\n",
	.verbs = fax_verbs,
};
