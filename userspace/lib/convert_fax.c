// SPDX-License-Identifier: LGPL-2.1-or-later
/* Between the kernel's structs of faxes and the library's. Owns nothing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/cleardown.h>

#include "internal.h"

#define SAME(name) \
	_Static_assert((unsigned int)CLDN_##name == (unsigned int)CLEARDOWN_##name, #name)

SAME(FAX_ID_LEN);
SAME(FAX_NUMBER_LEN);
SAME(FAX_ARGS_LEN);
SAME(FAX_JOB_SUBMIT);
SAME(FAX_JOB_QUERY);
SAME(FAX_CONFIG_QUERY);
SAME(FAX_CONFIG_SET);
SAME(FAX_PORT_QUERY);
SAME(FAX_PORT_SET);
SAME(FAX_JOB_MANAGE);
SAME(FAX_RIGHTS_ALL);
SAME(FEI_DIALING);
SAME(FEI_SENDING);
SAME(FEI_RECEIVING);
SAME(FEI_COMPLETED);
SAME(FEI_BUSY);
SAME(FEI_NO_ANSWER);
SAME(FEI_BAD_ADDRESS);
SAME(FEI_NO_DIAL_TONE);
SAME(FEI_DISCONNECTED);
SAME(FEI_FATAL_ERROR);
SAME(FEI_NOT_FAX_CALL);
SAME(FEI_CALL_DELAYED);
SAME(FEI_CALL_BLACKLISTED);
SAME(FEI_RINGING);
SAME(FEI_ABORTING);
SAME(FEI_ROUTING);
SAME(FEI_MODEM_POWERED_ON);
SAME(FEI_MODEM_POWERED_OFF);
SAME(FEI_IDLE);
SAME(FEI_FAXSVC_ENDED);
SAME(FEI_ANSWERED);
SAME(FEI_JOB_QUEUED);
SAME(FEI_DELETED);
SAME(FEI_INITIALIZING);
SAME(FEI_LINE_UNAVAILABLE);
SAME(FEI_HANDLED);
SAME(FEI_FAXSVC_STARTED);
SAME(JS_PENDING);
SAME(JS_INPROGRESS);
SAME(JS_DELETING);
SAME(JS_FAILED);
SAME(JS_PAUSED);
SAME(JS_NOLINE);
SAME(JS_RETRYING);
SAME(JS_RETRIES_EXCEEDED);
SAME(JS_COMPLETED);
SAME(EV_FAX);
SAME(EV_FAX_OFFER);
SAME(EV_FAX_JOB);
SAME(EV_FAX_LINE);
_Static_assert(CLDN_FAXPORT_SEND == CLEARDOWN_FAX_PORT_SEND, "FAXPORT_SEND");
_Static_assert(CLDN_FAXPORT_RECEIVE == CLEARDOWN_FAX_PORT_RECEIVE, "FAXPORT_RECEIVE");

/* The word is the kernel's also after an error. */
static int call(int fd, unsigned long nr, void *arg, const uint32_t *word, uint32_t *status)
{
	int ret = ioctl(fd, nr, arg);

	if (status)
		*status = *word;
	return ret;
}

/* Too long is EINVAL, as the kernel would say of a text without an end. */
static int put(char *to, size_t size, const char *from)
{
	if ((size_t)snprintf(to, size, "%s", from ? from : "") < size)
		return 0;
	errno = EINVAL;
	return -1;
}

int cldn_io_fax_events(int fd, int queue_fd, uint64_t cookie, uint32_t *status)
{
	struct cleardown_fax_events e = { .size = sizeof(e), .fd = queue_fd, .cookie = cookie };

	return call(fd, CLEARDOWN_IOC_FAX_EVENTS, &e, &e.out_status, status);
}

int cldn_io_fax_rights(int fd, uint64_t handle, uint32_t drop, uint32_t *rights, uint32_t *status)
{
	struct cleardown_fax_rights r = { .size = sizeof(r), .drop = drop, .handle = handle };
	int ret = call(fd, CLEARDOWN_IOC_FAX_RIGHTS, &r, &r.out_status, status);

	if (rights)
		*rights = r.out_rights;
	return ret;
}

