// SPDX-License-Identifier: GPL-2.0-or-later
/* The spool directory: jobs that survive, and when they are tried. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "spool.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define DOCUMENT	"document.tif"
#define DOCUMENT_NEW	"document.new"
#define ORIGINAL	"original"
#define ORIGINAL_NEW	"original.new"
#define TICKET		"ticket"
#define TICKET_NEW	"ticket.new"
#define UNBORN		"new-"		/* begins the name of a job that nobody was told of */
#define DYING		"old-"		/* and of one that is gone */
#define TICKET_MAX	4096
#define NAME_LEN	17
#define PAUSE_MIN_S	60		/* as long a job may wait for other reasons */

struct spool {
	char path[SPOOL_PATH_LEN];
	int dir;
	struct spool_limits limits;
	struct spool_job *jobs;
};

/* What an outcome asks for: so many calls in a row, so many seconds apart. */
static const struct {
	int tries;
	int wait_s;
} retries[] = {
	[FAX_BUSY] = { 10, 180 },	[FAX_NO_ANSWER] = { 3, 900 },
	[FAX_NO_DIALTONE] = { 5, 120 }, [FAX_DELAYED] = { 5, 300 },
	[FAX_NO_FAX] = { 2, 600 },	[FAX_FAR_SILENT] = { 3, 300 },
	[FAX_FAR_ENDED] = { 3, 300 },	[FAX_LINE_LOST] = { 3, 120 },
	[FAX_NO_TRAINING] = { 2, 900 }, [FAX_PAGE_REFUSED] = { 3, 300 },
	[FAX_PROTOCOL] = { 2, 600 },	[FAX_NO_MODEM] = { 5, 60 },
	[FAX_DEVICE_GONE] = { 12, 30 },
};

static const char *const states[] = {
	[SPOOL_PENDING] = "pending", [SPOOL_ACTIVE] = "active",	      [SPOOL_DONE] = "done",
	[SPOOL_FAILED] = "failed",   [SPOOL_PREPARING] = "preparing",
};

const char *spool_state_name(enum spool_state state)
{
	return states[state];
}

static void *fail(char *error, size_t size, int number, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void *fail(char *error, size_t size, int number, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	errno = number;
	return NULL;
}

static void job_name(uint64_t id, char name[NAME_LEN])
{
	snprintf(name, NAME_LEN, "%016" PRIx64, id);
}

/* ---- tickets ---- */

static struct json_object *ticket_of(const struct spool_job *j)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "id", json_object_new_uint64(j->id));
	json_object_object_add(o, "uid", json_object_new_int64(j->uid));
	json_object_object_add(o, "state", json_object_new_string(states[j->state]));
	json_object_object_add(o, "number", json_object_new_string(j->number));
	json_object_object_add(o, "station", json_object_new_string(j->station));
	json_object_object_add(o, "header", json_object_new_string(j->header));
	json_object_object_add(o, "no_ecm", json_object_new_boolean(j->no_ecm));
	json_object_object_add(o, "resolution", json_object_new_int((int)j->resolution));
	json_object_object_add(o, "error", json_object_new_string(j->error));
	json_object_object_add(o, "poll", json_object_new_boolean(j->poll));
	json_object_object_add(o, "paused", json_object_new_boolean(j->paused));
	json_object_object_add(o, "line", json_object_new_string(j->line));
	json_object_object_add(o, "any_line", json_object_new_boolean(j->any_line));
	json_object_object_add(o, "submitted", json_object_new_int64(j->submitted));
	json_object_object_add(o, "at", json_object_new_int64(j->at));
	json_object_object_add(o, "not_before", json_object_new_int64(j->not_before));
	json_object_object_add(o, "kill_after", json_object_new_int64(j->kill_after));
	json_object_object_add(o, "pages", json_object_new_int(j->pages));
	json_object_object_add(o, "confirmed", json_object_new_int(j->confirmed));
	json_object_object_add(o, "calls", json_object_new_int(j->calls));
	json_object_object_add(o, "paid", json_object_new_int(j->paid));
	json_object_object_add(o, "tries", json_object_new_int(j->tries));
	json_object_object_add(o, "told", json_object_new_boolean(j->told));
	json_object_object_add(o, "outcome", json_object_new_string(fax_outcome_name(j->outcome)));
	return o;
}

