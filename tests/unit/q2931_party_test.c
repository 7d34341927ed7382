// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/callmgr/q2931/party.c: a root and the side with its leaves, back to back, on a call that is
 * up, with a clock, a window and a wire that obey the test. Whatever happens goes into one log:
 *
 *   r>ADD1        the root's side has put ADD PARTY for endpoint 1 into the window
 *   l:add1        the owner of the other side was told
 *   r:end1 P16    it is gone: who began (L local, P peer, T timer), cause, then ! forced, 'text' that
 *                 the other side gave
 *
 * A party is freed while ended() runs, so that the sanitizer sees who looks at it later.
 *
 * usage: q2931_party_test [STEPS]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/callmgr/q2931/party.h"

#define H(name) CLDN_Q2931_HAVE(name)
#define NPARTIES 6
#define NWIRE 64
#define NEVER (~0ULL)
#define STEPS 200000

struct slot {
	struct cldn_q2931_party *party;
	u16 value;
	u8 seen;
	unsigned long long deadline;
	unsigned long long born;
};

struct side {
	struct cldn_q2931_link link;
	struct cldn_q2931_call call;
	char name;
	struct slot slots[NPARTIES];
	int room; /* messages that the window takes, -1 = any */
	int error; /* of send(), 0 = none */
	u8 refuse; /* cause for ADD PARTY, 0 = it is offered */
	bool accepts; /* at once */
	bool last; /* the next one that is dropped is the last */
	struct {
		u8 at[CLDN_Q2931_MSG_MAX];
		size_t len;
	} wire[NWIRE]; /* sent by this side, not delivered */
	size_t nwire;
	bool forced[CLDN_Q2931_ENDPOINT_FLAG]; /* ended without the other side */
};

static struct side root, leaves;
static unsigned long long now;
static unsigned long long births;
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

static bool log_is(const char *text)
{
	bool good = !strcmp(log_text, text);

	if (!good)
		printf("# log  %s\n# want %s\n", log_text, text);
	log_len = 0;
	log_text[0] = 0;
	return good;
}

static struct side *side_of(const struct cldn_q2931_call *call)
{
	return (struct side *)call->link;
}

static struct slot *slot_of(struct cldn_q2931_party *party)
{
	struct side *s = side_of(party->call);

	for (int i = 0; i < NPARTIES; i++)
		if (s->slots[i].party == party)
			return &s->slots[i];
	abort();
}

static struct slot *slot_at(struct side *s, u16 value)
{
	for (int i = 0; i < NPARTIES; i++)
		if (s->slots[i].party && s->slots[i].value == value)
			return &s->slots[i];
	return NULL;
}

/* ---- legal transitions ---- */

#define TO(name) (1 << CLDN_Q2931_PARTY_##name)
#define ENDS (TO(DROP_INITIATED) | TO(DROP_RECEIVED) | TO(NULL))

static const u16 after[] = {
	[CLDN_Q2931_PARTY_NULL] = TO(ADD_INITIATED) | TO(ADD_RECEIVED),
	[CLDN_Q2931_PARTY_ADD_INITIATED] = TO(ALERTING_DELIVERED) | TO(ACTIVE) | ENDS,
	[CLDN_Q2931_PARTY_ALERTING_DELIVERED] = TO(ACTIVE) | ENDS,
	[CLDN_Q2931_PARTY_ADD_RECEIVED] = TO(ALERTING_RECEIVED) | TO(ACTIVE) | ENDS,
	[CLDN_Q2931_PARTY_ALERTING_RECEIVED] = TO(ACTIVE) | ENDS,
	[CLDN_Q2931_PARTY_ACTIVE] = ENDS,
	[CLDN_Q2931_PARTY_DROP_INITIATED] = TO(NULL),
	[CLDN_Q2931_PARTY_DROP_RECEIVED] = TO(NULL),
};

static void look(void)
{
	struct side *sides[] = { &root, &leaves };

	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < NPARTIES; i++) {
			struct slot *slot = &sides[k]->slots[i];
			u8 state = slot->party ? slot->party->state : 0;

			if (!slot->party)
				continue;
			if (slot->seen != state && !(after[slot->seen] & 1 << state)) {
				printf("# %c: %s -> %s\n", sides[k]->name,
				       cldn_q2931_party_state_name(slot->seen),
				       cldn_q2931_party_state_name(state));
				broken = true;
			}
			slot->seen = state;
		}
	}
}

