// SPDX-License-Identifier: GPL-2.0-only
/*
 * A far end that does not what it should, message by message: it confirms no RELEASE, or too late,
 * and no RESTART; it forgets a call while this machine sleeps. The link is the network's side and
 * chooses VCIs; this program is the user's side, by a packet socket on the other end of the cable.
 *
 * usage: vc-peer INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "power.h"
#include "vc.h"

#include "atmpeer.h"

/* Twice this long the far end, who is this program, may be kept from confirming a RELEASE. */
#define T308_MS 1000
#define T316_MS 400
/* For what must come; the debug kernel takes long. */
#define PEER_MS 20000

enum {
	SETUP = 0x05,
	CONNECT = 0x07,
	RESTART = 0x46,
	RELEASE = 0x4d,
	RESTART_ACK = 0x4e,
	RELEASE_COMPLETE = 0x5a,
	STATUS_ENQUIRY = 0x75,
	STATUS = 0x7d,
};

static const uint8_t called[CLEARDOWN_NSAP_LEN] = { 0x47, 0x00, 0x05, 0x80, [18] = 1 };
static struct vclink us;

/* What the far end has heard, and what it answers. */
static unsigned int heard[256];
static uint32_t setup_ref; /* of the last SETUP, as it came */
static bool releases, restarts;
static uint32_t forgotten; /* a call that it knows nothing of, 0 = none */

/* ---- the far end ---- */

static uint32_t ref_of(const uint8_t *m)
{
	return (uint32_t)m[2] << 16 | m[3] << 8 | m[4];
}

/* To the call that @ref is of, as it came. */
static void say(uint32_t ref, uint8_t type, const uint8_t *ies, size_t len)
{
	uint8_t m[64] = { 9, 3, ref >> 16 ^ 0x80, ref >> 8, ref, type, 0x80, len >> 8, len };

	memcpy(m + 9, ies, len);
	sd_send(m, 9 + len);
}

static void say_status(uint32_t ref)
{
	uint8_t state = ref == forgotten ? 0 : 10;
	/* Cause: response to STATUS ENQUIRY; Call State */
	uint8_t ies[] = { 0x08, 0x80, 0, 2, 0x80, 0x80 | 30, 0x14, 0x80, 0, 1, state };

	say(ref, STATUS, ies, sizeof(ies));
}

static void message(const uint8_t *m, size_t len)
{
	if (len < 9)
		return;
	heard[m[5]]++;
	switch (m[5]) {
	case SETUP:
		setup_ref = ref_of(m);
		say(setup_ref, CONNECT, NULL, 0);
		break;
	case RELEASE:
		if (releases)
			say(ref_of(m), RELEASE_COMPLETE, NULL, 0);
		break;
	case RESTART:
		if (restarts)
			say(ref_of(m), RESTART_ACK, m + 9, len - 9);
		break;
	case STATUS_ENQUIRY:
		say_status(ref_of(m));
		break;
	}
}

/* ---- waiting, while the far end lives ---- */

#define PUMP_UNTIL(condition, ms)                                          \
	({                                                                 \
		uint64_t pump_end = cd_now() + (ms)*CD_MS;                 \
		bool pump_holds;                                           \
		while (!(pump_holds = (condition)) && cd_now() < pump_end) \
			pump(5);                                           \
		pump_holds;                                                \
	})

/* The next record, which is of @type. */
static bool comes(uint32_t type, union cd_record *rec)
{
	return PUMP_UNTIL(cd_events_info(us.events).out_unread, PEER_MS) &&
	       vc_next(&us, type, rec, 0);
}

static bool heard_times(uint8_t type, unsigned int n)
{
	bool came = PUMP_UNTIL(heard[type] >= n, PEER_MS);

	if (!came || heard[type] != n)
		fprintf(stderr, "# message %#x: %u times, not %u\n", type, heard[type], n);
	return came && heard[type] == n;
}