static int64_t number_in(struct json_object *o, const char *name)
{
	return json_object_get_int64(json_object_object_get(o, name));
}

/* False: not there, or longer than it may be. */
static bool text_in(struct json_object *o, const char *name, char *text, size_t size)
{
	const char *value = json_object_get_string(json_object_object_get(o, name));

	return value && snprintf(text, size, "%s", value) < (int)size;
}

static bool named_in(struct json_object *o, const char *name, const char *(*name_of)(int), int n,
		     int *value)
{
	char text[32];

	if (!text_in(o, name, text, sizeof(text)))
		return false;
	for (*value = 0; *value < n; ++*value)
		if (!strcmp(text, name_of(*value)))
			return true;
	return false;
}

static const char *name_of_state(int state)
{
	return states[state];
}

static const char *name_of_outcome(int outcome)
{
	return fax_outcome_name((enum fax_outcome)outcome);
}

static bool job_of(struct json_object *o, struct spool_job *j)
{
	int state, outcome;

	*j = (struct spool_job){
		.id = json_object_get_uint64(json_object_object_get(o, "id")),
		.uid = (uid_t)number_in(o, "uid"),
		.no_ecm = json_object_get_boolean(json_object_object_get(o, "no_ecm")),
		.resolution = (enum document_resolution)number_in(o, "resolution"),
		.poll = json_object_get_boolean(json_object_object_get(o, "poll")),
		.paused = json_object_get_boolean(json_object_object_get(o, "paused")),
		.any_line = json_object_get_boolean(json_object_object_get(o, "any_line")),
		.submitted = number_in(o, "submitted"),
		.not_before = number_in(o, "not_before"),
		.kill_after = number_in(o, "kill_after"),
		.pages = (int)number_in(o, "pages"),
		.confirmed = (int)number_in(o, "confirmed"),
		.calls = (int)number_in(o, "calls"),
		.paid = (int)number_in(o, "paid"),
		.tries = (int)number_in(o, "tries"),
		.told = json_object_get_boolean(json_object_object_get(o, "told")),
	};
	/* tickets of before had one time for both */
	j->at = json_object_object_get(o, "at") ? number_in(o, "at") : j->not_before;
	text_in(o, "error", j->error, sizeof(j->error));
	if (number_in(o, "v") != 1 || !j->id || j->confirmed < 0 || j->confirmed > j->pages ||
	    j->resolution > DOCUMENT_SUPERFINE ||
	    !named_in(o, "state", name_of_state, ARRAY_SIZE(states), &state) ||
	    !named_in(o, "outcome", name_of_outcome, FAX_DEVICE_GONE + 1, &outcome))
		return false;
	j->state = (enum spool_state)state;
	j->outcome = (enum fax_outcome)outcome;
	if (j->pages < 1 && !j->poll && !j->error[0] && j->state != SPOOL_PREPARING)
		return false;
	return text_in(o, "number", j->number, sizeof(j->number)) &&
	       text_in(o, "line", j->line, sizeof(j->line)) &&
	       text_in(o, "station", j->station, sizeof(j->station)) &&
	       text_in(o, "header", j->header, sizeof(j->header));
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= (size_t)n) {
		n = write(fd, text, len);
		if (n < 0)
			return -1;
	}
	return 0;
}

