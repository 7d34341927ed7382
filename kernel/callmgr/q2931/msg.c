// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of a message, and what an error in it leads to: Q.2931 5.6 and 5.7. See msg.h; nothing
 * here but functions of their arguments.
 */
#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#endif
#include "ie.h"

#define PROTOCOL_Q2931 9
#define CREF_LENGTH 3
#define IE_HEADER 4

/* Second octet of the message type. */
#define TYPE_EXT 0x80
#define TYPE_EXPLICIT 0x10
#define TYPE_ACTION 0x03

/* ---- which elements a message has ---- */

/**
 * struct q2931_form - a message type
 * @type: enum cldn_q2931_type
 * @uni40: UNI 3.1 does not have it
 * @always: elements that it must have
 * @maybe: others that it may have
 * @name: as the standards call it
 */
struct q2931_form {
	u8 type;
	bool uni40;
	u32 always;
	u32 maybe;
	const char *name;
};

#define H(name) CLDN_Q2931_HAVE(name)
#define USERS (H(NOTIFICATION) | H(GIT) | H(UUI))
#define ANSWER (USERS | H(AAL) | H(BLLI) | H(CONNECTION) | H(ENDPOINT))
#define NUMBERS (H(CALLED_SUB) | H(CALLING) | H(CALLING_SUB) | H(TRANSIT))

static const struct q2931_form forms[] = {
	{ CLDN_Q2931_SETUP, false, H(TRAFFIC) | H(BEARER) | H(CALLED),
	  USERS | NUMBERS | H(AAL) | H(BHLI) | H(BLLI) | H(CONNECTION) | H(QOS) | H(ENDPOINT),
	  "SETUP" },
	{ CLDN_Q2931_CALL_PROCEEDING, false, 0, H(CONNECTION) | H(ENDPOINT) | H(NOTIFICATION),
	  "CALL PROCEEDING" },
	{ CLDN_Q2931_ALERTING, true, 0, USERS | H(CONNECTION) | H(ENDPOINT), "ALERTING" },
	{ CLDN_Q2931_CONNECT, false, 0, ANSWER | H(TRAFFIC), "CONNECT" },
	{ CLDN_Q2931_CONNECT_ACK, false, 0, H(NOTIFICATION), "CONNECT ACKNOWLEDGE" },
	{ CLDN_Q2931_RELEASE, false, H(CAUSE), USERS | H(ENDPOINT), "RELEASE" },
	{ CLDN_Q2931_RELEASE_COMPLETE, false, 0, USERS | H(CAUSE) | H(ENDPOINT),
	  "RELEASE COMPLETE" },
	{ CLDN_Q2931_RESTART, false, H(RESTART), H(CONNECTION), "RESTART" },
	{ CLDN_Q2931_RESTART_ACK, false, H(RESTART), H(CONNECTION), "RESTART ACKNOWLEDGE" },
	{ CLDN_Q2931_STATUS, false, H(CAUSE) | H(CALL_STATE), H(ENDPOINT) | H(ENDPOINT_STATE),
	  "STATUS" },
	{ CLDN_Q2931_STATUS_ENQUIRY, false, 0, H(ENDPOINT), "STATUS ENQUIRY" },
	{ CLDN_Q2931_NOTIFY, true, H(NOTIFICATION), H(ENDPOINT), "NOTIFY" },
	{ CLDN_Q2931_ADD_PARTY, false, H(CALLED) | H(ENDPOINT),
	  USERS | NUMBERS | H(AAL) | H(BHLI) | H(BLLI), "ADD PARTY" },
	{ CLDN_Q2931_ADD_PARTY_ACK, false, H(ENDPOINT), USERS | H(AAL) | H(BLLI),
	  "ADD PARTY ACKNOWLEDGE" },
	{ CLDN_Q2931_ADD_PARTY_REJECT, false, H(CAUSE) | H(ENDPOINT), USERS, "ADD PARTY REJECT" },
	{ CLDN_Q2931_DROP_PARTY, false, H(CAUSE) | H(ENDPOINT), USERS, "DROP PARTY" },
	{ CLDN_Q2931_DROP_PARTY_ACK, false, H(ENDPOINT), USERS | H(CAUSE),
	  "DROP PARTY ACKNOWLEDGE" },
	{ CLDN_Q2931_PARTY_ALERTING, true, H(ENDPOINT), USERS, "PARTY ALERTING" },
};

