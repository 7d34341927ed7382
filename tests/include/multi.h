/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of calls to many share: the root's requests, and its parties at their own end. */
#ifndef TESTS_MULTI_H
#define TESTS_MULTI_H

#include "vc.h"

/**
 * struct leaf - a party of a call, at both ends
 * @party: its number at the root, 0 = it is gone there
 * @cookie: that the root gave it
 * @vc: its VC
 */
struct leaf {
	uint32_t party;
	uint64_t cookie;
	struct vc vc;
};

static inline void multi_address(uint8_t *called, const uint8_t *nsap, uint8_t selector)
{
	memcpy(called, nsap, CLEARDOWN_NSAP_LEN);
	called[CLEARDOWN_NSAP_LEN - 1] = selector;
}

/* The request's id, 0 when it was refused: then *@ret says how, and *@status with which word. */
static inline uint64_t multi_submit(struct vc *vc, uint32_t opcode, const void *in, uint32_t len,
				    int *ret, uint32_t *status)
{
	int error = cd_submit(vc->fd, opcode, ++vc_request, in, len, status);

	if (ret)
		*ret = error;
	return error ? 0 : vc_request;
}

/* Frames of up to @sdu octets, 0 = the default. */
static inline uint64_t multi_make(struct vc *vc, const uint8_t *nsap, uint8_t selector,
				  uint64_t cookie, uint32_t sdu)
{
	struct cleardown_op_make_multi in = { .call.fwd_sdu = sdu, .cookie = cookie };

	multi_address(in.call.called, nsap, selector);
	return multi_submit(vc, CLEARDOWN_OP_MAKE_MULTI, &in, sizeof(in), NULL, NULL);
}

static inline uint64_t multi_add(struct vc *vc, const uint8_t *nsap, uint8_t selector,
				 uint64_t cookie, int *ret, uint32_t *status)
{
	struct cleardown_op_add_party in = { .cookie = cookie };

	multi_address(in.called, nsap, selector);
	return multi_submit(vc, CLEARDOWN_OP_ADD_PARTY, &in, sizeof(in), ret, status);
}

static inline uint64_t multi_drop(struct vc *vc, uint32_t party, const void *data, uint32_t len,
				  int *ret, uint32_t *status)
{
	struct cleardown_op_drop_party in = { .party = party, .data_len = len };

	if (len && len <= sizeof(in.data))
		memcpy(in.data, data, len);
	return multi_submit(vc, CLEARDOWN_OP_DROP_PARTY, &in, sizeof(in), ret, status);
}

/* CLOSE that names a party. */
static inline int multi_close(struct vc *vc, uint32_t party, uint64_t deadline_ns,
			      struct cleardown_close *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = sizeof(*arg);
	arg->mode = CLEARDOWN_MODE_ORDERLY;
	arg->deadline_ns = deadline_ns;
	arg->party = party;
	arg->out_status = 0xdeadbeef;
	return cd_ioctl(vc->fd, CLEARDOWN_IOC_CLOSE, arg);
}

/* What a record says of a party; the last of MAKE_MULTI's data is one too. */
static inline struct cleardown_vc_party multi_told(const union cd_record *rec)
{
	struct cleardown_multi made;
	struct cleardown_vc_party told = { 0 };

	if (rec->ev.data_len == sizeof(made)) {
		memcpy(&made, rec->ev.data, sizeof(made));
		return made.party;
	}
	if (rec->ev.data_len >= sizeof(told))
		memcpy(&told, rec->ev.data, sizeof(told));
	return told;
}

/* Close data behind it. */
static inline const uint8_t *multi_data(const union cd_record *rec)
{
	return rec->ev.data + sizeof(struct cleardown_vc_party);
}

/* How many parties the root has, by VC_PARTY. */
static inline int multi_count(struct vc *vc)
{
	struct cleardown_party_next arg = { .size = sizeof(arg) };
	int n = 0;

	for (; !cd_ioctl(vc->fd, CLEARDOWN_IOC_VC_PARTY, &arg); n++)
		arg.after = arg.out_party.party;
	return n;
}

/* State of a party of the root, 0 = there is none. */
static inline uint32_t multi_state(struct vc *vc, uint32_t party)
{
	struct cleardown_party_next arg = { .size = sizeof(arg), .after = party - 1 };

	if (cd_ioctl(vc->fd, CLEARDOWN_IOC_VC_PARTY, &arg) || arg.out_party.party != party)
		return 0;
	return arg.out_party.state;
}

/* It comes to be @state: INCOMING_CLOSE is told before what becomes of the parties. */
static inline bool multi_comes_to(struct vc *vc, uint32_t party, uint32_t state)
{
	uint64_t end = cd_now() + 5 * CD_S;

	while (multi_state(vc, party) != state) {
		if (cd_now() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* The offer that comes next at @b is taken and accepted. */
static inline bool multi_answer(struct vclink *b, struct leaf *leaf)
{
	union cd_record rec;

	return vc_next(b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000) &&
	       !vc_create(&leaf->vc, b, rec.ev.req_id, 1000 + leaf->cookie) &&
	       vc_accept(&leaf->vc) && vc_next(b, CLEARDOWN_EV_COMPLETION, &rec, 5000) &&
	       !rec.ev.error;
}

/* The root's request for @leaf is complete, with success. */
static inline bool multi_joined(struct vclink *a, struct leaf *leaf)
{
	struct cleardown_vc_party told;
	union cd_record rec;

	if (!vc_next(a, CLEARDOWN_EV_COMPLETION, &rec, 5000) || rec.ev.error)
		return false;
	told = multi_told(&rec);
	leaf->party = told.party;
	return told.party && told.cookie == leaf->cookie && told.state == CLEARDOWN_PARTY_JOINED;
}

/*
 * A call from @a to selectors @selector and so on of @b with @n parties, all of them connected; @b
 * has a SAP for each.
 */
static inline bool multi_connect(struct vclink *a, struct vc *root, struct vclink *b,
				 struct leaf *leaves, unsigned int n, uint8_t selector)
{
	for (unsigned int i = 0; i < n; i++) {
		leaves[i] = (struct leaf){ .cookie = i + 1 };
		if (!i && (vc_create(root, a, 0, 100) ||
			   !multi_make(root, b->nsap, selector, leaves[i].cookie, 0)))
			return false;
		if (i && !multi_add(root, b->nsap, selector + i, leaves[i].cookie, NULL, NULL))
			return false;
		if (!multi_answer(b, &leaves[i]) || !multi_joined(a, &leaves[i]))
			return false;
	}
	return true;
}

#endif /* TESTS_MULTI_H */
