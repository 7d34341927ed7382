// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was received: SPOOL/received/NAME.tif, NAME.pdf and NAME.json, where NAME is the time and the
 * line. While it comes it is .NAME.tif; it gets its name when all of it is on disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "faxd.h"

#define PDF_S		120
#define HOOK_S		120
#define TIFF2PDF	"/usr/bin/tiff2pdf"

struct fax_file {
	char tif[PATH_LEN];
	char pdf[PATH_LEN];
	char from[FAX_ID_LEN + 1];
	char pages[12];
	char line[CLDN_NAME_LEN];
};

int inbox_prepare(struct line *l)
{
	time_t now = (time_t)wall_s();
	char stamp[32];
	struct tm tm;
	int n;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(l->name_of_fax, sizeof(l->name_of_fax), "%s-%s", stamp, l->name);
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

static void put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

/* What is known of it beside its pages. */
static int write_facts(const struct line *l, const struct fax_report *r, const char *path)
{
	struct json_object *o = json_object_new_object();
	int ret;

	put(o, "from", r->far_id);
	json_object_object_add(o, "pages", json_object_new_int(r->confirmed));
	put(o, "line", l->name);
	json_object_object_add(o, "time", json_object_new_int64(wall_s()));
	put(o, "outcome", fax_outcome_name(r->outcome));
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

static void pdf_ended(struct faxd *d, void *arg, int status)
{
	struct fax_file *f = arg;

	if (status) {
		say("%s: no PDF (status %d)", f->tif, status);
		unlink(f->pdf);
		f->pdf[0] = '\0';
	}
	run_hook(d, f);
}

static void make_pdf(struct line *l, const struct fax_report *r)
{
	struct fax_file *f = calloc(1, sizeof(*f));
	const char *const argv[] = { TIFF2PDF, "-o", f ? f->pdf : "", f ? f->tif : "", NULL };

	if (!f)
		return;
	snprintf(f->tif, sizeof(f->tif), "%s", l->path);
	snprintf(f->pdf, sizeof(f->pdf), "%.*s.pdf", (int)strlen(l->path) - 4, l->path);
	snprintf(f->from, sizeof(f->from), "%s", r->far_id);
	snprintf(f->pages, sizeof(f->pages), "%d", r->confirmed);
	snprintf(f->line, sizeof(f->line), "%s", l->name);
	program_run(l->faxd, argv, PDF_S, pdf_ended, f);
}

/* A fax of which at least one page is good is kept, whatever became of the rest. */
void inbox_keep(struct line *l, const struct fax_report *r)
{
	char path[PATH_LEN], facts[PATH_LEN];
	int n;

	if (!r->confirmed) {
		unlink(l->path);
		return;
	}
	n = snprintf(path, sizeof(path), "%s/received/%s.tif", l->faxd->directory, l->name_of_fax);
	snprintf(facts, sizeof(facts), "%.*s.json", n - 4, path);
	if (write_facts(l, r, facts) < 0 || sync_file(l->path) < 0 || rename(l->path, path) < 0) {
		say("%s: %s", path, strerror(errno));
		return;
	}
	snprintf(l->path, sizeof(l->path), "%s/received", l->faxd->directory);
	sync_file(l->path);
	snprintf(l->path, sizeof(l->path), "%s", path);
	make_pdf(l, r);
}