int cldn_io_fax_next_handle(int fd, uint64_t after, struct cleardown_fax_handle_entry *handle,
			    uint32_t *status)
{
	struct cleardown_fax_handle h = { .size = sizeof(h), .after = after };

	if (call(fd, CLEARDOWN_IOC_FAX_HANDLE_NEXT, &h, &h.out_status, status) < 0)
		return -1;
	memset(handle, 0, sizeof(*handle));
	handle->handle = h.out_handle;
	handle->line = h.out_line;
	handle->rights = h.out_rights;
	handle->write = h.out_flags & CLEARDOWN_FAX_HANDLE_WRITE;
	handle->pid = h.out_pid;
	handle->uid = h.out_uid;
	cldn_copy_text(handle->comm, sizeof(handle->comm), h.out_comm, sizeof(h.out_comm));
	return 0;
}

int cldn_io_fax_service(int fd, struct cleardown_fax_service *service)
{
	struct cleardown_fax_status s = { .size = sizeof(s) };

	if (ioctl(fd, CLEARDOWN_IOC_FAX_STATUS, &s) < 0)
		return -1;
	*service = (struct cleardown_fax_service){
		.running = s.out_running,
		.since_ns = s.out_since_ns,
		.servers = s.out_servers,
		.ports = s.out_ports,
		.jobs = s.out_jobs,
		.queues = s.out_queues,
		.lines = s.out_lines,
		.providers = s.out_providers,
	};
	return 0;
}

static void port_from(const struct cleardown_fax_port *p, struct cleardown_faxport_status *port)
{
	memset(port, 0, sizeof(*port));
	port->line = p->out_line;
	cldn_copy_text(port->name, sizeof(port->name), p->out_name, sizeof(p->out_name));
	port->fps = p->out_status;
	port->job = p->out_job;
	port->provider_pid = p->out_provider_pid;
	port->flags = p->flags;
	port->rings = p->rings;
	port->priority = p->priority;
	cldn_copy_text(port->tsid, sizeof(port->tsid), p->tsid, sizeof(p->tsid));
	cldn_copy_text(port->csid, sizeof(port->csid), p->csid, sizeof(p->csid));
}

int cldn_io_fax_next_line(int fd, uint64_t after, struct cleardown_faxport_status *line,
			  uint32_t *status)
{
	struct cleardown_fax_port_next n = { .size = sizeof(n), .after = after };

	if (call(fd, CLEARDOWN_IOC_FAX_PORT_NEXT, &n, &n.out_status, status) < 0)
		return -1;
	port_from(&n.out_port, line);
	return 0;
}

int cldn_io_fax_open_port(int fd, uint64_t line, bool modify, uint32_t *status)
{
	struct cleardown_fax_open_port o = { .size = sizeof(o), .line = line };

	o.mode = modify ? CLEARDOWN_FAX_OPEN_MODIFY : CLEARDOWN_FAX_OPEN_QUERY;
	return call(fd, CLEARDOWN_IOC_FAX_OPEN_PORT, &o, &o.out_status, status) < 0 ? -1 : o.out_fd;
}

static int port_to(const struct cleardown_faxport_setting *s, struct cleardown_fax_port *p)
{
	p->set = (s->flags ? CLEARDOWN_FAX_SET_FLAGS : 0) |
		 (s->rings ? CLEARDOWN_FAX_SET_RINGS : 0) |
		 (s->priority ? CLEARDOWN_FAX_SET_PRIORITY : 0) |
		 (s->tsid ? CLEARDOWN_FAX_SET_TSID : 0) | (s->csid ? CLEARDOWN_FAX_SET_CSID : 0);
	p->flags = s->flags ? *s->flags : 0;
	p->rings = s->rings ? *s->rings : 0;
	p->priority = s->priority ? *s->priority : 0;
	return put(p->tsid, sizeof(p->tsid), s->tsid) || put(p->csid, sizeof(p->csid), s->csid) ?
		       -1 :
		       0;
}

int cldn_io_fax_port(int fd, const struct cleardown_faxport_setting *setting,
		     struct cleardown_faxport_status *port, uint32_t *status)
{
	struct cleardown_fax_port p = { .size = sizeof(p) };

	if (setting && port_to(setting, &p) < 0)
		return -1;
	if (call(fd, CLEARDOWN_IOC_FAX_PORT, &p, &p.out_word, status) < 0)
		return -1;
	port_from(&p, port);
	return 0;
}

int cldn_io_fax_send(int fd, uint64_t line, int document, const char *number, const char *args,
		     uint64_t *job, uint32_t *status)
{
	struct cleardown_fax_send s = { .size = sizeof(s), .fd = document, .line = line };

	if (put(s.number, sizeof(s.number), number) < 0 || put(s.args, sizeof(s.args), args) < 0)
		return -1;
	if (call(fd, CLEARDOWN_IOC_FAX_SEND, &s, &s.out_status, status) < 0)
		return -1;
	*job = s.out_job;
	return 0;
}