static const struct q2931_form *form_of(u8 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (forms[i].type == type)
			return &forms[i];
	return NULL;
}

const char *cldn_q2931_type_name(u8 type)
{
	const struct q2931_form *form = form_of(type);

	return form ? form->name : "unknown";
}

/* Of a SETUP: VPCI and VCI are the network's to choose, so it must; and 3.1 wants the QoS told. */
static u32 always_of(const struct q2931_form *form, const struct cldn_q2931_rules *rules)
{
	u32 always = form->always;

	if (form->type != CLDN_Q2931_SETUP)
		return always;
	if (rules->from_network)
		always |= H(CONNECTION);
	if (rules->uni == CLDN_Q2931_UNI31)
		always |= H(QOS);
	return always;
}

/* ---- errors ---- */

/* Of two errors that lead to the same, which one is told. */
static unsigned int cause_weight(u8 cause)
{
	switch (cause) {
	case CLDN_Q2931_CAUSE_LENGTH:
		return 3;
	case CLDN_Q2931_CAUSE_IE_MISSING:
		return 2;
	case CLDN_Q2931_CAUSE_IE_CONTENTS:
		return 1;
	default:
		return 0;
	}
}

static void add_diag(struct cldn_q2931_verdict *verdict, u8 octet)
{
	if (verdict->diag_len < CLDN_Q2931_VERDICT_DIAG)
		verdict->diag[verdict->diag_len++] = octet;
}

/* Returns true when @cause is what is told, so that the caller may add to the diagnostic. */
static bool raise_error(struct cldn_q2931_verdict *verdict, u8 todo, u8 cause)
{
	if (todo < verdict->todo)
		return false;
	if (todo == verdict->todo && verdict->cause == cause)
		return true;
	if (todo == verdict->todo && verdict->cause &&
	    cause_weight(cause) <= cause_weight(verdict->cause))
		return false;
	verdict->todo = todo;
	verdict->cause = cause;
	verdict->diag_len = 0;
	return true;
}

void cldn_q2931_unexpected(const struct cldn_q2931_msg *msg, u8 cause,
			   struct cldn_q2931_verdict *verdict)
{
	u8 todo = CLDN_Q2931_REPORT;

	if (msg->explicit && msg->action == CLDN_Q2931_ACT_CLEAR)
		todo = CLDN_Q2931_CLEAR;
	if (msg->explicit && msg->action == CLDN_Q2931_ACT_DISCARD)
		todo = CLDN_Q2931_DISCARD;
	*verdict = (struct cldn_q2931_verdict){ .todo = todo, .cause = cause };
	add_diag(verdict, msg->type);
}

/* ---- parsing ---- */

/**
 * struct q2931_parse - a message on its way through the parser
 * @form: its type
 * @rules: of the link
 * @msg: answer
 * @verdict: answer
 * @always: elements that must be there
 * @seen: elements that were there, right or wrong
 * @codeset: in force
 * @once: for the next element only, behind a non-locking shift
 */
struct q2931_parse {
	const struct q2931_form *form;
	const struct cldn_q2931_rules *rules;
	struct cldn_q2931_msg *msg;
	struct cldn_q2931_verdict *verdict;
	u32 always;
	u32 seen;
	u8 codeset;
	u8 once;
};

/**
 * struct q2931_element - an element on the wire
 * @id: identifier
 * @head: coding standard and instruction
 * @body: contents
 * @len: octets of @body
 */
