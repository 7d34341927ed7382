// SPDX-License-Identifier: LGPL-2.1-or-later
/* Calls to many: the parties of a VC that is their root. */
#include <errno.h>

#include "internal.h"

CLDN_EXPORT int cleardown_vc_make_multi(struct cleardown_vc *vc, uint64_t req_id,
					uint64_t deadline_ns, const struct cleardown_call *call,
					uint64_t cookie)
{
	if (!call || call->size < sizeof(*call)) {
		errno = EINVAL;
		return -1;
	}
	return cldn_io_make_multi(cleardown_vc_fd(vc), req_id, deadline_ns, call, cookie,
				  cldn_vc_word(vc));
}

CLDN_EXPORT int cleardown_vc_add_party(struct cleardown_vc *vc, uint64_t req_id,
				       uint64_t deadline_ns, const uint8_t called[CLDN_NSAP_LEN],
				       uint64_t cookie)
{
	return cldn_io_add_party(cleardown_vc_fd(vc), req_id, deadline_ns, called, cookie,
				 cldn_vc_word(vc));
}

CLDN_EXPORT int cleardown_vc_drop_party(struct cleardown_vc *vc, uint64_t req_id,
					uint64_t deadline_ns, uint32_t party, const void *data,
					size_t data_len)
{
	return cldn_io_drop_party(cleardown_vc_fd(vc), req_id, deadline_ns, party, data, data_len,
				  cldn_vc_word(vc));
}

CLDN_EXPORT int cleardown_vc_next_party(struct cleardown_vc *vc, uint32_t after,
					struct cleardown_party *party)
{
	return cldn_io_next_party(cleardown_vc_fd(vc), 0, after, party);
}

CLDN_EXPORT int cleardown_vclink_next_party(struct cleardown_vclink *link, uint64_t vc,
					    uint32_t after, struct cleardown_party *party)
{
	return cldn_io_next_party(cleardown_vclink_fd(link), vc, after, party);
}
