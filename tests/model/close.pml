/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The close protocol of a handle, as kernel/core speaks it, for the SPIN model checker: one handle,
 * its device, its requests and its event queue, and everybody who can touch them at the same time.
 * scripts/model runs it; README.md says what it covers and what it leaves out.
 *
 * Who takes part, and where his code is:
 *
 *   worker      the device's thread    cldn_device_run(), class->run, cldn_close_run() and below
 *   closer      CLOSE, one or two      cldn_handle_close(), cldn_close_wait()
 *   submitter   SUBMIT, CANCEL         cldn_submit(), cldn_op_cancel()
 *   interrupt   another executor       cldn_op_complete() from any context
 *   fatal       SIGKILL for the owner  fatal_signal_pending() in the waits of CLOSE and open
 *   releaser    the file goes          cldn_handle_release()
 *   admin       unbind, reboot         cldn_device_force(), cldn_raise_emergency()
 *   unplug      the hardware goes      cldn_link_event(CLDN_LINK_GONE), cldn_device_gone()
 *   watchdog    its delayed work       cldn_close_watchdog()
 *   clock       time                   jiffies, and the timer of the delayed work
 *   reader      of the event queue     cldn_events_read(), cldn_events_release()
 *   opener      the open before        cldn_handle_open(), cldn_open_run(), cldn_open_fail()
 *   taker       the open after         cldn_take_wait()
 *
 * How it is written down:
 *
 * - A critical section of dev->lock, h->lock or q->lock is one step: d_step, or atomic where a jump
 *   leads to it or out of it. What the code does unlocked is a step for each access to something
 *   shared, so that all interleavings are seen. Two such steps are one only where nobody can tell
 *   the difference, and then a comment says why.
 * - Members have their names of the code: h.state is h->state, l is h->ladder, q is h->evq. What
 *   only the worker uses (dev->link_open, dev->gone, the ladder's step) are its local variables,
 *   which keeps the search small. An inline has the name of the function that it stands for.
 * - A sleeper is a bit in a wait queue. wait_event() sets the bit, then looks, then sleeps until
 *   the bit is clear; wake_up_all() clears them all. So a wake-up that is missing, or that comes
 *   before the sleeper has queued himself, ends in a deadlock, and the verifier reports it.
 * - Time has three values. A wish's deadline is NEAR or FAR, and is over when the clock says so;
 *   without WATCHDOG there is no clock, and every deadline may be over at any moment.
 * - The lower driver may keep the worker, for some time or for ever, in the rung that drops DTR and
 *   in its own close. That a run of the worker takes longer than a run may take, the watchdog can
 *   believe whenever there is one, and must when a driver has the worker.
 * - The class's ladder has three rungs, as different as rungs can be: one for DRAIN only, a polite
 *   one, and one that touches the hardware in every mode but GONE and has a reserve of time.
 *
 * The ghosts are what the promises are measured by; nobody acts on them. "PR-n" before an assert
 * names the promise that it speaks for. T(name) marks a transition of transitions.h.
 *
 * All of them together are too many to be searched, so a configuration (-D, see scripts/model) says
 * who takes part; each is searched exhaustively. -DBUG_name seeds a mistake that must be found.
 */

#ifndef OPS
#define OPS 1
#endif
#ifndef ACCEPTED
#define ACCEPTED 0
#endif
#ifndef CLOSERS
#define CLOSERS 1
#endif

/* ---- what the code has ---- */

mtype = { IDLE, OPENING, OPEN, CLOSING, CLOSED, STUCK, GONE }; /* enum cleardown_state */
mtype = { NEW, QUEUED, STARTED, DONE }; /* op->state */
mtype = { NOWHERE, ON_QUEUED, ON_STARTED }; /* the list that op->node is on */
mtype = { OK, EALREADY, EBADFD }; /* of cldn_wish_raise() */

/* enum cleardown_mode; numbers, because they are compared */
#define MODE_NONE 0
#define MODE_DRAIN 1
#define MODE_ORDERLY 2
#define MODE_ABORT 3
#define MODE_EMERGENCY 4
#define MODE_GONE 5

/* What the clock shows, and what a deadline or an alarm can be set to. */
#define AT_ONCE 0
#define NEAR 1
#define FAR 2
#define NO_TIME 3

/* The rungs of the class's ladder. */
#define DRAIN_OPS 0
#define DRAIN_DATA 1
#define DTR 2
#define NSTEPS 3

typedef handle {
	mtype state;
	byte mode; /* of h->wish, as the two that follow */
	byte deadline;
	bit forced; /* not by the owner himself: he gets PHONE_CLOSE */
	byte nops;
	bit gate_open;
	byte seq_at_return;
	bit late;
	byte wq
}

typedef device {
	mtype state;
	bit owner; /* dev->owner is the handle */
	byte wq;
	bit queued; /* dev->work is */
	bit gone_event; /* CLDN_LINK_GONE in dev->events; the other bits are for the trace */
	bit running; /* dev->run_since_ns is not 0 */
	byte alarm /* when dev->watchdog is due */
}

typedef ladder {
	bit silenced;
	bit silent
}

typedef evq {
	byte seq;
	bit orphan;
	bit wait /* the reader is in it */
}

typedef request {
	mtype state;
	mtype list;
	bit accepted;
	byte recs /* ghost: its completion records, queued or thrown away with the queue's file */
}

handle h;
device dev;
ladder l;
evq q;
request op[OPS];
byte now;

/* Who sleeps in h->wq or dev->wq. */
#define CLOSER(n) (1 << (n))
#define RELEASER 4
#define WORKER 8
#define WATCHDOG_WORK 16
#define OPENER 32
#define TAKER 64

/* What happens around it. */
bit in_driver; /* the worker is kept there */
bit away; /* the hardware is unplugged */
bit live; /* the link may call back: between its open and its shut */
bit killed; /* the owner has a fatal signal */
bit indicated; /* the class has said the one thing that it has to say */
byte users; /* calls that hold the owner's file */

/* Ghosts. */
byte highest; /* mode that was ever wished, before the handle was CLOSED */
byte nearest = NO_TIME; /* deadline, likewise */
byte claims; /* CLOSE calls that claimed */
byte close_recs; /* PHONE_CLOSE, posted */
byte reports; /* filed */
bit report_released; /* what the last one says */
bit was_stuck;
bit hw; /* the hardware is taken */

/* ---- marks ---- */

c_decl {
#define TRANSITION(name) T_##name,
enum {
#include "transitions.h"
	TRANSITIONS
};
#undef TRANSITION
#define TRANSITION(name) #name,
static const char *const transitions[] = {
#include "transitions.h"
};
#undef TRANSITION
static unsigned char walked[TRANSITIONS];

static void tell_walked(void)
{
	int i;

	for (i = 0; i < TRANSITIONS; i++)
		if (walked[i])
			printf("walked %s\n", transitions[i]);
}

static void walk(int transition)
{
	static int told;

	if (!told)
		atexit(tell_walked);
	told = 1;
	walked[transition] = 1;
}
}

/* Not part of the state: it costs nothing, and the verifier prints the list when it is done. */
#define T(name) c_code { walk(T_##name); }

/* ---- mistakes ---- */

#if defined(BUG_SUBMIT_UNLOCKED) || defined(BUG_TWO_CLAIMS) || defined(BUG_ALARM_STALE) || \
	defined(BUG_ALARM_AGAIN)
byte unlocked[12]; /* what a process has seen before the lock, or takes along behind it */
#endif

#ifdef BUG_SUBMIT_UNLOCKED
#define ADMITS unlocked[_pid]
#else
#define ADMITS (h.state == OPEN)
#endif

#ifdef BUG_TWO_CLAIMS
#define CLAIMABLE (h.state == OPEN || unlocked[_pid])
#else
#define CLAIMABLE (h.state == OPEN)
#endif

/* ---- waiting and waking ---- */

inline wait_event(wait_queue, me, condition)
{
	do
#ifdef BUG_CHECK_BEFORE_SLEEP
	:: condition -> break
	:: else -> wait_queue = wait_queue | me; !(wait_queue & me)
#else
	:: d_step { wait_queue = wait_queue | me }
		if
		:: d_step { condition; wait_queue = wait_queue & ~me } break
		:: else -> !(wait_queue & me)
		fi
#endif
	od
}

/* In the code the event's bit comes first, then the work. Until then nobody looks at the bit. */
inline cldn_device_kick()
{
	dev.queued = true
}

/* ---- events ---- */

/* Records by number: the requests' completions, then these. */
#define REC_PHONE_CLOSE OPS
#define REC_INDICATION (OPS + 1)
#define RECS (OPS + 2)

#ifdef READER
chan records = [RECS] of { byte };
byte consumed[RECS]; /* ghost: how often it was read or thrown away */
#endif

inline queue_record(r)
{
	/* PR-3 */
	assert(h.gate_open && !l.silent);
	q.seq++;
	T(record_queued)
#ifdef READER
	records!r
#endif
}

/* The caller has h->lock, as everywhere where a name ends in _locked. */
inline cldn_post_locked(r)
{
	if
#ifndef BUG_GATE_NOT_TESTED
	:: !h.gate_open -> h.late = true; T(late_event_counted)
#endif
	:: else ->
		if
		:: q.orphan -> T(record_orphaned)
		:: else -> queue_record(r)
		fi
	fi
}

inline cldn_gate_shut_locked()
{
	/* PR-3: the number is latched once */
	assert(!l.silent);
	h.gate_open = false;
	h.seq_at_return = q.seq;
	T(gate_shut)
}

inline cldn_evq_wake()
{
#ifdef READER
	q.wait = false
#else
	skip
#endif
}

inline cldn_indicate()
{
	d_step {
		indicated = true;
		cldn_post_locked(REC_INDICATION)
	}
	cldn_evq_wake()
}

/* ---- requests ---- */

#define UNFINISHED(n) (op[n].state == QUEUED || op[n].state == STARTED)

/* The first request on a list that is not in state @but; OPS when there is none. */
inline first_on(where, but, n)
{
	n = 0;
	do
	:: n < OPS && (op[n].list != where || op[n].state == but) -> n++
	:: else -> break
	od
}

/* An executor makes up his mind; until he claims, somebody else can. */
inline pick_started(n)
{
	if
	:: op[0].state == STARTED -> n = 0
	:: op[1 % OPS].state == STARTED -> n = 1 % OPS
	:: op[2 % OPS].state == STARTED -> n = 2 % OPS
	fi
}

inline cldn_op_finish_locked(n)
{
	/* PR-1 */
	assert(op[n].accepted && op[n].list != NOWHERE && op[n].recs == 0);
	op[n].list = NOWHERE;
	op[n].recs++;
	h.nops--;
	/* PR-2: a completion never meets the shut gate */
	assert(h.gate_open);
	cldn_post_locked(n);
#ifndef BUG_MISSED_WAKEUP
	if
	:: h.nops == 0 -> h.wq = 0
	:: else
	fi
#endif
}

/* Who completes it, for the marks. */
#define BY_WORKER 0
#define BY_INTERRUPT 1
#define BY_CLOSE 2

inline cldn_op_complete(n, won, by)
{
	/* cldn_op_claim(): compare and swap */
	d_step {
		won = op[n].state != DONE;
		op[n].state = DONE;
		if
		:: won
		:: else ->
			T(claim_lost);
#ifdef BUG_DOUBLE_COMPLETION
			won = true
#else
			n = 0
#endif
		fi
	}
	if
	:: d_step {
		won;
		cldn_op_finish_locked(n);
		if
		:: by == BY_WORKER -> T(op_completed_by_worker)
		:: by == BY_INTERRUPT -> T(op_completed_by_interrupt)
		:: by == BY_CLOSE -> T(op_ended_by_close)
		fi;
		n = 0;
		won = false
	   }
		cldn_evq_wake()
	:: else
	fi
}

/* What was accepted goes on in mode DRAIN as long as the first rung lasts. */
#define DRAINING (h.mode == MODE_DRAIN && step == DRAIN_OPS)

inline cldn_submit(n)
{
#ifdef BUG_SUBMIT_UNLOCKED
	unlocked[_pid] = h.state == OPEN;
#endif
	d_step {
		if
		:: !ADMITS -> T(submit_refused_closing)
		:: ADMITS && q.orphan -> T(submit_refused_orphan)
		:: else ->
			/* PR-9: nothing is accepted after the claim */
			assert(highest == MODE_NONE);
			op[n].state = QUEUED;
			op[n].list = ON_QUEUED;
			op[n].accepted = true;
			h.nops++;
			T(submit_accepted)
		fi
	}
	if
	:: d_step { op[n].accepted; cldn_device_kick() }
	:: else
	fi
}

inline cldn_op_cancel(n)
{
	d_step {
		if
		:: op[n].list != NOWHERE && op[n].state == QUEUED ->
			op[n].state = DONE;
			cldn_op_finish_locked(n);
			T(op_cancelled_queued)
		:: op[n].list != NOWHERE && op[n].state == STARTED -> T(op_cancelled_started)
		:: else /* ENOENT, EBADFD, or claimed by somebody else */
		fi
	}
	cldn_evq_wake();
	cldn_device_kick()
}

/* @none when nothing is queued, or nothing may be started any more. */
inline cldn_op_next(n, none)
{
	first_on(ON_QUEUED, NEW, n);
	if
	:: n < OPS && op[n].state == QUEUED && (h.state == OPEN || DRAINING) ->
		op[n].state = STARTED;
		op[n].list = ON_STARTED;
		if
		:: h.state == OPEN -> T(op_started)
		:: else -> T(op_started_draining)
		fi
	:: else ->
		none = true;
		if
		:: n < OPS && op[n].state == QUEUED -> T(op_next_refused)
		:: else
		fi
	fi;
	n = 0
}

inline cldn_ops_end_queued(n)
{
	do
	:: atomic {
		first_on(ON_QUEUED, NEW, n);
		if
		:: n < OPS && op[n].state == QUEUED ->
			op[n].state = DONE;
			cldn_op_finish_locked(n);
			T(op_ended_unstarted);
			n = 0
		:: else -> n = 0; break /* none, or the watchdog has claimed it */
		fi
	   }
	od;
	cldn_evq_wake()
}

inline cldn_op_unclaimed(n)
{
	first_on(ON_STARTED, DONE, n);
	if
	:: n == OPS -> first_on(ON_QUEUED, DONE, n)
	:: else
	fi
}

inline cldn_ops_end_all(me, n, won)
{
	do
	:: atomic {
		cldn_op_unclaimed(n);
		if
		:: n == OPS -> n = 0; break
		:: else
		fi
	   }
		cldn_op_complete(n, won, BY_CLOSE)
	od;
#ifndef BUG_LOST_OP
	/* who won a claim before us is between two instructions */
	wait_event(h.wq, me, h.nops == 0)
#endif
}

/* ---- the wish ---- */

inline cldn_wish_first_locked(wished, until, by_force)
{
	h.state = CLOSING;
	h.mode = wished;
	h.deadline = until;
	h.forced = by_force;
	dev.state = CLOSING;
	T(wish_first)
}

inline cldn_wish_again_locked(wished, until)
{
	if
	:: wished <= h.mode && until >= h.deadline -> T(wish_kept)
	:: else
	fi;
	if
#ifdef BUG_WISH_LOWERED
	:: true -> h.mode = wished
#else
	:: wished > h.mode -> h.mode = wished; T(wish_raised)
	:: else
#endif
	fi;
	if
	:: until < h.deadline -> h.deadline = until; T(wish_nearer)
	:: else
	fi
}

/*
 * The part of cldn_wish_raise() that is under dev->lock. The alarm is set under it as well: else
 * who raised first could set it last, to his own, later time.
 */
inline cldn_wish_raise_locked(wished, until, by_force, ret)
{
	d_step {
		if
		:: h.state == CLOSED -> ret = EBADFD; T(wish_after_closed)
		:: h.state != CLOSED && CLAIMABLE ->
			ret = OK;
			cldn_wish_first_locked(wished, until, by_force)
		:: else -> ret = EALREADY; cldn_wish_again_locked(wished, until)
		fi;
		if
		:: ret != EBADFD ->
#ifdef BUG_ALARM_STALE
			unlocked[_pid] = h.deadline;
#else
			dev.alarm = h.deadline;
#endif
			highest = (wished > highest -> wished : highest);
			nearest = (until < nearest -> until : nearest);
			assert(h.mode == highest && h.deadline == nearest)
		:: else
		fi
	}
}

inline cldn_wish_wake(ret)
{
#ifdef BUG_ALARM_STALE
	if
	:: d_step {
		ret != EBADFD;
		dev.alarm = unlocked[_pid];
		/* PR-5: the watchdog comes for the nearest deadline */
		assert(dev.alarm <= h.deadline)
	   }
	:: else
	fi;
#endif
	if
	:: d_step {
		ret != EBADFD;
		dev.wq = 0;
#ifndef BUG_NO_KICK
		cldn_device_kick()
#endif
	   }
	:: else
	fi
}

inline cldn_wish_raise(wished, until, by_force, ret)
{
	cldn_wish_raise_locked(wished, until, by_force, ret);
	cldn_wish_wake(ret)
}

/* ---- silence ---- */

inline cldn_post_close()
{
	atomic {
		if
#ifndef WITH_OPEN /* nobody has bound a queue so early */
		:: h.forced ->
			/* PR-1: the record is there once */
			close_recs++;
			assert(close_recs == 1);
			cldn_post_locked(REC_PHONE_CLOSE);
			T(forced_close_posted)
#endif
		:: else
		fi
	}
	cldn_evq_wake()
}

inline cldn_silence(me, n, won, mine)
{
	/* test and set */
	d_step {
#ifdef BUG_TWO_SILENCES
		mine = true;
#else
		mine = !l.silenced;
#endif
		l.silenced = true;
		if
		:: mine && me == WORKER -> T(silence_taken_by_worker)
		:: mine && me == WATCHDOG_WORK -> T(silence_taken_by_watchdog)
		:: else
		fi
	}
	if
	:: mine ->
#ifdef BUG_COMPLETION_AFTER_SILENCE
		d_step { cldn_gate_shut_locked() }
		cldn_ops_end_all(me, n, won);
		cldn_post_close();
		l.silent = true;
#else
		cldn_ops_end_all(me, n, won);
		cldn_post_close();
		/* who looks at silent between the two finds what he would have found before */
		d_step { cldn_gate_shut_locked(); l.silent = true }
#endif
		h.wq = 0
	:: else
	fi
}

/* ---- the report ---- */

inline cldn_close_file_locked(free)
{
	reports++;
	report_released = free;
	/* PR-2 */
	assert(h.nops == 0 && !h.gate_open);
	/* PR-5: one first report, and a late one only after STUCK */
	if
	:: h.state == CLOSED -> assert(reports == 2 && free && was_stuck); T(filed_late)
	:: else -> assert(reports == 1); T(filed_closed)
	fi;
	h.state = CLOSED
}

/* In the code one after the other; who sleeps in the one does not look at the other. */
inline cldn_close_wake()
{
	d_step {
		dev.wq = 0;
		h.wq = 0
	}
}

/* ---- the lower driver ---- */

inline kept_in_driver()
{
	if
	:: in_driver = false
	:: true ->
end_for_ever:	false
	fi
}

inline lower_driver()
{
#ifdef WATCHDOG
	if
	:: true
	:: in_driver = true; kept_in_driver()
	fi
#else
	skip
#endif
}

/* ---- the end ---- */

inline cldn_hardware_release()
{
	/* shut: from here on nobody calls back */
	d_step {
		assert(l.silent);
		link_open = false;
		live = false
	}
	lower_driver();
	/* PR-4: given back once */
	d_step {
		assert(hw);
		hw = false;
		T(released)
	}
}

inline cldn_device_set_free_locked()
{
	dev.owner = false;
	if
	:: gone -> dev.state = GONE; T(device_gone)
	:: else -> dev.state = IDLE; T(device_free)
	fi
}

/* One critical section: who sees the handle CLOSED finds the device free, and vice versa. */
inline cldn_close_finish(n, won, mine)
{
#ifdef BUG_RELEASE_BEFORE_SILENCE
	if
	:: link_open -> cldn_hardware_release()
	:: else
	fi;
#endif
	cldn_silence(WORKER, n, won, mine);
	if
	:: !mine -> wait_event(h.wq, WORKER, l.silent)
	:: else -> mine = false
	fi;
	if
	:: link_open -> cldn_hardware_release()
	:: else
	fi;
	assert(dev.owner && !hw);
#if defined(BUG_FREE_BEFORE_CLOSED)
	d_step { cldn_device_set_free_locked() }
	d_step { cldn_close_file_locked(true) }
#elif defined(BUG_CLOSED_BEFORE_FREE)
	d_step { cldn_close_file_locked(true) }
	d_step { cldn_device_set_free_locked() }
#else
	d_step { cldn_device_set_free_locked(); cldn_close_file_locked(true) }
#endif
	cldn_close_wake()
}

/* ---- the ladder ---- */

/*
 * The mode that the worker goes by. It knows that the hardware is gone even where the wish cannot
 * be raised any more, because the watchdog has ended the handle.
 */
#ifdef BUG_GONE_FORGOTTEN
#define MODE_NOW h.mode
#else
#define MODE_NOW (gone -> MODE_GONE : h.mode)
#endif

#define IN_MODE(rung, mode) ((rung == DRAIN_OPS && mode == MODE_DRAIN) || \
			     (rung == DRAIN_DATA && mode <= MODE_ORDERLY) || \
			     (rung == DTR && mode <= MODE_EMERGENCY))
