// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/callmgr/q2931/msg.c and ie.c: what a stock atmsigd sends is read, what we build is read
 * back, every error leads to what Q.2931 5.6 says, and no sequence of octets does any harm. Each
 * message is read from memory of exactly its length, so that the sanitizer sees an octet too far.
 *
 * usage: q2931_msg_test [MUTATIONS]    or: q2931_msg_test --pcap FILE
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/callmgr/q2931/msg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define H(name) CLDN_Q2931_HAVE(name)

static const struct cldn_q2931_rules user31 = { CLDN_Q2931_UNI31, false };
static const struct cldn_q2931_rules network31 = { CLDN_Q2931_UNI31, true };
static const struct cldn_q2931_rules user40 = { CLDN_Q2931_UNI40, false };

static unsigned long mutations = 100000;

/* Says which line of a table is wrong, for whoever has to mend it. */
static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		printf("# %s[%zu]: %s\n", table, line, text);
	return good;
}

/* ---- octets ---- */

struct octets {
	u8 at[1024];
	size_t len;
};

static void add(struct octets *o, const void *at, size_t len)
{
	memcpy(o->at + o->len, at, len);
	o->len += len;
}

static void add8(struct octets *o, unsigned int value)
{
	u8 octet = value;

	add(o, &octet, 1);
}

static void add16(struct octets *o, unsigned int value)
{
	add8(o, value >> 8 & 0xff);
	add8(o, value & 0xff);
}

static void add_hex(struct octets *o, const char *hex)
{
	unsigned int value;

	for (; sscanf(hex, "%2x", &value) == 1; hex += 2) {
		add8(o, value);
		if (!hex[1])
			break;
	}
}

static void set_length(struct octets *o)
{
	o->at[7] = (o->len - 9) >> 8;
	o->at[8] = (o->len - 9) & 0xff;
}

static struct octets message(u32 cref, u8 type, u8 action)
{
	struct octets o = { .len = 0 };

	add_hex(&o, "0903");
	add8(&o, cref >> 16);
	add16(&o, cref & 0xffff);
	add8(&o, type);
	add8(&o, action);
	add16(&o, 0);
	return o;
}

static void add_ie(struct octets *o, u8 id, u8 head, const char *hex)
{
	add8(o, id);
	add8(o, head);
	add16(o, strlen(hex) / 2);
	add_hex(o, hex);
	set_length(o);
}

/* Reads from a copy that ends where the message does. */
static int parse(const u8 *at, size_t len, const struct cldn_q2931_rules *rules,
		 struct cldn_q2931_msg *msg, struct cldn_q2931_verdict *verdict)
{
	u8 *copy = malloc(len ? len : 1);
	int err;

	memset(msg, 0xa5, sizeof(*msg));
	memcpy(copy, at, len);
	err = cldn_q2931_parse(len ? copy : copy + 1, len, rules, msg, verdict);
	free(copy);
	return err;
}

static int parse_octets(const struct octets *o, const struct cldn_q2931_rules *rules,
			struct cldn_q2931_msg *msg, struct cldn_q2931_verdict *verdict)
{
	return parse(o->at, o->len, rules, msg, verdict);
}

/* ---- a message as text ---- */

struct text {
	char at[1024];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->len += vsnprintf(t->at + t->len, sizeof(t->at) - t->len, format, args);
	va_end(args);
}

static void say_octets(struct text *t, const u8 *at, size_t len)
{
	while (len--)
		say(t, "%02x", *at++);
}

static void say_offer(struct text *t, const struct cldn_q2931_msg *m)
{
	size_t i;

	if (m->have & H(AAL))
		say(t, " aal%u %u/%u sscs %u", m->aal.type, m->aal.fwd_sdu, m->aal.bwd_sdu,
		    m->aal.sscs);
	if (m->have & H(TRAFFIC)) {
		for (i = 0; i < CLDN_Q2931_NRATES; i++)
			if (m->traffic.have & 1 << i)
				say(t, " rate%zu %u", i, m->traffic.value[i]);
		say(t, m->traffic.best_effort ? " ubr" : "");
		if (m->traffic.has_options)
			say(t, " options %02x", m->traffic.options);
	}
	if (m->have & H(BEARER))
		say(t, " bcob%u%s", m->bearer.class, m->bearer.multipoint ? " p2mp" : "");
	if (m->have & H(BEARER) && m->bearer.has_capability)
		say(t, " atc %02x", m->bearer.capability);
	if (m->have & H(BHLI))
		say(t, " bhli%u %.*s", m->bhli.type, m->bhli.len, (const char *)m->bhli.info);
	if (m->have & H(BLLI))
		say(t, " blli %u %u %u", m->blli.l1, m->blli.l2, m->blli.l3);
	if (m->have & H(QOS))
		say(t, " qos %u %u", m->qos.fwd, m->qos.bwd);
}

static void say_number(struct text *t, const char *name, const struct cldn_q2931_number *n)
{
	say(t, " %s %u:", name, n->plan);
	if (n->plan == CLDN_Q2931_PLAN_NSAP)
		say_octets(t, n->digits, n->len);
	else
		say(t, "%.*s", n->len, (const char *)n->digits);
	if (n->presentation || n->screening)
		say(t, " presentation %u screening %u", n->presentation, n->screening);
}

static void say_rest(struct text *t, const struct cldn_q2931_msg *m)
{
	size_t i;

	for (i = 0; (m->have & H(CAUSE)) && i < m->ncauses; i++) {
		say(t, " cause %u:%u", m->cause[i].location, m->cause[i].value);
		say(t, m->cause[i].diag_len ? " " : "");
		say_octets(t, m->cause[i].diag, m->cause[i].diag_len);
	}
	if (m->have & H(CALL_STATE))
		say(t, " state %u", m->call_state);
	if (m->have & H(CONNECTION))
		say(t, " vc %u.%u", m->connection.vpci, m->connection.vci);
	if (m->have & H(RESTART))
		say(t, " restart %u", m->restart);
	if (m->have & H(ENDPOINT))
		say(t, " endpoint %04x", m->endpoint);
	if (m->have & H(GIT)) {
		say(t, " git %02x ", m->git.application);
		say_octets(t, m->git.data, m->git.len);
	}
	if (m->have & H(UUI))
		say(t, " uui %u %.*s", m->uui.protocol, m->uui.len, (const char *)m->uui.data);
}

static const char *say_all(const struct cldn_q2931_msg *m)
{
	static struct text t;

	t.len = 0;
	say(&t, "%s %06x", cldn_q2931_type_name(m->type), m->cref);
	say_offer(&t, m);
	if (m->have & H(CALLED))
		say_number(&t, "called", &m->called);
	if (m->have & H(CALLING))
		say_number(&t, "calling", &m->calling);
	say_rest(&t, m);
	return t.at;
}

/* ---- what stock atmsigd sends ---- */

#define NSAP_A "47000580ffe1000000f21a26d80020ea000ee000"
#define NSAP_B "47000580ffe1000000f21a26d80020ea000ee100"
#define OFFER "aal5 8192/8192 sscs 0 rate2 353207 rate3 353207 ubr bcob16 bhli1 FORE_ATM qos 0 0"

static const struct {
	const char *hex;
	const struct cldn_q2931_rules *rules;
	const char *text;
} dialogues[] = {
	{ "09030000010580006558800009058c2000812000840059800009840563b7850563b7be5e80000290805d8000"
	  "0981464f52455f41544d708000158247000580ffe1000000f21a26d80020ea000ee1006c800015824700058"
	  "0ffe1000000f21a26d80020ea000ee0005c8000020000",
	  &user31, "SETUP 000001 " OFFER " called 2:" NSAP_B " calling 2:" NSAP_A },
	{ "09030000010580006e58800009058c2000812000840059800009840563b7850563b7be5e80000290805d8000"
	  "0981464f52455f41544d708000158247000580ffe1000000f21a26d80020ea000ee1006c800015824700058"
	  "0ffe1000000f21a26d80020ea000ee0005a80000588000000205c8000020000",
	  &network31, "SETUP 000001 " OFFER " called 2:" NSAP_B " calling 2:" NSAP_A " vc 0.32" },
	{ "0903800001028000095a8000058800000028", &network31, "CALL PROCEEDING 800001 vc 0.40" },
	{ "09038000110780000d58800009058c20008120008400", &network31,
	  "CONNECT 800011 aal5 8192/8192 sscs 0" },
	{ "09030000010f800000", &user31, "CONNECT ACKNOWLEDGE 000001" },
	{ "09030000014d800006088000028090", &user31, "RELEASE 000001 cause 0:16" },
	{ "09030000014d8000090880000580e6333038", &user31, "RELEASE 000001 cause 0:102 333038" },
	{ "09038000015a800000", &network31, "RELEASE COMPLETE 800001" },
	{ "09038000115a8000060880000280d1", &network31, "RELEASE COMPLETE 800011 cause 0:81" },
	{ "09038000135a8000060880000280d8", &network31, "RELEASE COMPLETE 800013 cause 0:88" },
	{ "090300001175800000", &user31, "STATUS ENQUIRY 000011" },
	{ "09038000117d80000b148000010a08800002809e", &user31,
	  "STATUS 800011 cause 0:30 state 10" },
	{ "09038000117d80000c148000010a0880000380e180", &user31,
	  "STATUS 800011 cause 0:97 80 state 10" },
	{ "0903000000468000057980000182", &user31, "RESTART 000000 restart 2" },
	{ "09038000004e8000057980000182", &user31, "RESTART ACKNOWLEDGE 800000 restart 2" },
	{ "090300001180800020708000158247000580ffe1000000f21a26d80020ea000ee000548000030000"
	  "01",
	  &user31, "ADD PARTY 000011 called 2:" NSAP_A " endpoint 0001" },
	{ "09030000114d8000150880000880958068656c6c6f0880000580e6333038", &user31,
	  "RELEASE 000011 cause 0:21 8068656c6c6f cause 0:102 333038" },
	{ "09030000114d8000120880000280907f910008fefe0568656c6c6f", &user31,
	  "RELEASE 000011 cause 0:16 git fe fe0568656c6c6f" },
};

