// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data part of a call. Two kinds, chosen NEGOTIATE after both ends are there:
 *
 * V.22bis	the signals are spandsp's; the start/stop framing (8N1) on top is ours, because
 *		spandsp's async_tx sends 0xF9 for ever when it is idle. Nothing is sent before
 *		both ends have trained: an early byte would fall on a deaf far modem.
 * fast		no signal at all: what one end accepts appears at the other, with back-pressure.
 *		Only when both ends asked for it.
 *
 * to_line and from_line are the two queues between the call and the owner of the line.
 */
#include <stdlib.h>

#include <spandsp.h>

#include "bank.h"

#define NEGOTIATE	(200 * MSEC)
#define FAST_RATE	115200
#define LINE_QUEUE	(256 * 1024)
#define FAST_SOFT	(32 * 1024)	/* the rest of the queue is for what hang-up flushes */
#define V22_SOFT	512		/* to_line limit at 2400 bit/s: two seconds */

enum dc_state { DC_NONE, DC_NEGOTIATE, DC_TRAINING, DC_UP };

struct datacall {
	struct line *line;
	enum dc_state state;
	bool fast;
	bool trained;
	int rate;
	v22bis_state_t *v22;
	async_rx_state_t *async_rx;
	int tx_bit;		/* 0: idle, 1 to 8: data bits, 9: stop */
	int tx_byte;
	unsigned long long lost;
	struct timer timer;
	struct timer failed;	/* leaves spandsp's callback first */
};

static void negotiate(void *arg);

static void training_failed(void *arg)
{
	struct line *l = arg;

	if (l->dc->state != DC_NONE)
		l->ops->cleared(l);
}

void datacall_init(struct line *l)
{
	struct datacall *dc = calloc(1, sizeof(*dc));

	if (!dc)
		die("out of memory");
	dc->line = l;
	l->dc = dc;
	fifo_init(&l->to_line, LINE_QUEUE);
	fifo_init(&l->from_line, LINE_QUEUE);
	timer_init(&dc->timer, negotiate, l);
	timer_init(&dc->failed, training_failed, l);
}

bool datacall_up(const struct line *l)
{
	return l->dc->state == DC_UP;
}

int datacall_rate(const struct line *l)
{
	return l->dc->rate;
}

/* How much more the call takes from its owner now. */
size_t datacall_room(const struct line *l)
{
	size_t soft = l->dc->fast ? FAST_SOFT : V22_SOFT;

	return l->to_line.len < soft ? soft - l->to_line.len : 0;
}

static bool both_trained(const struct line *l)
{
	return l->dc->trained && l->peer && l->peer->dc->trained;
}

/* spandsp asks for the next bit of the line: 8N1, marks when there is nothing to say. */
static int next_bit(void *arg)
{
	struct line *l = arg;
	struct datacall *dc = l->dc;
	int bit;

	if (!dc->tx_bit) {
		if (!both_trained(l) || !l->to_line.len)
			return 1;
		dc->tx_byte = fifo_get(&l->to_line);
		dc->tx_bit = 1;
		return 0;
	}
	if (dc->tx_bit > 8) {
		dc->tx_bit = 0;
		return 1;
	}
	bit = (dc->tx_byte >> (dc->tx_bit - 1)) & 1;
	dc->tx_bit++;
	return bit;
}

/* Parity and framing errors come as negative values and are no data. */
static void put_byte(void *arg, int c)
{
	struct line *l = arg;
	uint8_t byte = (uint8_t)c;

	if (c < 0 || l->dc->state != DC_UP)
		return;
	if (!fifo_put(&l->from_line, &byte, 1) && !l->dc->lost++)
		log_line(l->number, "V.22bis: the terminal is too slow, bytes are lost");
}

static void v22_status(struct line *l, int status)
{
	struct datacall *dc = l->dc;

	log_line(l->number, "V.22bis: %s", signal_status_to_str(status));
	if (status == SIG_STATUS_TRAINING_SUCCEEDED && dc->state == DC_TRAINING) {
		dc->trained = true;
		dc->state = DC_UP;
		dc->rate = v22bis_get_current_bit_rate(dc->v22);
		l->ops->carrier(l, dc->rate);
	} else if (status == SIG_STATUS_TRAINING_FAILED || status == SIG_STATUS_CARRIER_DOWN) {
		timer_set(&dc->failed, 0);
	}
}