static uint64_t count_of(const char *name)
{
	struct cleardown_vc_count arg = { .size = sizeof(arg) };

	for (; !cd_ioctl(us.af, CLEARDOWN_IOC_VC_COUNT, &arg); arg.index++)
		if (!strcmp(arg.out_name, name))
			return arg.out_value;
	DIE("no count %s", name);
}

/* ---- calls ---- */

static bool call(struct vc *vc)
{
	union cd_record rec;

	return !vc_create(vc, &us, 0, 100) && vc_make(vc, called, 1) &&
	       comes(CLEARDOWN_EV_COMPLETION, &rec) && !rec.ev.error;
}

static uint16_t vci_of(struct vc *vc)
{
	return vc_status(vc).out_call.vci;
}

/* Closes it, and gets the record of that; deletes it. */
static bool end(struct vc *vc, bool forced)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg), -EINPROGRESS);
	EXPECT(good, comes(CLEARDOWN_EV_CLOSE_COMPLETE, &rec));
	EXPECT_EQ(good, rec.ev.error, 0);
	EXPECT_EQ(good, !!(rec.ev.p2 & CLEARDOWN_REPORT_FORCED), forced);
	EXPECT_EQ(good, vc_delete(vc, NULL), 0);
	close(vc->fd);
	return good;
}

static bool end_confirmed(struct vc *vc)
{
	bool good;

	releases = true;
	good = end(vc, false);
	releases = false;
	return good;
}

/* Whether a call gets this VCI. */
static bool next_gets(uint16_t vci, bool *good)
{
	struct vc vc;
	bool gets;

	if (!EXPECT(*good, call(&vc)))
		return false;
	gets = vci_of(&vc) == vci;
	EXPECT(*good, end_confirmed(&vc));
	return gets;
}

static bool next_has(uint16_t vci, bool this)
{
	bool good = true;

	EXPECT_EQ(good, next_gets(vci, &good), this);
	return good;
}

/*
 * A call whose RELEASE is not confirmed: @vci is in quarantine then, and a RESTART for it was sent.
 */
static bool unconfirmed(uint16_t *vci)
{
	uint64_t quarantined = count_of("vcis-quarantined");
	bool good = true;
	struct vc vc;

	memset(heard, 0, sizeof(heard));
	EXPECT(good, call(&vc));
	*vci = vci_of(&vc);
	EXPECT(good, good && end(&vc, true));
	EXPECT(good, heard_times(RELEASE, 2));
	EXPECT_EQ(good, count_of("vcis-quarantined"), quarantined + 1);
	EXPECT(good, PUMP_UNTIL(heard[RESTART], PEER_MS));
	return good;
}

/* T316 has run out twice, and no third RESTART comes. */
static bool restart_given_up(void)
{
	bool good = heard_times(RESTART, 2);

	EXPECT(good, !PUMP_UNTIL(heard[RESTART] > 2, 3 * T316_MS));
	return good;
}

/* ---- the cases ---- */

static void restart_unanswered(void)
{
	uint64_t restarted = count_of("vcis-restarted");
	bool good = true;
	uint16_t vci;

	EXPECT(good, unconfirmed(&vci));
	EXPECT(good, next_has(vci, false));
	EXPECT(good, restart_given_up());
	EXPECT_EQ(good, count_of("vcis-restarted"), restarted);
	EXPECT(good, next_has(vci, false));
	tap(good, "RESTART twice and no answer: the VCI stays in quarantine, others are used");

	good = true;
	restarts = true;
	peer.up = false;
	peer_begin();
	EXPECT(good, PUMP_UNTIL(peer.up, PEER_MS));
	EXPECT(good, PUMP_UNTIL(heard[RESTART] > 2, PEER_MS));
	EXPECT(good, PUMP_UNTIL(count_of("vcis-restarted") == restarted + 1, PEER_MS));
	EXPECT(good, next_has(vci, true));
	restarts = false;
	tap(good, "signalling established anew gives it another RESTART, which brings it back");
}

