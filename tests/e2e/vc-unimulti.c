// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to many with atmsigd. Stock, it is a leaf that knows nothing of parties: a root of ours gets
 * as far as its SETUP, and an ADD PARTY fails alone. Built with --enable-multipoint it is a root too,
 * and our side of the UNI has the leaves.
 *
 * usage: vc-unimulti INTERFACE root|leaves
 */
#define _GNU_SOURCE

#include <stdarg.h>

#include "multi.h"

#define OURS "47000580ffe1000000f21a2b0c0020ea000ee1"
#define PEER "47000580ffe1000000f21a26d80020ea000ee100"
#define BIND "peer=02:00:00:00:00:aa role=%s nsap=" OURS "00 t308=2000 t398=2000"
/* What the peer's client listens with. */
#define SDU 8192
#define FRAME "to atmsigd"
#define FRAME_HEX "746f2061746d73696764"
#define SELECTOR 0x10
#define NLEAVES 3

static struct vclink us;

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

static void bind_as(const char *interface, const char *side)
{
	char args[200];
	bool good = true;

	snprintf(args, sizeof(args), BIND, side);
	EXPECT_EQ(good, vc_bind(&us, interface, args), 0);
	if (good)
		vc_af(&us, 1);
	EXPECT(good, good && vc_up(us.af, 20000));
	if (!tap(good, "SAAL with atmsigd, we are the %s", side))
		exit(1);
	uni(NULL, "mark");
}

/* ---- we are the root, and stock atmsigd a leaf ---- */

static void one_leaf(struct vc *root, struct leaf *leaf, const uint8_t *peer)
{
	char answer[256];
	bool good = true;
	uint32_t vci;

	EXPECT(good, uni(NULL, "isp listen " PEER));
	EXPECT(good, uni(NULL, "isp answer accept"));
	*leaf = (struct leaf){ .cookie = 1 };
	EXPECT_EQ(good, vc_create(root, &us, 0, 100), 0);
	EXPECT(good, multi_make(root, peer, 0, 1, SDU));
	EXPECT(good, multi_joined(&us, leaf));
	EXPECT(good, uni(NULL, "isp waitfor active:1 5000"));
	vci = vc_status(root).out_call.vci;
	EXPECT(good, uni(NULL, "open 0.%u", vci));
	EXPECT_EQ(good, write(root->fd, FRAME, strlen(FRAME)), (ssize_t)strlen(FRAME));
	EXPECT(good, uni(answer, "read 0.%u 1 5000", vci));
	EXPECT(good, !strcmp(answer, "ok " FRAME_HEX));
	uni(NULL, "close 0.%u", vci);
	if (!tap(good, "a call to many of ours: SETUP with an endpoint, a leaf that answers it"))
		exit(1);
}

static void no_second(struct vc *root, struct leaf *leaf, const uint8_t *peer)
{
	struct cleardown_vc_party told;
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, multi_add(root, peer, 1, 2, NULL, NULL));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	told = multi_told(&rec);
	EXPECT_EQ(good, rec.ev.error, -ECONNREFUSED);
	EXPECT_EQ(good, rec.ev.p1, 97);
	EXPECT_EQ(good, told.cookie, 2);
	EXPECT_EQ(good, told.state, CLEARDOWN_PARTY_OVER);
	EXPECT_EQ(good, multi_count(root), 1);
	EXPECT_EQ(good, vc_status(root).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, uni(NULL, "isp waitfor active:1 1000"));
	tap(good, "ADD PARTY is unknown to it: cause 97, that party fails, the call is up");

	good = true;
	EXPECT_EQ(good, multi_close(root, leaf->party, 10 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT(good, uni(NULL, "grep 5000 'TO SAAL .*REL_COMP'"));
	tap(good, "V-35 CLOSE of the party that is left: RELEASE, which it confirms");
}

/* The leaf is the last one, so that its end is that of the call. */
static void leaf_ends(struct vc *root, struct leaf *leaf, const uint8_t *peer)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, multi_make(root, peer, 0, leaf->cookie, SDU));
	EXPECT(good, multi_joined(&us, leaf));
	EXPECT(good, uni(NULL, "isp waitfor active:1 5000"));
	EXPECT(good, uni(NULL, "isp close all"));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT(good, multi_comes_to(root, leaf->party, CLEARDOWN_PARTY_LEFT));
	EXPECT_EQ(good, multi_close(root, leaf->party, 10 * CD_S, &arg), 0);
	EXPECT_EQ(good, vc_delete(root, NULL), 0);
	close(root->fd);
	tap(good, "R5 the only leaf ends it: an incoming close");
}

