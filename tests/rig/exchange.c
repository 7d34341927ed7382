// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exchange: who rings whom, who is through to whom, and the audio between them. It never
 * looks inside a subscriber; what happens is told through line_ops.
 *
 * The owner of a line goes off hook and on hook by himself. When the far end leaves, the line
 * stays off hook until its owner hangs up, as on a real line.
 */
#include <stdlib.h>
#include <string.h>

#include "bank.h"

#define FIRST_RING	(500 * MSEC)
#define RING_ON		(2 * SEC)
#define RING_OFF	(4 * SEC)
#define HIT		16000	/* of its noise, from peak to peak */
#define SILENCE		5	/* blocks that a line with audio stays silent before it clears */

struct line *lines[MAX_LINES];
int line_count;
static int delay_blocks;

static const char *const leg_names[] = {
	[LEG_IDLE] = "idle",	     [LEG_OFFHOOK] = "offhook", [LEG_DIALING] = "dialing",
	[LEG_RINGBACK] = "ringback", [LEG_RINGING] = "ringing", [LEG_UP] = "up",
};

const char *leg_name(enum leg leg)
{
	return leg_names[leg];
}

struct line *line_find(const char *number)
{
	int i;

	for (i = 0; i < line_count; i++)
		if (!strcmp(lines[i]->number, number))
			return lines[i];
	return NULL;
}

struct line *line_add(const char *number)
{
	struct line *l;

	if (line_count == MAX_LINES)
		die("more than %d lines", MAX_LINES);
	if (!*number || strlen(number) >= NUMBER_LEN || line_find(number))
		die("%s: not a free number", number);
	l = calloc(1, sizeof(*l));
	if (!l)
		die("out of memory");
	strcpy(l->number, number);
	exch_init_line(l);
	datacall_init(l);
	lines[line_count++] = l;
	return l;
}

void exch_set_delay(int ms)
{
	delay_blocks = (ms + 10) / 20;
}

const char *exch_caller_number(const struct line *l)
{
	return l->fake_ring ? l->ring_caller : l->peer ? l->peer->number : "";
}

static void stop_ringing(struct line *l)
{
	bool burst = l->burst;

	timer_stop(&l->ring_timer);
	l->burst = false;
	l->fake_ring = false;
	if (burst)
		l->ops->ring(l, false);
}

/* One edge of the cadence. The callback may answer the call. */
static void ring_edge(void *arg)
{
	struct line *l = arg;

	if (l->leg != LEG_RINGING)
		return;
	l->burst = !l->burst;
	timer_set(&l->ring_timer, l->burst ? l->ring_on : l->ring_off);
	if (l->burst) {
		l->rings++;
		log_line(l->number, "ring %d from '%s'", l->rings, exch_caller_number(l));
	}
	l->ops->ring(l, l->burst);
}

static void start_ringing(struct line *l, usec_t on, usec_t off)
{
	l->leg = LEG_RINGING;
	l->caller = false;
	l->rings = 0;
	l->burst = false;
	l->ring_on = on;
	l->ring_off = off;
	timer_set(&l->ring_timer, l->fake_ring ? 0 : FIRST_RING);
}

/* The digits are complete: look for the subscriber. */
static void dial_done(void *arg)
{
	struct line *l = arg;
	struct line *to = line_find(l->dialled);

	if (l->leg != LEG_DIALING)
		return;
	if (!to || to->busy || to->leg != LEG_IDLE) {
		log_line(l->number, "dialled '%s': %s", l->dialled, to ? "busy" : "unknown");
		l->leg = LEG_OFFHOOK;
		l->ops->progress(l, to ? PROGRESS_BUSY : PROGRESS_NO_DIALTONE);
		return;
	}
	log_line(l->number, "dialled '%s': rings", l->dialled);
	l->leg = LEG_RINGBACK;
	l->peer = to;
	to->peer = l;
	to->ring_bursts = 1;
	start_ringing(to, RING_ON, RING_OFF);
	l->ops->progress(l, PROGRESS_DIALED);
}

