// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a file goes: flush notes who let go, release judges who runs it, raises the wish and waits
 * according to that. It never runs the ladder.
 *
 *   caller of release                      wish        waits
 *   kernel thread (io_uring fixed files,   emergency;  never
 *     SCM_RIGHTS collector, delayed fput)  orderly if a living task let go last
 *   dying of a signal                      emergency   uninterruptibly, 700 ms for all its handles
 *   dying otherwise (exit)                 orderly     uninterruptibly, 2 s for all its handles
 *   living (close(2), exec)                orderly     killably to the deadline, then judged again
 */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include "internal.h"

enum cldn_closer {
	CLDN_CLOSER_KTHREAD,
	CLDN_CLOSER_KILLED,
	CLDN_CLOSER_EXITING,
	CLDN_CLOSER_LIVING
};

static enum cldn_closer cldn_closer_kind(void)
{
	if (current->flags & PF_KTHREAD)
		return CLDN_CLOSER_KTHREAD;
	if (!(current->flags & PF_EXITING) && !fatal_signal_pending(current))
		return CLDN_CLOSER_LIVING;
	return current->signal->group_exit_code & 0x7f ? CLDN_CLOSER_KILLED : CLDN_CLOSER_EXITING;
}

/*
 * A dying task with many handles waits once, not once per handle: its waits are counted from its
 * first release. The few slots are enough for tasks that die at the same time; who finds his slot
 * reused merely starts counting again.
 */
struct cldn_dying {
	const struct task_struct *task; /* compared only */
	u64 born;
	u64 first_ns;
};

static struct cldn_dying cldn_dying[64];
static DEFINE_SPINLOCK(cldn_dying_lock);
static unsigned int cldn_dying_next;

static u64 cldn_first_release(void)
{
	u64 now = cldn_now();
	unsigned int i;

	guard(spinlock)(&cldn_dying_lock);
	for (i = 0; i < ARRAY_SIZE(cldn_dying); i++)
		if (cldn_dying[i].task == current && cldn_dying[i].born == current->start_boottime)
			return cldn_dying[i].first_ns;
	i = cldn_dying_next++ % ARRAY_SIZE(cldn_dying);
	cldn_dying[i] = (struct cldn_dying){ current, current->start_boottime, now };
	return now;
}

static void cldn_wait_dying(struct cldn_handle *h, u64 limit_ns)
{
	u64 end = cldn_first_release() + limit_ns;
	u64 now = cldn_now();

	if (end > now)
		wait_event_timeout(h->wq, cldn_handle_closed(h), nsecs_to_jiffies(end - now) + 1);
}

static void cldn_release_raise(struct cldn_handle *h, bool emergency, u32 cause,
			       const struct cldn_who *who)
{
	struct cldn_wish wish = cldn_wish_of(h, CLEARDOWN_MODE_ORDERLY, h->deadline_ns, cause);

	if (h->flush_end_ns) /* its flush has used part of the time, or all of it */
		wish.deadline_ns = min(wish.deadline_ns, h->flush_end_ns);
	if (emergency)
		wish.mode = CLEARDOWN_MODE_EMERGENCY;
	wish.detail = who->signal;
	wish.file = true;
	cldn_wish_raise(h, wish, who);
}

static void cldn_release_dying(struct cldn_handle *h)
{
	bool killed = cldn_closer_kind() == CLDN_CLOSER_KILLED;
	struct cldn_who who;

	cldn_who_current(&who);
	cldn_release_raise(h, killed, CLEARDOWN_CAUSE_OWNER_DIED, &who);
	cldn_wait_dying(h, killed ? CLDN_EMERGENCY_NS : CLDN_EXIT_WAIT_NS);
}

static void cldn_release_living(struct cldn_handle *h)
{
	struct cldn_who who;

	cldn_who_current(&who);
	cldn_release_raise(h, false, CLEARDOWN_CAUSE_LOCAL_USER, &who);
	if (wait_event_killable(h->wq, cldn_handle_closed(h)))
		cldn_release_dying(h);
}

/* Runs in a worker of the kernel's: whoever waits for that worker must not wait for us. */
static void cldn_release_kthread(struct cldn_handle *h)
{
	bool living = h->flusher.pid && !h->flusher.signal;

	cldn_release_raise(h, !living,
			   living ? CLEARDOWN_CAUSE_LOCAL_USER : CLEARDOWN_CAUSE_OWNER_DIED,
			   &h->flusher);
}

int cldn_handle_release(struct inode *inode, struct file *file)
{
	struct cldn_handle *h = file->private_data;

	if (h->observer) {
		cldn_observer_end(h);
	} else if (!cldn_handle_closed(h)) {
		cldn_note(CLDN_UNCLEAN);
		switch (cldn_closer_kind()) {
		case CLDN_CLOSER_KTHREAD:
			cldn_release_kthread(h);
			break;
		case CLDN_CLOSER_LIVING:
			cldn_release_living(h);
			break;
		default:
			cldn_release_dying(h);
		}
	}
	cldn_handle_put(h); /* the file's */
	return 0;
}

/*
 * Every close of any duplicate comes here, only the last one to release. It changes no state; but
 * whoever lives and closes what he has printed to waits for the printer, and is told.
 */
int cldn_handle_flush(struct file *file, fl_owner_t id)
{
	struct cldn_handle *h = file->private_data;
	struct cldn_who who;

	if (current->flags & PF_KTHREAD)
		return 0;
	cldn_who_current(&who);
	scoped_guard(spinlock_irqsave, &h->lock)
		h->flusher = who;
	if (!h->dev->class->documents || h->observer || current->in_execve ||
	    cldn_closer_kind() != CLDN_CLOSER_LIVING)
		return 0;
	return cldn_handle_drain(h);
}