/* ---- the owner ---- */

static const char *short_name(u8 type)
{
	switch (type) {
	case CLDN_Q2931_ADD_PARTY:
		return "ADD";
	case CLDN_Q2931_ADD_PARTY_ACK:
		return "ACK";
	case CLDN_Q2931_ADD_PARTY_REJECT:
		return "REJ";
	case CLDN_Q2931_DROP_PARTY:
		return "DROP";
	case CLDN_Q2931_DROP_PARTY_ACK:
		return "DACK";
	case CLDN_Q2931_PARTY_ALERTING:
		return "ALERT";
	default:
		return cldn_q2931_type_name(type);
	}
}

static int op_send(struct cldn_q2931_link *link, const struct cldn_q2931_msg *msg)
{
	struct side *s = (struct side *)link;
	int len;

	look();
	if (s->error)
		return s->error;
	if (!s->room || s->nwire == NWIRE)
		return -ENOBUFS;
	s->room -= s->room > 0;
	len = cldn_q2931_build(msg, s->wire[s->nwire].at, CLDN_Q2931_MSG_MAX);
	if (len < 0 || !(msg->have & H(ENDPOINT))) {
		printf("# %c cannot build %s: %d\n", s->name, short_name(msg->type), len);
		broken = true;
		return len;
	}
	s->wire[s->nwire++].len = len;
	note("%c>%s%u", s->name, short_name(msg->type),
	     msg->endpoint & ~(unsigned int)CLDN_Q2931_ENDPOINT_FLAG);
	/* The root's have no flag, the others' have. */
	broken |= !(msg->endpoint & CLDN_Q2931_ENDPOINT_FLAG) != (s == &root);
	if (msg->have & H(CAUSE))
		note("c%u", msg->cause[0].value);
	if (msg->have & H(ENDPOINT_STATE))
		note("s%u", msg->endpoint_state);
	note(" ");
	return 0;
}

static void op_timer_start(struct cldn_q2931_party *party, u32 ms)
{
	slot_of(party)->deadline = now + ms;
}

static void op_timer_stop(struct cldn_q2931_party *party)
{
	broken |= slot_of(party)->deadline == NEVER;
	slot_of(party)->deadline = NEVER;
}

static struct cldn_q2931_party *op_find(struct cldn_q2931_call *call, u16 value)
{
	struct slot *slot = slot_at(side_of(call), value);

	return slot && slot->party->state ? slot->party : NULL;
}

static struct cldn_q2931_party *op_oldest(struct cldn_q2931_call *call, u8 state)
{
	struct side *s = side_of(call);
	struct slot *first = NULL;

	for (int i = 0; i < NPARTIES; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->party && slot->party->state == state &&
		    (!first || slot->born < first->born))
			first = slot;
	}
	return first ? first->party : NULL;
}

static void op_fill(struct cldn_q2931_party *party, struct cldn_q2931_msg *msg)
{
	(void)party;
	if (msg->type != CLDN_Q2931_ADD_PARTY)
		return;
	msg->have |= H(CALLED);
	msg->called.plan = CLDN_Q2931_PLAN_NSAP;
	msg->called.len = CLDN_Q2931_NSAP;
}

static struct cldn_q2931_party *add(struct side *s, u16 value)
{
	for (int i = 0; i < NPARTIES; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->party)
			continue;
		*slot = (struct slot){ .value = value, .deadline = NEVER, .born = ++births };
		slot->party = malloc(sizeof(*slot->party));
		cldn_q2931_party_init(slot->party, &s->call, value);
		return slot->party;
	}
	return NULL;
}

static u8 op_incoming(struct cldn_q2931_call *call, const struct cldn_q2931_msg *msg)
{
	struct side *s = side_of(call);
	struct cldn_q2931_party *party;

	broken |= op_find(call, msg->endpoint) != NULL;
	if (s->refuse)
		return s->refuse;
	party = add(s, msg->endpoint);
	if (!party)
		return CLDN_Q2931_CAUSE_NO_RESOURCE;
	cldn_q2931_party_follow(party, CLDN_Q2931_PARTY_ADD_RECEIVED);
	look();
	note("%c:add%u ", s->name, msg->endpoint);
	if (s->accepts)
		cldn_q2931_party_accept(party);
	return 0;
}