static void put_bit(void *arg, int bit)
{
	struct line *l = arg;

	if (bit < 0)
		v22_status(l, bit);
	else if (l->dc->state == DC_UP && exch_hears(l))
		async_rx_put_bit(l->dc->async_rx, bit);
}

static int v22_audio_tx(struct line *l, int16_t *amp, int len)
{
	return v22bis_tx(l->dc->v22, amp, len);
}

static void v22_audio_rx(struct line *l, int16_t *amp, int len)
{
	v22bis_rx(l->dc->v22, amp, len);
	if (l->from_line.len)
		l->ops->pump(l);
}

static const struct audio_ops v22_audio = {
	.tx = v22_audio_tx,
	.rx = v22_audio_rx,
};

static void start_v22(struct line *l)
{
	struct datacall *dc = l->dc;

	log_line(l->number, "V.22bis %s", l->caller ? "calling" : "answering");
	dc->state = DC_TRAINING;
	dc->async_rx = async_rx_init(NULL, 8, ASYNC_PARITY_NONE, 1, false, put_byte, l);
	dc->v22 =
		v22bis_init(NULL, 2400, V22BIS_GUARD_TONE_NONE, l->caller, next_bit, l, put_bit, l);
	if (!dc->v22 || !dc->async_rx)
		die("spandsp: no V.22bis");
	v22bis_tx_power(dc->v22, -14.0f);
	l->audio = &v22_audio;
}

static void start_fast(struct line *l)
{
	l->dc->state = DC_UP;
	l->dc->fast = true;
	l->dc->rate = FAST_RATE;
}

/* Runs for each end; the first of two willing ends brings the fast call up for both. */
static void negotiate(void *arg)
{
	struct line *l = arg;
	struct line *far = l->peer;

	if (l->dc->state != DC_NEGOTIATE)
		return;
	if (!far || far->dc->state != DC_NEGOTIATE || !l->fast_ok || !far->fast_ok) {
		start_v22(l);
		return;
	}
	log_line(l->number, "fast call with %s", far->number);
	start_fast(l);
	start_fast(far);
	l->ops->carrier(l, FAST_RATE);
	far->ops->carrier(far, FAST_RATE);
}

/* The line is through and its owner wants data. */
void datacall_begin(struct line *l)
{
	struct datacall *dc = l->dc;

	datacall_end(l);
	fifo_drop(&l->from_line, l->from_line.len);
	l->sent = (struct counter){ 0 };
	l->received = (struct counter){ 0 };
	dc->lost = 0;
	dc->state = DC_NEGOTIATE;
	timer_set(&dc->timer, NEGOTIATE);
}

/* At hang-up nothing that a fast call accepted may vanish: the far queue has the room. */
static void flush_to_far(struct line *l)
{
	if (l->dc->fast && l->dc->state == DC_UP && l->peer)
		fifo_move(&l->peer->from_line, &l->to_line, l->to_line.len, NULL);
}

/* Idempotent. Called by the owner before he hangs up; from_line keeps what has arrived. */
void datacall_end(struct line *l)
{
	struct datacall *dc = l->dc;

	flush_to_far(l);
	if (l->to_line.len)
		log_line(l->number, "the end of the call discards %zu unsent bytes",
			 l->to_line.len);
	fifo_drop(&l->to_line, l->to_line.len);
	if (dc->lost)
		log_line(l->number, "%llu bytes lost to a slow terminal", dc->lost);
	if (dc->state == DC_UP)
		log_line(l->number, "data call: %llu bytes from, %llu bytes to the terminal",
			 l->sent.bytes, l->received.bytes);
	timer_stop(&dc->timer);
	timer_stop(&dc->failed);
	if (dc->v22) {
		v22bis_free(dc->v22);
		l->audio = NULL;
	}
	free(dc->async_rx);
	dc->v22 = NULL;
	dc->async_rx = NULL;
	dc->state = DC_NONE;
	dc->fast = false;
	dc->trained = false;
	dc->tx_bit = 0;
	dc->lost = 0;
}

static void fast_move(struct line *from, struct line *to)
{
	if (to->from_line.len < FAST_SOFT)
		fifo_move(&to->from_line, &from->to_line, FAST_SOFT - to->from_line.len, NULL);
}

void datacall_pump(struct line *l)
{
	struct line *far = l->peer;

	if (l->dc->fast && far && far->dc->fast) {
		fast_move(l, far);
		far->ops->pump(far);
		fast_move(far, l);
	}
	l->ops->pump(l);
}