static void complete_after_all(void)
{
	uint64_t restarted = count_of("vcis-restarted");
	bool good = true;
	uint16_t vci;

	EXPECT(good, unconfirmed(&vci));
	EXPECT(good, restart_given_up());
	say(setup_ref, RELEASE_COMPLETE, NULL, 0);
	EXPECT(good, acknowledged(PEER_MS));
	EXPECT(good, next_has(vci, true));
	EXPECT_EQ(good, count_of("vcis-restarted"), restarted);
	tap(good, "a RELEASE COMPLETE long after T308 has run out twice ends the quarantine");
}

/* The RESTART that was sent may still hit whoever gets the VCI, until T316 has run out twice. */
static void complete_before_restart_ends(void)
{
	uint64_t restart_ends = cd_now() + 2 * (T308_MS + T316_MS) * CD_MS; /* or later */
	bool good = true;
	uint16_t vci;

	EXPECT(good, unconfirmed(&vci));
	say(setup_ref, RELEASE_COMPLETE, NULL, 0);
	EXPECT(good, acknowledged(PEER_MS));
	EXPECT(good, !next_gets(vci, &good) || cd_now() > restart_ends);
	EXPECT(good, restart_given_up());
	EXPECT(good, next_has(vci, true));
	tap(good, "one that comes while RESTART waits for its answer does so when that is over");
}

static void lost_in_suspend(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	struct vc lost, kept;
	bool good = true;

	memset(heard, 0, sizeof(heard));
	EXPECT(good, call(&lost));
	forgotten = setup_ref;
	EXPECT(good, call(&kept));
	EXPECT(good, power_suspend());
	EXPECT(good, comes(CLEARDOWN_EV_INCOMING_CLOSE, &rec));
	EXPECT_EQ(good, rec.ev.handle, lost.id);
	EXPECT_EQ(good, vc_status(&lost).out_state, CLEARDOWN_VC_REMOTE_CLOSED);
	EXPECT(good, PUMP_UNTIL(vc_cdr_last(us.af).vc == lost.id, PEER_MS));
	EXPECT_EQ(good, vc_cdr_last(us.af).why, CLEARDOWN_CAUSE_SUSPEND);
	EXPECT(good, heard_times(STATUS_ENQUIRY, 2));
	EXPECT_EQ(good, write(lost.fd, "x", 1), -1);
	EXPECT_EQ(good, vc_close(&lost, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, arg.out_report.later_causes & 1U << CLEARDOWN_CAUSE_SUSPEND);
	EXPECT_EQ(good, vc_delete(&lost, NULL), 0);
	close(lost.fd);
	tap(good, "a call that the far end has forgotten meanwhile is lost in the suspend");

	good = acknowledged(PEER_MS);
	EXPECT_EQ(good, vc_status(&kept).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, write(kept.fd, "x", 1), 1);
	EXPECT(good, end_confirmed(&kept));
	EXPECT_EQ(good, vc_cdr_last(us.af).why, CLEARDOWN_CAUSE_LOCAL_USER);
	tap(good, "one that it answers for goes on, and ends as any other");
}

/* ---- */

static void set_up(char **interfaces)
{
	char bind[128];
	uint8_t mac[ETH_ALEN];
	bool good = true;
	int n;

	wire_mac(interfaces[1], mac);
	n = snprintf(bind, sizeof(bind), "role=network t308=%u t316=%u peer=", T308_MS, T316_MS);
	for (int i = 0; i < ETH_ALEN; i++)
		n += snprintf(bind + n, sizeof(bind) - n, "%s%02x", i ? ":" : "", mac[i]);
	wire_open(&wire, interfaces[1], interfaces[0], ETH_P_ALL);
	EXPECT_EQ(good, vc_bind(&us, interfaces[0], bind), 0);
	if (good)
		vc_af(&us, 1);
	EXPECT(good,
	       good && PUMP_UNTIL(vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_SAAL, PEER_MS));
	if (!tap(good, "signalling with a far end that is this program"))
		exit(1);
}

static void tear_down(void)
{
	tap(vc_unlink(&us), "the link is unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	set_up(argv + 1);
	restart_unanswered();
	complete_after_all();
	complete_before_restart_ends();
	lost_in_suspend();
	tear_down();
	return tap_done();
}
