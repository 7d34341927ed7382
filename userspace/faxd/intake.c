// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Documents that come in. Their pages are made by a process of its own (this program again, with
 * --prepare), CONVERSIONS of them at a time, so the daemon goes on. A job for which there is no room yet
 * stays the kernel's, with its document: nothing is lost with us that was not acknowledged.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faxd.h"

#define CONVERSIONS	4
#define CONVERSION_S	300		/* its programs have shorter limits of their own */
#define MEMORY_LIMIT	(1024UL << 20)
#define FILE_LIMIT	(256UL << 20)
#define SELF		"/proc/self/exe"

struct offer {
	struct offer *next;
	struct line *line;
	uint64_t id;
};

/* What is known of a conversion while it runs. Its job may go meanwhile. */
struct conversion {
	uint64_t id;
	int words;			/* a memfd: its result */
	char path[SPOOL_PATH_LEN];
	char resolution[4];
};

void intake_offer(struct line *l, uint64_t id)
{
	struct offer *o = calloc(1, sizeof(*o)), **end = &l->faxd->offers;

	if (!o) {
		say("%s: job %" PRIu64 ": out of memory", l->name, id);
		return;
	}
	o->line = l;
	o->id = id;
	while (*end)
		end = &(*end)->next;
	*end = o;
}

/* ---- the result ---- */

static void read_words(const struct conversion *c, char words[SPOOL_ERROR_LEN])
{
	ssize_t n = pread(c->words, words, SPOOL_ERROR_LEN - 1, 0);

	words[n > 0 ? n : 0] = '\0';
	words[strcspn(words, "\n")] = '\0';
}

static void take_result(struct faxd *d, const struct conversion *c, struct spool_job *job,
			int status)
{
	char words[SPOOL_ERROR_LEN];
	bool good = WIFEXITED(status) && !WEXITSTATUS(status);
	int ret;

	read_words(c, words);
	if (!good && !words[0])
		snprintf(words, sizeof(words), "its pages could not be made (status %d)", status);
	if (good)
		ret = spool_prepared(d->spool, job, atoi(words));
	else
		ret = spool_refused(d->spool, job, words);
	if (ret < 0)
		say("job %" PRIu64 " cannot be written: %s", job->id, strerror(errno));
	if (job->state == SPOOL_FAILED)
		say("job %" PRIu64 " of user %u is refused: %s", job->id, job->uid, job->error);
	else
		say("job %" PRIu64 " of user %u, %d page%s to %s", job->id, job->uid, job->pages,
		    job->pages == 1 ? "" : "s", job->number);
}

static void conversion_ended(struct faxd *d, void *arg, int status)
{
	struct conversion *c = arg;
	struct spool_job *job = spool_find(d->spool, c->id);

	d->conversions--;
	if (job) {
		job->in_work = false;
		take_result(d, c, job, status);
	}
	close(c->words);
	free(c);
}

/* ---- beginning, stopping ---- */

void intake_begin(struct faxd *d, struct spool_job *job, int document)
{
	struct conversion *c = calloc(1, sizeof(*c));

	if (!c || (c->words = memfd_create("words", MFD_CLOEXEC)) < 0) {
		say("job %" PRIu64 ": %s", job->id, strerror(errno));
		spool_refused(d->spool, job, "out of memory");
		free(c);
		return;
	}
	c->id = job->id;
	spool_directory(d->spool, job, c->path, sizeof(c->path));
	snprintf(c->resolution, sizeof(c->resolution), "%d", (int)job->resolution);
	job->in_work = true;
	d->conversions++;
	program_run_with(d,
			 (const char *const[]){ SELF, "--prepare", c->path, c->resolution, NULL },
			 CONVERSION_S, document, c->words, conversion_ended, c);
}

static bool is_of_job(const void *arg, uint64_t id)
{
	return ((const struct conversion *)arg)->id == id;
}

/* Its job goes: nobody waits for the pages. */
void intake_stop(struct faxd *d, const struct spool_job *job)
{
	if (job->in_work)
		program_stop(d, conversion_ended, is_of_job, job->id);
}

/* A document that was there when a daemon ended, or NULL. */
static struct spool_job *unprepared(const struct faxd *d)
{
	struct spool_job *job;

	for (job = spool_first(d->spool); job; job = job->next)
		if (job->state == SPOOL_PREPARING && !job->in_work)
			return job;
	return NULL;
}

void intake_next(struct faxd *d)
{
	struct spool_job *job;
	struct offer *o;

	while (d->conversions < CONVERSIONS && !d->stopping) {
		job = unprepared(d);
		o = d->offers;
		if (job) {
			intake_begin(d, job, -1);
		} else if (o) {
			d->offers = o->next;
			job_take_in(o->line, o->id);
			free(o);
		} else {
			return;
		}
	}
}

/* ---- the process ---- */

static void limit(int which, rlim_t most)
{
	struct rlimit value = { most, most };

	setrlimit(which, &value);
}

/* It interrupts the wait for a program, which is ended then, and its place removed. */
static void told_to_end(int number)
{
	(void)number;
}

int intake_prepare(const char *path, const char *resolution)
{
	struct sigaction end = { .sa_handler = told_to_end };
	char error[SPOOL_ERROR_LEN] = "";
	int pages;

	limit(RLIMIT_AS, MEMORY_LIMIT);
	limit(RLIMIT_FSIZE, FILE_LIMIT);
	limit(RLIMIT_CPU, CONVERSION_S);
	limit(RLIMIT_CORE, 0);
	sigaction(SIGTERM, &end, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	pages = spool_prepare(path, STDIN_FILENO, (enum document_resolution)atoi(resolution), error,
			      sizeof(error));
	if (pages < 0)
		puts(error);
	else
		printf("%d\n", pages);
	return pages < 0 || fflush(stdout);
}