#define HAS_RESERVE(rung) (rung == DTR)

#ifdef WATCHDOG
#define TIME_LEFT (now < h.deadline)
#define TIME_OVER (now >= h.deadline)
#else
#define TIME_LEFT true
#define TIME_OVER true
#endif

#define RUNG_GOES (IN_MODE(step, MODE_NOW) && (waiting || HAS_RESERVE(step) || TIME_LEFT))
#define OPS_OVER (!UNFINISHED(0) && !UNFINISHED(1 % OPS) && !UNFINISHED(2 % OPS))

inline next_step()
{
	waiting = false;
	step++
}

/* What step_begin or step_run says. */
inline step_verdict(again)
{
	if
	:: step != DRAIN_OPS || OPS_OVER -> T(rung_done); next_step()
	:: TIME_OVER -> T(rung_cut_by_deadline); next_step()
	:: TIME_LEFT -> T(rung_waits); waiting = true; again = true
	fi
}

/*
 * In the code the wish is read first and the verdict comes later. But a wish that is raised in
 * between queues the worker again, and then it is as if it had been raised after the verdict.
 */
inline cldn_step_go(again)
{
	if
	:: atomic {
		RUNG_GOES;
		assert(hw && !gone);
		step_verdict(again)
	   }
#ifdef WATCHDOG
	:: d_step {
		RUNG_GOES && step == DTR && !waiting;
		assert(hw && !gone);
		in_driver = true
	   }
		kept_in_driver();
		atomic { step_verdict(again) }
#endif
	:: d_step {
		IN_MODE(step, MODE_NOW) && !waiting && !HAS_RESERVE(step) && TIME_OVER;
		T(rung_skipped);
		next_step()
	   }
	:: d_step {
		!IN_MODE(step, MODE_NOW);
		if
		:: waiting -> T(rung_cut_by_wish)
		:: else -> T(rung_skipped)
		fi;
		next_step()
	   }
	fi
}