static void op_alerting(struct cldn_q2931_party *party)
{
	note("%c:alert%u ", side_of(party->call)->name, slot_of(party)->value);
}

static void op_added(struct cldn_q2931_party *party, const struct cldn_q2931_msg *msg)
{
	broken |= party->state != CLDN_Q2931_PARTY_ACTIVE || !msg;
	note("%c:joined%u ", side_of(party->call)->name, slot_of(party)->value);
}

static bool op_dropped(struct cldn_q2931_party *party, const struct cldn_q2931_end *end)
{
	struct side *s = side_of(party->call);

	broken |= party->state != CLDN_Q2931_PARTY_DROP_RECEIVED || end->by != CLDN_Q2931_BY_PEER;
	note("%c:%s%u", s->name, s->last ? "last" : "dropped", slot_of(party)->value);
	if (end->data)
		note("'%.*s'", (int)end->data_len, end->data);
	note(" ");
	return s->last;
}

static void op_ended(struct cldn_q2931_party *party, const struct cldn_q2931_end *end)
{
	struct side *s = side_of(party->call);
	struct slot *slot = slot_of(party);

	broken |= party->state || party->owed || slot->deadline != NEVER;
	note("%c:end%u %c%u%s", s->name, slot->value, "LPTXSR"[end->by], end -> cause,
	     end -> forced ? "!" : "");
	if (end->data)
		note("'%.*s'", (int)end->data_len, end->data);
	note(" ");
	s->forced[slot->value] |= end->forced;
	memset(party, 0xee, sizeof(*party));
	free(party);
	slot->party = NULL;
}

/* Of a window that is shut; what comes of it is the call's business. */
static void op_link_timer_start(struct cldn_q2931_link *link, unsigned int timer, u32 ms)
{
	broken |= !link->shut || timer != CLDN_Q2931_T308 || ms != 60000;
}

static void op_link_timer_stop(struct cldn_q2931_link *link, unsigned int timer)
{
	broken |= link->shut || timer != CLDN_Q2931_T308;
}

static const struct cldn_q2931_ops ops = {
	.send = op_send,
	.link_timer_start = op_link_timer_start,
	.link_timer_stop = op_link_timer_stop,
};
static const struct cldn_q2931_party_ops party_ops = {
	.timer_start = op_timer_start,
	.timer_stop = op_timer_stop,
	.find = op_find,
	.oldest = op_oldest,
	.fill = op_fill,
	.incoming = op_incoming,
	.alerting = op_alerting,
	.added = op_added,
	.dropped = op_dropped,
	.ended = op_ended,
};

/* ---- the world ---- */

static void side_begin(struct side *s, char name, u8 uni, u32 cref, u8 side)
{
	for (int i = 0; i < NPARTIES; i++)
		free(s->slots[i].party);
	memset(s, 0, sizeof(*s));
	s->name = name;
	s->room = -1;
	s->link.ops = &ops;
	s->link.parties = &party_ops;
	s->link.up = true;
	s->link.uni = uni;
	s->link.side = side;
	s->link.data_ways = CLDN_Q2931_DATA_CAUSE;
	cldn_q2931_timers_default(&s->link.timers, uni, side);
	cldn_q2931_call_init(&s->call, &s->link, cref);
	s->call.state = CLDN_Q2931_ACTIVE;
}

static void begin(u8 uni)
{
	side_begin(&root, 'r', uni, 7, CLDN_Q2931_USER);
	side_begin(&leaves, 'l', uni, 7 | CLDN_Q2931_CREF_FLAG, CLDN_Q2931_NETWORK);
	log_is(log_text);
	broken = false;
}

static void hand_over(struct side *to, const u8 *at, size_t len)
{
	struct cldn_q2931_rules rules = { .uni = to->link.uni };
	struct cldn_q2931_verdict verdict;
	struct cldn_q2931_msg msg;

	if (cldn_q2931_parse(at, len, &rules, &msg, &verdict) ||
	    verdict.todo > CLDN_Q2931_PROCESS_REPORT)
		return;
	if (msg.type == CLDN_Q2931_STATUS)
		cldn_q2931_party_status(&to->call, &msg);
	else if (msg.type >= CLDN_Q2931_ADD_PARTY || msg.type == CLDN_Q2931_STATUS_ENQUIRY)
		cldn_q2931_party_receive(&to->call, &msg);
	look();
}