static bool real_dialogues(void)
{
	struct cldn_q2931_verdict verdict;
	struct cldn_q2931_msg msg;
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(dialogues); i++) {
		struct octets o = { .len = 0 };

		add_hex(&o, dialogues[i].hex);
		good &= fits(!parse_octets(&o, dialogues[i].rules, &msg, &verdict) &&
				     verdict.todo == CLDN_Q2931_PROCESS && !verdict.cause &&
				     !strcmp(say_all(&msg), dialogues[i].text),
			     "dialogue", i, say_all(&msg));
	}
	return good;
}

/* ---- what we build ---- */

#define USERS (H(NOTIFICATION) | H(GIT) | H(UUI))
#define NUMBERS (H(CALLED_SUB) | H(CALLING) | H(CALLING_SUB) | H(TRANSIT))
#define LAYERS (H(AAL) | H(BHLI) | H(BLLI))

/* As the standards have it; @always of 3.1 from the user's side. */
static const struct form {
	u8 type;
	u32 always;
	u32 maybe;
} forms[] = {
	{ CLDN_Q2931_SETUP, H(TRAFFIC) | H(BEARER) | H(CALLED) | H(QOS),
	  USERS | NUMBERS | LAYERS | H(CONNECTION) | H(ENDPOINT) },
	{ CLDN_Q2931_CALL_PROCEEDING, 0, H(CONNECTION) | H(ENDPOINT) | H(NOTIFICATION) },
	{ CLDN_Q2931_ALERTING, 0, USERS | H(CONNECTION) | H(ENDPOINT) },
	{ CLDN_Q2931_CONNECT, 0,
	  USERS | H(AAL) | H(BLLI) | H(CONNECTION) | H(ENDPOINT) | H(TRAFFIC) },
	{ CLDN_Q2931_CONNECT_ACK, 0, H(NOTIFICATION) },
	{ CLDN_Q2931_RELEASE, H(CAUSE), USERS | H(ENDPOINT) },
	{ CLDN_Q2931_RELEASE_COMPLETE, 0, USERS | H(CAUSE) | H(ENDPOINT) },
	{ CLDN_Q2931_RESTART, H(RESTART), H(CONNECTION) },
	{ CLDN_Q2931_RESTART_ACK, H(RESTART), H(CONNECTION) },
	{ CLDN_Q2931_STATUS, H(CAUSE) | H(CALL_STATE), H(ENDPOINT) | H(ENDPOINT_STATE) },
	{ CLDN_Q2931_STATUS_ENQUIRY, 0, H(ENDPOINT) },
	{ CLDN_Q2931_NOTIFY, H(NOTIFICATION), H(ENDPOINT) },
	{ CLDN_Q2931_ADD_PARTY, H(CALLED) | H(ENDPOINT), USERS | NUMBERS | LAYERS },
	{ CLDN_Q2931_ADD_PARTY_ACK, H(ENDPOINT), USERS | H(AAL) | H(BLLI) },
	{ CLDN_Q2931_ADD_PARTY_REJECT, H(CAUSE) | H(ENDPOINT), USERS },
	{ CLDN_Q2931_DROP_PARTY, H(CAUSE) | H(ENDPOINT), USERS },
	{ CLDN_Q2931_DROP_PARTY_ACK, H(ENDPOINT), USERS | H(CAUSE) },
	{ CLDN_Q2931_PARTY_ALERTING, H(ENDPOINT), USERS },
};

/* By enum cldn_q2931_ie: identifier, and where its value lies. */
#define PLACE(member) \
	offsetof(struct cldn_q2931_msg, member), sizeof(((struct cldn_q2931_msg *)0)->member)

static const struct {
	u8 id;
	size_t at;
	size_t len;
} places[CLDN_Q2931_NIES] = {
	[CLDN_Q2931_IE_AAL] = { 0x58, PLACE(aal) },
	[CLDN_Q2931_IE_TRAFFIC] = { 0x59, PLACE(traffic) },
	[CLDN_Q2931_IE_BEARER] = { 0x5e, PLACE(bearer) },
	[CLDN_Q2931_IE_BHLI] = { 0x5d, PLACE(bhli) },
	[CLDN_Q2931_IE_BLLI] = { 0x5f, PLACE(blli) },
	[CLDN_Q2931_IE_CALLED] = { 0x70, PLACE(called) },
	[CLDN_Q2931_IE_CALLED_SUB] = { 0x71, PLACE(called_sub) },
	[CLDN_Q2931_IE_CALLING] = { 0x6c, PLACE(calling) },
	[CLDN_Q2931_IE_CALLING_SUB] = { 0x6d, PLACE(calling_sub) },
	[CLDN_Q2931_IE_TRANSIT] = { 0x78, PLACE(transit) },
	[CLDN_Q2931_IE_CAUSE] = { 0x08, PLACE(cause) },
	[CLDN_Q2931_IE_CALL_STATE] = { 0x14, PLACE(call_state) },
	[CLDN_Q2931_IE_CONNECTION] = { 0x5a, PLACE(connection) },
	[CLDN_Q2931_IE_RESTART] = { 0x79, PLACE(restart) },
	[CLDN_Q2931_IE_NOTIFICATION] = { 0x27, PLACE(notification) },
	[CLDN_Q2931_IE_GIT] = { 0x7f, PLACE(git) },
	[CLDN_Q2931_IE_UUI] = { 0x7e, PLACE(uui) },
	[CLDN_Q2931_IE_QOS] = { 0x5c, PLACE(qos) },
	[CLDN_Q2931_IE_ENDPOINT] = { 0x54, PLACE(endpoint) },
	[CLDN_Q2931_IE_ENDPOINT_STATE] = { 0x55, PLACE(endpoint_state) },
};

static void count_up(u8 *at, size_t len, u8 from)
{
	while (len--)
		*at++ = from++;
}

static void full_offer(struct cldn_q2931_msg *m)
{
	size_t i;

	/* One by one where there are gaps between: the gaps are compared too. */
	m->aal.type = CLDN_Q2931_AAL5;
	m->aal.has_fwd = true;
	m->aal.has_bwd = true;
	m->aal.has_sscs = true;
	m->aal.sscs = 1;
	m->aal.fwd_sdu = 65535;
	m->aal.bwd_sdu = 9180;
	m->traffic.have = (1 << CLDN_Q2931_NRATES) - 1;
	m->traffic.best_effort = true;
	m->traffic.has_options = true;
	m->traffic.options = 0xc3;
	for (i = 0; i < CLDN_Q2931_NRATES; i++)
		m->traffic.value[i] = 0xffffff - i * 0x10101;
	m->bearer = (struct cldn_q2931_bearer){ CLDN_Q2931_BCOB_X, true, 0x0a, 1, 1 };
	m->bhli.type = 3;
	m->bhli.len = CLDN_Q2931_BHLI_MAX;
	count_up(m->bhli.info, m->bhli.len, 1);
	m->blli = (struct cldn_q2931_blli){
		0, 12, 11, 10, { 0xcc, 0x6b, 0x40, 0x80, 0x80, 0x00, 0x00, 0x00, 0x08, 0x00 }
	};
	m->qos = (struct cldn_q2931_qos){ 1, 2 };
	m->called =
		(struct cldn_q2931_number){ .plan = CLDN_Q2931_PLAN_NSAP, .len = CLDN_Q2931_NSAP };
	count_up(m->called.digits, CLDN_Q2931_NSAP, 0x47);
	m->calling =
		(struct cldn_q2931_number){ 1, CLDN_Q2931_PLAN_E164, 1, 3, 15, "012345678901234" };
	m->called_sub.len = CLDN_Q2931_SUBADDRESS_MAX;
	count_up(m->called_sub.octets, m->called_sub.len, 0x90);
	m->calling_sub.len = CLDN_Q2931_SUBADDRESS_MAX;
	count_up(m->calling_sub.octets, m->calling_sub.len, 0x90);
	m->transit_len = 5;
	memcpy(m->transit, "\xa1\x31\x32\x33\x34", 5);
}

