// SPDX-License-Identifier: GPL-2.0-only
/* The table of fax jobs: who has which in what state, and what can follow. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include "fax.h"

static unsigned int fax_max_jobs = 256;
module_param(fax_max_jobs, uint, 0644);
MODULE_PARM_DESC(fax_max_jobs, "fax jobs per user id");
static unsigned int fax_adopt_ms = 60000;
module_param(fax_adopt_ms, uint, 0644);
MODULE_PARM_DESC(fax_adopt_ms,
		 "how long the jobs of a fax provider that ended wait for the next one");
static unsigned int fax_abort_ms = 10000;
module_param(fax_abort_ms, uint, 0644);
MODULE_PARM_DESC(fax_abort_ms, "how long a fax provider may take to end a job that was deleted");

/* ---- life ---- */

static void fax_job_free(struct kref *ref)
{
	struct fax_job *job = container_of(ref, struct fax_job, ref);

	if (job->file)
		fput(job->file);
	kfree(job);
	module_put(THIS_MODULE); /* our caller is in work or a call that exit waits for */
}

static void fax_job_put(struct fax_job *job)
{
	kref_put(&job->ref, fax_job_free);
}

static void fax_offer_free(struct cldn_rec *rec)
{
	struct fax_job *job = container_of(rec, struct fax_job, offer);

	clear_bit(FAX_REC_OFFER, &job->posted);
	fax_job_put(job);
}

static void fax_change_free(struct cldn_rec *rec)
{
	struct fax_job *job = container_of(rec, struct fax_job, change);

	clear_bit(FAX_REC_CHANGE, &job->posted);
	fax_job_put(job);
}

static void fax_remove_free(struct cldn_rec *rec)
{
	struct fax_job *job = container_of(rec, struct fax_job, remove);

	clear_bit(FAX_REC_REMOVE, &job->posted);
	fax_job_put(job);
}

/* Tells the provider, unless he has not read the last one yet. */
static void fax_job_post(struct fax_job *job, struct cldn_rec *rec, enum fax_rec which)
{
	lockdep_assert_held(&fax.lock);
	if (!job->line || !job->line->provider || test_and_set_bit(which, &job->posted))
		return;
	kref_get(&job->ref);
	cldn_member_post(job->line->provider, rec);
}

static void fax_rec_init(struct fax_job *job, struct cldn_rec *rec, u32 type,
			 void (*free)(struct cldn_rec *rec))
{
	rec->head.type = type;
	rec->head.req_id = job->id;
	rec->free = free;
}

/* A job in the table, PENDING; its module reference is put with its memory. */
static struct fax_job *fax_job_new(u64 id, kuid_t uid)
{
	struct fax_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);
	struct fax_job *next;

	lockdep_assert_held(&fax.lock);
	if (!job)
		return ERR_PTR(-ENOMEM);
	job->uid = uid;
	INIT_LIST_HEAD(&job->tickets);
	if (fax_tickets_of_job(job)) {
		kfree(job);
		return ERR_PTR(-ENOMEM);
	}
	__module_get(THIS_MODULE); /* the caller's file has one */
	kref_init(&job->ref);
	job->id = id;
	job->since_ns = ktime_get_ns();
	job->event = CLEARDOWN_FEI_JOB_QUEUED;
	fax_rec_init(job, &job->offer, CLEARDOWN_EV_FAX_OFFER, fax_offer_free);
	fax_rec_init(job, &job->change, CLEARDOWN_EV_FAX_JOB, fax_change_free);
	fax_rec_init(job, &job->remove, CLEARDOWN_EV_FAX_JOB, fax_remove_free);
	job->remove.head.p1 = CLEARDOWN_JC_DELETE;
	list_for_each_entry(next, &fax.jobs, node)
		if (next->id > id)
			break;
	list_add_tail(&job->node, &next->node);
	fax.njobs++;
	return job;
}

static unsigned int fax_jobs_of_user(kuid_t uid)
{
	struct fax_job *job;
	unsigned int n = 0;

	list_for_each_entry(job, &fax.jobs, node)
		n += uid_eq(job->uid, uid);
	return n;
}

struct fax_job *fax_job_find(u64 id)
{
	struct fax_job *job;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(job, &fax.jobs, node)
		if (job->id == id)
			return job;
	return NULL;
}