inline cldn_ladder_walk(again)
{
	do
	:: step == NSTEPS || again -> break
	:: else -> cldn_step_go(again)
	od
}

inline cldn_close_run(n, won, mine, again)
{
	if
	:: !dev.owner || h.state == OPEN
	:: else ->
		if
		:: DRAINING
		:: else -> cldn_ops_end_queued(n)
		fi;
		if
		:: link_open -> cldn_ladder_walk(again)
		:: else
		fi;
		if
		:: again -> again = false
		:: else -> cldn_close_finish(n, won, mine)
		fi
	fi
}

/* ---- open ---- */

#ifdef WITH_OPEN
/* As if it had not been: no handle, no report. But a first report wants its second. */
inline cldn_open_fail()
{
	d_step {
		gone = away;
		if
#ifndef BUG_LATE_REPORT_LOST
		:: h.state == CLOSED -> cldn_close_file_locked(true)
#endif
		:: else -> h.state = CLOSED; report_released = true
		fi;
		cldn_device_set_free_locked()
	}
	cldn_close_wake()
}

/* The driver's open comes back at last: nothing bounds the wait for it but a signal. */
inline cldn_open_run()
{
	if
	:: dev.state == OPENING ->
		dev.gone_event = false;
		if
		:: true
		:: in_driver = true; in_driver = false
		fi;
		if
		:: d_step {
			!away;
			hw = true;
			live = true;
			link_open = true;
			starting = true
		   }
		:: cldn_open_fail()
		fi
	:: else
	fi
}