struct q2931_element {
	u8 id;
	u8 head;
	const u8 *body;
	size_t len;
};

/* SETUP is not known to anybody yet, so that a STATUS would say nothing: it is refused. */
static u8 without_instruction(const struct q2931_parse *p, bool needed)
{
	if (!needed)
		return CLDN_Q2931_PROCESS_REPORT;
	return p->form->type == CLDN_Q2931_SETUP ? CLDN_Q2931_CLEAR : CLDN_Q2931_REPORT;
}

static u8 with_instruction(const struct q2931_parse *p, u8 head, bool needed)
{
	u8 least = needed ? without_instruction(p, true) : CLDN_Q2931_PROCESS;
	u8 todo;

	switch (head & Q2931_IE_ACTION) {
	case 0:
		todo = CLDN_Q2931_CLEAR;
		break;
	case 1:
		todo = CLDN_Q2931_PROCESS;
		break;
	case 2:
		todo = CLDN_Q2931_PROCESS_REPORT;
		break;
	case 5:
		todo = CLDN_Q2931_DISCARD;
		break;
	case 6:
		todo = CLDN_Q2931_REPORT;
		break;
	default:
		return without_instruction(p, needed);
	}
	return todo > least ? todo : least;
}

static void element_error(struct q2931_parse *p, const struct q2931_element *e, u8 cause,
			  bool needed)
{
	u8 todo = e->head & Q2931_IE_EXPLICIT ? with_instruction(p, e->head, needed) :
						without_instruction(p, needed);

	if (todo != CLDN_Q2931_PROCESS && raise_error(p->verdict, todo, cause))
		add_diag(p->verdict, e->id);
}

/* Elements that are known, and say nothing that this side makes use of. */
static bool read_over(u8 id)
{
	static const u8 ids[] = {
		0x42, /* end-to-end transit delay */
		0x4f, /* OAM traffic descriptor */
		0x62, /* sending complete */
		0x63, /* repeat indicator: of BLLI the first is the preferred one */
	};

	return memchr(ids, id, sizeof(ids));
}

#define SHIFT_LOCKING 0x60
#define SHIFT_ONCE 0x61

/* Return: true when @e is a shift. One that is not right is taken for none. */
static bool is_shift(struct q2931_parse *p, const struct q2931_element *e)
{
	if (e->id != SHIFT_LOCKING && e->id != SHIFT_ONCE)
		return false;
	if (e->len != 1)
		return true;
	if (e->id == SHIFT_LOCKING)
		p->codeset = e->body[0] & 7;
	p->once = e->body[0] & 7;
	return true;
}

static int element_of(const struct q2931_parse *p, const struct q2931_element *e, u8 codeset)
{
	int i;

	for (i = 0; i < CLDN_Q2931_NIES; i++)
		if (cldn_q2931_ies[i].id == e->id)
			break;
	if (codeset || i == CLDN_Q2931_NIES)
		return -1;
	return (p->form->always | p->form->maybe) & BIT(i) ? i : -1;
}

/* Coding standards: ITU-T's own, and "network", which is the ATM Forum here. */
static bool head_valid(u8 head)
{
	u8 coding = head & Q2931_IE_CODING;

	return (head & Q2931_IE_EXT) && (!coding || coding == Q2931_IE_CODING_FORUM);
}

static void read_element(struct q2931_parse *p, int i, const struct q2931_element *e)
{
	struct cldn_q2931_in in = { .at = e->body, .left = e->len, .bad = !head_valid(e->head) };
	bool again = i == CLDN_Q2931_IE_CAUSE && p->msg->ncauses < CLDN_Q2931_NCAUSES;

	if ((p->seen & BIT(i)) && !again)
		return;
	p->seen |= BIT(i);
	if (!in.bad)
		cldn_q2931_ies[i].get(&in, p->msg);
	if (in.bad || in.left)
		element_error(p, e, CLDN_Q2931_CAUSE_IE_CONTENTS, p->always & BIT(i));
	else
		p->msg->have |= BIT(i);
}

