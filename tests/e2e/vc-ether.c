// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to the interface of a link, and what becomes of its calls: the table at the top of
 * kernel/transport/ether.c. Two links on a cable inside the machine, whose interfaces are called
 * veth0 and veth1; ip does to them what is told.
 *
 * usage: vc-ether
 */
#define _GNU_SOURCE

#include "atmwire.h"
#include "medium.h"

/* Nothing that ends no call if it does not last takes as long as SSCOP waits for an answer. */
#define BIND "t308=500 t309=500 idle=1000 noresponse=15000"
/* Q.850: a silent peer, an interface, one that is another host now, one that others use */
#define OUT_OF_ORDER 27
#define NETWORK_OUT 38
#define TEMPORARY 41
#define NO_RESOURCE 47
#define IP "/sbin/ip "
/* Q.2931's state of a call out, on the user's side; the network's is 9 */
#define PROCEEDING 3

static void run(const char *command)
{
	if (system(command))
		DIE("%s", command);
}

static void begin_with(struct vclink *l, const char *interface, uint64_t cookie, const char *args)
{
	if (vc_bind(l, interface, args))
		DIE("%s is not bound", interface);
	vc_af(l, cookie);
	if (l == &b && vc_sap(&b, SELECTOR, 0, NULL))
		DIE("the SAP");
}

static void begin(struct vclink *l, const char *interface, uint64_t cookie)
{
	begin_with(l, interface, cookie, BIND);
}

static bool frames_pass(struct vc *out, struct vc *in)
{
	uint8_t sent[3000] = { 1 }, got[3000];
	bool good = true;

	EXPECT_EQ(good, write(out->fd, sent, sizeof(sent)), (ssize_t)sizeof(sent));
	EXPECT_EQ(good, frame(in, got, sizeof(got), 10000), (ssize_t)sizeof(sent));
	EXPECT(good, !memcmp(sent, got, sizeof(sent)));
	return good;
}

static bool over(struct vc *out, struct vc *in)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_close(out, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, acknowledged(out, in, "", 0));
	return good;
}

/* ---- what passes by ---- */

static bool other_label(void)
{
	uint8_t frame[64] = { 0 }, got[2048];
	uint64_t end = cd_now() + 5 * CD_S;
	bool outgoing, found = false;
	struct wire to, from;

	wire_open(&to, "veth1", "veth0", WIRE_ETHERTYPE);
	wire_open(&from, "veth0", "veth1", WIRE_ETHERTYPE);
	wire_head(&to, frame);
	wire_put32(frame + ETH_HLEN, (WIRE_LABEL + 1) << 12 | 0x100 | 255);
	memcpy(frame + WIRE_HEAD, "another label", 13);
	wire_send(&to, frame, sizeof(frame));
	while (!found && cd_now() < end) {
		size_t n = wire_recv(&from, got, sizeof(got), 1000, &outgoing);

		found = n == sizeof(frame) && !memcmp(got, frame, n);
	}
	close(to.fd);
	close(from.fd);
	return found;
}

/* A datagram from 10.9.0.1, which is nowhere, to 10.9.0.2, which is veth0. */
static void datagram(uint8_t *frame)
{
	static const uint8_t head[] = { 0x08, 0x00, 0x45, 0,	0,  32, 0, 0,  0,  0,
					64,   17,   0x66, 0xb9, 10, 9,	0, 1,  10, 9,
					0,    2,    7,	  77,	7,  77, 0, 12, 0,  0 };

	memcpy(frame + 12, head, sizeof(head));
	memcpy(frame + 12 + sizeof(head), "word", 4);
}

static bool internet(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(7 * 256 + 77),
		.sin_addr.s_addr = htonl(0x0a090002),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t frame[60] = { 0 };
	struct wire to;
	char got[16];
	bool good;

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		DIE("bind: %s", strerror(errno));
	wire_open(&to, "veth1", "veth0", WIRE_ETHERTYPE);
	wire_head(&to, frame);
	datagram(frame);
	wire_send(&to, frame, sizeof(frame));
	good = poll(&p, 1, 5000) == 1 && read(fd, got, sizeof(got)) == 4 && !memcmp(got, "word", 4);
	close(to.fd);
	close(fd);
	return good;
}

static void passes_by(void)
{
	struct vc out, in;
	bool good = calls(&out, &in);

	EXPECT(good, other_label());
	EXPECT(good, internet());
	EXPECT(good, vc_status(&out).out_state == CLEARDOWN_VC_ACTIVE);
	EXPECT(good, over(&out, &in));
	tap(good, "another label and IP pass by, in the middle of a call");
}

/* ---- what ends no call, if it does not last ---- */

