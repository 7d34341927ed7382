// SPDX-License-Identifier: LGPL-2.1-or-later
/* Between the kernel's structs of parties and the library's. Owns nothing. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/cleardown.h>

#include "internal.h"

#define SAME(name) \
	_Static_assert((unsigned int)CLDN_##name == (unsigned int)CLEARDOWN_##name, #name)

SAME(OP_MAKE_MULTI);
SAME(OP_ADD_PARTY);
SAME(OP_DROP_PARTY);
SAME(EV_INCOMING_DROP);
SAME(PARTY_ADDING);
SAME(PARTY_JOINED);
SAME(PARTY_DROPPING);
SAME(PARTY_LEFT);
SAME(PARTY_OVER);
SAME(PARTY_FORCED);
SAME(VC_ROOT);
SAME(VC_LEAF);

int cldn_io_submit_input(int fd, uint32_t opcode, uint64_t req_id, uint64_t deadline_ns,
			 const void *in, uint32_t len, uint32_t *status)
{
	struct cleardown_submit s = {
		.size = sizeof(s),
		.opcode = opcode,
		.req_id = req_id,
		.deadline_ns = deadline_ns,
		.in_ptr = (uintptr_t)in,
		.in_len = len,
	};
	int ret = ioctl(fd, CLEARDOWN_IOC_SUBMIT, &s);

	*status = s.out_status;
	return ret < 0 ? -1 : 0;
}

int cldn_io_make_multi(int fd, uint64_t req_id, uint64_t deadline_ns,
		       const struct cleardown_call *call, uint64_t cookie, uint32_t *status)
{
	struct cleardown_op_make_multi in = { .cookie = cookie };

	cldn_call_to_uapi(&in.call, call);
	return cldn_io_submit_input(fd, CLEARDOWN_OP_MAKE_MULTI, req_id, deadline_ns, &in,
				    sizeof(in), status);
}

int cldn_io_add_party(int fd, uint64_t req_id, uint64_t deadline_ns, const uint8_t *called,
		      uint64_t cookie, uint32_t *status)
{
	struct cleardown_op_add_party in = { .cookie = cookie };

	memcpy(in.called, called, sizeof(in.called));
	return cldn_io_submit_input(fd, CLEARDOWN_OP_ADD_PARTY, req_id, deadline_ns, &in,
				    sizeof(in), status);
}

int cldn_io_drop_party(int fd, uint64_t req_id, uint64_t deadline_ns, uint32_t party,
		       const void *data, size_t len, uint32_t *status)
{
	struct cleardown_op_drop_party in = { .party = party, .data_len = len };

	if (len > sizeof(in.data)) {
		errno = EINVAL;
		return -1;
	}
	if (len)
		memcpy(in.data, data, len);
	return cldn_io_submit_input(fd, CLEARDOWN_OP_DROP_PARTY, req_id, deadline_ns, &in,
				    sizeof(in), status);
}

static void party_from_uapi(struct cleardown_party *party, const struct cleardown_vc_party *p)
{
	memset(party, 0, sizeof(*party));
	party->number = p->party;
	party->cookie = p->cookie;
	party->state = p->state;
	party->endpoint = p->endpoint;
	party->cause = p->cause;
	party->flags = p->flags;
	memcpy(party->called, p->called, sizeof(party->called));
}

int cldn_io_next_party(int fd, uint64_t vc, uint32_t after, struct cleardown_party *party)
{
	struct cleardown_party_next n = { .size = sizeof(n), .after = after, .vc = vc };

	if (ioctl(fd, CLEARDOWN_IOC_VC_PARTY, &n) < 0)
		return -1;
	party_from_uapi(party, &n.out_party);
	return 0;
}

/* A completion of MAKE_MULTI has the call before it. */
static size_t party_offset(const struct cleardown_record *record)
{
	bool made = record->type == CLDN_EV_COMPLETION && !record->error &&
		    record->text_len == sizeof(struct cleardown_multi);

	return made ? offsetof(struct cleardown_multi, party) : 0;
}

CLDN_EXPORT int cleardown_party_from_record(const struct cleardown_record *record,
					    struct cleardown_party *party)
{
	bool tells = record->type == CLDN_EV_COMPLETION || record->type == CLDN_EV_INCOMING_DROP ||
		     record->type == CLDN_EV_CLOSE_COMPLETE;
	size_t at = tells ? party_offset(record) : 0;
	struct cleardown_vc_party p;

	if (!tells || record->text_len < at + sizeof(p)) {
		errno = ENODATA;
		return -1;
	}
	memcpy(&p, record->text + at, sizeof(p));
	if (!p.party || p.data_len > record->text_len - at - sizeof(p) ||
	    p.data_len > sizeof(party->data)) {
		errno = ENODATA;
		return -1;
	}
	party_from_uapi(party, &p);
	party->data_len = p.data_len;
	memcpy(party->data, record->text + at + sizeof(p), p.data_len);
	return 0;
}
