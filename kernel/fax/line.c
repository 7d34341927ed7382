// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fax line: a modem whose owner's file is the provider's. The bytes between them pass as they
 * are; the kernel only watches them, so that it knows how to end what the modem does.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "fax.h"

static unsigned int fax_line_deadline_ms = 10000;
module_param(fax_line_deadline_ms, uint, 0644);
MODULE_PARM_DESC(fax_line_deadline_ms, "default deadline of a fax provider's close");

/* How long DTR must have been low before the line is opened again. */
#define FAX_HOLD_MS 500

/* ---- what it is ---- */

/* True when jobs can be offered. */
bool fax_provided(const struct fax_line *fl)
{
	return fl->provider && READ_ONCE(fl->provider->state) == CLEARDOWN_STATE_OPEN;
}

bool fax_available(const struct fax_line *fl)
{
	return fax_provided(fl) && !fl->borrower && !fl->blocked;
}

u32 fax_fps(const struct fax_line *fl)
{
	if (fl->borrower || fl->blocked)
		return CLEARDOWN_FPS_UNAVAILABLE;
	if (!fax_provided(fl))
		return CLEARDOWN_FPS_OFFLINE;
	return fl->fps;
}

/* Off-hook, or about to be. */
bool fax_in_call(const struct fax_line *fl)
{
	if (!fl->held)
		return false;
	return READ_ONCE(fl->track.hook) == FAX_HOOK_OFF || fax_job_of(fl) ||
	       fl->fps == CLEARDOWN_FPS_ANSWERED || fl->fps == CLEARDOWN_FPS_RECEIVING;
}

static void fax_news_free(struct cldn_rec *rec)
{
	struct fax_line *fl = container_of(rec, struct fax_line, news);

	clear_bit(0, &fl->posted);
	put_device(&fl->dev->dev);
}

/* The provider is to look at the line, unless he has not read the last one yet. */
void fax_line_news(struct fax_line *fl)
{
	lockdep_assert_held(&fax.lock);
	if (!fl->provider || test_and_set_bit(0, &fl->posted))
		return;
	get_device(&fl->dev->dev);
	cldn_member_post(fl->provider, &fl->news);
}

void fax_line_want(struct fax_line *fl, u32 want)
{
	lockdep_assert_held(&fax.lock);
	fl->want = want;
	fl->result = -EINPROGRESS;
	cldn_device_kick(fl->dev, CLDN_EV_STATUS);
}

/* The line of a provider, by the owner's file, or NULL. */
struct fax_line *fax_line_provided(struct cldn_handle *h)
{
	struct fax_line *fl = fax_line_of(h->dev);

	lockdep_assert_held(&fax.lock);
	return !h->member && fl->provider == h && fax_provided(fl) ? fl : NULL;
}

/* ---- what the provider calls ---- */

/* CLEARDOWN_IOC_FAX_PROVIDE */
static int fax_provide(struct cldn_handle *h, void *p)
{
	struct cleardown_fax_provide *arg = p;
	struct fax_line *fl = fax_line_of(h->dev);
	int ret = 0;

	if (fax_is_port(h))
		return -ENOTTY;
	guard(mutex)(&fax.lock);
	if (h->observer)
		ret = -EPERM;
	else if (READ_ONCE(h->state) != CLEARDOWN_STATE_OPEN)
		ret = -EBADFD;
	else if (cldn_member_orphaned(h))
		ret = -EDESTADDRREQ;
	arg->out_status = fax_word(ret);
	if (ret || fl->provider == h)
		return ret;
	cldn_handle_get(h); /* put in fax_closed() */
	fl->provider = h;
	fl->fps = CLEARDOWN_FPS_AVAILABLE;
	fax_jobs_offer(fl);
	fax_touch();
	return 0;
}

static int fax_take_check(const struct fax_line *fl)
{
	if (!fl->provider)
		return -ENOTCONN;
	if (!fax.running)
		return -ENOTCONN;
	return fl->borrower ? -EBUSY : 0;
}