static void shortly(const char *away, const char *back, const char *text)
{
	struct vc out, in;
	bool good = calls(&out, &in);

	run(away);
	EXPECT(good, is_down(&a));
	EXPECT_EQ(good, write(out.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ENETDOWN);
	run(back);
	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT(good, good && moves(&out, &in));
	EXPECT(good, over(&out, &in));
	tap(good, "%s shortly: the call stays", text);
}

/* Until SSCOP and T309 give up, at both ends; each with what is known there. */
static void for_long(const char *away, const char *back, uint32_t here, uint32_t there,
		     const char *text)
{
	struct vc out, in;
	bool good = calls(&out, &in);

	run(away);
	EXPECT(good, is_down(&a));
	EXPECT(good, lost(&a, &out, here));
	EXPECT(good, lost(&b, &in, there));
	run(back);
	EXPECT(good, calls(&out, &in) && over(&out, &in));
	tap(good,
	    "TV-10 %s for long: both ends lose the call, causes %u and %u; then it is as before",
	    text, here, there);
}

/* ---- another address ---- */

/* It is said again, and is the one that it was. */
static void same_address(void)
{
	struct vc out, in;
	bool good = calls(&out, &in);

	run(IP "link set veth0 address $(cat /sys/class/net/veth0/address)");
	EXPECT(good, frames_pass(&out, &in));
	EXPECT(good, over(&out, &in));
	tap(good, "its own address is set again: nothing has happened");
}

/* A call from a to b; how it waits for the answer tells a's side. */
static bool calls_as_user(struct vc *out, struct vc *in)
{
	uint64_t until = cd_now() + 5 * CD_S;
	union cd_record rec;
	bool good = true;

	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT_EQ(good, vc_create(out, &a, 0, 100), 0);
	EXPECT(good, vc_make(out, b.nsap, SELECTOR));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	while (vc_status(out).out_call_state != PROCEEDING && cd_now() < until)
		usleep(2000);
	EXPECT_EQ(good, vc_status(out).out_call_state, PROCEEDING);
	EXPECT_EQ(good, vc_create(in, &b, rec.ev.req_id, 200), 0);
	EXPECT(good, vc_accept(in));
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, vc_next(&a, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	return good;
}

/*
 * Ends that name each other: the one that moved is the user's side from now on, and both know it
 * when the other one was bound anew.
 */
static void named(void)
{
	struct vc out, in;
	bool good = true;

	end_forced(&a);
	end_forced(&b);
	run(IP "link set veth0 address 02:00:00:00:00:01");
	run(IP "link set veth1 address 02:00:00:00:00:02");
	begin_with(&a, "veth0", 1, "peer=02:00:00:00:00:02");
	begin_with(&b, "veth1", 2, "peer=02:00:00:00:00:01");
	EXPECT(good, calls(&out, &in) && over(&out, &in));
	run(IP "link set veth0 address 02:00:00:00:00:03");
	end_forced(&b);
	begin_with(&b, "veth1", 2, "peer=02:00:00:00:00:03");
	EXPECT(good, good && calls_as_user(&out, &in) && frames_pass(&out, &in));
	EXPECT(good, over(&out, &in));
	EXPECT(good, flags_are(&a, CLEARDOWN_VC_LINK_NETWORK, 0));
	tap(good, "a new address between ends that are named: the sides follow it");
	end_forced(&a);
	end_forced(&b);
	begin(&a, "veth0", 1);
	begin(&b, "veth1", 2);
}

/* ---- what it lives through ---- */

static void mtu(void)
{
	static const char *const sizes[] = { "576", "1500", "9000" };
	struct vc out, in;
	bool good = calls(&out, &in);
	uint8_t sent[9000] = { 7 }, got[9188];
	char command[64];

	run(IP "link set veth1 mtu 9000");
	for (int i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), IP "link set veth0 mtu %s", sizes[i]);
		run(command);
		EXPECT_EQ(good, write(out.fd, sent, sizeof(sent)), (ssize_t)sizeof(sent));
		EXPECT_EQ(good, frame(&in, got, sizeof(got), 10000), (ssize_t)sizeof(sent));
		EXPECT(good, !memcmp(sent, got, sizeof(sent)));
	}
	run(IP "link set veth0 mtu 1500");
	run(IP "link set veth1 mtu 1500");
	EXPECT(good, over(&out, &in));
	tap(good, "MTUs from 576 to 9000 in a call: frames go on, whole");
}

/* ---- what ends all ---- */

/* At our end, where the medium is gone, at once; at the other when it notices. */
static void gone(const char *away, bool other_too, const char *text)
{
	struct vc out, in;
	bool good = calls(&out, &in);
	uint64_t begin = cd_now();

	run(away);
	EXPECT(good, lost(&a, &out, NETWORK_OUT));
	EXPECT(good, cd_now() - begin < 10 * CD_S); /* SSCOP would need longer */
	EXPECT(good, is_down(&a));
	EXPECT(good, lost(&b, &in, NETWORK_OUT));
	tap(good, "TV-10 %s: both ends lose the call, cause 38, and the interface is let go of",
	    text);
	end_forced(&a);
	if (other_too)
		end_forced(&b);
}

int main(void)
{
	begin(&a, "veth0", 1);
	begin(&b, "veth1", 2);
	passes_by();
	shortly(IP "link set veth0 down", IP "link set veth0 up", "down");
	shortly(IP "link set veth1 down", IP "link set veth1 up", "the other end down");
	shortly(IP "link set veth0 master br0", IP "link set veth0 nomaster", "in a bridge");
	shortly(IP "link set veth0 mtu 100", IP "link set veth0 mtu 1500", "MTU 100");
	mtu();
	for_long(IP "link set veth0 down", IP "link set veth0 up", NETWORK_OUT, NETWORK_OUT,
		 "down");
	for_long(IP "link set veth0 master br0", IP "link set veth0 nomaster", NO_RESOURCE,
		 OUT_OF_ORDER, "in a bridge");
	for_long(IP "link set veth0 mtu 100", IP "link set veth0 mtu 1500", NO_RESOURCE,
		 OUT_OF_ORDER, "MTU 100");
	same_address();
	for_long(IP "link set veth0 address 02:00:00:00:00:f0", ":", TEMPORARY, OUT_OF_ORDER,
		 "another address");
	named();
	gone(IP "link set veth0 netns far", false, "moved to another namespace");
	run(IP "netns exec far /sbin/ip link set veth0 netns 1");
	run(IP "link set veth0 up");
	begin(&a, "veth0", 1);
	gone(IP "link del veth0", true, "deleted");
	return tap_done();
}