void exch_init_line(struct line *l)
{
	timer_init(&l->ring_timer, ring_edge, l);
	timer_init(&l->dial_timer, dial_done, l);
}

void exch_offhook(struct line *l)
{
	if (l->leg == LEG_IDLE)
		l->leg = LEG_OFFHOOK;
}

void exch_dial(struct line *l, const char *digits, usec_t dialling_time)
{
	snprintf(l->dialled, sizeof(l->dialled), "%s", digits);
	l->leg = LEG_DIALING;
	l->caller = true;
	timer_set(&l->dial_timer, dialling_time);
}

static void reset_delay(struct line *l)
{
	size_t size = (size_t)delay_blocks * AUDIO_BLOCK * sizeof(*l->delay);

	if (!size)
		return;
	if (!l->delay)
		l->delay = malloc(size);
	if (!l->delay)
		die("out of memory");
	memset(l->delay, 0, size);
	l->delay_pos = 0;
}

/* What the leaving end said is still on its way; its audio ends with silence, not with a cut. */
static void start_tail(struct line *l, const struct line *left)
{
	int i;

	if (!l->tail)
		l->tail = calloc((size_t)delay_blocks + SILENCE, AUDIO_BLOCK * sizeof(*l->tail));
	if (!l->tail)
		die("out of memory");
	for (i = 0; i < delay_blocks; i++)
		memcpy(l->tail + i * AUDIO_BLOCK,
		       left->delay + (left->delay_pos + i) % delay_blocks * AUDIO_BLOCK,
		       AUDIO_BLOCK * sizeof(*l->tail));
	l->tail_left = delay_blocks + SILENCE;
}

bool exch_hears(const struct line *l)
{
	return l->peer || l->tail_left > SILENCE;
}

/* False when nothing rings. A call started by control has no far end: it is dead air. */
bool exch_answer(struct line *l)
{
	struct line *from = l->peer;

	if (l->leg != LEG_RINGING)
		return false;
	stop_ringing(l);
	log_line(l->number, "answers '%s'", from ? from->number : "");
	l->leg = LEG_UP;
	reset_delay(l);
	if (from) {
		from->leg = LEG_UP;
		reset_delay(from);
	}
	l->ops->connected(l);
	if (from && from->peer == l)
		from->ops->connected(from);
	return true;
}

static void clear_far(struct line *l)
{
	struct line *far = l->peer;

	l->peer = NULL;
	if (!far)
		return;
	far->peer = NULL;
	if (far->leg == LEG_RINGING) {
		stop_ringing(far);
		far->leg = LEG_IDLE;
		far->ops->ring_stop(far);
	} else if (far->leg == LEG_UP && far->audio) {
		start_tail(far, l);
	} else if (far->leg != LEG_IDLE) {
		far->leg = LEG_OFFHOOK;
		far->ops->cleared(far);
	}
}

/* On hook. A line that only rings is on hook already and goes on ringing. */
void exch_hangup(struct line *l, const char *why)
{
	if (l->leg == LEG_IDLE || l->leg == LEG_RINGING)
		return;
	log_line(l->number, "on hook (%s)", why);
	l->hit_left = 0;
	timer_stop(&l->dial_timer);
	l->leg = LEG_IDLE;
	l->tail_left = 0;
	clear_far(l);
}

/* The line is cut: both ends lose the call, neither has hung up. */
void exch_drop(struct line *l)
{
	log_line(l->number, "line dropped (%s)", leg_name(l->leg));
	timer_stop(&l->dial_timer);
	if (l->leg == LEG_RINGING) {
		exch_ring_stop(l);
		return;
	}
	if (l->leg == LEG_IDLE)
		return;
	l->leg = LEG_OFFHOOK;
	l->tail_left = 0;
	clear_far(l);
	l->ops->cleared(l);
}