static bool deliver(struct side *from, struct side *to)
{
	u8 at[CLDN_Q2931_MSG_MAX];
	size_t len;

	if (!from->nwire)
		return false;
	len = from->wire[0].len;
	memcpy(at, from->wire[0].at, len);
	memmove(&from->wire[0], &from->wire[1], --from->nwire * sizeof(from->wire[0]));
	hand_over(to, at, len);
	return true;
}

static void settle(void)
{
	while (deliver(&root, &leaves) || deliver(&leaves, &root))
		;
}

static void wait_for(unsigned int ms)
{
	struct side *sides[] = { &root, &leaves };

	now += ms;
	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < NPARTIES; i++) {
			struct slot *slot = &sides[k]->slots[i];

			if (!slot->party || slot->deadline > now)
				continue;
			slot->deadline = NEVER;
			cldn_q2931_party_expired(slot->party);
			look();
		}
	}
}

static void room(struct side *s, int messages)
{
	s->room = messages;
	for (int i = 0; i < NPARTIES; i++) {
		if (s->slots[i].party && s->slots[i].party->owed)
			cldn_q2931_party_room(s->slots[i].party);
		look();
	}
}

static int ask_add(u16 value)
{
	int ret = cldn_q2931_party_add(add(&root, value));

	look();
	return ret;
}

static int ask_drop(struct side *s, u16 value, const char *data)
{
	struct cldn_q2931_close close = {
		.cause = CLDN_Q2931_CAUSE_NORMAL,
		.data = (const u8 *)data,
		.data_len = data ? strlen(data) : 0,
	};

	return cldn_q2931_party_drop(slot_at(s, value)->party, &close);
}

static u8 state_of(struct side *s, u16 value)
{
	struct slot *slot = slot_at(s, value);

	return slot ? slot->party->state : CLDN_Q2931_PARTY_NULL;
}

static int ntests, nfailed;

static void result(bool good, const char *what)
{
	good = good && !broken;
	printf("%sok %d - party: %s\n", good ? "" : "not ", ++ntests, what);
	nfailed += !good;
}

/* ---- one after the other ---- */

static void test_joins(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	good = !ask_add(1);
	settle();
	good &= log_is("r>ADD1 l:add1 ");
	good &= !cldn_q2931_party_accept(slot_at(&leaves, 1)->party);
	settle();
	good &= log_is("l>ACK1 r:joined1 ");
	good &= state_of(&root, 1) == CLDN_Q2931_PARTY_ACTIVE &&
		state_of(&leaves, 1) == CLDN_Q2931_PARTY_ACTIVE;
	good &= slot_at(&root, 1)->deadline == NEVER;
	good &= cldn_q2931_party_accept(slot_at(&leaves, 1)->party) == -ENOTCONN;
	good &= cldn_q2931_party_add(slot_at(&root, 1)->party) == -EISCONN;
	result(good, "ADD PARTY is acknowledged");
}

static void test_refused(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.refuse = CLDN_Q2931_CAUSE_INCOMPATIBLE;
	good = !ask_add(1);
	settle();
	good &= log_is("r>ADD1 l>REJ1c88 r:end1 P88 ");
	leaves.refuse = 0;
	good &= !ask_add(2);
	settle();
	good &= !ask_drop(&leaves, 2, "busy") && !slot_at(&leaves, 2);
	settle();
	good &= log_is("r>ADD2 l:add2 l>REJ2c21 l:end2 L16 r:end2 P21'busy' ");
	root.call.state = CLDN_Q2931_PROCEEDING;
	good &= ask_add(3) == -ENOTCONN;
	result(good, "ADD PARTY is rejected, by the owner or his user");
}

static void test_drops(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	good = !ask_add(1) && !ask_add(2);
	settle();
	log_is(log_text);
	good &= !ask_drop(&root, 1, "bye");
	good &= ask_drop(&root, 1, NULL) == -EALREADY;
	settle();
	good &= log_is("r>DROP1c21 l:dropped1'bye' l>DACK1 l:end1 P21 r:end1 L16 ");
	good &= !ask_drop(&leaves, 2, NULL);
	settle();
	good &= log_is("l>DROP2c16 r:dropped2 r>DACK2 r:end2 P16 l:end2 L16 ");
	result(good, "DROP PARTY from either side, with data");
}