/* The job that has a call on the line, or NULL. */
struct fax_job *fax_job_of(const struct fax_line *fl)
{
	struct fax_job *job;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(job, &fax.jobs, node)
		if (job->line == fl && (job->state == CLEARDOWN_JS_INPROGRESS ||
					(job->state == CLEARDOWN_JS_DELETING && job->resume)))
			return job;
	return NULL;
}

static void fax_job_state(struct fax_job *job, u32 state)
{
	job->state = state;
	job->since_ns = ktime_get_ns();
}

/* The end: its id is dead. */
static void fax_job_over(struct fax_job *job)
{
	lockdep_assert_held(&fax.lock);
	list_del(&job->node);
	fax.njobs--;
	fax_event(job, job->line, CLEARDOWN_FEI_DELETED, NULL, FAX_DELETED);
	fax_tickets_end(job);
	fax_touch();
	fax_job_put(job);
}

/* ---- without a provider ---- */

/* The line's provider has ended: his jobs wait for the next one. */
void fax_jobs_orphan(struct fax_line *fl)
{
	u64 due = ktime_get_ns() + READ_ONCE(fax_adopt_ms) * (u64)NSEC_PER_MSEC;
	struct fax_job *job, *next;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry_safe(job, next, &fax.jobs, node) {
		if (job->line != fl)
			continue;
		if (job->state == CLEARDOWN_JS_DELETING) {
			fax_job_over(job);
			continue;
		}
		if (job->state == CLEARDOWN_JS_INPROGRESS)
			fax_job_state(job, CLEARDOWN_JS_RETRYING);
		job->line = NULL;
		job->due_ns = due;
	}
	fax_touch();
}

static void fax_job_offer(struct fax_job *job, struct fax_line *fl)
{
	job->line = fl;
	job->due_ns = 0;
	fax_job_post(job, &job->offer, FAX_REC_OFFER);
}

/* A provider begins: he is offered what nobody has taken yet. */
void fax_jobs_offer(struct fax_line *fl)
{
	struct fax_job *job;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(job, &fax.jobs, node)
		if (!job->line && !job->taken)
			fax_job_offer(job, fl);
}

/* When the first of the jobs is due; 0 = none is. */
u64 fax_jobs_next(void)
{
	struct fax_job *job;
	u64 next = 0;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(job, &fax.jobs, node)
		if (job->due_ns && (!next || job->due_ns < next))
			next = job->due_ns;
	return next;
}

/* Nobody has adopted it, or its provider does not end it. */
static void fax_job_give_up(struct fax_job *job)
{
	struct fax_line *fl = job->line;

	if (job->state == CLEARDOWN_JS_DELETING) {
		if (fl && job->resume && fl->held)
			fax_line_want(fl, FAX_WANT_GIVE);
	} else {
		fax_job_state(job, CLEARDOWN_JS_FAILED);
		fax_event(job, fl, CLEARDOWN_FEI_FATAL_ERROR, NULL, FAX_TERMINAL);
	}
	fax_job_over(job);
}

void fax_jobs_due(u64 now)
{
	struct fax_job *job, *next;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry_safe(job, next, &fax.jobs, node)
		if (job->due_ns && job->due_ns <= now)
			fax_job_give_up(job);
}

/* The provider is asked to end what he does for it; where nobody does anything it ends at once. */
static int fax_job_delete(struct fax_job *job)
{
	u32 was = job->state;

	if (was == CLEARDOWN_JS_DELETING)
		return -EINVAL;
	job->resume = was == CLEARDOWN_JS_INPROGRESS;
	fax_job_state(job, CLEARDOWN_JS_DELETING);
	fax_event(job, job->line, CLEARDOWN_FEI_ABORTING, NULL, FAX_TERMINAL);
	if (!job->line || !job->taken) {
		fax_job_over(job);
		return 0;
	}
	job->due_ns = ktime_get_ns() + READ_ONCE(fax_abort_ms) * (u64)NSEC_PER_MSEC;
	fax_job_post(job, &job->remove, FAX_REC_REMOVE);
	fax_touch();
	return 0;
}

/* ---- FaxSendDocument ---- */

static unsigned int fax_jobs_of_line(const struct fax_line *fl)
{
	struct fax_job *job;
	unsigned int n = 0;

	list_for_each_entry(job, &fax.jobs, node)
		n += job->line == fl;
	return n;
}