/* -EINPROGRESS: the worker does it. -EAGAIN: it gives the line back still, so wait first. */
static int fax_line_begin(struct cldn_handle *h, const struct cleardown_fax_line *arg)
{
	struct fax_line *fl = fax_line_of(h->dev);
	int ret;

	lockdep_assert_held(&fax.lock);
	if (arg->action == CLEARDOWN_FAX_LINE_ASK)
		return 0;
	if (h->observer)
		return -EPERM;
	if (arg->action == CLEARDOWN_FAX_LINE_TAKE) {
		ret = fax_take_check(fl);
		if (ret)
			return ret;
		if (fl->want == FAX_WANT_GIVE)
			return -EAGAIN;
		if (fl->held)
			return 0;
		fax_line_want(fl, FAX_WANT_TAKE);
		return -EINPROGRESS;
	}
	if (arg->action != CLEARDOWN_FAX_LINE_GIVE)
		return -EINVAL;
	if (!fl->held)
		return 0;
	fax_line_want(fl, FAX_WANT_GIVE);
	return -EINPROGRESS;
}

static bool fax_line_settled(struct fax_line *fl, struct cldn_handle *h)
{
	return READ_ONCE(fl->result) != -EINPROGRESS || READ_ONCE(h->state) != CLEARDOWN_STATE_OPEN;
}

/* -ERESTARTSYS: again, it finds what has happened meanwhile. */
static int fax_line_do(struct fax_line *fl, struct cldn_handle *h,
		       const struct cleardown_fax_line *arg)
{
	int ret, done;

	do {
		scoped_guard(mutex, &fax.lock)
			ret = fax_line_begin(h, arg);
		if (ret != -EINPROGRESS && ret != -EAGAIN)
			return ret;
		if (wait_event_interruptible(fl->dev->wq, fax_line_settled(fl, h)))
			return -ERESTARTSYS;
		done = READ_ONCE(fl->result);
		if (done == -EINPROGRESS)
			return -EBADFD;
	} while (ret == -EAGAIN);
	return done;
}

/* CLEARDOWN_IOC_FAX_LINE */
static int fax_line_call(struct cldn_handle *h, void *p)
{
	struct fax_line *fl = fax_line_of(h->dev);
	struct cleardown_fax_line *arg = p;
	int ret;

	if (fax_is_port(h))
		return -ENOTTY;
	ret = fax_line_do(fl, h, arg);
	if (ret == -ERESTARTSYS)
		return ret;
	guard(mutex)(&fax.lock);
	if (!ret && arg->action == CLEARDOWN_FAX_LINE_TAKE && !fl->held)
		ret = -EBUSY; /* it had to be yielded at once */
	arg->out_fps = fax_fps(fl);
	arg->out_held = fl->held;
	arg->out_running = fax.running;
	arg->out_status = fax_word(ret);
	return ret;
}

/* ---- the worker's turn ---- */

static void fax_line_result(struct fax_line *fl, int result)
{
	lockdep_assert_held(&fax.lock);
	fl->want = FAX_WANT_NOTHING;
	WRITE_ONCE(fl->result, result);
	wake_up_all(&fl->dev->wq);
	fax_touch();
}

/* The serial line is ours: what the modem is doing is not known. */
static void fax_taken(struct fax_line *fl)
{
	u32 dcd = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_DCD;

	memset(&fl->track, 0, sizeof(fl->track));
	if ((fl->dev->lines & dcd) == CLEARDOWN_LINE_VALID)
		fl->track.hook = FAX_HOOK_ON;
	fl->rx_len = 0;
	fl->rx_pos = 0;
	cldn_call_begin(fl->dev);
	cldn_data_begin(fl->dev);
}

/* A lower driver may be slow, so the lock is not held over its open. */
static void fax_take(struct fax_line *fl, int ret, u64 now)
{
	u64 hold = fl->dev->dtr_dropped_ns + FAX_HOLD_MS * NSEC_PER_MSEC;

	if (!ret && fl->dev->dtr_dropped_ns && now < hold) {
		cldn_wake_at(fl->dev, hold);
		return;
	}
	if (!ret && !fl->held) {
		fl->dev->dtr_dropped_ns = 0;
		ret = cldn_link_take(fl->dev);
		if (!ret)
			fax_taken(fl);
	}
	guard(mutex)(&fax.lock);
	fl->blocked = ret == -EBUSY && !fl->borrower;
	fl->held |= !ret;
	if (fl->want == FAX_WANT_TAKE)
		fax_line_result(fl, ret);
	else
		cldn_device_kick(fl->dev, CLDN_EV_STATUS); /* somebody wants it already */
}

