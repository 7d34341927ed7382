// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call between two of our own phones: it rings with the caller's number, is answered, carries
 * data both ways, and ends once at the other side.
 *
 * usage: phone-pair TTY NUMBER TTY NUMBER
 */
#define _GNU_SOURCE

#include "phone.h"

#define BYTES (64 << 10)

static struct phone caller, called;
static const char *caller_number, *called_number;

/* ---- one direction ---- */

struct stream {
	pthread_t thread;
	int fd;
	unsigned int seed;
	size_t done;
	bool intact;
};

static uint8_t pattern(const struct stream *s, size_t i)
{
	return (uint8_t)(i * s->seed + (i >> 8));
}

static void *send_run(void *p)
{
	struct stream *s = p;
	uint8_t buf[1000];
	size_t i, n;
	ssize_t ret = 1;

	while (s->done < BYTES && ret > 0) {
		n = BYTES - s->done < sizeof(buf) ? BYTES - s->done : sizeof(buf);
		for (i = 0; i < n; i++)
			buf[i] = pattern(s, s->done + i);
		ret = write(s->fd, buf, n);
		s->done += ret > 0 ? ret : 0;
	}
	return NULL;
}

/* Ends with the last byte, with the call, or when nothing came for ten seconds. */
static void *receive_run(void *p)
{
	struct pollfd wait = { .events = POLLIN };
	struct stream *s = p;
	uint8_t buf[1000];
	ssize_t i, n = 1;

	wait.fd = s->fd;
	s->intact = true;
	while (s->done < BYTES && n > 0 && poll(&wait, 1, 10000) == 1) {
		n = read(s->fd, buf, sizeof(buf));
		for (i = 0; i < n; i++)
			s->intact = s->intact && buf[i] == pattern(s, s->done + i);
		s->done += n > 0 ? n : 0;
	}
	return NULL;
}

static bool both_ways(void)
{
	struct stream s[4] = {
		{ .fd = caller.fd, .seed = 7 },
		{ .fd = called.fd, .seed = 7 },
		{ .fd = called.fd, .seed = 13 },
		{ .fd = caller.fd, .seed = 13 },
	};
	bool good = true;
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (pthread_create(&s[i].thread, NULL, i % 2 ? receive_run : send_run, &s[i]))
			abort();
	for (i = 0; i < 4; i++) {
		pthread_join(s[i].thread, NULL);
		EXPECT_EQ(good, s[i].done, BYTES);
	}
	EXPECT(good, s[1].intact && s[3].intact);
	return good;
}

/* ---- the call ---- */

/* Dials, lets it ring, answers; both are online. */
static bool connect_phones(uint64_t cookie)
{
	struct wanted ring = { CLEARDOWN_EV_RING, cookie + 1, 0, 0, 0 };
	struct cleardown_phone_status st = { 0 };
	union cd_record rec = { 0 };
	bool good = true;
	uint64_t id;

	EXPECT_EQ(good, phone_open(&caller, cookie), 0);
	EXPECT_EQ(good, phone_open(&called, cookie + 1), 0);
	EXPECT_EQ(good, phone_do_text(&called, CLEARDOWN_OP_DEV_SPECIFIC, "+VCID=1", 5000, NULL),
		  0);
	id = phone_submit_text(&caller, CLEARDOWN_OP_DIAL, called_number);
	EXPECT(good, tape_wait(&called.tape, ring, 2, 20000, &rec));
	EXPECT(good, rec.ev.data_len == strlen(caller_number) &&
			     !memcmp(rec.ev.data, caller_number, rec.ev.data_len));
	cd_phone_status(called.fd, &st);
	EXPECT(good, !strcmp(st.out_caller, caller_number));
	EXPECT_EQ(good, phone_do(&called, CLEARDOWN_OP_ANSWER, NULL, 0, 30000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	EXPECT_EQ(good, phone_wait(&caller, id, 10000, &rec), 0);
	EXPECT_EQ(good, rec.ev.p1, CLEARDOWN_RESULT_CONNECT);
	return good;
}

/* What the phone that did not hang up must have been told. */
static bool ended_once(struct phone *p)
{
	struct wanted over = { CLEARDOWN_EV_PHONE_STATE, p->cookie, 0,
			       CLEARDOWN_PHONESTATE_DISCONNECTED, 0 };
	bool good = true;
	char c;

	EXPECT(good, tape_wait(&p->tape, over, 1, 10000, NULL));
	EXPECT_EQ(good, phone_do_text(p, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 10000, NULL), 0);
	EXPECT(good, tape_catch_up(&p->tape));
	EXPECT_EQ(good, tape_count(&p->tape, over), 1);
	EXPECT_EQ(good, tape_call_states(&p->tape, p->cookie, CLEARDOWN_CALL_IDLE), 1);
	EXPECT_EQ(good, read(p->fd, &c, 1), 0);
	return good;
}

static void caller_hangs_up(void)
{
	struct cleardown_close arg = { 0 };
	bool good = connect_phones(0x100);

	tap(good, "P-7 one phone rings another: ring, caller id, answer, connected");
	tap(both_ways(), "P-7 64 KiB each way at the same time arrive intact");
	good = true;
	EXPECT_EQ(good, phone_do(&caller, CLEARDOWN_OP_HANGUP, NULL, 0, 10000, NULL), 0);
	good = ended_once(&called) && good;
	tap(good, "P-7 HANGUP of one is the end of the call at the other, once");
	good = true;
	EXPECT_EQ(good, phone_close(&called, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg), 0);
	EXPECT_EQ(good, phone_close(&caller, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg), 0);
	tap(good, "P-1 both close");
}

static void called_closes(void)
{
	struct cleardown_close arg = { 0 };
	bool good = connect_phones(0x200);

	EXPECT(good, write(caller.fd, "last words", 10) == 10);
	EXPECT(good, !fsync(caller.fd));
	EXPECT_EQ(good, phone_close(&called, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, &arg), 0);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_HAD_CALL);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_ONHOOK);
	good = ended_once(&caller) && good;
	tap(good, "P-1 P-14 CLOSE of one is the end of the call at the other, once");
	phone_close(&caller, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	caller_number = argv[2];
	called_number = argv[4];
	if (!tap(phone_bind(&caller, argv[1]) && phone_bind(&called, argv[3]), "bind both"))
		return tap_done();
	caller_hangs_up();
	called_closes();
	tap(phone_unbind(&caller) && phone_unbind(&called), "unbind both");
	return tap_done();
}