/* The old ticket or the new one, whenever the power goes. */
static int write_ticket(int dir, const struct spool_job *job)
{
	int fd = openat(dir, TICKET_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct json_object *o;
	const char *text;
	int ret;

	if (fd < 0)
		return -1;
	o = ticket_of(job);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
	ret = write_all(fd, text, strlen(text));
	json_object_put(o);
	if (!ret)
		ret = fsync(fd);
	if (close(fd) < 0 || ret < 0)
		return -1;
	if (renameat(dir, TICKET_NEW, dir, TICKET) < 0)
		return -1;
	return fsync(dir);
}

static int open_job(const struct spool *s, const struct spool_job *job)
{
	char name[NAME_LEN];

	job_name(job->id, name);
	return openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int spool_save(struct spool *s, const struct spool_job *job)
{
	int dir = open_job(s, job), ret;

	if (dir < 0)
		return -1;
	ret = write_ticket(dir, job);
	close(dir);
	return ret;
}

/* ---- taking up ---- */

static void drop_originals(int dir)
{
	unlinkat(dir, ORIGINAL, 0);
	unlinkat(dir, ORIGINAL_NEW, 0);
	unlinkat(dir, DOCUMENT_NEW, 0);
}

static struct json_object *read_ticket(int dir)
{
	char text[TICKET_MAX];
	int fd = openat(dir, TICKET, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	return json_tokener_parse(text);
}

static void append(struct spool *s, struct spool_job *job)
{
	struct spool_job **end = &s->jobs;

	while (*end && ((*end)->submitted < job->submitted ||
			((*end)->submitted == job->submitted && (*end)->id < job->id)))
		end = &(*end)->next;
	job->next = *end;
	*end = job;
}

/* Files only: a job has no directories. */
static int remove_directory(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(fd, entry->d_name, 0);
	closedir(dir);
	return unlinkat(parent, name, AT_REMOVEDIR);
}

/* A call that was up when the provider died is over: the pages that were confirmed are not sent again. */
static int take_up(struct spool *s, const char *name)
{
	struct spool_job *job = calloc(1, sizeof(*job));
	int dir = openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct json_object *o = dir < 0 ? NULL : read_ticket(dir);
	char expected[NAME_LEN];
	bool good = job && o && job_of(o, job);

	json_object_put(o);
	if (good) {
		job_name(job->id, expected);
		good = !strcmp(name, expected) &&
		       (job->pages < 1 || job->poll || !faccessat(dir, DOCUMENT, R_OK, 0));
	}
	if (good)
		unlinkat(dir, TICKET_NEW, 0);
	if (good && job->state != SPOOL_PREPARING)
		drop_originals(dir);
	if (dir >= 0)
		close(dir);
	if (!good) {
		free(job);
		return -1;
	}
	if (job->state == SPOOL_ACTIVE)
		job->state = SPOOL_PENDING;
	append(s, job);
	return 0;
}

static int take_up_all(struct spool *s, char *error, size_t size)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		fail(error, size, errno, "%s: %s", s->path, strerror(errno));
		return -1;
	}
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!strncmp(name, UNBORN, strlen(UNBORN)) || !strncmp(name, DYING, strlen(DYING)))
			remove_directory(s->dir, name);
		else if (name[0] != '.' && take_up(s, name) < 0)
			fail(error, size, EINVAL, "%s/%s is not a job", s->path, name);
	}
	closedir(dir);
	return 0;
}

static void set_limits(struct spool_limits *to, const struct spool_limits *from)
{
	*to = *from;
	if (!to->jobs_per_user)
		to->jobs_per_user = 100;
	if (!to->pages_per_job)
		to->pages_per_job = DOCUMENT_MAX_PAGES;
	if (!to->calls)
		to->calls = 12;
	if (!to->paid)
		to->paid = 3;
}

struct spool *spool_open(const char *path, const struct spool_limits *limits, char *error,
			 size_t size)
{
	struct spool *s = calloc(1, sizeof(*s));

	error[0] = '\0';
	if (!s)
		return fail(error, size, ENOMEM, "out of memory");
	set_limits(&s->limits, limits);
	snprintf(s->path, sizeof(s->path), "%s", path);
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		free(s);
		return fail(error, size, errno, "%s: %s", path, strerror(errno));
	}
	if (take_up_all(s, error, size) < 0) {
		spool_close(s);
		return NULL;
	}
	return s;
}

