// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs. Their data goes to files as it comes; their pages go through a queue to the tray, one in
 * page_ms, and the ends of jobs queue behind them. So a job may be read while the one before it is
 * printed, and its START is told before the other's END, as with real printers.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "printer.h"

/* A page that is not a whole one: what stands in it is found out by a little PCL. */
enum mark_state {
	MARK_TEXT,
	MARK_ESCAPE,			/* behind ESC */
	MARK_PARAMETERS,		/* in ESC & l ... up to its capital letter */
};

struct job {
	int number;
	char name[JOB_NAME_LEN];
	char language[32];
	FILE *data;
	unsigned long long bytes;
	unsigned int pages;		/* counted in its data */
	unsigned int tray;		/* of them in the tray */
	const char *state;
	bool implicit;			/* without JOB */
	bool cancelled;
	bool cut;			/* without EOJ */

	/* While it is read: */
	int depth;			/* of JOB in JOB */
	unsigned int began[JOB_DEPTH];	/* @pages at each JOB */
	unsigned int page_number;	/* counts from each JOB and EOJ */
	enum mark_state mark;
	bool marked;			/* something stands on the page that has not ended */
	char line[8];			/* the beginning of a line of PostScript */
	size_t line_len;
};

struct item {
	struct item *next;
	struct job *job;
	bool page;			/* otherwise an EOJ */
	bool last;			/* the job is over */
	unsigned int number;		/* of the page; of an EOJ, how many there were */
	char name[JOB_NAME_LEN];
};

struct settings settings = { .ahead = 16, .idle_ms = 15000 };
struct counts counts;

static struct job *current;		/* is read */
static struct item *head, **tail = &head;
static struct timer page_timer, idle_timer;
static bool stopped, page_moves;

/* ---- files ---- */

static void job_path(char *out, size_t size, const struct job *j, const char *suffix)
{
	snprintf(out, size, "%s/job-%d.%s", settings.dir, j->number, suffix);
}

/* Whole or not at all, for whoever waits for it. */
static void write_state(struct job *j, const char *state)
{
	struct json_object *o = json_object_new_object();
	char path[512], part[512];

	j->state = state;
	json_object_object_add(o, "number", json_object_new_int(j->number));
	json_object_object_add(o, "name", json_object_new_string(j->name));
	json_object_object_add(o, "language", json_object_new_string(j->language));
	json_object_object_add(o, "bytes", json_object_new_int64((int64_t)j->bytes));
	json_object_object_add(o, "pages", json_object_new_int64(j->tray));
	json_object_object_add(o, "state", json_object_new_string(state));
	job_path(path, sizeof(path), j, "json");
	job_path(part, sizeof(part), j, "part");
	if (json_object_to_file_ext(part, o, JSON_C_TO_STRING_SPACED) || rename(part, path))
		die("%s: %m", path);
	json_object_put(o);
	log_line("job", "%d '%s' %s, %llu bytes, %u pages in the tray", j->number, j->name, state,
		 j->bytes, j->tray);
}

static void close_data(struct job *j)
{
	if (j->data && fclose(j->data))
		die("job %d: %m", j->number);
	j->data = NULL;
}

static struct job *new_job(const char *name)
{
	struct job *j = calloc(1, sizeof(*j));
	char path[512];

	if (!j)
		die("out of memory");
	j->number = ++counts.jobs;
	snprintf(j->name, sizeof(j->name), "%s", name ? name : "");
	j->implicit = !name;
	job_path(path, sizeof(path), j, "data");
	j->data = fopen(path, "w");
	if (!j->data)
		die("%s: %m", path);
	write_state(j, "receiving");
	return j;
}

/* ---- the way to the tray ---- */

static void tell_end(const struct item *i)
{
	if (!ustatus.job || i->job->implicit || i->job->cut)
		return;
	host_send("@PJL USTATUS JOB\r\nEND\r\n");
	if (i->name[0])
		host_send("NAME=\"%s\"\r\n", i->name);
	host_send("PAGES=%u\r\n", i->job->cancelled ? i->job->tray : i->number);
	if (settings.results)
		host_send("ID=%d\r\n", i->job->number);
	if (settings.results || i->job->cancelled)
		host_send("RESULT=%s\r\n", i->job->cancelled ? "USER_CANCELED" : "OK");
	host_send("\f");
}

