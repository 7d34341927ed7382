// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was received: SPOOL/received/NAME.tif, NAME.pdf and NAME.json, where NAME is the time, the line
 * and, of what was polled, the user. While it comes it is .NAME.tif; it gets its name when all of it is on
 * disk. So with the PDF, which is made of it then: who finds one finds all of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faxd.h"
#include "json.h"

#define PDF_S		120
#define HOOK_S		120
#define TIFF2PDF	"/usr/bin/tiff2pdf"
#define POLLED		"-u"		/* in a name: the user follows */

struct fax_file {
	char tif[PATH_LEN];
	char pdf[PATH_LEN];
	char from[FAX_ID_LEN + 1];
	char pages[12];
	char line[CLDN_NAME_LEN];
	uint64_t job;			/* that polled it; 0: it came by itself, or that is forgotten */
	bool polled;
	uid_t uid;			/* who wanted that */
};

int inbox_prepare(struct line *l)
{
	time_t now = (time_t)wall_s();
	char stamp[32], user[16] = "";
	struct tm tm;
	int n;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	if (l->polls)
		snprintf(user, sizeof(user), POLLED "%u", l->uid);
	snprintf(l->name_of_fax, sizeof(l->name_of_fax), "%s-%s%s", stamp, l->name, user);
	n = snprintf(l->path, sizeof(l->path), "%s/received/.%s.tif", l->faxd->directory,
		     l->name_of_fax);
	if (n >= (int)sizeof(l->path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	unlink(l->path);
	return 0;
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -1;
	ret = fsync(fd);
	close(fd);
	return ret;
}

/* What is known of it beside its pages. */
static int write_facts(const struct fax_file *f, int64_t time, const char *outcome)
{
	struct json_object *o = json_object_new_object();
	char path[PATH_LEN];
	int ret;

	put(o, "from", f->from);
	put_number(o, "pages", atoi(f->pages));
	put(o, "line", f->line);
	put_number(o, "time", time);
	put(o, "outcome", outcome);
	if (f->polled)
		put_number(o, "uid", f->uid);
	if (f->job)
		put_job(o, f->job);
	snprintf(path, sizeof(path), "%.*s.json", (int)strlen(f->tif) - 4, f->tif);
	ret = json_object_to_file_ext(path, o, JSON_C_TO_STRING_PLAIN);
	json_object_put(o);
	return ret ? ret : sync_file(path);
}

/* ---- the PDF, then the hook ---- */

static void hook_ended(struct faxd *d, void *arg, int status)
{
	if (status)
		say("%s: status %d", d->hook, status);
	free(arg);
}

static void run_hook(struct faxd *d, struct fax_file *f)
{
	const char *const argv[] = { d->hook, "received", f->tif,  f->pdf,
				     f->from, f->pages,	  f->line, NULL };

	if (d->hook)
		program_run(d, argv, HOOK_S, hook_ended, f);
	else
		free(f);
}

/* "SPOOL/received/NAME.tif" to the PDF's name, while it is made, and then. */
static void name_pdf(const struct fax_file *f, char *made, char *pdf)
{
	const char *name = strrchr(f->tif, '/') + 1;
	int directory = name - f->tif, len = (int)strlen(name) - 4;

	snprintf(made, PATH_LEN, "%.*s.%.*s.pdf", directory, f->tif, len, name);
	snprintf(pdf, PATH_LEN, "%.*s%.*s.pdf", directory, f->tif, len, name);
}

static void pdf_ended(struct faxd *d, void *arg, int status)
{
	struct fax_file *f = arg;
	char made[PATH_LEN];

	name_pdf(f, made, f->pdf);
	if (status || rename(made, f->pdf) < 0) {
		say("%s: no PDF (status %d)", f->tif, status);
		unlink(made);
		f->pdf[0] = '\0';
	}
	run_hook(d, f);
}

static void make_pdf(struct faxd *d, struct fax_file *f)
{
	const char *const argv[] = { TIFF2PDF, "-o", f->pdf, f->tif, NULL };
	char pdf[PATH_LEN];

	name_pdf(f, f->pdf, pdf);
	program_run(d, argv, PDF_S, pdf_ended, f);
}

/* "TIME-LINE" or "TIME-LINE-uUSER": so a daemon knows it that was not there when it came. */
static void read_name(struct fax_file *f, const char *name)
{
	const char *line = strchr(name, '-'), *user = line ? strstr(line, POLLED) : NULL;

	f->polled = user;
	f->uid = user ? (uid_t)strtoul(user + strlen(POLLED), NULL, 10) : 0;
	if (line)
		snprintf(f->line, sizeof(f->line), "%.*s",
			 user ? (int)(user - line - 1) : (int)strlen(line + 1), line + 1);
}

static void name_tif(struct fax_file *f, const struct faxd *d, const char *name)
{
	snprintf(f->tif, sizeof(f->tif), "%s/received/%s.tif", d->directory, name);
}

/* @path, with a dot before its name until now, becomes a fax that was received. */
static void keep(struct faxd *d, const char *path, const char *name, const struct fax_report *r,
		 uint64_t job, const char *outcome)
{
	struct fax_file *f = calloc(1, sizeof(*f));
	char directory[PATH_LEN];

	if (!f)
		return;
	read_name(f, name);
	f->job = job;
	snprintf(directory, sizeof(directory), "%s/received", d->directory);
	name_tif(f, d, name);
	snprintf(f->from, sizeof(f->from), "%s", r->far_id);
	snprintf(f->pages, sizeof(f->pages), "%d", r->confirmed);
	if (write_facts(f, wall_s(), outcome) < 0 || sync_file(path) < 0 ||
	    rename(path, f->tif) < 0 || sync_file(directory) < 0) {
		say("%s: %s", f->tif, strerror(errno));
		free(f);
		return;
	}
	make_pdf(d, f);
}

uid_t inbox_owner(struct json_object *facts)
{
	struct json_object *uid = json_object_object_get(facts, "uid");

	return uid ? (uid_t)json_object_get_int64(uid) : geteuid();
}

/* A fax of which at least one page is good is kept, whatever became of the rest. */
void inbox_keep(struct line *l, const struct fax_report *r)
{
	if (r->confirmed)
		keep(l->faxd, l->path, l->name_of_fax, r, l->polls ? l->job_id : 0,
		     fax_outcome_name(r->outcome));
	else
		unlink(l->path);
}

/* ---- after a daemon that was killed ---- */

static const char *member_text(struct json_object *o, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(o, name));

	return text ? text : "";
}

/* The sender may have been told that its pages arrived: those that are there count. */
static void rescue(struct faxd *d, const char *name)
{
	struct fax_report r = { 0 };
	struct document doc;
	char path[PATH_LEN], base[NAME_LEN], error[200];
	int fd;

	snprintf(path, sizeof(path), "%s/received/%s", d->directory, name);
	snprintf(base, sizeof(base), "%.*s", (int)strlen(name) - 5, name + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	r.confirmed = document_check(fd, &doc, error, sizeof(error)) < 0 ? doc.pages - 1 :
									   doc.pages;
	close(fd);
	if (r.confirmed > 0) {
		say("%s: %d page%s of a call that was cut", base, r.confirmed,
		    r.confirmed == 1 ? "" : "s");
		keep(d, path, base, &r, 0, "cut");
	} else {
		unlink(path);
	}
}

/* Its PDF was being made, and no hook was told of it. */
static void finish(struct faxd *d, const char *name)
{
	struct fax_file *f = calloc(1, sizeof(*f));
	char path[PATH_LEN], base[NAME_LEN];
	struct json_object *facts;

	snprintf(base, sizeof(base), "%.*s", (int)strlen(name) - 5, name + 1);
	snprintf(path, sizeof(path), "%s/received/%s.json", d->directory, base);
	facts = json_object_from_file(path);
	if (f && facts) {
		read_name(f, base);
		name_tif(f, d, base);
		snprintf(f->from, sizeof(f->from), "%s", member_text(facts, "from"));
		snprintf(f->pages, sizeof(f->pages), "%s", member_text(facts, "pages"));
		make_pdf(d, f);
	} else {
		free(f);
	}
	json_object_put(facts);
}

void inbox_rescue(struct faxd *d)
{
	char path[PATH_LEN];
	struct dirent **names;
	int n, i;

	snprintf(path, sizeof(path), "%s/received", d->directory);
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		size_t len = strlen(name);

		if (name[0] == '.' && len > 5 && len < NAME_LEN) {
			if (!strcmp(name + len - 4, ".tif"))
				rescue(d, name);
			else if (!strcmp(name + len - 4, ".pdf"))
				finish(d, name);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}