static void handle_element(struct q2931_parse *p, const struct q2931_element *e)
{
	u8 codeset = p->once;
	int i;

	if (is_shift(p, e))
		return;
	p->once = p->codeset;
	i = element_of(p, e, codeset);
	if (i >= 0)
		read_element(p, i, e);
	else if (codeset || !read_over(e->id))
		element_error(p, e, CLDN_Q2931_CAUSE_IE_UNKNOWN, false);
}

/*
 * An element that is cut off is handed on without contents, which are wrong for each of them. What
 * is too short to be an element is ignored.
 */
static void read_elements(struct q2931_parse *p, const u8 *at, size_t left)
{
	while (left >= IE_HEADER) {
		struct q2931_element e = { .id = at[0], .head = at[1], .body = at + IE_HEADER };
		size_t len = at[2] << 8 | at[3];

		at += IE_HEADER;
		left -= IE_HEADER;
		if (len > left) {
			handle_element(p, &e);
			return;
		}
		e.len = len;
		handle_element(p, &e);
		at += len;
		left -= len;
	}
}

static void find_missing(struct q2931_parse *p)
{
	u32 lacks = p->always & ~p->seen;
	u8 todo = without_instruction(p, true);
	int i;

	for (i = 0; i < CLDN_Q2931_NIES; i++)
		if ((lacks & BIT(i)) && raise_error(p->verdict, todo, CLDN_Q2931_CAUSE_IE_MISSING))
			add_diag(p->verdict, cldn_q2931_ies[i].id);
}

/* The ends of a call are never discarded, and a STATUS is not answered by another one. */
static void apply_exceptions(u8 type, struct cldn_q2931_verdict *verdict)
{
	if (type == CLDN_Q2931_RELEASE || type == CLDN_Q2931_RELEASE_COMPLETE)
		verdict->todo = CLDN_Q2931_PROCESS;
	if (type != CLDN_Q2931_STATUS)
		return;
	if (verdict->todo == CLDN_Q2931_PROCESS_REPORT)
		verdict->todo = CLDN_Q2931_PROCESS;
	if (verdict->todo == CLDN_Q2931_REPORT)
		verdict->todo = CLDN_Q2931_DISCARD;
}

static void read_header(const u8 *buf, struct cldn_q2931_msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->cref = (u32)buf[2] << 16 | buf[3] << 8 | buf[4];
	msg->type = buf[5];
	msg->action = buf[6] & TYPE_ACTION;
	/* The fourth action is reserved: as if none had been given. */
	msg->explicit = (buf[6] & TYPE_EXPLICIT) && msg->action <= CLDN_Q2931_ACT_REPORT;
}

int cldn_q2931_parse(const u8 *buf, size_t len, const struct cldn_q2931_rules *rules,
		     struct cldn_q2931_msg *msg, struct cldn_q2931_verdict *verdict)
{
	struct q2931_parse p = { .rules = rules, .msg = msg, .verdict = verdict };
	size_t body;

	*verdict = (struct cldn_q2931_verdict){ .todo = CLDN_Q2931_DISCARD };
	if (len < CLDN_Q2931_HEADER || buf[0] != PROTOCOL_Q2931 || buf[1] != CREF_LENGTH)
		return -EBADMSG;
	read_header(buf, msg);
	p.form = form_of(msg->type);
	if (!p.form || (p.form->uni40 && rules->uni == CLDN_Q2931_UNI31)) {
		cldn_q2931_unexpected(msg, CLDN_Q2931_CAUSE_MESSAGE_TYPE, verdict);
		return 0;
	}
	verdict->todo = CLDN_Q2931_PROCESS;
	p.always = always_of(p.form, rules);
	body = buf[7] << 8 | buf[8];
	if (body > len - CLDN_Q2931_HEADER) {
		body = len - CLDN_Q2931_HEADER;
		raise_error(verdict, without_instruction(&p, true), CLDN_Q2931_CAUSE_LENGTH);
	}
	read_elements(&p, buf + CLDN_Q2931_HEADER, body);
	find_missing(&p);
	apply_exceptions(msg->type, verdict);
	return 0;
}

