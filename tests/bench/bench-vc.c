// SPDX-License-Identifier: GPL-2.0-only
/*
 * VCs between two machines beside what else there is on the same wire, taking turns: calls a second
 * beside TIPC's connections, goodput beside raw frames of a packet socket. The far end takes and
 * counts; its part of a run is over when nothing has come for a while.
 *
 * usage: bench-vc near|far INTERFACE NAME    NAME is bound to INTERFACE
 */
#define _GNU_SOURCE

#include <linux/tipc.h>

#include "figure.h"
#include "pair.h"
#include "tally.h"

#include "atmwire.h"

#define SILENCE_MS 1500
#define SERVICE 18888
#define ETHERTYPE 0x88b5 /* for local experiments */
#define RAW_FRAME 1400
#define SDU 9180

/* ---- TIPC: a connection that the other end takes and closes ---- */

static struct sockaddr_tipc service(void)
{
	return (struct sockaddr_tipc){
		.family = AF_TIPC,
		.addrtype = TIPC_ADDR_NAME,
		.scope = TIPC_CLUSTER_SCOPE,
		.addr.name.name = { SERVICE, 1 },
	};
}

static bool tipc_cycle(void)
{
	struct sockaddr_tipc to = service();
	int fd = socket(AF_TIPC, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char c;
	bool good = !connect(fd, (struct sockaddr *)&to, sizeof(to)) && read(fd, &c, 1) <= 0;

	close(fd);
	return good;
}

static struct tally tipc_near(void)
{
	uint64_t begin = cd_now(), end = run_end();
	struct tally t = { 0 };

	for (; cd_now() < end; t.n++)
		if (!tipc_cycle())
			DIE("TIPC: %s", strerror(errno));
	t.ns = cd_now() - begin;
	return t;
}

static void tipc_wait(void)
{
	uint64_t end = cd_now() + PAIR_MS * CD_MS;

	while (!tipc_cycle())
		if (cd_now() > end || usleep(50000))
			DIE("TIPC finds no service: %s", strerror(errno));
}

static int tipc_listen(void)
{
	struct sockaddr_tipc at = service();
	int fd = socket(AF_TIPC, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 128))
		DIE("TIPC: %s", strerror(errno));
	return fd;
}

/* From the first one on, until none has come for a while. */
static void tipc_far(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int ms = PAIR_MS; poll(&p, 1, ms) == 1; ms = SILENCE_MS)
		close(accept(fd, NULL, NULL));
}

/* ---- calls ---- */

/* One after the other, on one VC. */
static struct tally calls_near(void)
{
	uint64_t begin = cd_now(), end = run_end();
	struct cleardown_close arg;
	struct tally t = { 0 };
	struct vc vc;

	if (vc_create(&vc, &us, 0, 0))
		DIE("a VC");
	for (; cd_now() < end; t.n++)
		if (!call_out(&vc, PAIR_SELECTOR) ||
		    vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg))
			DIE("call %llu", (unsigned long long)t.n);
	t.ns = cd_now() - begin;
	vc_delete(&vc, NULL);
	close(vc.fd);
	return t;
}

/* As many at once as there are VCs. */
static struct tally many_near(void)
{
	uint64_t begin = cd_now(), end = run_end();
	static struct vc vcs[IN_FLIGHT];
	struct tally t = { 0 };
	union cd_record rec;
	unsigned int left = IN_FLIGHT;

	for (int i = 0; i < IN_FLIGHT; i++)
		if (vc_create(&vcs[i], &us, 0, i) || !vc_make(&vcs[i], them, PAIR_SELECTOR))
			DIE("VC %d", i);
	while (left && !cd_one(us.events, &rec, PAIR_MS)) {
		bool more = cd_now() < end;

		vc_next_step(&vcs[rec.ev.cookie], &rec.ev, more ? them : NULL, PAIR_SELECTOR);
		t.n += rec.ev.type == CLEARDOWN_EV_CLOSE_COMPLETE;
		left -= rec.ev.type == CLEARDOWN_EV_CLOSE_COMPLETE && !more;
	}
	t.ns = cd_now() - begin;
	for (int i = 0; i < IN_FLIGHT; i++)
		close(vcs[i].fd);
	return t;
}

/* Takes calls, whose files are found by their cookie. */
static void calls_far(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc;

	for (int ms = PAIR_MS; !cd_one(us.events, &rec, ms); ms = SILENCE_MS) {
		vc.fd = rec.ev.cookie;
		if (rec.ev.type == CLEARDOWN_EV_INCOMING_CALL) {
			if (vc_create(&vc, &us, rec.ev.req_id, 0) ||
			    cd_bind_events(vc.fd, us.events, vc.fd) || !vc_accept(&vc))
				DIE("an incoming call");
		} else if (rec.ev.type == CLEARDOWN_EV_INCOMING_CLOSE) {
			vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg);
		} else if (rec.ev.type == CLEARDOWN_EV_VC_DELETED) {
			close(vc.fd);
		}
	}
}