static bool fax_line_better(const struct fax_line *fl, const struct fax_line *best)
{
	unsigned int jobs = fax_jobs_of_line(fl);
	unsigned int others = fax_jobs_of_line(best);

	if (fax_available(fl) != fax_available(best))
		return fax_available(fl);
	return jobs != others ? jobs < others : fl->priority < best->priority;
}

/*
 * The best line for a job: one that can be had, with the fewest jobs, then by priority. @want: the
 * only one, 0 = any.
 */
static struct fax_line *fax_line_for(u64 want)
{
	struct fax_line *fl, *best = NULL;

	lockdep_assert_held(&fax.lock);
	list_for_each_entry(fl, &fax.lines, node) {
		if ((want && fl->dev->id != want) || !fax_provided(fl) ||
		    !(fl->flags & CLEARDOWN_FAX_PORT_SEND))
			continue;
		if (!best || fax_line_better(fl, best))
			best = fl;
	}
	return best;
}

static bool fax_line_exists(u64 id)
{
	struct fax_line *fl;

	list_for_each_entry(fl, &fax.lines, node)
		if (fl->dev->id == id)
			return true;
	return !id;
}

static struct file *fax_document(int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (S_ISREG(file_inode(file)->i_mode) && file->f_mode & FMODE_READ)
		return file;
	fput(file);
	return ERR_PTR(-EINVAL);
}

static int fax_send_check(const struct fax_handle *fh, const struct cleardown_fax_send *arg)
{
	if (fh->ended)
		return -EBADFD;
	if (!(fh->rights & CLEARDOWN_FAX_JOB_SUBMIT))
		return -EACCES;
	if (arg->__reserved || !fax_terminated(arg->number, sizeof(arg->number)) || !*arg->number ||
	    !fax_terminated(arg->args, sizeof(arg->args)))
		return -EINVAL;
	if (!fax_line_exists(arg->line))
		return -ENODEV;
	if (!fax_line_for(arg->line))
		return -ENOTCONN;
	return fax_jobs_of_user(fh->h.owner.uid) < READ_ONCE(fax_max_jobs) ? 0 : -ENOBUFS;
}

/* Takes over @file. */
static int fax_send_file(const struct fax_handle *fh, struct cleardown_fax_send *arg,
			 struct file *file)
{
	struct fax_job *job;

	job = fax_job_new((u64)fax.born << 32 | (fax.last + 1), fh->h.owner.uid);
	if (IS_ERR(job)) {
		fput(file);
		return PTR_ERR(job);
	}
	fax.last++;
	job->any = !arg->line;
	job->file = file;
	memcpy(job->number, arg->number, sizeof(job->number));
	memcpy(job->args, arg->args, sizeof(job->args));
	arg->out_job = job->id;
	fax_event(job, NULL, CLEARDOWN_FEI_JOB_QUEUED, NULL, FAX_NEWS);
	fax_job_offer(job, fax_line_for(arg->line));
	fax_touch();
	return 0;
}

/* CLEARDOWN_IOC_FAX_SEND */
int fax_send(struct cldn_handle *h, void *p)
{
	const struct fax_handle *fh = container_of(h, struct fax_handle, h);
	struct cleardown_fax_send *arg = p;
	struct file *file;
	int ret;

	guard(mutex)(&fax.lock);
	arg->out_job = 0;
	ret = fax_send_check(fh, arg);
	arg->out_status = fax_word(ret);
	if (ret)
		return ret;
	file = fax_document(arg->fd);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		arg->out_status = ret == -EBADF ? CLEARDOWN_ERROR_FILE_NOT_FOUND :
						  CLEARDOWN_ERROR_INVALID_DATA;
		return ret;
	}
	ret = fax_send_file(fh, arg, file);
	arg->out_status = fax_word(ret);
	return ret;
}

/* Its id is not known to who sent it: nobody would wait for it, or could end it. */
void fax_unsend(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_send *arg = p;
	struct fax_job *job;

	guard(mutex)(&fax.lock);
	job = fax_job_find(arg->out_job);
	if (job)
		fax_job_delete(job);
}

/* ---- FaxEnumJobs ---- */

static bool fax_job_waits(const struct fax_job *job)
{
	return job->state == CLEARDOWN_JS_PENDING || job->state == CLEARDOWN_JS_RETRYING;
}

