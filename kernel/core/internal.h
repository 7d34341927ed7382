/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to kernel/core: what its files know of each other. The locks and their order stand in
 * <cleardown/object.h>.
 */
#ifndef CLEARDOWN_INTERNAL_H
#define CLEARDOWN_INTERNAL_H

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/uidgid.h>
#include <cleardown/class.h>
#include <cleardown/hook.h>

/* An emergency fits in this, counted from the wish; see cldn_emergency_ns(). */
#define CLDN_EMERGENCY_NS (700 * NSEC_PER_MSEC)

/* A task that exits by itself waits at most this long for all its handles together. */
#define CLDN_EXIT_WAIT_NS (2 * NSEC_PER_SEC)
#define CLDN_MINORS 256
/* All are served in one go, with interrupts off, when a phone rings. */
#define CLDN_OBSERVERS 256
/* Requests whose time is up that end with interrupts off in one go. */
#define CLDN_EXPIRE_BATCH 64

/* Some hardware cannot be ended as fast; only a reboot and a suspend wait longer for it. */
static inline u64 cldn_emergency_ns(const struct cldn_device *dev)
{
	return READ_ONCE(dev->emergency_ns) ?: CLDN_EMERGENCY_NS;
}

/* ---- user.c: limits per user id ---- */

extern unsigned int cldn_max_ops;
extern unsigned int cldn_max_records;

enum cldn_limit { CLDN_LIMIT_HANDLES, CLDN_LIMIT_OPS, CLDN_LIMIT_RECORDS, CLDN_LIMITS };

struct cldn_user *cldn_user_get(kuid_t uid);
struct cldn_user *cldn_user_hold(struct cldn_user *user);
void cldn_user_put(struct cldn_user *user);
int cldn_charge(struct cldn_user *user, enum cldn_limit what);
void cldn_uncharge(struct cldn_user *user, enum cldn_limit what);

/* ---- event.c ---- */

/**
 * struct cldn_evq - an event queue
 * @ref: its file, each bound handle, each op submitted to it
 * @lock: everything below
 * @records: queued, oldest first
 * @unread: their number
 * @seq: number of the last record queued or dropped
 * @dropped: indications dropped
 * @orphan: the file is gone
 * @wait: readers
 * @reader: one at a time; the head stays queued while it is copied
 * @user: whose records these are, pinned
 */
struct cldn_evq {
	struct kref ref;
	spinlock_t lock; /* see above */
	struct list_head records;
	u32 unread;
	u64 seq;
	u64 dropped;
	bool orphan;
	wait_queue_head_t wait;
	struct mutex reader; /* see above */
	struct cldn_user *user;
};

extern const struct file_operations cldn_events_fops;
extern unsigned int cldn_event_limit;

struct cldn_evq *cldn_evq_from_fd(int fd);
struct cldn_evq *cldn_evq_get(struct cldn_evq *q);
void cldn_evq_put(struct cldn_evq *q);
void cldn_evq_wake(struct cldn_evq *q);
/* Consumes the record in any case. Caller holds h->lock and wakes q after dropping it. */
void cldn_post_locked(struct cldn_handle *h, struct cldn_evq *q, struct cldn_rec *rec);
/* No record of the handle after this; latches the queue's number. Caller holds h->lock. */
void cldn_gate_shut_locked(struct cldn_handle *h);
/* Queues what the handle's reader is owed, if anything. Caller holds h->lock. */
void cldn_owed_post_locked(struct cldn_handle *h);
/* Takes over the reference on @q, NULL = none, also on error. */
int cldn_handle_bind_queue(struct cldn_handle *h, struct cldn_evq *q, u64 cookie);
int cldn_handle_bind_events(struct cldn_handle *h, int fd, u64 cookie);

/* ---- op.c ---- */

int cldn_submit(struct cldn_handle *h, const struct cldn_opcode *code,
		const struct cleardown_submit *arg, struct cldn_op *op, u32 *status);