static void full_rest(struct cldn_q2931_msg *m)
{
	m->ncauses = CLDN_Q2931_NCAUSES;
	m->cause[0] = (struct cldn_q2931_cause_ie){
		2, CLDN_Q2931_CAUSE_REJECTED, CLDN_Q2931_DIAG_MAX, { 0x80 }
	};
	count_up(m->cause[0].diag + 1, CLDN_Q2931_CAUSE_DATA_MAX, 'a');
	m->cause[1] = (struct cldn_q2931_cause_ie){ 0, CLDN_Q2931_CAUSE_TIMER, 3, "308" };
	m->call_state = 10;
	m->endpoint_state = 11;
	m->restart = CLDN_Q2931_RESTART_VC;
	m->endpoint = 0x8123;
	m->connection = (struct cldn_q2931_connection){ 1, 0, 0x00ff, 0xffff };
	m->notification_len = CLDN_Q2931_NOTIFICATION_MAX;
	count_up(m->notification, m->notification_len, 1);
	m->git.application = 3;
	m->git.len = CLDN_Q2931_GIT_MAX;
	count_up(m->git.data, m->git.len, 1);
	m->uui.protocol = 4;
	m->uui.len = CLDN_Q2931_UUI_MAX;
	count_up(m->uui.data, m->uui.len, 1);
}

/* Every value is at its largest; of the elements those of @have. */
static struct cldn_q2931_msg filled(u8 type, u32 have)
{
	struct cldn_q2931_msg m;
	int i;

	memset(&m, 0, sizeof(m));
	m.cref = 0xfffffe;
	m.type = type;
	m.action = 1;
	m.explicit = true;
	m.have = have;
	full_offer(&m);
	full_rest(&m);
	for (i = 0; i < CLDN_Q2931_NIES; i++)
		if (!(have & 1u << i))
			memset((u8 *)&m + places[i].at, 0, places[i].len);
	m.ncauses = have & H(CAUSE) ? m.ncauses : 0;
	m.notification_len = have & H(NOTIFICATION) ? m.notification_len : 0;
	m.transit_len = have & H(TRANSIT) ? m.transit_len : 0;
	return m;
}

static struct cldn_q2931_msg full(u8 type)
{
	size_t i;

	for (i = 0; forms[i].type != type; i++)
		;
	return filled(type, forms[i].always | forms[i].maybe);
}

/* Into memory of exactly the right size. */
static int build(const struct cldn_q2931_msg *msg, struct octets *o)
{
	int len = cldn_q2931_build(msg, o->at, CLDN_Q2931_MSG_MAX), again;
	u8 *exact;

	o->len = len < 0 ? 0 : len;
	if (len < 0)
		return len;
	exact = malloc(len);
	again = cldn_q2931_build(msg, exact, len);
	if (again != len || memcmp(exact, o->at, len))
		len = -EIO;
	free(exact);
	return len;
}

static bool goes_round(const struct cldn_q2931_msg *msg)
{
	struct cldn_q2931_verdict verdict;
	struct cldn_q2931_msg back;
	struct octets o;

	return build(msg, &o) > 0 && !parse_octets(&o, &user40, &back, &verdict) &&
	       verdict.todo == CLDN_Q2931_PROCESS && !verdict.cause &&
	       !memcmp(&back, msg, sizeof(back));
}

/* With all elements, with the least, and with each one that may be there alone. */
static bool round_trips(void)
{
	bool good = true;
	size_t i;
	int k;

	for (i = 0; i < COUNT(forms); i++) {
		struct cldn_q2931_msg m = full(forms[i].type);

		good &= fits(goes_round(&m), "full", i, cldn_q2931_type_name(m.type));
		for (k = -1; k < CLDN_Q2931_NIES; k++) {
			u32 one = k < 0 ? 0 : 1u << k & forms[i].maybe;

			m = filled(forms[i].type, forms[i].always | one);
			good &= fits(goes_round(&m), "one", k + 1, cldn_q2931_type_name(m.type));
		}
	}
	return good;
}

static bool too_small(void)
{
	bool good = true;
	size_t i, size;

	for (i = 0; i < COUNT(forms); i++) {
		struct cldn_q2931_msg m = full(forms[i].type);
		struct octets o;
		int len = build(&m, &o);

		for (size = 0; (int)size < len; size++) {
			u8 *exact = malloc(size ? size : 1);

			good &= fits(cldn_q2931_build(&m, exact, size) == -EMSGSIZE, "size", size,
				     cldn_q2931_type_name(m.type));
			free(exact);
		}
	}
	return good;
}

/* Users' data asks for being skipped, classes of quality are the ATM Forum's. */
static u8 head_of(u8 id)
{
	if (id == 0x7e || id == 0x7f)
		return 0x91;
	return id == 0x5c ? 0xe0 : 0x80;
}

/* The AAL parameters are never the last element when there is another one. */
static bool order(void)
{
	static const u8 wanted[] = { 0x58, 0x59, 0x5e, 0x5d, 0x5f, 0x70, 0x71, 0x6c,
				     0x6d, 0x78, 0x5a, 0x27, 0x7f, 0x7e, 0x5c, 0x54 };
	struct cldn_q2931_msg m = full(CLDN_Q2931_SETUP);
	size_t at = CLDN_Q2931_HEADER, i;
	struct octets o;
	bool good = build(&m, &o) > 0;

	for (i = 0; i < COUNT(wanted) && at < o.len; i++) {
		good &= fits(o.at[at] == wanted[i], "order", i, "another element");
		good &= fits(o.at[at + 1] == head_of(wanted[i]), "head", i, "another one");
		at += 4 + (o.at[at + 2] << 8 | o.at[at + 3]);
	}
	return good && i == COUNT(wanted) && at == o.len && o.at[7] == (o.len - 9) >> 8;
}

/* ---- what cannot be built ---- */

#define SPOILT(name, type, change)                         \
	static void spoil_##name(struct cldn_q2931_msg *m) \
	{                                                  \
		change;                                    \
	}                                                  \
	static const u8 type_##name = CLDN_Q2931_##type

SPOILT(type, SETUP, m->type = 0x66);
SPOILT(cref, SETUP, m->cref = 0x1000000);
SPOILT(action, SETUP, m->action = 3);
SPOILT(lacks, RELEASE, m->have &= ~H(CAUSE));
SPOILT(foreign, STATUS_ENQUIRY, m->have |= H(CAUSE); m->ncauses = 1);
SPOILT(no_cause, RELEASE, m->ncauses = 0);
SPOILT(causes, RELEASE, m->ncauses = 3);
SPOILT(normal, RELEASE, m->cause[0].value = CLDN_Q2931_CAUSE_NORMAL);
SPOILT(normal2, RELEASE, m->cause[1].value = CLDN_Q2931_CAUSE_NORMAL);
SPOILT(value, RELEASE, m->cause[0].value = 128);
SPOILT(location, RELEASE, m->cause[0].location = 16);
SPOILT(diag, RELEASE, m->cause[0].diag_len = CLDN_Q2931_DIAG_MAX + 1);
SPOILT(nsap, SETUP, m->called.len = 19);
SPOILT(digit, SETUP, m->calling.digits[3] = 'a');
SPOILT(digits, SETUP, m->calling.len = 16);
SPOILT(plan, SETUP, m->called.plan = 3);
SPOILT(number_type, SETUP, m->called.type = 8);
SPOILT(calling_type, SETUP, m->calling.type = 8);
SPOILT(presentation, SETUP, m->calling.presentation = 4);
SPOILT(screening, SETUP, m->calling.screening = 4);
SPOILT(no_called, SETUP, m->called.len = 0);
SPOILT(sub, SETUP, m->called_sub.len = CLDN_Q2931_SUBADDRESS_MAX + 1);
SPOILT(short_sub, SETUP, m->called_sub.len = 1);
SPOILT(sub_type, SETUP, m->calling_sub.octets[0] = 0);
SPOILT(transit, SETUP, m->transit_len = 6);
SPOILT(short_transit, SETUP, m->transit_len = 1);
SPOILT(aal, SETUP, m->aal.type = 1);
SPOILT(no_rate, SETUP, m->traffic.have = 0);
SPOILT(rate, SETUP, m->traffic.value[5] = 0x1000000);
SPOILT(rates, SETUP, m->traffic.have |= 1 << CLDN_Q2931_NRATES);
SPOILT(class, SETUP, m->bearer.class = 32);
SPOILT(clipping, SETUP, m->bearer.clipping = 2);
SPOILT(user_plane, SETUP, m->bearer.multipoint = 2);
SPOILT(capability, SETUP, m->bearer.capability = 128);
SPOILT(bhli, SETUP, m->bhli.len = CLDN_Q2931_BHLI_MAX + 1);
SPOILT(blli, SETUP, m->blli.octets[9] = 0xcc; m->blli.octets[4] = 0xcc);
SPOILT(no_blli, SETUP, m->blli.len = 0);
SPOILT(pref, SETUP, m->connection.pref = 2);
SPOILT(assoc, SETUP, m->connection.assoc = 2);
SPOILT(git, SETUP, m->git.len = CLDN_Q2931_GIT_MAX + 1);
SPOILT(uui, SETUP, m->uui.len = CLDN_Q2931_UUI_MAX + 1);
SPOILT(no_notification, NOTIFY, m->notification_len = 0);
SPOILT(state, STATUS, m->call_state = 64);
SPOILT(endpoint_state, STATUS, m->endpoint_state = 64);
SPOILT(restart, RESTART, m->restart = 3);

