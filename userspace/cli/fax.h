/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fax verbs share: documents, jobs, and the daemon that works on them. */
#ifndef CLEARDOWN_CLI_FAX_H
#define CLEARDOWN_CLI_FAX_H

#include "../faxd/document.h"
#include "cli.h"

/* ---- what is to be sent (fax_document.c, fax_cover.c) ---- */

struct cover {
	bool wanted;
	const char *template; /* NULL: the one that is installed */
	const char *to, *from, *subject, *note; /* or NULL */
	const char *number;
	int pages; /* with this one */
};

struct papers {
	char place[64]; /* a directory of our own, "" = none */
	int fd; /* one TIFF file, without a name when it is made */
	int pages;
};

/*
 * Makes one TIFF file of the @files, "-" being standard input, and of the cover in front of them. In a
 * process of its own, that @signal_fd ends. Returns an exit code, having told the user; papers_free()
 * in any case.
 */
int papers_make(struct papers *papers, char *const *files, size_t n, struct cover *cover,
		const struct document_options *options, int signal_fd);
void papers_free(struct papers *papers);

/* The template with its names replaced, into a new file @path. Returns an exit code. */
int cover_write(const struct cover *cover, const char *path);

/* ---- jobs (fax_jobs.c) ---- */

/* A job as the kernel's table has it, the spool's ticket, or both. */
struct fax_job {
	uint64_t id;
	bool in_kernel;
	struct cleardown_fax_job_entry kernel;
	struct json_object *ticket; /* of the list's answer, or NULL */
};

struct fax_jobs {
	struct fax_job *all;
	size_t n;
	struct json_object *answer; /* of the daemon, NULL = it gave none */
};

/* Connects, to send or to look, or says why not. */
struct cleardown_fax *need_fax(unsigned int flags, int *code);
void leave_fax(struct cleardown_fax *fax);
/* "fax0", or "" for a line that is not there. */
void line_name(struct cleardown_fax *fax, uint64_t line, char name[CLDN_NAME_LEN]);
/* The number of the line that @word means: "fax0" or "0". Returns an exit code. */
int find_line(struct cleardown_fax *fax, const char *word, uint64_t *line);

/* Those of the kernel and of the daemon, with @ended also those that are over. */
int jobs_load(struct cleardown_fax *fax, bool ended, struct fax_jobs *jobs);
void jobs_free(struct fax_jobs *jobs);
/* By its number, or the low half of that where only one job has it; NULL: the user was told why. */
struct fax_job *jobs_find(const struct fax_jobs *jobs, const char *word, int *code);
/* The short form where nobody else has that; the buffer holds SHORT_TEXT. It returns it. */
char *text_job(char *buf, const struct fax_jobs *jobs, uint64_t id);
/* The daemon was not there: what is shown is what the kernel knows. Once, to a person. */
void say_no_daemon(const struct fax_jobs *jobs);

/* The state's word, and what of the ticket is shown beside it. */
const char *job_state(const struct fax_job *job);
const char *job_number(const struct fax_job *job);
uint64_t job_confirmed(const struct fax_job *job);
void job_to_json(struct json_object *o, const struct fax_job *job, struct cleardown_fax *fax);
void job_to_text(FILE *to, const struct fax_jobs *jobs, const struct fax_job *job,
		 struct cleardown_fax *fax);

/* ---- the daemon (fax_daemon.c) ---- */

#define FAX_SPOOL "/var/spool/cleardown/fax"
#define FAX_SOCKET "/run/cleardown/faxd.sock"

/* What it says to @op, with the members of @more, which is consumed; NULL: it does not answer. */
struct json_object *daemon_ask(const char *op, struct json_object *more);
/* The same for what only it can do. Returns an exit code, having told the user. */
int daemon_do(const char *object, const char *action, const char *op, struct json_object *more,
	      struct json_object **answer);
/* The file of a received fax for reading: the daemon opens it for whom it may be. Returns an exit code. */
int daemon_fetch(const char *name, bool pdf, int *file);

const char *member_text(struct json_object *o, const char *key);
int64_t member_number(struct json_object *o, const char *key);

/* ---- verbs (cmd_faxsend.c, cmd_faxlog.c, cmd_faxrights.c) ---- */

int set_send(int option, const char *argument);
int run_fax_send(int argc, char **argv);
int run_fax_poll(int argc, char **argv);
/*
 * Shows the fax that @job has polled, and copies it: its files into @dir unless that is NULL, its pages to
 * @file unless that is negative. @found: whether there is one. Returns an exit code.
 */
int received_show_polled(uint64_t job, const char *dir, int file, bool *found);
int set_log(int option, const char *argument);
int run_fax_log(int argc, char **argv);
int run_fax_receive(int argc, char **argv);
int run_fax_handles(int argc, char **argv);
int run_fax_revoke(int argc, char **argv);

/* "90m", "2h", "3d", "45s", or seconds. */
bool parse_duration(const char *text, int64_t *seconds);
/* "+2h", "23:30", "2026-12-24", "2026-12-24T18:00", with Z in UTC; else local time. */
bool parse_when(const char *text, int64_t *when);
/* What a modem can dial. */
bool is_number(const char *text);

#endif /* CLEARDOWN_CLI_FAX_H */
