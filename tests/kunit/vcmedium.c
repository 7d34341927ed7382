// SPDX-License-Identifier: GPL-2.0-only
/*
 * The medium and the peer of the VC fixture, and the list of what happens: see vct.h.
 *
 * The medium's frames go nowhere. Its signalling PDUs are handed to the peer's worker, which alone
 * runs the peer's SAAL; what the peer sends comes up as on a NIC, with softirqs off.
 */
#include <linux/slab.h>
#include "vcmedium.h"
#include "../../kernel/callmgr/trace.h"

#define VCT_TICK_MS 5

/**
 * struct cldn_channel - an open channel of the medium
 * @t: fixture
 * @vci: of it
 * @ctx: its user's
 * @shut: nothing goes through it any more
 * @kept: octets that are at the device; under t->lock
 * @rcu: defers the end of its memory
 */
struct cldn_channel {
	struct vct *t;
	u16 vci;
	void *ctx;
	bool shut;
	size_t kept;
	struct rcu_head rcu;
};

/**
 * struct vct_peer - the far end; all but @rxq, @frozen and @answers is its worker's
 * @t: fixture
 * @worker: its thread
 * @rx: PDUs have come
 * @tick: time has passed
 * @rxq: PDUs that came
 * @frozen: it neither hears nor speaks
 * @answers: VCT_ANSWER_*
 * @saal: its SAAL
 * @slots: SSCOP's memory
 * @timer_at: when each of SSCOP's timers is due, 0 = it does not run
 * @vci: that it gave last
 * @cref: that it chose last
 * @in: message being read
 * @out: message being built
 * @buf: that message
 * @seen: the link worker's: a message that our end sends
 */
struct vct_peer {
	struct vct *t;
	struct kthread_worker *worker;
	struct kthread_work rx;
	struct kthread_delayed_work tick;
	struct sk_buff_head rxq;
	bool frozen;
	u32 answers;
	struct cldn_sscf saal;
	void *slots;
	u64 timer_at[CLDN_SSCOP_TIMERS];
	u16 vci;
	u32 cref;
	struct cldn_q2931_msg in;
	struct cldn_q2931_msg out;
	u8 buf[CLDN_Q2931_MSG_MAX];
	struct cldn_q2931_msg seen;
};

static struct vct *vct_now; /* the one that probe() finds */

/* ---- what happens ---- */

static struct vct_note *vct_note_locked(struct vct *t, enum vct_what what, u32 number)
{
	static struct vct_note spare; /* the list is full: the case will miss what it looks for */
	struct vct_note *note = t->nnotes < VCT_NOTES ? &t->notes[t->nnotes++] : &spare;

	lockdep_assert_held(&t->lock);
	memset(note, 0, sizeof(*note));
	note->what = what;
	note->number = number;
	return note;
}

static void vct_note(struct vct *t, enum vct_what what, u32 number)
{
	guard(spinlock_irqsave)(&t->lock);
	vct_note_locked(t, what, number);
}

/*
 * A frame that comes right behind another one takes its place where the list is half full: those
 * who write without an end shall not fill it before the case's next step.
 */
static void vct_note_frame(struct vct *t, u32 vci, const void *sdu, size_t len)
{
	struct vct_note *note = t->nnotes > VCT_NOTES / 2 ? &t->notes[t->nnotes - 1] : NULL;

	if (!note || note->what != VCT_DATA || note->number != vci)
		note = vct_note_locked(t, VCT_DATA, vci);
	note->len = len;
	memcpy(note->data, sdu, min_t(size_t, len, VCT_FRAME));
}

static void vct_note_message(struct vct *t, const struct cldn_q2931_msg *msg)
{
	struct vct_note *note;
	const u8 *data;
	size_t len = 0;

	data = cldn_q2931_data_get(msg, &len);
	guard(spinlock_irqsave)(&t->lock);
	note = vct_note_locked(t, VCT_MESSAGE, msg->type);
	note->cref = msg->cref;
	note->cause = msg->ncauses ? msg->cause[0].value : 0;
	note->len = data ? len : 0;
	if (data)
		memcpy(note->data, data, min_t(size_t, len, VCT_FRAME));
}

int vct_when_nth(struct vct *t, enum vct_what what, s64 number, unsigned int nth)
{
	unsigned int i;

	guard(spinlock_irqsave)(&t->lock);
	for (i = 0; i < t->nnotes; i++)
		if (t->notes[i].what == what && (number < 0 || t->notes[i].number == number) &&
		    !nth--)
			return i;
	return -1;
}

