// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call to sixty-four parties on another machine: the first by SETUP, the others by ADD PARTY, all
 * at once; each receives each frame once; they are dropped in any order from both ends. The same with
 * fewer on a bad wire, and with a far end that stops. See pair.h.
 *
 * usage: vc-party near|far INTERFACE
 */
#define _GNU_SOURCE

#include "multi.h"
#include "pair.h"

#define MANY 64
#define FEW 8
#define FRAMES 20
#define FRAME_LEN 700
#define FIRST_SELECTOR 100
/*
 * Lost PDUs come late: it is not these clocks that are tested. SSCOP gives up when nothing it asks
 * in 7 s is answered, so it asks often.
 */
#define BIND \
	"t303=30000 t308=30000 t310=30000 t313=30000 t398=30000 t399=60000 poll=250 keepalive=500"

static struct leaf leaves[MANY];
static struct vc root;

/* The same order at both ends. */
static void shuffle(unsigned int *order, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		order[i] = i;
	srand(n);
	for (unsigned int i = n - 1; i; i--) {
		unsigned int j = rand() % (i + 1), was = order[i];

		order[i] = order[j];
		order[j] = was;
	}
}

/* ---- near: the root ---- */

static bool root_connects(unsigned int n)
{
	union cd_record rec;
	bool good = true;

	memset(leaves, 0, sizeof(leaves));
	EXPECT_EQ(good, vc_create(&root, &us, 0, 100), 0);
	EXPECT(good, multi_make(&root, them, FIRST_SELECTOR, 1, 0));
	for (unsigned int i = 0; i < n && good; i++) {
		struct cleardown_vc_party told;

		EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, PAIR_MS));
		EXPECT_EQ(good, rec.ev.error, 0);
		told = multi_told(&rec);
		EXPECT(good, told.cookie >= 1 && told.cookie <= n);
		if (!good)
			break;
		EXPECT_EQ(good, leaves[told.cookie - 1].party, 0);
		leaves[told.cookie - 1].party = told.party;
		for (unsigned int k = 1; !i && k < n; k++)
			EXPECT(good, multi_add(&root, them, FIRST_SELECTOR + k, k + 1, NULL, NULL));
	}
	EXPECT_EQ(good, multi_count(&root), (int)n);
	return good;
}

static bool root_sends(void)
{
	bool good = true;

	for (unsigned int i = 0; i < FRAMES; i++)
		EXPECT(good, frame_send(&root, FRAME_LEN, i));
	EXPECT_EQ(good, vc_status(&root).out_frames_sent, FRAMES);
	return good;
}

/* A drop of ours is complete, or a party has left, and its drop is what we owe. */
static bool root_record(unsigned int *dropped, unsigned int *left)
{
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(&us, 0, &rec, PAIR_MS));
	if (good && rec.ev.type == CLEARDOWN_EV_INCOMING_DROP) {
		++*left;
		EXPECT(good, multi_drop(&root, rec.ev.p3, NULL, 0, NULL, NULL));
	} else if (good) {
		EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_COMPLETION);
		EXPECT_EQ(good, rec.ev.error, 0);
		EXPECT_EQ(good, multi_told(&rec).flags, 0);
		++*dropped;
	}
	return good;
}

/* Those with odd places; the far end closes the even ones, but for 0. */
static bool root_drops(unsigned int n)
{
	unsigned int order[MANY], dropped = 0, left = 0;
	bool good = true;

	shuffle(order, n);
	for (unsigned int i = 0; i < n; i++)
		if (order[i] % 2)
			EXPECT(good,
			       multi_drop(&root, leaves[order[i]].party, NULL, 0, NULL, NULL));
	while (good && dropped < n - 1)
		good = root_record(&dropped, &left);
	EXPECT_EQ(good, left, n / 2 - 1);
	EXPECT_EQ(good, multi_count(&root), 1);
	EXPECT(good, nothing_owed());
	return good;
}