/* A call that came in is over with its line. It was told to begin, so its end is told too. */
static void fax_call_cut(struct fax_line *fl)
{
	bool answered = fl->fps == CLEARDOWN_FPS_ANSWERED || fl->fps == CLEARDOWN_FPS_RECEIVING;

	lockdep_assert_held(&fax.lock);
	if (answered)
		fax_event(NULL, fl, CLEARDOWN_FEI_DISCONNECTED, NULL, FAX_NEWS);
	if (answered || fl->fps == CLEARDOWN_FPS_RINGING)
		fax_event(NULL, fl, CLEARDOWN_FEI_IDLE, NULL, FAX_NEWS);
}

/* Nothing of the provider's leaves any more; then the modem is brought on-hook. */
static void fax_give(struct fax_line *fl, u64 now)
{
	if (fl->held) {
		if (!fl->hang)
			cldn_data_end(fl->dev);
		if (!fax_hang_turn(fl, now))
			return;
		cldn_link_give(fl->dev);
		cldn_call_end(fl->dev);
	}
	guard(mutex)(&fax.lock);
	if (fl->held) {
		fax_call_cut(fl);
		fl->fps = CLEARDOWN_FPS_AVAILABLE;
	}
	fl->held = false;
	fax_line_result(fl, 0);
	fax_line_news(fl);
}

static void fax_wants(struct fax_line *fl, u64 now)
{
	u32 want;
	int ret;

	scoped_guard(mutex, &fax.lock) {
		want = fl->want;
		ret = fax_take_check(fl);
	}
	if (cldn_closing(fl->dev))
		return; /* the ladder has the line; fax_closed() answers */
	if (want == FAX_WANT_TAKE)
		fax_take(fl, ret, now);
	else if (want == FAX_WANT_GIVE)
		fax_give(fl, now);
}

/* The hook has changed, maybe: a call is a use of the service. */
void fax_track_changed(struct fax_line *fl, u8 hook)
{
	if (hook == fl->track.hook)
		return;
	guard(mutex)(&fax.lock);
	fax_touch();
}

/* Moves what was received to the reader as far as he has room; while we hang up nobody gets it. */
static void fax_receive(struct fax_line *fl)
{
	struct cldn_link *link = &fl->dev->link;
	u8 hook = fl->track.hook;
	u64 end = ktime_get_ns() + 4 * NSEC_PER_MSEC;

	do {
		if (fl->rx_pos == fl->rx_len) {
			fl->rx_pos = 0;
			fl->rx_len = link->drv->read(link, fl->rx, sizeof(fl->rx));
			fax_track_rx(&fl->track, fl->rx, fl->rx_len);
		}
		if (fl->hang || cldn_closing(fl->dev))
			fl->rx_pos = fl->rx_len;
		else
			fl->rx_pos +=
				cldn_rx_push(fl->dev, fl->rx + fl->rx_pos, fl->rx_len - fl->rx_pos);
	} while (fl->rx_len && fl->rx_pos == fl->rx_len && ktime_get_ns() < end);
	if (fl->rx_len && fl->rx_pos == fl->rx_len)
		cldn_device_kick(fl->dev, CLDN_LINK_RX);
	fax_track_changed(fl, hook);
}

/* CANCEL_CALL, by the provider's user or root: the line is given back. */
static void fax_cancelled(struct fax_line *fl)
{
	struct cldn_handle *h = fl->dev->owner;
	u64 call = READ_ONCE(h->cancel_call);

	if (!call)
		return;
	WRITE_ONCE(h->cancel_call, 0);
	guard(mutex)(&fax.lock);
	if (fl->held && call == fl->dev->call)
		fax_line_want(fl, FAX_WANT_GIVE);
}