/* The class's start script is over, for good or with an error. */
inline cldn_open_done(ret)
{
	starting = false;
	if
	:: d_step {
		if
		:: dev.state == OPENING -> dev.state = OPEN
		:: else
		fi
	   }
		dev.wq = 0
	:: cldn_wish_raise(MODE_ABORT, NEAR, true, ret)
	fi
}
#endif

/* ---- the worker ---- */

inline cldn_device_gone(ret)
{
	d_step {
		gone = true;
		T(unplugged)
	}
	cldn_wish_raise(MODE_GONE, NEAR, true, ret);
	ret = OK
}

/* The class has the worker: it takes requests, and ends them or leaves them for later. */
inline class_run(n, won, none, ret)
{
	do
	:: atomic {
		!gone;
		cldn_op_next(n, none);
		if
		:: none -> none = false; break
		:: else
		fi
	   }
	:: atomic { pick_started(n) } cldn_op_complete(n, won, BY_WORKER)
#ifdef INDICATION
	:: !indicated -> cldn_indicate()
#endif
#ifdef WITH_OPEN
	:: starting -> cldn_open_done(ret)
#endif
	:: break
	od
}

/* What a rung or the start waits for, and the timer that cuts it, can come at any time. */
#ifdef WITH_OPEN
#define WAITING (waiting || starting)
#else
#define WAITING waiting
#endif

