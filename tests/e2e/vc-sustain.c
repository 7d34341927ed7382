// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls made and ended as fast as two links of one machine can, each with a frame, some by CLOSE and
 * some by the end of their file. Nothing is left of any of them: neither an object of ours nor memory
 * of the kernel's.
 *
 * usage: vc-sustain INTERFACE INTERFACE SECONDS
 */
#define _GNU_SOURCE

#include "kmem.h"
#include "vc.h"

#define SELECTOR 7
#define CALL_MS 60000
#define IN_FLIGHT 64
/* A busy machine is no lost cable, and no far end that does not answer. */
#define CLOCKS "noresponse=60000 t303=60000 t310=60000 t313=60000"
/* One call in so many ends with its file. */
#define ABANDONED 7
/* How much of the memory may be in use for a time: lists of what is free, of each processor. */
#define SLACK_OCTETS (2 * 1024 * 1024)
#define PARTS 10

/* Cookies: of our end of a call its number, of the other VC_FAR and its file. */
static struct vclink a, b;
static struct vc vcs[IN_FLIGHT];
static unsigned long begun, ended, taken, gone, overtaking;
static char octets[48];

/*
 * The other end: a call that comes is taken, one that ends is acknowledged. A close waits 0.1 s for
 * its frame: where a processor is kept from running for longer its RELEASE may overtake it.
 */
static void far_step(const struct cleardown_event *ev)
{
	int more;

	if (ev->type == CLEARDOWN_EV_INCOMING_CLOSE)
		overtaking += read(ev->cookie - VC_FAR, octets, sizeof(octets)) != sizeof(octets);
	more = vc_far_step(&b, a.events, ev, 0);
	taken += more > 0;
	gone += more < 0;
}

static void call_begin(int i)
{
	if (vc_create(&vcs[i], &a, 0, i) || !vc_make(&vcs[i], b.nsap, SELECTOR))
		DIE("call %lu: %s", begun, strerror(errno));
	begun++;
}

/* @more: another one after it. Returns whether this one is over. */
static bool near_step(const struct cleardown_event *ev, bool more)
{
	struct cleardown_close arg;
	int i = ev->cookie;

	if (ev->type == CLEARDOWN_EV_COMPLETION) {
		if (write(vcs[i].fd, octets, sizeof(octets)) != sizeof(octets))
			DIE("a frame: %s", strerror(errno));
		if (begun % ABANDONED &&
		    vc_close(&vcs[i], CLEARDOWN_MODE_ORDERLY, 0, NULL, 0, &arg) == -EINPROGRESS)
			return false;
	}
	close(vcs[i].fd);
	ended++;
	if (more)
		call_begin(i);
	return !more;
}

/* We may end a call before the other end knows that it is up: there, ACCEPT fails. */
static bool overtaken(const struct cleardown_event *ev)
{
	return ev->cookie >= VC_FAR && ev->type == CLEARDOWN_EV_COMPLETION &&
	       ev->error == -ECONNRESET;
}

static void next(union cd_record *rec)
{
	int ret = cd_one(a.events, rec, CALL_MS);

	if (ret || (rec->ev.error && !overtaken(&rec->ev)))
		DIE("%lu calls: %d, type %u, error %d, cause %u", ended, ret, rec->ev.type,
		    rec->ev.error, rec->ev.p1);
}

/* Calls until @end, and until nothing is left of them. */
static void calls(uint64_t end)
{
	union cd_record rec;
	int left = IN_FLIGHT;

	for (int i = 0; i < IN_FLIGHT; i++)
		call_begin(i);
	while (left || gone < begun) {
		next(&rec);
		if (rec.ev.cookie >= VC_FAR)
			far_step(&rec.ev);
		else
			left -= near_step(&rec.ev, cd_now() < end);
	}
}

/*
 * KASAN keeps what was freed, up to a 32nd of the memory, until it has so much; kmemleak, which runs
 * behind this, finds there what this cannot.
 */
static uint64_t slack(void)
{
	uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	return SLACK_OCTETS + (access("/sys/kernel/debug/kmemleak", F_OK) ? 0 : all / 32);
}

static void sustained(unsigned int seconds)
{
	uint64_t begin = cd_now(), part = seconds * CD_S / PARTS, first = 0, now = 0;
	long handles = cd_counter("live", "handles"), ops = cd_counter("live", "ops");
	bool good = true;

	for (int i = 1; i <= PARTS; i++) {
		calls(begin + i * part);
		EXPECT(good, cd_live_is("handles", handles) && cd_live_is("ops", ops));
		now = mem_settled(mem_of_slabs);
		first = first ?: now;
		fprintf(stderr, "# %lu calls, %lu without their frame, %llu s: %llu KiB of slabs\n",
			ended, overtaking, (unsigned long long)((cd_now() - begin) / CD_S),
			(unsigned long long)(now / 1024));
	}
	EXPECT(good, overtaking < begun / 2);
	EXPECT(good, now < first + slack());
	EXPECT(good, begun == ended && taken == begun && gone == begun);
	tap(good, "PR-1 PR-8 calls for %u s, as fast as they can: no object is left, and no memory",
	    seconds);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 1;
	if (!tap(vc_links(&a, &b, argv + 1, CLOCKS, CLOCKS, SELECTOR) &&
			 !cd_bind_events(b.af, a.events, VC_FAR),
		 "two links, and one queue"))
		return 1;
	sustained(atoi(argv[3]));
	tap(vc_unlink(&a) && vc_unlink(&b), "the links are unbound");
	return tap_done();
}