static void test_crossed(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	good = !ask_add(1) && !ask_add(2);
	settle();
	log_is(log_text);
	good &= !ask_drop(&root, 1, "from r") && !ask_drop(&leaves, 1, "from l");
	settle();
	good &= log_is("r>DROP1c21 l>DROP1c21 l:end1 L16'from r' r:end1 L16'from l' ");
	/* dropped while its answer is on the way: that one is late */
	leaves.accepts = false;
	good &= !ask_add(3);
	deliver(&root, &leaves);
	good &= !cldn_q2931_party_accept(slot_at(&leaves, 3)->party);
	good &= !ask_drop(&root, 3, NULL);
	settle();
	good &= log_is("r>ADD3 l:add3 l>ACK3 r>DROP3c16 l:dropped3 l>DACK3 l:end3 P16 r:end3 L16 ");
	result(good, "DROP PARTY crosses another one, and an acknowledgement");
}

static void test_last(void)
{
	struct cldn_q2931_end end = { .by = CLDN_Q2931_BY_LOCAL, .cause = 16 };
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	good = !ask_add(1);
	settle();
	log_is(log_text);
	root.last = true;
	good &= !ask_drop(&leaves, 1, NULL);
	settle();
	good &= log_is("l>DROP1c16 r:last1 ");
	good &= state_of(&root, 1) == CLDN_Q2931_PARTY_DROP_RECEIVED;
	cldn_q2931_party_call_over(slot_at(&root, 1)->party, &end);
	cldn_q2931_party_call_over(slot_at(&leaves, 1)->party, &end);
	good &= log_is("r:end1 L16 l:end1 L16 ");
	result(good, "the last party is the owner's to end");
}

static void test_timers(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	good = !ask_add(1);
	root.nwire = 0; /* lost */
	wait_for(13999);
	good &= log_is("r>ADD1 ");
	wait_for(1);
	good &= log_is("r>DROP1c102 ");
	settle();
	good &= log_is("l>DACK1c89 r:end1 T102 ");
	good &= !ask_add(2);
	wait_for(14000);
	root.nwire = 0;
	wait_for(4000);
	good &= log_is("r>ADD2 r>DROP2c102 r:end2 T102! ");
	leaves.accepts = true;
	good &= !ask_add(3);
	settle();
	good &= !ask_drop(&root, 3, NULL);
	root.nwire = 0;
	log_is(log_text);
	wait_for(4000);
	good &= log_is("r:end3 L102! ");
	result(good, "T399 drops what was not answered, T398 ends without an answer");
}

static void test_alerting(void)
{
	bool good;

	begin(CLDN_Q2931_UNI40);
	good = !ask_add(1);
	deliver(&root, &leaves);
	good &= !cldn_q2931_party_alerting(slot_at(&leaves, 1)->party);
	good &= cldn_q2931_party_alerting(slot_at(&leaves, 1)->party) == -ENOTCONN;
	settle();
	good &= log_is("r>ADD1 l:add1 l>ALERT1 r:alert1 ");
	wait_for(34000); /* T399 is over, T397 runs */
	good &= log_is("");
	wait_for(146000);
	settle();
	good &= log_is("r>DROP1c102 l:dropped1 l>DACK1 l:end1 P102 r:end1 T102 ");
	good &= !ask_add(2);
	deliver(&root, &leaves);
	cldn_q2931_party_alerting(slot_at(&leaves, 2)->party);
	cldn_q2931_party_accept(slot_at(&leaves, 2)->party);
	settle();
	good &= log_is("r>ADD2 l:add2 l>ALERT2 l>ACK2 r:alert2 r:joined2 ");
	begin(CLDN_Q2931_UNI31);
	good &= !ask_add(1);
	settle();
	good &= cldn_q2931_party_alerting(slot_at(&leaves, 1)->party) == -EOPNOTSUPP;
	result(good, "PARTY ALERTING of UNI 4.0, and T397");
}