void spool_close(struct spool *s)
{
	struct spool_job *job, *next;

	if (!s)
		return;
	for (job = s->jobs; job; job = next) {
		next = job->next;
		free(job);
	}
	close(s->dir);
	free(s);
}

/* ---- a new job ---- */

static bool may_add(struct spool *s, const struct spool_job *want, char *error, size_t size)
{
	struct spool_job *job;
	int count = 0;

	if (!want->id || spool_find(s, want->id)) {
		fail(error, size, EEXIST, "job %" PRIu64 " exists", want->id);
		return false;
	}
	for (job = s->jobs; job; job = job->next)
		count += job->uid == want->uid && !spool_ended(job);
	if (count < s->limits.jobs_per_user)
		return true;
	fail(error, size, EDQUOT, "%d jobs of user %u have not ended, and %d are allowed", count,
	     want->uid, s->limits.jobs_per_user);
	return false;
}

/* From the rename on it is a job. */
static int give_birth(struct spool *s, struct spool_job *job)
{
	char name[NAME_LEN], unborn[NAME_LEN + sizeof(UNBORN)];
	int number, dir, ret;

	job_name(job->id, name);
	snprintf(unborn, sizeof(unborn), UNBORN "%s", name);
	if (mkdirat(s->dir, unborn, 0700) < 0)
		return -1;
	dir = openat(s->dir, unborn, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = dir < 0 ? -1 : write_ticket(dir, job);
	number = errno;
	if (dir >= 0)
		close(dir);
	errno = number;
	if (!ret && !renameat(s->dir, unborn, s->dir, name) && !fsync(s->dir))
		return 0;
	number = errno;
	remove_directory(s->dir, unborn);
	errno = number;
	return -1;
}

struct spool_job *spool_add(struct spool *s, const struct spool_job *want, char *error, size_t size)
{
	struct spool_job *job;

	if (!may_add(s, want, error, size))
		return NULL;
	job = malloc(sizeof(*job));
	if (!job)
		return fail(error, size, ENOMEM, "out of memory");
	*job = *want;
	job->state = want->poll ? SPOOL_PENDING : SPOOL_PREPARING;
	job->pages = job->confirmed = job->calls = job->paid = job->tries = 0;
	job->outcome = FAX_OK;
	job->error[0] = '\0';
	if (give_birth(s, job) < 0) {
		free(job);
		return fail(error, size, errno, "%s: %s", s->path, strerror(errno));
	}
	append(s, job);
	return job;
}

/* ---- its pages ---- */

/* @from, all of it on disk, becomes @to. */
static int settle(int dir, const char *from, const char *to)
{
	return renameat(dir, from, dir, to) < 0 ? -1 : fsync(dir);
}

static int copy_all(int from, int to)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write_all(to, buffer, (size_t)n) < 0)
			return -1;
	return n < 0 ? -1 : fsync(to);
}

/* What the user has may change, or go: a copy of it is the job's. */
static int keep_original(int dir, int from, char *error, size_t size)
{
	struct stat st;
	int to, ret;

	if (!faccessat(dir, ORIGINAL, R_OK, 0) || !faccessat(dir, DOCUMENT, R_OK, 0))
		return 0;
	if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode)) {
		fail(error, size, EINVAL, "cleardown-faxd ended before it had the document");
		return -1;
	}
	unlinkat(dir, ORIGINAL_NEW, 0);
	to = openat(dir, ORIGINAL_NEW, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ret = to < 0 || lseek(from, 0, SEEK_SET) < 0 ? -1 : copy_all(from, to);
	if (to >= 0)
		close(to);
	if (!ret)
		ret = settle(dir, ORIGINAL_NEW, ORIGINAL);
	if (ret < 0)
		fail(error, size, errno, "the document cannot be kept: %s", strerror(errno));
	return ret;
}