static u32 fax_js(const struct fax_job *job)
{
	if (fax_job_waits(job) && (!job->line || !fax_available(job->line)))
		return job->state | CLEARDOWN_JS_NOLINE;
	return job->state;
}

void fax_job_fill(const struct fax_job *job, struct cleardown_fax_job *out)
{
	out->out_state = fax_js(job);
	out->out_job = job->id;
	out->out_line = job->line ? job->line->dev->id : 0;
	out->out_since_ns = job->since_ns;
	out->out_uid = from_kuid_munged(current_user_ns(), job->uid);
	out->out_flags = (job->taken ? CLEARDOWN_FAX_JOB_TAKEN : 0) |
			 (job->line ? 0 : CLEARDOWN_FAX_JOB_ORPHAN) |
			 (job->any ? CLEARDOWN_FAX_JOB_ANY_LINE : 0);
	out->out_pages = job->pages;
	out->out_event = job->event;
	memcpy(out->out_number, job->number, sizeof(out->out_number));
}

static bool fax_job_shown(struct cldn_handle *h, const struct fax_job *job)
{
	if (!h->member)
		return job->line == fax_line_of(h->dev);
	return fax_may(container_of(h, struct fax_handle, h), job);
}

static int fax_job_next_check(struct cldn_handle *h, const struct cleardown_fax_job *arg)
{
	if (arg->__reserved)
		return -EINVAL;
	if (!h->member)
		return fax_line_provided(h) ? 0 : -ENOTCONN;
	return container_of(h, struct fax_handle, h)->rights & CLEARDOWN_FAX_JOB_QUERY ? 0 :
											 -EACCES;
}

/* CLEARDOWN_IOC_FAX_JOB_NEXT */
int fax_job_next(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_job *arg = p;
	struct fax_job *job;
	int ret;

	if (fax_is_port(h))
		return -ENOTTY;
	guard(mutex)(&fax.lock);
	ret = fax_job_next_check(h, arg);
	arg->out_status = fax_word(ret);
	if (ret)
		return ret;
	list_for_each_entry(job, &fax.jobs, node)
		if (job->id > arg->after && fax_job_shown(h, job)) {
			fax_job_fill(job, arg);
			return 0;
		}
	return -ENOENT;
}

/* ---- FaxSetJob, FaxAbort ---- */

static int fax_job_pause(struct fax_job *job, bool pause)
{
	if (pause ? !fax_job_waits(job) : job->state != CLEARDOWN_JS_PAUSED)
		return -EBUSY;
	if (pause)
		job->resume = job->state;
	fax_job_state(job, pause ? CLEARDOWN_JS_PAUSED : job->resume);
	if (!test_bit(FAX_REC_CHANGE, &job->posted))
		job->change.head.p1 = pause ? CLEARDOWN_JC_PAUSE : CLEARDOWN_JC_RESUME;
	fax_job_post(job, &job->change, FAX_REC_CHANGE);
	return 0;
}

static int fax_job_do(struct fax_handle *fh, const struct cleardown_fax_job_set *arg)
{
	struct fax_job *job = fax_job_find(arg->job);

	if (fh->ended)
		return -EBADFD;
	if (!job || arg->__reserved)
		return -EINVAL;
	if (!fax_may(fh, job))
		return -EACCES;
	switch (arg->command) {
	case CLEARDOWN_JC_DELETE:
		return fax_job_delete(job);
	case CLEARDOWN_JC_PAUSE:
	case CLEARDOWN_JC_RESUME:
		return fax_job_pause(job, arg->command == CLEARDOWN_JC_PAUSE);
	default:
		return -EINVAL;
	}
}

/* CLEARDOWN_IOC_FAX_JOB_SET */
int fax_job_set(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_job_set *arg = p;
	int ret;

	guard(mutex)(&fax.lock);
	ret = fax_job_do(container_of(h, struct fax_handle, h), arg);
	arg->out_status = ret == -EBUSY ? CLEARDOWN_ERROR_BUSY : fax_word(ret);
	return ret;
}

/* ---- the provider's ---- */

