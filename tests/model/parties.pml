/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parties of a call to many over their whole life, for the SPIN model checker: the call is up, its
 * first party came with the SETUP, and from then on both ends do what they may in every order, while
 * their messages cross. scripts/model runs it; README.md says what it covers and what it leaves out.
 *
 *   root, leaves  the worker of each end's link    cldn_q2931_party_*(), party.c and leaf.c
 *   client        of the root, one for each party  ADD_PARTY, its CANCEL, DROP_PARTY, CLOSE
 *   leaf          each party's own end             ACCEPT, REJECT, CLOSE
 *   clock         T399 and T398                    cldn_q2931_party_expired()
 *
 * Each event is handled whole by one worker, so it is one atomic step; an inline has the name of the
 * function that it stands for. e[s] is one end, out[s] the window in which its messages are until
 * the other one takes them: in order, and none is lost. What finds no room is owed, as in the code.
 * Clocks may run out at any moment when CLOCKS says that there are any.
 *
 * The ghosts are what is promised: a request completes once, a leaf ends once, a call with nobody
 * in it does not stay. The judge looks at any moment at which nothing is on its way.
 *
 * FOREIGN: a leaves' side that drops its last party instead of releasing the call. Then the root's
 * own look for a call with nobody in it is needed; with two parties, between two of these modules, it
 * never is.
 *
 * -DBUG_name seeds a mistake that must be found.
 */

#ifndef PARTIES
#define PARTIES 3
#endif
#ifndef WINDOW
#define WINDOW 2
#endif
#define ROOT 0
#define LEAVES 1

mtype = { ADD, ADD_ACK, ADD_REJECT, DROP, DROP_ACK, RELEASE, RELEASE_COMPLETE }; /* messages */
mtype = { NONE }; /* nothing is owed, or asked */
/* enum cldn_q2931_party_state; PARTY ALERTING is left out */
mtype = { NULL, ADD_INITIATED, ADD_RECEIVED, ACTIVE, DROP_INITIATED, DROP_RECEIVED };
/* enum cleardown_party_state, of the root's client; UNBORN before ADD_PARTY */
mtype = { UNBORN, ADDING, JOINED, DROPPING, LEFT, OVER };
mtype = { UP, RELEASING, DOWN }; /* the call */
mtype = { ADD_PARTY, DROP_PARTY }; /* requests */

typedef party {
	mtype state;
	mtype owed;
	bit unsent
}

typedef side {
	party p[PARTIES];
	mtype call;
	mtype call_owed
}

side e[2];
chan out[2] = [WINDOW] of { mtype, byte };

mtype cs[PARTIES]; /* the client's view: p->state */
mtype op[PARTIES]; /* p->op */

/* ---- ghosts ---- */

byte asked[PARTIES], completed[PARTIES]; /* requests for a party */
bit told[PARTIES]; /* the client knows that it has left */
byte ends[PARTIES]; /* of a leaf's VC */
bit closing, closed; /* CLOSE of the root's client */

#define P(s, i) e[s].p[i]
#define LIVE(s, i) \
	(P(s, i).state == ADD_INITIATED || P(s, i).state == ADD_RECEIVED || \
	 P(s, i).state == ACTIVE)
#define IN_ACCOUNT(i) (cs[i] != UNBORN && cs[i] != OVER)
#ifdef CLOCKS
#define EXPIRES true
#else
#define EXPIRES false
#endif

/* ---- messages ---- */

/* sent: it is in the window. Else it is owed. */
inline party_transmit(s, i, m)
{
	if
	:: nfull(out[s]) ->
		out[s]!m, i;
		P(s, i).owed = NONE;
		P(s, i).unsent = false;
		sent = true
	:: full(out[s]) ->
		P(s, i).owed = m;
		sent = false
	fi
}

/* About no party: it is not owed. */
inline answer(s, i, m)
{
	if
	:: nfull(out[s]) -> out[s]!m, i
	:: full(out[s])
	fi
}

/* cm_party_alone(): there is no other one */
inline alone(s, i)
{
	lone = true;
	k = 0;
	do
	:: k < PARTIES ->
		lone = lone && (k == i || !LIVE(s, k));
		k++
	:: else -> break
	od
}

/* ---- the call ---- */

/* cldn_q2931_call_release() */
inline call_release(s)
{
	assert(e[s].call == UP); /* R5: it is released once */
	e[s].call = RELEASING;
	if
	:: nfull(out[s]) -> out[s]!RELEASE, 0
	:: full(out[s]) -> e[s].call_owed = RELEASE
	fi
}

/* cm_root_empty() */
inline root_empty()
{
	call_release(ROOT)
}

/* ---- the end of a party ---- */