int vct_when(struct vct *t, enum vct_what what, s64 number)
{
	return vct_when_nth(t, what, number, 0);
}

unsigned int vct_times(struct vct *t, enum vct_what what, s64 number)
{
	unsigned int n = 0;

	while (vct_when_nth(t, what, number, n) >= 0)
		n++;
	return n;
}

struct vct_note vct_note_at(struct vct *t, int place)
{
	guard(spinlock_irqsave)(&t->lock);
	return t->notes[place];
}

int vct_data_after(struct vct *t, int place)
{
	guard(spinlock_irqsave)(&t->lock);
	while (++place < t->nnotes)
		if (t->notes[place].what == VCT_DATA)
			return place;
	return -1;
}

void vct_forget(struct vct *t)
{
	guard(spinlock_irqsave)(&t->lock);
	t->nnotes = 0;
}

/* ---- tracepoints ---- */

/* In the order of enum vct_what. */
static struct tracepoint *const vct_points[VCT_EDGES] = {
	&__tracepoint_cl_close_call,	 &__tracepoint_cm_close_call,
	&__tracepoint_close_data_sent,	 &__tracepoint_net_released,
	&__tracepoint_party_freed,	 &__tracepoint_cm_deactivate,
	&__tracepoint_mp_deactivate,	 &__tracepoint_deactivate_complete,
	&__tracepoint_cm_close_complete, &__tracepoint_cl_close_complete,
	&__tracepoint_co_delete_vc,	 &__tracepoint_peer_delete_vc,
	&__tracepoint_mp_delete_vc,	 &__tracepoint_vc_free,
	&__tracepoint_cm_incoming_close, &__tracepoint_cm_misuse,
};

static struct vct_edge {
	struct vct *t;
	enum vct_what what;
} vct_edges[VCT_EDGES];

static void vct_probe(void *data, struct cm_vc *vc, u32 detail)
{
	struct vct_edge *edge = data;

	guard(spinlock_irqsave)(&edge->t->lock);
	vct_note_locked(edge->t, edge->what, detail)->vc = vc;
	if (edge->what == VCT_CM_CLOSE_CALL && edge->t->patient)
		vc->drain_end_ns = U64_MAX; /* the worker has just set it */
}

static void vct_probes_begin(struct vct *t)
{
	unsigned int i;

	for (i = 0; i < VCT_EDGES; i++) {
		vct_edges[i] = (struct vct_edge){ t, i };
		KUNIT_EXPECT_EQ(t->kt.test, 0,
				tracepoint_probe_register(vct_points[i], vct_probe, &vct_edges[i]));
	}
}

static void vct_probes_end(void)
{
	unsigned int i;

	for (i = 0; i < VCT_EDGES; i++)
		tracepoint_probe_unregister(vct_points[i], vct_probe, &vct_edges[i]);
	tracepoint_synchronize_unregister();
}

/* ---- the medium: upwards ---- */

static struct cldn_channel *vct_channel_locked(struct vct *t, u32 vci)
{
	unsigned int i;

	lockdep_assert_held(&t->lock);
	for (i = 0; i < VCT_CHANNELS; i++)
		if (t->channels[i] && t->channels[i]->vci == vci)
			return t->channels[i];
	return NULL;
}

static bool vct_up(struct vct *t, u32 vci, const void *sdu, size_t len)
{
	const struct cldn_cells_up *up;
	struct cldn_channel *ch;
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);
	bool taken;

	if (!skb)
		return false;
	skb_put_data(skb, sdu, len);
	local_bh_disable();
	rcu_read_lock();
	up = READ_ONCE(t->up);
	scoped_guard(spinlock_irqsave, &t->lock)
		ch = vct_channel_locked(t, vci);
	taken = up && ch;
	if (taken)
		up->received(ch->ctx, skb);
	rcu_read_unlock();
	local_bh_enable();
	if (!taken)
		kfree_skb(skb);
	return taken;
}

bool vct_frame_in(struct vct *t, u32 vci, size_t len)
{
	u8 *sdu = kunit_kzalloc(t->kt.test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, sdu);
	return vct_up(t, vci, sdu, len);
}

void vct_medium_gone(struct vct *t, u8 cause)
{
	scoped_guard(spinlock_irqsave, &t->lock)
		t->info.up = false;
	t->up->changed(t->up_ctx, true, cause);
}