/* CLEARDOWN_IOC_FAX_JOB_TAKE: until the caller knows his descriptor nothing has happened. */
struct file *fax_job_take(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_take *arg = p;
	struct fax_line *fl;
	struct fax_job *job;

	if (fax_is_port(h))
		return ERR_PTR(-ENOTTY);
	guard(mutex)(&fax.lock);
	fl = fax_line_provided(h);
	job = fl ? fax_job_find(arg->job) : NULL;
	if (!job || job->line != fl || !job->file || job->taking) {
		arg->out_status = fl ? CLEARDOWN_ERROR_INVALID_PARAMETER :
				       CLEARDOWN_ERROR_NOT_READY;
		return ERR_PTR(fl ? -ENOENT : -ENOTCONN);
	}
	job->taking = true;
	arg->out_status = 0;
	arg->out_uid = from_kuid_munged(current_user_ns(), job->uid);
	memcpy(arg->out_number, job->number, sizeof(arg->out_number));
	memcpy(arg->out_args, job->args, sizeof(arg->out_args));
	return get_file(job->file);
}

/* Who has ended meanwhile has lost the job: the next provider was offered it with its document. */
void fax_job_took(struct cldn_handle *h, void *p, bool known)
{
	struct cleardown_fax_take *arg = p;
	struct fax_job *job;

	guard(mutex)(&fax.lock);
	job = fax_job_find(arg->job);
	if (job && job->taking) {
		job->taking = false;
		if (known && job->line && job->line->provider == h) {
			fput(job->file);
			job->file = NULL;
			job->taken = true;
		}
	}
}

/* Any other start is an earlier one: no clock is asked, for it may have been set back since. */
static bool fax_earlier(u64 id)
{
	u64 born = id >> 32;

	return born && born <= FAX_BORN_MAX && born != fax.born && (u32)id;
}

/* A job of an earlier start of the machine, which only its provider's spool remembers. */
static int fax_job_again(struct fax_line *fl, struct cleardown_fax_adopt *arg, kuid_t uid)
{
	struct fax_job *job;

	if (!fax_earlier(arg->job))
		return -ENOENT;
	if (fax_jobs_of_user(uid) >= READ_ONCE(fax_max_jobs))
		return -ENOBUFS;
	job = fax_job_new(arg->job, uid);
	if (IS_ERR(job))
		return PTR_ERR(job);
	job->taken = true;
	job->any = true;
	job->line = fl;
	arg->out_state = fax_js(job);
	fax_start();
	fax_event(job, fl, CLEARDOWN_FEI_JOB_QUEUED, NULL, FAX_NEWS);
	fax_touch();
	return 0;
}

/* May it come to @fl from the line that has it? A change that nobody has read yet would be lost. */
static bool fax_job_moves(const struct fax_job *job, const struct fax_line *fl)
{
	const struct fax_line *from = job->line;

	if (!job->any || !job->taken || !fax_job_waits(job) || from == fl || fax_available(from))
		return false;
	return !test_bit(FAX_REC_CHANGE, &job->posted) && from->provider &&
	       uid_eq(from->provider->owner.uid, fl->provider->owner.uid);
}

static int fax_job_adopt_locked(struct fax_line *fl, struct cleardown_fax_adopt *arg)
{
	kuid_t uid = make_kuid(current_user_ns(), arg->uid);
	struct fax_job *job = fax_job_find(arg->job);

	if (!fl)
		return -ENOTCONN;
	if (!uid_valid(uid))
		return -EINVAL;
	if (!job)
		return fax_job_again(fl, arg, uid);
	if (!uid_eq(job->uid, uid))
		return -ENOENT;
	if (job->taking || (job->line && !fax_job_moves(job, fl)))
		return -EBUSY;
	if (job->file)
		fput(job->file);
	job->file = NULL;
	job->taken = true;
	job->line = fl;
	job->due_ns = 0;
	arg->out_state = fax_js(job);
	fax_touch();
	return 0;
}

/* CLEARDOWN_IOC_FAX_JOB_ADOPT */
int fax_job_adopt(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_adopt *arg = p;
	int ret;

	if (fax_is_port(h))
		return -ENOTTY;
	guard(mutex)(&fax.lock);
	ret = fax_job_adopt_locked(fax_line_provided(h), arg);
	arg->out_status = fax_word(ret);
	return ret;
}

/* ---- reports ---- */