static void test_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	root.room = 0;
	leaves.room = 0;
	good = !ask_add(1) && !ask_add(2);
	good &= log_is("");
	good &= !ask_drop(&root, 2, NULL); /* nobody has heard of it */
	good &= log_is("r:end2 L16 ");
	room(&root, 1);
	settle();
	good &= log_is("r>ADD1 l:add1 ");
	cldn_q2931_party_accept(slot_at(&leaves, 1)->party);
	good &= state_of(&leaves, 1) == CLDN_Q2931_PARTY_ACTIVE;
	good &= !ask_drop(&root, 1, "x");
	room(&root, 1);
	settle();
	good &= log_is("r>DROP1c21 l:dropped1'x' ");
	room(&leaves, -1);
	settle();
	good &= log_is("l>DACK1 l:end1 P21 r:end1 L16 ");
	good &= !ask_add(3);
	wait_for(14000);
	settle();
	good &= log_is("r:end3 T102! ");
	result(good, "what had no room is owed, and T399 runs");
}

/* Without room T398 does not run: the other side has not been asked. */
static void test_drop_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	good = !ask_add(1);
	settle();
	log_is(log_text);
	root.room = 0;
	good &= !ask_drop(&root, 1, NULL);
	wait_for(60000);
	good &= log_is("") && state_of(&root, 1) == CLDN_Q2931_PARTY_DROP_INITIATED;
	room(&root, 1);
	root.nwire = 0; /* lost */
	wait_for(3999);
	good &= log_is("r>DROP1c16 ");
	wait_for(1);
	good &= log_is("r:end1 L102! ");
	result(good, "T398 begins when DROP PARTY is in the window");
}

/* T399 was up without room: what is owed is DROP PARTY now, with no clock. */
static void test_late_room(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	good = !ask_add(1);
	deliver(&root, &leaves);
	log_is(log_text);
	root.room = 0;
	wait_for(60000);
	good &= log_is("") && state_of(&root, 1) == CLDN_Q2931_PARTY_DROP_INITIATED;
	room(&root, -1);
	settle();
	good &= log_is("r>DROP1c102 l:dropped1 l>DACK1 l:end1 P102 r:end1 T102 ");
	leaves.room = 0;
	good &= !ask_add(2);
	deliver(&root, &leaves);
	good &= !ask_drop(&leaves, 2, NULL); /* REJECT, which has no clock either */
	wait_for(5000);
	room(&leaves, -1);
	settle();
	good &= log_is("r>ADD2 l:add2 l>REJ2c16 l:end2 L16 r:end2 P16 ");
	result(good, "DROP PARTY of T399 and a REJECT wait for room without a clock");
}

static void test_errors(void)
{
	bool good;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	root.error = -EIO;
	good = ask_add(1) == -EIO && state_of(&root, 1) == CLDN_Q2931_PARTY_NULL;
	root.error = 0;
	good &= !ask_add(2);
	settle();
	root.error = -EIO;
	good &= ask_drop(&root, 2, NULL) == -EIO && state_of(&root, 2) == CLDN_Q2931_PARTY_ACTIVE;
	good &= ask_drop(&root, 2, "more than the twenty-seven octets") == -EMSGSIZE;
	root.error = 0;
	log_is(log_text);
	good &= !ask_drop(&root, 2, NULL);
	settle();
	good &= log_is("r>DROP2c16 l:dropped2 l>DACK2 l:end2 P16 r:end2 L16 ");
	result(good, "a message that cannot be sent has changed nothing");
}

static void say(struct side *to, u8 type, u16 endpoint, u8 cause, u8 diag, int state)
{
	struct cldn_q2931_msg msg = { .type = type, .have = H(ENDPOINT), .endpoint = endpoint };
	u8 at[CLDN_Q2931_MSG_MAX];
	int len;

	msg.cref = to->call.cref ^ CLDN_Q2931_CREF_FLAG;
	if (cause) {
		msg.have |= H(CAUSE);
		msg.ncauses = 1;
		msg.cause[0] = (struct cldn_q2931_cause_ie){ .value = cause };
		msg.cause[0].diag_len = diag != 0;
		msg.cause[0].diag[0] = diag;
	}
	if (type == CLDN_Q2931_STATUS) {
		msg.have |= H(CALL_STATE);
		msg.call_state = CLDN_Q2931_ACTIVE;
	}
	if (state >= 0) {
		msg.have |= H(ENDPOINT_STATE);
		msg.endpoint_state = state;
	}
	len = cldn_q2931_build(&msg, at, sizeof(at));
	broken |= len < 0;
	hand_over(to, at, len);
}