void vct_medium_room(struct vct *t)
{
	unsigned int i;

	guard(rcu)();
	for (i = 0; i < VCT_CHANNELS; i++) {
		struct cldn_channel *ch;

		scoped_guard(spinlock_irqsave, &t->lock)
			ch = t->channels[i];
		if (ch)
			t->up->room(ch->ctx);
	}
}

void vct_device_gives_back(struct vct *t)
{
	unsigned int i;

	guard(spinlock_irqsave)(&t->lock);
	t->keep = false;
	for (i = 0; i < VCT_CHANNELS; i++)
		if (t->channels[i])
			t->channels[i]->kept = 0;
}

bool vct_channel_open(struct vct *t, u32 vci)
{
	guard(spinlock_irqsave)(&t->lock);
	return vct_channel_locked(t, vci);
}

/* ---- the medium: its operations ---- */

static int vct_start(struct cldn_link *link, const struct cldn_cells_up *up, void *ctx)
{
	struct vct *t = link->priv;

	t->up_ctx = ctx;
	WRITE_ONCE(t->up, up);
	return 0;
}

static void vct_stop(struct cldn_link *link)
{
	struct vct *t = link->priv;

	WRITE_ONCE(t->up, NULL);
	synchronize_rcu();
}

static void vct_info(struct cldn_link *link, struct cldn_cells_info *info)
{
	struct vct *t = link->priv;

	guard(spinlock_irqsave)(&t->lock);
	*info = t->info;
}

static struct cldn_channel *vct_open(struct cldn_link *link, u16 vpi, u16 vci, u32 max_sdu,
				     void *ctx)
{
	struct vct *t = link->priv;
	struct cldn_channel *ch = kzalloc(sizeof(*ch), GFP_KERNEL);
	unsigned int i;

	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->t = t;
	ch->vci = vci;
	ch->ctx = ctx;
	if (t->in_open)
		t->in_open(t);
	guard(spinlock_irqsave)(&t->lock);
	for (i = 0; !t->open_error && i < VCT_CHANNELS && t->channels[i]; i++)
		;
	if (t->open_error || i == VCT_CHANNELS || vct_channel_locked(t, vci)) {
		kfree(ch);
		return ERR_PTR(xchg(&t->open_error, 0) ?: -EEXIST);
	}
	t->channels[i] = ch;
	vct_note_locked(t, VCT_OPEN, vci);
	return ch;
}

static void vct_shut(struct cldn_channel *ch)
{
	struct vct *t = ch->t;
	unsigned int i;

	if (t->in_shut)
		t->in_shut(t);
	guard(spinlock_irqsave)(&t->lock);
	ch->shut = true;
	for (i = 0; i < VCT_CHANNELS; i++)
		if (t->channels[i] == ch)
			t->channels[i] = NULL;
	vct_note_locked(t, VCT_SHUT, ch->vci);
}

static void vct_put(struct cldn_channel *ch)
{
	vct_note(ch->t, VCT_PUT, ch->vci);
	kfree_rcu(ch, rcu);
}

/* What the medium allocates is not what a case is about that lets allocations fail. */
static struct sk_buff *vct_skb(size_t len)
{
#if IS_ENABLED(CONFIG_FAULT_INJECTION)
	bool fails = current->make_it_fail;
	struct sk_buff *skb;

	current->make_it_fail = false;
	skb = alloc_skb(len, GFP_ATOMIC);
	current->make_it_fail = fails;
	return skb;
#else
	return alloc_skb(len, GFP_ATOMIC);
#endif
}

/* The list has what our end says at the moment when it says it; repetitions too. */
static void vct_signalling(struct vct *t, const void *pdu, size_t len)
{
	static const struct cldn_q2931_rules rules = { .uni = CLDN_Q2931_UNI31 };
	struct vct_peer *peer = t->peer;
	struct cldn_q2931_verdict verdict;
	struct cldn_sscop_pdu p;
	struct sk_buff *skb;

	if (!cldn_sscop_parse(&p, pdu, len) && p.type == CLDN_SSCOP_SD &&
	    !cldn_q2931_parse(p.info, p.info_len, &rules, &peer->seen, &verdict))
		vct_note_message(t, &peer->seen);
	skb = READ_ONCE(peer->frozen) ? NULL : vct_skb(len);
	if (!skb)
		return;
	skb_put_data(skb, pdu, len);
	skb_queue_tail(&peer->rxq, skb);
	kthread_queue_work(peer->worker, &peer->rx);
}

