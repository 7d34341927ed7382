// SPDX-License-Identifier: GPL-2.0-only
/* The fax server: session, queues, server handles and ports with their rights. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <cleardown/hook.h>
#include "fax.h"

static unsigned int fax_deadline_ms = 10000;
module_param(fax_deadline_ms, uint, 0644);
MODULE_PARM_DESC(fax_deadline_ms, "default deadline of a fax handle's close");
static unsigned int fax_idle_ms;
module_param(fax_idle_ms, uint, 0644);
MODULE_PARM_DESC(fax_idle_ms, "idle time of the fax service; 0 = 10 min., and RECEIVE is a use");

#define FAX_IDLE_MS 600000

struct fax_service fax = {
	.lock = __MUTEX_INITIALIZER(fax.lock),
	.handles = LIST_HEAD_INIT(fax.handles),
	.queues = LIST_HEAD_INIT(fax.queues),
	.lines = LIST_HEAD_INIT(fax.lines),
	.jobs = LIST_HEAD_INIT(fax.jobs),
};

/* The first row with an errno has its word. */
static const struct {
	int error;
	u32 word;
} fax_words[] = {
	{ 0, CLEARDOWN_STATUS_SUCCESS },
	{ -EACCES, CLEARDOWN_ERROR_ACCESS_DENIED },
	{ -EPERM, CLEARDOWN_ERROR_ACCESS_DENIED },
	{ -EBADF, CLEARDOWN_ERROR_INVALID_HANDLE },
	{ -EBADFD, CLEARDOWN_ERROR_INVALID_HANDLE },
	{ -ENODEV, CLEARDOWN_ERROR_BAD_UNIT },
	{ -ENOMEM, CLEARDOWN_ERROR_NOT_ENOUGH_MEMORY },
	{ -ENOBUFS, CLEARDOWN_ERROR_NO_SYSTEM_RESOURCES },
	{ -EBUSY, CLEARDOWN_ERROR_DEVICE_IN_USE },
	{ -ENOTCONN, CLEARDOWN_ERROR_NOT_READY },
	{ -ENOENT, CLEARDOWN_ERROR_INVALID_PARAMETER },
	{ -EOPNOTSUPP, CLEARDOWN_ERROR_NOT_SUPPORTED },
};

u32 fax_word(int error)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fax_words); i++)
		if (fax_words[i].error == error)
			return fax_words[i].word;
	return CLEARDOWN_ERROR_INVALID_PARAMETER;
}

bool fax_terminated(const char *s, size_t len)
{
	return strnlen(s, len) < len;
}

/* ---- the session ---- */

static u64 fax_idle(void)
{
	return (READ_ONCE(fax_idle_ms) ?: FAX_IDLE_MS) * (u64)NSEC_PER_MSEC;
}

/* A line is a use of the service while a call is up; one that waits for calls, only by default. */
static bool fax_line_busy(const struct fax_line *fl)
{
	if (fax_in_call(fl))
		return true;
	return !READ_ONCE(fax_idle_ms) && fl->provider && fl->flags & CLEARDOWN_FAX_PORT_RECEIVE;
}

static bool fax_busy(void)
{
	struct fax_line *fl;

	lockdep_assert_held(&fax.lock);
	if (fax.nservers || fax.nports || fax.njobs)
		return true;
	list_for_each_entry(fl, &fax.lines, node)
		if (fax_line_busy(fl))
			return true;
	return false;
}

static void fax_look_at(u64 ns, u64 now)
{
	mod_delayed_work(system_wq, &fax.work, ns > now ? nsecs_to_jiffies(ns - now) + 1 : 0);
}

/* Something that holds the service up has come or gone. */
void fax_touch(void)
{
	u64 now = ktime_get_ns();
	u64 due;

	lockdep_assert_held(&fax.lock);
	if (!fax.running)
		return;
	due = fax_jobs_next();
	if (fax_busy())
		fax.idle_ns = 0;
	else
		fax.idle_ns = fax.idle_ns ?: now;
	if (fax.idle_ns)
		fax_look_at(fax.idle_ns + fax_idle(), now);
	else if (due)
		fax_look_at(due, now);
}