/* cm_party_op_end() */
inline op_end(i)
{
	if
	:: op[i] != NONE ->
		op[i] = NONE;
		completed[i]++;
		assert(completed[i] <= asked[i]) /* PR-1 */
	:: else
	fi
}

/* cm_root_ended() */
inline root_ended(i)
{
	if
	:: op[i] != NONE || cs[i] == DROPPING -> cs[i] = OVER
	:: else ->
		assert(e[ROOT].call != UP || cs[i] != JOINED || told[i]); /* TV-9: INCOMING_DROP */
		cs[i] = LEFT
	fi;
	op_end(i);
	alone(ROOT, i);
	if
#ifndef BUG_EMPTY_CALL
	:: e[ROOT].call == UP && lone && !LIVE(ROOT, i) -> root_empty()
#endif
	:: else
	fi
}

/* cm_leaf_ended() */
inline leaf_ended(i)
{
	ends[i]++;
	assert(ends[i] == 1) /* PR-1: each leaf ends once */
}

inline make_null(s, i)
{
#ifndef BUG_OWED_STAYS
	P(s, i).owed = NONE;
#endif
	P(s, i).state = NULL;
	if
	:: s == ROOT -> root_ended(i)
	:: else -> leaf_ended(i)
	fi
}

/* cm_multi_call_over(): each party of it, wherever it is */
inline call_over(s)
{
	e[s].call = DOWN;
	e[s].call_owed = NONE;
	n = 0;
	do
	:: n < PARTIES ->
		if
		:: P(s, n).state != NULL -> make_null(s, n)
		:: else
		fi;
		n++
	:: else -> break
	od;
	closed = closed || (s == ROOT && closing)
}

/* ---- what clients ask for ---- */

/* cldn_q2931_party_drop() of one that was not answered, or was */
inline party_drop(s, i)
{
	if
	:: P(s, i).unsent -> make_null(s, i)
	:: else ->
		if
		:: P(s, i).state == ADD_RECEIVED ->
			party_transmit(s, i, ADD_REJECT);
			P(s, i).state = DROP_INITIATED;
			if
			:: sent -> make_null(s, i)
			:: else
			fi
		:: else ->
			party_transmit(s, i, DROP);
			P(s, i).state = DROP_INITIATED
		fi
	fi
}

/* ---- what comes ---- */

/* ADD PARTY: it is offered, or there is nobody who takes it. */
inline got_add(i)
{
	if
	:: P(LEAVES, i).state != NULL
	:: P(LEAVES, i).state == NULL -> P(LEAVES, i).state = ADD_RECEIVED
	:: P(LEAVES, i).state == NULL -> answer(LEAVES, i, ADD_REJECT)
	fi
}

inline got_add_ack(i)
{
	if
	:: P(ROOT, i).state == NULL -> answer(ROOT, i, DROP)
#ifdef BUG_ADDED_WHILE_DROPPED
	:: P(ROOT, i).state != NULL ->
#else
	:: P(ROOT, i).state == ADD_INITIATED ->
#endif
		assert(!P(ROOT, i).unsent);
		P(ROOT, i).owed = NONE;
		P(ROOT, i).state = ACTIVE;
		cs[i] = JOINED;
		op_end(i)
	:: else
	fi
}

/* cm_root_dropped(), cm_leaf_dropped(): lone says that the call goes with it */
inline dropped(s, i)
{
	alone(s, i);
	if
	:: s == ROOT && lone ->
		cs[i] = LEFT;
		root_empty()
	:: s == ROOT && !lone && op[i] == NONE ->
		cs[i] = LEFT;
		told[i] = true
#ifndef FOREIGN
	:: s == LEAVES && lone -> call_release(LEAVES)
#endif
	:: else
	fi
}

inline got_drop(s, i)
{
	if
	:: P(s, i).state == NULL -> answer(s, i, DROP_ACK)
	:: P(s, i).state == DROP_RECEIVED
	:: P(s, i).state == DROP_INITIATED ->
#ifndef BUG_CROSSED_DROP
		make_null(s, i)
#else
		skip
#endif
	:: else ->
		P(s, i).owed = NONE;
		P(s, i).state = DROP_RECEIVED;
		dropped(s, i);
		if
		:: e[s].call != UP
		:: else ->
			party_transmit(s, i, DROP_ACK);
			if
			:: sent -> make_null(s, i)
			:: else
			fi
		fi
	fi
}