static int vct_send(struct cldn_channel *ch, const void *sdu, size_t len)
{
	struct vct *t = ch->t;

	if (ch->vci == CM_SIGNALLING_VCI) {
		vct_signalling(t, sdu, len);
		return 0;
	}
	scoped_guard(spinlock_irqsave, &t->lock) {
		if (ch->shut)
			return -ENETDOWN;
		if (t->tx_error)
			return t->tx_error;
	}
	if (t->in_send)
		t->in_send(t, false);
	scoped_guard(spinlock_irqsave, &t->lock) {
		ch->kept += t->keep || ch->shut ? len : 0;
		vct_note_frame(t, ch->vci, sdu, len);
	}
	if (t->in_send)
		t->in_send(t, true);
	return 0;
}

static size_t vct_in_flight(struct cldn_channel *ch)
{
	guard(spinlock_irqsave)(&ch->t->lock);
	return ch->kept;
}

static const struct cldn_cells_ops vct_cells = {
	.start = vct_start,
	.stop = vct_stop,
	.info = vct_info,
	.open = vct_open,
	.shut = vct_shut,
	.put = vct_put,
	.send = vct_send,
	.in_flight = vct_in_flight,
};

static int vct_link_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
			  size_t len)
{
	link->priv = vct_now;
	strscpy(link->backend, "cells:kunit", sizeof(link->backend));
	return 0;
}

static void vct_link_remove(struct cldn_link *link)
{
}

static struct cldn_link_driver vct_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "kunit-cells",
	.owner = THIS_MODULE,
	.cells = &vct_cells,
	.probe = vct_link_probe,
	.remove = vct_link_remove,
};

/* ---- the peer ---- */

static void vct_peer_pdu(void *ctx, const u8 *pdu, size_t len)
{
	struct vct_peer *peer = ctx;

	if (!READ_ONCE(peer->frozen))
		vct_up(peer->t, CM_SIGNALLING_VCI, pdu, len);
}

static void vct_peer_timer_start(void *ctx, enum cldn_sscop_timer which, u32 ms)
{
	struct vct_peer *peer = ctx;

	peer->timer_at[which] = cldn_now() + ms * KT_MS;
}

static void vct_peer_timer_stop(void *ctx, enum cldn_sscop_timer which)
{
	struct vct_peer *peer = ctx;

	peer->timer_at[which] = 0;
}

static void vct_peer_signal(void *ctx, enum cldn_saal_signal signal)
{
}

static int vct_peer_tell(struct vct_peer *peer)
{
	int len = cldn_q2931_build(&peer->out, peer->buf, sizeof(peer->buf));

	return len < 0 ? len : cldn_sscf_data(&peer->saal, peer->buf, len);
}

static void vct_connection(struct cldn_q2931_msg *msg, u16 vci)
{
	msg->have |= CLDN_Q2931_HAVE(CONNECTION);
	msg->connection.assoc = 1;
	msg->connection.vci = vci;
}

static void vct_peer_answer(struct vct_peer *peer, u32 answer, u8 type)
{
	if (!(READ_ONCE(peer->answers) & answer))
		return;
	memset(&peer->out, 0, sizeof(peer->out));
	peer->out.cref = peer->in.cref ^ CLDN_Q2931_CREF_FLAG;
	peer->out.type = type;
	if (type == CLDN_Q2931_CONNECT)
		vct_connection(&peer->out, ++peer->vci);
	vct_peer_tell(peer);
}

static void vct_peer_data(void *ctx, const u8 *sdu, size_t len)
{
	static const struct cldn_q2931_rules rules = { .uni = CLDN_Q2931_UNI31 };
	struct cldn_q2931_verdict verdict;
	struct vct_peer *peer = ctx;

	if (cldn_q2931_parse(sdu, len, &rules, &peer->in, &verdict))
		return;
	switch (peer->in.type) {
	case CLDN_Q2931_SETUP:
		vct_peer_answer(peer, VCT_ANSWER_SETUP, CLDN_Q2931_CONNECT);
		break;
	case CLDN_Q2931_CONNECT:
		vct_peer_answer(peer, VCT_ANSWER_CONNECT, CLDN_Q2931_CONNECT_ACK);
		break;
	case CLDN_Q2931_RELEASE:
		vct_peer_answer(peer, VCT_ANSWER_RELEASE, CLDN_Q2931_RELEASE_COMPLETE);
		break;
	}
}

