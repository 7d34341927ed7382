// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fax server of the stand-in. What becomes of a fax is played when it is handed in, by its number:
 *   1 goes through, 7 busy and tried again, 3 no answer, 6 no dial tone, 4 cut after a page,
 *   5 answered by what is no good, 9 removed by somebody, 0 not taken, 2 no provider, else it waits
 *
 *   FAKE_LINES    names of the lines, separated by blanks (fax0)
 *   FAKE_JOBS     "ID:STATE:NUMBER ...": jobs that are there, STATE as CLEARDOWN_JS_*
 *   FAKE_DOCUMENT file that the document is copied to
 *   FAKE_FOREIGN  set: jobs are somebody else's, rights not ours to take away
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

#define NEW_JOB 0x7000000000000005ULL
#define MAX_JOBS 8
#define RATE 14400
#define FIRST_HANDLE 4294967298ULL

static struct cleardown_fax_job jobs[MAX_JOBS];
static unsigned int njobs;

static bool line_at(__u64 number, char *name)
{
	char names[128], *rest = names, *word;
	__u64 i = 0;

	snprintf(names, sizeof(names), "%s", setting("FAKE_LINES", "fax0"));
	while ((word = strsep(&rest, " ")))
		if (*word && ++i == number) {
			snprintf(name, CLEARDOWN_NAME_LEN, "%s", word);
			return true;
		}
	return false;
}

static void load_jobs(void)
{
	char list[256], *rest = list, *word;
	struct cleardown_fax_job *job;

	if (njobs)
		return;
	snprintf(list, sizeof(list), "%s", setting("FAKE_JOBS", ""));
	while ((word = strsep(&rest, " ")) && njobs < MAX_JOBS - 1) {
		job = &jobs[njobs];
		if (sscanf(word, "%llu:%u:%63s", &job->out_job, &job->out_state, job->out_number) !=
		    3)
			continue;
		job->out_uid = getuid();
		job->out_line = job->out_state == CLEARDOWN_JS_INPROGRESS;
		job->out_pages = job->out_state == CLEARDOWN_JS_INPROGRESS;
		job->out_event = CLEARDOWN_FEI_JOB_QUEUED;
		njobs++;
	}
}

/* ---- events ---- */

static void tell(__u64 job, __u32 event, __u32 state, __u32 pages)
{
	struct cleardown_fax_event fax = {
		.job = job,
		.line = 1,
		.event = event,
		.state = state,
		.pages = pages,
	};
	struct cleardown_event e = { .type = CLEARDOWN_EV_FAX, .p1 = event, .p2 = state };

	if (event == CLEARDOWN_FEI_SENDING) {
		fax.rate = RATE;
		strcpy(fax.remote, "+49 30 1234");
	}
	post_data(&e, &fax, sizeof(fax));
}

static void ends(__u64 job, __u32 event, __u32 state, __u32 pages)
{
	tell(job, event, state, pages);
	tell(job, CLEARDOWN_FEI_DELETED, state, pages);
}

static void answered(__u64 job)
{
	tell(job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0);
	tell(job, CLEARDOWN_FEI_SENDING, CLEARDOWN_JS_INPROGRESS, 0);
}

static void goes_through(__u64 job)
{
	answered(job);
	tell(job, CLEARDOWN_FEI_SENDING, CLEARDOWN_JS_INPROGRESS, 1);
	ends(job, CLEARDOWN_FEI_COMPLETED, CLEARDOWN_JS_COMPLETED, 1);
}