#define LINE(name)                                \
	{                                         \
#name, &type_##name, spoil_##name \
	}

static const struct {
	const char *name;
	const u8 *type;
	void (*spoil)(struct cldn_q2931_msg *m);
} spoilt[] = {
	LINE(type),	     LINE(cref),
	LINE(action),	     LINE(lacks),
	LINE(foreign),	     LINE(no_cause),
	LINE(causes),	     LINE(normal),
	LINE(normal2),	     LINE(value),
	LINE(location),	     LINE(diag),
	LINE(nsap),	     LINE(digit),
	LINE(digits),	     LINE(plan),
	LINE(number_type),   LINE(screening),
	LINE(no_called),     LINE(sub),
	LINE(short_transit), LINE(calling_type),
	LINE(presentation),  LINE(short_sub),
	LINE(sub_type),	     LINE(transit),
	LINE(aal),	     LINE(no_rate),
	LINE(rate),	     LINE(rates),
	LINE(class),	     LINE(clipping),
	LINE(user_plane),    LINE(capability),
	LINE(bhli),	     LINE(blli),
	LINE(no_blli),	     LINE(pref),
	LINE(assoc),	     LINE(git),
	LINE(uui),	     LINE(no_notification),
	LINE(state),	     LINE(endpoint_state),
	LINE(restart),
};

/* The largest values, and those that leave something out. */
SPOILT(number_type7, SETUP, m->called.type = 7; m->calling.type = 7);
SPOILT(presentation3, SETUP, m->calling.presentation = 3; m->calling.screening = 0);
SPOILT(screening3, SETUP, m->calling.presentation = 0);
SPOILT(no_screening, SETUP, m->calling.presentation = m->calling.screening = 0);
SPOILT(no_calling, SETUP, m->calling.len = 0; memset(m->calling.digits, 0, CLDN_Q2931_NSAP));
SPOILT(bhli_type, SETUP, m->bhli.type = 127);
SPOILT(no_bhli, SETUP, m->bhli.len = 0; memset(m->bhli.info, 0, CLDN_Q2931_BHLI_MAX));
SPOILT(class31, SETUP, m->bearer.class = 31; m->bearer.capability = 127);
SPOILT(no_capability, SETUP, m->bearer.has_capability = false; m->bearer.capability = 0);
SPOILT(one_rate, SETUP, m->traffic.have = 1; memset(m->traffic.value + 1, 0, 13 * sizeof(u32)));
SPOILT(no_fwd, SETUP, m->aal.has_fwd = false; m->aal.fwd_sdu = 0);
SPOILT(no_bwd, SETUP, m->aal.has_bwd = false; m->aal.bwd_sdu = 0);
SPOILT(no_sscs, SETUP, m->aal.has_sscs = false; m->aal.sscs = 0);
SPOILT(no_options, SETUP, m->traffic.has_options = false; m->traffic.options = 0);
SPOILT(states, STATUS, m->call_state = m->endpoint_state = 63);
SPOILT(location15, RELEASE, m->cause[0].location = 15; m->cause[0].value = 127);
SPOILT(no_diag, RELEASE, m->cause[1].diag_len = 0; memset(m->cause[1].diag, 0, 3));
SPOILT(prefer1, SETUP, m->connection.pref = 1; m->connection.assoc = 0);
SPOILT(prefer4, SETUP, m->connection.pref = 4);
SPOILT(all, RESTART, m->restart = CLDN_Q2931_RESTART_ALL);
SPOILT(last_cref, SETUP, m->cref = 0xffffff);
SPOILT(qos255, SETUP, m->qos.fwd = m->qos.bwd = 255);

static const struct {
	const char *name;
	const u8 *type;
	void (*spoil)(struct cldn_q2931_msg *m);
} extremes[] = {
	LINE(number_type7),  LINE(presentation3), LINE(screening3), LINE(no_screening),
	LINE(no_calling),    LINE(bhli_type),	  LINE(no_bhli),    LINE(class31),
	LINE(no_capability), LINE(one_rate),	  LINE(no_fwd),	    LINE(no_bwd),
	LINE(no_sscs),	     LINE(no_options),	  LINE(states),	    LINE(location15),
	LINE(no_diag),	     LINE(prefer1),	  LINE(prefer4),    LINE(all),
	LINE(qos255),	     LINE(last_cref),
};

static bool built_all_the_same(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(extremes); i++) {
		struct cldn_q2931_msg m = full(*extremes[i].type);

		extremes[i].spoil(&m);
		good &= fits(goes_round(&m), "extreme", i, extremes[i].name);
	}
	return good;
}

static bool not_built(void)
{
	u8 buf[CLDN_Q2931_MSG_MAX];
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(spoilt); i++) {
		struct cldn_q2931_msg m = full(*spoilt[i].type);

		spoilt[i].spoil(&m);
		good &= fits(cldn_q2931_build(&m, buf, sizeof(buf)) == -EINVAL, "not built", i,
			     spoilt[i].name);
	}
	return good;
}

/* ---- contents of an element, right and wrong ---- */

