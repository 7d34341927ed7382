// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/callmgr/q2931/call.c and link.c: a user and a network, back to back, with a clock, a
 * window and a wire that obey the test. Whatever happens goes into one log, in short words:
 *
 *   u>SETUP       the user side has put a message into the window
 *   n:incoming    the network's owner was told
 *   u:end L16     the call is gone: who began (L local, P peer, T timer, X protocol, S SAAL,
 *                 R restart), cause, then /cause of the other side, ! forced, q quarantine, wN
 *                 ways of our data, 'text' that the other side gave
 *
 * A call is freed while released() runs, so that the sanitizer sees who looks at it later. Each
 * change of state is held against the table of legal ones.
 *
 * usage: q2931_call_test [STEPS]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/callmgr/q2931/link.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define H(name) CLDN_Q2931_HAVE(name)
#define NCALLS 8
#define NWIRE 64
#define NEVER (~0ULL)
#define FIRST_VCI 32
#define VPCI 5

/* Says which line of a table is wrong, for whoever has to mend it. */
static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		printf("# %s[%zu]: %s\n", table, line, text);
	return good;
}

/* ---- the world ---- */

struct slot {
	struct cldn_q2931_call *call;
	u8 seen; /* state at the last look */
	bool freed; /* its VC was given back, into quarantine */
	bool quarantine;
	unsigned long long deadline[CLDN_Q2931_NSLOTS];
};

struct peer {
	struct cldn_q2931_link link;
	char name;
	struct slot slots[NCALLS];
	unsigned long long deadline[CLDN_Q2931_NTIMERS];
	int room; /* messages that the window takes, -1 = any */
	int error; /* of send(), 0 = none */
	int vc_error;
	bool no_new; /* new_call() refuses */
	bool accepts; /* incoming() is answered at once */
	bool knows_parties;
	bool deaf_for_uui; /* as stock atmsigd */
	u16 next_vci;
	int vcs; /* taken and not given back */
	unsigned int ended;
	unsigned int offered;
	struct cldn_q2931_end end; /* the last one */
	char data[CLDN_Q2931_UUI_MAX + 1];
	struct {
		u8 at[CLDN_Q2931_MSG_MAX];
		size_t len;
	} wire[NWIRE]; /* sent by this side, not delivered */
	size_t nwire;
	u8 last[CLDN_Q2931_MSG_MAX];
	size_t last_len;
};

static struct peer user, network;
static unsigned long long now;
static char log_text[16384];
static size_t log_len;
static bool broken;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_len += vsnprintf(log_text + log_len, sizeof(log_text) - log_len, format, args);
	va_end(args);
	if (log_len >= sizeof(log_text) - 300)
		log_len = 0;
}

static void forget(void)
{
	log_len = 0;
	log_text[0] = 0;
}

static bool log_is(const char *text)
{
	bool good = !strcmp(log_text, text);

	if (!good)
		printf("# log  %s\n# want %s\n", log_text, text);
	forget();
	return good;
}

static struct peer *peer_of(struct cldn_q2931_link *link)
{
	return (struct peer *)link;
}

static struct slot *slot_of(struct cldn_q2931_call *call)
{
	struct peer *p = peer_of(call->link);
	size_t i;

	for (i = 0; i < NCALLS; i++)
		if (p->slots[i].call == call)
			return &p->slots[i];
	abort();
}

/* ---- legal transitions ---- */

static const u16 after[CLDN_Q2931_NSTATES] = {
	[CLDN_Q2931_NULL] = CLDN_Q2931_AFTER_NULL,
	[CLDN_Q2931_INITIATED] = CLDN_Q2931_AFTER_INITIATED,
	[CLDN_Q2931_PROCEEDING] = CLDN_Q2931_AFTER_PROCEEDING,
	[CLDN_Q2931_DELIVERED] = CLDN_Q2931_AFTER_DELIVERED,
	[CLDN_Q2931_PRESENT] = CLDN_Q2931_AFTER_PRESENT,
	[CLDN_Q2931_RECEIVED] = CLDN_Q2931_AFTER_RECEIVED,
	[CLDN_Q2931_CONNECT_REQUEST] = CLDN_Q2931_AFTER_CONNECT_REQUEST,
	[CLDN_Q2931_IN_PROCEEDING] = CLDN_Q2931_AFTER_IN_PROCEEDING,
	[CLDN_Q2931_ACTIVE] = CLDN_Q2931_AFTER_ACTIVE,
	[CLDN_Q2931_RELEASE_REQUEST] = CLDN_Q2931_AFTER_RELEASE,
	[CLDN_Q2931_RELEASE_INDICATION] = CLDN_Q2931_AFTER_RELEASE,
};

static void look_at(struct peer *p, struct slot *s, u8 state)
{
	if (s->seen != state && !(after[s->seen] & 1 << state)) {
		printf("# %c: %s -> %s\n", p->name, cldn_q2931_state_name(s->seen),
		       cldn_q2931_state_name(state));
		broken = true;
	}
	s->seen = state;
}

static void look(void)
{
	struct peer *peers[] = { &user, &network };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < NCALLS; i++)
			if (peers[k]->slots[i].call)
				look_at(peers[k], &peers[k]->slots[i],
					peers[k]->slots[i].call->state);
}

/* ---- the owner ---- */

static const char *short_name(u8 type)
{
	static const struct {
		u8 type;
		const char *name;
	} names[] = {
		{ CLDN_Q2931_CALL_PROCEEDING, "PROC" },	 { CLDN_Q2931_ALERTING, "ALERT" },
		{ CLDN_Q2931_CONNECT_ACK, "ACK" },	 { CLDN_Q2931_RELEASE, "REL" },
		{ CLDN_Q2931_RELEASE_COMPLETE, "COMP" }, { CLDN_Q2931_STATUS_ENQUIRY, "ENQ" },
		{ CLDN_Q2931_RESTART_ACK, "RESTACK" },
	};
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return cldn_q2931_type_name(type);
}

static void note_sent(struct peer *p, const struct cldn_q2931_msg *msg)
{
	size_t i;

	note("%c>%s", p->name, short_name(msg->type));
	for (i = 0; (msg->have & H(CAUSE)) && i < msg->ncauses; i++)
		note("%s%u", i ? "+" : "", msg->cause[i].value);
	if (msg->have & H(CALL_STATE))
		note("s%u", msg->call_state);
	if (msg->have & H(UUI))
		note("u");
	note(" ");
}

static int op_send(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg)
{
	struct peer *p = peer_of(link);
	int len;

	look();
	if (!link->up)
		abort();
	if (p->error)
		return p->error;
	if (!p->room || p->nwire == NWIRE)
		return -ENOBUFS;
	if (p->room > 0)
		p->room--;
	len = cldn_q2931_build(msg, p->wire[p->nwire].at, CLDN_Q2931_MSG_MAX);
	if (len < 0) {
		printf("# %c cannot build %s: %d\n", p->name, cldn_q2931_type_name(msg->type), len);
		broken = true;
		return len;
	}
	p->wire[p->nwire++].len = len;
	memcpy(p->last, p->wire[p->nwire - 1].at, len);
	p->last_len = len;
	note_sent(p, msg);
	return 0;
}

static void op_timer_start(struct cldn_q2931_call *call, unsigned int slot, u32 ms)
{
	slot_of(call)->deadline[slot] = now + ms;
}

static void op_timer_stop(struct cldn_q2931_call *call, unsigned int slot)
{
	struct slot *s = slot_of(call);

	if (s->deadline[slot] == NEVER)
		broken = true;
	s->deadline[slot] = NEVER;
}

static void op_link_timer_start(struct cldn_q2931_link *link, unsigned int timer, u32 ms)
{
	peer_of(link)->deadline[timer] = now + ms;
}

static void op_link_timer_stop(struct cldn_q2931_link *link, unsigned int timer)
{
	peer_of(link)->deadline[timer] = NEVER;
}

static struct cldn_q2931_call *op_lookup(struct cldn_q2931_link *link, u32 value, bool ours)
{
	struct peer *p = peer_of(link);
	size_t i;

	for (i = 0; i < NCALLS; i++) {
		struct cldn_q2931_call *call = p->slots[i].call;

		if (call && (call->cref & ~CLDN_Q2931_CREF_FLAG) == value &&
		    cldn_q2931_call_ours(call) == ours)
			return call;
	}
	return NULL;
}

static void op_each(struct cldn_q2931_link *link,
		    void (*fn)(struct cldn_q2931_call *call, const void *arg), const void *arg)
{
	struct peer *p = peer_of(link);
	size_t i;

	for (i = 0; i < NCALLS; i++)
		if (p->slots[i].call)
			fn(p->slots[i].call, arg);
}

static struct cldn_q2931_call *op_of_vc(struct cldn_q2931_link *link, u16 vpci, u16 vci)
{
	struct peer *p = peer_of(link);
	size_t i;

	for (i = 0; i < NCALLS; i++) {
		struct cldn_q2931_call *call = p->slots[i].call;

		if (call && call->has_vc && call->vpci == vpci && call->vci == vci)
			return call;
	}
	return NULL;
}

static struct cldn_q2931_call *add_call(struct peer *p, u32 cref)
{
	size_t i;

	for (i = 0; i < NCALLS; i++) {
		struct slot *s = &p->slots[i];

		if (s->call)
			continue;
		s->call = malloc(sizeof(*s->call));
		cldn_q2931_call_init(s->call, &p->link, cref);
		s->seen = CLDN_Q2931_NULL;
		s->freed = false;
		s->quarantine = false;
		s->deadline[0] = NEVER;
		s->deadline[1] = NEVER;
		return s->call;
	}
	return NULL;
}

static struct cldn_q2931_call *op_new_call(struct cldn_q2931_link *link, u32 cref, u8 *cause)
{
	struct peer *p = peer_of(link);

	if (p->no_new) {
		*cause = CLDN_Q2931_CAUSE_BUSY;
		return NULL;
	}
	return add_call(p, cref);
}

static void op_fill(struct cldn_q2931_call *call, struct cldn_q2931_msg *msg)
{
	(void)call;
	if (msg->type == CLDN_Q2931_STATUS || msg->type == CLDN_Q2931_STATUS_ENQUIRY ||
	    msg->type == CLDN_Q2931_CONNECT_ACK)
		broken = true;
	if (msg->type != CLDN_Q2931_SETUP)
		return;
	msg->have |= H(TRAFFIC) | H(BEARER) | H(CALLED) | H(QOS) | H(AAL);
	msg->aal.type = CLDN_Q2931_AAL5;
	msg->traffic.have = 1 << CLDN_Q2931_FWD_PEAK;
	msg->traffic.value[CLDN_Q2931_FWD_PEAK] = 353207;
	msg->bearer.class = CLDN_Q2931_BCOB_X;
	msg->called.plan = CLDN_Q2931_PLAN_NSAP;
	msg->called.len = CLDN_Q2931_NSAP;
}

static int op_vc_take(struct cldn_q2931_call *call, bool any)
{
	struct peer *p = peer_of(call->link);

	look();
	if (p->vc_error)
		return p->vc_error;
	if (any) {
		call->vpci = VPCI;
		call->vci = p->next_vci++;
	}
	p->vcs++;
	return 0;
}

