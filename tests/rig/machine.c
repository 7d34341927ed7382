// SPDX-License-Identifier: GPL-2.0-only
/*
 * A subscriber without a terminal: it answers the first ring and does one thing with the data.
 *
 * echo			sends back what it gets
 * sink, answer		counts what it gets
 * source[:BYTES]	sends BYTES of the counted pattern, then counts like sink
 * voice		writes down the DTMF digits it hears, sends those it is told to (spandsp)
 * fax[:WORDS]		a fax machine, see faxmachine.c
 *
 * As a data modem it talks whatever the caller offers, the fast call included.
 */
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "bank.h"

#define ANSWER_DELAY	(200 * MSEC)
#define LEAVE_DELAY	(500 * MSEC)	/* after the far end left */
#define TONE_GAP_MS	70
#define GIVE_UP		(60 * SEC)
#define SOURCE_BYTES	65536ULL

struct machine {
	struct line *line;
	char mode[16];
	unsigned long long wish;	/* bytes of the pattern at the start of every call */
	unsigned long long left, position;
	struct fifo text;		/* what control wants to say */
	dtmf_rx_state_t *dtmf;		/* voice */
	dtmf_tx_state_t *tones;
	struct faxmachine *fax;
	struct timer answer, leave, give_up;
	uint8_t capture[CAPTURE_LEN];
	size_t captured;
};

static void answer_due(void *arg)
{
	exch_answer(((struct machine *)arg)->line);
}

static void on_hook(struct machine *mc, const char *why)
{
	timer_stop(&mc->answer);
	timer_stop(&mc->leave);
	timer_stop(&mc->give_up);
	datacall_end(mc->line);
	if (mc->fax)
		faxmachine_end(mc->fax);
	mc->line->audio = NULL;
	if (mc->tones)
		mc->tones = dtmf_tx_init(mc->tones);
	exch_hangup(mc->line, why);
}

static void leave_due(void *arg)
{
	on_hook(arg, "far end gone");
}

static void give_up_due(void *arg)
{
	on_hook(arg, "no carrier");
}

static void machine_ring(struct line *l, bool on)
{
	if (on && !l->noanswer && !l->machine->answer.armed)
		timer_set(&l->machine->answer, ANSWER_DELAY);
}

static void machine_ring_stop(struct line *l)
{
	timer_stop(&l->machine->answer);
}

static void machine_progress(struct line *l, enum progress what)
{
	if (what != PROGRESS_DIALED)
		timer_set(&l->machine->leave, LEAVE_DELAY);
}

static void remember(struct machine *mc, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		mc->capture[mc->captured++ % CAPTURE_LEN] = data[i];
}

static void digits_heard(void *arg, const char *digits, int len)
{
	struct machine *mc = arg;

	log_line(mc->line->number, "hears DTMF '%.*s'", len, digits);
	remember(mc, (const uint8_t *)digits, (size_t)len);
}

static int voice_tx(struct line *l, int16_t *amp, int len)
{
	if (l->machine->tones)
		dtmf_tx(l->machine->tones, amp, len);
	return len;
}

static void voice_rx(struct line *l, int16_t *amp, int len)
{
	dtmf_rx(l->machine->dtmf, amp, len);
}

static const struct audio_ops voice_audio = {
	.tx = voice_tx,
	.rx = voice_rx,
};

static void machine_connected(struct line *l)
{
	if (l->machine->dtmf) {
		l->audio = &voice_audio;
		return;
	}
	if (l->machine->fax) {
		faxmachine_begin(l->machine->fax);
		return;
	}
	timer_set(&l->machine->give_up, GIVE_UP);
	datacall_begin(l);
}

static void machine_cleared(struct line *l)
{
	timer_set(&l->machine->leave, LEAVE_DELAY);
}

static void machine_carrier(struct line *l, int rate)
{
	struct machine *mc = l->machine;

	log_line(l->number, "machine (%s): carrier %d", mc->mode, rate);
	timer_stop(&mc->give_up);
	mc->left = mc->wish;
	mc->position = 0;
}

static void take(struct machine *mc, struct fifo *from, size_t limit, bool echo)
{
	struct line *l = mc->line;

	while (from->len && limit) {
		const uint8_t *data;
		size_t n = fifo_peek(from, &data);

		if (n > limit)
			n = limit;
		counter_add(&l->received, data, n);
		remember(mc, data, n);
		if (echo) {
			fifo_put(&l->to_line, data, n);
			counter_add(&l->sent, data, n);
		}
		fifo_drop(from, n);
		limit -= n;
	}
}

