/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests on two machines with a wire between them. The same program runs on both, as "near" and as
 * "far": the two go through the same cases in step, and a result is good when both ends say so.
 * They speak of that through the host, never over the wire that is tested.
 */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include <stdarg.h>

#include "vc.h"

/* For what the other end does meanwhile; a busy machine takes long. */
#define PAIR_MS 50000
#define PAIR_SELECTOR 7

static struct vclink us;
static uint8_t them[CLEARDOWN_NSAP_LEN];
static bool near;
static const char *interface;
static const char *phase;

/* Both ends are here; @theirs, where not NULL, gets the word that the other one has brought. */
static inline void meet(const char *mine, char theirs[64])
{
	static unsigned int number;
	char words[200], answer[200];

	snprintf(words, sizeof(words), "meet %s-%u %d %s", phase, ++number, PAIR_MS, mine);
	if (cd_host(answer, sizeof(answer), words))
		DIE("%s: %s", words, answer);
	if (theirs)
		snprintf(theirs, 64, "%.63s", answer + strlen("ok "));
}

/* One result of both ends. */
__attribute__((format(printf, 2, 3))) static inline void both(bool good, const char *format, ...)
{
	char text[200], theirs[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	meet(good ? "good" : "bad", theirs);
	if (good && strcmp(theirs, "good"))
		fprintf(stderr, "# the other end: %s\n", theirs);
	tap(good && !strcmp(theirs, "good"), "%s", text);
}

/* A case in which the ends do different things, from either end: @one does the first. */
static inline void both_ways(bool (*one)(void), bool (*other)(void), const char *text)
{
	both(near ? one() : other(), "%s", text);
	both(near ? other() : one(), "%s, the other way", text);
}

/* A command to the host, like "qmp set_link nic off"; or DIE. */
static inline void host(const char *words)
{
	char answer[200];

	if (cd_host(answer, sizeof(answer), words))
		DIE("%s: %s", words, answer);
}

/* What becomes of the frames that leave this machine, as netem has it; NULL = nothing. */
static inline void wire(const char *netem)
{
	char command[200];

	snprintf(command, sizeof(command),
		 netem ? "/sbin/tc qdisc add dev %s root netem %s" :
			 "/sbin/tc qdisc del dev %s root",
		 interface, netem);
	if (system(command))
		DIE("%s", command);
}

/* Waits until the link has all of @flags, or none of them where @gone. */
static inline bool link_is(uint32_t flags, bool gone)
{
	uint64_t end = cd_now() + PAIR_MS * CD_MS;

	while ((vc_link(us.af).out_flags & flags) != (gone ? 0 : flags)) {
		if (cd_now() > end)
			return false;
		usleep(5000);
	}
	return true;
}

static inline bool link_up(void)
{
	return link_is(CLEARDOWN_VC_LINK_UP | CLEARDOWN_VC_LINK_SAAL, false);
}

/* No VC is left: the link's worker buries those that are dead, behind whoever killed them. */
static inline bool link_empty(void)
{
	uint64_t end = cd_now() + PAIR_MS * CD_MS;

	while (vc_link(us.af).out_vcs) {
		if (cd_now() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* ---- calls ---- */

static inline bool call_out(struct vc *vc, uint8_t selector)
{
	union cd_record rec;

	return vc_make(vc, them, selector) &&
	       vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, PAIR_MS) && !rec.ev.error;
}

static inline bool call_in(struct vc *vc)
{
	union cd_record rec;

	return vc_next(&us, CLEARDOWN_EV_INCOMING_CALL, &rec, PAIR_MS) &&
	       !vc_create(vc, &us, rec.ev.req_id, 200) && vc_accept(vc) &&
	       vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, PAIR_MS) && !rec.ev.error;
}

/* Either end's half of a call from near to far; gone() is its end. */
static inline bool call(struct vc *vc)
{
	if (near)
		return !vc_create(vc, &us, 0, 100) && call_out(vc, PAIR_SELECTOR);
	return call_in(vc);
}

/* Our CLOSE is the first, and succeeds. */
static inline bool close_first(struct vc *vc, const char *data)
{
	uint64_t begin = cd_now();
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, 60 * CD_S, data, strlen(data), &arg),
		  0);
	EXPECT(good, cd_now() - begin < 60 * CD_S);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_SUCCESS);
	EXPECT_EQ(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED, 0);
	EXPECT_EQ(good, arg.out_report.accepted,
		  arg.out_report.confirmed + arg.out_report.discarded + arg.out_report.in_doubt);
	EXPECT_EQ(good, write(vc->fd, "x", 1), -1);
	return good;
}

/* The other end's is, or nobody's: we are told of it, with @data octet for octet. */
static inline bool close_told(uint32_t cause, const char *data)
{
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, PAIR_MS));
	if (!good)
		return false;
	EXPECT_EQ(good, rec.ev.p1, cause);
	EXPECT_EQ(good, rec.ev.data_len, strlen(data));
	EXPECT(good, !memcmp(rec.ev.data, data, rec.ev.data_len));
	return good;
}