/* Nobody waits so long at the other end of a fax: a call that was slept through is hung up. */
static void fax_resumed(struct fax_line *fl)
{
	guard(mutex)(&fax.lock);
	if (fax_in_call(fl))
		fax_line_want(fl, FAX_WANT_GIVE);
}

static void fax_run(struct cldn_device *dev, u32 events)
{
	struct fax_line *fl = fax_line_of(dev);
	u64 now = ktime_get_ns();

	if (dev->gone)
		return;
	if (fl->held) {
		if (events & CLDN_LINK_LINES)
			WRITE_ONCE(dev->lines, dev->link.drv->get_lines(&dev->link));
		fax_receive(fl);
		if (!fl->hang && !cldn_closing(dev))
			cldn_tx_pump(dev); /* an error of the link comes as GONE as well */
	}
	fax_cancelled(fl);
	if (events & CLDN_EV_RESUME)
		fax_resumed(fl);
	if (READ_ONCE(fl->want) != FAX_WANT_NOTHING)
		fax_wants(fl, now);
}

static void fax_sending(struct cldn_device *dev, const u8 *buf, size_t len)
{
	struct fax_line *fl = fax_line_of(dev);
	u8 hook = fl->track.hook;

	fax_track_tx(&fl->track, buf, len);
	fax_track_changed(fl, hook);
}

/* ---- a line that two classes share ---- */

static int fax_yield(struct cldn_device *dev, const struct cldn_device *by)
{
	struct fax_line *fl = fax_line_of(dev);

	guard(mutex)(&fax.lock);
	if (fl->borrower != by) {
		if (fax_in_call(fl))
			return -EBUSY;
		fl->borrower = by;
		fax_event(NULL, fl, CLEARDOWN_FEI_LINE_UNAVAILABLE, NULL, FAX_REPEATS);
		if (fl->held || fl->want == FAX_WANT_TAKE)
			fax_line_want(fl, FAX_WANT_GIVE);
		fax_line_news(fl);
	}
	return fl->held || fl->want != FAX_WANT_NOTHING ? -EINPROGRESS : 0;
}

static void fax_regain(struct cldn_device *dev, const struct cldn_device *by)
{
	struct fax_line *fl = fax_line_of(dev);

	guard(mutex)(&fax.lock);
	if (fl->borrower != by && !fl->blocked)
		return;
	fl->borrower = NULL;
	fl->blocked = false;
	fax_event(NULL, fl, CLEARDOWN_FEI_IDLE, NULL, FAX_REPEATS);
	fax_line_news(fl);
}

/* ---- the session ---- */

