// SPDX-License-Identifier: GPL-2.0-or-later
/* See control.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "faxd.h"
#include "json.h"

struct client {
	int fd;				/* -1: free */
	uid_t uid;
	int file;			/* goes with the answer; -1: none */
	double heard;			/* when he came or asked last, ms */
};

struct control {
	struct faxd *faxd;
	int listener;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct client clients[CONTROL_CLIENTS];
};

static struct json_object *good(void)
{
	struct json_object *o = json_object_new_object();

	put_flag(o, "ok", true);
	return o;
}

static struct json_object *bad(int number, const char *text)
{
	struct json_object *o = json_object_new_object();

	put_flag(o, "ok", false);
	put(o, "errno", strerrorname_np(number));
	put(o, "error", text);
	return o;
}

/* ---- jobs ---- */

static bool may(const struct client *c, uid_t uid)
{
	return !c->uid || c->uid == geteuid() || c->uid == uid;
}

static const char *text_of(const struct spool_job *j)
{
	if (j->error[0])
		return j->error;
	if (!j->tries)
		return "";
	if (j->poll && j->outcome == FAX_INCOMPATIBLE)
		return "the other side has nothing that it lets us fetch";
	return fax_outcome_text(j->outcome);
}

static struct json_object *job_object(const struct spool_job *j)
{
	struct json_object *o = json_object_new_object();

	put_job(o, j->id);
	put_number(o, "uid", j->uid);
	put(o, "number", j->number);
	put(o, "state", spool_state_name(j->state));
	put_flag(o, "paused", j->paused);
	put_number(o, "pages", j->pages);
	put_number(o, "confirmed", j->confirmed);
	put_number(o, "calls", j->calls);
	put_number(o, "paid", j->paid);
	put(o, "outcome", j->tries || j->error[0] ? fax_outcome_name(j->outcome) : "");
	put(o, "text", text_of(j));
	put_number(o, "submitted", j->submitted);
	put_number(o, "not_before", j->not_before);
	put_number(o, "kill_after", j->kill_after);
	put(o, "line", j->line);
	put_flag(o, "poll", j->poll);
	return o;
}

static struct json_object *op_queue(struct faxd *d, struct client *c, struct json_object *q)
{
	bool all = json_object_get_boolean(json_object_object_get(q, "all"));
	struct json_object *o = good(), *jobs = json_object_new_array();
	const struct spool_job *j;

	for (j = spool_first(d->spool); j; j = j->next)
		if (may(c, j->uid) && (all || !spool_ended(j)))
			json_object_array_add(jobs, job_object(j));
	json_object_object_add(o, "jobs", jobs);
	return o;
}

/* The job that is asked for, if it is his who asks: nobody learns whether another's is there. */
static struct spool_job *job_of(struct faxd *d, const struct client *c, struct json_object *q)
{
	const char *text = json_object_get_string(json_object_object_get(q, "job"));
	struct spool_job *j = text ? spool_find(d->spool, strtoull(text, NULL, 10)) : NULL;

	return j && may(c, j->uid) ? j : NULL;
}

static struct json_object *no_job(void)
{
	return bad(ENOENT, "there is no such job");
}

/* A job that never became one of ours. */
static struct json_object *show_refused(struct faxd *d, const struct client *c,
					struct json_object *q)
{
	const char *text = json_object_get_string(json_object_object_get(q, "job"));
	uint64_t id = text ? strtoull(text, NULL, 10) : 0;
	uid_t uid;
	const char *why = job_refusal(d, id, &uid);
	struct json_object *o, *job;

	if (!why || !may(c, uid))
		return no_job();
	o = good();
	job = json_object_new_object();
	put_job(job, id);
	put_number(job, "uid", uid);
	put(job, "state", spool_state_name(SPOOL_FAILED));
	put(job, "outcome", "refused");
	put(job, "text", why);
	json_object_object_add(o, "job", job);
	return o;
}