static void job_over(struct job *j)
{
	if (j->cancelled)
		counts.cancelled++;
	else if (j->cut)
		counts.cut++;
	else
		counts.printed++;
	write_state(j, j->cancelled ? "cancelled" : j->cut ? "cut" : "printed");
	free(j);
}

static void finish_item(struct item *i)
{
	head = i->next;
	if (!head)
		tail = &head;
	if (i->page) {
		counts.queued--;
		counts.pages++;
		i->job->tray++;
		if (ustatus.page)
			host_send("@PJL USTATUS PAGE\r\n%u\r\n\f", i->number);
	} else {
		tell_end(i);
		if (i->last)
			job_over(i->job);
	}
	free(i);
}

static void run_queue(void)
{
	while (head && !stopped && !page_moves) {
		if (head->page && settings.page_ms) {
			page_moves = true;
			timer_set(&page_timer, clock_from_real_ms(settings.page_ms));
		} else {
			finish_item(head);
		}
	}
}

/* A page that was on its way when the printer stopped sets out again when it goes on. */
static void page_done(void *arg)
{
	(void)arg;
	page_moves = false;
	if (!stopped && head)
		finish_item(head);
	run_queue();
}

void jobs_run(bool now_stopped)
{
	stopped = now_stopped;
	run_queue();
}

bool jobs_busy(void)
{
	return head || current;
}

bool jobs_full(void)
{
	return counts.queued >= (unsigned int)settings.ahead;
}

static struct item *put_item(struct job *j, bool page, unsigned int number, const char *name)
{
	struct item *i = calloc(1, sizeof(*i));

	if (!i)
		die("out of memory");
	i->job = j;
	i->page = page;
	i->number = number;
	snprintf(i->name, sizeof(i->name), "%s", name ? name : "");
	*tail = i;
	tail = &i->next;
	return i;
}

/* ---- reading a job ---- */

static void page_ends(struct job *j)
{
	j->marked = false;
	j->pages++;
	j->page_number++;
	if (j->cancelled)
		return;
	counts.queued++;
	put_item(j, true, j->page_number, NULL);
}

/* What is on a page that has not ended comes out at the end of the job. */
static void last_page(struct job *j)
{
	if (j->marked)
		page_ends(j);
	j->mark = MARK_TEXT;
	j->line_len = 0;
}

static void end_current(void)
{
	struct job *j = current;

	current = NULL;
	timer_stop(&idle_timer);
	close_data(j);
	write_state(j, j->cancelled ? "cancelling" : "printing");
}

/* JOB in a job of the same host is counted, and the numbers of pages begin anew. */
void job_begin(const char *name)
{
	if (current) {
		last_page(current);
		if (current->depth < JOB_DEPTH)
			current->began[current->depth] = current->pages;
		current->depth++;
	} else {
		current = new_job(name);
		current->depth = 1;
	}
	current->page_number = 0;
	if (ustatus.job) {
		host_send("@PJL USTATUS JOB\r\nSTART\r\n");
		if (name[0])
			host_send("NAME=\"%s\"\r\n", name);
		if (settings.results)
			host_send("ID=%d\r\n", current->number);
		host_send("\f");
	}
}

/* An EOJ without JOB is ignored; the UEL before it has ended a job that had none. */
void job_end(const char *name)
{
	struct job *j = current;
	unsigned int began = 0;
	bool last;

	if (!j)
		return;
	last_page(j);
	j->depth--;
	j->page_number = 0;
	last = !j->depth;
	if (j->depth < JOB_DEPTH)
		began = j->began[j->depth];
	if (last)
		end_current();
	put_item(j, false, j->pages - began, name)->last = last;
	run_queue();
}