proctype worker()
{
	byte n, step;
	bit won, mine, none, again, gone_seen, waiting, gone;
	mtype ret = OK;
#ifdef WITH_OPEN
	bit link_open, starting;
#else
	bit link_open = true;
#endif

end_idle:
	do
	:: d_step {
		dev.queued || WAITING;
		dev.queued = false;
		gone_seen = dev.gone_event;
		dev.gone_event = false;
		dev.running = true
	   }
#ifdef WITH_OPEN
		if
		:: dev.owner && !link_open -> cldn_open_run(); gone_seen = false
		:: else
		fi;
#endif
		if
		:: dev.owner && link_open ->
			if
			:: gone_seen -> gone_seen = false; cldn_device_gone(ret)
			:: else
			fi;
			class_run(n, won, none, ret)
		:: else -> gone_seen = false
		fi;
		cldn_close_run(n, won, mine, again);
		dev.running = false
	od
}

/* ---- CLOSE ---- */

/* What the caller of CLOSE is promised when he gets his answer. */
inline check_answer()
{
	atomic {
		/* PR-2, PR-3 */
		assert(h.state == CLOSED && h.nops == 0 && !h.gate_open);
		assert(h.seq_at_return == q.seq);
		/* PR-4, PR-5 */
		if
		:: report_released ->
			assert(!hw && !dev.owner && (dev.state == IDLE || dev.state == GONE));
			T(closer_released)
		:: else -> assert(dev.owner && dev.state == STUCK); T(closer_stuck)
		fi
	}
}