/* ---- building ---- */

/* Return: place of the length of an element or a message, which put_length() fills in. */
static size_t open_length(struct cldn_q2931_out *out)
{
	size_t place = out->len;

	cldn_q2931_put16(out, 0);
	return place;
}

static void put_length(struct cldn_q2931_out *out, size_t place)
{
	size_t len = out->len - place - 2;

	if (out->len > out->size)
		return;
	out->buf[place] = len >> 8;
	out->buf[place + 1] = len & 0xff;
}

/* UNI 3.1: classes other than "unspecified" are the ATM Forum's. */
static u8 head_of(int i, const struct cldn_q2931_msg *msg)
{
	bool forum = i == CLDN_Q2931_IE_QOS && (msg->qos.fwd || msg->qos.bwd);

	return cldn_q2931_ies[i].head | (forum ? Q2931_IE_CODING_FORUM : 0);
}

static void put_element(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg, int i,
			size_t nth)
{
	size_t place;

	cldn_q2931_put8(out, cldn_q2931_ies[i].id);
	cldn_q2931_put8(out, head_of(i, msg));
	place = open_length(out);
	if (i == CLDN_Q2931_IE_CAUSE)
		cldn_q2931_put_cause(out, &msg->cause[nth]);
	else
		cldn_q2931_ies[i].put(out, msg);
	put_length(out, place);
}

static void put_elements(struct cldn_q2931_out *out, const struct cldn_q2931_msg *msg)
{
	size_t nth, times;
	int i;

	for (i = 0; i < CLDN_Q2931_NIES; i++) {
		if (!(msg->have & BIT(i)))
			continue;
		times = i == CLDN_Q2931_IE_CAUSE ? msg->ncauses : 1;
		for (nth = 0; nth < times; nth++)
			put_element(out, msg, i, nth);
	}
}

static bool can_build(const struct cldn_q2931_msg *msg)
{
	const struct q2931_form *form = form_of(msg->type);

	if (!form || msg->cref > 0xffffff || msg->action > CLDN_Q2931_ACT_REPORT)
		return false;
	if ((msg->have & form->always) != form->always ||
	    (msg->have & ~(form->always | form->maybe)))
		return false;
	if (!(msg->have & H(CAUSE)))
		return true;
	return msg->ncauses >= 1 && msg->ncauses <= CLDN_Q2931_NCAUSES;
}

int cldn_q2931_build(const struct cldn_q2931_msg *msg, u8 *buf, size_t size)
{
	struct cldn_q2931_out out = { .buf = buf, .size = size };
	size_t place;

	if (!can_build(msg))
		return -EINVAL;
	cldn_q2931_put8(&out, PROTOCOL_Q2931);
	cldn_q2931_put8(&out, CREF_LENGTH);
	cldn_q2931_put24(&out, msg->cref);
	cldn_q2931_put8(&out, msg->type);
	cldn_q2931_put8(&out, TYPE_EXT | (msg->explicit ? TYPE_EXPLICIT : 0) | msg->action);
	place = open_length(&out);
	put_elements(&out, msg);
	put_length(&out, place);
	if (out.bad)
		return -EINVAL;
	return out.len > size ? -EMSGSIZE : (int)out.len;
}

/* ---- data of the user at the end of a call ---- */

/* First octet of the diagnostic of REJECTED: the reason in its middle, user specific = 0. */
#define REASON_USER 0x80
#define REASON_MASK 0x7c
/*
 * GIT: no standard's number of an application, and within it one identifier of the type that is for
 * experiments and organisations.
 */