/* ---- goodput ---- */

static void raw_near(struct wire *w)
{
	uint8_t frame[RAW_FRAME] = { 0 };
	uint64_t end = run_end();

	wire_head(w, frame);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
	while (cd_now() < end)
		wire_send(w, frame, sizeof(frame));
}

static void frames_near(struct vc *vc)
{
	static uint8_t sdu[SDU];
	uint64_t end = run_end();

	while (cd_now() < end)
		if (write(vc->fd, sdu, sizeof(sdu)) != sizeof(sdu))
			DIE("write: %s", strerror(errno));
}

/* What is read from @fd, less @head octets each, from the first to the last. */
static struct tally count(int fd, size_t head)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static uint8_t in[SDU + 8];
	uint64_t first = 0, last = 0;
	struct tally t = { 0 };
	ssize_t n;

	while (poll(&p, 1, first ? SILENCE_MS : PAIR_MS) == 1 &&
	       (n = read(fd, in, sizeof(in))) > 0) {
		last = cd_now();
		first = first ?: last;
		t.n += n - head;
	}
	t.ns = last - first;
	return t;
}

static void tell(struct tally t)
{
	char words[64];

	snprintf(words, sizeof(words), "%llu/%llu", (unsigned long long)t.n,
		 (unsigned long long)t.ns);
	meet(words, NULL);
}

static double mbit_told(void)
{
	struct tally t = { 0 };
	char theirs[64];

	meet("sent", theirs);
	sscanf(theirs, "%lu/%lu", &t.n, &t.ns);
	return rate(t) * 8 / 1e6;
}

static double raw(const char *interface)
{
	char peer[64], mine[64];
	struct wire w = { .fd = -1 };
	double mbit = 0;

	/* the other end's address travels with the word */
	w.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETHERTYPE));
	wire_mac(interface, w.mac);
	snprintf(mine, sizeof(mine), "%02x:%02x:%02x:%02x:%02x:%02x", w.mac[0], w.mac[1], w.mac[2],
		 w.mac[3], w.mac[4], w.mac[5]);
	meet(mine, peer);
	sscanf(peer, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &w.to[0], &w.to[1], &w.to[2], &w.to[3],
	       &w.to[4], &w.to[5]);
	if (bind(w.fd,
		 (struct sockaddr *)&(struct sockaddr_ll){
			 .sll_family = AF_PACKET,
			 .sll_protocol = htons(ETHERTYPE),
			 .sll_ifindex = if_nametoindex(interface),
		 },
		 sizeof(struct sockaddr_ll)))
		DIE("packet socket: %s", strerror(errno));
	meet("ready", NULL);
	if (near)
		raw_near(&w);
	else
		tell(count(w.fd, ETH_HLEN));
	if (near)
		mbit = mbit_told();
	close(w.fd);
	return mbit;
}

static double frames(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	double mbit = 0;
	struct vc vc;

	if (!call(&vc))
		DIE("a call for frames");
	if (near)
		frames_near(&vc);
	else
		tell(count(vc.fd, 0));
	if (near)
		mbit = mbit_told();
	if (near && vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, NULL, 0, &arg))
		DIE("its close");
	if (!near && (!vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, PAIR_MS) ||
		      vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg) ||
		      !vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, PAIR_MS)))
		DIE("its end");
	close(vc.fd);
	return mbit;
}

/* ---- the runs ---- */

static void near_run(void)
{
	static const char one[] = "calls a second, one after the other";
	struct tally many;

	figure(OURS, "1/s", rate(calls_near()), one);
	meet("called", NULL);
	figure(ANCHOR, "1/s", rate(tipc_near()), one);
	meet("connected", NULL);
	many = many_near();
	figure(OURS, "1/s", rate(many), "calls a second, %d in flight", IN_FLIGHT);
	meet("called", NULL);
	figure(OURS, "Mbit/s", frames(), "goodput, frames of %d octets beside raw Ethernet", SDU);
	figure(ANCHOR, "Mbit/s", raw(interface), "goodput, frames of %d octets beside raw Ethernet",
	       SDU);
}

static void far_run(int tipc)
{
	calls_far();
	meet("called", NULL);
	tipc_far(tipc);
	meet("connected", NULL);
	calls_far();
	meet("called", NULL);
	frames();
	raw(interface);
}

int main(int argc, char **argv)
{
	int tipc = -1;

	if (argc != 4)
		return 1;
	phase = "bench";
	pair_begin(argv, true, argv[3], "");
	if (!near)
		tipc = tipc_listen();
	meet("listens", NULL);
	if (near)
		tipc_wait();
	else
		tipc_far(tipc); /* a connection is made when it is taken */
	for (int i = 0; i < RUNS; i++) {
		meet("run", NULL);
		if (near)
			near_run();
		else
			far_run(tipc);
	}
	close(us.af);
	close(us.events);
	return 0;
}