struct cldn_op *cldn_op_alloc(const struct cldn_opcode *code, u32 in_len);
void cldn_op_free(struct cldn_op *op);
const struct cldn_opcode *cldn_opcode_find(const struct cldn_class *class, u32 opcode);
int cldn_op_cancel(struct cldn_handle *h, u64 id);
void cldn_ops_end_queued(struct cldn_handle *h);

/* A read or write that must not sleep, by its own flag or its file's. */
static inline bool cldn_iocb_nowait(const struct kiocb *iocb)
{
	return iocb->ki_flags & IOCB_NOWAIT || iocb->ki_filp->f_flags & O_NONBLOCK;
}

/* ---- stream.c ---- */

int cldn_stream_init(struct cldn_stream *s, size_t size);
void cldn_stream_free(struct cldn_stream *s);
/* Worker: account for every byte that write(2) accepted; none of them leaves after this. */
void cldn_tx_settle(struct cldn_device *dev);
/* Worker: tell fsync callers what has left. */
void cldn_sync_run(struct cldn_device *dev);
ssize_t cldn_handle_read(struct kiocb *iocb, struct iov_iter *to);
ssize_t cldn_handle_write(struct kiocb *iocb, struct iov_iter *from);
/* flush: waits until what was accepted has left; ETIMEDOUT, EIO or EINTR when it did not. */
int cldn_handle_drain(struct cldn_handle *h);
int cldn_handle_fsync(struct file *file, loff_t start, loff_t end, int datasync);
__poll_t cldn_handle_poll(struct file *file, struct poll_table_struct *wait);

/* ---- handle.c ---- */

struct cldn_handle *cldn_handle_new(struct cldn_device *dev, bool observer);
int cldn_handle_open(struct cldn_device *dev, struct file *file);
int cldn_observer_open(struct cldn_device *dev, struct file *file);
/* 0 while requests are accepted, else EBADFD */
int cldn_handle_gate(struct cldn_handle *h);
/* What a handle answers that is not OPEN any more. */
int cldn_dead_error(struct cldn_handle *h);
int cldn_cancel_call(struct cldn_handle *h, u64 number);
void cldn_status_fill(struct cldn_device *dev, struct cleardown_status *st);

void cldn_handle_setup(struct cldn_handle *h, struct cldn_device *dev);
int cldn_handle_charge(struct cldn_handle *h, struct cldn_user *user);

/* ---- member.c ---- */

int cldn_member_open(struct cldn_device *dev, struct file *file);
int cldn_member_close(struct cldn_handle *h, struct cleardown_close *arg);

/* ---- close.c ---- */

struct cldn_ladder;
struct cldn_ladder *cldn_ladder_new(void);
int cldn_wish_raise(struct cldn_handle *h, struct cldn_wish wish, const struct cldn_who *who);
void cldn_close_run(struct cldn_device *dev);
int cldn_handle_close(struct cldn_handle *h, struct cleardown_close *arg);
bool cldn_close_answer(struct cldn_handle *h, struct cleardown_report_head *head);
void cldn_close_watchdog(struct work_struct *work);
void cldn_close_file_locked(struct cldn_handle *h, bool released);
bool cldn_handle_closed(struct cldn_handle *h);
bool cldn_draining_locked(struct cldn_handle *h);
struct cldn_wish cldn_wish_of(struct cldn_handle *h, u32 mode, u64 rel, u32 cause);
bool cldn_observer_end(struct cldn_handle *h);
void cldn_observer_gone(struct cldn_handle *h, u32 cause);

/* ---- release.c ---- */

int cldn_handle_release(struct inode *inode, struct file *file);
int cldn_handle_flush(struct file *file, fl_owner_t id);

/* ---- report.c ---- */

int cldn_report_init(void);
void cldn_report_exit(void);
void cldn_report_file(struct cleardown_report *report);
int cldn_report_next(struct cleardown_report *out, kuid_t uid, bool all);

/* ---- link.c ---- */

struct cldn_link_driver *cldn_link_driver_get(const char *name);

/* ---- device.c ---- */