/* A TIFF file is its pages already. */
static int make_pages(int dir, const char *path, enum document_resolution resolution, char *error,
		      size_t size)
{
	struct document_options options = { .resolution = resolution };
	int fd = openat(dir, ORIGINAL, O_RDONLY | O_CLOEXEC), ret = -1;
	char out[SPOOL_PATH_LEN + 64];
	struct document doc;
	bool tiff;

	if (fd < 0) /* they are made already, or so it is told */
		return 0;
	snprintf(out, sizeof(out), "%s/" DOCUMENT_NEW, path);
	unlinkat(dir, DOCUMENT_NEW, 0);
	tiff = document_kind(fd) == DOCUMENT_TIFF;
	if (tiff)
		ret = document_check(fd, &doc, error, size);
	else
		ret = document_take(fd, out, &options, &doc, error, size);
	close(fd);
	if (ret)
		return -1;
	ret = settle(dir, tiff ? ORIGINAL : DOCUMENT_NEW, DOCUMENT);
	if (ret < 0)
		fail(error, size, errno, "%s: %s", path, strerror(errno));
	return ret;
}

static int count_pages(int dir, char *error, size_t size)
{
	int fd = openat(dir, DOCUMENT, O_RDONLY | O_CLOEXEC), ret;
	struct document doc;

	if (fd < 0) {
		fail(error, size, errno, "the pages are gone: %s", strerror(errno));
		return -1;
	}
	ret = document_check(fd, &doc, error, size);
	close(fd);
	return ret < 0 ? -1 : doc.pages;
}

int spool_prepare(const char *path, int fd, enum document_resolution resolution, char *error,
		  size_t size)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), pages = -1;

	if (dir < 0) {
		fail(error, size, errno, "%s: %s", path, strerror(errno));
		return -1;
	}
	/* One that has lost its daemon may be about to end. */
	if (!flock(dir, LOCK_EX) && !keep_original(dir, fd, error, size) &&
	    !make_pages(dir, path, resolution, error, size))
		pages = count_pages(dir, error, size);
	close(dir);
	return pages;
}

/* The ticket first: what it does not speak of any more may go. */
static int save_without_original(struct spool *s, struct spool_job *job)
{
	int dir = open_job(s, job), ret = dir < 0 ? -1 : write_ticket(dir, job);

	if (!ret)
		drop_originals(dir);
	if (dir >= 0)
		close(dir);
	return ret;
}

int spool_refused(struct spool *s, struct spool_job *job, const char *error)
{
	job->state = SPOOL_FAILED;
	job->outcome = FAX_DOCUMENT;
	snprintf(job->error, sizeof(job->error), "%s", error);
	return save_without_original(s, job);
}

int spool_prepared(struct spool *s, struct spool_job *job, int pages)
{
	char error[SPOOL_ERROR_LEN];

	if (pages > s->limits.pages_per_job) {
		snprintf(error, sizeof(error), "%d pages, and %d are allowed", pages,
			 s->limits.pages_per_job);
		return spool_refused(s, job, error);
	}
	job->state = SPOOL_PENDING;
	job->pages = pages;
	return save_without_original(s, job);
}

/* ---- the queue ---- */

struct spool_job *spool_first(const struct spool *s)
{
	return s->jobs;
}

struct spool_job *spool_find(const struct spool *s, uint64_t id)
{
	struct spool_job *job;

	for (job = s->jobs; job; job = job->next)
		if (job->id == id)
			return job;
	return NULL;
}

static bool waits(const struct spool_job *job)
{
	return job->state == SPOOL_PENDING && !job->paused;
}

struct spool_job *spool_next(struct spool *s, const char *line, int64_t now)
{
	struct spool_job *job, *best = NULL;

	for (job = s->jobs; job; job = job->next)
		if (waits(job) && job->not_before <= now && (!line || !strcmp(job->line, line)) &&
		    (!best || job->not_before < best->not_before))
			best = job;
	return best;
}

struct spool_job *spool_stuck(struct spool *s, int64_t now,
			      bool (*stuck)(const struct spool_job *job, const void *arg),
			      const void *arg)
{
	struct spool_job *job;

	for (job = s->jobs; job; job = job->next)
		if (waits(job) && job->any_line && job->not_before <= now && stuck(job, arg))
			return job;
	return NULL;
}

