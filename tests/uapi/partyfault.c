// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of a call to many, at its root and at a party, each made again with its first, second, ...
 * possible fault striking, as vcfault.c does with those of a call of two. What fails has changed
 * nothing: the other parties are there, and the call is up.
 *
 * usage: partyfault INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "multi.h"
#include "vcchain.h"

static uint32_t second; /* number of the party that is dropped */

/* ---- states ---- */

/* The end of a request about a party. A record that a fault kept from being read is still there. */
static int told(uint64_t id, struct cleardown_vc_party *party)
{
	union cd_record rec;
	int ret = id ? cd_wait(us.events, id, &rec, WAIT_MS) : -errno;

	if (ret == -EFAULT && id)
		ret = cd_wait(us.events, id, &rec, WAIT_MS);
	if (!ret)
		*party = multi_told(&rec);
	return ret ?: rec.ev.error;
}

static int make_root(void)
{
	struct cleardown_vc_party first;

	return told(multi_make(&vc, far.nsap, SELECTOR, 1, 0), &first);
}

static int add_party(void)
{
	struct cleardown_vc_party party = { 0 };
	int ret = told(multi_add(&vc, far.nsap, SELECTOR, 2, NULL, NULL), &party);

	if (!ret)
		second = party.party;
	return ret;
}

static void with_root(void)
{
	with_taker();
	if (make_root())
		DIE("no root");
}

static void with_two(void)
{
	with_root();
	if (add_party())
		DIE("no second party");
}

/* The far end is the root. */
static void with_offer(void)
{
	union cd_record rec;

	if (vc_create(&there, &far, 0, 200) || !multi_make(&there, us.nsap, SELECTOR, 1, 0) ||
	    !vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, WAIT_MS) ||
	    vc_create(&vc, &us, rec.ev.req_id, 100))
		DIE("no offer");
}

static int accept_call(void)
{
	uint64_t id = vc_accept(&vc);

	return id ? completed(id) : -errno;
}

static void with_leaf(void)
{
	with_offer();
	if (accept_call())
		DIE("no party");
}

/* Whatever struck: the next call to many comes about. */
static void root_end(void)
{
	far_stops();
	hang_up();
	with_two();
	far_stops();
	hang_up();
}

static void untaken_end(void)
{
	hang_up();
	with_root();
	far_stops();
	hang_up();
}

static void leaf_end(void)
{
	hang_up();
	with_leaf();
	hang_up();
}

/* ---- calls ---- */

static bool only_fault(int error)
{
	return error == -EFAULT;
}

static bool connect_failed(int error)
{
	return memory_or_fault(error) || in_worker(error);
}

static int ask_root(void)
{
	return multi_make(&vc, far.nsap, SELECTOR, 1, 0) ? 0 : -errno;
}

/* Refused means: no request, no party, no completion. */
static bool owes_nothing(int error)
{
	return memory_or_fault(error) && vc_status(&vc).out_state == CLEARDOWN_VC_IDLE &&
	       !multi_count(&vc) && !cd_events_info(us.events).out_unread;
}

static bool up_with(int parties)
{
	return vc_status(&vc).out_state == CLEARDOWN_VC_ACTIVE && multi_count(&vc) == parties;
}

static bool not_added(int error)
{
	return connect_failed(error) && up_with(1);
}

static int drop_party(void)
{
	struct cleardown_vc_party party;

	return told(multi_drop(&vc, second, bye, sizeof(bye), NULL, NULL), &party);
}

static bool not_dropped(int error)
{
	return memory_or_fault(error) && up_with(2) &&
	       multi_state(&vc, second) == CLEARDOWN_PARTY_JOINED;
}

static int ask_party(void)
{
	struct cleardown_party_next arg = { .size = sizeof(arg) };

	return cd_ioctl(vc.fd, CLEARDOWN_IOC_VC_PARTY, &arg);
}

static int close_call(void)
{
	struct cleardown_close arg;

	return vc_close(&vc, CLEARDOWN_MODE_ORDERLY, WAIT_MS * CD_MS, bye, sizeof(bye), &arg);
}

/* EFAULT: before the call, which is up then, or after it; then a party's VC is dead. */
static bool up_or_closed(int error)
{
	struct cleardown_vc_status arg = { .size = sizeof(arg) };
	int ret = cd_ioctl(vc.fd, CLEARDOWN_IOC_VC_STATUS, &arg);

	return error == -EFAULT &&
	       (ret == -EBADFD || arg.out_state == CLEARDOWN_VC_DELETED ||
		arg.out_state == CLEARDOWN_VC_ACTIVE || arg.out_state == CLEARDOWN_VC_IDLE);
}

static bool still_offered(int error)
{
	return in_worker(error) ||
	       (memory_or_fault(error) &&
		(error == -EFAULT || vc_status(&vc).out_state == CLEARDOWN_VC_OFFERED));
}

static int whole_life(void)
{
	int ret = vc_create(&vc, &us, 0, 100);

	ret = ret ?: make_root();
	ret = ret ?: add_party();
	ret = ret ?: drop_party();
	ret = ret ?: close_call();
	return ret ?: vc_delete(&vc, NULL);
}

static const struct chain chains[] = {
	{ "MAKE_MULTI", "PR-1 ", with_vc, ask_root, owes_nothing, untaken_end, false },
	{ "MAKE_MULTI to its end", "PR-1 ", with_taker, make_root, connect_failed, root_end, true },
	{ "ADD_PARTY to its end", "PR-1 ", with_root, add_party, not_added, root_end, true },
	{ "DROP_PARTY with data", "PR-1 ", with_two, drop_party, not_dropped, root_end, true },
	{ "VC_PARTY", "", with_root, ask_party, only_fault, root_end, false },
	{ "CLOSE of the last party", "V-35 PR-6 ", with_root, close_call, up_or_closed, root_end,
	  true },
	{ "ACCEPT of a party", "PR-1 ", with_offer, accept_call, still_offered, leaf_end, true },
	{ "CLOSE of a party", "PR-6 ", with_leaf, close_call, up_or_closed, leaf_end, true },
	{ "a whole call to many", "PR-1 ", far_takes, whole_life, connect_failed, root_end, true },
};

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	chain_links(argv + 1);
	chain_sweep_all(chains, sizeof(chains) / sizeof(chains[0]), us.name);
	chain_unlink();
	return tap_done();
}