static void op_vc_free(struct cldn_q2931_call *call, bool quarantine)
{
	struct peer *p = peer_of(call->link);

	p->vcs--;
	slot_of(call)->quarantine = quarantine;
	slot_of(call)->freed = true;
}

static void op_incoming(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct peer *p = peer_of(call->link);

	look();
	if (msg->type != CLDN_Q2931_SETUP || (p == &user && msg->connection.assoc != 1))
		broken = true;
	p->offered++;
	note("%c:incoming ", p->name);
	if (p->accepts)
		cldn_q2931_call_accept(call);
}

static void op_proceeding(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	look();
	(void)msg;
	note("%c:proceeding ", peer_of(call->link)->name);
}

static void op_alerting(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	look();
	(void)msg;
	note("%c:alerting ", peer_of(call->link)->name);
}

static void op_connected(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	look();
	if (call->state != CLDN_Q2931_ACTIVE || !!msg != cldn_q2931_call_ours(call))
		broken = true;
	note("%c:connected ", peer_of(call->link)->name);
}

static void take_data(struct peer *p, const struct cldn_q2931_end *end)
{
	if (!end->data)
		return;
	memcpy(p->data, end->data, end->data_len);
	p->data[end->data_len] = 0;
	note("'%s'", p->data);
}

static void op_clearing(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	struct peer *p = peer_of(call->link);

	look();
	/* No request can be made any more. */
	if (call->state !=
	    (p == &user ? CLDN_Q2931_RELEASE_INDICATION : CLDN_Q2931_RELEASE_REQUEST))
		broken = true;
	note("%c:clearing", p->name);
	take_data(p, end);
	note(" ");
}

static void op_released(struct cldn_q2931_call *call, const struct cldn_q2931_end *end)
{
	struct peer *p = peer_of(call->link);
	struct slot *s = slot_of(call);

	look();
	if (call->state != CLDN_Q2931_NULL || s->deadline[0] != NEVER || s->deadline[1] != NEVER ||
	    call->has_vc || call->owed)
		broken = true;
	if (s->quarantine != end->quarantine || s->quarantine > s->freed)
		broken = true;
	p->ended++;
	p->end = *end;
	note("%c:end %c%u", p->name, "LPTXSR"[end->by], end -> cause);
	if (end->peer_cause && end->by != CLDN_Q2931_BY_PEER)
		note("/%u", end->peer_cause);
	note("%s%s", end->forced ? "!" : "", end->quarantine ? "q" : "");
	if (end->data_ways)
		note("w%u", end->data_ways);
	take_data(p, end);
	note(" ");
	s->call = NULL;
	free(call);
}

static void op_status(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	note("%c:status%u ", peer_of(call->link)->name, msg->cause[0].value);
}

static void op_notify(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	(void)msg;
	note("%c:notify ", peer_of(call->link)->name);
}

static bool op_party(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct peer *p = peer_of(call->link);

	if (p->knows_parties)
		note("%c:party%02x ", p->name, msg->type);
	return p->knows_parties;
}

static void op_stray_complete(struct cldn_q2931_link *link, u32 cref)
{
	note("%c:stray%06x ", peer_of(link)->name, cref);
}

static void op_restarted(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg)
{
	note("%c:restarted%u ", peer_of(link)->name, msg->restart);
}

static void op_restart_done(struct cldn_q2931_link *link, bool done)
{
	note("%c:restart %s ", peer_of(link)->name, done ? "done" : "failed");
}

static const struct cldn_q2931_ops ops = {
	.send = op_send,
	.timer_start = op_timer_start,
	.timer_stop = op_timer_stop,
	.link_timer_start = op_link_timer_start,
	.link_timer_stop = op_link_timer_stop,
	.lookup = op_lookup,
	.each = op_each,
	.of_vc = op_of_vc,
	.new_call = op_new_call,
	.fill = op_fill,
	.vc_take = op_vc_take,
	.vc_free = op_vc_free,
	.incoming = op_incoming,
	.proceeding = op_proceeding,
	.alerting = op_alerting,
	.connected = op_connected,
	.clearing = op_clearing,
	.released = op_released,
	.status = op_status,
	.notify = op_notify,
	.party = op_party,
	.stray_complete = op_stray_complete,
	.restarted = op_restarted,
	.restart_done = op_restart_done,
};

/* ---- the wire and the clock ---- */

static struct peer *other(struct peer *p)
{
	return p == &user ? &network : &user;
}

/* Hands the oldest message of @from to the other side. */
static bool deliver(struct peer *from)
{
	struct peer *to = other(from);
	u8 buf[CLDN_Q2931_MSG_MAX];
	size_t len;

	if (!from->nwire)
		return false;
	len = from->wire[0].len;
	memcpy(buf, from->wire[0].at, len);
	memmove(&from->wire[0], &from->wire[1], --from->nwire * sizeof(from->wire[0]));
	if (to->deaf_for_uui && memmem(buf, len, "\x7e\x91", 2))
		return true;
	cldn_q2931_link_receive(&to->link, buf, len);
	look();
	return true;
}

static void settle(void)
{
	while (deliver(&user) || deliver(&network))
		;
}

/* A message comes that the other side has not sent. */
static void hear(struct peer *p, const char *hex)
{
	u8 buf[CLDN_Q2931_MSG_MAX];
	unsigned int value;
	size_t len = 0;

	for (; *hex && sscanf(hex, "%2x", &value) == 1; hex += 2)
		buf[len++] = value;
	cldn_q2931_link_receive(&p->link, buf, len);
	look();
}

/* The soonest clock that runs out until @until; false when none does. */
static bool expire_one(unsigned long long until)
{
	struct peer *peers[] = { &user, &network }, *link_peer = NULL;
	unsigned long long soonest = NEVER, *which = NULL;
	struct cldn_q2931_call *call = NULL;
	size_t i, k, s, slot = 0;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < NCALLS; i++)
			for (s = 0; s < CLDN_Q2931_NSLOTS; s++)
				if (peers[k]->slots[i].call &&
				    peers[k]->slots[i].deadline[s] < soonest) {
					which = &peers[k]->slots[i].deadline[s];
					soonest = *which;
					call = peers[k]->slots[i].call;
					slot = s;
				}
		for (i = 0; i < CLDN_Q2931_NTIMERS; i++)
			if (peers[k]->deadline[i] < soonest) {
				which = &peers[k]->deadline[i];
				soonest = *which;
				call = NULL;
				link_peer = peers[k];
				slot = i;
			}
	}
	if (!which || soonest > until)
		return false;
	now = soonest;
	*which = NEVER;
	if (call)
		cldn_q2931_call_expired(call, slot);
	else
		cldn_q2931_link_expired(&link_peer->link, slot);
	look();
	return true;
}

/* Time passes; messages arrive at once. */
static void pass(unsigned long long ms)
{
	unsigned long long until = now + ms;

	settle();
	while (expire_one(until))
		settle();
	now = until;
}

/* Time passes, and what is sent is lost. */
static void pass_in_silence(unsigned long long ms)
{
	unsigned long long until = now + ms;

	user.nwire = 0;
	network.nwire = 0;
	while (expire_one(until)) {
		user.nwire = 0;
		network.nwire = 0;
	}
	now = until;
}

static void reset_peer(struct peer *p, char name, u8 uni, u8 side)
{
	size_t i;

	for (i = 0; i < NCALLS; i++)
		free(p->slots[i].call);
	memset(p, 0, sizeof(*p));
	p->name = name;
	p->room = -1;
	p->next_vci = FIRST_VCI;
	p->link.ops = &ops;
	p->link.uni = uni;
	p->link.side = side;
	cldn_q2931_timers_default(&p->link.timers, uni, side);
	for (i = 0; i < CLDN_Q2931_NTIMERS; i++)
		p->deadline[i] = NEVER;
}

static void begin(u8 uni)
{
	now = 0;
	broken = false;
	reset_peer(&user, 'u', uni, CLDN_Q2931_USER);
	reset_peer(&network, 'n', uni, CLDN_Q2931_NETWORK);
	cldn_q2931_link_saal_up(&user.link);
	cldn_q2931_link_saal_up(&network.link);
	forget();
}

/* Nothing is left: no call, no VC, no message; and what began was ended once. */
static bool nothing_left(void)
{
	struct peer *peers[] = { &user, &network };
	bool good = !broken;
	size_t i, k;

	for (k = 0; k < 2; k++) {
		good &= !peers[k]->vcs && !peers[k]->nwire;
		for (i = 0; i < NCALLS; i++)
			good &= !peers[k]->slots[i].call;
	}
	return good;
}

static bool is_empty(void)
{
	bool good = nothing_left();

	if (!good)
		printf("# left: vcs %d %d wire %zu %zu broken %d; %s\n", user.vcs, network.vcs,
		       user.nwire, network.nwire, broken, log_text);
	return good;
}

static struct cldn_q2931_call *the_call(struct peer *p)
{
	size_t i;

	for (i = 0; i < NCALLS; i++)
		if (p->slots[i].call)
			return p->slots[i].call;
	return NULL;
}

static u8 state_of(struct peer *p)
{
	struct cldn_q2931_call *call = the_call(p);

	return call ? call->state : 0;
}

static void rooms(struct peer *p)
{
	size_t i;

	p->room = -1;
	cldn_q2931_link_room(&p->link);
	for (i = 0; i < NCALLS; i++)
		if (p->slots[i].call)
			cldn_q2931_call_room(p->slots[i].call);
	look();
}

/* ---- to a state, by what happens between the two ---- */

enum prefix {
	PRE_SENT, /* SETUP is on the wire */
	PRE_OFFERED,
	PRE_PROCEEDING,
	PRE_ALERTING,
	PRE_CONNECT, /* CONNECT is on the wire */
	PRE_ACK, /* CONNECT ACKNOWLEDGE is on the wire */
	PRE_ACTIVE,
	NPREFIXES,
};

static void call_from(struct peer *p)
{
	struct cldn_q2931_call *call = add_call(p, cldn_q2931_cref_pick(&p->link));

	if (cldn_q2931_call_setup(call))
		broken = true;
	look();
}

/* A call from @p as far as @to. */
static void bring(struct peer *p, enum prefix to)
{
	struct peer *q = other(p);

	call_from(p);
	if (to >= PRE_OFFERED)
		settle();
	if (to >= PRE_PROCEEDING)
		cldn_q2931_call_proceeding(the_call(q));
	if (to >= PRE_ALERTING && p->link.uni == CLDN_Q2931_UNI40)
		cldn_q2931_call_alerting(the_call(q));
	settle();
	if (to >= PRE_CONNECT)
		cldn_q2931_call_accept(the_call(q));
	look();
	if (to >= PRE_ACK)
		deliver(q);
	if (to >= PRE_ACTIVE)
		settle();
	if (to == PRE_SENT)
		user.nwire = network.nwire = 0;
	look();
}

/* As bring(), but nothing that was sent is lost. */
static void bring_kept(struct peer *p, enum prefix to)
{
	if (to == PRE_SENT)
		call_from(p);
	else
		bring(p, to);
}

