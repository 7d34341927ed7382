// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs as two know them: the kernel whether they run and where, the daemon when they are to be tried
 * again and why. Where the daemon does not answer the kernel's half is shown, and it is said.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fax.h"

struct cleardown_fax *need_fax(unsigned int flags, int *code)
{
	struct trouble trouble = { .object = "/dev/cleardown/fax", .action = "open" };
	struct cleardown_fax *fax = cleardown_fax_connect(flags);

	if (fax)
		return fax;
	trouble.err = errno;
	trouble.cause = errno_cause(errno);
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV) {
		trouble.cause = "the cleardown module is not loaded";
		trouble.remedy = "load it with `make load` or `modprobe cleardown`";
	} else if (errno == EACCES) {
		trouble.remedy = "members of the group fax may";
	}
	*code = complain(exit_for_errno(trouble.err), &trouble);
	return NULL;
}

void leave_fax(struct cleardown_fax *fax)
{
	if (fax)
		cleardown_fax_close(fax);
	cleardown_fax_free(fax);
}

void line_name(struct cleardown_fax *fax, uint64_t line, char name[CLDN_NAME_LEN])
{
	const struct cleardown_faxport_status *port = NULL;

	name[0] = '\0';
	while (line && (port = cleardown_fax_next_line(fax, port ? port->line : 0)))
		if (port->line == line)
			snprintf(name, CLDN_NAME_LEN, "%s", port->name);
}

int find_line(struct cleardown_fax *fax, const char *word, uint64_t *line)
{
	const struct cleardown_faxport_status *port = NULL;
	char name[CLDN_NAME_LEN * 2];
	const struct trouble none = {
		.object = name,
		.cause = "there is no fax line of that name",
		.remedy = "see `cleardown fax status`",
		.err = ENOENT,
	};

	snprintf(name, sizeof(name), "%s%s",
		 *word && strspn(word, "0123456789") == strlen(word) ? "fax" : "", word);
	while ((port = cleardown_fax_next_line(fax, port ? port->line : 0)))
		if (!strcmp(port->name, name)) {
			*line = port->line;
			return XC_OK;
		}
	if (errno != ENOENT)
		return complain_errno(name, "find it in the list", errno);
	return complain(XC_NOT_FOUND, &none);
}

/* ---- lists ---- */

static struct fax_job *job_by_id(const struct fax_jobs *jobs, uint64_t id)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->all[i].id == id)
			return &jobs->all[i];
	return NULL;
}

static struct fax_job *job_new(struct fax_jobs *jobs, uint64_t id)
{
	struct fax_job *all = reallocarray(jobs->all, jobs->n + 1, sizeof(*all));

	if (!all)
		return NULL;
	jobs->all = all;
	all[jobs->n] = (struct fax_job){ .id = id };
	return &all[jobs->n++];
}

static void take_tickets(struct fax_jobs *jobs)
{
	struct json_object *list = NULL, *ticket;
	struct fax_job *job;
	uint64_t id;
	size_t i;

	json_object_object_get_ex(jobs->answer, "jobs", &list);
	for (i = 0; list && i < json_object_array_length(list); i++) {
		ticket = json_object_array_get_idx(list, i);
		if (!parse_u64(word_or(member_text(ticket, "job"), ""), UINT64_MAX, &id))
			continue;
		job = job_by_id(jobs, id);
		if (!job)
			job = job_new(jobs, id);
		if (job)
			job->ticket = ticket;
	}
}

int jobs_load(struct cleardown_fax *fax, bool ended, struct fax_jobs *jobs)
{
	const struct cleardown_fax_job_entry *entry = NULL;
	struct json_object *more = json_object_new_object();
	struct fax_job *job;

	*jobs = (struct fax_jobs){ 0 };
	if (ended)
		put_bool(more, "all", true);
	jobs->answer = daemon_ask("queue", more);
	while ((entry = cleardown_fax_next_job(fax, entry ? entry->job : 0))) {
		job = job_new(jobs, entry->job);
		if (!job)
			break;
		job->in_kernel = true;
		job->kernel = *entry;
	}
	if (!entry && errno != ENOENT)
		return complain_errno("fax", "list the jobs", errno);
	take_tickets(jobs);
	return XC_OK;
}

void jobs_free(struct fax_jobs *jobs)
{
	free(jobs->all);
	json_object_put(jobs->answer);
	*jobs = (struct fax_jobs){ 0 };
}

void say_no_daemon(const struct fax_jobs *jobs)
{
	if (!jobs->answer && !settings.quiet)
		fputs("cleardown: cleardown-faxd does not answer: this is what the kernel knows\n",
		      stderr);
}

/* How many jobs have the low half of this number. */
static size_t namesakes(const struct fax_jobs *jobs, uint32_t half)
{
	size_t i, n = 0;

	for (i = 0; i < jobs->n; i++)
		n += (uint32_t)jobs->all[i].id == half;
	return n;
}

struct fax_job *jobs_find(const struct fax_jobs *jobs, const char *word, int *code)
{
	struct trouble trouble = {
		.object = word,
		.cause = "there is no job of that number, or it is somebody else's",
		.remedy = "see `cleardown fax queue`",
		.err = ENOENT,
	};
	struct fax_job *job;
	uint64_t id;
	size_t i;