/* Killably: a fatal signal makes the rest of the close an emergency. */
inline cldn_close_wait(me, ret)
{
	do
	:: d_step { h.wq = h.wq | me }
		if
		:: d_step { h.state == CLOSED; h.wq = h.wq & ~me } break
		:: else ->
			if
			:: d_step { !(h.wq & me); T(waiter_woken) }
			:: d_step { killed; h.wq = h.wq & ~me; T(closer_killed) }
				cldn_wish_raise(MODE_EMERGENCY, NEAR, false, ret);
				wait_event(h.wq, me, h.state == CLOSED);
				break
			fi
		fi
	od
}

proctype closer(byte me)
{
	byte wished, until;
	mtype ret = OK;

#ifdef BUG_TWO_CLAIMS
	unlocked[_pid] = h.state == OPEN;
#endif
	atomic {
		if
		:: wished = MODE_DRAIN
#ifndef WATCHDOG /* which does not care for what lies between the two */
		:: wished = MODE_ORDERLY
#endif
		:: wished = MODE_ABORT
#ifdef RELEASE
		:: goto out /* the owner dies, or lets go, without it */
#endif
		fi;
		until = FAR;
#ifdef WATCHDOG
		until = NEAR;
#ifndef ONE_DEADLINE
		if
		:: until = FAR
		:: true
		fi;
#endif
#endif
		cldn_wish_raise_locked(wished, until, false, ret);
		wished = 0;
		until = 0
	}
	cldn_wish_wake(ret);
	if
	:: d_step { ret == EALREADY; T(closer_already) }
	:: d_step { ret == EBADFD; assert(h.state == CLOSED); T(closer_dead) }
	:: d_step {
		ret == OK;
		claims++;
		/* RP-4 */
		assert(claims == 1);
		T(closer_claimed)
	   }
		cldn_close_wait(me, ret);
		check_answer()
	fi;
out:
	users--
}