static struct cldn_q2931_close close_with(u8 cause, const char *data)
{
	return (struct cldn_q2931_close){
		.cause = cause,
		.data = (const u8 *)data,
		.data_len = data ? strlen(data) : 0,
	};
}

static int release(struct peer *p, u8 cause, const char *data)
{
	struct cldn_q2931_close close = close_with(cause, data);
	int err = cldn_q2931_call_release(the_call(p), &close);

	look();
	return err;
}

/* ---- calls that go well ---- */

static bool user_calls(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	good = log_is(
		"u>SETUP n:incoming n>PROC u:proceeding n>CONNECT u>ACK u:connected n:connected ");
	good &= state_of(&user) == CLDN_Q2931_ACTIVE && state_of(&network) == CLDN_Q2931_ACTIVE;
	good &= the_call(&user)->vci == FIRST_VCI && the_call(&user)->vpci == VPCI &&
		the_call(&network)->vci == FIRST_VCI;
	release(&user, 16, NULL);
	settle();
	good &= log_is("u>REL16 n:clearing n>COMP n:end P16 u:end L16 ");
	return good && is_empty();
}

static bool network_calls(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	bring(&network, PRE_ACTIVE);
	good = log_is("n>SETUP u:incoming u>PROC u>ALERT n:proceeding n:alerting u>CONNECT n>ACK "
		      "n:connected u:connected ");
	good &= the_call(&user)->vci == FIRST_VCI && the_call(&user)->vpci == VPCI &&
		the_call(&network)->vci == FIRST_VCI;
	release(&network, 17, NULL);
	good &= state_of(&network) == CLDN_Q2931_RELEASE_INDICATION;
	settle();
	good &= log_is("n>REL17 u:clearing u>COMP u:end P17 n:end L17 ");
	return good && is_empty();
}

/* Each state of a call has its number, on both sides. */
static bool numbers(void)
{
	static const struct {
		bool network;
		enum prefix prefix;
		u8 initiator;
		u8 responder;
	} lines[] = {
		{ false, PRE_SENT, 1, 0 },	 { false, PRE_OFFERED, 1, 1 },
		{ false, PRE_PROCEEDING, 3, 3 }, { false, PRE_ALERTING, 4, 4 },
		{ false, PRE_CONNECT, 4, 10 },	 { false, PRE_ACTIVE, 10, 10 },
		{ true, PRE_SENT, 6, 0 },	 { true, PRE_OFFERED, 6, 6 },
		{ true, PRE_PROCEEDING, 9, 9 },	 { true, PRE_ALERTING, 7, 7 },
		{ true, PRE_CONNECT, 7, 8 },	 { true, PRE_ACK, 10, 8 },
		{ true, PRE_ACTIVE, 10, 10 },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(lines); i++) {
		struct peer *p = lines[i].network ? &network : &user;

		begin(CLDN_Q2931_UNI40);
		bring_kept(p, lines[i].prefix);
		good &= fits(state_of(p) == lines[i].initiator &&
				     state_of(other(p)) == lines[i].responder,
			     "number", i, cldn_q2931_state_name(state_of(p)));
	}
	return good;
}

static bool wrong_requests(void)
{
	struct cldn_q2931_close close = close_with(16, NULL);
	struct cldn_q2931_call *call;
	bool good;

	begin(CLDN_Q2931_UNI31);
	call = add_call(&user, 1);
	good = cldn_q2931_call_release(call, &close) == -ENOTCONN &&
	       cldn_q2931_call_accept(call) == -ENOTCONN &&
	       cldn_q2931_call_enquire(call) == -ENOTCONN &&
	       cldn_q2931_call_abort(call, 16) == -ENOTCONN;
	cldn_q2931_link_saal_down(&user.link);
	good &= cldn_q2931_call_setup(call) == -ENETDOWN;
	cldn_q2931_link_saal_up(&user.link);
	good &= !cldn_q2931_call_setup(call) && cldn_q2931_call_setup(call) == -EISCONN &&
		cldn_q2931_call_accept(call) == -ENOTCONN;
	settle();
	call = the_call(&network);
	good &= cldn_q2931_call_alerting(call) == -EOPNOTSUPP &&
		!cldn_q2931_call_proceeding(call) &&
		cldn_q2931_call_proceeding(call) == -EALREADY && !cldn_q2931_call_accept(call) &&
		cldn_q2931_call_accept(call) == -EALREADY &&
		cldn_q2931_call_proceeding(call) == -EALREADY;
	settle();
	good &= !release(&network, 16, NULL) && release(&network, 16, NULL) == -EALREADY &&
		cldn_q2931_call_accept(call) == -ENOTCONN &&
		cldn_q2931_call_enquire(call) == -ENOTCONN;
	settle();
	return good && is_empty();
}

/* ---- ends ---- */

static bool refusal(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	network.link.data_ways = CLDN_Q2931_DATA_CAUSE;
	bring(&user, PRE_OFFERED);
	forget();
	good = !release(&network, 17, "busy");
	settle();
	good &= log_is("n>COMP21 n:end L17w1 u:clearing'busy' u:end P21 ");
	bring(&user, PRE_PROCEEDING);
	forget();
	good &= !release(&network, 17, NULL);
	settle();
	good &= log_is("n>REL17 u:clearing u>COMP u:end P17 n:end L17 ");
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_OFFERED);
	cldn_q2931_call_alerting(the_call(&network));
	forget();
	good &= !release(&network, 17, NULL);
	settle();
	good &= log_is("n>REL17 u:alerting u:clearing u>COMP u:end P17 n:end L17 ");
	network.no_new = true;
	call_from(&user);
	settle();
	good &= log_is("u>SETUP n>COMP17 u:clearing u:end P17 ");
	return good && is_empty();
}

/* From every state, by either side; where the SETUP is still on the wire too. */
static bool from_every_state(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < 2 * 2 * NPREFIXES; i++) {
		struct peer *p = i & 1 ? &user : &network, *who = i & 2 ? p : other(p);

		begin(CLDN_Q2931_UNI40);
		bring_kept(p, i / 4);
		if (!the_call(who))
			continue;
		good &= !release(who, 16, NULL);
		settle();
		good &= fits(is_empty() && user.ended == 1 &&
				     network.ended == network.offered + (p == &network),
			     "state", i, log_text);
		good &= fits(!who->end.forced && who->end.by == CLDN_Q2931_BY_LOCAL, "end", i,
			     log_text);
	}
	return good;
}

static bool data_limits(void)
{
	static const struct {
		u8 ways;
		size_t len;
		int err;
	} lines[] = {
		{ 0, 1, -EOPNOTSUPP }, { 0, 0, 0 },	      { 1, 27, 0 },  { 1, 28, -EMSGSIZE },
		{ 2, 26, 0 },	       { 2, 27, -EMSGSIZE },  { 4, 128, 0 }, { 4, 129, -EMSGSIZE },
		{ 7, 128, 0 },	       { 7, 129, -EMSGSIZE },
	};
	char text[140];
	bool good = true;
	size_t i;

	memset(text, 'x', sizeof(text));
	for (i = 0; i < COUNT(lines); i++) {
		struct cldn_q2931_close close = { .cause = 16,
						  .data = (const u8 *)text,
						  .data_len = lines[i].len };

		begin(CLDN_Q2931_UNI40);
		user.link.data_ways = lines[i].ways;
		bring(&user, PRE_ACTIVE);
		good &= fits(cldn_q2931_call_release(the_call(&user), &close) == lines[i].err,
			     "limit", i, "");
		settle();
		/* What was not taken has changed nothing. */
		if (lines[i].err)
			good &= state_of(&user) == CLDN_Q2931_ACTIVE && !release(&user, 16, NULL);
		else
			good &= fits(strlen(network.data) == lines[i].len, "arrived", i,
				     network.data);
		settle();
		good &= is_empty();
	}
	return good;
}

static bool wrong_causes(void)
{
	struct cldn_q2931_close closes[] = {
		{ .cause = 0 },
		{ .cause = 128 },
		{ .cause = 16, .diag_len = 1 },
		{ .cause = 17, .diag_len = CLDN_Q2931_CLOSE_DIAG + 1 },
	};
	bool good = true;
	size_t i;

	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_ACTIVE);
	for (i = 0; i < COUNT(closes); i++)
		good &= fits(cldn_q2931_call_release(the_call(&user), &closes[i]) == -EINVAL,
			     "cause", i, "");
	good &= state_of(&user) == CLDN_Q2931_ACTIVE;
	closes[0] = (struct cldn_q2931_close){ .cause = 127, .diag_len = CLDN_Q2931_CLOSE_DIAG };
	return good && !cldn_q2931_call_release(the_call(&user), &closes[0]);
}

static bool collision(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	user.link.data_ways = CLDN_Q2931_DATA_CAUSE;
	network.link.data_ways = CLDN_Q2931_DATA_GIT;
	bring(&user, PRE_ACTIVE);
	forget();
	release(&user, 16, "you");
	release(&network, 31, "me");
	settle();
	good = log_is("u>REL21 n>REL31 n:end L31/21w2'you' u:end L16/31w1'me' ");
	return good && is_empty();
}

/* ---- nobody answers ---- */

static bool setup_twice(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	pass_in_silence(3999);
	good = log_is("u>SETUP ");
	pass_in_silence(1);
	good &= log_is("u>SETUP ");
	pass_in_silence(3999);
	good &= log_is("");
	pass_in_silence(1);
	good &= log_is("u>COMP102 u:end T102! ");
	good &= !memcmp(user.last + user.last_len - 3, "303", 3);
	call_from(&network);
	pass_in_silence(8000);
	good &= log_is("n>SETUP n>SETUP n>COMP102 n:end T102! ");
	return good && is_empty();
}

/* The second SETUP meets a call that is under way. */
static bool setup_again(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_OFFERED);
	pass(4000);
	good = log_is("u>SETUP n:incoming u>SETUP ");
	cldn_q2931_call_accept(the_call(&network));
	settle();
	good &= log_is("n>CONNECT u>ACK u:connected n:connected ");
	pass(100000);
	good &= log_is("");
	/* One that waits for room is not sent behind the answer. */
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_OFFERED);
	user.room = 0;
	pass(4000);
	cldn_q2931_call_proceeding(the_call(&network));
	settle();
	rooms(&user);
	return good && log_is("u>SETUP n:incoming n>PROC u:proceeding ") && !broken;
}

static bool other_timers(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_PROCEEDING);
	forget();
	pass(29999);
	good = log_is("");
	pass(1);
	good &= log_is("u>REL102 n:clearing n>COMP n:end P102 u:end T102 ");
	bring(&network, PRE_PROCEEDING);
	forget();
	pass(10000);
	good &= log_is("n>REL102 u:clearing u>COMP u:end P102 n:end T102 ");
	bring(&user, PRE_ALERTING);
	forget();
	pass(179999);
	good &= log_is("");
	pass(1);
	good &= log_is("u>REL102 n:clearing n>COMP n:end P102 u:end T102 ");
	/* CONNECT that is not acknowledged. */
	bring(&network, PRE_CONNECT);
	/* A user does not tell the network what the VC is. */
	good &= user.last_len == CLDN_Q2931_HEADER;
	forget();
	pass_in_silence(3999);
	good &= log_is("");
	pass_in_silence(1);
	good &= log_is("u>REL102 ") && !memcmp(user.last + 15, "313", 3);
	the_call(&network)->owed = 0;
	pass_in_silence(1000000);
	return good && is_empty();
}