static int fax_admit(struct cldn_device *dev)
{
	struct fax_line *fl = fax_line_of(dev);

	return uid_eq(current_euid(), fl->provider_uid) || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static void fax_open(struct cldn_device *dev)
{
	struct fax_line *fl = fax_line_of(dev);

	memset(&fl->track, 0, sizeof(fl->track));
	fl->hang = 0;
	fl->had_call = false;
	fl->unanswered = false;
	scoped_guard(mutex, &fax.lock) {
		fl->want = FAX_WANT_NOTHING;
		fl->result = 0;
		fl->fps = CLEARDOWN_FPS_OFFLINE;
	}
	cldn_open_done(dev, 0);
}

/* The core has given the serial line back. */
static void fax_closed(struct cldn_device *dev)
{
	struct fax_line *fl = fax_line_of(dev);
	struct cldn_handle *h = NULL;

	scoped_guard(mutex, &fax.lock) {
		fax_call_cut(fl);
		fl->held = false;
		fl->hang = 0;
		fl->fps = CLEARDOWN_FPS_OFFLINE;
		swap(h, fl->provider);
		fax_jobs_orphan(fl);
		fax_line_result(fl, -EBADFD);
	}
	if (h)
		cldn_handle_put(h);
}

/* ---- bind ---- */

static const char *const fax_words[] = { "provider", NULL };

/* Finds provider=UID among the words of @args. */
static int fax_parse_args(struct fax_line *fl, const char *args, char *text, size_t len)
{
	const char *word, *end;
	char number[12] = "";
	u32 uid;

	for (word = args; *word; word = *end ? end + 1 : end) {
		end = strchrnul(word, ' ');
		if (strncmp(word, "provider=", 9))
			continue;
		word += 9;
		memcpy(number, word, min_t(size_t, end - word, sizeof(number) - 1));
		if (end - word >= sizeof(number) || kstrtou32(number, 10, &uid) ||
		    !uid_valid(make_kuid(current_user_ns(), uid))) {
			snprintf(text, len, "provider= is the number of a user");
			return -EINVAL;
		}
		fl->provider_uid = make_kuid(current_user_ns(), uid);
	}
	return 0;
}

static int fax_bind(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	struct fax_line *fl = kzalloc(sizeof(*fl), GFP_KERNEL);
	int ret;

	if (!fl)
		return -ENOMEM;
	fl->provider_uid = INVALID_UID;
	ret = fax_parse_args(fl, args ?: "", text, len);
	if (ret) {
		kfree(fl);
		return ret;
	}
	INIT_LIST_HEAD(&fl->node);
	fl->dev = dev;
	fl->fps = CLEARDOWN_FPS_OFFLINE;
	fl->flags = CLEARDOWN_FAX_PORT_SEND;
	fl->rings = 2;
	fl->priority = 1;
	fl->news.head.type = CLEARDOWN_EV_FAX_LINE;
	fl->news.free = fax_news_free;
	dev->class_data = fl;
	return 0;
}

static int fax_bound(struct cldn_device *dev, char *text, size_t len)
{
	scoped_guard(mutex, &fax.lock)
		list_add_tail(&fax_line_of(dev)->node, &fax.lines);
	return 0;
}

static void fax_unbinding(struct cldn_device *dev)
{
	guard(mutex)(&fax.lock);
	list_del_init(&fax_line_of(dev)->node);
}

static void fax_force(struct cldn_device *dev)
{
	guard(mutex)(&fax.lock);
	fax_ports_end(fax_line_of(dev));
}

static void fax_unbind(struct cldn_device *dev)
{
	kfree(dev->class_data);
	dev->class_data = NULL;
}

static const struct cldn_ioctl fax_line_ioctls[] = {
	FAX_CALL(PORT, struct cleardown_fax_port, fax_port, out_word),
	FAX_CALL(RIGHTS, struct cleardown_fax_rights, fax_rights, out_status),
	FAX_CALL(LINE, struct cleardown_fax_line, fax_line_call, out_status),
	FAX_CALL(PROVIDE, struct cleardown_fax_provide, fax_provide, out_status),
	FAX_CALL(JOB_NEXT, struct cleardown_fax_job, fax_job_next, out_status),
	FAX_CALL(JOB_ADOPT, struct cleardown_fax_adopt, fax_job_adopt, out_status),
	FAX_CALL(REPORT, struct cleardown_fax_report, fax_report, out_status),
	{ .cmd = CLEARDOWN_IOC_FAX_JOB_TAKE,
	  .size = sizeof(struct cleardown_fax_take),
	  .min_size = sizeof(struct cleardown_fax_take),
	  .file = fax_job_take,
	  .filed = fax_job_took,
	  .fd = offsetof(struct cleardown_fax_take, out_fd),
	  .word = offsetof(struct cleardown_fax_take, out_status) },
};

const struct cldn_class cldn_fax_class = {
	.id = CLEARDOWN_CLASS_FAX,
	.name = "fax",
	.mode = 0660,
	CLDN_WIN32_WORDS,
	.words = fax_words,
	.ioctls = fax_line_ioctls,
	.nioctls = ARRAY_SIZE(fax_line_ioctls),
	.steps = fax_steps,
	.nsteps = FAX_NSTEPS,
	.on_demand = true,
	.release_ms = 50,
	.deadline_ms = &fax_line_deadline_ms,
	.admit = fax_admit,
	.sending = fax_sending,
	.yield = fax_yield,
	.regain = fax_regain,
	.bound = fax_bound,
	.unbinding = fax_unbinding,
	.force = fax_force,
	.bind = fax_bind,
	.unbind = fax_unbind,
	.open = fax_open,
	.run = fax_run,
	.step_begin = fax_step_begin,
	.step_run = fax_step_run,
	.summary = fax_summary,
	.closed = fax_closed,
};