/* What tshark reads in our messages, ADD PARTY among them. */
static void decoded(void)
{
	char answer[256] = "";
	bool good = true;

	EXPECT(good, uni(answer, "decode q2931.message_type "
				 "'atm.channel == 0 && q2931.message_type == 128'"));
	EXPECT(good, strstr(answer, "128") || strstr(answer, "0x80"));
	EXPECT(good, uni(answer, "decode frame.number 'atm.channel == 0 && _ws.malformed && "
				 "!(q2931.message_type == 5) && !(q2931.message_type == 128)'"));
	EXPECT(good, !strcmp(answer, "ok") || !strcmp(answer, "ok "));
	tap(good, "tshark reads our ADD PARTY, and finds nothing malformed but its own AAL note");
}

static void as_root(void)
{
	uint8_t peer[CLEARDOWN_NSAP_LEN];
	struct leaf leaf;
	struct vc root;

	for (int i = 0; i < CLEARDOWN_NSAP_LEN; i++)
		sscanf(&PEER[2 * i], "%2hhx", &peer[i]);
	one_leaf(&root, &leaf, peer);
	no_second(&root, &leaf, peer);
	leaf_ends(&root, &leaf, peer);
	decoded();
}

/* ---- atmsigd is the root, and we have the leaves ---- */

static struct leaf leaves[NLEAVES];
static char number[16];

static bool parties(const char *text, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	char answer[256];

	do {
		if (uni(answer, "isp parties %s", number) && strstr(answer, text))
			return true;
		usleep(20000);
	} while (cd_now() < end);
	fprintf(stderr, "# %s\n", answer);
	return false;
}

static void invited(void)
{
	char answer[256];
	bool good = true;

	for (int i = 0; i < NLEAVES; i++)
		EXPECT_EQ(good, vc_sap(&us, SELECTOR + i, 0, NULL), 0);
	EXPECT(good, uni(answer, "isp multi - " OURS "%02x", SELECTOR));
	sscanf(answer, "ok %15s", number);
	leaves[0].cookie = 1;
	EXPECT(good, multi_answer(&us, &leaves[0]));
	EXPECT(good, uni(NULL, "isp waitfor %s active 5000", number));
	for (int i = 1; i < NLEAVES; i++) {
		leaves[i].cookie = i + 1;
		EXPECT(good, uni(NULL, "isp add %s " OURS "%02x", number, SELECTOR + i));
		EXPECT(good, multi_answer(&us, &leaves[i]));
	}
	EXPECT(good, parties("adding 0 joined 2 failed 0", 5000));
	if (!tap(good, "atmsigd calls many: SETUP, then ADD PARTY twice, all acknowledged"))
		exit(1);
}

/* What the root sends is one frame for each leaf. */
static void heard(void)
{
	uint32_t vci = vc_status(&leaves[0].vc).out_call.vci;
	char frame[64];
	bool good = true;

	EXPECT(good, uni(NULL, "write 0.%u from awrite", vci));
	for (int i = 0; i < NLEAVES; i++) {
		struct pollfd p = { .fd = leaves[i].vc.fd, .events = POLLIN };

		EXPECT_EQ(good, poll(&p, 1, 5000), 1);
		EXPECT_EQ(good, read(leaves[i].vc.fd, frame, sizeof(frame)), 11);
		EXPECT(good, !memcmp(frame, "from awrite", 11));
		EXPECT_EQ(good, vc_status(&leaves[i].vc).out_frames_queued, 0);
	}
	tap(good, "a frame of awrite's is read once on each leaf");
}