/* The network hears that the user has his VC, or believes it after T313, or without the SAAL. */
static bool not_acknowledged(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_CONNECT);
	good = state_of(&network) == CLDN_Q2931_ACTIVE;
	forget();
	pass_in_silence(3999);
	good &= log_is("");
	pass_in_silence(1);
	good &= log_is("n:connected ") && state_of(&network) == CLDN_Q2931_ACTIVE;
	hear(&network, "09030000010f800000"); /* late, and of no use any more */
	good &= log_is("") && state_of(&network) == CLDN_Q2931_ACTIVE;
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_CONNECT);
	forget();
	cldn_q2931_link_saal_down(&network.link);
	good &= log_is("n:connected ");
	cldn_q2931_link_saal_up(&network.link);
	pass(100000);
	good &= log_is("n>ENQ u>ACK u:connected u>STATUS30s10 n:status30 ") &&
		state_of(&network) == CLDN_Q2931_ACTIVE;
	/* An end before it, and nothing is said any more. */
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_CONNECT);
	forget();
	release(&network, 16, NULL);
	pass_in_silence(4000);
	return good && log_is("n>REL16 ") && !broken;
}

static bool release_twice(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	user.link.data_ways = CLDN_Q2931_DATA_UUI | CLDN_Q2931_DATA_CAUSE;
	bring(&user, PRE_ACTIVE);
	cldn_q2931_call_abort(the_call(&network), 16);
	user.nwire = network.nwire = 0;
	forget();
	release(&user, 16, "bye");
	pass_in_silence(29999);
	good = log_is("u>REL21u ");
	pass_in_silence(1);
	good &= log_is("u>REL21+102 ");
	pass_in_silence(29999);
	good &= log_is("");
	pass_in_silence(1);
	good &= log_is("u:end L102!qw1 ") && now == 60000;
	good &= !memcmp(user.last + user.last_len - 3, "308", 3);
	return good && is_empty();
}

/* A stock atmsigd does not confirm what it cannot read; the second RELEASE it can. */
static bool without_uui(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	user.link.data_ways = CLDN_Q2931_DATA_UUI;
	network.deaf_for_uui = true;
	bring(&user, PRE_ACTIVE);
	forget();
	release(&user, 16, "good-bye");
	pass(30000);
	good = log_is("u>REL16u u>REL16+102 n:clearing n>COMP n:end P16 u:end L16 ");
	network.deaf_for_uui = false;
	bring(&user, PRE_ACTIVE);
	forget();
	release(&user, 16, "good-bye");
	pass(30000);
	good &= log_is("u>REL16u n:clearing'good-bye' n>COMP n:end P16 u:end L16w4 ");
	return good && is_empty();
}

static bool late_complete(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&network, PRE_ACTIVE);
	forget();
	release(&network, 16, NULL);
	network.nwire = 0;
	pass_in_silence(60000);
	good = log_is("n>REL16 n>REL16+102 n:end L102!q ");
	/* The user's side still has the call, and ends it. */
	release(&user, 16, NULL);
	settle();
	good &= log_is("u>REL16 n>COMP81 u:end L16/81 ");
	/* A confirmation of what is gone is handed on: the end of the quarantine. */
	bring(&network, PRE_ACTIVE);
	forget();
	cldn_q2931_call_abort(the_call(&network), 31);
	settle();
	good &= log_is("n>REL31 n:end L31!q u:clearing u>COMP u:end P31 n:stray000002 ");
	return good && is_empty();
}

static bool abort_in_every_state(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < 2 * 2 * NPREFIXES * 2; i++) {
		struct peer *p = i & 1 ? &user : &network, *who = i & 2 ? p : other(p);
		bool unanswered = i / 8 == PRE_OFFERED;
		bool unsent = i / 8 == PRE_SENT && (i & 4), quiet, had_vc;

		begin(CLDN_Q2931_UNI40);
		p->room = unsent ? 0 : -1;
		bring_kept(p, i / 8);
		if (!the_call(who))
			continue;
		if (i & 4)
			who->room = 0;
		had_vc = the_call(who)->has_vc;
		good &= !cldn_q2931_call_abort(the_call(who), 41) && who->ended == 1;
		good &= fits(who->vcs == 0 && !the_call(who), "abort", i, log_text);
		/* Refused, or never sent: nobody needs to confirm it. */
		quiet = who == p ? unsent : unanswered && !(i & 4);
		good &= fits(who->end.forced != quiet && who->end.quarantine == (had_vc && !quiet),
			     "forced", i, log_text);
		who->room = -1;
		pass(1000000);
		if (the_call(other(who)))
			release(other(who), 16, NULL);
		settle();
		good &= fits(is_empty(), "after", i, log_text);
	}
	return good;
}

/* ---- the window ---- */

static bool no_room(void)
{
	struct cldn_q2931_call *call;
	bool good;

	begin(CLDN_Q2931_UNI40);
	user.room = 0;
	network.room = 0;
	call_from(&user);
	pass(100000);
	good = log_is("") && the_call(&user)->owed;
	user.room = -1;
	cldn_q2931_call_room(the_call(&user));
	settle();
	good &= log_is("u>SETUP n:incoming ");
	call = the_call(&network);
	good &= !cldn_q2931_call_proceeding(call) &&
		cldn_q2931_call_proceeding(call) == -EALREADY &&
		call->state == CLDN_Q2931_INITIATED;
	good &= !cldn_q2931_call_alerting(call) && cldn_q2931_call_proceeding(call) == -EALREADY;
	cldn_q2931_call_room(call);
	good &= log_is("") && call->state == CLDN_Q2931_INITIATED;
	network.room = 1;
	cldn_q2931_call_room(call);
	good &= log_is("n>ALERT ") && call->state == CLDN_Q2931_DELIVERED && !call->owed;
	good &= !cldn_q2931_call_accept(call) && cldn_q2931_call_accept(call) == -EALREADY &&
		cldn_q2931_call_alerting(call) == -EALREADY && call->state == CLDN_Q2931_DELIVERED;
	user.room = 0;
	network.room = -1;
	cldn_q2931_call_room(call);
	settle();
	good &= log_is("n>CONNECT u:alerting u:connected ");
	user.room = -1;
	cldn_q2931_call_room(the_call(&user));
	settle();
	good &= log_is("u>ACK n:connected ") && !the_call(&user)->owed;
	return good && !broken;
}

/* Several at once go out in their order, and what is overtaken is not sent behind. */
static bool several_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_OFFERED);
	forget();
	network.room = 0;
	cldn_q2931_call_proceeding(the_call(&network));
	hear(&network, "090300000175800000");
	cldn_q2931_call_enquire(the_call(&network));
	network.room = 2;
	cldn_q2931_call_room(the_call(&network));
	good = log_is("n>PROC n>STATUS30s3 ");
	network.room = -1;
	cldn_q2931_call_room(the_call(&network));
	good &= log_is("n>ENQ ") && !the_call(&network)->owed;
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_OFFERED);
	forget();
	network.room = 0;
	cldn_q2931_call_proceeding(the_call(&network));
	network.room = -1;
	cldn_q2931_call_accept(the_call(&network));
	cldn_q2931_call_room(the_call(&network));
	good &= log_is("n>CONNECT ");
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_OFFERED);
	network.room = 0;
	cldn_q2931_call_accept(the_call(&network));
	return good && cldn_q2931_call_alerting(the_call(&network)) == -EALREADY &&
	       cldn_q2931_call_proceeding(the_call(&network)) == -EALREADY && !broken;
}

/* What ends has no clock but T308, and that only when RELEASE is out. */
static bool no_clock_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_PROCEEDING);
	user.room = 0;
	good = user.slots[0].deadline[0] != NEVER;
	release(&user, 16, NULL);
	good &= user.slots[0].deadline[0] == NEVER;
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_PROCEEDING);
	user.room = 0;
	release(&network, 16, NULL);
	settle();
	good &= user.slots[0].deadline[0] == NEVER && the_call(&user)->owed;
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_ACTIVE);
	cldn_q2931_call_enquire(the_call(&user));
	good &= user.slots[0].deadline[1] != NEVER;
	release(&user, 16, NULL);
	return good && user.slots[0].deadline[1] == NEVER && !broken;
}

/* Clearing is state: nothing else goes out any more, and T308 begins when there is room. */
static bool release_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	user.link.data_ways = CLDN_Q2931_DATA_CAUSE;
	bring(&user, PRE_ACTIVE);
	forget();
	user.room = 0;
	cldn_q2931_call_enquire(the_call(&user));
	good = !release(&user, 16, "later") && release(&user, 16, NULL) == -EALREADY;
	pass(59999);
	good &= log_is("") && state_of(&user) == CLDN_Q2931_RELEASE_REQUEST;
	user.room = -1;
	cldn_q2931_call_room(the_call(&user));
	settle();
	good &= log_is("u>REL21 n:clearing'later' n>COMP n:end P21 u:end L16w1 ");
	/* The other side's RELEASE comes first: our data goes into the confirmation. */
	bring(&user, PRE_ACTIVE);
	forget();
	user.room = 0;
	release(&user, 16, "mine");
	release(&network, 17, NULL);
	settle();
	good &= log_is("n>REL17 u:clearing ") && state_of(&user) == CLDN_Q2931_RELEASE_INDICATION;
	release(&user, 16, NULL);
	pass(30000);
	good &= log_is("n>REL17+102 ");
	user.room = -1;
	cldn_q2931_call_room(the_call(&user));
	settle();
	good &= log_is("u>COMP21 u:end L16/17w1 n:end L17/21'mine' ");
	return good && is_empty();
}

static bool complete_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	network.link.data_ways = CLDN_Q2931_DATA_CAUSE;
	bring(&user, PRE_OFFERED);
	forget();
	network.room = 0;
	release(&network, 17, "no");
	settle();
	good = log_is("") && the_call(&network)->owed && release(&network, 17, NULL) == -EALREADY &&
	       state_of(&network) == CLDN_Q2931_RELEASE_INDICATION;
	/* The user gives up meanwhile. */
	release(&user, 16, NULL);
	settle();
	good &= log_is("u>REL16 ");
	network.room = -1;
	cldn_q2931_call_room(the_call(&network));
	settle();
	good &= log_is("n>COMP21 n:end L17/16w1 u:end L16/21'no' ");
	/* A SETUP that never left is nobody's business. */
	user.room = 0;
	call_from(&user);
	release(&user, 16, NULL);
	good &= log_is("u:end L16 ");
	return good && is_empty();
}

/* The other side is there, and takes nothing any more: what ends waits for it, but not for ever. */
static bool window_shut(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	user.room = 0;
	release(&user, 16, NULL);
	pass(59999);
	good = log_is("");
	pass(1);
	good &= log_is("u:end L102!q ") && user.deadline[CLDN_Q2931_T308] == NEVER;
	/* The next one waits as long. */
	good &= !cldn_q2931_call_setup(add_call(&user, 2));
	good &= user.deadline[CLDN_Q2931_T308] == now + 60000;
	/* A RELEASE COMPLETE, and its sender's cause. */
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	user.room = 0;
	release(&network, 17, NULL);
	pass(60000);
	good &= log_is("n>REL17 u:clearing n>REL17+102 u:end P17!q n:end L102!q ");
	return good && is_empty();
}