static void vct_peer_room(void *ctx)
{
}

static void vct_peer_error(void *ctx, char letter, u32 count)
{
}

static const struct cldn_sscf_ops vct_peer_ops = {
	.send = vct_peer_pdu,
	.timer_start = vct_peer_timer_start,
	.timer_stop = vct_peer_timer_stop,
	.signal = vct_peer_signal,
	.data = vct_peer_data,
	.room = vct_peer_room,
	.error = vct_peer_error,
};

static void vct_peer_rx(struct kthread_work *work)
{
	struct vct_peer *peer = container_of(work, struct vct_peer, rx);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&peer->rxq))) {
		cldn_sscf_input(&peer->saal, skb->data, skb->len);
		consume_skb(skb);
	}
}

static void vct_peer_tick(struct kthread_work *work)
{
	struct vct_peer *peer = container_of(work, struct vct_peer, tick.work);
	unsigned int i;

	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		if (peer->timer_at[i] && cldn_now() >= peer->timer_at[i]) {
			peer->timer_at[i] = 0;
			cldn_sscf_timer(&peer->saal, i);
		}
	kthread_queue_delayed_work(peer->worker, &peer->tick, msecs_to_jiffies(VCT_TICK_MS));
}

static void vct_peer_begin(struct vct *t)
{
	struct vct_peer *peer = kunit_kzalloc(t->kt.test, sizeof(*peer), GFP_KERNEL);
	struct cldn_sscop_cfg cfg;

	KUNIT_ASSERT_NOT_NULL(t->kt.test, peer);
	cldn_sscop_defaults(&cfg);
	peer->slots = kunit_kzalloc(t->kt.test, cldn_sscop_size(&cfg), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(t->kt.test, peer->slots);
	cldn_sscf_init(&peer->saal, &cfg, peer->slots, &vct_peer_ops, peer);
	skb_queue_head_init(&peer->rxq);
	kthread_init_work(&peer->rx, vct_peer_rx);
	kthread_init_delayed_work(&peer->tick, vct_peer_tick);
	peer->t = t;
	peer->answers = VCT_ANSWER_ALL;
	peer->vci = CM_FIRST_VCI + 8;
	peer->worker = kthread_create_worker(0, "vct_peer");
	KUNIT_ASSERT_FALSE(t->kt.test, IS_ERR(peer->worker));
	t->peer = peer;
	kthread_queue_delayed_work(peer->worker, &peer->tick, msecs_to_jiffies(VCT_TICK_MS));
}

static void vct_peer_end(struct vct *t)
{
	if (!t->peer)
		return;
	WRITE_ONCE(t->peer->frozen, true);
	kthread_cancel_delayed_work_sync(&t->peer->tick);
	kthread_destroy_worker(t->peer->worker);
	skb_queue_purge(&t->peer->rxq);
}

/* ---- the peer, as the case sees it ---- */

void vct_answers(struct vct *t, u32 answers)
{
	WRITE_ONCE(t->peer->answers, answers);
}

void vct_peer_frozen(struct vct *t, bool frozen)
{
	WRITE_ONCE(t->peer->frozen, frozen);
}

u32 vct_heard(struct vct *t, u8 type)
{
	unsigned int n;

	KUNIT_ASSERT_TRUE_MSG(t->kt.test, kt_until(vct_times(t, VCT_MESSAGE, type)),
			      "no message of type %#x was sent", type);
	n = vct_times(t, VCT_MESSAGE, type);
	return vct_note_at(t, vct_when_nth(t, VCT_MESSAGE, type, n - 1)).cref ^
	       CLDN_Q2931_CREF_FLAG;
}

/**
 * struct vct_words - a message on its way to the peer's worker
 * @work: there
 * @peer: who says it
 * @msg: it
 * @ret: how that went
 */
struct vct_words {
	struct kthread_work work;
	struct vct_peer *peer;
	const struct cldn_q2931_msg *msg;
	int ret;
};

static void vct_say_work(struct kthread_work *work)
{
	struct vct_words *words = container_of(work, struct vct_words, work);

	words->peer->out = *words->msg;
	words->ret = vct_peer_tell(words->peer);
}

void vct_say(struct vct *t, const struct cldn_q2931_msg *msg)
{
	struct vct_words *words = kunit_kzalloc(t->kt.test, sizeof(*words), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, words);
	kthread_init_work(&words->work, vct_say_work);
	words->peer = t->peer;
	words->msg = msg;
	kthread_queue_work(t->peer->worker, &words->work);
	kthread_flush_work(&words->work);
	KUNIT_ASSERT_EQ(t->kt.test, 0, words->ret);
}

static struct cldn_q2931_msg *vct_msg(struct vct *t, u32 cref, u8 type)
{
	struct cldn_q2931_msg *msg = kunit_kzalloc(t->kt.test, sizeof(*msg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->kt.test, msg);
	msg->cref = cref;
	msg->type = type;
	return msg;
}

u32 vct_say_setup(struct vct *t, u8 selector)
{
	struct cldn_q2931_msg *msg = vct_msg(t, ++t->peer->cref, CLDN_Q2931_SETUP);

	msg->have = CLDN_Q2931_HAVE(AAL) | CLDN_Q2931_HAVE(TRAFFIC) | CLDN_Q2931_HAVE(BEARER) |
		    CLDN_Q2931_HAVE(CALLED) | CLDN_Q2931_HAVE(QOS);
	msg->aal = (struct cldn_q2931_aal){
		.type = CLDN_Q2931_AAL5,
		.has_fwd = true,
		.has_bwd = true,
		.fwd_sdu = 9188,
		.bwd_sdu = 9188,
	};
	msg->traffic.best_effort = true;
	msg->traffic.have = BIT(CLDN_Q2931_FWD_PEAK) | BIT(CLDN_Q2931_BWD_PEAK);
	msg->traffic.value[CLDN_Q2931_FWD_PEAK] = 1000;
	msg->traffic.value[CLDN_Q2931_BWD_PEAK] = 1000;
	msg->bearer.class = CLDN_Q2931_BCOB_X;
	msg->called.plan = CLDN_Q2931_PLAN_NSAP;
	msg->called.len = CLDN_Q2931_NSAP;
	memcpy(msg->called.digits, t->info.nsap, CLDN_Q2931_NSAP);
	msg->called.digits[CLDN_Q2931_NSAP - 1] = selector;
	vct_connection(msg, ++t->peer->vci);
	vct_say(t, msg);
	return msg->cref;
}

void vct_say_connect(struct vct *t, u32 cref)
{
	struct cldn_q2931_msg *msg = vct_msg(t, cref, CLDN_Q2931_CONNECT);

	vct_connection(msg, ++t->peer->vci);
	vct_say(t, msg);
}

void vct_say_connect_ack(struct vct *t, u32 cref)
{
	vct_say(t, vct_msg(t, cref, CLDN_Q2931_CONNECT_ACK));
}

void vct_say_release(struct vct *t, u32 cref, u8 cause, const void *data, size_t len)
{
	struct cldn_q2931_msg *msg = vct_msg(t, cref, CLDN_Q2931_RELEASE);

	msg->have = CLDN_Q2931_HAVE(CAUSE);
	msg->ncauses = 1;
	msg->cause[0].value = cause;
	if (len)
		cldn_q2931_data_put(msg, CLDN_Q2931_DATA_CAUSE, data, len);
	vct_say(t, msg);
}

void vct_say_release_complete(struct vct *t, u32 cref)
{
	vct_say(t, vct_msg(t, cref, CLDN_Q2931_RELEASE_COMPLETE));
}

u32 vct_vci(struct vct *t)
{
	return READ_ONCE(t->peer->vci);
}

/* ---- birth and end ---- */

void vct_medium_begin(struct vct *t)
{
	spin_lock_init(&t->lock);
	t->info = (struct cldn_cells_info){
		.up = true,
		.close_data = CLEARDOWN_CLOSE_DATA_MAX,
		.max_sdu = 9188,
		.side = CLDN_SIDE_USER,
		.nsap = { 0x47, 0, 5, 0x80 },
		.peer_nsap = { 0x47, 0, 5, 0x81 },
	};
	vct_now = t;
	vct_probes_begin(t);
	vct_peer_begin(t);
	KUNIT_ASSERT_EQ(t->kt.test, 0, cldn_link_register(&vct_driver));
	t->registered = true;
}

void vct_medium_end(struct vct *t)
{
	if (t->registered)
		cldn_link_unregister(&vct_driver);
	vct_peer_end(t);
	vct_probes_end();
	vct_now = NULL;
}