/* As stock atmsigd has it: the endpoint that it names is the one that came with the SETUP. */
static void test_not_known(void)
{
	struct cldn_q2931_party *first;
	bool good;

	begin(CLDN_Q2931_UNI31);
	first = add(&root, 0);
	cldn_q2931_party_follow(first, CLDN_Q2931_PARTY_ADD_INITIATED);
	look();
	cldn_q2931_party_follow(first, CLDN_Q2931_PARTY_ACTIVE);
	good = !ask_add(1) && !ask_add(2);
	root.nwire = 0;
	log_is(log_text);
	say(&root, CLDN_Q2931_STATUS, 0x8000, CLDN_Q2931_CAUSE_MESSAGE_TYPE, CLDN_Q2931_ADD_PARTY,
	    10);
	good &= log_is("r:end1 P97 ");
	say(&root, CLDN_Q2931_STATUS, 0x8002, CLDN_Q2931_CAUSE_MESSAGE_TYPE, CLDN_Q2931_ADD_PARTY,
	    0);
	good &= log_is("r:end2 P97 ");
	say(&root, CLDN_Q2931_STATUS, 0x8002, CLDN_Q2931_CAUSE_MESSAGE_TYPE, CLDN_Q2931_ADD_PARTY,
	    0);
	leaves.accepts = true;
	good &= !ask_add(3) && !ask_add(4);
	settle();
	log_is(log_text);
	good &= !ask_drop(&root, 3, NULL);
	root.nwire = 0;
	say(&root, CLDN_Q2931_STATUS, 0x8000, CLDN_Q2931_CAUSE_MESSAGE_TYPE, 0x66, 10);
	say(&root, CLDN_Q2931_STATUS, 0x8000, CLDN_Q2931_CAUSE_MESSAGE_TYPE, CLDN_Q2931_DROP_PARTY,
	    10);
	good &= log_is("r>DROP3c16 r:end3 L97! ");
	say(&root, CLDN_Q2931_STATUS, 0x8004, CLDN_Q2931_CAUSE_STATUS_ENQUIRY, 0, 10);
	good &= log_is("");
	say(&root, CLDN_Q2931_STATUS, 0x8004, CLDN_Q2931_CAUSE_STATUS_ENQUIRY, 0, 0);
	good &= log_is("r:end4 P30 ");
	result(good, "a STATUS that knows no parties, or not this one, ends the party alone");
}

static void test_strange(void)
{
	bool good = true;

	begin(CLDN_Q2931_UNI31);
	leaves.accepts = true;
	ask_add(1);
	settle();
	log_is(log_text);
	say(&leaves, CLDN_Q2931_DROP_PARTY, 9, CLDN_Q2931_CAUSE_NORMAL, 0, -1);
	say(&root, CLDN_Q2931_ADD_PARTY_ACK, 0x8009, 0, 0, -1);
	good &= log_is("l>DACK9c89 r>DROP9c89 ");
	say(&root, CLDN_Q2931_ADD_PARTY_REJECT, 0x8009, CLDN_Q2931_CAUSE_BUSY, 0, -1);
	say(&root, CLDN_Q2931_DROP_PARTY_ACK, 0x8009, 0, 0, -1);
	say(&root, CLDN_Q2931_ADD_PARTY_ACK, 0x8001, 0, 0, -1);
	/* references with the wrong side's flag are of no party */
	say(&leaves, CLDN_Q2931_DROP_PARTY, 0x8001, CLDN_Q2931_CAUSE_NORMAL, 0, -1);
	log_is(log_text);
	broken = false; /* the answer's flag is as wrong as the question's */
	good &= state_of(&leaves, 1) == CLDN_Q2931_PARTY_ACTIVE;
	say(&leaves, CLDN_Q2931_STATUS_ENQUIRY, 1, 0, 0, -1);
	say(&root, CLDN_Q2931_STATUS_ENQUIRY, 0x8001, 0, 0, -1);
	say(&root, CLDN_Q2931_STATUS_ENQUIRY, 0x8005, 0, 0, -1);
	good &= log_is("l>STATUS1c30s10 r>STATUS1c30s10 r>STATUS5c30s0 ");
	leaves.call.state = CLDN_Q2931_CONNECT_REQUEST;
	leaves.nwire = 0;
	root.nwire = 0;
	ask_add(2);
	deliver(&root, &leaves);
	good &= log_is("r>ADD2 l>REJ2c101 ");
	result(good, "what is of no party is answered, and changes none");
}

/* ---- anything in any order ---- */

static unsigned int random_state = 1;

static unsigned int any(unsigned int n)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % n;
}