static struct json_object *op_show(struct faxd *d, struct client *c, struct json_object *q)
{
	struct spool_job *j = job_of(d, c, q);
	struct json_object *o;

	if (!j)
		return show_refused(d, c, q);
	o = good();
	json_object_object_add(o, "job", job_object(j));
	return o;
}

/* False: nothing of it, or something that cannot be. */
static bool change(struct spool_job *j, struct json_object *q)
{
	struct json_object *at = json_object_object_get(q, "at");
	struct json_object *kill = json_object_object_get(q, "kill");
	struct json_object *number = json_object_object_get(q, "number");
	const char *text = json_object_get_string(number);

	if ((!at && !kill && !number) || (at && json_object_get_int64(at) < 0) ||
	    (kill && json_object_get_int64(kill) < 0) ||
	    (number && (!text || !*text || strlen(text) > SPOOL_NUMBER_LEN)))
		return false;
	if (at)
		j->at = j->not_before = json_object_get_int64(at);
	if (kill)
		j->kill_after = json_object_get_int64(kill);
	if (number)
		snprintf(j->number, sizeof(j->number), "%s", text);
	return true;
}

static struct json_object *op_alter(struct faxd *d, struct client *c, struct json_object *q)
{
	struct spool_job *j = job_of(d, c, q);
	struct spool_job before;

	if (!j)
		return no_job();
	if (j->state == SPOOL_ACTIVE)
		return bad(EBUSY, "a call is up for this job");
	if (spool_ended(j))
		return bad(EINVAL, "the job has ended");
	before = *j;
	if (!change(j, q))
		return bad(EINVAL, "at, kill or number, as they can be, are wanted");
	if (spool_save(d->spool, j) < 0) {
		int number = errno;

		*j = before;
		return bad(number, "the job cannot be written");
	}
	return good();
}

/* A provider cannot delete a job: to the kernel it has failed. */
static struct json_object *op_rm(struct faxd *d, struct client *c, struct json_object *q)
{
	struct spool_job *j = job_of(d, c, q);
	struct line *l;
	int i;

	if (!j)
		return no_job();
	for (i = 0; i < d->nlines; i++) {
		l = d->lines[i];
		if (line_in_call(l) && l->job == j) {
			l->removed = true;
			line_abort(l);
			return good();
		}
	}
	l = line_named(d, j->line);
	if (j->live && l && l->file)
		report(l, j->id, CLDN_FEI_FATAL_ERROR, CLDN_JS_FAILED, (uint32_t)j->confirmed,
		       NULL);
	job_remove(d, j);
	return good();
}

/* ---- received ---- */

/* The facts of a fax, where he who asks may see it. Else NULL. */
static struct json_object *facts_of(const struct client *c, const char *directory, const char *name,
				    int len)
{
	char path[PATH_LEN * 2];
	struct json_object *o;

	snprintf(path, sizeof(path), "%s/%.*s.json", directory, len, name);
	o = json_object_from_file(path);
	if (!o || may(c, inbox_owner(o)))
		return o;
	json_object_put(o);
	return NULL;
}

static void add_fax(struct json_object *faxes, const struct client *c, const char *directory,
		    const char *name)
{
	int len = (int)strlen(name) - 5;
	char path[PATH_LEN * 2];
	struct json_object *o;

	if (len <= 0 || strcmp(name + len, ".json"))
		return;
	o = facts_of(c, directory, name, len);
	if (!o)
		return;
	snprintf(path, sizeof(path), "%.*s", len, name);
	put(o, "name", path);
	snprintf(path, sizeof(path), "%s/%.*s.tif", directory, len, name);
	if (access(path, F_OK)) { /* it is about to get its name */
		json_object_put(o);
		return;
	}
	put(o, "file", path);
	snprintf(path, sizeof(path), "%s/%.*s.pdf", directory, len, name);
	put(o, "pdf", access(path, R_OK) ? "" : path);
	json_object_array_add(faxes, o);
}

