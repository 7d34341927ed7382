/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of a medium share: two links of this machine, of which a calls and b is called, and
 * what becomes of them and their calls when something happens to it.
 */
#ifndef TESTS_MEDIUM_H
#define TESTS_MEDIUM_H

#include "vc.h"

#define SELECTOR 7

static struct vclink a, b;

/* Those that its program tries a call with. */
static bool frames_pass(struct vc *out, struct vc *in);

static inline bool flags_are(struct vclink *l, uint32_t flags, uint32_t wanted)
{
	uint64_t end = cd_now() + 40 * CD_S;

	while ((vc_link(l->af).out_flags & flags) != wanted) {
		if (cd_now() > end) {
			fprintf(stderr, "# %s: flags %#x, wanted %#x of %#x\n", l->name,
				vc_link(l->af).out_flags, wanted, flags);
			return false;
		}
		usleep(5000);
	}
	return true;
}

static inline bool is_up(struct vclink *l)
{
	return flags_are(l, CLEARDOWN_VC_LINK_UP | CLEARDOWN_VC_LINK_SAAL,
			 CLEARDOWN_VC_LINK_UP | CLEARDOWN_VC_LINK_SAAL);
}

static inline bool is_down(struct vclink *l)
{
	return flags_are(l, CLEARDOWN_VC_LINK_UP, 0);
}

static inline void end_forced(struct vclink *l)
{
	close(l->af);
	close(l->events);
	if (cd_unbind(l->name, CLEARDOWN_UNBIND_FORCE))
		DIE("%s is not unbound", l->name);
}

/* ---- frames ---- */

static inline ssize_t frame(struct vc *vc, uint8_t *got, size_t size, int ms)
{
	struct pollfd p = { .fd = vc->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? read(vc->fd, got, size) : -1;
}

/* Frames move: one of those that may be lost while the ends find each other again arrives. */
static inline bool moves(struct vc *out, struct vc *in)
{
	uint64_t end = cd_now() + 20 * CD_S;
	uint8_t got[16];

	while (cd_now() < end) {
		if (write(out->fd, "back", 4) != 4 && errno != ENETDOWN)
			return false;
		if (frame(in, got, sizeof(got), 100) == 4)
			return true;
	}
	return false;
}

/* A call from a to b, and frames on it. */
static inline bool calls(struct vc *out, struct vc *in)
{
	bool good = true;

	EXPECT(good, is_up(&a) && is_up(&b));
	EXPECT(good, good && vc_connect(&a, out, &b, in, SELECTOR));
	EXPECT(good, good && frames_pass(out, in));
	return good;
}

/* ---- the end of a call ---- */

/* a's CLOSE was answered: b is told, with @data, and both ends are over. */
static inline bool acknowledged(struct vc *out, struct vc *in, const char *data, size_t len)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 20000));
	EXPECT_EQ(good, rec.ev.data_len, len);
	EXPECT(good, !memcmp(rec.ev.data, data, len));
	EXPECT_EQ(good, vc_close(in, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	EXPECT_EQ(good, vc_delete(out, NULL), 0);
	close(out->fd);
	close(in->fd);
	return good;
}

/*
 * An end of a call that was lost hears so, once, and is over. One whose far end is silent hears it
 * from its SSCOP, which asks on a quiet line after idle=, and waits noresponse= for the answer.
 */
static inline bool lost(struct vclink *l, struct vc *vc, uint32_t cause)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT(good, vc_next(l, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 40000));
	if (!good)
		return false;
	EXPECT_EQ(good, rec.ev.p1, cause);
	EXPECT_EQ(good, rec.ev.status, CLEARDOWN_NDIS_STATUS_FAILURE);
	EXPECT_EQ(good, write(vc->fd, "x", 1), -1);
	EXPECT_EQ(good, errno, ESHUTDOWN);
	EXPECT_EQ(good, vc_close(vc, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	if (l == &b)
		EXPECT(good, vc_next(l, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	else
		EXPECT_EQ(good, vc_delete(vc, NULL), 0);
	close(vc->fd);
	return good;
}

#endif /* TESTS_MEDIUM_H */