/* A message that goes out, of whatever call, shows that it is open; so does another SAAL. */
static bool window_opens(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	user.room = 0;
	release(&user, 16, NULL);
	pass(59999);
	user.room = 1;
	hear(&user, "090300004275800000");
	good = log_is("u>STATUS30s0 ") && user.deadline[CLDN_Q2931_T308] == NEVER;
	cldn_q2931_call_room(the_call(&user));
	pass(59999);
	good &= log_is("") && state_of(&user) == CLDN_Q2931_RELEASE_REQUEST;
	cldn_q2931_link_saal_down(&user.link);
	good &= user.deadline[CLDN_Q2931_T308] == NEVER;
	pass(10000);
	return good && log_is("u:end L27! ") && !broken;
}

/* The second time clocks run whether there is room or not. */
static bool second_time_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	user.room = 0;
	pass_in_silence(8000);
	good = log_is("u>SETUP u:end T102! ");
	user.room = 2;
	call_from(&user);
	release(&user, 16, NULL);
	pass_in_silence(60000);
	good &= log_is("u>SETUP u>REL16 u:end L102! ");
	return good && is_empty();
}

static bool send_error(void)
{
	struct cldn_q2931_call *call;
	bool good;

	begin(CLDN_Q2931_UNI31);
	network.error = -EIO;
	call = add_call(&network, 1);
	good = cldn_q2931_call_setup(call) == -EIO && call->state == CLDN_Q2931_NULL &&
	       !network.vcs && !call->has_vc && !network.slots[0].quarantine;
	network.error = 0;
	good &= !cldn_q2931_call_setup(call);
	settle();
	user.error = -EIO;
	good &= cldn_q2931_call_accept(the_call(&user)) == -EIO;
	user.error = 0;
	good &= !cldn_q2931_call_accept(the_call(&user));
	settle();
	forget();
	user.error = -EIO;
	good &= release(&user, 16, NULL) == -EIO && state_of(&user) == CLDN_Q2931_ACTIVE;
	user.error = 0;
	good &= !release(&user, 17, NULL);
	settle();
	good &= log_is("u>REL17 n:clearing n>COMP n:end P17 u:end L17 ");
	/* T303 still counts right after a release that failed. */
	call_from(&user);
	user.error = -EIO;
	good &= release(&user, 16, NULL) == -EIO;
	user.error = 0;
	pass_in_silence(8000);
	good &= log_is("u>SETUP u>SETUP u>COMP102 u:end T102! ");
	return good && is_empty();
}

/* A link that fails for good must not leave anything behind either. */
static bool late_send_error(void)
{
	static const u8 prefixes[] = { PRE_SENT, PRE_OFFERED, PRE_ACTIVE };
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(prefixes) * 2; i++) {
		struct peer *who = i & 1 ? &user : &network;

		begin(CLDN_Q2931_UNI31);
		bring_kept(&user, prefixes[i / 2]);
		if (!the_call(who))
			continue;
		who->room = 0;
		release(who, 16, NULL);
		who->room = -1;
		who->error = -EIO;
		if (the_call(who))
			cldn_q2931_call_room(the_call(who));
		good &= fits(!the_call(who) && who->ended == 1, "late", i, log_text);
	}
	begin(CLDN_Q2931_UNI31);
	user.room = 0;
	call_from(&user);
	user.error = -EIO;
	cldn_q2931_call_room(the_call(&user));
	good &= log_is("u:end S41! ");
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	release(&user, 16, NULL);
	user.error = -EIO;
	pass_in_silence(30000);
	good &= log_is("u>REL16 u:end L102!q ");
	/* CONNECT that had no room; and an end that the machine wants. */
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_OFFERED);
	network.room = 0;
	cldn_q2931_call_accept(the_call(&network));
	network.error = -EIO;
	forget();
	cldn_q2931_call_room(the_call(&network));
	good &= log_is("n:end S41!q ");
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	user.error = -EIO;
	hear(&user, "090380000166900000");
	return good && log_is("u:end X97!q ") && !broken;
}

/* ---- loss of the SAAL ---- */

static void down(void)
{
	cldn_q2931_link_saal_down(&user.link);
	cldn_q2931_link_saal_down(&network.link);
	user.nwire = network.nwire = 0;
	look();
}

static void up(void)
{
	cldn_q2931_link_saal_up(&user.link);
	cldn_q2931_link_saal_up(&network.link);
	look();
}

static bool saal_loss(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	cldn_q2931_call_enquire(the_call(&user));
	forget();
	down();
	down();
	pass(9999);
	good = log_is("") && state_of(&user) == CLDN_Q2931_ACTIVE;
	up();
	settle();
	good &= log_is("u>ENQ n>ENQ n>STATUS30s10 u>STATUS30s10 n:status30 u:status30 ");
	pass(1000000);
	good &= log_is("") && state_of(&user) == CLDN_Q2931_ACTIVE;
	down();
	pass(9999);
	good &= log_is("");
	pass(1);
	good &= log_is("u:end S27! n:end S27! ");
	return good && is_empty();
}

/* One side has cleared meanwhile, and says so. */
static bool saal_half(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	network.link.timers.ms[CLDN_Q2931_T309] = 5000;
	bring(&user, PRE_ACTIVE);
	forget();
	down();
	pass(7000);
	up();
	settle();
	good = log_is("n:end S27! u>ENQ n>STATUS30s0 u:clearing u:end P30 ");
	return good && is_empty();
}

static bool saal_others(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < 2 * PRE_ACTIVE; i++) {
		struct peer *p = i & 1 ? &user : &network;
		bool active;

		begin(CLDN_Q2931_UNI40);
		bring_kept(p, i / 2);
		active = state_of(p) == CLDN_Q2931_ACTIVE ||
			 state_of(other(p)) == CLDN_Q2931_ACTIVE;
		down();
		good &= fits(active || is_empty(), "others", i, log_text);
		pass(10000);
		good &= fits(is_empty() && p->end.forced && p->end.cause == 27, "later", i,
			     log_text);
	}
	return good;
}

static bool release_while_down(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	user.link.data_ways = CLDN_Q2931_DATA_CAUSE;
	bring(&user, PRE_ACTIVE);
	forget();
	down();
	pass(5000);
	good = !release(&user, 16, "bye");
	up();
	settle();
	/* The network has asked before it heard of the end, and is answered behind it. */
	good &= log_is("u>REL21 n>ENQ n:clearing'bye' n>COMP n:end P21 u>STATUS30s11 n>COMP101 "
		       "u:end L16w1 u:stray000001 ");
	bring(&user, PRE_ACTIVE);
	down();
	pass(5000);
	forget();
	release(&user, 16, NULL);
	pass(5000);
	good &= log_is("u:end L27! n:end S27! ");
	/* RELEASE that had no room is as good as not sent; one that was in the window is not. */
	up();
	bring(&user, PRE_ACTIVE);
	user.room = 0;
	release(&user, 16, NULL);
	forget();
	down();
	user.room = -1;
	up();
	settle();
	good &= log_is("u>REL16 n>ENQ n:clearing n>COMP n:end P16 u>STATUS30s11 n>COMP101 "
		       "u:end L16 u:stray000003 ");
	bring(&user, PRE_ACTIVE);
	release(&user, 16, NULL);
	forget();
	down();
	good &= log_is("u:end L27! ");
	pass(10000);
	return good && is_empty();
}

/* ---- STATUS ---- */

static bool enquiry(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	good = !cldn_q2931_call_enquire(the_call(&user)) &&
	       cldn_q2931_call_enquire(the_call(&user)) == -EALREADY;
	settle();
	good &= log_is("u>ENQ n>STATUS30s10 u:status30 ");
	good &= !cldn_q2931_call_enquire(the_call(&user));
	pass_in_silence(4000);
	good &= log_is("u>ENQ u>ENQ ");
	pass_in_silence(3999);
	good &= log_is("");
	pass(1);
	good &= log_is("u>REL41 n:clearing n>COMP n:end P41 u:end T41 ");
	return good && is_empty();
}

/* Pairs of states that can be, own first; what is not here is an error. Numbers as on the wire. */
static const struct {
	bool network; /* whose own state it is */
	bool ours; /* initiator */
	enum prefix prefix;
	const char *peer;
} pairs[] = {
	{ false, true, PRE_OFFERED, "1 3 4 10" },  { false, true, PRE_PROCEEDING, "3 4 10" },
	{ false, true, PRE_ALERTING, "4 10" },	   { false, true, PRE_ACTIVE, "10" },
	{ true, false, PRE_OFFERED, "1" },	   { true, false, PRE_PROCEEDING, "1 3" },
	{ true, false, PRE_ALERTING, "1 3 4" },	   { true, false, PRE_ACTIVE, "1 3 4 10" },
	{ true, true, PRE_OFFERED, "6 7 8 9 10" }, { true, true, PRE_PROCEEDING, "6 7 8 9 10" },
	{ true, true, PRE_ALERTING, "7 8 9 10" },  { true, true, PRE_ACTIVE, "8 10" },
	{ false, false, PRE_OFFERED, "6" },	   { false, false, PRE_PROCEEDING, "6 9" },
	{ false, false, PRE_ALERTING, "6 7 9" },   { false, false, PRE_ACK, "6 7 8 9 10" },
	{ false, false, PRE_ACTIVE, "8 10" },
};

static bool listed(const char *list, int state)
{
	int n, at;

	for (; sscanf(list, "%d%n", &n, &at) == 1; list += at)
		if (n == state)
			return true;
	return false;
}

static void say_status(struct peer *from, u32 cref, u8 state)
{
	struct cldn_q2931_msg m = { .cref = cref, .type = CLDN_Q2931_STATUS };
	u8 buf[CLDN_Q2931_MSG_MAX];
	int len;

	m.have = H(CAUSE) | H(CALL_STATE);
	m.ncauses = 1;
	m.cause[0].value = CLDN_Q2931_CAUSE_STATUS_ENQUIRY;
	m.call_state = state;
	len = cldn_q2931_build(&m, buf, sizeof(buf));
	cldn_q2931_link_receive(&other(from)->link, buf, len);
	look();
}

static bool status_states(void)
{
	bool good = true;
	size_t i;
	int state;

	for (i = 0; i < COUNT(pairs); i++)
		for (state = 0; state < 64; state++) {
			struct peer *p = pairs[i].network ? &network : &user;
			u8 before;
			bool kept;

			begin(CLDN_Q2931_UNI40);
			bring_kept(pairs[i].ours ? p : other(p), pairs[i].prefix);
			user.nwire = network.nwire = 0;
			before = state_of(p);
			forget();
			say_status(other(p), the_call(p)->cref ^ CLDN_Q2931_CREF_FLAG, state);
			kept = state_of(p) == before;
			good &= fits(kept == listed(pairs[i].peer, state), "pair", i * 100 + state,
				     log_text);
			if (!state)
				good &= fits(!the_call(p) && p->end.by == CLDN_Q2931_BY_PEER,
					     "null", i, log_text);
			else if (!kept && (p->nwire == 1 || p->ended))
				good &= fits(p->last[5] == CLDN_Q2931_RELEASE ||
						     p->last[5] == CLDN_Q2931_RELEASE_COMPLETE,
					     "cleared", i, log_text);
		}
	return good;
}