	if (!parse_u64(word, UINT64_MAX, &id)) {
		*code = complain_usage("\"%s\" is not the number of a job", word);
		return NULL;
	}
	job = job_by_id(jobs, id);
	for (i = 0; !job && id == (uint32_t)id && i < jobs->n; i++)
		if ((uint32_t)jobs->all[i].id == id)
			job = &jobs->all[i];
	if (job && (job->id == id || namesakes(jobs, id) == 1))
		return job;
	if (job) {
		trouble.cause = "several jobs have that short number";
		trouble.remedy = "see their whole ones with `cleardown fax queue --all`";
	}
	*code = complain(job ? XC_USAGE : XC_NOT_FOUND, &trouble);
	return NULL;
}

char *text_job(char *buf, const struct fax_jobs *jobs, uint64_t id)
{
	if (namesakes(jobs, id) > 1)
		snprintf(buf, SHORT_TEXT, "%" PRIu64, id);
	else
		snprintf(buf, SHORT_TEXT, "%" PRIu32, (uint32_t)id);
	return buf;
}

/* ---- one job ---- */

const char *job_state(const struct fax_job *job)
{
	if (job->in_kernel && job->kernel.orphan)
		return "orphan";
	if (job->in_kernel && job->kernel.state & CLDN_JS_NOLINE)
		return "no-line";
	if (job->in_kernel && job->kernel.state == CLDN_JS_PENDING &&
	    !strcmp(word_or(member_text(job->ticket, "state"), ""), "preparing"))
		return "preparing";
	if (job->in_kernel)
		return word_or(cleardown_js_name(job->kernel.state), "?");
	return word_or(member_text(job->ticket, "state"), "?");
}

/* The spool's is what is dialled: `alter` changes it, and after a restart it is the only one. */
const char *job_number(const struct fax_job *job)
{
	return word_or(member_text(job->ticket, "number"),
		       job->in_kernel ? job->kernel.number : "");
}

uint64_t job_confirmed(const struct fax_job *job)
{
	uint64_t spooled = member_number(job->ticket, "confirmed");

	return job->in_kernel && job->kernel.pages > spooled ? job->kernel.pages : spooled;
}

static void put_member(struct json_object *o, const char *key, struct json_object *ticket)
{
	struct json_object *value = NULL;

	if (ticket)
		json_object_object_get_ex(ticket, key, &value);
	json_object_object_add(o, key, json_object_get(value));
}

void job_to_json(struct json_object *o, const struct fax_job *job, struct cleardown_fax *fax)
{
	static const char *const of_ticket[] = { "pages", "calls",     "paid",	     "outcome",
						 "text",  "submitted", "not_before", "kill_after" };
	char line[CLDN_NAME_LEN] = "";
	size_t i;

	if (job->in_kernel)
		line_name(fax, job->kernel.line, line);
	put_job(o, "job", job->id);
	put_text(o, "state", job_state(job));
	put_text(o, "number", job_number(job));
	put_text(o, "line", *line ? line : NULL);
	put_u64(o, "uid", job->in_kernel ? job->kernel.uid : member_number(job->ticket, "uid"));
	put_u64(o, "confirmed", job_confirmed(job));
	put_text(o, "event", job->in_kernel ? cleardown_fei_name(job->kernel.event) : NULL);
	put_bool(o, "in_kernel", job->in_kernel);
	put_bool(o, "spooled", job->ticket);
	for (i = 0; i < ARRAY_SIZE(of_ticket); i++)
		put_member(o, of_ticket[i], job->ticket);
}

static void time_to_text(FILE *to, const char *what, int64_t seconds)
{
	char text[SHORT_TEXT];

	if (seconds > 0)
		fprintf(to, "  %-13s %s\n", what, text_time(text, seconds * NS_PER_SEC));
}

static void ticket_to_text(FILE *to, struct json_object *ticket)
{
	const char *text = member_text(ticket, "text");

	if (!ticket)
		return;
	fprintf(to, "  calls         %" PRId64 ", of them %" PRId64 " answered\n",
		member_number(ticket, "calls"), member_number(ticket, "paid"));
	if (text && *text) {
		fputs("  last call     ", to);
		print_clean(to, text, strlen(text));
		fputc('\n', to);
	}
	time_to_text(to, "handed in", member_number(ticket, "submitted"));
	time_to_text(to, "not before", member_number(ticket, "not_before"));
	time_to_text(to, "ends", member_number(ticket, "kill_after"));
}

void job_to_text(FILE *to, const struct fax_jobs *jobs, const struct fax_job *job,
		 struct cleardown_fax *fax)
{
	char id[SHORT_TEXT], line[CLDN_NAME_LEN] = "";
	int64_t pages = member_number(job->ticket, "pages");

	fprintf(to, "job %s (%" PRIu64 ")\n", text_job(id, jobs, job->id), job->id);
	fputs("  number        ", to);
	print_clean(to, job_number(job), strlen(job_number(job)));
	fprintf(to, "\n  state         %s", job_state(job));
	if (job->in_kernel)
		line_name(fax, job->kernel.line, line);
	if (*line)
		fprintf(to, " on %s", line);
	if (job->in_kernel && cleardown_fei_name(job->kernel.event))
		fprintf(to, ", last event %s", cleardown_fei_name(job->kernel.event));
	fprintf(to, "\n  user          %" PRId64 "\n  confirmed     %" PRIu64,
		job->in_kernel ? (int64_t)job->kernel.uid : member_number(job->ticket, "uid"),
		job_confirmed(job));
	if (pages)
		fprintf(to, " of %" PRId64, pages);
	fputs(" pages\n", to);
	ticket_to_text(to, job->ticket);
}
