// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls with stock atmsigd: made and taken, refused, with data, with close data, ended by either
 * side or by both, over a bad wire, with a peer that stops, dies and comes back. What it thinks of
 * us stands in its own log, which is asked through the host; what we send, tshark reads.
 *
 * usage: vc-uni INTERFACE user|network    our side of the UNI
 */
#define _GNU_SOURCE

#include <stdarg.h>

#include "vc.h"

#define OURS "47000580ffe1000000f21a2b0c0020ea000ee100"
#define PEER "47000580ffe1000000f21a26d80020ea000ee100"
#define NOBODY "47000580ffe1000000f21a26d80020ea000ee1ff"
/* T309 is long enough for a peer that comes back; the peer's own timers are what they are. */
#define BIND "peer=02:00:00:00:00:aa role=%s nsap=" OURS " t308=2000 t309=6000"
/* Lost PDUs come late: it is not our timers that are tested then. */
#define BAD_BIND "peer=02:00:00:00:00:aa role=%s nsap=" OURS " t303=30000 t310=30000 t313=30000"
#define BAD_CALLS 3
#define UUI_BIND BIND " close_data=uui"
/* What tshark marks of ours, but that it reads an octet too far in two elements of SETUP. */
#define OURS_BAD                                                  \
	"atm.channel == 0 && (_ws.expert.severity == 8388608 || " \
	"(_ws.expert && !(q2931.message_type == 5)))"

/* What the peer's client listens with; atmsigd finds no SAP for any other. */
#define SDU 8192
#define CALL_MS 40000
#define FRAME_MS 10000
#define NONE_MS 300
#define BACK "from awrite"
#define FRAME "to atmsigd"
#define FRAME_HEX "746f2061746d73696764"
/* "good bye" as its trace shows it. */
#define DIAG "67 6f 6f 64 20 62 79 65"

static struct vclink us;
static bool network;
static struct vc retried, kept;
static long saal_errors;
static uint8_t peer[CLEARDOWN_NSAP_LEN], nobody[CLEARDOWN_NSAP_LEN];

static void nsap(const char *hex, uint8_t *out)
{
	for (int i = 0; i < CLEARDOWN_NSAP_LEN; i++)
		sscanf(hex + 2 * i, "%2hhx", &out[i]);
}

/* One command to the network on the host; true when it answers ok. */
__attribute__((format(printf, 2, 3))) static bool uni(char *answer, const char *format, ...)
{
	char words[200] = "uni ";
	va_list args;

	va_start(args, format);
	vsnprintf(words + 4, sizeof(words) - 4, format, args);
	va_end(args);
	return !cd_host(answer, answer ? 256 : 0, words);
}

/* What the peer's layer management has complained of since the last look: V and W are recovery. */
static void look(void)
{
	char answer[256];
	long count;

	if (uni(answer, "count 'layer management - error [^VW]'") &&
	    sscanf(answer, "ok %ld", &count) == 1)
		saal_errors += count;
	else
		saal_errors++;
	uni(NULL, "mark");
}

static void bind_as(const char *interface, const char *format, const char *side)
{
	char args[200];
	bool good = true;

	snprintf(args, sizeof(args), format, side);
	EXPECT_EQ(good, vc_bind(&us, interface, args), 0);
	if (good)
		vc_af(&us, 1);
	EXPECT(good, good && vc_up(us.af, 20000));
	EXPECT(good, good && !(vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_NETWORK) == !network);
	if (!tap(good, "SAAL with atmsigd, we are the %s", side))
		exit(1);
	uni(NULL, "mark");
}

/* A frame that must come does so within FRAME_MS, and none does within NONE_MS. */
static int readable(struct vc *vc, int ms)
{
	struct pollfd p = { .fd = vc->fd, .events = POLLIN };

	return poll(&p, 1, ms);
}