static const struct {
	u8 type;
	u8 id;
	const char *hex;
	bool good;
} contents[] = {
	{ CLDN_Q2931_SETUP, 0x58, "05", true },
	{ CLDN_Q2931_SETUP, 0x58, "058c0001", true },
	{ CLDN_Q2931_SETUP, 0x58, "0583018c00018100028400", true },
	{ CLDN_Q2931_SETUP, 0x58, "0185018601", true },
	{ CLDN_Q2931_SETUP, 0x58, "", false },
	{ CLDN_Q2931_SETUP, 0x58, "058c00", false },
	{ CLDN_Q2931_SETUP, 0x58, "058c00018c0001", false },
	{ CLDN_Q2931_SETUP, 0x58, "0581000181", false },
	{ CLDN_Q2931_SETUP, 0x58, "05810001810001", false },
	{ CLDN_Q2931_SETUP, 0x58, "0584008400", false },
	{ CLDN_Q2931_SETUP, 0x58, "0585", false },
	{ CLDN_Q2931_SETUP, 0x59, "84000001", true },
	{ CLDN_Q2931_SETUP, 0x59, "be", true },
	{ CLDN_Q2931_SETUP, 0x59, "bfc3b1000001", true },
	{ CLDN_Q2931_SETUP, 0x59, "", false },
	{ CLDN_Q2931_SETUP, 0x59, "840000", false },
	{ CLDN_Q2931_SETUP, 0x59, "8400000184000001", false },
	{ CLDN_Q2931_SETUP, 0x59, "86000001", false },
	{ CLDN_Q2931_SETUP, 0x59, "84000001bf", false },
	{ CLDN_Q2931_SETUP, 0x5e, "9080", true },
	{ CLDN_Q2931_SETUP, 0x5e, "108aa1", true },
	{ CLDN_Q2931_SETUP, 0x5e, "90", false },
	{ CLDN_Q2931_SETUP, 0x5e, "908080", false },
	{ CLDN_Q2931_SETUP, 0x5e, "100a80", false },
	{ CLDN_Q2931_SETUP, 0x5e, "9000", false },
	{ CLDN_Q2931_SETUP, 0x5e, "9082", false },
	{ CLDN_Q2931_SETUP, 0x5e, "90c0", false },
	{ CLDN_Q2931_SETUP, 0x5d, "80", true },
	{ CLDN_Q2931_SETUP, 0x5d, "810102030405060708", true },
	{ CLDN_Q2931_SETUP, 0x5d, "81010203040506070809", false },
	{ CLDN_Q2931_SETUP, 0x5d, "01", false },
	{ CLDN_Q2931_SETUP, 0x5d, "", false },
	{ CLDN_Q2931_SETUP, 0x5f, "cc", true },
	{ CLDN_Q2931_SETUP, 0x5f, "aa", true },
	{ CLDN_Q2931_SETUP, 0x5f, "a1ccea", true },
	{ CLDN_Q2931_SETUP, 0x5f, "6b40808000000008ff", true },
	{ CLDN_Q2931_SETUP, 0x5f, "4c2080eb", true },
	{ CLDN_Q2931_SETUP, 0x5f, "", false },
	{ CLDN_Q2931_SETUP, 0x5f, "4c", false },
	{ CLDN_Q2931_SETUP, 0x5f, "6b4080800000000800ff", false },
	{ CLDN_Q2931_SETUP, 0x5f, "6b408080000000", false },
	{ CLDN_Q2931_SETUP, 0x5f, "8000000008ff", false },
	{ CLDN_Q2931_SETUP, 0x5f, "ea8000000008ff", false },
	{ CLDN_Q2931_SETUP, 0x5f, "eacc", false },
	{ CLDN_Q2931_SETUP, 0x5f, "cccc", false },
	{ CLDN_Q2931_SETUP, 0x5f, "a1ccea8080808080808080808080", false },
	{ CLDN_Q2931_SETUP, 0x70, "82" NSAP_A, true },
	{ CLDN_Q2931_SETUP, 0x70, "91303132", true },
	{ CLDN_Q2931_SETUP, 0x70, "91303132333435363738393031323334", true },
	{ CLDN_Q2931_SETUP, 0x70, "9130313233343536373839303132333435", false },
	{ CLDN_Q2931_SETUP, 0x70, "9130313a", false },
	{ CLDN_Q2931_SETUP, 0x70, "91302f31", false },
	{ CLDN_Q2931_SETUP, 0x70, "91", false },
	{ CLDN_Q2931_SETUP, 0x70, "82" NSAP_A "00", false },
	{ CLDN_Q2931_SETUP, 0x70, "824700", false },
	{ CLDN_Q2931_SETUP, 0x70, "02" NSAP_A, false },
	{ CLDN_Q2931_SETUP, 0x70, "83" NSAP_A, false },
	{ CLDN_Q2931_SETUP, 0x6c, "82" NSAP_A, true },
	{ CLDN_Q2931_SETUP, 0x6c, "0280" NSAP_A, true },
	{ CLDN_Q2931_SETUP, 0x6c, "11c3", true },
	{ CLDN_Q2931_SETUP, 0x6c, "1180", false },
	{ CLDN_Q2931_SETUP, 0x6c, "0200" NSAP_A, false },
	{ CLDN_Q2931_SETUP, 0x6c, "02", false },
	{ CLDN_Q2931_SETUP, 0x71, "8001", true },
	{ CLDN_Q2931_SETUP, 0x71, "80", false },
	{ CLDN_Q2931_SETUP, 0x71, "0001", false },
	{ CLDN_Q2931_SETUP, 0x6d, "90" NSAP_A, true },
	{ CLDN_Q2931_SETUP, 0x6d, "90" NSAP_A "00", false },
	{ CLDN_Q2931_SETUP, 0x78, "a131323334", true },
	{ CLDN_Q2931_SETUP, 0x78, "a1", false },
	{ CLDN_Q2931_SETUP, 0x78, "a13132333435", false },
	{ CLDN_Q2931_SETUP, 0x5c, "0104", true },
	{ CLDN_Q2931_SETUP, 0x5c, "01", false },
	{ CLDN_Q2931_SETUP, 0x5c, "010101", false },
	{ CLDN_Q2931_SETUP, 0x5a, "8800000028", true },
	{ CLDN_Q2931_SETUP, 0x5a, "8900000000", true },
	{ CLDN_Q2931_SETUP, 0x5a, "8c00010000", true },
	{ CLDN_Q2931_SETUP, 0x5a, "8000000028", true },
	{ CLDN_Q2931_SETUP, 0x5a, "88000000", false },
	{ CLDN_Q2931_SETUP, 0x5a, "880000002800", false },
	{ CLDN_Q2931_SETUP, 0x5a, "0800000028", false },
	{ CLDN_Q2931_SETUP, 0x5a, "8a00000028", false },
	{ CLDN_Q2931_SETUP, 0x5a, "9000000028", false },
	{ CLDN_Q2931_SETUP, 0x54, "000001", true },
	{ CLDN_Q2931_SETUP, 0x54, "010001", false },
	{ CLDN_Q2931_SETUP, 0x54, "0000", false },
	{ CLDN_Q2931_SETUP, 0x54, "00000100", false },
	{ CLDN_Q2931_SETUP, 0x27, "e1", true },
	{ CLDN_Q2931_SETUP, 0x27, "", false },
	{ CLDN_Q2931_SETUP, 0x27, "0102030405060708091011121314151617", false },
	{ CLDN_Q2931_SETUP, 0x7f, "01", true },
	{ CLDN_Q2931_SETUP, 0x7f, "", false },
	{ CLDN_Q2931_SETUP, 0x7e, "00", true },
	{ CLDN_Q2931_SETUP, 0x7e, "", false },
	{ CLDN_Q2931_RELEASE, 0x08, "8090", true },
	{ CLDN_Q2931_RELEASE, 0x08, "82e6333038", true },
	{ CLDN_Q2931_RELEASE, 0x08, "80", false },
	{ CLDN_Q2931_RELEASE, 0x08, "0090", false },
	{ CLDN_Q2931_RELEASE, 0x08, "8010", false },
	{ CLDN_Q2931_RELEASE, 0x08, "809580" NSAP_A "0102030405060708", false },
	{ CLDN_Q2931_STATUS, 0x14, "0a", true },
	{ CLDN_Q2931_STATUS, 0x14, "3d", true },
	{ CLDN_Q2931_STATUS, 0x14, "", false },
	{ CLDN_Q2931_STATUS, 0x14, "0a0a", false },
	{ CLDN_Q2931_STATUS, 0x55, "0a", true },
	{ CLDN_Q2931_STATUS, 0x55, "", false },
	{ CLDN_Q2931_RESTART, 0x79, "80", true },
	{ CLDN_Q2931_RESTART, 0x79, "82", true },
	{ CLDN_Q2931_RESTART, 0x79, "83", false },
	{ CLDN_Q2931_RESTART, 0x79, "02", false },
	{ CLDN_Q2931_RESTART, 0x79, "", false },
};

static u32 bit_of(u8 id)
{
	int i;

	for (i = 0; i < CLDN_Q2931_NIES; i++)
		if (places[i].id == id)
			return 1u << i;
	return 0;
}

static bool element_contents(void)
{
	struct cldn_q2931_verdict verdict;
	struct cldn_q2931_msg msg;
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(contents); i++) {
		struct octets o = message(1, contents[i].type, 0x80);
		bool there;

		add_ie(&o, contents[i].id, 0x80, contents[i].hex);
		parse_octets(&o, &user40, &msg, &verdict);
		there = msg.have & bit_of(contents[i].id);
		good &= fits(there == contents[i].good, "contents", i, contents[i].hex);
		/* A wrong one is named, unless the lack of another one weighs more. */
		if (!contents[i].good && verdict.cause == CLDN_Q2931_CAUSE_IE_CONTENTS)
			good &= fits(verdict.diag[0] == contents[i].id, "named", i,
				     contents[i].hex);
	}
	return good;
}

/* ---- errors ---- */

/* A good message of @type, from the user of a 4.0 link. */
static struct octets least(u8 type)
{
	struct cldn_q2931_msg m;
	struct octets o;
	size_t i;

	for (i = 0; forms[i].type != type; i++)
		;
	m = filled(type, forms[i].always);
	m.explicit = false;
	m.action = 0;
	build(&m, &o);
	return o;
}

static bool verdict_is(const struct octets *o, const struct cldn_q2931_rules *rules, u8 todo,
		       u8 cause, int diag)
{
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	int err = parse_octets(o, rules, &msg, &v);
	bool good = !err && v.todo == todo && v.cause == cause;

	if (diag >= 0)
		good &= v.diag_len >= 1 && v.diag[0] == diag;
	if (!good)
		printf("# %s: %d todo %u cause %u diag %u %02x\n", cldn_q2931_type_name(o->at[5]),
		       err, v.todo, v.cause, v.diag_len, v.diag[0]);
	return good;
}

static bool no_header(void)
{
	struct octets o = least(CLDN_Q2931_STATUS_ENQUIRY), bad;
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good = true;
	size_t len;

	for (len = 0; len < CLDN_Q2931_HEADER; len++)
		good &= fits(parse(o.at, len, &user31, &msg, &v) == -EBADMSG, "short", len, "");
	bad = o;
	bad.at[0] = 8;
	good &= fits(parse_octets(&bad, &user31, &msg, &v) == -EBADMSG, "discriminator", 0, "");
	for (len = 0; len < 256; len++) {
		bad = o;
		bad.at[1] = len;
		good &= fits((parse_octets(&bad, &user31, &msg, &v) == -EBADMSG) == (len != 3),
			     "reference length", len, "");
	}
	return good && v.todo == CLDN_Q2931_DISCARD;
}

