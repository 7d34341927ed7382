// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bank time: real time multiplied by the speed. Ringing, guard times, S-registers and audio all
 * run on it. Timers and 20 ms audio ticks are run strictly in order of bank time, so that a late
 * process stays a correct one; a process that is very late stretches bank time instead of
 * chasing it, because the far modems would otherwise time out on signals not yet made.
 *
 * A terminal whose own times shall be the bank's goes in step with it (step.h): while it is there
 * bank time stays within one tick of what it has seen.
 *
 * Terminals that are behind a busy machine cannot do that. With --wait bank time stands still while one
 * of them owes something in a class 1 call (modem.c), so that it is never too late for it. A
 * stand has a limit in real time, or who died would hold up everybody.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bank.h"
#include "step.h"

#define TICK		(20 * MSEC)
#define MAX_LAG_REAL	0.5	/* seconds */
#define BATCH		64	/* events between two looks at the file descriptors */
#define STEP_LOOK_NS	50000	/* between two looks at who goes in step */
#define STEP_IDLE_NS	2000000	/* the same, for somebody to come */
#define STEP_GIVE_UP	5.0	/* real seconds without a sign of him: he was killed */
#define STAND_LOOK_NS	1000000	/* what ends a stand may be seen in the line shim's file only */
#define STAND_LONG	0.1	/* real seconds, for a line in the log */

static double clock_speed = 1.0;
static double real_start, base_real;
static usec_t base_bank, now_bank, next_tick;
static bool ticking;
static struct timer *timers;
static struct step *step;
static int64_t step_seen;
static double step_seen_at;
static double longest_stand;		/* real seconds; 0: never */
static usec_t (*patience)(void);
static void (*forgive)(void);
static double stand_since;		/* real; 0: bank time goes on */
static double stood, stood_longest;
static unsigned long stands, given_up;

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

void clock_step(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*step)) < 0)
		die("%s: %m", path);
	step = mmap(NULL, sizeof(*step), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (step == MAP_FAILED)
		die("%s: %m", path);
	close(fd);
}

/* Is somebody in step with us? */
static bool in_step(void)
{
	int64_t seen;

	if (!step || !atomic_load(&step->present))
		return false;
	seen = atomic_load(&step->seen);
	if (seen != step_seen || !step_seen_at) {
		step_seen = seen;
		step_seen_at = monotonic();
	}
	if (monotonic() - step_seen_at < STEP_GIVE_UP)
		return true;
	log_line("-", "clock: nobody in step any more");
	atomic_store(&step->present, 0);
	step_seen_at = 0;
	return false;
}

/* He has not been late then: bank time goes on from here. */
static usec_t step_limit(usec_t target)
{
	usec_t limit = step_seen + TICK;

	if (target <= limit)
		return target;
	if (limit < now_bank)
		limit = now_bank;
	base_real = monotonic();
	base_bank = limit;
	return limit;
}

void clock_wait(long ms, usec_t (*how_far)(void), void (*forget)(void))
{
	patience = how_far;
	forgive = forget;
	longest_stand = (double)ms / 1000.0;
}

void clock_describe(char *out, size_t size)
{
	snprintf(out, size, "bank %.3f real %.3f stands %lu stood %.0f longest %.0f given-up %lu",
		 (double)now_bank / 1e6, clock_real(), stands, stood * 1e3, stood_longest * 1e3,
		 given_up);
}

static void stand_ends(double now)
{
	double took = now - stand_since;

	stand_since = 0;
	stood += took;
	if (took > stood_longest)
		stood_longest = took;
	if (took > STAND_LONG)
		log_line("-", "clock: stood still for %.0f ms", took * 1e3);
}

/* How much of the way to @target may be gone while somebody owes something. */
static usec_t stand_limit(usec_t target)
{
	usec_t limit = longest_stand > 0 ? patience() : target;
	double now = monotonic();

	if (limit < target && stand_since && now - stand_since > longest_stand) {
		log_line("-", "clock: waited in vain");
		given_up++;
		forgive();
		limit = target;
	}
	if (limit >= target) {
		if (stand_since)
			stand_ends(now);
		return target;
	}
	if (!stand_since) {
		stand_since = now;
		stands++;
	}
	if (limit < now_bank)
		limit = now_bank;
	base_real = now;
	base_bank = limit;
	return limit;
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

	if (in_step())
		return step_limit(target);
	if (stand_since)
		return stand_limit(target);
	if (!next_event(&due) || target - due <= (usec_t)(MAX_LAG_REAL * clock_speed * 1e6))
		return stand_limit(target);
	log_line("-", "clock: %.0f ms behind, bank time stretched",
		 (double)(target - due) / clock_speed / 1000.0);
	base_real = monotonic();
	base_bank = due;
	return stand_limit(due);
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
		target = stand_limit(target);
	}
	if (i < BATCH && target > now_bank)
		now_bank = target;
	if (step) {
		atomic_store(&step->now, now_bank);
		atomic_store(&step->follows, in_step());
	}
}

int clock_wait_ns(long *ns)
{
	usec_t due;
	double wait;

	if (step) {
		*ns = in_step() ? STEP_LOOK_NS : STEP_IDLE_NS;
		return 0;
	}
	if (stand_since) {
		*ns = STAND_LOOK_NS;
		return 0;
	}
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