int cldn_io_fax_next_job(int fd, uint64_t after, struct cleardown_fax_job_entry *job,
			 uint32_t *status)
{
	struct cleardown_fax_job j = { .size = sizeof(j), .after = after };

	if (call(fd, CLEARDOWN_IOC_FAX_JOB_NEXT, &j, &j.out_status, status) < 0)
		return -1;
	memset(job, 0, sizeof(*job));
	job->job = j.out_job;
	job->line = j.out_line;
	job->state = j.out_state;
	job->uid = j.out_uid;
	job->taken = j.out_flags & CLEARDOWN_FAX_JOB_TAKEN;
	job->orphan = j.out_flags & CLEARDOWN_FAX_JOB_ORPHAN;
	job->any_line = j.out_flags & CLEARDOWN_FAX_JOB_ANY_LINE;
	job->pages = j.out_pages;
	job->event = j.out_event;
	job->since_ns = j.out_since_ns;
	cldn_copy_text(job->number, sizeof(job->number), j.out_number, sizeof(j.out_number));
	return 0;
}

int cldn_io_fax_job_set(int fd, uint64_t job, uint32_t command, uint32_t *status)
{
	struct cleardown_fax_job_set s = { .size = sizeof(s), .command = command, .job = job };

	return call(fd, CLEARDOWN_IOC_FAX_JOB_SET, &s, &s.out_status, status);
}

int cldn_io_fax_provide(int fd, uint32_t *status)
{
	struct cleardown_fax_provide p = { .size = sizeof(p) };

	return call(fd, CLEARDOWN_IOC_FAX_PROVIDE, &p, &p.out_status, status);
}

int cldn_io_fax_line(int fd, uint32_t action, bool *held, uint32_t *fps, bool *running,
		     uint32_t *status)
{
	struct cleardown_fax_line l = { .size = sizeof(l), .action = action };
	int ret = call(fd, CLEARDOWN_IOC_FAX_LINE, &l, &l.out_status, status);

	if (held)
		*held = l.out_held;
	if (fps)
		*fps = l.out_fps;
	if (running)
		*running = l.out_running;
	return ret;
}

int cldn_io_fax_take(int fd, uint64_t job, uint32_t *uid, char *number, char *args,
		     uint32_t *status)
{
	struct cleardown_fax_take t = { .size = sizeof(t), .job = job };

	if (call(fd, CLEARDOWN_IOC_FAX_JOB_TAKE, &t, &t.out_status, status) < 0)
		return -1;
	if (uid)
		*uid = t.out_uid;
	cldn_copy_text(number, CLDN_FAX_NUMBER_LEN, t.out_number, sizeof(t.out_number));
	cldn_copy_text(args, CLDN_FAX_ARGS_LEN, t.out_args, sizeof(t.out_args));
	return t.out_fd;
}

int cldn_io_fax_adopt(int fd, uint64_t job, uint32_t uid, uint32_t *state, uint32_t *status)
{
	struct cleardown_fax_adopt a = { .size = sizeof(a), .uid = uid, .job = job };
	int ret = call(fd, CLEARDOWN_IOC_FAX_JOB_ADOPT, &a, &a.out_status, status);

	if (state)
		*state = a.out_state;
	return ret;
}

int cldn_io_fax_report(int fd, const struct cleardown_fax_news *news, uint32_t *status)
{
	struct cleardown_fax_report r = {
		.size = sizeof(r),
		.event = news->event,
		.job = news->job,
		.state = news->state,
		.pages = news->pages,
		.rate = news->rate,
	};

	if (put(r.remote, sizeof(r.remote), news->remote) < 0)
		return -1;
	return call(fd, CLEARDOWN_IOC_FAX_REPORT, &r, &r.out_status, status);
}

CLDN_EXPORT int cleardown_fax_news_from_record(const struct cleardown_record *record,
					       struct cleardown_fax_news *news)
{
	struct cleardown_fax_event e;

	if (record->type != CLDN_EV_FAX || record->text_len != sizeof(e)) {
		errno = ENODATA;
		return -1;
	}
	memcpy(&e, record->text, sizeof(e));
	memset(news, 0, sizeof(*news));
	news->job = e.job;
	news->line = e.line;
	news->event = e.event;
	news->state = e.state;
	news->pages = e.pages;
	news->rate = e.rate;
	cldn_copy_text(news->remote, sizeof(news->remote), e.remote, sizeof(e.remote));
	return 0;
}
