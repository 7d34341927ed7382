// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATM over TCP between two machines: straight, over the network that both are on; and between two
 * networks without a route, by way of a stock atmtcp(8) that is on both of them. The relay's place is
 * a namespace of the near machine, into which its interface moves. See pair.h.
 *
 * usage: vc-apart near|far INTERFACE
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>

#include "pair.h"

#include "atmtcp.h"

#define NO_RESPONSE_MS 2000
#define CLOCKS " t308=500 t309=500 poll=200 keepalive=400 noresponse=2000 idle=400"
#define NSAP_NEAR "4711111111111111111111111111111111111100"
#define NSAP_FAR "4722222222222222222222222222222222222200"
#define IP "/sbin/ip "
#define BYE "to the other network"
#define BYE_PRINTED "74 6f 20 74 68 65 20 6f 74 68 65 72"
/* Q.850: a peer that is away */
#define OUT_OF_ORDER 27

/*
 * For how long the cable is out: in it each end begins, and gives up, again, and TCP keeps all of that
 * for the other one. It is what is done to them, no wait for something.
 */
#define OUT_MS 3000
#define CABLE(state) "qmp set_link nic " state

/* ---- calls ---- */

static bool caller(void)
{
	bool good = true;
	struct vc vc;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, call_out(&vc, PAIR_SELECTOR));
	EXPECT(good, good && frames_cross(&vc, 1));
	EXPECT(good, good && frame_send(&vc, 9000, 2));
	meet("crossed", NULL);
	EXPECT(good, good && close_first(&vc, BYE));
	EXPECT(good, gone_out(&vc));
	EXPECT(good, nothing_owed());
	return good;
}

static bool called(void)
{
	bool good = true;
	struct vc vc;

	EXPECT(good, call_in(&vc));
	EXPECT(good, good && frames_cross(&vc, 1));
	EXPECT(good, good && frame_is(&vc, 9000, 2));
	meet("crossed", NULL);
	EXPECT(good, good && close_second(&vc, 21, BYE));
	EXPECT(good, good && gone_in(&vc));
	EXPECT(good, nothing_owed());
	return good;
}

/* ---- calls that are lost ---- */

static unsigned int reports(uint64_t after, uint64_t handle)
{
	struct cleardown_report report;
	unsigned int n = 0;

	for (; !cd_report(after, &report); after = report.out_head.number)
		n += report.out_head.handle == handle;
	return n;
}

/* A call, from either end, that is up; @cut, at the near end, is what ends it. */
static bool loses(struct vc *vc, bool mine, void (*cut)(void))
{
	uint64_t after = cd_last_report();
	bool good = true;

	EXPECT(good, frames_cross(vc, 3));
	meet("up", NULL);
	if (near)
		cut();
	EXPECT(good, close_told(OUT_OF_ORDER, ""));
	EXPECT(good, nothing_owed());
	EXPECT(good, close_answer(vc));
	EXPECT(good, mine ? gone_out(vc) : gone_in(vc));
	EXPECT(good, nothing_owed());
	EXPECT_EQ(good, reports(after, vc->id), 1);
	return good;
}

static bool is_lost(bool mine, void (*cut)(void))
{
	struct vc vc;

	if (mine ? vc_create(&vc, &us, 0, 100) || !call_out(&vc, PAIR_SELECTOR) : !call_in(&vc))
		return false;
	return loses(&vc, mine, cut);
}

/* ---- straight ---- */

static void bind_to(const char *args)
{
	if (vc_bind_to(&us, "atmtcp", 0, args))
		DIE("%s is not bound", args);
}

static void pulled(void)
{
	host(CABLE("off"));
}

/*
 * What either end said while nobody heard it, TCP delivers now, and the two see each other begin
 * and give up once more. Signalling that has lasted for longer than it does without an answer has
 * heard one since: all of that is over.
 */
static bool settles(void)
{
	uint64_t end = cd_now() + PAIR_MS * CD_MS, since = cd_now();

	while (cd_now() < end) {
		if (!(vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_SAAL))
			since = cd_now();
		else if (cd_now() - since > NO_RESPONSE_MS * CD_MS)
			return true;
		usleep(2000);
	}
	return false;
}

static void straight(void)
{
	bool good;

	if (near)
		bind_to("listen=2812 host=10.2.0.2" CLOCKS);
	meet("listens", NULL);
	if (!near)
		bind_to("host=10.2.0.1" CLOCKS);
	pair_meet();
	both_ways(caller, called, "O1 V-13 V-23 a call between two machines over TCP, close data");
	good = is_lost(near, pulled);
	both(good, "TV-10 the cable is pulled: each end is told once, and has one report");
	if (near) {
		usleep(OUT_MS * 1000);
		host(CABLE("on"));
	}
	EXPECT(good, settles());
	both(good, "it is put back: signalling comes up by itself");
	both_ways(caller, called, "calls are made");
	pair_part();
}

/* ---- with a relay between ---- */

static int home, between;
static pid_t relay_pid;

static void ip(const char *command)
{
	if (system(command))
		DIE("%s", command);
}

static void move_to(int namespace)
{
	if (setns(namespace, CLONE_NEWNET))
		DIE("setns: %s", strerror(errno));
}

static void relay_begin(void)
{
	move_to(between);
	relay_pid = relay();
	move_to(home);
}

static void relay_end(void)
{
	relay_kill(relay_pid);
}

static void relay_place(void)
{
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	between = open("/run/netns/between", O_RDONLY | O_CLOEXEC);
	if (home < 0 || between < 0)
		DIE("namespaces: %s", strerror(errno));
	ip(IP "link set eth0 netns between");
	ip(IP "-n between addr add 10.2.0.1/24 dev eth0");
	ip(IP "-n between link set eth0 up");
	relay_begin();
}

static bool has_route(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(2812) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	inet_pton(AF_INET, address, &to.sin_addr);
	ret = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	close(fd);
	return ret != ENETUNREACH;
}

static void relayed(void)
{
	bool good = true;

	if (near)
		relay_place();
	EXPECT(good, !has_route(near ? "10.2.0.2" : "10.1.0.1"));
	both(good, "neither machine has a route to the other one");
	if (near)
		bind_to("host=10.1.0.2 port=3813 role=network nsap=" NSAP_NEAR
			" peer=" NSAP_FAR CLOCKS);
	else
		bind_to("host=10.2.0.1 port=3814 nsap=" NSAP_FAR " peer=" NSAP_NEAR CLOCKS);
	pair_meet();
	both_ways(caller, called, "V-13 V-23 a call to another network through stock atmtcp");
	both(!near || printed(5, BYE_PRINTED), "which has printed the close data");
	good = is_lost(!near, relay_end);
	both(good, "TV-10 the relay is killed: each end is told once, and has one report");
	if (near)
		relay_begin();
	EXPECT(good, link_up());
	both(good, "there is another one: signalling comes up by itself");
	both_ways(caller, called, "calls are made");
	pair_part();
	if (near)
		relay_end();
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	phase = "apart";
	pair_is(argv);
	straight();
	relayed();
	return tap_done();
}