/* q2931_got_release(): be_released(), or its own has crossed ours */
inline got_release(s)
{
	if
	:: e[s].call == RELEASING && e[s].call_owed == NONE -> call_over(s)
	:: e[s].call_owed == RELEASE_COMPLETE || e[s].call == DOWN
	:: else ->
		e[s].call = RELEASING;
		if
		:: nfull(out[s]) ->
			out[s]!RELEASE_COMPLETE, 0;
			call_over(s)
		:: full(out[s]) -> e[s].call_owed = RELEASE_COMPLETE
		fi
	fi
}

#ifdef BUG_LATE_MESSAGE
#define LATE(s) (e[s].call == DOWN)
#else
#define LATE(s) (e[s].call != UP)
#endif

inline receive(s)
{
	out[1 - s]?m, i;
	if
	:: m == RELEASE -> got_release(s)
	:: m == RELEASE_COMPLETE ->
		if
		:: e[s].call == RELEASING -> call_over(s)
		:: else
		fi
	:: else ->
		if
		:: LATE(s)
		:: !LATE(s) && m == ADD -> got_add(i)
		:: !LATE(s) && m == ADD_ACK -> got_add_ack(i)
		:: !LATE(s) && (m == ADD_REJECT || m == DROP_ACK) ->
			if
			:: P(s, i).state != NULL ->
#ifdef BUG_TWO_COMPLETIONS
				completed[i] = completed[i] + (s == ROOT && op[i] != NONE);
#endif
				make_null(s, i)
			:: else
			fi
		:: !LATE(s) && m == DROP -> got_drop(s, i)
		fi
	fi
}

/* ---- room ---- */

inline call_room(s)
{
	m = e[s].call_owed;
	e[s].call_owed = NONE;
	out[s]!m, 0;
	if
	:: m == RELEASE_COMPLETE -> call_over(s)
	:: else
	fi
}

/* cldn_q2931_party_room() */
inline party_room(s, i)
{
	m = P(s, i).owed;
	party_transmit(s, i, m);
	assert(P(s, i).state != NULL); /* nothing is said of a party that is over */
	if
	:: m == DROP_ACK || m == ADD_REJECT -> make_null(s, i)
	:: else
	fi
}

proctype worker(byte s)
{
	byte i, k, n;
	bool sent, lone;
	mtype m;

end:	do
	:: atomic { nempty(out[1 - s]) -> receive(s) }
	:: atomic { e[s].call_owed != NONE && nfull(out[s]) -> call_room(s) }
	od
}

/* ---- the others, for each party ---- */

#define NEW_REQUEST(i, what) \
	op[i] = what; \
	asked[i]++

inline cm_add_begin(i)
{
	NEW_REQUEST(i, ADD_PARTY);
	cs[i] = ADDING;
	P(ROOT, i).unsent = true;
	P(ROOT, i).state = ADD_INITIATED;
	party_transmit(ROOT, i, ADD)
}

/* The parties that count for CLOSE, and how many of the others are JOINED. */
inline account(i)
{
	all = 0;
	joined = 0;
	k = 0;
	do
	:: k < PARTIES ->
		all = all + IN_ACCOUNT(k);
		joined = joined + (k != i && cs[k] == JOINED);
		k++
	:: else -> break
	od
}

inline cm_drop_begin(i)
{
	account(i);
	if
	:: cs[i] == JOINED && joined ->
		NEW_REQUEST(i, DROP_PARTY);
		cs[i] = DROPPING;
		party_drop(ROOT, i)
	:: cs[i] == LEFT && all > 1 ->
		NEW_REQUEST(i, DROP_PARTY);
		cs[i] = OVER;
		op_end(i)
	:: else /* R4: EBUSY */
	fi
}

/* add_expired() */
inline t399(i)
{
	if
	:: P(ROOT, i).unsent -> make_null(ROOT, i)
	:: else ->
		party_transmit(ROOT, i, DROP);
		P(ROOT, i).state = DROP_INITIATED
	fi
}

inline cm_leaf_release(i)
{
	alone(LEAVES, i);
	if
#ifndef FOREIGN
	:: lone -> call_release(LEAVES)
#endif
	:: else -> party_drop(LEAVES, i)
	fi
}

/* Of the root: its client, clocks and room. */
proctype client(byte i)
{
	byte k, all, joined;
	bool sent, lone;
	mtype m;

end:	do
	:: atomic { e[ROOT].call == UP && cs[i] == UNBORN -> cm_add_begin(i) }
	:: atomic { e[ROOT].call == UP && op[i] == ADD_PARTY && LIVE(ROOT, i) ->
		    party_drop(ROOT, i) }
	:: atomic { e[ROOT].call == UP && op[i] == NONE && (cs[i] == JOINED || cs[i] == LEFT) ->
		    cm_drop_begin(i) }
	:: atomic { e[ROOT].call == UP && IN_ACCOUNT(i) ->
		    account(i);
		    if
		    :: all == 1 ->
			closing = true;
			call_release(ROOT)
		    :: else
		    fi }
	:: atomic { EXPIRES && e[ROOT].call == UP && P(ROOT, i).state == ADD_INITIATED ->
		    t399(i) }
	:: atomic { EXPIRES && e[ROOT].call == UP && P(ROOT, i).state == DROP_INITIATED &&
		    P(ROOT, i).owed == NONE -> make_null(ROOT, i) }
	:: atomic { e[ROOT].call == UP && P(ROOT, i).owed != NONE && nfull(out[ROOT]) ->
		    party_room(ROOT, i) }
	od
}