#define FAX_FEI(event) BIT(CLEARDOWN_FEI_##event)
#define FAX_FAILURES                                                                         \
	(FAX_FEI(BUSY) | FAX_FEI(NO_ANSWER) | FAX_FEI(BAD_ADDRESS) | FAX_FEI(NO_DIAL_TONE) | \
	 FAX_FEI(DISCONNECTED) | FAX_FEI(FATAL_ERROR) | FAX_FEI(CALL_DELAYED) |              \
	 FAX_FEI(CALL_BLACKLISTED))
#define FAX_WAITING (BIT_ULL(CLEARDOWN_JS_PENDING) | BIT_ULL(CLEARDOWN_JS_RETRYING))

/**
 * struct fax_move - what a provider may report of a job
 * @from: BIT_ULL(CLEARDOWN_JS_*) of states before
 * @to: state after
 * @events: FAX_FEI() that lead there
 */
struct fax_move {
	u64 from;
	u32 to;
	u32 events;
};

static const struct fax_move fax_moves[] = {
	{ FAX_WAITING, CLEARDOWN_JS_INPROGRESS, FAX_FEI(DIALING) | FAX_FEI(SENDING) },
	{ BIT_ULL(CLEARDOWN_JS_INPROGRESS), CLEARDOWN_JS_INPROGRESS,
	  FAX_FEI(DIALING) | FAX_FEI(SENDING) | FAX_FEI(HANDLED) },
	{ BIT_ULL(CLEARDOWN_JS_INPROGRESS), CLEARDOWN_JS_COMPLETED, FAX_FEI(COMPLETED) },
	{ BIT_ULL(CLEARDOWN_JS_INPROGRESS), CLEARDOWN_JS_RETRYING, FAX_FAILURES },
	{ FAX_WAITING | BIT_ULL(CLEARDOWN_JS_INPROGRESS), CLEARDOWN_JS_FAILED, FAX_FAILURES },
	{ FAX_WAITING | BIT_ULL(CLEARDOWN_JS_INPROGRESS), CLEARDOWN_JS_RETRIES_EXCEEDED,
	  FAX_FAILURES },
	{ FAX_WAITING, CLEARDOWN_JS_PAUSED, FAX_FEI(JOB_QUEUED) },
	{ BIT_ULL(CLEARDOWN_JS_DELETING), CLEARDOWN_JS_DELETING, FAX_FEI(DELETED) },
};

static bool fax_move_legal(u32 from, const struct cleardown_fax_report *arg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fax_moves); i++)
		if (fax_moves[i].from & BIT_ULL(from) && fax_moves[i].to == arg->state &&
		    fax_moves[i].events & BIT(arg->event))
			return true;
	return false;
}

static bool fax_state_terminal(u32 state)
{
	return state == CLEARDOWN_JS_COMPLETED || state == CLEARDOWN_JS_FAILED ||
	       state == CLEARDOWN_JS_RETRIES_EXCEEDED;
}

static enum fax_kind fax_report_kind(const struct cleardown_fax_report *arg)
{
	if (fax_state_terminal(arg->state))
		return FAX_TERMINAL;
	return arg->state == CLEARDOWN_JS_INPROGRESS ? FAX_REPEATS : FAX_NEWS;
}

static int fax_report_job(struct fax_line *fl, const struct cleardown_fax_report *arg)
{
	struct fax_job *job = fax_job_find(arg->job);
	struct fax_job *other = fax_job_of(fl);
	bool call = job && (job == other || arg->state == CLEARDOWN_JS_INPROGRESS);

	if (!job || job->line != fl || !job->taken)
		return -ENOENT;
	if (!fax_move_legal(job->state, arg) || arg->pages < job->pages ||
	    (arg->state == CLEARDOWN_JS_INPROGRESS && other && other != job))
		return -EINVAL;
	if (arg->state == CLEARDOWN_JS_INPROGRESS && !fl->held)
		return -ENOTCONN;
	job->pages = arg->pages;
	job->event = arg->event;
	if (call) /* else the line may be in another one */
		fl->fps = CLEARDOWN_FPS_AVAILABLE;
	if (arg->event == CLEARDOWN_FEI_DELETED) {
		fax_job_over(job);
		return 0;
	}
	if (arg->state == CLEARDOWN_JS_PAUSED)
		job->resume = job->state;
	if (job->state != arg->state)
		fax_job_state(job, arg->state);
	if (arg->state == CLEARDOWN_JS_INPROGRESS)
		fl->fps = arg->event == CLEARDOWN_FEI_DIALING ? CLEARDOWN_FPS_DIALING :
								CLEARDOWN_FPS_SENDING;
	fax_event(job, fl, arg->event, arg, fax_report_kind(arg));
	if (fax_state_terminal(arg->state))
		fax_job_over(job);
	return 0;
}