void job_uel(void)
{
	struct job *j = current;

	if (!j)
		return;
	last_page(j);
	if (j->implicit) {
		end_current();
		put_item(j, false, j->pages, NULL)->last = true;
	}
	run_queue();
}

void job_cut(void)
{
	struct job *j = current;

	if (j && !j->implicit) {
		last_page(j);
		j->cut = true;
		end_current();
		put_item(j, false, j->pages, NULL)->last = true;
	}
	job_uel();
	run_queue();
}

void job_language(const char *language)
{
	if (!current)
		current = new_job(NULL);
	snprintf(current->language, sizeof(current->language), "%s", language);
}

/* ---- data ---- */

/* ESC E, ESC & l 0 H and the like leave no mark. */
static void mark(struct job *j, uint8_t byte)
{
	switch (j->mark) {
	case MARK_ESCAPE:
		j->mark = byte > ' ' && byte < '0' ? MARK_PARAMETERS : MARK_TEXT;
		return;
	case MARK_PARAMETERS:
		if (byte >= '@' && byte <= '^')
			j->mark = MARK_TEXT;
		return;
	case MARK_TEXT:
		if (byte == '\033')
			j->mark = MARK_ESCAPE;
		else if (byte > ' ')
			j->marked = true;
	}
}

/* A page of PostScript ends where the next one begins. */
static void comment(struct job *j, uint8_t byte)
{
	static const char page[8] = "%%Page: ";

	if (byte == '\r' || byte == '\n') {
		j->line_len = 0;
	} else if (j->line_len < sizeof(j->line)) {
		j->line[j->line_len++] = (char)byte;
		if (j->line_len == sizeof(page) && !memcmp(j->line, page, sizeof(page))) {
			last_page(j);
			j->line_len = sizeof(page);
			j->marked = true;
		}
	}
}

void job_data(uint8_t byte)
{
	if (!current)
		current = new_job(NULL);
	if (current->implicit)
		timer_set(&idle_timer, clock_from_real_ms(settings.idle_ms));
	if (current->cancelled)
		return;
	if (putc(byte, current->data) == EOF)
		die("job %d: %m", current->number);
	current->bytes++;
	counts.bytes++;
	if (settings.pages_by_ps) {
		comment(current, byte);
	} else if (byte == '\f') {
		current->mark = MARK_TEXT;
		page_ends(current);
	} else {
		mark(current, byte);
	}
	run_queue();
}

/* ---- from outside ---- */

static void forget_pages(struct job *j)
{
	struct item **at = &head, *i;

	while ((i = *at)) {
		if (i->job == j && i->page) {
			*at = i->next;
			counts.queued--;
			free(i);
		} else {
			at = &i->next;
		}
	}
	tail = at;
}

/* The job that is printed, or else the one that is read. Its data is read on and thrown away. */
bool job_cancel(void)
{
	struct job *j = head ? head->job : current;

	if (!j || j->cancelled)
		return false;
	j->cancelled = true;
	timer_stop(&page_timer);
	page_moves = false;
	forget_pages(j);
	if (ustatus.job && !j->implicit) {
		host_send("@PJL USTATUS JOB\r\nCANCELED\r\n");
		if (j->name[0])
			host_send("NAME=\"%s\"\r\n", j->name);
		if (settings.results)
			host_send("ID=%d\r\nRESULT=USER_CANCELED\r\n", j->number);
		host_send("\f");
	}
	run_queue();
	return true;
}

void jobs_reset(void)
{
	struct item *i;

	timer_stop(&page_timer);
	timer_stop(&idle_timer);
	page_moves = false;
	while ((i = head)) {
		head = i->next;
		if (i->last) {
			write_state(i->job, "lost");
			free(i->job);
		}
		free(i);
	}
	tail = &head;
	counts.queued = 0;
	if (current) {
		close_data(current);
		write_state(current, "lost");
		free(current);
		current = NULL;
	}
}

static void idle(void *arg)
{
	(void)arg;
	if (current && current->implicit)
		job_uel();
}

void jobs_init(void)
{
	timer_init(&page_timer, page_done, NULL);
	timer_init(&idle_timer, idle, NULL);
}