/* Cells that have come on a channel that is not open. */
static uint64_t cells_unknown(void)
{
	struct cleardown_vc_count arg = { .size = sizeof(arg) };

	for (; !cd_ioctl(us.af, CLEARDOWN_IOC_VC_COUNT, &arg); arg.index++)
		if (!strcmp(arg.out_name, "cells-unknown"))
			return arg.out_value;
	DIE("there is no such count");
}

static bool cells_unknown_pass(uint64_t before)
{
	uint64_t end = cd_now() + FRAME_MS * CD_MS;

	while (cells_unknown() == before) {
		if (cd_now() > end)
			return false;
		usleep(2000);
	}
	return true;
}

static bool call_again(struct vc *vc)
{
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_make_of(vc, peer, peer[CLEARDOWN_NSAP_LEN - 1], SDU));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, CALL_MS));
	EXPECT_EQ(good, rec.ev.error, 0);
	return good;
}

/* A call to the peer that it accepts. */
static bool call_peer(struct vc *vc)
{
	return !vc_create(vc, &us, 0, 100) && call_again(vc);
}

/* Without data the cause is what it is. */
static void we_close(struct vc *vc)
{
	struct cleardown_close arg;
	bool good = true;

	look();
	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, uni(NULL, "grep 5000 'UNI: Cause 16 '"));
	EXPECT_EQ(good, vc_delete(vc, NULL), 0);
	close(vc->fd);
	tap(good, "O1 V-30 a plain CLOSE: the peer's log has cause 16");
}

static void we_call(void)
{
	struct cleardown_close arg;
	char answer[256];
	struct vc vc;
	bool good = true;
	uint64_t unknown;
	uint32_t vci;

	EXPECT(good, uni(NULL, "isp listen " PEER));
	EXPECT(good, uni(NULL, "isp answer accept"));
	look();
	EXPECT(good, call_peer(&vc));
	vci = vc_status(&vc).out_call.vci;
	EXPECT(good, vci >= 32);
	EXPECT(good, uni(NULL, "isp waitfor active:1 5000"));
	tap(good, "V-4 V-30 a call to the peer: it is connected on VCI %u, which %s chose", vci,
	    network ? "we" : "the network");

	good = true;
	EXPECT(good, uni(NULL, "open 0.%u", vci));
	EXPECT_EQ(good, write(vc.fd, FRAME, strlen(FRAME)), (ssize_t)strlen(FRAME));
	EXPECT(good, uni(answer, "read 0.%u 1 5000", vci));
	EXPECT(good, !strcmp(answer, "ok " FRAME_HEX));
	EXPECT(good, uni(NULL, "write 0.%u " BACK, vci));
	EXPECT_EQ(good, readable(&vc, FRAME_MS), 1);
	EXPECT_EQ(good, read(vc.fd, answer, sizeof(answer)), (ssize_t)strlen(BACK));
	EXPECT(good, !memcmp(answer, BACK, strlen(BACK)));
	tap(good, "a frame of ours is read by aread on that VC, and one of awrite's by us");

	good = true;
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, "good bye", 8, &arg), 0);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, write(vc.fd, "x", 1), -1);
	EXPECT(good, uni(NULL, "grep 5000 'TO SAAL .*REL_COMP'"));
	EXPECT(good, uni(NULL, "trace 'user_diag = " DIAG "'"));
	tap(good,
	    "V-23 V-30 V-33 CLOSE with data: the peer's log has the octets, then RELEASE COMPLETE");

	good = true;
	unknown = cells_unknown();
	EXPECT(good, uni(NULL, "write 0.%u " BACK, vci));
	EXPECT_EQ(good, read(vc.fd, answer, sizeof(answer)), -1);
	EXPECT_EQ(good, write(vc.fd, FRAME, strlen(FRAME)), -1);
	/* else that frame may come when this call has opened the same channel again */
	EXPECT(good, cells_unknown_pass(unknown));
	EXPECT(good, call_again(&vc));
	EXPECT_EQ(good, vc_status(&vc).out_frames_received, 0);
	EXPECT_EQ(good, readable(&vc, NONE_MS), 0);
	EXPECT(good, !uni(NULL, "read 0.%u 2 300", vci));
	uni(NULL, "close 0.%u", vci);
	tap(good, "V-12 V-39 nothing passes any more either way, nor into the VC's next call");
	we_close(&vc);
}