/* The party's own end, its clock and room. */
proctype leaf(byte i)
{
	byte k;
	bool sent, lone;
	mtype m;

end:	do
	:: atomic { e[LEAVES].call == UP && P(LEAVES, i).state == ADD_RECEIVED ->
		    party_transmit(LEAVES, i, ADD_ACK);
		    P(LEAVES, i).state = ACTIVE }
	:: atomic { e[LEAVES].call == UP && LIVE(LEAVES, i) -> cm_leaf_release(i) }
	:: atomic { EXPIRES && e[LEAVES].call == UP && P(LEAVES, i).state == DROP_INITIATED &&
		    P(LEAVES, i).owed == NONE -> make_null(LEAVES, i) }
	:: atomic { e[LEAVES].call == UP && P(LEAVES, i).owed != NONE && nfull(out[LEAVES]) ->
		    party_room(LEAVES, i) }
	od
}

/* ---- judgement ---- */

#define SETTLED(s, i) \
	((P(s, i).state == NULL || P(s, i).state == ACTIVE) && P(s, i).owed == NONE)
#define QUIET(s) (empty(out[s]) && e[s].call != RELEASING && e[s].call_owed == NONE)

/* Whenever nothing is on its way, the two ends agree, and nobody waits for anything. */
inline judge_party(i)
{
	assert(P(ROOT, i).state == P(LEAVES, i).state);
	assert(op[i] == NONE && asked[i] == completed[i]); /* PR-1, PR-2 */
	assert(e[ROOT].call == DOWN || cs[i] != DROPPING);
	assert(e[ROOT].call == UP || P(ROOT, i).state == NULL);
	someone = someone || P(ROOT, i).state == ACTIVE
}

#if PARTIES == 3
#define ALL_SETTLED(s) (SETTLED(s, 0) && SETTLED(s, 1) && SETTLED(s, 2))
#else
#define ALL_SETTLED(s) (SETTLED(s, 0) && SETTLED(s, 1))
#endif

#define IN_VAIN(i) \
	(P(ROOT, i).owed == NONE && P(LEAVES, i).owed == NONE && \
	 (P(ROOT, i).state == DROP_INITIATED || P(LEAVES, i).state == DROP_INITIATED || \
	  (P(ROOT, i).state == ADD_INITIATED && P(LEAVES, i).state != ADD_RECEIVED)))
#define STALLED (IN_VAIN(0) || IN_VAIN(1))

inline judgement()
{
	assert(e[ROOT].call == e[LEAVES].call);
	i = 0;
	do
	:: i < PARTIES ->
		judge_party(i);
		i++
	:: else -> break
	od;
	assert(someone == (e[ROOT].call == UP)); /* R5: no call without a party */
	assert(!closing || closed)
}

proctype judge()
{
	byte i;
	bool someone;

	if
	:: atomic { QUIET(ROOT) && QUIET(LEAVES) && ALL_SETTLED(ROOT) && ALL_SETTLED(LEAVES) ->
		    judgement() }
#ifndef CLOCKS
	/* Without clocks: who has asked, or drops, waits for something. */
	:: atomic { QUIET(ROOT) && QUIET(LEAVES) && e[ROOT].call == UP && STALLED -> assert(false) }
#endif
	/* Nothing can happen any more, and it is not quiet: somebody waits for ever. */
	:: timeout -> assert(false)
	fi
}

init {
	byte i;

	atomic {
		e[ROOT].call = UP;
		e[LEAVES].call = UP;
		e[ROOT].call_owed = NONE;
		e[LEAVES].call_owed = NONE;
		do
		:: i < PARTIES ->
			P(ROOT, i).state = (i -> NULL : ACTIVE);
			P(LEAVES, i).state = (i -> NULL : ACTIVE);
			P(ROOT, i).owed = NONE;
			P(LEAVES, i).owed = NONE;
			cs[i] = (i -> UNBORN : JOINED);
			op[i] = NONE;
			run client(i);
			run leaf(i);
			i++
		:: else -> break
		od;
		run worker(ROOT);
		run worker(LEAVES);
		run judge()
	}
}