static struct json_object *op_received(struct faxd *d, struct client *c, struct json_object *q)
{
	struct json_object *o, *faxes;
	char path[PATH_LEN];
	struct dirent **names;
	int n, i;

	(void)q;
	snprintf(path, sizeof(path), "%s/received", d->directory);
	n = scandir(path, &names, NULL, alphasort);
	if (n < 0)
		return bad(errno, "the received faxes cannot be listed");
	o = good();
	faxes = json_object_new_array();
	for (i = 0; i < n; i++) {
		add_fax(faxes, c, path, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	json_object_object_add(o, "faxes", faxes);
	return o;
}

/* Its file goes to whom it may belong, who cannot open it himself. */
static struct json_object *op_fetch(struct faxd *d, struct client *c, struct json_object *q)
{
	const char *name = json_object_get_string(json_object_object_get(q, "name"));
	bool pdf = json_object_get_boolean(json_object_object_get(q, "pdf"));
	char directory[PATH_LEN], path[PATH_LEN * 2];
	struct json_object *facts = NULL;

	snprintf(directory, sizeof(directory), "%s/received", d->directory);
	if (name && *name != '.' && !strchr(name, '/') && strlen(name) < NAME_LEN)
		facts = facts_of(c, directory, name, (int)strlen(name));
	if (!facts)
		return bad(ENOENT, "there is no such fax");
	json_object_put(facts);
	snprintf(path, sizeof(path), "%s/%s.%s", directory, name, pdf ? "pdf" : "tif");
	c->file = open(path, O_RDONLY | O_CLOEXEC);
	return c->file < 0 ? bad(errno, "its file cannot be opened") : good();
}

/* ---- status ---- */

static const char *state_of(const struct line *l)
{
	static const char *const names[] = {
		[USE_FREE] = "free",
		[USE_LISTENING] = "listening",
		[USE_SENDING] = "sending",
		[USE_RECEIVING] = "receiving",
	};

	if (!l->file)
		return "gone";
	return l->use == USE_FREE && l->unavailable ? "unavailable" : names[l->use];
}

static struct json_object *line_object(const struct line *l, const struct client *c)
{
	struct json_object *o = json_object_new_object();

	put(o, "line", l->name);
	put(o, "state", state_of(l));
	if (!line_in_call(l))
		return o;
	put(o, "phase", fax_phase_name(l->report.phase));
	put_number(o, "page", l->report.page);
	put_number(o, "rate", l->report.rate);
	if (l->job && may(c, l->job->uid)) {
		put_job(o, l->job_id);
		put(o, "number", l->number);
	}
	return o;
}

static struct json_object *op_status(struct faxd *d, struct client *c, struct json_object *q)
{
	struct json_object *o = good(), *lines = json_object_new_array();
	const struct spool_job *j;
	int pending = 0, i;

	(void)q;
	for (i = 0; i < d->nlines; i++)
		json_object_array_add(lines, line_object(d->lines[i], c));
	for (j = spool_first(d->spool); j; j = j->next)
		pending += may(c, j->uid) && j->state != SPOOL_ACTIVE && !spool_ended(j);
	json_object_object_add(o, "lines", lines);
	put_number(o, "pending", pending);
	return o;
}

/* ---- requests ---- */

static const struct {
	const char *name;
	struct json_object *(*run)(struct faxd *d, struct client *c, struct json_object *q);
} ops[] = {
	{ "queue", op_queue },	 { "show", op_show },	      { "alter", op_alter },
	{ "rm", op_rm },	 { "received", op_received }, { "fetch", op_fetch },
	{ "status", op_status },
};

static struct json_object *run(struct faxd *d, struct client *c, const char *text)
{
	struct json_object *q = json_tokener_parse(text), *o = NULL;
	const char *op = NULL;
	size_t i;

	if (json_object_is_type(q, json_type_object))
		op = json_object_get_string(json_object_object_get(q, "op"));
	for (i = 0; op && i < ARRAY_SIZE(ops); i++)
		if (!strcmp(op, ops[i].name))
			o = ops[i].run(d, c, q);
	json_object_put(q);
	if (o)
		return o;
	return op ? bad(EOPNOTSUPP, "there is no such request") : bad(EINVAL, "not a request");
}

/* With the client's file, if there is one; that is his then. */
static ssize_t send_answer(struct client *c, const char *text, size_t len)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { (void *)text, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *header = (struct cmsghdr *)space;
	ssize_t n;

	if (c->file >= 0) {
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
		*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(header), &c->file, sizeof(int));
	}
	n = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (c->file >= 0)
		close(c->file);
	c->file = -1;
	return n;
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

/* Who does not read his answer loses it. */
static void answer(struct client *c, struct json_object *o)
{
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	size_t len = strlen(text);

	if (len > CONTROL_ANSWER) {
		struct json_object *big = bad(E2BIG, "the answer is too long");

		answer(c, big);
		json_object_put(big);
		return;
	}
	if (send_answer(c, text, len) < 0)
		drop(c);
}

static void serve(struct control *control, struct client *c)
{
	char text[CONTROL_REQUEST + 1];
	ssize_t n = recv(c->fd, text, CONTROL_REQUEST, MSG_DONTWAIT);
	struct json_object *o;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	text[n] = '\0';
	c->heard = talk_now_ms();
	o = run(control->faxd, c, text);
	answer(c, o);
	json_object_put(o);
}

/* Who has been quiet for the longest makes room: all may connect, and nobody is kept from asking. */
static struct client *place(struct control *control)
{
	struct client *c, *quiet = control->clients;

	for (c = control->clients; c < control->clients + CONTROL_CLIENTS; c++) {
		if (c->fd < 0)
			return c;
		if (c->heard < quiet->heard)
			quiet = c;
	}
	drop(quiet);
	return quiet;
}

static void welcome(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC), size = 2 * CONTROL_ANSWER;
	struct ucred who;
	socklen_t len = sizeof(who);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*place(control) = (struct client){
		.fd = fd,
		.uid = who.uid,
		.file = -1,
		.heard = talk_now_ms(),
	};
}

int control_polls(struct control *control, struct pollfd *p)
{
	int i;

	p[0] = (struct pollfd){ .fd = control->listener, .events = POLLIN };
	for (i = 0; i < CONTROL_CLIENTS; i++)
		p[i + 1] = (struct pollfd){ .fd = control->clients[i].fd, .events = POLLIN };
	return CONTROL_CLIENTS + 1;
}

void control_move(struct control *control, const struct pollfd *p, int n)
{
	int i;

	for (i = 1; i < n; i++)
		if (p[i].revents && p[i].fd == control->clients[i - 1].fd)
			serve(control, &control->clients[i - 1]);
	if (n && p[0].revents)
		welcome(control);
}

/* ---- life ---- */

/* Everybody may ask: what he is told depends on who he is. */
static int bind_to(struct control *control)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memcpy(at.sun_path, control->path, sizeof(at.sun_path));
	control->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->listener < 0)
		return -1;
	unlink(control->path); /* of one that was killed: the spool's lock has let us pass */
	if (bind(control->listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    chmod(control->path, 0666) < 0)
		return -1;
	return listen(control->listener, CONTROL_CLIENTS);
}

struct control *control_open(struct faxd *d, const char *path)
{
	struct control *control = calloc(1, sizeof(*control));
	int i;

	if (control && strlen(path) < sizeof(control->path)) {
		control->faxd = d;
		strcpy(control->path, path);
		for (i = 0; i < CONTROL_CLIENTS; i++)
			control->clients[i].fd = -1;
		if (!bind_to(control))
			return control;
	}
	say("%s: %s", path, strerror(errno));
	free(control);
	return NULL;
}

void control_close(struct control *control)
{
	unlink(control->path);
	close(control->listener);
	free(control);
}