static void fax_lines_news(void)
{
	struct fax_line *fl;

	list_for_each_entry(fl, &fax.lines, node)
		fax_line_news(fl);
}

void fax_start(void)
{
	lockdep_assert_held(&fax.lock);
	if (fax.running)
		return;
	fax.running = true;
	fax.idle_ns = 0;
	fax.since_ns = ktime_get_ns();
	fax_lines_news();
}

/* The last record of each queue; then the lines are given back. */
static void fax_stop(void)
{
	struct fax_line *fl;

	lockdep_assert_held(&fax.lock);
	fax.running = false;
	fax.idle_ns = 0;
	fax.since_ns = ktime_get_ns();
	fax_queues_end();
	list_for_each_entry(fl, &fax.lines, node)
		if (fl->held)
			fax_line_want(fl, FAX_WANT_GIVE);
	fax_lines_news();
}

static void fax_work(struct work_struct *work)
{
	u64 now = ktime_get_ns();

	cldn_hook(CLDN_HOOK_FAX_DUE, fax.dev);
	guard(mutex)(&fax.lock);
	fax_jobs_due(now);
	fax_touch();
	if (fax.running && fax.idle_ns && now >= fax.idle_ns + fax_idle())
		fax_stop();
}

/* ---- handles ---- */

bool fax_may(const struct fax_handle *fh, const struct fax_job *job)
{
	return fh->rights & CLEARDOWN_FAX_JOB_MANAGE || uid_eq(fh->h.owner.uid, job->uid);
}

static void fax_handle_free(struct cldn_handle *h)
{
	kfree(fax_handle_of(h));
}

static bool fax_handle_end_locked(struct fax_handle *fh)
{
	lockdep_assert_held(&fax.lock);
	if (fh->ended)
		return false;
	WRITE_ONCE(fh->ended, true);
	list_del(&fh->node);
	if (fh->line && fh->line->modify == fh)
		fh->line->modify = NULL;
	if (fh->line)
		fax.nports--;
	else
		fax.nservers--;
	cldn_member_end(&fh->h);
	cldn_member_leave(&fh->h);
	fax_touch();
	return true;
}

/* Ends it, once. */
static bool fax_handle_end(struct fax_handle *fh)
{
	guard(mutex)(&fax.lock);
	return fax_handle_end_locked(fh);
}

/* The line is unbound by force: their owners are told. */
void fax_ports_end(struct fax_line *fl)
{
	struct fax_handle *fh, *next;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry_safe(fh, next, &fax.handles, node) {
		if (fh->line != fl)
			continue;
		fh->h.close_rec.head.p1 = CLEARDOWN_CAUSE_ADMIN;
		cldn_handle_get(&fh->h); /* put when the record is read */
		cldn_member_post(&fh->h, &fh->h.close_rec);
		fax_handle_end_locked(fh);
	}
}

/* FaxClose, of both kinds. A port that its caller may not look at stays as it is (F-5). */
static int fax_handle_close(struct cldn_handle *h, struct cleardown_close *arg, const void *data)
{
	struct cleardown_report_head *head = &arg->out_report;
	struct fax_handle *fh = fax_handle_of(h);
	int ret = 0;

	head->begin_ns = ktime_get_ns();
	if (arg->data_len)
		ret = -EINVAL;
	else if (fh->line && !(READ_ONCE(fh->rights) & CLEARDOWN_FAX_PORT_QUERY))
		ret = -EACCES;
	else if (!fax_handle_end(fh))
		ret = -EBADFD;
	arg->out_status = fax_word(ret);
	if (ret)
		return ret;
	arg->out_released = 1;
	arg->out_seq_at_return = h->seq_at_return;
	head->handle = h->id;
	head->clazz = CLEARDOWN_CLASS_FAX;
	head->mode = arg->mode;
	head->cause = CLEARDOWN_CAUSE_LOCAL_USER;
	head->flags = CLEARDOWN_REPORT_RELEASED;
	head->seq_at_return = h->seq_at_return;
	head->end_ns = ktime_get_ns();
	return 0;
}