/* What all CLEARDOWN_FPS_* have in common. */
#define FAX_FPS_BASE 0x20000000U

/**
 * struct fax_step - what a provider may report of a line
 * @event: enum cleardown_fei
 * @after: CLEARDOWN_FPS_* of which the line must have been told to be one, 0 = anything
 * @fps: CLEARDOWN_FPS_* that it is then
 */
struct fax_step {
	u32 event;
	u32 after;
	u32 fps;
};

static const struct fax_step fax_line_steps[] = {
	{ CLEARDOWN_FEI_RINGING, CLEARDOWN_FPS_AVAILABLE | CLEARDOWN_FPS_RINGING,
	  CLEARDOWN_FPS_RINGING },
	{ CLEARDOWN_FEI_ANSWERED, CLEARDOWN_FPS_AVAILABLE | CLEARDOWN_FPS_RINGING,
	  CLEARDOWN_FPS_ANSWERED },
	{ CLEARDOWN_FEI_RECEIVING, CLEARDOWN_FPS_ANSWERED | CLEARDOWN_FPS_RECEIVING,
	  CLEARDOWN_FPS_RECEIVING },
	{ CLEARDOWN_FEI_COMPLETED, CLEARDOWN_FPS_RECEIVING, CLEARDOWN_FPS_COMPLETED },
	{ CLEARDOWN_FEI_NOT_FAX_CALL, CLEARDOWN_FPS_ANSWERED, CLEARDOWN_FPS_NOT_FAX_CALL },
	{ CLEARDOWN_FEI_DISCONNECTED, CLEARDOWN_FPS_ANSWERED | CLEARDOWN_FPS_RECEIVING,
	  CLEARDOWN_FPS_DISCONNECTED },
	{ CLEARDOWN_FEI_FATAL_ERROR, CLEARDOWN_FPS_ANSWERED | CLEARDOWN_FPS_RECEIVING,
	  CLEARDOWN_FPS_FATAL_ERROR },
	{ CLEARDOWN_FEI_IDLE, 0, CLEARDOWN_FPS_AVAILABLE },
	{ CLEARDOWN_FEI_INITIALIZING, CLEARDOWN_FPS_AVAILABLE, CLEARDOWN_FPS_INITIALIZING },
};

static const struct fax_step *fax_line_step(u32 fps, u32 event)
{
	u32 low = fps & ~FAX_FPS_BASE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fax_line_steps); i++)
		if (fax_line_steps[i].event == event)
			return !fax_line_steps[i].after || fax_line_steps[i].after & low ?
				       &fax_line_steps[i] :
				       NULL;
	return NULL;
}

static int fax_report_line(struct fax_line *fl, const struct cleardown_fax_report *arg)
{
	const struct fax_step *step = fax_line_step(fl->fps, arg->event);

	if (!step || arg->state || fax_job_of(fl))
		return -EINVAL;
	if (!fl->held && arg->event != CLEARDOWN_FEI_IDLE)
		return -ENOTCONN;
	fl->fps = step->fps;
	fax_event(NULL, fl, arg->event, arg,
		  arg->event == CLEARDOWN_FEI_RINGING || arg->event == CLEARDOWN_FEI_RECEIVING ?
			  FAX_REPEATS :
			  FAX_NEWS);
	fax_touch();
	return 0;
}

/* CLEARDOWN_IOC_FAX_REPORT */
int fax_report(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_report *arg = p;
	struct fax_line *fl;
	int ret;

	if (fax_is_port(h))
		return -ENOTTY;
	guard(mutex)(&fax.lock);
	fl = fax_line_provided(h);
	if (!fl)
		ret = -ENOTCONN;
	else if (arg->__reserved || arg->event > CLEARDOWN_FEI_FAXSVC_STARTED ||
		 !fax_terminated(arg->remote, sizeof(arg->remote)))
		ret = -EINVAL;
	else
		ret = arg->job ? fax_report_job(fl, arg) : fax_report_line(fl, arg);
	arg->out_status = ret == -EINVAL ? CLEARDOWN_ERROR_INVALID_DATA : fax_word(ret);
	return ret;
}