static void play(__u64 job, char number)
{
	tell(job, CLEARDOWN_FEI_JOB_QUEUED, CLEARDOWN_JS_PENDING, 0);
	if (number == '1') {
		goes_through(job);
	} else if (number == '4') {
		answered(job);
		tell(job, CLEARDOWN_FEI_SENDING, CLEARDOWN_JS_INPROGRESS, 1);
		ends(job, CLEARDOWN_FEI_DISCONNECTED, CLEARDOWN_JS_FAILED, 1);
	} else if (number == '5') {
		answered(job);
		ends(job, CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_JS_FAILED, 0);
	} else if (number == '0') {
		ends(job, CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_JS_FAILED, 0);
	} else if (number == '7') {
		tell(job, CLEARDOWN_FEI_DIALING, CLEARDOWN_JS_INPROGRESS, 0);
		tell(job, CLEARDOWN_FEI_BUSY, CLEARDOWN_JS_RETRYING, 0);
	} else if (number == '3') {
		ends(job, CLEARDOWN_FEI_NO_ANSWER, CLEARDOWN_JS_RETRIES_EXCEEDED, 0);
	} else if (number == '6') {
		ends(job, CLEARDOWN_FEI_NO_DIAL_TONE, CLEARDOWN_JS_FAILED, 0);
	} else if (number == '9') {
		tell(job, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, 0);
	}
}

/* ---- calls ---- */

static void keep_document(int fd)
{
	const char *path = getenv("FAKE_DOCUMENT");
	FILE *file = path ? fopen(path, "w") : NULL;
	char buf[4096];
	off_t at = 0;
	ssize_t n;

	while (file && (n = pread(fd, buf, sizeof(buf), at)) > 0) {
		if (fwrite(buf, 1, n, file) != (size_t)n)
			abort();
		at += n;
	}
	if (file)
		fclose(file);
}

static int hand_in(struct cleardown_fax_send *s)
{
	note("send %llu %s [%s]\n", s->line, s->number, s->args);
	if (*s->number == '2') {
		s->out_status = CLEARDOWN_ERROR_NOT_READY;
		errno = ENOTCONN;
		return -1;
	}
	keep_document(s->fd);
	load_jobs();
	s->out_job = NEW_JOB;
	jobs[njobs++] = (struct cleardown_fax_job){ .out_job = NEW_JOB, .out_uid = getuid() };
	play(NEW_JOB, *s->number);
	return 0;
}

static int do_job(struct cleardown_fax_job *job, __u32 command)
{
	bool waits = !(job->out_state & ~(CLEARDOWN_JS_RETRYING | CLEARDOWN_JS_NOLINE));

	if (command == CLEARDOWN_JC_DELETE) {
		tell(job->out_job, CLEARDOWN_FEI_DELETED, CLEARDOWN_JS_DELETING, job->out_pages);
		return 0;
	}
	if (command == CLEARDOWN_JC_PAUSE ? !waits : job->out_state != CLEARDOWN_JS_PAUSED) {
		errno = EBUSY;
		return -1;
	}
	job->out_state = command == CLEARDOWN_JC_PAUSE ? CLEARDOWN_JS_PAUSED : CLEARDOWN_JS_PENDING;
	return 0;
}

static int set_job(const struct cleardown_fax_job_set *s)
{
	unsigned int i;

	note("job-set %u %llu\n", s->command, s->job);
	load_jobs();
	if (getenv("FAKE_FOREIGN")) {
		errno = EACCES;
		return -1;
	}
	for (i = 0; i < njobs; i++)
		if (jobs[i].out_job == s->job && jobs[i].out_state != CLEARDOWN_JS_DELETING)
			return do_job(&jobs[i], s->command);
	errno = EINVAL;
	return -1;
}

static int next_job(struct cleardown_fax_job *j)
{
	unsigned int i;

	load_jobs();
	for (i = 0; i < njobs; i++)
		if (jobs[i].out_job > j->after) {
			*j = jobs[i];
			return 0;
		}
	errno = ENOENT;
	return -1;
}

/* The first one's are the jobs that are in progress. */
static void fill_port(struct cleardown_fax_port *p, __u64 line)
{
	unsigned int i;

	load_jobs();
	for (i = 0; i < njobs; i++)
		if (jobs[i].out_line == line && jobs[i].out_state == CLEARDOWN_JS_INPROGRESS)
			p->out_job = jobs[i].out_job;
	p->flags = CLEARDOWN_FAX_PORT_SEND;
	p->rings = 1;
	p->priority = line;
	p->out_status = CLEARDOWN_FPS_AVAILABLE;
	p->out_line = line;
	p->out_provider_pid = keeps("provider") ? 42 : 0;
	line_at(line, p->out_name);
}