static bool root_closes(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, multi_close(&root, leaves[0].party, 60 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT(good, gone_out(&root));
	return good;
}

/* ---- far: the leaves ---- */

static bool leaf_comes(const union cd_record *rec)
{
	struct cleardown_vc_call call;
	unsigned int i;

	memcpy(&call, rec->ev.data, sizeof(call));
	i = call.called[CLEARDOWN_NSAP_LEN - 1] - FIRST_SELECTOR;
	return i < MANY && !vc_create(&leaves[i].vc, &us, rec->ev.req_id, i + 1) &&
	       vc_accept(&leaves[i].vc);
}

static bool leaves_connect(unsigned int n)
{
	unsigned int joined = 0;
	union cd_record rec;
	bool good = true;

	memset(leaves, 0, sizeof(leaves));
	while (good && joined < n) {
		EXPECT(good, vc_next(&us, 0, &rec, PAIR_MS));
		if (good && rec.ev.type == CLEARDOWN_EV_INCOMING_CALL)
			EXPECT(good, leaf_comes(&rec));
		else if (good)
			EXPECT(good, rec.ev.type == CLEARDOWN_EV_COMPLETION && !rec.ev.error);
		joined += good && rec.ev.type == CLEARDOWN_EV_COMPLETION;
	}
	return good;
}

static bool leaves_hear(unsigned int n)
{
	bool good = true;

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int k = 0; k < FRAMES; k++)
			EXPECT(good, frame_is(&leaves[i].vc, FRAME_LEN, k));
		EXPECT_EQ(good, vc_status(&leaves[i].vc).out_frames_received, FRAMES);
		EXPECT_EQ(good, vc_status(&leaves[i].vc).out_frames_lost, 0);
	}
	return good;
}

/* Reads records until @closed incoming closes, which are answered, and @deleted deletions. */
static bool leaves_end(unsigned int closed, unsigned int deleted)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	while (good && (closed || deleted)) {
		EXPECT(good, vc_next(&us, 0, &rec, PAIR_MS));
		if (good && rec.ev.type == CLEARDOWN_EV_INCOMING_CLOSE) {
			struct vc *vc = &leaves[rec.ev.cookie - 1].vc;

			EXPECT(good, closed);
			closed--;
			EXPECT_EQ(good,
				  vc_close(vc, CLEARDOWN_MODE_ORDERLY, 60 * CD_S, NULL, 0, &arg),
				  0);
		} else if (good) {
			EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_VC_DELETED);
			EXPECT(good, deleted);
			deleted--;
		}
	}
	return good;
}

static bool leaves_drop(unsigned int n)
{
	struct cleardown_close arg;
	unsigned int order[MANY];
	bool good = true;

	shuffle(order, n);
	for (unsigned int i = 0; i < n; i++)
		if (order[i] && !(order[i] % 2))
			EXPECT_EQ(good,
				  vc_close(&leaves[order[i]].vc, CLEARDOWN_MODE_ORDERLY, 60 * CD_S,
					   NULL, 0, &arg),
				  0);
	EXPECT(good, leaves_end(n / 2, n - 1));
	return good;
}

static void leaves_forget(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		close(leaves[i].vc.fd);
}

/* ---- both ---- */

static void many(unsigned int n, bool frames, const char *how)
{
	both(near ? root_connects(n) : leaves_connect(n), "V-36 %u parties on the other machine%s",
	     n, how);
	if (frames) {
		both(near ? root_sends() : leaves_hear(n),
		     "each of %u frames is received once by each of %u parties", FRAMES, n);
	}
	both(near ? root_drops(n) : leaves_drop(n),
	     "O5 R3 V-36 they are dropped in any order from both ends%s", how);
	both(near ? root_closes() : leaves_end(1, 1),
	     "V-35 the last one goes with the call, by CLOSE%s", how);
	if (!near)
		leaves_forget(n);
}

/* The far end does not move any more: what is under way ends once, and the call with it. */
static bool root_waits(void)
{
	unsigned int completions = 0, closes = 0;
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	host("far stop");
	EXPECT(good, multi_drop(&root, leaves[1].party, NULL, 0, NULL, NULL));
	while (good && completions + closes < 2) {
		EXPECT(good, vc_next(&us, 0, &rec, PAIR_MS));
		completions += good && rec.ev.type == CLEARDOWN_EV_COMPLETION;
		closes += good && rec.ev.type == CLEARDOWN_EV_INCOMING_CLOSE;
	}
	EXPECT_EQ(good, completions, 1);
	EXPECT_EQ(good, closes, 1);
	EXPECT_EQ(good, multi_close(&root, 0, 60 * CD_S, &arg), 0);
	EXPECT(good, gone_out(&root));
	host("far cont");
	return good;
}

static void stopped(void)
{
	both(near ? root_connects(2) : leaves_connect(2), "two parties");
	both(near ? root_waits() : leaves_end(2, 2),
	     "R9 PR-5 the far machine stops: a drop is completed once, then the call ends");
	if (!near)
		leaves_forget(2);
	both(link_up(), "signalling is back");
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc != 3)
		return 1;
	phase = "party";
	pair_begin(argv, false, NULL, BIND);
	EXPECT_EQ(good, vc_sap(&us, 0, CLEARDOWN_SAP_ANY, NULL), 0);
	both(good, "all addresses are ours");
	many(MANY, true, "");
	wire("loss 20%");
	many(FEW, false, ", on a wire that loses 20 %");
	wire(NULL);
	stopped();
	return pair_end();
}