/* ---- SUBMIT and CANCEL ---- */

proctype submitter()
{
	byte n = ACCEPTED;

	do
	:: n < OPS -> cldn_submit(n); n++
	:: n == OPS -> break
#ifdef CANCEL
	:: n > 0 -> n--; cldn_op_cancel(n); break
#endif
	od;
	atomic {
		n = 0;
		users--
	}
}

proctype interrupt()
{
	byte n;
	bit won;

end_idle:
	do
	:: atomic { pick_started(n) } cldn_op_complete(n, won, BY_INTERRUPT)
	od
}

/* ---- the owner's death, and the end of his file ---- */

proctype fatal()
{
	if
	:: killed = true
	:: true
	fi
}

/* When nobody is in a call any more. */
proctype releaser()
{
	mtype ret = OK;

	users == 0;
	if
	:: h.state == CLOSED
	:: else ->
		d_step { T(release_raised) }
		if
		:: killed -> cldn_wish_raise(MODE_EMERGENCY, NEAR, false, ret)
		:: else -> cldn_wish_raise(MODE_ORDERLY, FAR, false, ret)
		fi;
		wait_event(h.wq, RELEASER, h.state == CLOSED)
	fi
}

/* ---- others who end it ---- */

proctype admin()
{
	mtype ret = OK;

	if
#ifdef UNBIND
	:: cldn_wish_raise(MODE_ABORT, FAR, true, ret)
#endif
#ifdef REBOOT
	:: cldn_wish_raise(MODE_EMERGENCY, NEAR, true, ret)
#endif
	:: true
	fi
}

proctype unplug()
{
	if
	:: d_step {
		away = true;
		if
		:: live -> dev.gone_event = true; cldn_device_kick()
		:: else
		fi
	   }
	:: true
	fi
}

/* ---- the watchdog ---- */

#ifdef WATCHDOG
proctype clock()
{
end_idle:
	do
	:: d_step { h.mode != MODE_NONE && now < h.deadline; now++ }
	od
}

inline cldn_worker_held(held)
{
	if
	:: in_driver -> held = true
	:: !in_driver && dev.running -> held = true
	:: !in_driver -> held = false
	fi
}

inline cldn_close_stuck(held)
{
	atomic {
		cldn_worker_held(held);
		if
#ifndef BUG_TWO_FILERS
		:: !dev.owner || h.state == CLOSED || !held
#endif
		:: else ->
			/* PR-5: not before its time either */
			assert(now >= h.deadline);
			dev.state = STUCK;
			was_stuck = true;
			cldn_close_file_locked(false);
			T(stuck)
		fi;
		held = false
	}
}

proctype watchdog()
{
	byte n;
	bit won, mine, held;

end_idle:
	do
	:: d_step { dev.alarm <= now; dev.alarm = NO_TIME }
		if
		:: !dev.owner || h.state != CLOSING
#ifdef BUG_ALARM_AGAIN
		:: d_step {
			dev.owner && h.state == CLOSING && now < h.deadline;
			unlocked[_pid] = h.deadline
		   }
			d_step {
				dev.alarm = unlocked[_pid];
				/* PR-5: it comes again for the nearest deadline */
				assert(dev.alarm <= h.deadline)
			}
#else
#ifndef BUG_ALARM_EARLY
		/* the alarm of a close before, on the same device */
		:: d_step {
			dev.owner && h.state == CLOSING && now < h.deadline;
			dev.alarm = h.deadline;
			T(watchdog_early)
		   }
#endif
#endif
		:: else ->
			atomic { cldn_worker_held(held) }
			if
			:: held ->
				held = false;
				cldn_silence(WATCHDOG_WORK, n, won, mine);
				if
				:: mine || l.silent -> mine = false; cldn_close_stuck(held)
				:: else
				fi
			:: else
			fi;
			if
			:: h.state == CLOSED -> cldn_close_wake()
			:: d_step {
				h.state != CLOSED;
				cldn_device_kick();
#ifndef BUG_WATCHDOG_ONCE
				dev.alarm = AT_ONCE;
#endif
				T(watchdog_again)
			   }
			fi
		fi
	od
}
#endif

/* ---- the reader ---- */

#ifdef READER
inline cldn_events_release(r)
{
	d_step {
		q.orphan = true;
		do
		:: nempty(records) -> records?r; consumed[r]++; assert(consumed[r] == 1)
		:: empty(records) -> break
		od;
		r = 0;
		T(record_orphaned)
	}
}