/* While a call ends only NULL counts. */
static bool status_at_the_end(void)
{
	bool good = true;
	int state;

	for (state = 1; state < 64; state++) {
		begin(CLDN_Q2931_UNI31);
		bring(&user, PRE_ACTIVE);
		release(&user, 16, NULL);
		forget();
		say_status(&network, the_call(&user)->cref ^ CLDN_Q2931_CREF_FLAG, state);
		good &= fits(log_is("u:status30 "), "end", state, "");
	}
	say_status(&network, the_call(&user)->cref ^ CLDN_Q2931_CREF_FLAG, 0);
	return good && log_is("u:end L16 ");
}

/* ---- messages that do not fit ---- */

static bool unfit(void)
{
	static const struct {
		const char *hex; /* to the user, whose call is 000001 and active */
		const char *log;
	} lines[] = {
		{ "0903800001668000"
		  "00",
		  "u>STATUS97s10 " }, /* unknown type */
		{ "0903800001669000"
		  "00",
		  "u>REL97 " },
		{ "0903800001669100"
		  "00",
		  "" },
		{ "0903800001669200"
		  "00",
		  "u>STATUS97s10 " },
		{ "0903800001028000"
		  "00",
		  "u>STATUS101s10 " }, /* CALL PROCEEDING */
		{ "0903800001078000"
		  "00",
		  "u>STATUS101s10 " }, /* CONNECT */
		{ "0903800001079100"
		  "00",
		  "" },
		{ "0903800001079000"
		  "00",
		  "u>REL101 " },
		{ "09038000010f8000"
		  "00",
		  "u>STATUS101s10 " }, /* CONNECT ACKNOWLEDGE */
		{ "0903800001018000"
		  "00",
		  "u>STATUS97s10 " }, /* ALERTING is none of 3.1 */
		{ "0903800001468000057980000182", "u>STATUS101s10 " }, /* RESTART */
		{ "09038000017d80000b148000010a08800002809e", "u:status30 " },
		{ "09038000017d80000a140000010a08800002809e", "" }, /* STATUS with a wrong state */
		{ "0903800001758000"
		  "00",
		  "u>STATUS30s10 " },
		{ "0903800001758000"
		  "043f80"
		  "0000",
		  "u>STATUS99s10 u>STATUS30s10 " },
		{ "09038000015a8000"
		  "00",
		  "u:clearing u:end P31 " },
		{ "09038000015a8000060880000280ff", "u:clearing u:end P127 " },
		{ "09038000014d8000"
		  "00",
		  "u:clearing u>COMP96 u:end P31 " },
		{ "09038000014d80000608800002"
		  "0090",
		  "u:clearing u>COMP100 u:end P31 " },
		{ "09038000014d80000a0880000280"
		  "903f900000",
		  "u:clearing u>COMP99 u:end P16 " },
		{ "0903800001808000"
		  "0754800003000001",
		  "u>STATUS96s10 " }, /* ADD PARTY */
		{ "0903800001838000"
		  "0d54800003"
		  "00000108800002809f",
		  "u>STATUS97s10 " },
		{ "0903000001758000"
		  "00",
		  "u>STATUS30s0 " }, /* not this call: the flag */
	};
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(lines); i++) {
		begin(CLDN_Q2931_UNI31);
		bring(&user, PRE_ACTIVE);
		forget();
		hear(&user, lines[i].hex);
		good &= fits(log_is(lines[i].log), "unfit", i, lines[i].hex);
	}
	return good;
}

static bool unfit_elsewhere(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	hear(&user, "09038000014d800006088000028290");
	good = user.end.location == 2;
	/* While a call ends nothing else is answered. */
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	release(&user, 16, NULL);
	forget();
	hear(&user, "090380000166800000");
	hear(&user, "090380000166900000");
	hear(&user, "0903800001808000075480000300000"
		    "1");
	good &= log_is("");
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_PROCEEDING);
	forget();
	hear(&user, "09038000016e80000527800001e1");
	hear(&user, "0903800001028000095a8000058800000028");
	good &= log_is("u:notify u>STATUS101s3 ");
	begin(CLDN_Q2931_UNI40);
	bring(&user, PRE_ALERTING);
	forget();
	hear(&user, "090380000101800000");
	hear(&user, "090380000102800000");
	good &= log_is("u>STATUS101s4 u>STATUS101s4 ");
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	user.knows_parties = true;
	hear(&user, "090380000180800020708000158247000580ffe1000000f21a26d80020ea000ee0005480000300"
		    "0001");
	good &= log_is("u:party80 ");
	hear(&user, "09038000018380000d5480000300000108800002809f");
	return good && log_is("u:party83 ") && !broken;
}

/* The first answer must tell the user his VC, and it must be one that he can have. */
static bool no_vc(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	hear(&user, "090380000102800000");
	good = log_is("u>SETUP u>REL96 ") && user.last[user.last_len - 1] == 0x5a && !user.vcs;
	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	hear(&user, "0903800001028000095a8000058801020028");
	good &= log_is("u>SETUP u:proceeding ") && the_call(&user)->vpci == 0x102 &&
		the_call(&user)->vci == 0x28;
	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	user.vc_error = -EBUSY;
	hear(&user, "0903800001078000095a8000058800000028");
	good &= log_is("u>SETUP u>REL35 ") && !user.vcs;
	begin(CLDN_Q2931_UNI31);
	network.vc_error = -ENOSPC;
	call_from(&user);
	settle();
	good &= log_is("u>SETUP n>COMP45 n:end X45 u:clearing u:end P45 ");
	good &= cldn_q2931_call_setup(add_call(&network, 1)) == -ENOSPC;
	begin(CLDN_Q2931_UNI31);
	user.vc_error = -EBUSY;
	call_from(&network);
	settle();
	good &= log_is("n>SETUP u>COMP35 u:end X35 n:clearing n:end P35 ");
	return good && is_empty();
}

#define SETUP_BODY                                                     \
	"59800009840563b7850563b7be5e80000290805c80000200007080001582" \
	"47000580ffe1000000f21a26d80020ea000ee000"

/* References of no call. */
static bool no_call(void)
{
	static const struct {
		const char *hex;
		const char *log;
	} lines[] = {
		{ "09030000174d800006088000028090", "n>COMP81 " },
		{ "090300001707800000", "n>COMP81 " },
		{ "090300001766800000", "n>COMP81 " },
		{ "090300001766910000", "" },
		{ "09030000175a800000", "n:stray800017 " },
		{ "090380001702800000", "n>COMP81 " },
		{ "090300001775800000", "n>STATUS30s0 " },
		{ "09030000177d80000b148000010a08800002809e", "n>COMP101 " },
		{ "09030000177d80000b148000010008800002809e", "" },
		{ "09030000177d800005148000010a", "" },
		{ "0903000017058000"
		  "32" SETUP_BODY,
		  "n:incoming " },
		{ "0903800017058000"
		  "32" SETUP_BODY,
		  "" },
		{ "0903000017058000"
		  "33" SETUP_BODY,
		  "n>COMP104 " },
		{ "0903000017058000"
		  "19" SETUP_BODY,
		  "n>COMP96 " },
		{ "0903800017058000"
		  "19" SETUP_BODY,
		  "" },
		{ "0903000017058000"
		  "36" SETUP_BODY "3f800000",
		  "n>STATUS99s1 n:incoming " },
		{ "0903000017058000"
		  "36" SETUP_BODY "3f960000",
		  "" },
		{ "0903000017058000"
		  "36" SETUP_BODY "3f950000",
		  "" },
		{ "0903000017058000"
		  "36" SETUP_BODY "3f900000",
		  "n>COMP99 " },
		{ "09037fffff4d800006088000028090", "" },
		{ "0903ffffff4d800006088000028090", "" },
		{ "090300000075800000", "n>STATUS81s0 " },
		{ "090380000075800000", "n>STATUS81s0 " },
		{ "09030000007d80000b148000010a08800002809e", "" },
		{ "0903800000468000057980000182", "n>STATUS81s0 " },
		{ "09030000004e8000057980000182", "n>STATUS81s0 " },
		{ "090300000046800000", "n>STATUS96s0 " },
		{ "0903000000468000057980000183", "n>STATUS100s0 " },
		{ "0903000000468000057980000180", "n>STATUS96s0 " },
		{ "09030000004680000979800001823f800000", "n>STATUS99s0 n:restarted2 n>RESTACK " },
		{ "0802000017", "" },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(lines); i++) {
		begin(CLDN_Q2931_UNI31);
		hear(&network, lines[i].hex);
		good &= fits(log_is(lines[i].log), "no call", i, lines[i].hex);
	}
	good &= network.link.malformed == 1;
	network.room = 0;
	hear(&network, lines[0].hex);
	return good && log_is("") && network.link.dropped == 1;
}

/* ---- RESTART ---- */

static bool restart_all(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	call_from(&user);
	settle();
	add_call(&user, 100);
	forget();
	good = !cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_ALL, 0, 0) &&
	       cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_ALL, 0, 0) == -EBUSY;
	settle();
	good &= log_is("n>RESTART u:end R41 u:end R41 u:restarted2 u>RESTACK n:restart done ");
	good &= network.deadline[CLDN_Q2931_T316] == NEVER;
	pass(1000000);
	good &= the_call(&user) && the_call(&user)->cref == 100;
	return good && log_is("") && !user.vcs && !broken;
}

static bool restart_one(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	bring(&user, PRE_SENT);
	forget();
	good = !cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_VC, VPCI, FIRST_VCI + 1);
	settle();
	good &= log_is("n>RESTART u:restarted0 u>RESTACK n:restart done ");
	cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_VC, VPCI - 1, FIRST_VCI);
	settle();
	good &= log_is("n>RESTART u:restarted0 u>RESTACK n:restart done ");
	/* The answer to another one is none. */
	cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_VC, VPCI, FIRST_VCI);
	hear(&network, "09038000004e80000e5a800005880000002179800001"
		       "80");
	hear(&network, "09038000004e8000057980000182");
	good &= log_is("n>RESTART ");
	settle();
	good &= log_is("u:end R41 u:restarted0 u>RESTACK n:restart done ");
	release(&network, 16, NULL);
	cldn_q2931_call_abort(the_call(&user), 16);
	settle();
	bring(&user, PRE_ACTIVE);
	forget();
	cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_VP, VPCI, 0);
	settle();
	good &= log_is("n>RESTART u:end R41 u:restarted1 u>RESTACK n:restart done ");
	cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_VP, VPCI, 0);
	hear(&network, "09038000004e80000e5a800005880005000979800001"
		       "81");
	good &= log_is("n>RESTART n:restart done ");
	network.nwire = 0;
	return good && !user.vcs && !broken;
}