static void fax_handle_release(struct cldn_handle *h)
{
	if (fax_handle_end(fax_handle_of(h)))
		cldn_member_unclean();
}

static const struct cldn_member_ops fax_server_ops = {
	.name = "[cleardown-fax]",
	.close = fax_handle_close,
	.release = fax_handle_release,
	.free = fax_handle_free,
};

static const struct cldn_member_ops fax_port_ops = {
	.name = "[cleardown-fax-port]",
	.close = fax_handle_close,
	.release = fax_handle_release,
	.free = fax_handle_free,
};

static u32 fax_rights_now(bool write)
{
	u32 rights = CLEARDOWN_FAX_READ;

	if (ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		rights = CLEARDOWN_FAX_RIGHTS_ALL & ~CLEARDOWN_FAX_JOB_SUBMIT;
	return write ? rights | CLEARDOWN_FAX_JOB_SUBMIT : rights;
}

/* A handle that is in use; what it is comes next. Caller holds fax.lock. */
static struct fax_handle *fax_handle_new(struct cldn_device *dev, const struct cldn_member_ops *ops)
{
	struct fax_handle *fh = kzalloc(sizeof(*fh), GFP_KERNEL_ACCOUNT);
	int ret;

	lockdep_assert_held(&fax.lock);
	if (!fh)
		return ERR_PTR(-ENOMEM);
	cldn_member_init(&fh->h, dev, ops);
	ret = cldn_member_own(&fh->h, NULL) ?: cldn_member_join(&fh->h);
	if (ret) {
		cldn_handle_put(&fh->h);
		return ERR_PTR(ret);
	}
	list_add_tail(&fh->node, &fax.handles);
	return fh;
}

/* FaxConnectFaxServer */
static struct cldn_handle *fax_connect(struct cldn_device *dev, bool write)
{
	struct fax_handle *fh;

	cldn_hook(CLDN_HOOK_FAX_CONNECT, dev);
	guard(mutex)(&fax.lock);
	fh = fax_handle_new(dev, &fax_server_ops);
	if (IS_ERR(fh))
		return ERR_CAST(fh);
	fh->write = write;
	fh->rights = fax_rights_now(write);
	fax.nservers++;
	fax_start();
	fax_touch();
	return &fh->h;
}

/* ---- rights ---- */

static struct fax_handle *fax_handle_find(u64 id)
{
	struct fax_handle *fh;

	list_for_each_entry(fh, &fax.handles, node)
		if (fh->h.id == id)
			return fh;
	return NULL;
}

static int fax_rights_drop(struct fax_handle *fh, struct cleardown_fax_rights *arg)
{
	lockdep_assert_held(&fax.lock);
	if (arg->handle) {
		if (fh->line)
			return -EINVAL;
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		fh = fax_handle_find(arg->handle);
		if (!fh)
			return -ENOENT;
	}
	WRITE_ONCE(fh->rights, fh->rights & ~arg->drop);
	arg->out_rights = fh->rights;
	return 0;
}

/* CLEARDOWN_IOC_FAX_RIGHTS */
int fax_rights(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_rights *arg = p;
	int ret = -EINVAL;

	if (!h->member)
		return -ENOTTY;
	if (!(arg->drop & ~CLEARDOWN_FAX_RIGHTS_ALL)) {
		scoped_guard(mutex, &fax.lock)
			ret = fax_rights_drop(fax_handle_of(h), arg);
	}
	arg->out_status = fax_word(ret);
	return ret;
}

/* Of those that @server may see the one with the lowest id above @after; they are in no order. */
static struct fax_handle *fax_handle_after(const struct fax_handle *server, u64 after)
{
	struct fax_handle *fh, *next = NULL;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(fh, &fax.handles, node) {
		if (!(server->rights & CLEARDOWN_FAX_JOB_MANAGE) &&
		    !uid_eq(fh->h.owner.uid, server->h.owner.uid))
			continue;
		if (fh->h.id > after && (!next || fh->h.id < next->h.id))
			next = fh;
	}
	return next;
}

/* CLEARDOWN_IOC_FAX_HANDLE_NEXT */
static int fax_handle_next(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_handle *arg = p;
	struct fax_handle *fh;

	guard(mutex)(&fax.lock);
	arg->out_status = 0;
	fh = fax_handle_after(fax_handle_of(h), arg->after);
	if (!fh)
		return -ENOENT;
	arg->out_handle = fh->h.id;
	arg->out_line = fh->line ? fh->line->dev->id : 0;
	arg->out_rights = fh->rights;
	arg->out_flags = fh->write ? CLEARDOWN_FAX_HANDLE_WRITE : 0;
	arg->out_pid = fh->h.owner.pid;
	arg->out_uid = from_kuid_munged(current_user_ns(), fh->h.owner.uid);
	memcpy(arg->out_comm, fh->h.owner.comm, sizeof(arg->out_comm));
	return 0;
}

/* ---- ports ---- */

static struct fax_line *fax_line_find(u64 id)
{
	struct fax_line *fl;

	list_for_each_entry(fl, &fax.lines, node)
		if (fl->dev->id == id)
			return fl;
	return NULL;
}

static void fax_port_fill(const struct fax_handle *fh, const struct fax_line *fl,
			  struct cleardown_fax_port *out)
{
	const struct fax_job *job = fax_job_of(fl);
	u32 size = out->size;

	lockdep_assert_held(&fax.lock);
	memset(out, 0, sizeof(*out));
	out->size = size;
	out->flags = fl->flags;
	out->rings = fl->rings;
	out->priority = fl->priority;
	out->out_status = fax_fps(fl);
	memcpy(out->tsid, fl->tsid, sizeof(out->tsid));
	memcpy(out->csid, fl->csid, sizeof(out->csid));
	out->out_line = fl->dev->id;
	out->out_job = job && fax_may(fh, job) ? job->id : 0;
	memcpy(out->out_name, fl->dev->name, sizeof(out->out_name));
	out->out_provider_pid = fl->provider ? fl->provider->owner.pid : 0;
}

static int fax_port_set_check(const struct fax_handle *fh, const struct cleardown_fax_port *arg)
{
	if (!fh->write)
		return -EBADF;
	if (!(fh->rights & CLEARDOWN_FAX_PORT_SET))
		return -EACCES;
	if (arg->set & ~CLEARDOWN_FAX_SET_ALL ||
	    (arg->set & CLEARDOWN_FAX_SET_FLAGS &&
	     arg->flags & ~(CLEARDOWN_FAX_PORT_SEND | CLEARDOWN_FAX_PORT_RECEIVE)) ||
	    (arg->set & CLEARDOWN_FAX_SET_RINGS && arg->rings > 99) ||
	    (arg->set & CLEARDOWN_FAX_SET_PRIORITY && !arg->priority) ||
	    (arg->set & CLEARDOWN_FAX_SET_TSID && !fax_terminated(arg->tsid, sizeof(arg->tsid))) ||
	    (arg->set & CLEARDOWN_FAX_SET_CSID && !fax_terminated(arg->csid, sizeof(arg->csid))))
		return -EINVAL;
	return fax_job_of(fh->line) ? -EBUSY : 0;
}

static void fax_port_set(struct fax_line *fl, const struct cleardown_fax_port *arg)
{
	if (arg->set & CLEARDOWN_FAX_SET_FLAGS)
		fl->flags = arg->flags;
	if (arg->set & CLEARDOWN_FAX_SET_RINGS)
		fl->rings = arg->rings;
	if (arg->set & CLEARDOWN_FAX_SET_PRIORITY)
		fl->priority = arg->priority;
	if (arg->set & CLEARDOWN_FAX_SET_TSID)
		memcpy(fl->tsid, arg->tsid, sizeof(fl->tsid));
	if (arg->set & CLEARDOWN_FAX_SET_CSID)
		memcpy(fl->csid, arg->csid, sizeof(fl->csid));
	fax_line_news(fl);
	fax_touch();
}

/* CLEARDOWN_IOC_FAX_PORT: FaxGetPort, FaxSetPort, FaxGetDeviceStatus */
int fax_port(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_port *arg = p;
	struct fax_handle *fh;
	int ret = 0;

	if (!h->member)
		return -ENOTTY;
	fh = fax_handle_of(h);
	guard(mutex)(&fax.lock);
	if (fh->ended)
		ret = -EBADFD;
	else if (!(fh->rights & CLEARDOWN_FAX_PORT_QUERY))
		ret = -EACCES;
	else if (arg->set)
		ret = fax_port_set_check(fh, arg);
	if (!ret && arg->set)
		fax_port_set(fh->line, arg);
	if (!ret)
		fax_port_fill(fh, fh->line, arg);
	arg->out_word = fax_word(ret);
	return ret;
}

/* CLEARDOWN_IOC_FAX_PORT_NEXT: FaxEnumPorts */
static int fax_port_next(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_port_next *arg = p;
	struct fax_handle *fh = fax_handle_of(h);
	struct fax_line *fl;

	guard(mutex)(&fax.lock);
	arg->out_status = CLEARDOWN_ERROR_ACCESS_DENIED;
	if (!(fh->rights & CLEARDOWN_FAX_PORT_QUERY))
		return -EACCES;
	arg->out_status = 0;
	list_for_each_entry(fl, &fax.lines, node)
		if (fl->dev->id > arg->after) {
			arg->out_port.size = 0;
			fax_port_fill(fh, fl, &arg->out_port);
			return 0;
		}
	return -ENOENT;
}

static int fax_port_check(const struct fax_handle *server, const struct fax_line *fl, u32 mode)
{
	if (server->ended)
		return -EBADFD;
	if (mode != CLEARDOWN_FAX_OPEN_QUERY && mode != CLEARDOWN_FAX_OPEN_MODIFY)
		return -EINVAL;
	if (!(server->rights & CLEARDOWN_FAX_PORT_QUERY) ||
	    (mode == CLEARDOWN_FAX_OPEN_MODIFY && !server->write))
		return -EACCES;
	if (!fl)
		return -ENODEV;
	return mode == CLEARDOWN_FAX_OPEN_MODIFY && fl->modify ? -EBUSY : 0;
}

/* CLEARDOWN_IOC_FAX_OPEN_PORT */
static struct cldn_handle *fax_open_port(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_open_port *arg = p;
	struct fax_handle *server = fax_handle_of(h);
	struct fax_handle *fh;
	struct fax_line *fl;
	int ret;

	guard(mutex)(&fax.lock);
	fl = fax_line_find(arg->line);
	ret = fax_port_check(server, fl, arg->mode);
	arg->out_status = ret == -EBUSY ? CLEARDOWN_ERROR_INVALID_HANDLE : fax_word(ret);
	if (ret)
		return ERR_PTR(ret);
	fh = fax_handle_new(fl->dev, &fax_port_ops);
	if (IS_ERR(fh)) {
		arg->out_status = fax_word(PTR_ERR(fh));
		return ERR_CAST(fh);
	}
	fh->line = fl;
	fh->rights = server->rights;
	fh->write = arg->mode == CLEARDOWN_FAX_OPEN_MODIFY;
	if (fh->write)
		fl->modify = fh;
	fax.nports++;
	fax_touch();
	arg->out_handle = fh->h.id;
	return &fh->h;
}

/* There is no file for it: as if it had not been opened. */
static void fax_unopen_port(struct cldn_handle *h, struct cldn_handle *made, void *p)
{
	struct cleardown_fax_open_port *arg = p;

	fax_handle_end(fax_handle_of(made));
	cldn_handle_put(made);
	arg->out_handle = 0;
	arg->out_status = CLEARDOWN_ERROR_NO_SYSTEM_RESOURCES;
}

/* ---- status ---- */

/* CLEARDOWN_IOC_FAX_STATUS */
static int fax_status(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_status *arg = p;
	struct fax_queue *q;
	struct fax_line *fl;
	u32 size = arg->size;

	guard(mutex)(&fax.lock);
	fax_queues_sweep();
	*arg = (struct cleardown_fax_status){
		.size = size,
		.out_running = fax.running,
		.out_since_ns = fax.since_ns,
		.out_servers = fax.nservers,
		.out_ports = fax.nports,
		.out_jobs = fax.njobs,
	};
	list_for_each_entry(q, &fax.queues, node)
		arg->out_queues++;
	list_for_each_entry(fl, &fax.lines, node) {
		arg->out_lines++;
		arg->out_providers += fax_provided(fl);
	}
	return 0;
}

/* ---- the class ---- */

static int fax_service_bind(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	INIT_DELAYED_WORK(&fax.work, fax_work);
	fax.born = max(get_random_u32() & FAX_BORN_MAX, 1U);
	fax.dev = dev;
	return 0;
}

/* No file is open: what is left are queues whose files were closed. */
static void fax_service_unbinding(struct cldn_device *dev)
{
	scoped_guard(mutex, &fax.lock) {
		fax_queues_sweep();
		fax.running = false;
	}
	cancel_delayed_work_sync(&fax.work);
}

static const struct cldn_ioctl fax_service_ioctls[] = {
	FAX_CALL(EVENTS, struct cleardown_fax_events, fax_events, out_status),
	FAX_CALL(RIGHTS, struct cleardown_fax_rights, fax_rights, out_status),
	FAX_CALL(PORT_NEXT, struct cleardown_fax_port_next, fax_port_next, out_status),
	{ .cmd = CLEARDOWN_IOC_FAX_SEND,
	  .size = sizeof(struct cleardown_fax_send),
	  .min_size = sizeof(struct cleardown_fax_send),
	  .fn = fax_send,
	  .changes = true,
	  .undo = fax_unsend,
	  .word = offsetof(struct cleardown_fax_send, out_status) },
	FAX_CALL(JOB_NEXT, struct cleardown_fax_job, fax_job_next, out_status),
	FAX_CALL(JOB_SET, struct cleardown_fax_job_set, fax_job_set, out_status),
	FAX_CALL(HANDLE_NEXT, struct cleardown_fax_handle, fax_handle_next, out_status),
	{ .cmd = CLEARDOWN_IOC_FAX_STATUS,
	  .size = sizeof(struct cleardown_fax_status),
	  .min_size = sizeof(struct cleardown_fax_status),
	  .fn = fax_status,
	  .changes = true },
	{ .cmd = CLEARDOWN_IOC_FAX_OPEN_PORT,
	  .size = sizeof(struct cleardown_fax_open_port),
	  .min_size = sizeof(struct cleardown_fax_open_port),
	  .make = fax_open_port,
	  .unmake = fax_unopen_port,
	  .fd = offsetof(struct cleardown_fax_open_port, out_fd),
	  .word = offsetof(struct cleardown_fax_open_port, out_status) },
};

const struct cldn_class cldn_fax_service = {
	.id = CLEARDOWN_CLASS_FAX,
	.name = "fax",
	.mode = 0660,
	CLDN_WIN32_WORDS,
	.ioctls = fax_service_ioctls,
	.nioctls = ARRAY_SIZE(fax_service_ioctls),
	.members_read = true,
	.deadline_ms = &fax_deadline_ms,
	.member_open = fax_connect,
	.unbinding = fax_service_unbinding,
	.bind = fax_service_bind,
};