/* The counted pattern: byte i is i * 7 + i / 256. A shifted or missing byte changes the CRC. */
static void produce(struct machine *mc)
{
	struct line *l = mc->line;
	size_t room = datacall_room(l);

	while (mc->left && room) {
		uint8_t c = (uint8_t)(mc->position * 7 + (mc->position >> 8));

		fifo_put(&l->to_line, &c, 1);
		counter_add(&l->sent, &c, 1);
		mc->position++;
		mc->left--;
		room--;
	}
}

static void machine_pump(struct line *l)
{
	struct machine *mc = l->machine;
	bool echo = !strcmp(mc->mode, "echo");

	if (!datacall_up(l))
		return;
	take(mc, &l->from_line, echo ? datacall_room(l) : l->from_line.len, echo);
	fifo_move(&l->to_line, &mc->text, datacall_room(l), &l->sent);
	produce(mc);
}

static const struct line_ops machine_ops = {
	.ring = machine_ring,
	.ring_stop = machine_ring_stop,
	.progress = machine_progress,
	.connected = machine_connected,
	.cleared = machine_cleared,
	.carrier = machine_carrier,
	.pump = machine_pump,
};

void machine_send(struct machine *mc, const void *data, size_t len)
{
	if (fifo_put(&mc->text, data, len) < len)
		log_line(mc->line->number, "machine: text queue full");
}

void machine_source(struct machine *mc, unsigned long long bytes)
{
	mc->left = bytes;
	mc->position = 0;
}

bool machine_dial(struct machine *mc, const char *number)
{
	if (mc->line->leg != LEG_IDLE)
		return false;
	exch_offhook(mc->line);
	exch_dial(mc->line, number, 0);
	return true;
}

bool machine_answer(struct machine *mc)
{
	timer_stop(&mc->answer);
	return exch_answer(mc->line);
}

/* Only into a call, and then at once. */
bool machine_tones(struct machine *mc, const char *digits, int ms)
{
	if (!mc->dtmf || mc->line->leg != LEG_UP)
		return false;
	mc->tones = dtmf_tx_init(mc->tones);
	if (!mc->tones)
		die("spandsp: no DTMF");
	dtmf_tx_set_timing(mc->tones, ms, TONE_GAP_MS);
	dtmf_tx_put(mc->tones, digits, -1);
	return true;
}

void machine_hangup(struct machine *mc)
{
	on_hook(mc, "control");
}

const char *machine_mode(const struct machine *mc)
{
	return mc->mode;
}

size_t machine_captured(const struct machine *mc, uint8_t *out)
{
	size_t n = mc->captured < CAPTURE_LEN ? mc->captured : CAPTURE_LEN;
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = mc->capture[(mc->captured - n + i) % CAPTURE_LEN];
	return n;
}

unsigned long long machine_captured_total(const struct machine *mc)
{
	return mc->captured;
}

struct faxmachine *machine_fax(const struct machine *mc)
{
	return mc->fax;
}

static void set_mode(struct machine *mc, const char *mode)
{
	size_t len = strcspn(mode, ":");

	snprintf(mc->mode, sizeof(mc->mode), "%.*s", (int)len, mode);
	if (!strcmp(mc->mode, "source"))
		mc->wish = mode[len] ? strtoull(mode + len + 1, NULL, 10) : SOURCE_BYTES;
	else if (!strcmp(mc->mode, "voice"))
		mc->dtmf = dtmf_rx_init(NULL, digits_heard, mc);
	else if (!strcmp(mc->mode, "fax"))
		mc->fax =
			faxmachine_new(mc->line, mode[len] ? mode + len + 1 : "", machine_cleared);
	else if (strcmp(mc->mode, "echo") && strcmp(mc->mode, "sink") && strcmp(mc->mode, "answer"))
		die("%s: unknown machine", mode);
}

struct machine *machine_new(struct line *l, const char *mode)
{
	struct machine *mc = calloc(1, sizeof(*mc));

	if (!mc)
		die("out of memory");
	mc->line = l;
	l->machine = mc;
	l->ops = &machine_ops;
	l->fast_ok = true;
	set_mode(mc, mode);
	fifo_init(&mc->text, 64 * 1024);
	timer_init(&mc->answer, answer_due, mc);
	timer_init(&mc->leave, leave_due, mc);
	timer_init(&mc->give_up, give_up_due, mc);
	return mc;
}
