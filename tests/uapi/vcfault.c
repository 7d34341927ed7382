// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of a virtual circuit's life, each made again with its first, second, ... possible fault
 * striking - a slab object, a page, a copy from or to user memory - until there are no more of them;
 * those that make the link's thread work are swept again with the fault in that thread. A call may
 * fail then, with a precise error, or get over it. It has changed all or nothing, every request
 * completes once, the next call comes about, and nothing is left.
 *
 * usage: vcfault INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "vcchain.h"

#define OTHER 9

static struct vclink mine;

/* ---- states ---- */

static void with_call(void)
{
	if (!vc_connect(&us, &vc, &far, &there, SELECTOR))
		DIE("no call");
}

static void with_frame(void)
{
	with_call();
	if (write(there.fd, "0123456789", 10) != 10)
		DIE("write");
	while (!vc_status(&vc).out_frames_queued)
		usleep(1000);
}

/* The far end calls us. */
static void with_offer(void)
{
	union cd_record rec;

	if (vc_create(&there, &far, 0, 200) || !vc_make(&there, us.nsap, SELECTOR) ||
	    !vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, WAIT_MS) ||
	    vc_create(&vc, &us, rec.ev.req_id, 100))
		DIE("no offer");
}

/* ---- calls ---- */

static bool only_fault(int error)
{
	return error == -EFAULT;
}

static int open_family(void)
{
	mine.af = cd_open(us.name, O_RDWR);
	return mine.af < 0 ? mine.af : 0;
}

static void close_family(void)
{
	if (mine.af >= 0)
		close(mine.af);
	mine.af = -1;
}

static int register_sap(void)
{
	return vc_sap(&us, OTHER, 0, NULL);
}

static void deregister_sap(void)
{
	int ret = vc_sap(&us, OTHER, CLEARDOWN_SAP_REMOVE, NULL);

	if (ret && ret != -ENOENT)
		DIE("SAP: %d", ret);
}

static int create(void)
{
	return vc_create(&vc, &us, 0, 100);
}

/* Whatever was struck, also the answer: no circuit, and no file. */
static bool nothing_created(int error)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;

	while (vc_link(us.af).out_vcs && cd_now() < end)
		usleep(1000); /* until the link has forgotten what was given up */
	return memory_or_fault(error) && !circuits(false) && !vc_link(us.af).out_vcs;
}

static int ask_all(void)
{
	struct cleardown_vc_link link = { .size = sizeof(link) };
	struct cleardown_vc_status status = { .size = sizeof(status) };
	int ret = cd_ioctl(us.af, CLEARDOWN_IOC_VC_LINK, &link);

	return ret ?: cd_ioctl(vc.fd, CLEARDOWN_IOC_VC_STATUS, &status);
}

static int make_call(void)
{
	uint64_t id = vc_make(&vc, far.nsap, SELECTOR);

	return id ? 0 : -errno;
}

/* Refused means: no request, no completion. */
static bool owes_nothing(int error)
{
	return memory_or_fault(error) && vc_status(&vc).out_state == CLEARDOWN_VC_IDLE &&
	       !cd_events_info(us.events).out_unread;
}

/* Whatever struck: the next call comes about. */
static void connect_end(void)
{
	hang_up();
	with_call();
	hang_up();
}

static void taker_end(void)
{
	far_stops();
	connect_end();
}

/* From the request to the connection. */
static int make_and_connect(void)
{
	int ret = make_call();

	return ret ?: completed(vc_request);
}

static bool connect_failed(int error)
{
	return memory_or_fault(error) || in_worker(error);
}

static int accept_call(void)
{
	uint64_t id = vc_accept(&vc);

	return id ? completed(id) : -errno;
}

static bool still_offered(int error)
{
	return in_worker(error) ||
	       (memory_or_fault(error) &&
		(error == -EFAULT || vc_status(&vc).out_state == CLEARDOWN_VC_OFFERED));
}