static void refused(void)
{
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT_EQ(good, vc_create(&vc, &us, 0, 100), 0);
	EXPECT(good, vc_make_of(&vc, nobody, nobody[CLEARDOWN_NSAP_LEN - 1], SDU));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 88);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_IDLE);
	EXPECT(good, uni(NULL, "isp answer reject"));
	EXPECT(good, vc_make_of(&vc, peer, peer[CLEARDOWN_NSAP_LEN - 1], SDU));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 21);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	uni(NULL, "isp answer accept");
	tap(good,
	    "O8 a call to nobody is refused with cause 88, one that the peer rejects with 21");
}

/* A call of the peer's, taken but not answered. */
static bool peer_calls(struct vc *vc, char *number)
{
	char answer[256];
	union cd_record rec;
	bool good = true;

	EXPECT(good, uni(answer, "isp connect - " OURS));
	sscanf(answer, "ok %15s", number);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(vc, &us, rec.ev.req_id, 200), 0);
	return good;
}

static void it_calls(void)
{
	struct cleardown_close arg;
	char number[16] = "";
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT_EQ(good, vc_sap(&us, 0, 0, NULL), 0);
	EXPECT(good, peer_calls(&vc, number));
	EXPECT(good, vc_accept(&vc));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, uni(NULL, "isp waitfor %s active 5000", number));
	tap(good, "V-21 a call of the peer's is offered, accepted and connected");

	good = true;
	EXPECT(good, uni(NULL, "isp close %s", number));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.p1, 16);
	EXPECT_EQ(good, write(vc.fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ESHUTDOWN);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	tap(good, "O4 V-13 R16 it closes: INCOMING_CLOSE with its cause, our CLOSE acknowledges");
}

static void we_reject(void)
{
	struct cleardown_op_reject why = { .cause = 17 };
	char number[16] = "";
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT(good, peer_calls(&vc, number));
	EXPECT_EQ(good,
		  cd_submit(vc.fd, CLEARDOWN_OP_REJECT, ++vc_request, &why, sizeof(why), NULL), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, uni(NULL, "isp waitfor %s closed 5000", number));
	close(vc.fd);
	tap(good, "O6 we reject a call: no CLOSE is needed, the VC is deleted");
}

/* The peer is stopped: T308 twice, then the call is released here all the same. */
static void it_is_silent(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc;
	uint32_t status;
	bool good = true;

	EXPECT(good, call_peer(&kept));
	EXPECT(good, call_peer(&vc));
	look();
	EXPECT(good, uni(NULL, "isp confirm off"));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_PENDING);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EALREADY);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_CLOSING);
	EXPECT_EQ(good, vc_delete(&vc, &status), -EALREADY);
	EXPECT_EQ(good, status, CLEARDOWN_NDIS_STATUS_CLOSING);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 10000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, rec.ev.p2 & CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	uni(NULL, "isp confirm on");
	tap(good,
	    "V-27 R10 R14 TV-1 TV-6 it does not confirm: PENDING, T308 twice, one end, forced");
}

/* Then the VC is restarted, and no other. */
static void it_restarts(void)
{
	uint32_t vci = vc_status(&kept).out_call.vci;
	struct cleardown_close arg;
	char in[sizeof(BACK)];
	bool good = true;

	EXPECT(good, uni(NULL, "grep 5000 'TO SAAL .*REST_ACK'"));
	EXPECT(good, uni(NULL, "write 0.%u " BACK, vci));
	EXPECT_EQ(good, readable(&kept, FRAME_MS), 1);
	EXPECT_EQ(good, read(kept.fd, in, sizeof(in)), (ssize_t)strlen(BACK));
	EXPECT(good, uni(NULL, "isp waitfor active:1 5000"));
	EXPECT_EQ(good, vc_close(&kept, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, uni(NULL, "grep 5000 'UNI: Cause 16 '"));
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, vc_delete(&kept, NULL), 0);
	close(kept.fd);
	tap(good, "RESTART of that VC: the peer confirms it, and the call beside it goes on");
}

