// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the framework and a call manager: who it is, its completions of a close, and what the
 * words of one and the errors of the other mean to each other.
 */
#include "callmgr.h"
#include "trace.h"

/* The first row with a word has its errno. */
static const struct {
	u32 word;
	int error;
} cm_words[] = {
	{ CLEARDOWN_NDIS_STATUS_SUCCESS, 0 },
	{ CLEARDOWN_NDIS_STATUS_PENDING, -EINPROGRESS },
	{ CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED, -EBUSY },
	{ CLEARDOWN_NDIS_STATUS_CLOSING, -EALREADY },
	{ CLEARDOWN_NDIS_STATUS_INVALID_DATA, -EINVAL },
	{ CLEARDOWN_NDIS_STATUS_INVALID_DATA, -EMSGSIZE },
	{ CLEARDOWN_NDIS_STATUS_RESOURCES, -ENOBUFS },
	{ CLEARDOWN_NDIS_STATUS_RESOURCES, -ENOMEM },
	{ CLEARDOWN_NDIS_STATUS_NOT_SUPPORTED, -EOPNOTSUPP },
};

u32 cm_word(int error)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cm_words); i++)
		if (cm_words[i].error == error)
			return cm_words[i].word;
	return CLEARDOWN_NDIS_STATUS_FAILURE;
}

int cm_error(u32 word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cm_words); i++)
		if (cm_words[i].word == word)
			return cm_words[i].error;
	return -EIO;
}

/* NdisCmRegisterAddressFamilyEx, before the link is used. */
int cm_manager_set(struct cm_link *link, const struct cm_manager *manager)
{
	if (manager->size != sizeof(*manager) || !manager->create_vc || !manager->close_call)
		return -EINVAL;
	link->manager = manager;
	return 0;
}

static int cm_complete(struct cm_link *link, struct cm_vc *vc, u64 id, void *party, u32 status,
		       bool integrated)
{
	int ret = 0;

	scoped_guard(spinlock_irqsave, &vc->m.h.lock) {
		if (vc->m.link != link || vc->m.h.id != id || vc->state == CLEARDOWN_VC_DELETED)
			ret = -EBADF;
		else if (cm_manager_of(vc)->integrated != integrated)
			ret = -EPERM;
		else if (!vc->pending || status == CLEARDOWN_NDIS_STATUS_PENDING ||
			 party != cm_multi_party(vc))
			ret = -EINVAL;
		if (!ret) {
			vc->pending = false;
			vc->completed = true;
			vc->result = status;
		}
	}
	if (ret)
		trace_cm_misuse(vc, -ret);
	else
		cm_want(&vc->m);
	return ret;
}

/*
 * NdisCmCloseCallComplete, with any word but PENDING. @vc: a circuit that the caller knows to
 * exist, @id: its handle when its call was to be closed, @party: what close_call() was given.
 * The client hears of it from the worker, so never before close_call() has returned.
 *
 * Any context. Return: -EBADF: it is not on this link, dead, or in its next life; -EPERM: the call
 * manager is an integrated one; -EINVAL: no close is pending, or not this way. What is refused
 * leaves a trace and changes nothing.
 */
int cm_close_call_complete(struct cm_link *link, struct cm_vc *vc, u64 id, void *party, u32 status)
{
	return cm_complete(link, vc, id, party, status, false);
}

/* NdisMCmCloseCallComplete: the same of an integrated call manager, -EPERM for any other. */
int cm_mcm_close_call_complete(struct cm_link *link, struct cm_vc *vc, u64 id, void *party,
			       u32 status)
{
	return cm_complete(link, vc, id, party, status, true);
}

/* The call manager is about to be asked, or has answered at once. */
void cm_close_owed(struct cm_vc *vc, bool owed)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	vc->pending = owed;
	vc->completed = false;
}

/* Worker: its completion, once. */
bool cm_close_result(struct cm_vc *vc, u32 *status)
{
	guard(spinlock_irqsave)(&vc->m.h.lock);
	if (!vc->completed)
		return false;
	vc->completed = false;
	*status = vc->result;
	return true;
}