static bool restart_twice(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0);
	pass_in_silence(119999);
	good = log_is("u>RESTART ");
	hear(&user, "090300000075800000");
	good &= log_is("u>STATUS81s61 ");
	pass_in_silence(1);
	good &= log_is("u>RESTART ");
	pass_in_silence(119999);
	good &= log_is("");
	pass_in_silence(1);
	good &= log_is("u:restart failed ");
	hear(&user, "09038000004e8000057980000182");
	good &= log_is("");
	/* Without room, and without SAAL. */
	user.room = 0;
	good &= !cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0) && log_is("");
	user.room = -1;
	cldn_q2931_link_room(&user.link);
	good &= log_is("u>RESTART ");
	cldn_q2931_link_room(&user.link);
	settle();
	good &= log_is("n:restarted2 n>RESTACK u:restart done ");
	user.room = 0;
	good &= !cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0);
	pass_in_silence(240000);
	user.room = -1;
	cldn_q2931_link_room(&user.link);
	good &= log_is("u:restart failed ");
	user.error = -EIO;
	good &= cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0) == -EIO;
	user.error = 0;
	cldn_q2931_link_saal_down(&user.link);
	good &= cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0) == -ENETDOWN;
	return good && is_empty();
}

/* A new connection of the SAAL may have lost it; T316 goes on as before. */
static bool restart_again_with_the_saal(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0);
	good = log_is("u>RESTART ");
	user.nwire = 0;
	cldn_q2931_link_saal_up(&user.link);
	good &= log_is("u>RESTART ");
	settle();
	good &= log_is("n:restarted2 n>RESTACK u:restart done ");
	cldn_q2931_link_saal_up(&user.link);
	good &= log_is("");
	cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0);
	cldn_q2931_link_saal_down(&user.link);
	user.nwire = 0;
	log_is("u>RESTART ");
	pass_in_silence(240000);
	good &= log_is("u:restart failed ");
	cldn_q2931_link_saal_up(&user.link);
	good &= log_is("");
	return good && is_empty();
}

static bool restart_ack_without_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	user.room = 0;
	hear(&user, "0903000000468000057980000182");
	good = log_is("u:restarted2 ");
	user.room = 1;
	hear(&user, "090300000075800000");
	good &= log_is("u>STATUS81s62 ");
	user.room = 1;
	cldn_q2931_link_room(&user.link);
	good &= log_is("u>RESTACK ") && user.deadline[CLDN_Q2931_T317] == NEVER;
	hear(&user, "0903000000468000057980000182");
	pass(90000);
	user.room = -1;
	cldn_q2931_link_room(&user.link);
	good &= log_is("u:restarted2 ");
	user.nwire = 0;
	return good && is_empty();
}

/* ---- races ---- */

enum event {
	EV_USER_RELEASE,
	EV_NETWORK_RELEASE,
	EV_USER_ABORT,
	EV_NETWORK_ABORT,
	EV_ACCEPT, /* by the responder */
	EV_USER_DOWN,
	EV_NETWORK_DOWN,
	EV_USER_RESTART,
	EV_NETWORK_RESTART,
	EV_ENQUIRY,
	EV_TIMER, /* the next one that runs */
	EV_TO_USER, /* a message arrives */
	EV_TO_NETWORK,
	EV_USER_FULL, /* no room from now on */
	EV_NETWORK_FULL,
	NEVENTS,
};

static void release_event(struct peer *p, const char *data)
{
	if (the_call(p))
		release(p, 16, data);
}

static void abort_event(struct peer *p)
{
	if (the_call(p))
		cldn_q2931_call_abort(the_call(p), 41);
}

/* An end of the SAAL is seen by one side first; the wire is empty at both then. */
static void down_event(struct peer *p)
{
	p->link.up = true;
	cldn_q2931_link_saal_down(&p->link);
	user.nwire = network.nwire = 0;
}

static void accept_event(struct peer *initiator)
{
	if (the_call(other(initiator)))
		cldn_q2931_call_accept(the_call(other(initiator)));
}

static void happen(enum event event, struct peer *initiator)
{
	switch (event) {
	case EV_USER_RELEASE:
		release_event(&user, "from user");
		break;
	case EV_NETWORK_RELEASE:
		release_event(&network, "from network");
		break;
	case EV_USER_ABORT:
		abort_event(&user);
		break;
	case EV_NETWORK_ABORT:
		abort_event(&network);
		break;
	case EV_ACCEPT:
		accept_event(initiator);
		break;
	case EV_USER_DOWN:
		down_event(&user);
		break;
	case EV_NETWORK_DOWN:
		down_event(&network);
		break;
	case EV_USER_RESTART:
		cldn_q2931_link_restart(&user.link, CLDN_Q2931_RESTART_ALL, 0, 0);
		break;
	case EV_NETWORK_RESTART:
		cldn_q2931_link_restart(&network.link, CLDN_Q2931_RESTART_ALL, 0, 0);
		break;
	case EV_ENQUIRY:
		if (the_call(&user))
			cldn_q2931_call_enquire(the_call(&user));
		break;
	case EV_TIMER:
		expire_one(NEVER - 1);
		break;
	case EV_TO_USER:
		deliver(&network);
		break;
	case EV_TO_NETWORK:
		deliver(&user);
		break;
	case EV_USER_FULL:
		user.room = 0;
		break;
	default:
		network.room = 0;
	}
	look();
}

/* Everything works again, and whoever still has a call ends it: in bounded time nothing is left. */
static bool comes_to_an_end(void)
{
	rooms(&user);
	rooms(&network);
	settle();
	if (!user.link.up)
		cldn_q2931_link_saal_up(&user.link);
	if (!network.link.up)
		cldn_q2931_link_saal_up(&network.link);
	settle();
	release_event(&user, NULL);
	settle();
	release_event(&network, NULL);
	pass(70000);
	return nothing_left();
}

static bool ended_once(struct peer *p, struct peer *initiator)
{
	return p->ended == (p == initiator ? 1 : p->offered);
}

/* All pairs of events, in both orders, from every place, with what is on the wire left there. */
static bool races(void)
{
	bool good = true;
	unsigned int i, a, b;

	for (i = 0; i < 2 * NPREFIXES; i++)
		for (a = 0; a < NEVENTS; a++)
			for (b = 0; b < NEVENTS; b++) {
				struct peer *p = i & 1 ? &user : &network;

				begin(CLDN_Q2931_UNI40);
				user.link.data_ways = CLDN_Q2931_DATA_UUI | CLDN_Q2931_DATA_CAUSE;
				network.link.data_ways = CLDN_Q2931_DATA_CAUSE;
				bring_kept(p, i / 2);
				happen(a, p);
				happen(b, p);
				good &= fits(comes_to_an_end() && ended_once(&user, p) &&
						     ended_once(&network, p),
					     "race", (i * 100 + a) * 100 + b, log_text);
			}
	return good;
}

/* Both ends of an active call, and a message in between at each place: the data always arrives. */
static bool data_in_races(void)
{
	bool good = true;
	unsigned int order;

	for (order = 0; order < 8; order++) {
		begin(CLDN_Q2931_UNI40);
		user.link.data_ways = CLDN_Q2931_DATA_CAUSE;
		network.link.data_ways = CLDN_Q2931_DATA_CAUSE;
		user.room = order & 4 ? 3 : -1;
		bring(&user, PRE_ACTIVE);
		user.room = order & 4 ? 0 : -1;
		happen(order & 1 ? EV_USER_RELEASE : EV_NETWORK_RELEASE, &user);
		happen(order & 1 ? EV_NETWORK_RELEASE : EV_USER_RELEASE, &user);
		happen(order & 2 ? EV_TO_USER : EV_TO_NETWORK, &user);
		rooms(&user);
		settle();
		good &= fits(is_empty() && !strcmp(user.data, "from network") &&
				     !strcmp(network.data, "from user") &&
				     user.end.data_ways == 1 && !user.end.forced &&
				     !network.end.forced,
			     "data", order, log_text);
	}
	return good;
}

/* ---- a walk ---- */

static unsigned long steps = 200000;

static void random_message(struct peer *to)
{
	static const u8 types[] = { 0x01, 0x02, 0x05, 0x07, 0x0f, 0x46, 0x4d, 0x4e,
				    0x5a, 0x6e, 0x75, 0x7d, 0x80, 0x83, 0x84, 0x66 };
	static const char *const bodies[] = {
		"",
		"5a8000058800000021",
		"08800002809e14800001",
		"088000028090",
		"7980000182",
		"798000018"
		"05a8000058800000020",
		SETUP_BODY,
		"3f900000",
		"3f960000",
		"27800001e1",
	};
	char hex[512];
	u32 cref = random() % 4 | (random() % 2 ? CLDN_Q2931_CREF_FLAG : 0);
	u8 type = types[(size_t)random() % COUNT(types)];
	const char *body = bodies[(size_t)random() % COUNT(bodies)];
	size_t len = strlen(body) / 2;
	char state[4] = "";

	if (strlen(body) == 20 && body[0] == '0')
		sprintf(state, "%02lx", random() % 13);
	len += strlen(state) / 2;
	sprintf(hex, "0903%06x%02x%02x%04zx%s%s", cref, type, (unsigned int)(0x80 + random() % 20),
		len, body, state);
	hear(to, hex);
}

static void random_request(struct peer *p)
{
	struct cldn_q2931_call *call = p->slots[random() % NCALLS].call;
	struct cldn_q2931_close close = close_with(16, random() % 2 ? "x" : NULL);

	if (!call) {
		call = add_call(p, cldn_q2931_cref_pick(&p->link));
		if (call && cldn_q2931_call_setup(call)) {
			slot_of(call)->call = NULL;
			free(call);
		}
		return;
	}
	switch (random() % 6) {
	case 0:
		cldn_q2931_call_proceeding(call);
		break;
	case 1:
		cldn_q2931_call_alerting(call);
		break;
	case 2:
		cldn_q2931_call_accept(call);
		break;
	case 3:
		cldn_q2931_call_release(call, &close);
		break;
	case 4:
		cldn_q2931_call_enquire(call);
		break;
	default:
		if (random() % 8 == 0)
			cldn_q2931_call_abort(call, 41);
	}
}

static unsigned long visited[2][CLDN_Q2931_NSTATES];

static void visit(struct peer *p)
{
	size_t i;

	for (i = 0; i < NCALLS; i++)
		if (p->slots[i].call)
			visited[p == &network][p->slots[i].call->state]++;
}

static void random_trouble(struct peer *p)
{
	switch (random() % 24) {
	case 0:
		cldn_q2931_link_saal_down(&p->link);
		break;
	case 1:
		cldn_q2931_link_restart(&p->link, random() % 3, VPCI, FIRST_VCI);
		break;
	case 2:
		p->room = random() % 3;
		break;
	case 3:
		p->error = random() % 4 ? 0 : -EIO;
		break;
	case 4:
		p->vc_error = random() % 4 ? 0 : -EBUSY;
		break;
	case 5:
		p->no_new = random() % 4 == 0;
		break;
	case 6:
		p->knows_parties ^= true;
		break;
	default:
		if (!p->link.up)
			cldn_q2931_link_saal_up(&p->link);
		rooms(p);
	}
}