/* Each of the elements that a message always has is taken away, and spoilt, and both told apart. */
static bool mandatory(void)
{
	bool good = true;
	size_t i;
	int k;

	for (i = 0; i < COUNT(forms); i++) {
		u8 type = forms[i].type;
		bool end = type == CLDN_Q2931_RELEASE;
		u8 todo = type == CLDN_Q2931_SETUP  ? CLDN_Q2931_CLEAR :
			  end			    ? CLDN_Q2931_PROCESS :
			  type == CLDN_Q2931_STATUS ? CLDN_Q2931_DISCARD :
						      CLDN_Q2931_REPORT;

		for (k = 0; k < CLDN_Q2931_NIES; k++) {
			struct octets o = least(type), without = message(1, type, 0x80);
			size_t at = CLDN_Q2931_HEADER, len;

			if (!(forms[i].always & 1u << k))
				continue;
			for (; at < o.len; at += len) {
				len = 4 + (o.at[at + 2] << 8 | o.at[at + 3]);
				if (o.at[at] != places[k].id)
					add(&without, o.at + at, len);
				else
					o.at[at + 1] = 0xa0;
			}
			set_length(&without);
			good &= fits(verdict_is(&without,
						type == CLDN_Q2931_SETUP ? &user31 : &user40, todo,
						CLDN_Q2931_CAUSE_IE_MISSING, places[k].id),
				     "missing", k, cldn_q2931_type_name(type));
			good &= fits(verdict_is(&o, type == CLDN_Q2931_SETUP ? &user31 : &user40,
						todo, CLDN_Q2931_CAUSE_IE_CONTENTS, places[k].id),
				     "spoilt", k, cldn_q2931_type_name(type));
		}
	}
	return good;
}

/* What 4.0 leaves to the network, and what the network must tell its user. */
static bool sides(void)
{
	struct cldn_q2931_msg m = full(CLDN_Q2931_SETUP);
	struct octets o;
	bool good;

	m.have &= ~(H(QOS) | H(CONNECTION));
	build(&m, &o);
	good = verdict_is(&o, &user40, CLDN_Q2931_PROCESS, 0, -1);
	good &= verdict_is(&o, &user31, CLDN_Q2931_CLEAR, CLDN_Q2931_CAUSE_IE_MISSING, 0x5c);
	m.have |= H(QOS);
	build(&m, &o);
	return good && verdict_is(&o, &user31, CLDN_Q2931_PROCESS, 0, -1) &&
	       verdict_is(&o, &network31, CLDN_Q2931_CLEAR, CLDN_Q2931_CAUSE_IE_MISSING, 0x5a);
}

/* By the instruction in the element's second octet; -1: as if it had none. */
static const struct {
	u8 head;
	u8 todo;
} instructions[] = {
	{ 0x80, CLDN_Q2931_PROCESS_REPORT }, { 0x81, CLDN_Q2931_PROCESS_REPORT },
	{ 0x85, CLDN_Q2931_PROCESS_REPORT }, { 0x90, CLDN_Q2931_CLEAR },
	{ 0x91, CLDN_Q2931_PROCESS },	     { 0x92, CLDN_Q2931_PROCESS_REPORT },
	{ 0x93, CLDN_Q2931_PROCESS_REPORT }, { 0x94, CLDN_Q2931_PROCESS_REPORT },
	{ 0x95, CLDN_Q2931_DISCARD },	     { 0x96, CLDN_Q2931_REPORT },
	{ 0x97, CLDN_Q2931_PROCESS_REPORT },
};

static bool unknown_elements(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(instructions); i++) {
		u8 todo = instructions[i].todo, cause = CLDN_Q2931_CAUSE_IE_UNKNOWN;
		struct octets o = least(CLDN_Q2931_CONNECT);

		add_ie(&o, 0x3f, instructions[i].head, "0102");
		good &= fits(verdict_is(&o, &user31, todo, todo == CLDN_Q2931_PROCESS ? 0 : cause,
					todo == CLDN_Q2931_PROCESS ? -1 : 0x3f),
			     "unknown", i, "");
		/* Known, but of other messages. */
		o = least(CLDN_Q2931_CONNECT);
		add_ie(&o, 0x79, instructions[i].head, "82");
		good &= fits(verdict_is(&o, &user31, todo, todo == CLDN_Q2931_PROCESS ? 0 : cause,
					-1),
			     "foreign", i, "");
		/* Contents of one that may be there. */
		o = least(CLDN_Q2931_CONNECT);
		add_ie(&o, 0x5a, instructions[i].head, "01");
		cause = CLDN_Q2931_CAUSE_IE_CONTENTS;
		good &= fits(verdict_is(&o, &user31, todo, todo == CLDN_Q2931_PROCESS ? 0 : cause,
					-1),
			     "contents", i, "");
	}
	return good;
}

/* Of one that must be there the instruction can only make it worse. */
static bool instructed_mandatory(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(instructions); i++) {
		struct octets o = message(1, CLDN_Q2931_DROP_PARTY, 0x80);
		u8 todo = instructions[i].head == 0x90 ? CLDN_Q2931_CLEAR : CLDN_Q2931_REPORT;

		add_ie(&o, 0x54, 0x80, "000001");
		add_ie(&o, 0x08, instructions[i].head, "80");
		good &= fits(verdict_is(&o, &user31, todo, CLDN_Q2931_CAUSE_IE_CONTENTS, 0x08),
			     "instructed", i, "");
	}
	return good;
}

static bool exceptions(void)
{
	static const u8 ends[] = { CLDN_Q2931_RELEASE, CLDN_Q2931_RELEASE_COMPLETE };
	bool good = true;
	size_t i, k;

	for (i = 0; i < COUNT(instructions); i++) {
		u8 todo = instructions[i].todo;
		u8 cause = todo == CLDN_Q2931_PROCESS ? 0 : CLDN_Q2931_CAUSE_IE_UNKNOWN;
		struct octets o;

		for (k = 0; k < COUNT(ends); k++) {
			o = least(ends[k]);
			add_ie(&o, 0x3f, instructions[i].head, "");
			good &= fits(verdict_is(&o, &user31, CLDN_Q2931_PROCESS, cause, -1), "end",
				     i, "");
		}
		o = least(CLDN_Q2931_STATUS);
		add_ie(&o, 0x3f, instructions[i].head, "");
		todo = todo == CLDN_Q2931_PROCESS_REPORT ? CLDN_Q2931_PROCESS :
		       todo == CLDN_Q2931_REPORT	 ? CLDN_Q2931_DISCARD :
							   todo;
		good &= fits(verdict_is(&o, &user31, todo, cause, -1), "status", i, "");
	}
	return good;
}

static bool several_errors(void)
{
	struct octets o = message(1, CLDN_Q2931_CONNECT, 0x80);
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good;

	add_ie(&o, 0x31, 0x80, "");
	add_ie(&o, 0x32, 0x80, "");
	good = verdict_is(&o, &user31, CLDN_Q2931_PROCESS_REPORT, CLDN_Q2931_CAUSE_IE_UNKNOWN,
			  0x31);
	parse_octets(&o, &user31, &msg, &v);
	good &= v.diag_len == 2 && v.diag[1] == 0x32;
	/* Wrong contents weigh more than an unknown element. */
	add_ie(&o, 0x5a, 0x80, "");
	good &= verdict_is(&o, &user31, CLDN_Q2931_PROCESS_REPORT, CLDN_Q2931_CAUSE_IE_CONTENTS,
			   0x5a);
	add_ie(&o, 0x33, 0x80, "");
	good &= verdict_is(&o, &user31, CLDN_Q2931_PROCESS_REPORT, CLDN_Q2931_CAUSE_IE_CONTENTS,
			   0x5a);
	/* But what is to be done counts before that. */
	add_ie(&o, 0x34, 0x96, "");
	good &= verdict_is(&o, &user31, CLDN_Q2931_REPORT, CLDN_Q2931_CAUSE_IE_UNKNOWN, 0x34);
	add_ie(&o, 0x35, 0x95, "");
	good &= verdict_is(&o, &user31, CLDN_Q2931_REPORT, CLDN_Q2931_CAUSE_IE_UNKNOWN, 0x34);
	parse_octets(&o, &user31, &msg, &v);
	good &= v.diag_len == 1;
	add_ie(&o, 0x36, 0x90, "");
	good &= verdict_is(&o, &user31, CLDN_Q2931_CLEAR, CLDN_Q2931_CAUSE_IE_UNKNOWN, 0x36);
	/* And one that is missing before one that is wrong. */
	o = message(1, CLDN_Q2931_DROP_PARTY, 0x80);
	add_ie(&o, 0x08, 0x80, "80");
	return good &&
	       verdict_is(&o, &user31, CLDN_Q2931_REPORT, CLDN_Q2931_CAUSE_IE_MISSING, 0x54);
}