/* And acknowledge it. */
static inline bool close_answer(struct vc *vc)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, write(vc->fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ESHUTDOWN);
	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	return good;
}

static inline bool close_second(struct vc *vc, uint32_t cause, const char *data)
{
	return close_told(cause, data) && close_answer(vc);
}

static inline bool dead(struct vc *vc)
{
	struct cleardown_close arg;
	int ret = vc_close(vc, CLEARDOWN_MODE_ORDERLY, CD_S, NULL, 0, &arg);

	close(vc->fd);
	return ret == -EBADFD;
}

/* A VC of ours goes. */
static inline bool gone_out(struct vc *vc)
{
	return !vc_delete(vc, NULL) && dead(vc);
}

/* The call manager's goes, of which we are told. */
static inline bool gone_in(struct vc *vc)
{
	union cd_record rec;

	return vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, PAIR_MS) && dead(vc);
}

static inline bool gone(struct vc *vc)
{
	return near ? gone_out(vc) : gone_in(vc);
}

/* No record waits: all that was owed has been read. */
static inline bool nothing_owed(void)
{
	union cd_record rec;

	return cd_one(us.events, &rec, 0) == -ETIMEDOUT;
}

/* ---- frames ---- */

/* Octets that neither a shifted nor a repeated frame would show. */
static inline void frame_fill(uint8_t *out, size_t len, unsigned int number)
{
	for (size_t i = 0; i < len; i++)
		out[i] = i * 7 + (i >> 8) + number * 31;
}

/* A frame, if one comes in time: its length, or -1. */
static inline ssize_t frame_read(struct vc *vc, uint8_t *in, size_t size)
{
	struct pollfd p = { .fd = vc->fd, .events = POLLIN };

	return poll(&p, 1, PAIR_MS) == 1 ? read(vc->fd, in, size) : -1;
}

static inline bool frame_is(struct vc *vc, size_t len, unsigned int number)
{
	static uint8_t in[9188], wanted[9188];
	ssize_t n = frame_read(vc, in, sizeof(in));

	frame_fill(wanted, len, number);
	return n == (ssize_t)len && !memcmp(in, wanted, len);
}

static inline bool frame_send(struct vc *vc, size_t len, unsigned int number)
{
	static uint8_t out[9188];

	frame_fill(out, len, number);
	return write(vc->fd, out, len) == (ssize_t)len;
}

/* Both ends of a call have a frame for the other. */
static inline bool frames_cross(struct vc *vc, unsigned int number)
{
	return frame_send(vc, 2000, number) && frame_is(vc, 2000, number);
}

/* ---- begin and end ---- */

static inline void pair_is(char **argv)
{
	near = !strcmp(argv[1], "near");
	interface = argv[2];
}

/* The link is bound. */
static inline void pair_meet(void)
{
	bool good = true;
	char theirs[64];
	char mine[64];

	vc_af(&us, 1);
	EXPECT(good, link_up());
	EXPECT_EQ(good, vc_sap(&us, PAIR_SELECTOR, 0, NULL), 0);
	memcpy(them, vc_link(us.af).out_peer, sizeof(them));
	for (int i = 0; i < CLEARDOWN_NSAP_LEN; i++)
		snprintf(mine + 2 * i, 3, "%02x", us.nsap[i]);
	meet(mine, theirs);
	for (int i = 0; i < CLEARDOWN_NSAP_LEN; i++)
		snprintf(mine + 2 * i, 3, "%02x", them[i]);
	EXPECT(good, !strcmp(mine, theirs));
	/* ours is the lower MAC on the near machine */
	EXPECT_EQ(good, !(vc_link(us.af).out_flags & CLEARDOWN_VC_LINK_NETWORK), !near);
	EXPECT_EQ(good, vc_link(us.af).out_vcs, 0);
	both(good, "the two ends find each other: addresses, sides, signalling");
	if (!good)
		exit(1);
}

/* @is_bound: as @name; else it is bound with @args. */
static inline void pair_begin(char **argv, bool is_bound, const char *name, const char *args)
{
	pair_is(argv);
	if (is_bound) {
		snprintf(us.name, sizeof(us.name), "%s", name);
		sim_wait_node(us.name);
	} else if (vc_bind(&us, interface, args)) {
		DIE("%s is not bound", interface);
	}
	pair_meet();
}

static inline void pair_part(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT(good, nothing_owed());
	EXPECT(good, link_up());
	EXPECT(good, link_empty());
	EXPECT_EQ(good, cd_close(us.af, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, &arg), 0);
	close(us.af);
	close(us.events);
	both(good, "V-31 nothing is owed, no VC is left, signalling is up all the same");
	EXPECT_EQ(good, cd_unbind(us.name, 0), 0);
	both(good, "the links are unbound");
}

static inline int pair_end(void)
{
	pair_part();
	return tap_done();
}

#endif /* TESTS_PAIR_H */