int64_t spool_due(const struct spool *s, int64_t now)
{
	const struct spool_job *job;
	int64_t due = INT64_MAX;

	for (job = s->jobs; job; job = job->next) {
		if (waits(job) && job->not_before > now && job->not_before < due)
			due = job->not_before;
		if (waits(job) && job->kill_after > now && job->kill_after < due)
			due = job->kill_after;
	}
	return due;
}

int spool_expire(struct spool *s, int64_t now)
{
	struct spool_job *job;
	int count = 0;

	for (job = s->jobs; job; job = job->next) {
		if (!waits(job) || !job->kill_after || now < job->kill_after)
			continue;
		job->state = SPOOL_FAILED;
		spool_save(s, job);
		count++;
	}
	return count;
}

void spool_set_back(struct spool *s, int64_t now)
{
	struct spool_job *job;
	int64_t latest;

	for (job = s->jobs; job; job = job->next) {
		latest = now + PAUSE_MIN_S;
		if ((size_t)job->outcome < ARRAY_SIZE(retries) &&
		    retries[job->outcome].wait_s > PAUSE_MIN_S)
			latest = now + retries[job->outcome].wait_s;
		if (!waits(job) || job->not_before <= latest || job->not_before <= job->at)
			continue;
		job->not_before = latest > job->at ? latest : job->at;
		spool_save(s, job);
	}
}

/* ---- a call ---- */

int spool_begin(struct spool *s, struct spool_job *job)
{
	job->state = SPOOL_ACTIVE;
	job->calls++;
	return spool_save(s, job);
}

int spool_page(struct spool *s, struct spool_job *job, int first, int confirmed)
{
	job->confirmed = first + confirmed < job->pages ? first + confirmed : job->pages;
	return spool_save(s, job);
}

static bool again(const struct spool *s, const struct spool_job *job)
{
	return (size_t)job->outcome < ARRAY_SIZE(retries) &&
	       job->tries < retries[job->outcome].tries && job->calls < s->limits.calls &&
	       job->paid < s->limits.paid;
}

/* A page that went through is progress: the tries begin anew. */
int spool_result(struct spool *s, struct spool_job *job, const struct fax_report *report,
		 int64_t now)
{
	bool same = job->outcome == report->outcome && !report->confirmed;

	job->tries = same ? job->tries + 1 : 1;
	job->outcome = report->outcome;
	job->paid += report->reached >= FAX_ANSWERED;
	if (report->outcome == FAX_OK) {
		job->state = SPOOL_DONE;
	} else if (again(s, job)) {
		job->state = SPOOL_PENDING;
		job->not_before = now + retries[job->outcome].wait_s;
	} else {
		job->state = SPOOL_FAILED;
	}
	return spool_save(s, job);
}

int spool_requeue(struct spool *s, struct spool_job *job)
{
	job->state = SPOOL_PENDING;
	return spool_save(s, job);
}

/* Renamed first: what is half removed is no job any more. */
int spool_remove(struct spool *s, struct spool_job *job)
{
	struct spool_job **at = &s->jobs;
	char name[NAME_LEN], dying[NAME_LEN + sizeof(DYING)];

	job_name(job->id, name);
	snprintf(dying, sizeof(dying), DYING "%s", name);
	if (renameat(s->dir, name, s->dir, dying) < 0 || fsync(s->dir) < 0)
		return -1;
	remove_directory(s->dir, dying);
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	free(job);
	return 0;
}

void spool_directory(const struct spool *s, const struct spool_job *job, char *path, size_t size)
{
	char name[NAME_LEN];

	job_name(job->id, name);
	snprintf(path, size, "%s/%s", s->path, name);
}

void spool_document(const struct spool *s, const struct spool_job *job, char *path, size_t size)
{
	char name[NAME_LEN];

	job_name(job->id, name);
	snprintf(path, size, "%s/%s/" DOCUMENT, s->path, name);
}