/* More wrong elements than a diagnostic has room for. */
static bool many_errors(void)
{
	struct octets o = message(1, CLDN_Q2931_CONNECT, 0x80);
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	unsigned int id;

	for (id = 0x30; id < 0x50; id++)
		add_ie(&o, id, 0x80, "");
	parse_octets(&o, &user31, &msg, &v);
	return v.diag_len == CLDN_Q2931_VERDICT_DIAG && v.diag[3] == 0x33;
}

static bool coding_standards(void)
{
	static const struct {
		u8 head;
		bool good;
	} heads[] = {
		{ 0x80, true }, { 0xe0, true }, { 0xa0, false }, { 0xc0, false }, { 0x00, false }
	};
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(heads); i++) {
		struct octets o = message(1, CLDN_Q2931_CONNECT, 0x80);

		add_ie(&o, 0x5a, heads[i].head, "8800000028");
		parse_octets(&o, &user31, &msg, &v);
		good &= fits(!!(msg.have & H(CONNECTION)) == heads[i].good &&
				     (v.cause == CLDN_Q2931_CAUSE_IE_CONTENTS) != heads[i].good,
			     "coding", i, "");
	}
	return good;
}

static bool repeated(void)
{
	struct octets o = message(1, CLDN_Q2931_RELEASE, 0x80);
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good;

	add_ie(&o, 0x08, 0x80, "8090");
	add_ie(&o, 0x08, 0x80, "80e6333038");
	add_ie(&o, 0x08, 0x80, "80ff");
	good = verdict_is(&o, &user31, CLDN_Q2931_PROCESS, 0, -1);
	parse_octets(&o, &user31, &msg, &v);
	good &= msg.ncauses == 2 && msg.cause[0].value == 16 && msg.cause[1].value == 102;
	/* A wrong one makes room for the next. */
	o = message(1, CLDN_Q2931_RELEASE, 0x80);
	add_ie(&o, 0x08, 0x80, "0000000000000000");
	add_ie(&o, 0x08, 0x80, "8091");
	parse_octets(&o, &user31, &msg, &v);
	good &= msg.ncauses == 1 && msg.cause[0].value == 17 && !msg.cause[0].diag_len;
	/* Of others the first counts, be it wrong. */
	o = message(1, CLDN_Q2931_CONNECT, 0x80);
	add_ie(&o, 0x5a, 0x80, "8800000028");
	add_ie(&o, 0x5a, 0x80, "8800000029");
	add_ie(&o, 0x5a, 0x80, "88");
	good &= verdict_is(&o, &user31, CLDN_Q2931_PROCESS, 0, -1);
	parse_octets(&o, &user31, &msg, &v);
	return good && msg.connection.vci == 0x28;
}

/* What other codesets have is unknown; what is known and of no use is read over. */
static bool shifts(void)
{
	struct octets o = message(1, CLDN_Q2931_CONNECT, 0x80);
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good;

	add_ie(&o, 0x42, 0x80, "");
	add_ie(&o, 0x4f, 0x80, "010203");
	add_ie(&o, 0x62, 0x80, "a1");
	add_ie(&o, 0x63, 0x80, "82");
	good = verdict_is(&o, &user31, CLDN_Q2931_PROCESS, 0, -1);
	add_ie(&o, 0x61, 0x80, "85");
	add_ie(&o, 0x5a, 0x80, "8800000028");
	add_ie(&o, 0x5a, 0x80, "8800000029");
	good &= verdict_is(&o, &user31, CLDN_Q2931_PROCESS_REPORT, CLDN_Q2931_CAUSE_IE_UNKNOWN,
			   0x5a);
	parse_octets(&o, &user31, &msg, &v);
	good &= msg.connection.vci == 0x29 && v.diag_len == 1;
	add_ie(&o, 0x60, 0x80, "86");
	add_ie(&o, 0x5f, 0x91, "cc");
	add_ie(&o, 0x54, 0x91, "000001");
	add_ie(&o, 0x60, 0x80, "80");
	add_ie(&o, 0x27, 0x80, "e1");
	parse_octets(&o, &user31, &msg, &v);
	return good && msg.have == (H(CONNECTION) | H(NOTIFICATION)) && v.diag_len == 1;
}

/* Longer than one octet can say. */
static bool long_element(void)
{
	struct octets o = message(1, CLDN_Q2931_CONNECT, 0x80);
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;

	add_hex(&o, "3f91012c");
	memset(o.at + o.len, 0x5a, 300);
	o.len += 300;
	add_ie(&o, 0x5a, 0x80, "8800000028");
	return !parse_octets(&o, &user31, &msg, &v) && !v.cause && msg.have == H(CONNECTION) &&
	       msg.connection.vci == 0x28;
}

static bool unknown_types(void)
{
	static const struct {
		u8 action;
		u8 todo;
	} actions[] = { { 0x80, CLDN_Q2931_REPORT }, { 0x81, CLDN_Q2931_REPORT },
			{ 0x90, CLDN_Q2931_CLEAR },  { 0x91, CLDN_Q2931_DISCARD },
			{ 0x92, CLDN_Q2931_REPORT }, { 0x93, CLDN_Q2931_REPORT } };
	static const u8 only40[] = { CLDN_Q2931_ALERTING, CLDN_Q2931_NOTIFY,
				     CLDN_Q2931_PARTY_ALERTING };
	bool good = true;
	size_t i, k;

	for (i = 0; i < COUNT(forms); i++) {
		struct octets o = least(forms[i].type);
		bool new = memchr(only40, forms[i].type, sizeof(only40));

		good &= fits(verdict_is(&o, &user31, new ? CLDN_Q2931_REPORT : CLDN_Q2931_PROCESS,
					new ? CLDN_Q2931_CAUSE_MESSAGE_TYPE : 0, -1),
			     "type of 3.1", i, "");
	}
	for (i = 0; i < COUNT(actions); i++) {
		struct octets o = message(1, 0x66, actions[i].action);

		good &= fits(verdict_is(&o, &user40, actions[i].todo, CLDN_Q2931_CAUSE_MESSAGE_TYPE,
					0x66),
			     "type", i, "");
		for (k = 0; k < COUNT(only40); k++) {
			o = message(1, only40[k], actions[i].action);
			good &= fits(verdict_is(&o, &user31, actions[i].todo,
						CLDN_Q2931_CAUSE_MESSAGE_TYPE, only40[k]),
				     "type of 4.0", i, "");
		}
	}
	return good;
}

/* ---- messages that are cut off ---- */

static bool truncated(void)
{
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good = true;
	size_t i, len;

	for (i = 0; i < COUNT(forms); i++) {
		u8 type = forms[i].type;
		struct cldn_q2931_msg m = full(type);
		bool end = type == CLDN_Q2931_RELEASE || type == CLDN_Q2931_RELEASE_COMPLETE;
		struct octets o;

		build(&m, &o);
		for (len = 0; len < o.len; len++) {
			int err = parse(o.at, len, &user40, &msg, &v);
			bool right = err == (len < CLDN_Q2931_HEADER ? -EBADMSG : 0);

			if (!err)
				right &= v.cause == CLDN_Q2931_CAUSE_LENGTH &&
					 (v.todo != CLDN_Q2931_PROCESS) != end;
			good &= fits(right, "cut", len, cldn_q2931_type_name(type));
		}
		/* The length says so: only an element is cut. */
		for (len = CLDN_Q2931_HEADER; len < o.len; len++) {
			struct octets cut = o;

			cut.len = len;
			set_length(&cut);
			good &= fits(!parse_octets(&cut, &user40, &msg, &v) &&
					     v.cause != CLDN_Q2931_CAUSE_LENGTH,
				     "short", len, cldn_q2931_type_name(type));
		}
		/* Octets behind the end are none of ours. */
		add_hex(&o, "0880000280ff");
		good &= fits(!parse_octets(&o, &user40, &msg, &v) && !v.cause &&
				     msg.ncauses == m.ncauses,
			     "long", i, cldn_q2931_type_name(type));
	}
	return good;
}

/* ---- noise ---- */