/* Rings without a caller until it is stopped or answered; every = 0 is the usual cadence. */
void exch_ring(struct line *l, const char *caller, usec_t every, int bursts)
{
	usec_t on = every ? every / 2 : RING_ON;

	snprintf(l->ring_caller, sizeof(l->ring_caller), "%s", caller);
	l->fake_ring = true;
	l->ring_bursts = bursts;
	l->peer = NULL;
	if (on > RING_ON)
		on = RING_ON;
	start_ringing(l, on, every ? every - on : RING_OFF);
}

/* Ends ringing of either kind; a real caller then hears busy tone. */
void exch_ring_stop(struct line *l)
{
	struct line *from = l->peer;

	if (l->leg != LEG_RINGING)
		return;
	stop_ringing(l);
	l->leg = LEG_IDLE;
	l->peer = NULL;
	l->ops->ring_stop(l);
	if (from) {
		from->peer = NULL;
		from->leg = LEG_OFFHOOK;
		from->ops->progress(from, PROGRESS_BUSY);
	}
}

/* ---- audio ---- */

static bool speaks(const struct line *l)
{
	return l->leg == LEG_UP && l->caller && l->peer && (l->audio || l->peer->audio);
}

bool exch_audio_active(void)
{
	int i;

	for (i = 0; i < line_count; i++)
		if (speaks(lines[i]) || lines[i]->tail_left)
			return true;
	return false;
}

/* What the line says now enters its delay line; what it said earlier comes out. */
static void say(struct line *l, int16_t *amp)
{
	int16_t now[AUDIO_BLOCK] = { 0 };
	int16_t *slot;

	if (l->audio)
		l->audio->tx(l, now, AUDIO_BLOCK);
	if (!delay_blocks) {
		memcpy(amp, now, sizeof(now));
		return;
	}
	slot = l->delay + l->delay_pos * AUDIO_BLOCK;
	memcpy(amp, slot, sizeof(now));
	memcpy(slot, now, sizeof(now));
	l->delay_pos = (l->delay_pos + 1) % delay_blocks;
}

static void hear_tail(struct line *l)
{
	int16_t said[AUDIO_BLOCK] = { 0 };
	int block = delay_blocks + SILENCE - l->tail_left;

	if (l->audio) {
		l->audio->tx(l, said, AUDIO_BLOCK);
		l->audio->rx(l, l->tail + block * AUDIO_BLOCK, AUDIO_BLOCK);
	}
	if (!l->tail_left || --l->tail_left)
		return;
	l->leg = LEG_OFFHOOK;
	l->ops->cleared(l);
}

void exch_hit(struct line *l, int ms, bool silent, int after_ms)
{
	log_line(l->number, "line hit, %d ms of %s in %d ms", ms, silent ? "silence" : "noise",
		 after_ms);
	l->hit_after = (after_ms + 19) / 20;
	l->hit_left = (ms + 19) / 20;
	l->hit_silent = silent;
}

static void hear(struct line *l, int16_t *amp)
{
	int i;

	if (l->hit_left && l->hit_after) {
		l->hit_after--;
	} else if (l->hit_left) {
		l->hit_left--;
		for (i = 0; i < AUDIO_BLOCK; i++)
			amp[i] = l->hit_silent ? 0 : (int16_t)(random() % HIT - HIT / 2);
	}
	l->audio->rx(l, amp, AUDIO_BLOCK);
}

void exch_audio_tick(void)
{
	int16_t from_a[AUDIO_BLOCK], from_b[AUDIO_BLOCK];
	int i;

	for (i = 0; i < line_count; i++) {
		struct line *a = lines[i], *b = a->peer;

		if (a->tail_left)
			hear_tail(a);
		if (!speaks(a))
			continue;
		say(a, from_a);
		say(b, from_b);
		if (a->audio && a->peer == b)
			hear(a, from_b);
		if (b->audio && b->peer == a)
			hear(b, from_a);
	}
}