/* ---- both at once ---- */

static bool release_sent(struct vc *vc)
{
	uint64_t end = cd_now() + 5 * CD_S;

	while (vc_status(vc).out_call_state != (network ? 12 : 11)) {
		if (cd_now() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* The frames wait in the switch until both ends have sent their RELEASE. */
static void both_close(void)
{
	struct cleardown_close arg;
	char number[16] = "";
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT(good, peer_calls(&vc, number));
	EXPECT(good, vc_accept(&vc));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT(good, uni(NULL, "isp waitfor %s active 5000", number));
	look();
	EXPECT(good, uni(NULL, "switch freeze on"));
	EXPECT(good, uni(NULL, "isp close %s", number));
	EXPECT(good, uni(NULL, "grep 5000 'TO SAAL .*: RELEASE'"));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, release_sent(&vc));
	EXPECT(good, uni(NULL, "switch freeze off"));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_CLOSE_COMPLETE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, rec.ev.p2 & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, uni(NULL, "isp waitfor %s closed 5000", number));
	close(vc.fd);
	tap(good,
	    "R1 O3 both close at once: one CLOSE_COMPLETE, no incoming close, nothing forced");
}

/* ---- a RELEASE that we do not get ---- */

/* The switch makes of it a message that is to be ignored. The call is up, for us alone. */
static void release_is_lost(void)
{
	bool good = true;

	EXPECT(good, call_peer(&retried));
	EXPECT(good, uni(NULL, "switch patch 4d80 6691 1"));
	look();
	EXPECT(good, uni(NULL, "isp close all"));
	EXPECT(good, uni(NULL, "grep 5000 'TO SAAL .*: RELEASE'"));
	EXPECT_EQ(good, readable(&retried, NONE_MS), 0);
	EXPECT_EQ(good, vc_status(&retried).out_state, CLEARDOWN_VC_ACTIVE);
	tap(good, "a RELEASE of the peer's is changed on its way into one to be ignored");
}

/* Meanwhile, half a minute, the signalling connection has nothing to do. */
static void release_comes_again(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 40000));
	EXPECT_EQ(good, rec.ev.p1, 102);
	EXPECT(good, uni(NULL, "grep 5000 'FROM SAAL .*REL_COMP'"));
	EXPECT_EQ(good, vc_close(&retried, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&retried, NULL), 0);
	close(retried.fd);
	look();
	tap(good, "O4 V-14 the peer's T308: RELEASE again with cause 102, and we confirm it");
	tap(!saal_errors, "its layer management has seen nothing but recovery");
}

/* ---- a bad wire ---- */

static void bad_wire(void)
{
	struct cleardown_close arg;
	struct vc vc;
	bool good = true;

	saal_errors = 0;
	EXPECT(good, uni(NULL, "switch loss 20"));
	for (int i = 0; good && i < BAD_CALLS; i++) {
		EXPECT(good, call_peer(&vc));
		EXPECT_EQ(good,
			  vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 60 * CD_S, "good bye", 8, &arg), 0);
		EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
		EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
		close(vc.fd);
	}
	EXPECT(good, uni(NULL, "trace 'user_diag = " DIAG "'"));
	EXPECT(good, uni(NULL, "switch loss 0"));
	look();
	tap(good, "V-33 calls and close data through a switch that loses a fifth of the frames");
	tap(!saal_errors, "its layer management has seen nothing but recovery, with the loss");
}

/* ---- a peer that is not there ---- */

static bool saal_is(bool there, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (!(vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_SAAL) == there) {
		if (cd_now() > end)
			return false;
		usleep(5000);
	}
	return true;
}