static int write_frame(void)
{
	static const char frame[5000];
	ssize_t n = write(vc.fd, frame, sizeof(frame));

	return n < 0 ? -errno : 0;
}

static bool nothing_sent(int error)
{
	return memory_or_fault(error) && !vc_status(&vc).out_frames_sent;
}

static int read_frame(void)
{
	char frame[100];
	ssize_t n = read(vc.fd, frame, sizeof(frame));

	return n < 0 ? -errno : 0;
}

/* What a faulting copy did not deliver is the next reader's. */
static bool frame_is_there(int error)
{
	char frame[100];

	return error == -EFAULT && read(vc.fd, frame, sizeof(frame)) == 10 &&
	       !memcmp(frame, "0123", 4);
}

static struct cleardown_close close_arg;

static int close_call(void)
{
	return vc_close(&vc, CLEARDOWN_MODE_ORDERLY, WAIT_MS * CD_MS, bye, sizeof(bye), &close_arg);
}

/* EFAULT: before the call, which is up then, or after it. */
static bool up_or_closed(int error)
{
	uint32_t state = vc_status(&vc).out_state;

	return error == -EFAULT && (state == CLEARDOWN_VC_ACTIVE || state == CLEARDOWN_VC_IDLE);
}

/* It is closed now if it was not, and can be deleted. */
static void close_end(void)
{
	struct cleardown_close again;
	int ret = vc_close(&vc, CLEARDOWN_MODE_ORDERLY, WAIT_MS * CD_MS, NULL, 0, &again);

	if (ret && ret != -ENOTCONN)
		DIE("CLOSE: %d", ret);
	if (vc_delete(&vc, NULL))
		DIE("DELETE");
	hang_up();
}

static int delete_vc(void)
{
	return vc_delete(&vc, NULL);
}

static int close_family_of_ours(void)
{
	struct cleardown_close arg;

	return cd_close(mine.af, CLEARDOWN_MODE_ORDERLY, WAIT_MS * CD_MS, &arg);
}

static void with_family(void)
{
	if (open_family())
		DIE("no family");
}

static int whole_life(void)
{
	int ret = create();

	ret = ret ?: make_and_connect();
	ret = ret ?: write_frame();
	ret = ret ?: close_call();
	return ret ?: delete_vc();
}

static const struct chain chains[] = {
	{ "open of an address family", "", NULL, open_family, memory_or_fault, close_family,
	  false },
	{ "VC_SAP", "", NULL, register_sap, only_fault, deregister_sap, false },
	{ "VC_CREATE", "", NULL, create, nothing_created, hang_up, false },
	{ "what can be asked", "", with_vc, ask_all, only_fault, hang_up, false },
	{ "MAKE_CALL", "PR-1 ", with_vc, make_call, owes_nothing, connect_end, false },
	{ "MAKE_CALL to its end", "PR-1 ", with_taker, make_and_connect, connect_failed, taker_end,
	  true },
	{ "ACCEPT to its end", "PR-1 ", with_offer, accept_call, still_offered, connect_end, true },
	{ "write of a frame", "PR-7 ", with_call, write_frame, nothing_sent, hang_up, false },
	{ "read of a frame", "PR-7 ", with_frame, read_frame, frame_is_there, hang_up, false },
	{ "CLOSE with data", "V-8 V-37 PR-6 ", with_call, close_call, up_or_closed, close_end,
	  true },
	{ "VC_DELETE", "", with_vc, delete_vc, only_fault, hang_up, true },
	{ "CLOSE of an address family", "PR-6 ", with_family, close_family_of_ours, only_fault,
	  close_family, true },
	{ "a whole life", "V-37 PR-1 ", far_takes, whole_life, connect_failed, taker_end, true },
};

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	chain_links(argv + 1);
	mine = us;
	mine.af = -1;
	chain_sweep_all(chains, sizeof(chains) / sizeof(chains[0]), us.name);
	chain_unlink();
	return tap_done();
}