/* The head is copied while it is still queued, and unlinked when the whole of it was copied. */
inline cldn_evq_read_some(r)
{
#ifdef BUG_POP_BEFORE_COPY
	records?r;
#else
	records?<r>;
#endif
	if
	:: d_step { T(record_copy_failed); r = 0 }
	:: d_step {
#ifndef BUG_POP_BEFORE_COPY
		records?eval(r);
#endif
		consumed[r]++;
		assert(consumed[r] == 1);
		T(record_read);
		r = 0
	   }
	fi
}

proctype reader()
{
	byte r;

	do
	:: nempty(records) -> cldn_evq_read_some(r)
	:: empty(records) -> q.wait = true;
		if
		:: nempty(records) -> q.wait = false
		:: empty(records) ->
end_idle:		!q.wait
		fi
	:: cldn_events_release(r); break
	od
}
#endif

/* ---- the opens before and after ---- */

#ifdef WITH_OPEN
/* Takes the device, waits interruptibly for the worker, and closes what he has opened. */
proctype opener()
{
	mtype ret = OK;

	d_step {
		dev.owner = true;
		dev.state = OPENING;
		cldn_device_kick()
	}
	do
	:: d_step { dev.wq = dev.wq | OPENER }
		if
		:: d_step { dev.state != OPENING; dev.wq = dev.wq & ~OPENER } break
		:: else ->
			if
			:: !(dev.wq & OPENER)
			:: d_step { killed; dev.wq = dev.wq & ~OPENER }
				cldn_wish_raise(MODE_ABORT, FAR, false, ret);
				goto out
			fi
		fi
	od;
	if
	:: h.state == OPEN -> run closer(CLOSER(0))
	:: else -> wait_event(h.wq, OPENER, h.state == CLOSED)
	fi;
out:
	skip
}
#endif

/* Comes while it is CLOSING. PR-4: who finds the device free can have it, and finds the report. */
proctype taker()
{
end_idle:
	dev.state == CLOSING;
	wait_event(dev.wq, TAKER, dev.state != CLOSING);
	assert(h.state == CLOSED && (dev.state == STUCK || (!hw && !dev.owner && report_released)))
}

/* ---- the whole ---- */

/* What is to be found when nothing moves any more. */
inline check_end(n)
{
	d_step {
		/* PR-1 */
		do
		:: n < OPS -> assert(op[n].recs == op[n].accepted && op[n].list == NOWHERE); n++
		:: else -> break
		od;
		assert(h.nops == 0 && !h.gate_open);
		/* PR-4 */
		if
		:: dev.owner -> assert(dev.state == STUCK && in_driver && reports == 1)
		:: else -> assert(!hw && report_released && was_stuck == (reports == 2))
		fi
	}
}

#ifdef READER
/* PR-1: no record was lost, whatever failed to be copied. */
inline check_records(n)
{
	d_step {
		n = 0;
		do
		:: n < OPS -> assert(consumed[n] == op[n].recs || q.orphan); n++
		:: else -> break
		od;
		assert(consumed[REC_PHONE_CLOSE] == close_recs || q.orphan);
		assert(empty(records))
	}
}
#endif

init {
	byte n;

	atomic {
		do
		:: n < OPS ->
			op[n].state = (n < ACCEPTED -> QUEUED : NEW);
			op[n].list = (n < ACCEPTED -> ON_QUEUED : NOWHERE);
			op[n].accepted = n < ACCEPTED;
			n++
		:: else -> break
		od;
		n = 0;
		h.nops = ACCEPTED;
		h.state = OPEN;
		dev.alarm = NO_TIME;
		dev.state = IDLE;
		run worker();
#ifdef WITH_OPEN
		run opener();
#else
		dev.state = OPEN;
		dev.owner = true;
		h.gate_open = true;
		hw = true;
		live = true;
		users = CLOSERS;
		run closer(CLOSER(0));
#if CLOSERS > 1
		run closer(CLOSER(1));
#endif
#endif
#ifdef SUBMITTER
		users++;
		run submitter();
#endif
#ifdef INTERRUPT
		run interrupt();
#endif
#ifdef FATAL
		run fatal();
#endif
#ifdef RELEASE
		run releaser();
#endif
#if defined(UNBIND) || defined(REBOOT)
		run admin();
#endif
#ifdef UNPLUG
		run unplug();
#endif
#ifdef WATCHDOG
		dev.alarm = AT_ONCE; /* left over from the close before; it may go off before ours */
		run clock();
		run watchdog();
#endif
#ifdef READER
		run reader();
#endif
#ifdef NEXT_OPEN
		run taker();
#endif
	}
	/* PR-5: otherwise we stay here, and that is an invalid end state */
	timeout && h.state == CLOSED;
	check_end(n);
#ifdef READER
	check_records(n)
#endif
}

#ifdef LIVE
ltl bounded { [] (highest != MODE_NONE -> <> (h.state == CLOSED)) }
ltl dead { [] (h.state == CLOSED -> [] (h.state == CLOSED)) }
ltl raised { [] (h.mode >= MODE_ABORT -> [] (h.mode >= MODE_ABORT)) }
#endif