#define GIT_APPLICATION 0xfe
#define GIT_TYPE 0xfe
#define GIT_HEADER 2
#define GIT_DATA_MAX (CLDN_Q2931_GIT_MAX - GIT_HEADER)

size_t cldn_q2931_data_max(u32 ways)
{
	if (ways & CLDN_Q2931_DATA_UUI)
		return CLDN_Q2931_UUI_MAX;
	if (ways & CLDN_Q2931_DATA_CAUSE)
		return CLDN_Q2931_CAUSE_DATA_MAX;
	return ways & CLDN_Q2931_DATA_GIT ? GIT_DATA_MAX : 0;
}

static void data_in_cause(struct cldn_q2931_msg *msg, const u8 *data, size_t len)
{
	struct cldn_q2931_cause_ie *cause = &msg->cause[0];

	cause->value = CLDN_Q2931_CAUSE_REJECTED;
	cause->diag[0] = REASON_USER;
	memcpy(cause->diag + 1, data, len);
	cause->diag_len = len + 1;
}

static void data_in_git(struct cldn_q2931_msg *msg, const u8 *data, size_t len)
{
	msg->have |= H(GIT);
	msg->git.application = GIT_APPLICATION;
	msg->git.data[0] = GIT_TYPE;
	msg->git.data[1] = len;
	memcpy(msg->git.data + GIT_HEADER, data, len);
	msg->git.len = len + GIT_HEADER;
}

u32 cldn_q2931_data_put(struct cldn_q2931_msg *msg, u32 ways, const u8 *data, size_t len)
{
	u32 used = 0;

	if (!len)
		return 0;
	if ((ways & CLDN_Q2931_DATA_CAUSE) && len <= CLDN_Q2931_CAUSE_DATA_MAX &&
	    (msg->have & H(CAUSE))) {
		data_in_cause(msg, data, len);
		used |= CLDN_Q2931_DATA_CAUSE;
	}
	if ((ways & CLDN_Q2931_DATA_GIT) && len <= GIT_DATA_MAX) {
		data_in_git(msg, data, len);
		used |= CLDN_Q2931_DATA_GIT;
	}
	if ((ways & CLDN_Q2931_DATA_UUI) && len <= CLDN_Q2931_UUI_MAX) {
		msg->have |= H(UUI);
		msg->uui.protocol = 0;
		msg->uui.len = len;
		memcpy(msg->uui.data, data, len);
		used |= CLDN_Q2931_DATA_UUI;
	}
	return used;
}

static const u8 *cause_data(const struct cldn_q2931_msg *msg, size_t *len)
{
	size_t i;

	for (i = 0; i < msg->ncauses; i++) {
		const struct cldn_q2931_cause_ie *cause = &msg->cause[i];

		if (cause->value != CLDN_Q2931_CAUSE_REJECTED || cause->diag_len < 2 ||
		    (cause->diag[0] & REASON_MASK))
			continue;
		*len = cause->diag_len - 1;
		return cause->diag + 1;
	}
	return NULL;
}

static const u8 *git_data(const struct cldn_q2931_msg *msg, size_t *len)
{
	const struct cldn_q2931_git *git = &msg->git;

	if (git->application != GIT_APPLICATION || git->len <= GIT_HEADER ||
	    git->data[0] != GIT_TYPE || git->data[1] != git->len - GIT_HEADER)
		return NULL;
	*len = git->data[1];
	return git->data + GIT_HEADER;
}

const u8 *cldn_q2931_data_get(const struct cldn_q2931_msg *msg, size_t *len)
{
	const u8 *data = NULL;

	*len = 0;
	if ((msg->have & H(UUI)) && msg->uui.len) {
		*len = msg->uui.len;
		return msg->uui.data;
	}
	if (msg->have & H(CAUSE))
		data = cause_data(msg, len);
	if (!data && (msg->have & H(GIT)))
		data = git_data(msg, len);
	return data;
}