static int next_port(struct cleardown_fax_port_next *n)
{
	char name[CLEARDOWN_NAME_LEN];

	if (!line_at(n->after + 1, name)) {
		errno = ENOENT;
		return -1;
	}
	fill_port(&n->out_port, n->after + 1);
	return 0;
}

static int port(struct cleardown_fax_port *p)
{
	static __u32 flags = CLEARDOWN_FAX_PORT_SEND, rings = 1;

	if (p->set)
		note("port %#x flags %u rings %u id [%s]\n", p->set, p->flags, p->rings, p->csid);
	if (p->set & CLEARDOWN_FAX_SET_FLAGS)
		flags = p->flags;
	if (p->set & CLEARDOWN_FAX_SET_RINGS)
		rings = p->rings;
	fill_port(p, 1);
	p->flags = flags;
	p->rings = rings;
	return 0;
}

static int service(struct cleardown_fax_status *s)
{
	s->out_running = 1;
	s->out_servers = 1;
	if (!keeps("owner-killed"))
		s->out_servers += shared()->others;
	s->out_jobs = njobs;
	s->out_lines = 1;
	s->out_providers = 1;
	return 0;
}

/* A server handle of root, and a port of the first line that somebody else has. */
static int next_handle(struct cleardown_fax_handle *h)
{
	static const char *const comms[] = { "sender", "watcher" };
	__u64 i = h->after < FIRST_HANDLE ? 0 : h->after - FIRST_HANDLE + 1;

	if (i > 1) {
		errno = ENOENT;
		return -1;
	}
	h->out_handle = FIRST_HANDLE + i;
	h->out_line = i;
	h->out_rights = i ? CLEARDOWN_FAX_READ : CLEARDOWN_FAX_RIGHTS_ALL;
	h->out_flags = i ? 0 : CLEARDOWN_FAX_HANDLE_WRITE;
	h->out_pid = 812 + i;
	h->out_uid = 1000 * i;
	strcpy(h->out_comm, comms[i]);
	return 0;
}

static int rights(struct cleardown_fax_rights *r)
{
	note("rights %llu %#x\n", r->handle, r->drop);
	r->out_rights = CLEARDOWN_FAX_READ & ~r->drop;
	errno = getenv("FAKE_FOREIGN") ? EPERM : r->handle > FIRST_HANDLE + 1 ? ENOENT : 0;
	return errno ? -1 : 0;
}

int fax_open(int flags)
{
	int unused;

	load_jobs();
	shared()->others += is_child();
	return pair(SOCK_STREAM, &unused, flags);
}

int fax_ioctl(unsigned long nr, void *arg)
{
	switch (nr) {
	case CLEARDOWN_IOC_FAX_EVENTS:
		if (keeps("events-go-on"))
			tell(0, CLEARDOWN_FEI_FAXSVC_STARTED, 0, 0);
		return 0;
	case CLEARDOWN_IOC_FAX_SEND:
		return hand_in(arg);
	case CLEARDOWN_IOC_FAX_JOB_SET:
		return set_job(arg);
	case CLEARDOWN_IOC_FAX_JOB_NEXT:
		return next_job(arg);
	case CLEARDOWN_IOC_FAX_PORT_NEXT:
		return next_port(arg);
	case CLEARDOWN_IOC_FAX_HANDLE_NEXT:
		return next_handle(arg);
	case CLEARDOWN_IOC_FAX_RIGHTS:
		return rights(arg);
	case CLEARDOWN_IOC_FAX_STATUS:
		return service(arg);
	case CLEARDOWN_IOC_FAX_OPEN_PORT:
		((struct cleardown_fax_open_port *)arg)->out_fd = fax_open(0);
		return 0;
	case CLEARDOWN_IOC_FAX_PORT:
		return port(arg);
	case CLEARDOWN_IOC_CLOSE:
		errno = EIO;
		return keeps("bounded") ? 0 : -1;
	default:
		errno = ENOTTY;
		return -1;
	}
}