extern struct mutex cldn_bind_mutex;
extern struct class *cldn_sysfs_class;
extern dev_t cldn_base;

int cldn_device_bind(struct cleardown_bind *arg);
int cldn_device_unbind(const char *name, u32 flags, char *text, size_t len);
int cldn_device_configure(const char *name, const char *args, char *text, size_t len);
int cldn_device_rebind(struct cleardown_rebind *arg);

/* settings.c */
void cldn_settings_set(struct cldn_device *dev, const char *args, const char *ident);
void cldn_settings_fill(struct cldn_device *dev, struct cleardown_list *arg);
int cldn_settings_check(const struct cldn_class *class, const struct cldn_link_driver *drv,
			const char *args, char *text, size_t len);
int cldn_settings_change(struct cldn_device *dev, const char *args, char *text, size_t len);
void cldn_device_unbind_driver(const struct cldn_link_driver *drv);
struct cldn_device *cldn_device_find(const char *name);
struct cldn_device *cldn_device_after(u64 id);
struct cldn_handle *cldn_device_owner(struct cldn_device *dev);
void cldn_device_put(struct cldn_device *dev);
void cldn_device_set_state_locked(struct cldn_device *dev, u32 state);
void cldn_device_set_free_locked(struct cldn_device *dev);
int cldn_devices_init(void);
void cldn_devices_exit(void);
int cldn_services_init(void);
void cldn_services_exit(void);
void cldn_siblings_regain(struct cldn_device *dev);
bool cldn_frozen(void);

/* ---- ctl.c, cdev.c, sysfs.c, debugfs.c, power.c ---- */

extern const struct file_operations cldn_ctl_fops;
extern const struct file_operations cldn_handle_fops;
extern const struct attribute_group *cldn_device_groups[];

long cldn_handle_ioctl(struct file *file, unsigned int cmd, unsigned long uarg);
void cldn_handle_fdinfo(struct seq_file *m, struct file *file);

/* copy_struct_from_user() of a sized struct, see DOC: Form of every call */
int cldn_copy_in(void *arg, u32 size, u32 min_size, const void __user *uarg);
int cldn_copy_out(const void *arg, u32 size, void __user *uarg);

void cldn_debugfs_init(void);
void cldn_debugfs_exit(void);
extern struct notifier_block cldn_pm_nb;
extern struct notifier_block cldn_reboot_nb;

int cldn_power_init(void);
void cldn_power_exit(void);

/* Live objects, exact; zero when nothing is bound, open or unread. */
enum cldn_count {
	CLDN_DEVICES,
	CLDN_HANDLES,
	CLDN_OPS,
	CLDN_QUEUES,
	CLDN_RECORDS,
	CLDN_USERS,
	CLDN_PARTS,
	CLDN_COUNTS
};

extern atomic_long_t cldn_live[CLDN_COUNTS];
/* What ever happened, for the stats file and the tests. */
enum cldn_stat {
	CLDN_ISSUED,
	CLDN_COMPLETED,
	CLDN_CLAIMS_LOST,
	CLDN_LATE,
	CLDN_DROPPED,
	CLDN_ORPHANED,
	CLDN_CLOSES,
	CLDN_REPORTS,
	CLDN_STUCK,
	CLDN_UNCLEAN,
	CLDN_STATS
};

extern atomic_long_t cldn_stat[CLDN_STATS];

static inline void cldn_count(enum cldn_count what, int n)
{
	atomic_long_add(n, &cldn_live[what]);
}

static inline void cldn_note(enum cldn_stat what)
{
	atomic_long_inc(&cldn_stat[what]);
}

static inline u64 cldn_now(void)
{
	return ktime_get_ns();
}

/* now + rel without wrapping; ~0 stays for ever */
static inline u64 cldn_after(u64 rel)
{
	u64 now = cldn_now();

	return rel > U64_MAX / 2 - now ? U64_MAX / 2 : now + rel;
}

#endif /* CLEARDOWN_INTERNAL_H */
