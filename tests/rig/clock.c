// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bank time: real time multiplied by the speed. Ringing, guard times, S-registers and audio all
 * run on it. Timers and 20 ms audio ticks are run strictly in order of bank time, so that a late
 * process stays a correct one; a process that is very late stretches bank time instead of
 * chasing it, because the far modems would otherwise time out on signals not yet made.
 */
#include <time.h>

#include "bank.h"

#define TICK		(20 * MSEC)
#define MAX_LAG_REAL	0.5	/* seconds */
#define BATCH		64	/* events between two looks at the file descriptors */

static double clock_speed = 1.0;
static double real_start, base_real;
static usec_t base_bank, now_bank, next_tick;
static bool ticking;
static struct timer *timers;

static double monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void clock_start(double speed)
{
	clock_speed = speed;
	real_start = monotonic();
	base_real = real_start;
}

usec_t clock_now(void)
{
	return now_bank;
}

double clock_real(void)
{
	return monotonic() - real_start;
}

usec_t clock_from_real_ms(long ms)
{
	return (usec_t)((double)ms * 1000.0 * clock_speed);
}

static usec_t clock_target(void)
{
	return base_bank + (usec_t)((monotonic() - base_real) * clock_speed * 1e6);
}

void timer_init(struct timer *t, void (*fn)(void *arg), void *arg)
{
	t->fn = fn;
	t->arg = arg;
	t->armed = false;
	t->next = timers;
	timers = t;
}

void timer_set(struct timer *t, usec_t delay)
{
	t->due = now_bank + (delay > 0 ? delay : 0);
	t->armed = true;
}

void timer_stop(struct timer *t)
{
	t->armed = false;
}

static struct timer *first_timer(void)
{
	struct timer *t, *first = NULL;

	for (t = timers; t; t = t->next)
		if (t->armed && (!first || t->due < first->due))
			first = t;
	return first;
}

/* Audio ticks exist only while somebody speaks: an idle bank sleeps. */
static void check_ticking(void)
{
	bool active = exch_audio_active();

	if (active && !ticking)
		next_tick = now_bank + TICK;
	ticking = active;
}

/* The next event, timer or tick; false when nothing is planned. */
static bool next_event(usec_t *due)
{
	struct timer *t = first_timer();

	check_ticking();
	if (!t && !ticking)
		return false;
	*due = !t || (ticking && next_tick < t->due) ? next_tick : t->due;
	return true;
}

/* How far bank time may go now. Sleeping without an event to miss is not being late. */
static usec_t clock_limit(void)
{
	usec_t target = clock_target();
	usec_t due;

	if (!next_event(&due) || target - due <= (usec_t)(MAX_LAG_REAL * clock_speed * 1e6))
		return target;
	log_line("-", "clock: %.0f ms behind, bank time stretched",
		 (double)(target - due) / clock_speed / 1000.0);
	base_real = monotonic();
	base_bank = due;
	return due;
}

void clock_run(void)
{
	usec_t target = clock_limit();
	usec_t due;
	int i;

	for (i = 0; i < BATCH && next_event(&due) && due <= target; i++) {
		struct timer *t = first_timer();

		if (due > now_bank)
			now_bank = due;
		if (ticking && next_tick == due) {
			next_tick += TICK;
			exch_audio_tick();
		} else {
			t->armed = false;
			t->fn(t->arg);
		}
	}
	if (i < BATCH && target > now_bank)
		now_bank = target;
}

int clock_wait_ns(long *ns)
{
	usec_t due;
	double wait;

	if (!next_event(&due))
		return -1;
	wait = (double)(due - base_bank) / clock_speed / 1e6 - (monotonic() - base_real);
	if (wait < 0)
		wait = 0;
	if (wait > 0.9)
		wait = 0.9;
	*ns = (long)(wait * 1e9);
	return 0;
}