/* It is stopped until SSCOP gives up, and goes on before T309 does. */
static void it_pauses(void)
{
	struct cleardown_close arg;
	struct vc vc;
	bool good = true;

	EXPECT(good, call_peer(&vc));
	look();
	EXPECT(good, uni(NULL, "pause"));
	EXPECT(good, saal_is(false, 40000)); /* after 15 s of quiet and 7 without an answer */
	EXPECT(good, uni(NULL, "resume"));
	EXPECT(good, saal_is(true, 20000));
	EXPECT(good, uni(NULL, "grep 10000 'FROM SAAL .*STATUS_ENQ'"));
	EXPECT(good, uni(NULL, "grep 10000 'TO SAAL .*: STATUS .0x7'"));
	EXPECT_EQ(good, readable(&vc, NONE_MS), 0);
	EXPECT_EQ(good, vc_status(&vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	tap(good, "it stops and goes on: the call survives, by STATUS ENQUIRY");
}

static void it_dies(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT(good, call_peer(&vc));
	EXPECT(good, uni(NULL, "kill"));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 40000));
	EXPECT_EQ(good, rec.ev.p1, 27);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, uni(NULL, "restart"));
	EXPECT(good, saal_is(true, 20000));
	EXPECT(good, uni(NULL, "isp listen " PEER));
	EXPECT(good, uni(NULL, "isp answer accept"));
	EXPECT(good, call_again(&vc));
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	tap(good, "TV-10 O4 it dies: T309 ends the call with 27; another one takes the next call");
}

/* ---- what tshark thinks of what we have sent ---- */

/* Our frames are those from the DTE. */
static void decoded(void)
{
	char answer[256] = "";
	bool good = true;

	EXPECT(good, uni(answer, "decode q2931.message_type 'atm.channel == 0 && q2931'"));
	EXPECT(good, strlen(answer) > 40);
	EXPECT(good, uni(answer, "decode - 'atm.channel == 0 && _ws.malformed'"));
	EXPECT(good, !strcmp(answer, "ok "));
	EXPECT(good, uni(answer, "decode - '" OURS_BAD "'"));
	EXPECT(good, !strcmp(answer, "ok "));
	tap(good, "tshark decodes every message of ours, and finds none malformed");
}

/* ---- close data that the peer cannot read ---- */

/*
 * The peer gives up on a RELEASE with UUI, and confirms the end of a call of its own invention. We
 * send it again after T308, without.
 */
static void unreadable(void)
{
	uint64_t begin = cd_now();
	struct cleardown_close arg;
	char answer[256] = "";
	struct vc vc;
	bool good = true;

	EXPECT(good, uni(NULL, "isp answer accept"));
	EXPECT(good, call_peer(&vc));
	look();
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 20 * CD_S, "good bye", 8, &arg), 0);
	EXPECT(good, cd_now() - begin > 2 * CD_S);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, arg.out_report.cause_detail, 16);
	EXPECT(good, uni(NULL, "grep 5000 \"can't parse message\""));
	EXPECT(good, uni(answer, "count 'TO SAAL .*REL_COMP'"));
	EXPECT(good, !strcmp(answer, "ok 2"));
	EXPECT_EQ(good, vc_delete(&vc, NULL), 0);
	close(vc.fd);
	tap(good, "V-33 close data as UUI, which the peer cannot read: T308, and again without");
}

static void over(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, cd_close(us.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT_EQ(good, cd_unbind(us.name, 0), 0);
	close(us.af);
	close(us.events);
	tap(good, "the address family closes, the link is unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	network = !strcmp(argv[2], "network");
	nsap(PEER, peer);
	nsap(NOBODY, nobody);
	bind_as(argv[1], BIND, argv[2]);
	we_call();
	refused();
	it_calls();
	we_reject();
	both_close();
	if (!network)
		release_is_lost();
	if (!network)
		release_comes_again();
	it_is_silent();
	it_restarts();
	it_pauses();
	it_dies();
	over();
	bind_as(argv[1], BAD_BIND, argv[2]);
	bad_wire();
	decoded();
	over();
	bind_as(argv[1], UUI_BIND, argv[2]);
	unreadable();
	over();
	return tap_done();
}