static void random_step(void)
{
	struct peer *p = random() % 2 ? &user : &network;

	switch (random() % 16) {
	case 0:
		if (random() % 4 == 0)
			random_message(p);
		break;
	case 1:
		random_trouble(p);
		break;
	case 2:
		if (random() % 4 == 0)
			expire_one(NEVER - 1);
		break;
	case 3:
	case 4:
	case 5:
		random_request(p);
		break;
	default:
		deliver(p);
	}
	look();
	visit(&user);
	visit(&network);
	if (p->nwire > NWIRE / 2)
		settle();
}

/* Whatever happens, in whatever state: no crash, only legal changes, and an end. */
static bool walk(void)
{
	bool good = true;
	unsigned long i, round;
	size_t k;

	srandom(1);
	memset(visited, 0, sizeof(visited));
	for (round = 0; round < 200 && good; round++) {
		begin(round % 3 ? CLDN_Q2931_UNI40 : CLDN_Q2931_UNI31);
		user.link.data_ways = random() % 8;
		network.link.data_ways = random() % 8;
		for (i = 0; i < steps / 200 && !broken; i++)
			random_step();
		user.error = network.error = user.vc_error = network.vc_error = 0;
		for (k = 0; k < NCALLS && !broken; k++)
			comes_to_an_end();
		good &= fits(is_empty(), "walk", round, log_text);
	}
	/* It has been everywhere. */
	for (k = 1; k < CLDN_Q2931_NSTATES; k++)
		if (k != 2 && k != 5 && k != CLDN_Q2931_CONNECT_REQUEST)
			good &= fits(visited[0][k] && visited[1][k], "state", k, "never");
	return good && visited[0][CLDN_Q2931_CONNECT_REQUEST];
}

/* Each event in each state, alone: the table has a transition for it, or the state stays. */
static bool every_event(void)
{
	static const char *const messages[] = {
		"01800000",
		"0280000"
		"95a8000058800000020",
		"0780000"
		"95a8000058800000020",
		"0f800000",
		"46800005"
		"7980000182",
		"4d800006"
		"088000028090",
		"4e800005"
		"7980000182",
		"5a800000",
		"6e800005"
		"27800001e1",
		"75800000",
		"8380000d"
		"5480000300000108800002809f",
		"66800000",
		"66900000",
		"66910000",
		"05800032" SETUP_BODY,
		"7d80000b"
		"148000010a08800002809e",
		"7d80000b"
		"148000010008800002809e",
		"7d80000b"
		"148000010b08800002809e",
		"7d800000",
	};
	bool good = true;
	unsigned int i, m, who;

	for (i = 0; i < 2 * NPREFIXES * 2; i++)
		for (m = 0; m < COUNT(messages); m++)
			for (who = 0; who < 2; who++) {
				struct peer *p = i & 1 ? &user : &network, *q = who ? p : other(p);
				char hex[200];

				begin(CLDN_Q2931_UNI40);
				bring_kept(p, i / 4);
				if (!the_call(q))
					continue;
				if (i & 2)
					release(q, 16, NULL);
				if (!the_call(q))
					continue;
				sprintf(hex, "0903%06x%s", the_call(q)->cref ^ CLDN_Q2931_CREF_FLAG,
					messages[m]);
				hear(q, hex);
				good &= fits(!broken && comes_to_an_end(), "event", i * 100 + m,
					     hex);
			}
	return good;
}

/* ---- rest ---- */

static bool references(void)
{
	unsigned int i;
	bool good;

	begin(CLDN_Q2931_UNI31);
	good = cldn_q2931_cref_pick(&user.link) == 1 && cldn_q2931_cref_pick(&user.link) == 2;
	user.link.next_cref = CLDN_Q2931_CREF_DUMMY - 1;
	good &= cldn_q2931_cref_pick(&user.link) == CLDN_Q2931_CREF_DUMMY - 1;
	add_call(&user, 1);
	add_call(&user, 3 | CLDN_Q2931_CREF_FLAG);
	for (i = 2; i < 6; i++)
		good &= cldn_q2931_cref_pick(&user.link) == i;
	/* Those that a stock atmsigd takes for others. */
	for (i = 6; i < 0x300; i++)
		if ((i & 0xff) != CLDN_Q2931_RELEASE && (i & 0xff) != CLDN_Q2931_RELEASE_COMPLETE)
			good &= cldn_q2931_cref_pick(&user.link) == i;
	return good;
}

/* The same value from both sides is two calls. */
static bool same_reference(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	user.accepts = network.accepts = true;
	call_from(&user);
	call_from(&network);
	settle();
	good = user.slots[0].call->state == CLDN_Q2931_ACTIVE &&
	       user.slots[1].call->state == CLDN_Q2931_ACTIVE && user.vcs == 2 && network.vcs == 2;
	good &= user.slots[0].call->cref == 1 && user.slots[1].call->cref == 0x800001;
	forget();
	release(&user, 16, NULL);
	settle();
	good &= log_is("u>REL16 n:clearing n>COMP n:end P16 u:end L16 ");
	good &= user.vcs == 1 && network.vcs == 1;
	release(&user, 16, NULL);
	settle();
	return good && is_empty();
}

/* Octet by octet what a stock atmsigd was seen to send, against our user. */
static bool real_network(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	call_from(&user);
	hear(&user, "0903800001028000095a8000058800000028");
	hear(&user, "09038000010780000d58800009058c20008120008400");
	good = log_is("u>SETUP u:proceeding u>ACK u:connected ") && the_call(&user)->vci == 40;
	hear(&user, "090380000175800000");
	good &= log_is("u>STATUS30s10 ");
	release(&user, 16, NULL);
	hear(&user, "09038000015a800000");
	good &= log_is("u>REL16 u:end L16 ");
	user.nwire = 0;
	/* Its second RELEASE has but cause 102. */
	bring(&user, PRE_ACTIVE);
	forget();
	hear(&user, "09038000024d8000090880000580e6333038");
	user.nwire = 0;
	return good && log_is("u:clearing u>COMP u:end P102 ");
}

static bool timer_defaults(void)
{
	static const u32 wanted[CLDN_Q2931_NTIMERS] = { 0,	180000, 4000,	30000, 10000,
							10000,	4000,	120000, 90000, 4000,
							180000, 4000,	14000 };
	struct cldn_q2931_timers t;
	bool good;

	cldn_q2931_timers_default(&t, CLDN_Q2931_UNI31, CLDN_Q2931_USER);
	good = !memcmp(t.ms, wanted, sizeof(wanted));
	cldn_q2931_timers_default(&t, CLDN_Q2931_UNI40, CLDN_Q2931_USER);
	good &= t.ms[CLDN_Q2931_T310] == 30000 && t.ms[CLDN_Q2931_T399] == 34000;
	cldn_q2931_timers_default(&t, CLDN_Q2931_UNI40, CLDN_Q2931_NETWORK);
	return good && !memcmp(t.ms, wanted, sizeof(wanted));
}

/* A clock that ran out while it was stopped is nothing. */
static bool stale_clock(void)
{
	begin(CLDN_Q2931_UNI31);
	bring(&user, PRE_ACTIVE);
	forget();
	cldn_q2931_call_expired(the_call(&user), CLDN_Q2931_SLOT_CALL);
	cldn_q2931_call_expired(the_call(&user), CLDN_Q2931_SLOT_STATUS);
	cldn_q2931_link_expired(&user.link, CLDN_Q2931_T316);
	cldn_q2931_link_expired(&user.link, CLDN_Q2931_T317);
	return log_is("") && state_of(&user) == CLDN_Q2931_ACTIVE;
}

static const struct {
	const char *what;
	bool (*run)(void);
} checks[] = {
	{ "a user calls, and ends the call", user_calls },
	{ "a network calls, with ALERTING, and ends the call", network_calls },
	{ "each state has its number on both sides", numbers },
	{ "requests that the state does not allow change nothing", wrong_requests },
	{ "a call is refused, before and after an answer", refusal },
	{ "a call ends from every state, by either side, once", from_every_state },
	{ "data of every length that a port allows, and none beyond", data_limits },
	{ "causes that cannot be sent", wrong_causes },
	{ "two RELEASEs that cross confirm each other", collision },
	{ "SETUP is sent twice", setup_twice },
	{ "a second SETUP does no harm", setup_again },
	{ "T310, T301, T313", other_timers },
	{ "CONNECT that is not acknowledged", not_acknowledged },
	{ "RELEASE is sent twice, then the call ends by force", release_twice },
	{ "the second RELEASE is without UUI", without_uui },
	{ "a confirmation after the end is handed on", late_complete },
	{ "abort from every state, with and without room", abort_in_every_state },
	{ "messages wait for room in the window", no_room },
	{ "several messages wait for room", several_without_room },
	{ "clocks while the end waits for room", no_clock_without_room },
	{ "RELEASE waits for room, or is overtaken", release_without_room },
	{ "RELEASE COMPLETE waits for room", complete_without_room },
	{ "nothing waits for ever for a window that stays shut", window_shut },
	{ "a window that was open in between, or is no more", window_opens },
	{ "second attempts do not wait for room", second_time_without_room },
	{ "an error of the link leaves a request undone", send_error },
	{ "a later error of the link ends the call", late_send_error },
	{ "active calls survive a loss of the SAAL until T309", saal_loss },
	{ "a call that the other side has lost ends", saal_half },
	{ "other calls end with the SAAL", saal_others },
	{ "RELEASE while the SAAL is away", release_while_down },
	{ "STATUS ENQUIRY is answered, or the call ends", enquiry },
	{ "STATUS with each state in each state", status_states },
	{ "STATUS at the end of a call", status_at_the_end },
	{ "messages that do not fit", unfit },
	{ "messages that do not fit into other states", unfit_elsewhere },
	{ "a VC that is missing or not to be had", no_vc },
	{ "references of no call, and the global and the dummy one", no_call },
	{ "RESTART of all", restart_all },
	{ "RESTART of one VC and of a VP", restart_one },
	{ "RESTART again on a new SAAL", restart_again_with_the_saal },
	{ "RESTART is sent twice", restart_twice },
	{ "RESTART ACKNOWLEDGE waits for room, until T317", restart_ack_without_room },
	{ "every pair of events, in both orders, from every state", races },
	{ "data arrives however two ends cross", data_in_races },
	{ "every message in every state", every_event },
	{ "a walk of random events makes legal steps only", walk },
	{ "call references", references },
	{ "one reference value, a call of each side", same_reference },
	{ "what a stock atmsigd sends", real_network },
	{ "timers of the standards", timer_defaults },
	{ "a clock that was stopped", stale_clock },
};

int main(int argc, char **argv)
{
	unsigned int failures = 0;
	size_t i;

	if (argc > 1)
		steps = strtoul(argv[1], NULL, 0);
	for (i = 0; i < COUNT(checks); i++) {
		bool good = checks[i].run() && !broken;

		printf("%sok %zu - q2931 calls: %s\n", good ? "" : "not ", i + 1, checks[i].what);
		fflush(stdout);
		failures += !good;
	}
	printf("1..%zu\n", COUNT(checks));
	begin(CLDN_Q2931_UNI31);
	return failures != 0;
}