/* Whatever was read can be told, and what can be built of it says the same again. */
static bool harmless(const u8 *at, size_t len, const struct cldn_q2931_rules *rules)
{
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	struct octets once, twice;
	int err = parse(at, len, rules, &msg, &v);

	if (err)
		return err == -EBADMSG && v.todo == CLDN_Q2931_DISCARD;
	if (v.todo > CLDN_Q2931_CLEAR || v.diag_len > CLDN_Q2931_VERDICT_DIAG ||
	    msg.cref > 0xffffff || msg.ncauses > CLDN_Q2931_NCAUSES)
		return false;
	say_all(&msg);
	if (build(&msg, &once) < 0)
		return true;
	if (parse_octets(&once, rules, &msg, &v) || build(&msg, &twice) < 0)
		return false;
	return once.len == twice.len && !memcmp(once.at, twice.at, once.len);
}

static void mutate(struct octets *o)
{
	unsigned int times = 1 + random() % 4;
	size_t at, n;

	while (times--) {
		at = random() % o->len;
		switch (random() % 5) {
		case 0:
			o->at[at] = random();
			break;
		case 1:
			o->at[at] ^= 1 << random() % 8;
			break;
		case 2:
			o->len = at + 1;
			break;
		case 3: /* take some octets out */
			n = random() % (o->len - at);
			memmove(o->at + at, o->at + at + n, o->len - at - n);
			o->len -= n;
			break;
		default: /* copy some to another place */
			n = random() % (o->len - at);
			memmove(o->at + random() % (o->len - n), o->at + at, n);
		}
	}
	if (o->len >= CLDN_Q2931_HEADER && random() % 2)
		set_length(o);
	if (random() % 8)
		memcpy(o->at, "\x09\x03", o->len < 2 ? o->len : 2);
}

static bool noise(void)
{
	const struct cldn_q2931_rules *rules[] = { &user31, &network31, &user40 };
	bool good = true;
	unsigned long i;

	srandom(1);
	for (i = 0; i < mutations && good; i++) {
		struct octets o = { .len = 0 };
		struct cldn_q2931_msg m;

		if (i % 2) {
			m = full(forms[(size_t)random() % COUNT(forms)].type);
			build(&m, &o);
		} else {
			add_hex(&o, dialogues[(size_t)random() % COUNT(dialogues)].hex);
		}
		mutate(&o);
		good &= fits(harmless(o.at, o.len, rules[i % 3]), "noise", i, "");
	}
	return good;
}

/* ---- data at the end of a call ---- */

static bool data_is(u32 ways, size_t len, u32 used, const u8 *data)
{
	struct cldn_q2931_msg m, back;
	struct cldn_q2931_verdict v;
	const u8 *found;
	struct octets o;
	size_t n;

	memset(&m, 0, sizeof(m));
	m.type = CLDN_Q2931_RELEASE;
	m.have = H(CAUSE);
	m.ncauses = 1;
	m.cause[0].value = CLDN_Q2931_CAUSE_NORMAL;
	if (cldn_q2931_data_put(&m, ways, data, len) != used || build(&m, &o) < 0 ||
	    parse_octets(&o, &user31, &back, &v) || v.cause)
		return false;
	found = cldn_q2931_data_get(&back, &n);
	if (!used)
		return !found && !n && back.cause[0].value == CLDN_Q2931_CAUSE_NORMAL;
	if (!!(used & CLDN_Q2931_DATA_CAUSE) != (back.cause[0].value == CLDN_Q2931_CAUSE_REJECTED))
		return false;
	return n == len && !memcmp(found, data, len);
}

static bool close_data(void)
{
	u8 data[CLDN_Q2931_UUI_MAX + 1];
	bool good = true;
	u32 ways, used;
	size_t len;

	count_up(data, sizeof(data), 0x80);
	for (ways = 0; ways < 8; ways++) {
		size_t max = ways & 4 ? 128 : ways & 1 ? 27 : ways & 2 ? 26 : 0;

		good &= fits(cldn_q2931_data_max(ways) == max, "max", ways, "");
		for (len = 0; len <= sizeof(data); len++) {
			used = ways &
			       ((len <= 27 ? 1 : 0) | (len <= 26 ? 2 : 0) | (len <= 128 ? 4 : 0));
			good &= fits(data_is(ways, len, len ? used : 0, data), "data", len, "");
		}
	}
	return good;
}

/* Foreign diagnostics and identifiers are no data. */
static bool no_data(void)
{
	static const struct {
		u8 id;
		const char *hex;
		bool data;
	} lines[] = {
		{ 0x08, "8095", false },     { 0x08, "809580", false },
		{ 0x08, "80958041", true },  { 0x08, "80958141", true },
		{ 0x08, "80958441", false }, { 0x08, "80908041", false },
		{ 0x7f, "fefe0141", true },  { 0x7f, "fefe0241", false },
		{ 0x7f, "fefe00", false },   { 0x7f, "fe010141", false },
		{ 0x7f, "03fe0141", false }, { 0x7e, "00", false },
		{ 0x7e, "0041", true },	     { 0x7e, "0441", true },
	};
	struct cldn_q2931_verdict v;
	struct cldn_q2931_msg msg;
	bool good = true;
	const u8 *data;
	struct octets o;
	size_t i, n;

	for (i = 0; i < COUNT(lines); i++) {
		o = message(1, CLDN_Q2931_RELEASE, 0x80);
		add_ie(&o, lines[i].id, 0x80, lines[i].hex);
		parse_octets(&o, &user31, &msg, &v);
		data = cldn_q2931_data_get(&msg, &n);
		good &= fits(lines[i].data ? data && n == 1 && *data == 'A' : !data && !n,
			     "no data", i, lines[i].hex);
	}
	/* A foreign identifier does not hide the data of a cause. */
	o = message(1, CLDN_Q2931_RELEASE, 0x80);
	add_ie(&o, 0x08, 0x80, "80958041");
	add_ie(&o, 0x7f, 0x80, "03fe0142");
	parse_octets(&o, &user31, &msg, &v);
	data = cldn_q2931_data_get(&msg, &n);
	return good && data && n == 1 && *data == 'A';
}

/* ---- for tshark ---- */

static void pcap_record(FILE *f, const struct octets *o)
{
	u32 head[4] = { 0, 0, o->len, o->len };

	fwrite(head, sizeof(head), 1, f);
	fwrite(o->at, o->len, 1, f);
}

/* Each message with all elements, and the RELEASE with data in each way. */
static int write_pcap(const char *path)
{
	static const u32 head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 147 };
	FILE *f = fopen(path, "w");
	struct octets o;
	size_t i;

	if (!f)
		return 1;
	fwrite(head, sizeof(head), 1, f);
	for (i = 0; i < COUNT(forms); i++) {
		struct cldn_q2931_msg m = full(forms[i].type);

		if (build(&m, &o) > 0)
			pcap_record(f, &o);
	}
	for (i = 1; i < 8; i <<= 1) {
		struct cldn_q2931_msg m = filled(CLDN_Q2931_RELEASE, H(CAUSE));

		m.ncauses = 1;
		cldn_q2931_data_put(&m, i, (const u8 *)"goodbye", 7);
		if (build(&m, &o) > 0)
			pcap_record(f, &o);
	}
	return fclose(f) ? 1 : 0;
}

static const struct {
	const char *what;
	bool (*run)(void);
} checks[] = {
	{ "what stock atmsigd sends is read, to the last value", real_dialogues },
	{ "every message is read back as it was built", round_trips },
	{ "a buffer that is too small is not overrun", too_small },
	{ "elements have their order, the AAL parameters first", order },
	{ "what has no place on the wire is not built", not_built },
	{ "the largest values are built", built_all_the_same },
	{ "contents of elements, right and wrong", element_contents },
	{ "without a header there is no answer", no_header },
	{ "an element that must be there is missed, or found wrong", mandatory },
	{ "what a network must say, and what 3.1 must", sides },
	{ "unknown, foreign and wrong elements are treated as they ask for", unknown_elements },
	{ "a needed element cannot ask for being skipped", instructed_mandatory },
	{ "ends are never discarded, STATUS never answered by STATUS", exceptions },
	{ "of several errors the gravest decides", several_errors },
	{ "more errors than a diagnostic holds", many_errors },
	{ "coding standards", coding_standards },
	{ "repeated elements", repeated },
	{ "shifts to other codesets", shifts },
	{ "an element of more than 255 octets", long_element },
	{ "message types that are unknown, or of another UNI", unknown_types },
	{ "messages cut at every octet", truncated },
	{ "data at the end of a call, in every way and of every length", close_data },
	{ "other diagnostics are not taken for data", no_data },
	{ "mutated messages are survived", noise },
};

int main(int argc, char **argv)
{
	unsigned int failures = 0;
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "--pcap"))
		return write_pcap(argv[2]);
	if (argc > 1)
		mutations = strtoul(argv[1], NULL, 0);
	for (i = 0; i < COUNT(checks); i++) {
		bool good = checks[i].run();

		printf("%sok %zu - q2931 messages: %s\n", good ? "" : "not ", i + 1,
		       checks[i].what);
		failures += !good;
	}
	printf("1..%zu\n", COUNT(checks));
	return failures != 0;
}