static void step_request(struct side *s)
{
	struct slot *slot = &s->slots[any(NPARTIES)];
	static u16 value;

	if (s == &root && !any(3)) {
		struct cldn_q2931_party *party = add(s, ++value & 0x7fff);

		if (party && cldn_q2931_party_add(party)) {
			slot_of(party)->party = NULL;
			free(party);
		}
		look();
		return;
	}
	if (!slot->party)
		return;
	switch (any(4)) {
	case 0:
		cldn_q2931_party_alerting(slot->party);
		break;
	case 1:
		cldn_q2931_party_accept(slot->party);
		break;
	case 2:
		ask_drop(s, slot->value, any(2) ? "data" : NULL);
		break;
	default:
		if (!any(8))
			cldn_q2931_party_abort(slot->party, CLDN_Q2931_CAUSE_TEMPORARY);
	}
}

static void step(void)
{
	struct side *s = any(2) ? &root : &leaves;

	switch (any(6)) {
	case 0:
		step_request(s);
		break;
	case 1:
		wait_for(any(3000));
		break;
	case 2:
		room(s, any(4) ? -1 : (int)any(2));
		break;
	case 3:
		s->accepts = any(2);
		s->refuse = any(4) ? 0 : CLDN_Q2931_CAUSE_BUSY;
		break;
	default:
		deliver(s, s == &root ? &leaves : &root);
	}
	look();
}

/* @s has none that @other does not know, but what that has ended by force. */
static bool known(struct side *s, struct side *other)
{
	for (int i = 0; i < NPARTIES; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->party && !state_of(other, slot->value) && !other->forced[slot->value])
			return false;
	}
	return true;
}

static void test_walk(unsigned long steps)
{
	bool good = true;

	begin(CLDN_Q2931_UNI40);
	for (unsigned long i = 0; i < steps && good && !broken; i++) {
		step();
		if (i % 500)
			continue;
		root.accepts = leaves.accepts = true;
		room(&root, -1);
		room(&leaves, -1);
		settle();
		for (int t = 0; t < 60; t++) { /* longer than all clocks */
			wait_for(4000);
			room(&root, -1);
			room(&leaves, -1);
			settle();
		}
		good = known(&root, &leaves) && known(&leaves, &root);
		if (!good)
			printf("# after %lu steps the sides disagree: %.300s\n", i,
			       log_text + (log_len > 300 ? log_len - 300 : 0));
		log_is(log_text);
	}
	result(good, "no order of requests, answers, clocks and room leaves the sides apart");
}

static void mutate(u8 *at, size_t *len)
{
	for (unsigned int n = any(3); n; n--)
		at[any(*len)] ^= 1 << any(8);
	if (!any(8))
		*len = 1 + any(*len);
}

/* Messages with changed octets: nothing but the end of parties can come of them. */
static void test_mutated(unsigned long steps)
{
	begin(CLDN_Q2931_UNI40);
	for (unsigned long i = 0; i < steps; i++) {
		struct side *s = any(2) ? &root : &leaves, *to = s == &root ? &leaves : &root;
		u8 at[CLDN_Q2931_MSG_MAX];
		size_t len;

		step();
		if (!s->nwire)
			continue;
		len = s->wire[0].len;
		memcpy(at, s->wire[0].at, len);
		mutate(at, &len);
		hand_over(to, at, len);
		if (root.nwire > NWIRE / 2)
			root.nwire = 0;
		if (leaves.nwire > NWIRE / 2)
			leaves.nwire = 0;
	}
	broken = false; /* flags of answers follow the questions' */
	for (int t = 0; t < 60; t++) {
		room(&root, -1);
		room(&leaves, -1);
		wait_for(4000);
	}
	for (int i = 0; i < NPARTIES; i++)
		broken |= root.slots[i].party && root.slots[i].party->owed;
	result(true, "messages with changed octets do no harm");
}

int main(int argc, char **argv)
{
	unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 10) : STEPS;

	test_joins();
	test_refused();
	test_drops();
	test_crossed();
	test_last();
	test_timers();
	test_alerting();
	test_room();
	test_drop_room();
	test_late_room();
	test_errors();
	test_not_known();
	test_strange();
	test_walk(steps);
	test_mutated(steps);
	begin(CLDN_Q2931_UNI31);
	printf("1..%d\n", ntests);
	return nfailed != 0;
}