static void rejected(void)
{
	struct cleardown_op_reject in = { .cause = 17 };
	union cd_record rec;
	struct vc vc;
	bool good = true;

	EXPECT(good, uni(NULL, "isp add %s " OURS "99", number));
	EXPECT(good, parties("adding 0 joined 2 failed 1", 5000));
	EXPECT(good, uni(NULL, "isp add %s " OURS "%02x", number, SELECTOR));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &us, rec.ev.req_id, 300), 0);
	EXPECT_EQ(good, cd_submit(vc.fd, CLEARDOWN_OP_REJECT, 900, &in, sizeof(in), NULL), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, 5000));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	EXPECT(good, parties("adding 0 joined 2 failed 2", 5000));
	tap(good, "O6 ADD PARTY is rejected, for want of an address and by the client");
}

static void dropped(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, uni(NULL, "isp drop %s 1", number));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.cookie, 1000 + leaves[1].cookie);
	EXPECT(good, parties("dropped 1", 5000));
	EXPECT_EQ(good, vc_close(&leaves[1].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	tap(good,
	    "the root drops a leaf: DROP PARTY, which we confirm; the leaf sees its call end");

	good = true;
	uni(NULL, "mark");
	EXPECT_EQ(good,
		  vc_close(&leaves[2].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, "good bye", 8, &arg),
		  0);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, uni(NULL, "grep 5000 'received dropparty'"));
	EXPECT(good, uni(NULL, "trace 'user_diag = 67 6f 6f 64 20 62 79 65'"));
	EXPECT_EQ(good, vc_status(&leaves[0].vc).out_state, CLEARDOWN_VC_ACTIVE);
	tap(good, "a leaf leaves, with data: DROP PARTY of ours, which the root confirms");

	good = true;
	EXPECT_EQ(good, vc_close(&leaves[0].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT(good, uni(NULL, "isp waitfor %s closed 5000", number));
	for (int i = 0; i < NLEAVES; i++)
		close(leaves[i].vc.fd);
	tap(good, "V-35 the last leaf leaves: RELEASE, and the root's call is over");
}

/*
 * Nobody answers: after 14 s, its T399, the root gives the party up, and does not drop it. An ADD
 * PARTY REJECT of ours for what it does not know any more is answered by RELEASE COMPLETE, a fault
 * of its own, and ends the call.
 */
static void unanswered(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	char answer[256];
	struct vc vc;
	bool good = true;

	EXPECT(good, uni(answer, "isp multi - " OURS "%02x", SELECTOR));
	sscanf(answer, "ok %15s", number);
	EXPECT(good, multi_answer(&us, &leaves[0]));
	EXPECT(good, uni(NULL, "isp add %s " OURS "%02x", number, SELECTOR));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, 5000));
	EXPECT_EQ(good, vc_create(&vc, &us, rec.ev.req_id, 300), 0);
	EXPECT(good, parties("adding 0 joined 0 failed 1", 20000));
	EXPECT_EQ(good, vc_status(&leaves[0].vc).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_close(&vc, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(vc.fd);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.p1, 81);
	EXPECT_EQ(good, vc_close(&leaves[0].vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg),
		  0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(leaves[0].vc.fd);
	tap(good, "its T399 gives a party up that nobody answers for; what ends is ended once");
}

static void as_leaves(void)
{
	invited();
	heard();
	rejected();
	dropped();
	unanswered();
}

int main(int argc, char **argv)
{
	bool root = argc == 3 && !strcmp(argv[2], "root");

	if (argc != 3)
		return 1;
	bind_as(argv[1], root ? "user" : "network");
	if (root)
		as_root();
	else
		as_leaves();
	tap(vc_unlink(&us), "the link is unbound");
	return tap_done();
}
